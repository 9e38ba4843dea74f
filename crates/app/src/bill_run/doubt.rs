//! The rules by which bills wait for a clerk although they can be priced: said from a day on, and
//! asked for each bill that is checked.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::{AccountFacts, Ending};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::doubt::{self, Around, Doubts, Exchanged};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse, said};

/// The longest text, in bytes.
const LONGEST: usize = 10_000;
/// What the texts are.
const WHAT: &str = "rules by which bills wait";

/// Says the rules that hold for turns dated from a day on.
pub fn say(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SetReleaseLimits, None)?;
    said::fits(WHAT, text, LONGEST)?;
    said::says(WHAT, text)?;
    Doubts::parse(text).map_err(refuse)?;
    let was = text_on(tx, from)?;
    said::once(WHAT, from, store::doubt::say(tx, from, text))?;
    let said = format!("from {from}");
    store::audit::turn(tx, &allowed, "say bill doubts", "", &said, (was.as_str(), text))
}

/// The text of the rules that holds on a day.
pub fn text_on(tx: &mut Tx, on: Date) -> Result<String> {
    Ok(store::doubt::said(tx, on)?.unwrap_or_else(|| doubt::DEFAULT.to_owned()))
}

/// The rules of a turn, with what bills of some accounts are compared with.
pub(crate) struct Asked {
    rules: Doubts,
    peers: BTreeMap<String, Money>,
    bounds: BTreeMap<AccountId, Money>,
    exchanged: BTreeMap<AccountId, Exchanged>,
}

impl Asked {
    /// What holds for a turn and these accounts.
    pub(crate) fn of(tx: &mut Tx, window: &Window, accounts: &[AccountId]) -> Result<Asked> {
        let rules = Doubts::parse(&text_on(tx, window.billed_on)?)?;
        let bounds = store::doubt::bounds(tx, accounts, window.billed_on)?;
        let before = match rules.look_at_peers() {
            true => store::preview::before(tx, window)?,
            false => None,
        };
        let mut peers = BTreeMap::new();
        if let Some(before) = before {
            for (code, part) in store::preview::turnover(tx, before, None)?.tariffs {
                if let Some(mean) = part.total.cents().checked_div_euclid(part.agreements) {
                    peers.insert(code, Money::from_cents(mean));
                }
            }
        }
        let exchanged = match rules.look_at_exchanges() {
            true => store::doubt::exchanged(tx, accounts, window.period.end())?,
            false => BTreeMap::new(),
        };
        Ok(Asked { rules, peers, bounds, exchanged })
    }

    /// Holds all that would be billed of an account, where a rule doubts it.
    pub(crate) fn hold(&self, facts: &AccountFacts, endings: &mut [(AgreementId, Ending)]) {
        let segments: Vec<_> = endings.iter().filter_map(|it| it.1.segment()).collect();
        if segments.is_empty() {
            return;
        }
        let bound = self.bounds.get(&facts.account.id).copied();
        let exchanged = self.exchanged.get(&facts.account.id);
        let around = Around { peers: &self.peers, bound, exchanged };
        let Some(doubt) = self.rules.doubt(facts, &segments, &around) else { return };
        for (_, ending) in endings.iter_mut().filter(|it| it.1.segment().is_some()) {
            *ending = Ending::Held(Hold::Doubt(doubt.clone()));
        }
    }
}

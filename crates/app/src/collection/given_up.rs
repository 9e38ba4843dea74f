//! What was given up and is still an agency's to ask for: its case goes on to that step by its days, though
//! nothing of it is owed any more.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::collection::{Rules, Step};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_store::agency::Placed;
use meterbook_store::collection::Case;
use meterbook_store::debt::Arrears;
use meterbook_store::{self as store, Tx};

use crate::{credit_rules, pledge};

/// Whether an open case goes on to an agency with what was given up of its account, though too little is past
/// due besides.
pub(crate) fn goes_on(tx: &mut Tx, case: &Case, on: Date) -> Result<bool> {
    let class = store::account::get(tx, case.account)?.class;
    let rules = credit_rules::collections(tx, on)?;
    let steps = store::collection::steps(tx, &case.key)?;
    let (given_up, _) = store::write_off::given_up(tx, case.account)?;
    if given_up == Money::ZERO
        || !rules.has_agency(class)
        || steps.iter().all(|it| it.step != Step::WriteOff)
    {
        return Ok(false);
    }
    let past_due = given_up + pledge::past_due(tx, case.account, on)?;
    Ok(rules.least(class).is_some_and(|least| least <= past_due))
}

/// What was given up of accounts whose case goes on to an agency: it is still that one's to ask for.
pub(super) struct GivenUp {
    of: HashMap<AccountId, Arrears>,
    /// Which of them the agency has now, and since when.
    placed: HashMap<AccountId, Date>,
}

impl GivenUp {
    pub(super) fn of(tx: &mut Tx, rules: &Rules) -> Result<GivenUp> {
        let all = store::write_off::in_cases(tx)?.into_iter();
        let all = all.filter(|it| rules.has_agency(it.class));
        let of: HashMap<AccountId, Arrears> = all.map(|it| (it.account, it)).collect();
        let placed = match of.is_empty() {
            true => Vec::new(),
            false => store::agency::placed(tx)?,
        };
        let has = |it: &Placed| it.recalled.is_none() && of.contains_key(&it.account);
        let placed = placed.into_iter().filter(has).map(|it| (it.account, it.on)).collect();
        Ok(GivenUp { of, placed })
    }

    /// Those of which nothing else is past due.
    pub(super) fn alone(&self, arrears: &[Arrears]) -> Vec<Arrears> {
        let owing: HashSet<AccountId> = arrears.iter().map(|it| it.account).collect();
        let alone = self.of.values().filter(|it| !owing.contains(&it.account));
        alone.map(|it| Arrears { past_due: Money::ZERO, ..*it }).collect()
    }

    /// What is past due of an account with what was given up of it.
    pub(super) fn beside(&self, it: Arrears) -> Arrears {
        match self.of.get(&it.account) {
            Some(more) => Arrears {
                past_due: it.past_due + more.past_due,
                oldest: it.oldest.min(more.oldest),
                ..it
            },
            None => it,
        }
    }

    /// Whether the agency got all that was owed then, and what is past due came due since.
    pub(super) fn is_placed(&self, own: &Arrears) -> bool {
        self.placed.get(&own.account).is_some_and(|on| *on <= own.oldest)
    }
}

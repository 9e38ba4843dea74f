//! The rules of corrections: how far back, above which amount, with which interest and in how many
//! parts; said from a day on.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::correct::Correction;
use meterbook_core::bill::interest::{Elsewhere, paid};
use meterbook_core::bill::settle::{
    AskedBefore, Before, PaidBefore, Rules, asked_with, due_parts, not_charged,
};
use meterbook_core::id::{AccountId, BillId, EntryId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse, said};

/// The longest text, in bytes.
const LONGEST: usize = 10_000;
/// What the texts are.
const WHAT: &str = "rules of corrections";

/// Says the rules that hold for corrections made from a day on.
pub fn say_rules(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SetReleaseLimits, None)?;
    said::fits(WHAT, text, LONGEST)?;
    said::says(WHAT, text)?;
    Rules::parse(text).map_err(refuse)?;
    let was = rules_text(tx, from)?;
    said::once(WHAT, from, store::correction::say_rules(tx, from, text))?;
    let said = format!("from {from}");
    store::audit::turn(tx, &allowed, "say correction rules", "", &said, (was.as_str(), text))
}

/// The text of the rules that hold on a day; empty when nothing is said.
pub fn rules_text(tx: &mut Tx, on: Date) -> Result<String> {
    Ok(store::correction::rules(tx, on)?.unwrap_or_default())
}

/// What became of the bills of a correction before it: what they asked for, and where interest goes by it
/// what was paid of them.
pub(super) fn before(tx: &mut Tx, it: &Correction, rules: &Rules) -> Result<Before> {
    let asked = asked(tx, it.bills.iter().map(|it| it.0.id).collect())?;
    let mut before = Before { asked, paid: PaidBefore::new(), paid_by: BTreeMap::new() };
    if !rules.bear_interest(&it.bills) {
        return Ok(before);
    }
    for (old, _) in &it.bills {
        before.paid_by.extend(store::summary::paid_by(tx, old.id)?.map(|by| (old.id, by)));
    }
    if !rules.asks_for_paid(&it.bills) {
        return Ok(before);
    }
    let sides = store::ledger::sides(tx, it.account, it.on, EntryId(i64::MAX))?;
    let applied = store::ledger::applied(tx, it.account)?;
    let mut others: BTreeMap<AccountId, Elsewhere> = BTreeMap::new();
    for by in before.paid_by.values() {
        if !others.contains_key(by) {
            others.insert(*by, elsewhere(tx, it, *by)?);
        }
    }
    let here = Elsewhere::default();
    for (old, _) in &it.bills {
        let asked = before.asked.get(&old.id);
        let waived = asked.map_or(Money::ZERO, |it| it.waived);
        let first = asked.into_iter().flat_map(|it| &it.of).map(|it| (&it.0, it.1));
        let bills: Vec<_> = first.chain([(&old.number, waived)]).collect();
        let by = before.paid_by.get(&old.id).and_then(|by| others.get(by));
        before.paid.insert(old.id, paid(&bills, (&sides, &applied), by.unwrap_or(&here)));
    }
    Ok(before)
}

/// What an account that pays bills of a correction was asked for with them, and what of it is open.
fn elsewhere(tx: &mut Tx, it: &Correction, by: AccountId) -> Result<Elsewhere> {
    Ok(Elsewhere {
        moved: store::summary::moved(tx, it.account, by)?,
        sides: store::ledger::sides(tx, by, it.on, EntryId(i64::MAX))?,
        applied: store::ledger::applied(tx, by)?,
    })
}

/// What those of these bills asked for that stand in the place of others, by the corrections that made
/// them, and what these corrected.
pub(super) fn asked(tx: &mut Tx, bills: Vec<BillId>) -> Result<AskedBefore> {
    let mut asked = AskedBefore::new();
    for id in store::correction::made_by(tx, bills)? {
        let made = store::correction::get(tx, id)?;
        let before = self::asked(tx, made.bills.iter().map(|it| it.0.id).collect())?;
        let left = not_charged(made.settled.reach, &made.bills, &before);
        for ((old, new), left) in made.bills.iter().zip(left) {
            if let Some(new) = new {
                asked.insert(new.id, asked_with((old, new), left, &before));
            }
        }
    }
    Ok(asked)
}

/// Keeps what of the bills that corrections made is due when.
pub(super) fn keep_due(tx: &mut Tx, corrections: &[Correction]) -> Result<()> {
    let replaced = corrections.iter().flat_map(|it| &it.bills).filter(|it| it.1.is_some());
    let was = store::correction::due_parts(tx, replaced.map(|it| it.0.id))?;
    let mut all = Vec::new();
    for it in corrections {
        let asked = match it.settled.reach {
            Some(_) => asked(tx, it.bills.iter().map(|it| it.0.id).collect())?,
            None => AskedBefore::new(),
        };
        let left = not_charged(it.settled.reach, &it.bills, &asked);
        for ((old, new), left) in it.bills.iter().zip(left) {
            if let Some(new) = new {
                let was = was.get(&old.id).map_or(&[][..], Vec::as_slice);
                all.push((new.id, due_parts((old, was), (new, left), (it.id, it.on))));
            }
        }
    }
    store::correction::say_due(tx, &all)
}

/// The rules that hold on a day.
pub(super) fn rules_on(tx: &mut Tx, on: Date) -> Result<Rules> {
    let text = rules_text(tx, on)?;
    Ok(Rules::parse(&text)?)
}

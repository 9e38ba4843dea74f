//! The rules of credit: texts that a utility says from a day on, one for each thing that they are about.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::credit::{
    Noun, budget, collection, deposit, late_fee, plan, pledge, protection, returned, small,
    unclaimed,
};
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse, said};

/// The longest text, in bytes.
const LONGEST: usize = 20_000;
/// What the texts are.
const WHAT: &str = "rules of credit";

/// Says the rules of something that hold from a day on.
pub fn say(tx: &mut Tx, actor: Actor, noun: Noun, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SetCreditRules, None)?;
    said::fits(WHAT, text, LONGEST)?;
    noun.check(text).map_err(refuse)?;
    let was = text_on(tx, noun, from)?;
    said::once(WHAT, from, store::credit::say(tx, noun, from, text))?;
    let said = format!("from {from}");
    store::audit::turn(tx, &allowed, "say credit rules", noun.word(), &said, (was.as_str(), text))
}

/// The text of the rules of something that holds on a day; empty when nothing is said.
pub fn text_on(tx: &mut Tx, noun: Noun, on: Date) -> Result<String> {
    Ok(store::credit::said(tx, noun, on)?.unwrap_or_default())
}

/// The rules of deposits that hold on a day.
pub(crate) fn deposits(tx: &mut Tx, on: Date) -> Result<deposit::Rules> {
    let text = text_on(tx, Noun::Deposit, on)?;
    deposit::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of late fees that hold on a day.
pub(crate) fn late_fees(tx: &mut Tx, on: Date) -> Result<late_fee::Rules> {
    let text = text_on(tx, Noun::LateFee, on)?;
    late_fee::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of plans that hold on a day.
pub(crate) fn plans(tx: &mut Tx, on: Date) -> Result<plan::Rules> {
    let text = text_on(tx, Noun::Plan, on)?;
    plan::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of levelled bills that hold on a day.
pub(crate) fn budgets(tx: &mut Tx, on: Date) -> Result<budget::Rules> {
    let text = text_on(tx, Noun::Budget, on)?;
    budget::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of collections that hold on a day.
pub(crate) fn collections(tx: &mut Tx, on: Date) -> Result<collection::Rules> {
    let text = text_on(tx, Noun::Collection, on)?;
    collection::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of protections that hold on a day.
pub(crate) fn protections(tx: &mut Tx, on: Date) -> Result<protection::Rules> {
    let text = text_on(tx, Noun::Protection, on)?;
    protection::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of payments that came back that hold on a day.
pub(crate) fn returned(tx: &mut Tx, on: Date) -> Result<returned::Rules> {
    let text = text_on(tx, Noun::Returned, on)?;
    returned::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of unclaimed property that hold on a day.
pub(crate) fn unclaimed(tx: &mut Tx, on: Date) -> Result<unclaimed::Rules> {
    let text = text_on(tx, Noun::Unclaimed, on)?;
    unclaimed::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of pledges that hold on a day.
pub(crate) fn pledges(tx: &mut Tx, on: Date) -> Result<pledge::Rules> {
    let text = text_on(tx, Noun::Pledge, on)?;
    pledge::Rules::parse(&text).context("rules that were kept are some")
}

/// The rules of small balances that hold on a day.
pub(crate) fn small(tx: &mut Tx, on: Date) -> Result<small::Rules> {
    let text = text_on(tx, Noun::Small, on)?;
    small::Rules::parse(&text).context("rules that were kept are some")
}

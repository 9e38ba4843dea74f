//! What comes with a bill beside its lines: fees and deposits that moves asked for, once each, and
//! deposits that the last bill sets off.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::bill::assess::AccountFacts;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::id::{AccountId, AgreementId, EntryId};
use meterbook_core::ledger::{Entry, EntryKind};
use meterbook_store::charge::Pending;
use meterbook_store::{self as store, Tx};

use crate::{budget, deposit};

/// What comes with these bills, which are kept already. A fee falls on the bill of its day: on the
/// first one of what starts, and on the last one of what stops.
pub(super) fn with(tx: &mut Tx, bills: &[Bill], facts: &[AccountFacts]) -> Result<Vec<Charge>> {
    let accounts: Vec<AccountId> = bills.iter().map(|it| it.account).collect();
    let mut all = Vec::new();
    let ends = ends(facts);
    let pending = store::charge::pending(tx, &accounts)?;
    let applied = store::charge::to_apply(tx, &accounts)?;
    let wanted = store::credit::asked(tx, &accounts)?;
    let ended = store::charge::take_nothing(tx, &accounts)?;
    for bill in bills {
        let before = before(bill, &ends)?;
        // With the last bill of an account nothing is left to secure.
        let is_last = ended.contains(&bill.account);
        let comes = |kind| !is_last || kind != ChargeFor::Deposit;
        let theirs = pending.iter().filter(|it| it.account == bill.account && it.on < before);
        let theirs = theirs.filter(|it| comes(it.kind));
        let mut charges: Vec<Charge> = theirs.map(|it| asked(it, bill.billed_on)).collect();
        let theirs = wanted.iter().filter(|it| it.account == bill.account && comes(it.kind));
        charges.extend(due(theirs, bill.billed_on));
        if let Some((held, language)) = applied.get(&bill.account) {
            let (account, on) = (bill.account, bill.billed_on);
            charges.extend(deposit::given_back(tx, account, *held, *language, on)?);
            charges.extend(deposit::at_last(tx, account, on, *language)?);
        }
        all.extend(charges.into_iter().map(|it| Charge { bill: Some(bill.id), ..it }));
    }
    all.extend(budget::with(tx, bills)?);
    Ok(all)
}

/// What an account that takes nothing any more is still to be charged, and what it left as security.
pub(super) fn without_bill(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Charge>> {
    let pending = store::charge::pending(tx, &[account])?;
    let fees = pending.iter().filter(|it| it.kind == ChargeFor::Fee && it.on <= on);
    let mut charges: Vec<Charge> = fees.map(|it| asked(it, on)).collect();
    // Nothing is left to secure.
    let wanted = store::credit::asked(tx, &[account])?;
    charges.extend(due(wanted.iter().filter(|it| it.kind != ChargeFor::Deposit), on));
    charges.extend(budget::at_last(tx, account, on)?);
    if let Some((held, language)) = store::charge::to_apply(tx, &[account])?.remove(&account) {
        charges.extend(deposit::given_back(tx, account, held, language, on)?);
        charges.extend(deposit::at_last(tx, account, on, language)?);
    }
    Ok(charges)
}

/// What was asked of an account by a day and no bill has: it comes with the bill that is made now.
pub(super) fn open(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Charge>> {
    let pending = store::charge::pending(tx, &[account])?;
    let fees = pending.iter().filter(|it| it.on <= on).map(|it| asked(it, on));
    let wanted = store::credit::asked(tx, &[account])?;
    Ok(fees.chain(due(wanted.iter(), on)).collect())
}

/// What of what was asked for comes with a bill of a day. Security in parts comes one part a bill: who pays
/// a month apart is not asked for two at once, because they were asked between two bills.
fn due<'a>(wanted: impl Iterator<Item = &'a Charge>, on: Date) -> impl Iterator<Item = Charge> {
    let mut asked: BTreeSet<String> = BTreeSet::new();
    wanted
        .filter(move |it| {
            it.on <= on && Charge::deposit_of(&it.key).is_none_or(|of| asked.insert(of.to_owned()))
        })
        .map(move |it| Charge { on, ..it.clone() })
}

/// The entries of charges, with ids from `first` on.
pub(crate) fn entry(charge: &Charge, id: EntryId) -> Entry {
    Entry {
        id,
        kind: EntryKind::Charge,
        on: charge.on,
        key: charge.key.clone(),
        text: charge.label.clone(),
        postings: charge.postings(),
    }
}

fn ends(facts: &[AccountFacts]) -> BTreeMap<AgreementId, Date> {
    let agreements = facts.iter().flat_map(|it| &it.services).map(|it| &it.agreement);
    agreements.filter_map(|it| Some((it.id, it.to?))).collect()
}

/// The first day of which a fee does not fall on the bill. That of a stop falls on the day after the
/// last one, if the bill is the last.
fn before(bill: &Bill, ends: &BTreeMap<AgreementId, Date>) -> Result<Date> {
    let mut before = bill.period.start();
    for segment in &bill.segments {
        let end = segment.period.end();
        let is_last = ends.get(&segment.agreement) == Some(&end);
        before = before.max(if is_last { end.checked_add(1.day())? } else { end });
    }
    Ok(before)
}

fn asked(it: &Pending, on: Date) -> Charge {
    let Pending { account, asked_by, kind, amount, name, label, language, .. } = it;
    let key = match kind {
        ChargeFor::Fee => Charge::fee_key(*asked_by, name),
        _ => Charge::deposit_key(*asked_by),
    };
    let label = if label.is_empty() { kind.label(*language).to_owned() } else { label.clone() };
    let (kind, account, amount, asked_by) = (*kind, *account, *amount, Some(*asked_by));
    Charge { key, kind, account, amount, on, asked_by, label, bill: None }
}

//! Queueing bills in the transaction that posts them, so that nobody is left out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::delivery::{Piece, Recipient, ways};
use meterbook_core::id::{AccountId, PieceId};
use meterbook_store::{self as store, Tx};

/// Queues bills for everybody who gets them on their day; `take` gives the first of so many ids.
pub(crate) fn queue(
    tx: &mut Tx,
    bills: &[Bill],
    take: impl FnOnce(&mut Tx, usize) -> Result<i64>,
) -> Result<()> {
    let days: BTreeSet<Date> = bills.iter().map(|it| it.billed_on).collect();
    let mut pieces = Vec::with_capacity(bills.len());
    for day in days {
        let bills: Vec<&Bill> = bills.iter().filter(|it| it.billed_on == day).collect();
        pieces.extend(on_day(tx, &bills, day)?);
    }
    let first = take(tx, pieces.len())?;
    for (piece, nth) in pieces.iter_mut().zip(0..) {
        piece.id = PieceId(first + nth);
    }
    store::outbox::add(tx, &pieces)
}

fn on_day(tx: &mut Tx, bills: &[&Bill], day: Date) -> Result<Vec<Piece>> {
    let accounts: BTreeSet<AccountId> = bills.iter().map(|it| it.account).collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let choices = store::outbox::choices(tx, &accounts, day)?;
    let mut recipients: BTreeMap<AccountId, Vec<Recipient>> = BTreeMap::new();
    for it in store::outbox::recipients(tx, &accounts, day)? {
        recipients.entry(it.account).or_default().push(it);
    }
    let mut pieces = Vec::new();
    for bill in bills {
        let envelope = bill.addressed_to.join("\n");
        let known = recipients.get(&bill.account).map(Vec::as_slice).unwrap_or_default();
        let choice = choices.get(&bill.account).copied();
        pieces.extend(ways(choice, &envelope, known).into_iter().map(|(it, way, address)| Piece {
            id: PieceId(0),
            bill: bill.id,
            number: bill.number.clone(),
            account: bill.account,
            person: it.person,
            role: it.role,
            way,
            address,
        }));
    }
    Ok(pieces)
}

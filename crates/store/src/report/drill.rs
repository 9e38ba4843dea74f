//! From an entry or a bill to its postings and to the journal that has them.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountNumber, EntryId};
use meterbook_core::ledger::{EntryKind, Gl};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ENTRY: Sql = Sql("
    select e.id, e.kind, e.effective_on, e.key, e.text, j.number, j.closed_on from entry e
    left join journal j on j.number = (
        select min(number) from journal where e.id <= through_entry)
    where e.id = $1");
// A bill, what took it back, and what was charged with it.
const OF_BILL: Sql = Sql("
    select e.id, e.kind, e.effective_on, e.key, e.text, j.number, j.closed_on from (
        select key, kind from entry where key = $1 and kind in ('bill', 'cancelled')
        union
        select c.key, 'charge' from charge c join bill b on b.id = c.bill_id where b.number = $1) as it
    join entry e on e.key = it.key and e.kind = it.kind
    left join journal j on j.number = (
        select min(number) from journal where e.id <= through_entry)
    order by e.id");
const POSTINGS: Sql = Sql("
    select p.gl, a.number, p.amount_cents from posting p
    left join account a on a.id = p.account_id
    where p.entry_id = $1 order by p.position");
const JOURNALS: Sql = Sql("select through_entry, number from journal order by number");

/// An entry with its postings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drilled {
    /// Which.
    pub entry: EntryId,
    /// What happened.
    pub kind: EntryKind,
    /// The day it counts from.
    pub on: Date,
    /// The bill's number or the payment's key.
    pub key: String,
    /// What was said about it.
    pub text: String,
    /// The journal that has it, and its day: the posting date.
    pub journal: Option<(i64, Date)>,
    /// Its sides: the account of the general ledger, whose, how much; debits are above zero.
    pub sides: Vec<(Gl, Option<AccountNumber>, Money)>,
}

/// An entry, if there is one.
pub fn entry(tx: &mut Tx, id: EntryId) -> Result<Option<Drilled>> {
    let mut found = tx.maybe(ENTRY, [id.into()], drilled)?;
    if let Some(it) = &mut found {
        it.sides = sides(tx, it.entry)?;
    }
    Ok(found)
}

/// The entries of a bill: its own, what took it back, and what was charged with it; in order.
pub fn of_bill(tx: &mut Tx, number: &str) -> Result<Vec<Drilled>> {
    let mut found = tx.many(OF_BILL, [number.into()], drilled)?;
    for it in &mut found {
        it.sides = sides(tx, it.entry)?;
    }
    Ok(found)
}

/// The newest entry of every journal and the journal's number, in order.
pub fn journals(tx: &mut Tx) -> Result<Vec<(EntryId, i64)>> {
    tx.many(JOURNALS, [], |row| Ok((row.id(0)?, row.int(1)?)))
}

fn sides(tx: &mut Tx, of: EntryId) -> Result<Vec<(Gl, Option<AccountNumber>, Money)>> {
    tx.many(POSTINGS, [of.into()], |row| {
        Ok((row.word(0, Gl::from_word)?, row.maybe(1, Row::number)?, row.money(2)?))
    })
}

fn drilled(row: &Row) -> Result<Drilled> {
    let number = row.maybe(5, Row::int)?;
    let day = row.maybe(6, Row::date)?;
    Ok(Drilled {
        entry: row.id(0)?,
        kind: row.word(1, EntryKind::from_word)?,
        on: row.date(2)?,
        key: row.text(3)?,
        text: row.text(4)?,
        journal: number.zip(day),
        sides: Vec::new(),
    })
}

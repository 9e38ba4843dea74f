//! Money of which nobody knows yet whose it is, and what became of it: written once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{PaymentId, SuspenseId, TenderId};
use meterbook_core::ledger::{Suspended, Tender};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into suspense (id, tender_id, amount_cents, held_on, said, key)
    values ($1, $2, $3, $4, $5, $6)");
const END: Sql = Sql("
    insert into suspense_end (suspense_id, how, ended_on, payment_id, why)
    values ($1, $2, $3, $4, $5)");
const PART: Sql = Sql("insert into suspense_part (suspense_id, of_id) values ($1, $2)");
const GET: Sql = Sql("
    select id, tender_id, amount_cents, held_on, said, key from suspense where id = $1");
const BY_KEY: Sql = Sql("
    select id, tender_id, amount_cents, held_on, said, key from suspense where key = $1");
const ENDED: Sql = Sql("select ended_on from suspense_end where suspense_id = $1");
const WENT_BACK: Sql = Sql("
    select count(*) from suspense_end where suspense_id = $1 and how = 'returned'");
const OPEN: Sql = Sql("
    select s.id, s.tender_id, s.amount_cents, s.held_on, s.said, s.key from suspense s
    where not exists (select 1 from suspense_end e where e.suspense_id = s.id)
    order by s.held_on, s.id");
const SUM: Sql = Sql("
    select count(*), cast(coalesce(sum(s.amount_cents), 0) as bigint) from suspense s
    where not exists (select 1 from suspense_end e where e.suspense_id = s.id)");
const OPEN_OF: Sql = Sql("
    select s.id, s.tender_id, s.amount_cents, s.held_on, s.said, s.key from suspense s
    where s.tender_id = $1
      and not exists (select 1 from suspense_end e where e.suspense_id = s.id)
    order by s.id");
const SAME: Sql = Sql("
    select s.id from tender t join suspense s on s.tender_id = t.id
    where t.reference = $2 and t.kind = $1 and s.amount_cents = $3
      and not exists (select 1 from suspense_end e where e.suspense_id = s.id)
    order by s.id limit 1");

/// What of a kind, a reference and an amount is held, if it is.
pub fn same(tx: &mut Tx, (kind, reference, amount): Same<'_>) -> Result<Option<SuspenseId>> {
    tx.maybe(SAME, [kind.word().into(), reference.into(), amount.into()], |row| row.id(0))
}

/// What money is known by: the kind of its tender, the reference of that, and how much it is.
pub type Same<'a> = (Tender, &'a str, Money);

/// Keeps what is held.
pub fn add(tx: &mut Tx, it: &Suspended) -> Result<()> {
    let Suspended { id, tender, amount, on, said, key } = it;
    let values =
        [(*id).into(), (*tender).into(), (*amount).into(), (*on).into(), said.into(), key.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// What became of money that was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is a payment.
    Matched(PaymentId),
    /// It went back with its tender.
    Returned,
    /// It is several parts, each held for itself.
    Parted,
    /// It is to be paid back.
    Refunded,
}

/// Says what became of it. The database refuses a second end.
pub fn end(tx: &mut Tx, id: SuspenseId, on: Date, became: Became, why: &str) -> Result<()> {
    let (how, payment) = match became {
        Became::Matched(payment) => ("matched", Some(payment)),
        Became::Returned => ("returned", None),
        Became::Parted => ("parted", None),
        Became::Refunded => ("refunded", None),
    };
    let values = [id.into(), how.into(), on.into(), payment.into(), why.into()];
    tx.exec(END, values).map(|_| ())
}

/// Keeps a part of what was held.
pub fn add_part(tx: &mut Tx, it: &Suspended, of: SuspenseId) -> Result<()> {
    add(tx, it)?;
    tx.exec(PART, [it.id.into(), of.into()]).map(|_| ())
}

/// One, if there is such a one.
pub fn get(tx: &mut Tx, id: SuspenseId) -> Result<Option<Suspended>> {
    tx.maybe(GET, [id.into()], suspended)
}

/// The one with this key, if it is held or was.
pub fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Suspended>> {
    tx.maybe(BY_KEY, [key.into()], suspended)
}

/// The day on which something became of it, if that has been.
pub fn ended(tx: &mut Tx, id: SuspenseId) -> Result<Option<Date>> {
    tx.maybe(ENDED, [id.into()], |row| row.date(0))
}

/// Whether it went back with its tender.
pub fn went_back(tx: &mut Tx, id: SuspenseId) -> Result<bool> {
    tx.one(WENT_BACK, [id.into()], |row| Ok(row.int(0)? != 0))
}

/// All that is held, oldest first.
pub fn open(tx: &mut Tx) -> Result<Vec<Suspended>> {
    tx.many(OPEN, [], suspended)
}

/// How many are held, and what they come to.
pub fn sum(tx: &mut Tx) -> Result<(i64, Money)> {
    tx.one(SUM, [], |row| Ok((row.int(0)?, row.money(1)?)))
}

/// What of a tender is held.
pub fn open_of(tx: &mut Tx, of: TenderId) -> Result<Vec<Suspended>> {
    tx.many(OPEN_OF, [of.into()], suspended)
}

fn suspended(row: &Row) -> Result<Suspended> {
    Ok(Suspended {
        id: row.id(0)?,
        tender: row.id(1)?,
        amount: row.money(2)?,
        on: row.date(3)?,
        said: row.text(4)?,
        key: row.text(5)?,
    })
}

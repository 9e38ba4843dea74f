//! Drawers of cashiers, and payments that were entered together: written once, never changed.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{DrawerId, EntryId, PaymentBatchId, ReceiptId, UserId};
use meterbook_core::ledger::count::{Checks, Compared};
use meterbook_core::ledger::{Tender, Tendered};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const OPEN: Sql = Sql("
    insert into drawer (id, staff_id, opened_on, opened_at, float_cents)
    values ($1, $2, $3, $4, $5)");
const CLOSE: Sql = Sql("
    insert into drawer_close (drawer_id, closed_at, counts, counted_cents, expected_cents, why,
        checks, checks_cents, checks_expected, checks_expected_cents)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
const OF: Sql = Sql("
    select d.id, d.staff_id, s.name, d.opened_on, d.float_cents
    from drawer d join staff s on s.id = d.staff_id
    where d.staff_id = $1 and not exists (select 1 from drawer_close c where c.drawer_id = d.id)");
const LOCK_SQLITE: Sql = Sql("select id from staff where id = $1");
const LOCK_POSTGRES: Sql = Sql("select id from staff where id = $1 for no key update");
const ALL_OPEN: Sql = Sql("
    select d.id, d.staff_id, s.name, d.opened_on, d.float_cents
    from drawer d join staff s on s.id = d.staff_id
    where not exists (select 1 from drawer_close c where c.drawer_id = d.id) order by d.id");
const PUT: Sql = Sql("insert into receipt_drawer (receipt_id, drawer_id) values ($1, $2)");
// A tender that was taken back, or of which nothing stands any more, is not in the drawer.
const HOLDS: Sql = Sql("
    select t.kind, count(*), cast(sum(t.amount_cents) as bigint)
    from receipt_drawer o join tender t on t.receipt_id = o.receipt_id
    where o.drawer_id = $1 and not exists (
        select 1 from payment_tender p join payment_reversal r on r.payment_id = p.payment_id
        where p.tender_id = t.id and r.how <> 'moved')
      and not exists (
        select 1 from suspense s join suspense_end e on e.suspense_id = s.id
        where s.tender_id = t.id and e.how = 'returned')
    group by t.kind order by t.kind");
const IN: Sql = Sql("
    select t.id, t.kind, t.amount_cents, t.reference
    from receipt_drawer o join tender t on t.receipt_id = o.receipt_id
    where o.drawer_id = $1 and not exists (
        select 1 from payment_tender p join payment_reversal r on r.payment_id = p.payment_id
        where p.tender_id = t.id and r.how <> 'moved')
      and not exists (
        select 1 from suspense s join suspense_end e on e.suspense_id = s.id
        where s.tender_id = t.id and e.how = 'returned')
    order by t.id desc limit $2");
const CLOSED: Sql = Sql("
    select d.id, d.staff_id, s.name, d.opened_on, d.float_cents,
           c.counts, c.counted_cents, c.expected_cents, c.why,
           c.checks, c.checks_cents, c.checks_expected, c.checks_expected_cents
    from drawer d join staff s on s.id = d.staff_id join drawer_close c on c.drawer_id = d.id
    where d.staff_id = $1 order by d.id desc limit $2");
const CLOSED_OF: Sql = Sql("
    select c.closed_at from receipt_drawer o join drawer_close c on c.drawer_id = o.drawer_id
    where o.receipt_id = $1");
// Cash of a person at a desk that no drawer has; files of agents are counted where they are made.
const OUTSIDE: Sql = Sql("
    select cast(coalesce(sum(p.amount_cents), 0) as bigint)
    from entry e
    join payment p on p.key = e.key
    join payment_tender o on o.payment_id = p.id
    join tender t on t.id = o.tender_id
    where $1 < e.id and e.id <= $2 and e.kind = 'payment' and t.kind = 'cash'
      and not exists (select 1 from receipt_drawer d where d.receipt_id = t.receipt_id)
      and not exists (select 1 from payment_batch_receipt b where b.receipt_id = t.receipt_id)
      and not exists (select 1 from payment_reversal r where r.payment_id = p.id)");
// What was over or short of each kind, entry by entry.
const OFF: Sql = Sql("
    select cast(coalesce(sum(case when e.key like '%/checks' then 0 else p.amount_cents end), 0) as bigint),
           cast(coalesce(sum(case when e.key like '%/checks' then p.amount_cents else 0 end), 0) as bigint)
    from entry e join posting p on p.entry_id = e.id and p.gl = '1010 cash'
    where $1 < e.id and e.id <= $2 and e.kind = 'drawer'");
const BATCH: Sql = Sql("
    insert into payment_batch (id, name, sha256, lines, total_cents, posted_at)
    values ($1, $2, $3, $4, $5, $6)");
const LINE: Sql = Sql("
    insert into payment_batch_receipt (receipt_id, batch_id, line) values ($1, $2, $3)");
const BY_HASH: Sql = Sql("select id, name from payment_batch where sha256 = $1");

/// A cashier's drawer that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawer {
    /// Which.
    pub id: DrawerId,
    /// Whose.
    pub staff: UserId,
    /// Their name.
    pub name: String,
    /// The day on which it was opened.
    pub on: Date,
    /// What was in it then.
    pub float: Money,
}

/// What was found in a drawer when it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What cash was counted, as it was said.
    pub counts: String,
    /// What that comes to.
    pub counted: Money,
    /// The cash that should be in it.
    pub expected: Money,
    /// Its checks; `None` where it was closed before they were counted.
    pub checks: Option<Compared>,
    /// Why what was counted is not what should be there, where it is not.
    pub why: String,
}

impl Counted {
    /// What is over in cash; below zero where it is short.
    pub fn over(&self) -> Money {
        self.counted - self.expected
    }
}

/// Opens a drawer. The database refuses a second one of the same cashier.
pub fn open(tx: &mut Tx, it: &Drawer, at: Timestamp) -> Result<()> {
    let values = [it.id.into(), it.staff.into(), it.on.into(), at.into(), it.float.into()];
    tx.exec(OPEN, values).map(|_| ())
}

/// Closes a drawer. The database refuses a second time.
pub fn close(tx: &mut Tx, id: DrawerId, it: &Counted, at: Timestamp) -> Result<()> {
    let Counted { counts, counted, expected, checks, why } = it;
    let of = |which: fn(&Compared) -> Checks| checks.as_ref().map(which);
    let (there, wanted) = (of(|it| it.counted), of(|it| it.expected));
    let values = [
        id.into(),
        at.into(),
        counts.into(),
        (*counted).into(),
        (*expected).into(),
        why.into(),
        there.map(|it| it.count).into(),
        there.map(|it| it.sum).into(),
        wanted.map(|it| it.count).into(),
        wanted.map(|it| it.sum).into(),
    ];
    tx.exec(CLOSE, values).map(|_| ())
}

/// The open drawer of a cashier, if they have one.
pub fn of(tx: &mut Tx, staff: UserId) -> Result<Option<Drawer>> {
    tx.maybe(OF, [staff.into()], drawer)
}

/// The open drawer of a cashier, if they have one, into which nobody else puts anything and which nobody
/// else closes until this transaction ends.
pub fn mine(tx: &mut Tx, staff: UserId) -> Result<Option<Drawer>> {
    tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [staff.into()], |row| row.int(0))?;
    of(tx, staff)
}

/// Every drawer that is open.
pub fn all_open(tx: &mut Tx) -> Result<Vec<Drawer>> {
    tx.many(ALL_OPEN, [], drawer)
}

/// Puts what came in at once into a drawer.
pub fn put(tx: &mut Tx, receipt: ReceiptId, id: DrawerId) -> Result<()> {
    tx.exec(PUT, [receipt.into(), id.into()]).map(|_| ())
}

/// What a drawer took and still has, by kind: how many and how much.
pub fn holds(tx: &mut Tx, id: DrawerId) -> Result<Vec<(Tender, i64, Money)>> {
    tx.many(HOLDS, [id.into()], |row| {
        Ok((row.word(0, Tender::from_word)?, row.int(1)?, row.money(2)?))
    })
}

/// What a drawer took and still has, the newest first.
pub fn tenders(tx: &mut Tx, id: DrawerId, most: i64) -> Result<Vec<Tendered>> {
    tx.many(IN, [id.into(), most.into()], |row| {
        Ok(Tendered {
            id: row.id(0)?,
            kind: row.word(1, Tender::from_word)?,
            amount: row.money(2)?,
            reference: row.text(3)?,
        })
    })
}

/// The drawers that a cashier closed, the newest first, and what was found in each.
pub fn closed(tx: &mut Tx, staff: UserId, most: i64) -> Result<Vec<(Drawer, Counted)>> {
    tx.many(CLOSED, [staff.into(), most.into()], |row| {
        let (counts, why) = (row.text(5)?, row.text(8)?);
        let checks = row.maybe(9, |row, _| {
            Ok(Compared {
                counted: Checks { count: row.int(9)?, sum: row.money(10)? },
                expected: Checks { count: row.int(11)?, sum: row.money(12)? },
            })
        })?;
        let (counted, expected) = (row.money(6)?, row.money(7)?);
        Ok((drawer(row)?, Counted { counts, counted, expected, checks, why }))
    })
}

/// When the drawer was closed that something came into, if it was.
pub fn closed_of(tx: &mut Tx, receipt: ReceiptId) -> Result<Option<Timestamp>> {
    tx.maybe(CLOSED_OF, [receipt.into()], |row| row.instant(0))
}

/// The cash that was taken by entries behind one, up to another, and is in no drawer.
pub fn outside(tx: &mut Tx, after: EntryId, through: EntryId) -> Result<Money> {
    tx.one(OUTSIDE, [after.into(), through.into()], |row| row.money(0))
}

/// What was over of cash and of checks in drawers, less what was short, by entries behind one, up to another.
pub fn off(tx: &mut Tx, after: EntryId, through: EntryId) -> Result<(Money, Money)> {
    tx.one(OFF, [after.into(), through.into()], |row| Ok((row.money(0)?, row.money(1)?)))
}

/// Keeps that payments were entered together; a file has a hash, and is taken once.
pub fn add_batch(
    tx: &mut Tx,
    id: PaymentBatchId,
    (name, sha256): (&str, Option<&str>),
    (lines, total): (i64, Money),
    at: Timestamp,
) -> Result<()> {
    let values = [id.into(), name.into(), sha256.into(), lines.into(), total.into(), at.into()];
    tx.exec(BATCH, values).map(|_| ())
}

/// Says on which line of a batch something stood.
pub fn add_line(tx: &mut Tx, receipt: ReceiptId, of: PaymentBatchId, line: i64) -> Result<()> {
    tx.exec(LINE, [receipt.into(), of.into(), line.into()]).map(|_| ())
}

/// The batch that a file became, by its hash.
pub fn batch_of(tx: &mut Tx, sha256: &str) -> Result<Option<(PaymentBatchId, String)>> {
    tx.maybe(BY_HASH, [sha256.into()], |row| Ok((row.id(0)?, row.text(1)?)))
}

fn drawer(row: &Row) -> Result<Drawer> {
    Ok(Drawer {
        id: row.id(0)?,
        staff: row.id(1)?,
        name: row.text(2)?,
        on: row.date(3)?,
        float: row.money(4)?,
    })
}

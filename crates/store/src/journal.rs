//! The journal: what each day took into the general ledger, and how the utility calls its accounts.
//! Written once, never changed.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{AccountNumber, EntryId};
use meterbook_core::ledger::{EntryKind, Gl};
use meterbook_core::money::Money;
use meterbook_core::place::Commodity;
use meterbook_core::rating::ChargeKind;

use crate::tx::Sql;
use crate::value::Row;
use crate::{Counter, Location, Tx};

const LAST: Sql = Sql("
    select number, closed_on, through_entry, entries, debit_cents from journal
    order by number desc limit 1");
const GET: Sql = Sql("
    select number, closed_on, through_entry, entries, debit_cents from journal where number = $1");
// Ids that are set aside are counted long before they are used, so that the lock of the counter keeps
// nobody from using them. The number says nothing.
const SEAL_POSTGRES: Sql = Sql("select pg_advisory_xact_lock(776175)");
const BESIDE_POSTGRES: Sql = Sql("select pg_advisory_xact_lock_shared(776175)");
const SEALED: Sql = Sql("
    select max(last) from (
        select coalesce(max(through_entry), 0) as last from journal
        union all select coalesce(max(first_entry), 1) - 1 from entry_day) as lasts");
const DAY_IS: Sql = Sql("select 1 from entry_day where on_day = $1");
const BEGIN_DAY: Sql = Sql("insert into entry_day (on_day, first_entry) values ($1, $2)");
// A day that a wrong clock said is over once the right one is posted on.
const BEFORE: Sql = Sql("
    select min(d.first_entry) - 1 from entry_day d
    where $1 < d.on_day and not exists (
        select 1 from entry_day e where e.on_day <= $1 and d.first_entry < e.first_entry)");
const COUNT: Sql = Sql("select count(*) from journal");
const OF_A_LATER_DAY: Sql = Sql("
    select j.number, j.closed_on, min(d.on_day) from journal j
    join entry_day d on j.closed_on < d.on_day and d.first_entry <= j.through_entry
    where not exists (
        select 1 from entry_day e where e.on_day <= j.closed_on and d.first_entry < e.first_entry)
    group by j.number, j.closed_on order by j.number limit 100");
const KNOWN: Sql = Sql("
    select through_entry from journal where closed_on <= $1 order by number desc limit 1");
const OF_DAY: Sql = Sql("select through_entry from journal where closed_on = $1");
const CLOSED_IN: Sql = Sql("
    select count(*) from journal where $1 <= closed_on and closed_on <= $2");
const ADD: Sql = Sql("
    insert into journal (number, closed_on, through_entry, entries, debit_cents, closed_at)
    values ($1, $2, $3, $4, $5, $6)");
const NEWEST: Sql = Sql("select coalesce(max(id), 0) from entry");
const RECENT: Sql = Sql("
    select number, closed_on, through_entry, entries, debit_cents from journal
    order by number desc limit $1");
const MONTHS: Sql = Sql("
    select month, level, why from month_close order by month desc, closed_at desc limit $1");
const SUM: Sql = Sql("
    select (select count(*) from entry where $1 < id and id <= $2),
           cast(coalesce(sum(case when 0 < amount_cents then amount_cents else 0 end), 0) as bigint),
           cast(coalesce(sum(amount_cents), 0) as bigint)
    from posting where $1 < entry_id and entry_id <= $2");
const POSTINGS: Sql = Sql("
    select e.id, e.kind, e.key, e.effective_on, p.gl, a.number, p.amount_cents
    from entry e join posting p on p.entry_id = e.id
    left join account a on a.id = p.account_id
    where $1 < e.id and e.id <= $2 order by e.id, p.position");
const LINES: Sql = Sql("
    select e.id, s.tariff, s.commodity, l.kind, l.label, cast(sum(l.amount_cents) as bigint)
    from entry e
    join bill b on b.number = e.key
    join segment s on s.bill_id = b.id
    join bill_line l on l.bill_id = s.bill_id and l.segment = s.position
    where $1 < e.id and e.id <= $2 and e.kind in ('bill', 'cancelled')
    group by e.id, s.tariff, s.commodity, l.kind, l.label
    order by e.id, s.tariff, s.commodity, l.kind, l.label");
const EVIDENCE: Sql = Sql("
    insert into close_evidence (subject, position, step, said) values ($1, $2, $3, $4)");
const EVIDENCE_OF: Sql = Sql("
    select step, said from close_evidence where subject = $1 order by position");
const CLOSE_MONTH: Sql = Sql("
    insert into month_close (month, level, closed_at, why) values ($1, $2, $3, $4)");
const MONTH_IS: Sql = Sql("select 1 from month_close where month = $1 and level = $2");
const LAST_HARD: Sql = Sql("
    select month from month_close where level = 'hard' order by month desc limit 1");
const SAY_CHART: Sql = Sql("insert into chart (from_on, text) values ($1, $2)");
const CHART: Sql = Sql("
    select text from chart where from_on <= $1 order by from_on desc limit 1");

/// One day's journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Its number.
    pub number: i64,
    /// Its day: the posting date of all that is in it.
    pub on: Date,
    /// The newest entry in it.
    pub through: EntryId,
    /// How many are in it.
    pub entries: i64,
    /// What its debits come to, and so its credits.
    pub debits: Money,
}

/// One posting of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Of which entry.
    pub entry: EntryId,
    /// What happened.
    pub kind: EntryKind,
    /// The bill's number or the payment's key.
    pub key: String,
    /// The day it counts from.
    pub on: Date,
    /// Its role in the ledger.
    pub gl: Gl,
    /// Whose, where it is somebody's.
    pub account: Option<AccountNumber>,
    /// How much; debits are above zero.
    pub amount: Money,
}

/// What lines of one name on a bill come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The tariff.
    pub tariff: String,
    /// What of.
    pub commodity: Commodity,
    /// What kind of charge.
    pub kind: ChargeKind,
    /// What the line is called.
    pub label: String,
    /// How much.
    pub amount: Money,
}

/// The newest journal, if there is one.
pub fn last(tx: &mut Tx) -> Result<Option<Journal>> {
    tx.maybe(LAST, [], journal)
}

/// The newest journals, the newest first.
pub fn recent(tx: &mut Tx, most: i64) -> Result<Vec<Journal>> {
    tx.many(RECENT, [most.into()], journal)
}

/// The newest entry there is now; whoever is posting another one is not waited for.
pub fn newest(tx: &mut Tx) -> Result<EntryId> {
    tx.one(NEWEST, [], |row| row.id(0))
}

/// The newest months that were closed: which, how, and why.
pub fn months(tx: &mut Tx, most: i64) -> Result<Vec<(String, String, String)>> {
    tx.many(MONTHS, [most.into()], |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)))
}

/// The journal with this number, if there is one.
pub fn get(tx: &mut Tx, number: i64) -> Result<Option<Journal>> {
    tx.maybe(GET, [number.into()], journal)
}

/// The newest entry that the journals knew at the end of a day.
pub fn known(tx: &mut Tx, on: Date) -> Result<EntryId> {
    Ok(tx.maybe(KNOWN, [on.into()], |row| row.id(0))?.unwrap_or(EntryId(0)))
}

/// The newest entry in the journal of a day, where that day has one.
pub fn of_day(tx: &mut Tx, on: Date) -> Result<Option<EntryId>> {
    tx.maybe(OF_DAY, [on.into()], |row| row.id(0))
}

/// How many days from one to another are closed.
pub fn closed_in(tx: &mut Tx, first: Date, last: Date) -> Result<i64> {
    tx.one(CLOSED_IN, [first.into(), last.into()], |row| row.int(0))
}

/// The newest entry there is. Whoever is posting another one is waited for, and waits from then on
/// until this transaction ends.
pub fn seal(tx: &mut Tx) -> Result<EntryId> {
    if let Location::Postgres(_) = tx.location() {
        tx.exec(SEAL_POSTGRES, [])?;
    }
    // No more ids, but the lock of the counter.
    Ok(EntryId(tx.next(Counter::Entry, 0)? - 1))
}

/// The newest entry that was posted on a day or before it, of those up to `through`.
pub fn before_later_days(tx: &mut Tx, on: Date, through: EntryId) -> Result<EntryId> {
    let last = tx.one(BEFORE, [on.into()], |row| row.maybe(0, Row::id))?;
    Ok(last.map_or(through, |last: EntryId| last.min(through)))
}

/// Keeps which entry is the first one of a day, for whoever is about to post on it: it costs a look
/// once that is kept.
pub fn begin_day(tx: &mut Tx, on: Date) -> Result<()> {
    let begun = |tx: &mut Tx| tx.maybe(DAY_IS, [on.into()], |_| Ok(()));
    if begun(tx)?.is_some() {
        return Ok(());
    }
    // No more ids, but the lock of the counter: whoever begins the day at the same time waits here.
    let first = tx.next(Counter::Entry, 0)?;
    if begun(tx)?.is_none() {
        tx.exec(BEGIN_DAY, [on.into(), first.into()])?;
    }
    Ok(())
}

/// No journal has what was posted on a later day than its own.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let found = tx.many(OF_A_LATER_DAY, [], |row| {
        let (number, on, day) = (row.int(0)?, row.date(1)?, row.date(2)?);
        Ok(format!("journal {number} of {on} has what was posted on {day}"))
    })?;
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

/// How many entries are behind one and up to another, what their debits come to, and by how much they
/// are out of balance.
pub fn sum(tx: &mut Tx, after: EntryId, through: EntryId) -> Result<(i64, Money, Money)> {
    tx.one(SUM, [after.into(), through.into()], |row| {
        Ok((row.int(0)?, row.money(1)?, row.money(2)?))
    })
}

/// The newest entry that a journal has, or that is older than the newest day, for whoever posts with ids
/// that were set aside before: behind it they may be used. The next journal waits until this transaction ends.
pub fn sealed(tx: &mut Tx) -> Result<EntryId> {
    if let Location::Postgres(_) = tx.location() {
        tx.exec(BESIDE_POSTGRES, [])?;
    }
    tx.one(SEALED, [], |row| row.id(0))
}

/// Keeps a journal. The database refuses a day before the last one's or in a month that is closed, and
/// from then on every entry that would belong into it.
pub fn add(tx: &mut Tx, it: &Journal, at: Timestamp) -> Result<()> {
    let Journal { number, on, through, entries, debits } = *it;
    let values =
        [number.into(), on.into(), through.into(), entries.into(), debits.into(), at.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// The postings behind one entry and up to another, in order.
pub fn postings(tx: &mut Tx, after: EntryId, through: EntryId) -> Result<Vec<Posted>> {
    tx.many(POSTINGS, [after.into(), through.into()], |row| {
        Ok(Posted {
            entry: row.id(0)?,
            kind: row.word(1, EntryKind::from_word)?,
            key: row.text(2)?,
            on: row.date(3)?,
            gl: row.word(4, Gl::from_word)?,
            account: row.maybe(5, Row::number)?,
            amount: row.money(6)?,
        })
    })
}

/// What the lines of the bills come to that were posted or taken back there, by entry.
pub fn lines(
    tx: &mut Tx,
    after: EntryId,
    through: EntryId,
) -> Result<BTreeMap<EntryId, Vec<Lines>>> {
    let mut found: BTreeMap<EntryId, Vec<Lines>> = BTreeMap::new();
    tx.each(LINES, [after.into(), through.into()], |row| {
        let lines = Lines {
            tariff: row.text(1)?,
            commodity: row.word(2, Commodity::from_word)?,
            kind: row.word(3, ChargeKind::from_word)?,
            label: row.text(4)?,
            amount: row.money(5)?,
        };
        found.entry(row.id(0)?).or_default().push(lines);
        Ok(())
    })?;
    Ok(found)
}

/// Keeps what was looked at when a day or a month was closed, and what was found.
pub fn keep_evidence(tx: &mut Tx, of: &str, steps: &[(&str, String)]) -> Result<()> {
    for (nth, (step, said)) in (0_i64..).zip(steps) {
        tx.exec(EVIDENCE, [of.into(), nth.into(), (*step).into(), said.into()])?;
    }
    Ok(())
}

/// What was found when a day or a month was closed, step by step.
pub fn evidence(tx: &mut Tx, of: &str) -> Result<Vec<(String, String)>> {
    tx.many(EVIDENCE_OF, [of.into()], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// Closes a month. The database refuses the same twice.
pub fn close_month(tx: &mut Tx, month: &str, level: &str, at: Timestamp, why: &str) -> Result<()> {
    tx.exec(CLOSE_MONTH, [month.into(), level.into(), at.into(), why.into()]).map(|_| ())
}

/// Whether a month is closed at this level.
pub fn is_closed(tx: &mut Tx, month: &str, level: &str) -> Result<bool> {
    Ok(tx.maybe(MONTH_IS, [month.into(), level.into()], |_| Ok(()))?.is_some())
}

/// The last month that takes nothing any more.
pub fn last_hard(tx: &mut Tx) -> Result<Option<String>> {
    tx.maybe(LAST_HARD, [], |row| row.text(0))
}

/// Says how the accounts are called from a day on.
pub fn say_chart(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_CHART, [from.into(), text.into()]).map(|_| ())
}

/// How the accounts are called on a day, where the utility says so.
pub fn chart(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(CHART, [on.into()], |row| row.text(0))
}

fn journal(row: &Row) -> Result<Journal> {
    Ok(Journal {
        number: row.int(0)?,
        on: row.date(1)?,
        through: row.id(2)?,
        entries: row.int(3)?,
        debits: row.money(4)?,
    })
}

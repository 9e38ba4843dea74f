//! Sets of accounts whose bills are corrected: what is to be done, the jobs that it is cut into, and what
//! became of each account.
//!
//! A job is leased as one of a run is: by the lock of its row, which ends with the transaction.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::bill::BillNumber;
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::job::Pace;
use meterbook_core::bill::set::{Item, Otherwise, Outcome, Set, SetJob};
use meterbook_core::id::{AccountId, BillId, SetId, UserId};
use meterbook_core::money::Money;

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Rows, Sql, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into correction_set (id, tariffs, from_on, cause, why, version, begun_by, begun_at, as_seen)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
const JOBS: Rows = Rows(
    "correction_job (set_id, nth, account_ids, accounts, first_correction, first_bill, bills, first_entry, entries, first_piece, pieces, worker)",
);
const GET: Sql = Sql("
    select id, tariffs, from_on, cause, why, version, begun_by, begun_at, as_seen
    from correction_set where id = $1");
const OPEN: Sql = Sql("
    select id, tariffs, from_on, cause, why, version, begun_by, begun_at, as_seen
    from correction_set where done_at is null order by id");
const LEASE_SQLITE: Sql = Sql("
    select set_id, nth, account_ids, first_correction, first_bill, bills, first_entry, entries,
           first_piece, pieces
    from correction_job where set_id = $1 and done_at is null and dropped = 0
    order by nth limit 1");
const LEASE_POSTGRES: Sql = Sql("
    select set_id, nth, account_ids, first_correction, first_bill, bills, first_entry, entries,
           first_piece, pieces
    from correction_job where set_id = $1 and done_at is null and dropped = 0
    order by nth limit 1
    for update skip locked");
const END_JOB: Sql = Sql("
    update correction_job set worker = $3, done_at = $4 where set_id = $1 and nth = $2");
const ITEMS: Rows = Rows("correction_item (set_id, account_id, outcome, bills, net_cents, said)");
const REACHED: Rows = Rows("correction_reached (set_id, bill_id, was_cents, now_cents)");
const SEEN: Rows = Rows("correction_seen (set_id, account_id, charged_cents)");
const SEEN_OF: Sql = Sql("
    select account_id, charged_cents from correction_seen where set_id = $1 order by account_id");
const END: Sql = Sql("update correction_set set done_at = $2 where id = $1 and done_at is null");
const SUMMING: Rows = Rows("correction_summing (bill_id, set_id)");
const TO_SUM_UP: Sql = Sql("
    select b.account_id, b.id from correction_summing w join bill b on b.id = w.bill_id
    where w.set_id = $1 order by b.account_id, b.id");
const SUMMED_UP: Sql = Sql("delete from correction_summing where set_id = $1");
const NOT_SUMMED: Sql = Sql("
    select b.number, w.set_id from correction_summing w
    join correction_set s on s.id = w.set_id
    join bill b on b.id = w.bill_id
    where s.done_at is not null order by w.set_id, b.id limit 100");
const DROP: Sql = Sql("
    update correction_job set dropped = 1 where set_id = $1 and done_at is null");
const CANCEL: Sql = Sql("
    insert into correction_set_cancelled (set_id, why, cancelled_by, cancelled_at)
    values ($1, $2, $3, $4)");
const CANCELLED: Sql = Sql("
    select why, cancelled_by, cancelled_at from correction_set_cancelled where set_id = $1");
const ENDED: Sql = Sql("select done_at from correction_set where id = $1");
const NEWEST: Sql = Sql("
    select id, tariffs, from_on, cause, why, version, begun_by, begun_at, as_seen
    from correction_set
    order by case when done_at is null then 0 else 1 end, id desc limit $1");
const PACE: Sql = Sql("
    select cast(coalesce(sum(case when done_at is null then 0 else accounts end), 0) as bigint),
           cast(coalesce(sum(accounts), 0) as bigint),
           cast(coalesce(sum(case when done_at is null and dropped = 0 then 1 else 0 end), 0) as bigint),
           count(*), min(done_at), max(done_at)
    from correction_job where set_id = $1");
const BY: Sql = Sql("
    select worker, count(*) from correction_job
    where set_id = $1 and done_at is not null group by worker order by worker");
const SUMS: Sql = Sql("
    select outcome, count(*), cast(sum(bills) as bigint),
           cast(sum(case when 0 < net_cents then net_cents else 0 end) as bigint),
           cast(sum(case when net_cents < 0 then net_cents else 0 end) as bigint)
    from correction_item where set_id = $1 group by outcome");
const FAILED: Sql = Sql("
    select account_id, said from correction_item
    where set_id = $1 and outcome = 'failed' order by account_id limit $2");
const OTHERWISE: Sql = Sql("
    select b.account_id, b.number, r.was_cents, r.now_cents
    from correction_reached r join bill b on b.id = r.bill_id
    where r.set_id = $1 order by b.account_id, b.id");
const LOOKS_BEFORE: Sql = Sql("
    select id from correction_set where why is null and begun_at < $1 order by id");
const FORGET_JOBS: Sql = Sql("delete from correction_job where set_id = $1");
const FORGET_ITEMS: Sql = Sql("delete from correction_item where set_id = $1");
const FORGET_SEEN: Sql = Sql("delete from correction_seen where set_id = $1");
const FORGET_REACHED: Sql = Sql("delete from correction_reached where set_id = $1");
const FORGET: Sql = Sql("delete from correction_set where id = $1");
const COUNT: Sql = Sql("select count(*) from correction_set");
const LEFT: Sql = Sql("
    select s.id, count(*) from correction_set s join correction_job j on j.set_id = s.id
    where s.done_at is not null and j.done_at is null and j.dropped = 0
    group by s.id order by s.id limit 100");
const NOT_MADE: Sql = Sql("
    select a.number, i.set_id
    from correction_item i
    join correction_set s on s.id = i.set_id
    join account a on a.id = i.account_id
    where i.outcome = 'corrected' and s.why is not null and not exists (
        select 1 from correction c
        where c.account_id = i.account_id and c.why = s.why and c.net_cents = i.net_cents)
    order by i.set_id, i.account_id limit 100");

/// What became of the accounts of a set with one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// What became of them.
    pub outcome: Outcome,
    /// How many.
    pub accounts: u64,
    /// How many of their bills would read otherwise.
    pub bills: u64,
    /// What those owe more that owe more.
    pub more: Money,
    /// What the others owe less, below zero.
    pub less: Money,
}

/// That a set was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelled {
    /// Why.
    pub why: String,
    /// By whom; `None` for the system itself.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

/// Keeps a set with its jobs.
pub fn add(tx: &mut Tx, it: &Set, jobs: &[SetJob]) -> Result<()> {
    let values = [
        it.id.into(),
        codes(it).into(),
        it.from.into(),
        it.cause.word().into(),
        it.why.as_deref().into(),
        it.version.as_deref().into(),
        it.by.into(),
        it.at.into(),
        i64::from(it.as_seen).into(),
    ];
    tx.exec(ADD, values)?;
    let jobs = jobs.iter().map(|it| {
        let count = i64::try_from(it.accounts.len()).unwrap_or(i64::MAX);
        [
            it.set.into(),
            it.nth.into(),
            list_of(it.accounts.iter().copied()).into(),
            count.into(),
            it.first_correction.into(),
            it.first_bill.into(),
            it.bills.into(),
            it.first_entry.into(),
            it.entries.into(),
            it.first_piece.into(),
            it.pieces.into(),
            "".into(),
        ]
    });
    tx.bulk(JOBS, jobs)
}

/// One set.
pub fn get(tx: &mut Tx, id: SetId) -> Result<Set> {
    tx.maybe(GET, [id.into()], set)?.ok_or_else(|| missing("set of corrections", id))
}

/// The sets that are not at their end, the oldest first.
pub fn open(tx: &mut Tx) -> Result<Vec<Set>> {
    tx.many(OPEN, [], set)
}

/// The first job of a set that is not done and that nobody else is at; it is ours until this transaction
/// ends.
pub fn lease(tx: &mut Tx, set: SetId) -> Result<Option<SetJob>> {
    let sql = tx.either(LEASE_SQLITE, LEASE_POSTGRES);
    tx.maybe(sql, [set.into()], |row| {
        let ids = row.text(2)?;
        let ids = ids.trim_matches(['[', ']']).split(',').filter(|it| !it.is_empty());
        let accounts = ids.map(|it| Ok(AccountId(it.parse()?))).collect::<Result<_>>()?;
        Ok(SetJob {
            set: row.id(0)?,
            nth: row.int(1)?,
            accounts,
            first_correction: row.id(3)?,
            first_bill: row.id(4)?,
            bills: row.int(5)?,
            first_entry: row.id(6)?,
            entries: row.int(7)?,
            first_piece: row.id(8)?,
            pieces: row.int(9)?,
        })
    })
}

/// Writes down what a job came to, who did it, and when.
pub fn end_job(
    tx: &mut Tx,
    job: &SetJob,
    (items, reached): (&[Item], &[Otherwise]),
    worker: &str,
    at: Timestamp,
) -> Result<()> {
    let set = job.set;
    tx.bulk(
        ITEMS,
        items.iter().map(|it| {
            let Item { account, outcome, bills, net, ref said } = *it;
            let word = outcome.word();
            [set.into(), account.into(), word.into(), bills.into(), net.into(), said.into()]
        }),
    )?;
    tx.bulk(
        REACHED,
        reached.iter().map(|it| [set.into(), it.bill.into(), it.was.into(), it.now.into()]),
    )?;
    let values = [set.into(), job.nth.into(), V::from(worker), at.into()];
    tx.exec(END_JOB, values).map(|_| ())
}

/// Writes down that a set is at its end, and says whether it was not before.
pub fn end(tx: &mut Tx, set: SetId, at: Timestamp) -> Result<bool> {
    Ok(tx.exec(END, [set.into(), at.into()])? == 1)
}

/// Keeps bills that sum up others and were taken back, to be made anew at the end of a set.
pub fn sum_up_later(tx: &mut Tx, set: SetId, bills: &[BillId]) -> Result<()> {
    tx.bulk(SUMMING, bills.iter().map(|it| [(*it).into(), set.into()]))
}

/// What is to be summed up anew at the end of a set: whose, and the bill that was taken back.
pub fn to_sum_up(tx: &mut Tx, set: SetId) -> Result<Vec<(AccountId, BillId)>> {
    tx.many(TO_SUM_UP, [set.into()], |row| Ok((row.id(0)?, row.id(1)?)))
}

/// Writes down that this was done.
pub fn summed_up(tx: &mut Tx, set: SetId) -> Result<()> {
    tx.exec(SUMMED_UP, [set.into()]).map(|_| ())
}

/// Drops the jobs of a set that are not done. Those who are at one of them are waited for.
pub fn drop_rest(tx: &mut Tx, set: SetId) -> Result<()> {
    tx.exec(DROP, [set.into()]).map(|_| ())
}

/// Keeps that somebody cancelled a set.
pub fn cancel(tx: &mut Tx, set: SetId, it: &Cancelled) -> Result<()> {
    let values = [set.into(), V::from(&it.why), it.by.into(), it.at.into()];
    tx.exec(CANCEL, values).map(|_| ())
}

/// Who cancelled a set and why, where somebody did.
pub fn cancelled(tx: &mut Tx, set: SetId) -> Result<Option<Cancelled>> {
    tx.maybe(CANCELLED, [set.into()], |row| {
        Ok(Cancelled { why: row.text(0)?, by: row.maybe(1, Row::id)?, at: row.instant(2)? })
    })
}

/// When a set came to its end; nothing while it is open.
pub fn ended(tx: &mut Tx, set: SetId) -> Result<Option<Timestamp>> {
    let found = tx.maybe(ENDED, [set.into()], |row| row.maybe(0, Row::instant))?;
    found.ok_or_else(|| missing("set of corrections", set))
}

/// The set with a number, if there is one.
pub fn find(tx: &mut Tx, id: SetId) -> Result<Option<Set>> {
    tx.maybe(GET, [id.into()], set)
}

/// At most so many sets: those that are open, and then the newest.
pub fn newest(tx: &mut Tx, most: i64) -> Result<Vec<Set>> {
    tx.many(NEWEST, [most.into()], set)
}

/// How far a set is.
pub fn pace(tx: &mut Tx, set: SetId) -> Result<Pace> {
    tx.one(PACE, [set.into()], |row| {
        Ok(Pace {
            done: row.small(0)?,
            of: row.small(1)?,
            open: row.small(2)?,
            jobs: row.small(3)?,
            first: row.maybe(4, Row::instant)?,
            last: row.maybe(5, Row::instant)?,
        })
    })
}

/// Who did jobs of a set, and how many.
pub fn workers(tx: &mut Tx, set: SetId) -> Result<Vec<(String, u64)>> {
    tx.many(BY, [set.into()], |row| Ok((row.text(0)?, row.small(1)?)))
}

/// What became of its accounts, outcome by outcome.
pub fn sums(tx: &mut Tx, set: SetId) -> Result<Vec<Sum>> {
    tx.many(SUMS, [set.into()], |row| {
        Ok(Sum {
            outcome: row.word(0, Outcome::from_word)?,
            accounts: row.small(1)?,
            bills: row.small(2)?,
            more: row.money(3)?,
            less: row.money(4)?,
        })
    })
}

/// The first accounts whose bills could not be made again, and why.
pub fn failed(tx: &mut Tx, set: SetId, most: i64) -> Result<Vec<(AccountId, String)>> {
    tx.many(FAILED, [set.into(), most.into()], |row| Ok((row.id(0)?, row.text(1)?)))
}

/// The bills that a version reaches that was looked at: whose, which, what each comes to and what it would
/// come to.
pub fn otherwise(tx: &mut Tx, set: SetId) -> Result<Vec<(AccountId, BillNumber, Money, Money)>> {
    tx.many(OTHERWISE, [set.into()], |row| {
        Ok((row.id(0)?, BillNumber(row.text(1)?), row.money(2)?, row.money(3)?))
    })
}

/// Keeps what accounts of a set would be charged.
pub fn see(tx: &mut Tx, set: SetId, charged: &[(AccountId, Money)]) -> Result<()> {
    tx.bulk(SEEN, charged.iter().map(|it| [set.into(), it.0.into(), it.1.into()]))
}

/// What accounts of a set would be charged.
pub fn seen(tx: &mut Tx, set: SetId) -> Result<Vec<(AccountId, Money)>> {
    tx.many(SEEN_OF, [set.into()], |row| Ok((row.id(0)?, row.money(1)?)))
}

/// The sets that were only looked at and begun before an instant.
pub fn looks_before(tx: &mut Tx, at: Timestamp) -> Result<Vec<SetId>> {
    tx.many(LOOKS_BEFORE, [at.into()], |row| row.id(0))
}

/// Takes a set away that was only looked at. Those who are at a job of it are waited for.
pub fn forget(tx: &mut Tx, set: SetId) -> Result<()> {
    for sql in [FORGET_JOBS, FORGET_ITEMS, FORGET_SEEN, FORGET_REACHED, FORGET] {
        tx.exec(sql, [set.into()])?;
    }
    Ok(())
}

/// Nothing is left of a set that is at its end, and whom it says it corrected has that correction.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(LEFT, [], |row| {
        Ok(format!("{} jobs are left of set {}, which is at its end", row.int(1)?, row.int(0)?))
    })?;
    found.extend(tx.many(NOT_SUMMED, [], |row| {
        let (number, set) = (row.text(0)?, row.int(1)?);
        Ok(format!("set {set} is at its end, and what {number} summed up was not summed up anew"))
    })?);
    found.extend(tx.many(NOT_MADE, [], |row| {
        let (number, set) = (row.number(0)?, row.int(1)?);
        Ok(format!("account {number} has no correction such as set {set} says it made"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn codes(it: &Set) -> String {
    it.tariffs.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn set(row: &Row) -> Result<Set> {
    Ok(Set {
        id: row.id(0)?,
        tariffs: row.text(1)?.lines().map(str::to_owned).collect(),
        from: row.date(2)?,
        cause: row.word(3, Cause::from_word)?,
        why: row.maybe(4, Row::text)?,
        version: row.maybe(5, Row::text)?,
        by: row.maybe(6, Row::id)?,
        at: row.instant(7)?,
        as_seen: row.int(8)? == 1,
    })
}

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
use meterbook_core::id::{AccountId, SetId};
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
    from correction_job where set_id = $1 and done_at is null order by nth limit 1");
const LEASE_POSTGRES: Sql = Sql("
    select set_id, nth, account_ids, first_correction, first_bill, bills, first_entry, entries,
           first_piece, pieces
    from correction_job where set_id = $1 and done_at is null order by nth limit 1
    for update skip locked");
const END_JOB: Sql = Sql("
    update correction_job set worker = $3, done_at = $4 where set_id = $1 and nth = $2");
const ITEMS: Rows = Rows("correction_item (set_id, account_id, outcome, bills, net_cents, said)");
const REACHED: Rows = Rows("correction_reached (set_id, bill_id, was_cents, now_cents)");
const SEEN: Rows = Rows("correction_seen (set_id, account_id, charged_cents)");
const SEEN_OF: Sql = Sql("
    select account_id, charged_cents from correction_seen where set_id = $1 order by account_id");
const END: Sql = Sql("update correction_set set done_at = $2 where id = $1 and done_at is null");
const PACE: Sql = Sql("
    select cast(coalesce(sum(case when done_at is null then 0 else accounts end), 0) as bigint),
           cast(coalesce(sum(accounts), 0) as bigint),
           cast(coalesce(sum(case when done_at is null then 1 else 0 end), 0) as bigint),
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
    where s.done_at is not null and j.done_at is null group by s.id order by s.id limit 100");
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

/// Writes down that a set is at its end.
pub fn end(tx: &mut Tx, set: SetId, at: Timestamp) -> Result<()> {
    tx.exec(END, [set.into(), at.into()]).map(|_| ())
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

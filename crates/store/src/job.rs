//! The jobs of a run: accounts that one worker takes on, does and ends in one transaction.
//!
//! A lease is the lock of the job's row, so it ends with the transaction, and with the connection of a
//! worker that dies. On SQLite there is one writer, and whoever writes has the job.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::bill::job::{Job, Pace, Pass};
use meterbook_core::id::RunId;

use crate::tx::{Rows, Sql};
use crate::value::{Row, V};
use crate::{Location, Tx};

const ADD: Rows = Rows(
    "run_job (run_id, pass, nth, first_account, last_account, accounts, first_bill, first_entry, entries, first_piece, pieces, worker)",
);
const LEASE_SQLITE: Sql = Sql("
    select run_id, pass, nth, first_account, last_account, accounts, first_bill, first_entry, entries,
           first_piece, pieces
    from run_job where run_id = $1 and pass = $2 and done_at is null order by nth limit 1");
const LEASE_POSTGRES: Sql = Sql("
    select run_id, pass, nth, first_account, last_account, accounts, first_bill, first_entry, entries,
           first_piece, pieces
    from run_job where run_id = $1 and pass = $2 and done_at is null order by nth limit 1
    for update skip locked");
// A turn that has just begun is in no statistics. A plan for its own number trusted that it has next to
// no rows, and read all of them for each job; one for any turn goes by the accounts of the job.
const ANY_TURN_POSTGRES: Sql = Sql("set local plan_cache_mode = force_generic_plan");
const NEVER_COUNTED_POSTGRES: Sql = Sql("
    select cast(c.relname as text) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.reltuples <= 0
      and c.relname in ('run_item', 'bill', 'segment', 'segment_carried')
    order by c.relname");
const END: Sql = Sql("
    update run_job set worker = $4, done_at = $5 where run_id = $1 and pass = $2 and nth = $3");
const PACE: Sql = Sql("
    select cast(coalesce(sum(case when done_at is null then 0 else accounts end), 0) as bigint),
           cast(coalesce(sum(accounts), 0) as bigint),
           cast(coalesce(sum(case when done_at is null then 1 else 0 end), 0) as bigint),
           count(*), min(done_at), max(done_at)
    from run_job where run_id = $1 and pass = $2");
const BY: Sql = Sql("
    select worker, count(*) from run_job
    where run_id = $1 and pass = $2 and done_at is not null group by worker order by worker");
const FORGET: Sql = Sql("delete from run_job where run_id = $1");

/// Keeps the jobs of a pass.
pub fn add(tx: &mut Tx, jobs: &[Job]) -> Result<()> {
    tx.bulk(
        ADD,
        jobs.iter().map(|it| {
            [
                it.run.into(),
                it.pass.word().into(),
                it.nth.into(),
                it.first.into(),
                it.last.into(),
                it.accounts.into(),
                it.first_bill.into(),
                it.first_entry.into(),
                it.entries.into(),
                it.first_piece.into(),
                it.pieces.into(),
                "".into(),
            ]
        }),
    )
}

/// The first job of a pass that is not done and that nobody else is at; it is ours until this
/// transaction ends.
pub fn lease(tx: &mut Tx, run: RunId, pass: Pass) -> Result<Option<Job>> {
    if let Location::Postgres(_) = tx.location() {
        tx.exec(ANY_TURN_POSTGRES, [])?;
    }
    let lease = tx.either(LEASE_SQLITE, LEASE_POSTGRES);
    tx.maybe(lease, [run.into(), pass.word().into()], job)
}

/// Writes down who did a job, and when.
pub fn end(tx: &mut Tx, job: &Job, worker: &str, at: Timestamp) -> Result<()> {
    let Job { run, pass, nth, .. } = *job;
    let values = [run.into(), pass.word().into(), nth.into(), V::from(worker), at.into()];
    tx.exec(END, values).map(|_| ())
}

/// Has the server count the rows of tables that a first run fills, where nobody did before: it plans
/// for empty ones otherwise, however long the run goes on.
pub fn count_rows(tx: &mut Tx) -> Result<()> {
    if let Location::Postgres(_) = tx.location() {
        for table in tx.many(NEVER_COUNTED_POSTGRES, [], |row| row.text(0))? {
            tx.script(&format!("analyze {table}"))?;
        }
    }
    Ok(())
}

/// How far a pass is.
pub fn pace(tx: &mut Tx, run: RunId, pass: Pass) -> Result<Pace> {
    tx.one(PACE, [run.into(), pass.word().into()], |row| {
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

/// Who did jobs of a pass, and how many.
pub fn workers(tx: &mut Tx, run: RunId, pass: Pass) -> Result<Vec<(String, u64)>> {
    tx.many(BY, [run.into(), pass.word().into()], |row| Ok((row.text(0)?, row.small(1)?)))
}

/// Takes all jobs of a run away: nobody begins another one, and those that are being done are waited
/// for.
pub fn forget(tx: &mut Tx, run: RunId) -> Result<()> {
    tx.exec(FORGET, [run.into()]).map(|_| ())
}

fn job(row: &Row) -> Result<Job> {
    Ok(Job {
        run: row.id(0)?,
        pass: row.word(1, Pass::from_word)?,
        nth: row.int(2)?,
        first: row.id(3)?,
        last: row.id(4)?,
        accounts: row.int(5)?,
        first_bill: row.id(6)?,
        first_entry: row.id(7)?,
        entries: row.int(8)?,
        first_piece: row.id(9)?,
        pieces: row.int(10)?,
    })
}

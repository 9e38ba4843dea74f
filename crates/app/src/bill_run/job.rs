//! Works through a pass of a run, job by job, beside whoever else does: `bill run`, the console's
//! program, workers on other machines.
//!
//! Nobody locks the run while working on a job. Who finds no job left locks it, and then either cuts
//! the work into jobs, or waits for those that others are at, or takes the run to its next stage.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::bill::job::{Job, Pass};
use meterbook_core::bill::run::{Run, Stage};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, BillId, EntryId, PieceId};
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION;
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Counter, Db, Tx, Unavailable};

use super::{Progress, cancel, check, post, sum_up};
use crate::close;

/// How long to wait before looking again whether others are ready with their jobs.
pub(super) const WAIT: Duration = Duration::from_millis(50);
/// How long the database may be taken by others before that is a failure. They work beside us, and on
/// SQLite only one can write at a time, in no order.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
/// After so many of its jobs a worker has the rows counted.
const COUNTED: u32 = 3;
/// Every account there is.
const ALL: (AccountId, AccountId) = (AccountId(0), AccountId(i64::MAX));

/// What a look for work came to.
enum Step {
    /// A job was done, or the work was cut.
    Did,
    /// Others are at the last jobs.
    Waits,
    /// The pass is over.
    Over(Run),
}

/// Does jobs of a pass until the run is in it no more.
pub(super) fn work(
    db: &Db,
    allowed: &Authorized,
    (run, pass): (&mut Run, Pass),
    window: &Window,
    tariffs: &mut Tariffs,
    watch: &mut dyn FnMut(Progress),
) -> Result<()> {
    let worker = name();
    let (mut since, mut did) = (Instant::now(), 0);
    while run.stage.pass() == Some(pass) {
        let step = match db.write(|tx| step(tx, allowed, (run, pass), (window, &worker), tariffs)) {
            Err(why) if is_taken(&why) && since.elapsed() < PATIENCE => Step::Waits,
            step => step?,
        };
        match step {
            Step::Did => {
                (since, did) = (Instant::now(), did + 1);
                if did == COUNTED {
                    count_rows(db)?;
                }
            }
            Step::Waits => sleep(WAIT),
            Step::Over(next) => *run = next,
        }
        let pace = db.read(|tx| store::job::pace(tx, run.id, pass))?;
        watch(match pass {
            Pass::Check => Progress::Checked(pace.done, pace.of),
            Pass::Post => Progress::Posted(pace.done, pace.of),
            Pass::Cancel => Progress::TakenBack(pace.done, pace.of),
        });
    }
    Ok(())
}

/// What is there after the first jobs says enough to plan the others by. Whoever counts already does it
/// for all.
fn count_rows(db: &Db) -> Result<()> {
    match db.write(store::job::count_rows) {
        Err(why) if is_taken(&why) => Ok(()),
        done => done,
    }
}

/// Does one job, or finds that there is none.
fn step(
    tx: &mut Tx,
    allowed: &Authorized,
    (run, pass): (&Run, Pass),
    (window, worker): (&Window, &str),
    tariffs: &mut Tariffs,
) -> Result<Step> {
    if let Some(job) = store::job::lease(tx, run.id, pass)? {
        if pass != Pass::Check {
            close::begin_day(tx, allowed)?;
        }
        let run = store::run::get(tx, run.id)?;
        match pass {
            Pass::Check => check::check(tx, &run, window, &job, tariffs)?,
            Pass::Post => post::post(tx, &run, window, &job, tariffs)?,
            Pass::Cancel => cancel::take_back_bills(tx, allowed, window, &job)?,
        }
        store::job::end(tx, &job, worker, Timestamp::now())?;
        return Ok(Step::Did);
    }
    let run = store::run::lock(tx, run.id)?;
    if run.stage.pass() != Some(pass) {
        return Ok(Step::Over(run));
    }
    let pace = store::job::pace(tx, run.id, pass)?;
    if 0 < pace.open {
        return Ok(Step::Waits);
    }
    if pace.jobs == 0 {
        if pass != Pass::Check {
            close::begin_day(tx, allowed)?;
        }
        if cut(tx, &run, window, pass)? {
            return Ok(Step::Did);
        }
    }
    let subject = window.id.to_string();
    let stage = match pass {
        Pass::Check => Stage::Preview,
        Pass::Post => {
            store::audit::add(tx, allowed, "bill run done", &subject, "")?;
            sum_up::after_turn(tx, allowed, &run, window)?;
            Stage::Done
        }
        Pass::Cancel => {
            store::cancel::open_again(tx, window.id)?;
            store::audit::add(tx, allowed, "bill run cancelled", &subject, "")?;
            Stage::Cancelled
        }
    };
    let next = Run { stage, ..run };
    store::run::advance(tx, &next)?;
    Ok(Step::Over(next))
}

/// Cuts the work of a pass into jobs; whether there is any.
fn cut(tx: &mut Tx, run: &Run, window: &Window, pass: Pass) -> Result<bool> {
    let (due, entries, pieces) = match pass {
        Pass::Check => {
            (store::run::to_check(tx, run, window, ALL)?, BTreeMap::new(), BTreeMap::new())
        }
        Pass::Post => {
            let due = store::run::to_post(tx, run, ALL)?;
            let entries = entries(tx, &due)?;
            let pieces = store::outbox::more_than_one(tx, &due)?;
            (due, entries, pieces)
        }
        Pass::Cancel => {
            let bills = store::cancel::accounts(tx, window.id)?;
            (bills.iter().map(|it| it.0).collect(), bills.into_iter().collect(), BTreeMap::new())
        }
    };
    let (mut jobs, run) = (Vec::new(), run.id);
    for (nth, accounts) in (0..).zip(due.chunks(ACCOUNTS_PER_TRANSACTION)) {
        let (first, last) = (accounts[0], accounts[accounts.len() - 1]);
        let most = |of: &BTreeMap<AccountId, i64>| -> i64 {
            accounts.iter().map(|it| of.get(it).copied().unwrap_or(1)).sum()
        };
        let (entries, pieces) = (most(&entries), most(&pieces));
        let accounts = i64::try_from(accounts.len())?;
        let first_bill = BillId(match pass {
            Pass::Post => tx.next(Counter::Bill, usize::try_from(accounts)?)?,
            Pass::Check | Pass::Cancel => 0,
        });
        let (first_entry, entries) = match pass {
            Pass::Check => (EntryId(0), 0),
            Pass::Post | Pass::Cancel => {
                (EntryId(tx.next(Counter::Entry, usize::try_from(entries)?)?), entries)
            }
        };
        let (first_piece, pieces) = match pass {
            Pass::Post => (PieceId(tx.next(Counter::Piece, usize::try_from(pieces)?)?), pieces),
            Pass::Check | Pass::Cancel => (PieceId(0), 0),
        };
        jobs.push(Job {
            run,
            pass,
            nth,
            first,
            last,
            accounts,
            first_bill,
            first_entry,
            entries,
            first_piece,
            pieces,
        });
    }
    store::job::add(tx, &jobs)?;
    Ok(!jobs.is_empty())
}

/// How many entries the bills of these accounts can come to with what comes with them, where that is
/// more than one.
fn entries(tx: &mut Tx, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, i64>> {
    let mut most = BTreeMap::new();
    for it in store::charge::pending(tx, accounts)? {
        // A deposit that is asked for may be given back with the same bill.
        *most.entry(it.account).or_insert(1) += 2;
    }
    for account in store::charge::to_apply(tx, accounts)?.into_keys() {
        *most.entry(account).or_insert(1) += 2;
    }
    for (it, _) in store::budget::running(tx, accounts)? {
        *most.entry(it.account).or_insert(1) += 2;
    }
    for it in store::credit::asked(tx, accounts)? {
        *most.entry(it.account).or_insert(1) += 1;
    }
    Ok(most)
}

/// Does something beside others who write, however long it takes until they let us.
pub(super) fn in_turn<T>(db: &Db, mut work: impl FnMut(&mut Tx) -> Result<T>) -> Result<T> {
    let since = Instant::now();
    loop {
        match db.write(&mut work) {
            Err(why) if is_taken(&why) && since.elapsed() < PATIENCE => sleep(WAIT),
            done => return done,
        }
    }
}

pub(super) fn is_taken(why: &anyhow::Error) -> bool {
    matches!(why.downcast_ref(), Some(Unavailable::Locked(_)))
}

/// Who we are, as it is written beside what we did: the machine, where it says its name, and the
/// number of the program that runs.
pub fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}/{}", host.trim(), std::process::id())
}

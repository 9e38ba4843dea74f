//! Corrects the bills of a set of accounts, or looks at what that would come to, job by job, beside whoever
//! else does: `bill correct`, the console's program, workers on other machines.
//!
//! What is to be done and the ids that it takes are kept before anybody begins, so that it comes to the
//! same whoever does which job, and goes on after any of them was cut off.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::set::{Set, SetJob};
use meterbook_core::id::{AccountId, BillId, CorrectionId, EntryId, PieceId, SetId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Counter, Db, Location, Tx};

use super::many::Seen;
use super::some::{Came, some};
use crate::Actor;
use crate::approval::needs_second;
use crate::authority::authorize;
use crate::bill_run::job::{PATIENCE, WAIT, in_turn, is_taken, name};
use crate::bill_run::sum_up;

/// Accounts of a job: from here up, what is asked once for all of them costs little beside what each takes.
const TOGETHER: usize = 100;
/// At most so many jobs at once in one program: a server has more to do than this.
const AT_ONCE: usize = 4;
/// How long what was looked at is kept for who looked and was cut off.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(24);
/// The act in the audit.
const CORRECT_SET: &str = "correct set";

/// What is to be corrected; without a reason it is only looked at, and with a version as if that were told.
#[derive(Clone, Copy)]
pub(crate) struct NewSet<'a> {
    pub(crate) tariffs: &'a BTreeSet<String>,
    pub(crate) from: Date,
    pub(crate) cause: Cause,
    pub(crate) why: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    /// What it came to when somebody looked; an account of which it comes to something else is left.
    pub(crate) seen: Option<&'a Seen>,
}

/// A set that is to be worked on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Begun {
    /// It was begun now.
    New(SetId),
    /// The same was begun before and is not at its end.
    Before(SetId),
}

/// What a look for work came to.
enum Step {
    /// A job was done.
    Did,
    /// Others are at the last jobs.
    Waits,
    /// The set is at its end.
    Over,
}

/// Begins a set, or finds that the same was begun before and is not at its end.
pub(crate) fn begin(tx: &mut Tx, actor: Actor, new: NewSet<'_>) -> Result<Begun> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    // First of all its number: who begins the same waits here, and finds it.
    let id = SetId(tx.next(Counter::Set, 1)?);
    let NewSet { tariffs, from, cause, why, version, seen } = new;
    let set = Set {
        id,
        tariffs: tariffs.clone(),
        from,
        cause,
        why: why.map(str::to_owned),
        version: version.map(str::to_owned),
        as_seen: seen.is_some(),
        by: actor.by,
        at: actor.at,
    };
    let Some(why) = why else {
        for id in store::set::looks_before(tx, actor.at - LOOKED_AT)? {
            store::set::forget(tx, id)?;
        }
        let jobs = cut(tx, &set)?;
        store::set::add(tx, &set, &jobs)?;
        return Ok(Begun::New(id));
    };
    match authorize(tx, actor, Permission::CorrectBills, Some(Money::ZERO)) {
        Err(why) if !needs_second(&why) => return Err(why),
        _ => (),
    }
    let same = |it: &Set| Set { id, at: set.at, ..it.clone() } == set;
    if let Some(before) = store::set::open(tx)?.iter().find(|it| same(it)) {
        return Ok(Begun::Before(before.id));
    }
    // The day first: ids that were set aside before it began are not used on it.
    crate::close::begin_day(tx, &allowed)?;
    let jobs = cut(tx, &set)?;
    store::set::add(tx, &set, &jobs)?;
    if let Some(seen) = seen {
        let seen: Vec<_> = seen.iter().map(|it| (*it.0, *it.1)).collect();
        store::set::see(tx, id, &seen)?;
    }
    let count = counted(jobs.iter().map(|it| it.accounts.len()).sum::<usize>(), "account");
    let codes: Vec<&str> = tariffs.iter().map(String::as_str).collect();
    let change = store::audit::Change { why: Some(why), ..store::audit::Change::default() };
    let said = format!("set {id}, {count} from {from} on");
    store::audit::change(tx, &allowed, CORRECT_SET, &codes.join(", "), (&said, change))?;
    Ok(Begun::New(id))
}

/// Cuts a set into jobs, each with the ids that it takes, unless it is only looked at.
fn cut(tx: &mut Tx, set: &Set) -> Result<Vec<SetJob>> {
    let mut accounts = BTreeSet::new();
    for code in &set.tariffs {
        accounts.extend(store::correction::on_tariff(tx, code, set.from)?);
    }
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let mut jobs = Vec::new();
    for (nth, some) in (0..).zip(accounts.chunks(TOGETHER)) {
        jobs.push(SetJob {
            set: set.id,
            nth,
            accounts: some.to_vec(),
            first_correction: CorrectionId(0),
            first_bill: BillId(0),
            bills: 0,
            first_entry: EntryId(0),
            entries: 0,
            first_piece: PieceId(0),
            pieces: 0,
        });
    }
    if set.why.is_some() {
        number(tx, set.from, &mut jobs)?;
    }
    Ok(jobs)
}

/// Sets ids aside for jobs, in their order.
fn number(tx: &mut Tx, from: Date, jobs: &mut [SetJob]) -> Result<()> {
    let mut corrections = 0;
    for it in &mut *jobs {
        let bills = store::correction::standing_of(tx, &it.accounts, from)?;
        let more = store::outbox::more_than_one(tx, &it.accounts)?;
        // Each account's note goes the ways of its bills.
        let of = bills.iter().map(|it| &it.0).chain(&it.accounts);
        it.pieces = of.map(|it| more.get(it).copied().unwrap_or(1)).sum();
        it.bills = i64::try_from(bills.len())?;
        // Each is taken back and made anew, and what the rules take off is one more.
        it.entries = 2 * it.bills + i64::try_from(it.accounts.len())?;
        corrections += it.accounts.len();
    }
    if corrections == 0 {
        return Ok(());
    }
    let mut aside = |counter, count: i64| tx.next(counter, usize::try_from(count)?);
    let mut correction = aside(Counter::Correction, i64::try_from(corrections)?)?;
    let mut bill = aside(Counter::Bill, jobs.iter().map(|it| it.bills).sum())?;
    let mut entry = aside(Counter::Entry, jobs.iter().map(|it| it.entries).sum())?;
    let mut piece = aside(Counter::Piece, jobs.iter().map(|it| it.pieces).sum())?;
    for it in jobs {
        it.first_correction = CorrectionId(correction);
        it.first_bill = BillId(bill);
        it.first_entry = EntryId(entry);
        it.first_piece = PieceId(piece);
        correction += i64::try_from(it.accounts.len())?;
        bill += it.bills;
        entry += it.entries;
        piece += it.pieces;
    }
    Ok(())
}

/// Goes on with every set that is not at its end, beside whoever else does, and says how many there were.
pub(in crate::bill_run) fn work(db: &Db, watch: &mut dyn FnMut(u64, u64)) -> Result<usize> {
    let sets = db.read(store::set::open)?;
    for set in &sets {
        work_on(db, set, &AtomicBool::new(false), watch)?;
    }
    Ok(sets.len())
}

/// Brings a set to its end, with as many jobs at once as serve here, beside whoever else works on it.
pub(super) fn to_end(db: &Db, set: &Set, watch: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let failed = &AtomicBool::new(false);
    thread::scope(|threads| {
        let beside: Vec<_> = (1..at_once(db))
            .map(|_| threads.spawn(|| work_on(db, set, failed, &mut |_, _| ())))
            .collect();
        let mut done = work_on(db, set, failed, watch);
        for it in beside {
            let it = it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            done = done.and(it);
        }
        done
    })?;
    // Whoever worked beside did the last of it, perhaps.
    let pace = db.read(|tx| store::set::pace(tx, set.id))?;
    watch(pace.done, pace.of);
    Ok(())
}

/// Takes away what was only looked at, once who looked has seen it.
pub(super) fn forget(db: &Db, set: SetId) -> Result<()> {
    in_turn(db, |tx| store::set::forget(tx, set))
}

/// How many transactions at once serve: one for each processor, and on SQLite, which has one writer,
/// one.
fn at_once(db: &Db) -> usize {
    match db.location() {
        Location::Sqlite(_) => 1,
        Location::Postgres(_) => {
            thread::available_parallelism().map_or(1, usize::from).min(AT_ONCE)
        }
    }
}

/// Does jobs of a set until it is at its end, or until one who does them here fails.
fn work_on(db: &Db, set: &Set, failed: &AtomicBool, watch: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let (worker, mut since) = (name(), Instant::now());
    while !failed.load(Ordering::Relaxed) {
        let step = match db.write(|tx| step(tx, set, &worker)) {
            Err(why) if is_taken(&why) && since.elapsed() < PATIENCE => Ok(Step::Waits),
            step => step,
        };
        match step.inspect_err(|_| failed.store(true, Ordering::Relaxed))? {
            Step::Did => since = Instant::now(),
            Step::Waits => thread::sleep(WAIT),
            Step::Over => break,
        }
        let pace = db.read(|tx| store::set::pace(tx, set.id))?;
        watch(pace.done, pace.of);
    }
    Ok(())
}

/// Does one job, or finds that there is none.
fn step(tx: &mut Tx, set: &Set, worker: &str) -> Result<Step> {
    if let Some(job) = store::set::lease(tx, set.id)? {
        let Came { items, reached, charged } = some(tx, set, &job)?;
        store::set::see(tx, set.id, &charged)?;
        store::set::end_job(tx, &job, (&items, &reached), worker, Timestamp::now())?;
        return Ok(Step::Did);
    }
    if 0 < store::set::pace(tx, set.id)?.open {
        return Ok(Step::Waits);
    }
    end(tx, set)?;
    Ok(Step::Over)
}

/// Ends a set, and sums up anew what its jobs took back of that; of two who come to its end one does.
fn end(tx: &mut Tx, set: &Set) -> Result<()> {
    if store::set::end(tx, set.id, Timestamp::now())? && set.why.is_some() {
        let begun = Actor { by: set.by, at: set.at };
        let allowed = authorize(tx, begun, Permission::RunBills, None)?;
        let on = crate::founding::zone(tx)?.day_of(set.at);
        sum_up::after_set(tx, &allowed, set.id, on)?;
    }
    Ok(())
}

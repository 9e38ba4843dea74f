//! Billing a cycle: check every account, show what it comes to, and post when it is released.
//!
//! Rating is pure, so nothing is kept between the two passes but how each agreement ended and what
//! it came to. Posting rates again and must come to the same cent; what does not is held. The work
//! of each pass is cut into jobs, each done in one transaction with its result: a run may be killed
//! anywhere, and shared by whoever has time.

pub mod again;
mod anew;
mod apart;
pub mod cancel;
pub(crate) mod charges;
mod check;
pub mod correct;
pub mod doubt;
pub mod interim;
mod job;
pub mod last;
pub mod once;
pub(crate) mod origin;
mod post;
pub mod release;
pub mod settle;
pub(crate) mod so_far;
pub mod sum_up;

pub(crate) use check::learn;
pub use job::name as worker_name;

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::account::Cycle;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::bill::job::Pass;
use meterbook_core::bill::preview::Preview;
use meterbook_core::bill::run::{Run, Stage, Standing};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountNumber, RunId, WindowId};
use meterbook_core::period::Period;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Counter, Db, Tx};

use crate::authority::authorize;
use crate::vee::cycle::Missing;
use crate::{Actor, refuse};

/// What the audit says of a run whose bills keep their days.
const KEPT: &str = "bills keep the days planned for them";

/// What to bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The oldest open window of this cycle.
    Cycle(Cycle),
    /// What is held in the windows of this cycle that were run before; the bill of the account, if
    /// one is named, may be far from usual.
    Held(Cycle, Option<AccountNumber>),
    /// The open window with the earliest bill date.
    Next,
    /// The last run: finish it, or say again how it ended.
    Last,
}

/// Whether a run that is checked is released at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It waits to be looked at and released.
    Preview,
    /// It is released when no total is further from earlier turns than the limits allow; else it
    /// waits.
    Posted,
}

/// How a turn is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How<'a> {
    /// How far.
    pub until: Until,
    /// Why its bills keep the days planned for them, however late they are let go: who brings the past of
    /// a utility in bills it again, and its customers have had those bills. Without it bills are of no day
    /// before that on which they are let go.
    pub as_planned: Option<&'a str>,
}

/// How far a run is.
#[derive(Clone, Debug)]
pub enum Progress<'a> {
    /// So many of so many accounts are rated and checked.
    Checked(u64, u64),
    /// Every account is checked; nothing is posted yet.
    Totals(&'a Preview),
    /// So many of so many accounts are posted.
    Posted(u64, u64),
    /// The bills of so many of so many accounts are taken back.
    TakenBack(u64, u64),
    /// The bills of so many of so many accounts of a set are corrected, or looked at.
    Corrected(u64, u64),
    /// An older turn was done or waits before the next one is begun.
    Stands(&'a Standing),
}

/// Why nothing is billed.
#[derive(Debug, PartialEq, Eq)]
pub enum NotRun {
    /// The cycle has no window that is not billed.
    NothingDue {
        /// The cycle; `None` when all were asked.
        cycle: Option<Cycle>,
    },
    /// The cycle has no windows at all.
    NotPlanned {
        /// The cycle.
        cycle: Cycle,
    },
    /// There was no run before.
    NoRun,
    /// Nothing of the account ended that is not billed.
    NothingEnded {
        /// Its number.
        number: AccountNumber,
    },
    /// No turn of the cycle has the day on which something ended.
    NotPlannedFor {
        /// The cycle.
        cycle: Cycle,
        /// The last day of service.
        day: Date,
    },
    /// The last bill waits for something.
    LastHeld {
        /// What ended.
        agreement: meterbook_core::id::AgreementId,
        /// Why it waits.
        hold: String,
        /// Another one, which could be billed by itself.
        free: Option<meterbook_core::id::AgreementId>,
    },
    /// A bill of the days so far would part what is set off over the whole turn.
    NetsOverTurn {
        /// Of which agreement.
        agreement: meterbook_core::id::AgreementId,
        /// The days of the turn.
        days: Period,
        /// Another one, which could be billed by itself.
        free: Option<meterbook_core::id::AgreementId>,
    },
    /// The last day of the turn is not over.
    TurnNotOver {
        /// The cycle.
        cycle: Cycle,
        /// Its days.
        days: Period,
    },
    /// A bill of the days so far has days that are not over.
    NotOver {
        /// The day before which it was to end.
        to: Date,
    },
    /// Every day of the account before a day has a bill.
    BilledTo {
        /// Its number.
        number: AccountNumber,
        /// The day.
        to: Date,
    },
    /// It comes to something else than when somebody looked.
    NotAsSeen {
        /// What it came to.
        was: meterbook_core::money::Money,
        /// What it comes to.
        now: meterbook_core::money::Money,
    },
    /// The turn is being checked or posted.
    AtWork {
        /// The cycle.
        cycle: Cycle,
    },
    /// Nothing is held in the cycle.
    NothingHeld {
        /// The cycle.
        cycle: Cycle,
    },
    /// No such account.
    UnknownAccount {
        /// Its number.
        number: AccountNumber,
    },
}

/// Bills what `which` says, as far as `until` says, and returns how the window stands after it; of
/// several the newest, and `watch` is told of the others.
pub fn run(
    db: &Db,
    actor: Actor,
    which: Which,
    until: Until,
    watch: &mut dyn FnMut(Progress),
) -> Result<Standing> {
    run_how(db, actor, which, How { until, as_planned: None }, watch)
}

/// The same, and `how` may say that bills keep the days planned for them.
pub fn run_how(
    db: &Db,
    actor: Actor,
    which: Which,
    how: How,
    watch: &mut dyn FnMut(Progress),
) -> Result<Standing> {
    let mut last = None;
    let (allowed, runs) = db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::RunBills, None)?;
        Ok((allowed, open(tx, &allowed, which, how)?))
    })?;
    for (mut run, window) in runs {
        estimate_unread(db, actor, &run, &window)?;
        let mut tariffs = Tariffs::default();
        job::work(db, &allowed, (&mut run, Pass::Check), &window, &mut tariffs, watch)?;
        if run.stage == Stage::Preview {
            let preview = db.read(|tx| release::preview(tx, &run, actor.at))?;
            watch(Progress::Totals(&preview));
            if !run.waits && preview.moved.is_empty() {
                let total = preview.standing.total;
                let as_planned = run.as_planned;
                let it = release::NewRelease { run: run.id, total, beyond: false, as_planned };
                run = db.write(|tx| {
                    let allowed = authorize(tx, actor, it.permission(), Some(it.total))?;
                    it.let_go(tx, &allowed, "")
                })?;
            }
        }
        if is_early(db, actor, &run, &window)? {
            return Err(not_over(&window));
        }
        for pass in [Pass::Post, Pass::Cancel] {
            job::work(db, &allowed, (&mut run, pass), &window, &mut tariffs, watch)?;
        }
        let stands = db.read(|tx| store::run::standing(tx, &window))?;
        if let Some(older) = last.replace(stands) {
            watch(Progress::Stands(&older));
        }
    }
    Ok(last.expect("opening a run names at least one window"))
}

/// Estimates what was not read in its window, where the calendar says so and whoever bills may, before
/// the turn is checked.
fn estimate_unread(db: &Db, actor: Actor, run: &Run, window: &Window) -> Result<()> {
    let due = db.read(|tx| {
        let reads = crate::calendar::on(tx, window.period.end())?.reads();
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        let over = window.period.end().saturating_add(reads.after.days()) < today;
        let checks = run.stage.pass() == Some(Pass::Check);
        let may = authorize(tx, actor, Permission::ResolveTasks, None).is_ok();
        Ok(reads.estimates && over && checks && may)
    })?;
    match due {
        true => crate::vee::cycle::in_turn(db, actor, *window, Missing::Estimate).map(drop),
        false => Ok(()),
    }
}

/// Posts what is released and was not posted to its end, or takes back what is to be taken back, and
/// returns how the window stands after it.
pub fn finish(
    db: &Db,
    actor: Actor,
    run: Run,
    watch: &mut dyn FnMut(Progress),
) -> Result<Standing> {
    let allowed = db.write(|tx| authorize(tx, actor, Permission::RunBills, None))?;
    let window = db.read(|tx| store::window::get(tx, run.window))?;
    if is_early(db, actor, &run, &window)? {
        return Err(not_over(&window));
    }
    let mut run = run;
    let tariffs = &mut Tariffs::default();
    for pass in [Pass::Post, Pass::Cancel] {
        job::work(db, &allowed, (&mut run, pass), &window, tariffs, watch)?;
    }
    db.read(|tx| store::run::standing(tx, &window))
}

/// Begins to check a turn, or once more what waits in it; whoever works next goes on with it.
pub fn prepare(tx: &mut Tx, actor: Actor, window: WindowId, only_held: bool) -> Result<Run> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    let stage = if only_held { Stage::Again } else { Stage::Checking };
    let how = How { until: Until::Preview, as_planned: None };
    match store::run::unfinished(tx, window)? {
        Some(run) if run.stage == Stage::Preview => check_from(tx, &allowed, &run, (stage, how)),
        Some(run) => Ok(run),
        None if !only_held && store::run::latest(tx, window)?.is_some() => {
            let cycle = Some(store::window::get(tx, window)?.cycle);
            Err(refuse(NotRun::NothingDue { cycle }))
        }
        None => begin(tx, &allowed, window, how),
    }
}

/// Whether every day of a turn is over where the utility is; a turn is billed when it is. A read may
/// stand for its last day some days before, but a nearer one may still come, and a bill of days that are
/// not over says what nobody knows.
pub fn is_over(window: &Window, today: Date) -> bool {
    window.period.end() <= today
}

fn over(tx: &mut Tx, at: Timestamp, window: &Window) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(at);
    match is_over(window, today) {
        true => Ok(()),
        false => Err(not_over(window)),
    }
}

/// Whether bills of a run would be posted next and its turn is not over: an earlier version let such runs go.
fn is_early(db: &Db, actor: Actor, run: &Run, window: &Window) -> Result<bool> {
    let today = db.read(crate::founding::zone)?.day_of(actor.at);
    Ok(run.stage.pass() == Some(Pass::Post) && !is_over(window, today))
}

fn not_over(window: &Window) -> anyhow::Error {
    let (cycle, days) = (window.cycle, window.period);
    refuse(NotRun::TurnNotOver { cycle, days })
}

/// Goes on with every run that is to be checked or posted, and with every set of corrections, beside whoever
/// else does, until it waits or is done, and says how many there were.
pub fn work(db: &Db, actor: Actor, watch: &mut dyn FnMut(Progress)) -> Result<usize> {
    let runs = db.read(store::run::at_work)?;
    for run in &runs {
        let allowed = db.write(|tx| authorize(tx, actor, Permission::RunBills, None))?;
        let window = db.read(|tx| store::window::get(tx, run.window))?;
        // What waits for the last day of its turn keeps nobody from the others.
        if is_early(db, actor, run, &window)? {
            continue;
        }
        let (mut run, tariffs) = (*run, &mut Tariffs::default());
        for pass in [Pass::Check, Pass::Post, Pass::Cancel] {
            job::work(db, &allowed, (&mut run, pass), &window, tariffs, watch)?;
        }
    }
    let sets = correct::set::work(db, &mut |done, of| watch(Progress::Corrected(done, of)))?;
    Ok(runs.len() + sets)
}

/// Posts every run that is released and was not posted to its end, and takes back every one that is to
/// be: that of whoever let it go and was cut off, or that to which a second person agreed.
pub fn finish_released(db: &Db, actor: Actor, watch: &mut dyn FnMut(Progress)) -> Result<usize> {
    let runs = db.read(store::run::released)?;
    for run in &runs {
        let window = db.read(|tx| store::window::get(tx, run.window))?;
        if !is_early(db, actor, run, &window)? {
            finish(db, actor, *run, watch)?;
        }
    }
    Ok(runs.len())
}

/// The runs to do, oldest window first, begun where they are not.
fn open(tx: &mut Tx, allowed: &Authorized, which: Which, how: How) -> Result<Vec<(Run, Window)>> {
    let window = match which {
        Which::Last => {
            let run = store::run::last(tx)?.ok_or_else(|| refuse(NotRun::NoRun))?;
            return Ok(vec![(run, store::window::get(tx, run.window)?)]);
        }
        Which::Held(cycle, accept) => return open_held(tx, allowed, cycle, accept, how),
        Which::Cycle(cycle) => match store::window::oldest_open_of(tx, cycle)? {
            Some(window) => window,
            None if store::window::last_of(tx, cycle)?.is_none() => {
                return Err(refuse(NotRun::NotPlanned { cycle }));
            }
            None => return Err(refuse(NotRun::NothingDue { cycle: Some(cycle) })),
        },
        Which::Next => {
            let next = store::window::oldest_open(tx)?;
            next.ok_or_else(|| refuse(NotRun::NothingDue { cycle: None }))?
        }
    };
    // A run that was cut off is continued, never begun a second time. One that waits is checked anew:
    // much may have been mended since.
    let run = match store::run::unfinished(tx, window.id)? {
        Some(run) if run.stage == Stage::Preview => {
            check_from(tx, allowed, &run, (Stage::Checking, how))?
        }
        Some(run) => go_on(tx, allowed, &run, how)?,
        None => begin(tx, allowed, window.id, how)?,
    };
    Ok(vec![(run, window)])
}

fn open_held(
    tx: &mut Tx,
    allowed: &Authorized,
    cycle: Cycle,
    accept: Option<AccountNumber>,
    how: How,
) -> Result<Vec<(Run, Window)>> {
    let accept = match accept {
        Some(number) => match store::account::by_number(tx, number)? {
            Some(account) => Some(account.id),
            None => return Err(refuse(NotRun::UnknownAccount { number })),
        },
        None => None,
    };
    let mut runs = Vec::new();
    for window in store::window::with_held(tx, cycle)? {
        if let Some(account) = accept {
            store::run::accept(tx, window.id, account)?;
            let said = format!("the bill of account {account}");
            store::audit::add(tx, allowed, "accept bill", &window.id.to_string(), &said)?;
        }
        // A turn that is not released yet stays so: what is mended joins the rest of it.
        let run = match store::run::unfinished(tx, window.id)? {
            Some(run) if run.stage == Stage::Preview => {
                check_from(tx, allowed, &run, (Stage::Again, How { until: Until::Preview, ..how }))?
            }
            Some(run) => go_on(tx, allowed, &run, how)?,
            None => begin(tx, allowed, window.id, how)?,
        };
        runs.push((run, window));
    }
    if runs.is_empty() {
        return Err(refuse(NotRun::NothingHeld { cycle }));
    }
    Ok(runs)
}

fn begin(tx: &mut Tx, allowed: &Authorized, window: WindowId, how: How) -> Result<Run> {
    let turn = store::window::get(tx, window)?;
    over(tx, allowed.at(), &turn)?;
    let run = Run {
        id: RunId(tx.next(Counter::Run, 1)?),
        window,
        waits: how.until == Until::Preview,
        as_planned: how.as_planned.is_some(),
        stage: Stage::Checking,
    };
    store::run::add(tx, &run, allowed.at())?;
    begun(tx, allowed, window, how)?;
    Ok(run)
}

/// Writes down that a run is begun, and why its bills keep the days planned for them if they do.
fn begun(tx: &mut Tx, allowed: &Authorized, window: WindowId, how: How) -> Result<()> {
    let why = how.as_planned.map(str::trim);
    let said = match why {
        Some("") => return Err(refuse(release::NotReleased::NoReason)),
        Some(_) => KEPT,
        None => "",
    };
    let change = Change { why, ..Change::default() };
    store::audit::change(tx, allowed, "bill run", &window.to_string(), (said, change))
}

/// Goes on with a run that was cut off, by what was said when it was begun and by what is said now.
fn go_on(tx: &mut Tx, allowed: &Authorized, run: &Run, how: How) -> Result<Run> {
    let run = store::run::lock(tx, run.id)?;
    let it = said_of(&run, how);
    if it == run {
        return Ok(run);
    }
    match run.stage {
        Stage::Checking | Stage::Again => {
            store::run::advance(tx, &it)?;
            say_kept(tx, allowed, &it, how)?;
            Ok(it)
        }
        // Its bills have their days.
        stage if it.as_planned != run.as_planned => {
            Err(refuse(release::NotReleased::Stage { stage }))
        }
        _ => Ok(run),
    }
}

/// A run with what is said now beside what was said of it: what somebody said holds until somebody says
/// otherwise, and whoever only runs it does not.
fn said_of(run: &Run, how: How) -> Run {
    let waits = run.waits || how.until == Until::Preview;
    let as_planned = run.as_planned || how.as_planned.is_some();
    Run { waits, as_planned, ..*run }
}

/// Writes down that the bills of a run keep the days planned for them, where that is said now, and why.
fn say_kept(tx: &mut Tx, allowed: &Authorized, run: &Run, how: How) -> Result<()> {
    if how.as_planned.is_some() {
        begun(tx, allowed, run.window, how)?;
        store::run::say_days(tx, run.id, true)?;
    }
    Ok(())
}

/// Begins the check of a run once more that waits to be released.
fn check_from(
    tx: &mut Tx,
    allowed: &Authorized,
    run: &Run,
    (stage, how): (Stage, How),
) -> Result<Run> {
    let run = store::run::lock(tx, run.id)?;
    // Whoever checks it anew says how far it goes.
    let again = Run { stage, waits: how.until == Until::Preview, ..said_of(&run, how) };
    // Whoever released it meanwhile came first.
    if run.stage != Stage::Preview {
        return Ok(run);
    }
    let turn = store::window::get(tx, run.window)?;
    over(tx, allowed.at(), &turn)?;
    store::job::forget(tx, run.id)?;
    store::hold::scope(tx, run.id, &[])?;
    match stage {
        Stage::Checking => store::run::begin_anew(tx, &again, allowed.at())?,
        _ => store::run::advance(tx, &again)?,
    }
    say_kept(tx, allowed, &again, how)?;
    Ok(again)
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotRun::NothingDue { cycle: Some(cycle) } => {
                write!(
                    f,
                    "every planned turn of cycle {cycle} is billed, and no day is billed twice; plan more with: meterbook cycle plan"
                )
            }
            NotRun::NothingDue { cycle: None } => f.write_str(
                "every planned turn of every cycle is billed; plan more with: meterbook cycle plan",
            ),
            NotRun::NotPlanned { cycle } => {
                write!(f, "cycle {cycle} has no turns; plan them with: meterbook cycle plan")
            }
            NotRun::NoRun => f.write_str(
                "nothing has been billed yet, so there is nothing to resume; use --next",
            ),
            NotRun::NothingEnded { number } => write!(
                f,
                "nothing of account {number} ended that is not billed; what goes on is billed with its cycle"
            ),
            NotRun::NotPlannedFor { cycle, day } => write!(
                f,
                "cycle {cycle} has no turn with {day}; plan it with: meterbook cycle plan"
            ),
            NotRun::LastHeld { agreement, hold, free } => {
                write!(f, "agreement {agreement} waits for its bill: {hold}")?;
                alone(f, *free)
            }
            NotRun::NetsOverTurn { agreement, days, free } => {
                write!(
                    f,
                    "what agreement {agreement} sends back is set off over the whole turn, {days}, and the rest of that is not known; its turn bills it"
                )?;
                alone(f, *free)
            }
            NotRun::TurnNotOver { cycle, days } => write!(
                f,
                "the turn of cycle {cycle} for {days} is not over; bill it from {} on, or the days so far of one account with: meterbook bill interim",
                days.end()
            ),
            NotRun::NotOver { to } => {
                write!(f, "the days before {to} are not over; a bill ends today at the latest")
            }
            NotRun::BilledTo { number, to } => {
                write!(f, "every day of account {number} before {to} has a bill already")
            }
            NotRun::NotAsSeen { was, now } => {
                write!(f, "it comes to {now} now, not to {was} as when it was looked at")
            }
            NotRun::AtWork { cycle } => write!(
                f,
                "the turn of cycle {cycle} is being checked or posted; finish that first with: meterbook bill run --resume"
            ),
            NotRun::NothingHeld { cycle } => write!(f, "nothing is held in cycle {cycle}"),
            NotRun::UnknownAccount { number } => {
                write!(f, "there is no account {number}; look for it with: meterbook search")
            }
        }
    }
}

/// Which service could be billed without the one that is refused.
fn alone(f: &mut fmt::Formatter<'_>, free: Option<meterbook_core::id::AgreementId>) -> fmt::Result {
    match free {
        Some(free) => write!(f, "; bill another one alone: --agreement {free}"),
        None => Ok(()),
    }
}

impl std::error::Error for NotRun {}

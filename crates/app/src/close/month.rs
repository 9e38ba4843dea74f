//! Closing a month: a checklist that runs itself, each thing with its figure, kept as evidence with the close.
//!
//! What is wrong keeps a month from being closed for good; what is not done yet takes a reason. Softly it is
//! closed whatever is found, and that is kept.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::bill::run::Stage;
use meterbook_core::cycle::Window;
use meterbook_core::id::EntryId;
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Conflict, Db, Tx};

use super::{Level, Looked, NotClosed, month_of, said_totals};
use crate::accrual::{WAITED_FOR, accrual};
use crate::authority::authorize;
use crate::check::{self, Rule};
use crate::under_way::{self, Long};
use crate::{Actor, refuse};

/// Things of a kind that are named one by one.
const NAMED: usize = 20;

/// What of the books must tie, by the rule that says so, each with what the ledger has of it.
const TIES: &[(&str, Option<Gl>)] = &[
    ("deposits", Some(Gl::DepositsHeld)),
    ("budgets", Some(Gl::BudgetVariance)),
    ("clearing", Some(Gl::PaymentClearing)),
    ("debits", None),
    ("payment-batches", None),
    ("bank-statements", None),
];

/// What is found of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// Each thing that is looked at, in order.
    pub steps: Vec<Looked>,
}

impl Month {
    /// All that keeps it from being closed for good.
    pub fn wrong(&self) -> Vec<String> {
        self.steps.iter().flat_map(|it| it.wrong.clone()).collect()
    }

    /// All that is not done yet.
    pub fn open(&self) -> Vec<String> {
        self.steps.iter().flat_map(|it| it.open.clone()).collect()
    }

    /// Each line of the evidence: what is found, and below it what is not so.
    fn evidence(&self) -> Vec<(&str, String)> {
        let mut lines = Vec::new();
        for it in &self.steps {
            lines.push((it.name, it.found.clone()));
            lines.extend(it.wrong.iter().chain(&it.open).map(|why| (it.name, why.clone())));
        }
        lines
    }
}

/// What closing a month would find now. The act looks again.
pub fn look_month(db: &Db, actor: Actor, month: Date) -> Result<Month> {
    let mut steps = db.read(|tx| {
        authorize(tx, actor, Permission::ViewCustomer, None)?;
        quick(tx, month)
    })?;
    steps.extend(slow(db, actor, month)?);
    Ok(Month { steps })
}

/// Closes a month: softly, so that its days are closed only with a reason, or hard, so that none is. Says what
/// was found.
///
/// What takes long is looked at while others post.
pub fn close_month(db: &Db, actor: Actor, month: Date, hard: Level, why: &str) -> Result<Month> {
    let said = format!("{} {}", month_of(month), hard.word());
    let act = || seal_month(db, actor, month, hard, why);
    under_way::during(db, actor, (Long::Close, &said), act)
}

fn seal_month(db: &Db, actor: Actor, month: Date, hard: Level, why: &str) -> Result<Month> {
    let name = month_of(month);
    db.read(|tx| may_close_month(tx, actor, month, hard).map(drop))?;
    let slow = slow(db, actor, month)?;
    db.write(|tx| {
        // From here on nobody posts until this is done.
        store::journal::seal(tx)?;
        let allowed = may_close_month(tx, actor, month, hard)?;
        let mut steps = quick(tx, month)?;
        steps.extend(slow);
        let found = Month { steps };
        let (wrong, open) = (found.wrong(), found.open());
        if hard == Level::Hard && !wrong.is_empty() {
            return Err(refuse(NotClosed::Stands(wrong)));
        }
        if hard == Level::Hard && !open.is_empty() && why.trim().is_empty() {
            return Err(refuse(NotClosed::NotDone(open)));
        }
        store::journal::close_month(tx, &name, hard.word(), actor.at, why)
            .map_err(|why| if why.is::<Conflict>() { refuse(NotClosed::Already) } else { why })?;
        let of = format!("{name} {}", hard.word());
        store::journal::keep_evidence(tx, &of, &found.evidence())?;
        store::audit::add(tx, &allowed, "close month", &name, &format!("{}: {why}", hard.word()))?;
        Ok(found)
    })
}

/// Whether a month may be closed now; refuses it where it may not.
fn may_close_month(tx: &mut Tx, actor: Actor, month: Date, hard: Level) -> Result<Authorized> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    let name = month_of(month);
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    if today < month.first_of_month() {
        return Err(refuse(NotClosed::NotBegun { month: name, today }));
    }
    if hard == Level::Hard
        && let Some(stands) = days_left(tx, month)?
    {
        return Err(refuse(NotClosed::Stands(vec![stands])));
    }
    Ok(allowed)
}

/// That not all days of a month are closed, if so.
fn days_left(tx: &mut Tx, month: Date) -> Result<Option<String>> {
    let (name, end) = (month_of(month), month.last_of_month());
    let last = store::journal::last(tx)?;
    let left = last.is_none_or(|it| it.on < end);
    let last = last.map_or("no day".to_owned(), |it| it.on.to_string());
    Ok(left.then(|| format!("the days of {name} are not closed through {end}; the last is {last}")))
}

/// The newest entry of a day and those before it: of its own journal, or where the day was not closed by itself,
/// the last that was posted by then, in whichever journal it is.
fn newest_by(tx: &mut Tx, end: Date) -> Result<EntryId> {
    if let Some(through) = store::journal::of_day(tx, end)? {
        return Ok(through);
    }
    let newest = store::journal::newest(tx)?;
    store::journal::before_later_days(tx, end, newest)
}

/// What is counted at once.
fn quick(tx: &mut Tx, month: Date) -> Result<Vec<Looked>> {
    let (first, end) = (month.first_of_month(), month.last_of_month());
    let through = newest_by(tx, end)?;
    let before = newest_by(tx, first.saturating_sub(1.day()))?;
    let closed = store::journal::closed_in(tx, first, end)?;
    let found = format!("{closed} days are closed in it");
    let open = days_left(tx, month)?.into_iter().collect();
    let mut steps = vec![Looked { open, ..Looked::that("days", found) }];
    steps.push(turns(tx, (first, end))?);
    let held = store::suspense::open(tx)?;
    let sum: Money = held.iter().map(|it| it.amount).sum();
    let said = held.iter().map(|it| {
        format!("{} since {} is nobody's yet: {} ({})", it.amount, it.on, it.said, it.id)
    });
    let open = named(said.collect());
    steps.push(Looked { open, ..Looked::that("suspense", format!("{sum} is held for nobody")) });
    let drawers = store::drawer::all_open(tx)?.into_iter().filter(|it| it.on <= end);
    let drawers =
        drawers.map(|it| format!("drawer {} of {} is open since {}", it.id, it.name, it.on));
    let open = named(drawers.collect());
    let found = match open.is_empty() {
        true => "every drawer of the month is closed".to_owned(),
        false => "drawers of the month are open".to_owned(),
    };
    steps.push(Looked { open, ..Looked::that("drawers", found) });
    let (cash, checks) = store::drawer::off(tx, before, through)?;
    let found = format!("over or short in drawers: {cash} of cash, {checks} of checks");
    steps.push(Looked::that("counted", found));
    let totals = store::kept::totals(tx, through)?.into_iter();
    let totals = totals.filter(|it| it.1 != Money::ZERO).collect();
    steps.push(Looked::that("totals", said_totals(&totals)));
    steps.push(Looked::that("through", format!("entry {through}")));
    let owed = store::kept::receivable(tx, Date::MAX, through)?;
    steps.push(Looked::that("receivable", owed.to_string()));
    Ok(steps)
}

/// The turns of which bills are dated in a month, and those that should have been posted before.
fn turns(tx: &mut Tx, (first, end): (Date, Date)) -> Result<Looked> {
    let (mut all, mut posted, mut left) = (0, 0, Vec::new());
    for it in store::window::all(tx)?.iter().filter(|it| it.billed_on <= end) {
        let done = store::run::stage_of(tx, it)? == Some(Stage::Done);
        if first <= it.billed_on {
            all += 1;
            posted += i64::from(done);
        }
        if !done {
            let Window { cycle, period, .. } = it;
            let (from, last) = (period.start(), period.last());
            left.push(format!("the turn {from} to {last} of cycle {cycle} is not posted"));
        }
    }
    let found = format!("{posted} of {all} turns with bills of the month are posted");
    Ok(Looked { open: named(left), ..Looked::that("turns", found) })
}

/// What takes long with many accounts.
fn slow(db: &Db, actor: Actor, month: Date) -> Result<Vec<Looked>> {
    let end = month.last_of_month();
    let mut steps = vec![unbilled(db, actor, end)?];
    let rules = check::check(db)?.rules;
    let totals = db.read(|tx| {
        let through = newest_by(tx, end)?;
        store::kept::totals(tx, through)
    })?;
    let sum_of = |gl: Gl| totals.iter().find(|it| it.0 == gl).map_or(Money::ZERO, |it| it.1);
    for (name, gl) in TIES {
        let rule = rules.iter().find(|it| it.name == *name);
        let examined = rule.map_or(0, |it| it.examined);
        let wrong = named(rule.map_or_else(Vec::new, |it| it.faults.clone()));
        let looked = match wrong.is_empty() {
            true => format!("{examined} examined, nothing found"),
            false => format!("{examined} examined, and not all of it ties"),
        };
        let found = match gl {
            Some(gl) => format!("the ledger has {}; {looked}", sum_of(*gl)),
            None => looked,
        };
        steps.push(Looked { wrong, ..Looked::that(name, found) });
    }
    let others = rules.iter().filter(|it| TIES.iter().all(|tie| tie.0 != it.name));
    let said = |it: &Rule| -> Vec<String> {
        it.faults.iter().map(|fault| format!("{}: {fault}", it.name)).collect()
    };
    let wrong = named(others.clone().flat_map(said).collect());
    let found =
        format!("{} rules of the books hold", others.filter(|it| it.faults.is_empty()).count());
    steps.push(Looked { wrong, ..Looked::that("check", found) });
    Ok(steps)
}

/// What was used and not billed at the end of a month, for the general ledger to take.
fn unbilled(db: &Db, actor: Actor, end: Date) -> Result<Looked> {
    let agreements = db.read(|tx| store::unbilled::count_at(tx, end))?;
    if WAITED_FOR < agreements {
        let said = format!(
            "{agreements} agreements have days on no bill; what they come to says: meterbook bill unbilled-revenue --on {end}"
        );
        let found = format!("{agreements} agreements have days on no bill");
        return Ok(Looked { open: vec![said], ..Looked::that("unbilled", found) });
    }
    let it = accrual(db, actor, end, &mut |_| ())?;
    let (estimated, _) = it.estimated();
    let found =
        format!("{} was used before {end} and not billed, {estimated} of it estimated", it.total());
    let unknown = it.unknown();
    let open = (0 < unknown).then(|| format!("of {unknown} days nobody knows what was used"));
    Ok(Looked { open: open.into_iter().collect(), ..Looked::that("unbilled", found) })
}

/// So many of a kind, and how many more there are.
fn named(mut all: Vec<String>) -> Vec<String> {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    if 0 < more {
        all.push(format!("{more} more of them are not named here"));
    }
    all
}

//! Planning the turns of the bill cycles.

use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::cycle::Window;
use meterbook_core::id::WindowId;
use meterbook_core::limits;
use meterbook_core::period::Period;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Turns that are expected behind the last one that is planned: a century.
const EXPECTED: usize = 1_200;

/// What the clerk knows of a turn.
#[derive(Clone, Copy, Debug)]
pub struct NewWindow {
    /// The days billed.
    pub period: Period,
    /// The day on the bills.
    pub billed_on: Date,
    /// The day by which they are to be paid.
    pub due_on: Date,
}

/// Why a turn is not planned.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPlanned {
    /// Cycles are numbered 1 to 99.
    NoSuchCycle(i64),
    /// The turns of a cycle follow each other without a gap and without an overlap.
    NotNext {
        /// The turn.
        period: Period,
        /// Where the one before it ends.
        expected: Date,
    },
    /// The days are out of order: a bill is made after its last day and paid after it is made.
    OutOfOrder {
        /// The turn.
        period: Period,
        /// The day on the bills.
        billed_on: Date,
        /// The day they are due.
        due_on: Date,
    },
    /// A turn is too long to be one bill.
    TooLong {
        /// The turn.
        period: Period,
    },
}

/// Plans turns of a cycle, in order, after those there are.
pub fn plan(tx: &mut Tx, actor: Actor, cycle: Cycle, turns: &[NewWindow]) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::PlanCycles, None)?;
    if !cycle.is_one() {
        return Err(refuse(NotPlanned::NoSuchCycle(cycle.0)));
    }
    let mut expected = store::window::last_of(tx, cycle)?.map(|it| it.period.end());
    for &NewWindow { period, billed_on, due_on } in turns {
        if let Some(expected) = expected.filter(|it| *it != period.start()) {
            return Err(refuse(NotPlanned::NotNext { period, expected }));
        }
        if billed_on < period.end() || due_on <= billed_on {
            return Err(refuse(NotPlanned::OutOfOrder { period, billed_on, due_on }));
        }
        if limits::BILL_DAYS < period.days() {
            return Err(refuse(NotPlanned::TooLong { period }));
        }
        let id = WindowId(tx.next(Counter::Window, 1)?);
        store::window::add(tx, &Window { id, cycle, period, billed_on, due_on })?;
        expected = Some(period.end());
    }
    let said = format!("{} turns", turns.len());
    store::audit::add(tx, &allowed, "plan cycle", &cycle.to_string(), &said)
}

/// The turn of a cycle with a day in it; behind the last one that is planned, as if they went on month by
/// month. `None` before the first one, and where there is none.
pub(crate) fn expected(tx: &mut Tx, cycle: Cycle, day: Date) -> Result<Option<Window>> {
    if let Some(planned) = store::window::around(tx, cycle, day)? {
        return Ok(Some(planned));
    }
    let Some(last) = store::window::last_of(tx, cycle)? else { return Ok(None) };
    let end = last.period.end();
    // Counted from the end each time, so that the 31st does not creep to the 28th.
    let edges = (0..).map(|nth: i32| end.saturating_add(nth.months()));
    let turns = edges.clone().zip(edges.skip(1)).take(EXPECTED);
    let period = turns.filter_map(|(from, to)| Period::new(from, to)).find(|it| it.contains(day));
    let later = |of: Date, by: Date| of.saturating_add(by - end);
    Ok(period.map(|period| Window {
        id: last.id,
        cycle,
        period,
        billed_on: later(period.end(), last.billed_on),
        due_on: later(period.end(), last.due_on),
    }))
}

/// Where the next turn of a cycle has to begin, when none is planned in which an account that
/// begins on `from` is billed; `None` when there is one.
pub fn unplanned(tx: &mut Tx, cycle: Cycle, from: Date) -> Result<Option<Date>> {
    let end = store::window::last_of(tx, cycle)?.map(|it| it.period.end());
    Ok(match end {
        Some(end) if from < end => None,
        Some(end) => Some(end),
        None => Some(from),
    })
}

impl fmt::Display for NotPlanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPlanned::NoSuchCycle(cycle) => write!(f, "cycles are 1 to 99, not {cycle}"),
            NotPlanned::NotNext { period, expected } => {
                write!(
                    f,
                    "the turn {period} does not follow the one before it, which ends before {expected}; begin there"
                )
            }
            NotPlanned::OutOfOrder { period, billed_on, due_on } => {
                write!(
                    f,
                    "the turn {period} would be billed on {billed_on} and due on {due_on}; those days come after it, in that order"
                )
            }
            NotPlanned::TooLong { period } => {
                write!(
                    f,
                    "the turn {period} has {} days; a bill has at most {}",
                    period.days(),
                    limits::BILL_DAYS
                )
            }
        }
    }
}

impl std::error::Error for NotPlanned {}

//! `cycle`: plan the turns of the bill cycles and see how they stand.

use anyhow::{Context, Result};
use jiff::ToSpan;
use meterbook_app::window::{self, NewWindow};
use meterbook_core::account::Cycle;
use meterbook_core::period::Period;
use meterbook_core::text::counted;
use meterbook_store as store;

use crate::args::{CyclePlan, Place};
use crate::say;

pub(crate) fn plan(place: &Place, plan: &CyclePlan) -> Result<()> {
    let mut turns = Vec::new();
    for nth in 0..i32::from(plan.months) {
        // Counted from the first day each time, so that the 31st does not creep to the 28th.
        let start = plan.from.checked_add(nth.months())?;
        let end = plan.from.checked_add((nth + 1).months())?;
        let billed_on = end.checked_add(i32::from(plan.bill_after).days())?;
        let due_on = billed_on.checked_add(i32::from(plan.due_after).days())?;
        let period = Period::new(start, end).context("a month has at least one day")?;
        turns.push(NewWindow { period, billed_on, due_on });
    }
    let db = super::open(place)?;
    db.write(|tx| window::plan(tx, super::actor(), Cycle(plan.cycle), &turns))?;
    say::line(format_args!(
        "cycle {:02}: {} planned from {}",
        plan.cycle,
        counted(turns.len(), "turn"),
        plan.from
    ));
    Ok(())
}

pub(crate) fn show(place: &Place) -> Result<()> {
    let db = super::open(place)?;
    let standings = db.read(|tx| {
        let windows = store::window::all(tx)?;
        windows.iter().map(|it| store::run::standing(tx, it)).collect::<Result<Vec<_>>>()
    })?;
    say::line("cycle  days                      population  billed  held  exempt  total");
    for it in standings {
        say::line(format_args!(
            "{:<5}  {}  {:>10}  {:>6}  {:>4}  {:>6}  {}",
            it.cycle.to_string(),
            it.period,
            it.population,
            it.billed,
            it.held,
            it.exempt,
            it.total
        ));
    }
    Ok(())
}

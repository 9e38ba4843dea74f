//! `cycle`: plan the turns of the bill cycles and see how they stand.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_app::calendar;
use meterbook_app::window::{self, NewWindow};
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::run::Stage;
use meterbook_core::period::Period;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Tx};

use crate::args::{CyclePlan, Place};
use crate::say;

pub(crate) fn plan(place: &Place, plan: &CyclePlan) -> Result<()> {
    let db = super::open(place)?;
    let mut turns = Vec::new();
    for nth in 0..i32::from(plan.months) {
        // Counted from the first day each time, so that the 31st does not creep to the 28th.
        let start = plan.from.checked_add(nth.months())?;
        let end = plan.from.checked_add((nth + 1).months())?;
        let calendar = db.read(|tx| calendar::on(tx, end))?;
        let billed_on = match plan.bill_after {
            Some(days) => end.checked_add(i32::from(days).days())?,
            None => calendar.bill_on(end).map_or_else(|| end.checked_add(2.days()), Ok)?,
        };
        let due_on = match plan.due_after {
            Some(days) => billed_on.checked_add(i32::from(days).days())?,
            // The calendar says it of each class when bills are made; the turn shows a household's.
            None => calendar
                .due_on(CustomerClass::Residential, billed_on)
                .map_or_else(|| billed_on.checked_add(21.days()), Ok)?,
        };
        let period = Period::new(start, end).context("a month has at least one day")?;
        turns.push(NewWindow { period, billed_on, due_on });
    }
    db.write(|tx| window::plan(tx, super::actor(), plan.cycle, &turns))?;
    say::line(format_args!(
        "cycle {}: {} planned from {}",
        plan.cycle,
        counted(turns.len(), "turn"),
        plan.from
    ));
    Ok(())
}

pub(crate) fn calendar(place: &Place, file: Option<&Path>, from: Option<Date>) -> Result<()> {
    let say = |tx: &mut Tx, from, text: &str| calendar::say(tx, super::actor(), from, text);
    let nothing = "no calendar is said; bills are due as their turns say";
    super::dated_text(place, (file, from), ("calendar", nothing), calendar::said, say)
}

pub(crate) fn show(place: &Place) -> Result<()> {
    let db = super::open(place)?;
    let standings = db.read(|tx| {
        let windows = store::window::all(tx)?;
        let stands = |it| Ok((store::run::standing(tx, it)?, store::run::stage_of(tx, it)?));
        windows.iter().map(stands).collect::<Result<Vec<_>>>()
    })?;
    say::line("cycle  days                      population  billed  held  exempt  total");
    for (it, stage) in standings {
        // What is checked and not released is on nobody's account.
        let is_so = match stage {
            None => "  not run",
            Some(Stage::Checking | Stage::Again) => "  being checked",
            Some(Stage::Preview) => "  checked, waits for release",
            Some(Stage::Posting) => "  being posted",
            Some(Stage::Done) => "  posted",
            Some(Stage::Cancelling) => "  being taken back",
            Some(Stage::Cancelled) => "  taken back",
        };
        say::line(format_args!(
            "{:<5}  {}  {:>10}  {:>6}  {:>4}  {:>6}  {}{is_so}",
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

//! Use of a service point as pictures show it: thirteen months, the days of one, the hours of a day.
//! Whatever is not known is a gap and never a zero.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::bill::assess::ServiceFacts;
use meterbook_core::id::ServicePointId;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::lineage::lineage;
use meterbook_store::Tx;

use super::rows::{Cell, hourly};

/// How much is seen at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Thirteen months up to that of the day.
    Months,
    /// The days of the month of the day.
    Days,
    /// The hours of the day.
    Hours,
}

/// What is seen.
#[derive(Clone, Debug)]
pub struct Explored {
    /// The place, with whoever takes service there.
    pub facts: ServiceFacts,
    /// What is counted.
    pub unit: Unit,
    /// Whether intervals are measured; else there are only reads of dials.
    pub by_interval: bool,
    /// The days that are seen.
    pub period: Period,
    /// In the order of time.
    pub bars: Vec<Bar>,
    /// The periods which the stacks of bars are of, in the order of the tariff; none without a clock.
    pub clock: Vec<String>,
    /// The clocks that divide what is seen, of which one is taken.
    pub clocks: Vec<String>,
    /// The one that is taken; empty without one.
    pub by: String,
    /// The mean of each hour of each weekday, Monday first, in millionths, and whether any is known; of
    /// days.
    pub heat: Vec<[Option<i64>; 24]>,
}

/// One month, day or hour.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Its days; of an hour the day.
    pub days: Period,
    /// The local hour it begins with; zero for days.
    pub hour: i8,
    /// What is known of it.
    pub cell: Cell,
    /// By the periods of the clock, in millionths; empty where nobody can say.
    pub stack: Vec<i64>,
    /// What the same month of the year before came to, where all of it is known.
    pub before_micro: Option<i64>,
}

/// Months that are shown: a year and the month of the year before.
const MONTHS: i64 = 13;

/// What is seen of a point around a day.
pub fn explore(tx: &mut Tx, point: ServicePointId, scale: Scale, on: Date) -> Result<Explored> {
    explore_by(tx, point, scale, on, None)
}

/// The same, days divided by the clock of this name where a tariff has several.
pub fn explore_by(
    tx: &mut Tx,
    point: ServicePointId,
    scale: Scale,
    on: Date,
    clock: Option<&str>,
) -> Result<Explored> {
    let month = on.first_of_month();
    let next = month.saturating_add(1.month());
    let (from, to) = match scale {
        // A year more, to be compared with.
        Scale::Months => (month.saturating_sub((MONTHS + 11).months()), next),
        Scale::Days => (month, next),
        Scale::Hours => (on, on.saturating_add(1.day())),
    };
    let period = super::days(from, to)?;
    let facts = super::of_point(tx, point, period)?;
    let zone = facts.point.zone.clone();
    let cells = hourly(period, &zone, &facts.measured);
    let by_interval = !cells.is_empty();
    let mut explored = Explored {
        unit: unit(&facts),
        by_interval,
        period,
        bars: Vec::new(),
        clock: Vec::new(),
        clocks: Vec::new(),
        by: String::new(),
        heat: Vec::new(),
        facts,
    };
    match scale {
        Scale::Months => {
            let all = match by_interval {
                true => months(period, &zone, &cells),
                false => between_reads(period, &explored.facts),
            };
            explored.bars = compared(all, by_interval);
            let shown = month.saturating_sub((MONTHS - 1).months());
            explored.period = super::days(shown, next)?;
        }
        Scale::Days if by_interval => {
            explored.bars = cut(period.each_day().map(one_day), period, &zone, &cells);
            explored.heat = heat(period, &zone, &cells);
            let by = super::clocks::stacked(tx, &explored.facts, period, clock)?;
            for (bar, stack) in explored.bars.iter_mut().zip(by.stacks) {
                bar.stack = stack;
            }
            (explored.clock, explored.clocks, explored.by) = (by.periods, by.clocks, by.clock);
        }
        Scale::Hours if by_interval => {
            let start = zone.start_of(on).as_second();
            explored.bars = (0..)
                .zip(&cells)
                .map(|(nth, cell)| {
                    let at = jiff::Timestamp::from_second(start + nth * 3600);
                    let hour = at.map_or(0, |at| zone.tz().to_datetime(at).hour());
                    let (stack, before_micro) = (Vec::new(), None);
                    Bar { days: one_day(on), hour, cell: *cell, stack, before_micro }
                })
                .collect();
        }
        Scale::Days | Scale::Hours => (),
    }
    Ok(explored)
}

fn one_day(day: Date) -> Period {
    Period::new(day, day.saturating_add(1.day())).expect("a day is before the next")
}

/// The unit of what is delivered, of the point's own meters or of its first part.
fn unit(facts: &ServiceFacts) -> Unit {
    let mut of = &facts.measured;
    loop {
        let channels = of.hung.iter().flat_map(|it| &it.channels);
        let mut delivered = channels.filter(|it| it.channel.flow == Flow::Delivered);
        match (delivered.next(), of.parts.first()) {
            (Some(it), _) => return it.channel.unit,
            (None, Some(part)) => of = &part.facts,
            (None, None) => return Unit::Kwh,
        }
    }
}

fn months(period: Period, zone: &Zone, cells: &[Cell]) -> Vec<Bar> {
    let first = |day: &Date| day.saturating_add(1.month());
    let starts = std::iter::successors(Some(period.start()), |day| Some(first(day)));
    let months = starts
        .take_while(|day| *day < period.end())
        .filter_map(|day| Period::new(day, first(&day)));
    cut(months, period, zone, cells)
}

/// The hours of each of these days together.
fn cut(
    parts: impl Iterator<Item = Period>,
    period: Period,
    zone: &Zone,
    cells: &[Cell],
) -> Vec<Bar> {
    let start = zone.start_of(period.start()).as_second();
    let place = |day: Date| {
        let hours = (zone.start_of(day).as_second() - start).div_euclid(3600);
        usize::try_from(hours).unwrap_or(0).min(cells.len())
    };
    parts
        .map(|days| {
            let mut cell = Cell::default();
            cells[place(days.start())..place(days.end())].iter().for_each(|it| cell.join(it));
            Bar { days, hour: 0, cell, stack: Vec::new(), before_micro: None }
        })
        .collect()
}

/// What dials turned from one read to the next.
fn between_reads(period: Period, facts: &ServiceFacts) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for it in lineage(period, &facts.point.zone, &facts.measured) {
        let Form::Register { digits } = it.channel.form else { continue };
        let Some(dial) = 10_i64.checked_pow(u32::from(digits) + 6) else { continue };
        for pair in it.reads.windows(2) {
            let Some(days) = Period::new(pair[0].on, pair[1].on) else { continue };
            let turned = (pair[1].index_micro - pair[0].index_micro).rem_euclid(dial);
            let used = super::rows::scaled(turned, &it.channel, it.share_nano);
            let guessed = pair.iter().any(|it| it.kind == ReadKind::Estimated);
            let mut cell = Cell { known: 1, estimated: u32::from(guessed), ..Cell::default() };
            match it.channel.flow {
                Flow::Delivered => cell.delivered_micro = used,
                Flow::Received => cell.received_micro = used,
                Flow::Reactive => continue,
            }
            match bars.iter_mut().find(|it| it.days == days) {
                Some(bar) => bar.cell.join(&cell),
                None => {
                    bars.push(Bar { days, hour: 0, cell, stack: Vec::new(), before_micro: None })
                }
            }
        }
    }
    bars.sort_by_key(|it| it.days);
    bars
}

/// The last thirteen, each beside the twelfth before it.
fn compared(all: Vec<Bar>, whole_months: bool) -> Vec<Bar> {
    let shown = usize::try_from(MONTHS).unwrap_or(0);
    let first = all.len().saturating_sub(shown);
    let before = |nth: usize| -> Option<i64> {
        let then = all.get(nth.checked_sub(12)?)?;
        let now = all.get(nth)?;
        let same = then.days.middle().month() == now.days.middle().month();
        let known = !then.cell.is_gap() && then.cell.missing == 0;
        (known && (whole_months || same)).then_some(then.cell.delivered_micro)
    };
    let before: Vec<Option<i64>> = (first..all.len()).map(before).collect();
    let shown = all.into_iter().skip(first).zip(before);
    shown.map(|(bar, before_micro)| Bar { before_micro, ..bar }).collect()
}

/// The mean of each hour of each weekday.
fn heat(period: Period, zone: &Zone, cells: &[Cell]) -> Vec<[Option<i64>; 24]> {
    let mut sums = vec![[(0_i64, 0_i64); 24]; 7];
    let start = zone.start_of(period.start()).as_second();
    for (nth, cell) in (0..).zip(cells) {
        let Ok(at) = jiff::Timestamp::from_second(start + nth * 3600) else { continue };
        let local = zone.tz().to_datetime(at);
        let weekday = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        let hour = usize::try_from(local.hour()).unwrap_or(0);
        if !cell.is_gap() && cell.missing == 0 {
            let sum = &mut sums[weekday][hour];
            *sum = (sum.0 + cell.delivered_micro, sum.1 + 1);
        }
    }
    sums.into_iter().map(|row| row.map(|(sum, count)| sum.checked_div(count))).collect()
}

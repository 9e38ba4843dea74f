//! A section of a bill: the days on which one version of the tariff is in force, and what was used
//! in them.

use jiff::civil::Date;

use crate::meter::Flow;
use crate::money::{Quantity, Unit};
use crate::period::Period;
use crate::rating::{Input, Unratable};
use crate::tariff::Tariff;
use crate::tariff::clock::Clock;

/// Some days of the bill and the one version of the tariff that prices them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section<'a> {
    /// The whole bill.
    pub(super) input: &'a Input<'a>,
    /// The version.
    pub(super) tariff: &'a Tariff,
    /// The days, all within the bill's.
    pub(super) period: Period,
}

/// The intervals of some days: values in millionths of the meter's unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intervals<'a> {
    /// The length of each, in minutes.
    pub(super) minutes: u16,
    /// The values, gapless.
    pub(super) micro: &'a [i64],
}

/// The bill cut at each change of the tariff, in order.
pub(super) fn sections<'a>(
    code: &str,
    input: &'a Input<'a>,
) -> Result<Vec<Section<'a>>, Unratable> {
    let Input { period, tariffs, .. } = *input;
    let ends = tariffs.iter().skip(1).map(|next| Some(next.from)).chain([None]);
    let sections: Vec<Section<'a>> = tariffs
        .iter()
        .zip(ends)
        .filter_map(|(tariff, end)| {
            Some(Section { input, tariff, period: period.overlap(tariff.from, end)? })
        })
        .collect();
    match sections.first() {
        Some(first) if first.period.start() == period.start() => {}
        _ => return Err(Unratable::NoTariff { tariff: code.to_owned(), on: period.start() }),
    }
    for section in &sections {
        section.check_unit()?;
    }
    Ok(sections)
}

impl<'a> Section<'a> {
    /// Whether `days` are the whole turn of the cycle, so that a monthly price is owed in full.
    pub(super) fn is_whole(&self, days: Period) -> bool {
        days.days() == self.input.window.days()
    }

    /// The section cut where `clock` passes from one season to another: runs of days with the same
    /// periods. The whole of it without a clock.
    pub(super) fn seasons(&self, clock: Option<&Clock>) -> Vec<(Period, Vec<usize>)> {
        let Some(clock) = clock else { return vec![(self.period, vec![0])] };
        let mut runs: Vec<(Date, Vec<usize>)> = Vec::new();
        for day in self.period.each_day() {
            let season = clock.season(day);
            if runs.last().is_none_or(|(_, last)| *last != season) {
                runs.push((day, season));
            }
        }
        let ends: Vec<Date> =
            runs.iter().skip(1).map(|(start, _)| *start).chain([self.period.end()]).collect();
        let cut = |((start, season), end)| {
            (Period::new(start, end).expect("a run has at least one day"), season)
        };
        runs.into_iter().zip(ends).map(cut).collect()
    }

    /// What was used in `days`, in the unit that is billed. Intervals say it exactly; what a
    /// register counted is shared evenly over the days of the bill.
    pub(super) fn used(&self, flow: Flow, days: Period) -> Quantity {
        let micro = match self.intervals(flow, days) {
            Some(intervals) => intervals.micro.iter().sum(),
            None => {
                let whole = match flow {
                    Flow::Delivered => self.input.usage.delivered.micro,
                    Flow::Received => self.input.usage.received.micro,
                };
                let through =
                    |day: Date| part(whole, self.days_before(day), self.input.period.days());
                through(days.end()) - through(days.start())
            }
        };
        Quantity { micro: self.converted(micro), unit: self.tariff.unit }
    }

    /// The intervals of `days`, if the meter kept them.
    pub(super) fn intervals(&self, flow: Flow, days: Period) -> Option<Intervals<'a>> {
        let Input { zone, usage, .. } = *self.input;
        let profile = usage.profile.as_ref()?;
        let micro = match flow {
            Flow::Delivered => &profile.delivered_micro,
            Flow::Received => &profile.received_micro,
        };
        let index = |day: Date| {
            let seconds = zone.start_of(day).as_second() - profile.start.as_second();
            usize::try_from(seconds.div_euclid(i64::from(profile.minutes) * 60))
                .expect("a section starts within the bill")
        };
        // What nothing measures was not sent back.
        let (from, to) = (index(days.start()).min(micro.len()), index(days.end()).min(micro.len()));
        Some(Intervals { minutes: profile.minutes, micro: &micro[from..to] })
    }

    /// An amount counted by the meter, in millionths of the unit that is billed.
    pub(super) fn converted(&self, micro: i64) -> i64 {
        match self.tariff.convert {
            Some(it) if it.from == self.measured_unit() => part(micro, it.factor_micro, 1_000_000),
            _ => micro,
        }
    }

    fn measured_unit(&self) -> Unit {
        self.input.usage.delivered.unit
    }

    fn days_before(&self, day: Date) -> i64 {
        Period::new(self.input.period.start(), day).map_or(0, Period::days)
    }

    fn check_unit(&self) -> Result<(), Unratable> {
        let (priced, measured) = (self.tariff.unit, self.measured_unit());
        let converts = self.tariff.convert.is_some_and(|it| it.from == measured);
        if priced == measured || converts {
            return Ok(());
        }
        Err(Unratable::WrongUnit { label: self.tariff.name.clone(), priced, measured })
    }
}

/// `whole * times / of`, rounded half up.
pub(super) fn part(whole: i64, times: i64, of: i64) -> i64 {
    let (whole, times, of) = (i128::from(whole), i128::from(times), i128::from(of));
    let rounded = (whole * times * 2 + of).div_euclid(of * 2);
    i64::try_from(rounded).expect("a part of a quantity fits where a quantity does")
}

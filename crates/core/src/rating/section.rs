//! A section of a bill: the days on which one version of the tariff is in force, and what was used
//! in them.

use std::ops::Range;

use crate::meter::Flow;
use crate::money::{Quantity, Unit};
use crate::period::Period;
use crate::rating::plan::{Plan, Version, days_between};
use crate::rating::strikes::{Strikes, Tally, later};
use crate::rating::{Input, Unratable};
use crate::tariff::Tariff;

/// Some days of the bill and the one version of the tariff that prices them.
#[derive(Clone, Debug)]
pub(super) struct Section<'a> {
    pub(super) plan: &'a Plan,
    /// The whole bill.
    pub(super) input: &'a Input<'a>,
    /// The version.
    pub(super) version: &'a Version,
    /// The days, all within the bill's.
    pub(super) period: Period,
    /// Its clocks, laid on the days of the plan.
    strikes: &'a [Strikes],
    /// The length of the turn, in days.
    window_days: i64,
}

/// Days of a section in one season, with the periods of a clock that have hours in them.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) days: Period,
    /// The places of the days in the plan.
    pub(super) places: Range<usize>,
    /// The periods, rising; a single zero without a clock.
    pub(super) periods: &'a [usize],
    /// The clock, laid on the days of the plan.
    pub(super) strikes: Option<&'a Strikes>,
}

/// The bill cut at each change of the tariff, in order; `called` are the clocks of [`Plan::called`].
pub(super) fn sections<'a>(
    plan: &'a Plan,
    called: &'a [Option<Vec<Strikes>>],
    input: &'a Input<'a>,
) -> Result<Vec<Section<'a>>, Unratable> {
    let period = input.period;
    assert!(
        plan.days.start() <= period.start() && period.end() <= plan.days.end(),
        "a plan for {} does not price {period}",
        plan.days
    );
    let ends = plan.versions.iter().skip(1).map(|next| Some(next.tariff.from)).chain([None]);
    let window_days = days_between(input.window.start(), input.window.end());
    let mut sections = Vec::with_capacity(1);
    for ((version, end), called) in plan.versions.iter().zip(ends).zip(called) {
        if let Some(period) = period.overlap(version.tariff.from, end) {
            let strikes = called.as_ref().unwrap_or(&version.strikes);
            sections.push(Section { plan, input, version, period, strikes, window_days });
        }
    }
    match sections.first() {
        Some(first) if first.period.start() == period.start() => {}
        _ => return Err(Unratable::NoTariff { tariff: plan.code.clone(), on: period.start() }),
    }
    for section in &sections {
        section.check_unit()?;
    }
    Ok(sections)
}

impl<'a> Section<'a> {
    pub(super) fn tariff(&self) -> &'a Tariff {
        &self.version.tariff
    }

    /// The days in the whole turn of the cycle.
    pub(super) fn window_days(&self) -> i64 {
        self.window_days
    }

    /// Whether `days` are the whole turn of the cycle, so that a monthly price is owed in full.
    pub(super) fn is_whole(&self, days: Period) -> bool {
        days_between(days.start(), days.end()) == self.window_days
    }

    /// The section cut where a clock passes from one season to another. The whole of it without a
    /// clock.
    pub(super) fn parts(&self, clock: Option<usize>) -> Vec<Part<'a>> {
        let places = self.plan.places(self.period);
        let Some(clock) = clock else {
            return vec![Part { days: self.period, places, periods: &[0], strikes: None }];
        };
        let strikes = &self.strikes[clock];
        let seasons = strikes.seasons(&places);
        if let [(_, periods)] = seasons[..] {
            return vec![Part { days: self.period, places, periods, strikes: Some(strikes) }];
        }
        let ends = seasons.iter().skip(1).map(|(start, _)| *start).chain([places.end]);
        let day = |place: usize| later(self.period.start(), place - places.start);
        let part = |((start, periods), end): ((usize, &'a [usize]), usize)| Part {
            days: Period::new(day(start), day(end)).expect("a run has at least one day"),
            places: start..end,
            periods,
            strikes: Some(strikes),
        };
        seasons.iter().copied().zip(ends).map(part).collect()
    }

    /// What was used in `days`, in the unit that is billed. Intervals say it exactly; what a
    /// register counted is shared evenly over the days of the bill.
    pub(super) fn used(&self, flow: Flow, days: Period) -> Quantity {
        let micro = self.counted(flow, days);
        Quantity { micro: self.converted(micro), unit: self.tariff().unit }
    }

    /// The same as the meter counted it.
    pub(super) fn counted(&self, flow: Flow, days: Period) -> i64 {
        match self.values(flow, &self.plan.places(days)) {
            Some(_) if days == self.input.period => self.whole(flow),
            Some(values) => values.iter().sum(),
            None => {
                let bill = self.input.period;
                let of = days_between(bill.start(), bill.end());
                let through = |day| part(self.whole(flow), days_between(bill.start(), day), of);
                through(days.end()) - through(days.start())
            }
        }
    }

    fn whole(&self, flow: Flow) -> i64 {
        match flow {
            Flow::Delivered => self.input.usage.delivered.micro,
            Flow::Received => self.input.usage.received.micro,
            Flow::Reactive => self.input.usage.reactive.map_or(0, |it| it.micro),
        }
    }

    /// The interval values of some days as the meter counted them, if it kept any. What nothing
    /// measures was not sent back; whether it was reactive nobody knows.
    pub(super) fn values(&self, flow: Flow, places: &Range<usize>) -> Option<&'a [i64]> {
        let profile = self.input.usage.profile.as_ref()?;
        assert_eq!(profile.minutes, self.plan.minutes, "a plan is for intervals of one length");
        let micro = match flow {
            Flow::Delivered => &profile.delivered_micro,
            Flow::Received => &profile.received_micro,
            Flow::Reactive if profile.reactive_micro.is_empty() => return None,
            Flow::Reactive => &profile.reactive_micro,
        };
        let bill_from = self.plan.day(self.input.period.start());
        let range = self.plan.intervals(bill_from, places);
        Some(&micro[range.start.min(micro.len())..range.end.min(micro.len())])
    }

    /// What the intervals of a part come to in each period of its clock; `None` when the meter kept
    /// none.
    pub(super) fn tally(
        &self,
        part: &Part,
        flow: Flow,
        clock: Option<usize>,
    ) -> Result<Option<Tally>, Unratable> {
        let Some(values) = self.values(flow, &part.places) else { return Ok(None) };
        match part.strikes {
            None => Ok(Some(Tally::whole(values))),
            Some(strikes) => {
                self.check_coarse(clock)?;
                Ok(Some(strikes.tally(part.places.clone(), values)))
            }
        }
    }

    /// Refuses intervals in whose middle the clock strikes.
    pub(super) fn check_coarse(&self, clock: Option<usize>) -> Result<(), Unratable> {
        match clock {
            Some(clock) if self.strikes[clock].coarse => Err(Unratable::CoarseIntervals {
                clock: self.tariff().clocks[clock].name.clone(),
                minutes: self.plan.minutes,
            }),
            _ => Ok(()),
        }
    }

    /// The highest mean power in any interval of some days, in millionths of a kW.
    pub(super) fn peak(&self, places: &Range<usize>) -> Option<i64> {
        let values = self.values(Flow::Delivered, places)?;
        Some(self.power(Tally::whole(values).peak[0]))
    }

    /// Energy in one interval as mean power: 60/minutes is 12, 4, 2 or 1.
    pub(super) fn power(&self, micro: i64) -> i64 {
        micro * 60_i64.div_euclid(i64::from(self.plan.minutes))
    }

    /// An amount counted by the meter, in millionths of the unit that is billed.
    pub(super) fn converted(&self, micro: i64) -> i64 {
        match self.tariff().convert {
            Some(it) if it.from == self.measured_unit() => part(micro, it.factor_micro, 1_000_000),
            _ => micro,
        }
    }

    fn measured_unit(&self) -> Unit {
        self.input.usage.delivered.unit
    }

    fn check_unit(&self) -> Result<(), Unratable> {
        let (priced, measured) = (self.tariff().unit, self.measured_unit());
        let converts = self.tariff().convert.is_some_and(|it| it.from == measured);
        if priced == measured || converts {
            return Ok(());
        }
        Err(Unratable::WrongUnit { label: self.tariff().name.clone(), priced, measured })
    }
}

/// `whole * times / of`, rounded half up.
pub(super) fn part(whole: i64, times: i64, of: i64) -> i64 {
    let (whole, times, of) = (i128::from(whole), i128::from(times), i128::from(of));
    let rounded = (whole * times * 2 + of).div_euclid(of * 2);
    i64::try_from(rounded).expect("a part of a quantity fits where a quantity does")
}

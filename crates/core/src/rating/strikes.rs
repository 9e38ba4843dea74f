//! A clock laid on days: the runs of intervals with one period, so that pricing adds up slices
//! instead of asking a calendar for every value.

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::period::{Period, Zone};
use crate::tariff::clock::{Clock, Days, Holidays, MonthDay};

/// The days of a plan as a clock sees them.
#[derive(Clone, Debug)]
pub(super) struct Strikes {
    /// How many periods the clock has.
    periods: usize,
    /// For each day, its place in `patterns`.
    pattern: Vec<usize>,
    /// The days there are, each as runs.
    patterns: Vec<Vec<Run>>,
    /// For each day, its place in `seasons`.
    season: Vec<usize>,
    /// The sets of periods that belong together in a part of the year.
    seasons: Vec<Vec<usize>>,
    /// Whether somewhere the period changes within an interval.
    pub(super) coarse: bool,
}

/// Intervals in a row of one day with the same period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Run {
    len: usize,
    period: usize,
}

/// What was used in each period of a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    /// The sum of the values.
    pub(super) sum: Vec<i64>,
    /// The highest value; zero where there is none above it.
    pub(super) peak: Vec<i64>,
}

impl Strikes {
    /// Lays `clock` on `days`, of which `starts` are the first seconds, and the end's.
    pub(super) fn new(
        clock: &Clock,
        holidays: &Holidays,
        zone: &Zone,
        minutes: u16,
        days: Period,
        starts: &[i64],
    ) -> Strikes {
        let mut strikes = Strikes {
            periods: clock.periods.len(),
            pattern: Vec::with_capacity(starts.len()),
            patterns: Vec::new(),
            season: Vec::with_capacity(starts.len()),
            seasons: Vec::new(),
            coarse: false,
        };
        // Days with the same rules and 24 hours are alike.
        let mut alike: HashMap<(Vec<bool>, u8), (usize, usize)> = HashMap::new();
        for (day, edges) in days.each_day().zip(starts.windows(2)) {
            let (date, kind) = (MonthDay::of(day), Days::of(day, holidays));
            let in_season: Vec<bool> = clock.rules.iter().map(|it| it.in_season(date)).collect();
            let even = edges[1] - edges[0] == 24 * 3600;
            let places = match alike.get(&(in_season.clone(), kind.0)) {
                Some(places) if even => *places,
                _ => {
                    let quarters = clock.quarters(day, holidays, |_| false);
                    let (runs, coarse) = runs(&quarters, zone, minutes, edges[0], edges[1]);
                    strikes.coarse |= coarse;
                    let places = (
                        place(&mut strikes.patterns, runs),
                        place(&mut strikes.seasons, clock.season(day)),
                    );
                    if even {
                        alike.insert((in_season, kind.0), places);
                    }
                    places
                }
            };
            strikes.pattern.push(places.0);
            strikes.season.push(places.1);
        }
        strikes
    }

    /// Lays other periods on one day, between two seconds.
    pub(super) fn replace(
        &mut self,
        day: usize,
        quarters: &[usize; 96],
        zone: &Zone,
        minutes: u16,
        (start, end): (i64, i64),
    ) {
        let (runs, coarse) = runs(quarters, zone, minutes, start, end);
        self.coarse |= coarse;
        self.pattern[day] = place(&mut self.patterns, runs);
    }

    /// The runs of days with the same periods: the place of the first, and the periods.
    pub(super) fn seasons(&self, days: &Range<usize>) -> Vec<(usize, &[usize])> {
        let mut found: Vec<(usize, usize)> = Vec::with_capacity(2);
        for day in days.clone() {
            if found.last().is_none_or(|(_, last)| *last != self.season[day]) {
                found.push((day, self.season[day]));
            }
        }
        found.into_iter().map(|(day, season)| (day, &self.seasons[season][..])).collect()
    }

    /// The runs of some days, in the order of time.
    pub(super) fn runs(&self, days: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
        let runs = days.flat_map(|day| &self.patterns[self.pattern[day]]);
        runs.map(|run| (run.len, run.period))
    }

    /// What the values of some days come to in each period.
    pub(super) fn tally(&self, days: Range<usize>, values: &[i64]) -> Tally {
        let (mut sum, mut peak) = (vec![0_i64; self.periods], vec![0_i64; self.periods]);
        let mut rest = values;
        for (len, period) in self.runs(days) {
            let (run, after) = rest.split_at(len.min(rest.len()));
            rest = after;
            let (mut whole, mut most) = (0_i64, 0_i64);
            for value in run {
                whole += value;
                most = most.max(*value);
            }
            sum[period] += whole;
            peak[period] = peak[period].max(most);
        }
        Tally { sum, peak }
    }
}

impl Tally {
    /// The tally of values that no clock divides.
    pub(super) fn whole(values: &[i64]) -> Tally {
        let (mut sum, mut peak) = (0_i64, 0_i64);
        for value in values {
            sum += value;
            peak = peak.max(*value);
        }
        Tally { sum: vec![sum], peak: vec![peak] }
    }
}

/// The place of `item` among those that are there, as a new one if need be.
fn place<T: PartialEq>(there: &mut Vec<T>, item: T) -> usize {
    there.iter().position(|it| *it == item).unwrap_or_else(|| {
        there.push(item);
        there.len() - 1
    })
}

/// The runs of a day between two seconds, and whether a period changes within an interval.
fn runs(
    quarters: &[usize; 96],
    zone: &Zone,
    minutes: u16,
    start: i64,
    end: i64,
) -> (Vec<Run>, bool) {
    let step = i64::from(minutes.max(1)) * 60;
    let even = end - start == 24 * 3600;
    let quarter = |second: i64| {
        let minute = if even {
            (second - start).div_euclid(60)
        } else {
            // On a day of 25 hours one hour comes twice; on one of 23 an hour never comes.
            let instant = Timestamp::from_second(second).expect("a day of this era");
            let time = zone.tz().to_datetime(instant).time();
            i64::from(time.hour()) * 60 + i64::from(time.minute())
        };
        usize::try_from(minute.div_euclid(15)).expect("a day has 96 quarters")
    };
    let mut runs: Vec<Run> = Vec::new();
    let mut coarse = false;
    let mut at = start;
    while at + step <= end {
        let period = quarters[quarter(at)];
        let inside = (1..).map(|nth| at + nth * 15 * 60).take_while(|it| *it < at + step);
        coarse |= inside.map(|it| quarters[quarter(it)]).any(|it| it != period);
        match runs.last_mut() {
            Some(run) if run.period == period => run.len += 1,
            _ => runs.push(Run { len: 1, period }),
        }
        at += step;
    }
    (runs, coarse)
}

/// The date `days` after another.
pub(super) fn later(date: Date, days: usize) -> Date {
    let days = i64::try_from(days).expect("a plan has fewer days than that");
    date.saturating_add(jiff::Span::new().days(days))
}

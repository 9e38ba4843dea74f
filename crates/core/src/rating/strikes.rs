//! A clock laid on days: the runs of intervals with one period, so that pricing adds up slices
//! instead of asking a calendar for every value.

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::period::{Period, Zone};
use crate::rating::columns;
use crate::tariff::clock::{Clock, Days, Holidays, MonthDay};

/// The days of a plan as a clock sees them.
#[derive(Clone, Debug)]
pub(super) struct Strikes {
    /// How many periods the clock has.
    periods: usize,
    /// Every shape that a day has here, as runs from its first interval. Most days of a year have one of a few.
    shapes: Vec<Vec<Run>>,
    /// For each day, the place of its shape.
    days: Vec<usize>,
    /// For each day, how many intervals come before it; one more for the end of the last.
    firsts: Vec<usize>,
    /// The days in a row that have the same periods: the place of the first day after them, and
    /// their place in `seasons`.
    season: Vec<(usize, usize)>,
    /// The sets of periods that belong together in a part of the year.
    seasons: Vec<Vec<usize>>,
    /// Whether somewhere the period changes within an interval.
    pub(super) coarse: bool,
}

/// Intervals in a row with the same period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// The place of the first interval after the last one.
    pub(super) end: usize,
    pub(super) period: usize,
}

/// Values added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) sum: i64,
    /// The highest value; zero where there is none above it.
    pub(super) peak: i64,
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
            shapes: Vec::new(),
            days: Vec::with_capacity(starts.len()),
            firsts: vec![0],
            season: Vec::new(),
            seasons: Vec::new(),
            coarse: false,
        };
        // Days with the same rules and 24 hours are alike.
        let mut alike: HashMap<(Vec<bool>, u8), (usize, usize)> = HashMap::new();
        for (day, edges) in days.each_day().zip(starts.windows(2)) {
            let (date, kind) = (MonthDay::of(day), Days::of(day, holidays));
            let in_season: Vec<bool> = clock.rules.iter().map(|it| it.in_season(date)).collect();
            let edges = (edges[0], edges[1]);
            let mut lay = || {
                let quarters = clock.quarters(day, holidays, |_| false);
                let shape = strikes.shape(&quarters, zone, minutes, edges);
                (shape, place(&mut strikes.seasons, clock.season(day)))
            };
            let (shape, season) = match edges.1 - edges.0 == 24 * 3600 {
                true => *alike.entry((in_season, kind.0)).or_insert_with(lay),
                false => lay(),
            };
            let len = strikes.shapes[shape].last().map_or(0, |it| it.end);
            strikes.firsts.push(strikes.firsts[strikes.days.len()] + len);
            strikes.days.push(shape);
            let end = strikes.days.len();
            match strikes.season.last_mut() {
                Some(last) if last.1 == season => last.0 = end,
                _ => strikes.season.push((end, season)),
            }
        }
        strikes
    }

    /// The place of the shape of a day between two seconds.
    fn shape(
        &mut self,
        quarters: &[usize; 96],
        zone: &Zone,
        minutes: u16,
        edges: (i64, i64),
    ) -> usize {
        let (runs, coarse) = runs(quarters, zone, minutes, edges);
        self.coarse |= coarse;
        place(&mut self.shapes, runs)
    }

    /// Lays other periods on one day: its quarters, and the seconds between which it lies.
    pub(super) fn replace(
        &mut self,
        day: usize,
        quarters: &[usize; 96],
        zone: &Zone,
        minutes: u16,
        edges: (i64, i64),
    ) {
        self.days[day] = self.shape(quarters, zone, minutes, edges);
    }

    /// Whether some hours of these days are in a period.
    pub(super) fn has(&self, days: &Range<usize>, period: usize) -> bool {
        let mut runs = self.days[days.clone()].iter().flat_map(|it| &self.shapes[*it]);
        runs.any(|it| it.period == period)
    }

    /// The days from `day` on that have the same periods, as far as `end`: the place of the first
    /// other day, and the periods.
    pub(super) fn season(&self, day: usize, end: usize) -> (usize, &[usize]) {
        let (until, season) = self.season[self.season.partition_point(|it| it.0 <= day)];
        (until.min(end), &self.seasons[season])
    }

    /// How many intervals a day has.
    pub(super) fn len(&self, day: usize) -> usize {
        self.firsts[day + 1] - self.firsts[day]
    }

    /// Shows `take` the values of each run of some days in the order of time, with its period. Runs
    /// end at midnight.
    pub(super) fn each_run<'v>(
        &self,
        days: &Range<usize>,
        values: &'v [i64],
        mut take: impl FnMut(usize, &'v [i64]),
    ) {
        let mut rest = values;
        for shape in &self.days[days.clone()] {
            let mut at = 0;
            for run in &self.shapes[*shape] {
                let (these, after) = rest.split_at((run.end - at).min(rest.len()));
                take(run.period, these);
                (at, rest) = (run.end, after);
            }
        }
    }

    /// What the values of some days come to in each period; the highest of them only where `peaks`
    /// are asked for.
    pub(super) fn tally(&self, days: &Range<usize>, values: &[i64], peaks: bool) -> Vec<Tally> {
        let these = (&self.days[days.clone()], &self.firsts[days.start..=days.end]);
        let tallies = columns::tally(&self.shapes, these, values, peaks, self.periods);
        tallies.unwrap_or_else(|| {
            let mut tallies = vec![Tally::default(); self.periods];
            self.each_run(days, values, |period, run| tallies[period].join(Tally::of(run)));
            tallies
        })
    }

    /// How many of the days, from the first on, use no more than `room` together, with no value
    /// below zero; and how many values they have.
    pub(super) fn within(&self, days: &Range<usize>, values: &[i64], room: i64) -> (usize, usize) {
        columns::within(&self.firsts[days.start..=days.end], values, room)
    }
}

impl Tally {
    /// The sum and the highest value of a run.
    pub(super) fn of(run: &[i64]) -> Tally {
        Tally { sum: run.iter().sum(), peak: peak(run) }
    }

    /// Adds what came at other times.
    pub(super) fn join(&mut self, other: Tally) {
        self.sum += other.sum;
        self.peak = self.peak.max(other.peak);
    }
}

/// The highest value; zero where there is none above it. Four at a time, since each comparison
/// waits for the one before.
pub(super) fn peak(values: &[i64]) -> i64 {
    let (fours, rest) = values.as_chunks::<4>();
    let mut most = [0_i64; 4];
    for four in fours {
        for (most, value) in most.iter_mut().zip(four) {
            *most = (*most).max(*value);
        }
    }
    most.into_iter().chain(rest.iter().copied()).max().unwrap_or(0)
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
    (start, end): (i64, i64),
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
            Some(run) if run.period == period => run.end += 1,
            last => {
                let end = last.map_or(0, |it| it.end) + 1;
                runs.push(Run { end, period });
            }
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

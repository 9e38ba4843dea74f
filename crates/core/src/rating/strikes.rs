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
    /// The intervals of all days as runs of one period, in the order of time.
    runs: Vec<Run>,
    /// For each day, its place in `seasons`.
    season: Vec<usize>,
    /// The sets of periods that belong together in a part of the year.
    seasons: Vec<Vec<usize>>,
    /// Whether somewhere the period changes within an interval.
    pub(super) coarse: bool,
}

/// Intervals in a row with the same period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// The place of the first interval after the last one.
    end: usize,
    period: usize,
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
            runs: Vec::new(),
            season: Vec::with_capacity(starts.len()),
            seasons: Vec::new(),
            coarse: false,
        };
        // Days with the same rules and 24 hours are alike.
        let mut alike: HashMap<(Vec<bool>, u8), (Vec<Run>, usize)> = HashMap::new();
        for (day, edges) in days.each_day().zip(starts.windows(2)) {
            let (date, kind) = (MonthDay::of(day), Days::of(day, holidays));
            let in_season: Vec<bool> = clock.rules.iter().map(|it| it.in_season(date)).collect();
            let even = edges[1] - edges[0] == 24 * 3600;
            if !even {
                let quarters = clock.quarters(day, holidays, |_| false);
                let (runs, coarse) = runs(&quarters, zone, minutes, edges[0], edges[1]);
                strikes.coarse |= coarse;
                let season = place(&mut strikes.seasons, clock.season(day));
                strikes.append(&runs, season);
                continue;
            }
            let (runs, season) = alike.entry((in_season, kind.0)).or_insert_with(|| {
                let quarters = clock.quarters(day, holidays, |_| false);
                let (runs, coarse) = runs(&quarters, zone, minutes, edges[0], edges[1]);
                strikes.coarse |= coarse;
                (runs, place(&mut strikes.seasons, clock.season(day)))
            });
            let (runs, season) = (runs.clone(), *season);
            strikes.append(&runs, season);
        }
        strikes
    }

    /// Lays other periods on one day: its quarters, its intervals among those of all days, and the
    /// seconds between which it lies.
    pub(super) fn replace(
        &mut self,
        quarters: &[usize; 96],
        intervals: Range<usize>,
        zone: &Zone,
        minutes: u16,
        (start, end): (i64, i64),
    ) {
        let (day, coarse) = runs(quarters, zone, minutes, start, end);
        self.coarse |= coarse;
        let mut laid = Vec::with_capacity(self.runs.len() + day.len() + 1);
        let mut from = 0;
        for run in &self.runs {
            if from < intervals.start {
                push(&mut laid, Run { end: run.end.min(intervals.start), period: run.period });
            }
            if from <= intervals.start && intervals.start < run.end {
                for it in &day {
                    push(&mut laid, Run { end: intervals.start + it.end, period: it.period });
                }
            }
            if intervals.end < run.end {
                push(&mut laid, *run);
            }
            from = run.end;
        }
        self.runs = laid;
    }

    /// Adds a day: its runs, counted from its start, and its season.
    fn append(&mut self, runs: &[Run], season: usize) {
        self.season.push(season);
        let before = self.runs.last().map_or(0, |it| it.end);
        for run in runs {
            push(&mut self.runs, Run { end: before + run.end, period: run.period });
        }
    }

    /// Whether some of these intervals, counted among those of all days, are in a period.
    pub(super) fn has(&self, intervals: &Range<usize>, period: usize) -> bool {
        let mut from = intervals.start;
        for run in &self.runs[self.runs.partition_point(|it| it.end <= intervals.start)..] {
            if intervals.end <= from {
                return false;
            }
            if run.period == period {
                return true;
            }
            from = run.end;
        }
        false
    }

    /// The days from `day` on that have the same periods, as far as `end`: the place of the first
    /// other day, and the periods.
    pub(super) fn season(&self, day: usize, end: usize) -> (usize, &[usize]) {
        let season = self.season[day];
        let same = self.season[day..end].iter().take_while(|it| **it == season).count();
        (day + same, &self.seasons[season])
    }

    /// Shows `take` the values of each run in the order of time, with its period. `first` is the
    /// place of the first value among the intervals of all days.
    pub(super) fn each_run<'v>(
        &self,
        first: usize,
        values: &'v [i64],
        mut take: impl FnMut(usize, &'v [i64]),
    ) {
        let mut at = first;
        let mut rest = values;
        for run in &self.runs[self.runs.partition_point(|it| it.end <= first)..] {
            let (these, after) = rest.split_at((run.end - at).min(rest.len()));
            take(run.period, these);
            (at, rest) = (run.end, after);
            if rest.is_empty() {
                return;
            }
        }
    }

    /// What the values come to in each period. `take` sees each run added up, in the order of time.
    pub(super) fn tally(
        &self,
        first: usize,
        values: &[i64],
        mut take: impl FnMut(usize, Tally),
    ) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.periods];
        self.each_run(first, values, |period, run| {
            let run = Tally::of(run);
            let whole = &mut tallies[period];
            *whole = Tally { sum: whole.sum + run.sum, peak: whole.peak.max(run.peak) };
            take(period, run);
        });
        tallies
    }
}

impl Tally {
    /// Four at a time, and the highest of every other one apart, since each look waits for the last.
    pub(super) fn of(run: &[i64]) -> Tally {
        let (fours, rest) = run.as_chunks::<4>();
        let (mut sum, mut even, mut odd) = (0_i64, 0_i64, 0_i64);
        for [first, second, third, fourth] in fours {
            sum += (first + second) + (third + fourth);
            even = even.max(*first).max(*third);
            odd = odd.max(*second).max(*fourth);
        }
        for last in rest {
            sum += last;
            even = even.max(*last);
        }
        Tally { sum, peak: even.max(odd) }
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

/// Adds a run behind others; it joins the last one where the period is the same.
fn push(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        Some(last) if last.period == run.period => last.end = run.end,
        _ => runs.push(run),
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

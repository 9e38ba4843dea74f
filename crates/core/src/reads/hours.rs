//! When it was used: the intervals of some local days, each in one of a few periods, as runs; and the
//! values of stored blocks added up by them.
//!
//! The runs are laid out once for all meters of a zone that count alike. That is what makes it fast: to
//! ask the clock for each value takes a hundred times as long.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::period::{Period, Zone};
use crate::reads::{Block, Month};

/// The periods of every interval in some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    start: Timestamp,
    minutes: u16,
    /// How many periods there are.
    periods: usize,
    /// Where each run ends, in intervals from the start, and its period.
    runs: Vec<(usize, usize)>,
}

/// What values add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// Millionths of the channel's unit in each period, before the multiplier.
    pub micro: Vec<i128>,
    /// How many values are in them.
    pub values: usize,
    /// How many of these are estimates.
    pub estimated: usize,
}

impl Hours {
    /// The intervals of `minutes` in these days; `period_of` gives for the wall-clock time at which one
    /// begins its period, below `periods`. `None` where the days do not have whole intervals, as
    /// hours in a zone that shifts by half of one.
    ///
    /// # Panics
    /// When `period_of` gives a period that there is not.
    pub fn lay(
        days: Period,
        minutes: u16,
        zone: &Zone,
        periods: usize,
        period_of: impl Fn(DateTime) -> usize,
    ) -> Option<Hours> {
        let (start, end) = (zone.start_of(days.start()), zone.start_of(days.end()));
        let step = i64::from(minutes) * 60;
        if step == 0 || (end.as_second() - start.as_second()).rem_euclid(step) != 0 {
            return None;
        }
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let starts = (start.as_second()..end.as_second()).step_by(usize::from(minutes) * 60);
        for (at, second) in (1..).zip(starts) {
            let wall = zone.tz().to_datetime(Timestamp::from_second(second).ok()?);
            let period = period_of(wall);
            assert!(period < periods, "a period is one of those there are");
            match runs.last_mut().filter(|last| last.1 == period) {
                Some(last) => last.0 = at,
                None => runs.push((at, period)),
            }
        }
        Some(Hours { start, minutes, periods, runs })
    }

    /// How many intervals there are.
    pub fn count(&self) -> usize {
        self.runs.last().map_or(0, |it| it.0)
    }

    /// Sums to add to.
    pub fn sums(&self) -> Sums {
        Sums { micro: vec![0; self.periods], values: 0, estimated: 0 }
    }

    /// Adds the values of a month's block that lie in the days. `false`, and nothing is added, when it
    /// counts in other intervals. Blocks that lie over each other have to be laid first.
    pub fn add(&self, month: Month, block: &Block, sums: &mut Sums) -> bool {
        let step = i64::from(self.minutes) * 60;
        let first = month.start().as_second() + i64::from(block.phase) * 60;
        let apart = first - self.start.as_second();
        if block.minutes != self.minutes || apart.rem_euclid(step) != 0 {
            return false;
        }
        // The block begins so many intervals after the days do, or before them.
        let after = usize::try_from(apart.div_euclid(step)).unwrap_or(0);
        let before = usize::try_from((-apart).div_euclid(step)).unwrap_or(0);
        let Some(values) = block.values.get(before..) else { return true };
        let values = &values[..values.len().min(self.count().saturating_sub(after))];
        let mut at = after;
        for (end, period) in &self.runs[self.runs.partition_point(|it| it.0 <= after)..] {
            let (from, to) = (at - after, (end - after).min(values.len()));
            if to <= from {
                break;
            }
            sums.micro[*period] += sum(&values[from..to]);
            at = *end;
        }
        let inside = before..before + values.len();
        let within = |spans: &[crate::reads::Span]| -> usize {
            let common = |it: &crate::reads::Span| {
                let (start, end) = (it.range().start.max(inside.start), it.range().end);
                end.min(inside.end).saturating_sub(start)
            };
            spans.iter().map(common).sum()
        };
        sums.values += values.len() - within(&block.missing);
        sums.estimated += within(&block.estimated);
        true
    }
}

/// The exact sum, of the low halves and of the high ones, each from zero up: neither can leave its
/// type before there are 2^32 values.
fn sum(values: &[i64]) -> i128 {
    const LEAST: u64 = 1 << 63;
    let (low, high) = values.iter().fold((0_u64, 0_u64), |(low, high), it| {
        let above = it.cast_unsigned() ^ LEAST;
        (low.wrapping_add(above & 0xffff_ffff), high.wrapping_add(above >> 32))
    });
    let count = values.len() as u64;
    (i128::from(high) << 32) + i128::from(low) - i128::from(count) * i128::from(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reads::{Series, Span};
    use jiff::civil::date;

    /// Night until seven, and day.
    fn night_and_day(wall: DateTime) -> usize {
        usize::from(7 <= wall.hour())
    }

    #[test]
    fn a_night_in_which_the_clock_goes_forward_has_an_hour_less() {
        let zone = Zone::named("America/Chicago").unwrap();
        let days = Period::new(date(2026, 3, 7), date(2026, 3, 9)).unwrap();
        let hours = Hours::lay(days, 60, &zone, 2, night_and_day).unwrap();
        assert_eq!(hours.count(), 47);
        // A kWh in each hour, from a day before to a day after; one is missing, two are estimates.
        let mut series = Series {
            start: zone.start_of(date(2026, 3, 6)),
            minutes: 60,
            micro: vec![1_000_000; 24 + 47 + 24],
            missing: vec![Span { start: 26, len: 1 }],
            estimated: vec![Span { start: 23, len: 3 }],
        };
        series.micro[26] = 0;
        let mut sums = hours.sums();
        for (month, block) in series.into_blocks() {
            assert!(hours.add(month, &block, &mut sums));
        }
        assert_eq!(sums, Sums { micro: vec![12_000_000, 34_000_000], values: 46, estimated: 2 });
    }

    #[test]
    fn what_does_not_count_alike_is_not_added() {
        let utc = Zone::utc();
        let days = Period::month(2026, 7).unwrap();
        let hours = Hours::lay(days, 60, &utc, 2, night_and_day).unwrap();
        let month = Month::of(utc.start_of(days.start()));
        let mut block = Block { minutes: 15, values: vec![1; 8], ..Block::default() };
        let mut sums = hours.sums();
        assert!(!hours.add(month, &block, &mut sums));
        (block.minutes, block.phase) = (60, 30);
        assert!(!hours.add(month, &block, &mut sums));
        assert_eq!(sums, hours.sums());
        // Another month has nothing in these days.
        block.phase = 0;
        assert!(hours.add(month.next(), &block, &mut sums));
        let june = Month::from_index(month.index() - 1).unwrap();
        assert!(hours.add(june, &block, &mut sums));
        assert_eq!(sums, hours.sums());
        let half = Zone::named("Australia/Lord_Howe").unwrap();
        let april = Period::month(2026, 4).unwrap();
        assert_eq!(Hours::lay(april, 60, &half, 2, night_and_day), None);
        assert!(Hours::lay(april, 30, &half, 2, night_and_day).is_some());
    }

    #[test]
    fn values_of_any_size_add_up_exactly() {
        assert_eq!(sum(&[i64::MAX, i64::MAX, 2]), 2 * i128::from(i64::MAX) + 2);
        assert_eq!(sum(&[-5, 3, -1 << 39]), -2 - (1 << 39));
        assert_eq!(sum(&[]), 0);
    }
}

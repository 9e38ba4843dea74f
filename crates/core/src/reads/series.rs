//! Interval values as a series in time, and the monthly blocks in which they are kept.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use meterbook_interval::{Block, Misfit, Span, lay};

use crate::period::Zone;

/// Interval values of one channel on a grid of equal steps, the first starting at `start`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The instant at which the first interval starts.
    pub start: Timestamp,
    /// The length of each interval.
    pub minutes: u16,
    /// Values in millionths of the channel's unit, before the multiplier; zero where one is missing.
    pub micro: Vec<i64>,
    /// Where values are missing.
    pub missing: Vec<Span>,
    /// Where values are estimates.
    pub estimated: Vec<Span>,
}

/// A calendar month of UTC: how interval values are filed. Less than a day before it and less than a
/// day after it may be filed with it, so that a month of a local clock is one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    index: i64,
}

impl Month {
    /// The month in which `instant` falls.
    pub fn of(instant: Timestamp) -> Month {
        let day = Zone::utc().day_of(instant);
        Month { index: (i64::from(day.year()) - FIRST_YEAR) * 12 + i64::from(day.month()) - 1 }
    }

    /// Months since January 1970: how it is stored, and in the order of time.
    pub fn index(self) -> i64 {
        self.index
    }

    /// The month that was stored as `index`; `None` outside the years -9999 to 9999.
    pub fn from_index(index: i64) -> Option<Month> {
        let month = Month { index };
        month.first_day().map(|_| month)
    }

    /// The instant at which it begins.
    pub fn start(self) -> Timestamp {
        Zone::utc().start_of(self.first_day().expect("a month is made from an instant"))
    }

    /// The first and the last month with which something between these instants may be filed.
    pub fn around(from: Timestamp, to: Timestamp) -> (Month, Month) {
        let day = SignedDuration::from_hours(24);
        let first = from.checked_sub(day).unwrap_or(Timestamp::MIN);
        (Month::of(first), Month::of(to.checked_add(day).unwrap_or(Timestamp::MAX)))
    }

    /// The month before it.
    pub fn before(self) -> Month {
        Month { index: self.index - 1 }
    }

    /// The month after it.
    pub fn next(self) -> Month {
        Month { index: self.index + 1 }
    }

    fn first_day(self) -> Option<Date> {
        let year = i16::try_from(self.index.div_euclid(12).checked_add(FIRST_YEAR)?).ok()?;
        let month = i8::try_from(self.index.rem_euclid(12) + 1).ok()?;
        let day = Date::new(year, month, 1).ok()?;
        TimeZone::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok().map(|_| day)
    }
}

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;
/// The year whose January is month zero.
const FIRST_YEAR: i64 = 1970;

impl Series {
    /// The instant after the last interval.
    pub fn end(&self) -> Timestamp {
        self.at(self.micro.len())
    }

    /// The instant at which the value with this index starts.
    pub fn at(&self, index: usize) -> Timestamp {
        let steps = i64::try_from(index).expect("a series is countable");
        let second = self.start.as_second() + steps * i64::from(self.minutes) * 60;
        Timestamp::from_second(second).expect("a series ends in this era")
    }

    /// The series kept in `blocks`, given in the order in which they were learned: a later value
    /// replaces an earlier one, a missing one replaces nothing. `None` when there are no blocks;
    /// an error when their grids differ.
    pub fn from_blocks(blocks: Vec<(Month, Block)>) -> Result<Option<Series>, Misfit> {
        let Some(first) = blocks.iter().map(|(month, _)| *month).min() else { return Ok(None) };
        let laid = lay(blocks.into_iter().map(|(month, block)| {
            let seconds = month.start().as_second() - first.start().as_second();
            (seconds.div_euclid(60), block)
        }))?;
        let second = first.start().as_second() + laid.phase * 60;
        Ok(Some(Series {
            start: Timestamp::from_second(second).expect("a month lies in this era"),
            minutes: laid.minutes,
            micro: laid.values,
            missing: laid.missing,
            estimated: laid.estimated,
        }))
    }

    /// The blocks to keep it in, one for each month in which it has a value, the values at either
    /// end of a block present. What is less than a day at either end of the series is filed with
    /// the month beside it.
    pub fn into_blocks(&self) -> Vec<(Month, Block)> {
        let mut blocks = Vec::new();
        let mut from = 0;
        while from < self.micro.len() {
            let (month, to) = self.month_from(from);
            let phase = self.at(from).as_second() - month.start().as_second();
            let block = Block {
                minutes: self.minutes,
                phase: i32::try_from(phase.div_euclid(60)).expect("a month has 44,640 minutes"),
                values: self.micro[from..to].to_vec(),
                missing: cut(&self.missing, from, to),
                estimated: cut(&self.estimated, from, to),
            };
            blocks.extend(block.trimmed().map(|block| (month, block)));
            from = to;
        }
        blocks
    }

    /// The month with which the value of this index is filed, and the index of the first value that
    /// is not.
    fn month_from(&self, from: usize) -> (Month, usize) {
        let (start, end) = (self.at(from).as_second(), self.end().as_second());
        let mut month = Month::of(self.at(from));
        let mut to = month.next().start();
        // Of two pieces of one day the longer has the other.
        let (head, tail) = (to.as_second() - start, end - to.as_second());
        if from == 0 && head < DAY && 0 < tail && (DAY <= tail || head < tail) {
            month = month.next();
            to = month.next().start();
        }
        if end - to.as_second() < DAY {
            return (month, self.micro.len());
        }
        (month, self.index_at(to))
    }

    /// The index of the first value that starts at or after `instant`; zero before the series.
    fn index_at(&self, instant: Timestamp) -> usize {
        let seconds = instant.as_second() - self.start.as_second();
        let step = i64::from(self.minutes) * 60;
        usize::try_from((seconds + step - 1).div_euclid(step)).unwrap_or(0)
    }
}

/// The parts of `spans` inside `[from, to)`, counted from `from`.
pub(super) fn cut(spans: &[Span], from: usize, to: usize) -> Vec<Span> {
    let narrow = |it| u32::try_from(it).expect("a series has fewer than 2^32 values");
    spans.iter().filter_map(|it| it.within(narrow(from), narrow(to))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(start: &str, values: usize) -> Series {
        Series {
            start: start.parse().unwrap(),
            minutes: 60,
            micro: (0..).take(values).collect(),
            missing: Vec::new(),
            estimated: Vec::new(),
        }
    }

    #[test]
    fn a_series_is_filed_by_month_and_found_again() {
        let mut whole = series("2026-01-30T22:00:00Z", 24 * 31);
        whole.missing = vec![Span { start: 5, len: 2 }];
        whole.micro[5..7].fill(0);
        whole.estimated = vec![Span { start: 1, len: 3 }];
        let blocks = whole.into_blocks();
        let months: Vec<i64> = blocks.iter().map(|(month, _)| month.index() - 56 * 12).collect();
        assert_eq!(months, [0, 1, 2]);
        assert_eq!(blocks[1].1.phase, 0);
        assert_eq!(Series::from_blocks(blocks).unwrap().unwrap(), whole);
    }

    #[test]
    fn less_than_a_day_is_filed_with_the_month_beside_it() {
        // The first value, how many, and the months and phases of the blocks.
        for (start, count, filed) in [
            // A June of Chicago, of Sydney, and one and a half of Chicago.
            ("2026-06-01T05:00:00Z", 720, &[(5, 300)][..]),
            ("2026-05-31T14:00:00Z", 720, &[(5, -600)]),
            ("2026-06-01T05:00:00Z", 1_080, &[(5, 300), (6, 0)]),
            // A day, most of it in one or in the other month, and half in each.
            ("2026-06-30T05:00:00Z", 24, &[(5, 42_060)]),
            ("2026-06-30T14:00:00Z", 24, &[(6, -600)]),
            ("2026-06-30T12:00:00Z", 24, &[(5, 42_480)]),
            // A day and an hour on either side.
            ("2026-06-29T23:00:00Z", 26, &[(5, 41_700)]),
            ("2026-06-30T23:00:00Z", 26, &[(6, -60)]),
            ("2026-06-30T00:00:00Z", 48, &[(5, 41_760), (6, 0)]),
            // A year of Chicago.
            (
                "2026-01-01T06:00:00Z",
                8_760,
                &[
                    (0, 360),
                    (1, 0),
                    (2, 0),
                    (3, 0),
                    (4, 0),
                    (5, 0),
                    (6, 0),
                    (7, 0),
                    (8, 0),
                    (9, 0),
                    (10, 0),
                    (11, 0),
                ],
            ),
        ] {
            let whole = series(start, count);
            let blocks = whole.into_blocks();
            let found = blocks.iter().map(|(month, it)| (month.index() - 56 * 12, it.phase));
            assert_eq!(found.collect::<Vec<_>>(), filed, "{start}");
            let (first, last) = Month::around(whole.start, whole.end());
            assert!(blocks.iter().all(|it| (first..=last).contains(&it.0)), "{start}");
            let kept = blocks.iter().map(|(month, it)| {
                (*month, meterbook_interval::unpack(&meterbook_interval::pack(it)).unwrap())
            });
            assert_eq!(Series::from_blocks(kept.collect()), Ok(Some(whole)), "{start}");
        }
    }

    #[test]
    fn a_later_value_replaces_an_earlier_one_and_a_missing_one_nothing() {
        let mut later = series("2026-02-01T02:00:00Z", 3);
        later.micro = vec![70, 0, 90];
        later.missing = vec![Span { start: 1, len: 1 }];
        let mut blocks = series("2026-02-01T00:00:00Z", 4).into_blocks();
        blocks.extend(later.into_blocks());
        let laid = Series::from_blocks(blocks).unwrap().unwrap();
        assert_eq!(laid.micro, [0, 1, 70, 3, 90]);
        assert_eq!(laid.missing, []);
    }

    #[test]
    fn a_month_is_stored_as_a_number_in_the_order_of_time() {
        let month = Month::of("2026-12-31T23:59:59Z".parse().unwrap());
        assert_eq!(month.next().start().to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(Month::from_index(month.index()), Some(month));
        assert_eq!(Month::from_index(i64::MAX), None);
    }
}

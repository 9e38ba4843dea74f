//! Days, billing periods and zones. A bill covers whole local days, the first one in and the last
//! one out; a day has 23, 24 or 25 hours.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The days from `start` up to, but not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    // Invariant: start < end.
    start: Date,
    end: Date,
}

/// Whether what goes from one day to another, or on and on, holds on a day.
pub fn holds(from: Date, to: Option<Date>, on: Date) -> bool {
    from <= on && to.is_none_or(|to| on < to)
}

impl Period {
    /// The period from `start` up to `end`, or `None` if it would have no days.
    pub fn new(start: Date, end: Date) -> Option<Period> {
        if start < end { Some(Period { start, end }) } else { None }
    }

    /// The calendar month of `year`; `None` when there is no such month.
    pub fn month(year: i16, month: i8) -> Option<Period> {
        let start = Date::new(year, month, 1).ok()?;
        let end = start.last_of_month().tomorrow().ok()?;
        Some(Period { start, end })
    }

    /// The first day in the period.
    pub fn start(self) -> Date {
        self.start
    }

    /// The first day after the period: the day on which the next one starts.
    pub fn end(self) -> Date {
        self.end
    }

    /// The last day in the period, as people say it.
    pub fn last(self) -> Date {
        self.end.yesterday().expect("a period's end has a day before it")
    }

    /// How many days the period has, at least one.
    pub fn days(self) -> i64 {
        i64::from(self.start.until(self.end).expect("both are dates").get_days())
    }

    /// The day in its middle: that of the month people call it by.
    pub fn middle(self) -> Date {
        self.each_day()
            .nth(usize::try_from(self.days().div_euclid(2)).unwrap_or(0))
            .unwrap_or(self.start)
    }

    /// Every day of the period.
    pub fn each_day(self) -> impl Iterator<Item = Date> {
        let next = |day: &Date| day.tomorrow().ok();
        std::iter::successors(Some(self.start), next).take_while(move |day| *day < self.end)
    }

    /// Whether `day` is one of its days.
    pub fn contains(self, day: Date) -> bool {
        self.start <= day && day < self.end
    }

    /// The days of this period that are also in `[from, to)`; `to` is open when `None`.
    pub fn overlap(self, from: Date, to: Option<Date>) -> Option<Period> {
        Period::new(self.start.max(from), to.map_or(self.end, |to| self.end.min(to)))
    }
}

/// How many days some periods have together, each day counted once; the earliest is first afterwards.
pub fn days_of_all(periods: &mut [Period]) -> i64 {
    periods.sort_unstable();
    let (mut days, mut counted_to) = (0, Date::MIN);
    for it in periods {
        if let Some(more) = Period::new(it.start.max(counted_to), it.end) {
            days += more.days();
            counted_to = it.end;
        }
    }
    days
}

impl fmt::Display for Period {
    /// As a person says it, both ends included: `2026-07-03 to 2026-08-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.last())
    }
}

/// A time zone by its IANA name, from the database compiled into this program, so that a bill
/// comes out the same on every machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    zone: TimeZone,
}

impl Zone {
    /// The zone called `name`, such as `America/Chicago`; `None` when there is none.
    pub fn named(name: &str) -> Option<Zone> {
        TimeZoneDatabase::bundled().get(name).ok().map(|zone| Zone { zone })
    }

    /// UTC, where every day has 24 hours.
    pub fn utc() -> Zone {
        Zone { zone: TimeZone::UTC }
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The instant at which `day` begins here. Where midnight is skipped, the first instant after.
    pub fn start_of(&self, day: Date) -> Timestamp {
        day.to_zoned_datetime(self.zone.clone())
            .expect("a date of this era has a midnight")
            .timestamp()
    }

    /// The local day on which `instant` falls.
    pub fn day_of(&self, instant: Timestamp) -> Date {
        self.zone.to_datetime(instant).date()
    }

    /// The zone itself, for what this type does not say.
    pub fn tz(&self) -> &TimeZone {
        &self.zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_has_23_24_or_25_hours() {
        let chicago = Zone::named("America/Chicago").unwrap();
        let hours = |day: Date| {
            let end = chicago.start_of(day.tomorrow().unwrap());
            (end.as_second() - chicago.start_of(day).as_second()).div_euclid(3600)
        };
        assert_eq!(hours(date(2026, 3, 8)), 23);
        assert_eq!(hours(date(2026, 7, 3)), 24);
        assert_eq!(hours(date(2026, 11, 1)), 25);
    }

    #[test]
    fn a_period_has_its_first_day_and_not_its_last() {
        let july = Period::month(2026, 7).unwrap();
        assert_eq!(july.days(), 31);
        assert_eq!(july.each_day().count(), 31);
        assert_eq!(july.middle(), date(2026, 7, 16));
        assert!(july.contains(date(2026, 7, 31)) && !july.contains(date(2026, 8, 1)));
        assert_eq!(Period::new(date(2026, 7, 3), date(2026, 7, 3)), None);
        assert_eq!(july.to_string(), "2026-07-01 to 2026-07-31");
    }

    #[test]
    fn of_several_periods_each_day_counts_once() {
        let of = |from: i8, to: i8| Period::new(date(2026, 9, from), date(2026, 9, to)).unwrap();
        assert_eq!(days_of_all(&mut [of(16, 30), of(1, 18)]), 29, "they overlap by two");
        assert_eq!(days_of_all(&mut [of(1, 10), of(20, 30)]), 19, "ten days lie between them");
        assert_eq!(days_of_all(&mut [of(1, 30), of(5, 10), of(1, 30)]), 29);
        assert_eq!(days_of_all(&mut []), 0);
    }
}

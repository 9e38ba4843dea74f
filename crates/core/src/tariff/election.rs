//! When a customer may change a choice of theirs.

use jiff::civil::{Date, date};

use crate::tariff::clock::MonthDay;

/// When a customer may change a term that is a choice of theirs: `elect payout once a year, from
/// jan-1, by dec-31`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Election {
    /// The term, by its place in [`Tariff::needs`](super::Tariff::needs).
    pub term: usize,
    /// How often.
    pub often: Often,
    /// The day of the year from which a change counts; `None` when any day.
    pub from: Option<MonthDay>,
    /// The last day on which a change for the next such day may be asked for; `None` when any day
    /// before it.
    pub by: Option<MonthDay>,
}

/// How often a customer may change a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Often {
    /// Whenever the days allow it.
    Always,
    /// Once in a calendar year.
    OnceAYear,
    /// Once ever, after the first choice.
    Once,
}

/// Why a choice may not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// It was changed as often as it may be.
    Used {
        /// From that day.
        on: Date,
    },
    /// It changes on another day only.
    Day {
        /// The next such day.
        next: Date,
    },
    /// It was asked for too late.
    Late {
        /// The last day to ask.
        last: Date,
        /// The next day from which a change that is asked for now can count.
        next: Date,
    },
}

impl Election {
    /// Why a change that is `asked` for on a day cannot count `from` another, after these changes;
    /// `None` when it can.
    pub fn refuses(&self, changes: &[Date], asked: Date, from: Date) -> Option<NotNow> {
        let used = changes.iter().copied().find(|it| match self.often {
            Often::Always => false,
            Often::OnceAYear => it.year() == from.year(),
            Often::Once => true,
        });
        if let Some(on) = used {
            return Some(NotNow::Used { on });
        }
        let counts = self.from?;
        if MonthDay::of(from) != counts {
            let next = first_from(counts, from);
            return Some(NotNow::Day { next });
        }
        let last = match self.by {
            Some(by) => last_before(by, from),
            None => from.yesterday().ok()?,
        };
        (last < asked).then(|| {
            let mut next = first_from(counts, from.tomorrow().unwrap_or(from));
            while self.by.is_some_and(|by| last_before(by, next) < asked) || next <= asked {
                next = first_from(counts, next.tomorrow().unwrap_or(next));
            }
            NotNow::Late { last, next }
        })
    }
}

/// A day of the year in some year; the last of February where there is no 29th.
fn in_year(day: MonthDay, year: i16) -> Date {
    let first = date(year, day.month, 1);
    first.with().day(day.day.min(first.days_in_month())).build().unwrap_or(first)
}

/// The first such day from a day on.
fn first_from(day: MonthDay, on: Date) -> Date {
    let this = in_year(day, on.year());
    if on <= this { this } else { in_year(day, on.year() + 1) }
}

/// The last such day before a day.
fn last_before(day: MonthDay, on: Date) -> Date {
    let this = in_year(day, on.year());
    if this < on { this } else { in_year(day, on.year() - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elect(often: Often, from: Option<(i8, i8)>, by: Option<(i8, i8)>) -> Election {
        let day = |(month, day)| MonthDay { month, day };
        Election { term: 0, often, from: from.map(day), by: by.map(day) }
    }

    #[test]
    fn a_choice_changes_on_its_day_when_it_is_asked_for_in_time() {
        let it = elect(Often::OnceAYear, Some((4, 1)), Some((3, 15)));
        let april = |year| date(year, 4, 1);
        assert_eq!(it.refuses(&[], date(2026, 3, 15), april(2026)), None);
        let late = NotNow::Late { last: date(2026, 3, 15), next: april(2027) };
        assert_eq!(it.refuses(&[], date(2026, 3, 16), april(2026)), Some(late));
        let day = NotNow::Day { next: april(2027) };
        assert_eq!(it.refuses(&[], date(2026, 3, 1), date(2026, 5, 1)), Some(day));
        let used = NotNow::Used { on: april(2026) };
        assert_eq!(it.refuses(&[april(2026)], date(2026, 3, 1), april(2026)), Some(used));
        assert_eq!(it.refuses(&[april(2026)], date(2026, 9, 1), april(2027)), None);
    }

    #[test]
    fn the_last_day_to_ask_may_be_in_the_year_before() {
        let it = elect(Often::Always, Some((1, 1)), Some((12, 31)));
        assert_eq!(it.refuses(&[], date(2026, 12, 31), date(2027, 1, 1)), None);
        let late = NotNow::Late { last: date(2026, 12, 31), next: date(2028, 1, 1) };
        assert_eq!(it.refuses(&[], date(2027, 1, 1), date(2027, 1, 1)), Some(late));
    }

    #[test]
    fn once_is_once() {
        let it = elect(Often::Once, None, None);
        assert_eq!(it.refuses(&[], date(2026, 1, 1), date(2026, 5, 17)), None);
        let used = NotNow::Used { on: date(2026, 5, 17) };
        let again = it.refuses(&[date(2026, 5, 17)], date(2030, 1, 1), date(2030, 5, 17));
        assert_eq!(again, Some(used));
    }
}

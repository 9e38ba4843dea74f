//! Clocks: named partitions of the hours of a year, such as seasons and on-peak hours.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::period::Period;

/// A partition of the hours of a year into named periods. Every hour belongs to exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What components call it.
    pub name: String,
    /// The names of its periods, in the order they were first written.
    pub periods: Vec<String>,
    /// Which hours belong to which period. No two rules share an hour, but those of event days go
    /// before the others.
    pub rules: Vec<Hours>,
    /// The period of every hour that no rule names.
    pub rest: Option<usize>,
}

/// Some hours of the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The period they belong to: its place in [`Clock::periods`].
    pub period: usize,
    /// The dates, both ends included; one span may run over the new year.
    pub dates: Vec<(MonthDay, MonthDay)>,
    /// The kinds of day.
    pub days: Days,
    /// Minutes of the day, `[from, to)`, on quarters of an hour.
    pub minutes: Vec<(u16, u16)>,
    /// The event on whose published days alone the rule applies, before all rules of other days.
    pub event: Option<String>,
    /// On how many days at most the event may be called.
    pub limit: Option<EventLimit>,
}

/// On how many days an event may be called. A limit of hours is one of days: a rule has the same
/// hours on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLimit {
    /// The days on which the rule applies, at most.
    pub most: u16,
    /// In what time.
    pub span: LimitSpan,
}

/// In what time the days of an event are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitSpan {
    /// A calendar year.
    Year,
    /// The dates of the rule, without a break.
    Season,
    /// A calendar month.
    Month,
}

words! {
    LimitSpan { Year = "year", Season = "season", Month = "month" }
}

/// A date in any year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

/// A set of kinds of day: Monday is bit 0, Sunday bit 6, a holiday bit 7. A holiday is no weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days(pub u8);

/// The days that count as holidays, whatever the weekday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Holidays of one year.
    pub dates: Vec<Date>,
    /// Holidays of every year.
    pub yearly: Vec<Yearly>,
}

/// When a holiday of every year is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yearly {
    /// On a date, or on a day beside it where the date is at a weekend.
    Dated(MonthDay, Observed),
    /// On the first, second, third, fourth or last such day of a month.
    Nth {
        /// Which one: 1 to 4, and -1 is the last.
        nth: i8,
        /// The day of the week.
        weekday: Weekday,
        /// The month, 1 to 12.
        month: i8,
    },
}

/// What is done where the date of a holiday is at a weekend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Nothing: it is where it is.
    OnTheDay,
    /// A Sunday's is on Monday instead.
    SundayOnMonday,
    /// A Sunday's is on Monday instead, and a Saturday's on Friday.
    Beside,
}

impl Days {
    /// Every day, holidays too.
    pub const ALL: Days = Days(0xFF);
    /// Monday to Friday, unless a holiday.
    pub const WEEKDAYS: Days = Days(0b0001_1111);
    /// Saturday and Sunday, unless a holiday.
    pub const WEEKENDS: Days = Days(0b0110_0000);
    /// Holidays.
    pub const HOLIDAYS: Days = Days(0b1000_0000);

    /// The set of `day` alone.
    pub fn weekday(day: Weekday) -> Days {
        Days(1 << day.to_monday_zero_offset())
    }

    /// What kind of day `date` is.
    pub fn of(date: Date, holidays: &Holidays) -> Days {
        if holidays.contains(date) { Days::HOLIDAYS } else { Days::weekday(date.weekday()) }
    }

    /// The days of either set.
    pub const fn and(self, other: Days) -> Days {
        Days(self.0 | other.0)
    }

    /// Whether the sets share a day.
    pub const fn meets(self, other: Days) -> bool {
        self.0 & other.0 != 0
    }
}

impl Holidays {
    /// Whether `date` is one.
    pub fn contains(&self, date: Date) -> bool {
        self.dates.contains(&date) || self.yearly.iter().any(|it| it.is_on(date))
    }
}

impl Yearly {
    fn is_on(self, date: Date) -> bool {
        match self {
            Yearly::Dated(day, observed) => {
                let day_before = date.yesterday().ok().filter(|it| MonthDay::of(*it) == day);
                let day_after = date.tomorrow().ok().filter(|it| MonthDay::of(*it) == day);
                let observed_on = |it: Option<Date>| it.is_some_and(|it| observed.on(it) == date);
                MonthDay::of(date) == day && observed.on(date) == date
                    || observed_on(day_before)
                    || observed_on(day_after)
            }
            Yearly::Nth { nth, weekday, month } => {
                date.month() == month
                    && date.nth_weekday_of_month(nth, weekday).is_ok_and(|it| it == date)
            }
        }
    }
}

impl Observed {
    /// The day on which a holiday is observed that is on `date`.
    fn on(self, date: Date) -> Date {
        let moved = match (self, date.weekday()) {
            (Observed::OnTheDay, _) => Ok(date),
            (_, Weekday::Sunday) => date.tomorrow(),
            (Observed::Beside, Weekday::Saturday) => date.yesterday(),
            _ => Ok(date),
        };
        moved.unwrap_or(date)
    }
}

impl MonthDay {
    /// The month and day of `date`.
    pub fn of(date: Date) -> MonthDay {
        MonthDay { month: date.month(), day: date.day() }
    }
}

impl Hours {
    /// Whether it has hours on `date`, were its event called.
    pub fn applies(&self, date: Date, holidays: &Holidays) -> bool {
        self.in_season(MonthDay::of(date)) && self.days.meets(Days::of(date, holidays))
    }

    /// The days whose events are counted together with one on `day`. A rule without dates has one
    /// season in a calendar year.
    pub fn counted_with(&self, day: Date, span: LimitSpan) -> Option<Period> {
        let (year, month) = (day.year(), day.month());
        let whole_year =
            || Period::new(Date::new(year, 1, 1).ok()?, Date::new(year + 1, 1, 1).ok()?);
        match span {
            LimitSpan::Year => whole_year(),
            LimitSpan::Month => Period::month(year, month),
            LimitSpan::Season => {
                let outside = |it: &Date| !self.in_season(MonthDay::of(*it));
                let mut before = (0..367_i64).map(|back| day.saturating_sub(back.days()));
                let mut after = (0..367_i64).map(|on| day.saturating_add(on.days()));
                match (before.find(outside), after.find(outside)) {
                    (Some(before), Some(after)) => Period::new(before.tomorrow().ok()?, after),
                    _ => whole_year(),
                }
            }
        }
    }

    /// Whether `date` is within its dates.
    pub fn in_season(&self, date: MonthDay) -> bool {
        self.dates.iter().any(|(first, last)| {
            if first <= last {
                *first <= date && date <= *last
            } else {
                *first <= date || date <= *last
            }
        })
    }
}

impl Clock {
    /// Whether it has rules for event days.
    pub fn has_events(&self) -> bool {
        self.rules.iter().any(|it| it.event.is_some())
    }

    /// Whether the period follows from the date alone, so that use read off a register can be
    /// shared over the days.
    pub fn is_by_date(&self) -> bool {
        let whole =
            |it: &Hours| it.event.is_none() && it.days == Days::ALL && it.minutes == [(0, 24 * 60)];
        self.rules.iter().all(whole)
    }

    /// The periods that have hours in the part of the year around `date`, rising.
    pub fn season(&self, date: Date) -> Vec<usize> {
        let day = MonthDay::of(date);
        let mut periods: Vec<usize> =
            self.rules.iter().filter(|it| it.in_season(day)).map(|it| it.period).collect();
        if let Some(rest) = self.rest
            && (!self.is_by_date() || periods.is_empty())
        {
            periods.push(rest);
        }
        periods.sort_unstable();
        periods.dedup();
        periods
    }

    /// The period of each quarter of an hour of a day, the first at 00:00 local time. `called` says
    /// whether an event is published for the day.
    pub fn quarters(
        &self,
        date: Date,
        holidays: &Holidays,
        called: impl Fn(&str) -> bool,
    ) -> [usize; 96] {
        let (day, kind) = (MonthDay::of(date), Days::of(date, holidays));
        let mut quarters = [self.rest.unwrap_or(0); 96];
        let applies = |it: &&Hours| it.in_season(day) && it.days.meets(kind);
        let rules = self.rules.iter().filter(applies);
        let plain = rules.clone().filter(|it| it.event.is_none());
        // The event that is written first has the last word.
        let events = rules.rev().filter(|it| it.event.as_deref().is_some_and(&called));
        for rule in plain.chain(events) {
            for (from, to) in &rule.minutes {
                let (from, to) = (usize::from(from.div_euclid(15)), usize::from(to.div_euclid(15)));
                quarters[from..to].fill(rule.period);
            }
        }
        quarters
    }
}

//! On which days a utility works, and when bills are made and due by it: a text, as a utility says it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::account::CustomerClass;
use crate::text::says_none;

/// Days in a term: more is a mistake.
const LONGEST: i64 = 366;

/// Holidays that come with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Those of the United States: 5 U.S.C. 6103. One on a Saturday is kept on the Friday before, one
    /// on a Sunday on the Monday after.
    UsFederal,
}

words! {
    Preset { UsFederal = "us-federal" }
}

/// When a holiday is, each year.
#[derive(Clone, Copy, Debug)]
enum Rule {
    /// On a day of a month.
    On(i8, i8),
    /// On the nth such weekday of a month; below zero from its end.
    Nth(i8, i8, Weekday),
}

/// New Year, King, Washington, Memorial, Juneteenth, Independence, Labor, Columbus, Veterans,
/// Thanksgiving, Christmas.
const US_FEDERAL: &[Rule] = &[
    Rule::On(1, 1),
    Rule::Nth(1, 3, Weekday::Monday),
    Rule::Nth(2, 3, Weekday::Monday),
    Rule::Nth(5, -1, Weekday::Monday),
    Rule::On(6, 19),
    Rule::On(7, 4),
    Rule::Nth(9, 1, Weekday::Monday),
    Rule::Nth(10, 2, Weekday::Monday),
    Rule::On(11, 11),
    Rule::Nth(11, 4, Weekday::Thursday),
    Rule::On(12, 25),
];

/// So many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Days of the calendar.
    Days(i64),
    /// The same, and the next business day where the last of them is none.
    Rolled(i64),
    /// Business days.
    Business(i64),
}

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    presets: Vec<Preset>,
    /// Days that somebody said to be business days, or not.
    said: BTreeMap<Date, bool>,
    bill: Option<Term>,
    due: Vec<(CustomerClass, Term)>,
    retry: Option<Term>,
    reads: Option<Reads>,
}

/// How far from the day on which it is to be read a register is read for a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Days before it.
    pub before: i64,
    /// Days after it.
    pub after: i64,
    /// Whether what is not read by then is estimated; else it waits.
    pub estimates: bool,
}

/// Why a text is no calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCalendar {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

impl Calendar {
    /// Reads a text. Saturdays and Sundays are no business days unless it says so of one.
    pub fn parse(text: &str) -> Result<Calendar, NoCalendar> {
        let mut calendar = Calendar::default();
        if says_none(text) {
            return Ok(calendar);
        }
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default();
            let words: Vec<&str> = text.split_whitespace().collect();
            if !words.is_empty() {
                calendar.take(&words).map_err(|what| NoCalendar { line, what })?;
            }
        }
        Ok(calendar)
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["holidays", preset] => {
                let known = Preset::from_word(preset).ok_or_else(|| {
                    let known: Vec<_> = Preset::ALL.iter().map(|it| it.word()).collect();
                    format!("{preset} are no holidays; write one of {}", known.join(", "))
                })?;
                self.presets.push(known);
                Ok(())
            }
            [kind @ ("holiday" | "workday"), day] => {
                let day: Date =
                    day.parse().map_err(|_| format!("{day} is no day; write 2026-11-27"))?;
                match self.said.insert(day, *kind == "workday") {
                    None => Ok(()),
                    Some(_) => Err(format!("{day} is said twice; leave one")),
                }
            }
            ["bill", term @ ..] => once(&mut self.bill, "bill", term),
            ["retry", term @ ..] => once(&mut self.retry, "retry", term),
            ["reads", said @ ..] => {
                let read = reads(said)?;
                match self.reads.replace(read) {
                    None => Ok(()),
                    Some(_) => Err("reads is said twice; leave one".to_owned()),
                }
            }
            ["due", class, term @ ..] => {
                let class = CustomerClass::from_word(class).ok_or_else(|| {
                    let known: Vec<_> = CustomerClass::ALL.iter().map(|it| it.word()).collect();
                    format!("{class} is no class; write one of {}", known.join(", "))
                })?;
                let mut said = self.term_of(class);
                once(&mut said, &format!("due {class}"), term)?;
                self.due.extend(said.map(|it| (class, it)));
                Ok(())
            }
            _ => Err("write a line as: due residential 21 days".to_owned()),
        }
    }

    /// How far from its day a read is of a turn; on its day alone where nobody said.
    pub fn reads(&self) -> Reads {
        self.reads.unwrap_or_default()
    }

    fn term_of(&self, class: CustomerClass) -> Option<Term> {
        self.due.iter().find(|it| it.0 == class).map(|it| it.1)
    }

    /// Whether the utility works on a day.
    pub fn is_business(&self, day: Date) -> bool {
        if let Some(said) = self.said.get(&day) {
            return *said;
        }
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !self.presets.iter().any(|it| it.is_kept_on(day))
    }

    /// The day that comes so many days after another one.
    pub fn after(&self, day: Date, term: Term) -> Date {
        let next = |it: &Date| Some(it.saturating_add(1.day()));
        match term {
            Term::Days(days) => day.saturating_add(days.days()),
            Term::Rolled(days) => {
                let first = day.saturating_add(days.days());
                let mut days = std::iter::successors(Some(first), next);
                days.by_ref()
                    .take(usize::try_from(LONGEST).unwrap_or(usize::MAX))
                    .find(|it| self.is_business(*it))
                    .unwrap_or(first)
            }
            Term::Business(days) => (0..days).fold(day, |day, _| self.after(day, Term::Rolled(1))),
        }
    }

    /// The day on bills of a turn that ends before `end`; `None` where nobody said.
    pub fn bill_on(&self, end: Date) -> Option<Date> {
        Some(self.after(end, self.bill?))
    }

    /// The day by which a customer of a class is to pay a bill of a day; `None` where nobody said.
    pub fn due_on(&self, class: CustomerClass, billed_on: Date) -> Option<Date> {
        Some(self.after(billed_on, self.term_of(class)?))
    }

    /// The last day on which what is held in a turn is billed as soon as nothing holds it; `None`
    /// where nobody said.
    pub fn retry_until(&self, billed_on: Date) -> Option<Date> {
        Some(self.after(billed_on, self.retry?))
    }
}

/// The most days that a read is from the day it is of: beyond, it is nearer to the next turn.
const FARTHEST: i64 = 14;

fn reads(words: &[&str]) -> Result<Reads, String> {
    let wrong = || {
        format!(
            "{} is no window of reads; write 3 days before 2 days after, of at most {FARTHEST}, and else estimate where what is not read by then is estimated",
            if words.is_empty() { "nothing".to_owned() } else { words.join(" ") }
        )
    };
    let (before, after, estimates) = match words {
        [before, "day" | "days", "before", after, "day" | "days", "after"] => {
            (before, after, false)
        }
        [before, "day" | "days", "before", after, "day" | "days", "after", "else", word] => {
            match *word {
                "estimate" => (before, after, true),
                "wait" => (before, after, false),
                _ => return Err(wrong()),
            }
        }
        _ => return Err(wrong()),
    };
    let days =
        |text: &str| text.parse().ok().filter(|it| (0..=FARTHEST).contains(it)).ok_or_else(wrong);
    Ok(Reads { before: days(before)?, after: days(after)?, estimates })
}

fn once(said: &mut Option<Term>, what: &str, words: &[&str]) -> Result<(), String> {
    if said.is_some() {
        return Err(format!("{what} is said twice; leave one"));
    }
    *said = Some(Term::parse(words)?);
    Ok(())
}

impl Term {
    /// Reads words: `21 days`, `21 days rolled`, `15 business days`.
    ///
    /// # Errors
    /// What is wrong, with the way out.
    pub(crate) fn parse(words: &[&str]) -> Result<Term, String> {
        let said = || {
            format!(
                "{} is no term; write 21 days, 21 days rolled or 15 business days, of at most {LONGEST}",
                if words.is_empty() { "nothing".to_owned() } else { words.join(" ") }
            )
        };
        let (count, make): (&str, fn(i64) -> Term) = match words {
            [count, "day" | "days"] => (count, Term::Days),
            [count, "day" | "days", "rolled"] => (count, Term::Rolled),
            [count, "business", "day" | "days"] => (count, Term::Business),
            _ => return Err(said()),
        };
        let count = count.parse().ok().filter(|it| (1..=LONGEST).contains(it));
        count.map(make).ok_or_else(said)
    }
}

impl Preset {
    /// Whether one of them is kept on a day.
    pub fn is_kept_on(self, day: Date) -> bool {
        let Preset::UsFederal = self;
        // That of New Year may be kept in the year before.
        let years = [day.year(), day.year().saturating_add(1)];
        let all = US_FEDERAL.iter().flat_map(|rule| years.map(|year| rule.of(year)));
        all.flatten().any(|it| kept(it) == day)
    }
}

/// Which banks settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Banks {
    /// Those of the United States. They keep the federal holidays, but work on the Friday before one on a
    /// Saturday (Federal Reserve, K.8).
    Federal,
    /// Those of SEPA, on the days of TARGET: not on New Year, Good Friday, Easter Monday, May 1, December
    /// 25 and 26 (European Central Bank).
    Target,
}

impl Banks {
    /// Whether they settle on a day.
    pub fn settle_on(self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let holiday = match self {
            Banks::Federal => US_FEDERAL.iter().filter_map(|rule| rule.of(day.year())).any(|it| {
                if it.weekday() == Weekday::Sunday { kept(it) == day } else { it == day }
            }),
            Banks::Target => {
                let fixed = matches!((day.month(), day.day()), (1 | 5, 1) | (12, 25 | 26));
                let easter = easter(day.year());
                fixed
                    || easter
                        .is_some_and(|it| (day - it).get_days() == -2 || (day - it).get_days() == 1)
            }
        };
        !weekend && !holiday
    }

    /// The first day from one on on which they settle.
    pub fn first_from(self, mut day: Date) -> Date {
        while !self.settle_on(day) && day < Date::MAX {
            day = day.saturating_add(1.day());
        }
        day
    }
}

/// The day that comes so many banking days of the United States after another one.
pub fn banking_days_after(day: Date, days: i64) -> Date {
    let next = |day: Date| Banks::Federal.first_from(day.saturating_add(1.day()));
    (0..days).fold(day, |day, _| next(day))
}

/// Easter Sunday, by the rule that holds since 1583 (Meeus).
fn easter(year: i16) -> Option<Date> {
    let (golden, century, rest) = (year % 19, year.div_euclid(100), year % 100);
    let leaps = century.div_euclid(4);
    let moon = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - leaps - moon + 15) % 30;
    let years = 2 * (century % 4 + rest.div_euclid(4)) - rest % 4;
    let weekday = (32 + years - epact) % 7;
    let late = (golden + 11 * epact + 22 * weekday).div_euclid(451);
    let of = epact + weekday - 7 * late + 114;
    let (month, day) = (of.div_euclid(31), of.rem_euclid(31) + 1);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The day on which a holiday is kept.
fn kept(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day.saturating_sub(1.day()),
        Weekday::Sunday => day.saturating_add(1.day()),
        _ => day,
    }
}

impl Rule {
    fn of(self, year: i16) -> Option<Date> {
        match self {
            Rule::On(month, day) => Date::new(year, month, day).ok(),
            Rule::Nth(month, nth, weekday) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
            }
        }
    }
}

impl fmt::Display for NoCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NoCalendar {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// As the Federal Reserve prints them for 2026: Independence Day is on a Saturday.
    #[test]
    fn banks_work_on_the_friday_before_a_holiday_on_a_saturday() {
        assert_eq!(banking_days_after(date(2026, 7, 2), 1), date(2026, 7, 3));
        assert_eq!(banking_days_after(date(2026, 7, 3), 1), date(2026, 7, 6));
        assert_eq!(banking_days_after(date(2026, 11, 25), 3), date(2026, 12, 1));
        assert_eq!(banking_days_after(date(2027, 7, 2), 1), date(2027, 7, 6));
        assert_eq!(banking_days_after(date(2026, 3, 12), 0), date(2026, 3, 12));
    }

    /// As the European Central Bank prints them for 2024 and 2026.
    #[test]
    fn target_is_closed_as_printed() {
        let printed = [
            (2024, vec!["0101", "0329", "0401", "0501", "1225", "1226"]),
            // December 26 is a Saturday.
            (2026, vec!["0101", "0403", "0406", "0501", "1225"]),
        ];
        for (year, printed) in printed {
            let days = date(year, 1, 1).series(1.day()).take_while(|it| it.year() == year);
            let closed = days.filter(|it| {
                let weekend = matches!(it.weekday(), Weekday::Saturday | Weekday::Sunday);
                !weekend && !Banks::Target.settle_on(*it)
            });
            let closed: Vec<String> = closed.map(|it| it.strftime("%m%d").to_string()).collect();
            assert_eq!(closed, printed);
        }
        assert_eq!(Banks::Target.first_from(date(2026, 4, 3)), date(2026, 4, 7));
    }

    /// As the Office of Personnel Management prints them for 2021 and 2026.
    #[test]
    fn federal_holidays_are_kept_as_printed() {
        let printed = [
            (
                2021,
                vec![
                    "0101", "0118", "0215", "0531", "0618", "0705", "0906", "1011", "1111", "1125",
                    "1224", "1231",
                ],
            ),
            (
                2026,
                vec![
                    "0101", "0119", "0216", "0525", "0619", "0703", "0907", "1012", "1111", "1126",
                    "1225",
                ],
            ),
        ];
        for (year, printed) in printed {
            let first = date(year, 1, 1);
            let days = std::iter::successors(Some(first), |it| it.tomorrow().ok());
            let kept = days
                .take_while(|it| it.year() == year)
                .filter(|it| Preset::UsFederal.is_kept_on(*it))
                .map(|it| it.strftime("%m%d").to_string());
            assert_eq!(kept.collect::<Vec<_>>(), printed, "{year}");
        }
    }

    #[test]
    fn terms_are_counted_in_days_or_in_business_days() {
        let text = "holidays us-federal\nholiday 2026-11-27 # the day after\nworkday 2026-11-28\n\
                    bill 2 business days\ndue residential 21 days rolled\n\
                    due commercial 2 business days\nretry 3 days";
        let it = Calendar::parse(text).unwrap();
        // Wednesday; Thanksgiving and the day after are off, that Saturday is worked.
        let day = date(2026, 11, 25);
        assert_eq!(it.bill_on(day), Some(date(2026, 11, 30)));
        assert_eq!(it.due_on(CustomerClass::Commercial, day), Some(date(2026, 11, 30)));
        assert_eq!(it.due_on(CustomerClass::Residential, day), Some(date(2026, 12, 16)));
        // 21 days after the 4th is Christmas, a Friday.
        let christmas = it.due_on(CustomerClass::Residential, date(2026, 12, 4));
        assert_eq!(christmas, Some(date(2026, 12, 28)));
        assert_eq!(it.retry_until(day), Some(date(2026, 11, 28)));
        let said = Calendar::parse("reads 3 days before 2 days after else estimate").unwrap();
        assert_eq!(said.reads(), Reads { before: 3, after: 2, estimates: true });
        let nothing = Calendar::parse("").unwrap();
        assert_eq!(nothing.reads(), Reads { before: 0, after: 0, estimates: false });
        assert_eq!(nothing.bill_on(day), None);
        assert_eq!(nothing.due_on(CustomerClass::Commercial, day), None);
        assert_eq!(nothing.retry_until(day), None);
    }

    #[test]
    fn a_text_that_says_nothing_sensible_is_refused_with_its_line() {
        let window = "is no window of reads; write 3 days before 2 days after, of at most 14, and else estimate where what is not read by then is estimated";
        let term = "is no term; write 21 days, 21 days rolled or 15 business days, of at most 366";
        for (text, line, what) in [
            ("holidays uk", 1, "uk are no holidays; write one of us-federal".to_owned()),
            ("# x\nholiday soon", 2, "soon is no day; write 2026-11-27".to_owned()),
            (
                "holiday 2026-01-02\nworkday 2026-01-02",
                2,
                "2026-01-02 is said twice; leave one".to_owned(),
            ),
            (
                "due all 3 days",
                1,
                "all is no class; write one of residential, commercial".to_owned(),
            ),
            ("due commercial 3", 1, format!("3 {term}")),
            ("bill", 1, format!("nothing {term}")),
            ("bill 0 days", 1, format!("0 days {term}")),
            ("bill 400 days", 1, format!("400 days {term}")),
            ("bill 1 day\nbill 2 days", 2, "bill is said twice; leave one".to_owned()),
            (
                "due commercial 1 day\ndue commercial 2 days",
                2,
                "due commercial is said twice; leave one".to_owned(),
            ),
            (
                "reads 1 day before 1 day after\nreads 1 day before 1 day after",
                2,
                "reads is said twice; leave one".to_owned(),
            ),
            ("reads 3 days", 1, format!("3 days {window}")),
            ("reads 15 days before 1 day after", 1, format!("15 days before 1 day after {window}")),
            (
                "reads 1 day before 1 day after else guess",
                1,
                format!("1 day before 1 day after else guess {window}"),
            ),
            ("christmas off", 1, "write a line as: due residential 21 days".to_owned()),
        ] {
            assert_eq!(Calendar::parse(text), Err(NoCalendar { line, what }), "{text}");
        }
    }
}

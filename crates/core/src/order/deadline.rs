//! When an order must be done: the utility's rule for its kind, as a text that is read here.

use std::fmt;

use jiff::{Timestamp, ToSpan};

use crate::crew::Clock;
use crate::period::Zone;

/// When an order must be done, counted from when it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// `within 24 hours`.
    Within {
        /// So many hours.
        hours: u16,
    },
    /// `before 15:00 same day by 20:00 else next day by 12:00`.
    SameDay {
        /// What is given before this hour is done the same day.
        before: Clock,
        /// By this hour.
        by: Clock,
        /// What is given later, the next day by this hour.
        next_day_by: Clock,
    },
}

/// A text that is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoDeadline {
    /// The text.
    pub text: String,
}

/// Hours in a rule: a month; more is no deadline.
const MOST_HOURS: u16 = 744;

impl Deadline {
    /// Reads a rule.
    pub fn parse(text: &str) -> Result<Deadline, NoDeadline> {
        let wrong = || NoDeadline { text: text.to_owned() };
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["within", hours, "hours" | "hour"] => {
                let hours = hours.parse().ok().filter(|it| (1..=MOST_HOURS).contains(it));
                hours.map(|hours| Deadline::Within { hours }).ok_or_else(wrong)
            }
            ["before", before, "same", "day", "by", by, "else", "next", "day", "by", next] => {
                let [before, by, next_day_by] = [before, by, next].map(Clock::parse);
                match (before, by, next_day_by) {
                    (Some(before), Some(by), Some(next_day_by)) if before <= by => {
                        Ok(Deadline::SameDay { before, by, next_day_by })
                    }
                    _ => Err(wrong()),
                }
            }
            _ => Err(wrong()),
        }
    }

    /// When what was given at an instant must be done.
    pub fn of(self, given: Timestamp, zone: &Zone) -> Timestamp {
        match self {
            Deadline::Within { hours } => given + i64::from(hours).hours(),
            Deadline::SameDay { before, by, next_day_by } => {
                let today = zone.day_of(given);
                if given < before.on(today, zone) {
                    by.on(today, zone)
                } else {
                    next_day_by.on(today.saturating_add(1.day()), zone)
                }
            }
        }
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deadline::Within { hours } => write!(f, "within {hours} hours"),
            Deadline::SameDay { before, by, next_day_by } => {
                write!(f, "before {before} same day by {by} else next day by {next_day_by}")
            }
        }
    }
}

impl fmt::Display for NoDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is no rule for a deadline; write: within 24 hours, or: before 15:00 same day by 20:00 else next day by 12:00",
            self.text
        )
    }
}

impl std::error::Error for NoDeadline {}

#[cfg(test)]
mod tests {
    use super::*;

    const SAME_DAY: &str = "before 15:00 same day by 20:00 else next day by 12:00";

    #[test]
    fn what_is_given_before_the_hour_is_due_the_same_day() {
        let zone = Zone::named("America/Chicago").unwrap();
        let due = |text: &str, given: &str| {
            Deadline::parse(text).unwrap().of(given.parse().unwrap(), &zone).to_string()
        };
        assert_eq!(due(SAME_DAY, "2026-03-10T19:59:00Z"), "2026-03-11T01:00:00Z");
        assert_eq!(due(SAME_DAY, "2026-03-10T20:00:00Z"), "2026-03-11T17:00:00Z");
        // The night in which the clocks are put forward.
        assert_eq!(due(SAME_DAY, "2026-03-07T22:00:00Z"), "2026-03-08T17:00:00Z");
        assert_eq!(due("within 4 hours", "2026-03-08T06:00:00Z"), "2026-03-08T10:00:00Z");
    }

    #[test]
    fn a_rule_is_written_as_it_is_read_and_another_is_refused() {
        for text in [SAME_DAY, "within 24 hours"] {
            assert_eq!(Deadline::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "soon",
            "within 0 hours",
            "within 999 hours",
            "before 15:00 same day by 14:00 else next day by 12:00",
            "before 25:00 same day by 26:00 else next day by 12:00",
        ] {
            let why = Deadline::parse(text).unwrap_err().to_string();
            assert!(why.contains("within 24 hours"), "{why}");
        }
    }
}

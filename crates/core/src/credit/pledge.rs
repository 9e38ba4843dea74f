//! What an agency promised to pay for somebody, and what a text says that this does.
//!
//! ```text
//! lowers collections late-fees    # while it is open, so much less is past due there
//! shields                         # and it keeps from what a rule says that a pledge keeps from
//! lasts  30 days                  # where nobody says until when
//! grace  5 days                   # days after that in which it still counts
//! ```
//! What no line says is not done: the pledge is written down and waited for.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, lines, whole};
use crate::id::AccountId;
use crate::money::Money;

/// Days: more is a mistake.
const MOST_DAYS: i64 = 366;

/// What holds of pledges from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether less is past due for collections while one is open.
    pub lowers_collections: bool,
    /// Whether less of a bill is late while one is open.
    pub lowers_late_fees: bool,
    /// Whether one that is open shields its account.
    pub shields: bool,
    /// Days that one lasts where nobody says until when.
    pub lasts: Option<i64>,
    /// Days after its end in which it still counts.
    pub grace: i64,
}

/// What an agency promised to pay for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// The natural key: an agency promises once a day for an account.
    pub key: String,
    /// For whom.
    pub account: AccountId,
    /// Who promised.
    pub agency: String,
    /// How much, above zero.
    pub amount: Money,
    /// The day on which it was promised.
    pub from: Date,
    /// The first day on which it should have come.
    pub until: Date,
    /// The first day on which it counts no more.
    pub lapses: Date,
    /// What came for it and was not taken back: from which day on, and how much.
    pub received: Vec<(Date, Money)>,
    /// How it ended and the day, if it did.
    pub ended: Option<(Ending, Date)>,
}

/// How a pledge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of it came.
    Kept,
    /// It did not come in time.
    Lapsed,
    /// It was taken back.
    Cancelled,
}

words! { Ending { Kept = "kept", Lapsed = "lapsed", Cancelled = "cancelled" } }

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NotRules> {
        let mut rules = Rules::default();
        lines(text, |words| rules.take(words))?;
        Ok(rules)
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match *words {
            ["lowers", ref what @ ..] if !what.is_empty() => {
                for it in what {
                    match *it {
                        "collections" => self.lowers_collections = true,
                        "late-fees" => self.lowers_late_fees = true,
                        _ => {
                            return Err(format!("{it} is nothing; write collections or late-fees"));
                        }
                    }
                }
            }
            ["shields"] => self.shields = true,
            ["lasts", days, "days"] => self.lasts = Some(whole(days, 1, MOST_DAYS)?),
            ["grace", days, "days"] => self.grace = whole(days, 0, MOST_DAYS)?,
            _ => {
                return Err(
                    "write lowers collections late-fees, shields, lasts N days or grace N days"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    /// The first day on which what should have come by a day counts no more.
    pub fn lapses(&self, until: Date) -> Date {
        until.saturating_add(self.grace.days())
    }
}

impl Pledge {
    /// What of it is still to come on a day; zero where it does not hold then.
    pub fn open(&self, on: Date) -> Money {
        let over = self.ended.is_some_and(|it| it.1 <= on);
        if over || on < self.from || self.lapses <= on {
            return Money::ZERO;
        }
        (self.amount - self.came(on)).max(Money::ZERO)
    }

    /// What came for it by a day.
    pub fn came(&self, on: Date) -> Money {
        self.received.iter().filter(|it| it.0 <= on).map(|it| it.1).sum()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn it_is_open_from_its_day_until_it_lapses_less_what_came() {
        let rules = Rules::parse("lowers late-fees\nlasts 30 days\ngrace 5 days\n").unwrap();
        assert!(rules.lowers_late_fees && !rules.lowers_collections && !rules.shields);
        let it = Pledge {
            key: String::new(),
            account: AccountId(1),
            agency: "Relief".to_owned(),
            amount: Money::from_cents(10_000),
            from: date(2026, 3, 1),
            until: date(2026, 3, 31),
            lapses: rules.lapses(date(2026, 3, 31)),
            received: vec![(date(2026, 3, 10), Money::from_cents(40_00))],
            ended: None,
        };
        let open = |on| it.open(on).cents();
        assert_eq!(open(date(2026, 2, 28)), 0);
        assert_eq!(open(date(2026, 3, 1)), 10_000);
        assert_eq!(open(date(2026, 3, 10)), 60_00);
        assert_eq!([open(date(2026, 4, 4)), open(date(2026, 4, 5))], [60_00, 0]);
        let ended = Pledge { ended: Some((Ending::Cancelled, date(2026, 3, 5))), ..it };
        assert_eq!(ended.open(date(2026, 3, 4)).cents(), 10_000);
        assert_eq!(ended.open(date(2026, 3, 5)).cents(), 0);
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for text in ["lowers", "lowers bills", "shields all", "lasts 0 days", "grace 5"] {
            assert!(Rules::parse(text).is_err(), "{text}");
        }
    }
}

//! Which small balances of closed accounts are written off by themselves, as a text.
//!
//! ```text
//! owed   residential below 5.00 after 60 days    # less than that is owed, and nothing came for so long
//! owed   any         below 10.00 after 90 days
//! credit any         below 1.00 after 90 days    # so small a credit is not kept for anybody
//! most   250.00                                  # of a day together: more takes a second person
//! ```
//! The first line that fits a class counts; a class without one is left alone. Without a line on credits they wait
//! until somebody claims them or nobody does.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, amount, class, lines, whole};
use crate::account::CustomerClass;
use crate::money::Money;

/// Days: more is a mistake.
const LONGEST: i64 = 3_660;
const WRITE: &str =
    "write owed or credit, CLASS, below AMOUNT, after N days, or most AMOUNT of a day";

/// Which way a balance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The account owes it.
    Owed,
    /// It is the account's.
    Credit,
}

words! { Side { Owed = "owed", Credit = "credit" } }

/// A line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    side: Side,
    class: Option<CustomerClass>,
    below: Money,
    days: i64,
}

/// What holds of small balances from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    lines: Vec<Line>,
    /// What all of a day may come to, whichever way, before a second person has to agree.
    pub most: Option<Money>,
}

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NotRules> {
        let mut rules = Rules::default();
        lines(text, |words| match *words {
            [side, of, "below", below, "after", days, "days"] => {
                let side = Side::from_word(side).ok_or_else(|| WRITE.to_owned())?;
                let (class, below) = (class(of)?, amount(below)?);
                let days = whole(days, 1, LONGEST)?;
                rules.lines.push(Line { side, class, below, days });
                Ok(())
            }
            ["most", most] => {
                rules.most = Some(amount(most)?);
                Ok(())
            }
            _ => Err(WRITE.to_owned()),
        })?;
        Ok(rules)
    }

    /// What no small balance reaches, whichever way: zero where none is written off.
    pub fn bound(&self) -> Money {
        self.lines.iter().map(|it| it.below).max().unwrap_or_default()
    }

    /// Whether what an account of a class owes (below zero it is a credit) is written off on a day, where
    /// nothing came since another.
    pub fn is_small(&self, of: CustomerClass, owes: Money, since: Date, on: Date) -> bool {
        let side = if owes < Money::ZERO { Side::Credit } else { Side::Owed };
        let fits = |it: &&Line| it.side == side && it.class.is_none_or(|it| it == of);
        self.lines.iter().find(fits).is_some_and(|it| {
            owes != Money::ZERO
                && owes.abs() < it.below
                && since.saturating_add(it.days.days()) <= on
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_line_that_fits_says_what_is_small() {
        let text = "owed residential below 5.00 after 60 days\nowed any below 10.00 after 90 days\n\
                    credit any below 1.00 after 30 days # nobody comes for it\nmost 250.00\n";
        let rules = Rules::parse(text).unwrap();
        let (home, firm) = (CustomerClass::Residential, CustomerClass::Commercial);
        let (since, day) =
            (date(2026, 1, 1), |nth: i64| date(2026, 1, 1).saturating_add(nth.days()));
        let small = |of, cents, on| rules.is_small(of, Money::from_cents(cents), since, on);
        assert!(small(home, 4_99, day(60)) && !small(home, 4_99, day(59)));
        assert!(!small(home, 5_00, day(99)), "as much as that is not less");
        assert!(small(firm, 9_99, day(90)) && !small(firm, 9_99, day(60)));
        assert!(small(home, -99, day(30)) && !small(home, -1_00, day(99)));
        assert!(!small(home, 0, day(99)));
        assert_eq!(
            (rules.bound(), rules.most),
            (Money::from_cents(1_000), Some(Money::from_cents(25_000)))
        );
        assert_eq!(Rules::default().bound(), Money::ZERO);
        for text in [
            "owed any 5.00",
            "debit any below 5.00 after 60 days",
            "owed any below 5.00 after 0 days",
        ] {
            assert!(Rules::parse(text).is_err(), "{text}");
        }
    }
}

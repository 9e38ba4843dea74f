//! What a payment costs that came back, and who pays in cash from then on, as a text.
//!
//! ```text
//! fee       25.00
//! for       R01 R09 AM04 check    # codes of banks, and check for a check that came back
//! cash-only 2 in 365 days, for 180 days
//! told      by-letter
//! ```
//! Without `for` it is what the customer could have known: nothing in the account, or not yet. Whatever
//! else a bank writes is its own mistake or ours, or no payment at all.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, amount, lines, whole};
use crate::ledger::Tender;
use crate::money::Money;

/// What counts where a text does not say.
const FOR: [&str; 4] = ["R01", "R09", "AM04", CHECK];
/// A check that came back without a code.
const CHECK: &str = "check";
/// Days of a window: more is a mistake.
const MOST_DAYS: i64 = 3_660;

/// What holds of payments that came back, from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    fee: Money,
    counts: Vec<String>,
    cash_only: Option<CashOnly>,
    /// Whether a letter tells who paid.
    pub told: bool,
}

/// When somebody pays in cash only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CashOnly {
    /// After so many that came back,
    many: usize,
    /// in so many days,
    within: i64,
    /// for so many days.
    lasts: i64,
}

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
            ["fee", fee] => self.fee = amount(fee)?,
            ["for", ref codes @ ..] if !codes.is_empty() => {
                let known = |it: &&str| {
                    let code = (3..=4).contains(&it.len());
                    code && it.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
                };
                if let Some(other) = codes.iter().find(|it| **it != CHECK && !known(it)) {
                    return Err(format!("{other} is no code; write such as R01, AM04 or check"));
                }
                self.counts.extend(codes.iter().map(|it| (*it).to_owned()));
            }
            ["cash-only", many, "in", within, "days,", "for", lasts, "days"] => {
                let many = usize::try_from(whole(many, 1, 100)?).unwrap_or(1);
                let [within, lasts] = [within, lasts].map(|it| whole(it, 1, MOST_DAYS));
                self.cash_only = Some(CashOnly { many, within: within?, lasts: lasts? });
            }
            ["told", "by-letter"] => self.told = true,
            _ => {
                return Err("write fee AMOUNT, for CODE..., cash-only N in N days, for N days or \
                            told by-letter"
                    .to_owned());
            }
        }
        Ok(())
    }

    /// Whether what came back counts against the customer: by its code, or as a check without one.
    pub fn counts(&self, kind: Tender, code: &str) -> bool {
        // No bank returns cash: somebody was wrong at the counter.
        if kind == Tender::Cash {
            return false;
        }
        let what = match (kind, code) {
            (Tender::Check, "") => CHECK,
            _ => code,
        };
        match self.counts.as_slice() {
            [] => FOR.contains(&what),
            said => said.iter().any(|it| it == what),
        }
    }

    /// What it costs that a payment came back; zero where it costs nothing.
    pub fn fee(&self, kind: Tender, code: &str) -> Money {
        if self.counts(kind, code) { self.fee } else { Money::ZERO }
    }

    /// The first day on which somebody may pay otherwise than in cash again, by the days on which their
    /// payments came back; `None` where they may on that day.
    pub fn cash_only_until(&self, came_back: &[Date], on: Date) -> Option<Date> {
        let CashOnly { many, within, lasts } = self.cash_only?;
        let mut days: Vec<Date> = came_back.iter().copied().filter(|it| *it <= on).collect();
        days.sort_unstable();
        let close = |it: &&[Date]| match *it {
            [first, .., last] => *last < first.saturating_add(within.days()),
            _ => true,
        };
        let last = days.windows(many).filter(close).filter_map(<[Date]>::last).next_back()?;
        let until = last.saturating_add(lasts.days());
        (on < until).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_the_customers_costs_and_what_is_the_banks_does_not() {
        let rules = Rules::parse("fee 25.00\n").unwrap();
        let fee = |rules: &Rules, kind, code| rules.fee(kind, code).cents();
        assert_eq!(fee(&rules, Tender::Debit, "R01"), 25_00);
        assert_eq!(fee(&rules, Tender::Debit, "R03"), 0);
        assert_eq!(fee(&rules, Tender::Debit, ""), 0);
        assert_eq!(fee(&rules, Tender::Check, ""), 25_00);
        assert_eq!(fee(&rules, Tender::Card, ""), 0);
        let own = Rules::parse("fee 30.00 # from July\nfor R08 R01\n").unwrap();
        assert_eq!((fee(&own, Tender::Debit, "R08"), fee(&own, Tender::Check, "")), (30_00, 0));
        assert_eq!(fee(&Rules::default(), Tender::Debit, "R01"), 0);
    }

    #[test]
    fn after_so_many_it_is_cash_only_for_a_while() {
        let rules = Rules::parse("cash-only 2 in 30 days, for 90 days").unwrap();
        let until = |days: &[Date], on| rules.cash_only_until(days, on);
        let [one, two] = [date(2026, 3, 1), date(2026, 3, 30)];
        assert_eq!(until(&[one], two), None);
        assert_eq!(until(&[two, one], two), Some(date(2026, 6, 28)));
        assert_eq!(until(&[one, two], date(2026, 3, 29)), None, "it has not come back yet");
        assert_eq!(until(&[one, two], date(2026, 6, 27)), Some(date(2026, 6, 28)));
        assert_eq!(until(&[one, two], date(2026, 6, 28)), None);
        assert_eq!(until(&[one, date(2026, 3, 31)], date(2026, 4, 1)), None, "31 days apart");
        let once = Rules::parse("cash-only 1 in 1 days, for 10 days").unwrap();
        assert_eq!(once.cash_only_until(&[one], one), Some(date(2026, 3, 11)));
        assert_eq!(Rules::default().cash_only_until(&[one, two], two), None);
    }

    #[test]
    fn a_wrong_line_says_what_to_write() {
        for (text, says) in [
            ("fee -1", "line 1: -1 is no amount"),
            ("\nfor r01", "line 2: r01 is no code"),
            ("cash-only 0 in 3 days, for 3 days", "line 1: 0 is no whole number from 1 to 100"),
            ("cash-only 2", "line 1: write fee AMOUNT"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}

//! Levelled bills: a customer pays the same each month, and what bills actually come to is kept beside
//! it; as a text.
//!
//! ```text
//! class   residential
//! history 12 6         # of the newest twelve bills, at least six
//! round   1.00         # a level is a multiple of that, rounded up
//! variant yearly       # settled after twelve bills; rolling: worked out anew for each bill
//! true-up bill         # on that bill; spread: over the next twelve
//! off     10%          # a level is said to be off by more than that
//! ```

use super::{NotRules, amount, class, lines, percent, whole};
use crate::account::CustomerClass;
use crate::money::{Exact, Money, Rounding, Share};

/// Bills of a year.
const YEAR: i64 = 12;
/// Days of a year.
const DAYS: i64 = 365;

/// How a level changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// Once in twelve bills.
    #[default]
    Yearly,
    /// With each bill.
    Rolling,
}

/// Where what was billed too little or too much in a year goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrueUp {
    /// On the twelfth bill.
    #[default]
    Bill,
    /// Over the next twelve.
    Spread,
}

/// What was done with a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The level was asked for in its place.
    Levelled,
    /// The year was settled.
    TrueUp,
    /// All was settled: the levelling ended.
    Settled,
}

words! {
    Variant { Yearly = "yearly", Rolling = "rolling" }
    TrueUp { Bill = "bill", Spread = "spread" }
    How { Levelled = "levelled", TrueUp = "true-up", Settled = "settled" }
}

/// What holds of levelled bills from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    classes: Vec<Option<CustomerClass>>,
    /// Bills that a level is worked out of, at most and at least.
    pub history: (i64, i64),
    round: Money,
    variant: Variant,
    true_up: TrueUp,
    off: Option<Share>,
}

/// A bill that a level is worked out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billed {
    /// Its days.
    pub days: i64,
    /// What it came to.
    pub total: Money,
}

/// How the levelling of an account stands before a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// What is asked for in place of a bill.
    pub level: Money,
    /// Which part of its turn is billed with it.
    pub turn: OfTurn,
    /// Turns since the year was settled.
    pub bills: i64,
    /// What bills came to beyond what was asked for: above zero the customer owes it.
    pub variance: Money,
    /// Whether this is the last bill.
    pub over: bool,
}

/// How much of its turn a bill and those before it bill: an interim bill takes its days of the level,
/// and the bill of the turn what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfTurn {
    /// The days that are billed by now, at least one.
    pub days: i64,
    /// The days of the turn.
    pub of: i64,
    /// What was asked for before.
    pub asked: Money,
    /// Whether no day is left.
    pub is_over: bool,
}

impl OfTurn {
    /// What is asked for of a level.
    fn part(self, level: Money) -> Money {
        Exact::from(level).part(self.days, self.of).round(Rounding::HalfUp) - self.asked
    }
}

/// What becomes of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Becomes {
    /// What is done.
    pub how: How,
    /// What is asked for in its place.
    pub asked: Money,
    /// The level from then on.
    pub next: Money,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            classes: Vec::new(),
            history: (YEAR, 6),
            round: Money::from_cents(1),
            variant: Variant::default(),
            true_up: TrueUp::default(),
            off: None,
        }
    }
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
            ["class", of] => self.classes.push(class(of)?),
            ["history", most, least] => {
                let most = whole(most, 1, YEAR)?;
                self.history = (most, whole(least, 1, most)?);
            }
            ["round", to] => {
                self.round = Some(amount(to)?)
                    .filter(|it| Money::ZERO < *it)
                    .ok_or("a level is a multiple of more than nothing")?;
            }
            ["variant", variant] => {
                self.variant = Variant::from_word(variant)
                    .ok_or_else(|| format!("{variant} is none; write yearly or rolling"))?;
            }
            ["true-up", how] => {
                self.true_up = TrueUp::from_word(how)
                    .ok_or_else(|| format!("{how} is no way; write bill or spread"))?;
            }
            ["off", share] => self.off = Some(percent(share)?),
            _ => {
                return Err("write class CLASS, history MOST LEAST, round AMOUNT, variant HOW, \
                            true-up HOW or off PERCENT"
                    .to_owned());
            }
        }
        Ok(())
    }

    /// Whether bills of a class are levelled.
    pub fn is_for(&self, of: CustomerClass) -> bool {
        self.classes.iter().any(|it| it.is_none_or(|it| it == of))
    }

    /// Whether a level is worked out anew for each bill, whatever somebody says.
    pub fn is_rolling(&self) -> bool {
        self.variant == Variant::Rolling
    }

    /// The level that follows from bills, the newest first, and a twelfth of what is still to be made
    /// up; `None` where there are too few of them.
    pub fn level(&self, bills: &[Billed], variance: Money) -> Option<Money> {
        let (most, least) = self.history;
        let bills = &bills[..bills.len().min(usize::try_from(most).unwrap_or(usize::MAX))];
        let days: i64 = bills.iter().map(|it| it.days).sum();
        if i64::try_from(bills.len()).ok()? < least || days < 1 {
            return None;
        }
        let total: Money = bills.iter().map(|it| it.total).sum();
        let month = Exact::from(total).part(DAYS, days * YEAR);
        let more = Exact::from(variance).part(1, YEAR);
        let cents = (month + more).round(Rounding::HalfUp).cents().max(0);
        let (whole, rest) =
            (cents.div_euclid(self.round.cents()), cents.rem_euclid(self.round.cents()));
        Some(Money::from_cents((whole + i64::from(rest != 0)) * self.round.cents()))
    }

    /// What becomes of a bill; `bills` are it and those before it, the newest first.
    pub fn becomes(&self, stands: &Stands, actual: Money, bills: &[Billed]) -> Becomes {
        let Stands { level, turn, variance, over, .. } = *stands;
        let settled = actual + variance;
        if over {
            return Becomes { how: How::Settled, asked: settled, next: Money::ZERO };
        }
        if self.variant == Variant::Rolling {
            let level = self.level(bills, variance).unwrap_or(level);
            return Becomes { how: How::Levelled, asked: turn.part(level), next: level };
        }
        let last = turn.is_over && YEAR <= stands.bills + 1;
        match (last, self.true_up) {
            (false, _) => Becomes { how: How::Levelled, asked: turn.part(level), next: level },
            (true, TrueUp::Bill) => {
                let next = self.level(bills, Money::ZERO).unwrap_or(level);
                Becomes { how: How::TrueUp, asked: settled, next }
            }
            (true, TrueUp::Spread) => {
                let asked = turn.part(level);
                let next = self.level(bills, settled - asked).unwrap_or(level);
                Becomes { how: How::TrueUp, asked, next }
            }
        }
    }

    /// Whether a level is off: what it should be differs by more than the rules say.
    pub fn is_off(&self, level: Money, should: Money) -> bool {
        let most = self.off.map(|it| it.of(level).round(Rounding::HalfUp));
        most.is_some_and(|most| most < (should - level).abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "class residential\nhistory 12 2\nround 1.00\noff 10%\n";

    fn cents(cents: i64) -> Money {
        Money::from_cents(cents)
    }

    fn bills(cents_of: &[i64]) -> Vec<Billed> {
        cents_of.iter().map(|it| Billed { days: 30, total: cents(*it) }).collect()
    }

    fn stands(bills: i64, variance: i64) -> Stands {
        let turn = OfTurn { days: 30, of: 30, asked: Money::ZERO, is_over: true };
        Stands { level: cents(50_00), turn, bills, variance: cents(variance), over: false }
    }

    #[test]
    fn an_interim_bill_takes_its_days_of_the_level_and_the_turn_the_rest() {
        let rules = Rules::parse(TEXT).unwrap();
        let of = |turn, bills| {
            let stands = Stands { turn, ..stands(bills, 0) };
            rules.becomes(&stands, cents(20_00), &[])
        };
        let interim = OfTurn { days: 10, of: 31, asked: Money::ZERO, is_over: false };
        let becomes = of(interim, 11);
        assert_eq!(
            (becomes.how, becomes.asked, becomes.next),
            (How::Levelled, cents(16_13), cents(50_00))
        );
        let rest = OfTurn { days: 31, of: 31, asked: cents(16_13), is_over: true };
        assert_eq!(of(rest, 3).asked, cents(33_87));
        assert_eq!(of(rest, 11).how, How::TrueUp);
    }

    #[test]
    fn a_level_is_the_mean_month_rounded_up_with_what_is_to_be_made_up() {
        let rules = Rules::parse(TEXT).unwrap();
        // 110.00 of 60 days is 55.76 of a month.
        let two = bills(&[50_00, 60_00]);
        assert_eq!(rules.level(&two, Money::ZERO), Some(cents(56_00)));
        assert_eq!(rules.level(&two, cents(12_00)), Some(cents(57_00)));
        assert_eq!(rules.level(&two, cents(-120_000)), Some(Money::ZERO));
        assert_eq!(rules.level(&two[..1], Money::ZERO), None);
        assert!(rules.is_for(CustomerClass::Residential));
        assert!(!rules.is_for(CustomerClass::Commercial));
        assert!(
            rules.is_off(cents(50_00), cents(55_01)) && !rules.is_off(cents(50_00), cents(45_00))
        );
    }

    #[test]
    fn a_year_is_settled_on_its_last_bill_or_over_the_next() {
        let rules = Rules::parse(TEXT).unwrap();
        let two = bills(&[50_00, 60_00]);
        let becomes = |rules: &Rules, stands: &Stands| rules.becomes(stands, cents(70_00), &two);
        let next = cents(50_00);
        let levelled = Becomes { how: How::Levelled, asked: cents(50_00), next };
        assert_eq!(becomes(&rules, &stands(10, 30_00)), levelled);
        let next = cents(56_00);
        let settled = Becomes { how: How::TrueUp, asked: cents(10_000), next };
        assert_eq!(becomes(&rules, &stands(11, 30_00)), settled);
        let spread = Rules::parse(&format!("{TEXT}true-up spread\n")).unwrap();
        // 50.00 are to be made up by then, of which a twelfth is 4.17.
        let next = cents(60_00);
        let later = Becomes { how: How::TrueUp, asked: cents(50_00), next };
        assert_eq!(becomes(&spread, &stands(11, 30_00)), later);
        let rolling = Rules::parse(&format!("{TEXT}variant rolling\n")).unwrap();
        let next = cents(59_00);
        let level = Becomes { how: How::Levelled, asked: next, next };
        assert_eq!(becomes(&rolling, &stands(0, 30_00)), level);
        let last = Stands { over: true, ..stands(3, -30_00) };
        let all = Becomes { how: How::Settled, asked: cents(40_00), next: Money::ZERO };
        assert_eq!(becomes(&rolling, &last), all);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        for (text, says) in [
            ("history 13 6", "line 1: 13 is no whole number from 1 to 12"),
            ("history 6 7", "line 1: 7 is no whole number from 1 to 6"),
            ("round 0", "line 1: a level is a multiple of more"),
            ("variant monthly", "line 1: monthly is none"),
            ("true-up never", "line 1: never is no way"),
            ("level 50", "line 1: write class CLASS"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}

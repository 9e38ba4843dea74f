//! What being late costs, as a text.
//!
//! ```text
//! fee    residential 1.5% monthly    # of what is open of the bill, each month anew
//! fee    commercial 10.00 once
//! grace  5 days
//! least  20.00
//! cap    25.00
//! exempt plan dispute medical
//! most   500                    # of a day: more is stopped to be looked at
//! ```
//! The first line that fits a class counts; a class without one pays nothing.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, Shield, amount, class, lines, percent, whole};
use crate::account::CustomerClass;
use crate::money::{Money, Rounding, Share};

/// Days of grace: more is a mistake.
const MOST_DAYS: i64 = 366;

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// A share of what is open of the bill.
    Share(Share),
    /// So much.
    Flat(Money),
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Often {
    /// One turn of each bill.
    Once,
    /// A turn each month.
    Monthly,
}

words! { Often { Once = "once", Monthly = "monthly" } }

/// What holds of late fees from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    fees: Vec<(Option<CustomerClass>, How, Often)>,
    grace: i64,
    least: Money,
    cap: Option<Money>,
    /// The most that is asked for in a day, where a line says it.
    pub most: Option<usize>,
    exempt: Vec<Shield>,
}

/// What a bill says of being paid late, by what the rules say of its class on its day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LateCharge {
    /// Nothing is added, whatever is asked for.
    #[default]
    Never,
    /// Nothing is added to so little, or as it is paid.
    NotOfThis,
    /// A fee is asked for of what is not paid by a day.
    After {
        /// The last day without it.
        day: Date,
        /// How much, where nothing is paid until then.
        fee: Money,
    },
}

impl LateCharge {
    /// What is to be paid after that day of so much.
    pub fn with(self, amount: Money) -> Money {
        match self {
            LateCharge::After { fee, .. } => amount + fee,
            LateCharge::Never | LateCharge::NotOfThis => amount,
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
            ["fee", of, how, often] => {
                let how = match how.ends_with('%') {
                    true => How::Share(percent(how)?),
                    false => How::Flat(amount(how)?),
                };
                let known: Vec<&str> = Often::ALL.iter().map(|it| it.word()).collect();
                let often = Often::from_word(often)
                    .ok_or_else(|| format!("{often} is no turn; write {}", known.join(" or ")))?;
                self.fees.push((class(of)?, how, often));
            }
            ["grace", days, "days"] => self.grace = whole(days, 0, MOST_DAYS)?,
            ["least", least] => self.least = amount(least)?,
            ["cap", cap] => self.cap = Some(amount(cap)?),
            ["most", many] => self.most = usize::try_from(whole(many, 0, 100_000_000)?).ok(),
            ["exempt", ref shields @ ..] if !shields.is_empty() => {
                for it in shields {
                    self.exempt.push(super::shield(it)?);
                }
            }
            _ => {
                return Err("write fee CLASS HOW once or monthly, grace N days, least AMOUNT, \
                            cap AMOUNT, most N or exempt WHAT..."
                    .to_owned());
            }
        }
        Ok(())
    }

    fn of(&self, class: CustomerClass) -> Option<(How, Often)> {
        let fits = self.fees.iter().find(|it| it.0.is_none_or(|it| it == class));
        fits.map(|it| (it.1, it.2))
    }

    /// The turns of a bill of a class that was due on a day: each with the first day on which it is
    /// late, from `after` on and no later than `on`.
    pub fn turns(
        &self,
        class: CustomerClass,
        due: Date,
        (after, on): (Date, Date),
    ) -> Vec<(i64, Date)> {
        let Some((_, often)) = self.of(class) else { return Vec::new() };
        let first = due.saturating_add((self.grace + 1).days());
        let most = match often {
            Often::Once => 1,
            Often::Monthly => i64::MAX,
        };
        let turns = (1..=most).map(|nth| (nth, first.saturating_add((nth - 1).months())));
        turns.take_while(|it| it.1 <= on).filter(|it| after <= it.1).collect()
    }

    /// Whether anything is asked for of a class.
    pub fn ask(&self, class: CustomerClass) -> bool {
        self.of(class).is_some()
    }

    /// What a bill of a class says that is due on a day and asks for so much by itself, of who has these
    /// shields.
    pub fn said(
        &self,
        class: CustomerClass,
        (due, asked): (Date, Money),
        shields: &[Shield],
    ) -> LateCharge {
        if !self.ask(class) {
            return LateCharge::Never;
        }
        let day = due.saturating_add(self.grace.days());
        let fee = self.fee(class, asked, shields);
        fee.map_or(LateCharge::NotOfThis, |fee| LateCharge::After { day, fee })
    }

    /// Whether anything keeps from a fee.
    pub fn exempts(&self) -> bool {
        !self.exempt.is_empty()
    }

    /// Whether nothing is asked for of what is paid in parts as agreed.
    pub fn exempt_plans(&self) -> bool {
        self.exempt.contains(&Shield::Plan)
    }

    /// What a turn costs of which so much is open, if it costs anything of whoever has these shields.
    pub fn fee(&self, class: CustomerClass, open: Money, shields: &[Shield]) -> Option<Money> {
        let (how, _) = self.of(class)?;
        if open <= Money::ZERO || open < self.least {
            return None;
        }
        if self.exempt.iter().any(|it| shields.contains(it)) {
            return None;
        }
        let fee = match how {
            How::Share(share) => share.of(open).round(Rounding::HalfUp),
            How::Flat(amount) => amount,
        };
        let fee = self.cap.map_or(fee, |cap| cap.min(fee));
        (fee != Money::ZERO).then_some(fee)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "fee residential 1.5% monthly\nfee any 10.00 once\ngrace 5 days\n\
        least 20.00\ncap 3.00\nexempt plan dispute\n";

    fn fee(class: CustomerClass, cents: i64, shields: &[Shield]) -> Option<i64> {
        let rules = Rules::parse(TEXT).unwrap();
        rules.fee(class, Money::from_cents(cents), shields).map(Money::cents)
    }

    #[test]
    fn a_fee_is_a_share_or_flat_within_its_cap_and_not_of_little_or_who_is_exempt() {
        use CustomerClass::{Commercial, Residential};
        assert_eq!(fee(Residential, 50_00, &[]), Some(75));
        assert_eq!(fee(Residential, 33_00, &[Shield::Medical]), Some(50));
        assert_eq!(fee(Residential, 19_99, &[]), None);
        assert_eq!(fee(Residential, 50_000, &[]), Some(3_00));
        assert_eq!(fee(Commercial, 20_00, &[]), Some(3_00));
        assert_eq!(fee(Residential, 50_00, &[Shield::Dispute]), None);
        let nobody = Rules::default();
        assert_eq!(nobody.fee(Residential, Money::from_cents(50_00), &[]), None);
    }

    #[test]
    fn a_bill_says_what_the_rules_ask_for() {
        use CustomerClass::{Commercial, Residential};
        let rules = Rules::parse(TEXT).unwrap();
        let (due, cents) = (date(2026, 1, 25), Money::from_cents);
        let said = |class, cents, shields: &[Shield]| {
            rules.said(class, (due, Money::from_cents(cents)), shields)
        };
        let after = |fee| LateCharge::After { day: date(2026, 1, 30), fee: cents(fee) };
        assert_eq!(said(Residential, 50_00, &[]), after(75));
        assert_eq!(said(Commercial, 50_00, &[]), after(3_00));
        assert_eq!(said(Residential, 19_99, &[]), LateCharge::NotOfThis);
        assert_eq!(said(Residential, 50_00, &[Shield::Plan]), LateCharge::NotOfThis);
        let none = Rules::default().said(Residential, (due, cents(50_00)), &[]);
        assert_eq!(none, LateCharge::Never);
        assert_eq!((after(75).with(cents(60_00)), none.with(cents(1))), (cents(60_75), cents(1)));
    }

    #[test]
    fn a_turn_begins_after_grace_and_then_each_month() {
        use CustomerClass::{Commercial, Residential};
        let rules = Rules::parse(TEXT).unwrap();
        let due = date(2026, 1, 25);
        let turns = |class, after, on| rules.turns(class, due, (after, on));
        let year = (date(2026, 1, 1), date(2026, 3, 31));
        let all = [(1, date(2026, 1, 31)), (2, date(2026, 2, 28)), (3, date(2026, 3, 31))];
        assert_eq!(turns(Residential, year.0, year.1), all);
        assert_eq!(turns(Commercial, year.0, year.1), all[..1]);
        assert_eq!(turns(Residential, date(2026, 2, 1), date(2026, 3, 30)), all[1..2]);
        assert_eq!(turns(Residential, year.0, date(2026, 1, 30)), []);
        assert_eq!(Rules::default().turns(Residential, due, year), []);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        for (text, says) in [
            ("fee any 1.5 daily", "line 1: daily is no turn"),
            ("fee any x once", "line 1: x is no amount"),
            ("fee any x% once", "line 1: x% is no percentage"),
            ("grace 400 days", "line 1: 400 is no whole number from 0 to 366"),
            ("exempt friends", "line 1: friends is nothing that shields; write plan"),
            ("exempt", "line 1: write fee CLASS HOW"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}

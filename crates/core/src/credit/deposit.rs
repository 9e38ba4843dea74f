//! Security deposits: how much is asked for, in which parts, what interest it earns, and when it goes
//! back; as a text.
//!
//! ```text
//! ask       residential unknown 150.00
//! ask       residential poor 2 highest      # twice the highest of the last twelve bills
//! ask       commercial any 3 average
//! parts     4 first 20%
//! guarantor residential
//! interest  2026-01-01 1.5%                 # a year, from that day on
//! credited  yearly
//! review    12 on-time
//! longest   24 months
//! return-as credit
//! told      by-letter
//! ```
//! The first line that fits counts. What no line asks for is not asked for.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, amount, class, lines, percent, whole};
use crate::account::CustomerClass;
use crate::ledger::Debt;
use crate::ledger::open::{Applied, Side, open};
use crate::money::{Exact, Money, Rounding, Share};
use crate::moves::Credit;

/// Bills that a deposit is worked out of: those of a year.
pub const BILLS: usize = 12;
/// Parts of a deposit, and months that it is held: more is a mistake.
const MOST: i64 = 600;
/// Days of a year, for interest.
const YEAR: i64 = 365;

/// How much is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// So much.
    Fixed(Money),
    /// So many times the highest bill.
    Highest(i64),
    /// So many times the mean of the bills.
    Average(i64),
}

/// When interest is credited to the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credited {
    /// When the deposit goes back.
    #[default]
    AtReturn,
    /// Each year after the day on which it was held, and when it goes back.
    Yearly,
}

/// How a deposit goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnAs {
    /// As a credit of the account, which pays what comes next.
    #[default]
    Credit,
    /// As money: what of it nothing is owed for goes into refunds payable.
    Refund,
}

words! {
    Credited { AtReturn = "at-return", Yearly = "yearly" }
    ReturnAs { Credit = "credit", Refund = "refund" }
}

/// What holds of deposits from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    asks: Vec<(Option<CustomerClass>, Option<Credit>, Ask)>,
    /// So many parts, the first of which is such a share.
    parts: Option<(i64, Share)>,
    guarantors: Vec<Option<CustomerClass>>,
    /// What a year bears from a day on, the first day first.
    interest: Vec<(Date, Share)>,
    /// When interest is credited.
    pub credited: Credited,
    on_time: Option<usize>,
    longest: Option<i64>,
    /// How a deposit goes back.
    pub return_as: ReturnAs,
    /// Whether a letter tells who is asked.
    pub told: bool,
}

/// Why a deposit goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// So many bills in a row were paid when they were due.
    OnTime {
        /// How many.
        bills: usize,
    },
    /// It was held as long as it may be.
    Long {
        /// Since this day.
        since: Date,
    },
}

/// How a bill was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The day on which it was due.
    pub due: Date,
    /// Whether nothing of it was open then.
    pub on_time: bool,
}

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NotRules> {
        let mut rules = Rules::default();
        lines(text, |words| rules.take(words))?;
        rules.interest.sort_by_key(|it| it.0);
        Ok(rules)
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match *words {
            ["ask", of, credit, ref how @ ..] => {
                let credit = match credit {
                    "any" => None,
                    _ => Some(Credit::from_word(credit).ok_or_else(|| {
                        format!("{credit} is no credit; write unknown, good, fair, poor or any")
                    })?),
                };
                let ask = match *how {
                    [fixed] => Ask::Fixed(amount(fixed)?),
                    [times, "highest"] => Ask::Highest(whole(times, 1, 12)?),
                    [times, "average"] => Ask::Average(whole(times, 1, 12)?),
                    _ => return Err("write an amount, or 2 highest, or 3 average".to_owned()),
                };
                self.asks.push((class(of)?, credit, ask));
            }
            ["parts", parts, "first", first] => {
                let first = percent(first)?;
                if Share::WHOLE.nano < first.nano {
                    return Err("the first part is 100% at most".to_owned());
                }
                self.parts = Some((whole(parts, 2, MOST)?, first));
            }
            ["guarantor", of] => self.guarantors.push(class(of)?),
            ["interest", from, rate] => {
                let from: Date =
                    from.parse().map_err(|_| format!("{from} is no day; write 2026-01-01"))?;
                if self.interest.iter().any(|it| it.0 == from) {
                    return Err(format!("interest from {from} is said twice; leave one"));
                }
                self.interest.push((from, percent(rate)?));
            }
            ["credited", when] => {
                self.credited = Credited::from_word(when)
                    .ok_or_else(|| format!("{when} is no time; write at-return or yearly"))?;
            }
            ["review", bills, "on-time"] => {
                self.on_time = usize::try_from(whole(bills, 1, MOST)?).ok();
            }
            ["longest", months, "months"] => self.longest = Some(whole(months, 1, MOST)?),
            ["return-as", how] => {
                self.return_as = ReturnAs::from_word(how)
                    .ok_or_else(|| format!("{how} is no way; write credit or refund"))?;
            }
            ["told", "by-letter"] => self.told = true,
            _ => {
                return Err("write ask CLASS CREDIT HOW, parts N first PERCENT, guarantor CLASS, \
                            interest DAY PERCENT, credited WHEN, review N on-time, \
                            longest N months, return-as HOW or told by-letter"
                    .to_owned());
            }
        }
        Ok(())
    }

    /// What is asked of a class with such a credit, whose last bills came to this; `None` where
    /// nothing is, or where it goes by bills and there are none.
    pub fn asked(&self, class: CustomerClass, credit: Credit, bills: &[Money]) -> Option<Money> {
        let fits = |it: &&(Option<CustomerClass>, Option<Credit>, Ask)| {
            it.0.is_none_or(|it| it == class) && it.1.is_none_or(|it| it == credit)
        };
        let ask = self.asks.iter().find(fits)?.2;
        let bills = &bills[..bills.len().min(BILLS)];
        let cents = match ask {
            Ask::Fixed(amount) => amount.cents(),
            Ask::Highest(times) => bills.iter().max()?.cents() * times,
            Ask::Average(times) => {
                let many = i64::try_from(bills.len()).ok().filter(|it| 0 < *it)?;
                (bills.iter().copied().sum::<Money>().cents() * times).div_euclid(many)
            }
        };
        Some(Money::from_cents(cents)).filter(|it| Money::ZERO < *it)
    }

    /// Whether somebody may stand in for a customer of a class in place of money.
    pub fn may_guarantee(&self, class: CustomerClass) -> bool {
        self.guarantors.iter().any(|it| it.is_none_or(|it| it == class))
    }

    /// How many parts a deposit may be paid in; one where no line says more.
    pub fn most_parts(&self) -> i64 {
        self.parts.map_or(1, |it| it.0)
    }

    /// A deposit in so many parts, a month apart, the first on a day. The first one is the share that
    /// the rules say, the others are equal but for cents, which come first.
    pub fn parts(&self, whole: Money, many: i64, from: Date) -> Vec<(Date, Money)> {
        let Some((_, share)) = self.parts.filter(|_| 1 < many) else { return vec![(from, whole)] };
        let first = share.of(whole).round(Rounding::HalfUp);
        let (rest, others) = (whole.cents() - first.cents(), many - 1);
        let mut parts = vec![(from, first)];
        for nth in 0..others {
            let more = i64::from(nth < rest.rem_euclid(others));
            let part = Money::from_cents(rest.div_euclid(others) + more);
            parts.push((from.saturating_add((nth + 1).months()), part));
        }
        parts.retain(|it| it.1 != Money::ZERO);
        parts
    }

    /// What was earned in all before `to` by what was held: simple interest of a year of 365 days,
    /// rounded once to the cent. What was counted before is taken from it, so that no cent is lost or
    /// counted twice however often it is asked.
    pub fn interest(&self, held: &[(Date, Money)], to: Date) -> Money {
        let mut days = vec![to];
        days.extend(held.iter().map(|it| it.0));
        days.extend(self.interest.iter().map(|it| it.0));
        days.retain(|it| *it <= to);
        days.sort_unstable();
        days.dedup();
        let mut earned = Exact::ZERO;
        for days in days.windows(2) {
            let [from, until] = *days else { continue };
            let on = |of: &[(Date, Money)]| of.iter().rfind(|it| it.0 <= from).map(|it| it.1);
            let rate = self.interest.iter().rfind(|it| it.0 <= from).map(|it| it.1);
            let (Some(held), Some(rate)) = (on(held), rate) else { continue };
            let many = i64::from((until - from).get_days());
            earned = Exact::from_femto(earned.femto() + rate.of(held).part(many, YEAR).femto());
        }
        earned.round(Rounding::HalfUp)
    }

    /// Whether a deposit that is held since a day goes back: by the bills that were due before `on`,
    /// the newest first.
    pub fn review(&self, bills: &[Kept], since: Date, on: Date) -> Option<Because> {
        if let Some(bills_on_time) = self.on_time {
            let due = bills.iter().filter(|it| since <= it.due && it.due < on);
            let row = due.take_while(|it| it.on_time).count();
            if bills_on_time <= row {
                return Some(Because::OnTime { bills: row });
            }
        }
        let months = self.longest?;
        (since.saturating_add(months.months()) <= on).then_some(Because::Long { since })
    }
}

/// What was held of an account's deposits from each day on on which that changed: what was asked for
/// and paid, less what went back.
pub fn held(sides: &[Side], applied: &[Applied]) -> Vec<(Date, Money)> {
    let mut days: Vec<Date> = sides.iter().map(|it| it.on).collect();
    days.sort_unstable();
    days.dedup();
    let mut held: Vec<(Date, Money)> = Vec::new();
    for day in days {
        let known: Vec<Side> = sides.iter().filter(|it| it.on <= day).cloned().collect();
        let ours = known.iter().filter(|it| it.debt == Debt::Deposit);
        let asked: Money = ours.map(|it| it.amount).sum();
        let owed = open(&known, applied).items;
        let owed = owed.iter().filter(|it| it.side.debt == Debt::Deposit);
        let now = (asked - owed.map(|it| it.left).sum()).max(Money::ZERO);
        if held.last().map_or(Money::ZERO, |it| it.1) != now {
            held.push((day, now));
        }
    }
    held
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::OnTime { bills } => write!(f, "{bills} bills in a row were paid in time"),
            Because::Long { since } => write!(f, "it is held since {since}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::EntryId;
    use crate::ledger::EntryKind;

    const TEXT: &str = "ask residential unknown 150.00\nask residential poor 2 highest\n\
        ask commercial any 3 average # of the bills there are\nparts 4 first 20%\n\
        guarantor residential\ninterest 2027-01-01 3%\ninterest 2026-01-01 1.5%\n\
        credited yearly\nreview 3 on-time\nlongest 24 months\nreturn-as refund\n";

    fn cents(cents: i64) -> Money {
        Money::from_cents(cents)
    }

    fn rules() -> Rules {
        Rules::parse(TEXT).unwrap()
    }

    #[test]
    fn what_is_asked_goes_by_class_credit_and_bills() {
        use CustomerClass::{Commercial, Residential};
        let bills = [50_00, 80_00, 60_01].map(cents);
        let asked = |class, credit| rules().asked(class, credit, &bills).map(Money::cents);
        assert_eq!(asked(Residential, Credit::Unknown), Some(15_000));
        assert_eq!(asked(Residential, Credit::Poor), Some(16_000));
        assert_eq!(asked(Residential, Credit::Good), None);
        assert_eq!(asked(Commercial, Credit::Good), Some(19_001));
        assert_eq!(rules().asked(Residential, Credit::Poor, &[]), None);
        assert!(rules().may_guarantee(Residential) && !rules().may_guarantee(Commercial));
    }

    #[test]
    fn parts_come_to_the_whole() {
        let from = date(2026, 1, 31);
        let parts = rules().parts(cents(10_001), 4, from);
        let cents_of: Vec<i64> = parts.iter().map(|it| it.1.cents()).collect();
        assert_eq!(cents_of, [20_00, 26_67, 26_67, 26_67]);
        assert_eq!(parts[1].0, date(2026, 2, 28));
        assert_eq!(rules().parts(cents(10_001), 1, from), [(from, cents(10_001))]);
    }

    #[test]
    fn interest_is_simple_and_no_cent_is_counted_twice() {
        let held = [(date(2026, 3, 1), cents(20_000)), (date(2026, 9, 1), cents(10_000))];
        // 184 days of 200.00 and 122 of 100.00 at 1.5 %, then 59 of 100.00 at 3 %.
        let year = rules().interest(&held, date(2027, 3, 1));
        assert_eq!(year.cents(), 250);
        assert_eq!(rules().interest(&held, date(2027, 1, 1)).cents(), 201);
        let mut sum = 0;
        let mut day = date(2026, 3, 1);
        while day <= date(2027, 3, 1) {
            sum += rules().interest(&held, day).cents() - sum;
            day = day.saturating_add(1.day());
        }
        assert_eq!(sum, 250);
        assert_eq!(rules().interest(&held, date(2026, 3, 1)), Money::ZERO);
    }

    #[test]
    fn it_goes_back_after_bills_on_time_or_when_it_was_long_enough() {
        let kept = |month, on_time| Kept { due: date(2026, month, 20), on_time };
        let (since, on) = (date(2026, 2, 1), date(2026, 6, 1));
        let good = [kept(5, true), kept(4, true), kept(3, true), kept(2, false)];
        assert_eq!(rules().review(&good, since, on), Some(Because::OnTime { bills: 3 }));
        let late = [kept(5, true), kept(4, false), kept(3, true), kept(2, true)];
        assert_eq!(rules().review(&late, since, on), None);
        // What was due before it was held, or is not due yet, says nothing.
        assert_eq!(rules().review(&good, date(2026, 4, 1), on), None);
        assert_eq!(rules().review(&good, since, date(2026, 5, 20)), None);
        let long = Some(Because::Long { since });
        assert_eq!(rules().review(&late, since, date(2028, 2, 1)), long);
        assert_eq!(Rules::default().review(&good, since, on), None);
    }

    #[test]
    fn it_is_held_when_it_is_paid() {
        let side = |id: i64, kind, debt, day, amount: i64| Side {
            entry: EntryId(id),
            kind,
            key: id.to_string(),
            bill: None,
            debt,
            on: date(2026, 3, day),
            due: date(2026, 3, day),
            amount: cents(amount),
            rolled: false,
            asked_by: None,
            added_by: None,
            waived: false,
        };
        let sides = [
            side(1, EntryKind::Charge, Debt::Deposit, 1, 10_000),
            side(2, EntryKind::Payment, Debt::Other, 5, -60_00),
            side(3, EntryKind::Payment, Debt::Other, 9, -70_00),
            side(4, EntryKind::Charge, Debt::Deposit, 20, -10_000),
        ];
        let held = held(&sides, &[]);
        let told: Vec<_> = held.iter().map(|it| (it.0.day(), it.1.cents())).collect();
        assert_eq!(told, [(5, 60_00), (9, 10_000), (20, 0)]);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        for (text, says) in [
            ("ask people any 1.00", "line 1: people is no class"),
            ("ask any broke 1.00", "line 1: broke is no credit"),
            ("ask any any 13 highest", "line 1: 13 is no whole number from 1 to 12"),
            ("ask any any", "line 1: write an amount, or 2 highest"),
            ("\nparts 4 first 101%", "line 2: the first part is 100% at most"),
            ("interest soon 1%", "line 1: soon is no day"),
            ("interest 2026-01-01 1", "line 1: 1 is no percentage"),
            ("interest 2026-01-01 1%\ninterest 2026-01-01 2%", "line 2: interest from 2026-01-01"),
            ("credited daily", "line 1: daily is no time"),
            ("return-as cash", "line 1: cash is no way"),
            ("hold it", "line 1: write ask CLASS CREDIT HOW"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}

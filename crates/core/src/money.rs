//! Amounts, prices and quantities as integers, and the one place where an amount is rounded.
//!
//! A charge is `quantity x price`. Both factors are exact, their product ([`Exact`]) is exact, and
//! it becomes [`Money`] once, by a rounding rule that the tariff names.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use crate::text::{grouped, scaled};

/// An amount in cents (the minor unit of the ledger's currency).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    cents: i64,
}

/// A price in billionths of a currency unit, per one `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Billionths of a currency unit: $0.12345 is `123_450_000`.
    pub nano: i64,
    /// What one pays this price for.
    pub per: Unit,
}

/// How much of something, in millionths of `unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// Millionths of the unit: 742 kWh is `742_000_000`.
    pub micro: i64,
    /// What is being counted.
    pub unit: Unit,
}

/// A share of an amount, in billionths: 3.5 % is `35_000_000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    /// Billionths of the whole.
    pub nano: i64,
}

/// What a [`Quantity`] counts. A price and a quantity meet only when their units are equal:
/// gallons and CCF never multiply each other's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// One bill, however long.
    Bill,
    /// A local calendar day of service.
    Day,
    /// A billing month: one whole turn of the bill cycle.
    Month,
    /// Electrical energy.
    Kwh,
    /// Electrical demand: the mean power over one interval.
    Kw,
    /// Reactive energy: what swings between the customer and the lines.
    Kvarh,
    /// Reactive power.
    Kvar,
    /// Apparent power: the root of kW² + kvar².
    Kva,
    /// Gas volume: 100 cubic feet.
    Ccf,
    /// Gas energy: 100,000 BTU.
    Therm,
    /// Water: 1,000 US gallons.
    Kgal,
    /// Water: one US gallon.
    Gal,
    /// Volume: one cubic metre.
    M3,
    /// One of what a term counts: a meter, a dwelling, a lamp, a container.
    Piece,
}

words! {
    Unit {
        Bill = "bill", Day = "day", Month = "month", Kwh = "kWh", Kw = "kW", Kvarh = "kvarh",
        Kvar = "kvar", Kva = "kVA", Ccf = "CCF", Therm = "therm", Kgal = "kgal", Gal = "gal", M3 = "m3",
        Piece = "unit",
    }
    Rounding { HalfUp = "half-up", HalfEven = "half-even" }
}

/// An amount that has not been rounded: 1e-15 of a currency unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(Rust, packed(8))]
pub struct Exact(i128);

/// What to do with half a cent. The tariff says which; there is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Half a cent goes away from zero: 2.345 -> 2.35, -2.345 -> -2.35.
    HalfUp,
    /// Half a cent goes to the even cent: 2.345 -> 2.34, 2.355 -> 2.36.
    HalfEven,
}

const EXACT_PER_CENT: i64 = 10_000_000_000_000;

impl Money {
    /// Nothing owed.
    pub const ZERO: Money = Money { cents: 0 };

    /// The amount without its sign.
    ///
    /// # Panics
    /// On the least amount there is.
    pub fn abs(self) -> Money {
        if self < Money::ZERO { -self } else { self }
    }

    /// Reads an amount as people write it: `87.45`, `1,200`, `$0.50`, `-3.10`; at most two decimals.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Money, String> {
        let wrong = || format!("{text} is no amount; write it like 87.45");
        let (sign, rest) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.trim()),
        };
        let rest = rest.strip_prefix('$').unwrap_or(rest);
        let (whole, part) = rest.split_once('.').unwrap_or((rest, "00"));
        let grouped = |it: &str| {
            let groups: Vec<&str> = it.split(',').collect();
            let (first, others) = groups.split_first().expect("a split has a first part");
            others.is_empty()
                || (1..=3).contains(&first.len()) && others.iter().all(|it| it.len() == 3)
        };
        let digits: String = whole.chars().filter(|it| *it != ',').collect();
        let all_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if !grouped(whole) || !all_digits(&digits) || !all_digits(part) || 2 < part.len() {
            return Err(wrong());
        }
        let cents = format!("{digits}{part:0<2}").parse::<i64>().map_err(|_| wrong())?;
        Ok(Money { cents: sign * cents })
    }

    /// The amount for another program: `1234.50`, no sign of a currency and no commas.
    pub fn plain(self) -> String {
        let cents = self.cents.unsigned_abs();
        let sign = if self.cents < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", cents.div_euclid(100), cents.rem_euclid(100))
    }

    /// The amount that is `cents` hundredths of the currency unit.
    pub const fn from_cents(cents: i64) -> Money {
        Money { cents }
    }

    /// The amount in hundredths of the currency unit.
    pub const fn cents(self) -> i64 {
        self.cents
    }
}

impl Price {
    /// Reads a price such as `0.0123`.
    pub fn parse(text: &str, per: Unit) -> Result<Price, String> {
        let nano = scaled(text, 9)
            .ok_or_else(|| format!("{text} is not a price; write a plain number such as 0.0123"))?;
        Ok(Price { nano, per })
    }

    /// The exact price of `quantity`.
    ///
    /// Panics when the units differ: publishing a tariff has already checked that they agree.
    pub fn times(self, quantity: Quantity) -> Exact {
        assert_eq!(self.per, quantity.unit, "a price per {} met {}", self.per, quantity.unit);
        Exact(i128::from(self.nano) * i128::from(quantity.micro))
    }
}

impl Share {
    /// All of it.
    pub const WHOLE: Share = Share { nano: 1_000_000_000 };

    /// Reads a percentage such as `3.5%`.
    pub fn parse(text: &str) -> Result<Share, String> {
        let percent = text.strip_suffix('%').and_then(|it| scaled(it, 7));
        percent.map(|nano| Share { nano }).ok_or_else(|| format!("{text} is not a percentage"))
    }

    /// This share of an amount that was not rounded.
    ///
    /// Less than 2e-15 is lost, and it never makes or unmakes half a cent.
    pub fn of_exact(self, whole: Exact) -> Exact {
        whole.part(self.nano, 1_000_000_000)
    }

    /// This share of `whole`, exactly.
    pub fn of(self, whole: Money) -> Exact {
        // cents (1e-2) x billionths (1e-9) is 1e-11, and Exact counts 1e-15.
        Exact(i128::from(whole.cents) * i128::from(self.nano) * 10_000)
    }
}

impl Exact {
    /// Nothing.
    pub const ZERO: Exact = Exact(0);

    /// The amount that is `femto` times 1e-15 of the currency unit.
    pub const fn from_femto(femto: i128) -> Exact {
        Exact(femto)
    }

    /// The amount in 1e-15 of the currency unit.
    pub const fn femto(self) -> i128 {
        self.0
    }

    /// `times / of` of it. What does not divide makes the last digit odd, so that an amount that is
    /// not half a cent never becomes one ("rounding to odd").
    pub fn part(self, times: i64, of: i64) -> Exact {
        let (times, of) = (i128::from(times), i128::from(of));
        let floor = (self.0 * times).div_euclid(of);
        let inexact = (self.0 * times).rem_euclid(of) != 0;
        Exact(if inexact { floor | 1 } else { floor })
    }

    /// Rounds to cents. Every cent on every bill passes through this function.
    pub fn round(self, rounding: Rounding) -> Money {
        let (cents, rest) = self.cents_and_rest();
        let up = match (rest * 2).cmp(&EXACT_PER_CENT) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => match rounding {
                // `cents` is the floor, so "away from zero" is up only for positive amounts.
                Rounding::HalfUp => 0 <= self.0,
                Rounding::HalfEven => cents.rem_euclid(2) == 1,
            },
        };
        Money { cents: cents + i64::from(up) }
    }

    /// The whole cents below it, and the rest. Nearly every line is below nine thousand dollars,
    /// where one machine division does what takes a dozen otherwise.
    fn cents_and_rest(self) -> (i64, i64) {
        match i64::try_from(self.0) {
            Ok(small) => (small.div_euclid(EXACT_PER_CENT), small.rem_euclid(EXACT_PER_CENT)),
            Err(_) => {
                let per_cent = i128::from(EXACT_PER_CENT);
                let cents = i64::try_from(self.0.div_euclid(per_cent));
                let rest = i64::try_from(self.0.rem_euclid(per_cent));
                (
                    cents.expect("a bill line fits in 64 bits of cents"),
                    rest.expect("a rest is below a cent"),
                )
            }
        }
    }
}

impl From<Money> for Exact {
    fn from(amount: Money) -> Exact {
        Exact(i128::from(amount.cents) * i128::from(EXACT_PER_CENT))
    }
}

impl Add for Exact {
    type Output = Exact;
    fn add(self, other: Exact) -> Exact {
        Exact(self.0 + other.0)
    }
}

impl Sub for Exact {
    type Output = Exact;
    fn sub(self, other: Exact) -> Exact {
        Exact(self.0 - other.0)
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(amounts: I) -> Exact {
        amounts.fold(Exact::ZERO, Exact::add)
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money { cents: self.cents + other.cents }
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money { cents: self.cents - other.cents }
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money { cents: -self.cents }
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Money::add)
    }
}

/// As the program writes it in every sentence: `$1,234.50`, `-$0.05`. People read it in the currency of their
/// utility ([`Currency::said`](crate::currency::Currency::said)); for programs there is [`Money::plain`].
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", &*plain), |it| ("-", it));
        f.pad(&format!("{sign}${}", grouped(digits)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(nano: i64, micro: i64, half_up: i64, half_even: i64) {
        let exact = Price { nano, per: Unit::Kwh }.times(Quantity { micro, unit: Unit::Kwh });
        assert_eq!(exact.round(Rounding::HalfUp).cents(), half_up);
        assert_eq!(exact.round(Rounding::HalfEven).cents(), half_even);
    }

    #[test]
    fn what_is_no_price_is_told_how_one_is_written() {
        let why = Price::parse("abc", Unit::Kwh).unwrap_err();
        assert_eq!(why, "abc is not a price; write a plain number such as 0.0123");
    }

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        for (text, cents) in [
            ("87.45", 8_745),
            ("1,200", 120_000),
            ("$0.50", 50),
            ("-3.1", -310),
            (" 12.00 ", 1_200),
        ] {
            assert_eq!(Money::parse(text), Ok(Money::from_cents(cents)), "{text}");
            let plain = Money::from_cents(cents).plain();
            assert_eq!(Money::parse(&plain), Ok(Money::from_cents(cents)));
        }
        for (cents, text) in
            [(123_456_789, "$1,234,567.89"), (-100_000, "-$1,000.00"), (99_999, "$999.99")]
        {
            let amount = Money::from_cents(cents);
            assert_eq!(amount.to_string(), text);
            assert_eq!(Money::parse(text), Ok(amount), "what is said reads back");
        }
        for text in [
            "",
            "-",
            ".",
            ".5",
            "1.",
            "1.234",
            "1,20",
            ",100",
            "12a",
            "--1",
            "1e3",
            "99999999999999999999",
        ] {
            assert!(Money::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn half_a_cent() {
        check(2_345_000_000, 1_000_000, 235, 234);
        check(2_355_000_000, 1_000_000, 236, 236);
        check(-2_345_000_000, 1_000_000, -235, -234);
        check(-2_355_000_000, 1_000_000, -236, -236);
    }

    #[test]
    fn just_beside_half_a_cent() {
        check(2_345_000_001, 1_000_000, 235, 235);
        check(2_344_999_999, 1_000_000, 234, 234);
        check(-2_345_000_001, 1_000_000, -235, -235);
    }
}

//! The quantity, unit and price of a line of an invoice, so that quantity x price / base is the
//! amount exactly, before it is rounded to cents.
//!
//! EN 16931 has no price below zero, so that a credit is less than nothing at a price; a price for a
//! part of its days has them in the quantity that it is for: 16 days at $12.00 for 31 days.

use meterbook_core::money::{Money, Unit};
use meterbook_core::rating::{Basis, Line};

use super::Sign;

/// So much of a unit, at so much for so many of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Priced {
    /// Millionths; below zero for what is given back.
    pub(super) quantity: i128,
    /// A code of UN/ECE Recommendation 20.
    pub(super) unit: &'static str,
    /// Billionths of the currency, not below zero.
    pub(super) price: i128,
    /// What one pays the price for, in millionths, above zero.
    pub(super) base: i128,
}

/// One, in millionths.
const ONE: i128 = 1_000_000;
/// A cent, in billionths.
const CENT: i128 = 10_000_000;

/// The code of a unit, and how many of that code one of it is.
fn code(unit: Unit) -> (&'static str, i128) {
    match unit {
        Unit::Bill | Unit::Piece => (EACH, 1),
        Unit::Day => (DAY, 1),
        Unit::Month => ("MON", 1),
        Unit::Kwh => ("KWH", 1),
        Unit::Kw => ("KWT", 1),
        Unit::Kvarh => ("K3", 1),
        Unit::Kvar => ("KVR", 1),
        Unit::Kva => ("KVA", 1),
        Unit::Ccf => ("HH", 1),
        Unit::Therm => ("N72", 1),
        Unit::Kgal => ("GLL", 1_000),
        Unit::Gal => ("GLL", 1),
        Unit::M3 => ("MTQ", 1),
    }
}

const EACH: &str = "C62";
const DAY: &str = "DAY";

impl Priced {
    /// What a line is of, where it is so much at so much and comes to `amount`; else once the amount.
    pub(super) fn of(line: &Line, amount: Money, sign: Sign) -> Priced {
        let known = match line.basis {
            Basis::Each(quantity, price) => {
                let (unit, many) = code(quantity.unit);
                let base = many * ONE;
                let (quantity, price) = (i128::from(quantity.micro) * many, i128::from(price.nano));
                Some(Priced { quantity, unit, price, base })
            }
            Basis::Part { quantity, price, days, of } => {
                let (days, of) = (i128::from(days), i128::from(of));
                let (micro, price) = (i128::from(quantity.micro), i128::from(price.nano));
                Some(match quantity.unit {
                    Unit::Month if micro == ONE => {
                        Priced { quantity: days * ONE, unit: DAY, price, base: of * ONE }
                    }
                    unit => {
                        let (unit, many) = code(unit);
                        let (quantity, price) = (micro * many, price * days);
                        Priced { quantity, unit, price, base: of * many * ONE }
                    }
                })
            }
            // All of it, at what all of it costs.
            Basis::Series(quantity, _) if quantity.micro != 0 => {
                let (unit, many) = code(quantity.unit);
                let all = i128::from(quantity.micro) * many;
                let price = i128::from(line.amount.cents()) * CENT;
                Some(Priced { quantity: all.abs(), unit, price, base: all.abs() })
            }
            _ => None,
        };
        let known = known.map(|it| it.signed(sign)).filter(|it| it.comes_to(amount));
        known.unwrap_or_else(|| Priced::once(amount))
    }

    fn once(amount: Money) -> Priced {
        let cents = i128::from(amount.cents());
        let price = cents.abs() * CENT;
        Priced { quantity: below(cents) * ONE, unit: EACH, price, base: ONE }
    }

    fn signed(self, sign: Sign) -> Priced {
        let quantity = self.quantity * i128::from(sign.0) * below(self.price);
        Priced { quantity, price: self.price.abs(), ..self }
    }

    /// Whether it is this amount, but for the rounding of half a cent.
    fn comes_to(&self, amount: Money) -> bool {
        let exact = self.quantity.checked_mul(self.price);
        let cent = CENT.checked_mul(self.base);
        let apart = exact.zip(cent).and_then(|(exact, cent)| {
            let amount = i128::from(amount.cents()).checked_mul(cent)?;
            exact.checked_sub(amount)?.checked_mul(2)
        });
        apart.zip(cent).is_some_and(|(apart, cent)| apart.abs() <= cent)
    }
}

/// -1 below zero, else 1.
fn below(number: i128) -> i128 {
    if number < 0 { -1 } else { 1 }
}

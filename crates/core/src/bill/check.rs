//! What stops a bill from going out by itself: holds.

use std::fmt;

use jiff::civil::Date;

use super::doubt::Doubt;
use crate::money::{Money, Quantity, Unit};
use crate::rating::Unratable;

/// A bill beyond this many times the mean of earlier ones waits for a clerk, if it is also
/// [`FAR_ABOVE`] more: small bills double for small reasons.
const TIMES_USUAL: i64 = 4;
const FAR_ABOVE: Money = Money::from_cents(15_000);
/// With fewer earlier bills than this there is no "usual".
const BILLS_FOR_USUAL: usize = 3;

/// Whether `total` is far from what the `earlier` bills of the account came to.
pub fn unusual(total: Money, earlier: &[Money]) -> Option<Hold> {
    if earlier.len() < BILLS_FOR_USUAL {
        return None;
    }
    let count = i64::try_from(earlier.len()).expect("an account's bills are countable");
    let sum: Money = earlier.iter().copied().sum();
    let usual = Money::from_cents(sum.cents().div_euclid(count));
    let far = usual.cents() * TIMES_USUAL < total.cents() && FAR_ABOVE < total - usual;
    far.then_some(Hold::Unusual { total, usual })
}

/// Why a bill waits for a clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The service point has no meter on a day.
    NoMeter {
        /// The first such day.
        on: Date,
    },
    /// A register has no read at the edge of the period.
    NoRead {
        /// The meter's number.
        meter: String,
        /// The day.
        on: Date,
    },
    /// A register has no read at the edge of the period, and the nearest is beyond its window.
    OutsideWindow {
        /// The meter's number.
        meter: String,
        /// The day.
        on: Date,
        /// The day of the nearest read.
        read: Date,
        /// By how many days it is outside.
        days: i64,
    },
    /// A register has a read at the edge of the period, which waits for somebody to decide on it.
    ReadWaits {
        /// The meter's number.
        meter: String,
        /// The day.
        on: Date,
        /// The day of the read.
        read: Date,
    },
    /// Interval values are missing.
    Gap {
        /// The meter's number.
        meter: String,
        /// How many.
        missing: u32,
        /// The local day of the first.
        first: Date,
    },
    /// A register went back by more than a rollover explains.
    WentBack {
        /// The meter's number.
        meter: String,
        /// The day of the later read.
        on: Date,
    },
    /// Meters or channels at one service point count in different units.
    Units {
        /// The meter whose unit is another one.
        meter: String,
        /// Its unit.
        unit: Unit,
        /// The unit of the first.
        other: Unit,
    },
    /// The tariff cannot price it.
    Unratable(Unratable),
    /// The bill is far from what is usual.
    Unusual {
        /// What it came to.
        total: Money,
        /// The mean of earlier bills.
        usual: Money,
    },
    /// A rule of the utility doubts it.
    Doubt(Doubt),
    /// The use is negative.
    NegativeUse {
        /// How much.
        used: Quantity,
    },
    /// An earlier window of the agreement waits; bills come in the order of their days.
    EarlierUnbilled {
        /// The first day not billed.
        from: Date,
    },
    /// Another service on the same bill is held.
    Companion,
    /// Service was told to have started after these days were billed.
    ToldLate,
    /// The facts changed between the check and the posting.
    Changed,
    /// Billing the account failed: a fact that cannot be read, or a fault of this program.
    Broken {
        /// What was said.
        why: String,
    },
}

impl Hold {
    /// One word for the reason, for counts and filters.
    pub fn word(&self) -> &'static str {
        match self {
            Hold::NoMeter { .. } => "no-meter",
            Hold::NoRead { .. } | Hold::OutsideWindow { .. } | Hold::ReadWaits { .. } => "no-read",
            Hold::Gap { .. } => "gap",
            Hold::WentBack { .. } => "went-back",
            Hold::Units { .. } => "units",
            Hold::Unratable(_) => "unratable",
            Hold::Unusual { .. } => "unusual",
            Hold::Doubt(_) => "doubt",
            Hold::NegativeUse { .. } => "negative-use",
            Hold::EarlierUnbilled { .. } => "earlier-unbilled",
            Hold::Companion => "companion",
            Hold::ToldLate => "told-late",
            Hold::Changed => "changed",
            Hold::Broken { .. } => "broken",
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hold::NoMeter { on } => write!(f, "no meter hangs at the service point on {on}"),
            Hold::NoRead { meter, on } => {
                write!(f, "meter {meter} has no read for {on}; import or estimate one")
            }
            Hold::OutsideWindow { meter, on, read, days } => {
                write!(f, "meter {meter} has no read for {on}, and that of {read} is outside of its window by {days} days; import or estimate one")
            }
            Hold::ReadWaits { meter, on, read } => {
                write!(f, "meter {meter} has no read for {on} before somebody decides on that of {read}; see: meterbook vee list")
            }
            Hold::Gap { meter, missing, first } => {
                write!(f, "meter {meter} misses {missing} interval values from {first} on; import or estimate them")
            }
            Hold::WentBack { meter, on } => {
                write!(f, "meter {meter} went back on {on}; check the read and the digits of the register")
            }
            Hold::Units { meter, unit, other } => {
                write!(f, "meter {meter} counts {unit} beside {other}; give both the same unit")
            }
            Hold::Unratable(why) => why.fmt(f),
            Hold::Unusual { total, usual } => {
                write!(f, "the bill is {total}, and earlier ones were about {usual}")
            }
            Hold::Doubt(doubt) => doubt.fmt(f),
            Hold::NegativeUse { used } => {
                write!(f, "the use is below zero ({} {})", crate::text::decimal(used.micro, 6), used.unit)
            }
            Hold::EarlierUnbilled { from } => {
                write!(f, "the days from {from} on are not billed yet; bill them first")
            }
            Hold::Companion => f.write_str("another service on the same bill is held"),
            Hold::ToldLate => {
                f.write_str("service was told to have started after this turn was billed; bill it with: meterbook bill run --held")
            }
            Hold::Changed => f.write_str("the facts changed after the check; run the cycle again"),
            Hold::Broken { why } => write!(f, "the bill could not be worked out: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_ten_times_too_high_is_held() {
        let earlier = [80, 90, 100].map(|dollars| Money::from_cents(dollars * 100));
        let usual = Money::from_cents(9_000);
        let total = Money::from_cents(90_000);
        assert_eq!(unusual(total, &earlier), Some(Hold::Unusual { total, usual }));
        assert_eq!(unusual(Money::from_cents(23_000), &earlier), None);
        assert_eq!(unusual(total, &earlier[..2]), None, "two bills are no habit");
    }
}

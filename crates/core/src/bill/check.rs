//! What stops a bill from going out by itself: holds.

use std::fmt;

use jiff::civil::Date;

use crate::money::{Money, Quantity};
use crate::rating::Unratable;

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
    /// The tariff cannot price it.
    Unratable(Unratable),
    /// The bill is far from what is usual.
    Unusual {
        /// What it came to.
        total: Money,
        /// The mean of earlier bills.
        usual: Money,
    },
    /// The use is negative.
    NegativeUse {
        /// How much.
        used: Quantity,
    },
    /// Another service on the same bill is held.
    Companion,
    /// The facts changed between the check and the posting.
    Changed,
}

impl Hold {
    /// One word for the reason, for counts and filters.
    pub fn word(&self) -> &'static str {
        match self {
            Hold::NoMeter { .. } => "no-meter",
            Hold::NoRead { .. } => "no-read",
            Hold::Gap { .. } => "gap",
            Hold::WentBack { .. } => "went-back",
            Hold::Unratable(_) => "unratable",
            Hold::Unusual { .. } => "unusual",
            Hold::NegativeUse { .. } => "negative-use",
            Hold::Companion => "companion",
            Hold::Changed => "changed",
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
            Hold::Gap { meter, missing, first } => {
                write!(f, "meter {meter} misses {missing} interval values from {first} on; import or estimate them")
            }
            Hold::WentBack { meter, on } => {
                write!(f, "meter {meter} went back on {on}; check the read and the digits of the register")
            }
            Hold::Unratable(why) => why.fmt(f),
            Hold::Unusual { total, usual } => {
                write!(f, "the bill is {total}, and earlier ones were about {usual}")
            }
            Hold::NegativeUse { used } => {
                write!(f, "the use is below zero ({} {})", crate::text::decimal(used.micro, 6), used.unit)
            }
            Hold::Companion => f.write_str("another service on the same bill is held"),
            Hold::Changed => f.write_str("the facts changed after the check; run the cycle again"),
        }
    }
}

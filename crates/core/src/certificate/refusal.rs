//! Why a month is not reported, and why certificates do not move.

use std::fmt;

use jiff::civil::Date;

use super::{Serials, Standing, Vintage};
use crate::text::decimal;

/// Why a month is not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReported {
    /// A generator makes no less than nothing.
    BelowZero,
    /// More than any generator makes in a month: a slip of the point.
    BeyondLimit,
    /// The month is not over.
    NotOver {
        /// The month.
        vintage: Vintage,
        /// The first day on which it is.
        on: Date,
    },
    /// Nobody said whose its certificates are.
    NoOwner {
        /// The month.
        vintage: Vintage,
    },
    /// It has been reported.
    Before {
        /// The month.
        vintage: Vintage,
        /// The total that holds, in millionths of a kWh.
        total_micro: i64,
    },
    /// There is nothing to adjust.
    Never {
        /// The month.
        vintage: Vintage,
    },
    /// The adjustment says what holds already.
    Unchanged {
        /// The month.
        vintage: Vintage,
        /// The total, in millionths of a kWh.
        total_micro: i64,
    },
}

/// Why certificates do not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMoved {
    /// They were never made.
    Unknown {
        /// Which were asked for.
        serials: Serials,
        /// The last that was made; 0 when none was.
        last: i64,
    },
    /// Some of them are where nothing moves any more.
    Final {
        /// Which.
        serials: Serials,
        /// Where they stand.
        standing: Standing,
    },
    /// Some of them went to somebody else, and are not ours to take back.
    NotOurs {
        /// Which.
        serials: Serials,
        /// Who has them.
        holder: String,
    },
    /// Whoever is to have them has some of them.
    Theirs {
        /// Which.
        serials: Serials,
        /// Who.
        holder: String,
    },
    /// They are made with numbers that do not follow the last.
    OutOfRow {
        /// Which were to be made.
        serials: Serials,
        /// The last that was made.
        last: i64,
    },
    /// Nobody is named whom they go to or count for.
    Nobody,
    /// No reason is named.
    NoReason,
}

impl fmt::Display for NotReported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotReported::BelowZero => f.write_str(
                "a generator makes nothing or more; what it drew from the grid is no part of it",
            ),
            NotReported::BeyondLimit => {
                f.write_str("no generator makes so much in a month; check the decimal point")
            }
            NotReported::NotOver { vintage, on } => {
                write!(f, "{vintage} is not over; report it on {on} or later")
            }
            NotReported::NoOwner { vintage } => write!(
                f,
                "nobody said whose the certificates of {vintage} are; say it with: meterbook rec generator owner"
            ),
            NotReported::Before { vintage, total_micro } => write!(
                f,
                "{vintage} is reported with {} kWh; say --adjust with its new total to change it",
                decimal(*total_micro, 6)
            ),
            NotReported::Never { vintage } => {
                write!(
                    f,
                    "{vintage} was never reported, so there is nothing to adjust; leave out --adjust"
                )
            }
            NotReported::Unchanged { vintage, total_micro } => write!(
                f,
                "the total of {vintage} is {} kWh already; an adjustment states the new total, not the difference",
                decimal(*total_micro, 6)
            ),
        }
    }
}

impl std::error::Error for NotReported {}

impl fmt::Display for NotMoved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMoved::Unknown { serials, last: 0 } => {
                write!(f, "there is no certificate {serials}; none was made yet")
            }
            NotMoved::Unknown { serials, last } => {
                write!(f, "there are no certificates {serials}; the last one is {last}")
            }
            NotMoved::Final { serials, standing: Standing::Retired { beneficiary, reason } } => {
                write!(f, "{serials} retired for {beneficiary} ({reason}) and never move again")
            }
            NotMoved::Final { serials, standing } => {
                write!(f, "{serials} are {} and never move again", standing.word())
            }
            NotMoved::NotOurs { serials, holder } => {
                write!(f, "{serials} went to {holder} and cannot be taken back")
            }
            NotMoved::Theirs { serials, holder } => {
                write!(f, "{serials} are with {holder} already; leave them out")
            }
            NotMoved::OutOfRow { serials, last } => {
                write!(f, "{serials} do not follow {last}; a serial is given once, in a row")
            }
            NotMoved::Nobody => f.write_str("certificates go to somebody; name them"),
            NotMoved::NoReason => f.write_str(
                "certificates retire for a reason, such as the standard they count for; name it",
            ),
        }
    }
}

impl std::error::Error for NotMoved {}

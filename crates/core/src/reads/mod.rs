//! Reads: what a meter said, and when.

pub mod usage;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::id::{BatchId, ChannelId};

/// What a register showed at the start of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The register.
    pub channel: ChannelId,
    /// The day at whose start the register stood so: the first day it does not count.
    pub on: Date,
    /// The index, in millionths of the register's unit, before the multiplier.
    pub index_micro: i64,
    /// How we know.
    pub kind: ReadKind,
    /// The file it came in, if it came in one.
    pub batch: Option<BatchId>,
}

/// How a read is known. It cannot be edited into another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadKind {
    /// Read off the meter by staff or by radio.
    Actual,
    /// Worked out.
    Estimated,
    /// Read by the customer.
    Customer,
}

/// Interval values of one channel on a grid of equal steps, the first starting at `start`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The instant at which the first interval starts.
    pub start: Timestamp,
    /// The length of each interval.
    pub minutes: u16,
    /// Values in millionths of the channel's unit, multiplier applied; `None` where one is missing.
    pub micro: Vec<Option<i64>>,
    /// How many of the values are estimates.
    pub estimated: u32,
}

words! {
    ReadKind { Actual = "actual", Estimated = "estimated", Customer = "customer" }
}

impl ReadKind {
    /// The letter printed beside a read on a bill: A, E or C.
    pub const fn letter(self) -> char {
        match self {
            ReadKind::Actual => 'A',
            ReadKind::Estimated => 'E',
            ReadKind::Customer => 'C',
        }
    }
}

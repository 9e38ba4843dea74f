//! Reads: what a meter said, and when.

pub mod estimate;
pub mod hours;
pub mod lineage;
pub mod merged;
pub mod relation;
mod series;
pub mod usage;
pub mod vee;

pub use meterbook_interval::{
    Block, Corrupt, Laid, Part, Span, lay, pack, pack_parts, unpack, unpack_into, unpack_parts,
};
pub use series::{Month, Series};

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
    /// Typed at the office, from a card or a call.
    Office,
}

words! {
    ReadKind { Actual = "actual", Estimated = "estimated", Customer = "customer",
        Office = "office",
    }
}

impl ReadKind {
    /// The letter printed beside a read on a bill: A, E, C or O.
    pub const fn letter(self) -> char {
        match self {
            ReadKind::Actual => 'A',
            ReadKind::Estimated => 'E',
            ReadKind::Customer => 'C',
            ReadKind::Office => 'O',
        }
    }
}

//! Packs a channel-month of interval values into bytes and sums it by period.
//!
//! A [`Block`] is a row of values on a grid of equal steps inside one month. [`pack`] writes it
//! exactly, in one to two bytes a value; [`unpack`] reads it back and refuses bytes that are not a
//! block. Nothing here knows what the values count.

mod span;

pub use span::{Span, spans_of};

/// Values on a grid of equal steps inside one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The length of a step, in minutes.
    pub minutes: u16,
    /// Minutes from the start of the month to the first value.
    pub phase: u32,
    /// The values; zero where one is missing.
    pub values: Vec<i64>,
    /// Where values are missing: rising, and no two touch.
    pub missing: Vec<Span>,
    /// Where values are estimates: rising, and no two touch.
    pub estimated: Vec<Span>,
}

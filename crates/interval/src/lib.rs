//! Packs a channel-month of interval values into bytes and lays blocks side by side.
//!
//! A [`Block`] is a row of values on a grid of equal steps in one month. [`pack`] writes it
//! exactly, in one to two bytes a value; [`unpack`] reads it back and refuses bytes that are not a
//! block. Nothing here knows what the values count.

mod bits;
mod bytes;
mod lay;
mod pack;
mod parts;
mod span;

pub use lay::{Laid, Misfit, lay};
pub use pack::{Corrupt, pack, unpack, unpack_into};
pub use parts::{Part, pack_parts, unpack_parts};
pub use span::{Span, spans_of};

/// Minutes in the longest month.
pub const MONTH_MINUTES: i32 = 31 * DAY_MINUTES;
/// Minutes in a day: so far a block may reach out of its month, at either end.
pub const DAY_MINUTES: i32 = 24 * 60;

/// Values on a grid of equal steps in one month, and less than a day before and after it: a month of
/// a local clock is one block, and its last hours are not one more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The length of a step, in minutes.
    pub minutes: u16,
    /// Minutes from the start of the month to the first value; below zero before it.
    pub phase: i32,
    /// The values; zero where one is missing.
    pub values: Vec<i64>,
    /// Where values are missing: rising, and no two touch.
    pub missing: Vec<Span>,
    /// Where values are estimates: rising, and no two touch.
    pub estimated: Vec<Span>,
}

impl Block {
    /// The same block without the missing values at either end; `None` when nothing else is in it.
    pub fn trimmed(&self) -> Option<Block> {
        let count = u32::try_from(self.values.len()).expect("a month has fewer than 2^32 values");
        let start = self.missing.first().filter(|it| it.start == 0).map_or(0, |it| it.end());
        let end = self.missing.last().filter(|it| it.end() == count).map_or(count, |it| it.start);
        if end <= start {
            return None;
        }
        let cut = |spans: &[Span]| spans.iter().filter_map(|it| it.within(start, end)).collect();
        Some(Block {
            minutes: self.minutes,
            phase: i32::try_from(
                i64::from(self.phase) + i64::from(start) * i64::from(self.minutes),
            )
            .expect("a month has 44,640 minutes"),
            values: self.values[start as usize..end as usize].to_vec(),
            missing: cut(&self.missing),
            estimated: cut(&self.estimated),
        })
    }
}

//! Interval values as a series in time.

use jiff::Timestamp;
use meterbook_interval::Span;

/// Interval values of one channel on a grid of equal steps, the first starting at `start`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The instant at which the first interval starts.
    pub start: Timestamp,
    /// The length of each interval.
    pub minutes: u16,
    /// Values in millionths of the channel's unit, before the multiplier; zero where one is missing.
    pub micro: Vec<i64>,
    /// Where values are missing.
    pub missing: Vec<Span>,
    /// Where values are estimates.
    pub estimated: Vec<Span>,
}

impl Series {
    /// The instant after the last interval.
    pub fn end(&self) -> Timestamp {
        self.at(self.micro.len())
    }

    /// The instant at which the value with this index starts.
    pub fn at(&self, index: usize) -> Timestamp {
        let steps = i64::try_from(index).expect("a series is countable");
        let second = self.start.as_second() + steps * i64::from(self.minutes) * 60;
        Timestamp::from_second(second).expect("a series ends in this era")
    }
}

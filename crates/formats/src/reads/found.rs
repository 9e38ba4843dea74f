//! What a file of reads says, piece by piece, in the file's own units and by its own clock.
//!
//! A reader goes through a file once and hands over what it finds; whoever takes it decides what to
//! keep. Nothing is added up, scaled or put into order here, so that a file of any size needs little
//! memory.

use std::collections::HashMap;

use meterbook_core::meter::Flow;

use super::measure::Measure;

/// One channel of a file: what a meter counts, as the file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name in the file: NMI and suffix, usage point, meter and unit.
    pub id: String,
    /// The number on the meter's face, where the file says it; else the first part of the name.
    pub meter: String,
    /// What its numbers count.
    pub measure: Measure,
    /// Which way, where the file says so.
    pub flow: Option<Flow>,
    /// Seconds of an interval; `None` for a register.
    pub seconds: Option<u32>,
    /// The clock of its times.
    pub clock: Clock,
}

/// The clock by which a file tells its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// So many seconds east of UTC, all year.
    East(i32),
    /// A clock on some wall; the file does not say where.
    Wall,
}

/// How a value is known: the letter that is written beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quality(u8);

impl Quality {
    /// Read off the meter.
    pub const ACTUAL: Quality = Quality(b'A');
    /// Worked out, to be replaced.
    pub const ESTIMATED: Quality = Quality(b'E');
    /// Put in the place of what was read.
    pub const SUBSTITUTED: Quality = Quality(b'S');
    /// Put in the place of what was read, for good.
    pub const FINAL: Quality = Quality(b'F');
    /// There is none, whatever number stands there.
    pub const NONE: Quality = Quality(b'N');
    /// Read, and doubted.
    pub const DOUBTED: Quality = Quality(b'Q');
    /// It varies, and the file does not say how.
    pub const VARIES: Quality = Quality(b'V');

    /// The letter.
    pub fn letter(self) -> char {
        char::from(self.0)
    }

    /// Whether a bill must call it an estimate.
    pub fn is_estimate(self) -> bool {
        [Quality::ESTIMATED, Quality::SUBSTITUTED, Quality::FINAL].contains(&self)
    }
}

/// A value of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Millionths of the file's unit; `None` where nothing stands.
    pub micro: Option<i64>,
    /// How it is known.
    pub quality: Quality,
}

/// A read of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// When it was read before, as a beginning of values is told, where the file says so.
    pub since: Option<i64>,
    /// When it was read.
    pub at: i64,
    /// What it showed, in millionths of the file's unit, where the file says so.
    pub index_micro: Option<i64>,
    /// What was used since the read before, where the file says so.
    pub used_micro: Option<i64>,
    /// How it is known.
    pub quality: Quality,
}

/// Takes what a reader finds.
pub trait Find {
    /// Values of the channel `at`, one after the other, the first of which begins at `start`:
    /// seconds since 1970 in UTC, or by the clock on the wall where the channel has such times.
    /// Several values that begin where several began before take their place.
    fn values(&mut self, line: u64, at: usize, channel: &Channel, start: i64, values: &[Value]);
    /// A read of the register `at`.
    fn register(&mut self, line: u64, at: usize, channel: &Channel, read: Register);
    /// Something that was passed over, mended or doubted.
    fn note(&mut self, line: u64, what: String);
}

/// The channels of a file, each with the place at which it was met first.
#[derive(Debug, Default)]
pub(super) struct Channels {
    all: Vec<Channel>,
    places: HashMap<String, Vec<usize>>,
}

impl Channels {
    /// The place of this channel.
    pub(super) fn place(&mut self, channel: Channel) -> usize {
        let named = self.places.entry(channel.id.clone()).or_default();
        if let Some(at) = named.iter().find(|at| self.all[**at] == channel) {
            return *at;
        }
        named.push(self.all.len());
        self.all.push(channel);
        self.all.len() - 1
    }

    /// The channel at a place.
    pub(super) fn at(&self, place: usize) -> &Channel {
        &self.all[place]
    }
}

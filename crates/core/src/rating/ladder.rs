//! How use climbs a ladder of blocks.

use crate::money::Quantity;
use crate::period::Period;
use crate::rating::section::{Section, part};
use crate::tariff::{Ladder, Limits};

/// Where each block of a ladder ends for the days at hand, in millionths; the last one is open.
#[derive(Clone, Debug)]
pub(super) struct Climb {
    ends: Vec<i64>,
}

impl Climb {
    /// The limits of `ladder` for `days`: a limit for a month is shared over the days of the turn,
    /// one for a day is taken for each.
    pub(super) fn new(ladder: &Ladder, limits: Limits, days: Period, section: &Section) -> Climb {
        let scale = |limit: Quantity| match limits {
            Limits::Day => limit.micro * days.days(),
            Limits::Month if section.is_whole(days) => limit.micro,
            Limits::Month => part(limit.micro, days.days(), section.input.window.days()),
        };
        Climb { ends: ladder.0.iter().map(|it| it.up_to.map_or(i64::MAX, scale)).collect() }
    }

    /// The limits of `ladder` as they stand.
    pub(super) fn unscaled(ladder: &Ladder) -> Climb {
        let end = |limit: Quantity| limit.micro;
        Climb { ends: ladder.0.iter().map(|it| it.up_to.map_or(i64::MAX, end)).collect() }
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.ends.len()
    }

    /// Gives `add` the part of each block between `from` and `to`, both counted from zero.
    pub(super) fn between(&self, from: i64, to: i64, mut add: impl FnMut(usize, i64)) {
        let mut at = from;
        for (block, end) in self.ends.iter().enumerate() {
            let reached = to.min(*end);
            if at < reached {
                add(block, reached - at);
                at = reached;
            }
        }
    }

    /// How much of `used` falls into each block.
    pub(super) fn fill(&self, used: i64) -> Vec<i64> {
        let mut filled = vec![0; self.blocks()];
        self.between(0, used, |block, micro| filled[block] += micro);
        filled
    }
}

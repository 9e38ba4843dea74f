//! How use climbs a ladder of blocks.

use crate::period::Period;
use crate::rating::plan::days_between;
use crate::rating::section::{Section, part};
use crate::tariff::{Ladder, Limit, Per};

/// Where each block of a ladder ends for the days at hand, in millionths; the last one is open.
#[derive(Clone, Debug)]
pub(super) struct Climb {
    ends: Vec<i64>,
}

impl Climb {
    /// The limits of `ladder` for `days`: one for a turn is shared over its days, one for a day is
    /// taken for each, and one for a kW for each kW of `peak`.
    pub(super) fn new(ladder: &Ladder, days: Period, section: &Section, peak: i64) -> Climb {
        let count = days_between(days.start(), days.end());
        let scale = |limit: Limit| match limit.per {
            Per::Turn if section.is_whole(days) => limit.quantity.micro,
            Per::Turn => part(limit.quantity.micro, count, section.window_days()),
            Per::Day => limit.quantity.micro * count,
            Per::Kw if section.is_whole(days) => part(limit.quantity.micro, peak, MICRO),
            Per::Kw => part(part(limit.quantity.micro, peak, MICRO), count, section.window_days()),
            Per::KwDay => part(limit.quantity.micro * count, peak, MICRO),
        };
        Climb { ends: ladder.0.iter().map(|it| it.up_to.map_or(i64::MAX, scale)).collect() }
    }

    /// The limits of `ladder` as they stand.
    pub(super) fn unscaled(ladder: &Ladder) -> Climb {
        let end = |limit: Limit| limit.quantity.micro;
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

const MICRO: i64 = 1_000_000;

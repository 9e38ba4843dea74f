//! How use climbs a ladder of blocks.

use crate::period::Period;
use crate::rating::Unratable;
use crate::rating::plan::days_between;
use crate::rating::section::{Section, part};
use crate::tariff::{Block, Ladder, Limit, Per};

/// Where each block of a ladder ends for the days at hand, in millionths; the last one is open.
#[derive(Clone, Debug)]
pub(super) struct Climb {
    ends: Vec<i64>,
}

impl Climb {
    /// The limits of a ladder of the charge called `label`, for `days`.
    pub(super) fn new(
        ladder: &Ladder,
        label: &str,
        days: Period,
        section: &Section,
        peak: i64,
    ) -> Result<Climb, Unratable> {
        let end = |it: &Block| match it.up_to {
            Some(limit) => reach(limit, label, days, section, peak),
            None => Ok(i64::MAX),
        };
        Ok(Climb { ends: ladder.0.iter().map(end).collect::<Result<_, _>>()? })
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

/// How far a limit reaches for `days`: one for a turn is shared over its days, one for a day is
/// taken for each, and one for a kW for each kW of `peak`. Where a term that it is multiplied by
/// changes, each of its values counts for its own days.
pub(super) fn reach(
    limit: Limit,
    label: &str,
    days: Period,
    section: &Section,
    peak: i64,
) -> Result<i64, Unratable> {
    let Some(need) = limit.times else {
        return Ok(scaled(limit.quantity.micro, limit.per, days, section, peak));
    };
    let pieces = section.cut(days, &[need], label);
    pieces.into_iter().try_fold(0, |sum, piece| {
        let times = section.number(label, need, piece.start())?;
        let quantity = part(limit.quantity.micro, times, MICRO);
        Ok(sum + scaled(quantity, limit.per, piece, section, peak))
    })
}

fn scaled(micro: i64, per: Per, days: Period, section: &Section, peak: i64) -> i64 {
    let count = days_between(days.start(), days.end());
    match per {
        Per::Turn if section.is_whole(days) => micro,
        Per::Turn => part(micro, count, section.window_days()),
        Per::Day => micro * count,
        Per::Kw if section.is_whole(days) => part(micro, peak, MICRO),
        Per::Kw => part(part(micro, peak, MICRO), count, section.window_days()),
        Per::KwDay => part(micro * count, peak, MICRO),
    }
}

const MICRO: i64 = 1_000_000;

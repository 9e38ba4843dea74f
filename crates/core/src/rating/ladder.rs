//! How use climbs a ladder of blocks.

use std::ops::Range;

use crate::money::Price;
use crate::period::Period;
use crate::rating::plan::days_between;
use crate::rating::section::{Section, part};
use crate::tariff::{Ladder, Limit, Per};

/// Where each block of some ladders ends for the days at hand, in millionths; the last one of each
/// is open.
#[derive(Clone, Debug)]
pub(super) struct Climb<'a> {
    ladders: &'a [Ladder],
    /// The ends of all blocks, ladder after ladder.
    ends: Vec<i64>,
}

/// How much is in each block of some ladders, in millionths.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    micro: Vec<i64>,
}

impl<'a> Climb<'a> {
    /// The limits of `ladders` for `days`: one for a turn is shared over its days, one for a day is
    /// taken for each, and one for a kW for each kW of `peak`.
    pub(super) fn new(ladders: &'a [Ladder], days: Period, section: &Section, peak: i64) -> Self {
        let count = days_between(days.start(), days.end());
        let whole = section.is_whole(days);
        let shared = |micro| if whole { micro } else { part(micro, count, section.window_days()) };
        let scale = |limit: Limit| match limit.per {
            Per::Turn => shared(limit.quantity.micro),
            Per::Day => limit.quantity.micro * count,
            Per::Kw => shared(part(limit.quantity.micro, peak, MICRO)),
            Per::KwDay => part(limit.quantity.micro * count, peak, MICRO),
        };
        Climb::scaled(ladders, scale)
    }

    /// The limits of `ladders` as they stand.
    pub(super) fn unscaled(ladders: &'a [Ladder]) -> Self {
        Climb::scaled(ladders, |limit| limit.quantity.micro)
    }

    fn scaled(ladders: &'a [Ladder], scale: impl Fn(Limit) -> i64) -> Self {
        let mut ends = Vec::with_capacity(2 * ladders.len());
        for block in ladders.iter().flat_map(|it| &it.0) {
            ends.push(block.up_to.map_or(i64::MAX, &scale));
        }
        Climb { ladders, ends }
    }

    /// Whether some ladder has more than one block.
    pub(super) fn climbs(&self) -> bool {
        self.ladders.len() < self.ends.len()
    }

    /// Blocks with nothing in them.
    pub(super) fn empty(&self) -> Filled {
        Filled { micro: vec![0; self.ends.len()] }
    }

    /// The blocks of a ladder, by their place.
    fn range(&self, ladder: usize) -> Range<usize> {
        let before: usize = self.ladders[..ladder].iter().map(|it| it.0.len()).sum();
        before..before + self.ladders[ladder].0.len()
    }

    /// Puts what lies between `from` and `to`, both counted from zero, into the blocks of a ladder.
    pub(super) fn fill(&self, ladder: usize, from: i64, to: i64, filled: &mut Filled) {
        let range = self.range(ladder);
        let mut at = from;
        for (end, micro) in self.ends[range.clone()].iter().zip(&mut filled.micro[range]) {
            let reached = to.min(*end);
            if at < reached {
                *micro += reached - at;
                at = reached;
            }
        }
    }

    /// Puts `used` of a period into the blocks of its ladder as if it were that share of `whole`,
    /// which all periods used: each block holds the same share of every period. Nothing is lost to
    /// rounding: the parts add up.
    pub(super) fn share(&self, ladder: usize, used: i64, whole: i64, filled: &mut Filled) {
        let range = self.range(ladder);
        let mut given = 0;
        for (end, micro) in self.ends[range.clone()].iter().zip(&mut filled.micro[range]) {
            let through = whole.min(*end).max(0);
            let so_far = if whole == 0 { 0 } else { part(used, through, whole) };
            *micro += so_far - given;
            given = so_far;
        }
    }

    /// The blocks of a ladder that hold something: their place from zero, their price, and how much.
    pub(super) fn used<'f>(
        &self,
        ladder: usize,
        filled: &'f Filled,
    ) -> impl Iterator<Item = (usize, Price, i64)> + use<'a, 'f> {
        let blocks = self.ladders[ladder].0.iter().zip(&filled.micro[self.range(ladder)]);
        let each = blocks.enumerate().map(|(tier, (block, micro))| (tier, block.price, *micro));
        each.filter(|(_, _, micro)| *micro != 0)
    }
}

const MICRO: i64 = 1_000_000;

//! How use climbs a ladder of blocks.

use std::ops::Range;

use crate::money::Price;
use crate::period::Period;
use crate::rating::Unratable;
use crate::rating::note::Reach;
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
    /// The days and the kW that ends for each kW are of.
    days: i64,
    of: Option<i64>,
    kw_micro: i64,
}

/// How much is in each block of some ladders, in millionths.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    micro: Vec<i64>,
}

impl<'a> Climb<'a> {
    /// The limits of the ladders of the charge called `label`, for `days`.
    pub(super) fn new(
        ladders: &'a [Ladder],
        label: &str,
        days: Period,
        section: &Section,
        peak: i64,
    ) -> Result<Self, Unratable> {
        let mut ends = Vec::with_capacity(2 * ladders.len());
        for block in ladders.iter().flat_map(|it| &it.0) {
            ends.push(match block.up_to {
                Some(limit) => reach(limit, label, days, section, peak)?,
                None => i64::MAX,
            });
        }
        let of = (!section.is_whole(days)).then(|| section.window_days());
        let days = days_between(days.start(), days.end());
        Ok(Climb { ladders, ends, days, of, kw_micro: peak })
    }

    /// Whether some ladder has more than one block.
    pub(super) fn climbs(&self) -> bool {
        self.ladders.len() < self.ends.len()
    }

    /// How the end of a block came about, where it is for each kW.
    pub(super) fn reach(&self, ladder: usize, tier: usize) -> Option<Reach> {
        let limit = self.ladders[ladder].0[tier].up_to?;
        let days = match limit.per {
            Per::Kw => self.of.map(|of| (self.days, of)),
            Per::KwDay => Some((self.days, 1)),
            Per::Turn | Per::Day => return None,
        };
        Some(Reach { each: limit.quantity, kw_micro: self.kw_micro, days })
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

    /// Blocks to be filled in the order of time.
    pub(super) fn rising(&self) -> Rising<'_> {
        let blocks = vec![0; self.ladders.len()];
        let mut rising = Rising { climb: self, filled: self.empty(), at: 0, blocks, level: 0..0 };
        rising.turn_to(0);
        rising
    }

    /// Puts `used` of a period into the blocks of its ladder as if it were that share of `whole`,
    /// which all periods used: each block holds the same share of every period. Nothing is lost to
    /// rounding: the parts add up.
    pub(super) fn share(&self, ladder: usize, used: i64, whole: i64, filled: &mut Filled) {
        let range = self.range(ladder);
        let mut given = 0;
        for (end, micro) in self.ends[range.clone()].iter().zip(&mut filled.micro[range]) {
            let through = whole.min(*end).max(0);
            let so_far = match through {
                _ if whole == 0 => 0,
                all if all == whole => used,
                _ => part(used, through, whole),
            };
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

/// The blocks of some ladders that all climb together, each filled in its turn.
pub(super) struct Rising<'a> {
    climb: &'a Climb<'a>,
    pub(super) filled: Filled,
    /// How far they have climbed.
    at: i64,
    /// The block of each ladder that holds what comes next, as long as it stays within `level`.
    blocks: Vec<usize>,
    level: Range<i64>,
}

impl Rising<'_> {
    /// How far they can climb without one of them coming to its next block.
    pub(super) fn room(&self) -> i64 {
        self.level.end.saturating_sub(self.at)
    }

    /// Climbs by one ladder within the room that there is.
    pub(super) fn stay(&mut self, ladder: usize, micro: i64) {
        self.filled.micro[self.blocks[ladder]] += micro;
        self.at += micro;
    }

    /// Climbs by one ladder. Nearly every step stays in the blocks that the one before it was in,
    /// and then it is one addition.
    pub(super) fn reach(&mut self, ladder: usize, reached: i64) {
        if self.level.start <= self.at && self.at <= reached && reached <= self.level.end {
            self.filled.micro[self.blocks[ladder]] += reached - self.at;
        } else {
            self.climb.fill(ladder, self.at, reached, &mut self.filled);
            self.turn_to(reached);
        }
        self.at = reached;
    }

    /// Finds the blocks at a level.
    fn turn_to(&mut self, at: i64) {
        self.level = 0..i64::MAX;
        let mut rest = &self.climb.ends[..];
        for (ladder, block) in self.climb.ladders.iter().zip(&mut self.blocks) {
            let before = self.climb.ends.len() - rest.len();
            let (ends, after) = rest.split_at(ladder.0.len());
            let below = ends[..ends.len() - 1].iter().take_while(|end| **end <= at).count();
            (*block, rest) = (before + below, after);
            let start = if below == 0 { 0 } else { ends[below - 1] };
            self.level = self.level.start.max(start)..self.level.end.min(ends[below]);
        }
    }
}

impl Ladder {
    /// How much of `whole` is in each block, the limits taken as they stand: those that hold
    /// something, with their place from zero and their price.
    pub(super) fn filled(&self, whole: i64) -> impl Iterator<Item = (usize, Price, i64)> {
        let mut at = 0;
        let blocks = self.0.iter().enumerate().map(move |(tier, block)| {
            let end = block.up_to.map_or(whole, |it| it.quantity.micro.min(whole));
            let micro = (end - at).max(0);
            at += micro;
            (tier, block.price, micro)
        });
        blocks.filter(|(_, _, micro)| *micro != 0)
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
        let quantity = up_to(limit.quantity.micro, times, MICRO);
        let reached = scaled(quantity, limit.per, piece, section, peak);
        Ok(i64::saturating_add(sum, reached))
    })
}

fn scaled(micro: i64, per: Per, days: Period, section: &Section, peak: i64) -> i64 {
    let count = || days_between(days.start(), days.end());
    match per {
        Per::Turn if section.is_whole(days) => micro,
        Per::Turn => up_to(micro, count(), section.window_days()),
        Per::Day => micro.saturating_mul(count()),
        Per::Kw if section.is_whole(days) => up_to(micro, peak, MICRO),
        Per::Kw => up_to(up_to(micro, peak, MICRO), count(), section.window_days()),
        Per::KwDay => up_to(micro.saturating_mul(count()), peak, MICRO),
    }
}

/// `limit * times / of`, rounded half up. A limit beyond all use is as good as none.
fn up_to(limit: i64, times: i64, of: i64) -> i64 {
    let (limit, times, of) = (i128::from(limit), i128::from(times), i128::from(of));
    i64::try_from((limit * times * 2 + of).div_euclid(of * 2)).unwrap_or(i64::MAX)
}

const MICRO: i64 = 1_000_000;

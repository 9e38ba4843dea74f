//! What was generated in a month, and what it comes to in whole certificates.

use super::{CERTIFICATE_MICRO, Lot, Serials, Standing, Vintage};

/// How a total is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Somebody said so.
    Said,
    /// A file said so.
    File,
    /// It follows from the reads of the generator's meter.
    Metered,
}

words! {
    Source { Said = "said", File = "file", Metered = "metered" }
}

/// What a generator made in a month. A second report of a month is an adjustment: it states the
/// new total, not what it adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The month.
    pub vintage: Vintage,
    /// All of the month, in millionths of a kWh.
    pub total_micro: i64,
    /// Whether it replaces an earlier total.
    pub adjustment: bool,
    /// How it is known.
    pub source: Source,
    /// What is left after it that makes no whole certificate, in millionths of a kWh. Below zero,
    /// it is what the next reports have to fill first.
    pub remainder_micro: i64,
}

/// What a report does to the certificates of its generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The report.
    pub report: Report,
    /// How many certificates it makes.
    pub minted: i64,
    /// Which it takes back, the newest first.
    pub withdrawn: Vec<Serials>,
}

/// Makes whole certificates of what a month adds to what was left over.
///
/// `added_micro` is below zero where an adjustment takes away. What it takes away comes first out
/// of the remainder, then out of certificates of that month that are still with their first owner,
/// the newest first. What was transferred, retired or expired is gone, and is no longer ours to
/// take back: the rest stays as a remainder below zero, which later generation has to fill before
/// another certificate is made.
pub(super) fn settle(
    lots: &[Lot],
    vintage: Vintage,
    carried_micro: i64,
    added_micro: i64,
) -> (i64, Vec<Serials>, i64) {
    let left = carried_micro + added_micro;
    if 0 <= left {
        let minted = left.div_euclid(CERTIFICATE_MICRO);
        return (minted, Vec::new(), left.rem_euclid(CERTIFICATE_MICRO));
    }
    // No month gives back more than its own adjustment took away.
    let whole = |micro: i64| (micro + CERTIFICATE_MICRO - 1).div_euclid(CERTIFICATE_MICRO);
    let mut short = whole(-left).min(whole((-added_micro).max(0)));
    let mut withdrawn = Vec::new();
    let ours = |it: &&Lot| it.vintage == vintage && it.standing == Standing::Active;
    for lot in lots.iter().rev().filter(ours) {
        let taken = short.min(lot.serials.count());
        withdrawn.extend(Serials::new(lot.serials.to() - taken + 1, lot.serials.to()));
        short -= taken;
        if short == 0 {
            break;
        }
    }
    let back: i64 = withdrawn.iter().map(|it: &Serials| it.count()).sum();
    (0, withdrawn, left + back * CERTIFICATE_MICRO)
}

//! A file that waits as a whole: what its registers used beside what is usual for them, as in the cycle
//! before, and what each way out would do.

use anyhow::Result;
use meterbook_core::permission::Permission;
use meterbook_core::place::Commodity;
use meterbook_core::reads::vee::file::{self, Band};
use meterbook_store::{self as store, Tx};

use super::judge::{self, Beside, Trust};
use super::{Book, Open};
use crate::authority::authorize;
use crate::{Actor, intake};

/// What there is to see of a file that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// What its registers count.
    pub commodity: Commodity,
    /// How many registers with a usual use are in each band, by this file and by the cycle before.
    pub bands: Vec<(Band, usize, usize)>,
    /// The median of what they used beside their usual, in thousandths.
    pub factor_milli: i64,
    /// How many have a usual use.
    pub registers: usize,
    /// What became of it if it were taken.
    pub taking: Taking,
}

/// What taking a file would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking {
    /// Reads in it.
    pub reads: usize,
    /// Of these, those that would wait, each by itself.
    pub waits: usize,
    /// Of these, those that would be taken and looked at.
    pub looks: usize,
    /// Lines that would be rejected.
    pub rejected: usize,
}

/// What there is to see of an exception that is a file; `None` of any other, and where no register of it
/// has a usual use.
pub fn of(tx: &mut Tx, actor: Actor, open: &Open) -> Result<Option<Whole>> {
    let allowed = authorize(tx, actor, Permission::ViewCustomer, None)?;
    let it = &open.exception;
    let (None, Some(batch)) = (it.channel, it.batch) else { return Ok(None) };
    // Once it is decided the reads may be taken, and would stand beside themselves.
    if store::vee::ended(tx, it.id)?.is_some() {
        return Ok(None);
    }
    let (zone, meter) = (it.zone.as_deref(), it.meter.as_deref());
    let (reads, rejected) = intake::reads_of(tx, batch, zone, meter)?;
    let all = judge::beside(tx, &reads)?;
    let Some(seen) = doubted(tx, all)? else { return Ok(None) };
    let Some(factor_milli) = file::factor_milli(&seen.now) else { return Ok(None) };
    let judged = judge::looked(tx, &allowed, Some(batch), &reads, Trust::Whole)?;
    let waits = judged.exceptions.iter().filter(|it| it.waits.is_some()).count();
    let looks = judged.exceptions.len() - waits;
    let last = file::bands(&seen.last);
    let bands = file::bands(&seen.now).into_iter().zip(last);
    Ok(Some(Whole {
        commodity: seen.commodity,
        bands: bands.map(|((band, now), (_, last))| (band, now, last)).collect(),
        factor_milli,
        registers: seen.now.len(),
        taking: Taking { reads: reads.len(), waits, looks, rejected },
    }))
}

/// The commodity for which the file is doubted, or the one with the most registers.
fn doubted(tx: &mut Tx, mut all: Vec<Beside>) -> Result<Option<Beside>> {
    all.sort_by_key(|it| it.now.len());
    let mut book = Book::default();
    for nth in (0..all.len()).rev() {
        let of = &all[nth];
        let Some(on) = of.now.iter().map(|it| it.on).max() else { continue };
        let rules = book.of(tx, of.commodity, None, on)?;
        if file::check(&rules, &of.now).is_some() {
            return Ok(Some(all.swap_remove(nth)));
        }
    }
    Ok(all.pop())
}

//! Laying together the months that came day by day, once they are over.

use anyhow::Result;
use jiff::SignedDuration;
use meterbook_core::id::ChannelId;
use meterbook_core::permission::Permission;
use meterbook_core::reads::merged::{self, Source};
use meterbook_core::reads::{Corrupt, Month};
use meterbook_store::{self as store, Db, Tx};

use crate::Actor;
use crate::authority::authorize;

/// Months of channels in one transaction: the commit then costs little beside the work.
const AT_ONCE: usize = 250;
/// A month is over when it is so everywhere.
const OVER: SignedDuration = SignedDuration::from_hours(48);

/// What was laid together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Months of channels of which there are several blocks.
    pub looked: u64,
    /// Those of them of which something was laid together.
    pub months: u64,
    /// Blocks that went into them.
    pub blocks: u64,
}

/// Lays together what came of months that are over. `watch` is told how far it has come, of how many.
/// It may be ended at any time: what is done is done, and the next one goes on with the rest.
pub fn merge(db: &Db, actor: Actor, watch: &mut dyn FnMut(Merged, u64)) -> Result<Merged> {
    let before = Month::of(actor.at.checked_sub(OVER)?);
    let all = db.read(|tx| {
        authorize(tx, actor, Permission::ImportReads, None)?;
        store::merged::count(tx, before)
    })?;
    let mut done = Merged::default();
    let mut after = None;
    while let Some((last, one)) = db.write(|tx| together(tx, actor, after, before))? {
        after = Some(last);
        done.looked += one.looked;
        done.months += one.months;
        done.blocks += one.blocks;
        watch(done, all);
    }
    Ok(done)
}

/// Lays together what is next behind `after`: up to which month of which channel, and how many.
/// Nothing when there is no more.
fn together(
    tx: &mut Tx,
    actor: Actor,
    after: Option<(ChannelId, Month)>,
    before: Month,
) -> Result<Option<((ChannelId, Month), Merged)>> {
    let allowed = authorize(tx, actor, Permission::ImportReads, None)?;
    let some = store::merged::wanting(tx, after, before, AT_ONCE)?;
    let (Some((from, _)), Some(last)) = (some.first(), some.last()) else { return Ok(None) };
    let mut done = Merged { looked: u64::try_from(some.len())?, ..Merged::default() };
    for (channel, month) in &some {
        let filed = match store::merged::around(tx, *channel, *month) {
            Ok(it) => it,
            // It is held where it is billed, and stays as it is.
            Err(why) if why.chain().any(|it| it.is::<Corrupt>()) => continue,
            Err(why) => return Err(why),
        };
        let Some(merged) = merged::merge(*month, &filed) else { continue };
        let kept = |it: &merged::Filed| it.month == *month && matches!(it.source, Source::Many(_));
        store::merged::keep(tx, *channel, *month, &merged, filed.iter().any(kept))?;
        done.months += 1;
        done.blocks += u64::try_from(merged.taken.len())?;
    }
    if 0 < done.months {
        let said = format!("{} blocks in {} months", done.blocks, done.months);
        store::audit::add(
            tx,
            &allowed,
            "lay months together",
            &format!("channel {from} on"),
            &said,
        )?;
    }
    Ok(Some((*last, done)))
}

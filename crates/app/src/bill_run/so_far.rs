//! Bills of the days so far, made anew: they go no further than they went, since the turn has bills of the
//! rest.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::AccountFacts;
use meterbook_core::bill::{Bill, Segment};
use meterbook_core::cycle::Window;
use meterbook_core::period::Period;
use meterbook_store::bill::Origin;
use meterbook_store::{self as store, Tx};

/// The day before which a bill ends although service went on; `None` where it ends with its turn or with
/// service.
pub(crate) fn end(tx: &mut Tx, turn: &Window, bill: &Bill) -> Result<Option<Date>> {
    let mut end = None;
    let origins = store::bill::origins_of(tx, bill.id)?;
    for (segment, origin) in bill.segments.iter().zip(&origins) {
        end = end.max(of(tx, turn, segment, origin)?);
    }
    Ok(end)
}

/// The same of one of its services.
pub(crate) fn of(
    tx: &mut Tx,
    turn: &Window,
    segment: &Segment,
    origin: &Origin,
) -> Result<Option<Date>> {
    let end = segment.period.end();
    if !turn.is_off_cycle() {
        return Ok(None);
    }
    let goes_on = match origin.until == Some(end) {
        // Those made first say of such a day that service ended on it, whatever was believed.
        true => {
            let it = store::agreement::as_of(tx, segment.agreement, origin.known)?;
            it.to != Some(end)
        }
        false => end < turn.period.end(),
    };
    Ok(goes_on.then_some(end))
}

/// The days of a turn before such a day.
pub(super) fn days(turn: Period, end: Option<Date>) -> Period {
    end.and_then(|end| turn.overlap(turn.start(), Some(end))).unwrap_or(turn)
}

/// Lets every service of an account be billed no further than that, although it goes on.
pub(super) fn cut(facts: &mut AccountFacts, turn: Period, end: Date) {
    facts.services.retain(|it| it.agreement.from < end);
    let within = end < turn.end();
    for it in facts.services.iter_mut().filter(|_| within) {
        it.so_far = Some(end).filter(|_| it.agreement.to.is_none_or(|to| end < to));
    }
}

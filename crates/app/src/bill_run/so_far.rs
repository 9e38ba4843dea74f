//! Bills of the days so far, made anew: they go no further than they went, since the turn has bills of the
//! rest.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::bill::assess::AccountFacts;
use meterbook_core::cycle::Window;
use meterbook_core::period::Period;
use meterbook_store::{self as store, Tx};

/// The day before which a bill ends although service went on; `None` where it ends with its turn or with
/// service.
pub(crate) fn end(tx: &mut Tx, turn: &Window, bill: &Bill) -> Result<Option<Date>> {
    if !turn.is_off_cycle() {
        return Ok(None);
    }
    let mut end = None;
    let origins = store::bill::origins_of(tx, bill.id)?;
    for (segment, origin) in bill.segments.iter().zip(origins) {
        let believed = store::agreement::as_of(tx, segment.agreement, origin.known)?.to;
        if origin.until != believed {
            end = end.max(origin.until);
        }
    }
    Ok(end)
}

/// The days of a turn before such a day.
pub(super) fn days(turn: Period, end: Option<Date>) -> Period {
    end.and_then(|end| turn.overlap(turn.start(), Some(end))).unwrap_or(turn)
}

/// Lets every service of an account end there, so that it is billed no further although it goes on.
pub(super) fn cut(facts: &mut AccountFacts, end: Date) {
    facts.services.retain(|it| it.agreement.from < end);
    for it in &mut facts.services {
        if it.agreement.to.is_none_or(|to| end < to) {
            it.agreement.to = Some(end);
            it.goes_on = true;
        }
    }
}

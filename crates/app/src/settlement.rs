//! Settling a service that ends on the day through which it is billed: no bill comes after that one, and
//! when it was made nobody knew that it was the last. What the bill of a turn keeps in banks is posted
//! beside it; a bill of the days so far is made anew, since the rest of the turn was to have charges too.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::id::EntryId;
use meterbook_core::ledger::{Entry, EntryKind, Settlement, post_settlement};
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Counter, Tx};

use crate::bill_run::{correct, so_far};
use crate::refuse;
use crate::replay::{Ends, again};

/// Why a service cannot end on that day.
#[derive(Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The day.
    pub on: Date,
    /// Why its banks cannot be settled.
    pub why: String,
}

/// Posts what the last bill would have paid of its banks, had it been known that service ends on
/// `on`. The bill stays as it was, unless it is one of the days so far; nothing happens where a bill is
/// still to come, or the banks stay with the agreement.
pub(crate) fn at_stop(
    tx: &mut Tx,
    allowed: &Authorized,
    agreement: &Agreement,
    on: Date,
) -> Result<()> {
    let Some((id, nth)) = store::bill::ended_on(tx, agreement.id, on)? else { return Ok(()) };
    let bill = store::bill::get(tx, id)?;
    let origins = store::bill::origins_of(tx, id)?;
    let (Some(was), Some(from)) = (bill.segments.get(nth), origins.get(nth)) else {
        return Ok(());
    };
    let turn = store::window::get(tx, bill.window)?;
    let is_so_far = so_far::of(tx, &turn, was, from)?.is_some();
    // A bill that knew of the stop has settled them.
    if from.until == Some(on) || !is_so_far && was.carried == Default::default() {
        return Ok(());
    }
    let unsettled = |why| refuse(Unsettled { on, why });
    let plain = again(tx, &bill, was, from, Ends::AsKnown)?.map_err(unsettled)?;
    let last = again(tx, &bill, was, from, Ends::On(on))?.map_err(unsettled)?;
    let amount = last.total - plain.total;
    if amount == Default::default() {
        return Ok(());
    }
    if is_so_far {
        return correct::as_last(tx, allowed, bill);
    }
    let account = agreement.account;
    let settlement = Settlement { agreement: agreement.id, account, bill: id, on, amount };
    crate::close::begin_day(tx, allowed)?;
    let entry = Entry {
        id: EntryId(tx.next(Counter::Entry, 1)?),
        kind: EntryKind::Settlement,
        on,
        key: format!("{}/{on}", agreement.id),
        text: was.service_at.clone(),
        postings: post_settlement(&settlement),
    };
    let said = format!("{amount} with bill {}", bill.number);
    store::settlement::add(tx, &settlement)?;
    store::ledger::add(tx, &[entry])?;
    store::audit::add(tx, allowed, "settle banks", &agreement.id.to_string(), &said)
}

impl fmt::Display for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unsettled { on, why } = self;
        write!(
            f,
            "what the bill through {on} keeps in a bank cannot be settled: {why}; end service a day later, so that a bill of its own settles it"
        )
    }
}

impl std::error::Error for Unsettled {}

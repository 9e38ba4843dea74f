//! Posting a charge by itself, without a bill.

use anyhow::Result;
use meterbook_core::charge::Charge;
use meterbook_core::id::EntryId;
use meterbook_core::money::Money;
use meterbook_core::order::CalledOff;
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Counter, Tx};

use crate::bill_run::charges;
use crate::order;

/// Posts a charge at once, for an act that was authorized. What is below zero calls off the cuts that it
/// makes needless.
pub(crate) fn post(tx: &mut Tx, allowed: &Authorized, charge: &Charge) -> Result<()> {
    crate::close::begin_day(tx, allowed)?;
    let id = EntryId(tx.next(Counter::Entry, 1)?);
    store::charge::add(tx, std::slice::from_ref(charge))?;
    store::ledger::add(tx, &[charges::entry(charge, id)])?;
    if Money::ZERO <= charge.amount {
        return Ok(());
    }
    // Less is owed: no crew sets out for what is not past due any more.
    let how = (CalledOff::NotNeeded, "after a credit");
    order::no_longer_past_due(tx, allowed, charge.account, how)
}

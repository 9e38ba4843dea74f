//! Posting a charge by itself, without a bill.

use anyhow::Result;
use meterbook_core::charge::Charge;
use meterbook_core::id::EntryId;
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Counter, Tx};

use crate::bill_run::charges;

/// Posts a charge at once, for an act that was authorized.
pub(crate) fn post(tx: &mut Tx, _: &Authorized, charge: &Charge) -> Result<()> {
    let id = EntryId(tx.next(Counter::Entry, 1)?);
    store::charge::add(tx, std::slice::from_ref(charge))?;
    store::ledger::add(tx, &[charges::entry(charge, id)])
}

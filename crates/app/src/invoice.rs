//! A posted bill as an e-invoice.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::BillId;
use meterbook_formats::invoices::ubl;
pub use meterbook_formats::invoices::{Kind, Preceding};
use meterbook_store::{self as store, Tx};

use crate::{refuse, statement};

/// Why there is no e-invoice of a bill.
#[derive(Debug, PartialEq, Eq)]
pub enum NoInvoice {
    /// Nobody said what e-invoices say of the utility on the day of the bill.
    NoSeller {
        /// That day.
        on: Date,
    },
}

/// The bill as UBL, with what held of the utility on the bill's day.
pub fn of_bill(tx: &mut Tx, id: BillId, kind: &Kind) -> Result<String> {
    let statement = statement::of_bill(tx, id)?;
    let on = statement.bill.billed_on;
    let seller = store::seller::on(tx, on)?.ok_or_else(|| refuse(NoInvoice::NoSeller { on }))?;
    ubl::write(&statement, &seller, kind).map_err(refuse)
}

impl fmt::Display for NoInvoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoInvoice::NoSeller { on } => write!(
                f,
                "the utility's country, currency and registration number on {on} are missing; say them with: meterbook bill seller --country US --currency USD --registration NUMBER --from {on}"
            ),
        }
    }
}

impl std::error::Error for NoInvoice {}

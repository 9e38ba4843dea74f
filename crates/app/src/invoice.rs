//! A posted bill as an e-invoice: as it is, in the place of an earlier one, or taken back.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::BillId;
use meterbook_formats::invoices::{Kind, Preceding, ubl};
use meterbook_store::{self as store, Tx};

use crate::{refuse, statement};

/// What a credit note is called behind the number of the bill that it takes back.
const CREDIT: &str = "-CN";

/// Why there is no e-invoice of a bill.
#[derive(Debug, PartialEq, Eq)]
pub enum NoInvoice {
    /// Nobody said what e-invoices say of the utility on the day of the bill.
    NoSeller {
        /// That day.
        on: Date,
    },
    /// The bill prints `$`, and the utility says that its amounts are in something else.
    NotAsPrinted {
        /// The letters of the currency that it says.
        currency: String,
        /// On the day of the bill.
        on: Date,
    },
    /// A bill that stands is not credited.
    Stands {
        /// Which.
        number: BillNumber,
    },
    /// Another bill stands in its place, and its invoice takes this one back.
    Replaced {
        /// Which was replaced.
        number: BillNumber,
        /// The one in its place.
        by: BillNumber,
    },
}

/// The bill as UBL, with what held of the utility on the bill's day. One that a correction made in
/// the place of another is a corrected invoice, with a reference to the other.
pub fn of_bill(tx: &mut Tx, id: BillId) -> Result<String> {
    let fates = store::correction::of_bill(tx, id)?;
    let earlier = fates.into_iter().filter(|it| !it.cancelled).find_map(|it| it.other);
    let earlier = match &earlier {
        Some(number) => store::bill::by_number(tx, number)?,
        None => None,
    };
    let kind = match earlier {
        Some(of) => {
            let of = store::bill::get(tx, of)?;
            Kind::Corrected { of: Preceding { number: of.number.0, on: of.billed_on } }
        }
        None => Kind::Bill,
    };
    written(tx, id, &kind)
}

/// The credit note of a bill that was taken back and has none in its place.
pub fn taking_back(tx: &mut Tx, id: BillId) -> Result<String> {
    let number = store::bill::get(tx, id)?.number;
    let fates = store::correction::of_bill(tx, id)?;
    let Some(fate) = fates.into_iter().find(|it| it.cancelled) else {
        return Err(refuse(NoInvoice::Stands { number }));
    };
    if let Some(by) = fate.other {
        return Err(refuse(NoInvoice::Replaced { number, by }));
    }
    let number = format!("{number}{CREDIT}");
    written(tx, id, &Kind::TakenBack { number, on: fate.on })
}

fn written(tx: &mut Tx, id: BillId, kind: &Kind) -> Result<String> {
    let statement = statement::of_bill(tx, id)?;
    let on = statement.bill.billed_on;
    let seller = store::seller::on(tx, on)?.ok_or_else(|| refuse(NoInvoice::NoSeller { on }))?;
    if !seller.currency.is_as_printed() {
        let currency = seller.currency.code().to_owned();
        return Err(refuse(NoInvoice::NotAsPrinted { currency, on }));
    }
    ubl::write(&statement, &seller, kind).map_err(refuse)
}

impl fmt::Display for NoInvoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoInvoice::NoSeller { on } => write!(
                f,
                "the utility's country, currency and registration number on {on} are missing; say them with: meterbook bill seller --country US --currency USD --registration NUMBER --from {on}"
            ),
            NoInvoice::NotAsPrinted { currency, on } => write!(
                f,
                "bills print their amounts with $, and the utility says for {on} that it counts in {currency}: an e-invoice says nothing that its bill does not; if it counts in dollars, say it from a day on with: meterbook bill seller --currency USD"
            ),
            NoInvoice::Stands { number } => write!(
                f,
                "{number} was not taken back, and there is no credit note of it; correct it first with: meterbook bill correct"
            ),
            NoInvoice::Replaced { number, by } => write!(
                f,
                "{by} stands in the place of {number}, and its invoice says so; write that with: meterbook bill invoice {by}"
            ),
        }
    }
}

impl std::error::Error for NoInvoice {}

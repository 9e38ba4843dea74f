//! A posted bill as an e-invoice: as it is, in the place of an earlier one, or taken back. One that sums up
//! others has their lines, and they have no invoice of their own.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::{Bill, BillNumber, OnLevel, Statement};
use meterbook_core::id::{AccountNumber, BillId};
use meterbook_core::money::Money;
use meterbook_formats::invoices::{Kind, Preceding, SummedUp, ubl};
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
    /// A bill that stands is not credited.
    Stands {
        /// Which.
        number: BillNumber,
    },
    /// Another account pays it, and is invoiced for it.
    PaidBy {
        /// Which.
        number: BillNumber,
        /// Who pays.
        account: AccountNumber,
        /// The bill that sums it up, where it is made.
        by: Option<BillNumber>,
    },
    /// A bill only lists others, and each of these has an invoice.
    Lists {
        /// Which.
        number: BillNumber,
        /// The first of those.
        first: BillNumber,
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
    if let Some(elsewhere) = paid_by(tx, id)? {
        return Err(refuse(elsewhere));
    }
    let statement = statement::of_bill(tx, id)?;
    let on = statement.bill.billed_on;
    let seller = store::seller::on(tx, on)?.ok_or_else(|| refuse(NoInvoice::NoSeller { on }))?;
    let summed = summed(tx, &statement.bill)?;
    let paid = paid(tx, &statement, kind)?;
    ubl::write_sum(&statement, (&summed, paid), &seller, kind).map_err(refuse)
}

/// What of a bill is not to be paid with its invoice: what nobody is charged for, and what the account has
/// of the customer's, be it paid too early, security that is set off, or what was paid of the bill in whose
/// place it stands.
fn paid(tx: &mut Tx, statement: &Statement, kind: &Kind) -> Result<Money> {
    let bill = &statement.bill;
    let not_charged = statement::waived(tx, bill)?;
    let charged = bill.total - not_charged;
    if matches!(kind, Kind::TakenBack { .. }) || charged <= Money::ZERO {
        return Ok(not_charged);
    }
    let owed = match statement.behind {
        None => statement.before - statement.waits + not_charged,
        // Its first page asks for it with others; what is taken off them was posted before the first.
        Some(correction) => {
            let it = statement::by_itself(tx, bill.id)?;
            let mut owed = it.before - it.waits;
            for id in store::correction::bills_behind(tx, correction)? {
                if bill.id <= id {
                    let it = store::bill::get(tx, id)?;
                    owed += statement::waived(tx, &it)?;
                }
            }
            owed
        }
    };
    let credit = early(statement.level) - owed;
    Ok(not_charged + credit.max(Money::ZERO).min(charged))
}

/// What levels that came to more than their bills pay of one that comes to more than its level. The rest of
/// that is asked for later.
fn early(level: Option<OnLevel>) -> Money {
    level.map_or(Money::ZERO, |it| {
        let before = -(it.later + it.beside);
        before.min(-it.beside).max(Money::ZERO)
    })
}

/// Why a bill has no invoice of its own, where another account pays it: what is charged is invoiced once.
pub(crate) fn paid_by(tx: &mut Tx, id: BillId) -> Result<Option<NoInvoice>> {
    let Some(by) = store::summary::paid_by(tx, id)? else { return Ok(None) };
    let account = store::account::get(tx, by)?.number;
    let number = store::bill::get(tx, id)?.number;
    let sum = store::summary::summing(tx, &[id])?.pop();
    let by = sum.map(|it| store::bill::get(tx, it)).transpose()?.map(|it| it.number);
    Ok(Some(NoInvoice::PaidBy { number, account, by }))
}

/// The bills that a bill sums up and asks for; none of one that sums up nothing.
fn summed(tx: &mut Tx, bill: &Bill) -> Result<Vec<SummedUp>> {
    let mut all = Vec::new();
    for it in &bill.summed {
        if it.moved != Money::ZERO || store::summary::paid_by(tx, it.bill)? == Some(bill.account) {
            let account = store::account::get(tx, it.account)?.number;
            let (bill, moved) = (store::bill::get(tx, it.bill)?, it.moved);
            all.push(SummedUp { account, bill, moved });
        }
    }
    match bill.summed.first() {
        Some(first) if all.is_empty() => {
            let (number, first) = (bill.number.clone(), store::bill::get(tx, first.bill)?.number);
            Err(refuse(NoInvoice::Lists { number, first }))
        }
        _ => Ok(all),
    }
}

impl fmt::Display for NoInvoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoInvoice::NoSeller { on } => write!(
                f,
                "the utility's country, currency and registration number on {on} are missing; say them with: meterbook bill seller --country US --currency USD --registration NUMBER --from {on}"
            ),
            NoInvoice::Stands { number } => write!(
                f,
                "{number} was not taken back, and there is no credit note of it; correct it first with: meterbook bill correct"
            ),
            NoInvoice::PaidBy { number, account, by: Some(by) } => write!(
                f,
                "account {account} pays {number}, and is invoiced for it with {by}; write that with: meterbook bill invoice {by}"
            ),
            NoInvoice::PaidBy { number, account, by: None } => write!(
                f,
                "account {account} pays {number}, and is invoiced for it with the bill that sums it up, which is not made yet; bill the rest first: meterbook bill run"
            ),
            NoInvoice::Lists { number, first } => write!(
                f,
                "{number} lists bills of several accounts, and each has its own invoice; write these with: meterbook bill invoice {first}"
            ),
            NoInvoice::Replaced { number, by } => write!(
                f,
                "{by} stands in the place of {number}, and its invoice says so; write that with: meterbook bill invoice {by}"
            ),
        }
    }
}

impl std::error::Error for NoInvoice {}

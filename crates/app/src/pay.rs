//! Taking a payment: one tender for one account. Anything else is a receipt.

use std::fmt;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::AccountId;
use meterbook_core::ledger::{Payment, Tender};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::receipt::{self, For, NewReceipt, NewTender, Share};
use crate::written::{self, Written};
use crate::{Actor, refuse, returned};

/// What the clerk knows of a payment.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// For whom.
    pub account: AccountId,
    /// How much.
    pub amount: Money,
    /// The day it counts from.
    pub on: Date,
    /// How it was paid.
    pub tender: Tender,
    /// The check's number or the bank's reference.
    pub reference: String,
}

/// Why a payment is not posted.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// A payment is above zero.
    NotAboveZero {
        /// What was said.
        amount: Money,
    },
    /// More than anybody owes: a slip of the point.
    BeyondLimit {
        /// What was said.
        amount: Money,
    },
    /// It would count from a day that has not come.
    NotYet {
        /// The day.
        on: Date,
        /// Today, where the utility is.
        today: Date,
    },
    /// It would count from a day of another year: a slip.
    LongAgo {
        /// The day.
        on: Date,
    },
    /// It would count from a day on which the account was not there.
    BeforeOpened {
        /// The day.
        on: Date,
        /// The first day of the account.
        opened: Date,
    },
    /// It has no reference to tell it from the next one.
    NoReference,
    /// It was posted and came back.
    CameBack {
        /// The reference.
        reference: String,
        /// The day on which it came back.
        on: Date,
        /// How much it was.
        amount: Money,
    },
    /// It is posted already.
    AlreadyPosted {
        /// The reference.
        reference: String,
        /// The day it counts from.
        on: Date,
        /// How much it was.
        amount: Money,
    },
}

/// A payment above this is a slip of the decimal point until somebody with more right says so. At
/// one utility a moved point once drew ten times the bill from 40,000 accounts.
pub(crate) const LARGEST: Money = Money::from_cents(100_000_000);

/// Days back from which a payment may count.
const LONGEST_AGO: i64 = 366;

/// Posts a payment: cash against the receivable, in one entry.
pub fn pay(tx: &mut Tx, actor: Actor, new: &NewPayment) -> Result<Payment> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(new.amount))?;
    post(tx, &allowed, new)
}

/// What is to be posted, with its key; refuses what is no payment.
pub(crate) fn check(tx: &mut Tx, at: Timestamp, new: &NewPayment) -> Result<(String, String)> {
    let NewPayment { account, amount, on, tender, ref reference } = *new;
    let reference = reference.trim().to_owned();
    check_money(tx, at, (amount, on), &reference)?;
    returned::check(tx, account, tender, on)?;
    let key = receipt::free_key(tx, account, (tender, &reference), None)?;
    Ok((key, reference))
}

/// The natural key of a payment: an account, a tender and its reference are posted once.
pub(crate) fn key(account: AccountId, tender: Tender, reference: &str) -> String {
    format!("{account}/{tender}/{reference}")
}

/// Refuses an amount that is none, a day that has not come, and what has no reference.
pub(crate) fn check_money(
    tx: &mut Tx,
    at: Timestamp,
    (amount, on): (Money, Date),
    reference: &str,
) -> Result<()> {
    if amount <= Money::ZERO {
        return Err(refuse(NotPaid::NotAboveZero { amount }));
    }
    if LARGEST < amount {
        return Err(refuse(NotPaid::BeyondLimit { amount }));
    }
    let today = crate::founding::zone(tx)?.day_of(at);
    if today < on {
        return Err(refuse(NotPaid::NotYet { on, today }));
    }
    if i64::from((today - on).get_days()) > LONGEST_AGO {
        return Err(refuse(NotPaid::LongAgo { on }));
    }
    if reference.is_empty() {
        return Err(refuse(NotPaid::NoReference));
    }
    written::whole(Written::Reference, reference)
}

/// Posts a payment that was authorized.
pub(crate) fn post(tx: &mut Tx, allowed: &Authorized, new: &NewPayment) -> Result<Payment> {
    let (key, reference) = check(tx, allowed.at(), new)?;
    let NewPayment { account, amount, on, tender: kind, .. } = *new;
    let one = NewReceipt {
        on,
        tenders: vec![NewTender { kind, amount, reference }],
        shares: vec![Share { to: For::Account { account, bill: None }, amount }],
    };
    receipt::post(tx, allowed, &one)?;
    store::payment::by_key(tx, &key)?.context("what was posted is there")
}

impl fmt::Display for NotPaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPaid::NotAboveZero { amount } => write!(f, "a payment is above zero, not {amount}"),
            NotPaid::BeyondLimit { amount } => {
                write!(
                    f,
                    "{amount} is more than a payment may be ({LARGEST}); check the decimal point"
                )
            }
            NotPaid::NotYet { on, today } => {
                write!(
                    f,
                    "a payment counts from the day it came, and {on} has not come; today is {today}"
                )
            }
            NotPaid::LongAgo { on } => write!(
                f,
                "{on} is more than {LONGEST_AGO} days ago; check the year, or let it count from today"
            ),
            NotPaid::BeforeOpened { on, opened } => write!(
                f,
                "the account is there since {opened}, and the payment would count from {on}; check the day"
            ),
            NotPaid::NoReference => {
                f.write_str("a payment needs a reference, such as the check's number")
            }
            NotPaid::CameBack { reference, on, amount } => write!(
                f,
                "payment {reference} of {amount} came back on {on}; where it is presented again, say so in its reference: {reference} again"
            ),
            NotPaid::AlreadyPosted { reference, on, amount } => {
                write!(
                    f,
                    "payment {reference} of {amount} is posted already, for {on}; nothing was changed"
                )
            }
        }
    }
}

impl std::error::Error for NotPaid {}

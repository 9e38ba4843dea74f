//! What becomes of a credit on an account: it is given back, or goes to another account.

use std::fmt;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, CreditUseId};
use meterbook_core::ledger::{EntryKind, Gl, post_between};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::receipt::CreditUse;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::receipt::{entry, said};
use crate::{Actor, refuse};

/// What an approval calls it.
pub(crate) const REFUND: &str = "refund credit";

/// What is to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefund {
    /// Whose credit it is.
    pub account: AccountId,
    /// How much.
    pub amount: Money,
    /// What tells it from the next one, such as the number of the check.
    pub reference: String,
}

/// Why a credit stays where it is.
#[derive(Debug, PartialEq, Eq)]
pub enum NotUsed {
    /// The amount is not above zero.
    NotAboveZero,
    /// There is less.
    Beyond {
        /// What there is.
        credit: Money,
    },
    /// It has no reference to tell it from the next one.
    NoReference,
    /// It was done already.
    Already {
        /// How much it was.
        amount: Money,
        /// The day.
        on: Date,
    },
    /// It would go where it is.
    SameAccount,
}

/// Gives a credit back: it waits in refunds payable until the utility's own books pay it. Beyond the
/// limit of whoever does it, it takes two ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn refund(tx: &mut Tx, actor: Actor, new: &NewRefund, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::RefundCredit, Some(new.amount))?;
    give(tx, &allowed, new, why)
}

/// Lets a credit go to another account.
pub fn transfer(
    tx: &mut Tx,
    actor: Actor,
    new: &NewRefund,
    to: AccountId,
    why: &str,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    if new.account == to {
        return Err(refuse(NotUsed::SameAccount));
    }
    spend(tx, &allowed, new, Some(to), why)?;
    crate::order::after_payment(tx, &allowed, to)
}

/// Refuses what cannot be given back.
pub(crate) fn check(tx: &mut Tx, new: &NewRefund) -> Result<String> {
    let reference = new.reference.trim();
    if new.amount <= Money::ZERO {
        return Err(refuse(NotUsed::NotAboveZero));
    }
    if reference.is_empty() {
        return Err(refuse(NotUsed::NoReference));
    }
    let key = format!("{}/{reference}", new.account);
    if let Some((amount, on)) = store::receipt::used(tx, &key)? {
        return Err(refuse(NotUsed::Already { amount, on }));
    }
    // What was given up is paid first.
    let (given_up, _) = store::write_off::given_up(tx, new.account)?;
    let credit = -store::debt::owed(tx, new.account)? - given_up;
    if credit < new.amount {
        return Err(refuse(NotUsed::Beyond { credit: credit.max(Money::ZERO) }));
    }
    Ok(key)
}

/// Gives back what was authorized.
pub(crate) fn give(tx: &mut Tx, allowed: &Authorized, new: &NewRefund, why: &str) -> Result<()> {
    spend(tx, allowed, new, None, why)
}

fn spend(
    tx: &mut Tx,
    allowed: &Authorized,
    new: &NewRefund,
    to: Option<AccountId>,
    why: &str,
) -> Result<()> {
    said(why)?;
    let from = new.account;
    let both: Vec<AccountId> = [from].into_iter().chain(to).collect();
    store::account::lock(tx, &both)?;
    crate::write_off::after_credit(tx, allowed, from)?;
    let key = check(tx, new)?;
    let on = today(tx, allowed.at())?;
    let id = CreditUseId(tx.next(Counter::CreditUse, 1)?);
    let amount = new.amount;
    let it = CreditUse { id, from, to, amount, on, key, why: why.trim().to_owned() };
    crate::close::begin_day(tx, allowed)?;
    store::receipt::use_credit(tx, &it)?;
    let (kind, act, goes) = match to {
        Some(to) => (EntryKind::Transfer, "transfer credit", (Gl::Receivable, Some(to))),
        None => (EntryKind::Refund, REFUND, (Gl::RefundsPayable, Some(from))),
    };
    let sides = post_between((Gl::Receivable, Some(from)), goes, amount);
    entry(tx, (kind, on), &it.key, &it.why, sides)?;
    store::audit::add(tx, allowed, act, &id.to_string(), &format!("{amount}: {}", it.key))
}

fn today(tx: &mut Tx, at: Timestamp) -> Result<Date> {
    Ok(crate::founding::zone(tx)?.day_of(at))
}

impl fmt::Display for NotUsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotUsed::NotAboveZero => f.write_str("what is given is above zero"),
            NotUsed::Beyond { credit } => {
                write!(f, "the account's credit is {credit}; give no more than that")
            }
            NotUsed::NoReference => f.write_str(
                "it needs a reference to tell it from the next, such as a check's number",
            ),
            NotUsed::Already { amount, on } => {
                write!(f, "{amount} was given under that reference on {on}; nothing was changed")
            }
            NotUsed::SameAccount => f.write_str("it is on that account already; name another one"),
        }
    }
}

impl std::error::Error for NotUsed {}

//! Refunds that wait: a check pays one, once; a check that nobody cashed is void, and its refund is paid anew
//! or is a credit again.

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::id::{AccountId, EntryId, SuspenseId};
use meterbook_core::ledger::{EntryKind, Gl, Suspended, post_between};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::refund::{Check, CheckEnd, Ending, Refund};
use meterbook_store::{self as store, Conflict, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, charge, receipt, refuse, write_off};

/// Why a refund or its check stays as it is.
#[derive(Debug, PartialEq, Eq)]
pub enum NotRefunded {
    /// There is no such refund.
    Unknown {
        /// Its number.
        id: EntryId,
    },
    /// A check pays it already.
    Paid {
        /// Its number.
        id: EntryId,
    },
    /// It is not to be paid any more.
    Ended {
        /// Its number.
        id: EntryId,
        /// What became of it.
        how: Ending,
    },
    /// The check has no number.
    NoNumber,
    /// The number is of another check.
    NumberUsed {
        /// The number.
        number: String,
    },
    /// There is no such check.
    NoCheck {
        /// Its number.
        number: String,
    },
    /// It is known already what became of the check.
    CheckEnded {
        /// Its number.
        number: String,
        /// What.
        how: CheckEnd,
        /// The day.
        on: Date,
    },
}

/// Pays a refund by a check, once.
pub fn pay(tx: &mut Tx, actor: Actor, id: EntryId, number: &str) -> Result<Refund> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    let number = number.trim();
    if number.is_empty() {
        return Err(refuse(NotRefunded::NoNumber));
    }
    let it = standing(tx, id)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    crate::close::begin_day(tx, &allowed)?;
    store::refund::pay(tx, id, number, on).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotRefunded::NumberUsed { number: number.to_owned() }),
        false => why,
    })?;
    let check = store::refund::check(tx, number)?.context("it was kept just now")?;
    let sides = post_between((Gl::RefundsPayable, it.account), (Gl::Cash, it.account), it.amount);
    let text = format!("check {number}");
    receipt::entry(tx, (EntryKind::RefundPaid, on), &check.key(), &text, sides)?;
    let said = format!("{} by check {number}", it.amount);
    store::audit::add(tx, &allowed, "pay refund", &id.to_string(), &said)?;
    Ok(it)
}

/// Writes down that the bank paid a check: it is never unclaimed then, and never void.
pub fn cash(tx: &mut Tx, actor: Actor, number: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    let check = open_check(tx, number)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::refund::end_check(tx, &check, CheckEnd::Cashed, on, "")?;
    store::audit::add(tx, &allowed, "cash refund check", &check.refund.to_string(), &check.number)
}

/// Makes a check void that was never cashed: its refund waits again, for another check or to be a credit.
pub fn void(tx: &mut Tx, actor: Actor, number: &str, why: &str) -> Result<Refund> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    void_as(tx, &allowed, number, why)
}

/// The same for who was authorized.
pub(crate) fn void_as(
    tx: &mut Tx,
    allowed: &Authorized,
    number: &str,
    why: &str,
) -> Result<Refund> {
    receipt::said(why)?;
    let check = open_check(tx, number)?;
    let it = locked(tx, check.refund)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    crate::close::begin_day(tx, allowed)?;
    store::refund::end_check(tx, &check, CheckEnd::Voided, on, why.trim())?;
    // What the bank took back before was lost, and is not now.
    let goes = if it.ended.is_some() { Gl::ReturnLoss } else { Gl::RefundsPayable };
    let sides = post_between((Gl::Cash, it.account), (goes, it.account), it.amount);
    let text = format!("check {}", check.number);
    receipt::entry(tx, (EntryKind::RefundVoided, on), &check.key(), &text, sides)?;
    let said = format!("check {}: {}", check.number, why.trim());
    store::audit::add(tx, allowed, "void refund check", &it.id.to_string(), &said)?;
    Ok(it)
}

/// Does not pay a refund that waits after all: it is a credit of its account again, or held for nobody
/// again.
pub fn keep(tx: &mut Tx, actor: Actor, id: EntryId, why: &str) -> Result<Refund> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    keep_as(tx, &allowed, id, why)
}

/// The same for who was authorized.
pub(crate) fn keep_as(tx: &mut Tx, allowed: &Authorized, id: EntryId, why: &str) -> Result<Refund> {
    receipt::said(why)?;
    let it = standing(tx, id)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    let how = match it.account {
        Some(account) => {
            store::account::lock(tx, &[account])?;
            credit(tx, allowed, &it, (account, on))?;
            Ending::Account
        }
        None => {
            hold(tx, allowed, &it, on)?;
            Ending::Held
        }
    };
    store::refund::end(tx, id, how, on, why.trim())?;
    let said = format!("{}: {}", it.amount, why.trim());
    store::audit::add(tx, allowed, "keep refund", &id.to_string(), &said)?;
    Ok(it)
}

fn credit(
    tx: &mut Tx,
    allowed: &Authorized,
    it: &Refund,
    (account, on): (AccountId, Date),
) -> Result<()> {
    let key = Charge::refund_back_key(it.id);
    let back = write_off::of(tx, (account, -it.amount), ChargeFor::RefundBack, (key, on))?;
    charge::post(tx, allowed, &back)?;
    write_off::after_credit(tx, allowed, account)
}

fn hold(tx: &mut Tx, allowed: &Authorized, it: &Refund, on: Date) -> Result<()> {
    let was = store::suspense::by_key(tx, &it.key)?.context("it was held before")?;
    store::receipt::lock(tx, was.tender)?;
    crate::close::begin_day(tx, allowed)?;
    let id = SuspenseId(tx.next(Counter::Suspense, 1)?);
    let again = Suspended { id, key: format!("{}/again", was.key), ..was.clone() };
    store::suspense::add_part(tx, &again, was.id)?;
    let sides = post_between((Gl::RefundsPayable, None), (Gl::Suspense, None), it.amount);
    receipt::entry(tx, (EntryKind::RefundHeld, on), &again.key, &again.said, sides)
}

/// Takes what was given back out of suspense as gone with the payment that it was of, which the bank takes
/// back: it is not paid any more, or where it was, it is lost.
pub(crate) fn bounce(tx: &mut Tx, id: EntryId, on: Date, why: &str) -> Result<Money> {
    let it = locked(tx, id)?;
    // What the bank says of a day before it was given back counts from then.
    let on = on.max(it.since);
    let from = if it.paid { Gl::ReturnLoss } else { Gl::RefundsPayable };
    let sides = post_between((from, None), (Gl::Cash, None), it.amount);
    receipt::entry(tx, (EntryKind::RefundBounced, on), &it.key, &it.said, sides)?;
    store::refund::end(tx, id, Ending::Bounced, on, why.trim())?;
    Ok(it.amount)
}

fn locked(tx: &mut Tx, id: EntryId) -> Result<Refund> {
    store::refund::lock(tx, id)?.ok_or_else(|| refuse(NotRefunded::Unknown { id }))
}

/// A refund that waits to be paid.
fn standing(tx: &mut Tx, id: EntryId) -> Result<Refund> {
    let it = locked(tx, id)?;
    match it.ended {
        Some(how) => Err(refuse(NotRefunded::Ended { id, how })),
        None if it.paid => Err(refuse(NotRefunded::Paid { id })),
        None => Ok(it),
    }
}

/// A check of which nothing was heard; nobody else decides about it meanwhile.
fn open_check(tx: &mut Tx, number: &str) -> Result<Check> {
    let number = number.trim();
    let unknown = || refuse(NotRefunded::NoCheck { number: number.to_owned() });
    let refund = store::refund::check(tx, number)?.ok_or_else(unknown)?.refund;
    store::refund::lock(tx, refund)?;
    let check = store::refund::check(tx, number)?.ok_or_else(unknown)?;
    match check.ended {
        Some((how, on)) => {
            Err(refuse(NotRefunded::CheckEnded { number: number.to_owned(), how, on }))
        }
        None => Ok(check),
    }
}

impl fmt::Display for NotRefunded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotRefunded::Unknown { id } => {
                write!(f, "no refund {id} waits; see: meterbook credit waiting")
            }
            NotRefunded::Paid { id } => write!(
                f,
                "a check pays refund {id} already; where it was never cashed: meterbook credit void"
            ),
            NotRefunded::Ended { id, how } => {
                let what = match how {
                    Ending::Account => "is a credit of its account again",
                    Ending::Held => "is held in suspense again",
                    Ending::Bounced => "was taken back by the bank that it came from",
                };
                write!(f, "refund {id} {what}; nothing was changed")
            }
            NotRefunded::NoNumber => f.write_str("say the number of the check"),
            NotRefunded::NumberUsed { number } => {
                write!(f, "check {number} pays a refund already; look at the number again")
            }
            NotRefunded::NoCheck { number } => {
                write!(f, "no refund was paid by check {number}; look at the number again")
            }
            NotRefunded::CheckEnded { number, how: CheckEnd::Cashed, on } => {
                write!(f, "check {number} was cashed, as was said on {on}; nothing was changed")
            }
            NotRefunded::CheckEnded { number, how: CheckEnd::Voided, on } => {
                write!(f, "check {number} is void since {on}; nothing was changed")
            }
        }
    }
}

impl std::error::Error for NotRefunded {}

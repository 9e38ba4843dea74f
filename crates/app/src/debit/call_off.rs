//! Files of debits that never went, or that a bank did not take as a whole: what they took was taken of
//! nobody. Their bills are owed as before, and go into the next file.

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::{AccountId, DebitFileId, DebitId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, receipt, refuse};

/// Why a file is not called off.
#[derive(Debug, PartialEq, Eq)]
pub enum NotCalledOff {
    /// There is no such file.
    Unknown {
        /// Which.
        id: DebitFileId,
    },
    /// It was called off already.
    Already {
        /// The day.
        on: Date,
    },
    /// A debit of it came back, so the bank took it.
    CameBack {
        /// Which.
        id: DebitId,
    },
}

/// What was called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalledOff {
    /// How many debits.
    pub debits: usize,
    /// What they come to.
    pub amount: Money,
}

/// Calls a file off that no bank took: every payment of it is voided, from the day from which it counted.
pub fn call_off(tx: &mut Tx, actor: Actor, id: DebitFileId, why: &str) -> Result<CalledOff> {
    let allowed = authorize(tx, actor, Permission::ReversePayments, None)?;
    undo(tx, &allowed, id, why)
}

/// The same for who was authorized.
pub(super) fn undo(
    tx: &mut Tx,
    allowed: &Authorized,
    id: DebitFileId,
    why: &str,
) -> Result<CalledOff> {
    receipt::said(why)?;
    if store::debit::get(tx, id)?.is_none() {
        return Err(refuse(NotCalledOff::Unknown { id }));
    }
    let items = store::debit::items(tx, id)?;
    let mut accounts: Vec<AccountId> = Vec::new();
    for it in &items {
        let mandate = store::mandate::get(tx, it.mandate, it.version)?;
        accounts.push(mandate.context("a debit has its mandate")?.account);
    }
    store::account::lock(tx, &accounts)?;
    if let Some((on, _)) = store::debit::called_off(tx, id)? {
        return Err(refuse(NotCalledOff::Already { on }));
    }
    for it in &items {
        if store::receipt::standing(tx, it.tender)?.is_empty() {
            return Err(refuse(NotCalledOff::CameBack { id: it.id }));
        }
    }
    let mut amount = Money::ZERO;
    for it in &items {
        amount += receipt::never_came(tx, allowed, it.tender, why)?;
    }
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    store::debit::call_off(tx, id, today, why.trim())?;
    let debits = items.len();
    let said = format!("{debits} debits, {amount}: {}", why.trim());
    store::audit::add(tx, allowed, "call off debits", &id.to_string(), &said)?;
    Ok(CalledOff { debits, amount })
}

impl fmt::Display for NotCalledOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCalledOff::Unknown { id } => {
                write!(f, "there is no file {id} of debits; see: meterbook debit files")
            }
            NotCalledOff::Already { on } => {
                write!(f, "it was called off on {on}; nothing was changed")
            }
            NotCalledOff::CameBack { id } => write!(
                f,
                "{} of it came back, so the bank took the file; what else of it is wrong comes back by itself: meterbook debit returned",
                id.reference()
            ),
        }
    }
}

impl std::error::Error for NotCalledOff {}

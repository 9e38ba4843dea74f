//! Files of debits that never went, or that a bank did not take as a whole: what they took was taken of
//! nobody. Their bills are owed as before, and go into the next file.

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::{AccountId, DebitFileId, DebitId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::text::counted;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, receipt, refuse};

/// What calling a file off is called where a second person agrees.
pub(crate) const CALL_OFF: &str = "call off debits";

/// A file that is to be called off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCallOff {
    /// Which.
    pub file: DebitFileId,
    /// What its debits come to.
    pub total: Money,
}

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
    /// What would be called off is not what the file took.
    Differs {
        /// Which.
        id: DebitFileId,
        /// Debits of the file and what they come to.
        file: (i64, Money),
        /// The same of what would be called off.
        found: (i64, Money),
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

impl NewCallOff {
    /// The file as it was made.
    ///
    /// # Errors
    /// Refuses one that is not there, and a call-off without a reason.
    pub fn of(tx: &mut Tx, id: DebitFileId, why: &str) -> Result<NewCallOff> {
        receipt::said(why)?;
        let it = store::debit::get(tx, id)?.ok_or_else(|| refuse(NotCalledOff::Unknown { id }))?;
        Ok(NewCallOff { file: id, total: it.total })
    }

    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        let many = counted(standing(tx, self.file)?.len(), "debit");
        Ok(format!("file {}, {many}, {}", self.file, self.total))
    }
}

/// Calls a file off that no bank took: every payment of it is voided, from the day from which it counted.
pub fn call_off(tx: &mut Tx, actor: Actor, id: DebitFileId, why: &str) -> Result<CalledOff> {
    let total = store::debit::get(tx, id)?.map_or(Money::ZERO, |it| it.total);
    let allowed = authorize(tx, actor, Permission::ReversePayments, Some(total))?;
    undo(tx, &allowed, id, why)
}

/// The debits of a file, where it may be called off.
fn standing(tx: &mut Tx, id: DebitFileId) -> Result<Vec<store::debit::Debit>> {
    if store::debit::get(tx, id)?.is_none() {
        return Err(refuse(NotCalledOff::Unknown { id }));
    }
    if let Some((on, _)) = store::debit::called_off(tx, id)? {
        return Err(refuse(NotCalledOff::Already { on }));
    }
    let items = store::debit::items(tx, id)?;
    for it in &items {
        if store::receipt::standing(tx, it.tender)?.is_empty() {
            return Err(refuse(NotCalledOff::CameBack { id: it.id }));
        }
    }
    Ok(items)
}

/// The same for who was authorized.
pub(crate) fn undo(
    tx: &mut Tx,
    allowed: &Authorized,
    id: DebitFileId,
    why: &str,
) -> Result<CalledOff> {
    receipt::said(why)?;
    let items = store::debit::items(tx, id)?;
    let mut accounts: Vec<AccountId> = Vec::new();
    for it in &items {
        let mandate = store::mandate::get(tx, it.mandate, it.version)?;
        accounts.push(mandate.context("a debit has its mandate")?.account);
    }
    store::account::lock(tx, &accounts)?;
    let items = standing(tx, id)?;
    let mut amount = Money::ZERO;
    for it in &items {
        amount += receipt::never_came(tx, allowed, it.tender, why)?;
    }
    let found = (i64::try_from(items.len())?, amount);
    let file = store::debit::get(tx, id)?.context("the file stands")?;
    let file = (file.items, file.total);
    if found != file {
        return Err(refuse(NotCalledOff::Differs { id, file, found }));
    }
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    store::debit::call_off(tx, id, today, why.trim())?;
    let debits = items.len();
    let said = format!("{debits} debits, {amount}: {}", why.trim());
    store::audit::add(tx, allowed, CALL_OFF, &id.to_string(), &said)?;
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
            NotCalledOff::Differs { id, file, found } => write!(
                f,
                "file {id} took {} debits of {}, and {} of {} would be called off; nothing was changed; see: meterbook check",
                file.0, file.1, found.0, found.1
            ),
        }
    }
}

impl std::error::Error for NotCalledOff {}

//! Opening accounts.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::id::{AccountId, AccountNumber, PersonId};
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// What the clerk knows of a new account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Whose it is.
    pub person: PersonId,
    /// What kind of customer.
    pub class: CustomerClass,
    /// When it is billed.
    pub cycle: Cycle,
    /// Where paper goes: the lines under the name.
    pub mail_to: String,
    /// The first day.
    pub opened_on: Date,
}

/// Why an account is not opened.
#[derive(Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// Nobody has taken that person down.
    UnknownPerson(PersonId),
    /// Cycles are numbered 1 to 99.
    NoSuchCycle(i64),
    /// Every account number is used.
    NumbersUsedUp,
}

/// The first day without service of an account to which nothing is supplied from then on; none where it
/// has service on a day, will have, or never had.
pub(crate) fn closed_on(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Date>> {
    let all = store::agreement::of_account(tx, account)?;
    let ends: Option<Vec<Date>> = all.iter().map(|it| it.to.filter(|to| *to <= on)).collect();
    Ok(ends.and_then(|it| it.into_iter().max()))
}

/// Account numbers begin here, so that all have eight digits before the check digit.
const FIRST_SERIAL: i64 = 10_000_000;

/// Opens an account and gives it its number.
pub fn open(tx: &mut Tx, actor: Actor, new: NewAccount) -> Result<Account> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    if !new.cycle.is_one() {
        return Err(refuse(NotOpened::NoSuchCycle(new.cycle.0)));
    }
    if store::person::find(tx, new.person)?.is_none() {
        return Err(refuse(NotOpened::UnknownPerson(new.person)));
    }
    crate::written::address(&new.mail_to)?;
    let id = AccountId(tx.next(Counter::Account, 1)?);
    let number = AccountNumber::new(FIRST_SERIAL + id.0);
    let number = number.ok_or_else(|| refuse(NotOpened::NumbersUsedUp))?;
    let NewAccount { person, class, cycle, mail_to, opened_on } = new;
    let account = Account { id, number, person, class, cycle, mail_to, opened_on };
    store::account::add(tx, &account)?;
    store::search::refresh(tx, id)?;
    store::audit::add(tx, &allowed, "open account", &number.to_string(), "")?;
    Ok(account)
}

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotOpened::UnknownPerson(id) => {
                write!(f, "there is no person {id}; take the customer down first")
            }
            NotOpened::NoSuchCycle(cycle) => write!(f, "cycles are 1 to 99, not {cycle}"),
            NotOpened::NumbersUsedUp => {
                f.write_str("every account number with eight digits is used; ask for a longer one")
            }
        }
    }
}

impl std::error::Error for NotOpened {}

//! Registering accounts for programs and concessions, and for equipment that life depends on.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, RegistrationId};
use meterbook_core::permission::Permission;
use meterbook_core::registration::{Registration, RegistrationKind};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, protection, refuse};

/// Why nothing is registered, renewed or ended.
#[derive(Debug, PartialEq, Eq)]
pub enum RegistrationRefusal {
    /// It has no name.
    NoName,
    /// Nothing proves it.
    NoCertificate {
        /// What would be registered.
        kind: RegistrationKind,
    },
    /// It would end before it began.
    NoDays {
        /// The first day.
        from: Date,
        /// The first day without it.
        to: Date,
    },
    /// It is registered already.
    Already {
        /// Which one.
        id: RegistrationId,
        /// Up to when.
        to: Option<Date>,
    },
    /// Its end is no longer what was seen.
    Changed {
        /// The end now.
        to: Option<Date>,
    },
}

/// What is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRegistration {
    /// The account.
    pub account: AccountId,
    /// What sort it is.
    pub kind: RegistrationKind,
    /// The program's name, or the equipment.
    pub name: String,
    /// The number or the signature that proves it.
    pub certificate: String,
    /// The first day.
    pub from: Date,
    /// The first day without it.
    pub to: Option<Date>,
    /// The day on which somebody should look at it again.
    pub review_on: Option<Date>,
}

/// Registers an account. Cuts that it keeps from are called off.
pub fn register(tx: &mut Tx, actor: Actor, new: NewRegistration) -> Result<RegistrationId> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let NewRegistration { account, kind, name, certificate, from, to, review_on } = new;
    let [name, certificate] = [name, certificate].map(|it| it.trim().to_owned());
    if name.is_empty() {
        return Err(refuse(RegistrationRefusal::NoName));
    }
    if certificate.is_empty() && kind != RegistrationKind::Program {
        return Err(refuse(RegistrationRefusal::NoCertificate { kind }));
    }
    if let Some(to) = to.filter(|to| *to <= from) {
        return Err(refuse(RegistrationRefusal::NoDays { from, to }));
    }
    store::account::lock(tx, &[account])?;
    let there = store::registration::of_account(tx, account)?;
    let same = |it: &&Registration| it.kind == kind && it.name == name;
    let meets =
        |it: &&Registration| it.to.is_none_or(|end| from < end) && to.is_none_or(|to| it.from < to);
    if let Some(other) = there.iter().filter(same).find(meets) {
        return Err(refuse(RegistrationRefusal::Already { id: other.id, to: other.to }));
    }
    let id = RegistrationId(tx.next(Counter::Registration, 1)?);
    let said = format!("{kind} {name} from {from}, certificate {certificate}");
    store::registration::add(
        tx,
        &Registration { id, account, kind, name, certificate, from, to, review_on },
    )?;
    store::audit::add(tx, &allowed, "register", &account.to_string(), &said)?;
    protection::after_fact(tx, &allowed, &[account])?;
    Ok(id)
}

/// Goes on with a registration from where it ends, with a certificate of its own.
pub fn renew(
    tx: &mut Tx,
    actor: Actor,
    id: RegistrationId,
    certificate: &str,
    to: Option<Date>,
    review_on: Option<Date>,
) -> Result<RegistrationId> {
    authorize(tx, actor, Permission::KeepCustomers, None)?;
    let old = store::registration::get(tx, id)?;
    let Some(from) = old.to else {
        return Err(refuse(RegistrationRefusal::Already { id, to: None }));
    };
    let Registration { account, kind, name, .. } = old;
    let certificate = certificate.to_owned();
    let new = NewRegistration { account, kind, name, certificate, from, to, review_on };
    register(tx, actor, new)
}

/// Gives a registration an earlier or another end. `was` is the end that the clerk saw.
pub fn end(
    tx: &mut Tx,
    actor: Actor,
    id: RegistrationId,
    was: Option<Date>,
    on: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let it = store::registration::get(tx, id)?;
    if on <= it.from {
        return Err(refuse(RegistrationRefusal::NoDays { from: it.from, to: on }));
    }
    if it.to != was || !store::registration::set_end(tx, id, was, on)? {
        return Err(refuse(RegistrationRefusal::Changed { to: it.to }));
    }
    let said = format!("{} {} up to {on}", it.kind, it.name);
    let was = was.map_or_else(|| "no end".to_owned(), |it| it.to_string());
    let (account, change) = (it.account.to_string(), (was.as_str(), &*on.to_string()));
    store::audit::turn(tx, &allowed, "end registration", &account, &said, change)
}

impl fmt::Display for RegistrationRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegistrationRefusal::NoName => {
                f.write_str("a registration has a name: that of the program or of the equipment")
            }
            RegistrationRefusal::NoCertificate { kind } => write!(
                f,
                "{kind} needs something that proves it; write the certificate's number, or who \
                 signed it"
            ),
            RegistrationRefusal::NoDays { from, to } => {
                write!(f, "it begins on {from} and cannot end on {to}; name a later day")
            }
            RegistrationRefusal::Already { id, to: Some(to) } => {
                write!(f, "registration {id} says so up to {to}; renew that one")
            }
            RegistrationRefusal::Already { id, to: None } => {
                write!(f, "registration {id} says so without an end; end that one first")
            }
            RegistrationRefusal::Changed { to: Some(to) } => {
                write!(f, "its end is {to} by now; look at it again, then say which end you saw")
            }
            RegistrationRefusal::Changed { to: None } => {
                f.write_str("it has no end by now; look at it again, then say that you saw none")
            }
        }
    }
}

impl std::error::Error for RegistrationRefusal {}

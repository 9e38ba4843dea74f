//! People and how to reach them.

use std::fmt;

use anyhow::Result;
use meterbook_core::id::{ContactId, PersonId};
use meterbook_core::permission::Permission;
use meterbook_core::person::{ContactKind, ContactPoint, Language, Person, PersonKind};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a person or a contact point is not taken down.
#[derive(Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// There is no name.
    NoName,
    /// It is no address of its kind.
    NotAContact {
        /// What kind it should be.
        kind: ContactKind,
        /// What was said.
        value: String,
    },
}

/// Takes down a person or an organisation.
pub fn add(
    tx: &mut Tx,
    actor: Actor,
    name: &str,
    kind: PersonKind,
    language: Language,
) -> Result<PersonId> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(refuse(NotTaken::NoName));
    }
    let id = PersonId(tx.next(Counter::Person, 1)?);
    store::person::add(tx, &Person { id, name: name.to_owned(), kind, language })?;
    store::audit::add(tx, &allowed, "add person", &id.to_string(), name)?;
    Ok(id)
}

/// Takes down a way to reach a person.
pub fn add_contact(
    tx: &mut Tx,
    actor: Actor,
    person: PersonId,
    kind: ContactKind,
    value: &str,
) -> Result<ContactId> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let value = value.trim();
    if !plausible(kind, value) {
        return Err(refuse(NotTaken::NotAContact { kind, value: value.to_owned() }));
    }
    let id = ContactId(tx.next(Counter::Contact, 1)?);
    store::person::add_contact(tx, &ContactPoint { id, person, kind, value: value.to_owned() })?;
    store::search::refresh_person(tx, person)?;
    store::audit::add(tx, &allowed, "add contact", &person.to_string(), kind.word())?;
    Ok(id)
}

fn plausible(kind: ContactKind, value: &str) -> bool {
    match kind {
        ContactKind::Phone => 7 <= value.chars().filter(char::is_ascii_digit).count(),
        ContactKind::Email => value.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !value.contains(char::is_whitespace)
        }),
        ContactKind::Post => !value.is_empty(),
    }
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotTaken::NoName => f.write_str("a customer has a name; write it as on an envelope"),
            NotTaken::NotAContact { kind: ContactKind::Phone, value } => {
                write!(f, "{value} is no telephone number; it needs at least seven digits")
            }
            NotTaken::NotAContact { kind: ContactKind::Email, value } => {
                write!(f, "{value} is no e-mail address; it looks like name@example.org")
            }
            NotTaken::NotAContact { kind: ContactKind::Post, .. } => {
                f.write_str("a postal address has at least one line")
            }
        }
    }
}

impl std::error::Error for NotTaken {}

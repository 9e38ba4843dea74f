//! Making two records of one that was two people: some accounts and contact points go to a new
//! record. Its undo is a merge.

use std::fmt;

use anyhow::Result;
use meterbook_core::id::{AccountId, ContactId, PersonId};
use meterbook_core::permission::Permission;
use meterbook_core::person::Person;
use meterbook_store::merge::Moved;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::written::{self, Written};
use crate::{Actor, refuse};

/// What goes to the new record.
#[derive(Clone, Debug)]
pub struct Split {
    /// The record that was two people.
    pub person: PersonId,
    /// What the other one is called.
    pub name: String,
    /// The accounts that are theirs; their parts in them go along.
    pub accounts: Vec<AccountId>,
    /// The ways to reach them; what these may be used for goes along.
    pub contacts: Vec<ContactId>,
}

/// Why a record is not split.
#[derive(Debug, PartialEq, Eq)]
pub enum SplitRefusal {
    /// The other one has no name.
    NoName,
    /// Nothing would go to the new record.
    Nothing,
    /// Everything would: that is another name.
    Everything,
    /// An account is of somebody else.
    NotTheirAccount {
        /// Which one.
        number: String,
    },
    /// A contact point is of somebody else.
    NotTheirContact {
        /// Which one.
        contact: ContactId,
    },
}

/// Splits a record, and says whose the new one is.
pub fn split(tx: &mut Tx, actor: Actor, split: &Split) -> Result<PersonId> {
    let allowed = authorize(tx, actor, Permission::MergeCustomers, None)?;
    store::person::lock(tx, &[split.person])?;
    let person = crate::person::in_use(tx, split.person)?;
    let name = split.name.trim();
    if name.is_empty() {
        return Err(refuse(SplitRefusal::NoName));
    }
    written::line(Written::Name, name)?;
    let moved = moved(tx, split)?;
    let id = PersonId(tx.next(Counter::Person, 1)?);
    let name = name.to_owned();
    store::person::add(tx, &Person { id, name, kind: person.kind, language: person.language })?;
    store::merge::give(tx, &moved, id)?;
    for of in [split.person, id] {
        for account in store::account::of_person(tx, of)? {
            store::search::refresh(tx, account)?;
        }
    }
    let mut numbers = Vec::new();
    for account in &split.accounts {
        numbers.push(store::account::get(tx, *account)?.number.to_string());
    }
    let contacts: Vec<String> = split.contacts.iter().map(ToString::to_string).collect();
    let said = format!(
        "{id} ({}) out of {} ({}): accounts {}; contact points {}",
        split.name.trim(),
        split.person,
        person.name,
        numbers.join(", "),
        contacts.join(", "),
    );
    let (subject, change) = (split.person.to_string(), ("one record", "two records"));
    store::audit::turn(tx, &allowed, "split person", &subject, &said, change)?;
    Ok(id)
}

/// What goes along, all of which is the record's.
fn moved(tx: &mut Tx, split: &Split) -> Result<Vec<Moved>> {
    let accounts = store::account::of_person(tx, split.person)?;
    let contacts = store::person::contacts(tx, split.person)?;
    if let Some(other) = split.accounts.iter().find(|it| !accounts.contains(it)) {
        let number = store::account::get(tx, *other)?.number.to_string();
        return Err(refuse(SplitRefusal::NotTheirAccount { number }));
    }
    let theirs = |id: &ContactId| contacts.iter().any(|it| it.id == *id);
    if let Some(other) = split.contacts.iter().find(|it| !theirs(it)) {
        return Err(refuse(SplitRefusal::NotTheirContact { contact: *other }));
    }
    if split.accounts.is_empty() && split.contacts.is_empty() {
        return Err(refuse(SplitRefusal::Nothing));
    }
    let stays = accounts.iter().any(|it| !split.accounts.contains(it))
        || contacts.iter().any(|it| !split.contacts.contains(&it.id));
    if !stays {
        return Err(refuse(SplitRefusal::Everything));
    }
    let parties = store::party::of_person(tx, split.person)?;
    let parties = parties.iter().filter(|it| split.accounts.contains(&it.account));
    let mut moved: Vec<Moved> = parties.map(|it| Moved::Party(it.id)).collect();
    moved.extend(split.accounts.iter().map(|it| Moved::Account(*it)));
    moved.extend(split.contacts.iter().map(|it| Moved::Contact(*it)));
    Ok(moved)
}

impl fmt::Display for SplitRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SplitRefusal::NoName => f.write_str("the other one has a name; say it"),
            SplitRefusal::Nothing => f.write_str(
                "nothing would be the other one's; choose an account or a contact point of theirs",
            ),
            SplitRefusal::Everything => f.write_str(
                "everything would be the other one's; leave something, or give the record another \
                 name",
            ),
            SplitRefusal::NotTheirAccount { number } => {
                write!(f, "account {number} is not of that record; choose among its own")
            }
            SplitRefusal::NotTheirContact { contact } => {
                write!(f, "contact point {contact} is not of that record; choose among its own")
            }
        }
    }
}

impl std::error::Error for SplitRefusal {}

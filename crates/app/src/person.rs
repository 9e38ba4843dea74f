//! People and how to reach them.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{ContactId, PersonId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::person::{
    Consent, ContactKind, ContactPoint, Language, Person, PersonKind, Purpose,
};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::written::{self, Written};
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
    /// The record was merged into another one.
    MergedAway {
        /// The record that is used.
        into: PersonId,
    },
    /// Somebody gave them another name since it was looked at.
    Renamed {
        /// The name now.
        now: String,
    },
    /// They have that name.
    SameName,
    /// They are written to in that language.
    SameLanguage {
        /// Which.
        language: Language,
    },
    /// It is said already, or is not.
    Consent {
        /// For what.
        purpose: Purpose,
        /// Since when it is said; `None` when it is not.
        since: Option<Date>,
    },
    /// The person is not bankrupt, so nothing is split.
    NotBankrupt,
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
    written::line(Written::Name, name)?;
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
    match kind {
        ContactKind::Post => written::address(value)?,
        ContactKind::Phone | ContactKind::Email => written::whole(Written::Line, value)?,
    }
    let id = ContactId(tx.next(Counter::Contact, 1)?);
    store::person::add_contact(tx, &ContactPoint { id, person, kind, value: value.to_owned() })?;
    store::search::refresh_person(tx, person)?;
    store::audit::add(tx, &allowed, "add contact", &person.to_string(), kind.word())?;
    Ok(id)
}

/// The record of a person, unless it was merged into another one.
pub fn in_use(tx: &mut Tx, id: PersonId) -> Result<Person> {
    if let Some(merge) = store::merge::of_merged(tx, id)? {
        return Err(refuse(NotTaken::MergedAway { into: merge.kept }));
    }
    store::person::get(tx, id)
}

/// Gives a person another name from a day on; the old one is kept with its days. `was` is the name
/// that the clerk saw.
pub fn rename(
    tx: &mut Tx,
    actor: Actor,
    id: PersonId,
    was: &str,
    name: &str,
    on: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let person = in_use(tx, id)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(refuse(NotTaken::NoName));
    }
    written::line(Written::Name, name)?;
    if name == person.name {
        return Err(refuse(NotTaken::SameName));
    }
    if person.name != was || !store::person::rename(tx, id, was, name)? {
        let now = store::person::get(tx, id)?.name;
        return Err(refuse(NotTaken::Renamed { now }));
    }
    let subject = Subject::Person(id);
    crate::detail::set(tx, actor, subject, DetailKind::FormerName, was, None, on)?;
    for account in store::account::of_person(tx, id)? {
        store::search::refresh(tx, account)?;
    }
    let said = format!("{was} is {name}");
    store::audit::turn(tx, &allowed, "rename person", &id.to_string(), &said, (was, name))
}

/// Lets a person be written to in another language from now on; what was sent stays as it was.
pub fn speak(tx: &mut Tx, actor: Actor, id: PersonId, language: Language) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let was = in_use(tx, id)?.language;
    if was == language || !store::person::speak(tx, id, was, language)? {
        return Err(refuse(NotTaken::SameLanguage { language }));
    }
    let (subject, change) = (id.to_string(), (was.word(), language.word()));
    store::audit::turn(tx, &allowed, "set language", &subject, language.word(), change)
}

/// Writes down what a contact point may be used for, from a day on.
pub fn consent(
    tx: &mut Tx,
    actor: Actor,
    contact: ContactId,
    purpose: Purpose,
    from: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let person = store::person::contact_point(tx, contact)?.person;
    let given = store::person::consents(tx, person)?;
    let same = |it: &&Consent| it.contact == contact && it.purpose == purpose;
    if let Some(it) = given.iter().filter(same).find(|it| it.to.is_none_or(|to| from < to)) {
        return Err(refuse(NotTaken::Consent { purpose, since: Some(it.from) }));
    }
    store::person::consent(tx, contact, purpose, from)?;
    let said = format!("contact point {contact} for {purpose} from {from}");
    let change = ("not allowed", "allowed");
    store::audit::turn(tx, &allowed, "consent", &person.to_string(), &said, change)
}

/// Takes a consent back from a day on.
pub fn withdraw(
    tx: &mut Tx,
    actor: Actor,
    contact: ContactId,
    purpose: Purpose,
    on: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let person = store::person::contact_point(tx, contact)?.person;
    if !store::person::withdraw(tx, contact, purpose, on)? {
        return Err(refuse(NotTaken::Consent { purpose, since: None }));
    }
    let said = format!("contact point {contact} for {purpose} up to {on}");
    let change = ("allowed", "not allowed");
    store::audit::turn(tx, &allowed, "withdraw consent", &person.to_string(), &said, change)
}

/// What a bankrupt person owes, before the petition and from its day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// The day of the petition.
    pub petition_on: Date,
    /// What became due before it.
    pub before: Money,
    /// What became due from it on.
    pub after: Money,
}

/// What is owed on all accounts of a bankrupt person, split at the petition.
pub fn split(tx: &mut Tx, id: PersonId) -> Result<Split> {
    let details = store::detail::of(tx, Subject::Person(id))?;
    let petition = details.iter().rfind(|it| it.kind == DetailKind::Bankruptcy && it.to.is_none());
    let Some(petition) = petition else { return Err(refuse(NotTaken::NotBankrupt)) };
    let petition_on = petition.from;
    let (mut before, mut all) = (Money::ZERO, Money::ZERO);
    for account in store::account::of_person(tx, id)? {
        all += store::ledger::balance(tx, account)?;
        before += store::ledger::balance_before(tx, account, petition_on)?;
    }
    Ok(Split { petition_on, before, after: all - before })
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
            NotTaken::MergedAway { into } => {
                write!(f, "this record was merged into person {into}; use that one")
            }
            NotTaken::Renamed { now } => write!(
                f,
                "the name is {now} by now, which is not the one you saw; say that you saw it to \
                 change it all the same"
            ),
            NotTaken::SameLanguage { language } => {
                write!(f, "they are written to in {language} already; nothing was changed")
            }
            NotTaken::SameName => f.write_str("that is their name already"),
            NotTaken::Consent { purpose, since: Some(since) } => {
                write!(f, "it may be used for {purpose} since {since}; nothing is to be done")
            }
            NotTaken::Consent { purpose, since: None } => write!(
                f,
                "no consent for {purpose} began before that day, so none is taken back; name a \
                 later day"
            ),
            NotTaken::NotBankrupt => {
                f.write_str("no bankruptcy is said of them; say it with the day of the petition")
            }
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

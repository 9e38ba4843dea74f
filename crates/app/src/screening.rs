//! Looking an applicant up before they are taken on: are they there already, and do they owe?

use anyhow::Result;
use meterbook_core::id::{AccountId, AccountNumber, PersonId};
use meterbook_core::money::Money;
use meterbook_core::search::About;
use meterbook_store::{self as store, Tx};

use crate::search;

/// An account that is, or may be, the applicant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub number: AccountNumber,
    /// Whose it is.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Where their mail goes.
    pub address: String,
    /// What is owed on it.
    pub owes: Money,
    /// What of the applicant it has in common.
    pub by: KnownBy,
}

/// What an account and an applicant have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// They are the same person, as the clerk says.
    Person,
    /// The name.
    Name,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
}

/// The accounts that are or may be the applicant's, each once.
pub fn look_up(
    tx: &mut Tx,
    name: &str,
    phone: Option<&str>,
    email: Option<&str>,
) -> Result<Vec<Known>> {
    let mut known: Vec<Known> = Vec::new();
    let asked = [(KnownBy::Name, Some(name)), (KnownBy::Phone, phone), (KnownBy::Email, email)];
    for (by, text) in asked {
        let Some(text) = text.map(str::trim).filter(|it| !it.is_empty()) else { continue };
        for hit in search::search(tx, text)? {
            // A search finds parts, and what is nearly the same; here only the whole counts.
            let said = folded(text);
            let same = match by {
                KnownBy::Name => folded(&hit.name) == said,
                _ => hit.why.iter().any(|it| folded(&it.text) == said),
            };
            if let (true, About::Account, Some(owes)) = (same, hit.subject.about, hit.balance) {
                let account = store::account::get(tx, AccountId(hit.subject.id))?;
                let (number, person) = (account.number, account.person);
                if known.iter().all(|it| it.number != number) {
                    let (name, address) = (hit.name, hit.address);
                    known.push(Known { number, person, name, address, owes, by });
                }
            }
        }
    }
    Ok(known)
}

/// The accounts of a person who is known, that something is owed on.
pub fn debts(tx: &mut Tx, person: PersonId) -> Result<Vec<Known>> {
    let mut known = Vec::new();
    let name = store::person::get(tx, person)?.name;
    for id in store::account::of_person(tx, person)? {
        let owes = store::ledger::balance(tx, id)?;
        if Money::ZERO < owes {
            let account = store::account::get(tx, id)?;
            let address = account.mail_to.lines().collect::<Vec<_>>().join(", ");
            let (number, name, by) = (account.number, name.clone(), KnownBy::Person);
            known.push(Known { number, person, name, address, owes, by });
        }
    }
    Ok(known)
}

/// A name without what nobody writes twice in the same way: cases, signs, spaces.
fn folded(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl std::fmt::Display for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Known { number, person, name, address, owes, by } = self;
        let by = match by {
            KnownBy::Person => "the same person",
            KnownBy::Name => "the same name",
            KnownBy::Phone => "the same telephone number",
            KnownBy::Email => "the same e-mail address",
        };
        write!(f, "{name} (person {person}), account {number}, {address}: {by}")?;
        if Money::ZERO < *owes {
            write!(f, ", owes {owes}")?;
        }
        Ok(())
    }
}

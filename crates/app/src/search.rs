//! Finding accounts, empty premises and work orders by any scrap of what is known about them.

use anyhow::Result;
use meterbook_core::id::AccountId;
use meterbook_core::limits::SEARCH_ROWS;
use meterbook_core::money::Money;
use meterbook_core::search::{About, Scrap, Subject};
use meterbook_store::search::Hit;
use meterbook_store::{self as store, Tx};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub subject: Subject,
    /// Its number.
    pub number: String,
    /// Whose it is; nobody's, where nobody is served.
    pub name: String,
    /// Where it is, or where its mail goes.
    pub address: String,
    /// The scraps of it that match.
    pub why: Vec<Scrap>,
    /// What is owed, on an account.
    pub balance: Option<Money>,
}

/// What matches every word of `text`, the best first, at most [`SEARCH_ROWS`].
pub fn search(tx: &mut Tx, text: &str) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for hit in store::search::find(tx, text, SEARCH_ROWS)? {
        let Hit { subject, number, name, address, why } = hit;
        let balance = match subject.about {
            About::Account => Some(store::ledger::balance(tx, AccountId(subject.id))?),
            About::Premise | About::Order => None,
        };
        found.push(Found { subject, number, name, address, why, balance });
    }
    Ok(found)
}

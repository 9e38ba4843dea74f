//! Finding accounts by any scrap of what is known about them.

use anyhow::Result;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::limits::SEARCH_ROWS;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

/// An account that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which one, inside.
    pub account: AccountId,
    /// Its number.
    pub number: AccountNumber,
    /// Whose it is.
    pub name: String,
    /// Where its mail goes.
    pub address: String,
    /// What of it matched.
    pub scrap: String,
    /// What is owed.
    pub balance: Money,
}

/// The accounts that match every word of `text`, at most [`SEARCH_ROWS`].
pub fn search(tx: &mut Tx, text: &str) -> Result<Vec<Found>> {
    let limit = i64::try_from(SEARCH_ROWS).expect("it is small");
    let mut found = Vec::new();
    for hit in store::search::find(tx, &words(text), limit)? {
        let store::search::Hit { account, number, name, address, scrap } = hit;
        let balance = store::ledger::balance(tx, account)?;
        found.push(Found { account, number, name, address, scrap, balance });
    }
    Ok(found)
}

/// The words to look for. A telephone number is one word, however it is written; so is an account
/// number.
fn words(text: &str) -> Vec<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let dialled = |it: char| it.is_ascii_digit() || " ()+-./".contains(it);
    let spaced = text.trim().contains([' ', '(', '-']);
    if 7 <= digits.len() && spaced && text.chars().all(dialled) {
        return vec![digits];
    }
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_telephone_number_is_one_word_however_it_is_written() {
        for text in ["(555) 010-2000", "555-010-2000", "555 010 2000"] {
            assert_eq!(words(text), ["5550102000"]);
        }
        assert_eq!(words("417 Juniper"), ["417", "Juniper"]);
        assert_eq!(words("12"), ["12"]);
    }
}

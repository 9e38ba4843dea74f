//! Naming a thing of the record as a person says it: `bill:B-260804-10000001`.

use std::fmt;

use anyhow::Result;
use meterbook_core::about::About;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_store::{self as store, Tx};

use crate::refuse;

/// Why it is not known what is meant.
#[derive(Debug, PartialEq, Eq)]
pub enum NotNamed {
    /// It does not say what sort of thing it is.
    NoSort {
        /// What was said.
        said: String,
    },
    /// There is no such thing.
    NotThere {
        /// The sort of thing.
        what: String,
        /// What was said for it.
        said: String,
    },
}

/// The thing that is called `sort:number`: an account, bill or meter by its number, anything else
/// by its id.
pub fn named(tx: &mut Tx, said: &str) -> Result<About> {
    let no_sort = || refuse(NotNamed::NoSort { said: said.to_owned() });
    let (what, which) = said.split_once(':').ok_or_else(no_sort)?;
    let found = match what {
        "account" => match AccountNumber::parse(which) {
            Some(number) => store::account::by_number(tx, number)?.map(|it| About::Account(it.id)),
            None => None,
        },
        "bill" => store::bill::by_number(tx, &BillNumber(which.to_owned()))?.map(About::Bill),
        "meter" => store::meter::by_serial(tx, which)?.first().map(|it| About::Meter(it.id)),
        _ => {
            let id = which.parse().unwrap_or(0);
            let about = About::of(what, id).ok_or_else(no_sort)?;
            store::about::name(tx, about)?.filter(|_| 0 < id).map(|_| about)
        }
    };
    found
        .ok_or_else(|| refuse(NotNamed::NotThere { what: what.to_owned(), said: which.to_owned() }))
}

/// Whose a thing is, where it is one account's alone.
pub(crate) fn whose(tx: &mut Tx, about: About) -> Result<Option<AccountId>> {
    Ok(match about {
        About::Account(id) => Some(id),
        About::Bill(id) => Some(store::bill::get(tx, id)?.account),
        About::Payment(id) => store::payment::get(tx, id)?.map(|it| it.account),
        _ => None,
    })
}

impl fmt::Display for NotNamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotNamed::NoSort { said } => write!(
                f,
                "{said} does not say what it is; write account:, premise:, agreement:, meter:, bill:, payment:, batch: or order: before its number"
            ),
            NotNamed::NotThere { what, said } => {
                write!(f, "there is no {what} {said}; check the number")
            }
        }
    }
}

impl std::error::Error for NotNamed {}

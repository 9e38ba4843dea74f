//! Who may be on a tariff: the classes of customers that its text is open to.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::AccountId;
use meterbook_core::place::Commodity;
use meterbook_core::tariff::Tariff;
use meterbook_store::{self as store, Tx};

use crate::refuse;

/// Why an account may not be on a tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotEligible {
    /// The tariff.
    pub tariff: String,
    /// The class of the account.
    pub class: CustomerClass,
    /// Whom it is open to.
    pub open_to: Vec<CustomerClass>,
    /// Tariffs of the same commodity that are open to the class.
    pub instead: Vec<String>,
}

/// Refuses a tariff that an account may not be on from a day on. One that is not there is refused by who
/// starts service on it.
pub(crate) fn check(tx: &mut Tx, account: AccountId, tariff: &str, from: Date) -> Result<()> {
    let class = store::account::get(tx, account)?.class;
    match crate::tariff::in_force(tx, tariff, from)? {
        Some(it) if !it.is_open_to(class) => {
            let instead = open_to(tx, it.commodity, class, from)?;
            let (tariff, open_to) = (tariff.to_owned(), it.open_to);
            Err(refuse(NotEligible { tariff, class, open_to, instead }))
        }
        _ => Ok(()),
    }
}

/// Why a class of customers may not be on a version of a tariff; `None` where it may.
pub(crate) fn why_not(it: &Tariff, class: CustomerClass) -> Option<NotEligible> {
    let (tariff, open_to, instead) = (it.code.clone(), it.open_to.clone(), Vec::new());
    (!it.is_open_to(class)).then_some(NotEligible { tariff, class, open_to, instead })
}

/// The codes of the tariffs for a commodity that are open to a class on a day.
fn open_to(
    tx: &mut Tx,
    commodity: Commodity,
    class: CustomerClass,
    on: Date,
) -> Result<Vec<String>> {
    let mut newest: Vec<Tariff> = Vec::new();
    for it in store::tariff::all(tx)? {
        let Ok(version) = Tariff::parse(&it.text) else { continue };
        if on < version.from || version.is_rider || version.commodity != commodity {
            continue;
        }
        // Versions come by code, the newest last.
        newest.retain(|there| there.code != version.code);
        newest.push(version);
    }
    newest.retain(|it| it.is_open_to(class));
    Ok(newest.into_iter().map(|it| it.code).collect())
}

impl fmt::Display for NotEligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotEligible { tariff, class, open_to, instead } = self;
        let words: Vec<&str> = open_to.iter().map(|it| it.word()).collect();
        write!(
            f,
            "tariff {tariff} is open to {} customers, and this one is {class}",
            words.join(" and ")
        )?;
        match instead.as_slice() {
            [] => Ok(()),
            codes => write!(f, "; take one of {}", codes.join(", ")),
        }
    }
}

impl std::error::Error for NotEligible {}

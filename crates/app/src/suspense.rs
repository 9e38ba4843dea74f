//! Money of which nobody knows yet whose it is: who it might be from, and giving it to them.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, AccountNumber, SuspenseId};
use meterbook_core::ledger::{Gl, Payment, Suspended};
use meterbook_core::limits::SEARCH_ROWS;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::search::About;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::receipt::Posted;
use crate::{Actor, refuse};

/// An account that money may be for.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which.
    pub account: Account,
    /// Whose it is.
    pub name: String,
    /// What it owes.
    pub balance: Money,
    /// What speaks for it, the strongest first.
    pub why: Vec<Clue>,
}

/// What speaks for an account, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clue {
    /// Its number is said.
    Number,
    /// A bill of it is said.
    Bill,
    /// It is found by what is said, such as a name or a street.
    Found,
    /// It owes exactly that.
    Amount,
}

/// Why money is not given to an account.
#[derive(Debug, PartialEq, Eq)]
pub enum NotMatched {
    /// There is no such money.
    Unknown {
        /// Which.
        id: SuspenseId,
    },
    /// Something became of it already.
    Ended {
        /// Which.
        id: SuspenseId,
        /// The day.
        on: Date,
    },
}

/// Whom it might be from: by an account's or a bill's number in what is said of it, a scan line, a name
/// or a street, and by what is owed. The best first.
pub fn candidates(tx: &mut Tx, held: &Suspended) -> Result<Vec<Candidate>> {
    let mut clues: BTreeMap<AccountId, Vec<Clue>> = BTreeMap::new();
    let words = || held.said.split([' ', ',', ';', '/']).filter(|it| !it.is_empty());
    for word in words() {
        // A scan line begins with the account's digits.
        if let Some(number) = AccountNumber::parse(word)
            && let Some(account) = store::account::by_number(tx, number)?
        {
            clues.entry(account.id).or_default().push(Clue::Number);
        }
        if let Some(bill) = store::bill::by_number(tx, &BillNumber(word.to_owned()))? {
            let account = store::bill::get(tx, bill)?.account;
            clues.entry(account).or_default().push(Clue::Bill);
        }
    }
    for hit in store::search::find(tx, &held.said, SEARCH_ROWS)? {
        if hit.subject.about == About::Account {
            clues.entry(AccountId(hit.subject.id)).or_default().push(Clue::Found);
        }
    }
    let mut found = Vec::new();
    for (id, mut why) in clues {
        let account = store::account::get(tx, id)?;
        let balance = store::ledger::balance(tx, id)?;
        if balance == held.amount {
            why.push(Clue::Amount);
        }
        why.sort_unstable();
        why.dedup();
        let name = store::person::get(tx, account.person)?.name;
        found.push(Candidate { account, name, balance, why });
    }
    found.sort_by(|one, other| {
        let rank = |it: &Candidate| (it.why.clone(), it.account.id);
        rank(one).cmp(&rank(other))
    });
    Ok(found)
}

/// Gives it to an account, as a payment of the day on which it came.
pub fn match_to(
    tx: &mut Tx,
    actor: Actor,
    id: SuspenseId,
    account: AccountId,
    why: &str,
) -> Result<Payment> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    let held = store::suspense::get(tx, id)?;
    let held = held.ok_or_else(|| refuse(NotMatched::Unknown { id }))?;
    let came = store::receipt::lock(tx, held.tender)?.context("what is held came in a tender")?;
    if let Some(on) = store::suspense::ended(tx, id)? {
        return Err(refuse(NotMatched::Ended { id, on }));
    }
    store::account::lock(tx, &[account])?;
    crate::close::begin_day(tx, &allowed)?;
    let tendered = (came.tender.kind, came.tender.reference.as_str());
    let posted = Posted { from: (Gl::Suspense, None), tender: held.tender, tendered };
    let payment = posted.pay(tx, (account, None), held.amount, held.on)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    store::suspense::end(tx, id, today, Some(payment.id), why)?;
    store::audit::add(tx, &allowed, "match suspense", &id.to_string(), &payment.key)?;
    crate::order::after_payment(tx, &allowed, account)?;
    Ok(payment)
}

impl fmt::Display for NotMatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMatched::Unknown { id } => {
                write!(f, "nothing is held under {id}; see: meterbook suspense list")
            }
            NotMatched::Ended { id, on } => {
                write!(f, "what was held under {id} was settled on {on}; nothing was changed")
            }
        }
    }
}

impl std::error::Error for NotMatched {}

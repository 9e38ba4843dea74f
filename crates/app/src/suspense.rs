//! Money of which nobody knows yet whose it is: who it might be from, giving it to them, and giving it back.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, AccountNumber, SuspenseId, TenderId};
use meterbook_core::ledger::{EntryKind, Gl, Payment, Suspended, post_between};
use meterbook_core::limits::SEARCH_ROWS;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::search::About;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::receipt::{self, Posted};
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
    /// A part of the same tender is on an account.
    Shared {
        /// What it came in.
        tender: TenderId,
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
    let tendered = (came.tender.kind, came.tender.reference.as_str());
    let posted = Posted { from: (Gl::Suspense, None), tender: held.tender, tendered };
    let payment = posted.pay(tx, (account, None), held.amount, held.on)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    store::suspense::end(tx, id, today, Some(payment.id), why)?;
    store::audit::add(tx, &allowed, "match suspense", &id.to_string(), &payment.key)?;
    crate::order::after_payment(tx, &allowed, account)?;
    Ok(payment)
}

/// Gives it back to whoever brought it: as it came, out of what came in. The amount is what whoever does
/// it may give back.
pub fn give_back(tx: &mut Tx, actor: Actor, id: SuspenseId, why: &str) -> Result<Suspended> {
    let held = store::suspense::get(tx, id)?;
    let held = held.ok_or_else(|| refuse(NotMatched::Unknown { id }))?;
    let allowed = authorize(tx, actor, Permission::RefundCredit, Some(held.amount))?;
    receipt::said(why)?;
    store::receipt::lock(tx, held.tender)?.context("what is held came in a tender")?;
    if let Some(on) = store::suspense::ended(tx, id)? {
        return Err(refuse(NotMatched::Ended { id, on }));
    }
    let tender = held.tender;
    if !store::receipt::standing(tx, tender)?.is_empty() {
        return Err(refuse(NotMatched::Shared { tender }));
    }
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let sides = post_between((Gl::Suspense, None), (Gl::Cash, None), held.amount);
    receipt::entry(tx, (EntryKind::SuspenseReturned, today), &held.key, &held.said, sides)?;
    store::suspense::end(tx, id, today, None, why.trim())?;
    let said = format!("{}: {}", held.amount, why.trim());
    store::audit::add(tx, &allowed, "give suspense back", &id.to_string(), &said)?;
    Ok(held)
}

impl fmt::Display for NotMatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMatched::Shared { tender } => write!(
                f,
                "a part of tender {tender} is on an account; take it back as a whole: meterbook receipt return {tender}"
            ),
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

//! Money of which nobody knows yet whose it is: who it might be from, giving it to them, and giving it back.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, AccountNumber, SuspenseId};
use meterbook_core::ledger::{EntryKind, Gl, Payment, Suspended, post_between};
use meterbook_core::limits::SEARCH_ROWS;
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::search::About;
use meterbook_store::receipt::Came;
use meterbook_store::suspense::Became;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::receipt::{self, Posted};
use crate::{Actor, refuse};

/// What an approval calls it.
pub(crate) const REFUND_HELD: &str = "refund suspense";

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

/// Money that is held and to be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewHeldRefund {
    /// Which.
    pub id: SuspenseId,
    /// What somebody saw it is.
    pub amount: Money,
}

/// Why money is not given to an account, or back.
#[derive(Debug, PartialEq, Eq)]
pub enum NotMatched {
    /// The parts are none, or more than what is held.
    NoParts {
        /// What is held.
        held: Money,
        /// What the parts add up to.
        parts: Money,
    },
    /// It is another amount.
    OtherAmount {
        /// What is held.
        held: Money,
    },
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
    /// It was parted, and some of it is still held.
    Parted {
        /// Which.
        id: SuspenseId,
        /// What is held of it now.
        rest: Suspended,
    },
}

/// Whom it might be from: by an account's or a bill's number in what is said of it, a scan line, a name
/// or a street, and by what is owed. The best first.
pub fn candidates(tx: &mut Tx, held: &Suspended) -> Result<Vec<Candidate>> {
    let mut clues: BTreeMap<AccountId, Vec<Clue>> = BTreeMap::new();
    let words = || held.said.split([' ', ',', ';', '/']).filter(|it| !it.is_empty());
    let mut said = AccountNumber::all_in(&held.said);
    said.extend(words().flat_map(numbers));
    for number in said {
        if let Some(account) = store::account::by_number(tx, number)? {
            clues.entry(account.id).or_default().push(Clue::Number);
        }
    }
    for word in words() {
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

/// The numbers of accounts that a word may have in it: it is one, or a group of digits of a scan line, or all
/// of them, in which one stands among others.
fn numbers(word: &str) -> Vec<AccountNumber> {
    let mut all: Vec<AccountNumber> = AccountNumber::parse(word).into_iter().collect();
    let digits = word.len() <= LONGEST_LINE && word.bytes().all(|it| it.is_ascii_digit());
    for at in 0..word.len().saturating_sub(ACCOUNT_DIGITS - 1) {
        let part = word.get(at..at + ACCOUNT_DIGITS).filter(|_| digits);
        all.extend(part.and_then(AccountNumber::parse));
    }
    all
}

/// Digits of an account's number.
const ACCOUNT_DIGITS: usize = 9;
/// Digits of the longest scan line.
const LONGEST_LINE: usize = 80;

/// Gives it to an account, as a payment of the day on which it came.
pub fn match_to(
    tx: &mut Tx,
    actor: Actor,
    id: SuspenseId,
    account: AccountId,
    why: &str,
) -> Result<Payment> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    let (held, came) = standing(tx, id)?;
    store::account::lock(tx, &[account])?;
    give(tx, &allowed, (&held, &came), account, why)
}

/// Gives parts of it to several accounts; what is left is held on. Says what each got.
pub fn split(
    tx: &mut Tx,
    actor: Actor,
    id: SuspenseId,
    parts: &[(AccountId, Money)],
    why: &str,
) -> Result<Vec<Payment>> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    receipt::said(why)?;
    let (held, came) = standing(tx, id)?;
    let sum: Money = parts.iter().map(|it| it.1).sum();
    if held.amount < sum || parts.is_empty() || parts.iter().any(|it| it.1 <= Money::ZERO) {
        return Err(refuse(NotMatched::NoParts { held: held.amount, parts: sum }));
    }
    let accounts: Vec<AccountId> = parts.iter().map(|it| it.0).collect();
    store::account::lock(tx, &accounts)?;
    let rest = held.amount - sum;
    let amounts = parts.iter().map(|it| it.1).chain(Some(rest).filter(|it| Money::ZERO < *it));
    let amounts: Vec<Money> = amounts.collect();
    let first = tx.next(Counter::Suspense, amounts.len())?;
    let mut payments = Vec::new();
    for (nth, amount) in (0_i64..).zip(amounts) {
        let key = format!("{}/part/{}", held.key, nth + 1);
        let part = Suspended { id: SuspenseId(first + nth), amount, key, ..held.clone() };
        store::suspense::add_part(tx, &part, id)?;
        let to = usize::try_from(nth).ok().and_then(|nth| parts.get(nth));
        if let Some((account, _)) = to {
            payments.push(give(tx, &allowed, (&part, &came), *account, why)?);
        }
    }
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    store::suspense::end(tx, id, today, Became::Parted, why.trim())?;
    let said = format!("{} parts of {}, {rest} held on", parts.len(), held.amount);
    store::audit::add(tx, &allowed, "split suspense", &id.to_string(), &said)?;
    Ok(payments)
}

/// Gives it back to whoever it came from: it waits in refunds payable until the utility's own books pay
/// it. Beyond the limit of whoever does it, it takes two ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn refund(tx: &mut Tx, actor: Actor, new: &NewHeldRefund, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::RefundCredit, Some(new.amount))?;
    pay_back(tx, &allowed, new, why)
}

/// Refuses what cannot be given back.
pub(crate) fn check(tx: &mut Tx, new: &NewHeldRefund) -> Result<Suspended> {
    let (held, _) = standing(tx, new.id)?;
    if held.amount != new.amount {
        return Err(refuse(NotMatched::OtherAmount { held: held.amount }));
    }
    Ok(held)
}

/// Gives back what was authorized.
pub(crate) fn pay_back(
    tx: &mut Tx,
    allowed: &Authorized,
    new: &NewHeldRefund,
    why: &str,
) -> Result<()> {
    receipt::said(why)?;
    let held = check(tx, new)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    let sides = post_between((Gl::Suspense, None), (Gl::RefundsPayable, None), held.amount);
    receipt::entry(tx, (EntryKind::Refund, on), &held.key, &held.said, sides)?;
    store::suspense::end(tx, held.id, on, Became::Refunded, why.trim())?;
    let said = format!("{}: {}", held.amount, why.trim());
    store::audit::add(tx, allowed, REFUND_HELD, &held.id.to_string(), &said)
}

/// What is held under a number and what it came in; nobody else decides about it meanwhile.
fn standing(tx: &mut Tx, id: SuspenseId) -> Result<(Suspended, Came)> {
    let held = store::suspense::get(tx, id)?;
    let held = held.ok_or_else(|| refuse(NotMatched::Unknown { id }))?;
    let came = store::receipt::lock(tx, held.tender)?.context("what is held came in a tender")?;
    match store::suspense::ended(tx, id)? {
        Some(on) => Err(refuse(match rest(tx, &held)? {
            Some(rest) => NotMatched::Parted { id, rest },
            None => NotMatched::Ended { id, on },
        })),
        None => Ok((held, came)),
    }
}

/// What is still held of something that was parted.
pub fn rest(tx: &mut Tx, of: &Suspended) -> Result<Option<Suspended>> {
    let parts = format!("{}/part/", of.key);
    let open = store::suspense::open_of(tx, of.tender)?;
    Ok(open.into_iter().find(|it| it.key.starts_with(&parts)))
}

fn give(
    tx: &mut Tx,
    allowed: &Authorized,
    (held, came): (&Suspended, &Came),
    account: AccountId,
    why: &str,
) -> Result<Payment> {
    crate::close::begin_day(tx, allowed)?;
    let tendered = (came.tender.kind, came.tender.reference.as_str());
    let posted = Posted { from: (Gl::Suspense, None), tender: held.tender, tendered };
    let payment = posted.pay(tx, (account, &[]), held.amount, held.on)?;
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    store::suspense::end(tx, held.id, today, Became::Matched(payment.id), why)?;
    store::audit::add(tx, allowed, "match suspense", &held.id.to_string(), &payment.key)?;
    crate::order::after_payment(tx, allowed, account)?;
    Ok(payment)
}

impl NewHeldRefund {
    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        let held = check(tx, self)?;
        Ok(format!("{} held since {}: {}", held.amount, held.on, held.said))
    }
}

impl fmt::Display for NotMatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMatched::NoParts { held, parts } => write!(
                f,
                "{held} is held, and the parts add up to {parts}; each is above zero, and all are no more than that"
            ),
            NotMatched::OtherAmount { held } => {
                write!(f, "{held} is held; look at it again: meterbook suspense list")
            }
            NotMatched::Unknown { id } => {
                write!(f, "nothing is held under {id}; see: meterbook suspense list")
            }
            NotMatched::Parted { id, rest } => write!(
                f,
                "what was held under {id} was parted; {} of it is held under {} now",
                rest.amount, rest.id
            ),
            NotMatched::Ended { id, on } => {
                write!(f, "what was held under {id} was settled on {on}; nothing was changed")
            }
        }
    }
}

impl std::error::Error for NotMatched {}

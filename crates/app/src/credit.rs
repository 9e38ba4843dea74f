//! What becomes of a credit on an account: it is given back, or goes to another account.

use std::fmt;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, CreditUseId};
use meterbook_core::ledger::{EntryKind, Gl, post_between};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::receipt::CreditUse;
use meterbook_store::{self as store, Counter, Tx};
use serde_json::{Value, json};

use crate::authority::{NotAuthorized, authorize};
use crate::receipt::{entry, said};
use crate::{Actor, refuse};

/// What an approval calls it.
pub(crate) const REFUND: &str = "refund credit";
/// What an approval calls that a credit goes to another account.
pub(crate) const SPEND: &str = "transfer credit";

/// What is to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefund {
    /// Whose credit it is.
    pub account: AccountId,
    /// How much.
    pub amount: Money,
    /// What tells it from the next one, such as the number of the check.
    pub reference: String,
}

/// A credit that is to go to another account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSpend {
    /// What.
    pub credit: NewRefund,
    /// Where.
    pub to: AccountId,
}

/// Why a credit stays where it is.
#[derive(Debug, PartialEq, Eq)]
pub enum NotUsed {
    /// The amount is not above zero.
    NotAboveZero,
    /// There is less.
    Beyond {
        /// What there is.
        credit: Money,
    },
    /// It has no reference to tell it from the next one.
    NoReference,
    /// It was done already.
    Already {
        /// How much it was.
        amount: Money,
        /// The day.
        on: Date,
    },
    /// It would go where it is.
    SameAccount,
}

/// Gives a credit back: it waits in refunds payable until the utility's own books pay it. Beyond the
/// limit of whoever does it, it takes two ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn refund(tx: &mut Tx, actor: Actor, new: &NewRefund, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::RefundCredit, Some(new.amount))?;
    give(tx, &allowed, new, why)
}

/// Lets a credit go to another account of the same person; to any other one it takes two
/// ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn transfer(tx: &mut Tx, actor: Actor, new: &NewSpend, why: &str) -> Result<()> {
    let permission = Permission::MatchPayments;
    let allowed = authorize(tx, actor, permission, Some(new.credit.amount))?;
    if actor.by.is_some() && new.is_to_a_stranger(tx)? {
        return Err(refuse(NotAuthorized::NeedsSecond { permission, limit: None }));
    }
    new.be_done(tx, &allowed, why)
}

impl NewSpend {
    /// Whether it would go to somebody else's account.
    pub(crate) fn is_to_a_stranger(&self, tx: &mut Tx) -> Result<bool> {
        let [from, to] = [self.credit.account, self.to];
        Ok(store::account::get(tx, from)?.person != store::account::get(tx, to)?.person)
    }

    /// Refuses what cannot go.
    pub(crate) fn check(&self, tx: &mut Tx) -> Result<()> {
        if self.credit.account == self.to {
            return Err(refuse(NotUsed::SameAccount));
        }
        check(tx, &self.credit).map(drop)
    }

    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        let [from, to] = [self.credit.account, self.to].map(|it| store::account::get(tx, it));
        let reference = self.credit.reference.trim();
        Ok(format!("account {} to {}, {reference}", from?.number, to?.number))
    }

    /// As it is kept.
    pub(crate) fn content(&self) -> Value {
        json!({
            "account": self.credit.account.0,
            "cents": self.credit.amount.cents(),
            "reference": self.credit.reference.trim(),
            "to": self.to.0,
        })
    }

    /// As it was kept.
    pub(crate) fn read(content: &Value) -> Option<NewSpend> {
        let credit = NewRefund {
            account: AccountId(content["account"].as_i64()?),
            amount: Money::from_cents(content["cents"].as_i64()?),
            reference: content["reference"].as_str()?.to_owned(),
        };
        Some(NewSpend { credit, to: AccountId(content["to"].as_i64()?) })
    }

    /// Lets it go, as was authorized.
    pub(crate) fn be_done(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        if self.credit.account == self.to {
            return Err(refuse(NotUsed::SameAccount));
        }
        spend(tx, allowed, &self.credit, Some(self.to), why)?;
        crate::order::after_payment(tx, allowed, self.to)
    }
}

/// Refuses what cannot be given back.
pub(crate) fn check(tx: &mut Tx, new: &NewRefund) -> Result<String> {
    let reference = new.reference.trim();
    if new.amount <= Money::ZERO {
        return Err(refuse(NotUsed::NotAboveZero));
    }
    if reference.is_empty() {
        return Err(refuse(NotUsed::NoReference));
    }
    let key = format!("{}/{reference}", new.account);
    if let Some((amount, on)) = store::receipt::used(tx, &key)? {
        return Err(refuse(NotUsed::Already { amount, on }));
    }
    // What was given up is paid first.
    let (given_up, _) = store::write_off::given_up(tx, new.account)?;
    let credit = -store::debt::owed(tx, new.account)? - given_up;
    if credit < new.amount {
        return Err(refuse(NotUsed::Beyond { credit: credit.max(Money::ZERO) }));
    }
    Ok(key)
}

/// Gives back what was authorized.
pub(crate) fn give(tx: &mut Tx, allowed: &Authorized, new: &NewRefund, why: &str) -> Result<()> {
    spend(tx, allowed, new, None, why)
}

fn spend(
    tx: &mut Tx,
    allowed: &Authorized,
    new: &NewRefund,
    to: Option<AccountId>,
    why: &str,
) -> Result<()> {
    said(why)?;
    let from = new.account;
    let both: Vec<AccountId> = [from].into_iter().chain(to).collect();
    store::account::lock(tx, &both)?;
    crate::write_off::after_credit(tx, allowed, from)?;
    let key = check(tx, new)?;
    let on = today(tx, allowed.at())?;
    let id = CreditUseId(tx.next(Counter::CreditUse, 1)?);
    let amount = new.amount;
    let it = CreditUse { id, from, to, amount, on, key, why: why.trim().to_owned() };
    crate::close::begin_day(tx, allowed)?;
    store::receipt::use_credit(tx, &it)?;
    let (kind, act, goes) = match to {
        Some(to) => (EntryKind::Transfer, SPEND, (Gl::Receivable, Some(to))),
        None => (EntryKind::Refund, REFUND, (Gl::RefundsPayable, Some(from))),
    };
    let sides = post_between((Gl::Receivable, Some(from)), goes, amount);
    entry(tx, (kind, on), &it.key, &it.why, sides)?;
    store::audit::add(tx, allowed, act, &id.to_string(), &format!("{amount}: {}", it.key))
}

fn today(tx: &mut Tx, at: Timestamp) -> Result<Date> {
    Ok(crate::founding::zone(tx)?.day_of(at))
}

impl fmt::Display for NotUsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotUsed::NotAboveZero => f.write_str("what is given is above zero; say how much"),
            NotUsed::Beyond { credit } => {
                write!(f, "the account's credit is {credit}; give no more than that")
            }
            NotUsed::NoReference => f.write_str(
                "it needs a reference to tell it from the next, such as a check's number",
            ),
            NotUsed::Already { amount, on } => {
                write!(f, "{amount} was given under that reference on {on}; nothing was changed")
            }
            NotUsed::SameAccount => f.write_str("it is on that account already; name another one"),
        }
    }
}

impl std::error::Error for NotUsed {}

//! What came in at a bank and was not expected: a person says what it is, once.

use std::fmt;

use anyhow::Result;
use meterbook_core::id::{AccountId, TenderId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::bank::Settled;
use meterbook_store::{self as store, Conflict, Tx};

use crate::authority::authorize;
use crate::receipt::{self, For, NewReceipt, NewTender, Share};
use crate::{Actor, refuse};

/// What a credit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    /// Deposits of ours that were expected, one or several.
    Deposits(Vec<String>),
    /// A transfer that was taken already.
    Taken(TenderId),
    /// A customer's payment.
    Payment(AccountId),
    /// Nobody knows whose it is.
    Held,
    /// No customer's money: interest, a transfer between accounts of ours, or what a statement told before.
    Ours,
    /// A tender that came back.
    Returned(TenderId),
}

/// Why it is not said what a credit is.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSettled {
    /// There is no such credit that is open.
    Unknown {
        /// Its key.
        key: String,
    },
    /// No such deposit is expected.
    NoDeposit {
        /// Its key.
        deposit: String,
    },
    /// It comes to something else.
    OtherSum {
        /// What came in.
        came: Money,
        /// What it is said to be.
        said: Money,
    },
    /// No transfer was taken under that number.
    NoTransfer {
        /// The number.
        id: TenderId,
    },
    /// It is another credit already.
    Elsewhere,
    /// There is no such tender.
    NoTender {
        /// The number.
        id: TenderId,
    },
    /// The tender that is said to have come back was of another amount.
    OtherReturn {
        /// The number.
        id: TenderId,
        /// What came back.
        back: Money,
        /// What the tender was.
        was: Money,
    },
    /// Money went back by it, and it is said that some came in.
    WentBack,
    /// Money came in by it, and it is said that some went back.
    CameIn,
}

/// Says what a credit is that nobody expected, once. A payment, or what is held for nobody, is posted in the
/// same transaction, from the day on which the bank booked it.
pub fn settle(tx: &mut Tx, actor: Actor, key: &str, is: &Is, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    receipt::said(why)?;
    let key = key.trim();
    if let Some(item) = store::bank::lock_returned(tx, key)? {
        return super::back::settle(tx, actor, &item, is, why);
    }
    let credit = store::bank::lock(tx, key)?;
    let credit = credit.ok_or_else(|| refuse(NotSettled::Unknown { key: key.to_owned() }))?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let came = credit.amount;
    let agrees = |said: Money| match said == came {
        true => Ok(()),
        false => Err(refuse(NotSettled::OtherSum { came, said })),
    };
    let settled = match is {
        Is::Deposits(deposits) => {
            let mut expected = store::bank::expected(tx)?;
            expected.retain(|it| !it.seen);
            let mut sum = Money::ZERO;
            for deposit in deposits {
                let at = expected.iter().position(|it| it.key == *deposit);
                let none = || refuse(NotSettled::NoDeposit { deposit: deposit.clone() });
                sum += expected.swap_remove(at.ok_or_else(none)?).amount;
            }
            agrees(sum)?;
            Settled::Deposits(deposits)
        }
        Is::Taken(id) => {
            let tender = store::receipt::lock(tx, *id)?.map(|it| it.tender);
            let tender = tender.filter(|it| it.kind == Tender::Bank);
            let tender = tender.ok_or_else(|| refuse(NotSettled::NoTransfer { id: *id }))?;
            agrees(tender.amount)?;
            if store::bank::is_credit(tx, *id)? {
                return Err(refuse(NotSettled::Elsewhere));
            }
            Settled::Tender(*id)
        }
        Is::Payment(_) | Is::Held => {
            let to = match is {
                Is::Payment(account) => For::Account { account: *account, bill: None },
                _ if credit.said.trim().is_empty() => {
                    For::Suspense { said: "nothing said".to_owned() }
                }
                _ => For::Suspense { said: credit.said.clone() },
            };
            let (kind, reference) = (Tender::Bank, credit.key.clone());
            let new = NewReceipt {
                on: credit.on.min(today),
                tenders: vec![NewTender { kind, amount: came, reference }],
                shares: vec![Share { to, amount: came }],
            };
            Settled::Tender(receipt::post(tx, &allowed, &new)?.tenders[0].id)
        }
        Is::Ours => Settled::Ours,
        Is::Returned(_) => return Err(refuse(NotSettled::CameIn)),
    };
    store::bank::settle(tx, key, &settled, today, why.trim()).map_err(|why| {
        match why.is::<Conflict>() {
            true => refuse(NotSettled::Elsewhere),
            false => why,
        }
    })?;
    let said = format!("{came}, {}: {}", settled.word(), why.trim());
    store::audit::add(tx, &allowed, "settle bank credit", key, &said)
}

impl fmt::Display for NotSettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSettled::Unknown { key } => {
                write!(f, "nothing that came in as {key} is open; see: meterbook receipt unmatched")
            }
            NotSettled::NoDeposit { deposit } => {
                write!(f, "no deposit {deposit} is expected; see: meterbook receipt unmatched")
            }
            NotSettled::OtherSum { came, said } => {
                write!(f, "{came} came in, and what it is said to be comes to {said}")
            }
            NotSettled::NoTransfer { id } => {
                write!(f, "tender {id} is no transfer from a bank; look at the number again")
            }
            NotSettled::Elsewhere => {
                f.write_str("it is another credit of a statement already; nothing was changed")
            }
            NotSettled::NoTender { id } => {
                write!(f, "there is no tender {id}; see: meterbook receipt open --account NUMBER")
            }
            NotSettled::OtherReturn { id, back, was } => write!(
                f,
                "{back} came back, and tender {id} was {was}; look at its number again"
            ),
            NotSettled::WentBack => f.write_str(
                "the bank took money back by it; say which tender came back, or that it is no customer's",
            ),
            NotSettled::CameIn => {
                f.write_str("money came in by it; say what it is, not which tender came back")
            }
        }
    }
}

impl std::error::Error for NotSettled {}

//! Setting what moves cost and what is asked for as security, from a day on.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::money::Money;
use meterbook_core::moves::{Credit, Fee};
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Conflict, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a fee or a deposit is not set.
#[derive(Debug, PartialEq, Eq)]
pub enum FeeRefusal {
    /// It has no name, or no label in one of the languages.
    NoLabel,
    /// It is below zero.
    BelowZero,
    /// It is set from that day on already.
    Already {
        /// The day.
        from: Date,
    },
}

/// Sets a fee from its first day on; zero takes it away.
pub fn set(tx: &mut Tx, actor: Actor, fee: &Fee) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::PublishTariff, None)?;
    if [&fee.name, &fee.label_en, &fee.label_es].iter().any(|it| it.trim().is_empty()) {
        return Err(refuse(FeeRefusal::NoLabel));
    }
    if fee.amount < Money::ZERO {
        return Err(refuse(FeeRefusal::BelowZero));
    }
    let from = fee.from;
    let was = store::fee::all(tx)?.into_iter().rfind(|it| it.name == fee.name);
    let was = was.map_or(Money::ZERO, |it| it.amount).to_string();
    store::fee::set(tx, fee).map_err(|why| already(why, from))?;
    let said = format!("{} for {} from {from}", fee.amount, fee.act);
    let change = (was.as_str(), &*fee.amount.to_string());
    store::audit::turn(tx, &allowed, "set fee", &fee.name, &said, change)
}

/// Sets what is asked of a class of customers with such a credit, from a day on.
pub fn set_deposit(
    tx: &mut Tx,
    actor: Actor,
    class: CustomerClass,
    credit: Credit,
    from: Date,
    amount: Money,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::PublishTariff, None)?;
    if amount < Money::ZERO {
        return Err(refuse(FeeRefusal::BelowZero));
    }
    let was = store::deposit::of(tx, class, credit, from)?.to_string();
    store::deposit::set(tx, class, credit, from, amount).map_err(|why| already(why, from))?;
    let said = format!("{amount} from {from}");
    let of = format!("{class} {credit}");
    let change = (was.as_str(), &*amount.to_string());
    store::audit::turn(tx, &allowed, "set deposit", &of, &said, change)
}

fn already(why: anyhow::Error, from: Date) -> anyhow::Error {
    if why.is::<Conflict>() { refuse(FeeRefusal::Already { from }) } else { why }
}

impl fmt::Display for FeeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FeeRefusal::NoLabel => f.write_str(
                "a fee has a name, and a label in English and in Spanish that the customer reads",
            ),
            FeeRefusal::BelowZero => {
                f.write_str("what is asked for is zero or more; zero takes it away")
            }
            FeeRefusal::Already { from } => {
                write!(f, "it is set from {from} on already; set it from another day on")
            }
        }
    }
}

impl std::error::Error for FeeRefusal {}

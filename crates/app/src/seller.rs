//! Saying what an e-invoice says of the utility, and what all its amounts are in.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::currency::Currency;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::seller::Seller;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why nothing is said of the utility.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSaid {
    /// Something was said from that very day.
    Before {
        /// The day.
        from: Date,
    },
    /// Amounts were posted in another currency.
    Posted {
        /// What was said.
        said: Currency,
        /// What they are in.
        ours: Currency,
    },
}

/// Says what holds of the utility as a seller from a day on. What its amounts are in holds on every day, and is said
/// before the first of them is posted.
pub fn say(tx: &mut Tx, actor: Actor, from: Date, seller: &Seller) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::DescribeSeller, None)?;
    let was = store::seller::on(tx, from)?.map(|it| it.to_string()).unwrap_or_default();
    set_currency(tx, &allowed, seller.currency)?;
    store::seller::say(tx, from, seller).map_err(|why| match why.is::<store::Conflict>() {
        true => refuse(NotSaid::Before { from }),
        false => why,
    })?;
    let (said, became) = (format!("from {from}"), seller.to_string());
    store::audit::turn(tx, &allowed, "describe seller", "", &said, (&was, &became))
}

fn set_currency(tx: &mut Tx, allowed: &Authorized, said: Currency) -> Result<()> {
    let ours = crate::founding::currency(tx)?;
    if said == ours {
        return Ok(());
    }
    if store::utility::has_posted(tx)? {
        return Err(refuse(NotSaid::Posted { said, ours }));
    }
    store::utility::set_currency(tx, said)?;
    store::audit::turn(tx, allowed, "set currency", "", "", (ours.code(), said.code()))
}

impl fmt::Display for NotSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSaid::Before { from } => {
                write!(f, "the seller was described from {from} on before; say another day")
            }
            NotSaid::Posted { said, ours } => write!(
                f,
                "amounts of this utility were posted in {ours} and stay in it; to bill in {said}, begin another utility with: meterbook init --currency {said}"
            ),
        }
    }
}

impl std::error::Error for NotSaid {}

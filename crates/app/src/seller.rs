//! Saying what an e-invoice says of the utility.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::permission::Permission;
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
}

/// Says what holds of the utility as a seller from a day on.
pub fn say(tx: &mut Tx, actor: Actor, from: Date, seller: &Seller) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::DescribeSeller, None)?;
    let was = store::seller::on(tx, from)?.map(|it| it.to_string()).unwrap_or_default();
    store::seller::say(tx, from, seller).map_err(|why| match why.is::<store::Conflict>() {
        true => refuse(NotSaid::Before { from }),
        false => why,
    })?;
    let (said, became) = (format!("from {from}"), seller.to_string());
    store::audit::turn(tx, &allowed, "describe seller", "", &said, (&was, &became))
}

impl fmt::Display for NotSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSaid::Before { from } => {
                write!(f, "the seller was described from {from} on before; say another day")
            }
        }
    }
}

impl std::error::Error for NotSaid {}

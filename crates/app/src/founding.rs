//! Founding a utility: the first act in an empty database.

use std::fmt;

use anyhow::{Context, Result};
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::written::{self, Written};
use crate::{Actor, refuse};

/// Why a utility is not founded.
#[derive(Debug, PartialEq, Eq)]
pub enum NotFounded {
    /// The database holds one already: one database, one utility.
    Another {
        /// Its name.
        name: String,
    },
    /// No such time zone.
    UnknownZone {
        /// What was said.
        zone: String,
    },
}

/// Whether this can be a utility; a database need not be there yet.
pub fn may_be_founded(utility: &Utility) -> Result<()> {
    if Zone::named(&utility.zone).is_none() {
        return Err(refuse(NotFounded::UnknownZone { zone: utility.zone.clone() }));
    }
    // It stands on every page: one that cannot be printed would keep all of them from being drawn.
    written::line(Written::Name, &utility.name)?;
    let lines = utility.remit_to.iter().chain([&utility.phone, &utility.site]);
    lines.into_iter().try_for_each(|it| written::line(Written::Line, it))?;
    written::shown(Written::Line, &utility.footer)
}

/// Makes `utility` the one this database is for.
pub fn found(tx: &mut Tx, actor: Actor, utility: &Utility) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::Found, None)?;
    if let Some(other) = store::utility::find(tx)? {
        return Err(refuse(NotFounded::Another { name: other.name }));
    }
    may_be_founded(utility)?;
    store::utility::add(tx, utility)?;
    store::audit::add(tx, &allowed, "found", &utility.name, "")
}

impl fmt::Display for NotFounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotFounded::Another { name } => {
                write!(f, "this database already belongs to {name}; give another folder with --dir")
            }
            NotFounded::UnknownZone { zone } => {
                write!(
                    f,
                    "there is no time zone {zone}; write an IANA name such as America/Chicago"
                )
            }
        }
    }
}

impl std::error::Error for NotFounded {}

/// The zone that the utility's own days are in.
pub(crate) fn zone(tx: &mut Tx) -> Result<Zone> {
    let name = store::utility::get(tx)?.zone;
    Zone::named(&name).with_context(|| format!("the utility's zone {name} is unknown"))
}

/// What the amounts of the utility are in.
pub(crate) fn currency(tx: &mut Tx) -> Result<Currency> {
    Ok(store::utility::get(tx)?.currency)
}

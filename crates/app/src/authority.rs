//! The one question of every act: may whoever does it do it?
//!
//! [`authorize`] answers with a proof, and without the proof nothing can be written into the audit.
//! The system itself, and its operator at the command line, may do everything: whoever can open the
//! database is stopped by no rule of ours.

use std::fmt;

use anyhow::Result;
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Decision, Denied, Permission, Standing};
use meterbook_store::{self as store, Tx};

use crate::{Actor, refuse};

/// Why an act is not done by who asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAuthorized {
    /// None of their roles comes with it.
    NotGranted {
        /// Their name.
        who: String,
        /// What it takes.
        permission: Permission,
    },
    /// It is more than any of their roles allows.
    BeyondLimit {
        /// Their name.
        who: String,
        /// What it takes.
        permission: Permission,
        /// How much it may be.
        limit: Money,
    },
    /// They may do it when a second person agrees.
    NeedsSecond {
        /// What it takes.
        permission: Permission,
        /// Up to which amount they may do it alone.
        limit: Option<Money>,
    },
}

/// Whether an act may be done; refuses it when not. `amount` is what it moves, if it moves money.
pub fn authorize(
    tx: &mut Tx,
    actor: Actor,
    permission: Permission,
    amount: Option<Money>,
) -> Result<Authorized> {
    let Some(id) = actor.by else { return Ok(Authorized::system(actor.at, permission)) };
    let grants = store::role::grants_of(tx, id)?;
    match Authorized::alone(Standing { id, grants: &grants }, actor.at, permission, amount) {
        Ok(allowed) => Ok(allowed),
        Err(Decision::NeedsSecond { limit }) => {
            Err(refuse(NotAuthorized::NeedsSecond { permission, limit }))
        }
        Err(Decision::Denied(Denied::BeyondLimit { limit })) => {
            let who = store::staff::name(tx, id)?;
            Err(refuse(NotAuthorized::BeyondLimit { who, permission, limit }))
        }
        Err(Decision::Denied(Denied::NotGranted) | Decision::Allowed) => {
            let who = store::staff::name(tx, id)?;
            Err(refuse(NotAuthorized::NotGranted { who, permission }))
        }
    }
}

impl fmt::Display for NotAuthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAuthorized::NotGranted { who, permission } => write!(
                f,
                "no role of {who} comes with {permission}; ask somebody who has it, or for a role that does: meterbook staff role {who} --give ROLE"
            ),
            NotAuthorized::BeyondLimit { who, permission, limit } => write!(
                f,
                "{who} may do {permission} up to {limit}; ask somebody whose role allows more"
            ),
            NotAuthorized::NeedsSecond { permission, limit: Some(limit) } => write!(
                f,
                "{permission} above {limit} takes a second person; ask somebody who may do it alone"
            ),
            NotAuthorized::NeedsSecond { permission, limit: None } => {
                write!(f, "{permission} takes a second person, whoever asks for it")
            }
        }
    }
}

impl std::error::Error for NotAuthorized {}

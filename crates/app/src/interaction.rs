//! Writing down contacts with customers.

use std::fmt;

use anyhow::Result;
use meterbook_core::id::{AccountId, InteractionId};
use meterbook_core::interaction::{Interaction, InteractionChannel};
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a note is not kept.
#[derive(Debug, PartialEq, Eq)]
pub enum NotNoted {
    /// It says nothing.
    Empty,
    /// It is longer than anybody reads.
    TooLong {
        /// Its characters.
        length: usize,
    },
}

/// Characters in one note.
const LONGEST: usize = 4_000;

/// Writes down a contact with a customer, or a note about them.
pub fn note(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    channel: InteractionChannel,
    text: &str,
) -> Result<InteractionId> {
    let allowed = authorize(tx, actor, Permission::WriteNote, None)?;
    let text = text.trim().to_owned();
    let length = text.chars().count();
    if length == 0 {
        return Err(refuse(NotNoted::Empty));
    }
    if LONGEST < length {
        return Err(refuse(NotNoted::TooLong { length }));
    }
    let id = InteractionId(tx.next(Counter::Interaction, 1)?);
    let Actor { by, at } = actor;
    store::interaction::add(tx, &Interaction { id, account, channel, at, by, text })?;
    store::audit::add(tx, &allowed, "note", &account.to_string(), channel.word())?;
    Ok(id)
}

impl fmt::Display for NotNoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotNoted::Empty => f.write_str("the note is empty; write what happened"),
            NotNoted::TooLong { length } => {
                write!(f, "the note has {length} characters; {LONGEST} fit")
            }
        }
    }
}

impl std::error::Error for NotNoted {}

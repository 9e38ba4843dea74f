//! Who acts, and how an act says no.

use std::error::Error;
use std::fmt;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::UserId;
use meterbook_core::permission::{Permission, Role};
use meterbook_store::{self as store, Tx};

/// Who does something, and when. The caller brings both; no act looks at a clock.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// The member of staff; `None` for the system itself.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

impl Actor {
    /// The system itself, at an instant.
    pub fn system(at: Timestamp) -> Actor {
        Actor { by: None, at }
    }
}

/// A job does not come with the right to do something.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAllowed {
    /// The job of whoever asked.
    pub role: Role,
}

/// Refuses whoever may not do this. The system itself may.
pub fn may(tx: &mut Tx, actor: Actor, permission: Permission) -> Result<()> {
    let Some(by) = actor.by else { return Ok(()) };
    let role = store::staff::role(tx, by)?;
    if role.may(permission) { Ok(()) } else { Err(refuse(NotAllowed { role })) }
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the job of {} does not come with this; ask an administrator", self.role)
    }
}

impl Error for NotAllowed {}

/// A refusal on its way through `anyhow`: the rules forbid it, nothing was changed, and its text
/// says what to do instead. Everything else in an `anyhow::Error` is a failure of ours.
#[derive(Debug)]
pub struct Refused(Box<dyn Error + Send + Sync>);

/// Turns the refusal of an act into the error it travels as.
pub fn refuse(why: impl Error + Send + Sync + 'static) -> anyhow::Error {
    anyhow::Error::new(Refused(Box::new(why)))
}

impl Refused {
    /// The refusal itself, when it is of type `E`.
    pub fn as_a<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Refused {}

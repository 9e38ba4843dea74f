//! Who acts, and how an act says no.

use std::error::Error;
use std::fmt;

use jiff::Timestamp;
use meterbook_core::id::UserId;

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

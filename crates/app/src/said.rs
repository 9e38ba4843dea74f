//! Texts that a utility says from a day on, such as rules: one for a day, which stays, and not too long.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::text::says_nothing;
use meterbook_store as store;

use crate::refuse;

/// Why a text is not taken, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSaid {
    /// One is said already for that day.
    SaidBefore {
        /// What it is.
        what: &'static str,
        /// The day.
        from: Date,
    },
    /// The text says nothing, not even that nothing is to hold.
    Nothing {
        /// What it is.
        what: &'static str,
    },
    /// The text is too long.
    TooLong {
        /// What it is.
        what: &'static str,
        /// The most bytes.
        most: usize,
    },
}

/// Refuses a text of more than so many bytes.
pub(crate) fn fits(what: &'static str, text: &str, most: usize) -> Result<()> {
    match text.len() <= most {
        true => Ok(()),
        false => Err(refuse(NotSaid::TooLong { what, most })),
    }
}

/// Refuses a text that says nothing: an empty file would let go of every rule, whatever was meant.
pub(crate) fn says(what: &'static str, text: &str) -> Result<()> {
    match says_nothing(text) {
        true => Err(refuse(NotSaid::Nothing { what })),
        false => Ok(()),
    }
}

/// What came of keeping a text from a day on: a second one for that day is refused.
pub(crate) fn once(what: &'static str, from: Date, kept: Result<()>) -> Result<()> {
    kept.map_err(|why| match why.is::<store::Conflict>() {
        true => refuse(NotSaid::SaidBefore { what, from }),
        false => why,
    })
}

impl fmt::Display for NotSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSaid::SaidBefore { what, from } => write!(
                f,
                "{what} from {from} on: that is said already, and what was said stays; choose a later day"
            ),
            NotSaid::Nothing { what } => {
                write!(f, "{what}: the file says nothing; if none are to hold, write: none")
            }
            NotSaid::TooLong { what, most } => write!(f, "{what}: at most {most} bytes"),
        }
    }
}

impl std::error::Error for NotSaid {}

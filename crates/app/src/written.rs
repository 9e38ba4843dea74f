//! What people write and paper shows: names, lines of addresses and references are each one line, in
//! letters that bills can print, and an address is no longer than the window of an envelope.

use std::fmt;

use anyhow::Result;
use meterbook_paper::unprintable;

use crate::refuse;

/// Letters of a name or a line of an address.
const LETTERS: usize = 80;
/// Letters that are a line in the window; a longer one takes two.
const ACROSS: usize = 45;
/// Lines below the name that the window shows.
const LINES: usize = 5;

/// What something is that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Somebody's name.
    Name,
    /// A line of an address.
    Line,
    /// What tells a payment from others.
    Reference,
}

/// Why it is not taken down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotWritten {
    /// There is a line break, a tab or the like in it.
    Broken {
        /// In what.
        what: Written,
    },
    /// No font of bills has a letter of it.
    NoLetter {
        /// Which.
        letter: char,
    },
    /// It is too long.
    TooLong {
        /// The most letters.
        most: usize,
    },
    /// An address has more lines than are seen.
    TooManyLines {
        /// The most lines.
        most: usize,
    },
}

/// Refuses a name or a line of an address that paper cannot show. A name without a letter to print it
/// once kept every bill of its customer from being drawn.
pub(crate) fn line(what: Written, text: &str) -> Result<()> {
    shown(what, text)?;
    match text.chars().count() <= LETTERS {
        true => Ok(()),
        false => Err(refuse(NotWritten::TooLong { most: LETTERS })),
    }
}

/// The same of a line that may be long.
pub(crate) fn shown(what: Written, text: &str) -> Result<()> {
    whole(what, text)?;
    match unprintable(text) {
        Some(letter) => Err(refuse(NotWritten::NoLetter { letter })),
        None => Ok(()),
    }
}

/// Refuses what is no single line: half of a name with a break in it was taken for its street.
pub(crate) fn whole(what: Written, text: &str) -> Result<()> {
    match text.chars().any(char::is_control) {
        true => Err(refuse(NotWritten::Broken { what })),
        false => Ok(()),
    }
}

/// Refuses an address of several lines that the window of an envelope does not show.
pub(crate) fn address(text: &str) -> Result<()> {
    text.lines().try_for_each(|it| line(Written::Line, it))?;
    let lines: usize = text.lines().map(|it| it.chars().count().div_ceil(ACROSS).max(1)).sum();
    match lines <= LINES {
        true => Ok(()),
        false => Err(refuse(NotWritten::TooManyLines { most: LINES })),
    }
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotWritten::Broken { what: Written::Name } => {
                f.write_str("a name is one line without tabs; write it as on an envelope")
            }
            NotWritten::Broken { what: Written::Line } => f.write_str(
                "a line of an address has no tabs or line breaks in it; write it as on an envelope",
            ),
            NotWritten::Broken { what: Written::Reference } => {
                f.write_str("a reference is one line without tabs; write it as on the check")
            }
            NotWritten::NoLetter { letter } => write!(
                f,
                "bills cannot print {letter}; write names and addresses in Latin, Greek or Cyrillic letters, as on an envelope"
            ),
            NotWritten::TooLong { most } => {
                write!(f, "a name or a line of an address has at most {most} letters; shorten it")
            }
            NotWritten::TooManyLines { most } => write!(
                f,
                "an envelope shows {most} lines of an address below the name; write it shorter"
            ),
        }
    }
}

impl std::error::Error for NotWritten {}

//! Why a tariff text was refused: where, and what to write instead.

use std::fmt;

/// The first thing that is wrong in a tariff text, with its line and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffError {
    line_number: usize,
    line: String,
    what: String,
}

impl TariffError {
    /// The refusal of line `line_number`, counted from 1.
    pub(super) fn new(line_number: usize, line: &str, what: impl Into<String>) -> TariffError {
        TariffError { line_number, line: line.to_owned(), what: what.into() }
    }

    /// The line of the text that is wrong, from 1.
    pub fn line_number(&self) -> usize {
        self.line_number
    }

    /// That line, as it was written.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// What is wrong with it and what to write instead.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for TariffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "line {}: {}", self.line_number, self.what)?;
        write!(f, "  | {}", self.line)
    }
}

impl std::error::Error for TariffError {}

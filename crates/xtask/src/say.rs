//! What is said to the person at the terminal.

use std::fmt::Display;
use std::io::Write;

/// Says a line; a terminal that went away is no reason to stop what must be stopped in order.
pub(crate) fn line(text: impl Display) {
    let _gone = writeln!(std::io::stdout(), "{text}");
}

/// Says what went wrong, the cause after the matter.
pub(crate) fn error(why: &anyhow::Error) {
    let _gone = writeln!(std::io::stderr(), "error: {why:#}");
}

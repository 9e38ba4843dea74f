//! What each command does: call one act, say how it ended.

pub(crate) mod tariff;
pub(crate) mod urdb;

use std::path::Path;

use anyhow::{Result, anyhow};
use meterbook_app::refuse;

/// A refusal of the command line itself.
fn said(text: String) -> anyhow::Error {
    refuse(Said(text))
}

#[derive(Debug)]
struct Said(String);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

/// Reads a text file that a person named.
fn read_text(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|why| anyhow!("{} cannot be read: {why}", file.display()))
}

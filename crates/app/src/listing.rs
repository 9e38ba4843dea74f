//! A list that somebody carries away: the names of its columns, then a row for each thing.

use anyhow::Result;
use meterbook_formats::listing;

/// A list with days and amounts as machines read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What the columns are called.
    pub columns: Vec<&'static str>,
    /// A cell for each column.
    pub rows: Vec<Vec<String>>,
}

impl Listing {
    /// As CSV.
    pub fn csv(&self) -> Result<Vec<u8>> {
        Ok(listing::csv(&self.columns, &self.rows)?)
    }
}

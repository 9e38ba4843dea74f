//! The lines that were not taken: kept, and written down to be mended.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use meterbook_formats::reads::{Lines, Row, csv_lines};
use meterbook_store::batch::Reject;

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejected {
    /// Its number, from 1.
    pub(super) line: u64,
    /// Its fields as they were; none while only its number is known.
    pub(super) fields: Vec<String>,
    /// Why.
    pub(super) reason: String,
}

/// The column that says why; an import does not read it.
const REASON: &str = "reject_reason";

/// A reject as the database keeps it.
pub(super) fn kept(rejected: &Rejected) -> Reject {
    Reject {
        line: i64::try_from(rejected.line).unwrap_or(i64::MAX),
        reason: rejected.reason.clone(),
        text: rejected.fields.join(","),
    }
}

/// Finds the fields of lines of which only the number was known when they were rejected.
pub(super) struct Find<'a> {
    rejected: &'a mut [Rejected],
}

impl Find<'_> {
    /// Those of `rejected` that are not known yet.
    pub(super) fn fields_of(rejected: &mut [Rejected]) -> Option<Find<'_>> {
        rejected.iter().any(|it| it.fields.is_empty()).then_some(Find { rejected })
    }
}

impl Lines for Find<'_> {
    fn row(&mut self, line: u64, fields: &[&str], _: Row) {
        let from = self.rejected.partition_point(|it| it.line < line);
        for it in self.rejected[from..].iter_mut().take_while(|it| it.line == line) {
            it.fields = fields.iter().map(|it| (*it).to_owned()).collect();
        }
    }

    fn reject(&mut self, _: u64, _: &[&str], _: String) {}
}

/// Writes the lines that were not taken to a file of the same shape, with the reason at the end of
/// each line.
pub(super) fn write(
    folder: &Path,
    file_name: &str,
    header: &[String],
    rejected: &[Rejected],
) -> Result<PathBuf> {
    let stem = file_name.trim_end_matches(".gz").trim_end_matches(".csv").trim_end_matches(".xml");
    let file = folder.join(format!("{stem}-rejects.csv"));
    let said = || format!("the rejects cannot be written to {}", file.display());
    std::fs::create_dir_all(folder).with_context(said)?;
    let part = folder.join(format!("{stem}-rejects.csv.part"));
    // A file of rejects that is imported again has the column already.
    let reason = header.iter().position(|it| it == REASON);
    let without = |fields: &[String]| {
        let kept = fields.iter().enumerate().filter(|(at, _)| Some(*at) != reason);
        kept.map(|(_, it)| it.clone()).collect::<Vec<_>>()
    };
    let mut names = without(header);
    let width = names.len();
    names.push(REASON.to_owned());
    let mut rows = vec![names];
    for it in rejected {
        let mut fields = without(&it.fields);
        // A line with too many fields keeps them: the reason stands after them.
        fields.resize(width.max(fields.len()), String::new());
        fields.push(format!("line {}: {}", it.line, it.reason));
        rows.push(fields);
    }
    std::fs::write(&part, csv_lines(&rows)).with_context(said)?;
    std::fs::rename(&part, &file).with_context(said)?;
    Ok(file)
}

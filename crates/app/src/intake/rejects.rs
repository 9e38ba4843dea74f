//! The lines that were not taken: kept, and written down to be mended.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use meterbook_formats::reads::{Lines, Row, csv_fields, csv_lines};
use meterbook_store::batch::{Batch, Reject};

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// Its number, from 1.
    pub(crate) line: u64,
    /// Its fields as they were; none while only its number is known.
    pub(crate) fields: Vec<String>,
    /// Why.
    pub(crate) reason: String,
}

impl Rejected {
    /// Which line and why.
    pub(crate) fn said(&self) -> String {
        format!("line {}: {}", self.line, self.reason)
    }
}

/// The column that says why; an import does not read it.
const REASON: &str = "reject_reason";

/// A reject as the database keeps it.
pub(crate) fn kept(rejected: &Rejected) -> Reject {
    Reject {
        line: i64::try_from(rejected.line).unwrap_or(i64::MAX),
        reason: rejected.reason.clone(),
        text: csv_line(&rejected.fields),
    }
}

/// A reject as it was when the file was read.
pub(super) fn rejected(kept: &Reject) -> Rejected {
    Rejected {
        line: u64::try_from(kept.line).unwrap_or(0),
        fields: csv_fields(&kept.text),
        reason: kept.reason.clone(),
    }
}

/// The fields as one line of CSV, so that a comma in one of them stays in it.
fn csv_line(fields: &[String]) -> String {
    let line = String::from_utf8(csv_lines(&[fields.to_vec()])).expect("fields are text");
    line.trim_end().to_owned()
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
/// each line. Its name has the batch's number: two files called `reads.csv` from two folders once
/// shared one file of rejects, and the first one's were gone.
pub(crate) fn write(
    folder: &Path,
    batch: &Batch,
    header: &[String],
    rejected: &[Rejected],
) -> Result<PathBuf> {
    let name = file_name(batch);
    let file = folder.join(&name);
    let said = || format!("the rejects cannot be written to {}", file.display());
    std::fs::create_dir_all(folder).with_context(said)?;
    let part = folder.join(format!("{name}.part"));
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
        fields.push(it.said());
        rows.push(fields);
    }
    std::fs::write(&part, csv_lines(&rows)).with_context(said)?;
    std::fs::rename(&part, &file).with_context(said)?;
    Ok(file)
}

/// `reads-rejects-7.csv` for batch 7 of `reads.csv`, and for batch 8 of that file
/// `reads-rejects-8.csv`.
fn file_name(batch: &Batch) -> String {
    let name = batch.file_name.as_str();
    let packed = [".gz", ".zip"].iter().find_map(|it| name.strip_suffix(it));
    let name = packed.unwrap_or(name);
    let stem = [".csv", ".xml"].iter().find_map(|it| name.strip_suffix(it)).unwrap_or(name);
    let of_rejects = stem
        .rsplit_once("-rejects-")
        .filter(|(_, number)| !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()));
    let stem = of_rejects.map_or(stem, |(before, _)| before);
    format!("{stem}-rejects-{}.csv", batch.id)
}

#[cfg(test)]
mod tests {
    use meterbook_core::id::BatchId;

    use super::*;

    #[test]
    fn a_reject_is_kept_with_its_commas() {
        let fields = ["E-1", "1,5", "", "say \"so\""].map(str::to_owned).to_vec();
        let before = Rejected { line: 3, fields, reason: "no".to_owned() };
        assert_eq!(rejected(&kept(&before)), before);
    }

    #[test]
    fn a_file_of_rejects_is_called_after_its_batch() {
        for (name, called) in [
            ("reads.csv", "reads-rejects-7.csv"),
            ("reads.csv.gz", "reads-rejects-7.csv"),
            ("reads-rejects-3.csv", "reads-rejects-7.csv"),
            ("download.xml", "download-rejects-7.csv"),
            ("all-rejects-mended.csv", "all-rejects-mended-rejects-7.csv"),
        ] {
            let batch = Batch {
                id: BatchId(7),
                file_name: name.to_owned(),
                sha256: String::new(),
                kind: "long".to_owned(),
                accepted: 0,
                rejected: 1,
                at: jiff::Timestamp::UNIX_EPOCH,
            };
            assert_eq!(file_name(&batch), called);
        }
    }
}

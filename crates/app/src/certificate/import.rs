//! Taking in a file of what generators made: each line is a report, and a line that is not taken
//! is given back with its reason.

use std::path::{Path, PathBuf};

use anyhow::Result;
use meterbook_core::id::BatchId;
use meterbook_core::permission::Permission;
use meterbook_formats::certificate::{Line, header_of, read};
use meterbook_store::batch::Batch;
use meterbook_store::{self as store, Counter, Db, Tx};

use super::{Report, Total, report};
use crate::authority::authorize;
use crate::intake::{self, Rejected};
use crate::{Actor, Refused, refuse};

/// The kind of such a batch.
pub(crate) const KIND: &str = "generation";

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The batch.
    pub batch: Batch,
    /// Whether the same file had been imported before; nothing was changed then.
    pub before: bool,
    /// The file of the lines that were not taken, if there are any.
    pub rejects: Option<PathBuf>,
    /// Why the first of them was not.
    pub first: Option<String>,
}

/// Imports a file of totals; the lines that are not taken go to a file in the folder `rejects`.
pub fn import(db: &Db, actor: Actor, file: &Path, rejects: &Path) -> Result<Taken> {
    let text = intake::bytes_of(file)?;
    let lines = read(&text).map_err(|why| refuse(InFile { file: file.to_owned(), why }))?;
    let sha256 = intake::hash(&text);
    let packed = intake::pack(&text)?;
    let (batch, rejected) = db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::KeepCertificates, None)?;
        if let Some(batch) = store::batch::by_hash(tx, &sha256)? {
            return Ok((batch, None));
        }
        let mut rejected = Vec::new();
        for Line { line, fields, said } in &lines {
            let reason = match said {
                Ok(total) => refusal_of(take(tx, actor, total))?,
                Err(why) => Some(why.clone()),
            };
            let reject = |reason| Rejected { line: *line, fields: fields.clone(), reason };
            rejected.extend(reason.map(reject));
        }
        let batch = Batch {
            id: BatchId(tx.next(Counter::Batch, 1)?),
            file_name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256: sha256.clone(),
            kind: KIND.to_owned(),
            accepted: i64::try_from(lines.len() - rejected.len())?,
            rejected: i64::try_from(rejected.len())?,
            at: actor.at,
        };
        let kept = rejected.iter().map(intake::kept).collect::<Vec<_>>();
        store::batch::add(tx, &batch, &packed, &kept)?;
        let said = format!("{} accepted, {} rejected", batch.accepted, batch.rejected);
        store::audit::add(tx, &allowed, "import", &batch.file_name, &said)?;
        Ok((batch, Some(rejected)))
    })?;
    let Some(rejected) = rejected else {
        return Ok(Taken { batch, before: true, rejects: None, first: None });
    };
    let first = rejected.first().map(Rejected::said);
    let rejects = match first {
        Some(_) => Some(intake::write(rejects, &batch, &header_of(&text), &rejected)?),
        None => None,
    };
    Ok(Taken { batch, before: false, rejects, first })
}

fn take(tx: &mut Tx, actor: Actor, total: &meterbook_formats::certificate::Total) -> Result<()> {
    let kind = if total.adjustment { Report::Adjustment } else { Report::First };
    let micro = Total::InFile(total.total_micro);
    report(tx, actor, &total.generator, total.vintage, (micro, kind)).map(|_| ())
}

/// Why a line was refused, if it was; anything else that goes wrong stops the file.
fn refusal_of(taken: Result<()>) -> Result<Option<String>> {
    match taken {
        Ok(()) => Ok(None),
        Err(why) if why.is::<Refused>() => Ok(Some(why.to_string())),
        Err(why) => Err(why),
    }
}

/// A file that is not read, by its name.
#[derive(Debug)]
struct InFile {
    file: PathBuf,
    why: meterbook_formats::certificate::NotTotals,
}

impl std::fmt::Display for InFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.why)
    }
}

impl std::error::Error for InFile {}

//! `import`: take in a file of reads.

use std::path::Path;

use anyhow::Result;
use meterbook_app::intake::{self, Import as Wanted, Imported, Progress};
use meterbook_app::refuse;
use meterbook_core::id::BatchId;
use meterbook_core::limits::PART_BYTES;
use meterbook_core::person::Language;
use meterbook_core::text::counted;
use meterbook_formats::reads::Shape;

use crate::args::{Import, Place, ShapeArg};
use crate::say;

pub(crate) fn import(place: &Place, args: &Import) -> Result<()> {
    let rejects = place.dir.join("rejects");
    match (&args.file, args.rejects) {
        (_, Some(batch)) => give_back(place, BatchId(batch), &rejects, args.json),
        (Some(file), None) => take(place, args, file, &rejects),
        (None, None) => Err(super::said("name a file to import".to_owned())),
    }
}

impl From<ShapeArg> for Shape {
    fn from(arg: ShapeArg) -> Shape {
        match arg {
            ShapeArg::Long => Shape::Long,
            ShapeArg::Wide => Shape::Wide,
            ShapeArg::Registers => Shape::Registers,
            ShapeArg::GreenButton => Shape::GreenButton,
            ShapeArg::Nem12 => Shape::Nem12,
            ShapeArg::Cmep => Shape::Cmep,
        }
    }
}

/// Writes the rejects of a batch once more.
fn give_back(place: &Place, batch: BatchId, rejects: &Path, json: bool) -> Result<()> {
    let file = intake::give_back(&super::open(place)?, batch, rejects)?;
    if json {
        let file = file.display().to_string();
        say::line(serde_json::json!({ "batch": batch.0, "rejects": file }));
    } else {
        say::line(format_args!("mend and import again: {}", file.display()));
    }
    Ok(())
}

fn take(place: &Place, args: &Import, file: &Path, rejects: &Path) -> Result<()> {
    let zone = super::named_zone(args.zone.as_deref())?;
    let wanted = Wanted {
        file,
        shape: args.shape.map(Shape::from),
        zone,
        meter: args.meter.as_deref(),
        rejects,
    };
    let db = super::open(place)?;
    let mut bar = say::Bar::new();
    let part_bytes = args.part_bytes.unwrap_or(PART_BYTES);
    let mut watch = |it: Progress| bar.show("lines read", it.lines, all_lines(it));
    let imported = match &args.profile {
        Some(profile) => {
            let text = super::profile::text(profile)?;
            intake::import_by_profile(&db, super::actor(), &wanted, &text, &mut watch)?
        }
        None => intake::import_in_parts(&db, super::actor(), &wanted, part_bytes, &mut watch)?,
    };
    drop(bar);
    say_what_became(&imported, args.json);
    match imported.nothing_taken() {
        Some(why) => Err(refuse(why)),
        None => Ok(()),
    }
}

/// How many lines the whole file has, if the rest is like what was read.
fn all_lines(it: Progress) -> u64 {
    let all = u128::from(it.lines) * u128::from(it.all);
    all.checked_div(u128::from(it.bytes))
        .and_then(|all| u64::try_from(all).ok())
        .unwrap_or(it.lines)
}

pub(crate) fn say_what_became(imported: &Imported, json: bool) {
    let Imported { batch, before, rejects, doubts, .. } = imported;
    if json {
        say::line(serde_json::json!({
            "batch": batch.id.0,
            "sha256": batch.sha256,
            "shape": batch.kind,
            "accepted": batch.accepted,
            "rejected": batch.rejected,
            "before": before,
            "rejects": rejects.as_ref().map(|it| it.display().to_string()),
            "waits": doubts.waits,
            "looks": doubts.looks,
            "held": doubts.whole.as_ref().map(|it| it.said(Language::English)),
        }));
        return;
    }
    if let Some(whole) = &doubts.whole {
        let said = whole.said(Language::English);
        say::line(format_args!("nothing was taken, the file waits: {said}"));
        say::line(format_args!(
            "decide with: meterbook vee resolve {} --by refuse-file, or take-file",
            whole.exception.finding.rule
        ));
        return;
    }
    if *before {
        say::line(format_args!(
            "the same file was imported as batch {} ({}); nothing was changed",
            batch.id, batch.file_name
        ));
        if 0 < batch.rejected {
            say::line(format_args!(
                "{} lines of it were rejected; to have them back: meterbook import --rejects {}",
                batch.rejected, batch.id
            ));
        }
        return;
    }
    say::line(format_args!(
        "batch {}: {} accepted, {} rejected",
        batch.id,
        batch.accepted,
        counted(batch.rejected, "line")
    ));
    if 0 < doubts.waits + doubts.looks {
        say::line(format_args!(
            "{} in doubt, {} to be looked at: meterbook vee list",
            counted(doubts.waits, "read"),
            doubts.looks
        ));
    }
    if let Some(rejects) = rejects {
        say::line(format_args!("mend and import again: {}", rejects.display()));
    }
}

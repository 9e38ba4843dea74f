//! `import`: take in a file of reads.

use anyhow::Result;
use meterbook_app::intake::{self, Import as Wanted};
use meterbook_core::period::Zone;
use meterbook_core::text::counted;
use meterbook_formats::reads::Shape;

use crate::args::{Import, Place, ShapeArg};
use crate::say;

pub(crate) fn import(place: &Place, args: &Import) -> Result<()> {
    let zone = match &args.zone {
        Some(name) => match Zone::named(name) {
            Some(zone) => Some(zone),
            None => {
                let text = format!(
                    "there is no time zone {name}; write an IANA name such as America/Chicago"
                );
                return Err(super::said(text));
            }
        },
        None => None,
    };
    let wanted = Wanted {
        file: &args.file,
        shape: args.shape.map(|it| match it {
            ShapeArg::Long => Shape::Long,
            ShapeArg::Wide => Shape::Wide,
            ShapeArg::Registers => Shape::Registers,
            ShapeArg::GreenButton => Shape::GreenButton,
        }),
        zone,
        meter: args.meter.as_deref(),
        rejects: &place.dir.join("rejects"),
    };
    let db = super::open(place)?;
    let mut bar = say::Bar::new();
    let imported = intake::import(&db, super::actor(), &wanted, &mut |lines| {
        bar.show("lines read", lines, lines);
    })?;
    drop(bar);
    let batch = &imported.batch;
    if args.json {
        say::line(serde_json::json!({
            "batch": batch.id.0,
            "sha256": batch.sha256,
            "shape": batch.kind,
            "accepted": batch.accepted,
            "rejected": batch.rejected,
            "before": imported.before,
            "rejects": imported.rejects.as_ref().map(|it| it.display().to_string()),
        }));
        return Ok(());
    }
    if imported.before {
        say::line(format_args!(
            "the same file was imported as batch {} ({}); nothing was changed",
            batch.id, batch.file_name
        ));
        return Ok(());
    }
    say::line(format_args!(
        "batch {}: {} accepted, {} rejected",
        batch.id,
        batch.accepted,
        counted(batch.rejected, "line")
    ));
    if let Some(rejects) = imported.rejects {
        say::line(format_args!("mend and import again: {}", rejects.display()));
    }
    Ok(())
}

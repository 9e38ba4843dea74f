//! `inspect`: say what is in a file of reads, without a utility. Files of payments go on to
//! `bank_file`.

use std::fs::File;
use std::io::Seek;
use std::path::Path;

use anyhow::{Context, Error, Result};
use jiff::Timestamp;
use meterbook_core::period::Zone;
use meterbook_core::text::{counted, grouped};
use meterbook_formats::inspect::{Inspected, Reject, Summary, by_profile, find, inspect as look};
use meterbook_formats::payments::Kind;
use meterbook_formats::reads::green_button::{self, Gathered};
use meterbook_formats::reads::{NotRead, Shape, unpacked};
use serde_json::{Value, json};

use crate::args::inspect::{FormatArg, Inspect};
use crate::say;

/// Rejects that are printed for a person; JSON has them all.
const SHOWN: usize = 20;

pub(crate) fn inspect(args: &Inspect) -> Result<()> {
    let zone = super::named_zone(args.zone.as_deref())?;
    let (shape, kind) = args.format.map_or((None, None), formats);
    let mut file = File::open(&args.file)
        .with_context(|| format!("{} cannot be opened", args.file.display()))?;
    // A folder opens, but does not read.
    file.rewind().with_context(|| format!("{} cannot be read", args.file.display()))?;
    if shape.is_none()
        && args.profile.is_none()
        && super::bank_file::inspect(args, kind, &mut file)?
    {
        return Ok(());
    }
    let profile = args.profile.as_deref().map(super::profile::find).transpose()?;
    let looked = unpacked(file, |from| {
        Ok(match &profile {
            Some(profile) => by_profile(from, profile, zone.as_ref()),
            None => look(from, shape, zone.as_ref()),
        })
    });
    let inspected = looked.unwrap_or_else(|why| Inspected::refused(shape, why));
    if args.json {
        say::line(as_json(&inspected));
    } else {
        table(&inspected);
    }
    if let Some(why) = inspected.refused {
        return Err(refusal(&args.file, why));
    }
    match &args.green_button {
        Some(into) => write(&args.file, shape, zone.as_ref(), into),
        None => Ok(()),
    }
}

/// A format as a shape of reads or a kind of payments.
fn formats(arg: FormatArg) -> (Option<Shape>, Option<Kind>) {
    let shape = |it| (Some(it), None);
    let kind = |it| (None, Some(it));
    match arg {
        FormatArg::Long => shape(Shape::Long),
        FormatArg::Wide => shape(Shape::Wide),
        FormatArg::Registers => shape(Shape::Registers),
        FormatArg::GreenButton => shape(Shape::GreenButton),
        FormatArg::Nem12 => shape(Shape::Nem12),
        FormatArg::Cmep => shape(Shape::Cmep),
        FormatArg::Nacha => kind(Kind::Nacha),
        FormatArg::Bai2 => kind(Kind::Bai2),
        FormatArg::Lockbox => kind(Kind::Lockbox),
        FormatArg::Pain008 => kind(Kind::Pain008),
        FormatArg::Pain002 => kind(Kind::Pain002),
        FormatArg::Camt053 => kind(Kind::Camt053),
        FormatArg::Camt054 => kind(Kind::Camt054),
    }
}

/// Writes a file again as a Green Button feed.
fn write(file: &Path, shape: Option<Shape>, zone: Option<&Zone>, into: &Path) -> Result<()> {
    let mut gathered = Gathered::default();
    let opened =
        File::open(file).with_context(|| format!("{} cannot be opened", file.display()))?;
    unpacked(opened, |from| find(from, shape, zone, &mut gathered).1)?;
    let feed = green_button::write(&gathered.series, gathered.east, Timestamp::now())?;
    std::fs::write(into, feed).with_context(|| format!("{} cannot be written", into.display()))?;
    for left in &gathered.left {
        say::warning(format_args!("left out of {}: {left}", into.display()));
    }
    Ok(())
}

/// The file as a whole is not read. It is a finding, as those of `check`: exit code 1.
fn refusal(file: &Path, why: NotRead) -> Error {
    Error::new(why).context(format!("{} is refused", file.display()))
}

fn as_json(inspected: &Inspected) -> Value {
    let rejects = inspected.rejects.iter().map(|it| json!({ "line": it.line, "what": it.what }));
    let mut object = json!({
        "format": inspected.format,
        "channels": inspected.channels.iter().map(channel).collect::<Vec<_>>(),
        "rejects": rejects.collect::<Vec<_>>(),
    });
    if 0 < inspected.more_rejects {
        object["more_rejects"] = inspected.more_rejects.into();
    }
    if let Some(why) = &inspected.refused {
        object["refused"] = why.to_string().into();
    }
    object
}

fn channel(it: &Summary) -> Value {
    let mut object = json!({
        "id": it.id,
        "meters": it.meters,
        "unit": if it.unit.is_empty() { Value::Null } else { it.unit.clone().into() },
        "flow": it.flow.map(|it| it.word()),
        "interval_minutes": minutes(it),
        "values": it.values,
        "blank": it.blank,
        "total": it.total,
        "from": it.from,
        "to": it.to,
        "quality": it.quality.iter().map(|it| (it.0.to_string(), *it.1)).collect::<std::collections::BTreeMap<_, _>>(),
    });
    if let Some((unit, total)) = &it.ours {
        object["billed"] = json!({ "unit": unit.word(), "total": total });
    }
    if let Some((first, last)) = &it.indexes {
        object["index"] = json!({ "first": first, "last": last });
    }
    object
}

/// Whole minutes; seconds as a part of one where they are none.
fn minutes(it: &Summary) -> Value {
    match it.seconds {
        Some(seconds) if seconds.is_multiple_of(60) => seconds.div_euclid(60).into(),
        Some(_) | None => Value::Null,
    }
}

fn table(inspected: &Inspected) {
    say::line(format_args!(
        "{}, {}",
        inspected.format,
        counted(inspected.channels.len(), "channel")
    ));
    let head = ["channel", "unit", "minutes", "values", "total", "from", "to", "quality"];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(inspected.channels.iter().map(row));
    let width = |at: usize| rows.iter().map(|it| it[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    if !inspected.channels.is_empty() {
        for row in &rows {
            let numbers = [2, 3, 4];
            let cell = |(at, text): (usize, &String)| {
                let width = widths[at];
                if numbers.contains(&at) {
                    format!("{text:>width$}")
                } else {
                    format!("{text:<width$}")
                }
            };
            let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
            say::line(cells.join("  ").trim_end());
        }
    }
    notes(&inspected.rejects);
}

/// What was noted, line by line.
pub(super) fn notes(rejects: &[Reject]) {
    for reject in rejects.iter().take(SHOWN) {
        say::line(format_args!("line {}: {}", reject.line, reject.what));
    }
    let hidden = rejects.len().saturating_sub(SHOWN);
    if 0 < hidden {
        say::line(format_args!("and {} more; --json has them", counted(hidden, "note")));
    }
}

fn row(it: &Summary) -> [String; 8] {
    let quality: Vec<String> =
        it.quality.iter().map(|(letter, count)| format!("{letter} {count}")).collect();
    let length = match it.seconds {
        Some(seconds) if seconds.is_multiple_of(60) => seconds.div_euclid(60).to_string(),
        Some(seconds) => format!("{seconds} s"),
        None => "reads".to_owned(),
    };
    [
        it.id.clone(),
        it.unit.clone(),
        length,
        grouped(&it.values.to_string()),
        grouped(&it.total),
        it.from.clone(),
        it.to.clone(),
        quality.join(", "),
    ]
}

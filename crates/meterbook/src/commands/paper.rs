//! `paper`: what the utility says on its paper beside the amounts.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_app::delivery::send;
use meterbook_app::{letter, paper};
use meterbook_core::paper::PaperText;
use meterbook_core::paper::layout::Form;
use meterbook_core::person::Language;

use crate::args::Place;
use crate::args::paper::{PaperCommand, Which};
use crate::say;

pub(crate) fn paper(place: &Place, command: &PaperCommand) -> Result<()> {
    match command {
        PaperCommand::Show { which: Which { kind, name }, on } => {
            let db = super::see(place)?;
            let day = on.map_or_else(|| super::today(&db), Ok)?;
            let text = db.read(|tx| paper::text_on(tx, *kind, name, day))?;
            say::verbatim(text.trim_end());
            Ok(())
        }
        PaperCommand::Publish { which: Which { kind, name }, file, from } => {
            let text = PaperText { kind: *kind, name: name.clone(), text: text_of(file)? };
            let db = super::open(place)?;
            db.write(|tx| paper::publish(tx, super::actor(), *from, &text))?;
            say::line(format_args!("{kind} from {from} on"));
            Ok(())
        }
        PaperCommand::Letter { cause, account, on, send: true, .. } => {
            let db = super::open(place)?;
            let day = on.map_or_else(|| super::today(&db), Ok)?;
            let number = db.write(|tx| {
                let id = super::account(tx, account)?.id;
                send::letter(tx, super::actor(), id, *cause, day)
            })?;
            say::line(format_args!("{number} waits to be sent"));
            Ok(())
        }
        PaperCommand::Letter { cause, account, on, out, .. } => {
            let db = super::see(place)?;
            let day = on.map_or_else(|| super::today(&db), Ok)?;
            let id = db.read(|tx| super::account(tx, account))?.id;
            let folder = out.clone().unwrap_or_else(|| place.dir.join("letters"));
            let file = letter::draw(&db, id, *cause, day, &folder)?;
            say::line(format_args!("the letter is in {}", file.display()));
            Ok(())
        }
        PaperCommand::Sample { out, on, language, form, layout } => {
            sample(place, (out, *on), (*form, *language), layout.as_deref())
        }
    }
}

fn text_of(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))
}

fn sample(
    place: &Place,
    (out, on): (&Path, Option<Date>),
    of: (Form, Language),
    layout: Option<&Path>,
) -> Result<()> {
    let db = super::see(place)?;
    let day = on.map_or_else(|| super::today(&db), Ok)?;
    let layout = layout.map(text_of).transpose()?;
    let pdf = db.read(|tx| paper::sample_on(tx, day, of, layout.as_deref()))?;
    std::fs::write(out, pdf).with_context(|| format!("{} cannot be written", out.display()))?;
    say::line(format_args!("the sample is in {}", out.display()));
    Ok(())
}

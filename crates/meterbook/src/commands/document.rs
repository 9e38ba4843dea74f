//! `document`: keep documents with what they are about, list them, have them back.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::document;
use meterbook_core::about::About;
use meterbook_core::id::{DocumentId, PersonId, PremiseId, ServicePointId};
use meterbook_core::limits::DOCUMENT_BYTES;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::document::{AboutWhat, DocumentCommand};
use crate::say;

pub(crate) fn document(place: &Place, command: &DocumentCommand) -> Result<()> {
    match command {
        DocumentCommand::Add { file, about, name } => {
            let bytes = read(file)?;
            let own = file.file_name().unwrap_or_default().to_string_lossy();
            let name = name.as_deref().unwrap_or(&own);
            let id = super::open(place)?.write(|tx| {
                let about = named(tx, about)?;
                document::add(tx, super::actor(), about, name, &bytes)
            })?;
            say::line(format_args!("document {id}: {name}"));
            Ok(())
        }
        DocumentCommand::List { about, withdrawn } => list(place, about, *withdrawn),
        DocumentCommand::Get { id, out } => {
            let db = super::see(place)?;
            let (_, bytes) = db.read(|tx| document::get(tx, DocumentId(*id)))?;
            let file = OpenOptions::new().write(true).create_new(true).open(out);
            let mut file = file.map_err(|why| {
                super::said(format!("{} cannot be written: {why}; name another", out.display()))
            })?;
            file.write_all(&bytes).with_context(|| format!("writing {}", out.display()))?;
            say::line(format_args!("document {id} is in {}", out.display()));
            Ok(())
        }
        DocumentCommand::Withdraw { id, why } => {
            let db = super::open(place)?;
            db.write(|tx| document::withdraw(tx, super::actor(), DocumentId(*id), why))?;
            say::line(format_args!("document {id} is withdrawn"));
            Ok(())
        }
    }
}

/// The bytes of a file, and one more than fit of one that is too large.
fn read(file: &Path) -> Result<Vec<u8>> {
    let most = u64::try_from(DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = std::fs::File::open(file).and_then(|it| it.take(most).read_to_end(&mut bytes));
    read.map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))?;
    Ok(bytes)
}

fn list(place: &Place, about: &AboutWhat, withdrawn: bool) -> Result<()> {
    let db = super::see(place)?;
    let zone = super::own_zone(&db)?;
    db.read(|tx| {
        let about = named(tx, about)?;
        let mut all = store::document::of(tx, about)?;
        all.retain(|it| withdrawn || it.withdrawn.is_none());
        if all.is_empty() {
            say::line("there is no document about it");
        }
        for it in all {
            let by = it.by.map(|by| store::staff::name(tx, by)).transpose()?;
            let by = by.unwrap_or_else(|| "the operator".to_owned());
            let on = zone.day_of(it.at);
            let gone = it.withdrawn.map_or_else(String::new, |why| format!("; withdrawn: {why}"));
            say::line(format_args!(
                "document {}: {}, {}, {} bytes, {on} by {by}{gone}",
                it.id, it.name, it.media, it.size_bytes
            ));
        }
        Ok(())
    })
}

/// What was named.
fn named(tx: &mut Tx, it: &AboutWhat) -> Result<About> {
    if let Some(number) = &it.account {
        return Ok(About::Account(super::account(tx, number)?.id));
    }
    if let Some(serial) = &it.meter {
        return Ok(About::Meter(super::meter::the(tx, serial, None)?.id));
    }
    let person = it.person.map(|id| About::Person(PersonId(id)));
    let premise = it.premise.map(|id| About::Premise(PremiseId(id)));
    let point = it.point.map(|id| About::ServicePoint(ServicePointId(id)));
    let named = person.or(premise).or(point).or(it.order.map(About::Order));
    named.ok_or_else(|| super::said("say what it is about, such as --account".to_owned()))
}

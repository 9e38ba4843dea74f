//! `timeline`: the history of an account, a premise or a meter; `premise show`: who was served there
//! on a day.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::timeline;
use meterbook_core::id::PremiseId;
use meterbook_core::person::Language;
use meterbook_core::timeline::Event;
use meterbook_store as store;

use crate::args::Place;
use crate::args::task::Timeline;
use crate::say;

pub(crate) fn timeline(place: &Place, of: &Timeline) -> Result<()> {
    let db = super::see(place)?;
    let events = db.read(|tx| match (&of.account, of.premise, &of.meter) {
        (Some(number), ..) => {
            let account = super::task::the(tx, number)?;
            timeline::of_account(tx, &account)
        }
        (None, Some(premise), _) => timeline::of_premise(tx, PremiseId(premise)),
        (None, None, Some(serial)) => match store::meter::by_serial(tx, serial)?.first() {
            Some(meter) => timeline::of_meter(tx, meter),
            None => Err(super::said(format!("there is no meter {serial}; check the number"))),
        },
        (None, None, None) => Ok(Vec::new()),
    })?;
    for it in &events {
        say::line(line(it, of.language.into()));
    }
    Ok(())
}

/// The day, what, from what to what, why, and who wrote it down when.
fn line(it: &Event, language: Language) -> String {
    let Event { on, at, by, change, before, after, why, .. } = it;
    let mut text = format!("{on}  {:<16}  ", change.name(language));
    match (before.is_empty(), after.is_empty()) {
        (true, _) => text.push_str(after),
        (false, true) => text.push_str(&format!("{before} → –")),
        (false, false) => text.push_str(&format!("{before} → {after}")),
    }
    if !why.is_empty() {
        text.push_str(&format!("  ({why})"));
    }
    if let Some(at) = at {
        let by = by.as_deref().unwrap_or("system");
        text.push_str(&format!("  [{by}, {at:.0}]"));
    }
    text
}

pub(crate) fn premise(place: &Place, id: PremiseId, on: Option<Date>) -> Result<()> {
    let db = super::see(place)?;
    let on = match on {
        Some(on) => on,
        None => super::today(&db)?,
    };
    let (premise, served) =
        db.read(|tx| Ok((store::place::premise(tx, id)?, store::timeline::served(tx, id, on)?)))?;
    let meterbook_core::place::Premise { street, town, region, .. } = premise;
    say::line(format_args!("premise {id}: {street}, {town} {region}, on {on}"));
    for it in served {
        let customer = it.customer.map_or_else(
            || "nobody is on the contract".to_owned(),
            |it| format!("{} {} on {} from {}", it.number, it.name, it.tariff, it.from),
        );
        let meter = it.meter.map_or_else(
            || "no meter".to_owned(),
            |(_, serial, from)| format!("meter {serial} from {from}"),
        );
        say::line(format_args!("  {} {}: {customer}; {meter}", it.commodity, it.point));
    }
    Ok(())
}

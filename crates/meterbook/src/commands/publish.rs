//! `publish`: event days, prices by the hour and peaks.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::intake::published::{self as intake, Publish};
use meterbook_app::published::{self, Changed};
use meterbook_app::refuse;
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::published::{About, Call, PeakHour};
use meterbook_core::text::{counted, decimal};
use meterbook_formats::published as format;
use meterbook_store::Db;

use crate::args::{Place, PublishCommand, PublishFile};
use crate::say;

/// Gaps that are printed: more than a person mends by hand.
const GAPS: usize = 10;

pub(crate) fn publish(place: &Place, command: &PublishCommand) -> Result<()> {
    match command {
        PublishCommand::Events(of) => file(place, About::Events, of),
        PublishCommand::Prices(of) => file(place, About::Prices, of),
        PublishCommand::Peaks(of) => file(place, About::Peaks, of),
        PublishCommand::Event { name, day, withdraw } => event(place, name, *day, call(*withdraw)),
        PublishCommand::Peak { name, start, minutes, withdraw } => {
            peak(place, name, (start, *minutes), call(*withdraw))
        }
        PublishCommand::Show { name, from, to } => show(place, name, (*from, *to)),
    }
}

fn call(withdraw: bool) -> Call {
    if withdraw { Call::Withdrawn } else { Call::Called }
}

fn file(place: &Place, about: About, of: &PublishFile) -> Result<()> {
    let zone = super::named_zone(of.zone.as_deref())?;
    let (name, file, rejects) = (of.name.as_str(), of.file.as_path(), place.dir.join("rejects"));
    let db = super::open(place)?;
    let wanted = Publish { about, name, file, zone, rejects: &rejects };
    let published = intake::publish(&db, super::actor(), &wanted)?;
    super::import::say_what_became(&published.imported, of.json);
    for (from, to) in published.gaps.iter().take(GAPS) {
        let (from, to) = (from.strftime("%F %H:%M"), to.strftime("%F %H:%M"));
        say::warning(format_args!("{name} has no price from {from} to {to}"));
    }
    if let Some(more) = published.gaps.len().checked_sub(GAPS).filter(|it| 0 < *it) {
        say::warning(format_args!("{} more without prices", counted(more, "time")));
    }
    unknown(&db, about, name)?;
    match published.imported.nothing_taken() {
        Some(why) => Err(refuse(why)),
        None => Ok(()),
    }
}

fn event(place: &Place, name: &str, day: Date, call: Call) -> Result<()> {
    let db = super::open(place)?;
    let changed = db.write(|tx| published::day(tx, super::actor(), name, day, call))?;
    said(changed, format_args!("{name}: {call} for {day}"));
    unknown(&db, About::Events, name)
}

fn peak(place: &Place, name: &str, (start, minutes): (&str, u16), call: Call) -> Result<()> {
    let db = super::open(place)?;
    let zone = super::own_zone(&db)?;
    let start = format::instant(start, &zone).map_err(super::said)?;
    let hour = PeakHour { start, minutes };
    let changed = db.write(|tx| published::peak(tx, super::actor(), name, hour, call))?;
    let local = local(start, &zone);
    said(changed, format_args!("{name}: {call} for {local}, {minutes} min"));
    unknown(&db, About::Peaks, name)
}

/// A time as the clocks of `zone` showed it.
fn local(at: Timestamp, zone: &Zone) -> String {
    at.to_zoned_datetime(zone.tz().clone()).strftime("%F %H:%M%:z").to_string()
}

fn said(changed: Changed, what: std::fmt::Arguments<'_>) {
    match changed {
        Changed::Now => say::line(what),
        Changed::Before => say::line("it was said before; nothing was changed"),
    }
}

/// Warns of a name that no tariff looks for: it may be misspelt.
fn unknown(db: &Db, about: About, name: &str) -> Result<()> {
    let names = db.read(|tx| published::looked_for(tx, about))?;
    if names.contains(name) {
        return Ok(());
    }
    let others: Vec<&str> = names.iter().map(String::as_str).collect();
    match others.join(", ") {
        none if none.is_empty() => say::warning(format_args!("no tariff looks for {about} yet")),
        there => say::warning(format_args!(
            "no tariff looks for the {about} of {name} yet; those there look for: {there}"
        )),
    }
    Ok(())
}

fn show(place: &Place, name: &str, (from, to): (Date, Date)) -> Result<()> {
    let days = Period::new(from, to)
        .ok_or_else(|| super::said(format!("{to} is not after {from}; give a later --to")))?;
    let db = super::open(place)?;
    let zone = super::own_zone(&db)?;
    let found = db.read(|tx| published::under(tx, name, days))?;
    let (first, end) = (zone.start_of(from), zone.start_of(to));
    let mut lines = Vec::new();
    for day in found.events.values().flatten().filter(|it| days.contains(**it)) {
        lines.push(format!("event  {day}"));
    }
    for it in found.peaks.values().flatten().filter(|it| days.contains(zone.day_of(it.start))) {
        lines.push(format!("peak   {}  {} min", local(it.start, &zone), it.minutes));
    }
    for prices in found.prices.values() {
        for (at, nano) in prices.known().filter(|(at, _)| first <= *at && *at < end) {
            lines.push(format!("price  {}  {}", local(at, &zone), decimal(nano, 9)));
        }
    }
    if lines.is_empty() {
        return Err(super::said(format!("nothing is published as {name} for {days}")));
    }
    lines.iter().for_each(say::line);
    Ok(())
}

//! `rec`: generators, what they made, and where their certificates are.

use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::certificate::{self as act, NewGenerator, Report, Total};
use meterbook_core::certificate::{
    Book, Election, Fuel, Generator, Lot, Owner, Registry, Serials, Standing, Vintage,
};
use meterbook_core::meter::Flow;
use meterbook_core::text::{counted, decimal, scaled};
use meterbook_store as store;

use crate::args::{GeneratorAdd, GeneratorCommand, Place, RecCommand, RecReport};
use crate::say;

pub(crate) fn rec(place: &Place, command: RecCommand) -> Result<()> {
    match command {
        RecCommand::Generator(GeneratorCommand::Add(new)) => add(place, &new),
        RecCommand::Generator(GeneratorCommand::Show { number }) => show(place, number.as_deref()),
        RecCommand::Generator(GeneratorCommand::Owner { number, owner, from }) => {
            elect(place, &number, &owner, &from)
        }
        RecCommand::Report(args) => report(place, &args),
        RecCommand::Import { file } => import(place, &file),
        RecCommand::List { generator, json } => list(place, &generator, json),
        RecCommand::Transfer { generator, serials, to } => {
            transfer(place, &generator, &serials, &to)
        }
        RecCommand::Retire { generator, serials, beneficiary, reason } => {
            retire(place, &generator, &serials, (&beneficiary, &reason))
        }
        RecCommand::Expire { generator, after } => expire(place, &generator, after),
        RecCommand::File { month, registry, out } => file(place, &registry, &month, out.as_deref()),
    }
}

fn add(place: &Place, args: &GeneratorAdd) -> Result<()> {
    let nameplate = args.nameplate_kw.as_deref().map(|it| {
        scaled(it, 3).ok_or_else(|| super::said(format!("{it} is no number of kW, like 7.6")))
    });
    let (registry, fuel) =
        (registry(&args.registry)?, word(&args.fuel, Fuel::from_word, Fuel::ALL)?);
    let flow = word(&args.flow, Flow::from_word, &[Flow::Received, Flow::Delivered])?;
    let election = Election { from: month(&args.from)?, owner: owner(&args.owner)? };
    let nameplate_watts = nameplate.transpose()?;
    let db = super::open(place)?;
    let agreement = super::term::agreement(&db, &args.of)?;
    let (number, unit) = (args.number.clone(), args.unit.clone());
    let new =
        NewGenerator { agreement, registry, number, unit, fuel, flow, nameplate_watts, election };
    let generator = db.write(|tx| act::add(tx, super::actor(), &new))?;
    say::line(line(&generator));
    Ok(())
}

fn show(place: &Place, number: Option<&str>) -> Result<()> {
    let db = super::see(place)?;
    let Some(number) = number else {
        let all = db.read(store::certificate::all)?;
        if all.is_empty() {
            say::line("no generator is registered; register one with: meterbook rec generator add");
        }
        all.iter().for_each(|it| say::line(line(it)));
        return Ok(());
    };
    let (generator, book, _) = db.read(|tx| act::show(tx, number))?;
    say::line(line(&generator));
    for Election { from, owner } in &book.elections {
        say::line(format_args!("certificates are the {owner}'s from {from}"));
    }
    for report in &book.reports {
        let kind = if report.adjustment { "new total" } else { "reported" };
        say::line(format_args!(
            "{}  {kind:<9}  {:>14} kWh  {:<7}  left over {} kWh",
            report.vintage,
            decimal(report.total_micro, 6),
            report.source,
            decimal(report.remainder_micro, 6)
        ));
    }
    Ok(())
}

fn elect(place: &Place, number: &str, to: &str, from: &str) -> Result<()> {
    let election = Election { from: month(from)?, owner: owner(to)? };
    let db = super::open(place)?;
    db.write(|tx| act::elect(tx, super::actor(), number, election))?;
    let Election { from, owner } = election;
    say::line(format_args!("{number}: certificates are the {owner}'s from {from}"));
    Ok(())
}

fn report(place: &Place, args: &RecReport) -> Result<()> {
    let vintage = month(&args.month)?;
    let total = match &args.kwh {
        Some(kwh) => Total::Said(scaled(kwh, 6).ok_or_else(|| {
            super::said(format!("{kwh} is no number of kWh with at most six decimals, like 1204.5"))
        })?),
        None => Total::Metered,
    };
    let kind = if args.adjust { Report::Adjustment } else { Report::First };
    let db = super::open(place)?;
    let generator = &args.generator;
    let settled =
        db.write(|tx| act::report(tx, super::actor(), generator, vintage, (total, kind)))?;
    say::line(format_args!("{generator}  {}", act::told(&settled)));
    Ok(())
}

fn import(place: &Place, file: &Path) -> Result<()> {
    let db = super::open(place)?;
    let taken = act::import(&db, super::actor(), file, &place.dir.join("rejects"))?;
    let name = &taken.batch.file_name;
    if taken.before {
        say::line(format_args!("{name} was imported before as batch {}", taken.batch.id));
        return Ok(());
    }
    let accepted = counted(taken.batch.accepted, "month");
    say::line(format_args!("batch {}: {accepted} taken of {name}", taken.batch.id));
    let (Some(rejects), Some(first)) = (taken.rejects, taken.first) else { return Ok(()) };
    let rejected = counted(taken.batch.rejected, "line");
    let said =
        format!("{rejected} not taken; the first: {first}; mend them in {}", rejects.display());
    if taken.batch.accepted == 0 {
        return Err(super::said(said));
    }
    say::line(said);
    Ok(())
}

fn list(place: &Place, generator: &str, json: bool) -> Result<()> {
    let db = super::see(place)?;
    let (generator, book, lots) = db.read(|tx| act::show(tx, generator))?;
    if json {
        say::line(as_json(&generator, &book, &lots));
        return Ok(());
    }
    for Lot { vintage, serials, holder, standing } in &lots {
        let why = match standing {
            Standing::Retired { beneficiary, reason } => format!("  for {beneficiary}: {reason}"),
            _ => String::new(),
        };
        let (count, standing) = (serials.count(), standing.word());
        let serials = serials.to_string();
        say::line(format_args!(
            "{vintage}  {serials:<13}  {count:>6}  {standing:<11}  {holder}{why}"
        ));
    }
    let left = decimal(book.remainder_micro(), 6);
    say::line(format_args!("{left} kWh left over, which make no certificate yet"));
    Ok(())
}

fn as_json(generator: &Generator, book: &Book, lots: &[Lot]) -> serde_json::Value {
    let lot = |it: &Lot| {
        let (beneficiary, reason) = match &it.standing {
            Standing::Retired { beneficiary, reason } => (Some(beneficiary), Some(reason)),
            _ => (None, None),
        };
        serde_json::json!({
            "vintage": it.vintage.to_string(),
            "serial_from": it.serials.from(),
            "serial_to": it.serials.to(),
            "quantity": it.serials.count(),
            "status": it.standing.word(),
            "holder": it.holder,
            "beneficiary": beneficiary,
            "reason": reason,
        })
    };
    serde_json::json!({
        "registry": generator.registry.word(),
        "generator": generator.number,
        "fuel": generator.fuel.word(),
        "lots": lots.iter().map(lot).collect::<Vec<_>>(),
        "remainder_kwh": decimal(book.remainder_micro(), 6),
    })
}

fn transfer(place: &Place, generator: &str, which: &str, to: &str) -> Result<()> {
    let which = serials(which)?;
    let db = super::open(place)?;
    db.write(|tx| act::transfer(tx, super::actor(), generator, which, to))?;
    say::line(format_args!("{generator}  {which} transferred to {to}"));
    Ok(())
}

fn retire(place: &Place, generator: &str, which: &str, why: (&str, &str)) -> Result<()> {
    let which = serials(which)?;
    let db = super::open(place)?;
    db.write(|tx| act::retire(tx, super::actor(), generator, which, why))?;
    say::line(format_args!("{generator}  {which} retired for {}: {}", why.0, why.1));
    Ok(())
}

fn expire(place: &Place, generator: &str, months: u16) -> Result<()> {
    let db = super::open(place)?;
    let old = db.write(|tx| act::expire(tx, super::actor(), generator, months))?;
    if old.is_empty() {
        say::line(format_args!("{generator}  none is so old"));
    }
    for serials in old {
        say::line(format_args!("{generator}  {serials} expired"));
    }
    Ok(())
}

fn file(place: &Place, of: &str, vintage: &str, out: Option<&Path>) -> Result<()> {
    let (of, vintage) = (registry(of)?, month(vintage)?);
    let db = super::see(place)?;
    let upload = db.read(|tx| act::file(tx, of, vintage))?;
    match out {
        Some(out) => {
            std::fs::write(out, upload)
                .with_context(|| format!("{} cannot be written", out.display()))?;
            say::line(format_args!("{}", out.display()));
        }
        None => say::line(String::from_utf8_lossy(&upload).trim_end()),
    }
    Ok(())
}

fn line(generator: &Generator) -> String {
    let Generator { registry, number, unit, fuel, flow, nameplate_watts, .. } = generator;
    let nameplate = nameplate_watts.map_or(String::new(), |it| format!(", {} kW", decimal(it, 3)));
    format!("{number}  {registry}, unit {unit}, {fuel}{nameplate}, counted as {flow}")
}

fn month(text: &str) -> Result<Vintage> {
    Vintage::parse(text)
        .ok_or_else(|| super::said(format!("{text} is no month, written like 2026-07")))
}

fn serials(text: &str) -> Result<Serials> {
    Serials::parse(text)
        .ok_or_else(|| super::said(format!("{text} names no certificates; write 3 or 3-7")))
}

fn registry(text: &str) -> Result<Registry> {
    word(text, Registry::from_word, Registry::ALL)
}

fn owner(text: &str) -> Result<Owner> {
    word(text, Owner::from_word, Owner::ALL)
}

/// The variant that is written so, or a refusal that names all of them.
fn word<T: ToString>(text: &str, from_word: fn(&str) -> Option<T>, all: &[T]) -> Result<T> {
    from_word(text).ok_or_else(|| {
        let all = all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        super::said(format!("{text} is none of: {all}"))
    })
}

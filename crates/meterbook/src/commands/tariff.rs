//! `tariff`: check, publish, show, compare and try out tariff texts.

use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::trial::{self, Days, Tried, Use};
use meterbook_app::{derivation, published, tariff};
use meterbook_core::bill::explain;
use meterbook_core::person::Language;
use meterbook_core::rating::Rated;
use meterbook_core::rating::published::Published;
use meterbook_core::tariff::diff::{self, Compared};
use meterbook_core::tariff::preset::{PRESETS, Preset};
use meterbook_core::tariff::{Riders, Tariff, sheet};
use meterbook_core::text::{counted, scaled};

use crate::args::{Place, TariffCommand, TariffDiff, TariffRate, TariffShow};
use crate::say;

/// How much of a line is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Its label and amount.
    Amount,
    /// Its derivation too.
    Derivation,
}

pub(crate) fn tariff(place: &Place, command: &TariffCommand) -> Result<()> {
    match command {
        TariffCommand::Check { file } => check(file),
        TariffCommand::Preset { name } => preset(name.as_deref()),
        TariffCommand::Publish { file } => publish(place, file),
        TariffCommand::Show(args) => show(place, args),
        TariffCommand::Diff(args) => differ(place, args),
        TariffCommand::Rate(args) => rate(place, args, Depth::Amount),
        TariffCommand::Explain(args) => rate(place, args, Depth::Derivation),
        TariffCommand::ImportUrdb { rates, id, tier_scope, out } => {
            super::urdb::tariff(rates, id, *tier_scope, out.as_deref())
        }
    }
}

pub(crate) fn check(file: &Path) -> Result<()> {
    say_right(&read(file)?);
    Ok(())
}

fn say_right(tariff: &Tariff) {
    say::line(format_args!(
        "{} from {}: right, {}",
        tariff.code,
        tariff.from,
        counted(tariff.components.len(), "charge")
    ));
}

fn read(file: &Path) -> Result<Tariff> {
    parsed(file, &super::read_text(file)?)
}

fn parsed(file: &Path, text: &str) -> Result<Tariff> {
    Tariff::parse(text).map_err(|why| super::said(format!("{}, {why}", file.display())))
}

/// The riders in some texts.
fn riders(files: &[PathBuf]) -> Result<Riders> {
    let mut riders = Riders::new();
    for file in files {
        let rider = read(file)?;
        if !rider.is_rider {
            let (code, file) = (rider.code, file.display());
            return Err(super::said(format!(
                "{file}: {code} is a tariff; a rider begins with: rider {code}"
            )));
        }
        riders.entry(rider.code.clone()).or_default().push(rider);
    }
    for versions in riders.values_mut() {
        versions.sort_by_key(|it| it.from);
    }
    Ok(riders)
}

fn preset(name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        for preset in PRESETS {
            say::line(format_args!("{:<16} {}", preset.name, preset.about()));
        }
        return Ok(());
    };
    match Preset::named(name) {
        Some(preset) => {
            say::verbatim(preset.text.trim_end());
            Ok(())
        }
        None => {
            let names: Vec<&str> = PRESETS.iter().map(|it| it.name).collect();
            Err(super::said(format!("there is no preset {name}; there are: {}", names.join(", "))))
        }
    }
}

fn publish(place: &Place, file: &Path) -> Result<()> {
    // Once: what is piped in cannot be read again.
    let text = super::read_text(file)?;
    say_right(&parsed(file, &text)?);
    let db = super::open(place)?;
    db.write(|tx| tariff::publish(tx, super::actor(), &text))?;
    say::line("published");
    Ok(())
}

fn show(place: &Place, args: &TariffShow) -> Result<()> {
    let language = args.language.into();
    let Some(code) = &args.code else {
        let file = args.file.as_deref().expect("the command line has a code or a file");
        match args.text {
            true => say::verbatim(super::read_text(file)?.trim_end()),
            false => {
                super::told_for(place);
                say::line(sheet::sheet(&read(file)?, None, language).trim_end());
            }
        }
        return Ok(());
    };
    let db = super::open(place)?;
    let said = if args.text {
        db.read(|tx| tariff::text(tx, code, args.on))?
    } else {
        let versions = db.read(|tx| tariff::versions(tx, code))?;
        let in_force = |it: &Tariff| args.on.is_none_or(|on| it.from <= on);
        versions.iter().rposition(in_force).map(|place| {
            let until = versions.get(place + 1).map(|it| it.from);
            sheet::sheet(&versions[place], until, language)
        })
    };
    let said = said.ok_or_else(|| no_version(code, args.on))?;
    match args.text {
        true => say::verbatim(said.trim_end()),
        false => say::line(said.trim_end()),
    }
    Ok(())
}

fn no_version(code: &str, on: Option<Date>) -> anyhow::Error {
    super::said(match on {
        Some(on) => format!("no version of tariff {code} is in force on {on}"),
        None => format!("there is no tariff {code}; publish one with: meterbook tariff publish"),
    })
}

fn differ(place: &Place, args: &TariffDiff) -> Result<()> {
    let (old, new, riders) = match (&args.new, args.from, args.to) {
        (Some(new), _, _) => (read(Path::new(&args.old))?, read(new)?, riders(&args.rider)?),
        (None, Some(from), Some(to)) => {
            let db = super::open(place)?;
            let version = |on: Date| {
                let found = db.read(|tx| tariff::in_force(tx, &args.old, on))?;
                found.ok_or_else(|| no_version(&args.old, Some(on)))
            };
            let (old, new) = (version(from)?, version(to)?);
            let codes: Vec<&str> = old.riders().chain(new.riders()).collect();
            let riders = db.read(|tx| {
                let versions = |code: &&str| Ok((code.to_string(), tariff::versions(tx, code)?));
                codes.iter().map(versions).collect::<Result<Riders>>()
            })?;
            (old, new, riders)
        }
        _ => return Err(super::said("give two texts, or a code with --from and --to".to_owned())),
    };
    super::told_for(place);
    let language: Language = args.language.into();
    let calendar = args.calendar.unwrap_or(new.from.year());
    let load = args.load.as_ref().map(|it| trial::year(it, calendar)).transpose()?;
    say::line(diff::said(&diff::changes(&old, &new, language), language));
    let terms = trial::terms(&args.term)?;
    let compared = Compared::bill(&old, &new, (&riders, &terms), load);
    say::line(compared.said(language).trim_end());
    Ok(())
}

fn rate(place: &Place, args: &TariffRate, depth: Depth) -> Result<()> {
    super::told_for(place);
    let tariff = read(&args.file)?;
    let used = match (&args.load, &args.used) {
        (Some(load), _) => Use::Load(load),
        (None, used) => counted_use("--used", used.as_deref().unwrap_or_default())?,
    };
    let sent = match (&args.received, &args.sent) {
        (Some(load), _) => Some(Use::Load(load)),
        (None, sent) => sent.as_deref().map(|it| counted_use("--sent", it)).transpose()?,
    };
    let riders = riders(&args.rider)?;
    let TariffRate { to, start, stop, .. } = *args;
    let days = Days { from: args.from.unwrap_or(tariff.from), to, start, stop };
    let terms = trial::terms(&args.term)?;
    let tried = Tried { used, sent, terms: &terms };
    let turns = trial::rate_on(&tariff, &riders, tried, days, |names, days| {
        // A text can be tried where no utility is; then nothing is published.
        let Some(db) = super::open_if_there(place)? else { return Ok(Published::default()) };
        let zone = super::own_zone(&db)?;
        db.read(|tx| published::on_even_days(tx, names, &zone, days))
    })?;
    if args.json {
        say::line(derivation::turns(&tariff.code, &turns));
        return Ok(());
    }
    let language: Language = args.language.into();
    for turn in &turns {
        say::line(turn.period);
        let Rated { lines, bank, credit, billed, .. } = &turn.rated;
        for bank in explain::banks(*bank, *credit, billed.unit, language) {
            say::line(format_args!("  {bank}"));
        }
        say::line(match depth {
            Depth::Amount => explain::amounts(lines, language),
            Depth::Derivation => explain::lines(lines, language),
        });
    }
    if 1 < turns.len() {
        say::line(format_args!("{:<60}{:>14}", "Total", trial::total(&turns)));
    }
    Ok(())
}

/// What a register counted, as it is given behind an option.
fn counted_use(option: &str, given: &str) -> Result<Use<'static>> {
    let micro = scaled(given, 6).filter(|it| 0 <= *it);
    let wrong = || super::said(format!("{option} {given} is no number; write it like 742.5"));
    Ok(Use::Counted(micro.ok_or_else(wrong)?))
}

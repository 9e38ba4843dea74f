//! `tariff`: check, publish and show tariff texts.

use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::tariff;
use meterbook_core::tariff::Tariff;
use meterbook_core::tariff::preset::{PRESETS, Preset};
use meterbook_core::text::counted;

use crate::args::Place;
use crate::say;

pub(crate) fn check(file: &Path) -> Result<()> {
    let text = super::read_text(file)?;
    match Tariff::parse(&text) {
        Ok(tariff) => {
            say::line(format_args!(
                "{} from {}: right, {}",
                tariff.code,
                tariff.from,
                counted(tariff.components.len(), "charge")
            ));
            Ok(())
        }
        Err(why) => Err(super::said(format!("{}, {why}", file.display()))),
    }
}

pub(crate) fn preset(name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        for preset in PRESETS {
            say::line(format_args!("{:<16} {}", preset.name, preset.about()));
        }
        return Ok(());
    };
    match Preset::named(name) {
        Some(preset) => {
            say::line(preset.text.trim_end());
            Ok(())
        }
        None => {
            let names: Vec<&str> = PRESETS.iter().map(|it| it.name).collect();
            Err(super::said(format!("there is no preset {name}; there are: {}", names.join(", "))))
        }
    }
}

pub(crate) fn publish(place: &Place, file: &Path) -> Result<()> {
    check(file)?;
    let text = super::read_text(file)?;
    let db = super::open(place)?;
    db.write(|tx| tariff::publish(tx, super::actor(), &text))?;
    say::line("published");
    Ok(())
}

pub(crate) fn show(place: &Place, code: &str, on: Option<Date>) -> Result<()> {
    let db = super::open(place)?;
    match db.read(|tx| tariff::text(tx, code, on))? {
        Some(text) => {
            say::line(text.trim_end());
            Ok(())
        }
        None => Err(super::said(match on {
            Some(on) => format!("no version of tariff {code} is in force on {on}"),
            None => {
                format!("there is no tariff {code}; publish one with: meterbook tariff publish")
            }
        })),
    }
}

//! `profile`: the layouts of files of reads, checked, shown and listed.

use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::{refuse, route};
use meterbook_core::text::counted;
use meterbook_formats::reads::profile::{Profile, SHIPPED, check, shipped};

use crate::args::Place;
use crate::args::inspect::ProfileCommand;
use crate::say;

pub(crate) fn profile(place: &Place, command: &ProfileCommand) -> Result<()> {
    match command {
        ProfileCommand::Check { profile } => {
            let found = find(profile)?;
            let records = check(&found).map_err(refuse)?;
            let counted = counted(records, "record");
            say::line(format_args!(
                "{} {} is right: {counted} in its example",
                found.name, found.version
            ));
        }
        ProfileCommand::Show { name } => match shipped(name) {
            Some(text) => say::verbatim(text.trim_end()),
            None => return Err(none(name)),
        },
        ProfileCommand::List => {
            for (name, _) in SHIPPED {
                let found = find(name)?;
                say::line(format_args!("{name:<18} {}  {}", found.version, found.about));
            }
        }
        ProfileCommand::Write { profile, cycle, out } => {
            let (found, cycle) = (find(profile)?, *cycle);
            let db = super::see(place)?;
            let route = db.read(|tx| route::open_reads(tx, super::actor(), cycle, &found))?;
            let Some(file) = out else {
                say::verbatim(route.text.trim_end_matches('\n'));
                return Ok(());
            };
            std::fs::write(file, &route.text)
                .with_context(|| format!("{} cannot be written", file.display()))?;
            let reads = counted(route.reads, "read");
            say::line(format_args!("{}: {reads} for {}", file.display(), route.on));
        }
    }
    Ok(())
}

/// The profile of this name, or in this file.
pub(super) fn find(name: &str) -> Result<Profile> {
    Profile::parse(&text(name)?).map_err(refuse)
}

/// The text of the profile of this name, or in this file.
pub(super) fn text(name: &str) -> Result<String> {
    match shipped(name) {
        Some(text) => Ok(text.to_owned()),
        None if Path::new(name).exists() => super::read_text(Path::new(name)),
        None => Err(none(name)),
    }
}

fn none(name: &str) -> anyhow::Error {
    super::said(format!(
        "there is no profile {name}, and no such file; meterbook profile list says which there are"
    ))
}

//! `profile`: the layouts of files of reads, checked, shown and listed.

use std::path::Path;

use anyhow::Result;
use meterbook_app::refuse;
use meterbook_core::text::counted;
use meterbook_formats::reads::profile::{Profile, SHIPPED, check, shipped};

use crate::args::inspect::ProfileCommand;
use crate::say;

pub(crate) fn profile(command: &ProfileCommand) -> Result<()> {
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
            Some(text) => say::line(text.trim_end()),
            None => return Err(none(name)),
        },
        ProfileCommand::List => {
            for (name, _) in SHIPPED {
                let found = find(name)?;
                say::line(format_args!("{name:<18} {}  {}", found.version, found.about));
            }
        }
    }
    Ok(())
}

/// The profile of this name, or in this file.
pub(super) fn find(name: &str) -> Result<Profile> {
    let text = match shipped(name) {
        Some(text) => text.to_owned(),
        None if Path::new(name).exists() => super::read_text(Path::new(name))?,
        None => return Err(none(name)),
    };
    Profile::parse(&text).map_err(refuse)
}

fn none(name: &str) -> anyhow::Error {
    super::said(format!(
        "there is no profile {name}, and no such file; meterbook profile list says which there are"
    ))
}

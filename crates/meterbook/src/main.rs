//! The binary: command line, wiring, roles as subcommands.

mod args;
mod commands;
mod say;

use std::process::ExitCode;

use clap::Parser;
use meterbook_app::Refused;

use args::{Cli, Command, TariffCommand, UrdbCommand};

/// The rules said no; nothing was changed.
const REFUSED: u8 = 2;
/// Something of ours failed.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let ended = match command {
        Command::Tariff(TariffCommand::Check { file }) => commands::tariff::check(&file),
        Command::Urdb(UrdbCommand::Bill(bill)) => commands::urdb::bill(&bill),
        Command::Urdb(UrdbCommand::Tariff { rates, id, tier_scope }) => {
            commands::urdb::tariff(&rates, &id, tier_scope)
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say::error(&why);
            ExitCode::from(if why.is::<Refused>() { REFUSED } else { FAILED })
        }
    }
}

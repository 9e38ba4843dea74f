//! The command line: what may be said, and the help that says so.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Customers, meters, bills and books of a utility, in one program and one file.
#[derive(Debug, Parser)]
#[command(name = "meterbook", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check tariffs
    #[command(subcommand)]
    Tariff(TariffCommand),
    /// Tariffs of the OpenEI Utility Rate Database
    #[command(subcommand)]
    Urdb(UrdbCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TariffCommand {
    /// Check a tariff text without publishing it
    Check {
        /// The text
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum UrdbCommand {
    /// Bill a year of hourly load on each of many rates
    Bill(UrdbBill),
    /// Print a rate as a tariff text, to be read, changed and published
    Tariff {
        /// The rates, .jsonl or .jsonl.gz
        #[arg(long)]
        rates: PathBuf,
        /// The rate's _id
        #[arg(long)]
        id: String,
        /// How tiers are filled when prices also differ by the hour
        #[arg(long, value_enum)]
        tier_scope: TierScopeArg,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UrdbBill {
    /// The rates, one a line: .jsonl or .jsonl.gz
    #[arg(long)]
    pub(crate) rates: PathBuf,
    /// Hourly means, one column `kw`: .csv or .csv.gz
    #[arg(long)]
    pub(crate) load: PathBuf,
    /// The calendar year the load's hours are in
    #[arg(long)]
    pub(crate) calendar: i16,
    /// How tiers are filled when prices also differ by the hour
    #[arg(long, value_enum)]
    pub(crate) tier_scope: TierScopeArg,
    /// Print amounts before they are rounded to cents
    #[arg(long)]
    pub(crate) exact: bool,
    /// Where the bills go, one line for each rate
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TierScopeArg {
    /// Hours fill the tiers in the order of time
    Chronological,
    /// The month's tiers are shared by the periods as they used
    ProRata,
}

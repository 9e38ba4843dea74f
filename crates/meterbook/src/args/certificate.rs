//! What may be said of generators and their certificates.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OfAgreement;

#[derive(Debug, Subcommand)]
pub(crate) enum RecCommand {
    /// Generators and whose their certificates are
    #[command(subcommand)]
    Generator(GeneratorCommand),
    /// Report what a generator made in a month; certificates are made of it
    Report(RecReport),
    /// Import reported totals: CSV generator,vintage,kwh or mwh, and if need be adjustment
    Import {
        /// The file
        file: PathBuf,
    },
    /// Print where the certificates of a generator are
    List {
        /// Its number in the registry
        generator: String,
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Move certificates to another holder
    Transfer {
        /// The generator's number
        generator: String,
        /// Which: 3 or 3-7
        serials: String,
        /// To whom
        #[arg(long)]
        to: String,
    },
    /// Use certificates up; they never move again
    Retire {
        /// The generator's number
        generator: String,
        /// Which: 3 or 3-7
        serials: String,
        /// For whom
        #[arg(long = "for", value_name = "BENEFICIARY")]
        beneficiary: String,
        /// Why, such as the standard they count for
        #[arg(long)]
        reason: String,
    },
    /// Expire certificates whose month ended so long ago
    Expire {
        /// The generator's number
        generator: String,
        /// How many months ago
        #[arg(long, value_name = "MONTHS", value_parser = clap::value_parser!(u16).range(1..=1200))]
        after: u16,
    },
    /// Write the upload of a month for a registry
    File {
        /// The month, such as 2026-07
        month: String,
        /// The registry
        #[arg(long, default_value = "M-RETS")]
        registry: String,
        /// The file; it is printed without it
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum GeneratorCommand {
    /// Register a generator
    Add(GeneratorAdd),
    /// Print generators: one with what was reported of it, or all
    Show {
        /// Its number in the registry
        number: Option<String>,
    },
    /// Say whose the certificates are from a month on
    Owner {
        /// The generator's number
        number: String,
        /// customer or utility
        owner: String,
        /// The first month, such as 2027-01
        #[arg(long)]
        from: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct GeneratorAdd {
    /// Its number in the registry, such as M805
    pub(crate) number: String,
    #[command(flatten)]
    pub(crate) of: OfAgreement,
    /// The registry: M-RETS, WREGIS or PJM-GATS
    #[arg(long, default_value = "M-RETS")]
    pub(crate) registry: String,
    /// The reporting unit there; the digits of the number without it
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// solar, wind, hydro, biomass, biogas or geothermal
    #[arg(long)]
    pub(crate) fuel: String,
    /// What counts as made: received, or delivered where the meter is a generation meter
    #[arg(long, default_value = "received")]
    pub(crate) flow: String,
    /// What it makes at most, in kW, such as 7.6
    #[arg(long)]
    pub(crate) nameplate_kw: Option<String>,
    /// Whose its certificates are: customer or utility
    #[arg(long)]
    pub(crate) owner: String,
    /// The first month that is reported, such as 2026-07
    #[arg(long)]
    pub(crate) from: String,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("total").required(true).args(["kwh", "metered"])))]
pub(crate) struct RecReport {
    /// The generator's number
    pub(crate) generator: String,
    /// The month, such as 2026-07
    pub(crate) month: String,
    /// All that it made in the month, in kWh
    pub(crate) kwh: Option<String>,
    /// Take it from the reads of its meter
    #[arg(long)]
    pub(crate) metered: bool,
    /// It is the new total of a month that was reported, not the difference
    #[arg(long)]
    pub(crate) adjust: bool,
}

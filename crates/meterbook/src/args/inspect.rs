//! What may be said of looking into files.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use meterbook_core::account::Cycle;

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The file; .gz and .zip are unpacked
    pub(crate) file: PathBuf,
    /// Its format; found out from what is in it without this
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<FormatArg>,
    /// The profile that tells its layout: one that comes with the program, or a file
    #[arg(long, value_name = "PROFILE", conflicts_with_all = ["format", "green_button"])]
    pub(crate) profile: Option<String>,
    /// The zone of times without an offset; they stay what a clock showed without it
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// Write what is in it as a Green Button feed to this file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) green_button: Option<PathBuf>,
    /// Print what is in it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FormatArg {
    /// CSV: meter,start,value
    Long,
    /// CSV: meter,date,00:00,00:15,…
    Wide,
    /// CSV: meter,date,index
    Registers,
    /// ESPI XML
    GreenButton,
    /// NEM12 or NEM13 of the Australian market
    Nem12,
    /// CMEP, as head-ends write it
    Cmep,
    /// NACHA: entries of the clearing house, returns and changes
    Nacha,
    /// BAI2: statements of accounts
    Bai2,
    /// BAI lockbox: cheques that a bank opened
    Lockbox,
    /// SEPA: direct debits
    #[value(name = "pain.008")]
    Pain008,
    /// SEPA: what a bank did not take
    #[value(name = "pain.002")]
    Pain002,
    /// SEPA: a day of an account
    #[value(name = "camt.053")]
    Camt053,
    /// SEPA: single bookings
    #[value(name = "camt.054")]
    Camt054,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Say whether a profile is right, and whether its example comes out as it says
    Check {
        /// A file, or the name of one that comes with the program
        profile: String,
    },
    /// Print the text of one that comes with the program
    Show {
        /// Its name
        name: String,
    },
    /// List those that come with the program
    List,
    /// Write the reads that the next turn of a cycle lacks as a route for a handheld
    Write {
        /// A file, or the name of one that comes with the program, such as itron-download
        profile: String,
        /// The cycle, from 1 to 99
        #[arg(long)]
        cycle: Cycle,
        /// The file to write; it is printed without it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

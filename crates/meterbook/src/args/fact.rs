//! What may be said of `fact`: what bills were made of, told otherwise.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::{OfAgreement, SaidExemption, SaidPrice, SaidTerm, TermDays};

#[derive(Debug, Subcommand)]
pub(crate) enum FactCommand {
    /// A number or a word that the tariff needs was another one
    Term {
        #[command(flatten)]
        it: SaidTerm,
        #[command(flatten)]
        how: How,
    },
    /// A price of a charge was agreed on, or another one
    Price {
        #[command(flatten)]
        it: SaidPrice,
        #[command(flatten)]
        how: How,
    },
    /// A tax or rider was not owed, or not in full
    Exempt {
        #[command(flatten)]
        it: SaidExemption,
        #[command(flatten)]
        how: How,
    },
    /// A term, a price or an exemption ended, or never was
    None {
        #[command(flatten)]
        of: OfAgreement,
        /// Which of them
        about: AboutArg,
        /// Its name
        name: String,
        #[command(flatten)]
        days: TermDays,
        #[command(flatten)]
        how: How,
    },
    /// The agreement was on another tariff, from a day on
    Tariff {
        #[command(flatten)]
        of: OfAgreement,
        /// The code of the tariff
        code: String,
        /// The first day on it
        #[arg(long)]
        from: Date,
        #[command(flatten)]
        how: How,
    },
    /// Service began on another day
    Start {
        #[command(flatten)]
        of: OfAgreement,
        /// The first day of service
        on: Date,
        #[command(flatten)]
        how: How,
    },
    /// Service ended on another day, or goes on
    End {
        #[command(flatten)]
        of: OfAgreement,
        /// The first day without service; without it, service goes on
        on: Option<Date>,
        #[command(flatten)]
        how: How,
    },
    /// A meter counted more or less times what its registers show, since it was hung or from a day on
    Multiplier {
        /// The service point where it hangs
        point: i64,
        /// How many times, such as 40
        times: String,
        /// The first day; without it, since it was hung
        #[arg(long, requires = "read")]
        from: Option<Date>,
        /// What each register showed at the start of that day, in order
        #[arg(long, requires = "from")]
        read: Vec<String>,
        #[command(flatten)]
        how: How,
    },
    /// A version of a tariff or rider said something else, or held from an earlier day: of every account on
    /// it the bills that were made of it
    Version {
        /// The text, which says from which day it holds
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Print what was told otherwise, the newest first
    List {
        /// At most so many
        #[arg(long, default_value_t = 50)]
        most: i64,
        /// Print them as a JSON list
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct How {
    /// Why the bills were wrong: read, meter, tariff, service, tampering or other; it decides how far
    /// back may be charged. Without it, what the fact is about
    #[arg(long)]
    pub(crate) cause: Option<String>,
    /// Why, in a sentence; without it nothing is kept, and what it would come to is printed
    #[arg(long, requires = "evidence")]
    pub(crate) why: Option<String>,
    /// What proves it: a certificate, a letter, a work order
    #[arg(long)]
    pub(crate) evidence: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum AboutArg {
    /// A number or a word that the tariff needs
    Term,
    /// A price instead of the tariff's
    Price,
    /// A tax or rider that is not owed
    Exemption,
}

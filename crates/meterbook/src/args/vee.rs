//! What may be said about validation, editing and estimation.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;
use meterbook_core::account::Cycle;

#[derive(Debug, Subcommand)]
pub(crate) enum VeeCommand {
    /// Print the rules that hold for a commodity: what is doubted, and what follows
    Rules {
        /// electric, gas or water
        commodity: String,
        /// residential or commercial; what holds for every class without it
        #[arg(long)]
        class: Option<String>,
        /// On this day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Say other rules, from a day on; they are checked first
    SayRules {
        /// A text such as `vee rules` prints
        file: PathBuf,
        /// electric, gas or water
        #[arg(long)]
        commodity: String,
        /// residential or commercial; for every class without it
        #[arg(long)]
        class: Option<String>,
        /// The first day
        #[arg(long)]
        from: Date,
    },
    /// Look at the reads of the next turn of a cycle, and estimate what it lacks
    Run {
        /// The cycle, from 1 to 99
        cycle: Cycle,
        /// Estimate missing reads and fill gaps; only say them without it
        #[arg(long)]
        estimate: bool,
    },
    /// Print what is doubted and waits for somebody
    List {
        /// Only of this rule, such as high
        #[arg(long)]
        rule: Option<String>,
    },
    /// Print one exception: what was seen, and what each way out would bill
    Show {
        /// Its number
        exception: i64,
    },
    /// Resolve everything that one rule doubts, in one way
    Resolve {
        /// The rule, such as high or scaled
        rule: String,
        /// The way out: take-read, estimate, take-file, refuse-file, as-it-is, order-read, put-off
        #[arg(long = "by")]
        how: String,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Take down a read that somebody tells; a customer's waits until it is plausible
    Read {
        /// The number on the meter
        meter: String,
        /// What each register shows, in order
        #[arg(required = true)]
        index: Vec<String>,
        /// The day at whose start it showed that
        #[arg(long)]
        on: Date,
        /// Who tells it
        #[arg(long)]
        by: ToldArg,
    },
    /// Ask a meter for its reads from afar
    Request {
        /// The number on the meter
        meter: String,
        /// For the start of this day
        #[arg(long)]
        on: Date,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Print the requests without an answer, for the program that talks to the meters
    Requests,
    /// Take in what that program answers: the lines of `vee requests`, filled in
    Answers {
        /// The file; `-` for what is piped in
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ToldArg {
    /// The customer
    Customer,
    /// The office, from a card or a call
    Office,
}

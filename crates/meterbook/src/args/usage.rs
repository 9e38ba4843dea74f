//! What may be said of usage.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Usage {
    #[command(subcommand)]
    pub(crate) command: Option<UsageCommand>,
    #[command(flatten)]
    pub(crate) of: Option<UsageOf>,
}

#[derive(Debug, Args)]
pub(crate) struct UsageOf {
    /// The account, such as 1000-0012-4, or a service point, such as 12
    pub(crate) of: String,
    /// The first day
    #[arg(long)]
    pub(crate) from: Date,
    /// The day after the last
    #[arg(long)]
    pub(crate) to: Date,
    /// Print it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Another tariff than the agreement's
    #[arg(long, value_name = "CODE")]
    pub(crate) tariff: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsageCommand {
    /// Print what every agreement of an account comes to so far, and may come to in the whole turn
    ToDate {
        /// The account
        account: String,
        /// The first day that does not count; today without it
        #[arg(long)]
        on: Option<Date>,
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print what the newest twelve bills of every agreement of an account would have come to on each
    /// tariff that it could be on
    Compare {
        /// The account
        account: String,
        /// The day by which they ended; today without it
        #[arg(long)]
        on: Option<Date>,
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write the values of a service point, or of every one of an account, to be carried away
    Export {
        /// The account, or a service point
        of: String,
        /// The first day
        #[arg(long)]
        from: Date,
        /// The day after the last
        #[arg(long)]
        to: Date,
        /// How it is written
        #[arg(long, value_enum, default_value_t = WrittenArg::Csv)]
        format: WrittenArg,
        /// The file; it is printed without it
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Lay together the interval values of months that are over and came day by day: they take less
    /// room and are read faster; the console does it once a day. It may be ended at any time
    Merge {
        /// Print what was done as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Make the use of one service point part of another's: a compound meter, a deduct meter, a sum
    Part {
        /// Whose use it is made part of
        point: i64,
        /// Whose use it is
        part: i64,
        /// Take it off instead of adding it
        #[arg(long)]
        deduct: bool,
        /// How much of it
        #[arg(long, default_value = "100%")]
        share: String,
        /// The first day
        #[arg(long)]
        from: Date,
        /// The first day without it; without this it goes on
        #[arg(long)]
        to: Option<Date>,
    },
    /// End that one service point is part of another
    Unpart {
        /// Whose use it was part of
        point: i64,
        /// Whose use it was
        part: i64,
        /// The first day without it
        #[arg(long)]
        on: Date,
    },
    /// Print what the use of a service point is made of, and where it is a part
    Parts {
        /// The service point
        point: i64,
    },
    /// Publish a figure of a day: the heating value of gas, a factor of its pressure, degree days
    Figure {
        /// What it is
        #[arg(value_enum)]
        kind: FigureArg,
        /// The area, the pressure or the weather station
        name: String,
        /// The day; heating values and pressures hold until the next one
        day: Date,
        /// The figure, such as 1.031
        value: String,
    },
    /// Say under which name a service point looks for figures
    Look {
        /// The service point
        point: i64,
        /// For which
        #[arg(value_enum)]
        kind: FigureArg,
        /// Under which name
        name: String,
        /// The first day
        #[arg(long)]
        from: Date,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum WrittenArg {
    /// As `meterbook import` reads it
    Csv,
    /// Green Button XML
    GreenButton,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FigureArg {
    /// Therms in a CCF
    Heating,
    /// What the pressure at the meter makes of a CCF
    Pressure,
    /// Heating degree days
    HeatingDegrees,
    /// Cooling degree days
    CoolingDegrees,
}

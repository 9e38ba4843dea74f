//! What is said behind `deliver`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum DeliverCommand {
    /// Print how many pieces of each way stand where, and which ways are stopped
    Status,
    /// Send by e-mail what waits of some days: bills, notes, summaries and letters
    Send {
        #[command(flatten)]
        billed: Billed,
        /// How many pieces are expected, beyond which nothing goes without a second person; without it one
        /// for each paper
        #[arg(long)]
        expect: Option<i64>,
    },
    /// Make a package for the mail house of what waits for the post of some days: bills and other paper
    Package {
        /// The folder that the package is put into
        #[arg(value_name = "DIR")]
        into: PathBuf,
        #[command(flatten)]
        of: Packaged,
        /// The first day that is not among them; the day after the first one without it
        #[arg(long, value_name = "DAY", default_value = "")]
        until: String,
        /// How many pieces are expected, beyond which nothing goes without a second person; without it one
        /// for each paper
        #[arg(long)]
        expect: Option<i64>,
    },
    /// Take in reports of mail servers: a message, a mailbox, or a folder of them
    Bounce {
        /// The file or the folder
        from: PathBuf,
    },
    /// Say that an envelope came back; it waits until somebody has another address
    Returned {
        /// Its piece, its package and place there (3/17), or the digits below its barcode
        #[arg(required = true)]
        envelopes: Vec<String>,
        /// What the post said
        #[arg(long)]
        why: String,
    },
    /// Tell another system, at the address in the settings, what became of bills and other paper
    Tell,
    /// Queue a bill that was not sent from here, since its customer had it from elsewhere
    /// (`bill run --as-planned`)
    Bill {
        /// Its number
        number: String,
    },
    /// Let more pieces go than were expected; a second person agrees
    LetGo {
        /// The way: post or email
        way: String,
        #[command(flatten)]
        billed: Billed,
        /// How many pieces may go
        #[arg(long)]
        pieces: i64,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Say what became of a piece, such as one of which nobody knows; `queued` sends it again
    Decide {
        /// The piece: number/person/way
        piece: String,
        /// queued, sent, delivered or bounced
        state: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Stop a way, or let it go on
    Switch {
        /// The way: post or email
        way: String,
        /// Let it go on; it is stopped without this
        #[arg(long)]
        on: bool,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print by which server and in whose name bills are sent, or say it anew with a file
    Settings {
        /// A file with the text
        file: Option<PathBuf>,
        /// The first day, or the day to print; today without it
        #[arg(long)]
        from: Option<Date>,
    },
}

/// The days on the paper
#[derive(Debug, Args)]
pub(crate) struct Billed {
    /// The first day
    #[arg(long, value_name = "DAY")]
    pub(crate) billed: String,
    /// The first day that is not among them; the day after the first one without it
    #[arg(long, value_name = "DAY", default_value = "")]
    pub(crate) until: String,
}

/// What a package is made of
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Packaged {
    /// The first day on the paper
    #[arg(long, value_name = "DAY")]
    pub(crate) billed: Option<String>,
    /// A package that was made, to make the same again
    #[arg(long, value_name = "NUMBER")]
    pub(crate) again: Option<i64>,
}

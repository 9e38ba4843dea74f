//! The command line of drawers and of the books.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum DrawerCommand {
    /// Open your drawer
    Open {
        /// What is in it at first, counted like 20x5 1x18
        #[arg(long)]
        float: String,
    },
    /// Print what your drawer took and should have
    Show,
    /// Close your drawer with what you counted; what is over or short is posted
    Close {
        /// What was counted, like 20x5 5x2 0.25x4
        #[arg(long)]
        counts: String,
        /// The checks that were counted, like 3:77.00: how many, and what they come to
        #[arg(long, default_value = "")]
        checks: String,
        /// Why it is not what should be there
        #[arg(long, default_value = "")]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Close a day: what must hold is looked at, what was found is kept, its journal is written
    CloseDay {
        /// The day
        #[arg(long)]
        on: Date,
        /// Why, where its month is softly closed
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Close a month, and print its checklist: softly, so that its days take a reason, or hard, so that it takes nothing more
    CloseMonth {
        /// A day of it
        #[arg(long)]
        on: Date,
        /// For good
        #[arg(long, conflicts_with = "look")]
        hard: bool,
        /// Only print the checklist, and close nothing
        #[arg(long)]
        look: bool,
        /// Why; for good where not all of the checklist is done
        #[arg(long, default_value = "", conflicts_with = "look")]
        why: String,
    },
    /// Print what was found when a day (2026-03-10) or a month (2026-03 hard) was closed
    Evidence {
        /// The day or the month
        #[arg(required = true, num_args = 1..=2)]
        of: Vec<String>,
    },
    /// Say from a day on how the accounts of the general ledger are called
    Chart {
        /// A text of lines such as: 1010 general = cash: Cash in bank
        file: PathBuf,
        /// The first day
        #[arg(long)]
        from: Date,
    },
    /// Write a journal for the general ledger as CSV, or as JSON; again, it is the same to the byte
    Journal {
        /// Its number
        number: i64,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print an entry: its postings, and the journal that has it
    Entry {
        /// Its number, as journals and reports have it
        id: i64,
    },
    /// Print the entries of a bill: its own, what took it back, what was charged with it
    Bill {
        /// The bill's number
        number: String,
    },
    /// Write as CSV what every account owes by how long it has been due
    Ageing {
        /// On this day
        #[arg(long)]
        on: Date,
        /// As the journals knew it at the end of this day; all that is known without it
        #[arg(long)]
        known: Option<Date>,
    },
}

//! The command line of paying online.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum OnlineCommand {
    /// By whom and within which limits customers pay online: print what is said, or say it
    Settings {
        /// A text of settings
        file: Option<PathBuf>,
        /// The first day; today without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Ask the provider for a page where what is owed may be paid, and print where it is
    Begin {
        /// The account's number, such as 1000-0012-4
        #[arg(long)]
        account: String,
        /// The bill's number; without it what is due now where the account pays in parts, and else all that
        /// it owes
        #[arg(long)]
        bill: Option<String>,
        /// All that the account owes, also where it pays in parts
        #[arg(long, conflicts_with = "bill")]
        all: bool,
        /// Another amount, where the settings let payers say one
        #[arg(long)]
        amount: Option<String>,
        /// The payer lets the card be kept: bills are charged to it on the days they are due
        #[arg(long)]
        keep: bool,
        /// The most that is charged to it at once; anything without it
        #[arg(long, requires = "keep")]
        most: Option<String>,
    },
    /// The cards that are kept
    Cards,
    /// What is to be charged to cards that are kept, and what of it is held
    Due {
        /// By which day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Charge what is due today to the cards that are kept
    Charge {
        /// What it comes to, as `online due` prints it; without it as `serve` does by itself, once a day
        #[arg(long)]
        total: Option<String>,
    },
    /// End the card of an account: nothing is charged to it any more, and the provider forgets it
    Forget {
        /// The account's number
        #[arg(long)]
        account: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Ask the provider what came of attempts that are open or unknown; nothing is asked for again
    Ask {
        /// One attempt, whatever is known of it: also what went back since
        #[arg(long)]
        attempt: Option<i64>,
    },
    /// The newest attempts, and how they stand
    List {
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        most: i64,
    },
    /// Make the link of a bill: whoever has it sees what is owed of it and may pay it
    Link {
        /// The bill's number
        #[arg(long)]
        bill: String,
    },
    /// End the links of a bill that were made so far, on its paper too
    Unlink {
        /// The bill's number
        #[arg(long)]
        bill: String,
        /// Why
        #[arg(long)]
        why: String,
    },
}

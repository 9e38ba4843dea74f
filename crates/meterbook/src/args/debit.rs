//! The command line of direct debit.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum DebitCommand {
    /// Take down what a customer agreed to have taken from their account at a bank. The number of that
    /// account is asked for, or taken from METERBOOK_BANK_NUMBER: it is in no history of commands
    Agree {
        #[command(flatten)]
        of: Of,
        /// ppd, web, ccd, sepa-core or sepa-b2b
        #[arg(long)]
        scheme: String,
        /// Whose account it is at the bank
        #[arg(long)]
        holder: String,
        #[command(flatten)]
        bank: Bank,
        /// When bills are due (due), or a day of the month from 1 to 28
        #[arg(long, default_value = "due")]
        collects: String,
        /// The most that is taken at once; any amount without it
        #[arg(long)]
        most: Option<String>,
        /// The day on which they signed
        #[arg(long)]
        signed: Date,
        /// The first day; the one on which they signed without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Change a mandate from a day on; what is left out stays
    Change {
        #[command(flatten)]
        of: Of,
        /// The first day
        #[arg(long)]
        from: Date,
        /// Whose account it is at the bank
        #[arg(long)]
        holder: Option<String>,
        /// When bills are due (due), or a day of the month from 1 to 28
        #[arg(long)]
        collects: Option<String>,
        /// The most that is taken at once; 0 for any amount
        #[arg(long)]
        most: Option<String>,
        /// Another account at a bank, whose number is asked for
        #[arg(long)]
        number: bool,
        #[command(flatten)]
        bank: Bank,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// End a mandate: nothing is taken from that day on
    End {
        #[command(flatten)]
        of: Of,
        /// The first day without it
        #[arg(long)]
        on: Date,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print the mandates of an account with their versions
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// Print what is to be taken by a day, bill by bill, and what is held and why
    Due {
        /// The day on which it is to settle
        #[arg(long)]
        on: Date,
    },
    /// Take what is due: post its payments and write the file for the bank; beyond the limit of whoever
    /// does it, it waits for a second person
    Make {
        /// The day on which it is to settle
        #[arg(long)]
        settle_on: Date,
        /// nacha or pain.008
        #[arg(long, default_value = "nacha")]
        format: String,
        /// What it must come to, as `debit due` prints it
        #[arg(long)]
        total: String,
        /// The file for the bank
        #[arg(long)]
        out: PathBuf,
    },
    /// Write the file of debits that were made; again it is the same or refused
    Write {
        /// Its number, as `debit files` prints it
        #[arg(long)]
        file: i64,
        /// The file for the bank
        #[arg(long)]
        out: PathBuf,
    },
    /// Print the mandates that are to be tried without money before anything is taken by them
    Prenotes {
        /// The day on which it is to settle
        #[arg(long)]
        on: Date,
    },
    /// Try mandates without money: write a file of prenotes for the bank
    Prenote {
        /// The day on which it is to settle
        #[arg(long)]
        settle_on: Date,
        /// How many there must be, as `debit prenotes` prints it
        #[arg(long)]
        count: usize,
        /// The file for the bank
        #[arg(long)]
        out: PathBuf,
    },
    /// Stop all debits: no file is made and none is written
    Stop {
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Let debits go on that were stopped
    Go {
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Take in what the bank sent back: returns and notifications of change (NACHA), statements and
    /// notifications with returns (camt.053, camt.054), and what it did not take (pain.002)
    Returned {
        /// The file
        file: PathBuf,
    },
    /// Print what came back of the debits of the last sixty days, and what the network allows
    Rates {
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Call a file off that never went or that the bank did not take as a whole: its bills go into the
    /// next file
    CallOff {
        /// Its number, as `debit files` prints it
        #[arg(long)]
        file: i64,
        /// What the bank said, or why it never went
        #[arg(long)]
        why: String,
    },
    /// Print the files of debits that were made
    Files,
    /// Say from a day on how debits are made
    Policy {
        /// A text of lines such as: norm 3
        file: PathBuf,
        /// The first day
        #[arg(long)]
        from: Date,
    },
    /// Print the accounts whose mandates have or had a number, which is asked for
    Find {
        #[command(flatten)]
        bank: Bank,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Of {
    /// The account's number
    #[arg(long)]
    pub(crate) account: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bank {
    /// The routing number of a bank of the United States; without it the number is an IBAN
    #[arg(long)]
    pub(crate) routing: Option<String>,
    /// checking or savings, at a bank of the United States
    #[arg(long, default_value = "checking")]
    pub(crate) kind: String,
}

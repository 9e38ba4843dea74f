//! The command line of payments beyond `pay`: receipts, suspense, credits.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
    /// Take what came in at once: several tenders, for several accounts
    Take {
        /// What it came in, once for each: KIND:AMOUNT:REFERENCE, such as check:60.00:1471; the kinds
        /// are cash, check, card and bank
        #[arg(long, required = true)]
        tender: Vec<String>,
        /// For whom, once for each: ACCOUNT:AMOUNT, or ACCOUNT:AMOUNT:BILL where the payer says which
        /// bill it is for
        #[arg(long = "for")]
        shares: Vec<String>,
        /// Of which nobody knows whose it is, once for each: AMOUNT:WHAT IS KNOWN
        #[arg(long)]
        suspense: Vec<String>,
        /// The day it counts from; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Take a file of payments as one batch: CSV with account, amount, tender, reference and name, or
    /// what a lockbox opened. Nothing is posted unless all of it can be, and comes to what is said here
    Import {
        /// The file
        file: PathBuf,
        /// It is a file of a lockbox (BAI, fixed columns)
        #[arg(long)]
        lockbox: bool,
        /// How many payments there must be
        #[arg(long)]
        count: usize,
        /// What they must come to
        #[arg(long)]
        total: String,
        /// The day they count from; today without it, and of a lockbox that of its deposit
        #[arg(long)]
        on: Option<Date>,
    },
    /// Take a statement of an account at a bank in (BAI2, camt.053, camt.054): what was expected is marked as
    /// come, what a customer transferred is posted, and what nobody knows is held
    Statement {
        /// The file
        file: PathBuf,
    },
    /// Print what came in at the bank and was not expected, and which deposits did not come
    Unmatched {
        /// Deposits that were expected by this day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Say from a day on in which columns the bank of a lockbox writes what
    Lockbox {
        /// A text of lines such as: amount 8-17
        file: PathBuf,
        /// The first day
        #[arg(long)]
        from: Date,
    },
    /// Print what is open on an account, item by item, and its payments with their tenders
    Open {
        /// The account's number
        #[arg(long)]
        account: String,
        /// By what counts from this day or an earlier one; all without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Take a tender back on the day it was taken
    Void {
        /// The tender's number, as `receipt open` prints it
        tender: i64,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Take a tender back that the bank returned
    Return {
        /// The tender's number, as `receipt open` prints it
        tender: i64,
        /// The day it counts from; today without it
        #[arg(long)]
        on: Option<Date>,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Say that the bank was wrong to return a tender: its fee is not asked for, and it counts against
    /// nobody
    Mistake {
        /// The tender's number, as `receipt open` prints it
        tender: i64,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Let an account pay by check and debit again that was to pay in cash only
    Lift {
        /// The account's number
        #[arg(long)]
        account: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Move a payment to the account whose it is
    Move {
        /// The payment's number, as `receipt open` prints it
        payment: i64,
        /// The account's number
        #[arg(long)]
        to: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Say from a day on which of what is owed a payment is for
    Rule {
        /// A text of lines such as: pay deposit
        file: PathBuf,
        /// The first day
        #[arg(long)]
        from: Date,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SuspenseCommand {
    /// Print what is held of which nobody knows whose it is
    List,
    /// Print whom it might be from, the best first
    Search {
        /// Its number
        id: i64,
    },
    /// Give it to an account
    Match {
        /// Its number
        id: i64,
        /// The account's number
        #[arg(long)]
        to: String,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Give parts of it to several accounts; what is left is held on
    Split {
        /// Its number
        id: i64,
        /// To whom, once for each: ACCOUNT:AMOUNT
        #[arg(long = "to", required = true)]
        to: Vec<String>,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Give it back to whoever it came from; beyond the limit of whoever does it, it waits for a second
    /// person
    Refund {
        /// Its number
        id: i64,
        /// What it is, as `suspense list` prints it
        #[arg(long)]
        amount: String,
        /// What says so
        #[arg(long)]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CreditCommand {
    /// Print the rules of something, such as deposit, or say them anew from a day on with a file
    Rules {
        /// What they are about
        noun: String,
        /// The text that says it
        file: Option<PathBuf>,
        /// The first day on which it holds
        #[arg(long)]
        from: Option<Date>,
    },
    /// Give a credit back; beyond the limit of whoever does it, it waits for a second person
    Refund(Credit),
    /// Let a credit go to another account
    Transfer {
        #[command(flatten)]
        credit: Credit,
        /// The number of the account that it goes to
        #[arg(long)]
        to: String,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Credit {
    /// The account's number
    #[arg(long)]
    pub(crate) account: String,
    /// The amount, such as 87.45
    #[arg(long)]
    pub(crate) amount: String,
    /// What tells it from the next one; the same is never given twice
    #[arg(long)]
    pub(crate) reference: String,
    /// Why
    #[arg(long)]
    pub(crate) why: String,
}

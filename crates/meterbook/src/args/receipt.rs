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
        /// It comes from this agency: it keeps what that promised for whom it is
        #[arg(long)]
        agency: Option<String>,
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
        /// It is a file of this agent, laid out as `receipt layout` said
        #[arg(long, conflicts_with = "lockbox")]
        agent: Option<String>,
        /// All of it comes from this agency: each keeps what that promised for whom it is
        #[arg(long, conflicts_with = "lockbox")]
        agency: Option<String>,
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
    /// Print what came in at the bank and was not expected, which deposits did not come, and what came back
    Unmatched {
        /// Deposits that were expected by this day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Say what came in at the bank and was not expected, or what came back, once
    Settle {
        /// Its key, as `receipt unmatched` prints it
        key: String,
        #[command(flatten)]
        is: SettledAs,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Say from a day on how files of an agent or a kiosk are laid out
    Layout {
        /// Whose files they are
        agent: String,
        /// A text of lines such as: column amount Paid
        file: PathBuf,
        /// The first day
        #[arg(long)]
        from: Date,
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
    /// Take a tender back that the bank returned, or cash of an earlier day that was never right
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

/// What a credit of a statement is: one of these.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SettledAs {
    /// A deposit that was expected, as `receipt unmatched` prints it; once for each of several
    #[arg(long)]
    pub(crate) deposit: Vec<String>,
    /// A transfer that was taken already, by the number of its tender
    #[arg(long)]
    pub(crate) tender: Option<i64>,
    /// A payment of this account
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Nobody knows whose it is
    #[arg(long)]
    pub(crate) suspense: bool,
    /// A tender that came back by it, by its number, as `receipt open` prints it
    #[arg(long)]
    pub(crate) returned: Option<i64>,
    /// No customer's money, such as interest, or what another statement told before
    #[arg(long)]
    pub(crate) ours: bool,
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
    /// Print the refunds that wait to be paid, the longest first
    Waiting(super::credit::Printed),
    /// Pay a refund that waits by a check, once
    Paid {
        /// The refund's number, as `credit waiting` prints it
        refund: i64,
        /// The number of the check
        #[arg(long)]
        check: String,
    },
    /// Say that the bank paid checks of refunds
    Cashed {
        /// Their numbers
        #[arg(required = true)]
        checks: Vec<String>,
    },
    /// Make a check void that was never cashed: its refund waits again
    Void {
        /// Its number
        check: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Not pay a refund that waits: it is a credit of its account again, or held for nobody again
    Keep {
        /// The refund's number, as `credit waiting` prints it
        refund: i64,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print what nobody claimed for as long as the rules say, or take it with the count and the sum seen
    Unclaimed {
        #[command(flatten)]
        seen: Seen,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what was taken as unclaimed and is neither claimed nor with the state, as CSV
    Report,
    /// Send what was taken as unclaimed to the state, with the count and the sum seen
    Remit {
        #[command(flatten)]
        seen: Seen,
        /// What tells it from the next one, such as the number of the payment
        #[arg(long)]
        reference: String,
    },
    /// Give to whoever claims it what of an account nobody had claimed
    Claim {
        #[command(flatten)]
        of: super::debit::Of,
        /// What proves that it is theirs
        #[arg(long)]
        why: String,
    },
}

/// What somebody saw before a mass act, and why it is done.
#[derive(Debug, clap::Args)]
pub(crate) struct Seen {
    /// How many there are
    #[arg(long, requires = "total")]
    pub(crate) count: Option<i64>,
    /// What they come to
    #[arg(long, requires = "why")]
    pub(crate) total: Option<String>,
    /// Why
    #[arg(long, requires = "count")]
    pub(crate) why: Option<String>,
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

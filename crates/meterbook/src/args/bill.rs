//! What is said behind `bill`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use meterbook_core::account::Cycle;

use super::LanguageArg;

/// Days without a bill when nobody says how many.
const UNBILLED_DAYS: i64 = 45;

#[derive(Debug, Subcommand)]
pub(crate) enum BillCommand {
    /// Rate and check the bills of one turn of a cycle whose days are over, and post them when no total is
    /// further from earlier turns than the limits allow
    Run(BillRun),
    /// Print what the run of a cycle that waits is about to bill, beside the turn before and that of a
    /// year ago
    Preview(OfCycle),
    /// Print what the bills of a turn that is posted came to, beside the turn before and that of a year ago,
    /// and prove it by the ledger
    Totals {
        /// The cycle, 1 to 99
        #[arg(long)]
        cycle: Cycle,
        /// A day of the turn; the newest turn without it
        #[arg(long)]
        on: Option<Date>,
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Let the bills of a run go that waits, and post them; they are of today where that is later than planned
    Release {
        /// The cycle, 1 to 99
        #[arg(long)]
        cycle: Cycle,
        /// Why totals beyond the limits are right all the same
        #[arg(long, value_name = "WHY")]
        beyond_limits: Option<String>,
    },
    /// Call off the run of a cycle that is not released; nothing was posted
    CallOff {
        /// The cycle, 1 to 99
        #[arg(long)]
        cycle: Cycle,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Bill the days of an account so far, off its cycle: service goes on, and its turn bills the rest
    Interim {
        /// The account's number
        #[arg(long)]
        account: String,
        /// The day before which the bill ends, today at the latest; its meters are read for that day
        #[arg(long)]
        to: Date,
        /// Only this agreement of the account
        #[arg(long)]
        agreement: Option<i64>,
        /// Let a bill go that is far from usual
        #[arg(long)]
        accept: bool,
    },
    /// Bill an account now for what is charged once and beside service, or take such a bill back
    Once(BillOnce),
    /// Print which kinds of charges may be billed once, or say them anew with a file
    ChargeKinds {
        /// The text that says it
        file: Option<PathBuf>,
        /// The first day on which it holds, or the day for which it is printed; today without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Bill what was held in turns that the calendar says are still tried again, as far as nothing holds
    /// it any more; `serve` does so by itself
    Retry,
    /// Take the bills of the newest billed turn of a cycle back, all of them, before any is sent; it takes
    /// a second person
    CancelRun {
        /// The cycle, 1 to 99
        #[arg(long)]
        cycle: Cycle,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Take bills of an account back and bill anew what would read otherwise now, all from a day on;
    /// or of every account on a tariff
    #[command(group(clap::ArgGroup::new("whose").required(true).args(["account", "tariff"])))]
    Correct {
        /// The account's number
        #[arg(long)]
        account: Option<String>,
        /// The code of a tariff
        #[arg(long)]
        tariff: Option<String>,
        /// The first day that may be billed wrong
        #[arg(long)]
        from: Date,
        /// Why they were wrong: read, meter, tariff, service, tampering or other
        #[arg(long)]
        cause: String,
        /// Why, in a sentence; without it nothing is kept, and what it would come to is printed
        #[arg(long)]
        why: Option<String>,
    },
    /// Print the corrections of all accounts on a tariff that were begun: how far each is, how fast, who
    /// began it, and how it goes on or is cancelled
    Corrections {
        /// Bring the one with this number to its end, with whoever else works on it
        #[arg(long, value_name = "NUMBER", conflicts_with_all = ["cancel", "json"])]
        resume: Option<i64>,
        /// Cancel the one with this number: what was corrected stays
        #[arg(long, value_name = "NUMBER", requires = "why", conflicts_with = "json")]
        cancel: Option<i64>,
        /// Why it is cancelled
        #[arg(long, requires = "cancel")]
        why: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a correction: each bill that was taken back, and the one in its place, line by line
    Correction {
        /// Its number, with or without the C- of its note
        #[arg(value_parser = correction_number)]
        number: i64,
        /// Draw it for the customer into this folder, as PDF and as a page
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
        /// Send its note, where that was not done when it was made
        #[arg(long, conflicts_with = "out")]
        send: bool,
    },
    /// Print which bills wait for somebody to look at them, or say it anew with a file
    Doubts {
        /// The text that says it
        file: Option<PathBuf>,
        /// The first day on which it holds, or the day for which it is printed; today without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Print how far back, above what and with which interest bills are corrected, or say it anew with
    /// a file
    CorrectionRules {
        /// The text that says it
        file: Option<PathBuf>,
        /// The first day on which it holds, or the day for which it is printed; today without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Draw the newest bills of the accounts that one account sums up, on one
    Summary {
        /// The number of the account that sums up
        account: String,
        /// The day by which they were billed; today without it
        #[arg(long)]
        on: Option<Date>,
        /// The folder for the files; `bills` in the utility's folder without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
        /// Send it with the bills of its day, and draw it when it goes
        #[arg(long, conflicts_with = "out")]
        send: bool,
    },
    /// Print how far totals may be from earlier turns, or say it anew with a file
    Limits {
        /// The text that says it
        file: Option<PathBuf>,
        /// The first day on which it holds, or the day for which it is printed; today without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Print what was used by the end of a day and stood on no bill then, in money, by ledger account
    UnbilledRevenue {
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
        /// Print each agreement too
        #[arg(long)]
        each: bool,
        /// Print it as one JSON object, with each agreement
        #[arg(long)]
        json: bool,
    },
    /// Print the agreements of which no day was billed for longer than this
    Unbilled {
        /// So many days
        #[arg(long, default_value_t = UNBILLED_DAYS)]
        days: i64,
        /// Print them as a JSON list
        #[arg(long)]
        json: bool,
    },
    /// Print what waits in a cycle for a clerk: each agreement that is held, why, and the way out
    Held {
        /// The cycle, 1 to 99
        #[arg(long)]
        cycle: Cycle,
    },
    /// Print held bills by what they come from, foretell the ways out (--root), or take one (--take) for all
    /// that come from one thing
    Holds(BillHolds),
    /// Bill for the last time what ended, without waiting for the turn of its cycle
    Last {
        /// The account's number; every account of which something ended without it
        #[arg(long)]
        account: Option<String>,
        /// Let its bill go although it is far from usual
        #[arg(long, requires = "account")]
        accept: bool,
    },
    /// Draw bills as PDF; the amounts are read back from each page before it counts
    Render(BillRender),
    /// Write a bill as an e-invoice: EN 16931 in UBL 2.1
    Invoice {
        /// The bill's number
        number: String,
        /// The credit note of a bill that was taken back and has none in its place
        #[arg(long)]
        taken_back: bool,
        /// The file; it is printed without it
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Print what e-invoices say of the utility, or say it anew from a day on
    Seller(SellerArgs),
    /// Say why a bill differs from the one before it: a few causes that add up to the difference
    Why {
        /// The bill's number
        number: String,
        /// Print them as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print a bill as text
    Show {
        /// The bill's number
        number: String,
    },
    /// Make posted bills again from what they were made of; they must be the same to the letter
    Replay {
        /// The bill's number
        #[arg(required_unless_present = "cycle", conflicts_with = "cycle")]
        number: Option<String>,
        /// The bills of the newest billed turn of this cycle
        #[arg(long)]
        cycle: Option<Cycle>,
    },
    /// Print a bill with the arithmetic of every line, for people or for programs
    Explain {
        /// The bill's number
        number: String,
        /// The language it is printed in
        #[arg(long, value_enum, default_value_t = LanguageArg::En)]
        language: LanguageArg,
        /// Print it as one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// A cycle
#[derive(Debug, Args)]
pub(crate) struct OfCycle {
    /// The cycle, 1 to 99
    #[arg(long)]
    pub(crate) cycle: Cycle,
    /// Print it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["cycle", "next", "resume"])))]
pub(crate) struct BillRun {
    /// The cycle whose oldest open turn is billed
    #[arg(long)]
    pub(crate) cycle: Option<Cycle>,
    /// The turn with the earliest bill date that is not billed, whatever its cycle
    #[arg(long)]
    pub(crate) next: bool,
    /// Finish the last run if it was cut off; else say again how it ended
    #[arg(long)]
    pub(crate) resume: bool,
    /// Try again only what is held in turns that were run before
    #[arg(long, requires = "cycle")]
    pub(crate) held: bool,
    /// Let this account's bill go although it is far from usual
    #[arg(long, requires = "held", value_name = "ACCOUNT")]
    pub(crate) accept: Option<String>,
    /// Stop when everything is checked, until it is released with: bill release
    #[arg(long)]
    pub(crate) preview: bool,
    /// Why bills keep the days planned for them although they are let go later: a turn of the past, whose
    /// customers have had their bills from elsewhere
    #[arg(long, value_name = "WHY", conflicts_with = "resume")]
    pub(crate) as_planned: Option<String>,
    /// Print how the whole cycle stands as the last line, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["charge", "amount", "open", "take_back"])))]
pub(crate) struct BillOnce {
    /// The account's number
    pub(crate) account: String,
    /// A kind of charge, with its amount or count where it takes one: visit, damage=450.00, truck=3.5
    #[arg(long, value_name = "KIND")]
    pub(crate) charge: Vec<String>,
    /// An amount, what it is posted to, and what the customer reads: "120.00 fee revenue: Fence"
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) amount: Vec<String>,
    /// And what moves asked for and no bill has yet
    #[arg(long)]
    pub(crate) open: bool,
    /// Take this bill of charges back
    #[arg(long, value_name = "BILL", conflicts_with_all = ["charge", "amount", "open"])]
    pub(crate) take_back: Option<String>,
    /// What it is for, such as the number of an order; of each an account is billed once
    #[arg(long, default_value = "")]
    pub(crate) reference: String,
    /// Why; without it nothing is kept, and what it would come to is printed
    #[arg(long)]
    pub(crate) why: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SellerArgs {
    /// The country, as two letters of ISO 3166 such as US; without it what holds is printed
    #[arg(long, requires = "currency")]
    pub(crate) country: Option<String>,
    /// What all amounts are in, as three letters of ISO 4217 such as USD; it stays once something was posted
    #[arg(long, requires = "country")]
    pub(crate) currency: Option<String>,
    /// The number in a register of companies or of taxpayers
    #[arg(long, requires = "country")]
    pub(crate) registration: Option<String>,
    /// The number for VAT, where bills have VAT
    #[arg(long, requires = "country")]
    pub(crate) vat: Option<String>,
    /// The first day on which it holds, or the day for which it is printed; today without it
    #[arg(long)]
    pub(crate) from: Option<Date>,
}

#[derive(Debug, Args)]
pub(crate) struct BillRender {
    /// The bills of the newest billed turn of this cycle
    #[arg(long, conflicts_with = "bill")]
    pub(crate) cycle: Option<Cycle>,
    /// One bill, by its number
    #[arg(long, required_unless_present = "cycle")]
    pub(crate) bill: Option<String>,
    /// The folder for the files; `bills` in the utility's folder without it
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// As PDF/A-3 with the e-invoice inside
    #[arg(long)]
    pub(crate) invoice: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BillHolds {
    /// Only in this cycle, 1 to 99
    #[arg(long)]
    pub(crate) cycle: Option<Cycle>,
    /// Only what comes from this, as the list prints it, with what each way out would make of it
    #[arg(long)]
    pub(crate) root: Option<String>,
    /// Only of this account; may be said again for another one
    #[arg(long, requires = "root")]
    pub(crate) account: Vec<String>,
    /// Take this way out for all of it: run-again, accept, multiply, estimate, order-read or put-off
    #[arg(long, value_name = "WAY", requires = "root", requires = "cycle")]
    pub(crate) take: Option<String>,
    /// Why; accept, multiply, estimate and put-off ask for it
    #[arg(long, requires = "take")]
    pub(crate) why: Option<String>,
    /// Print them as a JSON list
    #[arg(long, conflicts_with = "take")]
    pub(crate) json: bool,
}

/// `C-1`, as the note says it, or `1`.
fn correction_number(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix("C-").unwrap_or(text);
    digits.parse().map_err(|_| format!("{text} is no number of a correction; write C-1 or 1"))
}

//! The command line of credit: security of single accounts, what being late costs, paying in
//! parts, levelled bills.

use clap::Subcommand;

use super::debit::Of;

#[derive(Debug, Subcommand)]
pub(crate) enum DepositCommand {
    /// Ask an account for security, as much as the rules say, with its next bill
    Ask {
        #[command(flatten)]
        of: Of,
        /// How they pay: unknown, good, fair or poor
        #[arg(long, default_value = "unknown")]
        credit: String,
        /// How much; what the rules say without it
        #[arg(long)]
        amount: Option<String>,
        /// In how many parts, a month apart
        #[arg(long, default_value_t = 1)]
        parts: i64,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Let another account stand in for this one, up to an amount
    Guarantee {
        #[command(flatten)]
        of: Of,
        /// The number of the account that stands in
        #[arg(long)]
        by: String,
        /// Up to how much
        #[arg(long)]
        most: String,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Let whoever stands in do so no more
    Release {
        #[command(flatten)]
        of: Of,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print what an account was asked for, what is held since when, what it earned, who stands in
    Show {
        #[command(flatten)]
        of: Of,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Give an account its security back with what it earned, as a credit
    Return {
        #[command(flatten)]
        of: Of,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Look over all security: give back what the rules say, credit the interest of a year, count what
    /// was earned before this month
    Review {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LateFeeCommand {
    /// Ask for what being late costs by today, with the next bills, and take back what a payment that
    /// turned up makes wrong
    Assess {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what being late cost an account
    List {
        #[command(flatten)]
        of: Of,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Not ask for a fee after all; beyond the limit of whoever does it, it waits for a second person
    Waive {
        #[command(flatten)]
        of: Of,
        /// The number of the bill that was paid late
        #[arg(long)]
        bill: String,
        /// Which turn of it, as `late-fee list` prints it
        #[arg(long, default_value_t = 1)]
        turn: i64,
        /// Why
        #[arg(long)]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Print what an account may agree to: at most three plans, with days and amounts
    Propose {
        #[command(flatten)]
        of: Of,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Agree to one of them
    Agree {
        #[command(flatten)]
        of: Of,
        /// Which, as `plan propose` prints them
        #[arg(long)]
        option: usize,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Print the plans of an account, and how each stands or ended
    Show {
        #[command(flatten)]
        of: Of,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// End a plan before its time: all of it is due again
    Cancel {
        #[command(flatten)]
        of: Of,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Look over all plans that run: end those that are paid or broken
    Review {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BudgetCommand {
    /// Print the level that follows from the bills of an account
    Recommend {
        #[command(flatten)]
        of: Of,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Level the bills of an account from the next one on
    Begin {
        #[command(flatten)]
        of: Of,
        /// The level; the one that follows from its bills without it
        #[arg(long)]
        level: Option<String>,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// End it: what is still to be made up is charged at once, or given back
    End {
        #[command(flatten)]
        of: Of,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print what each bill of an account came to and what was asked for in its place
    Show {
        #[command(flatten)]
        of: Of,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the levels that are off by more than the rules say
    Off {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

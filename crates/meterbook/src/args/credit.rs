//! The command line of credit: security of single accounts, what being late costs, paying in
//! parts, levelled bills, collections and what keeps from them, what is
//! given up.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::debit::Of;

#[derive(Debug, Args)]
pub(crate) struct Printed {
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Shown {
    #[command(flatten)]
    pub(crate) of: Of,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Counted {
    /// How many somebody counted
    #[arg(long)]
    pub(crate) count: i64,
    /// Why
    #[arg(long)]
    pub(crate) why: String,
}

#[derive(Debug, Args)]
pub(crate) struct Because {
    #[command(flatten)]
    pub(crate) of: Of,
    /// Why
    #[arg(long)]
    pub(crate) why: String,
}

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
    Release(Because),
    /// Print what an account was asked for, what is held since when, what it earned, who stands in
    Show(Shown),
    /// Give an account its security back with what it earned, as a credit
    Return(Because),
    /// Look over all security: give back what the rules say, credit the interest of a year, count what
    /// was earned before this month
    Review(Printed),
}

#[derive(Debug, Subcommand)]
pub(crate) enum LateFeeCommand {
    /// Ask for what being late costs by today, with the next bills, and take back what a payment that
    /// turned up makes wrong
    Assess(Printed),
    /// Print how many would be asked for now, and what they come to
    Look(Printed),
    /// Let more of today go than the rules let be done: it waits for a second person
    LetGo(Counted),
    /// Stop all late fees
    Stop {
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Let them go on
    Go {
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print what being late cost an account
    List(Shown),
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

/// How the parts of a plan are paid.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct HowPaid {
    /// The mandate of the account takes the parts
    #[arg(long)]
    pub(crate) debit: bool,
    /// The customer sees to the parts
    #[arg(long)]
    pub(crate) by_hand: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Print what an account may agree to: at most three plans, with days and amounts
    Propose(Shown),
    /// Agree to one of them
    Agree {
        #[command(flatten)]
        of: Of,
        /// Which, as `plan propose` prints them
        #[arg(long)]
        option: usize,
        #[command(flatten)]
        how: HowPaid,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Say from today on how the parts of a plan that runs are paid
    Pays {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        how: HowPaid,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// Print the plans of an account, and how each stands or ended
    Show(Shown),
    /// End a plan before its time: all of it is due again
    Cancel(Because),
    /// Look over all plans that run: end those that are paid or broken
    Review(Printed),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BudgetCommand {
    /// Print the level that follows from the bills of an account
    Recommend(Shown),
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
    /// Change the level from the next bill on; what is still to be made up stays so
    Change {
        #[command(flatten)]
        of: Of,
        /// The level; the one that follows from its bills by now without it
        #[arg(long)]
        level: Option<String>,
        /// What says so
        #[arg(long)]
        why: String,
    },
    /// End it: what is still to be made up is charged at once, or given back
    End(Because),
    /// Print what each bill of an account came to and what was asked for in its place
    Show(Shown),
    /// Print the levels that are off by more than the rules say
    Off(Printed),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProtectCommand {
    /// Grant something to an account, or to all of a county; cuts of the account are called off
    Grant {
        /// The account's number
        #[arg(long, required_unless_present = "county", conflicts_with = "county")]
        account: Option<String>,
        /// The county, as the rules name it
        #[arg(long)]
        county: Option<String>,
        /// What: medical, life-support, bankruptcy, moratorium, weather or pledge
        #[arg(long)]
        shield: String,
        /// The first day
        #[arg(long)]
        from: Date,
        /// The first day without it; as long as the rules say without it
        #[arg(long)]
        until: Option<Date>,
        /// What says so, such as a certificate
        #[arg(long)]
        evidence: String,
    },
    /// End what an account has of a kind today
    End {
        #[command(flatten)]
        of: Of,
        /// What
        #[arg(long)]
        shield: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Say the weather of a county on a day, as it was or is foreseen, in degrees Fahrenheit
    Weather {
        /// The county, as the rules name it
        #[arg(long)]
        county: String,
        /// The day
        #[arg(long)]
        on: Date,
        /// The lowest
        #[arg(long, allow_hyphen_values = true)]
        low: i64,
        /// The highest
        #[arg(long, allow_hyphen_values = true)]
        high: i64,
        /// There is an alert
        #[arg(long)]
        alert: bool,
    },
    /// Read a file of the weather of stations or counties, with one day a line; once, whatever is in it
    WeatherFile {
        /// The file: station or county, date, low, high and if need be alert, in degrees Fahrenheit
        file: PathBuf,
        /// Whose feed it is, such as NWS
        #[arg(long)]
        feed: String,
    },
    /// Say what is so of a household, or was done for it, that rules ask for
    Say {
        #[command(flatten)]
        of: Of,
        /// What: heating, infant, elderly, disabled, ill, concession, asked, told, offered or occupant-told
        #[arg(long)]
        what: String,
        /// The first day
        #[arg(long)]
        from: Date,
        /// The first day without it; as long as the rules say without it, else until somebody ends it
        #[arg(long)]
        until: Option<Date>,
        /// What proves it
        #[arg(long)]
        evidence: String,
    },
    /// End today what is said so of a household
    Unsay {
        #[command(flatten)]
        of: Of,
        /// What
        #[arg(long)]
        what: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print what an account was granted, and what is said of its household
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// Print a text of rules to begin with, such as il; all there are without a name
    Preset {
        /// Which
        name: Option<String>,
        /// About what, where it is not what keeps from a cut: deposit, plan or corrections
        #[arg(long)]
        of: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CollectCommand {
    /// Print how many steps would be taken today, and what keeps from others
    Look(Printed),
    /// Take the steps of today: open and end cases, reminders, notices, calls, cuts
    Run {
        /// So many of a step are expected, once for each: cut=12; more or fewer are stopped
        #[arg(long)]
        expect: Vec<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Let more of a step go today than the rules let be done: it waits for a second person
    LetGo {
        /// Which: reminder, notice, call, field, cut, write-off or agency
        #[arg(long)]
        step: String,
        #[command(flatten)]
        counted: Counted,
    },
    /// Print why an account is not cut off
    Why {
        #[command(flatten)]
        of: Of,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the accounts of which a step was taken on a day, or those whose cut waits for its notice
    List {
        /// Which: reminder, notice, call, field, cut, write-off or agency
        #[arg(long, required_unless_present = "waiting")]
        step: Option<String>,
        /// Those whose cut waits now, each with what its notice lacks
        #[arg(long, conflicts_with_all = ["step", "on"])]
        waiting: bool,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the cases of an account with their steps
    Show {
        #[command(flatten)]
        of: Of,
    },
    /// Write what is new for an agency: debts that it gets, and those that it leaves alone again
    Agency {
        /// The file to write
        out: PathBuf,
        /// So many lines are expected; another number is refused
        #[arg(long, conflicts_with = "again")]
        expect: Option<usize>,
        /// A file that was made before, by its number, as it was
        #[arg(long)]
        again: Option<i64>,
    },
    /// Print what an agency got, what was paid of it since, and what it keeps of that
    Placed(Printed),
    /// Stop all notices or cuts
    Stop {
        /// notices or cuts
        what: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Let them go on
    Go {
        /// notices or cuts
        what: String,
        /// Why
        #[arg(long)]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PledgeCommand {
    /// Write down what an agency promises to pay for an account
    Add {
        #[command(flatten)]
        of: Of,
        /// Who promises
        #[arg(long)]
        agency: String,
        /// How much
        #[arg(long)]
        amount: String,
        /// The first day on which it should have come; as the rules say without it
        #[arg(long)]
        until: Option<Date>,
        /// What says so, such as a voucher
        #[arg(long)]
        why: String,
    },
    /// Take back the oldest pledge of an agency that is open
    Cancel {
        #[command(flatten)]
        of: Of,
        /// Who promised
        #[arg(long)]
        agency: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Take a payment that came otherwise as what an agency promised: it keeps its oldest pledge that is open
    Keep {
        #[command(flatten)]
        of: Of,
        /// Who promised
        #[arg(long)]
        agency: String,
        /// The number of the payment, as the page of the account's credit and `audit` say it
        #[arg(long)]
        payment: i64,
    },
    /// Print what was promised for an account, and what came
    List(Shown),
    /// End what did not come in time, each with a task; once a night, before collections
    Review(Printed),
}

#[derive(Debug, Subcommand)]
pub(crate) enum WriteOffCommand {
    /// Print the accounts that collections put forward, and what each owes
    List(Printed),
    /// Give up what an account owes; beyond the limit of whoever does it, it waits for a second person
    GiveUp {
        #[command(flatten)]
        of: Of,
        /// How much
        #[arg(long)]
        amount: String,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Print the small balances of closed accounts that the rules write off, or write them off with the count
    /// and the sum seen; beyond what the rules let be done of a day it waits for a second person
    Small {
        /// How many were seen
        #[arg(long, requires_all = ["total", "why"])]
        count: Option<i64>,
        /// What they come to together, owed and credits alike
        #[arg(long, requires = "count")]
        total: Option<String>,
        /// Why
        #[arg(long, requires = "count")]
        why: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write off the small balances of tonight, as far as the rules let a day come to: once a night
    Review,
    /// Take back the last small balance of an account that was written off by rule
    TakeBack {
        #[command(flatten)]
        of: Of,
        /// Why
        #[arg(long)]
        why: String,
    },
    /// Let another account owe what this one does, such as one that stands in for it
    Transfer {
        #[command(flatten)]
        of: Of,
        /// The number of the other account
        #[arg(long)]
        to: String,
        /// How much
        #[arg(long)]
        amount: String,
        /// Why
        #[arg(long)]
        why: String,
    },
}

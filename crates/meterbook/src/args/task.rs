//! What may be said about tasks, contacts and the history of the record.

use clap::{Args, Subcommand};
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// Look over the record: raise a task for each cause, close those whose cause went
    Scan,
    /// Print the queue, what presses most first
    List {
        /// Only tasks of this kind, such as held-no-read
        #[arg(long)]
        kind: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: i64,
    },
    /// Print one task: its evidence, its ways out with their effect, what happened to it
    Show {
        /// Its number
        task: i64,
    },
    /// Resolve tasks in one of the ways that `task show` prints
    Resolve {
        /// Their numbers
        #[arg(required = true)]
        tasks: Vec<i64>,
        /// The way out, such as run-again
        #[arg(long = "by")]
        how: String,
        /// Why; a complaint or a dispute needs it
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Take back what closed a task or put it off
    Undo {
        /// Its number
        task: i64,
    },
    /// Make a task somebody's
    Assign {
        /// Its number
        task: i64,
        /// The name of the member of staff; nobody's without it
        #[arg(long)]
        to: Option<String>,
    },
    /// Be reminded: a task that comes on its day
    Remind {
        /// The account's number, such as 1000-0012-4
        account: String,
        /// The day
        #[arg(long)]
        on: Date,
        /// What of
        text: String,
    },
    /// Open a case of a customer: a complaint, a dispute or an inquiry, with its deadline
    Case {
        /// The account's number, such as 1000-0012-4
        account: String,
        /// complaint, dispute or inquiry
        #[arg(long)]
        kind: String,
        #[command(flatten)]
        contact: Contact,
        /// What the customer says
        text: String,
    },
}

/// How a contact happened, and what it was about.
#[derive(Debug, Args)]
pub(crate) struct Contact {
    /// How: phone, email, post, counter, portal, field, note
    #[arg(long, default_value = "phone")]
    pub(crate) channel: String,
    /// What it is about: bill:B-…, payment:7, order:12, meter:E-100; once for each
    #[arg(long)]
    pub(crate) about: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Note {
    /// The account's number, such as 1000-0012-4
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) contact: Contact,
    /// What was said or done
    pub(crate) text: String,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("of").required(true).args(["account", "premise", "meter"])))]
pub(crate) struct Timeline {
    /// The account's number, such as 1000-0012-4
    pub(crate) account: Option<String>,
    /// A premise instead, by its id
    #[arg(long)]
    pub(crate) premise: Option<i64>,
    /// A meter instead, by the number on its face
    #[arg(long)]
    pub(crate) meter: Option<String>,
    /// The language of the names of changes
    #[arg(long, value_enum, default_value_t = super::LanguageArg::En)]
    pub(crate) language: super::LanguageArg,
}

//! Why something is not done to a task.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::id::{AccountNumber, TaskId};
use meterbook_core::person::Language;
use meterbook_core::task::{Resolution, TaskKind};

/// Why something is not done to a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskRefusal {
    /// Somebody was faster, or its cause went.
    Closed {
        /// The task.
        id: TaskId,
        /// Who; `None` when it went by itself.
        by: Option<String>,
        /// When.
        at: Timestamp,
        /// How.
        how: Option<Resolution>,
    },
    /// Somebody works on it.
    Held {
        /// The task.
        id: TaskId,
        /// Who.
        by: String,
        /// Until when at most.
        until: Timestamp,
    },
    /// Its kind has no such way out.
    NotOffered {
        /// The kind.
        kind: TaskKind,
        /// What was asked for.
        how: Resolution,
    },
    /// It has to be said why.
    SayWhy {
        /// What was asked for.
        how: Resolution,
    },
    /// Nothing closed it or put it off since it was last looked at.
    NothingToUndo {
        /// The task.
        id: TaskId,
    },
    /// Whoever asks did nothing that could be taken back.
    NothingOfYours,
    /// What it did stays.
    Stays {
        /// What was done.
        how: Resolution,
    },
    /// The cycle never had a turn.
    NoTurnToGoBy {
        /// The cycle.
        cycle: Cycle,
    },
    /// Nobody of the staff is called so.
    NoSuchStaff {
        /// The name.
        name: String,
    },
    /// A day to be reminded on has to come.
    DayIsOver {
        /// The day.
        on: Date,
        /// Today.
        today: Date,
    },
    /// Not every kind of task is a case.
    NoCase {
        /// The kind.
        kind: TaskKind,
    },
    /// What is disputed is another account's.
    OfAnother {
        /// The word for what it is.
        what: &'static str,
        /// What it is called.
        name: String,
        /// Whose it is.
        whose: AccountNumber,
    },
    /// Nothing was said.
    NothingSaid,
    /// It is longer than anybody reads.
    TooLong {
        /// Its characters.
        length: usize,
    },
}

impl fmt::Display for TaskRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |how: &Resolution| how.name(Language::English);
        match self {
            TaskRefusal::Closed { id, by: Some(by), at, how: Some(how) } => {
                write!(f, "{by} closed task {id} at {at} ({}); nothing was changed", name(how))
            }
            TaskRefusal::Closed { id, at, how: Some(how), .. } => {
                write!(f, "task {id} was closed at {at} ({}); nothing was changed", name(how))
            }
            TaskRefusal::Closed { id, at, .. } => {
                write!(
                    f,
                    "what caused task {id} was gone at {at}, so it is closed; nothing was changed"
                )
            }
            TaskRefusal::Held { id, by, until } => {
                write!(
                    f,
                    "{by} works on task {id}, until {until} at most; take another one, or ask them to give it back"
                )
            }
            TaskRefusal::NotOffered { kind, how } => {
                write!(f, "a task {kind} is not resolved by {how}; say one of:")?;
                for (nth, way) in kind.resolutions().iter().enumerate() {
                    write!(f, "{} {way}", if nth == 0 { "" } else { "," })?;
                }
                Ok(())
            }
            TaskRefusal::SayWhy { how } => {
                write!(
                    f,
                    "say why: {} is what the customer is told and an auditor reads, in at most 4000 characters",
                    name(how)
                )
            }
            TaskRefusal::NothingToUndo { id } => {
                write!(f, "nobody closed task {id} or put it off, so there is nothing to take back")
            }
            TaskRefusal::NothingOfYours => {
                f.write_str("you closed no task and put none off; name the task to take back")
            }
            TaskRefusal::Stays { how: Resolution::PlanTurn } => f.write_str(
                "a planned turn stays; what is planned too much is not billed before its day",
            ),
            TaskRefusal::Stays { how } if how.orders() => {
                f.write_str("the order stays; call it off by itself: meterbook order cancel NUMBER")
            }
            TaskRefusal::Stays { how } if how.decides() => f.write_str(
                "what was decided about reads stays; a better read is added beside it: meterbook vee read",
            ),
            TaskRefusal::Stays { .. } => {
                f.write_str("the bill is posted and stays; correct it by a bill of its own")
            }
            TaskRefusal::NoTurnToGoBy { cycle } => {
                write!(
                    f,
                    "cycle {cycle} never had a turn, so there is none to go by; plan them with: meterbook cycle plan"
                )
            }
            TaskRefusal::NoSuchStaff { name } => {
                write!(f, "nobody of the staff is called {name}; check the name")
            }
            TaskRefusal::DayIsOver { on, today } => {
                write!(f, "{on} is over; today is {today}: name a day that comes")
            }
            TaskRefusal::NoCase { kind } => {
                write!(f, "{kind} is no case; open a complaint, a dispute or an inquiry")
            }
            TaskRefusal::OfAnother { what, name, whose } => write!(
                f,
                "{what} {name} is of account {whose}; open the dispute at that account, or name what is this one's"
            ),
            TaskRefusal::NothingSaid => f.write_str("nothing is said; write what it is about"),
            TaskRefusal::TooLong { length } => {
                write!(f, "the text has {length} characters; 4000 fit")
            }
        }
    }
}

impl std::error::Error for TaskRefusal {}

//! Tasks: what needs a person, why, and every way out of it.
//!
//! A task is raised by its cause, named by a key, so that the same cause raises one task. Each kind
//! names the ways out of it in one match: a kind without one does not compile, and a test walks
//! them all.

mod kind;
pub mod look;

use jiff::Timestamp;
use jiff::civil::Date;

pub use self::kind::{Priority, Resolution, TaskKind};

use crate::about::About;
use crate::id::{TaskId, UserId};

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Which one.
    pub id: TaskId,
    /// What sort of thing has to be done.
    pub kind: TaskKind,
    /// What names its cause among those of its kind.
    pub key: String,
    /// What was seen, in a sentence.
    pub evidence: String,
    /// How much it presses.
    pub priority: Priority,
    /// The day by which it should be done.
    pub due: Date,
    /// The first day on which it is in the queue; `None` when it is there at once.
    pub wakes: Option<Date>,
    /// The member of staff whose it is.
    pub owner: Option<UserId>,
    /// When it was raised.
    pub raised: Timestamp,
    /// When it was closed; `None` while it is open.
    pub closed: Option<Timestamp>,
}

/// A cause that a look at the record found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What sort of task it raises.
    pub kind: TaskKind,
    /// What names it among those of its kind.
    pub key: String,
    /// What was seen, in a sentence.
    pub evidence: String,
    /// The day by which it should be done.
    pub due: Date,
    /// What it is about.
    pub about: Vec<About>,
}

/// One thing that happened to a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub step: Step,
    /// The way out that was taken, if one was.
    pub resolution: Option<Resolution>,
    /// Who; `None` for the system itself.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// What was said of it.
    pub said: String,
}

/// What may happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It came into the world.
    Raised,
    /// It was closed, and its cause is there again.
    FoundAgain,
    /// Its cause went by itself.
    Gone,
    /// Somebody got it, or gave it back.
    Assigned,
    /// It leaves the queue for some days.
    PutOff,
    /// Somebody resolved it.
    Resolved,
    /// Somebody took back what closed it or put it off.
    Undone,
}

words! {
    Step {
        Raised = "raised", FoundAgain = "found-again", Gone = "gone", Assigned = "assigned",
        PutOff = "put-off", Resolved = "resolved", Undone = "undone",
    }
}

/// What a look that finds a cause makes of the task it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is nothing to do.
    Known,
    /// The task is open, and its evidence reads otherwise now.
    Reads,
    /// The task was closed and has to be looked at again.
    Again,
}

/// What finding `cause` once more means for its `task`, which was last `resolved` in this way.
///
/// What somebody left as it is stays closed while the evidence is the same: a queue that asks the
/// same question each night is soon not read.
pub fn found(task: &Task, resolved: Option<Resolution>, cause: &Cause) -> Found {
    let same = task.evidence == cause.evidence;
    match (task.closed, resolved) {
        (None, _) if same => Found::Known,
        (None, _) => Found::Reads,
        (Some(_), Some(how)) if how.is_final() && same => Found::Known,
        (Some(_), _) => Found::Again,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(evidence: &str) -> Cause {
        Cause {
            kind: TaskKind::UseWithoutAgreement,
            key: "1".to_owned(),
            evidence: evidence.to_owned(),
            due: jiff::civil::date(2026, 8, 1),
            about: Vec::new(),
        }
    }

    fn task(closed: bool) -> Task {
        let Cause { kind, key, evidence, due, .. } = cause("12 kWh");
        let raised = Timestamp::UNIX_EPOCH;
        Task {
            id: TaskId(1),
            kind,
            key,
            evidence,
            priority: kind.priority(),
            due,
            wakes: None,
            owner: None,
            raised,
            closed: closed.then_some(raised),
        }
    }

    #[test]
    fn a_cause_raises_one_task_and_again_only_for_a_reason() {
        let (same, other) = (cause("12 kWh"), cause("99 kWh"));
        assert_eq!(found(&task(false), None, &same), Found::Known);
        assert_eq!(found(&task(false), None, &other), Found::Reads);
        let left = Some(Resolution::AsItIs);
        assert_eq!(found(&task(true), left, &same), Found::Known);
        assert_eq!(found(&task(true), left, &other), Found::Again);
        assert_eq!(found(&task(true), Some(Resolution::Mended), &same), Found::Again);
        assert_eq!(found(&task(true), None, &same), Found::Again, "it went by itself");
    }
}

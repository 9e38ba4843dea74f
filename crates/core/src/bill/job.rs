//! The work of a run, cut into jobs: some accounts of a pass, done by one worker in one transaction.

use std::time::Duration;

use jiff::Timestamp;

use super::run::Stage;
use crate::id::{AccountId, BillId, EntryId, PieceId, RunId};

/// Which of its passes over the accounts a run is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Rating and checking.
    Check,
    /// Posting.
    Post,
    /// Taking back what was posted.
    Cancel,
}

/// Some accounts of a pass, done by one worker in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The run.
    pub run: RunId,
    /// The pass.
    pub pass: Pass,
    /// Its place in the pass, from zero.
    pub nth: i64,
    /// The first of its accounts.
    pub first: AccountId,
    /// The last of its accounts.
    pub last: AccountId,
    /// How many accounts there were when the work was cut.
    pub accounts: i64,
    /// The id of the bill of its first account; those of the others follow by place. Zero when it
    /// makes none.
    pub first_bill: BillId,
    /// The id of its first entry.
    pub first_entry: EntryId,
    /// How many ids of entries are set aside for it.
    pub entries: i64,
    /// The id of its first piece on the way to people.
    pub first_piece: PieceId,
    /// How many ids of pieces are set aside for it.
    pub pieces: i64,
}

/// How far a pass is, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Accounts of the jobs that are done.
    pub done: u64,
    /// Accounts of all its jobs.
    pub of: u64,
    /// Jobs that are not done.
    pub open: u64,
    /// All its jobs; none before the work is cut.
    pub jobs: u64,
    /// When the first of them was done.
    pub first: Option<Timestamp>,
    /// When the last one was.
    pub last: Option<Timestamp>,
}

impl Stage {
    /// The pass that a run at this stage is in, if it is in one.
    pub fn pass(self) -> Option<Pass> {
        match self {
            Stage::Checking | Stage::Again => Some(Pass::Check),
            Stage::Posting => Some(Pass::Post),
            Stage::Cancelling => Some(Pass::Cancel),
            Stage::Preview | Stage::Done | Stage::Cancelled => None,
        }
    }
}

impl Pace {
    /// Accounts done in a second, by all workers together; nothing before two jobs are done. That of
    /// the first job is not counted, because nobody knows when it was begun.
    pub fn per_second(&self) -> Option<u64> {
        let took = self.last?.duration_since(self.first?).as_millis();
        let took = u64::try_from(took).ok().filter(|it| 0 < *it)?;
        let jobs = self.jobs - self.open;
        let counted = (self.done * (jobs - 1)).checked_div(jobs)?;
        (counted * 1000).checked_div(took)
    }

    /// How long the rest takes, if it goes on like that.
    pub fn left(&self) -> Option<Duration> {
        let rate = self.per_second()?;
        (self.of - self.done).checked_div(rate).map(Duration::from_secs)
    }
}

words! {
    Pass { Check = "check", Post = "post", Cancel = "cancel" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(done: u64, open: u64, seconds: i64) -> Pace {
        let first = Timestamp::from_second(1_000).ok();
        let last = Timestamp::from_second(1_000 + seconds).ok();
        Pace { done, of: 10_000, open, jobs: 40, first, last }
    }

    #[test]
    fn what_is_left_takes_as_long_as_what_was_done() {
        // Ten jobs of 250 accounts, the last nine of them in nine seconds; 7,500 are left.
        let it = pace(2_500, 30, 9);
        assert_eq!(it.per_second(), Some(250));
        assert_eq!(it.left(), Some(Duration::from_secs(30)));
    }

    #[test]
    fn nobody_guesses_from_one_job() {
        assert_eq!(pace(250, 39, 0).left(), None);
        let none = Pace { done: 0, of: 0, open: 0, jobs: 0, first: None, last: None };
        assert_eq!((none.per_second(), none.left()), (None, None));
    }

    #[test]
    fn a_run_is_in_a_pass_while_there_is_work() {
        assert_eq!(Stage::Again.pass(), Some(Pass::Check));
        assert_eq!(Stage::Posting.pass(), Some(Pass::Post));
        assert_eq!(Stage::Preview.pass(), None);
    }
}

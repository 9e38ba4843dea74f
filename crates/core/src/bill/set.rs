//! A set of accounts whose bills are corrected, or looked at, and the jobs that this is cut into: some
//! accounts, done by one worker in one transaction.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::correct::Cause;
use crate::id::{AccountId, BillId, CorrectionId, EntryId, PieceId, SetId, UserId};
use crate::money::Money;

/// What is to be corrected, and on whose authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Which one.
    pub id: SetId,
    /// The codes of the tariffs that the bills are on.
    pub tariffs: BTreeSet<String>,
    /// The first day that may be billed wrong.
    pub from: Date,
    /// Why they were wrong.
    pub cause: Cause,
    /// Why, in a sentence; where it is only looked at what that would come to, nothing.
    pub why: Option<String>,
    /// The text of a version of a tariff that is not told yet, to look what it would come to.
    pub version: Option<String>,
    /// Whether somebody has looked what it comes to, so that an account of which it comes to something
    /// else is left.
    pub as_seen: bool,
    /// Who began it; `None` for the system itself.
    pub by: Option<UserId>,
    /// When: all of it is of that day, however long it takes.
    pub at: Timestamp,
}

/// Some accounts of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetJob {
    /// The set.
    pub set: SetId,
    /// Its place in the set, from zero.
    pub nth: i64,
    /// Its accounts, in the order of their ids.
    pub accounts: Vec<AccountId>,
    /// The id of the correction of its first account; those of the others follow by place. Zero where it
    /// is only looked at, and so are the other ids.
    pub first_correction: CorrectionId,
    /// The id of its first bill.
    pub first_bill: BillId,
    /// How many ids of bills are set aside for it.
    pub bills: i64,
    /// The id of its first entry.
    pub first_entry: EntryId,
    /// How many ids of entries are set aside for it.
    pub entries: i64,
    /// The id of its first piece on the way to people.
    pub first_piece: PieceId,
    /// How many ids of pieces are set aside for it.
    pub pieces: i64,
}

/// What became of an account of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its bills were corrected, or would be.
    Corrected,
    /// It waits for a second person.
    Waits,
    /// A bill of it could not be made again.
    Failed,
}

/// An account of a set of which a bill would read otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whose.
    pub account: AccountId,
    /// What became of it.
    pub outcome: Outcome,
    /// How many of its bills would read otherwise.
    pub bills: i64,
    /// What it owes more because of them, or less.
    pub net: Money,
    /// Why its bills could not be made again; else empty.
    pub said: String,
}

/// A bill that would read otherwise by a version that is not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Otherwise {
    /// Which.
    pub bill: BillId,
    /// What it comes to.
    pub was: Money,
    /// What it would come to.
    pub now: Money,
}

/// How a set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody works on it.
    Works,
    /// It is not at its end, and nobody has done any of it for a while.
    Rests,
    /// It is at its end.
    Done,
    /// Somebody cancelled it; what was done before stays.
    Cancelled,
}

/// A set of which nothing was done for so long rests.
const RESTS: SignedDuration = SignedDuration::from_mins(2);

impl Standing {
    /// How a set stands that is open, by when it was begun and when a job of it was done last.
    pub fn of_open(begun: Timestamp, last: Option<Timestamp>, now: Timestamp) -> Standing {
        let since = now.duration_since(last.unwrap_or(begun));
        if since < RESTS { Standing::Works } else { Standing::Rests }
    }
}

words! {
    Standing { Works = "works", Rests = "rests", Done = "done", Cancelled = "cancelled" }
    Outcome { Corrected = "corrected", Waits = "waits", Failed = "failed" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_worked_on_for_two_minutes_rests() {
        let at = |second| Timestamp::from_second(second).expect("it is in range");
        let stands = |last, now| Standing::of_open(at(0), last, at(now));
        assert_eq!(stands(None, 119), Standing::Works);
        assert_eq!(stands(None, 120), Standing::Rests);
        assert_eq!(stands(Some(at(300)), 419), Standing::Works);
        assert_eq!(stands(Some(at(300)), 420), Standing::Rests);
    }
}

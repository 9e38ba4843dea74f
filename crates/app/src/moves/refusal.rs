//! Why a move is not made, re-dated or cancelled, and what to do instead.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{AgreementId, MoveId, ServicePointId};
use meterbook_core::moves::Said;

/// Why a move is not made, re-dated or cancelled.
#[derive(Debug, PartialEq, Eq)]
pub enum MoveRefusal {
    /// It neither starts nor stops anything.
    Nothing,
    /// The agreement is another account's.
    NotTheirs {
        /// Which one.
        agreement: AgreementId,
    },
    /// One thing is named twice.
    Twice {
        /// Where.
        point: ServicePointId,
    },
    /// A read is given or estimated for a day that has not come.
    NotYet {
        /// The day.
        on: Date,
        /// Today.
        today: Date,
    },
    /// The tariff looks at more than the total, which nobody can work out.
    NoEstimate {
        /// Its code.
        tariff: String,
    },
    /// Fewer than two earlier reads are there, or they go back.
    TooFewReads {
        /// The meter.
        meter: String,
    },
    /// The meter has another number of registers than reads were given.
    Registers {
        /// The meter.
        meter: String,
        /// How many it has.
        has: usize,
        /// How many reads were given.
        given: usize,
    },
    /// The read has too many digits, or is below the one before it.
    Implausible {
        /// The meter.
        meter: String,
        /// The read, in whole units.
        index: i64,
        /// The last read before it, in whole units.
        last: Option<i64>,
    },
    /// Somebody changed the move since it was looked at.
    Changed {
        /// Which one.
        of: MoveId,
        /// The version that holds now.
        version: i64,
        /// What it says.
        said: Said,
        /// What starts, starts then.
        starts_on: Option<Date>,
        /// What stops, stops then.
        stops_on: Option<Date>,
        /// Who said so.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// It is cancelled already.
    Cancelled(MoveId),
    /// A bill was made of what it started or stopped.
    Billed {
        /// Which one.
        of: MoveId,
        /// The first day not billed.
        through: Date,
    },
    /// Something came after it at the same place, and stands on it.
    Entangled {
        /// Which one.
        of: MoveId,
        /// Where.
        place: String,
    },
    /// It stops nothing, or starts nothing, and a day for that is given; or none is.
    NoSuchDay {
        /// What the day would be for.
        what: &'static str,
    },
}

impl fmt::Display for MoveRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoveRefusal::Nothing => {
                f.write_str("this starts nothing and stops nothing; name a service")
            }
            MoveRefusal::NotTheirs { agreement } => write!(
                f,
                "agreement {agreement} is another account's; check the account, or stop it there"
            ),
            MoveRefusal::Twice { point } => {
                write!(f, "service point {point} is named twice; name it once")
            }
            MoveRefusal::NotYet { on, today } => write!(
                f,
                "{on} has not come (today is {today}), so there is no read of it; order one instead"
            ),
            MoveRefusal::NoEstimate { tariff } => write!(
                f,
                "tariff {tariff} prices when or how hard power is used, which no estimate says; \
                 order a read or give one"
            ),
            MoveRefusal::TooFewReads { meter } => write!(
                f,
                "meter {meter} has no two earlier reads to go by; order a read or give one"
            ),
            MoveRefusal::Registers { meter, has, given } => write!(
                f,
                "meter {meter} has {has} registers and {given} reads are given; give one for each, \
                 in order, with commas, such as 3190,5280"
            ),
            MoveRefusal::Implausible { meter, index, last: Some(last) } => write!(
                f,
                "meter {meter} showed {last} before and cannot show {index}; check the digits, or \
                 order a read"
            ),
            MoveRefusal::Implausible { meter, index, last: None } => {
                write!(f, "meter {meter} cannot show {index}; check the digits, or order a read")
            }
            MoveRefusal::Changed { of, version, said, starts_on, stops_on, by, at } => {
                write!(f, "move {of} was {said} by {by} at {at} (it is version {version} now")?;
                for (what, on) in [("stops", stops_on), ("starts", starts_on)] {
                    if let Some(on) = on {
                        write!(f, ", it {what} on {on}")?;
                    }
                }
                f.write_str("); look at it again, then say what you want with that version")
            }
            MoveRefusal::Cancelled(of) => {
                write!(f, "move {of} is cancelled; ask for a new one")
            }
            MoveRefusal::Billed { of, through } => write!(
                f,
                "days up to {through} of move {of} are billed, so it stays as it is; stop or start \
                 service from a later day instead"
            ),
            MoveRefusal::Entangled { of, place } => write!(
                f,
                "something later at {place} stands on move {of}; cancel or re-date that first"
            ),
            MoveRefusal::NoSuchDay { what } => {
                write!(f, "the move {what}; give a day for what it does, and only for that")
            }
        }
    }
}

impl std::error::Error for MoveRefusal {}

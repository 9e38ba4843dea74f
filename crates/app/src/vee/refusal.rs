//! Why something is not done about reads.

use std::fmt;

use jiff::civil::Date;
use meterbook_core::id::{ExceptionId, RequestId};
use meterbook_core::place::Commodity;

/// Why something is not done about reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VeeRefusal {
    /// A text of rules is longer than any.
    TooLong {
        /// Bytes at most.
        most: usize,
    },
    /// The rules do not say how many estimates may follow each other.
    NoEstimateLimit,
    /// There are rules from that day on.
    SaidBefore {
        /// Of this commodity.
        commodity: Commodity,
        /// From this day on.
        from: Date,
    },
    /// There is no such exception.
    NoException {
        /// Its number.
        id: ExceptionId,
    },
    /// It was ended before.
    Ended {
        /// Its number.
        id: ExceptionId,
        /// How.
        how: String,
    },
    /// No read waits for it.
    NothingWaits {
        /// Its number.
        id: ExceptionId,
    },
    /// What is missing cannot be worked out.
    NoEstimate {
        /// The meter.
        meter: String,
        /// For the start of this day.
        on: Date,
    },
    /// No value is near enough to say what is missing of a channel.
    NoValues {
        /// The meter.
        meter: String,
        /// From this day on.
        on: Date,
    },
    /// The meter may still be read.
    MayBeRead {
        /// The meter.
        meter: String,
        /// For the start of this day.
        on: Date,
        /// Until this day.
        until: Date,
    },
    /// A read of the day waits for somebody to decide.
    ReadWaits {
        /// The meter.
        meter: String,
        /// For the start of this day.
        on: Date,
        /// The exception.
        id: ExceptionId,
    },
    /// The tariff prices use by the hour.
    TariffForbids {
        /// Its code.
        tariff: String,
    },
    /// There is no such meter, or none that hangs.
    NoMeter {
        /// Its number.
        meter: String,
    },
    /// The meter has another number of registers.
    Registers {
        /// The meter.
        meter: String,
        /// How many it has.
        has: usize,
        /// How many were given.
        given: usize,
    },
    /// The day has not come.
    NotYet {
        /// The day.
        on: Date,
        /// Today.
        today: Date,
    },
    /// The register has fewer digits.
    Digits {
        /// The meter.
        meter: String,
    },
    /// There is a read for that day, of another kind, that says the same.
    KindStays {
        /// The meter.
        meter: String,
        /// The day.
        on: Date,
        /// How it is known.
        kind: &'static str,
    },
    /// There is no such request without an answer.
    NoRequest {
        /// Its number.
        id: RequestId,
    },
    /// The cycle has no turn to look at.
    NoTurn {
        /// The cycle.
        cycle: i64,
    },
    /// A line of answers does not say what it must.
    BadAnswer {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl fmt::Display for VeeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VeeRefusal::TooLong { most } => {
                write!(f, "a text of rules has at most {most} bytes; leave remarks out")
            }
            VeeRefusal::NoEstimateLimit => f.write_str(
                "the rules do not say how many estimates may follow each other; add a line such as: \
                 estimate-run look 3",
            ),
            VeeRefusal::SaidBefore { commodity, from } => write!(
                f,
                "there are rules for {commodity} from {from} on; say the new ones from a later day"
            ),
            VeeRefusal::NoException { id } => {
                write!(f, "there is no exception {id}; see which there are with: meterbook vee list")
            }
            VeeRefusal::Ended { id, how } => {
                write!(f, "exception {id} is {how} already; nothing was changed")
            }
            VeeRefusal::NothingWaits { id } => write!(
                f,
                "no read waits for exception {id}: what it names was taken; leave it as it is, or \
                 order a read"
            ),
            VeeRefusal::NoEstimate { meter, on } => write!(
                f,
                "nothing says what meter {meter} would show on {on}: it has too few reads before; \
                 have it read"
            ),
            VeeRefusal::NoValues { meter, on } => write!(
                f,
                "no value of meter {meter} from {on} on says what is missing; import the values"
            ),
            VeeRefusal::MayBeRead { meter, on, until } => write!(
                f,
                "meter {meter} may still be read for {on}, until {until}; estimate it from then on"
            ),
            VeeRefusal::ReadWaits { meter, on, id } => write!(
                f,
                "a read of meter {meter} for {on} waits for somebody to decide: meterbook vee show {id}"
            ),
            VeeRefusal::TariffForbids { tariff } => write!(
                f,
                "tariff {tariff} prices use by the hour or by demand, which no estimate of a \
                 register knows; have it read"
            ),
            VeeRefusal::NoMeter { meter } => {
                write!(f, "no register of a meter {meter} hangs anywhere; check the number on its face")
            }
            VeeRefusal::Registers { meter, has, given } => write!(
                f,
                "meter {meter} has {has} registers and {given} reads are given; give one for each, \
                 in order"
            ),
            VeeRefusal::NotYet { on, today } => {
                write!(f, "{on} has not come, today is {today}; a read is of a day that began")
            }
            VeeRefusal::Digits { meter } => {
                write!(f, "the register of meter {meter} has fewer digits than this read")
            }
            VeeRefusal::KindStays { meter, on, kind } => write!(
                f,
                "the read of meter {meter} for {on} is {kind} and says the same; how a read is \
                 known stays, so enter what the meter really showed on another day"
            ),
            VeeRefusal::NoRequest { id } => write!(
                f,
                "no request {id} waits for an answer; see which do with: meterbook vee requests"
            ),
            VeeRefusal::NoTurn { cycle } => write!(
                f,
                "cycle {cycle:02} has no turn that is not billed; plan it with: meterbook cycle plan"
            ),
            VeeRefusal::BadAnswer { line, what } => write!(f, "line {line}: {what}"),
        }
    }
}

impl std::error::Error for VeeRefusal {}

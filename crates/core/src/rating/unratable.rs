//! Why a bill cannot be computed: never priced at zero, but held with the reason and the way out.

use std::fmt;

use jiff::civil::Date;

use crate::money::Unit;

/// Why a bill cannot be computed. It is a hold, not an error: a clerk sees it and can end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unratable {
    /// No version of the tariff is in force on a day.
    NoTariff {
        /// The tariff's code.
        tariff: String,
        /// The first such day.
        on: Date,
    },
    /// The tariff needs to know when the usage was, and only a register was read.
    NeedsIntervals {
        /// The charge that needs it.
        label: String,
    },
    /// A price changes in the middle of the meter's intervals.
    CoarseIntervals {
        /// The clock whose edge it is.
        clock: String,
        /// The length of the intervals, in minutes.
        minutes: u16,
    },
    /// The usage is in another unit than the tariff prices.
    WrongUnit {
        /// The charge.
        label: String,
        /// What it prices.
        priced: Unit,
        /// What was measured.
        measured: Unit,
    },
    /// A ratchet looks back on demands that nobody knows, and the tariff does not say how it starts.
    NoHistory {
        /// The charge.
        label: String,
    },
    /// The agreement says nothing of what a charge depends on.
    NoTerm {
        /// The charge.
        label: String,
        /// The term.
        term: String,
        /// The first day without it.
        on: Date,
    },
    /// A term that is counted with is a word.
    TermNoNumber {
        /// The charge.
        label: String,
        /// The term.
        term: String,
        /// What the agreement says.
        value: String,
    },
    /// A table of the tariff has no row for what the agreement says.
    NoRow {
        /// The charge.
        label: String,
        /// The term.
        term: String,
        /// What the agreement says.
        value: String,
    },
    /// More was sent back than came, and the tariff says nothing of what becomes of it.
    Surplus {
        /// The charge.
        label: String,
    },
}

impl fmt::Display for Unratable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unratable::NoTariff { tariff, on } => {
                write!(f, "no version of tariff {tariff} is in force on {on}; publish one")
            }
            Unratable::NeedsIntervals { label } => {
                write!(
                    f,
                    "{label} is priced by the hour, but the meter has only a register; install an interval meter or move the agreement to another tariff"
                )
            }
            Unratable::CoarseIntervals { clock, minutes } => {
                write!(
                    f,
                    "the prices by {clock} change within the meter's intervals of {minutes} minutes; have the meter keep shorter ones"
                )
            }
            Unratable::WrongUnit { label, priced, measured } => {
                write!(
                    f,
                    "{label} is priced per {priced}, but the meter counts {measured}; correct the meter or the tariff"
                )
            }
            Unratable::NoHistory { label } => {
                write!(
                    f,
                    "{label} has a ratchet, and no earlier demand is known; write behind it in the tariff how it starts: starting at none"
                )
            }
            Unratable::NoTerm { label, term, on } => {
                write!(
                    f,
                    "{label} needs to know {term}, and the agreement does not say it for {on}; set it: meterbook term set --agreement ID {term} VALUE --from {on}"
                )
            }
            Unratable::TermNoNumber { label, term, value } => {
                write!(
                    f,
                    "{label} counts with {term}, and the agreement says {value}, which is no number; set it: meterbook term set --agreement ID {term} NUMBER --from DATE"
                )
            }
            Unratable::NoRow { label, term, value } => {
                write!(
                    f,
                    "{label} has no price for {term} {value}; add a row to the tariff, or correct the term: meterbook term set --agreement ID {term} VALUE --from DATE"
                )
            }
            Unratable::Surplus { label } => {
                write!(
                    f,
                    "more was sent back than came, and {label} does not say what becomes of it; add a bank to the tariff's net line, or a credit"
                )
            }
        }
    }
}

//! Why a bill cannot be computed: never priced at zero, but held with the reason and the way out.

use std::fmt;

use jiff::civil::{Date, DateTime};

use crate::money::Unit;
use crate::tariff::clock::EventLimit;

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
    /// The tariff needs to know how much was used at one time, and only a register was read.
    NeedsDemand {
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
    /// Something is larger than any bill: a slip of a decimal point, or of a meter's multiplier.
    TooLarge {
        /// The charge.
        label: String,
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
    /// A charge looks at a shorter time than the meter's intervals, or one that they do not fill.
    CoarseFor {
        /// The charge.
        label: String,
        /// The time it looks at, in minutes.
        needs: u16,
        /// The length of the meter's intervals, in minutes.
        minutes: u16,
    },
    /// A charge looks at reactive energy, and nothing measures it.
    NoReactive {
        /// The charge.
        label: String,
    },
    /// No heating value is published for the gas of a day.
    NoFactor {
        /// The area that it would be published for.
        name: String,
        /// The day.
        on: Date,
    },
    /// A price that a charge needs is not published.
    NoPrice {
        /// The charge.
        label: String,
        /// The name of the prices.
        series: String,
        /// The first hour without one, local time.
        at: DateTime,
    },
    /// The hour of the peak is not published yet.
    NoPeak {
        /// The charge.
        label: String,
        /// The name of the peaks.
        peaks: String,
        /// The first day of the turn.
        turn: Date,
    },
    /// A peak begins on the days of the bill and ends after them.
    PeakAcross {
        /// The charge.
        label: String,
        /// When it begins, local time.
        at: DateTime,
    },
    /// An event is called on more days than the tariff allows.
    TooManyEvents {
        /// The tariff.
        tariff: String,
        /// The event.
        event: String,
        /// The first day that is too many.
        on: Date,
        /// What the tariff allows.
        limit: EventLimit,
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
    /// Something was allotted in a period that the tariff does not know.
    AllottedElsewhere {
        /// The period; empty when it was in any hour.
        period: String,
    },
    /// Something was allotted, and the tariff nets nothing.
    AllottedWithoutNet,
    /// A term that is a day is something else.
    TermNoDay {
        /// The charge.
        label: String,
        /// The term.
        term: String,
        /// What the agreement says.
        value: String,
    },
    /// A term that is a month is something else.
    TermNoMonth {
        /// The charge.
        label: String,
        /// The term.
        term: String,
        /// What the agreement says.
        value: String,
    },
    /// A rider prices what is left after netting by hours, and the tariff does not net by them.
    NetsOtherwise {
        /// The charge.
        label: String,
        /// The tariff that includes the rider.
        tariff: String,
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
            Unratable::NeedsDemand { label } => {
                write!(
                    f,
                    "{label} looks at the highest demand, and a register of energy does not tell it; have intervals read, or move the agreement to another tariff"
                )
            }
            Unratable::CoarseIntervals { clock, minutes } => {
                write!(
                    f,
                    "the prices by {clock} change within the meter's intervals of {minutes} minutes; have the meter keep shorter ones"
                )
            }
            Unratable::TooLarge { label } => {
                write!(
                    f,
                    "{label} comes to more than a bill can say; look for a slip of the decimal point in the reads, the terms or the price"
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
            Unratable::CoarseFor { label, needs, minutes } => {
                write!(
                    f,
                    "{label} looks at {needs} minutes, but the meter keeps intervals of {minutes} minutes; have the meter keep shorter ones"
                )
            }
            Unratable::NoReactive { label } => {
                write!(
                    f,
                    "{label} looks at reactive energy, but the meter counts no kvarh; add such a channel or move the agreement to another tariff"
                )
            }
            Unratable::NoFactor { name, on } => {
                write!(
                    f,
                    "no heating value is published for {name} on {on}; say it with: meterbook usage figure heating"
                )
            }
            Unratable::NoPrice { label, series, at } => {
                let (day, time) = (at.date(), at.time());
                let (hour, minute) = (time.hour(), time.minute());
                write!(
                    f,
                    "{label} needs the price of {series} for {day} {hour:02}:{minute:02}, and none is published; load it: meterbook publish prices {series} FILE"
                )
            }
            Unratable::NoPeak { label, peaks, turn } => {
                write!(
                    f,
                    "{label} needs the peak hour of {peaks} for the turn from {turn}, and none is published; say when it was: meterbook publish peak {peaks} TIME"
                )
            }
            Unratable::PeakAcross { label, at } => {
                let (day, time) = (at.date(), at.time());
                let (hour, minute) = (time.hour(), time.minute());
                write!(
                    f,
                    "{label} looks at a peak from {day} {hour:02}:{minute:02} that ends on another bill; publish it as one peak for each day"
                )
            }
            Unratable::TooManyEvents { tariff, event, on, limit } => {
                let EventLimit { most, span } = limit;
                write!(
                    f,
                    "{event} is called on {on}, and {tariff} allows at most {most} days a {span}; withdraw one: meterbook publish event {event} {on} --withdraw"
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
            Unratable::AllottedElsewhere { period } if period.is_empty() => f.write_str(
                "a community share was given for any hour, but the tariff nets by the periods of a clock; move the agreement to a tariff that does not",
            ),
            Unratable::AllottedElsewhere { period } => write!(
                f,
                "a community share was given for {period}, which is no period of this tariff's net; move the agreement to a tariff with the host's periods"
            ),
            Unratable::AllottedWithoutNet => f.write_str(
                "a community share was given, but the tariff has no net to set it off with; move the agreement to a tariff that has",
            ),
            Unratable::TermNoDay { label, term, value } => {
                write!(
                    f,
                    "{label} counts from the day {term}, and the agreement says {value}, which is no date; set it: meterbook term set --agreement ID {term} 2026-01-31 --from DATE"
                )
            }
            Unratable::TermNoMonth { label, term, value } => {
                write!(
                    f,
                    "{label} is settled in the month {term}, and the agreement says {value}, which is none; set it: meterbook term set --agreement ID {term} apr --from DATE"
                )
            }
            Unratable::NetsOtherwise { label, tariff } => {
                write!(
                    f,
                    "{label} is priced by a clock or a table of its rider, and {tariff} nets over other hours; write gross below it in the rider"
                )
            }
            Unratable::NoRow { label, term, value } => {
                write!(
                    f,
                    "{label} has no price for {term} {value}; add a row to the tariff, or correct the term: meterbook term set --agreement ID {term} VALUE --from DATE"
                )
            }
        }
    }
}

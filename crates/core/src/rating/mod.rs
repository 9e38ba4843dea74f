//! From usage and a tariff to the lines of a bill.

use std::fmt;

use jiff::civil::Date;

use crate::money::{Exact, Money, Price, Quantity, Rounding, Share};
use crate::period::{Period, Zone};
use crate::reads::usage::Usage;
use crate::tariff::Tariff;

/// Everything the lines of one agreement depend on. Two equal inputs give two equal bills, today
/// and in ten years.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The days being billed.
    pub period: Period,
    /// The whole turn of the bill cycle they are part of: equal to `period` unless service started
    /// or stopped within it. One turn is one billing month.
    pub window: Period,
    /// Whose midnight ends a day.
    pub zone: &'a Zone,
    /// The usage in those days, after multipliers and register rollover.
    pub usage: &'a Usage,
    /// The versions of the tariff in force, in order; each is used for its own days.
    pub tariffs: &'a [Tariff],
}

/// A finished calculation.
#[derive(Clone, Debug, PartialEq)]
pub struct Rated {
    /// The lines, in bill order.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub total: Money,
    /// What was delivered, in the unit it is billed in.
    pub billed: Quantity,
}

/// One line of a bill, with all it takes to recompute it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What the customer reads.
    pub label: String,
    /// What sort of charge it is; the ledger's revenue accounts follow from it.
    pub kind: ChargeKind,
    /// The days it is for.
    pub period: Period,
    /// How the amount came about.
    pub basis: Basis,
    /// The place in the tariff that says so.
    pub rule: Rule,
    /// What was done with half a cent.
    pub rounding: Rounding,
    /// The amount before rounding.
    pub exact: Exact,
    /// What is owed for this line.
    pub amount: Money,
}

/// How the amount of a [`Line`] came about. The bill, the portal and the clerk's screen print this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// So much of something at so much each.
    Each(Quantity, Price),
    /// The same for only some of the days that the price is for.
    Part {
        /// So much of something.
        quantity: Quantity,
        /// At so much each.
        price: Price,
        /// The days it is owed for.
        days: i64,
        /// The days that the price is for, at least one.
        of: i64,
    },
    /// A share of an amount.
    Share(Money, Share),
    /// What the charges so far fall short of a least amount.
    Shortfall {
        /// The least amount.
        least: Money,
        /// What the charges came to.
        charged: Money,
    },
}

/// The line of a tariff text that a charge follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code of the tariff.
    pub tariff: String,
    /// The first day of the version.
    pub version: Date,
    /// The line in its text, from 1.
    pub line: u32,
    /// What that line says.
    pub text: String,
}

/// What sort of charge a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChargeKind {
    /// For being connected.
    Fixed,
    /// For what was used.
    Usage,
    /// For the highest use at one time.
    Demand,
    /// To bring a bill up to its minimum.
    Minimum,
    /// For what was sent back: an amount in the customer's favour.
    Credit,
    /// A surcharge or rider on other lines.
    Rider,
    /// Collected for somebody else.
    Tax,
}

words! {
    ChargeKind {
        Fixed = "fixed", Usage = "usage", Demand = "demand", Minimum = "minimum",
        Credit = "credit", Rider = "rider", Tax = "tax",
    }
}

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
    /// The usage is in another unit than the tariff prices.
    WrongUnit {
        /// The charge.
        label: String,
        /// What it prices.
        priced: crate::money::Unit,
        /// What was measured.
        measured: crate::money::Unit,
    },
}

impl fmt::Display for Unratable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unratable::NoTariff { tariff, on } => {
                write!(f, "no version of tariff {tariff} is in force on {on}; publish one")
            }
            Unratable::NeedsIntervals { label } => {
                write!(f, "{label} is priced by the hour, but the meter has only a register; install an interval meter or move the agreement to another tariff")
            }
            Unratable::WrongUnit { label, priced, measured } => {
                write!(f, "{label} is priced per {priced}, but the meter counts {measured}; correct the meter or the tariff")
            }
        }
    }
}

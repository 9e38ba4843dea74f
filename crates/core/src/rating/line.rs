//! The lines of a bill, each with all it takes to recompute it.

use std::ops::Deref;
use std::sync::Arc;

use jiff::civil::Date;

use crate::money::{Exact, Money, Price, Quantity, Rounding, Share};
use crate::period::Period;
use crate::rating::Note;

/// One line of a bill, with all it takes to recompute it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What the tariff says of it, which reads as if it were the line's own: `line.label` and
    /// `line.rule`. All bills of a tariff share it: a derivation costs nothing until it is asked for.
    pub said: Arc<Said>,
    /// What the engine says of it.
    pub note: Note,
    /// What sort of charge it is; the ledger's revenue accounts follow from it.
    pub kind: ChargeKind,
    /// The days it is for.
    pub period: Period,
    /// How the amount came about.
    pub basis: Basis,
    /// What was done with half a cent.
    pub rounding: Rounding,
    /// The amount before rounding.
    pub exact: Exact,
    /// What is owed for this line.
    pub amount: Money,
}

/// What the tariff says of a [`Line`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it calls the line: the charge, and the period of its clock or the row of its table.
    /// [`Line::called`] is what the customer reads.
    pub label: Box<str>,
    /// The same in Spanish, where the tariff says it.
    pub spanish: Option<Box<str>>,
    /// The place in it that says so.
    pub rule: Rule,
}

impl Deref for Line {
    type Target = Said;

    fn deref(&self) -> &Said {
        &self.said
    }
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
    /// So much, each interval of it at its own published price, and what that comes to in all.
    Series(Quantity, Exact),
    /// An amount that follows from no price on this bill: credit taken from earlier bills or left
    /// for later ones.
    Amount(Money),
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

impl Basis {
    /// The amount, before rounding. Whoever has the bill can compute it again.
    pub fn exact(&self) -> Exact {
        match *self {
            Basis::Each(quantity, price) => price.times(quantity),
            Basis::Part { quantity, price, days, of } => price.times(quantity).part(days, of),
            Basis::Share(whole, share) => share.of(whole),
            Basis::Shortfall { least, charged } => Exact::from(least - charged),
            Basis::Series(_, all) => all,
            Basis::Amount(amount) => Exact::from(amount),
        }
    }
}

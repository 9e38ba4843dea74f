//! What one bill hands on to the next: demands that ratchets look back on, and banks of credit.

use jiff::civil::Date;

use crate::money::{Exact, Money};

/// What earlier bills of an agreement left for this one. It is stored with the bill that left it,
/// and never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The highest demands of earlier turns, oldest first.
    pub peaks: Vec<Peak>,
    /// Energy sent back that was not set off yet, oldest first.
    pub energy: Vec<EnergyLot>,
    /// Credit in money that was not set off yet, oldest first.
    pub money: Vec<MoneyLot>,
    /// What was charged towards minimums of a year that are not settled yet, oldest turn first.
    pub charged: Vec<Charged>,
    /// What was sent back less what came, where the surplus of a year is paid and is not settled yet,
    /// oldest turn first.
    pub year: Vec<TurnNet>,
}

impl Carried {
    /// Nothing.
    pub const NONE: &'static Carried = &Carried {
        peaks: Vec::new(),
        energy: Vec::new(),
        money: Vec::new(),
        charged: Vec::new(),
        year: Vec::new(),
    };
}

/// The highest demand of one turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peak {
    /// The label of the charge that saw it.
    pub charge: String,
    /// The period of its clock; empty without one.
    pub period: String,
    /// The first day of the turn.
    pub turn: Date,
    /// In millionths of the charge's unit.
    pub micro: i64,
}

/// Energy in a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnergyLot {
    /// The period it can be set off in; empty when any.
    pub period: String,
    /// The first day of the turn in which it was sent back.
    pub turn: Date,
    /// In millionths of the billed unit.
    pub micro: i64,
}

/// Money in a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyLot {
    /// The label of the credit it came from.
    pub credit: String,
    /// The first day of the turn in which it was earned.
    pub turn: Date,
    /// What is left of it.
    pub amount: Money,
    /// The same, had no line of any bill been rounded: what studies of tariffs compare.
    pub unrounded: Exact,
}

/// What was charged in one turn towards the minimum of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The label of the minimum.
    pub minimum: String,
    /// The first day of the turn.
    pub turn: Date,
    /// What the charges that count towards it came to.
    pub amount: Money,
    /// The same, had no line of any bill been rounded.
    pub unrounded: Exact,
}

/// What was sent back in one turn less what came in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnNet {
    /// The first day of the turn.
    pub turn: Date,
    /// In millionths of the billed unit; below zero when more came.
    pub micro: i64,
}

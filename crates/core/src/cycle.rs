//! Bill cycles: which days a group of accounts is billed for, and when.

use jiff::civil::Date;

use crate::account::Cycle;
use crate::id::WindowId;
use crate::period::Period;

/// The cycle of a turn that belongs to no cycle: the last bill of one account, made when its service
/// ends. It has the days of the turn that it is made in place of, and a number below zero, in which
/// no account is.
pub fn off_cycle(window: WindowId) -> Cycle {
    Cycle(-window.0)
}

/// One turn of a bill cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Which one.
    pub id: WindowId,
    /// Whose turn.
    pub cycle: Cycle,
    /// The days billed.
    pub period: Period,
    /// The day on the bills, unless they are let go later.
    pub billed_on: Date,
    /// The day by which they are to be paid, unless they are let go later.
    pub due_on: Date,
}

impl Window {
    /// Whether it belongs to no cycle.
    pub fn is_off_cycle(&self) -> bool {
        self.cycle.0 < 0
    }

    /// The same turn with bills of another day, and as many days to pay them.
    pub fn dated(&self, day: Date) -> Window {
        let due_on = day.saturating_add(self.due_on - self.billed_on);
        Window { billed_on: day, due_on, ..*self }
    }
}

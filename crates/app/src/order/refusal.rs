//! Why an order is not written down, and why it does not take a step.

use std::fmt;

use jiff::civil::Date;
use meterbook_core::appointment::Arrival;
use meterbook_core::id::{AgreementId, OrderId};
use meterbook_core::money::Money;
use meterbook_core::order::{IllegalStep, OrderKind, Skills};

use crate::collection::Reason;

/// Why an order is not written down.
#[derive(Debug, PartialEq, Eq)]
pub enum NotOrdered {
    /// It is about a service point, and none was named.
    NeedsPoint {
        /// What is to be done.
        kind: OrderKind,
    },
    /// There is an open one already.
    AlreadyOpen {
        /// What is to be done.
        kind: OrderKind,
        /// The open one.
        order: OrderId,
    },
    /// Only a disconnection is called off by a payment.
    NotForNonPayment {
        /// What is to be done.
        kind: OrderKind,
    },
    /// No payment could ever call it off.
    NeverCalledOff {
        /// What was said.
        off_below: Money,
    },
    /// Less is past due than it would be cut off for.
    NotPastDue {
        /// What is past due.
        past_due: Money,
        /// It would be called off below this.
        off_below: Money,
    },
    /// Something keeps from cutting the account off.
    Barred {
        /// What.
        why: Reason,
    },
    /// Nobody takes service there, so nobody can owe.
    NoAgreement,
    /// The agreement is for another service point.
    Elsewhere {
        /// The agreement.
        agreement: AgreementId,
    },
    /// A text is longer than a crew reads.
    TooLong {
        /// Characters that fit.
        most: usize,
    },
}

/// Why an order does not take a step.
#[derive(Debug, PartialEq, Eq)]
pub enum NotStepped {
    /// As it stands, it does not take it.
    Illegal {
        /// The order.
        order: OrderId,
        /// How it stands, and what it may take.
        why: IllegalStep,
    },
    /// Somebody else took a step at the same time.
    Meanwhile {
        /// The order.
        order: OrderId,
    },
    /// The crew does not know how.
    Lacks {
        /// The crew.
        crew: String,
        /// What it does not know.
        lacking: Skills,
    },
    /// The crew does not work on that day.
    NotWorking {
        /// The crew.
        crew: String,
        /// The day.
        on: Date,
        /// Why, where it has a day off.
        off: Option<String>,
    },
    /// The day is gone.
    Gone {
        /// The day.
        on: Date,
        /// Today, where the utility is.
        today: Date,
    },
    /// It is not to be done so early.
    TooEarly {
        /// The day that was asked for.
        on: Date,
        /// The first day.
        not_before: Date,
    },
    /// The customer was promised something else.
    Promised {
        /// The order.
        order: OrderId,
        /// What.
        arrival: Arrival,
    },
    /// Less is past due than the disconnection is for.
    Paid {
        /// The order.
        order: OrderId,
        /// What is past due.
        past_due: Money,
        /// It is called off below this.
        off_below: Money,
    },
    /// What the disconnection is for is paid, but for too little: what came due since takes another one.
    Settled {
        /// The order.
        order: OrderId,
        /// What is left of it.
        left: Money,
        /// It is called off below this.
        off_below: Money,
    },
    /// Something keeps from cutting the account off.
    Barred {
        /// The order.
        order: OrderId,
        /// What.
        why: Reason,
    },
    /// It says neither a reason nor a note.
    NoReason,
}

impl fmt::Display for NotOrdered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotOrdered::NeedsPoint { kind } => {
                write!(f, "an order to {kind} is about a service point; name it, or its meter")
            }
            NotOrdered::AlreadyOpen { kind, order } => write!(
                f,
                "order {order} to {kind} is open there already; use it, or call it off first"
            ),
            NotOrdered::NotForNonPayment { kind } => write!(
                f,
                "only a disconnect is called off by a payment, not a {kind}; leave the amount out"
            ),
            NotOrdered::NeverCalledOff { off_below } => write!(
                f,
                "less than {off_below} is never past due; name the amount from which on it is cut off"
            ),
            NotOrdered::NotPastDue { past_due, off_below } => write!(
                f,
                "only {past_due} is past due, less than {off_below}; nobody is cut off for that"
            ),
            NotOrdered::Barred { why } => {
                write!(f, "this account may not be cut off; {why}")
            }
            NotOrdered::NoAgreement => f.write_str(
                "nobody takes service there, so nobody owes; order the disconnect without an amount",
            ),
            NotOrdered::Elsewhere { agreement } => {
                write!(f, "agreement {agreement} is for another service point; check its number")
            }
            NotOrdered::TooLong { most } => {
                write!(f, "no crew reads that much; {most} characters fit")
            }
        }
    }
}

impl std::error::Error for NotOrdered {}

impl fmt::Display for NotStepped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotStepped::Illegal { order, why } => write!(f, "order {order}: {why}"),
            NotStepped::Meanwhile { order } => write!(
                f,
                "somebody else took a step of order {order} just now; look at it again: meterbook order show {order}"
            ),
            NotStepped::Lacks { crew, lacking } => {
                write!(f, "{crew} does not know how: it lacks {lacking}; choose another crew")
            }
            NotStepped::NotWorking { crew, on, off: Some(why) } => {
                write!(f, "{crew} is off on {on} ({why}); choose another day or crew")
            }
            NotStepped::NotWorking { crew, on, off: None } => write!(
                f,
                "{crew} does not work on {on}; choose another day or crew, or say its hours: meterbook crew hours"
            ),
            NotStepped::Gone { on, today } => {
                write!(f, "{on} is gone; today is {today}")
            }
            NotStepped::TooEarly { on, not_before } => {
                write!(f, "it is not to be done before {not_before}, and {on} is earlier")
            }
            NotStepped::Promised { order, arrival } => write!(
                f,
                "the customer was promised {arrival}; move or cancel the appointment of order {order} instead"
            ),
            NotStepped::Paid { order, past_due, off_below } => write!(
                f,
                "only {past_due} is past due, less than {off_below}; do not cut off, and call order {order} off"
            ),
            NotStepped::Settled { order, left, off_below } => write!(
                f,
                "only {left} of what it is for is past due, less than {off_below}, and nobody was told of a cut for what came due since; do not cut off, and call order {order} off"
            ),
            NotStepped::Barred { order, why } if why.passes() => {
                write!(f, "do not cut off today; order {order} waits for another day: {why}")
            }
            NotStepped::Barred { order, why } => {
                write!(f, "do not cut off, and call order {order} off; {why}")
            }
            NotStepped::NoReason => {
                f.write_str("a reason that is none of the list is written down; add a note")
            }
        }
    }
}

impl std::error::Error for NotStepped {}

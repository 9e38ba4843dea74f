//! A billing run: how far it is, and how every active agreement of a cycle ended.

use std::collections::BTreeMap;

use crate::account::Cycle;
use crate::id::{AccountId, AgreementId, RunId, WindowId};
use crate::money::{Money, Quantity};
use crate::period::Period;

/// One run over one window. Its work is cut into jobs, each done in one transaction with its result, so
/// a run that is killed goes on where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which one.
    pub id: RunId,
    /// The window it bills.
    pub window: WindowId,
    /// Whether it waits to be released, whatever it comes to.
    pub waits: bool,
    /// Whether its bills keep the days planned for them, however late they are let go.
    pub as_planned: bool,
    /// How far it is.
    pub stage: Stage,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Accounts are being rated and checked.
    Checking,
    /// Those that were held are being rated and checked again.
    Again,
    /// Every account is checked and control totals stand. Nothing is posted until somebody releases
    /// it.
    Preview,
    /// It is released, and bills are being posted.
    Posting,
    /// Every agreement has ended in one way.
    Done,
    /// Its bills are being taken back, all of them.
    Cancelling,
    /// It was called off before it was released, or its bills were taken back.
    Cancelled,
}

impl Stage {
    /// Whether there is nothing left to do.
    pub fn ended(self) -> bool {
        matches!(self, Stage::Done | Stage::Cancelled)
    }
}

/// How one agreement ended in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The agreement.
    pub agreement: AgreementId,
    /// Whose bill it is on.
    pub account: AccountId,
    /// The ending.
    pub outcome: Outcome,
    /// The word for the reason of a hold or an exemption; empty when billed.
    pub reason: String,
    /// The reason in a sentence.
    pub detail: String,
    /// What its lines came to; zero unless billed.
    pub total: Money,
    /// The tariff's code; empty unless billed.
    pub tariff: String,
    /// What was used; `None` unless billed.
    pub used: Option<Quantity>,
}

/// The three endings. There is no fourth: a bill that silently never comes is how a city lost
/// ten million dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// On a bill.
    Billed,
    /// Waits for a clerk, with a reason.
    Held,
    /// Rightly not billed, with a reason.
    Exempt,
}

words! {
    Stage {
        Checking = "checking",
        Again = "again",
        Preview = "preview",
        Posting = "posting",
        Done = "done",
        Cancelling = "cancelling",
        Cancelled = "cancelled",
    }
    Outcome { Billed = "billed", Held = "held", Exempt = "exempt" }
}

/// How a whole window stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The cycle.
    pub cycle: Cycle,
    /// The days.
    pub period: Period,
    /// How far its latest run is.
    pub stage: Stage,
    /// Agreements active in the window, counted from the agreements themselves.
    pub population: i64,
    /// Of these, on a bill.
    pub billed: i64,
    /// Of these, held.
    pub held: i64,
    /// Of these, exempt.
    pub exempt: i64,
    /// What the bills of the window come to.
    pub total: Money,
    /// How many are held or exempt for each reason.
    pub reasons: BTreeMap<String, i64>,
}

impl Standing {
    /// Whether every agreement of the population ended in exactly one way.
    pub fn complete(&self) -> bool {
        self.population == self.billed + self.held + self.exempt
    }
}

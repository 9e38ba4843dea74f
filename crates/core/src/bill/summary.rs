//! Paper beside the bill itself: the bills of several accounts on one, and corrections.

use jiff::civil::Date;

use crate::account::Account;
use crate::bill::correct::Correction;
use crate::bill::why::Why;
use crate::bill::{BillNumber, OnPlan, Utility};
use crate::credit::late_fee::LateCharge;
use crate::id::{AccountId, AccountNumber, BillId};
use crate::money::Money;
use crate::paper::Look;
use crate::period::Period;
use crate::person::Language;

/// A bill that another one sums up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summed {
    /// Whose it is.
    pub account: AccountId,
    /// Which.
    pub bill: BillId,
    /// What of it is owed by the account that sums up from then on, and not by its own.
    pub moved: Money,
}

/// The newest bills of the accounts that one account sums up.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Who sends it.
    pub utility: Utility,
    /// The account that sums up.
    pub account: AccountNumber,
    /// The number of the bill, where it was made and is not only looked at.
    pub number: Option<BillNumber>,
    /// Whether what the accounts are charged is owed by the one that sums up.
    pub rolled: bool,
    /// What that owes beside all of them, less what it pays with later parts; `None` where it is not said.
    pub before: Option<Money>,
    /// How its plan stands, if it pays in parts.
    pub plan: Option<OnPlan>,
    /// The language it is written in.
    pub language: Language,
    /// Name, then address lines.
    pub addressed_to: Vec<String>,
    /// The day on its face: that of the newest of its bills.
    pub billed_on: Date,
    /// The day by which the first of its bills is to be paid.
    pub due_on: Date,
    /// One for each account, by number.
    pub rows: Vec<SummaryRow>,
    /// What paper says on that day beside the amounts.
    pub look: Look,
}

/// One account on a [`Summary`].
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryRow {
    /// Whose.
    pub account: AccountNumber,
    /// Where service is taken.
    pub service_at: String,
    /// Its bill.
    pub bill: BillNumber,
    /// The days of that bill.
    pub period: Period,
    /// The new charges.
    pub charges: Money,
    /// What is to be paid of it.
    pub amount_due: Money,
    /// Why its charges differ from those of the bill before; `None` on a first one.
    pub why: Option<Why>,
}

impl Summary {
    /// The new charges of all.
    pub fn charges(&self) -> Money {
        self.rows.iter().map(|it| it.charges).sum()
    }

    /// What is to be paid of all.
    pub fn amount_due(&self) -> Money {
        self.before.unwrap_or_default() + self.rows.iter().map(|it| it.amount_due).sum()
    }
}

/// A correction as a customer is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectionNote {
    /// Who sends it.
    pub utility: Utility,
    /// Whose bills were wrong.
    pub account: Account,
    /// The language it is written in.
    pub language: Language,
    /// What was made of them.
    pub correction: Correction,
    /// What paper says on that day beside the amounts.
    pub look: Look,
    /// What it asks for, where it is the first page of several bills; else it asks for nothing.
    pub asks: Option<Asks>,
}

/// What the first page of a correction asks for: of all bills behind it, once.
#[derive(Clone, Debug, PartialEq)]
pub struct Asks {
    /// What was owed before the correction.
    pub before: Money,
    /// What is to be paid; below zero the account has a credit.
    pub amount_due: Money,
    /// The day by which it is to be paid: that of every bill behind it.
    pub due_on: Date,
    /// The account that pays what the bills come to, where one sums them up and they are rolled up to it.
    pub paid_by: Option<AccountNumber>,
    /// What being late costs.
    pub late: LateCharge,
}

impl CorrectionNote {
    /// Name, then address lines: those of the newest bill.
    pub fn addressed_to(&self) -> &[String] {
        self.correction.addressed_to()
    }
}

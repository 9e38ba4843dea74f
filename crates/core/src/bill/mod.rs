//! A bill: what an account owes for one turn of its cycle, and all that is printed on it.

pub mod assess;
pub mod check;
pub mod correct;
pub mod doubt;
pub mod explain;
pub mod interest;
pub mod job;
pub mod limits;
pub mod once;
pub mod preview;
pub mod root;
pub mod run;
pub mod sample;
pub mod set;
pub mod settle;
pub mod summary;
pub mod why;

use std::fmt;

use jiff::civil::Date;

use crate::account::Account;
use crate::allocation::{Allotted, Given};
use crate::bill::once::OnceLine;
use crate::bill::summary::Summed;
use crate::bill::why::Why;
use crate::charge::ChargeFor;
use crate::credit::late_fee::LateCharge;
use crate::currency::Currency;
use crate::id::{AccountId, AccountNumber, AgreementId, BillId, CorrectionId, WindowId};
use crate::ledger::EntryKind;
use crate::money::{Money, Quantity};
use crate::paper::Look;
use crate::period::Period;
use crate::person::Language;
use crate::place::Commodity;
use crate::rating::carried::Carried;
use crate::rating::{BankFlow, CreditFlow, Line};
use crate::reads::usage::Evidence;

/// A bill. Once posted it never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// Which one, inside.
    pub id: BillId,
    /// What people say.
    pub number: BillNumber,
    /// Who owes it.
    pub account: AccountId,
    /// The turn of the cycle it belongs to.
    pub window: WindowId,
    /// The days of that turn.
    pub period: Period,
    /// The day on its face.
    pub billed_on: Date,
    /// The day by which it is to be paid.
    pub due_on: Date,
    /// Who it is addressed to, frozen: name, then address lines.
    pub addressed_to: Vec<String>,
    /// One for each agreement.
    pub segments: Vec<Segment>,
    /// What is charged once, beside service; only on bills of nothing else.
    pub once: Vec<OnceLine>,
    /// The bills of other accounts that it sums up; only on bills of nothing else.
    pub summed: Vec<Summed>,
    /// The new charges: the sum of the segments, of what is charged once and of what is moved here.
    pub total: Money,
}

impl Segment {
    /// What the tariff is called in a language.
    pub fn tariff_called(&self, language: Language) -> &str {
        let spanish = self.tariff_spanish.as_ref().filter(|_| language == Language::Spanish);
        spanish.unwrap_or(&self.tariff_name)
    }
}

impl Bill {
    /// What is charged once comes to.
    pub fn once_total(&self) -> Money {
        self.once.iter().map(|it| it.line.amount).sum()
    }

    /// The days of its services. Of a first, a last or an interim bill they are fewer than those of its turn,
    /// and more where days of an earlier turn are on it.
    pub fn days(&self) -> Period {
        let starts = self.segments.iter().map(|it| it.period.start()).min();
        let ends = self.segments.iter().map(|it| it.period.end()).max();
        let days = starts.zip(ends).and_then(|(from, to)| Period::new(from, to));
        days.unwrap_or(self.period)
    }

    /// Whether it bills no service: only what is charged once.
    pub fn is_once(&self) -> bool {
        self.segments.is_empty() && self.summed.is_empty()
    }
}

/// The part of a bill that is for one agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The agreement.
    pub agreement: AgreementId,
    /// What was delivered.
    pub commodity: Commodity,
    /// Where: the street line of the premise.
    pub service_at: String,
    /// The tariff's code.
    pub tariff: String,
    /// What people call the tariff.
    pub tariff_name: String,
    /// The same in Spanish, where the tariff says it.
    pub tariff_spanish: Option<String>,
    /// The days billed.
    pub period: Period,
    /// What was used, in the unit it is billed in.
    pub usage: Quantity,
    /// The reads it was made of.
    pub evidence: Vec<Evidence>,
    /// The charges.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub total: Money,
    /// What it leaves for the next bill.
    pub carried: Carried,
    /// How the bank of energy went, where the tariff has one.
    pub bank: Option<BankFlow>,
    /// How the bank of credit in money went.
    pub credit: CreditFlow,
    /// What it gives to subscribers of its surplus.
    pub given: Vec<Given>,
    /// What it takes of what other bills gave.
    pub allotted: Vec<Allotted>,
}

/// A bill number: `B-260804-10000012`: the date on its face and the account's serial.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillNumber(pub String);

impl fmt::Display for BillNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Everything that is printed on a bill: the bill, and the account around it on that day.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Who sends it.
    pub utility: Utility,
    /// The bill.
    pub bill: Bill,
    /// Whose it is.
    pub account: Account,
    /// The language it is written in.
    pub language: Language,
    /// What was owed when the last bill was made, if there was one.
    pub last_bill: Option<LastBill>,
    /// What happened between the last bill and this one, oldest first.
    pub since: Vec<Movement>,
    /// The sum of the last balance and what happened since.
    pub before: Money,
    /// What of `before` is of earlier bills that another account pays and has not on a bill of its own yet.
    pub waits: Money,
    /// What is to be paid: `before` without what waits and the new charges, unless another account pays
    /// these, less what is paid with later parts as agreed; of a bill that sums up others what all of them
    /// come to.
    pub amount_due: Money,
    /// The account that pays the new charges, where one sums them up and they are rolled up to it.
    pub paid_by: Option<AccountNumber>,
    /// Why the new charges differ from the last bill's, if there was one.
    pub why: Option<Why>,
    /// Use by month, oldest first, at most 25 months, for each commodity on the bill.
    pub history: Vec<History>,
    /// What paper says on the day of the bill beside the amounts.
    pub look: Look,
    /// How large it is printed.
    pub print: Print,
    /// The first day without any service, on the last bill of an account.
    pub closing: Option<Date>,
    /// Whether it is of the days so far: service goes on, and its turn bills the rest.
    pub so_far: bool,
    /// What being late costs.
    pub late: LateCharge,
    /// What of it is paid in parts as agreed.
    pub plan: Option<OnPlan>,
    /// Where its code leads to be paid; where nothing is said, to the utility's own page.
    pub pay_at: Option<String>,
    /// The correction whose first page asks for it, together with others: by itself it asks for nothing.
    pub behind: Option<CorrectionId>,
    /// The bill in whose place it stands, if it does: why it differs is said against that.
    pub replaces: Option<BillNumber>,
    /// Whether the credit that a last bill leaves is sent without being asked for.
    pub credit_sent: bool,
    /// What is asked for in place of the new charges, where bills are levelled.
    pub level: Option<OnLevel>,
}

/// How a levelled bill stands on its paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnLevel {
    /// What it asks for in place of its charges.
    pub asked: Money,
    /// That, less its charges.
    pub beside: Money,
    /// What is to be made up of all bills so far; below zero it is the customer's.
    pub later: Money,
    /// When that is done.
    pub settles: Settles,
}

/// When what levelled bills left is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settles {
    /// With this bill.
    Now,
    /// With the bill of about this day.
    On(Date),
    /// A part with each bill.
    Always,
}

/// How a plan by which an account pays in parts stands on a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnPlan {
    /// The part that is due next, from 1.
    pub nth: usize,
    /// How many there are.
    pub of: usize,
    /// The day.
    pub due: Date,
    /// How much.
    pub amount: Money,
    /// What is owed beside the amount due and paid with later parts.
    pub later: Money,
}

/// How large a bill is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Print {
    /// As bills are.
    #[default]
    Normal,
    /// For who sees badly.
    Large,
}

/// The last bill's face.
#[derive(Clone, Debug, PartialEq)]
pub struct LastBill {
    /// Its date.
    pub billed_on: Date,
    /// The account's balance with it.
    pub balance: Money,
}

/// Something that changed what an account owes.
#[derive(Clone, Debug, PartialEq)]
pub struct Movement {
    /// The day it counts from.
    pub on: Date,
    /// What it was.
    pub kind: EntryKind,
    /// What was said about it: a payment's method, for instance.
    pub text: String,
    /// What it added to the balance; negative for a payment.
    pub amount: Money,
    /// What it is for, where it was charged.
    pub charge: Option<ChargeFor>,
}

/// Billed use of one commodity, bill by bill.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The commodity.
    pub commodity: Commodity,
    /// Oldest first; the last is this bill's.
    pub months: Vec<HistoryMonth>,
}

impl History {
    /// A round step for the scale of a chart, in millionths, so that about four lines reach the
    /// highest of its months.
    pub fn step(months: &[HistoryMonth]) -> i64 {
        let most = months.iter().map(|it| it.usage.micro).max().unwrap_or(0);
        let mut step = 10_000;
        loop {
            for round in [step, 2 * step, 5 * step] {
                if most <= 4 * round {
                    return round;
                }
            }
            step *= 10;
        }
    }
}

/// One bar of the chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryMonth {
    /// From the first of its days to the last.
    pub period: Period,
    /// The days of it that are billed, each counted once: services may follow each other, overlap or
    /// leave days between them.
    pub days: i64,
    /// What was used.
    pub usage: Quantity,
    /// Whether any of it was estimated.
    pub estimated: bool,
}

/// The utility, as it writes itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Utility {
    /// `Cedar Fork Utilities`.
    pub name: String,
    /// Where checks go: lines under the name.
    pub remit_to: Vec<String>,
    /// `(555) 010-2000`.
    pub phone: String,
    /// `cedarfork.example.test`.
    pub site: String,
    /// Where its days end, as an IANA name.
    pub zone: String,
    /// What all its amounts are in.
    pub currency: Currency,
    /// Said at the foot of every page, such as `Sample data. Fictional customer and address.`
    pub footer: String,
}

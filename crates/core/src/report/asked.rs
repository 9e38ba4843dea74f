//! What a report is asked for: of which days, counted how, and of what only.

use std::fmt;

use jiff::civil::{Date, date};

use crate::account::CustomerClass;
use crate::id::AccountNumber;
use crate::period::Period;

/// A report there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportKind {
    /// What accounts owe, and what would close them.
    Balances,
    /// What accounts owe by how long it has been due.
    Ageing,
    /// Every account of the general ledger: before, debits, credits, after.
    Ledger,
    /// What stands behind a figure of the general ledger, line by line of the bills.
    Lines,
    /// Revenue by tariff, class, kind of line and month.
    Revenue,
    /// Taxes by authority, name and month.
    Taxes,
    /// The same of franchise fees, whether they are a tax or a rider.
    FranchiseFees,
    /// What is owed of security, account by account.
    Deposits,
    /// What was given up, and had after all.
    WriteOffs,
    /// What was used and not billed.
    Unbilled,
    /// What came in, by tender and day.
    Payments,
    /// What was taken back, waived, settled, given back and moved.
    Adjustments,
}

words! {
    ReportKind {
        Balances = "balances", Ageing = "ageing", Ledger = "ledger", Lines = "lines",
        Revenue = "revenue", Taxes = "taxes", FranchiseFees = "franchise-fees",
        Deposits = "deposits", WriteOffs = "write-offs", Unbilled = "unbilled",
        Payments = "payments", Adjustments = "adjustments",
    }
    Filter { Account = "account", Class = "class", Tariff = "tariff", Line = "line", Gl = "gl" }
}

/// What a report may be narrowed down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// One account.
    Account,
    /// One class of customers.
    Class,
    /// One tariff.
    Tariff,
    /// Lines whose name has this in it.
    Line,
    /// One account of the general ledger.
    Gl,
}

/// Of which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// How it stood at the end of a day.
    On(Date),
    /// What happened in these days.
    In(Period),
}

/// By which of its two dates an entry counts, and what of them is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By the day it counts from, with all that is known.
    Effective,
    /// By the day it counts from, as the journals knew it at the end of this day.
    Known(Date),
    /// By the day whose journal took it.
    Posted,
}

/// A report as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which.
    pub kind: ReportKind,
    /// Of which days.
    pub days: Days,
    /// By which date.
    pub by: By,
    /// Of this account only.
    pub account: Option<AccountNumber>,
    /// Of this class only.
    pub class: Option<CustomerClass>,
    /// Of this tariff only.
    pub tariff: Option<String>,
    /// Of lines whose name has this in it only, in whatever letters.
    pub line: Option<String>,
    /// Of this account of the general ledger only: by its number as the utility's books have it, or by the
    /// name of its role.
    pub gl: Option<String>,
}

impl ReportKind {
    /// Whether it says how something stood on a day, not what happened in some.
    pub fn is_of_a_day(self) -> bool {
        matches!(self, ReportKind::Balances | ReportKind::Ageing | ReportKind::Unbilled)
    }

    /// What it can be narrowed down to. What it cannot be would not be true of its figures.
    pub fn filters(self) -> &'static [Filter] {
        match self {
            ReportKind::Balances
            | ReportKind::Ageing
            | ReportKind::Deposits
            | ReportKind::WriteOffs
            | ReportKind::Unbilled
            | ReportKind::Adjustments => &[Filter::Account, Filter::Class],
            ReportKind::Ledger | ReportKind::Payments => &[],
            ReportKind::Lines => Filter::ALL,
            ReportKind::Revenue | ReportKind::Taxes | ReportKind::FranchiseFees => {
                &[Filter::Class, Filter::Tariff, Filter::Line]
            }
        }
    }
}

impl Asked {
    /// A report of some days with nothing left out.
    pub fn all(kind: ReportKind, days: Days) -> Asked {
        Asked {
            kind,
            days,
            by: By::Effective,
            account: None,
            class: None,
            tariff: None,
            line: None,
            gl: None,
        }
    }

    /// The first day; the first there is where it says how something stood.
    pub fn first(&self) -> Date {
        match self.days {
            Days::On(_) => date(1, 1, 1),
            Days::In(days) => days.start(),
        }
    }

    /// The last day.
    pub fn last(&self) -> Date {
        match self.days {
            Days::On(on) => on,
            Days::In(days) => days.last(),
        }
    }

    /// What it is narrowed down to, in words.
    pub fn narrowed(&self) -> Vec<(Filter, String)> {
        let mut all = Vec::new();
        let mut add = |filter, said: Option<String>| all.extend(said.map(|it| (filter, it)));
        add(Filter::Account, self.account.map(|it| it.to_string()));
        add(Filter::Class, self.class.map(|it| it.to_string()));
        add(Filter::Tariff, self.tariff.clone());
        add(Filter::Line, self.line.clone());
        add(Filter::Gl, self.gl.clone());
        all
    }

    /// Whether what has these is in it. What has no tariff, or no name of a line, is in it only where
    /// none is asked for.
    pub fn has(&self, class: Option<CustomerClass>, tariff: &str, line: &str) -> bool {
        let named = |ours: &String| line.to_lowercase().contains(&ours.to_lowercase());
        (self.class.is_none() || self.class == class)
            && self.tariff.as_ref().is_none_or(|it| it == tariff)
            && self.line.as_ref().is_none_or(named)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Days::On(on) => on.fmt(f),
            Days::In(days) => days.fmt(f),
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::Effective => f.write_str("effective date"),
            By::Known(on) => write!(f, "effective date, as known on {on}"),
            By::Posted => f.write_str("posting date"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_narrowed_down_leaves_out_what_has_something_else() {
        let days = Days::In(Period::month(2026, 2).unwrap());
        let mut asked = Asked::all(ReportKind::Revenue, days);
        let home = Some(CustomerClass::Residential);
        assert!(asked.has(None, "", "") && asked.has(home, "R-1", "Energy"));
        asked.line = Some("FRANCHISE".to_owned());
        assert!(asked.has(home, "R-1", "City franchise fee") && !asked.has(home, "R-1", "Energy"));
        asked.tariff = Some("R-1".to_owned());
        assert!(!asked.has(home, "R-10", "City franchise fee"));
        asked.class = Some(CustomerClass::Commercial);
        assert!(!asked.has(home, "R-1", "City franchise fee"));
        assert_eq!(asked.narrowed().len(), 3);
        assert_eq!((asked.first(), asked.last()), (date(2026, 2, 1), date(2026, 2, 28)));
    }
}

//! Reports of the books: each adds up to the ledger, or there is none.
//!
//! What a report says comes from what is kept beside the ledger: lines of bills, charges, payments,
//! corrections. The ledger is asked for the same sums by its postings alone. Only then is left out what
//! was not asked for.

mod ledger;
mod movement;
mod revenue;
mod standing;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::{Date, date};
use meterbook_core::account::Account;
use meterbook_core::bill::{BillNumber, Utility};
use meterbook_core::id::EntryId;
use meterbook_core::ledger::Gl;
use meterbook_core::ledger::chart::Chart;
use meterbook_core::limits::REPORT_ROWS;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::report::{
    Asked, By, Cell, Column, Days, Filter, Known, Report, ReportKind, Tie,
};
use meterbook_store::report::Scope;
use meterbook_store::report::drill::Drilled;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::authorize;
use crate::{Actor, accrual, refuse};

pub(crate) use ledger::{adjustments_hold, bills_hold, cash_holds};

/// Why there is no report.
#[derive(Debug, PartialEq, Eq)]
pub enum NotReported {
    /// It cannot be narrowed down so.
    NoSuchFilter {
        /// Which report.
        kind: ReportKind,
        /// By what.
        filter: Filter,
    },
    /// It is of a day, and days were said, or the other way around.
    OtherDays {
        /// Which report.
        kind: ReportKind,
    },
    /// How old something is goes by the day it counts from.
    NotByJournal {
        /// Which report.
        kind: ReportKind,
    },
    /// It has to be said of which account of the general ledger.
    OfWhichAccount,
    /// There is no such account.
    NoAccount {
        /// Its number.
        number: String,
    },
    /// There is no such account of the general ledger.
    NoGl {
        /// What was asked for.
        said: String,
        /// The numbers that there are.
        numbers: Vec<String>,
    },
    /// Nothing is billed by such a tariff, nor once under such a code.
    NoTariff {
        /// What was asked for.
        code: String,
    },
    /// It is longer than anybody reads and memory takes.
    TooLong {
        /// Which report.
        kind: ReportKind,
    },
    /// It rates more agreements than anybody waits for on a page.
    TakesLong {
        /// How many.
        agreements: u64,
        /// The day that is asked for.
        on: Date,
    },
    /// It does not add up to the ledger.
    Untied(Tie),
    /// There is no such entry.
    NoEntry {
        /// Its number.
        id: EntryId,
    },
    /// There is no such bill.
    NoBill {
        /// Its number.
        number: String,
    },
}

/// How a report is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Lines of text.
    Csv,
    /// A workbook.
    Xlsx,
}

/// What a part of the report knows of the whole.
struct Of<'a> {
    asked: &'a Asked,
    scope: Scope,
    account: Option<&'a Account>,
    chart: Chart,
}

/// The table of a report, before its head.
struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    ties: Vec<Tie>,
    notes: Vec<String>,
}

/// Refuses what takes longer than anybody waits for a page: a command makes it, and says how far it is.
///
/// # Errors
/// Refused where more agreements are to be rated than that.
pub fn soon(db: &Db, asked: &Asked) -> Result<()> {
    if asked.kind != ReportKind::Unbilled || asked.account.is_some() {
        return Ok(());
    }
    let on = asked.last();
    let agreements = db.read(|tx| store::unbilled::count_at(tx, on))?;
    match agreements <= accrual::WAITED_FOR {
        true => Ok(()),
        false => Err(refuse(NotReported::TakesLong { agreements, on })),
    }
}

/// The report that is asked for. `watch` is told how many agreements were looked at, where each takes
/// rating.
///
/// # Errors
/// Refused where it cannot be asked for so, and where it does not add up to the ledger.
pub fn report(db: &Db, actor: Actor, asked: &Asked, watch: &mut dyn FnMut(u64)) -> Result<Report> {
    possible(asked)?;
    let unbilled = match asked.kind {
        ReportKind::Unbilled if asked.account.is_none() => {
            Some(accrual::accrual(db, actor, asked.last(), watch)?)
        }
        _ => None,
    };
    let report = db.read(|tx| {
        authorize(tx, actor, Permission::ViewCustomer, None)?;
        let (scope, known) = scope(tx, actor, asked)?;
        let account = match asked.account {
            None => None,
            Some(number) => Some(
                store::account::by_number(tx, number)?
                    .ok_or_else(|| refuse(NotReported::NoAccount { number: number.to_string() }))?,
            ),
        };
        if let Some(code) = &asked.tariff
            && !store::report::has_tariff(tx, code)?
        {
            return Err(refuse(NotReported::NoTariff { code: code.clone() }));
        }
        let text = store::journal::chart(tx, asked.last())?.unwrap_or_default();
        let chart = Chart::parse(&text).context("a chart that was kept is one")?;
        let of = Of { asked, scope, account: account.as_ref(), chart };
        let Table { columns, rows, ties, notes } = match asked.kind {
            ReportKind::Balances => standing::balances(tx, &of)?,
            ReportKind::Ageing => standing::ageing(tx, &of)?,
            ReportKind::Unbilled => {
                let rated = match (unbilled, of.account) {
                    (None, Some(account)) => crate::accrual::of_account(tx, account, asked.last())?,
                    (rated, _) => rated.unwrap_or_default(),
                };
                standing::unbilled(&of, &rated)
            }
            ReportKind::Ledger => ledger::totals(tx, &of)?,
            ReportKind::Lines => ledger::lines(tx, &of)?,
            ReportKind::Revenue => revenue::revenue(tx, &of)?,
            ReportKind::Taxes | ReportKind::FranchiseFees => revenue::taxes(tx, &of)?,
            ReportKind::Deposits => movement::deposits(tx, &of)?,
            ReportKind::WriteOffs => movement::write_offs(tx, &of)?,
            ReportKind::Payments => movement::payments(tx, &of)?,
            ReportKind::Adjustments => movement::adjustments(tx, &of)?,
        };
        let Utility { name: utility, currency, .. } = store::utility::get(tx)?;
        Ok(Report { asked: asked.clone(), utility, currency, known, columns, rows, ties, notes })
    })?;
    if REPORT_ROWS < report.rows.len() {
        return Err(refuse(NotReported::TooLong { kind: asked.kind }));
    }
    match report.untied() {
        Some(tie) => Err(refuse(NotReported::Untied(tie.clone()))),
        None => Ok(report),
    }
}

/// A report as a file.
///
/// # Errors
/// Refused where it is longer than such a file can be.
pub fn written(report: &Report, form: Written) -> Result<Vec<u8>> {
    let bytes = match form {
        Written::Csv => meterbook_formats::report::csv(report),
        Written::Xlsx => meterbook_formats::report::xlsx(report),
    };
    bytes.map_err(refuse)
}

/// An entry with its postings and the journal that has it.
pub fn entry(tx: &mut Tx, actor: Actor, id: EntryId) -> Result<Drilled> {
    authorize(tx, actor, Permission::ViewCustomer, None)?;
    let found = store::report::drill::entry(tx, id)?;
    found.ok_or_else(|| refuse(NotReported::NoEntry { id }))
}

/// The entries of a bill: its own, what took it back, what was charged with it.
pub fn of_bill(tx: &mut Tx, actor: Actor, number: &BillNumber) -> Result<Vec<Drilled>> {
    authorize(tx, actor, Permission::ViewCustomer, None)?;
    let found = store::report::drill::of_bill(tx, &number.0)?;
    match found.is_empty() {
        true => Err(refuse(NotReported::NoBill { number: number.0.clone() })),
        false => Ok(found),
    }
}

/// Refuses what cannot be asked for.
fn possible(asked: &Asked) -> Result<()> {
    let kind = asked.kind;
    if kind.is_of_a_day() != matches!(asked.days, Days::On(_)) {
        return Err(refuse(NotReported::OtherDays { kind }));
    }
    let narrowed = asked.narrowed();
    if let Some((filter, _)) = narrowed.iter().find(|it| !kind.filters().contains(&it.0)) {
        return Err(refuse(NotReported::NoSuchFilter { kind, filter: *filter }));
    }
    let by_day = matches!(kind, ReportKind::Ageing | ReportKind::Unbilled | ReportKind::Balances);
    if by_day && asked.by == By::Posted {
        return Err(refuse(NotReported::NotByJournal { kind }));
    }
    if kind == ReportKind::Lines && asked.gl.is_none() {
        return Err(refuse(NotReported::OfWhichAccount));
    }
    Ok(())
}

/// Which entries it is of, and what it so knows.
fn scope(tx: &mut Tx, actor: Actor, asked: &Asked) -> Result<(Scope, Known)> {
    let (first, last) = (asked.first(), asked.last());
    let as_of = match asked.by {
        By::Effective => Date::MAX,
        By::Known(on) => on,
        By::Posted => last,
    };
    let journal = store::report::journal(tx, as_of)?;
    let through = journal.map_or(EntryId(0), |it| it.0.through);
    let closed = Known::Closed {
        journal: journal.map(|it| (it.0.number, it.0.on)),
        through,
        at: journal.map(|it| it.1),
    };
    let none = EntryId(0);
    // What counts from before the days and was closed before anything of them came is not read.
    let settled = store::kept::settled_before(tx, first)?.min(through);
    Ok(match asked.by {
        By::Known(_) => (Scope { first, last, after: settled, through }, closed),
        By::Posted => {
            let before = first.yesterday().unwrap_or(first);
            let after = store::report::journal(tx, before)?.map_or(none, |it| it.0.through);
            (Scope { first: date(1, 1, 1), last: Date::MAX, after, through }, closed)
        }
        By::Effective => {
            let newest = store::report::newest(tx)?;
            let scope = Scope { first, last, after: settled, through: newest };
            if newest == through {
                return Ok((scope, closed));
            }
            let by = match actor.by {
                Some(id) => store::staff::name(tx, id)?,
                None => "the operator".to_owned(),
            };
            (scope, Known::Open { through: newest, by, at: actor.at })
        }
    })
}

/// What the accounts of the general ledger moved by in a scope; debits are above zero.
fn moved(tx: &mut Tx, scope: Scope) -> Result<BTreeMap<Gl, Money>> {
    let totals = store::report::ledger(tx, scope)?;
    Ok(totals.into_iter().map(|it| (it.gl, it.moved())).collect())
}

/// A sum of a report beside that of an account of the general ledger.
fn tie(gl: Gl, report: Money, ledger: &BTreeMap<Gl, Money>) -> Tie {
    let ledger = ledger.get(&gl).copied().unwrap_or_default();
    Tie { of: gl.to_string(), report, ledger }
}

impl fmt::Display for NotReported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotReported::NoSuchFilter { kind, filter } => {
                let takes: Vec<&str> = kind.filters().iter().map(|it| it.word()).collect();
                let takes = if takes.is_empty() { "nothing".to_owned() } else { takes.join(", ") };
                write!(f, "the report {kind} is not narrowed down by {filter}; it takes {takes}")
            }
            NotReported::OtherDays { kind } if kind.is_of_a_day() => {
                write!(f, "the report {kind} says how it stood on a day; say one: --on DAY")
            }
            NotReported::OtherDays { kind } => {
                write!(
                    f,
                    "the report {kind} is of some days; say the first, and the first behind: --from DAY --to DAY"
                )
            }
            NotReported::NotByJournal { kind } => write!(
                f,
                "the report {kind} goes by the day an entry counts from; say what was known then: --known DAY"
            ),
            NotReported::OfWhichAccount => {
                f.write_str("say of which account of the general ledger: --gl NUMBER, such as 4010")
            }
            NotReported::NoAccount { number } => {
                write!(f, "there is no account {number}; find it: meterbook search")
            }
            NotReported::NoGl { said, numbers } => write!(
                f,
                "{said} is no account of the ledger; write one of: {}",
                numbers.join(", ")
            ),
            NotReported::NoTariff { code } => write!(
                f,
                "there is no tariff {code}, and nothing is billed once under it; see: meterbook tariff show CODE"
            ),
            NotReported::TooLong { kind } => write!(
                f,
                "the report {kind} has more than {REPORT_ROWS} rows; ask for fewer days, or narrow it down"
            ),
            NotReported::TakesLong { agreements, on } => write!(
                f,
                "{agreements} agreements would be rated, which takes long; narrow it down to an account, or have it made by: meterbook report unbilled --on {on}"
            ),
            NotReported::Untied(Tie { of, report, ledger }) => write!(
                f,
                "there is no report, as it does not add up: {of} comes to {report}, and the ledger says {ledger}; look for what is wrong: meterbook check"
            ),
            NotReported::NoEntry { id } => write!(
                f,
                "there is no entry {id}; entries stand in a journal: meterbook ledger journal NUMBER"
            ),
            NotReported::NoBill { number } => {
                write!(f, "there is no bill {number} in the ledger; find it: meterbook search")
            }
        }
    }
}

impl std::error::Error for NotReported {}

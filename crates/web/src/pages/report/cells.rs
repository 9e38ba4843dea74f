//! The cells of a report as people read them, and where each leads.

use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::ledger::{EntryKind, Gl};
use meterbook_core::person::Language;
use meterbook_core::report::{By, Cell, Column, Report, ReportKind};

use super::{Typed, words};
use crate::guard::Visitor;
use crate::words::Words;
use crate::{evidence, show};

/// A cell.
#[derive(Clone)]
pub(crate) struct Shown {
    /// What it says.
    pub(crate) text: String,
    /// Where it leads; nowhere when empty.
    pub(crate) link: String,
    /// Whether it is a number.
    pub(crate) number: bool,
}

/// The names of the columns, and whether numbers stand in them.
pub(crate) fn columns(it: &Report, language: Language) -> Vec<(&'static str, bool)> {
    let totals = it.totals();
    let named = it.columns.iter().zip(totals);
    named
        .map(|(column, total)| {
            let number = total != Cell::Nothing || *column == Column::Rate;
            (words::column(*column, language), number)
        })
        .collect()
}

/// What a class of customers is called.
pub(crate) fn class(it: CustomerClass, words: &Words) -> &'static str {
    match it {
        CustomerClass::Residential => words.residential,
        CustomerClass::Commercial => words.commercial,
    }
}

/// The totals below the table.
pub(crate) fn totals(it: &Report) -> Vec<Shown> {
    let shown = |cell: Cell| match cell {
        Cell::Money(amount) => number(show::money(amount)),
        Cell::Count(count) => number(count.to_string()),
        _ => Shown { text: String::new(), link: String::new(), number: false },
    };
    it.totals().into_iter().map(shown).collect()
}

/// A row, each cell with where it leads.
pub(crate) fn row(it: &Report, typed: &Typed, row: &[Cell], visitor: &Visitor) -> Vec<Shown> {
    let behind = behind(it, typed, row);
    let cells = it.columns.iter().zip(row);
    cells
        .map(|(column, cell)| {
            let mut shown = shown(*column, cell, visitor);
            shown.link = match (cell, column) {
                (Cell::Account(number), _) => format!("/accounts/{number}"),
                (Cell::Entry(id), _) => format!("/entries/{id}"),
                (Cell::Text(key), Column::Key) if is_of_bill(it, row) => format!("/bills/{key}"),
                (Cell::Money(_), _) => behind.clone(),
                _ => String::new(),
            };
            shown
        })
        .collect()
}

fn number(text: String) -> Shown {
    Shown { text, link: String::new(), number: true }
}

fn shown(column: Column, cell: &Cell, visitor: &Visitor) -> Shown {
    let language = visitor.language;
    let text = match cell {
        Cell::Money(amount) => return number(show::money(*amount)),
        Cell::Count(count) => return number(count.to_string()),
        Cell::Share(_) => return number(cell.plain()),
        Cell::Class(it) => class(*it, visitor.words()).to_owned(),
        Cell::Gl(it) => words::gl(*it, language).to_owned(),
        Cell::Day(on) => show::day(*on, language),
        Cell::Text(text) => match column {
            Column::Kind | Column::Tender => words::word(text, language),
            Column::Month => month(text, language),
            Column::Why => evidence::said(text, language),
            _ => text.clone(),
        },
        Cell::Nothing | Cell::Account(_) | Cell::Entry(_) => cell.plain(),
    };
    Shown { text, link: String::new(), number: false }
}

/// `2026-02` as people say it.
pub(crate) fn month(text: &str, language: Language) -> String {
    match first_of(text) {
        Some(day) => format!("{} {}", show::month(day, language), day.year()),
        None => text.to_owned(),
    }
}

fn first_of(month: &str) -> Option<Date> {
    format!("{month}-01").parse().ok()
}

/// What a row has in a column.
fn cell<'r>(it: &Report, row: &'r [Cell], column: Column) -> Option<&'r Cell> {
    it.columns.iter().position(|of| *of == column).map(|at| &row[at])
}

fn text(it: &Report, row: &[Cell], column: Column) -> String {
    cell(it, row, column).map_or_else(String::new, Cell::plain)
}

/// Whether the key of a row is a bill's number.
fn is_of_bill(it: &Report, row: &[Cell]) -> bool {
    let kind = text(it, row, Column::Kind);
    [EntryKind::Bill.word(), EntryKind::Cancelled.word()].contains(&kind.as_str())
}

/// The address of what stands behind the amounts of a row; nothing where that is not one account of the
/// general ledger.
fn behind(it: &Report, typed: &Typed, row: &[Cell]) -> String {
    let gl = match it.asked.kind {
        ReportKind::Ledger | ReportKind::Revenue => match cell(it, row, Column::Gl) {
            Some(Cell::Gl(gl)) => *gl,
            _ => return String::new(),
        },
        ReportKind::Taxes => Gl::TaxPayable,
        ReportKind::Payments => Gl::Cash,
        ReportKind::WriteOffs => Gl::BadDebt,
        ReportKind::Deposits => Gl::DepositsHeld,
        _ => return String::new(),
    };
    // A row of the ledger is one of the utility's accounts; of other reports, all of a role.
    let gl = match cell(it, row, Column::GlNumber) {
        Some(Cell::Text(number)) if it.asked.kind == ReportKind::Ledger => number.clone(),
        _ => gl.word().to_owned(),
    };
    let [account, tariff, line, class] =
        [Column::Account, Column::Tariff, Column::Line, Column::Class].map(|at| text(it, row, at));
    let (mut from, mut through) = (typed.from.clone(), typed.through.clone());
    // By the day of a journal, a month is that in which an entry counts, and not that of the journal.
    if it.asked.by != By::Posted {
        if let Some(first) = first_of(&text(it, row, Column::Month)) {
            from = first.max(it.asked.first()).to_string();
            through = first.last_of_month().min(it.asked.last()).to_string();
        }
        if let Some(Cell::Day(on)) = cell(it, row, Column::Day) {
            from = on.to_string();
            through = from.clone();
        }
    }
    let (by, known) = (typed.by.clone(), typed.known.clone());
    let to =
        Typed { from, through, by, known, account, class, tariff, line, gl, on: String::new() };
    to.address("/reports/lines")
}

//! The picture of a report: its amounts by month, day or column, parted by what tells them apart most.

use std::collections::BTreeMap;

use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::report::{Cell, Column, Report, ReportKind};

use super::{cells, words};
use crate::picture::{self, Picture, Sum};
use crate::show;

/// Colours there are; what is beyond them is in the last.
const COLOURS: usize = 5;
/// Bars beyond which nothing is seen.
const BARS: usize = 62;

/// The drawing in both widths and its legend; none where nothing is to be seen.
pub(crate) fn of(it: &Report, language: Language) -> (Vec<Picture>, Vec<(String, String)>) {
    let name = words::called(it.asked.kind, language);
    let parts = match it.asked.kind {
        ReportKind::Balances | ReportKind::Deposits => by_column(it, None, language),
        ReportKind::Ageing => by_column(it, Some(Column::Class), language),
        ReportKind::Ledger => {
            by_cell(it, Column::GlNumber, &[Column::Debits, Column::Credits], language)
        }
        ReportKind::WriteOffs => {
            by_cell(it, Column::Month, &[Column::WrittenOff, Column::Recovered], language)
        }
        ReportKind::Revenue => apart(it, (Column::Month, Column::Gl), Column::Amount, language),
        ReportKind::Taxes | ReportKind::FranchiseFees => {
            apart(it, (Column::Month, Column::Line), Column::Tax, language)
        }
        ReportKind::Payments => apart(it, (Column::Day, Column::Tender), Column::Amount, language),
        ReportKind::Lines => apart(it, (Column::Day, Column::Class), Column::Amount, language),
        ReportKind::Unbilled => by_cell(it, Column::From, &[Column::Amount], language),
        ReportKind::Adjustments => by_cell(it, Column::Kind, &[Column::Amount], language),
    };
    if parts.sums.is_empty()
        || parts.sums.iter().all(|it| it.1.values().all(|it| *it == Money::ZERO))
    {
        return (Vec::new(), Vec::new());
    }
    let class = |nth: usize| format!("p{}", nth.min(COLOURS - 1));
    let sums: Vec<Sum> = parts
        .sums
        .iter()
        .map(|(below, of)| {
            let said = parts.series.iter().enumerate().filter_map(|(nth, name)| {
                let amount = *of.get(&nth)?;
                (amount != Money::ZERO).then(|| format!("{name} {}", show::money(amount)))
            });
            Sum {
                below: below.clone(),
                title: format!("{below}: {}", said.collect::<Vec<_>>().join(", ")),
                parts: of.iter().map(|(nth, amount)| (class(*nth), *amount)).collect(),
            }
        })
        .collect();
    let says = format!("{name}. {}", words::said(language).table_below);
    let legend = parts.series.iter().enumerate().map(|(nth, name)| (class(nth), name.clone()));
    (picture::sums(&sums, &says), legend.collect())
}

/// Amounts by bar, and in each by series.
struct Parts {
    series: Vec<String>,
    sums: Vec<(String, BTreeMap<usize, Money>)>,
}

impl Parts {
    fn new() -> Parts {
        Parts { series: Vec::new(), sums: Vec::new() }
    }

    /// Adds an amount. What comes when there are as many bars as can be seen is in the last one.
    fn add(&mut self, bar: String, series: String, amount: Money) {
        let nth = self.series.iter().position(|it| *it == series);
        let nth = nth.unwrap_or_else(|| {
            self.series.push(series);
            self.series.len() - 1
        });
        let at = self.sums.iter().position(|it| it.0 == bar).unwrap_or_else(|| {
            if self.sums.len() < BARS {
                self.sums.push((bar, BTreeMap::new()));
            }
            self.sums.len() - 1
        });
        *self.sums[at].1.entry(nth).or_default() += amount;
    }
}

/// A bar for each column of amounts.
fn by_column(it: &Report, series: Option<Column>, language: Language) -> Parts {
    let mut parts = Parts::new();
    for row in &it.rows {
        for (column, cell) in it.columns.iter().zip(row) {
            // A sum beside its parts would be seen twice.
            if let (Cell::Money(amount), false) = (cell, *column == Column::Total) {
                let series = series.map_or_else(
                    || words::called(it.asked.kind, language).to_owned(),
                    |of| said(it, row, of, language),
                );
                parts.add(words::column(*column, language).to_owned(), series, *amount);
            }
        }
    }
    parts
}

/// A bar for each thing in a column, with these amounts.
fn by_cell(it: &Report, bar: Column, amounts: &[Column], language: Language) -> Parts {
    let mut parts = Parts::new();
    for row in &it.rows {
        for column in amounts {
            let series = words::column(*column, language).to_owned();
            parts.add(said(it, row, bar, language), series, amount(it, row, *column));
        }
    }
    parts
}

/// A bar for each thing in a column, parted by another.
fn apart(it: &Report, (bar, series): (Column, Column), of: Column, language: Language) -> Parts {
    let mut parts = Parts::new();
    for row in &it.rows {
        let (bar, series) = (said(it, row, bar, language), said(it, row, series, language));
        parts.add(bar, series, amount(it, row, of));
    }
    parts
}

fn at<'r>(it: &Report, row: &'r [Cell], column: Column) -> Option<&'r Cell> {
    it.columns.iter().position(|of| *of == column).map(|at| &row[at])
}

fn amount(it: &Report, row: &[Cell], column: Column) -> Money {
    match at(it, row, column) {
        Some(Cell::Money(amount)) => *amount,
        _ => Money::ZERO,
    }
}

/// What stands in a cell, as it stands under a bar.
fn said(it: &Report, row: &[Cell], column: Column, language: Language) -> String {
    match at(it, row, column) {
        Some(Cell::Gl(gl)) => words::gl(*gl, language).to_owned(),
        Some(Cell::Class(it)) => cells::class(*it, crate::words::words(language)).to_owned(),
        Some(Cell::Day(on)) => format!("{} {}", show::month(*on, language), on.day()),
        Some(Cell::Text(text)) if column == Column::Month => cells::month(text, language),
        Some(Cell::Text(text)) if matches!(column, Column::Kind | Column::Tender) => {
            words::word(text, language)
        }
        Some(Cell::Nothing) | None => "–".to_owned(),
        Some(other) => other.plain(),
    }
}

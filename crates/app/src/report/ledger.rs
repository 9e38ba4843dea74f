//! The general ledger: its accounts in some days, what stands behind one of them, and whether what is kept
//! beside the ledger comes to what it says.

use std::collections::BTreeMap;

use anyhow::Result;
use meterbook_core::id::EntryId;
use meterbook_core::ledger::chart::{Named, Told};
use meterbook_core::ledger::{EntryKind, Gl};
use meterbook_core::limits::REPORT_ROWS;
use meterbook_core::money::Money;
use meterbook_core::report::{Cell, Column, Tie};
use meterbook_store::report::movement::Adjusted;
use meterbook_store::report::revenue::Behind;
use meterbook_store::report::{Scope, Total, drill, movement, revenue};
use meterbook_store::{self as store, Tx};

use super::{NotReported, Of, Table, moved, tie};
use crate::refuse;

/// The accounts that bills, fees and corrections are revenue, tax or expense of.
const BY_LINES: &[Gl] = &[
    Gl::ElectricRevenue,
    Gl::GasRevenue,
    Gl::WaterRevenue,
    Gl::WasteRevenue,
    Gl::FeeRevenue,
    Gl::LateFees,
    Gl::BillingAdjustments,
    Gl::TaxPayable,
    Gl::PurchasedPower,
];

/// Every account of the general ledger: before, debits, credits, after.
pub(super) fn totals(tx: &mut Tx, of: &Of) -> Result<Table> {
    let all = store::report::ledger(tx, of.scope)?;
    let columns = vec![
        Column::Gl,
        Column::GlNumber,
        Column::GlName,
        Column::Fund,
        Column::Opening,
        Column::Debits,
        Column::Credits,
        Column::Closing,
    ];
    let (mut rows, mut debits, mut credits) = (Vec::new(), Money::ZERO, Money::ZERO);
    let mut ties = Vec::new();
    for whole in &all {
        debits += whole.debits;
        credits += whole.credits;
        let parts = match of.chart.parts(whole.gl) {
            true => parted(tx, of, whole.gl)?,
            false => vec![(of.chart.account(whole.gl, Told::default()), *whole)],
        };
        let moved = parts.iter().map(|it| it.1.moved()).sum();
        let closing = parts.iter().map(|it| it.1.closing()).sum::<Money>();
        if (moved, closing) != (whole.moved(), whole.closing()) {
            ties.push(Tie { of: whole.gl.to_string(), report: closing, ledger: whole.closing() });
        }
        for (named, it) in parts {
            let mut row = vec![Cell::Gl(it.gl)];
            row.extend([named.number, named.name, named.fund].map(Cell::Text));
            row.extend([it.opening, it.debits, it.credits, it.closing()].map(Cell::Money));
            rows.push(row);
        }
    }
    ties.push(Tie { of: "debits beside credits".to_owned(), report: debits, ledger: credits });
    Ok(Table { columns, rows, ties, notes: Vec::new() })
}

/// An account of which the utility has several, by its lines, as the journal has them.
fn parted(tx: &mut Tx, of: &Of, gl: Gl) -> Result<Vec<(Named, Total)>> {
    let Scope { first, last, after, through } = of.scope;
    let from_the_first = Scope { after: EntryId(0), first: Scope::ALL.first, last, through };
    let mut parts: BTreeMap<String, (Named, Total)> = BTreeMap::new();
    revenue::behind(tx, from_the_first, gl, |it| {
        let named = of.chart.account(gl, told(&it));
        let none = Total { gl, opening: Money::ZERO, debits: Money::ZERO, credits: Money::ZERO };
        let total = &mut parts.entry(named.number.clone()).or_insert((named, none)).1;
        let before = it.on < first || it.entry <= after;
        match (before, it.amount < Money::ZERO) {
            (true, _) => total.opening += it.amount,
            (false, false) => total.debits += it.amount,
            (false, true) => total.credits += -it.amount,
        }
        Ok(())
    })?;
    Ok(parts.into_values().collect())
}

/// What of a line tells accounts of one role apart.
fn told(it: &Behind) -> Told<'_> {
    match &it.line {
        Some(it) => Told { tariff: Some(&it.tariff), line: Some(&it.label) },
        None => Told::default(),
    }
}

/// What stands behind a figure of the general ledger.
pub(super) fn lines(tx: &mut Tx, of: &Of) -> Result<Table> {
    let said = of.asked.gl.as_deref().unwrap_or_default();
    let wanted = of.chart.called(said).ok_or_else(|| {
        refuse(NotReported::NoGl { said: said.to_owned(), numbers: of.chart.numbers() })
    })?;
    let journals = drill::journals(tx)?;
    let columns = vec![
        Column::Entry,
        Column::Journal,
        Column::Day,
        Column::Kind,
        Column::Key,
        Column::Account,
        Column::Class,
        Column::Tariff,
        Column::Line,
        Column::Place,
        Column::GlNumber,
        Column::Amount,
    ];
    let (mut rows, mut ties, moved) = (Vec::new(), Vec::new(), moved(tx, of.scope)?);
    for gl in wanted.roles.iter().copied() {
        let mut report = Money::ZERO;
        revenue::behind(tx, of.scope, gl, |it| {
            report += it.amount;
            let named = of.chart.account(gl, told(&it));
            let line = it.line.as_ref();
            let (tariff, label) = line.map_or(("", ""), |it| (&it.tariff, &it.label));
            let (number, class) = it.account.unzip();
            let ours = of.account.is_none_or(|of| Some(of.number) == number);
            if !ours || !wanted.has(&named) || !of.asked.has(class, tariff, label) {
                return Ok(());
            }
            // Those behind are not worth their memory any more.
            if REPORT_ROWS < rows.len() {
                return Ok(());
            }
            let at = journals.partition_point(|journal| journal.0 < it.entry);
            rows.push(vec![
                Cell::Entry(it.entry),
                journals.get(at).map_or(Cell::Nothing, |it| Cell::Text(it.1.to_string())),
                it.on.into(),
                Cell::Text(it.happened.to_string()),
                it.key.as_str().into(),
                number.into(),
                class.into(),
                tariff.into(),
                label.into(),
                line.map_or(Cell::Nothing, |it| {
                    Cell::Text(format!("{}.{}", it.place.0 + 1, it.place.1 + 1))
                }),
                Cell::Text(named.number),
                it.amount.into(),
            ]);
            Ok(())
        })?;
        ties.push(tie(gl, report, &moved));
    }
    rows.sort_by_key(|it| match it[0] {
        Cell::Entry(id) => id,
        _ => EntryId(0),
    });
    Ok(Table { columns, rows, ties, notes: Vec::new() })
}

/// What everything charged comes to beside what the ledger says, by its accounts.
pub(super) fn charged(
    charged: &[revenue::Charged],
    ledger: &BTreeMap<Gl, Money>,
    of: &[Gl],
) -> Vec<Tie> {
    let mut sums: BTreeMap<Gl, Money> = BTreeMap::new();
    for it in charged {
        // What is charged is a credit of its account.
        *sums.entry(it.gl).or_default() += -it.amount;
    }
    let used = |gl: &&Gl| sums.contains_key(gl) || ledger.contains_key(gl);
    let sum = |gl: &Gl| tie(*gl, sums.get(gl).copied().unwrap_or_default(), ledger);
    of.iter().filter(used).map(sum).collect()
}

/// What adjustments come to beside what the ledger says, by what happened.
pub(super) fn adjusted(tx: &mut Tx, scope: Scope, rows: &[Adjusted]) -> Result<Vec<Tie>> {
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for it in rows {
        *sums.entry(&it.what).or_default() += it.amount;
    }
    let ledger: BTreeMap<EntryKind, Money> =
        movement::adjusted_by_ledger(tx, scope)?.into_iter().collect();
    let kinds = [
        EntryKind::Cancelled,
        EntryKind::Adjustment,
        EntryKind::Settlement,
        EntryKind::Refund,
        EntryKind::Transfer,
    ];
    let of = |kind: &EntryKind| Tie {
        of: format!("1200 receivable by {kind}"),
        report: sums.get(kind.word()).copied().unwrap_or_default(),
        ledger: ledger.get(kind).copied().unwrap_or_default(),
    };
    let used = |kind: &&EntryKind| sums.contains_key(kind.word()) || ledger.contains_key(kind);
    Ok(kinds.iter().filter(used).map(of).collect())
}

/// What came in beside what the ledger says of cash.
pub(super) fn cash(rows: &[movement::CameIn], ledger: &BTreeMap<Gl, Money>) -> Vec<Tie> {
    vec![tie(Gl::Cash, rows.iter().map(|it| it.amount).sum(), ledger)]
}

/// Lines of bills, fees and corrections come to what the ledger says of each account.
pub(crate) fn bills_hold(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let all = revenue::charged(tx, Scope::ALL)?;
    let ledger = moved(tx, Scope::ALL)?;
    Ok(said(charged(&all, &ledger, BY_LINES)))
}

/// What came in, less what went back, comes to what the ledger says of cash.
pub(crate) fn cash_holds(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let rows = movement::came_in(tx, Scope::ALL)?;
    let ledger = moved(tx, Scope::ALL)?;
    Ok(said(cash(&rows, &ledger)))
}

/// Bills taken back, corrections, settlements, refunds and transfers come to what the ledger says.
pub(crate) fn adjustments_hold(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let rows = movement::adjusted(tx, Scope::ALL)?;
    Ok(said(adjusted(tx, Scope::ALL, &rows)?))
}

fn said(ties: Vec<Tie>) -> (i64, Vec<String>) {
    let many = i64::try_from(ties.len()).unwrap_or(i64::MAX);
    let wrong = ties.into_iter().filter(|it| !it.holds());
    let say =
        |it: Tie| format!("{} comes to {}, and the ledger says {}", it.of, it.report, it.ledger);
    (many, wrong.map(say).collect())
}

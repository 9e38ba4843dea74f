//! Revenue by tariff, class, kind of line and month, and taxes by who they are collected for.

use anyhow::Result;
use meterbook_core::ledger::Gl;
use meterbook_core::ledger::chart::{FRANCHISE, Told};
use meterbook_core::money::Money;
use meterbook_core::rating::ChargeKind;
use meterbook_core::report::{Cell, Column, ReportKind};
use meterbook_store::Tx;
use meterbook_store::report::revenue::{self, Charged, Levied};

use super::{Of, Table, ledger, moved, tie};

/// The accounts that are revenue.
const REVENUE: &[Gl] = &[
    Gl::ElectricRevenue,
    Gl::GasRevenue,
    Gl::WaterRevenue,
    Gl::WasteRevenue,
    Gl::FeeRevenue,
    Gl::LateFees,
    Gl::BillingAdjustments,
];

/// What was charged that is revenue.
pub(super) fn revenue(tx: &mut Tx, of: &Of) -> Result<Table> {
    let mut all = revenue::charged(tx, of.scope)?;
    all.retain(|it| REVENUE.contains(&it.gl));
    let ties = ledger::charged(&all, &moved(tx, of.scope)?, REVENUE);
    all.retain(|it| of.asked.has(Some(it.class), &it.tariff, &it.label));
    let by = |it: &Charged| {
        let Charged { month, gl, kind, tariff, class, label, .. } = it;
        (month.clone(), *gl, kind.clone(), tariff.clone(), class.word(), label.clone())
    };
    all.sort_by_cached_key(by);
    let columns = vec![
        Column::Month,
        Column::Gl,
        Column::Kind,
        Column::Tariff,
        Column::Class,
        Column::Line,
        Column::Amount,
    ];
    let row = |it: Charged| {
        vec![
            Cell::Text(it.month),
            Cell::Gl(it.gl),
            Cell::Text(it.kind),
            it.tariff.as_str().into(),
            it.class.into(),
            it.label.as_str().into(),
            it.amount.into(),
        ]
    };
    Ok(Table { columns, rows: all.into_iter().map(row).collect(), ties, notes: Vec::new() })
}

/// Taxes, or franchise fees, whether those are a tax or a rider.
pub(super) fn taxes(tx: &mut Tx, of: &Of) -> Result<Table> {
    let mut all = revenue::levied(tx, of.scope)?;
    let taxes: Money = all.iter().filter(|it| it.kind == ChargeKind::Tax).map(|it| it.amount).sum();
    let ties = vec![tie(Gl::TaxPayable, -taxes, &moved(tx, of.scope)?)];
    let franchise = of.asked.kind == ReportKind::FranchiseFees;
    all.retain(|it| match franchise {
        true => of.chart.is_franchise(&it.label),
        false => it.kind == ChargeKind::Tax,
    });
    all.retain(|it| of.asked.has(Some(it.class), &it.tariff, &it.label));
    let by = |it: &Levied| {
        let Levied { month, label, tariff, class, share, .. } = it;
        let share = share.map(|it| it.nano);
        (month.clone(), label.clone(), tariff.clone(), class.word(), share)
    };
    all.sort_by_cached_key(by);
    let columns = vec![
        Column::Month,
        Column::GlNumber,
        Column::GlName,
        Column::Kind,
        Column::Line,
        Column::Tariff,
        Column::Class,
        Column::Rate,
        Column::Base,
        Column::Exempt,
        Column::Tax,
    ];
    let row = |it: Levied| {
        // What a rider is revenue of depends on what it is a rider of.
        let told = Told { tariff: Some(&it.tariff), line: Some(&it.label) };
        let tax = it.kind == ChargeKind::Tax;
        let named = tax.then(|| of.chart.account(Gl::TaxPayable, told));
        let (number, name) = named.map(|it| (Cell::Text(it.number), Cell::Text(it.name))).unzip();
        vec![
            Cell::Text(it.month),
            number.unwrap_or(Cell::Nothing),
            name.unwrap_or(Cell::Nothing),
            Cell::Text(it.kind.to_string()),
            it.label.as_str().into(),
            it.tariff.as_str().into(),
            it.class.into(),
            it.share.into(),
            it.base.into(),
            it.exempt.into(),
            it.amount.into(),
        ]
    };
    let notes = match franchise {
        true if of.chart.franchise.is_empty() => {
            vec![format!("what has \"{FRANCHISE}\" in its name, as a tax or as a rider")]
        }
        true => {
            let named = of.chart.franchise.join(", ");
            vec![format!("what the chart of accounts names as a franchise fee: {named}")]
        }
        false => Vec::new(),
    };
    Ok(Table { columns, rows: all.into_iter().map(row).collect(), ties, notes })
}

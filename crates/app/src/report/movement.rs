//! What moves money beside revenue: payments, security, what is given up, what is adjusted.

use anyhow::Result;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::report::{Cell, Column};
use meterbook_store::report::movement::{self, Security};
use meterbook_store::{self as store, Tx};

use super::{Of, Table, ledger, moved, standing, tie};

/// Whether a row of an account is asked for.
fn asked(of: &Of, number: AccountNumber, class: CustomerClass) -> bool {
    of.account.is_none_or(|it| it.number == number) && of.asked.has(Some(class), "", "")
}

/// What came in and went back, by day and tender.
pub(super) fn payments(tx: &mut Tx, of: &Of) -> Result<Table> {
    let all = movement::came_in(tx, of.scope)?;
    let ties = ledger::cash(&all, &moved(tx, of.scope)?);
    let columns = vec![Column::Day, Column::Tender, Column::Kind, Column::Count, Column::Amount];
    let row = |it: &movement::CameIn| {
        vec![
            it.on.into(),
            Cell::Text(it.tender.to_string()),
            Cell::Text(it.happened.to_string()),
            Cell::Count(it.count),
            it.amount.into(),
        ]
    };
    Ok(Table { columns, rows: all.iter().map(row).collect(), ties, notes: Vec::new() })
}

/// What is owed of security, account by account.
pub(super) fn deposits(tx: &mut Tx, of: &Of) -> Result<Table> {
    let all = movement::security(tx, of.scope)?;
    let totals = store::report::ledger(tx, of.scope)?;
    let closing = totals.into_iter().map(|it| (it.gl, it.closing())).collect();
    let sum = |what: fn(&Security) -> Money| -> Money { all.iter().map(what).sum() };
    let ties = vec![
        tie(Gl::DepositsHeld, -sum(Security::closing), &closing),
        tie(Gl::DepositInterest, -sum(Security::interest_closing), &closing),
    ];
    let shown: Vec<&Security> = all.iter().filter(|it| asked(of, it.number, it.class)).collect();
    let ids: Vec<AccountId> = shown.iter().map(|it| it.account).collect();
    let paid = standing::paid(tx, of.scope, &ids)?;
    let columns = vec![
        Column::Account,
        Column::Class,
        Column::Opening,
        Column::Asked,
        Column::Applied,
        Column::Returned,
        Column::Closing,
        Column::Held,
        Column::InterestOpening,
        Column::Earned,
        Column::InterestGiven,
        Column::InterestClosing,
    ];
    let row = |it: &&Security| {
        let mut row = vec![it.number.into(), it.class.into()];
        let amounts = [
            it.opening,
            it.asked,
            it.applied,
            it.returned,
            it.closing(),
            paid.get(&it.account).copied().unwrap_or_default(),
            it.interest_opening,
            it.earned,
            it.given,
            it.interest_closing(),
        ];
        row.extend(amounts.map(Cell::Money));
        row
    };
    Ok(Table { columns, rows: shown.iter().map(row).collect(), ties, notes: Vec::new() })
}

/// What was given up and had after all, by month and account.
pub(super) fn write_offs(tx: &mut Tx, of: &Of) -> Result<Table> {
    let all = movement::given_up(tx, of.scope)?;
    let net: Money = all.iter().map(|it| it.written_off - it.recovered).sum();
    let ties = vec![tie(Gl::BadDebt, net, &moved(tx, of.scope)?)];
    let columns = vec![
        Column::Month,
        Column::Account,
        Column::Class,
        Column::WrittenOff,
        Column::Recovered,
        Column::Net,
    ];
    let rows = all.into_iter().filter(|it| asked(of, it.number, it.class)).map(|it| {
        vec![
            Cell::Text(it.month),
            it.number.into(),
            it.class.into(),
            it.written_off.into(),
            it.recovered.into(),
            (it.written_off - it.recovered).into(),
        ]
    });
    Ok(Table { columns, rows: rows.collect(), ties, notes: Vec::new() })
}

/// What was taken back, waived, settled, given back and moved.
pub(super) fn adjustments(tx: &mut Tx, of: &Of) -> Result<Table> {
    let all = movement::adjusted(tx, of.scope)?;
    let ties = ledger::adjusted(tx, of.scope, &all)?;
    let columns = vec![
        Column::Entry,
        Column::Day,
        Column::Account,
        Column::Class,
        Column::Kind,
        Column::Key,
        Column::Why,
        Column::Amount,
        Column::BilledAnew,
        Column::Net,
    ];
    let rows = all.into_iter().filter(|it| asked(of, it.number, it.class)).map(|it| {
        vec![
            Cell::Entry(it.entry),
            it.on.into(),
            it.number.into(),
            it.class.into(),
            Cell::Text(it.what),
            Cell::Text(it.key),
            it.why.as_str().into(),
            it.amount.into(),
            it.anew.into(),
            (it.amount + it.anew).into(),
        ]
    });
    Ok(Table { columns, rows: rows.collect(), ties, notes: Vec::new() })
}

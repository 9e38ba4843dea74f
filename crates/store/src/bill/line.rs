//! The lines of bills, each with its derivation.

use std::sync::Arc;

use anyhow::Result;
use meterbook_core::id::BillId;
use meterbook_core::money::{Price, Quantity, Rounding, Share, Unit};
use meterbook_core::rating::{Basis, ChargeKind, Line, Rule};

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const LINES: Rows = Rows(
    "bill_line (bill_id, segment, position, label, kind, from_on, to_on, quantity_micro, unit, price_nano, part_days, of_days, base_cents, share_nano, least_cents, charged_cents, rule_tariff, rule_version_on, rule_line, rule_text, rounding, exact_femto, amount_cents)",
);
const OF_BILL: Sql = Sql("
    select segment, label, kind, from_on, to_on, quantity_micro, unit, price_nano, part_days,
           of_days, base_cents, share_nano, least_cents, charged_cents, rule_tariff,
           rule_version_on, rule_line, rule_text, rounding, exact_femto, amount_cents
    from bill_line where bill_id = $1 order by segment, position");

/// Keeps lines, each with its bill, segment and position.
pub(super) fn add<'v>(
    tx: &mut Tx,
    lines: impl Iterator<Item = ([i64; 3], &'v Line)>,
) -> Result<()> {
    tx.bulk(LINES, lines.map(|(key, line)| row(key, line)))
}

/// The lines of a bill in order, each with the number of its segment.
pub(super) fn of_bill(tx: &mut Tx, bill: BillId) -> Result<Vec<(usize, Line)>> {
    tx.many(OF_BILL, [bill.into()], line)
}

fn row([bill, segment, position]: [i64; 3], it: &Line) -> [V<'_>; 23] {
    let (mut quantity, mut price) = (None, None);
    let (mut part, mut share, mut least) = (None, None, None);
    match it.basis {
        Basis::Each(used, each) => (quantity, price) = (Some(used), Some(each)),
        Basis::Part { quantity: used, price: each, days, of } => {
            (quantity, price) = (Some(used), Some(each));
            part = Some((days, of));
        }
        Basis::Share(whole, of_it) => share = Some((whole, of_it)),
        Basis::Shortfall { least: at_least, charged } => least = Some((at_least, charged)),
        // What it comes to is kept as the line's exact amount.
        Basis::Series(used, _) => quantity = Some(used),
        Basis::Amount(_) => {}
    }
    [
        bill.into(),
        segment.into(),
        position.into(),
        V::from(&*it.label),
        it.kind.word().into(),
        it.period.start().into(),
        it.period.end().into(),
        quantity.map(|it| it.micro).into(),
        quantity.map(|it| it.unit.word()).into(),
        price.map(|it| it.nano).into(),
        part.map(|(days, _)| days).into(),
        part.map(|(_, of)| of).into(),
        share.map(|(whole, _)| whole).into(),
        share.map(|(_, share)| share.nano).into(),
        least.map(|(least, _)| least).into(),
        least.map(|(_, charged)| charged).into(),
        V::from(&it.rule.tariff),
        it.rule.version.into(),
        i64::from(it.rule.line).into(),
        V::from(&it.rule.text),
        it.rounding.word().into(),
        it.exact.into(),
        it.amount.into(),
    ]
}

fn line(row: &Row) -> Result<(usize, Line)> {
    let line = Line {
        label: row.text(1)?.into(),
        kind: row.word(2, ChargeKind::from_word)?,
        period: row.period(3)?,
        basis: basis(row)?,
        rule: Arc::new(Rule {
            tariff: row.text(14)?,
            version: row.date(15)?,
            line: row.small(16)?,
            text: row.text(17)?,
        }),
        rounding: row.word(18, Rounding::from_word)?,
        exact: row.exact(19)?,
        amount: row.money(20)?,
    };
    Ok((row.small(0)?, line))
}

fn basis(row: &Row) -> Result<Basis> {
    if let Some(micro) = row.maybe(5, Row::int)? {
        let unit = row.word(6, Unit::from_word)?;
        let quantity = Quantity { micro, unit };
        let Some(nano) = row.maybe(7, Row::int)? else {
            return Ok(Basis::Series(quantity, row.exact(19)?));
        };
        let price = Price { nano, per: unit };
        return Ok(match row.maybe(8, Row::int)? {
            Some(days) => Basis::Part { quantity, price, days, of: row.int(9)? },
            None => Basis::Each(quantity, price),
        });
    }
    if let Some(whole) = row.maybe(10, Row::money)? {
        return Ok(Basis::Share(whole, Share { nano: row.int(11)? }));
    }
    Ok(match row.maybe(12, Row::money)? {
        Some(least) => Basis::Shortfall { least, charged: row.money(13)? },
        None => Basis::Amount(row.money(20)?),
    })
}

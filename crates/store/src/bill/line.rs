//! The lines of bills, each with its derivation.

use std::sync::Arc;

use anyhow::Result;
use meterbook_core::id::BillId;
use meterbook_core::money::{Price, Quantity, Rounding, Share, Unit};
use meterbook_core::rating::{Basis, ChargeKind, Line, Note, Rule, Said};

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const LINES: Rows = Rows(
    "bill_line (bill_id, segment, position, label, spanish, note, kind, from_on, to_on, quantity_micro, unit, price_nano, part_days, of_days, base_cents, share_nano, least_cents, charged_cents, rule_tariff, rule_version_on, rule_line, rule_text, rounding, exact_femto, amount_cents)",
);
const OF_BILL: Sql = Sql("
    select segment, label, note, kind, from_on, to_on, quantity_micro, unit, price_nano, part_days,
           of_days, base_cents, share_nano, least_cents, charged_cents, rule_tariff,
           rule_version_on, rule_line, rule_text, rounding, exact_femto, amount_cents, spanish
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

fn row([bill, segment, position]: [i64; 3], it: &Line) -> [V<'_>; 25] {
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
        it.spanish.as_deref().into(),
        it.note.to_string().into(),
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
    let label = row.text(1)?;
    let (label, note) = match row.maybe(2, |row, column| row.word(column, Note::parse))? {
        Some(note) => (label.as_str(), note),
        // It was kept before there were notes: then the label had the words in it.
        None => Note::behind(&label),
    };
    let line = Line {
        said: Arc::new(Said {
            label: label.into(),
            spanish: row.maybe(22, Row::text)?.map(Into::into),
            rule: Rule {
                tariff: row.text(15)?,
                version: row.date(16)?,
                line: row.small(17)?,
                text: row.text(18)?,
            },
        }),
        note,
        kind: row.word(3, ChargeKind::from_word)?,
        period: row.period(4)?,
        basis: basis(row)?,
        rounding: row.word(19, Rounding::from_word)?,
        exact: row.exact(20)?,
        amount: row.money(21)?,
    };
    Ok((row.small(0)?, line))
}

fn basis(row: &Row) -> Result<Basis> {
    if let Some(micro) = row.maybe(6, Row::int)? {
        let unit = row.word(7, Unit::from_word)?;
        let quantity = Quantity { micro, unit };
        let Some(nano) = row.maybe(8, Row::int)? else {
            return Ok(Basis::Series(quantity, row.exact(20)?));
        };
        let price = Price { nano, per: unit };
        return Ok(match row.maybe(9, Row::int)? {
            Some(days) => Basis::Part { quantity, price, days, of: row.int(10)? },
            None => Basis::Each(quantity, price),
        });
    }
    if let Some(whole) = row.maybe(11, Row::money)? {
        return Ok(Basis::Share(whole, Share { nano: row.int(12)? }));
    }
    Ok(match row.maybe(13, Row::money)? {
        Some(least) => Basis::Shortfall { least, charged: row.money(14)? },
        None => Basis::Amount(row.money(21)?),
    })
}

//! What moves cost: fees as the utility sets them, from a day on.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::moves::{Fee, MoveKind};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const END: Sql = Sql("
    update fee set to_on = $2 where name = $1 and from_on < $2 and to_on is null");
const ADD: Sql = Sql("
    insert into fee (name, act, class, from_on, to_on, amount_cents, label_en, label_es)
    values ($1, $2, $3, $4, null, $5, $6, $7)");
const FOR: Sql = Sql("
    select name, act, class, from_on, to_on, amount_cents, label_en, label_es from fee
    where act = $1 and (class is null or class = $2) and from_on <= $3
      and (to_on is null or $3 < to_on) and 0 < amount_cents
    order by name");
const ALL: Sql = Sql("
    select name, act, class, from_on, to_on, amount_cents, label_en, label_es
    from fee order by name, from_on");

/// Keeps a fee from its first day on; what it was before ends there.
pub fn set(tx: &mut Tx, fee: &Fee) -> Result<()> {
    let Fee { name, act, class, from, to: _, amount, label_en, label_es } = fee;
    tx.exec(END, [name.into(), (*from).into()])?;
    let values = [
        name.into(),
        act.word().into(),
        class.map(|it| it.word()).into(),
        (*from).into(),
        (*amount).into(),
        label_en.into(),
        label_es.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// What a move costs a class of customers on a day.
pub fn of(tx: &mut Tx, act: MoveKind, class: CustomerClass, on: Date) -> Result<Vec<Fee>> {
    tx.many(FOR, [act.word().into(), class.word().into(), on.into()], fee)
}

/// Every fee, with what it was before.
pub fn all(tx: &mut Tx) -> Result<Vec<Fee>> {
    tx.many(ALL, [], fee)
}

fn fee(row: &Row) -> Result<Fee> {
    Ok(Fee {
        name: row.text(0)?,
        act: row.word(1, MoveKind::from_word)?,
        class: row.maybe(2, |row, at| row.word(at, CustomerClass::from_word))?,
        from: row.date(3)?,
        to: row.maybe(4, Row::date)?,
        amount: row.money(5)?,
        label_en: row.text(6)?,
        label_es: row.text(7)?,
    })
}

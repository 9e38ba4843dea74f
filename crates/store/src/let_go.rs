//! What is let go on a day: more than rules let be done, by somebody who counted it, and what one person let
//! go of one account in cents, one sum after the other; and late fees that are stopped.
//! Written once, never changed.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("insert into let_go (what, on_day, many, at) values ($1, $2, $3, $4)");
const OF: Sql = Sql("select many from let_go where what = $1 and on_day = $2 order by many");
const SWITCH: Sql = Sql("
    insert into late_fee_switch (nth, stopped, at, why)
    values ((select coalesce(max(nth), 0) + 1 from late_fee_switch), $1, $2, $3)");
const SWITCHED: Sql = Sql("select stopped, why from late_fee_switch order by nth desc limit 1");

/// Keeps that so many of something are let go on a day. The database refuses the same twice.
pub fn add(tx: &mut Tx, what: &str, on: Date, many: i64, at: Timestamp) -> Result<()> {
    tx.exec(ADD, [what.into(), on.into(), many.into(), at.into()]).map(|_| ())
}

/// How many of something are let go on a day.
pub fn of(tx: &mut Tx, what: &str, on: Date) -> Result<Vec<i64>> {
    tx.many(OF, [what.into(), on.into()], |row| row.int(0))
}

/// Stops late fees, or lets them go on.
pub fn switch_fees(tx: &mut Tx, stop: bool, at: Timestamp, why: &str) -> Result<()> {
    tx.exec(SWITCH, [i64::from(stop).into(), at.into(), why.into()]).map(|_| ())
}

/// Why late fees are stopped, if they are.
pub fn fees_stopped(tx: &mut Tx) -> Result<Option<String>> {
    let last = tx.maybe(SWITCHED, [], |row: &Row| Ok((row.int(0)? != 0, row.text(1)?)))?;
    Ok(last.filter(|it| it.0).map(|it| it.1))
}

//! Whether it flows at a service point: dated, only ever added.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{OrderId, ServicePointId};
use meterbook_core::order::Connected;

use crate::tx::Sql;
use crate::value::Row;
use crate::{Counter, Tx};

const ADD: Sql = Sql("
    insert into connection (id, service_point_id, from_on, state, order_id)
    values ($1, $2, $3, $4, $5)");
const ON: Sql = Sql("
    select state from connection where service_point_id = $1 and from_on <= $2
    order by from_on desc, id desc limit 1");
const OF: Sql = Sql("
    select from_on, state, order_id from connection where service_point_id = $1
    order by from_on, id");

/// One change: from when on, which way, and by which order.
pub type Change = (Date, Connected, Option<OrderId>);

/// Writes down that it flows from a day on, or does not.
pub fn add(
    tx: &mut Tx,
    point: ServicePointId,
    from: Date,
    state: Connected,
    order: Option<OrderId>,
) -> Result<()> {
    let id = tx.next(Counter::Connection, 1)?;
    let values = [id.into(), point.into(), from.into(), state.word().into(), order.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// Whether it flows there on a day; `None` where nobody ever said.
pub fn on(tx: &mut Tx, point: ServicePointId, day: Date) -> Result<Option<Connected>> {
    tx.maybe(ON, [point.into(), day.into()], |row| row.word(0, Connected::from_word))
}

/// Every change at a service point, in order.
pub fn of(tx: &mut Tx, point: ServicePointId) -> Result<Vec<Change>> {
    tx.many(OF, [point.into()], |row| {
        Ok((row.date(0)?, row.word(1, Connected::from_word)?, row.maybe(2, Row::id)?))
    })
}

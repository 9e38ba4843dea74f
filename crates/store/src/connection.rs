//! Whether it flows at a service point: dated, only ever added.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AgreementId, OrderId, ServicePointId};
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

// One that was called off because its payment came back is none.
const OFF: Sql = Sql("
    select g.id, g.service_point_id, w.id from agreement g
    join connection c on c.id = (
        select n.id from connection n
        where n.service_point_id = g.service_point_id and n.from_on <= $2
        order by n.from_on desc, n.id desc limit 1)
    join work_order w on w.id = c.order_id
    where g.account_id = $1 and g.from_on <= $2 and (g.to_on is null or $2 < g.to_on)
      and c.state = 'disconnected' and w.account_id = $1 and w.off_below_cents is not null
      and not exists (
        select 1 from work_order r
        where r.kind = 'reconnect' and r.service_point_id = g.service_point_id and w.id < r.id
          and not exists (
            select 1 from order_step s
            where s.order_id = r.id and s.step = 'cancel' and s.reason = 'not-needed'
              and not exists (select 1 from open_order o where o.order_id = r.id)))
    order by g.id");

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

/// Where an account is served on a day and was cut off for non-payment, by which order, without one since
/// then to connect it again.
pub fn off(
    tx: &mut Tx,
    account: AccountId,
    day: Date,
) -> Result<Vec<(AgreementId, ServicePointId, OrderId)>> {
    tx.many(OFF, [account.into(), day.into()], |row| Ok((row.id(0)?, row.id(1)?, row.id(2)?)))
}

/// Every change at a service point, in order.
pub fn of(tx: &mut Tx, point: ServicePointId) -> Result<Vec<Change>> {
    tx.many(OF, [point.into()], |row| {
        Ok((row.date(0)?, row.word(1, Connected::from_word)?, row.maybe(2, Row::id)?))
    })
}

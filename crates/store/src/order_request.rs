//! What moves ask the field for.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::MoveId;
use meterbook_core::moves::{OrderKind, OrderRequest};

use crate::tx::Sql;
use crate::{Counter, Tx};

const ADD: Sql = Sql("
    insert into order_request
        (id, kind, account_id, service_point_id, wanted_on, move_id, asked_at, withdrawn_at)
    values ($1, $2, $3, $4, $5, $6, $7, null)");
const WITHDRAW: Sql = Sql("
    update order_request set withdrawn_at = $2 where move_id = $1 and withdrawn_at is null");
const OPEN: Sql = Sql("
    select kind, account_id, service_point_id, wanted_on, move_id
    from order_request where withdrawn_at is null order by wanted_on, id limit $1");

/// Keeps what a move asks for.
pub fn add(tx: &mut Tx, request: &OrderRequest, at: Timestamp) -> Result<()> {
    let id = tx.next(Counter::OrderRequest, 1)?;
    let OrderRequest { kind, account, service_point, on, asked_by } = *request;
    let values = [
        id.into(),
        kind.word().into(),
        account.into(),
        service_point.into(),
        on.into(),
        asked_by.into(),
        at.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Takes back everything that a move asked for.
pub fn withdraw(tx: &mut Tx, asked_by: MoveId, at: Timestamp) -> Result<()> {
    tx.exec(WITHDRAW, [asked_by.into(), at.into()]).map(|_| ())
}

/// What is asked for and not taken back, the next day first.
pub fn open(tx: &mut Tx, limit: i64) -> Result<Vec<OrderRequest>> {
    tx.many(OPEN, [limit.into()], |row| {
        Ok(OrderRequest {
            kind: row.word(0, OrderKind::from_word)?,
            account: row.id(1)?,
            service_point: row.id(2)?,
            on: row.date(3)?,
            asked_by: row.id(4)?,
        })
    })
}

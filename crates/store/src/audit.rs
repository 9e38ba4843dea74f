//! Who did what, written in the transaction that did it.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::UserId;

use crate::tx::Sql;
use crate::value::Row;
use crate::{Counter, Tx};

const ADD: Sql = Sql("
    insert into audit (id, staff_id, done_at, act, subject, detail) values ($1, $2, $3, $4, $5, $6)");
const LATEST: Sql = Sql("
    select a.done_at, s.name, a.act, a.subject, a.detail
    from audit a left join staff s on s.id = a.staff_id order by a.id desc limit $1");

/// One act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// When.
    pub at: Timestamp,
    /// The name of the member of staff; `None` for the command line.
    pub by: Option<String>,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// What more there is to say.
    pub detail: String,
}

/// Writes down an act.
pub fn add(
    tx: &mut Tx,
    by: Option<UserId>,
    at: Timestamp,
    act: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    let id = tx.next(Counter::Audit, 1)?;
    let values = [id.into(), by.into(), at.into(), act.into(), subject.into(), detail.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// The last acts, newest first.
pub fn latest(tx: &mut Tx, limit: i64) -> Result<Vec<Done>> {
    tx.many(LATEST, [limit.into()], |row| {
        Ok(Done {
            at: row.instant(0)?,
            by: row.maybe(1, Row::text)?,
            act: row.text(2)?,
            subject: row.text(3)?,
            detail: row.text(4)?,
        })
    })
}

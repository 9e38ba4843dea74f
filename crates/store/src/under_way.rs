//! What takes long and is under way, one of a kind: a row that comes when it begins and goes when it ended.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::UserId;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const BEGIN: Sql = Sql("
    insert into under_way (kind, said, staff_id, begun_at, seen_at) values ($1, $2, $3, $4, $4)
    on conflict (kind) do update set said = $2, staff_id = $3, begun_at = $4, seen_at = $4");
const SEE: Sql = Sql("update under_way set seen_at = $3 where kind = $1 and begun_at = $2");
const END: Sql = Sql("delete from under_way where kind = $1 and begun_at = $2");
const GET: Sql = Sql("
    select said, staff_id, begun_at, seen_at from under_way where kind = $1");

/// Something that was begun and did not end yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Of what it is, such as the day that is closed.
    pub said: String,
    /// Who began it; `None` for whoever has the command line.
    pub by: Option<UserId>,
    /// When.
    pub begun: Timestamp,
    /// When it was seen to go on last.
    pub seen: Timestamp,
}

/// Keeps that something began. What of the kind was begun before is forgotten.
pub fn begin(
    tx: &mut Tx,
    kind: &str,
    said: &str,
    (by, at): (Option<UserId>, Timestamp),
) -> Result<()> {
    tx.exec(BEGIN, [kind.into(), said.into(), by.into(), at.into()]).map(|_| ())
}

/// Keeps that what was begun at an instant goes on at another.
pub fn see(tx: &mut Tx, kind: &str, (begun, seen): (Timestamp, Timestamp)) -> Result<()> {
    tx.exec(SEE, [kind.into(), begun.into(), seen.into()]).map(|_| ())
}

/// Forgets what was begun at an instant.
pub fn end(tx: &mut Tx, kind: &str, begun: Timestamp) -> Result<()> {
    tx.exec(END, [kind.into(), begun.into()]).map(|_| ())
}

/// What of a kind was begun and did not end yet.
pub fn get(tx: &mut Tx, kind: &str) -> Result<Option<UnderWay>> {
    tx.maybe(GET, [kind.into()], |row| {
        let (said, by) = (row.text(0)?, row.maybe(1, Row::id)?);
        Ok(UnderWay { said, by, begun: row.instant(2)?, seen: row.instant(3)? })
    })
}

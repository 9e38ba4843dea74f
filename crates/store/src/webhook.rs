//! What another system was told of bills on their way, and whether it took it.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::delivery::State;
use meterbook_core::id::PieceId;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

// What is on its way or waits is nobody's business outside.
const OPEN: Sql = Sql("
    select e.piece_id, e.position, e.state, e.at, count(c.attempt), max(c.at)
    from piece_event e
    left join webhook_call c on c.piece_id = e.piece_id and c.position = e.position
    where $1 <= e.at and e.state in ('sent', 'delivered', 'bounced')
      and not exists (select 1 from webhook_call t
                      where t.piece_id = e.piece_id and t.position = e.position and t.taken = 1)
    group by e.piece_id, e.position, e.state, e.at
    order by e.at, e.piece_id, e.position limit $2");
const ADD: Sql = Sql("
    insert into webhook_call (piece_id, position, attempt, taken, at, said)
    values ($1, $2, $3, $4, $5, $6)");

/// Something that became of a piece and was not taken yet by who is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// The piece.
    pub piece: PieceId,
    /// The position of the event among the piece's.
    pub position: i64,
    /// What became of it.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// How often it was told.
    pub times: i64,
    /// When it was told last.
    pub told: Option<Timestamp>,
}

/// What became of pieces since `since` and was not taken yet, oldest first.
pub fn open(tx: &mut Tx, since: Timestamp, limit: i64) -> Result<Vec<Untold>> {
    tx.many(OPEN, [since.into(), limit.into()], |row| {
        Ok(Untold {
            piece: row.id(0)?,
            position: row.int(1)?,
            state: row.word(2, State::from_word)?,
            at: row.instant(3)?,
            times: row.int(4)?,
            told: row.maybe(5, Row::instant)?,
        })
    })
}

/// Keeps that it was told, for the time after those before, and whether it was taken.
pub fn add(tx: &mut Tx, it: &Untold, (taken, said): (bool, &str), at: Timestamp) -> Result<()> {
    let attempt = it.times + 1;
    let key = [it.piece.into(), it.position.into(), attempt.into()];
    let [piece, position, attempt] = key;
    let values = [piece, position, attempt, i64::from(taken).into(), at.into(), said.into()];
    tx.exec(ADD, values).map(|_| ())
}

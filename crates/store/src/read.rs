//! Register reads and blocks of interval values: written once; the later one counts.

use anyhow::Result;
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::reads::{Block, Month, Read, ReadKind, pack};

use crate::tx::{Rows, Sql};
use crate::value::Row;
use crate::{Counter, Tx};

pub(crate) const READS: Rows = Rows("read (id, channel_id, read_on, index_micro, kind, batch_id)");
const LATEST: Sql = Sql("
    select channel_id, read_on, index_micro, kind, batch_id from read
    where channel_id = $1 order by read_on desc, id desc limit 8");
const BLOCKS: Rows = Rows("interval_block (channel_id, month, batch_id, bytes)");

const OF: Sql = Sql("
    select channel_id, read_on, index_micro, kind, batch_id
    from read where channel_id = $1 order by read_on, id");

/// The reads of a register, oldest day first; of two for one day, the one learned later comes later.
pub fn of(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Read>> {
    tx.many(OF, [channel.into()], |row| {
        Ok(Read {
            channel: row.id(0)?,
            on: row.date(1)?,
            index_micro: row.int(2)?,
            kind: row.word(3, ReadKind::from_word)?,
            batch: row.maybe(4, Row::id)?,
        })
    })
}

/// Keeps reads, in the order in which they were learned.
pub fn add(tx: &mut Tx, reads: &[Read]) -> Result<()> {
    let first = tx.next(Counter::Read, reads.len())?;
    tx.bulk(
        READS,
        (first..).zip(reads).map(|(id, it)| {
            [
                id.into(),
                it.channel.into(),
                it.on.into(),
                it.index_micro.into(),
                it.kind.word().into(),
                it.batch.into(),
            ]
        }),
    )
}

/// Keeps what one file said of some channels, month by month.
pub fn add_blocks(tx: &mut Tx, batch: BatchId, blocks: &[(ChannelId, Month, Block)]) -> Result<()> {
    let rows = blocks.iter().map(|(channel, month, block)| {
        let bytes = std::borrow::Cow::Owned(pack(block));
        let bytes = crate::value::V::Bytes(bytes);
        [(*channel).into(), month.index().into(), batch.into(), bytes]
    });
    tx.bulk(BLOCKS, rows)
}

/// The last reads of a register, the newest first: one for each of a few days, the one that holds.
pub fn latest(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Read>> {
    let mut reads = tx.many(LATEST, [channel.into()], |row| {
        Ok(Read {
            channel: row.id(0)?,
            on: row.date(1)?,
            index_micro: row.int(2)?,
            kind: row.word(3, ReadKind::from_word)?,
            batch: row.maybe(4, Row::id)?,
        })
    })?;
    reads.dedup_by_key(|it| it.on);
    Ok(reads)
}

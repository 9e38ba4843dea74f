//! Register reads and blocks of interval values: written once; the later one counts.

use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::reads::{Block, Laid, Month, Read, ReadKind, lay, pack, unpack_into};

use crate::bill::Known;
use crate::tx::{Rows, Sql};
use crate::value::Row;
use crate::{Counter, Tx};

pub(crate) const READS: Rows = Rows("read (id, channel_id, read_on, index_micro, kind, batch_id)");
const LATEST: Sql = Sql("
    select channel_id, read_on, index_micro, kind, batch_id from read
    where channel_id = $1 order by read_on desc, id desc limit 8");
const BLOCKS: Rows = Rows("interval_block (channel_id, month, batch_id, bytes)");

const MONTHS: Sql = Sql("
    select channel_id, month, bytes from interval_block
    where channel_id between $1 and $2 and month between $3 and $4 and batch_id <= $5
    order by channel_id, month, batch_id");

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

/// Shows what is known of each channel in each month, channel after channel: the one block there is,
/// or those of several files laid over each other. Nothing is kept in memory, so it goes through all
/// channels of a utility as well as through one.
pub fn each_month(
    tx: &mut Tx,
    channels: RangeInclusive<ChannelId>,
    (first, last): (Month, Month),
    known: Known,
    mut take: impl FnMut(ChannelId, Month, &Block) -> Result<()>,
) -> Result<()> {
    let mut show = |(channel, month): (ChannelId, i64), blocks: &mut [Block]| {
        let said = || format!("the interval values of channel {channel} in month {month}");
        let known = Month::from_index(month).with_context(said)?;
        if let [block] = blocks {
            return take(channel, known, block);
        }
        let all = blocks.iter_mut().map(|it| (0, std::mem::take(it)));
        let laid = lay(all).with_context(said)?;
        let Laid { minutes, phase, values, missing, estimated } = laid;
        take(channel, known, &Block { minutes, phase, values, missing, estimated })
    };
    // Blocks are unpacked into the memory of those before them.
    let (mut key, mut count, mut blocks) = (None, 0, Vec::new());
    let asked = [
        (*channels.start()).into(),
        (*channels.end()).into(),
        first.index().into(),
        last.index().into(),
        known.batch.into(),
    ];
    tx.each(MONTHS, asked, |row| {
        let (channel, month) = (row.id(0)?, row.int(1)?);
        if let Some(before) = key.filter(|it| *it != (channel, month)) {
            show(before, &mut blocks[..count])?;
            count = 0;
        }
        key = Some((channel, month));
        if blocks.len() == count {
            blocks.push(Block::default());
        }
        row.with_bytes(2, |bytes| unpack_into(bytes, &mut blocks[count]))?
            .with_context(|| format!("interval values of channel {channel} in month {month}"))?;
        count += 1;
        Ok(())
    })?;
    key.map_or(Ok(()), |key| show(key, &mut blocks[..count]))
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

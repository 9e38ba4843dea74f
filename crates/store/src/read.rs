//! Register reads and blocks of interval values: written once; the later one counts.

use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use jiff::Timestamp;
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::reads::{Block, Month, Read, ReadKind, Series, pack, unpack_into};

use crate::bill::Known;
use crate::tx::{Rows, Sql};
use crate::value::Row;
use crate::{Counter, Db, Tx, merged};

pub(crate) const READS: Rows = Rows("read (id, channel_id, read_on, index_micro, kind, batch_id)");
const LATEST: Sql = Sql("
    select channel_id, read_on, index_micro, kind, batch_id from read
    where channel_id = $1 order by read_on desc, id desc limit 8");
const BLOCKS: Rows = Rows("interval_block (channel_id, month, batch_id, bytes)");

const MONTHS: Sql = Sql("
    select channel_id, month, batch_id, bytes, case when $5 < last_batch then parts end
    from interval_filed
    where channel_id between $1 and $2 and month between $3 and $4 and batch_id <= $5
    order by channel_id, month, batch_id");
const MONTH: Sql = Sql("
    select bytes, case when $3 < last_batch then parts end from interval_filed
    where channel_id = $1 and month = $2 and batch_id <= $3 order by batch_id");

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

/// What is filed of one channel with one month, in one journey; `None` when nothing is.
pub fn of_month(db: &Db, channel: ChannelId, month: Month, known: Known) -> Result<Option<Series>> {
    let said = || format!("the interval values of channel {channel} in month {}", month.index());
    let mut blocks = Vec::new();
    db.ask(MONTH, [channel.into(), month.index().into(), known.batch.into()], |row| {
        let known = merged::known(row, (0, 1), BatchId(known.batch)).with_context(said)?;
        blocks.extend(known.into_iter().map(|it| (month, it)));
        Ok(())
    })?;
    Series::from_blocks(blocks).with_context(said)
}

/// Shows what is known of each channel in the order of time, channel after channel, in blocks that do
/// not lie over each other: those there are, or where some do, all of the channel laid over each
/// other. Only one channel's are in memory, so it goes through all of a utility as well as through one.
pub fn each_month(
    tx: &mut Tx,
    channels: RangeInclusive<ChannelId>,
    (first, last): (Month, Month),
    known: Known,
    mut take: impl FnMut(ChannelId, Month, &Block) -> Result<()>,
) -> Result<()> {
    // Blocks are unpacked into the memory of those before them.
    let (mut channel, mut count, mut blocks) = (None, 0, Vec::<Filed>::new());
    let asked = [
        (*channels.start()).into(),
        (*channels.end()).into(),
        first.index().into(),
        last.index().into(),
        known.batch.into(),
    ];
    tx.each(MONTHS, asked, |row| {
        let (of, month, batch) = (row.id(0)?, row.int(1)?, row.id(2)?);
        if let Some(before) = channel.replace(of).filter(|it| *it != of) {
            show(before, &mut blocks[..count], &mut take)?;
            count = 0;
        }
        let said = || format!("the interval values of channel {of} in month {month}");
        if !row.is_null(4)? {
            let month = Month::from_index(month).with_context(said)?;
            blocks.truncate(count);
            for block in merged::known(row, (3, 4), BatchId(known.batch)).with_context(said)? {
                blocks.push(Filed { month, batch, block });
                count += 1;
            }
            return Ok(());
        }
        if blocks.len() == count {
            let (month, block) = (Month::of(Timestamp::UNIX_EPOCH), Block::default());
            blocks.push(Filed { month, batch, block });
        }
        let into = &mut blocks[count];
        into.month = Month::from_index(month).with_context(said)?;
        into.batch = batch;
        row.with_bytes(3, |bytes| unpack_into(bytes, &mut into.block))?.with_context(said)?;
        count += 1;
        Ok(())
    })?;
    channel.map_or(Ok(()), |it| show(it, &mut blocks[..count], &mut take))
}

/// A block, with what it is filed under.
struct Filed {
    month: Month,
    batch: BatchId,
    block: Block,
}

impl Filed {
    /// The second at which its first value begins, and that at which its last one ends.
    fn span(&self) -> (i64, i64) {
        let Block { minutes, phase, values, .. } = &self.block;
        let start = self.month.start().as_second() + i64::from(*phase) * 60;
        let count = i64::try_from(values.len()).expect("a month has few values");
        (start, start + count * i64::from(*minutes) * 60)
    }
}

/// Shows the blocks of one channel, which are in the order of their months.
fn show(
    channel: ChannelId,
    blocks: &mut [Filed],
    take: &mut impl FnMut(ChannelId, Month, &Block) -> Result<()>,
) -> Result<()> {
    // One alone is what there mostly is; to ask when it begins would take as long as to add it up.
    if 1 < blocks.len() {
        blocks.sort_by_cached_key(Filed::span);
    }
    let apart = |it: &[Filed]| it[0].span().1 <= it[1].span().0;
    if blocks.windows(2).all(apart) {
        return blocks.iter().try_for_each(|it| take(channel, it.month, &it.block));
    }
    blocks.sort_by_key(|it| it.batch);
    let all = blocks.iter_mut().map(|it| (it.month, std::mem::take(&mut it.block))).collect();
    let laid = Series::from_blocks(all)
        .with_context(|| format!("the interval values of channel {channel}"))?;
    let laid = laid.map_or(Vec::new(), |it| it.into_blocks());
    laid.iter().try_for_each(|(month, block)| take(channel, *month, block))
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

//! Months that came day by day, laid together into one block for each channel.

use anyhow::{Context, Result};
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::reads::merged::{self, Filed, Merged, Source};
use meterbook_core::reads::{Block, Month, Part, pack, pack_parts, unpack, unpack_parts};

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::Row;

// A file that is taken in parts finds what its earlier parts said by their batches, until it is taken
// whole: what came since it began has to wait.
const FROM_BATCH: Sql = Sql("
    select coalesce(cast(min(p.batch_id) as bigint), $1) from large_file f
    join large_file_part p on p.large_file_id = f.id
    where (select max(x.to_byte) from large_file_part x where x.large_file_id = f.id) < f.bytes");
const COUNT: Sql = Sql("
    select count(*) from (
        select b.channel_id from interval_block b where b.month < $1
        group by b.channel_id, b.month
        having max(b.batch_id) < $2 and (1 < count(*) or exists (
            select 1 from interval_month m
            where m.channel_id = b.channel_id and m.month = b.month))) apart");
const WANTING: Sql = Sql("
    select b.channel_id, b.month from interval_block b
    where b.month < $1 and (b.channel_id, b.month) > ($3, $4)
    group by b.channel_id, b.month
    having max(b.batch_id) < $2 and (1 < count(*) or exists (
        select 1 from interval_month m where m.channel_id = b.channel_id and m.month = b.month))
    order by b.channel_id, b.month limit $5");
const FILED: Sql = Sql("
    select month, batch_id, bytes, parts from interval_filed
    where channel_id = $1 and month between $2 and $3 order by month, batch_id");
const ADD: Sql = Sql("
    insert into interval_month (channel_id, month, last_batch, parts, bytes)
    values ($1, $2, $3, $4, $5)");
const GROW: Sql = Sql("
    update interval_month set last_batch = $3, parts = $4, bytes = $5
    where channel_id = $1 and month = $2");
const TAKE: (Sql, Sql) =
    among_ids!("delete from interval_block where channel_id = $2 and month = $3 and batch_id", "");

/// How many months before `before` there are of which a channel has several blocks.
pub fn count(tx: &mut Tx, before: Month) -> Result<u64> {
    let settled = settled(tx)?;
    tx.one(COUNT, [before.index().into(), settled.into()], |row| row.small(0))
}

/// The first of them behind `after`, at most so many. Of some nothing can be merged, because their
/// blocks lie over each other.
pub fn wanting(
    tx: &mut Tx,
    after: Option<(ChannelId, Month)>,
    before: Month,
    most: usize,
) -> Result<Vec<(ChannelId, Month)>> {
    let most = i64::try_from(most).context("so many months")?;
    let (channel, month) = after.map_or((0, i64::MIN), |(it, month)| (it.0, month.index()));
    let settled = settled(tx)?;
    let asked = [before.index().into(), settled.into(), channel.into(), month.into(), most.into()];
    tx.many(WANTING, asked, |row| {
        let month = Month::from_index(row.int(1)?).context("a month that is none")?;
        Ok((row.id(0)?, month))
    })
}

/// The first batch that may not be merged yet.
fn settled(tx: &mut Tx) -> Result<i64> {
    tx.one(FROM_BATCH, [i64::MAX.into()], |row| row.int(0))
}

/// What is filed of a channel with a month and with those beside it.
pub fn around(tx: &mut Tx, channel: ChannelId, month: Month) -> Result<Vec<Filed>> {
    let months = (month.before().index(), month.next().index());
    tx.many(FILED, [channel.into(), months.0.into(), months.1.into()], |row| {
        let month = row.int(0)?;
        let said = || format!("the interval values of channel {channel} in month {month}");
        let block = row.with_bytes(2, unpack)?.with_context(said)?;
        let month = Month::from_index(month).with_context(said)?;
        let source = match row.is_null(3)? {
            true => Source::One(row.id(1)?),
            false => Source::Many(parts(row, 3, block.values.len()).with_context(said)?),
        };
        Ok(Filed { month, source, block })
    })
}

/// Keeps a month of a channel laid together, instead of the blocks that went into it;
/// `again` when it is kept so already.
pub fn keep(tx: &mut Tx, channel: ChannelId, month: Month, it: &Merged, again: bool) -> Result<()> {
    let (parts, bytes) = (pack_parts(&it.parts), pack(&it.block));
    let row = [
        channel.into(),
        month.index().into(),
        it.last.into(),
        parts.as_slice().into(),
        bytes.as_slice().into(),
    ];
    tx.exec(if again { GROW } else { ADD }, row)?;
    let gone = list_of(it.taken.iter().map(|it| it.0));
    let sql = tx.either(TAKE.0, TAKE.1);
    tx.exec(sql, [gone.as_str().into(), channel.into(), month.index().into()]).map(drop)
}

/// What was known when files up to `until` had come of the block in one column; its parts are in
/// another, or nothing is when all of it was.
pub(crate) fn known(
    row: &Row,
    (block, parts): (usize, usize),
    until: BatchId,
) -> Result<Vec<Block>> {
    let whole = row.with_bytes(block, unpack)??;
    if row.is_null(parts)? {
        return Ok(vec![whole]);
    }
    let parts = self::parts(row, parts, whole.values.len())?;
    Ok(merged::known(&whole, &parts, until).into_iter().map(|(_, it)| it).collect())
}

fn parts(row: &Row, column: usize, count: usize) -> Result<Vec<Part>> {
    Ok(row.with_bytes(column, |it| unpack_parts(it, count))??)
}

//! Files too large for one transaction: which parts of them were taken. Each part is a batch.

use std::array::from_fn;

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use meterbook_core::id::{BatchId, ChannelId, LargeFileId};
use meterbook_core::reads::{Block, Month, unpack};

use crate::Tx;
use crate::batch::Reject;
use crate::tx::{Sql, among_ids, list_of};

const ADD: Sql = Sql("
    insert into large_file (id, sha256, file_name, kind, zone, bytes, began_at)
    values ($1, $2, $3, $4, $5, $6, $7)");
const LATEST: Sql = Sql("
    select id, sha256, file_name, kind, zone, bytes, began_at
    from large_file where sha256 = $1 order by id desc limit 1");
const ADD_PART: Sql = Sql("
    insert into large_file_part (large_file_id, position, batch_id, from_byte, to_byte, lines, said)
    values ($1, $2, $3, $4, $5, $6, $7)");
const DONE: Sql = Sql("
    select cast(count(*) as bigint), coalesce(cast(max(p.to_byte) as bigint), 0),
           coalesce(cast(sum(p.lines) as bigint), 0), cast(min(p.batch_id) as bigint),
           coalesce(cast(sum(b.accepted) as bigint), 0), coalesce(cast(sum(b.rejected) as bigint), 0)
    from large_file_part p join batch b on b.id = p.batch_id where p.large_file_id = $1");
const NEXT: Sql = Sql("
    select coalesce(max(position) + 1, 0) from large_file_part where large_file_id = $1");
const SAID: Sql =
    Sql("select said from large_file_part where large_file_id = $1 order by position");
const REJECTS: Sql = Sql("
    select r.line, r.reason, r.text from reject r
    join large_file_part p on p.batch_id = r.batch_id
    where p.large_file_id = $1 order by r.line");
const BLOCKS: (Sql, Sql) = among_ids!(
    "select channel_id, month, bytes from interval_block
     where batch_id in (select batch_id from large_file_part where large_file_id = $2)
       and month between $3 and $4 and channel_id",
    "order by channel_id, batch_id, month"
);

/// A file that is taken in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LargeFile {
    /// Which one.
    pub id: LargeFileId,
    /// The hash of its bytes, unpacked, in hexadecimal.
    pub sha256: String,
    /// What it was called.
    pub file_name: String,
    /// Its shape.
    pub kind: String,
    /// The zone of its times.
    pub zone: String,
    /// Its bytes, unpacked.
    pub bytes: i64,
    /// When its import began.
    pub at: Timestamp,
}

/// One part of it that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The how manieth, from 0.
    pub position: i64,
    /// The batch that it is.
    pub batch: BatchId,
    /// The first byte of it, in the file.
    pub from_byte: i64,
    /// The byte after its last.
    pub to_byte: i64,
    /// Lines that end in it.
    pub lines: i64,
    /// What it says of which channel.
    pub said: Vec<Said>,
}

/// Between when a part says something of a channel, in minutes since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Of which channel.
    pub channel: ChannelId,
    /// The minute at which its first value begins.
    pub from: u32,
    /// The minute at which its last value ends.
    pub to: u32,
}

/// How far the import of a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its parts.
    pub parts: i64,
    /// The byte after the last one; zero before the first.
    pub to_byte: i64,
    /// The lines in them, without the header.
    pub lines: i64,
    /// The first one's batch.
    pub first: Option<BatchId>,
    /// Values that were taken.
    pub accepted: i64,
    /// Lines that were not.
    pub rejected: i64,
}

/// Bytes of one [`Said`].
const SAID_BYTES: usize = 16;

/// Keeps that the import of a file begins.
pub fn add(tx: &mut Tx, file: &LargeFile) -> Result<()> {
    let LargeFile { id, sha256, file_name, kind, zone, bytes, at } = file;
    let values = [
        (*id).into(),
        sha256.into(),
        file_name.into(),
        kind.into(),
        zone.into(),
        (*bytes).into(),
        (*at).into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// The latest import of the file with this hash.
pub fn latest(tx: &mut Tx, sha256: &str) -> Result<Option<LargeFile>> {
    tx.maybe(LATEST, [sha256.into()], |row| {
        Ok(LargeFile {
            id: row.id(0)?,
            sha256: row.text(1)?,
            file_name: row.text(2)?,
            kind: row.text(3)?,
            zone: row.text(4)?,
            bytes: row.int(5)?,
            at: row.instant(6)?,
        })
    })
}

/// Keeps that a part was taken; its batch is kept already.
pub fn add_part(tx: &mut Tx, file: LargeFileId, part: &Part) -> Result<()> {
    let Part { position, batch, from_byte, to_byte, lines, said } = part;
    let bytes: Vec<u8> = said.iter().flat_map(packed).collect();
    let values = [
        file.into(),
        (*position).into(),
        (*batch).into(),
        (*from_byte).into(),
        (*to_byte).into(),
        (*lines).into(),
        crate::value::V::Bytes(bytes.into()),
    ];
    tx.exec(ADD_PART, values).map(|_| ())
}

/// How far the import of a file has come.
pub fn done(tx: &mut Tx, file: LargeFileId) -> Result<Done> {
    tx.one(DONE, [file.into()], |row| {
        Ok(Done {
            parts: row.int(0)?,
            to_byte: row.int(1)?,
            lines: row.int(2)?,
            first: row.maybe(3, crate::value::Row::id)?,
            accepted: row.int(4)?,
            rejected: row.int(5)?,
        })
    })
}

/// The position of the part that comes next.
pub fn next_position(tx: &mut Tx, file: LargeFileId) -> Result<i64> {
    tx.one(NEXT, [file.into()], |row| row.int(0))
}

/// What the parts of a file say of channels, part after part.
pub fn said(tx: &mut Tx, file: LargeFileId) -> Result<Vec<Said>> {
    let mut all = Vec::new();
    tx.each(SAID, [file.into()], |row| {
        let bytes = row.bytes(0)?;
        let (whole, rest) = bytes.as_chunks::<SAID_BYTES>();
        if !rest.is_empty() {
            return Err(anyhow!("what a part of large file {file} says is cut off"));
        }
        all.extend(whole.iter().map(unpacked));
        Ok(())
    })?;
    Ok(all)
}

/// The lines of a file that were not taken, by their numbers in the file.
pub fn rejects(tx: &mut Tx, file: LargeFileId) -> Result<Vec<Reject>> {
    tx.many(REJECTS, [file.into()], |row| {
        Ok(Reject { line: row.int(0)?, reason: row.text(1)?, text: row.text(2)? })
    })
}

/// What the parts of a file said of some channels in some months, the last one in, and around them,
/// in the order of the channels and then of the parts.
pub fn blocks(
    tx: &mut Tx,
    file: LargeFileId,
    channels: &[ChannelId],
    (first, last): (Month, Month),
) -> Result<Vec<(ChannelId, Month, Block)>> {
    let list = list_of(channels.iter().copied());
    let asked =
        [list.into(), file.into(), first.before().index().into(), last.next().index().into()];
    tx.many(tx.either(BLOCKS.0, BLOCKS.1), asked, |row| {
        let (channel, month): (ChannelId, i64) = (row.id(0)?, row.int(1)?);
        let said = || format!("the interval values of channel {channel} in month {month}");
        let month = Month::from_index(month).with_context(said)?;
        let block = unpack(&row.bytes(2)?).map_err(|why| anyhow!("{why}")).with_context(said)?;
        Ok((channel, month, block))
    })
}

fn packed(said: &Said) -> [u8; SAID_BYTES] {
    let mut bytes = [0; SAID_BYTES];
    bytes[..8].copy_from_slice(&said.channel.0.to_le_bytes());
    bytes[8..12].copy_from_slice(&said.from.to_le_bytes());
    bytes[12..].copy_from_slice(&said.to.to_le_bytes());
    bytes
}

fn unpacked(bytes: &[u8; SAID_BYTES]) -> Said {
    let four = |at: usize| u32::from_le_bytes(from_fn(|nth| bytes[at + nth]));
    let channel = ChannelId(i64::from_le_bytes(from_fn(|nth| bytes[nth])));
    Said { channel, from: four(8), to: four(12) }
}

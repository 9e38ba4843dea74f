//! Imported files: kept whole, with what was made of them. Written once, never changed.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::{BatchId, LargeFileId};

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::V;

const ADD: Sql = Sql("
    insert into batch (id, file_name, sha256, kind, accepted, rejected, imported_at, large_file_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8)");
const PARTS: Rows = Rows("batch_part (batch_id, position, bytes)");
const REJECTS: Rows = Rows("reject (batch_id, line, reason, text)");
const BY_HASH: Sql = Sql("
    select id, file_name, sha256, kind, accepted, rejected, imported_at
    from batch where sha256 = $1 and 0 < accepted and large_file_id is null");
const FIND: Sql = Sql("
    select id, file_name, sha256, kind, accepted, rejected, imported_at from batch where id = $1");
const ALL: Sql = Sql("
    select id, file_name, sha256, kind, accepted, rejected, imported_at from batch order by id");
const NEWEST: Sql = Sql("select imported_at from batch order by id desc limit 1");
const BYTES: Sql = Sql("select bytes from batch_part where batch_id = $1 order by position");
const REJECTS_OF: Sql =
    Sql("select line, reason, text from reject where batch_id = $1 order by line");
const COUNT_REJECTS: Sql = Sql("select count(*) from reject where batch_id = $1");

const KEEP_PROFILE: Sql =
    Sql("insert into batch_profile (batch_id, name, text) values ($1, $2, $3)");
const PROFILE: Sql = Sql("select text from batch_profile where batch_id = $1");

/// Bytes in one row: small enough for every driver, large enough to be few.
const PART: usize = 1 << 20;

/// An imported file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Which one.
    pub id: BatchId,
    /// What it was called.
    pub file_name: String,
    /// The hash of its bytes, in hexadecimal: a file of which something was taken cannot be
    /// imported twice.
    pub sha256: String,
    /// Its shape.
    pub kind: String,
    /// Values or reads that were taken.
    pub accepted: i64,
    /// Lines that were not.
    pub rejected: i64,
    /// When.
    pub at: Timestamp,
}

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Its number in the file, from 1.
    pub line: i64,
    /// Why, in a sentence.
    pub reason: String,
    /// The line itself.
    pub text: String,
}

/// Keeps a file: its (compressed) bytes and the lines that were not taken.
pub fn add(tx: &mut Tx, batch: &Batch, bytes: &[u8], rejects: &[Reject]) -> Result<()> {
    insert(tx, batch, None, bytes, rejects)
}

/// Keeps a part of a large file in the same way. The same part may have come with another file.
pub fn add_part(
    tx: &mut Tx,
    (batch, of): (&Batch, LargeFileId),
    bytes: &[u8],
    rejects: &[Reject],
) -> Result<()> {
    insert(tx, batch, Some(of), bytes, rejects)
}

fn insert(
    tx: &mut Tx,
    batch: &Batch,
    of: Option<LargeFileId>,
    bytes: &[u8],
    rejects: &[Reject],
) -> Result<()> {
    let Batch { id, file_name, sha256, kind, accepted, rejected, at } = batch;
    let values = [
        (*id).into(),
        file_name.into(),
        sha256.into(),
        kind.into(),
        (*accepted).into(),
        (*rejected).into(),
        (*at).into(),
        of.into(),
    ];
    tx.exec(ADD, values)?;
    let parts = (0_i64..).zip(bytes.chunks(PART));
    tx.bulk(PARTS, parts.map(|(at, part)| [(*id).into(), at.into(), part.into()]))?;
    tx.bulk(
        REJECTS,
        rejects
            .iter()
            .map(|it| [(*id).into(), it.line.into(), V::from(&it.reason), V::from(&it.text)]),
    )
}

/// The batch in which something was taken of the file with this hash.
pub fn by_hash(tx: &mut Tx, sha256: &str) -> Result<Option<Batch>> {
    tx.maybe(BY_HASH, [sha256.into()], batch)
}

/// One batch, if there is one with this number.
pub fn find(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>> {
    tx.maybe(FIND, [id.into()], batch)
}

/// When the newest batch came.
pub fn newest(tx: &mut Tx) -> Result<Option<Timestamp>> {
    tx.maybe(NEWEST, [], |row| row.instant(0))
}

/// Every batch, oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<Batch>> {
    tx.many(ALL, [], batch)
}

/// The bytes that were kept of a file.
pub fn bytes(tx: &mut Tx, id: BatchId) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    tx.each(BYTES, [id.into()], |row| {
        whole.extend(row.bytes(0)?);
        Ok(())
    })?;
    Ok(whole)
}

/// The lines of a file that were not taken.
pub fn rejects(tx: &mut Tx, id: BatchId) -> Result<Vec<Reject>> {
    tx.many(REJECTS_OF, [id.into()], |row| {
        Ok(Reject { line: row.int(0)?, reason: row.text(1)?, text: row.text(2)? })
    })
}

/// How many lines of a file were not taken.
pub fn count_rejects(tx: &mut Tx, id: BatchId) -> Result<i64> {
    tx.one(COUNT_REJECTS, [id.into()], |row| row.int(0))
}

fn batch(row: &crate::value::Row) -> Result<Batch> {
    Ok(Batch {
        id: row.id(0)?,
        file_name: row.text(1)?,
        sha256: row.text(2)?,
        kind: row.text(3)?,
        accepted: row.int(4)?,
        rejected: row.int(5)?,
        at: row.instant(6)?,
    })
}

/// Keeps the text of the profile that told the layout of a batch's file.
pub fn keep_profile(tx: &mut Tx, batch: BatchId, name: &str, text: &str) -> Result<()> {
    tx.exec(KEEP_PROFILE, [batch.into(), name.into(), text.into()]).map(drop)
}

/// The text of the profile that told the layout of a batch's file, if one did.
pub fn profile(tx: &mut Tx, batch: BatchId) -> Result<Option<String>> {
    tx.maybe(PROFILE, [batch.into()], |row| row.text(0))
}

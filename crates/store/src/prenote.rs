//! Prenotes, which try a mandate before money is taken by it, and what banks asked to have corrected:
//! written once, never changed.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{DebitFileId, DebitId, MandateId};

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::Row;

const ADD: Sql = Sql("
    insert into prenote_file (id, settle_on, made_at, items) values ($1, $2, $3, $4)");
const ITEMS: Rows = Rows("prenote (id, file_id, mandate_id, version)");
const GET: Sql = Sql("select id, settle_on, made_at, items from prenote_file where id = $1");
const ALL: Sql = Sql("select id, settle_on, made_at, items from prenote_file order by id");
const ITEMS_OF: Sql = Sql("
    select id, mandate_id, version from prenote where file_id = $1 order by id");
const FIND: Sql = Sql("select id, mandate_id, version from prenote where id = $1");
const OF_MANDATE: Sql = Sql("
    select p.version, f.settle_on from prenote p join prenote_file f on f.id = p.file_id
    where p.mandate_id = $1 and not exists (
        select 1 from prenote_return r where r.prenote_id = p.id)
    order by p.id");
const RETURNED: Sql = Sql("
    insert into prenote_return (prenote_id, code, returned_on) values ($1, $2, $3)");
const IS_RETURNED: Sql = Sql("select code from prenote_return where prenote_id = $1");
const WRITTEN: Sql = Sql("select sha256 from prenote_written where file_id = $1");
const WRITE: Sql = Sql("insert into prenote_written (file_id, sha256) values ($1, $2)");
const CORRECT: Sql = Sql("
    insert into mandate_correction (sent_id, code, mandate_id, version) values ($1, $2, $3, $4)");
const CORRECTED: Sql = Sql("
    select version from mandate_correction where sent_id = $1 and code = $2");
const CORRECTIONS: Sql = Sql("
    select version from mandate_correction where mandate_id = $1 order by version");

/// A file of prenotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrenoteFile {
    /// Which; numbered with files of debits.
    pub id: DebitFileId,
    /// The day on which it is to settle.
    pub settle: Date,
    /// When it was made.
    pub made: Timestamp,
    /// How many are in it.
    pub items: i64,
}

/// One prenote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prenote {
    /// Which; numbered with debits.
    pub id: DebitId,
    /// The mandate that it tries.
    pub mandate: MandateId,
    /// In which version.
    pub version: i64,
}

/// Keeps a file with its prenotes. The database refuses a version of a mandate that was tried already.
pub fn add(tx: &mut Tx, file: &PrenoteFile, items: &[Prenote]) -> Result<()> {
    let PrenoteFile { id, settle, made, items: many } = file;
    tx.exec(ADD, [(*id).into(), (*settle).into(), (*made).into(), (*many).into()])?;
    tx.bulk(
        ITEMS,
        items.iter().map(|it| [it.id.into(), (*id).into(), it.mandate.into(), it.version.into()]),
    )
}

/// One file, if it is there.
pub fn get(tx: &mut Tx, id: DebitFileId) -> Result<Option<PrenoteFile>> {
    tx.maybe(GET, [id.into()], file)
}

/// Every file, oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<PrenoteFile>> {
    tx.many(ALL, [], file)
}

/// The prenotes of a file, in its order.
pub fn items(tx: &mut Tx, of: DebitFileId) -> Result<Vec<Prenote>> {
    tx.many(ITEMS_OF, [of.into()], prenote)
}

/// One prenote, if it is there.
pub fn find(tx: &mut Tx, id: DebitId) -> Result<Option<Prenote>> {
    tx.maybe(FIND, [id.into()], prenote)
}

/// The versions of a mandate that were tried and did not come back, each with the day on which its
/// prenote was to settle.
pub fn tried(tx: &mut Tx, mandate: MandateId) -> Result<Vec<(i64, Date)>> {
    tx.many(OF_MANDATE, [mandate.into()], |row| Ok((row.int(0)?, row.date(1)?)))
}

/// Keeps that a prenote came back. The database refuses a second time.
pub fn give_back(tx: &mut Tx, id: DebitId, code: &str, on: Date) -> Result<()> {
    tx.exec(RETURNED, [id.into(), code.into(), on.into()]).map(|_| ())
}

/// The code with which a prenote came back, if it did.
pub fn back(tx: &mut Tx, id: DebitId) -> Result<Option<String>> {
    tx.maybe(IS_RETURNED, [id.into()], |row| row.text(0))
}

/// The hash of what was written of a file, if it was.
pub fn written(tx: &mut Tx, id: DebitFileId) -> Result<Option<String>> {
    tx.maybe(WRITTEN, [id.into()], |row| row.text(0))
}

/// Keeps the hash of what was written of a file. The database refuses a second one.
pub fn write(tx: &mut Tx, id: DebitFileId, sha256: &str) -> Result<()> {
    tx.exec(WRITE, [id.into(), sha256.into()]).map(|_| ())
}

/// Keeps which version a correction made that a bank asked for by a debit or a prenote. The database
/// refuses the same one a second time.
pub fn correct(
    tx: &mut Tx,
    (sent, code): (DebitId, &str),
    (mandate, version): (MandateId, i64),
) -> Result<()> {
    tx.exec(CORRECT, [sent.into(), code.into(), mandate.into(), version.into()]).map(|_| ())
}

/// The version that a correction made, if it was made.
pub fn corrected(tx: &mut Tx, (sent, code): (DebitId, &str)) -> Result<Option<i64>> {
    tx.maybe(CORRECTED, [sent.into(), code.into()], |row| row.int(0))
}

/// The versions of a mandate that corrections made.
pub fn corrections(tx: &mut Tx, mandate: MandateId) -> Result<Vec<i64>> {
    tx.many(CORRECTIONS, [mandate.into()], |row| row.int(0))
}

fn prenote(row: &Row) -> Result<Prenote> {
    Ok(Prenote { id: row.id(0)?, mandate: row.id(1)?, version: row.int(2)? })
}

fn file(row: &Row) -> Result<PrenoteFile> {
    let (settle, made, items) = (row.date(1)?, row.instant(2)?, row.int(3)?);
    Ok(PrenoteFile { id: row.id(0)?, settle, made, items })
}

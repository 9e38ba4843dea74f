//! Documents and what they are about; bytes are kept once, and nothing of it is ever changed.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::about::About;
use meterbook_core::document::{Document, Media};
use meterbook_core::id::{DocumentId, UserId};

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::{Row, V};

const HAS_BYTES: Sql = Sql("select 1 from document_bytes where sha256 = $1");
const ADD_BYTES: Sql = Sql("insert into document_bytes (sha256, bytes) values ($1, $2)");
const ADD: Sql = Sql("
    insert into document (id, sha256, media, size_bytes, name, about, about_id, added_at, staff_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
const GET: Sql = Sql("
    select d.id, d.sha256, d.media, d.size_bytes, d.name, d.about, d.about_id, d.added_at,
        d.staff_id, e.why
    from document d left join document_end e on e.document_id = d.id where d.id = $1");
const OF: Sql = Sql("
    select d.id, d.sha256, d.media, d.size_bytes, d.name, d.about, d.about_id, d.added_at,
        d.staff_id, e.why
    from document d left join document_end e on e.document_id = d.id
    where d.about = $1 and d.about_id = $2 order by d.id desc");
const BYTES: Sql = Sql("
    select b.bytes from document d join document_bytes b on b.sha256 = d.sha256 where d.id = $1");
const END: Sql = Sql("
    insert into document_end (document_id, why, ended_at, staff_id) values ($1, $2, $3, $4)");

/// Keeps a document, and its bytes unless they are there.
pub fn add(tx: &mut Tx, it: &Document, bytes: &[u8]) -> Result<()> {
    let there = tx.maybe(HAS_BYTES, [V::from(&it.sha256)], |row| row.int(0))?;
    if there.is_none() {
        tx.exec(ADD_BYTES, [V::from(&it.sha256), bytes.into()])?;
    }
    let values = [
        it.id.into(),
        V::from(&it.sha256),
        it.media.word().into(),
        it.size_bytes.into(),
        V::from(&it.name),
        it.about.word().into(),
        it.about.id().into(),
        it.at.into(),
        it.by.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// One document.
pub fn get(tx: &mut Tx, id: DocumentId) -> Result<Document> {
    tx.maybe(GET, [id.into()], document)?.ok_or_else(|| missing("document", id))
}

/// The documents about something, newest first, also those that were withdrawn.
pub fn of(tx: &mut Tx, about: About) -> Result<Vec<Document>> {
    tx.many(OF, [about.word().into(), about.id().into()], document)
}

/// The bytes of a document.
pub fn bytes(tx: &mut Tx, id: DocumentId) -> Result<Vec<u8>> {
    tx.maybe(BYTES, [id.into()], |row| row.bytes(0))?.ok_or_else(|| missing("document", id))
}

/// Withdraws a document. One that was withdrawn before is a conflict.
pub fn end(
    tx: &mut Tx,
    id: DocumentId,
    why: &str,
    (at, by): (Timestamp, Option<UserId>),
) -> Result<()> {
    tx.exec(END, [id.into(), why.into(), at.into(), by.into()]).map(|_| ())
}

fn document(row: &Row) -> Result<Document> {
    Ok(Document {
        id: row.id(0)?,
        sha256: row.text(1)?,
        media: row.word(2, Media::from_word)?,
        size_bytes: row.int(3)?,
        name: row.text(4)?,
        about: crate::about::read(row, 5)?,
        at: row.instant(7)?,
        by: row.maybe(8, Row::id)?,
        withdrawn: row.maybe(9, Row::text)?,
    })
}

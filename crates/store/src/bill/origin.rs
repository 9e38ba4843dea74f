//! What each segment was made of, so that it can be made again and compared.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::BillId;

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const ORIGINS: Rows = Rows(
    "segment_origin (bill_id, segment, usage_sha256, tariff_sha256, published_sha256, tz_version, engine, through_read, through_batch, through_publication, until_on, through_telling)",
);
const OF_BILL: Sql = Sql("
    select usage_sha256, tariff_sha256, published_sha256, tz_version, engine,
           through_read, through_batch, through_publication, through_telling, until_on
    from segment_origin where bill_id = $1 order by segment");
const KNOWN: Sql = Sql("
    select coalesce((select max(id) from read), 0), coalesce((select max(id) from batch), 0),
           coalesce((select max(id) from (
               select id from publication union all select id from figure) published), 0),
           coalesce((select max(id) from telling), 0)");

/// What one segment was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The hash of the use it prices, in hexadecimal.
    pub usage_sha256: String,
    /// The hashes of the texts of its tariff that were in force, oldest first, and of its riders, with
    /// commas.
    pub tariff_sha256: String,
    /// The hash of what it found published, in hexadecimal; empty when its tariff looks for nothing.
    pub published_sha256: String,
    /// The version of the time zones that say when its days end.
    pub tz_version: String,
    /// The program that made it.
    pub engine: String,
    /// The newest facts it knew.
    pub known: Known,
    /// The first day without service, as it was known; `None` while it went on.
    pub until: Option<Date>,
}

/// How far facts were known: reads, files, what is published and what is told otherwise come in the order
/// of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The newest read.
    pub read: i64,
    /// The newest file.
    pub batch: i64,
    /// The newest publication.
    pub publication: i64,
    /// The newest fact that was told otherwise.
    pub telling: i64,
}

impl Known {
    /// All there is.
    pub const ALL: Known =
        Known { read: i64::MAX, batch: i64::MAX, publication: i64::MAX, telling: i64::MAX };
}

/// How far facts are known now.
pub fn known(tx: &mut Tx) -> Result<Known> {
    tx.one(KNOWN, [], |row| read_known(row, 0))
}

/// Keeps what segments were made of, each with its bill and position.
pub fn add(tx: &mut Tx, origins: &[(BillId, i64, Origin)]) -> Result<()> {
    tx.bulk(
        ORIGINS,
        origins.iter().map(|(bill, segment, it)| {
            [
                (*bill).into(),
                (*segment).into(),
                V::from(&it.usage_sha256),
                V::from(&it.tariff_sha256),
                V::from(&it.published_sha256),
                V::from(&it.tz_version),
                V::from(&it.engine),
                it.known.read.into(),
                it.known.batch.into(),
                it.known.publication.into(),
                it.until.into(),
                it.known.telling.into(),
            ]
        }),
    )
}

/// What the segments of a bill were made of, in their order.
pub fn of_bill(tx: &mut Tx, id: BillId) -> Result<Vec<Origin>> {
    tx.many(OF_BILL, [id.into()], origin)
}

fn origin(row: &Row) -> Result<Origin> {
    Ok(Origin {
        usage_sha256: row.text(0)?,
        tariff_sha256: row.text(1)?,
        published_sha256: row.text(2)?,
        tz_version: row.text(3)?,
        engine: row.text(4)?,
        known: read_known(row, 5)?,
        until: row.maybe(9, Row::date)?,
    })
}

/// How far facts were known, from this column on.
fn read_known(row: &Row, at: usize) -> Result<Known> {
    Ok(Known {
        read: row.int(at)?,
        batch: row.int(at + 1)?,
        publication: row.int(at + 2)?,
        telling: row.int(at + 3)?,
    })
}

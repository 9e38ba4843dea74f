//! The texts of tariffs: written once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{TariffId, TellingId};
use sha2::{Digest, Sha256};

use crate::Tx;
use crate::bill::Known;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into tariff (id, code, from_on, sha256, text) values ($1, $2, $3, $4, $5)");
const VERSION: Sql = Sql("
    select id, code, from_on, text, sha256 from tariff_version
    where code = $1 and from_on = $2 order by telling_id desc limit 1");
// Of several for one day the one that was told last.
const VERSIONS: Sql = Sql("
    select v.id, v.code, v.from_on, v.text, v.sha256 from tariff_version v
    where v.code = $1 and v.telling_id <= $2 and not exists (
        select 1 from tariff_told o
        where o.code = v.code and o.from_on = v.from_on
          and v.telling_id < o.telling_id and o.telling_id <= $2)
    order by v.from_on");
const ALL: Sql = Sql("
    select v.id, v.code, v.from_on, v.text, v.sha256 from tariff_version v
    where not exists (
        select 1 from tariff_told o
        where o.code = v.code and o.from_on = v.from_on and v.telling_id < o.telling_id)
    order by v.code, v.from_on");
const TELL: Sql = Sql("
    insert into tariff_told (id, telling_id, code, from_on, sha256, text)
    values ($1, $2, $3, $4, $5, $6)");

/// One version as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which one.
    pub id: TariffId,
    /// The code of the tariff.
    pub code: String,
    /// The first day it is in force.
    pub from: Date,
    /// The text.
    pub text: String,
    /// The hash of the text as it came, in hexadecimal.
    pub sha256: String,
}

impl Stored {
    /// Whether the text is still the one that was published.
    pub fn is_whole(&self) -> bool {
        hash(&self.text) == self.sha256
    }
}

/// Keeps a version.
pub fn add(tx: &mut Tx, id: TariffId, code: &str, from: Date, text: &str) -> Result<()> {
    tx.exec(ADD, [id.into(), code.into(), from.into(), hash(text).into(), text.into()]).map(|_| ())
}

/// Keeps a version that is told otherwise, or put in.
pub fn tell(
    tx: &mut Tx,
    telling: TellingId,
    (id, code, from): (TariffId, &str, Date),
    text: &str,
) -> Result<()> {
    let values =
        [id.into(), telling.into(), code.into(), from.into(), hash(text).into(), text.into()];
    tx.exec(TELL, values).map(|_| ())
}

/// The version that begins on this day, if there is one.
pub fn version(tx: &mut Tx, code: &str, from: Date) -> Result<Option<Stored>> {
    tx.maybe(VERSION, [code.into(), from.into()], stored)
}

/// The versions of a tariff, oldest first.
pub fn versions(tx: &mut Tx, code: &str) -> Result<Vec<Stored>> {
    versions_as_of(tx, code, Known::ALL)
}

/// The versions of a tariff as they were believed to be when so much was known, oldest first.
pub fn versions_as_of(tx: &mut Tx, code: &str, known: Known) -> Result<Vec<Stored>> {
    tx.many(VERSIONS, [code.into(), known.telling.into()], stored)
}

/// Every version of every tariff.
pub fn all(tx: &mut Tx) -> Result<Vec<Stored>> {
    tx.many(ALL, [], stored)
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn stored(row: &Row) -> Result<Stored> {
    Ok(Stored {
        id: row.id(0)?,
        code: row.text(1)?,
        from: row.date(2)?,
        text: row.text(3)?,
        sha256: row.text(4)?,
    })
}

//! The texts of tariffs: written once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::TariffId;
use sha2::{Digest, Sha256};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into tariff (id, code, from_on, sha256, text) values ($1, $2, $3, $4, $5)");
const VERSION: Sql = Sql("
    select id, code, from_on, text, sha256 from tariff where code = $1 and from_on = $2");
const VERSIONS: Sql = Sql("
    select id, code, from_on, text, sha256 from tariff where code = $1 order by from_on");
const ALL: Sql = Sql("select id, code, from_on, text, sha256 from tariff order by code, from_on");

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

/// The version that begins on this day, if there is one.
pub fn version(tx: &mut Tx, code: &str, from: Date) -> Result<Option<Stored>> {
    tx.maybe(VERSION, [code.into(), from.into()], stored)
}

/// The versions of a tariff, oldest first.
pub fn versions(tx: &mut Tx, code: &str) -> Result<Vec<Stored>> {
    tx.many(VERSIONS, [code.into()], stored)
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

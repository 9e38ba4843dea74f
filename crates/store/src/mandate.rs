//! Mandates with their versions and ends: written once, never changed. What is sealed stays sealed here.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::debit::{Collects, Mandate, Scheme, Terms};
use meterbook_core::id::{AccountId, MandateId};

use crate::Tx;
use crate::tx::Sql;
use crate::value::{Row, V};

const ADD: Sql = Sql(
    "
    insert into mandate (id, account_id, scheme, signed_on, agreed_at) values ($1, $2, $3, $4, $5)",
);
const VERSION: Sql = Sql("
    insert into mandate_version
        (mandate_id, version, from_on, holder, collects, most_cents, sealed, hash, tail, why)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
const END: Sql = Sql("insert into mandate_end (mandate_id, ended_on, why) values ($1, $2, $3)");
const OF_ACCOUNT: Sql = Sql("
    select m.id, m.account_id, m.scheme, m.signed_on, v.version, v.from_on, v.holder, v.collects,
           v.most_cents, v.tail, e.ended_on
    from mandate m join mandate_version v on v.mandate_id = m.id
    left join mandate_end e on e.mandate_id = m.id
    where m.account_id = $1 order by m.id, v.version");
const GET: Sql = Sql("
    select m.id, m.account_id, m.scheme, m.signed_on, v.version, v.from_on, v.holder, v.collects,
           v.most_cents, v.tail, e.ended_on
    from mandate m join mandate_version v on v.mandate_id = m.id
    left join mandate_end e on e.mandate_id = m.id
    where m.id = $1 and v.version = $2");
const NEWEST: Sql = Sql("
    select m.id, m.account_id, m.scheme, m.signed_on, v.version, v.from_on, v.holder, v.collects,
           v.most_cents, v.tail, e.ended_on
    from mandate m join mandate_version v on v.mandate_id = m.id
    left join mandate_end e on e.mandate_id = m.id
    where m.id = $1 order by v.version desc limit 1");
const BY_HASH: Sql = Sql("
    select distinct m.account_id
    from mandate_version v join mandate m on m.id = v.mandate_id
    where v.hash = $1 order by 1");
const SEALED: Sql = Sql("
    select sealed, hash from mandate_version where mandate_id = $1 and version = $2");
const ALL_SEALED: Sql = Sql("
    select mandate_id, version, sealed, hash from mandate_version order by mandate_id, version");
const ANY: Sql = Sql("select mandate_id, version from mandate_version order by mandate_id limit 1");

/// A bank number as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What only the key opens.
    pub bytes: Vec<u8>,
    /// By what the same number is found again, without opening any.
    pub hash: String,
}

/// Keeps a mandate that was agreed to, without a version.
pub fn add(tx: &mut Tx, it: &Mandate, at: Timestamp) -> Result<()> {
    let Mandate { id, account, scheme, signed, .. } = it;
    let values =
        [(*id).into(), (*account).into(), scheme.word().into(), (*signed).into(), at.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// Keeps a version of a mandate. The database refuses the same version twice.
pub fn add_version(tx: &mut Tx, it: &Mandate, sealed: &Sealed, why: &str) -> Result<()> {
    let Terms { from, holder, collects, most } = &it.terms;
    let values = [
        it.id.into(),
        it.version.into(),
        (*from).into(),
        holder.into(),
        V::from(collects.to_string()),
        (*most).into(),
        sealed.bytes.as_slice().into(),
        V::from(&sealed.hash),
        V::from(&it.tail),
        why.into(),
    ];
    tx.exec(VERSION, values).map(|_| ())
}

/// Ends a mandate. The database refuses a second time.
pub fn end(tx: &mut Tx, id: MandateId, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [id.into(), on.into(), why.into()]).map(|_| ())
}

/// Every version of the mandates of an account, oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Mandate>> {
    tx.many(OF_ACCOUNT, [account.into()], mandate)
}

/// A version of a mandate, if there is such a one.
pub fn get(tx: &mut Tx, id: MandateId, version: i64) -> Result<Option<Mandate>> {
    tx.maybe(GET, [id.into(), version.into()], mandate)
}

/// The newest version of a mandate, if there is such a one.
pub fn newest(tx: &mut Tx, id: MandateId) -> Result<Option<Mandate>> {
    tx.maybe(NEWEST, [id.into()], mandate)
}

/// The accounts whose mandates have or had a number, by its hash.
pub fn by_hash(tx: &mut Tx, hash: &str) -> Result<Vec<AccountId>> {
    tx.many(BY_HASH, [hash.into()], |row| row.id(0))
}

/// The number of one version, as it is kept.
pub fn sealed(tx: &mut Tx, id: MandateId, version: i64) -> Result<Sealed> {
    tx.one(SEALED, [id.into(), version.into()], |row| {
        Ok(Sealed { bytes: row.bytes(0)?, hash: row.text(1)? })
    })
}

/// Every number, as it is kept.
pub fn all_sealed(tx: &mut Tx) -> Result<Vec<(MandateId, i64, Sealed)>> {
    tx.many(ALL_SEALED, [], |row| {
        let sealed = Sealed { bytes: row.bytes(2)?, hash: row.text(3)? };
        Ok((row.id(0)?, row.int(1)?, sealed))
    })
}

/// One version that has a number, if there is any.
pub fn any(tx: &mut Tx) -> Result<Option<(MandateId, i64)>> {
    tx.maybe(ANY, [], |row| Ok((row.id(0)?, row.int(1)?)))
}

fn mandate(row: &Row) -> Result<Mandate> {
    Ok(Mandate {
        id: row.id(0)?,
        account: row.id(1)?,
        scheme: row.word(2, Scheme::from_word)?,
        signed: row.date(3)?,
        version: row.int(4)?,
        terms: Terms {
            from: row.date(5)?,
            holder: row.text(6)?,
            collects: row.word(7, |text| Collects::parse(text).ok())?,
            most: row.maybe(8, Row::money)?,
        },
        tail: row.text(9)?,
        ended: row.maybe(10, Row::date)?,
    })
}

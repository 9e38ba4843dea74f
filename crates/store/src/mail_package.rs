//! Packages for the mail house: what is in each, and the hash of what was made of it.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::{PackageId, PieceId, UserId};
use meterbook_core::period::Period;

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into mail_package (id, billed_from_on, billed_to_on, began_at, staff_id)
    values ($1, $2, $3, $4, $5)");
const PIECES: Rows = Rows("mail_package_piece (package_id, sequence, piece_id, position)");
const GET: Sql = Sql("
    select m.id, m.billed_from_on, m.billed_to_on, m.began_at, e.sha256, e.pages
    from mail_package m left join mail_package_end e on e.package_id = m.id where m.id = $1");
const ALL: Sql = Sql("
    select m.id, m.billed_from_on, m.billed_to_on, m.began_at, e.sha256, e.pages
    from mail_package m left join mail_package_end e on e.package_id = m.id
    order by m.id desc limit $1");
const OPEN: Sql = Sql("
    select m.id from mail_package m
    where m.billed_from_on = $1 and m.billed_to_on = $2
      and not exists (select 1 from mail_package_end e where e.package_id = m.id)
    order by m.id limit 1");
const OF: Sql = Sql("
    select sequence, piece_id, position from mail_package_piece where package_id = $1 order by sequence");
const AT: Sql =
    Sql("select piece_id from mail_package_piece where package_id = $1 and sequence = $2");
const END: Sql = Sql("
    insert into mail_package_end (package_id, sha256, pages, ended_at) values ($1, $2, $3, $4)");

/// A package as it was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Which one.
    pub id: PackageId,
    /// The days of the bills in it.
    pub billed: Period,
    /// When it was begun.
    pub began_at: Timestamp,
    /// The hash of its manifest and its pages, once it stands whole.
    pub made: Option<(String, i64)>,
}

/// Keeps a package with its pieces in their order, each with the event that put it there.
pub fn add(tx: &mut Tx, it: &Package, by: Option<UserId>, pieces: &[(PieceId, i64)]) -> Result<()> {
    let by = by.map_or(V::Null, V::from);
    let (from, to) = (it.billed.start(), it.billed.end());
    tx.exec(ADD, [it.id.into(), from.into(), to.into(), it.began_at.into(), by])?;
    let rows = pieces.iter().zip(1_i64..);
    tx.bulk(
        PIECES,
        rows.map(|((piece, position), nth)| {
            [it.id.into(), nth.into(), (*piece).into(), (*position).into()]
        }),
    )
}

/// The package with this id, if there is one.
pub fn find(tx: &mut Tx, id: PackageId) -> Result<Option<Package>> {
    tx.maybe(GET, [id.into()], package)
}

/// The newest packages.
pub fn newest(tx: &mut Tx, limit: i64) -> Result<Vec<Package>> {
    tx.many(ALL, [limit.into()], package)
}

/// The package of these days that was begun and does not stand whole, if there is one.
pub fn open(tx: &mut Tx, billed: Period) -> Result<Option<PackageId>> {
    tx.maybe(OPEN, [billed.start().into(), billed.end().into()], |row| row.id(0))
}

/// The pieces in a package, in their order, each with its place from 1 and the position of the event
/// that put it there.
pub fn pieces(tx: &mut Tx, id: PackageId) -> Result<Vec<(i64, PieceId, i64)>> {
    tx.many(OF, [id.into()], |row| Ok((row.int(0)?, row.id(1)?, row.int(2)?)))
}

/// The piece at a place in a package, if there is one.
pub fn piece_at(tx: &mut Tx, id: PackageId, sequence: i64) -> Result<Option<PieceId>> {
    tx.maybe(AT, [id.into(), sequence.into()], |row| row.id(0))
}

/// Keeps that a package stands whole. It does once.
pub fn end(tx: &mut Tx, id: PackageId, made: (&str, i64), at: Timestamp) -> Result<()> {
    tx.exec(END, [id.into(), made.0.into(), made.1.into(), at.into()]).map(|_| ())
}

fn package(row: &Row) -> Result<Package> {
    let made = |row: &Row, _| Ok((row.text(4)?, row.int(5)?));
    Ok(Package {
        id: row.id(0)?,
        billed: row.period(1)?,
        began_at: row.instant(3)?,
        made: row.maybe(4, made)?,
    })
}

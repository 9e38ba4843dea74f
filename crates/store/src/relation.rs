//! Which service points the use of others is made of.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::ServicePointId;
use meterbook_core::money::Share;
use meterbook_core::reads::relation::{Relation, RelationKind};

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::Row;

const ADD: Sql = Sql("
    insert into point_relation (point_id, part_id, kind, share_nano, from_on, to_on)
    values ($1, $2, $3, $4, $5, $6)");
const END: Sql = Sql("
    update point_relation set to_on = $3
    where point_id = $1 and part_id = $2 and from_on < $3 and (to_on is null or $3 < to_on)");
const ALL: Sql = Sql("
    select point_id, part_id, kind, share_nano, from_on, to_on from point_relation
    order by point_id, part_id, from_on");
const OF: (Sql, Sql) = among_ids!(
    "select point_id, part_id, kind, share_nano, from_on, to_on from point_relation where point_id",
    "order by point_id, part_id, from_on"
);

/// Keeps a relation.
pub fn add(tx: &mut Tx, it: &Relation) -> Result<()> {
    let values = [
        it.point.into(),
        it.part.into(),
        it.kind.word().into(),
        it.share.nano.into(),
        it.from.into(),
        it.to.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Ends a relation on the first day without it; `false` when none holds on the day before.
pub fn end(tx: &mut Tx, point: ServicePointId, part: ServicePointId, on: Date) -> Result<bool> {
    Ok(0 < tx.exec(END, [point.into(), part.into(), on.into()])?)
}

/// Every relation there is: few points have any, and a circle may go through all of them.
pub fn all(tx: &mut Tx) -> Result<Vec<Relation>> {
    tx.many(ALL, [], relation)
}

/// The relations of these points to their parts.
pub fn of(tx: &mut Tx, points: impl Iterator<Item = ServicePointId>) -> Result<Vec<Relation>> {
    let sql = tx.either(OF.0, OF.1);
    let list = list_of(points);
    tx.many(sql, [list.into()], relation)
}

fn relation(row: &Row) -> Result<Relation> {
    Ok(Relation {
        point: row.id(0)?,
        part: row.id(1)?,
        kind: row.word(2, RelationKind::from_word)?,
        share: Share { nano: row.int(3)? },
        from: row.date(4)?,
        to: row.maybe(5, Row::date)?,
    })
}

//! Figures by date that use is measured with, and under which names service points look for them.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::figure::{Figure, FigureKind, Looks};
use meterbook_core::id::{PublicationId, ServicePointId};

use crate::Tx;
use crate::bill::Known;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into figure (id, kind, name, held_on, micro) values ($1, $2, $3, $4, $5)");
const UNDER: Sql = Sql("
    select kind, name, held_on, micro from figure
    where kind = $1 and name = $2 and held_on < $3 and id <= $4 order by held_on, id");
const LOOK: Sql = Sql("
    insert into point_figure (point_id, kind, name, from_on, to_on) values ($1, $2, $3, $4, $5)");
const END: Sql = Sql("
    update point_figure set to_on = $3
    where point_id = $1 and kind = $2 and from_on < $3 and (to_on is null or $3 < to_on)");
const LOOKS: (Sql, Sql) = among_ids!(
    "select point_id, kind, name, from_on, to_on from point_figure where point_id",
    "order by point_id, kind, from_on"
);

/// Keeps a figure. Its id is counted with those of what is published.
pub fn add(tx: &mut Tx, id: PublicationId, it: &Figure) -> Result<()> {
    let values =
        [id.into(), it.kind.word().into(), V::from(&it.name), it.on.into(), it.micro.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// The figures under a name for days before `to`, in the order of their days, as they were known.
pub fn under(
    tx: &mut Tx,
    kind: FigureKind,
    name: &str,
    to: Date,
    known: Known,
) -> Result<Vec<Figure>> {
    let mut all: Vec<Figure> = Vec::new();
    let asked = [kind.word().into(), name.into(), to.into(), known.publication.into()];
    tx.each(UNDER, asked, |row| {
        let kind = row.word(0, FigureKind::from_word)?;
        let it = Figure { kind, name: row.text(1)?, on: row.date(2)?, micro: row.int(3)? };
        match all.last_mut().filter(|last| last.on == it.on) {
            Some(last) => *last = it,
            None => all.push(it),
        }
        Ok(())
    })?;
    Ok(all)
}

/// Keeps where a service point looks.
pub fn look(tx: &mut Tx, it: &Looks) -> Result<()> {
    let values =
        [it.point.into(), it.kind.word().into(), V::from(&it.name), it.from.into(), it.to.into()];
    tx.exec(LOOK, values).map(|_| ())
}

/// Ends where a service point looks for a kind.
pub fn end(tx: &mut Tx, point: ServicePointId, kind: FigureKind, on: Date) -> Result<bool> {
    Ok(0 < tx.exec(END, [point.into(), kind.word().into(), on.into()])?)
}

/// Where these service points look.
pub fn looks(tx: &mut Tx, points: impl Iterator<Item = ServicePointId>) -> Result<Vec<Looks>> {
    let sql = tx.either(LOOKS.0, LOOKS.1);
    let list = list_of(points);
    tx.many(sql, [list.into()], |row| {
        Ok(Looks {
            point: row.id(0)?,
            kind: row.word(1, FigureKind::from_word)?,
            name: row.text(2)?,
            from: row.date(3)?,
            to: row.maybe(4, Row::date)?,
        })
    })
}

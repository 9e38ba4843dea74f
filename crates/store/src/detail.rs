//! What more is known of people, premises and service points, each in a table of its own.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::id::DetailId;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

/// The texts of one table.
struct Table {
    add: Sql,
    of: Sql,
    end: Sql,
}

const PERSON: Table = Table {
    add: Sql("
        insert into person_detail (id, person_id, kind, value, from_on, to_on)
        values ($1, $2, $3, $4, $5, $6)"),
    of: Sql("
        select id, kind, value, from_on, to_on from person_detail
        where person_id = $1 order by kind, from_on, id"),
    end: Sql("update person_detail set to_on = $2 where id = $1 and to_on is null"),
};
const PREMISE: Table = Table {
    add: Sql("
        insert into premise_detail (id, premise_id, kind, value, from_on, to_on)
        values ($1, $2, $3, $4, $5, $6)"),
    of: Sql("
        select id, kind, value, from_on, to_on from premise_detail
        where premise_id = $1 order by kind, from_on, id"),
    end: Sql("update premise_detail set to_on = $2 where id = $1 and to_on is null"),
};
const POINT: Table = Table {
    add: Sql("
        insert into service_point_detail (id, service_point_id, kind, value, from_on, to_on)
        values ($1, $2, $3, $4, $5, $6)"),
    of: Sql("
        select id, kind, value, from_on, to_on from service_point_detail
        where service_point_id = $1 order by kind, from_on, id"),
    end: Sql("update service_point_detail set to_on = $2 where id = $1 and to_on is null"),
};

/// Keeps a detail.
pub fn add(tx: &mut Tx, detail: &Detail) -> Result<()> {
    let Detail { id, subject, kind, value, from, to } = detail;
    let (table, of) = table(*subject);
    let values =
        [(*id).into(), of.into(), kind.word().into(), value.into(), (*from).into(), (*to).into()];
    tx.exec(table.add, values).map(|_| ())
}

/// Everything that is or was said of a subject.
pub fn of(tx: &mut Tx, subject: Subject) -> Result<Vec<Detail>> {
    let (table, of) = table(subject);
    tx.many(table.of, [of.into()], |row| {
        Ok(Detail {
            id: row.id(0)?,
            subject,
            kind: row.word(1, DetailKind::from_word)?,
            value: row.text(2)?,
            from: row.date(3)?,
            to: row.maybe(4, Row::date)?,
        })
    })
}

/// Writes down the first day without a detail; `false` when it has an end already.
pub fn end(tx: &mut Tx, subject: Subject, id: DetailId, on: Date) -> Result<bool> {
    let (table, _) = table(subject);
    Ok(0 < tx.exec(table.end, [id.into(), on.into()])?)
}

fn table(subject: Subject) -> (Table, i64) {
    match subject {
        Subject::Person(id) => (PERSON, id.0),
        Subject::Premise(id) => (PREMISE, id.0),
        Subject::Point(id) => (POINT, id.0),
    }
}

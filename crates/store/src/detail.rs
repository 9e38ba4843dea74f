//! What more is known of people, accounts, premises, service points and meters, each in a table of
//! its own.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::id::{AccountId, AccountNumber, DetailId};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

/// The texts of one table.
struct Table {
    add: Sql,
    of: Sql,
    end: Sql,
}

/// The texts of the table of this name, whose subject is in that column.
macro_rules! table {
    ($name:literal, $of:literal) => {
        Table {
            add: Sql(concat!(
                "insert into ",
                $name,
                " (id, ",
                $of,
                ", kind, value, from_on, to_on) ",
                "values ($1, $2, $3, $4, $5, $6)"
            )),
            of: Sql(concat!(
                "select id, kind, value, from_on, to_on from ",
                $name,
                " where ",
                $of,
                " = $1 order by kind, from_on, id"
            )),
            end: Sql(concat!("update ", $name, " set to_on = $2 where id = $1 and to_on is null")),
        }
    };
}

const PERSON: Table = table!("person_detail", "person_id");
const PREMISE: Table = table!("premise_detail", "premise_id");
const POINT: Table = table!("service_point_detail", "service_point_id");
const METER: Table = table!("meter_detail", "meter_id");
const ACCOUNT: Table = table!("account_detail", "account_id");
const SUMMED_UP: Sql = Sql("
    select account_id, id, kind, value, from_on, to_on from account_detail
    where kind = 'summary' and value = $1 and from_on <= $2 and (to_on is null or $2 < to_on)
    order by account_id");
const SUMS_UP_LATER: Sql = Sql("
    select distinct account_id from account_detail
    where kind = 'summary' and value = $1 and (to_on is null or $2 < to_on) order by account_id");

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

/// What says on a day that an account's bill sums others up, one for each of them.
pub fn summed_up_by(tx: &mut Tx, number: AccountNumber, on: Date) -> Result<Vec<Detail>> {
    let number = number.to_string();
    tx.many(SUMMED_UP, [number.as_str().into(), on.into()], |row| {
        Ok(Detail {
            id: row.id(1)?,
            subject: Subject::Account(row.id(0)?),
            kind: row.word(2, DetailKind::from_word)?,
            value: row.text(3)?,
            from: row.date(4)?,
            to: row.maybe(5, Row::date)?,
        })
    })
}

/// The accounts that an account sums up on a day or later.
pub fn sums_up_later(tx: &mut Tx, number: AccountNumber, from: Date) -> Result<Vec<AccountId>> {
    let number = number.to_string();
    tx.many(SUMS_UP_LATER, [number.as_str().into(), from.into()], |row| row.id(0))
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
        Subject::Meter(id) => (METER, id.0),
        Subject::Account(id) => (ACCOUNT, id.0),
    }
}

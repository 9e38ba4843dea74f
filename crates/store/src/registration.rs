//! What accounts are registered for.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, RegistrationId};
use meterbook_core::registration::{Registration, RegistrationKind};

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::Row;

const ADD: Sql = Sql("
    insert into registration
        (id, account_id, kind, name, certificate, from_on, to_on, review_on)
    values ($1, $2, $3, $4, $5, $6, $7, $8)");
const GET: Sql = Sql("
    select id, account_id, kind, name, certificate, from_on, to_on, review_on
    from registration where id = $1");
const OF_ACCOUNT: Sql = Sql("
    select id, account_id, kind, name, certificate, from_on, to_on, review_on
    from registration where account_id = $1 order by kind, name, from_on");
const PROTECTING: (Sql, Sql) = among_ids!(
    "select id, account_id, kind, name, certificate, from_on, to_on, review_on
     from registration
     where kind in ('life-support', 'medical') and account_id",
    "order by account_id, kind, name, from_on"
);
// What was renewed is looked at again where it goes on.
const TO_REVIEW: Sql = Sql("
    select r.id, r.account_id, r.kind, r.name, r.certificate, r.from_on, r.to_on, r.review_on
    from registration r
    where (r.review_on <= $1 or r.to_on <= $1) and not exists (
        select 1 from registration n where n.account_id = r.account_id and n.kind = r.kind
          and n.name = r.name and r.from_on < n.from_on)
    order by coalesce(r.review_on, r.to_on), r.id limit $2");
const SET_END: Sql =
    Sql("update registration set to_on = $3 where id = $1 and coalesce(to_on, '') = $2");

/// Keeps a registration.
pub fn add(tx: &mut Tx, it: &Registration) -> Result<()> {
    let Registration { id, account, kind, name, certificate, from, to, review_on } = it;
    let values = [
        (*id).into(),
        (*account).into(),
        kind.word().into(),
        name.into(),
        certificate.into(),
        (*from).into(),
        (*to).into(),
        (*review_on).into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// One registration.
pub fn get(tx: &mut Tx, id: RegistrationId) -> Result<Registration> {
    tx.maybe(GET, [id.into()], registration)?.ok_or_else(|| missing("registration", id))
}

/// The registrations of an account, with those that ended.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Registration>> {
    tx.many(OF_ACCOUNT, [account.into()], registration)
}

/// The registrations of these accounts for which service must not be cut off, with those that ended.
pub fn protecting(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<Registration>> {
    let sql = tx.either(PROTECTING.0, PROTECTING.1);
    let all = tx.many(sql, [list_of(accounts.iter().copied()).into()], registration)?;
    Ok(all.into_iter().filter(|it| it.kind.protects()).collect())
}

/// The registrations that somebody should look at by a day: to be reviewed, or expiring and not
/// renewed.
pub fn to_review(tx: &mut Tx, by: Date, limit: i64) -> Result<Vec<Registration>> {
    tx.many(TO_REVIEW, [by.into(), limit.into()], registration)
}

/// Gives a registration another end, unless its end is no longer `was`.
pub fn set_end(tx: &mut Tx, id: RegistrationId, was: Option<Date>, to: Date) -> Result<bool> {
    let was = was.map_or(String::new(), |it| it.to_string());
    Ok(0 < tx.exec(SET_END, [id.into(), was.into(), to.into()])?)
}

fn registration(row: &Row) -> Result<Registration> {
    Ok(Registration {
        id: row.id(0)?,
        account: row.id(1)?,
        kind: row.word(2, RegistrationKind::from_word)?,
        name: row.text(3)?,
        certificate: row.text(4)?,
        from: row.date(5)?,
        to: row.maybe(6, Row::date)?,
        review_on: row.maybe(7, Row::date)?,
    })
}

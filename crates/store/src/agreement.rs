//! Service agreements.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::id::{AccountId, AgreementId, ServicePointId};

use crate::Tx;
use crate::bill::Known;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into agreement (id, account_id, service_point_id, tariff, from_on, to_on)
    values ($1, $2, $3, $4, $5, $6)");
const GET: Sql = Sql("
    select id, account_id, service_point_id, tariff, from_on, to_on from agreement where id = $1");
const AS_OF: Sql = Sql("
    select w.agreement_id, g.account_id, g.service_point_id, w.tariff, w.from_on, w.to_on
    from agreement_was w join agreement g on g.id = w.agreement_id
    where w.agreement_id = $1 and $2 < w.telling_id order by w.telling_id limit 1");
const AT: Sql = Sql("
    select id, account_id, service_point_id, tariff, from_on, to_on
    from agreement where service_point_id = $1 order by from_on");
const OF_ACCOUNT: Sql = Sql("
    select id, account_id, service_point_id, tariff, from_on, to_on
    from agreement where account_id = $1 order by from_on, id");
const END: Sql = Sql("update agreement set to_on = $2 where id = $1 and to_on is null");

const SET_END: Sql =
    Sql("update agreement set to_on = $3 where id = $1 and coalesce(to_on, '') = $2");
const FORGET_TERMS: Sql = Sql("delete from agreement_term where agreement_id = $1");
const FORGET_ITEMS: Sql =
    Sql("delete from run_item where agreement_id = $1 and outcome <> 'billed'");
const FORGET: Sql = Sql("
    delete from agreement where id = $1 and from_on = $2 and coalesce(to_on, '') = $3
      and not exists (select 1 from segment where agreement_id = $1)");

/// Keeps an agreement.
pub fn add(tx: &mut Tx, agreement: &Agreement) -> Result<()> {
    let Agreement { id, account, service_point, tariff, from, to } = agreement;
    let values = [
        (*id).into(),
        (*account).into(),
        (*service_point).into(),
        tariff.into(),
        (*from).into(),
        (*to).into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// One agreement.
pub fn get(tx: &mut Tx, id: AgreementId) -> Result<Agreement> {
    tx.maybe(GET, [id.into()], agreement)?.ok_or_else(|| missing("agreement", id))
}

/// The agreement as it was believed to be when so much was known.
pub fn as_of(tx: &mut Tx, id: AgreementId, known: Known) -> Result<Agreement> {
    match tx.maybe(AS_OF, [id.into(), known.telling.into()], agreement)? {
        Some(was) => Ok(was),
        None => get(tx, id),
    }
}

/// The agreements at a service point, in order.
pub fn at(tx: &mut Tx, point: ServicePointId) -> Result<Vec<Agreement>> {
    tx.many(AT, [point.into()], agreement)
}

/// The agreements of an account, in order.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Agreement>> {
    tx.many(OF_ACCOUNT, [account.into()], agreement)
}

/// Writes down the first day without service.
pub fn end(tx: &mut Tx, id: AgreementId, on: Date) -> Result<()> {
    match tx.exec(END, [id.into(), on.into()])? {
        0 => Err(missing("agreement that is still in force", id)),
        _ => Ok(()),
    }
}

/// Gives an agreement another end, or none, unless its end is no longer `was`.
pub fn set_end(tx: &mut Tx, id: AgreementId, was: Option<Date>, to: Option<Date>) -> Result<bool> {
    let was = was.map_or(String::new(), |it| it.to_string());
    Ok(0 < tx.exec(SET_END, [id.into(), was.into(), to.into()])?)
}

/// Takes back an agreement that never came about, with what it says of itself; `false` when it is
/// billed, or its days are no longer those of `planned`.
pub fn forget(tx: &mut Tx, planned: &Agreement) -> Result<bool> {
    let Agreement { id, from, to, .. } = *planned;
    tx.exec(FORGET_TERMS, [id.into()])?;
    tx.exec(FORGET_ITEMS, [id.into()])?;
    let to = to.map_or(String::new(), |it| it.to_string());
    Ok(0 < tx.exec(FORGET, [id.into(), from.into(), to.into()])?)
}

fn agreement(row: &Row) -> Result<Agreement> {
    Ok(Agreement {
        id: row.id(0)?,
        account: row.id(1)?,
        service_point: row.id(2)?,
        tariff: row.text(3)?,
        from: row.date(4)?,
        to: row.maybe(5, Row::date)?,
    })
}

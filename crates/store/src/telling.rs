//! Facts that bills stand on, told otherwise: what is told, why, and what it put an end to.
//!
//! The tables of facts say what is believed. Before a telling changes one, what is there is kept under the
//! telling; what was believed at an earlier time is what the first telling after it found.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::check::Hold;
use meterbook_core::id::{AgreementId, ServicePointId, TellingId};

use crate::Tx;
use crate::bill::Known;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::Row;

const HOLD_OFF_SQLITE: Sql = Sql("select last from counter where name = 'telling'");
const HOLD_OFF_POSTGRES: Sql = Sql("select last from counter where name = 'telling' for share");
const ADD: Sql = Sql("
    insert into telling (id, said, was, why, evidence, told_at) values ($1, $2, $3, $4, $5, $6)");
const NEWEST: Sql = Sql("
    select id, said, was, why, evidence, told_at from telling order by id desc limit $1");
const OF: Sql = Sql("
    select t.id, t.said, t.was, t.why, t.evidence, t.told_at
    from telling t join agreement_was w on w.telling_id = t.id
    where w.agreement_id = $1 order by t.id");
const KEEP_AGREEMENT: Sql = Sql("
    insert into agreement_was (telling_id, agreement_id, tariff, from_on, to_on)
    select cast($1 as bigint), id, tariff, from_on, to_on from agreement where id = $2");
const KEEP_TERMS: Sql = Sql("
    insert into agreement_term_was
        (telling_id, agreement_id, kind, name, from_on, to_on, value, certificate)
    select cast($1 as bigint), agreement_id, kind, name, from_on, to_on, value, certificate
    from agreement_term where agreement_id = $2");
const KEEP_HUNG: Sql = Sql("
    insert into hung_was
        (telling_id, service_point_id, installation_id, meter_id, from_on, to_on, channel_id)
    select cast($1 as bigint), i.service_point_id, i.id, i.meter_id, i.from_on, i.to_on, c.id
    from installation i join channel c on c.meter_id = i.meter_id
      and (c.from_on is null or c.from_on <= i.from_on)
      and (c.to_on is null or i.from_on < c.to_on)
    where i.service_point_id = $2");
const NEXT: Sql = Sql("
    select telling_id from agreement_was
    where agreement_id = $1 and $2 < telling_id order by telling_id limit 1");

const SET: Sql = Sql("update agreement set tariff = $2, from_on = $3, to_on = $4 where id = $1");
const FOLLOW: Sql = Sql("
    insert into agreement_follows (agreement_id, follows_id, telling_id) values ($1, $2, $3)");
const FOLLOWED: (Sql, Sql) =
    among_ids!("select agreement_id, follows_id from agreement_follows where agreement_id", "");
const COPY_TERMS: Sql = Sql("
    insert into agreement_term (agreement_id, kind, name, from_on, to_on, value, certificate)
    select cast($1 as bigint), kind, name, case when from_on < $3 then $3 else from_on end, to_on,
        value, certificate
    from agreement_term where agreement_id = $2 and (to_on is null or $3 < to_on)");
// A turn that was run has an ending for everybody with days in it.
const HOLD: Sql = Sql(
    "
    insert into run_item
        (window_id, agreement_id, run_id, account_id, outcome, reason, detail, total_cents, tariff)
    select w.id, g.id, null, g.account_id, 'held', $2, $3, 0, ''
    from agreement g
    join account a on a.id = g.account_id
    join bill_window w on w.cycle = a.cycle
      and g.from_on < w.to_on and (g.to_on is null or w.from_on < g.to_on)
    where g.id = $1
      and exists (select 1 from run r where r.window_id = w.id and r.stage <> 'cancelled')
      and not exists (select 1 from run_item i where i.window_id = w.id and i.agreement_id = g.id)",
);
const SETTLE: Sql = Sql("
    update run_item set outcome = 'billed', reason = '', detail = ''
    where outcome = 'held' and agreement_id in (
        select agreement_id from agreement_was where telling_id = $1
        union all select agreement_id from agreement_follows where telling_id = $1)
      and exists (
        select 1 from standing_segment s join bill b on b.id = s.bill_id
        where s.agreement_id = run_item.agreement_id and b.window_id = run_item.window_id)");
const FIRST_TURN: Sql = Sql("
    select w.from_on from standing_segment s
    join bill b on b.id = s.bill_id join bill_window w on w.id = b.window_id
    where s.agreement_id = $1 order by s.from_on limit 1");

/// One fact told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Which one; they come in the order of their ids.
    pub id: TellingId,
    /// What is told, in a sentence.
    pub said: String,
    /// What was believed before.
    pub was: String,
    /// Why.
    pub why: String,
    /// What proves it.
    pub evidence: String,
    /// When.
    pub at: Timestamp,
}

/// Lets nothing be told otherwise until this transaction ends: what it takes in of facts is what it says it
/// knew. Tellings take their number first, and wait there.
pub fn hold_off(tx: &mut Tx) -> Result<()> {
    let sql = tx.either(HOLD_OFF_SQLITE, HOLD_OFF_POSTGRES);
    tx.maybe(sql, [], |row| row.int(0)).map(|_| ())
}

/// Keeps a telling, before what it puts an end to.
pub fn add(tx: &mut Tx, it: &Telling) -> Result<()> {
    let values = [
        it.id.into(),
        (&it.said).into(),
        (&it.was).into(),
        (&it.why).into(),
        (&it.evidence).into(),
        it.at.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Keeps an agreement, with what it says of itself, as a telling finds it.
pub fn keep_agreement(tx: &mut Tx, telling: TellingId, agreement: AgreementId) -> Result<()> {
    tx.exec(KEEP_AGREEMENT, [telling.into(), agreement.into()])?;
    tx.exec(KEEP_TERMS, [telling.into(), agreement.into()]).map(|_| ())
}

/// Keeps which meters hung at a service point, with the channels that counted, as a telling finds them.
pub fn keep_hung(tx: &mut Tx, telling: TellingId, point: ServicePointId) -> Result<()> {
    tx.exec(KEEP_HUNG, [telling.into(), point.into()]).map(|_| ())
}

/// Has an agreement be on another tariff, or on other days.
pub fn set_agreement(tx: &mut Tx, it: &Agreement) -> Result<()> {
    let values = [it.id.into(), (&it.tariff).into(), it.from.into(), it.to.into()];
    tx.exec(SET, values).map(|_| ())
}

/// Has another agreement follow one that was cut, with what that says of itself.
pub fn split(tx: &mut Tx, telling: TellingId, cut: AgreementId, next: &Agreement) -> Result<()> {
    crate::agreement::add(tx, next)?;
    tx.exec(FOLLOW, [next.id.into(), cut.into(), telling.into()])?;
    tx.exec(COPY_TERMS, [next.id.into(), cut.into(), next.from.into()])?;
    hold(tx, next)
}

/// Holds an agreement in turns that were run without it.
pub fn hold(tx: &mut Tx, it: &Agreement) -> Result<()> {
    let (reason, detail) = (Hold::ToldLate.word(), Hold::ToldLate.to_string());
    tx.exec(HOLD, [it.id.into(), reason.into(), detail.into()]).map(|_| ())
}

/// Says of the turns of the agreements of a telling that they are billed, where they are by now.
pub fn settle(tx: &mut Tx, telling: TellingId) -> Result<()> {
    tx.exec(SETTLE, [telling.into()]).map(|_| ())
}

/// Of these agreements those that follow one that was cut, each with that one.
pub fn followed(
    tx: &mut Tx,
    agreements: impl Iterator<Item = AgreementId>,
) -> Result<HashMap<AgreementId, AgreementId>> {
    let list = list_of(agreements);
    let sql = tx.either(FOLLOWED.0, FOLLOWED.1);
    let all = tx.many(sql, [list.into()], |row| Ok((row.id(0)?, row.id(1)?)))?;
    Ok(all.into_iter().collect())
}

/// The first day of the turn of an agreement's first bill.
pub fn first_turn(tx: &mut Tx, agreement: AgreementId) -> Result<Option<Date>> {
    tx.maybe(FIRST_TURN, [agreement.into()], |row| row.date(0))
}

/// The first telling about an agreement after what was known.
pub(crate) fn next(tx: &mut Tx, agreement: AgreementId, known: Known) -> Result<Option<TellingId>> {
    tx.maybe(NEXT, [agreement.into(), known.telling.into()], |row| row.id(0))
}

/// At most so many tellings, the newest first.
pub fn newest(tx: &mut Tx, most: i64) -> Result<Vec<Telling>> {
    tx.many(NEWEST, [most.into()], telling)
}

/// What of an agreement was told otherwise, oldest first.
pub fn of(tx: &mut Tx, agreement: AgreementId) -> Result<Vec<Telling>> {
    tx.many(OF, [agreement.into()], telling)
}

fn telling(row: &Row) -> Result<Telling> {
    Ok(Telling {
        id: row.id(0)?,
        said: row.text(1)?,
        was: row.text(2)?,
        why: row.text(3)?,
        evidence: row.text(4)?,
        at: row.instant(5)?,
    })
}

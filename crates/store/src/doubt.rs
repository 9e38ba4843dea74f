//! The rules by which bills wait for a clerk, and the most that a bill of an account may be.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::doubt::Exchanged;
use meterbook_core::id::{AccountId, AgreementId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::V;

const SAY: Sql = Sql("insert into bill_doubts (from_on, text) values ($1, $2)");
const SAID: Sql = Sql("
    select text from bill_doubts where from_on <= $1 order by from_on desc limit 1");
const BOUNDS: (Sql, Sql) = among_ids!(
    "select account_id, value from account_detail
     where kind = 'bound' and from_on <= $2 and (to_on is null or $2 < to_on) and account_id",
    "order by account_id"
);
// On days that are on no bill yet: of what was billed nothing is asked any more.
const EXCHANGED: (Sql, Sql) = among_ids!(
    "select g.account_id, m.serial, b.multiplier_micro, c.multiplier_micro
     from agreement g
     join installation i on i.service_point_id = g.service_point_id and i.from_on < $2
       and (g.to_on is null or i.from_on < g.to_on)
     join installation o on o.service_point_id = i.service_point_id
       and o.to_on = i.from_on and o.meter_id <> i.meter_id
     join meter m on m.id = i.meter_id
     join channel c on c.meter_id = i.meter_id and c.digits is not null and c.flow = 'delivered'
       and (c.from_on is null or c.from_on <= i.from_on)
       and (c.to_on is null or i.from_on < c.to_on)
     join channel b on b.meter_id = o.meter_id and b.digits is not null and b.flow = 'delivered'
       and b.unit = c.unit
       and (b.from_on is null or b.from_on < i.from_on)
       and (b.to_on is null or i.from_on <= b.to_on)
     where b.multiplier_micro <> c.multiplier_micro
       and coalesce((select max(s.to_on) from standing_segment s where s.agreement_id = g.id),
                    g.from_on) <= i.from_on
       and g.account_id",
    "order by g.account_id, i.from_on, m.serial"
);

// Also on days that are billed: what is low for months after it is traced to it.
const EXCHANGED_SINCE: (Sql, Sql) = among_ids!(
    "select g.id, b.multiplier_micro, c.multiplier_micro
     from agreement g
     join installation i on i.service_point_id = g.service_point_id
       and $2 <= i.from_on and i.from_on < $3
       and (g.to_on is null or i.from_on < g.to_on)
     join installation o on o.service_point_id = i.service_point_id
       and o.to_on = i.from_on and o.meter_id <> i.meter_id
     join channel c on c.meter_id = i.meter_id and c.digits is not null and c.flow = 'delivered'
       and (c.from_on is null or c.from_on <= i.from_on)
       and (c.to_on is null or i.from_on < c.to_on)
     join channel b on b.meter_id = o.meter_id and b.digits is not null and b.flow = 'delivered'
       and b.unit = c.unit
       and (b.from_on is null or b.from_on < i.from_on)
       and (b.to_on is null or i.from_on <= b.to_on)
     where b.multiplier_micro <> c.multiplier_micro and g.id",
    "order by g.id, i.from_on desc"
);

/// Says the text of rules that holds from a day on. A day has one.
pub fn say(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY, [from.into(), text.into()]).map(|_| ())
}

/// The text of rules that holds on a day, if one was said.
pub fn said(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(SAID, [on.into()], |row| row.text(0))
}

/// The exchanges within some days that changed the multiplier of these agreements, the newest of each
/// first: the multiplier before it and its own, in millionths.
pub fn exchanged_within(
    tx: &mut Tx,
    agreements: impl IntoIterator<Item = AgreementId>,
    days: Period,
) -> Result<Vec<(AgreementId, i64, i64)>> {
    let sql = tx.either(EXCHANGED_SINCE.0, EXCHANGED_SINCE.1);
    let list = list_of(agreements);
    let values = [V::from(&list), days.start().into(), days.end().into()];
    tx.many(sql, values, |row| Ok((row.id(0)?, row.int(1)?, row.int(2)?)))
}

/// The most that bills of these accounts may be on a day, of those that say it.
pub fn bounds(tx: &mut Tx, accounts: &[AccountId], on: Date) -> Result<BTreeMap<AccountId, Money>> {
    let list = list_of(accounts.iter().copied());
    let bounds = tx.either(BOUNDS.0, BOUNDS.1);
    let said =
        tx.many(bounds, [V::from(&list), on.into()], |row| Ok((row.id(0)?, row.text(1)?)))?;
    let known = said.into_iter().filter_map(|(id, text)| Some((id, Money::parse(&text).ok()?)));
    Ok(known.collect())
}

/// The last exchange of each of these accounts before a day, on days that are not billed, that put a
/// register with another multiplier in the place of one.
pub fn exchanged(
    tx: &mut Tx,
    accounts: &[AccountId],
    before: Date,
) -> Result<BTreeMap<AccountId, Exchanged>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(EXCHANGED.0, EXCHANGED.1);
    let found = tx.many(sql, [V::from(&list), before.into()], |row| {
        let (meter, was_micro, now_micro) = (row.text(1)?, row.int(2)?, row.int(3)?);
        Ok((row.id(0)?, Exchanged { meter, was_micro, now_micro }))
    })?;
    Ok(found.into_iter().collect())
}

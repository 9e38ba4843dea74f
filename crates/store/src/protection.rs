//! What was granted to accounts and counties so that service is not cut off, and the weather.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::Shield;
use meterbook_core::credit::protection::{Granted, Weather};
use meterbook_core::id::{AccountId, BatchId};

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into protection (key, shield, account_id, county, nth, from_on, to_on, evidence)
    values ($1, $2, $3, $4, $5, $6, $7, $8)");
const END: Sql = Sql("insert into protection_end (key, ended_on, why) values ($1, $2, $3)");
const OF_ACCOUNT: Sql = Sql("
    select p.key, p.shield, p.account_id, p.county, p.nth, p.from_on, p.to_on, p.evidence, e.ended_on
    from protection p left join protection_end e on e.key = p.key
    where p.account_id = $1 order by p.from_on, p.key");
const COUNTIES: Sql = Sql("
    select p.key, p.shield, p.account_id, p.county, p.nth, p.from_on, p.to_on, p.evidence, e.ended_on
    from protection p left join protection_end e on e.key = p.key
    where p.account_id is null
      and p.from_on <= $1 and $1 < p.to_on and (e.ended_on is null or $1 < e.ended_on)
    order by p.from_on, p.key");
const AMONG: (Sql, Sql) = among_ids!(
    "select p.key, p.shield, p.account_id, p.county, p.nth, p.from_on, p.to_on, p.evidence, e.ended_on
     from protection p left join protection_end e on e.key = p.key
     where p.from_on <= $2 and $2 < p.to_on and (e.ended_on is null or $2 < e.ended_on)
       and p.account_id",
    "order by p.from_on, p.key"
);
const SAY_WEATHER: Sql = Sql("
    insert into weather_day (county, on_day, nth, low_f, high_f, alert)
    values ($1, $2, (select count(*) + 1 from weather_day where county = $1 and on_day = $2),
            $3, $4, $5)");
// What somebody said stays, whatever files say later.
const WEATHER: Sql = Sql("
    select w.county, w.on_day, w.low_f, w.high_f, w.alert, f.said_by from weather_day w
    left join weather_of_file f
      on f.county = w.county and f.on_day = w.on_day and f.nth = w.nth
    where $1 <= w.on_day and w.on_day <= $2
      and w.nth = (
          select o.nth from weather_day o
          left join weather_of_file x
            on x.county = o.county and x.on_day = o.on_day and x.nth = o.nth
          where o.county = w.county and o.on_day = w.on_day
          order by case when x.nth is null then 0 else 1 end, o.nth desc limit 1)
    order by w.county, w.on_day");
const OF_FILE: Sql = Sql("
    insert into weather_of_file (county, on_day, nth, batch_id, said_by)
    select county, on_day, max(nth), $3, $4 from weather_day
    where county = $1 and on_day = $2 group by county, on_day");
const TOWNS: (Sql, Sql) = among_ids!(
    "select distinct g.account_id, q.town from agreement g
     join service_point s on s.id = g.service_point_id
     join premise q on q.id = s.premise_id
     where g.from_on <= $2 and (g.to_on is null or $2 < g.to_on) and g.account_id",
    "order by g.account_id, q.town"
);
const DISPUTED: (Sql, Sql) = among_ids!(
    "select distinct a.subject_id from task_about a join task t on t.id = a.task_id
     where a.kind = 'account' and t.kind = 'dispute' and t.closed_at is null and a.subject_id",
    "order by a.subject_id"
);

/// What was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The natural key: the same is granted once a day.
    pub key: String,
    /// To which account; to a whole county without it.
    pub account: Option<AccountId>,
    /// To which county.
    pub county: Option<String>,
    /// The how manieth of this kind in a row, from 1.
    pub nth: i64,
    /// What, and for which days.
    pub granted: Granted,
    /// The first day without it, where that came before its end.
    pub ended: Option<Date>,
}

/// Keeps what was granted. The database refuses the same twice on a day.
pub fn add(tx: &mut Tx, it: &Protection) -> Result<()> {
    let Granted { shield, from, to, evidence } = &it.granted;
    let values = [
        V::from(&it.key),
        shield.word().into(),
        it.account.into(),
        it.county.as_deref().into(),
        it.nth.into(),
        (*from).into(),
        (*to).into(),
        V::from(evidence),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Ends it before its end. The database refuses a second time.
pub fn end(tx: &mut Tx, key: &str, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [key.into(), on.into(), why.into()]).map(|_| ())
}

/// What was granted to an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Protection>> {
    tx.many(OF_ACCOUNT, [account.into()], protection)
}

/// What holds on a day for whole counties.
pub fn counties(tx: &mut Tx, on: Date) -> Result<Vec<Protection>> {
    tx.many(COUNTIES, [on.into()], protection)
}

/// What was granted to these accounts themselves and holds on a day.
pub fn among(tx: &mut Tx, accounts: &[AccountId], on: Date) -> Result<Vec<Protection>> {
    let sql = tx.either(AMONG.0, AMONG.1);
    tx.many(sql, [list_of(accounts.iter().copied()).into(), on.into()], protection)
}

/// Says the weather of a county on a day, anew where it was said before.
pub fn say_weather(tx: &mut Tx, it: &Weather) -> Result<()> {
    let values =
        [V::from(&it.county), it.on.into(), it.low.into(), it.high.into(), it.alert.into()];
    tx.exec(SAY_WEATHER, values).map(|_| ())
}

/// Says of which file the weather comes that was said last, and who says it there.
pub fn weather_of_file(tx: &mut Tx, it: &Weather, batch: BatchId) -> Result<()> {
    let values = [V::from(&it.county), it.on.into(), batch.into(), V::from(&it.by)];
    tx.exec(OF_FILE, values).map(|_| ())
}

/// The weather from a day to another one.
pub fn weather(tx: &mut Tx, from: Date, to: Date) -> Result<Vec<Weather>> {
    tx.many(WEATHER, [from.into(), to.into()], |row| {
        Ok(Weather {
            county: row.text(0)?,
            on: row.date(1)?,
            low: row.int(2)?,
            high: row.int(3)?,
            alert: row.int(4)? != 0,
            by: row.maybe(5, Row::text)?.unwrap_or_default(),
        })
    })
}

/// The towns in which accounts are served on a day; those that are served nowhere are not among them.
pub fn towns(
    tx: &mut Tx,
    accounts: &[AccountId],
    on: Date,
) -> Result<HashMap<AccountId, Vec<String>>> {
    let mut found: HashMap<AccountId, Vec<String>> = HashMap::new();
    let sql = tx.either(TOWNS.0, TOWNS.1);
    let list = list_of(accounts.iter().copied());
    tx.each(sql, [V::from(&list), on.into()], |row| {
        found.entry(row.id(0)?).or_default().push(row.text(1)?);
        Ok(())
    })?;
    Ok(found)
}

/// Which of these accounts dispute a bill now.
pub fn disputed(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashSet<AccountId>> {
    let sql = tx.either(DISPUTED.0, DISPUTED.1);
    let all = tx.many(sql, [list_of(accounts.iter().copied()).into()], |row| row.id(0))?;
    Ok(all.into_iter().collect())
}

fn protection(row: &Row) -> Result<Protection> {
    let granted = Granted {
        shield: row.word(1, Shield::from_word)?,
        from: row.date(5)?,
        to: row.date(6)?,
        evidence: row.text(7)?,
    };
    Ok(Protection {
        key: row.text(0)?,
        account: row.maybe(2, Row::id)?,
        county: row.maybe(3, Row::text)?,
        nth: row.int(4)?,
        granted,
        ended: row.maybe(8, Row::date)?,
    })
}

//! Crews, the hours they work and the days they do not.

use anyhow::{Result, anyhow};
use jiff::civil::Date;
use meterbook_core::crew::{Crew, Week};
use meterbook_core::id::CrewId;
use meterbook_core::order::Skills;
use meterbook_core::period::Period;

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into crew (id, name, skills, window_minutes, per_window) values ($1, $2, $3, $4, $5)");
const GET: Sql = Sql("select id, name, skills, window_minutes, per_window from crew where id = $1");
const BY_NAME: Sql =
    Sql("select id, name, skills, window_minutes, per_window from crew where name = $1");
const ALL: Sql = Sql("select id, name, skills, window_minutes, per_window from crew order by name");
const SAY_WEEK: Sql = Sql("
    insert into crew_week (crew_id, from_on, week) values ($1, $2, $3)
    on conflict (crew_id, from_on) do update set week = excluded.week");
const WEEKS: Sql = Sql("select from_on, week from crew_week where crew_id = $1 order by from_on");
const OFF: Sql = Sql("
    insert into crew_day_off (crew_id, off_on, reason) values ($1, $2, $3)
    on conflict (crew_id, off_on) do update set reason = excluded.reason");
const NOT_OFF: Sql = Sql("delete from crew_day_off where crew_id = $1 and off_on = $2");
const DAYS_OFF: Sql = Sql("
    select off_on, reason from crew_day_off
    where crew_id = $1 and $2 <= off_on and off_on < $3 order by off_on");

/// Keeps a crew; a name is used once.
pub fn add(tx: &mut Tx, crew: &Crew) -> Result<()> {
    let Crew { id, name, skills, window_minutes, per_window } = crew;
    let values = [
        (*id).into(),
        name.into(),
        skills.to_string().into(),
        (*window_minutes).into(),
        (*per_window).into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// One crew.
pub fn get(tx: &mut Tx, id: CrewId) -> Result<Crew> {
    tx.maybe(GET, [id.into()], crew)?.ok_or_else(|| missing("crew", id))
}

/// The crew with this name, if there is one.
pub fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Crew>> {
    tx.maybe(BY_NAME, [name.into()], crew)
}

/// Every crew, by name.
pub fn all(tx: &mut Tx) -> Result<Vec<Crew>> {
    tx.many(ALL, [], crew)
}

/// Says the hours a crew works from a day on.
pub fn say_week(tx: &mut Tx, crew: CrewId, from: Date, week: &Week) -> Result<()> {
    tx.exec(SAY_WEEK, [crew.into(), from.into(), week.to_string().into()]).map(|_| ())
}

/// The hours a crew works, each with the day from which they hold, in order.
pub fn weeks(tx: &mut Tx, crew: CrewId) -> Result<Vec<(Date, Week)>> {
    tx.many(WEEKS, [crew.into()], |row| {
        let week = Week::parse(&row.text(1)?).map_err(|why| anyhow!("{why}"))?;
        Ok((row.date(0)?, week))
    })
}

/// Gives a crew a day off.
pub fn off(tx: &mut Tx, crew: CrewId, on: Date, reason: &str) -> Result<()> {
    tx.exec(OFF, [crew.into(), on.into(), reason.into()]).map(|_| ())
}

/// Takes a day off back; says whether there was one.
pub fn not_off(tx: &mut Tx, crew: CrewId, on: Date) -> Result<bool> {
    Ok(tx.exec(NOT_OFF, [crew.into(), on.into()])? != 0)
}

/// The days a crew has off, with their reasons.
pub fn days_off(tx: &mut Tx, crew: CrewId, within: Period) -> Result<Vec<(Date, String)>> {
    let asked = [crew.into(), within.start().into(), within.end().into()];
    tx.many(DAYS_OFF, asked, |row| Ok((row.date(0)?, row.text(1)?)))
}

fn crew(row: &Row) -> Result<Crew> {
    Ok(Crew {
        id: row.id(0)?,
        name: row.text(1)?,
        skills: Skills::parse(&row.text(2)?),
        window_minutes: row.int(3)?,
        per_window: row.int(4)?,
    })
}

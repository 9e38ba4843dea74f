//! The turns of the bill cycles.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::cycle::Window;
use meterbook_core::id::WindowId;

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into bill_window (id, cycle, from_on, to_on, billed_on, due_on)
    values ($1, $2, $3, $4, $5, $6)");
const GET: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window where id = $1");
const ALL: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where 0 < cycle order by cycle, from_on");
const LAST_OF: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where cycle = $1 order by from_on desc limit 1");
// A window is open until a run over it is done.
const OLDEST_OPEN: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where 0 < cycle
      and not exists (select 1 from run where run.window_id = bill_window.id and stage = 'done')
    order by billed_on, cycle, from_on limit 1");
const OLDEST_OPEN_OF: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where cycle = $1 and 0 < cycle
      and not exists (select 1 from run where run.window_id = bill_window.id and stage = 'done')
    order by billed_on, from_on limit 1");
const OPEN: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where 0 < cycle
      and not exists (
        select 1 from run where run.window_id = bill_window.id and stage <> 'cancelled')
    order by billed_on, cycle, from_on limit $1");
const NEWEST_RUN: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where 0 < cycle and exists (
        select 1 from run where run.window_id = bill_window.id and stage <> 'cancelled')
    order by billed_on desc, cycle desc, from_on desc limit $1");
const WITH_HELD: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where cycle = $1
      and exists (select 1 from run_item where window_id = bill_window.id and outcome = 'held')
    order by from_on");

const BILLED_ABOUT: Sql = Sql("
    select billed_on from bill_window where cycle = $1 and $2 <= to_on order by to_on limit 1");

const AROUND: Sql = Sql("
    select id, cycle, from_on, to_on, billed_on, due_on from bill_window
    where cycle = $1 and from_on <= $2 and $2 < to_on");

/// The turn of a cycle in which a day is.
pub fn around(tx: &mut Tx, cycle: Cycle, day: Date) -> Result<Option<Window>> {
    tx.maybe(AROUND, [cycle.into(), day.into()], window)
}

/// When what ends on a day is billed for the last time, as far as that is planned.
pub fn billed_about(tx: &mut Tx, cycle: Cycle, on: Date) -> Result<Option<Date>> {
    tx.maybe(BILLED_ABOUT, [cycle.into(), on.into()], |row| row.date(0))
}

/// Plans a turn.
pub fn add(tx: &mut Tx, window: &Window) -> Result<()> {
    let Window { id, cycle, period, billed_on, due_on } = *window;
    let (from, to) = (period.start(), period.end());
    let values = [id.into(), cycle.into(), from.into(), to.into(), billed_on.into(), due_on.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// One turn.
pub fn get(tx: &mut Tx, id: WindowId) -> Result<Window> {
    tx.maybe(GET, [id.into()], window)?.ok_or_else(|| missing("window", id))
}

/// Every turn of the cycles, by cycle and in the order of its days.
pub fn all(tx: &mut Tx) -> Result<Vec<Window>> {
    tx.many(ALL, [], window)
}

/// The last turn planned for a cycle.
pub fn last_of(tx: &mut Tx, cycle: Cycle) -> Result<Option<Window>> {
    tx.maybe(LAST_OF, [cycle.into()], window)
}

/// The turn of all cycles that is not billed yet and has the earliest bill date.
pub fn oldest_open(tx: &mut Tx) -> Result<Option<Window>> {
    tx.maybe(OLDEST_OPEN, [], window)
}

/// The turn of this cycle that is not billed yet and has the earliest bill date.
pub fn oldest_open_of(tx: &mut Tx, cycle: Cycle) -> Result<Option<Window>> {
    tx.maybe(OLDEST_OPEN_OF, [cycle.into()], window)
}

/// The turns that no run was begun for, that with the earliest bill date first, at most so many.
pub fn open(tx: &mut Tx, limit: i64) -> Result<Vec<Window>> {
    tx.many(OPEN, [limit.into()], window)
}

/// The turns that were run, that with the latest bill date first, at most so many.
pub fn newest_run(tx: &mut Tx, limit: i64) -> Result<Vec<Window>> {
    tx.many(NEWEST_RUN, [limit.into()], window)
}

/// The turns of a cycle in which something is held, oldest first.
pub fn with_held(tx: &mut Tx, cycle: Cycle) -> Result<Vec<Window>> {
    tx.many(WITH_HELD, [cycle.into()], window)
}

fn window(row: &Row) -> Result<Window> {
    Ok(Window {
        id: row.id(0)?,
        cycle: Cycle(row.int(1)?),
        period: row.period(2)?,
        billed_on: row.date(4)?,
        due_on: row.date(5)?,
    })
}

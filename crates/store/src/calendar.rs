//! The texts that say on which days the utility works and when bills are due.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::id::WindowId;

use crate::Tx;
use crate::tx::Sql;

const SAY: Sql = Sql("insert into billing_calendar (from_on, text) values ($1, $2)");
const SAID: Sql = Sql("
    select text from billing_calendar where from_on <= $1 order by from_on desc limit 1");
const HELD: Sql = Sql("
    select w.id, w.cycle, w.billed_on from bill_window w
    where 0 < w.cycle and w.billed_on <= $1
      and exists (select 1 from run_item i where i.window_id = w.id and i.outcome = 'held')
      and exists (select 1 from run r where r.window_id = w.id and r.stage = 'done')
      and not exists (
        select 1 from run r where r.window_id = w.id and r.stage not in ('done', 'cancelled'))
    order by w.billed_on, w.id");

/// Says the text that holds from a day on. A day has one.
pub fn say(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY, [from.into(), text.into()]).map(|_| ())
}

/// The text that holds on a day, if one was said.
pub fn said(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(SAID, [on.into()], |row| row.text(0))
}

/// The turns billed by a day in which something is held and nobody is at it, each with its cycle and
/// the day on its bills.
pub fn held(tx: &mut Tx, by: Date) -> Result<Vec<(WindowId, Cycle, Date)>> {
    tx.many(HELD, [by.into()], |row| Ok((row.id(0)?, Cycle(row.int(1)?), row.date(2)?)))
}

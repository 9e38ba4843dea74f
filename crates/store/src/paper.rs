//! What the utility says on its paper beside the amounts: texts that hold from a day on.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::paper::{PaperText, TextKind};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const SAY: Sql = Sql("insert into paper_text (kind, name, from_on, text) values ($1, $2, $3, $4)");
const ON: Sql = Sql("
    select kind, name, text from paper_text p
    where from_on = (
        select max(n.from_on) from paper_text n
        where n.kind = p.kind and n.name = p.name and n.from_on <= $1)
    order by kind, name");
const LATER: Sql =
    Sql("select distinct from_on from paper_text where $1 < from_on order by from_on");
const LAST_DATED: Sql = Sql("
    select max(it.dated_on) from (
        select max(billed_on) as dated_on from bill
        union all select max(dated_on) from mailing
        union all select max(c.made_on) from correction c
            where exists (select 1 from piece p where p.correction_id = c.id)) as it");

/// Keeps a text that holds from a day on. A day has one of each kind and name.
pub fn say(tx: &mut Tx, from: Date, it: &PaperText) -> Result<()> {
    let PaperText { kind, name, text } = it;
    let values = [kind.word().into(), name.into(), from.into(), text.into()];
    tx.exec(SAY, values).map(|_| ())
}

/// Every text that holds on a day.
pub fn on(tx: &mut Tx, day: Date) -> Result<Vec<PaperText>> {
    tx.many(ON, [day.into()], |row| {
        Ok(PaperText {
            kind: row.word(0, TextKind::from_word)?,
            name: row.text(1)?,
            text: row.text(2)?,
        })
    })
}

/// The days behind a day from which another text holds.
pub fn later(tx: &mut Tx, day: Date) -> Result<Vec<Date>> {
    tx.many(LATER, [day.into()], |row| row.date(0))
}

/// The newest day on the face of a bill or other paper.
pub fn last_dated(tx: &mut Tx) -> Result<Option<Date>> {
    tx.one(LAST_DATED, [], |row| row.maybe(0, Row::date))
}

//! How files of agents and kiosks are laid out: a text for each name, from a day on. Written once, never
//! changed.

use anyhow::Result;
use jiff::civil::Date;

use crate::Tx;
use crate::tx::Sql;

const SAY: Sql = Sql("insert into payment_layout (name, from_on, text) values ($1, $2, $3)");
const ON: Sql = Sql("
    select text from payment_layout where name = $1 and from_on <= $2
    order by from_on desc limit 1");
const NAMES: Sql = Sql("select distinct name from payment_layout order by name");

/// Says how files of a name are laid out from a day on. A day has one.
pub fn say(tx: &mut Tx, name: &str, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY, [name.into(), from.into(), text.into()]).map(|_| ())
}

/// How files of a name are laid out on a day, if that was said.
pub fn on(tx: &mut Tx, name: &str, day: Date) -> Result<Option<String>> {
    tx.maybe(ON, [name.into(), day.into()], |row| row.text(0))
}

/// All names of which it was said how their files are laid out.
pub fn names(tx: &mut Tx) -> Result<Vec<String>> {
    tx.many(NAMES, [], |row| row.text(0))
}

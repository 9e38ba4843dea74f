//! What the things that tasks, contacts and histories are about are called.

use anyhow::{Result, anyhow};
use meterbook_core::about::About;
use meterbook_core::id::AccountNumber;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const PERSON: Sql = Sql("select name from person where id = $1");
const ACCOUNT: Sql = Sql("select number from account where id = $1");
const PREMISE: Sql = Sql("select street from premise where id = $1");
const METER: Sql = Sql("select serial from meter where id = $1");
const BATCH: Sql = Sql("select file_name from batch where id = $1");
const BILL: Sql = Sql("select number from bill where id = $1");
const PAYMENT: Sql = Sql("select tender || ' ' || reference from payment where id = $1");
const WINDOW: Sql = Sql("select from_on || ' to ' || to_on from bill_window where id = $1");

/// What people call it; its id where it has no name. `None` when there is no such thing.
pub fn name(tx: &mut Tx, about: About) -> Result<Option<String>> {
    let sql = match about {
        About::Person(_) => PERSON,
        About::Account(_) => {
            let digits = tx.maybe(ACCOUNT, [about.id().into()], |row| row.int(0))?;
            return Ok(digits.and_then(AccountNumber::from_digits).map(|it| it.to_string()));
        }
        About::Premise(_) => PREMISE,
        About::Meter(_) => METER,
        About::Batch(_) => BATCH,
        About::Bill(_) => BILL,
        About::Payment(_) => PAYMENT,
        About::Window(_) => WINDOW,
        About::ServicePoint(_) | About::Agreement(_) | About::Interaction(_) | About::Order(_) => {
            return Ok(Some(about.id().to_string()));
        }
    };
    tx.maybe(sql, [about.id().into()], |row| row.text(0))
}

/// The thing in two columns: its word, then its id.
pub(crate) fn read(row: &Row, column: usize) -> Result<About> {
    let (word, id) = (row.text(column)?, row.int(column + 1)?);
    About::of(&word, id).ok_or_else(|| anyhow!("there is no sort of thing called {word}"))
}

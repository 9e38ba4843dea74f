//! The rules by which bills wait for a clerk, and the most that a bill of an account may be.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;

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

/// Says the text of rules that holds from a day on. A day has one.
pub fn say(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY, [from.into(), text.into()]).map(|_| ())
}

/// The text of rules that holds on a day, if one was said.
pub fn said(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(SAID, [on.into()], |row| row.text(0))
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

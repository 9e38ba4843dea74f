//! Rules of credit, each a text from a day on, and what is to be charged with a bill to come. Written
//! once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::Noun;
use meterbook_core::id::AccountId;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const SAY: Sql = Sql("insert into credit_rules (noun, from_on, text) values ($1, $2, $3)");
const SAID: Sql = Sql("
    select text from credit_rules where noun = $1 and from_on <= $2 order by from_on desc limit 1");
const ASK: Rows = Rows("asked_charge (key, kind, account_id, amount_cents, from_on, label, why)");
const ASKED: (Sql, Sql) = among_ids!(
    "select a.key, a.kind, a.account_id, a.amount_cents, a.from_on, a.label from asked_charge a
     where not exists (select 1 from charge c where c.key = a.key)
       and not exists (select 1 from asked_charge_end e where e.key = a.key)
       and a.account_id",
    "order by a.account_id, a.from_on, a.key"
);
const FORGET: Sql = Sql("
    insert into asked_charge_end (key, ended_on, why) values ($1, $2, $3)");

/// Says the text of rules that holds from a day on. A day has one.
pub fn say(tx: &mut Tx, noun: Noun, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY, [noun.word().into(), from.into(), text.into()]).map(|_| ())
}

/// The text of rules that holds on a day, if one was said.
pub fn said(tx: &mut Tx, noun: Noun, on: Date) -> Result<Option<String>> {
    tx.maybe(SAID, [noun.word().into(), on.into()], |row| row.text(0))
}

/// Keeps what is to be charged, each with the first bill from its day on.
pub fn ask(tx: &mut Tx, charges: &[Charge], why: &str) -> Result<()> {
    tx.bulk(
        ASK,
        charges.iter().map(|it| {
            [
                V::from(&it.key),
                it.kind.word().into(),
                it.account.into(),
                it.amount.into(),
                it.on.into(),
                V::from(&it.label),
                why.into(),
            ]
        }),
    )
}

/// What is to be charged to these accounts and was not, account by account, the first day first.
pub fn asked(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<Charge>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(ASKED.0, ASKED.1);
    tx.many(sql, [list.into()], charge)
}

/// Keeps that something is not charged after all. The database refuses a second time.
pub fn forget(tx: &mut Tx, key: &str, on: Date, why: &str) -> Result<()> {
    tx.exec(FORGET, [key.into(), on.into(), why.into()]).map(|_| ())
}

fn charge(row: &Row) -> Result<Charge> {
    Ok(Charge {
        key: row.text(0)?,
        kind: row.word(1, ChargeFor::from_word)?,
        account: row.id(2)?,
        amount: row.money(3)?,
        on: row.date(4)?,
        asked_by: None,
        label: row.text(5)?,
        bill: None,
    })
}

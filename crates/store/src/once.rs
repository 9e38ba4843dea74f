//! What is charged once: the texts that say what may be, and the bills of it. Written once, never
//! changed.

use std::sync::Arc;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::bill::once::OnceLine;
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::ledger::Gl;
use meterbook_core::money::{Price, Quantity, Rounding, Share, Unit};
use meterbook_core::period::Period;
use meterbook_core::rating::{Basis, ChargeKind, Line, Note, Rule, Said};

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const SAY_KINDS: Sql = Sql("insert into charge_kinds (from_on, text) values ($1, $2)");
const KINDS: Sql = Sql("
    select from_on, text from charge_kinds where from_on <= $1 order by from_on desc limit 1");
const BILLED: Sql = Sql("insert into bill_apart (bill_id, key, why) values ($1, $2, $3)");
const BY_KEY: Sql = Sql("
    select b.number from bill_apart o join bill b on b.id = o.bill_id
    where o.key = $1 and b.account_id = $2");
const WHY: Sql = Sql("select why from bill_apart where bill_id = $1");
const LINES: Rows = Rows(
    "once_line (bill_id, position, gl, kind, label, spanish, quantity_micro, unit, price_nano, whole_cents, share_nano, code, version_on, rule_line, rule_text, amount_cents)",
);
const OF_BILL: Sql = Sql("
    select gl, kind, label, quantity_micro, unit, price_nano, whole_cents, share_nano, code,
           version_on, rule_line, rule_text, amount_cents, spanish
    from once_line where bill_id = $1 order by position");

/// Says the text of kinds that holds from a day on. A day has one.
pub fn say_kinds(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_KINDS, [from.into(), text.into()]).map(|_| ())
}

/// The text of kinds that holds on a day and its first day, if one was said.
pub fn kinds(tx: &mut Tx, on: Date) -> Result<Option<(Date, String)>> {
    tx.maybe(KINDS, [on.into()], |row| Ok((row.date(0)?, row.text(1)?)))
}

/// Keeps of what a bill is and why it was made; its key is new.
pub fn billed(tx: &mut Tx, bill: BillId, key: &str, why: &str) -> Result<()> {
    tx.exec(BILLED, [bill.into(), key.into(), why.into()]).map(|_| ())
}

/// The number of an account's bill of this key, if there is one.
pub fn by_key(tx: &mut Tx, account: AccountId, key: &str) -> Result<Option<String>> {
    tx.maybe(BY_KEY, [key.into(), account.into()], |row| row.text(0))
}

/// Why a bill of what is charged once was made; `None` of every other bill.
pub fn why(tx: &mut Tx, bill: BillId) -> Result<Option<String>> {
    tx.maybe(WHY, [bill.into()], |row| row.text(0))
}

/// Keeps what bills charge once.
pub(crate) fn add(tx: &mut Tx, bills: &[Bill]) -> Result<()> {
    let lines = bills.iter().flat_map(|it| (0_i64..).zip(&it.once).map(|line| (it.id, line)));
    tx.bulk(LINES, lines.map(|(bill, (position, it))| values(bill, position, it)))
}

/// What a bill charges once; `on` is its days.
pub(crate) fn of_bill(tx: &mut Tx, bill: BillId, on: Period) -> Result<Vec<OnceLine>> {
    tx.many(OF_BILL, [bill.into()], |row| line(row, on))
}

fn values(bill: BillId, position: i64, it: &OnceLine) -> [V<'_>; 16] {
    let OnceLine { gl, line } = it;
    let (mut each, mut share) = (None, None);
    match line.basis {
        Basis::Each(quantity, price) => each = Some((quantity, price)),
        Basis::Share(whole, of_it) => share = Some((whole, of_it)),
        _ => {}
    }
    [
        bill.into(),
        position.into(),
        gl.word().into(),
        line.kind.word().into(),
        V::from(&*line.label),
        line.spanish.as_deref().into(),
        each.map(|it| it.0.micro).into(),
        each.map(|it| it.0.unit.word()).into(),
        each.map(|it| it.1.nano).into(),
        share.map(|it| it.0).into(),
        share.map(|it| it.1.nano).into(),
        V::from(&line.rule.tariff),
        line.rule.version.into(),
        i64::from(line.rule.line).into(),
        V::from(&line.rule.text),
        line.amount.into(),
    ]
}

fn line(row: &Row, on: Period) -> Result<OnceLine> {
    let amount = row.money(12)?;
    let basis = match (row.maybe(3, Row::int)?, row.maybe(6, Row::money)?) {
        (Some(micro), _) => {
            let unit = row.word(4, Unit::from_word)?;
            let price = Price { nano: row.int(5)?, per: unit };
            Basis::Each(Quantity { micro, unit }, price)
        }
        (None, Some(whole)) => Basis::Share(whole, Share { nano: row.int(7)? }),
        (None, None) => Basis::Amount(amount),
    };
    let rule = Rule {
        tariff: row.text(8)?,
        version: row.date(9)?,
        line: row.small(10)?,
        text: row.text(11)?,
    };
    let line = Line {
        said: Arc::new(Said {
            label: row.text(2)?.into(),
            spanish: row.maybe(13, Row::text)?.map(Into::into),
            rule,
        }),
        note: Note::default(),
        kind: row.word(1, ChargeKind::from_word)?,
        period: on,
        basis,
        rounding: Rounding::HalfUp,
        exact: basis.exact(),
        amount,
    };
    Ok(OnceLine { gl: row.word(0, Gl::from_word)?, line })
}

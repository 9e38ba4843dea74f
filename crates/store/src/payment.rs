//! Payments: written once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AccountNumber, PaymentId, TenderId};
use meterbook_core::ledger::{Payment, Tender};

use crate::Tx;
use crate::suspense::Same;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into payment (id, account_id, amount_cents, paid_on, tender, reference, key)
    values ($1, $2, $3, $4, $5, $6, $7)");
const BY_KEY: Sql = Sql("
    select id, account_id, amount_cents, paid_on, tender, reference, key
    from payment where key = $1");
const GET: Sql = Sql("
    select id, account_id, amount_cents, paid_on, tender, reference, key
    from payment where id = $1");
const OF_ACCOUNT: Sql = Sql("
    select id, account_id, amount_cents, paid_on, tender, reference, key
    from payment where account_id = $1 order by paid_on desc, id desc limit $2");
const OF_TENDER: Sql = Sql("
    select y.id, y.account_id, y.amount_cents, y.paid_on, y.tender, y.reference, y.key
    from payment_tender o join payment y on y.id = o.payment_id
    where o.tender_id = $1 order by y.id");
const COUNT_OF: Sql = Sql("select count(*) from payment where account_id = $1");

const SAME: Sql = Sql("
    select a.number from tender t
    join payment_tender o on o.tender_id = t.id
    join payment y on y.id = o.payment_id
    join account a on a.id = y.account_id
    where t.reference = $2 and t.kind = $1 and y.amount_cents = $3 and $4 <= y.paid_on and y.paid_on <= $5
      and not exists (select 1 from payment_reversal r where r.payment_id = y.id)
    order by y.id limit 1");
const COUNT: Sql = Sql("select count(*) from payment");

/// Keeps a payment.
pub fn add(tx: &mut Tx, payment: &Payment) -> Result<()> {
    let Payment { id, account, amount, on, tender, reference, key } = payment;
    let values = [
        (*id).into(),
        (*account).into(),
        (*amount).into(),
        (*on).into(),
        tender.word().into(),
        reference.into(),
        key.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// The payment with this id, if there is one.
pub fn get(tx: &mut Tx, id: PaymentId) -> Result<Option<Payment>> {
    tx.maybe(GET, [id.into()], payment)
}

/// The payment with this key, if it was taken.
pub fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Payment>> {
    tx.maybe(BY_KEY, [key.into()], payment)
}

/// The account on which a kind, a reference and an amount is paid within two days, if it is.
pub fn same(
    tx: &mut Tx,
    (kind, reference, amount): Same<'_>,
    (from, to): (Date, Date),
) -> Result<Option<AccountNumber>> {
    let asked = [kind.word().into(), reference.into(), amount.into(), from.into(), to.into()];
    tx.maybe(SAME, asked, |row| row.number(0))
}

/// The payments of an account, newest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Payment>> {
    newest_of(tx, account, i64::MAX)
}

/// At most so many payments of an account, newest first.
pub fn newest_of(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<Payment>> {
    tx.many(OF_ACCOUNT, [account.into(), most.into()], payment)
}

/// All payments that came in a tender, also those that were taken back.
pub fn of_tender(tx: &mut Tx, id: TenderId) -> Result<Vec<Payment>> {
    tx.many(OF_TENDER, [id.into()], payment)
}

/// How many payments an account has.
pub fn count_of(tx: &mut Tx, account: AccountId) -> Result<i64> {
    tx.one(COUNT_OF, [account.into()], |row| row.int(0))
}

/// How many payments were taken.
pub fn count(tx: &mut Tx) -> Result<i64> {
    tx.one(COUNT, [], |row| row.int(0))
}

pub(crate) fn payment(row: &Row) -> Result<Payment> {
    Ok(Payment {
        id: row.id(0)?,
        account: row.id(1)?,
        amount: row.money(2)?,
        on: row.date(3)?,
        tender: row.word(4, Tender::from_word)?,
        reference: row.text(5)?,
        key: row.text(6)?,
    })
}

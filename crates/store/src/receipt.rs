//! What came in at once, what it came in, and what its payments were meant for and became: written
//! once, never changed.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, CreditUseId, EntryId, PaymentId, ReceiptId, TenderId};
use meterbook_core::ledger::{Payment, Receipt, Reversed, Tender, Tendered};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into receipt (id, received_on, taken_at, amount_cents) values ($1, $2, $3, $4)");
const TENDERS: Rows = Rows("tender (id, receipt_id, kind, amount_cents, reference)");
const OF_TENDER: Sql = Sql("
    insert into payment_tender (payment_id, tender_id) values ($1, $2)");
const ALLOCATIONS: Rows = Rows("payment_allocation (payment_id, position, entry_id, amount_cents)");
const ALLOCATED: Sql = Sql("
    select entry_id, amount_cents from payment_allocation where payment_id = $1 order by position");
const LOCK_SQLITE: Sql = Sql("select id from tender where id = $1");
const LOCK_POSTGRES: Sql = Sql("select id from tender where id = $1 for no key update");
const TENDER: Sql = Sql("
    select t.id, t.kind, t.amount_cents, t.reference, t.receipt_id, r.received_on, r.taken_at
    from tender t join receipt r on r.id = t.receipt_id where t.id = $1");
const TENDERS_OF: Sql = Sql("
    select id, kind, amount_cents, reference from tender where receipt_id = $1 order by id");
const TENDER_OF: Sql = Sql("select tender_id from payment_tender where payment_id = $1");
const STANDING: Sql = Sql("
    select y.id, y.account_id, y.amount_cents, y.paid_on, y.tender, y.reference, y.key
    from payment_tender o join standing_payment y on y.id = o.payment_id
    where o.tender_id = $1 order by y.id");
const REVERSE: Sql = Sql("
    insert into payment_reversal (payment_id, how, reversed_on, moved_to, why)
    values ($1, $2, $3, $4, $5)");
const REVERSED: Sql = Sql("
    select how, reversed_on from payment_reversal where payment_id = $1");
const REVERSED_WHY: Sql = Sql("
    select how, reversed_on, why from payment_reversal where payment_id = $1");
const LAST_REVERSED: Sql = Sql("
    select r.how, r.reversed_on
    from payment_tender o join payment_reversal r on r.payment_id = o.payment_id
    where o.tender_id = $1 order by r.payment_id desc limit 1");
const USE: Sql = Sql("
    insert into credit_use (id, kind, account_id, to_account_id, amount_cents, used_on, key, why)
    values ($1, $2, $3, $4, $5, $6, $7, $8)");
const USES: Sql = Sql("
    select id, account_id, to_account_id, amount_cents, used_on, key, why from credit_use
    where account_id = $1 or to_account_id = $1 order by id desc limit $2");
const USED: Sql = Sql("select amount_cents, used_on from credit_use where key = $1");
const SAY_RULE: Sql = Sql("insert into allocation_rule (from_on, text) values ($1, $2)");
const RULE: Sql = Sql("
    select text from allocation_rule where from_on <= $1 order by from_on desc limit 1");

/// A tender as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// What it is.
    pub tender: Tendered,
    /// What it came in with.
    pub receipt: ReceiptId,
    /// The day it counts from.
    pub on: Date,
    /// When it was taken; the beginning of time where nobody wrote that down.
    pub at: Timestamp,
}

/// A credit that is given back, or goes to another account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditUse {
    /// Which.
    pub id: CreditUseId,
    /// Whose credit it was.
    pub from: AccountId,
    /// Where it goes; `None` where it is given back.
    pub to: Option<AccountId>,
    /// How much, above zero.
    pub amount: Money,
    /// The day it counts from.
    pub on: Date,
    /// The natural key: the same is not given twice.
    pub key: String,
    /// Why.
    pub why: String,
}

/// Keeps what came in at once.
pub fn add(tx: &mut Tx, it: &Receipt, at: Timestamp) -> Result<()> {
    let amount: Money = it.tenders.iter().map(|it| it.amount).sum();
    tx.exec(ADD, [it.id.into(), it.on.into(), at.into(), amount.into()])?;
    let tender = |of: &'_ Tendered| {
        let Tendered { id, kind, amount, reference } = of.clone();
        [id.into(), it.id.into(), kind.word().into(), amount.into(), V::from(reference)]
    };
    tx.bulk(TENDERS, it.tenders.iter().map(tender))
}

/// Says what a payment came in, and what it was meant for, in order.
pub fn apply(
    tx: &mut Tx,
    id: PaymentId,
    tender: TenderId,
    given: &[(EntryId, Money)],
) -> Result<()> {
    tx.exec(OF_TENDER, [id.into(), tender.into()])?;
    let rows = (0_i64..).zip(given);
    tx.bulk(ALLOCATIONS, rows.map(|(nth, it)| [id.into(), nth.into(), it.0.into(), it.1.into()]))
}

/// What a payment was meant for, in order.
pub fn allocated(tx: &mut Tx, id: PaymentId) -> Result<Vec<(EntryId, Money)>> {
    tx.many(ALLOCATED, [id.into()], |row| Ok((row.id(0)?, row.money(1)?)))
}

/// One tender, which nobody else changes the payments of until this transaction ends.
pub fn lock(tx: &mut Tx, id: TenderId) -> Result<Option<Came>> {
    tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [id.into()], |row| row.int(0))?;
    get(tx, id)
}

/// One tender, if it is there.
pub fn get(tx: &mut Tx, id: TenderId) -> Result<Option<Came>> {
    tx.maybe(TENDER, [id.into()], |row| {
        let (receipt, on, at) = (row.id(4)?, row.date(5)?, row.instant(6)?);
        Ok(Came { tender: tendered(row)?, receipt, on, at })
    })
}

/// What came in at once, in order.
pub fn tenders(tx: &mut Tx, of: ReceiptId) -> Result<Vec<Tendered>> {
    tx.many(TENDERS_OF, [of.into()], tendered)
}

/// What a payment came in.
pub fn tender_of(tx: &mut Tx, id: PaymentId) -> Result<Option<TenderId>> {
    tx.maybe(TENDER_OF, [id.into()], |row| row.id(0))
}

/// The payments of a tender that were not taken back.
pub fn standing(tx: &mut Tx, of: TenderId) -> Result<Vec<Payment>> {
    tx.many(STANDING, [of.into()], crate::payment::payment)
}

/// Says that a payment was taken back. The database refuses a second time.
pub fn reverse(
    tx: &mut Tx,
    id: PaymentId,
    how: Reversed,
    on: Date,
    (to, why): (Option<PaymentId>, &str),
) -> Result<()> {
    let values = [id.into(), how.word().into(), on.into(), to.into(), why.into()];
    tx.exec(REVERSE, values).map(|_| ())
}

/// How and from which day on a payment was taken back, if it was.
pub fn reversed(tx: &mut Tx, id: PaymentId) -> Result<Option<(Reversed, Date)>> {
    tx.maybe(REVERSED, [id.into()], |row| Ok((row.word(0, Reversed::from_word)?, row.date(1)?)))
}

/// How a payment was taken back, from which day that counts, and why, if it was.
pub fn reversed_why(tx: &mut Tx, id: PaymentId) -> Result<Option<(Reversed, Date, String)>> {
    tx.maybe(REVERSED_WHY, [id.into()], |row| {
        Ok((row.word(0, Reversed::from_word)?, row.date(1)?, row.text(2)?))
    })
}

/// How the last payment of a tender was taken back, if one was.
pub fn last_reversed(tx: &mut Tx, of: TenderId) -> Result<Option<(Reversed, Date)>> {
    tx.maybe(LAST_REVERSED, [of.into()], |row| {
        Ok((row.word(0, Reversed::from_word)?, row.date(1)?))
    })
}

/// Keeps what became of a credit.
pub fn use_credit(tx: &mut Tx, it: &CreditUse) -> Result<()> {
    let CreditUse { id, from, to, amount, on, key, why } = it;
    let kind = if to.is_some() { "transfer" } else { "refund" };
    let values = [
        (*id).into(),
        kind.into(),
        (*from).into(),
        (*to).into(),
        (*amount).into(),
        (*on).into(),
        key.into(),
        why.into(),
    ];
    tx.exec(USE, values).map(|_| ())
}

/// At most so many credits that an account gave back, gave or got, the newest first.
pub fn uses(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<CreditUse>> {
    tx.many(USES, [account.into(), most.into()], |row| {
        Ok(CreditUse {
            id: row.id(0)?,
            from: row.id(1)?,
            to: row.maybe(2, Row::id)?,
            amount: row.money(3)?,
            on: row.date(4)?,
            key: row.text(5)?,
            why: row.text(6)?,
        })
    })
}

/// How much and from which day on a credit was used under this key, if it was.
pub fn used(tx: &mut Tx, key: &str) -> Result<Option<(Money, Date)>> {
    tx.maybe(USED, [key.into()], |row| Ok((row.money(0)?, row.date(1)?)))
}

/// Says how payments are allocated from a day on.
pub fn say_rule(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_RULE, [from.into(), text.into()]).map(|_| ())
}

/// How payments are allocated on a day, where the utility says so.
pub fn rule(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(RULE, [on.into()], |row| row.text(0))
}

fn tendered(row: &Row) -> Result<Tendered> {
    Ok(Tendered {
        id: row.id(0)?,
        kind: row.word(1, Tender::from_word)?,
        amount: row.money(2)?,
        reference: row.text(3)?,
    })
}

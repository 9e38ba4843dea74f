//! Cheques that lockboxes opened, and many receipts kept at once: by statements of many rows, whatever
//! their number. Written once, never changed.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{
    AccountId, AccountNumber, EntryId, PaymentBatchId, PaymentId, ReceiptId, TenderId,
};
use meterbook_core::ledger::{Payment, Receipt, Suspended};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, among_words, list_of, words_of};
use crate::value::V;

const SAY_LAYOUT: Sql = Sql("insert into lockbox_layout (from_on, text) values ($1, $2)");
const LAYOUT: Sql = Sql("
    select text from lockbox_layout where from_on <= $1 order by from_on desc limit 1");
const FILE: Sql = Sql("
    insert into lockbox_file (batch_id, items, total_cents, already, already_cents)
    values ($1, $2, $3, $4, $5)");
const ITEMS: Rows =
    Rows("lockbox_item (tender_id, batch_id, lockbox, deposited_on, place, cheque)");
const PLACES: (Sql, Sql) = among_words!(
    "select i.place, t.amount_cents from lockbox_item i join tender t on t.id = i.tender_id
         where i.place",
    "order by i.place"
);
const CHEQUES: (Sql, Sql) = among_words!(
    "select i.cheque, t.amount_cents from lockbox_item i join tender t on t.id = i.tender_id
         where i.cheque",
    "order by i.cheque"
);
const NUMBERS: (Sql, Sql) =
    among_ids!("select number, id from account where number", "order by number");
// Accounts for which more follows from a payment than what they owe.
const FOLLOWED: (Sql, Sql) = among_ids!(
    "select a.id from account a
     where (exists (select 1 from late_fee f where f.account_id = a.id)
        or exists (select 1 from charge c where c.account_id = a.id and c.kind = 'written-off')
        or exists (select 1 from open_order o join work_order w on w.id = o.order_id
                   where w.account_id = a.id and w.off_below_cents is not null))
       and a.id",
    "order by a.id"
);
const RECEIPTS: Rows = Rows("receipt (id, received_on, taken_at, amount_cents)");
const TENDERS: Rows = Rows("tender (id, receipt_id, kind, amount_cents, reference)");
const PAYMENTS: Rows =
    Rows("payment (id, account_id, amount_cents, paid_on, tender, reference, key)");
const PAYMENT_TENDERS: Rows = Rows("payment_tender (payment_id, tender_id)");
const ALLOCATIONS: Rows = Rows("payment_allocation (payment_id, position, entry_id, amount_cents)");
const SUSPENSE: Rows = Rows("suspense (id, tender_id, amount_cents, held_on, said, key)");
const LINES: Rows = Rows("payment_batch_receipt (receipt_id, batch_id, line)");
const FILES: Sql = Sql("select count(*) from payment_batch");
// What was said of a batch is what was posted; of a lockbox what had come before is not.
const BATCH_SUMS: Sql = Sql("
    select b.id, b.lines, b.total_cents, b.posted, b.posted_cents from (
        select p.id, p.lines, p.total_cents, count(r.id) as posted,
               cast(coalesce(sum(r.amount_cents), 0) as bigint) as posted_cents
        from payment_batch p
        left join payment_batch_receipt o on o.batch_id = p.id
        left join receipt r on r.id = o.receipt_id
        group by p.id, p.lines, p.total_cents) as b
    where b.lines <> b.posted or b.total_cents <> b.posted_cents order by b.id limit 100");
const FILE_SUMS: Sql = Sql("
    select f.batch_id, f.items, f.total_cents
    from lockbox_file f join payment_batch b on b.id = f.batch_id
    where f.items - f.already <> b.lines or f.total_cents - f.already_cents <> b.total_cents
       or b.lines <> (select count(*) from lockbox_item i where i.batch_id = b.id)
    order by f.batch_id limit 100");

/// A cheque that a lockbox opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it came in as.
    pub tender: TenderId,
    /// The lockbox.
    pub lockbox: String,
    /// The day of the deposit.
    pub deposited: Date,
    /// Where it is in the deposit.
    pub place: String,
    /// The numbers that are printed on it, where there are any.
    pub cheque: Option<String>,
}

/// What a file of a lockbox says of itself, and what of it had come before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// How many cheques, and what they come to.
    pub said: (usize, Money),
    /// How many of them were posted before, and what these come to.
    pub already: (usize, Money),
}

/// A payment with the tender that it came in and what it is for.
#[derive(Clone, Debug)]
pub struct Given {
    /// The payment.
    pub payment: Payment,
    /// What it came in.
    pub tender: TenderId,
    /// What it is for, in order.
    pub applied: Vec<(EntryId, Money)>,
}

/// Says from a day on where a bank writes what.
pub fn say_layout(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_LAYOUT, [from.into(), text.into()]).map(|_| ())
}

/// Where a bank writes what on a day, if somebody said it.
pub fn layout(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(LAYOUT, [on.into()], |row| row.text(0))
}

/// Keeps what a file came to, and its cheques. The database refuses one that was kept before.
pub fn add(tx: &mut Tx, batch: PaymentBatchId, sums: &Sums, items: &[Item]) -> Result<()> {
    let [said, already] = [sums.said, sums.already].map(|it| (i64::try_from(it.0), it.1));
    let values = [batch.into(), said.0?.into(), said.1.into(), already.0?.into(), already.1.into()];
    tx.exec(FILE, values)?;
    tx.bulk(
        ITEMS,
        items.iter().map(|it| {
            [
                it.tender.into(),
                batch.into(),
                V::from(&it.lockbox),
                it.deposited.into(),
                V::from(&it.place),
                it.cheque.as_deref().into(),
            ]
        }),
    )
}

/// Which of these places and cheques were posted before, and as how much.
pub fn known<'a>(
    tx: &mut Tx,
    places: impl Iterator<Item = &'a str>,
    cheques: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Money>> {
    let mut found = BTreeMap::new();
    for (sql, words) in [(PLACES, words_of(places)), (CHEQUES, words_of(cheques))] {
        let sql = tx.either(sql.0, sql.1);
        found.extend(tx.many(sql, [words.into()], |row| Ok((row.text(0)?, row.money(1)?)))?);
    }
    Ok(found)
}

/// The accounts that have these numbers.
pub fn accounts(
    tx: &mut Tx,
    numbers: impl Iterator<Item = AccountNumber>,
) -> Result<BTreeMap<AccountNumber, AccountId>> {
    let sql = tx.either(NUMBERS.0, NUMBERS.1);
    let list = list_of(numbers.map(AccountNumber::digits));
    let found = tx.many(sql, [list.into()], |row| Ok((row.number(0)?, row.id(1)?)))?;
    Ok(found.into_iter().collect())
}

/// Those of these accounts for which more follows from a payment than what they owe: fees for being late,
/// cuts that are on their way, what was given up.
pub fn followed(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<AccountId>> {
    let sql = tx.either(FOLLOWED.0, FOLLOWED.1);
    tx.many(sql, [list_of(accounts.iter().copied()).into()], |row| row.id(0))
}

/// Keeps receipts of one tender each.
pub fn add_receipts(tx: &mut Tx, all: &[Receipt], at: Timestamp) -> Result<()> {
    let sum = |it: &Receipt| -> Money { it.tenders.iter().map(|it| it.amount).sum() };
    tx.bulk(
        RECEIPTS,
        all.iter().map(|it| [it.id.into(), it.on.into(), at.into(), sum(it).into()]),
    )?;
    let tenders = all.iter().flat_map(|it| it.tenders.iter().map(|of| (it.id, of)));
    tx.bulk(
        TENDERS,
        tenders.map(|(id, of)| {
            let (kind, reference) = (of.kind.word().into(), V::from(&of.reference));
            [of.id.into(), id.into(), kind, of.amount.into(), reference]
        }),
    )
}

/// Keeps payments, what they came in and what they are for.
pub fn add_payments(tx: &mut Tx, all: &[Given]) -> Result<()> {
    tx.bulk(
        PAYMENTS,
        all.iter().map(|it| {
            let Payment { id, account, amount, on, tender, reference, key } = &it.payment;
            [
                (*id).into(),
                (*account).into(),
                (*amount).into(),
                (*on).into(),
                tender.word().into(),
                V::from(reference),
                V::from(key),
            ]
        }),
    )?;
    tx.bulk(PAYMENT_TENDERS, all.iter().map(|it| [it.payment.id.into(), it.tender.into()]))?;
    let rows = |it: &'_ Given| -> Vec<(PaymentId, i64, EntryId, Money)> {
        let id = it.payment.id;
        (0_i64..).zip(&it.applied).map(|(nth, of)| (id, nth, of.0, of.1)).collect()
    };
    let rows = all.iter().flat_map(rows);
    tx.bulk(ALLOCATIONS, rows.map(|it| [it.0.into(), it.1.into(), it.2.into(), it.3.into()]))
}

/// Keeps what is held.
pub fn add_held(tx: &mut Tx, all: &[Suspended]) -> Result<()> {
    tx.bulk(
        SUSPENSE,
        all.iter().map(|it| {
            let Suspended { id, tender, amount, on, said, key } = it;
            [
                (*id).into(),
                (*tender).into(),
                (*amount).into(),
                (*on).into(),
                V::from(said),
                V::from(key),
            ]
        }),
    )
}

/// Says on which line of a batch each stood.
pub fn add_lines(tx: &mut Tx, of: PaymentBatchId, lines: &[(ReceiptId, i64)]) -> Result<()> {
    tx.bulk(LINES, lines.iter().map(|it| [it.0.into(), of.into(), it.1.into()]))
}

/// What was said of every batch beforehand is what was posted of it.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(BATCH_SUMS, [], |row| {
        let (id, said, posted) = (row.int(0)?, row.int(1)?, row.int(3)?);
        let (total, sum) = (row.money(2)?, row.money(4)?);
        Ok(format!("batch {id} says {said} payments of {total}, and {posted} of {sum} are posted"))
    })?;
    found.extend(tx.many(FILE_SUMS, [], |row| {
        let (id, items, total) = (row.int(0)?, row.int(1)?, row.money(2)?);
        Ok(format!("batch {id} is a lockbox with {items} cheques of {total}, and not posted so"))
    })?);
    Ok((tx.one(FILES, [], |row| row.int(0))?, found))
}

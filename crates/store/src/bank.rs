//! Statements of accounts at banks, what they say came in, and the deposits that were expected. Written
//! once, never changed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::id::{BankStatementId, PaymentBatchId, TenderId};
use meterbook_core::ledger::{Tender, Tendered};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql, among_words, words_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into bank_statement (id, name, sha256, alike, format, taken_at, batch_id)
    values ($1, $2, $3, $4, $5, $6, $7)");
const CREDITS: Rows = Rows(
    "bank_credit (key, statement_id, line, account, booked_on, amount_cents, said, alike, deposit, tender_id)",
);
const BY_HASH: Sql = Sql("select id, name from bank_statement where sha256 = $1");
const ALIKE: Sql = Sql("select id from bank_statement where alike = $1 order by id limit 1");
const KNOWN: (Sql, Sql) =
    among_words!("select alike, key from bank_credit where alike", "order by key");
const AMONG: (Sql, Sql) = among_words!("select key from bank_credit where key", "order by key");
const BOOKED: Sql = Sql("
    select key, statement_id, booked_on, amount_cents, said from bank_credit
    where account = $1 and $2 <= booked_on and booked_on <= $3 order by booked_on, key");
const RETURNED: Rows =
    Rows("bank_return (key, statement_id, line, account, booked_on, amount_cents, said)");
const KNOWN_RETURNED: (Sql, Sql) =
    among_words!("select key from bank_return where key", "order by key");
const OPEN_RETURNED: Sql = Sql("
    select key, line, account, booked_on, amount_cents, said from bank_return r
    where not exists (select 1 from bank_return_end e where e.key = r.key)
    order by booked_on, key");
const ONE_RETURNED: Sql = Sql("
    select key, line, account, booked_on, amount_cents, said from bank_return r
    where r.key = $1 and not exists (select 1 from bank_return_end e where e.key = r.key)");
const LOCK_RETURNED_SQLITE: Sql = Sql("select line from bank_return where key = $1");
const LOCK_RETURNED_POSTGRES: Sql =
    Sql("select line from bank_return where key = $1 for no key update");
const END_RETURNED: Sql = Sql("
    insert into bank_return_end (key, tender_id, ended_on, why) values ($1, $2, $3, $4)");
// Cheques and transfers of as much that nobody took back, the newest first.
const MAY_BE_BACK: Sql = Sql("
    select t.id, t.kind, t.reference
    from tender t join receipt r on r.id = t.receipt_id
    where t.amount_cents = $1 and t.kind <> 'cash' and $2 <= r.received_on and r.received_on <= $3
      and exists (select 1 from payment_tender p where p.tender_id = t.id and not exists (
        select 1 from payment_reversal v where v.payment_id = p.payment_id))
    order by r.received_on desc, t.id desc limit 3");
const OTHER_RETURNED: Sql = Sql("
    select r.key from bank_return r join bank_return_end e on e.key = r.key
    join tender t on t.id = e.tender_id
    where t.amount_cents <> r.amount_cents
       or not exists (select 1 from tender_return b where b.tender_id = t.id)
    order by r.key limit 100");
const OPEN: Sql = Sql("
    select key, line, account, booked_on, amount_cents, said, alike, deposit, tender_id
    from bank_credit c
    where deposit is null and tender_id is null
      and not exists (select 1 from bank_credit_end e where e.key = c.key)
    order by booked_on, key");
const OPEN_ONE: Sql = Sql("
    select key, line, account, booked_on, amount_cents, said, alike, deposit, tender_id
    from bank_credit c
    where c.key = $1 and deposit is null and tender_id is null
      and not exists (select 1 from bank_credit_end e where e.key = c.key)");
const LOCK_SQLITE: Sql = Sql("select line from bank_credit where key = $1");
const LOCK_POSTGRES: Sql = Sql("select line from bank_credit where key = $1 for no key update");
const END: Sql = Sql("
    insert into bank_credit_end (key, how, ended_on, why) values ($1, $2, $3, $4)");
const MATCH: Sql = Sql("insert into bank_credit_match (matched, key) values ($1, $2)");
const IS_TENDER: Sql = Sql("select count(*) from bank_credit where tender_id = $1");
const OTHER_DEPOSITS: Sql = Sql("
    select c.key from bank_credit c join bank_credit_end e on e.key = c.key
    where (e.how <> 'ours') <> exists (select 1 from bank_credit_match m where m.key = c.key)
       or c.deposit is not null or c.tender_id is not null
    order by c.key limit 100");
const OF_STATEMENT: Sql = Sql("
    select key, line, account, booked_on, amount_cents, said, alike, deposit, tender_id
    from bank_credit where statement_id = $1 order by line, key");
// What lockboxes opened on a day, files of debits, drawers that were closed, and files of payments. What of a file
// was voided never came, and is not taken to the bank; a lockbox had taken it there already.
const EXPECTED: Sql = Sql("
    with voided as (
        select o.batch_id, t.id as tender_id, t.amount_cents
        from payment_batch_receipt o join tender t on t.receipt_id = o.receipt_id
        where t.id in (
            select p.tender_id from payment_reversal r join payment_tender p on p.payment_id = r.payment_id
            where r.how = 'voided'
            union
            select s.tender_id from suspense_end x join suspense s on s.id = x.suspense_id
            where x.how = 'returned' and not exists (
                select 1 from tender_return b where b.tender_id = s.tender_id)))
    select e.key, e.expected_on, e.cents, (
        select count(*) from (
            select deposit from bank_credit where deposit is not null
            union all select matched from bank_credit_match) as c
        where c.deposit = e.key) as seen, e.voided
    from (
        select 'lockbox/' || i.lockbox || '/' || i.deposited_on as key, i.deposited_on as expected_on,
               cast(sum(t.amount_cents) as bigint) as cents,
               cast(coalesce(sum(v.amount_cents), 0) as bigint) as voided
        from lockbox_item i join tender t on t.id = i.tender_id
        left join voided v on v.tender_id = t.id
        group by i.lockbox, i.deposited_on
        union all
        select 'debits/' || f.id, f.settle_on, f.total_cents, 0 from debit_file f
        where not exists (select 1 from debit_call_off c where c.file_id = f.id)
        union all
        select 'drawer/' || d.id, d.opened_on, c.counted_cents - d.float_cents + cast(coalesce(c.checks_cents, (
                select sum(t.amount_cents) from receipt_drawer o join tender t on t.receipt_id = o.receipt_id
                where o.drawer_id = d.id and t.kind = 'check' and not exists (
                    select 1 from payment_tender p join payment_reversal r on r.payment_id = p.payment_id
                    where p.tender_id = t.id and r.how = 'voided')), 0) as bigint), 0
        from drawer d join drawer_close c on c.drawer_id = d.id
        union all
        select 'batch/' || b.id, min(r.received_on), b.total_cents - v.cents, v.cents
        from payment_batch b
        join (select p.id, (select cast(coalesce(sum(i.amount_cents), 0) as bigint) from voided i
                            where i.batch_id = p.id) as cents
              from payment_batch p) as v on v.id = b.id
        join payment_batch_receipt o on o.batch_id = b.id join receipt r on r.id = o.receipt_id
        where not exists (select 1 from lockbox_file f where f.batch_id = b.id)
          and not exists (select 1 from bank_statement s where s.batch_id = b.id)
        group by b.id, b.total_cents, v.cents) as e
    where 0 < e.cents order by e.expected_on, e.key");
const COUNT: Sql = Sql("select count(*) from bank_credit");
const OTHER_TENDER: Sql = Sql("
    select c.key, c.amount_cents, t.amount_cents
    from (
        select key, tender_id from bank_credit where tender_id is not null
        union all
        select key, cast(substr(matched, 8) as bigint) from bank_credit_match
        where matched like 'tender/%') as i
    join bank_credit c on c.key = i.key
    join tender t on t.id = i.tender_id
    where t.amount_cents <> c.amount_cents or t.kind <> 'bank' order by c.key limit 100");

/// A statement of an account at a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Which.
    pub id: BankStatementId,
    /// What it was called.
    pub name: String,
    /// The hash of its file.
    pub sha256: String,
    /// The hash of the amounts and references in it.
    pub alike: String,
    /// How it is written.
    pub format: String,
    /// When it was taken in.
    pub at: Timestamp,
    /// The batch of the payments that it became, if any.
    pub batch: Option<PaymentBatchId>,
}

/// What a statement says came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The natural key: the same is taken in once, whatever statement it is in.
    pub key: String,
    /// Its line.
    pub line: i64,
    /// The account at the bank.
    pub account: String,
    /// The day on which it was booked.
    pub on: Date,
    /// How much, above zero.
    pub amount: Money,
    /// What the bank says of it.
    pub said: String,
    /// The account, the day, the type and the amount: what tells least.
    pub alike: String,
    /// The deposit that it is, where one was expected.
    pub deposit: Option<String>,
    /// What it came in as, where it is a customer's.
    pub tender: Option<TenderId>,
}

/// What came in by a statement that was kept, as it is compared with what comes later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Its natural key.
    pub key: String,
    /// In which statement it was first.
    pub statement: BankStatementId,
    /// The day on which it was booked.
    pub on: Date,
    /// How much, above zero.
    pub amount: Money,
    /// What the bank says of it.
    pub said: String,
}

/// What a bank took back of what had been paid in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedItem {
    /// The natural key: the same is kept once, whatever statement it is in.
    pub key: String,
    /// Its line.
    pub line: i64,
    /// The account at the bank.
    pub account: String,
    /// The day on which it was booked.
    pub on: Date,
    /// How much, above zero.
    pub amount: Money,
    /// What the bank says of it.
    pub said: String,
}

/// A deposit that was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What it is: `lockbox/0012345/2026-07-06`, `debits/3`, `drawer/7`, `batch/2`.
    pub key: String,
    /// The day from which it was.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// What of it was voided: of a lockbox it came all the same, of a file of payments it is not in the amount.
    pub voided: Money,
    /// Whether a statement says that it came.
    pub seen: bool,
}

/// What a person says a credit is that nobody expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled<'a> {
    /// Deposits that were expected, by their keys.
    Deposits(&'a [String]),
    /// A tender, taken before or with it.
    Tender(TenderId),
    /// No customer's money.
    Ours,
}

impl Settled<'_> {
    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Settled::Deposits(_) => "deposits",
            Settled::Tender(_) => "tender",
            Settled::Ours => "ours",
        }
    }
}

/// A credit that nobody expected and of which nothing was said, which nobody else decides about until this
/// transaction ends.
pub fn lock(tx: &mut Tx, key: &str) -> Result<Option<Credit>> {
    tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [key.into()], |row| row.int(0))?;
    tx.maybe(OPEN_ONE, [key.into()], credit)
}

/// Whether a tender is what came in by a statement as a customer's.
pub fn is_credit(tx: &mut Tx, id: TenderId) -> Result<bool> {
    tx.one(IS_TENDER, [id.into()], |row| Ok(row.int(0)? != 0))
}

/// Keeps what a person says a credit is. The database refuses a second time, and a deposit or a tender that is
/// another credit.
pub fn settle(tx: &mut Tx, key: &str, is: &Settled, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [key.into(), is.word().into(), on.into(), why.into()])?;
    let matched = match is {
        Settled::Deposits(deposits) => deposits.to_vec(),
        Settled::Tender(id) => vec![format!("tender/{id}")],
        Settled::Ours => Vec::new(),
    };
    matched.iter().try_for_each(|it| tx.exec(MATCH, [it.into(), key.into()]).map(drop))
}

/// Keeps a statement with what came in by it. The database refuses what was kept before.
pub fn add(tx: &mut Tx, it: &Statement, credits: &[Credit]) -> Result<()> {
    let values = [
        it.id.into(),
        V::from(&it.name),
        V::from(&it.sha256),
        V::from(&it.alike),
        V::from(&it.format),
        it.at.into(),
        it.batch.into(),
    ];
    tx.exec(ADD, values)?;
    tx.bulk(
        CREDITS,
        credits.iter().map(|of| {
            [
                V::from(&of.key),
                it.id.into(),
                of.line.into(),
                V::from(&of.account),
                of.on.into(),
                of.amount.into(),
                V::from(&of.said),
                V::from(&of.alike),
                of.deposit.as_deref().into(),
                of.tender.into(),
            ]
        }),
    )
}

/// What of this was not kept before.
pub fn new_returned(tx: &mut Tx, mut all: Vec<ReturnedItem>) -> Result<Vec<ReturnedItem>> {
    let sql = tx.either(KNOWN_RETURNED.0, KNOWN_RETURNED.1);
    let keys = words_of(all.iter().map(|it| it.key.as_str()));
    let known: BTreeSet<String> =
        tx.many(sql, [keys.into()], |row| row.text(0))?.into_iter().collect();
    all.retain(|it| !known.contains(&it.key));
    Ok(all)
}

/// Keeps what a bank took back by a statement. The database refuses what was kept before.
pub fn add_returned(tx: &mut Tx, of: BankStatementId, all: &[ReturnedItem]) -> Result<()> {
    tx.bulk(
        RETURNED,
        all.iter().map(|it| {
            [
                V::from(&it.key),
                of.into(),
                it.line.into(),
                V::from(&it.account),
                it.on.into(),
                it.amount.into(),
                V::from(&it.said),
            ]
        }),
    )
}

/// What a bank took back and of which nobody said what it is, the oldest first.
pub fn open_returned(tx: &mut Tx) -> Result<Vec<ReturnedItem>> {
    tx.many(OPEN_RETURNED, [], returned)
}

/// One of them, which nobody else decides about until this transaction ends.
pub fn lock_returned(tx: &mut Tx, key: &str) -> Result<Option<ReturnedItem>> {
    let lock = tx.either(LOCK_RETURNED_SQLITE, LOCK_RETURNED_POSTGRES);
    tx.maybe(lock, [key.into()], |row| row.int(0))?;
    tx.maybe(ONE_RETURNED, [key.into()], returned)
}

/// Keeps which tender came back by it, or that it was no customer's. The database refuses a second time, and a
/// tender that came back by another one.
pub fn settle_returned(
    tx: &mut Tx,
    key: &str,
    tender: Option<TenderId>,
    on: Date,
    why: &str,
) -> Result<()> {
    tx.exec(END_RETURNED, [key.into(), tender.into(), on.into(), why.into()]).map(|_| ())
}

/// Up to three tenders that it may be: of as much, taken within so many days before, and not taken back.
pub fn may_be_back(tx: &mut Tx, it: &ReturnedItem, days: i64) -> Result<Vec<Tendered>> {
    let from = it.on.saturating_sub(days.days());
    tx.many(MAY_BE_BACK, [it.amount.into(), from.into(), it.on.into()], |row| {
        let (id, kind) = (row.id(0)?, row.word(1, Tender::from_word)?);
        Ok(Tendered { id, kind, amount: it.amount, reference: row.text(2)? })
    })
}

/// Which of these keys are kept.
pub fn among<'a>(tx: &mut Tx, keys: impl Iterator<Item = &'a str>) -> Result<BTreeSet<String>> {
    let sql = tx.either(AMONG.0, AMONG.1);
    let found = tx.many(sql, [words_of(keys).into()], |row| row.text(0))?;
    Ok(found.into_iter().collect())
}

/// What came in at an account of a bank from one day to another, both with them.
pub fn booked(tx: &mut Tx, account: &str, (first, last): (Date, Date)) -> Result<Vec<Booked>> {
    tx.many(BOOKED, [account.into(), first.into(), last.into()], |row| {
        let (key, statement, on) = (row.text(0)?, row.id(1)?, row.date(2)?);
        Ok(Booked { key, statement, on, amount: row.money(3)?, said: row.text(4)? })
    })
}

/// The statement that a file became, by its hash.
pub fn by_hash(tx: &mut Tx, sha256: &str) -> Result<Option<(BankStatementId, String)>> {
    tx.maybe(BY_HASH, [sha256.into()], |row| Ok((row.id(0)?, row.text(1)?)))
}

/// The first statement with these amounts and references, whatever day or account it names.
pub fn by_alike(tx: &mut Tx, alike: &str) -> Result<Option<BankStatementId>> {
    tx.maybe(ALIKE, [alike.into()], |row| row.id(0))
}

/// The keys of what came in before and is alike, each with in what.
pub fn known<'a>(
    tx: &mut Tx,
    alike: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, String>> {
    let sql = tx.either(KNOWN.0, KNOWN.1);
    let found = tx.many(sql, [words_of(alike).into()], |row| Ok((row.text(1)?, row.text(0)?)))?;
    Ok(found.into_iter().collect())
}

/// What came in and is neither a deposit that was expected nor a customer's.
pub fn open(tx: &mut Tx) -> Result<Vec<Credit>> {
    tx.many(OPEN, [], credit)
}

/// What came in by a statement, in its order.
pub fn of_statement(tx: &mut Tx, id: BankStatementId) -> Result<Vec<Credit>> {
    tx.many(OF_STATEMENT, [id.into()], credit)
}

/// Every deposit that was expected, the oldest first, and whether it came.
pub fn expected(tx: &mut Tx) -> Result<Vec<Expected>> {
    tx.many(EXPECTED, [], |row| {
        let (on, amount, seen) = (row.date(1)?, row.money(2)?, row.int(3)? != 0);
        Ok(Expected { key: row.text(0)?, on, amount, voided: row.money(4)?, seen })
    })
}

/// What came in as a customer's is a tender of as much.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let found = tx.many(OTHER_TENDER, [], |row| {
        let (key, amount, came) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("{key} of {amount} came in as {came}"))
    })?;
    let mut found: Vec<String> = found;
    found.extend(tx.many(OTHER_DEPOSITS, [], |row| {
        Ok(format!("{} is not what somebody says it is", row.text(0)?))
    })?);
    found.extend(tx.many(OTHER_RETURNED, [], |row| {
        Ok(format!("{} is not the tender that is said to have come back by it", row.text(0)?))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn returned(row: &Row) -> Result<ReturnedItem> {
    Ok(ReturnedItem {
        key: row.text(0)?,
        line: row.int(1)?,
        account: row.text(2)?,
        on: row.date(3)?,
        amount: row.money(4)?,
        said: row.text(5)?,
    })
}

fn credit(row: &Row) -> Result<Credit> {
    Ok(Credit {
        key: row.text(0)?,
        line: row.int(1)?,
        account: row.text(2)?,
        on: row.date(3)?,
        amount: row.money(4)?,
        said: row.text(5)?,
        alike: row.text(6)?,
        deposit: row.maybe(7, Row::text)?,
        tender: row.maybe(8, Row::id)?,
    })
}

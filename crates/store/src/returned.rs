//! Payments that came back, what they cost, and who pays in cash only: written once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, TenderId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into tender_return (tender_id, account_id, code, returned_on, fee_cents)
    values ($1, $2, $3, $4, $5)");
const GET: Sql = Sql("
    select r.tender_id, r.account_id, t.kind, r.code, r.returned_on, r.fee_cents,
           (select count(*) from tender_return_mistake m where m.tender_id = r.tender_id)
    from tender_return r join tender t on t.id = r.tender_id where r.tender_id = $1");
const OF_ACCOUNT: Sql = Sql("
    select r.tender_id, r.account_id, t.kind, r.code, r.returned_on, r.fee_cents,
           (select count(*) from tender_return_mistake m where m.tender_id = r.tender_id)
    from tender_return r join tender t on t.id = r.tender_id
    where r.account_id = $1 order by r.returned_on, r.tender_id");
const MISTAKE: Sql = Sql("
    insert into tender_return_mistake (tender_id, said_on, why) values ($1, $2, $3)");
const LIFT: Sql = Sql("
    insert into cash_only_lift (account_id, lifted_on, why) values ($1, $2, $3)");
const LIFTED: Sql = Sql("
    select lifted_on from cash_only_lift where account_id = $1 and lifted_on <= $2
    order by lifted_on desc limit 1");
const CHARGED: Sql = Sql("select key from charge where key = $1");
const COUNT: Sql = Sql("select count(*) from tender_return");
// A fee is asked for once, waits for a bill or came with one, and is taken back where the bank was wrong.
const WRONG: Sql = Sql("
    select w.tender_id, w.fee_cents from (
        select r.tender_id, r.fee_cents,
            (select count(*) from asked_charge a
             where a.key = 'returned/' || r.tender_id and a.amount_cents = r.fee_cents
               and a.account_id = r.account_id) as asked,
            (select count(*) from tender_return_mistake m where m.tender_id = r.tender_id) as mistake,
            (select count(*) from asked_charge_end e where e.key = 'returned/' || r.tender_id) as ended,
            (select coalesce(sum(c.amount_cents), 0) from charge c
             where c.key in ('returned/' || r.tender_id, 'returned/' || r.tender_id || '/back')) as charged
        from tender_return r) as w
    where (w.asked = 1) <> (0 < w.fee_cents)
       or (w.mistake = 1 and w.charged <> 0)
       or (w.mistake = 1 and 0 < w.fee_cents and w.charged = 0 and w.ended = 0 and not exists (
            select 1 from charge c where c.key = 'returned/' || w.tender_id))
       or (w.mistake = 0 and w.charged not in (0, w.fee_cents))
    order by w.tender_id limit 100");

/// A tender that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameBack {
    /// Which.
    pub tender: TenderId,
    /// Who answers for it; `None` where nobody knew whose it was.
    pub account: Option<AccountId>,
    /// What it was.
    pub kind: Tender,
    /// The bank's code; empty where there is none.
    pub code: String,
    /// The day on which it came back.
    pub on: Date,
    /// What that costs; zero where it costs nothing.
    pub fee: Money,
    /// Whether it was the bank's mistake.
    pub mistake: bool,
}

impl CameBack {
    /// The key of the fee's charge.
    pub fn key(&self) -> String {
        format!("returned/{}", self.tender)
    }
}

/// Keeps that a tender came back. The database refuses a second time.
pub fn add(tx: &mut Tx, it: &CameBack) -> Result<()> {
    let values =
        [it.tender.into(), it.account.into(), (&it.code).into(), it.on.into(), it.fee.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// What is known of a tender that came back, if it did.
pub fn get(tx: &mut Tx, id: TenderId) -> Result<Option<CameBack>> {
    tx.maybe(GET, [id.into()], came_back)
}

/// What came back of an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<CameBack>> {
    tx.many(OF_ACCOUNT, [account.into()], came_back)
}

/// Keeps that it was the bank's mistake. The database refuses a second time.
pub fn mistake(tx: &mut Tx, id: TenderId, on: Date, why: &str) -> Result<()> {
    tx.exec(MISTAKE, [id.into(), on.into(), why.into()]).map(|_| ())
}

/// Keeps that what came back before a day counts no more.
pub fn lift(tx: &mut Tx, account: AccountId, on: Date, why: &str) -> Result<()> {
    tx.exec(LIFT, [account.into(), on.into(), why.into()]).map(|_| ())
}

/// The last day up to and with which what came back was forgiven, if any.
pub fn lifted(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Date>> {
    tx.maybe(LIFTED, [account.into(), on.into()], |row| row.date(0))
}

/// Whether a fee came with a bill.
pub fn charged(tx: &mut Tx, key: &str) -> Result<bool> {
    Ok(tx.maybe(CHARGED, [key.into()], |row| row.text(0))?.is_some())
}

/// Every fee is asked for once, comes with a bill, and is taken back where the bank was wrong.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let found = tx.many(WRONG, [], |row| {
        let (id, fee) = (row.int(0)?, row.money(1)?);
        Ok(format!("tender {id} came back and costs {fee}, and is not asked for so"))
    })?;
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn came_back(row: &Row) -> Result<CameBack> {
    Ok(CameBack {
        tender: row.id(0)?,
        account: row.maybe(1, Row::id)?,
        kind: row.word(2, Tender::from_word)?,
        code: row.text(3)?,
        on: row.date(4)?,
        fee: row.money(5)?,
        mistake: row.int(6)? != 0,
    })
}

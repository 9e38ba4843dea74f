//! Debits and the files they were sent in: written once, never changed.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::debit::{Format, Named, Takes};
use meterbook_core::id::{
    AccountId, AccountNumber, BillId, DebitFileId, DebitId, MandateId, TenderId,
};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::Row;

const SAY_POLICY: Sql = Sql("insert into debit_policy (from_on, text) values ($1, $2)");
const POLICY: Sql = Sql("
    select text from debit_policy where from_on <= $1 order by from_on desc limit 1");
// Accounts of which a mandate holds on a day.
const MANDATED: Sql = Sql("
    select distinct m.account_id from mandate m
    where exists (
        select 1 from mandate_version v where v.mandate_id = m.id and v.from_on <= $1)
      and not exists (
        select 1 from mandate_end e where e.mandate_id = m.id and e.ended_on <= $1)
    order by 1");
const ADD: Sql = Sql("
    insert into debit_file (id, format, settle_on, made_at, items, total_cents)
    values ($1, $2, $3, $4, $5, $6)");
const ITEMS: Rows = Rows(
    "debit_item (id, file_id, mandate_id, version, bill_id, plan_key, part, nth, amount_cents, tender_id, \
     round)",
);
const GET: Sql = Sql("
    select id, format, settle_on, made_at, items, total_cents from debit_file where id = $1");
const ALL: Sql = Sql("
    select id, format, settle_on, made_at, items, total_cents from debit_file order by id");
const ITEMS_OF: Sql = Sql("
    select id, mandate_id, version, bill_id, plan_key, part, nth, amount_cents, tender_id
    from debit_item where file_id = $1 order by id");
const LISTED: Sql = Sql("
    with item as (
        select d.id, a.number as account, b.number as bill, d.part,
            (select count(*) from plan_part q where q.key = d.plan_key) as parts,
            d.amount_cents as cents,
            (select min(r.why) from payment_tender t
             join payment_reversal r on r.payment_id = t.payment_id
             where t.tender_id = d.tender_id and r.how = 'returned') as why
        from debit_item d
        join mandate m on m.id = d.mandate_id
        join account a on a.id = m.account_id
        left join bill b on b.id = d.bill_id
        where d.file_id = $1)
    select id, account, bill, part, parts, cents, why from item
    order by case when why is null then 1 else 0 end, id limit $2");
const FIND: Sql = Sql("
    select id, mandate_id, version, bill_id, plan_key, part, nth, amount_cents, tender_id
    from debit_item where id = $1");
const FILE_OF: Sql = Sql("
    select d.file_id from debit_item d where d.tender_id = $1
      and not exists (select 1 from debit_call_off c where c.file_id = d.file_id)");
const CALL_OFF: Sql = Sql("
    insert into debit_call_off (file_id, called_off_on, why) values ($1, $2, $3)");
const CALLED_OFF: Sql = Sql("
    select called_off_on, why from debit_call_off where file_id = $1");
// What came back was taken all the same.
const TAKEN_ON: Sql = Sql("
    select cast(coalesce(sum(d.amount_cents), 0) as bigint)
    from debit_item d join debit_file f on f.id = d.file_id
    where d.mandate_id = $1 and f.settle_on = $2
      and not exists (select 1 from debit_call_off c where c.file_id = f.id)");
const ROUNDS: Sql = Sql("
    select d.bill_id, d.plan_key, d.part, d.mandate_id, d.nth, count(*)
    from debit_item d join debit_call_off c on c.file_id = d.file_id
    group by d.bill_id, d.plan_key, d.part, d.mandate_id, d.nth");
// Debits and prenotes are numbered together.
const MADE: Sql = Sql("
    select f.made_at from debit_item d join debit_file f on f.id = d.file_id where d.id = $1
    union all
    select f.made_at from prenote p join prenote_file f on f.id = p.file_id where p.id = $1");
const SENT: Sql = Sql("
    select count(*) from debit_item d join debit_file f on f.id = d.file_id
    where $1 <= f.settle_on and f.format = 'nacha'
      and not exists (select 1 from debit_call_off c where c.file_id = f.id)");
// A debit may be several payments by now; it came back once.
const WHY_RETURNED: Sql = Sql("
    select d.id, min(r.why) from debit_item d
    join debit_file f on f.id = d.file_id
    join payment_tender t on t.tender_id = d.tender_id
    join payment_reversal r on r.payment_id = t.payment_id
    where $1 <= f.settle_on and f.format = 'nacha' and r.how = 'returned'
    group by d.id order by d.id");
const TRIES: Sql = Sql("
    select d.id, d.mandate_id, d.version, d.bill_id, d.plan_key, d.part, d.nth, d.amount_cents,
           d.tender_id, f.settle_on, r.code, r.returned_on
    from debit_item d join debit_file f on f.id = d.file_id
    left join tender_return r on r.tender_id = d.tender_id
    where d.mandate_id = $1 and d.bill_id = $2
      and not exists (select 1 from debit_call_off c where c.file_id = d.file_id)
    order by d.nth");
const TRIES_OF_PART: Sql = Sql("
    select d.id, d.mandate_id, d.version, d.bill_id, d.plan_key, d.part, d.nth, d.amount_cents,
           d.tender_id, f.settle_on, r.code, r.returned_on
    from debit_item d join debit_file f on f.id = d.file_id
    left join tender_return r on r.tender_id = d.tender_id
    where d.mandate_id = $1 and d.plan_key = $2 and d.part = $3
      and not exists (select 1 from debit_call_off c where c.file_id = d.file_id)
    order by d.nth");
// What was taken by a mandate, in which version, and did not come back.
const WENT_THROUGH: Sql = Sql("
    select distinct d.version from debit_item d
    where d.mandate_id = $1 and exists (
        select 1 from payment_tender t join standing_payment y on y.id = t.payment_id
        where t.tender_id = d.tender_id)
    order by 1");
const BEFORE: Sql = Sql("
    select d.version from debit_item d where d.mandate_id = $1 and d.id < $2
      and not exists (select 1 from debit_call_off c where c.file_id = d.file_id)
    order by d.id desc limit 1");
// Bills of an account whose debit came back.
const RETURNED: Sql = Sql("
    select distinct b.number from debit_item d
    join bill b on b.id = d.bill_id
    join payment_tender t on t.tender_id = d.tender_id
    join payment_reversal r on r.payment_id = t.payment_id
    where b.account_id = $1 and r.how = 'returned' order by 1");
// Parts of plans of an account whose debit came back.
const RETURNED_PARTS: Sql = Sql("
    select distinct d.plan_key, d.part from debit_item d
    join mandate m on m.id = d.mandate_id
    join payment_tender t on t.tender_id = d.tender_id
    join payment_reversal r on r.payment_id = t.payment_id
    where m.account_id = $1 and d.plan_key is not null and r.how = 'returned' order by 1, 2");
const WRITTEN: Sql = Sql("select sha256 from debit_written where file_id = $1");
const WRITE: Sql = Sql("insert into debit_written (file_id, sha256) values ($1, $2)");
const SWITCH: Sql = Sql("
    insert into debit_switch (nth, stopped, at, why)
    values ((select coalesce(max(nth), 0) + 1 from debit_switch), $1, $2, $3)");
const SWITCHED: Sql = Sql("select stopped, why from debit_switch order by nth desc limit 1");
const COUNT: Sql = Sql("select count(*) from debit_item");
const FILE_SUMS: Sql = Sql("
    select f.id, f.items, f.total_cents, count(d.id), cast(coalesce(sum(d.amount_cents), 0) as bigint)
    from debit_file f left join debit_item d on d.file_id = f.id
    group by f.id, f.items, f.total_cents
    having f.items <> count(d.id) or f.total_cents <> coalesce(sum(d.amount_cents), 0)
    order by f.id limit 100");
const OTHER_TENDER: Sql = Sql("
    select d.id, d.amount_cents, t.kind, t.amount_cents
    from debit_item d join tender t on t.id = d.tender_id
    where t.kind <> 'debit' or t.amount_cents <> d.amount_cents or t.reference <> 'D-' || d.id
    order by d.id limit 100");
const TENDER_ALONE: Sql = Sql("
    select t.id, t.amount_cents from tender t
    where t.kind = 'debit' and not exists (select 1 from debit_item d where d.tender_id = t.id)
    order by t.id limit 100");
// What is taken of a bill is of what its paper asked of its account: the bill and what came with it, and of
// the last behind a first page all of them.
const BEYOND_BILL: Sql = Sql("
    with item as (
        select d.id, b.number, d.amount_cents as cents, cast(
            coalesce((select sum(p.amount_cents) from entry e join posting p on p.entry_id = e.id
                      where e.key = b.number and e.kind = 'bill' and p.gl = '1200 receivable'
                        and p.account_id = b.account_id), 0)
          + coalesce((select sum(c.amount_cents) from charge c
                      where c.account_id = b.account_id and c.bill_id = b.id
                        and (0 < c.amount_cents or c.kind = 'budget')), 0)
          + coalesce((select sum(m.total_cents) from bill_behind h
                      join bill_behind o on o.correction_id = h.correction_id and o.bill_id <> h.bill_id
                      join bill m on m.id = o.bill_id
                      where h.bill_id = b.id), 0) as bigint) as asked
        from debit_item d join bill b on b.id = d.bill_id)
    select id, number, cents, asked from item where asked < cents order by id limit 100");
// A debit that is tried again follows one that came back for want of money, by as much.
const NOT_AGAIN: Sql = Sql("
    select d.id, d.nth from debit_item d
    where 1 < d.nth and not exists (
        select 1 from debit_item o join tender_return r on r.tender_id = o.tender_id
        where (o.bill_id = d.bill_id or (o.plan_key = d.plan_key and o.part = d.part))
          and o.mandate_id = d.mandate_id and o.nth = d.nth - 1
          and o.amount_cents = d.amount_cents and r.code in ('R01', 'R09'))
    order by d.id limit 100");

// What is taken of a plan is a part of its account's, as much as was agreed to at most, where somebody said so.
const BEYOND_PART: Sql = Sql("
    select d.id, d.part, d.plan_key, d.amount_cents, q.amount_cents
    from debit_item d
    join plan p on p.key = d.plan_key
    join plan_part q on q.key = d.plan_key and q.nth = d.part
    join mandate m on m.id = d.mandate_id
    where q.amount_cents < d.amount_cents or p.account_id <> m.account_id
      or not exists (select 1 from plan_pays y where y.key = d.plan_key and y.pays = 'by-debit')
    order by d.id limit 100");

/// A file for the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebitFile {
    /// Which.
    pub id: DebitFileId,
    /// How it is written.
    pub format: Format,
    /// The day on which it is to settle.
    pub settle: Date,
    /// When it was made.
    pub made: Timestamp,
    /// How many debits are in it.
    pub items: i64,
    /// What they come to.
    pub total: Money,
}

/// One debit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debit {
    /// Which.
    pub id: DebitId,
    /// By which mandate.
    pub mandate: MandateId,
    /// In which version.
    pub version: i64,
    /// Of what.
    pub takes: Takes,
    /// Which time, from 1: what came back may be tried again.
    pub nth: i64,
    /// How much.
    pub amount: Money,
    /// What it came in as.
    pub tender: TenderId,
}

/// One time that a bill or a part of a plan was taken by a mandate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// The debit.
    pub debit: Debit,
    /// The day on which it was to settle.
    pub settle: Date,
    /// The code with which it came back, and the day, where it did.
    pub back: Option<(String, Date)>,
}

/// Says from a day on how debits are made.
pub fn say_policy(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_POLICY, [from.into(), text.into()]).map(|_| ())
}

/// How debits are made on a day, where the utility says so.
pub fn policy(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(POLICY, [on.into()], |row| row.text(0))
}

/// The accounts of which a mandate holds on a day.
pub fn mandated(tx: &mut Tx, on: Date) -> Result<Vec<AccountId>> {
    tx.many(MANDATED, [on.into()], |row| row.id(0))
}

/// Keeps a file with its debits. The database refuses a bill or a part of a plan that was taken by its
/// mandate already.
pub fn add(tx: &mut Tx, file: &DebitFile, items: &[Debit]) -> Result<()> {
    let DebitFile { id, format, settle, made, items: many, total } = file;
    let values = [
        (*id).into(),
        format.word().into(),
        (*settle).into(),
        (*made).into(),
        (*many).into(),
        (*total).into(),
    ];
    tx.exec(ADD, values)?;
    let mut rounds = HashMap::new();
    tx.each(ROUNDS, [], |row| {
        let bill: Option<BillId> = row.maybe(0, Row::id)?;
        let (plan, part) = (row.maybe(1, Row::text)?, row.maybe(2, Row::int)?);
        let mandate: MandateId = row.id(3)?;
        rounds.insert((bill, plan, part, mandate, row.int(4)?), row.int(5)?);
        Ok(())
    })?;
    tx.bulk(
        ITEMS,
        items.iter().map(|it| {
            let (bill, plan, part) = match &it.takes {
                Takes::Bill(bill) => (Some(*bill), None, None),
                Takes::Part { plan, nth } => (None, Some(plan.as_str()), Some(*nth)),
            };
            let what = (bill, plan.map(str::to_owned), part, it.mandate, it.nth);
            let round = rounds.get(&what).copied().unwrap_or(0);
            [
                it.id.into(),
                (*id).into(),
                it.mandate.into(),
                it.version.into(),
                bill.into(),
                plan.into(),
                part.into(),
                it.nth.into(),
                it.amount.into(),
                it.tender.into(),
                round.into(),
            ]
        }),
    )
}

/// One file, if it is there.
pub fn get(tx: &mut Tx, id: DebitFileId) -> Result<Option<DebitFile>> {
    tx.maybe(GET, [id.into()], file)
}

/// Every file, oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<DebitFile>> {
    tx.many(ALL, [], file)
}

/// The debits of a file, in its order.
pub fn items(tx: &mut Tx, of: DebitFileId) -> Result<Vec<Debit>> {
    tx.many(ITEMS_OF, [of.into()], debit)
}

/// A debit of a file, as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub id: DebitId,
    /// Of which account.
    pub account: AccountNumber,
    /// For what.
    pub named: Named,
    /// How much.
    pub amount: Money,
    /// Why it came back, if it did.
    pub returned: Option<String>,
}

/// The debits of a file, what came back first.
pub fn listed(tx: &mut Tx, of: DebitFileId, most: i64) -> Result<Vec<Listed>> {
    tx.many(LISTED, [of.into(), most.into()], |row| {
        Ok(Listed {
            id: row.id(0)?,
            account: row.number(1)?,
            named: match row.maybe(2, Row::text)? {
                Some(number) => Named::Bill(BillNumber(number)),
                None => Named::Part { nth: row.int(3)?, of: row.int(4)? },
            },
            amount: row.money(5)?,
            returned: row.maybe(6, Row::text)?,
        })
    })
}

/// One debit, if it is there.
pub fn find(tx: &mut Tx, id: DebitId) -> Result<Option<Debit>> {
    tx.maybe(FIND, [id.into()], debit)
}

/// The file for the bank that a tender is in, unless that was called off.
pub fn file_of(tx: &mut Tx, tender: TenderId) -> Result<Option<DebitFileId>> {
    tx.maybe(FILE_OF, [tender.into()], |row| row.id(0))
}

/// Keeps that a file was called off. The database refuses a second time.
pub fn call_off(tx: &mut Tx, id: DebitFileId, on: Date, why: &str) -> Result<()> {
    tx.exec(CALL_OFF, [id.into(), on.into(), why.into()]).map(|_| ())
}

/// The day on which a file was called off, and why, if it was.
pub fn called_off(tx: &mut Tx, id: DebitFileId) -> Result<Option<(Date, String)>> {
    tx.maybe(CALLED_OFF, [id.into()], |row| Ok((row.date(0)?, row.text(1)?)))
}

/// When the file was made in which a debit or a prenote went, if it went.
pub fn made(tx: &mut Tx, id: DebitId) -> Result<Option<Timestamp>> {
    tx.maybe(MADE, [id.into()], |row| row.instant(0))
}

/// How many debits were to settle on a day or later.
pub fn sent(tx: &mut Tx, from: Date) -> Result<i64> {
    tx.one(SENT, [from.into()], |row| row.int(0))
}

/// Why each of these came back that did.
pub fn why_returned(tx: &mut Tx, from: Date) -> Result<Vec<String>> {
    tx.many(WHY_RETURNED, [from.into()], |row| row.text(1))
}

/// What is taken by a mandate on a day, in all files that settle then.
pub fn taken_on(tx: &mut Tx, mandate: MandateId, settle: Date) -> Result<Money> {
    tx.one(TAKEN_ON, [mandate.into(), settle.into()], |row| row.money(0))
}

/// Each time that a bill or a part of a plan was taken by a mandate, in their order.
pub fn tries(tx: &mut Tx, mandate: MandateId, takes: &Takes) -> Result<Vec<Try>> {
    let one = |row: &Row| {
        let (code, on) = (row.maybe(10, Row::text)?, row.maybe(11, Row::date)?);
        Ok(Try { debit: debit(row)?, settle: row.date(9)?, back: code.zip(on) })
    };
    match takes {
        Takes::Bill(bill) => tx.many(TRIES, [mandate.into(), (*bill).into()], one),
        Takes::Part { plan, nth } => {
            tx.many(TRIES_OF_PART, [mandate.into(), plan.as_str().into(), (*nth).into()], one)
        }
    }
}

/// The versions of a mandate by which something was taken that did not come back.
pub fn went_through(tx: &mut Tx, mandate: MandateId) -> Result<Vec<i64>> {
    tx.many(WENT_THROUGH, [mandate.into()], |row| row.int(0))
}

/// The version of a mandate that the debit before this one was by, if there was one.
pub fn version_before(tx: &mut Tx, mandate: MandateId, id: DebitId) -> Result<Option<i64>> {
    tx.maybe(BEFORE, [mandate.into(), id.into()], |row| row.int(0))
}

/// The bills of an account whose debit came back.
pub fn returned(tx: &mut Tx, account: AccountId) -> Result<Vec<BillNumber>> {
    tx.many(RETURNED, [account.into()], |row| Ok(BillNumber(row.text(0)?)))
}

/// The parts of plans of an account whose debit came back: the key of the plan, and which part, from 1.
pub fn returned_parts(tx: &mut Tx, account: AccountId) -> Result<Vec<(String, i64)>> {
    tx.many(RETURNED_PARTS, [account.into()], |row| Ok((row.text(0)?, row.int(1)?)))
}

/// The hash of what was written of a file, if it was.
pub fn written(tx: &mut Tx, id: DebitFileId) -> Result<Option<String>> {
    tx.maybe(WRITTEN, [id.into()], |row| row.text(0))
}

/// Keeps the hash of what was written of a file. The database refuses a second one.
pub fn write(tx: &mut Tx, id: DebitFileId, sha256: &str) -> Result<()> {
    tx.exec(WRITE, [id.into(), sha256.into()]).map(|_| ())
}

/// Stops debits, or lets them go on.
pub fn switch(tx: &mut Tx, stopped: bool, at: Timestamp, why: &str) -> Result<()> {
    tx.exec(SWITCH, [stopped.into(), at.into(), why.into()]).map(|_| ())
}

/// Why debits are stopped, if they are.
pub fn stopped(tx: &mut Tx) -> Result<Option<String>> {
    let last = tx.maybe(SWITCHED, [], |row| Ok((row.int(0)? != 0, row.text(1)?)))?;
    Ok(last.filter(|it| it.0).map(|it| it.1))
}

/// Every file is its debits, every debit is its tender and every such tender a debit; no more is taken of
/// a bill than it asked for, and again only what came back for want of money.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(FILE_SUMS, [], |row| {
        let (id, says, items) = (row.int(0)?, row.int(1)?, row.int(3)?);
        let (total, sum) = (row.money(2)?, row.money(4)?);
        Ok(format!("file {id} says {says} debits of {total}, and there are {items} of {sum}"))
    })?;
    found.extend(tx.many(OTHER_TENDER, [], |row| {
        let (id, amount, kind, came) = (row.int(0)?, row.money(1)?, row.text(2)?, row.money(3)?);
        Ok(format!("debit {id} of {amount} came in as {kind} of {came}"))
    })?);
    found.extend(tx.many(TENDER_ALONE, [], |row| {
        let (id, amount) = (row.int(0)?, row.money(1)?);
        Ok(format!("tender {id} of {amount} says it is a debit, and there is none"))
    })?);
    found.extend(tx.many(BEYOND_BILL, [], |row| {
        let (id, bill, amount, asked) = (row.int(0)?, row.text(1)?, row.money(2)?, row.money(3)?);
        Ok(format!("debit {id} takes {amount} of bill {bill}, which asked for {asked}"))
    })?);
    found.extend(tx.many(BEYOND_PART, [], |row| {
        let (id, nth, plan, amount) = (row.int(0)?, row.int(1)?, row.text(2)?, row.money(3)?);
        let of = row.money(4)?;
        Ok(format!(
            "debit {id} takes {amount} of part {nth} of {plan}, and nobody agreed to that of {of}"
        ))
    })?);
    found.extend(tx.many(NOT_AGAIN, [], |row| {
        let (id, nth) = (row.int(0)?, row.int(1)?);
        Ok(format!("debit {id} is tried a {nth}. time, and the one before did not come back so"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn debit(row: &Row) -> Result<Debit> {
    Ok(Debit {
        id: row.id(0)?,
        mandate: row.id(1)?,
        version: row.int(2)?,
        takes: match row.maybe(3, Row::id)? {
            Some(bill) => Takes::Bill(bill),
            None => Takes::Part { plan: row.text(4)?, nth: row.int(5)? },
        },
        nth: row.int(6)?,
        amount: row.money(7)?,
        tender: row.id(8)?,
    })
}

fn file(row: &Row) -> Result<DebitFile> {
    Ok(DebitFile {
        id: row.id(0)?,
        format: row.word(1, Format::from_word)?,
        settle: row.date(2)?,
        made: row.instant(3)?,
        items: row.int(4)?,
        total: row.money(5)?,
    })
}

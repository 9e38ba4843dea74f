//! Bills that were taken back, and those in their place.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::bill::correct::{Cause, Correction, net};
use meterbook_core::bill::settle::{DuePart, Settled};
use meterbook_core::id::{AccountId, BillId, CorrectionId};
use meterbook_core::money::Money;

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const SETTLED: Sql = Sql("
    select waived_cents, interest_cents, instalments, reach_on
    from correction_settled where correction_id = $1");
const SAY_RULES: Sql = Sql("insert into correction_rules (from_on, text) values ($1, $2)");
const RULES: Sql = Sql("
    select text from correction_rules where from_on <= $1 order by from_on desc limit 1");
const CORRECTIONS: Rows = Rows("correction (id, account_id, cause, why, made_on, net_cents)");
const SETTLEMENTS: Rows =
    Rows("correction_settled (correction_id, waived_cents, interest_cents, instalments, reach_on)");
const INTEREST: Rows = Rows("correction_interest (correction_id, account_id, amount_cents)");
const INTEREST_OF: Sql = Sql("
    select account_id, amount_cents from correction_interest
    where correction_id = $1 order by account_id");
const CANCELLED: Rows = Rows("bill_cancelled (bill_id, correction_id)");
const OWED_AS: (Sql, Sql) = among_ids!(
    "insert into bill_owed_as (bill_id, billed_on)
     select c.made_bill_id, coalesce(o.billed_on, b.billed_on)
     from bill_cancelled c
     join bill b on b.id = c.bill_id
     left join bill_owed_as o on o.bill_id = b.id
     where c.made_bill_id",
    ""
);
const STANDING_OF: (Sql, Sql) = among_ids!(
    "select account_id, id from bill b
     where $2 < to_on and (select c.bill_id from bill_cancelled c where c.bill_id = b.id) is null
       and not exists (select 1 from bill_apart o where o.bill_id = b.id)
       and account_id",
    "order by account_id, from_on, id"
);
const SHARED_AMONG: (Sql, Sql) = among_ids!(
    "select count(*) from (
        select bill_id from allotment union all select bill_id from allotment_taken) as it
     where it.bill_id",
    ""
);
const MADE_BY: (Sql, Sql) = among_ids!(
    "select distinct correction_id from bill_cancelled where made_bill_id",
    "order by correction_id"
);
const PUT_BEHIND: Rows = Rows("bill_behind (bill_id, correction_id)");
const DUE_PARTS: Rows =
    Rows("bill_due_part (bill_id, nth, due_on, amount_cents, asked_by_id, added_by_id, waived)");
const DUE_AMONG: (Sql, Sql) = among_ids!(
    "select bill_id, due_on, amount_cents, asked_by_id, added_by_id, waived
     from bill_due_part where bill_id",
    "order by bill_id, nth"
);
const IN_PARTS: Sql = Sql("
    select c.id, min(b.due_on)
    from correction c
    join correction_settled s on s.correction_id = c.id
    join bill_cancelled k on k.correction_id = c.id
    join bill b on b.id = k.made_bill_id
    where c.account_id = $1 and 1 < s.instalments and $2 <= b.due_on
    group by c.id order by c.id");
const COUNT: Sql = Sql("select count(distinct bill_id) from bill_due_part");
const SUMS: Sql = Sql("
    select b.number, b.total_cents, cast(sum(q.amount_cents) as bigint)
    from bill_due_part q join bill b on b.id = q.bill_id
    group by b.number, b.total_cents having b.total_cents <> sum(q.amount_cents)
    order by b.number limit 100");
const BEHIND: Sql = Sql("select correction_id from bill_behind where bill_id = $1");
const BILLS_BEHIND: Sql = Sql("
    select bill_id from bill_behind where correction_id = $1 order by bill_id");
const ASKED_WITH: Sql = Sql("
    select max(m.bill_id) from bill_behind h
    join bill_behind m on m.correction_id = h.correction_id
    where h.bill_id = $1
      and not exists (select 1 from bill_cancelled k where k.bill_id = m.bill_id)");
const OWED_BEFORE: Sql = Sql("
    select cast(coalesce(sum(p.amount_cents), 0) as bigint) from posting p
    where p.account_id = $1 and p.gl = '1200 receivable'
      and p.entry_id < (
        select min(e.id) from bill_cancelled k
        join bill b on b.id = k.bill_id
        join entry e on e.key = b.number and e.kind = 'cancelled'
        where k.correction_id = $2)");
const OWED_AFTER: Sql = Sql("
    select cast(coalesce(sum(p.amount_cents), 0) as bigint) from posting p
    where p.account_id = $1 and p.gl = '1200 receivable'
      and p.entry_id <= (
        select max(it.id) from (
            select e.id from bill_cancelled k
            join bill b on b.id = k.bill_id
            join entry e on e.key = b.number and e.kind = 'cancelled'
            where k.correction_id = $2
            union all
            select e.id from bill_cancelled k
            join bill b on b.id = k.made_bill_id
            join entry e on e.key = b.number and e.kind = 'bill'
            where k.correction_id = $2
            union all
            select e.id from correction c
            join entry e on e.key = cast(c.id as text) and e.kind = 'adjustment'
            where c.id = $2) as it)");
const REPLACE: Sql = Sql("update bill_cancelled set made_bill_id = $2 where bill_id = $1");
const GET: Sql = Sql("
    select id, account_id, cause, why, made_on, net_cents from correction where id = $1");
const BILLS: Sql = Sql("
    select bill_id, made_bill_id from bill_cancelled where correction_id = $1 order by bill_id");
const STANDING: Sql = Sql("
    select id from standing_bill b
    where account_id = $1 and $2 < to_on
      and not exists (select 1 from bill_apart o where o.bill_id = b.id)
    order by from_on, id");
const OF_BILL: Sql = Sql("
    select c.id, c.cause, c.made_on,
           case when exists (select 1 from bill_apart a where a.bill_id = o.id)
               then coalesce(m.total_cents, 0) - o.total_cents else c.net_cents end,
           x.bill_id, m.number, o.number
    from bill_cancelled x
    join correction c on c.id = x.correction_id
    left join bill m on m.id = x.made_bill_id
    join bill o on o.id = x.bill_id
    where x.bill_id = $1 or x.made_bill_id = $1
    order by x.bill_id limit 2");
const ON_TARIFF: Sql = Sql("
    select distinct g.account_id from standing_segment s join agreement g on g.id = s.agreement_id
    where s.tariff = $1 and $2 < s.to_on order by g.account_id");
// What a bill gave to subscribers, or took, is on the bills of others.
const SHARED: Sql = Sql("
    select (select count(*) from allotment where bill_id = $1)
         + (select count(*) from allotment_taken where bill_id = $1)");

/// What became of a bill: it was taken back, or stands in the place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// By which correction.
    pub correction: CorrectionId,
    /// Why.
    pub cause: Cause,
    /// When.
    pub on: Date,
    /// What the whole correction came to.
    pub net: Money,
    /// Whether this bill was taken back; else it was made.
    pub cancelled: bool,
    /// The bill in its place, or the one in whose place it stands.
    pub other: Option<BillNumber>,
}

/// Keeps corrections with what the rules made of them, before their bills are taken back.
pub fn add(tx: &mut Tx, all: &[Correction]) -> Result<()> {
    tx.bulk(
        CORRECTIONS,
        all.iter().map(|it| {
            [
                it.id.into(),
                it.account.into(),
                it.cause.word().into(),
                V::from(&it.why),
                it.on.into(),
                it.net.into(),
            ]
        }),
    )?;
    let ruled = all.iter().filter(|it| it.settled != Settled::default());
    tx.bulk(
        SETTLEMENTS,
        ruled.map(|it| {
            let Settled { waived, interest, instalments, reach, .. } = it.settled;
            [it.id.into(), waived.into(), interest.into(), instalments.into(), reach.into()]
        }),
    )?;
    let elsewhere =
        all.iter().flat_map(|it| it.settled.elsewhere.iter().map(move |to| (it.id, to)));
    tx.bulk(
        INTEREST,
        elsewhere.map(|(id, (account, cents))| [id.into(), (*account).into(), (*cents).into()]),
    )
}

/// Takes bills back, each by a correction.
pub fn cancel(tx: &mut Tx, all: &[(CorrectionId, BillId)]) -> Result<()> {
    tx.bulk(CANCELLED, all.iter().map(|(correction, bill)| [(*bill).into(), (*correction).into()]))
}

/// Says the text of rules that holds from a day on. A day has one.
pub fn say_rules(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_RULES, [from.into(), text.into()]).map(|_| ())
}

/// The text of rules that holds on a day, if one was said.
pub fn rules(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(RULES, [on.into()], |row| row.text(0))
}

/// Keeps which bill stands in the place of one that was taken back.
pub fn replace(tx: &mut Tx, cancelled: BillId, made: BillId) -> Result<()> {
    tx.exec(REPLACE, [cancelled.into(), made.into()]).map(|_| ())
}

/// Keeps that bills in the place of others are owed by whom those were.
pub fn owed_as(tx: &mut Tx, made: impl IntoIterator<Item = BillId>) -> Result<()> {
    let list = list_of(made);
    tx.exec(tx.either(OWED_AS.0, OWED_AS.1), [V::from(&list)]).map(|_| ())
}

/// Puts bills behind the first page of the correction that made them.
pub fn put_behind(tx: &mut Tx, all: &[(BillId, CorrectionId)]) -> Result<()> {
    tx.bulk(PUT_BEHIND, all.iter().map(|(bill, correction)| [(*bill).into(), (*correction).into()]))
}

/// Keeps what of bills in the place of others is due when.
pub fn say_due(tx: &mut Tx, all: &[(BillId, Vec<DuePart>)]) -> Result<()> {
    let parts = all.iter().flat_map(|(bill, parts)| {
        (1_i64..).zip(parts).map(move |(nth, it)| {
            let DuePart { due, amount, asked_by, added_by, waived } = *it;
            [
                (*bill).into(),
                nth.into(),
                due.into(),
                amount.into(),
                asked_by.into(),
                added_by.into(),
                i64::from(waived).into(),
            ]
        })
    });
    tx.bulk(DUE_PARTS, parts)
}

/// What of these bills is due when, of those that stand in the place of others.
pub fn due_parts(
    tx: &mut Tx,
    bills: impl IntoIterator<Item = BillId>,
) -> Result<BTreeMap<BillId, Vec<DuePart>>> {
    let list = list_of(bills);
    let mut all: BTreeMap<BillId, Vec<DuePart>> = BTreeMap::new();
    tx.each(tx.either(DUE_AMONG.0, DUE_AMONG.1), [V::from(&list)], |row| {
        all.entry(row.id(0)?).or_default().push(DuePart {
            due: row.date(1)?,
            amount: row.money(2)?,
            asked_by: row.maybe(3, Row::id)?,
            added_by: row.maybe(4, Row::id)?,
            waived: row.int(5)? != 0,
        });
        Ok(())
    })?;
    Ok(all)
}

/// The corrections of an account of which what they added may be paid in parts and is not past due on a
/// day, each with the day on which the first one is due.
pub fn in_parts(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<(CorrectionId, Date)>> {
    tx.many(IN_PARTS, [account.into(), on.into()], |row| Ok((row.id(0)?, row.date(1)?)))
}

/// What of a bill is due on days of its own comes to the bill.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let found = tx.many(SUMS, [], |row| {
        let (number, total, sum) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("{number} is {total}, and what of it is due when comes to {sum}"))
    })?;
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

/// The correction whose first page asks for a bill, if one does.
pub fn behind(tx: &mut Tx, bill: BillId) -> Result<Option<CorrectionId>> {
    tx.maybe(BEHIND, [bill.into()], |row| row.id(0))
}

/// The bills behind the first page of a correction, in the order in which they were made.
pub fn bills_behind(tx: &mut Tx, id: CorrectionId) -> Result<Vec<BillId>> {
    tx.many(BILLS_BEHIND, [id.into()], |row| row.id(0))
}

/// The bill by which what a paper asks for is known: of several behind one first page the last that
/// stands, else the bill itself.
pub fn asked_with(tx: &mut Tx, bill: BillId) -> Result<BillId> {
    let last = tx.one(ASKED_WITH, [bill.into()], |row| row.maybe(0, Row::id))?;
    Ok(last.unwrap_or(bill))
}

/// What an account owed when a correction of it was about to be posted.
pub fn owed_before(tx: &mut Tx, account: AccountId, id: CorrectionId) -> Result<Money> {
    tx.one(OWED_BEFORE, [account.into(), id.into()], |row| row.money(0))
}

/// What an account owed once a correction was posted: with all that it took back, made and took off.
pub fn owed_after(tx: &mut Tx, account: AccountId, id: CorrectionId) -> Result<Money> {
    tx.one(OWED_AFTER, [account.into(), id.into()], |row| row.money(0))
}

/// The bills of service of an account that stand and have a day from `from` on, oldest first.
pub fn standing(tx: &mut Tx, account: AccountId, from: Date) -> Result<Vec<BillId>> {
    tx.many(STANDING, [account.into(), from.into()], |row| row.id(0))
}

/// The same of many accounts: each bill with its account, account by account.
pub fn standing_of(
    tx: &mut Tx,
    accounts: &[AccountId],
    from: Date,
) -> Result<Vec<(AccountId, BillId)>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(STANDING_OF.0, STANDING_OF.1);
    tx.many(sql, [V::from(&list), from.into()], |row| Ok((row.id(0)?, row.id(1)?)))
}

/// The corrections that made some of these bills.
pub fn made_by(tx: &mut Tx, bills: impl IntoIterator<Item = BillId>) -> Result<Vec<CorrectionId>> {
    let list = list_of(bills);
    let sql = tx.either(MADE_BY.0, MADE_BY.1);
    tx.many(sql, [V::from(&list)], |row| row.id(0))
}

/// Whether any of these bills gave something to others, or took it.
pub fn any_is_shared(tx: &mut Tx, bills: impl IntoIterator<Item = BillId>) -> Result<bool> {
    let list = list_of(bills);
    let sql = tx.either(SHARED_AMONG.0, SHARED_AMONG.1);
    Ok(tx.one(sql, [V::from(&list)], |row| row.int(0))? != 0)
}

/// The accounts with bills that stand on a tariff and have a day from `from` on.
pub fn on_tariff(tx: &mut Tx, tariff: &str, from: Date) -> Result<Vec<AccountId>> {
    tx.many(ON_TARIFF, [tariff.into(), from.into()], |row| row.id(0))
}

/// Whether a bill gave something to others, or took it.
pub fn is_shared(tx: &mut Tx, bill: BillId) -> Result<bool> {
    Ok(tx.one(SHARED, [bill.into()], |row| row.int(0))? != 0)
}

/// One correction with its bills.
pub fn get(tx: &mut Tx, id: CorrectionId) -> Result<Correction> {
    let found = tx.maybe(GET, [id.into()], |row| {
        Ok(Correction {
            id: row.id(0)?,
            account: row.id(1)?,
            cause: row.word(2, Cause::from_word)?,
            why: row.text(3)?,
            on: row.date(4)?,
            net: row.money(5)?,
            settled: Settled::default(),
            bills: Vec::new(),
        })
    })?;
    let mut it = found.ok_or_else(|| missing("correction", id))?;
    let settled = tx.maybe(SETTLED, [id.into()], |row| {
        Ok(Settled {
            waived: row.money(0)?,
            interest: row.money(1)?,
            instalments: row.int(2)?,
            reach: row.maybe(3, Row::date)?,
            elsewhere: Vec::new(),
        })
    })?;
    it.settled = settled.unwrap_or_default();
    it.settled.elsewhere =
        tx.many(INTEREST_OF, [id.into()], |row| Ok((row.id(0)?, row.money(1)?)))?;
    let bills: Vec<(BillId, Option<BillId>)> =
        tx.many(BILLS, [id.into()], |row| Ok((row.id(0)?, row.maybe(1, Row::id)?)))?;
    for (old, new) in bills {
        let new = new.map(|it| crate::bill::get(tx, it)).transpose()?;
        it.bills.push((crate::bill::get(tx, old)?, new));
    }
    // What stands in the place of a bill beside service is made after the correction.
    if it.bills.iter().any(|(old, _)| old.segments.is_empty()) {
        it.net = net(&it.bills) - it.settled.off();
    }
    Ok(it)
}

/// What became of a bill; a bill may have been made by one correction and taken back by the next.
pub fn of_bill(tx: &mut Tx, bill: BillId) -> Result<Vec<Fate>> {
    tx.many(OF_BILL, [bill.into()], |row| {
        let cancelled = row.id::<BillId>(4)? == bill;
        let other = row.maybe(if cancelled { 5 } else { 6 }, Row::text)?;
        Ok(Fate {
            correction: row.id(0)?,
            cause: row.word(1, Cause::from_word)?,
            on: row.date(2)?,
            net: row.money(3)?,
            cancelled,
            other: other.map(BillNumber),
        })
    })
}

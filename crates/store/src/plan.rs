//! What customers agreed to pay in parts: written once, never changed.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::plan::{Ending, Pays, Plan};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into plan (key, account_id, agreed_on, debt_cents, through_bill_id, correction_id, why)
    values ($1, $2, $3, $4, $5, $6, $7)");
const PARTS: Rows = Rows("plan_part (key, nth, due_on, amount_cents)");
const END: Sql = Sql("insert into plan_end (key, how, ended_on, why) values ($1, $2, $3, $4)");
const OF_ACCOUNT: Sql = Sql("
    select p.key, p.account_id, p.agreed_on, p.debt_cents, p.through_bill_id, e.how, e.ended_on,
           p.correction_id
    from plan p left join plan_end e on e.key = p.key
    where p.account_id = $1 order by p.agreed_on");
const PARTS_OF: Sql = Sql("select due_on, amount_cents from plan_part where key = $1 order by nth");
const HOW_MANY: Sql = Sql("select count(*) from plan_part where key = $1");
const RUNNING: Sql = Sql("
    select account_id from plan p
    where not exists (select 1 from plan_end e where e.key = p.key) order by account_id");
const AMONG: (Sql, Sql) = among_ids!(
    "select p.key, p.account_id, p.agreed_on, p.debt_cents, p.through_bill_id, e.how, e.ended_on,
            p.correction_id
     from plan p left join plan_end e on e.key = p.key
     where p.agreed_on <= $2 and (e.ended_on is null or $2 < e.ended_on) and p.account_id",
    "order by p.account_id, p.agreed_on"
);
const PARTS_AMONG: (Sql, Sql) = among_ids!(
    "select p.key, q.due_on, q.amount_cents
     from plan p join plan_part q on q.key = p.key left join plan_end e on e.key = p.key
     where p.agreed_on <= $2 and (e.ended_on is null or $2 < e.ended_on) and p.account_id",
    "order by p.key, q.nth"
);
const ALL_ON: Sql = Sql("
    select p.key, p.account_id, p.agreed_on, p.debt_cents, p.through_bill_id, e.how, e.ended_on,
           p.correction_id
    from plan p left join plan_end e on e.key = p.key
    where p.agreed_on <= $1 and (e.ended_on is null or $1 < e.ended_on)
    order by p.key");
const ALL_PARTS_ON: Sql = Sql("
    select p.key, q.due_on, q.amount_cents
    from plan p join plan_part q on q.key = p.key left join plan_end e on e.key = p.key
    where p.agreed_on <= $1 and (e.ended_on is null or $1 < e.ended_on)
    order by p.key, q.nth");
const DUES: Sql = Sql("
    select w.due_on from bill_window w join account a on a.cycle = w.cycle
    where a.id = $1 and $2 < w.billed_on order by w.billed_on limit $3");
const SAY_PAYS: Sql = Sql("
    insert into plan_pays (key, nth, pays, from_on, why)
    values ($1, (select coalesce(max(nth), 0) + 1 from plan_pays where key = $1), $2, $3, $4)");
const PAYS: Sql = Sql("
    select pays, from_on from plan_pays where key = $1 order by nth desc limit 1");
const COUNT: Sql = Sql("select count(*) from plan");
const SUMS: Sql = Sql("
    select p.key, p.debt_cents, cast(coalesce(sum(q.amount_cents), 0) as bigint)
    from plan p left join plan_part q on q.key = p.key
    group by p.key, p.debt_cents
    having p.debt_cents <> coalesce(sum(q.amount_cents), 0) order by p.key limit 100");
const TWO: Sql = Sql("
    select a.number, p.agreed_on, q.agreed_on
    from plan p
    join plan q on q.account_id = p.account_id and p.agreed_on < q.agreed_on
    join account a on a.id = p.account_id
    left join plan_end e on e.key = p.key
    where e.key is null or q.agreed_on < e.ended_on order by a.id limit 100");

/// Keeps what was agreed. The database refuses a second one of a day.
pub fn add(tx: &mut Tx, it: &Plan, why: &str) -> Result<()> {
    let values = [
        V::from(&it.key),
        it.account.into(),
        it.agreed.into(),
        it.debt.into(),
        it.through.into(),
        it.of.into(),
        why.into(),
    ];
    tx.exec(ADD, values)?;
    let parts = (1_i64..).zip(&it.parts);
    let parts = parts.map(|(nth, (due, amount))| {
        [V::from(&it.key), nth.into(), (*due).into(), (*amount).into()]
    });
    tx.bulk(PARTS, parts)
}

/// Ends a plan. The database refuses a second time.
pub fn end(tx: &mut Tx, key: &str, how: Ending, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [key.into(), how.word().into(), on.into(), why.into()]).map(|_| ())
}

/// What an account agreed to, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Plan>> {
    let mut all = tx.many(OF_ACCOUNT, [account.into()], plan)?;
    for it in &mut all {
        it.parts =
            tx.many(PARTS_OF, [V::from(&it.key)], |row| Ok((row.date(0)?, row.money(1)?)))?;
    }
    Ok(all)
}

/// How many parts a plan has.
pub fn parts(tx: &mut Tx, key: &str) -> Result<i64> {
    tx.one(HOW_MANY, [key.into()], |row| row.int(0))
}

/// Says from a day on how the parts of a plan are paid.
pub fn say_pays(tx: &mut Tx, key: &str, pays: Pays, from: Date, why: &str) -> Result<()> {
    tx.exec(SAY_PAYS, [key.into(), pays.word().into(), from.into(), why.into()]).map(|_| ())
}

/// How the parts of a plan are paid, and since when, where somebody said.
pub fn pays(tx: &mut Tx, key: &str) -> Result<Option<(Pays, Date)>> {
    tx.maybe(PAYS, [key.into()], |row| Ok((row.word(0, Pays::from_word)?, row.date(1)?)))
}

/// The accounts of which a plan did not end.
pub fn running(tx: &mut Tx) -> Result<Vec<AccountId>> {
    tx.many(RUNNING, [], |row| row.id(0))
}

/// The plans of these accounts that were agreed to by a day and did not end.
pub fn among(tx: &mut Tx, accounts: &[AccountId], on: Date) -> Result<Vec<Plan>> {
    let list = || list_of(accounts.iter().copied());
    let all = tx.many(tx.either(AMONG.0, AMONG.1), [list().into(), on.into()], plan)?;
    let values = [list().into(), on.into()];
    let parts = tx.many(tx.either(PARTS_AMONG.0, PARTS_AMONG.1), values, part)?;
    Ok(with_parts(all, parts))
}

/// Those of all accounts.
pub fn all_on(tx: &mut Tx, on: Date) -> Result<Vec<Plan>> {
    let all = tx.many(ALL_ON, [on.into()], plan)?;
    Ok(with_parts(all, tx.many(ALL_PARTS_ON, [on.into()], part)?))
}

fn part(row: &Row) -> Result<(String, (Date, Money))> {
    Ok((row.text(0)?, (row.date(1)?, row.money(2)?)))
}

fn with_parts(mut all: Vec<Plan>, found: Vec<(String, (Date, Money))>) -> Vec<Plan> {
    let mut parts: BTreeMap<String, Vec<(Date, Money)>> = BTreeMap::new();
    for (key, part) in found {
        parts.entry(key).or_default().push(part);
    }
    for it in &mut all {
        it.parts = parts.remove(&it.key).unwrap_or_default();
    }
    all
}

/// The days on which the next bills of an account are due, as far as its turns are planned.
pub fn dues(tx: &mut Tx, account: AccountId, after: Date, most: i64) -> Result<Vec<Date>> {
    tx.many(DUES, [account.into(), after.into(), most.into()], |row| row.date(0))
}

/// Every plan is its parts, and an account has one at a time.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(SUMS, [], |row| {
        let (key, debt, sum) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("{key} is of {debt}, and its parts are {sum}"))
    })?;
    found.extend(tx.many(TWO, [], |row| {
        let (number, one, other) = (row.number(0)?, row.date(1)?, row.date(2)?);
        Ok(format!("account {number} has two plans at once, of {one} and of {other}"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn plan(row: &Row) -> Result<Plan> {
    let how = row.maybe(5, |row, at| row.word(at, Ending::from_word))?;
    let on = row.maybe(6, Row::date)?;
    Ok(Plan {
        key: row.text(0)?,
        account: row.id(1)?,
        agreed: row.date(2)?,
        debt: row.money(3)?,
        of: row.maybe(7, Row::id)?,
        through: row.maybe(4, Row::id)?,
        parts: Vec::new(),
        ended: how.zip(on),
    })
}

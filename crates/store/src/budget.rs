//! Levelled bills: written once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::budget::{Billed, How};
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into budget (key, account_id, from_on, level_cents, why) values ($1, $2, $3, $4, $5)");
const END: Sql = Sql("insert into budget_end (key, ended_on, why) values ($1, $2, $3)");
const BILL: Sql = Sql("
    insert into budget_bill (bill_id, key, how, actual_cents, asked_cents, next_cents)
    values ($1, $2, $3, $4, $5, $6)");
const OF_ACCOUNT: Sql = Sql("
    select b.key, b.account_id, b.from_on, b.level_cents, e.ended_on
    from budget b left join budget_end e on e.key = b.key
    where b.account_id = $1 order by b.from_on");
// Whose service is over, as far as every day of it is billed.
const RUNNING: (Sql, Sql) = among_ids!(
    "select b.key, b.account_id, b.from_on, b.level_cents, null as ended_on,
            case when exists (
                select 1 from agreement g
                where g.account_id = b.account_id
                  and (g.to_on is null
                    or coalesce((select max(s.to_on) from standing_segment s
                                 where s.agreement_id = g.id), g.from_on) < g.to_on))
              then 0 else 1 end
     from budget b
     where not exists (select 1 from budget_end e where e.key = b.key) and b.account_id",
    "order by b.account_id, b.from_on"
);
const BILLS: Sql = Sql("
    select m.bill_id, b.number, m.how, m.actual_cents, m.asked_cents, m.next_cents,
           (select count(*) from bill_cancelled c join correction k on k.id = c.correction_id
            where c.bill_id = m.bill_id and k.cause = 'run'),
           b.from_on, b.to_on,
           coalesce((select max(s.to_on) from segment s where s.bill_id = b.id), b.to_on)
    from budget_bill m join bill b on b.id = m.bill_id
    where m.key = $1 order by m.bill_id");
const KEY_OF: Sql = Sql("select key from budget_bill where bill_id = $1");
const VARIANCE: Sql = Sql("
    select cast(-coalesce(sum(amount_cents), 0) as bigint) from charge
    where account_id = $1 and kind = 'budget'");
const BACK: Sql = Sql("select count(*) from charge where key = $1");
const ALL: Sql = Sql("
    select account_id from budget b
    where not exists (select 1 from budget_end e where e.key = b.key) order by account_id");
const SAY_LEVEL: Sql = Sql("
    insert into budget_level (key, nth, after_bills, said_on, level_cents, why)
    values ($1, (select count(*) + 1 from budget_level where key = $1), $2, $3, $4, $5)");
const LEVEL_SAID: Sql = Sql("
    select level_cents from budget_level
    where key = $1 and after_bills = $2 order by nth desc limit 1");
const COUNT: Sql = Sql("select count(*) from budget_bill");
const VARIES: Sql = Sql("
    select a.number, v.due, v.gl from (
        select account_id, cast(sum(due) as bigint) as due, cast(sum(gl) as bigint) as gl from (
            select account_id, -amount_cents as due, 0 as gl from charge where kind = 'budget'
            union all
            select account_id, 0, amount_cents from posting where gl = '1210 budget variance')
            as parts
        group by account_id) as v
    join account a on a.id = v.account_id where v.due <> v.gl order by a.id limit 100");
const UNTRUE: Sql = Sql("
    select b.number, m.actual_cents, m.asked_cents
    from budget_bill m join bill b on b.id = m.bill_id
    left join charge c on c.key = 'budget/' || b.number
    where b.total_cents <> m.actual_cents
       or coalesce(c.amount_cents, 0) <> m.asked_cents - m.actual_cents
    order by b.id limit 100");
// Who ended and has something left is billed it.
const LEFT: Sql = Sql("
    select a.number, cast(sum(c.amount_cents) as bigint)
    from charge c join account a on a.id = c.account_id
    where c.kind = 'budget' and not exists (
        select 1 from budget b
        where b.account_id = c.account_id and not exists (
            select 1 from budget_end e where e.key = b.key))
    group by a.id, a.number having sum(c.amount_cents) <> 0 order by a.id limit 100");

/// The levelling of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The natural key: an account begins once a day.
    pub key: String,
    /// Whose.
    pub account: AccountId,
    /// The first day: bills dated then or later are levelled.
    pub from: Date,
    /// What was asked for at first.
    pub level: Money,
    /// The first day without it.
    pub ended: Option<Date>,
}

/// A bill that was levelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levelled {
    /// Which.
    pub bill: BillId,
    /// What people say for it.
    pub number: String,
    /// What was done.
    pub how: How,
    /// What it came to.
    pub actual: Money,
    /// What was asked for in its place.
    pub asked: Money,
    /// The level from then on.
    pub next: Money,
    /// Whether it was taken back with its whole turn.
    pub gone: bool,
    /// The turn it is of.
    pub turn: Period,
    /// The day behind the last one it bills: that of an interim bill is within the turn.
    pub until: Date,
}

impl Levelled {
    /// Whether its turn is over with it, so that it is one of the twelve bills of a year.
    pub fn ends_turn(&self) -> bool {
        self.turn.end() <= self.until
    }
}

/// Keeps that an account begins. The database refuses a second time on a day.
pub fn add(tx: &mut Tx, it: &Budget, why: &str) -> Result<()> {
    let values = [V::from(&it.key), it.account.into(), it.from.into(), it.level.into(), why.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// Keeps that it ends. The database refuses a second time.
pub fn end(tx: &mut Tx, key: &str, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [key.into(), on.into(), why.into()]).map(|_| ())
}

/// Keeps a level that is said anew after so many bills.
pub fn say_level(
    tx: &mut Tx,
    key: &str,
    (after, on): (i64, Date),
    level: Money,
    why: &str,
) -> Result<()> {
    tx.exec(SAY_LEVEL, [key.into(), after.into(), on.into(), level.into(), why.into()]).map(|_| ())
}

/// The level that was said anew after so many bills, where one was.
pub fn level_said(tx: &mut Tx, key: &str, after: i64) -> Result<Option<Money>> {
    Ok(tx.many(LEVEL_SAID, [key.into(), after.into()], |row| row.money(0))?.pop())
}

/// Keeps what was asked for in place of a bill. The database refuses a second time.
pub fn bill(tx: &mut Tx, key: &str, it: &Levelled) -> Result<()> {
    let values = [
        it.bill.into(),
        key.into(),
        it.how.word().into(),
        it.actual.into(),
        it.asked.into(),
        it.next.into(),
    ];
    tx.exec(BILL, values).map(|_| ())
}

/// The levellings of an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Budget>> {
    tx.many(OF_ACCOUNT, [account.into()], budget)
}

/// The levellings of these accounts that did not end, each with whether all of its service is over and
/// billed.
pub fn running(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<(Budget, bool)>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(RUNNING.0, RUNNING.1);
    tx.many(sql, [list.into()], |row| Ok((budget(row)?, row.int(5)? != 0)))
}

/// The bills that were levelled, the oldest first.
pub fn bills(tx: &mut Tx, key: &str) -> Result<Vec<Levelled>> {
    tx.many(BILLS, [key.into()], |row| {
        Ok(Levelled {
            bill: row.id(0)?,
            number: row.text(1)?,
            how: row.word(2, How::from_word)?,
            actual: row.money(3)?,
            asked: row.money(4)?,
            next: row.money(5)?,
            gone: row.int(6)? != 0,
            turn: row.period(7)?,
            until: row.date(9)?,
        })
    })
}

/// The key of the levelling that levelled a bill, if one did.
pub fn key_of(tx: &mut Tx, bill: BillId) -> Result<Option<String>> {
    tx.maybe(KEY_OF, [bill.into()], |row| row.text(0))
}

/// What the bills of an account came to beyond what was asked for.
pub fn variance(tx: &mut Tx, account: AccountId) -> Result<Money> {
    tx.one(VARIANCE, [account.into()], |row| row.money(0))
}

/// Whether a charge with this key was posted.
pub fn posted(tx: &mut Tx, key: &str) -> Result<bool> {
    Ok(tx.one(BACK, [key.into()], |row| row.int(0))? != 0)
}

/// What the newest bills of service of an account came to, the newest first, each with its days of
/// service.
pub fn history(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<Billed>> {
    let bills = crate::bill::of_service(tx, account, most)?;
    Ok(bills.iter().map(|it| Billed { days: it.period.days(), total: it.total }).collect())
}

/// The accounts of which a levelling did not end.
pub fn all(tx: &mut Tx) -> Result<Vec<AccountId>> {
    tx.many(ALL, [], |row| row.id(0))
}

/// What the ledger keeps of levelled bills is what they came to less what was asked for, bill by bill;
/// nothing is left where it ended.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(VARIES, [], |row| {
        let (number, due, gl) = (row.number(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("account {number} has {due} to make up, and the ledger keeps {gl}"))
    })?;
    found.extend(tx.many(UNTRUE, [], |row| {
        let (number, actual, asked) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("bill {number} was levelled from {actual} to {asked}, and is not charged so"))
    })?);
    found.extend(tx.many(LEFT, [], |row| {
        let (number, left) = (row.number(0)?, row.money(1)?);
        Ok(format!("account {number} is not levelled any more, and {left} is not settled"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn budget(row: &Row) -> Result<Budget> {
    Ok(Budget {
        key: row.text(0)?,
        account: row.id(1)?,
        from: row.date(2)?,
        level: row.money(3)?,
        ended: row.maybe(4, Row::date)?,
    })
}

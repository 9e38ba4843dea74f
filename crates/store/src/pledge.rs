//! What agencies promised to pay for accounts, and what came of it: written once, never changed.

use std::collections::HashMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::pledge::{Ending, Pledge};
use meterbook_core::id::{AccountId, AccountNumber, PaymentId};
use meterbook_core::ledger::Payment;
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into pledge (key, account_id, agency, amount_cents, from_on, until_on, lapses_on, why)
    values ($1, $2, $3, $4, $5, $6, $7, $8)");
const END: Sql = Sql("insert into pledge_end (key, how, ended_on, why) values ($1, $2, $3, $4)");
const RECEIVE: Sql = Sql("insert into pledge_payment (payment_id, key) values ($1, $2)");
const OF_ACCOUNT: Sql = Sql("
    select p.key, p.account_id, p.agency, p.amount_cents, p.from_on, p.until_on, p.lapses_on,
           e.how, e.ended_on
    from pledge p left join pledge_end e on e.key = p.key
    where p.account_id = $1 order by p.from_on, p.key");
const RECEIVED: Sql = Sql("
    select y.paid_on, y.amount_cents
    from pledge_payment q join standing_payment y on y.id = q.payment_id
    where q.key = $1 order by y.id");
const RUNNING: Sql = Sql("
    select distinct account_id from pledge p
    where not exists (select 1 from pledge_end e where e.key = p.key) order by account_id");
const HOLDING: (Sql, Sql) = among_ids!(
    "select p.account_id, p.agency, p.amount_cents, p.lapses_on
     from pledge p left join pledge_end e on e.key = p.key
     where p.from_on <= $2 and $2 < p.lapses_on and (e.ended_on is null or $2 < e.ended_on)
       and coalesce((
         select sum(y.amount_cents)
         from pledge_payment q join standing_payment y on y.id = q.payment_id
         where q.key = p.key and y.paid_on <= $2), 0) < p.amount_cents
       and p.account_id",
    "order by p.account_id, p.from_on, p.key"
);
const OPEN: Sql = Sql("
    select o.account_id, cast(sum(o.cents) as bigint)
    from (
        select p.account_id, p.amount_cents - coalesce((
            select sum(y.amount_cents)
            from pledge_payment q join standing_payment y on y.id = q.payment_id
            where q.key = p.key and y.paid_on <= $1), 0) as cents
        from pledge p left join pledge_end e on e.key = p.key
        where p.from_on <= $1 and $1 < p.lapses_on
          and (e.ended_on is null or $1 < e.ended_on)) as o
    where 0 < o.cents group by o.account_id order by o.account_id");
const LISTED: Sql = Sql("
    with listed as (
        select p.key, p.agency, p.amount_cents, p.from_on, p.until_on, p.lapses_on, e.how, e.ended_on,
               a.number, n.name, cast(coalesce((
                   select sum(y.amount_cents)
                   from pledge_payment q join standing_payment y on y.id = q.payment_id
                   where q.key = p.key), 0) as bigint) as came,
               case when e.how is not null then e.how when p.until_on <= $1 then 'due'
                    else 'open' end as stands
        from pledge p
        join account a on a.id = p.account_id
        join person n on n.id = a.person_id
        left join pledge_end e on e.key = p.key)
    select key, agency, amount_cents, from_on, until_on, lapses_on, how, ended_on, number, name, came, stands
    from listed where stands = $2 order by until_on desc, key limit $3");
const AGENCIES: Sql = Sql("
    select distinct agency from pledge p
    where not exists (select 1 from pledge_end e where e.key = p.key) order by agency");
const MAY_KEEP: Sql = Sql("
    select y.id, y.account_id, y.amount_cents, y.paid_on, y.tender, y.reference, y.key
    from standing_payment y
    where y.account_id = $1 and $2 <= y.paid_on
      and not exists (select 1 from pledge_payment q where q.payment_id = y.id)
    order by y.paid_on, y.id");
const COUNT: Sql = Sql("select count(*) from pledge");
const OTHER_ACCOUNT: Sql = Sql("
    select q.key, y.key from pledge_payment q
    join pledge p on p.key = q.key join payment y on y.id = q.payment_id
    where y.account_id <> p.account_id order by q.payment_id limit 100");
// What came and was taken back later had come.
const NOT_KEPT: Sql = Sql("
    select p.key, p.amount_cents, cast(coalesce(sum(y.amount_cents), 0) as bigint)
    from pledge p
    join pledge_end e on e.key = p.key and e.how = 'kept'
    left join pledge_payment q on q.key = p.key
    left join payment y on y.id = q.payment_id
    group by p.key, p.amount_cents
    having coalesce(sum(y.amount_cents), 0) < p.amount_cents order by p.key limit 100");

/// How pledges stand that are listed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is waited for.
    Open,
    /// It is waited for, and should have come.
    Due,
    /// It ended so.
    Ended(Ending),
}

/// A pledge as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who promised.
    pub agency: String,
    /// For which account.
    pub number: AccountNumber,
    /// The customer's name.
    pub name: String,
    /// How much.
    pub amount: Money,
    /// What came of it and stands.
    pub came: Money,
    /// The day on which it was promised.
    pub from: Date,
    /// The first day on which it should have come.
    pub until: Date,
    /// The first day on which it counts no more.
    pub lapses: Date,
    /// How it stands.
    pub stands: Standing,
    /// The day on which it ended, if it did.
    pub ended_on: Option<Date>,
}

impl Standing {
    /// All of them, in the order of what is to be done.
    pub const ALL: [Standing; 5] = [
        Standing::Due,
        Standing::Open,
        Standing::Ended(Ending::Kept),
        Standing::Ended(Ending::Lapsed),
        Standing::Ended(Ending::Cancelled),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Due => "due",
            Standing::Ended(how) => how.word(),
        }
    }

    /// The one with a word.
    pub fn from_word(word: &str) -> Option<Standing> {
        Standing::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// Keeps a pledge. The database refuses a second one of an agency for an account on a day.
pub fn add(tx: &mut Tx, it: &Pledge, why: &str) -> Result<()> {
    let values = [
        V::from(&it.key),
        it.account.into(),
        V::from(&it.agency),
        it.amount.into(),
        it.from.into(),
        it.until.into(),
        it.lapses.into(),
        why.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Ends a pledge. The database refuses a second time.
pub fn end(tx: &mut Tx, key: &str, how: Ending, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [key.into(), how.word().into(), on.into(), why.into()]).map(|_| ())
}

/// Keeps that a payment is what was promised. The database refuses one that is another pledge's.
pub fn receive(tx: &mut Tx, key: &str, payment: PaymentId) -> Result<()> {
    tx.exec(RECEIVE, [payment.into(), key.into()]).map(|_| ())
}

/// What was promised for an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Pledge>> {
    let mut all = tx.many(OF_ACCOUNT, [account.into()], pledge)?;
    for it in &mut all {
        it.received =
            tx.many(RECEIVED, [V::from(&it.key)], |row| Ok((row.date(0)?, row.money(1)?)))?;
    }
    Ok(all)
}

/// Pledges that stand so on a day, at most so many; those that were to come last before others.
pub fn list(tx: &mut Tx, which: Standing, on: Date, most: i64) -> Result<Vec<Listed>> {
    tx.many(LISTED, [on.into(), which.word().into(), most.into()], |row| {
        Ok(Listed {
            agency: row.text(1)?,
            number: row.number(8)?,
            name: row.text(9)?,
            amount: row.money(2)?,
            came: row.money(10)?,
            from: row.date(3)?,
            until: row.date(4)?,
            lapses: row.date(5)?,
            stands: row.word(11, Standing::from_word)?,
            ended_on: row.maybe(7, Row::date)?,
        })
    })
}

/// The agencies of which a pledge did not end.
pub fn agencies(tx: &mut Tx) -> Result<Vec<String>> {
    tx.many(AGENCIES, [], |row| row.text(0))
}

/// Payments of an account that stand, came on a day or later, and are no pledge's yet; the oldest first.
pub fn may_keep(tx: &mut Tx, account: AccountId, from: Date) -> Result<Vec<Payment>> {
    tx.many(MAY_KEEP, [account.into(), from.into()], crate::payment::payment)
}

/// The accounts of which a pledge did not end.
pub fn running(tx: &mut Tx) -> Result<Vec<AccountId>> {
    tx.many(RUNNING, [], |row| row.id(0))
}

/// Pledges of these accounts of which something is still to come on a day: by which agency, of how much, and
/// the first day without it.
pub fn holding(
    tx: &mut Tx,
    accounts: &[AccountId],
    on: Date,
) -> Result<Vec<(AccountId, String, Money, Date)>> {
    let list = list_of(accounts.iter().copied());
    tx.many(tx.either(HOLDING.0, HOLDING.1), [list.into(), on.into()], |row| {
        Ok((row.id(0)?, row.text(1)?, row.money(2)?, row.date(3)?))
    })
}

/// What of pledges that hold on a day is still to come, by account.
pub fn open(tx: &mut Tx, on: Date) -> Result<HashMap<AccountId, Money>> {
    let all = tx.many(OPEN, [on.into()], |row| Ok((row.id(0)?, row.money(1)?)))?;
    Ok(all.into_iter().collect())
}

/// What came for a pledge is of its account, and what is kept came.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(OTHER_ACCOUNT, [], |row| {
        Ok(format!("{} was kept by payment {} of another account", row.text(0)?, row.text(1)?))
    })?;
    found.extend(tx.many(NOT_KEPT, [], |row| {
        let (key, amount, came) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("{key} of {amount} is kept, and {came} came for it"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn pledge(row: &Row) -> Result<Pledge> {
    let how = row.maybe(7, |row, at| row.word(at, Ending::from_word))?;
    let on = row.maybe(8, Row::date)?;
    Ok(Pledge {
        key: row.text(0)?,
        account: row.id(1)?,
        agency: row.text(2)?,
        amount: row.money(3)?,
        from: row.date(4)?,
        until: row.date(5)?,
        lapses: row.date(6)?,
        received: Vec::new(),
        ended: how.zip(on),
    })
}

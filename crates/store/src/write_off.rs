//! What was given up of what accounts owe, and had after all.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::money::Money;

use crate::Tx;
use crate::debt::Arrears;
use crate::tx::Sql;
use crate::value::Row;

const GIVEN_UP: Sql = Sql("
    select cast(-coalesce(sum(amount_cents), 0) as bigint), count(*) from charge
    where account_id = $1 and kind in ('written-off', 'recovered')");
const DUE: Sql = Sql("
    select min(s.due_on) from charge c join charge_since s on s.key = c.key
    where c.account_id = $1 and c.kind = 'written-off'");
// What was given up of accounts whose open case came to that.
const IN_CASES: Sql = Sql("
    select c.account_id, a.class, cast(-sum(w.amount_cents) as bigint), coalesce(min(s.due_on), c.oldest_on)
    from collection_case c
    join account a on a.id = c.account_id
    join charge w on w.account_id = a.id and w.kind in ('written-off', 'recovered')
    left join charge_since s on s.key = w.key and w.kind = 'written-off'
    where exists (select 1 from collection_step t where t.key = c.key and t.step = 'write-off')
      and not exists (select 1 from collection_end e where e.key = c.key)
    group by c.key, c.account_id, a.class, c.oldest_on having sum(w.amount_cents) < 0
    order by c.account_id");
const PUT_FORWARD: Sql = Sql("
    select a.number, cast(coalesce(sum(p.amount_cents), 0)
        - coalesce((select sum(w.charged_cents) from bill_waiting w where w.account_id = a.id), 0)
        as bigint)
    from collection_case c
    join collection_step s on s.key = c.key and s.step = 'write-off'
    join account a on a.id = c.account_id
    join posting p on p.account_id = a.id and p.gl = '1200 receivable'
    where not exists (select 1 from collection_end e where e.key = c.key)
    group by a.id, a.number having 0 < sum(p.amount_cents) order by a.number");
const COUNT: Sql = Sql("
    select count(*) from charge
    where kind in ('written-off', 'recovered', 'small-credit', 'transferred')");
const LEDGER: Sql = Sql("
    select cast(coalesce((select -sum(amount_cents) from charge
                          where kind in ('written-off', 'recovered', 'small-credit')), 0) as bigint),
           cast(coalesce((select sum(amount_cents) from posting
                          where gl = '5070 bad debt'), 0) as bigint),
           cast(coalesce((select sum(amount_cents) from charge
                          where kind = 'transferred'), 0) as bigint)");
// Of accounts whose service ended and is billed to its end. What they owe together is asked first: few owe so
// little that their entries are read.
const SMALL: Sql = Sql("
    select a.id, a.number, a.class, o.cents,
        (select max(e.effective_on) from posting p join entry e on e.id = p.entry_id
         where p.account_id = a.id and p.gl = '1200 receivable'),
        (select max(g.to_on) from agreement g where g.account_id = a.id)
    from (
        select account_id, cast(sum(cents) as bigint) as cents from owed_part
        group by account_id having sum(cents) <> 0) as o
    join account a on a.id = o.account_id
    where abs(o.cents) < $2
      and exists (select 1 from agreement g where g.account_id = a.id)
      and not exists (
        select 1 from agreement g
        where g.account_id = a.id and (g.to_on is null or $1 < g.to_on
          or (g.from_on < g.to_on and not exists (
            select 1 from standing_segment s where s.agreement_id = g.id and g.to_on <= s.to_on))))
      and not exists (select 1 from bill_waiting w where w.account_id = a.id)
    order by a.number");
const SMALL_OF_DAY: Sql = Sql("
    select cast(coalesce(sum(abs(amount_cents)), 0) as bigint) from charge
    where charged_on = $1 and 'small/' <= key and key < 'small0' and key not like '%/back'");
const SMALL_GONE: Sql = Sql("
    select a.number, p.name, c.amount_cents, c.charged_on
    from charge c
    join account a on a.id = c.account_id
    join person p on p.id = a.person_id
    where 'small/' <= c.key and c.key < 'small0' and c.key not like '%/back'
      and not exists (select 1 from charge b where b.key = c.key || '/back')
    order by c.charged_on desc, a.number limit $1");
const BEYOND: Sql = Sql("
    select a.number, cast(sum(c.amount_cents) as bigint)
    from charge c join account a on a.id = c.account_id
    where c.kind in ('written-off', 'recovered')
    group by a.id, a.number having 0 < sum(c.amount_cents) order by a.id limit 100");

/// What a closed account owes, where it is little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Little {
    /// Which account.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// Its class.
    pub class: CustomerClass,
    /// What it owes; below zero it has a credit.
    pub owes: Money,
    /// The day of the last that happened: an entry, or the end of its service.
    pub since: Date,
}

/// The accounts closed by a day that owe less than an amount, or have less of a credit, by number.
pub fn little(tx: &mut Tx, on: Date, below: Money) -> Result<Vec<Little>> {
    tx.many(SMALL, [on.into(), below.into()], |row| {
        let (entry, end) = (row.maybe(4, Row::date)?, row.maybe(5, Row::date)?);
        Ok(Little {
            account: row.id(0)?,
            number: row.number(1)?,
            class: row.word(2, CustomerClass::from_word)?,
            owes: row.money(3)?,
            since: entry.max(end).unwrap_or(on),
        })
    })
}

/// What small balances that were written off on a day come to, whichever way.
pub fn little_of(tx: &mut Tx, on: Date) -> Result<Money> {
    tx.one(SMALL_OF_DAY, [on.into()], |row| row.money(0))
}

/// A small balance that was written off by rule and not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The number of its account.
    pub number: AccountNumber,
    /// Whose it is.
    pub name: String,
    /// What was owed; below zero it was a credit.
    pub owed: Money,
    /// The day.
    pub on: Date,
}

/// The newest small balances that were written off and not taken back.
pub fn little_gone(tx: &mut Tx, most: i64) -> Result<Vec<Gone>> {
    tx.many(SMALL_GONE, [most.into()], |row| {
        Ok(Gone {
            number: row.number(0)?,
            name: row.text(1)?,
            owed: -row.money(2)?,
            on: row.date(3)?,
        })
    })
}

/// What was given up of what an account owes and not had since, and in how many charges that was.
pub fn given_up(tx: &mut Tx, account: AccountId) -> Result<(Money, i64)> {
    tx.one(GIVEN_UP, [account.into()], |row| Ok((row.money(0)?, row.int(1)?)))
}

/// What was given up of accounts with an open case that came to it and not had since, as if it were past due,
/// by account.
pub fn in_cases(tx: &mut Tx) -> Result<Vec<Arrears>> {
    tx.many(IN_CASES, [], |row| {
        Ok(Arrears {
            account: row.id(0)?,
            class: row.word(1, CustomerClass::from_word)?,
            past_due: row.money(2)?,
            oldest: row.date(3)?,
        })
    })
}

/// The day on which the oldest of what was given up of an account was due, where that is known.
pub fn due(tx: &mut Tx, account: AccountId) -> Result<Option<Date>> {
    tx.one(DUE, [account.into()], |row| row.maybe(0, Row::date))
}

/// The accounts that collections put forward, with what each owes.
pub fn put_forward(tx: &mut Tx) -> Result<Vec<(AccountNumber, Money)>> {
    tx.many(PUT_FORWARD, [], |row| Ok((row.number(0)?, row.money(1)?)))
}

/// What was given up less what was had after all is what the ledger says, no more was had than given up,
/// and what another account owes is owed once.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(BEYOND, [], |row| {
        Ok(format!("account {} had {} more than was given up", row.number(0)?, row.money(1)?))
    })?;
    let (due, gl, moved) =
        tx.one(LEDGER, [], |row| Ok((row.money(0)?, row.money(1)?, row.money(2)?)))?;
    if due != gl {
        found.push(format!("{due} was given up, and the ledger says {gl}"));
    }
    if moved != Money::ZERO {
        found.push(format!("{moved} went to another account and did not leave the first"));
    }
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

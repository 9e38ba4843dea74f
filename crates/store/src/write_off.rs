//! What was given up of what accounts owe, and had after all.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const GIVEN_UP: Sql = Sql("
    select cast(-coalesce(sum(amount_cents), 0) as bigint), count(*) from charge
    where account_id = $1 and kind in ('written-off', 'recovered')");
const DUE: Sql = Sql("
    select min(s.due_on) from charge c join charge_since s on s.key = c.key
    where c.account_id = $1 and c.kind = 'written-off'");
const PUT_FORWARD: Sql = Sql("
    select a.number, cast(coalesce(sum(p.amount_cents), 0)
        - coalesce((select sum(w.total_cents) from bill_waiting w where w.account_id = a.id), 0)
        as bigint)
    from collection_case c
    join collection_step s on s.key = c.key and s.step = 'write-off'
    join account a on a.id = c.account_id
    join posting p on p.account_id = a.id and p.gl = '1200 receivable'
    where not exists (select 1 from collection_end e where e.key = c.key)
    group by a.id, a.number having 0 < sum(p.amount_cents) order by a.number");
const COUNT: Sql = Sql("
    select count(*) from charge where kind in ('written-off', 'recovered', 'transferred')");
const LEDGER: Sql = Sql("
    select cast(coalesce((select -sum(amount_cents) from charge
                          where kind in ('written-off', 'recovered')), 0) as bigint),
           cast(coalesce((select sum(amount_cents) from posting
                          where gl = '5070 bad debt'), 0) as bigint),
           cast(coalesce((select sum(amount_cents) from charge
                          where kind = 'transferred'), 0) as bigint)");
const BEYOND: Sql = Sql("
    select a.number, cast(sum(c.amount_cents) as bigint)
    from charge c join account a on a.id = c.account_id
    where c.kind in ('written-off', 'recovered')
    group by a.id, a.number having 0 < sum(c.amount_cents) order by a.id limit 100");

/// What was given up of what an account owes and not had since, and in how many charges that was.
pub fn given_up(tx: &mut Tx, account: AccountId) -> Result<(Money, i64)> {
    tx.one(GIVEN_UP, [account.into()], |row| Ok((row.money(0)?, row.int(1)?)))
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

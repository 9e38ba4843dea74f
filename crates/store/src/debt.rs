//! What of what an account was charged is its own due debt: the one place that says so. What another
//! account pays is none of it, whether a summary bill has moved it already or it waits for one.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;

/// Every debt of some accounts, with the day by which it is to be paid and the bill that it is or came
/// with; 0 where it came with none.
macro_rules! debts {
    ($accounts:literal) => {
        concat!(
            "select b.account_id, b.due_on, b.id as at, b.total_cents as cents
             from standing_bill b
             where not exists (select 1 from bill_rolled r where r.bill_id = b.id) and b.account_id ",
            $accounts,
            " union all
             select c.account_id, coalesce(w.due_on, c.charged_on), coalesce(w.id, 0), c.amount_cents
             from charge c left join bill w on w.id = c.bill_id
             where (0 < c.amount_cents or c.kind = 'budget') and c.account_id ",
            $accounts
        )
    };
}

const OWED: Sql = Sql("
    select cast(
        coalesce((select sum(amount_cents) from posting
                  where account_id = $1 and gl = '1200 receivable'), 0)
      - coalesce((select sum(total_cents) from bill_waiting where account_id = $1), 0) as bigint)");
const NOT_DUE: Sql = Sql(concat!(
    "select cast(coalesce(sum(d.cents), 0) as bigint) from (",
    debts!("= $1"),
    ") as d where $2 < d.at and $3 <= d.due_on"
));
// What an account owes is the newest of what it was charged, as if all it paid had been for the oldest:
// the oldest of what is open is the last debt, from the newest on, that is still needed to make it up.
const ARREARS: Sql = Sql(concat!(
    "with owed as (
        select o.account_id, o.cents - coalesce(w.cents, 0) as cents
        from (
            select account_id, cast(sum(amount_cents) as bigint) as cents from posting
            where gl = '1200 receivable' group by account_id having 0 < sum(amount_cents)) as o
        left join (
            select account_id, cast(sum(total_cents) as bigint) as cents from bill_waiting
            group by account_id) as w on w.account_id = o.account_id
        where coalesce(w.cents, 0) < o.cents),
    debt as (",
    debts!("in (select account_id from owed)"),
    "),
    run as (
        select d.account_id, d.due_on, d.cents, o.cents as owed,
            cast(coalesce(sum(d.cents) over (
                partition by d.account_id order by d.due_on desc, d.at desc, d.cents
                rows between unbounded preceding and 1 preceding), 0) as bigint) as newer
        from debt d join owed o on o.account_id = d.account_id),
    past as (
        select account_id,
            owed - cast(sum(case when $1 <= due_on then cents else 0 end) as bigint) as cents,
            min(case when newer < owed then due_on end) as oldest_on
        from run group by account_id, owed)
    select p.account_id, a.class, p.cents, p.oldest_on
    from past p join account a on a.id = p.account_id
    where 0 < p.cents and p.oldest_on < $1 order by p.account_id"
));

/// What is past due of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrears {
    /// Whose.
    pub account: AccountId,
    /// Its class.
    pub class: CustomerClass,
    /// How much.
    pub past_due: Money,
    /// The day on which the oldest of it was due.
    pub oldest: Date,
}

/// What an account owes itself: below zero it has a credit.
pub fn owed(tx: &mut Tx, account: AccountId) -> Result<Money> {
    tx.one(OWED, [account.into()], |row| row.money(0))
}

/// What of it is not due before a day.
pub fn not_due(tx: &mut Tx, account: AccountId, on: Date) -> Result<Money> {
    // What came without a bill too.
    tx.one(NOT_DUE, [account.into(), BillId(-1).into(), on.into()], |row| row.money(0))
}

/// What of it came with bills behind one and is not due before a day.
pub fn not_due_after(
    tx: &mut Tx,
    account: AccountId,
    after: Option<BillId>,
    on: Date,
) -> Result<Money> {
    let after = after.unwrap_or(BillId(0));
    tx.one(NOT_DUE, [account.into(), after.into(), on.into()], |row| row.money(0))
}

/// Shows what is past due of every account on a day to `take`, by account.
pub fn arrears(tx: &mut Tx, on: Date, mut take: impl FnMut(Arrears)) -> Result<()> {
    tx.each(ARREARS, [on.into()], |row| {
        take(Arrears {
            account: row.id(0)?,
            class: row.word(1, CustomerClass::from_word)?,
            past_due: row.money(2)?,
            oldest: row.date(3)?,
        });
        Ok(())
    })
}

//! Bills that sum up those of other accounts: what they wait for, and what is on them.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::bill::summary::Summed;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::id::{AccountId, AccountNumber, BillId, WindowId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

// Of each account's newest turn that is dated by the day.
const WAITS: (Sql, Sql) = among_ids!(
    "select distinct a.number, coalesce(i.reason, '')
     from account a
     join bill_window w on w.id = (
        select x.id from bill_window x
        where x.cycle = a.cycle and x.billed_on <= $2 order by x.to_on desc limit 1)
     join agreement g on g.account_id = a.id
       and g.from_on < w.to_on and (g.to_on is null or w.from_on < g.to_on)
     left join run_item i on i.window_id = w.id and i.agreement_id = g.id
     where coalesce(i.outcome, '') <> 'exempt'
       and not exists (
        select 1 from standing_segment s
        where s.agreement_id = g.id
          and case when g.to_on < w.to_on then g.to_on else w.to_on end <= s.to_on)
       and a.id",
    "order by 1, 2"
);

const ROWS: Rows = Rows("bill_summed (bill_id, position, account_id, summed_bill_id, moved_cents)");
const OF_BILL: Sql = Sql("
    select account_id, summed_bill_id, moved_cents from bill_summed
    where bill_id = $1 order by position");
// Of accounts with a bill in a turn, those that sum up, and those by which they are summed up.
const MASTERS: Sql = Sql("
    select distinct d.value from account_detail d
    where d.kind = 'summary' and d.from_on <= $2 and (d.to_on is null or $2 < d.to_on)
      and exists (
        select 1 from account a
        where a.cycle = $1 and a.id = d.account_id)
    order by d.value");
// Bills of these that no bill that stands sums up; a bill that sums up is itself none of them.
const LEFT: (Sql, Sql) = among_ids!(
    "select b.account_id, b.id, b.billed_on, b.due_on, b.from_on, b.to_on, b.total_cents
     from standing_bill b
     where b.billed_on <= $2
       and not exists (select 1 from bill_summed s where s.bill_id = b.id)
       and not exists (
        select 1 from bill_summed s
        where s.summed_bill_id = b.id
          and not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id))
       and b.account_id",
    "order by b.account_id, b.id"
);
const SUMMING: (Sql, Sql) = among_ids!(
    "select distinct s.bill_id from bill_summed s
     where not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id)
       and s.summed_bill_id",
    "order by s.bill_id"
);
const NEWEST_OF: Sql = Sql("
    select b.id from standing_bill b
    where b.account_id = $1 and b.billed_on <= $2
      and not exists (select 1 from bill_summed s where s.bill_id = b.id)
    order by b.billed_on desc, b.id desc limit 1");
// Of what a bill summed up: what stands of it, and what stands in the place of the rest.
const INSTEAD: Sql = Sql("
    select coalesce(c.made_bill_id, s.summed_bill_id)
    from bill_summed s left join bill_cancelled c on c.bill_id = s.summed_bill_id
    where s.bill_id = $1 and (c.bill_id is null or c.made_bill_id is not null)
    order by s.position");
const MADE: Sql = Sql("
    select distinct z.id, z.number, z.account_id
    from bill b
    join bill_summed s on s.summed_bill_id = b.id
    join standing_bill z on z.id = s.bill_id
    where b.window_id = $1 order by z.id");

/// The accounts among these of which the newest turn by a day is not billed, each with the word of
/// what holds it, which is empty where nothing does.
pub fn waits(
    tx: &mut Tx,
    accounts: &[AccountId],
    by: Date,
) -> Result<Vec<(AccountNumber, String)>> {
    let list = list_of(accounts.iter().copied());
    let waits = tx.either(WAITS.0, WAITS.1);
    tx.many(waits, [V::from(&list), by.into()], |row: &Row| Ok((row.number(0)?, row.text(1)?)))
}

/// A bill that is summed up on no other that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub bill: BillId,
    /// The day on its face.
    pub billed_on: Date,
    /// The day by which it is to be paid.
    pub due_on: Date,
    /// Its days.
    pub period: Period,
    /// The new charges.
    pub total: Money,
}

/// The numbers of accounts that sum up accounts of a cycle on a day.
pub fn masters(tx: &mut Tx, cycle: Cycle, on: Date) -> Result<Vec<AccountNumber>> {
    let found = tx.many(MASTERS, [cycle.into(), on.into()], |row| row.text(0))?;
    Ok(found.iter().filter_map(|it| AccountNumber::parse(it)).collect())
}

/// The bills of these accounts by a day that no bill sums up.
pub fn left(tx: &mut Tx, accounts: &[AccountId], by: Date) -> Result<Vec<Left>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(LEFT.0, LEFT.1);
    tx.many(sql, [V::from(&list), by.into()], |row| {
        Ok(Left {
            account: row.id(0)?,
            bill: row.id(1)?,
            billed_on: row.date(2)?,
            due_on: row.date(3)?,
            period: row.period(4)?,
            total: row.money(6)?,
        })
    })
}

/// The newest bill of an account by a day, other than those that sum up others.
pub fn newest(tx: &mut Tx, account: AccountId, by: Date) -> Result<Option<BillId>> {
    tx.maybe(NEWEST_OF, [account.into(), by.into()], |row| row.id(0))
}

/// The bills that stand and sum up any of these.
pub fn summing(tx: &mut Tx, bills: &[BillId]) -> Result<Vec<BillId>> {
    let list = list_of(bills.iter().copied());
    let sql = tx.either(SUMMING.0, SUMMING.1);
    tx.many(sql, [V::from(&list)], |row| row.id(0))
}

/// What stands of the bills that a bill summed up, and in the place of those that do not.
pub fn instead(tx: &mut Tx, bill: BillId) -> Result<Vec<BillId>> {
    tx.many(INSTEAD, [bill.into()], |row| row.id(0))
}

/// The bills that stand and sum up bills of a turn: each with its number and its account.
pub fn made(tx: &mut Tx, window: WindowId) -> Result<Vec<(BillId, BillNumber, AccountId)>> {
    tx.many(MADE, [window.into()], |row| Ok((row.id(0)?, BillNumber(row.text(1)?), row.id(2)?)))
}

/// Keeps what bills sum up.
pub(crate) fn add(tx: &mut Tx, bills: &[Bill]) -> Result<()> {
    let rows = bills.iter().flat_map(|it| (0_i64..).zip(&it.summed).map(|row| (it.id, row)));
    tx.bulk(
        ROWS,
        rows.map(|(bill, (position, it))| {
            [bill.into(), position.into(), it.account.into(), it.bill.into(), it.moved.into()]
        }),
    )
}

/// What a bill sums up.
pub(crate) fn of_bill(tx: &mut Tx, bill: BillId) -> Result<Vec<Summed>> {
    tx.many(OF_BILL, [bill.into()], |row| {
        Ok(Summed { account: row.id(0)?, bill: row.id(1)?, moved: row.money(2)? })
    })
}

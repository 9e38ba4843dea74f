//! Bills that sum up those of other accounts: what they wait for, and what is on them.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::bill::interest::Moved;
use meterbook_core::bill::summary::Summed;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::id::{AccountId, AccountNumber, BillId, CorrectionId, WindowId};
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
// Accounts that sum up accounts of a cycle, or have a bill to pay that one of these got before it was
// summed up by nobody any more.
const MASTERS: Sql = Sql("
    select s.by_account_id from summed_up s join account a on a.id = s.account_id
    where a.cycle = $1 and s.from_on <= $2 and (s.to_on is null or $2 < s.to_on)
    union
    select w.by_account_id from bill_waiting w join account a on a.id = w.account_id
    where a.cycle = $1
    order by 1");
// Bills of these, of turns planned by a day, that no bill that stands sums up; a bill that sums up is itself
// none of them. They may be let go later.
const LEFT: (Sql, Sql) = among_ids!(
    "select b.account_id, b.id, b.billed_on, b.due_on, b.from_on, b.to_on,
            coalesce(r.charged_cents, 0), r.by_account_id
     from standing_bill b
     join bill_window w on w.id = b.window_id
     left join bill_charged r on r.bill_id = b.id
     where w.billed_on <= $2
       and not exists (select 1 from bill_summed s where s.bill_id = b.id)
       and not exists (
        select 1 from bill_summed s
        where s.summed_bill_id = b.id
          and not exists (select 1 from bill_cancelled c where c.bill_id = s.bill_id))
       and b.account_id",
    "order by b.account_id, b.id"
);
// Bills that an account is to pay, whoever it sums up now.
const WAITING: Sql = Sql("
    select b.account_id, b.id, b.billed_on, b.due_on, b.from_on, b.to_on, w.charged_cents,
           w.by_account_id
    from bill_waiting w
    join bill b on b.id = w.bill_id
    join bill_window t on t.id = b.window_id
    where w.by_account_id = $1 and t.billed_on <= $2 order by b.account_id, b.id");
// What of what an account owed is of bills that another one pays, when one of its bills was posted, or a
// correction of it was about to be: what they asked for, less what summary bills had moved of them. Of one
// that was taken back whose summary bill was not yet that is below zero.
macro_rules! waited {
    ($now:literal) => {
        Sql(concat!(
            "with now as (",
            $now,
            ")",
            "
    select cast(coalesce((
        select sum(r.charged_cents)
        from bill_charged r
        join bill b on b.id = r.bill_id
        join entry e on e.key = b.number and e.kind = 'bill'
        where r.account_id = $1 and e.id < (select id from now)
          and not exists (
            select 1 from entry k
            where k.key = b.number and k.kind = 'cancelled' and k.id < (select id from now))), 0)
      - coalesce((
        select sum(u.moved_cents)
        from bill_summed u
        join bill z on z.id = u.bill_id
        join entry s on s.key = z.number and s.kind = 'bill'
        where u.account_id = $1 and s.id < (select id from now)
          and exists (select 1 from bill_rolled r where r.bill_id = u.summed_bill_id)
          and not exists (
            select 1 from entry k
            where k.key = z.number and k.kind = 'cancelled' and k.id < (select id from now))), 0)
        as bigint)"
        ))
    };
}

const WAITED: Sql = waited!("select id from entry where key = $2 and kind = 'bill'");
const WAITED_BEFORE: Sql = waited!(
    "
    select min(e.id) as id from bill_cancelled c
    join bill f on f.id = c.bill_id
    join entry e on e.key = f.number and e.kind = 'cancelled'
    where c.correction_id = $2"
);
// What nobody is charged of a bill that another account pays, where that is taken off before the bill is
// posted. At first it was taken off behind it.
const NOT_CHARGED: Sql = Sql("
    select cast(coalesce(sum(q.amount_cents), 0) as bigint)
    from bill_due_part q
    join bill b on b.id = q.bill_id
    join entry e on e.key = b.number and e.kind = 'bill'
    where q.bill_id = $1 and q.waived = 1
      and exists (select 1 from bill_rolled r where r.bill_id = b.id)
      and not exists (
        select 1 from bill_cancelled c
        join entry a on a.key = cast(c.correction_id as text) and a.kind = 'adjustment'
        where c.made_bill_id = b.id and e.id < a.id)");
const PAYERS: Sql = Sql("
    select b.number, coalesce(o.billed_on, b.billed_on), r.by_account_id
    from standing_bill b
    left join bill_owed_as o on o.bill_id = b.id
    left join bill_rolled r on r.bill_id = b.id
    where (b.account_id = $1
        or b.account_id in (select s.account_id from summed_up s where s.by_account_id = $1))
      and $2 <= coalesce(o.billed_on, b.billed_on)
      and not exists (select 1 from bill_summed u where u.bill_id = b.id)
    order by 2, b.id");
const PAID_BY: Sql = Sql("select by_account_id from bill_rolled where bill_id = $1");
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
const NEWEST_SUM: Sql = Sql("
    select b.number from standing_bill b
    where b.account_id = $1 and b.billed_on <= $2
      and exists (select 1 from bill_summed s where s.bill_id = b.id)
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
const COUNT: Sql = Sql("select count(*) from bill_summed");
// What the entry of a bill that sums up took from each account, beside what the bill says.
const NOT_MOVED: Sql = Sql("
    select z.number, a.number, u.cents, cast(coalesce(sum(-p.amount_cents), 0) as bigint)
    from (
        select bill_id, account_id, cast(sum(moved_cents) as bigint) as cents
        from bill_summed group by bill_id, account_id) as u
    join bill z on z.id = u.bill_id and z.account_id <> u.account_id
    join account a on a.id = u.account_id
    left join entry e on e.key = z.number and e.kind = 'bill'
    left join posting p
      on p.entry_id = e.id and p.account_id = u.account_id and p.gl = '1200 receivable'
    group by z.id, z.number, a.number, u.account_id, u.cents
    having u.cents <> coalesce(sum(-p.amount_cents), 0)
    order by z.id, u.account_id limit 100");
// What of bills that another account pays it neither has nor was let off.
const NOT_OWED: Sql = Sql("
    select a.number, m.number, it.cents from (
        select u.account_id, z.account_id as by_account_id,
               cast(sum(r.charged_cents - u.moved_cents) as bigint) as cents
        from standing_bill z
        join bill_summed u on u.bill_id = z.id
        join bill_charged r on r.bill_id = u.summed_bill_id and r.by_account_id = z.account_id
        group by u.account_id, z.account_id) as it
    join account a on a.id = it.account_id
    join account m on m.id = it.by_account_id
    where 0 < it.cents order by a.id, m.id limit 100");
const MOVED: Sql = Sql(
    "
    select b.number, z.number, u.moved_cents
    from bill_summed u
    join bill z on z.id = u.bill_id
    join bill b on b.id = u.summed_bill_id
    where u.account_id = $1 and z.account_id = $2 and u.moved_cents <> 0 order by z.id, u.position",
);

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
    /// What of it another account pays, if one does: the new charges without what rules took off.
    pub moved: Money,
    /// The account that pays it; `None` where it is its own.
    pub paid_by: Option<AccountId>,
}

/// Who pays a bill, as its paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Its number.
    pub bill: BillNumber,
    /// The day by which that is said.
    pub on: Date,
    /// The account; `None` where it is the bill's own.
    pub by: Option<AccountId>,
}

/// The accounts that sum up accounts of a cycle on a day, or are still to pay a bill of one, by their
/// ids.
pub fn masters(tx: &mut Tx, cycle: Cycle, on: Date) -> Result<Vec<AccountId>> {
    tx.many(MASTERS, [cycle.into(), on.into()], |row| row.id(0))
}

/// The account whose paper says that it pays a bill of another one; `None` where it is its own debt.
pub fn paid_by(tx: &mut Tx, bill: BillId) -> Result<Option<AccountId>> {
    tx.maybe(PAID_BY, [bill.into()], |row| row.id(0))
}

/// Who pays the bills that stand of an account and of all that it sums up, from a day on, the oldest first.
pub fn payers(tx: &mut Tx, account: AccountId, from: Date) -> Result<Vec<Payer>> {
    tx.many(PAYERS, [account.into(), from.into()], |row| {
        let (bill, on) = (BillNumber(row.text(0)?), row.date(1)?);
        Ok(Payer { bill, on, by: row.maybe(2, Row::id)? })
    })
}

/// The bills of these accounts, of turns planned by a day, that no bill sums up.
pub fn left(tx: &mut Tx, accounts: &[AccountId], by: Date) -> Result<Vec<Left>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(LEFT.0, LEFT.1);
    tx.many(sql, [V::from(&list), by.into()], a_left)
}

/// The bills, of turns planned by a day, that an account is to pay and no bill of it sums up, whoever's they
/// are.
pub fn waiting(tx: &mut Tx, account: AccountId, by: Date) -> Result<Vec<Left>> {
    tx.many(WAITING, [account.into(), by.into()], a_left)
}

/// What summary bills of an account moved of the bills of another one, whether they stand or not.
pub fn moved(tx: &mut Tx, account: AccountId, by: AccountId) -> Result<Vec<Moved>> {
    tx.many(MOVED, [account.into(), by.into()], |row| {
        let number = |nth| row.text(nth).map(BillNumber);
        Ok(Moved { of: number(0)?, by: number(1)?, amount: row.money(2)? })
    })
}

fn a_left(row: &Row) -> Result<Left> {
    Ok(Left {
        account: row.id(0)?,
        bill: row.id(1)?,
        billed_on: row.date(2)?,
        due_on: row.date(3)?,
        period: row.period(4)?,
        moved: row.money(6)?,
        paid_by: row.maybe(7, Row::id)?,
    })
}

/// The newest bill of an account by a day, other than those that sum up others.
pub fn newest(tx: &mut Tx, account: AccountId, by: Date) -> Result<Option<BillId>> {
    tx.maybe(NEWEST_OF, [account.into(), by.into()], |row| row.id(0))
}

/// What of what an account owed before a bill of it another account pays: earlier bills that no summary
/// bill had moved when this one was posted, less what one had moved of a bill that did not stand any more.
pub fn waited(tx: &mut Tx, bill: &Bill) -> Result<Money> {
    tx.one(WAITED, [bill.account.into(), V::from(&bill.number.0)], |row| row.money(0))
}

/// What of that was taken off for a bill of these that is about to be posted, and is nobody's.
pub fn not_charged(tx: &mut Tx, bill: BillId) -> Result<Money> {
    tx.one(NOT_CHARGED, [bill.into()], |row| row.money(0))
}

/// The same when a correction of it was about to be posted.
pub fn waited_before(tx: &mut Tx, account: AccountId, correction: CorrectionId) -> Result<Money> {
    tx.one(WAITED_BEFORE, [account.into(), correction.into()], |row| row.money(0))
}

/// The number of the newest bill by a day with which an account sums up others.
pub fn newest_of(tx: &mut Tx, account: AccountId, by: Date) -> Result<Option<BillNumber>> {
    tx.maybe(NEWEST_SUM, [account.into(), by.into()], |row| Ok(BillNumber(row.text(0)?)))
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

/// What a bill that sums up says it took from each account left that in the ledger, and of bills that
/// another account pays it owes all but what rules of corrections took off.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(NOT_MOVED, [], |row| {
        let (bill, account) = (row.text(0)?, row.number(1)?);
        let (says, left) = (row.money(2)?, row.money(3)?);
        Ok(format!(
            "the bill {bill} says that {says} of {account} is paid by it, and {left} left there"
        ))
    })?;
    found.extend(tx.many(NOT_OWED, [], |row| {
        let (account, by, cents) = (row.number(0)?, row.number(1)?, row.money(2)?);
        Ok(format!("{cents} of bills of {account} that {by} pays is owed by neither"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
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

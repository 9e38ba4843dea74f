//! What being late costs: written once for each turn of a bill, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into late_fee (bill_id, nth, account_id, late_on, open_cents, fee_cents)
    values ($1, $2, $3, $4, $5, $6)");
const BACK: Sql = Sql("
    insert into late_fee_back (bill_id, nth, position, how, back_on, amount_cents, why)
    values ($1, $2, (select count(*) + 1 from late_fee_back where bill_id = $1 and nth = $2),
            $3, $4, $5, $6)");
const AGAIN: Sql = Sql("
    insert into late_fee_again (bill_id, nth, position, again_on, amount_cents, why)
    values ($1, $2, $3, $4, $5, $6)");
const OF_ACCOUNT: Sql = Sql("
    select f.bill_id, b.number, b.due_on, f.nth, f.account_id, f.late_on, f.open_cents, f.fee_cents,
           cast((select coalesce(sum(k.amount_cents), 0) from late_fee_back k
                 where k.bill_id = f.bill_id and k.nth = f.nth) as bigint),
           cast((select coalesce(sum(k.amount_cents), 0) from late_fee_back k
                 where k.bill_id = f.bill_id and k.nth = f.nth and k.how = 'paid') as bigint),
           cast((select coalesce(sum(g.amount_cents), 0) from late_fee_again g
                 where g.bill_id = f.bill_id and g.nth = f.nth) as bigint),
           (select count(*) from late_fee_back k where k.bill_id = f.bill_id and k.nth = f.nth)
             + (select count(*) from late_fee_again g where g.bill_id = f.bill_id and g.nth = f.nth),
           (select count(*) from charge c
            where c.key = 'late-fee/' || cast(f.bill_id as text) || '/' || cast(f.nth as text))
             + (select count(*) from late_fee_again g
                join charge c on c.key = 'late-fee/' || cast(g.bill_id as text) || '/'
                  || cast(g.nth as text) || '/again/' || cast(g.position as text)
                where g.bill_id = f.bill_id and g.nth = f.nth)
    from late_fee f
    join bill b on b.id = f.bill_id
    where f.account_id = $1
    order by f.late_on, f.bill_id, f.nth");
// Accounts that owe something and have a bill that was due before a day, or paid such a bill late since
// another day, behind one.
const LATE: Sql = Sql("
    select p.account_id from posting p
    where p.gl = '1200 receivable' and $2 < p.account_id
      and exists (select 1 from bill b where b.account_id = p.account_id and b.due_on < $1)
    group by p.account_id having 0 < sum(p.amount_cents) or exists (
        select 1 from payment y
        join payment_allocation l on l.payment_id = y.id
        join entry e on e.id = l.entry_id and e.kind = 'bill'
        join bill b on b.number = e.key
        where y.account_id = p.account_id and $4 <= y.paid_on and b.due_on < y.paid_on)
    order by p.account_id limit $3");

const COUNT: Sql = Sql("select count(*) from late_fee");
const WRONG: Sql = Sql("
    select b.number, f.nth, f.fee_cents
    from late_fee f
    join bill b on b.id = f.bill_id
    left join asked_charge a
      on a.key = 'late-fee/' || cast(f.bill_id as text) || '/' || cast(f.nth as text)
    left join charge c on c.key = a.key
    where a.key is null or a.amount_cents <> f.fee_cents or a.account_id <> f.account_id
       or c.amount_cents <> f.fee_cents
       or f.fee_cents < (select coalesce(sum(k.amount_cents), 0) from late_fee_back k
                         where k.bill_id = f.bill_id and k.nth = f.nth)
                      - (select coalesce(sum(g.amount_cents), 0) from late_fee_again g
                         where g.bill_id = f.bill_id and g.nth = f.nth)
       or (select coalesce(sum(k.amount_cents), 0) from late_fee_back k
           where k.bill_id = f.bill_id and k.nth = f.nth and k.how = 'paid')
        < (select coalesce(sum(g.amount_cents), 0) from late_fee_again g
           where g.bill_id = f.bill_id and g.nth = f.nth)
    order by f.bill_id, f.nth limit 100");

/// What a turn of a bill costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateFee {
    /// The bill.
    pub bill: BillId,
    /// What people say for it.
    pub number: String,
    /// The day on which it was due.
    pub due: Date,
    /// Which turn, from 1.
    pub nth: i64,
    /// Who owes it.
    pub account: AccountId,
    /// The first day on which it is late.
    pub late_on: Date,
    /// What was open of it then.
    pub open: Money,
    /// What it costs.
    pub fee: Money,
    /// What of that is not asked for after all.
    pub back: Money,
    /// What of that because it was paid.
    pub paid: Money,
    /// How many times something of it was taken back or asked for again.
    pub turns: i64,
    /// Whether it was charged with a bill.
    pub charged: bool,
}

impl LateFee {
    /// What of it is still asked for.
    pub fn left(&self) -> Money {
        self.fee - self.back
    }

    /// The key of its charge.
    pub fn key(&self) -> String {
        format!("late-fee/{}/{}", self.bill, self.nth)
    }

    /// The key of the charge that asks for it again, by what was taken back and asked for before.
    pub fn again(&self, nth: i64) -> String {
        format!("{}/again/{nth}", self.key())
    }
}

/// Keeps what a turn costs. The database refuses the same turn of a bill twice.
pub fn add(tx: &mut Tx, it: &LateFee) -> Result<()> {
    let values = [
        it.bill.into(),
        it.nth.into(),
        it.account.into(),
        it.late_on.into(),
        it.open.into(),
        it.fee.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Keeps what of it is not asked for: `paid`, or `waived`.
pub fn give_back(
    tx: &mut Tx,
    it: &LateFee,
    (how, amount): (&str, Money),
    on: Date,
    why: &str,
) -> Result<()> {
    let values = [it.bill.into(), it.nth.into(), how.into(), on.into(), amount.into(), why.into()];
    tx.exec(BACK, values).map(|_| ())
}

/// Keeps what of what was taken back is asked for again on a day.
pub fn again(
    tx: &mut Tx,
    it: &LateFee,
    position: i64,
    (on, amount): (Date, Money),
    why: &str,
) -> Result<()> {
    let values =
        [it.bill.into(), it.nth.into(), position.into(), on.into(), amount.into(), why.into()];
    tx.exec(AGAIN, values).map(|_| ())
}

/// What being late cost an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<LateFee>> {
    tx.many(OF_ACCOUNT, [account.into()], fee)
}

/// At most so many accounts behind one that owe something and have a bill that was due before a day, or
/// paid one late since another day.
pub fn late(
    tx: &mut Tx,
    (before, since): (Date, Date),
    after: AccountId,
    most: i64,
) -> Result<Vec<AccountId>> {
    let asked = [before.into(), after.into(), most.into(), since.into()];
    tx.many(LATE, asked, |row| row.id(0))
}

fn fee(row: &Row) -> Result<LateFee> {
    Ok(LateFee {
        bill: row.id(0)?,
        number: row.text(1)?,
        due: row.date(2)?,
        nth: row.int(3)?,
        account: row.id(4)?,
        late_on: row.date(5)?,
        open: row.money(6)?,
        fee: row.money(7)?,
        back: row.money(8)? - row.money(10)?,
        paid: row.money(9)? - row.money(10)?,
        turns: row.int(11)?,
        charged: row.int(12)? != 0,
    })
}

/// Every late fee waits for a bill or came with one, for what it costs, and no more of it is taken back.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let found = tx.many(WRONG, [], |row| {
        let (number, nth, fee) = (row.text(0)?, row.int(1)?, row.money(2)?);
        Ok(format!("turn {nth} of bill {number} costs {fee}, and is not charged or not so"))
    })?;
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

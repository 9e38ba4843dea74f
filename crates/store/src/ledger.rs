//! Entries and postings: written once, never changed. A balance is a sum.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::{Bill, BillNumber, Movement};
use meterbook_core::charge::ChargeFor;
use meterbook_core::id::{AccountId, EntryId};
use meterbook_core::ledger::open::{Applied, Side};
use meterbook_core::ledger::{Debt, Entry, EntryKind, Gl, assert_balanced};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const ENTRIES: Rows = Rows("entry (id, kind, effective_on, key, text)");
const POSTINGS: Rows = Rows("posting (entry_id, position, gl, account_id, amount_cents)");
const BALANCE: Sql = Sql("
    select cast(coalesce(sum(amount_cents), 0) as bigint) from posting
    where account_id = $1 and gl = '1200 receivable'");
const BALANCE_BEFORE: Sql = Sql("
    select cast(coalesce(sum(p.amount_cents), 0) as bigint)
    from posting p join entry e on e.id = p.entry_id
    where p.account_id = $1 and p.gl = '1200 receivable' and e.effective_on < $2");
const BALANCE_WITH: Sql = Sql("
    select cast(coalesce(sum(p.amount_cents), 0) as bigint) from posting p
    where p.account_id = $1 and p.gl = '1200 receivable'
      and p.entry_id <= (select id from entry where key = $2 and kind = 'bill')");
const OF_BILL: Sql = Sql("select id from entry where key = $1 and kind = 'bill'");
const OF_ACCOUNT: Sql = Sql("
    select e.id, e.effective_on, e.kind, e.key, e.text,
           cast(coalesce(sum(p.amount_cents), 0) as bigint)
    from entry e join posting p on p.entry_id = e.id
    where p.account_id = $1 and p.gl = '1200 receivable'
    group by e.id, e.effective_on, e.kind, e.key, e.text
    order by e.id");
const NEWEST: Sql = Sql("
    select e.id, e.effective_on, e.kind, e.key, e.text,
           cast(sum(p.amount_cents) as bigint),
           cast(sum(sum(p.amount_cents)) over (order by e.id) as bigint)
    from entry e join posting p on p.entry_id = e.id
    where p.account_id = $1 and p.gl = '1200 receivable'
    group by e.id, e.effective_on, e.kind, e.key, e.text
    order by e.id desc limit $2 offset $3");
const MOVEMENTS: Sql = Sql("
    select e.effective_on, e.kind, e.text, p.amount_cents, c.kind
    from entry e join posting p on p.entry_id = e.id
    left join charge c on e.kind = 'charge' and c.key = e.key
    where p.account_id = $1 and p.gl = '1200 receivable'
      and e.id < (select id from entry where key = $2 and kind = 'bill')
      and coalesce((select b.id from entry b join bill on bill.number = b.key
                    where b.kind = 'bill' and bill.account_id = $1 and bill.id < $3
                    order by bill.id desc limit 1), 0) < e.id
    order by e.id");
const GL_MOVED: Sql = Sql("
    select gl, cast(sum(amount_cents) as bigint) from posting
    where $1 < entry_id and entry_id <= $2 group by gl order by gl");

// What is not asked for of a levelled bill is set off against that bill.
const LEVELLED: Sql = Sql("
    select c.id, b.id, -k.amount_cents
    from charge k
    join bill w on w.id = k.bill_id
    join entry c on c.key = k.key and c.kind = 'charge'
    join entry b on b.key = w.number and b.kind = 'bill'
    where k.account_id = $1 and k.kind = 'budget' and k.amount_cents < 0 order by c.id");

/// The bill whose paper asks for a side: it, or the last that stands of those behind one first page.
macro_rules! paper {
    () => {
        "coalesce((select max(m.bill_id) from bill_behind h
                   join bill_behind m on m.correction_id = h.correction_id
                   where h.bill_id = coalesce(b.id, w.id)
                     and not exists (select 1 from bill_cancelled k where k.bill_id = m.bill_id)),
                  b.id, w.id)"
    };
}
// By the bill's day or that of the bill it came with, a debt is due, or since what it stands for was; else
// from the day it counts. Of a bill in the place of another each part is due on its own day.
const SIDES: Sql = Sql(concat!(
    "select s.id, s.kind, s.key, c.kind, s.effective_on,
           coalesce(q.due_on, b.due_on, w.due_on, d.due_on, s.effective_on),
           coalesce(q.amount_cents, s.cents),
           case when exists (select 1 from bill_rolled r where r.bill_id = b.id) then 1 else 0 end, ",
    paper!(),
    ", q.asked_by_id, q.added_by_id, coalesce(q.waived, 0)
     from (select e.id, e.kind, e.key, e.effective_on, cast(sum(p.amount_cents) as bigint) as cents
          from posting p join entry e on e.id = p.entry_id
          where p.account_id = $1 and p.gl = '1200 receivable'
            and e.effective_on <= $2 and e.id <= $3
          group by e.id, e.kind, e.key, e.effective_on) as s
    left join bill b on s.kind = 'bill' and b.number = s.key
    left join bill_due_part q on q.bill_id = b.id and b.account_id = $1
    left join charge c on s.kind = 'charge' and c.key = s.key
    left join bill w on w.id = c.bill_id
    left join charge_since d on d.key = c.key
    order by s.id, q.nth"
));
const APPLIED: Sql = Sql("
    select e.id, a.entry_id, a.amount_cents
    from payment y
    join payment_allocation a on a.payment_id = y.id
    join entry e on e.key = y.key and e.kind = 'payment'
    where y.account_id = $1 order by y.id, a.position");
// What a bill that sums up took from an account is of the bill that it took it of.
const MOVED: Sql = Sql("
    select z.id, e.id, abs(u.moved_cents)
    from bill_summed u
    join bill s on s.id = u.bill_id
    join entry z on z.key = s.number and z.kind = 'bill'
    join bill b on b.id = u.summed_bill_id
    join entry e on e.key = b.number and e.kind = 'bill'
    where u.account_id = $1 and u.moved_cents <> 0 order by z.id, u.position");

// The same of many accounts at once.
const SIDES_AMONG: (Sql, Sql) = among_ids!(
    "select s.id, s.kind, s.key, c.kind, s.effective_on,
            coalesce(q.due_on, b.due_on, w.due_on, d.due_on, s.effective_on),
            coalesce(q.amount_cents, s.cents),
            case when exists (select 1 from bill_rolled r where r.bill_id = b.id) then 1 else 0 end,
            coalesce((select max(m.bill_id) from bill_behind h
                      join bill_behind m on m.correction_id = h.correction_id
                      where h.bill_id = coalesce(b.id, w.id)
                        and not exists (select 1 from bill_cancelled k where k.bill_id = m.bill_id)),
                     b.id, w.id), q.asked_by_id, q.added_by_id, coalesce(q.waived, 0),
            s.account_id
     from (select p.account_id, e.id, e.kind, e.key, e.effective_on,
                  cast(sum(p.amount_cents) as bigint) as cents
           from posting p join entry e on e.id = p.entry_id
           where p.gl = '1200 receivable' and e.effective_on <= $2 and e.id <= $3 and p.account_id",
    "      group by p.account_id, e.id, e.kind, e.key, e.effective_on) as s
     left join bill b on s.kind = 'bill' and b.number = s.key
     left join bill_due_part q on q.bill_id = b.id and b.account_id = s.account_id
     left join charge c on s.kind = 'charge' and c.key = s.key
     left join bill w on w.id = c.bill_id
     left join charge_since d on d.key = c.key
     order by s.account_id, s.id, q.nth"
);
const APPLIED_AMONG: (Sql, Sql) = among_ids!(
    "select e.id, a.entry_id, a.amount_cents, y.account_id
     from payment y
     join payment_allocation a on a.payment_id = y.id
     join entry e on e.key = y.key and e.kind = 'payment'
     where y.account_id",
    "order by y.id, a.position"
);
const MOVED_AMONG: (Sql, Sql) = among_ids!(
    "select z.id, e.id, abs(u.moved_cents), u.account_id
     from bill_summed u
     join bill s on s.id = u.bill_id
     join entry z on z.key = s.number and z.kind = 'bill'
     join bill b on b.id = u.summed_bill_id
     join entry e on e.key = b.number and e.kind = 'bill'
     where u.moved_cents <> 0 and u.account_id",
    "order by z.id, u.position"
);
const LEVELLED_AMONG: (Sql, Sql) = among_ids!(
    "select c.id, b.id, -k.amount_cents, k.account_id
     from charge k
     join bill w on w.id = k.bill_id
     join entry c on c.key = k.key and c.kind = 'charge'
     join entry b on b.key = w.number and b.kind = 'bill'
     where k.kind = 'budget' and k.amount_cents < 0 and k.account_id",
    "order by c.id"
);

/// What entries did to what an account owes, and what its payments were meant for.
pub type Sides = (Vec<Side>, Vec<Applied>);

/// An entry as one row of an account's ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Which one.
    pub id: EntryId,
    /// The day it counts from.
    pub on: Date,
    /// What happened.
    pub kind: EntryKind,
    /// The bill's number or the payment's key.
    pub key: String,
    /// What was said about it.
    pub text: String,
    /// What it added to what is owed.
    pub amount: Money,
    /// What was owed after it.
    pub balance: Money,
}

/// Posts entries.
///
/// # Panics
/// When one does not balance: that would be a fault of this program, and nothing is kept.
pub fn add(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    for entry in entries {
        assert_balanced(&entry.postings);
    }
    tx.bulk(
        ENTRIES,
        entries.iter().map(|it| {
            [it.id.into(), it.kind.word().into(), it.on.into(), V::from(&it.key), V::from(&it.text)]
        }),
    )?;
    let postings = entries.iter().flat_map(|entry| {
        (0_i64..).zip(&entry.postings).map(|(position, it)| {
            [
                entry.id.into(),
                position.into(),
                it.gl.word().into(),
                it.account.into(),
                it.amount.into(),
            ]
        })
    });
    tx.bulk(POSTINGS, postings)
}

/// What an account owes.
pub fn balance(tx: &mut Tx, account: AccountId) -> Result<Money> {
    tx.one(BALANCE, [account.into()], |row| row.money(0))
}

/// What an account owed by what counts from days before this one.
pub fn balance_before(tx: &mut Tx, account: AccountId, on: Date) -> Result<Money> {
    tx.one(BALANCE_BEFORE, [account.into(), on.into()], |row| row.money(0))
}

/// What an account owed when the bill with this number had just been posted.
pub fn balance_with(tx: &mut Tx, account: AccountId, number: &str) -> Result<Money> {
    tx.one(BALANCE_WITH, [account.into(), number.into()], |row| row.money(0))
}

/// The entry of the bill with this number; the newest there may be where it is not posted.
pub fn of_bill(tx: &mut Tx, number: &BillNumber) -> Result<EntryId> {
    let found = tx.maybe(OF_BILL, [V::from(&number.0)], |row| row.id(0))?;
    Ok(found.unwrap_or(EntryId(i64::MAX)))
}

/// An account's ledger, oldest first, with what was owed after each entry.
pub fn entries(tx: &mut Tx, account: AccountId) -> Result<Vec<Listed>> {
    let mut balance = Money::ZERO;
    tx.many(OF_ACCOUNT, [account.into()], |row| {
        balance += row.money(5)?;
        listed(row, balance)
    })
}

/// At most so many entries of an account's ledger, newest first, after as many that are left out;
/// each with what was owed after it.
pub fn newest(tx: &mut Tx, account: AccountId, most: i64, after: i64) -> Result<Vec<Listed>> {
    tx.many(NEWEST, [account.into(), most.into(), after.into()], |row| listed(row, row.money(6)?))
}

fn listed(row: &Row, balance: Money) -> Result<Listed> {
    Ok(Listed {
        id: row.id(0)?,
        on: row.date(1)?,
        kind: row.word(2, EntryKind::from_word)?,
        key: row.text(3)?,
        text: row.text(4)?,
        amount: row.money(5)?,
        balance,
    })
}

/// What changed the balance between the bill before this one and this one, in order.
pub fn movements_before(tx: &mut Tx, bill: &Bill) -> Result<Vec<Movement>> {
    let asked = [bill.account.into(), V::from(&bill.number.0), bill.id.into()];
    tx.many(MOVEMENTS, asked, |row| {
        Ok(Movement {
            on: row.date(0)?,
            kind: row.word(1, EntryKind::from_word)?,
            text: row.text(2)?,
            amount: row.money(3)?,
            charge: row.maybe(4, |row, nth| row.word(nth, ChargeFor::from_word))?,
        })
    })
}

/// What every entry that counts from a day no later than `on`, and is no newer than `through`, did to
/// what an account owes; oldest first.
pub fn sides(tx: &mut Tx, account: AccountId, on: Date, through: EntryId) -> Result<Vec<Side>> {
    tx.many(SIDES, [account.into(), on.into(), through.into()], side)
}

fn side(row: &Row) -> Result<Side> {
    let kind = row.word(1, EntryKind::from_word)?;
    let charge = row.maybe(3, |row, nth| row.word(nth, ChargeFor::from_word))?;
    let debt = match (kind, charge) {
        (EntryKind::Bill, _) | (_, Some(ChargeFor::Budget)) => Debt::Bill,
        (_, Some(ChargeFor::Fee | ChargeFor::LateFee)) => Debt::Fee,
        (_, Some(ChargeFor::Deposit | ChargeFor::DepositApplied)) => Debt::Deposit,
        _ => Debt::Other,
    };
    Ok(Side {
        entry: row.id(0)?,
        kind,
        key: row.text(2)?,
        debt,
        on: row.date(4)?,
        due: row.date(5)?,
        amount: row.money(6)?,
        rolled: row.int(7)? != 0,
        bill: row.maybe(8, Row::id)?,
        asked_by: row.maybe(9, Row::id)?,
        added_by: row.maybe(10, Row::id)?,
        waived: row.int(11)? != 0,
    })
}

/// What entries did to what each of these accounts owes, and what its payments were meant for, as
/// [`sides`] and [`applied`] say it of one; with a few statements for all of them.
pub fn open_sides(
    tx: &mut Tx,
    accounts: &[AccountId],
    on: Date,
    through: EntryId,
) -> Result<BTreeMap<AccountId, Sides>> {
    let list = list_of(accounts.iter().copied());
    let mut all: BTreeMap<AccountId, Sides> = BTreeMap::new();
    let sql = tx.either(SIDES_AMONG.0, SIDES_AMONG.1);
    tx.each(sql, [V::from(&list), on.into(), through.into()], |row| {
        all.entry(row.id(12)?).or_default().0.push(side(row)?);
        Ok(())
    })?;
    for of in [MOVED_AMONG, LEVELLED_AMONG, APPLIED_AMONG] {
        let sql = tx.either(of.0, of.1);
        tx.each(sql, [V::from(&list)], |row| {
            let it = Applied { from: row.id(0)?, to: row.id(1)?, amount: row.money(2)? };
            all.entry(row.id(3)?).or_default().1.push(it);
            Ok(())
        })?;
    }
    Ok(all)
}

/// What was moved of the bills of an account to one that sums them up, what levelled bills are less, and
/// what its payments were meant for, in the order in which they were taken.
pub fn applied(tx: &mut Tx, account: AccountId) -> Result<Vec<Applied>> {
    let applied =
        |row: &Row| Ok(Applied { from: row.id(0)?, to: row.id(1)?, amount: row.money(2)? });
    let mut all = tx.many(MOVED, [account.into()], applied)?;
    all.extend(tx.many(LEVELLED, [account.into()], applied)?);
    all.extend(tx.many(APPLIED, [account.into()], applied)?);
    Ok(all)
}

/// The total of every account of the general ledger.
pub fn gl_totals(tx: &mut Tx) -> Result<Vec<(Gl, Money)>> {
    gl_moved(tx, EntryId(0), EntryId(i64::MAX))
}

/// What every account of the general ledger moved by behind one entry and up to another.
pub fn gl_moved(tx: &mut Tx, after: EntryId, through: EntryId) -> Result<Vec<(Gl, Money)>> {
    tx.many(GL_MOVED, [after.into(), through.into()], |row| {
        Ok((row.word(0, Gl::from_word)?, row.money(1)?))
    })
}

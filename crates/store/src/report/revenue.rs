//! Revenue and taxes as the lines of bills say them, and what is charged beside bills.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountNumber, EntryId};
use meterbook_core::ledger::{EntryKind, Gl, credited};
use meterbook_core::money::{Money, Share};
use meterbook_core::period::Period;
use meterbook_core::place::Commodity;
use meterbook_core::rating::ChargeKind;

use super::{Scope, class};
use crate::Tx;
use crate::tx::Sql;
use crate::value::{Row, V};

const OF_BILLS: Sql = Sql("
    select substr(e.effective_on, 1, 7), s.commodity, l.kind, s.tariff, a.class, l.label,
        cast(sum(case e.kind when 'bill' then l.amount_cents else -l.amount_cents end) as bigint)
    from entry e
    join bill b on b.number = e.key
    join account a on a.id = b.account_id
    join segment s on s.bill_id = b.id
    join bill_line l on l.bill_id = s.bill_id and l.segment = s.position
    where e.kind in ('bill', 'cancelled')
      and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    group by substr(e.effective_on, 1, 7), s.commodity, l.kind, s.tariff, a.class, l.label");
const BESIDE: Sql = Sql("
    select it.month, it.gl, it.kind, it.tariff, a.class, it.label,
        cast(sum(it.cents) as bigint)
    from (
        select substr(e.effective_on, 1, 7) as month, o.gl, o.kind, o.code as tariff, b.account_id,
            o.label, case e.kind when 'bill' then o.amount_cents else -o.amount_cents end as cents
        from entry e join bill b on b.number = e.key join once_line o on o.bill_id = b.id
        where e.kind in ('bill', 'cancelled')
          and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
        union all
        select substr(e.effective_on, 1, 7),
            case c.kind when 'fee' then '4090 fee revenue' else '4092 late fees' end,
            c.kind, '', c.account_id, '', c.amount_cents
        from entry e join charge c on c.key = e.key
        where e.kind = 'charge' and c.kind in ('fee', 'late-fee')
          and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
        union all
        select substr(e.effective_on, 1, 7), '4095 billing adjustments', 'adjustment', '',
            k.account_id, '', -s.waived_cents
        from entry e
        join correction k on cast(k.id as text) = e.key
        join correction_settled s on s.correction_id = k.id
        where e.kind = 'adjustment'
          and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
        union all
        select substr(e.effective_on, 1, 7), '5010 purchased power', 'settlement', '',
            s.account_id, '', s.amount_cents
        from entry e
        join settlement s on cast(s.agreement_id as text) || '/' || s.settled_on = e.key
        where e.kind = 'settlement'
          and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4) as it
    join account a on a.id = it.account_id
    group by it.month, it.gl, it.kind, it.tariff, a.class, it.label
    having sum(it.cents) <> 0");
const TAXES: Sql = Sql("
    select it.month, it.tariff, a.class, it.label, it.kind, it.share_nano,
        cast(coalesce(sum(it.base), 0) as bigint), cast(sum(it.cents) as bigint)
    from (
        select substr(e.effective_on, 1, 7) as month, s.tariff, b.account_id, l.label, l.kind,
            l.share_nano,
            case e.kind when 'bill' then l.base_cents else -l.base_cents end as base,
            case e.kind when 'bill' then l.amount_cents else -l.amount_cents end as cents
        from entry e
        join bill b on b.number = e.key
        join segment s on s.bill_id = b.id
        join bill_line l on l.bill_id = s.bill_id and l.segment = s.position
        where e.kind in ('bill', 'cancelled') and l.kind in ('tax', 'rider')
          and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
        union all
        select substr(e.effective_on, 1, 7), o.code, b.account_id, o.label, o.kind, o.share_nano,
            case e.kind when 'bill' then o.whole_cents else -o.whole_cents end,
            case e.kind when 'bill' then o.amount_cents else -o.amount_cents end
        from entry e join bill b on b.number = e.key join once_line o on o.bill_id = b.id
        where e.kind in ('bill', 'cancelled') and o.kind in ('tax', 'rider')
          and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4) as it
    join account a on a.id = it.account_id
    group by it.month, it.tariff, a.class, it.label, it.kind, it.share_nano");
// What a line with a certificate would have been a share of: the lines before it.
const EXEMPT: Sql = Sql("
    select substr(e.effective_on, 1, 7), s.tariff, a.class, l.label, l.kind, l.share_nano,
        coalesce(l.base_cents, 0), e.kind, l.from_on, l.to_on, s.from_on, s.to_on,
        (select cast(coalesce(sum(x.amount_cents), 0) as bigint) from bill_line x
         where x.bill_id = l.bill_id and x.segment = l.segment and x.position < l.position)
    from entry e
    join bill b on b.number = e.key
    join account a on a.id = b.account_id
    join segment s on s.bill_id = b.id
    join bill_line l on l.bill_id = s.bill_id and l.segment = s.position
    where e.kind in ('bill', 'cancelled') and l.kind in ('tax', 'rider')
      and l.note like 'certificate %'
      and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4");
const LINES: Sql = Sql("
    select e.id, e.effective_on, e.kind, e.key, a.number, a.class, s.tariff, l.kind, l.label,
        l.segment, l.position,
        case e.kind when 'bill' then -l.amount_cents else l.amount_cents end, s.commodity
    from entry e
    join bill b on b.number = e.key
    join account a on a.id = b.account_id
    join segment s on s.bill_id = b.id
    join bill_line l on l.bill_id = s.bill_id and l.segment = s.position
    where e.kind in ('bill', 'cancelled')
      and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    order by e.id, l.segment, l.position");
const ONCE: Sql = Sql("
    select e.id, e.effective_on, e.kind, e.key, a.number, a.class, o.code, o.kind, o.label,
        0, o.position,
        case e.kind when 'bill' then -o.amount_cents else o.amount_cents end
    from entry e
    join bill b on b.number = e.key
    join account a on a.id = b.account_id
    join once_line o on o.bill_id = b.id
    where e.kind in ('bill', 'cancelled') and o.gl = $5
      and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    order by e.id, o.position");
const POSTINGS: Sql = Sql("
    select e.id, e.effective_on, e.kind, e.key, a.number, a.class, p.amount_cents
    from posting p
    join entry e on e.id = p.entry_id
    left join account a on a.id = p.account_id
    where p.gl = $5
      and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    order by e.id, p.position");

/// What lines of one name come to in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The month they count from, such as `2026-02`.
    pub month: String,
    /// What they are posted to.
    pub gl: Gl,
    /// What kind of line, or of what else was charged.
    pub kind: String,
    /// The tariff, or the code of what is charged once.
    pub tariff: String,
    /// The class of the customers.
    pub class: CustomerClass,
    /// What the lines are called.
    pub label: String,
    /// What was charged; below zero it was given.
    pub amount: Money,
}

/// What lines that are a share of others come to in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levied {
    /// The month they count from.
    pub month: String,
    /// The tariff, or the code of what is charged once.
    pub tariff: String,
    /// The class of the customers.
    pub class: CustomerClass,
    /// What they are called.
    pub label: String,
    /// A tax or a rider.
    pub kind: ChargeKind,
    /// The share; `None` where it is none.
    pub share: Option<Share>,
    /// What it was a share of.
    pub base: Money,
    /// What certificates took out of that.
    pub exempt: Money,
    /// What it came to.
    pub amount: Money,
}

/// A line, or a posting that has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Of which entry.
    pub entry: EntryId,
    /// The day it counts from.
    pub on: Date,
    /// What happened.
    pub happened: EntryKind,
    /// The bill's number or the payment's key.
    pub key: String,
    /// Whose, where it is somebody's.
    pub account: Option<(AccountNumber, CustomerClass)>,
    /// The line of the bill, where it is one.
    pub line: Option<OfBill>,
    /// How much; debits are above zero.
    pub amount: Money,
}

/// A line of a bill by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfBill {
    /// The tariff, or the code of what is charged once.
    pub tariff: String,
    /// What kind of charge.
    pub kind: ChargeKind,
    /// What it is called.
    pub label: String,
    /// The segment and the line in it, from 0.
    pub place: (i64, i64),
}

/// What was charged, by month, account of the general ledger, kind, tariff, class and name: what stands
/// on bills, less what was taken back of them, and what is charged or waived beside them.
pub fn charged(tx: &mut Tx, scope: Scope) -> Result<Vec<Charged>> {
    let mut all = tx.many(OF_BILLS, scope.values(), |row| {
        let commodity = row.word(1, Commodity::from_word)?;
        let kind = row.word(2, ChargeKind::from_word)?;
        let gl = credited(commodity, kind);
        one(row, gl, kind.word().to_owned())
    })?;
    all.extend(
        tx.many(BESIDE, scope.values(), |row| one(row, row.word(1, Gl::from_word)?, row.text(2)?))?,
    );
    Ok(all)
}

fn one(row: &Row, gl: Gl, kind: String) -> Result<Charged> {
    Ok(Charged {
        month: row.text(0)?,
        gl,
        kind,
        tariff: row.text(3)?,
        class: class(row, 4)?,
        label: row.text(5)?,
        amount: row.money(6)?,
    })
}

/// Taxes and riders by month, tariff, class, name and share.
pub fn levied(tx: &mut Tx, scope: Scope) -> Result<Vec<Levied>> {
    let mut all = tx.many(TAXES, scope.values(), |row| {
        Ok(Levied { base: row.money(6)?, amount: row.money(7)?, ..named(row)? })
    })?;
    let mut index = std::collections::HashMap::new();
    for (nth, it) in all.iter().enumerate() {
        index.insert(names(it), nth);
    }
    tx.each(EXEMPT, scope.values(), |row| {
        let (line, segment) = (row.period(8)?, row.period(10)?);
        let left_out = part(row.money(12)?, line, segment) - row.money(6)?;
        let back = row.word(7, EntryKind::from_word)? == EntryKind::Cancelled;
        if let Some(nth) = index.get(&names(&named(row)?)) {
            all[*nth].exempt += if back { -left_out } else { left_out };
        }
        Ok(())
    })?;
    Ok(all)
}

/// What tells one row of taxes from another.
fn names(it: &Levied) -> (String, String, &'static str, String, &'static str, Option<i64>) {
    let Levied { month, tariff, class, label, kind, share, .. } = it;
    let share = share.map(|it| it.nano);
    (month.clone(), tariff.clone(), class.word(), label.clone(), kind.word(), share)
}

fn named(row: &Row) -> Result<Levied> {
    Ok(Levied {
        month: row.text(0)?,
        tariff: row.text(1)?,
        class: class(row, 2)?,
        label: row.text(3)?,
        kind: row.word(4, ChargeKind::from_word)?,
        share: row.maybe(5, Row::int)?.map(|nano| Share { nano }),
        base: Money::ZERO,
        exempt: Money::ZERO,
        amount: Money::ZERO,
    })
}

/// The part of an amount that is of some of its days.
fn part(whole: Money, days: Period, of: Period) -> Money {
    let exact = i128::from(whole.cents()) * i128::from(days.days());
    let cents = exact.div_euclid(i128::from(of.days().max(1)));
    Money::from_cents(i64::try_from(cents).unwrap_or(whole.cents()))
}

/// Shows what stands behind an account of the general ledger to `take`: its postings, and in place of
/// those of bills their lines.
pub fn behind(
    tx: &mut Tx,
    scope: Scope,
    gl: Gl,
    mut take: impl FnMut(Behind) -> Result<()>,
) -> Result<()> {
    let [first, last, after, through] = scope.values();
    let asked = [first, last, after, through, V::from(gl.word())];
    tx.each(POSTINGS, asked.clone(), |row| {
        let it = Behind { amount: row.money(6)?, ..begun(row)? };
        let of_bill = matches!(it.happened, EntryKind::Bill | EntryKind::Cancelled);
        if of_bill && gl != Gl::Receivable { Ok(()) } else { take(it) }
    })?;
    if gl == Gl::Receivable {
        return Ok(());
    }
    tx.each(LINES, scope.values(), |row| {
        let commodity = row.word(12, Commodity::from_word)?;
        let kind = row.word(7, ChargeKind::from_word)?;
        if credited(commodity, kind) == gl { take(of_bill(row, kind)?) } else { Ok(()) }
    })?;
    tx.each(ONCE, asked, |row| take(of_bill(row, row.word(7, ChargeKind::from_word)?)?))
}

fn of_bill(row: &Row, kind: ChargeKind) -> Result<Behind> {
    let place = (row.int(9)?, row.int(10)?);
    let line = OfBill { tariff: row.text(6)?, kind, label: row.text(8)?, place };
    Ok(Behind { line: Some(line), amount: row.money(11)?, ..begun(row)? })
}

fn begun(row: &Row) -> Result<Behind> {
    let number = row.maybe(4, Row::number)?;
    let class = row.maybe(5, class)?;
    Ok(Behind {
        entry: row.id(0)?,
        on: row.date(1)?,
        happened: row.word(2, EntryKind::from_word)?,
        key: row.text(3)?,
        account: number.zip(class),
        line: None,
        amount: Money::ZERO,
    })
}

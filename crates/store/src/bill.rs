//! Bills, their segments, evidence and lines: written once, never changed.

mod carried;
mod line;
mod origin;
mod past;

use std::collections::HashSet;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::bill::{Bill, BillNumber, Segment};
use meterbook_core::id::{AccountId, AgreementId, BillId};
use meterbook_core::meter::Flow;
use meterbook_core::money::{Money, Quantity, Unit};
use meterbook_core::period::Period;
use meterbook_core::place::Commodity;
use meterbook_core::rating::CreditFlow;
use meterbook_core::rating::carried::Carried;
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::usage::{Evidence, EvidenceRead};

pub use self::carried::{before as carried_before, last as carried};
pub use self::origin::{Known, Origin, add as add_origins, known, of_bill as origins_of};
pub use self::past::{before, history, last_before, use_of};
use crate::Tx;
use crate::failure::missing;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

/// The days that a bill `b` is for: of its segments, or where it has none those it says.
macro_rules! days {
    () => {
        "coalesce((select min(s.from_on) from segment s where s.bill_id = b.id), b.from_on),
         coalesce((select max(s.to_on) from segment s where s.bill_id = b.id), b.to_on)"
    };
}

const BILLS: Rows = Rows(
    "bill (id, number, account_id, window_id, from_on, to_on, billed_on, due_on, addressed_to, total_cents)",
);
const SEGMENTS: Rows = Rows(
    "segment (bill_id, position, agreement_id, commodity, service_at, tariff, tariff_name, tariff_spanish, from_on, to_on, used_micro, unit, total_cents)",
);
const EVIDENCE: Rows = Rows(
    "segment_evidence (bill_id, segment, position, meter, unit, flow, from_on, to_on, first_on, first_micro, first_kind, last_on, last_micro, last_kind, multiplier_micro, used_micro, used_unit, estimated)",
);
const GET: Sql = Sql("
    select id, number, account_id, window_id, from_on, to_on, billed_on, due_on, addressed_to, total_cents
    from bill where id = $1");
// Bills that are let go late were made by what held on the day planned for their turn.
const LAST_DAY: Sql = Sql("
    select max(case when c.made_bill_id is null then w.billed_on else b.billed_on end)
    from bill b
    join bill_window w on w.id = b.window_id
    left join bill_cancelled c on c.made_bill_id = b.id");
const BY_NUMBER: Sql = Sql("select id from bill where number = $1");
const SEGMENTS_OF: Sql = Sql("
    select agreement_id, commodity, service_at, tariff, tariff_name, from_on, to_on, used_micro, unit, total_cents, tariff_spanish
    from segment where bill_id = $1 order by position");
const EVIDENCE_OF: Sql = Sql("
    select segment, meter, unit, flow, from_on, to_on, first_on, first_micro, first_kind,
           last_on, last_micro, last_kind, multiplier_micro, used_micro, used_unit, estimated
    from segment_evidence where bill_id = $1 order by segment, position");
const OF_ACCOUNT: Sql = Sql(concat!(
    "select b.id, b.number, ",
    days!(),
    ", b.billed_on, b.due_on, b.total_cents
     from standing_bill b where b.account_id = $1 order by 4 desc, b.id desc limit $2"
));
const OF_SERVICE: Sql = Sql(concat!(
    "select b.id, b.number, ",
    days!(),
    ", b.billed_on, b.due_on, b.total_cents
     from standing_bill b
     where b.account_id = $1 and not exists (select 1 from bill_apart o where o.bill_id = b.id)
     order by b.to_on desc, b.id desc limit $2"
));
const SERVED: (Sql, Sql) = among_ids!(
    "select b.id from standing_bill b
     where not exists (select 1 from bill_apart o where o.bill_id = b.id) and b.account_id",
    "order by b.id"
);
const TAKEN_BACK: Sql = Sql(concat!(
    "select b.id, b.number, ",
    days!(),
    ", b.billed_on, b.due_on, b.total_cents, c.made_on, c.why
     from bill b
     join bill_cancelled x on x.bill_id = b.id
     join correction c on c.id = x.correction_id
     where b.account_id = $1 order by c.made_on desc, b.id desc limit $2"
));
const BILLED_THROUGH: Sql = Sql("select max(to_on) from standing_segment where agreement_id = $1");
const ENDED_ON: Sql =
    Sql("select bill_id, position from standing_segment where agreement_id = $1 and to_on = $2");
const BILLED_THROUGH_ON: Sql = Sql("select max(to_on) from standing_segment where tariff = $1");
const NEWEST_OF_CYCLE: Sql = Sql("
    select id from standing_bill where window_id = (
        select w.id from bill_window w
        where w.cycle = $1 and exists (select 1 from bill b where b.window_id = w.id)
        order by w.from_on desc limit 1)
    order by id");

// The first end of an account's services by a day that has no bill.
const NEXT_END: Sql = Sql("
    select min(g.to_on) from agreement g
    where g.account_id = $1 and g.to_on <= $2
      and coalesce((select max(s.to_on) from standing_segment s where s.agreement_id = g.id), g.from_on)
        < g.to_on");
// Accounts of which a service ended without a last bill, or that take nothing any more and have a fee
// to pay, a deposit to get back, or a level to settle. What is asked of who sums up others comes with the
// next bill that does.
const ENDED: Sql = Sql("
    select distinct g.account_id from agreement g
    where g.to_on <= $1
      and coalesce((select max(s.to_on) from standing_segment s where s.agreement_id = g.id), g.from_on)
        < g.to_on
    union
    select c.account_id from charge c
    where c.kind in ('deposit', 'deposit-applied')
      and not exists (
        select 1 from agreement g
        where g.account_id = c.account_id and (g.to_on is null or $1 < g.to_on))
    group by c.account_id having 0 < sum(c.amount_cents)
    union
    select e.account_id from move_effect e
    where e.kind = 'charges' and e.effect_on <= $1 and e.amount_cents <> 0
      and e.version = (select max(version) from move_version where move_id = e.move_id)
      and not exists (
        select 1 from charge c
        where c.move_id = e.move_id and c.key = 'fee/' || e.move_id || '/' || e.word)
      and not exists (
        select 1 from agreement g
        where g.account_id = e.account_id and (g.to_on is null or $1 < g.to_on))
    union
    select it.account_id from (
        select a.account_id from asked_charge a
        where a.from_on <= $1
          and not exists (select 1 from charge c where c.key = a.key)
          and not exists (select 1 from asked_charge_end e where e.key = a.key)
          and not exists (
            select 1 from summed_up s
            where s.by_account_id = a.account_id and s.from_on <= $1
              and (s.to_on is null or $1 < s.to_on))
        union all
        select b.account_id from budget b
        where not exists (select 1 from budget_end e where e.key = b.key)) as it
    where exists (select 1 from agreement g where g.account_id = it.account_id)
      and not exists (
        select 1 from agreement g
        where g.account_id = it.account_id and (g.to_on is null or $1 < g.to_on))
    order by 1");
const STANDING_BY: Sql = Sql("
    select id from standing_bill where account_id = $1 and billed_on <= $2
    order by billed_on desc, id desc limit 1");
const NEWEST: Sql = Sql("select id from standing_bill order by id desc limit $1");

/// A bill as one row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// Which one, inside.
    pub id: BillId,
    /// What people say.
    pub number: BillNumber,
    /// The days billed.
    pub period: Period,
    /// The day on its face.
    pub billed_on: Date,
    /// The day by which it is to be paid.
    pub due_on: Date,
    /// The new charges.
    pub total: Money,
}

/// The first end of an account's services, by a day, up to which it is not billed.
pub fn next_end(tx: &mut Tx, account: AccountId, by: Date) -> Result<Option<Date>> {
    tx.one(NEXT_END, [account.into(), by.into()], |row| row.maybe(0, Row::date))
}

/// The accounts that are to have a last bill, a fee or their deposit back by a day.
pub fn ended(tx: &mut Tx, by: Date) -> Result<Vec<AccountId>> {
    tx.many(ENDED, [by.into()], |row| row.id(0))
}

/// Keeps bills with everything on them.
pub fn add(tx: &mut Tx, bills: &[Bill]) -> Result<()> {
    add_drawn_on(tx, bills)?;
    crate::once::add(tx, bills)?;
    crate::summary::add(tx, bills)?;
    let segments =
        || bills.iter().flat_map(|bill| (0_i64..).zip(&bill.segments).map(|it| (bill.id, it)));
    let lines = segments().flat_map(|(bill, (segment, it))| {
        (0_i64..).zip(&it.lines).map(move |(position, it)| ([bill.0, segment, position], it))
    });
    line::add(tx, lines)
}

/// Keeps of bills what the next ones draw on, and nothing else that is on them: for a trial.
pub fn add_drawn_on(tx: &mut Tx, bills: &[Bill]) -> Result<()> {
    let addresses: Vec<String> = bills.iter().map(|it| it.addressed_to.join("\n")).collect();
    tx.bulk(
        BILLS,
        bills.iter().zip(&addresses).map(|(it, addressed_to)| {
            [
                it.id.into(),
                V::from(&it.number.0),
                it.account.into(),
                it.window.into(),
                it.period.start().into(),
                it.period.end().into(),
                it.billed_on.into(),
                it.due_on.into(),
                V::from(addressed_to),
                it.total.into(),
            ]
        }),
    )?;
    let segments =
        || bills.iter().flat_map(|bill| (0_i64..).zip(&bill.segments).map(|it| (bill.id, it)));
    tx.bulk(SEGMENTS, segments().map(|(bill, (position, it))| segment_row(bill, position, it)))?;
    let evidence = segments().flat_map(|(bill, (segment, it))| {
        (0_i64..)
            .zip(&it.evidence)
            .map(move |(position, it)| evidence_row([bill.0, segment, position], it))
    });
    tx.bulk(EVIDENCE, evidence)?;
    carried::add(tx, segments().map(|(bill, (segment, it))| (bill, segment, it)))?;
    crate::allocation::keep(tx, segments().map(|(bill, (segment, it))| (bill, segment, it)))
}

/// One bill with everything on it.
pub fn get(tx: &mut Tx, id: BillId) -> Result<Bill> {
    let bill = tx.maybe(GET, [id.into()], bill)?;
    let mut bill = bill.ok_or_else(|| missing("bill", id))?;
    bill.segments = tx.many(SEGMENTS_OF, [id.into()], segment)?;
    if bill.segments.is_empty() {
        bill.once = crate::once::of_bill(tx, id, bill.period)?;
        bill.summed = crate::summary::of_bill(tx, id)?;
    }
    for (nth, evidence) in tx.many(EVIDENCE_OF, [id.into()], evidence)? {
        bill.segments.get_mut(nth).context("evidence without a segment")?.evidence.push(evidence);
    }
    carried::of_bill(tx, id, &mut bill.segments)?;
    crate::allocation::of_bill(tx, id, &mut bill.segments)?;
    for (nth, line) in line::of_bill(tx, id)? {
        bill.segments.get_mut(nth).context("a line without a segment")?.lines.push(line);
    }
    Ok(bill)
}

/// The newest day planned for the turn of a bill, and of what stands in the place of another the day on its face.
pub fn last_billed(tx: &mut Tx) -> Result<Option<Date>> {
    tx.one(LAST_DAY, [], |row| row.maybe(0, Row::date))
}

/// The bill with this number, if there is one.
pub fn by_number(tx: &mut Tx, number: &BillNumber) -> Result<Option<BillId>> {
    tx.maybe(BY_NUMBER, [V::from(&number.0)], |row| row.id(0))
}

/// The bills of an account, newest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Face>> {
    newest_of(tx, account, i64::MAX)
}

/// At most so many bills of an account, newest first.
pub fn newest_of(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<Face>> {
    tx.many(OF_ACCOUNT, [account.into(), most.into()], face)
}

/// The same without what is no bill of service: what is charged once, and what sums up others.
pub fn of_service(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<Face>> {
    tx.many(OF_SERVICE, [account.into(), most.into()], face)
}

/// The bills of service of these accounts that stand.
pub fn served(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashSet<BillId>> {
    let list = list_of(accounts.iter().copied());
    let all = tx.many(tx.either(SERVED.0, SERVED.1), [list.into()], |row| row.id(0))?;
    Ok(all.into_iter().collect())
}

/// At most so many bills of an account that were taken back, the latest first, each with the day and why.
pub fn taken_back(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<(Face, Date, String)>> {
    tx.many(TAKEN_BACK, [account.into(), most.into()], |row| {
        Ok((face(row)?, row.date(7)?, row.text(8)?))
    })
}

/// The first day of an agreement that is on no bill; `None` before its first bill.
pub fn billed_through(tx: &mut Tx, agreement: AgreementId) -> Result<Option<Date>> {
    tx.one(BILLED_THROUGH, [agreement.into()], |row| row.maybe(0, Row::date))
}

/// The bill whose days for an agreement end before `on`, and the place of its segment.
pub fn ended_on(tx: &mut Tx, agreement: AgreementId, on: Date) -> Result<Option<(BillId, usize)>> {
    tx.maybe(ENDED_ON, [agreement.into(), on.into()], |row| Ok((row.id(0)?, row.small(1)?)))
}

/// The first day after the last one billed on a tariff; `None` when nothing was.
pub fn billed_through_on(tx: &mut Tx, tariff: &str) -> Result<Option<Date>> {
    tx.one(BILLED_THROUGH_ON, [tariff.into()], |row| row.maybe(0, Row::date))
}

/// The bills of the newest turn of a cycle that has any.
pub fn newest_of_cycle(tx: &mut Tx, cycle: Cycle) -> Result<Vec<BillId>> {
    tx.many(NEWEST_OF_CYCLE, [cycle.into()], |row| row.id(0))
}

/// The newest bill of an account that stands and has a day by `on` on its face.
pub fn standing_by(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<BillId>> {
    tx.maybe(STANDING_BY, [account.into(), on.into()], |row| row.id(0))
}

/// The newest bills, newest first.
pub fn newest(tx: &mut Tx, limit: i64) -> Result<Vec<BillId>> {
    tx.many(NEWEST, [limit.into()], |row| row.id(0))
}

fn segment_row(bill: BillId, position: i64, it: &Segment) -> [V<'_>; 13] {
    [
        bill.into(),
        position.into(),
        it.agreement.into(),
        it.commodity.word().into(),
        V::from(&it.service_at),
        V::from(&it.tariff),
        V::from(&it.tariff_name),
        it.tariff_spanish.as_deref().into(),
        it.period.start().into(),
        it.period.end().into(),
        it.usage.micro.into(),
        it.usage.unit.word().into(),
        it.total.into(),
    ]
}

fn evidence_row([bill, segment, position]: [i64; 3], it: &Evidence) -> [V<'_>; 18] {
    let first = it.reads.map(|(first, _)| first);
    let last = it.reads.map(|(_, last)| last);
    [
        bill.into(),
        segment.into(),
        position.into(),
        V::from(&it.meter),
        it.unit.word().into(),
        it.flow.word().into(),
        it.period.start().into(),
        it.period.end().into(),
        first.map(|it| it.on).into(),
        first.map(|it| it.index_micro).into(),
        first.map(|it| it.kind.word()).into(),
        last.map(|it| it.on).into(),
        last.map(|it| it.index_micro).into(),
        last.map(|it| it.kind.word()).into(),
        it.multiplier_micro.into(),
        it.used.micro.into(),
        it.used.unit.word().into(),
        i64::from(it.estimated).into(),
    ]
}

fn face(row: &Row) -> Result<Face> {
    Ok(Face {
        id: row.id(0)?,
        number: BillNumber(row.text(1)?),
        period: row.period(2)?,
        billed_on: row.date(4)?,
        due_on: row.date(5)?,
        total: row.money(6)?,
    })
}

fn bill(row: &Row) -> Result<Bill> {
    Ok(Bill {
        id: row.id(0)?,
        number: BillNumber(row.text(1)?),
        account: row.id(2)?,
        window: row.id(3)?,
        period: row.period(4)?,
        billed_on: row.date(6)?,
        due_on: row.date(7)?,
        addressed_to: row.text(8)?.lines().map(str::to_owned).collect(),
        segments: Vec::new(),
        once: Vec::new(),
        summed: Vec::new(),
        total: row.money(9)?,
    })
}

fn segment(row: &Row) -> Result<Segment> {
    Ok(Segment {
        agreement: row.id(0)?,
        commodity: row.word(1, Commodity::from_word)?,
        service_at: row.text(2)?,
        tariff: row.text(3)?,
        tariff_name: row.text(4)?,
        tariff_spanish: row.maybe(10, Row::text)?,
        period: row.period(5)?,
        usage: Quantity { micro: row.int(7)?, unit: row.word(8, Unit::from_word)? },
        evidence: Vec::new(),
        lines: Vec::new(),
        total: row.money(9)?,
        carried: Carried::default(),
        bank: None,
        credit: CreditFlow::default(),
        given: Vec::new(),
        allotted: Vec::new(),
    })
}

fn evidence(row: &Row) -> Result<(usize, Evidence)> {
    let read = |at| {
        row.maybe(at, |row, at| {
            let kind = row.word(at + 2, ReadKind::from_word)?;
            Ok(EvidenceRead { on: row.date(at)?, index_micro: row.int(at + 1)?, kind })
        })
    };
    let evidence = Evidence {
        meter: row.text(1)?,
        unit: row.word(2, Unit::from_word)?,
        flow: row.word(3, Flow::from_word)?,
        period: row.period(4)?,
        reads: read(6)?.zip(read(9)?),
        multiplier_micro: row.int(12)?,
        used: Quantity { micro: row.int(13)?, unit: row.word(14, Unit::from_word)? },
        estimated: row.small(15)?,
    };
    Ok((row.small(0)?, evidence))
}

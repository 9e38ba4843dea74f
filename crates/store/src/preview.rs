//! What a run is about to bill or has billed, added up by the database, and what earlier turns came to.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::preview::{Change, Dates, Holds, Switched, Turnover};
use meterbook_core::bill::run::Run;
use meterbook_core::cycle::Window;
use meterbook_core::id::WindowId;
use meterbook_core::money::{Money, Unit};
use meterbook_core::period::Zone;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

/// Days by which the turn of a year before may begin earlier or later than a year before.
const ABOUT_A_YEAR: i64 = 20;

/// What is posted counts by its bills, what is not yet by what the check said.
macro_rules! to_post {
    () => {
        " from run_item i join run r on r.id = i.run_id
          where i.run_id = $1 and i.outcome = 'billed'
            and r.stage <> 'done' and (r.stage <> 'posting' or not exists (
              select 1 from standing_segment s join bill b on b.id = s.bill_id
              where s.agreement_id = i.agreement_id and b.window_id = i.window_id))"
    };
}
const OF_RUN: Sql = Sql(concat!(
    "select i.tariff, i.unit, count(*), cast(sum(i.used_micro) as bigint),
            cast(sum(i.total_cents) as bigint)",
    to_post!(),
    " group by i.tariff, i.unit"
));
const BILLS_OF_RUN: Sql = Sql(concat!(
    "select i.account_id, i.unit, cast(sum(i.used_micro) as bigint),
            cast(sum(i.total_cents) as bigint)",
    to_post!(),
    " group by i.account_id, i.unit order by i.account_id"
));
const POSTED: Sql = Sql("
    select s.tariff, s.unit, count(*), cast(sum(s.used_micro) as bigint),
           cast(sum(s.total_cents) as bigint)
    from standing_segment s join bill b on b.id = s.bill_id
    where b.window_id = $1 group by s.tariff, s.unit");
const BILLS_POSTED: Sql = Sql("
    select s.bill_id, s.unit, cast(sum(s.used_micro) as bigint),
           cast(sum(s.total_cents) as bigint)
    from standing_segment s join bill b on b.id = s.bill_id
    where b.window_id = $1 group by s.bill_id, s.unit order by s.bill_id");
const PROOF: Sql = Sql("
    select cast(coalesce(sum(b.total_cents), 0) as bigint),
           cast(coalesce(sum((
             select sum(p.amount_cents) from entry e
             join posting p on p.entry_id = e.id
             where e.key = b.number and e.kind = 'bill'
               and p.gl = '1200 receivable' and p.account_id = b.account_id)), 0) as bigint)
    from standing_bill b where b.window_id = $1");
const DATES: Sql = Sql("
    select min(billed_on), max(billed_on), min(due_on), max(due_on)
    from standing_bill where window_id = $1 having 0 < count(*)");
const CLASSES: Sql = Sql("
    select distinct a.class from account a
    join agreement g on g.account_id = a.id
    where a.cycle = $1 and g.from_on < $3 and (g.to_on is null or $2 < g.to_on)");
const BEFORE: Sql = Sql("
    select id from bill_window where cycle = $1 and to_on <= $2 order by to_on desc limit 1");
const ABOUT: Sql = Sql("
    select id, from_on from bill_window where cycle = $1 and $2 <= from_on and from_on <= $3");
// One sum over both turns, where joining the sums of each would be as natural: of a turn that has just
// begun PostgreSQL expects one row, and reads the one anew for each account of the other.
const CHANGES: Sql = Sql(concat!(
    "select a.number, d.was, d.now
    from (select x.account_id, cast(sum(x.was) as bigint) as was, cast(sum(x.now) as bigint) as now
          from (select b.account_id, b.total_cents as was, 0 as now, 0 as turn
                from standing_bill b where b.window_id = $3
                union all
                select b.account_id, 0, b.total_cents, 1
                from standing_bill b where b.window_id = $2
                union all
                select i.account_id, 0, i.total_cents, 1",
    to_post!(),
    ") as x
          group by x.account_id
          having min(x.turn) < max(x.turn) and sum(x.was) <> sum(x.now)) as d
    join account a on a.id = d.account_id
    order by abs(d.now - d.was) desc, a.number limit $4"
));
// Of an agreement that took the place of one on another tariff, and of one of which the tariff has a version
// since its last bill, the first bill.
const SWITCHED: Sql = Sql(concat!(
    "with n as (
        select b.account_id, t.agreement_id, t.tariff, t.total_cents as cents
        from standing_segment t join bill b on b.id = t.bill_id
        where b.window_id = $2
        union all
        select i.account_id, i.agreement_id, i.tariff, i.total_cents",
    to_post!(),
    "),
    billed as (
        select n.agreement_id, max(s.to_on) as to_on
        from n
        join standing_segment s on s.agreement_id = n.agreement_id
        join bill b on b.id = s.bill_id
        where b.window_id <> $2 and s.from_on < $3 group by n.agreement_id)
     select a.number, it.agreement_id, it.was, it.tariff, it.version, it.cents
     from (
        select n.account_id, n.agreement_id, p.tariff as was, n.tariff, '' as version, n.cents
        from n
        join agreement g on g.id = n.agreement_id
        join agreement p on p.account_id = g.account_id
          and p.service_point_id = g.service_point_id and p.to_on = g.from_on
        where p.tariff <> n.tariff
          and not exists (select 1 from billed e where e.agreement_id = n.agreement_id)
        union all
        select n.account_id, n.agreement_id, n.tariff, n.tariff, max(v.from_on), n.cents
        from n
        join billed e on e.agreement_id = n.agreement_id
        join tariff_version v on v.code = n.tariff and e.to_on <= v.from_on and v.from_on < $3
        group by n.account_id, n.agreement_id, n.tariff, n.cents) as it
     join account a on a.id = it.account_id
     order by case when it.version = '' then 0 else 1 end, a.number, it.agreement_id limit $4"
));
// What a run held waits since the first run of its turn, whenever somebody looked for tasks; what was told late,
// which no run met, since it is a task.
const HOLDS: Sql = Sql("
    select i.reason, coalesce(o.name, ''), count(*),
        cast(min(coalesce(case when i.run_id is not null then (
            select min(r.begun_at) from run r
            where r.window_id = i.window_id and r.stage <> 'cancelled') end, t.raised_at)) as bigint),
        min(a.number)
    from run_item i
    join account a on a.id = i.account_id
    left join task t on t.kind = 'held-' || i.reason and t.closed_at is null
      and t.key = case when i.reason = 'earlier-unbilled' then cast(i.agreement_id as text)
        else cast(i.window_id as text) || '/' || cast(i.agreement_id as text) end
    left join staff o on o.id = t.owner_id
    where i.window_id = $1 and i.outcome = 'held'
    group by i.reason, coalesce(o.name, '') order by count(*) desc, i.reason, 2");

const SAY_LIMITS: Sql = Sql("insert into release_limits (from_on, text) values ($1, $2)");
const LIMITS: Sql = Sql("
    select text from release_limits where from_on <= $1 order by from_on desc limit 1");

/// What the bills of a turn come to: those that are posted, and those that a run is about to post.
pub fn turnover(tx: &mut Tx, window: WindowId, run: Option<&Run>) -> Result<Turnover> {
    let mut turn = Turnover::default();
    let parts = [Some((POSTED, window.0)), run.map(|it| (OF_RUN, it.id.0))];
    for (text, of) in parts.into_iter().flatten() {
        tx.each(text, [of.into()], |row| {
            let tariff = row.text(0)?;
            let used = (row.word(1, Unit::from_word)?, i128::from(row.int(3)?));
            turn.add(&tariff, row.int(2)?, used, row.money(4)?);
            Ok(())
        })?;
    }
    let bills = [Some((BILLS_POSTED, window.0)), run.map(|it| (BILLS_OF_RUN, it.id.0))];
    for (text, of) in bills.into_iter().flatten() {
        let (mut bill, mut total, mut used) = (None, Money::ZERO, Vec::new());
        tx.each(text, [of.into()], |row| {
            let next = Some(row.int(0)?);
            if bill.is_some() && bill != next {
                turn.add_bill(total, &used);
                (total, used) = (Money::ZERO, Vec::new());
            }
            bill = next;
            used.push((row.word(1, Unit::from_word)?, i128::from(row.int(2)?)));
            total += row.money(3)?;
            Ok(())
        })?;
        if bill.is_some() {
            turn.add_bill(total, &used);
        }
    }
    Ok(turn)
}

/// What the bills of a turn that stand come to, and what of them was posted to receivables.
pub fn proof(tx: &mut Tx, window: WindowId) -> Result<(Money, Money)> {
    tx.one(PROOF, [window.into()], |row| Ok((row.money(0)?, row.money(1)?)))
}

/// The days on the bills of a turn that stand; `None` while there is none.
pub fn dates(tx: &mut Tx, window: WindowId) -> Result<Option<Dates>> {
    tx.maybe(DATES, [window.into()], |row| {
        Ok(Dates { billed_on: (row.date(0)?, row.date(1)?), due_on: (row.date(2)?, row.date(3)?) })
    })
}

/// The classes of customers that are billed in a turn.
pub fn classes(tx: &mut Tx, window: &Window) -> Result<Vec<CustomerClass>> {
    let days = window.period;
    let asked = [window.cycle.into(), days.start().into(), days.end().into()];
    tx.many(CLASSES, asked, |row| row.word(0, CustomerClass::from_word))
}

/// The turn of the cycle before this one.
pub fn before(tx: &mut Tx, window: &Window) -> Result<Option<WindowId>> {
    tx.maybe(BEFORE, [window.cycle.into(), window.period.start().into()], |row| row.id(0))
}

/// The turn of the cycle about a year before this one.
pub fn year_before(tx: &mut Tx, window: &Window) -> Result<Option<WindowId>> {
    let then = window.period.start().checked_sub(1.year())?;
    let (from, to) =
        (then.checked_sub(ABOUT_A_YEAR.days())?, then.checked_add(ABOUT_A_YEAR.days())?);
    let near = tx.many(ABOUT, [window.cycle.into(), from.into(), to.into()], |row| {
        Ok((row.id(0)?, row.date(1)?))
    })?;
    let far = |it: &(WindowId, Date)| (it.1 - then).get_days().abs();
    Ok(near.into_iter().min_by_key(far).map(|it| it.0))
}

/// The bills of a turn, posted and about to be, that differ most from those of an earlier one, at most so
/// many.
pub fn changes(tx: &mut Tx, run: &Run, earlier: WindowId, limit: i64) -> Result<Vec<Change>> {
    let asked = [run.id.into(), run.window.into(), earlier.into(), limit.into()];
    tx.many(CHANGES, asked, |row| {
        Ok(Change { account: row.number(0)?, before: row.money(1)?, now: row.money(2)? })
    })
}

/// The first bills of a turn on another tariff, then those on a new version of theirs, posted and about to
/// be, at most so many.
pub fn switched(tx: &mut Tx, run: &Run, window: &Window, limit: i64) -> Result<Vec<Switched>> {
    let end = window.period.end();
    let asked = [run.id.into(), window.id.into(), end.into(), limit.into()];
    tx.many(SWITCHED, asked, |row| {
        Ok(Switched {
            account: row.number(0)?,
            agreement: row.id(1)?,
            from: row.text(2)?,
            to: row.text(3)?,
            version: match row.text(4)?.is_empty() {
                true => None,
                false => Some(row.date(4)?),
            },
            now: row.money(5)?,
        })
    })
}

/// What waits in a turn, by its reason and by whose task it is.
pub fn holds(tx: &mut Tx, window: WindowId, today: Date, zone: &Zone) -> Result<Vec<Holds>> {
    tx.many(HOLDS, [window.into()], |row| {
        let since = row.maybe(3, Row::instant)?;
        let days = since.map_or(0, |it| i64::from((today - zone.day_of(it)).get_days()));
        Ok(Holds {
            reason: row.text(0)?,
            owner: row.text(1)?,
            count: row.int(2)?,
            days,
            example: row.number(4)?,
        })
    })
}

/// Says the text of limits that holds from a day on. A day has one.
pub fn say_limits(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_LIMITS, [from.into(), text.into()]).map(|_| ())
}

/// The text of limits that holds on a day, if one was said.
pub fn limits(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(LIMITS, [on.into()], |row| row.text(0))
}

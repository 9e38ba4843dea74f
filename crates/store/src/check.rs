//! What breaks a rule of the books, looked for afresh. Each function says how many things it held
//! against its rule, and in a sentence each what breaks it.

use anyhow::Result;
use meterbook_core::id::EntryId;
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::text::decimal;

use crate::tx::Sql;
use crate::value::Row;
use crate::{Db, Location, Tx, kept};

/// How many were examined, and what is wrong.
type Found = (i64, Vec<String>);

/// Faults shown of one rule: more than a person reads.
const SHOWN: i64 = 100;

// Tables whose rows the server never counted, or that have a fifth more or fewer since it did. It counts by
// itself, some minutes after they were filled.
const GROWN_POSTGRES: Sql = Sql("
    select cast(c.relname as text) from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_stat_user_tables s on s.relid = c.oid
    where n.nspname = current_schema() and c.relkind = 'r' and not pg_is_in_recovery()
      and (c.reltuples < 0
        or 50 + c.reltuples / 5 < coalesce(s.n_mod_since_analyze, 0))
    order by c.relname");
const ENTRIES: Sql = Sql("select count(*) from entry");
const UNBALANCED: Sql = Sql("
    select e.kind, e.key, cast(sum(p.amount_cents) as bigint)
    from posting p join entry e on e.id = p.entry_id
    group by e.id, e.kind, e.key having sum(p.amount_cents) <> 0 order by e.id limit $1");
const BILLS: Sql = Sql("select count(*) from bill");
const BILL_SUMS: Sql = Sql("
    select b.number, b.total_cents, b.parts from (
        select bill.id, bill.number, bill.total_cents,
            (select cast(coalesce(sum(s.total_cents), 0) as bigint) from segment s
             where s.bill_id = bill.id)
          + (select cast(coalesce(sum(o.amount_cents), 0) as bigint) from once_line o
             where o.bill_id = bill.id)
          + (select cast(coalesce(sum(u.moved_cents), 0) as bigint) from bill_summed u
             where u.bill_id = bill.id) as parts
        from bill) as b
    where b.total_cents <> b.parts order by b.id limit $1");
const SEGMENT_SUMS: Sql = Sql("
    select b.number, s.total_cents, cast(coalesce(sum(l.amount_cents), 0) as bigint)
    from segment s join bill b on b.id = s.bill_id
    left join bill_line l on l.bill_id = s.bill_id and l.segment = s.position
    group by s.bill_id, s.position, b.number, s.total_cents
    having s.total_cents <> coalesce(sum(l.amount_cents), 0)
    order by s.bill_id, s.position limit $1");
const BILLS_UNPOSTED: Sql = Sql("
    select b.number, b.total_cents, cast(coalesce(sum(p.amount_cents), 0) as bigint)
    from bill b
    left join entry e on e.key = b.number and e.kind = 'bill'
    left join posting p
      on p.entry_id = e.id and p.gl = '1200 receivable' and p.account_id = b.account_id
    group by b.id, b.number, b.total_cents, e.id
    having e.id is null or b.total_cents <> coalesce(sum(p.amount_cents), 0)
    order by b.id limit $1");
const BILL_ENTRIES_ALONE: Sql = Sql("
    select e.key, 0, 0 from entry e
    where e.kind = 'bill' and not exists (select 1 from bill b where b.number = e.key)
    order by e.id limit $1");
const PAYMENTS: Sql = Sql("select count(*) from payment");
const PAYMENTS_UNPOSTED: Sql = Sql("
    select y.key, y.amount_cents, cast(-coalesce(sum(p.amount_cents), 0) as bigint)
    from payment y
    left join entry e on e.key = y.key and e.kind = 'payment'
    left join posting p
      on p.entry_id = e.id and p.gl = '1200 receivable' and p.account_id = y.account_id
    group by y.id, y.key, y.amount_cents, e.id
    having e.id is null or y.amount_cents <> -coalesce(sum(p.amount_cents), 0)
    order by y.id limit $1");
const PAYMENT_ENTRIES_ALONE: Sql = Sql("
    select e.key, 0, 0 from entry e
    where e.kind = 'payment' and not exists (select 1 from payment y where y.key = e.key)
    order by e.id limit $1");
const CHARGES: Sql = Sql("select count(*) from charge");
const CHARGES_UNPOSTED: Sql = Sql("
    select c.key, c.amount_cents, cast(coalesce(sum(p.amount_cents), 0) as bigint)
    from charge c
    left join entry e on e.key = c.key and e.kind = 'charge'
    left join posting p
      on p.entry_id = e.id and p.gl = '1200 receivable' and p.account_id = c.account_id
    group by c.key, c.amount_cents, e.id
    having e.id is null or c.amount_cents <> coalesce(sum(p.amount_cents), 0)
    order by c.key limit $1");
const CHARGE_ENTRIES_ALONE: Sql = Sql("
    select e.key, 0, 0 from entry e
    where e.kind = 'charge' and not exists (select 1 from charge c where c.key = e.key)
    order by e.id limit $1");
// More was given back than was left.
const DEPOSITS: Sql = Sql("
    select a.number, cast(sum(c.amount_cents) as bigint)
    from charge c join account a on a.id = c.account_id
    where c.kind in ('deposit', 'deposit-applied')
    group by a.id, a.number having sum(c.amount_cents) < 0 order by a.id limit $1");
const SEGMENTS: Sql = Sql("select count(*) from segment");
const DAYS: Sql = Sql("
    select agreement_id, expected, from_on from (
        select s.agreement_id, s.from_on,
            coalesce(lag(s.to_on) over (partition by s.agreement_id order by s.from_on), g.from_on)
                as expected
        from standing_segment s join agreement g on g.id = s.agreement_id) as follows
    where from_on <> expected order by agreement_id, from_on limit $1");
const DAYS_AFTER: Sql = Sql("
    select s.agreement_id, g.to_on, s.to_on
    from standing_segment s join agreement g on g.id = s.agreement_id
    where g.to_on < s.to_on order by s.agreement_id limit $1");
const REGISTERS_READ: Sql = Sql("select count(*) from segment_evidence where first_on is not null");
// Where a meter is read no more, its last read is of the day itself.
const READS_APART: Sql = Sql("
    select b.number, e.meter, e.last_on
    from standing_segment s
    join standing_segment t on t.agreement_id = s.agreement_id and t.from_on = s.to_on
    join segment_evidence e on e.bill_id = s.bill_id and e.segment = s.position and e.to_on = s.to_on
    join bill b on b.id = t.bill_id
    where e.last_on is not null
      and not exists (
        select 1 from segment_evidence n
        where n.bill_id = t.bill_id and n.segment = t.position and n.from_on = t.from_on
          and n.meter = e.meter and n.flow = e.flow and n.first_on = e.last_on)
      and (e.last_on <> s.to_on or exists (
        select 1 from segment_evidence n
        where n.bill_id = t.bill_id and n.segment = t.position and n.from_on = t.from_on
          and n.meter = e.meter and n.flow = e.flow and n.first_on is not null))
    order by b.id, e.position limit $1");
const ENDED: Sql = Sql("select count(*) from agreement where to_on is not null");
/// Where the service `g` hands on to: the first that began with the same move on the same tariff.
macro_rules! moved_to {
    () => {
        "select min(b.agreement_id) as id
         from move_effect e
         join move_effect b on b.move_id = e.move_id and b.version = e.version
           and b.kind = 'starts' and b.account_id = e.account_id and b.tariff = e.tariff
         where e.agreement_id = g.id and e.kind = 'stops'
           and e.version = (select max(v.version) from move_version v where v.move_id = e.move_id)"
    };
}
// A bill that was made before anybody knew of the end settles nothing: what became of it is an entry of its own.
const BANK_NOWHERE: Sql = Sql(concat!(
    "select b.number, a.number, g.to_on
     from agreement g
     join account a on a.id = g.account_id
     join standing_segment s on s.agreement_id = g.id and s.to_on = g.to_on
     join segment_origin o on o.bill_id = s.bill_id and o.segment = s.position
     join bill b on b.id = s.bill_id
     where g.to_on is not null and o.until_on = g.to_on
       and exists (
         select 1 from segment_carried c
         where c.bill_id = s.bill_id and c.segment = s.position
           and (c.kind = 'energy' and c.micro <> 0 or c.kind = 'money' and c.cents <> 0))
       and (",
    moved_to!(),
    ") is null order by b.id limit $1"
));
const BANK_NOT_TAKEN: Sql = Sql(concat!(
    "select k.taker, k.number, k.to_on from (
        select n.number as taker, b.number, g.to_on,
            (select coalesce(sum(c.micro), 0) from segment_carried c
             where c.bill_id = s.bill_id and c.segment = s.position and c.kind = 'energy') as micro,
            (select coalesce(sum(c.cents), 0) from segment_carried c
             where c.bill_id = s.bill_id and c.segment = s.position and c.kind = 'money') as cents,
            (select coalesce(max(c.micro), 0) from segment_carried c
             where c.bill_id = t.bill_id and c.segment = t.position
               and c.kind = 'flow' and c.name = 'opening') as had_micro,
            (select coalesce(max(c.cents), 0) from segment_carried c
             where c.bill_id = t.bill_id and c.segment = t.position
               and c.kind = 'credit' and c.name = 'opening') as had_cents
        from agreement g
        join standing_segment s on s.agreement_id = g.id and s.to_on = g.to_on
        join bill b on b.id = s.bill_id
        join agreement h on h.id = (",
    moved_to!(),
    ")
        join standing_segment t on t.agreement_id = h.id and g.to_on <= t.to_on
          and (t.from_on = h.from_on or t.from_on < g.to_on)
        join bill n on n.id = t.bill_id
        where g.to_on is not null) as k
     where k.had_micro < k.micro or k.had_cents < k.cents
     order by k.taker limit $1"
));
const SHARED: Sql = Sql("select count(*) from allotment");
// The bill says in its bank what it gave and took, and the rows say it again.
const GIVEN: Sql = Sql("
    select b.number, f.name, f.micro, f.rows_micro from (
        select c.bill_id, c.segment, c.name, c.micro,
            (select cast(coalesce(sum(a.micro), 0) as bigint) from allotment a
             where a.bill_id = c.bill_id and a.segment = c.segment) as rows_micro
        from segment_carried c where c.kind = 'flow' and c.name = 'given'
        union all
        select c.bill_id, c.segment, c.name, c.micro,
            (select cast(coalesce(sum(a.micro), 0) as bigint)
             from allotment_taken t join allotment a on a.bill_id = t.host_bill_id
               and a.segment = t.host_segment and a.position = t.host_position
             where t.bill_id = c.bill_id and t.segment = c.segment) as rows_micro
        from segment_carried c where c.kind = 'flow' and c.name = 'allotted') as f
    join bill b on b.id = f.bill_id
    where f.micro <> f.rows_micro order by b.id limit $1");
const TAKEN_BY_OTHERS: Sql = Sql("
    select b.number, t.host_bill_id, a.agreement_id
    from allotment_taken t
    join allotment a on a.bill_id = t.host_bill_id and a.segment = t.host_segment
      and a.position = t.host_position
    join segment s on s.bill_id = t.bill_id and s.position = t.segment
    join bill b on b.id = t.bill_id
    where s.agreement_id <> a.agreement_id order by b.id limit $1");
const DONE: Sql = Sql("
    select count(*) from bill_window w
    where exists (select 1 from run r where r.window_id = w.id and r.stage = 'done')");
const NO_ENDING: Sql = Sql("
    select g.id, w.from_on, w.to_on
    from bill_window w
    join account a on a.cycle = w.cycle
    join agreement g on g.account_id = a.id
      and g.from_on < w.to_on and (g.to_on is null or w.from_on < g.to_on)
    where exists (select 1 from run r where r.window_id = w.id and r.stage = 'done')
      and not exists (select 1 from run_item i where i.window_id = w.id and i.agreement_id = g.id)
    order by g.id, w.from_on limit $1");
// An ending says billed exactly when there is a segment in that window; runs under way are not
// posted yet.
const ENDING_UNTRUE: Sql = Sql("
    select i.agreement_id, w.from_on, w.to_on
    from run_item i
    join bill_window w on w.id = i.window_id
    left join run u on u.id = i.run_id
    where (u.id is null or u.stage = 'done')
      and (i.outcome = 'billed') <> exists (
        select 1 from segment s join bill b on b.id = s.bill_id
        where s.agreement_id = i.agreement_id and b.window_id = i.window_id
          and not exists (
            select 1 from bill_cancelled c join correction k on k.id = c.correction_id
            where c.bill_id = b.id and k.cause = 'run'))
    order by i.agreement_id, w.from_on limit $1");
const RUN_TOTALS: Sql = Sql("
    select w.id, w.said, w.posted from (
        select bill_window.id,
            (select cast(coalesce(sum(i.total_cents), 0) as bigint) from run_item i
             where i.window_id = bill_window.id and i.outcome = 'billed') as said,
            (select cast(coalesce(sum(b.total_cents), 0) as bigint) from bill b
             where b.window_id = bill_window.id and not exists (
                select 1 from bill_cancelled c join correction k on k.id = c.correction_id
                where c.made_bill_id = b.id or (c.bill_id = b.id and k.cause = 'run'))) as posted
        from bill_window
        where exists (select 1 from run r where r.window_id = bill_window.id and r.stage = 'done')
          and not exists (
            select 1 from run r
            where r.window_id = bill_window.id and r.stage not in ('done', 'cancelled'))) as w
    where w.said <> w.posted order by w.id limit $1");
const ACCOUNTS: Sql = Sql("select count(*) from account");
/// What each account should owe follows from its bills and payments alone.
macro_rules! owed {
    () => {
        "select a.number, cast(o.owed as bigint), cast(o.posted as bigint) from account a join (
        select account.id,
            coalesce((select sum(total_cents) from standing_bill where account_id = account.id), 0)
          - coalesce((
            select sum(u.moved_cents) from bill_summed u
            where u.account_id = account.id
              and not exists (select 1 from bill_cancelled c where c.bill_id = u.bill_id)), 0)
          + coalesce((select sum(amount_cents) from settlement where account_id = account.id), 0)
          - coalesce((
            select sum(s.waived_cents + s.interest_cents)
            from correction_settled s join correction c on c.id = s.correction_id
            where c.account_id = account.id), 0)
          + coalesce((
            select sum(i.amount_cents)
            from correction_interest i join correction c on c.id = i.correction_id
            where c.account_id = account.id), 0)
          - coalesce((select sum(amount_cents) from correction_interest where account_id = account.id), 0)
          + coalesce((select sum(amount_cents) from charge where account_id = account.id), 0)
          - coalesce((select sum(amount_cents) from standing_payment where account_id = account.id), 0)
          + coalesce((select sum(amount_cents) from credit_use where account_id = account.id), 0)
          - coalesce((select sum(amount_cents) from credit_use where to_account_id = account.id), 0) as owed,
            coalesce((select sum(amount_cents) from posting
                      where account_id = account.id and gl = '1200 receivable'), 0) as posted"
    };
}
const OWED: Sql = Sql(concat!(
    owed!(),
    " from account) as o on o.id = a.id where o.owed <> o.posted order by a.id limit $1"
));
// Of accounts to which something was posted behind an entry.
const OWED_SINCE: Sql = Sql(concat!(
    owed!(),
    " from (select distinct account_id as id from posting
            where $2 < entry_id and gl = '1200 receivable') as account) as o on o.id = a.id
     where o.owed <> o.posted order by a.id limit $1"
));
const ACCOUNTS_SINCE: Sql = Sql("
    select count(distinct account_id) from posting where $1 < entry_id and gl = '1200 receivable'");
const RECEIVABLE: Sql = Sql("
    select cast(coalesce((select sum(amount_cents) from posting where gl = '1200 receivable'), 0) as bigint),
           cast(coalesce((select sum(total_cents) from standing_bill), 0)
              - coalesce((
                select sum(u.moved_cents) from bill_summed u
                where not exists (select 1 from bill_cancelled c where c.bill_id = u.bill_id)), 0)
              + coalesce((select sum(amount_cents) from settlement), 0)
              - coalesce((select sum(waived_cents + interest_cents) from correction_settled), 0)
              + coalesce((select sum(amount_cents) from charge), 0)
              - coalesce((select sum(amount_cents) from standing_payment), 0)
              + coalesce((select sum(amount_cents) from credit_use where kind = 'refund'), 0) as bigint)");

/// Has the server count the rows of tables that grew since it last did: what it plans of all of them for
/// tables that were empty takes ten times as long. Each by itself, so that nobody waits for it, and not
/// where somebody else does it.
pub fn count_rows(db: &Db) -> Result<()> {
    if let Location::Postgres(_) = db.location() {
        for table in db.read(|tx| tx.many(GROWN_POSTGRES, [], |row| row.text(0)))? {
            db.write(|tx| tx.script(&format!("analyze (skip_locked) {table}")))?;
        }
    }
    Ok(())
}

/// The postings of every entry sum to zero.
pub fn entries(tx: &mut Tx) -> Result<Found> {
    let faults = faults(tx, UNBALANCED, |row| {
        Ok(format!("{} {} is out of balance by {}", row.text(0)?, row.text(1)?, row.money(2)?))
    })?;
    Ok((count(tx, ENTRIES)?, faults))
}

/// Every bill is the sum of its segments and of what it charges once, and they of their lines.
pub fn bills(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, BILL_SUMS, |row| differ(row, "the bill", "its segments"))?;
    found
        .extend(faults(tx, SEGMENT_SUMS, |row| differ(row, "a segment of the bill", "its lines"))?);
    Ok((count(tx, BILLS)?, found))
}

/// Every bill is posted once, for its total.
pub fn posted(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, BILLS_UNPOSTED, |row| differ(row, "the bill", "its posting"))?;
    found.extend(faults(tx, BILL_ENTRIES_ALONE, |row| {
        Ok(format!("{} is posted and there is no such bill", row.text(0)?))
    })?);
    Ok((count(tx, BILLS)?, found))
}

/// Every payment is posted once, for its amount.
pub fn payments(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, PAYMENTS_UNPOSTED, |row| differ(row, "the payment", "its posting"))?;
    found.extend(faults(tx, PAYMENT_ENTRIES_ALONE, |row| {
        Ok(format!("{} is posted and there is no such payment", row.text(0)?))
    })?);
    Ok((count(tx, PAYMENTS)?, found))
}

/// Every charge is posted once, for its amount, and no deposit is given back that was not left.
pub fn charges(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, CHARGES_UNPOSTED, |row| differ(row, "the charge", "its posting"))?;
    found.extend(faults(tx, CHARGE_ENTRIES_ALONE, |row| {
        Ok(format!("{} is posted and there is no such charge", row.text(0)?))
    })?);
    found.extend(faults(tx, DEPOSITS, |row| {
        let (number, over) = (row.number(0)?, row.money(1)?);
        Ok(format!("account {number} was given back more than its deposits: {over} is left"))
    })?);
    Ok((count(tx, CHARGES)?, found))
}

/// No day of an agreement is billed twice, and none is left out between bills.
pub fn days(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, DAYS, |row| {
        let (agreement, expected, from) = (row.int(0)?, row.date(1)?, row.date(2)?);
        Ok(format!("agreement {agreement} is billed from {from}, and {expected} comes next"))
    })?;
    found.extend(faults(tx, DAYS_AFTER, |row| {
        let (agreement, end, through) = (row.int(0)?, row.date(1)?, row.date(2)?);
        Ok(format!("agreement {agreement} ended on {end} and is billed up to {through}"))
    })?);
    Ok((count(tx, SEGMENTS)?, found))
}

/// Every bill begins with the reads with which the one before ended.
pub fn reads(tx: &mut Tx) -> Result<Found> {
    let found = faults(tx, READS_APART, |row| {
        let (number, meter, last) = (row.text(0)?, row.text(1)?, row.date(2)?);
        Ok(format!(
            "the bill before {number} ended with the read of {last} of meter {meter}, and {number} does not begin with it"
        ))
    })?;
    Ok((count(tx, REGISTERS_READ)?, found))
}

/// What hosts give is what their bills say, and what subscribers take is what they were given.
pub fn shares(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, GIVEN, |row| {
        let (number, what) = (row.text(0)?, row.text(1)?);
        let [says, rows] = [decimal(row.int(2)?, 6), decimal(row.int(3)?, 6)];
        Ok(format!("the bill {number} says {what} {says} kWh, and its community shares are {rows}"))
    })?;
    found.extend(faults(tx, TAKEN_BY_OTHERS, |row| {
        let (number, host, to) = (row.text(0)?, row.int(1)?, row.int(2)?);
        Ok(format!("the bill {number} takes what bill {host} gave to agreement {to}"))
    })?);
    Ok((count(tx, SHARED)?, found))
}

/// What a bank holds when service ends is settled, or goes on to the service that the customer moves to.
pub fn banks(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, BANK_NOWHERE, |row| {
        let (bill, account, on) = (row.text(0)?, row.number(1)?, row.date(2)?);
        Ok(format!(
            "bill {bill} keeps something in a bank for account {account}, whose service ended with it on {on}; make it again: meterbook bill correct"
        ))
    })?;
    found.extend(faults(tx, BANK_NOT_TAKEN, |row| {
        let (taker, bill, on) = (row.text(0)?, row.text(1)?, row.date(2)?);
        Ok(format!(
            "bill {taker} does not have what bill {bill} kept when the customer moved on {on}; make it again: meterbook bill correct"
        ))
    })?);
    Ok((count(tx, ENDED)?, found))
}

/// Billed, held and exempt make up the agreements of every finished turn, and an agreement is
/// called billed exactly when it is on a bill.
pub fn population(tx: &mut Tx) -> Result<Found> {
    let turn = |row: &Row, what: &str| {
        let (agreement, days) = (row.int(0)?, row.period(1)?);
        Ok(format!("agreement {agreement} {what} in the turn {days}"))
    };
    let mut found = faults(tx, NO_ENDING, |row| turn(row, "has no ending"))?;
    found.extend(faults(tx, ENDING_UNTRUE, |row| turn(row, "does not end as its run says"))?);
    Ok((count(tx, DONE)?, found))
}

/// The bills of every finished turn come to what its runs say.
pub fn runs(tx: &mut Tx) -> Result<Found> {
    let found = faults(tx, RUN_TOTALS, |row| {
        let (window, said, posted) = (row.int(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("window {window} was said to come to {said}, and its bills come to {posted}"))
    })?;
    Ok((count(tx, DONE)?, found))
}

/// What each account owes follows from its bills, settlements, charges and payments, and together
/// they are the receivable of the general ledger.
pub fn subledger(tx: &mut Tx) -> Result<Found> {
    let mut found = faults(tx, OWED, owes_otherwise)?;
    found.extend(receivable(tx)?);
    Ok((count(tx, ACCOUNTS)?, found))
}

/// The same, of accounts to which something was posted behind an entry: to all others nothing was done that
/// was not looked at before, and what was posted never changes. Together all accounts, by what is kept of each
/// and was posted since, owe what is receivable, by what is kept of the general ledger.
pub fn subledger_since(tx: &mut Tx, since: EntryId) -> Result<Found> {
    let mut found = tx.many(OWED_SINCE, [SHOWN.into(), since.into()], owes_otherwise)?;
    let (owed, totals) = (kept::owed(tx)?, kept::totals(tx, EntryId(i64::MAX))?);
    let gl: Money = totals.iter().filter(|it| it.0 == Gl::Receivable).map(|it| it.1).sum();
    if gl != owed {
        found.push(format!("the receivable is {gl}, and the accounts together owe {owed}"));
    }
    Ok((tx.one(ACCOUNTS_SINCE, [since.into()], |row| row.int(0))?, found))
}

fn owes_otherwise(row: &Row) -> Result<String> {
    let number = row.number(0)?;
    Ok(format!(
        "account {number} does not owe what its bills, settlements, charges and payments come to"
    ))
}

/// What does not hold of the receivable as a whole.
fn receivable(tx: &mut Tx) -> Result<Option<String>> {
    let (gl, owed) = tx.one(RECEIVABLE, [], |row| Ok((row.money(0)?, row.money(1)?)))?;
    let off = || {
        format!(
            "the receivable is {gl}, and bills, settlements and charges less payments are {owed}"
        )
    };
    Ok((gl != owed).then(off))
}

fn count(tx: &mut Tx, sql: Sql) -> Result<i64> {
    tx.one(sql, [], |row| row.int(0))
}

fn faults(tx: &mut Tx, sql: Sql, say: impl FnMut(&Row) -> Result<String>) -> Result<Vec<String>> {
    tx.many(sql, [SHOWN.into()], say)
}

fn differ(row: &Row, one: &str, other: &str) -> Result<String> {
    let (key, says, comes_to) = (row.text(0)?, row.money(1)?, row.money(2)?);
    Ok(format!("{one} {key} says {says}, and {other} {comes_to}"))
}

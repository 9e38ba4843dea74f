//! Agreements of which no day was billed for long, and what they wait for.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountNumber, AgreementId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::place::Commodity;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

// A day before which every day of service should be on a bill.
const COUNT: Sql = Sql("
    select count(*) from agreement g
    where g.from_on < $1 and (g.to_on is null or g.from_on < g.to_on)
      and not exists (
        select 1 from standing_segment s
        where s.agreement_id = g.id and ($1 <= s.to_on or s.to_on = g.to_on))");
const ALL: Sql = Sql("
    select a.number, g.id, p.commodity,
        coalesce((select max(s.to_on) from standing_segment s where s.agreement_id = g.id), g.from_on),
        i.reason, i.detail, o.name
    from agreement g
    join account a on a.id = g.account_id
    join service_point p on p.id = g.service_point_id
    left join run_item i on i.agreement_id = g.id and i.outcome = 'held' and i.window_id = (
        select min(h.window_id) from run_item h
        where h.agreement_id = g.id and h.outcome = 'held')
    left join task t on t.kind = 'held-' || i.reason and t.closed_at is null
      and t.key = case when i.reason = 'earlier-unbilled' then cast(i.agreement_id as text)
        else cast(i.window_id as text) || '/' || cast(i.agreement_id as text) end
    left join staff o on o.id = t.owner_id
    where g.from_on < $1 and (g.to_on is null or g.from_on < g.to_on)
      and not exists (
        select 1 from standing_segment s
        where s.agreement_id = g.id and ($1 <= s.to_on or s.to_on = g.to_on))
    order by 4, a.number, g.id limit $2");

// From the end of the last bill that was dated by the day and stood then, whatever was taken back since: its days
// were in the ledger.
const AT: Sql = Sql("
    select u.id, u.since_on from (
        select g.id, g.to_on,
            coalesce((
                select max(s.to_on) from segment s join bill b on b.id = s.bill_id
                where s.agreement_id = g.id and b.billed_on <= $1
                  and not exists (
                    select 1 from bill_cancelled c join correction k on k.id = c.correction_id
                    where c.bill_id = b.id and k.made_on <= $1)), g.from_on) as since_on
        from agreement g where g.from_on <= $1 and $2 < g.id) as u
    where u.since_on <= $1 and (u.to_on is null or u.since_on < u.to_on)
    order by u.id limit $3");

const COUNT_AT: Sql = Sql("
    select count(*) from (
        select g.to_on,
            coalesce((
                select max(s.to_on) from segment s join bill b on b.id = s.bill_id
                where s.agreement_id = g.id and b.billed_on <= $1
                  and not exists (
                    select 1 from bill_cancelled c join correction k on k.id = c.correction_id
                    where c.bill_id = b.id and k.made_on <= $1)), g.from_on) as since_on
        from agreement g where g.from_on <= $1) as u
    where u.since_on <= $1 and (u.to_on is null or u.since_on < u.to_on)");

const BILLED: Sql = Sql("
    select cast(coalesce(sum(s.total_cents), 0) as bigint), min(s.from_on), max(s.to_on)
    from standing_segment s
    where s.agreement_id = $1 and $2 <= s.from_on and s.to_on <= $3");

/// An agreement that was not billed for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbilled {
    /// Whose.
    pub account: AccountNumber,
    /// Which.
    pub agreement: AgreementId,
    /// What it is for.
    pub commodity: Commodity,
    /// The first day that is on no bill.
    pub since: Date,
    /// The word and the sentence of what its oldest turn waits for; `None` when no run met it.
    pub held: Option<(String, String)>,
    /// Whose task that is.
    pub owner: Option<String>,
}

/// The next agreements behind `after` with days up to the end of `on` that were on no bill then, each
/// with the first of them.
pub fn at(
    tx: &mut Tx,
    on: Date,
    after: AgreementId,
    limit: i64,
) -> Result<Vec<(AgreementId, Date)>> {
    tx.many(AT, [on.into(), after.into(), limit.into()], |row| Ok((row.id(0)?, row.date(1)?)))
}

/// What bills that stand say of exactly these days of an agreement; `None` where they are of others.
pub fn billed(tx: &mut Tx, agreement: AgreementId, days: Period) -> Result<Option<Money>> {
    let values = [agreement.into(), days.start().into(), days.end().into()];
    tx.one(BILLED, values, |row| {
        let of = (row.maybe(1, Row::date)?, row.maybe(2, Row::date)?);
        let exactly = of == (Some(days.start()), Some(days.end()));
        Ok(Some(row.money(0)?).filter(|_| exactly))
    })
}

/// How many there are of these.
pub fn count_at(tx: &mut Tx, on: Date) -> Result<u64> {
    tx.one(COUNT_AT, [on.into()], |row| row.small(0))
}

/// How many agreements have a day before `day` that is on no bill.
pub fn count(tx: &mut Tx, day: Date) -> Result<u64> {
    tx.one(COUNT, [day.into()], |row| row.small(0))
}

/// These agreements, the longest unbilled first, at most so many.
pub fn all(tx: &mut Tx, day: Date, limit: i64) -> Result<Vec<Unbilled>> {
    tx.many(ALL, [day.into(), limit.into()], |row| {
        let reason = row.maybe(4, Row::text)?;
        let detail = row.maybe(5, Row::text)?;
        Ok(Unbilled {
            account: row.number(0)?,
            agreement: row.id(1)?,
            commodity: row.word(2, Commodity::from_word)?,
            since: row.date(3)?,
            held: reason.zip(detail),
            owner: row.maybe(6, Row::text)?,
        })
    })
}

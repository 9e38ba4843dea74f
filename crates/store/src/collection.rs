//! Collections: cases and their steps, and what is stopped.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::credit::collection::Step;
use meterbook_core::id::{AccountId, AccountNumber, AgreementId, OrderId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::person::Language;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const OPEN: Sql = Sql("
    select c.account_id, c.key, c.opened_on, c.oldest_on, c.past_due_cents, c.after_step,
           max(s.nth), max(s.taken_on)
    from collection_case c left join collection_step s on s.key = c.key
    where not exists (select 1 from collection_end e where e.key = c.key)
    group by c.account_id, c.key, c.opened_on, c.oldest_on, c.past_due_cents, c.after_step
    order by c.account_id");
const OF_ACCOUNT: Sql = Sql("
    select c.account_id, c.key, c.opened_on, c.oldest_on, c.past_due_cents, c.after_step,
           max(s.nth), max(s.taken_on), e.ended_on, e.why
    from collection_case c
    left join collection_step s on s.key = c.key
    left join collection_end e on e.key = c.key
    where c.account_id = $1
    group by c.account_id, c.key, c.opened_on, c.oldest_on, c.past_due_cents, c.after_step,
             e.ended_on, e.why
    order by c.opened_on");
// Cases that ended since a day, the newest of each account last.
const ENDED: Sql = Sql("
    select c.account_id, c.oldest_on, coalesce(max(s.nth), c.after_step),
           coalesce(max(s.taken_on), c.opened_on), e.ended_on
    from collection_case c
    join collection_end e on e.key = c.key
    left join collection_step s on s.key = c.key
    where $1 <= e.ended_on
    group by c.key, c.account_id, c.oldest_on, c.after_step, c.opened_on, e.ended_on
    order by c.account_id, e.ended_on");
// What an open case was past due when it was looked at last, and the last step that was taken in it.
const BOARD: Sql = Sql("
    with stands as (
        select a.class, c.past_due_cents as opened_cents,
            (select s.step from collection_step s where s.key = c.key
             order by s.nth desc limit 1) as step,
            (select s.past_due_cents from collection_step s where s.key = c.key
             order by s.nth desc limit 1) as step_cents
        from collection_case c join account a on a.id = c.account_id
        where not exists (select 1 from collection_end e where e.key = c.key))
    select class, step, count(*), cast(sum(coalesce(step_cents, opened_cents)) as bigint)
    from stands group by class, step order by class, step");
const STANDING: Sql = Sql("
    with stands as (
        select a.id, a.number, n.name, a.class, c.oldest_on, c.opened_on, c.past_due_cents as opened_cents,
            (select s.step from collection_step s where s.key = c.key
             order by s.nth desc limit 1) as step,
            (select s.taken_on from collection_step s where s.key = c.key
             order by s.nth desc limit 1) as step_on,
            (select s.past_due_cents from collection_step s where s.key = c.key
             order by s.nth desc limit 1) as step_cents
        from collection_case c join account a on a.id = c.account_id
        join person n on n.id = a.person_id
        where not exists (select 1 from collection_end e where e.key = c.key))
    select number, name, class, oldest_on, opened_on, coalesce(step_cents, opened_cents), step, step_on,
           id
    from stands
    where ($1 = '' or class = $1) and ($2 = '' or coalesce(step, 'none') = $2)
    order by oldest_on, number limit $3");
const CASES: Rows =
    Rows("collection_case (key, account_id, opened_on, oldest_on, past_due_cents, after_step)");
const STEPS: Rows = Rows("collection_step (key, nth, step, taken_on, past_due_cents)");
const ENDS: Rows = Rows("collection_end (key, ended_on, why)");
const STEPS_OF: Sql = Sql("
    select nth, step, taken_on, past_due_cents from collection_step where key = $1 order by nth");
const TAKEN: Sql = Sql("
    select a.id, a.number, s.step, s.taken_on, s.past_due_cents
    from collection_step s
    join collection_case c on c.key = s.key
    join account a on a.id = c.account_id
    where s.taken_on = $1 and s.step = $2 order by a.number");
const COUNTED: Sql = Sql("
    select step, count(*) from collection_step where taken_on = $1 group by step order by step");
const CUT: Sql = Sql("insert into collection_cut (order_id, key, nth) values ($1, $2, $3)");
const VISIT: Sql = Sql("insert into collection_visit (order_id, key, nth) values ($1, $2, $3)");
const VISITS: Sql =
    Sql("select order_id, nth from collection_visit where key = $1 order by order_id");
const VISITS_FOR_NOTHING: Sql = Sql("
    select v.order_id from collection_visit v
    join open_order o on o.order_id = v.order_id
    join collection_end e on e.key = v.key order by v.order_id");
const CASE_OF_CUT: Sql = Sql("
    select k.key from collection_cut k
    where k.order_id = $1
      and not exists (select 1 from collection_end e where e.key = k.key)
      and not exists (
        select 1 from collection_cut o join order_step s on s.order_id = o.order_id
        where o.key = k.key and s.step = 'complete')");
const CUT_OPEN: Sql = Sql("
    select count(*) from collection_case c
    join collection_cut k on k.key = c.key
    join open_order o on o.order_id = k.order_id
    where c.account_id = $1");
// Open cases of which cuts were ordered and all of them were called off.
const CUTS_CALLED_OFF: Sql = Sql("
    select c.key from collection_case c
    where not exists (select 1 from collection_end e where e.key = c.key)
      and exists (select 1 from collection_cut k where k.key = c.key)
      and not exists (
        select 1 from collection_cut k
        where k.key = c.key and not exists (
            select 1 from order_step s
            where s.order_id = k.order_id and s.step = 'cancel'
              and not exists (select 1 from order_step n
                              where n.order_id = s.order_id and s.position < n.position)))
    order by c.key");
// Steps of open cases that somebody is to call about.
const CALLS: Sql = Sql("
    select a.id, c.key, s.nth, s.past_due_cents, c.oldest_on, n.name, n.language,
        (select min(t.value) from contact t where t.id = (
            select max(m.id) from contact m where m.person_id = n.id and m.kind = 'phone')),
        (select b.step from collection_step b where b.key = s.key and b.nth < s.nth
         order by b.nth desc limit 1),
        (select max(b.taken_on) from collection_step b where b.key = s.key and b.nth < s.nth)
    from collection_step s
    join collection_case c on c.key = s.key
    join account a on a.id = c.account_id
    join person n on n.id = a.person_id
    where s.step = 'call' and ($1 = '' or s.key = $1)
      and not exists (select 1 from collection_end e where e.key = c.key)
    order by a.id, s.nth");
const SERVED: Sql = Sql("
    select id, service_point_id from agreement
    where account_id = $1 and from_on <= $2 and (to_on is null or $2 < to_on) order by id");
const FLOWING: (Sql, Sql) = among_ids!(
    "select distinct g.account_id from agreement g
     where g.from_on <= $2 and (g.to_on is null or $2 < g.to_on)
       and coalesce((
         select n.state from connection n
         where n.service_point_id = g.service_point_id and n.from_on <= $2
         order by n.from_on desc, n.id desc limit 1), '') <> 'disconnected'
       and g.account_id",
    "order by g.account_id"
);
const SWITCH: Sql = Sql("
    insert into collection_switch (what, nth, stopped, at, why)
    values ($1, (select count(*) + 1 from collection_switch where what = $1), $2, $3, $4)");
const SWITCHED: Sql = Sql("
    select stopped, why from collection_switch where what = $1 order by nth desc limit 1");
const COUNT: Sql = Sql("select count(*) from collection_case");
const TWO: Sql = Sql("
    select a.number, count(*) from collection_case c
    join account a on a.id = c.account_id
    where not exists (select 1 from collection_end e where e.key = c.key)
    group by a.id, a.number having 1 < count(*) order by a.id limit 100");
const OUT_OF_ORDER: Sql = Sql("
    select a.number, s.nth from collection_step s
    join collection_case c on c.key = s.key
    join account a on a.id = c.account_id
    left join collection_end e on e.key = c.key
    where s.nth <= c.after_step or s.taken_on < c.opened_on or e.ended_on < s.taken_on
       or exists (select 1 from collection_step o
                  where o.key = s.key and o.nth < s.nth and s.taken_on < o.taken_on)
    order by a.id, s.nth limit 100");

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The natural key: an account has one of a day.
    pub key: String,
    /// Whose.
    pub account: AccountId,
    /// The day.
    pub opened: Date,
    /// The day on which the oldest of what is owed was due.
    pub oldest: Date,
    /// What was past due.
    pub past_due: Money,
    /// The step after which it goes on; 0 where it began anew.
    pub after: i64,
    /// The last step that was taken in it, and the day.
    pub last: Option<(i64, Date)>,
    /// The first day without it, and why.
    pub ended: Option<(Date, String)>,
}

/// A step as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Of which case.
    pub key: String,
    /// Which, from 1.
    pub nth: i64,
    /// What.
    pub step: Step,
    /// The day.
    pub on: Date,
    /// What was past due.
    pub past_due: Money,
}

/// A step of an account, as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose, inside.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// What.
    pub step: Step,
    /// The day.
    pub on: Date,
    /// What was past due.
    pub past_due: Money,
}

/// Open cases of one class whose last step is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The class.
    pub class: CustomerClass,
    /// The last step; none was taken yet without it.
    pub step: Option<Step>,
    /// How many.
    pub count: i64,
    /// What was past due when each was looked at last.
    pub past_due: Money,
}

/// An open case, as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose, inside.
    pub account: AccountId,
    /// The account's number.
    pub number: AccountNumber,
    /// Whose it is.
    pub name: String,
    /// Its class.
    pub class: CustomerClass,
    /// The day on which the oldest of what is owed was due.
    pub oldest: Date,
    /// The day on which it opened.
    pub opened: Date,
    /// What was past due when it was looked at last.
    pub past_due: Money,
    /// The last step and its day, where one was taken.
    pub last: Option<(Step, Date)>,
}

/// How far an earlier case of an account came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The day on which the oldest of what was owed was due.
    pub oldest: Date,
    /// The last step, and the day.
    pub last: Option<(i64, Date)>,
    /// The first day without it.
    pub ended: Date,
}

/// Shows every case that did not end to `take`, by account.
pub fn open(tx: &mut Tx, mut take: impl FnMut(Case)) -> Result<()> {
    tx.each(OPEN, [], |row| {
        take(case(row)?);
        Ok(())
    })
}

/// The cases of an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Case>> {
    tx.many(OF_ACCOUNT, [account.into()], |row| {
        let (on, why) = (row.maybe(8, Row::date)?, row.maybe(9, Row::text)?);
        Ok(Case { ended: on.zip(why), ..case(row)? })
    })
}

/// Shows how far each case came that ended on a day or later to `take`; the last of an account last.
pub fn ended(tx: &mut Tx, since: Date, mut take: impl FnMut(AccountId, Earlier)) -> Result<()> {
    tx.each(ENDED, [since.into()], |row| {
        let last = (row.int(2)?, row.date(3)?);
        let last = Some(last).filter(|it| 0 < it.0);
        take(row.id(0)?, Earlier { oldest: row.date(1)?, last, ended: row.date(4)? });
        Ok(())
    })
}

/// Keeps cases. The database refuses a second one of an account on a day.
pub fn add(tx: &mut Tx, cases: &[Case]) -> Result<()> {
    tx.bulk(
        CASES,
        cases.iter().map(|it| {
            [
                V::from(&it.key),
                it.account.into(),
                it.opened.into(),
                it.oldest.into(),
                it.past_due.into(),
                it.after.into(),
            ]
        }),
    )
}

/// Keeps steps. The database refuses the same of a case twice.
pub fn take(tx: &mut Tx, steps: &[Taken]) -> Result<()> {
    tx.bulk(
        STEPS,
        steps.iter().map(|it| {
            [
                V::from(&it.key),
                it.nth.into(),
                it.step.word().into(),
                it.on.into(),
                it.past_due.into(),
            ]
        }),
    )
}

/// Ends cases, each with why. The database refuses a second time.
pub fn end(tx: &mut Tx, cases: &[(String, &str)], on: Date) -> Result<()> {
    tx.bulk(ENDS, cases.iter().map(|(key, why)| [V::from(key), on.into(), (*why).into()]))
}

/// The open case of which an order is the cut, where nobody was cut off by another order of it.
pub fn case_of_cut(tx: &mut Tx, order: OrderId) -> Result<Option<String>> {
    tx.maybe(CASE_OF_CUT, [order.into()], |row| row.text(0))
}

/// The steps of a case, in order.
pub fn steps(tx: &mut Tx, key: &str) -> Result<Vec<Taken>> {
    tx.many(STEPS_OF, [key.into()], |row| {
        Ok(Taken {
            key: key.to_owned(),
            nth: row.int(0)?,
            step: row.word(1, Step::from_word)?,
            on: row.date(2)?,
            past_due: row.money(3)?,
        })
    })
}

/// How many open cases stand where, by class and last step.
pub fn board(tx: &mut Tx) -> Result<Vec<Stage>> {
    tx.many(BOARD, [], |row| {
        Ok(Stage {
            class: row.word(0, CustomerClass::from_word)?,
            step: row.maybe(1, |row, at| row.word(at, Step::from_word))?,
            count: row.int(2)?,
            past_due: row.money(3)?,
        })
    })
}

/// Open cases, those that are late the longest first; of one class and with one last step where these are
/// said, `none` for those without any.
pub fn standing(tx: &mut Tx, class: &str, step: &str, most: i64) -> Result<Vec<Standing>> {
    tx.many(STANDING, [class.into(), step.into(), most.into()], |row| {
        let step = row.maybe(6, |row, at| row.word(at, Step::from_word))?;
        Ok(Standing {
            number: row.number(0)?,
            name: row.text(1)?,
            class: row.word(2, CustomerClass::from_word)?,
            oldest: row.date(3)?,
            opened: row.date(4)?,
            past_due: row.money(5)?,
            last: step.zip(row.maybe(7, Row::date)?),
            account: row.id(8)?,
        })
    })
}

/// The steps of one kind that were taken on a day, by account number.
pub fn taken(tx: &mut Tx, on: Date, step: Step) -> Result<Vec<Listed>> {
    tx.many(TAKEN, [on.into(), step.word().into()], |row| {
        Ok(Listed {
            account: row.id(0)?,
            number: row.number(1)?,
            step: row.word(2, Step::from_word)?,
            on: row.date(3)?,
            past_due: row.money(4)?,
        })
    })
}

/// How many steps of each kind were taken on a day.
pub fn counted(tx: &mut Tx, on: Date) -> Result<BTreeMap<Step, usize>> {
    let all = tx.many(COUNTED, [on.into()], |row| {
        Ok((row.word(0, Step::from_word)?, usize::try_from(row.int(1)?)?))
    })?;
    Ok(all.into_iter().collect())
}

/// Keeps which order a cut is.
pub fn cut(tx: &mut Tx, order: OrderId, key: &str, nth: i64) -> Result<()> {
    tx.exec(CUT, [order.into(), key.into(), nth.into()]).map(|_| ())
}

/// Keeps which order a visit is.
pub fn visit(tx: &mut Tx, order: OrderId, key: &str, nth: i64) -> Result<()> {
    tx.exec(VISIT, [order.into(), key.into(), nth.into()]).map(|_| ())
}

/// The visits of a case, each with the number of its step.
pub fn visits(tx: &mut Tx, key: &str) -> Result<Vec<(OrderId, i64)>> {
    tx.many(VISITS, [key.into()], |row| Ok((row.id(0)?, row.int(1)?)))
}

/// Open visits of cases that ended.
pub fn visits_for_nothing(tx: &mut Tx) -> Result<Vec<OrderId>> {
    tx.many(VISITS_FOR_NOTHING, [], |row| row.id(0))
}

/// Whether a cut of an account is ordered and neither done nor called off.
pub fn is_cut_open(tx: &mut Tx, account: AccountId) -> Result<bool> {
    Ok(tx.one(CUT_OPEN, [account.into()], |row| row.int(0))? != 0)
}

/// The keys of open cases in which cuts were ordered and all of them were called off.
pub fn cuts_called_off(tx: &mut Tx) -> Result<Vec<String>> {
    tx.many(CUTS_CALLED_OFF, [], |row| row.text(0))
}

/// A call that somebody is to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of which account.
    pub account: AccountId,
    /// Of which case.
    pub key: String,
    /// The number of the step, from 1.
    pub nth: i64,
    /// What was past due.
    pub past_due: Money,
    /// The day on which the oldest of it was due when the case opened.
    pub oldest: Date,
    /// Who is called.
    pub name: String,
    /// In which language.
    pub language: Language,
    /// Where, if anybody knows.
    pub phone: Option<String>,
    /// The step before it and its day.
    pub before: Option<(Step, Date)>,
}

/// The calls of open cases, or those of one.
pub fn calls(tx: &mut Tx, key: &str) -> Result<Vec<Call>> {
    tx.many(CALLS, [key.into()], |row| {
        let step = row.maybe(8, |row, at| row.word(at, Step::from_word))?;
        Ok(Call {
            account: row.id(0)?,
            key: row.text(1)?,
            nth: row.int(2)?,
            past_due: row.money(3)?,
            oldest: row.date(4)?,
            name: row.text(5)?,
            language: row.word(6, Language::from_word)?,
            phone: row.maybe(7, Row::text)?,
            before: step.zip(row.maybe(9, Row::date)?),
        })
    })
}

/// What an account takes on a day: by which agreement, where.
pub fn served(
    tx: &mut Tx,
    account: AccountId,
    on: Date,
) -> Result<Vec<(AgreementId, ServicePointId)>> {
    tx.many(SERVED, [account.into(), on.into()], |row| Ok((row.id(0)?, row.id(1)?)))
}

/// Which of these accounts take anything on a day that could be cut off.
pub fn flowing(tx: &mut Tx, accounts: &[AccountId], on: Date) -> Result<HashSet<AccountId>> {
    let sql = tx.either(FLOWING.0, FLOWING.1);
    let all =
        tx.many(sql, [list_of(accounts.iter().copied()).into(), on.into()], |row| row.id(0))?;
    Ok(all.into_iter().collect())
}

/// Keeps that `notices` or `cuts` are stopped, or go on.
pub fn switch(tx: &mut Tx, what: &str, stopped: bool, at: Timestamp, why: &str) -> Result<()> {
    tx.exec(SWITCH, [what.into(), stopped.into(), at.into(), why.into()]).map(|_| ())
}

/// Why `notices` or `cuts` are stopped, if they are.
pub fn stopped(tx: &mut Tx, what: &str) -> Result<Option<String>> {
    let last = tx.maybe(SWITCHED, [what.into()], |row| Ok((row.int(0)? != 0, row.text(1)?)))?;
    Ok(last.filter(|it| it.0).map(|it| it.1))
}

/// An account has one case at a time, and its steps follow each other while it is open.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(TWO, [], |row| {
        Ok(format!("account {} has {} cases at once", row.number(0)?, row.int(1)?))
    })?;
    found.extend(tx.many(OUT_OF_ORDER, [], |row| {
        Ok(format!("step {} of account {} is out of order", row.int(1)?, row.number(0)?))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn case(row: &Row) -> Result<Case> {
    let (nth, on) = (row.maybe(6, Row::int)?, row.maybe(7, Row::date)?);
    Ok(Case {
        account: row.id(0)?,
        key: row.text(1)?,
        opened: row.date(2)?,
        oldest: row.date(3)?,
        past_due: row.money(4)?,
        after: row.int(5)?,
        last: nth.zip(on),
        ended: None,
    })
}

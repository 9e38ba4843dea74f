//! Tasks: the queue, what happened to each, and who works on it.

pub mod cause;

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::id::{AccountNumber, PremiseId, TaskId, UserId};
use meterbook_core::task::{Happened, Priority, Resolution, Step, Task, TaskKind};

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::{Row, V};

// An update that changes nothing takes the lock of the row on PostgreSQL; the row is always there.
const HOLD_LOOKS: Sql = Sql("update task_look set looked_at = looked_at where looked_on = ''");
// The same row says since when somebody looks.
const BEGIN_LOOK: Sql = Sql("
    update task_look set looked_at = $1 where looked_on = '' and looked_at <= $2");
const END_LOOK: Sql = Sql("update task_look set looked_at = 0 where looked_on = ''");
const LOOKED: Sql = Sql("select looked_at from task_look where looked_on = $1");
const LOOK: Sql = Sql("
    insert into task_look (looked_on, looked_at) values ($1, $2)
    on conflict (looked_on) do update set looked_at = excluded.looked_at");
const ADD: Sql = Sql("
    insert into task
        (id, kind, key, evidence, priority, due_on, wakes_on, owner_id, raised_at, closed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
const ADD_ABOUT: Sql =
    Sql("insert into task_about (task_id, kind, subject_id) values ($1, $2, $3)");
const GET: Sql = Sql("
    select id, kind, key, evidence, priority, due_on, wakes_on, owner_id, raised_at, closed_at
    from task where id = $1");
const BY_CAUSE: Sql = Sql("
    select id, kind, key, evidence, priority, due_on, wakes_on, owner_id, raised_at, closed_at
    from task where kind = $1 and key = $2");
// An update that changes nothing takes the lock of the row on PostgreSQL.
const LOCK: Sql = Sql("
    update task set key = key where id = $1
    returning id, kind, key, evidence, priority, due_on, wakes_on, owner_id, raised_at, closed_at");
const OPEN_OF: Sql = Sql("
    select id, kind, key, evidence, priority, due_on, wakes_on, owner_id, raised_at, closed_at
    from task where closed_at is null and kind = $1 order by id");
const CHANGE: Sql = Sql("
    update task set evidence = $2, due_on = $3, wakes_on = $4, owner_id = $5, closed_at = $6
    where id = $1");
const ABOUT: Sql =
    Sql("select kind, subject_id from task_about where task_id = $1 order by kind, subject_id");
const ADD_STEP: Sql = Sql("
    insert into task_step (task_id, position, step, resolution, staff_id, done_at, said)
    select $1, coalesce(max(position), 0) + 1, $2, $3, $4, $5, $6 from task_step where task_id = $1");
const STEPS: Sql = Sql("
    select step, resolution, staff_id, done_at, said
    from task_step where task_id = $1 order by position");
const QUEUE: Sql = Sql("
    select t.id, t.kind, t.key, t.evidence, t.priority, t.due_on, t.wakes_on, t.owner_id,
        t.raised_at, t.closed_at, a.number, p.name, m.street, o.name, h.name, l.until_at, m.id
    from task t
    left join account a on a.id = (
        select min(x.subject_id) from task_about x where x.task_id = t.id and x.kind = 'account')
    left join person p on p.id = a.person_id
    left join premise m on m.id = (
        select min(x.subject_id) from task_about x where x.task_id = t.id and x.kind = 'premise')
    left join staff o on o.id = t.owner_id
    left join task_lock l on l.task_id = t.id and $2 < l.until_at
    left join staff h on h.id = l.staff_id
    where t.closed_at is null and (t.wakes_on is null or t.wakes_on <= $1)
      and (t.kind = $3 or $3 = '') and (t.owner_id = $4 or $4 = 0)
    order by t.priority, t.due_on, t.id limit $5");
const COUNTS: Sql = Sql("
    select kind, count(*), min(due_on) from task
    where closed_at is null and (wakes_on is null or wakes_on <= $1)
    group by kind order by min(priority), min(due_on), kind");
const OF_SUBJECT: Sql = Sql("
    select t.id, t.kind, t.key, t.evidence, t.priority, t.due_on, t.wakes_on, t.owner_id,
        t.raised_at, t.closed_at
    from task t join task_about x on x.task_id = t.id
    where x.kind = $1 and x.subject_id = $2
    order by t.id desc limit $3");
const LAST_CLOSED_BY: Sql = Sql("
    select t.id from task t
    where t.id = (
        select s.task_id from task_step s
        where s.staff_id = $1 and s.step in ('resolved', 'put-off')
          and s.position = (select max(x.position) from task_step x where x.task_id = s.task_id)
        order by s.done_at desc, s.task_id desc limit 1)");
const HOLDER: Sql = Sql("
    select l.staff_id, s.name, l.until_at from task_lock l join staff s on s.id = l.staff_id
    where l.task_id = $1 and $2 < l.until_at");
const TAKE: Sql = Sql(
    "
    insert into task_lock (task_id, staff_id, until_at) values ($1, $2, $3)
    on conflict (task_id) do update set staff_id = excluded.staff_id, until_at = excluded.until_at",
);
const RELEASE: Sql = Sql("delete from task_lock where task_id = $1");

/// A task as the queue shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The task.
    pub task: Task,
    /// The number of the account it is about, if it is about one.
    pub account: Option<AccountNumber>,
    /// Whose account.
    pub name: String,
    /// The premise it is about, if it is about one.
    pub premise: Option<PremiseId>,
    /// Its street.
    pub street: String,
    /// The name of the member of staff whose it is.
    pub owner: Option<String>,
    /// Who works on it now.
    pub holder: Option<Holder>,
}

/// Somebody who works on a task, and until when nobody else does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Their name.
    pub name: String,
    /// Until when.
    pub until: Timestamp,
}

/// Open tasks of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which kind.
    pub kind: TaskKind,
    /// How many.
    pub count: i64,
    /// The earliest day on which one of them is due.
    pub due: Date,
}

/// What to show of the queue.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Only tasks of this kind.
    pub kind: Option<TaskKind>,
    /// Only tasks of this member of staff.
    pub owner: Option<UserId>,
}

/// Lets nobody else look over the record until this transaction ends.
pub fn hold_looks(tx: &mut Tx) -> Result<()> {
    tx.exec(HOLD_LOOKS, []).map(|_| ())
}

/// Begins to look over the record, unless somebody else began after `before` and did not end; says
/// whether it did.
pub fn begin_look(tx: &mut Tx, at: Timestamp, before: Timestamp) -> Result<bool> {
    Ok(tx.exec(BEGIN_LOOK, [at.into(), before.into()])? == 1)
}

/// Nobody looks over the record any more.
pub fn end_look(tx: &mut Tx) -> Result<()> {
    tx.exec(END_LOOK, []).map(|_| ())
}

/// When the record was last looked over on a day.
pub fn looked(tx: &mut Tx, on: Date) -> Result<Option<Timestamp>> {
    tx.maybe(LOOKED, [on.into()], |row| row.instant(0))
}

/// Writes down that the record is looked over.
pub fn look(tx: &mut Tx, on: Date, at: Timestamp) -> Result<()> {
    tx.exec(LOOK, [on.into(), at.into()]).map(|_| ())
}

/// Keeps a task and what it is about.
pub fn add(tx: &mut Tx, task: &Task, about: &[About]) -> Result<()> {
    let values = [
        task.id.into(),
        task.kind.word().into(),
        V::from(&task.key),
        V::from(&task.evidence),
        rank(task.priority).into(),
        task.due.into(),
        task.wakes.into(),
        task.owner.into(),
        task.raised.into(),
        task.closed.into(),
    ];
    tx.exec(ADD, values)?;
    for it in about {
        tx.exec(ADD_ABOUT, [task.id.into(), it.word().into(), it.id().into()])?;
    }
    Ok(())
}

/// One task.
pub fn get(tx: &mut Tx, id: TaskId) -> Result<Task> {
    tx.maybe(GET, [id.into()], task)?.ok_or_else(|| missing("task", id))
}

/// The task, held until this transaction ends: nobody else changes it.
pub fn lock(tx: &mut Tx, id: TaskId) -> Result<Task> {
    tx.maybe(LOCK, [id.into()], task)?.ok_or_else(|| missing("task", id))
}

/// The task that a cause raised, if it raised one.
pub fn by_cause(tx: &mut Tx, kind: TaskKind, key: &str) -> Result<Option<Task>> {
    tx.maybe(BY_CAUSE, [kind.word().into(), key.into()], task)
}

/// The open tasks of a kind, those that were put off too.
pub fn open_of(tx: &mut Tx, kind: TaskKind) -> Result<Vec<Task>> {
    tx.many(OPEN_OF, [kind.word().into()], task)
}

/// Keeps what may change of a task.
pub fn change(tx: &mut Tx, task: &Task) -> Result<()> {
    let values = [
        task.id.into(),
        V::from(&task.evidence),
        task.due.into(),
        task.wakes.into(),
        task.owner.into(),
        task.closed.into(),
    ];
    tx.exec(CHANGE, values).map(|_| ())
}

/// What a task is about.
pub fn about(tx: &mut Tx, id: TaskId) -> Result<Vec<About>> {
    tx.many(ABOUT, [id.into()], |row| crate::about::read(row, 0))
}

/// Writes down what happened to a task.
pub fn add_step(tx: &mut Tx, id: TaskId, happened: &Happened) -> Result<()> {
    let Happened { step, resolution, by, at, said } = happened;
    let values = [
        id.into(),
        step.word().into(),
        resolution.map(Resolution::word).into(),
        (*by).into(),
        (*at).into(),
        said.into(),
    ];
    tx.exec(ADD_STEP, values).map(|_| ())
}

/// What happened to a task, in order.
pub fn steps(tx: &mut Tx, id: TaskId) -> Result<Vec<Happened>> {
    tx.many(STEPS, [id.into()], |row| {
        Ok(Happened {
            step: row.word(0, Step::from_word)?,
            resolution: row.maybe(1, |row, at| row.word(at, Resolution::from_word))?,
            by: row.maybe(2, Row::id)?,
            at: row.instant(3)?,
            said: row.text(4)?,
        })
    })
}

/// The open tasks that are awake on `today`, what presses most first.
pub fn queue(
    tx: &mut Tx,
    wanted: Wanted,
    (today, now): (Date, Timestamp),
    limit: i64,
) -> Result<Vec<Queued>> {
    let kind = wanted.kind.map_or("", TaskKind::word);
    let owner = wanted.owner.map_or(0, |it| it.0);
    let asked = [today.into(), now.into(), kind.into(), owner.into(), limit.into()];
    tx.many(QUEUE, asked, |row| {
        let until = row.maybe(15, Row::instant)?;
        Ok(Queued {
            task: task(row)?,
            account: row.maybe(10, Row::number)?,
            name: row.maybe(11, Row::text)?.unwrap_or_default(),
            premise: row.maybe(16, Row::id)?,
            street: row.maybe(12, Row::text)?.unwrap_or_default(),
            owner: row.maybe(13, Row::text)?,
            holder: row
                .maybe(14, Row::text)?
                .zip(until)
                .map(|(name, until)| Holder { name, until }),
        })
    })
}

/// How many open tasks there are of each kind that are awake on `today`.
pub fn counts(tx: &mut Tx, today: Date) -> Result<Vec<Count>> {
    tx.many(COUNTS, [today.into()], |row| {
        Ok(Count { kind: row.word(0, TaskKind::from_word)?, count: row.int(1)?, due: row.date(2)? })
    })
}

/// The newest tasks about one thing, open and closed.
pub fn of_subject(tx: &mut Tx, about: About, limit: i64) -> Result<Vec<Task>> {
    tx.many(OF_SUBJECT, [about.word().into(), about.id().into(), limit.into()], task)
}

/// The task that this member of staff closed or put off last, if nothing happened to it since.
pub fn last_closed_by(tx: &mut Tx, by: UserId) -> Result<Option<TaskId>> {
    tx.maybe(LAST_CLOSED_BY, [by.into()], |row| row.id(0))
}

/// Who works on a task at this instant.
pub fn holder(tx: &mut Tx, id: TaskId, now: Timestamp) -> Result<Option<(UserId, Holder)>> {
    tx.maybe(HOLDER, [id.into(), now.into()], |row| {
        Ok((row.id(0)?, Holder { name: row.text(1)?, until: row.instant(2)? }))
    })
}

/// Gives a task to whoever works on it until then.
pub fn take(tx: &mut Tx, id: TaskId, by: UserId, until: Timestamp) -> Result<()> {
    tx.exec(TAKE, [id.into(), by.into(), until.into()]).map(|_| ())
}

/// Nobody works on it any more.
pub fn release(tx: &mut Tx, id: TaskId) -> Result<()> {
    tx.exec(RELEASE, [id.into()]).map(|_| ())
}

/// What presses more sorts first.
fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::High => 1,
        Priority::Usual => 2,
        Priority::Low => 3,
    }
}

fn task(row: &Row) -> Result<Task> {
    let priority = match row.int(4)? {
        1 => Priority::High,
        2 => Priority::Usual,
        3 => Priority::Low,
        other => return Err(anyhow!("{other} is no priority")),
    };
    Ok(Task {
        id: row.id(0)?,
        kind: row.word(1, TaskKind::from_word)?,
        key: row.text(2)?,
        evidence: row.text(3)?,
        priority,
        due: row.date(5)?,
        wakes: row.maybe(6, Row::date)?,
        owner: row.maybe(7, Row::id)?,
        raised: row.instant(8)?,
        closed: row.maybe(9, Row::instant)?,
    })
}

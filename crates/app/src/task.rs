//! Tasks: raising, taking, resolving and taking back what needs a person.
//!
//! A look over the record ([`scan`]) raises a task for each cause it finds and closes those whose
//! cause went. A clerk takes one, resolves it in one of the ways its kind offers, and may undo it
//! where the business allows it.

mod refusal;
pub mod scan;

use anyhow::{Context, Result};
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use meterbook_core::about::About;
use meterbook_core::account::Cycle;
use meterbook_core::id::{AccountId, ExceptionId, OrderId, PersonId, TaskId, UserId, WindowId};
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::order::OrderKind;
use meterbook_core::period::Period;
use meterbook_core::permission::Permission;
use meterbook_core::task::{Cause, Found, Happened, Resolution, Step, Task, TaskKind, found};
use meterbook_store::{self as store, Counter, Db, Tx};

pub use refusal::TaskRefusal;

use crate::authority::authorize;
use crate::bill_run::{self, NotRun, Until, Which};
use crate::order::{self, NewOrder, Where};
use crate::window::{self, NewWindow};
use crate::{Actor, Refused, hold, interaction, merge, protection, refuse};

/// How long a task is somebody's who took it and did nothing more.
const HOLD: SignedDuration = SignedDuration::from_mins(15);
/// Days that a task which is put off stays away.
const AWAY: i64 = 3;
/// Characters in what is said of a task.
const LONGEST: usize = 4_000;

/// How a resolution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// The task is closed.
    Closed,
    /// It left the queue for some days.
    PutOff {
        /// The day on which it is back.
        until: Date,
    },
    /// It was done, but what caused the task is still there.
    StillThere {
        /// What is seen now.
        evidence: String,
    },
}

/// Raises a task for a cause, or brings the one there is up to date, and says what it was.
pub fn raise(tx: &mut Tx, actor: Actor, cause: &Cause) -> Result<(TaskId, Found)> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    let Some(task) = store::task::by_cause(tx, cause.kind, &cause.key)? else {
        let id = add(tx, actor, cause, None)?;
        return Ok((id, Found::Again));
    };
    let found = seen(tx, &task, cause)?;
    let id = task.id;
    let now = Task { evidence: cause.evidence.clone(), ..task };
    match found {
        Found::Known => {}
        // Its day stays: a cause that grows is no reason for more time.
        Found::Reads => store::task::change(tx, &now)?,
        Found::Again => {
            let again = Task { due: cause.due, closed: None, wakes: None, ..now };
            store::task::change(tx, &again)?;
            happened(tx, actor, id, Step::FoundAgain, None, &cause.evidence)?;
        }
    }
    Ok((id, found))
}

/// What a cause that is seen is to its task.
fn seen(tx: &mut Tx, task: &Task, cause: &Cause) -> Result<Found> {
    let resolved = store::task::steps(tx, task.id)?.last().and_then(|it| it.resolution);
    Ok(found(task, resolved, cause))
}

/// A task that a member of staff makes on a day of their own: it comes into the queue then.
pub fn remind(tx: &mut Tx, actor: Actor, about: &[About], on: Date, text: &str) -> Result<TaskId> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    let text = said(text)?;
    let today = today(tx, actor)?;
    if on < today {
        return Err(refuse(TaskRefusal::DayIsOver { on, today }));
    }
    interaction::there(tx, about)?;
    let mut cause = by_hand(tx, TaskKind::Reminder, text, on)?;
    cause.about = about.to_vec();
    let id = add(tx, actor, &cause, Some(on))?;
    audit(tx, actor, "set reminder", id, &format!("on {on}"))?;
    Ok(id)
}

/// Opens a case: what the customer said is kept as a contact, and a task has to be answered by the
/// day that its kind allows.
pub fn open_case(
    tx: &mut Tx,
    actor: Actor,
    (account, channel): (AccountId, InteractionChannel),
    kind: TaskKind,
    about: &[About],
    text: &str,
) -> Result<TaskId> {
    let allowed = authorize(tx, actor, Permission::ResolveTasks, None)?;
    if !CASES.contains(&kind) {
        return Err(refuse(TaskRefusal::NoCase { kind }));
    }
    store::account::lock(tx, &[account])?;
    let contact = interaction::note_about(tx, actor, account, channel, about, text)?;
    if kind == TaskKind::Dispute {
        theirs(tx, actor, account, about)?;
    }
    let due = today(tx, actor)?.checked_add(kind.days().days())?;
    let mut cause = by_hand(tx, kind, text.trim().to_owned(), due)?;
    cause.about = vec![About::Account(account), About::Interaction(contact)];
    cause.about.extend(about.iter().filter(|it| **it != About::Account(account)));
    let id = add(tx, actor, &cause, None)?;
    audit(tx, actor, "open case", id, &format!("{kind}, due {due}"))?;
    protection::after_fact(tx, &allowed, &[account])?;
    Ok(id)
}

/// Refuses a dispute of what is another account's: it would shield this one for that one's bill. Who sums
/// another account up may dispute what is on its summary.
fn theirs(tx: &mut Tx, actor: Actor, account: AccountId, about: &[About]) -> Result<()> {
    let today = today(tx, actor)?;
    for it in about {
        let Some(of) = crate::about::whose(tx, *it)?.filter(|of| *of != account) else { continue };
        let by = crate::summary::summed_up_by(tx, of, today)?;
        if by.is_none_or(|by| by.id != account) {
            let whose = store::account::get(tx, of)?.number;
            let name = store::about::name(tx, *it)?.unwrap_or_default();
            let what = it.word();
            return Err(refuse(TaskRefusal::OfAnother { what, name, whose }));
        }
    }
    Ok(())
}

/// The kinds of tasks that are cases of a customer.
pub const CASES: [TaskKind; 3] = [TaskKind::Complaint, TaskKind::Dispute, TaskKind::Inquiry];

/// Gives a task to whoever acts: for some minutes nobody else resolves it.
pub fn take(tx: &mut Tx, actor: Actor, id: TaskId) -> Result<()> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    open(tx, actor, id)?;
    if let Some(by) = actor.by {
        store::task::take(tx, id, by, actor.at.checked_add(HOLD)?)?;
    }
    Ok(())
}

/// Gives a task back before its minutes are over.
pub fn give_back(tx: &mut Tx, actor: Actor, id: TaskId) -> Result<()> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    open(tx, actor, id)?;
    store::task::release(tx, id)
}

/// Makes a task somebody's, or nobody's.
pub fn assign(tx: &mut Tx, actor: Actor, id: TaskId, owner: Option<&str>) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::ResolveTasks, None)?;
    let task = open(tx, actor, id)?;
    let owner = match owner {
        Some(name) => match store::staff::by_name(tx, name)? {
            Some(member) => Some(member),
            None => return Err(refuse(TaskRefusal::NoSuchStaff { name: name.to_owned() })),
        },
        None => None,
    };
    let name = owner.as_ref().map_or("nobody", |it| it.name.as_str()).to_owned();
    let was = match task.owner {
        Some(owner) => store::staff::name(tx, owner)?,
        None => "nobody".to_owned(),
    };
    store::task::change(tx, &Task { owner: owner.map(|it| it.id), ..task })?;
    happened(tx, actor, id, Step::Assigned, None, &name)?;
    store::audit::turn(tx, &allowed, "assign task", &id.to_string(), &name, (&was, &name))
}

/// Resolves a task in one of the ways its kind offers.
pub fn resolve(db: &Db, actor: Actor, id: TaskId, how: Resolution, why: &str) -> Result<Resolved> {
    let (task, why) = db.write(|tx| {
        authorize(tx, actor, Permission::ResolveTasks, None)?;
        let task = open(tx, actor, id)?;
        if !task.kind.resolutions().contains(&how) {
            return Err(refuse(TaskRefusal::NotOffered { kind: task.kind, how }));
        }
        let why = if task.kind.needs_words(how) || !why.trim().is_empty() {
            said(why).map_err(|_| refuse(TaskRefusal::SayWhy { how }))?
        } else {
            String::new()
        };
        if may_bill(how) && task.kind.is_hold() {
            // Billing has transactions of its own; until it is done nobody else begins.
            if let Some(by) = actor.by {
                store::task::take(tx, id, by, actor.at.checked_add(HOLD)?)?;
            }
        }
        Ok((task, why))
    })?;
    match how {
        Resolution::RunAgain | Resolution::Accept => bill_again(db, actor, &task, how, &why),
        Resolution::Estimate if task.kind.is_hold() => estimate_held(db, actor, &task, how, &why),
        Resolution::PlanTurn => db.write(|tx| {
            open(tx, actor, id)?;
            plan_turn(tx, actor, &task)?;
            close(tx, actor, &task, how, &why)
        }),
        Resolution::PutOff => db.write(|tx| {
            let task = open(tx, actor, id)?;
            let until = today(tx, actor)?.checked_add(AWAY.days())?;
            store::task::change(tx, &Task { wakes: Some(until), ..task })?;
            store::task::release(tx, id)?;
            let said = format!("until {until}{}{why}", if why.is_empty() { "" } else { ": " });
            happened(tx, actor, id, Step::PutOff, Some(how), &said)?;
            audit(tx, actor, "put off task", id, &said)?;
            Ok(Resolved::PutOff { until })
        }),
        Resolution::OrderRead | Resolution::OrderCut => db.write(|tx| {
            let task = open(tx, actor, id)?;
            let order = send(tx, actor, &task, how)?;
            let until = today(tx, actor)?.checked_add(AWAY.days())?;
            store::task::change(tx, &Task { wakes: Some(until), ..task })?;
            store::task::release(tx, id)?;
            let said = format!("order {order}{}{why}", if why.is_empty() { "" } else { ": " });
            happened(tx, actor, id, Step::PutOff, Some(how), &said)?;
            audit(tx, actor, "order for task", id, &said)?;
            Ok(Resolved::PutOff { until })
        }),
        Resolution::Merge => db.write(|tx| {
            let task = open(tx, actor, id)?;
            let (kept, merged) = two(&task)?;
            merge::merge(tx, actor, kept, merged)?;
            close(tx, actor, &task, how, &why)
        }),
        Resolution::TakeRead
        | Resolution::Estimate
        | Resolution::TakeFile
        | Resolution::RefuseFile => db.write(|tx| {
            let task = open(tx, actor, id)?;
            let exception = task.key.parse().context("the task of an exception has its number")?;
            crate::vee::resolve::resolve(tx, actor, ExceptionId(exception), how)?;
            close(tx, actor, &task, how, &why)
        }),
        Resolution::Mended
        | Resolution::Imported
        | Resolution::AsItIs
        | Resolution::Different
        | Resolution::Done
        | Resolution::Upheld
        | Resolution::NotUpheld
        | Resolution::Withdrawn
        | Resolution::Reached
        | Resolution::NotReached => db.write(|tx| {
            let task = open(tx, actor, id)?;
            close(tx, actor, &task, how, &why)
        }),
    }
}

/// Resolves several tasks in the same way; what is refused for one does not stop the others.
pub fn resolve_all(
    db: &Db,
    actor: Actor,
    ids: &[TaskId],
    how: Resolution,
    why: &str,
) -> Result<Vec<(TaskId, Result<Resolved, Refused>)>> {
    let mut ended = Vec::new();
    for id in ids {
        let resolved = match resolve(db, actor, *id, how, why) {
            Ok(resolved) => Ok(resolved),
            // Billing one of them billed its neighbours: they went with it.
            Err(_) if may_bill(how) && went_with(db, actor, *id)? => Ok(Resolved::Closed),
            Err(other) => Err(other.downcast::<Refused>()?),
        };
        ended.push((*id, resolved));
    }
    Ok(ended)
}

/// Whether a way out bills, at least of what is held.
fn may_bill(how: Resolution) -> bool {
    how.bills() || how == Resolution::Estimate
}

/// Whether the cause of a task went in this very act.
fn went_with(db: &Db, actor: Actor, id: TaskId) -> Result<bool> {
    let steps = db.read(|tx| store::task::steps(tx, id))?;
    Ok(steps.last().is_some_and(|it| it.step == Step::Gone && it.at == actor.at))
}

/// Takes back what closed a task or put it off.
pub fn undo(tx: &mut Tx, actor: Actor, id: TaskId) -> Result<()> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    let task = store::task::lock(tx, id)?;
    not_held(tx, actor, id)?;
    let steps = store::task::steps(tx, id)?;
    let how = match steps.last() {
        Some(Happened { step: Step::Resolved | Step::PutOff, resolution: Some(how), .. }) => *how,
        _ => return Err(refuse(TaskRefusal::NothingToUndo { id })),
    };
    if !how.can_be_undone() {
        return Err(refuse(TaskRefusal::Stays { how }));
    }
    if how == Resolution::Merge {
        merge::unmerge(tx, actor, two(&task)?.1)?;
    }
    store::task::change(tx, &Task { closed: None, wakes: None, ..task })?;
    happened(tx, actor, id, Step::Undone, Some(how), "")?;
    audit(tx, actor, "undo task", id, how.word())
}

/// Takes back what this member of staff did last to a task, and says which it was.
pub fn undo_last(tx: &mut Tx, actor: Actor) -> Result<TaskId> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    let last = match actor.by {
        Some(by) => store::task::last_closed_by(tx, by)?,
        None => None,
    };
    let id = last.ok_or_else(|| refuse(TaskRefusal::NothingOfYours))?;
    undo(tx, actor, id)?;
    Ok(id)
}

/// The task, if it is open and nobody else works on it; nobody changes it before this ends.
fn open(tx: &mut Tx, actor: Actor, id: TaskId) -> Result<Task> {
    let task = store::task::lock(tx, id)?;
    if task.closed.is_some() {
        let last =
            store::task::steps(tx, id)?.pop().context("a closed task was closed by a step")?;
        let by = match last.by {
            Some(by) => store::staff::names(tx, &[by])?.remove(&by),
            None => None,
        };
        let Happened { at, resolution: how, .. } = last;
        return Err(refuse(TaskRefusal::Closed { id, by, at, how }));
    }
    not_held(tx, actor, id)?;
    Ok(task)
}

fn not_held(tx: &mut Tx, actor: Actor, id: TaskId) -> Result<()> {
    match store::task::holder(tx, id, actor.at)? {
        Some((by, holder)) if actor.by != Some(by) => {
            let store::task::Holder { name, until } = holder;
            Err(refuse(TaskRefusal::Held { id, by: name, until }))
        }
        _ => Ok(()),
    }
}

fn close(tx: &mut Tx, actor: Actor, task: &Task, how: Resolution, why: &str) -> Result<Resolved> {
    store::task::change(tx, &Task { closed: Some(actor.at), ..task.clone() })?;
    store::task::release(tx, task.id)?;
    happened(tx, actor, task.id, Step::Resolved, Some(how), why)?;
    let said = format!("{} {how}{}{why}", task.kind, if why.is_empty() { "" } else { ": " });
    audit(tx, actor, "resolve task", task.id, &said)?;
    Ok(Resolved::Closed)
}

/// Sends somebody to the service point of a task, unless somebody is sent there already.
fn send(tx: &mut Tx, actor: Actor, task: &Task, how: Resolution) -> Result<OrderId> {
    let of_point = |it| if let About::ServicePoint(point) = it { Some(point) } else { None };
    let point = store::task::about(tx, task.id)?.into_iter().find_map(of_point);
    let point = point.context("what somebody is sent for is at a service point")?;
    let kind = match (how, task.kind) {
        (Resolution::OrderCut, _) => OrderKind::Disconnect,
        (_, TaskKind::MissingRead | TaskKind::HeldNoRead) => OrderKind::Read,
        _ => OrderKind::Reread,
    };
    if let Some(open) = store::order::open_at(tx, point, kind)?.first() {
        return Ok(open.id);
    }
    let about = format!("task {}: {}", task.id, task.evidence);
    let new = NewOrder { about, ..NewOrder::plain(kind, Where::Point(point)) };
    Ok(order::add(tx, actor, &new)?.id)
}

/// The two persons that a task suspects of being one: the first came first.
fn two(task: &Task) -> Result<(PersonId, PersonId)> {
    let ids = task.key.split_once('/').and_then(|(one, other)| {
        Some((PersonId(one.parse().ok()?), PersonId(other.parse().ok()?)))
    });
    ids.context("the task of two persons is named by them")
}

/// Bills what is held in the cycle of the task's turn once more, and sees what became of it.
fn bill_again(db: &Db, actor: Actor, task: &Task, how: Resolution, why: &str) -> Result<Resolved> {
    let (cycle, number) = db.read(|tx| {
        let account = whose(tx, task)?;
        let account = store::account::get(tx, account)?;
        Ok((account.cycle, account.number))
    })?;
    let accept = (how == Resolution::Accept).then_some(number);
    match bill_run::run(db, actor, Which::Held(cycle, accept), Until::Posted, &mut |_| ()) {
        Ok(_) => {}
        Err(why) if is_nothing_held(&why) => {}
        Err(why) => return Err(why),
    }
    became(db, actor, task, how, why)
}

/// Estimates what the account of a held bill lacks in its turn, bills it again, and sees what became of
/// it.
fn estimate_held(
    db: &Db,
    actor: Actor,
    task: &Task,
    how: Resolution,
    why: &str,
) -> Result<Resolved> {
    let turn = task.key.split_once('/').and_then(|it| Some(WindowId(it.0.parse().ok()?)));
    let turn = turn.context("the task of a held bill names its turn")?;
    let account = db.read(|tx| whose(tx, task))?;
    let did = hold::estimate(db, actor, turn, &[account], why, &mut |_| ())?;
    match did.left.into_iter().next() {
        Some((_, no)) if did.came.is_none() => Err(no.into()),
        _ => became(db, actor, task, how, why),
    }
}

/// Whose held bill a task is.
fn whose(tx: &mut Tx, task: &Task) -> Result<AccountId> {
    let of = |it| if let About::Account(id) = it { Some(id) } else { None };
    let found = store::task::about(tx, task.id)?.into_iter().filter_map(of).next_back();
    found.context("a held bill is of an account")
}

/// What became of a held bill that was checked again.
fn became(db: &Db, actor: Actor, task: &Task, how: Resolution, why: &str) -> Result<Resolved> {
    db.write(|tx| {
        let held = scan::held(tx)?;
        let still = held.iter().find(|it| it.key == task.key).cloned();
        let now = store::task::lock(tx, task.id)?;
        let resolved = match still {
            Some(cause) => {
                store::task::release(tx, task.id)?;
                Resolved::StillThere { evidence: cause.evidence }
            }
            None if now.closed.is_some() => Resolved::Closed,
            None => close(tx, actor, &now, how, why)?,
        };
        scan::reconcile(tx, Actor::system(actor.at), &scan::HOLDS, &held)?;
        Ok(resolved)
    })
}

/// Brings the tasks of held bills up to date with what is held.
pub(crate) fn look_at_holds(tx: &mut Tx, actor: Actor) -> Result<()> {
    let held = scan::held(tx)?;
    scan::reconcile(tx, Actor::system(actor.at), &scan::HOLDS, &held).map(drop)
}

/// Brings the tasks of calls up to date with the cases that are open.
pub(crate) fn look_at_calls(tx: &mut Tx, actor: Actor) -> Result<()> {
    let today = today(tx, actor)?;
    let calls = crate::collection::outreach::calls(tx, today)?;
    scan::reconcile(tx, Actor::system(actor.at), &[TaskKind::CollectionCall], &calls).map(drop)
}

/// Closes the open task of a cause that is gone, if there is one.
pub(crate) fn withdraw(tx: &mut Tx, actor: Actor, kind: TaskKind, key: &str) -> Result<()> {
    match store::task::by_cause(tx, kind, key)?.filter(|it| it.closed.is_none()) {
        Some(task) => scan::gone(tx, actor, task),
        None => Ok(()),
    }
}

fn is_nothing_held(why: &anyhow::Error) -> bool {
    let refused = why.downcast_ref::<Refused>().and_then(Refused::as_a::<NotRun>);
    matches!(refused, Some(NotRun::NothingHeld { .. }))
}

/// Plans a turn like the last one of the cycle that the task names.
fn plan_turn(tx: &mut Tx, actor: Actor, task: &Task) -> Result<()> {
    let cycle = Cycle(task.key.parse().context("the task of a cycle is named by it")?);
    let Some(last) = store::window::last_of(tx, cycle)? else {
        return Err(refuse(TaskRefusal::NoTurnToGoBy { cycle }));
    };
    let (start, end) = (last.period.start(), last.period.end());
    // A turn of a month is followed by a month, one of thirty days by thirty days.
    let next = match (start.checked_add(1.month()), start.checked_add(2.months())) {
        (Ok(month), Ok(next)) if month == end => next,
        _ => end.checked_add(last.period.days().days())?,
    };
    let after = |day: Date| -> Result<Date> { Ok(next.checked_add(day - end)?) };
    let turn = NewWindow {
        period: Period::new(end, next).context("a turn has at least one day")?,
        billed_on: after(last.billed_on)?,
        due_on: after(last.due_on)?,
    };
    window::plan(tx, actor, cycle, &[turn])
}

fn add(tx: &mut Tx, actor: Actor, cause: &Cause, wakes: Option<Date>) -> Result<TaskId> {
    let id = TaskId(tx.next(Counter::Task, 1)?);
    let Cause { kind, key, evidence, due, about } = cause.clone();
    let task = Task {
        id,
        kind,
        key,
        evidence,
        priority: kind.priority(),
        due,
        wakes,
        owner: None,
        raised: actor.at,
        closed: None,
    };
    store::task::add(tx, &task, &about)?;
    happened(tx, actor, id, Step::Raised, None, &task.evidence)?;
    Ok(id)
}

/// What somebody found out themselves is its own cause.
fn by_hand(tx: &mut Tx, kind: TaskKind, evidence: String, due: Date) -> Result<Cause> {
    // The next id after the task's own is a name that no other task has.
    let key = format!("by hand {}", tx.next(Counter::Task, 1)?);
    Ok(Cause { kind, key, evidence, due, about: Vec::new() })
}

fn happened(
    tx: &mut Tx,
    actor: Actor,
    id: TaskId,
    step: Step,
    resolution: Option<Resolution>,
    said: &str,
) -> Result<()> {
    let Actor { by, at } = actor;
    store::task::add_step(tx, id, &Happened { step, resolution, by, at, said: said.to_owned() })
}

fn audit(tx: &mut Tx, actor: Actor, act: &str, id: TaskId, said: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::ResolveTasks, None)?;
    store::audit::add(tx, &allowed, act, &id.to_string(), said)
}

fn said(text: &str) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    match length {
        0 => Err(refuse(TaskRefusal::NothingSaid)),
        _ if LONGEST < length => Err(refuse(TaskRefusal::TooLong { length })),
        _ => Ok(text.to_owned()),
    }
}

/// The day it is where the utility is.
pub fn today(tx: &mut Tx, actor: Actor) -> Result<Date> {
    let zone = crate::founding::zone(tx)?;
    Ok(zone.day_of(actor.at))
}

/// The names of who did what to a task.
pub fn names(tx: &mut Tx, steps: &[Happened]) -> Result<std::collections::HashMap<UserId, String>> {
    let ids: Vec<UserId> = steps.iter().filter_map(|it| it.by).collect();
    store::staff::names(tx, &ids)
}

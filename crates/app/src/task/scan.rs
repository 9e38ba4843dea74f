//! Looking over the record for what needs a person.
//!
//! What takes long only reads, so that others write meanwhile; what it finds is written in small parts.

use std::collections::HashSet;
use std::thread::sleep;
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use meterbook_core::about::About;
use meterbook_core::permission::Permission;
use meterbook_core::task::look::{Counted, roughly};
use meterbook_core::task::{Cause, Found, Step, Task, TaskKind};
use meterbook_core::text::{counted, decimal, grouped};
use meterbook_store::task::cause;
use meterbook_store::{self as store, Db, Tx};

use super::{happened, raise, seen};
use crate::Actor;
use crate::authority::authorize;

/// Days before the bill date on which a missing read is asked for.
const NEAR_WINDOW: i64 = 5;
/// Days before the end of a cycle's last turn on which more are asked for.
const NEAR_END_OF_PLAN: i64 = 7;
/// Days for which what a meter said is looked at.
const RECENT: i64 = 40;
/// Days for which use without an agreement is looked at, and what is usual is taken from.
const LONG: i64 = 400;
/// Tasks that are written in one transaction: whoever else writes waits for so many.
const PART: usize = 100;
/// How long a look is somebody's who began it and did not say that it ended.
const BEGUN: SignedDuration = SignedDuration::from_mins(10);

/// What a look found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Tasks that are new or open again.
    pub raised: u64,
    /// Tasks whose cause is there as before.
    pub known: u64,
    /// Tasks that are closed because their cause went.
    pub gone: u64,
}

/// The kinds that held bills raise.
pub(super) const HOLDS: [TaskKind; 14] = [
    TaskKind::HeldNoMeter,
    TaskKind::HeldNoRead,
    TaskKind::HeldGap,
    TaskKind::HeldWentBack,
    TaskKind::HeldUnits,
    TaskKind::HeldUnratable,
    TaskKind::HeldUnusual,
    TaskKind::HeldDoubt,
    TaskKind::HeldNegativeUse,
    TaskKind::HeldEarlierUnbilled,
    TaskKind::HeldCompanion,
    TaskKind::HeldToldLate,
    TaskKind::HeldBroken,
    TaskKind::HeldChanged,
];

/// Looks for the causes of some kinds of tasks, on a day.
type Look = (&'static [TaskKind], fn(&mut Tx, Date) -> Result<Vec<Cause>>);

/// Looks that are short. Other acts raise and close these tasks as well: they are written in the
/// transaction that looks, or what it saw may be gone.
const SHORT: &[Look] = &[
    (&HOLDS, |tx, _| held(tx)),
    (&[TaskKind::CollectionCall], crate::collection::outreach::calls),
    (&[TaskKind::PaperLeft], crate::delivery::left::causes),
    (&[TaskKind::RejectedLines, TaskKind::RejectedFile], rejected),
];

/// Looks that may take long with many accounts.
const LONGER: &[Look] = &[
    (&[TaskKind::UseWithoutAgreement], vacant),
    (&[TaskKind::UseWhileCut], cut),
    (&[TaskKind::MissingRead], unread),
    (&[TaskKind::UnplannedCycle], unplanned),
    (&[TaskKind::NearRollover, TaskKind::ImplausibleRead], registers),
    (&[TaskKind::DuplicateCustomer], alike),
    (&crate::vee::KINDS, crate::vee::causes),
];

/// What is to be written of a task, and how it stood when that was seen.
enum Change {
    Raise(Option<Task>, Cause),
    Gone(Task),
}

/// Looks when it is time to: once a day, and again after a file came in. Of two who would look at once
/// one does, and the other finds that it need not.
pub fn when_due(db: &Db, actor: Actor) -> Result<Option<Scanned>> {
    if !db.read(|tx| is_due(tx, actor))? {
        return Ok(None);
    }
    let ours = db.write(|tx| {
        let ours = store::task::begin_look(tx, actor.at, actor.at.checked_sub(BEGUN)?)?;
        // Whoever looked meanwhile is done.
        if ours && !is_due(tx, actor)? {
            store::task::end_look(tx)?;
            return Ok(false);
        }
        Ok(ours)
    })?;
    if !ours {
        return Ok(None);
    }
    let scanned = scan(db, actor);
    db.write(store::task::end_look)?;
    scanned.map(Some)
}

fn is_due(tx: &mut Tx, actor: Actor) -> Result<bool> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    let today = super::today(tx, actor)?;
    let looked = store::task::looked(tx, today)?;
    let came = store::batch::newest(tx)?;
    Ok(match (looked, came) {
        (Some(looked), Some(came)) => looked < came,
        (Some(_), None) => false,
        (None, _) => true,
    })
}

/// Looks over the whole record: a task for each cause, and none whose cause is gone.
pub fn scan(db: &Db, actor: Actor) -> Result<Scanned> {
    let today = db.read(|tx| {
        authorize(tx, actor, Permission::ResolveTasks, None)?;
        super::today(tx, actor)
    })?;
    let mut all = Scanned::default();
    for (kinds, look) in SHORT {
        all.add(db.write(|tx| {
            store::task::hold_looks(tx)?;
            let causes = look(tx, today)?;
            reconcile(tx, actor, kinds, &causes)
        })?);
    }
    for (kinds, look) in LONGER {
        let (known, changes) = db.read(|tx| {
            let causes = look(tx, today)?;
            compare(tx, kinds, causes)
        })?;
        all.known += known;
        for part in changes.chunks(PART) {
            let began = Instant::now();
            all.add(db.write(|tx| write(tx, actor, part))?);
            // Whoever waits to write on SQLite asks now and then whether it may: it would never find a moment.
            sleep(began.elapsed());
        }
    }
    db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::ResolveTasks, None)?;
        store::task::look(tx, today, actor.at)?;
        let said = format!("{} raised, {} gone", all.raised, all.gone);
        store::audit::add(tx, &allowed, "look for tasks", &today.to_string(), &said)
    })?;
    Ok(all)
}

impl Scanned {
    fn count(&mut self, found: Found) {
        match found {
            Found::Again => self.raised += 1,
            Found::Known | Found::Reads => self.known += 1,
        }
    }

    fn add(&mut self, other: Scanned) {
        let Scanned { raised, known, gone } = other;
        self.raised += raised;
        self.known += known;
        self.gone += gone;
    }
}

/// How many of the causes have their task as it is, and what is to be written of the others and of tasks
/// of these kinds that none is of.
fn compare(tx: &mut Tx, kinds: &[TaskKind], causes: Vec<Cause>) -> Result<(u64, Vec<Change>)> {
    let (mut known, mut changes, mut there) = (0, Vec::new(), HashSet::new());
    for cause in causes {
        there.insert((cause.kind, cause.key.clone()));
        let task = store::task::by_cause(tx, cause.kind, &cause.key)?;
        let found = match &task {
            Some(task) => seen(tx, task, &cause)?,
            None => Found::Again,
        };
        match found {
            Found::Known => known += 1,
            Found::Reads | Found::Again => changes.push(Change::Raise(task, cause)),
        }
    }
    for kind in kinds {
        let open = store::task::open_of(tx, *kind)?;
        let gone = open.into_iter().filter(|it| !there.contains(&(it.kind, it.key.clone())));
        changes.extend(gone.map(Change::Gone));
    }
    Ok((known, changes))
}

/// Writes some of what was seen, but of no task of which something else was written since.
fn write(tx: &mut Tx, actor: Actor, changes: &[Change]) -> Result<Scanned> {
    store::task::hold_looks(tx)?;
    let mut scanned = Scanned::default();
    for change in changes {
        let was = match change {
            Change::Raise(was, _) => was.as_ref(),
            Change::Gone(task) => Some(task),
        };
        let stands = match (was, change) {
            (Some(was), _) => store::task::lock(tx, was.id)? == *was,
            (None, Change::Raise(_, it)) => store::task::by_cause(tx, it.kind, &it.key)?.is_none(),
            (None, Change::Gone(_)) => false,
        };
        match change {
            _ if !stands => scanned.known += 1,
            Change::Raise(_, cause) => scanned.count(raise(tx, actor, cause)?.1),
            Change::Gone(task) => {
                gone(tx, actor, task.clone())?;
                scanned.gone += 1;
            }
        }
    }
    Ok(scanned)
}

/// Raises a task for each of the causes, and closes the open ones of these kinds that none is of.
pub(super) fn reconcile(
    tx: &mut Tx,
    actor: Actor,
    kinds: &[TaskKind],
    causes: &[Cause],
) -> Result<Scanned> {
    let mut scanned = Scanned::default();
    for cause in causes {
        scanned.count(raise(tx, actor, cause)?.1);
    }
    for kind in kinds {
        let there: HashSet<&str> =
            causes.iter().filter(|it| it.kind == *kind).map(|it| it.key.as_str()).collect();
        for task in store::task::open_of(tx, *kind)? {
            if !there.contains(task.key.as_str()) {
                gone(tx, actor, task)?;
                scanned.gone += 1;
            }
        }
    }
    Ok(scanned)
}

/// Closes a task whose cause is gone.
pub(super) fn gone(tx: &mut Tx, actor: Actor, task: Task) -> Result<()> {
    let id = task.id;
    store::task::change(tx, &Task { closed: Some(actor.at), ..task })?;
    store::task::release(tx, id)?;
    happened(tx, actor, id, Step::Gone, None, "")
}

/// Bills that wait for a clerk, by turn and agreement.
pub(super) fn held(tx: &mut Tx) -> Result<Vec<Cause>> {
    let mut causes = Vec::new();
    let mut waits = HashSet::new();
    for it in store::task::cause::held(tx)? {
        let kind = TaskKind::of_hold_word(&it.reason)
            .with_context(|| format!("there is no task for a hold called {}", it.reason))?;
        // Days that were not billed before are one cause, however many later turns wait for them.
        let once = kind == TaskKind::HeldEarlierUnbilled;
        let key = match once {
            true => it.agreement.to_string(),
            false => format!("{}/{}", it.window, it.agreement),
        };
        if once && !waits.insert(it.agreement) {
            continue;
        }
        causes.push(Cause {
            kind,
            key,
            evidence: it.detail,
            due: it.billed_on,
            about: vec![
                About::Account(it.account),
                About::Agreement(it.agreement),
                About::ServicePoint(it.point),
                About::Premise(it.premise),
                About::Window(it.window),
            ],
        });
    }
    Ok(causes)
}

fn rejected(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let mut causes = Vec::new();
    for it in cause::rejected_lines(tx)? {
        let evidence = format!("not taken of {}: {}", it.file, counted(it.rejected, "line"));
        let kind = TaskKind::RejectedLines;
        let about = vec![About::Batch(it.batch)];
        let key = it.batch.to_string();
        causes.push(Cause { kind, key, evidence, due: due(kind, today)?, about });
    }
    for it in cause::rejected_files(tx)? {
        let kind = TaskKind::RejectedFile;
        let evidence =
            format!("nothing of {} was taken: {}", it.file, counted(it.rejected, "bad line"));
        let about = vec![About::Batch(it.batch)];
        causes.push(Cause { kind, key: it.sha256, evidence, due: due(kind, today)?, about });
    }
    Ok(causes)
}

fn vacant(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let since = today.checked_sub(LONG.days())?;
    let mut causes = Vec::new();
    for it in cause::vacant(tx, since, today)? {
        if !it.counted.is_use() {
            continue;
        }
        let kind = TaskKind::UseWithoutAgreement;
        let used = roughly(scaled(it.counted, it.multiplier_micro));
        let evidence = format!(
            "meter {} counted {} {} or more from {} on, and nobody is on the contract",
            it.serial,
            grouped(&used.to_string()),
            it.unit,
            it.since,
        );
        causes.push(Cause {
            kind,
            key: format!("{}/{}/{}", it.point, it.since, it.meter),
            evidence,
            due: due(kind, today)?,
            about: vec![
                About::Premise(it.premise),
                About::ServicePoint(it.point),
                About::Meter(it.meter),
            ],
        });
    }
    Ok(causes)
}

fn cut(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let since = today.checked_sub(LONG.days())?;
    let mut causes = Vec::new();
    for cause::Cut { account, used: it } in cause::cut(tx, since, today)? {
        if !it.counted.is_use() {
            continue;
        }
        let kind = TaskKind::UseWhileCut;
        let used = roughly(scaled(it.counted, it.multiplier_micro));
        let evidence = format!(
            "meter {} counted {} {} or more from {} on, although it is cut off",
            it.serial,
            grouped(&used.to_string()),
            it.unit,
            it.since,
        );
        causes.push(Cause {
            kind,
            key: format!("{}/{}/{}", it.point, it.since, it.meter),
            evidence,
            due: due(kind, today)?,
            about: vec![
                About::Account(account),
                About::Premise(it.premise),
                About::ServicePoint(it.point),
                About::Meter(it.meter),
            ],
        });
    }
    Ok(causes)
}

/// What was counted, by the multiplier; beyond any number that fits it is the greatest that does.
fn scaled(counted: Counted, multiplier_micro: i64) -> i64 {
    let exact = i128::from(counted.micro) * i128::from(multiplier_micro);
    i64::try_from(exact.div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

fn unread(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let soon = today.checked_add(NEAR_WINDOW.days())?;
    let causes = store::task::cause::unread(tx, today, soon)?;
    let cause = |it: cause::Unread| Cause {
        kind: TaskKind::MissingRead,
        key: format!("{}/{}", it.window, it.channel),
        evidence: format!(
            "meter {} has no read for {}, and the turn is billed on {}",
            it.serial, it.on, it.billed_on
        ),
        due: it.billed_on,
        about: vec![
            About::Account(it.account),
            About::Premise(it.premise),
            About::ServicePoint(it.point),
            About::Meter(it.meter),
            About::Window(it.window),
        ],
    };
    Ok(causes.into_iter().map(cause).collect())
}

fn unplanned(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let reach = today.checked_add(NEAR_END_OF_PLAN.days())?;
    let mut causes = Vec::new();
    for it in cause::cycles(tx)? {
        if it.until.is_some_and(|until| reach < until) {
            continue;
        }
        let accounts = counted(it.accounts, "account");
        let evidence = match it.until {
            Some(until) => format!("cycle {} of {accounts} has no turn from {until} on", it.cycle),
            None => format!("cycle {} of {accounts} never had a turn", it.cycle),
        };
        causes.push(Cause {
            kind: TaskKind::UnplannedCycle,
            key: it.cycle.0.to_string(),
            evidence,
            due: it.until.unwrap_or(today),
            about: Vec::new(),
        });
    }
    Ok(causes)
}

fn registers(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let recent = today.checked_sub(RECENT.days())?;
    let year_ago = today.checked_sub(LONG.days())?;
    let mut causes = Vec::new();
    for it in store::task::cause::registers(tx, today, year_ago)? {
        let mut about =
            vec![About::Premise(it.premise), About::ServicePoint(it.point), About::Meter(it.meter)];
        about.extend(it.account.map(About::Account));
        let (read_on, index) = it.register.last;
        if it.register.near_rollover() {
            let kind = TaskKind::NearRollover;
            let evidence = format!(
                "the register of meter {} with {} digits is near its end",
                it.serial, it.register.digits
            );
            let (key, about) = (it.channel.to_string(), about.clone());
            causes.push(Cause { kind, key, evidence, due: due(kind, today)?, about });
        }
        if read_on < recent {
            continue;
        }
        if let Some(counted) = it.register.implausible() {
            let kind = TaskKind::ImplausibleRead;
            let evidence = format!(
                "meter {} says {} on {}: {} since {}, far from what it usually counts",
                it.serial,
                grouped(&decimal(index, 6)),
                read_on,
                grouped(&decimal(counted.micro, 6)),
                counted.from,
            );
            let key = format!("{}/{read_on}", it.channel);
            causes.push(Cause { kind, key, evidence, due: due(kind, today)?, about });
        }
    }
    Ok(causes)
}

fn alike(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let mut causes: Vec<Cause> = Vec::new();
    for it in store::task::cause::alike(tx)? {
        let key = format!("{}/{}", it.persons.0, it.persons.1);
        // They come in the order of the two; what else they share belongs to the same task.
        if let Some(last) = causes.last_mut().filter(|last| last.key == key) {
            if !last.evidence.contains(&it.shared) {
                last.evidence.push_str(", ");
                last.evidence.push_str(&it.shared);
            }
            continue;
        }
        let kind = TaskKind::DuplicateCustomer;
        let mut about = vec![About::Person(it.persons.0), About::Person(it.persons.1)];
        about.extend(it.accounts.0.map(About::Account));
        about.extend(it.accounts.1.map(About::Account));
        about.dedup();
        let evidence = format!("two customers are called {} and share {}", it.name, it.shared);
        causes.push(Cause { kind, key, evidence, due: due(kind, today)?, about });
    }
    Ok(causes)
}

fn due(kind: TaskKind, today: Date) -> Result<Date> {
    Ok(today.checked_add(kind.days().days())?)
}

//! Looking over the record for what needs a person.

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::permission::Permission;
use meterbook_core::task::look::{Counted, roughly};
use meterbook_core::task::{Cause, Found, Step, Task, TaskKind};
use meterbook_core::text::{counted, decimal, grouped};
use meterbook_store::task::cause;
use meterbook_store::{self as store, Tx};

use super::{happened, raise};
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

/// Looks when it is time to: once a day, and again after a file came in. Two who look at once look
/// one after the other, and the second finds that it need not.
pub fn when_due(tx: &mut Tx, actor: Actor) -> Result<Option<Scanned>> {
    authorize(tx, actor, Permission::ResolveTasks, None)?;
    let today = super::today(tx, actor)?;
    store::task::hold_looks(tx)?;
    let looked = store::task::looked(tx, today)?;
    let came = store::batch::newest(tx)?;
    match (looked, came) {
        (Some(looked), Some(came)) if came <= looked => Ok(None),
        (Some(_), None) => Ok(None),
        (_, _) => scan(tx, actor).map(Some),
    }
}

/// Looks over the whole record: a task for each cause, and none whose cause is gone.
pub fn scan(tx: &mut Tx, actor: Actor) -> Result<Scanned> {
    let allowed = authorize(tx, actor, Permission::ResolveTasks, None)?;
    let today = super::today(tx, actor)?;
    store::task::hold_looks(tx)?;
    store::task::look(tx, today, actor.at)?;
    let mut all = Scanned::default();
    let mut look = |tx: &mut Tx, kinds: &[TaskKind], causes: Vec<Cause>| -> Result<()> {
        let Scanned { raised, known, gone } = reconcile(tx, actor, kinds, &causes)?;
        all.raised += raised;
        all.known += known;
        all.gone += gone;
        Ok(())
    };
    let causes = held(tx)?;
    look(tx, &HOLDS, causes)?;
    let causes = rejected(tx, today)?;
    look(tx, &[TaskKind::RejectedLines, TaskKind::RejectedFile], causes)?;
    let causes = vacant(tx, today)?;
    look(tx, &[TaskKind::UseWithoutAgreement], causes)?;
    let causes = cut(tx, today)?;
    look(tx, &[TaskKind::UseWhileCut], causes)?;
    let causes = unread(tx, today)?;
    look(tx, &[TaskKind::MissingRead], causes)?;
    let causes = unplanned(tx, today)?;
    look(tx, &[TaskKind::UnplannedCycle], causes)?;
    let causes = registers(tx, today)?;
    look(tx, &[TaskKind::NearRollover, TaskKind::ImplausibleRead], causes)?;
    let causes = alike(tx, today)?;
    look(tx, &[TaskKind::DuplicateCustomer], causes)?;
    let causes = crate::collection::outreach::calls(tx, today)?;
    look(tx, &[TaskKind::CollectionCall], causes)?;
    let causes = crate::vee::causes(tx, today)?;
    look(tx, &crate::vee::KINDS, causes)?;
    let said = format!("{} raised, {} gone", all.raised, all.gone);
    store::audit::add(tx, &allowed, "look for tasks", &today.to_string(), &said)?;
    Ok(all)
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
        let (_, found) = raise(tx, actor, cause)?;
        match found {
            Found::Again => scanned.raised += 1,
            Found::Known | Found::Reads => scanned.known += 1,
        }
    }
    for kind in kinds {
        let there: std::collections::HashSet<&str> =
            causes.iter().filter(|it| it.kind == *kind).map(|it| it.key.as_str()).collect();
        for task in store::task::open_of(tx, *kind)? {
            if !there.contains(task.key.as_str()) {
                let id = task.id;
                store::task::change(tx, &Task { closed: Some(actor.at), ..task })?;
                store::task::release(tx, id)?;
                happened(tx, actor, id, Step::Gone, None, "")?;
                scanned.gone += 1;
            }
        }
    }
    Ok(scanned)
}

/// Bills that wait for a clerk, by turn and agreement.
pub(super) fn held(tx: &mut Tx) -> Result<Vec<Cause>> {
    let mut causes = Vec::new();
    let mut waits = std::collections::HashSet::new();
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

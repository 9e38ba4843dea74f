//! `task`: the queue of what needs a person; `note`: contacts with customers.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_app::task::{self, Resolved};
use meterbook_app::{about, interaction};
use meterbook_core::about::About;
use meterbook_core::account::Account;
use meterbook_core::id::TaskId;
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::person::Language;
use meterbook_core::task::{Resolution, TaskKind};
use meterbook_core::text::counted;
use meterbook_store::task::Wanted;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::task::{Contact, Note, TaskCommand};
use crate::say;

pub(crate) fn task(place: &Place, command: &TaskCommand) -> Result<()> {
    match command {
        TaskCommand::Scan => scan(place),
        TaskCommand::List { kind, limit } => list(place, kind.as_deref(), *limit),
        TaskCommand::Show { task } => show(place, TaskId(*task)),
        TaskCommand::Resolve { tasks, how, why } => resolve(place, tasks, how, why),
        TaskCommand::Undo { task } => {
            let db = super::open(place)?;
            db.write(|tx| task::undo(tx, super::actor(), TaskId(*task)))?;
            say::line(format_args!("task {task} is open again"));
            Ok(())
        }
        TaskCommand::Assign { task, to } => {
            let db = super::open(place)?;
            let (id, owner) = (TaskId(*task), to.as_deref());
            db.write(|tx| task::assign(tx, super::actor(), id, owner))?;
            say::line(format_args!("task {task} is {}'s", owner.unwrap_or("nobody")));
            Ok(())
        }
        TaskCommand::Remind { account, on, text } => {
            let db = super::open(place)?;
            let id = db.write(|tx| {
                let about = [About::Account(the(tx, account)?.id)];
                task::remind(tx, super::actor(), &about, *on, text)
            })?;
            say::line(format_args!("task {id} comes on {on}"));
            Ok(())
        }
        TaskCommand::Case { account, kind, contact, text } => {
            let kind = kind_named(kind)?;
            let db = super::open(place)?;
            let task = db.write(|tx| {
                let from = (the(tx, account)?.id, channel(contact)?);
                let about = named(tx, contact)?;
                let id = task::open_case(tx, super::actor(), from, kind, &about, text)?;
                store::task::get(tx, id)
            })?;
            say::line(format_args!("task {}: {kind}, to be answered by {}", task.id, task.due));
            Ok(())
        }
    }
}

pub(crate) fn note(place: &Place, note: &Note) -> Result<()> {
    let db = super::open(place)?;
    let id = db.write(|tx| {
        let account = the(tx, &note.account)?.id;
        let (channel, about) = (channel(&note.contact)?, named(tx, &note.contact)?);
        interaction::note_about(tx, super::actor(), account, channel, &about, &note.text)
    })?;
    say::line(format_args!("contact {id} is kept"));
    Ok(())
}

fn scan(place: &Place) -> Result<()> {
    let db = super::open(place)?;
    let found = task::scan::scan(&db, super::actor())?;
    say::line(format_args!(
        "{} raised, {} there before, {} gone by themselves",
        counted(found.raised, "task"),
        found.known,
        found.gone
    ));
    Ok(())
}

fn list(place: &Place, kind: Option<&str>, limit: i64) -> Result<()> {
    let wanted = Wanted { kind: kind.map(kind_named).transpose()?, ..Wanted::default() };
    let db = super::see(place)?;
    let today = super::today(&db)?;
    let (counts, queue) = db.read(|tx| {
        let counts = store::task::counts(tx, today)?;
        Ok((counts, store::task::queue(tx, wanted, (today, Timestamp::now()), limit)?))
    })?;
    if queue.is_empty() {
        say::line("nothing waits for a person");
        return Ok(());
    }
    say::line("task    due         kind                   where and what was seen");
    for it in &queue {
        let account = it.account.map_or_else(String::new, |it| format!("{it} "));
        let street = if it.street.is_empty() { String::new() } else { format!("{}: ", it.street) };
        say::line(format_args!(
            "{:<6}  {}  {:<21}  {account}{street}{}",
            it.task.id.to_string(),
            it.task.due,
            it.task.kind,
            it.task.evidence
        ));
    }
    let all: i64 = counts
        .iter()
        .filter(|it| wanted.kind.is_none_or(|kind| kind == it.kind))
        .map(|it| it.count)
        .sum();
    say::line(format_args!("{} of {}", queue.len(), counted(all, "open task")));
    Ok(())
}

fn show(place: &Place, id: TaskId) -> Result<()> {
    let db = super::see(place)?;
    let (task, about, steps, names) = db.read(|tx| {
        let task = store::task::get(tx, id)?;
        let mut about = Vec::new();
        for it in store::task::about(tx, id)? {
            let name = store::about::name(tx, it)?.unwrap_or_default();
            about.push(format!("{} {name}", it.word()));
        }
        let steps = store::task::steps(tx, id)?;
        let names = task::names(tx, &steps)?;
        Ok((task, about, steps, names))
    })?;
    let english = Language::English;
    let state = if task.closed.is_some() { "closed" } else { "open" };
    say::line(format_args!("task {id}: {}, {} priority, {state}", task.kind, task.priority));
    say::line(format_args!("  {}", task.evidence));
    say::line(format_args!("  due {}; about {}", task.due, about.join(", ")));
    say::line(format_args!("  {}", task.kind.advice(english)));
    say::line("ways out:");
    for it in task.kind.resolutions() {
        say::line(format_args!("  {:<13}{}", it.word(), it.effect(english)));
    }
    say::line("what happened:");
    for it in steps {
        let by =
            it.by.and_then(|by| names.get(&by).cloned()).unwrap_or_else(|| "system".to_owned());
        let how = it.resolution.map_or_else(String::new, |it| format!(" {it}"));
        say::line(format_args!("  {:.0}  {by}: {}{how} {}", it.at, it.step, it.said));
    }
    Ok(())
}

fn resolve(place: &Place, tasks: &[i64], how: &str, why: &str) -> Result<()> {
    let Some(how) = Resolution::from_word(how) else {
        let all: Vec<&str> = Resolution::ALL.iter().map(|it| it.word()).collect();
        return Err(super::said(format!("{how} is no way out; say one of: {}", all.join(", "))));
    };
    let db = super::open(place)?;
    let ids: Vec<TaskId> = tasks.iter().copied().map(TaskId).collect();
    if let [only] = ids[..] {
        say::line(ended(only, &task::resolve(&db, super::actor(), only, how, why)?));
        return Ok(());
    }
    let mut refused = 0;
    for (id, done) in task::resolve_all(&db, super::actor(), &ids, how, why)? {
        match done {
            Ok(done) => say::line(ended(id, &done)),
            Err(why) => {
                refused += 1;
                say::warning(why);
            }
        }
    }
    if refused == 0 {
        return Ok(());
    }
    Err(super::said(format!("{} were left as they are", counted(refused, "task"))))
}

fn ended(id: TaskId, done: &Resolved) -> String {
    match done {
        Resolved::Closed => format!("task {id} is closed"),
        Resolved::PutOff { until } => format!("task {id} is back on {until}"),
        Resolved::StillThere { evidence } => format!("task {id} stays open: {evidence}"),
    }
}

fn kind_named(word: &str) -> Result<TaskKind> {
    TaskKind::from_word(word).ok_or_else(|| {
        let all: Vec<&str> = TaskKind::ALL.iter().map(|it| it.word()).collect();
        super::said(format!("{word} is no kind of task; say one of: {}", all.join(", ")))
    })
}

fn channel(contact: &Contact) -> Result<InteractionChannel> {
    let word = &contact.channel;
    InteractionChannel::from_word(word).ok_or_else(|| {
        let all: Vec<&str> = InteractionChannel::ALL.iter().map(|it| it.word()).collect();
        super::said(format!("{word} is no channel; say one of: {}", all.join(", ")))
    })
}

fn named(tx: &mut Tx, contact: &Contact) -> Result<Vec<About>> {
    contact.about.iter().map(|it| about::named(tx, it)).collect()
}

/// The account with this number.
pub(super) fn the(tx: &mut Tx, number: &str) -> Result<Account> {
    let number = super::account_number(number)?;
    store::account::by_number(tx, number)?.ok_or_else(|| {
        super::said(format!("there is no account {number}; look for it with: meterbook search"))
    })
}

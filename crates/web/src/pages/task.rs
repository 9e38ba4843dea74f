//! The queue of tasks: what needs a person, its evidence, and the ways out with their effect.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::task::{self, Resolved};
use meterbook_app::vee::{self, Open};
use meterbook_app::{Actor, Refused};
use meterbook_core::about::About;
use meterbook_core::id::TaskId;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::task::{Happened, Priority, Resolution, Step, Task, TaskKind};
use meterbook_core::text::grouped;
use meterbook_store::task::{Count, Queued, Wanted};
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::{Head, answer, blocking, draw, exception};
use crate::Console;
use crate::evidence;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::show;
use crate::words::Words;

/// Rows of the queue: more than anybody works through before looking again.
const ROWS: i64 = 100;

#[derive(Template)]
#[template(path = "tasks.html")]
struct Page {
    head: Head,
    notice: String,
    /// Why something was not done.
    says: String,
    /// What was typed when it was not.
    why: String,
    kind: &'static str,
    kinds: Vec<KindRow>,
    all: String,
    shown: String,
    rows: Vec<Row>,
    before: Option<String>,
    after: Option<String>,
    now: Option<Now>,
    may: bool,
}

/// How many open tasks of one kind there are.
pub(crate) struct KindRow {
    pub(crate) word: &'static str,
    pub(crate) name: &'static str,
    pub(crate) count: String,
    pub(crate) due: String,
    pub(crate) late: bool,
}

struct Row {
    id: String,
    link: String,
    kind: &'static str,
    colour: &'static str,
    /// Where it is and whose it is, with their pages.
    place: Vec<Thing>,
    evidence: String,
    due: String,
    late: bool,
    who: String,
    now: bool,
    chosen: bool,
}

/// The task that is looked at.
struct Now {
    id: String,
    name: &'static str,
    evidence: String,
    advice: &'static str,
    about: Vec<Thing>,
    ways: Vec<Way>,
    steps: Vec<Moved>,
    words: bool,
    open: bool,
}

/// A thing that a page names, and its page when it has one.
pub(crate) struct Thing {
    pub(crate) text: String,
    pub(crate) link: String,
}

struct Way {
    key: usize,
    word: &'static str,
    name: &'static str,
    effect: &'static str,
}

struct Moved {
    when: String,
    by: String,
    what: String,
}

/// What the address says; it holds the whole state of the page.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    task: String,
    #[serde(default)]
    chosen: String,
    #[serde(default)]
    done: String,
}

/// What was done to some tasks, or why it was not.
#[derive(Default)]
struct Told {
    says: String,
    why: String,
}

/// Shows the queue.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &asked, Told::default()).await;
    answer(&console, &visitor, done)
}

/// One task by its number: where links to it go.
pub(crate) async fn one(Path(id): Path<String>) -> Response {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    Redirect::to(&format!("/tasks?task={digits}")).into_response()
}

/// Resolves the chosen tasks, or the one that is looked at when none is chosen.
pub(crate) async fn resolve(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let field = |name: &str| {
        fields.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap_or_default()
    };
    let stale = guard::same_session(&visitor, &field("secret"));
    let chosen = fields.iter().filter(|it| it.0 == "task");
    let mut ids: Vec<TaskId> = chosen.filter_map(|it| it.1.parse().ok().map(TaskId)).collect();
    if ids.is_empty() {
        ids.extend(field("now").parse().ok().map(TaskId));
    }
    let (why, how, kind) = (field("why"), field("how"), field("kind"));
    let actor = visitor.actor();
    let (here, said) = (console.clone(), why.clone());
    let asked = ids.clone();
    let act = field("act");
    let done = blocking(move || {
        stale?;
        match act.as_str() {
            "scan" => task::scan::scan(&here.db, actor).map(|_| "scan"),
            "undo" => here.db.write(|tx| task::undo_last(tx, actor)).map(|_| "undo"),
            "take" => {
                let take = |tx: &mut Tx| asked.iter().try_for_each(|it| task::take(tx, actor, *it));
                here.db.write(take).map(|()| "take")
            }
            _ => match Resolution::from_word(&how) {
                Some(how) => all(&here, actor, &asked, how, &said),
                None => Err(super::NotThere.into()),
            },
        }
    })
    .await;
    let word = match done {
        Ok(word) => word,
        // What was typed is still there, beside what somebody else did meanwhile.
        Err(no) if no.is::<Refused>() => {
            let task = ids.first().map(TaskId::to_string).unwrap_or_default();
            let list: Vec<String> = ids.iter().map(TaskId::to_string).collect();
            let chosen = if 1 < list.len() { list.join(".") } else { String::new() };
            let asked = Asked { kind, task, chosen, done: String::new() };
            let says = refusal::said(&no, &console.zone, visitor.language);
            let told = Told { says, why };
            let done = page(&console, &visitor, &asked, told).await;
            return answer(&console, &visitor, done);
        }
        Err(why) => return answer(&console, &visitor, Err(why)),
    };
    let stay = if matches!(word, "take" | "still") { ids.first() } else { None };
    let task = stay.map(|it| format!("&task={it}")).unwrap_or_default();
    let kind = TaskKind::from_word(&kind).map_or("", TaskKind::word);
    Redirect::to(&format!("/tasks?kind={kind}{task}&done={word}")).into_response()
}

/// Resolves these in one way. What is refused for one of several does not stop the others; the first
/// of it is said.
fn all(
    console: &Console,
    actor: Actor,
    ids: &[TaskId],
    how: Resolution,
    why: &str,
) -> Result<&'static str> {
    let mut word = "closed";
    let mut no = None;
    for (_, done) in task::resolve_all(&console.db, actor, ids, how, why)? {
        match done {
            Ok(Resolved::Closed) => {}
            Ok(Resolved::PutOff { .. }) => word = "put-off",
            Ok(Resolved::StillThere { .. }) => word = "still",
            Err(refused) => no = no.or(Some(refused)),
        }
    }
    no.map_or(Ok(word), |no| Err(no.into()))
}

/// The exceptions that tasks are.
pub(crate) type Doubts = HashMap<TaskId, Open>;

/// What was seen, in the reader's language: an exception says it itself, and else it is the sentence of
/// the record.
pub(crate) fn seen(task: &Task, doubts: &Doubts, language: Language) -> String {
    match doubts.get(&task.id) {
        Some(open) => exception::seen(open, language),
        None => evidence::said(&task.evidence, language),
    }
}

/// What the page is made of.
struct Found {
    counts: Vec<Count>,
    rows: Vec<Queued>,
    /// What validation doubts of these tasks.
    doubts: Doubts,
    now: Option<Looked>,
    today: Date,
}

struct Looked {
    task: Task,
    about: Vec<Thing>,
    steps: Vec<(Happened, String)>,
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    asked: &Asked,
    told: Told,
) -> Result<Response> {
    let kind = TaskKind::from_word(&asked.kind);
    let (here, id) = (console.clone(), asked.task.parse().ok().map(TaskId));
    let found = blocking(move || {
        let now = Timestamp::now();
        let today = here.zone.day_of(now);
        here.db.read(|tx| {
            let wanted = Wanted { kind, owner: None };
            let rows = store::task::queue(tx, wanted, (today, now), ROWS)?;
            let id = id.or(rows.first().map(|it| it.task.id));
            let now = id.map(|id| looked(tx, id)).transpose()?;
            let tasks = rows.iter().map(|it| &it.task).chain(now.iter().map(|it| &it.task));
            let doubts = vee::of_tasks(tx, tasks)?;
            Ok(Found { counts: store::task::counts(tx, today)?, rows, doubts, now, today })
        })
    })
    .await?;
    let status = if told.says.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok(draw(status, &drawn(visitor, asked, told, found, console)))
}

fn looked(tx: &mut Tx, id: TaskId) -> Result<Looked> {
    let task = store::task::get(tx, id)?;
    let mut about = Vec::new();
    for it in store::task::about(tx, id)? {
        about.extend(thing(tx, it)?);
    }
    let steps = store::task::steps(tx, id)?;
    let names = task::names(tx, &steps)?;
    let named = |it: Happened| {
        let by = it.by.and_then(|by| names.get(&by).cloned()).unwrap_or_default();
        (it, by)
    };
    Ok(Looked { task, about, steps: steps.into_iter().map(named).collect() })
}

/// What a thing is called, and its page. Things that only the program counts are left out.
pub(crate) fn thing(tx: &mut Tx, about: About) -> Result<Option<Thing>> {
    let Some(name) = store::about::name(tx, about)? else { return Ok(None) };
    let link = match about {
        About::Account(_) => format!("/accounts/{name}"),
        About::Bill(_) => format!("/bills/{name}"),
        About::Premise(id) => format!("/premises/{id}"),
        About::Meter(id) => format!("/meters/{id}"),
        About::Order(id) => format!("/orders/{id}"),
        About::ServicePoint(_) | About::Agreement(_) | About::Interaction(_) => return Ok(None),
        _ => String::new(),
    };
    Ok(Some(Thing { text: name, link }))
}

fn drawn(visitor: &Visitor, asked: &Asked, told: Told, found: Found, console: &Console) -> Page {
    let (words, language) = (visitor.words(), visitor.language);
    let Found { counts, rows, doubts, now, today } = found;
    let kind = TaskKind::from_word(&asked.kind).map_or("", TaskKind::word);
    let chosen: Vec<&str> = asked.chosen.split('.').collect();
    let at = now.as_ref().and_then(|now| rows.iter().position(|it| it.task.id == now.task.id));
    let link = |nth: usize| {
        let id = rows.get(nth)?.task.id;
        Some(format!("/tasks?kind={kind}&task={id}&chosen={}", escaped(&asked.chosen)))
    };
    let (before, after) = match at {
        Some(at) => (at.checked_sub(1).and_then(link), link(at + 1)),
        None => (None, link(0)),
    };
    let shown_kind = |it: &&Count| kind.is_empty() || it.kind.word() == kind;
    let of: i64 = counts.iter().filter(shown_kind).map(|it| it.count).sum();
    let all: i64 = counts.iter().map(|it| it.count).sum();
    let row = |(nth, it): (usize, &Queued)| Row {
        id: it.task.id.to_string(),
        link: link(nth).unwrap_or_default(),
        kind: it.task.kind.name(language),
        colour: colour(it.task.priority),
        place: place(it),
        evidence: seen(&it.task, &doubts, language),
        due: show::day(it.task.due, language),
        late: it.task.due < today,
        who: it
            .holder
            .as_ref()
            .map(|it| format!("{} {}", words.held_by, it.name))
            .or_else(|| it.owner.clone())
            .unwrap_or_default(),
        now: at == Some(nth),
        chosen: chosen.contains(&it.task.id.to_string().as_str()),
    };
    Page {
        head: Head::new(console, Some(visitor), language, words.tasks),
        notice: notice(&asked.done, words).to_owned(),
        says: told.says,
        why: told.why,
        kind,
        kinds: kinds(&counts, visitor, today),
        all: grouped(&all.to_string()),
        shown: format!("{} / {}", rows.len(), grouped(&of.to_string())),
        rows: rows.iter().enumerate().map(row).collect(),
        before,
        after,
        now: now.map(|it| looked_at(it, &doubts, visitor, console)),
        may: visitor.may(Permission::ResolveTasks),
    }
}

/// The open tasks by kind, as the first page shows them too.
pub(crate) fn kinds(counts: &[Count], visitor: &Visitor, today: Date) -> Vec<KindRow> {
    let row = |it: &Count| KindRow {
        word: it.kind.word(),
        name: it.kind.name(visitor.language),
        count: grouped(&it.count.to_string()),
        due: show::day(it.due, visitor.language),
        late: it.due < today,
    };
    counts.iter().map(row).collect()
}

fn looked_at(it: Looked, doubts: &Doubts, visitor: &Visitor, console: &Console) -> Now {
    let (words, language) = (visitor.words(), visitor.language);
    let Looked { task, mut about, steps } = it;
    if let Some(open) = doubts.get(&task.id) {
        let (id, rule) = (open.exception.id, open.exception.finding.rule);
        let said = |text, link| Thing { text, link };
        about.insert(0, said(format!("{} {id}", words.doubt), format!("/exceptions/{id}")));
        let text = format!("{}: {}", words.doubt_same, rule.name(language));
        about.push(said(text, format!("/exceptions?rule={rule}")));
    }
    let ways = task.kind.resolutions();
    let moved = |(it, by): (Happened, String)| Moved {
        when: show::instant(it.at, &console.zone, language),
        by,
        what: match (it.step, it.resolution) {
            (Step::Raised, _) => words.task_raised.to_owned(),
            (Step::FoundAgain, _) => words.task_again.to_owned(),
            (Step::Gone, _) => words.task_gone.to_owned(),
            (Step::Assigned, _) => format!("{} {}", words.task_assigned, it.said),
            (Step::Undone, how) => format!(
                "{} {}",
                words.task_undone,
                how.map_or("", |it| it.name(language)).to_lowercase()
            ),
            (_, how) => format!("{} {}", how.map_or("", |it| it.name(language)), it.said),
        },
    };
    Now {
        id: task.id.to_string(),
        name: task.kind.name(language),
        evidence: seen(&task, doubts, language),
        advice: task.kind.advice(language),
        about,
        ways: (1..)
            .zip(ways)
            .map(|(key, it)| Way {
                key,
                word: it.word(),
                name: it.name(language),
                effect: it.effect(language),
            })
            .collect(),
        steps: steps.into_iter().map(moved).collect(),
        words: ways.iter().any(|it| task.kind.needs_words(*it)),
        open: task.closed.is_none(),
    }
}

fn place(it: &Queued) -> Vec<Thing> {
    let street = Thing {
        text: it.street.clone(),
        link: it.premise.map(|id| format!("/premises/{id}")).unwrap_or_default(),
    };
    let name = Thing { text: it.name.clone(), link: String::new() };
    let account = it.account.map(|it| it.to_string()).unwrap_or_default();
    let account = Thing { link: format!("/accounts/{account}"), text: account };
    [street, name, account].into_iter().filter(|it| !it.text.is_empty()).collect()
}

fn colour(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "bad",
        Priority::Usual => "warn",
        Priority::Low => "info",
    }
}

fn notice(done: &str, words: &'static Words) -> &'static str {
    match done {
        "closed" => words.task_closed,
        "put-off" => words.task_put_off,
        "still" => words.task_still,
        "undo" => words.task_undo_done,
        "take" => words.task_taken,
        "scan" => words.task_scanned,
        _ => "",
    }
}

/// Ids and dots; anything else in an address is not ours.
fn escaped(chosen: &str) -> String {
    chosen.chars().filter(|it| it.is_ascii_digit() || *it == '.').collect()
}

//! The history of an account, and how any history is shown.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use meterbook_app::timeline;
use meterbook_core::about::About;
use meterbook_core::id::AccountNumber;
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::place::Commodity;
use meterbook_core::task::{Resolution, Step, TaskKind};
use meterbook_core::timeline::{Change, Event};
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::outbox;
use super::task::{Thing, thing};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::evidence;
use crate::guard::Visitor;
use crate::show;
use crate::words::Words;

/// Changes on one page.
const EVENTS: usize = 100;

#[derive(Template)]
#[template(path = "timeline.html")]
struct Page {
    head: Head,
    title: String,
    account: String,
    events: Vec<Line>,
    /// How many are left out on the pages of the earlier and the later ones, where there are such.
    earlier: Option<usize>,
    later: Option<usize>,
}

/// How many changes, the newest, are left out; the address holds it.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

/// One change.
pub(crate) struct Line {
    pub(crate) on: String,
    pub(crate) name: &'static str,
    pub(crate) before: String,
    pub(crate) after: String,
    /// What follows its link.
    pub(crate) rest: String,
    pub(crate) why: String,
    /// Where it happened.
    pub(crate) place: Option<Thing>,
    pub(crate) written: String,
    pub(crate) about: Option<Thing>,
}

/// The history of an account.
pub(crate) async fn account(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let after = asked.after.parse().unwrap_or(0);
    let done = of_account(&console, &visitor, &number, after).await;
    answer(&console, &visitor, done)
}

async fn of_account(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    after: usize,
) -> Result<Response> {
    let number = AccountNumber::parse(number).ok_or(NotThere)?;
    let here = console.clone();
    let (events, more) = blocking(move || {
        here.db.read(|tx| {
            let account = store::account::by_number(tx, number)?.ok_or(NotThere)?;
            let newest = after.saturating_add(EVENTS);
            let mut events = timeline::newest_of_account(tx, &account, newest.saturating_add(1))?;
            let more = newest < events.len();
            events.truncate(newest);
            let events = events.split_off(after.min(events.len()));
            Ok((linked(tx, events, About::Account(account.id))?, more))
        })
    })
    .await?;
    let words = visitor.words();
    let title = format!("{} {number}", words.history);
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, &title),
        title,
        account: number.to_string(),
        events: lines(events, console, visitor),
        earlier: more.then(|| after + EVENTS),
        later: (0 < after).then(|| after.saturating_sub(EVENTS)),
    };
    Ok(draw(StatusCode::OK, &page))
}

/// The events with the things they happened to; the page's own thing is not named again.
pub(crate) fn linked(
    tx: &mut Tx,
    events: Vec<Event>,
    own: About,
) -> Result<Vec<(Event, Option<Thing>)>> {
    let mut linked = Vec::new();
    for event in events {
        let about = if event.about == own { None } else { thing(tx, event.about)? };
        linked.push((event, about.filter(|it| !it.link.is_empty())));
    }
    Ok(linked)
}

/// The account that a text begins with.
fn own_account(text: &str) -> Option<Thing> {
    let number = AccountNumber::parse(text.split(' ').next()?)?.to_string();
    Some(Thing { link: format!("/accounts/{number}"), text: number })
}

/// The place that a reason is: `electric at 105 Abbey St, premise 2` is what is delivered, and the
/// premise by its street.
fn place(why: &str, words: &Words) -> Option<(&'static str, Thing)> {
    let (commodity, at) = why.split_once(" at ")?;
    let (street, id) = at.rsplit_once(", premise ")?;
    let commodity = show::commodity(Commodity::from_word(commodity)?, words);
    let id: i64 = id.parse().ok()?;
    Some((commodity, Thing { text: street.to_owned(), link: format!("/premises/{id}") }))
}

/// The channel of a contact, which a history keeps by its word, in the reader's language.
fn channel(why: &str, words: &Words) -> String {
    let (word, rest) = why.split_at(why.find(',').unwrap_or(why.len()));
    let channel = InteractionChannel::from_word(word);
    channel.map_or_else(|| why.to_owned(), |it| format!("{}{rest}", show::channel(it, words)))
}

/// A text of the record in the reader's language, by what happened. What somebody wrote stays as
/// they wrote it.
fn text(change: Change, text: &str, visitor: &Visitor) -> String {
    let (words, language) = (visitor.words(), visitor.language);
    match change {
        Change::Said | Change::TakenBack => text.to_owned(),
        Change::Paid | Change::PaymentVoided | Change::PaymentReturned | Change::PaymentMoved => {
            show::paid(text, words)
        }
        Change::Delivered => outbox::said_of(text, words),
        Change::Billed => show::days(text, language).unwrap_or_else(|| text.to_owned()),
        Change::ServiceStarted | Change::ServiceStopped => {
            text.replace(" on ", &format!(" {} ", words.on_tariff))
        }
        Change::Acted => evidence::done(text, language),
        Change::TaskRaised | Change::TaskMoved => {
            task(text, visitor).unwrap_or_else(|| evidence::said(text, language))
        }
        _ => evidence::said(text, language),
    }
}

/// A task by its number and name, and what became of it: `6 held-earlier-unbilled: gone`.
fn task(text: &str, visitor: &Visitor) -> Option<String> {
    let (words, language) = (visitor.words(), visitor.language);
    let (id, rest) = text.split_once(' ')?;
    let (kind, moved) = rest.split_once(": ").map_or((rest, None), |(kind, it)| (kind, Some(it)));
    let mut said = format!("{id} {}", TaskKind::from_word(kind)?.name(language));
    if let Some(moved) = moved {
        let (step, how) = moved.split_once(' ').unwrap_or((moved, ""));
        let how = Resolution::from_word(how).map(|it| it.name(language).to_lowercase());
        let step = match Step::from_word(step)? {
            Step::Raised => words.task_raised,
            Step::FoundAgain => words.task_again,
            Step::Gone => words.task_gone,
            Step::Assigned => words.task_is_assigned,
            Step::Undone => words.task_undone,
            _ => "",
        };
        let how = how.unwrap_or_default();
        said.push_str(&format!(": {}", format!("{step} {how}").trim()));
    }
    Some(said)
}

/// The events as they are read.
pub(crate) fn lines(
    events: Vec<(Event, Option<Thing>)>,
    console: &Console,
    visitor: &Visitor,
) -> Vec<Line> {
    let (words, language) = (visitor.words(), visitor.language);
    let line = |(it, about): (Event, Option<Thing>)| {
        let after = text(it.change, &it.after, visitor);
        // A name that the text says by itself is the link, and does not stand there twice.
        let about = about.or_else(|| own_account(&after));
        let name = about.as_ref().map_or("", |it| it.text.as_str());
        let (after, rest) = match after.split_once(name) {
            Some((before, rest)) if !name.is_empty() => (before.to_owned(), rest.to_owned()),
            _ => (after, String::new()),
        };
        let (why, place) = match place(&it.why, words) {
            Some((commodity, place)) => (commodity.to_owned(), Some(place)),
            None if it.change == Change::Said => (channel(&it.why, words), None),
            None => (text(it.change, &it.why, visitor), None),
        };
        Line {
            on: show::day(it.on, language),
            name: it.change.name(language),
            before: text(it.change, &it.before, visitor),
            after,
            rest,
            why,
            place,
            written: it.at.map_or_else(String::new, |at| {
                let by = it.by.as_deref().unwrap_or(words.the_system);
                format!("{by}, {}", show::instant(at, &console.zone, language))
            }),
            about,
        }
    };
    events.into_iter().map(line).collect()
}

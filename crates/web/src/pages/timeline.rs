//! Histories: of an account, and of a premise with who was served there on a day.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::timeline;
use meterbook_core::about::About;
use meterbook_core::id::{AccountNumber, PremiseId};
use meterbook_core::timeline::Event;
use meterbook_store::timeline::Served;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::task::{Thing, thing};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::show;

#[derive(Template)]
#[template(path = "timeline.html")]
struct Page {
    head: Head,
    title: String,
    /// The account's own page; empty on that of a premise.
    account: String,
    /// The premise's id; empty on the page of an account.
    premise: String,
    on: String,
    served: Vec<Row>,
    events: Vec<Line>,
}

/// A service point on a day.
struct Row {
    commodity: &'static str,
    number: String,
    name: String,
    tariff: String,
    since: String,
    meter: String,
}

/// One change.
struct Line {
    on: String,
    name: &'static str,
    before: String,
    after: String,
    why: String,
    written: String,
    about: Option<Thing>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    on: String,
}

/// The history of an account.
pub(crate) async fn account(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let done = of_account(&console, &visitor, &number).await;
    answer(&console, &visitor, done)
}

async fn of_account(console: &Arc<Console>, visitor: &Visitor, number: &str) -> Result<Response> {
    let number = AccountNumber::parse(number).ok_or(NotThere)?;
    let here = console.clone();
    let events = blocking(move || {
        here.db.read(|tx| {
            let account = store::account::by_number(tx, number)?.ok_or(NotThere)?;
            let events = timeline::of_account(tx, &account)?;
            linked(tx, events, About::Account(account.id))
        })
    })
    .await?;
    let words = visitor.words();
    let title = format!("{} {number}", words.history);
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, &title),
        title,
        account: number.to_string(),
        premise: String::new(),
        on: String::new(),
        served: Vec::new(),
        events: lines(events, console, visitor),
    };
    Ok(draw(StatusCode::OK, &page))
}

/// A premise: who was served there on a day, and its history.
pub(crate) async fn premise(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = of_premise(&console, &visitor, &id, &asked.on).await;
    answer(&console, &visitor, done)
}

async fn of_premise(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: &str,
    on: &str,
) -> Result<Response> {
    let id = PremiseId(id.parse().map_err(|_| NotThere)?);
    let on: Date = on.parse().unwrap_or_else(|_| console.zone.day_of(Timestamp::now()));
    let here = console.clone();
    let (premise, served, events) = blocking(move || {
        here.db.read(|tx| {
            let premise = store::place::premise(tx, id)?;
            let served = store::timeline::served(tx, id, on)?;
            let events = timeline::of_premise(tx, id)?;
            Ok((premise, served, linked(tx, events, About::Premise(id))?))
        })
    })
    .await?;
    let title = format!("{}, {} {}", premise.street, premise.town, premise.region);
    let row = |it: Served| {
        let there = it.customer.as_ref();
        Row {
            commodity: show::commodity(it.commodity, visitor.words()),
            number: there.map(|it| it.number.to_string()).unwrap_or_default(),
            name: there.map(|it| it.name.clone()).unwrap_or_default(),
            tariff: there.map(|it| it.tariff.clone()).unwrap_or_default(),
            since: there.map(|it| show::day(it.from, visitor.language)).unwrap_or_default(),
            meter: it.meter.map(|it| it.1).unwrap_or_default(),
        }
    };
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, &title),
        title,
        account: String::new(),
        premise: id.to_string(),
        on: on.to_string(),
        served: served.into_iter().map(row).collect(),
        events: lines(events, console, visitor),
    };
    Ok(draw(StatusCode::OK, &page))
}

/// The events with the things they happened to; the page's own thing is not named again.
fn linked(tx: &mut Tx, events: Vec<Event>, own: About) -> Result<Vec<(Event, Option<Thing>)>> {
    let mut linked = Vec::new();
    for event in events {
        let about = if event.about == own { None } else { thing(tx, event.about)? };
        linked.push((event, about.filter(|it| !it.link.is_empty())));
    }
    Ok(linked)
}

fn lines(events: Vec<(Event, Option<Thing>)>, console: &Console, visitor: &Visitor) -> Vec<Line> {
    let (words, language) = (visitor.words(), visitor.language);
    let line = |(it, about): (Event, Option<Thing>)| Line {
        on: show::day(it.on, language),
        name: it.change.name(language),
        before: it.before,
        after: it.after,
        why: it.why,
        written: it.at.map_or_else(String::new, |at| {
            let by = it.by.as_deref().unwrap_or(words.the_system);
            format!("{by}, {}", show::instant(at, &console.zone, language))
        }),
        about,
    };
    events.into_iter().map(line).collect()
}

//! A move that was made: what it does, who said so when, and putting it on other days or taking it
//! back while nothing of it is billed.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::moves::{self, NewDays, ReadWanted};
use meterbook_app::{Actor, Refused};
use meterbook_core::id::{AccountId, MoveId};
use meterbook_core::moves::{Effect, Move, Said};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::moving::who;
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::show;
use crate::typed::Typed;

#[derive(Template)]
#[template(path = "moves.html")]
struct Page {
    head: Head,
    title: String,
    number: String,
    name: String,
    notice: &'static str,
    says: String,
    state: &'static str,
    /// Whether it may be changed, as far as can be said before it is tried.
    may: bool,
    id: MoveId,
    version: i64,
    starts_on: Option<String>,
    stops_on: Option<String>,
    estimate: bool,
    effects: Vec<String>,
    versions: Vec<Version>,
}

struct Version {
    when: String,
    who: String,
    said: &'static str,
    days: String,
}

/// A move that is still to come, as the page of its account shows it.
pub(crate) struct Pending {
    pub(crate) id: MoveId,
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) days: String,
    pub(crate) effects: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// What a move does, sentence by sentence.
pub(crate) fn said(effects: &[Effect], language: Language) -> Vec<String> {
    effects.iter().map(|it| show::dated(&it.sentence(language), language)).collect()
}

/// The moves of an account that are still to come, the newest first.
pub(crate) fn pending(
    tx: &mut Tx,
    account: AccountId,
    today: Date,
    visitor: &Visitor,
) -> Result<Vec<Pending>> {
    let mut pending = Vec::new();
    for it in store::moves::of_account(tx, account)? {
        if it.is_pending(today) {
            let effects = store::moves::effects(tx, it.id, it.version)?;
            pending.push(Pending {
                id: it.id,
                version: it.version,
                name: show::move_kind(it.kind, visitor.words()),
                days: days(&it, visitor),
                effects: said(&effects, visitor.language),
            });
        }
    }
    Ok(pending)
}

/// `ends Dec 1, 2026, starts Dec 3, 2026`.
fn days(it: &Move, visitor: &Visitor) -> String {
    let words = visitor.words();
    let said = [(words.move_stops, it.stops_on), (words.move_starts, it.starts_on)];
    let said = said
        .into_iter()
        .filter_map(|(word, on)| Some(format!("{word} {}", show::day(on?, visitor.language))));
    said.collect::<Vec<_>>().join(", ")
}

/// Shows a move.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &id, &asked.done, None).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: &str,
    done: &str,
    refused: Option<(Typed, Error)>,
) -> Result<Response> {
    let id = MoveId(id.parse().map_err(|_| NotThere)?);
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let notice = match done {
        "redated" => visitor.words().move_redated_done,
        "cancelled" => visitor.words().move_cancelled_done,
        _ => "",
    };
    let (here, visitor) = (console.clone(), visitor.clone());
    let page = blocking(move || {
        here.db.read(|tx| Ok(Page { notice, ..looked(tx, &here, &visitor, id, refused)? }))
    })
    .await?;
    Ok(draw(status, &page))
}

fn looked(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    id: MoveId,
    refused: Option<(Typed, Error)>,
) -> Result<Page> {
    let (words, language) = (visitor.words(), visitor.language);
    let it = store::moves::get(tx, id)?;
    let account = store::account::get(tx, it.account)?;
    let effects = store::moves::effects(tx, id, it.version)?;
    let mut versions = Vec::new();
    for version in store::moves::versions(tx, id)?.into_iter().rev() {
        versions.push(Version {
            when: show::instant(version.at, &console.zone, language),
            who: who(tx, version.by, words)?,
            said: show::move_said(version.said, words),
            days: days(&version, visitor),
        });
    }
    let title = format!("{} {id}", show::move_kind(it.kind, words));
    let (typed, says) = match refused {
        Some((typed, why)) => (typed, refusal::said(&why, &console.zone, language)),
        None => (Typed::default(), String::new()),
    };
    let day = |name: &str, there: Option<Date>| {
        there.map(|it| typed.some(name).map_or_else(|| it.to_string(), str::to_owned))
    };
    Ok(Page {
        head: Head::new(console, Some(visitor), language, &title),
        title,
        number: account.number.to_string(),
        name: store::person::get(tx, account.person)?.name,
        notice: "",
        says,
        state: show::move_said(it.said, words),
        may: it.said != Said::Cancelled && visitor.may(Permission::MoveService),
        id,
        version: it.version,
        starts_on: day("starts_on", it.starts_on),
        stops_on: day("stops_on", it.stops_on),
        estimate: typed.has("estimate", "on"),
        effects: said(&effects, language),
        versions,
    })
}

/// Puts a move on other days.
pub(crate) async fn redate(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let day = |name: &str| typed.text(name).parse::<Date>().ok();
    let estimate = typed.has("estimate", "on");
    let read = if estimate { ReadWanted::Estimated } else { ReadWanted::Ordered };
    let to = NewDays { starts_on: day("starts_on"), stops_on: day("stops_on"), read };
    let act =
        move |tx: &mut Tx, actor, id, seen| moves::redate(tx, actor, id, seen, &to).map(|_| ());
    change(console, visitor, id, typed, "redated", act).await
}

/// Takes a move back.
pub(crate) async fn cancel(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let act = |tx: &mut Tx, actor, id, seen| moves::cancel(tx, actor, id, seen).map(|_| ());
    change(console, visitor, id, Typed::new(fields), "cancelled", act).await
}

/// Changes a move as it was seen. Who changed it before is said, beside what was typed.
async fn change(
    console: Arc<Console>,
    visitor: Visitor,
    id: String,
    typed: Typed,
    done: &str,
    act: impl FnOnce(&mut Tx, Actor, MoveId, i64) -> Result<()> + Send + 'static,
) -> Response {
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let seen = typed.text("version").parse::<i64>().unwrap_or(0);
    let actor = visitor.actor();
    let (here, of) = (console.clone(), id.clone());
    let changed = blocking(move || {
        stale?;
        let of = MoveId(of.parse().map_err(|_| NotThere)?);
        here.db.write(|tx| act(tx, actor, of, seen))
    })
    .await;
    let done = match changed {
        Ok(()) => Ok(Redirect::to(&format!("/moves/{id}?done={done}")).into_response()),
        Err(why) if why.is::<Refused>() => {
            page(&console, &visitor, &id, "", Some((typed, why))).await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

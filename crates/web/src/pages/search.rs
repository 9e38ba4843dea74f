//! The first page: finding a customer by any scrap, and how the newest turns of the bill cycles
//! stand.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{Timestamp, ToSpan};
use meterbook_app::search::{self, Found};
use meterbook_core::permission::Permission;
use meterbook_core::search::{About, Scrap, ScrapKind};
use meterbook_store as store;
use serde::Deserialize;

use super::cycle::{Turn, UNBILLED_DAYS, turn};
use super::task::{KindRow, kinds};
use super::{Head, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::show;
use crate::words::Words;

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    head: Head,
    searched: bool,
    found: Vec<Row>,
    turns: Vec<Turn>,
    tasks: Vec<KindRow>,
    may_keep: bool,
    /// Agreements that were not billed for long.
    unbilled: u64,
}

struct Row {
    number: String,
    /// Its page.
    link: String,
    /// Where service starts or stops from here, for those who may.
    moves: String,
    moves_word: &'static str,
    name: String,
    address: String,
    why: Vec<Why>,
    balance: String,
}

/// What of it matched.
struct Why {
    kind: &'static str,
    text: String,
}

/// Turns on the first page: each is counted from its agreements, and nobody reads more.
const TURNS: i64 = 5;

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

/// Shows what was found; the only hit is opened at once, and so is a bill by its number.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(Asked { q }): Query<Asked>,
) -> Response {
    let done = found(&console, &visitor, q.trim()).await;
    answer(&console, &visitor, done)
}

async fn found(console: &Arc<Console>, visitor: &Visitor, q: &str) -> Result<Response> {
    let (here, asked) = (console.clone(), q.to_owned());
    let today = console.zone.day_of(Timestamp::now());
    let (found, turns, (counts, unbilled)) = blocking(move || {
        here.db.read(|tx| {
            if !asked.is_empty() {
                return Ok((search::search(tx, &asked)?, Vec::new(), (Vec::new(), 0)));
            }
            let windows = store::window::newest_run(tx, TURNS)?;
            let turns = windows.iter().map(|it| Ok((it.id, store::run::standing(tx, it)?)));
            let turns = turns.collect::<Result<Vec<_>>>()?;
            let unbilled = here.unbilled(tx, today.checked_sub(UNBILLED_DAYS.days())?)?;
            Ok((Vec::new(), turns, (store::task::counts(tx, today)?, unbilled)))
        })
    })
    .await?;
    if let [only] = &found[..]
        && only.subject.about == About::Account
    {
        let page = match &only.why[..] {
            [Scrap { kind: ScrapKind::Bill, text }] => format!("/bills/{text}"),
            _ => format!("/accounts/{}", only.number),
        };
        return Ok(Redirect::to(&page).into_response());
    }
    let mut head = Head::new(console, Some(visitor), visitor.language, visitor.words().customers);
    head.query = q.to_owned();
    let page = Page {
        head,
        searched: !q.is_empty(),
        found: found.into_iter().map(|it| row(it, visitor)).collect(),
        turns: turns.iter().map(|(id, it)| turn(*id, it, visitor)).collect(),
        tasks: kinds(&counts, visitor, today),
        may_keep: visitor.may(Permission::KeepCustomers),
        unbilled,
    };
    Ok(draw(StatusCode::OK, &page))
}

fn row(it: Found, visitor: &Visitor) -> Row {
    let words = visitor.words();
    let why = |scrap: Scrap| Why { kind: kind(scrap.kind, words), text: scrap.text };
    let id = it.subject.id;
    let (link, number) = match it.subject.about {
        About::Account => (format!("/accounts/{}", it.number), it.number),
        About::Premise => (format!("/premises/{id}"), format!("{} {}", words.premise, it.number)),
        About::Order => (format!("/orders/{id}"), format!("{} {}", words.work_order, it.number)),
    };
    let (moves, moves_word) = match it.subject.about {
        About::Account if visitor.may(Permission::MoveService) => {
            (format!("{link}/move"), words.move_title)
        }
        About::Premise if visitor.may(Permission::KeepCustomers) => {
            (format!("/sign-up?at={id}"), words.move_new_customer)
        }
        _ => (String::new(), ""),
    };
    Row {
        number,
        link,
        moves,
        moves_word,
        name: if it.name.is_empty() { words.nobody_served.to_owned() } else { it.name },
        address: it.address,
        why: it.why.into_iter().map(why).collect(),
        balance: it.balance.map_or_else(String::new, show::money),
    }
}

fn kind(kind: ScrapKind, words: &Words) -> &'static str {
    match kind {
        ScrapKind::Account => words.account,
        ScrapKind::Bill => words.bill,
        ScrapKind::Payment => words.payment,
        ScrapKind::Order => words.work_order,
        ScrapKind::Meter => words.meter,
        ScrapKind::Phone => words.phone,
        ScrapKind::Email => words.email,
        ScrapKind::Premise => words.premise,
        ScrapKind::ServicePoint => words.service_point,
        ScrapKind::Parcel => words.parcel,
        ScrapKind::Name => words.name,
        ScrapKind::Address => words.address,
    }
}

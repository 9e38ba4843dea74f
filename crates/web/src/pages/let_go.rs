//! How much of each step of collections, and of late fees, would be done today beside the most that rules let
//! be done; more of a day is let go by a second person who knows how much it is.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::approval::{Asked as Wanted, do_or_ask};
use meterbook_app::let_go::{self, Foretold, NewSteps, What};
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use serde::Deserialize;

use super::money::{self, Fields, Tab, go_on, no, or_waits, step, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;

#[derive(Template)]
#[template(path = "let_go.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    says: String,
    rows: Vec<Row>,
    /// Whether late fees were counted too.
    fees: bool,
    /// Whether they may have them counted, which takes as long as asking for them.
    may_count: bool,
    typed: Typed,
    /// Whether something waits that they may ask for.
    may: bool,
}

struct Row {
    word: &'static str,
    name: &'static str,
    many: String,
    /// What the form sends: which, and how many were seen.
    sends: String,
    before: String,
    most: String,
    stands: &'static str,
    tone: &'static str,
    waits: bool,
}

#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    fees: String,
}

/// What would be done today.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, !asked.fees.is_empty(), Default::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    fees: bool,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, today) = (console.clone(), money::today(console));
    let may = visitor.may(Permission::RunCollections);
    let fees = fees && may;
    let all = blocking(move || {
        let mut all = here.db.read(|tx| let_go::steps(tx, today))?;
        if fees {
            all.push(here.db.write(|tx| let_go::fees(tx, Timestamp::now()))?);
        }
        Ok(all)
    })
    .await?;
    let words = visitor.money();
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.let_go),
        tabs: tabs(visitor, "/let-go"),
        rows: all.iter().map(|it| row(it, words)).collect(),
        fees,
        typed,
        may_count: may && !fees,
        may: may && all.iter().any(Foretold::waits),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn row(it: &Foretold, words: &Words) -> Row {
    let number = |it: i64| grouped(&it.to_string());
    let (stands, tone) = match (it.let_go, it.waits()) {
        (true, _) => (words.let_go_counted, "good"),
        (false, true) => (words.let_go_waits, "warn"),
        (false, false) => (words.let_go_within, ""),
    };
    Row {
        word: it.what.word(),
        name: match it.what {
            What::Step(it) => step(it, words),
            What::LateFees => words.let_go_fees,
        },
        many: number(it.many),
        sends: format!("{} {}", it.what.word(), it.many),
        before: number(it.before),
        most: it.most.map_or_else(String::new, number),
        stands,
        tone,
        waits: it.waits(),
    }
}

/// Asks a second person to let exactly as many go as were seen.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let (what, many) = sent.text("what").split_once(' ').ok_or_else(none)?;
        let (what, many) = (What::from_word(what), many.parse());
        let new = NewSteps {
            what: what.ok_or(NotThere)?,
            on: money::today(here),
            many: many.map_err(|_| NotThere)?,
        };
        let went =
            here.db.write(|tx| do_or_ask(tx, actor, &Wanted::Steps(new), sent.text("why")))?;
        Ok(or_waits(went, "/let-go"))
    };
    let again = |(typed, says): (Typed, String)| {
        let fees = typed.some("fees").is_some();
        page(&console, &visitor, fees, (typed, says))
    };
    go_on(&console, &visitor, fields, act, again).await
}

fn none() -> anyhow::Error {
    no("choose at least one".to_owned())
}

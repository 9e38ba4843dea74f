//! The first page: finding a customer by any scrap, and how the newest turns of the bill cycles
//! stand.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use meterbook_app::search::{self, Found};
use meterbook_core::bill::BillNumber;
use meterbook_core::bill::run::{Stage, Standing};
use meterbook_core::text::grouped;
use meterbook_store as store;
use serde::Deserialize;

use super::task::{KindRow, kinds};
use super::{Head, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::show;

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    head: Head,
    searched: bool,
    found: Vec<Row>,
    turns: Vec<Turn>,
    tasks: Vec<KindRow>,
}

struct Row {
    number: String,
    name: String,
    address: String,
    scrap: String,
    balance: String,
}

/// How one turn of a bill cycle stands.
struct Turn {
    cycle: String,
    period: String,
    stage: &'static str,
    done: bool,
    agreements: String,
    billed: String,
    held: String,
    /// Whether something of it waits for a clerk.
    waits: bool,
    exempt: String,
    total: String,
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
    let (bill, found, turns, counts) = blocking(move || {
        here.db.read(|tx| {
            let bill = store::bill::by_number(tx, &BillNumber(asked.to_uppercase()))?;
            if !asked.is_empty() {
                return Ok((bill, search::search(tx, &asked)?, Vec::new(), Vec::new()));
            }
            let windows = store::window::newest_run(tx, TURNS)?;
            let turns = windows.iter().map(|it| store::run::standing(tx, it));
            let turns = turns.collect::<Result<Vec<_>>>()?;
            Ok((bill, Vec::new(), turns, store::task::counts(tx, today)?))
        })
    })
    .await?;
    if bill.is_some() {
        return Ok(Redirect::to(&format!("/bills/{}", q.to_uppercase())).into_response());
    }
    if let [only] = &found[..] {
        return Ok(Redirect::to(&format!("/accounts/{}", only.number)).into_response());
    }
    let row = |it: Found| Row {
        number: it.number.to_string(),
        name: it.name,
        address: it.address,
        scrap: it.scrap,
        balance: show::money(it.balance),
    };
    let mut head = Head::new(console, Some(visitor), visitor.language, visitor.words().customers);
    head.query = q.to_owned();
    let page = Page {
        head,
        searched: !q.is_empty(),
        found: found.into_iter().map(row).collect(),
        turns: turns.iter().map(|it| turn(it, visitor)).collect(),
        tasks: kinds(&counts, visitor, today),
    };
    Ok(draw(StatusCode::OK, &page))
}

fn turn(it: &Standing, visitor: &Visitor) -> Turn {
    let words = visitor.words();
    let count = |of: i64| grouped(&of.to_string());
    Turn {
        cycle: it.cycle.to_string(),
        period: show::period(it.period, visitor.language),
        stage: match it.stage {
            Stage::Checking => words.checking,
            Stage::Posting => words.posting,
            Stage::Done => words.done,
        },
        done: it.stage == Stage::Done,
        agreements: count(it.population),
        billed: count(it.billed),
        held: count(it.held),
        waits: 0 < it.held,
        exempt: count(it.exempt),
        total: show::money(it.total),
    }
}

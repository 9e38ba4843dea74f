//! The first page: finding a customer by any scrap.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use meterbook_app::search::{self, Found};
use meterbook_core::bill::BillNumber;
use meterbook_store as store;
use serde::Deserialize;

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
}

struct Row {
    number: String,
    name: String,
    address: String,
    scrap: String,
    balance: String,
}

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
    let (bill, found) = blocking(move || {
        here.db.read(|tx| {
            let bill = store::bill::by_number(tx, &BillNumber(asked.to_uppercase()))?;
            let found = if asked.is_empty() { Vec::new() } else { search::search(tx, &asked)? };
            Ok((bill, found))
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
    let page = Page { head, searched: !q.is_empty(), found: found.into_iter().map(row).collect() };
    Ok(draw(StatusCode::OK, &page))
}

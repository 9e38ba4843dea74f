//! What a service would have come to on every tariff that it could be on.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use meterbook_app::Refused;
use meterbook_app::usage::compare::{Comparison, compare};
use meterbook_core::id::ServicePointId;
use meterbook_store as store;

use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::{Console, evidence, show};

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    head: Head,
    point: i64,
    /// Of which days.
    days: String,
    bills: usize,
    billed: String,
    rows: Vec<Row>,
    /// Tariffs that cannot be compared, and why.
    apart: Vec<[String; 3]>,
    refused: String,
}

struct Row {
    code: String,
    name: String,
    own: bool,
    total: String,
    more: String,
}

/// The newest bills of whoever takes service at a point, on every tariff.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(point): Path<i64>,
) -> Response {
    let here = console.clone();
    let today = console.zone.day_of(Timestamp::now());
    let done = blocking(move || {
        here.db.read(|tx| {
            let there = store::agreement::at(tx, ServicePointId(point))?;
            let newest = there.iter().max_by_key(|it| it.from).ok_or(NotThere)?.id;
            match compare(tx, newest, today) {
                Ok(it) => Ok(Ok(it)),
                Err(why) => Ok(Err(why.downcast::<Refused>()?)),
            }
        })
    })
    .await;
    let done = done.map(|it| draw(StatusCode::OK, &page(&console, &visitor, point, it)));
    answer(&console, &visitor, done)
}

fn page(
    console: &Console,
    visitor: &Visitor,
    point: i64,
    found: Result<Comparison, Refused>,
) -> Page {
    let (words, language) = (visitor.words(), visitor.language);
    let mut page = Page {
        head: Head::new(console, Some(visitor), language, words.compare_title),
        point,
        days: String::new(),
        bills: 0,
        billed: String::new(),
        rows: Vec::new(),
        apart: Vec::new(),
        refused: String::new(),
    };
    let it = match found {
        Ok(it) => it,
        Err(why) => {
            page.refused = evidence::refused(&why.to_string(), language);
            return page;
        }
    };
    page.days = it.days().map_or_else(String::new, |it| show::period(it, language));
    page.bills = it.bills.len();
    page.billed = show::money(it.billed());
    let own = it.rows.iter().find(|it| it.is_own).and_then(|it| it.total());
    for row in it.rows {
        match (&row.cost, row.total()) {
            (Ok(_), Some(total)) => page.rows.push(Row {
                more: own.map_or_else(String::new, |own| show::change(total - own)),
                total: show::money(total),
                own: row.is_own,
                code: row.code,
                name: row.name,
            }),
            (Err(hold), _) => {
                let why = evidence::said(&hold.to_string(), language);
                page.apart.push([row.code, row.name, why]);
            }
            (Ok(_), None) => {}
        }
    }
    page
}

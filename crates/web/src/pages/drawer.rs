//! A cashier's drawer: opened with what is counted, what it took, counted and closed.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use meterbook_app::{drawer, receipt};
use meterbook_core::id::TenderId;
use meterbook_core::ledger::count::{Checks, Compared, counted};
use meterbook_store as store;
use meterbook_store::drawer::{Counted, Drawer};
use serde::Deserialize;

use super::money::{self, Fields, Tab, go_on, no, tabs};
use super::{Head, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::{Console, show};

/// What is counted one by one; all else is said as a sum.
const PIECES: &[&str] =
    &["100", "50", "20", "10", "5", "2", "1", "0.50", "0.25", "0.10", "0.05", "0.01"];
/// Tenders that are listed: what somebody may still want to take back.
const TENDERS: i64 = 50;
/// Earlier drawers that are listed.
const EARLIER: i64 = 10;

#[derive(Template)]
#[template(path = "drawer.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    open: Option<Open>,
    pieces: Vec<Piece>,
    typed: Typed,
    earlier: Vec<[String; 8]>,
}

/// The drawer that is open.
struct Open {
    title: String,
    /// The float and what was taken: what, how many, how much.
    rows: Vec<[String; 3]>,
    cash: String,
    tenders: Vec<Tendered>,
}

struct Tendered {
    id: i64,
    kind: &'static str,
    reference: String,
    amount: String,
}

struct Piece {
    worth: &'static str,
    many: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// The drawer of whoever looks, or the form that opens one.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let words = visitor.money();
    let notice = match asked.done.as_str() {
        "opened" => words.drawer_opened,
        "closed" => words.drawer_closed,
        "voided" => words.drawer_voided,
        _ => "",
    };
    let done = page(&console, &visitor, notice, (Typed::default(), String::new())).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    notice: &'static str,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, actor, staff) = (console.clone(), visitor.actor(), visitor.present.member.id);
    let (holds, tenders, earlier) = blocking(move || {
        here.db.read(|tx| {
            let (holds, tenders) = match store::drawer::of(tx, staff)? {
                Some(it) => {
                    (Some(drawer::holds(tx, actor)?), store::drawer::tenders(tx, it.id, TENDERS)?)
                }
                None => (None, Vec::new()),
            };
            Ok((holds, tenders, store::drawer::closed(tx, staff, EARLIER)?))
        })
    })
    .await?;
    let (words, language) = (visitor.money(), visitor.language);
    let open = holds.map(|it| {
        let float = [words.drawer_float.to_owned(), String::new(), show::money(it.drawer.float)];
        let taken = it.taken.iter().map(|(kind, many, sum)| {
            let kind = show::tender(*kind, visitor.words()).to_owned();
            [kind, many.to_string(), show::money(*sum)]
        });
        Open {
            title: format!(
                "{} {}, {} {}",
                words.drawer,
                it.drawer.id,
                words.drawer_open_since,
                show::day(it.drawer.on, language)
            ),
            rows: std::iter::once(float).chain(taken).collect(),
            cash: show::money(it.cash()),
            tenders: tenders
                .iter()
                .map(|it| Tendered {
                    id: it.id.0,
                    kind: show::tender(it.kind, visitor.words()),
                    reference: it.reference.clone(),
                    amount: show::money(it.amount),
                })
                .collect(),
        }
    });
    let many = |worth: &str| typed.text(&format!("piece-{worth}")).to_owned();
    let closed = |(drawer, it): &(Drawer, Counted)| {
        // Closed before they were counted, it says nothing of checks.
        let (checks, checks_over) = it.checks.map_or_else(Default::default, |it| {
            let Compared { counted, expected } = it;
            let of = |it: Checks| format!("{} × {}", it.count, show::money(it.sum));
            (format!("{} / {}", of(counted), of(expected)), show::change(it.over()))
        });
        [
            drawer.id.to_string(),
            show::day(drawer.on, language),
            show::money(it.expected),
            show::money(it.counted),
            show::change(it.over()),
            checks,
            checks_over,
            it.why.clone(),
        ]
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.drawer),
        tabs: tabs(visitor, "/drawer"),
        notice,
        open,
        pieces: PIECES.iter().map(|worth| Piece { worth, many: many(worth) }).collect(),
        typed,
        earlier: earlier.iter().map(closed).collect(),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// What was counted, as the books keep it: `20x5 5x2 118.00`.
fn counts(typed: &Typed) -> String {
    let mut words = Vec::new();
    for worth in PIECES {
        if let Some(many) = typed.some(&format!("piece-{worth}")) {
            words.push(format!("{worth}x{many}"));
        }
    }
    words.extend(typed.some("rest").map(str::to_owned));
    words.join(" ")
}

/// The checks that were counted, as the books take them: `3:77.00`.
fn checks(typed: &Typed) -> String {
    match [typed.text("checks"), typed.text("checks-sum")].map(str::trim) {
        ["", ""] => String::new(),
        [count, sum] => format!("{count}:{sum}"),
    }
}

/// Opens a drawer with what was counted.
pub(crate) async fn open(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let float = counted(&counts(sent)).map_err(no)?;
        here.db.write(|tx| drawer::open(tx, actor, float))?;
        Ok("/drawer?done=opened".to_owned())
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Closes it with what was counted.
pub(crate) async fn close(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let (cash, checks) = (counts(sent), checks(sent));
        here.db.write(|tx| drawer::close(tx, actor, (&cash, &checks), sent.text("why")))?;
        Ok("/drawer?done=closed".to_owned())
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Takes back what was taken today and never was right.
pub(crate) async fn void(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(tender): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        here.db.write(|tx| receipt::void(tx, actor, TenderId(tender), sent.text("void")))?;
        Ok("/drawer?done=voided".to_owned())
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

//! Money of which nobody knows whose it is: what is held, whom each might be from and why, and giving it
//! to them or back.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use meterbook_app::approval::{self, do_or_ask};
use meterbook_app::suspense::{self, Candidate, Clue, NewHeldRefund};
use meterbook_core::id::SuspenseId;
use meterbook_core::ledger::Suspended;
use meterbook_core::permission::Permission;
use meterbook_store as store;
use serde::Deserialize;

use super::money::{self, Fields, Tab, go_on, or_waits, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::bank;
use crate::words::money::Words;
use crate::{Console, show};

/// Parts that the form has room for; more of them go in a second time.
const PARTS: usize = 4;

#[derive(Template)]
#[template(path = "suspense.html")]
struct List {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    rows: Vec<Row>,
    sum: String,
}

struct Row {
    id: i64,
    on: String,
    amount: String,
    said: String,
}

#[derive(Template)]
#[template(path = "held.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    says: String,
    it: Row,
    came: String,
    candidates: Vec<Named>,
    typed: Typed,
    words: &'static bank::Words,
    parts: usize,
    /// Since when it is nobody's no more, where that is so.
    ended: String,
    may_match: bool,
    may_return: bool,
}

struct Named {
    key: usize,
    number: String,
    name: String,
    owes: String,
    why: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// All that is held.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || {
        here.db.read(|tx| Ok((store::suspense::open(tx)?, store::suspense::sum(tx)?)))
    })
    .await;
    let done = done.map(|(held, sum)| {
        let words = visitor.money();
        let page = List {
            head: Head::new(&console, Some(&visitor), visitor.language, words.suspense),
            tabs: tabs(&visitor, "/suspense"),
            notice: match asked.done.as_str() {
                "matched" => words.held_matched,
                "returned" => words.held_returned,
                _ => "",
            },
            rows: held.iter().map(|it| row(it, &visitor)).collect(),
            sum: show::money(sum.1),
        };
        draw(StatusCode::OK, &page)
    });
    answer(&console, &visitor, done)
}

fn row(it: &Suspended, visitor: &Visitor) -> Row {
    Row {
        id: it.id.0,
        on: show::day(it.on, visitor.language),
        amount: show::money(it.amount),
        said: it.said.clone(),
    }
}

/// One of it, and whom it might be from.
pub(crate) async fn one(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
) -> Response {
    let done = page(&console, &visitor, id, (Typed::default(), String::new())).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: i64,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let here = console.clone();
    let (held, came, ended, candidates) = blocking(move || {
        here.db.read(|tx| {
            let held = store::suspense::get(tx, SuspenseId(id))?.ok_or(NotThere)?;
            let came = store::receipt::get(tx, held.tender)?.ok_or(NotThere)?;
            let ended = store::suspense::ended(tx, held.id)?;
            let candidates = match ended {
                None => suspense::candidates(tx, &held)?,
                Some(_) => Vec::new(),
            };
            Ok((held, came, ended, candidates))
        })
    })
    .await?;
    let (words, language) = (visitor.money(), visitor.language);
    let named = |(key, it): (usize, &Candidate)| Named {
        key,
        number: it.account.number.to_string(),
        name: it.name.clone(),
        owes: show::money(it.balance),
        why: it.why.iter().map(|it| clue(*it, words)).collect::<Vec<_>>().join("; "),
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.suspense),
        tabs: tabs(visitor, "/suspense"),
        it: row(&held, visitor),
        came: format!(
            "{} {}",
            show::tender(came.tender.kind, visitor.words()),
            came.tender.reference
        ),
        candidates: (1..).zip(&candidates).map(named).collect(),
        typed,
        words: bank::words(language),
        parts: PARTS,
        ended: ended.map_or_else(String::new, |it| show::day(it, language)),
        may_match: visitor.may(Permission::MatchPayments),
        may_return: visitor.may(Permission::RefundCredit),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// What speaks for an account.
fn clue(it: Clue, words: &Words) -> &'static str {
    match it {
        Clue::Number => words.clue_number,
        Clue::Bill => words.clue_bill,
        Clue::Found => words.clue_found,
        Clue::Amount => words.clue_amount,
    }
}

/// Gives it to an account.
pub(crate) async fn give(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        // The button of a candidate says which; the field does for all others.
        let to = sent.some("to").unwrap_or(sent.text("other"));
        here.db.write(|tx| {
            let account = money::account(tx, to)?.id;
            suspense::match_to(tx, actor, SuspenseId(id), account, sent.text("why"))
        })?;
        Ok("/suspense?done=matched".to_owned())
    };
    let again = |it| page(&console, &visitor, id, it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Gives parts of it to several accounts; what is left is held on.
pub(crate) async fn part(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        let rest = here.db.write(|tx| {
            let (currency, mut parts) = (store::utility::get(tx)?.currency, Vec::new());
            for (nth, to) in sent.all("part-to").enumerate().filter(|it| !it.1.is_empty()) {
                let text = sent.nth("part-amount", nth).unwrap_or_default();
                let amount = money::amount(currency, text)?;
                parts.push((money::account(tx, to)?.id, amount));
            }
            suspense::split(tx, actor, SuspenseId(id), &parts, sent.text("part-why"))?;
            let of = store::suspense::get(tx, SuspenseId(id))?.ok_or(NotThere)?;
            suspense::rest(tx, &of)
        })?;
        Ok(rest.map_or_else(
            || "/suspense?done=matched".to_owned(),
            |it| format!("/suspense/{}", it.id),
        ))
    };
    let again = |it| page(&console, &visitor, id, it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Gives it back to whoever brought it, or asks for a second person.
pub(crate) async fn give_back(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        let went = here.db.write(|tx| {
            let id = SuspenseId(id);
            let amount = store::suspense::get(tx, id)?.ok_or(NotThere)?.amount;
            let asked = approval::Asked::RefundHeld(NewHeldRefund { id, amount });
            do_or_ask(tx, actor, &asked, sent.text("return"))
        })?;
        Ok(or_waits(went, "/suspense?done=returned"))
    };
    let again = |it| page(&console, &visitor, id, it);
    go_on(&console, &visitor, fields, act, again).await
}

//! Closing days and months: a checklist that runs itself, what keeps a day from being closed, and the
//! evidence of all that were.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::close::{self, Checklist, Level};
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store as store;
use meterbook_store::journal::Journal;
use serde::Deserialize;

use super::money::{self, Fields, Tab, go_on, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::{Console, evidence, show};

/// Days and months that are listed.
const ROWS: i64 = 60;
const MONTHS: i64 = 24;

#[derive(Template)]
#[template(path = "close.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    on: String,
    on_says: String,
    month: String,
    steps: Vec<Step>,
    stands: bool,
    days: Vec<Day>,
    months: Vec<Month>,
    /// What was found when a day or a month was closed.
    of: String,
    evidence: Vec<[String; 2]>,
    typed: Typed,
    may_close: bool,
}

/// One thing that is looked at.
struct Step {
    name: &'static str,
    found: String,
    wrong: Vec<String>,
}

struct Day {
    on: String,
    word: String,
    number: i64,
    entries: String,
    debits: String,
}

struct Month {
    month: String,
    word: String,
    level: &'static str,
    why: String,
}

#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    on: String,
    /// Of which the evidence is shown: a day, or a month with how it was closed.
    #[serde(default)]
    of: String,
}

/// The checklist of a day, and what was closed.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, asked, Default::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    asked: Asked,
    (typed, says): (Typed, String),
) -> Result<Response> {
    // What is no day is as good as none: the form asks for one.
    let on = asked.on.parse().unwrap_or_else(|_| money::today(console));
    let (here, of) = (console.clone(), asked.of.clone());
    let (list, days, months, found) = blocking(move || {
        here.db.read(|tx| {
            let list = close::look(tx, on)?;
            let days = store::journal::recent(tx, ROWS)?;
            let months = store::journal::months(tx, MONTHS)?;
            Ok((list, days, months, store::journal::evidence(tx, &of)?))
        })
    })
    .await?;
    let (words, language) = (visitor.money(), visitor.language);
    let day = |it: &Journal| Day {
        on: show::day(it.on, language),
        word: it.on.to_string(),
        number: it.number,
        entries: grouped(&it.entries.to_string()),
        debits: show::money(it.debits),
    };
    let month = |(month, level, why): &(String, String, String)| Month {
        month: month.clone(),
        word: format!("{month} {level}"),
        level: Level::from_word(level).map_or("", |it| said(it, words)),
        why: why.clone(),
    };
    let kept = |(step, found): &(String, String)| {
        [name(step, words).to_owned(), evidence::said(found, language)]
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.close),
        tabs: tabs(visitor, "/close"),
        notice: match asked.done.as_str() {
            "day" => words.day_closed,
            "month" => words.month_closed,
            _ => "",
        },
        on: on.to_string(),
        on_says: show::day(on, language),
        month: on.strftime("%Y-%m").to_string(),
        stands: list.wrong.is_empty(),
        steps: steps(&list, visitor),
        days: days.iter().map(day).collect(),
        months: months.iter().map(month).collect(),
        of: if found.is_empty() { String::new() } else { show::dated(&asked.of, language) },
        evidence: found.iter().map(kept).collect(),
        typed,
        may_close: visitor.may(Permission::KeepBooks),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn steps(list: &Checklist, visitor: &Visitor) -> Vec<Step> {
    let (words, language) = (visitor.money(), visitor.language);
    let wrong = |it: &close::Looked| {
        it.wrong.iter().map(|it| evidence::said(it, language)).collect::<Vec<_>>()
    };
    let step = |it: &close::Looked| Step {
        name: name(it.name, words),
        found: evidence::said(&it.found, language),
        wrong: wrong(it),
    };
    list.steps.iter().map(step).collect()
}

/// What a step of the checklist is called.
fn name(step: &str, words: &Words) -> &'static str {
    match step {
        "entries" => words.close_entries,
        "drawers" => words.close_drawers,
        "subledger" => words.close_subledger,
        "tenders" => words.close_tenders,
        "clearing" => words.close_clearing,
        "suspense" => words.suspense,
        "totals" => words.close_totals,
        "through" => words.close_through,
        "receivable" => words.close_receivable,
        _ => words.close_other,
    }
}

/// How a month is closed.
fn said(it: Level, words: &Words) -> &'static str {
    match it {
        Level::Soft => words.close_soft,
        Level::Hard => words.close_hard,
    }
}

/// Closes a day.
pub(crate) async fn day(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let on = money::day(sent.text("on"))?;
        close::close_day(&here.db, actor, on, sent.text("why"))?;
        Ok(format!("/close?done=day&of={on}&on={on}"))
    };
    let again = |it| again(&console, &visitor, it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Closes a month.
pub(crate) async fn month(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let text = sent.text("month");
        let no = |_| money::no(format!("{text} is no month; write it like 2026-08"));
        let month: Date = format!("{text}-01").parse().map_err(no)?;
        let level = Level::from_word(sent.text("level")).ok_or(NotThere)?;
        here.db.write(|tx| close::close_month(tx, actor, month, level, sent.text("month-why")))?;
        Ok(format!("/close?done=month&of={text}+{}", level.word()))
    };
    let again = |it| again(&console, &visitor, it);
    go_on(&console, &visitor, fields, act, again).await
}

async fn again(
    console: &Arc<Console>,
    visitor: &Visitor,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let asked = Asked { on: typed.text("on").to_owned(), ..Asked::default() };
    page(console, visitor, asked, (typed, says)).await
}

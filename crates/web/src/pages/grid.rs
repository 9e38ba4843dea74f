//! Payments entered line by line against a control count and sum: each line's account is named as soon as
//! it is typed, and all are posted at once or none.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::Refused;
use meterbook_app::drawer::grid::{self, Grid, Typed as TypedLine, Whose};
use meterbook_app::drawer::{self, DrawerRefusal};
use meterbook_core::currency::Currency;
use meterbook_core::ledger::Tender;
use meterbook_core::limits::PAYMENT_ROWS;
use meterbook_core::money::Money;
use meterbook_store as store;
use serde::Deserialize;

use super::money::{self, Fields, Tab, tabs};
use super::{Head, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::{Console, evidence, show};

/// Lines that a grid begins with, and that are added at once.
const ROWS: usize = 8;
/// How a line may be paid.
const TENDERS: &[Tender] = &[Tender::Check, Tender::Cash, Tender::Card, Tender::Bank];

#[derive(Template)]
#[template(path = "grid.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: String,
    says: String,
    typed: Typed,
    rows: Vec<Row>,
    tenders: Vec<(&'static str, &'static str)>,
    sums: Sums,
    /// Agencies of which something is promised.
    agencies: Vec<String>,
    /// Whether what is entered goes into an open drawer.
    drawer: bool,
    /// Whether nothing was typed yet.
    fresh: bool,
}

struct Row {
    nth: usize,
    whose: String,
    amount: String,
    tender: String,
    reference: String,
    name: String,
    /// What of a promise of the agency it would keep, where it would.
    keeps: Option<String>,
    /// Whether nobody is known to have it.
    nobody: bool,
    wrong: String,
}

/// What the lines come to, beside what was said.
struct Sums {
    count: String,
    total: String,
    left_count: String,
    left: String,
    /// Whether it is what was said.
    agrees: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: Option<i64>,
}

/// An empty grid.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let notice = asked.done.map_or_else(String::new, |id| {
        format!("{} {id}: {}", visitor.money().grid_batch, visitor.money().grid_posted)
    });
    let done = page(&console, &visitor, Typed::default(), (notice, None)).await;
    answer(&console, &visitor, done)
}

/// What a refusal says of the whole, and of single lines.
type No = (String, HashMap<i64, String>);

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    mut typed: Typed,
    (notice, no): (String, Option<No>),
) -> Result<Response> {
    typed.or("on", || money::today(console).to_string());
    let here = console.clone();
    let (lines, staff) = (lines(&typed), visitor.present.member.id);
    let on = money::day(typed.text("on")).unwrap_or_else(|_| money::today(console));
    let agency = typed.some("agency").map(str::to_owned);
    let (seen, currency, drawer, agencies) = blocking(move || {
        here.db.read(|tx| {
            let seen = grid::look(tx, &lines, on, agency.as_deref())?;
            let currency = store::utility::get(tx)?.currency;
            Ok((seen, currency, store::drawer::of(tx, staff)?, store::pledge::agencies(tx)?))
        })
    })
    .await?;
    let (words, language) = (visitor.money(), visitor.language);
    let (says, wrong) = no.unwrap_or_default();
    let more = if typed.text("do") == "more" { ROWS } else { 0 };
    let many = (typed.all("whose").count() + more).clamp(ROWS, PAYMENT_ROWS);
    let row = |nth: usize| {
        let line = i64::try_from(nth).unwrap_or(i64::MAX) + 1;
        let known = seen.lines.iter().find(|it| it.line == line);
        let text = |name| typed.nth(name, nth).unwrap_or("").to_owned();
        let said = wrong.get(&line).or(known.and_then(|it| it.wrong.as_ref()));
        Row {
            nth: nth + 1,
            whose: text("whose"),
            amount: text("amount"),
            tender: text("tender"),
            reference: text("reference"),
            keeps: known.map(|it| it.keeps).filter(|it| *it != Money::ZERO).map(show::money),
            name: match known.map(|it| &it.whose) {
                Some(Whose::Theirs { number, name, owes }) => {
                    format!("{name}, {number}, {} {}", words.owes, show::money(*owes))
                }
                Some(Whose::Nobody) => words.grid_nobody.to_owned(),
                Some(Whose::Unsaid) | None => String::new(),
            },
            nobody: known.is_some_and(|it| it.whose == Whose::Nobody),
            wrong: said.map_or_else(String::new, |it| evidence::refused(it, language)),
        }
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.grid),
        tabs: tabs(visitor, "/payments"),
        notice,
        rows: (0..many).map(row).collect(),
        tenders: TENDERS.iter().map(|it| (it.word(), show::tender(*it, visitor.words()))).collect(),
        sums: sums(&seen, currency, &typed),
        agencies,
        drawer: drawer.is_some(),
        fresh: !typed.is_there("whose"),
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn sums(seen: &Grid, currency: Currency, typed: &Typed) -> Sums {
    let said = control(currency, typed).ok();
    Sums {
        count: seen.count.to_string(),
        total: show::money(seen.total),
        left_count: said.map_or_else(String::new, |it| seen.left_count(it.0).to_string()),
        left: said.map_or_else(String::new, |it| show::money(seen.left(it.1))),
        agrees: said.is_some_and(|it| 0 < seen.count && it == (seen.count, seen.total)),
    }
}

/// The count and the sum that were said beforehand.
fn control(currency: Currency, typed: &Typed) -> Result<(usize, Money)> {
    let count = typed.text("count");
    let wrong = || money::no(format!("{count} is no count; write a whole number"));
    Ok((count.parse().map_err(|_| wrong())?, money::amount(currency, typed.text("total"))?))
}

fn lines(typed: &Typed) -> Vec<TypedLine> {
    let line = |(nth, whose): (usize, &str)| {
        let text = |name| typed.nth(name, nth).unwrap_or("").to_owned();
        TypedLine {
            line: i64::try_from(nth).unwrap_or(i64::MAX) + 1,
            whose: whose.to_owned(),
            amount: text("amount"),
            tender: text("tender"),
            reference: text("reference"),
        }
    };
    typed.all("whose").take(PAYMENT_ROWS).enumerate().map(line).collect()
}

/// Looks at the lines, adds some, or posts them all.
pub(crate) async fn enter(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let typed = Typed::new(fields);
    if typed.text("do") != "post" {
        let done = page(&console, &visitor, typed, (String::new(), None)).await;
        return answer(&console, &visitor, done);
    }
    let wall = console.zone.tz().to_datetime(Timestamp::now());
    let name = format!("{} {wall:.0}", visitor.present.member.name);
    let act = move |here: &Console, actor, sent: &Typed| {
        let (control, on) = (control(here.currency()?, sent)?, money::day(sent.text("on"))?);
        let posted = here.db.write(|tx| {
            let seen = grid::look(tx, &lines(sent), on, sent.some("agency"))?;
            let wrong = seen.lines.iter();
            let wrong = wrong.filter_map(|it| Some((it.line, it.wrong.clone()?)));
            let wrong: Vec<(i64, String)> = wrong.collect();
            if !wrong.is_empty() {
                return Err(meterbook_app::refuse(DrawerRefusal::Lines(wrong)));
            }
            let name = sent.some("name").unwrap_or(&name);
            drawer::post_batch(tx, actor, &seen.batch(name, control))
        });
        // What is wrong with single lines is said beside them.
        posted.map(Ok).or_else(|why| of_lines(&why).map(Err).ok_or(why))
    };
    let done = match money::asked(&console, &visitor, &typed, act).await {
        Ok(Ok(Ok(id))) => Ok(Redirect::to(&format!("/payments?done={id}")).into_response()),
        Ok(Ok(Err(wrong))) => {
            let no = (visitor.money().grid_wrong.to_owned(), wrong);
            page(&console, &visitor, typed, (String::new(), Some(no))).await
        }
        Ok(Err(says)) => {
            page(&console, &visitor, typed, (String::new(), Some((says, HashMap::new())))).await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

/// What is refused of single lines.
fn of_lines(why: &Error) -> Option<HashMap<i64, String>> {
    let refused = why.downcast_ref::<Refused>().and_then(Refused::as_a::<DrawerRefusal>);
    match refused {
        Some(DrawerRefusal::Lines(wrong)) => Some(wrong.iter().cloned().collect()),
        _ => None,
    }
}

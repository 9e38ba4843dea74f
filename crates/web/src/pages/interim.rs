//! A bill of an account's days so far: what it would be, and making it.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::bill_run::interim::{self, NewInterim};
use meterbook_core::account::Account;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::bill::{Bill, Segment};
use meterbook_core::id::AgreementId;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

use super::once::{account, charged};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::show;
use crate::typed::Typed;

#[derive(Template)]
#[template(path = "interim.html")]
struct Page {
    head: Head,
    number: String,
    name: String,
    /// Why there is no such bill.
    refused: String,
    to: String,
    /// The services that go on: number, what it is called, whether it is meant.
    services: Vec<(i64, String, bool)>,
    accept: bool,
    will: Option<Will>,
    asked: Vec<(String, String)>,
}

/// What it would be.
struct Will {
    parts: Vec<Part>,
    total: String,
    cents: i64,
    due: String,
}

/// One service of it.
struct Part {
    colour: &'static str,
    name: String,
    days: String,
    usage: String,
    total: String,
    lines: Vec<[String; 3]>,
}

/// The form, with what it would be where a day is said.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let done = form(&console, &visitor, &number, Typed::new(fields), None).await;
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    typed: Typed,
    refused: Option<Error>,
) -> Result<Response> {
    let (here, who, number) = (console.clone(), visitor.clone(), number.to_owned());
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = blocking(move || {
        here.db.write(|tx| {
            let account = account(tx, &number)?;
            looked(tx, &here, &who, (&account, &typed), refused)
        })
    })
    .await?;
    Ok(draw(status, &page))
}

fn looked(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    (account, typed): (&Account, &Typed),
    mut refused: Option<Error>,
) -> Result<Page> {
    let (language, actor) = (visitor.language, visitor.actor());
    let today = console.zone.day_of(actor.at);
    let mut will = None;
    if let Some(new) = wanted(account, typed) {
        match interim::preview(tx, actor, &new) {
            Ok(bill) => will = Some(seen(&bill, visitor)),
            Err(why) => drop(refused.get_or_insert(refusal::only(why)?)),
        }
    }
    let mut services = Vec::new();
    for it in store::agreement::of_account(tx, account.id)? {
        if it.to.is_none_or(|to| today < to) {
            let point = store::place::service_point(tx, it.service_point)?;
            let street = store::place::premise(tx, point.premise)?.street;
            let service = show::commodity(point.commodity, visitor.words());
            let chosen = typed.text("service").parse() == Ok(it.id.0);
            services.push((it.id.0, format!("{service}, {}, {street}", it.tariff), chosen));
        }
    }
    Ok(Page {
        head: Head::new(console, Some(visitor), language, visitor.words().interim_title),
        number: account.number.to_string(),
        name: store::person::get(tx, account.person)?.name,
        refused: refused.map_or_else(String::new, |it| refusal::said(&it, &console.zone, language)),
        to: typed.some("to").map_or_else(|| today.to_string(), str::to_owned),
        services,
        accept: typed.has("accept", "yes"),
        asked: typed.others(&["secret", "total"]),
        will,
    })
}

/// What is asked for; nothing before a day is said.
fn wanted(account: &Account, typed: &Typed) -> Option<NewInterim> {
    let to: Date = typed.text("to").parse().ok()?;
    let only = typed.text("service").parse().ok().map(AgreementId);
    let unusual = if typed.has("accept", "yes") { Unusual::Accept } else { Unusual::Hold };
    Some(NewInterim { account: account.id, only, to, unusual, total: Money::ZERO })
}

fn seen(bill: &Bill, visitor: &Visitor) -> Will {
    Will {
        parts: bill.segments.iter().map(|it| part(it, visitor)).collect(),
        total: show::money(bill.total),
        cents: bill.total.cents(),
        due: show::day(bill.due_on, visitor.language),
    }
}

fn part(it: &Segment, visitor: &Visitor) -> Part {
    let language = visitor.language;
    let lines = it.lines.iter().map(|it| charged(it, language));
    Part {
        colour: show::colour(it.commodity),
        name: format!(
            "{}, {}",
            show::commodity(it.commodity, visitor.words()),
            it.tariff_called(language)
        ),
        days: show::period(it.period, language),
        usage: show::quantity(it.usage),
        total: show::money(it.total),
        lines: lines.collect(),
    }
}

/// Makes it. What is refused is said beside the form, with what was typed.
pub(crate) async fn make(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let same = guard::same_session(&visitor, typed.text("secret"));
    let (here, actor, sent, of) = (console.clone(), visitor.actor(), typed.clone(), number.clone());
    let made = blocking(move || {
        same?;
        here.db.write(|tx| {
            let new = wanted(&account(tx, &of)?, &sent).ok_or(NotThere)?;
            let cents = sent.text("total").parse().map_err(|_| NotThere)?;
            interim::make(tx, actor, &NewInterim { total: Money::from_cents(cents), ..new })
        })
    })
    .await;
    let done = match made {
        Ok(bill) => Ok(Redirect::to(&format!("/bills/{}", bill.number)).into_response()),
        Err(why) => match refusal::only(why) {
            Ok(why) => form(&console, &visitor, &number, typed, Some(why)).await,
            Err(why) => Err(why),
        },
    };
    answer(&console, &visitor, done)
}

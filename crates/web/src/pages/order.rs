//! Field orders: the list of open ones, and one with its steps and what it may take next.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::order::{self, day};
use meterbook_app::{Actor, Refused};
use meterbook_core::id::{CrewId, OrderId};
use meterbook_core::limits::ORDER_ROWS;
use meterbook_core::order::{CalledOff, Hindrance, OrderKind, Priority, State as Stands, Step};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::text::{decimal, grouped};
use meterbook_store::order::Which;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::show;

#[derive(Template)]
#[template(path = "orders.html")]
struct List {
    head: Head,
    asked: Asked,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    crews: Vec<Choice>,
    rows: Vec<Row>,
}

struct Choice {
    word: String,
    name: String,
    chosen: bool,
}

struct Row {
    id: i64,
    kind: &'static str,
    priority: &'static str,
    loud: bool,
    state: &'static str,
    due: String,
    overdue: bool,
    crew: String,
    on: String,
    address: String,
}

/// Which orders are asked for; the address of the page holds it.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    crew: String,
    #[serde(default)]
    on: String,
}

/// Shows the open orders, the most urgent first.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = listed(&console, &visitor, asked).await;
    answer(&console, &visitor, done)
}

async fn listed(console: &Arc<Console>, visitor: &Visitor, asked: Asked) -> Result<Response> {
    let (here, language) = (console.clone(), visitor.language);
    let which = Which {
        crew: asked.crew.parse().ok().map(CrewId),
        on: asked.on.parse().ok(),
        state: Stands::from_word(&asked.state),
        kind: OrderKind::from_word(&asked.kind),
    };
    let (crews, rows) = blocking(move || {
        here.db.read(|tx| {
            let crews = store::crew::all(tx)?;
            let rows = rows(tx, &here, which, language)?;
            Ok((crews, rows))
        })
    })
    .await?;
    let choice = |word: &str, name: &str, chosen: &str| Choice {
        word: word.to_owned(),
        name: name.to_owned(),
        chosen: word == chosen,
    };
    let open = Stands::ALL.iter().filter(|it| !it.is_end());
    let page = List {
        head: Head::new(console, Some(visitor), language, visitor.words().orders),
        states: open.map(|it| choice(it.word(), it.said(language), &asked.state)).collect(),
        kinds: OrderKind::ALL
            .iter()
            .map(|it| choice(it.word(), it.said(language), &asked.kind))
            .collect(),
        crews: crews.iter().map(|it| choice(&it.id.to_string(), &it.name, &asked.crew)).collect(),
        rows,
        asked,
    };
    Ok(draw(StatusCode::OK, &page))
}

fn rows(tx: &mut Tx, console: &Console, which: Which, language: Language) -> Result<Vec<Row>> {
    let now = Timestamp::now();
    let mut rows = Vec::new();
    for (order, stands) in store::order::open(tx, which, ORDER_ROWS)? {
        let premise = store::place::premise(tx, order.premise)?;
        let (crew, on) = match stands.crew {
            Some((crew, on)) => (store::crew::get(tx, crew)?.name, show::day(on, language)),
            None => (String::new(), String::new()),
        };
        rows.push(Row {
            id: order.id.0,
            kind: order.kind.said(language),
            priority: order.priority.said(language),
            loud: order.priority == Priority::Emergency,
            state: stands.state.said(language),
            due: order.due.map(|it| show::instant(it, &console.zone, language)).unwrap_or_default(),
            overdue: order.overdue(stands.state, now),
            crew,
            on,
            address: premise.lines().join(", "),
        });
    }
    Ok(rows)
}

#[derive(Template)]
#[template(path = "order.html")]
struct Page {
    head: Head,
    says: String,
    id: i64,
    kind: &'static str,
    priority: &'static str,
    loud: bool,
    state: &'static str,
    overdue: bool,
    address: String,
    customer: String,
    account: String,
    facts: Vec<(&'static str, String)>,
    dials: Vec<DialRow>,
    steps: Vec<StepRow>,
    photos: Vec<String>,
    /// The steps it may take, for those who may take them.
    may: Vec<&'static str>,
    crews: Vec<Choice>,
    hindrances: Vec<Choice>,
    reasons: Vec<Choice>,
    form: Stepped,
}

struct DialRow {
    meter: String,
    unit: String,
    last: String,
    on: String,
}

struct StepRow {
    when: String,
    by: String,
    what: String,
    note: String,
}

/// What the form of a step holds; it is shown again when it is refused.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Stepped {
    #[serde(default)]
    secret: String,
    step: String,
    #[serde(default)]
    crew: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    note: String,
}

/// Shows an order.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Response {
    let done = page(&console, &visitor, &id, None).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: &str,
    refused: Option<(Stepped, String)>,
) -> Result<Response> {
    let id = OrderId(id.parse().map_err(|_| NotThere)?);
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (here, visitor) = (console.clone(), visitor.clone());
    let page =
        blocking(move || here.db.read(|tx| followed(tx, &here, &visitor, id, refused))).await?;
    Ok(draw(status, &page))
}

fn followed(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    id: OrderId,
    refused: Option<(Stepped, String)>,
) -> Result<Page> {
    let (language, words) = (visitor.language, visitor.words());
    let it = order::follow(tx, id)?;
    let state = it.stands.state;
    let stop = day::stop(tx, it.order, state)?;
    let order = &stop.order;
    let account = match order.account {
        Some(account) => store::account::get(tx, account)?.number.to_string(),
        None => String::new(),
    };
    let instant = |at| show::instant(at, &console.zone, language);
    let mut facts = Vec::new();
    let mut fact = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    fact(words.order_due, order.due.map(instant));
    fact(
        words.order_promised,
        stop.arrival.map(|it| format!("{}, {}–{}", show::day(it.on, language), it.from, it.to)),
    );
    fact(words.order_skills, (!order.skills.is_empty()).then(|| order.skills.to_string()));
    fact(words.order_off_below, order.off_below.map(show::money));
    fact(words.order_about, (!order.about.is_empty()).then(|| order.about.clone()));
    let flows = match order.service_point {
        Some(point) => store::connection::of(tx, point)?.pop(),
        None => None,
    };
    fact(
        words.order_flows,
        flows
            .map(|(on, state, _)| format!("{}, {}", state.said(language), show::day(on, language))),
    );
    let ids: Vec<_> = it.steps.iter().filter_map(|it| it.by).collect();
    let staff = store::staff::names(tx, &ids)?;
    let mut steps = Vec::new();
    for taken in it.steps.iter().rev() {
        steps.push(StepRow {
            when: instant(taken.at),
            by: taken.by.and_then(|by| staff.get(&by).cloned()).unwrap_or_default(),
            what: step_said(tx, taken.step, visitor)?,
            note: taken.note.clone(),
        });
    }
    let dials = stop.dials.iter().map(|dial| DialRow {
        meter: dial.meter.clone(),
        unit: dial.unit.map(|it| it.to_string()).unwrap_or_default(),
        last: dial.last.map(|it| grouped(&decimal(it.1, 6))).unwrap_or_default(),
        on: dial.last.map(|it| show::day(it.0, language)).unwrap_or_default(),
    });
    let (form, says) = refused.unwrap_or_default();
    let works = [Permission::OrderWork, Permission::DispatchWork, Permission::CompleteWork];
    let may = if works.into_iter().any(|it| visitor.may(it)) { state.steps() } else { &[] };
    let choice = |word: String, name: String, chosen: &str| {
        let chosen = word == chosen;
        Choice { word, name, chosen }
    };
    let crews = store::crew::all(tx)?;
    Ok(Page {
        head: Head::new(console, Some(visitor), language, &format!("{} {id}", words.order_word)),
        says,
        id: id.0,
        kind: order.kind.said(language),
        priority: order.priority.said(language),
        loud: order.priority == Priority::Emergency,
        state: state.said(language),
        overdue: order.overdue(state, Timestamp::now()),
        address: stop.premise.lines().join(", "),
        customer: stop.customer.clone().unwrap_or_default(),
        account,
        facts,
        dials: dials.collect(),
        steps,
        photos: store::order::photos(tx, id)?.into_iter().map(|it| it.sha256).collect(),
        may: may.to_vec(),
        crews: crews.into_iter().map(|it| choice(it.id.to_string(), it.name, &form.crew)).collect(),
        hindrances: Hindrance::ALL
            .iter()
            .map(|it| choice(it.word().to_owned(), it.said(language).to_owned(), &form.why))
            .collect(),
        reasons: CalledOff::ALL
            .iter()
            .map(|it| choice(it.word().to_owned(), it.said(language).to_owned(), &form.why))
            .collect(),
        form,
    })
}

fn step_said(tx: &mut Tx, step: Step, visitor: &Visitor) -> Result<String> {
    let (language, words) = (visitor.language, visitor.words());
    Ok(match step {
        Step::Created => words.order_created.to_owned(),
        Step::Assigned { crew, on } => {
            let crew = store::crew::get(tx, crew)?.name;
            format!("{}: {crew}, {}", Stands::Assigned.said(language), show::day(on, language))
        }
        Step::Unassigned => words.order_unassigned.to_owned(),
        Step::EnRoute => Stands::EnRoute.said(language).to_owned(),
        Step::OnSite => Stands::OnSite.said(language).to_owned(),
        Step::Done { on } => {
            format!("{}, {}", Stands::Done.said(language), show::day(on, language))
        }
        Step::CouldNotDo(why) => {
            format!("{}: {}", Stands::NotDone.said(language), why.said(language))
        }
        Step::Cancelled(why) => {
            format!("{}: {}", Stands::Cancelled.said(language), why.said(language))
        }
        Step::Reopened => words.order_reopened.to_owned(),
    })
}

/// Takes a step. What is refused is said beside the form, with what was typed.
pub(crate) async fn step(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Form(form): Form<Stepped>,
) -> Response {
    let stale = guard::same_session(&visitor, &form.secret);
    let (here, by, order, sent) =
        (console.clone(), visitor.present.member.id, id.clone(), form.clone());
    let taken = blocking(move || {
        stale?;
        let order = OrderId(order.parse().map_err(|_| NotThere)?);
        let actor = Actor { by: Some(by), at: Timestamp::now() };
        here.db.write(|tx| take(tx, actor, order, &sent))
    })
    .await;
    let done = match taken {
        Ok(()) => Ok(Redirect::to(&format!("/orders/{id}")).into_response()),
        Err(why) if why.is::<Refused>() => {
            page(&console, &visitor, &id, Some((form, why.to_string()))).await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

fn take(tx: &mut Tx, actor: Actor, id: OrderId, form: &Stepped) -> Result<()> {
    let no = |text: String| meterbook_app::refuse(Said(text));
    match form.step.as_str() {
        "assign" => {
            let crew = form.crew.parse().map_err(|_| no("choose a crew".to_owned()))?;
            let on: Date = form.on.parse().map_err(|_| no("choose a day".to_owned()))?;
            order::assign(tx, actor, id, CrewId(crew), on)
        }
        "unassign" => order::unassign(tx, actor, id),
        "en-route" => order::en_route(tx, actor, id),
        "on-site" => order::on_site(tx, actor, id),
        "reopen" => order::reopen(tx, actor, id, &form.note),
        "could-not-do" => {
            let why = Hindrance::from_word(&form.why);
            let why = why.ok_or_else(|| no("choose a reason".to_owned()))?;
            order::could_not_do(tx, actor, id, why, &form.note)
        }
        "cancel" => {
            let why = CalledOff::from_word(&form.why);
            let why = why.ok_or_else(|| no("choose a reason".to_owned()))?;
            order::cancel(tx, actor, id, why, &form.note)
        }
        other => Err(no(format!("{other} is no step of an order"))),
    }
}

/// A photo, as its camera made it.
pub(crate) async fn photo(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path((id, sha256)): Path<(String, String)>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || {
        let id = OrderId(id.parse().map_err(|_| NotThere)?);
        here.db.read(|tx| store::order::photo(tx, id, &sha256))
    })
    .await;
    let shown = |(media, bytes): (String, Vec<u8>)| {
        ([(header::CONTENT_TYPE, media)], bytes).into_response()
    };
    answer(&console, &visitor, done.map(shown))
}

#[derive(Debug)]
struct Said(String);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

//! Field orders: the list of open ones, and one with its steps and what it may take next.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::appointment::{self, Offer};
use meterbook_app::order::completion::{Completion, FieldRead, SetMeter, complete};
use meterbook_app::order::{self, day};
use meterbook_app::{Actor, Refused};
use meterbook_core::about::About;
use meterbook_core::id::{CrewId, OrderId};
use meterbook_core::limits::{FORM_BYTES, ORDER_ROWS, PHOTO_BYTES};
use meterbook_core::order::sheet::Dial as Dialled;
use meterbook_core::order::{CalledOff, Hindrance, OrderKind, Priority, State as Stands, Step};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::text::{decimal, grouped, scaled};
use meterbook_store::order::Which;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::application::{Dial, channels, dials};
use super::document;
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::sent::{Sent, SentFile};
use crate::show;
use crate::typed::Typed;
use crate::words::Words;

/// Days of which windows are offered.
const OFFERED_FOR: i64 = 14;

#[derive(Template)]
#[template(path = "orders.html")]
struct List {
    head: Head,
    asked: Asked,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    crews: Vec<Choice>,
    rows: Vec<Row>,
    may_order: bool,
}

/// One of several, in a list to choose from.
pub(crate) struct Choice {
    pub(crate) word: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
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
        may_order: visitor.may(Permission::OrderWork),
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
    premise: String,
    /// The service point's page.
    point: String,
    customer: String,
    account: String,
    facts: Vec<(&'static str, String)>,
    dials: Vec<DialRow>,
    steps: Vec<StepRow>,
    photos: Vec<String>,
    /// How large a photo may be.
    photo_most: String,
    documents: Vec<document::Listed>,
    /// Where a document is added, for those who may.
    adds: Option<String>,
    /// The steps it may take, for those who may take them.
    may: Vec<&'static str>,
    crews: Vec<Choice>,
    hindrances: Vec<Choice>,
    reasons: Vec<Choice>,
    /// What was typed, when it was refused.
    typed: Typed,
    /// Whether a meter may be hung, or come down.
    sets: bool,
    removes: bool,
    counts: Vec<Choice>,
    done_on: String,
    /// What a crew could still promise, and whether something is promised.
    offers: Vec<Choice>,
    promised: bool,
    may_book: bool,
}

struct DialRow {
    meter: String,
    /// The meter's page.
    link: String,
    /// Its name in the form of a completion.
    field: String,
    read: String,
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
    refused: Option<(Typed, String)>,
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
    refused: Option<(Typed, String)>,
) -> Result<Page> {
    let (language, words) = (visitor.language, visitor.words());
    let it = order::follow(tx, id)?;
    let state = it.stands.state;
    let stop = day::stop(tx, it.order, state)?;
    let order = &stop.order;
    let today = console.zone.day_of(Timestamp::now());
    let open = matches!(state, Stands::Open | Stands::Assigned | Stands::NotDone);
    let may_book = open && visitor.may(Permission::OrderWork);
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
    fact(
        words.order_skills,
        (!order.skills.is_empty()).then(|| skills(&order.skills.to_string(), words)),
    );
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
    let (typed, says) = refused.unwrap_or_default();
    let mut meter = String::new();
    if let (Some(dial), Some(commodity)) = (stop.dials.first(), stop.commodity) {
        let known = store::meter::by_serial(tx, &dial.meter)?;
        let hung = known.into_iter().find(|it| it.commodity == commodity);
        meter = hung.map_or_else(String::new, |it| format!("/meters/{}", it.id));
    }
    let found = stop.dials.iter().enumerate().map(|(nth, dial)| DialRow {
        field: format!("read-{nth}"),
        link: meter.clone(),
        read: typed.text(&format!("read-{nth}")).to_owned(),
        meter: dial.meter.clone(),
        unit: dial.unit.map(|it| it.to_string()).unwrap_or_default(),
        last: dial.last.map(|it| grouped(&decimal(it.1, 6))).unwrap_or_default(),
        on: dial.last.map(|it| show::day(it.0, language)).unwrap_or_default(),
    });
    let found: Vec<_> = found.collect();
    let may = state.steps().iter().copied().filter(|it| visitor.may(needs(it)));
    let may: Vec<_> = may.collect();
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
        premise: stop.premise.id.to_string(),
        point: order.service_point.map(|it| it.to_string()).unwrap_or_default(),
        customer: stop.customer.clone().unwrap_or_default(),
        account,
        facts,
        dials: found,
        steps,
        photos: store::order::photos(tx, id)?.into_iter().map(|it| it.sha256).collect(),
        photo_most: document::size(i64::try_from(PHOTO_BYTES)?),
        documents: document::listed(tx, console, visitor, &[About::Order(id.0)])?,
        adds: document::adding(visitor, About::Order(id.0)),
        may,
        crews: crews
            .into_iter()
            .map(|it| choice(it.id.to_string(), it.name, typed.text("crew")))
            .collect(),
        hindrances: Hindrance::ALL
            .iter()
            .map(|it| choice(it.word().to_owned(), it.said(language).to_owned(), typed.text("why")))
            .collect(),
        reasons: CalledOff::ALL
            .iter()
            .map(|it| choice(it.word().to_owned(), it.said(language).to_owned(), typed.text("why")))
            .collect(),
        sets: order.service_point.is_some() && order.kind.may_set(),
        removes: order.kind.may_remove() && !stop.dials.is_empty(),
        counts: dials_of(stop.commodity, typed.text("counts")),
        done_on: typed.some("done_on").map_or_else(|| today.to_string(), str::to_owned),
        offers: if may_book { offers(tx, id, &typed, language)? } else { Vec::new() },
        promised: stop.arrival.is_some(),
        may_book,
        typed,
    })
}

/// What a crew must know: commodities in the reader's language, and what else there is as it is kept.
fn skills(text: &str, words: &Words) -> String {
    let said = text.split(", ").map(|it| {
        Commodity::from_word(it).map_or_else(
            || it.to_owned(),
            |commodity| show::commodity(commodity, words).to_lowercase(),
        )
    });
    said.collect::<Vec<_>>().join(", ")
}

/// What the act of a step asks for.
fn needs(step: &str) -> Permission {
    match step {
        "assign" | "unassign" => Permission::DispatchWork,
        "cancel" | "reopen" => Permission::OrderWork,
        _ => Permission::CompleteWork,
    }
}

/// The windows that crews have room in during the next two weeks.
fn offers(tx: &mut Tx, id: OrderId, typed: &Typed, language: Language) -> Result<Vec<Choice>> {
    let actor = Actor::system(Timestamp::now());
    let offers = appointment::offers(tx, actor, id, Date::MIN, OFFERED_FOR)?;
    let choice = |it: &Offer| {
        let word = offered(it);
        let arrival = it.arrival;
        Choice {
            chosen: typed.text("offer") == word,
            name: format!(
                "{}, {}–{}, {}",
                show::day(arrival.on, language),
                arrival.from,
                arrival.to,
                it.crew.name
            ),
            word,
        }
    };
    Ok(offers.iter().map(choice).collect())
}

/// An offer as a form names it.
fn offered(it: &Offer) -> String {
    format!("{} {} {}-{}", it.crew.id, it.arrival.on, it.arrival.from, it.arrival.to)
}

fn dials_of(commodity: Option<Commodity>, chosen: &str) -> Vec<Choice> {
    let Some(commodity) = commodity else { return Vec::new() };
    let choice = |it: Dial| Choice { word: it.word.to_owned(), name: it.name, chosen: it.chosen };
    dials(commodity, chosen).into_iter().map(choice).collect()
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

/// Takes a step, or promises a window. What is refused is said beside the form, with what was typed.
pub(crate) async fn step(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    sent: Sent,
) -> Response {
    let typed = sent.typed.clone();
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let (here, by, order) = (console.clone(), visitor.present.member.id, id.clone());
    let taken = blocking(move || {
        stale?;
        let order = OrderId(order.parse().map_err(|_| NotThere)?);
        let actor = Actor { by: Some(by), at: Timestamp::now() };
        here.db.write(|tx| take(tx, actor, order, sent))
    })
    .await;
    let done = match taken {
        Ok(()) => Ok(Redirect::to(&format!("/orders/{id}")).into_response()),
        Err(why) if why.is::<Refused>() => {
            let says = refusal::said(&why, &console.zone, visitor.language);
            page(&console, &visitor, &id, Some((typed, says))).await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

fn take(tx: &mut Tx, actor: Actor, id: OrderId, sent: Sent) -> Result<()> {
    let no = |text: &str| meterbook_app::refuse(Said { field: "", text: text.to_owned() });
    if sent.too_much {
        return Err(no(&format!(
            "all files together are more than {FORM_BYTES} bytes; send fewer, or smaller ones"
        )));
    }
    let (typed, photos) = (&sent.typed, sent.files);
    let note = typed.text("note");
    match typed.text("step") {
        "assign" => {
            let crew = typed.text("crew").parse().map_err(|_| no("choose a crew"))?;
            let on: Date = typed.text("on").parse().map_err(|_| no("choose a day"))?;
            order::assign(tx, actor, id, CrewId(crew), on)
        }
        "unassign" => order::unassign(tx, actor, id),
        "en-route" => order::en_route(tx, actor, id),
        "on-site" => order::on_site(tx, actor, id),
        "reopen" => order::reopen(tx, actor, id, note),
        "could-not-do" => {
            let why = Hindrance::from_word(typed.text("why"));
            let why = why.ok_or_else(|| no("choose a reason"))?;
            order::could_not_do(tx, actor, id, why, note)
        }
        "cancel" => {
            let why = CalledOff::from_word(typed.text("why"));
            let why = why.ok_or_else(|| no("choose a reason"))?;
            order::cancel(tx, actor, id, why, note)
        }
        "complete" => {
            let done = completion(tx, id, typed, photos)?;
            complete(tx, actor, id, &done)
        }
        "promise" => {
            // The act offers nothing before today.
            let offers = appointment::offers(tx, actor, id, Date::MIN, OFFERED_FOR)?;
            let chosen = offers.into_iter().find(|it| offered(it) == typed.text("offer"));
            let Offer { crew, arrival } = chosen.ok_or_else(|| {
                no("somebody else was promised that window meanwhile; choose another one")
            })?;
            let promised = store::appointment::of_order(tx, id)?.is_some();
            let promise = if promised { appointment::change } else { appointment::book };
            promise(tx, actor, id, crew.id, arrival).map(|_| ())
        }
        "unpromise" => appointment::cancel(tx, actor, id),
        other => Err(no(&format!("{other} is no step of an order"))),
    }
}

/// What the crew brought back, as it was typed: a read for each register that was found, and the
/// meter that was hung or came down; and its photos.
fn completion(
    tx: &mut Tx,
    id: OrderId,
    typed: &Typed,
    photos: Vec<SentFile>,
) -> Result<Completion> {
    let no = |text: String| meterbook_app::refuse(Said { field: "", text });
    let on: Date =
        typed.text("done_on").parse().map_err(|_| no("choose the day it was done".to_owned()))?;
    let it = order::follow(tx, id)?;
    let kind = it.order.kind;
    let stop = day::stop(tx, it.order, it.stands.state)?;
    let index = |text: &str| {
        scaled(&text.replace([' ', ','], ""), 6)
            .ok_or_else(|| no(format!("{text} is no read; write digits, such as 41972")))
    };
    let mut reads = Vec::new();
    for (nth, dial) in stop.dials.iter().enumerate() {
        if let Some(text) = typed.some(&format!("read-{nth}")) {
            let Dialled { meter, unit, flow, .. } = dial.clone();
            reads.push(FieldRead { meter, unit, flow, index_micro: index(text)? });
        }
    }
    let set = typed.some("set").map(|serial| SetMeter {
        serial: serial.to_owned(),
        channels: stop.commodity.map_or_else(Vec::new, |it| channels(it, typed.text("counts"))),
    });
    if let (Some(set), Some(text)) = (&set, typed.some("read-set")) {
        let (meter, index_micro) = (set.serial.clone(), index(text)?);
        reads.push(FieldRead { meter, unit: None, flow: None, index_micro });
    }
    let comes_down = typed.has("removed", "on") || (set.is_some() && kind == OrderKind::Exchange);
    let removed = stop.dials.first().filter(|_| comes_down).map(|it| it.meter.clone());
    let found = typed.text("found").to_owned();
    let photos = photos.into_iter().map(|it| it.bytes).collect();
    Ok(Completion { on, found, reads, removed, set, photos })
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

/// What a form cannot be read as, and its field.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) field: &'static str,
    pub(crate) text: String,
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Said {}

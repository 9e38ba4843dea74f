//! Premises, service points and meters: what is there on a day, and everything that was, each thing
//! with a link to its page and one up to what it belongs to.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::term::Said;
use meterbook_app::{order, timeline};
use meterbook_core::about::About;
use meterbook_core::agreement::Agreement;
use meterbook_core::detail::{Detail, DetailKind, Subject, state_of_meter};
use meterbook_core::id::{MeterId, PremiseId, ServicePointId};
use meterbook_core::meter::{Channel, Form, Installation, Meter};
use meterbook_core::order::Order;
use meterbook_core::permission::Permission;
use meterbook_core::place::ServicePoint;
use meterbook_core::reads::Read;
use meterbook_core::text::{decimal, grouped};
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::document::{self, Listed};
use super::timeline::{Line, lines, linked};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::show;

/// Reads of one register on its page: two years by the month.
const READS: usize = 24;

#[derive(Template)]
#[template(path = "place.html")]
struct Page {
    head: Head,
    title: String,
    /// What it belongs to.
    up: Vec<Cell>,
    chips: Vec<String>,
    warnings: Vec<String>,
    acts: Vec<Act>,
    /// Its own address, where the day is asked for.
    here: String,
    on: String,
    sections: Vec<Section>,
    events: Vec<Line>,
}

/// What may be done from here.
struct Act {
    link: String,
    name: &'static str,
    key: &'static str,
}

/// A list of one kind of thing.
struct Section {
    name: &'static str,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
}

struct Row {
    cells: Vec<Cell>,
    /// Whether it holds on the day of the page.
    now: bool,
}

/// A text, and the page of what it names.
#[derive(Default)]
struct Cell {
    text: String,
    link: String,
    number: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    on: String,
}

/// What a page is made with.
struct Eyes<'a> {
    console: &'a Console,
    visitor: &'a Visitor,
    on: Date,
}

/// What a page is of: it makes the page of the thing with an id.
type Of = fn(&mut Tx, &Eyes<'_>, i64) -> Result<Page>;

/// A premise.
pub(crate) fn premise() -> MethodRouter<Arc<Console>> {
    page(|tx, eyes, id| of_premise(tx, eyes, PremiseId(id)))
}

/// A service point.
pub(crate) fn point() -> MethodRouter<Arc<Console>> {
    page(|tx, eyes, id| of_point(tx, eyes, ServicePointId(id)))
}

/// A meter.
pub(crate) fn meter() -> MethodRouter<Arc<Console>> {
    page(|tx, eyes, id| of_meter(tx, eyes, MeterId(id)))
}

fn page(of: Of) -> MethodRouter<Arc<Console>> {
    get(move |console: State<Arc<Console>>, visitor, path, asked| {
        shown(console, visitor, path, asked, of)
    })
}

async fn shown(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    of: Of,
) -> Response {
    let (here, who) = (console.clone(), visitor.clone());
    let page = blocking(move || {
        let id: i64 = id.parse().map_err(|_| NotThere)?;
        let today = || here.zone.day_of(Timestamp::now());
        let on = asked.on.parse().unwrap_or_else(|_| today());
        let eyes = Eyes { console: &here, visitor: &who, on };
        here.db.read(|tx| of(tx, &eyes, id))
    })
    .await;
    let done = page.map(|page| draw(StatusCode::OK, &page));
    answer(&console, &visitor, done)
}

fn of_premise(tx: &mut Tx, eyes: &Eyes<'_>, id: PremiseId) -> Result<Page> {
    let words = eyes.visitor.words();
    let premise = store::place::premise(tx, id)?;
    let served = store::timeline::served(tx, id, eyes.on)?;
    let mut rows = Vec::new();
    for it in served {
        let there = it.customer.as_ref();
        let flows = store::connection::on(tx, it.point, eyes.on)?;
        rows.push(Row {
            cells: vec![
                link(it.point, format!("/points/{}{}", it.point, eyes.day())),
                text(show::commodity(it.commodity, words)),
                there.map_or_else(|| text(words.nobody), |it| account(&it.number.to_string())),
                text(there.map_or("", |it| it.name.as_str())),
                text(there.map_or("", |it| it.tariff.as_str())),
                text(there.map_or_else(String::new, |it| eyes.dated(it.from))),
                it.meter.map_or_else(Cell::default, |(id, serial, _)| {
                    link(serial, format!("/meters/{id}{}", eyes.day()))
                }),
                text(flows.map_or("", |it| it.said(eyes.visitor.language))),
            ],
            now: there.is_some(),
        });
    }
    let details = store::detail::of(tx, Subject::Premise(id))?;
    let mut landlords = Vec::new();
    for it in store::landlord::of(tx, id)? {
        let number = store::account::get(tx, it.account)?.number.to_string();
        landlords.push(Row {
            cells: vec![
                text(show::commodity(it.commodity, words)),
                account(&number),
                text(it.tariff),
                text(eyes.dated(it.from)),
                text(it.to.map(|to| eyes.dated(to)).unwrap_or_default()),
            ],
            now: eyes.holds(it.from, it.to),
        });
    }
    let orders = store::order::at_premise(tx, id)?;
    let events = timeline::of_premise(tx, id)?;
    let mut about = vec![About::Premise(id)];
    about.extend(store::place::points_at(tx, id)?.iter().map(|it| About::ServicePoint(it.id)));
    let documents = documents(tx, eyes, &about)?;
    let mut acts = Vec::new();
    if eyes.visitor.may(Permission::KeepCustomers) {
        let link = format!("/sign-up?at={id}");
        acts.push(Act { link, name: words.move_new_customer, key: "c" });
    }
    acts.extend(eyes.adds(About::Premise(id)));
    if eyes.visitor.may(Permission::OrderWork) {
        let link = format!("/orders/new?premise={id}");
        acts.push(Act { link, name: words.order_new, key: "v" });
    }
    Ok(Page {
        up: Vec::new(),
        chips: vec![format!("{} {id}", words.premise)],
        warnings: eyes.warnings(&details),
        acts,
        here: format!("/premises/{id}"),
        sections: vec![
            Section {
                name: words.served_on,
                heads: vec![
                    words.number,
                    words.service,
                    words.account,
                    words.name,
                    words.rate,
                    words.from,
                    words.meter,
                    words.stands,
                ],
                rows,
            },
            eyes.details(&details),
            documents,
            Section {
                name: words.landlord,
                heads: vec![words.service, words.account, words.rate, words.from, words.until],
                rows: landlords,
            },
            self::orders(tx, eyes, orders)?,
        ],
        events: lines(linked(tx, events, About::Premise(id))?, eyes.console, eyes.visitor),
        ..eyes.page(premise.lines().join(", "))
    })
}

fn of_point(tx: &mut Tx, eyes: &Eyes<'_>, id: ServicePointId) -> Result<Page> {
    let (words, language) = (eyes.visitor.words(), eyes.visitor.language);
    let ServicePoint { premise, commodity, zone, .. } = store::place::service_point(tx, id)?;
    let there = store::place::premise(tx, premise)?;
    let details = store::detail::of(tx, Subject::Point(id))?;
    let of_place = store::detail::of(tx, Subject::Premise(premise))?;
    let mut agreements = Vec::new();
    let mut terms = Vec::new();
    for it in store::agreement::at(tx, id)?.into_iter().rev() {
        agreements.push(agreement(tx, eyes, &it)?);
        terms.extend(said_of(tx, eyes, &it)?);
    }
    let mut hung = Vec::new();
    for it in store::meter::installations_at(tx, id)?.iter().rev() {
        let meter = store::meter::get(tx, it.meter)?.serial;
        let meter = link(meter, format!("/meters/{}{}", it.meter, eyes.day()));
        hung.push(eyes.installation(meter, it));
    }
    let bare = !hung.iter().any(|it| it.now);
    let mut flows = Vec::new();
    let now = store::connection::on(tx, id, eyes.on)?;
    for (from, state, order) in store::connection::of(tx, id)?.into_iter().rev() {
        flows.push(Row {
            cells: vec![
                text(state.said(language)),
                text(eyes.dated(from)),
                order.map_or_else(Cell::default, |it| link(it, format!("/orders/{it}"))),
            ],
            now: from <= eyes.on && now == Some(state),
        });
    }
    let orders = store::order::at_premise(tx, premise)?;
    let orders = orders.into_iter().filter(|it| it.service_point == Some(id)).collect();
    let mut acts = Vec::new();
    if eyes.visitor.may(Permission::OrderWork) {
        let link = format!("/orders/new?point={id}");
        acts.push(Act { link, name: words.order_new, key: "v" });
    }
    let day = eyes.on;
    let usage = format!("/points/{id}/usage?show=months&on={day}");
    acts.push(Act { link: usage, name: words.usage_title, key: "u" });
    acts.extend(eyes.adds(About::ServicePoint(id)));
    let name = show::commodity(commodity, words);
    Ok(Page {
        up: vec![link(there.lines().join(", "), format!("/premises/{premise}{}", eyes.day()))],
        chips: vec![
            format!("{} {id}", words.service_point),
            zone.name().to_owned(),
            now.map_or_else(String::new, |it| it.said(language).to_owned()),
            if bare { words.no_meter.to_owned() } else { String::new() },
        ],
        warnings: eyes.warnings(&of_place),
        acts,
        here: format!("/points/{id}"),
        sections: vec![
            Section {
                name: words.agreements,
                heads: vec![
                    words.number,
                    words.account,
                    words.name,
                    words.rate,
                    words.from,
                    words.until,
                ],
                rows: agreements,
            },
            Section {
                name: words.terms_said,
                heads: vec![words.agreement_word, words.name, words.value, words.from, words.until],
                rows: terms,
            },
            Section {
                name: words.meters,
                heads: vec![words.meter, words.from, words.until],
                rows: hung,
            },
            Section {
                name: words.order_flows,
                heads: vec![words.stands, words.from, words.order_word],
                rows: flows,
            },
            eyes.details(&details),
            documents(tx, eyes, &[About::ServicePoint(id)])?,
            self::orders(tx, eyes, orders)?,
        ],
        ..eyes.page(format!("{name}, {}", there.street))
    })
}

fn of_meter(tx: &mut Tx, eyes: &Eyes<'_>, id: MeterId) -> Result<Page> {
    let words = eyes.visitor.words();
    let meter = store::meter::get(tx, id)?;
    let Meter { serial, commodity, .. } = meter.clone();
    let mut up = Vec::new();
    let mut hung = Vec::new();
    let details = store::detail::of(tx, Subject::Meter(id))?;
    let installations = store::meter::installations_of(tx, id)?;
    let state = state_of_meter(&details, &installations, eyes.on);
    for it in installations.iter().rev() {
        let point = store::place::service_point(tx, it.service_point)?;
        let premise = store::place::premise(tx, point.premise)?;
        let street = link(premise.street, format!("/premises/{}{}", premise.id, eyes.day()));
        let at = link(it.service_point, format!("/points/{}{}", it.service_point, eyes.day()));
        if eyes.holds(it.from, it.to) {
            up.push(Cell { ..link(&street.text, street.link.clone()) });
            up.push(link(format!("{} {}", words.service_point, at.text), at.link.clone()));
        }
        let mut row = eyes.installation(at, it);
        row.cells.insert(1, street);
        hung.push(row);
    }
    let mut sections = vec![Section {
        name: words.where_word,
        heads: vec![words.service_point, words.premise, words.from, words.until],
        rows: hung,
    }];
    let channels = store::meter::channels(tx, id)?;
    sections.push(Section {
        name: words.registers,
        heads: vec![words.counts, words.order_unit, words.direction, words.multiplier],
        rows: channels.iter().map(|it| eyes.channel(it)).collect(),
    });
    sections.push(eyes.details(&details));
    sections.push(documents(tx, eyes, &[About::Meter(id)])?);
    for channel in channels.iter().filter(|it| matches!(it.form, Form::Register { .. })) {
        let mut reads = store::read::of(tx, channel.id)?;
        reads.reverse();
        // As on the day of the page: what was read later was not known then.
        let known = reads.iter().filter(|it| it.on <= eyes.on).take(READS);
        sections.push(Section {
            name: words.reads,
            heads: vec![words.date, words.reads, words.kind_word],
            rows: known.map(|it| eyes.read(it)).collect(),
        });
    }
    let events = timeline::of_meter(tx, &meter)?;
    Ok(Page {
        up,
        chips: vec![
            show::commodity(commodity, words).to_owned(),
            state.map_or_else(String::new, |it| {
                show::detail_value(DetailKind::State, &it, eyes.visitor.language)
            }),
        ],
        acts: eyes.adds(About::Meter(id)).into_iter().collect(),
        here: format!("/meters/{id}"),
        sections,
        events: lines(linked(tx, events, About::Meter(id))?, eyes.console, eyes.visitor),
        ..eyes.page(format!("{} {serial}", words.meter))
    })
}

fn agreement(tx: &mut Tx, eyes: &Eyes<'_>, it: &Agreement) -> Result<Row> {
    let there = store::account::get(tx, it.account)?;
    let name = store::person::get(tx, there.person)?.name;
    Ok(Row {
        cells: vec![
            text(it.id),
            account(&there.number.to_string()),
            text(name),
            text(&it.tariff),
            text(eyes.dated(it.from)),
            text(it.to.map(|to| eyes.dated(to)).unwrap_or_default()),
        ],
        now: eyes.holds(it.from, it.to),
    })
}

/// What an agreement says of itself: what is counted without a meter, such as lamps, is here.
fn said_of(tx: &mut Tx, eyes: &Eyes<'_>, it: &Agreement) -> Result<Vec<Row>> {
    let all = Said::all(store::terms::get(tx, it.id)?);
    let row = |said: Said| {
        let (name, value, (from, to)) = said.parts();
        Row {
            cells: vec![
                text(it.id),
                text(name),
                text(value),
                text(eyes.dated(from)),
                text(to.map(|to| eyes.dated(to)).unwrap_or_default()),
            ],
            now: eyes.holds(from, to) && eyes.holds(it.from, it.to),
        }
    };
    Ok(all.into_iter().map(row).collect())
}

fn orders(tx: &mut Tx, eyes: &Eyes<'_>, orders: Vec<Order>) -> Result<Section> {
    let (words, language) = (eyes.visitor.words(), eyes.visitor.language);
    let mut rows = Vec::new();
    for it in orders.into_iter().rev() {
        let state = order::follow(tx, it.id)?.stands.state;
        rows.push(Row {
            cells: vec![
                link(it.id, format!("/orders/{}", it.id)),
                text(it.kind.said(language)),
                text(state.said(language)),
                text(eyes.dated(it.not_before)),
            ],
            now: false,
        });
    }
    let heads = vec![words.number, words.order_kind, words.stands, words.order_day];
    Ok(Section { name: words.orders, heads, rows })
}

/// The documents about some things, to be had.
fn documents(tx: &mut Tx, eyes: &Eyes<'_>, about: &[About]) -> Result<Section> {
    let words = eyes.visitor.words();
    let row = |it: Listed| {
        let size = Cell { number: true, ..text(it.size) };
        let withdraws = match it.withdraws {
            Some(to) => link(words.document_withdraw.to_owned(), to),
            None => text(String::new()),
        };
        Row { cells: vec![link(it.name, it.link), size, text(it.on), withdraws], now: false }
    };
    let rows = document::listed(tx, eyes.console, eyes.visitor, about)?;
    let rows = rows.into_iter().map(row).collect();
    let heads = vec![words.name, words.size_word, words.date, words.document_withdraw];
    Ok(Section { name: words.documents, heads, rows })
}

fn text(text: impl ToString) -> Cell {
    Cell { text: text.to_string(), ..Cell::default() }
}

fn link(text: impl ToString, link: String) -> Cell {
    Cell { text: text.to_string(), link, number: false }
}

fn account(number: &str) -> Cell {
    link(number, format!("/accounts/{number}"))
}

impl Eyes<'_> {
    /// A page of which only the name is known.
    fn page(&self, title: String) -> Page {
        Page {
            head: Head::new(self.console, Some(self.visitor), self.visitor.language, &title),
            title,
            up: Vec::new(),
            chips: Vec::new(),
            warnings: Vec::new(),
            acts: Vec::new(),
            here: String::new(),
            on: self.on.to_string(),
            sections: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Adding a document to the thing of the page, for those who may.
    fn adds(&self, to: About) -> Option<Act> {
        let name = self.visitor.words().document_add;
        document::adding(self.visitor, to).map(|link| Act { link, name, key: "d" })
    }

    fn dated(&self, on: Date) -> String {
        show::day(on, self.visitor.language)
    }

    /// The day in an address, so that it goes along from page to page; nothing for today.
    fn day(&self) -> String {
        let today = self.console.zone.day_of(Timestamp::now());
        if self.on == today { String::new() } else { format!("?on={}", self.on) }
    }

    fn holds(&self, from: Date, to: Option<Date>) -> bool {
        from <= self.on && to.is_none_or(|to| self.on < to)
    }

    fn installation(&self, of: Cell, it: &Installation) -> Row {
        Row {
            cells: vec![
                of,
                text(self.dated(it.from)),
                text(it.to.map(|to| self.dated(to)).unwrap_or_default()),
            ],
            now: self.holds(it.from, it.to),
        }
    }

    /// What keeps people from going in unwarned, as it is on the day.
    fn warnings(&self, details: &[Detail]) -> Vec<String> {
        let loud = |it: &&Detail| {
            matches!(it.kind, DetailKind::Hazard | DetailKind::Access | DetailKind::Key)
                && self.holds(it.from, it.to)
        };
        let said = |it: &Detail| {
            format!("{}: {}", show::detail_kind(it.kind, self.visitor.language), it.value)
        };
        details.iter().filter(loud).map(said).collect()
    }

    fn details(&self, details: &[Detail]) -> Section {
        let words = self.visitor.words();
        let row = |it: &Detail| Row {
            cells: vec![
                text(show::detail_kind(it.kind, self.visitor.language)),
                text(show::detail_value(it.kind, &it.value, self.visitor.language)),
                text(self.dated(it.from)),
                text(it.to.map(|to| self.dated(to)).unwrap_or_default()),
            ],
            now: self.holds(it.from, it.to),
        };
        Section {
            name: words.known_of_it,
            heads: vec![words.kind_word, words.value, words.from, words.until],
            rows: details.iter().map(row).collect(),
        }
    }

    fn channel(&self, it: &Channel) -> Row {
        let form = match it.form {
            Form::Register { digits } => "0".repeat(digits.into()),
            Form::Interval { minutes } => format!("{minutes} min"),
        };
        Row {
            cells: vec![
                text(form),
                text(it.unit),
                text(show::flow(it.flow, self.visitor.words())),
                Cell { number: true, ..text(decimal(it.multiplier_micro, 6)) },
            ],
            now: false,
        }
    }

    fn read(&self, it: &Read) -> Row {
        Row {
            cells: vec![
                text(self.dated(it.on)),
                Cell { number: true, ..text(grouped(&decimal(it.index_micro, 6))) },
                text(show::read_kind(it.kind, self.visitor.words())),
            ],
            now: false,
        }
    }
}

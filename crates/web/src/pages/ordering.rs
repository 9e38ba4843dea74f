//! Writing a field order down: where, what is to be done, how soon, and what the crew should know.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::order::{self, NewOrder, Where as At};
use meterbook_app::{Refused, refuse};
use meterbook_core::id::{AccountNumber, PremiseId, ServicePointId};
use meterbook_core::order::{OrderKind, Priority};
use meterbook_store::{self as store, Tx};

use super::moving::{Where, hangs, where_to};
use super::order::{Choice, Said};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::show;
use crate::typed::{Typed, Wrong};

#[derive(Template)]
#[template(path = "ordering.html")]
struct Page {
    head: Head,
    typed: Typed,
    wrong: Wrong,
    where_to: Where,
    places: Vec<Choice>,
    kinds: Vec<Choice>,
    priorities: Vec<Choice>,
    not_before: String,
}

/// The form, with what the address fills in: a premise, a service point or an account.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let done = form(&console, &visitor, Typed::new(fields), None).await;
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    typed: Typed,
    refused: Option<Error>,
) -> Result<Response> {
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (here, visitor) = (console.clone(), visitor.clone());
    let page =
        blocking(move || here.db.read(|tx| looked(tx, &here, &visitor, typed, refused.as_ref())))
            .await?;
    Ok(draw(status, &page))
}

fn looked(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    mut typed: Typed,
    refused: Option<&Error>,
) -> Result<Page> {
    let (words, language) = (visitor.words(), visitor.language);
    let mut wrong = Wrong::default();
    if let Some(why) = refused {
        let field =
            why.downcast_ref::<Refused>().and_then(|it| it.as_a::<Said>()).map(|it| it.field);
        wrong.say(field.unwrap_or_default(), refusal::said(why, &console.zone, language));
    }
    let premises = premises(tx, &typed)?;
    if let [only] = premises[..] {
        typed.or("at", || only.to_string());
    }
    let where_to = where_to(tx, &typed)?;
    let chosen = where_to.chosen.as_ref().map(|it| it.id);
    let premises = chosen.map_or(premises, |it| vec![it]);
    let point = typed.some("point").map(|it| format!("point-{it}"));
    let place = typed.some("place").map(str::to_owned).or(point).unwrap_or_default();
    let mut places = Vec::new();
    let choice = |word: String, name: String| Choice { chosen: word == place, word, name };
    for premise in premises {
        let street = store::place::premise(tx, premise)?.street;
        for it in store::place::points_at(tx, premise)? {
            let meter = hangs(tx, it.id)?;
            let service = show::commodity(it.commodity, words);
            let meter = if meter.is_empty() { String::new() } else { format!(", {meter}") };
            places.push(choice(format!("point-{}", it.id), format!("{service}, {street}{meter}")));
        }
        let whole = format!("{}, {street}", words.order_whole);
        places.push(choice(format!("premise-{premise}"), whole));
    }
    let kinds = OrderKind::ALL.iter().map(|it| Choice {
        word: it.word().to_owned(),
        name: it.said(language).to_owned(),
        chosen: it.word() == typed.text("kind"),
    });
    let priorities = Priority::ALL.iter().map(|it| Choice {
        word: it.word().to_owned(),
        name: it.said(language).to_owned(),
        chosen: it.word() == typed.text("priority"),
    });
    let today = || console.zone.day_of(Timestamp::now()).to_string();
    Ok(Page {
        head: Head::new(console, Some(visitor), language, words.order_new),
        not_before: typed.some("not_before").map_or_else(today, str::to_owned),
        kinds: kinds.collect(),
        priorities: priorities.collect(),
        typed,
        wrong,
        where_to,
        places,
    })
}

/// The premises that the address is about.
fn premises(tx: &mut Tx, typed: &Typed) -> Result<Vec<PremiseId>> {
    let mut premises = Vec::new();
    if let Ok(id) = typed.text("premise").parse() {
        premises.push(store::place::premise(tx, PremiseId(id))?.id);
    }
    if let Ok(id) = typed.text("point").parse() {
        premises.push(store::place::service_point(tx, ServicePointId(id))?.premise);
    }
    if let Some(number) = AccountNumber::parse(typed.text("account")) {
        let account = store::account::by_number(tx, number)?.ok_or(NotThere)?;
        for it in store::agreement::of_account(tx, account.id)? {
            if it.to.is_none() {
                premises.push(store::place::service_point(tx, it.service_point)?.premise);
            }
        }
    }
    premises.sort_unstable();
    premises.dedup();
    Ok(premises)
}

/// Writes the order down. What is refused is said beside the form, with what was typed.
pub(crate) async fn send(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    if typed.text("act") == "find" {
        let done = form(&console, &visitor, typed, None).await;
        return answer(&console, &visitor, done);
    }
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let (here, who, sent) = (console.clone(), visitor.clone(), typed.clone());
    let made = blocking(move || {
        stale?;
        let new = new(&here, &sent, &who)?;
        let actor = who.actor();
        here.db.write(|tx| order::add(tx, actor, &new))
    })
    .await;
    let done = match made {
        Ok(order) => Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response()),
        Err(why) if why.is::<Refused>() => form(&console, &visitor, typed, Some(why)).await,
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

fn new(here: &Console, typed: &Typed, visitor: &Visitor) -> Result<NewOrder> {
    let words = visitor.words();
    let no = |field: &'static str, text: &str| refuse(Said { field, text: text.to_owned() });
    let place = match typed.text("place").split_once('-') {
        Some(("point", id)) => id.parse().ok().map(|it| At::Point(ServicePointId(it))),
        Some(("premise", id)) => id.parse().ok().map(|it| At::Premise(PremiseId(it))),
        _ => None,
    };
    let place = place.ok_or_else(|| no("place", words.order_choose_place))?;
    let kind = OrderKind::from_word(typed.text("kind"));
    let kind = kind.ok_or_else(|| no("kind", words.order_choose_kind))?;
    let not_before = match typed.some("not_before") {
        Some(text) => Some(text.parse().map_err(|_| no("not_before", words.move_no_day))?),
        None => None,
    };
    let off_below = match typed.some("off_below") {
        Some(text) => {
            let amount = here.currency()?.typed(text);
            Some(amount.map_err(|why| no("off_below", &why))?)
        }
        None => None,
    };
    Ok(NewOrder {
        priority: Priority::from_word(typed.text("priority")),
        not_before,
        off_below,
        about: typed.text("about").to_owned(),
        ..NewOrder::plain(kind, place)
    })
}

//! Attempts to pay online: how they stand, what each waits for, where the money of one is now, and asking the
//! provider.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::listing::Listing;
use meterbook_app::online;
use meterbook_app::online::Asked as Told;
use meterbook_app::online::charge::{self, ByItself, Stands};
use meterbook_core::id::AttemptId;
use meterbook_core::ledger::{Payment, Suspended};
use meterbook_core::money::Money;
use meterbook_core::online::AttemptState;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store::online::{Listed, Which};
use meterbook_store::refund::Refund;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Choice, Fields, Tab, go_on, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::{Console, evidence, show};

/// Attempts that are listed on the page.
const ROWS: i64 = 200;
/// The word of all of them, and of those whose money went back.
const ALL: &str = "";
const BACK: &str = "back";

#[derive(Template)]
#[template(path = "attempts.html")]
struct List {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    cards: Option<Cards>,
    choices: Vec<Choice>,
    /// The same list as a file.
    file: String,
    rows: Vec<Row>,
    more: bool,
    may: bool,
}

#[derive(Template)]
#[template(path = "attempt.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    it: Row,
    card: String,
    events: Vec<Event>,
    places: Vec<Place>,
    may: bool,
}

/// How charging cards that are kept stands.
struct Cards {
    count: String,
    by_itself: String,
    /// The last day on which it was done without anybody asking; empty where there is none.
    on: String,
    on_says: String,
    /// What was charged then: how it stands, how many, and what it comes to.
    charged: Vec<[String; 3]>,
}

struct Row {
    id: i64,
    begun: String,
    age: String,
    account: String,
    bill: String,
    /// What it is for where it is for no bill.
    what: &'static str,
    amount: String,
    stands: &'static str,
    tone: &'static str,
    /// What it waits for, or what was said of it.
    says: String,
}

struct Event {
    at: String,
    stands: &'static str,
    says: String,
}

/// Where some of the money is.
struct Place {
    link: String,
    name: String,
    amount: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    which: String,
    #[serde(default)]
    done: String,
}

/// What is known of one.
struct Known {
    it: Listed,
    events: Vec<(AttemptState, Timestamp, String)>,
    payments: Vec<(Payment, String)>,
    held: Vec<Suspended>,
    refunds: Vec<Refund>,
}

/// Attempts that stand so, the newest first.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = listed(&console, &visitor, asked, String::new()).await;
    answer(&console, &visitor, done)
}

async fn listed(
    console: &Arc<Console>,
    visitor: &Visitor,
    asked: Asked,
    says: String,
) -> Result<Response> {
    let (here, which) = (console.clone(), which(&asked.which).ok_or(NotThere)?);
    let (mut all, stands) = blocking(move || {
        here.db.read(|tx| {
            let stands = charge::stands(tx, Timestamp::now())?;
            Ok((store::online::list(tx, which, ROWS + 1)?, stands))
        })
    })
    .await?;
    let more = usize::try_from(ROWS)? < all.len();
    all.truncate(usize::try_from(ROWS)?);
    let words = visitor.money();
    let choice = |(word, name): (&str, &'static str)| Choice {
        link: format!("/online?which={word}"),
        name,
        here: word == asked.which,
    };
    let state = |it: &AttemptState| (it.word(), standing(*it, words));
    let choices = [(ALL, words.attempt_all)].into_iter();
    let choices = choices.chain(AttemptState::ALL.iter().map(state));
    let page = List {
        head: Head::new(console, Some(visitor), visitor.language, words.online),
        tabs: tabs(visitor, "/online"),
        notice: notice(&asked.done, words),
        cards: Some(stands).filter(|it| 0 < it.cards).map(|it| cards(&it, visitor)),
        choices: choices.chain([(BACK, words.attempt_back)]).map(choice).collect(),
        file: format!("/online.csv?which={}", asked.which),
        rows: all.iter().map(|it| row(it, visitor, console)).collect(),
        more,
        may: visitor.may(Permission::TakePayment),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn cards(it: &Stands, visitor: &Visitor) -> Cards {
    let (words, language) = (visitor.money(), visitor.language);
    let by_itself = match &it.by_itself {
        ByItself::No => words.cards_by_hand.to_owned(),
        ByItself::Stopped { why } => format!("{} {why}", words.cards_stopped),
        ByItself::From(time) => format!("{} {}", words.cards_from, time.strftime("%H:%M")),
    };
    let says = |said: &str| match said {
        "" => words.cards_done.to_owned(),
        why => evidence::said(why, language),
    };
    let last = it.last.as_ref();
    let charged = |(state, many, sum): &(AttemptState, i64, Money)| {
        [standing(*state, words).to_owned(), grouped(&many.to_string()), show::money(*sum)]
    };
    Cards {
        count: grouped(&it.cards.to_string()),
        by_itself,
        on: last.map_or_else(String::new, |it| show::day(it.on, language)),
        on_says: last.map_or_else(String::new, |it| match it.done {
            None => words.cards_goes_on.to_owned(),
            Some(_) => says(&it.said),
        }),
        charged: it.charged.iter().map(charged).collect(),
    }
}

fn which(word: &str) -> Option<Which> {
    match word {
        ALL => Some(Which::All),
        BACK => Some(Which::Back),
        _ => AttemptState::from_word(word).map(Which::Standing),
    }
}

fn notice(done: &str, words: &Words) -> &'static str {
    match done {
        "asked" => words.attempt_asked,
        "silent" => words.attempt_silent,
        _ => "",
    }
}

fn row(it: &Listed, visitor: &Visitor, console: &Console) -> Row {
    let (words, state) = (visitor.money(), it.attempt.state);
    let tone = match state {
        _ if it.back.is_some() => "bad",
        AttemptState::Paid => "good",
        AttemptState::Unknown | AttemptState::Open => "warn",
        AttemptState::Failed | AttemptState::Expired => "",
    };
    Row {
        id: it.attempt.id.0,
        begun: show::instant(it.attempt.begun, &console.zone, visitor.language),
        age: money::age(it.attempt.begun, visitor),
        account: it.account.to_string(),
        bill: it.bill.clone().unwrap_or_default(),
        what: if it.by_plan { words.attempt_by_plan } else { words.attempt_all_owed },
        amount: show::money(it.attempt.amount),
        stands: standing(state, words),
        tone,
        says: waits(it, visitor),
    }
}

/// What it waits for, or what was said of it last.
fn waits(it: &Listed, visitor: &Visitor) -> String {
    let words = visitor.money();
    match (&it.back, it.attempt.state) {
        (Some((code, on)), _) => {
            format!("{}, {}", went_back(code, words), show::day(*on, visitor.language))
        }
        (None, AttemptState::Unknown) => words.attempt_waits_answer.to_owned(),
        (None, AttemptState::Open) => words.attempt_waits_payer.to_owned(),
        (None, _) => evidence::said(&it.said, visitor.language),
    }
}

/// Who took it back, by what a return of a card payment is called.
fn went_back(code: &str, words: &Words) -> String {
    match code {
        "disputed" => words.attempt_disputed.to_owned(),
        "refunded" => words.attempt_refunded.to_owned(),
        _ => code.to_owned(),
    }
}

fn standing(it: AttemptState, words: &Words) -> &'static str {
    match it {
        AttemptState::Unknown => words.attempt_unknown,
        AttemptState::Open => words.attempt_open,
        AttemptState::Paid => words.attempt_paid,
        AttemptState::Failed => words.attempt_failed,
        AttemptState::Expired => words.attempt_expired,
    }
}

/// The same list as a file, with all of them.
pub(crate) async fn csv(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || {
        let which = which(&asked.which).ok_or(NotThere)?;
        here.db.read(|tx| store::online::list(tx, which, i64::MAX))
    })
    .await;
    let done = done.and_then(|all| {
        let row = |it: &Listed| {
            let (code, on) = it.back.clone().unzip();
            vec![
                it.attempt.id.to_string(),
                it.account.to_string(),
                it.bill.clone().unwrap_or_default(),
                it.attempt.amount.plain(),
                it.attempt.state.word().to_owned(),
                it.attempt.begun.to_string(),
                it.at.to_string(),
                it.card.as_ref().map_or_else(String::new, |it| it.reference.clone()),
                code.unwrap_or_default(),
                on.map_or_else(String::new, |it| it.to_string()),
            ]
        };
        let columns = [
            "attempt",
            "account",
            "bill",
            "amount",
            "stands",
            "begun_at",
            "stands_since",
            "reference",
            "back",
            "back_on",
        ];
        let rows = all.iter().map(row).collect();
        money::file("online", &Listing { columns: columns.to_vec(), rows })
    });
    answer(&console, &visitor, done)
}

/// One of them, with its history and where its money is.
pub(crate) async fn one(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, id, (&asked.done, String::new())).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: i64,
    (done, says): (&str, String),
) -> Result<Response> {
    let here = console.clone();
    let known = blocking(move || here.db.read(|tx| known(tx, AttemptId(id)))).await?;
    let (words, language) = (visitor.money(), visitor.language);
    let event = |(state, at, says): &(AttemptState, Timestamp, String)| Event {
        at: show::instant(*at, &console.zone, language),
        stands: standing(*state, words),
        says: evidence::said(says, language),
    };
    let card = known.it.card.as_ref();
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.attempt),
        tabs: tabs(visitor, "/online"),
        notice: notice(done, words),
        it: row(&known.it, visitor, console),
        card: card.map_or_else(String::new, |it| format!("{} …{}", it.brand, it.last_four)),
        events: known.events.iter().map(event).collect(),
        places: places(&known, visitor),
        may: visitor.may(Permission::TakePayment),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn known(tx: &mut Tx, id: AttemptId) -> Result<Known> {
    let it = store::online::list(tx, Which::One(id), 1)?.pop().ok_or(NotThere)?;
    let events = store::online::events(tx, id)?;
    let mut known =
        Known { it, events, payments: Vec::new(), held: Vec::new(), refunds: Vec::new() };
    if let Some(tender) = known.it.card.as_ref().map(|it| it.tender) {
        for payment in store::receipt::standing(tx, tender)? {
            let number = store::account::get(tx, payment.account)?.number.to_string();
            known.payments.push((payment, number));
        }
        known.held = store::suspense::open_of(tx, tender)?;
        for refund in store::refund::of_tender(tx, tender)? {
            known.refunds.extend(store::refund::get(tx, refund)?);
        }
    }
    Ok(known)
}

fn places(known: &Known, visitor: &Visitor) -> Vec<Place> {
    let words = visitor.money();
    let payments = known.payments.iter().map(|(it, number)| Place {
        link: format!("/accounts/{number}"),
        name: format!("{} {number}", visitor.words().account),
        amount: show::money(it.amount),
    });
    let held = known.held.iter().map(|it| Place {
        link: format!("/suspense/{}", it.id),
        name: words.attempt_held.to_owned(),
        amount: show::money(it.amount),
    });
    let refunds = known.refunds.iter().map(|it| Place {
        link: "/refunds".to_owned(),
        name: format!("{} {}", words.refund_number, it.id),
        amount: show::money(it.amount),
    });
    let back = known.it.back.iter().map(|(code, _)| Place {
        link: String::new(),
        name: went_back(code, words),
        amount: show::money(known.it.attempt.amount),
    });
    payments.chain(held).chain(refunds).chain(back).collect()
}

/// Asks the provider about all of which something is expected.
pub(crate) async fn ask_all(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, _: &Typed| {
        let told = online::ask(&here.db, actor, None)?;
        Ok(format!("/online?done={}", answered(&told)))
    };
    let again = |(_, says)| listed(&console, &visitor, Asked::default(), says);
    go_on(&console, &visitor, fields, act, again).await
}

/// Asks the provider about one, whatever is known of it.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, _: &Typed| {
        let told = online::ask(&here.db, actor, Some(AttemptId(id)))?;
        Ok(format!("/online/{id}?done={}", answered(&told)))
    };
    let again = |(_, says)| page(&console, &visitor, id, ("", says));
    go_on(&console, &visitor, fields, act, again).await
}

fn answered(told: &Told) -> &'static str {
    if told.silent.is_empty() { "asked" } else { "silent" }
}

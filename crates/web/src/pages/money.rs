//! Money at a glance: what of it waits for somebody; and what the pages of money share: their tabs, and
//! how what was typed is read.

use std::sync::Arc;

use anyhow::{Error, Result, anyhow};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::{Refused, refuse};
use meterbook_core::account::CustomerClass;
use meterbook_core::credit::Shield;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::protection::Why;
use meterbook_core::id::AccountNumber;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store::{self as store, Tx};

use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::words::money::Words;
use crate::work::Came;
use crate::{Console, evidence, refusal, show};

#[derive(Template)]
#[template(path = "money.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
}

/// A page of money in the row of their names.
pub(crate) struct Tab {
    pub(crate) link: &'static str,
    pub(crate) name: &'static str,
    pub(crate) here: bool,
}

struct Row {
    link: &'static str,
    name: &'static str,
    says: String,
}

/// The pages of money that somebody may see.
pub(crate) fn tabs(visitor: &Visitor, here: &str) -> Vec<Tab> {
    let words = visitor.money();
    let pay = visitor.may(Permission::TakePayment);
    let all = [
        ("/drawer", words.drawer, pay),
        ("/payments", words.grid, pay),
        ("/suspense", words.suspense, true),
        ("/collections", words.collections, true),
        ("/debits", words.debits, true),
        ("/write-offs", words.write_offs, true),
        ("/close", words.close, true),
    ];
    let seen = all.into_iter().filter(|it| it.2);
    seen.map(|(link, name, _)| Tab { link, name, here: link == here }).collect()
}

/// What of money waits for somebody.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let (here, staff) = (console.clone(), visitor.present.member.id);
    let done = blocking(move || {
        here.db.read(|tx| {
            let drawer = store::drawer::of(tx, staff)?;
            let held = store::suspense::sum(tx)?;
            let cases = store::collection::board(tx)?;
            let put_forward = store::write_off::put_forward(tx)?;
            Ok((drawer, held, cases, put_forward.len(), store::journal::last(tx)?))
        })
    })
    .await;
    let done = done.map(|(drawer, (held, sum), cases, put_forward, closed)| {
        let (words, language) = (visitor.money(), visitor.language);
        let open: i64 = cases.iter().map(|it| it.count).sum();
        let says = |link: &str| match link {
            "/drawer" => drawer.as_ref().map_or_else(
                || words.drawer_not_open.to_owned(),
                |it| format!("{} {}", words.drawer_open_since, show::day(it.on, language)),
            ),
            "/suspense" => {
                format!("{} {}, {}", grouped(&held.to_string()), words.held_items, show::money(sum))
            }
            "/collections" => format!("{} {}", grouped(&open.to_string()), words.cases_open),
            "/write-offs" => {
                format!("{} {}", grouped(&put_forward.to_string()), words.put_forward)
            }
            "/close" => closed.map_or_else(
                || words.never_closed.to_owned(),
                |it| format!("{} {}", words.last_closed, show::day(it.on, language)),
            ),
            _ => String::new(),
        };
        let tabs = tabs(&visitor, "");
        let page = Page {
            head: Head::new(&console, Some(&visitor), language, words.money),
            rows: tabs
                .iter()
                .map(|it| Row { link: it.link, name: it.name, says: says(it.link) })
                .collect(),
            tabs,
        };
        draw(StatusCode::OK, &page)
    });
    answer(&console, &visitor, done)
}

/// Today, where the utility is.
pub(crate) fn today(console: &Console) -> Date {
    console.zone.day_of(Timestamp::now())
}

/// What came of an act, or what it refuses in the reader's language; a fault of ours stays one.
pub(crate) fn or_refused<T>(
    done: Result<T>,
    console: &Console,
    visitor: &Visitor,
) -> Result<Result<T, String>> {
    match done {
        Ok(it) => Ok(Ok(it)),
        Err(why) if why.is::<Refused>() => {
            Ok(Err(refusal::said(&why, &console.zone, visitor.language)))
        }
        Err(why) => Err(why),
    }
}

/// The same of what went on beside the page.
pub(crate) fn came_or_refused<T>(
    came: Came<T>,
    console: &Console,
    visitor: &Visitor,
) -> Result<Result<Arc<T>, String>> {
    match came {
        Ok(it) => Ok(Ok(it)),
        Err(why) if why.is::<Refused>() => {
            Ok(Err(refusal::said(&why, &console.zone, visitor.language)))
        }
        Err(why) => Err(anyhow!("{why:#}")),
    }
}

/// The status of a page beside whose form something is refused.
pub(crate) fn status(says: &str) -> StatusCode {
    if says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// An amount as somebody types it.
pub(crate) fn amount(text: &str) -> Result<Money> {
    Money::parse(text).map_err(no)
}

/// How something was paid, by its word.
pub(crate) fn tender(word: &str) -> Result<Tender> {
    Tender::from_word(word).ok_or_else(|| no(format!("{word} is no way to pay")))
}

/// A day as a field of a form says it.
pub(crate) fn day(text: &str) -> Result<Date> {
    text.parse().map_err(|_| no(format!("{text} is no day; write it like 2026-08-04")))
}

/// The account with a number as somebody types it.
pub(crate) fn account(tx: &mut Tx, text: &str) -> Result<meterbook_core::account::Account> {
    let number = AccountNumber::parse(text);
    let found = match number {
        Some(number) => store::account::by_number(tx, number)?,
        None => None,
    };
    found.ok_or_else(|| no(format!("{text} is no account; check its digits")))
}

/// The account of an address; there is no such page without it.
pub(crate) fn account_of(tx: &mut Tx, number: &str) -> Result<meterbook_core::account::Account> {
    let number = AccountNumber::parse(number).ok_or(NotThere)?;
    Ok(store::account::by_number(tx, number)?.ok_or(NotThere)?)
}

/// A refusal of what was typed.
pub(crate) fn no(text: String) -> Error {
    refuse(Said(text))
}

#[derive(Debug)]
struct Said(String);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

/// What a step of collections is called.
pub(crate) fn step(step: Step, words: &Words) -> &'static str {
    match step {
        Step::Reminder => words.step_reminder,
        Step::Notice => words.step_notice,
        Step::Call => words.step_call,
        Step::Field => words.step_field,
        Step::Cut => words.step_cut,
        Step::WriteOff => words.step_write_off,
        Step::Agency => words.step_agency,
    }
}

/// What keeps an account from a step.
pub(crate) fn shield(shield: Shield, words: &Words) -> &'static str {
    match shield {
        Shield::Plan => words.shield_plan,
        Shield::Dispute => words.shield_dispute,
        Shield::Budget => words.shield_budget,
        Shield::Medical => words.shield_medical,
        Shield::LifeSupport => words.shield_life_support,
        Shield::Bankruptcy => words.shield_bankruptcy,
        Shield::Moratorium => words.shield_moratorium,
        Shield::Weather => words.shield_weather,
        Shield::Calendar => words.shield_calendar,
        Shield::Pledge => words.shield_pledge,
    }
}

/// Why an account is kept from a cut: what shields it, what is so, what says so, and the first day without it.
pub(crate) struct Kept {
    /// What shields it.
    pub(crate) what: &'static str,
    /// What is so, with what the rule asks for beside it.
    pub(crate) says: String,
    /// The source; empty where nothing was said.
    pub(crate) cite: String,
    /// The first day without it; empty where nobody knows it.
    pub(crate) until: String,
}

/// The same, in the reader's language.
pub(crate) fn kept(why: &Why, visitor: &Visitor) -> Kept {
    let language = visitor.language;
    let mut says = evidence::said(&why.says, language);
    for it in &why.conditions {
        says = format!("{says}, {}", evidence::said(&it.to_string(), language));
    }
    Kept {
        what: shield(why.shield, visitor.money()),
        says,
        cite: why.cite.clone(),
        until: why.until.map_or_else(String::new, |it| show::day(it, language)),
    }
}

/// What a class of customers is called.
pub(crate) fn class(class: CustomerClass, visitor: &Visitor) -> &'static str {
    match class {
        CustomerClass::Residential => visitor.words().residential,
        CustomerClass::Commercial => visitor.words().commercial,
    }
}

//! Money at a glance: what of it waits for somebody; and what the pages of money share: their tabs, how what
//! was typed is read, and how a form is answered.

use std::sync::Arc;

use anyhow::{Error, Result, anyhow};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::approval::Outcome;
use meterbook_app::listing::Listing;
use meterbook_app::{Actor, Refused, refuse};
use meterbook_core::account::CustomerClass;
use meterbook_core::credit::Shield;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::protection::Why;
use meterbook_core::currency::Currency;
use meterbook_core::id::{AccountNumber, UserId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store::drawer::Drawer;
use meterbook_store::{self as store, Tx};

use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::{self, Visitor};
use crate::typed::Typed;
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

/// One of several lists of a page.
pub(crate) struct Choice {
    pub(crate) link: String,
    pub(crate) name: &'static str,
    pub(crate) here: bool,
}

/// The pages of money that somebody may see.
pub(crate) fn tabs(visitor: &Visitor, here: &str) -> Vec<Tab> {
    let words = visitor.money();
    let pay = visitor.may(Permission::TakePayment);
    let all = [
        ("/drawer", words.drawer, pay),
        ("/payments", words.grid, pay),
        ("/bank", words.bank, true),
        ("/suspense", words.suspense, true),
        ("/collections", words.collections, true),
        ("/pledges", words.pledges, true),
        ("/debits", words.debits, true),
        ("/online", words.online, true),
        ("/refunds", words.refunds, true),
        ("/unclaimed", words.unclaimed, true),
        ("/write-offs", words.write_offs, true),
        ("/small-balances", words.small, true),
        ("/let-go", words.let_go, true),
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
    let (here, staff, today) = (console.clone(), visitor.present.member.id, today(&console));
    let done = blocking(move || here.db.read(|tx| waiting(tx, staff, today))).await;
    let done = done.map(|it| {
        let (words, language) = (visitor.money(), visitor.language);
        let many = |many: i64, of: &str| format!("{} {of}", grouped(&many.to_string()));
        let sum =
            |(count, sum): (i64, Money), of| format!("{}, {}", many(count, of), show::money(sum));
        let says = |link: &str| match link {
            "/drawer" => it.drawer.as_ref().map_or_else(
                || words.drawer_not_open.to_owned(),
                |it| format!("{} {}", words.drawer_open_since, show::day(it.on, language)),
            ),
            "/suspense" => sum(it.held, words.held_items),
            "/collections" => many(it.cases, words.cases_open),
            "/pledges" => many(it.pledges, words.pledges_due),
            "/online" => many(it.online, words.online_waiting),
            "/refunds" => sum(it.refunds, words.refunds_wait),
            "/unclaimed" => sum(it.unclaimed, words.unclaimed_there),
            "/write-offs" => many(it.put_forward, words.put_forward),
            "/close" => it.closed.as_ref().map_or_else(
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

/// What of money waits, page by page.
struct Waiting {
    drawer: Option<Drawer>,
    held: (i64, Money),
    cases: i64,
    pledges: i64,
    online: i64,
    refunds: (i64, Money),
    unclaimed: (i64, Money),
    put_forward: i64,
    closed: Option<store::journal::Journal>,
}

fn waiting(tx: &mut Tx, staff: UserId, today: Date) -> Result<Waiting> {
    let sum = |all: Vec<Money>| -> Result<(i64, Money)> {
        Ok((i64::try_from(all.len())?, all.into_iter().sum()))
    };
    let due = store::pledge::Standing::Due;
    Ok(Waiting {
        drawer: store::drawer::of(tx, staff)?,
        held: store::suspense::sum(tx)?,
        cases: store::collection::board(tx)?.iter().map(|it| it.count).sum(),
        pledges: i64::try_from(store::pledge::list(tx, due, today, i64::MAX)?.len())?,
        online: store::online::waiting(tx)?,
        refunds: sum(store::refund::waiting(tx)?.iter().map(|it| it.amount).collect())?,
        unclaimed: sum(store::unclaimed::open(tx)?.iter().map(|it| it.amount).collect())?,
        put_forward: i64::try_from(store::write_off::put_forward(tx)?.len())?,
        closed: store::journal::last(tx)?,
    })
}

/// A list as a file to be carried away.
pub(crate) fn file(name: &str, it: &Listing) -> Result<Response> {
    let name = format!("attachment; filename=\"{name}.csv\"");
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    Ok(([kind, (header::CONTENT_DISPOSITION, name)], it.csv()?).into_response())
}

/// How long ago something was: `12 min`, `5 h`, `3 days`.
pub(crate) fn age(since: Timestamp, visitor: &Visitor) -> String {
    let minutes = Timestamp::now().duration_since(since).as_mins().max(0);
    let (hours, words) = (minutes.div_euclid(60), visitor.money());
    match (hours, hours.div_euclid(24)) {
        (0, _) => format!("{minutes} {}", words.minutes_short),
        (_, 0 | 1) => format!("{hours} {}", words.hours_short),
        (_, days) => format!("{} {}", grouped(&days.to_string()), visitor.words().days),
    }
}

/// How many days ago something was.
pub(crate) fn days(since: Date, today: Date, visitor: &Visitor) -> String {
    let days = (today - since).get_days();
    let word = if days == 1 { visitor.words().day_word } else { visitor.words().days };
    format!("{} {word}", grouped(&days.to_string()))
}

/// Today, where the utility is.
pub(crate) fn today(console: &Console) -> Date {
    console.zone.day_of(Timestamp::now())
}

/// The fields of a form, as they came.
pub(crate) type Fields = Vec<(String, String)>;

/// Does what a form asks for, and goes on at the address that comes of it. What is refused is shown by
/// `again`, which gets all that was typed and what is said of it.
pub(crate) async fn go_on<F: Future<Output = Result<Response>>>(
    console: &Arc<Console>,
    visitor: &Visitor,
    fields: Fields,
    act: impl FnOnce(&Console, Actor, &Typed) -> Result<String> + Send + 'static,
    again: impl FnOnce((Typed, String)) -> F,
) -> Response {
    let typed = Typed::new(fields);
    let done = match asked(console, visitor, &typed, act).await {
        Ok(Ok(to)) => Ok(Redirect::to(&to).into_response()),
        Ok(Err(says)) => again((typed, says)).await,
        Err(why) => Err(why),
    };
    answer(console, visitor, done)
}

/// Does what a form of this session asks for: what came of it, or what is refused in the reader's language; a
/// fault of ours stays one.
pub(crate) async fn asked<T: Send + 'static>(
    console: &Arc<Console>,
    visitor: &Visitor,
    typed: &Typed,
    act: impl FnOnce(&Console, Actor, &Typed) -> Result<T> + Send + 'static,
) -> Result<Result<T, String>> {
    let stale = guard::same_session(visitor, typed.text("secret"));
    let (here, actor, sent) = (console.clone(), visitor.actor(), typed.clone());
    let done = blocking(move || {
        stale?;
        act(&here, actor, &sent)
    })
    .await;
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

/// Where somebody goes on after an act that may take two: to what waits for the second person, where it does.
pub(crate) fn or_waits(went: Outcome, done: &str) -> String {
    match went {
        Outcome::Done => done.to_owned(),
        Outcome::Waits(_) => "/approvals".to_owned(),
    }
}

/// The status of a page beside whose form something is refused.
pub(crate) fn status(says: &str) -> StatusCode {
    if says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// An amount as somebody types it, in what amounts are in.
pub(crate) fn amount(currency: Currency, text: &str) -> Result<Money> {
    currency.typed(text).map_err(no)
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

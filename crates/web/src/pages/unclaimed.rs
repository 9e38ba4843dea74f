//! What nobody claims: what is due by the rules and what comes due, what was taken, and what went to the state.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_app::approval::{Asked as Wanted, do_or_ask};
use meterbook_app::unclaimed::{self, Due, NewUnclaimed};
use meterbook_core::credit::unclaimed::Property;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store::unclaimed::Unclaimed;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Fields, Tab, go_on, or_waits, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::{Console, show};

/// Lines of each list on the page.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "unclaimed.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    due: Listed,
    coming: Listed,
    taken: Listed,
    sent: Vec<Sent>,
    typed: Typed,
    may_take: bool,
    may_claim: bool,
}

/// Some of it: how much it is, as people read it and as a form sends it, and its first lines.
struct Listed {
    count: i64,
    total: String,
    sends: String,
    rows: Vec<Row>,
    more: bool,
}

struct Row {
    number: String,
    name: String,
    what: String,
    amount: String,
    since: String,
    /// The first day on which it is unclaimed by the rules, or the day on which it was taken.
    on: String,
}

struct Sent {
    reference: String,
    on: String,
    count: String,
    total: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// What is there.
struct Known {
    due: Vec<Due>,
    coming: Vec<Due>,
    taken: Vec<Unclaimed>,
    sent: Vec<(String, Date, i64, Money)>,
}

/// All of it.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &asked.done, Default::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    done: &str,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, today) = (console.clone(), money::today(console));
    let known = blocking(move || here.db.read(|tx| known(tx, today))).await?;
    let (words, language) = (visitor.money(), visitor.language);
    let due = |all: &[Due]| {
        let rows = all.iter().take(ROWS).map(|it| Row {
            number: it.number.to_string(),
            name: String::new(),
            what: what(it.what, it.check.as_deref(), words),
            amount: show::money(it.amount),
            since: show::day(it.since, language),
            on: show::day(it.by, language),
        });
        listed(rows.collect(), all.iter().map(|it| it.amount).collect())
    };
    let taken = known.taken.iter().take(ROWS).map(|it| Row {
        number: it.number.to_string(),
        name: it.name.clone(),
        what: what(it.what, it.check.as_deref(), words),
        amount: show::money(it.amount),
        since: show::day(it.since, language),
        on: show::day(it.on, language),
    });
    let sent = |it: &(String, Date, i64, Money)| Sent {
        reference: it.0.clone(),
        on: show::day(it.1, language),
        count: grouped(&it.2.to_string()),
        total: show::money(it.3),
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.unclaimed),
        tabs: tabs(visitor, "/unclaimed"),
        notice: match done {
            "taken" => words.unclaimed_taken_done,
            "remitted" => words.unclaimed_remitted,
            "claimed" => words.unclaimed_claimed,
            _ => "",
        },
        due: due(&known.due)?,
        coming: due(&known.coming)?,
        taken: listed(taken.collect(), known.taken.iter().map(|it| it.amount).collect())?,
        sent: known.sent.iter().map(sent).collect(),
        typed,
        may_take: visitor.may(Permission::RefundCredit),
        may_claim: visitor.may(Permission::MatchPayments),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn known(tx: &mut Tx, today: Date) -> Result<Known> {
    let year = today.saturating_add(1.years());
    Ok(Known {
        due: unclaimed::due(tx, today)?,
        coming: unclaimed::coming(tx, today, year)?,
        taken: store::unclaimed::open(tx)?,
        sent: store::unclaimed::remittances(tx, i64::try_from(ROWS)?)?,
    })
}

fn listed(rows: Vec<Row>, amounts: Vec<Money>) -> Result<Listed> {
    let (count, more) = (i64::try_from(amounts.len())?, rows.len() < amounts.len());
    let total: Money = amounts.into_iter().sum();
    Ok(Listed { count, total: show::money(total), sends: total.plain(), rows, more })
}

/// What it is, with the number of a check.
fn what(what: Property, check: Option<&str>, words: &Words) -> String {
    let name = match what {
        Property::Credit => words.unclaimed_credit,
        Property::Deposit => words.deposit,
        Property::Check => words.refund_check,
    };
    check.map_or_else(|| name.to_owned(), |number| format!("{name} {number}"))
}

/// What was taken, as a file for the state.
pub(crate) async fn csv(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let (here, today) = (console.clone(), money::today(&console));
    let done = blocking(move || here.db.read(|tx| unclaimed::report(tx, today))).await;
    let done = done.and_then(|it| money::file("unclaimed", &it));
    answer(&console, &visitor, done)
}

/// Takes all that is due, as it was seen, or asks a second person.
pub(crate) async fn take(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let new = seen(here, sent, None)?;
        let why = sent.text("take-why");
        let went = here.db.write(|tx| do_or_ask(tx, actor, &Wanted::Unclaimed(new), why))?;
        Ok(or_waits(went, "/unclaimed?done=taken"))
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Sends all that was taken to the state, as it was seen, or asks a second person.
pub(crate) async fn remit(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let new = seen(here, sent, Some(sent.text("reference").to_owned()))?;
        let why = sent.text("remit-why");
        let went = here.db.write(|tx| do_or_ask(tx, actor, &Wanted::Unclaimed(new), why))?;
        Ok(or_waits(went, "/unclaimed?done=remitted"))
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

/// What somebody saw, as the form sends it along.
fn seen(here: &Console, sent: &Typed, to_state: Option<String>) -> Result<NewUnclaimed> {
    let count = sent.text("count").parse().map_err(|_| NotThere)?;
    let total = money::amount(here.currency()?, sent.text("total"))?;
    Ok(NewUnclaimed { count, total, to_state })
}

/// Gives to whoever claims it what was taken of an account.
pub(crate) async fn claim(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        here.db.write(|tx| {
            let account = money::account_of(tx, sent.text("account"))?.id;
            unclaimed::claim(tx, actor, account, sent.text("claim-why"))
        })?;
        Ok("/unclaimed?done=claimed".to_owned())
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

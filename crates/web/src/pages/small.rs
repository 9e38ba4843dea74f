//! Small balances of closed accounts: what the rules write off today, written off as it was seen, and what they
//! wrote off, which is taken back where somebody writes.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::approval::{Asked as Wanted, do_or_ask};
use meterbook_app::listing::Listing;
use meterbook_app::small::{self, NewSmall, Small};
use meterbook_core::permission::Permission;
use meterbook_store::write_off::{Gone, Little};
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Fields, Tab, class, go_on, or_waits, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::{Console, show};

/// Lines of each list on the page; the file has all that are due.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "small.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    rows: Vec<Row>,
    more: bool,
    /// How many there are and what they come to, as the form sends it.
    count: i64,
    total: String,
    sends: String,
    owed: String,
    credits: String,
    before: String,
    /// What all of a day may come to; empty where the rules do not say.
    most: String,
    takes_two: bool,
    gone: Vec<Row>,
    typed: Typed,
    may: bool,
}

struct Row {
    number: String,
    name: String,
    class: &'static str,
    /// The day of the last that happened, or on which it was written off.
    on: String,
    /// What is or was owed; below zero it is a credit.
    owes: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// What is due today, and what is gone.
struct Known {
    due: Small,
    /// Of the first that are due, whose each is.
    names: Vec<String>,
    gone: Vec<Gone>,
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
    let (due, seen) = (&known.due, known.due.seen()?);
    let row = |(it, name): (&Little, &String)| Row {
        number: it.number.to_string(),
        name: name.clone(),
        class: class(it.class, visitor),
        on: show::day(it.since, language),
        owes: show::money(it.owes),
    };
    let gone = |it: &Gone| Row {
        number: it.number.to_string(),
        name: it.name.clone(),
        class: "",
        on: show::day(it.on, language),
        owes: show::money(it.owed),
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.small),
        tabs: tabs(visitor, "/small-balances"),
        notice: match done {
            "written-off" => words.small_done,
            "back" => words.small_back_done,
            _ => "",
        },
        rows: due.accounts.iter().zip(&known.names).map(row).collect(),
        more: ROWS < due.accounts.len(),
        count: seen.count,
        total: show::money(seen.total),
        sends: seen.total.plain(),
        owed: show::money(due.owed),
        credits: show::money(due.credits),
        before: show::money(due.before),
        most: due.most.map_or_else(String::new, show::money),
        takes_two: due.takes_two(),
        gone: known.gone.iter().map(gone).collect(),
        typed,
        may: visitor.may(Permission::WriteOff),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn known(tx: &mut Tx, today: Date) -> Result<Known> {
    let due = small::due(tx, today)?;
    let mut names = Vec::new();
    for it in due.accounts.iter().take(ROWS) {
        let person = store::account::get(tx, it.account)?.person;
        names.push(store::person::get(tx, person)?.name);
    }
    Ok(Known { due, names, gone: store::write_off::little_gone(tx, i64::try_from(ROWS)?)? })
}

/// All that is due, as a file.
pub(crate) async fn csv(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let (here, today) = (console.clone(), money::today(&console));
    let done = blocking(move || here.db.read(|tx| small::due(tx, today))).await;
    let done = done.and_then(|due| {
        let row = |it: &Little| {
            let (number, class) = (it.number.to_string(), it.class.word().to_owned());
            vec![number, class, it.since.to_string(), it.owes.plain()]
        };
        let columns = vec!["account", "class", "since", "owes"];
        let rows = due.accounts.iter().map(row).collect();
        money::file("small-balances", &Listing { columns, rows })
    });
    answer(&console, &visitor, done)
}

/// Writes all of it off, as it was seen, or asks a second person.
pub(crate) async fn write_off(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let count = sent.text("count").parse().map_err(|_| NotThere)?;
        let new = NewSmall { count, total: money::amount(here.currency()?, sent.text("total"))? };
        let went =
            here.db.write(|tx| do_or_ask(tx, actor, &Wanted::Small(new), sent.text("why")))?;
        Ok(or_waits(went, "/small-balances?done=written-off"))
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Takes back what was written off of an account.
pub(crate) async fn take_back(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        // A button beside a row says its account; the field is for one that is not listed.
        let number = sent.some("account").unwrap_or_else(|| sent.text("other")).to_owned();
        here.db.write(|tx| {
            let account = money::account(tx, &number)?.id;
            small::take_back(tx, actor, account, sent.text("back-why"))
        })?;
        Ok("/small-balances?done=back".to_owned())
    };
    let again = |it| page(&console, &visitor, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

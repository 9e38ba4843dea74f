//! What collections put forward to be given up: chosen, and given up together, by one within a limit and
//! by two beyond it.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Form};
use meterbook_app::approval::Outcome;
use meterbook_app::write_off::{self, Became, NewWriteOff};
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use super::money::{self, Fields, Tab, no, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::{Console, evidence, show};

/// Accounts that are listed.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "write_offs.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    says: String,
    rows: Vec<Row>,
    more: bool,
    total: String,
    done: Vec<Went>,
    waits: bool,
    typed: Typed,
    may: bool,
}

struct Row {
    number: String,
    name: String,
    owes: String,
    /// What the form sends: the account and what was seen of it.
    sends: String,
    chosen: bool,
}

struct Went {
    number: String,
    says: String,
    good: bool,
}

/// What was done with each that was chosen.
type Done = Vec<(AccountNumber, Became)>;

/// All that is put forward.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let done = page(&console, &visitor, Vec::new(), Default::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    done: Done,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let here = console.clone();
    let all = blocking(move || here.db.read(write_off::put_forward)).await?;
    let words = visitor.money();
    let row = |(account, name, owes): &(meterbook_core::account::Account, String, Money)| {
        let sends = format!("{} {}", account.id, owes.cents());
        Row {
            number: account.number.to_string(),
            name: name.clone(),
            owes: show::money(*owes),
            chosen: typed.has("chosen", &sends),
            sends,
        }
    };
    let went = |(number, became): &(AccountNumber, Became)| Went {
        number: number.to_string(),
        says: match became {
            Became::Went(Outcome::Done) => words.write_off_done.to_owned(),
            Became::Went(Outcome::Waits(_)) => words.write_off_waits.to_owned(),
            Became::Refused(why) => evidence::refused(why, visitor.language),
        },
        good: matches!(became, Became::Went(_)),
    };
    let waits = |it: &(_, Became)| matches!(it.1, Became::Went(Outcome::Waits(_)));
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.write_offs),
        tabs: tabs(visitor, "/write-offs"),
        more: ROWS < all.accounts.len(),
        rows: all.accounts.iter().take(ROWS).map(row).collect(),
        total: show::money(all.total),
        waits: done.iter().any(waits),
        done: done.iter().map(went).collect(),
        may: visitor.may(Permission::WriteOff),
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// Gives up what was chosen.
pub(crate) async fn give_up(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let typed = Typed::new(fields);
    let act = |here: &Console, actor, sent: &Typed| {
        let chosen: Option<Vec<NewWriteOff>> = sent.all("chosen").map(chosen).collect();
        let chosen = chosen.ok_or(NotThere)?;
        if chosen.is_empty() {
            return Err(no("choose what is to be given up".to_owned()));
        }
        let done = write_off::give_up_all(&here.db, actor, &chosen, sent.text("why"))?;
        here.db.read(|tx| done.into_iter().map(|it| named(tx, it)).collect::<Result<Done>>())
    };
    let done = match money::asked(&console, &visitor, &typed, act).await {
        Ok(Ok(done)) => page(&console, &visitor, done, Default::default()).await,
        Ok(Err(says)) => page(&console, &visitor, Vec::new(), (typed, says)).await,
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

fn named(tx: &mut Tx, (account, it): (AccountId, Became)) -> Result<(AccountNumber, Became)> {
    Ok((store::account::get(tx, account)?.number, it))
}

/// What a box of the form sends.
fn chosen(text: &str) -> Option<NewWriteOff> {
    let (account, cents) = text.split_once(' ')?;
    let (account, amount) = (AccountId(account.parse().ok()?), cents.parse().ok()?);
    Some(NewWriteOff { account, amount: Money::from_cents(amount) })
}

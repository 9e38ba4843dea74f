//! What an account agreed to have taken from its account at a bank: taking a mandate down, changing it from a
//! day on, ending it. The number is typed here and never shown again.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use meterbook_app::mandate::{self, NewMandate};
use meterbook_app::refuse;
use meterbook_app::seal::{BankKey, KEY_FILE};
use meterbook_core::debit::{AccountKind, BankNumber, Collects, Mandate, Scheme, Terms};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store as store;
use serde::Deserialize;

use super::money::{self, Fields, go_on};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::bank::{Words, words};
use crate::{Console, show};

#[derive(Template)]
#[template(path = "mandate.html")]
struct Page {
    head: Head,
    words: &'static Words,
    number: String,
    name: String,
    notice: &'static str,
    says: String,
    rows: Vec<Row>,
    /// What holds of the one that did not end, to be changed.
    standing: Option<Standing>,
    schemes: Vec<&'static str>,
    today: String,
    typed: Typed,
    may_keep: bool,
}

/// A mandate, as it is from its newest version on.
struct Row {
    reference: String,
    scheme: &'static str,
    holder: String,
    tail: String,
    collects: String,
    most: String,
    from: String,
    ended: String,
}

/// What the form that changes it begins with.
struct Standing {
    holder: String,
    collects: String,
    most: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// Its mandates, the newest first.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let words = words(visitor.language);
    let notice = match asked.done.as_str() {
        "agreed" => words.agreed,
        "changed" => words.changed,
        "ended" => words.was_ended,
        _ => "",
    };
    let done = page(&console, &visitor, &number, notice, Default::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    notice: &'static str,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, of) = (console.clone(), number.to_owned());
    let (name, all, schemes) = blocking(move || {
        here.db.read(|tx| {
            let account = money::account_of(tx, &of)?;
            let name = store::person::get(tx, account.person)?.name;
            Ok((name, store::mandate::of_account(tx, account.id)?, mandate::schemes(tx)?))
        })
    })
    .await?;
    let standing = all.iter().rfind(|it| it.ended.is_none()).map(|it| Standing {
        holder: it.terms.holder.clone(),
        collects: match it.terms.collects {
            Collects::WhenDue => String::new(),
            Collects::OnDay(day) => day.to_string(),
        },
        most: it.terms.most.map_or_else(String::new, Money::plain),
    });
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words(visitor.language).mandate),
        words: words(visitor.language),
        number: number.to_owned(),
        rows: all.iter().rev().map(|it| row(it, visitor)).collect(),
        schemes: schemes.iter().map(|it| it.word()).collect(),
        today: money::today(console).to_string(),
        may_keep: visitor.may(Permission::KeepCustomers),
        name,
        notice,
        says,
        standing,
        typed,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn row(it: &Mandate, visitor: &Visitor) -> Row {
    let (words, language) = (words(visitor.language), visitor.language);
    Row {
        reference: format!("{}/{}", it.reference(), it.version),
        scheme: it.scheme.word(),
        holder: it.terms.holder.clone(),
        tail: it.tail.clone(),
        collects: match it.terms.collects {
            Collects::WhenDue => words.collects_due.to_owned(),
            Collects::OnDay(day) => words.collects_day.replace("{day}", &day.to_string()),
        },
        most: it.terms.most.map_or_else(|| words.most_any.to_owned(), show::money),
        from: show::day(it.terms.from, language),
        ended: it.ended.map_or_else(String::new, |it| show::day(it, language)),
    }
}

/// Takes a mandate down.
pub(crate) async fn agree(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let of = number.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let signed = money::day(sent.text("signed"))?;
        let from = sent.some("from").map_or(Ok(signed), money::day)?;
        let scheme = Scheme::from_word(sent.text("scheme")).ok_or(NotThere)?;
        let bank = bank_number(sent)?;
        let terms = terms(here, sent, from)?;
        let key = key_or_new(here)?;
        here.db.write(|tx| {
            let account = money::account_of(tx, &of)?.id;
            let (terms, number) = (terms.clone(), bank.clone());
            mandate::agree(tx, actor, &key, &NewMandate { account, scheme, signed, terms, number })
        })?;
        Ok(format!("/accounts/{of}/debit?done=agreed"))
    };
    let again = |it| page(&console, &visitor, &number, "", blotted(it));
    go_on(&console, &visitor, fields, act, again).await
}

/// Changes it from a day on.
pub(crate) async fn change(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let of = number.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let terms = terms(here, sent, money::day(sent.text("from"))?)?;
        let bank = sent.some("number").map(|_| bank_number(sent)).transpose()?;
        let key = (here.bank_key)(&here.folder)?;
        here.db.write(|tx| {
            let account = money::account_of(tx, &of)?.id;
            let to = (&terms, bank.as_ref());
            mandate::change(tx, actor, &key, account, to, sent.text("change-why"))
        })?;
        Ok(format!("/accounts/{of}/debit?done=changed"))
    };
    let again = |it| page(&console, &visitor, &number, "", blotted(it));
    go_on(&console, &visitor, fields, act, again).await
}

/// Ends it.
pub(crate) async fn end(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let of = number.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let on = money::day(sent.text("end-on"))?;
        here.db.write(|tx| {
            let account = money::account_of(tx, &of)?.id;
            mandate::end(tx, actor, account, on, sent.text("end-why"))
        })?;
        Ok(format!("/accounts/{of}/debit?done=ended"))
    };
    let again = |it| page(&console, &visitor, &number, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

fn terms(here: &Console, sent: &Typed, from: jiff::civil::Date) -> Result<Terms> {
    let currency = here.currency()?;
    Ok(Terms {
        from,
        holder: sent.text("holder").to_owned(),
        collects: Collects::parse(sent.some("collects").unwrap_or("due")).map_err(refuse)?,
        most: sent.some("most").map(|it| money::amount(currency, it)).transpose()?,
    })
}

/// The account at the bank: one of the United States where a routing number is typed, else an IBAN.
fn bank_number(sent: &Typed) -> Result<BankNumber> {
    let number = sent.text("number");
    let read = match sent.some("routing") {
        Some(routing) => {
            let kind = AccountKind::from_word(sent.text("kind")).ok_or(NotThere)?;
            BankNumber::routed(routing, number, kind)
        }
        None => BankNumber::iban(number),
    };
    read.map_err(refuse)
}

/// The key of the bank numbers; made where none is kept yet, so that there is nothing it should open.
fn key_or_new(here: &Console) -> Result<BankKey> {
    match (here.bank_key)(&here.folder) {
        Err(_) if !here.db.read(mandate::any)? => BankKey::make(&here.folder.join(KEY_FILE)),
        key => key,
    }
}

/// What was typed without the number: a page that is shown again does not say it.
fn blotted((typed, says): (Typed, String)) -> (Typed, String) {
    (Typed::new(typed.others(&["number"])), says)
}

//! What an account paid; and one of its payments: what it is for, and taking it back, saying that the bank was
//! wrong, or moving it to whose it is.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use meterbook_app::{Actor, receipt, returned};
use meterbook_core::account::Account;
use meterbook_core::id::{PaymentId, TenderId};
use meterbook_core::ledger::{Payment, Reversed, Tender};
use meterbook_core::permission::Permission;
use meterbook_store::receipt::Came;
use meterbook_store::returned::CameBack;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Fields, go_on};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::bank::{Words, words};
use crate::{Console, show};

/// Payments of an account that are listed, the newest.
const ROWS: i64 = 200;

#[derive(Template)]
#[template(path = "paid.html")]
struct List {
    head: Head,
    words: &'static Words,
    number: String,
    name: String,
    notice: &'static str,
    says: String,
    rows: Vec<Row>,
    more: bool,
    /// Until when it pays in cash or by card only; empty where it may pay as it likes.
    cash_only: String,
    typed: Typed,
    may_lift: bool,
}

/// A payment.
struct Row {
    id: i64,
    /// What it came in; `None` where nobody wrote that down.
    tender: Option<i64>,
    account: String,
    name: String,
    on: String,
    how: String,
    amount: String,
    stands: String,
    /// Whether it counts.
    counts: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// A payment with what it came in and what became of it.
type Known = (Payment, Option<TenderId>, Option<(Reversed, jiff::civil::Date)>);

/// What an account paid, the newest first.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let notice = if asked.done == "lifted" { words(visitor.language).lifted } else { "" };
    let done = paid(&console, &visitor, &number, notice, Default::default()).await;
    answer(&console, &visitor, done)
}

async fn paid(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    notice: &'static str,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, of, today) = (console.clone(), number.to_owned(), money::today(console));
    let (name, all, until) = blocking(move || {
        here.db.read(|tx| {
            let account = money::account_of(tx, &of)?;
            let name = store::person::get(tx, account.person)?.name;
            let all = store::payment::newest_of(tx, account.id, ROWS + 1)?;
            let all = all.into_iter().map(|it| known(tx, it)).collect::<Result<Vec<Known>>>()?;
            Ok((name, all, returned::cash_only(tx, account.id, today)?))
        })
    })
    .await?;
    let most = usize::try_from(ROWS)?;
    let page = List {
        head: Head::new(console, Some(visitor), visitor.language, visitor.words().payments),
        words: words(visitor.language),
        more: most < all.len(),
        rows: all.iter().take(most).map(|it| row(it, (number, ""), visitor)).collect(),
        number: number.to_owned(),
        cash_only: until.map_or_else(String::new, |it| show::day(it, visitor.language)),
        may_lift: visitor.may(Permission::KeepCredit),
        name,
        notice,
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn known(tx: &mut Tx, it: Payment) -> Result<Known> {
    let tender = store::receipt::tender_of(tx, it.id)?;
    let back = store::receipt::reversed(tx, it.id)?;
    Ok((it, tender, back))
}

fn row((it, tender, back): &Known, (account, name): (&str, &str), visitor: &Visitor) -> Row {
    let words = words(visitor.language);
    let stands = back.map_or_else(
        || words.stands.to_owned(),
        |(how, on)| format!("{} {}", became(how, words), show::day(on, visitor.language)),
    );
    Row {
        id: it.id.0,
        tender: tender.map(|it| it.0),
        account: account.to_owned(),
        name: name.to_owned(),
        on: show::day(it.on, visitor.language),
        how: format!("{} {}", show::tender(it.tender, visitor.words()), it.reference),
        amount: show::money(it.amount),
        stands,
        counts: back.is_none(),
    }
}

fn became(how: Reversed, words: &Words) -> &'static str {
    match how {
        Reversed::Voided => words.back_voided,
        Reversed::Returned => words.back_returned,
        Reversed::Moved => words.back_moved,
    }
}

/// Lets an account pay by check and debit again.
pub(crate) async fn lift(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let of = number.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        here.db.write(|tx| {
            let account = money::account_of(tx, &of)?.id;
            returned::lift(tx, actor, account, sent.text("why"))
        })?;
        Ok(format!("/accounts/{of}/payments?done=lifted"))
    };
    let again = |it| paid(&console, &visitor, &number, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

#[derive(Template)]
#[template(path = "tender.html")]
struct Page {
    head: Head,
    words: &'static Words,
    id: i64,
    notice: &'static str,
    says: String,
    how: String,
    amount: String,
    on: String,
    rows: Vec<Row>,
    /// What its coming back costs, or that the bank was wrong; empty where it did not come back.
    costs: String,
    today: String,
    typed: Typed,
    may_void: bool,
    may_return: bool,
    may_mistake: bool,
    may_move: bool,
}

/// One payment, by what it came in.
pub(crate) async fn one(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    let words = words(visitor.language);
    let notice = match asked.done.as_str() {
        "voided" => words.voided,
        "returned" => words.returned,
        "mistaken" => words.mistaken,
        "moved" => words.moved,
        _ => "",
    };
    let done = page(&console, &visitor, id, notice, Default::default()).await;
    answer(&console, &visitor, done)
}

/// All that is known of a tender.
struct Whole {
    came: Came,
    payments: Vec<(Known, Account, String)>,
    back: Option<CameBack>,
}

fn whole(tx: &mut Tx, id: TenderId) -> Result<Whole> {
    let came = store::receipt::get(tx, id)?.ok_or(NotThere)?;
    let mut payments = Vec::new();
    for it in store::payment::of_tender(tx, id)? {
        let account = store::account::get(tx, it.account)?;
        let name = store::person::get(tx, account.person)?.name;
        payments.push((known(tx, it)?, account, name));
    }
    Ok(Whole { came, payments, back: store::returned::get(tx, id)? })
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: i64,
    notice: &'static str,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let here = console.clone();
    let it = blocking(move || here.db.read(|tx| whole(tx, TenderId(id)))).await?;
    let (words, language, today) =
        (words(visitor.language), visitor.language, money::today(console));
    let counts = it.payments.iter().any(|it| it.0.2.is_none());
    let this_day = console.zone.day_of(it.came.at) == today;
    let costs = it.back.as_ref().map_or_else(String::new, |it| match it.mistake {
        true => words.was_mistake.to_owned(),
        false => show::money(it.fee),
    });
    let rows = it
        .payments
        .iter()
        .map(|(known, account, name)| row(known, (&account.number.to_string(), name), visitor));
    let tender = &it.came.tender;
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.tender),
        words,
        id,
        how: format!("{} {}", show::tender(tender.kind, visitor.words()), tender.reference),
        amount: show::money(tender.amount),
        on: show::day(it.came.on, language),
        rows: rows.collect(),
        may_void: counts
            && this_day
            && tender.kind != Tender::Debit
            && visitor.may(Permission::TakePayment),
        may_return: counts && visitor.may(Permission::ReversePayments),
        may_mistake: it.back.is_some_and(|it| !it.mistake)
            && visitor.may(Permission::ReversePayments),
        may_move: counts && visitor.may(Permission::MatchPayments),
        today: today.to_string(),
        costs,
        notice,
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// Does what a form of the page asks for, and shows the page with what was done.
async fn go(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: i64,
    (fields, done): (Fields, &'static str),
    act: impl FnOnce(&mut Tx, Actor, &Typed) -> Result<()> + Send + 'static,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        here.db.write(|tx| act(tx, actor, sent))?;
        Ok(format!("/tenders/{id}?done={done}"))
    };
    let again = |it| page(console, visitor, id, "", it);
    go_on(console, visitor, fields, act, again).await
}

/// Takes it back on the day it was taken.
pub(crate) async fn void(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |tx: &mut Tx, actor, sent: &Typed| {
        receipt::void(tx, actor, TenderId(id), sent.text("void-why")).map(drop)
    };
    go(&console, &visitor, id, (fields, "voided"), act).await
}

/// Takes it back because the bank returned it.
pub(crate) async fn give_back(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |tx: &mut Tx, actor, sent: &Typed| {
        let on = money::day(sent.text("on"))?;
        receipt::give_back(tx, actor, TenderId(id), on, sent.text("return-why")).map(drop)
    };
    go(&console, &visitor, id, (fields, "returned"), act).await
}

/// Says that the bank was wrong to return it.
pub(crate) async fn mistake(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |tx: &mut Tx, actor, sent: &Typed| {
        returned::mistake(tx, actor, TenderId(id), sent.text("mistake-why")).map(drop)
    };
    go(&console, &visitor, id, (fields, "mistaken"), act).await
}

/// Moves what was paid with it for one account to another.
pub(crate) async fn go_over(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |tx: &mut Tx, actor, sent: &Typed| {
        let payment = PaymentId(sent.text("payment").parse().map_err(|_| NotThere)?);
        let to = money::account(tx, sent.text("to"))?.id;
        receipt::move_payment(tx, actor, payment, to, sent.text("move-why")).map(drop)
    };
    go(&console, &visitor, id, (fields, "moved"), act).await
}

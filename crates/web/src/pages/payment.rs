//! Taking a payment.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::pay::NewPayment;
use meterbook_app::{Actor, Refused};
use meterbook_core::id::AccountNumber;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_store as store;
use serde::Deserialize;

use super::{Head, NotThere, answer, blocking, draw, money};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::{refusal, show};

#[derive(Template)]
#[template(path = "payment.html")]
struct Page {
    head: Head,
    number: String,
    name: String,
    balance: String,
    says: String,
    form: Paid,
}

/// What the form holds; it is shown again when it is refused.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Paid {
    #[serde(default)]
    secret: String,
    amount: String,
    tender: String,
    reference: String,
    on: String,
}

/// The form, with what is owed filled in.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let done = form(&console, &visitor, &number, None).await;
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    refused: Option<(Paid, String)>,
) -> Result<Response> {
    let (here, asked) = (console.clone(), AccountNumber::parse(number).ok_or(NotThere)?);
    let (name, balance) = blocking(move || {
        here.db.read(|tx| {
            let account = store::account::by_number(tx, asked)?.ok_or(NotThere)?;
            let name = store::person::get(tx, account.person)?.name;
            Ok((name, store::ledger::balance(tx, account.id)?))
        })
    })
    .await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (form, says) = refused.unwrap_or_else(|| {
        let owed = if Money::ZERO < balance { balance.plain() } else { String::new() };
        let on = console.zone.day_of(Timestamp::now()).to_string();
        let tender = Tender::Check.word().to_owned();
        (Paid { amount: owed, tender, on, ..Paid::default() }, String::new())
    });
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, visitor.words().take_payment),
        number: number.to_owned(),
        name,
        balance: show::money(balance),
        says,
        form,
    };
    Ok(draw(status, &page))
}

/// Posts the payment. Sending the form twice posts it once: the second has the same reference.
pub(crate) async fn take(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(paid): Form<Paid>,
) -> Response {
    let (here, by, account, form_sent) =
        (console.clone(), visitor.present.member.id, number.clone(), paid.clone());
    let stale = guard::same_session(&visitor, &paid.secret);
    let posted = blocking(move || {
        stale?;
        let actor = Actor { by: Some(by), at: Timestamp::now() };
        here.db.write(|tx| {
            let number = AccountNumber::parse(&account).ok_or(NotThere)?;
            let account = store::account::by_number(tx, number)?.ok_or(NotThere)?;
            let amount = money::amount(store::utility::get(tx)?.currency, &paid.amount)?;
            let tender = money::tender(&paid.tender)?;
            let on = money::day(&paid.on)?;
            let new =
                NewPayment { account: account.id, amount, on, tender, reference: paid.reference };
            do_or_ask(tx, actor, &Asked::Payment(new), "")
        })
    })
    .await;
    let done = match posted {
        Ok(went) => {
            let done = if went == Outcome::Done { "payment" } else { "asked" };
            Ok(Redirect::to(&format!("/accounts/{number}?done={done}")).into_response())
        }
        Err(why) if why.is::<Refused>() => {
            let says = refusal::said(&why, &console.zone, visitor.language);
            form(&console, &visitor, &number, Some((form_sent, says))).await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

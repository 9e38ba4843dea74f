//! Saying in which language a customer is written to.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::person;
use meterbook_core::person::Language;

use super::money::{Fields, account_of};
use super::{NotThere, answer, blocking};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::typed::Typed;

/// Lets the customer of an account be written to in another language.
pub(crate) async fn speak(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let (here, actor, typed) = (console.clone(), visitor.actor(), Typed::new(fields));
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let done = blocking(move || {
        stale?;
        let language = Language::from_word(typed.text("speaks")).ok_or(NotThere)?;
        here.db.write(|tx| {
            let account = account_of(tx, &number)?;
            person::speak(tx, actor, account.person, language)?;
            Ok(account.number)
        })
    })
    .await;
    let done = done
        .map(|number| Redirect::to(&format!("/accounts/{number}?done=language")).into_response());
    answer(&console, &visitor, done)
}

//! Writing a note on an account.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::{Actor, interaction};
use meterbook_core::id::AccountNumber;
use meterbook_core::interaction::InteractionChannel;
use meterbook_store as store;
use serde::Deserialize;

use super::{NotThere, answer, blocking};
use crate::Console;
use crate::guard::{self, Visitor};

#[derive(Deserialize)]
pub(crate) struct Note {
    secret: String,
    text: String,
}

/// Keeps a note.
pub(crate) async fn add(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(note): Form<Note>,
) -> Response {
    let (here, by, account) = (console.clone(), visitor.present.member.id, number.clone());
    let stale = guard::same_session(&visitor, &note.secret);
    let done = blocking(move || {
        stale?;
        let actor = Actor { by: Some(by), at: Timestamp::now() };
        here.db.write(|tx| {
            let number = AccountNumber::parse(&account).ok_or(NotThere)?;
            let account = store::account::by_number(tx, number)?.ok_or(NotThere)?;
            interaction::note(tx, actor, account.id, InteractionChannel::Note, &note.text)
        })
    })
    .await;
    let back = format!("/accounts/{number}?done=note");
    answer(&console, &visitor, done.map(|_| Redirect::to(&back).into_response()))
}

//! A version of a tariff told otherwise for its day, or put in for days that are billed: its text, which is
//! looked at as a set of corrections and told from the page of that.

use std::sync::Arc;

use anyhow::Error;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::fact::version::{self, Version};
use meterbook_app::tariff;
use meterbook_core::bill::correct::Cause;
use meterbook_core::id::SetId;
use meterbook_store as store;

use super::{Head, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::typed::Typed;

#[derive(Template)]
#[template(path = "version.html")]
struct Page {
    head: Head,
    /// The bill from which somebody came; empty where nobody did.
    bill: String,
    refused: String,
    text: String,
}

/// The form, with the text that holds on the day of a bill, or that somebody looked at.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let (here, mut typed) = (console.clone(), Typed::new(fields));
    let known = blocking(move || {
        let look = typed.text("look").parse().map(SetId).ok();
        let on = typed.text("on").parse::<Date>().ok();
        let code = typed.text("tariff").to_owned();
        let text = here.db.read(|tx| match look {
            Some(id) => Ok(store::set::find(tx, id)?.and_then(|it| it.version)),
            None => tariff::text(tx, &code, on),
        })?;
        typed.or("text", || text.unwrap_or_default());
        Ok(typed)
    });
    let done = match known.await {
        Ok(typed) => Ok(form(&console, &visitor, &typed, None)),
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    typed: &Typed,
    refused: Option<Error>,
) -> Response {
    let language = visitor.language;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        head: Head::new(console, Some(visitor), language, visitor.words().version_title),
        bill: typed.text("bill").to_owned(),
        refused: refused.map_or_else(String::new, |it| refusal::said(&it, &console.zone, language)),
        text: text(typed),
    };
    draw(status, &page)
}

/// The text as it is kept: a browser sends its lines with two letters at their ends.
fn text(typed: &Typed) -> String {
    let text = typed.text("text").replace("\r\n", "\n");
    if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
}

/// Begins to look what it would come to; the page of that shows it when it is known. What is refused is said
/// beside the form, with what was typed.
pub(crate) async fn look(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let same = guard::same_session(&visitor, typed.text("secret"));
    let (here, actor, text) = (console.clone(), visitor.actor(), text(&typed));
    let begun = blocking(move || {
        same?;
        let version = Version { text: &text, cause: Cause::Tariff };
        here.db.write(|tx| version::prepare(tx, actor, version))
    })
    .await;
    let done = match begun {
        Ok(set) => Ok(Redirect::to(&format!("/corrections/sets/{set}")).into_response()),
        Err(why) => refusal::only(why).map(|why| form(&console, &visitor, &typed, Some(why))),
    };
    answer(&console, &visitor, done)
}

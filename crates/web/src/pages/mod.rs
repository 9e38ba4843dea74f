//! The pages, one file each, and what they share: the frame around them and how a request that
//! cannot be answered is told so.

pub(crate) mod account;
pub(crate) mod application;
pub(crate) mod approval;
pub(crate) mod attempt;
pub(crate) mod bank;
pub(crate) mod bill;
pub(crate) mod close;
pub(crate) mod collection;
pub(crate) mod compare;
pub(crate) mod correction;
pub(crate) mod credit;
pub(crate) mod crediting;
pub(crate) mod cycle;
pub(crate) mod debit;
pub(crate) mod document;
pub(crate) mod drawer;
pub(crate) mod exception;
pub(crate) mod fact;
pub(crate) mod grid;
pub(crate) mod hold;
pub(crate) mod interim;
pub(crate) mod known;
pub(crate) mod let_go;
pub(crate) mod mandate;
pub(crate) mod money;
pub(crate) mod moves;
pub(crate) mod moving;
pub(crate) mod note;
pub(crate) mod once;
pub(crate) mod online;
pub(crate) mod order;
pub(crate) mod ordering;
pub(crate) mod outbox;
pub(crate) mod payment;
pub(crate) mod person;
pub(crate) mod place;
pub(crate) mod pledge;
pub(crate) mod refund;
pub(crate) mod report;
pub(crate) mod said;
pub(crate) mod search;
pub(crate) mod set;
pub(crate) mod sign_in;
pub(crate) mod small;
pub(crate) mod suspense;
pub(crate) mod task;
pub(crate) mod tender;
pub(crate) mod timeline;
pub(crate) mod transfer;
pub(crate) mod unclaimed;
pub(crate) mod usage;
pub(crate) mod version;
pub(crate) mod write_off;

use std::io::Write;
use std::sync::Arc;

use anyhow::{Error, Result, anyhow};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use meterbook_app::Refused;
use meterbook_core::person::Language;
use meterbook_store::{Missing, Unavailable};

use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::words::{Words, money as money_words, words};

/// The frame around a page.
pub(crate) struct Head {
    pub(crate) words: &'static Words,
    /// What is said of money.
    pub(crate) money: &'static money_words::Words,
    pub(crate) title: String,
    pub(crate) utility: String,
    /// The name of who signed in; empty before.
    pub(crate) user: String,
    pub(crate) secret: String,
    /// What was searched for.
    pub(crate) query: String,
    /// The other language's word.
    pub(crate) other: &'static str,
    /// Whether single letters do something.
    pub(crate) keys: bool,
}

impl Head {
    pub(crate) fn new(
        console: &Console,
        visitor: Option<&Visitor>,
        language: Language,
        title: &str,
    ) -> Head {
        let other = match language {
            Language::English => Language::Spanish,
            Language::Spanish => Language::English,
        };
        Head {
            words: words(language),
            money: money_words::words(language),
            title: title.to_owned(),
            utility: console.utility.clone(),
            user: visitor.map_or_else(String::new, |it| it.present.member.name.clone()),
            secret: visitor.map_or_else(String::new, Visitor::secret),
            query: String::new(),
            other: other.word(),
            keys: visitor.is_none_or(|it| it.keys),
        }
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    head: Head,
    says: String,
}

/// A page, drawn.
pub(crate) fn draw(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(why) => {
            log(&anyhow!(why));
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be drawn.").into_response()
        }
    }
}

/// Runs what waits for the database away from the threads that serve.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(why) => Err(anyhow!("the work was cut off: {why}")),
    }
}

/// The answer of a page, or the page that says why there is none.
pub(crate) fn answer(console: &Console, visitor: &Visitor, done: Result<Response>) -> Response {
    done.unwrap_or_else(|why| failed(console, Some(visitor), visitor.language, &why))
}

/// The page that says why there is no answer.
pub(crate) fn failed(
    console: &Console,
    visitor: Option<&Visitor>,
    language: Language,
    why: &Error,
) -> Response {
    let (status, says) = if why.is::<Refused>() {
        (StatusCode::CONFLICT, refusal::said(why, &console.zone, language))
    } else if why.is::<Missing>() && language == Language::Spanish {
        (StatusCode::NOT_FOUND, words(language).missing.to_owned())
    } else if why.is::<Missing>() {
        (StatusCode::NOT_FOUND, why.to_string())
    } else if why.is::<NotThere>() {
        (StatusCode::NOT_FOUND, words(language).other_page.to_owned())
    } else if why.is::<MayNot>() {
        (StatusCode::FORBIDDEN, words(language).role_may_not.to_owned())
    } else if why.is::<Unavailable>() {
        log(why);
        (StatusCode::SERVICE_UNAVAILABLE, why.to_string())
    } else {
        log(why);
        (StatusCode::INTERNAL_SERVER_ERROR, words(language).failed.to_owned())
    };
    let head = Head::new(console, visitor, language, words(language).refused);
    refused(head, status, &says)
}

/// A page that says no.
pub(crate) fn refused(head: Head, status: StatusCode, says: &str) -> Response {
    draw(status, &RefusedPage { head, says: says.to_owned() })
}

/// There is no such thing.
#[derive(Debug)]
pub(crate) struct NotThere;

impl std::fmt::Display for NotThere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no such page")
    }
}

impl std::error::Error for NotThere {}

/// What the role of a visitor does not hold, where the address alone does not say what it takes.
#[derive(Debug)]
pub(crate) struct MayNot;

impl std::fmt::Display for MayNot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the role may not do this")
    }
}

impl std::error::Error for MayNot {}

/// There is no such route.
pub(crate) async fn nothing(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    let language = guard::language(&headers);
    let head = Head::new(&console, None, language, words(language).other_page);
    refused(head, StatusCode::NOT_FOUND, words(language).other_page)
}

/// A style sheet, the font, the script for keys.
pub(crate) async fn file(Path(file): Path<String>) -> Response {
    let (kind, bytes): (&str, &'static [u8]) = match file.as_str() {
        "console.css" => ("text/css; charset=utf-8", include_bytes!("../../static/console.css")),
        "keys.js" => ("text/javascript; charset=utf-8", include_bytes!("../../static/keys.js")),
        "inter.woff2" => ("font/woff2", include_bytes!("../../static/inter.woff2")),
        "mark.svg" => ("image/svg+xml", include_bytes!("../../static/mark.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}

pub(crate) fn log(why: &Error) {
    let _ = writeln!(std::io::stderr().lock(), "meterbook: {why:#}");
}

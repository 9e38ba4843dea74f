//! Signing in and out, and the language.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use meterbook_app::{Refused, session};
use meterbook_core::person::Language;
use serde::Deserialize;

use super::{Head, answer, blocking, draw, failed};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::words::words;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    head: Head,
    name: String,
    says: &'static str,
}

/// The form.
pub(crate) async fn ask(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    page(&console, &headers, StatusCode::OK, String::new(), "")
}

fn page(
    console: &Console,
    headers: &HeaderMap,
    status: StatusCode,
    name: String,
    says: &'static str,
) -> Response {
    let language = guard::language(headers);
    let head = Head::new(console, None, language, words(language).sign_in);
    draw(status, &Page { head, name, says })
}

#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

/// Lets somebody in.
pub(crate) async fn let_in(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Response {
    let language = guard::language(&headers);
    if console.throttle.waits(&name) {
        let says = words(language).too_many;
        return page(&console, &headers, StatusCode::TOO_MANY_REQUESTS, name, says);
    }
    let (here, who) = (console.clone(), name.clone());
    let token =
        blocking(move || session::sign_in(&here.db, Timestamp::now(), &who, &password)).await;
    match token {
        Ok(token) => {
            console.throttle.forget(&name);
            ([(header::SET_COOKIE, guard::begin(&headers, &token))], Redirect::to("/"))
                .into_response()
        }
        Err(why) if why.is::<Refused>() => {
            console.throttle.remember(&name);
            page(&console, &headers, StatusCode::UNPROCESSABLE_ENTITY, name, words(language).wrong)
        }
        Err(why) => failed(&console, None, language, &why),
    }
}

#[derive(Deserialize)]
pub(crate) struct Out {
    secret: String,
}

/// Ends the session.
pub(crate) async fn sign_out(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(Out { secret }): Form<Out>,
) -> Response {
    let (here, token) = (console.clone(), visitor.token.clone());
    let done = match guard::same_session(&visitor, &secret) {
        Ok(()) => blocking(move || session::sign_out(&here.db, &token)).await,
        Err(why) => Err(why),
    };
    let out = done
        .map(|()| ([(header::SET_COOKIE, guard::end())], Redirect::to("/sign-in")).into_response());
    answer(&console, &visitor, out)
}

#[derive(Deserialize)]
pub(crate) struct Chosen {
    language: String,
}

/// Keeps the language that was chosen, and goes back to the page it was chosen on.
pub(crate) async fn speak(headers: HeaderMap, Form(Chosen { language }): Form<Chosen>) -> Response {
    let language = Language::from_word(&language).unwrap_or_default();
    let back = back(&headers);
    ([(header::SET_COOKIE, guard::speak(language))], Redirect::to(&back)).into_response()
}

#[derive(Deserialize)]
pub(crate) struct Keys {
    keys: String,
}

/// Turns single-letter keys on or off, for whoever speaks to the machine or strays onto its keys.
pub(crate) async fn keys(headers: HeaderMap, Form(Keys { keys }): Form<Keys>) -> Response {
    let cookie = guard::keys(keys != "off");
    ([(header::SET_COOKIE, cookie)], Redirect::to(&back(&headers))).into_response()
}

/// The page that a form was sent from.
fn back(headers: &HeaderMap) -> String {
    let from = headers.get(header::REFERER).and_then(|it| it.to_str().ok());
    let page = from.and_then(|it| it.split_once("://")).and_then(|(_, it)| it.split_once('/'));
    page.map_or_else(|| "/".to_owned(), |(_, path)| format!("/{}", path.trim_start_matches('/')))
}

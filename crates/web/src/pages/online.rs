//! The page of a bill's link, where whoever has it may pay and signs in nowhere; and where the provider of
//! payments tells what came of it.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::Form;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use meterbook_app::online::card;
use meterbook_app::online::link::{self, Shown};
use meterbook_app::online::told::{self, Became};
use meterbook_app::online::{Begun, Keep, NewAttempt, NotOnline, What, begin};
use meterbook_app::{Actor, Refused};
use meterbook_core::limits::EVENT_BYTES;
use meterbook_core::money::Money;
use meterbook_store as store;

use super::{Head, blocking, draw, failed, log};
use crate::typed::Typed;
use crate::words::payer::{self, Words};
use crate::{Console, guard, show};

#[derive(Template)]
#[template(path = "pay.html")]
struct Page {
    head: Head,
    payer: &'static Words,
    token: String,
    bill: Option<Facts>,
    /// Where they go on, once that is known.
    url: String,
    says: &'static str,
    chose: Choice,
    /// Whether they let the card be kept, and for how much at most.
    keep: bool,
    most: String,
}

/// What is shown of a bill: nothing that says whose it is.
struct Facts {
    tail: String,
    number: String,
    /// Empty where nothing is owed.
    amount: String,
    due: String,
    /// Whether it is what is due now by a plan.
    parts: bool,
    /// All that is owed, where that may be paid instead.
    all: String,
    /// Whether another amount may be.
    any_amount: bool,
    begun: bool,
    within: bool,
    kept: bool,
    phone: String,
}

/// What was said on the page, and what is said about it.
#[derive(Default)]
struct Came {
    says: Option<(StatusCode, &'static str)>,
    chose: Choice,
    keep: bool,
    most: String,
}

/// How much somebody chose to pay, as it was typed.
#[derive(Clone, Default)]
struct Choice {
    all: bool,
    other: bool,
    amount: String,
}

/// How much the provider may tell at once.
pub(crate) fn room() -> DefaultBodyLimit {
    DefaultBodyLimit::max(EVENT_BYTES)
}

/// What is owed of a bill, for whoever has its link.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    page(&console, &headers, token, Came::default()).await
}

/// Takes whoever has the link to the page of the provider.
pub(crate) async fn go(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let (whose, typed) = (format!("pay {token}"), Typed::new(fields));
    let words = payer::words(guard::language(&headers));
    let (keep, most) = (typed.some("keep").is_some(), typed.text("most").trim().to_owned());
    let (what, amount) = (typed.text("what"), typed.text("amount").to_owned());
    let chose = Choice { all: what == "all", other: what == "other", amount };
    let came = |says| Came { says: Some(says), chose: chose.clone(), keep, most: most.clone() };
    if console.throttle.waits(&whose) {
        let says = (StatusCode::TOO_MANY_REQUESTS, words.too_many);
        return page(&console, &headers, token, came(says)).await;
    }
    let here = console.clone();
    let currency = match blocking(move || here.currency()).await {
        Ok(currency) => currency,
        Err(why) => return failed(&console, None, guard::language(&headers), &why),
    };
    let typed = |it: &str| currency.typed(it);
    let asked = Some(most.as_str()).filter(|it| keep && !it.is_empty()).map(typed);
    let other = chose.other.then(|| typed(&chose.amount));
    let (Ok(asked), Ok(other)) = (asked.transpose(), other.transpose()) else {
        let says = (StatusCode::UNPROCESSABLE_ENTITY, words.not_most);
        return page(&console, &headers, token, came(says)).await;
    };
    console.throttle.remember(&whose);
    let (here, of) = (console.clone(), token.clone());
    let (all, keep) = (chose.all, keep.then_some(Keep { most: asked }));
    match blocking(move || begun(&here, &of, (all, other), keep)).await {
        Ok(Begun { url, .. }) => {
            let (head, payer) = dressed(&console, &headers);
            let refresh = HeaderValue::from_str(&format!("0; url={url}"));
            let (most, keep) = (String::new(), false);
            let chose = Choice::default();
            let page = Page { head, payer, token, bill: None, url, says: "", chose, keep, most };
            let mut answer = draw(StatusCode::OK, &page);
            if let Ok(refresh) = refresh {
                answer.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
            }
            answer
        }
        Err(why) => {
            let says = said(&why, words);
            // Whoever makes links up fills no memory with them.
            if says.0 == StatusCode::NOT_FOUND {
                console.throttle.forget(&whose);
            }
            page(&console, &headers, token, came(says)).await
        }
    }
}

/// Ends the card that is kept, for whoever has the link.
pub(crate) async fn forget(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    let whose = format!("pay {token}");
    if console.throttle.waits(&whose) {
        let says = payer::words(guard::language(&headers)).too_many;
        let says = Some((StatusCode::TOO_MANY_REQUESTS, says));
        return page(&console, &headers, token, Came { says, ..Came::default() }).await;
    }
    console.throttle.remember(&whose);
    let (here, of) = (console.clone(), token.clone());
    let done = blocking(move || {
        let actor = Actor::system(Timestamp::now());
        here.db.write(|tx| {
            let account = link::shown(tx, actor.at, &of)?.account;
            // Who presses twice finds it done.
            match store::card::now(tx, account)? {
                Some(_) => card::forget(tx, actor, account, "by the link of a bill").map(drop),
                None => Ok(()),
            }
        })
    });
    match done.await {
        Ok(()) => Redirect::to(&format!("/pay/{token}")).into_response(),
        Err(why) => {
            let says = Some(said(&why, payer::words(guard::language(&headers))));
            page(&console, &headers, token, Came { says, ..Came::default() }).await
        }
    }
}

/// What the provider of payments tells.
pub(crate) async fn hear(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signature = headers.get("stripe-signature").and_then(|it| it.to_str().ok());
    let signature = signature.map(str::to_owned);
    let took =
        blocking(move || told::take(&console.db, Timestamp::now(), signature.as_deref(), &body));
    match took.await {
        Ok(Became::Silent) => {
            (StatusCode::SERVICE_UNAVAILABLE, "ask again: no answer came").into_response()
        }
        Ok(_) => StatusCode::OK.into_response(),
        // What is wrong with its signature is the business of whoever keeps the settings.
        Err(why) if why.is::<Refused>() => {
            log(&why);
            (StatusCode::BAD_REQUEST, "not taken").into_response()
        }
        Err(why) => {
            log(&why);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn begun(
    console: &Console,
    token: &str,
    (all, amount): (bool, Option<Money>),
    keep: Option<Keep>,
) -> Result<Begun> {
    let actor = Actor::system(Timestamp::now());
    let (it, back) = console
        .db
        .read(|tx| Ok((link::shown(tx, actor.at, token)?, link::address(tx, actor.at, token)?)))?;
    let what = if all && it.all.is_some() { What::All } else { it.what };
    let new = NewAttempt { account: it.account, what, amount, back: Some(back), keep };
    begin(&console.db, actor, &new)
}

async fn page(
    console: &Arc<Console>,
    headers: &HeaderMap,
    token: String,
    Came { says, chose, keep, most }: Came,
) -> Response {
    let (here, of) = (console.clone(), token.clone());
    let looked = blocking(move || {
        here.db.read(|tx| {
            let it = link::shown(tx, Timestamp::now(), &of)?;
            Ok((it, store::utility::get(tx)?.phone))
        })
    });
    let (head, payer) = dressed(console, headers);
    let language = guard::language(headers);
    let (bill, (status, says)) = match looked.await {
        Ok((it, phone)) => {
            let Shown { number, tail, left, due, begun, within, kept, .. } = it;
            let owed = Money::ZERO < left;
            let amount = if owed { show::money(left) } else { String::new() };
            let (number, due) = (number.0, show::day(due, language));
            let (parts, all) = (it.what == What::Due, it.all.map(show::money).unwrap_or_default());
            let any_amount = it.any_amount;
            let facts = Facts {
                tail,
                number,
                amount,
                due,
                parts,
                all,
                any_amount,
                begun,
                within,
                kept,
                phone,
            };
            // What is paid by now needs no word about why it could not be.
            (Some(facts), says.filter(|_| owed).unwrap_or((StatusCode::OK, "")))
        }
        Err(why) => (None, said(&why, payer)),
    };
    draw(status, &Page { head, payer, token, bill, url: String::new(), says, chose, keep, most })
}

fn dressed(console: &Console, headers: &HeaderMap) -> (Head, &'static Words) {
    let language = guard::language(headers);
    let payer = payer::words(language);
    (Head::new(console, None, language, payer.title), payer)
}

/// What a payer is told, and what nobody but the operator is to know is written down.
fn said(why: &Error, words: &'static Words) -> (StatusCode, &'static str) {
    let refused = why.downcast_ref::<Refused>().and_then(|it| it.as_a::<NotOnline>());
    match refused {
        Some(NotOnline::NoLink) => (StatusCode::NOT_FOUND, words.no_link),
        Some(NotOnline::Unanswered { .. }) => (StatusCode::SERVICE_UNAVAILABLE, words.unanswered),
        Some(NotOnline::Nothing) => (StatusCode::OK, words.nothing),
        Some(NotOnline::MoreThanOwed { .. } | NotOnline::Limits { .. }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, words.not_so_much)
        }
        Some(NotOnline::NoMost { .. }) => (StatusCode::UNPROCESSABLE_ENTITY, words.not_most),
        _ => {
            log(why);
            (StatusCode::SERVICE_UNAVAILABLE, words.not_now)
        }
    }
}

#[cfg(test)]
mod tests {
    use meterbook_app::refuse;
    use meterbook_core::id::AttemptId;
    use meterbook_core::person::Language;

    use super::*;

    #[test]
    fn a_payer_is_told_in_both_languages_and_never_what_the_operator_is() {
        for why in [
            NotOnline::NoLink,
            NotOnline::Unanswered { attempt: AttemptId(7) },
            NotOnline::Nothing,
            NotOnline::NoMost { most: Money::ZERO },
            NotOnline::MoreThanOwed { amount: Money::ZERO, owed: Money::ZERO },
            NotOnline::Refused { why: "Invalid API Key".to_owned() },
        ] {
            let why = refuse(why);
            let all =
                [Language::English, Language::Spanish].map(|it| said(&why, payer::words(it)).1);
            assert_ne!(all[0], all[1], "{why}");
            assert!(
                all.iter().all(|it| !it.contains("meterbook") && !it.contains("API")),
                "{all:?}"
            );
        }
    }
}

//! Who may pass: sessions, permissions, forms that came from our own pages, and the headers that
//! keep other sites out.

use std::sync::Arc;

use anyhow::Result;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use meterbook_app::Actor;
use meterbook_app::session::{self, Present};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;

use crate::Console;
use crate::pages::{self, Head};
use crate::words::{Words, money, set, words, work};

/// The cookie of a session.
const SESSION: &str = "meterbook";
/// The cookie of the language.
const LANGUAGE: &str = "meterbook_language";
/// The cookie of whoever wants no single-letter keys.
const KEYS: &str = "meterbook_keys";

/// Nothing but our own files, no scripts in pages, no frames, no forms to elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Somebody who signed in, and the language they read.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) present: Present,
    pub(crate) token: String,
    pub(crate) language: Language,
    /// Whether single letters do something.
    pub(crate) keys: bool,
}

impl Visitor {
    /// Whether they may do this at all; acts ask again.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.present.may(permission)
    }

    /// Whoever it is, acting now.
    pub(crate) fn actor(&self) -> Actor {
        Actor { by: Some(self.present.member.id), at: Timestamp::now() }
    }

    /// The texts in their language.
    pub(crate) fn words(&self) -> &'static Words {
        words(self.language)
    }

    /// The texts about money in their language.
    pub(crate) fn money(&self) -> &'static money::Words {
        money::words(self.language)
    }

    /// What the console says of sets of corrections to whoever looks.
    pub(crate) fn sets(&self) -> &'static set::Words {
        set::words(self.language)
    }

    /// What the console says of work that goes on to whoever looks.
    pub(crate) fn work(&self) -> &'static work::Words {
        work::words(self.language)
    }

    /// The secret that every form of this session carries.
    pub(crate) fn secret(&self) -> String {
        session::form_secret(&self.token)
    }
}

/// What a route asks of whoever comes.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) console: Arc<Console>,
    pub(crate) needs: Permission,
}

/// Lets in who signed in and may do this; others are asked to sign in, or told that they may not.
pub(crate) async fn guard(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let Door { console, needs } = door;
    let headers = request.headers();
    let language = language(headers);
    let keys = cookie(headers, KEYS) != Some("off");
    let visitor = match cookie(headers, SESSION).map(str::to_owned) {
        Some(token) => {
            let here = console.clone();
            let key = token.clone();
            let who = pages::blocking(move || session::who(&here.db, Timestamp::now(), &key)).await;
            match who {
                Ok(who) => who.map(|present| Visitor { present, token, language, keys }),
                Err(why) => return pages::failed(&console, None, language, &why),
            }
        }
        None => None,
    };
    let Some(visitor) = visitor else {
        return match *request.method() {
            Method::GET => Redirect::to("/sign-in").into_response(),
            _ => (StatusCode::UNAUTHORIZED, Redirect::to("/sign-in")).into_response(),
        };
    };
    if !visitor.may(needs) {
        let head = Head::new(&console, Some(&visitor), visitor.language, visitor.words().refused);
        return pages::refused(head, StatusCode::FORBIDDEN, visitor.words().role_may_not);
    }
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// What holds for every answer, and for every request that changes something.
pub(crate) async fn shield(request: Request, next: Next) -> Response {
    if *request.method() != Method::GET
        && *request.method() != Method::HEAD
        && !ours(request.headers())
    {
        return (StatusCode::FORBIDDEN, "This form did not come from a page of the console.")
            .into_response();
    }
    let kept = request.uri().path().starts_with("/static/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::CACHE_CONTROL, if kept { "max-age=3600" } else { "no-store" });
    response
}

/// Whether a form was sent by one of our own pages, as far as the browser says.
fn ours(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    if let Some(origin) = text(header::ORIGIN) {
        let host = origin.split_once("://").map(|(_, host)| host);
        return host.is_some() && host == text(header::HOST);
    }
    text(HeaderName::from_static("sec-fetch-site"))
        .is_none_or(|it| matches!(it, "same-origin" | "none"))
}

/// The cookie that begins a session.
pub(crate) fn begin(headers: &HeaderMap, token: &str) -> String {
    let behind_tls = headers.get("x-forwarded-proto").is_some_and(|it| it == "https");
    let secure = if behind_tls { "; Secure" } else { "" };
    format!("{SESSION}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200{secure}")
}

/// The cookie that ends one.
pub(crate) fn end() -> String {
    format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// The cookie that keeps a language.
pub(crate) fn speak(language: Language) -> String {
    format!("{LANGUAGE}={language}; Path=/; SameSite=Lax; Max-Age=31536000")
}

/// The cookie that keeps single-letter keys on or off.
pub(crate) fn keys(on: bool) -> String {
    let word = if on { "on" } else { "off" };
    format!("{KEYS}={word}; Path=/; SameSite=Lax; Max-Age=31536000")
}

/// The language of a request: the one that was chosen, else the first one the browser asks for.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    if let Some(chosen) = cookie(headers, LANGUAGE).and_then(Language::from_word) {
        return chosen;
    }
    let asked =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let known = asked.split(',').filter_map(|it| Language::from_word(it.trim().get(..2)?));
    known.into_iter().next().unwrap_or_default()
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    all.flat_map(|it| it.split(';')).find_map(|it| {
        let (key, value) = it.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// Whether a form carries the secret of the session it is sent in.
pub(crate) fn same_session(visitor: &Visitor, secret: &str) -> Result<()> {
    if secret == visitor.secret() {
        return Ok(());
    }
    Err(meterbook_app::refuse(Stale))
}

/// A form of another session.
#[derive(Debug)]
struct Stale;

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "the page is of an earlier session; go back, load it again and send it once more",
        )
    }
}

impl std::error::Error for Stale {}

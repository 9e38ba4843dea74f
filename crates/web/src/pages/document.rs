//! Documents: keeping one with what it is about, and giving it out as it was brought, to be kept and
//! opened by who asked and never run by the browser.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::{Actor, Refused, document};
use meterbook_core::about::About;
use meterbook_core::document::{Document, Media, may_be_about, needed};
use meterbook_core::id::DocumentId;
use meterbook_core::limits::{DOCUMENT_BYTES, FORM_BYTES};
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::order::{Choice, Said};
use super::{Head, MayNot, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::sent::{Sent, SentFile};
use crate::show;
use crate::typed::Typed;

#[derive(Template)]
#[template(path = "document.html")]
struct Page {
    head: Head,
    says: String,
    /// The page it is asked from, as a form names it, by its name and its address.
    at: String,
    name: String,
    link: String,
    /// What it may be about.
    about: Vec<Choice>,
    /// What may be chosen, and how large it may be.
    media: String,
    most: String,
    typed: Typed,
}

/// From which page a document is added; the address holds it.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    at: String,
}

/// A document in a list.
pub(crate) struct Listed {
    pub(crate) link: String,
    pub(crate) name: String,
    pub(crate) size: String,
    pub(crate) on: String,
    /// The form that withdraws it, for those who may.
    pub(crate) withdraws: Option<String>,
}

/// The documents about several things, those of each together. The first of these things is the one
/// whose page it is.
pub(crate) fn listed(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    about: &[About],
) -> Result<Vec<Listed>> {
    let mut all = Vec::new();
    let Some(at) = about.first().copied().map(word) else { return Ok(all) };
    for about in about {
        let may = visitor.may(needed(*about));
        let list = |it: Document| Listed {
            link: format!("/documents/{}", it.id),
            withdraws: may.then(|| format!("/documents/{}/withdraw?at={at}", it.id)),
            name: it.name,
            size: size(it.size_bytes),
            on: show::day(console.zone.day_of(it.at), visitor.language),
        };
        all.extend(document::shown(tx, *about)?.into_iter().map(list));
    }
    Ok(all)
}

/// The address of the form that adds a document to a thing, for those who may.
pub(crate) fn adding(visitor: &Visitor, at: About) -> Option<String> {
    visitor.may(needed(at)).then(|| format!("/documents/new?at={}", word(at)))
}

/// Asks for a document.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let typed = Typed::new(vec![("at".to_owned(), asked.at)]);
    let done = page(&console, &visitor, typed, String::new()).await;
    answer(&console, &visitor, done)
}

/// Keeps a document. What is refused is said above the form, with what was typed.
pub(crate) async fn add(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    sent: Sent,
) -> Response {
    let stale = guard::same_session(&visitor, sent.typed.text("secret"));
    let (here, asking, typed) = (console.clone(), visitor.clone(), sent.typed.clone());
    let kept = blocking(move || {
        stale?;
        let actor = asking.actor();
        here.db.write(|tx| keep(tx, &asking, actor, &sent))
    })
    .await;
    let done = match kept {
        Ok(back) => Ok(Redirect::to(&back).into_response()),
        Err(why) if why.is::<Refused>() => {
            let again = visitor.words().document_again;
            let says = refusal::said(&why, &console.zone, visitor.language);
            page(&console, &visitor, typed, format!("{}. {again}", says.trim_end_matches('.')))
                .await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

/// Keeps what was sent; gives back the address of the page it was asked from.
fn keep(tx: &mut Tx, visitor: &Visitor, actor: Actor, sent: &Sent) -> Result<String> {
    let no = |text: String| meterbook_app::refuse(Said { field: "", text });
    let typed = &sent.typed;
    let at = thing(typed.text("at"))?;
    let chosen = typed.some("about").map(thing).transpose()?.unwrap_or(at);
    allowed(visitor, at)?;
    let about = choices(tx, at)?.into_iter().find(|it| *it == chosen).ok_or(NotThere)?;
    if sent.too_much {
        return Err(no(format!(
            "all files together are more than {FORM_BYTES} bytes; send fewer, or smaller ones"
        )));
    }
    let Some(SentFile { name, bytes }) = sent.files.first() else {
        return Err(no("choose a file".to_owned()));
    };
    document::add(tx, actor, about, typed.some("name").unwrap_or(name), bytes)?;
    Ok(format!("{}?done=document", link(tx, at)?))
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    typed: Typed,
    says: String,
) -> Result<Response> {
    let status = if says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (here, visitor) = (console.clone(), visitor.clone());
    let page = blocking(move || {
        let at = thing(typed.text("at"))?;
        here.db.read(|tx| asking(tx, &here, &visitor, at, (typed, says)))
    })
    .await?;
    Ok(draw(status, &page))
}

fn asking(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    at: About,
    (typed, says): (Typed, String),
) -> Result<Page> {
    allowed(visitor, at)?;
    let words = visitor.words();
    let mut about = Vec::new();
    for it in choices(tx, at)? {
        let word = word(it);
        let chosen = typed.text("about") == word;
        about.push(Choice { name: called(tx, visitor, it)?, word, chosen });
    }
    let media: Vec<&str> = Media::ALL.iter().map(|it| it.word()).collect();
    Ok(Page {
        head: Head::new(console, Some(visitor), visitor.language, words.document_add),
        says,
        at: word(at),
        name: called(tx, visitor, at)?,
        link: link(tx, at)?,
        about,
        media: media.join(","),
        most: size(i64::try_from(DOCUMENT_BYTES)?),
        typed,
    })
}

/// Why a document is withdrawn.
#[derive(Template)]
#[template(path = "withdraw.html")]
struct Withdrawing {
    head: Head,
    says: String,
    id: String,
    name: String,
    /// What it is about, the page it is asked from as a form names it, and its address.
    about: String,
    at: String,
    link: String,
    typed: Typed,
}

/// Asks why a document is withdrawn.
pub(crate) async fn ask_why(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let typed = Typed::new(vec![("at".to_owned(), asked.at)]);
    let done = why(&console, &visitor, id, typed, String::new()).await;
    answer(&console, &visitor, done)
}

/// Withdraws a document. What is refused is said above the form, with what was typed.
pub(crate) async fn withdraw(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let (here, asking) = (console.clone(), visitor.clone());
    let (actor, asked, given) = (visitor.actor(), typed.clone(), id.clone());
    let gone = blocking(move || {
        stale?;
        let id = DocumentId(given.parse().map_err(|_| NotThere)?);
        let at = thing(asked.text("at"))?;
        here.db.write(|tx| {
            allowed(&asking, store::document::get(tx, id)?.about)?;
            document::withdraw(tx, actor, id, asked.text("why"))?;
            Ok(format!("{}?done=withdrawn", link(tx, at)?))
        })
    })
    .await;
    let done = match gone {
        Ok(back) => Ok(Redirect::to(&back).into_response()),
        Err(no) if no.is::<Refused>() => {
            let says = refusal::said(&no, &console.zone, visitor.language);
            why(&console, &visitor, id, typed, says).await
        }
        Err(no) => Err(no),
    };
    answer(&console, &visitor, done)
}

async fn why(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: String,
    typed: Typed,
    says: String,
) -> Result<Response> {
    let status = if says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (here, visitor) = (console.clone(), visitor.clone());
    let page = blocking(move || {
        let at = thing(typed.text("at"))?;
        here.db.read(|tx| {
            let document = store::document::get(tx, DocumentId(id.parse().map_err(|_| NotThere)?))?;
            allowed(&visitor, document.about)?;
            let title = visitor.words().document_withdraw_title;
            Ok(Withdrawing {
                head: Head::new(&here, Some(&visitor), visitor.language, title),
                says,
                name: document.name,
                about: called(tx, &visitor, document.about)?,
                at: word(at),
                link: link(tx, at)?,
                typed,
                id,
            })
        })
    })
    .await?;
    Ok(draw(status, &page))
}

/// A thing as a form names it, such as `account-12`.
fn word(about: About) -> String {
    format!("{}-{}", about.word(), about.id())
}

/// The thing that a form names, if documents may be about it.
fn thing(word: &str) -> Result<About> {
    let (word, id) = word.rsplit_once('-').ok_or(NotThere)?;
    let about = About::of(word, id.parse().map_err(|_| NotThere)?);
    Ok(about.filter(|it| may_be_about(*it)).ok_or(NotThere)?)
}

/// Whether the role of a visitor keeps documents about a thing.
fn allowed(visitor: &Visitor, about: About) -> Result<()> {
    if visitor.may(needed(about)) { Ok(()) } else { Err(MayNot.into()) }
}

/// What a document may be about that is added from the page of a thing: on an account's page also
/// its customer.
fn choices(tx: &mut Tx, at: About) -> Result<Vec<About>> {
    let mut all = vec![at];
    if let About::Account(id) = at {
        all.push(About::Person(store::account::get(tx, id)?.person));
    }
    Ok(all)
}

/// `Account 1000-0001-7`, `Meter E-1`: what a clerk reads.
fn called(tx: &mut Tx, visitor: &Visitor, about: About) -> Result<String> {
    let words = visitor.words();
    let name = store::about::name(tx, about)?.ok_or(NotThere)?;
    Ok(match about {
        About::Account(_) => format!("{} {name}", words.account),
        About::Meter(_) => format!("{} {name}", words.meter),
        About::Order(_) => format!("{} {name}", words.order_word),
        About::ServicePoint(_) => format!("{} {name}", words.service_point),
        _ => name,
    })
}

/// The page of a thing. A person has none: theirs are the pages of their accounts.
fn link(tx: &mut Tx, about: About) -> Result<String> {
    let id = about.id();
    Ok(match about {
        About::Account(id) => format!("/accounts/{}", store::account::get(tx, id)?.number),
        About::Premise(_) => format!("/premises/{id}"),
        About::ServicePoint(_) => format!("/points/{id}"),
        About::Meter(_) => format!("/meters/{id}"),
        About::Order(_) => format!("/orders/{id}"),
        _ => return Err(NotThere.into()),
    })
}

/// `1 kB`, `12 MB`: never less than it is.
pub(crate) fn size(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", (bytes + 999).div_euclid(1_000)),
        _ => format!("{} MB", (bytes + 999_999).div_euclid(1_000_000)),
    }
}

/// Gives a document out.
pub(crate) async fn get(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || {
        let id = DocumentId(id.parse().map_err(|_| NotThere)?);
        here.db.read(|tx| document::get(tx, id))
    })
    .await;
    let given = |(document, bytes): (Document, Vec<u8>)| {
        let disposition = format!("attachment; filename=\"{}\"", plain(&document.name));
        let media = document.media.word().to_owned();
        ([(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, disposition)], bytes)
            .into_response()
    };
    answer(&console, &visitor, done.map(given))
}

/// A name that may stand in a header.
fn plain(name: &str) -> String {
    let safe = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | ' ');
    name.chars().map(|it| if safe(it) { it } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_no_header_and_a_size_is_never_less() {
        assert_eq!(plain("lease\"\r\nX: 1.pdf"), "lease___X_ 1.pdf");
        assert_eq!(size(1), "1 kB");
        assert_eq!(size(1_000_001), "2 MB");
    }
}

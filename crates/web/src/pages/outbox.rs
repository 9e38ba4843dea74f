//! Bills on their way to people: how many stand where, what takes a person's word, the packages for
//! the mail house, and stopping a way.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::Refused;
use meterbook_app::authority::NotAuthorized;
use meterbook_app::deliver::pdf_by;
use meterbook_app::delivery::{NotDelivered, outcome, settings};
use meterbook_core::delivery::{Enclosed, Piece, State as Stands, Way, key};
use meterbook_core::id::{AccountId, PieceId};
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store as store;
use meterbook_store::Tx;
use meterbook_store::mail_package::Package;
use serde::Deserialize;

use super::{Head, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::show;
use crate::words::Words;

/// Pieces shown that wait for somebody's word.
const PIECES: i64 = 100;
/// Packages shown.
const PACKAGES: i64 = 20;
/// Pieces shown of an account.
const OF_ACCOUNT: i64 = 6;
/// What a person may say of a piece.
const SAID: &[Stands] = &[Stands::Delivered, Stands::Sent, Stands::Bounced, Stands::Queued];

#[derive(Template)]
#[template(path = "outbox.html")]
struct Page {
    head: Head,
    notice: &'static str,
    says: String,
    states: Vec<&'static str>,
    ways: Vec<OneWay>,
    /// Pieces of which nobody knows what became of them, and those that came back.
    unknown: Vec<Listed>,
    packages: Vec<Packed>,
    /// What is said of a piece by the form, as it was typed.
    piece: String,
    why: String,
    choices: Vec<(&'static str, &'static str)>,
    may_switch: bool,
    may_decide: bool,
}

/// A way, with how many pieces of it stand where.
struct OneWay {
    word: &'static str,
    name: &'static str,
    counts: Vec<String>,
    /// Whether anything is sent by it at all.
    sends: bool,
    stopped: Option<String>,
}

/// A piece in a list.
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) number: String,
    /// Where it is shown, if it is anywhere, and where its PDF is.
    pub(crate) page: Option<String>,
    pub(crate) pdf: String,
    pub(crate) way: &'static str,
    pub(crate) state: &'static str,
    pub(crate) colour: &'static str,
    pub(crate) address: String,
    pub(crate) said: String,
}

struct Packed {
    number: i64,
    billed: String,
    began: String,
    pages: String,
    sha256: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    piece: String,
}

#[derive(Deserialize)]
pub(crate) struct Turned {
    secret: String,
    #[serde(default)]
    turn: String,
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
pub(crate) struct Decided {
    secret: String,
    #[serde(default)]
    piece: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    why: String,
}

/// What was typed into a form that was refused, and what is said of it.
#[derive(Default)]
struct Typed {
    piece: String,
    why: String,
    says: String,
}

/// How everything stands.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let typed = Typed { piece: asked.piece, ..Typed::default() };
    let done = page(&console, &visitor, &asked.done, typed).await;
    answer(&console, &visitor, done)
}

/// Stops a way, or lets it go on.
pub(crate) async fn turn(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(way): Path<String>,
    Form(turned): Form<Turned>,
) -> Response {
    let said = guard::same_session(&visitor, &turned.secret);
    let (here, actor, why) = (console.clone(), visitor.actor(), turned.why.clone());
    let way = Way::from_word(&way).filter(|it| *it != Way::Collect);
    let done = blocking(move || {
        said?;
        let way = way.ok_or(super::NotThere)?;
        let turn = if turned.turn == "on" { settings::go_on } else { settings::stop };
        here.db.write(|tx| turn(tx, actor, way, &turned.why))
    });
    let typed = Typed { why, ..Typed::default() };
    back(&console, &visitor, done.await, ("turned", typed)).await
}

/// Keeps what somebody says of a piece.
pub(crate) async fn decide(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let typed =
        Typed { piece: decided.piece.clone(), why: decided.why.clone(), ..Typed::default() };
    let done = blocking(move || {
        said?;
        let next = Stands::from_word(&decided.state).ok_or(super::NotThere)?;
        let key = decided.piece.trim();
        here.db.write(|tx| outcome::decide(tx, actor, key, next, &decided.why))
    });
    back(&console, &visitor, done.await, ("decided", typed)).await
}

/// Back to the page; with what was typed when it was refused.
async fn back(
    console: &Arc<Console>,
    visitor: &Visitor,
    done: Result<()>,
    (how, typed): (&str, Typed),
) -> Response {
    let done = match done {
        Ok(()) => Ok(Redirect::to(&format!("/outbox?done={how}")).into_response()),
        Err(why) if why.is::<Refused>() => {
            let says = said(&why, visitor.words());
            page(console, visitor, "", Typed { says, ..typed }).await
        }
        Err(why) => Err(why),
    };
    answer(console, visitor, done)
}

/// A refusal in the clerk's language.
fn said(why: &Error, words: &Words) -> String {
    let refused = why.downcast_ref::<Refused>();
    match refused.and_then(|it| it.as_a::<NotDelivered>()) {
        Some(NotDelivered::NoReason) => words.outbox_no_reason.to_owned(),
        Some(NotDelivered::StandsSo { .. }) => words.outbox_stands_so.to_owned(),
        Some(NotDelivered::Unknown { key }) => format!("{key}: {}", words.outbox_no_piece),
        Some(NotDelivered::CannotBecome { state: was, next }) => {
            let [was, next] = [was, next].map(|it| state(*it, words));
            format!("{was} → {next}: {}", words.outbox_cannot)
        }
        _ if refused.is_some_and(|it| it.as_a::<NotAuthorized>().is_some()) => {
            words.role_may_not.to_owned()
        }
        _ => why.to_string(),
    }
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    done: &str,
    typed: Typed,
) -> Result<Response> {
    let here = console.clone();
    let words = visitor.words();
    let (counts, stopped, open, packages) = blocking(move || {
        here.db.read(|tx| {
            let counts = store::outbox::counts(tx)?;
            let stopped = Way::ALL.iter().map(|it| Ok((*it, store::outbox::stopped(tx, *it)?)));
            let stopped = stopped.collect::<Result<Vec<_>>>()?;
            let open = store::outbox::standing(tx, Way::Email, Stands::Unknown, PIECES)?;
            let open = open.into_iter().map(|(it, state)| listed(tx, it, state, words));
            let open = open.collect::<Result<Vec<_>>>()?;
            Ok((counts, stopped, open, store::mail_package::newest(tx, PACKAGES)?))
        })
    })
    .await?;
    let ways = stopped.into_iter().map(|(it, stopped)| OneWay {
        word: it.word(),
        name: way(it, words),
        counts: Stands::ALL
            .iter()
            .map(|state| {
                let found = counts.iter().find(|count| (count.0, count.1) == (it, *state));
                grouped(&found.map_or(0, |it| it.2).to_string())
            })
            .collect(),
        sends: it != Way::Collect,
        stopped,
    });
    let status =
        if typed.says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.outbox),
        notice: match done {
            "turned" => words.outbox_turned,
            "decided" => words.outbox_decided,
            _ => "",
        },
        says: typed.says,
        states: Stands::ALL.iter().map(|it| state(*it, words)).collect(),
        ways: ways.collect(),
        unknown: open,
        packages: packages.into_iter().map(|it| packed(it, console, visitor)).collect(),
        piece: typed.piece,
        why: typed.why,
        choices: SAID.iter().map(|it| (it.word(), choice(*it, words))).collect(),
        may_switch: visitor.may(Permission::SwitchDelivery),
        may_decide: visitor.may(Permission::DeliverBills),
    };
    Ok(draw(status, &page))
}

fn packed(it: Package, console: &Console, visitor: &Visitor) -> Packed {
    let (pages, sha256) = match it.made {
        Some((sha256, pages)) => (grouped(&pages.to_string()), sha256),
        None => (visitor.words().outbox_not_whole.to_owned(), String::new()),
    };
    Packed {
        number: it.id.0,
        billed: show::period(it.billed, visitor.language),
        began: show::instant(it.began_at, &console.zone, visitor.language),
        pages,
        sha256,
    }
}

/// The newest pieces of an account.
pub(crate) fn of_account(tx: &mut Tx, id: AccountId, words: &Words) -> Result<Vec<Listed>> {
    let goes: Vec<PieceId> =
        store::outbox::shown(tx, id, OF_ACCOUNT)?.into_iter().map(|it| it.0.id).collect();
    let all = store::outbox::of_account(tx, id, OF_ACCOUNT)?;
    let said = |tx: &mut Tx, it: Piece, state| {
        let nowhere = !goes.contains(&it.id);
        let listed = listed(tx, it, state, words)?;
        // What was taken back or made anew while it waited is not sent any more.
        Ok(if nowhere { Listed { state: words.piece_nowhere, ..listed } } else { listed })
    };
    all.into_iter().map(|(it, state)| said(tx, it, state)).collect()
}

fn listed(tx: &mut Tx, it: Piece, stands: Stands, words: &Words) -> Result<Listed> {
    let events = store::outbox::events(tx, it.id)?;
    let number = &it.number;
    Ok(Listed {
        key: key(number, it.person, it.way),
        page: match it.enclosed {
            Enclosed::Bill(_) => Some(format!("/bills/{number}")),
            Enclosed::Note(id) => Some(format!("/corrections/{id}")),
            Enclosed::Summary(_) | Enclosed::Letter(_) => None,
        },
        pdf: match it.enclosed {
            Enclosed::Bill(_) => format!("/bills/{number}/pdf"),
            _ => format!("/papers/{number}/pdf"),
        },
        number: number.clone(),
        way: way(it.way, words),
        state: state(stands, words),
        colour: match stands {
            Stands::Delivered | Stands::Sent => "good",
            Stands::Unknown => "warn",
            Stands::Bounced => "bad",
            Stands::Queued | Stands::Sending => "",
        },
        address: it.address.lines().collect::<Vec<_>>().join(", "),
        said: events.into_iter().next_back().map_or_else(String::new, |it| it.detail),
    })
}

/// The file of a note, a summary bill or a letter.
pub(crate) async fn pdf(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let here = console.clone();
    let read = blocking(move || {
        let paper = here.db.read(|tx| store::mailing::numbered(tx, &number))?;
        let folder = here.folder.join("bills");
        let bytes = pdf_by(&here.workers, &here.db, &folder, paper.ok_or(super::NotThere)?)?;
        Ok((number, bytes))
    });
    let done = read.await.map(super::bill::file_of);
    answer(&console, &visitor, done)
}

/// A way and a state that a history keeps by their words, in the reader's language; anything else as
/// it is.
pub(crate) fn said_of(text: &str, words: &Words) -> String {
    let mut parts = text.splitn(3, ' ');
    let (bill, by, stands) = (parts.next(), parts.next(), parts.next());
    let by = by.and_then(Way::from_word).map(|it| way(it, words));
    match (bill, by, stands.and_then(Stands::from_word)) {
        (Some(bill), Some(by), Some(it)) => format!("{bill}, {by}: {}", state(it, words)),
        _ => text.to_owned(),
    }
}

fn way(it: Way, words: &Words) -> &'static str {
    match it {
        Way::Post => words.by_post,
        Way::Email => words.by_message,
        Way::Collect => words.by_fetching,
    }
}

fn state(it: Stands, words: &Words) -> &'static str {
    match it {
        Stands::Queued => words.piece_queued,
        Stands::Sending => words.piece_sending,
        Stands::Sent => words.piece_sent,
        Stands::Delivered => words.piece_delivered,
        Stands::Bounced => words.piece_bounced,
        Stands::Unknown => words.piece_unknown,
    }
}

fn choice(it: Stands, words: &Words) -> &'static str {
    match it {
        Stands::Queued => words.outbox_again,
        other => state(other, words),
    }
}

#[cfg(test)]
mod tests {
    use meterbook_app::refuse;
    use meterbook_core::person::Language;

    use super::*;
    use crate::words::words;

    #[test]
    fn what_the_page_may_be_refused_is_said_in_both_languages() {
        let key = "B-1/1/email".to_owned();
        for why in [
            refuse(NotDelivered::NoReason),
            refuse(NotDelivered::StandsSo { way: Way::Email }),
            refuse(NotDelivered::Unknown { key }),
            refuse(NotDelivered::CannotBecome { state: Stands::Sending, next: Stands::Sent }),
            refuse(NotAuthorized::NotGranted {
                who: "Ana".to_owned(),
                permission: Permission::DeliverBills,
            }),
        ] {
            let all = [Language::English, Language::Spanish].map(|it| said(&why, words(it)));
            assert_ne!(all[0], all[1], "{why}");
            assert!(all.iter().all(|it| !it.contains("meterbook ")), "no command: {all:?}");
        }
    }
}

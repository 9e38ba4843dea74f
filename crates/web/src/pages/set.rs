//! Corrections of all accounts on some tariffs: the sets that were begun, how far each is and what it came
//! to, and cancelling one; what is only looked at is told from here.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::bill_run::correct::Many;
use meterbook_app::bill_run::correct::many::came;
use meterbook_app::bill_run::correct::under_way::{self, Seen};
use meterbook_app::fact::version::{self, Because, Version};
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::set::{Outcome, Standing};
use meterbook_core::id::SetId;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::correction::said;
use super::money::{self, Fields, go_on};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::evidence;
use crate::guard::Visitor;
use crate::show;
use crate::typed::Typed;
use crate::words::set::Words;
use crate::work;

/// Sets on the list.
const SETS: i64 = 50;
/// Bills that are shown one by one.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "sets.html")]
struct List {
    head: Head,
    words: &'static Words,
    notice: &'static str,
    rows: Vec<Row>,
}

/// One set, as both pages say it.
struct Row {
    id: i64,
    tariffs: String,
    kind: &'static str,
    stands: &'static str,
    open: bool,
    rests: bool,
    done: String,
    rate: String,
    left: String,
    who: String,
    begun: String,
    counted: String,
    net: String,
}

#[derive(Template)]
#[template(path = "set.html")]
struct Page {
    head: Head,
    words: &'static Words,
    row: Row,
    /// Why it is done, or was cancelled, and what bills were wrong by.
    why: String,
    cause: &'static str,
    from: String,
    workers: Vec<(String, String)>,
    /// Accounts that wait for a second person, and that could not be made again.
    waits: String,
    failures: String,
    failed: Vec<[String; 2]>,
    may_cancel: bool,
    refused: String,
    /// What is looked at, where that is known and may be told.
    will: Option<Will>,
    /// Whether it is looked at what a version would come to.
    looks: bool,
    typed_why: String,
    typed_evidence: String,
}

/// What telling a version would come to.
struct Will {
    said: String,
    was: String,
    more: String,
    less: String,
    /// Account, bill, what it comes to, what it would, the difference.
    bills: Vec<[String; 5]>,
    /// How many are not shown; empty where all are.
    others: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// The sets that are open, then the newest.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let here = console.clone();
    let found =
        blocking(move || here.db.read(|tx| under_way::list(tx, SETS, Timestamp::now()))).await;
    let words = visitor.sets();
    let done = found.map(|all| {
        let page = List {
            head: Head::new(&console, Some(&visitor), visitor.language, words.sets),
            words,
            notice: match asked.done.as_str() {
                "left" => words.set_left_to_others,
                "cancelled" => words.set_was_cancelled,
                _ => "",
            },
            rows: all.iter().map(|it| row(&console, &visitor, it)).collect(),
        };
        let works = all.iter().any(|it| it.stands == Standing::Works);
        anew(draw(StatusCode::OK, &page), works)
    });
    answer(&console, &visitor, done)
}

/// Asks for a page again soon, while something on it moves.
fn anew(answer: Response, works: bool) -> Response {
    if works { work::anew(answer) } else { answer }
}

fn row(console: &Console, visitor: &Visitor, it: &Seen) -> Row {
    let (words, set, pace) = (visitor.sets(), &it.set, &it.pace);
    let count = |it: u64| grouped(&it.to_string());
    let each_minute = pace.per_second().map(|it| it * 60).filter(|it| 0 < *it);
    let open = matches!(it.stands, Standing::Works | Standing::Rests);
    let tariffs: Vec<&str> = set.tariffs.iter().map(String::as_str).collect();
    let said = words.set_counted.replace("{bills}", &count(it.bills()));
    Row {
        id: set.id.0,
        tariffs: tariffs.join(", "),
        kind: if set.why.is_some() { words.set_corrects } else { words.set_looks },
        stands: match it.stands {
            Standing::Works => words.set_works,
            Standing::Rests => words.set_rests,
            Standing::Done => words.set_done,
            Standing::Cancelled => words.set_cancelled,
        },
        open,
        rests: it.stands == Standing::Rests,
        done: format!("{} / {}", count(pace.done), count(pace.of)),
        rate: each_minute
            .filter(|_| open)
            .map_or_else(String::new, |it| format!("{} {}", count(it), words.set_each_minute)),
        left: pace.left().filter(|_| open).map_or_else(String::new, show::lasting),
        who: match it.begun_by.as_str() {
            "" => words.set_by_system.to_owned(),
            name => name.to_owned(),
        },
        begun: show::instant(set.at, &console.zone, visitor.language),
        counted: said.replace("{accounts}", &count(it.accounts(Outcome::Corrected))),
        net: show::change(it.net()),
    }
}

/// One set: how far it is, and what it came to so far.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
) -> Response {
    let done = page(&console, &visitor, SetId(id), Default::default()).await;
    answer(&console, &visitor, done)
}

/// A set with what it came to, and what a version tells that is only looked at.
type Found = (Seen, Many, Option<(String, String)>);

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: SetId,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, who) = (console.clone(), visitor.clone());
    blocking(move || {
        let (seen, many, tells) = here.db.read(|tx| found(tx, id))?;
        let works = seen.stands == Standing::Works;
        let status = money::status(&says);
        let will = match &tells {
            Some(tells) => Some(will(&here, &who, (&many, tells))?),
            None => None,
        };
        let page = Page { will, ..plain(&here, &who, (&seen, &many), (&typed, says))? };
        Ok(anew(draw(status, &page), works))
    })
    .await
}

fn found(tx: &mut Tx, id: SetId) -> Result<Found> {
    let seen = under_way::one(tx, id, Timestamp::now())?.ok_or(NotThere)?;
    let many = came(tx, &seen.set)?;
    let tells = match &seen.set.version {
        // Somebody may have told it since.
        Some(text) if seen.stands == Standing::Done => version::told(tx, text).ok(),
        _ => None,
    };
    Ok((seen, many, tells))
}

fn plain(
    console: &Console,
    visitor: &Visitor,
    (seen, many): (&Seen, &Many),
    (typed, says): (&Typed, String),
) -> Result<Page> {
    let (words, language, set) = (visitor.sets(), visitor.language, &seen.set);
    let count = |it: u64| if it == 0 { String::new() } else { grouped(&it.to_string()) };
    let mut failed = Vec::new();
    for (account, why) in &many.failed {
        let number = console.db.read(|tx| Ok(store::account::get(tx, *account)?.number))?;
        failed.push([number.to_string(), evidence::refused(why, language)]);
    }
    let cancels = match set.why {
        Some(_) => Permission::CorrectBills,
        None => Permission::RunBills,
    };
    let row = row(console, visitor, seen);
    Ok(Page {
        head: Head::new(console, Some(visitor), language, words.sets),
        words,
        why: match (&seen.cancelled, &set.why) {
            (Some(it), Some(why)) => format!("{why} · {}: {}", words.set_cancelled, it.why),
            (_, why) => why.clone().unwrap_or_default(),
        },
        cause: said(set.cause, visitor.words()),
        from: show::day(set.from, language),
        workers: seen.workers.iter().map(|it| (it.0.clone(), grouped(&it.1.to_string()))).collect(),
        waits: count(many.waits),
        failures: count(many.failures),
        failed,
        may_cancel: row.open && visitor.may(cancels),
        row,
        refused: says,
        will: None,
        looks: set.version.is_some(),
        typed_why: typed.text("why").to_owned(),
        typed_evidence: typed.text("evidence").to_owned(),
    })
}

fn will(
    console: &Console,
    visitor: &Visitor,
    (many, (said, was)): (&Many, &(String, String)),
) -> Result<Will> {
    let language = visitor.language;
    let mut bills = Vec::new();
    for it in many.reached.iter().take(SHOWN) {
        let number = console.db.read(|tx| Ok(store::account::get(tx, it.account)?.number))?;
        let (was, now) = (show::money(it.was), show::money(it.now));
        let more = show::change(it.now - it.was);
        bills.push([number.to_string(), it.bill.0.clone(), was, now, more]);
    }
    let others = many.reached.len().saturating_sub(SHOWN);
    Ok(Will {
        said: evidence::told(said, language),
        was: evidence::told(was, language),
        more: show::change(many.more),
        less: show::change(many.less),
        bills,
        others: if others == 0 { String::new() } else { grouped(&others.to_string()) },
    })
}

/// Tells a version that was looked at, and begins to correct the bills that it reaches. What is refused is
/// said beside the form, with what was typed.
pub(crate) async fn tell(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        let set = here.db.write(|tx| {
            let (seen, many, _) = found(tx, SetId(id))?;
            let text = seen.set.version.filter(|_| seen.stands == Standing::Done);
            let text = text.ok_or(NotThere)?;
            let version = Version { text: &text, cause: Cause::Tariff };
            let [why, evidence] = ["why", "evidence"].map(|it| sent.text(it));
            let because = Because { why, evidence, seen: &many.charged };
            version::tell_and_leave(tx, actor, version, because)
        })?;
        let left = || "/corrections/sets?done=left".to_owned();
        Ok(set.map_or_else(left, |set| format!("/corrections/sets/{set}")))
    };
    go_on(&console, &visitor, fields, act, |it| page(&console, &visitor, SetId(id), it)).await
}

/// Cancels a set. What is refused is said beside the form.
pub(crate) async fn cancel(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        here.db.write(|tx| under_way::cancel(tx, actor, SetId(id), sent.text("cancel")))?;
        Ok("/corrections/sets?done=cancelled".to_owned())
    };
    go_on(&console, &visitor, fields, act, |it| page(&console, &visitor, SetId(id), it)).await
}

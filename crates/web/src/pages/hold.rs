//! Held bills by what they come from: the groups, what each way out would make of one, and taking it.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use meterbook_app::Refused;
use meterbook_app::bill_run::again::Came;
use meterbook_app::hold::{self, Chosen, Done, Effect, Group, Left, Way};
use meterbook_core::bill::root::Root;
use meterbook_core::id::{AccountNumber, WindowId};
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::task::TaskKind;
use meterbook_core::text::grouped;
use serde::Deserialize;

use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::{self, Visitor};
use crate::words::Words;
use crate::{Console, evidence, refusal, show};

/// Bills of a group that are listed: more than anybody reads before deciding.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "holds.html")]
struct List {
    head: Head,
    groups: Vec<Grouped>,
}

/// A group of held bills, as a row.
pub(crate) struct Grouped {
    /// Which turn.
    pub(crate) turn: String,
    pub(crate) link: String,
    pub(crate) says: String,
    pub(crate) count: String,
    /// What they come to, as far as they can be priced.
    pub(crate) would: String,
    pub(crate) owner: String,
    pub(crate) days: i64,
    /// One of the accounts.
    pub(crate) example: String,
}

#[derive(Template)]
#[template(path = "hold.html")]
struct Page {
    head: Head,
    notice: String,
    waits: bool,
    says: String,
    why: String,
    /// Whom the way out was refused for, and why.
    left: Vec<[String; 2]>,
    window: i64,
    root: String,
    it: Grouped,
    /// Each ends with the accounts that it is of, where it is not of all.
    effects: Vec<[String; 8]>,
    ways: Vec<Offered>,
    rows: Vec<Member>,
    more: bool,
}

struct Offered {
    key: usize,
    word: &'static str,
    name: &'static str,
    effect: &'static str,
}

struct Member {
    account: String,
    reason: String,
    detail: String,
    would: String,
    owner: String,
    task: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    root: String,
    #[serde(default)]
    done: String,
}

#[derive(Deserialize)]
pub(crate) struct Decided {
    secret: String,
    #[serde(default)]
    root: String,
    #[serde(default)]
    way: String,
    #[serde(default)]
    why: String,
}

/// What came of a way out that was not taken for all.
#[derive(Default)]
struct Told {
    says: String,
    why: String,
    left: Vec<[String; 2]>,
}

/// What is held in every turn.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || here.db.read(|tx| hold::groups(tx, None))).await;
    let done = done.map(|groups| {
        let page = List {
            head: Head::new(&console, Some(&visitor), visitor.language, visitor.words().holds),
            groups: groups.iter().map(|it| grouped_as(it, &visitor, &console.zone)).collect(),
        };
        draw(StatusCode::OK, &page)
    });
    answer(&console, &visitor, done)
}

/// A group as a row.
pub(crate) fn grouped_as(it: &Group, visitor: &Visitor, zone: &Zone) -> Grouped {
    let words = visitor.words();
    let (would, unknown) = it.would();
    let would = match unknown {
        0 => show::money(would),
        all if all == it.held.len() => words.hold_unknown.to_owned(),
        some => format!("{} + {some} {}", show::money(would), words.hold_unpriced),
    };
    let today = zone.day_of(Timestamp::now());
    let since = it.since().map_or(today, |it| zone.day_of(it));
    let owners =
        it.owners().into_iter().map(|it| if it.is_empty() { words.cycle_nobody } else { it });
    Grouped {
        turn: format!(
            "{} {} · {}",
            words.cycle,
            it.window.cycle,
            show::period(it.window.period, visitor.language)
        ),
        link: link(it.window.id, &it.root.text()),
        says: it.says(visitor.language),
        count: grouped(&it.held.len().to_string()),
        would,
        owner: owners.collect::<Vec<_>>().join(", "),
        days: i64::from((today - since).get_days()),
        example: it.held.first().map_or_else(String::new, |it| it.number.to_string()),
    }
}

fn link(window: WindowId, root: &str) -> String {
    let plain = |it: &u8| it.is_ascii_alphanumeric() || b"-._~".contains(it);
    let cut = |it: u8| if plain(&it) { char::from(it).to_string() } else { format!("%{it:02X}") };
    format!("/holds/{window}?root={}", root.bytes().map(cut).collect::<String>())
}

/// One group, what the ways out would make of it, and its bills.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(window): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, WindowId(window), &asked, Told::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    window: WindowId,
    asked: &Asked,
    told: Told,
) -> Result<Response> {
    let root = Root::from_text(&asked.root).ok_or(NotThere)?;
    let here = console.clone();
    let found = blocking(move || {
        here.db.read(|tx| {
            let group = match hold::group(tx, window, &root) {
                Err(why) if hold::is_gone(&why) => return Ok(None),
                group => group?,
            };
            let today = here.zone.day_of(Timestamp::now());
            let effects = hold::effects(tx, &group, today)?;
            Ok(Some((group, effects)))
        })
    })
    .await?;
    // What was held for it is gone: the turn says what became of it.
    let Some((group, effects)) = found else {
        return Ok(
            Redirect::to(&format!("/cycles/{window}?done={}", word(&asked.done))).into_response()
        );
    };
    let (words, language) = (visitor.words(), visitor.language);
    let all = group.accounts().len();
    let may = |it: &Way| match it {
        Way::RunAgain | Way::Accept | Way::Multiply | Way::Estimate => {
            visitor.may(Permission::RunBills)
        }
        Way::OrderRead | Way::PutOff => true,
    };
    let ways = group.ways().into_iter().filter(|it| may(it));
    let ways = ways.filter(|_| visitor.may(Permission::ResolveTasks));
    let member = |it: &meterbook_store::hold::Held| Member {
        account: it.number.to_string(),
        reason: TaskKind::of_hold_word(&it.reason)
            .map_or_else(|| it.reason.clone(), |kind| kind.name(language).to_owned()),
        detail: evidence::said(&it.detail, language),
        would: it.would.map_or_else(|| words.hold_unknown.to_owned(), show::money),
        owner: if it.owner.is_empty() { words.cycle_nobody.to_owned() } else { it.owner.clone() },
        task: it.task.map(|it| it.to_string()).unwrap_or_default(),
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.holds),
        notice: notice(&asked.done, words).to_owned(),
        waits: asked.done == "waits",
        window: window.0,
        root: asked.root.clone(),
        it: grouped_as(&group, visitor, &console.zone),
        effects: effects.iter().map(|it| effect(it, all, words)).collect(),
        ways: (1..)
            .zip(ways)
            .map(|(key, it)| {
                let (name, effect) = said(it, words);
                Offered { key, word: it.word(), name, effect }
            })
            .collect(),
        rows: group.held.iter().take(ROWS).map(member).collect(),
        more: ROWS < group.held.len(),
        says: told.says,
        why: told.why,
        left: told.left,
    };
    let status = if page.says.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok(draw(status, &page))
}

/// What a way out is called, and what it does.
fn said(way: Way, words: &'static Words) -> (&'static str, &'static str) {
    match way {
        Way::RunAgain => (words.hold_again, words.hold_again_effect),
        Way::Accept => (words.hold_accept, words.hold_accept_effect),
        Way::Multiply => (words.hold_multiply, words.hold_multiply_effect),
        Way::Estimate => (words.hold_estimate, words.hold_estimate_effect),
        Way::OrderRead => (words.hold_order, words.hold_order_effect),
        Way::PutOff => (words.hold_put_off, words.hold_put_off_effect),
    }
}

/// What a way out would make of a group of so many accounts.
fn effect(it: &Effect, all: usize, words: &'static Words) -> [String; 8] {
    let count = |it: usize| grouped(&it.to_string());
    let only = words.hold_only.replace("{few}", &count(it.accounts)).replace("{all}", &count(all));
    let used = it.used.iter().map(|(unit, micro)| {
        format!("{} {unit}", grouped(&micro.div_euclid(1_000_000).to_string()))
    });
    [
        said(it.way, words).0.to_owned(),
        grouped(&it.billed.to_string()),
        grouped(&it.held.to_string()),
        used.collect::<Vec<_>>().join(", "),
        show::money(it.before),
        show::money(it.after),
        show::change(it.after - it.before),
        if it.accounts < all { only } else { String::new() },
    ]
}

fn notice(done: &str, words: &'static Words) -> &'static str {
    match done {
        "again" => words.hold_done_again,
        "posted" => words.hold_done_posted,
        "waits" => words.cycle_released_waits,
        "tasks" => words.hold_done_tasks,
        "some" => words.hold_done_some,
        _ => "",
    }
}

/// What an address may say of what was done.
fn word(done: &str) -> &'static str {
    ["again", "posted", "waits", "tasks", "some"].into_iter().find(|it| *it == done).unwrap_or("")
}

fn checked(came: &Came) -> &'static str {
    match came {
        Came::WithTurn => "again",
        Came::Posted(_) => "posted",
        Came::Waits(_) => "waits",
    }
}

/// Takes a way out for all bills of a group.
pub(crate) async fn apply(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(window): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let stale = guard::same_session(&visitor, &decided.secret);
    let (here, actor, window) = (console.clone(), visitor.actor(), WindowId(window));
    let Decided { root, way, why, .. } = decided;
    let asked = (root.clone(), why.clone());
    let done = blocking(move || {
        stale?;
        let root = Root::from_text(&root).ok_or(NotThere)?;
        let way = Way::from_word(&way).ok_or(NotThere)?;
        let of = Chosen { window, root: &root, accounts: &[] };
        hold::apply(&here.db, actor, of, (way, &why), &mut |_| ())
    })
    .await;
    let (root, why) = asked;
    let (how, left) = match done {
        Ok(Done::Again(came)) => (checked(&came), Left::new()),
        Ok(Done::Waits(_)) => ("waits", Left::new()),
        Ok(Done::Tasks(did, left)) => (if did == 0 { "" } else { "tasks" }, left),
        Ok(Done::Estimated(it)) => (it.came.as_ref().map_or("", checked), it.left),
        // What was typed is still there, beside what is refused.
        Err(no) if no.is::<Refused>() && !hold::is_gone(&no) => {
            let says = refusal::said(&no, &console.zone, visitor.language);
            let asked = Asked { root, done: String::new() };
            let told = Told { says, why, left: Vec::new() };
            let done = page(&console, &visitor, window, &asked, told).await;
            return answer(&console, &visitor, done);
        }
        Err(why) => return answer(&console, &visitor, Err(why)),
    };
    if !left.is_empty() {
        let words = visitor.words();
        let (done, says, why) = match how {
            "" => ("", words.hold_done_none.to_owned(), why),
            _ => ("some", String::new(), String::new()),
        };
        let read = |(number, no): (AccountNumber, Refused)| {
            [number.to_string(), refusal::said(&no.into(), &console.zone, visitor.language)]
        };
        let told = Told { says, why, left: left.into_iter().map(read).collect() };
        let asked = Asked { root, done: done.to_owned() };
        let done = page(&console, &visitor, window, &asked, told).await;
        return answer(&console, &visitor, done);
    }
    Redirect::to(&format!("{}&done={how}", link(window, &root))).into_response()
}

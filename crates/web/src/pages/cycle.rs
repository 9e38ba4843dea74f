//! Billing: which turns are to be billed, what a run is about to bill beside earlier turns, and
//! letting it go or calling it off.

mod totals;

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::{Timestamp, ToSpan};
use meterbook_app::approval::{self, Asked as Wanted, Outcome};
use meterbook_app::bill_run::cancel::{NewCancel, NotCancelled};
use meterbook_app::bill_run::{self, release, sum_up};
use meterbook_app::hold::{self, Group};
use meterbook_core::bill::preview::{Dates, Preview};
use meterbook_core::bill::run::{Run, Stage, Standing};
use meterbook_core::cycle::Window;
use meterbook_core::id::{RunId, WindowId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::task::TaskKind;
use meterbook_core::text::grouped;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use self::totals::Tables;
use super::hold::{Grouped, grouped_as};
use super::{Head, answer, blocking, draw};
use crate::Console;
use crate::evidence;
use crate::guard::{self, Visitor};
use crate::show;
use crate::words::Words;
use crate::work;

/// Turns of one kind on the list.
const TURNS: i64 = 20;
/// Days after which an agreement should have been billed.
pub(crate) const UNBILLED_DAYS: i64 = 45;
/// Agreements shown that were not billed for that long.
const UNBILLED: i64 = 500;
/// The word of bills that keep the days planned for them.
const PLANNED: &str = "planned";
/// Bills shown that sum up accounts of a turn.
const SUMS: usize = 100;

#[derive(Template)]
#[template(path = "cycles.html")]
struct List {
    head: Head,
    /// What leads to the corrections of many accounts.
    sets: &'static str,
    open: Vec<Open>,
    turns: Vec<Turn>,
}

/// How one turn of a bill cycle stands.
pub(crate) struct Turn {
    pub(crate) id: i64,
    pub(crate) cycle: String,
    pub(crate) period: String,
    pub(crate) stage: &'static str,
    pub(crate) done: bool,
    pub(crate) agreements: String,
    pub(crate) billed: String,
    pub(crate) held: String,
    /// Whether something of it waits for a clerk.
    pub(crate) waits: bool,
    pub(crate) exempt: String,
    pub(crate) total: String,
}

/// A turn that is not billed yet.
struct Open {
    id: i64,
    cycle: String,
    period: String,
    billed_on: String,
}

#[derive(Template)]
#[template(path = "cycle.html")]
struct Page {
    head: Head,
    id: i64,
    turn: Turn,
    billed_on: String,
    due_on: String,
    stages: Vec<(&'static str, &'static str)>,
    notice: &'static str,
    /// Whether something waits for a second person.
    waits: bool,
    /// Which other days were planned for the bills, or that they keep them; empty where neither is.
    days: String,
    /// What would give its bills other days.
    other_days: Option<OtherDays>,
    /// What the page shows of them, as the release sends it along.
    kept: &'static str,
    /// What is to be seen before the release and after it; nothing before the check.
    tables: Option<Tables>,
    holds: Vec<Grouped>,
    may_check: bool,
    /// The day from which it can be billed; empty where its days are over.
    not_over: String,
    may_check_held: bool,
    may_release: bool,
    may_call_off: bool,
    /// What taking the whole turn back would do, for who may ask for it.
    take_back: Option<TakeBack>,
    /// The bills that sum up accounts of the turn.
    sums: Vec<Summed>,
}

/// A bill that sums up accounts of a turn.
struct Summed {
    /// The account that sums up.
    account: String,
    /// Its bill; empty while there is none.
    bill: String,
    /// Whom it waits for: the account, and why.
    waits: Vec<(String, String)>,
}

/// Whether bills keep the days planned for them, to be said otherwise.
struct OtherDays {
    run: i64,
    /// What the form asks for.
    asks: &'static str,
    says: String,
    title: &'static str,
}

/// What taking a turn back would do.
struct TakeBack {
    run: i64,
    total_cents: i64,
    bills: String,
    total: String,
    /// Pieces that wait to be sent, and would not be.
    pieces: String,
    /// Why it cannot be done; empty when it can.
    no: String,
}

#[derive(Template)]
#[template(path = "unbilled.html")]
struct UnbilledPage {
    head: Head,
    all: u64,
    rows: Vec<[String; 6]>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

#[derive(Deserialize)]
pub(crate) struct Decided {
    secret: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    run: i64,
    #[serde(default)]
    total: i64,
    #[serde(default)]
    held: String,
    /// Whether bills keep the days planned for them.
    #[serde(default)]
    days: String,
}

/// The turns that are to be billed next, and those that were run.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || {
        here.db.read(|tx| {
            let open = store::window::open(tx, TURNS)?;
            let windows = store::window::newest_run(tx, TURNS)?;
            let turns = windows.iter().map(|it| Ok((it.id, store::run::standing(tx, it)?)));
            Ok((open, turns.collect::<Result<Vec<_>>>()?))
        })
    })
    .await;
    let done = done.map(|(open, turns)| {
        let language = visitor.language;
        let page = List {
            head: Head::new(&console, Some(&visitor), language, visitor.words().cycles),
            sets: visitor.sets().sets,
            open: open
                .iter()
                .map(|it| Open {
                    id: it.id.0,
                    cycle: it.cycle.to_string(),
                    period: show::period(it.period, language),
                    billed_on: show::day(it.billed_on, language),
                })
                .collect(),
            turns: turns.iter().map(|(id, it)| turn(*id, it, &visitor)).collect(),
        };
        draw(StatusCode::OK, &page)
    });
    answer(&console, &visitor, done)
}

pub(crate) fn turn(id: WindowId, it: &Standing, visitor: &Visitor) -> Turn {
    let words = visitor.words();
    let count = |of: i64| grouped(&of.to_string());
    Turn {
        id: id.0,
        cycle: it.cycle.to_string(),
        period: show::period(it.period, visitor.language),
        stage: match it.stage {
            Stage::Checking | Stage::Again => words.checking,
            Stage::Preview => words.previewed,
            Stage::Posting => words.posting,
            Stage::Done => words.posted_turn,
            Stage::Cancelling => words.taking_back,
            Stage::Cancelled => words.called_off,
        },
        done: it.stage == Stage::Done,
        agreements: count(it.population),
        billed: count(it.billed),
        held: count(it.held),
        waits: 0 < it.held,
        exempt: count(it.exempt),
        total: show::money(it.total),
    }
}

/// One turn: how far it is, what it comes to, what waits.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, WindowId(id), &asked.done).await;
    answer(&console, &visitor, done)
}

/// A turn as it stands, with its run, what that is about to bill or billed, and the days on its bills.
type Seen = (Window, Standing, (Option<Run>, Option<Preview>, OnBills), Vec<Group>, Behind);
/// The days planned for the bills of a turn, those on them, and why these are those, where somebody said it.
type OnBills = ((Dates, Dates), Option<String>);
/// What is behind a turn that is billed: its pieces that are not away, what taking it back would do, and
/// the bills that sum up its accounts.
type Behind = (i64, Option<Back>, Vec<sum_up::Standing>);
/// How many bills of a turn there are, what they come to, and what stands in the way of taking them
/// back.
type Back = (u64, Money, Option<String>);

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: WindowId,
    done: &str,
) -> Result<Response> {
    let (here, now, language) = (console.clone(), Timestamp::now(), visitor.language);
    let (window, standing, (run, preview, (dates, why)), groups, (not_away, back, sums)): Seen =
        blocking(move || {
            here.db.read(|tx| {
                let window = store::window::get(tx, id)?;
                let standing = store::run::standing(tx, &window)?;
                let run = store::run::latest(tx, id)?;
                let seen = run.filter(|it| matches!(it.stage, Stage::Preview | Stage::Done));
                let preview = seen.map(|it| release::preview(tx, &it, now)).transpose()?;
                let today = here.zone.day_of(now);
                let dates = release::dates(tx, (&window, run.as_ref()), today)?;
                let why = run.map(|it| release::why_kept(tx, &it)).transpose()?.flatten();
                let groups = hold::groups(tx, Some(id))?;
                let not_away = store::outbox::not_away(tx, id)?;
                let done = run.is_some_and(|it| it.stage == Stage::Done);
                let back = if done { Some(back_of(tx, id)?) } else { None };
                let sums = match run.filter(|it| it.stage == Stage::Done) {
                    Some(_) => sum_up::standing(tx, &window, SUMS)?,
                    None => Vec::new(),
                };
                let seen = (run, preview, (dates, why));
                Ok((window, standing, seen, groups, (not_away, back, sums)))
            })
        })
        .await?;
    let words = visitor.words();
    let holds: Vec<Grouped> =
        groups.iter().map(|it| grouped_as(it, visitor, &console.zone)).collect();
    let stage = run.map(|it| it.stage);
    let may = |permission| visitor.may(permission);
    let works =
        matches!(stage, Some(Stage::Checking | Stage::Again | Stage::Posting | Stage::Cancelling));
    let take_back = run.zip(back).filter(|_| may(Permission::CancelRun));
    let take_back = take_back.map(|(run, (bills, total, no))| TakeBack {
        run: run.id.0,
        total_cents: total.cents(),
        bills: grouped(&bills.to_string()),
        total: show::money(total),
        pieces: grouped(&not_away.to_string()),
        no: no.map_or_else(String::new, |it| evidence::refused(&it, language)),
    });
    let over = bill_run::is_over(&window, console.zone.day_of(now));
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.cycle_turn),
        take_back,
        sums: sums.iter().map(|it| summed(it, words, language)).collect(),
        id: id.0,
        turn: match run {
            None => Turn { stage: words.cycle_not_begun, ..turn(id, &standing, visitor) },
            Some(_) => turn(id, &standing, visitor),
        },
        billed_on: totals::range(dates.1.billed_on, language),
        due_on: totals::range(dates.1.due_on, language),
        days: totals::days(dates, (run.as_ref(), why.as_deref()), visitor),
        other_days: other_days(dates, run.filter(|_| may(Permission::RunBills)), visitor),
        kept: if run.is_some_and(|it| it.as_planned) { PLANNED } else { "" },
        stages: stages(stage, not_away, words),
        notice: match done {
            "waits" => words.cycle_released_waits,
            "again" => words.hold_done_again,
            "posted" => words.hold_done_posted,
            "days" => words.cycle_days_said,
            _ => "",
        },
        waits: done == "waits",
        tables: preview.as_ref().map(|it| totals::tables(it, visitor)),
        may_check: may(Permission::RunBills)
            && (over && stage.is_none() || stage == Some(Stage::Preview)),
        not_over: match (over, stage) {
            (false, None) => show::day(window.period.end(), language),
            _ => String::new(),
        },
        may_check_held: may(Permission::RunBills) && !holds.is_empty() && !works && stage.is_some(),
        holds,
        may_release: may(Permission::ReleaseBills) && stage == Some(Stage::Preview),
        may_call_off: may(Permission::RunBills)
            && matches!(stage, Some(Stage::Checking | Stage::Again | Stage::Preview)),
    };
    let answer = draw(StatusCode::OK, &page);
    Ok(if works { work::anew(answer) } else { answer })
}

/// What a run that waits may say of the days on its bills: that they keep those planned for them where they would
/// be others, or that they do so no more.
fn other_days(
    (planned, dates): (Dates, Dates),
    run: Option<Run>,
    visitor: &Visitor,
) -> Option<OtherDays> {
    let (words, language) = (visitor.words(), visitor.language);
    let run = run.filter(|it| it.stage == Stage::Preview)?;
    let (asks, title, says) = match run.as_planned {
        true => ("release", words.cycle_days_release, String::new()),
        false if planned == dates => return None,
        false => {
            let [billed, due] = [planned.billed_on, planned.due_on];
            let [billed, due] = [billed, due].map(|it| totals::range(it, language));
            let says = format!("{} {billed}, {} {due}", words.bill_date, words.due);
            (PLANNED, words.cycle_days_planned, says)
        }
    };
    Some(OtherDays { run: run.id.0, asks, says, title })
}

fn summed(it: &sum_up::Standing, words: &Words, language: Language) -> Summed {
    let why = |it: &String| match TaskKind::of_hold_word(it) {
        None => words.sum_not_billed.to_owned(),
        Some(kind) => kind.name(language).to_owned(),
    };
    Summed {
        account: it.account.to_string(),
        bill: it.made.as_ref().map_or_else(String::new, |it| it.0.clone()),
        waits: it.waits.iter().map(|(number, it)| (number.to_string(), why(it))).collect(),
    }
}

fn back_of(tx: &mut Tx, window: WindowId) -> Result<Back> {
    let (bills, total) = store::cancel::total(tx, window)?;
    let no = store::cancel::in_the_way(tx, window)?;
    let no = no.map(|it| NotCancelled::InTheWay(it).to_string());
    Ok((bills, total, no))
}

/// The stages of a run, each with how far it is: `done`, `now` or nothing.
fn stages(stage: Option<Stage>, not_away: i64, words: &Words) -> Vec<(&'static str, &'static str)> {
    let names = [words.cycle_check, words.cycle_preview, words.cycle_post, words.cycle_deliver];
    let at = match stage {
        None | Some(Stage::Cancelling | Stage::Cancelled) => None,
        Some(Stage::Checking | Stage::Again) => Some(0),
        Some(Stage::Preview) => Some(1),
        Some(Stage::Posting) => Some(2),
        Some(Stage::Done) if 0 < not_away => Some(3),
        Some(Stage::Done) => Some(4),
    };
    let how = |nth: usize| match at {
        Some(at) if nth < at => "done",
        Some(at) if nth == at => "now",
        _ => "",
    };
    names.into_iter().enumerate().map(|(nth, it)| (it, how(nth))).collect()
}

/// Begins to check a turn, or what is held in it; whoever serves the console goes on with it.
pub(crate) async fn check(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        said?;
        let only_held = !decided.held.is_empty();
        here.db.write(|tx| bill_run::prepare(tx, actor, WindowId(id), only_held).map(drop))
    });
    back(&console, &visitor, done.await.map(|()| ""), id)
}

/// Lets the bills of a run go, or asks for a second person.
pub(crate) async fn let_go(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        said?;
        let why = Some(decided.why.trim()).filter(|it| !it.is_empty());
        here.db.write(|tx| {
            let mut it = release::asked(tx, RunId(decided.run), why)?;
            // What the page showed, not what it would show now.
            it.total = Money::from_cents(decided.total);
            it.as_planned = decided.days == PLANNED;
            approval::do_or_ask(tx, actor, &Wanted::Release(it), why.unwrap_or_default())
        })
    });
    let how = done.await.map(|outcome| match outcome {
        Outcome::Done => "",
        Outcome::Waits(_) => "waits",
    });
    back(&console, &visitor, how, id)
}

/// Says whether the bills of a run that waits keep the days planned for them.
pub(crate) async fn say_days(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        said?;
        let (run, as_planned) = (RunId(decided.run), decided.days == PLANNED);
        here.db.write(|tx| release::say_days(tx, actor, run, as_planned, &decided.why))
    });
    back(&console, &visitor, done.await.map(|()| "days"), id)
}

/// Takes every bill of a turn back, or asks for a second person; whoever works next goes on with it.
pub(crate) async fn take_back(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        said?;
        let (run, total) = (RunId(decided.run), Money::from_cents(decided.total));
        let wanted = Wanted::CancelRun(NewCancel { run, total });
        here.db.write(|tx| approval::do_or_ask(tx, actor, &wanted, decided.why.trim()))
    });
    let how = done.await.map(|outcome| match outcome {
        Outcome::Done => "",
        Outcome::Waits(_) => "waits",
    });
    back(&console, &visitor, how, id)
}

/// Calls a run off that is not released.
pub(crate) async fn call_off(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        said?;
        here.db.write(|tx| release::call_off(tx, actor, RunId(decided.run), &decided.why))
    });
    back(&console, &visitor, done.await.map(|()| ""), id)
}

/// Agreements that were not billed for long.
pub(crate) async fn unbilled(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let here = console.clone();
    let today = console.zone.day_of(Timestamp::now());
    let done = blocking(move || {
        let day = today.checked_sub(UNBILLED_DAYS.days())?;
        here.db.read(|tx| {
            Ok((store::unbilled::count(tx, day)?, store::unbilled::all(tx, day, UNBILLED)?))
        })
    })
    .await;
    let (language, words) = (visitor.language, visitor.words());
    let done = done.map(|(all, list)| {
        let rows = list.into_iter().map(|it| {
            let kind = it.held.as_ref().and_then(|it| TaskKind::of_hold_word(&it.0));
            let waits = kind.map_or(words.unbilled_no_run, |it| it.name(language));
            [
                it.account.to_string(),
                show::commodity(it.commodity, words).to_owned(),
                show::day(it.since, language),
                i64::from((today - it.since).get_days()).to_string(),
                waits.to_owned(),
                it.owner.unwrap_or_else(|| words.cycle_nobody.to_owned()),
            ]
        });
        let head = Head::new(&console, Some(&visitor), language, words.unbilled_title);
        draw(StatusCode::OK, &UnbilledPage { head, all, rows: rows.collect() })
    });
    answer(&console, &visitor, done)
}

fn back(console: &Console, visitor: &Visitor, done: Result<&str>, id: i64) -> Response {
    let to = |how: &str| match how {
        "" => format!("/cycles/{id}"),
        how => format!("/cycles/{id}?done={how}"),
    };
    answer(console, visitor, done.map(|how| Redirect::to(&to(how)).into_response()))
}

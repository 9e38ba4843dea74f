//! What validation doubts of reads: all of it by rule, and one exception with a picture of what it is
//! compared with, the ways out and what each would bill.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::Refused;
use meterbook_app::task::Resolved;
use meterbook_app::usage::explore::{Bar, Scale};
use meterbook_app::vee::around::{self, Around};
use meterbook_app::vee::effect::{self, Effect, Outcome};
use meterbook_app::vee::whole::{self, Whole};
use meterbook_app::vee::{self, Open, resolve};
use meterbook_core::about::About;
use meterbook_core::id::ExceptionId;
use meterbook_core::money::Unit;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::reads::vee::Rule;
use meterbook_core::task::{Resolution, Task};
use meterbook_core::text::grouped;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

mod file;

use super::task::{Thing, thing};
use super::usage::called;
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::picture::{self, Picture, precise};
use crate::refusal;
use crate::typed::Typed;
use crate::words::Words;
use crate::{evidence, show};

/// Rows of the list: more than anybody looks at one by one.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "exception.html")]
struct Page {
    head: Head,
    title: String,
    id: ExceptionId,
    notice: &'static str,
    says: String,
    why: String,
    /// How it ended; open without.
    ended: String,
    rule: Thing,
    seen: String,
    about: Vec<(&'static str, Thing)>,
    /// What is open of the same rule, this one with it.
    same: usize,
    /// The days that are rated, and what they come to as it stands.
    rated: Option<(String, String)>,
    ways: Vec<Way>,
    pictures: Vec<Picture>,
    legend: Vec<(&'static str, &'static str)>,
    unit: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// Of a file, the factor that its registers are off by.
    factor: String,
    may: bool,
}

/// A way out.
struct Way {
    key: usize,
    word: &'static str,
    name: &'static str,
    effect: &'static str,
    /// What the days would come to after it, where it changes that.
    bills: String,
    /// How many of the list it is a way out of.
    of: usize,
}

#[derive(Template)]
#[template(path = "exceptions.html")]
struct List {
    head: Head,
    notice: &'static str,
    says: String,
    why: String,
    all: usize,
    rules: Vec<Count>,
    /// The rule that is looked at; empty for all.
    rule: &'static str,
    name: &'static str,
    shown: String,
    /// How many there are of it.
    of: usize,
    rows: Vec<Row>,
    ways: Vec<Way>,
    may: bool,
}

struct Count {
    word: &'static str,
    name: &'static str,
    count: usize,
}

struct Row {
    id: ExceptionId,
    rule: &'static str,
    what: Thing,
    seen: String,
    since: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    rule: String,
    #[serde(default)]
    done: String,
}

/// What is doubted, of one rule or of all.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = listed(&console, &visitor, &asked, None).await;
    answer(&console, &visitor, done)
}

async fn listed(
    console: &Arc<Console>,
    visitor: &Visitor,
    asked: &Asked,
    refused: Option<(Typed, String)>,
) -> Result<Response> {
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let here = console.clone();
    let open = blocking(move || here.db.read(vee::open)).await?;
    let (words, language) = (visitor.words(), visitor.language);
    let rule = Rule::from_word(&asked.rule);
    let count = |rule: Rule| open.iter().filter(|it| it.exception.finding.rule == rule).count();
    let rules = Rule::ALL.iter().map(|it| (*it, count(*it))).filter(|it| 0 < it.1);
    let of: Vec<&Open> =
        open.iter().filter(|it| rule.is_none_or(|is| it.exception.finding.rule == is)).collect();
    let row = |it: &&Open| Row {
        id: it.exception.id,
        rule: it.exception.finding.rule.name(language),
        what: match (&it.place, &it.file) {
            (Some(place), _) => {
                Thing { text: place.serial.clone(), link: format!("/meters/{}", place.meter) }
            }
            (None, file) => Thing { text: file.clone().unwrap_or_default(), link: String::new() },
        },
        seen: seen(it, language),
        since: show::instant(it.exception.at, &console.zone, language),
    };
    let (typed, says) = refused.unwrap_or_default();
    let list = List {
        head: Head::new(console, Some(visitor), language, words.doubts),
        notice: notice(&asked.done, words),
        says,
        why: typed.text("why").to_owned(),
        all: open.len(),
        rules: rules
            .map(|(rule, count)| Count { word: rule.word(), name: rule.name(language), count })
            .collect(),
        rule: rule.map_or("", Rule::word),
        name: rule.map_or(words.doubts, |it| it.name(language)),
        shown: format!("{} / {}", of.len().min(ROWS), grouped(&of.len().to_string())),
        of: of.len(),
        rows: of.iter().take(ROWS).map(row).collect(),
        ways: if rule.is_some() { common(&of, language) } else { Vec::new() },
        may: visitor.may(Permission::ResolveTasks),
    };
    Ok(draw(status, &list))
}

/// The ways out of these, each with of how many it is one.
fn common(of: &[&Open], language: Language) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for it in of {
        for how in vee::task_kind(&it.exception).resolutions() {
            match ways.iter_mut().find(|it| it.word == how.word()) {
                Some(way) => way.of += 1,
                None => ways.push(way((ways.len() + 1, *how), String::new(), 1, language)),
            }
        }
    }
    ways
}

fn way((key, how): (usize, Resolution), bills: String, of: usize, language: Language) -> Way {
    let (name, effect) = (how.name(language), how.effect(language));
    Way { key, word: how.word(), name, effect, bills, of }
}

/// Resolves all that a rule doubts in one way.
pub(crate) async fn by_cause(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let (rule, how) = (Rule::from_word(typed.text("rule")), typed.text("how").to_owned());
    let (here, why) = (console.clone(), typed.text("why").to_owned());
    let actor = visitor.actor();
    let done = blocking(move || {
        stale?;
        let (rule, how) = (rule.ok_or(NotThere)?, Resolution::from_word(&how).ok_or(NotThere)?);
        let ended = resolve::by_cause(&here.db, actor, rule, how, &why)?;
        let mut no: Vec<(ExceptionId, Refused)> =
            ended.into_iter().filter_map(|(id, it)| Some((id, it.err()?))).collect();
        let count = no.len();
        let first = if no.is_empty() { None } else { Some(no.swap_remove(0)) };
        Ok((rule, first.map(|it| (it, count))))
    })
    .await;
    let rule = rule.map_or("", Rule::word);
    let says = |why: &Error| refusal::said(why, &console.zone, visitor.language);
    let refused = match done {
        Ok((_, None)) => {
            return Redirect::to(&format!("/exceptions?rule={rule}&done=all")).into_response();
        }
        // The others went; the first that did not says why.
        Ok((_, Some(((id, why), count)))) => {
            let why = says(&why.into());
            let words = visitor.words();
            format!("{}: {count}. {} {id}: {why}", words.doubts_not_ended, words.doubt)
        }
        Err(why) if why.is::<Refused>() => says(&why),
        Err(why) => return answer(&console, &visitor, Err(why)),
    };
    let asked = Asked { rule: rule.to_owned(), done: String::new() };
    let done = listed(&console, &visitor, &asked, Some((typed, refused))).await;
    answer(&console, &visitor, done)
}

/// One exception.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &id, &asked.done, None).await;
    answer(&console, &visitor, done)
}

/// Resolves one exception.
pub(crate) async fn end(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let (how, why) = (Resolution::from_word(typed.text("how")), typed.text("why").to_owned());
    let actor = visitor.actor();
    let (here, of) = (console.clone(), id.clone());
    let ended = blocking(move || {
        stale?;
        let of = ExceptionId(of.parse().map_err(|_| NotThere)?);
        resolve::one(&here.db, actor, of, how.ok_or(NotThere)?, &why)
    })
    .await;
    let done = match ended {
        Ok(ended) => {
            let word = if matches!(ended, Resolved::PutOff { .. }) { "put-off" } else { "closed" };
            Ok(Redirect::to(&format!("/exceptions/{id}?done={word}")).into_response())
        }
        Err(why) if why.is::<Refused>() => {
            page(&console, &visitor, &id, "", Some((typed, why))).await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

/// What a page of one exception is made of.
struct Looked {
    open: Open,
    ended: Option<String>,
    task: Option<Task>,
    how: Option<Resolution>,
    effect: Option<Effect>,
    around: Option<Around>,
    whole: Option<Whole>,
    about: Vec<(&'static str, Thing)>,
    same: usize,
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: &str,
    done: &str,
    refused: Option<(Typed, Error)>,
) -> Result<Response> {
    let id = ExceptionId(id.parse().map_err(|_| NotThere)?);
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let notice = notice(done, visitor.words());
    let (here, who) = (console.clone(), visitor.clone());
    let page = blocking(move || {
        let looked = here.db.read(|tx| looked(tx, &who, id))?;
        let (typed, says) = match refused {
            Some((typed, why)) => (typed, refusal::said(&why, &here.zone, who.language)),
            None => (Typed::default(), String::new()),
        };
        let why = typed.text("why").to_owned();
        Ok(Page { notice, says, why, ..drawn(&here, &who, looked) })
    })
    .await?;
    Ok(draw(status, &page))
}

fn looked(tx: &mut Tx, visitor: &Visitor, id: ExceptionId) -> Result<Looked> {
    let words = visitor.words();
    if store::vee::find(tx, id)?.is_none() {
        return Err(NotThere.into());
    }
    let open = vee::show(tx, id)?;
    let ended = store::vee::ended(tx, id)?;
    let task = vee::task_of(tx, &open.exception)?;
    let steps = match &task {
        Some(task) => store::task::steps(tx, task.id)?,
        None => Vec::new(),
    };
    let how = steps.last().and_then(|it| it.resolution);
    let is_open = ended.is_none() && task.as_ref().is_none_or(|it| it.closed.is_none());
    let actor = visitor.actor();
    let effect = if is_open { effect::of(tx, actor, id)? } else { None };
    let mut about = Vec::new();
    if let Some(place) = &open.place {
        let whose = vee::contract(place, open.exception.finding.to);
        let named = [
            (words.meter, Some(About::Meter(place.meter))),
            (words.account, whose.map(|it| About::Account(it.account))),
            (words.premise, Some(About::Premise(place.premise))),
        ];
        for (word, it) in named {
            if let Some(thing) = it.map(|it| thing(tx, it)).transpose()?.flatten() {
                about.push((word, thing));
            }
        }
        let point = place.point;
        about.push((
            words.service_point,
            Thing { text: point.to_string(), link: format!("/points/{point}") },
        ));
        let day = open.exception.finding.from;
        let link = format!("/points/{point}/usage?on={day}");
        about.push((words.usage_title, Thing { text: show::day(day, visitor.language), link }));
    }
    if let Some(file) = &open.file {
        about.push((words.doubt_file, Thing { text: file.clone(), link: String::new() }));
    }
    if let Some(task) = &task {
        let link = format!("/tasks?task={}", task.id);
        about.push((words.doubt_task, Thing { text: task.id.to_string(), link }));
    }
    let rule = open.exception.finding.rule;
    let same = store::vee::open(tx)?.iter().filter(|it| it.finding.rule == rule).count();
    let around = around::of(tx, &open)?;
    let whole = if is_open { whole::of(tx, actor, &open)? } else { None };
    Ok(Looked { open, ended, task, how, effect, around, whole, about, same })
}

fn drawn(console: &Console, visitor: &Visitor, it: Looked) -> Page {
    let (words, language) = (visitor.words(), visitor.language);
    let Looked { open, ended, task, how, effect, around, whole, about, same } = it;
    let id = open.exception.id;
    let rule = open.exception.finding.rule;
    let closed = task.as_ref().is_some_and(|it| it.closed.is_some());
    let state = match (&ended, how) {
        (_, Some(how)) if closed => how.name(language).to_owned(),
        (Some(word), _) => ended_word(word, words).to_owned(),
        _ => String::new(),
    };
    let title = format!("{} {id}", words.doubt);
    let unit = open.place.as_ref().map_or(Unit::Piece, |it| it.channel.unit);
    let by_read = around.as_ref().is_some_and(|it| !it.reads.is_empty());
    let unit = if by_read { format!("{unit} {}", words.doubt_a_day) } else { unit.to_string() };
    let bills = |how: Resolution| {
        let after = effect.as_ref().map_or(&[][..], |it| &it.after);
        let outcome = after.iter().find(|it| it.0 == how).map(|it| &it.1);
        match (outcome, &whole) {
            (Some(it), _) => comes_to(it, words, language),
            (None, Some(whole)) => file::does(how, whole, words),
            (None, None) => String::new(),
        }
    };
    let ways = vee::task_kind(&open.exception).resolutions();
    let ways = (1..).zip(ways).map(|(key, how)| way((key, *how), bills(*how), 1, language));
    let mut page = Page {
        head: Head::new(console, Some(visitor), language, &title),
        title,
        id,
        notice: "",
        says: String::new(),
        why: String::new(),
        rule: Thing {
            text: rule.name(language).to_owned(),
            link: format!("/exceptions?rule={rule}"),
        },
        seen: seen(&open, language),
        about,
        same,
        rated: effect
            .as_ref()
            .map(|it| (show::period(it.days, language), comes_to(&it.now, words, language))),
        ways: if state.is_empty() { ways.collect() } else { Vec::new() },
        ended: state,
        pictures: Vec::new(),
        legend: Vec::new(),
        unit,
        columns: Vec::new(),
        rows: Vec::new(),
        factor: String::new(),
        may: visitor.may(Permission::ResolveTasks),
    };
    if let Some(around) = around {
        let commodity = open.place.as_ref().map(|it| it.commodity);
        let colour = commodity.map_or("electric", show::colour);
        picture_of(&mut page, &around, colour, visitor);
    }
    if let Some(whole) = &whole {
        file::draw(&mut page, whole, visitor);
    }
    page
}

/// The picture of what stands around, and the same as a table.
fn picture_of(page: &mut Page, around: &Around, colour: &'static str, visitor: &Visitor) {
    let (words, language) = (visitor.words(), visitor.language);
    let doubted = |bar: &Bar| {
        let place = around.bars.iter().position(|it| it.days == bar.days);
        place.is_some_and(|it| around.doubted[it])
    };
    let by_read = !around.reads.is_empty();
    let label = |bar: &Bar| {
        let below = match by_read {
            true => show::month(bar.days.middle(), language).to_owned(),
            false => bar.days.start().day().to_string(),
        };
        let net = bar.cell.delivered_micro - bar.cell.received_micro;
        (below, format!("{}: {}", called(bar, Scale::Days, language), precise(net)))
    };
    let colours = |bar: &Bar| if doubted(bar) { "doubted" } else { colour };
    let says = format!("{}, {}. {}", page.seen, page.unit, words.usage_table_below);
    page.pictures = picture::bars(&around.bars, &colours, &says, &label);
    let any = |of: &dyn Fn(&Bar) -> bool| around.bars.iter().any(of);
    let legend = [
        (true, colour, words.doubt_before),
        (any(&doubted), "doubted", words.doubt_this),
        (any(&|it| it.before_micro.is_some()), "before", words.doubt_usual),
        (any(&|it| 0 < it.cell.estimated), "guessed", words.usage_estimated),
        (any(&|it| 0 < it.cell.missing), "gap", words.usage_unknown),
    ];
    page.legend = legend.into_iter().filter(|it| it.0).map(|it| (it.1, it.2)).collect();
    if by_read {
        page.columns = vec![
            words.date,
            words.doubt_index,
            words.doubt_used,
            words.doubt_a_day,
            words.usage_known,
        ];
        for (nth, (used, method)) in around.reads.iter().enumerate().rev() {
            let mut known = show::read_kind(used.kind, words).to_owned();
            if let Some(it) = method {
                known = format!("{known}: {}", it.method.said(language));
                if let Some(basis) = &it.basis {
                    let which = show::dated(&basis.said(language), language);
                    known = format!("{known} {which}");
                }
            }
            if around.doubted[nth] {
                known = format!("{known}, {}", words.doubt_this);
            }
            page.rows.push(vec![
                show::day(used.to, language),
                precise(used.index_micro),
                precise(used.used_micro),
                precise(used.a_day_micro),
                known,
            ]);
        }
        return;
    }
    page.columns = vec![
        words.date,
        words.usage_came,
        words.usage_sent,
        words.usage_missing,
        words.usage_known,
    ];
    for (bar, doubted) in around.bars.iter().zip(&around.doubted) {
        let known = match (doubted, bar.cell.is_gap(), bar.cell.estimated) {
            (true, _, _) => words.doubt_this,
            (_, true, _) => words.usage_unknown,
            (_, _, 0) => words.usage_measured,
            _ => words.usage_estimated,
        };
        page.rows.push(vec![
            show::day(bar.days.start(), language),
            precise(bar.cell.delivered_micro),
            precise(bar.cell.received_micro),
            bar.cell.missing.to_string(),
            known.to_owned(),
        ]);
    }
}

/// What was seen, in the reader's language and with its days as people write them.
pub(crate) fn seen(open: &Open, language: Language) -> String {
    show::dated(&open.said(language), language)
}

fn comes_to(outcome: &Outcome, words: &Words, language: Language) -> String {
    match outcome {
        Ok(amount) => format!("{} {}", words.doubt_bills, show::money(*amount)),
        Err(hold) => {
            format!("{}: {}", words.doubt_held, evidence::said(&hold.to_string(), language))
        }
    }
}

fn ended_word(word: &str, words: &Words) -> &'static str {
    match word {
        "taken" => words.doubt_taken,
        "estimated" => words.doubt_estimated,
        "superseded" => words.doubt_superseded,
        _ => words.doubt_refused,
    }
}

fn notice(done: &str, words: &'static Words) -> &'static str {
    match done {
        "closed" => words.task_closed,
        "put-off" => words.task_put_off,
        "all" => words.doubts_all_ended,
        _ => "",
    }
}

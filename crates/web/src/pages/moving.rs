//! Starting, stopping and transferring service: one form, what it would do, and the confirmation.
//!
//! Everything that is typed stands in the address until it is confirmed. The confirmation carries
//! what the clerk saw would happen; when it would not be the same any more, nothing is done, and the
//! clerk sees what happens now and who did what meanwhile.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::moves::{self, Plan, ReadWanted, Start, Stop, Wanted};
use meterbook_app::{Actor, Refused, refuse, search, tariff};
use meterbook_core::account::Account;
use meterbook_core::agreement::Agreement;
use meterbook_core::id::{AccountId, AccountNumber, AgreementId, PremiseId, ServicePointId};
use meterbook_core::moves::{MoveKind, Said};
use meterbook_core::person::Language;
use meterbook_core::place::{Commodity, ServicePoint};
use meterbook_core::search::About as Sort;
use meterbook_core::text::scaled;
use meterbook_store::{self as store, Tx};

use super::moves::said;
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal::{self, About};
use crate::show;
use crate::typed::{Typed, Wrong};
use crate::words::Words;

/// Premises that are offered at once.
const OFFERED: usize = 12;

#[derive(Template)]
#[template(path = "moving.html")]
struct Page {
    head: Head,
    number: String,
    name: String,
    wrong: Wrong,
    since: String,
    stops_on: String,
    starts_on: String,
    ends: Vec<Ending>,
    where_to: Where,
    begins: Vec<Beginning>,
    will: Option<Will>,
    /// What others did since the form was opened.
    meanwhile: Vec<Meanwhile>,
}

/// Where service is to begin: what was looked for, what was found, what was chosen.
#[derive(Default)]
pub(crate) struct Where {
    pub(crate) find: String,
    /// What was found was found by this.
    pub(crate) found_by: String,
    pub(crate) searched: bool,
    pub(crate) found: Vec<Place>,
    pub(crate) chosen: Option<Place>,
    /// Whether it was chosen just now.
    pub(crate) fresh: bool,
}

/// A premise that may be chosen.
pub(crate) struct Place {
    pub(crate) id: PremiseId,
    pub(crate) address: String,
}

/// A service that may end.
struct Ending {
    id: AgreementId,
    colour: &'static str,
    service: String,
    place: String,
    meter: String,
    chosen: bool,
    read: String,
    estimate: bool,
}

/// A service point where service may begin.
pub(crate) struct Beginning {
    pub(crate) id: ServicePointId,
    pub(crate) colour: &'static str,
    pub(crate) service: &'static str,
    pub(crate) meter: String,
    /// The account that is served there, if one is.
    pub(crate) serves: String,
    pub(crate) chosen: bool,
    pub(crate) tariffs: Vec<Tariff>,
    pub(crate) read: String,
    pub(crate) estimate: bool,
}

/// A tariff that may be chosen.
pub(crate) struct Tariff {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// What would happen, sentence by sentence.
struct Will {
    says: Vec<String>,
    /// What the confirmation is held against.
    seen: String,
    /// What the clerk saw before and is no more; something, when it changed under their hands.
    gone: Vec<String>,
    changed: bool,
}

struct Meanwhile {
    when: String,
    who: String,
    what: String,
    link: String,
    says: Vec<String>,
}

/// The form, filled in as the address says, and what it would do.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let done = form(&console, &visitor, &number, Typed::new(fields), None).await;
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    typed: Typed,
    refused: Option<Error>,
) -> Result<Response> {
    let number = AccountNumber::parse(number).ok_or(NotThere)?;
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let (here, visitor) = (console.clone(), visitor.clone());
    let page = blocking(move || {
        here.db.read(|tx| {
            let account = store::account::by_number(tx, number)?.ok_or(NotThere)?;
            looked(tx, &here, &visitor, &account, typed, refused.as_ref())
        })
    })
    .await?;
    Ok(draw(status, &page))
}

fn looked(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    account: &Account,
    mut typed: Typed,
    refused: Option<&Error>,
) -> Result<Page> {
    let (words, language) = (visitor.words(), visitor.language);
    let actor = visitor.actor();
    let today = console.zone.day_of(actor.at);
    typed.or("since", || actor.at.to_string());
    typed.or("stops_on", || today.to_string());
    typed.or("starts_on", || today.to_string());
    let where_to = where_to(tx, &typed)?;
    let mut wrong = Wrong::default();
    let (mut will, mut asked) = (None, None);
    if !where_to.fresh || refused.is_some() {
        asked = wanted(tx, account.id, &typed, words, &mut wrong)?;
    }
    if let Some(wanted) = asked.as_ref().filter(|_| wrong.is_empty()) {
        match moves::plan(tx, actor, wanted) {
            Ok(plan) => will = Some(would(&plan, &typed, refused, language)),
            Err(why) if why.is::<Refused>() => {
                locate(tx, actor, wanted, &why, &mut wrong, (console, language))?;
            }
            Err(why) => return Err(why),
        }
    }
    // What was refused when it was confirmed and would not be refused now is still said.
    if let Some(why) = refused.filter(|it| wrong.is_empty() && !is_other_now(it)) {
        wrong.say("", refusal::said(why, &console.zone, language));
    }
    let mut ends = Vec::new();
    for it in store::agreement::of_account(tx, account.id)? {
        if it.to.is_none() || typed.has("stop", &it.id.to_string()) {
            ends.push(ending(tx, &it, &typed, words)?);
        }
    }
    let on = typed.text("starts_on").parse().unwrap_or(today);
    let begins = match &where_to.chosen {
        Some(place) => begins(tx, place.id, on, where_to.fresh, &typed, words)?,
        None => Vec::new(),
    };
    let changed = refused.is_some() || !wrong.is_empty();
    let meanwhile = if changed {
        meanwhile(tx, account, &begins, &typed, (console, visitor))?
    } else {
        Vec::new()
    };
    let name = store::person::get(tx, account.person)?.name;
    Ok(Page {
        head: Head::new(
            console,
            Some(visitor),
            language,
            &format!("{} · {name}", words.move_title),
        ),
        number: account.number.to_string(),
        name,
        wrong,
        since: typed.text("since").to_owned(),
        stops_on: typed.text("stops_on").to_owned(),
        starts_on: typed.text("starts_on").to_owned(),
        ends,
        where_to,
        begins,
        will,
        meanwhile,
    })
}

/// Where service is to begin. What is newly looked for goes before what was chosen; a single hit is
/// chosen at once.
pub(crate) fn where_to(tx: &mut Tx, typed: &Typed) -> Result<Where> {
    let find = typed.text("find").to_owned();
    let searched = !find.is_empty() && find != typed.text("found_by");
    let mut found = Vec::new();
    if searched || (!find.is_empty() && typed.text("at").is_empty()) {
        for id in premises(tx, &find)? {
            found.push(place(tx, id)?);
        }
    }
    let mut chosen = match typed.text("at").parse() {
        Ok(id) if !searched => Some(place(tx, PremiseId(id))?),
        _ => None,
    };
    if chosen.is_none() && found.len() == 1 {
        chosen = found.pop();
    }
    let fresh = chosen.as_ref().is_some_and(|it| it.id.to_string() != typed.text("shown_at"));
    Ok(Where { found_by: find.clone(), find, searched, found, chosen, fresh })
}

fn place(tx: &mut Tx, id: PremiseId) -> Result<Place> {
    let address = store::place::premise(tx, id)?.lines().join(", ");
    Ok(Place { id, address })
}

/// The premises that a scrap finds: empty ones by themselves, others by who is served there.
fn premises(tx: &mut Tx, scrap: &str) -> Result<Vec<PremiseId>> {
    let mut ids = Vec::new();
    for hit in search::search(tx, scrap)? {
        match hit.subject.about {
            Sort::Premise => ids.push(PremiseId(hit.subject.id)),
            Sort::Account => {
                for it in store::agreement::of_account(tx, AccountId(hit.subject.id))? {
                    ids.push(store::place::service_point(tx, it.service_point)?.premise);
                }
            }
            Sort::Order => (),
        }
    }
    let mut seen = Vec::new();
    ids.retain(|it| {
        !seen.contains(it) && {
            seen.push(*it);
            true
        }
    });
    ids.truncate(OFFERED);
    Ok(ids)
}

/// What the form asks for; nothing when nothing is chosen yet. What cannot be read is wrong.
fn wanted(
    tx: &mut Tx,
    account: AccountId,
    typed: &Typed,
    words: &Words,
    wrong: &mut Wrong,
) -> Result<Option<Wanted>> {
    let mut stops = Vec::new();
    for it in store::agreement::of_account(tx, account)? {
        let id = it.id;
        if typed.has("stop", &id.to_string()) {
            let read = read(typed, &format!("stop-{id}"), words, wrong);
            stops.push(Stop { agreement: id, read });
        }
    }
    let mut starts = Vec::new();
    if let Ok(premise) = typed.text("at").parse() {
        for point in store::place::points_at(tx, PremiseId(premise))? {
            let id = point.id;
            if typed.has("start", &id.to_string()) {
                let field = format!("tariff-{id}");
                if typed.text(&field).is_empty() {
                    wrong.say(&*field, words.move_choose_tariff);
                }
                let read = read(typed, &format!("start-{id}"), words, wrong);
                starts.push(Start { point: id, tariff: typed.text(&field).to_owned(), read });
            }
        }
    }
    let kind = match (stops.is_empty(), starts.is_empty()) {
        (true, true) => return Ok(None),
        (false, true) => MoveKind::Stop,
        (true, false) => MoveKind::Start,
        (false, false) => MoveKind::Transfer,
    };
    let mut day = |name: &str, needed: bool| -> Option<Date> {
        let day = typed.text(name).parse().ok().filter(|_| needed);
        if needed && day.is_none() {
            wrong.say(name, words.move_no_day);
        }
        day
    };
    let stops_on = day("stops_on", !stops.is_empty());
    let starts_on = day("starts_on", !starts.is_empty());
    Ok(Some(Wanted { kind, account, stops, stops_on, starts, starts_on, credit: None }))
}

/// Where the read of one service comes from: what was typed, else an estimate, else the field.
pub(crate) fn read(typed: &Typed, of: &str, words: &Words, wrong: &mut Wrong) -> ReadWanted {
    let field = format!("read-{of}");
    match typed.some(&field) {
        Some(text) => {
            let indexes = text.split(',').map(|it| scaled(&it.trim().replace(' ', ""), 6));
            indexes.collect::<Option<Vec<_>>>().map_or_else(
                || {
                    wrong.say(&*field, format!("{text} {}", words.move_no_read));
                    ReadWanted::Ordered
                },
                ReadWanted::Given,
            )
        }
        None if typed.has("estimate", of) => ReadWanted::Estimated,
        None => ReadWanted::Ordered,
    }
}

/// What the confirmation carries: every effect, in a language that does not change with the reader.
fn seen(plan: &Plan) -> String {
    let said = plan.effects.iter().map(|it| it.sentence(Language::English));
    said.collect::<Vec<_>>().join("\n")
}

fn would(plan: &Plan, typed: &Typed, refused: Option<&Error>, language: Language) -> Will {
    let now = seen(plan);
    let gone = typed.text("seen").lines().filter(|it| now.lines().all(|now| now != *it));
    let changed = refused.is_some_and(is_other_now);
    Will {
        says: said(&plan.effects, language),
        gone: if changed { gone.map(|it| show::dated(it, language)).collect() } else { Vec::new() },
        seen: now,
        changed,
    }
}

/// Says a refusal beside what it is about: the service that is refused by itself too.
fn locate(
    tx: &mut Tx,
    actor: Actor,
    wanted: &Wanted,
    why: &Error,
    wrong: &mut Wrong,
    (console, language): (&Console, Language),
) -> Result<()> {
    let mut found = Vec::new();
    let mut alone = |only: Wanted, row: &str, day: &str, id: String| -> Result<()> {
        match moves::plan(tx, actor, &only) {
            Err(why) if why.is::<Refused>() => {
                let field = match refusal::about(&why) {
                    About::Day => day.to_owned(),
                    About::Tariff => format!("tariff-{id}"),
                    About::Read => format!("read-{row}-{id}"),
                    About::Service | About::Whole => format!("{row}-{id}"),
                };
                found.push((field, refusal::said(&why, &console.zone, language)));
                Ok(())
            }
            done => done.map(|_| ()),
        }
    };
    for stop in &wanted.stops {
        let (kind, stops, starts) = (MoveKind::Stop, vec![stop.clone()], Vec::new());
        let only = Wanted { kind, stops, starts, ..wanted.clone() };
        alone(only, "stop", "stops_on", stop.agreement.to_string())?;
    }
    for start in &wanted.starts {
        // What ends goes along: it may make room for what begins.
        let only = Wanted { starts: vec![start.clone()], ..wanted.clone() };
        alone(only, "start", "starts_on", start.point.to_string())?;
    }
    // A service that ends badly would be said again of each that begins.
    let ends = found.iter().filter(|it| it.0.contains("stop")).count();
    if 0 < ends {
        found.retain(|it| it.0.contains("stop"));
    }
    for (field, says) in found {
        wrong.say(field, says);
    }
    if wrong.is_empty() {
        wrong.say("", refusal::said(why, &console.zone, language));
    }
    Ok(())
}

fn ending(tx: &mut Tx, it: &Agreement, typed: &Typed, words: &Words) -> Result<Ending> {
    let point = store::place::service_point(tx, it.service_point)?;
    let place = store::place::premise(tx, point.premise)?.street;
    let of = format!("stop-{}", it.id);
    Ok(Ending {
        id: it.id,
        colour: show::colour(point.commodity),
        service: format!("{} {}", show::commodity(point.commodity, words), it.tariff),
        place,
        meter: hangs(tx, point.id)?,
        chosen: typed.has("stop", &it.id.to_string()),
        read: typed.text(&format!("read-{of}")).to_owned(),
        estimate: typed.has("estimate", &of),
    })
}

/// The number of the meter that hangs at a point.
pub(crate) fn hangs(tx: &mut Tx, point: ServicePointId) -> Result<String> {
    let there = store::meter::installations_at(tx, point)?;
    match there.iter().rfind(|it| it.to.is_none()) {
        Some(hung) => Ok(store::meter::get(tx, hung.meter)?.serial),
        None => Ok(String::new()),
    }
}

/// The service points of a premise, each with the tariffs that it may have. Of a premise that was
/// chosen just now all are ticked: who moves in mostly takes what there is.
pub(crate) fn begins(
    tx: &mut Tx,
    premise: PremiseId,
    on: Date,
    fresh: bool,
    typed: &Typed,
    words: &Words,
) -> Result<Vec<Beginning>> {
    let offered = offered(tx, on)?;
    let mut begins = Vec::new();
    for ServicePoint { id, commodity, .. } in store::place::points_at(tx, premise)? {
        let there = store::agreement::at(tx, id)?;
        let now = there.iter().find(|it| it.to.is_none_or(|to| on < to));
        let serves = match now {
            Some(it) => store::account::get(tx, it.account)?.number.to_string(),
            None => String::new(),
        };
        let last = there.last().map(|it| it.tariff.as_str());
        let of = format!("start-{id}");
        begins.push(Beginning {
            id,
            colour: show::colour(commodity),
            service: show::commodity(commodity, words),
            meter: hangs(tx, id)?,
            serves,
            chosen: fresh || typed.has("start", &id.to_string()),
            tariffs: choices(&offered, commodity, typed.some(&format!("tariff-{id}")).or(last)),
            read: typed.text(&format!("read-{of}")).to_owned(),
            estimate: typed.has("estimate", &of),
        });
    }
    Ok(begins)
}

/// The tariffs in force on a day that somebody can be on.
pub(crate) fn offered(tx: &mut Tx, on: Date) -> Result<Vec<(Commodity, String, String)>> {
    let mut codes: Vec<String> = store::tariff::all(tx)?.into_iter().map(|it| it.code).collect();
    codes.dedup();
    let mut offered = Vec::new();
    for code in codes {
        if let Some(it) = tariff::in_force(tx, &code, on)?.filter(|it| !it.is_rider) {
            offered.push((it.commodity, it.code, it.name));
        }
    }
    Ok(offered)
}

/// The tariffs of one commodity; the only one is chosen.
pub(crate) fn choices(
    offered: &[(Commodity, String, String)],
    commodity: Commodity,
    chosen: Option<&str>,
) -> Vec<Tariff> {
    let fits: Vec<_> = offered.iter().filter(|it| it.0 == commodity).collect();
    let only = fits.len() == 1;
    let tariff = |it: &&(Commodity, String, String)| Tariff {
        code: it.1.clone(),
        name: it.2.clone(),
        chosen: only || chosen == Some(it.1.as_str()),
    };
    fits.iter().map(tariff).collect()
}

/// The moves of this account, and of those who are served where it wants to begin, that were made or
/// changed since the form was opened.
fn meanwhile(
    tx: &mut Tx,
    account: &Account,
    begins: &[Beginning],
    typed: &Typed,
    (console, visitor): (&Console, &Visitor),
) -> Result<Vec<Meanwhile>> {
    let Ok(since) = typed.text("since").parse::<Timestamp>() else { return Ok(Vec::new()) };
    let (words, language) = (visitor.words(), visitor.language);
    let mut accounts = vec![account.id];
    for point in begins {
        accounts.extend(store::agreement::at(tx, point.id)?.iter().map(|it| it.account));
    }
    accounts.sort_unstable();
    accounts.dedup();
    let mut meanwhile = Vec::new();
    for id in accounts {
        for it in store::moves::of_account(tx, id)?.into_iter().filter(|it| since < it.at) {
            let effects = match it.said {
                Said::Cancelled => Vec::new(),
                _ => store::moves::effects(tx, it.id, it.version)?,
            };
            meanwhile.push(Meanwhile {
                when: show::instant(it.at, &console.zone, language),
                who: who(tx, it.by, words)?,
                what: format!(
                    "{} {}: {}",
                    show::move_kind(it.kind, words),
                    it.id,
                    show::move_said(it.said, words)
                ),
                link: format!("/moves/{}", it.id),
                says: said(&effects, language),
            });
        }
    }
    Ok(meanwhile)
}

/// Who of the staff did something, by name.
pub(crate) fn who(
    tx: &mut Tx,
    by: Option<meterbook_core::id::UserId>,
    words: &Words,
) -> Result<String> {
    let Some(by) = by else { return Ok(words.command_line.to_owned()) };
    Ok(store::staff::names(tx, &[by])?.remove(&by).unwrap_or_default())
}

/// Does what was shown, if it is still what would happen.
pub(crate) async fn confirm(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let stale = guard::same_session(&visitor, typed.text("secret"));
    let (here, asker, account, sent) =
        (console.clone(), visitor.clone(), number.clone(), typed.clone());
    let done = blocking(move || {
        stale?;
        let actor = asker.actor();
        here.db.write(|tx| {
            let number = AccountNumber::parse(&account).ok_or(NotThere)?;
            let account = store::account::by_number(tx, number)?.ok_or(NotThere)?;
            let mut wrong = Wrong::default();
            let wanted = wanted(tx, account.id, &sent, asker.words(), &mut wrong)?;
            let Some(wanted) = wanted.filter(|_| wrong.is_empty()) else {
                return Err(refuse(OtherNow));
            };
            if seen(&moves::plan(tx, actor, &wanted)?).lines().ne(sent.text("seen").lines()) {
                return Err(refuse(OtherNow));
            }
            moves::ask(tx, actor, &wanted).map(|_| ())
        })
    })
    .await;
    let done = match done {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{number}?done=moved")).into_response()),
        Err(why) if why.is::<Refused>() => {
            form(&console, &visitor, &number, typed, Some(why)).await
        }
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

/// What would happen is not what the clerk saw.
#[derive(Debug)]
pub(crate) struct OtherNow;

pub(crate) fn is_other_now(why: &Error) -> bool {
    why.downcast_ref::<Refused>().is_some_and(|it| it.as_a::<OtherNow>().is_some())
}

impl std::fmt::Display for OtherNow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("what would happen changed since it was shown; look at it again")
    }
}

impl std::error::Error for OtherNow {}

//! Taking on a customer: who, where and what they take in one form; what would happen, and what they
//! would be told, before anything is written.
//!
//! The preview is the act itself, taken back: what it shows cannot differ from what is done.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::application::{
    Application, At, Metered, NotSignedUp, Screening, Service, SignedUp, Who, apply,
};
use meterbook_app::meter::NewChannel;
use meterbook_app::person::NotTaken;
use meterbook_app::screening::Known;
use meterbook_app::{Actor, Refused, refuse};
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::id::{PersonId, PremiseId};
use meterbook_core::meter::{Flow, Form as Counts};
use meterbook_core::money::{Money, Unit};
use meterbook_core::moves::Credit;
use meterbook_core::person::{ContactKind, Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_core::text::scaled;
use meterbook_store::{self as store, Tx};

use super::moves::said;
use super::moving::{
    Beginning, OtherNow, Tariff, Where, begins, choices, is_other_now, offered, read, where_to,
};
use super::{Head, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal::{self, About};
use crate::show;
use crate::typed::{Typed, Wrong};
use crate::words::Words;

#[derive(Template)]
#[template(path = "application.html")]
struct Page {
    head: Head,
    typed: Typed,
    wrong: Wrong,
    /// The customer that they are, when it is one we know.
    person: Option<Someone>,
    known: Vec<Someone>,
    cycles: Vec<i64>,
    where_to: Where,
    rows: Vec<Row>,
    begins_on: String,
    will: Option<Will>,
}

/// Somebody who may be the applicant.
struct Someone {
    id: PersonId,
    name: String,
    number: String,
    address: String,
    owes: String,
}

/// A service that may be taken: at a point that is there, or of a commodity at a new premise.
struct Row {
    key: String,
    colour: &'static str,
    service: &'static str,
    /// The meter that hangs there.
    meter: String,
    serves: String,
    chosen: bool,
    tariffs: Vec<Tariff>,
    read: String,
    estimate: bool,
    serial: String,
    counts: Vec<Dial>,
    times: String,
}

/// What a new meter counts.
pub(crate) struct Dial {
    pub(crate) word: &'static str,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

struct Will {
    says: Vec<String>,
    told: Vec<String>,
    deposit: String,
    seen: String,
    changed: bool,
}

/// What new meters of each commodity mostly count.
const DIALS: &[(Commodity, &str, Counts, Unit)] = &[
    (Commodity::Electric, "5kwh", Counts::Register { digits: 5 }, Unit::Kwh),
    (Commodity::Electric, "60min", Counts::Interval { minutes: 60 }, Unit::Kwh),
    (Commodity::Electric, "15min", Counts::Interval { minutes: 15 }, Unit::Kwh),
    (Commodity::Gas, "4ccf", Counts::Register { digits: 4 }, Unit::Ccf),
    (Commodity::Gas, "5m3", Counts::Register { digits: 5 }, Unit::M3),
    (Commodity::Water, "6kgal", Counts::Register { digits: 6 }, Unit::Kgal),
    (Commodity::Water, "6gal", Counts::Register { digits: 6 }, Unit::Gal),
];

/// The form, with what the address fills in.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let done = form(&console, &visitor, Typed::new(fields), None).await;
    answer(&console, &visitor, done)
}

/// Shows what would happen, or does it when that was seen.
pub(crate) async fn send(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let done = match guard::same_session(&visitor, typed.text("secret")) {
        Ok(()) if typed.text("act") == "confirm" => confirmed(&console, &visitor, typed).await,
        Ok(()) => form(&console, &visitor, typed, None).await,
        Err(stale) => form(&console, &visitor, typed, Some(stale)).await,
    };
    answer(&console, &visitor, done)
}

async fn confirmed(console: &Arc<Console>, visitor: &Visitor, typed: Typed) -> Result<Response> {
    let (here, who, sent) = (console.clone(), visitor.clone(), typed.clone());
    let done = blocking(move || {
        let actor = who.actor();
        here.db.write(|tx| {
            let mut wrong = Wrong::default();
            let wanted = wanted(tx, &sent, who.words(), &mut wrong)?;
            let Some(wanted) = wanted.filter(|_| wrong.is_empty()) else {
                return Err(refuse(OtherNow));
            };
            let signed = apply(tx, actor, &wanted)?;
            if seen(&signed).lines().ne(sent.text("seen").lines()) {
                return Err(refuse(OtherNow));
            }
            Ok(signed.account.number)
        })
    })
    .await;
    match done {
        Ok(number) => {
            Ok(Redirect::to(&format!("/accounts/{number}?done=signed-up")).into_response())
        }
        Err(why) if why.is::<Refused>() => form(console, visitor, typed, Some(why)).await,
        Err(why) => Err(why),
    }
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    typed: Typed,
    refused: Option<Error>,
) -> Result<Response> {
    let (here, visitor) = (console.clone(), visitor.clone());
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = blocking(move || looked(&here, &visitor, typed, refused.as_ref())).await?;
    Ok(draw(status, &page))
}

/// What came of a try that was taken back.
enum Tried {
    /// It would be done.
    Would(Box<SignedUp>),
    /// It is refused.
    Refused(Error),
}

fn looked(
    console: &Console,
    visitor: &Visitor,
    mut typed: Typed,
    refused: Option<&Error>,
) -> Result<Page> {
    let (words, language) = (visitor.words(), visitor.language);
    let actor = visitor.actor();
    let today = console.zone.day_of(actor.at);
    typed.or("from", || today.to_string());
    let mut wrong = Wrong::default();
    let (where_to, wanted, cycles) = console.db.read(|tx| {
        let where_to = where_to(tx, &typed)?;
        let asked = typed.is_there("name") && !where_to.fresh && !where_to.searched;
        let wanted = if asked { wanted(tx, &typed, words, &mut wrong)? } else { None };
        let mut cycles: Vec<i64> =
            store::window::all(tx)?.into_iter().map(|it| it.cycle.0).collect();
        cycles.sort_unstable();
        cycles.dedup();
        Ok((where_to, wanted, cycles))
    })?;
    let mut where_to = where_to;
    let (mut will, mut known) = (None, Vec::new());
    if let Some(wanted) = wanted.filter(|_| wrong.is_empty()) {
        match tried(console, actor, &wanted)? {
            Tried::Would(signed) => will = Some(would(&signed, refused, language)),
            Tried::Refused(why) => {
                let text = refusal::said(&why, &console.zone, language);
                wrong.say(field(&why, &wanted, &typed), text);
                if let Some(no) = why.downcast_ref::<Refused>() {
                    match no.as_a::<NotSignedUp>() {
                        Some(NotSignedUp::Known(them)) => {
                            known = them.iter().map(someone).collect()
                        }
                        Some(NotSignedUp::PremiseKnown { street, .. }) => {
                            where_to.find.clone_from(street);
                        }
                        _ => (),
                    }
                }
            }
        }
    }
    if let Some(why) = refused.filter(|it| wrong.is_empty() && !is_other_now(it)) {
        wrong.say("", refusal::said(why, &console.zone, language));
    }
    let on = typed.text("from").parse().unwrap_or(today);
    console.db.read(|tx| {
        let rows = match &where_to.chosen {
            Some(place) => {
                let there = begins(tx, place.id, on, where_to.fresh, &typed, words)?;
                there.into_iter().map(|it| at_point(it, &typed)).collect()
            }
            None => Vec::new(),
        };
        // Where nothing is known to be there, anything may come.
        let rows = if rows.is_empty() { anything(tx, on, &typed, words)? } else { rows };
        let person = match typed.text("person").parse().map(PersonId) {
            Ok(id) => Some(Someone {
                id,
                name: store::person::get(tx, id)?.name,
                number: String::new(),
                address: String::new(),
                owes: String::new(),
            }),
            Err(_) => None,
        };
        Ok(Page {
            head: Head::new(console, Some(visitor), language, words.move_new_customer),
            begins_on: typed.text("from").to_owned(),
            typed,
            wrong,
            person,
            known,
            cycles,
            where_to,
            rows,
            will,
        })
    })
}

/// Signs up and takes it back.
fn tried(console: &Console, actor: Actor, wanted: &Application) -> Result<Tried> {
    let mut signed = None;
    let back = console.db.write(|tx| -> Result<()> {
        signed = Some(apply(tx, actor, wanted)?);
        Err(refuse(OtherNow))
    });
    match (signed, back) {
        (Some(signed), _) => Ok(Tried::Would(Box::new(signed))),
        (None, Err(why)) if why.is::<Refused>() => Ok(Tried::Refused(why)),
        (None, Err(why)) => Err(why),
        (None, Ok(())) => unreachable!("what is written comes back as an error"),
    }
}

fn seen(signed: &SignedUp) -> String {
    let effects = &signed.made.effects;
    effects.iter().map(|it| it.sentence(Language::English)).collect::<Vec<_>>().join("\n")
}

fn would(signed: &SignedUp, refused: Option<&Error>, language: Language) -> Will {
    // The number is the next one; somebody else may take it before.
    let number = signed.account.number.to_string();
    Will {
        says: said(&signed.made.effects, language),
        told: signed
            .confirmation
            .replace(&number, "…")
            .lines()
            .map(|it| show::dated(it, language))
            .collect(),
        deposit: if Money::ZERO < signed.deposit {
            show::money(signed.deposit)
        } else {
            String::new()
        },
        seen: seen(signed),
        changed: refused.is_some_and(is_other_now),
    }
}

fn someone(it: &Known) -> Someone {
    Someone {
        id: it.person,
        name: it.name.clone(),
        number: it.number.to_string(),
        address: it.address.clone(),
        owes: if Money::ZERO < it.owes { show::money(it.owes) } else { String::new() },
    }
}

/// The field that a refusal is said beside.
fn field(why: &Error, wanted: &Application, typed: &Typed) -> String {
    let Some(refused) = why.downcast_ref::<Refused>() else { return String::new() };
    let of_tariff = |code: &str| {
        let keys = (0..).zip(&wanted.services).find(|it| it.1.tariff == code);
        keys.and_then(|(nth, _)| typed.nth("start", nth)).unwrap_or_default().to_owned()
    };
    match refused.as_a::<NotSignedUp>() {
        Some(NotSignedUp::Known(_) | NotSignedUp::NoReason) => return "despite".to_owned(),
        Some(NotSignedUp::PremiseKnown { .. }) => return "find".to_owned(),
        Some(NotSignedUp::NoMeter { tariff }) => return format!("meter-{}", of_tariff(tariff)),
        _ => (),
    }
    match refused.as_a::<NotTaken>() {
        Some(NotTaken::NoName) => return "name".to_owned(),
        Some(NotTaken::NotAContact { kind: ContactKind::Phone, .. }) => return "phone".to_owned(),
        Some(NotTaken::NotAContact { .. }) => return "email".to_owned(),
        _ => (),
    }
    match (refusal::about(why), &wanted.services[..]) {
        (About::Day, _) => "from".to_owned(),
        (About::Read, [_]) => format!("read-start-{}", typed.nth("start", 0).unwrap_or_default()),
        (About::Service, [_]) => format!("start-{}", typed.nth("start", 0).unwrap_or_default()),
        _ => String::new(),
    }
}

/// What the form asks for; what is missing or cannot be read is wrong.
fn wanted(
    tx: &mut Tx,
    typed: &Typed,
    words: &Words,
    wrong: &mut Wrong,
) -> Result<Option<Application>> {
    let text = |name: &str| typed.text(name).to_owned();
    let who = match typed.text("person").parse() {
        Ok(id) => Who::Known(PersonId(id)),
        Err(_) => Who::New {
            name: text("name"),
            kind: PersonKind::from_word(typed.text("kind")).unwrap_or(PersonKind::Individual),
            language: Language::from_word(typed.text("speaks")).unwrap_or_default(),
            phone: typed.some("phone").map(str::to_owned),
            email: typed.some("email").map(str::to_owned),
        },
    };
    if matches!(&who, Who::New { name, .. } if name.is_empty()) {
        wrong.say("name", words.apply_name_missing);
    }
    let known = typed.text("at").parse().ok().map(PremiseId);
    let at = match known {
        Some(id) => At::Known(id),
        None => {
            if typed.text("street").is_empty() || typed.text("town").is_empty() {
                wrong.say("street", words.apply_place_missing);
            }
            At::New { street: text("street"), town: text("town"), region: text("region") }
        }
    };
    let Ok(from) = typed.text("from").parse::<Date>() else {
        wrong.say("from", words.move_no_day);
        return Ok(None);
    };
    let there = match known {
        Some(id) => store::place::points_at(tx, id)?,
        None => Vec::new(),
    };
    let mut services = Vec::new();
    for key in typed.all("start") {
        let point = there.iter().find(|it| it.id.to_string() == key);
        let commodity = point.map(|it| it.commodity).or_else(|| Commodity::from_word(key));
        let Some(commodity) = commodity else { continue };
        let tariff = text(&format!("tariff-{key}"));
        if tariff.is_empty() {
            wrong.say(format!("tariff-{key}"), words.move_choose_tariff);
        }
        let hung = match point {
            Some(point) => super::moving::hangs(tx, point.id)?,
            None => String::new(),
        };
        let meter = match (typed.some(&format!("meter-{key}")), hung.is_empty()) {
            (Some(serial), true) => {
                let mut channels = channels(commodity, typed.text(&format!("counts-{key}")));
                multiply(&mut channels, key, typed, words, wrong);
                Metered::By { serial: serial.to_owned(), channels }
            }
            // By its number, so that of several points the one is meant where it hangs.
            (_, false) => Metered::By { serial: hung, channels: Vec::new() },
            (None, true) => Metered::AsItIs,
        };
        let read = read(typed, &format!("start-{key}"), words, wrong);
        services.push(Service { commodity, tariff, meter, read });
    }
    let despite = typed.some("despite").map(str::to_owned);
    Ok(Some(Application {
        who,
        screening: despite.map_or(Screening::Strict, Screening::Despite),
        class: CustomerClass::from_word(typed.text("class")).unwrap_or(CustomerClass::Residential),
        cycle: Cycle(typed.text("cycle").parse().unwrap_or(0)),
        credit: Credit::from_word(typed.text("credit")).unwrap_or(Credit::Unknown),
        at,
        mail_to: None,
        from,
        services,
    }))
}

/// Gives a new meter its multiplier. One that we have keeps its own.
fn multiply(
    channels: &mut [NewChannel],
    key: &str,
    typed: &Typed,
    words: &Words,
    wrong: &mut Wrong,
) {
    let field = format!("times-{key}");
    let Some(times) = typed.some(&field) else { return };
    match (scaled(times, 6).filter(|it| 0 < *it), channels) {
        (None, _) => wrong.say(field, words.fact_no_times),
        (Some(_), []) => wrong.say(field, words.apply_times_new),
        (Some(times), all) => all.iter_mut().for_each(|it| it.multiplier_micro = times),
    }
}

/// The channels of a new meter, by the word of what it counts; none for one that we have.
pub(crate) fn channels(commodity: Commodity, word: &str) -> Vec<NewChannel> {
    let dial = DIALS.iter().find(|it| it.0 == commodity && it.1 == word);
    let channel = |it: &(Commodity, &str, Counts, Unit)| NewChannel {
        form: it.2,
        unit: it.3,
        flow: Flow::Delivered,
        multiplier_micro: 1_000_000,
    };
    dial.map(channel).into_iter().collect()
}

fn at_point(it: Beginning, typed: &Typed) -> Row {
    let commodity = Commodity::ALL.iter().find(|commodity| show::colour(**commodity) == it.colour);
    let key = it.id.to_string();
    Row {
        colour: it.colour,
        service: it.service,
        meter: it.meter,
        serves: it.serves,
        chosen: it.chosen,
        tariffs: it.tariffs,
        read: it.read,
        estimate: it.estimate,
        serial: typed.text(&format!("meter-{key}")).to_owned(),
        times: typed.text(&format!("times-{key}")).to_owned(),
        counts: commodity
            .map_or_else(Vec::new, |it| dials(*it, typed.text(&format!("counts-{key}")))),
        key,
    }
}

fn anything(tx: &mut Tx, on: Date, typed: &Typed, words: &Words) -> Result<Vec<Row>> {
    let offered = offered(tx, on)?;
    let row = |&commodity: &Commodity| {
        let key = commodity.word().to_owned();
        let of = format!("start-{key}");
        Row {
            colour: show::colour(commodity),
            service: show::commodity(commodity, words),
            meter: String::new(),
            serves: String::new(),
            chosen: typed.has("start", &key),
            tariffs: choices(&offered, commodity, typed.some(&format!("tariff-{key}"))),
            read: typed.text(&format!("read-{of}")).to_owned(),
            estimate: typed.has("estimate", &of),
            serial: typed.text(&format!("meter-{key}")).to_owned(),
            counts: dials(commodity, typed.text(&format!("counts-{key}"))),
            times: typed.text(&format!("times-{key}")).to_owned(),
            key,
        }
    };
    let rows = Commodity::ALL.iter().map(row);
    Ok(rows.filter(|it| !it.tariffs.is_empty()).collect())
}

/// What a new meter of a commodity may count.
pub(crate) fn dials(commodity: Commodity, chosen: &str) -> Vec<Dial> {
    let dial = |it: &(Commodity, &'static str, Counts, Unit)| Dial {
        word: it.1,
        name: match it.2 {
            Counts::Register { digits } => format!("{} {}", "0".repeat(digits.into()), it.3),
            Counts::Interval { minutes } => format!("{minutes} min {}", it.3),
        },
        chosen: chosen == it.1,
    };
    DIALS.iter().filter(|it| it.0 == commodity).map(dial).collect()
}

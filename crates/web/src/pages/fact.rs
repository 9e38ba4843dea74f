//! A fact that bills were made of, told otherwise: which bills it reaches, line by line, and telling it with
//! their correction in one act.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::approval::Outcome;
use meterbook_app::fact::{self, Fact, NewTelling, Says, Times, Told};
use meterbook_app::refuse;
use meterbook_app::term::{self, Said as Saying};
use meterbook_core::bill::Bill;
use meterbook_core::bill::correct::Cause;
use meterbook_core::id::{AccountId, AgreementId, ServicePointId};
use meterbook_core::money::{Money, Price, Share, Unit};
use meterbook_core::permission::Permission;
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term};
use meterbook_core::text::scaled;
use meterbook_store::terms::About;
use meterbook_store::{self as store, Tx};

use super::correction::{Pair, named, pairs, said as cause_said, settled};
use super::order::Said;
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::evidence;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::show;
use crate::typed::Typed;
use crate::words::Words;

/// What may be told, as an address names it.
const KINDS: [&str; 11] = [
    "exempt",
    "no-exempt",
    "price",
    "no-price",
    "term",
    "no-term",
    "tariff",
    "start",
    "end",
    "goes-on",
    "multiplier",
];

#[derive(Template)]
#[template(path = "fact.html")]
struct Page {
    head: Head,
    account: String,
    /// The bill from which somebody came.
    bill: String,
    kind: &'static str,
    kinds: Vec<(&'static str, &'static str)>,
    /// Its agreements: number, what it is called, whether it is meant.
    agreements: Vec<(i64, String, bool)>,
    fields: Vec<Field>,
    causes: Vec<(&'static str, &'static str, bool)>,
    /// Where a version of its tariff is told otherwise, for those who may.
    version: Option<String>,
    /// Why it cannot be told so.
    refused: String,
    /// What would be told, and what is believed; empty before somebody looked.
    said: String,
    was: String,
    bills: Vec<Pair>,
    net: String,
    nets: String,
    settled: Vec<[String; 2]>,
    why: String,
    evidence: String,
    asked: Vec<(String, String)>,
}

/// What is to be typed of a fact.
struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
    is_day: bool,
    required: bool,
    /// What it may be, where that is known.
    known: Vec<String>,
}

/// What telling a fact would come to.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let done = form(&console, &visitor, number, Typed::new(fields), None).await;
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: String,
    typed: Typed,
    refused: Option<Error>,
) -> Result<Response> {
    let (here, who) = (console.clone(), visitor.clone());
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = blocking(move || looked(&here, &who, number, &typed, refused)).await?;
    Ok(draw(status, &page))
}

fn looked(
    console: &Console,
    visitor: &Visitor,
    number: String,
    typed: &Typed,
    mut refused: Option<Error>,
) -> Result<Page> {
    let (words, language, actor) = (visitor.words(), visitor.language, visitor.actor());
    let kind = KINDS.into_iter().find(|it| *it == typed.text("kind")).unwrap_or(KINDS[0]);
    let (bill, account) = console.db.read(|tx| named(tx, number.clone()))?;
    let mut told = None;
    if typed.has("look", "yes") {
        let seen = console.db.write(|tx| {
            let (meant, cause) = meant(tx, &bill, typed, words)?;
            fact::preview(tx, actor, &meant, cause)
        });
        match seen {
            Ok(it) => told = Some(it),
            Err(why) => drop(refused.get_or_insert(refusal::only(why)?)),
        }
    }
    let mut agreements: Vec<(i64, String, bool)> = Vec::new();
    for it in &bill.segments {
        if agreements.iter().all(|there| there.0 != it.agreement.0) {
            let called = format!("{} · {}", it.tariff, it.service_at);
            let chosen = typed.text("agreement").parse() == Ok(it.agreement.0);
            agreements.push((it.agreement.0, called, chosen));
        }
    }
    let of = bill.segments.iter().find(|it| typed.text("agreement").parse() == Ok(it.agreement.0));
    let tariff = of.or(bill.segments.first()).map_or("", |it| it.tariff.as_str());
    let known = match about(kind) {
        Some(about) => console.db.read(|tx| term::known(tx, tariff, about))?,
        None => Vec::new(),
    };
    let read_as = |text: &str| evidence::told(text, language);
    let all = |it: &Told| it.corrections.iter().flat_map(|it| pairs(it, visitor)).collect();
    let rules =
        |it: &Told| it.corrections.iter().flat_map(|it| settled(it, visitor.language)).collect();
    let cause = Cause::from_word(typed.text("cause"));
    let causes =
        Cause::SAID.iter().map(|it| (it.word(), cause_said(*it, words), Some(*it) == cause));
    let on = bill.period.start();
    let version = visitor
        .may(Permission::PublishTariff)
        .then(|| format!("/versions/new?tariff={tariff}&on={on}&bill={number}"));
    Ok(Page {
        head: Head::new(console, Some(visitor), language, words.fact_title),
        account: account.to_string(),
        bill: number,
        kind,
        kinds: KINDS.into_iter().map(|it| (it, called(it, words))).collect(),
        agreements,
        fields: fields(kind, typed, known, words),
        causes: causes.collect(),
        version,
        refused: refused.map_or_else(String::new, |it| refusal::said(&it, &console.zone, language)),
        said: told.as_ref().map_or_else(String::new, |it| read_as(&it.said)),
        was: told.as_ref().map_or_else(String::new, |it| read_as(&it.was)),
        net: told.as_ref().map_or_else(String::new, |it| show::change(it.net())),
        nets: told.as_ref().map_or_else(String::new, written),
        bills: told.as_ref().map_or_else(Vec::new, all),
        settled: told.as_ref().map_or_else(Vec::new, rules),
        why: typed.text("why").to_owned(),
        evidence: typed.text("evidence").to_owned(),
        asked: typed.others(&["secret", "nets", "why", "evidence"]),
    })
}

/// What may be told, as people say it.
fn called(kind: &str, words: &Words) -> &'static str {
    match kind {
        "exempt" => words.fact_exempt,
        "no-exempt" => words.fact_no_exempt,
        "price" => words.fact_price,
        "no-price" => words.fact_no_price,
        "term" => words.fact_term,
        "no-term" => words.fact_no_term,
        "tariff" => words.fact_tariff,
        "start" => words.fact_start,
        "end" => words.fact_end,
        "goes-on" => words.fact_goes_on,
        _ => words.fact_multiplier,
    }
}

/// What sort of thing an agreement says of itself is meant.
fn about(kind: &str) -> Option<About> {
    match kind {
        "exempt" | "no-exempt" => Some(About::Exemption),
        "price" | "no-price" => Some(About::Price),
        "term" | "no-term" => Some(About::Term),
        _ => None,
    }
}

/// What is to be typed of a kind.
fn fields(kind: &str, typed: &Typed, known: Vec<String>, words: &Words) -> Vec<Field> {
    let text = |name, label, required| Field {
        name,
        label,
        value: typed.text(name).to_owned(),
        is_day: false,
        required,
        known: Vec::new(),
    };
    let day = |name, label, required| Field { is_day: true, ..text(name, label, required) };
    let name = match about(kind) {
        Some(About::Exemption) => words.fact_tax,
        Some(About::Price) => words.fact_charge,
        _ => words.fact_name,
    };
    let name = Field { known, ..text("name", name, true) };
    let days = || [day("from", words.fact_from, true), day("to", words.fact_to, false)];
    match kind {
        "exempt" => {
            let mut share = text("share", words.fact_share, true);
            if share.value.is_empty() {
                share.value = "100%".to_owned();
            }
            let certificate = text("certificate", words.fact_certificate, true);
            [name, certificate, share].into_iter().chain(days()).collect()
        }
        "no-exempt" | "no-price" | "no-term" => [name].into_iter().chain(days()).collect(),
        "price" => {
            [name, text("value", words.fact_price_is, true)].into_iter().chain(days()).collect()
        }
        "term" => [name, text("value", words.fact_value, true)].into_iter().chain(days()).collect(),
        "tariff" => {
            vec![text("name", words.fact_code, true), day("from", words.fact_from, true)]
        }
        "start" => vec![day("from", words.fact_start, true)],
        "end" => vec![day("from", words.fact_end, true)],
        "goes-on" => Vec::new(),
        _ => vec![
            text("value", words.fact_times, true),
            day("from", words.fact_since, false),
            text("reads", words.fact_reads, false),
        ],
    }
}

/// The fact that is meant, and why bills were wrong by it; refuses what cannot be read, and an agreement
/// that is not on the bill.
fn meant(tx: &mut Tx, bill: &Bill, typed: &Typed, words: &Words) -> Result<(Fact, Cause)> {
    let agreement = AgreementId(typed.text("agreement").parse().map_err(|_| NotThere)?);
    if !bill.segments.iter().any(|it| it.agreement == agreement) {
        return Err(NotThere.into());
    }
    let no = |field: &'static str, text: String| refuse(Said { field, text });
    let day = |field: &'static str| -> Result<Option<Date>> {
        let text = typed.some(field);
        text.map(|it| it.parse().map_err(|_| no(field, words.move_no_day.to_owned()))).transpose()
    };
    let from = || day("from")?.ok_or_else(|| no("from", words.move_no_day.to_owned()));
    let name = || {
        typed
            .some("name")
            .map(str::to_owned)
            .ok_or_else(|| no("name", words.fact_no_name.to_owned()))
    };
    let kind = typed.text("kind");
    let said = |it| Fact::Term { agreement, says: Says::That(it) };
    let fact = match kind {
        "exempt" => {
            let certificate = typed.text("certificate").to_owned();
            let share = Share::parse(typed.text("share")).map_err(|why| no("share", why))?;
            let (label, from, to) = (name()?, from()?, day("to")?);
            said(Saying::Exemption(Exemption { label, share, certificate, from, to }))
        }
        "price" => {
            let nano =
                Price::parse(typed.text("value"), Unit::Bill).map_err(|why| no("value", why))?.nano;
            let (label, from, to) = (name()?, from()?, day("to")?);
            said(Saying::Price(SpecialPrice { label, nano, from, to }))
        }
        "term" => {
            let value = typed.text("value").to_owned();
            let (name, from, to) = (name()?, from()?, day("to")?);
            said(Saying::Term(Term { name, value, from, to }))
        }
        "tariff" => Fact::Tariff { agreement, code: name()?, from: from()? },
        "start" => Fact::Start { agreement, on: from()? },
        "end" => Fact::End { agreement, on: Some(from()?) },
        "goes-on" => Fact::End { agreement, on: None },
        "multiplier" => {
            let point = store::agreement::get(tx, agreement)?.service_point;
            Fact::Multiplier(times(point, typed, day("from")?, words)?)
        }
        _ => match about(kind) {
            Some(about) => {
                let (name, from, to) = (name()?, from()?, day("to")?);
                Fact::Term { agreement, says: Says::Nothing { about, name, from, to } }
            }
            None => return Err(NotThere.into()),
        },
    };
    let cause = Cause::from_word(typed.text("cause")).unwrap_or_else(|| fact.cause());
    Ok((fact, cause))
}

/// Another multiplier of the meter where an agreement is served.
fn times(point: ServicePointId, typed: &Typed, from: Option<Date>, words: &Words) -> Result<Times> {
    let no = |field: &'static str, text: &str| refuse(Said { field, text: text.to_owned() });
    let times = scaled(typed.text("value"), 6);
    let multiplier_micro = times.ok_or_else(|| no("value", words.fact_no_times))?;
    let reads = typed.text("reads").split([' ', ',', ';']).filter(|it| !it.is_empty());
    let reads: Option<Vec<i64>> = reads.map(|it| scaled(it, 6)).collect();
    let reads = reads.ok_or_else(|| no("reads", words.fact_no_reads))?;
    let since = match (from, reads.is_empty()) {
        (Some(on), false) => Some((on, reads)),
        (None, true) => None,
        _ => return Err(no("reads", words.fact_both)),
    };
    Ok(Times { point, multiplier_micro, since })
}

/// What the bills of each account come to, as the form keeps it.
fn written(it: &Told) -> String {
    let one = |it: &meterbook_core::bill::correct::Correction| (it.account, it.charged());
    write(it.corrections.iter().map(one))
}

/// What each account would be charged, as a form keeps it.
pub(super) fn write(nets: impl Iterator<Item = (AccountId, Money)>) -> String {
    nets.map(|it| format!("{}={}", it.0, it.1.cents())).collect::<Vec<_>>().join(",")
}

/// What [`write`] wrote.
pub(super) fn read(nets: &str) -> Option<Vec<(AccountId, Money)>> {
    let one = |it: &str| {
        let (account, cents) = it.split_once('=')?;
        Some((AccountId(account.parse().ok()?), Money::from_cents(cents.parse().ok()?)))
    };
    nets.split(',').filter(|it| !it.is_empty()).map(one).collect()
}

/// Tells it and corrects the bills, or asks for a second person. What is refused is said beside the form,
/// with what was typed.
pub(crate) async fn tell(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let same = guard::same_session(&visitor, typed.text("secret"));
    let (here, who, sent, of) = (console.clone(), visitor.clone(), typed.clone(), number.clone());
    let told = blocking(move || {
        same?;
        here.db.write(|tx| {
            let (bill, account) = named(tx, of)?;
            let (meant, cause) = meant(tx, &bill, &sent, who.words())?;
            let nets = read(sent.text("nets")).ok_or(NotThere)?;
            let new = NewTelling::new(meant, cause, sent.text("evidence"), nets);
            Ok((account, fact::tell(tx, who.actor(), new, sent.text("why"))?))
        })
    })
    .await;
    let done = match told {
        Ok((account, Outcome::Done)) => {
            Ok(Redirect::to(&format!("/accounts/{account}?done=told")).into_response())
        }
        Ok((_, Outcome::Waits(_))) => Ok(Redirect::to("/approvals").into_response()),
        Err(why) => match refusal::only(why) {
            Ok(why) => form(&console, &visitor, number, typed, Some(why)).await,
            Err(why) => Err(why),
        },
    };
    answer(&console, &visitor, done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_comes_back_as_it_went() {
        let nets = [(AccountId(7), Money::from_cents(-120)), (AccountId(9), Money::ZERO)];
        let text = write(nets.into_iter());
        assert_eq!((text.as_str(), read(&text)), ("7=-120,9=0", Some(nets.to_vec())));
        assert_eq!((read(""), read("7")), (Some(Vec::new()), None));
    }
}

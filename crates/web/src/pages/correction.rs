//! Bills that were wrong: what correcting them would come to, line by line, doing it, and looking at it
//! afterwards.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::Refused;
use meterbook_app::approval::{Asked as Wanted, Outcome, do_or_ask};
use meterbook_app::bill_run::correct::{self, NewCorrection};
use meterbook_core::bill::correct::{Beside, Cause, Correction, beside, only_reads};
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::id::{AccountNumber, CorrectionId};
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_store as store;
use serde::Deserialize;

use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::show;
use crate::words::{Words, words};

#[derive(Template)]
#[template(path = "correction.html")]
struct Page {
    head: Head,
    title: String,
    account: String,
    /// The bill from which somebody came; empty for a correction that is made.
    bill: String,
    from: String,
    causes: Vec<(&'static str, &'static str, bool)>,
    cause: &'static str,
    why: String,
    /// Why there is nothing to correct.
    refused: String,
    bills: Vec<Pair>,
    net: String,
    net_cents: i64,
    /// What the rules make of it.
    settled: Vec<[String; 2]>,
}

/// A bill and the one in its place.
pub(super) struct Pair {
    pub(super) number: String,
    pub(super) made: String,
    pub(super) period: String,
    pub(super) was: String,
    pub(super) now: String,
    pub(super) change: String,
    pub(super) lines: Vec<[String; 4]>,
    /// That nothing but its reads changes; empty where more does.
    pub(super) only: &'static str,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    cause: String,
}

#[derive(Deserialize)]
pub(crate) struct Decided {
    secret: String,
    from: String,
    cause: String,
    net: i64,
    #[serde(default)]
    why: String,
}

/// What correcting the bills of an account from this one on would come to.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = preview(&console, &visitor, number, asked).await;
    answer(&console, &visitor, done)
}

async fn preview(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: String,
    asked: Asked,
) -> Result<Response> {
    let (here, actor, wanted) = (console.clone(), visitor.actor(), number.clone());
    let cause = Cause::from_word(&asked.cause).unwrap_or(Cause::Read);
    let (bill, account, from, seen) = blocking(move || {
        let (bill, account) = here.db.read(|tx| named(tx, wanted))?;
        // What is no day is as good as none: the form asks for one.
        let from = asked.from.parse().unwrap_or(bill.period.start());
        let seen = here.db.write(|tx| correct::preview(tx, actor, bill.account, from, cause));
        match seen {
            Ok(it) => Ok((bill, account, from, Ok(it))),
            Err(why) => Ok((bill, account, from, Err(why.downcast::<Refused>()?))),
        }
    })
    .await?;
    let words = visitor.words();
    let (bills, net, charged, refused) = match &seen {
        Ok(it) => (pairs(it, visitor), it.net, it.charged(), String::new()),
        Err(why) => {
            let why = crate::evidence::refused(&why.to_string(), visitor.language);
            (Vec::new(), Money::ZERO, Money::ZERO, why)
        }
    };
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.correct_title),
        title: format!("{} {}", words.correct_title, bill.number.0),
        account: account.to_string(),
        bill: number,
        from: from.to_string(),
        causes: Cause::SAID.iter().map(|it| (it.word(), said(*it, words), *it == cause)).collect(),
        cause: cause.word(),
        why: String::new(),
        refused,
        bills,
        net: show::change(net),
        net_cents: charged.cents(),
        settled: seen.as_ref().map_or_else(|_| Vec::new(), |it| settled(it, visitor.language)),
    };
    Ok(draw(StatusCode::OK, &page))
}

pub(super) fn named(tx: &mut store::Tx, number: String) -> Result<(Bill, AccountNumber)> {
    let id = store::bill::by_number(tx, &BillNumber(number))?.ok_or(NotThere)?;
    let bill = store::bill::get(tx, id)?;
    let account = store::account::get(tx, bill.account)?.number;
    Ok((bill, account))
}

/// Corrects them, or asks for a second person.
pub(crate) async fn correct(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(decided): Form<Decided>,
) -> Response {
    let same = guard::same_session(&visitor, &decided.secret);
    let (here, actor, wanted) = (console.clone(), visitor.actor(), number.clone());
    let done = blocking(move || {
        same?;
        here.db.write(|tx| {
            let (bill, account) = named(tx, wanted)?;
            let cause = Cause::from_word(&decided.cause).ok_or(NotThere)?;
            let from: Date = decided.from.parse().map_err(|_| NotThere)?;
            let net = Money::from_cents(decided.net);
            let new = NewCorrection { account: bill.account, from, cause, net };
            Ok((account, do_or_ask(tx, actor, &Wanted::Correct(new), &decided.why)?))
        })
    })
    .await;
    let done = done.map(|(account, outcome)| {
        let to = match outcome {
            Outcome::Done => format!("/accounts/{account}"),
            Outcome::Waits(_) => "/approvals".to_owned(),
        };
        Redirect::to(&to).into_response()
    });
    answer(&console, &visitor, done)
}

/// A correction that was made.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
) -> Response {
    let here = console.clone();
    let found = blocking(move || {
        here.db.read(|tx| {
            let it = store::correction::get(tx, CorrectionId(id))?;
            let account = store::account::get(tx, it.account)?.number;
            Ok((it, account))
        })
    })
    .await;
    let words = visitor.words();
    let done = found.map(|(it, account)| {
        let page = Page {
            head: Head::new(&console, Some(&visitor), visitor.language, words.correction),
            title: format!("{} {id}, {}", words.correction, show::day(it.on, visitor.language)),
            account: account.to_string(),
            bill: String::new(),
            from: String::new(),
            causes: Vec::new(),
            cause: said(it.cause, words),
            refused: String::new(),
            bills: pairs(&it, &visitor),
            net: show::change(it.net),
            net_cents: it.charged().cents(),
            settled: settled(&it, visitor.language),
            why: it.why,
        };
        draw(StatusCode::OK, &page)
    });
    answer(&console, &visitor, done)
}

/// What the rules make of a correction, as label and amount.
pub(super) fn settled(it: &Correction, language: Language) -> Vec<[String; 2]> {
    let (words, of) = (words(language), &it.settled);
    let mut rows = Vec::new();
    if of.waived < Money::ZERO {
        rows.push([words.correct_never_charged.to_owned(), show::change(-of.waived)]);
    }
    if Money::ZERO < of.waived {
        let reach = of.reach.map_or_else(String::new, |it| show::day(it, language));
        rows.push([format!("{} {reach}", words.correct_waived), show::change(-of.waived)]);
    }
    if of.interest != Money::ZERO {
        rows.push([words.correct_interest.to_owned(), show::change(-of.interest)]);
    }
    let parts = of.parts(it.net);
    if let Some(first) = parts.first() {
        let said = format!("{} {}", parts.len(), words.correct_parts);
        rows.push([said, show::money(*first)]);
    }
    rows
}

pub(super) fn pairs(it: &Correction, visitor: &Visitor) -> Vec<Pair> {
    let language = visitor.language;
    let pair = |(old, new): &(Bill, Option<Bill>)| {
        let now = new.as_ref().map_or(Money::ZERO, |it| it.total);
        let amount = |it: Option<Money>| it.map_or_else(|| "–".to_owned(), show::money);
        let line = |it: Beside| {
            let more = it.now.unwrap_or(Money::ZERO) - it.was.unwrap_or(Money::ZERO);
            let more = if more == Money::ZERO { String::new() } else { show::change(more) };
            [format!("{} · {}", it.tariff, it.label), amount(it.was), amount(it.now), more]
        };
        Pair {
            number: old.number.0.clone(),
            made: new.as_ref().map_or_else(String::new, |it| it.number.0.clone()),
            period: show::period(old.days(), language),
            was: show::money(old.total),
            now: show::money(now),
            change: show::change(now - old.total),
            lines: beside(old, new.as_ref(), language).into_iter().map(line).collect(),
            only: match new {
                Some(new) if only_reads(old, new) => visitor.words().correct_only_reads,
                _ => "",
            },
        }
    };
    it.bills.iter().map(pair).collect()
}

/// Why bills were wrong, as people say it.
pub(super) fn said(cause: Cause, words: &Words) -> &'static str {
    match cause {
        Cause::Read => words.cause_read,
        Cause::Meter => words.cause_meter,
        Cause::Tariff => words.cause_tariff,
        Cause::Service => words.cause_service,
        Cause::Tampering => words.cause_tampering,
        Cause::Other => words.cause_other,
        Cause::Run => words.cause_run,
    }
}

#[cfg(test)]
mod tests {
    use meterbook_core::bill::settle::Settled;
    use meterbook_core::paper::sample;

    use super::*;

    #[test]
    fn what_was_never_charged_is_said_apart_from_what_is_too_long_ago() {
        for (language, never, ago) in [
            (
                Language::English,
                "Never charged by an earlier correction",
                "Not charged, before Feb 10, 2026",
            ),
            (
                Language::Spanish,
                "Nunca cobrado por una corrección anterior",
                "No se cobra, antes del 10 feb 2026",
            ),
        ] {
            let mut it = sample::note(language, 1_000).correction;
            let reach = Some(Date::constant(2026, 2, 10));
            let mut said = |cents| {
                let waived = Money::from_cents(cents);
                it.settled = Settled {
                    waived,
                    interest: Money::ZERO,
                    instalments: 1,
                    reach,
                    ..Settled::default()
                };
                settled(&it, language)
            };
            assert_eq!(said(-12_00), [[never.to_owned(), "+$12.00".to_owned()]]);
            assert_eq!(said(12_00), [[ago.to_owned(), "−$12.00".to_owned()]]);
            assert!(said(0).is_empty());
        }
    }
}

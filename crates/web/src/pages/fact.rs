//! A fact that bills were made of, told otherwise: which bills it reaches, line by line, and telling it with
//! their correction in one act.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::Refused;
use meterbook_app::approval::Outcome;
use meterbook_app::fact::{self, Fact, NewTelling, Says, Told};
use meterbook_app::term::Said;
use meterbook_core::bill::Bill;
use meterbook_core::id::{AccountId, AgreementId};
use meterbook_core::money::{Money, Share};
use meterbook_core::rating::terms::Exemption;
use meterbook_store::terms::About;
use serde::Deserialize;

use super::correction::{Pair, named, pairs, settled};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::show;

#[derive(Template)]
#[template(path = "fact.html")]
struct Page {
    head: Head,
    account: String,
    /// The bill from which somebody came.
    bill: String,
    /// Its agreements: number, what it is called, whether it is meant.
    agreements: Vec<(i64, String, bool)>,
    kinds: Vec<(&'static str, &'static str, bool)>,
    asked: Asked,
    /// Why it cannot be told so.
    refused: String,
    /// What would be told, and what is believed; empty before somebody looked.
    said: String,
    was: String,
    bills: Vec<Pair>,
    net: String,
    nets: String,
    settled: Vec<[String; 2]>,
}

/// What somebody types of a fact.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    agreement: i64,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// The same, and that it is to be told.
#[derive(Deserialize)]
pub(crate) struct Decided {
    secret: String,
    agreement: i64,
    kind: String,
    name: String,
    certificate: String,
    from: String,
    to: String,
    /// What the bills of each account came to when somebody looked.
    nets: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    evidence: String,
}

impl Asked {
    /// The fact that is meant; `None` while something of it is not said.
    fn fact(&self) -> Option<Fact> {
        let agreement = AgreementId(self.agreement);
        let from = || self.from.parse::<Date>().ok();
        let to = self.to.parse::<Date>().ok();
        let name = Some(self.name.trim()).filter(|it| !it.is_empty()).map(str::to_owned);
        Some(match self.kind.as_str() {
            "exempt" => {
                let certificate = self.certificate.trim().to_owned();
                let (label, share, from) = (name?, Share { nano: 1_000_000_000 }, from()?);
                let said = Exemption { label, share, certificate, from, to };
                Fact::Term { agreement, says: Says::That(Said::Exemption(said)) }
            }
            "none" => {
                let (about, name, from) = (About::Exemption, name?, from()?);
                Fact::Term { agreement, says: Says::Nothing { about, name, from, to } }
            }
            "tariff" => Fact::Tariff { agreement, code: name?, from: from()? },
            "start" => Fact::Start { agreement, on: from()? },
            "end" => Fact::End { agreement, on: Some(from()?) },
            _ => return None,
        })
    }
}

/// What telling a fact would come to.
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
    let meant = asked.fact();
    let (bill, account, seen) = blocking(move || {
        let (bill, account) = here.db.read(|tx| named(tx, wanted))?;
        let Some(meant) = meant else { return Ok((bill, account, None)) };
        theirs(&bill, &meant)?;
        let cause = meant.cause();
        Ok(match here.db.write(|tx| fact::preview(tx, actor, &meant, cause)) {
            Ok(it) => (bill, account, Some(Ok(it))),
            Err(why) => (bill, account, Some(Err(why.downcast::<Refused>()?))),
        })
    })
    .await?;
    let words = visitor.words();
    let (told, refused) = match seen {
        None => (None, String::new()),
        Some(Ok(it)) => (Some(it), String::new()),
        Some(Err(why)) => (None, crate::evidence::refused(&why.to_string(), visitor.language)),
    };
    let kinds = [
        ("exempt", words.fact_exempt),
        ("none", words.fact_none),
        ("tariff", words.fact_tariff),
        ("start", words.fact_start),
        ("end", words.fact_end),
    ];
    let mut agreements: Vec<(i64, String, bool)> = Vec::new();
    for it in &bill.segments {
        if agreements.iter().all(|there| there.0 != it.agreement.0) {
            let called = format!("{} · {}", it.tariff, it.service_at);
            agreements.push((it.agreement.0, called, it.agreement.0 == asked.agreement));
        }
    }
    let read_as = |text: &str| crate::evidence::told(text, visitor.language);
    let all = |it: &Told| it.corrections.iter().flat_map(|it| pairs(it, visitor)).collect();
    let rules = |it: &Told| it.corrections.iter().flat_map(|it| settled(it, visitor)).collect();
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.fact_title),
        account: account.to_string(),
        bill: number,
        agreements,
        kinds: kinds.into_iter().map(|(kind, it)| (kind, it, kind == asked.kind)).collect(),
        asked,
        refused,
        said: told.as_ref().map_or_else(String::new, |it| read_as(&it.said)),
        was: told.as_ref().map_or_else(String::new, |it| read_as(&it.was)),
        net: told.as_ref().map_or_else(String::new, |it| show::change(it.net())),
        nets: told.as_ref().map_or_else(String::new, written),
        bills: told.as_ref().map_or_else(Vec::new, all),
        settled: told.as_ref().map_or_else(Vec::new, rules),
    };
    Ok(draw(StatusCode::OK, &page))
}

/// Refuses an agreement that is not on the bill: somebody typed another number.
fn theirs(bill: &Bill, fact: &Fact) -> Result<()> {
    let agreement = match fact {
        Fact::Term { agreement, .. }
        | Fact::Tariff { agreement, .. }
        | Fact::Start { agreement, .. }
        | Fact::End { agreement, .. } => *agreement,
        Fact::Multiplier(_) => return Err(NotThere.into()),
    };
    match bill.segments.iter().any(|it| it.agreement == agreement) {
        true => Ok(()),
        false => Err(NotThere.into()),
    }
}

/// What the bills of each account come to, as the form keeps it.
fn written(it: &Told) -> String {
    let one = |it: &meterbook_core::bill::correct::Correction| {
        format!("{}={}", it.account, it.charged().cents())
    };
    it.corrections.iter().map(one).collect::<Vec<_>>().join(",")
}

/// What [`written`] wrote.
fn read(nets: &str) -> Option<Vec<(AccountId, Money)>> {
    let one = |it: &str| {
        let (account, cents) = it.split_once('=')?;
        Some((AccountId(account.parse().ok()?), Money::from_cents(cents.parse().ok()?)))
    };
    nets.split(',').filter(|it| !it.is_empty()).map(one).collect()
}

/// Tells it and corrects the bills, or asks for a second person.
pub(crate) async fn tell(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(decided): Form<Decided>,
) -> Response {
    let same = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        same?;
        let Decided { agreement, kind, name, certificate, from, to, nets, why, evidence, .. } =
            decided;
        let meant = Asked { agreement, kind, name, certificate, from, to }.fact();
        let meant = meant.ok_or(NotThere)?;
        here.db.write(|tx| {
            let (bill, account) = named(tx, number.clone())?;
            theirs(&bill, &meant)?;
            let (cause, nets) = (meant.cause(), read(&nets).ok_or(NotThere)?);
            let new = NewTelling::new(meant.clone(), cause, &evidence, nets);
            Ok((account, fact::tell(tx, actor, new, &why)?))
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

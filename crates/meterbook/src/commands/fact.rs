//! `fact`: what posted bills were made of, told otherwise.

use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::approval::Outcome;
use meterbook_app::bill_run::correct::{Many, Reached};
use meterbook_app::fact::version::{self, Because, Retold, Version};
use meterbook_app::fact::{Fact, Says, Times, Told, preview, tell};
use meterbook_core::bill::Bill;
use meterbook_core::bill::correct::{Cause, Correction, beside};
use meterbook_core::id::{AgreementId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::text::counted;
use meterbook_store::terms::About;
use meterbook_store::{self as store, Db};
use serde_json::{Value, json};

use super::{correct, term};
use crate::args::fact::{AboutArg, FactCommand, How};
use crate::args::{OfAgreement, Place};
use crate::say;

pub(crate) fn fact(place: &Place, command: &FactCommand) -> Result<()> {
    let of_agreement = |of: &OfAgreement, fact: &dyn Fn(AgreementId) -> Fact, how: &How| {
        let db = super::open(place)?;
        told(&db, fact(term::agreement(&db, of)?), how)
    };
    let says = |of: &OfAgreement, says: Says, how: &How| {
        of_agreement(of, &|agreement| Fact::Term { agreement, says: says.clone() }, how)
    };
    match command {
        FactCommand::Term { it, how } => says(&it.of, Says::That(term::term_of(it)), how),
        FactCommand::Price { it, how } => says(&it.of, Says::That(term::price_of(it)?), how),
        FactCommand::Exempt { it, how } => says(&it.of, Says::That(term::exemption_of(it)?), how),
        FactCommand::None { of, about, name, days, how } => {
            let about = match about {
                AboutArg::Term => About::Term,
                AboutArg::Price => About::Price,
                AboutArg::Exemption => About::Exemption,
            };
            let (name, from, to) = (name.clone(), days.from, days.to);
            says(of, Says::Nothing { about, name, from, to }, how)
        }
        FactCommand::Tariff { of, code, from, how } => {
            let (code, from) = (code.clone(), *from);
            of_agreement(of, &|it| Fact::Tariff { agreement: it, code: code.clone(), from }, how)
        }
        FactCommand::Start { of, on, how } => {
            of_agreement(of, &|agreement| Fact::Start { agreement, on: *on }, how)
        }
        FactCommand::End { of, on, how } => {
            of_agreement(of, &|agreement| Fact::End { agreement, on: *on }, how)
        }
        FactCommand::Multiplier { point, times, from, read, how } => {
            let multiplier_micro = super::meter::times(times)?;
            let since = from.map(|on| anyhow::Ok((on, super::meter::indexes(read)?)));
            let (point, since) = (ServicePointId(*point), since.transpose()?);
            let it = Times { point, multiplier_micro, since };
            told(&super::open(place)?, Fact::Multiplier(it), how)
        }
        FactCommand::Version { file, how } => version(place, file, how),
        FactCommand::List { most, json } => list(place, *most, *json),
    }
}

/// Says what it would come to, and tells it where somebody says why.
fn told(db: &Db, fact: Fact, how: &How) -> Result<()> {
    let cause = how.cause.as_deref().map_or(Ok(fact.cause()), correct::cause)?;
    let seen = db.write(|tx| preview(tx, super::actor(), &fact, cause))?;
    if !how.json {
        print(db, &seen)?;
    }
    let outcome = match &how.why {
        None => None,
        Some(why) => {
            let evidence = how.evidence.as_deref().unwrap_or_default();
            let new = seen.wanted(fact, cause, evidence);
            Some(db.write(|tx| tell(tx, super::actor(), new, why))?)
        }
    };
    match outcome {
        _ if how.json => say::line(as_json(db, &seen, outcome)?),
        None => say::line("nothing is kept; say --why and --evidence to tell it and correct them"),
        Some(outcome) if seen.corrections.is_empty() => super::outcome("told", outcome),
        Some(outcome) => super::outcome("told, and corrected", outcome),
    }
    Ok(())
}

/// The same of a version of a tariff, whose bills may be those of many accounts.
fn version(place: &Place, file: &Path, how: &How) -> Result<()> {
    let db = super::open(place)?;
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let cause = how.cause.as_deref().map_or(Ok(Cause::Tariff), correct::cause)?;
    let version = Version { text: &text, cause };
    let mut bar = say::Bar::new();
    let mut watch = |done, all| bar.show("looked at", done, all);
    let seen = version::preview(&db, super::actor(), version, &mut watch)?;
    bar.end();
    let it = match &how.why {
        None => seen,
        Some(why) => {
            let evidence = how.evidence.as_deref().unwrap_or_default();
            let because = Because { why, evidence, seen: &seen.many.charged };
            let mut watch = |done, all| bar.show("corrected", done, all);
            let told = version::tell(&db, super::actor(), version, because, &mut watch)?;
            let many = Many { reached: seen.many.reached, ..told.many };
            Retold { many, ..told }
        }
    };
    drop(bar);
    if how.json {
        say::line(version_json(&db, &it, how.why.is_some())?);
        return Ok(());
    }
    say::line(format_args!("{}; before: {}", it.said, it.was));
    for reached in &it.many.reached {
        let number = db.read(|tx| store::account::get(tx, reached.account))?.number;
        let Reached { bill, was, now, .. } = reached;
        let more = *now - *was;
        say::line(format_args!("{} of {number}: {was} before, {now} now, {more}", bill.0));
    }
    match it.left {
        true => say::line(
            "told; somebody who may correct bills does: meterbook bill correct --tariff CODE",
        ),
        false => correct::print_many(&db, &it.many, how.why.is_some())?,
    }
    Ok(())
}

fn version_json(db: &Db, it: &Retold, told: bool) -> Result<Value> {
    let mut bills = Vec::new();
    for reached in &it.many.reached {
        let number = db.read(|tx| store::account::get(tx, reached.account))?.number;
        bills.push(json!({
            "account": number.to_string(),
            "number": reached.bill.0,
            "before_cents": reached.was.cents(),
            "after_cents": reached.now.cents(),
        }));
    }
    Ok(json!({
        "said": it.said,
        "before": it.was,
        "bills": bills,
        "accounts": it.many.accounts,
        "count": it.many.bills,
        "more_cents": it.many.more.cents(),
        "less_cents": it.many.less.cents(),
        "waits": it.many.waits,
        "failures": it.many.failures,
        "state": if told { "told" } else { "seen" },
    }))
}

fn print(db: &Db, seen: &Told) -> Result<()> {
    say::line(format_args!("{}; before: {}", seen.said, seen.was));
    for it in &seen.corrections {
        let number = db.read(|tx| store::account::get(tx, it.account))?.number;
        say::line(format_args!("account {number}"));
        correct::print(it);
    }
    for (account, why) in &seen.too_small {
        let number = db.read(|tx| store::account::get(tx, *account))?.number;
        say::line(format_args!("account {number}: {why}"));
    }
    let bills = seen.corrections.iter().map(|it| it.bills.len()).sum();
    match bills {
        0 if seen.too_small.is_empty() => say::line("no bill reads otherwise by it"),
        0 => say::line("no bill is corrected by it"),
        _ => say::line(format_args!("reaches {}: {}", counted(bills, "bill"), seen.net())),
    }
    Ok(())
}

fn as_json(db: &Db, seen: &Told, outcome: Option<Outcome>) -> Result<Value> {
    let mut accounts = Vec::new();
    for it in &seen.corrections {
        let number = db.read(|tx| store::account::get(tx, it.account))?.number;
        accounts.push(account_json(&number.to_string(), it));
    }
    let (state, approval) = match outcome {
        None => ("seen", None),
        Some(Outcome::Done) => ("told", None),
        Some(Outcome::Waits(id)) => ("waits", Some(id.0)),
    };
    Ok(json!({
        "said": seen.said,
        "before": seen.was,
        "accounts": accounts,
        "net_cents": seen.net().cents(),
        "state": state,
        "approval": approval,
    }))
}

fn account_json(number: &str, it: &Correction) -> Value {
    let bill = |(old, new): &(Bill, Option<Bill>)| {
        let cents = |it: Option<Money>| it.map(Money::cents);
        let lines = beside(old, new.as_ref(), Language::English).into_iter().map(|it| {
            json!({
                "tariff": it.tariff,
                "label": it.label,
                "before_cents": cents(it.was),
                "after_cents": cents(it.now),
            })
        });
        json!({
            "number": old.number.0,
            "from": old.period.start().to_string(),
            "to": old.period.end().to_string(),
            "before_cents": old.total.cents(),
            "after_cents": new.as_ref().map(|it| it.total.cents()),
            "lines": lines.collect::<Vec<_>>(),
        })
    };
    json!({
        "account": number,
        "bills": it.bills.iter().map(bill).collect::<Vec<_>>(),
        "waived_cents": it.settled.waived.cents(),
        "interest_cents": it.settled.interest.cents(),
        "net_cents": it.net.cents(),
    })
}

fn list(place: &Place, most: i64, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let zone = super::own_zone(&db)?;
    let all = db.read(|tx| store::telling::newest(tx, most))?;
    if as_json {
        let all = all.iter().map(|it| {
            json!({
                "id": it.id.0,
                "on": zone.day_of(it.at).to_string(),
                "said": it.said,
                "before": it.was,
                "why": it.why,
                "evidence": it.evidence,
            })
        });
        say::line(json!(all.collect::<Vec<_>>()));
        return Ok(());
    }
    for it in all {
        let on = zone.day_of(it.at);
        say::line(format_args!("{} of {on}: {}", it.id, it.said));
        say::line(format_args!("  before: {}; {} ({})", it.was, it.why, it.evidence));
    }
    Ok(())
}

//! `deposit`: security of single accounts, and `credit rules`, by which it is asked for.

use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::deposit::{self, Given, NewDeposit, Secured};
use meterbook_app::{credit_rules, write_off};
use meterbook_core::charge::Charge;
use meterbook_core::credit::Noun;
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_store::{self as store, Tx};
use serde_json::{Value, json};

use crate::args::Place;
use crate::args::credit::{Because, DepositCommand, Printed, Shown};
use crate::say;

pub(crate) fn rules(
    place: &Place,
    noun: &str,
    file: Option<&Path>,
    from: Option<Date>,
) -> Result<()> {
    let known: Vec<&str> = Noun::ALL.iter().map(|it| it.word()).collect();
    let noun = super::word(noun, Noun::from_word, &known.join(", "))?;
    let read = |tx: &mut Tx, on| credit_rules::text_on(tx, noun, on);
    let say =
        |tx: &mut Tx, from, text: &str| credit_rules::say(tx, super::actor(), noun, from, text);
    super::dated_text(place, (file, from), ("rules", "nothing is said"), read, say)
}

pub(crate) fn deposit(place: &Place, command: &DepositCommand) -> Result<()> {
    let by = super::actor();
    match command {
        DepositCommand::Ask { of, credit, amount, parts, why } => {
            let credit = super::word(credit, Credit::from_word, "unknown, good, fair or poor")?;
            let amount = amount.as_deref().map(|it| super::amount(place, it)).transpose()?;
            let (asked, stands) = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let new = NewDeposit { account, credit, amount, parts: *parts };
                let asked = deposit::ask(tx, by, &new, why)?;
                Ok((asked, deposit::stands_in(tx, account)?.filter(|_| amount.is_none())))
            })?;
            if let Some((by, left)) = stands {
                say::line(format_args!("{left} less, for which {by} stands in"));
            }
            asked.iter().for_each(to_be_asked);
        }
        DepositCommand::Guarantee { of, by: other, most, why } => {
            let most = super::amount(place, most)?;
            let (_, less) = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let other = super::account(tx, other)?.id;
                deposit::guarantee(tx, by, account, other, most, why)
            })?;
            say::line(format_args!("{other} stands in for {} up to {most}", of.account));
            if less != Money::ZERO {
                say::line(format_args!("{less} of what was to come is asked for no more"));
            }
        }
        DepositCommand::Release(Because { of, why }) => {
            let again = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                deposit::release(tx, by, account, why)
            })?;
            say::line(format_args!("nobody stands in for {} any more", of.account));
            again.iter().for_each(to_be_asked);
        }
        DepositCommand::Show(Shown { of, json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            db.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let it = deposit::secured(tx, account, today)?;
                let told = told(tx, &it)?;
                if *json {
                    say::line(&told);
                } else {
                    shown(&it, &told);
                }
                Ok(())
            })?;
        }
        DepositCommand::Return(Because { of, why }) => {
            let it = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                deposit::give_back(tx, by, account, why)
            })?;
            say::line(given(&it));
        }
        DepositCommand::Review(Printed { json }) => {
            let all = deposit::review_all(&super::open(place)?, by)?;
            if *json {
                let all: Vec<Value> = all.iter().map(as_json).collect();
                say::line(json!(all));
                return Ok(());
            }
            all.iter().for_each(|it| say::line(given(it)));
            say::line(format_args!("{} went back or earned interest", all.len()));
        }
    }
    Ok(())
}

fn to_be_asked(it: &Charge) {
    say::line(format_args!("{} with the first bill from {} on", it.amount, it.on));
}

fn told(tx: &mut Tx, it: &Secured) -> Result<Value> {
    let mut guarantees = Vec::new();
    for it in &it.guarantees {
        let by = store::account::get(tx, it.by)?.number.to_string();
        let called = write_off::called_on(tx, it)?.plain();
        let (from, to) = (it.from.to_string(), it.ended.map(|it| it.to_string()));
        let most = it.most.plain();
        guarantees
            .push(json!({ "by": by, "most": most, "called": called, "from": from, "to": to }));
    }
    let to_come = it.to_come.iter();
    let to_come =
        to_come.map(|it| json!({ "from": it.on.to_string(), "amount": it.amount.plain() }));
    Ok(json!({
        "held": it.held.plain(),
        "since": it.since.map(|it| it.to_string()),
        "interest": it.interest.plain(),
        "to_come": to_come.collect::<Vec<_>>(),
        "guarantees": guarantees,
        "goes_back": it.goes_back.map(|it| it.to_string()),
    }))
}

fn shown(it: &Secured, told: &Value) {
    for it in &it.asked {
        let (on, amount, credit, parts) = (it.on, it.amount, it.credit, it.parts);
        say::line(format_args!("asked {on}: {amount}, {credit} credit, in {parts}"));
    }
    let since = it.since.map_or(String::new(), |it| format!(" since {it}"));
    say::line(format_args!("held {}{since}, interest {}", it.held, it.interest));
    for it in &it.to_come {
        say::line(format_args!("to come {} with the first bill from {} on", it.amount, it.on));
    }
    for it in told["guarantees"].as_array().into_iter().flatten() {
        let text = |name: &str| it[name].as_str().unwrap_or("now").to_owned();
        let (by, most, from, to) = (text("by"), text("most"), text("from"), text("to"));
        let called = text("called");
        say::line(format_args!(
            "{by} stands in up to ${most} from {from} to {to}, called on for ${called}"
        ));
    }
    if let Some(why) = it.goes_back {
        say::line(format_args!("it goes back: {why}"));
    }
}

fn given(it: &Given) -> String {
    let Given { number, returned, interest, earned, refunded, why, released } = it;
    let why = why.map_or(String::new(), |it| format!(": {it}"));
    let free = released.map_or(String::new(), |it| format!(", {it} stands in no more"));
    if *earned != Money::ZERO {
        return format!("{number}  {earned} of interest counted{free}{why}");
    }
    let goes = match *refunded == Money::ZERO && *returned != Money::ZERO {
        true => "a credit of the account".to_owned(),
        false => format!("to be paid out {refunded}"),
    };
    format!("{number}  {returned} back, interest {interest}, {goes}{free}{why}")
}

fn as_json(it: &Given) -> Value {
    json!({
        "account": it.number.to_string(),
        "released": it.released.map(|it| it.to_string()),
        "returned": it.returned.plain(),
        "interest": it.interest.plain(),
        "earned": it.earned.plain(),
        "refunded": it.refunded.plain(),
        "why": it.why.map(|it| it.to_string()),
    })
}

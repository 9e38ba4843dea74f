//! `write-off`: what is owed and not to be had.

use anyhow::Result;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::small::{self, NewSmall, Small};
use meterbook_app::write_off::{NewTransfer, NewWriteOff};
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store as store;
use meterbook_store::write_off::Little;
use serde_json::json;

use crate::args::Place;
use crate::args::credit::{Printed, WriteOffCommand};
use crate::say;

pub(crate) fn write_off(place: &Place, command: &WriteOffCommand) -> Result<()> {
    let by = super::actor();
    match command {
        WriteOffCommand::List(Printed { json }) => {
            let all = super::see(place)?.read(store::write_off::put_forward)?;
            if *json {
                let all = all.iter();
                let all =
                    all.map(|it| json!({ "account": it.0.to_string(), "owes": it.1.plain() }));
                say::line(json!(all.collect::<Vec<_>>()));
                return Ok(());
            }
            for (number, owes) in &all {
                say::line(format_args!("{number}  {owes:>12}"));
            }
            let sum: Money = all.iter().map(|it| it.1).sum();
            say::line(format_args!("{}, {sum}", counted(all.len(), "account")));
        }
        WriteOffCommand::GiveUp { of, amount, why } => {
            let amount = super::amount(place, amount)?;
            let went = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                do_or_ask(tx, by, &Asked::WriteOff(NewWriteOff { account, amount }), why)
            })?;
            super::outcome(format_args!("{amount} of {} is given up", of.account), went);
        }
        WriteOffCommand::Small {
            count: Some(count), total: Some(total), why: Some(why), ..
        } => {
            let new = NewSmall { count: *count, total: super::amount(place, total)? };
            let said = format!("{}, {}, written off", counted(new.count, "balance"), new.total);
            let asked = Asked::Small(new);
            let went = super::open(place)?.write(|tx| do_or_ask(tx, by, &asked, why))?;
            super::outcome(said, went);
        }
        WriteOffCommand::Small { json, .. } => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            seen(&db.read(|tx| small::due(tx, today))?, *json);
        }
        WriteOffCommand::Review => {
            let it = small::review(&super::open(place)?, by)?;
            say::line(format_args!(
                "{} written off: {} owed, {} of credits",
                counted(it.accounts.len(), "small balance"),
                it.owed,
                it.credits
            ));
        }
        WriteOffCommand::TakeBack { of, why } => {
            let owes = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                small::take_back(tx, by, account, why)
            })?;
            let what = match owes < Money::ZERO {
                true => format!("{} is a credit of {} again", -owes, of.account),
                false => format!("{owes} is owed by {} again", of.account),
            };
            say::line(what);
        }
        WriteOffCommand::Transfer { of, to, amount, why } => {
            let amount = super::amount(place, amount)?;
            let went = super::open(place)?.write(|tx| {
                let from = super::account(tx, &of.account)?.id;
                let to = super::account(tx, to)?.id;
                do_or_ask(tx, by, &Asked::Transfer(NewTransfer { from, to, amount }), why)
            })?;
            super::outcome(format_args!("{amount} of {} is owed by {to} now", of.account), went);
        }
    }
    Ok(())
}

/// Prints the small balances that the rules write off, and what they come to.
fn seen(small: &Small, as_json: bool) {
    if as_json {
        let row = |it: &Little| {
            let (account, since) = (it.number.to_string(), it.since.to_string());
            json!({ "account": account, "owes": it.owes.plain(), "since": since })
        };
        let all: Vec<_> = small.accounts.iter().map(row).collect();
        say::line(json!(all));
        return;
    }
    for it in &small.accounts {
        say::line(format_args!("{}  {:>12}  since {}", it.number, it.owes, it.since));
    }
    let (owed, credits) = (small.owed, small.credits);
    let count = counted(small.accounts.len(), "account");
    say::line(format_args!(
        "{count}: {owed} owed, {credits} of credits, {} together",
        owed + credits
    ));
    if let Some(most) = small.most {
        let says = if small.takes_two() { "takes a second person" } else { "within the rules" };
        say::line(format_args!("{} of today, {most} of a day: {says}", small.before));
    }
}

//! `write-off`: what is owed and not to be had.

use anyhow::Result;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::write_off::{NewTransfer, NewWriteOff};
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store as store;
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
            let amount = Money::parse(amount).map_err(super::said)?;
            let went = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                do_or_ask(tx, by, &Asked::WriteOff(NewWriteOff { account, amount }), why)
            })?;
            super::outcome(format_args!("{amount} of {} is given up", of.account), went);
        }
        WriteOffCommand::Transfer { of, to, amount, why } => {
            let amount = Money::parse(amount).map_err(super::said)?;
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

//! `online`: by whom customers pay online, what came of it, and links of bills.

use anyhow::Result;
use meterbook_app::online::{self, Asked, NewAttempt, ask, link, settings};
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AttemptId, BillId};
use meterbook_store::online::{Listed, Which};
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::online::OnlineCommand;
use crate::say;

pub(crate) fn online(place: &Place, command: &OnlineCommand) -> Result<()> {
    match command {
        OnlineCommand::Settings { file, from } => {
            let said = |tx: &mut Tx, on| Ok(store::online::said(tx, on)?.unwrap_or_default());
            let say = |tx: &mut Tx, from, text: &str| settings::say(tx, super::actor(), from, text);
            let nothing = "nothing is said; nobody pays online";
            super::dated_text(place, (file.as_deref(), *from), ("said", nothing), said, say)
        }
        OnlineCommand::Begin { account, bill } => {
            let db = super::open(place)?;
            let new = db.read(|tx| {
                let account = super::account(tx, account)?.id;
                let bill = bill.as_deref().map(|it| numbered(tx, it)).transpose()?;
                Ok(NewAttempt { account, bill, back: None })
            })?;
            let begun = online::begin(&db, super::actor(), &new)?;
            say::line(format_args!("attempt {}: {}", begun.attempt, begun.amount));
            say::line(begun.url);
            Ok(())
        }
        OnlineCommand::Ask { attempt } => {
            let asked = ask(&super::open(place)?, super::actor(), attempt.map(AttemptId))?;
            told(&asked);
            say::line(format_args!("{} waiting", asked.waiting));
            Ok(())
        }
        OnlineCommand::List { most } => {
            let all = super::see(place)?.read(|tx| store::online::list(tx, Which::All, *most))?;
            all.iter().for_each(|it| say::line(line(it)));
            Ok(())
        }
        OnlineCommand::Link { bill } => {
            let url = super::open(place)?.write(|tx| {
                let bill = numbered(tx, bill)?;
                link::make(tx, super::actor(), bill)
            })?;
            say::line(url);
            Ok(())
        }
        OnlineCommand::Unlink { bill, why } => {
            super::open(place)?.write(|tx| {
                let bill = numbered(tx, bill)?;
                link::end(tx, super::actor(), bill, why)
            })?;
            say::line(format_args!("the links of bill {bill} lead nowhere any more"));
            Ok(())
        }
    }
}

/// Says what attempts came to that are over, and of which nobody knows.
pub(crate) fn told(asked: &Asked) {
    for (id, state) in &asked.over {
        say::line(format_args!("attempt {id} to pay online is {state}"));
    }
    for (id, why) in &asked.silent {
        say::line(format_args!("attempt {id} to pay online: no answer ({why})"));
    }
}

fn numbered(tx: &mut Tx, text: &str) -> Result<BillId> {
    let found = store::bill::by_number(tx, &BillNumber(text.to_owned()))?;
    found.ok_or_else(|| super::said(format!("there is no bill {text}; check the number")))
}

fn line(it: &Listed) -> String {
    let Listed { attempt, account, bill, card, said, back, .. } = it;
    let (id, amount, state) = (attempt.id, attempt.amount, attempt.state);
    let bill = bill.as_deref().unwrap_or("all that is owed");
    let card = card.as_ref().map(|it| format!("{} …{}", it.brand, it.last_four));
    let mut more = card.or(Some(said.clone()).filter(|it| !it.is_empty()));
    if let Some((code, on)) = back {
        more = Some(format!("{}, {code} on {on}", more.unwrap_or_default()));
    }
    let more = more.map_or_else(String::new, |it| format!("  {it}"));
    format!("{id}  {account}  {bill}  {amount:>12}  {state:<8}{more}")
}

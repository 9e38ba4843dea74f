//! `online`: by whom customers pay online, what came of it, and links of bills.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_app::bill_run;
use meterbook_app::online::charge::{self, ByItself, Charged, Stands};
use meterbook_app::online::{self, Asked, Keep, NewAttempt, What, ask, card, link, settings};
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AttemptId, BillId};
use meterbook_core::money::Money;
use meterbook_store::online::{Listed, Which};
use meterbook_store::{self as store, Db, Tx};

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
        OnlineCommand::Begin { account, bill, all, amount, keep, most } => {
            let amount = amount.as_deref().map(|it| super::amount(place, it)).transpose()?;
            let most = most.as_deref().map(|it| super::amount(place, it)).transpose()?;
            let keep = keep.then_some(Keep { most });
            let db = super::open(place)?;
            let new = db.read(|tx| {
                let account = super::account(tx, account)?.id;
                let what = match bill {
                    Some(bill) => What::Bill(numbered(tx, bill)?),
                    None if *all => What::All,
                    None => What::Due,
                };
                Ok(NewAttempt { account, what, amount, back: None, keep })
            })?;
            let begun = online::begin(&db, super::actor(), &new)?;
            say::line(format_args!("attempt {}: {}", begun.attempt, begun.amount));
            say::line(begun.url);
            Ok(())
        }
        OnlineCommand::Cards => super::see(place)?.read(|tx| {
            for it in store::card::all_now(tx)? {
                let number = store::account::get(tx, it.account)?.number;
                let most = it.most.map_or(String::new(), |it| format!(", at most {it}"));
                say::line(format_args!("{number}  {}, from {}{most}", it.shown(), it.from));
            }
            Ok(())
        }),
        OnlineCommand::Due { on } => {
            let db = super::see(place)?;
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let all = db.read(|tx| card::due(tx, super::actor().at, on))?;
            for it in &all {
                let why = it.held.map_or(String::new(), |why| format!("  held: {why}"));
                let (account, number, card) = (it.account.number, &it.number, it.card.shown());
                say::line(format_args!(
                    "{account}  {number}  {}  {card}  {:>12}{why}",
                    it.on, it.amount
                ));
            }
            say::line(format_args!("{} to be charged", card::sum(&all)));
            let stands = db.read(|tx| charge::stands(tx, super::actor().at))?;
            say::line(by_itself(&stands));
            Ok(())
        }
        OnlineCommand::Charge { total: None } => charge_when_due(&super::open(place)?),
        OnlineCommand::Charge { total: Some(total) } => {
            let total = super::amount(place, total)?;
            let done = charge::charge(&super::open(place)?, super::actor(), total)?;
            came(&done);
            Ok(())
        }
        OnlineCommand::Forget { account, why } => {
            let card = super::open(place)?.write(|tx| {
                let account = super::account(tx, account)?.id;
                card::forget(tx, super::actor(), account, why)
            })?;
            say::line(format_args!("{} of {account} is charged no more", card.shown()));
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

/// Charges what is due today without anybody asking, where it is time, and says what came of it.
pub(crate) fn charge_when_due(db: &Db) -> Result<()> {
    if let Some(done) = charge::when_due(db, &Timestamp::now, &bill_run::worker_name())? {
        came(&done);
        let last = db.read(store::card::last_day)?.filter(|it| !it.said.is_empty());
        if let Some(last) = last {
            say::line(format_args!("cards were not all charged on {}: {}", last.on, last.said));
        }
    }
    Ok(())
}

/// Says what came of charging cards.
fn came(done: &Charged) {
    for (id, amount) in &done.paid {
        say::line(format_args!("attempt {id}: {amount} is paid"));
    }
    for id in &done.refused {
        say::line(format_args!("attempt {id}: not paid; see: meterbook online list"));
    }
    for id in &done.waiting {
        say::line(format_args!("attempt {id}: no answer yet; ask: meterbook online ask"));
    }
    let paid: Money = done.paid.iter().map(|it| it.1).sum();
    say::line(format_args!("{paid} is paid by cards"));
}

/// Whether cards are charged without anybody asking, and how the last day went.
fn by_itself(it: &Stands) -> String {
    let how = match &it.by_itself {
        ByItself::No => {
            "nothing is charged by itself; charge it: meterbook online charge --total".to_owned()
        }
        ByItself::Stopped { why } => {
            format!("nothing is charged while debits are stopped: {why}")
        }
        ByItself::From(time) => {
            let time = time.strftime("%H:%M");
            format!("serve charges it by itself each day from {time} on")
        }
    };
    let last = it.last.as_ref().map(|day| {
        let stands = match (&day.done, day.said.as_str()) {
            (None, _) => "goes on".to_owned(),
            (Some(_), "") => "done".to_owned(),
            (Some(_), why) => why.to_owned(),
        };
        let of = it.charged.iter().map(|(state, many, sum)| format!(", {many} {state} ({sum})"));
        format!("; {}: {stands}{}", day.on, of.collect::<String>())
    });
    format!("{how}{}", last.unwrap_or_default())
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
    let what = if it.by_plan { "what is due by the plan" } else { "all that is owed" };
    let bill = bill.as_deref().unwrap_or(what);
    let card = card.as_ref().map(|it| format!("{} …{}", it.brand, it.last_four));
    let mut more = card.or(Some(said.clone()).filter(|it| !it.is_empty()));
    if let Some((code, on)) = back {
        more = Some(format!("{}, {code} on {on}", more.unwrap_or_default()));
    }
    let more = more.map_or_else(String::new, |it| format!("  {it}"));
    format!("{id}  {account}  {bill}  {amount:>12}  {state:<8}{more}")
}

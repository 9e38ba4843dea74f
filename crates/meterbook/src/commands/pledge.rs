//! `pledge`: what agencies promise to pay for accounts.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::pledge::{self, NewPledge};
use meterbook_core::credit::pledge::Pledge;
use meterbook_core::id::PaymentId;
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store as store;
use serde_json::{Value, json};

use crate::args::Place;
use crate::args::credit::{PledgeCommand, Printed, Shown};
use crate::say;

pub(crate) fn pledge(place: &Place, command: &PledgeCommand) -> Result<()> {
    let by = super::actor();
    match command {
        PledgeCommand::Add { of, agency, amount, until, why } => {
            let amount = super::amount(place, amount)?;
            let it = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let (agency, why, until) = (agency.clone(), why.clone(), *until);
                pledge::add(tx, by, &NewPledge { account, agency, amount, until, why })
            })?;
            say::line(format_args!("{} promised {} until {}", it.agency, it.amount, it.until));
        }
        PledgeCommand::Cancel { of, agency, why } => {
            let it = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                pledge::cancel(tx, by, (account, agency), why)
            })?;
            say::line(format_args!("{} of {} is promised no more", it.amount, it.agency));
        }
        PledgeCommand::Keep { of, agency, payment } => {
            let it = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                pledge::match_payment(tx, by, (account, agency), PaymentId(*payment))
            })?;
            show(&it);
        }
        PledgeCommand::List(Shown { of, json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let all = db.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                store::pledge::of_account(tx, account)
            })?;
            if *json {
                say::line(json!(all.iter().map(as_json).collect::<Vec<_>>()));
                return Ok(());
            }
            all.iter().for_each(show);
            let open: Money = all.iter().map(|it| it.open(today)).sum();
            say::line(format_args!("{open} is still to come"));
        }
        PledgeCommand::Review(Printed { json }) => {
            let all = pledge::review_all(&super::open(place)?, by)?;
            if *json {
                let all = all.iter().map(
                    |it| json!({ "account": it.number.to_string(), "pledge": as_json(&it.pledge) }),
                );
                say::line(json!(all.collect::<Vec<_>>()));
                return Ok(());
            }
            for it in &all {
                let (amount, agency) = (it.pledge.amount, &it.pledge.agency);
                say::line(format_args!("{}  {amount:>12}  {agency}", it.number));
            }
            say::line(format_args!("{} lapsed", counted(all.len(), "pledge")));
        }
    }
    Ok(())
}

/// Prints what came of pledges that a receipt keeps.
pub(crate) fn received(agency: &str, kept: &[Pledge]) {
    if kept.is_empty() {
        say::line(format_args!("{agency} had promised nothing for whom it is"));
    }
    kept.iter().for_each(show);
}

fn show(it: &Pledge) {
    let came = it.came(Date::MAX);
    let ended = it.ended.map_or_else(String::new, |(how, on)| format!(", {how} on {on}"));
    let (from, until, amount, agency) = (it.from, it.until, it.amount, &it.agency);
    say::line(format_args!("{from} to {until}  {amount:>12}  {agency}: {came} came{ended}"));
}

fn as_json(it: &Pledge) -> Value {
    json!({
        "agency": it.agency,
        "amount": it.amount.plain(),
        "came": it.came(Date::MAX).plain(),
        "from": it.from.to_string(),
        "until": it.until.to_string(),
        "lapses": it.lapses.to_string(),
        "ended": it.ended.map(|(how, on)| json!({ "how": how.word(), "on": on.to_string() })),
    })
}

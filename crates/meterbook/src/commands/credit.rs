//! `credit`: what becomes of credits: refunds and the checks that pay them, transfers, and what nobody
//! claims.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::credit::{NewRefund, NewSpend};
use meterbook_app::refund;
use meterbook_app::unclaimed::{self, NewUnclaimed};
use meterbook_core::id::EntryId;
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Tx};
use serde_json::json;

use crate::args::Place;
use crate::args::credit::Printed;
use crate::args::receipt::{Credit, CreditCommand, Seen};
use crate::say;

pub(crate) fn credit(place: &Place, command: &CreditCommand) -> Result<()> {
    let by = super::actor();
    match command {
        CreditCommand::Rules { noun, file, from } => {
            super::deposit::rules(place, noun, file.as_deref(), *from)?;
        }
        CreditCommand::Refund(credit) => {
            let went = super::open(place)?.write(|tx| {
                let new = read_credit(tx, credit)?;
                do_or_ask(tx, by, &Asked::Refund(new), &credit.why)
            })?;
            let Credit { account, amount, .. } = credit;
            super::outcome(format_args!("{amount} of {account} is to be paid back"), went);
        }
        CreditCommand::Transfer { credit, to } => {
            let went = super::open(place)?.write(|tx| {
                let new = read_credit(tx, credit)?;
                let new = NewSpend { credit: new, to: super::account(tx, to)?.id };
                do_or_ask(tx, by, &Asked::Spend(new), &credit.why)
            })?;
            let Credit { account, amount, .. } = credit;
            super::outcome(format_args!("{amount} went from {account} to {to}"), went);
        }
        CreditCommand::Waiting(Printed { json }) => waiting(place, *json)?,
        CreditCommand::Paid { refund, check } => {
            let db = super::open(place)?;
            let it = db.write(|tx| refund::pay(tx, by, EntryId(*refund), check))?;
            say::line(format_args!("{} is paid by check {check}", it.amount));
        }
        CreditCommand::Cashed { checks } => {
            super::open(place)?
                .write(|tx| checks.iter().try_for_each(|number| refund::cash(tx, by, number)))?;
            say::line(format_args!("{} cashed", counted(checks.len(), "check")));
        }
        CreditCommand::Void { check, why } => {
            let it = super::open(place)?.write(|tx| refund::void(tx, by, check, why))?;
            let (amount, id) = (it.amount, it.id);
            match it.ended {
                None => say::line(format_args!("{amount} waits again as refund {id}")),
                Some(_) => say::line(format_args!("check {check} of {amount} is void")),
            }
        }
        CreditCommand::Keep { refund, why } => {
            let id = EntryId(*refund);
            let it = super::open(place)?.write(|tx| refund::keep(tx, by, id, why))?;
            let what = match it.account {
                Some(_) => "a credit of its account",
                None => "held in suspense",
            };
            say::line(format_args!("{} is {what} again", it.amount));
        }
        CreditCommand::Unclaimed { seen, json } => match taken(place, seen, None)? {
            None => due(place, *json)?,
            Some((new, why)) => {
                let said = format!("{}, {}, unclaimed", counted(new.count, "credit"), new.total);
                let asked = Asked::Unclaimed(new);
                let went = super::open(place)?.write(|tx| do_or_ask(tx, by, &asked, why))?;
                super::outcome(said, went);
            }
        },
        CreditCommand::Report => report(place)?,
        CreditCommand::Remit { seen, reference } => {
            let Some((new, why)) = taken(place, seen, Some(reference))? else {
                let what = "say --count, --total and --why, as credit report prints them";
                return Err(super::said(what.to_owned()));
            };
            let said = format!("{}, {}, to the state", counted(new.count, "credit"), new.total);
            let asked = Asked::Unclaimed(new);
            let went = super::open(place)?.write(|tx| do_or_ask(tx, by, &asked, why))?;
            super::outcome(said, went);
        }
        CreditCommand::Claim { of, why } => {
            let sum = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                unclaimed::claim(tx, by, account, why)
            })?;
            say::line(format_args!("{sum} is a credit of {} again", of.account));
        }
    }
    Ok(())
}

/// Prints what waits to be paid, and for how many days.
fn waiting(place: &Place, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let today = super::today(&db)?;
    let all = db.read(|tx| {
        let mut all = Vec::new();
        for it in store::refund::waiting(tx)? {
            let number = match it.account {
                Some(account) => Some(store::account::get(tx, account)?.number),
                None => None,
            };
            all.push((it, number));
        }
        Ok(all)
    })?;
    let days = |since: Date| (today - since).get_days();
    if as_json {
        let rows = all.iter().map(|(it, number)| {
            json!({
                "refund": it.id.0, "since": it.since.to_string(), "days": days(it.since),
                "amount": it.amount.plain(), "account": number.map(|it| it.to_string()),
                "said": it.said,
            })
        });
        say::line(json!(rows.collect::<Vec<_>>()));
        return Ok(());
    }
    for (it, number) in &all {
        let whose = number.map_or_else(|| "held".to_owned(), |it| it.to_string());
        let (id, since, amount, said) = (it.id, it.since, it.amount, &it.said);
        let days = counted(days(since), "day");
        say::line(format_args!("{id:<8} {since}  {days:>9}  {amount:>12}  {whose:<11}  {said}"));
    }
    let sum: Money = all.iter().map(|it| it.0.amount).sum();
    say::line(format_args!("{}, {sum}", counted(all.len(), "refund")));
    Ok(())
}

/// What is to be done with what somebody saw, and why; nothing where they only look.
fn taken<'a>(
    place: &Place,
    seen: &'a Seen,
    to_state: Option<&str>,
) -> Result<Option<(NewUnclaimed, &'a str)>> {
    let (Some(count), Some(total), Some(why)) = (seen.count, &seen.total, &seen.why) else {
        return Ok(None);
    };
    let total = super::amount(place, total)?;
    Ok(Some((NewUnclaimed { count, total, to_state: to_state.map(str::to_owned) }, why)))
}

/// Prints what nobody claimed.
fn due(place: &Place, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let today = super::today(&db)?;
    let all = db.read(|tx| unclaimed::due(tx, today))?;
    if as_json {
        let rows = all.iter().map(|it| {
            json!({
                "account": it.number.to_string(), "amount": it.amount.plain(),
                "since": it.since.to_string(), "check": it.check, "property": it.what.word(),
            })
        });
        say::line(json!(rows.collect::<Vec<_>>()));
        return Ok(());
    }
    for it in &all {
        let check = it.check.as_ref().map_or_else(String::new, |it| format!(" {it}"));
        let (number, since, amount, what) = (it.number, it.since, it.amount, it.what);
        say::line(format_args!("{number}  {since}  {amount:>12}  {what}{check}"));
    }
    let sum: Money = all.iter().map(|it| it.amount).sum();
    say::line(format_args!("{}, {sum}", counted(all.len(), "credit")));
    Ok(())
}

/// Prints what was taken, as states ask for it: whose, where they were last, how much, since when.
fn report(place: &Place) -> Result<()> {
    let db = super::see(place)?;
    let today = super::today(&db)?;
    let (all, report) =
        db.read(|tx| Ok((store::unclaimed::open(tx)?, unclaimed::report(tx, today)?)))?;
    let bytes = report.csv()?;
    say::verbatim(String::from_utf8(bytes)?.trim_end());
    let sum: Money = all.iter().map(|it| it.amount).sum();
    say::line(format_args!("# {}, {}", counted(all.len(), "credit"), sum.plain()));
    Ok(())
}

fn read_credit(tx: &mut Tx, it: &Credit) -> Result<NewRefund> {
    let account = super::account(tx, &it.account)?.id;
    let amount = super::typed(&it.amount)?;
    Ok(NewRefund { account, amount, reference: it.reference.clone() })
}

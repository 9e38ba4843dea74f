//! `plan`: paying in parts.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::plan;
use meterbook_core::credit::plan::{Pays, Plan};
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store as store;
use serde_json::{Value, json};

use crate::args::Place;
use crate::args::credit::{Because, HowPaid, PlanCommand, Printed, Shown};
use crate::say;

pub(crate) fn plan(place: &Place, command: &PlanCommand) -> Result<()> {
    let by = super::actor();
    match command {
        PlanCommand::Propose(Shown { of, json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let it = db.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                plan::propose(tx, account, today)
            })?;
            if *json {
                let offers = it.offers.iter();
                let offers = offers.map(|it| {
                    let of = it.of.map(note_number);
                    json!({ "months": it.months, "parts": parts(&it.parts), "correction": of })
                });
                let (debt, offers) = (it.debt.plain(), offers.collect::<Vec<_>>());
                say::line(json!({ "debt": debt, "offers": offers }));
                return Ok(());
            }
            say::line(format_args!("{} is owed", it.debt));
            for (nth, offer) in (1..).zip(&it.offers) {
                match offer.of {
                    None => say::line(format_args!("{nth}: {}", counted(offer.months, "month"))),
                    Some(of) => {
                        let (of, debt) = (note_number(of), offer.debt());
                        say::line(format_args!("{nth}: what {of} added, {debt}"));
                    }
                }
                offer.parts.iter().for_each(part);
            }
        }
        PlanCommand::Agree { of, option, how, why } => {
            let it = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                plan::agree(tx, by, account, (*option, paid(how)), why)
            })?;
            say::line(format_args!("{} is paid in parts", it.debt));
            it.parts.iter().for_each(part);
        }
        PlanCommand::Pays { of, how, why } => {
            let no = || super::said("say --debit or --by-hand".to_owned());
            let now = paid(how).ok_or_else(no)?;
            super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                plan::say_pays(tx, by, account, now, why)
            })?;
            say::line(format_args!("the parts of {} are paid {now} from today on", of.account));
        }
        PlanCommand::Show(Shown { of, json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let told = db.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let mut told = Vec::new();
                for it in store::plan::of_account(tx, account)? {
                    let stands = plan::said(tx, &it, today)?;
                    let (pays, _) = plan::pays(tx, &it)?;
                    told.push((it, stands, pays));
                }
                Ok(told)
            })?;
            if *json {
                let all = told.iter().map(|(it, stands, pays)| as_json(it, (stands, *pays), today));
                say::line(json!(all.collect::<Vec<_>>()));
                return Ok(());
            }
            for (it, stands, pays) in &told {
                let of =
                    it.of.map_or_else(String::new, |of| format!(" that {} added", note_number(of)));
                say::line(format_args!("{}{of} of {}, {pays}: {stands}", it.debt, it.agreed));
                it.parts.iter().for_each(part);
            }
        }
        PlanCommand::Cancel(Because { of, why }) => {
            super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                plan::cancel(tx, by, account, why)
            })?;
            say::line(format_args!("the plan of {} ended", of.account));
        }
        PlanCommand::Review(Printed { json }) => {
            let all = plan::review_all(&super::open(place)?, by)?;
            if *json {
                let all = all.iter().map(|it| {
                    json!({ "account": it.number.to_string(), "how": it.how.word(), "why": it.why })
                });
                say::line(json!(all.collect::<Vec<_>>()));
                return Ok(());
            }
            for it in &all {
                say::line(format_args!("{}  {}: {}", it.number, it.how, it.why));
            }
            say::line(format_args!("{} ended", counted(all.len(), "plan")));
        }
    }
    Ok(())
}

fn paid(how: &HowPaid) -> Option<Pays> {
    match (how.debit, how.by_hand) {
        (true, _) => Some(Pays::Debit),
        (_, true) => Some(Pays::Hand),
        _ => None,
    }
}

fn part((due, amount): &(Date, Money)) {
    say::line(format_args!("   {due}  {amount:>12}"));
}

fn parts(of: &[(Date, Money)]) -> Value {
    let one = |it: &(Date, Money)| json!({ "due": it.0.to_string(), "amount": it.1.plain() });
    json!(of.iter().map(one).collect::<Vec<_>>())
}

fn as_json(it: &Plan, (stands, pays): (&str, Pays), today: Date) -> Value {
    json!({
        "agreed": it.agreed.to_string(),
        "debt": it.debt.plain(),
        "correction": it.of.map(note_number),
        "parts": parts(&it.parts),
        "not_due": it.not_due(today).plain(),
        "stands": stands,
        "pays": pays.word(),
    })
}

//! `budget`: levelled bills.

use anyhow::Result;
use meterbook_app::budget;
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store as store;
use serde_json::json;

use crate::args::Place;
use crate::args::credit::{Because, BudgetCommand, Printed, Shown};
use crate::say;

pub(crate) fn budget(place: &Place, command: &BudgetCommand) -> Result<()> {
    let by = super::actor();
    match command {
        BudgetCommand::Recommend(Shown { of, json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let it = db.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                budget::recommend(tx, account, today)
            })?;
            let (many, most) = (it.bills.len(), it.bills.iter().map(|it| it.total).max());
            let most = most.unwrap_or(Money::ZERO);
            match json {
                true => say::line(json!({
                    "level": it.level.plain(), "bills": many, "highest": most.plain(),
                })),
                false => say::line(format_args!(
                    "{} a month, from {}, the highest {most}",
                    it.level,
                    counted(many, "bill")
                )),
            }
        }
        BudgetCommand::Begin { of, level, why } => {
            let level = level.as_deref().map(|it| super::amount(place, it)).transpose()?;
            let (it, is_rolling) = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let it = budget::begin(tx, by, account, level, why)?;
                let is_rolling = budget::is_rolling(tx, it.from)?;
                Ok((it, is_rolling))
            })?;
            match is_rolling {
                // The next bill is one of those that the level follows from.
                true => say::line(format_args!(
                    "{} by the bills up to now; each bill works out anew, with itself, what is asked for in its place",
                    it.level
                )),
                false => {
                    say::line(format_args!("{} is asked for in place of the next bill", it.level));
                }
            }
        }
        BudgetCommand::Change { of, level, why } => {
            let level = level.as_deref().map(|it| super::amount(place, it)).transpose()?;
            let level = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                budget::set_level(tx, by, account, level, why)
            })?;
            say::line(format_args!("{level} is asked for in place of the next bill"));
        }
        BudgetCommand::End(Because { of, why }) => {
            let amount = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                budget::end(tx, by, account, why)
            })?;
            say::line(format_args!("ended; {amount} is settled"));
        }
        BudgetCommand::Show(Shown { of, json }) => show(place, &of.account, *json)?,
        BudgetCommand::Off(Printed { json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let all = db.read(|tx| budget::off(tx, today))?;
            if *json {
                let all = all.iter().map(|it| {
                    json!({
                        "account": it.number.to_string(),
                        "level": it.level.plain(),
                        "should": it.should.plain(),
                        "variance": it.variance.plain(),
                    })
                });
                say::line(json!(all.collect::<Vec<_>>()));
                return Ok(());
            }
            for it in &all {
                let (number, level, should, variance) =
                    (it.number, it.level, it.should, it.variance);
                say::line(format_args!(
                    "{number}  {level} should be {should}, {variance} to make up"
                ));
            }
            say::line(format_args!("{} off", counted(all.len(), "level")));
        }
    }
    Ok(())
}

fn show(place: &Place, account: &str, as_json: bool) -> Result<()> {
    super::see(place)?.read(|tx| {
        let account = super::account(tx, account)?.id;
        let variance = store::budget::variance(tx, account)?;
        let mut all = Vec::new();
        for it in store::budget::of_account(tx, account)? {
            let bills = store::budget::bills(tx, &it.key)?;
            all.push((it, bills));
        }
        if as_json {
            let all = all.iter().map(|(it, bills)| {
                let bills = bills.iter().map(|it| {
                    json!({
                        "bill": it.number,
                        "how": it.how.word(),
                        "actual": it.actual.plain(),
                        "asked": it.asked.plain(),
                    })
                });
                let (from, level) = (it.from.to_string(), it.level.plain());
                let ended = it.ended.map(|it| it.to_string());
                json!({ "from": from, "level": level, "ended": ended, "bills": bills.collect::<Vec<_>>() })
            });
            let all = all.collect::<Vec<_>>();
            say::line(json!({ "variance": variance.plain(), "budgets": all }));
            return Ok(());
        }
        for (it, bills) in &all {
            let ended = it.ended.map_or(String::new(), |it| format!(", ended {it}"));
            say::line(format_args!("from {} at {}{ended}", it.from, it.level));
            for it in bills {
                let (number, how, asked, actual) = (&it.number, it.how, it.asked, it.actual);
                say::line(format_args!("   {number}  {how}  {asked} for {actual}"));
            }
        }
        say::line(format_args!("{variance} to make up"));
        Ok(())
    })
}

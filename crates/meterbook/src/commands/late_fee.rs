//! `late-fee`: what being late costs.

use anyhow::Result;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::late_fee::{self, NewWaiver, NotWaived};
use meterbook_app::let_go::{NewSteps, What};
use meterbook_core::text::counted;
use meterbook_store as store;
use meterbook_store::late_fee::LateFee;
use serde_json::{Value, json};

use crate::args::Place;
use crate::args::credit::{Counted, LateFeeCommand, Printed, Shown};
use crate::say;

pub(crate) fn late_fee(place: &Place, command: &LateFeeCommand) -> Result<()> {
    let by = super::actor();
    match command {
        LateFeeCommand::Assess(Printed { json }) => {
            let (many, sum) = late_fee::assess_all(&super::open(place)?, by)?;
            match json {
                true => say::line(json!({ "fees": many, "total": sum.plain() })),
                false => say::line(format_args!("{}, {sum}", counted(many, "late fee"))),
            }
        }
        LateFeeCommand::Look(Printed { json }) => {
            // What is foretold is worked out as it is done, and taken back.
            let (many, sum) = super::open(place)?.write(|tx| late_fee::foretell(tx, by.at))?;
            match json {
                true => say::line(json!({ "fees": many, "total": sum.plain() })),
                false => say::line(format_args!("{}, {sum}", counted(many, "late fee"))),
            }
        }
        LateFeeCommand::LetGo(Counted { count, why }) => {
            let db = super::open(place)?;
            let (on, what) = (super::today(&db)?, What::LateFees);
            let asked = Asked::Steps(NewSteps { what, on, many: *count });
            let went = db.write(|tx| do_or_ask(tx, by, &asked, why))?;
            super::outcome(format_args!("{count} may be asked for today"), went);
        }
        LateFeeCommand::Stop { why } => {
            super::open(place)?.write(|tx| late_fee::switch(tx, by, true, why))?;
            say::line("late fees are stopped");
        }
        LateFeeCommand::Go { why } => {
            super::open(place)?.write(|tx| late_fee::switch(tx, by, false, why))?;
            say::line("late fees go on");
        }
        LateFeeCommand::List(Shown { of, json }) => {
            let fees = super::see(place)?.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                store::late_fee::of_account(tx, account)
            })?;
            if *json {
                let fees: Vec<Value> = fees.iter().map(as_json).collect();
                say::line(json!(fees));
                return Ok(());
            }
            for it in &fees {
                let LateFee { number, nth, late_on, open, fee, back, .. } = it;
                say::line(format_args!(
                    "{number}  turn {nth}  {late_on}  {fee:>10} of {open}, taken back {back}"
                ));
            }
        }
        LateFeeCommand::Waive { of, bill, turn, why } => {
            let (went, amount) = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let fees = store::late_fee::of_account(tx, account)?;
                let it = fees.into_iter().find(|it| it.number == *bill && it.nth == *turn);
                let unknown = NotWaived::Unknown { bill: bill.clone(), nth: *turn };
                let it = it.ok_or_else(|| meterbook_app::refuse(unknown))?;
                let amount = it.left();
                let new = NewWaiver { account, bill: it.bill, nth: it.nth, amount };
                Ok((do_or_ask(tx, by, &Asked::Waive(new), why)?, amount))
            })?;
            super::outcome(format_args!("{amount} is not asked for"), went);
        }
    }
    Ok(())
}

fn as_json(it: &LateFee) -> Value {
    json!({
        "bill": it.number,
        "turn": it.nth,
        "late_on": it.late_on.to_string(),
        "open": it.open.plain(),
        "fee": it.fee.plain(),
        "taken_back": it.back.plain(),
        "charged": it.charged,
    })
}

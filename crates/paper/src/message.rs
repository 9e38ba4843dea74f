//! What a bill says in its box: how the account stands, and how a levelled bill does.

use meterbook_core::bill::{OnPlan, Settles, Statement};
use meterbook_core::ledger::EntryKind;
use meterbook_core::money::Money;
use serde_json::{Value, json};

use crate::frame::{dialled, said};
use crate::says::Says;
use crate::view::behind;

/// What a bill says in a box, if there is something: two texts, the first one louder.
pub(crate) fn message(statement: &Statement, says: &Says) -> Value {
    let words = says.words;
    if let Some(level) = level_said(statement, says) {
        // Beside whatever else is said: without it the sums do not say where the level comes from.
        let other = message(&Statement { level: None, ..statement.clone() }, says);
        let said = |nth: usize| other[nth].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        let more: Vec<String> = said(1).into_iter().chain([level]).collect();
        return json!([said(0).unwrap_or_default(), more.join(" ")]);
    }
    if let Some(behind) = behind(statement, says) {
        let ended = statement.closing.map(|it| says.day(it.yesterday().unwrap_or(it)));
        let ended = ended.map(|it| words.final_day.replace("{date}", &it));
        return json!([behind, ended.unwrap_or_default()]);
    }
    if let Some(closing) = statement.closing {
        let day = says.day(closing.yesterday().unwrap_or(closing));
        let mut more = words.final_day.replace("{date}", &day);
        if statement.amount_due < Money::ZERO {
            let amount = says.money(-statement.amount_due);
            let credit = if statement.credit_sent { words.credit_sent } else { words.credit_stays };
            let credit = credit.replace("{amount}", &amount);
            more = format!("{more} {}", credit.replace("{phone}", &dialled(&statement.utility)));
        }
        return json!([words.final_said, more]);
    }
    if let Some(account) = statement.paid_by {
        let said = words.moved_said.replace("{account}", &account.to_string());
        return json!([said, ""]);
    }
    if let Some(plan) = statement.plan {
        return json!(planned(plan, says));
    }
    // A fee or a deposit that comes with this bill is as new as its lines.
    let new = statement.since.iter().filter(|it| it.kind == EntryKind::Charge);
    let new: Money = new.map(|it| it.amount).filter(|it| Money::ZERO < *it).sum();
    if new < statement.before - statement.waits {
        return json!([words.past_due, words.past_due_more]);
    }
    if statement.amount_due < Money::ZERO {
        return json!([words.credit_balance, ""]);
    }
    let own = said(&statement.look.terms.message, &statement.utility, statement.bill.due_on, says);
    if own.is_empty() { Value::Null } else { json!(["", own]) }
}

/// What a level is called among the sums, where one is asked for in place of the new charges.
pub(crate) fn level_row(statement: &Statement, says: &Says) -> Option<String> {
    let level = statement.level?;
    Some(says.words.level.replace("{level}", &says.money(level.asked)))
}

/// What a levelled bill comes to, what is asked for, and what is still to be made up when.
fn level_said(statement: &Statement, says: &Says) -> Option<String> {
    let (level, words) = (statement.level?, says.words);
    let said = words.level_said.replace("{level}", &says.money(level.asked));
    let said = said.replace("{amount}", &says.money(statement.bill.total));
    let so_far = match level.later.cents() {
        1.. => words.level_more,
        0 => words.level_even,
        _ => words.level_less,
    };
    let so_far = so_far.replace("{amount}", &says.money(level.later.abs()));
    Some(match level.settles {
        Settles::Now if level.later == Money::ZERO => words.level_now.to_owned(),
        Settles::Now => format!("{} {so_far}", words.level_now),
        Settles::Always => format!("{said} {so_far} {}", words.level_always),
        Settles::On(day) => {
            let month = format!("{} {}", says.month(day), day.year());
            format!("{said} {so_far} {}", words.level_on.replace("{month}", &month))
        }
    })
}

/// Which part of a plan is due next, and what is paid with later ones.
pub(crate) fn planned(plan: OnPlan, says: &Says) -> [String; 2] {
    let words = says.words;
    let said = words.plan.replace("{nth}", &plan.nth.to_string());
    let said = said.replace("{of}", &plan.of.to_string());
    let said = said.replace("{amount}", &says.money(plan.amount));
    let later = Some(plan.later).filter(|it| Money::ZERO < *it).map(|it| says.money(it));
    let later = later.map(|it| words.plan_later.replace("{amount}", &it));
    [said.replace("{date}", &says.day(plan.due)), later.unwrap_or_default()]
}

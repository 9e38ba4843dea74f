//! Calls and visits of collections: a task with what the caller has to know, an order for a crew, and what
//! came of each. A case goes on by its days whatever came of them.

use std::collections::HashSet;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::order::{CalledOff, OrderKind};
use meterbook_core::permission::Authorized;
use meterbook_core::person::Language;
use meterbook_core::task::{Cause, Resolution, TaskKind};
use meterbook_store::collection::{Call, Taken};
use meterbook_store::{self as store, Tx};

use super::Coming;
use crate::order::{self, NewOrder, Where};
use crate::{Actor, Refused, task};

/// What came of a step that somebody was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Of a call.
    Called {
        /// How it went; nobody called yet without it.
        how: Option<Resolution>,
        /// What was said of it.
        said: String,
    },
    /// Of a visit.
    Visited {
        /// Which order.
        order: meterbook_core::id::OrderId,
        /// How it stands.
        state: meterbook_core::order::State,
    },
}

/// Makes a task of each call, in the transaction that takes the step.
pub(super) fn call(tx: &mut Tx, allowed: &Authorized, all: &[Coming]) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    for it in all {
        for call in store::collection::calls(tx, &it.taken.key)? {
            if call.nth == it.taken.nth {
                task::raise(tx, Actor::system(allowed.at()), &cause(&call, today))?;
            }
        }
    }
    Ok(())
}

/// Every call of a case that is open.
pub(crate) fn calls(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    let all = store::collection::calls(tx, "")?;
    Ok(all.iter().map(|it| cause(it, today)).collect())
}

fn cause(it: &Call, today: Date) -> Cause {
    let phone = it.phone.as_deref().unwrap_or("number not known");
    let language = match it.language {
        Language::English => "English",
        Language::Spanish => "Spanish",
    };
    let (name, past_due, oldest) = (&it.name, it.past_due, it.oldest);
    let mut evidence =
        format!("call {name}, {phone}, in {language}: {past_due} is past due since {oldest}");
    if let Some((step, on)) = it.before {
        evidence.push_str(&format!("; the last step was {step} on {on}"));
    }
    Cause {
        kind: TaskKind::CollectionCall,
        key: key(&it.key, it.nth),
        evidence,
        due: today.saturating_add(TaskKind::CollectionCall.days().days()),
        about: vec![About::Account(it.account)],
    }
}

fn key(case: &str, nth: i64) -> String {
    format!("{case}/{nth}")
}

/// Orders a visit to each premise of accounts, in the transaction that takes the step.
pub(super) fn visit(tx: &mut Tx, allowed: &Authorized, all: &[Coming]) -> Result<()> {
    for Coming { account, oldest, taken, .. } in all {
        let mut seen = HashSet::new();
        for (agreement, point) in store::collection::served(tx, *account, taken.on)? {
            if !seen.insert(store::place::service_point(tx, point)?.premise) {
                continue;
            }
            let new = NewOrder {
                agreement: Some(agreement),
                about: format!("{} is past due since {oldest}", taken.past_due),
                ..NewOrder::plain(OrderKind::Visit, Where::Point(point))
            };
            match tx.attempt(|tx| order::write_down(tx, allowed, &new))? {
                Ok(order) => store::collection::visit(tx, order.id, &taken.key, taken.nth)?,
                // Somebody is on the way there already.
                Err(why) if why.is::<Refused>() => (),
                Err(why) => return Err(why),
            }
        }
    }
    Ok(())
}

/// Nobody calls or goes for a case that ended.
pub(super) fn after_ends(tx: &mut Tx, allowed: &Authorized) -> Result<()> {
    for id in store::collection::visits_for_nothing(tx)? {
        let followed = order::follow(tx, id)?;
        let note = "less is past due than a case takes";
        order::call_off(tx, allowed, &followed, CalledOff::NotNeeded, note)?;
    }
    task::look_at_calls(tx, Actor::system(allowed.at()))
}

/// What came of a call or the visits of a step; nothing of any other one.
pub fn outcomes(tx: &mut Tx, it: &Taken) -> Result<Vec<Outcome>> {
    let mut all = Vec::new();
    let of = (TaskKind::CollectionCall, key(&it.key, it.nth));
    if let Some(task) = store::task::by_cause(tx, of.0, &of.1)? {
        let steps = store::task::steps(tx, task.id)?;
        let last = steps.into_iter().rfind(|it| it.resolution.is_some());
        let (how, said) = last.map_or((None, String::new()), |it| (it.resolution, it.said));
        all.push(Outcome::Called { how, said });
    }
    for (order, nth) in store::collection::visits(tx, &it.key)? {
        if nth == it.nth {
            let state = order::follow(tx, order)?.stands.state;
            all.push(Outcome::Visited { order, state });
        }
    }
    Ok(all)
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Outcome::Called { how: None, .. } => f.write_str("nobody called yet"),
            Outcome::Called { how: Some(how), said } if said.is_empty() => how.fmt(f),
            Outcome::Called { how: Some(how), said } => write!(f, "{how}: {said}"),
            Outcome::Visited { order, state } => write!(f, "order {order} is {state}"),
        }
    }
}

//! A crew that is away on a day: its day off and all that it was to do go to others in one act.
//!
//! An order goes to the crew that knows how, works then and has the least to do; a promise is kept in
//! its own window, or it stays and is named, because only a customer can say what suits instead.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::crew::Crew;
use meterbook_core::id::{CrewId, OrderId};
use meterbook_core::limits::ORDER_ROWS;
use meterbook_core::order::{State, Step};
use meterbook_core::permission::Permission;
use meterbook_store::order::Which;
use meterbook_store::{self as store, Tx};

use super::{follow, may_go, take};
use crate::authority::authorize;
use crate::{Actor, Refused, appointment, crew};

/// What became of the orders of a crew that is away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// Those that another crew has now.
    pub given: Vec<(OrderId, Crew)>,
    /// Those that wait for a crew, or for a word with the customer, and why.
    pub left: Vec<(OrderId, String)>,
}

/// Gives a crew a day off and what it was to do then to the others.
pub fn away(tx: &mut Tx, actor: Actor, crew: &Crew, on: Date, reason: &str) -> Result<HandedOver> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    crew::off(tx, actor, crew, on, reason)?;
    let others: Vec<Crew> =
        store::crew::all(tx)?.into_iter().filter(|it| it.id != crew.id).collect();
    let mut busy = Vec::new();
    for other in others {
        busy.push((todo(tx, other.id, on)?.len(), other));
    }
    let mut over = HandedOver { given: Vec::new(), left: Vec::new() };
    for (id, state) in todo(tx, crew.id, on)? {
        if state == State::NotDone {
            continue;
        }
        let mut why = "no other crew works on that day".to_owned();
        let mut to = None;
        busy.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
        for (nth, (_, other)) in busy.iter().enumerate() {
            match can(tx, actor, (id, state), other, on)? {
                None => {
                    to = Some(nth);
                    break;
                }
                Some(other) => why = other,
            }
        }
        let promised = store::appointment::of_order(tx, id)?;
        match (to, promised) {
            (Some(nth), Some(promised)) => {
                let other = busy[nth].1.id;
                appointment::change(tx, actor, id, other, promised.arrival)?;
            }
            (Some(nth), None) => {
                let step = Step::Assigned { crew: busy[nth].1.id, on };
                let followed = follow(tx, id)?;
                take(tx, &allowed, &followed, step, reason)?;
            }
            (None, None) if state != State::OnSite => {
                let followed = follow(tx, id)?;
                take(tx, &allowed, &followed, Step::Unassigned, reason)?;
            }
            (None, _) => (),
        }
        match to {
            Some(nth) => {
                busy[nth].0 += 1;
                over.given.push((id, busy[nth].1.clone()));
            }
            None => over.left.push((id, why)),
        }
    }
    let said = format!("{on}: {} given, {} left", over.given.len(), over.left.len());
    store::audit::add(tx, &allowed, "hand over a crew's day", &crew.name, &said)?;
    Ok(over)
}

/// The open orders that a crew has for a day.
fn todo(tx: &mut Tx, crew: CrewId, on: Date) -> Result<Vec<(OrderId, State)>> {
    let which = Which { crew: Some(crew), on: Some(on), ..Which::default() };
    let open = store::order::open(tx, which, ORDER_ROWS)?;
    Ok(open.into_iter().map(|(order, stands)| (order.id, stands.state)).collect())
}

/// Why another crew cannot take an order as it is; `None` when it can. Nothing is written.
fn can(
    tx: &mut Tx,
    actor: Actor,
    (id, state): (OrderId, State),
    other: &Crew,
    on: Date,
) -> Result<Option<String>> {
    if state == State::OnSite {
        return Ok(Some("the crew is there".to_owned()));
    }
    let order = store::order::get(tx, id)?;
    let may = may_go(tx, actor, &order, other.id, on);
    let may = may.and_then(|()| match store::appointment::of_order(tx, id)? {
        Some(it) => appointment::keepable(tx, actor, (id, state), other, it.arrival),
        None => Ok(()),
    });
    match may {
        Ok(()) => Ok(None),
        Err(why) if why.is::<Refused>() => Ok(Some(why.to_string())),
        Err(why) => Err(why),
    }
}

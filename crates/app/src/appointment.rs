//! Appointments: what is offered, booking one, moving it, calling it off.

use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::appointment::{Appointment, Arrival, Ended, free_place, windows};
use meterbook_core::crew::Crew;
use meterbook_core::id::{AppointmentId, CrewId, OrderId};
use meterbook_core::limits::OFFERED_DAYS;
use meterbook_core::order::{State, Step};
use meterbook_core::period::Period;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Conflict, Counter, Tx};

use crate::authority::authorize;
use crate::order::{follow, may_go, take};
use crate::{Actor, Refused, refuse};

/// A window that a crew still has room in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The crew.
    pub crew: Crew,
    /// When.
    pub arrival: Arrival,
}

/// Why no appointment is made, moved or called off.
#[derive(Debug, PartialEq, Eq)]
pub enum NotBooked {
    /// The window is none that the crew offers, or it is full.
    NotOffered {
        /// The crew.
        crew: String,
        /// What was asked for.
        arrival: Arrival,
        /// What it offers on that day.
        offers: Vec<Arrival>,
    },
    /// It begins in the past.
    Begun {
        /// What was asked for.
        arrival: Arrival,
    },
    /// The order has one.
    HasOne {
        /// The order.
        order: OrderId,
        /// When.
        arrival: Arrival,
    },
    /// The order has none.
    HasNone {
        /// The order.
        order: OrderId,
    },
    /// The crew is on its way, or it is done: there is nothing to promise.
    TooLate {
        /// The order.
        order: OrderId,
        /// How it stands.
        state: State,
    },
}

/// Windows that are offered at once.
const OFFERS: usize = 60;

/// The windows in which a crew that knows how can come for an order, from a day on; the earliest
/// first.
pub fn offers(
    tx: &mut Tx,
    actor: Actor,
    order: OrderId,
    from: Date,
    days: i64,
) -> Result<Vec<Offer>> {
    let order = store::order::get(tx, order)?;
    let zone = crate::founding::zone(tx)?;
    let first = from.max(zone.day_of(actor.at)).max(order.not_before);
    let days = days.clamp(1, OFFERED_DAYS);
    let last = first.checked_add(days.days())?;
    let period = Period::new(first, last).expect("there is at least one day");
    let mut offers = Vec::new();
    for crew in store::crew::all(tx)? {
        if !crew.skills.lacking(&order.skills).is_empty() {
            continue;
        }
        for on in period.each_day() {
            let offered = offered(tx, &crew, on)?.into_iter();
            let later = offered.filter(|it| actor.at < it.begins(&zone));
            offers.extend(later.map(|arrival| Offer { crew: crew.clone(), arrival }));
        }
    }
    offers.sort_by(|a, b| (a.arrival, &a.crew.name).cmp(&(b.arrival, &b.crew.name)));
    offers.truncate(OFFERS);
    Ok(offers)
}

/// The windows of a crew's day in which it has room.
fn offered(tx: &mut Tx, crew: &Crew, on: Date) -> Result<Vec<Arrival>> {
    let week = match crate::crew::works(tx, crew, on) {
        Ok(week) => week,
        Err(why) if why.is::<Refused>() => return Ok(Vec::new()),
        Err(why) => return Err(why),
    };
    let booked = booked(tx, crew.id, on)?;
    let mut windows = windows(crew, &week, on);
    windows.retain(|it| free_place(crew, it, &booked).is_some());
    Ok(windows)
}

fn booked(tx: &mut Tx, crew: CrewId, on: Date) -> Result<Vec<Appointment>> {
    let day = Period::new(on, on.tomorrow()?).expect("a day is a period");
    store::appointment::of_crew(tx, crew, day)
}

/// Promises a window, and gives the order to the crew for that day.
pub fn book(
    tx: &mut Tx,
    actor: Actor,
    order: OrderId,
    crew: CrewId,
    arrival: Arrival,
) -> Result<Appointment> {
    let allowed = authorize(tx, actor, Permission::OrderWork, None)?;
    if let Some(it) = store::appointment::of_order(tx, order)? {
        return Err(refuse(NotBooked::HasOne { order, arrival: it.arrival }));
    }
    promise(tx, (actor, &allowed), order, crew, arrival, None)
}

/// Promises another window instead of the one that was promised.
pub fn change(
    tx: &mut Tx,
    actor: Actor,
    order: OrderId,
    crew: CrewId,
    arrival: Arrival,
) -> Result<Appointment> {
    let allowed = authorize(tx, actor, Permission::OrderWork, None)?;
    let before = holding(tx, order)?;
    store::appointment::end(tx, before.id, Ended::Moved)?;
    promise(tx, (actor, &allowed), order, crew, arrival, Some(before.arrival))
}

/// Calls an appointment off; the order waits for another one.
pub fn cancel(tx: &mut Tx, actor: Actor, order: OrderId) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::OrderWork, None)?;
    let before = holding(tx, order)?;
    let followed = follow(tx, order)?;
    not_too_late(order, followed.stands.state)?;
    store::appointment::end(tx, before.id, Ended::Cancelled)?;
    take(tx, &allowed, &followed, Step::Unassigned, "")?;
    let said = before.arrival.to_string();
    let change = (said.as_str(), "no appointment");
    store::audit::turn(tx, &allowed, "cancel appointment", &order.to_string(), &said, change)
}

fn holding(tx: &mut Tx, order: OrderId) -> Result<Appointment> {
    let there = store::appointment::of_order(tx, order)?;
    there.ok_or_else(|| refuse(NotBooked::HasNone { order }))
}

fn not_too_late(order: OrderId, state: State) -> Result<()> {
    match state {
        State::Open | State::Assigned | State::NotDone => Ok(()),
        State::EnRoute | State::OnSite | State::Done | State::Cancelled => {
            Err(refuse(NotBooked::TooLate { order, state }))
        }
    }
}

/// Refuses when a crew has no room for an order in a window. Nothing is written.
pub(crate) fn keepable(
    tx: &mut Tx,
    actor: Actor,
    (order, state): (OrderId, State),
    crew: &Crew,
    arrival: Arrival,
) -> Result<()> {
    not_too_late(order, state)?;
    if arrival.begins(&crate::founding::zone(tx)?) <= actor.at {
        return Err(refuse(NotBooked::Begun { arrival }));
    }
    let offers = offered(tx, crew, arrival.on)?;
    if offers.contains(&arrival) {
        return Ok(());
    }
    Err(refuse(NotBooked::NotOffered { crew: crew.name.clone(), arrival, offers }))
}

fn promise(
    tx: &mut Tx,
    (actor, allowed): (Actor, &Authorized),
    order: OrderId,
    crew: CrewId,
    arrival: Arrival,
    instead_of: Option<Arrival>,
) -> Result<Appointment> {
    let followed = follow(tx, order)?;
    not_too_late(order, followed.stands.state)?;
    let crew = store::crew::get(tx, crew)?;
    if arrival.begins(&crate::founding::zone(tx)?) <= actor.at {
        return Err(refuse(NotBooked::Begun { arrival }));
    }
    may_go(tx, actor, &followed.order, crew.id, arrival.on)?;
    let offers = offered(tx, &crew, arrival.on)?;
    let booked = booked(tx, crew.id, arrival.on)?;
    let place = free_place(&crew, &arrival, &booked).filter(|_| offers.contains(&arrival));
    let not_offered =
        |offers| refuse(NotBooked::NotOffered { crew: crew.name.clone(), arrival, offers });
    let Some(place) = place else { return Err(not_offered(offers)) };
    let id = AppointmentId(tx.next(Counter::Appointment, 1)?);
    let appointment = Appointment { id, order, crew: crew.id, arrival, place };
    // Somebody else may have taken the place since it was looked for.
    store::appointment::add(tx, &appointment, actor.at).map_err(|why| {
        match why.downcast_ref::<Conflict>() {
            Some(it) if it.table == "appointment" => not_offered(Vec::new()),
            _ => why,
        }
    })?;
    take(tx, allowed, &followed, Step::Assigned { crew: crew.id, on: arrival.on }, "")?;
    let said = format!("{arrival}, {}", crew.name);
    let (order, now) = (order.to_string(), arrival.to_string());
    match instead_of.map(|it| it.to_string()) {
        Some(was) => {
            let change = (was.as_str(), now.as_str());
            store::audit::turn(tx, allowed, "move appointment", &order, &said, change)?;
        }
        None => store::audit::add(tx, allowed, "book appointment", &order, &said)?,
    }
    Ok(appointment)
}

impl fmt::Display for NotBooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotBooked::NotOffered { crew, arrival, offers } if offers.is_empty() => write!(
                f,
                "{crew} has no room left for {arrival}; look for another day: meterbook appointment offers"
            ),
            NotBooked::NotOffered { crew, arrival, offers } => {
                let offers: Vec<String> = offers.iter().map(ToString::to_string).collect();
                write!(f, "{crew} has no room for {arrival}; it has for: {}", offers.join(", "))
            }
            NotBooked::Begun { arrival } => {
                write!(f, "{arrival} has begun already; offer a later window")
            }
            NotBooked::HasOne { order, arrival } => {
                write!(f, "order {order} has an appointment, {arrival}; move or cancel that one")
            }
            NotBooked::HasNone { order } => {
                write!(f, "order {order} has no appointment; book one: meterbook appointment book")
            }
            NotBooked::TooLate { order, state } => {
                write!(f, "order {order} is {state}, so there is nothing to promise any more")
            }
        }
    }
}

impl std::error::Error for NotBooked {}

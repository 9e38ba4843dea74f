//! Work in the field, one of everything: a crew with its week, an order with its steps, a photo and
//! what was promised.

use anyhow::Result;
use jiff::civil::date;
use meterbook_core::appointment::{Appointment, Arrival};
use meterbook_core::crew::{Clock, Crew, Week};
use meterbook_core::id::*;
use meterbook_core::money::Money;
use meterbook_core::order::{
    Connected, Order, OrderKind, Priority, Progress, Skills, State, Step as OrderStep, Taken,
};
use meterbook_store::order::Photo;
use meterbook_store::{self as store, Tx};

use crate::sample::{ACCOUNT, FROM, POINT, at};

pub(crate) fn crew() -> Crew {
    let (name, skills) = ("North".to_owned(), Skills::parse("electric ladder"));
    Crew { id: CrewId(1), name, skills, window_minutes: 120, per_window: 2 }
}

pub(crate) fn week() -> Week {
    Week::parse("mon-fri 08:00-16:30, sat 08:00-12:00").expect("these are hours")
}

pub(crate) fn order() -> Order {
    Order {
        id: OrderId(1),
        kind: OrderKind::Disconnect,
        priority: Priority::Urgent,
        premise: PremiseId(1),
        service_point: Some(POINT),
        account: Some(ACCOUNT),
        agreement: Some(AgreementId(1)),
        skills: Skills::parse("electric"),
        not_before: date(2026, 8, 12),
        due: Some(at()),
        off_below: Some(Money::from_cents(2_500)),
        about: "Meter behind the garage; «dog».".to_owned(),
        key: "disconnect/agreement/1".to_owned(),
    }
}

/// Its creation, and a crew for it.
pub(crate) fn steps() -> Vec<Taken> {
    let one = |step, by, note: &str| Taken { step, at: at(), by, note: note.to_owned() };
    let assigned = OrderStep::Assigned { crew: CrewId(1), on: date(2026, 8, 12) };
    vec![one(OrderStep::Created, None, ""), one(assigned, Some(UserId(1)), "bring a ladder")]
}

pub(crate) fn stands() -> Progress {
    Progress { state: State::Assigned, crew: Some((CrewId(1), date(2026, 8, 12))) }
}

pub(crate) fn photo() -> Photo {
    Photo { sha256: "d4".repeat(32), media: "image/png".to_owned() }
}

pub(crate) fn appointment() -> Appointment {
    let clock = |text| Clock::parse(text).expect("it is a time");
    let arrival = Arrival { on: date(2026, 8, 12), from: clock("08:00"), to: clock("10:00") };
    Appointment { id: AppointmentId(1), order: OrderId(1), crew: CrewId(1), arrival, place: 2 }
}

/// Keeps an order with all that may be said of it.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    store::crew::add(tx, &crew())?;
    store::crew::say_week(tx, CrewId(1), FROM, &week())?;
    store::crew::off(tx, CrewId(1), date(2026, 8, 13), "training")?;
    store::order::say_rule(tx, OrderKind::Reconnect, FROM, "within 24 hours")?;
    store::order::add(tx, &order())?;
    let open = Progress { state: State::Open, crew: None };
    for (nth, (taken, stands)) in steps().iter().zip([open, stands()]).enumerate() {
        store::order::step(tx, &order(), nth, taken, stands)?;
    }
    store::order::add_photo(tx, OrderId(1), &photo(), b"\x89PNG")?;
    store::connection::add(tx, POINT, FROM, Connected::Yes, Some(OrderId(1)))?;
    store::appointment::add(tx, &appointment(), at())
}

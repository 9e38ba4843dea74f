//! `crew` and `appointment`: who does field work, when they work, and what customers are promised.

use anyhow::Result;
use meterbook_app::appointment::{self, Offer};
use meterbook_app::crew;
use meterbook_app::order::sick;
use meterbook_core::appointment::Arrival;
use meterbook_core::crew::Clock;
use meterbook_core::id::OrderId;
use meterbook_core::order::Skills;
use meterbook_store as store;

use crate::args::Place;
use crate::args::order::{AppointmentCommand, CrewCommand, Promise};
use crate::say;

pub(crate) fn crew(place: &Place, command: &CrewCommand) -> Result<()> {
    let db = super::open(place)?;
    match command {
        CrewCommand::Add { name, skills, window, per_window } => {
            let skills = Skills::parse(skills);
            let actor = super::actor();
            let crew = db.write(|tx| crew::add(tx, actor, name, skills, *window, *per_window))?;
            say::line(format_args!("crew {}: {}", crew.name, crew.skills));
        }
        CrewCommand::List => {
            let lines = db.read(|tx| {
                let mut lines = Vec::new();
                for crew in store::crew::all(tx)? {
                    lines.push(format!(
                        "{}: {}; {} in {} min",
                        crew.name, crew.skills, crew.per_window, crew.window_minutes
                    ));
                    for (from, week) in store::crew::weeks(tx, crew.id)? {
                        lines.push(format!("  from {from}: {week}"));
                    }
                }
                Ok(lines)
            })?;
            lines.iter().for_each(say::line);
        }
        CrewCommand::Hours { name, week, from } => {
            let from = from.map_or_else(|| super::today(&db), Ok)?;
            let week = db.write(|tx| {
                let crew = crew::named(tx, name)?;
                crew::hours(tx, super::actor(), &crew, from, week)
            })?;
            say::line(format_args!("{name} from {from} on: {week}"));
        }
        CrewCommand::Off { name, on, why: Some(why), hand_over: true, .. } => {
            let over = db.write(|tx| {
                let crew = crew::named(tx, name)?;
                sick::away(tx, super::actor(), &crew, *on, why)
            })?;
            say::line(format_args!("{name} is off on {on}"));
            for (order, crew) in over.given {
                say::line(format_args!("order {order} is {}'s now", crew.name));
            }
            for (order, why) in over.left {
                say::warning(format_args!("order {order} waits: {why}"));
            }
        }
        CrewCommand::Off { name, on, why: Some(why), .. } => {
            let orders = db.write(|tx| {
                let crew = crew::named(tx, name)?;
                crew::off(tx, super::actor(), &crew, *on, why)
            })?;
            say::line(format_args!("{name} is off on {on}"));
            for order in orders {
                say::warning(format_args!(
                    "order {order} is planned for that day; give it to another crew"
                ));
            }
        }
        CrewCommand::Off { name, on, why: None, .. } => {
            db.write(|tx| {
                let crew = crew::named(tx, name)?;
                crew::not_off(tx, super::actor(), &crew, *on)
            })?;
            say::line(format_args!("{name} works on {on}"));
        }
    }
    Ok(())
}

pub(crate) fn appointment(place: &Place, command: &AppointmentCommand) -> Result<()> {
    let db = super::open(place)?;
    let actor = super::actor();
    match command {
        AppointmentCommand::Offers { order, from, days } => {
            let from = from.map_or_else(|| super::today(&db), Ok)?;
            let id = OrderId(*order);
            let offers = db.read(|tx| appointment::offers(tx, actor, id, from, *days))?;
            if offers.is_empty() {
                return Err(super::said(
                    "no crew that knows how has room then; ask for more --days, or see: meterbook crew list"
                        .to_owned(),
                ));
            }
            for Offer { crew, arrival } in offers {
                say::line(format_args!("{arrival}  {}", crew.name));
            }
        }
        AppointmentCommand::Book(it) => {
            let (arrival, id) = (arrival(it)?, OrderId(it.order));
            db.write(|tx| {
                let crew = crew::named(tx, &it.crew)?;
                appointment::book(tx, actor, id, crew.id, arrival)
            })?;
            say::line(format_args!("order {id}: {} comes {arrival}", it.crew));
        }
        AppointmentCommand::Move(it) => {
            let (arrival, id) = (arrival(it)?, OrderId(it.order));
            db.write(|tx| {
                let crew = crew::named(tx, &it.crew)?;
                appointment::change(tx, actor, id, crew.id, arrival)
            })?;
            say::line(format_args!("order {id}: {} comes {arrival} instead", it.crew));
        }
        AppointmentCommand::Cancel { order } => {
            db.write(|tx| appointment::cancel(tx, actor, OrderId(*order)))?;
            say::line(format_args!("order {order} has no appointment any more"));
        }
    }
    Ok(())
}

fn arrival(promise: &Promise) -> Result<Arrival> {
    let clocks = promise.window.split_once('-');
    let clocks = clocks.and_then(|(from, to)| Some((Clock::parse(from)?, Clock::parse(to)?)));
    match clocks.filter(|(from, to)| from < to) {
        Some((from, to)) => Ok(Arrival { on: promise.on, from, to }),
        None => {
            let text = &promise.window;
            Err(super::said(format!("{text} is no window; write it like 08:00-10:00")))
        }
    }
}

//! Moving the planned people into the database, by the acts that everybody uses.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::id::{AccountId, ServicePointId, UserId};
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::person::ContactKind;
use meterbook_core::place::Commodity;
use meterbook_core::seller::Seller;
use meterbook_store::{Db, Tx};

use super::calendar;
use super::chance::{About, Chance};
use super::streets::TOWN;
use super::town::{Customer, Habit, Home, Service, Story, Town, ZONE};
use crate::account::NewAccount;
use crate::meter::NewChannel;
use crate::window::NewWindow;
use crate::{
    Actor, account, agreement, founding, interaction, meter, person, place, refuse, seller, tariff,
    window,
};

/// The rates of the town, oldest version first.
const TARIFFS: [&str; 6] = [
    include_str!("../../tariffs/demo/r-1.tariff"),
    include_str!("../../tariffs/demo/r-1-2026.tariff"),
    include_str!("../../tariffs/demo/r-tou.tariff"),
    include_str!("../../tariffs/demo/c-1.tariff"),
    include_str!("../../tariffs/demo/g-1.tariff"),
    include_str!("../../tariffs/demo/w-1.tariff"),
];

/// Buildings and customers written in one transaction.
const IN_ONE: usize = 250;

/// Founds the utility, publishes its rates and plans its year.
pub(super) fn found(db: &Db, actor: Actor, town: &Town) -> Result<()> {
    let utility = Utility {
        name: "Cedar Fork Utilities".to_owned(),
        remit_to: vec!["PO Box 1180".to_owned(), format!("{TOWN} XX 00417")],
        phone: "(555) 010-2000".to_owned(),
        site: "cedarfork.example".to_owned(),
        zone: ZONE.to_owned(),
        currency: Currency::DOLLARS,
        footer: "Sample data. The town, its people and their addresses are made up.".to_owned(),
    };
    db.write(|tx| {
        founding::found(tx, actor, &utility)?;
        // All of its bills can be written as e-invoices.
        let described = Seller::new("US", "USD", Some("00-0001180"), None).map_err(refuse)?;
        seller::say(tx, actor, date(2020, 1, 1), &described)?;
        for text in TARIFFS {
            tariff::publish(tx, actor, text)?;
        }
        for cycle in 1..=town.cycles {
            let cycle = meterbook_core::account::Cycle(cycle);
            let turns: Vec<NewWindow> = calendar::turns(cycle, town.cycles)
                .into_iter()
                .map(|it| NewWindow {
                    period: it.period,
                    billed_on: it.billed_on,
                    due_on: it.due_on,
                })
                .collect();
            window::plan(tx, actor, cycle, &turns)?;
        }
        Ok(())
    })
}

/// Builds the homes and moves the customers in; returns the account of each customer.
pub(super) fn settle(
    db: &Db,
    by: Option<UserId>,
    town: &Town,
    watch: &mut dyn FnMut(u64),
) -> Result<Vec<AccountId>> {
    let mut accounts = Vec::with_capacity(town.customers.len());
    let mut points: HashMap<usize, Vec<ServicePointId>> = HashMap::new();
    for some in town.customers.chunks(IN_ONE) {
        db.write(|tx| {
            for customer in some {
                let home = &town.homes[customer.home];
                let actor = at(town, by, customer.from);
                let points = match points.entry(home.nth) {
                    Entry::Occupied(built) => built.into_mut(),
                    Entry::Vacant(lot) => lot.insert(build(tx, actor, town, home)?),
                };
                accounts.push(move_in(tx, actor, town, customer, home, points)?);
            }
            Ok(())
        })?;
        watch(u64::try_from(accounts.len())?);
    }
    Ok(accounts)
}

/// Somebody at the counter on the morning of a day.
pub(super) fn at(town: &Town, by: Option<UserId>, day: Date) -> Actor {
    let morning = jiff::SignedDuration::from_hours(10);
    let start = town.zone.start_of(day);
    Actor { by, at: start.saturating_add(morning).unwrap_or(start) }
}

/// Puts up a building with its service points and meters.
fn build(tx: &mut Tx, actor: Actor, town: &Town, home: &Home) -> Result<Vec<ServicePointId>> {
    let premise = place::add_premise(tx, actor, &home.address.street, TOWN, &home.address.region)?;
    let mut points = Vec::new();
    for service in &home.services {
        let point = place::add_service_point(tx, actor, premise, service.commodity, &town.zone)?;
        for hanging in &service.meters {
            let hung =
                meter::add(tx, actor, &hanging.serial, service.commodity, &channels(service))?;
            meter::install(tx, actor, &hung, point, hanging.from)?;
            if let Some(to) = hanging.to {
                meter::remove(tx, actor, &hung, to)?;
            }
        }
        points.push(point);
    }
    Ok(points)
}

fn channels(service: &Service) -> Vec<NewChannel> {
    let Service { form, unit, solar, .. } = *service;
    let channel = |flow| NewChannel { form, unit, flow, multiplier_micro: 1_000_000 };
    let mut channels = vec![channel(Flow::Delivered)];
    if solar {
        channels.push(channel(Flow::Received));
    }
    debug_assert!(
        !matches!((form, unit), (Form::Interval { .. }, Unit::Ccf)),
        "gas is read by month"
    );
    channels
}

fn move_in(
    tx: &mut Tx,
    actor: Actor,
    town: &Town,
    customer: &Customer,
    home: &Home,
    points: &[ServicePointId],
) -> Result<AccountId> {
    let who = &customer.who;
    let person = person::add(tx, actor, &who.name, who.kind, who.language)?;
    for (kind, value) in
        [(ContactKind::Phone, &customer.phone), (ContactKind::Email, &customer.email)]
    {
        if let Some(value) = value {
            person::add_contact(tx, actor, person, kind, value)?;
        }
    }
    let address = &home.address;
    let opened = account::open(
        tx,
        actor,
        NewAccount {
            person,
            class: home.class,
            cycle: home.cycle,
            mail_to: format!("{}\n{TOWN} {}", address.street, address.region),
            opened_on: customer.from,
        },
    )?;
    for (service, point) in home.services.iter().zip(points) {
        let begun = agreement::start(tx, actor, opened.id, *point, service.tariff, customer.from)?;
        if let Some(to) = customer.to {
            agreement::stop(tx, actor, begun, to)?;
        }
    }
    talk(tx, town, actor.by, customer, home, opened.id)?;
    Ok(opened.id)
}

/// What was said with a customer in the year.
fn talk(
    tx: &mut Tx,
    town: &Town,
    by: Option<UserId>,
    customer: &Customer,
    home: &Home,
    account: AccountId,
) -> Result<()> {
    let turns = town.turns(home);
    let mut chance = Chance::new(town.seed, About::Conduct(customer.nth));
    let mut said: Vec<(Date, InteractionChannel, &str)> = Vec::new();
    let special = home.special.first().copied();
    match home.story {
        Story::Leak => {
            let day = turns[super::load::LATE_TURN].billed_on;
            said.push((day, InteractionChannel::Phone, "Asked why the water bill is so high. Advised to look at the meter with all taps shut; a leak is likely."));
        }
        Story::Exchange => {
            said.extend(
                special.map(|day| {
                    (day, InteractionChannel::Field, "Meter exchanged; both reads taken.")
                }),
            );
        }
        Story::Vacant | Story::ChangesHands if customer.to.is_some() => {
            said.extend(customer.to.map(|day| {
                (
                    day,
                    InteractionChannel::Phone,
                    "Moves out; final bill to this address, mail is forwarded.",
                )
            }));
        }
        Story::Gap => {
            let day = turns[super::load::LATE_TURN].period.end();
            said.push((day, InteractionChannel::System, "The radio lost intervals of this meter; the bill waits until they are read or estimated."));
        }
        Story::MissingRead => {
            let day = turns[super::load::LATE_TURN].period.end();
            said.push((day, InteractionChannel::Field, "Gate locked, no read. Left a card."));
        }
        Story::Solar => {
            let day = turns[2].billed_on;
            said.push((day, InteractionChannel::Email, "Asked how the surplus of the roof is credited. Sent the page about the credit line."));
        }
        _ => {}
    }
    if let Habit::NotSince(turn) = customer.habit {
        let day = turns[turn + 1].billed_on;
        said.push((
            day,
            InteractionChannel::Phone,
            "Called about the overdue balance. Wants to pay in two parts after payday.",
        ));
    }
    if said.is_empty() && chance.in_thousand(140) {
        let turn = usize::try_from(chance.between(1, 12))?;
        said.push((
            turns[turn].billed_on,
            *chance.pick(&[
                InteractionChannel::Phone,
                InteractionChannel::Counter,
                InteractionChannel::Email,
            ]),
            *chance.pick(&[
                "Asked for a copy of the last bill. Sent.",
                "Asked about budget billing. Explained.",
                "New telephone number; taken down.",
                "Asked when the meter is read.",
                "Wanted to know what the fuel adjustment is. Explained with the sheet.",
            ]),
        ));
    }
    for (day, channel, text) in said {
        if customer.from <= day {
            interaction::note(tx, at(town, by, day), account, channel, text)?;
        }
    }
    debug_assert!(
        home.services.iter().any(|it| it.commodity == Commodity::Electric),
        "every home has a line"
    );
    Ok(())
}

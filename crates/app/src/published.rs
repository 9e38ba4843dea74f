//! What is published for everybody on a tariff: saying it at the counter, and loading it for bills.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::id::PublicationId;
use meterbook_core::period::{Period, Zone};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::rating::published::{About, Call, Names, PeakHour, Published, one_too_many};
use meterbook_core::tariff::Tariff;
use meterbook_core::tariff::clock::EventLimit;
use meterbook_store::bill::Known;
use meterbook_store::published::Publication;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why something is not published.
#[derive(Debug, PartialEq, Eq)]
pub enum NotCalled {
    /// No tariff can say this name.
    OddName {
        /// The name.
        name: String,
    },
    /// A tariff does not allow an event on one more day.
    TooMany {
        /// The event.
        event: String,
        /// The day.
        day: Date,
        /// The tariff.
        tariff: String,
        /// What it allows.
        limit: EventLimit,
    },
    /// What was never called cannot be withdrawn.
    NotThere {
        /// The name.
        name: String,
        /// The day or the time, as it was written.
        when: String,
    },
}

/// Whether saying something changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is new.
    Now,
    /// It was said before.
    Before,
}

/// Calls an event on a day, or withdraws it.
pub fn day(tx: &mut Tx, actor: Actor, name: &str, day: Date, call: Call) -> Result<Changed> {
    let allowed = authorize(tx, actor, Permission::PublishPrices, None)?;
    check_name(name)?;
    let mut calls = Calls::around(tx, name, day, day)?;
    match (call, calls.days.contains(&day)) {
        (Call::Called, true) => return Ok(Changed::Before),
        (Call::Called, false) => calls.call(day).map_err(refuse)?,
        (Call::Withdrawn, true) => (),
        (Call::Withdrawn, false) => return Err(not_there(name, &day)),
    }
    let publication = begin(tx, &allowed, About::Events, name)?;
    store::published::add_days(tx, &publication, &[(day, call)])?;
    said(tx, &allowed, &publication, &format!("{call} {day}"))
}

/// Says when a peak was, or withdraws it.
pub fn peak(tx: &mut Tx, actor: Actor, name: &str, hour: PeakHour, call: Call) -> Result<Changed> {
    let allowed = authorize(tx, actor, Permission::PublishPrices, None)?;
    check_name(name)?;
    let day = Zone::utc().day_of(hour.start);
    let around = Period::new(day, day.saturating_add(1.day())).expect("a day is a period");
    let there = store::published::peaks(tx, name, around, Known::ALL)?;
    let same = there.iter().find(|it| it.start == hour.start);
    match (call, same) {
        (Call::Called, Some(same)) if *same == hour => return Ok(Changed::Before),
        (Call::Withdrawn, None) => return Err(not_there(name, &hour.start)),
        _ => (),
    }
    let publication = begin(tx, &allowed, About::Peaks, name)?;
    store::published::add_peaks(tx, &publication, &[(hour, call)])?;
    said(tx, &allowed, &publication, &format!("{call} {} for {} min", hour.start, hour.minutes))
}

/// What is published under a name for some days, whatever it is.
pub fn under(tx: &mut Tx, name: &str, days: Period) -> Result<Published> {
    let one: BTreeSet<String> = [name.to_owned()].into();
    let names = Names { events: one.clone(), prices: one.clone(), peaks: one };
    store::published::of(tx, &names, days, Known::ALL)
}

/// What is published under these names for a load whose days all have 24 hours.
pub fn on_even_days(tx: &mut Tx, names: &Names, zone: &Zone, days: Period) -> Result<Published> {
    Ok(store::published::of(tx, names, days, Known::ALL)?.on_even_days(zone, days))
}

/// The names under which tariffs look for something.
pub fn looked_for(tx: &mut Tx, about: About) -> Result<BTreeSet<String>> {
    let tariffs = store::tariff::all(tx)?;
    let parsed: Vec<Tariff> =
        tariffs.iter().filter_map(|it| Tariff::parse(&it.text).ok()).collect();
    Ok(Names::of_all(&parsed).about(about).clone())
}

/// Takes in what these tariffs can find published for the days of a turn.
pub(crate) fn learn(tx: &mut Tx, tariffs: &mut Tariffs, turn: Period, known: Known) -> Result<()> {
    let found = store::published::of(tx, &tariffs.names(), turn, known)?;
    tariffs.publish(found);
    Ok(())
}

/// The days on which an event is called, and the tariffs that limit them.
pub(crate) struct Calls {
    name: String,
    pub(crate) days: BTreeSet<Date>,
    /// By code, and from their first days on.
    tariffs: Vec<Tariff>,
}

impl Calls {
    /// Those that are counted together with days from `first` to `last`.
    pub(crate) fn around(tx: &mut Tx, name: &str, first: Date, last: Date) -> Result<Calls> {
        let year = 367.days();
        let days = Period::new(first.saturating_sub(year), last.saturating_add(year));
        let days = days.expect("a year is before and after");
        let stored = store::tariff::all(tx)?;
        let parsed = stored.iter().filter_map(|it| Tariff::parse(&it.text).ok());
        Ok(Calls {
            name: name.to_owned(),
            days: store::published::days(tx, name, days, Known::ALL)?,
            tariffs: parsed.collect(),
        })
    }

    /// Calls the event on a day more, if every tariff in force then allows it.
    pub(crate) fn call(&mut self, day: Date) -> Result<(), NotCalled> {
        let in_force = |(nth, it): &(usize, &Tariff)| {
            let next = self.tariffs.get(nth + 1).filter(|next| next.code == it.code);
            it.from <= day && next.is_none_or(|next| day < next.from)
        };
        for (_, tariff) in self.tariffs.iter().enumerate().filter(in_force) {
            if let Some(limit) = one_too_many(tariff, &self.name, &self.days, day) {
                let (event, tariff) = (self.name.clone(), tariff.code.clone());
                return Err(NotCalled::TooMany { event, day, tariff, limit });
            }
        }
        self.days.insert(day);
        Ok(())
    }
}

/// Refuses a name that no tariff can say.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let plain = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(refuse(NotCalled::OddName { name: name.to_owned() }));
    }
    Ok(())
}

fn not_there(name: &str, when: &dyn fmt::Display) -> anyhow::Error {
    refuse(NotCalled::NotThere { name: name.to_owned(), when: when.to_string() })
}

fn begin(tx: &mut Tx, allowed: &Authorized, about: About, name: &str) -> Result<Publication> {
    let id = PublicationId(tx.next(Counter::Publication, 1)?);
    let it = Publication { id, about, name: name.to_owned(), batch: None, at: allowed.at() };
    store::published::add(tx, &it)?;
    Ok(it)
}

fn said(tx: &mut Tx, allowed: &Authorized, it: &Publication, what: &str) -> Result<Changed> {
    let act = format!("publish {}", it.about);
    store::audit::add(tx, allowed, &act, &it.name, what)?;
    Ok(Changed::Now)
}

impl fmt::Display for NotCalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCalled::OddName { name } => write!(
                f,
                "{name} is no name that a tariff can say; a name is one word of letters, digits and dashes"
            ),
            NotCalled::TooMany { event, day, tariff, limit: EventLimit { most, span } } => write!(
                f,
                "{event} cannot be called on {day} too: {tariff} allows at most {most} days a {span}; withdraw another first: meterbook publish event {event} DAY --withdraw"
            ),
            NotCalled::NotThere { name, when } => write!(
                f,
                "{name} is not called for {when}, so there is nothing to withdraw; see what is: meterbook publish show {name} --from DAY --to DAY"
            ),
        }
    }
}

impl std::error::Error for NotCalled {}

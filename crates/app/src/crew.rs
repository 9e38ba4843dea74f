//! Crews and their calendars.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::crew::{Crew, Week};
use meterbook_core::id::{CrewId, OrderId};
use meterbook_core::order::Skills;
use meterbook_core::period::Period;
use meterbook_core::permission::Permission;
use meterbook_store::order::Which;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::order::NotStepped;
use crate::{Actor, refuse};

/// Why a crew or its calendar is not written down.
#[derive(Debug, PartialEq, Eq)]
pub enum CrewRefusal {
    /// It has no name.
    NoName,
    /// Another one has it.
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is none of that name.
    Unknown {
        /// The name.
        name: String,
        /// Those there are.
        there: Vec<String>,
    },
    /// A window is a part of a day.
    OddWindow {
        /// What was said.
        minutes: i64,
    },
    /// A crew keeps at least one appointment in a window, and not a hundred.
    OddCapacity {
        /// What was said.
        per_window: i64,
    },
    /// A day off has a reason.
    NoReason,
    /// It has no such day off.
    NotOff {
        /// The crew.
        name: String,
        /// The day.
        on: Date,
    },
}

/// Orders a crew was to do on a day that it now has off.
const ORDERS: usize = 1_000;

/// Takes a crew down.
pub fn add(
    tx: &mut Tx,
    actor: Actor,
    name: &str,
    skills: Skills,
    window_minutes: i64,
    per_window: i64,
) -> Result<Crew> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(refuse(CrewRefusal::NoName));
    }
    if !(15..=1_440).contains(&window_minutes) {
        return Err(refuse(CrewRefusal::OddWindow { minutes: window_minutes }));
    }
    if !(1..100).contains(&per_window) {
        return Err(refuse(CrewRefusal::OddCapacity { per_window }));
    }
    if store::crew::by_name(tx, &name)?.is_some() {
        return Err(refuse(CrewRefusal::NameTaken { name }));
    }
    let id = CrewId(tx.next(Counter::Crew, 1)?);
    let crew = Crew { id, name, skills, window_minutes, per_window };
    store::crew::add(tx, &crew)?;
    let said = crew.skills.to_string();
    store::audit::add(tx, &allowed, "add crew", &crew.name, &said)?;
    Ok(crew)
}

/// The crew with this name.
pub fn named(tx: &mut Tx, name: &str) -> Result<Crew> {
    if let Some(crew) = store::crew::by_name(tx, name.trim())? {
        return Ok(crew);
    }
    let there = store::crew::all(tx)?.into_iter().map(|it| it.name).collect();
    Err(refuse(CrewRefusal::Unknown { name: name.to_owned(), there }))
}

/// Says the hours a crew works from a day on.
pub fn hours(tx: &mut Tx, actor: Actor, crew: &Crew, from: Date, text: &str) -> Result<Week> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    let week = Week::parse(text).map_err(refuse)?;
    let weeks = store::crew::weeks(tx, crew.id)?;
    let was = weeks.into_iter().rfind(|it| it.0 <= from).map(|it| it.1.to_string());
    store::crew::say_week(tx, crew.id, from, &week)?;
    let said = format!("from {from}: {week}");
    let change = (was.as_deref().unwrap_or("no hours"), &*week.to_string());
    store::audit::turn(tx, &allowed, "say hours", &crew.name, &said, change)?;
    Ok(week)
}

/// Gives a crew a day off, and names the open orders it was to do then.
pub fn off(tx: &mut Tx, actor: Actor, crew: &Crew, on: Date, reason: &str) -> Result<Vec<OrderId>> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(refuse(CrewRefusal::NoReason));
    }
    store::crew::off(tx, crew.id, on, reason)?;
    let said = format!("{on}: {reason}");
    store::audit::turn(tx, &allowed, "give day off", &crew.name, &said, ("works", "off"))?;
    let which = Which { crew: Some(crew.id), on: Some(on), ..Which::default() };
    Ok(store::order::open(tx, which, ORDERS)?.into_iter().map(|it| it.0.id).collect())
}

/// Takes a day off back.
pub fn not_off(tx: &mut Tx, actor: Actor, crew: &Crew, on: Date) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    if !store::crew::not_off(tx, crew.id, on)? {
        return Err(refuse(CrewRefusal::NotOff { name: crew.name.clone(), on }));
    }
    let (act, change) = ("take day off back", ("off", "works"));
    store::audit::turn(tx, &allowed, act, &crew.name, &on.to_string(), change)
}

/// The week of a crew on a day, when it works then.
pub(crate) fn works(tx: &mut Tx, crew: &Crew, on: Date) -> Result<Week> {
    let day = Period::new(on, on.tomorrow()?).expect("a day is a period");
    let off = store::crew::days_off(tx, crew.id, day)?.pop().map(|it| it.1);
    let weeks = store::crew::weeks(tx, crew.id)?;
    let week = weeks.into_iter().rev().find(|(from, _)| *from <= on).map(|it| it.1);
    match week.filter(|week| off.is_none() && week.hours(on).is_some()) {
        Some(week) => Ok(week),
        None => Err(refuse(NotStepped::NotWorking { crew: crew.name.clone(), on, off })),
    }
}

impl fmt::Display for CrewRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CrewRefusal::NoName => f.write_str("a crew has a name; say one"),
            CrewRefusal::NameTaken { name } => {
                write!(f, "there is a crew {name} already; say another name")
            }
            CrewRefusal::Unknown { name, there } if there.is_empty() => {
                write!(f, "there is no crew {name} and no other; take one down: meterbook crew add")
            }
            CrewRefusal::Unknown { name, there } => {
                write!(f, "there is no crew {name}; there are: {}", there.join(", "))
            }
            CrewRefusal::OddWindow { minutes } => {
                write!(f, "a window has 15 to 1440 minutes, not {minutes}")
            }
            CrewRefusal::OddCapacity { per_window } => {
                write!(f, "a crew keeps 1 to 99 appointments in a window, not {per_window}")
            }
            CrewRefusal::NoReason => f.write_str("a day off has a reason; say it"),
            CrewRefusal::NotOff { name, on } => {
                write!(f, "{name} is not off on {on}, so there is nothing to take back")
            }
        }
    }
}

impl std::error::Error for CrewRefusal {}

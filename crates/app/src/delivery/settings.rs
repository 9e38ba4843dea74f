//! Saying by which server and in whose name bills are sent, and stopping a way.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::delivery::Way;
use meterbook_core::delivery::settings::Settings;
use meterbook_core::permission::Permission;
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Tx};

use super::NotDelivered;
use crate::authority::authorize;
use crate::{Actor, refuse};

/// The longest text of settings, in bytes.
const LONGEST: usize = 10_000;

/// Says the settings that hold from a day on.
pub fn say(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SetDelivery, None)?;
    if LONGEST < text.len() {
        return Err(refuse(NotDelivered::TooLong));
    }
    Settings::parse(text).map_err(refuse)?;
    let was = store::outbox::said(tx, from)?.unwrap_or_default();
    store::outbox::say(tx, from, text).map_err(|why| match why.is::<store::Conflict>() {
        true => refuse(NotDelivered::SaidBefore { from }),
        false => why,
    })?;
    let said = format!("from {from}");
    store::audit::turn(tx, &allowed, "say delivery settings", "", &said, (was.as_str(), text))
}

/// The settings that hold on a day.
pub fn on(tx: &mut Tx, day: Date) -> Result<Settings> {
    let text = store::outbox::said(tx, day)?.unwrap_or_default();
    Ok(Settings::parse(&text)?)
}

/// Stops a way: nothing goes by it until it is let go on.
pub fn stop(tx: &mut Tx, actor: Actor, way: Way, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SwitchDelivery, None)?;
    let was = store::outbox::stopped(tx, way)?;
    turn(tx, actor, way, (was.is_none(), true, why))?;
    store::audit::change(tx, &allowed, "stop delivery", way.word(), ("", because(why)))
}

/// Lets a way go on that was stopped.
pub fn go_on(tx: &mut Tx, actor: Actor, way: Way, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SwitchDelivery, None)?;
    let was = store::outbox::stopped(tx, way)?;
    turn(tx, actor, way, (was.is_some(), false, why))?;
    store::audit::change(tx, &allowed, "go on with delivery", way.word(), ("", because(why)))
}

fn turn(
    tx: &mut Tx,
    actor: Actor,
    way: Way,
    (otherwise, stopped, why): (bool, bool, &str),
) -> Result<()> {
    if !otherwise {
        return Err(refuse(NotDelivered::StandsSo { way }));
    }
    if why.trim().is_empty() {
        return Err(refuse(NotDelivered::NoReason));
    }
    store::outbox::switch(tx, way, (stopped, why.trim()), (actor.by, actor.at))
}

fn because(why: &str) -> Change<'_> {
    Change { why: Some(why.trim()), ..Change::default() }
}

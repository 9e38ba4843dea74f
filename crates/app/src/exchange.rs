//! Setting a meter, removing one, hanging another in its place, and giving one another multiplier:
//! each with what its registers show.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{ChannelId, InstallationId, ServicePointId};
use meterbook_core::meter::{Channel, Form, Installation, Meter};
use meterbook_core::order::{CalledOff, OrderKind};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::place::Commodity;
use meterbook_core::reads::{Read, ReadKind, estimate};
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::meter::{self, MeterRefusal, NewChannel};
use crate::{Actor, order, refuse};

/// Another multiplier for the meter at a service point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMultiplier {
    /// Where.
    pub point: ServicePointId,
    /// The multiplier, in millionths.
    pub multiplier_micro: i64,
    /// What proves it.
    pub evidence: String,
    /// The first day of it.
    pub on: Date,
    /// What each register showed at the start of that day, in millionths.
    pub reads: Vec<i64>,
}

/// What a member of staff has to be allowed to do, and a second one to agree with, before a
/// multiplier is changed: a wrong one multiplies every bill.
pub const CHANGE_MULTIPLIER: &str = "change-multiplier";

/// A meter that is hung.
#[derive(Clone, Debug)]
pub struct Hang {
    /// Where.
    pub point: ServicePointId,
    /// The first day of it.
    pub on: Date,
    /// The number on it.
    pub serial: String,
    /// What it counts; nothing when it was taken down before.
    pub channels: Vec<NewChannel>,
    /// What each of its registers shows, in millionths.
    pub first: Vec<i64>,
}

/// A meter that comes down and another that is hung, on one day.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What each register of the old meter showed, in millionths.
    pub last: Vec<i64>,
    /// The new one, where the old one hung.
    pub next: Hang,
}

/// Why a meter is not exchanged, or its multiplier stays.
#[derive(Debug, PartialEq, Eq)]
pub enum ExchangeRefusal {
    /// Nothing hangs there.
    NothingHangs {
        /// Where.
        point: ServicePointId,
    },
    /// The meter has another number of registers than reads were given.
    Registers {
        /// The meter.
        meter: String,
        /// How many it has.
        has: usize,
        /// How many reads were given.
        given: usize,
    },
    /// The register cannot show that.
    Implausible {
        /// The meter.
        meter: String,
        /// What was said, in whole units.
        index: i64,
    },
    /// Bills have been made for days after that.
    Billed {
        /// The first day not billed.
        through: Date,
    },
    /// The day has not come: nobody knows what the meters will show.
    NotYet {
        /// The day.
        on: Date,
        /// Today, where the utility is.
        today: Date,
        /// The order that has it done on that day.
        kind: OrderKind,
    },
    /// Nothing says why the multiplier is another one.
    NoEvidence,
    /// It is that already.
    SameMultiplier,
    /// It hangs there since that very day, so that no day is left on which it counted otherwise.
    SinceHung {
        /// Where.
        point: ServicePointId,
        /// Its number.
        meter: String,
        /// The day.
        from: Date,
    },
}

/// Hangs a meter where none hangs, with its first reads.
pub fn set(tx: &mut Tx, actor: Actor, new: &Hang) -> Result<InstallationId> {
    authorize(tx, actor, Permission::KeepMeters, None)?;
    has_come(tx, actor, new.on, OrderKind::Connect)?;
    unbilled(tx, new.point, new.on)?;
    let commodity = store::place::service_point(tx, new.point)?.commodity;
    hang(tx, actor, commodity, new).map(|it| it.0)
}

/// Takes the meter at a service point down, with its last reads; gives back which it was.
pub fn remove(
    tx: &mut Tx,
    actor: Actor,
    point: ServicePointId,
    on: Date,
    last: &[i64],
) -> Result<Meter> {
    authorize(tx, actor, Permission::KeepMeters, None)?;
    has_come(tx, actor, on, OrderKind::Disconnect)?;
    let (_, meter) = hung_at(tx, point)?;
    unbilled(tx, point, on)?;
    keep(tx, &meter, last, on)?;
    meter::remove(tx, actor, &meter, on)?;
    Ok(meter)
}

/// Takes one meter down and hangs another in its place, with the last and the first reads.
pub fn exchange(tx: &mut Tx, actor: Actor, new: &Exchange) -> Result<InstallationId> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    let Hang { point, on, .. } = new.next;
    has_come(tx, actor, on, OrderKind::Exchange)?;
    let (_, old) = hung_at(tx, point)?;
    unbilled(tx, point, on)?;
    keep(tx, &old, &new.last, on)?;
    meter::remove(tx, actor, &old, on)?;
    let (id, next) = hang(tx, actor, old.commodity, &new.next)?;
    let said = format!("{} for {} on {on}", next.serial, old.serial);
    store::audit::add(tx, &allowed, "exchange meter", &point.to_string(), &said)?;
    // Whoever was sent to do it finds it done.
    for order in store::order::open_at(tx, point, OrderKind::Exchange)? {
        let followed = order::follow(tx, order.id)?;
        order::call_off(tx, &allowed, &followed, CalledOff::NotNeeded, &said)?;
    }
    Ok(id)
}

/// Hangs a meter of stock, or a new one.
fn hang(
    tx: &mut Tx,
    actor: Actor,
    commodity: Commodity,
    new: &Hang,
) -> Result<(InstallationId, Meter)> {
    let known = store::meter::by_serial(tx, new.serial.trim())?;
    let on_shelf = known.into_iter().find(|it| it.commodity == commodity);
    let next = match on_shelf.filter(|_| new.channels.is_empty()) {
        Some(meter) => meter,
        None => meter::add(tx, actor, &new.serial, commodity, &new.channels)?,
    };
    let id = meter::install(tx, actor, &next, new.point, new.on)?;
    keep(tx, &next, &new.first, new.on)?;
    Ok((id, next))
}

/// Refuses a day to come: nobody knows what the meters will show.
fn has_come(tx: &mut Tx, actor: Actor, on: Date, kind: OrderKind) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    if today < on {
        return Err(refuse(ExchangeRefusal::NotYet { on, today, kind }));
    }
    Ok(())
}

/// Gives the channels of the meter at a point another multiplier from a day on; what was counted
/// before is multiplied as before. Among staff it takes two: [`crate::approval::do_or_ask`].
pub fn set_multiplier(tx: &mut Tx, actor: Actor, new: &NewMultiplier) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SetMultiplier, None)?;
    multiply(tx, &allowed, new)
}

/// Refuses what cannot be multiplied so; gives back what hangs there.
pub(crate) fn check(tx: &mut Tx, new: &NewMultiplier) -> Result<(Installation, Meter)> {
    let NewMultiplier { point, multiplier_micro, evidence, on, reads } = new;
    if *multiplier_micro <= 0 {
        return Err(refuse(MeterRefusal::BadMultiplier));
    }
    if evidence.trim().is_empty() {
        return Err(refuse(ExchangeRefusal::NoEvidence));
    }
    let (hung, meter) = hung_at(tx, *point)?;
    if *on == hung.from {
        let (point, from) = (*point, hung.from);
        return Err(refuse(ExchangeRefusal::SinceHung { point, meter: meter.serial, from }));
    }
    if *on < hung.from {
        return Err(refuse(MeterRefusal::BeforeHung { from: hung.from, on: *on }));
    }
    unbilled(tx, *point, *on)?;
    let channels = store::meter::channels(tx, meter.id)?;
    if channels.iter().all(|it| it.multiplier_micro == *multiplier_micro) {
        return Err(refuse(ExchangeRefusal::SameMultiplier));
    }
    shown(tx, &meter, reads, *on)?;
    Ok((hung, meter))
}

/// Gives it another multiplier, authorized.
pub(crate) fn multiply(tx: &mut Tx, allowed: &Authorized, new: &NewMultiplier) -> Result<()> {
    let (hung, meter) = check(tx, new)?;
    let NewMultiplier { multiplier_micro, evidence, on, reads, .. } = new;
    let channels = store::meter::channels(tx, meter.id)?;
    let was = channels.first().map_or(1_000_000, |it| it.multiplier_micro);
    keep(tx, &meter, reads, *on)?;
    for old in &channels {
        let id = ChannelId(tx.next(Counter::Channel, 1)?);
        let next = Channel { id, multiplier_micro: *multiplier_micro, ..old.clone() };
        store::meter::replace_channel(tx, old.id, &next, *on)?;
    }
    // The same meter hangs on, as another installation: usage takes each with its own channels.
    store::meter::end_installation(tx, hung.id, *on)?;
    let id = InstallationId(tx.next(Counter::Installation, 1)?);
    store::meter::install(tx, &Installation { id, from: *on, to: None, ..hung })?;
    keep(tx, &meter, reads, *on)?;
    let [was, became] = [was, *multiplier_micro].map(times);
    let said = format!("from {on}");
    let change = Change { was: Some(&was), became: Some(&became), why: Some(evidence.trim()) };
    store::audit::change(tx, allowed, CHANGE_MULTIPLIER, &meter.serial, (&said, change))
}

/// A multiplier as a clerk writes it.
pub(crate) fn times(micro: i64) -> String {
    meterbook_core::text::decimal(micro, 6)
}

pub(crate) fn hung_at(tx: &mut Tx, point: ServicePointId) -> Result<(Installation, Meter)> {
    let there = store::meter::installations_at(tx, point)?;
    let Some(hung) = there.into_iter().find(|it| it.to.is_none()) else {
        return Err(refuse(ExchangeRefusal::NothingHangs { point }));
    };
    let meter = store::meter::get(tx, hung.meter)?;
    Ok((hung, meter))
}

pub(crate) fn unbilled(tx: &mut Tx, point: ServicePointId, on: Date) -> Result<()> {
    for agreement in store::agreement::at(tx, point)? {
        let through = store::bill::billed_through(tx, agreement.id)?;
        if let Some(through) = through.filter(|it| on < *it) {
            return Err(refuse(ExchangeRefusal::Billed { through }));
        }
    }
    Ok(())
}

/// Keeps what the registers of a meter show.
fn keep(tx: &mut Tx, meter: &Meter, said: &[i64], on: Date) -> Result<()> {
    let reads = shown(tx, meter, said, on)?;
    if reads.is_empty() { Ok(()) } else { store::read::add(tx, &reads) }
}

/// What the registers of a meter show, as reads; interval channels say it by themselves.
pub(crate) fn shown(tx: &mut Tx, meter: &Meter, shown: &[i64], on: Date) -> Result<Vec<Read>> {
    let channels = store::meter::channels(tx, meter.id)?;
    let is_register = |it: &Channel| matches!(it.form, Form::Register { .. });
    let registers: Vec<Channel> = channels.into_iter().filter(is_register).collect();
    if registers.len() != shown.len() {
        let (has, given) = (registers.len(), shown.len());
        let meter = meter.serial.clone();
        return Err(refuse(ExchangeRefusal::Registers { meter, has, given }));
    }
    let mut reads = Vec::new();
    for (register, index_micro) in registers.iter().zip(shown) {
        let known = store::read::of(tx, register.id)?;
        let last = known.iter().rfind(|it| it.on < on);
        if !estimate::is_plausible(register.form, last, *index_micro) {
            let (meter, index) = (meter.serial.clone(), index_micro.div_euclid(1_000_000));
            return Err(refuse(ExchangeRefusal::Implausible { meter, index }));
        }
        let (index_micro, kind) = (*index_micro, ReadKind::Actual);
        reads.push(Read { channel: register.id, on, index_micro, kind, batch: None });
    }
    Ok(reads)
}

impl fmt::Display for ExchangeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExchangeRefusal::NothingHangs { point } => {
                write!(f, "no meter hangs at service point {point}; hang one: meterbook meter set")
            }
            ExchangeRefusal::Registers { meter, has, given } => write!(
                f,
                "meter {meter} has {has} registers and {given} reads are given; give one for each, \
                 in order"
            ),
            ExchangeRefusal::Implausible { meter, index } => {
                write!(f, "meter {meter} cannot show {index} after what it showed before; check it")
            }
            ExchangeRefusal::Billed { through } => {
                write!(
                    f,
                    "days up to {through} are billed; do it from {through} on or later, or where a multiplier was wrong correct the bills by it: meterbook fact multiplier"
                )
            }
            ExchangeRefusal::NotYet { on, today, kind } => write!(
                f,
                "{on} has not come, today is {today}; order it: meterbook order add {kind} \
                 --not-before {on}"
            ),
            ExchangeRefusal::NoEvidence => f.write_str(
                "a multiplier changes every bill; write what proves it, such as the transformers' \
                 plate",
            ),
            ExchangeRefusal::SameMultiplier => f.write_str("that is its multiplier already"),
            ExchangeRefusal::SinceHung { point, meter, from } => write!(
                f,
                "meter {meter} was hung on {from}: say what it counts since then: meterbook fact multiplier {point}"
            ),
        }
    }
}

impl std::error::Error for ExchangeRefusal {}

//! Meters, and hanging them at service points.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::detail::{Subject, gone};
use meterbook_core::id::{ChannelId, InstallationId, MeterId, ServicePointId};
use meterbook_core::meter::{Channel, Flow, Form, Installation, Meter};
use meterbook_core::money::Unit;
use meterbook_core::permission::Permission;
use meterbook_core::place::Commodity;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// What the clerk knows of a channel of a new meter.
#[derive(Clone, Copy, Debug)]
pub struct NewChannel {
    /// Dials or intervals.
    pub form: Form,
    /// The unit of its numbers.
    pub unit: Unit,
    /// Which way.
    pub flow: Flow,
    /// The multiplier, in millionths.
    pub multiplier_micro: i64,
}

/// Why a meter is not taken down, hung or removed.
#[derive(Debug, PartialEq, Eq)]
pub enum MeterRefusal {
    /// It has no number, so no read would ever find it.
    NoNumber,
    /// A meter of that commodity has this number already.
    NumberTaken {
        /// The number.
        serial: String,
    },
    /// A meter without channels counts nothing.
    NoChannels,
    /// Interval lengths are 5, 15, 30 and 60 minutes.
    OddInterval {
        /// What was said.
        minutes: u16,
    },
    /// Registers have 1 to 12 digits.
    OddDigits {
        /// What was said.
        digits: u8,
    },
    /// That unit does not measure that commodity.
    WrongUnit {
        /// The unit.
        unit: Unit,
        /// The commodity.
        commodity: Commodity,
    },
    /// A multiplier is above zero.
    BadMultiplier,
    /// The service point or the meter is taken on that day.
    Taken {
        /// The meter that hangs there, or the same meter somewhere else.
        serial: String,
        /// Since when.
        from: Date,
    },
    /// It is retired, lost or scrapped from a day on.
    Gone {
        /// The meter.
        serial: String,
        /// Which of them.
        state: String,
        /// Since when.
        from: Date,
    },
    /// The service point has another commodity.
    WrongCommodity {
        /// The meter's.
        meter: Commodity,
        /// The service point's.
        service_point: Commodity,
    },
    /// It hangs nowhere, so it cannot be removed.
    NotHung {
        /// The meter.
        serial: String,
    },
    /// It would come down before it was hung.
    BeforeHung {
        /// When it was hung.
        from: Date,
        /// The day that was asked for.
        on: Date,
    },
}

/// Takes down a meter with its channels.
pub fn add(
    tx: &mut Tx,
    actor: Actor,
    serial: &str,
    commodity: Commodity,
    channels: &[NewChannel],
) -> Result<Meter> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    let serial = serial.trim();
    if serial.is_empty() {
        return Err(refuse(MeterRefusal::NoNumber));
    }
    if channels.is_empty() {
        return Err(refuse(MeterRefusal::NoChannels));
    }
    for channel in channels {
        fits(channel, commodity).map_err(refuse)?;
    }
    if store::meter::by_serial(tx, serial)?.iter().any(|it| it.commodity == commodity) {
        return Err(refuse(MeterRefusal::NumberTaken { serial: serial.to_owned() }));
    }
    let id = MeterId(tx.next(Counter::Meter, 1)?);
    let meter = Meter { id, serial: serial.to_owned(), commodity };
    store::meter::add(tx, &meter)?;
    for &NewChannel { form, unit, flow, multiplier_micro } in channels {
        let channel = ChannelId(tx.next(Counter::Channel, 1)?);
        let channel = Channel { id: channel, meter: id, form, unit, flow, multiplier_micro };
        store::meter::add_channel(tx, &channel)?;
    }
    store::audit::add(tx, &allowed, "add meter", serial, commodity.word())?;
    Ok(meter)
}

/// Hangs a meter at a service point from the start of a day.
pub fn install(
    tx: &mut Tx,
    actor: Actor,
    meter: &Meter,
    service_point: ServicePointId,
    from: Date,
) -> Result<InstallationId> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    let point = store::place::service_point(tx, service_point)?;
    if point.commodity != meter.commodity {
        let (meter, service_point) = (meter.commodity, point.commodity);
        return Err(refuse(MeterRefusal::WrongCommodity { meter, service_point }));
    }
    let there = store::meter::installations_at(tx, service_point)?;
    let elsewhere = store::meter::installations_of(tx, meter.id)?;
    let taken = there.iter().chain(&elsewhere).find(|it| it.to.is_none_or(|to| from < to));
    if let Some(other) = taken {
        let serial = store::meter::get(tx, other.meter)?.serial;
        return Err(refuse(MeterRefusal::Taken { serial, from: other.from }));
    }
    still_there(tx, meter, from)?;
    let id = InstallationId(tx.next(Counter::Installation, 1)?);
    let hung = Installation { id, meter: meter.id, service_point, from, to: None };
    store::meter::install(tx, &hung)?;
    store::search::refresh_at(tx, service_point)?;
    let change = ("on the shelf", "hung");
    store::audit::turn(tx, &allowed, "install meter", &meter.serial, &from.to_string(), change)?;
    Ok(id)
}

/// Takes a meter down at the start of a day.
pub fn remove(tx: &mut Tx, actor: Actor, meter: &Meter, on: Date) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    let installations = store::meter::installations_of(tx, meter.id)?;
    let Some(hung) = installations.iter().find(|it| it.to.is_none()) else {
        return Err(refuse(MeterRefusal::NotHung { serial: meter.serial.clone() }));
    };
    if on <= hung.from {
        return Err(refuse(MeterRefusal::BeforeHung { from: hung.from, on }));
    }
    store::meter::end_installation(tx, hung.id, on)?;
    store::search::refresh_at(tx, hung.service_point)?;
    let change = ("hung", "taken down");
    store::audit::turn(tx, &allowed, "remove meter", &meter.serial, &on.to_string(), change)
}

/// Refuses a meter that the inventory says is gone on `from` or later.
pub(crate) fn still_there(tx: &mut Tx, meter: &Meter, from: Date) -> Result<()> {
    let said = store::detail::of(tx, Subject::Meter(meter.id))?;
    match gone(&said, from) {
        Some(it) => Err(refuse(MeterRefusal::Gone {
            serial: meter.serial.clone(),
            state: it.value.clone(),
            from: it.from,
        })),
        None => Ok(()),
    }
}

/// Whether a channel can measure a commodity.
pub(crate) fn fits(channel: &NewChannel, commodity: Commodity) -> Result<(), MeterRefusal> {
    let measures = match commodity {
        Commodity::Electric if channel.flow == Flow::Reactive => channel.unit == Unit::Kvarh,
        Commodity::Electric => channel.unit == Unit::Kwh,
        Commodity::Gas | Commodity::Water if channel.flow == Flow::Reactive => false,
        Commodity::Gas => matches!(channel.unit, Unit::Ccf | Unit::Therm | Unit::M3),
        Commodity::Waste => false,
        Commodity::Water => matches!(channel.unit, Unit::Kgal | Unit::Gal | Unit::Ccf | Unit::M3),
    };
    if !measures {
        return Err(MeterRefusal::WrongUnit { unit: channel.unit, commodity });
    }
    if channel.multiplier_micro <= 0 {
        return Err(MeterRefusal::BadMultiplier);
    }
    match channel.form {
        Form::Interval { minutes } if ![5, 15, 30, 60].contains(&minutes) => {
            Err(MeterRefusal::OddInterval { minutes })
        }
        Form::Register { digits } if !(1..=12).contains(&digits) => {
            Err(MeterRefusal::OddDigits { digits })
        }
        Form::Interval { .. } | Form::Register { .. } => Ok(()),
    }
}

impl fmt::Display for MeterRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MeterRefusal::NoNumber => f.write_str(
                "a meter has a number, by which its reads find it; write the one on its face",
            ),
            MeterRefusal::NumberTaken { serial } => {
                write!(f, "there is a meter {serial} already; check the number on its face")
            }
            MeterRefusal::NoChannels => {
                f.write_str("a meter counts at least one thing; give it a register or a channel")
            }
            MeterRefusal::OddInterval { minutes } => {
                write!(f, "intervals are 5, 15, 30 or 60 minutes long, not {minutes}")
            }
            MeterRefusal::OddDigits { digits } => {
                write!(f, "a register has 1 to 12 digits, not {digits}")
            }
            MeterRefusal::WrongUnit { unit, commodity } => {
                write!(f, "{unit} is no unit of a meter for {commodity}")
            }
            MeterRefusal::BadMultiplier => {
                f.write_str("a multiplier is above zero; a meter without transformers has 1")
            }
            MeterRefusal::Taken { serial, from } => {
                write!(f, "meter {serial} has been in place since {from}; remove it first")
            }
            MeterRefusal::Gone { serial, state, from } => write!(
                f,
                "meter {serial} is {state} since {from} and cannot be hung; hang another one, or \
                 say where it is now, such as stock, if it was found"
            ),
            MeterRefusal::WrongCommodity { meter, service_point } => {
                write!(f, "a meter for {meter} does not fit a service point for {service_point}")
            }
            MeterRefusal::NotHung { serial } => {
                write!(f, "meter {serial} hangs nowhere, so there is nothing to remove")
            }
            MeterRefusal::BeforeHung { from, on } => {
                write!(f, "the meter was hung on {from} and cannot come down on {on}")
            }
        }
    }
}

impl std::error::Error for MeterRefusal {}

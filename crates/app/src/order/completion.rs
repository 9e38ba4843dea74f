//! Completing an order: what the crew read, hung, took down and photographed.
//!
//! All of it is held against what is known before anything is changed ([`plan`]); what passes is
//! carried out as a whole ([`carry_out`]): the meters, the reads, the photos, whether it flows, and
//! the last step.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::appointment::Ended;
use meterbook_core::id::{OrderId, ServicePointId};
use meterbook_core::limits::{PHOTO_BYTES, PHOTOS};
use meterbook_core::meter::{Channel, Flow, Form, Meter};
use meterbook_core::money::Unit;
use meterbook_core::order::completion::believe;
use meterbook_core::order::{OrderKind, Step};
use meterbook_core::permission::Permission;
use meterbook_core::place::Commodity;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_core::text::{counted, decimal};
use meterbook_store::order::Photo;
use meterbook_store::{self as store, Tx};

use super::{Followed, end_appointment, follow, take};
use crate::authority::authorize;
use crate::meter::{MeterRefusal, NewChannel};
use crate::{Actor, refuse};

/// What a crew brings back.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The day on which it was done. What was read counts from its start.
    pub on: Date,
    /// What the crew found, in a sentence.
    pub found: String,
    /// What registers showed.
    pub reads: Vec<FieldRead>,
    /// The meter that came down.
    pub removed: Option<String>,
    /// The meter that was hung.
    pub set: Option<SetMeter>,
    /// Pictures, as the camera made them.
    pub photos: Vec<Vec<u8>>,
}

/// What a register showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRead {
    /// The number on the meter's face.
    pub meter: String,
    /// The register's unit, where the meter has several.
    pub unit: Option<Unit>,
    /// Which way it counts, where the meter has several.
    pub flow: Option<Flow>,
    /// What it showed, in millionths.
    pub index_micro: i64,
}

/// A meter that was hung.
#[derive(Clone, Debug)]
pub struct SetMeter {
    /// The number on its face.
    pub serial: String,
    /// What it counts; nothing where the meter is known already.
    pub channels: Vec<NewChannel>,
}

/// What a completion will change.
#[derive(Debug)]
pub struct Plan {
    followed: Followed,
    on: Date,
    found: String,
    point: Option<ServicePointId>,
    removed: Option<Meter>,
    set: Option<Hung>,
    reads: Vec<Read>,
    /// Reads of the new meter's registers, by their place among them.
    first: Vec<(usize, i64)>,
    photos: Vec<(Photo, Vec<u8>)>,
}

/// The meter that will hang.
#[derive(Debug)]
enum Hung {
    /// One that is known.
    Known(Meter, Vec<Channel>),
    /// One that is taken down first.
    New(String, Commodity, Vec<NewChannel>),
}

/// Why an order is not completed. Nothing was changed.
#[derive(Debug, PartialEq, Eq)]
pub enum NotCompleted {
    /// It would have been done on a day that has not come.
    NotYet {
        /// The day.
        on: Date,
        /// Today, where the utility is.
        today: Date,
    },
    /// It would have been done before it was ordered.
    BeforeOrdered {
        /// The day.
        on: Date,
        /// When it was ordered.
        ordered: Date,
    },
    /// An order of this kind hangs or takes down no meter.
    NoMeterWork {
        /// What was to be done.
        kind: OrderKind,
    },
    /// An exchange takes one meter down and hangs another.
    HalfExchange,
    /// It is about a premise, so there are no meters to work on.
    NoPoint,
    /// No meter hangs there.
    NothingHangs,
    /// Another meter hangs there.
    Another {
        /// What was said.
        said: String,
        /// What hangs there.
        hangs: String,
    },
    /// A meter hangs there, and another one is to be hung beside it.
    Occupied {
        /// What hangs there.
        hangs: String,
    },
    /// The new meter is known and was described once more.
    KnownMeter {
        /// The meter.
        serial: String,
    },
    /// The new meter is not known and was not described.
    UnknownMeter {
        /// The meter.
        serial: String,
    },
    /// A read is of a meter that has nothing to do with it.
    Stray {
        /// The meter.
        meter: String,
    },
    /// The meter has several registers, and the read does not say which.
    WhichRegister {
        /// The meter.
        meter: String,
    },
    /// The meter has no such register.
    NoRegister {
        /// The meter.
        meter: String,
    },
    /// A register was read twice.
    Twice {
        /// The meter.
        meter: String,
    },
    /// A register should have been read.
    NotRead {
        /// The meter.
        meter: String,
        /// The register's unit.
        unit: Unit,
        /// Which way it counts.
        flow: Flow,
    },
    /// There are more photos than anybody looks at.
    TooManyPhotos {
        /// How many.
        count: usize,
    },
    /// A photo is larger than a camera makes them.
    PhotoTooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// What was brought as a photo is none.
    NoPhoto,
}

/// Completes an order: holds what the crew brings back against what is known, and carries it out.
pub fn complete(tx: &mut Tx, actor: Actor, id: OrderId, done: &Completion) -> Result<()> {
    authorize(tx, actor, Permission::CompleteWork, None)?;
    let plan = plan(tx, actor, id, done)?;
    carry_out(tx, actor, plan)
}

/// Holds what a crew brings back against what is known. Changes nothing.
pub fn plan(tx: &mut Tx, actor: Actor, id: OrderId, done: &Completion) -> Result<Plan> {
    let on = done.on;
    let followed = follow(tx, id)?;
    followed.after(Step::Done { on })?;
    let zone = crate::founding::zone(tx)?;
    let today = zone.day_of(actor.at);
    if today < on {
        return Err(refuse(NotCompleted::NotYet { on, today }));
    }
    let ordered = followed.steps.first().map_or(on, |it| zone.day_of(it.at));
    if on < ordered {
        return Err(refuse(NotCompleted::BeforeOrdered { on, ordered }));
    }
    let (kind, point) = (followed.order.kind, followed.order.service_point);
    meter_work_fits(kind, done).map_err(refuse)?;
    let hanging = match point {
        Some(point) => hanging(tx, point)?,
        None if done.reads.is_empty() && done.removed.is_none() && done.set.is_none() => None,
        None => return Err(refuse(NotCompleted::NoPoint)),
    };
    let removed = removed(done, hanging.as_ref())?;
    let set = match (&done.set, point) {
        (Some(set), Some(point)) => {
            if let (Some((hangs, ..)), None) = (&hanging, &removed) {
                return Err(refuse(NotCompleted::Occupied { hangs: hangs.serial.clone() }));
            }
            Some(new_meter(tx, point, set, on)?)
        }
        _ => None,
    };
    let must = (removed.is_some() || matches!(kind, OrderKind::Read | OrderKind::Reread))
        .then_some(&hanging)
        .and_then(Option::as_ref);
    if must.is_none() && matches!(kind, OrderKind::Read | OrderKind::Reread) {
        return Err(refuse(NotCompleted::NothingHangs));
    }
    let mut plan = Plan {
        followed,
        on,
        found: done.found.trim().to_owned(),
        point,
        removed,
        set,
        reads: Vec::new(),
        first: Vec::new(),
        photos: photos(&done.photos).map_err(refuse)?,
    };
    for read in &done.reads {
        plan.read(tx, read, hanging.as_ref())?;
    }
    if let Some((meter, channels, _)) = must {
        let read = |it: &Channel| plan.reads.iter().any(|read| read.channel == it.id);
        all_read(&meter.serial, channels, read).map_err(refuse)?;
    }
    if let Some(set) = &plan.set {
        let registers = set.channels();
        let nth = |it: &Channel| registers.iter().position(|other| other.id == it.id);
        let read = |it: &Channel| plan.first.iter().any(|(at, _)| Some(*at) == nth(it));
        all_read(set.serial(), &registers, read).map_err(refuse)?;
    }
    Ok(plan)
}

/// Carries a plan out.
pub fn carry_out(tx: &mut Tx, actor: Actor, plan: Plan) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::CompleteWork, None)?;
    let Plan { followed, on, found, point, removed, set, mut reads, first, photos } = plan;
    let order = &followed.order;
    let mut said = Vec::new();
    if let Some(meter) = &removed {
        crate::meter::remove(tx, actor, meter, on)?;
        said.push(format!("meter {} came down", meter.serial));
    }
    if let (Some(set), Some(point)) = (set, point) {
        let (meter, channels) = match set {
            Hung::Known(meter, channels) => (meter, channels),
            Hung::New(serial, commodity, channels) => {
                let meter = crate::meter::add(tx, actor, &serial, commodity, &channels)?;
                let channels = store::meter::channels(tx, meter.id)?;
                (meter, channels)
            }
        };
        crate::meter::install(tx, actor, &meter, point, on)?;
        reads.extend(first.iter().map(|(nth, index)| read_of(&channels[*nth], on, *index)));
        said.push(format!("meter {} was hung", meter.serial));
    }
    store::read::add(tx, &reads)?;
    let indexes: Vec<String> = reads.iter().map(|it| decimal(it.index_micro, 6)).collect();
    if !indexes.is_empty() {
        said.push(format!("read {}", indexes.join(", ")));
    }
    for (photo, bytes) in &photos {
        store::order::add_photo(tx, order.id, photo, bytes)?;
    }
    if !photos.is_empty() {
        said.push(counted(photos.len(), "photo"));
    }
    if let (Some(state), Some(point)) = (order.kind.connects(), point) {
        store::connection::add(tx, point, on, state, Some(order.id))?;
        said.push(state.to_string());
    }
    if !found.is_empty() {
        said.push(found);
    }
    take(tx, &allowed, &followed, Step::Done { on }, &said.join("; "))?;
    end_appointment(tx, order.id, Ended::Kept)
}

/// A meter with its channels and the day it was hung.
type Hanging = (Meter, Vec<Channel>, Date);

/// What hangs at a service point now.
fn hanging(tx: &mut Tx, point: ServicePointId) -> Result<Option<Hanging>> {
    let there = store::meter::installations_at(tx, point)?;
    let Some(hung) = there.into_iter().find(|it| it.to.is_none()) else { return Ok(None) };
    let meter = store::meter::get(tx, hung.meter)?;
    let channels = store::meter::channels(tx, meter.id)?;
    Ok(Some((meter, channels, hung.from)))
}

fn meter_work_fits(kind: OrderKind, done: &Completion) -> Result<(), NotCompleted> {
    let (sets, removes) = (done.set.is_some(), done.removed.is_some());
    if (sets && !kind.may_set()) || (removes && !kind.may_remove()) {
        return Err(NotCompleted::NoMeterWork { kind });
    }
    if kind == OrderKind::Exchange && !(sets && removes) {
        return Err(NotCompleted::HalfExchange);
    }
    Ok(())
}

/// The meter that came down: it has to be the one that hangs there.
fn removed(done: &Completion, hanging: Option<&Hanging>) -> Result<Option<Meter>> {
    let Some(said) = &done.removed else { return Ok(None) };
    let Some((meter, _, from)) = hanging else {
        return Err(refuse(NotCompleted::NothingHangs));
    };
    if said.trim() != meter.serial {
        let (said, hangs) = (said.clone(), meter.serial.clone());
        return Err(refuse(NotCompleted::Another { said, hangs }));
    }
    if done.on <= *from {
        return Err(refuse(MeterRefusal::BeforeHung { from: *from, on: done.on }));
    }
    Ok(Some(meter.clone()))
}

/// The meter that is hung: one of stock, which hangs nowhere, or a new one.
fn new_meter(tx: &mut Tx, point: ServicePointId, set: &SetMeter, on: Date) -> Result<Hung> {
    let commodity = store::place::service_point(tx, point)?.commodity;
    let serial = set.serial.trim().to_owned();
    if serial.is_empty() {
        return Err(refuse(MeterRefusal::NoNumber));
    }
    let known = store::meter::by_serial(tx, &serial)?;
    let Some(meter) = known.into_iter().find(|it| it.commodity == commodity) else {
        if set.channels.is_empty() {
            return Err(refuse(NotCompleted::UnknownMeter { serial }));
        }
        for channel in &set.channels {
            crate::meter::fits(channel, commodity).map_err(refuse)?;
        }
        return Ok(Hung::New(serial, commodity, set.channels.clone()));
    };
    if !set.channels.is_empty() {
        return Err(refuse(NotCompleted::KnownMeter { serial }));
    }
    let elsewhere = store::meter::installations_of(tx, meter.id)?;
    if let Some(other) = elsewhere.iter().find(|it| it.to.is_none_or(|to| on < to)) {
        return Err(refuse(MeterRefusal::Taken { serial, from: other.from }));
    }
    crate::meter::still_there(tx, &meter, on)?;
    let channels = store::meter::channels(tx, meter.id)?;
    Ok(Hung::Known(meter, channels))
}

impl Hung {
    fn serial(&self) -> &str {
        match self {
            Hung::Known(meter, _) => &meter.serial,
            Hung::New(serial, ..) => serial,
        }
    }

    /// Its channels; those of a new meter are numbered from 0.
    fn channels(&self) -> Vec<Channel> {
        match self {
            Hung::Known(_, channels) => channels.clone(),
            Hung::New(_, _, new) => {
                let numbered = (0..).zip(new);
                numbered
                    .map(|(id, &NewChannel { form, unit, flow, multiplier_micro })| Channel {
                        id: meterbook_core::id::ChannelId(id),
                        meter: meterbook_core::id::MeterId(0),
                        form,
                        unit,
                        flow,
                        multiplier_micro,
                    })
                    .collect()
            }
        }
    }
}

impl Plan {
    /// Takes in what a register showed: the last of the meter that hangs there, or the first of the
    /// one that is hung.
    fn read(&mut self, tx: &mut Tx, read: &FieldRead, hanging: Option<&Hanging>) -> Result<()> {
        let meter = read.meter.trim();
        let twice = || refuse(NotCompleted::Twice { meter: meter.to_owned() });
        if let Some((hung, channels, _)) = hanging
            && hung.serial == meter
        {
            let nth = register(meter, channels, read).map_err(refuse)?;
            let channel = &channels[nth];
            if self.reads.iter().any(|it| it.channel == channel.id) {
                return Err(twice());
            }
            let latest = store::read::latest(tx, channel.id)?;
            // What is read again is doubted, so the one before it is what counts.
            let doubted = usize::from(self.followed.order.kind == OrderKind::Reread);
            let last = latest.get(doubted);
            believe(meter, channel.form, last, self.on, read.index_micro).map_err(refuse)?;
            self.reads.push(read_of(channel, self.on, read.index_micro));
            return Ok(());
        }
        match &self.set {
            Some(set) if set.serial() == meter => {
                let channels = set.channels();
                let nth = register(meter, &channels, read).map_err(refuse)?;
                if self.first.iter().any(|it| it.0 == nth) {
                    return Err(twice());
                }
                let form = channels[nth].form;
                believe(meter, form, None, self.on, read.index_micro).map_err(refuse)?;
                self.first.push((nth, read.index_micro));
                Ok(())
            }
            _ => Err(refuse(NotCompleted::Stray { meter: meter.to_owned() })),
        }
    }
}

/// Which register of a meter was read.
fn register(meter: &str, channels: &[Channel], read: &FieldRead) -> Result<usize, NotCompleted> {
    let meter = meter.to_owned();
    let meant = |it: &Channel| {
        matches!(it.form, Form::Register { .. })
            && read.unit.is_none_or(|unit| unit == it.unit)
            && read.flow.is_none_or(|flow| flow == it.flow)
    };
    let mut found = channels.iter().enumerate().filter(|(_, it)| meant(it)).map(|(nth, _)| nth);
    match (found.next(), found.next()) {
        (None, _) => Err(NotCompleted::NoRegister { meter }),
        (Some(nth), None) => Ok(nth),
        (Some(_), Some(_)) => Err(NotCompleted::WhichRegister { meter }),
    }
}

/// Refuses when a register was not read that should have been.
fn all_read(
    meter: &str,
    channels: &[Channel],
    read: impl Fn(&Channel) -> bool,
) -> Result<(), NotCompleted> {
    let mut registers = channels.iter().filter(|it| matches!(it.form, Form::Register { .. }));
    match registers.find(|it| !read(it)) {
        None => Ok(()),
        Some(it) => {
            let (meter, unit, flow) = (meter.to_owned(), it.unit, it.flow);
            Err(NotCompleted::NotRead { meter, unit, flow })
        }
    }
}

fn read_of(channel: &Channel, on: Date, index_micro: i64) -> Read {
    Read { channel: channel.id, on, index_micro, kind: ReadKind::Actual, batch: None }
}

/// What the photos are, by their first bytes and their hash.
fn photos(all: &[Vec<u8>]) -> Result<Vec<(Photo, Vec<u8>)>, NotCompleted> {
    if PHOTOS < all.len() {
        return Err(NotCompleted::TooManyPhotos { count: all.len() });
    }
    let one = |bytes: &Vec<u8>| {
        if PHOTO_BYTES < bytes.len() {
            return Err(NotCompleted::PhotoTooLarge { bytes: bytes.len() });
        }
        let media = media(bytes).ok_or(NotCompleted::NoPhoto)?.to_owned();
        let sha256 = crate::intake::hash(bytes);
        Ok((Photo { sha256, media }, bytes.clone()))
    };
    let mut photos = all.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    photos.sort_by(|a, b| a.0.sha256.cmp(&b.0.sha256));
    photos.dedup_by(|a, b| a.0 == b.0);
    Ok(photos)
}

/// What a picture is: what else a file may hold is not kept, and never shown in a browser.
fn media(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

impl fmt::Display for NotCompleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCompleted::NotYet { on, today } => {
                write!(f, "{on} has not come, so nothing was done on it; today is {today}")
            }
            NotCompleted::BeforeOrdered { on, ordered } => {
                write!(f, "it was ordered on {ordered} and cannot have been done on {on}")
            }
            NotCompleted::NoMeterWork { kind } => write!(
                f,
                "an order to {kind} does not change meters so; write an order to exchange, or connect"
            ),
            NotCompleted::HalfExchange => f.write_str(
                "an exchange takes one meter down and hangs another; say both, with their reads",
            ),
            NotCompleted::NoPoint => f.write_str(
                "the order is about a premise as a whole; write one about the service point",
            ),
            NotCompleted::NothingHangs => {
                f.write_str("no meter hangs there; check the address, and order a connect instead")
            }
            NotCompleted::Another { said, hangs } => write!(
                f,
                "meter {hangs} hangs there, not {said}; check the number on its face and the address"
            ),
            NotCompleted::Occupied { hangs } => {
                write!(f, "meter {hangs} hangs there; say that it came down, or check the address")
            }
            NotCompleted::KnownMeter { serial } => write!(
                f,
                "meter {serial} is known with its registers; leave them out, or check its number"
            ),
            NotCompleted::UnknownMeter { serial } => write!(
                f,
                "meter {serial} is not known; say its digits and unit, such as {serial}:5kWh, or check its number"
            ),
            NotCompleted::Stray { meter } => write!(
                f,
                "meter {meter} neither hangs there nor was hung; check the number on its face"
            ),
            NotCompleted::WhichRegister { meter } => {
                write!(f, "meter {meter} has several registers; say the unit and which way")
            }
            NotCompleted::NoRegister { meter } => {
                write!(f, "meter {meter} has no such register; check the unit and which way")
            }
            NotCompleted::Twice { meter } => {
                write!(f, "a register of meter {meter} is read twice; leave one out")
            }
            NotCompleted::NotRead { meter, unit, flow } => write!(
                f,
                "meter {meter} was not read; say what its register of {flow} {unit} showed"
            ),
            NotCompleted::TooManyPhotos { count } => {
                write!(f, "{count} photos are more than anybody looks at; {PHOTOS} fit")
            }
            NotCompleted::PhotoTooLarge { bytes } => {
                write!(f, "a photo has {bytes} bytes and {PHOTO_BYTES} fit; make it smaller")
            }
            NotCompleted::NoPhoto => f.write_str("a photo is a JPEG, PNG or WebP picture"),
        }
    }
}

impl std::error::Error for NotCompleted {}

//! Reads that no file brings: typed at the office, told by the customer, asked of a meter from afar.
//!
//! What a customer tells waits until it is plausible. How a read is known is said once: the same
//! figure under another kind is refused, because at one utility estimates were made reads by typing
//! them again.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{ExceptionId, RequestId};
use meterbook_core::meter::{Channel, Form};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::reads::vee::{Action, Finding, Rule};
use meterbook_core::reads::{Read, ReadKind};
use meterbook_formats::reads::csv_fields;
use meterbook_store::vee::{How, Request};
use meterbook_store::{self as store, Counter, Tx};

use super::{VeeRefusal, doubted, judge};
use crate::authority::authorize;
use crate::{Actor, refuse};

/// What somebody says of the registers of a meter.
#[derive(Clone, Debug)]
pub struct NewRead {
    /// The number on its face.
    pub meter: String,
    /// The day at whose start it stood so.
    pub on: Date,
    /// What each register shows, in millionths, in order.
    pub indexes: Vec<i64>,
    /// Who says it.
    pub by: Told,
}

/// Who says what a meter shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The customer.
    Customer,
    /// The office, from a card or a call.
    Office,
    /// The meter itself, asked from afar.
    Meter,
}

impl Told {
    const fn kind(self) -> ReadKind {
        match self {
            Told::Customer => ReadKind::Customer,
            Told::Office => ReadKind::Office,
            Told::Meter => ReadKind::Actual,
        }
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is a read.
    Kept,
    /// It waits until somebody decides: the exceptions.
    Waits(Vec<ExceptionId>),
}

/// Takes down what somebody says of the registers of a meter.
pub fn enter(tx: &mut Tx, actor: Actor, new: &NewRead) -> Result<Became> {
    let allowed = authorize(tx, actor, Permission::ImportReads, None)?;
    let registers = registers(tx, &new.meter)?;
    if registers.len() != new.indexes.len() {
        let (has, given) = (registers.len(), new.indexes.len());
        return Err(refuse(VeeRefusal::Registers { meter: new.meter.clone(), has, given }));
    }
    let mut waits = Vec::new();
    for (channel, index_micro) in registers.iter().zip(&new.indexes) {
        waits.extend(one(tx, &allowed, channel, (*index_micro, new))?);
    }
    let said = format!("{} for {}, {}", new.meter, new.on, new.by.kind());
    store::audit::add(tx, &allowed, "enter read", &new.meter, &said)?;
    Ok(if waits.is_empty() { Became::Kept } else { Became::Waits(waits) })
}

/// The registers of the meter that hangs somewhere.
fn registers(tx: &mut Tx, serial: &str) -> Result<Vec<Channel>> {
    let mut registers = Vec::new();
    for meter in store::meter::by_serial(tx, serial)? {
        let hung = store::meter::installations_of(tx, meter.id)?;
        if hung.iter().any(|it| it.to.is_none()) {
            let all = store::meter::channels(tx, meter.id)?;
            registers.extend(all.into_iter().filter(|it| matches!(it.form, Form::Register { .. })));
        }
    }
    if registers.is_empty() {
        return Err(refuse(VeeRefusal::NoMeter { meter: serial.to_owned() }));
    }
    Ok(registers)
}

fn one(
    tx: &mut Tx,
    allowed: &Authorized,
    channel: &Channel,
    (index_micro, new): (i64, &NewRead),
) -> Result<Option<ExceptionId>> {
    let actor = Actor { by: allowed.by(), at: allowed.at() };
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let (on, meter) = (new.on, || new.meter.clone());
    if today < on {
        return Err(refuse(VeeRefusal::NotYet { on, today }));
    }
    let Form::Register { digits } = channel.form else { unreachable!("only registers are asked") };
    let full = 10_i64.checked_pow(u32::from(digits) + 6);
    if index_micro < 0 || full.is_some_and(|it| it <= index_micro) {
        return Err(refuse(VeeRefusal::Digits { meter: meter() }));
    }
    let kind = new.by.kind();
    let known = store::read::of(tx, channel.id)?;
    let same_day = known.iter().rfind(|it| it.on == on);
    if let Some(it) = same_day.filter(|it| it.index_micro == index_micro) {
        if it.kind != kind {
            let kind = it.kind.word();
            return Err(refuse(VeeRefusal::KindStays { meter: meter(), on, kind }));
        }
        return Ok(None);
    }
    let read = Read { channel: channel.id, on, index_micro, kind, batch: None };
    let found = judge::alone(tx, &read)?;
    let holds = |it: &&Finding| it.action == Action::Hold || kind == ReadKind::Customer;
    let waits = match found.iter().find(holds) {
        Some(finding) => Some(*finding),
        // Where nothing says what is usual, nothing makes it plausible.
        None if kind == ReadKind::Customer => unproven(channel, &known, on),
        None => None,
    };
    if let Some(finding) = waits {
        let mut exception =
            doubted(tx, actor, Finding { action: Action::Hold, ..finding }, channel.id)?;
        exception.waits = Some((index_micro, kind));
        store::vee::add(tx, std::slice::from_ref(&exception))?;
        return Ok(Some(exception.id));
    }
    super::runs_end(tx, std::slice::from_ref(&read), allowed.at())?;
    store::read::add(tx, &[read])?;
    for (id, _, day) in store::vee::waiting(tx, [channel.id])? {
        if day == on {
            store::vee::end(tx, id, How::Superseded, allowed.at())?;
        }
    }
    for finding in found {
        let exception = doubted(tx, actor, finding, channel.id)?;
        store::vee::add(tx, &[exception])?;
    }
    Ok(None)
}

fn unproven(channel: &Channel, known: &[Read], on: Date) -> Option<Finding> {
    let mut before: Vec<Read> = known.iter().filter(|it| it.on < on).cloned().collect();
    before.reverse();
    before.dedup_by_key(|it| it.on);
    before.reverse();
    if meterbook_core::reads::vee::register::usual_micro(channel, &before).is_some() {
        return None;
    }
    let from = before.last().map_or(on, |it| it.on);
    let (rule, action) = (Rule::Unproven, Action::Hold);
    let (saw_micro, usual_micro, count, likely) = (0, 0, 0, None);
    Some(Finding { rule, action, from, to: on, saw_micro, usual_micro, count, likely })
}

/// Asks a meter for its reads from afar: a request for each register, which whoever talks to the
/// meters takes along and answers.
pub fn request(
    tx: &mut Tx,
    actor: Actor,
    meter: &str,
    on: Date,
    why: &str,
) -> Result<Vec<RequestId>> {
    let allowed = authorize(tx, actor, Permission::ImportReads, None)?;
    let mut asked = Vec::new();
    for channel in registers(tx, meter)? {
        let open = store::vee::asked(tx)?.into_iter();
        if let Some(same) = open.into_iter().find(|it| (it.channel, it.on) == (channel.id, on)) {
            asked.push(same.id);
            continue;
        }
        let id = RequestId(tx.next(Counter::Request, 1)?);
        let (serial, unit) = (meter.to_owned(), channel.unit.word().to_owned());
        let (channel, why, at) = (channel.id, why.trim().to_owned(), actor.at);
        store::vee::ask(tx, &Request { id, channel, on, why, at, serial, unit })?;
        asked.push(id);
    }
    store::audit::add(tx, &allowed, "ask for read", meter, &format!("for {on}: {}", why.trim()))?;
    Ok(asked)
}

/// The requests without an answer as lines of CSV, for whoever talks to the meters.
pub fn requests(tx: &mut Tx) -> Result<String> {
    let mut text = "request,meter,unit,read_on,index,failure\n".to_owned();
    for it in store::vee::asked(tx)? {
        text.push_str(&format!("{},{},{},{},,\n", it.id, it.serial, it.unit, it.on));
    }
    Ok(text)
}

/// What came of a file of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Reads that were kept.
    pub kept: u64,
    /// Reads that wait.
    pub waits: u64,
    /// Requests that failed.
    pub failed: u64,
}

/// Takes in the lines that [`requests`] wrote, with an index or a failure filled in: all or none.
pub fn answers(tx: &mut Tx, actor: Actor, text: &str) -> Result<Answered> {
    let allowed = authorize(tx, actor, Permission::ImportReads, None)?;
    let mut answered = Answered::default();
    let open = store::vee::asked(tx)?;
    for (line, text) in (1..).zip(text.lines()).skip(1) {
        let bad = |what: &str| refuse(VeeRefusal::BadAnswer { line, what: what.to_owned() });
        let fields = csv_fields(text);
        let [id, _, _, _, index, failure] = &fields[..] else {
            return Err(bad("it has six fields: request,meter,unit,read_on,index,failure"));
        };
        let id = RequestId(id.trim().parse().map_err(|_| bad("request is a number"))?);
        let asked = open.iter().find(|it| it.id == id);
        let asked = asked.ok_or_else(|| refuse(VeeRefusal::NoRequest { id }))?;
        let (index, failure) = (index.trim(), failure.trim());
        if index.is_empty() {
            if failure.is_empty() {
                continue;
            }
            store::vee::answer(tx, id, None, failure, actor.at)?;
            answered.failed += 1;
            continue;
        }
        let micro = meterbook_core::text::scaled(index, 6);
        let micro = micro.ok_or_else(|| bad("index is a number, such as 41972"))?;
        let channels = registers(tx, &asked.serial)?;
        let channel = channels.iter().find(|it| it.id == asked.channel);
        let channel =
            channel.ok_or_else(|| refuse(VeeRefusal::NoMeter { meter: asked.serial.clone() }))?;
        let (meter, on) = (asked.serial.clone(), asked.on);
        let new = NewRead { meter, on, indexes: vec![micro], by: Told::Meter };
        let waits = one(tx, &allowed, channel, (micro, &new))?;
        let said = if waits.is_some() { "waits" } else { "kept" };
        store::vee::answer(tx, id, Some(micro), said, actor.at)?;
        answered.kept += u64::from(waits.is_none());
        answered.waits += u64::from(waits.is_some());
    }
    let said =
        format!("{} kept, {} wait, {} failed", answered.kept, answered.waits, answered.failed);
    store::audit::add(tx, &allowed, "take answers of meters", "requests", &said)?;
    Ok(answered)
}

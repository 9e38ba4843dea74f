//! The read at a switch: what is there already, what somebody says, what is ordered or worked out.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::ServicePointId;
use meterbook_core::meter::{Channel, Form};
use meterbook_core::moves::SwitchRead;
use meterbook_core::reads::{Read, ReadKind, estimate};
use meterbook_store::{self as store, Tx};

use super::{MoveRefusal, ReadWanted};
use crate::refuse;

/// Where and when one agreement ends or begins.
pub(super) struct Switch<'a> {
    pub(super) point: ServicePointId,
    pub(super) tariff: &'a str,
    pub(super) on: Date,
}

/// Registers, each with its reads.
type Registers = Vec<(Channel, Vec<Read>)>;

/// Where the read comes from, and what is to be kept of it. Nothing where no meter hangs or the
/// tariff looks at none.
pub(super) fn at_switch(
    tx: &mut Tx,
    switch: &Switch<'_>,
    wanted: &ReadWanted,
    today: Date,
) -> Result<Option<(SwitchRead, Vec<Read>)>> {
    let Some(tariff) = crate::tariff::in_force(tx, switch.tariff, switch.on)? else {
        return Ok(None);
    };
    if !tariff.is_measured() {
        return Ok(None);
    }
    let Some((serial, registers)) = registers(tx, switch)? else { return Ok(None) };
    if registers.is_empty() {
        return Ok(Some((SwitchRead::Intervals, Vec::new())));
    }
    let known = |it: &(Channel, Vec<Read>)| it.1.iter().any(|it| it.on == switch.on);
    let is_given = matches!(wanted, ReadWanted::Given(_));
    if !is_given && registers.iter().all(known) {
        return Ok(Some((SwitchRead::Kept, Vec::new())));
    }
    let found = match wanted {
        ReadWanted::Ordered => return Ok(Some((SwitchRead::Ordered, Vec::new()))),
        ReadWanted::Given(_) | ReadWanted::Estimated if today < switch.on => {
            return Err(refuse(MoveRefusal::NotYet { on: switch.on, today }));
        }
        ReadWanted::Given(given) => {
            (SwitchRead::Given, said(&serial, &registers, given, switch.on)?)
        }
        ReadWanted::Estimated => {
            if !tariff.may_be_estimated() {
                return Err(refuse(MoveRefusal::NoEstimate { tariff: tariff.code }));
            }
            (SwitchRead::Estimated, worked_out(&serial, &registers, switch.on)?)
        }
    };
    Ok(Some(found))
}

/// The registers of the meter that hangs there, with their reads, and its number. A meter with an
/// interval channel needs none.
fn registers(tx: &mut Tx, switch: &Switch<'_>) -> Result<Option<(String, Registers)>> {
    let there = store::meter::installations_at(tx, switch.point)?;
    let hung =
        there.iter().rfind(|it| it.from <= switch.on && it.to.is_none_or(|to| switch.on <= to));
    let Some(hung) = hung else { return Ok(None) };
    let serial = store::meter::get(tx, hung.meter)?.serial;
    let channels = store::meter::channels(tx, hung.meter)?;
    let by_interval = |it: &Channel| matches!(it.form, Form::Interval { .. });
    if channels.iter().any(by_interval) {
        return Ok(Some((serial, Vec::new())));
    }
    let mut registers = Vec::new();
    for channel in channels {
        let reads = store::read::of(tx, channel.id)?;
        registers.push((channel, reads));
    }
    Ok(Some((serial, registers)))
}

fn said(
    serial: &str,
    registers: &[(Channel, Vec<Read>)],
    given: &[i64],
    on: Date,
) -> Result<Vec<Read>> {
    let meter = serial.to_owned();
    if registers.len() != given.len() {
        let (has, given) = (registers.len(), given.len());
        return Err(refuse(MoveRefusal::Registers { meter, has, given }));
    }
    let mut reads = Vec::new();
    for ((channel, known), index_micro) in registers.iter().zip(given) {
        let last = known.iter().rfind(|it| it.on < on);
        if !estimate::is_plausible(channel.form, last, *index_micro) {
            let whole = |micro: i64| micro.div_euclid(1_000_000);
            let (index, last) = (whole(*index_micro), last.map(|it| whole(it.index_micro)));
            return Err(refuse(MoveRefusal::Implausible { meter, index, last }));
        }
        reads.push(one(channel, on, *index_micro, ReadKind::Actual));
    }
    Ok(reads)
}

fn worked_out(serial: &str, registers: &[(Channel, Vec<Read>)], on: Date) -> Result<Vec<Read>> {
    let mut reads = Vec::new();
    for (channel, known) in registers.iter().filter(|(_, known)| known.iter().all(|it| it.on != on))
    {
        let index = estimate::index_on(known, channel.form, on)
            .ok_or_else(|| refuse(MoveRefusal::TooFewReads { meter: serial.to_owned() }))?;
        reads.push(one(channel, on, index, ReadKind::Estimated));
    }
    Ok(reads)
}

fn one(channel: &Channel, on: Date, index_micro: i64, kind: ReadKind) -> Read {
    Read { channel: channel.id, on, index_micro, kind, batch: None }
}

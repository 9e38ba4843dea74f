//! The multiplier of a meter that hangs, told otherwise: since it was hung, or from a day on, with what its
//! registers showed then. It reaches every account whose use is made of what the meter counts.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, ChannelId, InstallationId, ServicePointId, TellingId};
use meterbook_core::meter::{Channel, Form, Installation, Meter};
use meterbook_core::reads::Read;
use meterbook_store::{self as store, Counter, Tx};

use super::{Look, NotTold};
use crate::exchange::{hung_at, shown, times};
use crate::meter::MeterRefusal;
use crate::multiply::NotMultiplied;
use crate::refuse;

/// Another multiplier of the meter at a service point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// Where it hangs.
    pub point: ServicePointId,
    /// What it was, in millionths.
    pub multiplier_micro: i64,
    /// From when on, with what its registers showed then, in millionths; `None` since it was hung.
    pub since: Option<(Date, Vec<i64>)>,
}

/// What there is to say of it; refuses what cannot be.
pub(super) fn look(tx: &mut Tx, it: &Times) -> Result<Look> {
    if it.multiplier_micro <= 0 {
        return Err(refuse(MeterRefusal::BadMultiplier));
    }
    store::place::lock(tx, &[it.point])?;
    let (hung, meter) = hung_at(tx, it.point)?;
    let channels = store::meter::channels(tx, meter.id)?;
    if channels.iter().any(|it| !matches!(it.form, Form::Register { .. })) {
        return Err(refuse(NotMultiplied::Intervals { meter: meter.serial }));
    }
    let from = match &it.since {
        None => hung.from,
        Some((on, _)) if *on <= hung.from => {
            return Err(refuse(MeterRefusal::BeforeHung { from: hung.from, on: *on }));
        }
        Some((on, reads)) => {
            shown(tx, &meter, reads, *on)?;
            *on
        }
    };
    let (now, serial) = (times(it.multiplier_micro), &meter.serial);
    let said = match it.since {
        None => format!("meter {serial}: {now} times since it was hung on {from}"),
        Some(_) => format!("meter {serial}: {now} times from {from}"),
    };
    if channels.iter().all(|had| had.multiplier_micro == it.multiplier_micro) {
        return Err(refuse(NotTold::Same { said }));
    }
    let was = channels.first().map_or(1_000_000, |it| it.multiplier_micro);
    let accounts = made_of(tx, it.point, from)?;
    Ok(Look { subject: meter.serial, said, was: format!("{} times", times(was)), accounts, from })
}

/// The accounts served from a day on where use is made of what this point counts.
fn made_of(tx: &mut Tx, point: ServicePointId, from: Date) -> Result<Vec<AccountId>> {
    let relations = store::relation::all(tx)?;
    let (mut points, mut next) = (BTreeSet::from([point]), vec![point]);
    while let Some(part) = next.pop() {
        for it in relations.iter().filter(|it| it.part == part) {
            if points.insert(it.point) {
                next.push(it.point);
            }
        }
    }
    let mut accounts = BTreeSet::new();
    for point in points {
        let there = store::agreement::at(tx, point)?.into_iter();
        let there = there.filter(|it| it.to.is_none_or(|to| from < to));
        accounts.extend(there.map(|it| it.account));
    }
    Ok(accounts.into_iter().collect())
}

/// Keeps what hung there under the telling, and has the meter count so.
pub(super) fn write(tx: &mut Tx, telling: TellingId, it: &Times) -> Result<()> {
    let (hung, meter) = hung_at(tx, it.point)?;
    store::telling::keep_hung(tx, telling, it.point)?;
    let (from, reads) = match &it.since {
        None => (hung.from, Vec::new()),
        Some((on, reads)) => (*on, shown(tx, &meter, reads, *on)?),
    };
    store::read::add(tx, &reads)?;
    for old in store::meter::channels(tx, meter.id)? {
        let id = ChannelId(tx.next(Counter::Channel, 1)?);
        let next = Channel { id, multiplier_micro: it.multiplier_micro, ..old.clone() };
        store::meter::replace_channel(tx, old.id, &next, from)?;
        // What it showed is what it showed, whatever it is multiplied with.
        let since = store::read::of(tx, old.id)?.into_iter().filter(|it| from <= it.on);
        let since: Vec<Read> = since.map(|it| Read { channel: id, ..it }).collect();
        store::read::add(tx, &since)?;
    }
    if it.since.is_some() { hang_on(tx, hung, &meter, from) } else { Ok(()) }
}

/// The same meter hangs on, as another installation: usage takes each with its own channels.
fn hang_on(tx: &mut Tx, hung: Installation, meter: &Meter, from: Date) -> Result<()> {
    store::meter::end_installation(tx, hung.id, from)?;
    let id = InstallationId(tx.next(Counter::Installation, 1)?);
    let meter = meter.id;
    store::meter::install(tx, &Installation { id, meter, from, to: None, ..hung })
}

//! What a clerk decides about an exception: the read is right, an estimate stands in, the file is
//! right or is not.

use anyhow::Result;
use meterbook_core::id::ExceptionId;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::reads::Read;
use meterbook_core::reads::vee::Rule;
use meterbook_core::task::Resolution;
use meterbook_store::vee::{Exception, How};
use meterbook_store::{self as store, Db, Tx};

use super::{Book, Open, VeeRefusal, contract, cycle, estimate, show, task_kind};
use crate::authority::authorize;
use crate::task::{self, Resolved};
use crate::{Actor, Refused, intake, refuse};

/// Does what was decided; the task of it is closed by who calls.
pub(crate) fn resolve(tx: &mut Tx, actor: Actor, id: ExceptionId, how: Resolution) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::ResolveTasks, None)?;
    let open = show(tx, id)?;
    if let Some(how) = store::vee::ended(tx, id)? {
        return Err(refuse(VeeRefusal::Ended { id, how }));
    }
    let ended = match how {
        Resolution::TakeRead => take_read(tx, &open.exception)?,
        Resolution::Estimate if open.exception.finding.rule == Rule::Gap => {
            cycle::fill(tx, &allowed, &open)?;
            How::Estimated
        }
        Resolution::Estimate => stand_in(tx, &open)?,
        Resolution::TakeFile => take_file(tx, &allowed, &open.exception)?,
        _ => How::Refused,
    };
    store::vee::end(tx, id, ended, actor.at)?;
    let said = format!("{how}: {}", open.said(meterbook_core::person::Language::English));
    store::audit::add(tx, &allowed, "resolve exception", &id.to_string(), &said)
}

/// Resolves one exception as its task is resolved; it gets one if it has none yet.
pub fn one(db: &Db, actor: Actor, id: ExceptionId, how: Resolution, why: &str) -> Result<Resolved> {
    let task = db.write(|tx| {
        authorize(tx, actor, Permission::ResolveTasks, None)?;
        let open = show(tx, id)?;
        if let Some(how) = store::vee::ended(tx, id)? {
            return Err(refuse(VeeRefusal::Ended { id, how }));
        }
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        Ok(task::raise(tx, actor, &super::cause(&open, today)?)?.0)
    })?;
    task::resolve(db, actor, task, how, why)
}

/// Resolves every open exception of a rule in one way, or those of one file: what is refused for one
/// does not stop the others.
pub fn by_cause(
    db: &Db,
    actor: Actor,
    rule: Rule,
    how: Resolution,
    why: &str,
) -> Result<Vec<(ExceptionId, Result<Resolved, Refused>)>> {
    let tasks = db.write(|tx| {
        authorize(tx, actor, Permission::ResolveTasks, None)?;
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        // Each has its task from here on, also what came after the last look.
        let mut tasks = Vec::new();
        for cause in super::causes(tx, today)? {
            let id = ExceptionId(cause.key.parse()?);
            let exception = show(tx, id)?.exception;
            if exception.finding.rule == rule && task_kind(&exception).resolutions().contains(&how)
            {
                tasks.push((id, task::raise(tx, actor, &cause)?.0));
            }
        }
        Ok(tasks)
    })?;
    let ids: Vec<_> = tasks.iter().map(|it| it.1).collect();
    let ended = task::resolve_all(db, actor, &ids, how, why)?;
    Ok(tasks.into_iter().zip(ended).map(|((id, _), (_, ended))| (id, ended)).collect())
}

fn take_read(tx: &mut Tx, exception: &Exception) -> Result<How> {
    let (Some(channel), Some((index_micro, kind))) = (exception.channel, exception.waits) else {
        return Err(refuse(VeeRefusal::NothingWaits { id: exception.id }));
    };
    let (on, batch) = (exception.finding.to, exception.batch);
    store::read::add(tx, &[Read { channel, on, index_micro, kind, batch }])?;
    Ok(How::Taken)
}

/// Estimates the read of the day for which another one waits, and leaves that one out.
fn stand_in(tx: &mut Tx, open: &Open) -> Result<How> {
    let (exception, Some(place)) = (&open.exception, &open.place) else {
        return Err(refuse(VeeRefusal::NothingWaits { id: open.exception.id }));
    };
    let on = exception.finding.to;
    let whose = contract(place, on);
    let rules = Book::default().of(tx, place.commodity, whose.map(|it| it.class), on)?;
    let Some(it) = estimate(tx, &rules, place, on)? else {
        let meter = place.serial.clone();
        return Err(refuse(VeeRefusal::NoEstimate { meter, on }));
    };
    it.keep(tx)?;
    Ok(How::Estimated)
}

fn take_file(tx: &mut Tx, allowed: &Authorized, exception: &Exception) -> Result<How> {
    let Some(batch) = exception.batch.filter(|_| exception.channel.is_none()) else {
        return Err(refuse(VeeRefusal::NothingWaits { id: exception.id }));
    };
    let (zone, meter) = (exception.zone.as_deref(), exception.meter.as_deref());
    intake::release(tx, allowed, batch, zone, meter)?;
    Ok(How::Taken)
}

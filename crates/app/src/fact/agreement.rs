//! What is known of an agreement itself, told otherwise: its tariff from a day on, the day service began,
//! the day it ended.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::id::{AgreementId, ServicePointId};
use meterbook_store::{self as store, Tx};

use super::{Look, NotTold};
use crate::agreement::{AgreementRefusal, startable};
use crate::{eligible, refuse};

/// The tariff of an agreement from a day on.
pub(super) fn tariff(tx: &mut Tx, id: AgreementId, code: &str, from: Date) -> Result<Look> {
    let it = whole(tx, id)?;
    let delivered = store::place::service_point(tx, it.service_point)?.commodity;
    startable(tx, delivered, code, from)?;
    eligible::check(tx, it.account, code, from)?;
    let said = format!("agreement {id}: tariff {code} from {from}");
    if let Some(on) = it.to.filter(|to| *to <= from) {
        return Err(match follower(tx, &it, on)? {
            Some(by) => refuse(NotTold::Followed { on, by }),
            None => refuse(AgreementRefusal::Ended { on }),
        });
    }
    if code == it.tariff {
        return Err(refuse(NotTold::Same { said }));
    }
    if from < it.from {
        return Err(refuse(AgreementRefusal::BeforeStart { from: it.from, on: from }));
    }
    let was = format!("{} from {}", it.tariff, it.from);
    // The bill up to that day may be the last one of what it was on.
    look(&it, said, was, if it.from < from { from.yesterday()? } else { from })
}

/// The first day of service.
pub(super) fn start(tx: &mut Tx, id: AgreementId, on: Date) -> Result<Look> {
    let it = whole(tx, id)?;
    let said = format!("agreement {id}: service began on {on}");
    if on == it.from {
        return Err(refuse(NotTold::Same { said }));
    }
    if let Some(to) = it.to.filter(|to| *to <= on) {
        return Err(refuse(AgreementRefusal::BeforeStart { from: on, on: to }));
    }
    let delivered = store::place::service_point(tx, it.service_point)?.commodity;
    startable(tx, delivered, &it.tariff, on)?;
    free(tx, &Agreement { from: on, ..it.clone() })?;
    if let Some(turn) = store::telling::first_turn(tx, id)?.filter(|turn| on < *turn) {
        return Err(refuse(NotTold::EarlierTurn { turn }));
    }
    let was = format!("on {}", it.from);
    look(&it, said, was, on.min(it.from))
}

/// The first day without service, or that it goes on.
pub(super) fn end(tx: &mut Tx, id: AgreementId, on: Option<Date>) -> Result<Look> {
    let it = whole(tx, id)?;
    let said = match on {
        Some(on) => format!("agreement {id}: service ended on {on}"),
        None => format!("agreement {id}: service goes on"),
    };
    if on == it.to {
        return Err(refuse(NotTold::Same { said }));
    }
    if let Some(on) = on.filter(|on| *on <= it.from) {
        return Err(refuse(AgreementRefusal::BeforeStart { from: it.from, on }));
    }
    let billed = store::bill::billed_through(tx, id)?;
    if let (None, Some(on)) = (it.to, on)
        && billed.is_none_or(|billed| billed <= on)
    {
        return Err(refuse(NotTold::Unbilled { on }));
    }
    if store::settlement::is_there(tx, id)? {
        return Err(refuse(NotTold::Settled));
    }
    free(tx, &Agreement { to: on, ..it.clone() })?;
    let was = it.to.map_or_else(|| "goes on".to_owned(), |to| format!("on {to}"));
    let first = [on, it.to].into_iter().flatten().min().unwrap_or(it.from);
    look(&it, said, was, first.yesterday()?)
}

fn look(it: &Agreement, said: String, was: String, from: Date) -> Result<Look> {
    Ok(Look { subject: it.id.to_string(), said, was, accounts: vec![it.account], from })
}

/// The agreement of the same account that begins there when another one ends.
fn follower(tx: &mut Tx, it: &Agreement, on: Date) -> Result<Option<AgreementId>> {
    let there = store::agreement::at(tx, it.service_point)?;
    let next = there.into_iter().find(|next| next.account == it.account && next.from == on);
    Ok(next.map(|it| it.id))
}

/// The agreement, which shares nothing with others: what they got is on their bills.
fn whole(tx: &mut Tx, id: AgreementId) -> Result<Agreement> {
    let it = store::agreement::get(tx, id)?;
    store::place::lock(tx, &[it.service_point])?;
    if let Some(share) = store::allocation::around(tx, id)?.first() {
        let host = share.host;
        return Err(refuse(NotTold::Shares { host }));
    }
    store::agreement::get(tx, id)
}

/// Refuses days on which somebody else is served there.
fn free(tx: &mut Tx, it: &Agreement) -> Result<()> {
    let point: ServicePointId = it.service_point;
    let others = store::agreement::at(tx, point)?;
    let over = |other: &&Agreement| {
        other.id != it.id
            && other.to.is_none_or(|to| it.from < to)
            && it.to.is_none_or(|to| other.from < to)
    };
    match others.iter().find(over) {
        None => Ok(()),
        Some(other) => Err(refuse(AgreementRefusal::Overlaps { from: other.from, to: other.to })),
    }
}

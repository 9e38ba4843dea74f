//! Premises and service points.

use std::fmt;

use anyhow::Result;
use meterbook_core::id::{PremiseId, ServicePointId};
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::place::{Commodity, Premise, ServicePoint};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::written::{self, Written};
use crate::{Actor, refuse};

/// Why a premise is not taken down: a line of its address is missing.
#[derive(Debug, PartialEq, Eq)]
pub struct NoAddress {
    /// The line.
    pub missing: &'static str,
}

/// Takes down a premise.
pub fn add_premise(
    tx: &mut Tx,
    actor: Actor,
    street: &str,
    town: &str,
    region: &str,
) -> Result<PremiseId> {
    let allowed = authorize(tx, actor, Permission::KeepPlaces, None)?;
    for (line, missing) in [(street, "street"), (town, "town"), (region, "state and postal code")] {
        if line.trim().is_empty() {
            return Err(refuse(NoAddress { missing }));
        }
        written::line(Written::Line, line.trim())?;
    }
    let id = PremiseId(tx.next(Counter::Premise, 1)?);
    let [street, town, region] = [street, town, region].map(|line| line.trim().to_owned());
    store::audit::add(tx, &allowed, "add premise", &id.to_string(), &street)?;
    store::place::add_premise(tx, &Premise { id, street, town, region })?;
    store::search::refresh_premise(tx, id)?;
    Ok(id)
}

/// Takes down where a commodity enters a premise.
pub fn add_service_point(
    tx: &mut Tx,
    actor: Actor,
    premise: PremiseId,
    commodity: Commodity,
    zone: &Zone,
) -> Result<ServicePointId> {
    let allowed = authorize(tx, actor, Permission::KeepPlaces, None)?;
    let id = ServicePointId(tx.next(Counter::ServicePoint, 1)?);
    let point = ServicePoint { id, premise, commodity, zone: zone.clone() };
    store::place::add_service_point(tx, &point)?;
    store::search::refresh_premise(tx, premise)?;
    store::audit::add(tx, &allowed, "add service point", &id.to_string(), commodity.word())?;
    Ok(id)
}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the address has no {}; write all of it", self.missing)
    }
}

impl std::error::Error for NoAddress {}

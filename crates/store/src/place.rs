//! Premises and service points.

use anyhow::{Context, Result};
use meterbook_core::id::{PremiseId, ServicePointId};
use meterbook_core::period::Zone;
use meterbook_core::place::{Commodity, Premise, ServicePoint};

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::Row;

const LOCK_SQLITE: Sql = Sql("select id from service_point where id = $1");
const LOCK_POSTGRES: Sql = Sql("select id from service_point where id = $1 for update");
const ADD_PREMISE: Sql =
    Sql("insert into premise (id, street, town, region, key) values ($1, $2, $3, $4, $5)");
const PREMISE: Sql = Sql("select id, street, town, region from premise where id = $1");
const BY_KEY: Sql = Sql("select id from premise where key = $1 order by id");
const ADD_POINT: Sql =
    Sql("insert into service_point (id, premise_id, commodity, zone) values ($1, $2, $3, $4)");
const POINT: Sql = Sql("select id, premise_id, commodity, zone from service_point where id = $1");
const POINTS_AT: Sql = Sql("
    select id, premise_id, commodity, zone from service_point where premise_id = $1 order by id");

/// Keeps a premise.
pub fn add_premise(tx: &mut Tx, premise: &Premise) -> Result<()> {
    let Premise { id, street, town, region } = premise;
    let values = [(*id).into(), street.into(), town.into(), region.into(), premise.key().into()];
    tx.exec(ADD_PREMISE, values).map(|_| ())
}

/// Lets nobody else change what belongs to these service points until this transaction ends. Who asks for
/// several gets them in one order, so that two never wait for each other.
pub fn lock(tx: &mut Tx, ids: &[ServicePointId]) -> Result<()> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [id.into()], |row| row.int(0))?;
    }
    Ok(())
}

/// One premise.
pub fn premise(tx: &mut Tx, id: PremiseId) -> Result<Premise> {
    let found = tx.maybe(PREMISE, [id.into()], |row| {
        Ok(Premise {
            id: row.id(0)?,
            street: row.text(1)?,
            town: row.text(2)?,
            region: row.text(3)?,
        })
    })?;
    found.ok_or_else(|| missing("premise", id))
}

/// The premises whose address compares as this key does.
pub fn by_key(tx: &mut Tx, key: &str) -> Result<Vec<PremiseId>> {
    tx.many(BY_KEY, [key.into()], |row| row.id(0))
}

/// Keeps a service point.
pub fn add_service_point(tx: &mut Tx, point: &ServicePoint) -> Result<()> {
    let ServicePoint { id, premise, commodity, zone } = point;
    let values = [(*id).into(), (*premise).into(), commodity.word().into(), zone.name().into()];
    tx.exec(ADD_POINT, values).map(|_| ())
}

/// One service point.
pub fn service_point(tx: &mut Tx, id: ServicePointId) -> Result<ServicePoint> {
    tx.maybe(POINT, [id.into()], point)?.ok_or_else(|| missing("service point", id))
}

/// The service points of a premise.
pub fn points_at(tx: &mut Tx, premise: PremiseId) -> Result<Vec<ServicePoint>> {
    tx.many(POINTS_AT, [premise.into()], point)
}

fn point(row: &Row) -> Result<ServicePoint> {
    let zone = row.text(3)?;
    Ok(ServicePoint {
        id: row.id(0)?,
        premise: row.id(1)?,
        commodity: row.word(2, Commodity::from_word)?,
        zone: Zone::named(&zone).with_context(|| format!("{zone} is no time zone"))?,
    })
}

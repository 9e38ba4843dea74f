//! Meters, their channels, and where they hang.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{ChannelId, InstallationId, MeterId, ServicePointId};
use meterbook_core::meter::{Channel, Flow, Form, Installation, Meter};
use meterbook_core::money::Unit;
use meterbook_core::place::Commodity;

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Sql, among_words, words_of};
use crate::value::Row;

const ADD: Sql = Sql("insert into meter (id, serial, commodity) values ($1, $2, $3)");
const GET: Sql = Sql("select id, serial, commodity from meter where id = $1");
const BY_SERIAL: Sql = Sql("select id, serial, commodity from meter where serial = $1 order by id");
const ADD_CHANNEL: Sql = Sql("
    insert into channel (id, meter_id, digits, minutes, unit, flow, multiplier_micro)
    values ($1, $2, $3, $4, $5, $6, $7)");
const CHANNELS: Sql = Sql("
    select id, meter_id, digits, minutes, unit, flow, multiplier_micro
    from channel where meter_id = $1 and to_on is null order by id");
const CHANNELS_OF: (Sql, Sql) = among_words!(
    "select m.serial, c.id, c.meter_id, c.digits, c.minutes, c.unit, c.flow, c.multiplier_micro
     from meter m join channel c on c.meter_id = m.id
     where c.to_on is null and m.serial",
    "order by m.id, c.id"
);
const REPLACE_CHANNEL: Sql = Sql("update channel set to_on = $2 where id = $1 and to_on is null");
const BEGIN_CHANNEL: Sql = Sql("update channel set from_on = $2 where id = $1");
const INSTALL: Sql = Sql("
    insert into installation (id, meter_id, service_point_id, from_on, to_on)
    values ($1, $2, $3, $4, $5)");
const AT: Sql = Sql("
    select id, meter_id, service_point_id, from_on, to_on
    from installation where service_point_id = $1 order by from_on");
const OF: Sql = Sql("
    select id, meter_id, service_point_id, from_on, to_on
    from installation where meter_id = $1 order by from_on");
const END: Sql = Sql("update installation set to_on = $2 where id = $1 and to_on is null");

/// Keeps a meter.
pub fn add(tx: &mut Tx, meter: &Meter) -> Result<()> {
    let Meter { id, serial, commodity } = meter;
    tx.exec(ADD, [(*id).into(), serial.into(), commodity.word().into()]).map(|_| ())
}

/// One meter.
pub fn get(tx: &mut Tx, id: MeterId) -> Result<Meter> {
    tx.maybe(GET, [id.into()], meter)?.ok_or_else(|| missing("meter", id))
}

/// The meters with this number on their face, at most one for each commodity.
pub fn by_serial(tx: &mut Tx, serial: &str) -> Result<Vec<Meter>> {
    tx.many(BY_SERIAL, [serial.into()], meter)
}

/// Keeps a register or an interval channel.
pub fn add_channel(tx: &mut Tx, channel: &Channel) -> Result<()> {
    let Channel { id, meter, form, unit, flow, multiplier_micro } = *channel;
    let (digits, minutes) = match form {
        Form::Register { digits } => (Some(i64::from(digits)), None),
        Form::Interval { minutes } => (None, Some(i64::from(minutes))),
    };
    let values = [
        id.into(),
        meter.into(),
        digits.into(),
        minutes.into(),
        unit.word().into(),
        flow.word().into(),
        multiplier_micro.into(),
    ];
    tx.exec(ADD_CHANNEL, values).map(|_| ())
}

/// Ends a channel and puts another in its place from a day on: the same dials with another
/// multiplier.
pub fn replace_channel(tx: &mut Tx, old: ChannelId, new: &Channel, on: Date) -> Result<()> {
    if tx.exec(REPLACE_CHANNEL, [old.into(), on.into()])? == 0 {
        return Err(missing("channel that still counts", old));
    }
    add_channel(tx, new)?;
    tx.exec(BEGIN_CHANNEL, [new.id.into(), on.into()]).map(|_| ())
}

/// The registers and interval channels of a meter that count now.
pub fn channels(tx: &mut Tx, meter: MeterId) -> Result<Vec<Channel>> {
    tx.many(CHANNELS, [meter.into()], |row| channel(row, 0))
}

/// The registers and interval channels that count now of the meters with these numbers on their
/// faces, each with its meter's number.
pub fn channels_of<'a>(
    tx: &mut Tx,
    serials: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<(String, Channel)>> {
    let list = words_of(serials);
    tx.many(tx.either(CHANNELS_OF.0, CHANNELS_OF.1), [list.into()], |row| {
        Ok((row.text(0)?, channel(row, 1)?))
    })
}

/// Keeps where a meter hangs.
pub fn install(tx: &mut Tx, hung: &Installation) -> Result<()> {
    let Installation { id, meter, service_point, from, to } = *hung;
    let values = [id.into(), meter.into(), service_point.into(), from.into(), to.into()];
    tx.exec(INSTALL, values).map(|_| ())
}

/// The meters that hang or hung at a service point, in order.
pub fn installations_at(tx: &mut Tx, point: ServicePointId) -> Result<Vec<Installation>> {
    tx.many(AT, [point.into()], installation)
}

/// Where a meter hangs or hung, in order.
pub fn installations_of(tx: &mut Tx, meter: MeterId) -> Result<Vec<Installation>> {
    tx.many(OF, [meter.into()], installation)
}

/// Writes down the day a meter came down.
pub fn end_installation(tx: &mut Tx, id: InstallationId, on: Date) -> Result<()> {
    match tx.exec(END, [id.into(), on.into()])? {
        0 => Err(missing("meter that still hangs in place", id)),
        _ => Ok(()),
    }
}

fn meter(row: &Row) -> Result<Meter> {
    Ok(Meter {
        id: row.id(0)?,
        serial: row.text(1)?,
        commodity: row.word(2, Commodity::from_word)?,
    })
}

/// The channel whose columns begin at `at`.
pub(crate) fn channel(row: &Row, at: usize) -> Result<Channel> {
    let form = match row.maybe(at + 2, Row::small)? {
        Some(digits) => Form::Register { digits },
        None => Form::Interval { minutes: row.small(at + 3)? },
    };
    Ok(Channel {
        id: row.id(at)?,
        meter: row.id(at + 1)?,
        form,
        unit: row.word(at + 4, Unit::from_word)?,
        flow: row.word(at + 5, Flow::from_word)?,
        multiplier_micro: row.int(at + 6)?,
    })
}

fn installation(row: &Row) -> Result<Installation> {
    Ok(Installation {
        id: row.id(0)?,
        meter: row.id(1)?,
        service_point: row.id(2)?,
        from: row.date(3)?,
        to: row.maybe(4, Row::date)?,
    })
}

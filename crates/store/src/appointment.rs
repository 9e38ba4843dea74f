//! Appointments. No place of a crew is promised twice: the database refuses it.

use anyhow::{Context, Result};
use jiff::Timestamp;
use meterbook_core::appointment::{Appointment, Arrival, Ended};
use meterbook_core::crew::Clock;
use meterbook_core::id::{AppointmentId, CrewId, OrderId};
use meterbook_core::period::Period;

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into appointment (id, order_id, crew_id, arrive_on, from_minute, to_minute, place,
        booked_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)");
const OF_ORDER: Sql = Sql("
    select id, order_id, crew_id, arrive_on, from_minute, to_minute, place
    from appointment where order_id = $1 and ended is null");
const ALL_OF_ORDER: Sql = Sql("
    select id, order_id, crew_id, arrive_on, from_minute, to_minute, place, ended
    from appointment where order_id = $1 order by id");
const OF_CREW: Sql = Sql("
    select id, order_id, crew_id, arrive_on, from_minute, to_minute, place from appointment
    where crew_id = $1 and $2 <= arrive_on and arrive_on < $3 and ended is null
    order by arrive_on, from_minute, place");
const END: Sql = Sql("update appointment set ended = $2 where id = $1 and ended is null");

/// Keeps an appointment.
pub fn add(tx: &mut Tx, appointment: &Appointment, at: Timestamp) -> Result<()> {
    let Appointment { id, order, crew, arrival, place } = *appointment;
    let values = [
        id.into(),
        order.into(),
        crew.into(),
        arrival.on.into(),
        arrival.from.minutes().into(),
        arrival.to.minutes().into(),
        place.into(),
        at.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// The appointment that holds for an order.
pub fn of_order(tx: &mut Tx, order: OrderId) -> Result<Option<Appointment>> {
    tx.maybe(OF_ORDER, [order.into()], appointment)
}

/// Every appointment of an order and how it ended, in the order in which they were made.
pub fn all_of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<(Appointment, Option<Ended>)>> {
    tx.many(ALL_OF_ORDER, [order.into()], |row| {
        let ended = row.maybe(7, |row, at| row.word(at, Ended::from_word))?;
        Ok((appointment(row)?, ended))
    })
}

/// The appointments that hold for a crew on some days, in order.
pub fn of_crew(tx: &mut Tx, crew: CrewId, days: Period) -> Result<Vec<Appointment>> {
    tx.many(OF_CREW, [crew.into(), days.start().into(), days.end().into()], appointment)
}

/// Writes down how an appointment ended.
pub fn end(tx: &mut Tx, id: AppointmentId, how: Ended) -> Result<()> {
    match tx.exec(END, [id.into(), how.word().into()])? {
        0 => Err(missing("appointment that still holds", id)),
        _ => Ok(()),
    }
}

fn appointment(row: &Row) -> Result<Appointment> {
    let clock = |at| Clock::from_minutes(row.int(at)?).context("a day has 1,440 minutes");
    Ok(Appointment {
        id: row.id(0)?,
        order: row.id(1)?,
        crew: row.id(2)?,
        arrival: Arrival { on: row.date(3)?, from: clock(4)?, to: clock(5)? },
        place: row.int(6)?,
    })
}

//! A crew's day: its stops with what a crew needs to know on site, for paper and for handhelds.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::crew::Crew;
use meterbook_core::limits::ORDER_ROWS;
use meterbook_core::meter::Form;
use meterbook_core::order::sheet::{DaySheet, Dial, Stop, in_route};
use meterbook_core::order::{Order, State};
use meterbook_core::person::Language;
use meterbook_store::order::Which;
use meterbook_store::{self as store, Tx};

/// What a crew has to do on a day, in the order in which it drives.
pub fn sheet(tx: &mut Tx, crew: &Crew, on: Date) -> Result<DaySheet> {
    let which = Which { crew: Some(crew.id), on: Some(on), ..Which::default() };
    let mut stops = Vec::new();
    for (order, stands) in store::order::open(tx, which, ORDER_ROWS)? {
        stops.push(stop(tx, order, stands.state)?);
    }
    // What could not be done is no longer on its way.
    stops.retain(|it| it.state != State::NotDone);
    Ok(DaySheet { crew: crew.clone(), on, stops: in_route(stops) })
}

/// The sheets of every crew that has something to do on a day.
pub fn sheets(tx: &mut Tx, on: Date) -> Result<Vec<DaySheet>> {
    let mut sheets = Vec::new();
    for crew in store::crew::all(tx)? {
        let sheet = sheet(tx, &crew, on)?;
        if !sheet.stops.is_empty() {
            sheets.push(sheet);
        }
    }
    Ok(sheets)
}

/// The days of crews as a file for handhelds: that of one crew, or of all that have something to do.
pub fn export(tx: &mut Tx, crew: Option<&Crew>, on: Date) -> Result<Vec<u8>> {
    let sheets = match crew {
        Some(crew) => vec![sheet(tx, crew, on)?],
        None => sheets(tx, on)?,
    };
    let zone = crate::founding::zone(tx)?;
    Ok(meterbook_formats::orders::write(&sheets, &zone))
}

/// A crew's day as a page to be printed.
pub fn page(tx: &mut Tx, crew: &Crew, on: Date, language: Language) -> Result<String> {
    let utility = store::utility::get(tx)?.name;
    let zone = crate::founding::zone(tx)?;
    let sheet = sheet(tx, crew, on)?;
    Ok(meterbook_paper::day_sheet(&sheet, &utility, &zone, language))
}

/// An order with what a crew needs to know on site.
pub fn stop(tx: &mut Tx, order: Order, state: State) -> Result<Stop> {
    let premise = store::place::premise(tx, order.premise)?;
    let arrival = store::appointment::of_order(tx, order.id)?.map(|it| it.arrival);
    let customer = match order.account {
        Some(account) => {
            let person = store::account::get(tx, account)?.person;
            Some(store::person::get(tx, person)?.name)
        }
        None => None,
    };
    let (mut commodity, mut dials) = (None, Vec::new());
    if let Some(point) = order.service_point {
        commodity = Some(store::place::service_point(tx, point)?.commodity);
        let there = store::meter::installations_at(tx, point)?;
        if let Some(hung) = there.iter().find(|it| it.to.is_none()) {
            let meter = store::meter::get(tx, hung.meter)?.serial;
            for channel in store::meter::channels(tx, hung.meter)? {
                let Form::Register { digits } = channel.form else { continue };
                let last = store::read::latest(tx, channel.id)?;
                let last = last.first().map(|it| (it.on, it.index_micro));
                let (unit, flow, digits) = (Some(channel.unit), Some(channel.flow), Some(digits));
                dials.push(Dial { meter: meter.clone(), unit, flow, digits, last });
            }
            if dials.is_empty() {
                dials.push(Dial { meter, unit: None, flow: None, digits: None, last: None });
            }
        }
    }
    Ok(Stop { order, state, arrival, premise, commodity, customer, dials })
}

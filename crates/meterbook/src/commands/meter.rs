//! `meter`: exchange a meter, give it another multiplier.

use anyhow::Result;
use meterbook_app::exchange::{self, Exchange};
use meterbook_core::id::ServicePointId;
use meterbook_core::text::scaled;
use meterbook_store as store;

use crate::args::Place;
use crate::args::record::MeterCommand;
use crate::say;

pub(crate) fn meter(place: &Place, command: &MeterCommand) -> Result<()> {
    let (db, by) = (super::open(place)?, super::actor());
    match command {
        MeterCommand::Exchange { point, on, last, serial, channels, first } => {
            let point = ServicePointId(*point);
            let commodity = db.read(|tx| store::place::service_point(tx, point))?.commodity;
            let channels = match channels {
                Some(text) => super::sign_up::channels(text, commodity).ok_or_else(|| {
                    super::said(format!("{text} is nothing a meter counts; write 5kwh or 15min"))
                })?,
                None => Vec::new(),
            };
            let new = Exchange {
                point,
                on: *on,
                last: indexes(last)?,
                serial: serial.clone(),
                channels,
                first: indexes(first)?,
            };
            db.write(|tx| exchange::exchange(tx, by, &new))?;
            say::line(format_args!("meter {serial} hangs at service point {point} from {on}"));
        }
        MeterCommand::Multiplier { point, times, on, read, evidence } => {
            let micro = scaled(times, 6)
                .ok_or_else(|| super::said(format!("{times} is no multiplier; write 40 or 0.5")))?;
            let reads = indexes(read)?;
            let at = ServicePointId(*point);
            db.write(|tx| exchange::set_multiplier(tx, by, at, micro, evidence, (*on, &reads)))?;
            say::line(format_args!(
                "the meter at service point {point} counts {times} times from {on}"
            ));
        }
    }
    Ok(())
}

fn indexes(shown: &[String]) -> Result<Vec<i64>> {
    shown.iter().map(|it| super::index(it)).collect()
}

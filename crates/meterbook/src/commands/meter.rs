//! `meter`: exchange a meter, give it another multiplier.

use anyhow::Result;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::exchange::{self, Exchange, NewMultiplier};
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
            let asked = Asked::Multiplier(NewMultiplier {
                point: ServicePointId(*point),
                multiplier_micro: micro,
                evidence: evidence.clone(),
                on: *on,
                reads: indexes(read)?,
            });
            let went = db.write(|tx| do_or_ask(tx, by, &asked, evidence))?;
            super::outcome(
                format_args!("the meter at service point {point} counts {times} times from {on}"),
                went,
            );
        }
    }
    Ok(())
}

fn indexes(shown: &[String]) -> Result<Vec<i64>> {
    shown.iter().map(|it| super::index(it)).collect()
}

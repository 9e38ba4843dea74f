//! `meter`: show a meter and say more of it, set, remove and exchange it, give it another multiplier.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::exchange::{self, Exchange, Hang, NewMultiplier};
use meterbook_core::detail::{Subject, state_of_meter};
use meterbook_core::id::ServicePointId;
use meterbook_core::meter::{Form, Meter};
use meterbook_core::period::holds;
use meterbook_core::place::Commodity;
use meterbook_core::text::{decimal, scaled};
use meterbook_store::{self as store, Db, Tx};

use super::customer::{days, detail_line, say_detail};
use crate::args::Place;
use crate::args::record::MeterCommand;
use crate::say;

pub(crate) fn meter(place: &Place, command: &MeterCommand) -> Result<()> {
    let (db, by) = (super::open(place)?, super::actor());
    match command {
        MeterCommand::Show { serial, on } => return show(place, serial, *on),
        MeterCommand::Detail { serial, commodity, saying } => {
            let kinds = "electric, gas, water or waste";
            let of = commodity.as_deref();
            let of = of.map(|it| super::word(it, Commodity::from_word, kinds)).transpose()?;
            let meter = db.read(|tx| the(tx, serial, of))?;
            return say_detail(place, saying, Subject::Meter(meter.id));
        }
        MeterCommand::Set { point, on, serial, channels, times, first } => {
            let counts = (channels.as_deref(), times.as_deref());
            let new = hang(&db, (*point, *on), serial, counts, first)?;
            db.write(|tx| exchange::set(tx, by, &new))?;
            say::line(format_args!("meter {serial} hangs at service point {point} from {on}"));
        }
        MeterCommand::Remove { point, on, last } => {
            let (id, last) = (ServicePointId(*point), indexes(last)?);
            let meter = db.write(|tx| exchange::remove(tx, by, id, *on, &last))?;
            let serial = meter.serial;
            say::line(format_args!("meter {serial} is down from service point {point}, {on}"));
        }
        MeterCommand::Exchange { point, on, last, serial, channels, times, first } => {
            let counts = (channels.as_deref(), times.as_deref());
            let next = hang(&db, (*point, *on), serial, counts, first)?;
            let new = Exchange { last: indexes(last)?, next };
            db.write(|tx| exchange::exchange(tx, by, &new))?;
            say::line(format_args!("meter {serial} hangs at service point {point} from {on}"));
        }
        MeterCommand::Multiplier { point, times, on, read, evidence } => {
            let micro = self::times(times)?;
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

/// A multiplier as the command says it, in millionths.
pub(super) fn times(text: &str) -> Result<i64> {
    scaled(text, 6).ok_or_else(|| super::said(format!("{text} is no multiplier; write 40 or 0.5")))
}

/// A meter that is hung at a service point, as the command says it.
fn hang(
    db: &Db,
    (point, on): (i64, Date),
    serial: &str,
    (channels, times): (Option<&str>, Option<&str>),
    first: &[String],
) -> Result<Hang> {
    let point = ServicePointId(point);
    let commodity = db.read(|tx| store::place::service_point(tx, point))?.commodity;
    let counted = |text| {
        super::sign_up::channels(text, commodity).ok_or_else(|| {
            super::said(format!("{text} is nothing a meter counts; write 5kwh or 15min"))
        })
    };
    let mut channels = channels.map(counted).transpose()?.unwrap_or_default();
    if let Some(times) = times.map(self::times).transpose()? {
        channels.iter_mut().for_each(|it| it.multiplier_micro = times);
    }
    Ok(Hang { point, on, serial: serial.to_owned(), channels, first: indexes(first)? })
}

pub(super) fn indexes(shown: &[String]) -> Result<Vec<i64>> {
    shown.iter().map(|it| super::index(it)).collect()
}

/// The meter with this number.
pub(super) fn the(tx: &mut Tx, serial: &str, of: Option<Commodity>) -> Result<Meter> {
    let mut known = store::meter::by_serial(tx, serial)?;
    known.retain(|it| of.is_none_or(|of| it.commodity == of));
    if 1 < known.len() {
        let all: Vec<&str> = known.iter().map(|it| it.commodity.word()).collect();
        let all = all.join(", ");
        let text = format!("there are several meters {serial}; say --commodity and one of: {all}");
        return Err(super::said(text));
    }
    let none = || super::said(format!("there is no meter {serial}; check the number"));
    known.pop().ok_or_else(none)
}

fn show(place: &Place, serial: &str, on: Option<Date>) -> Result<()> {
    let db = super::see(place)?;
    let day = on.map_or_else(|| super::today(&db), Ok)?;
    db.read(|tx| {
        let known = store::meter::by_serial(tx, serial)?;
        if known.is_empty() {
            return the(tx, serial, None).map(drop);
        }
        known.iter().try_for_each(|it| about(tx, it, on, day))
    })
}

fn about(tx: &mut Tx, meter: &Meter, on: Option<Date>, day: Date) -> Result<()> {
    let held = |from, to| on.is_none_or(|on| holds(from, to, on));
    let details = store::detail::of(tx, Subject::Meter(meter.id))?;
    let hung = store::meter::installations_of(tx, meter.id)?;
    let state = state_of_meter(&details, &hung, day);
    let state = state.unwrap_or_else(|| "nobody said where".to_owned());
    say::line(format_args!("meter {}: {}, {state} on {day}", meter.serial, meter.commodity));
    for it in store::meter::channels(tx, meter.id)? {
        let form = match it.form {
            Form::Register { digits } => format!("register of {digits} digits"),
            Form::Interval { minutes } => format!("intervals of {minutes} minutes"),
        };
        let times = decimal(it.multiplier_micro, 6);
        say::line(format_args!("  {form}, {} {}, times {times}", it.unit, it.flow));
    }
    for it in hung.iter().filter(|it| held(it.from, it.to)) {
        let point = store::place::service_point(tx, it.service_point)?;
        let street = store::place::premise(tx, point.premise)?.street;
        let days = days(it.from, it.to);
        say::line(format_args!("  at service point {}, {street}, {days}", point.id));
    }
    details.iter().filter(|it| held(it.from, it.to)).for_each(detail_line);
    Ok(())
}

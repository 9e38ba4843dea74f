//! Use of a service point to carry away: CSV as the program imports it itself, and Green Button.

use anyhow::{Context, Result};
use jiff::Timestamp;
use meterbook_core::bill::assess::ServiceFacts;
use meterbook_core::meter::{Channel, Flow, Form};
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::lineage::{Known, Lineage, lineage, values};
use meterbook_core::reads::usage::Facts;
use meterbook_core::text::decimal;
use meterbook_formats::reads::found::Quality;
use meterbook_formats::reads::green_button::{Series, write};
use meterbook_store::Tx;

use super::Of;
use super::rows::scaled;
use crate::refuse;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Lines of values, or of reads where there are only registers.
    Csv,
    /// An Atom feed of NAESB's ESPI.
    GreenButton,
}

/// The use of a service point, or of those of every agreement of an account, in some days as a file.
/// Interval values have their multiplier on them; what a register showed is given as it stood on the
/// dials, where nothing else is measured. What is missing is left out.
pub fn all(tx: &mut Tx, of: Of, period: Period, form: Written, at: Timestamp) -> Result<String> {
    let places: Vec<(ServiceFacts, Period)> = match of {
        Of::Account(number) => super::of_account(tx, number, period)?,
        Of::Point(point) => vec![(super::of_point(tx, point, period)?, period)],
    };
    match form {
        Written::Csv => {
            let both = places.iter().map(|(it, days)| csv(*days, &it.point.zone, &it.measured));
            let (values, reads): (Vec<String>, Vec<String>) = both.unzip();
            let (values, reads) = (values.concat(), reads.concat());
            Ok(match values.is_empty() {
                true => format!("meter,date,index,unit,flow,kind\n{reads}"),
                false => format!("meter,start,value,unit,flow,kind,minutes\n{values}"),
            })
        }
        Written::GreenButton => {
            let mut feed: Vec<Series> = Vec::new();
            for (it, days) in &places {
                feed.extend(series(*days, &it.point.zone, &it.measured));
            }
            let zone = places.first().map_or_else(Zone::utc, |(it, _)| it.point.zone.clone());
            let east = zone.tz().to_offset(winter(period)?).seconds();
            write(&feed, east, at).map_err(refuse)
        }
    }
}

/// A moment at which clocks are not put forward, north or south.
fn winter(period: Period) -> Result<Timestamp> {
    let january = jiff::civil::Date::new(period.start().year(), 1, 1).context("a year has one")?;
    Ok(Zone::utc().start_of(january))
}

/// The lines of the values, and those of the reads of registers.
fn csv(period: Period, zone: &Zone, facts: &Facts) -> (String, String) {
    let (mut values, mut reads) = (String::new(), String::new());
    for_each_value(period, zone, facts, &mut |meter, channel, (at, micro, known)| {
        let Form::Interval { minutes } = channel.form else { return };
        let kind = if known == Known::Estimated { "estimated" } else { "actual" };
        let start = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let (value, unit, flow) = (decimal(micro, 6), channel.unit, channel.flow);
        values.push_str(&format!("{meter},{start},{value},{unit},{flow},{kind},{minutes}\n"));
    });
    for it in lineage(period, zone, facts) {
        let (meter, unit, flow) = (&it.meter, it.channel.unit, it.channel.flow);
        for read in &it.reads {
            let (index, on, kind) = (decimal(read.index_micro, 6), read.on, read.kind);
            reads.push_str(&format!("{meter},{on},{index},{unit},{flow},{kind}\n"));
        }
    }
    (values, reads)
}

fn series(period: Period, zone: &Zone, facts: &Facts) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    let mut latest = None;
    for_each_value(period, zone, facts, &mut |meter, channel, (at, micro, known)| {
        let Form::Interval { minutes } = channel.form else { return };
        if latest != Some((meter.to_owned(), channel.id)) {
            latest = Some((meter.to_owned(), channel.id));
            all.push(Series {
                point: meter.to_owned(),
                unit: channel.unit,
                flow: Some(channel.flow),
                seconds: Some(u32::from(minutes) * 60),
                values: Vec::new(),
            });
        }
        let quality = if known == Known::Estimated { Quality::ESTIMATED } else { Quality::ACTUAL };
        if let Some(series) = all.last_mut() {
            series.values.push((at, micro, quality));
        }
    });
    if all.is_empty() {
        all.extend(lineage(period, zone, facts).iter().map(|it| of_register(it, zone)));
    }
    all
}

fn of_register(it: &Lineage, zone: &Zone) -> Series {
    let values = it.reads.iter().map(|read| {
        let quality = match read.kind {
            meterbook_core::reads::ReadKind::Estimated => Quality::ESTIMATED,
            _ => Quality::ACTUAL,
        };
        (zone.start_of(read.on).as_second(), read.index_micro, quality)
    });
    let flow = Some(it.channel.flow).filter(|it| *it != Flow::Reactive);
    Series {
        point: it.meter.clone(),
        unit: it.channel.unit,
        flow,
        seconds: None,
        values: values.collect(),
    }
}

/// What is done with a value: that of a meter's channel, the second at which it starts, its millionths
/// and how it is known.
type Take<'t> = dyn FnMut(&str, &Channel, (i64, i64, Known)) + 't;

/// Every known value of the point's own meters within the days.
fn for_each_value(period: Period, zone: &Zone, facts: &Facts, take: &mut Take<'_>) {
    for hung in &facts.hung {
        let Some(days) = period.overlap(hung.from, hung.to) else { continue };
        let edges =
            (zone.start_of(days.start()).as_second(), zone.start_of(days.end()).as_second());
        for it in &hung.channels {
            let within = |(at, _, known): &(i64, i64, Known)| {
                edges.0 <= *at && *at < edges.1 && *known != Known::Missing
            };
            for (at, micro, known) in it.series.iter().flat_map(values).filter(within) {
                let micro = scaled(micro, &it.channel, 1_000_000_000);
                take(&hung.meter, &it.channel, (at, micro, known));
            }
        }
    }
}

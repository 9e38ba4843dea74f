//! What a reader of channels finds, as the rows that an import takes: in our units and one way each.

use std::io::BufRead;

use jiff::Timestamp;
use meterbook_core::period::Zone;
use meterbook_core::reads::ReadKind;
use meterbook_core::text::decimal;

use super::found::{Channel, Clock, Find, Quality, Register, Value};
use super::{Lines, NotRead, Row, Said};

/// Reads a file with `reader`; `meter` is the meter of a file that calls it something else.
pub(super) fn read(
    mut bytes: &[u8],
    meter: Option<&str>,
    lines: &mut dyn Lines,
    reader: impl Fn(&mut dyn BufRead, &mut dyn Find) -> Result<(), NotRead>,
) -> Result<(), NotRead> {
    reader(&mut bytes, &mut InRows { meter, lines })
}

struct InRows<'a> {
    meter: Option<&'a str>,
    lines: &'a mut dyn Lines,
}

impl InRows<'_> {
    fn meter<'a>(&'a self, channel: &'a Channel) -> &'a str {
        self.meter.unwrap_or(&channel.meter)
    }

    /// Hands over a row, or says why it is none, with the fields of a long file either way.
    fn hand(&mut self, line: u64, channel: &Channel, at: i64, row: Result<Row, String>) {
        let start = Timestamp::from_second(at).map_or_else(|_| String::new(), |it| it.to_string());
        let (value, kind) = match row.as_ref().map(|it| &it.said) {
            Ok(Said::Intervals { micro, estimated, .. }) => {
                let value = micro.first().copied().flatten();
                (value, if *estimated { ReadKind::Estimated } else { ReadKind::Actual })
            }
            Ok(Said::Register { index_micro, kind, .. }) => (Some(*index_micro), *kind),
            Err(_) => (None, ReadKind::Actual),
        };
        let unit = row.as_ref().ok().and_then(|it| it.unit).map_or("?", |it| it.word());
        let minutes = channel.seconds.map(|it| it.div_euclid(60).to_string());
        let fields = [
            self.meter(channel).to_owned(),
            start,
            value.map_or_else(String::new, |it| decimal(it, 6)),
            unit.to_owned(),
            channel.flow.map_or_else(String::new, |it| it.word().to_owned()),
            kind.word().to_owned(),
            minutes.unwrap_or_default(),
        ];
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        match row {
            Ok(row) => self.lines.row(line, &fields, row),
            Err(why) => self.lines.reject(line, &fields, why),
        }
    }
}

impl Find for InRows<'_> {
    fn values(&mut self, line: u64, _: usize, channel: &Channel, start: i64, values: &[Value]) {
        // Estimates and reads are told apart by the row, so each stretch is one.
        let mut begins = 0;
        for stretch in values.chunk_by(|a, b| a.quality.is_estimate() == b.quality.is_estimate()) {
            let seconds = i64::from(channel.seconds.unwrap_or(0));
            let at = start + i64::try_from(begins).unwrap_or(0) * seconds;
            begins += stretch.len();
            let row = intervals(channel, at, stretch, self.meter(channel));
            self.hand(line, channel, at, row);
        }
    }

    fn register(&mut self, line: u64, _: usize, channel: &Channel, read: Register) {
        let row = register(channel, read, self.meter(channel));
        self.hand(line, channel, read.at, row);
    }

    fn note(&mut self, _: u64, _: String) {}
}

fn intervals(channel: &Channel, at: i64, values: &[Value], meter: &str) -> Result<Row, String> {
    let seconds = channel.seconds.unwrap_or(0);
    let minutes = match seconds.div_euclid(60) {
        5 => 5,
        15 => 15,
        30 => 30,
        60 => 60,
        _ => {
            return Err(format!(
                "the value is for {seconds} seconds; intervals of 5, 15, 30 and 60 minutes are taken"
            ));
        }
    };
    let start = Timestamp::from_second(at).map_err(|_| "the time is none of ours".to_owned())?;
    let mut micro = Vec::with_capacity(values.len());
    for value in values {
        let there = value.micro.filter(|_| value.quality != Quality::NONE);
        micro.push(there.map(|it| ours(channel, it)).transpose()?);
    }
    let estimated = values.first().is_some_and(|it| it.quality.is_estimate());
    let said = Said::Intervals { start, minutes: Some(minutes), micro, estimated };
    Ok(Row { meter: meter.to_owned(), unit: channel.measure.unit(), flow: channel.flow, said })
}

fn register(channel: &Channel, read: Register, meter: &str) -> Result<Row, String> {
    let index = read.index_micro.ok_or("the register's index is not said")?;
    let east = match channel.clock {
        Clock::East(east) => i64::from(east),
        Clock::Wall => 0,
    };
    let at = Timestamp::from_second(read.at + east);
    let on = Zone::utc().day_of(at.map_err(|_| "the time is none of ours".to_owned())?);
    let kind = if read.quality.is_estimate() { ReadKind::Estimated } else { ReadKind::Actual };
    let said = Said::Register { on, index_micro: ours(channel, index)?, kind };
    Ok(Row { meter: meter.to_owned(), unit: channel.measure.unit(), flow: channel.flow, said })
}

/// A value in our unit.
fn ours(channel: &Channel, micro: i64) -> Result<i64, String> {
    let name = &channel.measure.name;
    let Some((_, value, rounded)) = channel.measure.in_ours(i128::from(micro)) else {
        return Err(format!("{name} is no use of energy, gas or water that we bill"));
    };
    if micro < 0 {
        return Err(format!(
            "{} is below zero; what flows back has a channel of its own",
            decimal(micro, 6)
        ));
    }
    let fits = i64::try_from(value).ok().filter(|_| !rounded);
    fits.ok_or_else(|| {
        format!("{} {name} is finer than a millionth of our unit or too large", decimal(micro, 6))
    })
}

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
    fn hand(
        &mut self,
        line: u64,
        channel: &Channel,
        at: i64,
        said: Option<i64>,
        row: Result<Row, String>,
    ) {
        let start = Timestamp::from_second(at).map_or_else(|_| String::new(), |it| it.to_string());
        let (value, kind) = match row.as_ref().map(|it| &it.said) {
            Ok(Said::Intervals { micro, estimated, .. }) => {
                let value = micro.first().copied().flatten();
                (value, if *estimated { ReadKind::Estimated } else { ReadKind::Actual })
            }
            Ok(Said::Register { index_micro, kind, .. }) => (Some(*index_micro), *kind),
            Err(_) => (said, ReadKind::Actual),
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
        // One row each: what is rejected comes back as a line of a long file.
        let step = i64::from(channel.seconds.unwrap_or(0));
        for (nth, value) in (0_i64..).zip(values) {
            let blank = value.micro.is_none() || value.quality == Quality::NONE;
            if blank {
                continue;
            }
            let at = start + nth * step;
            let row = interval(channel, at, *value, self.meter(channel));
            self.hand(line, channel, at, value.micro, row);
        }
    }

    fn register(&mut self, line: u64, _: usize, channel: &Channel, read: Register) {
        let row = register(channel, read, self.meter(channel));
        self.hand(line, channel, read.at, read.index_micro, row);
    }

    fn note(&mut self, _: u64, _: String) {}
}

fn interval(channel: &Channel, at: i64, value: Value, meter: &str) -> Result<Row, String> {
    let seconds = channel.seconds.unwrap_or(0);
    let minutes = match seconds.div_euclid(60) {
        minutes @ (5 | 15 | 30 | 60) => u16::try_from(minutes).ok(),
        _ => {
            return Err(format!(
                "the value is for {seconds} seconds; intervals of 5, 15, 30 and 60 minutes are taken"
            ));
        }
    };
    let start = Timestamp::from_second(at).map_err(|_| "the time is none of ours".to_owned())?;
    let micro = vec![value.micro.map(|it| ours(channel, it)).transpose()?];
    let said = Said::Intervals { start, minutes, micro, estimated: value.quality.is_estimate() };
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

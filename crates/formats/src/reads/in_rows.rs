//! What a reader of channels finds, as the rows that an import takes: in our units and one way each,
//! values that follow each other in one row.

use std::io::BufRead;

use jiff::Timestamp;
use meterbook_core::period::Zone;
use meterbook_core::reads::ReadKind;
use meterbook_core::text::decimal;

use super::found::{Channel, Clock, Find, Quality, Register, Value};
use super::profile::{self, Profile};
use super::{Lines, NotRead, Row, Said};

/// Reads a file with `reader`; `meter` is the meter of a file that calls it something else.
pub(super) fn read(
    bytes: &[u8],
    meter: Option<&str>,
    lines: &mut dyn Lines,
    reader: impl Fn(&mut dyn BufRead, &mut dyn Find) -> Result<(), NotRead>,
) -> Result<(), NotRead> {
    let mut rows = InRows { meter, lines, zone: None, notes: None };
    let mut rest = bytes;
    reader(&mut rest, &mut rows)
}

/// Reads a file by its profile: what is noted against a line is why it is not taken.
pub(super) fn by_profile(
    bytes: &[u8],
    profile: &Profile,
    (zone, meter): (&Zone, Option<&str>),
    lines: &mut dyn Lines,
) -> Result<(), NotRead> {
    let its = profile.zone.as_ref().unwrap_or(zone);
    let mut rows = InRows { meter, lines, zone: Some(its), notes: Some(Vec::new()) };
    let mut rest = bytes;
    profile::read(profile, &mut rest, Some(zone), &mut rows)?;
    let mut notes = rows.notes.unwrap_or_default();
    notes.sort();
    let mut notes = notes.into_iter().peekable();
    for (number, text) in (1..).zip(bytes.split(|it| *it == b'\n')) {
        while let Some((_, what)) = notes.next_if(|it| it.0 == number) {
            // It cannot be cut as it should, so it comes back as it is.
            let text = String::from_utf8_lossy(text.trim_ascii_end()).into_owned();
            lines.reject(number, &[&text], what);
        }
    }
    Ok(())
}

/// The columns of what comes back of a file that a profile tells.
pub(super) fn header(profile: &Profile) -> Vec<String> {
    let of_registers = ["meter", "date", "index", "unit", "flow", "kind"];
    match profile.is_of_registers() {
        true => of_registers.map(str::to_owned).to_vec(),
        false => super::green_button::HEADER.map(str::to_owned).to_vec(),
    }
}

struct InRows<'a> {
    meter: Option<&'a str>,
    lines: &'a mut dyn Lines,
    /// Whose days those of registers are, where times are instants.
    zone: Option<&'a Zone>,
    /// What was noted, where that is why a line is not taken.
    notes: Option<Vec<(u64, String)>>,
}

/// The fields of a line of a file that says the same in our units.
fn fields(channel: &Channel, at: i64, said: Option<i64>, row: Result<&Row, &str>) -> Vec<String> {
    let start = Timestamp::from_second(at).map_or_else(|_| String::new(), |it| it.to_string());
    let (start, value, kind) = match row.map(|it| &it.said) {
        Ok(Said::Intervals { start, micro, estimated, .. }) => {
            let value = micro.first().copied().flatten();
            let kind = if *estimated { ReadKind::Estimated } else { ReadKind::Actual };
            (start.to_string(), value, kind)
        }
        Ok(Said::Register { index_micro, kind, .. }) => (start, Some(*index_micro), *kind),
        Err(_) => (start, said, ReadKind::Actual),
    };
    let unit = row.ok().and_then(|it| it.unit).map_or("?", |it| it.word());
    let minutes = channel.seconds.map(|it| it.div_euclid(60).to_string());
    let meter = row.map_or(channel.meter.as_str(), |it| it.meter.as_str());
    vec![
        meter.to_owned(),
        start,
        value.map_or_else(String::new, |it| decimal(it, 6)),
        unit.to_owned(),
        channel.flow.map_or_else(String::new, |it| it.word().to_owned()),
        kind.word().to_owned(),
        minutes.unwrap_or_default(),
    ]
}

impl InRows<'_> {
    fn meter<'a>(&'a self, channel: &'a Channel) -> &'a str {
        self.meter.unwrap_or(&channel.meter)
    }

    fn reject(&mut self, line: u64, channel: &Channel, at: i64, said: Option<i64>, why: String) {
        let mut fields = fields(channel, at, said, Err(&why));
        fields[0] = self.meter(channel).to_owned();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        self.lines.reject(line, &fields, why);
    }

    /// Hands over values that follow each other, all of them estimates or none.
    fn run(&mut self, line: u64, channel: &Channel, run: &mut Run) {
        if run.micro.is_empty() {
            return;
        }
        let micro = std::mem::take(&mut run.micro);
        let (Ok(start), Ok(minutes)) = (Timestamp::from_second(run.start), minutes(channel)) else {
            for (nth, it) in (0_i64..).zip(micro) {
                let at = run.start + nth * i64::from(channel.seconds.unwrap_or(0));
                self.reject(line, channel, at, it, "the time is none of ours".to_owned());
            }
            return;
        };
        let (minutes, estimated) = (Some(minutes), run.estimated);
        let said = Said::Intervals { start, minutes, micro, estimated };
        let (unit, flow) = (channel.measure.unit(), channel.flow);
        let row = Row { meter: self.meter(channel).to_owned(), unit, flow, said };
        self.lines.rows(line, row, &|row| fields(channel, 0, None, Ok(row)));
    }
}

/// Values that follow each other.
#[derive(Default)]
struct Run {
    start: i64,
    micro: Vec<Option<i64>>,
    estimated: bool,
}

impl Find for InRows<'_> {
    fn values(&mut self, line: u64, _: usize, channel: &Channel, start: i64, values: &[Value]) {
        let step = i64::from(channel.seconds.unwrap_or(0));
        let mut run = Run::default();
        for (nth, value) in (0_i64..).zip(values) {
            let at = start + nth * step;
            let Some(micro) = value.micro.filter(|_| value.quality != Quality::NONE) else {
                self.run(line, channel, &mut run);
                continue;
            };
            match minutes(channel).and_then(|_| ours(channel, micro)) {
                Ok(micro) => {
                    let estimated = value.quality.is_estimate();
                    if estimated != run.estimated {
                        self.run(line, channel, &mut run);
                    }
                    if run.micro.is_empty() {
                        run = Run { start: at, estimated, ..run };
                    }
                    run.micro.push(Some(micro));
                }
                Err(why) => {
                    self.run(line, channel, &mut run);
                    self.reject(line, channel, at, value.micro, why);
                }
            }
        }
        self.run(line, channel, &mut run);
    }

    fn register(&mut self, line: u64, _: usize, channel: &Channel, read: Register) {
        let row = match register(channel, read, self.meter(channel), self.zone) {
            Ok(row) => row,
            Err(why) => return self.reject(line, channel, read.at, read.index_micro, why),
        };
        let mut fields = fields(channel, read.at, read.index_micro, Ok(&row));
        if let (Some(_), Said::Register { on, .. }) = (&self.notes, &row.said) {
            // What a profile tells comes back as a file of registers.
            fields[1] = on.to_string();
            fields.truncate(6);
        }
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        self.lines.row(line, &fields, row);
    }

    fn note(&mut self, line: u64, what: String) {
        if let Some(notes) = &mut self.notes {
            notes.push((line, what));
        }
    }
}

/// The length of an interval, where it is one that we take.
fn minutes(channel: &Channel) -> Result<u16, String> {
    let seconds = channel.seconds.unwrap_or(0);
    let minutes = seconds.div_euclid(60);
    match minutes {
        5 | 15 | 30 | 60 => Ok(u16::try_from(minutes).expect("it is small")),
        _ => Err(format!(
            "the value is for {seconds} seconds; intervals of 5, 15, 30 and 60 minutes are taken"
        )),
    }
}

fn register(
    channel: &Channel,
    read: Register,
    meter: &str,
    zone: Option<&Zone>,
) -> Result<Row, String> {
    let index = read.index_micro.ok_or("the register's index is not said")?;
    let east = match channel.clock {
        Clock::East(east) => i64::from(east),
        Clock::Wall => 0,
    };
    let at = Timestamp::from_second(read.at + east);
    let at = at.map_err(|_| "the time is none of ours".to_owned())?;
    // An instant is of the day that it is where the meter is.
    let on = match (zone, channel.clock) {
        (Some(zone), Clock::East(0)) => zone.day_of(at),
        _ => Zone::utc().day_of(at),
    };
    let kind = if read.quality.is_estimate() { ReadKind::Estimated } else { ReadKind::Actual };
    let said = Said::Register { on, index_micro: ours(channel, index)?, kind };
    Ok(Row { meter: meter.to_owned(), unit: channel.measure.unit(), flow: channel.flow, said })
}

/// A value in our unit.
fn ours(channel: &Channel, micro: i64) -> Result<i64, String> {
    let name = &channel.measure.name;
    if name.is_empty() && 0 <= micro {
        // The file does not say the unit: it is the register's own.
        return Ok(micro);
    }
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

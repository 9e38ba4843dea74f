//! A file that a profile tells about, as channels.

use std::io::BufRead;

use meterbook_core::meter::Flow;
use meterbook_core::period::Zone;

use super::super::NotRead;
use super::super::clock;
use super::super::feed::text;
use super::super::found::{Channel, Channels, Clock, Find, Quality, Register, Value};
use super::super::measure::Measure;
use super::form::{Form, number};
use super::records::{Line, Note, each, value};
use super::{Gives, Profile};

/// Reads a file by its profile. Times are those of the profile's zone, else of `zone`; without either
/// they stay what a clock showed.
pub fn read(
    profile: &Profile,
    from: &mut dyn BufRead,
    zone: Option<&Zone>,
    find: &mut dyn Find,
) -> Result<(), NotRead> {
    if profile.gives == Gives::Route {
        let why = format!("{} is a route on its way out and holds no reads", profile.name);
        return Err(NotRead::Line { line: 1, why });
    }
    let mut take = Take::new(profile, zone);
    // Notes come from the cutting and from the taking; both go the same way, one after the other.
    let mut notes: Vec<(u64, String)> = Vec::new();
    let ended = each(
        profile,
        from,
        &mut |line, what| notes.push((line, what)),
        &mut |note, number, line| take.line(find, note, number, line),
    );
    for (line, what) in notes {
        find.note(line, what);
    }
    ended?;
    if take.any { Ok(()) } else { Err(NotRead::NoValues) }
}

/// The places of the fields that reads are made of.
struct Take<'a> {
    profile: &'a Profile,
    zone: Option<&'a Zone>,
    meter: Option<usize>,
    day: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    amount: Option<usize>,
    minutes: Option<usize>,
    channel: Option<usize>,
    unit: Option<usize>,
    flow: Option<usize>,
    quality: Option<usize>,
    channels: Channels,
    /// The instant that each channel's last time was.
    last: Vec<Option<i64>>,
    /// The channel of the line before, by the bytes that name it.
    before: Option<(Vec<u8>, usize)>,
    any: bool,
}

impl<'a> Take<'a> {
    fn new(profile: &'a Profile, zone: Option<&'a Zone>) -> Take<'a> {
        let amount = match profile.gives {
            Gives::Registers | Gives::Route => "index",
            Gives::Values => "value",
            Gives::Days => "values",
        };
        Take {
            profile,
            zone: profile.zone.as_ref().or(zone),
            meter: profile.field("meter"),
            day: profile.field("day"),
            start: profile.field("start"),
            end: profile.field("end"),
            amount: profile.field(amount),
            minutes: profile.field("minutes"),
            channel: profile.field("channel"),
            unit: profile.field("unit"),
            flow: profile.field("flow"),
            quality: profile.field("quality"),
            channels: Channels::default(),
            last: Vec::new(),
            before: None,
            any: false,
        }
    }

    fn line(
        &mut self,
        find: &mut dyn Find,
        note: &mut Note<'_>,
        number: u64,
        line: &Line<'_>,
    ) -> Result<(), String> {
        let place = self.place(line)?;
        let seconds = self.channels.at(place).seconds.map_or(0, i64::from);
        let quality = self.quality(line)?;
        match self.profile.gives {
            Gives::Registers | Gives::Route => {
                let at = self.time(line, self.start.or(self.day), place)?;
                let index = self.amount(line)?;
                let Some(index) = index else { return Err("the read is blank".to_owned()) };
                let read = Register {
                    since: None,
                    at,
                    index_micro: Some(index),
                    used_micro: None,
                    quality,
                };
                find.register(number, place, self.channels.at(place), read);
            }
            Gives::Values => {
                let start = match self.start {
                    Some(_) => self.time(line, self.start, place)?,
                    None => self.time(line, self.end, place)? - seconds,
                };
                let micro = self.amount(line)?;
                let value = Value { micro, quality };
                find.values(number, place, self.channels.at(place), start, &[value]);
            }
            Gives::Days => self.day(find, note, number, line, place, quality)?,
        }
        self.any = true;
        Ok(())
    }

    /// The values of a day by the clock: those of an hour that does not come are blank, and the
    /// second passing of an hour that comes twice is in no column.
    fn day(
        &mut self,
        find: &mut dyn Find,
        note: &mut Note<'_>,
        line_number: u64,
        line: &Line<'_>,
        place: usize,
        quality: Quality,
    ) -> Result<(), String> {
        let (Some(day), Some(field)) = (self.day, self.amount) else {
            return Err("the profile has no day".to_owned());
        };
        let Form::Numbers { many, implied, sign } = self.profile.fields[field].form else {
            return Err("the values of a day are several; say times N".to_owned());
        };
        let shown = self.shown(line, day)?;
        let channel = self.channels.at(place);
        let step = i64::from(channel.seconds.unwrap_or(0));
        let mut run: Vec<Value> = Vec::new();
        let (mut begins, mut next) = (0, None);
        for nth in 0..many {
            let cell = line.part(field, nth);
            let offset = i64::try_from(nth).unwrap_or(0) * step;
            let at = match clock::instant(shown + offset, self.zone, next.map(|it: i64| it - step))
            {
                Ok(at) => at,
                Err(why) if !cell.is_empty() => {
                    note(line_number, why);
                    continue;
                }
                Err(_) => continue,
            };
            let micro = if cell.is_empty() { None } else { number(cell, implied, sign) };
            if micro.is_none() && !cell.is_empty() {
                note(line_number, format!("{} in value {} is no number", text(cell), nth + 1));
            }
            if next != Some(at) {
                if !run.is_empty() {
                    find.values(line_number, place, channel, begins, &run);
                    run.clear();
                }
                begins = at;
            }
            next = Some(at + step);
            run.push(Value { micro, quality });
        }
        if !run.is_empty() {
            find.values(line_number, place, channel, begins, &run);
        }
        Ok(())
    }

    fn shown(&self, line: &Line<'_>, field: usize) -> Result<i64, String> {
        let cell = line.get(field);
        let Form::Time(pattern) = &self.profile.fields[field].form else {
            return Err("the field is no time".to_owned());
        };
        pattern.read(cell).ok_or_else(|| {
            format!(
                "{} is no {} as the profile writes it",
                text(cell),
                self.profile.fields[field].name
            )
        })
    }

    fn time(&mut self, line: &Line<'_>, field: Option<usize>, place: usize) -> Result<i64, String> {
        let Some(field) = field else { return Err("the profile has no time".to_owned()) };
        let shown = self.shown(line, field)?;
        let last = self.last.get(place).copied().flatten();
        let at = clock::instant(shown, self.zone, last)?;
        if self.last.len() <= place {
            self.last.resize(place + 1, None);
        }
        self.last[place] = Some(at);
        Ok(at)
    }

    fn amount(&self, line: &Line<'_>) -> Result<Option<i64>, String> {
        let Some(field) = self.amount else { return Ok(None) };
        let cell = line.get(field);
        if cell.is_empty() {
            return Ok(None);
        }
        value(self.profile, line, field)
            .map(Some)
            .ok_or_else(|| format!("{} is no number", text(cell)))
    }

    fn quality(&self, line: &Line<'_>) -> Result<Quality, String> {
        let said = self.quality.map(|it| self.profile.fields[it].form.said(line.get(it)));
        let said = said.transpose()?.unwrap_or_default();
        let letter = said.bytes().next().unwrap_or(b'A').to_ascii_uppercase();
        let known = [
            Quality::ACTUAL,
            Quality::ESTIMATED,
            Quality::SUBSTITUTED,
            Quality::FINAL,
            Quality::NONE,
            Quality::DOUBTED,
        ];
        let found = known.into_iter().find(|it| it.letter() == char::from(letter));
        found.ok_or_else(|| format!("{said} is no quality; say where it is {said}=A or such"))
    }

    fn place(&mut self, line: &Line<'_>) -> Result<usize, String> {
        let naming = [self.meter, self.channel, self.unit, self.flow, self.minutes];
        let mut key = Vec::new();
        for field in naming.into_iter().flatten() {
            key.extend_from_slice(line.get(field));
            key.push(0);
        }
        if let Some((before, place)) = &self.before
            && *before == key
        {
            return Ok(*place);
        }
        let said = |field: Option<usize>| {
            let said = field.map(|it| self.profile.fields[it].form.said(line.get(it)));
            said.transpose().map(Option::unwrap_or_default)
        };
        let (meter, channel) = (said(self.meter)?, said(self.channel)?);
        if meter.is_empty() {
            return Err("the line names no meter".to_owned());
        }
        let unit = said(self.unit)?;
        let measure = if unit.is_empty() { Measure::other("") } else { Measure::named(&unit) };
        let flow = said(self.flow)?;
        let flow = if flow.is_empty() {
            None
        } else {
            let known = Flow::from_word(&flow.to_lowercase());
            Some(known.ok_or_else(|| {
                format!("{flow} is no flow; write delivered, received or reactive")
            })?)
        };
        let seconds = match self.profile.gives {
            Gives::Registers | Gives::Route => None,
            Gives::Values | Gives::Days => {
                let minutes = said(self.minutes)?;
                let known = minutes.parse::<u32>().ok().filter(|it| (1..=1440).contains(it));
                Some(
                    60 * known.ok_or_else(|| {
                        format!("{minutes} is no length of an interval in minutes")
                    })?,
                )
            }
        };
        let mut id = meter.clone();
        for more in [channel.as_str(), flow.map_or("", |it| it.word())] {
            if !more.is_empty() {
                id = format!("{id}/{more}");
            }
        }
        let clock = if self.zone.is_some() { Clock::East(0) } else { Clock::Wall };
        let place = self.channels.place(Channel { id, meter, measure, flow, seconds, clock });
        self.before = Some((key, place));
        Ok(place)
    }
}

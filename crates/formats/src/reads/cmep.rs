//! CMEP, the California Metering Exchange Protocol: what head-ends of Sensus, Aclara and others write.
//!
//! Each line is a record. MEPMD01 is interval data, or reads of a register where the unit ends in
//! REG: after fourteen fields come as many sets of time, flag and value as it says; a set without a
//! time follows the one before. MEPMD02 is use by time of use, with sets of label, flag and value. A
//! time is the end of its interval. Other records are about something else and are passed over.

use std::collections::HashMap;
use std::io::BufRead;

use meterbook_core::meter::Flow;
use meterbook_core::period::Zone;

use super::NotRead;
use super::clock;
use super::decimal;
use super::feed::{Cut, Feed, Fields, text};
use super::found::{Channel, Channels, Clock, Find, Quality, Register, Value};
use super::measure::Measure;

/// Records that are no meter data, by how their names begin.
const OTHERS: [&str; 6] = ["MEPAD", "MEPBD", "MEPLF", "MEPEC", "MEPRR", "MLA"];

/// Whether a file that begins with this line is one.
pub(super) fn begins(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\"").unwrap_or(line).to_ascii_uppercase();
    line.starts_with(b"MEPMD") || OTHERS.iter().any(|it| line.starts_with(it.as_bytes()))
}

/// Reads a file. Its times are those of a clock in `zone`; without it they stay as they are.
pub fn read(
    from: &mut dyn BufRead,
    zone: Option<&Zone>,
    find: &mut dyn Find,
) -> Result<(), NotRead> {
    let mut feed = Feed::new(from);
    let mut cut = Cut::default();
    let mut file =
        File { find, zone, channels: Channels::default(), last: HashMap::new(), any: false };
    let mut first = None;
    while let Some((line, text)) = feed.next()? {
        let fields = cut.cut(text, b',');
        if !fields.any_from(0) {
            continue;
        }
        if let Err(why) = file.record(line, fields) {
            file.find.note(line, why.clone());
            first.get_or_insert(NotRead::Line { line, why });
        }
    }
    match (file.any, first) {
        (true, _) => Ok(()),
        (false, Some(why)) => Err(why),
        (false, None) => Err(NotRead::NoValues),
    }
}

struct File<'a> {
    find: &'a mut dyn Find,
    zone: Option<&'a Zone>,
    channels: Channels,
    /// The wall time and the instant at which each channel's last interval ended.
    last: HashMap<usize, (i64, i64)>,
    any: bool,
}

/// How long an interval is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    /// The sets have times of their own.
    None,
    Seconds(u32),
    Months(u32),
}

impl File<'_> {
    fn record(&mut self, line: u64, fields: Fields<'_>) -> Result<(), String> {
        let name = fields.text(0).to_uppercase();
        match name.as_str() {
            "MEPMD01" => self.intervals(line, fields),
            "MEPMD02" => self.times_of_use(line, fields),
            _ if OTHERS.iter().any(|it| name.starts_with(it)) => {
                self.find.note(line, format!("a record {name} holds no reads; passed over"));
                Ok(())
            }
            _ => Err(format!("{name} is no record of CMEP; reads are MEPMD01 and MEPMD02")),
        }
    }

    /// MEPMD01: 7 meter, 8 purpose, 9 commodity, 10 units, 11 constant, 12 interval, 13 count, sets.
    fn intervals(&mut self, line: u64, fields: Fields<'_>) -> Result<(), String> {
        let many = self.sets(line, fields, 13)?;
        let unit = fields.text(10).to_uppercase();
        let length = length(fields.get(12))?;
        let (unit, is_register) = match unit.strip_suffix("REG") {
            Some(base) => (base.to_owned(), true),
            None => (unit, false),
        };
        let constant = self.constant(line, fields.get(11), &unit)?;
        let seconds = match length {
            Length::Seconds(seconds) if !is_register => Some(seconds),
            _ => None,
        };
        if !is_register && length == Length::None {
            return Err(
                "values without the length of their interval; a register's unit ends in REG"
                    .to_owned(),
            );
        }
        let place = self.place(line, fields, &unit, seconds, "")?;
        let mut run: Vec<Value> = Vec::new();
        let (mut begins, mut ends, mut wall) = (0, None, None);
        for nth in 0..many {
            let at = 14 + nth * 3;
            let time = self.end(place, fields.get(at), wall, length);
            let (shown, end) = match time {
                Ok(it) => it,
                Err(why) => {
                    self.find.note(line, format!("set {}: {why}", nth + 1));
                    wall = None;
                    continue;
                }
            };
            wall = Some(shown);
            self.last.insert(place, (shown, end));
            let quality = self.quality(line, fields.get(at + 1));
            let micro = self.value(line, fields.get(at + 2), constant);
            if quality == Quality::NONE && micro.is_none_or(|it| it == 0) && is_register {
                continue;
            }
            let Some(seconds) = seconds.map(i64::from) else {
                self.register(line, place, end, micro, quality, is_register);
                continue;
            };
            // What is marked as missing has a number that fills its place.
            let micro = micro.filter(|_| quality != Quality::NONE);
            if ends != Some(end - seconds) {
                self.hand(line, place, begins, &mut run);
                begins = end - seconds;
            }
            ends = Some(end);
            run.push(Value { micro, quality });
        }
        self.hand(line, place, begins, &mut run);
        Ok(())
    }

    fn hand(&mut self, line: u64, place: usize, begins: i64, run: &mut Vec<Value>) {
        if !run.is_empty() {
            self.find.values(line, place, self.channels.at(place), begins, run);
            self.any = true;
        }
        run.clear();
    }

    fn register(
        &mut self,
        line: u64,
        place: usize,
        at: i64,
        micro: Option<i64>,
        quality: Quality,
        is_index: bool,
    ) {
        let (index_micro, used_micro) = if is_index { (micro, None) } else { (None, micro) };
        let read = Register { since: None, at, index_micro, used_micro, quality };
        self.find.register(line, place, self.channels.at(place), read);
        self.any = true;
    }

    /// MEPMD02: as MEPMD01 up to the units, then 11 season, 12 constant, 13 start, 14 end, 15 count,
    /// sets of label, flag and value.
    fn times_of_use(&mut self, line: u64, fields: Fields<'_>) -> Result<(), String> {
        let many = self.sets(line, fields, 15)?;
        let unit = fields.text(10).to_uppercase();
        let (unit, is_index) = match unit.strip_suffix("REG") {
            Some(base) => (base.to_owned(), true),
            None => (unit, false),
        };
        let constant = self.constant(line, fields.get(12), &unit)?;
        let time = |at: usize| {
            let found = decimal::instant(fields.get(at));
            found.ok_or_else(|| format!("{} is no time, CCYYMMDDhhmm", text(fields.get(at))))
        };
        let (from, to) = (time(13)?, time(14)?);
        let instant = |shown| self.instant(shown, None);
        let (since, at) = (instant(from)?, instant(to)?);
        for nth in 0..many {
            let set = 16 + nth * 3;
            let label = fields.text(set);
            let place = self.place(line, fields, &unit, None, &label)?;
            let quality = self.quality(line, fields.get(set + 1));
            let micro = self.value(line, fields.get(set + 2), constant);
            let (index_micro, used_micro) = if is_index { (micro, None) } else { (None, micro) };
            let read = Register { since: Some(since), at, index_micro, used_micro, quality };
            self.find.register(line, place, self.channels.at(place), read);
            self.any = true;
        }
        Ok(())
    }

    /// How many sets a record has: as it says, and as there are.
    fn sets(&mut self, line: u64, fields: Fields<'_>, at: usize) -> Result<usize, String> {
        let said = decimal::count(fields.get(at)).and_then(|it| usize::try_from(it).ok());
        let Some(said) = said else {
            return Err(format!("{} is no count of sets", text(fields.get(at))));
        };
        let there = fields.len().saturating_sub(at + 1).div_euclid(3);
        if there < said {
            return Err(format!("it says {said} sets and has {there}; it may be cut off"));
        }
        if fields.any_from(at + 1 + said * 3) {
            self.find.note(line, format!("more fields follow the {said} sets; passed over"));
        }
        Ok(said)
    }

    fn place(
        &mut self,
        line: u64,
        fields: Fields<'_>,
        unit: &str,
        seconds: Option<u32>,
        label: &str,
    ) -> Result<usize, String> {
        let meter = fields.text(7);
        if meter.is_empty() {
            return Err("a record without a meter".to_owned());
        }
        // A G before the unit: generated by the customer.
        let (name, flow) = match unit.strip_prefix('G') {
            Some(rest) if ["KWH", "KVARH", "KVAH", "KW", "KVA", "KVAR"].contains(&rest) => {
                (rest, Some(Flow::Received))
            }
            _ if ["KVARH", "KVAR"].contains(&unit) => (unit, Some(Flow::Reactive)),
            _ if unit == "KWH" => (unit, Some(Flow::Delivered)),
            _ => (unit, None),
        };
        let name = match (name, fields.text(9).to_uppercase().as_str()) {
            ("GAS", _) => "CCF",
            ("CCFC" | "CFC", _) => "CCF",
            (name, _) => name,
        };
        let measure = Measure::named(name);
        if !measure.is_known() {
            self.find.note(line, format!("{unit} is no unit that we know"));
        }
        let mut id = match flow {
            Some(Flow::Received) => format!("{meter}/received"),
            Some(Flow::Reactive) => format!("{meter}/reactive"),
            Some(Flow::Delivered) | None => meter.clone(),
        };
        if seconds.is_none() {
            id.push_str("/register");
        }
        if !label.is_empty() {
            id = format!("{id}/{label}");
        }
        let clock = if self.zone.is_some() { Clock::East(0) } else { Clock::Wall };
        Ok(self.channels.place(Channel { id, meter, measure, flow, seconds, clock }))
    }

    /// What each value is multiplied by, in millionths; one where nothing is said.
    fn constant(&mut self, line: u64, field: &[u8], unit: &str) -> Result<i64, String> {
        if unit == "PULSE" && field.is_empty() {
            self.find.note(line, "pulses without a constant; they stay pulses".to_owned());
        }
        match decimal::micro(field) {
            _ if field.is_empty() => Ok(1_000_000),
            Some(number) if 0 < number.micro => Ok(number.micro),
            _ => Err(format!("{} is no constant to multiply with", text(field))),
        }
    }

    /// The wall time at which a set's interval ends, and the instant.
    fn end(
        &self,
        place: usize,
        field: &[u8],
        before: Option<i64>,
        length: Length,
    ) -> Result<(i64, i64), String> {
        let last = self.last.get(&place).copied();
        if !field.is_empty() {
            let shown = decimal::instant(field).filter(|_| field.len() == 12);
            let shown = shown.ok_or_else(|| format!("{} is no time, CCYYMMDDhhmm", text(field)))?;
            return Ok((shown, self.instant(shown, last)?));
        }
        let (Some(shown), Some((_, end))) = (before, last) else {
            return Err("the first set has no time".to_owned());
        };
        match length {
            Length::Seconds(seconds) => {
                let step = i64::from(seconds);
                let next = end + step;
                Ok((self.zone.map_or(shown + step, |zone| clock::shown(next, zone)), next))
            }
            Length::Months(months) => {
                let wall = clock::wall(shown).checked_add(jiff::Span::new().months(months));
                let shown =
                    wall.map(decimal::wall).map_err(|_| "the time is none of ours".to_owned())?;
                Ok((shown, self.instant(shown, None)?))
            }
            Length::None => Err("the set has no time, and the record no interval".to_owned()),
        }
    }

    fn instant(&self, shown: i64, last: Option<(i64, i64)>) -> Result<i64, String> {
        clock::instant(shown, self.zone, last.map(|it| it.1))
    }

    /// A flag: a letter, and after it a number whose bits say more.
    fn quality(&mut self, line: u64, flag: &[u8]) -> Quality {
        match flag.first().map(u8::to_ascii_uppercase) {
            None | Some(b'R' | b'V') => Quality::ACTUAL,
            Some(b'E' | b'D') => Quality::ESTIMATED,
            Some(b'A' | b'M') => Quality::SUBSTITUTED,
            Some(b'N') => Quality::NONE,
            Some(_) if flag.iter().all(u8::is_ascii_digit) => Quality::ACTUAL,
            Some(_) => {
                let what = format!("{} is no flag of CMEP; the value is doubted", text(flag));
                self.find.note(line, what);
                Quality::DOUBTED
            }
        }
    }

    fn value(&mut self, line: u64, field: &[u8], constant: i64) -> Option<i64> {
        if field.is_empty() {
            return None;
        }
        let read = decimal::micro(field).and_then(|number| {
            let product = i128::from(number.micro) * i128::from(constant);
            let (micro, rounded) = decimal::shifted(product.abs(), -6)?;
            let micro = i64::try_from(micro).ok()?;
            Some((if product < 0 { -micro } else { micro }, rounded || number.rounded))
        });
        match read {
            Some((micro, false)) => Some(micro),
            Some((micro, true)) => {
                self.find.note(line, format!("{} is finer than a millionth; rounded", text(field)));
                Some(micro)
            }
            None => {
                self.find.note(line, format!("{} is no number", text(field)));
                None
            }
        }
    }
}

/// The length of an interval, MMDDhhmm: months, days, hours and minutes.
fn length(field: &[u8]) -> Result<Length, String> {
    if field.is_empty() {
        return Ok(Length::None);
    }
    let wrong = || format!("{} is no interval, MMDDhhmm", text(field));
    if field.len() != 8 {
        return Err(wrong());
    }
    let part = |at: usize| decimal::count(&field[at..at + 2]).ok_or_else(wrong);
    let (months, days, hours, minutes) = (part(0)?, part(2)?, part(4)?, part(6)?);
    match (months, days * 86_400 + hours * 3_600 + minutes * 60) {
        (0, 0) => Ok(Length::None),
        (0, seconds) => Ok(Length::Seconds(seconds)),
        (months, 0) => Ok(Length::Months(months)),
        _ => Err(wrong()),
    }
}

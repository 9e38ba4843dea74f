//! NEM12 and NEM13: interval and accumulated meter data of the Australian market (AEMO, Meter Data
//! File Format Specification).
//!
//! A file is a list of records, each a line that begins with its number: 100 opens it, 200 names a
//! channel, 300 is a day of it, 400 says how parts of that day are known, 250 is a read of a basic
//! meter, 500 and 550 are about orders, 900 closes it. Days are of market time, which is ten hours
//! ahead of UTC all year. A record that breaks the layout spoils the file, because then nobody knows
//! which number is which; what is merely sloppy is noted and read.

use std::collections::HashMap;
use std::io::BufRead;

use meterbook_core::meter::Flow;

use super::NotRead;
use super::decimal;
use super::feed::{Cut, Feed, Fields, text};
use super::found::{Channel, Channels, Clock, Find, Quality, Register, Value};
use super::measure::Measure;

/// Market time: seconds east of UTC.
const MARKET: i32 = 36_000;
/// Minutes in a market day; there is no daylight saving.
const DAY: u32 = 1_440;
/// Broken records that are listed of one file; the first would do.
const LISTED: usize = 100;

/// Reads a file. What breaks the layout refuses it, with every such line noted.
pub fn read(from: &mut dyn BufRead, find: &mut dyn Find) -> Result<(), NotRead> {
    let mut feed = Feed::new(from);
    let mut cut = Cut::default();
    let mut file = File::new(find);
    while let Some((line, text)) = feed.next()? {
        let fields = cut.cut(text, b',');
        if fields.any_from(0) {
            file.take(line, fields)?;
        }
    }
    file.end(feed.line())
}

/// Whether a file that begins with this line means to be one, be its header missing.
pub(super) fn begins(line: &[u8]) -> bool {
    let record = line.split(|it| *it == b',').next().unwrap_or_default();
    let record = record.trim_ascii();
    let record = record.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(record);
    let known: [&[u8]; 6] = [b"100", b"200", b"250", b"300", b"400", b"900"];
    known.contains(&record)
}

/// Which of the two a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Intervals,
    Basic,
}

/// A day that was read and may still be told how parts of it are known.
struct Day {
    line: u64,
    place: usize,
    start: i64,
    quality: Quality,
    updated: i64,
    values: Vec<Value>,
    /// Whether a 400 record spoke of it.
    parted: bool,
}

struct File<'a> {
    find: &'a mut dyn Find,
    version: Option<Version>,
    channels: Channels,
    /// The channel that the last 200 named.
    place: Option<usize>,
    day: Option<Day>,
    /// Days that were read, with the line and the time of their update.
    days: HashMap<(usize, i64), (u64, i64)>,
    closed: bool,
    any: bool,
    broken: Option<NotRead>,
    listed: usize,
}

impl<'a> File<'a> {
    fn new(find: &'a mut dyn Find) -> File<'a> {
        File {
            find,
            version: None,
            channels: Channels::default(),
            place: None,
            day: None,
            days: HashMap::new(),
            closed: false,
            any: false,
            broken: None,
            listed: 0,
        }
    }

    fn take(&mut self, line: u64, fields: Fields<'_>) -> Result<(), NotRead> {
        let indicator = fields.get(0);
        if indicator == b"100" {
            return self.open(line, fields);
        }
        let Some(version) = self.version else {
            return Err(NotRead::Line {
                line,
                why: format!(
                    "the file begins with {} and not with a 100 record; its first line should be 100,NEM12,… or 100,NEM13,…",
                    shown(indicator)
                ),
            });
        };
        if self.closed && indicator != b"900" {
            self.closed = false;
            self.find.note(line, "more records follow the 900 record; they are read".to_owned());
        }
        let taken = match (indicator, version) {
            (b"200", Version::Intervals) => self.channel(line, fields),
            (b"300", Version::Intervals) => self.day(line, fields),
            (b"400", Version::Intervals) => self.part(line, fields),
            (b"250", Version::Basic) => self.basic(line, fields),
            (b"500" | b"550", _) => Ok(()),
            (b"900", _) => self.close(line),
            (b"200" | b"300" | b"400" | b"250", _) => Err(format!(
                "a {} record in a {} file; NEM12 is 200, 300 and 400, NEM13 is 250",
                text(indicator),
                if version == Version::Basic { "NEM13" } else { "NEM12" }
            )),
            _ if decimal::count(indicator).is_some() => {
                self.find
                    .note(line, format!("a record {} is not known; passed over", text(indicator)));
                Ok(())
            }
            _ => Err(format!("{} is no number of a record", shown(indicator))),
        };
        if let Err(why) = taken {
            self.spoil(line, why);
        }
        Ok(())
    }

    /// Keeps the first broken record and notes the first hundred.
    fn spoil(&mut self, line: u64, why: String) {
        self.listed += 1;
        if self.listed <= LISTED {
            self.find.note(line, why.clone());
        }
        self.broken.get_or_insert(NotRead::Line { line, why });
    }

    /// 100: version, time, from, to.
    fn open(&mut self, line: u64, fields: Fields<'_>) -> Result<(), NotRead> {
        let said = fields.text(1).to_uppercase();
        let version = match said.as_str() {
            "NEM12" => Version::Intervals,
            "NEM13" => Version::Basic,
            _ => {
                let why = format!("{} is neither NEM12 nor NEM13", shown(fields.get(1)));
                return Err(NotRead::Line { line, why });
            }
        };
        self.flush();
        if self.version.is_some() {
            self.find.note(
                line,
                "a second 100 record; the file is two in one, both are read".to_owned(),
            );
        }
        self.version = Some(version);
        self.place = None;
        self.closed = false;
        Ok(())
    }

    fn close(&mut self, line: u64) -> Result<(), String> {
        self.flush();
        if self.closed {
            self.find.note(line, "a second 900 record".to_owned());
        }
        self.closed = true;
        Ok(())
    }

    /// 200: NMI, configuration, register, suffix, stream, meter, unit, interval length, next read.
    fn channel(&mut self, line: u64, fields: Fields<'_>) -> Result<(), String> {
        self.flush();
        self.place = None;
        if fields.len() < 9 {
            return Err(format!(
                "a 200 record with {} fields; it needs nine, up to the length of an interval",
                fields.len()
            ));
        }
        let length = decimal::count(fields.get(8)).filter(|it| 0 < *it && DAY.is_multiple_of(*it));
        let Some(minutes) = length else {
            return Err(format!(
                "an interval length of {} minutes, which makes no day; it is 5, 15 or 30",
                shown(fields.get(8))
            ));
        };
        if ![5, 15, 30].contains(&minutes) {
            let what = format!("intervals of {minutes} minutes; the market has 5, 15 and 30");
            self.find.note(line, what);
        }
        let (meter, unit) = (fields.text(6), fields.get(7));
        let place = self.place(line, fields, &meter, unit, Some(minutes * 60))?;
        self.place = Some(place);
        Ok(())
    }

    /// The place of the channel that a 200 or 250 record names.
    fn place(
        &mut self,
        line: u64,
        fields: Fields<'_>,
        meter: &str,
        unit: &[u8],
        seconds: Option<u32>,
    ) -> Result<usize, String> {
        let nmi = fields.text(1);
        if nmi.is_empty() {
            return Err("a record without an NMI".to_owned());
        }
        let mut suffix = fields.text(4);
        if suffix.is_empty() {
            suffix = fields.text(3);
            self.find
                .note(line, format!("{nmi} has no suffix; its register {suffix} stands for it"));
        }
        let measure = Measure::named(&text(unit));
        if !measure.is_known() {
            let what = if unit.is_empty() {
                format!("{nmi}/{suffix} has no unit")
            } else {
                format!("{} is no unit that we know", shown(unit))
            };
            self.find.note(line, what);
        }
        let flow = flow(&suffix, &measure);
        let meter = if meter.is_empty() { nmi.clone() } else { meter.to_owned() };
        let id = format!("{nmi}/{suffix}");
        let clock = Clock::East(MARKET);
        Ok(self.channels.place(Channel { id, meter, measure, flow, seconds, clock }))
    }

    /// 300: day, a value for each interval, quality, reason, description, updated, loaded.
    fn day(&mut self, line: u64, fields: Fields<'_>) -> Result<(), String> {
        self.flush();
        let place = self.place.ok_or("a 300 record before any 200 record that could be read")?;
        let seconds = self.channels.at(place).seconds.unwrap_or(0);
        let many = usize::try_from((DAY * 60).div_euclid(seconds.max(1))).unwrap_or(0);
        let day = decimal::day(fields.get(1));
        let day = day.ok_or_else(|| format!("{} is no day, CCYYMMDD", shown(fields.get(1))))?;
        let minutes = seconds.div_euclid(60);
        let counted = |found: String| {
            format!("{found}; a day of {minutes} minutes has {many} values, then its quality")
        };
        // A quality among the values, or a value in its place: the count is wrong, and so is the day.
        let given = (2..fields.len()).find(|it| is_quality(fields.get(*it)));
        if let Some(given) = given.filter(|it| *it < 2 + many) {
            return Err(counted(format!("{} values", given - 2)));
        }
        if fields.len() < 2 + many {
            return Err(counted(format!("{} fields", fields.len())));
        }
        let quality = match fields.get(2 + many) {
            [] => {
                let what = "the day has no quality; it is taken as actual";
                self.find.note(line, what.to_owned());
                Quality::ACTUAL
            }
            flag => quality(flag).ok_or_else(|| {
                counted(match given {
                    Some(given) => format!("{} values", given - 2),
                    None => format!("{} where the quality should be", shown(flag)),
                })
            })?,
        };
        if fields.len() < 2 + many + 4 {
            let what = "the record ends before the time of its update; it should have all fields";
            self.find.note(line, what.to_owned());
        }
        let values = self.values(line, fields, many, quality)?;
        let updated = decimal::instant(fields.get(5 + many)).unwrap_or(i64::MIN);
        let start = day - i64::from(MARKET);
        let parted = false;
        self.day = Some(Day { line, place, start, quality, updated, values, parted });
        Ok(())
    }

    fn values(
        &mut self,
        line: u64,
        fields: Fields<'_>,
        many: usize,
        quality: Quality,
    ) -> Result<Vec<Value>, String> {
        let mut values = Vec::with_capacity(many);
        let (mut blank, mut rounded) = (0, 0);
        for nth in 0..many {
            let text = fields.get(2 + nth);
            let micro = match (text, decimal::micro(text)) {
                ([], _) => {
                    blank += 1;
                    None
                }
                (_, Some(number)) => {
                    rounded += i32::from(number.rounded);
                    Some(number.micro)
                }
                (_, None) => {
                    let what = format!("{} in interval {} is no number", shown(text), nth + 1);
                    self.find.note(line, what);
                    None
                }
            };
            values.push(Value { micro, quality });
        }
        if 0 < blank && quality != Quality::NONE {
            self.find.note(line, format!("{blank} of {many} values are blank"));
        }
        if 0 < rounded {
            self.find.note(line, format!("{rounded} values are finer than a millionth; rounded"));
        }
        Ok(values)
    }

    /// 400: first interval, last interval, quality, reason, description.
    fn part(&mut self, line: u64, fields: Fields<'_>) -> Result<(), String> {
        let Some(day) = &mut self.day else {
            return Err("a 400 record without a 300 record before it that could be read".to_owned());
        };
        let many = day.values.len();
        let nth = |at: usize| {
            let number = decimal::count(fields.get(at)).and_then(|it| usize::try_from(it).ok());
            number.filter(|it| (1..=many).contains(it)).ok_or_else(|| {
                format!("interval {} of a day that has {many}", shown(fields.get(at)))
            })
        };
        let (first, last) = (nth(1)?, nth(2)?);
        if last < first {
            return Err(format!("intervals {first} to {last} end before they begin"));
        }
        let flag = fields.get(3);
        let quality = quality(flag)
            .ok_or_else(|| format!("{} is no quality: A, E, F, S or N", shown(flag)))?;
        if quality == Quality::VARIES {
            let what = "a 400 record cannot leave the quality open (V); A, E, F, S or N are meant";
            self.find.note(line, what.to_owned());
        }
        if day.quality != Quality::VARIES {
            let what = "a 400 record under a day whose quality is not V; what it says is taken";
            self.find.note(line, what.to_owned());
        }
        day.parted = true;
        for value in &mut day.values[first - 1..last] {
            value.quality = quality;
        }
        Ok(())
    }

    /// Hands over the day that was read last. A day that comes again stands for the earlier one when
    /// it was updated later, or as late.
    fn flush(&mut self) {
        let Some(day) = self.day.take() else { return };
        let open = day.values.iter().filter(|it| it.quality == Quality::VARIES).count();
        // Records that end at interval 48 of 96 were written for another length of interval.
        if 0 < open && day.parted {
            let what = format!(
                "its 400 records leave {open} of {} intervals without a quality; together they cover the day",
                day.values.len()
            );
            return self.spoil(day.line, what);
        }
        if 0 < open {
            let what = "its quality varies (V) and no 400 record says how; it is left open";
            self.find.note(day.line, what.to_owned());
        }
        let key = (day.place, day.start);
        if let Some((line, updated)) = self.days.get(&key).copied() {
            if day.updated < updated {
                let what = format!("the day was updated later in line {line}; passed over");
                self.find.note(day.line, what);
                return;
            }
            self.find
                .note(day.line, format!("the day came in line {line} already; this one stands"));
        }
        self.days.insert(key, (day.line, day.updated));
        let channel = self.channels.at(day.place);
        self.find.values(day.line, day.place, channel, day.start, &day.values);
        self.any = true;
    }

    /// 250: NMI, configuration, register, suffix, stream, meter, direction, the read before with its
    /// time, quality and reason, the read with the same, quantity, unit, next read, updated, loaded.
    fn basic(&mut self, line: u64, fields: Fields<'_>) -> Result<(), String> {
        if fields.len() < 20 {
            return Err(format!(
                "a 250 record with {} fields; it needs twenty, up to the unit",
                fields.len()
            ));
        }
        let time = |at: usize| {
            let found = decimal::instant(fields.get(at)).map(|it| it - i64::from(MARKET));
            found.ok_or_else(|| format!("{} is no time, CCYYMMDDhhmmss", shown(fields.get(at))))
        };
        let (since, at) = (time(9)?, time(14)?);
        if at < since {
            self.find.note(line, "the read is before the one before it".to_owned());
        }
        let number = |at: usize| match fields.get(at) {
            [] => Ok(None),
            text => match decimal::micro(text) {
                Some(number) => Ok(Some(number.micro)),
                None => Err(format!("{} is no number", shown(text))),
            },
        };
        let (before, index) = (number(8)?, number(13)?);
        let used = match (number(18)?, before, index) {
            (Some(used), ..) => used,
            (None, Some(before), Some(index)) if before <= index => {
                self.find
                    .note(line, "the quantity is blank; it is worked out of the reads".to_owned());
                index - before
            }
            (None, ..) => return Err("the quantity is blank".to_owned()),
        };
        let quality = quality(fields.get(15))
            .ok_or_else(|| format!("{} is no quality: A, E, F, S or N", shown(fields.get(15))))?;
        let meter = fields.text(6);
        let place = self.place(line, fields, &meter, fields.get(19), None)?;
        let read = Register {
            since: Some(since),
            at,
            index_micro: index,
            used_micro: Some(used),
            quality,
        };
        self.find.register(line, place, self.channels.at(place), read);
        self.any = true;
        Ok(())
    }

    fn end(mut self, last: u64) -> Result<(), NotRead> {
        self.flush();
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        if self.version.is_none() {
            return Err(NotRead::Empty);
        }
        if !self.any {
            let why =
                "the file ends without one 300 or 250 record; there is no read in it".to_owned();
            return Err(NotRead::Line { line: last, why });
        }
        if !self.closed {
            let what = "the file ends without its 900 record; it may be cut off";
            self.find.note(last, what.to_owned());
        }
        Ok(())
    }
}

/// A quality flag: its letter, and where there is one the method of two digits.
fn quality(flag: &[u8]) -> Option<Quality> {
    let (letter, method) = flag.split_first()?;
    let known = match letter.to_ascii_uppercase() {
        b'A' => Quality::ACTUAL,
        b'E' => Quality::ESTIMATED,
        b'F' => Quality::FINAL,
        b'S' => Quality::SUBSTITUTED,
        b'N' => Quality::NONE,
        b'V' => Quality::VARIES,
        _ => return None,
    };
    let method = method.trim_ascii();
    (method.len() <= 2 && method.iter().all(u8::is_ascii_digit)).then_some(known)
}

fn is_quality(flag: &[u8]) -> bool {
    quality(flag).is_some()
}

/// Which way a suffix counts. E and its like are taken from the grid, B sent to it; Q and K swing.
fn flow(suffix: &str, measure: &Measure) -> Option<Flow> {
    let reactive = measure.name.ends_with("varh");
    match suffix.as_bytes().first()?.to_ascii_uppercase() {
        b'E' => Some(Flow::Delivered),
        b'B' => Some(Flow::Received),
        b'Q' | b'K' if reactive => Some(Flow::Reactive),
        _ => None,
    }
}

/// A field as it stands, for a person.
fn shown(field: &[u8]) -> String {
    if field.is_empty() { "a blank".to_owned() } else { text(field) }
}

//! What is in a file of reads, added up by channel, without a book of meters to compare it with.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read};

use jiff::Timestamp;
use jiff::tz::Offset;
use meterbook_core::limits::{FILE_BYTES, REJECTS};
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use meterbook_core::period::Zone;
use meterbook_core::text::decimal;

use crate::reads::found::{Channel, Clock, Find, Quality, Register, Value};
use crate::reads::measure::Measure;
use crate::reads::profile::{self, Profile};
use crate::reads::{self, Lines, NotRead, Row, Said, Shape};

/// What is in a file.
#[derive(Debug)]
pub struct Inspected {
    /// What it is, in one word.
    pub format: String,
    /// Its channels, in the order in which they were met.
    pub channels: Vec<Summary>,
    /// What was not taken as it stands, line by line.
    pub rejects: Vec<Reject>,
    /// Rejects beyond those that are listed.
    pub more_rejects: u64,
    /// Why the file as a whole is refused, if it is. It has no channels then.
    pub refused: Option<NotRead>,
}

impl Inspected {
    /// A file that is refused before anything of it is read.
    pub fn refused(shape: Option<Shape>, why: NotRead) -> Inspected {
        let format = shape.map_or("unknown", Shape::word).to_owned();
        Sums::default().end(format, Some(why))
    }
}

/// A line that was not taken as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The line.
    pub line: u64,
    /// What is wrong, or was mended.
    pub what: String,
}

/// A channel, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its name in the file.
    pub id: String,
    /// The number on the meter's face; several meters took turns where there are several.
    pub meters: Vec<String>,
    /// The file's unit; empty where the file names none.
    pub unit: String,
    /// Which way, where the file says so.
    pub flow: Option<Flow>,
    /// Seconds of an interval, the shortest where they differ; `None` for a register.
    pub seconds: Option<u32>,
    /// How many values or reads there are, blank ones among them.
    pub values: u64,
    /// How many of them are blank.
    pub blank: u64,
    /// Their sum in the file's unit: what was used. Of indexes, the last less the first.
    pub total: String,
    /// The same in the unit that we bill, where that is another.
    pub ours: Option<(Unit, String)>,
    /// The beginning of the first and the end of the last.
    pub from: String,
    /// See `from`.
    pub to: String,
    /// How many are known how, by letter.
    pub quality: BTreeMap<char, u64>,
    /// The first and the last index of a register.
    pub indexes: Option<(String, String)>,
}

/// Looks through a file that is not packed. Times without an offset are those of `zone`; without it
/// they stay what a clock showed.
pub fn inspect(from: &mut dyn BufRead, shape: Option<Shape>, zone: Option<&Zone>) -> Inspected {
    let mut sums = Sums::default();
    let (format, read) = find(from, shape, zone, &mut sums);
    sums.end(format, read.err())
}

/// Looks through a file that is not packed by a profile.
pub fn by_profile(from: &mut dyn BufRead, profile: &Profile, zone: Option<&Zone>) -> Inspected {
    let mut sums = Sums::default();
    let read = profile::read(profile, from, zone, &mut sums);
    sums.end(profile.name.clone(), read.err())
}

/// Hands what is in a file that is not packed to `into`, and says which format it is.
pub fn find(
    from: &mut dyn BufRead,
    shape: Option<Shape>,
    zone: Option<&Zone>,
    into: &mut dyn Find,
) -> (String, Result<(), NotRead>) {
    let mut format = shape.map_or_else(|| "unknown".to_owned(), |it| it.word().to_owned());
    let read = reads::looked_at(from, |head, from| {
        let shape = match shape {
            Some(shape) => shape,
            None => reads::shape_of(head)?,
        };
        format = word(shape, head);
        match shape {
            Shape::Nem12 => reads::read_nem12(from, into),
            Shape::Cmep => reads::read_cmep(from, zone, into),
            Shape::GreenButton => reads::read_green_button(from, into),
            _ => whole(from, shape, zone, into),
        }
    });
    (format, read)
}

/// The word for a shape; NEM12 and NEM13 are read by one reader.
fn word(shape: Shape, head: &[u8]) -> String {
    let first = head.split(|it| *it == b'\n').find(|it| !it.trim_ascii().is_empty());
    let basic = first.is_some_and(|it| it.to_ascii_uppercase().windows(5).any(|it| it == b"NEM13"));
    if shape == Shape::Nem12 && basic { "nem13".to_owned() } else { shape.word().to_owned() }
}

/// Reads a shape that is read as a whole.
fn whole(
    from: &mut dyn BufRead,
    shape: Shape,
    zone: Option<&Zone>,
    into: &mut dyn Find,
) -> Result<(), NotRead> {
    let mut bytes = Vec::new();
    let read = from.take(FILE_BYTES).read_to_end(&mut bytes);
    read.map_err(|why| NotRead::Broken { line: 1, why: why.to_string() })?;
    let utc = Zone::utc();
    let clock = if zone.is_some() { Clock::East(0) } else { Clock::Wall };
    let mut rows = Rows { into, clock, places: HashMap::new() };
    reads::read(&bytes, shape, zone.unwrap_or(&utc), None, &mut rows)
}

/// What is known of one channel so far.
#[derive(Debug)]
struct Sum {
    id: String,
    meters: Vec<String>,
    measure: Measure,
    flow: Option<Flow>,
    seconds: Option<u32>,
    clock: Clock,
    part: Part,
    from: i64,
    to: i64,
    first: Option<(i64, i64)>,
    last: Option<(i64, i64)>,
}

/// A number of values, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Part {
    values: u64,
    blank: u64,
    micro: i128,
    quality: [u64; LETTERS.len()],
}

/// The qualities that are counted.
const LETTERS: [Quality; 7] = [
    Quality::ACTUAL,
    Quality::ESTIMATED,
    Quality::SUBSTITUTED,
    Quality::FINAL,
    Quality::NONE,
    Quality::DOUBTED,
    Quality::VARIES,
];

impl Part {
    fn add(&mut self, micro: Option<i64>, quality: Quality) {
        self.values += 1;
        match micro {
            Some(micro) => self.micro += i128::from(micro),
            None => self.blank += 1,
        }
        if let Some(at) = LETTERS.iter().position(|it| *it == quality) {
            self.quality[at] += 1;
        }
    }

    /// Puts one part in the place of another.
    fn put(&mut self, part: Part, instead: Part) {
        self.values = self.values + part.values - instead.values;
        self.blank = self.blank + part.blank - instead.blank;
        self.micro = self.micro + part.micro - instead.micro;
        for (at, count) in self.quality.iter_mut().enumerate() {
            *count = *count + part.quality[at] - instead.quality[at];
        }
    }
}

/// Adds up what a reader finds.
#[derive(Debug, Default)]
struct Sums {
    sums: Vec<Sum>,
    /// Which sum each channel of the reader belongs to.
    places: Vec<usize>,
    named: HashMap<(String, String), usize>,
    /// Days that may come again.
    days: HashMap<(usize, i64), Part>,
    rejects: Vec<Reject>,
    more: u64,
}

impl Sums {
    /// The sum for a reader's channel. Meters that took turns, and intervals of several lengths, are
    /// one channel; units are not.
    fn of(&mut self, line: u64, place: usize, channel: &Channel) -> usize {
        if let Some(at) = self.places.get(place) {
            return *at;
        }
        let key = (channel.id.clone(), channel.measure.name.clone());
        let at = *self.named.entry(key).or_insert(self.sums.len());
        self.places.push(at);
        let Some(sum) = self.sums.get_mut(at) else {
            self.sums.push(Sum {
                id: channel.id.clone(),
                meters: vec![channel.meter.clone()],
                measure: channel.measure.clone(),
                flow: channel.flow,
                seconds: channel.seconds,
                clock: channel.clock,
                part: Part::default(),
                from: i64::MAX,
                to: i64::MIN,
                first: None,
                last: None,
            });
            return at;
        };
        if !sum.meters.contains(&channel.meter) {
            sum.meters.push(channel.meter.clone());
        }
        if sum.seconds != channel.seconds {
            let what = format!("{} has intervals of several lengths", channel.id);
            sum.seconds = sum.seconds.min(channel.seconds).or(sum.seconds).or(channel.seconds);
            self.note(line, what);
        }
        at
    }

    fn end(self, format: String, refused: Option<NotRead>) -> Inspected {
        let Sums { sums, rejects, more, .. } = self;
        let nothing = sums.is_empty() && rejects.is_empty();
        let refused = refused.or(nothing.then_some(NotRead::SaysNothing));
        let channels = sums.into_iter().filter(|_| refused.is_none()).map(Sum::told).collect();
        let mut rejects = rejects;
        if let Some(why) = &refused {
            let line = why.line();
            let told = match why {
                NotRead::Line { why, .. } => why.clone(),
                why => why.to_string(),
            };
            if !rejects.iter().any(|it| it.line == line && it.what == told) {
                rejects.push(Reject { line, what: told });
            }
        }
        rejects.sort_by_key(|it| it.line);
        Inspected { format, channels, rejects, more_rejects: more, refused }
    }
}

impl Sum {
    fn spread(&mut self, from: i64, to: i64) {
        self.from = self.from.min(from);
        self.to = self.to.max(to);
    }

    fn told(self) -> Summary {
        let indexes = match (self.first, self.last) {
            (Some((_, first)), Some((_, last))) => Some((first, last)),
            _ => None,
        };
        let micro = match indexes {
            Some((first, last)) if self.part.blank == self.part.values => {
                i128::from(last) - i128::from(first)
            }
            _ => self.part.micro,
        };
        let ours = self.measure.in_ours(micro);
        let ours = ours.filter(|it| it.0.word() != self.measure.name);
        let letters = LETTERS.iter().zip(self.part.quality).filter(|it| 0 < it.1);
        Summary {
            id: self.id,
            meters: self.meters,
            unit: self.measure.name,
            flow: self.flow,
            seconds: self.seconds,
            values: self.part.values,
            blank: if indexes.is_some() { 0 } else { self.part.blank },
            total: number(micro),
            ours: ours.map(|(unit, micro, _)| (unit, number(micro))),
            from: told(self.from, self.clock),
            to: told(self.to, self.clock),
            quality: letters.map(|(letter, count)| (letter.letter(), count)).collect(),
            indexes: indexes.map(|(first, last)| (decimal(first, 6), decimal(last, 6))),
        }
    }
}

impl Find for Sums {
    fn values(&mut self, line: u64, at: usize, channel: &Channel, start: i64, values: &[Value]) {
        let place = self.of(line, at, channel);
        let mut part = Part::default();
        for value in values {
            part.add(value.micro, value.quality);
        }
        let several = 1 < values.len();
        let instead = if several { self.days.insert((at, start), part) } else { None };
        let sum = &mut self.sums[place];
        sum.part.put(part, instead.unwrap_or_default());
        let many = i64::try_from(values.len()).unwrap_or(0);
        sum.spread(start, start + many * i64::from(channel.seconds.unwrap_or(0)));
    }

    fn register(&mut self, line: u64, at: usize, channel: &Channel, read: Register) {
        let place = self.of(line, at, channel);
        let sum = &mut self.sums[place];
        sum.part.add(read.used_micro, read.quality);
        sum.spread(read.since.unwrap_or(read.at), read.at);
        let Some(index) = read.index_micro else { return };
        if sum.first.is_none_or(|it| read.at < it.0) {
            sum.first = Some((read.at, index));
        }
        if sum.last.is_none_or(|it| it.0 <= read.at) {
            sum.last = Some((read.at, index));
        }
    }

    fn note(&mut self, line: u64, what: String) {
        if self.rejects.len() < REJECTS {
            self.rejects.push(Reject { line, what });
        } else {
            self.more += 1;
        }
    }
}

/// What tells one channel of a CSV file from another: meter, unit, flow and minutes.
type Named = (String, Option<Unit>, Option<Flow>, Option<u16>);

/// The rows of a CSV file as channels.
struct Rows<'a> {
    into: &'a mut dyn Find,
    clock: Clock,
    places: HashMap<Named, usize>,
}

impl Lines for Rows<'_> {
    fn row(&mut self, line: u64, _: &[&str], row: Row) {
        let minutes = match &row.said {
            Said::Intervals { minutes, .. } => *minutes,
            Said::Register { .. } => None,
        };
        let key = (row.meter.clone(), row.unit, row.flow, minutes);
        let next = self.places.len();
        let at = *self.places.entry(key).or_insert(next);
        let id =
            row.flow.map_or_else(|| row.meter.clone(), |it| format!("{}/{}", row.meter, it.word()));
        let measure = row.unit.map_or_else(|| Measure::other(""), |it| Measure::named(it.word()));
        let seconds = minutes.map(|it| u32::from(it) * 60);
        let (meter, flow, clock) = (row.meter, row.flow, self.clock);
        let channel = Channel { id, meter, measure, flow, seconds, clock };
        match row.said {
            Said::Intervals { start, micro, estimated, .. } => {
                let quality = if estimated { Quality::ESTIMATED } else { Quality::ACTUAL };
                let values: Vec<Value> =
                    micro.into_iter().map(|micro| Value { micro, quality }).collect();
                self.into.values(line, at, &channel, start.as_second(), &values);
            }
            Said::Register { on, index_micro, kind } => {
                let estimated = kind == meterbook_core::reads::ReadKind::Estimated;
                let quality = if estimated { Quality::ESTIMATED } else { Quality::ACTUAL };
                let read = Register {
                    since: None,
                    at: Zone::utc().start_of(on).as_second(),
                    index_micro: Some(index_micro),
                    used_micro: None,
                    quality,
                };
                let channel = Channel { clock: Clock::Wall, ..channel };
                self.into.register(line, at, &channel, read);
            }
        }
    }

    fn reject(&mut self, line: u64, _: &[&str], reason: String) {
        self.into.note(line, reason);
    }
}

/// Millionths as a decimal.
fn number(micro: i128) -> String {
    if let Ok(small) = i64::try_from(micro) {
        return decimal(small, 6);
    }
    let whole = micro.div_euclid(1_000_000);
    format!("{whole}.{:06}", micro.rem_euclid(1_000_000))
}

/// An instant by a channel's clock.
fn told(at: i64, clock: Clock) -> String {
    let east = match clock {
        Clock::East(east) => east,
        Clock::Wall => 0,
    };
    let (Ok(instant), Ok(offset)) = (Timestamp::from_second(at), Offset::from_seconds(east)) else {
        return String::new();
    };
    let wall = offset.to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%S");
    match clock {
        Clock::Wall => wall.to_string(),
        Clock::East(0) => format!("{wall}Z"),
        Clock::East(east) => {
            let (sign, minutes) = (if east < 0 { '-' } else { '+' }, east.abs().div_euclid(60));
            format!("{wall}{sign}{:02}:{:02}", minutes.div_euclid(60), minutes.rem_euclid(60))
        }
    }
}

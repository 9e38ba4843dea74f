//! The channels of a Green Button feed, taken as leniently as the numbers can be understood.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use meterbook_core::meter::Flow;

use super::super::NotRead;
use super::super::decimal::shifted;
use super::super::found::{Channel, Channels, Clock, Find, Quality, Register, Value};
use super::super::measure::Measure;
use super::links::Links;
use super::{Entry, Reading, ReadingType, entries};

/// Seconds since 1970 beyond which a time was written in milliseconds: the year 5138.
const MILLIS: i64 = 100_000_000_000;
/// Seconds of an interval at most: a year and a day.
const LONGEST: i64 = 366 * 86_400;

/// Reads a feed. What cannot be understood is noted; a feed without any reading is refused.
pub(crate) fn read(from: &mut dyn BufRead, find: &mut dyn Find) -> Result<(), NotRead> {
    let entries = entries(from)?;
    if entries.iter().all(|it| it.readings.is_empty()) {
        return Err(NotRead::NoReadings { holds: holds(&entries) });
    }
    let links = Links::of(&entries);
    let east = entries.iter().find_map(|it| it.east).and_then(|it| i32::try_from(it).ok());
    let clock = Clock::East(east.filter(|it| it.abs() <= 14 * 3600).unwrap_or(0));
    let mut feed = Feed {
        find,
        clock,
        channels: Channels::default(),
        typeless: HashSet::new(),
        said: HashMap::new(),
    };
    let names = names(&entries, &links);
    for (block, name) in entries.iter().filter(|it| !it.readings.is_empty()).zip(names) {
        feed.block(block, &name, links.kind(block, links.owner(block)));
    }
    Ok(())
}

/// What a feed without readings holds instead.
fn holds(entries: &[Entry]) -> String {
    let many = |of: fn(&Entry) -> bool| entries.iter().filter(|it| of(it)).count();
    format!(
        "{} usage points, {} reading types, {} usage summaries",
        many(|it| it.is_usage_point),
        many(|it| it.kind.is_some()),
        many(|it| it.is_summary)
    )
}

/// What each block with readings is part of: its point, and which of the point's meter readings
/// where there are several.
fn names(entries: &[Entry], links: &Links<'_>) -> Vec<String> {
    let blocks = entries.iter().filter(|it| !it.readings.is_empty());
    let told: Vec<(String, String)> = blocks
        .map(|block| {
            let owner = links.owner(block);
            let part = owner.map_or("", |it| it.own.rsplit('/').next().unwrap_or_default());
            (links.point(owner.unwrap_or(block)), part.to_owned())
        })
        .collect();
    let mut parts: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (point, part) in &told {
        parts.entry(point).or_default().insert(part);
    }
    let name = |(point, part): &(String, String)| {
        let several = parts.get(point.as_str()).is_some_and(|it| 1 < it.len());
        if several { format!("{point}/{part}") } else { point.clone() }
    };
    told.iter().map(name).collect()
}

/// What the numbers of a block mean.
struct Meaning {
    measure: Measure,
    /// The power of ten to millionths of the measure.
    places: i32,
    flow: Option<Flow>,
    is_register: bool,
    quality: Quality,
    seconds: Option<i64>,
}

struct Feed<'a> {
    find: &'a mut dyn Find,
    clock: Clock,
    channels: Channels,
    /// Channels of which it was noted that they have no type.
    typeless: HashSet<String>,
    /// What was said of a channel and a time: feeds repeat readings in blocks that grow.
    said: HashMap<(usize, i64), i64>,
}

impl Feed<'_> {
    fn block(&mut self, block: &Entry, name: &str, kind: Option<ReadingType>) {
        let first = block.readings.first().map_or(0, |it| it.line);
        if kind.is_none() && self.typeless.insert(name.to_owned()) {
            let what = "the reading has no reading type in this file, so its unit is unknown";
            self.find.note(first, what.to_owned());
        }
        let meaning = meaning(kind.unwrap_or_default());
        let mut run = Run::default();
        let mut next = block.block;
        let mut again = 0;
        for reading in &block.readings {
            let Some((start, seconds)) = self.time(reading, next, meaning.seconds) else {
                continue;
            };
            next = Some(start + seconds);
            let Some(micro) = self.value(reading, meaning.places) else { continue };
            let quality = reading.quality.map_or(meaning.quality, quality);
            let place = self.place(name, &meaning, seconds);
            match self.said.insert((place, start), micro) {
                Some(before) if before == micro => {
                    again += 1;
                    continue;
                }
                Some(before) => {
                    self.said.insert((place, start), before);
                    let what = "the reading has another value earlier in the feed, which stands";
                    self.find.note(reading.line, what.to_owned());
                    continue;
                }
                None => {}
            }
            if meaning.is_register {
                let read = Register {
                    since: None,
                    at: start,
                    index_micro: Some(micro),
                    used_micro: None,
                    quality,
                };
                self.find.register(reading.line, place, self.channels.at(place), read);
                continue;
            }
            if run.place != Some(place) || run.next != start {
                self.hand(&mut run);
                run.place = Some(place);
                run.line = reading.line;
                run.start = start;
            }
            run.next = start + seconds;
            run.values.push(Value { micro: Some(micro), quality });
        }
        self.hand(&mut run);
        if 0 < again {
            let what = format!("{again} readings of the block came before; they count once");
            self.find.note(first, what);
        }
    }

    fn hand(&mut self, run: &mut Run) {
        if let Some(place) = run.place.filter(|_| !run.values.is_empty()) {
            self.find.values(run.line, place, self.channels.at(place), run.start, &run.values);
        }
        run.values.clear();
    }

    /// When a reading begins and how long it is: as it says, or as its block and its type say.
    fn time(
        &mut self,
        reading: &Reading,
        next: Option<i64>,
        length: Option<i64>,
    ) -> Option<(i64, i64)> {
        let seconds = reading.seconds.or(length).filter(|it| (0..=LONGEST).contains(it));
        let start = match reading.start {
            Some(start) if MILLIS < start => {
                self.find.note(reading.line, "the time is in milliseconds".to_owned());
                Some(start.div_euclid(1000))
            }
            Some(start) => Some(start),
            None => {
                let what = "the reading has no start; it is taken to follow the one before";
                self.find.note(reading.line, what.to_owned());
                next
            }
        };
        let start = start.filter(|it| (0..=MILLIS).contains(it));
        match (start, seconds) {
            (Some(start), Some(seconds)) => Some((start, seconds)),
            (None, _) => {
                self.find.note(reading.line, "the reading has no start; passed over".to_owned());
                None
            }
            (_, None) => {
                self.find.note(reading.line, "the reading has no duration; passed over".to_owned());
                None
            }
        }
    }

    fn value(&mut self, reading: &Reading, places: i32) -> Option<i64> {
        let Some(value) = reading.value else {
            self.find.note(reading.line, "the reading has no value; passed over".to_owned());
            return None;
        };
        let whole = shifted(i128::from(value.unsigned_abs()), places);
        let fits = whole.and_then(|(it, rounded)| Some((i64::try_from(it).ok()?, rounded)));
        let Some((micro, rounded)) = fits else {
            self.find.note(reading.line, format!("{value} is too large; passed over"));
            return None;
        };
        if rounded {
            let what = format!("{value} is finer than a millionth; rounded");
            self.find.note(reading.line, what);
        }
        Some(if value < 0 { -micro } else { micro })
    }

    fn place(&mut self, name: &str, meaning: &Meaning, seconds: i64) -> usize {
        let seconds = u32::try_from(seconds).ok().filter(|_| !meaning.is_register);
        self.channels.place(Channel {
            id: name.to_owned(),
            meter: name.to_owned(),
            measure: meaning.measure.clone(),
            flow: meaning.flow,
            seconds,
            clock: self.clock,
        })
    }
}

/// Readings that follow each other.
#[derive(Default)]
struct Run {
    place: Option<usize>,
    line: u64,
    start: i64,
    next: i64,
    values: Vec<Value>,
}

fn meaning(kind: ReadingType) -> Meaning {
    let power = i32::try_from(kind.power).ok().filter(|it| it.abs() <= 18).unwrap_or(0);
    let base = unit(kind.unit);
    // Energy and power are told in thousands, as everybody but the feed says them.
    let (measure, places) = match base {
        "" => (Measure::other(""), power + 6),
        "Wh" | "VArh" | "VAh" | "W" | "VA" | "VAr" => {
            (Measure::named(&format!("k{base}")), power + 3)
        }
        _ => (Measure::named(base), power + 6),
    };
    // FlowDirectionKind: 1 forward, 19 reverse; the others are sums of both or none.
    let flow = match kind.flow {
        Some(1) => Some(Flow::Delivered),
        Some(19) => Some(Flow::Received),
        _ => None,
    };
    // AccumulationKind: 1 bulk, 2 continuous cumulative, 3 cumulative, 9 summation.
    let is_register = matches!(kind.accumulation, Some(1..=3 | 9));
    let quality = kind.quality.map_or(Quality::ACTUAL, quality);
    Meaning { measure, places, flow, is_register, quality, seconds: kind.seconds }
}

/// The name of an ESPI unit (UnitSymbolKind).
fn unit(code: Option<i64>) -> &'static str {
    match code {
        Some(72) => "Wh",
        Some(71) => "VAh",
        Some(73) => "VArh",
        Some(38) => "W",
        Some(61) => "VA",
        Some(63) => "VAr",
        Some(29) => "V",
        Some(5) => "A",
        Some(65) => "pf",
        Some(33) => "Hz",
        Some(23) => "degC",
        Some(42 | 166 | 167) => "m3",
        Some(119..=121) => "ft3",
        Some(128) => "gal",
        Some(130) => "imperial gal",
        Some(132) => "BTU",
        Some(134 | 156 | 157) => "l",
        Some(169) => "therm",
        Some(_) => "unknown",
        None => "",
    }
}

/// QualityOfReading in our letters.
fn quality(code: i64) -> Quality {
    match code {
        7 => Quality::SUBSTITUTED,
        8 | 9 | 11 | 12 | 13 | 15 => Quality::ESTIMATED,
        10 | 16 => Quality::DOUBTED,
        _ => Quality::ACTUAL,
    }
}

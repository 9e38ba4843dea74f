//! Green Button: an Atom feed of the Energy Services Provider Interface (NAESB REQ.21, ESPI 1.1).
//!
//! A feed is a flat list of entries that point at each other: a usage point has meter readings, a
//! meter reading has a reading type and interval blocks. Utilities write prefixes, links and
//! exponents each in their own way; names are compared without prefixes.

mod channels;
mod links;
mod rows;
mod write;

use std::io::{BufRead, Read};

use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::NotRead;

pub(crate) use channels::read as channels;
pub(super) use rows::read;
pub use write::{Gathered, NotWritten, Series, write};

/// The fields that a reading is rejected with: those of a long CSV file.
pub(super) const HEADER: [&str; 7] = ["meter", "start", "value", "unit", "flow", "kind", "minutes"];
/// Elements inside each other; a feed has some eight.
const DEPTH: usize = 64;
/// Bytes between two elements; a note in a bill has some hundred.
const TEXT_BYTES: usize = 1_000_000;

/// One entry of the feed.
#[derive(Debug, Default)]
struct Entry {
    title: String,
    own: String,
    up: String,
    related: Vec<String>,
    is_usage_point: bool,
    is_meter_reading: bool,
    is_summary: bool,
    kind: Option<ReadingType>,
    /// Where the clock of the place stands in winter, in seconds east of UTC.
    east: Option<i64>,
    /// When a block begins, for readings without a time of their own.
    block: Option<i64>,
    readings: Vec<Reading>,
}

/// What the numbers of a meter reading mean.
#[derive(Clone, Copy, Debug, Default)]
struct ReadingType {
    accumulation: Option<i64>,
    flow: Option<i64>,
    power: i64,
    unit: Option<i64>,
    seconds: Option<i64>,
    quality: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    line: u64,
    start: Option<i64>,
    seconds: Option<i64>,
    value: Option<i64>,
    quality: Option<i64>,
}

impl Reading {
    fn begins(&self) -> Option<Timestamp> {
        self.start.and_then(|it| Timestamp::from_second(it).ok())
    }
}

/// Hands on bytes and counts the lines; fails where an element never ends.
struct Counted<'a> {
    from: &'a mut dyn BufRead,
    line: u64,
    open: usize,
}

/// How many lines end in these bytes, and how many bytes come after the last element's end.
fn counts(bytes: &[u8]) -> (u64, Option<usize>) {
    let lines = bytes.iter().filter(|it| **it == b'\n').map(|_| 1_u64).sum();
    (lines, bytes.iter().rposition(|it| *it == b'>').map(|at| bytes.len() - at))
}

impl Counted<'_> {
    fn count(&mut self, many: usize, (lines, open): (u64, Option<usize>)) {
        self.line += lines;
        self.open = open.unwrap_or(self.open + many);
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(into)?;
        self.count(read, counts(&into[..read]));
        Ok(read)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if TEXT_BYTES < self.open {
            return Err(std::io::Error::other("an element or a text does not end"));
        }
        self.from.fill_buf()
    }

    fn consume(&mut self, many: usize) {
        // The same bytes once more: they are there already.
        let found = self.from.fill_buf().map_or((0, None), |it| counts(&it[..many.min(it.len())]));
        self.count(many, found);
        self.from.consume(many);
    }
}

/// Reads the feed into its entries. A file that is one block without a feed is one entry.
fn entries(from: &mut dyn BufRead) -> Result<Vec<Entry>, NotRead> {
    let mut reader = Reader::from_reader(Counted { from, line: 1, open: 0 });
    reader.config_mut().trim_text(true);
    let mut entries = vec![Entry::default()];
    let mut path: Vec<String> = Vec::new();
    let mut held = Vec::new();
    let not_xml = |at: u64, why: String| NotRead::NotXml { why: format!("byte {at}: {why}") };
    loop {
        held.clear();
        let event = reader.read_event_into(&mut held);
        let event = event.map_err(|why| not_xml(reader.error_position(), why.to_string()))?;
        let line = reader.get_ref().line;
        let entry = entries.last_mut().expect("there is always one");
        match event {
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                if name == "entry" {
                    entries.push(Entry::default());
                } else {
                    open(entry, &name, line);
                    link(entry, &name, &tag);
                }
                path.push(name);
                if DEPTH < path.len() {
                    let why = format!("line {line}: more than {DEPTH} elements inside each other");
                    return Err(not_xml(reader.buffer_position(), why));
                }
            }
            Event::Empty(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                open(entry, &name, line);
                link(entry, &name, &tag);
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) => {
                fill(entry, &path, text.trim());
            }
            Event::Eof if path.is_empty() => return Ok(entries),
            Event::Eof => {
                let open = path.last().cloned().unwrap_or_default();
                return Err(not_xml(reader.buffer_position(), format!("it ends inside <{open}>")));
            }
            Event::CData(text) => {
                fill(entry, &path, text.trim());
            }
            Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

fn open(entry: &mut Entry, name: &str, line: u64) {
    match name {
        "UsagePoint" => entry.is_usage_point = true,
        "MeterReading" => entry.is_meter_reading = true,
        "UsageSummary" | "ElectricPowerUsageSummary" => entry.is_summary = true,
        "ReadingType" => entry.kind = Some(ReadingType::default()),
        "IntervalReading" => entry.readings.push(Reading { line, ..Reading::default() }),
        _ => {}
    }
}

fn link(entry: &mut Entry, name: &str, tag: &quick_xml::events::BytesStart<'_>) {
    if name != "link" {
        return;
    }
    let said = |name: &str| {
        let found = tag.attributes().flatten().find(|it| it.key.local_name().as_ref() == name);
        found.map(|it| it.value.to_string())
    };
    let Some(href) = said("href").map(|it| place(&it)) else { return };
    match said("rel").as_deref() {
        Some("self") => entry.own = href,
        Some("up") => entry.up = href,
        Some("related") => entry.related.push(href),
        _ => {}
    }
}

/// A link without the server: some links of a feed have it and some have not.
fn place(href: &str) -> String {
    let path = match href.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |it| it.1),
        None => href,
    };
    let parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    parts.join("/")
}

fn fill(entry: &mut Entry, path: &[String], text: &str) {
    let inside = |name: &str| path.iter().any(|it| it == name);
    let name = path.last().map_or("", String::as_str);
    let number = || text.parse::<i64>().ok();
    if name == "title" && !inside("content") {
        // A name on two lines would be two lines in a file of rejects.
        entry.title = text.split_whitespace().collect::<Vec<_>>().join(" ");
        return;
    }
    if inside("IntervalReading") {
        let Some(reading) = entry.readings.last_mut() else { return };
        match name {
            "start" => reading.start = number(),
            "duration" => reading.seconds = number(),
            "value" => reading.value = number(),
            "quality" => reading.quality = number(),
            _ => {}
        }
        return;
    }
    if inside("IntervalBlock") && inside("interval") && name == "start" {
        entry.block = number();
    }
    if name == "tzOffset" {
        entry.east = number();
    }
    let Some(kind) = entry.kind.as_mut().filter(|_| inside("ReadingType")) else { return };
    match name {
        "accumulationBehaviour" => kind.accumulation = number(),
        "flowDirection" => kind.flow = number(),
        "powerOfTenMultiplier" => kind.power = number().unwrap_or(0),
        "uom" => kind.unit = number(),
        "intervalLength" => kind.seconds = number(),
        "defaultQuality" => kind.quality = number(),
        _ => {}
    }
}

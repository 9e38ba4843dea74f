//! Green Button: an Atom feed of the Energy Services Provider Interface (NAESB REQ.21, ESPI 1.1).
//!
//! A feed is a flat list of entries that point at each other: a usage point has meter readings, a
//! meter reading has a reading type and interval blocks. Utilities write prefixes, links and
//! exponents each in their own way; names are compared without prefixes.

use jiff::Timestamp;
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use meterbook_core::reads::ReadKind;
use meterbook_core::text::decimal;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Lines, NotRead, Row, Said};

/// The fields that a reading is rejected with: those of a long CSV file.
pub(super) const HEADER: [&str; 7] = ["meter", "start", "value", "unit", "flow", "kind", "minutes"];
/// The unit of a number of which we do not know what it says. It is no unit, so that nobody imports
/// the number as it is: 282 Wh without a unit were once taken for 282 kWh.
const NO_UNIT: &str = "?";

/// One entry of the feed.
#[derive(Debug, Default)]
struct Entry {
    title: String,
    own: String,
    up: String,
    related: Vec<String>,
    is_usage_point: bool,
    is_meter_reading: bool,
    kind: Option<ReadingType>,
    readings: Vec<Reading>,
}

/// What the numbers of a meter reading mean.
#[derive(Clone, Copy, Debug, Default)]
struct ReadingType {
    accumulation: Option<i64>,
    flow: Option<i64>,
    power: i64,
    unit: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    line: u64,
    start: Option<i64>,
    seconds: Option<i64>,
    value: Option<i64>,
    quality: Option<i64>,
}

/// What a reading says in our units.
struct Value {
    start: Timestamp,
    minutes: u16,
    micro: i64,
    unit: Unit,
    flow: Option<Flow>,
    estimated: bool,
}

impl Value {
    /// As the fields of [`HEADER`]: a line that says the same.
    fn fields(&self, meter: &str) -> [String; 7] {
        let kind = if self.estimated { ReadKind::Estimated } else { ReadKind::Actual };
        [
            meter.to_owned(),
            self.start.to_string(),
            decimal(self.micro, 6),
            self.unit.word().to_owned(),
            self.flow.map_or_else(String::new, |it| it.word().to_owned()),
            kind.word().to_owned(),
            self.minutes.to_string(),
        ]
    }

    fn row(&self, meter: &str) -> Row {
        let Value { start, minutes, micro, unit, flow, estimated } = *self;
        let said =
            Said::Intervals { start, minutes: Some(minutes), micro: vec![Some(micro)], estimated };
        Row { meter: meter.to_owned(), unit: Some(unit), flow, said }
    }
}

impl Reading {
    fn begins(&self) -> Option<Timestamp> {
        self.start.and_then(|it| Timestamp::from_second(it).ok())
    }

    /// As the fields of [`HEADER`], with the number as it stands.
    fn fields(&self, meter: &str) -> [String; 7] {
        let minutes = self.seconds.map(|it| it.div_euclid(60).to_string());
        [
            meter.to_owned(),
            self.begins().map_or_else(String::new, |it| it.to_string()),
            self.value.map_or_else(String::new, |it| it.to_string()),
            NO_UNIT.to_owned(),
            String::new(),
            String::new(),
            minutes.unwrap_or_default(),
        ]
    }
}

pub(super) fn read(
    bytes: &[u8],
    meter: Option<&str>,
    lines: &mut dyn Lines,
) -> Result<(), NotRead> {
    let entries = entries(bytes)?;
    if entries.iter().all(|it| it.readings.is_empty()) {
        return Err(NotRead::NoValues);
    }
    for block in entries.iter().filter(|it| !it.readings.is_empty()) {
        let owner = owner(block, &entries);
        let kind = kind(owner, &entries);
        let name = meter.map_or_else(|| name(owner.unwrap_or(block), &entries), str::to_owned);
        for reading in &block.readings {
            match value(reading, kind) {
                Ok(value) => {
                    let fields = value.fields(&name);
                    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                    lines.row(reading.line, &fields, value.row(&name));
                }
                Err(reason) => {
                    let fields = reading.fields(&name);
                    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                    lines.reject(reading.line, &fields, reason);
                }
            }
        }
    }
    Ok(())
}

fn value(reading: &Reading, kind: Option<ReadingType>) -> Result<Value, String> {
    let kind =
        kind.ok_or("the reading has no reading type in this file, so its unit is unknown")?;
    let start = reading.begins().ok_or("the reading has no start")?;
    let value = reading.value.ok_or("the reading has no value")?;
    if kind.accumulation.is_some_and(|it| ![0, 4].contains(&it)) {
        return Err(
            "the numbers are not the use of each interval (accumulationBehaviour is not 4)"
                .to_owned(),
        );
    }
    let minutes = match reading.seconds {
        Some(300) => 5,
        Some(900) => 15,
        Some(1800) => 30,
        Some(3600) => 60,
        Some(seconds) => {
            return Err(format!(
                "the value is for {seconds} seconds; intervals of 5, 15, 30 and 60 minutes are taken"
            ));
        }
        None => return Err("the reading has no duration".to_owned()),
    };
    // FlowDirectionKind: 0 is not applicable, 1 forward, 19 reverse.
    let flow = match kind.flow {
        None | Some(0) => None,
        Some(1) => Some(Flow::Delivered),
        Some(19) => Some(Flow::Received),
        Some(other) => {
            return Err(format!("flow direction {other} is neither forward (1) nor reverse (19)"));
        }
    };
    let (unit, power) = unit(kind)?;
    let micro = micro(value, power).ok_or_else(|| {
        format!("{value} times 10^{power} {unit} is finer than a millionth or too large")
    })?;
    if micro < 0 {
        return Err(format!(
            "{value} is below zero; what flows back has a reading type of its own"
        ));
    }
    // QualityOfReading: estimated, derived, projected.
    let estimated = matches!(reading.quality, Some(8 | 9 | 11 | 12));
    Ok(Value { start, minutes, micro, unit, flow, estimated })
}

/// Our unit for an ESPI unit of measure, and the power of ten its values are of.
fn unit(kind: ReadingType) -> Result<(Unit, i64), String> {
    match kind.unit {
        Some(72) => Ok((Unit::Kwh, kind.power - 3)),
        Some(169) => Ok((Unit::Therm, kind.power)),
        Some(42 | 125 | 126) => Ok((Unit::M3, kind.power)),
        Some(119..=121) => Ok((Unit::Ccf, kind.power - 2)),
        Some(128) => Ok((Unit::Gal, kind.power)),
        Some(other) => {
            Err(format!("unit of measure {other} is no use of energy, gas or water that we bill"))
        }
        None => Err("the reading type has no unit of measure".to_owned()),
    }
}

/// `value` times ten to the `power`, in millionths; `None` when that is no whole number.
fn micro(value: i64, power: i64) -> Option<i64> {
    let power = power + 6;
    let scale = 10_i64.checked_pow(u32::try_from(power.abs()).ok()?)?;
    if 0 <= power {
        return value.checked_mul(scale);
    }
    (value.rem_euclid(scale) == 0).then(|| value.div_euclid(scale))
}

/// The meter reading that a block is part of.
fn owner<'a>(block: &Entry, entries: &'a [Entry]) -> Option<&'a Entry> {
    let mut readings = entries.iter().filter(|it| it.is_meter_reading);
    let under = |it: &&Entry| {
        let own = it.own.trim_end_matches('/');
        let below = |link: &str| {
            link.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let names_it = it
            .related
            .iter()
            .any(|link| !link.is_empty() && (*link == block.own || *link == block.up));
        names_it || (!own.is_empty() && (below(&block.own) || below(&block.up)))
    };
    readings.clone().find(under).or_else(|| match (readings.next(), readings.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    })
}

/// The reading type of a meter reading; a file with one type needs no link to it.
fn kind(owner: Option<&Entry>, entries: &[Entry]) -> Option<ReadingType> {
    let linked = owner.and_then(|owner| {
        entries
            .iter()
            .find(|it| it.kind.is_some() && !it.own.is_empty() && owner.related.contains(&it.own))
    });
    let mut all = entries.iter().filter(|it| it.kind.is_some());
    let only = all.next().filter(|_| all.next().is_none());
    linked.or(only).and_then(|it| it.kind)
}

/// What the file calls the meter: the title of its usage point, or the point's place in the links.
fn name(entry: &Entry, entries: &[Entry]) -> String {
    let point = entries.iter().filter(|it| it.is_usage_point && !it.own.is_empty());
    let mut above =
        point.filter(|it| entry.own.starts_with(&it.own) || entry.up.starts_with(&it.own));
    let titled = above.next().map(|it| it.title.clone()).filter(|it| !it.is_empty());
    let placed = || {
        let (_, rest) = entry.own.rsplit_once("UsagePoint/")?;
        rest.split('/').next().map(str::to_owned)
    };
    titled.or_else(placed).unwrap_or_else(|| entry.title.clone())
}

/// Reads the feed into its entries. A file that is one block without a feed is one entry.
fn entries(bytes: &[u8]) -> Result<Vec<Entry>, NotRead> {
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().trim_text(true);
    let mut entries = vec![Entry::default()];
    let mut path: Vec<String> = Vec::new();
    let (mut seen, mut line) = (0, 1);
    let not_xml = |at: u64, why: String| NotRead::NotXml { why: format!("byte {at}: {why}") };
    loop {
        let event = reader.read_event();
        let at = usize::try_from(reader.buffer_position()).unwrap_or(bytes.len()).min(bytes.len());
        line += bytes[seen..at].iter().filter(|it| **it == b'\n').map(|_| 1_u64).sum::<u64>();
        seen = at;
        let event = event.map_err(|why| not_xml(reader.error_position(), why.to_string()))?;
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
            Event::CData(_)
            | Event::Comment(_)
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
        found.map(|it| it.value.trim_end_matches('/').to_owned())
    };
    let Some(href) = said("href") else { return };
    match said("rel").as_deref() {
        Some("self") => entry.own = href,
        Some("up") => entry.up = href,
        Some("related") => entry.related.push(href),
        _ => {}
    }
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
    let Some(kind) = entry.kind.as_mut().filter(|_| inside("ReadingType")) else { return };
    match name {
        "accumulationBehaviour" => kind.accumulation = number(),
        "flowDirection" => kind.flow = number(),
        "powerOfTenMultiplier" => kind.power = number().unwrap_or(0),
        "uom" => kind.unit = number(),
        _ => {}
    }
}

//! A Green Button feed of our own: as strict as others should be. Each resource has its elements in
//! the order of the schema (espi.xsd 4.0), and each entry its links.

use std::fmt::{self, Write};

use jiff::Timestamp;
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use quick_xml::escape::escape;

use super::super::found::{Channel, Clock, Find, Quality, Register, Value};

/// What an Int48 of the schema may be, either way.
const INT48: i64 = (1 << 47) - 1;
/// Seconds of a block at most: blocks of a day are what readers are used to.
const BLOCK: i64 = 86_400;

/// One channel of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The usage point: the same for all channels of one.
    pub point: String,
    /// What it counts.
    pub unit: Unit,
    /// Which way.
    pub flow: Option<Flow>,
    /// Seconds of an interval; `None` for the reads of a register.
    pub seconds: Option<u32>,
    /// When each begins, in seconds since 1970 in UTC, its millionths of the unit and how it is known.
    pub values: Vec<(i64, i64, Quality)>,
}

/// Why a feed cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotWritten {
    /// There is nothing that could be in one.
    Nothing,
    /// The schema has no unit for it.
    NoUnit(Unit),
    /// A value is more than the schema can say.
    TooLarge {
        /// The usage point.
        point: String,
    },
}

/// Writes a feed. It is made at `at`, for a place whose clock stands `east` seconds from UTC in winter.
pub fn write(series: &[Series], east: i32, at: Timestamp) -> Result<String, NotWritten> {
    let series: Vec<&Series> = series.iter().filter(|it| !it.values.is_empty()).collect();
    if series.is_empty() {
        return Err(NotWritten::Nothing);
    }
    let mut feed = Feed { text: String::new(), at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() };
    feed.begin();
    feed.clock(east);
    let mut points: Vec<&str> = series.iter().map(|it| it.point.as_str()).collect();
    points.sort_unstable();
    points.dedup();
    for (nth, point) in (1..).zip(points) {
        let of_point: Vec<&Series> =
            series.iter().copied().filter(|it| it.point == point).collect();
        feed.point(nth, point, of_point[0].unit);
        for (reading, series) in (1..).zip(of_point) {
            feed.series(nth, reading, series, east)?;
        }
    }
    feed.text.push_str("</feed>\n");
    Ok(feed.text)
}

struct Feed {
    text: String,
    at: String,
}

impl Feed {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        // Writing into a String does not fail.
        let _ = self.text.write_fmt(text);
        self.text.push('\n');
    }

    fn begin(&mut self) {
        let at = self.at.clone();
        let id = uuid("feed");
        self.line(format_args!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
        self.line(format_args!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:espi=\"http://naesb.org/espi\">"
        ));
        self.line(format_args!(
            "<id>{id}</id>\n<title>Green Button Usage Feed</title>\n<updated>{at}</updated>"
        ));
        self.line(format_args!(
            "<link rel=\"self\" href=\"/espi/1_1/resource/Batch/Subscription/1\"/>"
        ));
    }

    fn entry(&mut self, own: &str, up: &str, related: &[String], title: &str, content: &str) {
        let (id, at, title) = (uuid(own), self.at.clone(), escape(title).into_owned());
        self.line(format_args!("<entry>\n<id>{id}</id>"));
        self.line(format_args!("<link rel=\"self\" href=\"/espi/1_1/resource/{own}\"/>"));
        self.line(format_args!("<link rel=\"up\" href=\"/espi/1_1/resource/{up}\"/>"));
        for link in related {
            self.line(format_args!("<link rel=\"related\" href=\"/espi/1_1/resource/{link}\"/>"));
        }
        self.line(format_args!("<title>{title}</title>\n<content>\n{content}</content>"));
        self.line(format_args!("<published>{at}</published>\n<updated>{at}</updated>\n</entry>"));
    }

    /// The place's clock, without rules for summer: times are in UTC anyway.
    fn clock(&mut self, east: i32) {
        let content = format!(
            "<espi:LocalTimeParameters>\n<espi:dstEndRule>FFFFFFFF</espi:dstEndRule>\n<espi:dstOffset>0</espi:dstOffset>\n\
             <espi:dstStartRule>FFFFFFFF</espi:dstStartRule>\n<espi:tzOffset>{east}</espi:tzOffset>\n</espi:LocalTimeParameters>\n"
        );
        self.entry("LocalTimeParameters/1", "LocalTimeParameters", &[], "Local time", &content);
    }

    fn point(&mut self, nth: usize, title: &str, unit: Unit) {
        let kind = match unit {
            Unit::Ccf | Unit::Therm => 1,
            Unit::Gal | Unit::Kgal | Unit::M3 => 2,
            _ => 0,
        };
        let own = format!("Subscription/1/UsagePoint/{nth}");
        let related = [format!("{own}/MeterReading"), "LocalTimeParameters/1".to_owned()];
        let content = format!(
            "<espi:UsagePoint>\n<espi:ServiceCategory>\n<espi:kind>{kind}</espi:kind>\n</espi:ServiceCategory>\n</espi:UsagePoint>\n"
        );
        self.entry(&own, "Subscription/1/UsagePoint", &related, title, &content);
    }

    fn series(
        &mut self,
        point: usize,
        nth: usize,
        it: &Series,
        east: i32,
    ) -> Result<(), NotWritten> {
        let (uom, base) = uom(it.unit).ok_or(NotWritten::NoUnit(it.unit))?;
        let multiplier = multiplier(it, base);
        let up = format!("Subscription/1/UsagePoint/{point}/MeterReading");
        let own = format!("{up}/{nth}");
        let kind = format!("ReadingType/{point}-{nth}");
        let related = [format!("{own}/IntervalBlock"), kind.clone()];
        self.entry(&own, &up, &related, &format!("{} {nth}", it.point), "<espi:MeterReading/>\n");
        let flow = match it.flow {
            Some(Flow::Delivered) => 1,
            Some(Flow::Received) => 19,
            Some(Flow::Reactive) | None => 0,
        };
        let commodity = match it.unit {
            Unit::Ccf | Unit::Therm => 7,
            Unit::Gal | Unit::Kgal | Unit::M3 => 9,
            _ => 1,
        };
        let mut content = "<espi:ReadingType>\n".to_owned();
        let mut field = |name: &str, value: i64| {
            let _ = writeln!(content, "<espi:{name}>{value}</espi:{name}>");
        };
        field("accumulationBehaviour", if it.seconds.is_some() { 4 } else { 1 });
        field("commodity", commodity);
        field("flowDirection", flow);
        field("intervalLength", i64::from(it.seconds.unwrap_or(0)));
        field("powerOfTenMultiplier", i64::from(multiplier));
        field("uom", uom);
        content.push_str("</espi:ReadingType>\n");
        self.entry(&kind, "ReadingType", &[], "Type of the readings", &content);
        self.blocks(&own, it, base - 6 - multiplier, east)
    }

    fn blocks(&mut self, own: &str, it: &Series, places: i32, east: i32) -> Result<(), NotWritten> {
        let seconds = i64::from(it.seconds.unwrap_or(0));
        let day = |at: i64| (at + i64::from(east)).div_euclid(BLOCK);
        let together = |a: &(i64, i64, Quality), b: &(i64, i64, Quality)| {
            day(a.0) == day(b.0) && (seconds == 0 || a.0 + seconds == b.0)
        };
        for (nth, block) in (1..).zip(it.values.chunk_by(together)) {
            let (start, last) = (block[0].0, block[block.len() - 1].0);
            let mut content = format!(
                "<espi:IntervalBlock>\n<espi:interval>\n<espi:duration>{}</espi:duration>\n<espi:start>{start}</espi:start>\n</espi:interval>\n",
                last + seconds - start
            );
            for (at, micro, quality) in block {
                let value = whole(*micro, places).filter(|it| it.abs() <= INT48);
                let value =
                    value.ok_or_else(|| NotWritten::TooLarge { point: it.point.clone() })?;
                let _ = writeln!(
                    content,
                    "<espi:IntervalReading>\n<espi:ReadingQuality>\n<espi:quality>{}</espi:quality>\n</espi:ReadingQuality>\n\
                     <espi:timePeriod>\n<espi:duration>{seconds}</espi:duration>\n<espi:start>{at}</espi:start>\n</espi:timePeriod>\n\
                     <espi:value>{value}</espi:value>\n</espi:IntervalReading>",
                    code(*quality)
                );
            }
            content.push_str("</espi:IntervalBlock>\n");
            let up = format!("{own}/IntervalBlock");
            self.entry(&format!("{up}/{nth}"), &up, &[], "", &content);
        }
        Ok(())
    }
}

/// The schema's unit for ours (UnitSymbolKind), and the power of ten from it to ours.
fn uom(unit: Unit) -> Option<(i64, i32)> {
    match unit {
        Unit::Kwh => Some((72, 3)),
        Unit::Kvarh => Some((73, 3)),
        Unit::Kw => Some((38, 3)),
        Unit::Kvar => Some((63, 3)),
        Unit::Kva => Some((61, 3)),
        Unit::Therm => Some((169, 0)),
        Unit::Ccf => Some((119, 2)),
        Unit::Gal => Some((128, 0)),
        Unit::Kgal => Some((128, 3)),
        Unit::M3 => Some((42, 0)),
        Unit::Bill | Unit::Day | Unit::Month | Unit::Piece => None,
    }
}

/// The largest power of ten of the schema with which every value is whole.
fn multiplier(it: &Series, base: i32) -> i32 {
    let fits = |power: &i32| {
        it.values.iter().all(|(_, micro, _)| whole(*micro, base - 6 - power).is_some())
    };
    [0, -1, -2, -3].into_iter().find(fits).unwrap_or(-6)
}

/// Millionths times ten to the `places`; `None` where that is no whole number.
fn whole(micro: i64, places: i32) -> Option<i64> {
    let power = 10_i64.checked_pow(places.unsigned_abs())?;
    if 0 <= places {
        return micro.checked_mul(power);
    }
    (micro.rem_euclid(power) == 0).then(|| micro.div_euclid(power))
}

/// QualityOfReading for our letters.
fn code(quality: Quality) -> i64 {
    match quality {
        Quality::ACTUAL => 17,
        Quality::ESTIMATED => 8,
        Quality::SUBSTITUTED | Quality::FINAL => 7,
        Quality::DOUBTED => 10,
        _ => 16,
    }
}

/// A name that is the same for the same resource each time: two FNV hashes as a version 8 UUID.
fn uuid(of: &str) -> String {
    let hash = |seed: u64| {
        of.bytes()
            .fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let (high, low) = (hash(0xcbf2_9ce4_8422_2325), hash(0x9ae1_6a3b_2f90_404f));
    format!(
        "urn:uuid:{:08x}-{:04x}-8{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

/// Gathers what a reader finds as series of a feed, in our units.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What was gathered.
    pub series: Vec<Series>,
    /// Where the clocks of the file stand, in seconds east of UTC.
    pub east: i32,
    places: Vec<Option<usize>>,
    /// What cannot be in a feed, and why.
    pub left: Vec<String>,
}

impl Gathered {
    fn place(&mut self, at: usize, channel: &Channel) -> Option<usize> {
        if let Some(place) = self.places.get(at) {
            return *place;
        }
        let unit = channel.measure.unit().filter(|it| uom(*it).is_some());
        let place = unit.map(|unit| {
            let (point, flow, seconds) = (channel.id.clone(), channel.flow, channel.seconds);
            self.series.push(Series { point, unit, flow, seconds, values: Vec::new() });
            self.series.len() - 1
        });
        if place.is_none() {
            let name =
                if channel.measure.name.is_empty() { "no unit" } else { &channel.measure.name };
            self.left.push(format!("{}: {name} is no unit that we bill", channel.id));
        }
        if let Clock::East(east) = channel.clock {
            self.east = east;
        }
        self.places.push(place);
        place
    }

    fn add(&mut self, place: usize, at: i64, channel: &Channel, micro: i64, quality: Quality) {
        let ours = channel.measure.in_ours(i128::from(micro));
        let micro = ours.and_then(|it| i64::try_from(it.1).ok());
        if let Some(micro) = micro {
            self.series[place].values.push((at, micro, quality));
        }
    }
}

impl Find for Gathered {
    fn values(&mut self, _: u64, at: usize, channel: &Channel, start: i64, values: &[Value]) {
        let Some(place) = self.place(at, channel) else { return };
        let step = i64::from(channel.seconds.unwrap_or(0));
        for (nth, value) in (0_i64..).zip(values) {
            if let Some(micro) = value.micro {
                self.add(place, start + nth * step, channel, micro, value.quality);
            }
        }
    }

    fn register(&mut self, _: u64, at: usize, channel: &Channel, read: Register) {
        let Some(place) = self.place(at, channel) else { return };
        if let Some(micro) = read.index_micro {
            self.add(place, read.at, channel, micro, read.quality);
        }
    }

    fn note(&mut self, _: u64, _: String) {}
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotWritten::Nothing => f.write_str("there is no value that a feed could have"),
            NotWritten::NoUnit(unit) => {
                write!(f, "Green Button has no unit for {unit}; leave that channel out")
            }
            NotWritten::TooLarge { point } => {
                write!(f, "a value of {point} is more than Green Button can say; check its unit")
            }
        }
    }
}

impl std::error::Error for NotWritten {}

//! Files of reads: which shape they have, and what every row says.
//!
//! A shape turns bytes into [`Row`]s and rejects one line at a time; which meter and channel a row
//! means is decided by whoever knows the meters.

mod clock;
mod cmep;
pub(crate) mod columns;
mod decimal;
mod feed;
pub mod found;
mod give_back;
pub mod green_button;
mod in_rows;
mod long;
pub mod measure;
mod nem12;
pub mod profile;
mod registers;
mod unpack;
pub(crate) mod when;
mod wide;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::currency::Currency;
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use meterbook_core::period::Zone;
use meterbook_core::reads::ReadKind;

pub use cmep::read as read_cmep;
pub use give_back::{csv_fields, csv_lines};
pub(crate) use green_button::channels as read_green_button;
pub use nem12::read as read_nem12;
pub(crate) use unpack::looked_at;
pub use unpack::unpacked;

/// What a file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// CSV with one interval value a line.
    Long,
    /// CSV with one meter and day a line, a column for each interval.
    Wide,
    /// CSV with one register read a line.
    Registers,
    /// Green Button: an Atom feed of the Energy Services Provider Interface (NAESB REQ.21).
    GreenButton,
    /// NEM12 or NEM13: interval or accumulated data of the Australian market.
    Nem12,
    /// CMEP: the California Metering Exchange Protocol.
    Cmep,
}

impl Shape {
    /// All of them.
    const ALL: [Shape; 6] =
        [Shape::Long, Shape::Wide, Shape::Registers, Shape::GreenButton, Shape::Nem12, Shape::Cmep];

    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Shape::Long => "long",
            Shape::Wide => "wide",
            Shape::Registers => "registers",
            Shape::GreenButton => "green-button",
            Shape::Nem12 => "nem12",
            Shape::Cmep => "cmep",
        }
    }

    /// The shape of this word.
    pub fn from_word(word: &str) -> Option<Shape> {
        Shape::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// What a line says of a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number on the meter's face.
    pub meter: String,
    /// Its unit, where the line says so.
    pub unit: Option<Unit>,
    /// Which way, where the line says so.
    pub flow: Option<Flow>,
    /// What it says.
    pub said: Said,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Interval values, one after the other; `None` where one is missing.
    Intervals {
        /// The instant at which the first begins.
        start: Timestamp,
        /// Their length, where the file says so.
        minutes: Option<u16>,
        /// Millionths of the unit.
        micro: Vec<Option<i64>>,
        /// Whether they are estimates.
        estimated: bool,
    },
    /// A register's index.
    Register {
        /// The day at whose start it stood so.
        on: Date,
        /// Millionths of the unit.
        index_micro: i64,
        /// How it is known.
        kind: ReadKind,
    },
}

/// Why a file is not read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// Nothing is in it.
    Empty,
    /// It is no shape that we know.
    UnknownShape,
    /// It is text of another encoding.
    Utf16,
    /// It is a message of a bank.
    Message {
        /// Which one of ISO 20022, with its version.
        name: String,
    },
    /// It would be a shape that we know if something else stood between its fields.
    Divided {
        /// What stands there.
        by: char,
    },
    /// There is a header, and not one line below it.
    SaysNothing,
    /// A column is missing.
    NoColumn {
        /// What it should be called.
        column: &'static str,
    },
    /// The value columns of a wide file do not make a day.
    NotADay {
        /// How many there are.
        columns: usize,
    },
    /// No column says what its prices are for.
    NoPrices,
    /// Several do.
    SeveralPrices,
    /// A column says that its prices are in another currency than bills.
    OtherCurrency {
        /// What it is called.
        column: String,
        /// What bills are in.
        bills: Currency,
    },
    /// A line begins within an interval, and no column says how long one is.
    Within {
        /// The line.
        line: u64,
    },
    /// It is not UTF-8.
    NotText {
        /// The line.
        line: u64,
    },
    /// A quote in a CSV file does not close on the line on which it opens.
    OpenQuote {
        /// That line.
        line: u64,
    },
    /// It is no XML, or ends in the middle.
    NotXml {
        /// Where and why.
        why: String,
    },
    /// There are no interval values in it.
    NoValues,
    /// There is no reading in a Green Button feed.
    NoReadings {
        /// What is in it instead.
        holds: String,
    },
    /// A line is longer than any line of reads.
    LongLine {
        /// The line.
        line: u64,
    },
    /// Reading it ended with a failure.
    Broken {
        /// The line.
        line: u64,
        /// What failed.
        why: String,
    },
    /// A line breaks the rules of the format, so that what stands around it cannot be trusted.
    Line {
        /// The line.
        line: u64,
        /// What is wrong, and what should be there.
        why: String,
    },
    /// It is packed, and not as one file.
    NotOneFile {
        /// What is wrong.
        why: String,
    },
}

/// What a shape finds in a file, line by line. Each line comes with its number, from 1, and its
/// fields as they were, so that a reject can be written down in the same shape.
pub trait Lines {
    /// A line that says something.
    fn row(&mut self, line: u64, fields: &[&str], row: Row);
    /// A line that says several values that follow each other; `fields` are those of a row of one.
    fn rows(&mut self, line: u64, row: Row, fields: &dyn Fn(&Row) -> Vec<String>) {
        one_by_one(self, line, row, fields);
    }
    /// A line that does not, and why.
    fn reject(&mut self, line: u64, fields: &[&str], reason: String);
}

/// Hands over the values of a row one by one, each with its own fields.
pub fn one_by_one<L: Lines + ?Sized>(
    lines: &mut L,
    line: u64,
    row: Row,
    fields: &dyn Fn(&Row) -> Vec<String>,
) {
    let Row { meter, unit, flow, said } = row;
    let Said::Intervals { start, minutes, micro, estimated } = said else { return };
    let step = i64::from(minutes.unwrap_or(0)) * 60;
    for (nth, micro) in (0_i64..).zip(micro) {
        let at = start.checked_add(jiff::SignedDuration::from_secs(nth * step));
        let (Ok(start), Some(_)) = (at, micro) else { continue };
        let said = Said::Intervals { start, minutes, micro: vec![micro], estimated };
        let row = Row { meter: meter.clone(), unit, flow, said };
        let fields = fields(&row);
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        lines.row(line, &fields, row);
    }
}

/// Which message of ISO 20022 it is, if it is one.
fn message(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text.get(..4_000).unwrap_or(text));
    let (_, name) = text.split_once("iso:20022:tech:xsd:")?;
    let ends = |it: char| !it.is_ascii_alphanumeric() && it != '.';
    name.split(ends).next().map(str::to_owned)
}

/// The shape of a file, by its first bytes.
pub fn shape_of(bytes: &[u8]) -> Result<Shape, NotRead> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = bytes.trim_ascii_start();
    if text.is_empty() {
        return Err(NotRead::Empty);
    }
    // Text of one-byte characters has no zeros; of two-byte ones every other byte is one.
    if bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || text[1..].starts_with(b"\0")
    {
        return Err(NotRead::Utf16);
    }
    if text.starts_with(b"<") {
        return match message(text) {
            Some(name) => Err(NotRead::Message { name }),
            None => Ok(Shape::GreenButton),
        };
    }
    let header = text.split(|it| matches!(it, b'\n' | b'\r')).next().unwrap_or_default();
    if nem12::begins(header) {
        return Ok(Shape::Nem12);
    }
    if cmep::begins(header) {
        return Ok(Shape::Cmep);
    }
    let header = String::from_utf8_lossy(header).to_lowercase();
    let by = |mark: char| {
        let header: Vec<&str> = header.split(mark).map(|it| it.trim().trim_matches('"')).collect();
        columns::shape(&header)
    };
    let other = || [';', '\t', '|'].into_iter().find(|it| by(*it).is_some());
    by(',').ok_or_else(|| other().map_or(NotRead::UnknownShape, |by| NotRead::Divided { by }))
}

/// The header of a CSV file, for the file of its rejects.
pub fn header_of(bytes: &[u8], shape: Shape) -> Vec<String> {
    if matches!(shape, Shape::GreenButton | Shape::Nem12 | Shape::Cmep) {
        return green_button::HEADER.map(str::to_owned).to_vec();
    }
    let mut reader = columns::reader(bytes);
    let header = reader.headers().cloned().unwrap_or_default();
    header.iter().map(|it| it.trim().to_owned()).collect()
}

/// Reads a whole file as its profile tells. Times are those of the profile's zone, else of `zone`; a
/// line that cannot be read is rejected as it is.
pub fn read_by_profile(
    bytes: &[u8],
    profile: &profile::Profile,
    zone: &Zone,
    meter: Option<&str>,
    lines: &mut dyn Lines,
) -> Result<(), NotRead> {
    in_rows::by_profile(bytes, profile, (zone, meter), lines)
}

/// The header of what comes back of a file that a profile tells: of registers or of values, by its
/// names an import knows it.
pub fn header_by_profile(profile: &profile::Profile) -> Vec<String> {
    in_rows::header(profile)
}

/// Reads a whole file. Civil times without an offset are those of `zone`; `meter` is the meter of a
/// Green Button file that calls it something else.
pub fn read(
    bytes: &[u8],
    shape: Shape,
    zone: &Zone,
    meter: Option<&str>,
    lines: &mut dyn Lines,
) -> Result<(), NotRead> {
    match shape {
        Shape::Long => long::read(bytes, zone, lines),
        Shape::Wide => wide::read(bytes, zone, lines),
        Shape::Registers => registers::read(bytes, lines),
        Shape::GreenButton => green_button::read(bytes, meter, lines),
        Shape::Nem12 => in_rows::read(bytes, meter, lines, nem12::read),
        Shape::Cmep => {
            in_rows::read(bytes, meter, lines, |from, find| cmep::read(from, Some(zone), find))
        }
    }
}

impl NotRead {
    /// The line that it is about; the first where it is about all of them.
    pub fn line(&self) -> u64 {
        match self {
            NotRead::Within { line }
            | NotRead::NotText { line }
            | NotRead::OpenQuote { line }
            | NotRead::LongLine { line }
            | NotRead::Broken { line, .. }
            | NotRead::Line { line, .. } => *line,
            _ => 1,
        }
    }
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotRead::Empty => f.write_str("the file is empty"),
            NotRead::UnknownShape => f.write_str(
                "the file is neither Green Button XML, NEM12, CMEP nor CSV with a header we know; a header is \
                 meter,start,value or meter,date,00:00,01:00,… or meter,date,index",
            ),
            NotRead::Utf16 => f.write_str(
                "the file is UTF-16, as some programs save \"Unicode text\"; save it as UTF-8 (in a \
                 spreadsheet: CSV UTF-8)",
            ),
            NotRead::Message { name } => write!(
                f,
                "it is the message {name} of a bank, and no reads are in it; of such messages pain.008, \
                 pain.002, camt.053 and camt.054 can be taken in"
            ),
            NotRead::Divided { by } => {
                let by = if *by == '\t' { "tabs".to_owned() } else { format!("a {by}") };
                write!(
                    f,
                    "between the fields of the file stand {by} and no commas; save it with commas and \
                     decimal points, or say how it is laid out in a profile (meterbook profile)"
                )
            }
            NotRead::SaysNothing => f.write_str(
                "there is neither a read nor a value in the file; check that it is the right one",
            ),
            NotRead::NoColumn { column } => {
                write!(f, "the file has no column {column}; name it so in the header")
            }
            NotRead::NotADay { columns } => write!(
                f,
                "{columns} value columns make no day of 5, 15, 30 or 60 minutes; label them 00:00, \
                 00:15 and so on, or number them from 1"
            ),
            NotRead::NoPrices => f.write_str(
                "the file does not say what its prices are for; call their column price_per_kwh or \
                 price_per_mwh",
            ),
            NotRead::SeveralPrices => f.write_str(
                "the file has several columns of prices; leave one of price_per_kwh and \
                 price_per_mwh",
            ),
            NotRead::OtherCurrency { column, bills } => write!(
                f,
                "the prices of column {column} are in another currency, and bills are in {bills}; convert them, and \
                 call the column {bills}/kWh or {bills}/MWh"
            ),
            NotRead::Within { line } => write!(
                f,
                "line {line} does not begin on a full hour; say how long the intervals are in a \
                 column minutes"
            ),
            NotRead::NotText { line } => {
                write!(f, "line {line} is not UTF-8 text; save the file as UTF-8")
            }
            NotRead::OpenQuote { line } => write!(
                f,
                "line {line} opens a quote (\") that does not close on that line, so what follows \
                 would be lost in it; close the quote or take it away"
            ),
            NotRead::NotXml { why } => write!(f, "the file is no whole XML document: {why}"),
            NotRead::NoValues => f.write_str("there is no interval value in the file"),
            NotRead::NoReadings { holds } => write!(
                f,
                "there is no interval reading in the feed; it holds {holds}; ask for the feed with its interval blocks"
            ),
            NotRead::LongLine { line } => write!(
                f,
                "line {line} is longer than any line of reads; check that it is the right file"
            ),
            NotRead::Broken { line, why } => {
                write!(f, "the file cannot be read past line {line}: {why}")
            }
            NotRead::Line { line, why } => write!(f, "line {line}: {why}"),
            NotRead::NotOneFile { why } => {
                write!(f, "the packed file is not taken: {why}; unpack it and give each file alone")
            }
        }
    }
}

impl std::error::Error for NotRead {}

#[cfg(test)]
mod tests;

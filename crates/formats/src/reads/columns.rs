//! The columns of a CSV file, found by their names.

use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use meterbook_core::reads::ReadKind;
use meterbook_core::text::scaled;

use super::{Lines, NotRead, Shape};

/// What columns may be called, in small letters; the first name is the one that errors say.
pub(super) const METER: &[&str] = &["meter", "meter_number", "meter number", "meter_id", "serial"];
pub(crate) const START: &[&str] =
    &["start", "interval_start", "interval start", "timestamp", "datetime", "time"];
pub(super) const VALUE: &[&str] = &["value", "usage", "kwh", "consumption", "quantity"];
pub(crate) const DATE: &[&str] = &["date", "day", "read_on", "read date", "read_date"];
pub(super) const INDEX: &[&str] = &["index", "reading", "read", "register"];
pub(super) const UNIT: &[&str] = &["unit", "uom"];
pub(super) const FLOW: &[&str] = &["flow", "direction"];
pub(super) const KIND: &[&str] = &["kind", "quality", "read_type", "status"];
pub(crate) const MINUTES: &[&str] = &["minutes", "interval_minutes", "interval minutes"];
/// The column that a file of rejects has at its end; it is not read.
pub(super) const REASON: &str = "reject_reason";

/// The shape that a header is of.
pub(super) fn shape(header: &[&str]) -> Option<Shape> {
    let has = |names: &[&str]| header.iter().any(|it| names.contains(it));
    if !has(METER) {
        return None;
    }
    if has(START) && has(VALUE) {
        return Some(Shape::Long);
    }
    if has(DATE) && has(INDEX) {
        return Some(Shape::Registers);
    }
    has(DATE).then_some(Shape::Wide)
}

/// A reader that takes lines of any length, so that a short one is a reject and no end.
pub(crate) fn reader(bytes: &[u8]) -> Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(after_mark(bytes))
}

/// The file without the mark that some programs put before UTF-8.
fn after_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The header; it is one line.
pub(crate) fn header(bytes: &[u8]) -> Result<StringRecord, NotRead> {
    let mut reader = reader(bytes);
    let header = reader.headers().map_err(|_| NotRead::NotText { line: 1 })?.clone();
    let begins = header.position().map_or(0, csv::Position::byte);
    let mut place = Place { bytes: after_mark(bytes), seen: 0, line: 1 };
    let line = place.line_at(begins);
    place.one_line(begins, reader.position().byte(), line)?;
    Ok(header)
}

/// Where the named column is.
pub(crate) fn find(header: &StringRecord, names: &[&str]) -> Option<usize> {
    header.iter().position(|it| names.contains(&it.to_lowercase().as_str()))
}

/// Where the named column is; a file without it is not read.
pub(crate) fn need(
    header: &StringRecord,
    names: &'static [&'static str],
) -> Result<usize, NotRead> {
    find(header, names).ok_or(NotRead::NoColumn { column: names[0] })
}

/// Shows every line of a file to `take`, which says why it is no good when it is not.
pub(super) fn each(
    bytes: &[u8],
    lines: &mut dyn Lines,
    mut take: impl FnMut(&mut dyn Lines, u64, &StringRecord) -> Result<(), String>,
) -> Result<(), NotRead> {
    records(bytes, |line, record, whole| {
        let why = whole.and_then(|()| take(lines, line, record));
        if let Err(reason) = why {
            let fields: Vec<&str> = record.iter().collect();
            lines.reject(line, &fields, reason);
        }
    })
}

/// Shows every line of a file to `take`, and whether it has as many fields as the header.
pub(crate) fn records(
    bytes: &[u8],
    mut take: impl FnMut(u64, &StringRecord, Result<(), String>),
) -> Result<(), NotRead> {
    let mut reader = reader(bytes);
    let width = reader.headers().map_err(|_| NotRead::NotText { line: 1 })?.len();
    let mut record = StringRecord::new();
    let mut place = Place { bytes: after_mark(bytes), seen: 0, line: 1 };
    loop {
        let begins = reader.position().byte();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => return Err(NotRead::NotText { line: place.line_at(begins) }),
        }
        let begins = record.position().map_or(begins, csv::Position::byte);
        let line = place.line_at(begins);
        place.one_line(begins, reader.position().byte(), line)?;
        let fields = record.len();
        let whole = if fields == width {
            Ok(())
        } else {
            Err(format!(
                "the line has {fields} fields and the header {width}; a value with a comma goes in quotes"
            ))
        };
        take(line, &record, whole);
    }
}

/// Which line a byte is on. The reader stands before the line feed of a line that ends in two
/// characters, so its own count is one short there.
struct Place<'a> {
    bytes: &'a [u8],
    seen: usize,
    line: u64,
}

impl Place<'_> {
    fn line_at(&mut self, byte: u64) -> u64 {
        let mut at = usize::try_from(byte).unwrap_or(usize::MAX).min(self.bytes.len());
        while self.bytes.get(at).is_some_and(|it| matches!(it, b'\r' | b'\n')) {
            at += 1;
        }
        let passed = self.bytes.get(self.seen..at).unwrap_or_default();
        self.line += passed.iter().filter(|it| **it == b'\n').map(|_| 1_u64).sum::<u64>();
        self.seen = at.max(self.seen);
        self.line
    }
}

impl Place<'_> {
    /// Refuses a record that goes on past its line: a quote is open, and the lines after it would
    /// be a part of one field, without a word.
    fn one_line(&self, begins: u64, ends: u64, line: u64) -> Result<(), NotRead> {
        let at = |it: u64| usize::try_from(it).unwrap_or(usize::MAX).min(self.bytes.len());
        let record = self.bytes.get(at(begins)..at(ends)).unwrap_or_default();
        let is_break = |it: &u8| matches!(it, b'\r' | b'\n');
        let first = record.iter().position(|it| !is_break(it)).unwrap_or(record.len());
        let last = record.iter().rposition(|it| !is_break(it)).map_or(first, |it| it + 1);
        let record = &record[first..last];
        let open = record.iter().any(is_break) || (record.contains(&b'"') && is_open(record));
        if open { Err(NotRead::OpenQuote { line }) } else { Ok(()) }
    }
}

/// Whether a line ends inside of a quote. A quote opens where a field begins; inside of it two are
/// one letter.
fn is_open(line: &[u8]) -> bool {
    let (mut begins, mut open) = (true, false);
    let mut letters = line.iter().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            b'"' if open => open = letters.next_if_eq(&&b'"').is_some(),
            b'"' if begins => open = true,
            _ => {}
        }
        begins = *letter == b',' && !open;
    }
    open
}

/// The field of a column that may not be there.
pub(crate) fn field(record: &StringRecord, column: Option<usize>) -> Option<&str> {
    column.and_then(|it| record.get(it)).filter(|it| !it.is_empty())
}

/// The meter's number.
pub(super) fn meter(record: &StringRecord, column: usize) -> Result<String, String> {
    match field(record, Some(column)) {
        Some(meter) => Ok(meter.to_owned()),
        None => Err("the line names no meter".to_owned()),
    }
}

/// The unit, where the line says one.
pub(crate) fn unit(record: &StringRecord, column: Option<usize>) -> Result<Option<Unit>, String> {
    let Some(word) = field(record, column) else { return Ok(None) };
    let unit = Unit::ALL.iter().find(|it| it.word().eq_ignore_ascii_case(word));
    match unit {
        Some(unit) => Ok(Some(*unit)),
        None => Err(format!(
            "{word} is no unit of a meter; write kWh, kvarh, CCF, therm, kgal, gal or m3"
        )),
    }
}

/// Which way, where the line says so.
pub(crate) fn flow(record: &StringRecord, column: Option<usize>) -> Result<Option<Flow>, String> {
    let Some(word) = field(record, column) else { return Ok(None) };
    Flow::from_word(&word.to_lowercase())
        .map(Some)
        .ok_or_else(|| format!("{word} is no flow; write delivered, received or reactive"))
}

/// How it is known; actual where the line does not say.
pub(super) fn kind(record: &StringRecord, column: Option<usize>) -> Result<ReadKind, String> {
    let Some(word) = field(record, column) else { return Ok(ReadKind::Actual) };
    let word = word.to_lowercase();
    let letter = |it: &&ReadKind| it.letter().to_lowercase().to_string() == word;
    ReadKind::from_word(&word)
        .or_else(|| ReadKind::ALL.iter().find(letter).copied())
        .ok_or_else(|| format!("{word} is no kind of read; write actual, estimated or customer"))
}

/// How long an interval is, where the line says so.
pub(crate) fn minutes(record: &StringRecord, column: Option<usize>) -> Result<Option<u16>, String> {
    let Some(text) = field(record, column) else { return Ok(None) };
    match text.parse() {
        Ok(minutes @ (5 | 15 | 30 | 60)) => Ok(Some(minutes)),
        _ => Err(format!("intervals have 5, 15, 30 or 60 minutes, not {text}")),
    }
}

/// A number in millionths, also as databases write it out: `.5`, and with zeros behind the sixth decimal.
fn micro(text: &str) -> Option<i64> {
    scaled(text, 6).or_else(|| {
        let (whole, part) = text.split_once('.').filter(|it| !it.1.is_empty())?;
        let whole = match whole {
            "" => "0",
            "-" => "-0",
            whole => whole,
        };
        scaled(&format!("{whole}.{}", part.trim_end_matches('0')), 6)
    })
}

/// A value that is not below zero, in millionths.
pub(crate) fn value(text: &str) -> Result<i64, String> {
    match micro(text) {
        Some(micro) if 0 <= micro => Ok(micro),
        Some(_) => {
            Err(format!("{text} is below zero; what flows back goes in a line with flow received"))
        }
        None => Err(format!("{text} is no number with at most six decimals, written like 1204.5")),
    }
}

//! Reading a NACHA file: record after record, into batches and entries.

use jiff::civil::Date;
use meterbook_core::money::Money;

use super::super::Faults;
use super::super::records::{Record, cut, plain};
use super::codes::CLASSES;
use super::{Addenda, BLOCK, Batch, Entry, File, Header, RECORD, check, control, international};

/// Whether bytes mean to be such a file: a header with the sizes of its records, or, where that is
/// missing, a batch or an entry as long as one.
pub fn begins(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let line = head.split(|it| matches!(it, b'\n' | b'\r')).next().unwrap_or_default();
    let digits = |from: usize, to: usize| {
        line.get(from..to).is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    let whole = (RECORD - 1..=RECORD + 1).contains(&line.trim_ascii_end().len());
    let says = |from: usize, what: &[u8]| line.get(from..from + what.len()) == Some(what);
    match line.first() {
        // One column more or less, or one wrong size, is a file to refuse with the reason, not an
        // unknown one.
        Some(b'1') => {
            let sizes = line.get(30..line.len().min(46)).unwrap_or_default();
            sizes.windows(6).any(|it| it == b"094101")
                || line.starts_with(b"101 ") && whole
                || line.starts_with(b"101")
                    && digits(23, 29)
                    && (says(34, b"094") || says(37, b"101"))
        }
        Some(b'5') => {
            let services: [&[u8]; 4] = [b"200", b"220", b"225", b"280"];
            let class = CLASSES.iter().any(|it| says(50, it.as_bytes()));
            (whole || class) && services.iter().any(|it| line[1..].starts_with(it))
        }
        Some(b'6') => whole && digits(1, 12) && digits(RECORD - 15, RECORD),
        _ => false,
    }
}

/// Reads a file as a whole. It stops at nothing: what is wrong is in the faults of what it gives.
pub fn read(bytes: &[u8]) -> File {
    let mut reader = Reader::default();
    let records = cut(bytes, RECORD, &mut reader.file.faults);
    for (line, bytes) in &records {
        reader.take(*line, bytes);
    }
    let last = records.last().map_or(1, |it| it.0);
    reader.end(last)
}

#[derive(Default)]
struct Reader {
    file: File,
    /// Whether a batch was opened and not closed.
    open: bool,
    /// Whether the file was closed.
    closed: bool,
    /// Records, those of nines among them.
    records: usize,
    /// The record 9, to compare with when all is read.
    control: Option<(u64, String)>,
}

impl Reader {
    fn take(&mut self, line: u64, bytes: &[u8]) {
        self.records += 1;
        let faults = &mut self.file.faults;
        let trimmed = bytes.trim_ascii_end();
        if trimmed.iter().all(|it| *it == b'9') {
            if trimmed.len() != RECORD {
                faults.note(
                    line,
                    format!(
                        "{} nines fill the block; a record has {RECORD} columns",
                        trimmed.len()
                    ),
                );
            }
            return;
        }
        let (text, beyond) = plain(bytes);
        if bytes.iter().any(u8::is_ascii_control) {
            faults.refuse(
                line,
                "there is a tab or another control character in it; blanks fill the columns",
            );
        } else if !beyond.is_empty() && international::names(&text) {
            faults.refuse(
                line,
                "there are letters beyond ASCII in it; banks look up whose an international entry is, and take plain letters only",
            );
        } else if beyond.into_iter().any(|it| !is_name(&text, it)) {
            faults.note(line, "there are letters beyond ASCII in it; each is read as ?");
        }
        let text = padded(line, text, faults);
        let record = Record::new(line, &text);
        if self.closed {
            faults.refuse(line, "a record follows the file control (9); a file ends with it");
        }
        match record.columns(1, 1) {
            "1" => self.header(record),
            "5" => self.batch(record),
            "6" => self.entry(record),
            "7" => self.addenda(record),
            "8" => self.batch_control(record),
            "9" => {
                if self.open {
                    faults.refuse(line, "the file is closed while a batch is open; its batch control (8) is missing");
                    self.open = false;
                }
                self.closed = true;
                self.control = Some((line, text));
            }
            other => faults.refuse(
                line,
                format!("a record {other} is not known; records begin with 1, 5, 6, 7, 8 or 9"),
            ),
        }
    }

    fn header(&mut self, record: Record<'_>) {
        let faults = &mut self.file.faults;
        if self.file.header.is_some() {
            faults.refuse(record.line, "a second file header (1); one file begins and ends once");
            return;
        }
        if !self.file.batches.is_empty() {
            faults.refuse(record.line, "the file header (1) is not the first record");
        }
        check::header(record, faults);
        self.file.header = Some(Header {
            destination: record.text(4, 13).to_owned(),
            origin: record.text(14, 23).to_owned(),
            made: day(record.columns(24, 29)),
            modifier: record.text(34, 34).to_owned(),
        });
    }

    fn batch(&mut self, record: Record<'_>) {
        let faults = &mut self.file.faults;
        if self.open {
            faults.refuse(
                record.line,
                "a batch begins in a batch; the batch control (8) of the one before is missing",
            );
        }
        let class = record.text(51, 53);
        let batch = Batch {
            line: record.line,
            service_class: record.number(2, 4).unwrap_or(-1),
            company: record.text(5, 20).to_owned(),
            company_id: record.text(41, 50).to_owned(),
            class: class.to_owned(),
            description: record.text(54, 63).to_owned(),
            effective: day(record.columns(70, 75)),
            odfi: record.columns(80, 87).to_owned(),
            number: record.columns(88, 94).to_owned(),
            international: class == "IAT" || record.text(5, 20) == "IATCOR",
            entries: Vec::new(),
        };
        check::batch(&batch, record, faults);
        self.file.batches.push(batch);
        self.open = true;
    }

    /// The batch that is open. Entries outside of any are kept in one without a header, so that
    /// what they say is not lost.
    fn current(&mut self, line: u64) -> &mut Batch {
        if !self.open {
            let what = "an entry outside of a batch; its batch header (5) is missing";
            self.file.faults.refuse(line, what);
            self.file.batches.push(Batch { line, ..Batch::default() });
            self.open = true;
        }
        self.file.batches.last_mut().expect("a batch was opened above or before")
    }

    fn entry(&mut self, record: Record<'_>) {
        let batch = self.current(record.line);
        let advice = batch.class == "ADV";
        let amount = if advice { (28, 39) } else { (30, 39) };
        let amount = record.number(amount.0, amount.1);
        let account = match (advice, batch.international) {
            (true, _) => (13, 27),
            (_, true) => (40, 74),
            _ => (13, 29),
        };
        let (id, name) = match (advice, batch.international, batch.class.as_str()) {
            (true, ..) => ((49, 53), (55, 76)),
            (_, true, _) => ((75, 75), (75, 75)),
            (.., "CIE") => ((55, 76), (40, 54)),
            (.., "CTX" | "ATX" | "TRX") => ((40, 54), (59, 74)),
            _ => ((40, 54), (55, 76)),
        };
        let entry = Entry {
            line: record.line,
            code: record.number(2, 3).and_then(|it| u8::try_from(it).ok()).unwrap_or(0),
            routing: record.columns(4, 12).to_owned(),
            account: record.text(account.0, account.1).to_owned(),
            amount: Money::from_cents(amount.unwrap_or(0)),
            id: record.text(id.0, id.1).to_owned(),
            name: record.text(name.0, name.1).to_owned(),
            counted: match batch.class.as_str() {
                "CTX" | "ATX" | "TRX" => Some(record.text(55, 58).to_owned()),
                _ => None,
            },
            indicator: record.columns(79, 79).to_owned(),
            trace: record.columns(80, 94).to_owned(),
            addenda: Vec::new(),
        };
        let class = batch.class.clone();
        batch.entries.push(entry);
        let faults = &mut self.file.faults;
        if amount.is_none() {
            faults.refuse(record.line, "the amount is no number; it is cents, in digits");
        }
        let entry = self.file.batches.last().and_then(|it| it.entries.last());
        if let Some(entry) = entry {
            check::entry(&class, entry, faults);
        }
    }

    fn addenda(&mut self, record: Record<'_>) {
        let batch = if self.open { self.file.batches.last_mut() } else { None };
        let Some(entry) = batch.and_then(|it| it.entries.last_mut()) else {
            let what = "an addenda (7) without an entry (6) before it";
            self.file.faults.refuse(record.line, what);
            return;
        };
        entry.addenda.push(Addenda {
            line: record.line,
            kind: record.columns(2, 3).to_owned(),
            text: record.columns(1, RECORD).to_owned(),
        });
    }

    fn batch_control(&mut self, record: Record<'_>) {
        if !self.open {
            let what = "a batch control (8) without a batch header (5) before it";
            self.file.faults.refuse(record.line, what);
            return;
        }
        self.open = false;
        if let Some(batch) = self.file.batches.last() {
            control::batch(batch, record, &mut self.file.faults);
        }
    }

    fn end(mut self, last: u64) -> File {
        let file = &mut self.file;
        if self.records == 0 {
            file.faults.refuse(1, "there is no record in the file");
        } else if file.header.is_none() {
            file.faults.refuse(1, "the file header (1) is missing; a file begins with it");
        }
        if self.open && self.control.is_none() {
            file.faults.refuse(
                last,
                "the file ends while a batch is open; its batch control (8) is missing",
            );
        }
        for batch in &file.batches {
            check::addenda(batch, &mut file.faults);
        }
        match &self.control {
            Some((line, text)) => control::file(
                file_of(file),
                Record::new(*line, text),
                self.records,
                &mut file.faults,
            ),
            None => {
                file.faults.refuse(last, "the file control (9) is missing; the file may be cut off")
            }
        }
        if !self.records.is_multiple_of(BLOCK) {
            let what = format!(
                "{} records fill no blocks of {BLOCK}; lines of nines fill the last one",
                self.records
            );
            file.faults.note(last, what);
        }
        file.faults.in_order();
        self.file
    }
}

/// What the file control is compared with.
fn file_of(file: &File) -> control::Sums {
    let (debit, credit) = file.totals();
    control::Sums {
        batches: file.batches.len(),
        records: file.batches.iter().map(Batch::records).sum(),
        hash: file.batches.iter().map(Batch::hash).sum(),
        debit,
        credit,
        advices: !file.batches.is_empty() && file.batches.iter().all(|it| it.class == "ADV"),
    }
}

/// Whether a column is of a name, which says nothing that is posted: of a bank, a company or a customer.
fn is_name(text: &str, column: usize) -> bool {
    match text.as_bytes().first() {
        Some(b'1') => (41..=86).contains(&column),
        Some(b'5') => (5..=20).contains(&column),
        Some(b'6') => (55..=76).contains(&column),
        _ => false,
    }
}

/// A record with its blanks. They are often trimmed off at the end; elsewhere nothing is optional.
fn padded(line: u64, mut text: String, faults: &mut Faults) -> String {
    let long = text.len();
    if long == RECORD {
        return text;
    }
    let trimmed = text.trim_end().len();
    let least = match text.as_bytes().first() {
        Some(b'1') => 40,
        Some(b'9') => 55,
        _ => RECORD,
    };
    if trimmed < least || RECORD < trimmed {
        faults.refuse(line, format!("it has {long} columns; a record has {RECORD}"));
    } else if RECORD < long {
        faults.note(line, format!("it has {long} columns; the blanks beyond {RECORD} are cut off"));
    } else {
        faults.note(line, format!("it has {long} columns; read as if blanks filled its {RECORD}"));
    }
    text.truncate(RECORD);
    format!("{text:<RECORD$}")
}

/// A day as YYMMDD of this century.
pub(in crate::payments) fn day(text: &str) -> Option<Date> {
    let number = |at: usize| text.get(at..at + 2)?.parse::<i8>().ok().filter(|it| 0 <= *it);
    if !text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    Date::new(2000 + i16::from(number(0)?), number(2)?, number(4)?).ok()
}

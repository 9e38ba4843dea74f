//! BAI lockbox: cheques that a bank opened, banked and keyed (Bank Administration Institute's layout,
//! fixed columns, records of 80 and more).
//!
//! 1 opens the file, 2 says what service it is, 5 opens a batch of a lockbox, 6 is a cheque, 4 goes
//! on with what came with it, 7 closes the batch, 8 the lockbox, 9 the file. What stands in a detail
//! beyond the cheque is agreed with each bank; the columns of [`Layout`] say where, and
//! [`Layout::TYPICAL`] is how most have it. Counts and totals are compared with what was read; a record
//! may only be missing where the layout says that the bank never writes it.

use jiff::civil::Date;
use meterbook_core::money::Money;

use super::records::{Record, cut, lines, plain};
use super::{Faults, plus};

/// Columns from 1, both ends counted.
type Columns = (usize, usize);

/// Where numbers, cheques, what came with them and totals stand: this differs from bank to bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Of a header (5), a detail (6) and a total (7): the number of the batch.
    pub batch: Columns,
    /// Of a detail (6) and an overflow (4): the number of the cheque in the batch.
    pub item: Columns,
    /// Of a header (5) and a total (8): the lockbox.
    pub lockbox: Columns,
    /// Of a header (5): the day of the deposit.
    pub deposited: Columns,
    /// Of a detail (6): the amount in cents.
    pub amount: Columns,
    /// The routing number of the cheque's bank.
    pub routing: Columns,
    /// The account that it is drawn on.
    pub account: Columns,
    /// The cheque's number.
    pub cheque: Columns,
    /// What was keyed from the slip, often the scanline.
    pub keyed: Columns,
    /// Of an overflow (4): whether it is the last of its cheque.
    pub last: Columns,
    /// Of an overflow (4): what was keyed.
    pub more: Columns,
    /// Of a total (7): how many cheques the batch has.
    pub batch_count: Columns,
    /// What they come to, in cents.
    pub batch_total: Columns,
    /// Of a total (8): how many cheques the lockbox has.
    pub lockbox_count: Columns,
    /// What they come to, in cents.
    pub lockbox_total: Columns,
    /// Of the trailer (9): how many records the file has.
    pub records: Columns,
    /// Which kinds of records the bank never writes, by their digit.
    pub absent: [bool; 10],
}

impl Layout {
    /// How most banks have it.
    pub const TYPICAL: Layout = Layout {
        batch: (2, 4),
        item: (5, 7),
        lockbox: (8, 14),
        deposited: (15, 20),
        amount: (8, 17),
        routing: (18, 26),
        account: (27, 36),
        cheque: (37, 46),
        keyed: (47, 160),
        last: (11, 11),
        more: (12, 160),
        batch_count: (21, 23),
        batch_total: (24, 33),
        lockbox_count: (21, 24),
        lockbox_total: (25, 34),
        records: (2, 7),
        absent: [false; 10],
    };

    /// Whether the bank never writes records of this kind.
    fn lacks(&self, kind: usize) -> bool {
        self.absent.get(kind) == Some(&true)
    }

    /// A field by its word.
    fn field(&mut self, word: &str) -> Option<&mut Columns> {
        Some(match word {
            "batch" => &mut self.batch,
            "item" => &mut self.item,
            "lockbox" => &mut self.lockbox,
            "deposited" => &mut self.deposited,
            "amount" => &mut self.amount,
            "routing" => &mut self.routing,
            "account" => &mut self.account,
            "cheque" => &mut self.cheque,
            "keyed" => &mut self.keyed,
            "last" => &mut self.last,
            "more" => &mut self.more,
            "batch-count" => &mut self.batch_count,
            "batch-total" => &mut self.batch_total,
            "lockbox-count" => &mut self.lockbox_count,
            "lockbox-total" => &mut self.lockbox_total,
            "records" => &mut self.records,
            _ => return None,
        })
    }
}

/// Why a text is no layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotALayout {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

/// What a layout may say.
const WORDS: &str = "batch, item, lockbox, deposited, amount, routing, account, cheque, keyed, last, more, \
    batch-count, batch-total, lockbox-count, lockbox-total, records or without";
/// Columns of the longest record.
const LONGEST: usize = 1_000;
/// How long records may be that have no line ends: 80, 94, 102 and what banks make of it.
const LENGTHS: std::ops::RangeInclusive<usize> = 80..=999;

impl Layout {
    /// Reads a text of lines such as `amount 8-17`; `#` begins a remark. What it leaves out is as most
    /// banks have it. `without 7 9` says which records never come: only then a file is whole without
    /// them, and one that has them is another file.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Layout, NotALayout> {
        let mut layout = Layout::TYPICAL;
        for (line, text) in (1..).zip(text.lines()) {
            let wrong = |what: String| NotALayout { line, what };
            let words: Vec<&str> =
                text.split('#').next().unwrap_or_default().split_whitespace().collect();
            let (word, columns) = match words[..] {
                [] => continue,
                ["without", ref kinds @ ..] => {
                    layout.leave_out(kinds).map_err(wrong)?;
                    continue;
                }
                [word, columns] => (word, columns),
                _ => return Err(wrong("write a line as: amount 8-17".to_owned())),
            };
            let field = layout.field(word).ok_or_else(|| {
                wrong(format!("{word} is nothing of a record; write one of {WORDS}"))
            })?;
            let both = columns.split_once('-').and_then(|(from, to)| {
                let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
                (2 <= from && from <= to && to <= LONGEST).then_some((from, to))
            });
            *field =
                both.ok_or_else(|| wrong(format!("{columns} are no columns; write such as 8-17")))?;
        }
        Ok(layout)
    }

    fn leave_out(&mut self, kinds: &[&str]) -> Result<(), String> {
        for kind in kinds {
            let nth = kind.parse().ok().filter(|it| matches!(it, 1 | 2 | 5 | 7 | 8 | 9));
            let absent = nth.and_then(|it: usize| self.absent.get_mut(it));
            *absent.ok_or_else(|| {
                format!("a record {kind} is always there; write such as without 7 9, of 1, 2, 5, 7, 8 and 9")
            })? = true;
        }
        if kinds.is_empty() {
            return Err("write which records never come, such as without 7 9".to_owned());
        }
        if self.lacks(1) && self.lacks(5) {
            return Err(
                "without 1 and 5 nothing says on which day cheques were banked; leave one of them in"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

impl std::fmt::Display for NotALayout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NotALayout {}

/// A file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// When it was made.
    pub made: Option<Date>,
    /// Its batches, in their order.
    pub batches: Vec<Batch>,
    /// What is wrong with it.
    pub faults: Faults,
}

/// Cheques of one lockbox and day that were banked together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Its line.
    pub line: u64,
    /// Its number.
    pub number: String,
    /// The lockbox.
    pub lockbox: String,
    /// The day of the deposit.
    pub deposited: Option<Date>,
    /// Its cheques.
    pub items: Vec<Item>,
    /// Whether its total was compared.
    closed: bool,
}

/// A cheque and what came with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Its line.
    pub line: u64,
    /// Its number in the batch.
    pub number: String,
    /// How much.
    pub amount: Money,
    /// The cheque's bank.
    pub routing: String,
    /// The account that it is drawn on.
    pub account: String,
    /// The cheque's number.
    pub cheque: String,
    /// What was keyed from the slip, each part as it stands.
    pub keyed: Vec<String>,
    /// Whether an overflow said that no other follows.
    ended: bool,
}

impl Batch {
    /// What its cheques come to.
    pub fn total(&self) -> Money {
        self.items.iter().fold(Money::ZERO, |sum, it| plus(sum, it.amount))
    }
}

impl File {
    /// How many cheques there are.
    pub fn items(&self) -> usize {
        self.batches.iter().map(|it| it.items.len()).sum()
    }

    /// What all cheques come to.
    pub fn total(&self) -> Money {
        self.batches.iter().fold(Money::ZERO, |sum, it| plus(sum, it.total()))
    }
}

/// Whether bytes mean to be such a file: a header that is no NACHA header, then a service record or
/// a batch; or these where the header is missing.
pub fn begins(head: &[u8]) -> bool {
    let mut records = lines(head).map(|it| it.1).filter(|it| !it.trim_ascii().is_empty());
    let (Some(first), second) = (records.next(), records.next()) else { return false };
    let digits = |line: &[u8], from: usize, to: usize| {
        line.get(from..to).is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    if record_length(head).is_some() {
        return true;
    }
    let service = |line: &[u8]| line.first() == Some(&b'2') && digits(line, 31, 37);
    let batch = |line: &[u8]| line.first() == Some(&b'5') && digits(line, 1, 20);
    let header = first.first() == Some(&b'1') && digits(first, 1, 3) && digits(first, 23, 33);
    service(first) && !first.contains(&b',')
        || header && second.is_some_and(|it| service(it) || batch(it))
        || batch(first) && second.is_some_and(|it| it.first() == Some(&b'6') && digits(it, 1, 17))
}

/// How long records are of a file without line ends: its service record, which is the second, says it.
fn record_length(bytes: &[u8]) -> Option<usize> {
    let (_, first) = lines(bytes).find(|it| !it.1.trim_ascii().is_empty())?;
    let header = first.first() == Some(&b'1');
    LENGTHS.filter(|_| header).find(|length| {
        let service = first.get(*length..length + 37).unwrap_or_default();
        let said = service.get(34..37).and_then(|it| std::str::from_utf8(it).ok());
        service.starts_with(b"2")
            && service.get(31..34) == Some(b"400")
            && said.and_then(|it| it.parse().ok()) == Some(*length)
    })
}

/// Reads a file as a whole. It stops at nothing: what is wrong is in the faults of what it gives.
pub fn read(bytes: &[u8], layout: &Layout) -> File {
    let mut reader = Reader::default();
    let records = match record_length(bytes) {
        Some(length) => cut(bytes, length, &mut reader.file.faults),
        None => lines(bytes).collect(),
    };
    for (line, bytes) in records.into_iter().filter(|it| !it.1.trim_ascii().is_empty()) {
        let (text, beyond) = plain(bytes);
        if !beyond.is_empty() {
            reader.file.faults.note(line, "there are letters beyond ASCII in it; read as ?");
        }
        reader.take(Record::new(line, &text), layout);
    }
    reader.end(layout)
}

#[derive(Default)]
struct Reader {
    file: File,
    /// Records of all kinds: the trailer counts them.
    records: usize,
    /// Where the batches of the lockbox that is open begin.
    since: usize,
    opened: bool,
    closed: bool,
    last: u64,
}

impl Reader {
    fn take(&mut self, record: Record<'_>, layout: &Layout) {
        self.records += 1;
        self.last = record.line;
        let faults = &mut self.file.faults;
        if self.closed {
            faults.refuse(record.line, "a record follows the trailer (9)");
        }
        let kind = record.columns(1, 1);
        if kind.parse().is_ok_and(|it| layout.lacks(it)) {
            let what = format!(
                "a record {kind}, and the layout says that none comes (without {kind}); say it as it is: meterbook receipt lockbox"
            );
            faults.refuse(record.line, what);
        }
        match kind {
            "1" => {
                if self.opened {
                    faults
                        .refuse(record.line, "a second header (1); one file begins and ends once");
                }
                self.opened = true;
                self.file.made = day(record, (24, 29), "made", faults);
            }
            "2" => service(record, faults),
            "5" => self.batch(record, layout),
            "6" => self.item(record, layout),
            "4" => self.overflow(record, layout),
            "7" => self.batch_total(record, layout),
            "8" => self.lockbox_total(record, layout),
            "9" => self.trailer(record, layout),
            other => {
                let what =
                    format!("a record {other} is not known; records begin with 1, 2 or 4 to 9");
                faults.refuse(record.line, what);
            }
        }
    }

    fn batch(&mut self, record: Record<'_>, layout: &Layout) {
        let faults = &mut self.file.faults;
        let deposited = day(record, layout.deposited, "banked", faults);
        self.file.batches.push(Batch {
            line: record.line,
            number: text(record, layout.batch).to_owned(),
            lockbox: text(record, layout.lockbox).to_owned(),
            deposited,
            ..Batch::default()
        });
    }

    /// The batch of this number in the lockbox that is open. Some banks write one header for a whole
    /// lockbox: then details of another number begin the next batch.
    fn of(&mut self, record: Record<'_>, layout: &Layout) -> Option<&mut Batch> {
        let number = text(record, layout.batch);
        if layout.lacks(5) && self.file.batches.len() == self.since {
            // The day on which the file was made is that of its deposit then.
            let (number, deposited) = (number.to_owned(), self.file.made);
            self.file.batches.push(Batch {
                line: record.line,
                number,
                deposited,
                ..Batch::default()
            });
        }
        let last = self.file.batches.get(self.since..).and_then(|it| it.last());
        let Some(last) = last else {
            let what = "a cheque outside of a batch; its header (5) is missing";
            self.file.faults.refuse(record.line, what.to_owned() + &never(5));
            return None;
        };
        if last.number != number {
            let next = Batch {
                line: record.line,
                number: number.to_owned(),
                lockbox: last.lockbox.clone(),
                deposited: last.deposited,
                ..Batch::default()
            };
            match self.file.batches.last_mut() {
                Some(empty) if empty.items.is_empty() && !empty.closed => *empty = next,
                _ => self.file.batches.push(next),
            }
        }
        self.file.batches.last_mut()
    }

    fn item(&mut self, record: Record<'_>, layout: &Layout) {
        let (from, to) = layout.amount;
        let amount = record.number(from, to);
        // What ends in its middle would be a smaller amount.
        if record.columns(from, to).len() <= to - from {
            let what = "the record ends before its amount does; the file may be cut off";
            self.file.faults.refuse(record.line, what);
        } else if amount.is_none() || text(record, layout.amount).is_empty() {
            self.file.faults.refuse(record.line, "the amount is no number; it is cents, in digits");
        }
        let text = |columns: Columns| text(record, columns).to_owned();
        let item = Item {
            line: record.line,
            number: text(layout.item),
            amount: Money::from_cents(amount.unwrap_or(0)),
            routing: text(layout.routing),
            account: text(layout.account),
            cheque: text(layout.cheque),
            keyed: Some(text(layout.keyed)).filter(|it| !it.is_empty()).into_iter().collect(),
            ended: false,
        };
        let twice = match self.of(record, layout) {
            Some(batch) if batch.closed => Some("a cheque follows the total (7) of its batch"),
            Some(batch) => {
                let twice = batch.items.last().is_some_and(|it| it.number == item.number);
                batch.items.push(item);
                twice.then_some("two cheques of one number after each other")
            }
            None => None,
        };
        if let Some(what) = twice {
            self.file.faults.refuse(record.line, what);
        }
    }

    /// What did not fit. A column says 0 where more follows and 9 at the last.
    fn overflow(&mut self, record: Record<'_>, layout: &Layout) {
        let (number, last) = (text(record, layout.item), text(record, layout.last) == "9");
        let item = self.file.batches.last_mut().and_then(|it| it.items.last_mut());
        let what = match item {
            None => Some("an overflow (4) without a cheque (6) before it".to_owned()),
            Some(item) if item.number != number => {
                Some(format!("an overflow of item {number} below item {}", item.number))
            }
            Some(item) if item.ended => {
                Some("an overflow follows the last one (9) of its cheque".to_owned())
            }
            Some(item) => {
                item.ended = last;
                let more = text(record, layout.more);
                item.keyed.extend(Some(more.to_owned()).filter(|it| !it.is_empty()));
                None
            }
        };
        if let Some(what) = what {
            self.file.faults.refuse(record.line, what);
        }
    }

    fn batch_total(&mut self, record: Record<'_>, layout: &Layout) {
        let faults = &mut self.file.faults;
        let number = text(record, layout.batch);
        let open = self.file.batches.last_mut().filter(|it| !it.closed);
        let Some(batch) = open else {
            faults.refuse(record.line, "the total (7) of a batch that is not open");
            return;
        };
        batch.closed = true;
        if batch.number != number {
            let what = format!("the total of batch {number} closes batch {}", batch.number);
            faults.refuse(record.line, what);
        }
        let batches = std::slice::from_ref(batch);
        compare(record, "batch", batches, (layout.batch_count, layout.batch_total), faults);
    }

    fn lockbox_total(&mut self, record: Record<'_>, layout: &Layout) {
        let faults = &mut self.file.faults;
        let batches = self.file.batches.get(self.since..).unwrap_or_default();
        if batches.is_empty() {
            faults.refuse(record.line, "the total (8) of a lockbox without a batch");
        }
        let number = text(record, layout.lockbox);
        let other = batches.iter().find(|it| it.lockbox != number && !layout.lacks(5));
        if let Some(other) = other {
            let what = format!("the total of lockbox {number} closes lockbox {}", other.lockbox);
            faults.refuse(record.line, what);
        }
        open_batches(record.line, batches, layout, faults);
        compare(record, "lockbox", batches, (layout.lockbox_count, layout.lockbox_total), faults);
        self.since = self.file.batches.len();
    }

    fn trailer(&mut self, record: Record<'_>, layout: &Layout) {
        self.closed = true;
        self.open_lockbox(record.line, layout);
        let faults = &mut self.file.faults;
        if !counted(record, layout.records, self.records) {
            let said = text(record, layout.records);
            faults.refuse(
                record.line,
                format!("the trailer says {said} records; there are {}", self.records),
            );
        }
    }

    /// What is not closed where the file ends.
    fn open_lockbox(&mut self, line: u64, layout: &Layout) {
        let faults = &mut self.file.faults;
        let batches = self.file.batches.get(self.since..).unwrap_or_default();
        if layout.lacks(8) {
            open_batches(line, batches, layout, faults);
        } else if !batches.is_empty() {
            faults.refuse(line, format!("the total (8) of a lockbox is missing{}", never(8)));
        }
        self.since = self.file.batches.len();
    }

    fn end(mut self, layout: &Layout) -> File {
        let last = self.last.max(1);
        if !self.closed && layout.lacks(9) {
            self.open_lockbox(last, layout);
        }
        let faults = &mut self.file.faults;
        if self.records == 0 {
            faults.refuse(1, "there is no record in the file");
        } else if !self.opened && !layout.lacks(1) {
            let what = format!("the header (1) is missing; a file begins with it{}", never(1));
            faults.refuse(1, what);
        }
        if !self.closed && !layout.lacks(9) {
            let what = format!("the trailer (9) is missing; the file may be cut off{}", never(9));
            faults.refuse(last, what);
        }
        faults.in_order();
        self.file
    }
}

fn text(record: Record<'_>, columns: Columns) -> &str {
    record.text(columns.0, columns.1)
}

fn open_batches(line: u64, batches: &[Batch], layout: &Layout, faults: &mut Faults) {
    for batch in batches.iter().filter(|it| !it.closed && !layout.lacks(7)) {
        let what = format!("the total (7) of the batch in line {} is missing", batch.line);
        faults.refuse(line, what + &never(7));
    }
}

/// The way out where a kind of record is missing because the bank has none.
fn never(kind: u8) -> String {
    format!("; where the bank never writes one, say so in its layout: without {kind}")
}

fn service(record: Record<'_>, faults: &mut Faults) {
    let kind = record.text(32, 34);
    if kind != "400" {
        faults.refuse(record.line, format!("a service {kind} is no lockbox; lockboxes are 400"));
    }
    if record.columns(42, 42) == "2" {
        faults.refuse(
            record.line,
            "records of variable length (format 2); this reads fixed columns (format 1)",
        );
    }
}

/// Whether columns say this count. Of one that is longer than its columns they say the end.
fn counted(record: Record<'_>, columns: Columns, found: usize) -> bool {
    let said = record.columns(columns.0, columns.1);
    let found = format!("{found:0>width$}", width = said.len());
    !said.is_empty() && found[found.len() - said.len()..] == said.replace(' ', "0")
}

fn compare(
    record: Record<'_>,
    whose: &str,
    batches: &[Batch],
    (count, amount): (Columns, Columns),
    faults: &mut Faults,
) {
    let items: usize = batches.iter().map(|it| it.items.len()).sum();
    let total = batches.iter().fold(Money::ZERO, |sum, it| plus(sum, it.total()));
    if !counted(record, count, items) {
        let said = text(record, count);
        faults.refuse(record.line, format!("the {whose} says {said} cheques; there are {items}"));
    }
    let said = record.number(amount.0, amount.1).map(Money::from_cents);
    if said != Some(total) {
        let said = said.map_or_else(|| text(record, amount).to_owned(), Money::plain);
        faults.refuse(record.line, format!("the {whose} says {said}; it is {}", total.plain()));
    }
}

fn day(record: Record<'_>, columns: Columns, what: &str, faults: &mut Faults) -> Option<Date> {
    let text = record.columns(columns.0, columns.1);
    let day = super::nacha::day(text);
    if day.is_none() {
        faults
            .refuse(record.line, format!("it was {what} on {text}, which is no day; write YYMMDD"));
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_says_what_stands_elsewhere() {
        let layout = Layout::parse("# ours\namount 8-19\nkeyed 60-110\n").unwrap();
        assert_eq!((layout.amount, layout.keyed), ((8, 19), (60, 110)));
        assert_eq!(layout.routing, Layout::TYPICAL.routing);
        for (text, says) in [
            ("amount 8", "line 1: 8 are no columns"),
            ("amount 9-8", "line 1: 9-8 are no columns"),
            ("\nname 8-9", "line 2: name is nothing of a record"),
            ("amount", "line 1: write a line as"),
            ("without", "line 1: write which records never come"),
            ("without 9 6", "line 1: a record 6 is always there"),
            ("without 5\nwithout 1 9", "line 2: without 1 and 5 nothing says on which day"),
        ] {
            let why = Layout::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}

//! Writing a NACHA file: debits, credits and prenotes of PPD, WEB and CCD, with their totals, hashes
//! and blocks. What would be cut off and lose its meaning is refused; names are cut, as banks do.

use std::fmt;

use jiff::civil::{Date, DateTime};
use meterbook_core::bank::Routing;
use meterbook_core::money::Money;

use super::codes::Direction;
use super::{BLOCK, RECORD};

/// The most of one entry: ten digits of cents.
const ENTRY_CENTS: i64 = 9_999_999_999;
/// The most of a batch or a file: twelve digits.
const TOTAL_CENTS: i64 = 999_999_999_999;
/// Entries of a file: the numbers in traces have seven digits.
const ENTRIES: usize = 9_999_999;

/// The first record: who sends the file to whom.
#[derive(Clone, Debug)]
pub struct Head {
    /// The bank that it goes to.
    pub destination: Routing,
    /// Its name.
    pub destination_name: String,
    /// What the bank gave the sender: nine digits behind a blank, or ten digits and capital letters.
    pub origin: String,
    /// The sender's name.
    pub origin_name: String,
    /// When it is made, by the sender's clock.
    pub made: DateTime,
    /// A to Z or 0 to 9: tells files of one day apart.
    pub modifier: char,
}

/// The entry classes that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A person who signed.
    Ppd,
    /// A person who agreed on the web.
    Web,
    /// A business.
    Ccd,
}

impl Class {
    fn word(self) -> &'static str {
        match self {
            Class::Ppd => "PPD",
            Class::Web => "WEB",
            Class::Ccd => "CCD",
        }
    }
}

/// A batch to be written.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// How its entries were agreed to.
    pub class: Class,
    /// The company's name, as its customers know it.
    pub company: String,
    /// The company's number at its bank.
    pub company_id: String,
    /// What the customer's statement says; RETRY PYMT for what is tried again.
    pub description: String,
    /// The day on which it should settle.
    pub effective: Date,
    /// The bank that sends it.
    pub odfi: Routing,
    /// Its entries.
    pub entries: Vec<NewEntry>,
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A checking account.
    Checking,
    /// A savings account.
    Savings,
}

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Whether money is taken or put.
    pub direction: Direction,
    /// From or to what.
    pub kind: AccountKind,
    /// How much; `None` is a prenote.
    pub amount: Option<Money>,
    /// The customer's bank.
    pub routing: Routing,
    /// The customer's account there.
    pub account: String,
    /// What we know the customer by.
    pub id: String,
    /// Whose account it is.
    pub name: String,
    /// Of WEB: whether it comes again.
    pub recurring: bool,
    /// A note of at most 80 letters.
    pub note: Option<String>,
}

/// Why no file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotWritten {
    /// There is no batch, or a batch has no entry.
    Nothing,
    /// More entries than traces have numbers.
    TooMany,
    /// An amount is not above zero, or has more digits than its field.
    Amount {
        /// Which entry of the file, from 1.
        entry: usize,
        /// The amount.
        amount: Money,
    },
    /// The entries add up to more than a total can say.
    Total,
    /// A field is empty.
    Empty {
        /// Which.
        field: &'static str,
        /// Which entry of the file, from 1; none for the batch or the file.
        entry: Option<usize>,
    },
    /// A field is longer than its columns, and cut it would mean something else.
    Long {
        /// Which.
        field: &'static str,
        /// Which entry of the file, from 1; none for the batch or the file.
        entry: Option<usize>,
        /// Its columns.
        columns: usize,
    },
    /// The modifier is neither a capital nor a digit.
    Modifier {
        /// What it is.
        given: char,
    },
    /// The sender's number has letters, or another length.
    Origin,
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at =
            |entry: &Option<usize>| entry.map_or(String::new(), |it| format!(" of entry {it}"));
        match self {
            NotWritten::Nothing => f.write_str("a batch without entries is not sent; leave it out"),
            NotWritten::TooMany => {
                write!(f, "a file has at most {ENTRIES} entries; write several")
            }
            NotWritten::Amount { entry, amount } => write!(
                f,
                "entry {entry} is of {}; an entry is above zero and at most {}",
                amount.plain(),
                Money::from_cents(ENTRY_CENTS).plain()
            ),
            NotWritten::Total => write!(
                f,
                "the entries add up to more than {}; write several files",
                Money::from_cents(TOTAL_CENTS).plain()
            ),
            NotWritten::Empty { field, entry } => write!(f, "the {field}{} is empty", at(entry)),
            NotWritten::Long { field, entry, columns } => {
                write!(f, "the {field}{} is longer than {columns} letters", at(entry))
            }
            NotWritten::Modifier { given } => {
                write!(f, "{given} tells no files of one day apart; take A to Z, then 0 to 9")
            }
            NotWritten::Origin => {
                f.write_str("the sender's number is nine digits, or ten digits and capital letters; the bank gives it")
            }
        }
    }
}

impl std::error::Error for NotWritten {}

/// Sums of a batch or of the file.
#[derive(Clone, Copy, Default)]
struct Sums {
    records: usize,
    hash: u64,
    debit: i64,
    credit: i64,
}

impl Sums {
    fn plus(self, it: Sums) -> Sums {
        Sums {
            records: self.records + it.records,
            hash: self.hash + it.hash,
            debit: self.debit + it.debit,
            credit: self.credit + it.credit,
        }
    }
}

/// Writes a file. Entries are numbered through the file, so that each trace is there once.
///
/// # Errors
/// What would not fit or means nothing, with the entry.
pub fn write(head: &Head, batches: &[NewBatch]) -> Result<String, NotWritten> {
    write_from(head, batches, 1)
}

/// The same with entries numbered from `first`, so that no trace is in two files.
///
/// # Errors
/// As [`write`].
pub fn write_from(head: &Head, batches: &[NewBatch], first: usize) -> Result<String, NotWritten> {
    let before = first.saturating_sub(1);
    let entries = before + batches.iter().map(|it| it.entries.len()).sum::<usize>();
    if batches.is_empty() || batches.iter().any(|it| it.entries.is_empty()) {
        return Err(NotWritten::Nothing);
    }
    if ENTRIES < entries {
        return Err(NotWritten::TooMany);
    }
    let mut lines = vec![header(head)?];
    let mut all = Sums::default();
    let mut entry = before;
    for (number, batch) in (1..).zip(batches) {
        let sums = batch_lines(batch, number, &mut entry, &mut lines)?;
        all = all.plus(sums);
        if TOTAL_CENTS < all.debit || TOTAL_CENTS < all.credit {
            return Err(NotWritten::Total);
        }
    }
    let blocks = (lines.len() + 1).div_ceil(BLOCK);
    let (many, hash) = (batches.len(), hash(all.hash));
    lines.push(format!(
        "9{many:06}{blocks:06}{:08}{hash:010}{:012}{:012}{:39}",
        all.records, all.debit, all.credit, ""
    ));
    lines.resize(blocks * BLOCK, "9".repeat(RECORD));
    lines.push(String::new());
    Ok(lines.join("\n"))
}

fn hash(sum: u64) -> u64 {
    sum.rem_euclid(10_000_000_000)
}

fn header(head: &Head) -> Result<String, NotWritten> {
    let digits = head.origin.bytes().all(|it| it.is_ascii_digit());
    let letters = head.origin.bytes().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase());
    if !matches!((head.origin.len(), digits, letters), (9, true, _) | (10, _, true)) {
        return Err(NotWritten::Origin);
    }
    if !head.modifier.is_ascii_uppercase() && !head.modifier.is_ascii_digit() {
        return Err(NotWritten::Modifier { given: head.modifier });
    }
    let (day, time) = (yymmdd(head.made.date()), head.made.time());
    let clock = format!("{:02}{:02}", time.hour(), time.minute());
    Ok(format!(
        "101 {:9}{:>10}{day}{clock}{}094101{}{}{:8}",
        head.destination.digits(),
        head.origin,
        head.modifier,
        cut(&head.destination_name, 23),
        cut(&head.origin_name, 23),
        ""
    ))
}

/// A batch with its header and control; `entry` counts through the file.
fn batch_lines(
    batch: &NewBatch,
    number: usize,
    entry: &mut usize,
    lines: &mut Vec<String>,
) -> Result<Sums, NotWritten> {
    let any = |wanted: Direction| batch.entries.iter().any(|it| it.direction == wanted);
    let service_class = match (any(Direction::Debit), any(Direction::Credit)) {
        (true, true) => 200,
        (false, _) => 220,
        (true, false) => 225,
    };
    let company_id = whole(&batch.company_id, 10, "company's number", None)?;
    let description = whole(&batch.description, 10, "description", None)?;
    let odfi = batch.odfi.bank();
    lines.push(format!(
        "5{service_class}{}{:20}{company_id}{}{description}{:6}{}{:3}1{odfi}{number:07}",
        cut(&batch.company, 16),
        "",
        batch.class.word(),
        "",
        yymmdd(batch.effective),
        ""
    ));
    let mut sums = Sums::default();
    for it in &batch.entries {
        *entry += 1;
        sums = sums.plus(entry_lines(batch, it, *entry, lines)?);
    }
    if TOTAL_CENTS < sums.debit || TOTAL_CENTS < sums.credit {
        return Err(NotWritten::Total);
    }
    lines.push(format!(
        "8{service_class}{:06}{:010}{:012}{:012}{company_id}{:25}{odfi}{number:07}",
        sums.records,
        hash(sums.hash),
        sums.debit,
        sums.credit,
        ""
    ));
    Ok(sums)
}

fn entry_lines(
    batch: &NewBatch,
    it: &NewEntry,
    entry: usize,
    lines: &mut Vec<String>,
) -> Result<Sums, NotWritten> {
    let cents = match it.amount {
        None => 0,
        Some(amount) if 0 < amount.cents() && amount.cents() <= ENTRY_CENTS => amount.cents(),
        Some(amount) => return Err(NotWritten::Amount { entry, amount }),
    };
    let of_kind = match it.kind {
        AccountKind::Checking => 20,
        AccountKind::Savings => 30,
    };
    let of_direction = match it.direction {
        Direction::Credit => 2,
        Direction::Debit => 7,
    };
    let code = of_kind + of_direction + i64::from(it.amount.is_none());
    let discretionary = match (batch.class, it.recurring) {
        (Class::Web, true) => "R ",
        (Class::Web, false) => "S ",
        _ => "  ",
    };
    let account = whole(&it.account, 17, "account", Some(entry))?;
    let id = whole(&it.id, 15, "customer's number", Some(entry))?;
    let note = it.note.as_ref().map(|note| whole(note, 80, "note", Some(entry))).transpose()?;
    let (odfi, announced) = (batch.odfi.bank(), u8::from(note.is_some()));
    lines.push(format!(
        "6{code}{}{account}{cents:010}{id}{}{discretionary}{announced}{odfi}{entry:07}",
        it.routing.digits(),
        cut(&it.name, 22)
    ));
    let records = 1 + usize::from(note.is_some());
    lines.extend(note.map(|note| format!("705{note}0001{entry:07}")));
    let hash = it.routing.bank().parse().expect("a routing number is digits");
    let (debit, credit) = match it.direction {
        Direction::Debit => (cents, 0),
        Direction::Credit => (0, cents),
    };
    Ok(Sums { records, hash, debit, credit })
}

fn yymmdd(day: Date) -> String {
    format!("{:02}{:02}{:02}", day.year().rem_euclid(100), day.month(), day.day())
}

/// A field that is cut where it is too long.
fn cut(text: &str, columns: usize) -> String {
    let mut text = letters(text);
    text.truncate(columns);
    format!("{text:<columns$}")
}

/// A field that must be there, and whole.
fn whole(
    text: &str,
    columns: usize,
    field: &'static str,
    entry: Option<usize>,
) -> Result<String, NotWritten> {
    let text = letters(text.trim());
    if text.is_empty() {
        return Err(NotWritten::Empty { field, entry });
    }
    if columns < text.len() {
        return Err(NotWritten::Long { field, entry, columns });
    }
    Ok(format!("{text:<columns$}"))
}

/// Text in plain letters: the networks know no others.
fn letters(text: &str) -> String {
    text.chars().flat_map(|it| super::super::letters::plain(it).chars()).collect()
}

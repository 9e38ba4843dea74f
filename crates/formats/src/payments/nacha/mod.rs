//! NACHA files: entries of the automated clearing house of the United States (Nacha Operating Rules,
//! appendix three).
//!
//! A file is records of 94 columns: 1 opens it, 5 opens a batch, 6 is an entry and 7 adds to it, 8
//! closes the batch, 9 closes the file, and lines of nines fill the last block of ten. What a bank's
//! operator would turn down refuses the file: records out of order, totals and hashes that differ,
//! codes that do not exist. What is merely trimmed or unfilled is noted and read.

mod check;
pub mod codes;
mod control;
mod international;
mod read;
pub mod write;

use jiff::civil::Date;
use meterbook_core::money::Money;

use self::codes::{Direction, direction};
use super::{Faults, plus};

pub(super) use read::day;
pub use read::{begins, read};

/// Columns of a record.
pub(super) const RECORD: usize = 94;
/// Records of a block.
pub(super) const BLOCK: usize = 10;

/// A file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Who made it for whom; `None` where the first record is missing.
    pub header: Option<Header>,
    /// Its batches, in their order.
    pub batches: Vec<Batch>,
    /// What is wrong with it.
    pub faults: Faults,
}

/// The first record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The bank or operator that it goes to.
    pub destination: String,
    /// Who sends it.
    pub origin: String,
    /// The day on which it was made.
    pub made: Option<Date>,
    /// Tells files of one day apart.
    pub modifier: String,
}

/// A batch: entries of one company, of one class, for one day.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Its line.
    pub line: u64,
    /// 200 debits and credits, 220 credits, 225 debits, 280 advices.
    pub service_class: i64,
    /// The name that the customer reads.
    pub company: String,
    /// The number of the company.
    pub company_id: String,
    /// The standard entry class: PPD, WEB, CCD and so on.
    pub class: String,
    /// What it is for, in the customer's statement.
    pub description: String,
    /// The day on which it is meant to settle.
    pub effective: Option<Date>,
    /// The bank that sends it: eight digits.
    pub odfi: String,
    /// Its number in the file.
    pub number: String,
    /// Whether its entries go abroad, or come from there.
    pub international: bool,
    /// Its entries.
    pub entries: Vec<Entry>,
}

/// An entry: money from or to one account.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Its line.
    pub line: u64,
    /// The transaction code: kind of account, debit or credit, prenote.
    pub code: u8,
    /// The bank of the account: nine digits.
    pub routing: String,
    /// The account.
    pub account: String,
    /// How much; a prenote has nothing.
    pub amount: Money,
    /// What the company knows the customer by.
    pub id: String,
    /// Whose account it is.
    pub name: String,
    /// How many addenda it says that it has, in the classes that say so (CTX, ATX, TRX).
    pub counted: Option<String>,
    /// Whether addenda are announced: 0 or 1.
    pub indicator: String,
    /// What identifies it in the network: bank and number.
    pub trace: String,
    /// What is added to it.
    pub addenda: Vec<Addenda>,
}

/// What a record 7 adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addenda {
    /// Its line.
    pub line: u64,
    /// 02 a terminal, 05 a note, 10 to 18 what goes abroad, 98 a change, 99 a return.
    pub kind: String,
    /// All of its 94 columns.
    pub text: String,
}

/// Which way a return goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The customer's bank sends an entry back.
    Returned,
    /// We dispute the return.
    Dishonored,
    /// The customer's bank stands by it.
    Contested,
}

impl Stage {
    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Returned => "returned",
            Stage::Dishonored => "dishonored",
            Stage::Contested => "contested",
        }
    }
}

/// An entry that comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// The line of its addenda.
    pub line: u64,
    /// Why: R01 to R85.
    pub code: String,
    /// The trace of the entry that we sent.
    pub trace: String,
    /// How much comes back.
    pub amount: Money,
    /// Whether what comes back was a debit or a credit.
    pub direction: Option<Direction>,
    /// What the company knows the customer by.
    pub id: String,
    /// What the bank says beside the code.
    pub said: String,
    /// Which way it goes.
    pub stage: Stage,
}

/// A notification of change: what is to be different in the next entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The line of its addenda.
    pub line: u64,
    /// What changes: C01 to C14; C61 to C69 where a notification is refused.
    pub code: String,
    /// The trace of the entry that we sent.
    pub trace: String,
    /// What it should be.
    pub corrected: String,
    /// What the company knows the customer by.
    pub id: String,
}

impl Addenda {
    /// Columns `from` to `to`, counted from 1, without blanks around.
    pub(super) fn columns(&self, from: usize, to: usize) -> &str {
        self.text.get(from - 1..to).unwrap_or("").trim()
    }

    /// Why an entry comes back, or what is to change; nothing for a note.
    pub fn code(&self) -> &str {
        if matches!(self.kind.as_str(), "98" | "99") { self.columns(4, 6) } else { "" }
    }
}

impl Batch {
    /// What its debits and its credits come to.
    pub fn totals(&self) -> (Money, Money) {
        let of = |wanted: Direction| {
            let entries = self.entries.iter().filter(|it| direction(it.code) == Some(wanted));
            entries.fold(Money::ZERO, |sum, it| plus(sum, it.amount))
        };
        (of(Direction::Debit), of(Direction::Credit))
    }

    /// Its entries and their addenda, as the records 8 and 9 count.
    pub(super) fn records(&self) -> usize {
        self.entries.len() + self.entries.iter().map(|it| it.addenda.len()).sum::<usize>()
    }

    /// The banks of its entries, added up as numbers of eight digits.
    pub(super) fn hash(&self) -> u64 {
        self.entries.iter().map(|it| it.bank()).sum()
    }
}

impl Entry {
    fn bank(&self) -> u64 {
        self.routing.get(..8).and_then(|it| it.trim().parse().ok()).unwrap_or(0)
    }
}

impl File {
    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.batches.iter().map(|it| it.entries.len()).sum()
    }

    /// What debits and credits come to.
    pub fn totals(&self) -> (Money, Money) {
        self.batches
            .iter()
            .map(Batch::totals)
            .fold((Money::ZERO, Money::ZERO), |sum, it| (plus(sum.0, it.0), plus(sum.1, it.1)))
    }

    fn added(&self) -> impl Iterator<Item = (&Entry, &Addenda)> {
        let entries = self.batches.iter().flat_map(|it| &it.entries);
        entries.flat_map(|entry| entry.addenda.iter().map(move |it| (entry, it)))
    }

    /// What comes back, in the order of the file.
    pub fn returns(&self) -> impl Iterator<Item = Return> {
        self.added().filter(|(_, it)| it.kind == "99").map(|(entry, it)| {
            let code = it.code().to_owned();
            let stage = codes::stage(&code);
            let said = match stage {
                Stage::Returned => it.columns(36, 79),
                Stage::Dishonored => it.columns(59, 79),
                Stage::Contested => "",
            };
            Return {
                line: it.line,
                stage,
                trace: it.columns(7, 21).to_owned(),
                amount: entry.amount,
                direction: direction(entry.code),
                id: entry.id.clone(),
                said: said.to_owned(),
                code,
            }
        })
    }

    /// What is to change, in the order of the file.
    pub fn changes(&self) -> impl Iterator<Item = Change> {
        self.added().filter(|(_, it)| it.kind == "98").map(|(entry, it)| Change {
            line: it.line,
            code: it.code().to_owned(),
            trace: it.columns(7, 21).to_owned(),
            corrected: it.columns(36, 64).to_owned(),
            id: entry.id.clone(),
        })
    }

    /// How many entries only ask whether an account is there.
    pub fn prenotes(&self) -> usize {
        let entries = self.batches.iter().flat_map(|it| &it.entries);
        entries.filter(|it| codes::is_prenote(it.code)).count()
    }
}

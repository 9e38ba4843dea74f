//! Files of payments and of banks: which format they have, and what every one of them says.
//!
//! A reader takes a file as a whole, because its totals are at its end. It reads on past what is
//! wrong, so that all of it is told at once; whether anything grave was found is in [`Faults`].

pub mod agent;
pub mod bai2;
mod delivered;
pub mod entered;
mod letters;
pub mod lockbox;
pub mod nacha;
mod records;
pub mod sepa;

use std::io::{BufRead, Read};

use meterbook_core::limits::{PAYMENT_FILE_BYTES, REJECTS};
use meterbook_core::money::Money;

pub use self::delivered::delivered;
use crate::inspect::Reject;
use crate::reads::{NotRead, looked_at};

/// What a file of payments or of a bank is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Entries of the clearing house of the United States.
    Nacha,
    /// Statements of banks of the United States.
    Bai2,
    /// Cheques that a bank opened.
    Lockbox,
    /// Direct debits of SEPA.
    Pain008,
    /// What a bank did not take.
    Pain002,
    /// A day of an account.
    Camt053,
    /// Single bookings.
    Camt054,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] = [
        Kind::Nacha,
        Kind::Bai2,
        Kind::Lockbox,
        Kind::Pain008,
        Kind::Pain002,
        Kind::Camt053,
        Kind::Camt054,
    ];

    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Nacha => "nacha",
            Kind::Bai2 => "bai2",
            Kind::Lockbox => "lockbox",
            Kind::Pain008 => "pain.008",
            Kind::Pain002 => "pain.002",
            Kind::Camt053 => "camt.053",
            Kind::Camt054 => "camt.054",
        }
    }

    /// What the first bytes of a file say it is; `None` where it is no file of payments.
    pub fn of(head: &[u8]) -> Option<Kind> {
        if nacha::begins(head) {
            return Some(Kind::Nacha);
        }
        if bai2::begins(head) {
            return Some(Kind::Bai2);
        }
        if lockbox::begins(head) {
            return Some(Kind::Lockbox);
        }
        message(head)
    }
}

/// Which message of ISO 20022 it is, by its namespace, or by its root where it has none.
fn message(head: &[u8]) -> Option<Kind> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !text.starts_with(b"<") {
        return None;
    }
    let text = String::from_utf8_lossy(text.get(..4_000).unwrap_or(text));
    let marks = [
        (Kind::Pain008, "xsd:pain.008.", "CstmrDrctDbtInitn>"),
        (Kind::Pain002, "xsd:pain.002.", "CstmrPmtStsRpt>"),
        (Kind::Camt053, "xsd:camt.053.", "BkToCstmrStmt>"),
        (Kind::Camt054, "xsd:camt.054.", "BkToCstmrDbtCdtNtfctn>"),
    ];
    let found =
        marks.into_iter().find(|(_, space, root)| text.contains(space) || text.contains(root));
    found.map(|it| it.0)
}

/// What is in a file.
#[derive(Clone, Debug)]
pub enum Found {
    /// See [`Kind::Nacha`].
    Nacha(nacha::File),
    /// See [`Kind::Bai2`].
    Bai2(bai2::File),
    /// See [`Kind::Lockbox`].
    Lockbox(lockbox::File),
    /// See [`Kind::Pain008`].
    Debits(sepa::Collected),
    /// See [`Kind::Pain002`].
    Statuses(sepa::Statuses),
    /// See [`Kind::Camt053`] and [`Kind::Camt054`].
    Statements(sepa::Statements),
}

impl Found {
    /// What is wrong with it.
    pub fn faults(&self) -> &Faults {
        match self {
            Found::Nacha(it) => &it.faults,
            Found::Bai2(it) => &it.faults,
            Found::Lockbox(it) => &it.faults,
            Found::Debits(it) => &it.faults,
            Found::Statuses(it) => &it.faults,
            Found::Statements(it) => &it.faults,
        }
    }
}

/// Reads a file that is not packed, if it is one of payments: as `kind` says, or else its first
/// bytes.
///
/// # Errors
/// As [`read`].
pub fn find(from: &mut dyn BufRead, kind: Option<Kind>) -> Result<Option<(Kind, Found)>, NotRead> {
    looked_at(from, |head, from| match kind.or_else(|| Kind::of(head)) {
        Some(kind) => Ok(Some((kind, read(from, kind)?))),
        None => Ok(None),
    })
}

/// Reads a file that is not packed.
///
/// # Errors
/// It cannot be read, or is longer than any such file. What is wrong with what is in it is no error
/// here but in its faults.
pub fn read(from: &mut dyn BufRead, kind: Kind) -> Result<Found, NotRead> {
    let mut bytes = Vec::new();
    let read = from.take(PAYMENT_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|why| NotRead::Broken { line: 1, why: why.to_string() })?;
    if PAYMENT_FILE_BYTES < u64::try_from(bytes.len()).unwrap_or(u64::MAX) {
        let why = format!("it has more than {PAYMENT_FILE_BYTES} bytes; no file of payments has");
        return Err(NotRead::Broken { line: 1, why });
    }
    Ok(match kind {
        Kind::Nacha => Found::Nacha(nacha::read(&bytes)),
        Kind::Bai2 => Found::Bai2(bai2::read(&bytes)),
        Kind::Lockbox => Found::Lockbox(lockbox::read(&bytes, &lockbox::Layout::TYPICAL)),
        Kind::Pain008 => Found::Debits(sepa::read_debits(&bytes)),
        Kind::Pain002 => Found::Statuses(sepa::read_statuses(&bytes)),
        Kind::Camt053 | Kind::Camt054 => Found::Statements(sepa::read_statements(&bytes)),
    })
}

/// Digits after the point of a currency's amounts (ISO 4217), where they are counted in its smallest
/// unit.
pub fn places(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An amount that is counted in the smallest unit of its currency, as a decimal.
pub fn decimal_of(smallest: i64, currency: &str) -> String {
    let places = places(currency);
    let sign = if smallest < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", smallest.unsigned_abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{part}")
}

/// What was found wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Line by line; what was merely mended is among them.
    pub listed: Vec<Reject>,
    /// How many more there are.
    pub more: u64,
    /// The first that is grave: with it the file is refused as a whole.
    pub refused: Option<Reject>,
}

impl Faults {
    /// Something is sloppy, and was read as it was meant.
    pub(crate) fn note(&mut self, line: u64, what: impl Into<String>) {
        if self.listed.len() < REJECTS {
            self.listed.push(Reject { line, what: what.into() });
        } else {
            self.more += 1;
        }
    }

    /// Something breaks a rule, so that nothing of the file may be posted unseen.
    pub(crate) fn refuse(&mut self, line: u64, what: impl Into<String>) {
        let what = what.into();
        if self.refused.is_none() {
            self.refused = Some(Reject { line, what: what.clone() });
        }
        self.note(line, what);
    }

    /// In the order of the lines.
    pub(crate) fn in_order(&mut self) {
        self.listed.sort_by_key(|it| it.line);
    }
}

/// An amount that a payment may have.
pub(crate) fn above_zero(amount: Result<Money, String>) -> Result<Money, String> {
    match amount? {
        it if it <= Money::ZERO => Err(format!("a payment is above zero, not {it}")),
        it => Ok(it),
    }
}

/// A sum of money that never wraps: a file that adds up to more is wrong, and says so at its totals.
pub(crate) fn plus(sum: Money, more: Money) -> Money {
    Money::from_cents(sum.cents().saturating_add(more.cents()))
}

//! Envelopes of a mail-house package: what is in each, what it weighs, and the barcode on it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::PaperKind;
use super::imb::{self, NoBarcode};
use super::settings::Settings;
use crate::id::{AccountNumber, PackageId, PieceId};
use crate::money::Money;
use crate::period::Period;

/// One envelope of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Its place in the package, from 1 without gaps.
    pub sequence: i64,
    /// The key of the piece.
    pub piece: String,
    /// Whose paper it is.
    pub account: AccountNumber,
    /// What sort of paper is in it.
    pub kind: PaperKind,
    /// What that is called.
    pub number: String,
    /// The day on its face.
    pub on: Date,
    /// What it asks for; nothing where it is no bill.
    pub amount_due: Money,
    /// Whether it goes to somebody beside the customer, whose address is not on the page.
    pub copy: bool,
    /// The lines to print on the envelope.
    pub address: String,
    /// The 20 digits of the barcode; `None` when the settings name no mailer.
    pub tracking: Option<String>,
    /// Its 0, 5 or 9 routing digits.
    pub routing: String,
    /// Its 65 bars.
    pub bars: Option<String>,
    /// Pages, printed on both sides.
    pub pages: i64,
    /// Sheets that the pages take.
    pub sheets: i64,
    /// Sheets that the mail house adds.
    pub inserts: i64,
    /// What all of it weighs, in whole ounces.
    pub ounces: i64,
    /// The file that its pages are in.
    pub file: String,
    /// The first of its pages there, from 1.
    pub first_page: i64,
    /// The hash of its pages before they were put together.
    pub sha256: String,
}

/// A file of pages in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Its name.
    pub name: String,
    /// How many pages.
    pub pages: i64,
    /// Its hash.
    pub sha256: String,
}

/// All that the mail house is told of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Which package.
    pub id: PackageId,
    /// The days of the paper in it.
    pub billed: Period,
    /// When it was begun.
    pub began_at: Timestamp,
    /// Its envelopes, by their sequence.
    pub envelopes: Vec<Envelope>,
    /// Its files of pages.
    pub files: Vec<Pages>,
}

/// Envelopes of one kind, summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many envelopes.
    pub envelopes: i64,
    /// How many pages.
    pub pages: i64,
    /// How many sheets, without the inserts.
    pub sheets: i64,
    /// How many inserts.
    pub inserts: i64,
    /// What they ask for.
    pub amount_due: Money,
    /// How many have no barcode.
    pub without_bars: i64,
}

/// The 20 tracking digits of a piece: barcode identifier, service, mailer, and a number that does not
/// come again among the next million pieces or, of a mailer of 6 digits, billion. `None` when the
/// settings name no mailer or no service.
pub fn tracking(settings: &Settings, piece: PieceId) -> Option<String> {
    let (mailer, service) = (settings.mailer.as_ref()?, settings.service.as_ref()?);
    let digits = 15_usize.checked_sub(mailer.len())?;
    let limit = 10_i64.checked_pow(u32::try_from(digits).ok()?)?;
    Some(format!("00{service}{mailer}{:0digits$}", piece.0.rem_euclid(limit)))
}

/// The bars of a piece with these digits.
pub fn bars(tracking: Option<&str>, routing: &str) -> Result<Option<String>, NoBarcode> {
    tracking.map(|it| imb::bars(it, routing)).transpose()
}

impl Manifest {
    /// The sum of the envelopes that `of` holds for.
    pub fn sum(&self, of: impl Fn(&Envelope) -> bool) -> Sum {
        let mut sum = Sum::default();
        for it in self.envelopes.iter().filter(|it| of(it)) {
            sum.envelopes += 1;
            sum.pages += it.pages;
            sum.sheets += it.sheets;
            sum.inserts += it.inserts;
            sum.amount_due += it.amount_due;
            sum.without_bars += i64::from(it.bars.is_none());
        }
        sum
    }

    /// The sorts of paper in it.
    pub fn kinds(&self) -> BTreeSet<PaperKind> {
        self.envelopes.iter().map(|it| it.kind).collect()
    }

    /// What does not fit together: a sequence with a gap, a piece twice, pages that are in no file.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (it, nth) in self.envelopes.iter().zip(1..) {
            if it.sequence != nth {
                faults.push(format!("envelope {nth} says that it is {}", it.sequence));
            }
        }
        let mut keys: Vec<&str> = self.envelopes.iter().map(|it| it.piece.as_str()).collect();
        keys.sort_unstable();
        for pair in keys.windows(2).filter(|it| it[0] == it[1]) {
            faults.push(format!("the piece {} is in it twice", pair[0]));
        }
        for file in &self.files {
            let mut next = 1;
            for it in self.envelopes.iter().filter(|it| it.file == file.name) {
                if it.first_page != next {
                    let (nth, name) = (it.sequence, &file.name);
                    faults.push(format!("envelope {nth} does not begin where {name} goes on"));
                }
                next = it.first_page + it.pages;
            }
            if next != file.pages + 1 {
                let (said, name) = (next - 1, &file.name);
                faults.push(format!("{name} has {} pages, its envelopes {said}", file.pages));
            }
        }
        let filed: i64 = self.files.iter().map(|it| it.pages).sum();
        let pages = self.sum(|_| true).pages;
        if filed != pages {
            faults.push(format!("the files have {filed} pages and the envelopes {pages}"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn envelope(sequence: i64, first_page: i64) -> Envelope {
        Envelope {
            sequence,
            piece: format!("B-{sequence}/1/post"),
            account: AccountNumber::new(1).unwrap(),
            kind: PaperKind::Bill,
            number: format!("B-{sequence}"),
            on: date(2026, 2, 2),
            amount_due: Money::from_cents(1200),
            copy: false,
            address: "Rosa Quill\n12 Mill St\nAlder Creek IL 60000".to_owned(),
            tracking: None,
            routing: "60000".to_owned(),
            bars: None,
            pages: 2,
            sheets: 1,
            inserts: 1,
            ounces: 1,
            file: "1oz-001.pdf".to_owned(),
            first_page,
            sha256: "5f".to_owned(),
        }
    }

    fn manifest() -> Manifest {
        let pages = Pages { name: "1oz-001.pdf".to_owned(), pages: 4, sha256: "ab".to_owned() };
        Manifest {
            id: PackageId(1),
            billed: Period::new(date(2026, 2, 1), date(2026, 3, 1)).unwrap(),
            began_at: Timestamp::UNIX_EPOCH,
            envelopes: vec![envelope(1, 1), envelope(2, 3)],
            files: vec![pages],
        }
    }

    #[test]
    fn a_number_on_the_envelope_does_not_come_again_soon() {
        let with = |mailer: &str, piece| {
            let (mailer, service) = (Some(mailer.to_owned()), Some("270".to_owned()));
            tracking(&Settings { mailer, service, ..Settings::default() }, PieceId(piece))
        };
        assert_eq!(with("123456", 7).as_deref(), Some("00270123456000000007"));
        assert_eq!(with("123456789", 1_000_007).as_deref(), Some("00270123456789000007"));
        assert_eq!(tracking(&Settings::default(), PieceId(7)), None);
    }

    #[test]
    fn a_sum_is_that_of_its_envelopes() {
        let sum = manifest().sum(|it| it.ounces == 1);
        let Sum { envelopes, pages, sheets, inserts, amount_due, without_bars } = sum;
        assert_eq!((envelopes, pages, sheets, inserts, without_bars), (2, 4, 2, 2, 2));
        assert_eq!(amount_due, Money::from_cents(2400));
        assert_eq!(manifest().sum(|it| it.copy), Sum::default());
    }

    #[test]
    fn what_does_not_fit_together_is_said() {
        assert!(manifest().faults().is_empty(), "{:?}", manifest().faults());
        let with = |change: fn(&mut Manifest)| {
            let mut it = manifest();
            change(&mut it);
            it.faults().join("; ")
        };
        assert_eq!(with(|it| it.envelopes[1].sequence = 3), "envelope 2 says that it is 3");
        let twice = with(|it| it.envelopes[1].piece = it.envelopes[0].piece.clone());
        assert_eq!(twice, "the piece B-1/1/post is in it twice");
        let gap = with(|it| it.envelopes[1].first_page = 2);
        assert!(gap.contains("envelope 2 does not begin where 1oz-001.pdf goes on"), "{gap}");
        let short = with(|it| it.files[0].pages = 3);
        assert!(short.contains("1oz-001.pdf has 3 pages, its envelopes 4"), "{short}");
        let lost = with(|it| it.files.clear());
        assert_eq!(lost, "the files have 0 pages and the envelopes 4");
    }
}

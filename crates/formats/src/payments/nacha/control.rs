//! The totals at the end of a batch and of a file, compared with what was read.

use meterbook_core::money::Money;

use super::super::Faults;
use super::super::records::Record;
use super::{BLOCK, Batch};

/// A hash keeps ten digits.
const HASH: u64 = 10_000_000_000;

/// What a whole file comes to.
pub(super) struct Sums {
    pub(super) batches: usize,
    pub(super) records: usize,
    pub(super) hash: u64,
    pub(super) debit: Money,
    pub(super) credit: Money,
    /// Whether it holds advices only.
    pub(super) advices: bool,
}

struct Compared<'a> {
    record: Record<'a>,
    faults: &'a mut Faults,
    whose: &'a str,
}

impl Compared<'_> {
    fn count(&mut self, columns: (usize, usize), found: u64, what: &str) {
        let said = self.record.number(columns.0, columns.1).and_then(|it| u64::try_from(it).ok());
        if said != Some(found) {
            let said = self.record.text(columns.0, columns.1);
            let whose = self.whose;
            self.faults
                .refuse(self.record.line, format!("the {whose} says {what} {said}; it is {found}"));
        }
    }

    fn amount(&mut self, columns: (usize, usize), found: Money, what: &str) {
        let said = self.record.number(columns.0, columns.1).map(Money::from_cents);
        if said != Some(found) {
            let said = said
                .map_or_else(|| self.record.text(columns.0, columns.1).to_owned(), Money::plain);
            let (whose, found) = (self.whose, found.plain());
            self.faults
                .refuse(self.record.line, format!("the {whose} says {what} {said}; it is {found}"));
        }
    }

    /// What the header says is said again.
    fn again(&mut self, columns: (usize, usize), header: &str, what: &str) {
        let said = self.record.text(columns.0, columns.1);
        if said != header.trim() {
            let whose = self.whose;
            self.faults.refuse(
                self.record.line,
                format!("the {whose} says {what} {said}, and the header {}", header.trim()),
            );
        }
    }
}

fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}

/// Compares a batch with its control. A batch that never had a header has nothing to compare.
pub(super) fn batch(batch: &Batch, record: Record<'_>, faults: &mut Faults) {
    if batch.class.is_empty() {
        return;
    }
    let (debit, credit) = batch.totals();
    let advices = batch.class == "ADV";
    let (line, class) = (record.line, batch.service_class);
    let mut it = Compared { record, faults: &mut *faults, whose: "batch control" };
    it.count((5, 10), count(batch.records()), "entries and addenda");
    it.count((11, 20), batch.hash().rem_euclid(HASH), "entry hash");
    let (debits, credits) = if advices { ((21, 40), (41, 60)) } else { ((21, 32), (33, 44)) };
    it.amount(debits, debit, "debits");
    it.amount(credits, credit, "credits");
    it.again((2, 4), &class.to_string(), "service class");
    if !advices {
        // International batches leave it blank.
        if !record.text(45, 54).is_empty() {
            it.again((45, 54), &batch.company_id, "company");
        }
    }
    it.again((80, 87), &batch.odfi, "originating bank");
    it.again((88, 94), &batch.number, "batch number");
    // Other readers do not ask it of international batches; both totals are compared anyway.
    if class == 220 && debit != Money::ZERO && !batch.international {
        faults.refuse(line, "debits in a batch of credits (service class 220)");
    }
    if class == 225 && credit != Money::ZERO && !batch.international {
        faults.refuse(line, "credits in a batch of debits (service class 225)");
    }
}

/// Compares a file with its control.
pub(super) fn file(sums: Sums, record: Record<'_>, records: usize, faults: &mut Faults) {
    let mut it = Compared { record, faults, whose: "file control" };
    it.count((2, 7), count(sums.batches), "batches");
    it.count((8, 13), count(records.div_ceil(BLOCK)), "blocks");
    it.count((14, 21), count(sums.records), "entries and addenda");
    it.count((22, 31), sums.hash.rem_euclid(HASH), "entry hash");
    // Advices are an operator's report of what it settled: nothing of them is posted, and what
    // their batches come to was compared there.
    if !sums.advices {
        it.amount((32, 43), sums.debit, "debits");
        it.amount((44, 55), sums.credit, "credits");
    }
}

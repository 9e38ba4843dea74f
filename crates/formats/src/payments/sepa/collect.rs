//! Reading pain.008: which debits a message asks for, and whether it adds up.

use meterbook_core::bank::{CreditorId, Iban};
use meterbook_core::money::Money;

use super::super::{Faults, plus};
use super::amount::amount;
use super::walk::{Element, Take, walk};

/// A message that asks for debits.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// Its own id.
    pub message: String,
    /// Its collections.
    pub collections: Vec<Collection>,
    /// What is wrong with it.
    pub faults: Faults,
    said: Said,
}

/// Debits of one creditor, day and sequence.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    /// Its line.
    pub line: u64,
    /// Its own id.
    pub id: String,
    /// CORE or B2B.
    pub instrument: String,
    /// FRST, RCUR, OOFF or FNAL.
    pub sequence: String,
    /// The day, as it is written.
    pub on: String,
    /// The creditor's number.
    pub creditor: String,
    /// The creditor's account.
    pub iban: String,
    /// Its debits.
    pub debits: Vec<Debit>,
    said: Said,
}

/// One debit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Debit {
    /// Its line.
    pub line: u64,
    /// The id that comes back with it.
    pub end_to_end: String,
    /// How much.
    pub amount: Option<Money>,
    /// Its currency.
    pub currency: String,
    /// The mandate.
    pub mandate: String,
    /// The day on which it was signed, as it is written.
    pub signed: String,
    /// The debtor's name.
    pub name: String,
    /// The debtor's account.
    pub iban: String,
    /// What it is for.
    pub remittance: String,
}

/// How many and how much a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    line: u64,
    many: String,
    sum: String,
}

impl Collected {
    /// How many debits there are.
    pub fn debits(&self) -> usize {
        self.collections.iter().map(|it| it.debits.len()).sum()
    }

    /// What they come to.
    pub fn total(&self) -> Money {
        self.collections.iter().fold(Money::ZERO, |sum, it| plus(sum, it.total()))
    }
}

impl Collection {
    /// What its debits come to.
    pub fn total(&self) -> Money {
        self.debits.iter().filter_map(|it| it.amount).fold(Money::ZERO, plus)
    }
}

/// Reads a message as a whole. What is wrong is in the faults of what it gives.
pub fn read(bytes: &[u8]) -> Collected {
    let mut all = Collected::default();
    let mut faults = Faults::default();
    walk(bytes, &mut all, &mut faults);
    check(&all, &mut faults);
    faults.in_order();
    all.faults = faults;
    all
}

impl Take for Collected {
    fn open(&mut self, path: &[String], line: u64) {
        match path.last().map(String::as_str) {
            Some("PmtInf") => self.collections.push(Collection { line, ..Collection::default() }),
            Some("DrctDbtTxInf") => {
                if let Some(collection) = self.collections.last_mut() {
                    // What the collection says holds for each debit that does not say otherwise.
                    collection.debits.push(Debit { line, ..Debit::default() });
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, it: &Element<'_>) {
        let text = || it.text.to_owned();
        let said = |said: &mut Said| match it.path.last().map(String::as_str) {
            Some("NbOfTxs") => (said.line, said.many) = (it.line, text()),
            Some("CtrlSum") => (said.line, said.sum) = (it.line, text()),
            _ => {}
        };
        if it.ends(&["GrpHdr", "MsgId"]) {
            self.message = text();
        } else if it.within("GrpHdr") {
            said(&mut self.said);
        }
        let Some(collection) = self.collections.last_mut() else { return };
        if !it.within("PmtInf") {
            return;
        }
        let debit = collection.debits.last_mut().filter(|_| it.within("DrctDbtTxInf"));
        if let Some(debit) = debit {
            return fill(debit, it);
        }
        said(&mut collection.said);
        if it.ends(&["PmtInf", "PmtInfId"]) {
            collection.id = text();
        } else if it.ends(&["LclInstrm", "Cd"]) {
            collection.instrument = text();
        } else if it.ends(&["PmtTpInf", "SeqTp"]) {
            collection.sequence = text();
        } else if it.ends(&["PmtInf", "ReqdColltnDt"]) {
            collection.on = text();
        } else if it.ends(&["CdtrAcct", "Id", "IBAN"]) {
            collection.iban = text();
        } else if it.ends(&["CdtrSchmeId", "Id", "PrvtId", "Othr", "Id"]) {
            collection.creditor = text();
        }
    }
}

fn fill(debit: &mut Debit, it: &Element<'_>) {
    let text = it.text.to_owned();
    if it.ends(&["PmtId", "EndToEndId"]) {
        debit.end_to_end = text;
    } else if it.ends(&["DrctDbtTxInf", "InstdAmt"]) {
        debit.amount = amount(it.text);
        debit.currency = it.currency.to_owned();
    } else if it.ends(&["MndtRltdInf", "MndtId"]) {
        debit.mandate = text;
    } else if it.ends(&["MndtRltdInf", "DtOfSgntr"]) {
        debit.signed = text;
    } else if it.ends(&["DrctDbtTxInf", "Dbtr", "Nm"]) {
        debit.name = text;
    } else if it.ends(&["DrctDbtTxInf", "DbtrAcct", "Id", "IBAN"]) {
        debit.iban = text;
    } else if it.ends(&["RmtInf", "Ustrd"]) || it.ends(&["CdtrRefInf", "Ref"]) {
        debit.remittance = text;
    }
}

fn check(all: &Collected, faults: &mut Faults) {
    if all.collections.is_empty() && faults.refused.is_none() {
        faults.refuse(1, "there is no collection (PmtInf) in the message");
    }
    compare(&all.said, "message", all.debits(), all.total(), faults);
    for collection in &all.collections {
        compare(
            &collection.said,
            "collection",
            collection.debits.len(),
            collection.total(),
            faults,
        );
        head(collection, faults);
        for debit in &collection.debits {
            one(debit, faults);
        }
    }
}

fn compare(said: &Said, whose: &str, many: usize, sum: Money, faults: &mut Faults) {
    if !said.many.is_empty() && said.many.parse() != Ok(many) {
        faults
            .refuse(said.line, format!("the {whose} says {} debits; there are {many}", said.many));
    }
    if !said.sum.is_empty() && amount(&said.sum) != Some(sum) {
        faults.refuse(said.line, format!("the {whose} says {}; it is {}", said.sum, sum.plain()));
    }
}

/// What a collection says of all its debits. A wrong account number is told and does not refuse the
/// message: a bank gives back that debit, and takes the others.
fn head(it: &Collection, faults: &mut Faults) {
    if !matches!(it.instrument.as_str(), "CORE" | "B2B" | "COR1" | "") {
        faults
            .refuse(it.line, format!("a scheme {} is not known; it is CORE or B2B", it.instrument));
    }
    if !matches!(it.sequence.as_str(), "FRST" | "RCUR" | "OOFF" | "FNAL" | "RPRE" | "") {
        faults.refuse(it.line, format!("a sequence {} is not known", it.sequence));
    }
    if let Err(why) = Iban::parse(&it.iban) {
        faults.note(it.line, format!("the creditor's account: {why}"));
    }
    if !it.creditor.is_empty()
        && let Err(why) = CreditorId::parse(&it.creditor)
    {
        faults.note(it.line, why.to_string());
    }
    if it.on.parse::<jiff::civil::Date>().is_err() {
        faults.refuse(it.line, format!("it is to be collected on {}, which is no day", it.on));
    }
    if it.debits.is_empty() {
        faults.refuse(it.line, "a collection without a debit");
    }
}

fn one(it: &Debit, faults: &mut Faults) {
    match it.amount {
        Some(amount) if 0 < amount.cents() => {}
        _ => faults.refuse(it.line, "the amount is not above zero with at most two decimals"),
    }
    if !it.currency.is_empty() && it.currency != "EUR" {
        faults.refuse(it.line, format!("a debit in {}; SEPA is in EUR", it.currency));
    }
    if let Err(why) = Iban::parse(&it.iban) {
        faults.note(it.line, format!("the debtor's account: {why}"));
    }
    for (text, what) in [(&it.mandate, "mandate"), (&it.end_to_end, "end-to-end id")] {
        if text.is_empty() {
            faults.refuse(it.line, format!("the {what} is missing"));
        }
    }
}

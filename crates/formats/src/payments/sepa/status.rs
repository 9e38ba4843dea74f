//! Reading pain.002: which debits a bank did not take, and why.

use std::fmt;

use meterbook_core::money::Money;

use super::super::Faults;
use super::amount::amount;
use super::walk::{Element, Take, walk};

/// A message that says how another fared.
#[derive(Clone, Debug, Default)]
pub struct Statuses {
    /// Its own id.
    pub message: String,
    /// The message that it is about.
    pub original: String,
    /// How that fared as a whole: ACCP, PART, RJCT and so on; empty where only parts are told.
    pub status: String,
    /// Why.
    pub reason: String,
    /// What the bank says that message came to.
    pub of: Told,
    /// What it says of single debits, and of collections where they fared as one.
    pub outcomes: Vec<Outcome>,
    /// What is wrong with it.
    pub faults: Faults,
    part: Box<Outcome>,
    alike: Vec<Alike>,
}

/// How a debit or a collection fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Its line.
    pub line: u64,
    /// The collection.
    pub collection: String,
    /// The debit's id; empty where it is of the whole collection.
    pub end_to_end: String,
    /// How it fared: RJCT, PDNG, ACCP and so on.
    pub status: String,
    /// Why: a code, or words of the bank.
    pub reason: String,
    /// What else the bank says.
    pub said: String,
    /// How much, where it is told.
    pub amount: Option<Money>,
    /// The mandate, where it is told.
    pub mandate: String,
    /// Of a whole collection: what the bank says it came to.
    pub of: Told,
}

/// How many debits of how much a bank says that it is about; empty where it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// How many, as it is written.
    pub many: String,
    /// What they come to, as it is written.
    pub sum: String,
}

impl Told {
    /// Whether nothing is said otherwise.
    pub fn is(&self, many: usize, sum: Money) -> bool {
        (self.many.is_empty() || self.many.parse() == Ok(many))
            && (self.sum.is_empty() || amount(&self.sum) == Some(sum))
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [&self.many, &self.sum].map(String::as_str);
        f.write_str(said.join(" of ").trim_start_matches(" of ").trim_end_matches(" of "))
    }
}

/// How many debits of the message fared alike.
#[derive(Clone, Debug, Default)]
struct Alike {
    line: u64,
    status: String,
    told: Told,
}

/// Reads a message as a whole. What is wrong is in the faults of what it gives.
pub fn read(bytes: &[u8]) -> Statuses {
    let mut all = Statuses::default();
    let mut faults = Faults::default();
    walk(bytes, &mut all, &mut faults);
    let told = !all.status.is_empty() || !all.outcomes.is_empty();
    if !told && faults.refused.is_none() {
        faults.refuse(1, "the message says how nothing fared");
    }
    for it in &all.outcomes {
        if it.status.is_empty() {
            faults.refuse(it.line, "it is not said how the debit fared (TxSts)");
        }
        if it.status == "RJCT" && it.reason.is_empty() {
            faults.note(it.line, "refused without a reason");
        }
    }
    for it in &all.alike {
        counted(it, &all.outcomes, &mut faults);
    }
    faults.in_order();
    all.faults = faults;
    all
}

/// As many debits are named as refused as the message says, where it names them one by one.
fn counted(it: &Alike, outcomes: &[Outcome], faults: &mut Faults) {
    let of: Vec<&Outcome> = outcomes.iter().filter(|of| of.status == it.status).collect();
    if it.status != "RJCT" || of.is_empty() || of.iter().any(|it| it.end_to_end.is_empty()) {
        return;
    }
    let sum: Option<Money> = of.iter().map(|it| it.amount).sum();
    let Told { many, .. } = &it.told;
    let agrees = (many.is_empty() || many.parse() == Ok(of.len()))
        && sum.is_none_or(|sum| it.told.is(of.len(), sum));
    if !agrees {
        let what = format!("the message says that {} were refused; it names {}", it.told, of.len());
        faults.refuse(it.line, what);
    }
}

impl Take for Statuses {
    fn open(&mut self, path: &[String], line: u64) {
        match path.last().map(String::as_str) {
            Some("OrgnlPmtInfAndSts") => *self.part = Outcome { line, ..Outcome::default() },
            Some("NbOfTxsPerSts") if path.iter().any(|it| it == "OrgnlGrpInfAndSts") => {
                self.alike.push(Alike { line, ..Alike::default() });
            }
            Some("TxInfAndSts") => {
                let collection = self.part.collection.clone();
                self.outcomes.push(Outcome { line, collection, ..Outcome::default() });
            }
            _ => {}
        }
    }

    fn close(&mut self, it: &Element<'_>) {
        let text = || it.text.to_owned();
        if it.ends(&["GrpHdr", "MsgId"]) {
            self.message = text();
        } else if it.ends(&["OrgnlGrpInfAndSts", "OrgnlMsgId"]) {
            self.original = text();
        } else if it.ends(&["OrgnlGrpInfAndSts", "GrpSts"]) {
            self.status = text();
        } else if it.within("OrgnlGrpInfAndSts")
            && (it.ends(&["Rsn", "Cd"]) || it.ends(&["Rsn", "Prtry"]))
        {
            self.reason = text();
        } else if it.ends(&["OrgnlGrpInfAndSts", "OrgnlNbOfTxs"]) {
            self.of.many = text();
        } else if it.ends(&["OrgnlGrpInfAndSts", "OrgnlCtrlSum"]) {
            self.of.sum = text();
        } else if it.within("OrgnlGrpInfAndSts") && it.within("NbOfTxsPerSts") {
            let Some(alike) = self.alike.last_mut() else { return };
            match it.path.last().map_or("", String::as_str) {
                "DtldNbOfTxs" => alike.told.many = text(),
                "DtldSts" => alike.status = text(),
                "DtldCtrlSum" => alike.told.sum = text(),
                _ => {}
            }
        } else if it.ends(&["OrgnlPmtInfAndSts"]) {
            let part = std::mem::take(&mut *self.part);
            if !part.status.is_empty() {
                self.outcomes.push(part);
            }
        }
        let single = it.within("TxInfAndSts");
        let outcome = match self.outcomes.last_mut().filter(|_| single) {
            Some(outcome) => outcome,
            None if it.within("OrgnlPmtInfAndSts") => &mut *self.part,
            None => return,
        };
        match it.path.last().map_or("", String::as_str) {
            "OrgnlPmtInfId" => outcome.collection = text(),
            "OrgnlEndToEndId" => outcome.end_to_end = text(),
            "PmtInfSts" | "TxSts" => outcome.status = text(),
            "Cd" | "Prtry" if it.within("Rsn") => outcome.reason = text(),
            "AddtlInf" => outcome.said = text(),
            "InstdAmt" => outcome.amount = amount(it.text),
            "MndtId" => outcome.mandate = text(),
            "OrgnlNbOfTxs" => outcome.of.many = text(),
            "OrgnlCtrlSum" => outcome.of.sum = text(),
            _ => {}
        }
    }
}

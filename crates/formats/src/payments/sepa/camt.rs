//! Reading camt.053 and camt.054: what was booked on an account, and whether its balances follow.

use jiff::civil::Date;
use meterbook_core::bank::Iban;
use meterbook_core::money::Money;

use super::super::{Faults, plus};
use super::amount::amount;
use super::walk::{Element, Take, walk};

/// A message about accounts.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    /// Its own id.
    pub message: String,
    /// Its statements.
    pub statements: Vec<Statement>,
    /// What is wrong with it.
    pub faults: Faults,
}

/// What happened on one account.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// Its line.
    pub line: u64,
    /// Its own id.
    pub id: String,
    /// The account: an IBAN, or what the bank calls it.
    pub account: String,
    /// Its currency.
    pub currency: String,
    /// Its balances.
    pub balances: Vec<Balance>,
    /// What was booked.
    pub entries: Vec<Entry>,
    iban: bool,
    totals: Vec<Total>,
}

/// What a summary says of what was booked.
#[derive(Clone, Debug, Default)]
struct Total {
    line: u64,
    /// Which: TtlNtries, TtlCdtNtries or TtlDbtNtries.
    whose: String,
    many: String,
    sum: String,
}

/// A balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Its line.
    pub line: u64,
    /// Which: OPBD opening, CLBD closing, and so on.
    pub kind: String,
    /// How much; below zero where the account is overdrawn.
    pub amount: Option<Money>,
    /// The day, as it is written.
    pub on: String,
    debit: bool,
}

/// Something booked.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Its line.
    pub line: u64,
    /// How much, without a sign.
    pub amount: Option<Money>,
    /// Its currency.
    pub currency: String,
    /// Whether money came in.
    pub credit: bool,
    /// Whether it takes back another.
    pub reversal: bool,
    /// BOOK where it is booked; PDNG and INFO are not.
    pub status: String,
    /// The bank's reference.
    pub reference: String,
    /// What it is made of.
    pub details: Vec<Detail>,
    /// The day on which it was booked, where that is said.
    pub booked: Option<Date>,
    /// What the bank says of it as a whole.
    pub said: String,
    /// How many payments each of its batches has, as it is said, and how many are told before it.
    batches: Vec<(String, usize)>,
    way: String,
    unpaid: bool,
}

/// A payment in an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Its line.
    pub line: u64,
    /// The id that we gave it.
    pub end_to_end: String,
    /// The mandate.
    pub mandate: String,
    /// How much, where it is told, without what the bank charges for it.
    pub amount: Option<Money>,
    /// What the bank charges for it, where it is told.
    pub charge: Option<Money>,
    /// Why it came back; empty where it did not.
    pub reason: String,
    /// Who paid.
    pub debtor: String,
    /// What it is for: words, references and numbers of bills, as they follow each other.
    pub remittance: String,
    instructed: Option<Money>,
    charges: Option<Money>,
    unpaid: bool,
}

/// What the bank calls a direct debit that came back (subfamily of its code).
const UNPAID: &str = "UPDD";
/// Why it did where nothing is said: no reason given.
const NO_REASON: &str = "MS03";

impl Entry {
    /// How much of it a payment is: what is told of it, or all of the entry where there is no other.
    pub fn amount_of(&self, detail: &Detail) -> Option<Money> {
        detail.amount.or(self.amount.filter(|_| self.details.len() == 1))
    }

    /// Whether it is booked.
    pub fn is_booked(&self) -> bool {
        matches!(self.status.as_str(), "BOOK" | "")
    }
}

impl Statement {
    /// What came in and what went out, as booked.
    pub fn moved(&self) -> (Money, Money) {
        let of = |credit: bool| {
            let booked = self.entries.iter().filter(|it| it.is_booked() && it.credit == credit);
            booked.filter_map(|it| it.amount).fold(Money::ZERO, plus)
        };
        (of(true), of(false))
    }

    /// Balances of a kind. A statement of several days may have one of each day.
    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Balance> {
        self.balances.iter().filter(move |it| it.kind == kind)
    }

    /// The first that it opens with.
    fn opening(&self) -> Option<&Balance> {
        let first = |kind| self.of(kind).min_by_key(|it| &it.on);
        first("OPBD").or_else(|| first("PRCD"))
    }

    /// The last that it closes with.
    fn closing(&self) -> Option<&Balance> {
        self.of("CLBD").max_by_key(|it| &it.on)
    }
}

impl Statements {
    /// Payments that came back, with the entry they are in.
    pub fn returns(&self) -> impl Iterator<Item = (&Entry, &Detail)> {
        let entries = self.statements.iter().flat_map(|it| &it.entries);
        let details = entries.flat_map(|entry| entry.details.iter().map(move |it| (entry, it)));
        details.filter(|it| !it.1.reason.is_empty())
    }
}

/// Reads a message as a whole. What is wrong is in the faults of what it gives.
pub fn read(bytes: &[u8]) -> Statements {
    let mut all = Statements::default();
    let mut faults = Faults::default();
    walk(bytes, &mut all, &mut faults);
    if all.statements.is_empty() && faults.refused.is_none() {
        faults
            .refuse(1, "there is no statement (Stmt) and no notification (Ntfctn) in the message");
    }
    for statement in &all.statements {
        check(statement, &mut faults);
    }
    faults.in_order();
    all.faults = faults;
    all
}

impl Take for Statements {
    fn open(&mut self, path: &[String], line: u64) {
        let name = path.last().map_or("", String::as_str);
        if matches!(name, "Stmt" | "Ntfctn" | "Rpt") && path.len() == 3 {
            self.statements.push(Statement { line, ..Statement::default() });
        }
        let Some(statement) = self.statements.last_mut() else { return };
        let above = path.iter().rev().nth(1).map_or("", String::as_str);
        match (above, name) {
            ("Stmt" | "Ntfctn" | "Rpt", "Bal") => {
                statement.balances.push(Balance { line, ..Balance::default() });
            }
            ("Stmt" | "Ntfctn" | "Rpt", "Ntry") => {
                statement.entries.push(Entry { line, ..Entry::default() });
            }
            ("NtryDtls", "TxDtls") => {
                if let Some(entry) = statement.entries.last_mut() {
                    let unpaid = entry.unpaid;
                    entry.details.push(Detail { line, unpaid, ..Detail::default() });
                }
            }
            ("TxsSummry", "TtlNtries" | "TtlCdtNtries" | "TtlDbtNtries") => {
                let whose = name.to_owned();
                statement.totals.push(Total { line, whose, ..Total::default() });
            }
            _ => {}
        }
    }

    fn close(&mut self, it: &Element<'_>) {
        if it.ends(&["GrpHdr", "MsgId"]) {
            self.message = it.text.to_owned();
        }
        let Some(statement) = self.statements.last_mut() else { return };
        if it.within("Ntry") {
            let Some(entry) = statement.entries.last_mut() else { return };
            if !it.within("TxDtls") {
                return booked(entry, it);
            }
            if let Some(detail) = entry.details.last_mut() {
                paid(detail, it, &entry.currency);
                if it.ends(&["TxDtls"])
                    && detail.unpaid
                    && !entry.credit
                    && detail.reason.is_empty()
                {
                    NO_REASON.clone_into(&mut detail.reason);
                }
            }
        } else if it.within("Bal") {
            if let Some(balance) = statement.balances.last_mut() {
                stood(balance, it);
            }
        } else {
            named(statement, it);
        }
    }
}

fn named(statement: &mut Statement, it: &Element<'_>) {
    let text = it.text.to_owned();
    let own = |last: &str| it.path.len() == 4 && it.path[3] == last;
    if own("Id") {
        statement.id = text;
    } else if it.path.get(3).is_some_and(|it| it == "Acct") {
        if it.ends(&["Acct", "Id", "IBAN"]) {
            (statement.account, statement.iban) = (text, true);
        } else if it.ends(&["Acct", "Id", "Othr", "Id"]) {
            statement.account = text;
        } else if it.ends(&["Acct", "Ccy"]) {
            statement.currency = text;
        }
    } else if it.within("TxsSummry") {
        let of = it.path.iter().rev().nth(1);
        let total = statement.totals.last_mut().filter(|it| Some(&it.whose) == of);
        match (total, it.path.last().map(String::as_str)) {
            (Some(total), Some("Sum")) => total.sum = text,
            (Some(total), Some("NbOfNtries")) => total.many = text,
            _ => {}
        }
    }
}

fn stood(balance: &mut Balance, it: &Element<'_>) {
    if it.ends(&["Bal", "Amt"]) {
        balance.amount = amount(it.text);
    } else if it.ends(&["Bal", "Tp", "CdOrPrtry", "Cd"]) {
        balance.kind = it.text.to_owned();
    } else if it.ends(&["Bal", "CdtDbtInd"]) {
        balance.debit = it.text == "DBIT";
    } else if it.ends(&["Bal", "Dt", "Dt"]) || it.ends(&["Bal", "Dt", "DtTm"]) {
        balance.on = it.text.to_owned();
    } else if it.ends(&["Bal"]) && balance.debit {
        balance.amount = balance.amount.map(|it| Money::from_cents(-it.cents()));
    }
}

fn booked(entry: &mut Entry, it: &Element<'_>) {
    let text = || it.text.to_owned();
    if it.ends(&["Ntry", "Amt"]) {
        (entry.amount, entry.currency) = (amount(it.text), it.currency.to_owned());
    } else if it.ends(&["Ntry", "CdtDbtInd"]) {
        (entry.credit, entry.way) = (it.text == "CRDT", text());
    } else if it.ends(&["Ntry", "RvslInd"]) {
        entry.reversal = matches!(it.text, "true" | "1");
    } else if it.ends(&["Ntry", "Sts"]) && !it.text.is_empty() || it.ends(&["Ntry", "Sts", "Cd"]) {
        entry.status = text();
    } else if it.ends(&["Ntry", "AcctSvcrRef"]) {
        entry.reference = text();
    } else if it.ends(&["Ntry", "AddtlNtryInf"]) {
        entry.said = text();
    } else if it.ends(&["NtryDtls", "Btch", "NbOfTxs"]) {
        entry.batches.push((text(), entry.details.len()));
    } else if it.ends(&["Fmly", "SubFmlyCd"]) {
        entry.unpaid = it.text == UNPAID;
    } else if it.ends(&["BookgDt", "Dt"]) || it.ends(&["BookgDt", "DtTm"]) {
        entry.booked = it.text.get(..10).and_then(|it| it.parse().ok());
    }
}

fn paid(detail: &mut Detail, it: &Element<'_>, currency: &str) {
    let text = it.text.to_owned();
    // An amount in another currency is no part of the entry.
    let same = it.currency.is_empty() || it.currency == currency;
    if it.ends(&["Refs", "EndToEndId"]) {
        detail.end_to_end = text;
    } else if it.ends(&["Refs", "MndtId"]) {
        detail.mandate = text;
    } else if it.ends(&["TxDtls", "Amt"]) && same {
        detail.amount = amount(it.text);
    } else if it.ends(&["TxAmt", "Amt"]) && same {
        detail.amount = detail.amount.or(amount(it.text));
    } else if it.ends(&["InstdAmt", "Amt"]) && same {
        detail.instructed = amount(it.text);
    } else if (it.ends(&["Chrgs", "Amt"]) || it.ends(&["Chrgs", "Rcrd", "Amt"])) && same {
        detail.charge = more(detail.charge, it.text);
    } else if it.ends(&["Chrgs", "TtlChrgsAndTaxAmt"]) && same {
        detail.charges = more(detail.charges, it.text);
    } else if it.ends(&["TxDtls"]) {
        settle(detail);
    } else if it.ends(&["RtrInf", "Rsn", "Cd"]) || it.ends(&["RtrInf", "Rsn", "Prtry"]) {
        detail.reason = text;
    } else if it.ends(&["RltdPties", "Dbtr", "Nm"]) || it.ends(&["Dbtr", "Pty", "Nm"]) {
        detail.debtor = text;
    } else if it.ends(&["Fmly", "SubFmlyCd"]) {
        detail.unpaid = it.text == UNPAID;
    } else if it.ends(&["RmtInf", "Ustrd"])
        || it.ends(&["CdtrRefInf", "Ref"])
        || it.ends(&["RfrdDocInf", "Nb"])
    {
        // Banks divide what a payer wrote into several lines.
        let blank = if detail.remittance.is_empty() { "" } else { " " };
        detail.remittance.push_str(blank);
        detail.remittance.push_str(it.text);
    }
}

/// What was instructed is the payment where nothing else is told, and where what is told is that with the
/// charge: banks book what came back together with what it costs.
fn settle(detail: &mut Detail) {
    detail.charge = detail.charge.or(detail.charges);
    let charge = detail.charge.unwrap_or(Money::ZERO);
    let with = detail.instructed.map(|it| plus(it, charge));
    if detail.amount.is_none() || detail.amount == with {
        detail.amount = detail.instructed;
    }
}

fn more(sum: Option<Money>, text: &str) -> Option<Money> {
    Some(plus(sum.unwrap_or(Money::ZERO), amount(text)?))
}

fn check(it: &Statement, faults: &mut Faults) {
    if it.account.is_empty() {
        faults.refuse(it.line, "the account is missing");
    } else if it.iban
        && let Err(why) = Iban::parse(&it.account)
    {
        faults.note(it.line, why.to_string());
    }
    for entry in &it.entries {
        if entry.amount.is_none() {
            faults.refuse(entry.line, "the amount is no number with at most two decimals");
        }
        if !matches!(entry.way.as_str(), "CRDT" | "DBIT") {
            faults
                .refuse(entry.line, "it is not said whether money came in or went out (CdtDbtInd)");
        }
        parts(entry, faults);
    }
    for balance in it.balances.iter().filter(|it| it.amount.is_none()) {
        faults.refuse(balance.line, format!("the balance {} is no number", balance.kind));
    }
    balances(it, faults);
    summary(it, faults);
}

/// What a summary says is what was booked. It may count what is only pending, too.
fn summary(it: &Statement, faults: &mut Faults) {
    if it.entries.iter().any(|it| !it.is_booked()) {
        return;
    }
    let (credits, debits) = it.moved();
    let all = it.entries.iter().filter_map(|it| it.amount).fold(Money::ZERO, plus);
    // Of all entries some banks say what came in without what went out.
    let net = Money::from_cents((credits.cents() - debits.cents()).abs());
    for total in &it.totals {
        let of = |credit| it.entries.iter().filter(|it| it.credit == credit).count();
        let (many, found) = match total.whose.as_str() {
            "TtlCdtNtries" => (of(true), credits),
            "TtlDbtNtries" => (of(false), debits),
            _ => (it.entries.len(), all),
        };
        let said = amount(&total.sum);
        let sum = said == Some(found) || total.whose == "TtlNtries" && said == Some(net);
        if !total.sum.is_empty() && !sum {
            let what = format!("the summary says {}; it is {}", total.sum, found.plain());
            faults.refuse(total.line, what);
        }
        if total.many.is_empty() || total.many.parse() == Ok(many) {
            continue;
        }
        let what = format!("the summary says {} entries; there are {many}", total.many);
        // Some banks count payments and not entries; the sum says that all of them are there.
        if !total.sum.is_empty() && sum {
            faults.note(total.line, what);
        } else {
            faults.refuse(total.line, what);
        }
    }
}

/// The payments of an entry come to the entry, with what they cost or without, where each says how much in
/// the entry's currency.
fn parts(entry: &Entry, faults: &mut Faults) {
    let ends = entry.batches.iter().skip(1).map(|it| it.1).chain([entry.details.len()]);
    for ((said, from), to) in entry.batches.iter().zip(ends) {
        let found = to - from;
        // A batch whose payments are told elsewhere has none here.
        if 0 < found && said.parse() != Ok(found) {
            let what = format!("its batch says {said} payments; {found} are told");
            faults.note(entry.line, what);
        }
    }
    let told: Option<Vec<Money>> = entry.details.iter().map(|it| it.amount).collect();
    let Some(told) = told.filter(|it| 1 < it.len()) else { return };
    let sum = told.into_iter().fold(Money::ZERO, plus);
    let charged = entry.details.iter().filter_map(|it| it.charge).fold(sum, plus);
    if entry.amount.is_some_and(|it| it != sum && it != charged) {
        faults.note(
            entry.line,
            format!("its payments come to {}, and not to the entry", sum.plain()),
        );
    }
}

/// What an account opens with and what was booked is what it closes with.
fn balances(it: &Statement, faults: &mut Faults) {
    let (Some(opening), Some(closing)) = (it.opening(), it.closing()) else { return };
    let (Some(before), Some(after)) = (opening.amount, closing.amount) else { return };
    let (credits, debits) = it.moved();
    let found = plus(plus(before, credits), Money::from_cents(-debits.cents()));
    if found != after {
        let what = format!(
            "it closes with {}; what it opened with and what was booked is {}",
            after.plain(),
            found.plain()
        );
        faults.refuse(closing.line, what);
    }
}

//! A bill, every line with how its amount came about.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use meterbook_app::deliver::pdf_by;
use meterbook_app::statement;
use meterbook_app::vee::estimates::{self, EstimatedRead};
use meterbook_core::bill::explain::{arithmetic_in, exact};
use meterbook_core::bill::{Bill, BillNumber, Segment, Statement};
use meterbook_core::delivery::Enclosed;
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::id::MeterId;
use meterbook_core::money::{Money, Quantity};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::rating::{BankEntry, Line};
use meterbook_core::text::decimal;
use meterbook_store::correction::Fate;
use meterbook_store::{self as store, Tx};

use super::once::may_bill_once;
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::show;
use crate::words::Words;

#[derive(Template)]
#[template(path = "bill.html")]
struct Page {
    head: Head,
    number: String,
    account: String,
    may_pay: bool,
    addressed_to: Vec<String>,
    period: String,
    days: i64,
    billed_on: String,
    due_on: String,
    sums: Vec<Sum>,
    segments: Vec<Part>,
    /// What took the bill back, or made it: a sentence, the other bill, the correction.
    fates: Vec<(String, String, i64)>,
    may_correct: bool,
    may_take_back: bool,
    /// How what stays unpaid of a last bill is let to another account; empty of every other bill.
    final_debt: String,
    /// What of it was estimated, and what came of that.
    estimates: Vec<String>,
}

struct Sum {
    text: String,
    amount: String,
    strong: bool,
}

struct Part {
    colour: &'static str,
    name: &'static str,
    rate: String,
    address: String,
    period: String,
    usage: String,
    total: String,
    evidence: Vec<Read>,
    /// How the bank of energy went: a word and a quantity.
    bank: Vec<(&'static str, String)>,
    lines: Vec<Charge>,
}

struct Read {
    meter: String,
    /// The meter's page.
    link: String,
    flow: &'static str,
    first: String,
    last: String,
    multiplier: String,
    used: String,
    estimated: bool,
}

struct Charge {
    label: String,
    arithmetic: String,
    amount: String,
    kind: &'static str,
    period: String,
    exact: String,
    rounding: &'static str,
    tariff: String,
    version: String,
    line: u32,
    rule: String,
}

/// Shows a bill.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let here = console.clone();
    let found = blocking(move || {
        here.db.read(|tx| match store::bill::by_number(tx, &BillNumber(number))? {
            Some(id) => {
                let it = statement::of_bill(tx, id)?;
                let meters = meters(tx, &it.bill)?;
                let fates = store::correction::of_bill(tx, id)?;
                let estimates = estimates::of_bill(tx, &it.bill)?;
                Ok((it, meters, fates, estimates))
            }
            None => Err(NotThere.into()),
        })
    })
    .await;
    let drawn = |(it, meters, fates, estimates): (_, _, Vec<Fate>, Vec<EstimatedRead>)| {
        let said = |it: &EstimatedRead| show::dated(&it.said(visitor.language), visitor.language);
        let estimates = estimates.iter().map(said).collect();
        let page = Page { estimates, ..page(&console, &visitor, &it, &meters, &fates) };
        draw(StatusCode::OK, &page)
    };
    let done = found.map(drawn);
    answer(&console, &visitor, done)
}

/// The file of a bill.
pub(crate) async fn pdf(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let here = console.clone();
    let read = blocking(move || file(&here, number)).await;
    answer(&console, &visitor, read.map(file_of))
}

/// A PDF as an answer, by its name.
pub(crate) fn file_of((name, bytes): (String, Vec<u8>)) -> Response {
    let kind = (header::CONTENT_TYPE, "application/pdf".to_owned());
    let shown = (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\""));
    ([kind, shown], bytes).into_response()
}

fn file(console: &Console, number: String) -> Result<(String, Vec<u8>)> {
    let number = BillNumber(number);
    let bill = console.db.read(|tx| store::bill::by_number(tx, &number))?.ok_or(NotThere)?;
    let (paper, folder) = (Enclosed::Bill(bill), console.folder.join("bills"));
    let bytes = pdf_by(&console.workers, &console.db, &folder, paper)?;
    Ok((number.0, bytes))
}

/// The meters of a bill by their numbers.
type Meters = HashMap<(Commodity, String), MeterId>;

fn meters(tx: &mut Tx, bill: &Bill) -> Result<Meters> {
    let mut meters = Meters::new();
    for segment in &bill.segments {
        for it in &segment.evidence {
            for meter in store::meter::by_serial(tx, &it.meter)? {
                meters.insert((meter.commodity, meter.serial), meter.id);
            }
        }
    }
    Ok(meters)
}

fn page(
    console: &Console,
    visitor: &Visitor,
    it: &Statement,
    meters: &Meters,
    fates: &[Fate],
) -> Page {
    let (words, language) = (visitor.words(), visitor.language);
    let bill = &it.bill;
    Page {
        estimates: Vec::new(),
        head: Head::new(
            console,
            Some(visitor),
            language,
            &format!("{} {}", words.bill, bill.number),
        ),
        number: bill.number.to_string(),
        account: it.account.number.to_string(),
        may_pay: visitor.may(Permission::TakePayment),
        addressed_to: bill.addressed_to.clone(),
        period: show::period(bill.days(), language),
        days: bill.days().days(),
        billed_on: show::day(bill.billed_on, language),
        due_on: show::day(bill.due_on, language),
        sums: sums(it, words, language),
        segments: bill
            .segments
            .iter()
            .map(|it| part(it, meters, words, language))
            .chain(once(bill, words, language))
            .collect(),
        fates: fates.iter().map(|it| fate(it, words)).collect(),
        may_take_back: may_bill_once(visitor)
            && bill.is_once()
            && bill.summed.is_empty()
            && !(it.closing.is_some() && bill.once.is_empty())
            && !fates.iter().any(|it| it.cancelled),
        final_debt: match it.closing.is_some() && Money::ZERO < it.amount_due {
            true => format!(
                "meterbook write-off transfer --account {} --to … --amount … --why …",
                it.account.number
            ),
            false => String::new(),
        },
        may_correct: visitor.may(Permission::CorrectBills)
            && !bill.is_once()
            && !fates.iter().any(|it| it.cancelled),
    }
}

/// What took a bill back, or made it.
fn fate(it: &Fate, words: &Words) -> (String, String, i64) {
    let said = match (it.cancelled, &it.other) {
        (true, None) => words.bill_is_cancelled.to_owned(),
        (true, Some(_)) => format!("{}; {}", words.bill_is_cancelled, words.bill_replaced_by),
        (false, _) => words.bill_is_made.to_owned(),
    };
    let other = it.other.as_ref().map_or_else(String::new, |it| it.0.clone());
    (said, other, it.correction.0)
}

fn sums(it: &Statement, words: &Words, language: Language) -> Vec<Sum> {
    let mut sums = Vec::new();
    if let Some(last) = &it.last_bill {
        let text = format!("{}, {}", words.last_bill, show::day(last.billed_on, language));
        sums.push(Sum { text, amount: show::money(last.balance), strong: false });
    }
    for movement in &it.since {
        let what = show::entry(movement.kind, &movement.text, words, language);
        let text = format!("{}: {what}", show::day(movement.on, language));
        sums.push(Sum { text, amount: show::money(movement.amount), strong: false });
    }
    let strong = |text: &str, amount| Sum {
        text: text.to_owned(),
        amount: show::money(amount),
        strong: true,
    };
    sums.push(strong(words.charges, it.bill.total));
    if let Some(correction) = it.behind {
        let text = words.bill_behind.replace("{number}", &note_number(correction));
        sums.push(Sum { text, amount: show::money(-it.bill.total), strong: false });
    }
    if let Some(plan) = it.plan.filter(|it| Money::ZERO < it.later) {
        let (text, amount) = (words.bill_later.to_owned(), show::money(-plan.later));
        sums.push(Sum { text, amount, strong: false });
    }
    if let Some(level) = it.level {
        let text = words.bill_level.replace("{level}", &show::money(level.asked));
        sums.push(Sum { text, amount: show::money(level.beside), strong: false });
    }
    sums.push(strong(words.amount_due, it.amount_due));
    sums
}

/// What is charged once, as a card beside those of services.
fn once(bill: &Bill, words: &'static Words, language: Language) -> Option<Part> {
    let lines = bill.once.iter().map(|it| charge(&it.line, words, language));
    (!bill.once.is_empty()).then(|| Part {
        colour: "",
        name: words.charged_once,
        rate: String::new(),
        address: String::new(),
        period: show::day(bill.billed_on, language),
        usage: String::new(),
        total: show::money(bill.once_total()),
        evidence: Vec::new(),
        bank: Vec::new(),
        lines: lines.collect(),
    })
}

fn part(it: &Segment, meters: &Meters, words: &'static Words, language: Language) -> Part {
    let link = |serial: &String| {
        let id = meters.get(&(it.commodity, serial.clone()));
        id.map_or_else(String::new, |id| format!("/meters/{id}"))
    };
    Part {
        colour: show::colour(it.commodity),
        name: show::commodity(it.commodity, words),
        rate: format!("{}, {}", it.tariff, it.tariff_called(language)),
        address: it.service_at.clone(),
        period: show::period(it.period, language),
        usage: show::quantity(it.usage),
        total: show::money(it.total),
        evidence: it
            .evidence
            .iter()
            .map(|it| {
                let read = |read: meterbook_core::reads::usage::EvidenceRead| {
                    format!(
                        "{} {} ({})",
                        show::number(read.index_micro),
                        read.kind.letter(),
                        show::day(read.on, language)
                    )
                };
                let (first, last) = match it.reads {
                    Some((first, last)) => (read(first), read(last)),
                    None => (words.interval_note.to_owned(), show::period(it.period, language)),
                };
                Read {
                    meter: it.meter.clone(),
                    link: link(&it.meter),
                    flow: show::flow(it.flow, words),
                    first,
                    last,
                    multiplier: decimal(it.multiplier_micro, 6),
                    used: show::quantity(it.used),
                    estimated: 0 < it.estimated,
                }
            })
            .collect(),
        bank: bank(it, words),
        lines: it.lines.iter().map(|it| charge(it, words, language)).collect(),
    }
}

fn bank(it: &Segment, words: &'static Words) -> Vec<(&'static str, String)> {
    let name = |entry: BankEntry| match entry {
        BankEntry::Opening => words.bank_opening,
        BankEntry::Earned => words.bank_earned,
        BankEntry::Allotted => words.bank_allotted,
        BankEntry::Used => words.bank_used,
        BankEntry::Given => words.bank_given,
        BankEntry::Paid => words.bank_paid,
        BankEntry::Expired => words.bank_expired,
        BankEntry::Moved => words.bank_moved,
        BankEntry::Closing => words.bank_closing,
    };
    let energy = it.bank.map_or_else(Vec::new, |it| it.entries());
    let energy = energy.into_iter().map(|(entry, micro)| {
        (name(entry), show::quantity(Quantity { micro, unit: it.usage.unit }))
    });
    let credit = it.credit.entries().into_iter();
    let credit = credit.map(|(entry, amount)| (credit_name(entry, words), amount.to_string()));
    energy.chain(credit).collect()
}

fn credit_name(entry: BankEntry, words: &'static Words) -> &'static str {
    match entry {
        BankEntry::Opening => words.credit_opening,
        BankEntry::Earned | BankEntry::Allotted => words.credit_earned,
        BankEntry::Used | BankEntry::Given => words.credit_used,
        BankEntry::Paid => words.credit_paid,
        BankEntry::Expired => words.credit_expired,
        BankEntry::Moved => words.credit_moved,
        BankEntry::Closing => words.credit_closing,
    }
}

fn charge(it: &Line, words: &Words, language: Language) -> Charge {
    Charge {
        label: it.called(language).into_owned(),
        arithmetic: arithmetic_in(it, language).replace(" x ", " × "),
        amount: show::money(it.amount),
        kind: show::charge_kind(it.kind, words),
        period: show::period(it.period, language),
        exact: exact(it.exact),
        rounding: show::rounding(it.rounding, words),
        tariff: it.rule.tariff.clone(),
        version: show::day(it.rule.version, language),
        line: it.rule.line,
        rule: it.rule.text.trim().to_owned(),
    }
}

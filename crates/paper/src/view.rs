//! From a statement to the texts that are printed, in the customer's language.

use std::collections::BTreeMap;

use jiff::civil::Date;
use meterbook_core::bill::explain::{arithmetic_in, average, each, evidence_in, source_in};
use meterbook_core::bill::why::{Cause, Why};
use meterbook_core::bill::{Bill, Movement, Print, Segment, Statement};
use meterbook_core::credit::late_fee::LateCharge;
use meterbook_core::currency::Currency;
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::ledger::EntryKind;
use meterbook_core::money::{Money, Price, Quantity};
use meterbook_core::paper::scan_line::Scanned;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::rating::{BankEntry, Basis, ChargeKind, Line, Note};
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::usage::{Evidence, EvidenceRead};
use meterbook_core::text::{decimal, grouped};
use qrcode::QrCode;
use qrcode::types::Color;
use serde_json::{Value, json};

use crate::asking::{Asking, with};
use crate::chart::{chart, last_year};
use crate::frame::{Form, Frame, asking, framed, said};
use crate::message::{level_row, message};
use crate::says::{FEWEST, Says, colour, listed, nearest, number};
use crate::words::words;

/// Everything that is printed on one bill, as texts.
#[derive(Clone, Debug, PartialEq)]
pub struct View(pub Value);

impl View {
    /// The same with an invoice as XML in the PDF, which is then kept as PDF/A-3.
    #[must_use]
    pub fn with_invoice(mut self, xml: &str, on: Date) -> View {
        let on = json!({ "year": on.year(), "month": on.month(), "day": on.day() });
        self.0["invoice"] = json!({ "xml": xml, "on": on });
        self
    }

    /// The same with what the paper is called, for paper that is sent.
    #[must_use]
    pub fn called(mut self, number: &str, language: Language) -> View {
        if let Some(meta) = self.0["meta"].as_array_mut() {
            meta.push(json!([words(language).number, number]));
        }
        self
    }

    /// The same in large print; bills in large print have a form of their own.
    #[must_use]
    pub fn in_large_print(mut self) -> View {
        self.0["large"] = true.into();
        self
    }
}

/// Movements since the last bill that are printed one by one.
const MOVEMENTS: usize = 4;
/// Days back within which a day of the year says which one it was.
const DAYS_WITHOUT_YEAR: i32 = 300;
/// What stands where a code to scan would, on paper that asks for nothing.
pub(crate) const NO_QR: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>";

/// The view of a statement.
pub fn view(statement: &Statement) -> View {
    let says = Says::new(statement.language, statement.utility.currency);
    let Statement { utility, bill, account, .. } = statement;
    let words = says.words;
    let asks = asks(statement);
    let other = behind(statement, &says.other()).unwrap_or_else(|| asks.other(&says));
    let look = &statement.look;
    let form = match statement.print {
        Print::Normal => Form::Bill,
        Print::Large => Form::LargePrint,
    };
    let kinds: Vec<&str> = Commodity::ALL
        .iter()
        .filter(|it| bill.segments.iter().any(|segment| segment.commodity == **it))
        .map(|it| says.commodity(*it))
        .collect();
    let pay_at = statement.pay_at.clone();
    let pay_at =
        pay_at.unwrap_or_else(|| format!("https://{}/pay/{}", utility.site, account.number));
    let frame = Frame {
        form,
        utility,
        look,
        account: account.number,
        title: format!("{} {}", words.bill, bill.number),
        tagline: match bill.is_once() {
            true => format!("{} · {}", utility.phone, utility.site),
            false => format!("{} · {} · {}", listed(&kinds), utility.phone, utility.site),
        },
    };
    let total = asks.total(&says);
    let own = json!({
        "kind": kind(statement, &says),
        "meta": meta(statement, &says),
        "mail": bill.addressed_to.iter().map(|it| it.to_uppercase()).collect::<Vec<_>>(),
        "late": late(late_charge(statement, &says), &says),
        "account_title": words.account,
        "account": sums(statement, &says),
        "new_charges": { "label": words.new_charges, "amount": says.money(bill.total) },
        "moved": moved(statement, &says),
        "total": { "label": total.words, "amount": says.money(total.amount) },
        "parts": parts(bill, &says),
        "message": message(statement, &says),
        "changed": changed(statement, &says),
        "chart": statement.history.first().and_then(|it| chart(it, &says)),
        "detail_title": words.charges_in_detail,
        "detail_meta": [[words.account, account.number.to_string()], [words.bill, format!("{}, {}", bill.number, says.day(bill.billed_on))]],
        "segments": bill.segments.iter().map(|it| segment(it, statement, &says)).chain(once(bill, &says)).collect::<Vec<_>>(),
        "read_kinds": read_kinds(bill, &says),
        "boxes": [
            [words.ways, said(&look.terms.pay, utility, bill.due_on, &says).as_str()],
            [words.questions, asking(&look.terms, utility, bill.due_on, &says).as_str()],
            [words.other_title, other.as_str()],
        ],
        "how_label": words.how,
    });
    let scan_line = look.scan_line.write(&scanned(statement)).unwrap_or_default();
    let mut own = with(own, asks.view(&pay_at, scan_line, &says));
    if let Some(number) = statement.behind.map(note_number) {
        own["due_label"] = words.behind_with.into();
        own["due"] = number.into();
    }
    if !asks.is_for_something()
        && let Some(boxes) = own["boxes"].as_array_mut()
    {
        boxes.remove(0);
    }
    View(framed(&frame, &says, own))
}

/// What a bill asks for.
pub(crate) fn asks(statement: &Statement) -> Asking<'_> {
    let (utility, account) = (&statement.utility, statement.account.number);
    Asking { utility, account, amount: statement.amount_due, due: statement.bill.due_on }
}

/// What a lockbox is to read.
pub(crate) fn scanned(statement: &Statement) -> Scanned {
    Scanned {
        account: statement.account.number,
        due: statement.bill.due_on,
        amount: statement.amount_due.max(Money::ZERO),
        late: statement.late.with(statement.amount_due).max(Money::ZERO),
    }
}

/// What is added to what is paid late: the sentence before the amount, and the amount.
pub(crate) fn late_charge(statement: &Statement, says: &Says) -> (String, Option<Money>) {
    late_charge_on(statement.late, (statement.amount_due, statement.bill.due_on), says)
}

/// The same of any paper that asks for an amount by a day.
pub(crate) fn late_charge_on(
    late: LateCharge,
    (amount, due): (Money, Date),
    says: &Says,
) -> (String, Option<Money>) {
    if amount <= Money::ZERO {
        return (String::new(), None);
    }
    match late {
        LateCharge::Never => (says.words.late_none.replace("{date}", &says.day(due)), None),
        LateCharge::NotOfThis => (String::new(), None),
        LateCharge::After { day, fee } => {
            let sentence = says.words.late_after.replace("{date}", &says.day(day));
            (sentence.replace("{fee}", &says.money(fee)), Some(late.with(amount)))
        }
    }
}

/// What is said of being late, with its amount.
pub(crate) fn late(charge: (String, Option<Money>), says: &Says) -> String {
    match charge {
        (sentence, None) => sentence,
        (sentence, Some(amount)) => format!("{sentence} {}.", says.money(amount)),
    }
}

/// An amount that has to be printed, and the words before it.
pub(crate) struct Place {
    /// What the bill says directly before the amount.
    pub(crate) words: String,
    /// The amount in the books.
    pub(crate) amount: Money,
}

/// Where the amounts of a bill stand.
pub(crate) struct Places {
    /// In the order of the pages.
    pub(crate) in_order: Vec<Place>,
    /// Wherever its words stand.
    pub(crate) everywhere: Place,
    /// In how many places at least that is: the box at the top, and the slip where there is one.
    pub(crate) times: usize,
    /// What all of them are in.
    pub(crate) currency: Currency,
}

/// What is to be paid stands in the box at the top and on the slip.
pub(crate) const BOX_AND_SLIP: usize = 2;
/// Where there is no slip, it stands in the box.
pub(crate) const BOX_ALONE: usize = 1;

/// Every place of a bill that has to say an amount of the books.
pub(crate) fn places(statement: &Statement) -> Places {
    let says = Says::new(statement.language, statement.utility.currency);
    let (bill, words) = (&statement.bill, says.words);
    let place = |words: String, amount: Money| Place { words, amount };
    let asks = asks(statement);
    let mut in_order = Vec::new();
    if let (sentence, Some(amount)) = late_charge(statement, &says) {
        in_order.push(place(sentence, amount));
    }
    if statement.behind.is_none() {
        in_order.push(place(words.balance_before.to_owned(), statement.before));
    }
    in_order.extend(bill.segments.iter().map(|it| place(part_label(it, &says), it.total)));
    let once = || bill.once.iter().map(|it| &it.line);
    in_order.extend(once().map(|it| place(it.called(says.language).into_owned(), it.amount)));
    in_order.push(place(words.new_charges.to_owned(), bill.total));
    in_order.extend(moved_places(statement, &says));
    in_order.push(asks.total(&says));
    for segment in &bill.segments {
        for it in &segment.lines {
            let (quantity, price) = reckoned(it, &says);
            let label = line_label(it, segment, &says);
            in_order.push(place(format!("{label} {quantity} {price}"), it.amount));
        }
        in_order.push(place(total_label(segment, &says), segment.total));
    }
    for it in once() {
        let (quantity, price) = reckoned(it, &says);
        let label = it.called(says.language);
        in_order.push(place(format!("{label} {quantity} {price}"), it.amount));
    }
    if !bill.once.is_empty() {
        in_order.push(place(words.once_total.to_owned(), bill.once_total()));
    }
    let (everywhere, times) = (asks.in_box(&says), asks.times());
    Places { in_order, everywhere, times, currency: says.currency }
}

/// That it asks for nothing by itself, and what does.
pub(crate) fn behind(statement: &Statement, says: &Says) -> Option<String> {
    let number = note_number(statement.behind?);
    Some(says.words.behind_said.replace("{number}", &number))
}

/// What sort of bill it is, where that is not the usual one.
fn kind(statement: &Statement, says: &Says) -> &'static str {
    match (statement.closing, statement.bill.is_once()) {
        (Some(_), _) => says.words.final_bill,
        (None, true) => says.words.once_bill,
        (None, false) if statement.so_far => says.words.interim_bill,
        (None, false) => "",
    }
}

/// What a bill says of itself; one of what is charged once has no days and no place of service.
fn meta(statement: &Statement, says: &Says) -> Vec<[String; 2]> {
    let (words, bill) = (says.words, &statement.bill);
    let mut meta = vec![[words.account.to_owned(), statement.account.number.to_string()]];
    if let Some(first) = bill.segments.first() {
        let (period, days) = (says.period(bill.days()), bill.days().days());
        let period = format!("{period}, {days}\u{a0}{}", words.days);
        meta.push([words.service_at.to_owned(), first.service_at.clone()]);
        meta.push([words.billing_period.to_owned(), period]);
    }
    meta.push([words.bill_date.to_owned(), says.day(bill.billed_on)]);
    meta.push([words.bill_number.to_owned(), bill.number.to_string()]);
    meta
}

/// What is said of new charges that another account pays, that the first page of a correction asks for, or
/// in place of which a level is asked, directly before the amount.
fn moved_to(statement: &Statement, says: &Says) -> Option<String> {
    if let Some(number) = statement.behind.map(note_number) {
        return Some(says.words.behind_moved.replace("{number}", &number));
    }
    if let Some(row) = level_row(statement, says) {
        return Some(row);
    }
    let account = statement.paid_by?.to_string();
    Some(says.words.moved.replace("{account}", &account))
}

/// The rows between the new charges and what is to be paid: they take off what another account pays, with
/// earlier charges that its summary bill did not have yet, or what a level makes of it; mostly none.
fn moved(statement: &Statement, says: &Says) -> Vec<Value> {
    let row = |it: Place| json!({ "label": it.words, "amount": says.money(it.amount) });
    moved_places(statement, says).into_iter().map(row).collect()
}

/// The same, as places.
fn moved_places(statement: &Statement, says: &Says) -> Vec<Place> {
    let place = |words: String, amount: Money| Place { words, amount };
    let later = parts_to_come(statement).unwrap_or(Money::ZERO);
    let off = statement.amount_due + later - statement.before - statement.bill.total;
    let waits = says.words.moved_before.to_owned();
    let is_for_all = statement.paid_by.is_some() || statement.waits == Money::ZERO;
    let apart = (!is_for_all).then(|| place(waits, -statement.waits));
    let so_far = apart.as_ref().map_or(Money::ZERO, |it| it.amount);
    let moved = moved_to(statement, says).map(|it| place(it, off - so_far));
    let plan = parts_to_come(statement).map(|it| place(says.words.plan_row.to_owned(), -it));
    apart.into_iter().chain(moved).chain(plan).collect()
}

/// What is owed and paid with later parts as agreed, where something is.
pub(crate) fn parts_to_come(statement: &Statement) -> Option<Money> {
    statement.plan.map(|it| it.later).filter(|it| Money::ZERO < *it)
}

/// What the new charges are made of: each service, and each charge beside it.
fn parts(bill: &Bill, says: &Says) -> Vec<Value> {
    let services = bill.segments.iter().map(|it| {
        json!({
            "colour": colour(it.commodity),
            "label": part_label(it, says),
            "amount": says.money(it.total),
        })
    });
    let once = bill.once.iter().map(|it| {
        json!({
            "label": it.line.called(says.language),
            "amount": says.money(it.line.amount),
        })
    });
    services.chain(once).collect()
}

/// What is charged once, in detail, like a service without meters; nothing where nothing is.
fn once(bill: &Bill, says: &Says) -> Option<Value> {
    let words = says.words;
    let mut sum = Money::ZERO;
    let mut line = |it: &Line| {
        sum += it.amount;
        let (quantity, price) = reckoned(it, says);
        json!({
            "label": it.called(says.language),
            "quantity": quantity,
            "price": price,
            "amount": says.money(it.amount),
            "sum": says.money(sum),
            "how": [says.said(&arithmetic_in(it, says.language)), says.said(&source_in(it, says.language))],
        })
    };
    let lines: Vec<Value> = bill.once.iter().map(|it| line(&it.line)).collect();
    (!lines.is_empty()).then(|| {
        json!({
            "colour": "#000000",
            "title": words.once,
            "small": says.day(bill.billed_on),
            "head": [],
            "meters": [],
            "said": [],
            "lines": lines,
            "how": [],
            "total": { "label": words.once_total, "amount": says.money(bill.once_total()) },
        })
    })
}

fn part_label(it: &Segment, says: &Says) -> String {
    format!("{}, {}", says.commodity(it.commodity), says.quantity(it.usage))
}

fn total_label(it: &Segment, says: &Says) -> String {
    says.of(says.words.total_of, it.commodity)
}

/// The lines from the last bill to the balance before the new charges.
fn sums(statement: &Statement, says: &Says) -> Vec<Value> {
    let words = says.words;
    let line = |label: String, amount: Money, strong: bool| json!({ "label": label, "amount": says.money(amount), "strong": strong });
    let mut sums = Vec::new();
    if let Some(last) = &statement.last_bill {
        sums.push(line(
            format!("{}, {}", words.last_bill, says.short_day(last.billed_on)),
            last.balance,
            false,
        ));
    }
    let shown = statement.since.len().saturating_sub(MOVEMENTS);
    let (older, newer) = statement.since.split_at(shown);
    if !older.is_empty() {
        let sum: Money = older.iter().map(|it| it.amount).sum();
        sums.push(line(format!("{} {}", older.len(), words.earlier), sum, false));
    }
    for it in newer {
        sums.push(line(movement_label(it, statement.bill.billed_on, says), it.amount, false));
    }
    // What was owed before stands on the first page that asks for it.
    if statement.behind.is_none() {
        sums.push(line(words.balance_before.to_owned(), statement.before, true));
    }
    sums
}

/// What a movement is called on a bill of a day: one of another time of the year says which year.
pub(crate) fn movement_label(it: &Movement, billed_on: Date, says: &Says) -> String {
    let long_ago = DAYS_WITHOUT_YEAR < (billed_on - it.on).get_days();
    let on = if long_ago { says.day(it.on) } else { says.short_day(it.on) };
    let words = says.words;
    match it.kind {
        EntryKind::Payment => {
            format!("{}, {}. {}", words.payment, on, words.thanks)
        }
        // Between two bills of an account there is none of its own: another one sums it up.
        EntryKind::Bill => format!("{}, {}", words.summary, on),
        EntryKind::Settlement => format!("{}, {}", words.settlement, on),
        EntryKind::Reversal => format!("{}, {}", words.reversed, on),
        EntryKind::Adjustment => format!("{} {}, {}", words.adjustment, it.text, on),
        EntryKind::Refund => format!("{}, {}", words.refund, on),
        EntryKind::Transfer => format!("{}, {}", words.transfer, on),
        EntryKind::Charge => match it.charge {
            Some(of) => of.said(&it.text, says.language),
            None => it.text.clone(),
        },
        EntryKind::Suspense
        | EntryKind::SuspenseReturned
        | EntryKind::Drawer
        | EntryKind::DepositInterest
        | EntryKind::RefundPaid
        | EntryKind::RefundVoided
        | EntryKind::RefundHeld
        | EntryKind::RefundBounced
        | EntryKind::Remitted => it.text.clone(),
        EntryKind::Cancelled => format!("{}, {}", words.cancelled, on),
    }
}

/// Why the new charges differ from the last bill's; nothing on a first bill.
fn changed(statement: &Statement, says: &Says) -> Value {
    let Some(why) = &statement.why else { return Value::Null };
    let against = match &statement.replaces {
        Some(_) => says.words.change_replaced,
        None => says.words.change_was,
    };
    let largest = why.causes.iter().map(|it| it.amount.cents().abs()).max().unwrap_or(0).max(1);
    let row = |it: &Cause| {
        let up = Money::ZERO < it.amount;
        json!({
            "label": capital(&why.said(it, says.language)),
            "long": (it.amount.cents().abs() * 100).div_euclid(largest),
            "up": up,
            "amount": signed(it.amount, says),
        })
    };
    json!({
        "title": says.words.what_changed,
        "small": format!("{} {}", signed(why.to - why.from, says), against),
        "rows": why.causes.iter().map(row).collect::<Vec<_>>(),
    })
}

/// How much a bill differs from another, and what each cause made of it, in one line; empty where they
/// are the same.
pub(crate) fn reasons(why: &Why, says: &Says) -> String {
    let cause = |it: &Cause| {
        let sentence = why.said(it, says.language);
        format!("{sentence} {}", signed(it.amount, says))
    };
    let causes: Vec<String> = why.causes.iter().map(cause).collect();
    match causes.is_empty() {
        true => String::new(),
        false => format!("{}: {}", says.words.what_changed, causes.join("; ")),
    }
}

/// A sentence that begins one.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

pub(crate) fn signed(amount: Money, says: &Says) -> String {
    if amount < Money::ZERO { says.money(amount) } else { format!("+{}", says.money(amount)) }
}

fn segment(it: &Segment, statement: &Statement, says: &Says) -> Value {
    let words = says.words;
    json!({
        "colour": colour(it.commodity),
        "title": says.commodity(it.commodity),
        "small": format!("{}, {} {}", says.period(it.period), it.period.days(), words.days),
        "head": [words.meter, words.rate, words.read_first, words.read_last, words.difference, words.multiplier, words.billed_use],
        "meters": it.evidence.iter().map(|of| meter(of, it, says)).collect::<Vec<_>>(),
        "said": said_of(it, statement, says),
        "lines": lines(it, says),
        "how": it.evidence.iter().map(|it| evidence_in(it, says.language)).collect::<Vec<_>>(),
        "total": { "label": total_label(it, says), "amount": says.money(it.total) },
    })
}

/// What the letters behind reads say. Few utilities type reads at the office: that letter is told where it stands.
fn read_kinds(bill: &Bill, says: &Says) -> String {
    if bill.is_once() {
        return String::new();
    }
    let evidence = bill.segments.iter().flat_map(|it| &it.evidence);
    let mut reads = evidence.filter_map(|it| it.reads).flat_map(|(first, last)| [first, last]);
    match reads.any(|it| it.kind == ReadKind::Office) {
        true => format!("{} {}", says.words.read_kind_office, says.words.read_kinds),
        false => says.words.read_kinds.to_owned(),
    }
}

/// How the banks of energy and of credit went, each in a sentence; empty where there is none.
fn bank(it: &Segment, says: &Says) -> String {
    let words = says.words;
    let name = |entry: &BankEntry| match entry {
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
    let energy: Vec<String> = energy
        .iter()
        .map(|(entry, micro)| format!("{} {}", name(entry), number(*micro, 2)))
        .collect();
    let credit = it.credit.entries();
    let credit: Vec<String> = credit
        .iter()
        .map(|(entry, amount)| format!("{} {}", name(entry), says.money(*amount)))
        .collect();
    let unit = words.bank.replace("{unit}", it.usage.unit.word());
    let both = [(unit.as_str(), energy), (words.bank_credit, credit)];
    let sentence = |(head, entries): &(&str, Vec<String>)| {
        (!entries.is_empty()).then(|| format!("{head}: {}", entries.join(" · ")))
    };
    both.iter().filter_map(sentence).collect::<Vec<_>>().join("; ")
}

fn meter(of: &Evidence, it: &Segment, says: &Says) -> Value {
    let words = says.words;
    let read =
        |it: EvidenceRead| format!("{}: {}", says.short_day(it.on), index_with_kind(it, says));
    let (first, last, difference) = match of.reads {
        Some((first, last)) => {
            let turned = number((last.index_micro - first.index_micro).max(0), 2);
            (
                read(first),
                read(last),
                if first.index_micro <= last.index_micro { turned } else { String::new() },
            )
        }
        None => (
            says.short_day(of.period.start()),
            says.short_day(of.period.last()),
            match of.estimated {
                0 => words.intervals.to_owned(),
                some => format!("{}, {some} {}", words.intervals, words.estimated_ones),
            },
        ),
    };
    let difference = match dial_passed(of) {
        Some((turned, _)) => number(turned, 2),
        None => difference,
    };
    let back = of.flow == meterbook_core::meter::Flow::Received;
    let name = if back { format!("{} {}", of.meter, words.received) } else { of.meter.clone() };
    json!([
        name,
        format!("{}, {}", it.tariff, it.tariff_called(says.language)),
        first,
        last,
        difference,
        decimal(of.multiplier_micro, 6),
        billed_use(of, it, says),
    ])
}

/// What a register counted between two reads across the end of its dial, and the last number of that, in
/// millionths; `None` where it did not pass it.
fn dial_passed(of: &Evidence) -> Option<(i64, i64)> {
    let (first, last) = of.reads?;
    if first.index_micro <= last.index_micro || of.multiplier_micro <= 0 {
        return None;
    }
    let turned = i128::from(of.used.micro) * 1_000_000;
    if turned.rem_euclid(i128::from(of.multiplier_micro)) != 0 {
        return None;
    }
    let turned = i64::try_from(turned.div_euclid(i128::from(of.multiplier_micro))).ok()?;
    let dial = turned.checked_add(first.index_micro - last.index_micro)?;
    let is_dial = (1..=12).any(|digits| dial == 10_i64.pow(digits) * 1_000_000);
    (0 <= turned && is_dial).then_some((turned, dial - 1_000_000))
}

/// That a register passed the end of its dial.
fn passed(of: &Evidence, says: &Says) -> String {
    let said = |(_, most): (i64, i64)| {
        let said = says.words.dial_passed.replace("{meter}", &of.meter);
        said.replace("{most}", &number(most, 0))
    };
    dial_passed(of).map_or_else(String::new, said)
}

/// What a meter showed, with the letter of its kind, and the word where it was estimated.
pub(crate) fn index_with_kind(read: EvidenceRead, says: &Says) -> String {
    let shown = format!("{} {}", number(read.index_micro, 2), read.kind.letter());
    match read.kind {
        ReadKind::Estimated => format!("{shown}, {}", says.words.estimated),
        ReadKind::Actual | ReadKind::Customer | ReadKind::Office => shown,
    }
}

/// What a meter adds; where the tariff bills in another unit than the meter counts in, both.
pub(crate) fn billed_use(of: &Evidence, it: &Segment, says: &Says) -> String {
    let used = says.quantity(of.used);
    let alone = it.evidence.len() == 1 && of.used.unit != it.usage.unit;
    if alone { format!("{used} = {}", says.quantity(it.usage)) } else { used }
}

/// The lines, each with what it and those before it come to.
fn lines(segment: &Segment, says: &Says) -> Vec<Value> {
    let mut sum = Money::ZERO;
    let line = |it: &Line| {
        sum += it.amount;
        let (quantity, price) = reckoned(it, says);
        json!({
            "label": line_label(it, segment, says),
            "quantity": quantity,
            "price": price,
            "amount": says.money(it.amount),
            "sum": says.money(sum),
            "how": [says.said(&arithmetic_in(it, says.language)), says.said(&source_in(it, says.language))],
        })
    };
    segment.lines.iter().map(line).collect()
}

/// Sentences between the meters and the lines: last year's use, demands that were billed higher than
/// they were measured, banks.
fn said_of(it: &Segment, statement: &Statement, says: &Says) -> Vec<String> {
    let mut all = vec![last_year(it, statement, says)];
    all.extend(it.evidence.iter().map(|it| passed(it, says)));
    all.extend(demands(it, says));
    all.push(bank(it, says));
    all.retain(|it| !it.is_empty());
    all
}

/// What a demand was measured as and what is billed of it, where the tariff looks back on earlier
/// demands.
fn demands(it: &Segment, says: &Says) -> Vec<String> {
    let words = says.words;
    let latest = it.carried.peaks.iter().map(|it| it.turn).max();
    let mut all = Vec::new();
    for peak in it.carried.peaks.iter().filter(|it| Some(it.turn) == latest) {
        let of_it = |line: &&Line| {
            // Behind the name of the charge stands that of a period; another charge may begin alike.
            let rest = line.label.strip_prefix(&peak.charge);
            let its_own = rest.is_some_and(|it| it.is_empty() || it.starts_with(", "));
            line.kind == ChargeKind::Demand && its_own && line.label.contains(&peak.period)
        };
        // The blocks of a ladder add up; days at another price bill the same demand once more.
        let mut blocks: BTreeMap<Date, Quantity> = BTreeMap::new();
        for line in it.lines.iter().filter(of_it) {
            if let Basis::Each(quantity, _) | Basis::Part { quantity, .. } = line.basis {
                let none = Quantity { micro: 0, ..quantity };
                blocks.entry(line.period.start()).or_insert(none).micro += quantity.micro;
            }
        }
        let Some(billed) = blocks.into_values().max_by_key(|it| it.micro) else { continue };
        let measured = Quantity { micro: peak.micro, ..billed };
        let spanish = it.lines.iter().find(of_it).and_then(|it| it.spanish.as_deref());
        let name = match spanish.filter(|_| says.language == Language::Spanish) {
            Some(spanish) => spanish.to_owned(),
            None if peak.period.is_empty() => peak.charge.clone(),
            None => format!("{}, {}", peak.charge, peak.period),
        };
        let mut said = format!(
            "{name}: {} {}, {} {}",
            words.demand_measured,
            says.quantity_to(measured, 6),
            words.demand_billed,
            says.quantity_to(billed, 6)
        );
        let earlier = it.carried.peaks.iter().filter(|it| Some(it.turn) != latest);
        let mut earlier = earlier.filter(|it| it.charge == peak.charge && it.period == peak.period);
        if measured.micro < billed.micro {
            let looks_back = earlier.any(|it| billed.micro <= it.micro);
            let ratchet = it.lines.iter().filter(of_it).find_map(|it| match &it.note {
                Note::Ratcheted(_, ratchet) => Some(ratchet.spelled(says.language)),
                _ => None,
            });
            // Bills of before did not keep how it came about.
            let unsaid = if looks_back { words.demand_ratchet } else { words.demand_least };
            said = format!("{said}; {}", ratchet.as_deref().unwrap_or(unsaid));
        }
        all.push(said);
    }
    all
}

/// What a line is called; with its days where another line is called the same for other days, as on
/// both sides of a change of season.
pub(crate) fn line_label(it: &Line, segment: &Segment, says: &Says) -> String {
    let name = |it: &Line| (it.label.clone(), it.note.bare());
    let other = |of: &Line| name(of) == name(it) && of.period != it.period;
    let called = it.called(says.language);
    if segment.lines.iter().any(other) {
        format!("{called}, {}", says.short_period(it.period))
    } else {
        called.into_owned()
    }
}

/// What was counted and what each cost, as the line prints them before its amount.
pub(crate) fn reckoned(it: &Line, says: &Says) -> (String, String) {
    match it.basis {
        Basis::Each(quantity, price) => {
            (counted(it, quantity, says), format!("× {}", priced(price, says)))
        }
        Basis::Part { quantity, price, days, of: 1 } => (
            counted(it, quantity, says),
            format!("× {} × {days} {}", priced(price, says), says.words.days),
        ),
        Basis::Part { quantity, price, days, of } => (
            counted(it, quantity, says),
            format!("× {} × {days}/{of} {}", priced(price, says), says.words.days),
        ),
        Basis::Share(whole, share) => {
            let share = decimal(share.nano, 7).replace('-', "−");
            (format!("{share}% × {}", says.money(whole)), String::new())
        }
        Basis::Shortfall { least, charged } => {
            (format!("{} − {}", says.money(least), says.money(charged)), String::new())
        }
        Basis::Series(quantity, all) => {
            (says.quantity(quantity), format!("× ~ {}", priced(average(quantity, all), says)))
        }
        Basis::Amount(_) => (String::new(), String::new()),
    }
}

/// A quantity with as many decimals as it takes to come to the printed amount with a calculator.
fn counted(it: &Line, quantity: Quantity, says: &Says) -> String {
    let comes_to = |micro| {
        let quantity = Quantity { micro, ..quantity };
        let basis = match it.basis {
            Basis::Part { price, days, of, .. } => Basis::Part { quantity, price, days, of },
            Basis::Each(_, price) => Basis::Each(quantity, price),
            other => other,
        };
        basis.exact().round(it.rounding)
    };
    let does = |places: &u32| comes_to(nearest(quantity.micro, *places)) == it.amount;
    says.quantity_to(quantity, (FEWEST..6).find(does).unwrap_or(6))
}

/// A price without the unit, which stands beside it.
fn priced(price: Price, says: &Says) -> String {
    let text = each(price);
    let price = text.split_once(" per ").map_or(&*text, |it| it.0);
    let said = match price.split_once('$') {
        Some((sign, price)) => format!("{}${}", sign.replace('-', "−"), grouped(price)),
        None => price.replace('-', "−"),
    };
    says.said(&said).into_owned()
}

/// A QR code as an SVG drawing.
pub(crate) fn qr(text: &str) -> String {
    let Ok(code) = QrCode::new(text) else { return String::new() };
    let width = code.width();
    let colours = code.to_colors();
    let mut path = String::new();
    for (nth, _) in colours.iter().enumerate().filter(|(_, it)| **it == Color::Dark) {
        let (x, y) = (nth.rem_euclid(width), nth.div_euclid(width));
        path.push_str(&format!("M{x} {y}h1v1h-1z"));
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {width}'><path d='{path}'/></svg>"
    )
}

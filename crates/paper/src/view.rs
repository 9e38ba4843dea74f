//! From a statement to the texts that are printed, in the customer's language.

use jiff::civil::Date;
use meterbook_core::bill::explain::{average, each};
use meterbook_core::bill::why::Cause;
use meterbook_core::bill::{History, HistoryMonth, Movement, Segment, Statement};
use meterbook_core::ledger::EntryKind;
use meterbook_core::money::{Money, Quantity, Unit};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::rating::{BankEntry, Basis, Line};
use meterbook_core::reads::usage::{Evidence, EvidenceRead};
use meterbook_core::text::{decimal, grouped};
use qrcode::QrCode;
use qrcode::types::Color;
use serde_json::{Value, json};

use crate::scan_line::scan_line;
use crate::words::{Words, words};

/// Everything that is printed on one bill, as texts.
#[derive(Clone, Debug, PartialEq)]
pub struct View(pub Value);

/// Movements since the last bill that are printed one by one.
const MOVEMENTS: usize = 4;
/// Bars of the chart: a year and the month of the year before.
const BARS: usize = 13;

/// The view of a statement.
pub fn view(statement: &Statement) -> View {
    let says = Says { words: words(statement.language), language: statement.language };
    let Statement { utility, bill, account, .. } = statement;
    let words = says.words;
    let due = says.day(bill.due_on);
    // A number that is broken over two lines is hard to dial.
    let phone = utility.phone.replace(' ', "\u{a0}");
    let other = words
        .other_text
        .replace("{amount}", &says.money(statement.amount_due))
        .replace("{date}", &says.other().day(bill.due_on))
        .replace("{phone}", &phone);
    let service_at = bill.segments.first().map_or_else(String::new, |it| it.service_at.clone());
    let kinds: Vec<&str> = Commodity::ALL
        .iter()
        .filter(|it| bill.segments.iter().any(|segment| segment.commodity == **it))
        .map(|it| says.commodity(*it))
        .collect();
    let pay_at = format!("https://{}/pay/{}", utility.site, account.number);
    View(json!({
        "lang": words.code,
        "title": format!("{} {}, {}", words.bill, bill.number, utility.name),
        "utility": utility.name,
        "tagline": format!("{} · {} · {}", listed(&kinds), utility.phone, utility.site),
        "meta": [
            [words.account, account.number.to_string()],
            [words.service_at, service_at],
            [words.billing_period, format!("{}, {}\u{a0}{}", says.period(bill.period), bill.period.days(), words.days)],
            [words.bill_date, says.day(bill.billed_on)],
            [words.bill_number, bill.number.to_string()],
        ],
        "mail": bill.addressed_to.iter().map(|it| it.to_uppercase()).collect::<Vec<_>>(),
        "amount_due_label": words.amount_due,
        "amount_due": says.money(statement.amount_due),
        "due_label": words.due_by,
        "due": due,
        "account_title": words.account,
        "account": sums(statement, &says),
        "new_charges": { "label": words.new_charges, "amount": says.money(bill.total) },
        "total": { "label": format!("{} {due}", words.amount_due_by), "amount": says.money(statement.amount_due) },
        "parts": bill.segments.iter().map(|it| json!({
            "colour": colour(it.commodity),
            "label": part_label(it, &says),
            "amount": says.money(it.total),
        })).collect::<Vec<_>>(),
        "message": message(statement, words),
        "changed": changed(statement, &says),
        "chart": statement.history.first().and_then(|it| chart(it, &says)),
        "detach": words.detach,
        "scan": { "title": words.scan, "text": format!("{} {} {}", utility.site, words.scan_or, phone), "qr": qr(&pay_at), "alt": pay_at },
        "remit": std::iter::once(&utility.name).chain(&utility.remit_to).map(|it| it.to_uppercase()).collect::<Vec<_>>(),
        "stub": [
            [words.account, account.number.to_string()],
            [words.due_by, due],
            [words.amount_due, says.money(statement.amount_due)],
        ],
        "enclosed": words.amount_enclosed,
        "scan_line": scan_line(account.number, bill.due_on, statement.amount_due),
        "detail_title": words.charges_in_detail,
        "detail_meta": [[words.account, account.number.to_string()], [words.bill, format!("{}, {}", bill.number, says.day(bill.billed_on))]],
        "segments": bill.segments.iter().map(|it| segment(it, &says)).collect::<Vec<_>>(),
        "read_kinds": words.read_kinds,
        "boxes": [
            [words.ways, words.ways_more],
            [words.questions, words.questions_more.replace("{phone}", &phone)],
            [words.other_title, other.as_str()],
        ],
        "footer": utility.footer,
        "page": words.page,
        "page_of": words.page_of,
    }))
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
}

/// Every place of a bill that has to say an amount of the books.
pub(crate) fn places(statement: &Statement) -> Places {
    let says = Says { words: words(statement.language), language: statement.language };
    let (bill, words) = (&statement.bill, says.words);
    let place = |words: String, amount: Money| Place { words, amount };
    let due = format!("{} {}", words.amount_due_by, says.day(bill.due_on));
    let mut in_order = vec![place(words.balance_before.to_owned(), statement.before)];
    in_order.extend(bill.segments.iter().map(|it| place(part_label(it, &says), it.total)));
    in_order.push(place(words.new_charges.to_owned(), bill.total));
    in_order.push(place(due, statement.amount_due));
    for segment in &bill.segments {
        for it in &segment.lines {
            let (quantity, price) = reckoned(it, &says);
            let label = line_label(it, segment, &says);
            in_order.push(place(format!("{label} {quantity} {price}"), it.amount));
        }
        in_order.push(place(total_label(segment, &says), segment.total));
    }
    let everywhere = place(words.amount_due.to_owned(), statement.amount_due);
    Places { in_order, everywhere }
}

fn part_label(it: &Segment, says: &Says) -> String {
    format!("{}, {}", says.commodity(it.commodity), says.quantity(it.usage))
}

fn total_label(it: &Segment, says: &Says) -> String {
    says.of(says.words.total_of, it.commodity)
}

/// How values are written in one language.
struct Says {
    words: &'static Words,
    language: Language,
}

impl Says {
    fn other(&self) -> Says {
        let language = match self.language {
            Language::English => Language::Spanish,
            Language::Spanish => Language::English,
        };
        Says { words: words(language), language }
    }

    fn day(&self, day: Date) -> String {
        let month = self.month(day);
        match self.language {
            Language::English => format!("{month} {}, {}", day.day(), day.year()),
            Language::Spanish => format!("{} {month} {}", day.day(), day.year()),
        }
    }

    fn short_day(&self, day: Date) -> String {
        let month = self.month(day);
        match self.language {
            Language::English => format!("{month} {}", day.day()),
            Language::Spanish => format!("{} {month}", day.day()),
        }
    }

    fn month(&self, day: Date) -> &'static str {
        self.words.months[usize::try_from(day.month() - 1).expect("months are 1 to 12")]
    }

    fn period(&self, period: Period) -> String {
        let same_year = period.start().year() == period.last().year();
        let start =
            if same_year { self.short_day(period.start()) } else { self.day(period.start()) };
        format!("{start} – {}", self.day(period.last()))
    }

    /// `Sep 23–30`, `23–30 sep`; `Sep 23 – Oct 4` where the month ends in between.
    fn short_period(&self, period: Period) -> String {
        let (first, last) = (period.start(), period.last());
        if first == last {
            return self.short_day(first);
        }
        if (first.year(), first.month()) != (last.year(), last.month()) {
            return format!("{} – {}", self.short_day(first), self.short_day(last));
        }
        match self.language {
            Language::English => format!("{}–{}", self.short_day(first), last.day()),
            Language::Spanish => format!("{}–{}", first.day(), self.short_day(last)),
        }
    }

    fn money(&self, amount: Money) -> String {
        let plain = amount.plain();
        match plain.strip_prefix('-') {
            Some(plain) => format!("−${}", grouped(plain)),
            None => format!("${}", grouped(&plain)),
        }
    }

    fn quantity(&self, it: Quantity) -> String {
        format!("{} {}", number(it.micro, 3), self.unit(it.unit, it.micro))
    }

    fn unit(&self, unit: Unit, micro: i64) -> String {
        let plural = micro != 1_000_000;
        match (unit, self.language, plural) {
            (Unit::Day, Language::English, true) => "days".to_owned(),
            (Unit::Day, Language::Spanish, true) => "días".to_owned(),
            (Unit::Day, Language::Spanish, false) => "día".to_owned(),
            (Unit::Month, Language::English, true) => "months".to_owned(),
            (Unit::Month, Language::Spanish, true) => "meses".to_owned(),
            (Unit::Month, Language::Spanish, false) => "mes".to_owned(),
            (Unit::Therm, Language::English, true) => "therms".to_owned(),
            (Unit::Piece, Language::English, true) => "units".to_owned(),
            (Unit::Piece, Language::Spanish, true) => "unidades".to_owned(),
            (Unit::Piece, Language::Spanish, false) => "unidad".to_owned(),
            _ => unit.word().to_owned(),
        }
    }

    /// A text about one service: `Electric total`, `Total de electricidad`.
    fn of(&self, text: &str, commodity: Commodity) -> String {
        let name = self.commodity(commodity);
        let begins = text.starts_with('{');
        text.replace("{service}", &if begins { name.to_owned() } else { name.to_lowercase() })
    }

    fn commodity(&self, commodity: Commodity) -> &'static str {
        match commodity {
            Commodity::Electric => self.words.electric,
            Commodity::Gas => self.words.gas,
            Commodity::Water => self.words.water,
            Commodity::Waste => self.words.waste,
        }
    }
}

/// `Electric, gas, water`.
fn listed(kinds: &[&str]) -> String {
    let text = kinds.join(", ");
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| format!("{first}{}", chars.as_str().to_lowercase()))
}

fn colour(commodity: Commodity) -> &'static str {
    match commodity {
        Commodity::Electric => "#C57A0C",
        Commodity::Gas => "#7B4FA0",
        Commodity::Water => "#2A70B4",
        Commodity::Waste => "#6B6F3A",
    }
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
    for Movement { on, kind, text, amount } in newer {
        let label = match kind {
            EntryKind::Payment => {
                format!("{}, {}. {}", words.payment, says.short_day(*on), words.thanks)
            }
            EntryKind::Bill => format!("{}, {}", words.bill, says.short_day(*on)),
            EntryKind::Settlement => format!("{}, {}", words.settlement, says.short_day(*on)),
            EntryKind::Reversal => format!("{}, {}", words.reversed, says.short_day(*on)),
            EntryKind::Refund => format!("{}, {}", words.refund, says.short_day(*on)),
            EntryKind::Transfer => format!("{}, {}", words.transfer, says.short_day(*on)),
            EntryKind::Charge
            | EntryKind::Suspense
            | EntryKind::SuspenseReturned
            | EntryKind::Drawer => text.clone(),
            EntryKind::Cancelled => format!("{}, {}", words.cancelled, says.short_day(*on)),
        };
        sums.push(line(label, *amount, false));
    }
    sums.push(line(words.balance_before.to_owned(), statement.before, true));
    sums
}

fn message(statement: &Statement, words: &Words) -> Value {
    // A fee or a deposit that comes with this bill is as new as its lines.
    let new = statement.since.iter().filter(|it| it.kind == EntryKind::Charge);
    let new: Money = new.map(|it| it.amount).filter(|it| Money::ZERO < *it).sum();
    if new < statement.before {
        return json!([words.past_due, words.past_due_more]);
    }
    if statement.amount_due < Money::ZERO {
        return json!([words.credit_balance, ""]);
    }
    Value::Null
}

/// Why the new charges differ from the last bill's; nothing on a first bill.
fn changed(statement: &Statement, says: &Says) -> Value {
    let Some(why) = &statement.why else { return Value::Null };
    let largest = why.causes.iter().map(|it| it.amount.cents().abs()).max().unwrap_or(0).max(1);
    let row = |it: &Cause| {
        let up = Money::ZERO < it.amount;
        json!({
            "label": capital(it.kind.sentence(up, says.language)),
            "long": (it.amount.cents().abs() * 100).div_euclid(largest),
            "up": up,
            "amount": signed(it.amount, says),
        })
    };
    json!({
        "title": says.words.what_changed,
        "small": format!("{} {}", signed(why.to - why.from, says), says.words.change_was),
        "rows": why.causes.iter().map(row).collect::<Vec<_>>(),
    })
}

/// A sentence that begins one.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

fn signed(amount: Money, says: &Says) -> String {
    if amount < Money::ZERO { says.money(amount) } else { format!("+{}", says.money(amount)) }
}

fn chart(history: &History, says: &Says) -> Option<Value> {
    let from = history.months.len().saturating_sub(BARS);
    let months = &history.months[from..];
    let newest = months.last()?;
    let before: Vec<Option<&HistoryMonth>> =
        months.iter().map(|it| year_before(history, it)).collect();
    let shown: Vec<HistoryMonth> =
        months.iter().chain(before.iter().copied().flatten()).copied().collect();
    let most = shown.iter().map(|it| it.usage.micro).max()?.max(1);
    let step = History::step(&shown);
    let top = (most + step - 1).div_euclid(step) * step;
    let high = |micro: i64| {
        (micro.max(0).div_euclid(1_000) * 1_000).div_euclid(top.div_euclid(1_000).max(1))
    };
    let words = says.words;
    let unit = newest.usage.unit.word();
    let used = |it: &HistoryMonth| {
        let estimated = if it.estimated { " E" } else { "" };
        format!("{} {}{estimated}", says.month(it.period.middle()), says.quantity(it.usage))
    };
    let letter = |it: &HistoryMonth| says.month(it.period.middle()).chars().next();
    let bars = months.iter().zip(&before).map(|(it, before)| {
        json!({
            "high": high(it.usage.micro),
            "before": before.map(|it| high(it.usage.micro)),
            "letter": letter(it).map(|it| it.to_uppercase().to_string()),
            "newest": std::ptr::eq(it, newest),
        })
    });
    let of_last_year = before.iter().any(Option::is_some);
    let note = if of_last_year { words.year_before } else { "{unit}" };
    Some(json!({
        "title": says.of(words.use_of, history.commodity),
        "unit": note.replace("{unit}", unit),
        "colour": colour(history.commodity),
        "scale": (0..=top.div_euclid(step)).map(|nth| json!([high(nth * step), number(nth * step, 0)])).collect::<Vec<_>>(),
        "bars": bars.collect::<Vec<_>>(),
        "value": number(newest.usage.micro, 0),
        "alt": months.iter().map(used).collect::<Vec<_>>().join(", "),
        "daily": daily(months, before.last().copied().flatten(), says),
    }))
}

/// Use a day of this bill, of the last and of the same month a year before, as far as there are any.
fn daily(months: &[HistoryMonth], before: Option<&HistoryMonth>, says: &Says) -> Value {
    let words = says.words;
    let a_day = |it: &HistoryMonth| number(it.usage.micro.div_euclid(it.period.days()), 1);
    let mut columns = Vec::new();
    if let Some(newest) = months.last() {
        columns.push((words.this_bill.to_owned(), a_day(newest)));
    }
    if let Some(last) = months.iter().rev().nth(1) {
        columns.push((words.last_bill.to_owned(), a_day(last)));
    }
    if let Some(before) = before {
        let day = before.period.middle();
        columns.push((format!("{} {}", says.month(day), day.year()), a_day(before)));
    }
    let unit = months.last().map_or("", |it| it.usage.unit.word());
    let (head, values): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    json!({ "label": words.a_day.replace("{unit}", unit), "head": head, "values": values })
}

/// The bill of the same time a year before; bills do not begin on the same day every year.
fn year_before<'a>(history: &'a History, month: &HistoryMonth) -> Option<&'a HistoryMonth> {
    let then = month.period.start().saturating_sub(jiff::Span::new().years(1));
    let near = |it: &&HistoryMonth| {
        it.period.start().until(then).is_ok_and(|it| it.get_days().abs() <= 15)
    };
    history.months.iter().find(near)
}

fn segment(it: &Segment, says: &Says) -> Value {
    let words = says.words;
    json!({
        "colour": colour(it.commodity),
        "title": says.commodity(it.commodity),
        "small": format!("{}, {} {}", says.period(it.period), it.period.days(), words.days),
        "head": [words.meter, words.rate, words.read_first, words.read_last, words.difference, words.multiplier, words.billed_use],
        "meters": it.evidence.iter().map(|of| meter(of, it, says)).collect::<Vec<_>>(),
        "bank": bank(it, says),
        "lines": it.lines.iter().map(|of| line(of, it, says)).collect::<Vec<_>>(),
        "total": { "label": total_label(it, says), "amount": says.money(it.total) },
    })
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
    let read = |read: EvidenceRead| {
        format!(
            "{}: {} {}",
            says.short_day(read.on),
            number(read.index_micro, 2),
            read.kind.letter()
        )
    };
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
            words.intervals.to_owned(),
        ),
    };
    let back = of.flow == meterbook_core::meter::Flow::Received;
    let name = if back { format!("{} {}", of.meter, words.received) } else { of.meter.clone() };
    json!([
        name,
        format!("{}, {}", it.tariff, it.tariff_name),
        first,
        last,
        difference,
        decimal(of.multiplier_micro, 6),
        billed_use(of, it, says),
    ])
}

/// What a meter adds; where the tariff bills in another unit than the meter counts in, both.
fn billed_use(of: &Evidence, it: &Segment, says: &Says) -> String {
    let used = says.quantity(of.used);
    let alone = it.evidence.len() == 1 && of.used.unit != it.usage.unit;
    if alone { format!("{used} = {}", says.quantity(it.usage)) } else { used }
}

fn line(it: &Line, segment: &Segment, says: &Says) -> Value {
    let (quantity, price) = reckoned(it, says);
    let label = line_label(it, segment, says);
    json!({ "label": label, "quantity": quantity, "price": price, "amount": says.money(it.amount) })
}

/// What a line is called; with its days where another line is called the same for other days, as on
/// both sides of a change of season.
fn line_label(it: &Line, segment: &Segment, says: &Says) -> String {
    let name = |it: &Line| (it.label.clone(), it.note.clone());
    let other = |of: &Line| name(of) == name(it) && of.period != it.period;
    let called = it.called(says.language);
    if segment.lines.iter().any(other) {
        format!("{called}, {}", says.short_period(it.period))
    } else {
        called.into_owned()
    }
}

/// What was counted and what each cost, as the line prints them before its amount.
fn reckoned(it: &Line, says: &Says) -> (String, String) {
    match it.basis {
        Basis::Each(quantity, price) => (says.quantity(quantity), format!("× {}", priced(price))),
        Basis::Part { quantity, price, days, of: 1 } => {
            (says.quantity(quantity), format!("× {} × {days} {}", priced(price), says.words.days))
        }
        Basis::Part { quantity, price, days, of } => (
            says.quantity(quantity),
            format!("× {} × {days}/{of} {}", priced(price), says.words.days),
        ),
        Basis::Share(whole, share) => {
            (format!("{}% × {}", decimal(share.nano, 7), says.money(whole)), String::new())
        }
        Basis::Shortfall { least, charged } => {
            (format!("{} − {}", says.money(least), says.money(charged)), String::new())
        }
        Basis::Series(quantity, all) => {
            (says.quantity(quantity), format!("× ~ {}", priced(average(quantity, all))))
        }
        Basis::Amount(_) => (String::new(), String::new()),
    }
}

/// A price without the unit, which stands beside it.
fn priced(price: meterbook_core::money::Price) -> String {
    let text = each(price);
    text.split_once(" per ").map_or(text.clone(), |(price, _)| price.to_owned()).replace('-', "−")
}

/// A number of millionths with at most so many decimals, half up.
fn number(micro: i64, places: u32) -> String {
    let step = 10_i64.pow(6 - places);
    let near = (micro + step.div_euclid(2)).div_euclid(step);
    grouped(&decimal(near, usize::try_from(places).expect("it is small")))
}

/// A QR code as an SVG drawing.
fn qr(text: &str) -> String {
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

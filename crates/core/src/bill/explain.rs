//! Why a bill is what it is, in text: every line with the arithmetic that anybody can repeat.

use std::fmt::Write;

use crate::bill::{Bill, Segment};
use crate::meter::Flow;
use crate::money::{Exact, Money, Price, Quantity, Rounding, Unit};
use crate::period::Period;
use crate::person::Language;
use crate::place::Commodity;
use crate::rating::{BankEntry, BankFlow, Basis, CreditFlow, Line};
use crate::reads::usage::Evidence;
use crate::text::decimal;

/// What a derivation says besides numbers.
struct Words {
    language: Language,
    bill: &'static str,
    /// Before a date.
    of: &'static str,
    /// Before an amount.
    of_amount: &'static str,
    covering: &'static str,
    due: &'static str,
    new_charges: &'static str,
    once: &'static str,
    total: &'static str,
    at: &'static str,
    per: &'static str,
    days: &'static str,
    less: &'static str,
    each_interval: &'static str,
    on_average: &'static str,
    from: &'static str,
    to: &'static str,
    line: &'static str,
    meter: &'static str,
    on: &'static str,
    intervals: &'static str,
    estimated: &'static str,
    half_up: &'static str,
    half_even: &'static str,
    /// The names of units that are words.
    units: [(Unit, &'static str); 4],
    commodities: [(Commodity, &'static str); 4],
    flows: [(Flow, &'static str); 3],
    bank: &'static str,
    credit: &'static str,
    /// How a bank went, in the order of [`BankEntry`].
    entries: [(BankEntry, &'static str); 9],
}

const ENGLISH: Words = Words {
    language: Language::English,
    bill: "Bill",
    of: "of",
    of_amount: "of",
    covering: "for",
    due: "due",
    new_charges: "New charges",
    once: "charged once",
    total: "Total",
    at: "at",
    per: "per",
    days: "days",
    less: "less",
    each_interval: "each interval at its own price",
    on_average: "on average",
    from: "from",
    to: "to",
    line: "line",
    meter: "meter",
    on: "on",
    intervals: "intervals over",
    estimated: "estimated",
    half_up: "half-up",
    half_even: "half-even",
    units: [
        (Unit::Bill, "bill"),
        (Unit::Day, "day"),
        (Unit::Month, "month"),
        (Unit::Piece, "unit"),
    ],
    commodities: [
        (Commodity::Electric, "electric"),
        (Commodity::Gas, "gas"),
        (Commodity::Water, "water"),
        (Commodity::Waste, "waste"),
    ],
    flows: [
        (Flow::Delivered, "delivered"),
        (Flow::Received, "received"),
        (Flow::Reactive, "reactive"),
    ],
    bank: "bank of",
    credit: "credit",
    entries: [
        (BankEntry::Opening, "opening"),
        (BankEntry::Earned, "earned"),
        (BankEntry::Allotted, "allotted"),
        (BankEntry::Used, "used"),
        (BankEntry::Given, "given"),
        (BankEntry::Paid, "paid"),
        (BankEntry::Expired, "expired"),
        (BankEntry::Moved, "to the new service"),
        (BankEntry::Closing, "closing"),
    ],
};
const SPANISH: Words = Words {
    language: Language::Spanish,
    bill: "Factura",
    of: "del",
    of_amount: "de",
    covering: "por",
    due: "vence el",
    new_charges: "Cargos nuevos",
    once: "cobrado una vez",
    total: "Total",
    at: "en",
    per: "por",
    days: "días",
    less: "menos",
    each_interval: "cada intervalo a su propio precio",
    on_average: "en promedio",
    from: "desde",
    to: "a",
    line: "línea",
    meter: "medidor",
    on: "el",
    intervals: "intervalos de",
    estimated: "estimados",
    half_up: "medio centavo se aleja de cero",
    half_even: "medio centavo va al par",
    units: [
        (Unit::Bill, "factura"),
        (Unit::Day, "día"),
        (Unit::Month, "mes"),
        (Unit::Piece, "unidad"),
    ],
    commodities: [
        (Commodity::Electric, "electricidad"),
        (Commodity::Gas, "gas"),
        (Commodity::Water, "agua"),
        (Commodity::Waste, "residuos"),
    ],
    flows: [
        (Flow::Delivered, "recibido"),
        (Flow::Received, "devuelto"),
        (Flow::Reactive, "reactiva"),
    ],
    bank: "banco de",
    credit: "crédito",
    entries: [
        (BankEntry::Opening, "guardado antes"),
        (BankEntry::Earned, "agregado"),
        (BankEntry::Allotted, "recibido de una parte comunitaria"),
        (BankEntry::Used, "usado"),
        (BankEntry::Given, "dado a suscriptores"),
        (BankEntry::Paid, "pagado"),
        (BankEntry::Expired, "vencido"),
        (BankEntry::Moved, "al servicio nuevo"),
        (BankEntry::Closing, "guardado"),
    ],
};

fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}

impl Words {
    fn unit(&self, unit: Unit) -> &'static str {
        let word = self.units.iter().find(|it| it.0 == unit);
        word.map_or(unit.word(), |it| it.1)
    }

    fn quantity(&self, it: Quantity) -> String {
        format!("{} {}", decimal(it.micro, 6), self.unit(it.unit))
    }

    fn period(&self, it: Period) -> String {
        format!("{} {} {}", it.start(), self.to, it.last())
    }

    fn rounding(&self, it: Rounding) -> &'static str {
        match it {
            Rounding::HalfUp => self.half_up,
            Rounding::HalfEven => self.half_even,
        }
    }

    fn commodity(&self, commodity: Commodity) -> &'static str {
        let word = self.commodities.iter().find(|it| it.0 == commodity);
        word.map_or(commodity.word(), |it| it.1)
    }

    fn flow(&self, flow: Flow) -> &'static str {
        let word = self.flows.iter().find(|it| it.0 == flow);
        word.map_or(flow.word(), |it| it.1)
    }

    fn entry(&self, entry: BankEntry) -> &'static str {
        let word = self.entries.iter().find(|it| it.0 == entry);
        word.map_or(entry.word(), |it| it.1)
    }
}

/// The whole bill with the derivation of every line, in English.
pub fn bill(bill: &Bill) -> String {
    bill_in(bill, Language::English)
}

/// The whole bill with the derivation of every line.
pub fn bill_in(bill: &Bill, language: Language) -> String {
    let words = words(language);
    let mut out = String::new();
    for line in &bill.addressed_to {
        let _ = writeln!(out, "{line}");
    }
    let Bill { number, billed_on, due_on, total, .. } = bill;
    let Words { bill: noun, of, covering, due, .. } = words;
    let period = words.period(bill.days());
    let _ =
        writeln!(out, "\n{noun} {number} {of} {billed_on}, {covering} {period}, {due} {due_on}");
    for segment in &bill.segments {
        write_segment(&mut out, segment, words);
    }
    if !bill.once.is_empty() {
        let _ = writeln!(out, "\n{}", words.once);
        bill.once.iter().for_each(|it| write_line(&mut out, &it.line, words));
    }
    let _ = writeln!(out, "\n{:<60}{total:>14}", words.new_charges);
    out
}

/// Lines with their derivations, and what they come to.
pub fn lines(lines: &[Line], language: Language) -> String {
    let words = words(language);
    let mut out = String::new();
    for line in lines {
        write_line(&mut out, line, words);
    }
    write_total(&mut out, lines, words);
    out
}

/// Lines with their amounts alone, and what they come to.
pub fn amounts(lines: &[Line], language: Language) -> String {
    let mut out = String::new();
    for line in lines {
        let _ = writeln!(out, "  {:<58}{:>14}", line.called(language), line.amount);
    }
    write_total(&mut out, lines, words(language));
    out
}

fn write_total(out: &mut String, lines: &[Line], words: &Words) {
    let total: Money = lines.iter().map(|it| it.amount).sum();
    let _ = writeln!(out, "  {:<58}{total:>14}", words.total);
}

/// How the amount of a line came about, before rounding: `742 kWh x $0.12 per kWh`.
pub fn arithmetic(line: &Line) -> String {
    arithmetic_in(line, Language::English)
}

/// How the amount of a line came about, in a language.
pub fn arithmetic_in(line: &Line, language: Language) -> String {
    said(line, words(language))
}

fn said(line: &Line, words: &Words) -> String {
    match line.basis {
        Basis::Each(quantity, price) => {
            format!("{} x {}", words.quantity(quantity), at(price, words))
        }
        Basis::Part { quantity, price, days, of: 1 } => {
            let (count, noun) = (words.quantity(quantity), words.days);
            format!("{count} x {} x {days} {noun}", at(price, words))
        }
        Basis::Part { quantity, price, days, of } => {
            let (count, noun) = (words.quantity(quantity), words.days);
            format!("{count} x {} x {days}/{of} {noun}", at(price, words))
        }
        Basis::Share(whole, share) => {
            format!("{}% {} {whole}", decimal(share.nano, 7), words.of_amount)
        }
        Basis::Shortfall { least, charged } => format!("{least} {} {charged}", words.less),
        Basis::Series(quantity, all) => {
            let (count, average) = (words.quantity(quantity), at(average(quantity, all), words));
            format!("{count}, {}, {average} {}", words.each_interval, words.on_average)
        }
        Basis::Amount(amount) => amount.to_string(),
    }
}

/// What one unit cost on average, to the nearest billionth; the line itself is exact.
pub fn average(quantity: Quantity, all: Exact) -> Price {
    let micro = i128::from(quantity.micro.max(1));
    let nano = (all.femto() * 2 + micro).div_euclid(micro * 2);
    let nano = i64::try_from(nano).expect("an average lies among the prices it is of");
    Price { nano, per: quantity.unit }
}

/// A price as people write it, with at least two decimals: `$0.1168 per kWh`, `$11.20 per month`.
pub fn each(price: Price) -> String {
    at(price, &ENGLISH)
}

/// A price in a language: `$0.1168 por kWh`.
pub fn each_in(price: Price, language: Language) -> String {
    at(price, words(language))
}

fn at(price: Price, words: &Words) -> String {
    let sign = if price.nano < 0 { "-" } else { "" };
    let digits = format!("{:0>10}", price.nano.unsigned_abs());
    let (whole, part) = digits.split_at(digits.len() - 9);
    let (cents, finer) = part.split_at(2);
    let (finer, per, unit) = (finer.trim_end_matches('0'), words.per, words.unit(price.per));
    format!("{sign}${whole}.{cents}{finer} {per} {unit}")
}

/// How the banks of energy and of credit went, a sentence for each that has something to say.
pub fn banks(
    energy: Option<BankFlow>,
    money: CreditFlow,
    unit: Unit,
    language: Language,
) -> Vec<String> {
    let words = words(language);
    bank(energy, unit, words).into_iter().chain(credit(money, words)).collect()
}

/// How the bank of energy went: `bank of kWh: opening 41, earned 12, used 30, paid 0, expired 0,
/// closing 23`; `None` where there is nothing to say.
fn bank(bank: Option<BankFlow>, unit: Unit, words: &Words) -> Option<String> {
    let entries = bank?.entries();
    let said: Vec<String> = entries
        .iter()
        .map(|(entry, micro)| format!("{} {}", words.entry(*entry), decimal(*micro, 6)))
        .collect();
    (!said.is_empty()).then(|| format!("{} {unit}: {}", words.bank, said.join(", ")))
}

/// How the bank of credit in money went, in the same way; nothing where there is none.
fn credit(credit: CreditFlow, words: &Words) -> Option<String> {
    let entries = credit.entries();
    let said: Vec<String> =
        entries.iter().map(|(entry, amount)| format!("{} {amount}", words.entry(*entry))).collect();
    (!said.is_empty()).then(|| format!("{} {}: {}", words.bank, words.credit, said.join(", ")))
}

/// Where a line comes from: the tariff, its version, and the words in its text.
pub fn source(line: &Line) -> String {
    source_in(line, Language::English)
}

/// Where a line comes from, in a language.
pub fn source_in(line: &Line, language: Language) -> String {
    stands(line, words(language))
}

fn stands(line: &Line, words: &Words) -> String {
    let (rule, Words { from, line: noun, .. }) = (&line.rule, words);
    // What somebody wrote for this bill alone stands in no text.
    if rule.line == 0 {
        return rule.text.trim().to_owned();
    }
    format!("{} {from} {}, {noun} {}: {}", rule.tariff, rule.version, rule.line, rule.text.trim())
}

/// An exact amount with all its digits.
pub fn exact(amount: Exact) -> String {
    let sign = if amount.femto() < 0 { "-" } else { "" };
    let digits = format!("{:0>16}", amount.femto().unsigned_abs());
    let (whole, part) = digits.split_at(digits.len() - 15);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{part}")
}

fn write_segment(out: &mut String, segment: &Segment, words: &Words) {
    let Segment { service_at, tariff, period, usage, total, .. } = segment;
    let tariff_name = segment.tariff_called(words.language);
    let (commodity, at) = (words.commodity(segment.commodity), words.at);
    let _ = writeln!(out, "\n{commodity} {at} {service_at}, {tariff} {tariff_name}");
    let (span, used) = (words.period(*period), words.quantity(*usage));
    let _ = writeln!(out, "  {span}, {} {}, {used}", period.days(), words.days);
    for evidence in &segment.evidence {
        write_evidence(out, evidence, words);
    }
    for bank in banks(segment.bank, segment.credit, usage.unit, words.language) {
        let _ = writeln!(out, "  {bank}");
    }
    for line in &segment.lines {
        write_line(out, line, words);
    }
    let _ = writeln!(out, "  {:<58}{total:>14}", words.total);
}

fn write_line(out: &mut String, line: &Line, words: &Words) {
    let _ = writeln!(out, "  {:<58}{:>14}", line.called(words.language), line.amount);
    let _ = writeln!(
        out,
        "      {} = {}, {}, {}",
        said(line, words),
        exact(line.exact),
        words.rounding(line.rounding),
        words.period(line.period)
    );
    let _ = writeln!(out, "      {}", stands(line, words));
}

fn write_evidence(out: &mut String, evidence: &Evidence, words: &Words) {
    let _ = writeln!(out, "  {}", measured(evidence, words));
}

/// How one meter contributed, in a language: its reads or its intervals, the multiplier, the use.
pub fn evidence_in(evidence: &Evidence, language: Language) -> String {
    measured(evidence, words(language))
}

fn measured(evidence: &Evidence, words: &Words) -> String {
    let Evidence { meter, flow, used, estimated, multiplier_micro, .. } = evidence;
    let (total, flow) = (words.quantity(*used), words.flow(*flow));
    let times = decimal(*multiplier_micro, 6);
    let Words { meter: noun, on, intervals, estimated: guessed, .. } = words;
    match &evidence.reads {
        Some((first, last)) => format!(
            "{noun} {meter} {flow}: {} {} {on} {}, {} {} {on} {}, x {times} = {total}",
            decimal(first.index_micro, 6),
            first.kind.letter(),
            first.on,
            decimal(last.index_micro, 6),
            last.kind.letter(),
            last.on,
        ),
        None => format!(
            "{noun} {meter} {flow}: {intervals} {}, {estimated} {guessed}, x {times} = {total}",
            words.period(evidence.period)
        ),
    }
}

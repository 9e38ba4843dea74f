//! E-invoices: of every golden bill the sums are those that EN 16931 asks for, one is kept as a whole,
//! and what cannot be said is refused.

#[path = "../../../core/tests/golden/given.rs"]
mod given;

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_core::bill::{BillNumber, Segment, Statement, sample};
use meterbook_core::money::{Money, Quantity, Unit};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::rating::Line;
use meterbook_core::seller::Seller;
use meterbook_formats::invoices::{Kind, NotInvoiced, Preceding, SummedUp, ubl};
use quick_xml::events::Event;

/// A seller of whom everything is known.
pub(crate) fn seller() -> Seller {
    Seller::new("US", "USD", Some("12-3456789"), Some("DE123456789")).unwrap()
}

/// What is printed on a bill of these lines.
fn statement(lines: Vec<Line>) -> Statement {
    let mut statement = sample::statement(Language::English);
    let first = statement.bill.segments.remove(0);
    let period = lines.iter().fold(None, |all: Option<(Date, Date)>, it| {
        let (start, end) = (it.period.start(), it.period.end());
        Some(all.map_or((start, end), |(from, to)| (from.min(start), to.max(end))))
    });
    let period = period.and_then(|(from, to)| Period::new(from, to)).unwrap_or(first.period);
    let total = lines.iter().map(|it| it.amount).sum();
    let usage = Quantity { micro: 0, unit: Unit::Kwh };
    let segment = Segment { lines, period, total, usage, ..first };
    let bill = &mut statement.bill;
    (bill.segments, bill.period, bill.total) = (vec![segment], period, total);
    (bill.billed_on, bill.due_on) = (period.end(), period.end().tomorrow().unwrap());
    statement.amount_due = statement.before + total;
    statement
}

/// What is printed on the last bill of a golden text.
fn of_text(given: &str) -> Statement {
    let rated = given::turns(given).pop().unwrap().unwrap();
    statement(rated.lines)
}

/// Every golden bill that has a line, by the name of its file and its turn.
pub(crate) fn golden() -> Vec<(String, Statement)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/bills");
    let mut all = Vec::new();
    for (name, bytes) in super::files(&folder) {
        let text = String::from_utf8(bytes).unwrap();
        let (given, _) = text.split_once("---\n").unwrap();
        for (nth, rated) in given::turns(given).into_iter().enumerate() {
            let lines = rated.map(|it| it.lines).unwrap_or_default();
            if !lines.is_empty() {
                let mut statement = statement(lines);
                statement.bill.number = BillNumber(format!("{}-{nth}", name.replace(".bill", "")));
                all.push((format!("{name} {nth}"), statement));
            }
        }
    }
    all
}

/// Each way to write a bill.
pub(crate) fn kinds() -> [Kind; 3] {
    let of = Preceding { number: "B-1".to_owned(), on: date(2026, 1, 2) };
    let (number, on) = ("C-1".to_owned(), date(2026, 12, 1));
    [Kind::Bill, Kind::TakenBack { number, on }, Kind::Corrected { of }]
}

/// An element of a document.
#[derive(Debug, Default)]
struct Element {
    name: String,
    unit: String,
    text: String,
    inside: Vec<Element>,
}

impl Element {
    fn read(xml: &str) -> Element {
        let mut reader = quick_xml::Reader::from_str(xml);
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => {
                    let name = tag.local_name().as_ref().to_owned();
                    let unit = tag.try_get_attribute("unitCode").unwrap();
                    let unit = unit.map(|it| it.value.into_owned());
                    let unit = unit.unwrap_or_default();
                    open.push(Element { name, unit, ..Element::default() });
                }
                Event::Text(text) => {
                    open.last_mut().unwrap().text += text.as_ref();
                }
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().inside.push(done);
                }
                Event::Eof => return open.remove(0).inside.remove(0),
                _ => (),
            }
        }
    }

    fn all<'e, 'n>(&'e self, name: &'n str) -> impl Iterator<Item = &'e Element> + use<'e, 'n> {
        self.inside.iter().filter(move |it| it.name == name)
    }

    /// The only element along a path.
    #[track_caller]
    fn at(&self, path: &str) -> &Element {
        path.split(' ').fold(self, |it, name| {
            let found: Vec<&Element> = it.all(name).collect();
            assert_eq!(found.len(), 1, "{name} in {}", it.name);
            found[0]
        })
    }

    fn maybe(&self, name: &str) -> Option<&Element> {
        self.all(name).next()
    }

    #[track_caller]
    fn money(&self, path: &str) -> Money {
        Money::parse(&self.at(path).text).unwrap()
    }

    /// A number in billionths.
    #[track_caller]
    fn nano(&self, path: &str) -> i128 {
        let text = &self.at(path).text;
        let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |it| (-1, it));
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        assert!(part.len() <= 9, "{text}");
        sign * format!("{whole}{part:0<9}").parse::<i128>().unwrap()
    }
}

/// The codes of UN/ECE Recommendation 20 that our units have.
const UNITS: [&str; 12] =
    ["C62", "DAY", "MON", "KWH", "KWT", "K3", "KVR", "KVA", "HH", "N72", "GLL", "MTQ"];

/// Whether the sums are those that the norm asks for; the element itself.
fn sound(name: &str, statement: &Statement, kind: &Kind) -> Element {
    sound_sum(name, statement, &[], kind)
}

/// The same of a bill that sums up these.
fn sound_sum(name: &str, statement: &Statement, summed: &[SummedUp], kind: &Kind) -> Element {
    let xml = ubl::write_sum(statement, (summed, Money::ZERO), &seller(), kind);
    let it = Element::read(&xml.unwrap_or_else(|why| panic!("{name}: {why}")));
    let noun = if it.name == "CreditNote" { "CreditNoteLine" } else { "InvoiceLine" };
    let quantity = noun.replace("Note", "ed").replace("InvoiceLine", "InvoicedQuantity");
    let quantity = quantity.replace("CreditedLine", "CreditedQuantity");
    let mut sums: Vec<(String, Money)> = Vec::new();
    let mut add = |category: &Element, amount: Money| {
        let percent = category.maybe("Percent").map_or("", |it| it.text.as_str());
        let key = format!("{} {percent}", category.at("ID").text);
        match sums.iter_mut().find(|it| it.0 == key) {
            Some(sum) => sum.1 += amount,
            None => sums.push((key, amount)),
        }
    };
    let mut lines = Money::ZERO;
    for line in it.all(noun) {
        let amount = line.money("LineExtensionAmount");
        let (much, price) = (line.nano(&quantity), line.nano("Price PriceAmount"));
        let base = line.nano("Price BaseQuantity");
        assert!(0 <= price && 0 < base, "{name}: {line:?}");
        let cent = base * 10_000_000;
        let apart = much * price - i128::from(amount.cents()) * cent;
        assert!(2 * apart.abs() <= cent, "{name}: {line:?}");
        let units = [&line.at(&quantity).unit, &line.at("Price BaseQuantity").unit];
        assert_eq!(units[0], units[1], "BT-130 and BT-150");
        assert!(UNITS.contains(&units[0].as_str()), "{name}: {line:?}");
        add(line.at("Item ClassifiedTaxCategory"), amount);
        lines += amount;
    }
    let totals = it.at("LegalMonetaryTotal");
    assert_eq!(totals.money("LineExtensionAmount"), lines, "{name}: BR-CO-10");
    let (mut allowances, mut charges) = (Money::ZERO, Money::ZERO);
    for moved in it.all("AllowanceCharge") {
        let amount = moved.money("Amount");
        assert!(Money::ZERO < amount, "{name}: {moved:?}");
        let is_charge = moved.at("ChargeIndicator").text == "true";
        let sum = if is_charge { &mut charges } else { &mut allowances };
        *sum += amount;
        add(moved.at("TaxCategory"), if is_charge { amount } else { -amount });
    }
    let said =
        |name: &str| totals.maybe(name).map_or(Money::ZERO, |it| Money::parse(&it.text).unwrap());
    assert_eq!(said("AllowanceTotalAmount"), allowances, "{name}: BR-CO-11");
    assert_eq!(said("ChargeTotalAmount"), charges, "{name}: BR-CO-12");
    let without = lines - allowances + charges;
    assert_eq!(said("TaxExclusiveAmount"), without, "{name}: BR-CO-13");
    let mut vat = Money::ZERO;
    for taxed in it.at("TaxTotal").all("TaxSubtotal") {
        let (taxable, tax) = (taxed.money("TaxableAmount"), taxed.money("TaxAmount"));
        let category = taxed.at("TaxCategory");
        let percent = category.maybe("Percent").map_or("", |it| it.text.as_str());
        let place =
            sums.iter().position(|it| it.0 == format!("{} {percent}", category.at("ID").text));
        assert_eq!(sums.remove(place.unwrap()).1, taxable, "{name}: BR-S-08 and its kin");
        let rate = if percent.is_empty() { 0 } else { category.nano("Percent") };
        let hundred = 100_000_000_000;
        let apart = i128::from(taxable.cents()) * rate - i128::from(tax.cents()) * hundred;
        assert!(2 * apart.abs() <= hundred, "{name}: BR-CO-17");
        vat += tax;
    }
    assert_eq!(sums, [], "{name}: every category has its sum");
    assert_eq!(it.at("TaxTotal").money("TaxAmount"), vat, "{name}: BR-CO-14");
    assert_eq!(said("TaxInclusiveAmount"), without + vat, "{name}: BR-CO-15");
    let payable = said("PayableAmount");
    assert_eq!(
        said("TaxInclusiveAmount") - said("PrepaidAmount") + said("PayableRoundingAmount"),
        payable,
        "{name}: BR-CO-16"
    );
    assert_eq!(
        payable.cents(),
        statement.bill.total.cents().abs(),
        "{name}: it is the bill's total"
    );
    it
}

#[test]
fn the_sums_of_every_golden_bill_hold() {
    let all = golden();
    assert!(100 < all.len(), "{}", all.len());
    let (mut below, mut with_vat) = (0, 0);
    for (name, statement) in &all {
        let [bill, back, corrected] = kinds().map(|kind| sound(name, statement, &kind));
        let code = |it: &Element| {
            let code = it.inside.iter().find(|it| it.name.ends_with("TypeCode")).unwrap();
            format!("{} {}", it.name, code.text)
        };
        let codes = [&bill, &back, &corrected].map(code);
        if statement.bill.total < Money::ZERO {
            assert_eq!(codes, ["CreditNote 381", "Invoice 380", "CreditNote 381"], "{name}");
            below += 1;
        } else {
            assert_eq!(codes, ["Invoice 380", "CreditNote 381", "Invoice 384"], "{name}");
        }
        assert!(bill.maybe("BillingReference").is_none());
        let referred = "BillingReference InvoiceDocumentReference ID";
        assert_eq!(back.at(referred).text, statement.bill.number.0);
        assert_eq!(corrected.at(referred).text, "B-1");
        with_vat += usize::from(bill.at("TaxTotal").money("TaxAmount") != Money::ZERO);
    }
    assert!(2 < below && 0 < with_vat, "{below} {with_vat}");
}

#[test]
fn the_bill_of_the_mock_up_is_kept_as_an_invoice() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/invoices/mockup.xml");
    let seller = Seller::new("US", "USD", Some("12-3456789"), None).unwrap();
    let statement = sample::statement(Language::Spanish);
    let written = ubl::write(&statement, &seller, &Kind::Bill).unwrap();
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&file, &written).unwrap();
    }
    assert_eq!(written, std::fs::read_to_string(&file).unwrap());
}

/// A month of 100 kWh and the lines of a tariff.
fn month(facts: &str, charges: &str) -> String {
    format!(
        "period 2026-07-01 2026-08-01\nused 100 kWh\n{facts}\ntariff R half-up\nname       R\n\
         commodity  electric kWh\n{}from       2026-01-01\n{charges}",
        if charges.contains("by area") { "needs      area\n" } else { "" }
    )
}

/// Bills with VAT of every sort: of some lines, with a certificate for a part or all, at two rates,
/// and of less than nothing.
pub(crate) fn with_vat() -> Vec<Statement> {
    let some = "monthly  Base  10.00\nvolume  Energy  0.20\ntax  IVA general  21% of Energy\n";
    let all = "volume  Energy  0.20\ntax  VAT  20%\n";
    let given = "volume  Energy  0.20\npercent  Bonus  -130% of Energy\ntax  VAT  20%\n";
    let texts = [
        month("", some),
        month("exempt VAT  60% EX-17\n", all),
        month("exempt VAT  100% EX-17\n", all),
        month(TWO_AREAS, AREAS),
        month("", given),
        month("exempt VAT  30% EX-17\n", given),
    ];
    texts.iter().map(|it| of_text(it)).collect()
}

/// A town that grew within the month, and the rates of VAT within and outside.
const TWO_AREAS: &str = "term area OUT 2020-01-01 2026-07-11\nterm area IN 2026-07-11 2040-01-01\n";
const AREAS: &str = "volume  Energy  0.20\ntax  VAT by area of Energy\n  IN  21%\n  OUT  0%\n";

#[test]
fn less_than_nothing_with_vat_is_given_back_with_it() {
    for (nth, statement) in with_vat().iter().enumerate() {
        for kind in kinds() {
            sound(&format!("VAT {nth}"), statement, &kind);
        }
    }
    let given = &with_vat()[5];
    assert_eq!(given.bill.total.plain(), "-6.84");
    let it = sound("given back", given, &Kind::Bill);
    assert_eq!(breakdown(&it), ["S 20 4.20 0.84", "E 0 1.80 0.00"]);
}

/// Bills that sum up others: with VAT and without, of which rules of corrections took something off, of
/// less than nothing, and without any VAT.
pub(crate) fn sums_up() -> Vec<(Statement, Vec<SummedUp>)> {
    let vat = with_vat();
    let plain = of_text(&month("", "volume  Energy  0.12\n"));
    let sum = |of: &[&Statement], off: i64| {
        let mut statement = sample::statement(Language::English);
        let mut summed = Vec::new();
        for (nth, it) in (1..).zip(of) {
            let mut bill = it.bill.clone();
            bill.number = BillNumber(format!("B-260801-1000000{nth}"));
            let off = Money::from_cents(if nth == 1 { off } else { 0 });
            let moved = bill.total - off;
            summed.push(SummedUp { account: statement.account.number, bill, moved });
        }
        statement.bill.segments.clear();
        statement.bill.total = summed.iter().map(|it| it.moved).sum();
        (statement, summed)
    };
    vec![
        sum(&[&vat[0], &vat[1], &vat[3]], 0),
        sum(&[&vat[1], &plain], 1_00),
        sum(&[&vat[4], &vat[5]], 0),
        sum(&[&plain, &plain], -1_00),
    ]
}

#[test]
fn a_bill_that_sums_up_others_has_their_lines_with_their_numbers_and_days() {
    for (nth, (statement, summed)) in sums_up().iter().enumerate() {
        for kind in kinds() {
            sound_sum(&format!("sum {nth}"), statement, summed, &kind);
        }
    }
    let (statement, summed) = &sums_up()[1];
    let it = sound_sum("sum", statement, summed, &Kind::Bill);
    // What has no VAT is exempt beside what has.
    assert_eq!(breakdown(&it), ["E 0 24.00 0.00", "S 20 8.00 1.60"]);
    assert_eq!(it.money("LegalMonetaryTotal PrepaidAmount"), Money::from_cents(1_00));
    let property = |line: &Element, name: &str| {
        let all = line.at("Item").all("AdditionalItemProperty");
        all.filter(|it| it.at("Name").text == name).map(|it| it.at("Value").text.clone()).next()
    };
    let bills: Vec<_> = it.all("InvoiceLine").map(|it| property(it, "Bill").unwrap()).collect();
    assert_eq!(bills, ["B-260801-10000001", "B-260801-10000002"]);
    for line in it.all("InvoiceLine") {
        assert_eq!(property(line, "Account").unwrap(), statement.account.number.to_string());
        assert_eq!(line.at("InvoicePeriod StartDate").text, "2026-07-01");
    }
}

/// The breakdown of VAT: category, rate, taxable, tax.
fn breakdown(it: &Element) -> Vec<String> {
    let said = |it: &Element| {
        let category = it.at("TaxCategory");
        let percent = category.maybe("Percent").map_or("", |it| it.text.as_str());
        let (taxable, tax) = (it.money("TaxableAmount").plain(), it.money("TaxAmount").plain());
        format!("{} {percent} {taxable} {tax}", category.at("ID").text)
    };
    it.at("TaxTotal").all("TaxSubtotal").map(said).collect()
}

#[test]
fn vat_stands_beside_the_lines_and_its_rest_is_exempt() {
    let text =
        month("", "monthly  Base  10.00\nvolume  Energy  0.20\ntax  IVA general  21% of Energy\n");
    let it = sound("named", &of_text(&text), &Kind::Bill);
    assert_eq!(breakdown(&it), ["E 0 10.00 0.00", "S 21 20.00 4.20"]);
    assert_eq!(it.all("InvoiceLine").count(), 2);
    let of = "AccountingSupplierParty Party PartyTaxScheme CompanyID";
    assert_eq!(it.at(of).text, "DE123456789");
}

#[test]
fn a_certificate_moves_its_part_to_what_is_exempt() {
    let charges = "volume  Energy  0.20\ntax  VAT  20%\n";
    let part = month("exempt VAT  60% EX-17\n", charges);
    let it = sound("part", &of_text(&part), &Kind::Bill);
    assert_eq!(breakdown(&it), ["E 0 12.00 0.00", "S 20 8.00 1.60"]);
    let reasons: Vec<&str> =
        it.all("AllowanceCharge").map(|it| it.at("AllowanceChargeReason").text.as_str()).collect();
    assert_eq!(reasons, ["VAT, certificate EX-17"; 2]);
    let back = sound("part", &of_text(&part), &kinds()[1]);
    assert_eq!(breakdown(&back), breakdown(&it));
    let whole = month("exempt VAT  100% EX-17\n", charges);
    let it = sound("whole", &of_text(&whole), &Kind::Bill);
    assert_eq!(breakdown(&it), ["E 0 20.00 0.00"]);
    let reason = it.at("TaxTotal TaxSubtotal TaxCategory TaxExemptionReason");
    assert_eq!(reason.text, "certificate EX-17");
}

#[test]
fn two_rates_within_the_days_share_the_lines() {
    let it = sound("rates", &of_text(&month(TWO_AREAS, AREAS)), &Kind::Bill);
    assert_eq!(breakdown(&it), ["S 21 13.55 2.85", "Z 0 6.45 0.00"]);
}

#[test]
fn what_the_rounding_of_a_rate_leaves_is_said_as_rounding() {
    let text = month("", "volume  Energy  0.201\ntax  VAT  5%\n").replace("half-up", "half-even");
    let statement = of_text(&text.replace("100 kWh", "50 kWh"));
    // 5 % of 10.05 is 0.5025; 5 % of 10.05 twice is 1.005.
    let mut twice = statement.clone();
    twice.bill.segments.push(statement.bill.segments[0].clone());
    twice.bill.total = Money::from_cents(2 * statement.bill.total.cents());
    let it = sound("twice", &twice, &Kind::Bill);
    let said = it.at("LegalMonetaryTotal PayableRoundingAmount");
    assert_eq!(said.text, "-0.01");
}

#[track_caller]
fn refused(statement: &Statement, seller: &Seller, words: &str) {
    let why: NotInvoiced = ubl::write(statement, seller, &Kind::Bill).unwrap_err();
    assert_eq!(why.to_string(), words);
}

#[test]
fn what_an_invoice_must_say_is_asked_for() {
    let nobody = Seller::new("US", "USD", None, None).unwrap();
    let plain = of_text(&month("", "volume  Energy  0.20\n"));
    refused(
        &plain,
        &nobody,
        "the utility has no registration number, which a bill without VAT says; say it with: meterbook bill seller --registration NUMBER",
    );
    let vat = of_text(&month("", "volume  Energy  0.20\ntax  VAT  20%\n"));
    refused(
        &vat,
        &nobody,
        "the utility has no number for VAT, which a bill with VAT says; say it with: meterbook bill seller --vat NUMBER",
    );
    let mut nameless = plain.clone();
    nameless.bill.addressed_to.clear();
    refused(
        &nameless,
        &seller(),
        "an invoice says the name of whom it is addressed to, and this bill does not; send it in another form",
    );
    refused(
        &statement(Vec::new()),
        &seller(),
        "an invoice says a line, and this bill does not; send it in another form",
    );
}

#[test]
fn vat_that_cannot_be_told_apart_is_refused() {
    let capped = of_text(&month("", "volume  Energy  0.20\ntax  VAT  20%\n  cap 3.00\n"));
    refused(
        &capped,
        &seller(),
        "VAT is no percentage of other lines, and VAT is; call it something else in the tariff, or take away its cap",
    );
    let charges =
        "monthly  Base  10.00\nvolume  Energy  0.20\ntax  VAT by area of Energy\n  IN  21%\n";
    let untold = of_text(&month("term area IN 2020-01-01 2040-01-01\n", charges));
    refused(
        &untold,
        &seller(),
        "VAT, IN is a percentage of $20.00, and the lines that it may be of come to $30.00; name them in the tariff: tax NAME 20% of ENERGY, FUEL",
    );
    let twice = "volume  Energy  0.20\ntax  VAT  20% of Energy\ntax  VAT on power  5% of Energy\n";
    refused(
        &of_text(&month("", twice)),
        &seller(),
        "VAT on power is the second VAT of one line; name in the tariff what each is of",
    );
}

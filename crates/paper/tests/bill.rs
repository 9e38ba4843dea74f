//! A whole bill, drawn and looked at: its texts in both languages against golden files, its pages,
//! tags and fonts, and an amount that is not in the books.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::bill::{
    Bill, BillNumber, History, HistoryMonth, LastBill, LastSegment, Movement, Segment, Statement,
    Utility,
};
use meterbook_core::id::{AccountId, AccountNumber, AgreementId, BillId, PersonId, WindowId};
use meterbook_core::ledger::EntryKind;
use meterbook_core::meter::Flow;
use meterbook_core::money::{Exact, Money, Price, Quantity, Rounding, Share, Unit};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::rating::{Basis, ChargeKind, Line, Rule};
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::usage::{Evidence, EvidenceRead};
use meterbook_paper::{Differs, Press, html, read_back, view};
use pdf_extract::Document;

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

fn line(label: &str, kind: ChargeKind, basis: Basis, amount: i64) -> Line {
    let version = date(2026, 1, 1);
    let rule = Rule { tariff: "RS".to_owned(), version, line: 7, text: label.to_owned() };
    let exact = Exact::from(cents(amount));
    let period = days(date(2026, 7, 3), date(2026, 8, 2));
    Line {
        label: label.to_owned(),
        kind,
        period,
        basis,
        rule,
        rounding: Rounding::HalfUp,
        exact,
        amount: cents(amount),
    }
}

fn days(from: Date, to: Date) -> Period {
    Period::new(from, to).unwrap()
}

fn each(micro: i64, unit: Unit, nano: i64) -> Basis {
    Basis::Each(Quantity { micro, unit }, Price { nano, per: unit })
}

fn statement(language: Language) -> Statement {
    let period = days(date(2026, 7, 3), date(2026, 8, 2));
    let read = |on, index_micro| EvidenceRead { on, index_micro, kind: ReadKind::Actual };
    let electric = Segment {
        agreement: AgreementId(1),
        commodity: Commodity::Electric,
        service_at: "418 Juniper Hollow Rd".to_owned(),
        tariff: "RS".to_owned(),
        tariff_name: "Residential".to_owned(),
        period,
        usage: Quantity { micro: 1_084_000_000, unit: Unit::Kwh },
        evidence: vec![Evidence {
            meter: "E-4471".to_owned(),
            unit: Unit::Kwh,
            flow: Flow::Delivered,
            period,
            reads: Some((
                read(date(2026, 7, 3), 38_214_000_000),
                read(date(2026, 8, 2), 39_298_000_000),
            )),
            multiplier_micro: 1_000_000,
            used: Quantity { micro: 1_084_000_000, unit: Unit::Kwh },
            estimated: 0,
        }],
        lines: vec![
            line(
                "Customer charge",
                ChargeKind::Fixed,
                each(1_000_000, Unit::Month, 12_000_000_000),
                1_200,
            ),
            line(
                "Energy, tier 1",
                ChargeKind::Usage,
                each(1_084_000_000, Unit::Kwh, 141_800_000),
                15_371,
            ),
            line("Surplus", ChargeKind::Credit, each(50_000_000, Unit::Kwh, -62_000_000), -310),
            line(
                "City tax",
                ChargeKind::Tax,
                Basis::Share(cents(16_261), Share { nano: 60_000_000 }),
                976,
            ),
        ],
        total: cents(17_237),
    };
    let history = (1..=12_i8).map(|month| HistoryMonth {
        period: Period::month(2025, month).unwrap(),
        usage: Quantity { micro: i64::from(month) * 90_000_000, unit: Unit::Kwh },
        estimated: false,
    });
    let number = AccountNumber::new(44_170_926).unwrap();
    Statement {
        utility: Utility {
            name: "Cedar Fork Utilities".to_owned(),
            remit_to: vec!["PO Box 4417".to_owned(), "Cedar Fork XX 00417-4417".to_owned()],
            phone: "(555) 010-2000".to_owned(),
            site: "cedarfork.example.test".to_owned(),
            zone: "America/Chicago".to_owned(),
            footer: "Sample data.".to_owned(),
        },
        account: Account {
            id: AccountId(1),
            number,
            person: PersonId(1),
            class: CustomerClass::Residential,
            cycle: Cycle(7),
            mail_to: "418 Juniper Hollow Rd\nCedar Fork XX 00417".to_owned(),
            opened_on: date(2019, 3, 1),
        },
        language,
        last_bill: Some(LastBill {
            billed_on: date(2026, 7, 4),
            balance: cents(25_899),
            charges: cents(15_000),
            segments: vec![LastSegment {
                agreement: AgreementId(1),
                commodity: Commodity::Electric,
                period: days(date(2026, 6, 3), date(2026, 7, 3)),
                usage: Quantity { micro: 900_000_000, unit: Unit::Kwh },
                total: cents(15_000),
                tariffs: vec![("RS".to_owned(), date(2026, 1, 1))],
            }],
        }),
        since: vec![Movement {
            on: date(2026, 7, 28),
            kind: EntryKind::Payment,
            text: "check 1042".to_owned(),
            amount: cents(-25_899),
        }],
        before: Money::ZERO,
        amount_due: cents(17_237),
        history: vec![History { commodity: Commodity::Electric, months: history.collect() }],
        bill: Bill {
            id: BillId(1),
            number: BillNumber("B-260804-44170926".to_owned()),
            account: AccountId(1),
            window: WindowId(1),
            period,
            billed_on: date(2026, 8, 4),
            due_on: date(2026, 8, 25),
            addressed_to: vec![
                "Dana Okafor-Reyes <&>".to_owned(),
                "418 Juniper Hollow Rd".to_owned(),
            ],
            segments: vec![electric],
            total: cents(17_237),
        },
    }
}

#[test]
fn a_bill_says_the_same_as_last_time_in_both_languages() {
    for language in [Language::English, Language::Spanish] {
        let statement = statement(language);
        let page = html(&view(&statement), &statement).unwrap();
        let page =
            page.replace("</tr>", "</tr>\n").replace("</dd>", "</dd>\n").replace("<h", "\n<h");
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../../golden/paper/bill-{language}.html"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &page).unwrap();
        }
        let agreed = std::fs::read_to_string(&file).unwrap();
        assert!(agreed == page, "{} says otherwise; it is now:\n{page}", file.display());
        assert!(page.contains("&lt;&amp;&gt;"), "a name is text, never a tag");
    }
}

#[test]
fn a_drawn_bill_is_two_tagged_pages_in_its_language_without_drawn_letters() {
    for language in [Language::English, Language::Spanish] {
        let statement = statement(language);
        let pdf = Press::new().pdf(&view(&statement)).unwrap();
        read_back(&pdf, &statement).unwrap();
        let document = Document::load_mem(&pdf).unwrap();
        assert_eq!(document.get_pages().len(), 2);
        let catalog = document.catalog().unwrap();
        assert!(catalog.has(b"StructTreeRoot"), "the bill is tagged");
        assert!(catalog.has(b"Lang"), "the bill says its language");
        let drawn = document.objects.values().filter_map(|it| it.as_dict().ok()).any(|it| {
            it.get(b"Subtype").and_then(|it| it.as_name()).is_ok_and(|it| it == b"Type3")
        });
        assert!(!drawn, "letters are letters, not drawings");
    }
}

#[test]
fn an_amount_that_is_not_in_the_books_is_noticed() {
    let right = statement(Language::English);
    let pdf = Press::new().pdf(&view(&right)).unwrap();
    let mut other = right.clone();
    other.bill.segments[0].lines[1].amount = cents(15_372);
    let why = read_back(&pdf, &other).unwrap_err();
    let differs = why.downcast_ref::<Differs>().unwrap();
    assert_eq!((differs.amount, differs.place.as_str()), (cents(15_372), "Energy, tier 1"));
    other = right.clone();
    other.amount_due = cents(17_238);
    assert!(read_back(&pdf, &other).unwrap_err().to_string().contains("$172.38"));
    assert!(html(&view(&right), &other).is_err());
    assert!(read_back(b"no PDF", &right).is_err());
}

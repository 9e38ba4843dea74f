//! A derivation in Spanish says everything in Spanish: units, directions, and how banks went.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::date;
use meterbook_core::bill::explain::bill_in;
use meterbook_core::bill::{Bill, BillNumber, Segment};
use meterbook_core::id::{AccountId, AgreementId, BillId, WindowId};
use meterbook_core::meter::Flow;
use meterbook_core::money::{Money, Price, Quantity, Rounding, Unit};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::{BankFlow, Basis, ChargeKind, CreditFlow, Line, Note, Rule, Said};
use meterbook_core::reads::usage::Evidence;

fn bill() -> Bill {
    let period = Period::new(date(2026, 7, 1), date(2026, 7, 31)).unwrap();
    let price = Price::parse("0.25", Unit::Piece).unwrap();
    let quantity = Quantity { micro: 2_000_000, unit: Unit::Piece };
    let basis = Basis::Part { quantity, price, days: 30, of: 1 };
    let (exact, rounding) = (basis.exact(), Rounding::HalfUp);
    let (tariff, text) = ("R-W".to_owned(), "daily  Carts  0.25 per carts".to_owned());
    let rule = Rule { tariff, version: date(2026, 1, 1), line: 6, text };
    let line = Line {
        said: Said { label: "Carts".into(), spanish: None, rule }.into(),
        note: Note::Tier(2),
        kind: ChargeKind::Fixed,
        period,
        basis,
        rounding,
        exact,
        amount: exact.round(rounding),
    };
    let usage = Quantity { micro: 0, unit: Unit::Kwh };
    let evidence = Evidence {
        meter: "E-2".to_owned(),
        flow: Flow::Received,
        period,
        reads: None,
        unit: Unit::Kwh,
        used: usage,
        estimated: 0,
        multiplier_micro: 1_000_000,
    };
    let bank = BankFlow {
        opening: 41_000_000,
        used: 30_000_000,
        closing: 11_000_000,
        ..BankFlow::default()
    };
    let cents = Money::from_cents;
    let credit = CreditFlow { opening: cents(967), expired: cents(967), ..CreditFlow::default() };
    let segment = Segment {
        agreement: AgreementId(1),
        commodity: Commodity::Waste,
        service_at: "2 Mill St".to_owned(),
        tariff: "R-W".to_owned(),
        tariff_name: "Residuos".to_owned(),
        tariff_spanish: None,
        period,
        usage,
        evidence: vec![evidence],
        total: line.amount,
        lines: vec![line],
        carried: Carried::default(),
        bank: Some(bank),
        credit,
        given: Vec::new(),
        allotted: Vec::new(),
    };
    Bill {
        id: BillId(1),
        number: BillNumber("B-1".to_owned()),
        account: AccountId(1),
        window: WindowId(1),
        period,
        billed_on: date(2026, 8, 2),
        due_on: date(2026, 8, 23),
        addressed_to: Vec::new(),
        total: segment.total,
        segments: vec![segment],
        once: Vec::new(),
        summed: Vec::new(),
    }
}

#[test]
fn nothing_is_left_in_english() {
    let said = bill_in(&bill(), Language::Spanish);
    for part in [
        "residuos en 2 Mill St, R-W Residuos",
        "medidor E-2 devuelto: intervalos de 2026-07-01 a 2026-07-30, 0 estimados, x 1 = 0 kWh",
        "banco de kWh: guardado antes 41, agregado 0, usado 30, pagado 0, vencido 0, guardado 11",
        "banco de crédito: guardado antes $9.67, agregado $0.00, usado $0.00, pagado $0.00, vencido $9.67, guardado $0.00",
        "  Carts, tramo 2 ",
        "  Carts, tramo 2 ",
        "2 unidad x $0.25 por unidad x 30 días = 15",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

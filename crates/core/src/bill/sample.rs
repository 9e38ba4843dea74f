//! The bill of the mock-up, in code: three services, a payment, two years of history. It is what a
//! text for paper is tried on before it counts.

use crate::account::{Account, CustomerClass, Cycle};
use crate::bill::why::{Cause, CauseKind, Why};
use crate::bill::{
    Bill, BillNumber, History, HistoryMonth, LastBill, Movement, Print, Segment, Statement, Utility,
};
use crate::credit::late_fee::LateCharge;
use crate::currency::Currency;
use crate::id::{AccountId, AccountNumber, AgreementId, BillId, PersonId, WindowId};
use crate::ledger::EntryKind;
use crate::meter::Flow;
use crate::money::{Money, Price, Quantity, Rounding, Share, Unit};
use crate::paper::Look;
use crate::period::Period;
use crate::person::Language;
use crate::place::Commodity;
use crate::rating::{Basis, ChargeKind, CreditFlow, Line, Note, Rule, Said};
use crate::reads::ReadKind;
use crate::reads::usage::{Evidence, EvidenceRead};
use jiff::civil::{Date, date};

const OURS: &str = "the sample is written just here";

/// Everything printed on the bill of the mock-up.
pub fn statement(language: Language) -> Statement {
    let segments = vec![electric(), gas(), water()];
    let total: Money = segments.iter().map(|it| it.total).sum();
    let before = Money::from_cents(388);
    let last = Money::from_cents(25_899);
    Statement {
        utility: Utility {
            name: "Cedar Fork Utilities".to_owned(),
            remit_to: vec!["PO Box 4417".to_owned(), "Cedar Fork XX 00417-4417".to_owned()],
            phone: "(555) 010-2000".to_owned(),
            site: "cedarfork.example.test".to_owned(),
            zone: "America/Chicago".to_owned(),
            currency: Currency::DOLLARS,
            footer: "Sample data. Fictional customer, address and utility.".to_owned(),
        },
        account: Account {
            id: AccountId(1),
            number: AccountNumber::new(44_170_926).expect(OURS),
            person: PersonId(1),
            class: CustomerClass::Residential,
            cycle: Cycle(3),
            mail_to: "418 Juniper Hollow Rd\nCedar Fork XX 00417-0418".to_owned(),
            opened_on: date(2024, 3, 1),
        },
        language,
        why: Some(changed()),
        last_bill: Some(LastBill { billed_on: date(2026, 7, 4), balance: last }),
        since: vec![Movement {
            on: date(2026, 7, 28),
            kind: EntryKind::Payment,
            text: "bank".to_owned(),
            amount: before - last,
            charge: None,
        }],
        before,
        amount_due: before + total,
        history: vec![
            history(),
            of_last_year(Commodity::Gas, 14),
            of_last_year(Commodity::Water, 8),
        ],
        look: Look::default(),
        print: Print::Normal,
        closing: None,
        so_far: false,
        paid_by: None,
        late: LateCharge::Never,
        plan: None,
        pay_at: None,
        behind: None,
        replaces: None,
        credit_sent: false,
        waits: Money::ZERO,
        level: None,
        bill: Bill {
            id: BillId(1),
            number: BillNumber("B-260804-44170926".to_owned()),
            account: AccountId(1),
            window: WindowId(1),
            period: july(),
            billed_on: date(2026, 8, 4),
            due_on: date(2026, 8, 25),
            addressed_to: [
                "Dana Okafor-Reyes",
                "418 Juniper Hollow Rd",
                "Cedar Fork XX 00417-0418",
            ]
            .map(str::to_owned)
            .to_vec(),
            segments,
            once: Vec::new(),
            summed: Vec::new(),
            total,
        },
    }
}

fn electric() -> Segment {
    let kwh = |label: &str, used: i64, price: &str| each(label, used, Unit::Kwh, price);
    let mut lines = vec![
        each("Customer charge", 1, Unit::Month, "12"),
        kwh("On-peak energy, Mon–Fri 4–9 pm", 212, "0.31240"),
        kwh("Off-peak energy", 604, "0.14180"),
        kwh("Super off-peak energy, midnight–6 am", 268, "0.09260"),
        kwh("Fuel cost adjustment (FCA-3)", 1_084, "0.01135"),
        kwh("Public benefits rider (PB-1)", 1_084, "0.00285"),
    ];
    lines.push(tax(&lines));
    let used = Quantity { micro: 1_084_000_000, unit: Unit::Kwh };
    let reads = (38_214, 39_298);
    segment(
        1,
        Commodity::Electric,
        "RS-TOU",
        "Residential Time-of-Use",
        "E-4471-0926",
        reads,
        used,
        lines,
    )
}

fn gas() -> Segment {
    let mut lines = vec![
        each("Customer charge", 1, Unit::Month, "9.50"),
        each("Delivery", 13, Unit::Ccf, "0.61420"),
        each("Purchased gas (PGA)", 13, Unit::Ccf, "0.48810"),
    ];
    lines.push(tax(&lines));
    let used = Quantity { micro: 13_000_000, unit: Unit::Ccf };
    let reads = (1_842, 1_855);
    let mut gas =
        segment(2, Commodity::Gas, "G-1", "Residential Gas", "G-20718", reads, used, lines);
    // Nobody came: a bill has to say so beside the read.
    if let Some((_, last)) = &mut gas.evidence[0].reads {
        last.kind = ReadKind::Estimated;
    }
    gas
}

fn water() -> Segment {
    let lines = vec![
        each("Base charge, 5/8 in. meter", 1, Unit::Month, "14.20"),
        each("Tier 1, first 4 kgal", 4, Unit::Kgal, "3.15"),
        each("Tier 2, next 4 kgal", 4, Unit::Kgal, "4.72"),
        each("Tier 3, over 8 kgal", 1, Unit::Kgal, "7.35"),
        each("Sewer base", 1, Unit::Month, "11"),
        each("Sewer, winter average", 6, Unit::Kgal, "5.60"),
        each("Stormwater", 1, Unit::Month, "6.75"),
    ];
    let used = Quantity { micro: 9_000_000, unit: Unit::Kgal };
    segment(3, Commodity::Water, "W-1", "Residential Water", "W-88120", (1_206, 1_215), used, lines)
}

fn july() -> Period {
    Period::new(date(2026, 7, 3), date(2026, 8, 2)).expect(OURS)
}

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
fn segment(
    agreement: i64,
    commodity: Commodity,
    tariff: &str,
    tariff_name: &str,
    meter: &str,
    (first, last): (i64, i64),
    usage: Quantity,
    lines: Vec<Line>,
) -> Segment {
    let read = |on: Date, index: i64| EvidenceRead {
        on,
        index_micro: index * 1_000_000,
        kind: ReadKind::Actual,
    };
    Segment {
        agreement: AgreementId(agreement),
        commodity,
        service_at: "418 Juniper Hollow Rd".to_owned(),
        tariff: tariff.to_owned(),
        tariff_name: tariff_name.to_owned(),
        tariff_spanish: None,
        period: july(),
        usage,
        carried: Default::default(),
        bank: None,
        credit: CreditFlow::default(),
        given: Vec::new(),
        allotted: Vec::new(),
        evidence: vec![Evidence {
            meter: meter.to_owned(),
            unit: usage.unit,
            flow: Flow::Delivered,
            period: july(),
            reads: Some((read(july().start(), first), read(july().end(), last))),
            multiplier_micro: 1_000_000,
            used: usage,
            estimated: 0,
        }],
        total: lines.iter().map(|it| it.amount).sum(),
        lines,
    }
}

fn each(label: &str, count: i64, unit: Unit, price: &str) -> Line {
    let quantity = Quantity { micro: count * 1_000_000, unit };
    let kind = if unit == Unit::Month { ChargeKind::Fixed } else { ChargeKind::Usage };
    line(label, kind, Basis::Each(quantity, Price::parse(price, unit).expect(OURS)))
}

fn tax(of: &[Line]) -> Line {
    let whole = of.iter().map(|it| it.amount).sum();
    line("City utility tax", ChargeKind::Tax, Basis::Share(whole, Share::parse("6%").expect(OURS)))
}

fn line(label: &str, kind: ChargeKind, basis: Basis) -> Line {
    let (name, note) = Note::behind(label);
    let rule =
        Rule { tariff: "T".to_owned(), version: date(2026, 1, 1), line: 1, text: label.to_owned() };
    Line {
        said: std::sync::Arc::new(Said { label: name.into(), spanish: None, rule }),
        note,
        kind,
        period: july(),
        basis,
        rounding: Rounding::HalfUp,
        exact: basis.exact(),
        amount: basis.exact().round(Rounding::HalfUp),
    }
}

/// Twenty-five months of electricity up to July 2026.
fn history() -> History {
    const USED: [i64; 25] = [
        836, 790, 870, 654, 470, 531, 612, 689, 640, 541, 483, 510, 690, 836, 901, 640, 487, 512,
        598, 701, 655, 520, 476, 533, 741,
    ];
    let month = |nth: usize, used: i64| {
        let nth = i32::try_from(nth).expect(OURS);
        let start = date(2024, 7, 3).saturating_add(jiff::Span::new().months(nth));
        let end = start.saturating_add(jiff::Span::new().months(1));
        let period = Period::new(start, end).expect(OURS);
        HistoryMonth {
            period,
            days: period.days(),
            usage: Quantity { micro: used * 1_000_000, unit: Unit::Kwh },
            estimated: false,
        }
    };
    let mut months: Vec<HistoryMonth> =
        USED.iter().enumerate().map(|(nth, used)| month(nth, *used)).collect();
    let newest = months.last_mut().expect(OURS);
    (newest.period, newest.days) = (july(), july().days());
    newest.usage.micro = 1_084_000_000;
    History { commodity: Commodity::Electric, months }
}

/// July of two years.
fn of_last_year(commodity: Commodity, used: i64) -> History {
    let then = Period::new(date(2025, 7, 3), date(2025, 8, 2)).expect(OURS);
    let unit = if commodity == Commodity::Gas { Unit::Ccf } else { Unit::Kgal };
    let month = |period, used: i64| HistoryMonth {
        period,
        days: period.days(),
        usage: Quantity { micro: used * 1_000_000, unit },
        estimated: false,
    };
    History { commodity, months: vec![month(then, used), month(july(), used + 1)] }
}

/// What the mock-up's bill says of itself: five causes that add up.
fn changed() -> Why {
    let cause = |kind, cents| Cause {
        kind,
        amount: Money::from_cents(cents),
        estimate: kind == CauseKind::Weather,
    };
    let causes = vec![
        cause(CauseKind::Weather, 5_210),
        cause(CauseKind::Price, 1_180),
        cause(CauseKind::TimeOfUse, 640),
        cause(CauseKind::Days, -420),
        cause(CauseKind::Tax, 305),
    ];
    let to = Money::from_cents(causes.iter().map(|it| it.amount.cents()).sum());
    Why { from: Money::ZERO, to, causes, uses: Vec::new(), switched: Vec::new() }
}

//! Why one bill differs from another. Each file under `golden/why` has two bills, a line of dashes,
//! and the causes that must come out. `UPDATE=1` writes them anew.
//!
//! A bill is `bill FROM TO`, with `TARIFF AGREEMENT` where these matter, and `too` behind them where it is of
//! the same bill as the one above it, then its lines: a label, two spaces, a kind, and what it counts:
//! `Energy, tier 1  usage  500 kWh x 0.12`, and its days if they are not the bill's. `estimated`
//! says that its last read is an estimate, and `weather 1.2 a degree-day, 300 then 420` what the
//! weather did.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "the runner reads files; core does not")]

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use meterbook_core::bill::Segment;
use meterbook_core::bill::why::{Weather, Why, why};
use meterbook_core::id::AgreementId;
use meterbook_core::meter::Flow;
use meterbook_core::money::{Money, Price, Quantity, Rounding, Share, Unit};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::{Basis, ChargeKind, CreditFlow, Line, Note, Rule, Said};
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::usage::{Evidence, EvidenceRead};
use meterbook_core::text::scaled;
use proptest::prelude::*;

#[test]
fn causes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/why");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.retain(|it| it.extension().is_some_and(|it| it == "why"));
    files.sort();
    assert!(8 <= files.len(), "{}", files.len());
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (given, want) = text.split_once("---\n").unwrap_or((&text, ""));
        let got = said(&answer(given));
        if std::env::var("UPDATE").is_ok() {
            std::fs::write(&file, format!("{given}---\n{got}")).unwrap();
        } else if got != want {
            writeln!(wrong, "{}\nwant:\n{want}got:\n{got}", file.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn said(why: &Why) -> String {
    let mut out = String::new();
    writeln!(out, "{} to {}", why.from, why.to).unwrap();
    for cause in &why.causes {
        let words = why.said(cause, Language::English);
        writeln!(out, "{:<40}{:>12}", words, cause.amount).unwrap();
    }
    out
}

fn answer(given: &str) -> Why {
    let mut bills: Vec<Segment> = Vec::new();
    let (mut weather, mut before) = (Vec::new(), 1);
    for line in given.lines().filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "bill" => {
                let mut it = segment(words[1], words[2]);
                if let [_, _, _, tariff, agreement, ..] = words[..] {
                    it.tariff = tariff.to_owned();
                    it.agreement = AgreementId(agreement.parse().unwrap());
                }
                before += usize::from(words.last() == Some(&"too") && bills.len() == before);
                bills.push(it);
            }
            "estimated" => bills.last_mut().unwrap().evidence.push(guess()),
            "weather" => weather.push(Weather {
                agreement: AgreementId(1),
                use_per_degree_day_micro: scaled(words[1], 6).unwrap(),
                degree_days_before: words[4].parse().unwrap(),
                degree_days_after: words[6].parse().unwrap(),
            }),
            _ => {
                let bill = bills.last_mut().unwrap();
                let read = read_line(line, bill);
                if read.kind == ChargeKind::Usage
                    && let Basis::Each(quantity, _) = read.basis
                {
                    bill.usage.micro += quantity.micro;
                }
                bill.total += read.amount;
                bill.lines.push(read);
            }
        }
    }
    let none = |it: &Segment| it.lines.is_empty();
    let (before, after) = bills.split_at(before);
    why(
        if none(&before[0]) { &[] } else { before },
        if none(&after[0]) { &[] } else { after },
        &weather,
    )
}

fn segment(from: &str, to: &str) -> Segment {
    Segment {
        agreement: AgreementId(1),
        commodity: Commodity::Electric,
        service_at: String::new(),
        tariff: "R-1".to_owned(),
        tariff_name: String::new(),
        tariff_spanish: None,
        period: Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap(),
        usage: Quantity { micro: 0, unit: Unit::Kwh },
        evidence: Vec::new(),
        lines: Vec::new(),
        total: Money::ZERO,
        carried: Carried::default(),
        bank: None,
        credit: CreditFlow::default(),
        given: Vec::new(),
        allotted: Vec::new(),
    }
}

fn read_line(text: &str, bill: &Segment) -> Line {
    let parts: Vec<&str> = text.split("  ").filter(|it| !it.is_empty()).map(str::trim).collect();
    let (label, kind, basis) = (parts[0], parts[1], parts[2]);
    let days = match parts.get(3).and_then(|it| it.split_once(' ')) {
        Some((from, to)) => Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap(),
        None => bill.period,
    };
    let words: Vec<&str> = basis.split_whitespace().collect();
    let basis = match words[..] {
        [count, unit, "x", price] => {
            let unit = Unit::from_word(unit).unwrap();
            let quantity = Quantity { micro: scaled(count, 6).unwrap(), unit };
            Basis::Each(quantity, Price::parse(price, unit).unwrap())
        }
        [share, "of", "all"] => Basis::Share(bill.total, Share::parse(share).unwrap()),
        [amount] => Basis::Amount(Money::parse(amount).unwrap()),
        _ => panic!("{text}"),
    };
    line(label, ChargeKind::from_word(kind).unwrap(), basis, days)
}

fn line(label: &str, kind: ChargeKind, basis: Basis, period: Period) -> Line {
    let rule =
        Rule { tariff: String::new(), version: period.start(), line: 1, text: String::new() };
    let (label, note) = Note::behind(label);
    Line {
        said: Arc::new(Said { label: label.into(), spanish: None, rule }),
        note,
        kind,
        period,
        basis,
        rounding: Rounding::HalfUp,
        exact: basis.exact(),
        amount: basis.exact().round(Rounding::HalfUp),
    }
}

fn guess() -> Evidence {
    let on = "2026-01-01".parse().unwrap();
    let read = EvidenceRead { on, index_micro: 0, kind: ReadKind::Estimated };
    Evidence {
        meter: "E-1".to_owned(),
        unit: Unit::Kwh,
        flow: Flow::Delivered,
        period: Period::month(2026, 1).unwrap(),
        reads: Some((read, read)),
        multiplier_micro: 1_000_000,
        used: Quantity { micro: 0, unit: Unit::Kwh },
        estimated: 1,
    }
}

/// Lines of a bill: how much in which of some blocks and hours, at which price.
fn lines() -> impl Strategy<Value = Vec<(usize, i64, i64)>> {
    prop::collection::vec((0_usize..8, 0_i64..2_000_000_000, -50_000_000_i64..400_000_000), 0..9)
}

fn drawn(lines: &[(usize, i64, i64)], from: &str, to: &str) -> Segment {
    const LABELS: [(&str, ChargeKind); 8] = [
        ("Energy, peak, tier 1", ChargeKind::Usage),
        ("Energy, peak, tier 2", ChargeKind::Usage),
        ("Energy, off-peak", ChargeKind::Usage),
        ("Fuel", ChargeKind::Usage),
        ("Demand", ChargeKind::Demand),
        ("Customer charge", ChargeKind::Fixed),
        ("Surplus", ChargeKind::Credit),
        ("City tax", ChargeKind::Tax),
    ];
    let mut bill = segment(from, to);
    for (place, micro, nano) in lines {
        let (label, kind) = LABELS[*place];
        let basis = match kind {
            ChargeKind::Tax => Basis::Share(bill.total, Share { nano: *nano }),
            _ => {
                let (quantity, price) = (
                    Quantity { micro: *micro, unit: Unit::Kwh },
                    Price { nano: *nano, per: Unit::Kwh },
                );
                Basis::Each(quantity, price)
            }
        };
        let line = line(label, kind, basis, bill.period);
        bill.usage.micro += micro;
        bill.total += line.amount;
        bill.lines.push(line);
    }
    bill
}

proptest! {
    #[test]
    fn the_causes_add_up_to_the_difference(
        before in lines(), after in lines(), degrees in (0_i64..900, 0_i64..900), sensitive in 0_i64..5_000_000,
        other in any::<bool>(),
    ) {
        let (before, mut after) =
            (drawn(&before, "2026-06-01", "2026-07-01"), drawn(&after, "2026-07-01", "2026-08-03"));
        if other {
            (after.tariff, after.agreement) = ("R-2".to_owned(), AgreementId(2));
        }
        let weather = Weather {
            agreement: AgreementId(1),
            use_per_degree_day_micro: sensitive,
            degree_days_before: degrees.0,
            degree_days_after: degrees.1,
        };
        let (then, now) = (std::slice::from_ref(&before), std::slice::from_ref(&after));
        let why = why(then, now, &[weather]);
        let said: Money = why.causes.iter().map(|it| it.amount).sum();
        prop_assert_eq!(said, after.total - before.total);
        prop_assert!(why.causes.len() <= 5);
    }
}

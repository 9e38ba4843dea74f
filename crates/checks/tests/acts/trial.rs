//! A tariff text tried on a load, before anybody is billed on it.

use jiff::civil::date;
use meterbook_app::trial::{Use, rate_on, total};
use meterbook_core::money::Money;
use meterbook_core::rating::published::{Prices, Published};
use meterbook_core::tariff::{Riders, Tariff};

const HEAD: &str = "tariff T-1 half-up\nname Trial\ncommodity electric kWh\nfrom 2026-01-01\n";

#[test]
fn a_load_of_two_kw_uses_two_kwh_an_hour() {
    let tariff = Tariff::parse(&format!("{HEAD}volume  Energy  0.10\n")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("load.csv");
    // A day by the hour, and by the quarter: 48 kWh at 0.10.
    for values in [24, 96] {
        std::fs::write(&file, format!("kw\n{}", "2\n".repeat(values))).unwrap();
        let days = (date(2026, 1, 1), Some(date(2026, 1, 2)));
        let nothing = |_: &_, _| unreachable!("the tariff looks for nothing");
        let turns = rate_on(&tariff, &Riders::new(), Use::Load(&file), days, nothing).unwrap();
        assert_eq!(total(&turns), Money::from_cents(480));
    }
}

#[test]
fn a_trial_finds_what_is_published() {
    let tariff = Tariff::parse(&format!("{HEAD}series  Market  day-ahead\n")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("load.csv");
    std::fs::write(&file, format!("kw\n{}", "2\n".repeat(24))).unwrap();
    let days = (date(2026, 1, 1), None);
    let turns = rate_on(&tariff, &Riders::new(), Use::Load(&file), days, |names, days| {
        assert_eq!(names.prices, ["day-ahead".to_owned()].into());
        assert_eq!(days.start(), date(2026, 1, 1));
        let mut published = Published::default();
        let start = "2026-01-01T00:00:00Z".parse()?;
        let prices = Prices { start, minutes: 60, nano: vec![Some(50_000_000); 24] };
        published.prices.insert("day-ahead".to_owned(), prices);
        Ok(published)
    });
    // 48 kWh at 0.05.
    assert_eq!(total(&turns.unwrap()), Money::from_cents(240));
    let none =
        rate_on(&tariff, &Riders::new(), Use::Load(&file), days, |_, _| Ok(Published::default()));
    let why = none.unwrap_err().to_string();
    assert!(why.contains("needs the price of day-ahead for 2026-01-01 00:00"), "{why}");
}

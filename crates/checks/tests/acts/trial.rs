//! A tariff text tried on a load, before anybody is billed on it.

use jiff::civil::date;
use meterbook_app::trial::{Use, rate_on, terms, total};
use meterbook_core::money::Money;
use meterbook_core::rating::published::{Prices, Published};
use meterbook_core::rating::terms::Terms;
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
        let turns =
            rate_on(&tariff, &Riders::new(), (Use::Load(&file), Terms::NONE), days, nothing)
                .unwrap();
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
    let turns =
        rate_on(&tariff, &Riders::new(), (Use::Load(&file), Terms::NONE), days, |names, days| {
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
    let none = rate_on(&tariff, &Riders::new(), (Use::Load(&file), Terms::NONE), days, |_, _| {
        Ok(Published::default())
    });
    let why = none.unwrap_err().to_string();
    assert!(why.contains("needs the price of day-ahead for 2026-01-01 00:00"), "{why}");
}

#[test]
fn a_trial_is_told_the_terms_and_says_which_it_lacks() {
    let text = format!("{HEAD}needs meters\nmonthly  Meter  2.50 per meters\n");
    let tariff = Tariff::parse(&text).unwrap();
    let tried = |given: &[&str]| {
        let given: Vec<String> = given.iter().map(|it| (*it).to_owned()).collect();
        let terms = terms(&given)?;
        let days = (date(2026, 1, 1), None);
        let nothing = |_: &_, _| unreachable!("the tariff looks for nothing");
        rate_on(&tariff, &Riders::new(), (Use::Counted(0), &terms), days, nothing)
    };
    assert_eq!(total(&tried(&["meters=3"]).unwrap()), Money::from_cents(750));
    let why = |given: &[&str]| tried(given).unwrap_err().to_string();
    assert_eq!(why(&[]), "Meter needs to know meters; say it: --term meters=VALUE");
    assert_eq!(why(&["meters"]), "meters does not say which term is what; write --term meters=3");
    assert_eq!(why(&["meters=3", "meters=4"]), "meters is given twice; give it once");
}

#[test]
fn a_trial_refuses_days_that_are_none() {
    let tariff = Tariff::parse(&format!("{HEAD}volume  Energy  0.10\n")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("load.csv");
    std::fs::write(&file, format!("kw\n{}", "2\n".repeat(23))).unwrap();
    let why = |used, to| {
        let days = (date(2026, 1, 1), to);
        let nothing = |_: &_, _| unreachable!("the tariff looks for nothing");
        rate_on(&tariff, &Riders::new(), (used, Terms::NONE), days, nothing)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        why(Use::Load(&file), None),
        "the load has 23 values, and a day has 24 hours; give whole days"
    );
    assert_eq!(
        why(Use::Counted(1), Some(date(9999, 12, 31))),
        "days up to 9999-12-31 are later than we can tell; give an earlier --to"
    );
}

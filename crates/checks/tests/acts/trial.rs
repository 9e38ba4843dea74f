//! A tariff text tried on a load, before anybody is billed on it.

use jiff::civil::date;
use meterbook_app::trial::{Days, Tried, Use, rate_on, terms, total};
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

#[test]
fn a_trial_of_a_year_carries_its_bank_and_is_cut_where_service_begins_and_ends() {
    let text = format!(
        "{HEAD}net turn\n  bank true-up anniversary at-stop pays 0.03\nvolume  E  0.10\nmonthly  M  31.00\n"
    );
    let tariff = Tariff::parse(&text).unwrap();
    let (used, sent) = (Use::Counted(365_000_000), Some(Use::Counted(730_000_000)));
    let tried = Tried { used, sent, terms: Terms::NONE };
    let nothing = |_: &_, _| unreachable!("the tariff looks for nothing");
    let year = Days { from: date(2026, 1, 1), to: Some(date(2027, 1, 1)), start: None, stop: None };
    let turns = rate_on(&tariff, &Riders::new(), tried, year, nothing).unwrap();
    // One kWh a day comes and two are sent back: the twelfth bill pays the 365 that are left.
    assert_eq!(turns.len(), 12);
    let bank = |nth: usize| turns[nth].rated.bank.unwrap();
    assert_eq!((bank(1).opening, bank(1).closing), (31_000_000, 59_000_000));
    assert_eq!((bank(11).paid, bank(11).closing), (365_000_000, 0));
    assert_eq!(total(&turns), Money::from_cents(12 * 3100 - 1095));
    // From the 11th of January up to the 10th of February: 21 of 31 days, and 9 of 28.
    let (start, stop) = (Some(date(2026, 1, 11)), Some(date(2026, 2, 10)));
    let cut = Days { to: Some(date(2026, 3, 1)), start, stop, ..year };
    let turns = rate_on(&tariff, &Riders::new(), tried, cut, nothing).unwrap();
    let periods: Vec<String> = turns.iter().map(|it| it.period.to_string()).collect();
    assert_eq!(periods, ["2026-01-11 to 2026-01-31", "2026-02-01 to 2026-02-09"]);
    let flow = turns[1].rated.bank.unwrap();
    assert_eq!((flow.paid, flow.closing), (365_000_000, 0), "the last bill settles the bank");
    assert_eq!(total(&turns), Money::from_cents(2100 + 996 - 1095));
}

#[test]
fn a_trial_refuses_what_is_told_in_two_ways_and_service_beside_the_days() {
    let tariff = Tariff::parse(&format!("{HEAD}volume  E  0.10\ncredit  S  0.05\n")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str, values: usize| {
        let file = folder.path().join(name);
        std::fs::write(&file, format!("kw\n{}", "2\n".repeat(values))).unwrap();
        file
    };
    let (day, two, one) = (load("day.csv", 24), load("two.csv", 48), load("one.csv", 24));
    let why = |used, sent, start| {
        let days = Days { from: date(2026, 1, 1), to: None, start, stop: None };
        let tried = Tried { used, sent: Some(sent), terms: Terms::NONE };
        let nothing = |_: &_, _| unreachable!("the tariff looks for nothing");
        rate_on(&tariff, &Riders::new(), tried, days, nothing)
    };
    let told = "what was sent back is told as what came is";
    for sent in [Use::Load(&two), Use::Counted(1)] {
        let said = why(Use::Load(&day), sent, None).unwrap_err().to_string();
        assert!(said.starts_with(told), "{said}");
    }
    let late = why(Use::Counted(1), Use::Counted(1), Some(date(2026, 2, 1)));
    let said = late.unwrap_err().to_string();
    assert!(said.starts_with("service begins and ends within the days"), "{said}");
    // 48 kWh come and 48 are sent back.
    let turns = why(Use::Load(&day), Use::Load(&one), None).unwrap();
    assert_eq!(total(&turns), Money::from_cents(240));
}

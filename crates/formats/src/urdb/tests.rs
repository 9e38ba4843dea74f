//! Rates as nobody should write them: each is refused with its reason, and none stops the program.

use jiff::civil::date;
use meterbook_core::tariff::{Scope, Tariff};
use serde_json::{Value, json};

use super::{Open, Program, text};

/// A rate with tiers, two periods, demand, a minimum and a fixed charge.
fn rate() -> Value {
    let mut day = vec![0; 24];
    day[16..21].fill(1);
    json!({
        "_id": "a", "name": "Odd",
        "energyratestructure": [
            [{"rate": 0.1, "adj": 0.01, "max": 300, "unit": "kWh", "sell": 0.05}, {"rate": 0.2, "sell": 0.04}],
            [{"rate": 0.3, "max": 300, "unit": "kWh"}, {"rate": 0.4}],
        ],
        "energyweekdayschedule": vec![day.clone(); 12],
        "energyweekendschedule": vec![vec![0; 24]; 12],
        "flatdemandstructure": [[{"rate": 5.0, "max": 10}, {"rate": 6.0}]],
        "lookbackPercent": 0.85, "lookbackMonths": vec![true; 12], "lookbackRange": 11,
        "fixedchargefirstmeter": 9.5, "fixedchargeunits": "$/month",
        "mincharge": 15, "minchargeunits": "$/month",
    })
}

fn open(program: Option<Program>) -> Open {
    Open { scope: Scope::Chronological, program, sell_nano: 40_000_000, year_end_nano: 30_000_000 }
}

/// The text of the rate with `value` at `place`, and whether the tariff parser takes it.
fn at(place: &str, value: &Value, program: Option<Program>) -> Result<String, String> {
    let mut rate = rate();
    match rate.pointer_mut(place) {
        Some(there) => *there = value.clone(),
        None => rate[place.trim_start_matches('/')] = value.clone(),
    }
    let text = text(&rate, date(2018, 1, 1), &open(program))?;
    Tariff::parse(&text).map_err(|why| why.to_string())?;
    Ok(text)
}

#[track_caller]
fn refused(place: &str, value: Value, words: &str) {
    let why = at(place, &value, Some(Program::NetBilling)).expect_err(place);
    assert!(why.contains(words), "{place} {value}: {why}");
}

#[test]
fn a_rate_that_is_right_is_a_tariff_under_every_program() {
    for program in [
        None,
        Some(Program::NetMetering),
        Some(Program::NetMeteringDollars),
        Some(Program::NetBilling),
        Some(Program::NetBillingCarryover),
        Some(Program::BuyAllSellAll),
    ] {
        at("/name", &json!("Right"), program).unwrap();
    }
}

#[test]
fn what_is_sold_has_tiers_where_the_rate_says_so() {
    let text = at("/name", &json!("Sold"), Some(Program::NetBilling)).unwrap();
    assert!(text.contains("credit  Surplus by energy chronological\n  period-0  0.05 to 300, 0.04\n  period-1  0\n"), "{text}");
}

#[test]
fn what_no_tariff_can_say_is_refused_with_its_reason() {
    let tier = "/energyratestructure/0/0";
    refused(&format!("{tier}/sell"), json!(-0.01), "costs the customer something");
    refused(&format!("{tier}/sell"), Value::Null, "null is not a number");
    refused(&format!("{tier}/rate"), json!(1e38), "more than anybody charges");
    refused(&format!("{tier}/max"), Value::Null, "null is not a number");
    refused(&format!("{tier}/unit"), json!("hp"), "bounded in hp");
    refused(&format!("{tier}/unit"), json!(5), "where a word is expected");
    refused("/energyratestructure/0", json!([]), "period 0");
    refused("/energyratestructure", json!({}), "no energyratestructure");
    refused("/energyweekdayschedule/3/4", json!(9), "uses period 9");
    refused("/energyweekdayschedule/3/4", json!(-1), "does not hold 24 numbers");
    refused("/flatdemandmonths", json!([0]), "does not hold 12 numbers");
    refused("/lookbackPercent", json!(-0.5), "no share");
    refused("/lookbackRange", json!(400), "more months than we keep");
    refused("/lookbackMonths", json!([1, 0]), "not twelve");
    refused("/demandratchetpercentage", json!([0.8, 0.8]), "not twelve shares");
    refused("/fixedchargeunits", json!("$/kW"), "known are $/day");
    refused("/fixedchargeunits", json!(7), "where a word is expected");
    refused("/fixedchargefirstmeter", json!(1e38), "more than anybody charges");
    refused("/mincharge", json!(-3), "below zero");
    refused("/annualmincharge", json!(100), "for a year");
}

#[test]
fn limits_of_several_kinds_in_one_ladder_are_refused() {
    let tiers = json!([
        {"rate": 0.1, "max": 300, "unit": "kWh"}, {"rate": 0.2, "max": 900, "unit": "kWh/kW"}, {"rate": 0.3},
    ]);
    refused("/energyratestructure/0", tiers, "all alike");
}

#[test]
fn a_limit_without_end_in_the_middle_ends_the_ladder() {
    let tiers = json!([{"rate": 0.1, "max": 300}, {"rate": 0.2, "max": 1e38}, {"rate": 0.3}]);
    let text = at("/energyratestructure/0", &tiers, None).unwrap();
    assert!(text.contains("period-0  0.1 to 300, 0.2\n"), "{text}");
}

#[test]
fn a_charge_for_a_year_is_a_twelfth_of_it_and_what_is_left_out_is_said() {
    let text = at("/fixedchargeunits", &json!("$/year"), None).unwrap();
    assert!(text.contains("monthly  Fixed charge   0.791666667\n"), "{text}");
    let text = at("/coincidentratestructure", &json!([[{"rate": 17.5}]]), None).unwrap();
    assert!(text.contains("# The rate also charges for demand at the hour"), "{text}");
}

#[test]
fn no_value_at_any_place_stops_the_program() {
    let odd = [
        Value::Null,
        json!(-1),
        json!(0),
        json!(1e38),
        json!(-1e38),
        json!(1e17),
        json!(1e9),
        json!(1e-12),
        json!("x"),
        json!(""),
        json!([]),
        json!({}),
        json!([[]]),
        json!(true),
        json!([null]),
        json!(9e18),
    ];
    let places = [
        "/_id",
        "/name",
        "/energyratestructure",
        "/energyratestructure/0",
        "/energyratestructure/0/0",
        "/energyratestructure/0/0/rate",
        "/energyratestructure/0/0/adj",
        "/energyratestructure/0/0/max",
        "/energyratestructure/0/0/unit",
        "/energyratestructure/0/0/sell",
        "/energyweekdayschedule",
        "/energyweekdayschedule/0",
        "/energyweekdayschedule/0/0",
        "/flatdemandstructure",
        "/flatdemandstructure/0/0/rate",
        "/flatdemandstructure/0/0/max",
        "/flatdemandmonths",
        "/demandratestructure",
        "/lookbackPercent",
        "/lookbackMonths",
        "/lookbackRange",
        "/demandratchetpercentage",
        "/fixedchargefirstmeter",
        "/fixedchargeunits",
        "/mincharge",
        "/minchargeunits",
    ];
    for place in places {
        for value in &odd {
            for program in [None, Some(Program::NetMetering), Some(Program::NetBilling)] {
                let _ = at(place, value, program);
            }
        }
    }
}

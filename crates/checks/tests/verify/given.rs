//! What is given: rates, and the bills others computed for them.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use meterbook_core::text::scaled;
use serde_json::Value;

/// The metering options of SAM, by their numbers.
pub(crate) const PROGRAMS: [&str; 5] = [
    "net-metering",
    "net-metering-dollars",
    "net-billing",
    "net-billing-carryover",
    "buy-all-sell-all",
];

/// The rates, as they were written, and the bills of each.
pub(crate) struct Given {
    pub(crate) text: String,
    pub(crate) rates: HashMap<String, Rate>,
    pub(crate) plain: Vec<Bill>,
    pub(crate) solar: Vec<Bill>,
}

/// How hours fill tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    Chronological,
    ProRata,
}

/// What of a rate matters to the comparison.
pub(crate) struct Rate {
    /// Whether every hour of a month has the same price.
    pub(crate) one: bool,
    pub(crate) fixed_daily: bool,
    /// The least amount, in millionths of a dollar, and whether it is for a day.
    pub(crate) least: Option<(i64, bool)>,
    /// Whether some price of energy is below zero.
    pub(crate) below_zero: bool,
}

/// A year's bills of a rate.
pub(crate) struct Bill {
    pub(crate) id: String,
    pub(crate) load: String,
    pub(crate) roof: String,
    /// `None` where both ways agree.
    pub(crate) scope: Option<Scope>,
    /// Whether ratchets see a year like this one before it.
    pub(crate) alike: bool,
    /// The metering option, with a roof.
    pub(crate) program: Option<usize>,
    pub(crate) months: Vec<Month>,
}

/// Millionths of a dollar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Month {
    pub(crate) energy: i64,
    /// The same before what is sold.
    pub(crate) gross: i64,
    pub(crate) flat: i64,
    pub(crate) timed: i64,
    pub(crate) fixed: i64,
    pub(crate) minimum: i64,
    pub(crate) total: i64,
}

impl Scope {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Scope::Chronological => "chronological",
            Scope::ProRata => "pro-rata",
        }
    }
}

impl Given {
    /// Reads every `step`-th rate and its bills.
    pub(crate) fn read(folder: &Path, step: usize) -> Given {
        let (mut text, mut rates) = (String::new(), HashMap::new());
        for line in lines(&folder.join("rates.jsonl.gz")).step_by(step) {
            let rate: Value = serde_json::from_str(&line).expect("a rate is JSON");
            rates.insert(rate["_id"].as_str().expect("a rate has an id").to_owned(), about(&rate));
            text.push_str(&line);
            text.push('\n');
        }
        let bills = |file: &str| {
            let read = lines(&folder.join(file)).map(|it| bill(&it));
            read.filter(|it| rates.contains_key(&it.id)).collect()
        };
        let (plain, solar) = (bills("bills.jsonl.gz"), bills("bills_with_solar.jsonl.gz"));
        Given { text, rates, plain, solar }
    }
}

impl Bill {
    /// What the roof makes: its file, and what that is multiplied by.
    pub(crate) fn roof(&self) -> (&'static str, &'static str) {
        match self.roof.as_str() {
            "6kW_fontana" => ("pv_fontana_01_per_kw", "6"),
            "hpxml_pv10" => ("hpxml_pv10", "1"),
            other => panic!("nobody told us what the roof {other} makes"),
        }
    }
}

fn lines(file: &Path) -> impl Iterator<Item = String> + use<> {
    let packed = File::open(file).expect("the shared file opens");
    BufReader::new(MultiGzDecoder::new(packed)).lines().map(|it| it.expect("it is text"))
}

fn about(rate: &Value) -> Rate {
    let hours = |key: &str| rate[key].as_array().cloned().unwrap_or_default();
    let (weekday, weekend) = (hours("energyweekdayschedule"), hours("energyweekendschedule"));
    let of_month = |(weekday, weekend): (&Value, &Value)| {
        let both = weekday.as_array().into_iter().chain(weekend.as_array()).flatten();
        both.map(Value::to_string).collect::<HashSet<_>>().len()
    };
    let periods = rate["energyratestructure"].as_array().cloned().unwrap_or_default();
    let price = |it: &Value| micro(&it["rate"]) + micro(&it["adj"]);
    let tiers = || periods.iter().filter_map(Value::as_array).flatten();
    let least = micro(&rate["mincharge"]);
    let least = match rate["minchargeunits"].as_str() {
        Some("$/year") => least.div_euclid(12),
        _ => least,
    };
    Rate {
        one: weekday.iter().zip(&weekend).all(|it| of_month(it) == 1),
        fixed_daily: rate["fixedchargeunits"] == "$/day",
        least: (least != 0).then(|| (least, rate["minchargeunits"] == "$/day")),
        below_zero: tiers().any(|it| price(it) < 0),
    }
}

fn bill(line: &str) -> Bill {
    let bill: Value = serde_json::from_str(line).expect("a bill is JSON");
    let text = |key: &str| bill[key].as_str().unwrap_or("").to_owned();
    let month = |nth: usize| {
        let amount = |key: &str| micro(&bill[key][nth]);
        Month {
            energy: amount("ec"),
            gross: amount("ecg"),
            flat: amount("dcf"),
            timed: amount("dct"),
            fixed: amount("fix"),
            minimum: amount("min"),
            total: amount("bill"),
        }
    };
    Bill {
        id: text("id"),
        load: text("load"),
        roof: text("pv"),
        scope: match bill["opt"].as_str() {
            Some("chrono") => Some(Scope::Chronological),
            Some("prorata") => Some(Scope::ProRata),
            _ => None,
        },
        alike: bill["y0"] == "same",
        program: bill["opt"].as_u64().and_then(|it| usize::try_from(it).ok()),
        months: (0..12).map(month).collect(),
    }
}

/// A number in millionths; nothing is zero, and what is finer is cut off.
pub(crate) fn micro(number: &Value) -> i64 {
    // The shortest decimal of the number is the one that was written, without an exponent.
    let text = match number {
        Value::String(text) => text.clone(),
        number => number.as_f64().map_or("0".to_owned(), |it| it.to_string()),
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = &part[..part.len().min(6)];
    scaled(&format!("{whole}.{part}"), 6).unwrap_or(i64::MAX)
}

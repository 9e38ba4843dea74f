//! A rate of the OpenEI Utility Rate Database, written as a tariff text.
//!
//! The database's fields are described at <https://openei.org/services/doc/rest/util_rates/>; what
//! it leaves open follows NREL's System Advisor Model (SAM), as docs/reference/urdb.md tells.

mod number;
mod schedule;

use std::fmt::Write;

use jiff::civil::Date;
use meterbook_core::tariff::Scope;
use meterbook_core::text::decimal;
use serde_json::Value;

use number::{nano, nano_or_zero};
use schedule::{Grid, Hourly};

/// The label of the charge for the highest use at any time.
pub const FLAT_DEMAND: &str = "Demand";
/// The label of the charge for the highest use at certain times.
pub const TIMED_DEMAND: &str = "Time-of-use demand";

/// A limit at or beyond this many units is written where a rate means none.
const NO_LIMIT_NANO: i64 = 1_000_000_000_000_000_000;

/// The `_id` of a rate, or its `label` where it has none.
pub fn id(rate: &Value) -> Option<&str> {
    rate.get("_id").or_else(|| rate.get("label")).and_then(Value::as_str)
}

/// The text of the tariff that `rate` describes, in force from `from`. Where its prices differ by
/// the hour and its tiers by the month, `scope` says how hours fill tiers: the rate does not.
///
/// The error says what in the rate cannot be written as a tariff.
pub fn text(rate: &Value, from: Date, scope: Scope) -> Result<String, String> {
    refuse_what_is_not_priced(rate)?;
    let id = id(rate).ok_or("the rate has neither _id nor label")?;
    let said = |key: &str| rate.get(key).and_then(Value::as_str).map(on_one_line);
    let mut out = String::new();
    let _ = writeln!(out, "tariff     URDB-{id} half-up");
    let name = said("name").filter(|it| !it.is_empty()).unwrap_or_else(|| id.to_owned());
    let _ = writeln!(out, "name       {name}");
    let utility = said("utility").unwrap_or_else(|| "utility not named".to_owned());
    let _ = writeln!(out, "source     OpenEI Utility Rate Database {id}, {utility}");
    let _ = writeln!(out, "commodity  electric kWh");
    let _ = writeln!(out, "from       {from}");
    let energy = energy(rate, scope)?;
    let flat = flat_demand(rate)?;
    let timed = timed_demand(rate)?;
    for charge in [&energy, &flat, &timed].into_iter().flatten() {
        out.push_str(&charge.clock);
    }
    let _ = writeln!(out);
    out.push_str(&fixed(rate)?);
    for charge in [&energy, &flat, &timed].into_iter().flatten() {
        out.push_str(&charge.lines);
    }
    out.push_str(&minimum(rate)?);
    Ok(out)
}

/// A charge, and the clock it goes by if it needs one.
struct Written {
    clock: String,
    lines: String,
}

/// One tier: nano-dollars for a unit, and its upper bound in nano-units.
struct Tier {
    price: i64,
    max: Option<i64>,
}

fn refuse_what_is_not_priced(rate: &Value) -> Result<(), String> {
    let lookback = match rate.get("lookbackPercent") {
        Some(it) => nano(it)?,
        None => 0,
    };
    if lookback != 0 {
        return Err("it has a ratchet (lookbackPercent), which tariffs do not price yet".to_owned());
    }
    Ok(())
}

fn energy(rate: &Value, scope: Scope) -> Result<Option<Written>, String> {
    let structure = periods(rate, "energyratestructure")?;
    let hourly = Hourly::read(rate, "energyweekdayschedule", "energyweekendschedule")?;
    let used = hourly.used();
    let daily = daily_limits(&structure, &used)?;
    let ladders = ladders(&structure, &used, "energyratestructure")?;
    let tiered = ladders.iter().any(|(_, tiers)| 1 < tiers.len());
    let word = if daily { " daily" } else { "" };
    let scope = if tiered && hourly.within_a_day() { format!(" {scope}") } else { String::new() };
    Ok(Some(written("blocks", "Energy", &Grid::new("energy", &hourly), &scope, word, &ladders)))
}

fn flat_demand(rate: &Value) -> Result<Option<Written>, String> {
    if rate.get("flatdemandstructure").is_none() {
        return Ok(None);
    }
    let structure = periods(rate, "flatdemandstructure")?;
    let hourly = Hourly::monthly(rate, "flatdemandmonths")?;
    let ladders = ladders(&structure, &hourly.used(), "flatdemandstructure")?;
    let grid = Grid::new("demand-month", &hourly);
    Ok(Some(written("demand", FLAT_DEMAND, &grid, "", "", &ladders)))
}

fn timed_demand(rate: &Value) -> Result<Option<Written>, String> {
    if rate.get("demandratestructure").is_none() || rate.get("demandweekdayschedule").is_none() {
        return Ok(None);
    }
    let structure = periods(rate, "demandratestructure")?;
    let hourly = Hourly::read(rate, "demandweekdayschedule", "demandweekendschedule")?;
    let ladders = ladders(&structure, &hourly.used(), "demandratestructure")?;
    let grid = Grid::new("demand-time", &hourly);
    Ok(Some(written("demand", TIMED_DEMAND, &grid, "", "", &ladders)))
}

fn written(
    keyword: &str,
    label: &str,
    grid: &Grid,
    scope: &str,
    limit_word: &str,
    ladders: &[(usize, Vec<Tier>)],
) -> Written {
    let mut lines = String::new();
    match grid.clock() {
        None => {
            let _ = writeln!(lines, "{keyword}  {label}   {}", steps(&ladders[0].1, limit_word));
        }
        Some(name) => {
            let _ = writeln!(lines, "{keyword}  {label} by {name}{scope}");
            for (period, tiers) in ladders {
                let _ = writeln!(
                    lines,
                    "  {}  {}",
                    schedule::period(*period),
                    steps(tiers, limit_word)
                );
            }
        }
    }
    Written { clock: grid.text(), lines }
}

/// `0.12 to 500, 0.18`.
fn steps(tiers: &[Tier], limit_word: &str) -> String {
    let step = |tier: &Tier| match tier.max {
        Some(max) => format!("{} to {}{limit_word}", decimal(tier.price, 9), decimal(max, 9)),
        None => decimal(tier.price, 9),
    };
    tiers.iter().map(step).collect::<Vec<_>>().join(", ")
}

fn periods<'a>(rate: &'a Value, key: &str) -> Result<Vec<&'a Vec<Value>>, String> {
    let list = rate.get(key).and_then(Value::as_array).ok_or_else(|| format!("it has no {key}"))?;
    let tiers = |it: &'a Value| it.as_array().ok_or_else(|| format!("{key} is no list of lists"));
    list.iter().map(tiers).collect()
}

/// The tiers of each period that the schedule uses. The last tier is open, whatever it says.
fn ladders(
    structure: &[&Vec<Value>],
    used: &[usize],
    key: &str,
) -> Result<Vec<(usize, Vec<Tier>)>, String> {
    let ladder = |period: &usize| {
        let tiers = structure
            .get(*period)
            .filter(|it| !it.is_empty())
            .ok_or_else(|| format!("its schedule uses period {period}, and {key} has none such"))?;
        Ok((*period, ladder(tiers)?))
    };
    used.iter().map(ladder).collect()
}

fn ladder(tiers: &[Value]) -> Result<Vec<Tier>, String> {
    let mut ladder: Vec<Tier> = Vec::new();
    let mut below = 0;
    for (index, tier) in tiers.iter().enumerate() {
        let price = nano_or_zero(tier.get("rate"))? + nano_or_zero(tier.get("adj"))?;
        let last = index + 1 == tiers.len();
        let max = match tier.get("max").filter(|_| !last) {
            Some(max) => Some(nano(max)?).filter(|it| *it < NO_LIMIT_NANO),
            None => None,
        };
        match max {
            // A tier that ends where the one before it does holds nothing.
            Some(max) if max <= below => {}
            Some(max) => {
                below = max;
                // A tariff's limits have six decimals.
                ladder.push(Tier { price, max: Some(max - max.rem_euclid(1_000)) });
            }
            None => {
                ladder.push(Tier { price, max: None });
                break;
            }
        }
    }
    Ok(ladder)
}

/// Whether the bounds of the tiers are for a day. Bounds of two kinds in one rate are refused.
fn daily_limits(structure: &[&Vec<Value>], used: &[usize]) -> Result<bool, String> {
    let mut kinds: Vec<bool> = Vec::new();
    for tiers in used.iter().filter_map(|it| structure.get(*it)) {
        for tier in tiers.iter().rev().skip(1).filter(|it| it.get("max").is_some()) {
            kinds.push(match tier.get("unit").and_then(Value::as_str) {
                None | Some("kWh") => false,
                Some("kWh daily") => true,
                Some(other) => {
                    return Err(format!(
                        "its tiers are bounded in {other}, which tariffs do not price yet"
                    ));
                }
            });
        }
    }
    kinds.dedup();
    match kinds[..] {
        [] => Ok(false),
        [daily] => Ok(daily),
        _ => Err("some of its tiers are bounded by the day and some by the month".to_owned()),
    }
}

fn fixed(rate: &Value) -> Result<String, String> {
    let Some(amount) = rate.get("fixedchargefirstmeter") else { return Ok(String::new()) };
    let amount = nano(amount)?;
    let per = rate.get("fixedchargeunits").and_then(Value::as_str).unwrap_or("$/month");
    priced("fixed charge", amount, per, |price, per| match per {
        Per::Day => format!("daily  Fixed charge   {price}\n"),
        Per::Month => format!("monthly  Fixed charge   {price}\n"),
    })
}

fn minimum(rate: &Value) -> Result<String, String> {
    let Some(amount) = rate.get("mincharge") else { return Ok(String::new()) };
    let amount = nano(amount)?;
    let per = rate.get("minchargeunits").and_then(Value::as_str).unwrap_or("$/month");
    priced("minimum charge", amount, per, |price, per| match per {
        Per::Day => format!("minimum  Minimum charge   {price} daily\n"),
        Per::Month => format!("minimum  Minimum charge   {price}\n"),
    })
}

enum Per {
    Day,
    Month,
}

fn priced(
    what: &str,
    amount: i64,
    per: &str,
    write: impl Fn(String, Per) -> String,
) -> Result<String, String> {
    if amount < 0 {
        return Err(format!("its {what} is below zero"));
    }
    match per {
        _ if amount == 0 => Ok(String::new()),
        "$/day" => Ok(write(decimal(amount, 9), Per::Day)),
        "$/month" => Ok(write(decimal(amount, 9), Per::Month)),
        "$/year" => Ok(write(decimal((amount + 6).div_euclid(12), 9), Per::Month)),
        other => Err(format!("its {what} is in {other}; known are $/day, $/month and $/year")),
    }
}

fn on_one_line(text: &str) -> String {
    let plain = text.replace('#', " no. ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! A rate of the OpenEI Utility Rate Database, written as a tariff text.
//!
//! The database's fields are described at <https://openei.org/services/doc/rest/util_rates/>; what
//! it leaves open follows NREL's System Advisor Model (SAM), as docs/reference/urdb.md tells.

mod number;
mod ratchet;
mod schedule;
mod solar;
#[cfg(test)]
mod tests;

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

/// The clock of the energy charge, where it has one.
const ENERGY_CLOCK: &str = "energy";

/// A million dollars a unit: a price beyond it is a slip.
const MOST_NANO: u64 = 1_000_000_000_000_000;

/// A limit at or beyond this many units is written where a rate means none.
const NO_LIMIT_NANO: i64 = 1_000_000_000_000_000_000;

/// The `_id` of a rate, or its `label` where it has none.
pub fn id(rate: &Value) -> Option<&str> {
    rate.get("_id").or_else(|| rate.get("label")).and_then(Value::as_str)
}

/// What a rate leaves open and somebody has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// How hours fill tiers, where prices differ by the hour and tiers by the month.
    pub scope: Scope,
    /// What becomes of what is sent back; `None` where nothing is.
    pub program: Option<Program>,
    /// What a kWh sent back earns where the rate does not say, in billionths of a dollar.
    pub sell_nano: i64,
    /// What a kWh left in the bank is paid at the end of the year, in billionths of a dollar.
    pub year_end_nano: i64,
}

/// What becomes of what is sent back: the metering options of SAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Set off over the month; the rest is kWh in a bank, paid at the end of the year.
    NetMetering,
    /// Set off over the month; the rest is sold, and its dollars are in a bank.
    NetMeteringDollars,
    /// Sold hour by hour, with credit on the same bill.
    NetBilling,
    /// Sold hour by hour, with credit on the next bill.
    NetBillingCarryover,
    /// All that is made is sold, all that is used is bought.
    BuyAllSellAll,
}

/// The text of the tariff that `rate` describes, in force from `from`.
///
/// The error says what in the rate cannot be written as a tariff.
pub fn text(rate: &Value, from: Date, open: &Open) -> Result<String, String> {
    let id = id(rate).ok_or("the rate has neither _id nor label")?;
    let line = |key: &str| rate.get(key).and_then(Value::as_str).map(on_one_line);
    let mut out = String::new();
    let _ = writeln!(out, "tariff     URDB-{id} half-up");
    let name = line("name").filter(|it| !it.is_empty()).unwrap_or_else(|| id.to_owned());
    let _ = writeln!(out, "name       {name}");
    let utility = line("utility").unwrap_or_else(|| "utility not named".to_owned());
    let _ = writeln!(out, "source     OpenEI Utility Rate Database {id}, {utility}");
    let _ = writeln!(out, "commodity  electric kWh");
    let _ = writeln!(out, "from       {from}");
    for what in left_out(rate) {
        let _ = writeln!(out, "# The rate also charges for {what}; this tariff does not.");
    }
    let energy = energy(rate, open.scope)?;
    let ratchets = ratchet::terms(rate)?;
    let flat = flat_demand(rate, &ratchets)?;
    let timed = timed_demand(rate, &ratchets)?;
    for charge in [Some(&energy), flat.as_ref(), timed.as_ref()].into_iter().flatten() {
        out.push_str(&charge.clock);
    }
    let _ = writeln!(out);
    out.push_str(&solar::net(rate, open)?);
    out.push_str(&fixed(rate)?);
    for charge in [Some(&energy), flat.as_ref(), timed.as_ref()].into_iter().flatten() {
        out.push_str(&charge.lines);
    }
    // What is sold besides stands behind the minimum, and what is set off before it.
    let behind = open.program == Some(Program::BuyAllSellAll);
    let credit = solar::credit(rate, open)?;
    if !behind {
        out.push_str(&credit);
    }
    out.push_str(&minimum(rate, open)?);
    if behind {
        out.push_str(&credit);
    }
    Ok(out)
}

/// A charge, and the clock it goes by if it needs one.
struct Written {
    clock: String,
    lines: String,
}

/// One tier: nano-dollars for a unit, its upper bound in nano-units, and what the bound is for.
struct Tier {
    price: i64,
    max: Option<i64>,
    per: &'static str,
}

fn energy(rate: &Value, scope: Scope) -> Result<Written, String> {
    let structure = periods(rate, "energyratestructure")?;
    let hourly = Hourly::read(rate, "energyweekdayschedule", "energyweekendschedule")?;
    let ladders = ladders(&structure, &hourly.used(), "energyratestructure")?;
    let tiered = ladders.iter().any(|(_, tiers)| 1 < tiers.len());
    let scope = if tiered && hourly.within_a_day() { format!(" {scope}") } else { String::new() };
    Ok(written("blocks", "Energy", &Grid::new(ENERGY_CLOCK, &hourly), &scope, &ladders, ""))
}

fn flat_demand(rate: &Value, terms: &str) -> Result<Option<Written>, String> {
    if rate.get("flatdemandstructure").is_none() {
        return Ok(None);
    }
    let structure = periods(rate, "flatdemandstructure")?;
    let hourly = Hourly::monthly(rate, "flatdemandmonths")?;
    let ladders = ladders(&structure, &hourly.used(), "flatdemandstructure")?;
    let grid = Grid::new("demand-month", &hourly);
    Ok(Some(written("demand", FLAT_DEMAND, &grid, "", &ladders, terms)))
}

fn timed_demand(rate: &Value, terms: &str) -> Result<Option<Written>, String> {
    if rate.get("demandratestructure").is_none() || rate.get("demandweekdayschedule").is_none() {
        return Ok(None);
    }
    let structure = periods(rate, "demandratestructure")?;
    let hourly = Hourly::read(rate, "demandweekdayschedule", "demandweekendschedule")?;
    let ladders = ladders(&structure, &hourly.used(), "demandratestructure")?;
    let grid = Grid::new("demand-time", &hourly);
    Ok(Some(written("demand", TIMED_DEMAND, &grid, "", &ladders, terms)))
}

fn written(
    keyword: &str,
    label: &str,
    grid: &Grid,
    scope: &str,
    ladders: &[(usize, Vec<Tier>)],
    terms: &str,
) -> Written {
    let mut lines = String::new();
    match grid.clock() {
        None => {
            let _ = writeln!(lines, "{keyword}  {label}   {}", steps(&ladders[0].1));
        }
        Some(name) => {
            let _ = writeln!(lines, "{keyword}  {label} by {name}{scope}");
            for (period, tiers) in ladders {
                let _ = writeln!(lines, "  {}  {}", schedule::period(*period), steps(tiers));
            }
        }
    }
    lines.push_str(terms);
    Written { clock: grid.text(), lines }
}

/// `0.12 to 500, 0.18`.
fn steps(tiers: &[Tier]) -> String {
    let step = |tier: &Tier| match tier.max {
        Some(max) => format!("{} to {}{}", decimal(tier.price, 9), decimal(max, 9), tier.per),
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
        Ok((*period, ladder(tiers, price_of)?))
    };
    used.iter().map(ladder).collect()
}

/// What a unit costs in a tier.
fn price_of(tier: &Value) -> Result<i64, String> {
    let (rate, adj) = (nano_or_zero(tier.get("rate"))?, nano_or_zero(tier.get("adj"))?);
    let price = rate.checked_add(adj).filter(|it| it.unsigned_abs() < MOST_NANO);
    price.ok_or_else(|| "one of its prices is more than anybody charges".to_owned())
}

/// The tiers of one period, at the price that `price` finds in each.
fn ladder(
    tiers: &[Value],
    price: impl Fn(&Value) -> Result<i64, String>,
) -> Result<Vec<Tier>, String> {
    let mut ladder: Vec<Tier> = Vec::new();
    let mut below = 0;
    for (index, tier) in tiers.iter().enumerate() {
        let price = price(tier)?;
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
                let max = Some(max - max.rem_euclid(1_000));
                ladder.push(Tier { price, max, per: bound(tier)? });
            }
            None => {
                ladder.push(Tier { price, max: None, per: "" });
                break;
            }
        }
    }
    Ok(ladder)
}

/// What the bound of a tier is for, as it is written behind a limit.
fn bound(tier: &Value) -> Result<&'static str, String> {
    match said(tier, "unit")? {
        None | Some("kWh" | "kW" | "") => Ok(""),
        Some("kWh daily") => Ok(" daily"),
        Some("kWh/kW") => Ok(" per kW"),
        Some("kWh/kW daily") => Ok(" daily per kW"),
        Some(other) => Err(format!("its tiers are bounded in {other}, which no tariff is")),
    }
}

fn fixed(rate: &Value) -> Result<String, String> {
    let Some(amount) = rate.get("fixedchargefirstmeter") else { return Ok(String::new()) };
    let amount = nano(amount)?;
    let per = said(rate, "fixedchargeunits")?.unwrap_or("$/month");
    priced("fixed charge", amount, per, |price, per| match per {
        Per::Day => format!("daily  Fixed charge   {price}\n"),
        Per::Month => format!("monthly  Fixed charge   {price}\n"),
    })
}

fn minimum(rate: &Value, open: &Open) -> Result<String, String> {
    if rate.get("annualmincharge").map(nano).transpose()?.is_some_and(|it| it != 0) {
        return Err("it has a least amount for a year, and our bills are for a month".to_owned());
    }
    let Some(amount) = rate.get("mincharge") else { return Ok(String::new()) };
    let amount = nano(amount)?;
    let per = said(rate, "minchargeunits")?.unwrap_or("$/month");
    let beside = if open.program.is_some() { " beside credits" } else { "" };
    priced("minimum charge", amount, per, |price, per| match per {
        Per::Day => format!("minimum  Minimum charge   {price} daily{beside}\n"),
        Per::Month => format!("minimum  Minimum charge   {price}{beside}\n"),
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
    if MOST_NANO <= amount.unsigned_abs() {
        return Err(format!("its {what} is more than anybody charges"));
    }
    match per {
        _ if amount == 0 => Ok(String::new()),
        "$/day" => Ok(write(decimal(amount, 9), Per::Day)),
        "$/month" => Ok(write(decimal(amount, 9), Per::Month)),
        "$/year" => Ok(write(decimal((amount + 6).div_euclid(12), 9), Per::Month)),
        other => Err(format!("its {what} is in {other}; known are $/day, $/month and $/year")),
    }
}

/// The text at a key; nothing where there is none, and no text that is something else.
fn said<'a>(of: &'a Value, key: &str) -> Result<Option<&'a str>, String> {
    match of.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("its {key} is {other}, where a word is expected")),
    }
}

/// What a rate charges for that no tariff of ours does, as its bills leave it out.
pub fn left_out(rate: &Value) -> Vec<&'static str> {
    let there = |key: &str| match rate.get(key) {
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::Array(list)) => !list.is_empty(),
        _ => false,
    };
    let all = [
        ("coincidentratestructure", "demand at the hour of the utility's own peak"),
        ("demandreactivepowercharge", "reactive power"),
    ];
    all.into_iter().filter(|(key, _)| there(key)).map(|(_, what)| what).collect()
}

fn on_one_line(text: &str) -> String {
    let plain = text.replace('#', " no. ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

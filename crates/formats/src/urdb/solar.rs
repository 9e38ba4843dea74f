//! What is sent back, as the lines of a tariff: the metering options of SAM.

use meterbook_core::text::decimal;
use serde_json::Value;

use super::number::nano_or_zero;
use super::schedule::{Grid, Hourly};
use super::{ENERGY_CLOCK, MOST_NANO, Open, Program, Tier, ladder, periods, written};

/// How the tariff nets, for the programs that do.
pub(super) fn net(rate: &Value, open: &Open) -> Result<String, String> {
    let hourly = Hourly::read(rate, "energyweekdayschedule", "energyweekendschedule")?;
    let by = match Grid::new(ENERGY_CLOCK, &hourly).clock() {
        Some(name) => format!(" by {name}"),
        None => String::new(),
    };
    Ok(match open.program {
        Some(Program::NetMetering) => {
            let pays = decimal(open.year_end_nano, 9);
            format!("net turn{by}\n  bank  true-up dec pays {pays}\n\n")
        }
        Some(Program::NetMeteringDollars) => format!("net turn{by}\n\n"),
        _ => String::new(),
    })
}

/// The credit for what was sent back, for the programs that price it.
pub(super) fn credit(rate: &Value, open: &Open) -> Result<String, String> {
    let terms = match open.program {
        None | Some(Program::NetMetering) => return Ok(String::new()),
        Some(Program::NetMeteringDollars) => "  offsets  Energy\n  bank  true-up dec paid\n",
        Some(Program::NetBillingCarryover) => {
            "  offsets  Energy\n  bank  from next turn true-up dec paid\n"
        }
        Some(Program::NetBilling | Program::BuyAllSellAll) => "",
    };
    let structure = periods(rate, "energyratestructure")?;
    let hourly = Hourly::read(rate, "energyweekdayschedule", "energyweekendschedule")?;
    let own = structure.iter().flat_map(|it| it.iter()).any(|it| it.get("sell").is_some());
    let sells = |period: &usize| -> Result<(usize, Vec<Tier>), String> {
        let price = |tier: &Value| if own { sell_of(tier) } else { Ok(open.sell_nano) };
        let tiers = structure.get(*period).map_or(&[][..], |it| &it[..]);
        let mut ladder = ladder(tiers, price)?;
        // What is sent back climbs tiers of its own, and only where they tell prices apart.
        if ladder.windows(2).all(|it| it[0].price == it[1].price) {
            ladder.drain(..ladder.len().saturating_sub(1));
        }
        Ok((*period, ladder))
    };
    let ladders = hourly.used().iter().map(sells).collect::<Result<Vec<_>, _>>()?;
    let tiered = ladders.iter().any(|(_, tiers)| 1 < tiers.len());
    let scope =
        if tiered && hourly.within_a_day() { format!(" {}", open.scope) } else { String::new() };
    let grid = Grid::new(ENERGY_CLOCK, &hourly);
    Ok(written("credit", "Surplus", &grid, &scope, &ladders, terms).lines)
}

/// What a kWh sent back earns in a tier of a rate that says so.
fn sell_of(tier: &Value) -> Result<i64, String> {
    let said = nano_or_zero(tier.get("sell"))?;
    if said < 0 {
        return Err("a kWh sent back costs the customer something; no credit does".to_owned());
    }
    Some(said)
        .filter(|it| it.unsigned_abs() < MOST_NANO)
        .ok_or_else(|| "one of its prices is more than anybody charges".to_owned())
}

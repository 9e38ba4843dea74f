//! What is sent back, as the lines of a tariff: the metering options of SAM.

use std::fmt::Write;

use meterbook_core::text::decimal;
use serde_json::Value;

use super::number::nano;
use super::schedule::{self, Grid, Hourly};
use super::{ENERGY_CLOCK, Open, Program, periods};

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
    let price = |period: usize| -> Result<String, String> {
        let first = structure.get(period).and_then(|it| it.first());
        let said = if own {
            first.and_then(|it| it.get("sell")).map(nano).transpose()?.unwrap_or(0)
        } else {
            open.sell_nano
        };
        if said < 0 {
            return Err("a kWh sent back costs the customer something; no credit does".to_owned());
        }
        Ok(decimal(said, 9))
    };
    let mut lines = String::new();
    let grid = Grid::new(ENERGY_CLOCK, &hourly);
    match grid.clock() {
        None => {
            let only = hourly.used().first().copied().unwrap_or(0);
            let _ = writeln!(lines, "credit  Surplus   {}", price(only)?);
        }
        Some(name) => {
            let _ = writeln!(lines, "credit  Surplus by {name}");
            for period in hourly.used() {
                let _ = writeln!(lines, "  {}  {}", schedule::period(period), price(period)?);
            }
        }
    }
    lines.push_str(terms);
    Ok(lines)
}

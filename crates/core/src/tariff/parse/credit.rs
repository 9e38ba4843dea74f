//! A credit that is a share of what use costs: `95% of Energy, Delivery`.

use super::charge::places_of;
use super::number::percentage;
use crate::money::{Price, Share};
use crate::tariff::{Block, Charge, Component, Ladder, UsageCharge};

/// The clock and the prices, below zero, of a credit that is a share of the prices of charges above
/// it. Of a charge in blocks it is the first block's price.
pub(super) fn of_prices(
    value: &str,
    earlier: &[Component],
) -> Result<(Option<usize>, Vec<Ladder>), String> {
    let (share, labels) = value.split_once(" of ").unwrap_or((value, ""));
    let share = percentage(share.trim())?;
    if share.nano <= 0 {
        return Err(format!("a credit of {value} gives nothing; its share is above zero"));
    }
    let charge = |place: usize| match &earlier[place].charge {
        Charge::Usage(charge) => Ok(charge),
        _ => {
            let label = &earlier[place].label;
            Err(format!("{label} is no price of use; name volume or blocks charges"))
        }
    };
    let charges: Vec<&UsageCharge> =
        places_of(labels, earlier)?.into_iter().map(charge).collect::<Result<_, _>>()?;
    let mut clocks: Vec<usize> = charges.iter().filter_map(|it| it.clock).collect();
    clocks.dedup();
    if 1 < clocks.len() {
        return Err("the charges go by different clocks; write a credit for each".to_owned());
    }
    let periods = charges.iter().map(|it| it.ladders.len()).max().unwrap_or(1);
    let ladder = |period: usize| {
        let price = |it: &&UsageCharge| it.ladders[period.min(it.ladders.len() - 1)].0[0].price;
        let whole: i64 = charges.iter().map(price).map(|it| it.nano).sum();
        let price = Price { nano: -of_nano(share, whole), per: price(&charges[0]).per };
        Ladder(vec![Block { price, up_to: None }])
    };
    Ok((clocks.first().copied(), (0..periods).map(ladder).collect()))
}

/// A share of a price, to the nearest billionth.
fn of_nano(share: Share, nano: i64) -> i64 {
    let exact = i128::from(share.nano) * i128::from(nano);
    let rounded = (exact + 500_000_000).div_euclid(1_000_000_000);
    i64::try_from(rounded).expect("a share of a price fits where a price does")
}

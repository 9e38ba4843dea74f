//! Charges for what was used at prices that are published for each hour.

use crate::meter::Flow;
use crate::money::{Exact, Quantity};
use crate::rating::drawn::Draft;
use crate::rating::section::Section;
use crate::rating::{Basis, Unratable};
use crate::tariff::{Component, SeriesCharge};

/// One line for all hours: each interval's use times its own price. The sum is exact.
pub(in crate::rating) fn line(
    section: &Section,
    component: &Component,
    charge: &SeriesCharge,
) -> Result<Option<Draft>, Unratable> {
    let plan = section.plan;
    let label = || component.label.clone();
    let places = plan.places(section.period);
    let values = section
        .values(Flow::Delivered, &places)
        .ok_or_else(|| Unratable::NeedsIntervals { label: label() })?;
    let (first, step) = (plan.start(places.start), i64::from(plan.minutes) * 60);
    let lacks = |second: i64| Unratable::NoPrice {
        label: label(),
        series: charge.series.clone(),
        at: plan.local(second),
    };
    let prices = section.input.published.prices.get(&charge.series);
    let prices = prices.ok_or_else(|| lacks(first))?;
    let from = prices.start.as_second();
    let each = i64::from(prices.minutes) * 60;
    if each.rem_euclid(step) != 0 || (first - from).rem_euclid(step) != 0 {
        let minutes = plan.minutes;
        return Err(Unratable::CoarseFor { label: label(), needs: prices.minutes, minutes });
    }
    let (mut femto, mut used, mut at) = (0_i128, 0_i64, first);
    for micro in values {
        let place = usize::try_from((at - from).div_euclid(each)).ok();
        let price = place.and_then(|it| prices.nano.get(it).copied().flatten());
        let price = price.ok_or_else(|| lacks(at))?;
        femto += (i128::from(price) + i128::from(charge.adder.nano)) * i128::from(*micro);
        used += micro;
        at += step;
    }
    let quantity = Quantity { micro: used, unit: section.tariff().unit };
    let basis = Basis::Series(quantity, Exact::from_femto(femto));
    Ok((used != 0).then(|| Draft::plain(section, basis)))
}

//! Charges for the highest use at one time.

use crate::meter::Flow;
use crate::money::{Quantity, Unit};
use crate::period::Period;
use crate::rating::hours::walk;
use crate::rating::ladder::Climb;
use crate::rating::section::Section;
use crate::rating::{Basis, Draft, Unratable, labelled, tier};
use crate::tariff::clock::Clock;
use crate::tariff::{Component, DemandCharge};

pub(super) fn lines(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
) -> Result<Vec<Draft>, Unratable> {
    let clock = charge.clock.map(|it| &section.tariff.clocks[it]);
    let mut drafts = Vec::new();
    for (days, periods) in section.seasons(clock) {
        let peaks = peaks(section, clock, days)
            .ok_or_else(|| Unratable::NeedsIntervals { label: component.label.clone() })?;
        for period in periods {
            let label = labelled(&component.label, clock, period);
            let ladder = &charge.ladders[period];
            let filled = Climb::unscaled(ladder).fill(peaks[period]);
            let filled = (1..).zip(&ladder.0).zip(filled).filter(|(_, micro)| *micro != 0);
            for ((nth, block), micro) in filled {
                let quantity = Quantity { micro, unit: Unit::Kw };
                let basis = Basis::over(quantity, block.price, days, section);
                let label = tier(&label, nth, ladder.0.len());
                drafts.push(Draft { label, days, basis });
            }
        }
    }
    Ok(drafts)
}

/// The highest mean power in any interval of each period, in millionths of a kW.
fn peaks(section: &Section, clock: Option<&Clock>, days: Period) -> Option<Vec<i64>> {
    let intervals = section.intervals(Flow::Delivered, days)?;
    let highest = match clock {
        None => vec![intervals.micro.iter().copied().max().unwrap_or(0)],
        Some(clock) => {
            let mut highest = vec![0_i64; clock.periods.len()];
            walk(section, clock, Flow::Delivered, days, |period, value| {
                highest[period] = highest[period].max(value);
            })?;
            highest
        }
    };
    // Energy in a part of an hour, to power: 60/minutes is 12, 4, 2 or 1.
    let per_hour = 60_i64.div_euclid(i64::from(intervals.minutes));
    Some(highest.into_iter().map(|it| it * per_hour).collect())
}

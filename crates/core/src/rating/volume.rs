//! Charges and credits for what was used: flat, in blocks, by season and by the hour.

use crate::money::{Price, Quantity};
use crate::period::Period;
use crate::rating::hours::walk;
use crate::rating::ladder::Climb;
use crate::rating::section::{Section, part};
use crate::rating::{Basis, Draft, Unratable, labelled, tier};
use crate::tariff::clock::Clock;
use crate::tariff::{Component, Scope, UsageCharge};

/// What was used in each block of each period of a clock, in millionths of the billed unit.
type Filled = Vec<(usize, Vec<i64>)>;

pub(super) fn lines(
    section: &Section,
    component: &Component,
    charge: &UsageCharge,
) -> Result<Vec<Draft>, Unratable> {
    let clock = charge.clock.map(|it| &section.tariff.clocks[it]);
    let mut drafts = Vec::new();
    for (days, periods) in section.seasons(clock) {
        let filled = match (clock, &periods[..]) {
            (None, _) => vec![(0, in_order(section, charge, 0, days))],
            (Some(_), [only]) => vec![(*only, in_order(section, charge, *only, days))],
            (Some(clock), _) => by_the_hour(section, charge, clock, &periods, days)
                .ok_or_else(|| Unratable::NeedsIntervals { label: component.label.clone() })?,
        };
        for (period, blocks) in filled {
            let label = labelled(&component.label, clock, period);
            let ladder = &charge.ladders[period].0;
            for ((nth, block), micro) in (1..).zip(ladder).zip(blocks) {
                let quantity = Quantity { micro, unit: section.tariff.unit };
                if micro != 0 {
                    drafts.push(Draft {
                        label: tier(&label, nth, ladder.len()),
                        days,
                        basis: each(quantity, block.price),
                    });
                }
            }
        }
    }
    Ok(drafts)
}

fn each(quantity: Quantity, price: Price) -> Basis {
    Basis::Each(quantity, price)
}

/// One period only: the order in which it was used does not matter.
fn in_order(section: &Section, charge: &UsageCharge, period: usize, days: Period) -> Vec<i64> {
    let climb = Climb::new(&charge.ladders[period], charge.limits, days, section);
    climb.fill(section.used(charge.flow, days).micro)
}

fn by_the_hour(
    section: &Section,
    charge: &UsageCharge,
    clock: &Clock,
    periods: &[usize],
    days: Period,
) -> Option<Filled> {
    let climbs: Vec<Climb> = charge
        .ladders
        .iter()
        .map(|ladder| Climb::new(ladder, charge.limits, days, section))
        .collect();
    if charge.scope == Scope::Chronological {
        return in_time(section, charge, clock, &climbs, periods, days);
    }
    let mut counted = vec![0_i64; clock.periods.len()];
    walk(section, clock, charge.flow, days, |period, value| counted[period] += value)?;
    let used = |period: usize| section.converted(counted[period]);
    let whole: i64 = periods.iter().map(|it| used(*it)).sum();
    let fill = |period: &usize| {
        let blocks = match charge.scope {
            Scope::ProRata => shared(used(*period), whole, &climbs[*period].fill(whole)),
            Scope::PerPeriod | Scope::Chronological => climbs[*period].fill(used(*period)),
        };
        (*period, blocks)
    };
    Some(periods.iter().map(fill).collect())
}

/// Fills blocks in the order of time: each value is priced by its own period's ladder, from where
/// the use of all periods so far has climbed.
fn in_time(
    section: &Section,
    charge: &UsageCharge,
    clock: &Clock,
    climbs: &[Climb],
    periods: &[usize],
    days: Period,
) -> Option<Filled> {
    let mut filled: Vec<Vec<i64>> = climbs.iter().map(|it| vec![0; it.blocks()]).collect();
    let (mut counted, mut climbed) = (0_i64, 0_i64);
    walk(section, clock, charge.flow, days, |period, value| {
        counted += value;
        let reached = section.converted(counted);
        climbs[period].between(climbed, reached, |block, micro| filled[period][block] += micro);
        climbed = reached;
    })?;
    Some(periods.iter().map(|it| (*it, std::mem::take(&mut filled[*it]))).collect())
}

/// The part of `used` in each block, when each block holds the same share of every period. Nothing
/// is lost to rounding: the parts add up.
fn shared(used: i64, whole: i64, blocks: &[i64]) -> Vec<i64> {
    let (mut through, mut given) = (0_i64, 0_i64);
    let share = |volume: &i64| {
        through += volume;
        let so_far = if whole == 0 { 0 } else { part(used, through, whole) };
        let mine = so_far - given;
        given = so_far;
        mine
    };
    blocks.iter().map(share).collect()
}

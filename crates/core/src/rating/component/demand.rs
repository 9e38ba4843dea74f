//! Charges for the highest use at one time.

use crate::meter::Flow;
use crate::money::{Price, Quantity};
use crate::rating::carried::{Carried, Peak};
use crate::rating::drawn::Draft;
use crate::rating::section::{Part, Section};
use crate::rating::windows::{self, Highest, apparent};
use crate::rating::{Basis, Unratable, month_index};
use crate::tariff::{Component, DemandCharge, DemandClimb, Demanded, FactorTaken, Ratchet};

/// The lines of a demand charge. What it saw goes into `carried`, for the ratchets of later bills.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
    carried: &mut Carried,
    draw: &mut impl FnMut(Draft),
) -> Result<(), Unratable> {
    // A demand of one season is one of the year: it holds the other seasons' too.
    let clock = charge.clock.map(|it| &section.tariff().clocks[it]).filter(|it| !it.is_by_date());
    for piece in section.parts(charge.clock) {
        let demands = measured(section, component, charge, &piece)?;
        for period in piece.periods {
            let measured = demands[*period];
            let mut billed = match &charge.ratchets[..] {
                [] => measured,
                ratchets => {
                    let name = clock.map_or("", |it| it.periods[*period].as_str());
                    ratcheted(section, component, ratchets, name, measured, carried)?
                }
            };
            if let Some(least) = charge.least.filter(|_| has_hours(&piece, *period)) {
                billed = billed.max(least.micro(section, component, piece.days.start())?);
            }
            assert!(0 <= billed, "a demand of {} below zero: {billed}", component.label);
            let mut block = |(tier, price, micro): (usize, Price, i64)| {
                let quantity = Quantity { micro, unit: price.per };
                let basis = Basis::over(quantity, price, piece.days, section);
                draw(Draft { period: Some((*period, tier)), days: piece.days, basis });
            };
            let blocks = charge.ladders[*period].filled(billed);
            match charge.climb {
                DemandClimb::EachBlock => blocks.for_each(block),
                DemandClimb::BlockReached => {
                    let reached = blocks.last();
                    reached.into_iter().for_each(|(tier, price, _)| block((tier, price, billed)));
                }
            }
        }
    }
    Ok(())
}

/// What was measured in each period of the charge's clock, in millionths of its unit.
fn measured(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
    piece: &Part,
) -> Result<Vec<i64>, Unratable> {
    let at_the_peak = charge.power_factor.is_some_and(|it| it.taken == FactorTaken::AtThePeak);
    if charge.of == Demanded::Power && charge.window.is_none() && !at_the_peak {
        let needs = || Unratable::NeedsDemand { label: component.label.clone() };
        let power = |it: i64| adjusted(section, component, charge, piece, section.power(it), None);
        if charge.clock.is_none() {
            let peak = section.highest(&piece.places).ok_or_else(needs)?;
            return Ok(vec![power(peak)?]);
        }
        let tallies = section.tally(piece, Flow::Delivered, charge.clock)?.ok_or_else(needs)?;
        return tallies.iter().map(|it| power(it.peak)).collect();
    }
    let hourly = 60_i64.div_euclid(i64::from(windows::minutes(section, charge)));
    let highest = windows::highest(section, component, charge, piece)?;
    if charge.of != Demanded::Power || at_the_peak {
        let swung = section.values(Flow::Reactive, &piece.places);
        swung.ok_or_else(|| Unratable::NoReactive { label: component.label.clone() })?;
    }
    let billed = |it: Highest| match charge.of {
        Demanded::Power => {
            let peak = it.power.0 * hourly;
            adjusted(section, component, charge, piece, peak, Some(it.power))
        }
        Demanded::Apparent => Ok(apparent((it.apparent.0 * hourly, it.apparent.1 * hourly))),
        Demanded::Reactive { beyond } => {
            Ok((it.reactive * hourly - beyond.of_micro(it.power.0 * hourly)).max(0))
        }
    };
    highest.into_iter().map(billed).collect()
}

/// A demand times the power factor that is good enough, over the one there was, if that is less.
fn adjusted(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
    piece: &Part,
    demand: i64,
    at_the_peak: Option<(i64, i64)>,
) -> Result<i64, Unratable> {
    let Some(factor) = charge.power_factor else { return Ok(demand) };
    let both = match at_the_peak.filter(|_| factor.taken == FactorTaken::AtThePeak) {
        Some(both) => both,
        None if section.input.usage.reactive.is_none() => {
            return Err(Unratable::NoReactive { label: component.label.clone() });
        }
        None => (
            section.counted(Flow::Delivered, piece.days),
            section.counted(Flow::Reactive, piece.days),
        ),
    };
    // The factor is kWh / kVAh, so that demand x share / factor is demand x share x kVAh / kWh.
    let (kwh, kvah) = (i128::from(both.0), i128::from(apparent(both)));
    let (good, whole) = (i128::from(factor.least.nano), 1_000_000_000);
    if kwh <= 0 || good * kvah <= kwh * whole {
        return Ok(demand);
    }
    let of = kwh * whole;
    let billed = (i128::from(demand) * good * kvah * 2 + of).div_euclid(of * 2);
    Ok(i64::try_from(billed).expect("a demand times a factor fits where a demand does"))
}

/// Whether a period has hours on these days: where no event was called there is no least demand.
fn has_hours(piece: &Part, period: usize) -> bool {
    piece.strikes.is_none_or(|it| it.has(&piece.places, period))
}

/// The demand to bill: what was measured, or a share of an earlier one that is higher.
fn ratcheted(
    section: &Section,
    component: &Component,
    ratchets: &[Ratchet],
    period: &str,
    measured: i64,
    carried: &mut Carried,
) -> Result<i64, Unratable> {
    let turn = section.input.window.start();
    let this = month_index(turn);
    let mine = |it: &&Peak| it.charge == component.label && it.period == period && it.turn < turn;
    let mut billed = measured;
    for ratchet in ratchets {
        let seen = |it: &&Peak| {
            this - month_index(it.turn) <= ratchet.turns && ratchet.looks_at(month_index(it.turn))
        };
        let known = carried.peaks.iter().any(|it| mine(&it));
        if !known && !ratchet.starts_at_none {
            return Err(Unratable::NoHistory { label: component.label.clone() });
        }
        let highest = carried.peaks.iter().filter(mine).filter(seen).map(|it| it.micro).max();
        billed = billed.max(ratchet.share.of_micro(highest.unwrap_or(0)));
    }
    remember(carried, component, period, section, measured);
    Ok(billed)
}

/// Keeps the highest demand of this turn, as it was measured.
fn remember(
    carried: &mut Carried,
    component: &Component,
    period: &str,
    section: &Section,
    micro: i64,
) {
    let turn = section.input.window.start();
    let there = carried
        .peaks
        .iter_mut()
        .find(|it| it.charge == component.label && it.period == period && it.turn == turn);
    match there {
        Some(peak) => peak.micro = peak.micro.max(micro),
        None => carried.peaks.push(Peak {
            charge: component.label.clone(),
            period: period.to_owned(),
            turn,
            micro,
        }),
    }
}

impl Ratchet {
    /// A turn is called by the month of its middle: that from 16 May to 15 June is May's.
    fn looks_at(&self, month_index: i64) -> bool {
        self.months & (1 << month_index.rem_euclid(12)) != 0
    }
}

//! Charges for the highest use at one time.

use crate::meter::Flow;
use crate::money::{Price, Quantity, Unit};
use crate::period::Period;
use crate::rating::carried::{Carried, Peak};
use crate::rating::drawn::{Behind, Draft};
use crate::rating::note::Ratcheted;
use crate::rating::section::{Part, Section};
use crate::rating::windows::{self, Highest, apparent};
use crate::rating::{Basis, Unratable, month_index};
use crate::tariff::{Charge, Component, DemandCharge, DemandClimb, Demanded, FactorTaken, Ratchet};

/// The lines of a demand charge. What it saw goes into `carried`, for the ratchets of later bills.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
    carried: &mut Carried,
    draw: &mut impl FnMut(Draft),
) -> Result<(), Unratable> {
    for piece in section.parts(charge.clock) {
        for Billed { period, measured, micro: billed, ratchet } in
            billed(section, component, charge, &piece, carried)?
        {
            if !charge.ratchets.is_empty() {
                remember(carried, component, name(section, charge, period), section, measured);
            }
            let mut block = |(tier, price, micro): (usize, Price, i64)| {
                let quantity = Quantity { micro, unit: price.per };
                let basis = Basis::over(quantity, price, piece.days, section);
                let behind = ratchet.map(Behind::Ratchet);
                draw(Draft { period: Some((period, tier)), days: piece.days, basis, behind });
            };
            let blocks = charge.ladders[period].filled(billed);
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

/// The demand to bill of one period of the charge's clock, in millionths of its unit.
struct Billed {
    period: usize,
    measured: i64,
    micro: i64,
    /// Where a share of an earlier demand holds it up.
    ratchet: Option<Ratcheted>,
}

/// The demands of a part that are billed.
fn billed(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
    piece: &Part,
    carried: &Carried,
) -> Result<Vec<Billed>, Unratable> {
    let demands = measured(section, component, charge, piece)?;
    let bill = |period: &usize| {
        let measured = demands[*period];
        let name = name(section, charge, *period);
        let seen = (name, measured, charge.ladders[*period].0[0].price.per);
        let (mut micro, mut ratchet) =
            ratcheted(section, component, &charge.ratchets, seen, carried)?;
        if let Some(least) = charge.least.filter(|_| has_hours(piece, *period)) {
            let least = least.micro(section, component, piece.days.start())?;
            ratchet = ratchet.filter(|_| least <= micro);
            micro = micro.max(least);
        }
        assert!(0 <= micro, "a demand of {} below zero: {micro}", component.label);
        Ok(Billed { period: *period, measured, micro, ratchet })
    };
    piece.periods.iter().map(bill).collect()
}

/// The demand in kW that a tariff bills for some days, in millionths: that of its first charge in kW,
/// the highest of all its periods. `None` where it has no such charge.
pub(in crate::rating) fn of_days(
    section: &Section,
    days: Period,
    carried: &Carried,
) -> Result<Option<i64>, Unratable> {
    let power = |it: &'_ Component| match &it.charge {
        Charge::Demand(charge) => charge.of == Demanded::Power,
        _ => false,
    };
    let Some(component) = section.tariff().components.iter().find(|it| power(it)) else {
        return Ok(None);
    };
    let Charge::Demand(charge) = &component.charge else { return Ok(None) };
    let mut highest = None;
    let is_of = |it: &Part| it.days.overlap(days.start(), Some(days.end())).is_some();
    for piece in section.parts(charge.clock).filter(is_of) {
        let demands = billed(section, component, charge, &piece, carried)?;
        highest = highest.max(demands.into_iter().map(|it| it.micro).max());
    }
    Ok(highest)
}

/// What the demands of a period are kept under. A demand of one season is one of the year: it holds
/// the other seasons' too.
fn name<'a>(section: &Section<'a>, charge: &DemandCharge, period: usize) -> &'a str {
    let clock = charge.clock.map(|it| &section.tariff().clocks[it]).filter(|it| !it.is_by_date());
    clock.map_or("", |it| it.periods[period].as_str())
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
    (period, measured, unit): (&str, i64, Unit),
    carried: &Carried,
) -> Result<(i64, Option<Ratcheted>), Unratable> {
    let turn = section.input.window.start();
    let this = month_index(turn);
    let mine = |it: &&Peak| it.charge == component.label && it.period == period && it.turn < turn;
    let (mut billed, mut why) = (measured, None);
    for ratchet in ratchets {
        let seen = |it: &&Peak| {
            this - month_index(it.turn) <= ratchet.turns && ratchet.looks_at(month_index(it.turn))
        };
        let known = carried.peaks.iter().any(|it| mine(&it));
        if !known && !ratchet.starts_at_none {
            return Err(Unratable::NoHistory { label: component.label.clone() });
        }
        let earlier = carried.peaks.iter().filter(mine).filter(seen);
        // Of two that are as high the later one is said.
        let Some(peak) = earlier.max_by_key(|it| (it.micro, it.turn)) else { continue };
        let held = ratchet.share.of_micro(peak.micro);
        if billed < held {
            let of = Quantity { micro: peak.micro, unit };
            billed = held;
            why = Some(Ratcheted { share: ratchet.share, of, turn: peak.turn });
        }
    }
    Ok((billed, why))
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

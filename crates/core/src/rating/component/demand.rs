//! Charges for the highest use at one time.

use crate::meter::Flow;
use crate::money::{Quantity, Unit};
use crate::rating::carried::{Carried, Peak};
use crate::rating::ladder::Climb;
use crate::rating::section::Section;
use crate::rating::{Basis, Draft, Unratable, month_index};
use crate::tariff::{Component, DemandCharge, Ratchet};

/// The lines of a demand charge. What it saw goes into `carried`, for the ratchets of later bills.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
    carried: &mut Carried,
) -> Result<Vec<Draft>, Unratable> {
    let clock = charge.clock.map(|it| &section.tariff().clocks[it]);
    let climb = Climb::unscaled(&charge.ladders);
    let mut drafts = Vec::new();
    for piece in section.parts(charge.clock) {
        let peaks = section
            .peaks(&piece, Flow::Delivered, charge.clock)?
            .ok_or_else(|| Unratable::NeedsIntervals { label: component.label.clone() })?;
        for period in piece.periods {
            let measured = section.power(peaks[*period]);
            let billed = match &charge.ratchets[..] {
                [] => measured,
                ratchets => {
                    let name = clock.map_or("", |it| it.periods[*period].as_str());
                    ratcheted(section, component, ratchets, name, measured, carried)?
                }
            };
            let mut filled = climb.empty();
            climb.fill(*period, 0, billed, &mut filled);
            for (tier, price, micro) in climb.used(*period, &filled) {
                let quantity = Quantity { micro, unit: Unit::Kw };
                let basis = Basis::over(quantity, price, piece.days, section);
                drafts.push(Draft { period: Some((*period, tier)), days: piece.days, basis });
            }
        }
    }
    Ok(drafts)
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
            this - month_index(it.turn) <= ratchet.turns && ratchet.looks_at(it.turn.month())
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
    fn looks_at(&self, month: i8) -> bool {
        self.months & (1 << (month - 1)) != 0
    }
}

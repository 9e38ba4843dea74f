//! Charges for what was used: flat, in blocks, by season and by the hour.

use std::rc::Rc;

use crate::meter::Flow;
use crate::money::Quantity;
use crate::period::Period;
use crate::rating::carried::Carried;
use crate::rating::component::demand;
use crate::rating::drawn::{Behind, Draft};
use crate::rating::ladder::{Climb, Filled, reach};
use crate::rating::netting::Netted;
use crate::rating::section::{Part, Section};
use crate::rating::strikes::Tally;
use crate::rating::{Basis, Unratable};
use crate::tariff::{Component, Per, Priced, Scope, UsageCharge};

pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &UsageCharge,
    netted: &[Netted],
    carried: &Carried,
    draw: &mut impl FnMut(Draft),
) -> Result<(), Unratable> {
    let needs = || Unratable::NeedsIntervals { label: component.label.clone() };
    let priced = section.priced(component, charge)?;
    // What was netted is not cut again: it is priced as of the last day.
    let parts: Vec<Part> = match priced {
        Priced::Delivered | Priced::Received => section.parts_of(component, charge)?,
        Priced::Net | Priced::Surplus => section.parts(charge.clock).collect(),
    };
    for piece in parts {
        let by_kw = || Unratable::NeedsDemand { label: component.label.clone() };
        let climb = climb(section, component, charge, &piece, carried)?.ok_or_else(by_kw)?;
        let filled = match priced {
            Priced::Net => of_net(charge, &climb, &piece, netted, |it| &it.used),
            Priced::Surplus => of_net(charge, &climb, &piece, netted, |it| &it.surplus),
            Priced::Delivered | Priced::Received => {
                let flow =
                    if priced == Priced::Received { Flow::Received } else { Flow::Delivered };
                measured(section, component, charge, flow, &climb, &piece)?.ok_or_else(needs)?
            }
        };
        for period in piece.periods {
            for (tier, price, micro) in climb.used(*period, &filled) {
                let quantity = Quantity { micro, unit: section.tariff().unit };
                let basis = Basis::Each(quantity, price);
                let behind = climb.reach(*period, tier).map(Behind::Reach);
                draw(Draft { period: Some((*period, tier)), days: piece.days, basis, behind });
            }
        }
    }
    Ok(())
}

/// The limits of each period's ladder; `None` when they are for each kW and nobody knows how many.
/// Their kW are those that the tariff bills: sheets say "for each kW of billing demand". Where it
/// bills none, they are the highest that were measured.
fn climb<'a>(
    section: &Section,
    component: &Component,
    charge: &'a UsageCharge,
    piece: &Part,
    carried: &Carried,
) -> Result<Option<Climb<'a>>, Unratable> {
    let mut limits = charge.ladders.iter().flat_map(|it| &it.0).filter_map(|it| it.up_to);
    let by_kw = limits.any(|it| matches!(it.per, Per::Kw | Per::KwDay));
    let measured = if by_kw { section.peak(&piece.places) } else { Some(0) };
    let Some(measured) = measured else { return Ok(None) };
    let billed = if by_kw { demand::of_days(section, piece.days, carried)? } else { None };
    let peak = billed.unwrap_or(measured);
    Climb::new(&charge.ladders, &component.label, piece.days, section, peak).map(Some)
}

/// Fills blocks with what was measured.
fn measured(
    section: &Section,
    component: &Component,
    charge: &UsageCharge,
    flow: Flow,
    climb: &Climb,
    piece: &Part,
) -> Result<Option<Filled>, Unratable> {
    // One period only: the order in which it was used does not matter.
    if let [only] = piece.periods {
        let mut used = section.used(flow, piece.days).micro;
        if let Some(most) = charge.at_most {
            used = used.min(reach(most, &component.label, piece.days, section, 0)?);
        }
        let mut filled = climb.empty();
        climb.fill(*only, 0, used, &mut filled);
        return Ok(Some(filled));
    }
    if charge.scope == Scope::Chronological && climb.climbs() {
        return in_time(section, flow, charge, climb, piece);
    }
    let tallies = section.tally(piece, flow, charge.clock)?;
    let used = |tallies: Rc<Vec<Tally>>| -> Vec<i64> {
        tallies.iter().map(|it| section.converted(it.sum)).collect()
    };
    Ok(tallies.map(|it| fill(charge, climb, piece, &used(it))))
}

/// Fills blocks with what is left of a flow after netting.
fn of_net(
    charge: &UsageCharge,
    climb: &Climb,
    piece: &Part,
    netted: &[Netted],
    left: impl Fn(&Netted) -> &Vec<i64>,
) -> Filled {
    let among = netted.iter().filter_map(|it| Some((it, overlap(it.days, piece.days)?)));
    let used = match charge.clock {
        None => vec![among.map(|(it, days)| it.of_days(left(it).iter().sum(), days)).sum()],
        Some(_) => {
            let mut used = vec![0; charge.ladders.len()];
            for (netted, days) in among {
                for (sum, micro) in used.iter_mut().zip(left(netted)) {
                    *sum += netted.of_days(*micro, days);
                }
            }
            used
        }
    };
    fill(charge, climb, piece, &used)
}

fn overlap(one: Period, other: Period) -> Option<Period> {
    one.overlap(other.start(), Some(other.end()))
}

/// Fills the blocks of each period when it is known how much of each was used, and not when.
fn fill(charge: &UsageCharge, climb: &Climb, piece: &Part, used: &[i64]) -> Filled {
    let mut filled = climb.empty();
    let whole: i64 = piece.periods.iter().map(|it| used[*it]).sum();
    let together = charge.scope != Scope::PerPeriod && 1 < piece.periods.len();
    for period in piece.periods {
        if together {
            climb.share(*period, used[*period], whole, &mut filled);
        } else {
            climb.fill(*period, 0, used[*period], &mut filled);
        }
    }
    filled
}

/// Fills blocks in the order of time: each value is priced by its own period's ladder, from where
/// the use of all periods so far has climbed. The values of a run have one period, so their order
/// does not matter.
fn in_time(
    section: &Section,
    flow: Flow,
    charge: &UsageCharge,
    climb: &Climb,
    piece: &Part,
) -> Result<Option<Filled>, Unratable> {
    let mut rising = climb.rising();
    let tallies = section.tally_in_time(piece, flow, charge.clock, &mut rising)?;
    Ok(tallies.map(|_| rising.filled))
}

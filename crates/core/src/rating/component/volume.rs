//! Charges for what was used: flat, in blocks, by season and by the hour.

use crate::meter::Flow;
use crate::money::Quantity;
use crate::rating::ladder::{Climb, reach};
use crate::rating::netting::Netted;
use crate::rating::section::{Part, Section, part};
use crate::rating::{Basis, Draft, Unratable};
use crate::tariff::{Component, Per, Priced, Scope, UsageCharge};

/// What was used in each block of each period of a clock, in millionths of the billed unit.
type Filled = Vec<(usize, Vec<i64>)>;

pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &UsageCharge,
    netted: &[Netted],
) -> Result<Vec<Draft>, Unratable> {
    let needs = || Unratable::NeedsIntervals { label: component.label.clone() };
    let mut drafts = Vec::new();
    // What was netted is not cut again: it is priced as of the last day.
    let parts = match charge.priced {
        Priced::Delivered | Priced::Received => section.parts_of(component, charge)?,
        Priced::Net | Priced::Surplus => section.parts(charge.clock),
    };
    for piece in parts {
        let climbs = climbs(section, component, charge, &piece)?.ok_or_else(needs)?;
        let filled = match charge.priced {
            Priced::Net => of_net(charge, &climbs, &piece, netted, |it| &it.used),
            Priced::Surplus => of_net(charge, &climbs, &piece, netted, |it| &it.surplus),
            Priced::Delivered | Priced::Received => {
                measured(section, component, charge, &climbs, &piece)?.ok_or_else(needs)?
            }
        };
        for (period, blocks) in filled {
            let ladder = &charge.ladders[period];
            for (tier, (block, micro)) in ladder.0.iter().zip(blocks).enumerate() {
                if micro != 0 {
                    let quantity = Quantity { micro, unit: section.tariff().unit };
                    let basis = Basis::Each(quantity, block.price);
                    drafts.push(Draft { period: Some((period, tier)), days: piece.days, basis });
                }
            }
        }
    }
    Ok(drafts)
}

/// The limits of each period's ladder; `None` when they are for each kW and nobody knows how many.
fn climbs(
    section: &Section,
    component: &Component,
    charge: &UsageCharge,
    piece: &Part,
) -> Result<Option<Vec<Climb>>, Unratable> {
    let by_kw = charge.ladders.iter().any(|it| {
        it.0.iter().filter_map(|it| it.up_to).any(|it| matches!(it.per, Per::Kw | Per::KwDay))
    });
    let Some(peak) = (if by_kw { section.peak(&piece.places) } else { Some(0) }) else {
        return Ok(None);
    };
    let climb = |ladder| Climb::new(ladder, &component.label, piece.days, section, peak);
    charge.ladders.iter().map(climb).collect::<Result<_, _>>().map(Some)
}

/// Fills blocks with what was measured.
fn measured(
    section: &Section,
    component: &Component,
    charge: &UsageCharge,
    climbs: &[Climb],
    piece: &Part,
) -> Result<Option<Filled>, Unratable> {
    let flow = if charge.priced == Priced::Received { Flow::Received } else { Flow::Delivered };
    // One period only: the order in which it was used does not matter.
    if let [only] = piece.periods {
        let mut used = section.used(flow, piece.days).micro;
        if let Some(most) = charge.at_most {
            used = used.min(reach(most, &component.label, piece.days, section, 0)?);
        }
        return Ok(Some(vec![(*only, climbs[*only].fill(used))]));
    }
    if charge.scope == Scope::Chronological && climbs.iter().any(|it| 1 < it.blocks()) {
        section.check_coarse(charge.clock)?;
        return Ok(in_time(section, flow, climbs, piece));
    }
    let Some(tally) = section.tally(piece, flow, charge.clock)? else { return Ok(None) };
    let used: Vec<i64> = tally.sum.into_iter().map(|it| section.converted(it)).collect();
    Ok(Some(fill(charge, climbs, piece, &used)))
}

/// Fills blocks with what is left of a flow after netting.
fn of_net(
    charge: &UsageCharge,
    climbs: &[Climb],
    piece: &Part,
    netted: &[Netted],
    left: impl Fn(&Netted) -> &Vec<i64>,
) -> Filled {
    let among = netted
        .iter()
        .filter(|it| piece.days.start() <= it.days.start() && it.days.end() <= piece.days.end());
    let used = match charge.clock {
        None => vec![among.flat_map(&left).sum()],
        Some(_) => {
            let mut used = vec![0; charge.ladders.len()];
            for netted in among {
                for (sum, micro) in used.iter_mut().zip(left(netted)) {
                    *sum += micro;
                }
            }
            used
        }
    };
    fill(charge, climbs, piece, &used)
}

/// Fills the blocks of each period when it is known how much of each was used, and not when.
fn fill(charge: &UsageCharge, climbs: &[Climb], piece: &Part, used: &[i64]) -> Filled {
    let whole: i64 = piece.periods.iter().map(|it| used[*it]).sum();
    let fill = |period: &usize| {
        let blocks = match charge.scope {
            Scope::ProRata | Scope::Chronological if 1 < piece.periods.len() => {
                shared(used[*period], whole, &climbs[*period].fill(whole))
            }
            _ => climbs[*period].fill(used[*period]),
        };
        (*period, blocks)
    };
    piece.periods.iter().map(fill).collect()
}

/// Fills blocks in the order of time: each value is priced by its own period's ladder, from where
/// the use of all periods so far has climbed. The values of a run have one period, so their order
/// does not matter.
fn in_time(section: &Section, flow: Flow, climbs: &[Climb], piece: &Part) -> Option<Filled> {
    let mut filled: Vec<Vec<i64>> = climbs.iter().map(|it| vec![0; it.blocks()]).collect();
    let mut rest = section.values(flow, &piece.places)?;
    let (mut counted, mut climbed) = (0_i64, 0_i64);
    let strikes = piece.strikes.expect("only a clock has several periods");
    for (len, period) in strikes.runs(piece.places.clone()) {
        let (run, after) = rest.split_at(len.min(rest.len()));
        rest = after;
        counted += run.iter().sum::<i64>();
        let reached = section.converted(counted);
        climbs[period].between(climbed, reached, |block, micro| filled[period][block] += micro);
        climbed = reached;
    }
    Some(piece.periods.iter().map(|it| (*it, std::mem::take(&mut filled[*it]))).collect())
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

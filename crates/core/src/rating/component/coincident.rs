//! Charges for the use at the hours of a published peak.

use std::ops::Range;

use crate::meter::Flow;
use crate::money::{Quantity, Unit};
use crate::rating::drawn::Draft;
use crate::rating::published::PeakHour;
use crate::rating::section::{Section, part};
use crate::rating::windows::runs;
use crate::rating::{Basis, Unratable};
use crate::tariff::{CoincidentCharge, Component};

/// The lines of a coincident charge. Where several hours are published for a turn, the mean of the
/// kW in them is billed. It is never shared over days: who was not there at the peak used nothing.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &CoincidentCharge,
    draw: &mut impl FnMut(Draft),
) -> Result<(), Unratable> {
    let turn = section.input.window;
    let published = section.input.published.peaks.get(&charge.peaks);
    let in_turn = |it: &&PeakHour| turn.contains(section.plan.local(it.start.as_second()).date());
    let hours: Vec<&PeakHour> = published.into_iter().flatten().filter(in_turn).collect();
    let count = i64::try_from(hours.len()).expect("a turn has fewer hours than that");
    if count == 0 {
        return Err(Unratable::NoPeak {
            label: component.label.clone(),
            peaks: charge.peaks.clone(),
            turn: turn.start(),
        });
    }
    for piece in section.parts(charge.clock) {
        let values = section
            .values(Flow::Delivered, &piece.places)
            .ok_or_else(|| Unratable::NeedsDemand { label: component.label.clone() })?;
        section.check_coarse(charge.clock)?;
        let runs = runs(&piece, values);
        let mut sums = vec![0_i64; charge.ladders.len()];
        for hour in &hours {
            let Some(range) = intervals(section, component, &piece.places, hour)? else { continue };
            let taken = values.get(range.clone()).ok_or_else(|| Unratable::PeakAcross {
                label: component.label.clone(),
                at: section.plan.local(hour.start.as_second()),
            })?;
            let energy: i64 = taken.iter().sum();
            let period = runs.iter().find(|it| it.0.contains(&range.start));
            let (_, period) = period.expect("an hour within the days has a period");
            sums[*period] += part(energy, 60, i64::from(hour.minutes));
        }
        for period in piece.periods {
            let micro = part(sums[*period], 1, count);
            if micro != 0 {
                let price = charge.ladders[*period].0[0].price;
                let basis = Basis::Each(Quantity { micro, unit: Unit::Kw }, price);
                draw(Draft { period: Some((*period, 0)), days: piece.days, basis, behind: None });
            }
        }
    }
    Ok(())
}

/// The intervals of some days that make up a peak hour; `None` when it is on another day.
fn intervals(
    section: &Section,
    component: &Component,
    places: &Range<usize>,
    hour: &PeakHour,
) -> Result<Option<Range<usize>>, Unratable> {
    let (first, end) = (section.plan.start(places.start), section.plan.start(places.end));
    let (from, minutes) = (hour.start.as_second(), section.plan.minutes);
    if from < first || end <= from {
        return Ok(None);
    }
    let step = i64::from(minutes) * 60;
    if (from - first).rem_euclid(step) != 0 || hour.minutes.rem_euclid(minutes) != 0 {
        let label = component.label.clone();
        return Err(Unratable::CoarseFor { label, needs: hour.minutes, minutes });
    }
    let from = usize::try_from((from - first).div_euclid(step)).expect("it is after the first");
    Ok(Some(from..from + usize::from(hour.minutes.div_euclid(minutes))))
}

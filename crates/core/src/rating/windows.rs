//! The windows of time that a demand is taken over, where they are not just the meter's intervals,
//! and where reactive energy counts too.

use std::ops::Range;

use crate::meter::Flow;
use crate::rating::Unratable;
use crate::rating::section::{Part, Section};
use crate::tariff::{Component, DemandCharge, NextWindow};

/// The highest windows of one period of a clock, as energy in millionths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Highest {
    /// kWh of the window with the most of them, and its kvarh.
    pub(super) power: (i64, i64),
    /// kvarh of the window with the most of them.
    pub(super) reactive: i64,
    /// kWh and kvarh of the window in which the sum of their squares is highest.
    pub(super) apparent: (i64, i64),
}

/// The windows of a demand, in intervals of the meter.
struct Windows {
    len: usize,
    /// Windows begin at multiples of this from the first midnight.
    every: usize,
}

/// Runs of the values of a part with one period, by their places from its first; nights join.
pub(super) fn runs(part: &Part, values: &[i64]) -> Vec<(Range<usize>, usize)> {
    let Some(strikes) = part.strikes else { return vec![(0..values.len(), part.periods[0])] };
    let mut runs: Vec<(Range<usize>, usize)> = Vec::new();
    let mut at = 0;
    strikes.each_run(&part.places, values, |period, run| {
        let end = at + run.len();
        match runs.last_mut() {
            Some(last) if last.1 == period => last.0.end = end,
            _ => runs.push((at..end, period)),
        }
        at = end;
    });
    runs
}

/// The length of a charge's windows, in minutes.
pub(super) fn minutes(section: &Section, charge: &DemandCharge) -> u16 {
    charge.window.map_or(section.plan.minutes, |it| it.minutes)
}

/// The highest windows of each period of the charge's clock. A window that slides counts in a
/// period only where it lies in it whole.
pub(super) fn highest(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
    part: &Part,
) -> Result<Vec<Highest>, Unratable> {
    let windows = windows(section, component, charge)?;
    section.check_coarse(charge.clock)?;
    let needs = || Unratable::NeedsDemand { label: component.label.clone() };
    let values = section.values(Flow::Delivered, &part.places).ok_or_else(needs)?;
    let came = sums(values);
    let swung = section.values(Flow::Reactive, &part.places).map(sums);
    let mut highest = vec![Highest::default(); charge.ladders.len()];
    for (run, period) in runs(part, values) {
        let first = run.start.next_multiple_of(windows.every);
        if windows.every == windows.len && first != run.start {
            return Err(match charge.clock {
                Some(clock) => Unratable::CoarseIntervals {
                    clock: section.tariff().clocks[clock].name.clone(),
                    minutes: minutes(section, charge),
                },
                None => needs(),
            });
        }
        let seen = &mut highest[period];
        for at in (first..).step_by(windows.every).take_while(|at| at + windows.len <= run.end) {
            let within = |sums: &Vec<i64>| sums[at + windows.len] - sums[at];
            seen.see(within(&came), swung.as_ref().map_or(0, within));
        }
    }
    Ok(highest)
}

impl Highest {
    fn see(&mut self, kwh: i64, kvarh: i64) {
        if self.power.0 < kwh {
            self.power = (kwh, kvarh);
        }
        self.reactive = self.reactive.max(kvarh);
        if square(self.apparent) < square((kwh, kvarh)) {
            self.apparent = (kwh, kvarh);
        }
    }
}

/// Real and reactive together, to the nearest millionth: the root of the sum of their squares.
pub(super) fn apparent(both: (i64, i64)) -> i64 {
    let square = square(both);
    let floor = square.isqrt();
    // From the middle between two roots on, the upper one is nearer.
    let nearest = if floor < square - floor * floor { floor + 1 } else { floor };
    i64::try_from(nearest).expect("apparent power fits where power does")
}

fn square((real, reactive): (i64, i64)) -> u128 {
    let square = |it: i64| u128::from(it.unsigned_abs()) * u128::from(it.unsigned_abs());
    square(real) + square(reactive)
}

fn windows(
    section: &Section,
    component: &Component,
    charge: &DemandCharge,
) -> Result<Windows, Unratable> {
    let Some(window) = charge.window else { return Ok(Windows { len: 1, every: 1 }) };
    let minutes = section.plan.minutes;
    let intervals = |needs: u16| match needs.rem_euclid(minutes) {
        0 => Ok(usize::from(needs.div_euclid(minutes))),
        _ => Err(Unratable::CoarseFor { label: component.label.clone(), needs, minutes }),
    };
    let len = intervals(window.minutes)?;
    let every = match window.next {
        NextWindow::AtItsEnd => len,
        NextWindow::EachInterval => 1,
        NextWindow::After(minutes) => intervals(minutes)?,
    };
    Ok(Windows { len, every })
}

/// The sums of the values before each place.
fn sums(values: &[i64]) -> Vec<i64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0_i64;
    sums.push(sum);
    for value in values {
        sum += value;
        sums.push(sum);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apparent_power_is_rounded_to_the_nearest() {
        assert_eq!(apparent((3_000_000, 4_000_000)), 5_000_000);
        assert_eq!(apparent((1, 1)), 1);
        assert_eq!(apparent((1, 2)), 2);
        assert_eq!(apparent((2, 3)), 4);
        assert_eq!(apparent((-3, -4)), 5);
        assert_eq!(apparent((0, i64::MAX)), i64::MAX);
    }
}

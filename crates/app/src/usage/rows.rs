//! Use by the hour as it is known, with its gaps: what charts are drawn from. A bill stops at a gap; a
//! picture shows it.

use std::collections::BTreeMap;

use meterbook_core::meter::{Channel, Flow, Form};
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::lineage::{Known, values};
use meterbook_core::reads::usage::Facts;

/// What is known of one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// To the customer, in millionths.
    pub delivered_micro: i64,
    /// From the customer.
    pub received_micro: i64,
    /// Values of which it is made.
    pub known: u32,
    /// How many of these are estimates.
    pub estimated: u32,
    /// Values that are missing.
    pub missing: u32,
}

impl Cell {
    /// Whether nothing is known of it.
    pub fn is_gap(&self) -> bool {
        self.known == 0
    }

    /// Adds another stretch.
    pub fn join(&mut self, other: &Cell) {
        self.delivered_micro += other.delivered_micro;
        self.received_micro += other.received_micro;
        self.known += other.known;
        self.estimated += other.estimated;
        self.missing += other.missing;
    }
}

/// Each hour of a period, from its first midnight on; empty where no intervals are measured. Parts are
/// added with their shares.
pub fn hourly(period: Period, zone: &Zone, facts: &Facts) -> Vec<Cell> {
    let (start, end) =
        (zone.start_of(period.start()).as_second(), zone.start_of(period.end()).as_second());
    let count = usize::try_from((end - start + 3599).div_euclid(3600)).unwrap_or(0);
    let mut cells = vec![Cell::default(); count];
    let any = add((period, zone), facts, 1_000_000_000, (start, &mut cells));
    if any { cells } else { Vec::new() }
}

fn add(
    (period, zone): (Period, &Zone),
    facts: &Facts,
    nano: i64,
    (start, cells): (i64, &mut [Cell]),
) -> bool {
    let mut any = false;
    for hung in &facts.hung {
        let Some(days) = period.overlap(hung.from, hung.to) else { continue };
        let (from, to) =
            (zone.start_of(days.start()).as_second(), zone.start_of(days.end()).as_second());
        for it in &hung.channels {
            let Form::Interval { minutes } = it.channel.form else { continue };
            if it.channel.flow == Flow::Reactive {
                continue;
            }
            any = true;
            let step = i64::from(minutes.max(1)) * 60;
            let known: BTreeMap<i64, (i64, Known)> = it
                .series
                .iter()
                .flat_map(values)
                .filter(|(at, _, _)| from <= *at && *at < to)
                .map(|(at, micro, known)| (at, (micro, known)))
                .collect();
            for nth in 0..(to - from).div_euclid(step) {
                let at = from + nth * step;
                let place = usize::try_from((at - start).div_euclid(3600)).unwrap_or(usize::MAX);
                let Some(cell) = cells.get_mut(place) else { continue };
                match known.get(&at) {
                    Some((micro, known)) if *known != Known::Missing => {
                        let used = scaled(*micro, &it.channel, nano);
                        match it.channel.flow {
                            Flow::Received => cell.received_micro += used,
                            _ => cell.delivered_micro += used,
                        }
                        cell.known += 1;
                        cell.estimated += u32::from(*known == Known::Estimated);
                    }
                    _ => cell.missing += 1,
                }
            }
        }
    }
    for part in &facts.parts {
        let Some(days) = period.overlap(part.relation.from, part.relation.to) else { continue };
        let share = i128::from(nano) * i128::from(part.relation.signed_nano());
        let nano = i64::try_from(share.div_euclid(1_000_000_000)).unwrap_or(nano);
        any |= add((days, zone), &part.facts, nano, (start, &mut *cells));
    }
    any
}

/// A value with its multiplier and share.
pub(super) fn scaled(micro: i64, channel: &Channel, nano: i64) -> i64 {
    let exact = i128::from(micro) * i128::from(channel.multiplier_micro) * i128::from(nano);
    let of = 1_000_000_000_000_000_i128;
    i64::try_from((exact + of.div_euclid(2)).div_euclid(of)).unwrap_or(i64::MAX)
}

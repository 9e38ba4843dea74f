//! Days of one shape laid on each other: their values are added up column by column, whatever their
//! periods, and at the end each column goes to its period. A run of a few hours costs more to begin
//! than to add up; a day has no beginning in its middle.
//!
//! Whether a sum leaves its type need not be asked of each one: it does not where all values are
//! small. And to look for the highest of several values at once is cheap where a processor has the
//! instructions for it: hence several versions of what goes through all values.

use std::array::from_fn;

use multiversion::multiversion;

use crate::rating::strikes::{Run, Tally};

/// As many columns as are added up at once: half a day of hours.
const LANES: usize = 12;

/// What the values of some days come to in each of `periods`; the highest of them only where `peaks`
/// are asked for. `days` are the places of the days' shapes, and `firsts` those of their first values,
/// and of the end.
///
/// Nothing where a value is not small or values are missing.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
pub(super) fn tally(
    shapes: &[Vec<Run>],
    (days, firsts): (&[usize], &[usize]),
    values: &[i64],
    peaks: bool,
    periods: usize,
) -> Option<Vec<Tally>> {
    let mut tallies = vec![Tally::default(); periods];
    let (Some(low), Some(high)) = (days.iter().min(), days.iter().max()) else {
        return Some(tallies);
    };
    let (mut starts, mut columns) = (Vec::with_capacity(days.len()), Vec::new());
    let mut bits = [0; LANES];
    for (place, runs) in shapes.iter().enumerate().take(high + 1).skip(*low) {
        let mine = days.iter().zip(firsts).filter(|(shape, _)| **shape == place);
        starts.clear();
        starts.extend(mine.map(|(_, first)| first - firsts[0]));
        let len = runs.last().map_or(0, |it| it.end);
        // The last lanes end where the day does, whether or not they lie on those before.
        let last = if len == 0 { continue } else { len.checked_sub(LANES)? };
        columns.resize(2 * len, 0);
        let (sums, highest) = columns.split_at_mut(len);
        for first in (0..last).step_by(LANES).chain([last]) {
            let [sum, most, seen] = match peaks {
                true => lay::<true>(values, &starts, first)?,
                false => lay::<false>(values, &starts, first)?,
            };
            sums[first..first + LANES].copy_from_slice(&sum);
            highest[first..first + LANES].copy_from_slice(&most);
            bits = from_fn(|lane| bits[lane] | seen[lane]);
        }
        let mut at = 0;
        for run in runs {
            let Tally { mut sum, mut peak } = tallies[run.period];
            for (more, highest) in sums[at..run.end].iter().zip(&highest[at..run.end]) {
                (sum, peak) = (sum.wrapping_add(*more), peak.max(*highest));
            }
            (tallies[run.period], at) = (Tally { sum, peak }, run.end);
        }
    }
    is_small(bits.into_iter().fold(0, |all, bits| all | bits)).then_some(tallies)
}

/// Some columns from `first` on, over the days that begin at `starts`: what each comes to, its highest
/// value where `PEAKS` are asked for, and its bits.
#[inline(always)]
fn lay<const PEAKS: bool>(
    values: &[i64],
    starts: &[usize],
    first: usize,
) -> Option<[[i64; LANES]; 3]> {
    let (mut sums, mut highest, mut bits) = ([0_i64; LANES], [0; LANES], [0; LANES]);
    for start in starts {
        let values = values.get(start + first..)?.first_chunk::<LANES>()?;
        sums = from_fn(|lane| sums[lane].wrapping_add(values[lane]));
        bits = from_fn(|lane| bits[lane] | values[lane]);
        if PEAKS {
            highest = from_fn(|lane| values[lane].max(highest[lane]));
        }
    }
    Some([sums, highest, bits])
}

/// How many days from the first on, and how many values, add up to no more than `room`. A day with
/// a value that is not small is none of them.
///
/// Days are asked by halves: many at once cost less than one after the other.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn within(firsts: &[usize], values: &[i64], room: i64) -> (usize, usize) {
    let (mut many, mut at, mut left) = (0, 0, room);
    let mut more = firsts.len().next_power_of_two();
    while 0 < more {
        if let Some(first) = firsts.get(many + more)
            && let Some(next) = values.get(at..first - firsts[0])
        {
            let (mut sum, mut bits) = (0_i64, 0);
            for value in next {
                sum = sum.wrapping_add(*value);
                bits |= value;
            }
            if is_small(bits) && sum <= left {
                (many, at, left) = (many + more, at + next.len(), left - sum);
            }
        }
        more >>= 1;
    }
    (many, at)
}

/// Whether values with these bits are not below zero and so small that a hundred thousand of them,
/// more than a year has, add up within their type.
#[inline(always)]
fn is_small(bits: i64) -> bool {
    (0..1 << 46).contains(&bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rating::strikes::Run;

    /// A weekday, a day of rest, and one on which an hour comes twice.
    fn shapes() -> [Vec<Run>; 3] {
        let runs = |ends: &[(usize, usize)]| -> Vec<Run> {
            ends.iter().map(|(end, period)| Run { end: *end, period: *period }).collect()
        };
        let weekday = runs(&[(6, 0), (10, 1), (17, 0), (21, 2), (24, 0)]);
        [weekday, runs(&[(24, 0)]), runs(&[(7, 0), (25, 1)])]
    }

    /// The places of the first values of some days, from anywhere, and of the end.
    fn firsts(days: &[usize]) -> Vec<usize> {
        let mut firsts = vec![100];
        for shape in days {
            firsts.push(firsts.last().unwrap() + if *shape == 2 { 25 } else { 24 });
        }
        firsts
    }

    fn tallied(days: &[usize], values: &[i64], peaks: bool) -> Option<Vec<Tally>> {
        tally(&shapes(), (days, &firsts(days)), values, peaks, 3)
    }

    /// One value after the other.
    fn plainly(days: &[usize], values: &[i64]) -> Vec<Tally> {
        let (shapes, mut tallies) = (shapes(), vec![Tally::default(); 3]);
        let mut values = values.iter();
        for shape in days {
            for nth in 0..shapes[*shape].last().unwrap().end {
                let period = shapes[*shape].iter().find(|it| nth < it.end).unwrap().period;
                let value = *values.next().unwrap();
                tallies[period].join(Tally { sum: value, peak: value });
            }
        }
        tallies
    }

    fn month() -> impl Strategy<Value = (Vec<usize>, Vec<i64>)> {
        let days = proptest::collection::vec(0..3_usize, 0..32);
        days.prop_flat_map(|days| {
            let count = firsts(&days)[days.len()] - 100;
            (Just(days), proptest::collection::vec(0..1_i64 << 40, count))
        })
    }

    proptest! {
        #[test]
        fn columns_come_to_what_values_do((days, values) in month(), peaks: bool) {
            let mut plain = plainly(&days, &values);
            if !peaks {
                plain.iter_mut().for_each(|it| it.peak = 0);
            }
            prop_assert_eq!(tallied(&days, &values, peaks), Some(plain));
        }

        #[test]
        fn days_stay_within_the_room_and_one_more_does_not(
            (days, values) in month(),
            room in 0..1_i64 << 49,
        ) {
            let firsts = firsts(&days);
            let (many, count) = within(&firsts, &values, room);
            prop_assert_eq!(count, firsts[many] - 100);
            prop_assert!(values[..count].iter().sum::<i64>() <= room);
            if many < days.len() {
                prop_assert!(room < values[..firsts[many + 1] - 100].iter().sum());
            }
        }
    }

    #[test]
    fn what_is_not_small_or_not_there_is_left_to_who_looks_at_each() {
        let firsts = firsts(&[0, 1]);
        for odd in [-1, 1 << 46, i64::MAX, i64::MIN] {
            for place in [0, 23, 24, 47] {
                let mut values = vec![1; 48];
                values[place] = odd;
                assert_eq!(tallied(&[0, 1], &values, true), None, "{odd} at {place}");
                let before = usize::from(24 <= place);
                assert_eq!(within(&firsts, &values, i64::MAX).0, before);
            }
        }
        assert_eq!(tallied(&[0, 1], &[1; 47], true), None);
        assert_eq!(within(&firsts, &[1; 47], i64::MAX), (1, 24));
    }
}

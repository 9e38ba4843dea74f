//! Days of one shape laid on each other: their values are added up column by column, whatever their
//! periods, and at the end each column goes to its period. A run of a few hours costs more to begin
//! than to add up; a day has no beginning in its middle.
//!
//! Whether a sum leaves its type need not be asked of each one: it does not where all values are
//! small. And to look for the highest of several values at once is cheap where a processor has the
//! instructions for it: hence two versions of what goes through all values.

use std::array::from_fn;

use multiversion::multiversion;

use crate::rating::strikes::{Shape, Tally};

/// As many as are looked at at once.
const LANES: usize = 8;

/// Adds up the values of each period in `tallies`; the highest of them only where `peaks` are asked
/// for. `days` are the places of the days' shapes.
///
/// Nothing, and `false`, where a value is not small or values are missing.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn tally(
    shapes: &[Shape],
    days: &[usize],
    values: &[i64],
    peaks: bool,
    tallies: &mut [Tally],
) -> bool {
    let (Some(low), Some(high)) = (days.iter().min(), days.iter().max()) else { return true };
    let (shapes, low) = (&shapes[*low..=*high], *low);
    let first = shapes[0].first;
    let count = shapes[shapes.len() - 1].end() - first;
    let mut columns = vec![0; if peaks { 2 * count } else { count }];
    let (sums, highest) = columns.split_at_mut(count);
    let (mut rest, mut bits) = (values, [0; LANES]);
    for shape in days {
        let shape = &shapes[*shape - low];
        let Some((day, later)) = rest.split_at_checked(shape.len()) else { return false };
        let mine = shape.first - first..shape.end() - first;
        add(&mut sums[mine.clone()], day, &mut bits);
        if peaks {
            seek(&mut highest[mine], day);
        }
        rest = later;
    }
    if !is_small(bits.into_iter().fold(0, |all, bits| all | bits)) {
        return false;
    }
    for shape in shapes {
        let mut at = shape.first - first;
        for run in &shape.runs {
            let mine = at..shape.first - first + run.end;
            at = mine.end;
            let whole = &mut tallies[run.period];
            whole.sum += sums[mine.clone()].iter().fold(0, |sum: i64, it| sum.wrapping_add(*it));
            if peaks {
                whole.peak = highest[mine].iter().fold(whole.peak, |most, it| most.max(*it));
            }
        }
    }
    true
}

/// How many days from the first on, and how many values, add up to no more than `room`. A day with
/// a value that is not small is none of them.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn within(
    shapes: &[Shape],
    days: &[usize],
    values: &[i64],
    room: i64,
) -> (usize, usize) {
    let (mut many, mut at, mut left) = (0, 0, room);
    for shape in days {
        let end = at + shapes[*shape].len();
        let Some(day) = values.get(at..end) else { break };
        let (mut sum, mut bits) = (0_i64, 0);
        for value in day {
            sum = sum.wrapping_add(*value);
            bits |= value;
        }
        if !is_small(bits) || left < sum {
            break;
        }
        (many, at, left) = (many + 1, end, left - sum);
    }
    (many, at)
}

/// Adds a day to its columns, and its bits to those seen so far.
#[inline(always)]
fn add(sums: &mut [i64], day: &[i64], bits: &mut [i64; LANES]) {
    let (sums, last_sums) = sums.as_chunks_mut::<LANES>();
    let (day, last) = day.as_chunks::<LANES>();
    for (sums, values) in sums.iter_mut().zip(day) {
        *sums = from_fn(|lane| sums[lane].wrapping_add(values[lane]));
        *bits = from_fn(|lane| bits[lane] | values[lane]);
    }
    for ((sum, value), bits) in last_sums.iter_mut().zip(last).zip(bits) {
        *sum = sum.wrapping_add(*value);
        *bits |= value;
    }
}

/// Keeps the highest value of each column.
#[inline(always)]
fn seek(peaks: &mut [i64], day: &[i64]) {
    let (peaks, last_peaks) = peaks.as_chunks_mut::<LANES>();
    let (day, last) = day.as_chunks::<LANES>();
    for (peaks, values) in peaks.iter_mut().zip(day) {
        *peaks = from_fn(|lane| peaks[lane].max(values[lane]));
    }
    for (peak, value) in last_peaks.iter_mut().zip(last) {
        *peak = (*peak).max(*value);
    }
}

/// Whether values with these bits are not below zero and so small that ten thousand of them, more
/// than a month has, add up within their type.
#[inline(always)]
fn is_small(bits: i64) -> bool {
    (0..1 << 49).contains(&bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rating::strikes::Run;

    /// A weekday, a day of rest, and one on which an hour comes twice.
    fn shapes() -> Vec<Shape> {
        let runs = |ends: &[(usize, usize)]| -> Vec<Run> {
            ends.iter().map(|(end, period)| Run { end: *end, period: *period }).collect()
        };
        let weekday = runs(&[(6, 0), (10, 1), (17, 0), (21, 2), (24, 0)]);
        let (rest, long) = (runs(&[(24, 0)]), runs(&[(7, 0), (25, 1)]));
        vec![
            Shape { runs: weekday, first: 0 },
            Shape { runs: rest, first: 24 },
            Shape { runs: long, first: 48 },
        ]
    }

    /// One value after the other.
    fn plainly(shapes: &[Shape], days: &[usize], values: &[i64]) -> [Tally; 3] {
        let mut tallies = [Tally::default(); 3];
        let mut values = values.iter();
        for shape in days {
            for nth in 0..shapes[*shape].len() {
                let period = shapes[*shape].runs.iter().find(|it| nth < it.end).unwrap().period;
                let value = *values.next().unwrap();
                tallies[period].join(Tally { sum: value, peak: value });
            }
        }
        tallies
    }

    fn month() -> impl Strategy<Value = (Vec<usize>, Vec<i64>)> {
        let days = proptest::collection::vec(0..3_usize, 0..32);
        days.prop_flat_map(|days| {
            let count = days.iter().map(|it| shapes()[*it].len()).sum::<usize>();
            (Just(days), proptest::collection::vec(0..1_i64 << 40, count))
        })
    }

    proptest! {
        #[test]
        fn columns_come_to_what_values_do((days, values) in month(), peaks: bool) {
            let (shapes, mut tallies) = (shapes(), [Tally::default(); 3]);
            prop_assert!(tally(&shapes, &days, &values, peaks, &mut tallies));
            let mut plain = plainly(&shapes, &days, &values);
            if !peaks {
                plain.iter_mut().for_each(|it| it.peak = 0);
            }
            prop_assert_eq!(tallies, plain);
        }

        #[test]
        fn days_stay_within_the_room_and_one_more_does_not(
            (days, values) in month(),
            room in 0..1_i64 << 49,
        ) {
            let shapes = shapes();
            let (many, count) = within(&shapes, &days, &values, room);
            let through = |day: usize| {
                days[..day].iter().map(|it| shapes[*it].len()).sum::<usize>()
            };
            prop_assert_eq!(count, through(many));
            prop_assert!(values[..count].iter().sum::<i64>() <= room);
            if many < days.len() {
                prop_assert!(room < values[..through(many + 1)].iter().sum());
            }
        }
    }

    #[test]
    fn what_is_not_small_or_not_there_is_left_to_who_looks_at_each() {
        let shapes = shapes();
        for odd in [-1, 1 << 49, i64::MAX, i64::MIN] {
            for place in [0, 23, 24, 47] {
                let mut values = vec![1; 48];
                values[place] = odd;
                let mut tallies = [Tally::default(); 3];
                assert!(!tally(&shapes, &[0, 1], &values, true, &mut tallies), "{odd} at {place}");
                assert_eq!(tallies, [Tally::default(); 3], "nothing was added");
                let before = usize::from(24 <= place);
                assert_eq!(within(&shapes, &[0, 1], &values, i64::MAX).0, before);
            }
        }
        assert!(!tally(&shapes, &[0, 1], &[1; 47], true, &mut [Tally::default(); 3]));
        assert_eq!(within(&shapes, &[0, 1], &[1; 47], i64::MAX), (1, 24));
    }
}

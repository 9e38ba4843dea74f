//! Laying blocks on one grid: what is known of a channel over many months.

use std::fmt;

use crate::{Block, Span, spans_of};

/// Values on one grid, from the first that is known to the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Laid {
    /// The length of a step, in minutes; zero when no block was laid.
    pub minutes: u16,
    /// Minutes from the common origin to the first value; below zero before it.
    pub phase: i64,
    /// The values; zero where one is missing.
    pub values: Vec<i64>,
    /// Where values are missing.
    pub missing: Vec<Span>,
    /// Where values are estimates.
    pub estimated: Vec<Span>,
}

/// Why two blocks do not lie on one grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Their steps are of different length.
    Steps {
        /// Minutes of the first.
        first: u16,
        /// Minutes of the other.
        other: u16,
    },
    /// Their steps begin at different minutes.
    Phase {
        /// Minutes of a step.
        minutes: u16,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Steps { first, other } => {
                write!(f, "interval values of {first} and of {other} minutes are in one channel")
            }
            Misfit::Phase { minutes } => {
                write!(
                    f,
                    "intervals of {minutes} minutes in one channel begin at different minutes"
                )
            }
        }
    }
}

impl std::error::Error for Misfit {}

/// Lays `blocks`, each so many minutes after a common origin, in the order given: a later value
/// replaces an earlier one, a missing one replaces nothing.
pub fn lay(blocks: impl IntoIterator<Item = (i64, Block)>) -> Result<Laid, Misfit> {
    let begun = |(offset, it): (i64, Block)| (offset + i64::from(it.phase), it);
    let blocks: Vec<(i64, Block)> = blocks.into_iter().map(begun).collect();
    let Some((first, grid)) = blocks.first() else { return Ok(Laid::default()) };
    let minutes = grid.minutes;
    let step = i64::from(minutes);
    for (start, block) in &blocks {
        if block.minutes != minutes {
            return Err(Misfit::Steps { first: minutes, other: block.minutes });
        }
        if (start - first) % step != 0 {
            return Err(Misfit::Phase { minutes });
        }
    }
    let phase = blocks.iter().map(|(start, _)| *start).min().expect("there is a block");
    let index = |start: i64| {
        usize::try_from((start - phase).div_euclid(step)).expect("the first is the least")
    };
    let count = blocks.iter().map(|(start, it)| index(*start) + it.values.len()).max();
    let count = count.expect("there is a block");

    let (mut values, mut missing, mut estimated) =
        (vec![0; count], vec![true; count], vec![false; count]);
    for (start, block) in &blocks {
        let mut from = 0;
        let at = index(*start);
        let len = u32::try_from(block.values.len()).expect("a month has fewer than 2^32 values");
        let after = Span { start: len, len: 0 };
        for gap in block.missing.iter().chain([&after]) {
            let known = from..gap.start as usize;
            let there = at + known.start..at + known.end;
            values[there.clone()].copy_from_slice(&block.values[known]);
            missing[there.clone()].fill(false);
            estimated[there].fill(false);
            from = gap.end() as usize;
        }
        for span in &block.estimated {
            estimated[at + span.range().start..at + span.range().end].fill(true);
        }
    }
    let (missing, estimated) = (spans_of(&missing), spans_of(&estimated));
    Ok(Laid { minutes, phase, values, missing, estimated })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(minutes: u16, phase: i32, values: &[i64]) -> Block {
        let (missing, estimated) = (Vec::new(), Vec::new());
        Block { minutes, phase, values: values.to_vec(), missing, estimated }
    }

    #[test]
    fn blocks_lie_side_by_side_with_a_gap_between_them() {
        let mut later = block(60, 0, &[7, 8]);
        later.estimated = vec![Span { start: 1, len: 1 }];
        let laid = lay([(600, later), (0, block(60, 420, &[1, 2]))]).unwrap();
        assert_eq!((laid.phase, &laid.values[..]), (420, &[1, 2, 0, 7, 8][..]));
        assert_eq!(laid.missing, [Span { start: 2, len: 1 }]);
        assert_eq!(laid.estimated, [Span { start: 4, len: 1 }]);
        assert_eq!(lay([]), Ok(Laid::default()));
    }

    #[test]
    fn blocks_of_another_grid_are_refused() {
        let hour = (0, block(60, 0, &[1]));
        let quarter = (0, block(15, 0, &[1]));
        let late = (0, block(60, 5, &[1]));
        assert_eq!(lay([hour.clone(), quarter]), Err(Misfit::Steps { first: 60, other: 15 }));
        assert_eq!(lay([hour, late]), Err(Misfit::Phase { minutes: 60 }));
    }

    #[test]
    fn missing_values_at_either_end_are_trimmed() {
        let mut whole = block(15, 30, &[0, 0, 5, 0, 6, 0]);
        whole.missing = spans_of(&[true, true, false, true, false, true]);
        let trimmed = whole.trimmed().unwrap();
        assert_eq!((trimmed.phase, &trimmed.values[..]), (60, &[5, 0, 6][..]));
        assert_eq!(trimmed.missing, [Span { start: 1, len: 1 }]);
        whole.missing = spans_of(&[true; 6]);
        assert_eq!(whole.trimmed(), None);
    }
}

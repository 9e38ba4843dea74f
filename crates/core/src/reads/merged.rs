//! Many blocks of one month laid together into one, and which file each value of it came in: a month
//! that came day by day is then read as fast as one that came at once, and any earlier time can still
//! be asked what it knew.

use meterbook_interval::{Block, Part, lay};

use super::Month;
use super::series::cut;
use crate::id::BatchId;

/// A block of a channel, and what it is filed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The month it is filed with.
    pub month: Month,
    /// Where its values came from.
    pub source: Source,
    /// The values.
    pub block: Block,
}

/// Where the values of a block came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One file.
    One(BatchId),
    /// Several, that were merged.
    Many(Vec<Part>),
}

/// What becomes of some blocks of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Their values.
    pub block: Block,
    /// Which of them came from where.
    pub parts: Vec<Part>,
    /// The files whose blocks are in it now and were not before.
    pub taken: Vec<BatchId>,
    /// The newest file of which something is in it.
    pub last: BatchId,
}

/// One file's values within a merged block.
struct Piece {
    from: i64,
    to: i64,
    batch: BatchId,
    block: Block,
}

/// Lays together what is filed with `month` of what is `filed` with it and with the months beside it,
/// all of one channel: its merged block, if it has one, and every block that lies over no other. What
/// lies over another stays as it is, because which of the two holds depends on when it is asked.
/// `None` when there is nothing to gain, or when the lengths of intervals differ.
pub fn merge(month: Month, filed: &[Filed]) -> Option<Merged> {
    let mut pieces = Vec::new();
    let mut spans = Vec::new();
    for (nth, it) in filed.iter().enumerate() {
        match &it.source {
            Source::One(_) => spans.push((nth, span(it.month, &it.block))),
            Source::Many(parts) => {
                let known = known(&it.block, parts, BatchId(i64::MAX));
                let known = known.into_iter().map(|(batch, block)| piece(it.month, batch, block));
                let known: Vec<Piece> = known.collect();
                spans.extend(known.iter().map(|piece| (nth, (piece.from, piece.to))));
                if it.month == month {
                    pieces.extend(known);
                }
            }
        }
    }
    let alone = |nth: usize, (from, to): (i64, i64)| {
        spans.iter().all(|(other, it)| *other == nth || it.1 <= from || to <= it.0)
    };
    let mut taken = Vec::new();
    for (nth, it) in filed.iter().enumerate() {
        let Source::One(batch) = it.source else { continue };
        if it.month == month && alone(nth, span(month, &it.block)) {
            taken.push(batch);
            pieces.push(piece(month, batch, it.block.clone()));
        }
    }
    if taken.is_empty() || pieces.len() < 2 {
        return None;
    }
    pieces.sort_by_key(|it| it.from);
    let last = pieces.iter().map(|it| it.batch).max()?;
    let parts = parts(&pieces)?;
    let laid = lay(pieces.into_iter().map(|it| (0, it.block))).ok()?;
    let block = Block {
        minutes: laid.minutes,
        phase: i32::try_from(laid.phase).ok()?,
        values: laid.values,
        missing: laid.missing,
        estimated: laid.estimated,
    };
    Some(Merged { block, parts, taken, last })
}

/// What of a merged block came in files up to `until`, each as its file said it.
pub fn known(block: &Block, parts: &[Part], until: BatchId) -> Vec<(BatchId, Block)> {
    let mut found = Vec::new();
    let mut from = 0;
    for part in parts {
        let to = from + part.len as usize;
        if let Some(batch) = part.source.map(BatchId).filter(|it| *it <= until) {
            let later = i64::from(block.minutes) * i64::try_from(from).expect("a month is short");
            let phase = i32::try_from(i64::from(block.phase) + later);
            found.push((
                batch,
                Block {
                    minutes: block.minutes,
                    phase: phase.expect("a month has 44,640 minutes"),
                    values: block.values[from..to].to_vec(),
                    missing: cut(&block.missing, from, to),
                    estimated: cut(&block.estimated, from, to),
                },
            ));
        }
        from = to;
    }
    found
}

/// The minute at which a block begins and that at which it ends, from January 1970.
fn span(month: Month, block: &Block) -> (i64, i64) {
    let from = month.start().as_second().div_euclid(60) + i64::from(block.phase);
    let count = i64::try_from(block.values.len()).expect("a month has few values");
    (from, from + count * i64::from(block.minutes))
}

fn piece(month: Month, batch: BatchId, block: Block) -> Piece {
    let (from, to) = span(month, &block);
    Piece { from, to, batch, block }
}

/// Where the values come from that `pieces`, in the order of time, are laid to. `None` when one file
/// would be two in a row.
fn parts(pieces: &[Piece]) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut before: Option<&Piece> = None;
    for it in pieces {
        let minutes = i64::from(it.block.minutes);
        if let Some(before) = before {
            let gap = u32::try_from((it.from - before.to).div_euclid(minutes)).ok()?;
            if 0 < gap {
                parts.push(Part { len: gap, source: None });
            }
            if before.batch == it.batch {
                return None;
            }
        }
        let len = u32::try_from(it.block.values.len()).ok()?;
        parts.push(Part { len, source: Some(it.batch.0) });
        before = Some(it);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use meterbook_interval::Span;

    use super::*;
    use crate::reads::Series;

    /// Hours of June 2026 from `from` on, as one file said them; of the `values` some are missing.
    fn file(batch: i64, from: u32, values: &[Option<i64>]) -> Filed {
        let missing: Vec<bool> = values.iter().map(Option::is_none).collect();
        let block = Block {
            minutes: 60,
            phase: i32::try_from(from * 60).unwrap(),
            values: values.iter().map(|it| it.unwrap_or(0)).collect(),
            missing: meterbook_interval::spans_of(&missing),
            estimated: Vec::new(),
        };
        Filed { month: june(), source: Source::One(BatchId(batch)), block }
    }

    fn june() -> Month {
        Month::of("2026-06-15T00:00:00Z".parse().unwrap())
    }

    /// What is known of it all when files up to `until` had come.
    fn series(filed: &[Filed], until: i64) -> Option<Series> {
        let mut blocks: Vec<(BatchId, Month, Block)> = Vec::new();
        for it in filed {
            match &it.source {
                Source::One(batch) => blocks.push((*batch, it.month, it.block.clone())),
                Source::Many(parts) => {
                    let some = known(&it.block, parts, BatchId(until));
                    blocks.extend(some.into_iter().map(|(_, block)| (BatchId(0), it.month, block)));
                }
            }
        }
        blocks.retain(|it| it.0.0 <= until);
        blocks.sort_by_key(|it| it.0);
        let blocks = blocks.into_iter().map(|(_, month, block)| (month, block)).collect();
        Series::from_blocks(blocks).unwrap()
    }

    fn put(filed: &mut Vec<Filed>, it: &Merged) {
        filed.retain(|old| match (&old.source, old.month == june()) {
            (Source::One(batch), true) => !it.taken.contains(batch),
            (Source::Many(_), own) => !own,
            (Source::One(_), false) => true,
        });
        let source = Source::Many(it.parts.clone());
        filed.push(Filed { month: june(), source, block: it.block.clone() });
    }

    #[test]
    fn every_earlier_time_is_told_the_same_after_as_before() {
        let mut filed = vec![
            file(3, 0, &[Some(1), None, Some(3)]),
            file(5, 3, &[Some(4), Some(5)]),
            // Nothing came of two hours, then a file that came before.
            file(2, 7, &[Some(8)]),
            // A correction lies over a day: both stay as they are.
            file(7, 9, &[Some(10), Some(11)]),
            file(9, 10, &[Some(110)]),
            // Late values, behind.
            file(8, 20, &[Some(21), Some(22)]),
        ];
        filed[1].block.estimated = vec![Span { start: 1, len: 1 }];
        let before: Vec<_> = (0..=12).map(|until| series(&filed, until)).collect();
        let merged = merge(june(), &filed).unwrap();
        assert_eq!(merged.taken, [3, 5, 2, 8].map(BatchId));
        assert_eq!(merged.last, BatchId(8));
        put(&mut filed, &merged);
        assert_eq!(filed.len(), 3);
        let after: Vec<_> = (0..=12).map(|until| series(&filed, until)).collect();
        assert_eq!(after, before);
        assert_eq!(merge(june(), &filed), None, "there is nothing more to gain");

        // A day that comes later goes in too, and what lies over a merged value does not.
        filed.push(file(11, 12, &[Some(13)]));
        filed.push(file(12, 7, &[Some(80)]));
        let before: Vec<_> = (0..=12).map(|until| series(&filed, until)).collect();
        let merged = merge(june(), &filed).unwrap();
        assert_eq!(merged.taken, [BatchId(11)]);
        put(&mut filed, &merged);
        let after: Vec<_> = (0..=12).map(|until| series(&filed, until)).collect();
        assert_eq!(after, before);
    }

    #[test]
    fn what_lies_over_a_block_of_the_month_beside_it_stays() {
        let mut may = file(4, 0, &[Some(1)]);
        may.month = june().before();
        // The last hour of May, and the first of June, said by a file of May.
        may.block.phase = 31 * 24 * 60 - 60;
        may.block.values = vec![1, 2];
        let filed = [may, file(5, 0, &[Some(20)]), file(6, 1, &[Some(3)]), file(7, 2, &[Some(4)])];
        assert_eq!(merge(june(), &filed).unwrap().taken, [6, 7].map(BatchId));
    }

    #[test]
    fn hours_and_quarters_are_not_laid_together() {
        let mut quarters = file(6, 3, &[Some(1), Some(2)]);
        quarters.block.minutes = 15;
        assert_eq!(merge(june(), &[file(5, 0, &[Some(1)]), quarters]), None);
        assert_eq!(merge(june(), &[file(5, 0, &[Some(1)])]), None, "one is one already");
    }

    proptest::proptest! {
        #[test]
        fn any_files_in_any_order(
            files in proptest::collection::vec((0_u32..60, 1_usize..9, 0_u8..3), 1..14),
        ) {
            let mut filed: Vec<Filed> = Vec::new();
            for (batch, (from, len, hole)) in (1..).zip(&files) {
                // The values at either end of a block are present.
                let values: Vec<Option<i64>> = (0..*len)
                    .map(|it| (it == 0 || it + 1 == *len || it != usize::from(*hole)).then_some(batch * 100))
                    .collect();
                filed.push(file(batch, *from, &values));
                let last = i64::try_from(files.len()).unwrap();
                if batch % 4 == 0 {
                    let before: Vec<_> = (0..=last).map(|until| series(&filed, until)).collect();
                    if let Some(merged) = merge(june(), &filed) {
                        put(&mut filed, &merged);
                    }
                    let after: Vec<_> = (0..=last).map(|until| series(&filed, until)).collect();
                    proptest::prop_assert_eq!(after, before);
                }
            }
        }
    }
}

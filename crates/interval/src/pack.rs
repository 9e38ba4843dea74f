//! A block as bytes, and back.
//!
//! Layout: codec, minutes, phase, decimal exponent, count, missing spans, estimated spans, groups
//! of 128 values (see [`crate::bits`]), checksum. Numbers are seven bits a byte.

use std::fmt;

use crate::bits::{GROUP, put_group, take_group};
use crate::bytes::{Reader, checksum, put};
use crate::{Block, MONTH_MINUTES, Span};

/// The layout above. Another one gets another number, and old blocks stay readable.
const CODEC: u8 = 1;
/// 10^18 is the highest power of ten below 2^63.
const MOST_EXPONENT: u8 = 18;

/// Why bytes are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// They end too early, or go on after the end.
    Short,
    /// The checksum is another one.
    Checksum,
    /// They begin with a codec we do not know.
    Codec(u8),
    /// A number in them is outside its range.
    Number,
    /// The missing or estimated spans overlap or lie outside the values.
    Spans,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Corrupt::Short => f.write_str("a block of interval values is cut off or too long"),
            Corrupt::Checksum => f.write_str("a block of interval values is damaged"),
            Corrupt::Codec(it) => {
                write!(f, "a block of interval values has the unknown codec {it}")
            }
            Corrupt::Number => f.write_str("a block of interval values has a number out of range"),
            Corrupt::Spans => f.write_str("a block of interval values has spans out of order"),
        }
    }
}

impl std::error::Error for Corrupt {}

/// The block as bytes, exactly.
///
/// # Panics
/// When the block leaves its month or its spans are out of order: a caller's mistake.
pub fn pack(block: &Block) -> Vec<u8> {
    let count = u32::try_from(block.values.len()).expect("a month has fewer than 2^32 values");
    assert!(in_month(block.minutes, block.phase, count), "a block lies inside one month");
    assert!(in_order(&block.missing, count), "missing spans rise and do not touch");
    assert!(in_order(&block.estimated, count), "estimated spans rise and do not touch");

    let exponent = exponent(&block.values);
    let unit = 10_i64.pow(u32::from(exponent));
    let mut values: Vec<i64> = block.values.iter().map(|it| it.div_euclid(unit)).collect();
    hide(&mut values, &block.missing);

    let mut bytes = vec![CODEC];
    put(&mut bytes, u64::from(block.minutes));
    put(&mut bytes, u64::from(block.phase));
    bytes.push(exponent);
    put(&mut bytes, u64::from(count));
    put_spans(&mut bytes, &block.missing);
    put_spans(&mut bytes, &block.estimated);
    for group in values.chunks(GROUP) {
        put_group(&mut bytes, group);
    }
    let sum = checksum(&bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

/// The block that `bytes` are.
pub fn unpack(bytes: &[u8]) -> Result<Block, Corrupt> {
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Corrupt::Short)?;
    if checksum(body) != *sum {
        return Err(Corrupt::Checksum);
    }
    let mut from = Reader { rest: body };
    let codec = from.byte()?;
    if codec != CODEC {
        return Err(Corrupt::Codec(codec));
    }
    let minutes = u16::try_from(from.number()?).map_err(|_| Corrupt::Number)?;
    let phase = from.small()?;
    let exponent = from.byte()?;
    let count = from.small()?;
    if !in_month(minutes, phase, count) || MOST_EXPONENT < exponent {
        return Err(Corrupt::Number);
    }
    let missing = take_spans(&mut from, count)?;
    let estimated = take_spans(&mut from, count)?;

    let mut values = Vec::with_capacity(count as usize);
    while values.len() < count as usize {
        values.extend(take_group(&mut from, GROUP.min(count as usize - values.len()))?);
    }
    if !from.rest.is_empty() {
        return Err(Corrupt::Short);
    }
    for span in &missing {
        values[span.range()].fill(0);
    }
    let unit = 10_i64.pow(u32::from(exponent));
    for value in &mut values {
        *value = value.checked_mul(unit).ok_or(Corrupt::Number)?;
    }
    Ok(Block { minutes, phase, values, missing, estimated })
}

/// How many decimal zeros every value ends in; no more than [`MOST_EXPONENT`].
fn exponent(values: &[i64]) -> u8 {
    let mut exponent = 0;
    let mut unit = 1_i64;
    while exponent < MOST_EXPONENT {
        unit *= 10;
        if values.iter().any(|it| it % unit != 0) || values.iter().all(|it| *it == 0) {
            break;
        }
        exponent += 1;
    }
    exponent
}

/// Repeats the value before a missing one in its place: a zero between large values would cost an
/// exception. [`unpack`] puts the zeros back.
fn hide(values: &mut [i64], missing: &[Span]) {
    for span in missing {
        let before = span.start.checked_sub(1).map(|it| values[it as usize]);
        let near = before.or_else(|| values.get(span.end() as usize).copied()).unwrap_or(0);
        values[span.range()].fill(near);
    }
}

fn put_spans(bytes: &mut Vec<u8>, spans: &[Span]) {
    put(bytes, spans.len() as u64);
    let mut end = 0;
    for span in spans {
        put(bytes, u64::from(span.start - end));
        put(bytes, u64::from(span.len));
        end = span.end();
    }
}

fn take_spans(from: &mut Reader<'_>, count: u32) -> Result<Vec<Span>, Corrupt> {
    let mut spans = Vec::new();
    let mut end = 0_u32;
    for _ in 0..from.small()? {
        let start = end.checked_add(from.small()?).ok_or(Corrupt::Spans)?;
        let len = from.small()?;
        end = start.checked_add(len).filter(|it| *it <= count).ok_or(Corrupt::Spans)?;
        spans.push(Span { start, len });
    }
    in_order(&spans, count).then_some(spans).ok_or(Corrupt::Spans)
}

fn in_month(minutes: u16, phase: u32, count: u32) -> bool {
    let end = u64::from(count) * u64::from(minutes) + u64::from(phase);
    0 < minutes && end <= u64::from(MONTH_MINUTES)
}

fn in_order(spans: &[Span], count: u32) -> bool {
    let apart = spans.windows(2).all(|it| it[0].start.saturating_add(it[0].len) < it[1].start);
    let within =
        |it: &Span| 0 < it.len && it.start.checked_add(it.len).is_some_and(|end| end <= count);
    apart && spans.iter().all(within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spans_of;
    use proptest::prelude::*;

    fn block(values: Vec<i64>) -> Block {
        Block { minutes: 15, phase: 60, values, missing: Vec::new(), estimated: Vec::new() }
    }

    fn blocks() -> impl Strategy<Value = Block> {
        let value = prop_oneof![9 => -2_000_i64..30_000, 1 => any::<i64>(), 2 => Just(0)];
        let one = (value, prop::bool::weighted(0.1), prop::bool::weighted(0.1));
        (prop::collection::vec(one, 0..700), 0_u32..4, 0_u32..3_000).prop_map(|(rows, k, phase)| {
            let unit = 10_i64.pow(k);
            let missing: Vec<bool> = rows.iter().map(|it| it.1).collect();
            let estimated: Vec<bool> = rows.iter().map(|it| it.2).collect();
            let value = |it: &(i64, bool, bool)| if it.1 { 0 } else { it.0.saturating_mul(unit) };
            Block {
                minutes: 15,
                phase: phase * 5,
                values: rows.iter().map(value).collect(),
                missing: spans_of(&missing),
                estimated: spans_of(&estimated),
            }
        })
    }

    proptest! {
        #[test]
        fn every_block_comes_back_as_it_was(block in blocks()) {
            prop_assert_eq!(unpack(&pack(&block)), Ok(block));
        }

        #[test]
        fn a_changed_byte_is_noticed(block in blocks(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
            let mut bytes = pack(&block);
            let at = at.index(bytes.len());
            prop_assume!(bytes[at] != to);
            bytes[at] = to;
            prop_assert_eq!(unpack(&bytes), Err(Corrupt::Checksum));
        }

        #[test]
        fn bytes_of_any_kind_are_a_block_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..200), small in any::<bool>()) {
            if small && 3 < bytes.len() {
                bytes.splice(..4, [CODEC, 15, 0, 2]);
            }
            let sum = checksum(&bytes);
            bytes.extend_from_slice(&sum);
            if let Ok(block) = unpack(&bytes) {
                prop_assert_eq!(unpack(&pack(&block)), Ok(block));
            }
        }
    }

    #[test]
    fn a_month_of_quarter_hours_takes_one_to_two_bytes_a_value() {
        let home = |it: i64| {
            10_000 * (20 + (it * 7_919).rem_euclid(61) + if it % 96 == 75 { 900 } else { 0 })
        };
        let month = block((0..2_880).map(home).collect());
        let bytes = pack(&month);
        assert!(bytes.len() * 2 < 2_880 * 3, "{} bytes", bytes.len());
        assert_eq!(unpack(&bytes), Ok(month));
        assert!(pack(&block((0..96).map(home).collect())).len() < 96 * 2, "a day is not padded");
    }

    #[test]
    fn bytes_of_another_codec_or_length_are_refused() {
        let sealed = |body: &[u8]| [body, &checksum(body)].concat();
        assert_eq!(unpack(&[]), Err(Corrupt::Short));
        assert_eq!(unpack(&sealed(&[9])), Err(Corrupt::Codec(9)));
        assert_eq!(unpack(&sealed(&[CODEC, 15, 0])), Err(Corrupt::Short));
        assert_eq!(unpack(&sealed(&[CODEC, 0, 0, 0, 0, 0, 0])), Err(Corrupt::Number));
        assert_eq!(unpack(&sealed(&[CODEC, 15, 0, 0, 4, 1, 3, 2, 0])), Err(Corrupt::Spans));
        assert_eq!(unpack(&sealed(&[CODEC, 15, 0, 0, 0, 0, 0, 7])), Err(Corrupt::Short));
    }
}

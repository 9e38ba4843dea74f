//! A block as bytes, and back.
//!
//! Layout: codec, minutes, phase, decimal exponent, count, missing spans, estimated spans, groups
//! of 128 values (see [`crate::bits`]), checksum. Numbers are seven bits a byte. The second codec
//! differs in how it keeps high bits and knows no phase below zero, the first also in its checksum.

use std::fmt;

use crate::bits::{GROUP, High, put_group, take_group};
use crate::bytes::{Reader, checksum, first_checksum, put, unzigzag, zigzag};
use crate::{Block, DAY_MINUTES, MONTH_MINUTES, Span};

/// The layout above. Another one gets another number, and old blocks stay readable.
const CODEC: u8 = 3;
/// The same with high bits in whole bytes.
const SECOND_CODEC: u8 = 2;
/// The second with a slower checksum.
const FIRST_CODEC: u8 = 1;
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
    assert!(in_month(block.minutes, block.phase, count), "a block lies in one month");
    assert!(in_order(&block.missing, count), "missing spans rise and do not touch");
    assert!(in_order(&block.estimated, count), "estimated spans rise and do not touch");

    let exponent = exponent(&block.values);
    let inverse = inverse_of_power_of_five(exponent).cast_signed();
    let shorter = |it: &i64| (it >> exponent).wrapping_mul(inverse);
    let mut values: Vec<i64> = block.values.iter().map(shorter).collect();
    hide(&mut values, &block.missing);

    let mut bytes = vec![CODEC];
    put(&mut bytes, u64::from(block.minutes));
    put(&mut bytes, zigzag(block.phase.into()));
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
    let mut block = Block::default();
    unpack_into(bytes, &mut block)?;
    Ok(block)
}

/// Turns `block` into the one that `bytes` are, in the memory that it has: whoever reads many
/// blocks asks for memory once. After an error it holds nothing that means anything.
pub fn unpack_into(bytes: &[u8], block: &mut Block) -> Result<(), Corrupt> {
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Corrupt::Short)?;
    let expected = match body.first() {
        Some(&FIRST_CODEC) => first_checksum(body),
        _ => checksum(body),
    };
    if expected != *sum {
        return Err(Corrupt::Checksum);
    }
    let mut from = Reader { rest: body };
    let codec = from.byte()?;
    let high = match codec {
        FIRST_CODEC | SECOND_CODEC => High::Bytes,
        CODEC => High::Bits,
        codec => return Err(Corrupt::Codec(codec)),
    };
    let minutes = u16::try_from(from.number()?).map_err(|_| Corrupt::Number)?;
    let phase = match high {
        High::Bytes => from.small()?.into(),
        High::Bits => unzigzag(from.number()?),
    };
    let phase = i32::try_from(phase).map_err(|_| Corrupt::Number)?;
    let exponent = from.byte()?;
    let count = from.small()?;
    if !in_month(minutes, phase, count) || MOST_EXPONENT < exponent {
        return Err(Corrupt::Number);
    }
    let missing = take_spans(&mut from, count)?;
    let estimated = take_spans(&mut from, count)?;

    let Block { values, .. } = block;
    values.resize(count as usize, 0);
    let unit = 10_i64.pow(u32::from(exponent));
    for group in values.chunks_mut(GROUP) {
        take_group(&mut from, high, unit, group)?;
    }
    if !from.rest.is_empty() {
        return Err(Corrupt::Short);
    }
    for span in &missing {
        values[span.range()].fill(0);
    }
    (block.minutes, block.phase) = (minutes, phase);
    (block.missing, block.estimated) = (missing, estimated);
    Ok(())
}

/// How many decimal zeros every value ends in; no more than [`MOST_EXPONENT`].
fn exponent(values: &[i64]) -> u8 {
    let bits = values.iter().fold(0, |all, it| all | it);
    if bits == 0 {
        return 0;
    }
    // A value that ends in so many decimal zeros ends in as many binary ones.
    let most = u8::try_from(bits.trailing_zeros()).expect("64 at most").min(MOST_EXPONENT);
    let ends_in = |exponent: &u8| {
        let inverse = inverse_of_power_of_five(*exponent);
        let highest = u64::MAX.div_euclid(5_u64.pow(u32::from(*exponent)));
        values.iter().all(|it| it.unsigned_abs().wrapping_mul(inverse) <= highest)
    };
    (0..=most).rev().find(ends_in).expect("every value ends in no zeros")
}

/// What a multiple of this power of five is to be multiplied by, within 64 bits, to be divided by it:
/// a division takes ten times as long. Each turn doubles the bits that are right, from three on.
fn inverse_of_power_of_five(exponent: u8) -> u64 {
    let power = 5_u64.pow(u32::from(exponent));
    (0..5).fold(power, |inverse, _| {
        inverse.wrapping_mul(2_u64.wrapping_sub(power.wrapping_mul(inverse)))
    })
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

fn in_month(minutes: u16, phase: i32, count: u32) -> bool {
    let end = i64::from(count) * i64::from(minutes) + i64::from(phase);
    0 < minutes && -DAY_MINUTES < phase && end < i64::from(MONTH_MINUTES + DAY_MINUTES)
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
        (prop::collection::vec(one, 0..700), 0_u32..4, -287_i32..3_000).prop_map(
            |(rows, k, phase)| {
                let unit = 10_i64.pow(k);
                let missing: Vec<bool> = rows.iter().map(|it| it.1).collect();
                let estimated: Vec<bool> = rows.iter().map(|it| it.2).collect();
                let value =
                    |it: &(i64, bool, bool)| if it.1 { 0 } else { it.0.saturating_mul(unit) };
                Block {
                    minutes: 15,
                    phase: phase * 5,
                    values: rows.iter().map(value).collect(),
                    missing: spans_of(&missing),
                    estimated: spans_of(&estimated),
                }
            },
        )
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
    fn blocks_of_earlier_codecs_are_still_read() {
        // As the program wrote them then.
        let body = "0f3c0396010001030200030320088220699aa669b22ccbb2c3beeffb088220089aa2699a2ccbb22cb\
                    eeffbbe82200882a6699aa6cbb22ccbef3bbeef07eb06397d6bf70200030088c6fa88c6fa88c602";
        let mut month = block((0..150).map(|it| it % 8 * 1_000).collect());
        month.values.iter_mut().skip(7).step_by(50).for_each(|it| *it *= 1_000);
        month.estimated = vec![Span { start: 3, len: 2 }];
        for (codec, sum) in [(FIRST_CODEC, "c892c9b2"), (SECOND_CODEC, "c0eac5a0")] {
            let kept = format!("{codec:02x}{body}{sum}");
            let (pairs, []) = kept.as_bytes().as_chunks::<2>() else { panic!("whole bytes") };
            let byte = |it: &[u8; 2]| u8::from_str_radix(str::from_utf8(it).unwrap(), 16).unwrap();
            let mut bytes: Vec<u8> = pairs.iter().map(byte).collect();
            assert_eq!(unpack(&bytes).as_ref(), Ok(&month));
            let last = bytes.len() - 5;
            bytes[last] ^= 1;
            assert_eq!(unpack(&bytes), Err(Corrupt::Checksum));
        }
    }

    #[test]
    fn values_end_in_as_many_zeros_as_they_do() {
        for (values, zeros) in [
            (vec![], 0),
            (vec![0, 0], 0),
            (vec![0, 16], 0),
            (vec![-3_000, 250], 1),
            (vec![-1_000_000_000_000_000_000, 0], 18),
            (vec![i64::MIN], 0),
            (vec![i64::MAX - 7, -20], 1),
        ] {
            assert_eq!(exponent(&values), zeros, "{values:?}");
            assert_eq!(unpack(&pack(&block(values.clone()))).unwrap().values, values);
        }
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

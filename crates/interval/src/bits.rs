//! Groups of up to 128 values: what each is above the least, in a few bits, and the high bits of
//! the few that need more.
//!
//! A whole group is packed by `bitpacking`; a shorter last one bit after bit, so that a block of
//! one day is not padded to 128.

use bitpacking::{BitPacker, BitPacker4x};

use crate::Corrupt;
use crate::bytes::{Reader, put, unzigzag, zigzag};

/// Values in a whole group.
pub(crate) const GROUP: usize = BitPacker4x::BLOCK_LEN;
/// The bits that every value of a group gets, at most.
const MOST_BITS: u8 = 32;
/// The bits of a place in a group.
const PLACE_BITS: u8 = 7;
/// High bits that fit beside their place in 64.
const MOST_HIGH_BITS: u8 = 64 - PLACE_BITS;

/// How the high bits of the few that need more stand behind the low ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum High {
    /// A byte for the place, and the rest in seven bits a byte: the first two codecs.
    Bytes,
    /// Place and rest, all of one length, bit after bit.
    Bits,
}

/// Appends a group of 1 to [`GROUP`] values, with [`High::Bits`].
pub(crate) fn put_group(bytes: &mut Vec<u8>, values: &[i64]) {
    let least = *values.iter().min().expect("a group has a value");
    let mut room = [0_u64; GROUP];
    let above = &mut room[..values.len()];
    for (above, value) in above.iter_mut().zip(values) {
        *above = value.wrapping_sub(least).cast_unsigned();
    }
    let (bits, more) = best_bits(above);
    let mut low = [0; GROUP];
    for (low, above) in low.iter_mut().zip(&*above) {
        *low = narrow(above & mask(bits));
    }
    let high = || (0_u64..).zip(&*above).filter(|(_, it)| **it >> bits != 0);
    let count = high().count();

    put(bytes, zigzag(least));
    bytes.push(bits);
    bytes.push(u8::try_from(count).expect("a group has at most 128 values"));
    if values.len() == GROUP {
        let mut packed = [0; GROUP * 4];
        let len = BitPacker4x::new().compress(&low, &mut packed, bits);
        bytes.extend_from_slice(&packed[..len]);
    } else {
        put_bits(bytes, low[..values.len()].iter().map(|it| u64::from(*it)), bits);
    }
    if 0 < count {
        bytes.push(more);
        let both = high().map(|(place, above)| ((above >> bits) << PLACE_BITS) | place);
        put_bits(bytes, both, PLACE_BITS + more);
    }
}

/// Reads a group of as many values as there is room for in `values`, each times `unit`.
pub(crate) fn take_group(
    from: &mut Reader<'_>,
    kept: High,
    unit: i64,
    values: &mut [i64],
) -> Result<(), Corrupt> {
    let count = values.len();
    let least = unzigzag(from.number()?);
    let bits = from.byte()?;
    let exceptions = from.byte()?;
    if MOST_BITS < bits {
        return Err(Corrupt::Number);
    }
    let mut low = [0; GROUP];
    let packed = from.take((count * usize::from(bits)).div_ceil(8))?;
    if count == GROUP {
        BitPacker4x::new().decompress(packed, &mut low, bits);
    } else {
        take_tail(packed, &mut low[..count], bits);
    }
    lift(least, &low[..count], (bits, unit), values)?;
    take_high(from, kept, exceptions, |place, high| {
        let (value, low) = values.get_mut(place).zip(low.get(place)).ok_or(Corrupt::Number)?;
        if high.leading_zeros() < u32::from(bits) {
            return Err(Corrupt::Number);
        }
        let above = (high << bits) | u64::from(*low);
        let all = least.wrapping_add(above.cast_signed());
        *value = all.checked_mul(unit).ok_or(Corrupt::Number)?;
        Ok(())
    })
}

/// The values of a group but for their high bits. Whether a product leaves its type is asked once
/// where it can be, and a product of two times 32 bits takes a third of the time of one of 64.
fn lift(
    least: i64,
    low: &[u32],
    (bits, unit): (u8, i64),
    values: &mut [i64],
) -> Result<(), Corrupt> {
    let most = i128::from(least) + i128::from(mask(bits));
    let fits = i64::try_from(most * i128::from(unit)).is_ok();
    let narrow_unit = u32::try_from(unit).ok().filter(|_| fits);
    if let Some((base, unit)) = least.checked_mul(unit).zip(narrow_unit) {
        for (value, low) in values.iter_mut().zip(low) {
            let above = u64::from(*low).wrapping_mul(u64::from(unit));
            *value = base.wrapping_add(above.cast_signed());
        }
        return Ok(());
    }
    for (value, low) in values.iter_mut().zip(low) {
        let whole = least.wrapping_add(i64::from(*low));
        *value = whole.checked_mul(unit).ok_or(Corrupt::Number)?;
    }
    Ok(())
}

/// Shows the place and the high bits of each value that has some.
fn take_high(
    from: &mut Reader<'_>,
    kept: High,
    count: u8,
    mut show: impl FnMut(usize, u64) -> Result<(), Corrupt>,
) -> Result<(), Corrupt> {
    if kept == High::Bytes {
        return (0..count).try_for_each(|_| show(from.byte()?.into(), from.number()?));
    }
    if count == 0 {
        return Ok(());
    }
    let more = from.byte()?;
    if MOST_HIGH_BITS < more {
        return Err(Corrupt::Number);
    }
    let bits = PLACE_BITS + more;
    let packed = from.take((usize::from(count) * usize::from(bits)).div_ceil(8))?;
    let mut room = [0; GROUP * 8 + 8];
    room.get_mut(..packed.len()).ok_or(Corrupt::Number)?.copy_from_slice(packed);
    for nth in 0..usize::from(count) {
        let at = nth * usize::from(bits);
        let [place, ..] = around(&room, at).to_le_bytes();
        show((place & 0x7f).into(), around(&room, at + usize::from(PLACE_BITS)) & mask(more))?;
    }
    Ok(())
}

/// The bits for every value that make the group smallest, and those that the others need more.
fn best_bits(above: &[u64]) -> (u8, u8) {
    let mut of_length = [0_usize; 65];
    for it in above {
        of_length[64 - it.leading_zeros() as usize] += 1;
    }
    let longest = of_length.iter().rposition(|it| 0 < *it).unwrap_or(0);
    let longest = u8::try_from(longest).expect("at most 64");
    // From the most bits down: how many values go beyond them.
    let mut beyond: usize = of_length[usize::from(MOST_BITS) + 1..].iter().sum();
    let (mut best, mut least) = (MOST_BITS, usize::MAX);
    for bits in (longest.saturating_sub(MOST_HIGH_BITS)..=MOST_BITS).rev() {
        let each = PLACE_BITS + longest.saturating_sub(bits);
        let more = usize::from(0 < beyond) * 8;
        let cost = above.len() * usize::from(bits) + beyond * usize::from(each) + more;
        if cost <= least {
            (best, least) = (bits, cost);
        }
        beyond += of_length[usize::from(bits)];
    }
    (best, longest.saturating_sub(best))
}

/// Appends numbers of so many bits each, bit after bit.
fn put_bits(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = u64>, bits: u8) {
    let (mut pending, mut held) = (0_u128, 0);
    for number in numbers {
        pending |= u128::from(number) << held;
        held += bits;
        while 8 <= held {
            bytes.push(pending.to_le_bytes()[0]);
            pending >>= 8;
            held -= 8;
        }
    }
    if 0 < held {
        bytes.push(pending.to_le_bytes()[0]);
    }
}

/// Values bit after bit, of 32 bits at most.
fn take_tail(packed: &[u8], low: &mut [u32], bits: u8) {
    let mut room = [0; GROUP * 4 + 8];
    room[..packed.len()].copy_from_slice(packed);
    let mut at = 0;
    for value in low {
        *value = narrow(around(&room, at) & mask(bits));
        at += usize::from(bits);
    }
}

/// What begins at a bit, at least 57 bits of it: out of the eight bytes around it.
fn around(room: &[u8], at: usize) -> u64 {
    let bytes = room[at >> 3..].first_chunk().expect("there is room behind the last");
    u64::from_le_bytes(*bytes) >> (at & 7)
}

fn mask(bits: u8) -> u64 {
    (1 << bits) - 1
}

fn narrow(low: u64) -> u32 {
    u32::try_from(low).expect("at most 32 bits were kept")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A group as bytes and back, each value times `unit`.
    fn back(values: &[i64], unit: i64) -> Result<Vec<i64>, Corrupt> {
        let mut bytes = Vec::new();
        put_group(&mut bytes, values);
        let mut all = vec![0; values.len()];
        let mut from = Reader { rest: &bytes };
        take_group(&mut from, High::Bits, unit, &mut all)?;
        assert_eq!(from.rest, [], "all of it was read");
        Ok(all)
    }

    #[test]
    fn values_of_every_length_come_back() {
        for bits in 0..64 {
            let values: Vec<i64> =
                (0..128).map(|it| if it % 9 == 0 { 1 << bits } else { it }).collect();
            assert_eq!(back(&values, 1), Ok(values.clone()), "{bits}");
            assert_eq!(back(&values[..77], 1).as_deref(), Ok(&values[..77]), "{bits}");
        }
        assert_eq!(back(&[i64::MIN, i64::MAX, 0], 1), Ok(vec![i64::MIN, i64::MAX, 0]));
    }

    #[test]
    fn a_few_high_values_cost_a_little_more_than_a_byte_each() {
        let mut values: Vec<i64> = (0..128).map(|it| it % 64).collect();
        let mut bytes = Vec::new();
        put_group(&mut bytes, &values);
        let low = bytes.len();
        assert_eq!(low, 3 + 96);
        values.iter_mut().skip(1).step_by(16).for_each(|it| *it += 64);
        bytes.clear();
        put_group(&mut bytes, &values);
        assert_eq!(bytes.len() - low, 1 + 8);
    }

    #[test]
    fn a_product_outside_of_its_type_is_refused() {
        let mut values = [i64::MIN.div_euclid(10) + 1, i64::MAX.div_euclid(10)];
        assert!(back(&values, 10).is_ok(), "the last that fit");
        values[1] += 1;
        assert_eq!(back(&values, 10), Err(Corrupt::Number));
        assert_eq!(back(&values[..1], 10), Ok(vec![values[0] * 10]));
        let near = [i64::MAX.div_euclid(10), i64::MAX.div_euclid(10) - 3];
        assert_eq!(back(&near, 10), Ok(near.map(|it| it * 10).to_vec()), "no room above the least");
        assert_eq!(
            back(&[3, 4], 10_i64.pow(18)),
            Ok([3, 4].iter().map(|it| it * 10_i64.pow(18)).collect())
        );
        assert_eq!(back(&[3, 10], 10_i64.pow(18)), Err(Corrupt::Number));
    }
}

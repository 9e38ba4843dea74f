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
/// What an exception costs beside its own bits: its place and its length.
const EXCEPTION_BITS: usize = 16;

/// Appends a group of 1 to [`GROUP`] values.
pub(crate) fn put_group(bytes: &mut Vec<u8>, values: &[i64]) {
    let least = *values.iter().min().expect("a group has a value");
    let above: Vec<u64> = values.iter().map(|it| it.wrapping_sub(least).cast_unsigned()).collect();
    let bits = best_bits(&above);
    let low: Vec<u32> = above.iter().map(|it| narrow(it & mask(bits))).collect();
    let high: Vec<(u8, u64)> =
        (0..).zip(&above).map(|(at, it)| (at, it >> bits)).filter(|(_, it)| *it != 0).collect();

    put(bytes, zigzag(least));
    bytes.push(bits);
    bytes.push(u8::try_from(high.len()).expect("a group has at most 128 values"));
    if low.len() == GROUP {
        let mut packed = [0; GROUP * 4];
        let len = BitPacker4x::new().compress(&low, &mut packed, bits);
        bytes.extend_from_slice(&packed[..len]);
    } else {
        put_tail(bytes, &low, bits);
    }
    for (at, high) in high {
        bytes.push(at);
        put(bytes, high);
    }
}

/// Reads a group of `count` values.
pub(crate) fn take_group(from: &mut Reader<'_>, count: usize) -> Result<Vec<i64>, Corrupt> {
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
    let mut above: Vec<u64> = low[..count].iter().map(|it| u64::from(*it)).collect();
    for _ in 0..exceptions {
        let at = usize::from(from.byte()?);
        let high = from.number()?;
        let value = above.get_mut(at).ok_or(Corrupt::Number)?;
        if high.leading_zeros() < u32::from(bits) {
            return Err(Corrupt::Number);
        }
        *value |= high << bits;
    }
    Ok(above.into_iter().map(|it| least.wrapping_add(it.cast_signed())).collect())
}

/// The bits for every value that make the group smallest, given that more go beside it.
fn best_bits(above: &[u64]) -> u8 {
    let cost = |bits: u8| {
        let beyond = above.iter().map(|it| 64 - (it >> bits).leading_zeros() as usize);
        let exceptions = beyond.filter(|it| *it != 0).map(|it| it + EXCEPTION_BITS).sum::<usize>();
        above.len() * usize::from(bits) + exceptions
    };
    (0..=MOST_BITS).min_by_key(|bits| cost(*bits)).expect("there are 33 choices")
}

fn put_tail(bytes: &mut Vec<u8>, low: &[u32], bits: u8) {
    let (mut pending, mut held) = (0_u64, 0);
    for value in low {
        pending |= u64::from(*value) << held;
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

fn take_tail(packed: &[u8], low: &mut [u32], bits: u8) {
    let (mut pending, mut held) = (0_u64, 0);
    let mut packed = packed.iter();
    for value in low {
        while held < bits {
            pending |= u64::from(*packed.next().expect("as many as the bits need")) << held;
            held += 8;
        }
        *value = narrow(pending & mask(bits));
        pending >>= bits;
        held -= bits;
    }
}

fn mask(bits: u8) -> u64 {
    (1 << bits) - 1
}

fn narrow(low: u64) -> u32 {
    u32::try_from(low).expect("at most 32 bits were kept")
}

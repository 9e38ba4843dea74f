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
    let mut room = [0_u64; GROUP];
    let above = &mut room[..values.len()];
    for (above, value) in above.iter_mut().zip(values) {
        *above = value.wrapping_sub(least).cast_unsigned();
    }
    let bits = best_bits(above);
    let mut low = [0; GROUP];
    for (low, above) in low.iter_mut().zip(&*above) {
        *low = narrow(above & mask(bits));
    }
    let high = || (0_u8..).zip(&*above).filter(|(_, it)| **it >> bits != 0);

    put(bytes, zigzag(least));
    bytes.push(bits);
    bytes.push(u8::try_from(high().count()).expect("a group has at most 128 values"));
    if values.len() == GROUP {
        let mut packed = [0; GROUP * 4];
        let len = BitPacker4x::new().compress(&low, &mut packed, bits);
        bytes.extend_from_slice(&packed[..len]);
    } else {
        put_tail(bytes, &low[..values.len()], bits);
    }
    for (at, above) in high() {
        bytes.push(at);
        put(bytes, above >> bits);
    }
}

/// Reads a group of as many values as there is room for in `values`.
pub(crate) fn take_group(from: &mut Reader<'_>, values: &mut [i64]) -> Result<(), Corrupt> {
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
    for (value, low) in values.iter_mut().zip(&low) {
        *value = least.wrapping_add(i64::from(*low));
    }
    for _ in 0..exceptions {
        let at = usize::from(from.byte()?);
        let high = from.number()?;
        let value = values.get_mut(at).ok_or(Corrupt::Number)?;
        if high.leading_zeros() < u32::from(bits) {
            return Err(Corrupt::Number);
        }
        *value = value.wrapping_add((high << bits).cast_signed());
    }
    Ok(())
}

/// The bits for every value that make the group smallest, given that more go beside it.
fn best_bits(above: &[u64]) -> u8 {
    let mut of_length = [0_usize; 65];
    for it in above {
        of_length[64 - it.leading_zeros() as usize] += 1;
    }
    // From the most bits down: how many values go beyond them, and by how many bits in all.
    let most = usize::from(MOST_BITS);
    let mut beyond: usize = of_length[most + 1..].iter().sum();
    let mut over: usize = (1..).zip(&of_length[most + 1..]).map(|(by, count)| by * count).sum();
    let (mut best, mut least) = (MOST_BITS, usize::MAX);
    for bits in (0..=MOST_BITS).rev() {
        let cost = above.len() * usize::from(bits) + over + EXCEPTION_BITS * beyond;
        if cost <= least {
            (best, least) = (bits, cost);
        }
        beyond += of_length[usize::from(bits)];
        over += beyond;
    }
    best
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

/// Each value out of the eight bytes around it: a value has 32 bits at most and begins at one of
/// eight.
fn take_tail(packed: &[u8], low: &mut [u32], bits: u8) {
    let mut room = [0; GROUP * 4 + 8];
    room[..packed.len()].copy_from_slice(packed);
    let mut at = 0;
    for value in low {
        let around = room[at >> 3..].first_chunk().expect("there is room behind the last");
        *value = narrow((u64::from_le_bytes(*around) >> (at & 7)) & mask(bits));
        at += usize::from(bits);
    }
}

fn mask(bits: u8) -> u64 {
    (1 << bits) - 1
}

fn narrow(low: u64) -> u32 {
    u32::try_from(low).expect("at most 32 bits were kept")
}

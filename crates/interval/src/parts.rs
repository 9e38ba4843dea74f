//! Where the values of a block came from, when it was laid together from several: runs of values, each
//! from one source.

use crate::Corrupt;
use crate::bytes::{Reader, checksum, put, unzigzag, zigzag};

/// So many values in a row from one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many.
    pub len: u32,
    /// The source's number; `None` between two sources, where nothing is known.
    pub source: Option<i64>,
}

/// The parts as bytes: for each stretch of parts that are equally long, how many there are, how long
/// they are, and how far the number of each source is from the last one's. Nothing is zero away.
///
/// # Panics
/// When two parts in a row, with or without nothing between them, have one source: they are one part
/// to whoever lays them together.
pub fn pack_parts(parts: &[Part]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut last = 0_i64;
    for alike in parts.chunk_by(|one, other| one.len == other.len) {
        put(&mut bytes, alike.len() as u64);
        put(&mut bytes, alike[0].len.into());
        for part in alike {
            let step = part.source.map_or(0, |it| it.wrapping_sub(last));
            assert_eq!(step == 0, part.source.is_none(), "one source is one part");
            last = part.source.unwrap_or(last);
            put(&mut bytes, zigzag(step));
        }
    }
    let sum = checksum(&bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

/// The parts of a block of `count` values that `bytes` are.
pub fn unpack_parts(bytes: &[u8], count: usize) -> Result<Vec<Part>, Corrupt> {
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Corrupt::Short)?;
    if checksum(body) != *sum {
        return Err(Corrupt::Checksum);
    }
    let mut from = Reader { rest: body };
    let (mut parts, mut last, mut all) = (Vec::new(), 0_i64, 0_u64);
    while !from.rest.is_empty() {
        let (alike, len) = (from.number()?, from.small()?);
        all = u64::from(len)
            .checked_mul(alike)
            .and_then(|it| all.checked_add(it))
            .filter(|it| 0 < len && *it <= count as u64)
            .ok_or(Corrupt::Number)?;
        for _ in 0..alike {
            let step = unzigzag(from.number()?);
            last = last.wrapping_add(step);
            parts.push(Part { len, source: (step != 0).then_some(last) });
        }
    }
    match all == count as u64 {
        true => Ok(parts),
        false => Err(Corrupt::Short),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(len: u32, source: i64) -> Part {
        Part { len, source: (source != 0).then_some(source) }
    }

    #[test]
    fn parts_are_found_again_and_those_of_a_month_of_days_take_a_byte_each() {
        let days: Vec<Part> = (0..30).map(|day| part(24, 41_000 + day * 37)).collect();
        let bytes = pack_parts(&days);
        assert_eq!(bytes.len(), 2 + 3 + 29 + 4);
        assert_eq!(unpack_parts(&bytes, 720), Ok(days));
        for parts in [
            vec![],
            vec![part(1, 7)],
            vec![part(23, 9), part(24, 3), part(5, 0), part(19, i64::MAX), part(1, i64::MIN)],
        ] {
            let count = parts.iter().map(|it| it.len as usize).sum();
            assert_eq!(unpack_parts(&pack_parts(&parts), count), Ok(parts));
        }
    }

    #[test]
    fn bytes_that_are_no_parts_are_refused() {
        let bytes = pack_parts(&[part(24, 5), part(24, 6)]);
        assert_eq!(unpack_parts(&bytes, 47), Err(Corrupt::Number));
        assert_eq!(unpack_parts(&bytes, 49), Err(Corrupt::Short));
        assert_eq!(unpack_parts(&bytes[..3], 48), Err(Corrupt::Short));
        let mut other = bytes.clone();
        other[1] ^= 1;
        assert_eq!(unpack_parts(&other, 48), Err(Corrupt::Checksum));
        // More parts than there are bytes, and parts of nothing.
        for body in [&[0xff, 0xff, 0xff, 0xff, 0x7f, 1][..], &[1, 0, 2]] {
            let mut bytes = body.to_vec();
            bytes.extend_from_slice(&checksum(body));
            assert!(unpack_parts(&bytes, 48).is_err(), "{body:?}");
        }
    }

    #[test]
    #[should_panic(expected = "one source is one part")]
    fn one_source_twice_in_a_row_is_a_mistake() {
        pack_parts(&[part(24, 5), part(3, 0), part(24, 5)]);
    }
}

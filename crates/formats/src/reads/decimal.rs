//! Decimals and dates as bytes, read without making text of them.

use jiff::civil::{Date, DateTime};

/// What a number says in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Micro {
    /// Millionths.
    pub(super) micro: i64,
    /// Whether something was finer, and is rounded half to even.
    pub(super) rounded: bool,
}

/// More decimals than these no reader of ours looks at one by one.
const LONGEST: usize = 60;

/// Reads a number: sign, digits, a point, an exponent as spreadsheets write it. `None` when it is
/// none, or too large.
pub(super) fn micro(text: &[u8]) -> Option<Micro> {
    if LONGEST < text.len() {
        return None;
    }
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let exponent_at = digits.iter().position(|it| matches!(it, b'e' | b'E'));
    let (digits, exponent) = match exponent_at {
        Some(at) => (&digits[..at], exponent(&digits[at + 1..])?),
        None => (digits, 0),
    };
    let (mut whole, mut decimals, mut seen, mut point) = (0_i128, 0_i32, false, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                // Past this nothing changes a millionth of anything that fits.
                if whole < 10_i128.pow(36) {
                    whole = whole * 10 + i128::from(byte - b'0');
                    decimals += i32::from(point);
                } else if !point {
                    return None;
                }
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    if !seen {
        return None;
    }
    let (value, rounded) = shifted(whole, 6 + exponent - decimals)?;
    let value = i64::try_from(value).ok()?;
    Some(Micro { micro: if negative { -value } else { value }, rounded })
}

fn exponent(text: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(text).ok()?;
    text.parse().ok().filter(|it: &i32| it.abs() <= 40)
}

/// `value` times ten to the `places`, and whether it was rounded.
pub(super) fn shifted(value: i128, places: i32) -> Option<(i128, bool)> {
    let power = 10_i128.checked_pow(places.unsigned_abs());
    if 0 <= places {
        return if value == 0 {
            Some((0, false))
        } else {
            Some((value.checked_mul(power?)?, false))
        };
    }
    let Some(power) = power else { return Some((0, value != 0)) };
    let (whole, rest) = (value.div_euclid(power), value.rem_euclid(power));
    let up = power < 2 * rest || (power == 2 * rest && whole.rem_euclid(2) == 1);
    Some((whole + i128::from(up), rest != 0))
}

/// Reads a whole number of digits only.
pub(super) fn count(text: &[u8]) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 9 && text.iter().all(u8::is_ascii_digit);
    digits.then(|| text.iter().fold(0, |sum, it| sum * 10 + u32::from(it - b'0')))
}

/// Seconds since 1970 of a date and time without separators: `CCYYMMDD`, `CCYYMMDDhhmm` or
/// `CCYYMMDDhhmmss`. Midnight may be the end of a day, written 2400.
pub(super) fn instant(text: &[u8]) -> Option<i64> {
    if ![8, 12, 14].contains(&text.len()) {
        return None;
    }
    let day = day(&text[..8])?;
    let two = |at: usize| text.get(at..at + 2).map_or(Some(0), count).map(i64::from);
    let (hour, minute, second) = (two(8)?, two(10)?, two(12)?);
    let real = (hour < 24 && minute < 60 && second < 60) || (hour == 24 && minute + second == 0);
    real.then_some(day + hour * 3600 + minute * 60 + second)
}

/// Seconds since 1970 at which a day begins: `CCYYMMDD`.
pub(super) fn day(text: &[u8]) -> Option<i64> {
    let digits = text.len() == 8 && text.iter().all(u8::is_ascii_digit);
    let part = |from: usize, to: usize| text.get(from..to).and_then(count);
    if !digits {
        return None;
    }
    let year = i16::try_from(part(0, 4)?).ok()?;
    let (month, day) = (i8::try_from(part(4, 6)?).ok()?, i8::try_from(part(6, 8)?).ok()?);
    Date::new(year, month, day).ok().map(begins)
}

/// Seconds since 1970 at which a day begins.
pub(super) fn begins(day: Date) -> i64 {
    wall(day.to_datetime(jiff::civil::Time::midnight()))
}

/// Seconds since 1970 of what a clock showed, as if it were in UTC.
pub(super) fn wall(at: DateTime) -> i64 {
    at.to_zoned_datetime(jiff::tz::TimeZone::UTC).map_or(0, |it| it.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<(i64, bool)> {
        micro(text.as_bytes()).map(|it| (it.micro, it.rounded))
    }

    #[test]
    fn numbers_are_read_as_files_write_them() {
        assert_eq!(of("1204.5"), Some((1_204_500_000, false)));
        assert_eq!(of(".005"), Some((5_000, false)));
        assert_eq!(of("7."), Some((7_000_000, false)));
        assert_eq!(of("-0.25"), Some((-250_000, false)));
        assert_eq!(of("+3"), Some((3_000_000, false)));
        assert_eq!(of("006342.8"), Some((6_342_800_000, false)));
        assert_eq!(of("1.5E-3"), Some((1_500, false)));
        assert_eq!(of("1e3"), Some((1_000_000_000, false)));
        assert_eq!(of("0.0000005"), Some((0, true)));
        assert_eq!(of("0.0000015"), Some((2, true)));
        assert_eq!(of("0.1000000000000000055511151231257827"), Some((100_000, true)));
        assert_eq!(of("0E-99"), None);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", ".", "-", "1,5", "1.2.3", "A", "NaN", "inf", "1_000", "0x1", "--1", "1e"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of("99999999999999"), None);
        assert_eq!(of("9e40"), None);
    }

    #[test]
    fn times_are_read_without_separators() {
        assert_eq!(instant(b"19700102"), Some(86_400));
        assert_eq!(instant(b"197001010130"), Some(5_400));
        assert_eq!(instant(b"19700101013001"), Some(5_401));
        assert_eq!(instant(b"197001012400"), Some(86_400));
        for wrong in
            ["20260230", "202602", "202601012401", "202601012500", "2026-01-01", "202601010160"]
        {
            assert_eq!(instant(wrong.as_bytes()), None, "{wrong}");
        }
    }
}

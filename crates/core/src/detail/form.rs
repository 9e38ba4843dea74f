//! Details that are more than a word or a line: ratios, places on the earth, tests of meters,
//! account numbers.
//!
//! Each comes back in one form, however it was written, so that two that say the same are the same.

use jiff::civil::Date;

use crate::id::AccountNumber;
use crate::text::{decimal, scaled};

/// Places after the point of a degree: a millionth is a hand's breadth.
const DEGREES: usize = 6;
/// Places after the point of a factor.
const FACTOR: usize = 6;
/// Places after the point of a percentage of what is right.
const PERCENT: usize = 3;
/// A meter that shows twice as much as went through it is broken, not inaccurate.
const MOST_PERCENT: i64 = 200_000;

/// `200:5`: what goes through and what the meter is shown of it.
pub(super) fn ratio(text: &str) -> Option<String> {
    let (whole, part) = text.split_once(':')?;
    let side = |text: &str| scaled(text.trim(), FACTOR).filter(|it| 0 < *it);
    let (whole, part) = (side(whole)?, side(part)?);
    (part <= whole).then(|| format!("{}:{}", decimal(whole, FACTOR), decimal(part, FACTOR)))
}

/// `1.0832`: above zero.
pub(super) fn factor(text: &str) -> Option<String> {
    scaled(text, FACTOR).filter(|it| 0 < *it).map(|it| decimal(it, FACTOR))
}

/// `47.606209, -122.332069`: degrees of latitude and of longitude.
pub(super) fn geocode(text: &str) -> Option<String> {
    let (north, east) = text.split_once(',')?;
    let degrees = |text: &str, most: i64| {
        let degrees = scaled(text.trim(), DEGREES)?;
        (-most * 1_000_000..=most * 1_000_000).contains(&degrees).then(|| decimal(degrees, DEGREES))
    };
    Some(format!("{}, {}", degrees(north, 90)?, degrees(east, 180)?))
}

/// `2026-03-01 found 98.7 left 100.1`: the day of a test, and how much of what went through the
/// meter showed before and after, in percent.
pub(super) fn test(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let mut next = || words.next();
    let on: Date = next()?.parse().ok()?;
    let mut percent = |word: &str| {
        if !next()?.eq_ignore_ascii_case(word) {
            return None;
        }
        let shown = scaled(next()?.trim_end_matches('%'), PERCENT)?;
        (0..=MOST_PERCENT).contains(&shown).then(|| decimal(shown, PERCENT))
    };
    let (found, left) = (percent("found")?, percent("left")?);
    words.next().is_none().then(|| format!("{on} found {found} left {left}"))
}

/// `4417-0926-8`: the number of an account.
pub(super) fn account(text: &str) -> Option<String> {
    AccountNumber::parse(text).map(|it| it.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_and_factors_are_above_zero() {
        assert_eq!(ratio("200 : 5"), Some("200:5".to_owned()));
        assert_eq!(ratio("2400:120.0"), Some("2400:120".to_owned()));
        for wrong in ["200", "5:200", "0:0", "200:0", "-200:-5", "200:5:1", "a:b"] {
            assert_eq!(ratio(wrong), None, "{wrong}");
        }
        assert_eq!(factor("1.0832"), Some("1.0832".to_owned()));
        for wrong in ["0", "-1", "one", ""] {
            assert_eq!(factor(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_place_is_on_the_earth() {
        let there = Some("47.606209, -122.332069".to_owned());
        assert_eq!(geocode("47.606209,-122.332069"), there);
        assert_eq!(geocode("-90, 180"), Some("-90, 180".to_owned()));
        for wrong in ["47.6", "-122.332069, 47.606209", "90.000001, 0", "0, 180.5", "N 47, W 122"] {
            assert_eq!(geocode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_test_has_a_day_and_what_was_found_and_left() {
        let read = Some("2026-03-01 found 98.7 left 100.1".to_owned());
        assert_eq!(test("2026-03-01  Found 98.70% left 100.1"), read);
        for wrong in [
            "2026-03-01 found 98.7",
            "2026-02-30 found 98.7 left 100",
            "found 98.7 left 100 2026-03-01",
            "2026-03-01 found 201 left 100",
            "2026-03-01 found -1 left 100",
            "2026-03-01 found 98.7 left 100 by hand",
        ] {
            assert_eq!(test(wrong), None, "{wrong}");
        }
    }
}

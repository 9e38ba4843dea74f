//! Numbers of the database as billionths.

use meterbook_core::text::scaled;
use serde_json::Value;

/// A number in billionths. Digits beyond the ninth decimal, which a few rates have where somebody
/// divided, are rounded to the nearest.
pub(super) fn nano(value: &Value) -> Result<i64, String> {
    let wrong = || format!("{value} is not a number that a price or a limit can have");
    // The shortest decimal of the number is the one that was written, without an exponent.
    let number = value.as_f64().ok_or_else(wrong)?;
    let text = number.to_string();
    match text.split_once('.') {
        Some((_, part)) if 9 < part.len() => scaled(&format!("{number:.9}"), 9).ok_or_else(wrong),
        // More than fits is more than anybody uses.
        _ if 1e9 <= number => Ok(i64::MAX),
        _ => scaled(&text, 9).ok_or_else(wrong),
    }
}

/// The same; nothing is zero.
pub(super) fn nano_or_zero(value: Option<&Value>) -> Result<i64, String> {
    value.map_or(Ok(0), nano)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Option<i64>) {
        assert_eq!(nano(&serde_json::from_str(text).unwrap()).ok(), want, "{text}");
    }

    #[test]
    fn a_number_is_read_as_it_was_written() {
        check("0.1", Some(100_000_000));
        check("5e-05", Some(50_000));
        check("-0.00213", Some(-2_130_000));
        check("0.08333333333333333", Some(83_333_333));
        check("1e+38", Some(i64::MAX));
        check("\"0.1\"", None);
    }
}

//! Amounts and days as messages write them.

use meterbook_core::money::Money;

/// A decimal of a message: no sign, at most two digits after the point, more where they are zeros.
pub(super) fn amount(text: &str) -> Option<Money> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let some = !whole.is_empty() || !part.is_empty();
    if !some || !digits(whole) || !digits(part) || 2 < part.len() {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok().map(Money::from_cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_cents() {
        let cents = |text| amount(text).map(Money::cents);
        assert_eq!(cents("12.5"), Some(1250));
        assert_eq!(cents("12.50000"), Some(1250));
        assert_eq!(cents("7"), Some(700));
        assert_eq!(cents(".05"), Some(5));
        for wrong in ["", ".", "-1", "1,5", "1.005", "1e3", "99999999999999999999"] {
            assert_eq!(cents(wrong), None, "{wrong}");
        }
    }
}

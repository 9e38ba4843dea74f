//! What is counted in a drawer: `20x5 5x2 1x8 0.25x4` are five twenties, two fives, eight ones and four
//! quarters.

use crate::money::Money;

/// What a count comes to; what is counted as one sum may be said as that.
///
/// # Errors
/// A sentence that names what is no count.
pub fn counted(text: &str) -> Result<Money, String> {
    let wrong =
        |word: &str| format!("{word} is no count; write it like 20x5 5x2 0.25x4, or 118.00");
    let mut sum = Money::ZERO;
    for word in text.split_whitespace() {
        let (worth, pieces) = word.split_once('x').unwrap_or((word, "1"));
        let worth = Money::parse(worth).map_err(|_| wrong(word))?;
        let pieces: i64 = pieces.parse().map_err(|_| wrong(word))?;
        if worth <= Money::ZERO || !(0..1_000_000).contains(&pieces) {
            return Err(wrong(word));
        }
        let cents = worth.cents().checked_mul(pieces).ok_or_else(|| wrong(word))?;
        sum += Money::from_cents(cents);
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_times_their_worth_add_up() {
        for (text, cents) in
            [("20x5 5x2 1x8 0.25x4", 11_900), ("118.00", 11_800), ("", 0), ("5x0", 0)]
        {
            assert_eq!(counted(text), Ok(Money::from_cents(cents)), "{text}");
        }
        for text in ["20y5", "20x", "x5", "-20x5", "20x-1", "0x3", "99999999x999999999"] {
            assert!(counted(text).unwrap_err().contains("is no count; write it like"), "{text}");
        }
    }
}

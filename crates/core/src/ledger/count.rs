//! What is counted in a drawer: `20x5 5x2 1x8 0.25x4` are five twenties, two fives, eight ones and four
//! quarters, and `3:77.00` are three checks that come to that.

use std::fmt;

use crate::money::Money;

/// Checks that lie together: how many, and what they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// How many.
    pub count: i64,
    /// What they come to.
    pub sum: Money,
}

impl Checks {
    /// None at all.
    pub const NONE: Checks = Checks { count: 0, sum: Money::ZERO };

    /// What was counted, written like `3:77.00`; nothing is none.
    ///
    /// # Errors
    /// A sentence that names what is no count.
    pub fn parse(text: &str) -> Result<Checks, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Checks::NONE);
        }
        let wrong = || {
            format!(
                "{text} is no count of checks; write how many and what they come to, like 3:77.00"
            )
        };
        let (count, sum) = text.split_once(':').ok_or_else(wrong)?;
        let count: i64 = count.trim().parse().map_err(|_| wrong())?;
        let sum = Money::parse(sum.trim()).map_err(|_| wrong())?;
        let some = 0 < count && Money::ZERO < sum;
        if !(0..1_000_000).contains(&count) || !some && (count, sum) != (0, Money::ZERO) {
            return Err(wrong());
        }
        Ok(Checks { count, sum })
    }
}

impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.count == 1 { "check" } else { "checks" };
        write!(f, "{} {what} of {}", self.count, self.sum)
    }
}

/// Checks as they were counted, and those that should have been there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What was counted.
    pub counted: Checks,
    /// What should be there.
    pub expected: Checks,
}

impl Compared {
    /// What is over; below zero where some are missing.
    pub fn over(&self) -> Money {
        self.counted.sum - self.expected.sum
    }

    /// Whether both are the same, in number too.
    pub fn agrees(&self) -> bool {
        self.counted == self.expected
    }
}

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
    fn checks_are_a_number_and_a_sum() {
        let checks = |count, cents| Ok(Checks { count, sum: Money::from_cents(cents) });
        assert_eq!(Checks::parse(" 3:77.00 "), checks(3, 7_700));
        assert_eq!(Checks::parse("1 : 0.01"), checks(1, 1));
        assert_eq!(Checks::parse(""), Ok(Checks::NONE));
        assert_eq!(Checks::parse("0:0.00"), Ok(Checks::NONE));
        for text in ["77.00", "3", "3:", ":77.00", "0:77.00", "3:0", "-1:5.00", "1:-5.00", "3x5"] {
            assert!(Checks::parse(text).unwrap_err().contains("is no count of checks"), "{text}");
        }
        assert_eq!(checks(1, 500).unwrap().to_string(), "1 check of $5.00");
        assert_eq!(checks(2, 500).unwrap().to_string(), "2 checks of $5.00");
        let [counted, expected] = [checks(2, 500).unwrap(), checks(1, 500).unwrap()];
        let it = Compared { counted, expected };
        assert!(it.over() == Money::ZERO && !it.agrees(), "the number counts too");
    }

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

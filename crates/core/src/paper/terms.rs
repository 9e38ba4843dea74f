//! What a bill says of being paid late, of ways to pay, and of what to do about one that is wrong.

use super::brand::{of, said};
use super::{NotRead, filled, first_word, lines};
use crate::money::{Money, Rounding, Share};
use crate::person::Language;

/// The text that holds while the utility says no other.
pub const DEFAULT: &str = include_str!("terms.txt");

/// The names that words of terms may have in braces.
pub const FIELDS: [&str; 4] = ["phone", "site", "address", "due"];

/// Late charge and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What is added to an amount that is paid late; `None` where nothing is.
    pub late: Option<Share>,
    /// How to pay.
    pub pay: Vec<(Language, String)>,
    /// What to do about a bill that is wrong.
    pub dispute: Vec<(Language, String)>,
    /// Whom to ask when the utility's answer does not help.
    pub regulator: Vec<(Language, String)>,
    /// What this bill's reader should know; nothing where nothing is said.
    pub message: Vec<(Language, String)>,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms::parse(DEFAULT).expect("a test reads the text that comes with it")
    }
}

impl Terms {
    /// Reads a text.
    ///
    /// # Errors
    /// The line that is not understood, with the way out.
    pub fn parse(text: &str) -> Result<Terms, NotRead> {
        let mut terms = Terms {
            late: None,
            pay: Vec::new(),
            dispute: Vec::new(),
            regulator: Vec::new(),
            message: Vec::new(),
        };
        let mut late = None;
        for (line, text) in lines(text) {
            let (word, rest) = first_word(text);
            let taken = match word {
                "late-charge" if late.is_some() => {
                    Err("late-charge is said twice; leave one".into())
                }
                "late-charge" => share(rest).map(|it| late = Some(it)),
                "pay" => worded(&mut terms.pay, rest),
                "dispute" => worded(&mut terms.dispute, rest),
                "regulator" => worded(&mut terms.regulator, rest),
                "message" => worded(&mut terms.message, rest),
                _ => Err(format!(
                    "{word} is nothing of terms; write late-charge, pay, dispute, regulator or message"
                )),
            };
            taken.map_err(|what| NotRead { line, what })?;
        }
        terms.late = late.ok_or_else(|| NotRead {
            line: 1,
            what: "no late charge is said; write late-charge 1.5% or late-charge none".to_owned(),
        })?;
        Ok(terms)
    }

    /// What has to be paid after the due day. Half a cent is a cent. A credit is not charged.
    pub fn after_due(&self, amount: Money) -> Money {
        match self.late {
            Some(share) if Money::ZERO < amount => {
                amount + share.of(amount).round(Rounding::HalfUp)
            }
            _ => amount,
        }
    }

    /// Words in a language, with values in the place of their names; empty where nothing is said.
    pub fn words(
        all: &[(Language, String)],
        language: Language,
        values: &[(&str, &str)],
    ) -> String {
        let text = of(all, language).unwrap_or_default();
        filled(text, values).unwrap_or_else(|_| text.to_owned())
    }
}

fn share(text: &str) -> Result<Option<Share>, String> {
    if text == "none" {
        return Ok(None);
    }
    let wrong = || format!("`{text}` is no late charge; write 1.5% or none");
    let share = Share::parse(text).map_err(|_| wrong())?;
    // A tenth of the bill is more than any regulator allows; ten times that is a slip.
    if share.nano <= 0 || 100_000_000 < share.nano {
        return Err(format!("{text} is no late charge; write one above 0% and at most 10%"));
    }
    Ok(Some(share))
}

/// What is said, if every name in it is one of [`FIELDS`].
fn worded(all: &mut Vec<(Language, String)>, text: &str) -> Result<(), String> {
    filled(text, &FIELDS.map(|it| (it, ""))).map_err(|name| {
        format!(
            "{{{name}}} is not known; write one of {}",
            FIELDS.map(|it| format!("{{{it}}}")).join(", ")
        )
    })?;
    said(all, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_that_comes_with_the_program_is_read() {
        let terms = Terms::default();
        for all in [&terms.pay, &terms.dispute] {
            assert_eq!(all.len(), Language::ALL.len());
        }
    }

    #[test]
    fn what_is_paid_late_is_more_by_a_share_and_a_credit_is_not() {
        let terms = Terms::parse("late-charge 1.5%").unwrap();
        let late = |cents| terms.after_due(Money::from_cents(cents)).cents();
        assert_eq!(late(35_032), 35_557, "the bill of the mock-up: 5.2548");
        assert_eq!(late(-10_000), -10_000);
        assert_eq!(Terms::default().after_due(Money::from_cents(1)).cents(), 1);
    }

    #[test]
    fn what_is_no_terms_is_refused_with_its_line() {
        for (text, line, what) in [
            ("", 1, "no late charge is said; write late-charge 1.5% or late-charge none"),
            ("late-charge much", 1, "`much` is no late charge; write 1.5% or none"),
            ("late-charge 15%", 1, "15% is no late charge; write one above 0% and at most 10%"),
            ("late-charge none\nlate-charge 1%", 2, "late-charge is said twice; leave one"),
            (
                "late-charge none\npay en Call {telephone}",
                2,
                "{telephone} is not known; write one of {phone}, {site}, {address}, {due}",
            ),
            (
                "fee 3",
                1,
                "fee is nothing of terms; write late-charge, pay, dispute, regulator or message",
            ),
        ] {
            let what = what.to_owned();
            assert_eq!(Terms::parse(text), Err(NotRead { line, what }), "{text}");
        }
    }
}

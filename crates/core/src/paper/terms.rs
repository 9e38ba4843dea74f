//! What a bill says of ways to pay, and of what to do about one that is wrong.

use super::brand::{of, said};
use super::{NotRead, filled, first_word, lines};
use crate::person::Language;

/// The text that holds while the utility says no other.
pub const DEFAULT: &str = include_str!("terms.txt");

/// What a line of being late began with.
const LATE_CHARGE: &str = "late-charge";

/// The names that words of terms may have in braces.
pub const FIELDS: [&str; 4] = ["phone", "site", "address", "due"];

/// Words of the utility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
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
            pay: Vec::new(),
            dispute: Vec::new(),
            regulator: Vec::new(),
            message: Vec::new(),
        };
        for (line, text) in lines(text) {
            let (word, rest) = first_word(text);
            let taken = match word {
                // Texts that are out say it. What being late costs is said once, by the rules of late fees:
                // a bill said that nothing is added, and a fee came with the next one.
                LATE_CHARGE => Ok(()),
                "pay" => worded(&mut terms.pay, rest),
                "dispute" => worded(&mut terms.dispute, rest),
                "regulator" => worded(&mut terms.regulator, rest),
                "message" => worded(&mut terms.message, rest),
                _ => Err(format!(
                    "{word} is nothing of terms; write pay, dispute, regulator or message"
                )),
            };
            taken.map_err(|what| NotRead { line, what })?;
        }
        Ok(terms)
    }

    /// The line of a text that says what being late costs, which no new one does.
    pub fn late_charge(text: &str) -> Option<usize> {
        lines(text).find(|it| first_word(it.1).0 == LATE_CHARGE).map(|it| it.0)
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
    fn what_being_late_costs_is_no_term() {
        let kept = Terms::parse("late-charge 1.5%\npay en Here.\npay es Aquí.").unwrap();
        assert_eq!(kept, Terms::parse("pay en Here.\npay es Aquí.").unwrap());
        let line = |text| Terms::late_charge(text);
        assert_eq!((line("\nlate-charge none"), line(DEFAULT)), (Some(2), None));
    }

    #[test]
    fn what_is_no_terms_is_refused_with_its_line() {
        for (text, line, what) in [
            (
                "\npay en Call {telephone}",
                2,
                "{telephone} is not known; write one of {phone}, {site}, {address}, {due}",
            ),
            ("fee 3", 1, "fee is nothing of terms; write pay, dispute, regulator or message"),
        ] {
            let what = what.to_owned();
            assert_eq!(Terms::parse(text), Err(NotRead { line, what }), "{text}");
        }
    }
}

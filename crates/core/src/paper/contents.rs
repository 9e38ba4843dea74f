//! What a regulator wants on a bill: a list of items, and sentences to the letter.

use super::brand::said;
use super::{NotRead, first_word, lines};
use crate::person::Language;

/// The text that holds while the utility says no other.
pub const DEFAULT: &str = include_str!("contents.txt");

/// Something that a bill has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// What the meter showed, first and last.
    Reads,
    /// The days of these reads.
    ReadDates,
    /// A letter that tells an actual read from an estimated one.
    ReadKind,
    /// The word beside a read that was estimated.
    Estimated,
    /// What the difference is multiplied by.
    Multiplier,
    /// What was used, with its unit.
    Units,
    /// The code and name of the tariff.
    Tariff,
    /// Every charge: quantity, price, amount.
    Lines,
    /// Every tax.
    Taxes,
    /// The days that are billed, and how many.
    Period,
    /// The day by which it is to be paid.
    DueDate,
    /// What is added to what is paid late.
    LateCharge,
    /// What was used in the same days of the year before.
    LastYear,
    /// How to pay.
    HowToPay,
    /// What to do about a bill that is wrong, and where to write.
    HowToDispute,
    /// Whom to ask when the utility's answer does not help.
    Regulator,
    /// The telephone number.
    Phone,
    /// What was paid since the last bill.
    Payments,
    /// What was owed before the new charges.
    Balance,
    /// The account on each page.
    AccountOnEveryPage,
}

words! {
    Item {
        Reads = "reads", ReadDates = "read-dates", ReadKind = "read-kind", Estimated = "estimated",
        Multiplier = "multiplier", Units = "units", Tariff = "tariff", Lines = "lines",
        Taxes = "taxes", Period = "period", DueDate = "due-date", LateCharge = "late-charge",
        LastYear = "last-year", HowToPay = "how-to-pay", HowToDispute = "how-to-dispute",
        Regulator = "regulator", Phone = "phone", Payments = "payments", Balance = "balance",
        AccountOnEveryPage = "account-on-every-page",
    }
}

/// Everything that one regulator wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The items.
    pub items: Vec<Item>,
    /// Sentences that have to be printed as they are.
    pub sentences: Vec<(Language, String)>,
}

impl Default for Contents {
    fn default() -> Contents {
        Contents::parse(DEFAULT).expect("a test reads the text that comes with it")
    }
}

impl Contents {
    /// Reads a text.
    ///
    /// # Errors
    /// The line that is not understood, with the way out.
    pub fn parse(text: &str) -> Result<Contents, NotRead> {
        let mut contents = Contents { items: Vec::new(), sentences: Vec::new() };
        for (line, text) in lines(text) {
            let refused = |what: String| NotRead { line, what };
            let (word, rest) = first_word(text);
            if word == "says" {
                let mut sentence = Vec::new();
                said(&mut sentence, rest).map_err(refused)?;
                contents.sentences.append(&mut sentence);
                continue;
            }
            let item = Item::from_word(text).ok_or_else(|| {
                let all: Vec<&str> = Item::ALL.iter().map(|it| it.word()).collect();
                refused(format!(
                    "{text} is nothing that a bill could be asked for; write one of {}, or says en WORDS",
                    all.join(", ")
                ))
            })?;
            contents.items.push(item);
        }
        Ok(contents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_items_and_sentences() {
        let text = "# PUC\ntaxes\nsays en You may complain to the commission.\nreads";
        let contents = Contents::parse(text).unwrap();
        assert_eq!(contents.items, [Item::Taxes, Item::Reads]);
        let sentence = "You may complain to the commission.".to_owned();
        assert_eq!(contents.sentences, [(Language::English, sentence)]);
        assert!(!Contents::default().items.is_empty());
    }

    #[test]
    fn what_no_bill_says_is_refused_with_its_line() {
        let why = Contents::parse("reads\nhoroscope").unwrap_err().to_string();
        assert!(why.starts_with("line 2: horoscope is nothing that a bill could be asked for"));
        assert!(why.ends_with("account-on-every-page, or says en WORDS"), "{why}");
        let why = Contents::parse("says You may").unwrap_err().to_string();
        assert_eq!(why, "line 1: `You` is no language; write en or es before the words");
    }
}

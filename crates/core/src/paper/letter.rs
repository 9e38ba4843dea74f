//! Letters: a text for each cause, with names for what is known, in every language.

use jiff::civil::Date;

use super::brand::{of, said};
use super::{Look, NotRead, filled, first_word, lines};
use crate::bill::Utility;
use crate::id::AccountNumber;
use crate::moves::MoveKind;
use crate::person::Language;

/// Why a letter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LetterCause {
    /// Somebody became a customer.
    SignUp,
    /// Service begins.
    Start,
    /// Service ends.
    Stop,
    /// Service goes on elsewhere.
    Transfer,
    /// A bill waits for somebody to look at it.
    BillHeld,
    /// Something is past due: a friendly word.
    Reminder,
    /// Something is past due, and service will be cut off.
    Notice,
    /// What was agreed to be paid in parts was not.
    PlanBroken,
    /// Security is asked for.
    DepositAsked,
    /// A payment came back.
    PaymentReturned,
}

words! {
    LetterCause {
        SignUp = "sign-up", Start = "start", Stop = "stop", Transfer = "transfer",
        BillHeld = "bill-held", Reminder = "reminder", Notice = "notice",
        PlanBroken = "plan-broken", DepositAsked = "deposit-asked",
        PaymentReturned = "payment-returned",
    }
}

impl LetterCause {
    /// The text that holds while the utility says no other.
    pub const fn default_text(self) -> &'static str {
        match self {
            LetterCause::SignUp
            | LetterCause::Start
            | LetterCause::Stop
            | LetterCause::Transfer => include_str!("letters/move.txt"),
            LetterCause::BillHeld => include_str!("letters/held.txt"),
            LetterCause::Reminder => include_str!("letters/reminder.txt"),
            LetterCause::Notice => include_str!("letters/notice.txt"),
            LetterCause::PlanBroken => include_str!("letters/plan_broken.txt"),
            LetterCause::DepositAsked => include_str!("letters/deposit_asked.txt"),
            LetterCause::PaymentReturned => include_str!("letters/payment_returned.txt"),
        }
    }

    /// Whether what causes it sends it by itself; nobody else does.
    pub const fn goes_by_itself(self) -> bool {
        self.of_move().is_none() && !matches!(self, LetterCause::BillHeld)
    }

    /// Whether it goes out on paper to who otherwise fetches what there is for them: nobody is cut off
    /// who was not told.
    pub const fn must_go(self) -> bool {
        matches!(self, LetterCause::Notice)
    }

    /// The move that such a letter is about.
    pub const fn of_move(self) -> Option<MoveKind> {
        match self {
            LetterCause::SignUp => Some(MoveKind::SignUp),
            LetterCause::Start => Some(MoveKind::Start),
            LetterCause::Stop => Some(MoveKind::Stop),
            LetterCause::Transfer => Some(MoveKind::Transfer),
            _ => None,
        }
    }

    /// The names that its text may have in braces.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            LetterCause::BillHeld => &["name", "account", "utility", "phone", "site", "from", "to"],
            LetterCause::Reminder | LetterCause::Notice => &[
                "name", "account", "utility", "phone", "site", "amount", "due", "step", "pay-by",
                "earliest",
            ],
            LetterCause::PlanBroken => {
                &["name", "account", "utility", "phone", "site", "amount", "part", "agreed"]
            }
            LetterCause::DepositAsked => {
                &["name", "account", "utility", "phone", "site", "amount", "first", "parts"]
            }
            LetterCause::PaymentReturned => {
                &["name", "account", "utility", "phone", "site", "amount", "paid"]
            }
            _ => &["name", "account", "utility", "phone", "site"],
        }
    }
}

/// What a letter says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub subject: Vec<(Language, String)>,
    /// What it says.
    pub text: Vec<(Language, String)>,
    /// What it says behind its list.
    pub after: Vec<(Language, String)>,
}

impl Letter {
    /// The letter that comes with the program.
    ///
    /// # Panics
    /// Never: a test reads them all.
    pub fn default_of(cause: LetterCause) -> Letter {
        Letter::parse(cause.default_text(), cause)
            .expect("a test reads the texts that come with it")
    }

    /// Reads a text.
    ///
    /// # Errors
    /// The line that is not understood, with the way out.
    pub fn parse(text: &str, cause: LetterCause) -> Result<Letter, NotRead> {
        let mut letter = Letter::default();
        let mut last = 1;
        for (line, text) in lines(text) {
            let (word, rest) = first_word(text);
            let part = match word {
                "subject" => Ok(&mut letter.subject),
                "text" => Ok(&mut letter.text),
                "after" => Ok(&mut letter.after),
                _ => Err(format!("{word} is nothing of a letter; write subject, text or after")),
            };
            let fields: Vec<(&str, &str)> = cause.fields().iter().map(|it| (*it, "")).collect();
            let known = filled(rest, &fields).map_err(|name| {
                let all: Vec<String> =
                    cause.fields().iter().map(|it| format!("{{{it}}}")).collect();
                format!("{{{name}}} is not known of {cause}; write one of {}", all.join(", "))
            });
            let taken = known.and_then(|_| said(part?, rest));
            taken.map_err(|what| NotRead { line, what })?;
            last = line;
        }
        for (word, part) in [("subject", &letter.subject), ("text", &letter.text)] {
            for language in Language::ALL {
                if of(part, *language).is_none() {
                    let what =
                        format!("there is no {word} in {language}; write {word} {language} …");
                    return Err(NotRead { line: last, what });
                }
            }
        }
        Ok(letter)
    }
}

/// A letter to somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Who sends it.
    pub utility: Utility,
    /// Whose account it is about.
    pub account: AccountNumber,
    /// The language it is written in.
    pub language: Language,
    /// Name, then address lines.
    pub addressed_to: Vec<String>,
    /// The day on it.
    pub on: Date,
    /// Why it is written.
    pub cause: LetterCause,
    /// What is known beside the utility, the account and the name.
    pub values: Vec<(&'static str, String)>,
    /// What it lists.
    pub listed: Vec<String>,
    /// What paper says on that day.
    pub look: Look,
}

impl Written {
    /// Its subject, what it says, and what it says behind its list.
    pub fn said(&self) -> [String; 3] {
        let own = self.look.letters.iter().find(|it| it.0 == self.cause).map(|it| it.1.clone());
        let letter = own.unwrap_or_else(|| Letter::default_of(self.cause));
        let name = self.addressed_to.first().map_or("", String::as_str);
        let account = self.account.to_string();
        let mut values = vec![
            ("name", name),
            ("account", account.as_str()),
            ("utility", self.utility.name.as_str()),
            ("phone", self.utility.phone.as_str()),
            ("site", self.utility.site.as_str()),
        ];
        values.extend(self.values.iter().map(|it| (it.0, it.1.as_str())));
        [&letter.subject, &letter.text, &letter.after].map(|part| {
            let text = of(part, self.language).unwrap_or_default();
            filled(text, &values).unwrap_or_else(|_| text.to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_that_come_with_the_program_are_in_every_language() {
        for cause in LetterCause::ALL {
            let letter = Letter::default_of(*cause);
            assert_eq!(letter.after.len(), Language::ALL.len(), "{cause}");
        }
    }

    #[test]
    fn what_is_no_letter_is_refused_with_its_line() {
        let short = "subject en a\nsubject es b\ntext en c\n";
        for (text, what) in [
            (short.to_owned(), "line 3: there is no text in es; write text es …"),
            (
                format!("{short}text es {{from}}"),
                "line 4: {from} is not known of stop; write one of {name}, {account}, {utility}, {phone}, {site}",
            ),
            (
                format!("{short}copy en d"),
                "line 4: copy is nothing of a letter; write subject, text or after",
            ),
            (format!("{short}text en d"), "line 4: en is said twice; leave one"),
        ] {
            let why = Letter::parse(&text, LetterCause::Stop).unwrap_err();
            assert_eq!(why.to_string(), what);
        }
        assert!(Letter::parse(&format!("{short}text es {{from}}"), LetterCause::BillHeld).is_ok());
    }
}

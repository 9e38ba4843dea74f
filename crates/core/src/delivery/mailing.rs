//! Paper beside bills that is sent: a summary bill or a letter, as it was when it was made, so that it
//! is the same whenever it is drawn again.

use jiff::civil::Date;

use super::{Enclosed, PaperKind};
use crate::id::{AccountId, AccountNumber, BillId, CorrectionId, MailingId, MoveId};
use crate::paper::letter::LetterCause;
use crate::person::Language;

/// A summary bill or a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailing {
    /// Which one.
    pub id: MailingId,
    /// What it is called, as on its pages: `S-260804-10000012`, `L-260804-10000012-stop`.
    pub number: String,
    /// Whose it is.
    pub account: AccountId,
    /// The language it is written in.
    pub language: Language,
    /// Name, then address lines.
    pub addressed_to: Vec<String>,
    /// The day on its face.
    pub on: Date,
    /// What it says.
    pub matter: Matter,
}

/// What a [`Mailing`] says, as far as it is not known from its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// The bills that are summed up.
    Summary(Vec<BillId>),
    /// A letter.
    Letter {
        /// Why it is written.
        cause: LetterCause,
        /// The move that it is about, and the version of it that it tells of.
        of: Option<(MoveId, i64)>,
        /// What is known beside the utility, the account and the name.
        values: Vec<(&'static str, String)>,
        /// What it lists.
        listed: Vec<String>,
    },
}

impl Matter {
    /// What such a mailing is called, as long as nothing else of that day is: its day and its account
    /// without the check digit, and what a letter is about.
    pub fn stem(&self, account: AccountNumber, on: Date) -> String {
        let (day, serial) = (on.strftime("%y%m%d"), account.digits().div_euclid(10));
        match self {
            Matter::Summary(_) => format!("S-{day}-{serial:08}"),
            Matter::Letter { cause, .. } => format!("L-{day}-{serial:08}-{cause}"),
        }
    }
}

impl Mailing {
    /// As a piece has it in it.
    pub const fn enclosed(&self) -> Enclosed {
        match self.matter {
            Matter::Summary(_) => Enclosed::Summary(self.id),
            Matter::Letter { .. } => Enclosed::Letter(self.id),
        }
    }

    /// Which sort it is.
    pub const fn kind(&self) -> PaperKind {
        self.enclosed().kind()
    }
}

/// What a correction or credit note is called on its way: `C-17`.
pub fn note_number(id: CorrectionId) -> String {
    format!("C-{id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn paper_is_called_by_its_day_its_account_and_what_it_is_about() {
        let account = AccountNumber::new(44_170_926).unwrap();
        let on = date(2026, 8, 4);
        let summary = Matter::Summary(Vec::new());
        assert_eq!(summary.stem(account, on), "S-260804-44170926");
        let (values, listed) = (Vec::new(), Vec::new());
        let letter = Matter::Letter { cause: LetterCause::BillHeld, of: None, values, listed };
        assert_eq!(letter.stem(account, on), "L-260804-44170926-bill-held");
        assert_eq!(note_number(CorrectionId(17)), "C-17");
    }
}

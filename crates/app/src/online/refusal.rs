//! Why somebody does not pay online, or a message of the provider is not taken.

use std::fmt;

use meterbook_core::currency::Currency;
use meterbook_core::id::AttemptId;
use meterbook_core::money::Money;
use meterbook_core::online::settings::NoSettings;

/// Why somebody does not pay online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOnline {
    /// The utility does not say how.
    Off,
    /// The text is no settings.
    NoSettings(NoSettings),
    /// The settings are in another currency than the bills.
    OtherCurrency {
        /// What they are in.
        said: Currency,
        /// What bills are in.
        ours: Currency,
    },
    /// Nothing is owed.
    Nothing,
    /// The bill is another account's.
    OtherAccount {
        /// Its number.
        bill: String,
    },
    /// It is less or more than is taken at once.
    Limits {
        /// What is owed.
        amount: Money,
        /// The least that is taken.
        least: Money,
        /// The most that is taken.
        most: Money,
    },
    /// Payers do not say how much they pay.
    OneAmount,
    /// It is more than is owed.
    MoreThanOwed {
        /// What somebody wants to pay.
        amount: Money,
        /// What is owed.
        owed: Money,
    },
    /// It was asked for, and it is not known yet what came of it.
    Unanswered {
        /// The attempt.
        attempt: AttemptId,
    },
    /// The provider said no.
    Refused {
        /// What it said.
        why: String,
    },
    /// The link leads nowhere: it is none, it was ended, or it is too old.
    NoLink,
    /// The key of links is too short.
    WeakKey,
    /// What was told is not signed by the provider.
    NotSigned,
    /// What was told is signed for another time.
    Stale,
    /// What was told is nothing that is known.
    NoEvent,
    /// Nothing could be charged with so much at most.
    NoMost {
        /// What was said.
        most: Money,
    },
    /// No card is kept.
    NoCard,
    /// What is to be charged comes to something else than was looked at.
    Changed {
        /// What was looked at.
        seen: Money,
        /// What it comes to.
        now: Money,
    },
    /// More is to be charged than is charged in a day without anybody looking at it.
    BeyondDay {
        /// What it comes to.
        total: Money,
        /// The most that is.
        most: Money,
    },
    /// There is no such attempt.
    NoAttempt {
        /// Which.
        id: AttemptId,
    },
}

impl fmt::Display for NotOnline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotOnline::Off => f.write_str(
                "nobody pays online yet; say by whom: meterbook online settings FILE",
            ),
            NotOnline::NoSettings(why) => why.fmt(f),
            NotOnline::OtherCurrency { said, ours } => write!(
                f,
                "customers would pay in {said} and the bills of this utility are in {ours}; write currency {ours} into the settings: meterbook online settings FILE"
            ),
            NotOnline::Nothing => f.write_str("nothing of it is owed; there is nothing to pay"),
            NotOnline::OtherAccount { bill } => {
                write!(f, "bill {bill} is of another account; name that account")
            }
            NotOnline::Limits { amount, least, most } => write!(
                f,
                "{amount} is owed, and from {least} to {most} is taken online; pay it another way"
            ),
            NotOnline::OneAmount => f.write_str(
                "another amount than is asked for is not taken online; the settings say whether it is: amounts any",
            ),
            NotOnline::MoreThanOwed { amount, owed } => {
                write!(f, "{amount} is more than the {owed} that is owed; pay no more than that")
            }
            NotOnline::Unanswered { attempt } => write!(
                f,
                "attempt {attempt} to pay this is not answered for yet; ask: meterbook online ask, and begin again after that"
            ),
            NotOnline::Refused { why } => {
                write!(f, "the provider said no: {why}; mend the settings: meterbook online settings")
            }
            NotOnline::NoLink => f.write_str(
                "this link leads nowhere any more; make another one: meterbook online link",
            ),
            NotOnline::WeakKey => {
                f.write_str("the key of links is too short; use 32 letters or more, drawn by chance")
            }
            NotOnline::NotSigned => f.write_str(
                "this is not signed with the secret of the webhook; say in the settings where that is",
            ),
            NotOnline::Stale => f.write_str(
                "this is signed for another time; set the clock, and let the provider tell it again",
            ),
            NotOnline::NoEvent => f.write_str(
                "this is no event; let the provider tell events to this address and nothing else",
            ),
            NotOnline::NoMost { most } => {
                write!(f, "{most} at most is nothing; say an amount above zero, or leave it out")
            }
            NotOnline::NoCard => f.write_str("no card is kept for this account"),
            NotOnline::Changed { seen, now } => write!(
                f,
                "it comes to {now} now and not to {seen}; look at it again: meterbook online due"
            ),
            NotOnline::BeyondDay { total, most } => write!(
                f,
                "{total} is to be charged, and {most} at most is charged in a day without anybody looking; look at it: meterbook online due, and then: meterbook online charge --total"
            ),
            NotOnline::NoAttempt { id } => {
                write!(f, "there is no attempt {id}; see: meterbook online list")
            }
        }
    }
}

impl std::error::Error for NotOnline {}

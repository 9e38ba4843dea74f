//! Paying online: an attempt to pay what is owed through a provider who alone sees the card, how it stands,
//! and what may follow.

pub mod card;
pub mod settings;

use jiff::Timestamp;

use crate::id::{AccountId, AttemptId, BillId, TenderId};
use crate::money::Money;

/// One attempt to pay what is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which.
    pub id: AttemptId,
    /// Whose debt.
    pub account: AccountId,
    /// The bill; `None` for all that the account owes.
    pub bill: Option<BillId>,
    /// How much is asked for.
    pub amount: Money,
    /// In which currency, by its three letters.
    pub currency: String,
    /// What the provider knows it by, before it has a name of its own for it. The same is never asked for
    /// twice.
    pub key: String,
    /// When it was begun.
    pub begun: Timestamp,
    /// The provider's name for it, where that is known.
    pub session: Option<String>,
    /// How it stands.
    pub state: AttemptState,
}

/// How an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// It was asked for, and no answer is known: the provider is asked how it stands, and never asked for
    /// it again.
    Unknown,
    /// The provider waits for the payer.
    Open,
    /// It is paid.
    Paid,
    /// It is not paid and will not be.
    Failed,
    /// Nobody paid in time.
    Expired,
}

words! {
    AttemptState {
        Unknown = "unknown", Open = "open", Paid = "paid", Failed = "failed", Expired = "expired",
    }
}

impl AttemptState {
    /// Whether nothing more is expected of it.
    pub const fn is_over(self) -> bool {
        matches!(self, AttemptState::Paid | AttemptState::Failed | AttemptState::Expired)
    }

    /// Whether `next` may follow. Money counts whenever it comes, also to what was given up.
    pub const fn may_become(self, next: AttemptState) -> bool {
        use AttemptState::{Expired, Failed, Open, Paid, Unknown};
        match self {
            Unknown => !matches!(next, Unknown),
            Open => matches!(next, Paid | Failed | Expired),
            Failed | Expired => matches!(next, Paid),
            Paid => false,
        }
    }
}

/// What came in by an attempt, and all that is kept of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPayment {
    /// The provider's name for the payment.
    pub reference: String,
    /// By which attempt.
    pub attempt: AttemptId,
    /// What it came in as.
    pub tender: TenderId,
    /// The brand of the card; empty where the provider does not say.
    pub brand: String,
    /// Its last four digits; empty where the provider does not say.
    pub last_four: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_stays_paid_and_what_was_given_up_may_still_be_paid() {
        use AttemptState::{Expired, Failed, Open, Paid, Unknown};
        let may = |from: AttemptState| -> Vec<AttemptState> {
            AttemptState::ALL.iter().copied().filter(|it| from.may_become(*it)).collect()
        };
        assert_eq!(may(Unknown), [Open, Paid, Failed, Expired]);
        assert_eq!(may(Open), [Paid, Failed, Expired]);
        assert_eq!((may(Failed), may(Expired), may(Paid)), (vec![Paid], vec![Paid], vec![]));
        let over: Vec<_> = AttemptState::ALL.iter().copied().filter(|it| it.is_over()).collect();
        assert_eq!(over, [Paid, Failed, Expired]);
    }
}

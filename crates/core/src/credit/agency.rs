//! Debts that an agency asks for: what a file says of each, and what the agency keeps of what comes in.

use jiff::civil::Date;

use crate::id::{AccountId, AccountNumber, AgencyFileId};
use crate::money::{Money, Rounding, Share};

/// What a line of a file asks of the agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To ask for a debt.
    Place,
    /// To leave it alone again.
    Recall,
}

words! {
    Asked { Place = "place", Recall = "recall" }
}

/// A line of a file, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whose debt, inside.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// What is asked of the agency.
    pub asked: Asked,
    /// How much it is to ask for; of what is recalled, how much it had.
    pub amount: Money,
    /// The day on which the oldest of it was due.
    pub oldest: Date,
    /// Who owes it.
    pub name: String,
    /// The lines of an envelope, without the name.
    pub address: String,
    /// A phone number, where one is known.
    pub phone: String,
    /// Why it is recalled.
    pub why: String,
}

/// A file as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Which.
    pub id: AgencyFileId,
    /// The day.
    pub on: Date,
    /// Its lines.
    pub items: Vec<Item>,
    /// The hash of its bytes.
    pub sha256: String,
}

/// What came of a debt that an agency got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// What was paid of it since.
    pub paid: Money,
    /// What the agency keeps of that.
    pub share: Money,
}

/// How many lines of one kind a file has, and what they come to.
pub fn sum(items: &[Item], asked: Asked) -> (usize, Money) {
    let ours = items.iter().filter(|it| it.asked == asked);
    (ours.clone().count(), ours.map(|it| it.amount).sum())
}

/// What came of a debt that was placed, by what its account paid while the agency had it: no more than
/// was placed is the agency's doing. Its share is rounded once.
pub fn recovered(placed: Money, paid: Money, takes: Option<Share>) -> Recovery {
    let paid = paid.min(placed).max(Money::ZERO);
    let share = takes.map_or(Money::ZERO, |it| it.of(paid).round(Rounding::HalfUp));
    Recovery { paid, share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_keeps_its_share_of_what_came_in_for_what_it_has() {
        let cents = Money::from_cents;
        let takes = Some(Share::parse("25%").unwrap());
        let of = |paid| recovered(cents(10_000), cents(paid), takes);
        assert_eq!(of(40_02), Recovery { paid: cents(40_02), share: cents(10_01) });
        assert_eq!(of(13_000), Recovery { paid: cents(10_000), share: cents(25_00) });
        assert_eq!(of(-5_00), Recovery { paid: Money::ZERO, share: Money::ZERO });
        assert_eq!(recovered(cents(10_000), cents(40_02), None).share, Money::ZERO);
    }
}

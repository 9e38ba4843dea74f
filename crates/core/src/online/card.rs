//! Cards that customers keep: what is known of one, and what keeps a bill from being charged to it.

use std::fmt;

use jiff::civil::Date;

use crate::id::{AccountId, AttemptId, CardId};
use crate::money::Money;

/// A card that is kept at the provider. Its number is nowhere here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCard {
    /// Which.
    pub id: CardId,
    /// Whose bills are charged to it.
    pub account: AccountId,
    /// The attempt to pay by which it came.
    pub attempt: AttemptId,
    /// The provider's name for whose it is.
    pub customer: String,
    /// The provider's name for it.
    pub method: String,
    /// Its brand; empty where the provider does not say.
    pub brand: String,
    /// Its last four digits; empty where the provider does not say.
    pub last_four: String,
    /// The most that is charged at once; `None` for anything.
    pub most: Option<Money>,
    /// The day on which the payer let it be kept: what was due before was not meant.
    pub from: Date,
}

impl KeptCard {
    /// What people say for it: its brand and its last four digits.
    pub fn shown(&self) -> String {
        format!("{} …{}", self.brand, self.last_four)
    }
}

/// Why a bill is not charged to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCharged {
    /// It was charged already.
    Charged,
    /// The card's bank refused it.
    Refused,
    /// Somebody is paying it online, or what came of that is not known.
    Begun,
    /// A plan that runs is for it.
    Plan,
    /// The customer disputes a bill.
    Disputed,
    /// A mandate takes it.
    Mandate,
    /// It is more than the payer agreed to.
    BeyondMost {
        /// The most.
        most: Money,
    },
    /// It is less or more than is taken online.
    Limits {
        /// The least that is taken.
        least: Money,
        /// The most that is taken.
        most: Money,
    },
}

/// What speaks against charging a bill.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Whether it was charged to this card, and that is not over or is paid.
    pub charged: bool,
    /// Whether the card's bank refused it.
    pub refused: bool,
    /// Whether an attempt to pay it is not over.
    pub begun: bool,
    /// Whether a plan that runs is for it.
    pub planned: bool,
    /// Whether the customer disputes a bill.
    pub disputed: bool,
    /// Whether a mandate takes it.
    pub mandated: bool,
    /// The most that the payer agreed to.
    pub most: Option<Money>,
    /// The least and the most that is taken online.
    pub limits: (Money, Money),
}

/// Why a bill of which so much is open is not charged; `None` where it is.
pub fn held(amount: Money, known: &Known) -> Option<NotCharged> {
    let (least, most) = known.limits;
    let all = [
        (known.charged, NotCharged::Charged),
        (known.refused, NotCharged::Refused),
        (known.begun, NotCharged::Begun),
        (known.planned, NotCharged::Plan),
        (known.disputed, NotCharged::Disputed),
        (known.mandated, NotCharged::Mandate),
    ];
    if let Some((_, why)) = all.into_iter().find(|it| it.0) {
        return Some(why);
    }
    if let Some(most) = known.most.filter(|most| *most < amount) {
        return Some(NotCharged::BeyondMost { most });
    }
    (amount < least || most < amount).then_some(NotCharged::Limits { least, most })
}

impl fmt::Display for NotCharged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCharged::Charged => f.write_str("it was charged already"),
            NotCharged::Refused => f.write_str("the card was refused"),
            NotCharged::Begun => f.write_str("somebody is paying it online"),
            NotCharged::Plan => f.write_str("it is paid in parts as agreed"),
            NotCharged::Disputed => f.write_str("the customer disputes a bill"),
            NotCharged::Mandate => f.write_str("a mandate takes it"),
            NotCharged::BeyondMost { most } => write!(f, "the payer agreed to {most} at most"),
            NotCharged::Limits { least, most } => {
                write!(f, "from {least} to {most} is taken online")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_charged_where_nothing_speaks_against_it() {
        let cents = Money::from_cents;
        let plain = Known {
            charged: false,
            refused: false,
            begun: false,
            planned: false,
            disputed: false,
            mandated: false,
            most: Some(cents(50_00)),
            limits: (cents(1_00), cents(10_000)),
        };
        assert_eq!(held(cents(50_00), &plain), None);
        assert_eq!(held(cents(1_00), &plain), None);
        let (least, most) = plain.limits;
        assert_eq!(held(cents(99), &plain), Some(NotCharged::Limits { least, most }));
        let bound = Some(NotCharged::BeyondMost { most: cents(50_00) });
        assert_eq!(held(cents(50_01), &plain), bound);
        let any = Known { most: None, ..plain };
        assert_eq!(held(cents(10_000), &any), None);
        assert_eq!(held(cents(10_001), &any), Some(NotCharged::Limits { least, most }));
        for (known, why) in [
            (Known { charged: true, refused: true, ..plain }, NotCharged::Charged),
            (Known { refused: true, begun: true, ..plain }, NotCharged::Refused),
            (Known { begun: true, planned: true, ..plain }, NotCharged::Begun),
            (Known { planned: true, disputed: true, ..plain }, NotCharged::Plan),
            (Known { disputed: true, mandated: true, ..plain }, NotCharged::Disputed),
            (Known { mandated: true, ..plain }, NotCharged::Mandate),
        ] {
            assert_eq!(held(cents(60_00), &known), Some(why));
        }
    }
}

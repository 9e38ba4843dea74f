//! An account: the customer on the contract, where the bill goes and what is owed.

use jiff::civil::Date;

use crate::id::{AccountId, AccountNumber, PersonId};

/// The customer on the contract. What they owe is the sum of their entries, never a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which one, inside.
    pub id: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// Who it belongs to.
    pub person: PersonId,
    /// Residential or not; tariffs and protections differ.
    pub class: CustomerClass,
    /// The bill cycle, 1..=99.
    pub cycle: Cycle,
    /// Where paper goes: the address lines under the name.
    pub mail_to: String,
    /// The first day.
    pub opened_on: Date,
}

/// A group of accounts billed together, written with two digits: `07`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cycle(pub i64);

/// Why a text is no cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotACycle(pub String);

impl Cycle {
    /// Whether accounts can be in it: 1 to 99.
    pub fn is_one(self) -> bool {
        (1..=99).contains(&self.0)
    }
}

impl std::str::FromStr for Cycle {
    type Err = NotACycle;

    // No text of a cycle may mean all of them: a selection that is empty once billed everyone.
    fn from_str(text: &str) -> Result<Cycle, NotACycle> {
        let cycle = text.trim().parse().ok().map(Cycle);
        cycle.filter(|it| it.is_one()).ok_or_else(|| NotACycle(text.to_owned()))
    }
}

impl std::fmt::Display for NotACycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cycles are 1 to 99, not {}", self.0)
    }
}

impl std::error::Error for NotACycle {}

impl std::fmt::Display for Cycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// What kind of customer this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CustomerClass {
    /// A household.
    Residential,
    /// A business or a public body.
    Commercial,
}

words! {
    CustomerClass { Residential = "residential", Commercial = "commercial" }
}

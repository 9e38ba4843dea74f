//! Who has what to do with an account, for some days: its main customer, and everybody beside them.

use jiff::civil::Date;

use crate::id::{AccountId, PartyId, PersonId};

/// A person's part in an account for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Which one.
    pub id: PartyId,
    /// The account.
    pub account: AccountId,
    /// The person.
    pub person: PersonId,
    /// What they are to it.
    pub role: PartyRole,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// What a person is to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyRole {
    /// The customer on the contract; one at a time.
    Main,
    /// Owes with them.
    CoHolder,
    /// May speak for them.
    Authorised,
    /// Pays when they do not.
    Guarantor,
    /// Gets a copy of each bill and owes nothing.
    CopyOfBill,
    /// Pays the bills.
    Payer,
    /// Owns the premise.
    Landlord,
}

words! {
    PartyRole {
        Main = "main", CoHolder = "co-holder", Authorised = "authorised", Guarantor = "guarantor",
        CopyOfBill = "copy-of-bill", Payer = "payer", Landlord = "landlord",
    }
}

impl Party {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

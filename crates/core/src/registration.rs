//! What an account is registered for: programs, concessions, and equipment that life depends on.

use jiff::civil::Date;

use crate::id::{AccountId, RegistrationId};

/// A registration of an account for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Which one.
    pub id: RegistrationId,
    /// The account.
    pub account: AccountId,
    /// What sort it is.
    pub kind: RegistrationKind,
    /// The program's name, or the equipment: `oxygen concentrator`.
    pub name: String,
    /// The number or the signature that proves it.
    pub certificate: String,
    /// The first day.
    pub from: Date,
    /// The first day without it: it expires.
    pub to: Option<Date>,
    /// The day on which somebody should look at it again.
    pub review_on: Option<Date>,
}

/// What an account can be registered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationKind {
    /// A program of the utility.
    Program,
    /// A lower price that the law or a certificate gives.
    Concession,
    /// Equipment that somebody lives by.
    LifeSupport,
    /// An illness for which service has to go on.
    Medical,
}

words! {
    RegistrationKind {
        Program = "program", Concession = "concession", LifeSupport = "life-support",
        Medical = "medical",
    }
}

impl RegistrationKind {
    /// Whether service must not be cut off while it holds.
    pub const fn protects(self) -> bool {
        matches!(self, RegistrationKind::LifeSupport | RegistrationKind::Medical)
    }
}

impl Registration {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

//! People and organisations, and how to reach them.

use jiff::civil::Date;

use crate::id::{ContactId, PersonId};

/// Someone a utility deals with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who it is, inside.
    pub id: PersonId,
    /// The name as it is addressed: `Dana Okafor-Reyes`, `Bell Street Laundry LLC`.
    pub name: String,
    /// A human being or an organisation.
    pub kind: PersonKind,
    /// The language they want to be written to in.
    pub language: Language,
}

/// Whether there is a given name, a birthday and a funeral, or none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonKind {
    /// A human being.
    Individual,
    /// A company, a town, a church.
    Organisation,
}

/// A language that bills and pages come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

/// One way to reach a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactPoint {
    /// Which one.
    pub id: ContactId,
    /// Whose it is.
    pub person: PersonId,
    /// What kind of address it is.
    pub kind: ContactKind,
    /// The number or address as it was given.
    pub value: String,
}

/// What kind of address a contact point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactKind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A postal address, lines separated by line feeds.
    Post,
}

/// That a contact point may be used for something, for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Which contact point.
    pub contact: ContactId,
    /// For what.
    pub purpose: Purpose,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// What a person agrees to be told on a contact point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Bills and receipts.
    Bills,
    /// Outages, leaks, work in the street.
    Alerts,
    /// What is owed and overdue.
    Reminders,
    /// Offers.
    Offers,
}

words! {
    Purpose { Bills = "bills", Alerts = "alerts", Reminders = "reminders", Offers = "offers" }
    PersonKind { Individual = "individual", Organisation = "organisation" }
    Language { English = "en", Spanish = "es" }
    ContactKind { Phone = "phone", Email = "email", Post = "post" }
}

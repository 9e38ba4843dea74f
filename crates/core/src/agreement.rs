//! A service agreement: an account takes service at a service point on a tariff, for some days.

use jiff::civil::Date;

use crate::id::{AccountId, AgreementId, ServicePointId};
use crate::period::Period;

/// Account x service point x tariff, for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Which one.
    pub id: AgreementId,
    /// Who pays.
    pub account: AccountId,
    /// Where.
    pub service_point: ServicePointId,
    /// The code of the tariff; the version follows from the day.
    pub tariff: String,
    /// The first day of service.
    pub from: Date,
    /// The first day without service; `None` while it goes on.
    pub to: Option<Date>,
}

/// How far an agreement has come. It follows from its days, and is kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgreementState {
    /// Its first day is to come.
    Pending,
    /// Service goes on.
    Active,
    /// Service ended; its last days are not billed.
    Stopped,
    /// Service ended and all of it is billed.
    Closed,
}

words! {
    AgreementState {
        Pending = "pending", Active = "active", Stopped = "stopped", Closed = "closed",
    }
}

impl Agreement {
    /// How far it has come on a day, when it is billed up to `billed`.
    pub fn state(&self, today: Date, billed: Option<Date>) -> AgreementState {
        match self.to {
            _ if today < self.from => AgreementState::Pending,
            Some(to) if to <= today && billed.is_some_and(|it| to <= it) => AgreementState::Closed,
            Some(to) if to <= today => AgreementState::Stopped,
            _ => AgreementState::Active,
        }
    }

    /// The days of `window` on which this agreement is in force.
    pub fn days_in(&self, window: Period) -> Option<Period> {
        window.overlap(self.from, self.to)
    }
}

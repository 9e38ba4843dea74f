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

impl Agreement {
    /// The days of `window` on which this agreement is in force.
    pub fn days_in(&self, window: Period) -> Option<Period> {
        window.overlap(self.from, self.to)
    }
}

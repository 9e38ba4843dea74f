//! From the text of a tariff to a [`Tariff`]: its lines, then its head, its clocks and its charges.
//! The language is told in `docs/reference/tariff-language.md`, its refusals in `golden/errors`.

mod charge;
mod clock;
mod credit;
mod demand;
mod elect;
mod head;
mod hours;
mod include;
mod lines;
mod needs;
mod net;
mod number;
mod partition;
mod plain;
pub mod reference;
mod refusal;
mod spanish;
mod spelling;
mod term;

pub(crate) use hours::MONTHS;
pub use refusal::TariffError;
pub(super) use spanish::NAME;

use crate::tariff::Tariff;
use crate::tariff::clock::MonthDay;

impl Tariff {
    /// Reads a tariff. The first thing that is wrong is reported with its line.
    ///
    /// ```
    /// use meterbook_core::tariff::Tariff;
    ///
    /// let tariff = Tariff::parse("
    /// tariff R-1 half-up
    /// name       Residential service
    /// commodity  electric kWh
    /// from       2026-01-01
    ///
    /// daily   Customer charge   0.40
    /// blocks  Energy            0.12 to 500, 0.18
    /// tax     City tax          3.5%
    /// ").unwrap();
    /// assert_eq!(tariff.code, "R-1");
    /// assert_eq!(tariff.components.len(), 3);
    /// ```
    pub fn parse(text: &str) -> Result<Tariff, TariffError> {
        let entries = lines::entries(text)?;
        let mut tariff = head::read(&entries)?;
        tariff.clocks = clock::read(&entries, &tariff.holidays)?;
        tariff.net = net::read(&entries, &tariff)?;
        tariff.components = charge::read(&entries, &tariff)?;
        tariff.spanish = spanish::read(&entries, &tariff)?;
        net::nothing_lost(&entries, &tariff)?;
        include::read_alone(&entries, &tariff)?;
        clock::all_used(&entries, &tariff)?;
        needs::all_used(&entries, &tariff)?;
        Ok(tariff)
    }
}

/// How many days a month has at most.
pub(super) fn days_in(month: i8) -> i8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A date in any year, if there is one.
fn month_day(month: i8, day: i8) -> Option<MonthDay> {
    let real = (1..=12).contains(&month) && (1..=days_in(month)).contains(&day);
    real.then_some(MonthDay { month, day })
}

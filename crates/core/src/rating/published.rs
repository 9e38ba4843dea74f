//! What is made known to everybody on a tariff from time to time, apart from its text: event days,
//! hourly prices, the hour of the system's peak.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

/// All that is published, each under the name by which tariffs call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The days of events: `clock` rules with `event`.
    pub events: BTreeMap<String, BTreeSet<Date>>,
    /// Prices by the hour: `series` charges.
    pub prices: BTreeMap<String, Prices>,
    /// The hours of a system's peaks: `coincident` charges.
    pub peaks: BTreeMap<String, Vec<PeakHour>>,
}

/// Published prices in a row, each for one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// The instant at which the first interval starts.
    pub start: Timestamp,
    /// The length of each interval.
    pub minutes: u16,
    /// Billionths of the currency unit for each kWh, below zero too; `None` where none is published.
    pub nano: Vec<Option<i64>>,
}

/// The time of a peak: an hour, or another stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeakHour {
    /// When it begins.
    pub start: Timestamp,
    /// How long it is.
    pub minutes: u16,
}

impl Published {
    /// Nothing.
    pub const NONE: &'static Published =
        &Published { events: BTreeMap::new(), prices: BTreeMap::new(), peaks: BTreeMap::new() };

    /// Whether an event called `name` is published for `day`.
    pub fn is_called(&self, name: &str, day: Date) -> bool {
        self.events.get(name).is_some_and(|it| it.contains(&day))
    }
}

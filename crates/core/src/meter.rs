//! Meters, their registers and interval channels, and where they hang.

use jiff::civil::Date;

use crate::id::{ChannelId, InstallationId, MeterId, ServicePointId};
use crate::money::Unit;
use crate::place::Commodity;

/// A meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Which one, inside.
    pub id: MeterId,
    /// The number on its face.
    pub serial: String,
    /// What it measures.
    pub commodity: Commodity,
}

/// Something a meter counts: a register that is read, or a channel of interval values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Which one, inside.
    pub id: ChannelId,
    /// The meter.
    pub meter: MeterId,
    /// Dials or intervals.
    pub form: Form,
    /// The unit of its numbers. It lives here, never in a setting for the whole utility: one such
    /// setting once turned 1,500 meters from gallons to CCF.
    pub unit: Unit,
    /// To the customer or from them.
    pub flow: Flow,
    /// What its numbers are multiplied by, in millionths: current x voltage transformer, or 1.
    pub multiplier_micro: i64,
}

/// How a channel counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A register with so many digits before the point; it rolls over past the last.
    Register {
        /// Digits before the decimal point.
        digits: u8,
    },
    /// Interval values, one for every so many minutes.
    Interval {
        /// 5, 15, 30 or 60.
        minutes: u16,
    },
}

/// Which way it flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// To the customer.
    Delivered,
    /// From the customer, such as the surplus of a solar roof.
    Received,
    /// Reactive energy, in kvarh: it swings, and the lines must be made for it.
    Reactive,
}

/// The days `[from, to)` on which a meter hung at a service point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Which one.
    pub id: InstallationId,
    /// The meter.
    pub meter: MeterId,
    /// Where it hung.
    pub service_point: ServicePointId,
    /// The first day.
    pub from: Date,
    /// The day it was gone; `None` while it hangs there.
    pub to: Option<Date>,
}

words! {
    Flow { Delivered = "delivered", Received = "received", Reactive = "reactive" }
}

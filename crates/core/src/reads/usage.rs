//! From reads to usage: what a service point used in a period, with the evidence kept.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::meter::Flow;
use crate::money::{Quantity, Unit};
use crate::period::{Period, Zone};
use crate::reads::{Read, ReadKind, Series};

/// What a service point used in a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// To the customer, multipliers applied.
    pub delivered: Quantity,
    /// From the customer; zero where nothing measures it.
    pub received: Quantity,
    /// When it was used, where interval data says so.
    pub profile: Option<Profile>,
    /// The reads it was made of, to be printed on the bill.
    pub evidence: Vec<Evidence>,
}

/// Gapless interval values over the whole of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The instant at which the first interval starts: the period's first local midnight.
    pub start: Timestamp,
    /// The length of each interval.
    pub minutes: u16,
    /// To the customer, millionths of the unit.
    pub delivered_micro: Vec<i64>,
    /// From the customer, millionths of the unit; empty where nothing measures it.
    pub received_micro: Vec<i64>,
}

/// How one meter contributed to usage: a line of the meter table on the bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The number on the meter's face.
    pub meter: String,
    /// The unit of its register.
    pub unit: Unit,
    /// Which way.
    pub flow: Flow,
    /// The days it counts for.
    pub period: Period,
    /// The two reads, where a register was read; `None` where intervals were summed.
    pub reads: Option<(EvidenceRead, EvidenceRead)>,
    /// The multiplier, in millionths.
    pub multiplier_micro: i64,
    /// What it adds to usage.
    pub used: Quantity,
    /// How many of its intervals or reads are estimates.
    pub estimated: u32,
}

/// A read as the bill prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceRead {
    /// The day at whose start it holds.
    pub on: Date,
    /// The index, in millionths.
    pub index_micro: i64,
    /// How we know.
    pub kind: ReadKind,
}

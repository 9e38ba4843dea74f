//! From reads to usage: what a service point used in a period, with the evidence kept.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::meter::{Channel, Flow};
use crate::money::{Quantity, Unit};
use crate::period::Period;
use crate::reads::{Read, ReadKind, Series};

/// What is known of the meters at a service point: all that usage follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The meters that hang or hung there, in any order.
    pub hung: Vec<Hung>,
}

/// A meter in one place for some days, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hung {
    /// The number on its face.
    pub meter: String,
    /// The first day it hung there.
    pub from: Date,
    /// The day it was gone; `None` while it hangs there.
    pub to: Option<Date>,
    /// Its registers and interval channels.
    pub channels: Vec<Measured>,
}

/// What one register or channel said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The register or channel.
    pub channel: Channel,
    /// Of a register: its reads in the order they were learned. Of two for one day the later counts.
    pub reads: Vec<Read>,
    /// Of an interval channel: its values. Whatever lies outside the series is missing.
    pub series: Option<Series>,
}

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

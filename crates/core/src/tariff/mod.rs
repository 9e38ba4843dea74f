//! A tariff: what it charges for, and when its clocks strike. The text people write it in is read
//! by [`Tariff::parse`].

pub mod clock;
mod parse;

pub use parse::TariffError;

use jiff::civil::Date;

use crate::meter::Flow;
use crate::money::{Price, Quantity, Rounding, Share, Unit};
use crate::place::Commodity;
use crate::rating::ChargeKind;
use crate::tariff::clock::{Clock, Holidays};

/// One version of one tariff: its components, in the order they appear on the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Tariff {
    /// The code on the rate sheet, such as `R-1`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The sheet and revision it was taken from; empty when nobody said.
    pub source: String,
    /// What it prices.
    pub commodity: Commodity,
    /// The unit that use is billed in.
    pub unit: Unit,
    /// How what the meter counts becomes that unit, where they differ.
    pub convert: Option<Conversion>,
    /// The first day of this version.
    pub from: Date,
    /// What this tariff does with half a cent.
    pub rounding: Rounding,
    /// The days that count as holidays.
    pub holidays: Holidays,
    /// The partitions of the year's hours that its components name.
    pub clocks: Vec<Clock>,
    /// What is charged, in bill order. A component sees the lines of those before it.
    pub components: Vec<Component>,
}

/// From the meter's unit to the bill's: `convert CCF to therm 1.03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// What the meter counts.
    pub from: Unit,
    /// Millionths of the billed unit in one of the meter's.
    pub factor_micro: i64,
}

/// One charge: a line of the text, and what it puts on the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// What the customer reads.
    pub label: String,
    /// What sort of charge it is.
    pub kind: ChargeKind,
    /// The line of the text, from 1.
    pub line: u32,
    /// What that line says.
    pub text: String,
    /// What it charges.
    pub charge: Charge,
}

/// What a component charges.
#[derive(Clone, Debug, PartialEq)]
pub enum Charge {
    /// So much for each day of service. Priced per [`Unit::Day`].
    Daily(Price),
    /// So much for each turn of the bill cycle. Priced per [`Unit::Month`].
    Monthly(Price, Partial),
    /// So much for what was used, in blocks, by the clock.
    Usage(UsageCharge),
    /// So much for the highest use at one time, in blocks, by the clock.
    Demand(DemandCharge),
    /// The least that the lines of the components before it come to, for a month or for each day.
    Minimum(Price, Partial),
    /// A share of lines before it.
    Share(Share, Of),
}

/// What happens to a monthly amount when service lasts only some days of the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partial {
    /// It is shared over the days.
    ByDays,
    /// It is owed whole.
    Whole,
}

/// A charge, or a credit, for what was used.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageCharge {
    /// Whether it prices what came to the customer or what they sent back.
    pub flow: Flow,
    /// The clock that says which ladder prices an hour: its place in [`Tariff::clocks`].
    pub clock: Option<usize>,
    /// One ladder for each period of the clock; a single one without a clock.
    pub ladders: Vec<Ladder>,
    /// Whether the limits of the ladders are for a billing month or for a day of service.
    pub limits: Limits,
    /// How hours of several periods climb their ladders.
    pub scope: Scope,
}

/// A charge for the highest mean power in one interval.
#[derive(Clone, Debug, PartialEq)]
pub struct DemandCharge {
    /// The clock that says which hours are looked at for which ladder.
    pub clock: Option<usize>,
    /// One ladder for each period of the clock, in kW; a single one without a clock.
    pub ladders: Vec<Ladder>,
}

/// Blocks in rising order. The last one has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder(pub Vec<Block>);

/// One step of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The price inside the block.
    pub price: Price,
    /// Where the block ends, counted from zero; `None` in the last one.
    pub up_to: Option<Quantity>,
}

/// What a limit of a [`Ladder`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// A billing month; fewer days have a smaller limit.
    Month,
    /// A day of service.
    Day,
}

/// How the use in several periods of a clock fills blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All periods climb one ladder in the order of time; each hour is priced by its period's price
    /// for the block that is then reached.
    Chronological,
    /// All periods climb one ladder together; each block holds the same share of every period.
    ProRata,
    /// Each period climbs its own ladder.
    PerPeriod,
}

/// Which lines before a component it is a share of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All of them.
    Everything,
    /// Those with these labels.
    Labels(Vec<String>),
}

words! {
    Partial { ByDays = "by-days", Whole = "whole" }
    Scope { Chronological = "chronological", ProRata = "pro-rata", PerPeriod = "per-period" }
}

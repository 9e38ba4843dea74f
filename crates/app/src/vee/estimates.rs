//! Estimated reads that use and bills are made of: how each was worked out, and what the next actual read
//! says of it.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::meter::{Channel, Form};
use meterbook_core::money::Unit;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::vee::Method;
use meterbook_core::reads::vee::degrees::Basis;
use meterbook_core::reads::vee::estimating::{TrueUp, true_ups};
use meterbook_core::text::{decimal, grouped};
use meterbook_store::{self as store, Tx};

use super::history;

/// An estimated read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EstimatedRead {
    /// The number on the meter.
    pub meter: String,
    /// The unit of the register.
    pub unit: Unit,
    /// For the start of this day.
    pub on: Date,
    /// What the register was thought to show, in millionths.
    pub index_micro: i64,
    /// How it was worked out; `None` where it came as an estimate.
    pub method: Option<Method>,
    /// Of an estimate by degree-days, what it went by.
    pub basis: Option<Basis>,
    /// What the next actual read says of it and of the estimates before it; `None` while there is none,
    /// and for all but the last of a run.
    pub trued_up: Option<TrueUp>,
}

impl EstimatedRead {
    /// What it is and what came of it, in a sentence.
    pub fn said(&self, language: Language) -> String {
        let EstimatedRead { meter, unit, on, .. } = self;
        let index = grouped(&decimal(self.index_micro, 6));
        let mut how = self.method.map_or_else(String::new, |it| format!(" {}", it.said(language)));
        if let Some(basis) = &self.basis {
            how = format!("{how} {}", basis.said(language));
        }
        let came = self.trued_up.map(|it| it.said(*unit, language));
        let came = came.map_or_else(String::new, |it| format!("; {it}"));
        match language {
            Language::English => {
                format!("meter {meter} was estimated at {index} for {on}{how}{came}")
            }
            Language::Spanish => {
                format!("el medidor {meter} se estimó en {index} para el {on}{how}{came}")
            }
        }
    }
}

/// The estimates of a register on the days of a period, its last day's end with it.
pub fn within(
    tx: &mut Tx,
    meter: &str,
    channel: &Channel,
    period: Period,
) -> Result<Vec<EstimatedRead>> {
    if !matches!(channel.form, Form::Register { .. }) {
        return Ok(Vec::new());
    }
    let reads = history(tx, channel.id, period.start().checked_sub(1.day())?)?;
    let settled = true_ups(channel, &reads);
    let mut found = Vec::new();
    let inside = |on: Date| period.start() <= on && on <= period.end();
    for it in reads.iter().filter(|it| it.kind == ReadKind::Estimated && inside(it.on)) {
        found.push(EstimatedRead {
            meter: meter.to_owned(),
            unit: channel.unit,
            on: it.on,
            index_micro: it.index_micro,
            method: store::vee::method_of(tx, channel.id, it.on)?,
            basis: store::degrees::of(tx, channel.id, it.on)?,
            trued_up: settled.iter().find(|settled| settled.estimated == it.on).copied(),
        });
    }
    Ok(found)
}

/// The estimates that a bill is made of.
pub fn of_bill(tx: &mut Tx, bill: &Bill) -> Result<Vec<EstimatedRead>> {
    let mut found: Vec<EstimatedRead> = Vec::new();
    for segment in &bill.segments {
        for evidence in &segment.evidence {
            for meter in store::meter::by_serial(tx, &evidence.meter)? {
                for channel in store::meter::channels(tx, meter.id)? {
                    if channel.flow == evidence.flow {
                        found.extend(within(tx, &evidence.meter, &channel, segment.period)?);
                    }
                }
            }
        }
    }
    found.dedup();
    Ok(found)
}

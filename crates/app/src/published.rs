//! What is published for everybody on a tariff: loading it for bills.

use anyhow::Result;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::period::Period;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

/// Takes in what these tariffs can find published for the days of a turn.
pub(crate) fn learn(tx: &mut Tx, tariffs: &mut Tariffs, turn: Period, known: Known) -> Result<()> {
    let found = store::published::of(tx, &tariffs.names(), turn, known)?;
    tariffs.publish(found);
    Ok(())
}

//! How the moves of an account stood at the end of a day, as far as was known then.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, OrderId};
use meterbook_core::moves::{Effect, Move, WithOrder};
use meterbook_core::order::{Progress, State};
use meterbook_store::{self as store, Tx};

/// A move as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood {
    /// What was said of it last.
    pub of: Move,
    /// What it does.
    pub effects: Vec<Effect>,
    /// What it did with orders, and how each of them stood.
    pub orders: Vec<(OrderId, WithOrder, State)>,
}

/// The moves of an account as they stood at the end of a day, without those that nobody had asked for
/// yet; as they stand now without a day.
pub fn stood(tx: &mut Tx, account: AccountId, on: Option<Date>) -> Result<Vec<Stood>> {
    let zone = crate::founding::zone(tx)?;
    let known = |at| on.is_none_or(|on| zone.day_of(at) <= on);
    let mut all = Vec::new();
    for it in store::moves::of_account(tx, account)? {
        let versions = store::moves::versions(tx, it.id)?;
        let Some(of) = versions.into_iter().rfind(|it| known(it.at)) else { continue };
        let effects = store::moves::effects(tx, of.id, of.version)?;
        let mut orders = Vec::new();
        for (id, did) in store::moves::orders(tx, of.id, of.version)? {
            let mut steps = crate::order::follow(tx, id)?.steps;
            steps.retain(|it| known(it.at));
            orders.push((id, did, Progress::of(&steps)?.state));
        }
        all.push(Stood { of, effects, orders });
    }
    Ok(all)
}

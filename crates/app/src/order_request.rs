//! The one place where moves ask the field for work. Whoever keeps work orders puts them here.

use anyhow::Result;
use meterbook_core::id::MoveId;
use meterbook_core::moves::OrderRequest;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use crate::Actor;
use crate::authority::authorize;

/// Asks the field for work.
pub fn ask(tx: &mut Tx, actor: Actor, request: &OrderRequest) -> Result<()> {
    authorize(tx, actor, Permission::MoveService, None)?;
    store::order_request::add(tx, request, actor.at)
}

/// Takes back everything that a move asked for.
pub fn withdraw(tx: &mut Tx, actor: Actor, asked_by: MoveId) -> Result<()> {
    authorize(tx, actor, Permission::MoveService, None)?;
    store::order_request::withdraw(tx, asked_by, actor.at)
}

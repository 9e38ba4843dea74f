//! What a bank took back of what had been paid in: a person says once which tender came back by it.

use anyhow::Result;
use meterbook_core::permission::Permission;
use meterbook_store::bank::ReturnedItem;
use meterbook_store::{self as store, Conflict, Tx};

use super::settle::{Is, NotSettled};
use crate::authority::authorize;
use crate::{Actor, receipt, refuse};

/// Says what came back by an item, once. The tender is taken back as returned, in the same transaction; what
/// came back by another file already, such as a return of a debit, is only marked.
pub(super) fn settle(
    tx: &mut Tx,
    actor: Actor,
    item: &ReturnedItem,
    is: &Is,
    why: &str,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::ReversePayments, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let tender = match is {
        Is::Returned(id) => {
            let came = store::receipt::lock(tx, *id)?;
            let came = came.ok_or_else(|| refuse(NotSettled::NoTender { id: *id }))?;
            let (back, was) = (item.amount, came.tender.amount);
            if back != was {
                return Err(refuse(NotSettled::OtherReturn { id: *id, back, was }));
            }
            if store::returned::get(tx, *id)?.is_none() {
                receipt::come_back(tx, &allowed, *id, (item.on.min(today), ""), why)?;
            }
            Some(*id)
        }
        Is::Ours => None,
        Is::Deposits(_) | Is::Taken(_) | Is::Payment(_) | Is::Held => {
            return Err(refuse(NotSettled::WentBack));
        }
    };
    store::bank::settle_returned(tx, &item.key, tender, today, why.trim()).map_err(|why| {
        match why.is::<Conflict>() {
            true => refuse(NotSettled::Elsewhere),
            false => why,
        }
    })?;
    let what = tender.map_or_else(|| "ours".to_owned(), |id| format!("tender {id}"));
    let said = format!("{}, {what}: {}", item.amount, why.trim());
    store::audit::add(tx, &allowed, "settle bank return", &item.key, &said)
}

//! Connecting service again that was cut off for non-payment, once nothing is past due, or a
//! rule restores service for what was paid; and not, once that comes back.

use anyhow::Result;
use meterbook_core::about::About;
use meterbook_core::id::{AccountId, AgreementId, OrderId, ServicePointId};
use meterbook_core::order::{CalledOff, OrderKind, Priority};
use meterbook_core::permission::Authorized;
use meterbook_core::task::{Cause, TaskKind};
use meterbook_store::{self as store, Tx};

use super::{NewOrder, Where, write_down};
use crate::customer_view;
use crate::{Actor, Refused, credit_rules, protection, task};

/// What the crew reads, by which such an order is known again.
const PAID: &str = "paid after a cut for non-payment";

/// Orders it, or where no rule says so makes it a task; in the payment's own transaction, and once for
/// each cut. Where service ended since, or somebody else has it, nothing is connected again.
pub(super) fn after_payment(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    restored: bool,
) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let off = store::connection::off(tx, account, today)?;
    if off.is_empty() || !(restored || customer_view::past_due(tx, account, today)?.cents() == 0) {
        return Ok(());
    }
    let by_itself = credit_rules::collections(tx, today)?.reconnect;
    for (agreement, point, cut) in off {
        if !(by_itself && order(tx, allowed, agreement, point)?) {
            wait(tx, allowed, account, (point, cut))?;
        }
    }
    Ok(())
}

/// Calls off what a payment ordered and is not done, once that came back and something is past due again: a crew
/// connected somebody who owed. What a clerk ordered stays, as the clerk knows why.
pub(super) fn after_return(tx: &mut Tx, allowed: &Authorized, account: AccountId) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let orders = store::order::to_connect_again(tx, account, PAID)?;
    let off = store::connection::off(tx, account, today)?;
    if orders.is_empty() && off.is_empty() {
        return Ok(());
    }
    let past_due = customer_view::past_due(tx, account, today)?;
    if past_due.cents() == 0 || protection::restores(tx, account, today)? {
        return Ok(());
    }
    for it in orders {
        let followed = super::follow(tx, it.id)?;
        if !followed.stands.state.is_end() {
            let note = format!("{past_due} is past due after a payment came back");
            super::call_off(tx, allowed, &followed, CalledOff::NotNeeded, &note)?;
        }
    }
    for (_, _, cut) in off {
        task::withdraw(tx, Actor::system(allowed.at()), TaskKind::Reminder, &key(cut))?;
    }
    Ok(())
}

/// The key of the task that asks for it, where no rule orders it.
fn key(cut: OrderId) -> String {
    format!("connect again/{cut}")
}

/// Whether it could be ordered.
fn order(
    tx: &mut Tx,
    allowed: &Authorized,
    agreement: AgreementId,
    point: ServicePointId,
) -> Result<bool> {
    let new = NewOrder {
        agreement: Some(agreement),
        priority: Some(Priority::Urgent),
        about: PAID.to_owned(),
        ..NewOrder::plain(OrderKind::Reconnect, Where::Point(point))
    };
    match tx.attempt(|tx| write_down(tx, allowed, &new))? {
        Ok(_) => Ok(true),
        Err(why) if why.is::<Refused>() => Ok(false),
        Err(why) => Err(why),
    }
}

fn wait(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    (point, cut): (ServicePointId, OrderId),
) -> Result<()> {
    let due = crate::founding::zone(tx)?.day_of(allowed.at());
    let cause = Cause {
        kind: TaskKind::Reminder,
        key: key(cut),
        evidence: format!(
            "service point {point} is cut off by order {cut}, and nothing is past due any more, or a rule restores service for what was paid: order it to be connected again"
        ),
        due,
        about: vec![About::Account(account)],
    };
    task::raise(tx, Actor::system(allowed.at()), &cause).map(drop)
}

//! What a move wants of the field, as work orders: written, kept, and called off with it.
//!
//! An order never changes, so a move on another day calls its order off and writes another. What the
//! new version wants just so stays, with the appointment that a customer was promised.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::{OrderId, ServicePointId};
use meterbook_core::moves::{Effect, EffectKind, Move, Said, WithOrder};
use meterbook_core::order::{CalledOff, Order, OrderKind, Skills, State, Step};
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Counter, Tx};

use crate::order::{self, Followed};

/// Brings the orders of a move in line with its newest version, which has these effects. Who may
/// move service need not be one who may order work.
pub(super) fn settle(
    tx: &mut Tx,
    allowed: &Authorized,
    of: &Move,
    effects: &[Effect],
) -> Result<()> {
    let mut before = followed(tx, of, of.version - 1, WithOrder::Orders)?;
    let mut now = Vec::new();
    let mut missing = Vec::new();
    for it in effects.iter().filter(|it| it.kind == EffectKind::Orders) {
        let (kind, point) = (kind(it)?, point(it)?);
        let same = |followed: &Followed| {
            let theirs = &followed.order;
            followed.stands.state != State::Cancelled
                && (theirs.kind, theirs.service_point) == (kind, Some(point))
                && theirs.not_before == it.on
        };
        match before.iter().position(same) {
            Some(kept) => now.push((before.remove(kept).order.id, WithOrder::Orders)),
            None => missing.push((it, kind, point)),
        }
    }
    for followed in before {
        give_up(tx, allowed, of, &followed)?;
    }
    for it in effects.iter().filter(|it| it.kind == EffectKind::CallsOff) {
        for order in
            to_call_off(tx, point(it)?)?.into_iter().filter(|order| order.not_before == it.on)
        {
            let followed = order::follow(tx, order.id)?;
            let note = format!("move {}: somebody takes service there", of.id);
            order::call_off(tx, allowed, &followed, CalledOff::NotNeeded, &note)?;
            now.push((order.id, WithOrder::CallsOff));
        }
    }
    for (it, kind, point) in missing {
        let open = store::order::open_at(tx, point, kind)?;
        let id = match open.into_iter().find(|order| order.not_before == it.on) {
            // Who ends and who begins on a day want one read.
            Some(order) => order.id,
            None => write(tx, allowed, of, it, (kind, point))?,
        };
        now.push((id, WithOrder::Orders));
    }
    store::moves::add_orders(tx, of.id, of.version, &now)
}

/// The disconnections at a point that are only wanted because somebody ended service there.
pub(super) fn to_call_off(tx: &mut Tx, point: ServicePointId) -> Result<Vec<Order>> {
    let open = store::order::open_at(tx, point, OrderKind::Disconnect)?;
    Ok(open.into_iter().filter(|it| it.agreement.is_none() && it.off_below.is_none()).collect())
}

/// Opens again what a version called off, where a move still wants it and nobody ordered it anew.
pub(super) fn give_back(tx: &mut Tx, allowed: &Authorized, of: &Move) -> Result<()> {
    for it in followed(tx, of, of.version, WithOrder::CallsOff)? {
        let wanted = !store::moves::wanting(tx, it.order.id)?.is_empty();
        let free = store::order::with_key(tx, &it.order.key)?.is_none();
        if it.stands.state == State::Cancelled && wanted && free {
            let note = format!("move {} is taken back", of.id);
            order::take(tx, allowed, &it, Step::Reopened, &note)?;
        }
    }
    Ok(())
}

fn followed(tx: &mut Tx, of: &Move, version: i64, did: WithOrder) -> Result<Vec<Followed>> {
    let orders = store::moves::orders(tx, of.id, version)?.into_iter();
    orders.filter(|it| it.1 == did).map(|(id, _)| order::follow(tx, id)).collect()
}

/// Calls off what the version before wanted, unless another move wants it too.
fn give_up(tx: &mut Tx, allowed: &Authorized, of: &Move, followed: &Followed) -> Result<()> {
    let wanting = store::moves::wanting(tx, followed.order.id)?;
    if followed.stands.state.is_end() || wanting.iter().any(|it| *it != of.id) {
        return Ok(());
    }
    let note = match of.said {
        Said::Cancelled => format!("move {} is cancelled", of.id),
        Said::Asked | Said::Redated => format!("move {} is on other days", of.id),
    };
    order::call_off(tx, allowed, followed, CalledOff::NotNeeded, &note)
}

fn write(
    tx: &mut Tx,
    allowed: &Authorized,
    of: &Move,
    it: &Effect,
    (kind, point): (OrderKind, ServicePointId),
) -> Result<OrderId> {
    let place = store::place::service_point(tx, point)?;
    // The agreement is not named: it goes again when the move is cancelled, and the order stays.
    let order = Order {
        id: OrderId(tx.next(Counter::Order, 1)?),
        kind,
        priority: kind.priority(),
        premise: place.premise,
        service_point: Some(point),
        account: Some(it.account),
        agreement: None,
        skills: Skills::of(place.commodity),
        not_before: it.on,
        due: order::due(tx, allowed.at(), kind, it.on)?,
        off_below: None,
        about: about(of, it.on),
        key: Order::dated_key(kind, point, it.on),
    };
    order::enter(tx, allowed, &order)?;
    Ok(order.id)
}

/// What the crew is told.
fn about(of: &Move, on: Date) -> String {
    format!("{} on {on}, move {}", of.kind, of.id)
}

fn kind(it: &Effect) -> Result<OrderKind> {
    OrderKind::from_word(&it.word).context("a move asks for an order of some kind")
}

fn point(it: &Effect) -> Result<ServicePointId> {
    it.service_point.context("an order is for a service point")
}

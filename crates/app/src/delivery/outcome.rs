//! What became of a piece: as a server, a bounce or a person said. What bounced goes on paper.

use anyhow::Result;
use jiff::ToSpan;
use meterbook_core::about::About;
use meterbook_core::delivery::retry::AGAIN;
use meterbook_core::delivery::{COPIES, Piece, State, Way, envelope, key};
use meterbook_core::id::PieceId;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::person::{ContactKind, Purpose};
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Counter, Tx};

use super::NotDelivered;
use crate::authority::authorize;
use crate::printed::Printed;
use crate::{Actor, refuse, task};

/// The longest text of a task, in letters.
const LONGEST: usize = 400;

/// What a person says became of a piece, such as one of which nobody knew. `queued` sends it again.
pub fn decide(tx: &mut Tx, actor: Actor, wanted: &str, next: State, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::DeliverBills, None)?;
    let why = why.trim();
    if why.is_empty() {
        return Err(refuse(NotDelivered::NoReason));
    }
    let id = store::outbox::by_key(tx, wanted)?;
    let id = id.ok_or_else(|| refuse(NotDelivered::Unknown { key: wanted.to_owned() }))?;
    let (piece, state) = store::outbox::get(tx, id)?;
    // That somebody is at it is for whoever is at it to say.
    if next == State::Sending || state == State::Sending {
        return Err(refuse(NotDelivered::CannotBecome { state, next }));
    }
    if next == State::Bounced {
        bounce(tx, &allowed, &piece, why)?;
    } else if next == State::Queued {
        happen(tx, &allowed, id, (next, &format!("{AGAIN}{why}")))?;
    } else {
        happen(tx, &allowed, id, (next, why))?;
    }
    let change = Change { why: Some(why), was: Some(state.word()), became: Some(next.word()) };
    store::audit::change(tx, &allowed, "decide delivery", wanted, ("", change))
}

/// Writes down what happened to a piece, and the position of that; refuses what does not follow from
/// where it stands.
pub(super) fn happen(
    tx: &mut Tx,
    allowed: &Authorized,
    id: PieceId,
    (next, said): (State, &str),
) -> Result<i64> {
    let (_, state) = store::outbox::get(tx, id)?;
    if !state.may_become(next) {
        return Err(refuse(NotDelivered::CannotBecome { state, next }));
    }
    store::outbox::add_event(tx, id, (next, said), (allowed.by(), allowed.at()))
}

/// A piece cannot come to its person. A message goes on paper then, the consent to it ends, and
/// somebody is asked to look.
pub(super) fn bounce(tx: &mut Tx, allowed: &Authorized, piece: &Piece, said: &str) -> Result<()> {
    happen(tx, allowed, piece.id, (State::Bounced, said))?;
    if piece.way == Way::Email {
        end_consent(tx, allowed, piece)?;
        to_paper(tx, piece)?;
    }
    let system = Actor::system(allowed.at());
    let today = task::today(tx, system)?;
    let text = format!(
        "{} came back from {}: {said}. Ask for another address.",
        piece.number,
        piece.address.lines().collect::<Vec<_>>().join(", ")
    );
    let text: String = text.chars().take(LONGEST).collect();
    task::remind(tx, system, &[About::Account(piece.account)], today, &text).map(drop)
}

/// The contact point may not be used for bills any more.
fn end_consent(tx: &mut Tx, allowed: &Authorized, piece: &Piece) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    for point in store::person::contacts(tx, piece.person)? {
        let same = point.kind == ContactKind::Email && point.value == piece.address;
        // A consent of this very day ends tomorrow: it had a day.
        let ended = same
            && (store::person::withdraw(tx, point.id, Purpose::Bills, today)?
                || store::person::withdraw(
                    tx,
                    point.id,
                    Purpose::Bills,
                    today.saturating_add(1.day()),
                )?);
        if ended {
            let said = format!("contact point {} for bills: {} came back", point.id, piece.number);
            let change = ("allowed", "not allowed");
            let person = piece.person.to_string();
            store::audit::turn(tx, allowed, "withdraw consent", &person, &said, change)?;
        }
    }
    Ok(())
}

/// Queues it on paper for whoever did not get it as a message, unless it is on paper already.
fn to_paper(tx: &mut Tx, piece: &Piece) -> Result<()> {
    if store::outbox::by_key(tx, &key(&piece.number, piece.person, Way::Post))?.is_some() {
        return Ok(());
    }
    let address = if COPIES.contains(&piece.role) {
        let name = store::person::get(tx, piece.person)?.name;
        let points = store::person::contacts(tx, piece.person)?;
        let own = points.iter().rfind(|it| it.kind == ContactKind::Post);
        own.map(|it| envelope(&name, &it.value)).unwrap_or_default()
    } else {
        Printed::of(tx, piece.enclosed)?.addressed_to().join("\n")
    };
    let id = PieceId(tx.next(Counter::Piece, 1)?);
    store::outbox::add(tx, &[Piece { id, way: Way::Post, address, ..piece.clone() }])
}

//! What came back: reports of mail servers, and envelopes.

use anyhow::Result;
use meterbook_core::delivery::{Piece, State, Way, key};
use meterbook_core::id::{PackageId, PieceId};
use meterbook_core::permission::Authorized;
use meterbook_formats::bounce::{self, Became, Report};
use meterbook_store::{self as store, Db, Tx};

use super::message::nth;
use super::{NotDelivered, mass, outcome, settings};
use crate::{Actor, refuse, task};

/// What became of reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// Pieces that cannot come to their person; they go on paper now.
    pub bounced: usize,
    /// Pieces that came to their person.
    pub delivered: usize,
    /// Pieces that are still tried.
    pub delayed: usize,
    /// What was known already.
    pub before: usize,
    /// Messages that say nothing of a piece, by their number from 1, and why. Somebody reads them.
    pub strange: Vec<(usize, String)>,
}

/// Takes in reports of mail servers, one transaction for each.
pub fn mail(db: &Db, actor: Actor, messages: &[Vec<u8>]) -> Result<Returned> {
    db.write(|tx| {
        let allowed = mass::authorized(tx, actor)?;
        let said = format!("{} messages", messages.len());
        store::audit::add(tx, &allowed, "take in what came back", Way::Email.word(), &said)
    })?;
    let mut all = Returned::default();
    for (message, number) in messages.iter().zip(1..) {
        let reports = match bounce::read(message) {
            Ok(reports) => reports,
            Err(why) => {
                all.strange.push((number, why.to_string()));
                continue;
            }
        };
        for report in reports {
            let taken = db.write(|tx| {
                let allowed = mass::authorized(tx, actor)?;
                take(tx, &allowed, &report)
            });
            match taken {
                Ok(Taken::Bounced) => all.bounced += 1,
                Ok(Taken::Delivered) => all.delivered += 1,
                Ok(Taken::Delayed) => all.delayed += 1,
                Ok(Taken::Before) => all.before += 1,
                Err(why) if why.is::<crate::Refused>() => {
                    all.strange.push((number, why.to_string()));
                }
                Err(why) => return Err(why),
            }
        }
    }
    Ok(all)
}

/// An envelope that came back: its piece by its key, its package and place there (`3/17`), or the 20
/// digits below its barcode.
pub fn post(tx: &mut Tx, actor: Actor, wanted: &str, why: &str) -> Result<()> {
    let unknown = || refuse(NotDelivered::Unknown { key: wanted.to_owned() });
    let key = match envelope(tx, actor, wanted.trim())? {
        Some(id) => {
            let (piece, _) = store::outbox::get(tx, id)?;
            key(&piece.number, piece.person, piece.way)
        }
        None => wanted.trim().to_owned(),
    };
    if !key.ends_with(&format!("/{}", Way::Post)) {
        return Err(unknown());
    }
    outcome::decide(tx, actor, &key, State::Bounced, why)
}

/// The piece of an envelope by what is printed on it.
fn envelope(tx: &mut Tx, actor: Actor, wanted: &str) -> Result<Option<PieceId>> {
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    if wanted.len() == 20 && digits(wanted) {
        let today = task::today(tx, actor)?;
        let settings = settings::on(tx, today)?;
        let mailer = settings.mailer.unwrap_or_default();
        let before = format!("00{}{mailer}", settings.service.unwrap_or_default());
        let Some(serial) = wanted.strip_prefix(&before) else { return Ok(None) };
        let (Ok(serial), Ok(places)) = (serial.parse(), u32::try_from(serial.len())) else {
            return Ok(None);
        };
        return store::outbox::by_serial(tx, Way::Post, serial, 10_i64.saturating_pow(places));
    }
    match wanted.split_once('/') {
        Some((package, place)) if digits(package) && digits(place) => {
            match (package.parse(), place.parse()) {
                (Ok(package), Ok(place)) => {
                    store::mail_package::piece_at(tx, PackageId(package), place)
                }
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

enum Taken {
    Bounced,
    Delivered,
    Delayed,
    Before,
}

fn take(tx: &mut Tx, allowed: &Authorized, report: &Report) -> Result<Taken> {
    let (piece, state) = piece_of(tx, report)?;
    let next = match report.became {
        Became::Failed => State::Bounced,
        Became::Delivered => State::Delivered,
        Became::Delayed | Became::Relayed => return Ok(Taken::Delayed),
    };
    if state == next {
        return Ok(Taken::Before);
    }
    if next == State::Delivered {
        outcome::happen(tx, allowed, piece.id, (next, &report.said))?;
        return Ok(Taken::Delivered);
    }
    outcome::bounce(tx, allowed, &piece, &report.said)?;
    Ok(Taken::Bounced)
}

/// The piece that a report is about. Whoever writes a report must know the address, and speak of the
/// last sending: one of an earlier sending says nothing of this one.
fn piece_of(tx: &mut Tx, report: &Report) -> Result<(Piece, State)> {
    let unknown = || refuse(NotDelivered::NotOurs { message: report.message.clone() });
    let (local, _) = report.message.split_once('@').ok_or_else(unknown)?;
    let mut parts = local.rsplitn(3, '.');
    let (Some(times), Some(person), Some(number)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(unknown());
    };
    let id = store::outbox::by_key(tx, &format!("{number}/{person}/{}", Way::Email))?;
    let id = id.ok_or_else(unknown)?;
    let (piece, state) = store::outbox::get(tx, id)?;
    let same = |it: &String| it.eq_ignore_ascii_case(&piece.address);
    let events = store::outbox::events(tx, id)?;
    if !report.addresses.iter().any(same) || times != nth(&events).to_string() {
        return Err(unknown());
    }
    Ok((piece, state))
}

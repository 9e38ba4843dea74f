//! What guards a mass delivery: its days must be said, its way must not be stopped, and more pieces
//! than expected take a second person.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::delivery::Way;
use meterbook_core::id::PieceId;
use meterbook_core::period::Period;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Tx};

use super::NotDelivered;
use crate::authority::authorize;
use crate::{Actor, refuse};

/// The act in the audit and among approvals.
pub(crate) const LET_GO: &str = "let mass delivery go";

/// Which paper to send, in which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mass {
    /// How.
    pub way: Way,
    /// The days on the paper.
    pub billed: Period,
    /// How many pieces are expected; `None` for one for each paper of these days.
    pub expected: Option<i64>,
}

/// More pieces than were expected, as somebody saw them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLetGo {
    /// How.
    pub way: Way,
    /// The days on the paper.
    pub billed: Period,
    /// How many pieces there were.
    pub pieces: i64,
}

/// The days that somebody wrote: from a first one, up to one that is not among them or the next.
///
/// At one utility a single blank date sent about 2,500 notices instead of 200: a selection without a
/// first day selects nobody.
pub fn days(from: &str, to: &str) -> Result<Period> {
    let (from, to) = (from.trim(), to.trim());
    if from.is_empty() {
        return Err(refuse(NotDelivered::NoDays));
    }
    let wrong = || refuse(NotDelivered::NotDays { said: format!("{from} {to}").trim().to_owned() });
    let first: Date = from.parse().map_err(|_| wrong())?;
    let end = match to {
        "" => first.saturating_add(1.day()),
        to => to.parse().map_err(|_| wrong())?,
    };
    Period::new(first, end).ok_or_else(wrong)
}

/// The pieces of a mass delivery, if it may go. More than the settings let go at once take a second person,
/// whatever somebody expects.
pub(super) fn due(tx: &mut Tx, actor: Actor, mass: &Mass) -> Result<Vec<PieceId>> {
    let Mass { way, billed, expected } = *mass;
    goes(tx, way)?;
    let due = store::outbox::due(tx, way, billed)?;
    let pieces = i64::try_from(due.len())?;
    if pieces == 0 {
        return Err(refuse(NotDelivered::NothingDue { way }));
    }
    let expected = match expected {
        Some(expected) => expected,
        None => store::outbox::papers(tx, billed)?,
    };
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let most = super::settings::on(tx, today)?.most;
    let expected = most.map_or(expected, |most| expected.min(most));
    if expected < pieces && store::outbox::may_go(tx, way, billed)? != pieces {
        return Err(refuse(NotDelivered::MoreThanExpected { way, pieces, expected }));
    }
    Ok(due)
}

/// Refuses to send anything in a way that is stopped.
pub(super) fn goes(tx: &mut Tx, way: Way) -> Result<()> {
    match store::outbox::stopped(tx, way)? {
        Some(why) => Err(refuse(NotDelivered::Stopped { way, why })),
        None => Ok(()),
    }
}

/// Who may send.
pub(super) fn authorized(tx: &mut Tx, actor: Actor) -> Result<Authorized> {
    authorize(tx, actor, Permission::DeliverBills, None)
}

impl NewLetGo {
    /// As a second person reads it.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        let now = i64::try_from(store::outbox::due(tx, self.way, self.billed)?.len())?;
        if now != self.pieces {
            return Err(refuse(NotDelivered::NotAsSeen { was: self.pieces, now }));
        }
        let papers = store::outbox::papers(tx, self.billed)?;
        Ok(format!("{now} pieces by {} for {papers} papers of {}", self.way, self.billed))
    }

    /// Lets them go, if they are as many as were seen.
    pub(crate) fn be_let_go(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        let said = self.subject(tx)?;
        if store::outbox::may_go(tx, self.way, self.billed)? == self.pieces {
            return Err(refuse(NotDelivered::NotMore { pieces: self.pieces }));
        }
        let on = (allowed.by(), allowed.at());
        store::outbox::let_go(tx, (self.way, self.billed, self.pieces), on)?;
        let change = Change { why: Some(why).filter(|it| !it.is_empty()), ..Change::default() };
        store::audit::change(tx, allowed, LET_GO, self.way.word(), (&said, change))
    }
}

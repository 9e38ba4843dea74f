//! Paper that stays behind whenever it is to go: a task names it, so that whoever waits for it is not forgotten.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::delivery::{Enclosed, Piece, key};
use meterbook_core::task::{Cause, TaskKind};
use meterbook_store::{self as store, Db, Tx};

use crate::{Actor, task};

/// Pieces that are told of in one transaction.
const AT_ONCE: usize = 100;

/// Raises a task for each piece that was left behind, with why.
pub(super) fn tell(db: &Db, actor: Actor, left: &[(Piece, String)]) -> Result<()> {
    for some in left.chunks(AT_ONCE) {
        db.write(|tx| {
            let today = task::today(tx, actor)?;
            for (piece, why) in some {
                task::raise(tx, Actor::system(actor.at), &cause(piece, why, today))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn cause(piece: &Piece, why: &str, today: Date) -> Cause {
    let kind = TaskKind::PaperLeft;
    let mut about = vec![About::Account(piece.account)];
    if let Enclosed::Bill(id) = piece.enclosed {
        about.push(About::Bill(id));
    }
    Cause {
        kind,
        key: key(&piece.number, piece.person, piece.way),
        evidence: format!("{} {} was not sent: {why}", piece.enclosed.kind(), piece.number),
        due: today.saturating_add(kind.days().days()),
        about,
    }
}

/// The tasks of what still waits, as they were raised: what went, or goes nowhere any more, is no cause.
pub(crate) fn causes(tx: &mut Tx, _: Date) -> Result<Vec<Cause>> {
    let mut found = Vec::new();
    for it in store::task::open_of(tx, TaskKind::PaperLeft)? {
        if store::outbox::waits(tx, &it.key)? {
            let about = store::task::about(tx, it.id)?;
            found.push(Cause {
                kind: it.kind,
                key: it.key,
                evidence: it.evidence,
                due: it.due,
                about,
            });
        }
    }
    Ok(found)
}

//! What takes long and is no billing run: that it began is kept before it does, and goes when it ended. So what
//! was cut off with the program is seen by whoever looks, and nobody has to remember it.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Db, Tx};

use crate::Actor;
use crate::authority::authorize;

/// How often it is kept that it goes on.
const SEEN: Duration = Duration::from_secs(5);
/// After so long without that it was cut off: a transaction of its own may keep it from being written.
const CUT_OFF: SignedDuration = SignedDuration::from_secs(30);

/// What takes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Long {
    /// Taking the steps of collections that are due.
    Review,
    /// Closing a day or a month.
    Close,
}

/// What was begun, and cut off before it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutOff {
    /// Of what it was: the day or the month that was to be closed.
    pub said: String,
    /// Who began it; `None` for whoever has the command line.
    pub by: Option<String>,
    /// When.
    pub begun: Timestamp,
    /// When it was seen to go on last.
    pub seen: Timestamp,
}

impl Long {
    const fn word(self) -> &'static str {
        match self {
            Long::Review => "review",
            Long::Close => "close",
        }
    }

    const fn takes(self) -> Permission {
        match self {
            Long::Review => Permission::RunCollections,
            Long::Close => Permission::KeepBooks,
        }
    }
}

/// Does what takes long, with a word beside it for as long as it takes. What was of its kind before and was cut
/// off is forgotten: this does the rest of it.
pub(crate) fn during<T>(
    db: &Db,
    actor: Actor,
    (long, said): (Long, &str),
    act: impl FnOnce() -> Result<T>,
) -> Result<T> {
    db.write(|tx| {
        authorize(tx, actor, long.takes(), None)?;
        store::under_way::begin(tx, long.word(), said, (actor.by, actor.at))
    })?;
    let done = thread::scope(|scope| {
        let (ended, waits) = channel::<()>();
        let since = Instant::now();
        scope.spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = waits.recv_timeout(SEEN) {
                let now = SignedDuration::try_from(since.elapsed()).unwrap_or(SignedDuration::MAX);
                let seen = actor.at.saturating_add(now).unwrap_or(actor.at);
                // What cannot be written now is the next time.
                let _ = db.write(|tx| store::under_way::see(tx, long.word(), (actor.at, seen)));
            }
        });
        let done = act();
        drop(ended);
        done
    });
    db.write(|tx| store::under_way::end(tx, long.word(), actor.at))?;
    done
}

/// What of a kind was cut off as of an instant, if anything was.
pub fn cut_off(tx: &mut Tx, long: Long, at: Timestamp) -> Result<Option<CutOff>> {
    let Some(it) = store::under_way::get(tx, long.word())? else { return Ok(None) };
    // Whoever was cut off after the last word of it did it.
    let done = long == Long::Close && !store::journal::evidence(tx, &it.said)?.is_empty();
    if done || at.duration_since(it.seen) < CUT_OFF {
        return Ok(None);
    }
    let by = it.by.map(|id| store::staff::name(tx, id)).transpose()?;
    Ok(Some(CutOff { said: it.said, by, begun: it.begun, seen: it.seen }))
}

//! Sets of corrections as they stand, and cancelling one that somebody began.

use std::fmt;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::bill::job::Pace;
use meterbook_core::bill::set::{Outcome, Set, Standing};
use meterbook_core::id::SetId;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::set::{Cancelled, Sum};
use meterbook_store::{self as store, Db, Tx};

use super::many::{self, Many};
use crate::authority::authorize;
use crate::bill_run::sum_up;
use crate::{Actor, refuse};

/// A set as it stands.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is corrected, or looked at.
    pub set: Set,
    /// How it stands.
    pub stands: Standing,
    /// How far it is.
    pub pace: Pace,
    /// What became of its accounts so far.
    pub sums: Vec<Sum>,
    /// Who did jobs of it, and how many.
    pub workers: Vec<(String, u64)>,
    /// The name of who began it; empty for the system itself.
    pub begun_by: String,
    /// Who cancelled it and why, where somebody did.
    pub cancelled: Option<Cancelled>,
}

/// Why a set is not cancelled, or does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCancelled {
    /// There is none with that number, or what was looked at is gone.
    Unknown {
        /// Which.
        id: SetId,
    },
    /// It is at its end.
    Over {
        /// Which.
        id: SetId,
    },
    /// Nobody said why.
    NoReason,
}

/// At most so many sets: those that are open, then the newest.
pub fn list(tx: &mut Tx, most: i64, now: Timestamp) -> Result<Vec<Seen>> {
    let sets = store::set::newest(tx, most)?;
    sets.into_iter().map(|it| seen(tx, it, now)).collect()
}

/// One set; none where there is none with that number, or what was looked at is gone.
pub fn one(tx: &mut Tx, id: SetId, now: Timestamp) -> Result<Option<Seen>> {
    let set = store::set::find(tx, id)?;
    set.map(|it| seen(tx, it, now)).transpose()
}

fn seen(tx: &mut Tx, set: Set, now: Timestamp) -> Result<Seen> {
    let pace = store::set::pace(tx, set.id)?;
    let cancelled = store::set::cancelled(tx, set.id)?;
    let stands = match (&cancelled, store::set::ended(tx, set.id)?) {
        (Some(_), _) => Standing::Cancelled,
        (None, Some(_)) => Standing::Done,
        (None, None) => Standing::of_open(set.at, pace.last, now),
    };
    let begun_by = match set.by {
        Some(by) => store::staff::name(tx, by)?,
        None => String::new(),
    };
    Ok(Seen {
        stands,
        pace,
        sums: store::set::sums(tx, set.id)?,
        workers: store::set::workers(tx, set.id)?,
        begun_by,
        cancelled,
        set,
    })
}

/// Brings a set that is open to its end, with whoever else works on it, and says what it came to and whether
/// it was kept.
pub fn resume(
    db: &Db,
    actor: Actor,
    id: SetId,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<(Many, bool)> {
    let kept = db.write(|tx| {
        authorize(tx, actor, Permission::RunBills, None)?;
        let set = store::set::find(tx, id)?.ok_or_else(|| refuse(NotCancelled::Unknown { id }))?;
        match store::set::ended(tx, id)? {
            Some(_) => Err(refuse(NotCancelled::Over { id })),
            None => Ok(set.why.is_some()),
        }
    })?;
    Ok((many::finish(db, id, watch)?, kept))
}

/// Cancels a set: jobs that somebody is at are waited for, what was done stays, and the rest is not done.
/// What was only looked at is gone then.
pub fn cancel(tx: &mut Tx, actor: Actor, id: SetId, why: &str) -> Result<()> {
    let Some(set) = store::set::find(tx, id)? else {
        return Err(refuse(NotCancelled::Unknown { id }));
    };
    if set.why.is_none() {
        authorize(tx, actor, Permission::RunBills, None)?;
        return store::set::forget(tx, id);
    }
    let allowed = authorize(tx, actor, Permission::CorrectBills, Some(Money::ZERO))?;
    let why = why.trim();
    if why.is_empty() {
        return Err(refuse(NotCancelled::NoReason));
    }
    // Whoever is at a job of it is waited for here.
    store::set::drop_rest(tx, id)?;
    if store::set::ended(tx, id)?.is_some() {
        return Err(refuse(NotCancelled::Over { id }));
    }
    let Pace { done, of, .. } = store::set::pace(tx, id)?;
    let it = Cancelled { why: why.to_owned(), by: allowed.by(), at: allowed.at() };
    store::set::cancel(tx, id, &it)?;
    if store::set::end(tx, id, allowed.at())? {
        let on = crate::founding::zone(tx)?.day_of(set.at);
        sum_up::after_set(tx, &allowed, id, on)?;
    }
    let was = format!("open, {done} of {of} accounts done");
    let said = format!("set {id}: {why}");
    store::audit::turn(
        tx,
        &allowed,
        "cancel set of corrections",
        &id.to_string(),
        &said,
        (was.as_str(), "cancelled"),
    )
}

impl Seen {
    /// Bills that would read otherwise, or were corrected, so far.
    pub fn bills(&self) -> u64 {
        self.done().map(|it| it.bills).sum()
    }

    /// What they come to more, all together.
    pub fn net(&self) -> Money {
        self.done().map(|it| it.more + it.less).sum()
    }

    /// Accounts with that outcome.
    pub fn accounts(&self, outcome: Outcome) -> u64 {
        self.sums.iter().filter(|it| it.outcome == outcome).map(|it| it.accounts).sum()
    }

    fn done(&self) -> impl Iterator<Item = &Sum> {
        self.sums.iter().filter(|it| it.outcome == Outcome::Corrected)
    }
}

impl fmt::Display for NotCancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCancelled::Unknown { id } => write!(
                f,
                "there is no set {id} of corrections, or it was only looked at and is gone; see: meterbook bill corrections"
            ),
            NotCancelled::Over { id } => write!(
                f,
                "set {id} is at its end; what it corrected is corrected again with: meterbook bill correct"
            ),
            NotCancelled::NoReason => f.write_str("say why; whoever looks at it later will ask"),
        }
    }
}

impl std::error::Error for NotCancelled {}

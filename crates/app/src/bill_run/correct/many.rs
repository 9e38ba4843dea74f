//! Corrects the bills of every account on a tariff, or says what that would come to: as a set, which is cut
//! into jobs that others may share.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::set::{Outcome, Set};
use meterbook_core::id::{AccountId, SetId};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db, Tx};

use super::NotCorrected;
use super::set::{Begun, NewSet, begin, forget, to_end};
use crate::bill_run::job::in_turn;
use crate::{Actor, refuse};

/// What correcting the bills of many accounts came to, or would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Many {
    /// Accounts with a bill that would read otherwise.
    pub accounts: u64,
    /// Bills that would.
    pub bills: u64,
    /// What the accounts owe more.
    pub more: Money,
    /// What others owe less, below zero.
    pub less: Money,
    /// Of the accounts those that wait for a second person.
    pub waits: u64,
    /// Accounts whose bills cannot be made again, and why; at most [`SHOWN`] of them.
    pub failed: Vec<(AccountId, String)>,
    /// How many these are.
    pub failures: u64,
    /// Bills that a fact reaches that is not told yet, account by account; of what is told already they
    /// are only counted.
    pub reached: Vec<Reached>,
    /// Of the accounts of these what each would be charged more, or less.
    pub charged: Seen,
    /// Whether it was begun before and cut off, and only came to its end now: what was known of accounts
    /// since they were done is not in it.
    pub went_on: bool,
}

/// What each account would be charged more, or less, when somebody looked.
pub type Seen = BTreeMap<AccountId, Money>;

/// One bill that would read otherwise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// Whose.
    pub account: AccountId,
    /// Its number.
    pub bill: BillNumber,
    /// What it comes to.
    pub was: Money,
    /// What it would come to.
    pub now: Money,
}

/// Failures that are kept to be shown.
pub const SHOWN: usize = 100;

/// Corrects the bills of every account on a tariff from a day on, or says what that would come to where
/// there is no reason why. The same begun again goes on with what was cut off. Two that are not the same may
/// be done at once: who comes second to an account finds nothing that differs.
pub fn many(
    db: &Db,
    actor: Actor,
    of: (&str, Date, Cause),
    why: Option<&str>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Many> {
    let begun = in_turn(db, |tx| prepared(tx, actor, of, why))?;
    finish_begun(db, begun, watch)
}

/// Begins to correct the bills of every account on a tariff, or to look what that would come to; whoever
/// works next goes on with it.
pub fn prepare(
    tx: &mut Tx,
    actor: Actor,
    of: (&str, Date, Cause),
    why: Option<&str>,
) -> Result<SetId> {
    Ok(prepared(tx, actor, of, why)?.id())
}

fn prepared(
    tx: &mut Tx,
    actor: Actor,
    (tariff, from, cause): (&str, Date, Cause),
    why: Option<&str>,
) -> Result<Begun> {
    if why.is_some_and(|it| it.trim().is_empty()) {
        return Err(refuse(NotCorrected::NoReason));
    }
    let (tariffs, why) = (BTreeSet::from([tariff.to_owned()]), why.map(str::trim));
    begin(tx, actor, NewSet { tariffs: &tariffs, from, cause, why, version: None, seen: None })
}

/// What correcting the bills of every account on some tariffs would come to if a version were told, with
/// the list of the bills.
pub(crate) fn told(
    db: &Db,
    actor: Actor,
    of: NewSet<'_>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Many> {
    let begun = in_turn(db, |tx| begin(tx, actor, of))?;
    finish_begun(db, begun, watch)
}

/// Brings a set to its end, and says what it came to.
pub fn finish(db: &Db, id: SetId, watch: &mut dyn FnMut(u64, u64)) -> Result<Many> {
    let set = db.read(|tx| store::set::get(tx, id))?;
    to_end(db, &set, watch)?;
    let many = db.read(|tx| came(tx, &set))?;
    if set.why.is_none() {
        forget(db, id)?;
    }
    Ok(many)
}

/// The same of one that was just begun.
pub(crate) fn finish_begun(db: &Db, begun: Begun, watch: &mut dyn FnMut(u64, u64)) -> Result<Many> {
    let went_on = matches!(begun, Begun::Before(_));
    Ok(Many { went_on, ..finish(db, begun.id(), watch)? })
}

/// What a set has come to so far.
pub fn came(tx: &mut Tx, set: &Set) -> Result<Many> {
    let mut many = Many::default();
    for it in store::set::sums(tx, set.id)? {
        match it.outcome {
            Outcome::Failed => {
                many.failures = it.accounts;
                continue;
            }
            Outcome::Waits => many.waits = it.accounts,
            Outcome::Corrected => (),
        }
        many.accounts += it.accounts;
        many.bills += it.bills;
        many.more += it.more;
        many.less += it.less;
    }
    many.failed = store::set::failed(tx, set.id, i64::try_from(SHOWN)?)?;
    let reached = store::set::otherwise(tx, set.id)?.into_iter();
    let reached = reached.map(|(account, bill, was, now)| Reached { account, bill, was, now });
    many.reached = reached.collect();
    if set.version.is_some() {
        many.charged = store::set::seen(tx, set.id)?.into_iter().collect();
    }
    many.reached.sort_unstable();
    Ok(many)
}

impl Begun {
    /// Its number.
    pub(crate) fn id(self) -> SetId {
        match self {
            Begun::New(id) | Begun::Before(id) => id,
        }
    }
}

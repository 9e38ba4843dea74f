//! Corrects the bills of some accounts in one transaction, or looks at what that would come to: together as
//! far as that goes, and the others one by one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use meterbook_core::bill::Bill;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::bill::correct::Correction;
use meterbook_core::bill::set::{Item, Otherwise, Outcome, Set, SetJob};
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use super::{NewCorrection, NotCorrected, empty, preview, reads_otherwise};
use crate::approval::{self, Asked, do_or_ask};
use crate::authority::authorize;
use crate::bill_run::anew::{Anew, Fresh, keep, work_out};
use crate::bill_run::apart::attempt;
use crate::bill_run::settle::rules_on;
use crate::fact::version;
use crate::{Actor, Refused};

/// What became of the accounts of a job, and the bills that a version reaches that is only looked at.
type Came = (Vec<Item>, Vec<Otherwise>);

/// Corrects the accounts of a job together; those with which that does not go, one by one.
pub(super) fn some(tx: &mut Tx, set: &Set, job: &SetJob) -> Result<Came> {
    let accounts = &job.accounts;
    let standing = store::correction::standing_of(tx, accounts, set.from)?;
    let aside = match (&set.why, accounts.first()) {
        (None, Some(first)) => Fresh::trial(*first),
        _ => Fresh::of(job),
    };
    let own = aside.each(&standing);
    let mut fresh = aside;
    let came = attempt(tx, |tx| {
        let under = accounts.first().copied().unwrap_or(AccountId(0));
        placed(tx, set, under, |tx| together(tx, set, &standing, &mut fresh))
    })?;
    let (corrected, rest) = came.unwrap_or_else(|_| {
        fresh = aside;
        (Vec::new(), accounts.clone())
    });
    let mut items = Vec::new();
    let mut reached = Vec::new();
    for it in &corrected {
        items.push(item(it, Outcome::Corrected)?);
        reached.extend(otherwise(set, it));
    }
    for account in rest {
        // The ids that go with its place, whoever else of the job was corrected together.
        let mut own = fresh.numbered(own.get(&account));
        match attempt(tx, |tx| placed(tx, set, account, |tx| one(tx, set, account, &mut own)))? {
            Ok(None) => (),
            Ok(Some((it, outcome))) => {
                items.push(item(&it, outcome)?);
                reached.extend(otherwise(set, &it));
                fresh = own;
            }
            Err(said) => {
                let (outcome, net) = (Outcome::Failed, Money::ZERO);
                items.push(Item { account, outcome, bills: 0, net, said });
            }
        }
    }
    Ok((items, reached))
}

/// Does something with the version of a set in its place, which is taken back; or without one.
fn placed<T>(
    tx: &mut Tx,
    set: &Set,
    under: AccountId,
    work: impl FnOnce(&mut Tx) -> Result<T>,
) -> Result<T> {
    match &set.version {
        None => work(tx),
        Some(text) => tx.trial(|tx| {
            version::put(tx, text, under.0, set.at)?;
            work(tx)
        }),
    }
}

/// Corrects those of these accounts of which every bill reads otherwise, and says which are left: those
/// of which some do, or that need a second person.
fn together(
    tx: &mut Tx,
    set: &Set,
    standing: &[(AccountId, BillId)],
    fresh: &mut Fresh,
) -> Result<(Vec<Correction>, Vec<AccountId>)> {
    let actor = actor(set);
    authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(set.at);
    if store::correction::any_is_shared(tx, standing.iter().map(|it| it.1))? {
        let all: BTreeSet<AccountId> = standing.iter().map(|it| it.0).collect();
        return Ok((Vec::new(), all.into_iter().collect()));
    }
    let mut olds: BTreeMap<AccountId, Vec<Bill>> = BTreeMap::new();
    for (account, bill) in standing {
        olds.entry(*account).or_default().push(store::bill::get(tx, *bill)?);
    }
    let like = |account| {
        let why = set.why.clone().unwrap_or_default();
        Correction { why, ..empty(account, set.cause, today) }
    };
    let all = olds.into_iter().map(|(account, bills)| (like(account), bills)).collect();
    let mut anew = work_out(tx, all, fresh, &mut Tariffs::default())?;
    let rules = rules_on(tx, today)?;
    anew.retain(|it| it.bills.iter().any(reads_otherwise) && !rules.tolerates(it.net));
    let (mut rest, mut allowed) = (BTreeSet::new(), BTreeMap::new());
    for it in &anew.corrections {
        let differ = it.bills.iter().filter(|it| reads_otherwise(it)).count();
        if differ != it.bills.len() {
            rest.insert(it.account);
        } else if set.why.is_some() {
            match authorize(tx, actor, Permission::CorrectBills, Some(it.net.abs())) {
                Ok(it_is) => drop(allowed.insert(it.account, it_is)),
                Err(_) => drop(rest.insert(it.account)),
            }
        }
    }
    anew.retain(|it| !rest.contains(&it.account));
    if set.why.is_some() {
        keep(tx, &allowed, &anew, fresh)?;
    }
    Ok((anew.corrections, rest.into_iter().collect()))
}

/// Corrects one account, or asks a second person to agree; nothing where there is nothing to correct.
fn one(
    tx: &mut Tx,
    set: &Set,
    account: AccountId,
    fresh: &mut Fresh,
) -> Result<Option<(Correction, Outcome)>> {
    let (actor, from, cause) = (actor(set), set.from, set.cause);
    let seen = match preview(tx, actor, account, from, cause) {
        Err(why) if is_nothing(&why) => return Ok(None),
        seen => seen?,
    };
    let Some(why) = &set.why else { return Ok(Some((seen, Outcome::Corrected))) };
    let new = NewCorrection { account, from, cause, net: seen.charged() };
    let outcome = match authorize(tx, actor, Permission::CorrectBills, Some(new.net.abs())) {
        Ok(allowed) => {
            new.be_made_of(tx, &allowed, why, fresh)?;
            Outcome::Corrected
        }
        Err(_) => match do_or_ask(tx, actor, &Asked::Correct(new), why)? {
            approval::Outcome::Done => Outcome::Corrected,
            approval::Outcome::Waits(_) => Outcome::Waits,
        },
    };
    Ok(Some((seen, outcome)))
}

/// Whoever began it, on the day that they did.
fn actor(set: &Set) -> Actor {
    Actor { by: set.by, at: set.at }
}

fn is_nothing(why: &anyhow::Error) -> bool {
    let why = why.downcast_ref::<Refused>().and_then(Refused::as_a);
    matches!(why, Some(NotCorrected::NothingDiffers { .. } | NotCorrected::Tolerated { .. }))
}

fn item(it: &Correction, outcome: Outcome) -> Result<Item> {
    let (account, bills, net) = (it.account, i64::try_from(it.bills.len())?, it.net);
    Ok(Item { account, outcome, bills, net, said: String::new() })
}

/// Its bills, where a version is looked at that is not told yet.
fn otherwise<'a>(set: &'a Set, it: &'a Correction) -> impl Iterator<Item = Otherwise> + 'a {
    it.bills.iter().filter(|_| set.version.is_some()).map(|(old, new)| Otherwise {
        bill: old.id,
        was: old.total,
        now: new.as_ref().map_or(Money::ZERO, |it| it.total),
    })
}

impl Anew {
    /// Leaves out corrections, with what their bills were made of.
    fn retain(&mut self, wanted: impl Fn(&Correction) -> bool) {
        self.corrections.retain(wanted);
        let kept: BTreeSet<_> = self
            .corrections
            .iter()
            .flat_map(|it| it.bills.iter().filter_map(|(_, new)| new.as_ref().map(|it| it.id)))
            .collect();
        self.origins.retain(|it| kept.contains(&it.0));
    }
}

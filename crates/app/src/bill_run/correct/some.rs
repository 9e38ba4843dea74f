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

use super::many::Seen;
use super::{NewCorrection, NotCorrected, empty, preview, reads_otherwise};
use crate::approval::{self, Asked, do_or_ask};
use crate::authority::authorize;
use crate::bill_run::anew::{Anew, Fresh, keep, work_out};
use crate::bill_run::apart::attempt;
use crate::bill_run::settle::rules_on;
use crate::fact::version;
use crate::{Actor, Refused, refuse};

/// What a job came to.
#[derive(Default)]
pub(super) struct Came {
    /// What became of its accounts.
    pub(super) items: Vec<Item>,
    /// The bills that a version reaches that is only looked at.
    pub(super) reached: Vec<Otherwise>,
    /// What its accounts would be charged by that.
    pub(super) charged: Vec<(AccountId, Money)>,
}

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
    let mut all = Came::default();
    for it in &corrected {
        all.add(set, it, Outcome::Corrected)?;
    }
    for account in rest {
        // The ids that go with its place, whoever else of the job was corrected together.
        let mut own = fresh.numbered(own.get(&account));
        match attempt(tx, |tx| placed(tx, set, account, |tx| one(tx, set, account, &mut own)))? {
            Ok(None) => (),
            Ok(Some((it, outcome))) => {
                all.add(set, &it, outcome)?;
                fresh = own;
            }
            Err(said) => {
                let (outcome, net) = (Outcome::Failed, Money::ZERO);
                all.items.push(Item { account, outcome, bills: 0, net, said });
            }
        }
    }
    Ok(all)
}

/// What whoever told a version has seen that accounts would be charged; nothing where nobody has looked.
fn seen(tx: &mut Tx, set: &Set) -> Result<Option<Seen>> {
    if !set.as_seen {
        return Ok(None);
    }
    Ok(Some(store::set::seen(tx, set.id)?.into_iter().collect()))
}

/// What a correction came to when somebody looked, where it comes to something else.
fn not_seen(seen: Option<&Seen>, it: &Correction) -> Option<Money> {
    let was = seen?.get(&it.account).copied().unwrap_or(Money::ZERO);
    (was != it.charged()).then_some(was)
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
/// of which some do, that need a second person, or that come to something else than what was seen.
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
    let looked = seen(tx, set)?;
    let (mut rest, mut allowed) = (BTreeSet::new(), BTreeMap::new());
    for it in &anew.corrections {
        let differ = it.bills.iter().filter(|it| reads_otherwise(it)).count();
        if differ != it.bills.len() || not_seen(looked.as_ref(), it).is_some() {
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
    let now = match preview(tx, actor, account, from, cause) {
        Err(why) if is_nothing(&why) => return Ok(None),
        now => now?,
    };
    let Some(why) = &set.why else { return Ok(Some((now, Outcome::Corrected))) };
    if let Some(was) = not_seen(seen(tx, set)?.as_ref(), &now) {
        return Err(refuse(NotCorrected::NotAsSeen { was, now: now.charged() }));
    }
    let new = NewCorrection { account, from, cause, net: now.charged() };
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
    Ok(Some((now, outcome)))
}

/// Whoever began it, on the day that they did.
fn actor(set: &Set) -> Actor {
    Actor { by: set.by, at: set.at }
}

fn is_nothing(why: &anyhow::Error) -> bool {
    let why = why.downcast_ref::<Refused>().and_then(Refused::as_a);
    matches!(why, Some(NotCorrected::NothingDiffers { .. } | NotCorrected::Tolerated { .. }))
}

impl Came {
    /// Takes down what became of an account, and its bills where a version is looked at that is not told
    /// yet.
    fn add(&mut self, set: &Set, it: &Correction, outcome: Outcome) -> Result<()> {
        let (account, bills, net) = (it.account, i64::try_from(it.bills.len())?, it.net);
        self.items.push(Item { account, outcome, bills, net, said: String::new() });
        if set.version.is_some() {
            self.charged.push((account, it.charged()));
            self.reached.extend(it.bills.iter().map(|(old, new)| Otherwise {
                bill: old.id,
                was: old.total,
                now: new.as_ref().map_or(Money::ZERO, |it| it.total),
            }));
        }
        Ok(())
    }
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

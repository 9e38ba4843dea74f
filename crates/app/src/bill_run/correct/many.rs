//! Corrects the bills of every account on a tariff, or says what that would come to: some accounts
//! together in a transaction, several of these at once where the database takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::bill::correct::{Cause, Correction};
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Db, Location, Tx};

use super::{NewCorrection, NotCorrected, empty, preview, reads_otherwise};
use crate::approval::{Asked, Outcome, do_or_ask};
use crate::authority::{NotAuthorized, authorize};
use crate::bill_run::anew::{Anew, Fresh, keep, work_out};
use crate::bill_run::apart::attempt;
use crate::bill_run::settle::rules_on;
use crate::{Actor, Refused, refuse};

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
}

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
/// Accounts in a transaction: from here up, what is asked once for all of them costs little beside
/// what each takes.
const TOGETHER: usize = 100;
/// At most so many at once: a server has more to do than this.
const AT_ONCE: usize = 4;

/// What is to be corrected: on which tariff, from which day on, and what was wrong; and why it is, where
/// it is not only looked at.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    actor: Actor,
    from: Date,
    cause: Cause,
    why: Option<&'a str>,
    /// A fact that is not told yet, put in its place to look what it would come to.
    fact: Option<&'a Put<'a>>,
}

/// Puts a fact in its place, under a number that is no other transaction's.
pub(crate) type Put<'a> = dyn Fn(&mut Tx, i64) -> Result<()> + Sync + 'a;

/// What correcting the bills of every account on some tariffs would come to if a fact were told: each
/// transaction puts it in its place, looks, and takes it back.
pub(crate) fn told(
    db: &Db,
    actor: Actor,
    (tariffs, from, cause): (&BTreeSet<String>, Date, Cause),
    fact: &Put<'_>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Many> {
    let wanted = Wanted { actor, from, cause, why: None, fact: Some(fact) };
    let mut many = all(db, wanted, &on(db, tariffs, from)?, watch)?;
    many.reached.sort_unstable();
    Ok(many)
}

/// Corrects the bills of every account on some tariffs from a day on.
pub(crate) fn on_any(
    db: &Db,
    actor: Actor,
    (tariffs, from, cause): (&BTreeSet<String>, Date, Cause),
    why: &str,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Many> {
    let wanted = Wanted { actor, from, cause, why: Some(why), fact: None };
    all(db, wanted, &on(db, tariffs, from)?, watch)
}

/// The accounts with bills on any of these tariffs, each once.
fn on(db: &Db, tariffs: &BTreeSet<String>, from: Date) -> Result<Vec<AccountId>> {
    let mut accounts = BTreeSet::new();
    for code in tariffs {
        accounts.extend(db.read(|tx| store::correction::on_tariff(tx, code, from))?);
    }
    Ok(accounts.into_iter().collect())
}

/// Corrects the bills of every account on a tariff from a day on, or says what that would come to where
/// there is no reason why. Those that are corrected already read as they should, so that what was cut
/// off may be begun again. Several may do it at once, on several machines: who comes second to an account
/// finds nothing that differs.
pub fn many(
    db: &Db,
    actor: Actor,
    (tariff, from, cause): (&str, Date, Cause),
    why: Option<&str>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Many> {
    if why.is_some_and(|it| it.trim().is_empty()) {
        return Err(refuse(NotCorrected::NoReason));
    }
    let wanted = Wanted { actor, from, cause, why: why.map(str::trim), fact: None };
    let accounts = db.read(|tx| store::correction::on_tariff(tx, tariff, from))?;
    all(db, wanted, &accounts, watch)
}

fn all(
    db: &Db,
    wanted: Wanted<'_>,
    accounts: &[AccountId],
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Many> {
    let parts: Vec<&[AccountId]> = accounts.chunks(TOGETHER).collect();
    let all = u64::try_from(accounts.len())?;
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (said, heard) = mpsc::channel();
    thread::scope(|threads| {
        for _ in 0..at_once(db).min(parts.len()) {
            let (said, next, over, parts) = (said.clone(), &next, &over, &parts);
            threads.spawn(move || {
                while !over.load(Ordering::Relaxed)
                    && let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let came = some(db, wanted, part);
                    if said.send((part.len(), came)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(said);
        let (mut many, mut done, mut failed) = (Many::default(), 0, None);
        for (count, came) in heard {
            match came {
                Ok(it) => many.join(it),
                Err(why) => {
                    over.store(true, Ordering::Relaxed);
                    failed.get_or_insert(why);
                }
            }
            done += u64::try_from(count)?;
            watch(done, all);
        }
        many.failed.sort_unstable();
        many.failed.truncate(SHOWN);
        failed.map_or(Ok(many), Err)
    })
}

/// How many transactions at once serve: one for each processor, and on SQLite, which has one writer,
/// one.
fn at_once(db: &Db) -> usize {
    match db.location() {
        Location::Sqlite(_) => 1,
        Location::Postgres(_) => {
            thread::available_parallelism().map_or(1, usize::from).min(AT_ONCE)
        }
    }
}

/// Corrects some accounts together; those with which that does not go, one by one.
fn some(db: &Db, wanted: Wanted<'_>, accounts: &[AccountId]) -> Result<Many> {
    let mut fresh = match wanted.why {
        None => Fresh::trial(accounts[0]),
        // In a transaction by itself, or else the next ones would wait for this one's end.
        Some(_) => db.write(|tx| set_aside(tx, wanted, accounts))?,
    };
    let came = db.write(|tx| {
        attempt(tx, |tx| {
            let under = accounts[0];
            placed(tx, wanted, under, |tx| together(tx, wanted, accounts, &mut fresh))
        })
    })?;
    let (mut many, rest) = came.unwrap_or_else(|_| (Many::default(), accounts.to_vec()));
    for account in rest {
        match db.write(|tx| placed(tx, wanted, account, |tx| one(tx, wanted, account))) {
            Ok((seen, outcome)) => {
                many.add(&seen, outcome);
                many.list(wanted, &seen);
            }
            Err(why) => many.fail(account, why)?,
        }
    }
    Ok(many)
}

/// Does something with a fact in its place, which is taken back; or without one.
fn placed<T>(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    under: AccountId,
    work: impl FnOnce(&mut Tx) -> Result<T>,
) -> Result<T> {
    match wanted.fact {
        None => work(tx),
        Some(put) => tx.trial(|tx| {
            put(tx, under.0)?;
            work(tx)
        }),
    }
}

fn set_aside(tx: &mut Tx, wanted: Wanted<'_>, accounts: &[AccountId]) -> Result<Fresh> {
    let allowed = authorize(tx, wanted.actor, Permission::RunBills, None)?;
    crate::close::begin_day(tx, &allowed)?;
    let bills = store::correction::standing_of(tx, accounts, wanted.from)?;
    let more = store::outbox::more_than_one(tx, accounts)?;
    // Each account's note goes the ways of its bills.
    let of = bills.iter().map(|it| &it.0).chain(accounts);
    let pieces: i64 = of.map(|it| more.get(it).copied().unwrap_or(1)).sum();
    Fresh::aside(tx, accounts.len(), bills.len(), usize::try_from(pieces)?)
}

/// Corrects those of these accounts of which every bill reads otherwise, and says which are left: those
/// of which some do, or that need a second person.
fn together(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    accounts: &[AccountId],
    fresh: &mut Fresh,
) -> Result<(Many, Vec<AccountId>)> {
    let Wanted { actor, from, cause, why, .. } = wanted;
    authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let standing = store::correction::standing_of(tx, accounts, from)?;
    if store::correction::any_is_shared(tx, standing.iter().map(|it| it.1))? {
        return Ok((Many::default(), accounts.to_vec()));
    }
    let mut olds: BTreeMap<AccountId, Vec<Bill>> = BTreeMap::new();
    for (account, bill) in standing {
        olds.entry(account).or_default().push(store::bill::get(tx, bill)?);
    }
    let like = |account| {
        let why = why.unwrap_or_default().to_owned();
        Correction { why, ..empty(account, cause, today) }
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
        } else if why.is_some() {
            match authorize(tx, actor, Permission::CorrectBills, Some(it.net.abs())) {
                Ok(it_is) => drop(allowed.insert(it.account, it_is)),
                Err(_) => drop(rest.insert(it.account)),
            }
        }
    }
    anew.retain(|it| !rest.contains(&it.account));
    let mut many = Many::default();
    for it in &anew.corrections {
        many.add(it, None);
        many.list(wanted, it);
    }
    if why.is_some() {
        keep(tx, &allowed, &anew, fresh)?;
    }
    Ok((many, rest.into_iter().collect()))
}

/// Corrects one account, or asks a second person to agree.
fn one(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    account: AccountId,
) -> Result<(Correction, Option<Outcome>)> {
    let Wanted { actor, from, cause, why, .. } = wanted;
    let seen = preview(tx, actor, account, from, cause)?;
    let Some(why) = why else { return Ok((seen, None)) };
    let new = NewCorrection { account, from, cause, net: seen.charged() };
    let outcome = do_or_ask(tx, actor, &Asked::Correct(new), why)?;
    Ok((seen, Some(outcome)))
}

impl Many {
    fn add(&mut self, seen: &Correction, outcome: Option<Outcome>) {
        self.accounts += 1;
        self.bills += u64::try_from(seen.bills.len()).expect("an account's bills are countable");
        let side = if seen.net < Money::ZERO { &mut self.less } else { &mut self.more };
        *side += seen.net;
        self.waits += u64::from(matches!(outcome, Some(Outcome::Waits(_))));
    }

    /// Takes down which bills a fact reaches that is not told yet.
    fn list(&mut self, wanted: Wanted<'_>, seen: &Correction) {
        let bills = seen.bills.iter().filter(|_| wanted.fact.is_some());
        self.reached.extend(bills.map(|(old, new)| Reached {
            account: seen.account,
            bill: old.number.clone(),
            was: old.total,
            now: new.as_ref().map_or(Money::ZERO, |it| it.total),
        }));
    }

    fn join(&mut self, it: Many) {
        let Many { accounts, bills, more, less, waits, failed, failures, reached } = it;
        self.reached.extend(reached);
        self.accounts += accounts;
        self.bills += bills;
        self.more += more;
        self.less += less;
        self.waits += waits;
        self.failed.extend(failed);
        self.failures += failures;
    }

    /// Takes down what one account was refused; what is no refusal ends the work.
    fn fail(&mut self, account: AccountId, why: anyhow::Error) -> Result<()> {
        let refused = why.downcast::<Refused>()?;
        if refused.as_a::<NotAuthorized>().is_some() {
            return Err(refused.into());
        }
        if matches!(
            refused.as_a(),
            Some(NotCorrected::NothingDiffers { .. } | NotCorrected::Tolerated { .. })
        ) {
            return Ok(());
        }
        self.failures += 1;
        self.failed.push((account, refused.to_string()));
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

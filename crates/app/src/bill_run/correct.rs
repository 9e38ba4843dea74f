//! Bills that were wrong: taken back, made anew from what is known now, and netted.
//!
//! Nobody has to know which bills a changed fact reaches. All from a day on are made again as a trial;
//! those that would read otherwise are the ones to correct, and no other.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::{Ending, Tariffs, Unusual, assess};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::correct::{Cause, Correction, differs, net, take_back, take_off};
use meterbook_core::bill::settle::Settled;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId, BillId, CorrectionId, EntryId};
use meterbook_core::ledger::{Entry, EntryKind};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::text::counted;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Counter, Db, Tx};

use super::settle::rules_on;
use super::{check, origin, post};
use crate::approval::{Asked, Outcome, do_or_ask};
use crate::authority::{NotAuthorized, authorize};
use crate::{Actor, Refused, refuse};

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCorrection {
    /// Whose bills.
    pub account: AccountId,
    /// The first day that may be billed wrong.
    pub from: Date,
    /// Why they were wrong.
    pub cause: Cause,
    /// What the account would owe more before interest, when somebody looked; what comes to something
    /// else is refused.
    pub net: Money,
}

/// Why bills are not corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCorrected {
    /// Made again, every bill reads as it does.
    NothingDiffers {
        /// From when on.
        from: Date,
    },
    /// A bill cannot be made again.
    Held {
        /// Which.
        bill: BillNumber,
        /// Of which agreement.
        agreement: AgreementId,
        /// Why.
        hold: Hold,
    },
    /// What a bill gave or took is on the bills of others.
    Shared {
        /// Which.
        bill: BillNumber,
    },
    /// It comes to less than is worth correcting.
    Tolerated {
        /// What it comes to.
        net: Money,
        /// Below this nothing is corrected.
        below: Money,
    },
    /// Nobody said why.
    NoReason,
    /// It comes to something else than when somebody looked.
    NotAsSeen {
        /// What it came to.
        was: Money,
        /// What it comes to.
        now: Money,
    },
}

/// The act in the audit and among approvals.
pub(crate) const CORRECT: &str = "correct bills";

/// What correcting the bills of an account would come to. Nothing is kept.
pub fn preview(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    from: Date,
    cause: Cause,
) -> Result<Correction> {
    authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    trial(tx, account, from, cause, today)
}

fn trial(
    tx: &mut Tx,
    account: AccountId,
    from: Date,
    cause: Cause,
    today: Date,
) -> Result<Correction> {
    let bills = store::correction::standing(tx, account, from)?;
    let bills = bills.into_iter().map(|it| store::bill::get(tx, it));
    let bills = bills.collect::<Result<Vec<_>>>()?;
    let new = |bills| Correction {
        id: CorrectionId(0),
        account,
        cause,
        why: String::new(),
        on: today,
        net: Money::ZERO,
        settled: Settled::default(),
        bills,
    };
    // Everything after a bill that changes may change with it, through what it leaves for the next.
    let all = tx.trial(|tx| made(tx, new(Vec::new()), &bills))?;
    let differ = all.bills.into_iter().filter(|(old, new)| match new {
        Some(new) => differs(old, new),
        None => true,
    });
    let differ: Vec<_> = differ.map(|(old, _)| old).collect();
    if differ.is_empty() {
        return Err(refuse(NotCorrected::NothingDiffers { from }));
    }
    for bill in &differ {
        if store::correction::is_shared(tx, bill.id)? {
            return Err(refuse(NotCorrected::Shared { bill: bill.number.clone() }));
        }
    }
    let it = tx.trial(|tx| made(tx, new(Vec::new()), &differ))?;
    let rules = rules_on(tx, today)?;
    if rules.tolerates(it.net) {
        return Err(refuse(NotCorrected::Tolerated { net: it.net, below: rules.tolerance() }));
    }
    Ok(it)
}

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
}

/// Failures that are kept to be shown.
pub const SHOWN: usize = 100;
/// Accounts that are asked for at once.
const AT_ONCE: i64 = 500;

/// Corrects the bills of every account on a tariff from a day on, each in a transaction of its own, or
/// says what that would come to where there is no reason why. Those that are corrected already read as
/// they should, so that what was cut off may be begun again.
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
    let all = db.read(|tx| store::correction::count_on_tariff(tx, tariff, from))?;
    let (mut many, mut after, mut done) = (Many::default(), AccountId(0), 0);
    loop {
        let next = db.read(|tx| store::correction::on_tariff(tx, tariff, from, after, AT_ONCE))?;
        let Some(last) = next.last() else { return Ok(many) };
        after = *last;
        for account in next {
            done += 1;
            let seen = db.write(|tx| {
                let seen = preview(tx, actor, account, from, cause)?;
                let Some(why) = why else { return Ok((seen, None)) };
                let new = NewCorrection { account, from, cause, net: seen.charged() };
                let outcome = do_or_ask(tx, actor, &Asked::Correct(new), why)?;
                Ok((seen, Some(outcome)))
            });
            match seen {
                Ok((seen, outcome)) => many.add(&seen, outcome),
                Err(why) => many.fail(account, why)?,
            }
            watch(done, all);
        }
    }
}

impl Many {
    fn add(&mut self, seen: &Correction, outcome: Option<Outcome>) {
        self.accounts += 1;
        self.bills += u64::try_from(seen.bills.len()).expect("an account's bills are countable");
        let side = if seen.net < Money::ZERO { &mut self.less } else { &mut self.more };
        *side += seen.net;
        self.waits += u64::from(matches!(outcome, Some(Outcome::Waits(_))));
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
        if self.failed.len() < SHOWN {
            self.failed.push((account, refused.to_string()));
        }
        Ok(())
    }
}

impl NewCorrection {
    /// To what, as a second person reads it.
    pub(crate) fn subject(&self, tx: &mut Tx, today: Date) -> Result<String> {
        let it = trial(tx, self.account, self.from, self.cause, today)?;
        let number = store::account::get(tx, self.account)?.number;
        Ok(format!("account {number}: {} from {} on", said(&it), self.from))
    }

    /// Takes the bills back and makes them anew, if it comes to what was seen.
    pub(crate) fn be_made(
        &self,
        tx: &mut Tx,
        allowed: &Authorized,
        why: &str,
    ) -> Result<Correction> {
        let why = why.trim();
        if why.is_empty() {
            return Err(refuse(NotCorrected::NoReason));
        }
        let today = crate::founding::zone(tx)?.day_of(allowed.at());
        let seen = trial(tx, self.account, self.from, self.cause, today)?;
        let now = seen.charged();
        if now != self.net {
            return Err(refuse(NotCorrected::NotAsSeen { was: self.net, now }));
        }
        let id = CorrectionId(tx.next(Counter::Correction, 1)?);
        let wanted = Correction { id, why: why.to_owned(), bills: Vec::new(), ..seen.clone() };
        let old: Vec<Bill> = seen.bills.into_iter().map(|it| it.0).collect();
        let made = made(tx, wanted, &old)?;
        let number = store::account::get(tx, self.account)?.number.to_string();
        let change = store::audit::Change { why: Some(why), ..store::audit::Change::default() };
        store::audit::change(tx, allowed, CORRECT, &number, (&said(&made), change))?;
        Ok(made)
    }
}

fn said(it: &Correction) -> String {
    let bills: Vec<&str> = it.bills.iter().map(|(old, _)| old.number.0.as_str()).collect();
    format!("{}, {}: {}", counted(it.bills.len(), "bill"), bills.join(", "), it.net)
}

/// Takes these bills back and makes each anew, oldest first.
fn made(tx: &mut Tx, correction: Correction, bills: &[Bill]) -> Result<Correction> {
    let mut correction = correction;
    store::correction::add(tx, &correction)?;
    for bill in bills {
        store::correction::cancel(tx, correction.id, bill.id)?;
    }
    let mut tariffs = Tariffs::default();
    for old in bills {
        let new = anew(tx, old, correction.on, &mut tariffs)?;
        if let Some(new) = &new {
            store::correction::replace(tx, old.id, new.id)?;
        }
        correction.bills.push((old.clone(), new));
    }
    let class = store::account::get(tx, correction.account)?.class;
    let rules = rules_on(tx, correction.on)?;
    let of = (correction.cause, class);
    correction.settled = rules.settle(of, correction.on, &correction.bills);
    store::correction::settle(tx, correction.id, &correction.settled)?;
    let first = tx.next(Counter::Entry, 2 * bills.len() + 1)?;
    let mut entries = Vec::new();
    for (old, new) in &correction.bills {
        entries.push(Entry {
            id: EntryId(0),
            kind: EntryKind::Cancelled,
            on: correction.on,
            key: old.number.0.clone(),
            text: old.period.to_string(),
            postings: take_back(old),
        });
        entries.extend(new.iter().map(|it| post::entry(it, EntryId(0))));
    }
    if correction.settled.off() != Money::ZERO {
        entries.push(Entry {
            id: EntryId(0),
            kind: EntryKind::Adjustment,
            on: correction.on,
            key: correction.id.to_string(),
            text: correction.id.to_string(),
            postings: take_off(correction.account, &correction.settled),
        });
    }
    for (entry, id) in entries.iter_mut().zip(first..) {
        entry.id = EntryId(id);
    }
    store::ledger::add(tx, &entries)?;
    correction.net = net(&correction.bills) - correction.settled.off();
    Ok(correction)
}

/// A bill made again from what is known now, dated today; `None` when there is nothing to bill any
/// more.
fn anew(tx: &mut Tx, old: &Bill, today: Date, tariffs: &mut Tariffs) -> Result<Option<Bill>> {
    let turn = store::window::get(tx, old.window)?;
    let due_on = today.checked_add(turn.due_on - turn.billed_on)?;
    let window = Window { billed_on: today, due_on, ..turn };
    let mut facts = store::gather::accounts_as_of(tx, &window, &[old.account], Known::ALL)?;
    for facts in &mut facts {
        // Others that have their own bill for these days keep it.
        facts.services.retain(|it| old.segments.iter().any(|was| was.agreement == it.agreement.id));
    }
    check::learn(tx, &facts, tariffs)?;
    crate::published::learn(tx, tariffs, window.period, Known::ALL)?;
    let facts = [facts.remove(0)];
    let mut segments = Vec::new();
    for (agreement, ending) in assess(&facts[0], &window, tariffs, Unusual::Accept) {
        match ending {
            Ending::Billed(segment) => segments.push(*segment),
            Ending::BilledBefore => {}
            Ending::Held(hold) => {
                let bill = old.number.clone();
                return Err(refuse(NotCorrected::Held { bill, agreement, hold }));
            }
        }
    }
    if segments.is_empty() {
        return Ok(None);
    }
    let calendar = crate::calendar::on(tx, today)?;
    let mut bill = post::bill(&facts[0], &window, &calendar, segments);
    bill.id = BillId(tx.next(Counter::Bill, 1)?);
    bill.number = next_number(&old.number);
    let bills = [bill];
    store::bill::add(tx, &bills)?;
    let known = store::bill::known(tx)?;
    origin::keep(tx, &facts, &bills, tariffs, known)?;
    crate::delivery::queue(tx, &bills)?;
    let [bill] = bills;
    Ok(Some(bill))
}

/// `B-260804-10000012-C1` after `B-260804-10000012`, and `-C2` after that.
fn next_number(of: &BillNumber) -> BillNumber {
    let (stem, nth) = match of.0.rsplit_once("-C").map(|(stem, nth)| (stem, nth.parse::<u32>())) {
        Some((stem, Ok(nth))) => (stem, nth),
        _ => (of.0.as_str(), 0),
    };
    BillNumber(format!("{stem}-C{}", nth + 1))
}

impl fmt::Display for NotCorrected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCorrected::NothingDiffers { from } => write!(
                f,
                "made again from what is known now, every bill from {from} on reads as it does; mend the read, the meter or the tariff first"
            ),
            NotCorrected::Held { bill, agreement, hold } => {
                write!(f, "{} cannot be made again: agreement {agreement}: {hold}", bill.0)
            }
            NotCorrected::Shared { bill } => write!(
                f,
                "what {} gave to or took from a community share is on the bills of others too; settle it between them by hand",
                bill.0
            ),
            NotCorrected::Tolerated { net, below } => write!(
                f,
                "it comes to {net}, and what is less than {below} is not corrected; see: meterbook bill correction-rules"
            ),
            NotCorrected::NoReason => f.write_str("say why; whoever looks at it later will ask"),
            NotCorrected::NotAsSeen { was, now } => {
                write!(
                    f,
                    "the correction comes to {now} now, not to {was} as when it was looked at"
                )
            }
        }
    }
}

impl std::error::Error for NotCorrected {}

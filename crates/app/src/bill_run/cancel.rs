//! Takes a whole turn back whose bills were sent to nobody yet: every bill by an entry of its own, and
//! the turn is open again. It takes two people.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;
use meterbook_core::account::Cycle;
use meterbook_core::bill::Bill;
use meterbook_core::bill::correct::{Cause, Correction, take_back};
use meterbook_core::bill::job::Job;
use meterbook_core::bill::run::{Run, Stage};
use meterbook_core::bill::settle::Settled;
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, BillId, CorrectionId, EntryId, RunId};
use meterbook_core::ledger::{Entry, EntryKind};
use meterbook_core::money::Money;
use meterbook_core::permission::Authorized;
use meterbook_core::text::counted;
use meterbook_store::audit::Change;
use meterbook_store::cancel::InTheWay;
use meterbook_store::{self as store, Counter, Db, Tx};

use super::Progress;
use super::post::Aside;
use super::sum_up;
use crate::approval::{self, Asked, Outcome};
use crate::{Actor, refuse};

/// The act in the audit and among approvals.
pub(crate) const CANCEL_RUN: &str = "cancel bill run";
/// What the corrections of such a turn say; the reason is in the audit and with the approval.
const WHY: &str = "the run that made it was taken back as a whole";

/// A turn that is to be taken back, as somebody saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewCancel {
    /// The run.
    pub run: RunId,
    /// What its bills come to.
    pub total: Money,
}

/// Why a turn is not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCancelled {
    /// The cycle has no turn that is billed.
    NothingBilled {
        /// Its number.
        cycle: Cycle,
    },
    /// It cannot be done any more, or not yet.
    InTheWay(InTheWay),
    /// It is being taken back, or was.
    Stage {
        /// Where the run is.
        stage: Stage,
    },
    /// It was taken back, and the turn was run anew since.
    BilledAnew {
        /// Its number.
        cycle: Cycle,
    },
    /// Nobody said why.
    NoReason,
    /// It does not come any more to what was seen.
    NotAsSeen {
        /// What it came to.
        was: Money,
        /// What it comes to.
        now: Money,
    },
}

/// What taking back the newest billed turn of a cycle would be.
pub fn of_cycle(tx: &mut Tx, cycle: Cycle) -> Result<NewCancel> {
    let run = store::cancel::newest(tx, cycle)?;
    let run = run.ok_or_else(|| refuse(NotCancelled::NothingBilled { cycle }))?;
    let (_, total) = store::cancel::total(tx, run.window)?;
    Ok(NewCancel { run: run.id, total })
}

/// Takes a turn back, or asks for a second person. Cut off, it goes on with whoever works next.
pub fn cancel(
    db: &Db,
    actor: Actor,
    wanted: NewCancel,
    why: &str,
    watch: &mut dyn FnMut(Progress),
) -> Result<Outcome> {
    let outcome = db.write(|tx| approval::do_or_ask(tx, actor, &Asked::CancelRun(wanted), why))?;
    if outcome == Outcome::Done {
        let run = db.read(|tx| store::run::get(tx, wanted.run))?;
        super::finish(db, actor, run, watch)?;
    }
    Ok(outcome)
}

impl NewCancel {
    /// Of what, as a second person reads it.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        let run = store::run::lock(tx, self.run)?;
        let window = store::window::get(tx, run.window)?;
        let newest = store::run::latest(tx, run.window)?;
        if run.stage == Stage::Cancelled && newest.is_some_and(|it| it.id != run.id) {
            return Err(refuse(NotCancelled::BilledAnew { cycle: window.cycle }));
        }
        if run.stage != Stage::Done {
            return Err(refuse(NotCancelled::Stage { stage: run.stage }));
        }
        if let Some(why) = store::cancel::in_the_way(tx, run.window)? {
            return Err(refuse(NotCancelled::InTheWay(why)));
        }
        let (bills, now) = store::cancel::total(tx, run.window)?;
        if now != self.total {
            return Err(refuse(NotCancelled::NotAsSeen { was: self.total, now }));
        }
        let (cycle, period, bills) = (window.cycle, window.period, counted(bills, "bill"));
        Ok(format!("cycle {cycle} for {period}: {bills} for {now}"))
    }

    /// Begins to take it back. From here on nothing of it is sent.
    pub(crate) fn begin(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        let why = why.trim();
        if why.is_empty() {
            return Err(refuse(NotCancelled::NoReason));
        }
        let said = self.subject(tx)?;
        let run = store::run::get(tx, self.run)?;
        store::job::forget(tx, run.id)?;
        store::run::advance(tx, &Run { stage: Stage::Cancelling, ..run })?;
        let change = Change { why: Some(why), ..Change::default() };
        store::audit::change(tx, allowed, CANCEL_RUN, &run.window.to_string(), (&said, change))
    }
}

/// Takes back the bills of the accounts of a job.
pub(super) fn take_back_bills(
    tx: &mut Tx,
    allowed: &Authorized,
    window: &Window,
    job: &Job,
) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let mut theirs: BTreeMap<AccountId, Vec<Bill>> = BTreeMap::new();
    for id in store::cancel::bills(tx, window.id, (job.first, job.last))? {
        let bill = store::bill::get(tx, id)?;
        theirs.entry(bill.account).or_default().push(bill);
    }
    let bills = theirs.values().map(Vec::len).sum();
    let first = tx.next(Counter::Correction, theirs.len())?;
    let mut entry = Aside::of(job).entries.take(tx, bills)?;
    let mut entries = Vec::with_capacity(bills);
    let (mut corrections, mut taken) = (Vec::new(), Vec::with_capacity(bills));
    for (correction, (account, bills)) in (first..).zip(theirs) {
        let id = CorrectionId(correction);
        let net = -bills.iter().map(|it| it.total).sum::<Money>();
        let (cause, why) = (Cause::Run, WHY.to_owned());
        let settled = Settled::default();
        let none = Vec::new();
        let it = Correction { id, account, cause, why, on: today, net, settled, bills: none };
        corrections.push(it);
        for bill in bills {
            taken.push((id, bill.id));
            entries.push(Entry {
                id: EntryId(entry),
                kind: EntryKind::Cancelled,
                on: today,
                key: bill.number.0.clone(),
                text: bill.period.to_string(),
                postings: take_back(&bill),
            });
            entry += 1;
        }
    }
    store::correction::add(tx, &corrections)?;
    store::correction::cancel(tx, &taken)?;
    store::ledger::add(tx, &entries)?;
    let bills: Vec<BillId> = taken.iter().map(|it| it.1).collect();
    let undone = sum_up::undone(tx, &bills, (Cause::Run, WHY, today))?;
    let summed = undone.into_iter().map(|it| it.0);
    let theirs = corrections.iter().map(|it| it.account);
    crate::order::after_correction(tx, allowed, theirs.chain(summed))
}

impl fmt::Display for NotCancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one_by_one = "correct the bills that are wrong one by one: meterbook bill correct";
        match self {
            NotCancelled::NothingBilled { cycle } => {
                write!(f, "no turn of cycle {cycle} is billed, so there is nothing to take back")
            }
            NotCancelled::InTheWay(InTheWay::Unfinished) => f.write_str(
                "the turn is still checked or posted; finish that first with: meterbook bill run --resume, or call it off: meterbook bill call-off",
            ),
            NotCancelled::InTheWay(InTheWay::Sent(pieces, key)) => write!(
                f,
                "{} of the turn are sent or about to be, such as {key}; what people have stays, so {one_by_one}",
                counted(*pieces, "piece")
            ),
            NotCancelled::InTheWay(InTheWay::BilledSince(bill)) => write!(
                f,
                "{bill} bills later days of the same agreements; take that turn back first, or {one_by_one}"
            ),
            NotCancelled::InTheWay(InTheWay::Corrected(bill)) => {
                write!(f, "{bill} of the turn was corrected already; {one_by_one}")
            }
            NotCancelled::InTheWay(InTheWay::Shared(bill)) => write!(
                f,
                "what {bill} gave to or took from a community share is on the bills of others too; {one_by_one}"
            ),
            NotCancelled::InTheWay(InTheWay::Settled(bill)) => write!(
                f,
                "what {bill} kept in a bank was settled beside it when service ended; {one_by_one}"
            ),
            NotCancelled::Stage { stage: Stage::Cancelling } => f.write_str(
                "the turn is being taken back already; go on with: meterbook bill run --resume",
            ),
            NotCancelled::Stage { stage: Stage::Cancelled } => {
                f.write_str("the turn is taken back already; bill it with: meterbook bill run")
            }
            NotCancelled::Stage { .. } => f.write_str(
                "nothing of the turn is posted; call its run off with: meterbook bill call-off",
            ),
            NotCancelled::BilledAnew { cycle } => write!(
                f,
                "the bills that this was about are taken back, and the turn was run anew; if those are wrong too, ask for that: meterbook bill cancel-run --cycle {cycle}"
            ),
            NotCancelled::NoReason => f.write_str("say why; whoever looks at it later will ask"),
            NotCancelled::NotAsSeen { was, now } => write!(
                f,
                "its bills come to {now} now, not to {was} as when it was asked for; look again"
            ),
        }
    }
}

impl std::error::Error for NotCancelled {}

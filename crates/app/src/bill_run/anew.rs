//! Bills made again from what is known now, of many accounts together: turn after turn, since a bill
//! may draw on what the one before it leaves.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::bill::assess::{AccountFacts, Ending, Tariffs, Unusual, assess_seeing};
use meterbook_core::bill::correct::{Correction, net, take_back, take_off};
use meterbook_core::bill::set::SetJob;
use meterbook_core::bill::{Bill, BillNumber, Segment};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId, BillId, CorrectionId, EntryId, SetId, WindowId};
use meterbook_core::ledger::{Entry, EntryKind};
use meterbook_core::money::Money;
use meterbook_core::permission::Authorized;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Counter, Tx};

use super::correct::{CORRECT, NotCorrected, said};
use super::origin::Origins;
use super::post::Ids;
use super::settle::{before, keep_due, rules_on};
use super::{check, origin, post, so_far, sum_up};
use crate::refuse;

/// Ids that are set aside for corrections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fresh {
    corrections: Ids,
    bills: Ids,
    entries: Ids,
    pieces: Ids,
    /// The set that they are of: at its end what sums up bills of it is made anew, and not before.
    set: Option<SetId>,
}

/// Ids from here on are those of trials, which nobody sees.
const TRIALS: i64 = 1 << 62;
/// A trial needs fewer.
const OF_A_TRIAL: i64 = 1 << 20;

impl Fresh {
    /// None: they are taken as they are needed.
    pub(super) fn none() -> Fresh {
        Fresh::with(|counter| Ids::of(counter, 0, 0))
    }

    /// Those of a trial of these accounts. Two trials at once have others, or else one would wait for
    /// the other, and no counter is held for what is undone.
    pub(super) fn trial(first: AccountId) -> Fresh {
        let from = TRIALS + first.0.rem_euclid(1 << 41) * OF_A_TRIAL;
        Fresh::with(|counter| Ids::of(counter, from, OF_A_TRIAL))
    }

    /// Those of a job of a set.
    pub(super) fn of(job: &SetJob) -> Fresh {
        let corrections = i64::try_from(job.accounts.len()).unwrap_or(i64::MAX);
        Fresh {
            corrections: Ids::of(Counter::Correction, job.first_correction.0, corrections),
            bills: Ids::of(Counter::Bill, job.first_bill.0, job.bills),
            entries: Ids::of(Counter::Entry, job.first_entry.0, job.entries),
            pieces: Ids::of(Counter::Piece, job.first_piece.0, job.pieces),
            set: Some(job.set),
        }
    }

    /// Of these the ids of each account's correction and bills, by its place among those that have the
    /// bills, account by account.
    pub(super) fn each(&self, bills: &[(AccountId, BillId)]) -> BTreeMap<AccountId, Fresh> {
        let (mut rest, mut each) = (*self, BTreeMap::new());
        for of_one in bills.chunk_by(|one, next| one.0 == next.0) {
            let count = i64::try_from(of_one.len()).unwrap_or(i64::MAX);
            let corrections = rest.corrections.split(1);
            let bills = rest.bills.split(count);
            each.insert(of_one[0].0, Fresh { corrections, bills, ..*self });
        }
        each
    }

    /// These, with the ids of corrections and bills of another; where there is none, with none of them.
    pub(super) fn numbered(self, by: Option<&Fresh>) -> Fresh {
        let none = Fresh::none();
        let by = by.unwrap_or(&none);
        Fresh { corrections: by.corrections, bills: by.bills, ..self }
    }

    fn with(ids: impl Fn(Counter) -> Ids) -> Fresh {
        Fresh {
            corrections: ids(Counter::Correction),
            bills: ids(Counter::Bill),
            entries: ids(Counter::Entry),
            pieces: ids(Counter::Piece),
            set: None,
        }
    }
}

/// What correcting bills comes to, worked out and not kept.
#[derive(Default)]
pub(super) struct Anew {
    pub(super) corrections: Vec<Correction>,
    pub(super) origins: Origins,
}

/// Takes the bills of each correction back and makes each anew, oldest first, as a trial: nothing of it
/// is kept.
pub(super) fn work_out(
    tx: &mut Tx,
    wanted: Vec<(Correction, Vec<Bill>)>,
    fresh: &mut Fresh,
    tariffs: &mut Tariffs,
) -> Result<Anew> {
    // Before any number is taken: who tells a fact takes them after its own.
    store::telling::hold_off(tx)?;
    let first = fresh.corrections.take(tx, wanted.len())?;
    let count = wanted.iter().map(|it| it.1.len()).sum();
    let bill = fresh.bills.take(tx, count)?;
    tx.trial(|tx| worked_out(tx, wanted, (first, bill), tariffs))
}

fn worked_out(
    tx: &mut Tx,
    wanted: Vec<(Correction, Vec<Bill>)>,
    (first, first_bill): (i64, i64),
    tariffs: &mut Tariffs,
) -> Result<Anew> {
    let mut anew = Anew::default();
    let (mut old, mut places, mut place) = (Vec::new(), Vec::new(), first_bill);
    for ((mut correction, mut bills), id) in wanted.into_iter().zip(first..) {
        correction.id = CorrectionId(id);
        bills.sort_by_key(in_order);
        anew.corrections.push(correction);
        places.push(place);
        place += i64::try_from(bills.len())?;
        old.push(bills);
    }
    let taken = anew.corrections.iter().zip(&old);
    let taken = taken.flat_map(|(it, bills)| bills.iter().map(|bill| (it.id, bill.id)));
    let taken: Vec<(CorrectionId, BillId)> = taken.collect();
    store::correction::add(tx, &anew.corrections)?;
    store::correction::cancel(tx, &taken)?;
    let known = store::bill::known(tx)?;
    while let Some(turn) = next_turn(&anew.corrections, &old) {
        let due: Vec<usize> = (0..old.len())
            .filter(|it| {
                next(&anew.corrections[*it], &old[*it]).is_some_and(|it| it.window == turn)
            })
            .collect();
        let due: Vec<(usize, &Bill, BillId)> = due
            .into_iter()
            .map(|it| {
                let nth = anew.corrections[it].bills.len();
                (it, &old[it][nth], BillId(places[it] + i64::try_from(nth).unwrap_or(i64::MAX)))
            })
            .collect();
        let made = in_turn(tx, turn, &due, (anew.corrections[0].on, known), tariffs)?;
        anew.origins.extend(made.1);
        let mut new: BTreeMap<BillId, Bill> = made.0.into_iter().map(|it| (it.id, it)).collect();
        for (nth, was, id) in due {
            anew.corrections[nth].bills.push((was.clone(), new.remove(&id)));
        }
    }
    let rules = match anew.corrections.first() {
        Some(it) => rules_on(tx, it.on)?,
        None => return Ok(anew),
    };
    for it in &mut anew.corrections {
        due_together(it);
        let class = store::account::get(tx, it.account)?.class;
        let before = before(tx, it, &rules)?;
        it.settled = rules.settle((it.cause, class), it.on, &it.bills, &before);
        it.net = net(&it.bills) - it.settled.off();
    }
    Ok(anew)
}

/// Bills that go as one piece are due on one day, the last of theirs.
fn due_together(it: &mut Correction) {
    if !it.is_one_piece() {
        return;
    }
    let Some(due) = it.made().map(|it| it.due_on).max() else { return };
    for new in it.bills.iter_mut().filter_map(|it| it.1.as_mut()) {
        new.due_on = due;
    }
}

/// The first bill that is not made anew.
fn next<'a>(done: &Correction, old: &'a [Bill]) -> Option<&'a Bill> {
    old.get(done.bills.len())
}

/// Of two bills of a turn that which ends earlier is made first: the other one begins where it ended.
fn in_order(it: &Bill) -> (Date, WindowId) {
    (it.days().end(), it.window)
}

/// The turn of the earliest days of which a bill is not made anew.
fn next_turn(done: &[Correction], old: &[Vec<Bill>]) -> Option<WindowId> {
    let next = done.iter().zip(old).filter_map(|(done, old)| next(done, old));
    next.min_by_key(|it| in_order(it)).map(|it| it.window)
}

/// Bills of a turn made again, dated today, each with its id; none where there is nothing to bill any
/// more. They are there for the next ones to draw on.
fn in_turn(
    tx: &mut Tx,
    turn: WindowId,
    due: &[(usize, &Bill, BillId)],
    (today, known): (Date, Known),
    tariffs: &mut Tariffs,
) -> Result<(Vec<Bill>, Origins)> {
    let window = store::window::get(tx, turn)?.dated(today);
    let accounts: Vec<AccountId> = due.iter().map(|it| it.1.account).collect();
    let olds: BTreeMap<AccountId, (&Bill, BillId)> =
        due.iter().map(|(_, old, id)| (old.account, (*old, *id))).collect();
    // Off its cycle a turn has one bill.
    let end = match due {
        [(_, old, _)] => so_far::end(tx, &window, old)?,
        _ => None,
    };
    let seen = Window { period: so_far::days(window.period, end), ..window };
    let mut facts = store::gather::accounts_as_of(tx, &seen, &accounts, Known::ALL)?;
    let served = facts.iter().flat_map(|it| &it.services).map(|it| it.agreement.id);
    let followed = store::telling::followed(tx, served)?;
    let settled = take_as_going_on(tx, &mut facts)?;
    for facts in &mut facts {
        let (old, _) = olds[&facts.account.id];
        // Others that have their own bill for these days keep it.
        facts.services.retain(|it| {
            let mut id = Some(it.agreement.id);
            std::iter::from_fn(|| {
                let now = id?;
                id = followed.get(&now).copied();
                Some(now)
            })
            .any(|id| old.segments.iter().any(|was| was.agreement == id))
        });
        if let Some(end) = end {
            so_far::cut(facts, window.period, end);
        }
    }
    check::learn(tx, &facts, tariffs)?;
    crate::published::learn(tx, tariffs, window.period, Known::ALL)?;
    let calendar = crate::calendar::on(tx, today)?;
    let (mut bills, mut used) = (Vec::new(), origin::Used::new());
    for facts in &facts {
        let (old, id) = olds[&facts.account.id];
        let seen = &mut |agreement, it: &_| {
            used.insert(agreement, origin::of_usage(it));
        };
        let mut segments = Vec::new();
        for (agreement, ending) in assess_seeing(facts, &window, tariffs, Unusual::Accept, seen) {
            match ending {
                Ending::Billed(segment) => {
                    if let Some(on) =
                        settled.get(&agreement).filter(|it| leaves_other(old, &segment, **it))
                    {
                        let bill = old.number.clone();
                        return Err(refuse(NotCorrected::Settled { bill, on: *on }));
                    }
                    segments.push(*segment);
                }
                Ending::BilledBefore => {}
                Ending::Held(hold) => {
                    let bill = old.number.clone();
                    return Err(refuse(NotCorrected::Held { bill, agreement, hold }));
                }
            }
        }
        if !segments.is_empty() {
            let bill = post::bill(facts, &window, &calendar, segments);
            bills.push(Bill { id, number: next_number(&old.number), ..bill });
        }
    }
    store::bill::add_drawn_on(tx, &bills)?;
    let origins = origin::of(tx, (&facts, &used), &bills, tariffs, known)?;
    Ok((bills, origins))
}

/// Lets services go on whose banks were settled beside their last bill when they ended, with the day of
/// that: bills made anew of them would settle them once more.
fn take_as_going_on(
    tx: &mut Tx,
    facts: &mut [AccountFacts],
) -> Result<BTreeMap<AgreementId, Date>> {
    let mut settled = BTreeMap::new();
    for it in facts.iter_mut().flat_map(|it| &mut it.services) {
        let id = it.agreement.id;
        if let Some(to) = it.agreement.to
            && store::settlement::is_there(tx, id)?
        {
            settled.insert(id, to);
            it.agreement.to = None;
        }
    }
    Ok(settled)
}

/// Whether a part of a bill made anew, with which service ended on that day, leaves something else in
/// banks than the old bill did.
fn leaves_other(old: &Bill, new: &Segment, on: Date) -> bool {
    let mut was = old.segments.iter().filter(|it| it.agreement == new.agreement);
    new.period.end() == on && was.any(|it| it.period.end() == on && it.carried != new.carried)
}

/// Keeps what was worked out and may be, each by the proof of its account, and posts it.
pub(super) fn keep(
    tx: &mut Tx,
    allowed: &BTreeMap<AccountId, Authorized>,
    anew: &Anew,
    fresh: &mut Fresh,
) -> Result<()> {
    let Anew { corrections, origins } = anew;
    if let Some(allowed) = allowed.values().next() {
        crate::close::begin_day(tx, allowed)?;
    }
    let pairs = || corrections.iter().flat_map(|it| it.bills.iter().map(move |both| (it, both)));
    let taken: Vec<_> = pairs().map(|(it, (old, _))| (it.id, old.id)).collect();
    let new: Vec<Bill> = pairs().filter_map(|(_, (_, new))| new.clone()).collect();
    store::correction::add(tx, corrections)?;
    store::correction::cancel(tx, &taken)?;
    store::bill::add(tx, &new)?;
    store::bill::add_origins(tx, origins)?;
    for (_, (old, new)) in pairs() {
        if let Some(new) = new {
            store::correction::replace(tx, old.id, new.id)?;
        }
    }
    let made = || pairs().filter_map(|(_, (_, new))| Some(new.as_ref()?.id));
    store::correction::owed_as(tx, made())?;
    keep_due(tx, corrections)?;
    let together = corrections.iter().filter(|it| it.is_one_piece());
    let behind = together.flat_map(|it| it.made().map(move |bill| (bill.id, it.id)));
    let behind: Vec<(BillId, CorrectionId)> = behind.collect();
    store::correction::put_behind(tx, &behind)?;
    let (_, alone): (Vec<Bill>, Vec<Bill>) =
        new.into_iter().partition(|it| behind.iter().any(|of| of.0 == it.id));
    crate::delivery::queue(tx, &alone, |tx, count| fresh.pieces.take(tx, count))?;
    crate::delivery::queue_notes(tx, corrections, |tx, count| fresh.pieces.take(tx, count))?;
    let mut entries: Vec<Entry> = corrections.iter().flat_map(entries_of).collect();
    let first = fresh.entries.take(tx, entries.len())?;
    for (entry, id) in entries.iter_mut().zip(first..) {
        entry.id = EntryId(id);
    }
    store::ledger::add(tx, &entries)?;
    if let (Some(it), Some(allowed)) = (corrections.first(), allowed.values().next()) {
        let bills: Vec<BillId> = taken.iter().map(|it| it.1).collect();
        let said = (it.cause, it.why.as_str(), it.on);
        match fresh.set {
            Some(set) => sum_up::undone_until(tx, set, &bills, said)?,
            None => {
                let undone = sum_up::undone(tx, &bills, said)?;
                sum_up::anew(tx, allowed, &undone, it.on)?;
                let summed = undone.iter().map(|it| it.0);
                crate::order::after_correction(tx, allowed, summed)?;
            }
        }
    }
    for it in corrections {
        let allowed: &Authorized = allowed.get(&it.account).context("it was allowed")?;
        crate::order::after_correction(tx, allowed, [it.account])?;
    }
    for it in corrections {
        let allowed: &Authorized = allowed.get(&it.account).context("it was allowed")?;
        let number = store::account::get(tx, it.account)?.number.to_string();
        let change = store::audit::Change { why: Some(&it.why), ..store::audit::Change::default() };
        store::audit::change(tx, allowed, CORRECT, &number, (&said(it), change))?;
    }
    Ok(())
}

/// What a correction posts. A new bill asks for what is owed with its own entry, so all that is taken back
/// and taken off is posted before it: behind it, its paper once asked for what nobody was charged.
fn entries_of(it: &Correction) -> Vec<Entry> {
    let entry = |kind, key: &str, text: String, postings| Entry {
        id: EntryId(0),
        kind,
        on: it.on,
        key: key.to_owned(),
        text,
        postings,
    };
    let taken = it.bills.iter().map(|(old, _)| {
        entry(EntryKind::Cancelled, &old.number.0, old.period.to_string(), take_back(old))
    });
    let id = it.id.to_string();
    let off = (it.settled.off() != Money::ZERO)
        .then(|| entry(EntryKind::Adjustment, &id, id.clone(), take_off(it.account, &it.settled)));
    let made = it.made().map(|new| post::entry(new, EntryId(0)));
    taken.chain(off).chain(made).collect()
}

/// `B-260804-10000012-C1` after `B-260804-10000012`, and `-C2` after that.
fn next_number(of: &BillNumber) -> BillNumber {
    let (stem, nth) = match of.0.rsplit_once("-C").map(|(stem, nth)| (stem, nth.parse::<u32>())) {
        Some((stem, Ok(nth))) => (stem, nth),
        _ => (of.0.as_str(), 0),
    };
    BillNumber(format!("{stem}-C{}", nth + 1))
}

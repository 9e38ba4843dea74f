//! Bills that sum up those of other accounts, made by themselves when the last of these is posted.
//!
//! An account says which one sums it up (`summary`), and that one whether what its accounts are charged
//! stays with them or is rolled up to it (`sums`). What is rolled up is moved by the entry of the bill
//! that sums up, which takes it from each of them: from then on it ages, is paid and is collected there.
//! Until then it is nobody's debt that is due.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::{Account, Cycle};
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::run::Run;
use meterbook_core::bill::summary::Summed;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::charge::Charge;
use meterbook_core::cycle::{Window, off_cycle};
use meterbook_core::id::{AccountId, AccountNumber, BillId, EntryId, SetId, WindowId};
use meterbook_core::ledger::Entry;
use meterbook_core::period::Period;
use meterbook_core::permission::Authorized;
use meterbook_store::summary::Left;
use meterbook_store::{self as store, Counter, Tx};

use super::correct::{taken_back, whole};
use super::settle::keep_due;
use super::{charges, post};
use crate::delivery::queue_notes;
use crate::summary::{members, rolls_up};

/// How what an account sums up of a turn stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The account that sums up.
    pub account: AccountNumber,
    /// The bill that was made, if one was.
    pub made: Option<BillNumber>,
    /// Whose bills it waits for, and the word of what holds each; empty where nothing does.
    pub waits: Vec<(AccountNumber, String)>,
}

/// How the bills stand that sum up accounts of a turn, at most so many of them.
pub fn standing(tx: &mut Tx, window: &Window, most: usize) -> Result<Vec<Standing>> {
    let made = store::summary::made(tx, window.id)?;
    let mut all = Vec::new();
    for account in masters(tx, window.cycle, window.billed_on)?.into_iter().take(most) {
        let theirs = members(tx, &account, window.billed_on)?;
        let made = made.iter().rfind(|it| it.2 == account.id).map(|it| it.1.clone());
        let waits = store::summary::waits(tx, &theirs, window.billed_on)?;
        all.push(Standing { account: account.number, made, waits });
    }
    Ok(all)
}

/// The accounts that sum up others of a cycle on a day, or are of it and sum up others, by their ids:
/// so that two who make bills of theirs wait for each other in one order.
fn masters(tx: &mut Tx, cycle: Cycle, on: Date) -> Result<Vec<Account>> {
    let all = store::summary::masters(tx, cycle, on)?;
    all.into_iter().map(|it| store::account::get(tx, it)).collect()
}

/// Makes the bills that sum up accounts of a turn whose last bill is posted.
pub(super) fn after_turn(
    tx: &mut Tx,
    allowed: &Authorized,
    run: &Run,
    window: &Window,
) -> Result<()> {
    let dated = post::dated(tx, run, window)?;
    for account in masters(tx, window.cycle, window.billed_on)? {
        one(tx, allowed, &account, (window.billed_on, dated.billed_on), None)?;
    }
    Ok(())
}

/// Makes the bill that sums up an account, or the accounts that it sums up, if it waits for none now.
pub(super) fn after_bill(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    on: Date,
) -> Result<()> {
    let account = store::account::get(tx, account)?;
    let by = crate::summary::summed_up_by(tx, account.id, on)?;
    for it in by.into_iter().chain([account]) {
        one(tx, allowed, &it, (on, on), None)?;
    }
    Ok(())
}

/// The bill of an account that sums up others of turns planned by a day, unless it sums up none, waits for
/// one of them, or has nothing new; `by` is the day on which the last of them was let go. In the place of
/// one that was taken back it sums up only what stands of it, at once.
fn one(
    tx: &mut Tx,
    allowed: &Authorized,
    account: &Account,
    (on, by): (Date, Date),
    was: Option<BillId>,
) -> Result<Option<BillNumber>> {
    store::account::lock(tx, &[account.id])?;
    let theirs = members(tx, account, on)?;
    let waiting = store::summary::waiting(tx, account.id, on)?;
    let sums_up = 1 < theirs.len() || !waiting.is_empty();
    let waits = was.is_none() && !store::summary::waits(tx, &theirs, on)?.is_empty();
    if !sums_up || waits {
        return Ok(None);
    }
    let instead = was.map(|was| store::summary::instead(tx, was)).transpose()?;
    let mut left = store::summary::left(tx, &theirs, on)?;
    left.extend(waiting.into_iter().filter(|it| !theirs.contains(&it.account)));
    if let Some(instead) = &instead {
        left.retain(|it| instead.contains(&it.bill));
    }
    let moves = left.iter().any(|it| it.paid_by == Some(account.id));
    let rolled = rolls_up(tx, account.id, on)?;
    let mut rows: Vec<Left> = Vec::new();
    for it in left {
        // On a bill that moves something is that, and what is its account's own beside it; on one that
        // moves nothing the newest of each account.
        let wanted = match it.paid_by {
            Some(by) => by == account.id,
            None if moves || rolled.is_some() => {
                it.account == account.id && rolled.is_none_or(|from| from <= it.billed_on)
            }
            None => {
                instead.is_some() || store::summary::newest(tx, it.account, by)? == Some(it.bill)
            }
        };
        if wanted {
            rows.push(it);
        }
    }
    let Some(newest) = rows.iter().map(|it| it.bill).max() else { return Ok(None) };
    let mut bill = bill(tx, account, &rows, was.map(|_| on))?;
    let id = WindowId(tx.next(Counter::Window, 1)?);
    let Bill { period, billed_on, due_on, .. } = bill;
    store::window::add(tx, &Window { id, cycle: off_cycle(id), period, billed_on, due_on })?;
    bill.id = BillId(tx.next(Counter::Bill, 1)?);
    bill.window = id;
    let serial = account.number.digits().div_euclid(10);
    bill.number = BillNumber(format!("B-{}-{serial:08}-S{id}", billed_on.strftime("%y%m%d")));
    let bills = [bill];
    store::bill::add(tx, &bills)?;
    let [bill] = &bills;
    // What is left of one that was taken back may have the same newest bill.
    let key = match was {
        None => format!("summary/{}/{newest}", account.id),
        Some(was) => format!("summary/{}/{newest}/{was}", account.id),
    };
    store::once::billed(tx, bill.id, &key, "")?;
    // An account that takes nothing itself has no other bill that could bring it.
    let with = charges::open(tx, account.id, bill.billed_on)?;
    let with: Vec<Charge> =
        with.into_iter().map(|it| Charge { bill: Some(bill.id), ..it }).collect();
    store::charge::add(tx, &with)?;
    crate::close::begin_day(tx, allowed)?;
    let first = tx.next(Counter::Entry, with.len() + 1)?;
    let mut entries: Vec<Entry> =
        (first..).zip(&with).map(|(id, it)| charges::entry(it, EntryId(id))).collect();
    entries.push(post::entry(bill, EntryId(first + i64::try_from(with.len())?)));
    store::ledger::add(tx, &entries)?;
    // One of which every bill was had from elsewhere was had there too.
    let behind: BTreeSet<BillId> = rows.iter().map(|it| it.bill).collect();
    if store::outbox::elsewhere(tx, behind.iter().copied())?.len() == behind.len() {
        store::outbox::had_elsewhere(tx, [bill.id])?;
    } else {
        crate::delivery::queue(tx, &bills, |tx, count| tx.next(Counter::Piece, count))?;
    }
    let said = format!("{} of {} for {}", bill.number, counted(bill), bill.total);
    store::audit::add(tx, allowed, "sum up bills", &account.number.to_string(), &said)?;
    Ok(Some(bill.number.clone()))
}

fn counted(bill: &Bill) -> String {
    meterbook_core::text::counted(bill.summed.len(), "bill")
}

/// A bill that sums up these; dated as the newest of them, or in the
/// place of one that was taken back as of today, with as many days to pay. What is moved is due with the
/// last of them; what stays is due with the first.
fn bill(tx: &mut Tx, account: &Account, rows: &[Left], today: Option<Date>) -> Result<Bill> {
    let of = || rows.iter();
    let (first, last) =
        (of().map(|it| it.period.start()).min(), of().map(|it| it.period.end()).max());
    let period = first.zip(last).and_then(|(first, last)| Period::new(first, last));
    let newest = of().map(|it| it.billed_on).max().unwrap_or_default();
    let billed_on = today.unwrap_or(newest);
    let moves = of().any(|it| it.paid_by == Some(account.id));
    let (first, last) = (of().map(|it| it.due_on).min(), of().map(|it| it.due_on).max());
    let due_on = if moves { last } else { first }.unwrap_or_default();
    let due_on = due_on.saturating_add(billed_on - newest);
    let calendar = crate::calendar::on(tx, billed_on)?;
    let due_on = calendar.due_on(account.class, billed_on).unwrap_or(due_on);
    let person = store::person::get(tx, account.person)?;
    Ok(Bill {
        id: BillId(0),
        number: BillNumber(String::new()),
        account: account.id,
        window: WindowId(0),
        period: period.expect("there is a bill, and it has days"),
        billed_on,
        due_on,
        addressed_to: std::iter::once(person.name)
            .chain(account.mail_to.lines().map(str::to_owned))
            .collect(),
        segments: Vec::new(),
        once: Vec::new(),
        summed: rows
            .iter()
            .map(|it| Summed { account: it.account, bill: it.bill, moved: it.moved })
            .collect(),
        total: rows.iter().map(|it| it.moved).sum(),
    })
}

/// Takes back the bills that sum up any of these, which are taken back themselves, and says of which
/// accounts they were: what is left, and what stands in the place of these, is summed up anew
/// ([`anew`]).
pub(super) fn undone(
    tx: &mut Tx,
    bills: &[BillId],
    said: (Cause, &str, Date),
) -> Result<Vec<(AccountId, BillId)>> {
    let mut undone = Vec::new();
    for bill in standing_of(tx, bills)? {
        whole(tx, &bill, said)?;
        undone.push((bill.account, bill.id));
    }
    Ok(undone)
}

/// The same for a set of corrections: what is left is summed up anew at its end ([`after_set`]), once
/// however many jobs reach the accounts of one that sums up, and its account is told then.
pub(super) fn undone_until(
    tx: &mut Tx,
    set: SetId,
    bills: &[BillId],
    said: (Cause, &str, Date),
) -> Result<()> {
    let mut undone = Vec::new();
    for bill in standing_of(tx, bills)? {
        taken_back(tx, &bill, said)?;
        undone.push(bill.id);
    }
    store::set::sum_up_later(tx, set, &undone)
}

/// Sums up anew, in the order of their accounts, what jobs of a set took back, and says so.
pub(super) fn after_set(tx: &mut Tx, allowed: &Authorized, set: SetId, on: Date) -> Result<()> {
    let undone = store::set::to_sum_up(tx, set)?;
    anew(tx, allowed, &undone, on)?;
    for (account, bill) in &undone {
        for it in store::correction::of_bill(tx, *bill)?.iter().filter(|it| it.cancelled) {
            let it = store::correction::get(tx, it.correction)?;
            queue_notes(tx, &[it], |tx, count| tx.next(Counter::Piece, count))?;
        }
        crate::order::after_correction(tx, allowed, [*account])?;
    }
    store::set::summed_up(tx, set)
}

/// The bills that stand and sum up any of these, their accounts locked.
fn standing_of(tx: &mut Tx, bills: &[BillId]) -> Result<Vec<Bill>> {
    let mut accounts = Vec::new();
    for id in store::summary::summing(tx, bills)? {
        accounts.push(store::bill::get(tx, id)?.account);
    }
    store::account::lock(tx, &accounts)?;
    // Whoever was before us at one of them took its bill back.
    let standing = store::summary::summing(tx, bills)?;
    standing.into_iter().map(|it| store::bill::get(tx, it)).collect()
}

/// Sums up anew what [`undone`] took back, once the bills in the place of those are posted.
pub(super) fn anew(
    tx: &mut Tx,
    allowed: &Authorized,
    undone: &[(AccountId, BillId)],
    on: Date,
) -> Result<()> {
    for (account, was) in undone {
        let account = store::account::get(tx, *account)?;
        if let Some(number) = one(tx, allowed, &account, (on, on), Some(*was))?
            && let Some(made) = store::bill::by_number(tx, &number)?
        {
            store::correction::replace(tx, *was, made)?;
            let fates = store::correction::of_bill(tx, *was)?;
            for it in fates.iter().filter(|it| it.cancelled) {
                let it = store::correction::get(tx, it.correction)?;
                keep_due(tx, &[it])?;
            }
        }
    }
    Ok(())
}

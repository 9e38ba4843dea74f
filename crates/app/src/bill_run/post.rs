//! The second pass: rate again, and post what comes to the same cent as when it was checked.

use anyhow::Result;
use meterbook_core::bill::assess::{AccountFacts, Ending, Tariffs};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::run::{Item, Run, Stage};
use meterbook_core::bill::{Bill, BillNumber, Segment};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId, BillId, EntryId};
use meterbook_core::ledger::{Entry, EntryKind, post_bill};
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION;
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Counter, Db, Tx};

use super::Progress;
use super::check::{endings, item, learn};
use super::{charges, origin};

/// Posts the accounts that are not posted yet, a batch in each transaction: bills, lines, entries
/// and the place reached are written together or not at all.
pub(super) fn post(
    db: &Db,
    allowed: &Authorized,
    run: &mut Run,
    window: &Window,
    tariffs: &mut Tariffs,
    watch: &mut dyn FnMut(Progress),
) -> Result<()> {
    let all = db.read(|tx| store::run::count_to_post(tx, run))?;
    let mut done = 0;
    while run.stage == Stage::Posting {
        let (next, count) = db.write(|tx| {
            // Read and locked afresh: whoever else works on this run takes the batch after ours.
            let run = store::run::lock(tx, run.id)?;
            let due = store::run::to_post(tx, &run, ACCOUNTS_PER_TRANSACTION)?;
            let known = store::bill::known(tx)?;
            let facts = store::gather::accounts_as_of(tx, window, &due, known)?;
            learn(tx, &facts, tariffs)?;
            crate::published::learn(tx, tariffs, window.period, known)?;
            let bills = batch(tx, &run, window, tariffs, &facts)?;
            origin::keep(tx, &facts, &bills, tariffs, known)?;
            let next = match due.last() {
                Some(last) => Run { posted_through: *last, ..run },
                None => Run { stage: Stage::Done, ..run },
            };
            store::run::advance(tx, &next)?;
            if next.stage != run.stage {
                let subject = window.id.to_string();
                store::audit::add(tx, allowed, "bill run done", &subject, "")?;
            }
            Ok((next, due.len()))
        })?;
        *run = next;
        done += u64::try_from(count).expect("a batch is countable");
        watch(Progress::Posted(done, all));
    }
    Ok(())
}

fn batch(
    tx: &mut Tx,
    run: &Run,
    window: &Window,
    tariffs: &mut Tariffs,
    facts: &[AccountFacts],
) -> Result<Vec<Bill>> {
    let mut changed = Vec::new();
    let mut bills = Vec::new();
    let due: Vec<AccountId> = facts.iter().map(|it| it.account.id).collect();
    let accepted = store::run::accepted(tx, window.id, &due)?;
    for account in facts {
        let checked = store::run::items_of(tx, run, account.account.id)?;
        match segments(endings(&accepted, account, window, tariffs), &checked) {
            Some(segments) => bills.push(bill(account, window, segments)),
            None => changed.extend(
                checked
                    .iter()
                    .map(|it| item(it.account, it.agreement, &Ending::Held(Hold::Changed))),
            ),
        }
    }
    store::run::put_items(tx, run, &changed)?;
    write(tx, &mut bills, facts)?;
    Ok(bills)
}

/// Keeps bills with what comes with them, and posts both.
pub(super) fn write(tx: &mut Tx, bills: &mut [Bill], facts: &[AccountFacts]) -> Result<()> {
    let first = tx.next(Counter::Bill, bills.len())?;
    for (bill, nth) in bills.iter_mut().zip(0..) {
        bill.id = BillId(first + nth);
    }
    store::bill::add(tx, bills)?;
    let charges = charges::with(tx, bills, facts)?;
    let mut next = tx.next(Counter::Entry, bills.len() + charges.len())?;
    let mut entries = Vec::with_capacity(bills.len() + charges.len());
    let mut id = || {
        next += 1;
        EntryId(next - 1)
    };
    for bill in bills.iter() {
        // Before the bill: it says them among what it comes to.
        let with = charges.iter().filter(|it| it.bill == Some(bill.id));
        entries.extend(with.map(|it| charges::entry(it, id())));
        entries.push(entry(bill, id()));
    }
    store::charge::add(tx, &charges)?;
    store::ledger::add(tx, &entries)?;
    crate::delivery::queue(tx, bills)
}

/// The segments to post, if every agreement ends as it did when it was checked, to the cent.
pub(super) fn segments(
    endings: Vec<(AgreementId, Ending)>,
    checked: &[Item],
) -> Option<Vec<Segment>> {
    let same = |(agreement, ending): &(AgreementId, Ending)| {
        let now = checked.first().map(|it| item(it.account, *agreement, ending));
        now.is_some_and(|now| checked.contains(&now))
    };
    if endings.len() != checked.len() || !endings.iter().all(same) {
        return None;
    }
    let segment = |(_, ending)| match ending {
        Ending::Billed(segment) => Some(*segment),
        Ending::Held(_) | Ending::BilledBefore => None,
    };
    Some(endings.into_iter().filter_map(segment).collect())
}

pub(super) fn bill(facts: &AccountFacts, window: &Window, segments: Vec<Segment>) -> Bill {
    let total = segments.iter().map(|it| it.total).sum();
    let account = facts.account.id;
    Bill {
        id: BillId(0),
        number: number(facts, window),
        account,
        window: window.id,
        period: window.period,
        billed_on: window.billed_on,
        due_on: window.due_on,
        addressed_to: facts.addressed_to.clone(),
        segments,
        total,
    }
}

/// `B-260804-10000012`: the date on its face and the account without its check digit. A second
/// bill for the same window, as after a back-dated start, says so with its own number.
fn number(facts: &AccountFacts, window: &Window) -> BillNumber {
    let serial = facts.account.number.digits().div_euclid(10);
    let first = format!("B-{}-{serial:08}", window.billed_on.strftime("%y%m%d"));
    match facts.bills_in_window {
        0 => BillNumber(first),
        others => BillNumber(format!("{first}-{}", others + 1)),
    }
}

pub(super) fn entry(bill: &Bill, id: EntryId) -> Entry {
    Entry {
        id,
        kind: EntryKind::Bill,
        on: bill.billed_on,
        key: bill.number.0.clone(),
        text: bill.period.to_string(),
        postings: post_bill(bill),
    }
}

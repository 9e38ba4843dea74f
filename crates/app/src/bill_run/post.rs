//! The second pass: rate again, and post what comes to the same cent as when it was checked.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::{AccountFacts, Ending, Tariffs};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::job::Job;
use meterbook_core::bill::run::{Item, Run};
use meterbook_core::bill::{Bill, BillNumber, Segment};
use meterbook_core::calendar::Calendar;
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId, BillId, EntryId};
use meterbook_core::ledger::{Entry, EntryKind, post_bill};
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Counter, Tx};

use super::apart::attempt;
use super::charges;
use super::check::{broken, endings, item, learn};
use super::origin::{self, Used};

/// Ids of entries and pieces that are set aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aside {
    pub(super) entries: Ids,
    pub(super) pieces: Ids,
}

/// Ids that are set aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ids {
    counter: Counter,
    next: i64,
    end: i64,
}

impl Aside {
    /// None.
    pub(super) fn none() -> Aside {
        Aside { entries: Ids::of(Counter::Entry, 0, 0), pieces: Ids::of(Counter::Piece, 0, 0) }
    }

    /// Those of a job.
    pub(super) fn of(job: &Job) -> Aside {
        let entries = Ids::of(Counter::Entry, job.first_entry.0, job.entries);
        Aside { entries, pieces: Ids::of(Counter::Piece, job.first_piece.0, job.pieces) }
    }
}

impl Ids {
    pub(super) fn of(counter: Counter, next: i64, count: i64) -> Ids {
        Ids { counter, next, end: next + count }
    }

    /// So many of these, as far as they go; the others are left.
    pub(super) fn split(&mut self, count: i64) -> Ids {
        let Ids { counter, next, end } = *self;
        self.next = end.min(next + count);
        Ids { counter, next, end: self.next }
    }

    /// The first of so many ids: of those that are set aside, and where these are not enough, because
    /// something was charged since they were counted, of those that nobody has. So too where a day was
    /// closed since, whose journal would have those entries.
    pub(super) fn take(&mut self, tx: &mut Tx, count: usize) -> Result<i64> {
        let first = self.next;
        let end = first + i64::try_from(count)?;
        let sealed = |tx: &mut Tx| -> Result<bool> {
            Ok(self.counter == Counter::Entry && first <= store::journal::sealed(tx)?.0)
        };
        if self.end < end || sealed(tx)? {
            return tx.next(self.counter, count);
        }
        self.next = end;
        Ok(first)
    }
}

/// What is posted now: a run, its turn, and what was known of reads and of what is published.
#[derive(Clone, Copy)]
struct Turn<'a> {
    run: &'a Run,
    window: &'a Window,
    known: Known,
}

/// Posts the accounts of a job. Its bills and entries have the ids that go with their places, whoever
/// posts them.
pub(super) fn post(
    tx: &mut Tx,
    run: &Run,
    window: &Window,
    job: &Job,
    tariffs: &mut Tariffs,
) -> Result<()> {
    let due = store::run::to_post(tx, run, (job.first, job.last))?;
    let due: Vec<_> = due.into_iter().zip((job.first_bill.0..).map(BillId)).collect();
    store::telling::hold_off(tx)?;
    let turn = Turn { run, window, known: store::bill::known(tx)? };
    let mut aside = Aside::of(job);
    if attempt(tx, |tx| batch(tx, turn, &due, aside, tariffs))?.is_ok() {
        return Ok(());
    }
    for one in &due {
        match attempt(tx, |tx| batch(tx, turn, &[*one], aside, tariffs))? {
            Ok(left) => aside = left,
            Err(why) => {
                let items = broken(tx, window, one.0, &why)?;
                store::run::put_items(tx, run, &items)?;
            }
        }
    }
    Ok(())
}

/// Posts some accounts, each with the id of its bill, and says which ids of entries are left.
fn batch(
    tx: &mut Tx,
    turn: Turn<'_>,
    due: &[(AccountId, BillId)],
    aside: Aside,
    tariffs: &mut Tariffs,
) -> Result<Aside> {
    let Turn { run, window, known } = turn;
    let dated = dated(tx, run, window)?;
    let accounts: Vec<AccountId> = due.iter().map(|it| it.0).collect();
    let ids: BTreeMap<AccountId, BillId> = due.iter().copied().collect();
    let facts = store::gather::accounts_as_of(tx, window, &accounts, known)?;
    learn(tx, &facts, tariffs)?;
    crate::published::learn(tx, tariffs, window.period, known)?;
    let accepted = store::run::accepted(tx, window.id, &accounts)?;
    let calendar = crate::calendar::on(tx, dated.billed_on)?;
    let mut checked = store::run::items_of(tx, run, &accounts)?;
    let (mut changed, mut bills, mut used) = (Vec::new(), Vec::new(), Used::new());
    for account in &facts {
        let id = account.account.id;
        let checked = checked.remove(&id).unwrap_or_default();
        let endings = endings(&accepted, account, window, tariffs, &mut |agreement, it| {
            used.insert(agreement, origin::of_usage(it));
        });
        match segments(endings, &checked) {
            Some(segments) => {
                let it = bill(account, &dated, &calendar, segments);
                // Two turns may be let go on one day: the number is of the turn.
                let number = number(account, window);
                bills.push(Bill { id: ids[&id], number, ..it });
            }
            None => changed.extend(
                checked
                    .iter()
                    .map(|it| item(it.account, it.agreement, &Ending::Held(Hold::Changed))),
            ),
        }
    }
    store::run::put_items(tx, run, &changed)?;
    let mut aside = aside;
    let sent = if run.as_planned { Sent::Elsewhere } else { Sent::FromHere };
    write(tx, &bills, &facts, &mut aside, sent)?;
    origin::keep(tx, (&facts, &used), &bills, tariffs, known)?;
    Ok(aside)
}

/// From where the customers of bills have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// They are queued here.
    FromHere,
    /// They are of the past, and were sent by whoever billed it then. A second one would be asked for.
    Elsewhere,
}

/// Keeps bills with what comes with them, and posts both.
pub(super) fn write(
    tx: &mut Tx,
    bills: &[Bill],
    facts: &[AccountFacts],
    aside: &mut Aside,
    sent: Sent,
) -> Result<()> {
    store::bill::add(tx, bills)?;
    let charges = charges::with(tx, bills, facts)?;
    let mut next = aside.entries.take(tx, bills.len() + charges.len())?;
    let mut entries = Vec::with_capacity(bills.len() + charges.len());
    let mut id = || {
        next += 1;
        EntryId(next - 1)
    };
    for bill in bills {
        // Before the bill: it says them among what it comes to.
        let with = charges.iter().filter(|it| it.bill == Some(bill.id));
        entries.extend(with.map(|it| charges::entry(it, id())));
        entries.push(entry(bill, id()));
    }
    store::charge::add(tx, &charges)?;
    store::ledger::add(tx, &entries)?;
    match sent {
        Sent::FromHere => {
            crate::delivery::queue(tx, bills, |tx, count| aside.pieces.take(tx, count))
        }
        Sent::Elsewhere => store::outbox::had_elsewhere(tx, bills.iter().map(|it| it.id)),
    }
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

/// The bill of an account, due by the calendar, or where that says nothing by its turn.
pub(super) fn bill(
    facts: &AccountFacts,
    window: &Window,
    calendar: &Calendar,
    segments: Vec<Segment>,
) -> Bill {
    let total = segments.iter().map(|it| it.total).sum();
    let account = facts.account.id;
    Bill {
        id: BillId(0),
        number: number(facts, window),
        account,
        window: window.id,
        period: window.period,
        billed_on: window.billed_on,
        due_on: calendar.due_on(facts.account.class, window.billed_on).unwrap_or(window.due_on),
        addressed_to: facts.addressed_to.clone(),
        segments,
        once: Vec::new(),
        summed: Vec::new(),
        total,
    }
}

/// A turn with the days of its bills as a run lets them go: nobody could have paid them before.
pub(super) fn dated(tx: &mut Tx, run: &Run, window: &Window) -> Result<Window> {
    let at = store::run::let_go_at(tx, run.id)?;
    Ok(let_go_on(Some(run), window, crate::founding::zone(tx)?.day_of(at)))
}

/// A turn with the days of its bills if they are let go on a day: those planned, or where that is later
/// those of that day, unless its run says that they stay as planned.
pub(super) fn let_go_on(run: Option<&Run>, window: &Window, day: Date) -> Window {
    let as_planned = run.is_some_and(|it| it.as_planned);
    match window.billed_on < day && !as_planned {
        true => window.dated(day),
        false => *window,
    }
}

/// `B-260804-10000012`: the day planned for its turn and the account without its check digit. A second
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

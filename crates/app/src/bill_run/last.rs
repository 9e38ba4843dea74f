//! The last bill of what ended, made as soon as its reads are there: not with the next turn of the
//! cycle.
//!
//! It has the days and the rules of the turn in which service ended, so it comes to what it would
//! have come to then; the turn finds those days billed. What the account left as security is set off
//! when nothing else of it is to be billed.
//!
//! A bill that somebody wants of the days so far is made in the same way, as if service ended there;
//! the next turn bills the rest.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::{Ending, ServiceFacts, Tariffs, Unusual, assess_seeing};
use meterbook_core::bill::run::{Run, Stage};
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::charge::Charge;
use meterbook_core::cycle::{Window, off_cycle};
use meterbook_core::id::{AccountId, AgreementId, BillId, EntryId, RunId, WindowId};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Counter, Db, Tx};

use super::post::Aside;
use super::{NotRun, charges, check, origin, post, sum_up};
use crate::authority::authorize;
use crate::{Actor, refuse};

/// What was made of the end of an account's service.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// The last bills, one for each turn in which something ended.
    pub bills: Vec<Bill>,
    /// What was charged or given back without a bill, because every day had one already.
    pub charges: Vec<Charge>,
}

/// Makes the last bill of an account for what ended by today. `unusual` lets one go that is far from
/// usual.
pub fn make(tx: &mut Tx, actor: Actor, account: AccountId, unusual: Unusual) -> Result<Closed> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let account = store::account::get(tx, account)?;
    let mut closed = Closed { bills: Vec::new(), charges: Vec::new() };
    // Oldest first, and each turn once: two services that ended in one are on one bill.
    while let Some(end) = store::bill::next_end(tx, account.id, today)? {
        let day = end.yesterday()?;
        let Some(turn) = store::window::around(tx, account.cycle, day)? else {
            return Err(refuse(NotRun::NotPlannedFor { cycle: account.cycle, day }));
        };
        let ended = (account.id, Until::End);
        closed.bills.push(one(tx, &allowed, ended, &turn, (today, unusual))?);
    }
    let theirs = store::agreement::of_account(tx, account.id)?;
    if theirs.iter().all(|it| it.to.is_some_and(|to| to <= today)) {
        closed.charges = charges::without_bill(tx, account.id, today)?;
    }
    if !closed.charges.is_empty() {
        crate::close::begin_day(tx, &allowed)?;
        let first = tx.next(Counter::Entry, closed.charges.len())?;
        let entries = (first..).zip(&closed.charges);
        let entries: Vec<_> = entries.map(|(id, it)| charges::entry(it, EntryId(id))).collect();
        store::charge::add(tx, &closed.charges)?;
        store::ledger::add(tx, &entries)?;
        let said = closed.charges.iter().map(|it| format!("{} {}", it.label, it.amount));
        let said = said.collect::<Vec<_>>().join("; ");
        store::audit::add(tx, &allowed, "close account", &account.number.to_string(), &said)?;
    }
    if closed.bills.is_empty() && closed.charges.is_empty() {
        return Err(refuse(NotRun::NothingEnded { number: account.number }));
    }
    Ok(closed)
}

/// Makes a bill of an account's days before `to`, for a customer who goes on. `unusual` lets one go that
/// is far from usual.
pub fn interim(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    to: Date,
    unusual: Unusual,
) -> Result<Bill> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    so_far(tx, &allowed, (account, Until::Day(to)), to, unusual)
}

fn so_far(
    tx: &mut Tx,
    allowed: &Authorized,
    (account, until): (AccountId, Until),
    to: Date,
    unusual: Unusual,
) -> Result<Bill> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let account = store::account::get(tx, account)?;
    if today < to {
        return Err(refuse(NotRun::NotOver { to }));
    }
    let day = to.yesterday()?;
    let Some(turn) = store::window::around(tx, account.cycle, day)? else {
        return Err(refuse(NotRun::NotPlannedFor { cycle: account.cycle, day }));
    };
    one(tx, allowed, (account.id, until), &turn, (today, unusual))
}

/// The same of one of its services.
pub fn interim_of(
    tx: &mut Tx,
    actor: Actor,
    (account, agreement): (AccountId, AgreementId),
    to: Date,
    unusual: Unusual,
) -> Result<Bill> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    so_far(tx, &allowed, (account, Until::Of(agreement, to)), to, unusual)
}

/// Makes the last bills of all accounts of which something ended by today, each in a transaction of
/// its own; says which were made and which were refused.
pub fn make_all(db: &Db, actor: Actor) -> Result<Vec<(AccountId, Result<Closed, crate::Refused>)>> {
    let due = db.write(|tx| {
        authorize(tx, actor, Permission::RunBills, None)?;
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        store::bill::ended(tx, today)
    })?;
    let mut all = Vec::new();
    for account in due {
        let closed = match db.write(|tx| make(tx, actor, account, Unusual::Hold)) {
            Ok(closed) => Ok(closed),
            Err(why) => Err(why.downcast::<crate::Refused>()?),
        };
        all.push((account, closed));
    }
    Ok(all)
}

/// To which day a bill off its cycle goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// Where service ended.
    End,
    /// Before a day, although service goes on.
    Day(Date),
    /// The same, and of one service alone.
    Of(AgreementId, Date),
}

/// The bill of what ended in one turn, or of its days so far, in place of that turn.
fn one(
    tx: &mut Tx,
    allowed: &Authorized,
    (account, until): (AccountId, Until),
    turn: &Window,
    (today, unusual): (Date, Unusual),
) -> Result<Bill> {
    let id = WindowId(tx.next(Counter::Window, 1)?);
    let due_on = today.checked_add(turn.due_on - turn.billed_on)?;
    let window = Window { id, cycle: off_cycle(id), billed_on: today, due_on, ..*turn };
    store::telling::hold_off(tx)?;
    crate::close::begin_day(tx, allowed)?;
    let known = store::bill::known(tx)?;
    let mut facts = store::gather::accounts_as_of(tx, &window, &[account], known)?;
    let by = match until {
        Until::End => today,
        Until::Day(day) | Until::Of(_, day) => day,
    };
    let ended = |it: &ServiceFacts| {
        let billed = it.billed_through.unwrap_or(it.agreement.from);
        it.agreement.to.is_some_and(|to| to <= by && to <= turn.period.end() && billed < to)
    };
    for facts in &mut facts {
        if let Until::Of(only, _) = until {
            facts.services.retain(|it| it.agreement.id == only);
        }
        if let Until::Day(day) | Until::Of(_, day) = until {
            for it in &mut facts.services {
                it.agreement.to = Some(it.agreement.to.map_or(day, |to| to.min(day)));
            }
        }
        facts.services.retain(ended);
    }
    let mut tariffs = Tariffs::default();
    check::learn(tx, &facts, &mut tariffs)?;
    crate::published::learn(tx, &mut tariffs, window.period, known)?;
    let run =
        Run { id: RunId(tx.next(Counter::Run, 1)?), window: id, waits: false, stage: Stage::Done };
    let facts = [facts.remove(0)];
    if let (Until::Day(to) | Until::Of(_, to), []) = (until, facts[0].services.as_slice()) {
        return Err(refuse(NotRun::BilledTo { number: facts[0].account.number, to }));
    }
    let mut used = origin::Used::new();
    let endings = assess_seeing(&facts[0], &window, &mut tariffs, unusual, &mut |agreement, it| {
        used.insert(agreement, origin::of_usage(it));
    });
    if let Some((agreement, hold)) = endings.iter().find_map(|(agreement, ending)| match ending {
        Ending::Held(hold) => Some((*agreement, hold.to_string())),
        Ending::Billed(_) | Ending::BilledBefore => None,
    }) {
        return Err(refuse(NotRun::LastHeld { agreement, hold }));
    }
    let items: Vec<_> = endings.iter().map(|(it, end)| check::item(account, *it, end)).collect();
    store::window::add(tx, &window)?;
    store::run::add(tx, &run, allowed.at())?;
    store::run::put_items(tx, &run, &items)?;
    let segments = endings.into_iter().filter_map(|(_, ending)| match ending {
        Ending::Billed(segment) => Some(*segment),
        Ending::Held(_) | Ending::BilledBefore => None,
    });
    let calendar = crate::calendar::on(tx, today)?;
    let mut bill = post::bill(&facts[0], &window, &calendar, segments.collect());
    // The turn may have a bill of the same date and account.
    let (letter, act) = match until {
        Until::End => ("F", "last bill"),
        Until::Day(_) | Until::Of(..) => ("I", "interim bill"),
    };
    bill.number = BillNumber(format!("{}-{letter}{id}", bill.number));
    bill.id = BillId(tx.next(Counter::Bill, 1)?);
    let bills = [bill];
    post::write(tx, &bills, &facts, &mut Aside::none())?;
    origin::keep(tx, (&facts, &used), &bills, &tariffs, known)?;
    let [bill] = bills;
    let said = format!("{} for {}", bill.number, bill.total);
    store::audit::add(tx, allowed, act, &account.to_string(), &said)?;
    if until == Until::End {
        sum_up::after_bill(tx, allowed, account, today)?;
    }
    Ok(bill)
}

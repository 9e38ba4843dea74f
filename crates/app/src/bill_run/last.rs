//! The last bill of what ended, made as soon as its reads are there: not with the next turn of the
//! cycle.
//!
//! It has the days and the rules of the turn in which service ended, so it comes to what it would
//! have come to then; the turn finds those days billed. What the account left as security is set off
//! when nothing else of it is to be billed.
//!
//! A bill that somebody wants of the days so far (`interim.rs`) is made in the same way, as if service
//! ended there.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::{Ending, ServiceFacts, Tariffs, Unusual, assess_seeing};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::run::{Run, Stage};
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::cycle::{Window, off_cycle};
use meterbook_core::id::{AccountId, AgreementId, BillId, RunId, WindowId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Counter, Db, Tx};

use super::post::Aside;
use super::{NotRun, charges, check, once, origin, post, so_far, sum_up};
use crate::authority::authorize;
use crate::{Actor, budget, deposit, refuse};

/// What was made of the end of an account's service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Closed {
    /// The last bills, one for each turn in which something ended.
    pub bills: Vec<Bill>,
    /// What was charged or given back beside service, because every day of it had a bill already.
    pub charges: Vec<Charge>,
    /// The bill that brings these.
    pub brings: Option<Bill>,
    /// What was asked for as security and is on no bill: it is not asked for any more.
    pub let_go: Vec<Charge>,
    /// What of a credit waits in refunds payable, where rules send it.
    pub refunded: Money,
}

/// Makes the last bill of an account for what ended by today. `unusual` lets one go that is far from
/// usual.
pub fn make(tx: &mut Tx, actor: Actor, account: AccountId, unusual: Unusual) -> Result<Closed> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let account = store::account::get(tx, account)?;
    let mut closed = Closed::default();
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
    let levelled = budget::running(tx, account.id)?.is_some();
    if theirs.iter().all(|it| it.to.is_some_and(|to| to <= today)) {
        closed.charges = charges::without_bill(tx, account.id, today)?;
        closed.let_go = forget_security(tx, &allowed, account.id, today)?;
    }
    if !closed.charges.is_empty() {
        crate::close::begin_day(tx, &allowed)?;
        let made = once::last(tx, &account, std::mem::take(&mut closed.charges), today)?;
        closed.charges = made.with;
        closed.brings = Some(made.bill);
        let said = closed.charges.iter().map(|it| format!("{} {}", it.label, it.amount));
        let said = said.collect::<Vec<_>>().join("; ");
        store::audit::add(tx, &allowed, "close account", &account.number.to_string(), &said)?;
    }
    let settled = levelled && budget::running(tx, account.id)?.is_none();
    let nothing = closed.bills.is_empty() && closed.charges.is_empty() && closed.let_go.is_empty();
    if nothing && !settled {
        return Err(refuse(NotRun::NothingEnded { number: account.number }));
    }
    closed.refunded = deposit::send(tx, actor, account.id, today)?;
    Ok(closed)
}

/// Nothing is left to secure: what was asked for as security and is not on a bill never is.
fn forget_security(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    on: Date,
) -> Result<Vec<Charge>> {
    let mut parts = store::credit::asked(tx, &[account])?;
    parts.retain(|it| it.kind == ChargeFor::Deposit);
    for it in &parts {
        store::credit::forget(tx, &it.key, on, "service ended")?;
        store::audit::add(tx, allowed, "forget charge", &account.to_string(), &it.key)?;
    }
    Ok(parts)
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
pub(super) enum Until {
    /// Where service ended.
    End,
    /// Before a day, although service goes on.
    Day(Date),
    /// The same, and of one service alone.
    Of(AgreementId, Date),
}

/// What of it waits, and which of its services need not.
fn held(endings: &[(AgreementId, Ending)], until: Until) -> Option<NotRun> {
    let holds = || {
        endings.iter().filter_map(|(agreement, ending)| match ending {
            Ending::Held(hold) => Some((*agreement, hold)),
            Ending::Billed(_) | Ending::BilledBefore => None,
        })
    };
    // What waits for another service says nothing of why.
    let own = holds().find(|it| *it.1 != Hold::Companion);
    let (agreement, hold) = own.or_else(|| holds().next())?;
    let free = holds().find(|it| *it.1 == Hold::Companion && matches!(until, Until::Day(_)));
    let (hold, free) = (hold.to_string(), free.map(|it| it.0));
    Some(NotRun::LastHeld { agreement, hold, free })
}

/// Which of its services nets over a turn that goes on, and which could be billed without it.
fn netted(services: &[ServiceFacts], turn: &Window, tariffs: &Tariffs) -> Option<NotRun> {
    let nets = |it: &&ServiceFacts| it.parts_a_net(turn.period, tariffs);
    let agreement = services.iter().find(nets)?.agreement.id;
    let free = services.iter().find(|it| !nets(it)).map(|it| it.agreement.id);
    Some(NotRun::NetsOverTurn { agreement, days: turn.period, free })
}

/// The bill of what ended in one turn, or of its days so far, in place of that turn.
pub(super) fn one(
    tx: &mut Tx,
    allowed: &Authorized,
    (account, until): (AccountId, Until),
    turn: &Window,
    (today, unusual): (Date, Unusual),
) -> Result<Bill> {
    let id = WindowId(tx.next(Counter::Window, 1)?);
    let window = Window { id, cycle: off_cycle(id), ..turn.dated(today) };
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
        let ends = match until {
            Until::End => it.agreement.to,
            Until::Day(_) | Until::Of(..) => it.days_in(turn.period).map(|days| days.end()),
        };
        ends.is_some_and(|to| to <= by && to <= turn.period.end() && billed < to)
    };
    for facts in &mut facts {
        if let Until::Of(only, _) = until {
            facts.services.retain(|it| it.agreement.id == only);
        }
        if let Until::Day(day) | Until::Of(_, day) = until {
            so_far::cut(facts, turn.period, day);
        }
        facts.services.retain(ended);
    }
    let mut tariffs = Tariffs::default();
    check::learn(tx, &facts, &mut tariffs)?;
    crate::published::learn(tx, &mut tariffs, window.period, known)?;
    let run = Run {
        id: RunId(tx.next(Counter::Run, 1)?),
        window: id,
        waits: false,
        as_planned: false,
        stage: Stage::Done,
    };
    let facts = [facts.remove(0)];
    if let (Until::Day(to) | Until::Of(_, to), []) = (until, facts[0].services.as_slice()) {
        return Err(refuse(NotRun::BilledTo { number: facts[0].account.number, to }));
    }
    if let Some(why) = netted(&facts[0].services, turn, &tariffs) {
        return Err(refuse(why));
    }
    let mut used = origin::Used::new();
    let endings = assess_seeing(&facts[0], &window, &mut tariffs, unusual, &mut |agreement, it| {
        used.insert(agreement, origin::of_usage(it));
    });
    if let Some(why) = held(&endings, until) {
        return Err(refuse(why));
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
    post::write(tx, &bills, &facts, &mut Aside::none(), post::Sent::FromHere)?;
    origin::keep(tx, (&facts, &used), &bills, &tariffs, known)?;
    let [bill] = bills;
    let said = format!("{} for {}", bill.number, bill.total);
    store::audit::add(tx, allowed, act, &account.to_string(), &said)?;
    if until == Until::End {
        sum_up::after_bill(tx, allowed, account, today)?;
    }
    Ok(bill)
}

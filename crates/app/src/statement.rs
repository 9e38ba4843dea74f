//! Gathering what is printed on a bill.

mod level;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::bill::why::why;
use meterbook_core::bill::{Bill, OnPlan, Print, Segment, Statement};
use meterbook_core::charge::ChargeFor;
use meterbook_core::credit::Shield;
use meterbook_core::credit::late_fee::LateCharge;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{AccountNumber, BillId};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

use crate::bill_run::so_far;
use crate::{credit_rules, deposit, online, paper, summary};

/// Everything that is printed on a posted bill, as it stood when the bill was made: what came
/// after it is on the next one. One that is behind the first page of a correction asks for nothing, since
/// that does.
pub fn of_bill(tx: &mut Tx, id: BillId) -> Result<Statement> {
    let it = by_itself(tx, id)?;
    Ok(match store::correction::behind(tx, id)? {
        None => it,
        behind => Statement {
            behind,
            last_bill: None,
            since: Vec::new(),
            before: Money::ZERO,
            waits: Money::ZERO,
            amount_due: Money::ZERO,
            plan: None,
            level: None,
            ..it
        },
    })
}

/// The same as if it asked for what its account owes with it, wherever it goes.
pub(crate) fn by_itself(tx: &mut Tx, id: BillId) -> Result<Statement> {
    let bill: Bill = store::bill::get(tx, id)?;
    let account = store::account::get(tx, bill.account)?;
    let language = store::person::get(tx, account.person)?.language;
    let last_bill = store::bill::last_before(tx, &bill)?;
    let earlier = if bill.is_once() { None } else { before(tx, &bill)? };
    let why = earlier.map(|it| why(&it, &bill.segments, &[]));
    let mut since = store::ledger::movements_before(tx, &bill)?;
    let level = level::of_bill(tx, &bill, &mut since)?;
    let beside = level.map_or(Money::ZERO, |it| it.beside);
    let carried = last_bill.as_ref().map_or(Money::ZERO, |it| it.balance);
    let before = carried + since.iter().map(|it| it.amount).sum();
    let paid_by = paid_by(tx, id)?;
    // Also of an account that nobody sums up any more: who paid for it still does.
    let waits = match bill.summed.is_empty() {
        true => store::summary::waited(tx, &bill)? - store::summary::not_charged(tx, id)?,
        false => Money::ZERO,
    };
    let amount_due = match (paid_by, bill.summed.is_empty()) {
        (_, false) => summary::due(tx, &bill, before)?,
        (Some(_), true) => before - waits,
        (None, true) => before - waits + bill.total + beside,
    };
    let plan = plan(tx, &bill, amount_due)?;
    let late = late(tx, &account, &bill, (before, amount_due, paid_by), plan)?;
    let amount_due = amount_due - plan.map_or(Money::ZERO, |it| it.later);
    let history = store::bill::history(tx, &bill)?;
    let look = paper::look_on(tx, bill.billed_on)?;
    let print = print(tx, &account, bill.billed_on)?;
    let closing = closing(tx, &bill)?;
    let so_far = is_so_far(tx, &bill)?;
    let credit_sent = closing.is_some() && deposit::is_sent(tx, &bill)?;
    let fate = store::correction::of_bill(tx, id)?;
    let replaces = fate.into_iter().find(|it| !it.cancelled).and_then(|it| it.other);
    let utility = store::utility::get(tx)?;
    let pay_at = online::link::on_bill(tx, &bill)?;
    Ok(Statement {
        utility,
        account,
        language,
        last_bill,
        since,
        before,
        waits,
        amount_due,
        why,
        history,
        look,
        print,
        closing,
        so_far,
        paid_by,
        late,
        plan,
        pay_at,
        behind: None,
        replaces,
        credit_sent,
        level,
        bill,
    })
}

/// What a bill is compared with: each of its services as it was billed before, and what ended since. A
/// bill of one service says nothing of the others.
fn before(tx: &mut Tx, bill: &Bill) -> Result<Option<Vec<Segment>>> {
    let Some(earlier) = store::bill::before(tx, bill)? else { return Ok(None) };
    let is_on = |of: &[Segment], it: &Segment| of.iter().any(|on| on.agreement == it.agreement);
    let mut then = Vec::new();
    for it in earlier.segments {
        let end = store::agreement::get(tx, it.agreement)?.to;
        if is_on(&bill.segments, &it) || end.is_some_and(|to| to <= bill.days().end()) {
            then.push(it);
        }
    }
    for now in bill.segments.iter().filter(|it| !is_on(&then, it)).collect::<Vec<_>>() {
        let ended = store::bill::ended_on(tx, now.agreement, now.period.start())?;
        if let Some((id, nth)) = ended {
            then.extend(store::bill::get(tx, id)?.segments.into_iter().nth(nth));
        }
    }
    Ok(Some(then))
}

/// Whether service went on after the last day of a bill that has no whole turn.
fn is_so_far(tx: &mut Tx, bill: &Bill) -> Result<bool> {
    if bill.segments.is_empty() {
        return Ok(false);
    }
    let turn = store::window::get(tx, bill.window)?;
    Ok(so_far::end(tx, &turn, bill)?.is_some())
}

/// The account to which the new charges of a bill are rolled up, if they are.
fn paid_by(tx: &mut Tx, id: BillId) -> Result<Option<AccountNumber>> {
    match store::summary::paid_by(tx, id)? {
        Some(by) => Ok(Some(store::account::get(tx, by)?.number)),
        None => Ok(None),
    }
}

/// How a plan stands that held on the day of a bill, by what was known with it: the part that is due with
/// it, or after it, and what of all that is owed is paid later.
fn plan(tx: &mut Tx, bill: &Bill, owed: Money) -> Result<Option<OnPlan>> {
    if crate::plan::running(tx, bill.account, bill.billed_on)?.is_none() {
        return Ok(None);
    }
    let through = store::ledger::of_bill(tx, &bill.number)?;
    let Some(plan) = crate::plan::as_known(tx, bill.account, bill.billed_on, through)? else {
        return Ok(None);
    };
    let next = plan.next(bill.billed_on);
    Ok(next.map(|(nth, due, amount)| OnPlan {
        nth,
        of: plan.parts.len(),
        due,
        amount,
        later: plan.later(bill.billed_on).min(owed.max(Money::ZERO)),
    }))
}

/// What a bill asks for by itself: of one that is levelled the level, and of one that another account pays
/// nothing.
fn own(
    tx: &mut Tx,
    bill: &Bill,
    (before, owed, paid_by): (Money, Money, Option<AccountNumber>),
) -> Result<Money> {
    if paid_by.is_some() {
        return Ok(Money::ZERO);
    }
    if !bill.summed.is_empty() {
        return Ok(owed - before);
    }
    let of = store::charge::of_account(tx, bill.account)?;
    let with = of.iter().filter(|it| it.kind == ChargeFor::Budget && it.bill == Some(bill.id));
    Ok(bill.total - waived(tx, bill)? + with.map(|it| it.amount).sum())
}

/// What of a bill in the place of another nobody is charged for.
pub(crate) fn waived(tx: &mut Tx, bill: &Bill) -> Result<Money> {
    let parts = store::correction::due_parts(tx, [bill.id])?;
    Ok(parts.values().flatten().filter(|it| it.waived).map(|it| it.amount).sum())
}

/// What being late costs by the rules of the day of a bill.
fn late(
    tx: &mut Tx,
    account: &Account,
    bill: &Bill,
    (before, owed, paid_by): (Money, Money, Option<AccountNumber>),
    plan: Option<OnPlan>,
) -> Result<LateCharge> {
    let rules = credit_rules::late_fees(tx, bill.billed_on)?;
    if !rules.ask(account.class) {
        return Ok(LateCharge::Never);
    }
    let due_now = owed - plan.map_or(Money::ZERO, |it| it.later);
    let asked = own(tx, bill, (before, owed, paid_by))?.min(due_now);
    // A plan of what a correction added keeps nothing else from being late.
    let running = match plan {
        Some(_) => crate::plan::running(tx, bill.account, bill.billed_on)?,
        None => None,
    };
    let shields: &[Shield] = match running {
        Some(it) if it.of.is_none() => &[Shield::Plan],
        _ => &[],
    };
    Ok(rules.said(account.class, (bill.due_on, asked), shields))
}

/// How large paper is printed for whoever has the account, as they said by that day.
pub(crate) fn print(tx: &mut Tx, account: &Account, day: Date) -> Result<Print> {
    let details = store::detail::of(tx, Subject::Person(account.person))?;
    let said = details.iter().any(|it| {
        let holds = it.from <= day && it.to.is_none_or(|to| day < to);
        holds && it.kind == DetailKind::Format && it.value == "large-print"
    });
    Ok(if said { Print::Large } else { Print::Normal })
}

/// The first day without service, where a bill has the last of it and nothing goes on, or brings what was still
/// to be charged or given back then.
fn closing(tx: &mut Tx, bill: &Bill) -> Result<Option<Date>> {
    let theirs = store::agreement::of_account(tx, bill.account)?;
    let mut begun = theirs.iter().filter(|it| it.from <= bill.billed_on);
    let Some(end) = begun.clone().filter_map(|it| it.to).max() else { return Ok(None) };
    let over = begun.all(|it| it.to.is_some_and(|to| to <= bill.billed_on));
    let brings = bill.is_once() && bill.once.is_empty();
    let here = brings || bill.segments.iter().any(|it| it.period.end() == end);
    Ok((over && here).then_some(end))
}

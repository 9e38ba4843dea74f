//! What is due by a mandate on a day, bills and parts of plans, and what of it is held.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::account::Account;
use meterbook_core::credit::plan::{Pays, Plan};
use meterbook_core::debit::policy::{Earlier, Held, Known, NORM_BILLS, Policy};
use meterbook_core::debit::retry::{self, CameBack};
use meterbook_core::debit::{Mandate, Named, Takes};
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::ledger::open::Open;
use meterbook_core::money::Money;
use meterbook_core::task::TaskKind;
use meterbook_store::bill::Face;
use meterbook_store::debit::Try;
use meterbook_store::{self as store, Tx};

use super::{policy, prenote};
use crate::receipt::{self, For};
use crate::{mandate, plan};

/// Tasks about an account among which a dispute is looked for.
const TASKS: i64 = 100;

/// A bill or a part of a plan that a mandate is there for.
#[derive(Clone, Debug)]
pub struct Due {
    /// Whose.
    pub account: Account,
    /// By which mandate.
    pub mandate: Mandate,
    /// What it is.
    pub takes: Takes,
    /// What people say for it.
    pub named: Named,
    /// What is open of it and of what came with it.
    pub amount: Money,
    /// The day on which it is to be taken.
    pub on: Date,
    /// Which time, from 1: what came back may be tried again.
    pub nth: i64,
    /// Why it is not taken; `None` where it is.
    pub held: Option<Held>,
}

/// The open bills and parts of plans of accounts with a mandate that are to be taken by a day, each with
/// what holds it.
pub fn due(tx: &mut Tx, on: Date) -> Result<Vec<Due>> {
    let policy = policy(tx, on)?;
    let mut found = Vec::new();
    for id in store::debit::mandated(tx, on)? {
        found.extend(of_account(tx, id, on, &policy)?);
    }
    Ok(found)
}

/// Who pays by a mandate, and what is known of all that they owe.
struct Payer<'a> {
    policy: &'a Policy,
    on: Date,
    account: Account,
    mandate: Mandate,
    open: Open,
    /// The bills that stand, the newest first.
    bills: Vec<Face>,
    /// The plan that holds.
    plan: Option<Plan>,
    /// Whether a debit came back and what it was for is still owed.
    returned: bool,
    disputed: bool,
    /// What else keeps anything from being taken.
    kept: Option<Held>,
}

/// Something that is due, before it is asked what holds it.
struct Wanted<'a> {
    takes: Takes,
    named: Named,
    on: Date,
    left: Money,
    /// Days of use that it is for.
    days: i64,
    earlier: &'a [Earlier],
    /// What holds it, whatever else does.
    kept: Option<Held>,
}

fn of_account(tx: &mut Tx, id: AccountId, on: Date, policy: &Policy) -> Result<Vec<Due>> {
    let Some(mandate) = mandate::on(tx, id, on)? else { return Ok(Vec::new()) };
    let open = receipt::open_now(tx, id)?;
    let tasks = store::task::of_subject(tx, About::Account(id), TASKS)?;
    let plan = plan::on_day(tx, id, on)?;
    let bills = store::bill::of_account(tx, id)?;
    let payer = Payer {
        policy,
        on,
        account: store::account::get(tx, id)?,
        returned: owed_back(tx, id, (&open, &bills, plan.as_ref()))?,
        disputed: tasks.iter().any(|it| it.kind == TaskKind::Dispute && it.closed.is_none()),
        kept: match crate::returned::cash_only(tx, id, on)? {
            Some(until) => Some(Held::CashOnly { until }),
            None => prenote::held(tx, policy, &mandate, on)?,
        },
        mandate,
        open,
        bills,
        plan,
    };
    let mut found = payer.bills(tx)?;
    found.extend(payer.parts(tx)?);
    found.sort_by_key(|it| it.on);
    if let Some(most) = payer.mandate.terms.most {
        let before = store::debit::taken_on(tx, payer.mandate.id, on)?;
        within(&mut found, (most, before));
    }
    Ok(found)
}

/// Holds what would be too much together: the most that a customer agreed to is of a day, however many bills
/// come due on it. What was due first goes first.
fn within(found: &mut [Due], (most, mut others): (Money, Money)) {
    for it in found.iter_mut().filter(|it| it.held.is_none()) {
        if most < others + it.amount {
            it.held = Some(Held::BeyondMostWith { most, others });
        } else {
            others += it.amount;
        }
    }
}

/// Whether a debit came back and what it was for is still owed: that is seen to before anything else is
/// taken. A bill that is paid in parts by now was seen to.
fn owed_back(
    tx: &mut Tx,
    account: AccountId,
    (open, bills, running): (&Open, &[Face], Option<&Plan>),
) -> Result<bool> {
    let back = store::debit::returned(tx, account)?;
    let came_back = |of: BillId| bills.iter().any(|it| it.id == of && back.contains(&it.number));
    let planned = running.and_then(|it| it.through);
    let bill = asked(open).iter().any(|it| planned < Some(it.bill) && came_back(it.bill));
    if bill {
        return Ok(true);
    }
    let parts = store::debit::returned_parts(tx, account)?;
    if parts.is_empty() {
        return Ok(false);
    }
    let plans = store::plan::of_account(tx, account)?;
    Ok(parts.iter().any(|(key, nth)| {
        // A plan that was agreed to since is for what was left of the one before.
        let since = running.is_some_and(|it| it.key != *key);
        let of = plans.iter().find(|it| it.key == *key).filter(|_| !since);
        of.is_some_and(|plan| part_of(&plan.left(plan::open_of(plan, open)), *nth) != Money::ZERO)
    }))
}

fn part_of(left: &[Money], nth: i64) -> Money {
    let at = usize::try_from(nth - 1).ok();
    at.and_then(|at| left.get(at)).copied().unwrap_or(Money::ZERO)
}

impl Payer<'_> {
    fn bills(&self, tx: &mut Tx) -> Result<Vec<Due>> {
        // What was billed until then is paid in parts.
        let planned = self.plan.as_ref().and_then(|it| it.through);
        let mut found = Vec::new();
        for Asked { bill, left } in asked(&beside(self.plan.as_ref(), &self.open)) {
            let Some(at) = self.bills.iter().position(|it| it.id == bill) else { continue };
            let on = self.mandate.terms.collects.day(self.bills[at].due_on);
            // What was due before the customer agreed was not meant.
            if self.on < on || on < self.mandate.signed {
                continue;
            }
            let with = asked_together(tx, bill)?;
            let together = |it: &&Face| with.contains(&it.id);
            let earlier = self.bills[at..].iter().filter(|it| !together(it));
            let earlier: Vec<Earlier> = earlier.map(earlier_of).take(4 * NORM_BILLS).collect();
            let wanted = Wanted {
                takes: Takes::Bill(bill),
                named: Named::Bill(self.bills[at].number.clone()),
                on,
                left,
                days: self.bills.iter().filter(together).map(|it| it.period.days()).sum(),
                earlier: &earlier,
                kept: planned.is_some_and(|it| bill <= it).then_some(Held::Plan),
            };
            found.push(self.due(tx, wanted)?);
        }
        Ok(found)
    }

    /// The parts that are due of a plan whose customer said that they are taken.
    fn parts(&self, tx: &mut Tx) -> Result<Vec<Due>> {
        let Some(plan) = &self.plan else { return Ok(Vec::new()) };
        let (pays, since) = plan::pays(tx, plan)?;
        if pays != Pays::Debit {
            return Ok(Vec::new());
        }
        let about = |it: &&Face| plan.of.is_some() || Some(it.id) <= plan.through;
        let about: Vec<&Face> = self.bills.iter().filter(about).collect();
        let earlier: Vec<Earlier> =
            about.iter().map(|it| earlier_of(it)).take(4 * NORM_BILLS).collect();
        let days = days_of(plan, &about);
        let (many, left) = (plan.parts.len(), plan.left(plan::open_of(plan, &self.open)));
        let mut found = Vec::new();
        for ((nth, (day, _)), left) in (1..).zip(&plan.parts).zip(left) {
            let meant = self.mandate.signed <= *day && since <= *day;
            if self.on < *day || !meant || left == Money::ZERO {
                continue;
            }
            let wanted = Wanted {
                takes: Takes::Part { plan: plan.key.clone(), nth },
                named: Named::Part { nth, of: i64::try_from(many)? },
                on: *day,
                left,
                days,
                earlier: &earlier,
                kept: None,
            };
            found.push(self.due(tx, wanted)?);
        }
        Ok(found)
    }

    fn due(&self, tx: &mut Tx, it: Wanted) -> Result<Due> {
        let tries = store::debit::tries(tx, self.mandate.id, &it.takes)?;
        let (again, amount) = match tries.last() {
            None => (Ok(1), it.left),
            // What is tried again is the same debit: as much, from the same account.
            Some(last) => (self.again(tx, &tries, it.left)?, last.debit.amount),
        };
        let known = Known {
            taken: false,
            returned: self.returned && tries.is_empty(),
            disputed: self.disputed,
            account: it.kept.or(self.kept),
            most: self.mandate.terms.most,
            days: it.days,
            earlier: it.earlier,
        };
        Ok(Due {
            account: self.account.clone(),
            mandate: self.mandate.clone(),
            takes: it.takes,
            named: it.named,
            amount: amount.min(it.left),
            on: it.on,
            nth: again.unwrap_or(1),
            held: again.err().or_else(|| self.policy.held(amount, &known)),
        })
    }

    /// Which time something is tried that was taken before, or why it is not: only what came back for want
    /// of money is, while all of it is still owed and the account at the bank is the same.
    fn again(&self, tx: &mut Tx, tries: &[Try], left: Money) -> Result<Result<i64, Held>> {
        let (Some(first), Some(last)) = (tries.first(), tries.last()) else { return Ok(Ok(1)) };
        let Some((code, back)) = &last.back else { return Ok(Err(Held::Taken)) };
        let nth = last.debit.nth;
        let came = CameBack { code, nth, first: first.settle, on: *back };
        let Some(from) = self.policy.retry.and_then(|rule| rule.from(came)) else {
            return Ok(Err(Held::Returned));
        };
        let mandate = &self.mandate;
        let hash = |tx: &mut Tx, version| store::mandate::sealed(tx, mandate.id, version);
        let same = hash(tx, last.debit.version)?.hash == hash(tx, mandate.version)?.hash;
        let late = retry::last(first.settle) < self.on;
        Ok(if left < last.debit.amount || !same || late {
            Err(Held::Returned)
        } else if self.on < from {
            Err(Held::Again { from })
        } else {
            Ok(nth + 1)
        })
    }
}

/// What a payer's money is for: a part of a plan is for what the plan is about, whatever is said of payments
/// otherwise, or it would leave its plan behind.
pub(super) fn meant(it: &Due) -> For {
    let account = it.account.id;
    match (&it.takes, &it.named) {
        (Takes::Part { plan, .. }, _) => For::Parts { account, plan: plan.clone() },
        (Takes::Bill(_), Named::Bill(number)) => {
            For::Account { account, bill: Some(number.clone()) }
        }
        (Takes::Bill(_), Named::Part { .. }) => unreachable!("a bill is named by its number"),
    }
}

/// The bills that one paper asks for together: that of a correction those behind its first page.
fn asked_together(tx: &mut Tx, bill: BillId) -> Result<Vec<BillId>> {
    match store::correction::behind(tx, bill)? {
        Some(id) => store::correction::bills_behind(tx, id),
        None => Ok(vec![bill]),
    }
}

/// The days of use that a plan is for: those of its newest bills that come to its debt.
fn days_of(plan: &Plan, newest_first: &[&Face]) -> i64 {
    let (mut sum, mut days) = (Money::ZERO, 0);
    for it in newest_first {
        if plan.debt <= sum {
            break;
        }
        sum += it.total;
        days += it.period.days();
    }
    days
}

fn earlier_of(it: &Face) -> Earlier {
    Earlier { total: it.total, days: it.period.days() }
}

/// What is open of what the paper of a bill asks for.
pub(crate) struct Asked {
    pub(crate) bill: BillId,
    pub(crate) left: Money,
}

/// What is open without what a plan of a corrected amount holds: that is paid in parts.
pub(crate) fn beside(plan: Option<&Plan>, open: &Open) -> Open {
    plan.map_or_else(|| open.clone(), |it| it.beside(open))
}

/// What is open of each bill together with what came with it (the level, a fee, a part of a deposit) and,
/// where it is the last of several behind one first page, of all of them.
pub(crate) fn asked(open: &Open) -> Vec<Asked> {
    let mut all: Vec<Asked> = Vec::new();
    for it in open.items.iter().filter(|it| !it.side.rolled) {
        let Some(bill) = it.side.bill else { continue };
        match all.iter_mut().find(|of| of.bill == bill) {
            Some(of) => of.left += it.left,
            None => all.push(Asked { bill, left: it.left }),
        }
    }
    all
}

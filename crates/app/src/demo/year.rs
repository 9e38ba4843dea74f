//! The year: turn after turn is billed, and people pay as it is their habit.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::account::Cycle;
use meterbook_core::bill::run::{Stage, Standing};
use meterbook_core::id::{AccountId, UserId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use super::Step;
use super::calendar::{self, Turn};
use super::chance::{About, Chance};
use super::settle::at;
use super::town::{Customer, Habit, Town};
use crate::Actor;
use crate::bill_run::release::{Released, release};
use crate::bill_run::{self, Progress, Until, Which};
use crate::pay::{NewPayment, pay};

/// Payments on their way, by the day they come.
type Coming<'a> = BTreeMap<Date, Vec<(&'a Customer, Turn)>>;

/// Bills every turn in the order of its day. With `leave_open` the newest of those whose days are over
/// then is left for who bills by hand, with what comes after it; whose it is is said too.
pub(super) fn live(
    db: &Db,
    by: Option<UserId>,
    town: &Town,
    accounts: &[AccountId],
    leave_open: Option<Timestamp>,
    watch: &mut dyn FnMut(Step, u64, u64),
) -> Result<(Vec<Standing>, Option<Cycle>)> {
    let mut turns = calendar::in_order(town.cycles);
    let mut left = None;
    if let Some(now) = leave_open {
        let today = town.zone.day_of(now);
        turns.retain(|it| it.period.end() <= today);
        left = turns.pop().map(|it| it.cycle);
    }
    let mut coming = Coming::new();
    let mut standings = Vec::new();
    let all = u64::try_from(turns.len())?;
    for (turn, nth) in turns.iter().zip(1..) {
        let today = at(town, by, turn.billed_on);
        post_payments(db, by, town, accounts, &mut coming, turn.billed_on, watch)?;
        let standing = bill(db, today, Which::Cycle(turn.cycle), (nth, all), watch)?;
        watch(Step::Post, nth, all);
        standings.push(standing);
        for customer in &town.customers {
            if town.homes[customer.home].cycle == turn.cycle {
                expect(town, customer, *turn, &mut coming);
            }
        }
    }
    // The day after the last bills is the demo's today.
    let today = turns.last().map_or(calendar::span().end(), |it| it.billed_on + 1.day());
    post_payments(db, by, town, accounts, &mut coming, today, watch)?;
    super::credit::keep(db, by, town, accounts, today)?;
    Ok((standings, left))
}

/// Bills a turn. The weather of a made-up year is right however far it moves the totals.
fn bill(
    db: &Db,
    actor: Actor,
    which: Which,
    (nth, all): (u64, u64),
    watch: &mut dyn FnMut(Step, u64, u64),
) -> Result<Standing> {
    let mut waits = None;
    let mut tell = |progress: Progress| match progress {
        Progress::Checked(..) => watch(Step::Check, nth, all),
        Progress::Posted(..) => watch(Step::Post, nth, all),
        Progress::TakenBack(..) | Progress::Corrected(..) | Progress::Stands(_) => {}
        Progress::Totals(preview) => waits = Some(preview.run),
    };
    let standing = bill_run::run(db, actor, which, Until::Posted, &mut tell)?;
    let Some(run) = waits.filter(|_| standing.stage == Stage::Preview) else {
        return Ok(standing);
    };
    let why = Some("the weather of the sample year");
    match release(db, Actor::system(actor.at), run, why, &mut |_| ())? {
        Released::Posted(standing) => Ok(standing),
        Released::Waits(id) => bail!("the sample's bills wait for approval {id}"),
    }
}

/// When a customer will pay the bill of a turn, if at all.
fn expect<'a>(town: &Town, customer: &'a Customer, turn: Turn, coming: &mut Coming<'a>) {
    let key = customer.nth * calendar::TURNS + turn.nth;
    let mut chance = Chance::new(town.seed, About::Payment(key));
    let on = match customer.habit {
        Habit::Bank => turn.due_on,
        Habit::Prompt | Habit::InPart => turn.billed_on + chance.between(4, 19).days(),
        Habit::Late => turn.due_on + chance.between(9, 30).days(),
        Habit::NotSince(since) if turn.nth < since => turn.billed_on + chance.between(4, 19).days(),
        Habit::NotSince(_) => return,
    };
    coming.entry(on).or_default().push((customer, turn));
}

/// Posts the payments that came before `until`.
fn post_payments(
    db: &Db,
    by: Option<UserId>,
    town: &Town,
    accounts: &[AccountId],
    coming: &mut Coming<'_>,
    until: Date,
    watch: &mut dyn FnMut(Step, u64, u64),
) -> Result<()> {
    let later = coming.split_off(&until);
    let now = std::mem::replace(coming, later);
    let all = now.values().map(Vec::len).sum::<usize>();
    let mut done = 0;
    for (on, payments) in now {
        db.write(|tx| {
            for (customer, turn) in &payments {
                let account = accounts[customer.nth];
                let balance = store::ledger::balance(tx, account)?;
                if let Some(payment) = payment(customer, *turn, account, balance, on) {
                    pay(tx, at(town, by, on), &payment)?;
                }
            }
            Ok(())
        })?;
        done += payments.len();
        watch(Step::Pay, u64::try_from(done)?, u64::try_from(all)?);
    }
    Ok(())
}

/// What a customer pays of what is owed.
fn payment(
    customer: &Customer,
    turn: Turn,
    account: AccountId,
    balance: Money,
    on: Date,
) -> Option<NewPayment> {
    let amount = match customer.habit {
        // A round amount below what is owed.
        Habit::InPart => {
            Money::from_cents((balance.cents() * 3).div_euclid(4).div_euclid(1000) * 1000)
        }
        _ => balance,
    };
    let (tender, reference) = match customer.habit {
        Habit::Bank => (Tender::Bank, format!("direct debit {on}")),
        _ if customer.nth.rem_euclid(3) == 0 => {
            (Tender::Card, format!("slip {}", 48_000 + customer.nth * 13 + turn.nth))
        }
        _ => (Tender::Check, (1_000 + customer.nth.rem_euclid(700) + turn.nth).to_string()),
    };
    (Money::ZERO < amount).then_some(NewPayment { account, amount, on, tender, reference })
}

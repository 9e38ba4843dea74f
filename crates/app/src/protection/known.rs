//! What lines about protection ask for of an account: what was said of it, what follows from what is there,
//! what is past due and what was paid.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::credit::protection::{PaidOn, PastDue, Rules};
use meterbook_core::id::{AccountId, BillId, EntryId};
use meterbook_core::ledger::open::{Applied, Open, Side, open, stood};
use meterbook_core::ledger::{Debt, EntryKind};
use meterbook_core::money::Money;
use meterbook_core::period::Zone;
use meterbook_store::circumstance::Sent;
use meterbook_store::{self as store, Tx};

use crate::plan;

/// Bills of service among which those that are past due are looked for.
const BILLS: i64 = 1_000;

/// What is known of an account on a day, as far as rules ask for it.
#[derive(Default)]
pub(crate) struct Known {
    /// What is so of it, and was done for it.
    pub(crate) facts: Vec<Fact>,
    /// What is past due.
    pub(crate) past_due: Option<PastDue>,
    /// What was paid in the season.
    pub(crate) paid: Vec<PaidOn>,
}

impl Known {
    /// All of it, of one account.
    pub(crate) fn of(tx: &mut Tx, rules: &Rules, account: AccountId, on: Date) -> Result<Known> {
        if !rules.asks_of_account() {
            return Ok(Known::default());
        }
        let mut facts: Vec<Fact> =
            store::circumstance::of_account(tx, account)?.iter().map(|it| it.stands()).collect();
        facts.extend(store::circumstance::told_of(tx, account, on)?.into_iter().map(told));
        if rules.asks_for_letters() {
            let sent = store::circumstance::letters_of(tx, account)?;
            facts.extend(by_letters(rules, &sent, &crate::founding::zone(tx)?, on));
        }
        if rules.asks_for(Circumstance::Plan)
            && let Some(plan) = plan::on_day(tx, account, on)?
        {
            facts.push(Fact { what: Circumstance::Plan, from: plan.agreed, to: None });
        }
        facts.extend(elsewhere(tx, rules, account, on)?);
        let (past_due, paid) = debts(tx, rules, account, on)?;
        Ok(Known { facts, past_due, paid })
    }
}

/// That collections told a customer, on a day.
pub(crate) fn told(on: Date) -> Fact {
    Fact { what: Circumstance::Told, from: on, to: None }
}

/// What letters of collections told by a day, from the day on which they really went out.
pub(crate) fn by_letters(rules: &Rules, sent: &[Sent], zone: &Zone, on: Date) -> Vec<Fact> {
    let dated = sent.iter().map(|(letter, at)| (letter, zone.day_of(*at)));
    let facts = dated.filter(|it| it.1 <= on).flat_map(|(letter, from)| {
        rules.told_by(*letter).map(move |what| Fact { what, from, to: None })
    });
    facts.collect()
}

/// That letters go elsewhere, where they do and a line asks for it.
pub(crate) fn elsewhere(
    tx: &mut Tx,
    rules: &Rules,
    account: AccountId,
    on: Date,
) -> Result<Option<Fact>> {
    let what = Circumstance::Elsewhere;
    let is_so = rules.asks_for(what) && store::circumstance::elsewhere(tx, account, on)?;
    Ok(is_so.then_some(Fact { what, from: on, to: None }))
}

/// What is past due of an account on a day, and what was paid of it since the season of a line began.
pub(crate) fn debts(
    tx: &mut Tx,
    rules: &Rules,
    account: AccountId,
    on: Date,
) -> Result<(Option<PastDue>, Vec<PaidOn>)> {
    let all = All::of(tx, account)?;
    let service = store::bill::of_service(tx, account, BILLS)?.iter().map(|it| it.id).collect();
    let past_due = past_due(&open(&all.sides, &all.applied), &service, on);
    let paid = rules.paid_since(on).map_or_else(Vec::new, |since| all.paid(since, on));
    Ok((past_due, paid))
}

/// Since when something is past due on a day, if anything is.
pub(crate) fn past_due_since(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Date>> {
    let all = All::of(tx, account)?;
    Ok(open(&all.sides, &all.applied).past_due(on).map(|it| it.1))
}

/// Whether an account paid as much between two days as came due of its bills.
pub(crate) fn keeps_up(tx: &mut Tx, account: AccountId, (from, to): (Date, Date)) -> Result<bool> {
    let sides = stood(&All::of(tx, account)?.sides, to);
    let came =
        |it: &&Side| it.kind == EntryKind::Bill && !it.rolled && from <= it.due && it.due < to;
    let due: Money = sides.iter().filter(came).map(|it| it.amount).sum();
    let paid = sides.iter().filter(|it| it.kind == EntryKind::Payment && from <= it.on);
    Ok(due <= -paid.map(|it| it.amount).sum::<Money>())
}

fn past_due(open: &Open, service: &HashSet<BillId>, on: Date) -> Option<PastDue> {
    let (amount, oldest) = open.past_due(on)?;
    let past = || open.items.iter().filter(|it| !it.side.rolled && it.side.due < on);
    let newest = past().map(|it| it.side.due).max()?;
    let bill = |it: &Side| it.debt == Debt::Bill && it.bill.is_some_and(|it| service.contains(&it));
    let of_service = past().any(|it| bill(&it.side));
    Some(PastDue { amount, oldest, newest, of_service })
}

/// What an account did, by all that is known.
struct All {
    sides: Vec<Side>,
    applied: Vec<Applied>,
}

impl All {
    fn of(tx: &mut Tx, account: AccountId) -> Result<All> {
        let sides = store::ledger::sides(tx, account, Date::MAX, EntryId(i64::MAX))?;
        let applied = store::ledger::applied(tx, account)?;
        Ok(All { sides, applied })
    }

    /// What was paid on each day, and what was owed before it. What came back was not paid.
    fn paid(&self, since: Date, on: Date) -> Vec<PaidOn> {
        let stood_by = stood(&self.sides, on);
        let payments = stood_by.iter().filter(|it| it.kind == EntryKind::Payment && since <= it.on);
        let mut days: BTreeMap<Date, Money> = BTreeMap::new();
        for it in payments {
            *days.entry(it.on).or_default() += -it.amount;
        }
        let paid = days.into_iter().map(|(day, amount)| {
            let before = stood(&self.sides, day.yesterday().unwrap_or(day));
            let open = open(&before, &self.applied);
            let past_due = open.past_due(day).map_or(Money::ZERO, |it| it.0);
            PaidOn { on: day, amount, owed: open.balance(), past_due }
        });
        paid.collect()
    }
}

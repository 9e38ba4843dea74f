//! What lines about protection ask for of an account: what was said of it, what follows from what is there,
//! what is past due and what was paid.

use std::collections::{BTreeMap, HashMap, HashSet};

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

/// What is known of an account on a day, as far as rules ask for it.
#[derive(Default)]
pub(super) struct Known {
    /// What is so of it, and was done for it.
    pub(super) facts: Vec<Fact>,
    /// What is past due.
    pub(super) past_due: Option<PastDue>,
    /// What was paid in the season.
    pub(super) paid: Vec<PaidOn>,
}

/// All of it, of these accounts; nothing where no rule asks for it.
pub(super) fn of(
    tx: &mut Tx,
    rules: &Rules,
    accounts: &[AccountId],
    on: Date,
) -> Result<HashMap<AccountId, Known>> {
    let mut all: HashMap<AccountId, Known> = HashMap::new();
    if !rules.asks_of_account() {
        return Ok(all);
    }
    for (account, facts) in store::circumstance::among(tx, accounts)? {
        all.entry(account).or_default().facts.extend(facts);
    }
    let fact = |what, from| Fact { what, from, to: None };
    if rules.asks_for(Circumstance::Told) {
        for (account, days) in store::circumstance::told(tx, accounts, on)? {
            let told = days.into_iter().map(|it| fact(Circumstance::Told, it));
            all.entry(account).or_default().facts.extend(told);
        }
    }
    if rules.asks_for_letters() {
        let zone = crate::founding::zone(tx)?;
        for (account, sent) in store::circumstance::letters(tx, accounts)? {
            all.entry(account).or_default().facts.extend(by_letters(rules, &sent, &zone, on));
        }
    }
    if rules.asks_for(Circumstance::Plan) {
        for (account, (agreed, _)) in plan::holding(tx, accounts, on)? {
            all.entry(account).or_default().facts.push(fact(Circumstance::Plan, agreed));
        }
    }
    if rules.asks_for(Circumstance::Elsewhere) {
        for account in store::circumstance::elsewhere(tx, accounts, on)? {
            all.entry(account).or_default().facts.push(fact(Circumstance::Elsewhere, on));
        }
    }
    let service = store::bill::served(tx, accounts)?;
    let since = rules.paid_since(on);
    for (account, debts) in store::ledger::open_sides(tx, accounts, Date::MAX, NEWEST)? {
        let (sides, applied) = debts;
        let it = all.entry(account).or_default();
        it.past_due = past_due(&open(&sides, &applied), &service, on);
        if let Some(since) = since {
            it.paid = paid(&sides, &applied, (since, on));
        }
    }
    Ok(all)
}

/// All that was posted, however late.
const NEWEST: EntryId = EntryId(i64::MAX);

/// What letters of collections told by a day, from the day on which they really went out.
fn by_letters(rules: &Rules, sent: &[Sent], zone: &Zone, on: Date) -> Vec<Fact> {
    let dated = sent.iter().map(|(letter, at)| (letter, zone.day_of(*at)));
    let facts = dated.filter(|it| it.1 <= on).flat_map(|(letter, from)| {
        rules.told_by(*letter).map(move |what| Fact { what, from, to: None })
    });
    facts.collect()
}

/// Since when something is past due on a day, if anything is.
pub(super) fn past_due_since(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Date>> {
    let sides = store::ledger::sides(tx, account, Date::MAX, NEWEST)?;
    let applied = store::ledger::applied(tx, account)?;
    Ok(open(&sides, &applied).past_due(on).map(|it| it.1))
}

/// Whether an account paid as much between two days as came due of its bills.
pub(super) fn keeps_up(tx: &mut Tx, account: AccountId, (from, to): (Date, Date)) -> Result<bool> {
    let sides = stood(&store::ledger::sides(tx, account, Date::MAX, NEWEST)?, to);
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
    let of_service = past().filter(|it| bill(&it.side)).map(|it| it.left).sum();
    Some(PastDue { amount, oldest, newest, of_service })
}

/// What was paid on each day, and what was owed before it. What came back was not paid.
fn paid(sides: &[Side], applied: &[Applied], (since, on): (Date, Date)) -> Vec<PaidOn> {
    let stood_by = stood(sides, on);
    let payments = stood_by.iter().filter(|it| it.kind == EntryKind::Payment && since <= it.on);
    let mut days: BTreeMap<Date, Money> = BTreeMap::new();
    for it in payments {
        *days.entry(it.on).or_default() += -it.amount;
    }
    let paid = days.into_iter().map(|(day, amount)| {
        let before = stood(sides, day.yesterday().unwrap_or(day));
        let open = open(&before, applied);
        let past_due = open.past_due(day).map_or(Money::ZERO, |it| it.0);
        PaidOn { on: day, amount, owed: open.balance(), past_due }
    });
    paid.collect()
}

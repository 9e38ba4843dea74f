//! Paying in parts: what somebody who owes may agree to, agreeing to it, and whether it is kept.
//!
//! While a plan holds, its parts that are not due are not past due: nothing is cut off for them, no age
//! counts them, and no fee is asked for them where a rule says so. When it is broken all of that is as it
//! was before.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::credit::plan::{DueOn, Ending, Offer, Plan, Rules, Stands};
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::ledger::open::{Open, Side};
use meterbook_core::money::Money;
use meterbook_core::order::CalledOff;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_paper::{amount, day};
use meterbook_store::{self as store, Conflict, Db, Tx};

use crate::authority::authorize;
use crate::delivery::send;
use crate::{Actor, credit_rules, customer_view, order, protection, receipt, refuse};

/// Turns ahead of which due days are asked for.
const TURNS: i64 = 24;

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What is owed.
    pub debt: Money,
    /// What may be agreed to, at most three.
    pub offers: Vec<Offer>,
}

/// A plan that ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Whose.
    pub number: AccountNumber,
    /// How.
    pub how: Ending,
    /// What it came to.
    pub why: String,
}

/// Why nothing is agreed to, or ended.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPlanned {
    /// Nothing is owed.
    NothingOwed,
    /// No rule offers it.
    NotOffered {
        /// What is owed.
        debt: Money,
    },
    /// There are not so many offers.
    NoSuchOffer {
        /// How many there are.
        offers: usize,
    },
    /// There is one.
    Running {
        /// Since when.
        since: Date,
    },
    /// One was agreed to on that day.
    AgreedAlready {
        /// The day.
        on: Date,
    },
    /// There is none.
    NotRunning,
}

/// What an account may agree to on a day.
pub fn propose(tx: &mut Tx, account: AccountId, on: Date) -> Result<Proposed> {
    if let Some(plan) = on_day(tx, account, on)? {
        return Err(refuse(NotPlanned::Running { since: plan.agreed }));
    }
    let debt = store::debt::owed(tx, account)?;
    if debt <= Money::ZERO {
        return Err(refuse(NotPlanned::NothingOwed));
    }
    let mut rules = credit_rules::plans(tx, on)?;
    if must(tx, account, &rules)? {
        rules = rules.that_must();
    }
    let class = store::account::get(tx, account)?.class;
    let year = on.saturating_sub(1.year());
    let all = store::plan::of_account(tx, account)?;
    let broken = all.iter().filter_map(|it| it.ended);
    let broken = broken.filter(|it| it.0 == Ending::Broken && year < it.1).count();
    let dues = match rules.due {
        DueOn::WithBills => store::plan::dues(tx, account, on, TURNS)?,
        DueOn::Monthly => Vec::new(),
    };
    let offers = rules.offers(class, debt, (on, &dues), i64::try_from(broken)?);
    if offers.is_empty() {
        return Err(refuse(NotPlanned::NotOffered { debt }));
    }
    Ok(Proposed { debt, offers })
}

/// Whether something that is open came due on a day on which parts must be offered for it.
fn must(tx: &mut Tx, account: AccountId, rules: &Rules) -> Result<bool> {
    if rules.must.is_empty() {
        return Ok(false);
    }
    let open = receipt::open_now(tx, account)?;
    let days: BTreeSet<Date> = open.items.iter().map(|it| it.side.due).collect();
    for day in days {
        let shields = protection::shields(tx, account, day)?;
        if shields.iter().any(|it| rules.must.contains(&it.shield)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Agrees to the nth of what is offered, from 1. Cut orders that it makes needless are called off with
/// it.
pub fn agree(tx: &mut Tx, actor: Actor, account: AccountId, nth: usize, why: &str) -> Result<Plan> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, None)?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let Proposed { debt, mut offers } = propose(tx, account, on)?;
    if nth == 0 || offers.len() < nth {
        return Err(refuse(NotPlanned::NoSuchOffer { offers: offers.len() }));
    }
    let parts = offers.swap_remove(nth - 1).parts;
    let through = store::bill::of_account(tx, account)?.iter().map(|it| it.id).max();
    let key = format!("plan/{account}/{on}");
    let plan = Plan { key, account, agreed: on, debt, through, parts, ended: None };
    store::plan::add(tx, &plan, why.trim()).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotPlanned::AgreedAlready { on }),
        false => why,
    })?;
    let said = format!("{debt} in {} parts: {}", plan.parts.len(), why.trim());
    store::audit::add(tx, &allowed, "agree plan", &account.to_string(), &said)?;
    let note = "beside what is paid in parts as agreed";
    order::no_longer_past_due(tx, &allowed, account, (CalledOff::NotNeeded, note))?;
    protection::after_fact(tx, &allowed, &[account])?;
    Ok(plan)
}

/// Ends a plan before its time.
pub fn cancel(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, None)?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let plan = on_day(tx, account, on)?.ok_or_else(|| refuse(NotPlanned::NotRunning))?;
    end(tx, &allowed, &plan, (Ending::Cancelled, on), why.trim())
}

/// Looks over all plans that run: ends those that are paid or broken. Each is a transaction of its own.
pub fn review_all(db: &Db, actor: Actor) -> Result<Vec<Reviewed>> {
    let all = db.write(|tx| {
        authorize(tx, actor, Permission::RunCollections, None)?;
        store::plan::running(tx)
    })?;
    let mut done = Vec::new();
    for account in all {
        done.extend(db.write(|tx| review(tx, actor, account))?);
    }
    Ok(done)
}

/// The same for one account.
pub fn review(tx: &mut Tx, actor: Actor, account: AccountId) -> Result<Option<Reviewed>> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let Some(plan) = on_day(tx, account, on)? else { return Ok(None) };
    let stands = stands(tx, &plan, on)?;
    let how = match stands {
        Stands::InTime | Stands::Behind { .. } => return Ok(None),
        Stands::Broken { .. } => Ending::Broken,
        Stands::Done => Ending::Kept,
    };
    let why = stands.to_string();
    end(tx, &allowed, &plan, (how, on), &why)?;
    if let Stands::Broken { by } = stands
        && credit_rules::plans(tx, on)?.told
    {
        tell(tx, &plan, by, on)?;
    }
    let number = store::account::get(tx, account)?.number;
    Ok(Some(Reviewed { number, how, why }))
}

/// Tells by letter that a plan is broken, in the transaction that ends it.
fn tell(tx: &mut Tx, plan: &Plan, part: Money, on: Date) -> Result<()> {
    let past_due = customer_view::past_due(tx, plan.account, on)?;
    let known = |_: usize, language| {
        let values = vec![
            ("amount", amount(language, past_due)),
            ("part", amount(language, part)),
            ("agreed", day(language, plan.agreed)),
        ];
        (values, Vec::new())
    };
    send::letters(tx, (LetterCause::PlanBroken, on), &[plan.account], known).map(drop)
}

/// How a plan stands on a day.
pub fn stands(tx: &mut Tx, plan: &Plan, on: Date) -> Result<Stands> {
    let grace = credit_rules::plans(tx, plan.agreed)?.grace;
    let open = receipt::open_now(tx, plan.account)?;
    Ok(plan.stands(on, grace, |day| beside(plan, &open, day)))
}

/// The plan of an account that holds on a day, if one does.
pub fn on_day(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Plan>> {
    let all = store::plan::of_account(tx, account)?;
    Ok(all.into_iter().rfind(|it| it.holds(on)))
}

/// What of what is open is past due on a day beside a plan that holds then.
pub(crate) fn beside(plan: &Plan, open: &Open, on: Date) -> Money {
    // What was billed until the plan is due with its parts, whatever its bills say.
    let later = |it: &Side| on <= it.due && plan.through < it.bill;
    let due = open.items.iter().filter(|it| !it.side.rolled && !later(&it.side));
    let due: Money = due.map(|it| it.left).sum();
    (due - plan.not_due(on)).max(Money::ZERO)
}

fn end(
    tx: &mut Tx,
    allowed: &Authorized,
    plan: &Plan,
    (how, on): (Ending, Date),
    why: &str,
) -> Result<()> {
    store::plan::end(tx, &plan.key, how, on, why)?;
    let (was, is) = (format!("since {}", plan.agreed), format!("{how} on {on}"));
    store::audit::turn(tx, allowed, "end plan", &plan.account.to_string(), why, (&was, &is))
}

impl fmt::Display for NotPlanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPlanned::NothingOwed => f.write_str("nothing is owed"),
            NotPlanned::NotOffered { debt } => write!(
                f,
                "no rule offers parts for {debt} to this account; see: meterbook credit rules plan"
            ),
            NotPlanned::NoSuchOffer { offers } => {
                write!(f, "there are {offers} offers; choose one: meterbook plan propose")
            }
            NotPlanned::Running { since } => {
                write!(f, "a plan runs since {since}; end it first: meterbook plan cancel")
            }
            NotPlanned::AgreedAlready { on } => {
                write!(f, "a plan was agreed to on {on} already; agree to another one tomorrow")
            }
            NotPlanned::NotRunning => f.write_str("no plan runs"),
        }
    }
}

impl std::error::Error for NotPlanned {}

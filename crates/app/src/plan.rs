//! Paying in parts: what somebody who owes may agree to, agreeing to it, and whether it is kept.
//!
//! While a plan holds, its parts that are not due are not past due: nothing is cut off for them, no age
//! counts them, and no fee is asked for them where a rule says so. When it is broken all of that is as it
//! was before, from the day on which its rule says so. A plan of what a correction added holds nothing but
//! that: whatever else is owed is due, collected and cut off for as if there were none.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::credit::plan::{DueOn, Ending, Offer, Pays, Plan, Rules, Stands};
use meterbook_core::id::{AccountId, AccountNumber, EntryId};
use meterbook_core::ledger::open::{Item, Open};
use meterbook_core::money::Money;
use meterbook_core::order::CalledOff;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_paper::{amount, day};
use meterbook_store::debt::Arrears;
use meterbook_store::{self as store, Conflict, Db, Tx};

use crate::authority::authorize;
use crate::delivery::send;
use crate::{Actor, credit_rules, customer_view, mandate, order, protection, receipt, refuse};

/// Turns ahead of which due days are asked for.
const TURNS: i64 = 24;
/// Accounts that are asked for at once.
const AT_ONCE: usize = 500;

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What is owed.
    pub debt: Money,
    /// What may be agreed to, at most three for all of it; behind them what rules of corrections offer of
    /// what corrections added.
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
    /// As many broke in a year as the rules bear.
    Broke {
        /// What is owed.
        debt: Money,
        /// The day on which the last one did.
        on: Date,
        /// The first day on which one is offered again, where none breaks until then.
        until: Date,
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
    /// There is a mandate, and nobody said whether it takes the parts.
    NotAsked,
    /// There is no mandate that could take the parts.
    NoMandate,
    /// The parts are paid so already.
    AsTheyAre {
        /// How.
        pays: Pays,
    },
}

/// What an account may agree to on a day.
pub fn propose(tx: &mut Tx, account: AccountId, on: Date) -> Result<Proposed> {
    if let Some(plan) = on_day(tx, account, on)? {
        return Err(refuse(NotPlanned::Running { since: plan.agreed }));
    }
    let broken_now = running(tx, account, on)?.is_some();
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
    let broken = broken.filter(|it| it.0 == Ending::Broken && year < it.1).map(|it| it.1);
    let mut broken: Vec<Date> = broken.collect();
    broken.extend(reopened(tx, account, (on, &all))?.filter(|it| year < *it));
    broken.extend(broken_now.then_some(on));
    broken.sort_unstable();
    let dues = match rules.due {
        DueOn::WithBills => store::plan::dues(tx, account, on, TURNS)?,
        DueOn::Monthly => Vec::new(),
    };
    let mut offers = rules.offers(class, debt, (on, &dues), i64::try_from(broken.len())?);
    offers.extend(of_corrections(tx, account, (on, &all))?);
    if offers.is_empty() {
        // Who asks is told where it is for what broke.
        let otherwise = !rules.offers(class, debt, (on, &dues), 0).is_empty();
        let until = rules.again_from(&broken).filter(|_| otherwise);
        return Err(refuse(match (broken.last(), until) {
            (Some(&on), Some(until)) => NotPlanned::Broke { debt, on, until },
            _ => NotPlanned::NotOffered { debt },
        }));
    }
    Ok(Proposed { debt, offers })
}

/// The days on which plans ended as kept of which something is past due again: what they were kept with came
/// back.
fn reopened(
    tx: &mut Tx,
    account: AccountId,
    (on, had): (Date, &[Plan]),
) -> Result<impl Iterator<Item = Date>> {
    let open = receipt::open_now(tx, account)?;
    let again = had.iter().filter(|it| it.of.is_none());
    let again = again.filter(|it| it.past_due_again(&open, on) != Money::ZERO);
    let days: Vec<Date> = again.filter_map(|it| Some(it.ended?.1)).collect();
    Ok(days.into_iter())
}

/// How a plan stands on a day in words, or how it ended: of one that was kept also what of it is past due
/// again, since no review looks at it any more.
pub fn said(tx: &mut Tx, plan: &Plan, on: Date) -> Result<String> {
    let Some((how, day)) = plan.ended else { return Ok(stands(tx, plan, on)?.to_string()) };
    let again = plan.past_due_again(&receipt::open_now(tx, plan.account)?, on);
    Ok(match again == Money::ZERO {
        true => format!("{how} on {day}"),
        false => format!("{how} on {day} with a payment that came back: {again} is past due again"),
    })
}

/// What rules of corrections offer of what is open of what corrections added, until the first part is past
/// due: as many parts as were offered, the first by the day of the new bills and the others a month apart.
/// Who had such a plan is not offered it again.
fn of_corrections(
    tx: &mut Tx,
    account: AccountId,
    (on, had): (Date, &[Plan]),
) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    for (id, due) in store::correction::in_parts(tx, account, on)? {
        if had.iter().any(|it| it.of == Some(id)) {
            continue;
        }
        let open = receipt::open_now(tx, account)?;
        let added = open.items.iter().filter(|it| !it.side.rolled && it.side.added_by == Some(id));
        let added: Money = added.map(|it| it.left).sum();
        let parts = store::correction::get(tx, id)?.settled.parts(added);
        let parts = (0_i64..).zip(parts).map(|(nth, it)| (due.saturating_add(nth.months()), it));
        let parts: Vec<(Date, Money)> = parts.filter(|it| it.1 != Money::ZERO).collect();
        if !parts.is_empty() {
            offers.push(Offer::of_correction(id, parts));
        }
    }
    Ok(offers)
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

/// Agrees to the nth of what is offered, from 1, and to how its parts are paid: who has a mandate is asked.
/// Cut orders that it makes needless are called off with it.
pub fn agree(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    (nth, pays): (usize, Option<Pays>),
    why: &str,
) -> Result<Plan> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let Proposed { mut offers, .. } = propose(tx, account, on)?;
    if nth == 0 || offers.len() < nth {
        return Err(refuse(NotPlanned::NoSuchOffer { offers: offers.len() }));
    }
    let mandated = mandate::standing(tx, account)?.is_some();
    let pays = match pays {
        None if mandated => return Err(refuse(NotPlanned::NotAsked)),
        Some(Pays::Debit) if !mandated => return Err(refuse(NotPlanned::NoMandate)),
        said => said.unwrap_or_default(),
    };
    let offer = offers.swap_remove(nth - 1);
    let (debt, of, parts) = (offer.debt(), offer.of, offer.parts);
    if let Some(plan) = running(tx, account, on)? {
        let why = stands(tx, &plan, on)?.to_string();
        end(tx, &allowed, &plan, (Ending::Broken, on), &why)?;
    }
    let through = match of {
        None => store::bill::of_account(tx, account)?.iter().map(|it| it.id).max(),
        Some(_) => None,
    };
    let key = format!("plan/{account}/{on}");
    let plan = Plan { key, account, agreed: on, debt, of, through, parts, ended: None };
    store::plan::add(tx, &plan, why.trim()).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotPlanned::AgreedAlready { on }),
        false => why,
    })?;
    store::plan::say_pays(tx, &plan.key, pays, on, why.trim())?;
    let said = format!("{debt} in {} parts, {pays}: {}", plan.parts.len(), why.trim());
    store::audit::add(tx, &allowed, "agree plan", &account.to_string(), &said)?;
    let note = "beside what is paid in parts as agreed";
    order::no_longer_past_due(tx, &allowed, account, (CalledOff::NotNeeded, note))?;
    protection::after_fact(tx, &allowed, &[account])?;
    Ok(plan)
}

/// Says from today on how the parts of a plan that runs are paid.
pub fn say_pays(tx: &mut Tx, actor: Actor, account: AccountId, now: Pays, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let plan = on_day(tx, account, on)?.ok_or_else(|| refuse(NotPlanned::NotRunning))?;
    let (was, _) = pays(tx, &plan)?;
    if was == now {
        return Err(refuse(NotPlanned::AsTheyAre { pays: now }));
    }
    if now == Pays::Debit && mandate::standing(tx, account)?.is_none() {
        return Err(refuse(NotPlanned::NoMandate));
    }
    store::plan::say_pays(tx, &plan.key, now, on, why.trim())?;
    let (was, is) = (was.to_string(), now.to_string());
    store::audit::turn(tx, &allowed, "say plan pays", &account.to_string(), why, (&was, &is))
}

/// How the parts of a plan are paid, and since when.
pub fn pays(tx: &mut Tx, plan: &Plan) -> Result<(Pays, Date)> {
    Ok(store::plan::pays(tx, &plan.key)?.unwrap_or((Pays::Hand, plan.agreed)))
}

/// What of what a plan is about is open.
pub(crate) fn open_of(plan: &Plan, open: &Open) -> Money {
    open.items.iter().filter(|it| plan.is_about(&it.side)).map(|it| it.left).sum()
}

/// Ends a plan before its time.
pub fn cancel(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let plan = running(tx, account, on)?.ok_or_else(|| refuse(NotPlanned::NotRunning))?;
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
    let Some(plan) = running(tx, account, on)? else { return Ok(None) };
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
    Ok(plan.stands(on, grace, |day| plan.behind(&open, day)))
}

/// The plan of an account that was agreed to by a day and did not end: it may be broken then.
pub fn running(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Plan>> {
    let all = store::plan::of_account(tx, account)?;
    Ok(all.into_iter().rfind(|it| it.holds(on)))
}

/// The plan of an account that holds on a day, if one does. What its rule says is broken on that day is,
/// whether or not somebody looked at it.
pub fn on_day(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Plan>> {
    as_known(tx, account, on, EntryId(i64::MAX))
}

/// The same as far as entries up to `through` know.
pub(crate) fn as_known(
    tx: &mut Tx,
    account: AccountId,
    on: Date,
    through: EntryId,
) -> Result<Option<Plan>> {
    let Some(plan) = running(tx, account, on)? else { return Ok(None) };
    let open = receipt::open(tx, account, on, through)?;
    let grace = credit_rules::plans(tx, plan.agreed)?.grace;
    Ok(Some(plan).filter(|it| !it.is_broken(&open, on, grace)))
}

/// Which of these accounts pay all that they owed in parts on a day, by plans that are not broken by what is
/// open: since when, and until when.
pub(crate) fn holding(
    tx: &mut Tx,
    accounts: &[AccountId],
    on: Date,
) -> Result<BTreeMap<AccountId, (Date, Option<Date>)>> {
    let plans = Plans::with(tx, on, |tx| store::plan::among(tx, accounts, on))?;
    let held = plans.held(tx, accounts.iter().copied())?;
    let days = |it: &Plan| (it.agreed, it.parts.iter().map(|it| it.0).max());
    let held = plans.all.into_iter().filter(|(id, it)| held.contains(id) && it.of.is_none());
    Ok(held.map(|(account, plan)| (account, days(&plan))).collect())
}

/// Plans of many accounts that hold on a day, as long as they are not broken by what is open.
pub(crate) struct Plans {
    on: Date,
    all: BTreeMap<AccountId, Plan>,
    /// Days of grace, by the day on which a plan was agreed to.
    grace: BTreeMap<Date, i64>,
}

impl Plans {
    /// Those of all accounts.
    pub(crate) fn of(tx: &mut Tx, on: Date) -> Result<Plans> {
        Plans::with(tx, on, |tx| store::plan::all_on(tx, on))
    }

    fn with(
        tx: &mut Tx,
        on: Date,
        plans: impl FnOnce(&mut Tx) -> Result<Vec<Plan>>,
    ) -> Result<Plans> {
        let all: BTreeMap<AccountId, Plan> =
            plans(tx)?.into_iter().map(|it| (it.account, it)).collect();
        let mut grace = BTreeMap::new();
        for agreed in all.values().map(|it| it.agreed).collect::<BTreeSet<_>>() {
            grace.insert(agreed, credit_rules::plans(tx, agreed)?.grace);
        }
        Ok(Plans { on, all, grace })
    }

    /// That of an account of which so much is open.
    pub(crate) fn of_account(&self, account: AccountId, open: &Open) -> Option<&Plan> {
        let plan = self.all.get(&account)?;
        let grace = self.grace.get(&plan.agreed).copied().unwrap_or_default();
        Some(plan).filter(|it| !it.is_broken(open, self.on, grace))
    }

    /// What is past due of accounts, without what plans of corrected amounts are about: that waits where it
    /// stands until they are kept or broken.
    pub(crate) fn beside(&self, tx: &mut Tx, all: Vec<Arrears>) -> Result<Vec<Arrears>> {
        let of_part = |it: &AccountId| self.all.get(it).is_some_and(|it| it.of.is_some());
        let with: Vec<AccountId> = all.iter().map(|it| it.account).filter(of_part).collect();
        let mut lowered: BTreeMap<AccountId, Option<(Money, Date)>> = BTreeMap::new();
        for some in with.chunks(AT_ONCE) {
            for (account, open) in receipt::open_among(tx, some, self.on, EntryId(i64::MAX))? {
                let Some(past) = self.late(account, &open) else { continue };
                let oldest = past.first().map(|it| it.side.due);
                let sum = past.iter().map(|it| it.left).sum();
                lowered.insert(account, oldest.map(|oldest| (sum, oldest)));
            }
        }
        let lower = |it: Arrears| match lowered.get(&it.account) {
            None => Some(it),
            Some(past) => past.map(|(past_due, oldest)| Arrears { past_due, oldest, ..it }),
        };
        Ok(all.into_iter().filter_map(lower).collect())
    }

    /// What of what is open on an account with a plan is past due, debt by debt, without what a plan of a
    /// corrected amount is about.
    pub(crate) fn late(&self, account: AccountId, open: &Open) -> Option<Vec<Item>> {
        let plan = self.of_account(account, open)?;
        let mut past = plan.past_due(open, self.on);
        past.retain(|it| !plan.is_about(&it.side));
        Some(past)
    }

    /// Those of some accounts that have one of all that they owed.
    pub(crate) fn held(
        &self,
        tx: &mut Tx,
        of: impl Iterator<Item = AccountId>,
    ) -> Result<HashSet<AccountId>> {
        let of_all = |it: &AccountId| self.all.get(it).is_some_and(|it| it.of.is_none());
        let with: Vec<AccountId> = of.filter(of_all).collect();
        let mut held = HashSet::new();
        for some in with.chunks(AT_ONCE) {
            let open = receipt::open_among(tx, some, self.on, EntryId(i64::MAX))?;
            let holds = |it: &&AccountId| {
                open.get(it).is_none_or(|open| self.of_account(**it, open).is_some())
            };
            held.extend(some.iter().filter(holds));
        }
        Ok(held)
    }
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
            NotPlanned::NothingOwed => f.write_str("nothing is owed, so there is nothing to pay in parts; see: meterbook receipt open"),
            NotPlanned::NotOffered { debt } => write!(
                f,
                "no rule offers parts for {debt} to this account; see: meterbook credit rules plan"
            ),
            NotPlanned::Broke { debt, on, until } => write!(
                f,
                "no rule offers parts for {debt} to this account: a plan broke on {on}, and none is offered before {until}; see: meterbook credit rules plan"
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
            NotPlanned::NotRunning => f.write_str("no plan runs; agree to one: meterbook plan propose"),
            NotPlanned::NotAsked => f.write_str(
                "this account has a mandate; ask whether it takes the parts too, and say --debit or --by-hand",
            ),
            NotPlanned::NoMandate => f.write_str(
                "this account has no mandate; agree to one first: meterbook debit agree",
            ),
            NotPlanned::AsTheyAre { pays: Pays::Debit } => {
                f.write_str("the parts are taken by debit already")
            }
            NotPlanned::AsTheyAre { pays: Pays::Hand } => {
                f.write_str("the parts are paid by hand already")
            }
        }
    }
}

impl std::error::Error for NotPlanned {}

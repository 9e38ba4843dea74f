//! Collections: looking over all accounts each night, taking the steps that come next, and saying why an
//! account is not cut off.
//!
//! A look asks the database a few questions about all accounts at once, and decides in the program. What
//! it decides is kept in large parts; only cuts, which are few, are done one by one, each looked at again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::calendar::Calendar;
use meterbook_core::credit::Shield;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::credit::collection::{Next, Rules, Standing, Step};
use meterbook_core::credit::protection::{self as texts, Around, PastDue, Weather, Why};
use meterbook_core::id::{AccountId, OrderId};
use meterbook_core::money::Money;
use meterbook_core::order::OrderKind;
use meterbook_core::permission::Permission;
use meterbook_store::collection::{Case, Earlier, Taken};
use meterbook_store::debt::Arrears;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::authorize;
use crate::order::{NewOrder, Where};
use crate::protection::known::{self, Known};
use crate::{Actor, Refused, credit_rules, customer_view, order, protection, receipt, refuse};

/// Cases and steps in one transaction.
const AT_ONCE: usize = 10_000;
/// Days of weather that are looked at.
const DAYS: i64 = 30;

/// What may be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Reminders and notices.
    Notices,
    /// Cuts: none is ordered, and no crew sets out for one.
    Cuts,
}

/// What a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Cases that open.
    pub opens: Vec<Case>,
    /// Keys of cases that end: too little is past due.
    pub ends: Vec<String>,
    /// Steps that come next, by account.
    pub steps: Vec<(AccountId, Taken)>,
    /// Steps that something keeps from.
    pub kept: BTreeMap<(Step, Shield), usize>,
}

/// What was done of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Cases that opened.
    pub opened: usize,
    /// Cases that ended.
    pub ended: usize,
    /// Steps that were taken.
    pub taken: BTreeMap<Step, usize>,
    /// Steps that something kept from.
    pub kept: BTreeMap<(Step, Shield), usize>,
    /// Steps that were stopped, how many there are and why.
    pub stopped: BTreeMap<Step, (usize, String)>,
}

/// Why an account is not cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Cuts are stopped.
    Stopped {
        /// Why.
        why: String,
    },
    /// Too little is past due.
    Little {
        /// How much.
        past_due: Money,
        /// What a case takes.
        least: Money,
    },
    /// No rule says when.
    NoRule,
    /// Something shields it.
    Shielded(Why),
    /// Another step comes first.
    NotYet {
        /// The last one that was taken.
        last: Option<(Step, Date)>,
    },
}

/// Why nothing is run or switched.
#[derive(Debug, PartialEq, Eq)]
pub enum NotRun {
    /// It stands so already.
    AsItIs,
}

/// Looks over all accounts on a day, and writes nothing.
pub fn look(tx: &mut Tx, on: Date) -> Result<Looked> {
    let rules = credit_rules::collections(tx, on)?;
    let mut cases: HashMap<AccountId, Case> = HashMap::new();
    store::collection::open(tx, |it| drop(cases.insert(it.account, it)))?;
    let mut earlier: HashMap<AccountId, Earlier> = HashMap::new();
    let since = on.saturating_sub(rules.resume.days());
    store::collection::ended(tx, since, |account, it| {
        earlier.insert(account, it);
    })?;
    let mut arrears: Vec<Arrears> = Vec::new();
    store::debt::arrears(tx, on, |it| arrears.push(it))?;
    let planned: HashSet<AccountId> = store::plan::running(tx)?.into_iter().collect();
    let mut around = Shields::of(tx, on)?;
    let mut looked = Looked::default();
    for it in arrears {
        let case = cases.remove(&it.account);
        // Who pays in parts waits where they stand, until that is kept or broken.
        if planned.contains(&it.account) {
            continue;
        }
        let mut standing = Standing {
            class: it.class,
            past_due: it.past_due,
            oldest: it.oldest,
            taken: None,
            shields: &[],
        };
        if rules.next(&standing, on) == Next::Nothing {
            looked.ends.extend(case.map(|it| it.key));
            continue;
        }
        let case = match case {
            Some(case) => case,
            None => {
                let before = earlier.get(&it.account);
                // It ended today: it opens tomorrow, if it does.
                if before.is_some_and(|it| it.ended == on) {
                    continue;
                }
                let case = opened(&it, before, &rules, on);
                looked.opens.push(case.clone());
                case
            }
        };
        let taken = case.last.or((0 < case.after).then_some((case.after, case.opened)));
        standing.taken = taken.and_then(|it| Some((usize::try_from(it.0).ok()?, it.1)));
        // Without shields first: most accounts have no step tonight.
        let Next::Step { .. } = rules.next(&standing, on) else { continue };
        let shields = around.of_account(tx, &it, on)?;
        standing.shields = &shields;
        match rules.next(&standing, on) {
            Next::Step { nth, step } => {
                let (key, nth) = (case.key, i64::try_from(nth)?);
                let taken = Taken { key, nth, step, on, past_due: it.past_due };
                looked.steps.push((it.account, taken));
            }
            Next::Kept { step, by } => *looked.kept.entry((step, by)).or_default() += 1,
            Next::Wait | Next::Nothing => (),
        }
    }
    // Who owes nothing past due any more.
    let mut paid: Vec<String> = cases.into_values().map(|it| it.key).collect();
    paid.sort_unstable();
    looked.ends.extend(paid);
    Ok(looked)
}

fn opened(it: &Arrears, before: Option<&Earlier>, rules: &Rules, on: Date) -> Case {
    // The same debt goes on where it stood: a check came back, or a plan broke.
    let same = before.filter(|before| it.oldest <= before.oldest);
    let last = same.and_then(|it| it.last).map_or(0, |it| it.0);
    // A cut that was called off is ordered anew.
    let is_cut = |nth: i64| {
        usize::try_from(nth).is_ok_and(|nth| rules.step(it.class, nth) == Some(Step::Cut))
    };
    let after = if is_cut(last) { last - 1 } else { last };
    Case {
        key: format!("case/{}/{on}", it.account),
        account: it.account,
        opened: on,
        oldest: it.oldest,
        past_due: it.past_due,
        after,
        last: None,
        ended: None,
    }
}

/// What shields accounts on a day, asked for all of them at once.
struct Shields {
    rules: texts::Rules,
    granted: HashMap<AccountId, Vec<Shield>>,
    counties: Vec<(String, Shield)>,
    disputed: HashMap<AccountId, Shield>,
    weather: Vec<Weather>,
    calendar: Calendar,
    /// By class and town: what the rules make of it, where they ask for nothing of the account itself.
    known: HashMap<(CustomerClass, Vec<String>), Vec<Shield>>,
    facts: HashMap<AccountId, Vec<Fact>>,
    told: HashMap<AccountId, Vec<Date>>,
}

impl Shields {
    fn of(tx: &mut Tx, on: Date) -> Result<Shields> {
        let mut granted: HashMap<AccountId, Vec<Shield>> = HashMap::new();
        let mut counties = Vec::new();
        for it in store::protection::on(tx, on)? {
            let shield = it.granted.shield;
            match (it.account, it.county) {
                (Some(account), _) => granted.entry(account).or_default().push(shield),
                (None, Some(county)) => counties.push((county, shield)),
                (None, None) => (),
            }
        }
        for it in store::registration::protecting(tx, on)? {
            let shield = texts::registered(&it).map(|it| it.shield);
            granted.entry(it.account).or_default().extend(shield);
        }
        let rules = credit_rules::protections(tx, on)?;
        let facts = match rules.asks_of_account() {
            true => store::circumstance::on(tx, on)?,
            false => HashMap::new(),
        };
        let told = match rules.asks_for(Circumstance::Told) {
            true => store::circumstance::told(tx, on)?,
            false => HashMap::new(),
        };
        Ok(Shields {
            rules,
            facts,
            told,
            granted,
            counties,
            disputed: store::protection::disputed(tx)?,
            weather: store::protection::weather(
                tx,
                on.saturating_sub(DAYS.days()),
                on.saturating_add(1.day()),
            )?,
            calendar: crate::calendar::on(tx, on)?,
            known: HashMap::new(),
        })
    }

    fn of_account(&mut self, tx: &mut Tx, it: &Arrears, on: Date) -> Result<Vec<Shield>> {
        let mut found = self.granted.get(&it.account).cloned().unwrap_or_default();
        found.extend(self.disputed.get(&it.account));
        let towns = match self.rules.has_counties() {
            true => store::protection::towns(tx, it.account, on)?,
            false => Vec::new(),
        };
        if self.rules.asks_of_account() {
            let known = self.of_itself(tx, it, on)?;
            found.extend(self.by_rules(it.class, &towns, &known, on));
            return Ok(found);
        }
        let key = (it.class, towns);
        if !self.known.contains_key(&key) {
            let all = self.by_rules(it.class, &key.1, &Known::default(), on);
            self.known.insert(key.clone(), all);
        }
        found.extend(self.known.get(&key).into_iter().flatten());
        Ok(found)
    }

    /// What the rules make of an account of which so much is known, and what its county was granted.
    fn by_rules(
        &self,
        class: CustomerClass,
        towns: &[String],
        known: &Known,
        on: Date,
    ) -> Vec<Shield> {
        let around = Around {
            class,
            towns,
            granted: &[],
            facts: &known.facts,
            past_due: known.past_due,
            paid: &known.paid,
            weather: &self.weather,
            calendar: &self.calendar,
        };
        let mut all: Vec<Shield> =
            self.rules.shields(&around, on).iter().map(|it| it.shield).collect();
        for (county, shield) in &self.counties {
            let here = |it: &String| {
                self.rules.county(it).is_some_and(|it| it.eq_ignore_ascii_case(county))
            };
            if towns.iter().any(here) {
                all.push(*shield);
            }
        }
        all
    }

    /// What lines ask for of an account; its debts are looked at one by one only where a line needs it.
    fn of_itself(&self, tx: &mut Tx, it: &Arrears, on: Date) -> Result<Known> {
        let mut facts = self.facts.get(&it.account).cloned().unwrap_or_default();
        let told = self.told.get(&it.account).into_iter().flatten();
        facts.extend(told.map(|it| known::told(*it)));
        facts.extend(known::elsewhere(tx, &self.rules, it.account, on)?);
        let (past_due, paid) = match self.rules.asks_of_debts() {
            true => known::debts(tx, &self.rules, it.account, on)?,
            false => {
                let (amount, oldest) = (it.past_due, it.oldest);
                let past_due = PastDue { amount, oldest, newest: oldest, of_service: true };
                (Some(past_due), Vec::new())
            }
        };
        Ok(Known { facts, past_due, paid })
    }
}

/// Looks over all accounts and takes the steps that come next. What is stopped, or more than the rules let
/// be done in a day, is not taken; `expected` lets as many of a step go as somebody counted.
pub fn run(db: &Db, actor: Actor, expected: &[(Step, usize)]) -> Result<Done> {
    let (on, looked, rules, stopped) = db.write(|tx| {
        authorize(tx, actor, Permission::RunCollections, None)?;
        let on = crate::founding::zone(tx)?.day_of(actor.at);
        let stopped = [Switch::Notices, Switch::Cuts].map(|it| (it, it.word()));
        let mut why = Vec::new();
        for (switch, word) in stopped {
            why.extend(store::collection::stopped(tx, word)?.map(|it| (switch, it)));
        }
        Ok((on, look(tx, on)?, credit_rules::collections(tx, on)?, why))
    })?;
    let mut done = Done { kept: looked.kept, ..Done::default() };
    let mut steps: BTreeMap<Step, Vec<(AccountId, Taken)>> = BTreeMap::new();
    for (account, it) in looked.steps {
        steps.entry(it.step).or_default().push((account, it));
    }
    steps.retain(|step, all| match guard(*step, all.len(), &rules, &stopped, expected) {
        None => true,
        Some(why) => {
            done.stopped.insert(*step, (all.len(), why));
            false
        }
    });
    let cuts = steps.remove(&Step::Cut).unwrap_or_default();
    done.opened = looked.opens.len();
    done.ended = looked.ends.len();
    for part in looked.ends.chunks(AT_ONCE) {
        db.write(|tx| {
            let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
            store::collection::end(tx, part, on, "less is past due than a case takes")?;
            let said = format!("{} ended", part.len());
            store::audit::add(tx, &allowed, "run collections", &on.to_string(), &said)
        })?;
    }
    for part in looked.opens.chunks(AT_ONCE) {
        db.write(|tx| {
            let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
            store::collection::add(tx, part)?;
            let said = format!("{} opened", part.len());
            store::audit::add(tx, &allowed, "run collections", &on.to_string(), &said)
        })?;
    }
    for (step, all) in steps {
        let taken: Vec<Taken> = all.into_iter().map(|it| it.1).collect();
        done.taken.insert(step, taken.len());
        for part in taken.chunks(AT_ONCE) {
            db.write(|tx| {
                let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
                store::collection::take(tx, part)?;
                let said = format!("{step}: {}", part.len());
                store::audit::add(tx, &allowed, "run collections", &on.to_string(), &said)
            })?;
        }
    }
    for (account, it) in cuts {
        if db.write(|tx| cut(tx, actor, account, &it))? {
            *done.taken.entry(Step::Cut).or_default() += 1;
        }
    }
    Ok(done)
}

/// Why so many of a step are not taken, if they are not.
fn guard(
    step: Step,
    many: usize,
    rules: &Rules,
    stopped: &[(Switch, String)],
    expected: &[(Step, usize)],
) -> Option<String> {
    let switch = match step {
        Step::Reminder | Step::Notice => Some(Switch::Notices),
        Step::Cut => Some(Switch::Cuts),
        _ => None,
    };
    if let Some((_, why)) = stopped.iter().find(|it| Some(it.0) == switch) {
        return Some(format!("stopped: {why}"));
    }
    if expected.contains(&(step, many)) {
        return None;
    }
    let counted = expected.iter().find(|it| it.0 == step);
    if let Some((_, counted)) = counted {
        return Some(format!("{counted} were expected"));
    }
    let most = rules.most(step).filter(|most| *most < many)?;
    Some(format!("the rules let {most} be done in a day"))
}

/// Orders the cuts of an account, where nothing keeps from it now.
fn cut(tx: &mut Tx, actor: Actor, account: AccountId, it: &Taken) -> Result<bool> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    store::account::lock(tx, &[account])?;
    if !protection::shields(tx, account, it.on)?.is_empty() {
        return Ok(false);
    }
    let class = store::account::get(tx, account)?.class;
    let least = credit_rules::collections(tx, it.on)?.least(class).unwrap_or(Money::ZERO);
    let off_below = Some(least.max(Money::from_cents(1)));
    let mut orders: Vec<OrderId> = Vec::new();
    for (agreement, point) in store::collection::served(tx, account, it.on)? {
        let plain = NewOrder::plain(OrderKind::Disconnect, Where::Point(point));
        let new = NewOrder { agreement: Some(agreement), off_below, ..plain };
        match tx.attempt(|tx| order::add(tx, actor, &new))? {
            Ok(order) => orders.push(order.id),
            // Somebody ordered it already, or it was paid meanwhile.
            Err(why) if why.is::<Refused>() => (),
            Err(why) => return Err(why),
        }
    }
    if orders.is_empty() {
        return Ok(false);
    }
    store::collection::take(tx, std::slice::from_ref(it))?;
    for order in orders {
        store::collection::cut(tx, order, &it.key, it.nth)?;
    }
    let said = format!("cut, {} past due", it.past_due);
    store::audit::add(tx, &allowed, "run collections", &account.to_string(), &said)?;
    Ok(true)
}

/// Why an account is not cut off on a day; nothing where it may be.
pub fn why(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Reason>> {
    let mut found: Vec<Reason> = barred(tx, account, on)?;
    let whose = store::account::get(tx, account)?;
    let rules = credit_rules::collections(tx, on)?;
    let past_due = customer_view::past_due(tx, account, on)?;
    match rules.least(whose.class) {
        None => found.push(Reason::NoRule),
        Some(least) if past_due < least || past_due == Money::ZERO => {
            found.push(Reason::Little { past_due, least });
        }
        Some(_) => {
            let case = store::collection::of_account(tx, account)?.pop();
            let case = case.filter(|it| it.ended.is_none());
            let steps = match &case {
                Some(case) => store::collection::steps(tx, &case.key)?,
                None => Vec::new(),
            };
            if !steps.iter().any(|it| it.step == Step::Cut) {
                let last = steps.last().map(|it| (it.step, it.on));
                found.push(Reason::NotYet { last });
            }
        }
    }
    Ok(found)
}

/// What bars a cut, however much is past due: asked when it is ordered and when a crew sets out.
pub(crate) fn barred(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Reason>> {
    let stopped = store::collection::stopped(tx, Switch::Cuts.word())?;
    let mut found: Vec<Reason> = stopped.map(|why| Reason::Stopped { why }).into_iter().collect();
    found.extend(protection::shields(tx, account, on)?.into_iter().map(Reason::Shielded));
    Ok(found)
}

/// Stops notices or cuts, or lets them go on.
pub fn switch(tx: &mut Tx, actor: Actor, what: Switch, stop: bool, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    receipt::said(why)?;
    let was = store::collection::stopped(tx, what.word())?;
    if was.is_some() == stop {
        return Err(refuse(NotRun::AsItIs));
    }
    store::collection::switch(tx, what.word(), stop, actor.at, why.trim())?;
    let act = if stop { "stop collections" } else { "let collections go on" };
    store::audit::add(tx, &allowed, act, what.word(), why.trim())
}

impl Switch {
    /// Every one.
    pub const ALL: &'static [Switch] = &[Switch::Notices, Switch::Cuts];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Switch::Notices => "notices",
            Switch::Cuts => "cuts",
        }
    }

    /// The one that is written so.
    pub fn from_word(word: &str) -> Option<Switch> {
        Switch::ALL.iter().copied().find(|it| it.word() == word)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Stopped { why } => write!(f, "cuts are stopped: {why}"),
            Reason::Little { past_due, least } => {
                write!(f, "{past_due} is past due, and a case takes {least}")
            }
            Reason::NoRule => f.write_str("no rule opens a case for its class"),
            Reason::Shielded(why) => why.fmt(f),
            Reason::NotYet { last: None } => f.write_str("no step was taken yet"),
            Reason::NotYet { last: Some((step, on)) } => {
                write!(f, "the last step was {step} on {on}; a cut was not ordered yet")
            }
        }
    }
}

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it stands so already; nothing was changed")
    }
}

impl std::error::Error for NotRun {}

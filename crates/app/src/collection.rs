//! Collections: looking over all accounts each night, taking the steps that come next, and saying why an
//! account is not cut off.
//!
//! A look asks the database a few questions about all accounts at once, and decides in the program. What
//! it decides is kept in large parts; only cuts, which are few, are done one by one, each looked at again.

pub(crate) mod given_up;
mod guard;
pub mod outreach;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::credit::Shield;
use meterbook_core::credit::collection::{Next, Rules, Standing, Step};
use meterbook_core::credit::notice::Lacks;
use meterbook_core::credit::protection::Why;
use meterbook_core::id::{AccountId, OrderId};
use meterbook_core::money::Money;
use meterbook_core::order::OrderKind;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::collection::{Case, Earlier, Taken};
use meterbook_store::debt::Arrears;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::authorize;
use crate::collection::given_up::GivenUp;
use crate::collection::guard::Guard;
use crate::notice::{self, Notices};
use crate::order::{NewOrder, Where};
use crate::plan::Plans;
use crate::under_way::{self, Long};
use crate::{Actor, Refused, credit_rules, order, pledge, protection, receipt, refuse};

/// Cases and steps in one transaction.
const AT_ONCE: usize = 10_000;
/// Why a case ends where too little is owed.
const LITTLE: &str = "less is past due than a case takes";
/// Why one ends whose cut was called off, though as much is owed: the next one goes on before it.
pub(crate) const CALLED_OFF: &str = "its cut was called off";
/// Why one ends whose notice, or cut, did what it was for.
const SETTLED: &str = "what it was about is paid; what came due since begins anew";

/// What may be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Reminders and notices.
    Notices,
    /// Cuts: none is ordered, and no crew sets out for one.
    Cuts,
}

/// A step that comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    /// Of which account.
    pub account: AccountId,
    /// Its class.
    pub class: CustomerClass,
    /// The day on which the oldest of what is past due was due.
    pub oldest: Date,
    /// The step.
    pub taken: Taken,
    /// How often its letter was sent before.
    pub before: i64,
    /// Whether the account takes anything that could be cut off.
    pub flows: bool,
}

/// What a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Cases that open.
    pub opens: Vec<Case>,
    /// Keys of cases that end, and why.
    pub ends: Vec<(String, &'static str)>,
    /// Steps that come next, by account.
    pub steps: Vec<Coming>,
    /// Notices that are sent once more, because a cut waits and theirs is no good any more.
    pub again: Vec<Coming>,
    /// Cuts that wait for their notice.
    pub waiting: Vec<Waiting>,
    /// Steps that something keeps from.
    pub kept: BTreeMap<(Step, Shield), usize>,
}

/// A cut that waits for its notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Of which account.
    pub account: AccountId,
    /// What is past due.
    pub past_due: Money,
    /// What the notice lacks.
    pub lacks: Lacks,
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
    /// Notices that were sent once more.
    pub again: usize,
    /// Cuts that wait for their notice.
    pub waiting: usize,
    /// Steps that something kept from.
    pub kept: BTreeMap<(Step, Shield), usize>,
    /// Steps that were stopped, how many there are and why.
    pub stopped: BTreeMap<Step, (usize, String)>,
}

/// What a run is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It looks over all accounts.
    Look,
    /// It ends cases.
    Ends,
    /// It opens cases.
    Opens,
    /// It takes steps of a kind.
    Steps(Step),
    /// It sends notices once more.
    Again,
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
    /// Too little is past due for a cut.
    BelowCut {
        /// How much.
        past_due: Money,
        /// What a cut takes.
        least: Money,
    },
    /// No rule says when.
    NoRule,
    /// Something shields it.
    Shielded(Why),
    /// It lacks something of its notice.
    Unnoticed(Lacks),
    /// It is cut off already.
    Off {
        /// By which order.
        order: OrderId,
    },
    /// Another step comes first.
    NotYet {
        /// The last one that was taken.
        last: Option<(Step, Date)>,
    },
}

impl Reason {
    /// Whether it goes by itself within days, so that the order waits for another one.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Reason::Stopped { .. } | Reason::Unnoticed(Lacks::TooSoon { .. }) => true,
            Reason::Shielded(why) => matches!(why.shield, Shield::Weather | Shield::Calendar),
            _ => false,
        }
    }
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
    let plans = Plans::of(tx, on)?;
    let mut arrears = plans.beside(tx, arrears)?;
    let given_up = GivenUp::of(tx, &rules)?;
    arrears.extend(given_up.alone(&arrears));
    arrears.sort_by_key(|it| it.account);
    let planned = plans.held(tx, arrears.iter().map(|it| it.account))?;
    let pledged = pledged(tx, on)?;
    let off: HashSet<String> = store::collection::cuts_called_off(tx)?.into_iter().collect();
    // Those with a step tonight, unless something keeps from it: most accounts have none.
    let mut nearly: Vec<(Arrears, Case)> = Vec::new();
    let notices = Notices::of(tx, on)?;
    let (looked, flowing) = (Looked::default(), HashSet::new());
    let mut looks = Looks { on, notices, rules, looked, flowing };
    for mut it in arrears {
        let case = cases.remove(&it.account);
        if let Some(pledged) = pledged.get(&it.account) {
            it.past_due = (it.past_due - *pledged).max(Money::ZERO);
        }
        // Who pays in parts waits where they stand, until that is kept or broken.
        if planned.contains(&it.account) {
            continue;
        }
        let own = it;
        let it = given_up.beside(own);
        let standing = standing(&it);
        if looks.rules.next(&standing, on) == Next::Nothing {
            looks.looked.ends.extend(case.map(|it| (it.key, LITTLE)));
            continue;
        }
        let case = match case {
            // The agency has what was given up: what came due since begins a case of its own.
            Some(case) if given_up.is_placed(&own) => {
                if looks.rules.next(&self::standing(&own), on) != Next::Nothing {
                    looks.looked.ends.push((case.key, SETTLED));
                }
                continue;
            }
            Some(case) => case,
            None => {
                let before = earlier.get(&it.account);
                // It ended today: it opens tomorrow, if it does.
                if before.is_some_and(|it| it.ended == on) {
                    continue;
                }
                let case = opened(&it, before, &looks.rules, on);
                looks.looked.opens.push(case.clone());
                case
            }
        };
        // Who paid all that the notice named did what it asks for: nobody was told of a cut for what came due
        // since.
        if looks.is_before_cut(&it, &case) && looks.notices.is_settled(&case, it.oldest) {
            looks.looked.ends.push((case.key, SETTLED));
            continue;
        }
        let is_off = looks.is_last_cut(&it, &case) && off.contains(&case.key);
        if is_off || looks.comes(tx, &it, &case)? {
            nearly.push((it, case));
        }
    }
    looks.notices.look_at(tx, (&looks.rules, &plans), &pledged, (&nearly, on))?;
    let accounts: Vec<AccountId> = nearly.iter().map(|it| it.0.account).collect();
    let shields = protection::shields_of(tx, &accounts, on)?;
    looks.flowing = store::collection::flowing(tx, &accounts, on)?;
    // What no cut may be for is asked for otherwise: nobody is told of one, and nothing else is kept.
    let of_charges = |it: &AccountId| shields.get(it).into_iter().flatten().any(|it| it.of_charges);
    looks.flowing.retain(|it| !of_charges(it));
    for (it, case) in &nearly {
        if looks.is_last_cut(it, case) && off.contains(&case.key) {
            // A cut that was called off comes again when enough is past due: the case begins anew for it.
            if let Some(why) = looks.calls_off(tx, it, case)? {
                looks.looked.ends.push((case.key.clone(), why));
                continue;
            }
            if !looks.comes(tx, it, case)? {
                continue;
            }
        }
        let theirs = shields.get(&it.account).into_iter().flatten().filter(|it| !it.of_charges);
        let theirs: Vec<Shield> = theirs.map(|it| it.shield).collect();
        looks.at(tx, it, case, &theirs)?;
    }
    // Who owes nothing past due any more.
    let mut paid: Vec<String> = cases.into_values().map(|it| it.key).collect();
    paid.sort_unstable();
    looks.looked.ends.extend(paid.into_iter().map(|key| (key, LITTLE)));
    Ok(looks.looked)
}

/// How an account stands in its case.
fn stands(it: &Arrears, case: &Case) -> Standing<'static> {
    let taken = case.last.or((0 < case.after).then_some((case.after, case.opened)));
    let taken = taken.and_then(|it| Some((usize::try_from(it.0).ok()?, it.1)));
    Standing { taken, ..standing(it) }
}

fn standing(it: &Arrears) -> Standing<'static> {
    Standing {
        class: it.class,
        past_due: it.past_due,
        oldest: it.oldest,
        taken: None,
        shields: &[],
        flows: true,
    }
}

/// A look while it goes from account to account.
struct Looks {
    on: Date,
    rules: Rules,
    notices: Notices,
    looked: Looked,
    /// The accounts that take anything, of those with a step.
    flowing: HashSet<AccountId>,
}

impl Looks {
    /// Whether something comes next of an account with a case, were there no shields.
    fn comes(&self, tx: &mut Tx, it: &Arrears, case: &Case) -> Result<bool> {
        let standing = stands(it, case);
        match self.rules.next(&standing, self.on) {
            Next::Step { .. } => Ok(true),
            Next::Wait => {
                Ok(!self.is_below_cut(it) && self.is_cut_without_notice(tx, &standing, case)?)
            }
            _ => Ok(false),
        }
    }

    /// Finds what comes next of an account with a case that so much shields.
    fn at(&mut self, tx: &mut Tx, it: &Arrears, case: &Case, shields: &[Shield]) -> Result<()> {
        let on = self.on;
        let flows = self.flowing.contains(&it.account);
        match self.rules.next(&Standing { shields, flows, ..stands(it, case) }, on) {
            Next::Step { step: Step::Cut, nth } => {
                // What somebody ordered already is not ordered once more.
                if self.has_notice(tx, it, case)? && is_left_to_cut(tx, it.account, on)? {
                    self.looked.steps.push(coming(it, case, (nth, Step::Cut, on), 0)?);
                }
            }
            Next::Step { nth, step } => {
                let before = self.notices.before(case, nth);
                let coming = coming(it, case, (nth, step, on), before)?;
                self.looked.steps.push(Coming { flows, ..coming });
            }
            Next::Kept { step, by } => *self.looked.kept.entry((step, by)).or_default() += 1,
            Next::Wait if flows && !shields.iter().any(|it| self.rules.keeps(Step::Cut, *it)) => {
                self.has_notice(tx, it, case)?;
            }
            Next::Wait | Next::Nothing => {}
        }
        Ok(())
    }

    /// Whether the last step of a case was its cut.
    fn is_last_cut(&self, it: &Arrears, case: &Case) -> bool {
        let last = case.last.and_then(|it| usize::try_from(it.0).ok());
        last.is_some_and(|nth| self.rules.step(it.class, nth) == Some(Step::Cut))
    }

    /// Whether the cut of a case was not ordered yet.
    fn is_before_cut(&self, it: &Arrears, case: &Case) -> bool {
        let last = case.last.map_or(case.after, |it| it.0);
        let cut = self.rules.cut(it.class).and_then(|cut| i64::try_from(cut).ok());
        cut.is_some_and(|cut| last < cut)
    }

    /// Why a case ends of which the cut was called off: less is past due than a cut takes, or of what that
    /// one was about; or it was for a plan that does not hold any more.
    fn calls_off(&self, tx: &mut Tx, it: &Arrears, case: &Case) -> Result<Option<&'static str>> {
        if self.is_below_cut(it) {
            return Ok(Some(LITTLE));
        }
        let least = self.rules.least_to_cut(it.class).unwrap_or(Money::ZERO);
        let least = least.max(Money::from_cents(1));
        if self.notices.left(case).is_some_and(|left| left < least) {
            return Ok(Some(SETTLED));
        }
        let cut = case.last.map_or(case.opened, |it| it.1);
        let plans = store::plan::of_account(tx, it.account)?;
        Ok(plans.iter().any(|plan| cut <= plan.agreed).then_some(CALLED_OFF))
    }

    /// Whether less is past due than a cut takes.
    fn is_below_cut(&self, it: &Arrears) -> bool {
        self.rules.least_to_cut(it.class).is_some_and(|least| it.past_due < least)
    }

    /// Whether an order to cut lies there longer than its notice is good.
    fn is_cut_without_notice(&self, tx: &mut Tx, it: &Standing, case: &Case) -> Result<bool> {
        let last = it.taken.and_then(|last| self.rules.step(it.class, last.0));
        let lacks = || self.notices.lacks(&self.rules, it.class, case, self.on);
        // What its notice named is paid: no crew is sent, and no notice for that order.
        Ok(last == Some(Step::Cut)
            && lacks().is_some_and(|it| !matches!(it, Lacks::Settled { .. }))
            && store::collection::is_cut_open(tx, case.account)?)
    }

    /// Whether a cut has its notice; else it waits, and where the notice has to be sent once more it is.
    fn has_notice(&mut self, tx: &mut Tx, it: &Arrears, case: &Case) -> Result<bool> {
        let on = self.on;
        let Some(lacks) = self.notices.lacks(&self.rules, it.class, case, on) else {
            return Ok(true);
        };
        let (account, past_due) = (it.account, it.past_due);
        self.looked.waiting.push(Waiting { account, past_due, lacks });
        if let Some(nth) = self.rules.notice(it.class)
            && let Some(before) = self.notices.again(tx, lacks, case, (nth, on))?
        {
            self.looked.again.push(coming(it, case, (nth, Step::Notice, on), before)?);
        }
        Ok(false)
    }
}

fn coming(
    it: &Arrears,
    case: &Case,
    (nth, step, on): (usize, Step, Date),
    before: i64,
) -> Result<Coming> {
    let (key, nth) = (case.key.clone(), i64::try_from(nth)?);
    let taken = Taken { key, nth, step, on, past_due: it.past_due };
    let (account, class, oldest) = (it.account, it.class, it.oldest);
    Ok(Coming { account, class, oldest, taken, before, flows: true })
}

/// What is pledged for accounts on a day, where the rules say that so much less is past due.
fn pledged(tx: &mut Tx, on: Date) -> Result<HashMap<AccountId, Money>> {
    match credit_rules::pledges(tx, on)?.lowers_collections {
        true => store::pledge::open(tx, on),
        false => Ok(HashMap::new()),
    }
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

/// Looks over all accounts and takes the steps that come next. What is stopped, or more than the rules let
/// be done in a day, is not taken; where `expected` says how many of a step, exactly as many are. A second
/// person lets more go ([`NewSteps`](crate::let_go::NewSteps)).
pub fn run(db: &Db, actor: Actor, expected: &[(Step, usize)]) -> Result<Done> {
    run_watched(db, actor, expected, &mut |_, _, _| ())
}

/// The same, and `watch` is told what it is at, how much of that is done and how much there is. It may be
/// ended at any time: what was kept stays, and the next run of the day does the rest.
pub fn run_watched(
    db: &Db,
    actor: Actor,
    expected: &[(Step, usize)],
    watch: &mut dyn FnMut(Part, u64, u64),
) -> Result<Done> {
    under_way::during(db, actor, (Long::Review, ""), || take_all(db, actor, expected, watch))
}

fn take_all(
    db: &Db,
    actor: Actor,
    expected: &[(Step, usize)],
    watch: &mut dyn FnMut(Part, u64, u64),
) -> Result<Done> {
    watch(Part::Look, 0, 1);
    // It takes a while and keeps nothing: nobody who posts meanwhile waits for it.
    let (on, looked, guard) = db.read(|tx| {
        authorize(tx, actor, Permission::RunCollections, None)?;
        let on = crate::founding::zone(tx)?.day_of(actor.at);
        Ok((on, look(tx, on)?, Guard::of(tx, on, expected)?))
    })?;
    watch(Part::Look, 1, 1);
    let Looked { opens, ends, steps: coming, mut again, waiting, kept } = looked;
    let mut done = Done { kept, waiting: waiting.len(), ..Done::default() };
    let mut steps: BTreeMap<Step, Vec<Coming>> = BTreeMap::new();
    for it in coming {
        steps.entry(it.taken.step).or_default().push(it);
    }
    if !again.is_empty() {
        steps.entry(Step::Notice).or_default();
    }
    for (step, why) in guard.lacking(|step| steps.contains_key(&step)) {
        done.stopped.insert(step, (0, why));
    }
    steps.retain(|step, all| {
        // What is sent once more counts with what is sent first.
        let more = if *step == Step::Notice { again.len() } else { 0 };
        match guard.stops(*step, all.len() + more) {
            None => true,
            Some(why) => {
                done.stopped.insert(*step, (all.len() + more, why));
                false
            }
        }
    });
    if !steps.contains_key(&Step::Notice) {
        again.clear();
    }
    let cuts = steps.remove(&Step::Cut).unwrap_or_default();
    done.opened = opens.len();
    done.ended = ends.len();
    let mut keep = Keep { db, actor, on, watch };
    keep.parts(Part::Ends, "ended", &ends, |tx, _, part| store::collection::end(tx, part, on))?;
    keep.parts(Part::Opens, "opened", &opens, |tx, _, part| store::collection::add(tx, part))?;
    for (step, all) in steps.into_iter().filter(|it| !it.1.is_empty()) {
        done.taken.insert(step, all.len());
        keep.parts(Part::Steps(step), step.word(), &all, |tx, allowed, part| {
            take(tx, allowed, &guard.rules, (step, on), part)
        })?;
    }
    done.again = again.len();
    keep.parts(Part::Again, "notice once more", &again, |tx, allowed, part| {
        notice::send(tx, allowed, &guard.rules, (Step::Notice, on), part)
    })?;
    let many = u64::try_from(cuts.len())?;
    for (nth, it) in (1..).zip(cuts) {
        if db.write(|tx| cut(tx, actor, it.account, &it.taken))? {
            *done.taken.entry(Step::Cut).or_default() += 1;
        }
        (keep.watch)(Part::Steps(Step::Cut), nth, many);
    }
    db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
        outreach::after_ends(tx, &allowed)
    })?;
    Ok(done)
}

/// Where a run keeps what it decided, in large parts.
struct Keep<'a> {
    db: &'a Db,
    actor: Actor,
    on: Date,
    watch: &'a mut dyn FnMut(Part, u64, u64),
}

impl Keep<'_> {
    fn parts<T>(
        &mut self,
        of: Part,
        what: &str,
        all: &[T],
        keep: impl Fn(&mut Tx, &Authorized, &[T]) -> Result<()>,
    ) -> Result<()> {
        let (mut kept, many) = (0, u64::try_from(all.len())?);
        for part in all.chunks(AT_ONCE) {
            self.db.write(|tx| {
                let allowed = authorize(tx, self.actor, Permission::RunCollections, None)?;
                keep(tx, &allowed, part)?;
                let said = format!("{what}: {}", part.len());
                let subject = self.on.to_string();
                store::audit::add(tx, &allowed, "run collections", &subject, &said)
            })?;
            kept += u64::try_from(part.len())?;
            (self.watch)(of, kept, many);
        }
        Ok(())
    }
}

/// Takes a step of many accounts with what is to be done of it.
fn take(
    tx: &mut Tx,
    allowed: &Authorized,
    rules: &Rules,
    (step, on): (Step, Date),
    all: &[Coming],
) -> Result<()> {
    let taken: Vec<Taken> = all.iter().map(|it| it.taken.clone()).collect();
    store::collection::take(tx, &taken)?;
    match step {
        Step::Reminder | Step::Notice => notice::send(tx, allowed, rules, (step, on), all),
        Step::Call => outreach::call(tx, allowed, all),
        Step::Field => outreach::visit(tx, allowed, all),
        Step::Cut | Step::WriteOff | Step::Agency => Ok(()),
    }
}

/// Orders the cuts of an account, where nothing keeps from it now.
fn cut(tx: &mut Tx, actor: Actor, account: AccountId, it: &Taken) -> Result<bool> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    store::account::lock(tx, &[account])?;
    if !protection::shields(tx, account, it.on)?.is_empty() {
        return Ok(false);
    }
    let class = store::account::get(tx, account)?.class;
    let least = credit_rules::collections(tx, it.on)?.least_to_cut(class).unwrap_or(Money::ZERO);
    let off_below = Some(least.max(Money::from_cents(1)));
    let mut orders: Vec<OrderId> = Vec::new();
    for (agreement, point) in store::collection::served(tx, account, it.on)? {
        if order::is_cut_ordered(tx, (agreement, point), it.on)? {
            continue;
        }
        let plain = NewOrder::plain(OrderKind::Disconnect, Where::Point(point));
        let new = NewOrder { agreement: Some(agreement), off_below, ..plain };
        match tx.attempt(|tx| order::add(tx, actor, &new))? {
            Ok(order) => orders.push(order.id),
            // It was paid meanwhile.
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
    let mut found: Vec<Reason> = forbidden(tx, account, on)?;
    let whose = store::account::get(tx, account)?;
    let rules = credit_rules::collections(tx, on)?;
    let past_due = pledge::past_due(tx, account, on)?;
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
            let least = rules.least_to_cut(whose.class);
            let below = least.filter(|least| past_due < *least);
            found.extend(below.map(|least| Reason::BelowCut { past_due, least }));
            let of = (on, least.unwrap_or(Money::ZERO));
            found.extend(notice::lacks(tx, account, of)?.map(Reason::Unnoticed));
            let off = store::connection::off(tx, account, on)?;
            found.extend(off.iter().map(|it| Reason::Off { order: it.2 }));
            let is_cut = !off.is_empty()
                || !ordered(tx, account, on)?.is_empty()
                || steps.iter().any(|it| it.step == Step::Cut);
            if !is_cut {
                let last = steps.last().map(|it| (it.step, it.on));
                found.push(Reason::NotYet { last });
            }
        }
    }
    Ok(found)
}

/// The cuts of an account that are ordered and not done, whoever ordered them.
pub fn ordered(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<OrderId>> {
    let mut found = Vec::new();
    for (agreement, point) in store::collection::served(tx, account, on)? {
        let open = store::order::open_at(tx, point, OrderKind::Disconnect)?;
        let ours = open.iter().filter(|it| it.agreement == Some(agreement));
        found.extend(ours.filter(|it| it.off_below.is_some()).map(|it| it.id));
    }
    Ok(found)
}

/// Whether there is anything of an account that a cut would still be ordered for.
fn is_left_to_cut(tx: &mut Tx, account: AccountId, on: Date) -> Result<bool> {
    for (agreement, point) in store::collection::served(tx, account, on)? {
        if !order::is_cut_ordered(tx, (agreement, point), on)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What bars a cut that takes so much, however much is past due: asked when it is ordered and when a crew
/// sets out.
pub(crate) fn barred(
    tx: &mut Tx,
    account: AccountId,
    (on, least): (Date, Money),
) -> Result<Vec<Reason>> {
    let mut found = forbidden(tx, account, on)?;
    found.extend(notice::lacks(tx, account, (on, least))?.map(Reason::Unnoticed));
    Ok(found)
}

/// What forbids a cut: that all are stopped, or that something shields the account.
fn forbidden(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Reason>> {
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
            Reason::BelowCut { past_due, least } => {
                write!(f, "{past_due} is past due, and a cut takes {least}")
            }
            Reason::NoRule => f.write_str("no rule opens a case for its class"),
            Reason::Shielded(why) => why.fmt(f),
            Reason::Unnoticed(lacks) => lacks.fmt(f),
            Reason::Off { order } => write!(f, "it is cut off already, by order {order}"),
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

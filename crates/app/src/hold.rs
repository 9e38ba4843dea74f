//! Held bills by what they come from: how many, what they come to, what each way out would make of
//! them, and doing it to all of them at once.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::bill::assess::{AccountFacts, Tariffs, Unusual, assess};
use meterbook_core::bill::root::{Root, multiply_as_before, roots};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AccountNumber, AgreementId, ApprovalId, TaskId, WindowId};
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION;
use meterbook_core::money::{Money, Unit};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::task::{Resolution, TaskKind};
use meterbook_store::bill::Known;
use meterbook_store::hold::Held;
use meterbook_store::{self as store, Db, Tx};

use crate::approval::{self, Asked, Outcome};
use crate::authority::authorize;
use crate::bill_run::again::{Came, again};
use crate::bill_run::{self, Progress, doubt};
use crate::multiply::NewMultiples;
use crate::vee::cycle;
use crate::{Actor, Refused, published, refuse, task};

/// Accounts of which it is worked out what a way out would make of them: what a person waits for.
const LOOKED_AT: usize = 2_000;
/// Fewer where a month of intervals is filled for each: with as many the page took minutes.
const ESTIMATED: usize = 200;

/// Held bills of one turn that come from one thing.
#[derive(Clone, Debug)]
pub struct Group {
    /// The turn.
    pub window: Window,
    /// What they come from.
    pub root: Root,
    /// What the file was called, where that is it.
    pub file: String,
    /// The bills, or the parts of bills.
    pub held: Vec<Held>,
}

/// A way out of all holds of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They are checked again as the facts are now.
    RunAgain,
    /// They go as they are, far from usual.
    Accept,
    /// The meters that were hung get the multiplier of those before them.
    Multiply,
    /// What was not read is estimated by rule.
    Estimate,
    /// Somebody reads the meters.
    OrderRead,
    /// They wait some days.
    PutOff,
}

/// What a way out would make of the bills of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Which way.
    pub way: Way,
    /// Agreements that would be billed.
    pub billed: i64,
    /// Agreements that would still be held.
    pub held: i64,
    /// What they used, by unit, in millionths.
    pub used: BTreeMap<Unit, i128>,
    /// What the same agreements come to as they are held, as far as they can be priced.
    pub before: Money,
    /// What they would be billed.
    pub after: Money,
    /// Of so many accounts; of larger groups the first are worked out.
    pub accounts: usize,
}

/// Which bills of a turn a way out is taken for.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    /// The turn.
    pub window: WindowId,
    /// What they come from.
    pub root: &'a Root,
    /// Of these accounts; of all where it is empty.
    pub accounts: &'a [AccountId],
}

/// What was not done: for whom, and why.
pub type Left = Vec<(AccountNumber, Refused)>;

/// What was done to a group.
#[derive(Debug)]
pub enum Done {
    /// They were checked again.
    Again(Came),
    /// It waits under this number for a second person.
    Waits(ApprovalId),
    /// So many tasks were resolved, and these were not.
    Tasks(usize, Left),
    /// What they lacked was estimated.
    Estimated(Estimated),
}

/// What came of estimating what held bills lack.
#[derive(Debug)]
pub struct Estimated {
    /// Reads that were estimated.
    pub reads: u64,
    /// Interval values that were.
    pub values: u64,
    /// Orders that were written, because too many estimates followed each other or nothing says what to
    /// estimate.
    pub ordered: u64,
    /// What became of the bills; `None` where nothing was estimated.
    pub came: Option<Came>,
    /// What could not be.
    pub left: Left,
}

/// Why nothing is done to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotApplied {
    /// Nothing of the turn is held for that any more.
    NothingHeld,
    /// The way out is none of theirs.
    NotOffered {
        /// Which.
        way: Way,
    },
    /// Nobody said why.
    NoReason,
}

impl Way {
    /// Every way, in the order of their keys.
    pub const ALL: [Way; 6] =
        [Way::RunAgain, Way::Accept, Way::Multiply, Way::Estimate, Way::OrderRead, Way::PutOff];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Way::RunAgain => "run-again",
            Way::Accept => "accept",
            Way::Multiply => "multiply",
            Way::Estimate => "estimate",
            Way::OrderRead => "order-read",
            Way::PutOff => "put-off",
        }
    }

    /// The way that has this word.
    pub fn from_word(word: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|it| it.word() == word)
    }

    /// Whether it takes a reason.
    pub fn needs_words(self) -> bool {
        matches!(self, Way::Accept | Way::Multiply | Way::Estimate | Way::PutOff)
    }
}

impl Group {
    /// What they come from, in a sentence; the name of the hold where nothing more is known.
    pub fn says(&self, language: Language) -> String {
        let hold = || {
            let Root::Hold { word } = &self.root else { return self.root.text() };
            let kind = TaskKind::of_hold_word(word);
            kind.map_or_else(|| word.clone(), |it| it.name(language).to_owned())
        };
        self.root.says(language, &self.file).unwrap_or_else(hold)
    }

    /// Whose bills they are.
    pub fn accounts(&self) -> Vec<AccountId> {
        let ids: BTreeSet<AccountId> = self.held.iter().map(|it| it.account).collect();
        ids.into_iter().collect()
    }

    /// Leaves those of these accounts, or all where none is named.
    pub fn retain(&mut self, accounts: &[AccountId]) {
        self.held.retain(|it| accounts.is_empty() || accounts.contains(&it.account));
    }

    /// What they come to, as far as they can be priced, and of how many nobody knows.
    pub fn would(&self) -> (Money, usize) {
        let known = self.held.iter().filter_map(|it| it.would).sum();
        (known, self.held.iter().filter(|it| it.would.is_none()).count())
    }

    /// Whose tasks they are; nobody's is the empty name.
    pub fn owners(&self) -> BTreeSet<&str> {
        self.held.iter().map(|it| it.owner.as_str()).collect()
    }

    /// Since when the oldest is a task.
    pub fn since(&self) -> Option<Timestamp> {
        self.held.iter().filter_map(|it| it.since).min()
    }

    /// The ways out, in the order of their keys.
    pub fn ways(&self) -> Vec<Way> {
        let is = |words: &[&str]| self.held.iter().any(|it| words.contains(&it.reason.as_str()));
        Way::ALL
            .into_iter()
            .filter(|it| match it {
                Way::RunAgain | Way::PutOff => true,
                Way::Accept => is(&["unusual", "doubt"]),
                Way::Multiply => matches!(self.root, Root::Multiplier { .. }),
                Way::Estimate => is(&["no-read", "gap"]) && self.root != Root::ReadWaits,
                Way::OrderRead => is(&["no-read", "went-back", "unusual", "doubt"]),
            })
            .collect()
    }
}

/// What is held in a turn, or in all turns, by what it comes from; the largest groups first.
pub fn groups(tx: &mut Tx, window: Option<WindowId>) -> Result<Vec<Group>> {
    let held = store::hold::held(tx, window)?;
    let mut windows: BTreeMap<WindowId, Window> = BTreeMap::new();
    let mut files: BTreeMap<Root, String> = BTreeMap::new();
    let mut size: BTreeMap<Root, i64> = BTreeMap::new();
    for it in &held {
        let window = match windows.entry(it.window) {
            Entry::Occupied(there) => *there.get(),
            Entry::Vacant(new) => *new.insert(store::window::get(tx, it.window)?),
        };
        let on = window.period.end();
        for root in it.roots.iter().filter(|it| it.is_weak()) {
            if size.contains_key(root) {
                continue;
            }
            let all = match root {
                Root::File { batch } => {
                    let file = store::hold::file(tx, *batch)?;
                    let (name, lines) = file.unwrap_or_else(|| (batch.to_string(), 0));
                    files.insert(root.clone(), name);
                    lines
                }
                Root::Route { name } => store::hold::on_route(tx, name, on)?,
                _ => 0,
            };
            size.insert(root.clone(), all);
        }
    }
    let mut grouped: BTreeMap<(WindowId, Root), Vec<Held>> = BTreeMap::new();
    for turn in held.chunk_by(|one, other| one.window == other.window) {
        let behind: Vec<_> = turn.iter().map(|it| behind(turn, it)).collect();
        for (it, root) in turn.iter().zip(roots(&behind, &size)) {
            grouped.entry((it.window, root)).or_default().push(it.clone());
        }
    }
    let group = |((window, root), held): ((WindowId, Root), Vec<Held>)| Group {
        window: windows[&window],
        file: files.get(&root).cloned().unwrap_or_default(),
        root,
        held,
    };
    let mut groups: Vec<Group> = grouped.into_iter().map(group).collect();
    groups.sort_by_key(|it| std::cmp::Reverse(it.held.len()));
    Ok(groups)
}

/// What is behind a hold. A service that waits for another of its bill waits for what that waits for.
fn behind<'a>(turn: &'a [Held], it: &'a Held) -> (&'a str, &'a [Root]) {
    let first = turn.partition_point(|other| other.account < it.account);
    let mut theirs = turn[first..].iter().take_while(|other| other.account == it.account);
    let found = match it.reason.as_str() {
        "companion" => theirs.find(|it| it.reason != "companion").unwrap_or(it),
        _ => it,
    };
    (&found.reason, &found.roots)
}

/// The group of a turn that comes from `root`.
pub fn group(tx: &mut Tx, window: WindowId, root: &Root) -> Result<Group> {
    let found = groups(tx, Some(window))?.into_iter().find(|it| it.root == *root);
    found.ok_or_else(|| refuse(NotApplied::NothingHeld))
}

fn chosen(tx: &mut Tx, of: &Chosen<'_>) -> Result<Group> {
    let mut group = group(tx, of.window, of.root)?;
    group.retain(of.accounts);
    match group.held.is_empty() {
        true => Err(refuse(NotApplied::NothingHeld)),
        false => Ok(group),
    }
}

/// What each way out that bills would make of a group today, worked out as a run would, of so many of
/// its accounts as a person waits for.
pub fn effects(tx: &mut Tx, group: &Group, today: Date) -> Result<Vec<Effect>> {
    let most = |way| if way == Way::Estimate { ESTIMATED } else { LOOKED_AT };
    effects_of(tx, group, (&most, today), &mut |_, _| ())
}

/// The same of all of its accounts; `watch` is told of how many of how many it is worked out.
pub fn effects_of_all(
    tx: &mut Tx,
    group: &Group,
    today: Date,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Effect>> {
    effects_of(tx, group, (&|_| usize::MAX, today), watch)
}

fn effects_of(
    tx: &mut Tx,
    group: &Group,
    (most, today): (&dyn Fn(Way) -> usize, Date),
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Effect>> {
    let ways: Vec<Way> = group.ways().into_iter().filter(|it| it.bills()).collect();
    let before: BTreeMap<_, _> = group.held.iter().map(|it| (it.agreement, it.would)).collect();
    let all = group.accounts();
    let accounts = &all[..ways.iter().map(|it| most(*it)).max().unwrap_or(0).min(all.len())];
    let none = |way: &Way| Effect {
        way: *way,
        billed: 0,
        held: 0,
        used: BTreeMap::new(),
        before: Money::ZERO,
        after: Money::ZERO,
        accounts: all.len().min(most(*way)),
    };
    let mut effects: Vec<Effect> = ways.iter().map(none).collect();
    let mut tariffs = Tariffs::default();
    let mut done = 0;
    for some in accounts.chunks(ACCOUNTS_PER_TRANSACTION) {
        let facts = store::gather::accounts(tx, &group.window, some)?;
        bill_run::learn(tx, &facts, &mut tariffs)?;
        published::learn(tx, &mut tariffs, group.window.period, Known::ALL)?;
        let doubts = doubt::Asked::of(tx, &group.window, some)?;
        for effect in &mut effects {
            let facts = &facts[..facts.len().min(effect.accounts.saturating_sub(done))];
            let with = match effect.way {
                Way::Estimate if !facts.is_empty() => {
                    cycle::stand_ins(tx, (&group.window, today), facts)?
                }
                _ => facts.to_vec(),
            };
            for it in with {
                effect.add(it, group, &before, (&doubts, &mut tariffs));
            }
        }
        done += some.len();
        watch(u64::try_from(done)?, u64::try_from(accounts.len())?);
    }
    Ok(effects)
}

impl Way {
    /// Whether it ends in bills at once.
    fn bills(self) -> bool {
        matches!(self, Way::RunAgain | Way::Accept | Way::Multiply | Way::Estimate)
    }
}

impl Effect {
    /// Adds what it would make of an account.
    fn add(
        &mut self,
        mut facts: AccountFacts,
        group: &Group,
        before: &BTreeMap<AgreementId, Option<Money>>,
        (doubts, tariffs): (&doubt::Asked, &mut Tariffs),
    ) {
        if self.way == Way::Multiply {
            multiply_as_before(&mut facts, &group.root);
        }
        let unusual = if self.way == Way::Accept { Unusual::Accept } else { Unusual::Hold };
        let mut endings = assess(&facts, &group.window, tariffs, unusual);
        if unusual == Unusual::Hold {
            doubts.hold(&facts, &mut endings);
        }
        for (agreement, ending) in endings {
            let Some(was) = before.get(&agreement) else { continue };
            self.before += was.unwrap_or(Money::ZERO);
            let Some(segment) = ending.segment() else {
                self.held += 1;
                continue;
            };
            self.billed += 1;
            self.after += segment.total;
            *self.used.entry(segment.usage.unit).or_default() += i128::from(segment.usage.micro);
        }
    }
}

/// Takes a way out for a group, or those of it that are chosen.
pub fn apply(
    db: &Db,
    actor: Actor,
    of: Chosen<'_>,
    (way, why): (Way, &str),
    watch: &mut dyn FnMut(Progress),
) -> Result<Done> {
    let group = db.write(|tx| {
        authorize(tx, actor, Permission::ResolveTasks, None)?;
        chosen(tx, &of)
    })?;
    if !group.ways().contains(&way) {
        return Err(refuse(NotApplied::NotOffered { way }));
    }
    if way.needs_words() && why.trim().is_empty() {
        return Err(refuse(NotApplied::NoReason));
    }
    if way == Way::Multiply {
        let wanted = db.read(|tx| NewMultiples::of(tx, &group, why))?;
        let wanted = Asked::Multiples(wanted);
        if let Outcome::Waits(id) = db.write(|tx| approval::do_or_ask(tx, actor, &wanted, why))? {
            return Ok(Done::Waits(id));
        }
    }
    match way {
        Way::RunAgain | Way::Accept | Way::Multiply => {
            let accept = way == Way::Accept;
            let came = again(db, actor, of.window, &group.accounts(), (accept, why), watch)?;
            db.write(|tx| task::look_at_holds(tx, actor))?;
            Ok(Done::Again(came))
        }
        Way::Estimate => {
            let did = estimate(db, actor, of.window, &group.accounts(), why, watch)?;
            db.write(|tx| task::look_at_holds(tx, actor))?;
            Ok(Done::Estimated(did))
        }
        Way::OrderRead => by_tasks(db, actor, &of, (Resolution::OrderRead, why)),
        Way::PutOff => by_tasks(db, actor, &of, (Resolution::PutOff, why)),
    }
}

/// Estimates by rule what accounts lack of a turn, and bills them again. What follows too many estimates,
/// or has nothing to go by, is read by somebody.
pub(crate) fn estimate(
    db: &Db,
    actor: Actor,
    window: WindowId,
    accounts: &[AccountId],
    why: &str,
    watch: &mut dyn FnMut(Progress),
) -> Result<Estimated> {
    let window = db.write(|tx| {
        // Nothing is estimated for bills that whoever asks may not make.
        authorize(tx, actor, Permission::RunBills, None)?;
        store::window::get(tx, window)
    })?;
    let ran = cycle::of_accounts(db, actor, window, accounts, why.trim())?;
    let came = match ran.estimated + ran.filled {
        0 => None,
        _ => Some(again(db, actor, window.id, accounts, (false, why), watch)?),
    };
    let left = db.read(|tx| {
        let left = ran.left.into_iter().map(|(account, why)| {
            let number = store::account::get(tx, account)?.number;
            Ok((number, refuse(why).downcast::<Refused>()?))
        });
        left.collect::<Result<Left>>()
    })?;
    Ok(Estimated { reads: ran.estimated, values: ran.filled, ordered: ran.ordered, came, left })
}

/// Resolves the tasks of a group, as far as they offer that way out: what waits for another service of
/// its bill offers none of its own.
fn by_tasks(
    db: &Db,
    actor: Actor,
    of: &Chosen<'_>,
    (how, why): (Resolution, &str),
) -> Result<Done> {
    let mut group = db.read(|tx| chosen(tx, of))?;
    // Those that nobody looked for yet have no task.
    if group.held.iter().any(|it| it.task.is_none()) {
        db.write(|tx| task::look_at_holds(tx, actor))?;
        group = db.read(|tx| chosen(tx, of))?;
    }
    let offers = |it: &&Held| {
        let kind = TaskKind::of_hold_word(&it.reason);
        kind.is_some_and(|it| it.resolutions().contains(&how))
    };
    let tasks: BTreeMap<TaskId, AccountNumber> =
        group.held.iter().filter(offers).filter_map(|it| Some((it.task?, it.number))).collect();
    let ids: Vec<TaskId> = tasks.keys().copied().collect();
    let (mut did, mut left) = (0, Left::new());
    for (id, done) in task::resolve_all(db, actor, &ids, how, why)? {
        match done {
            Ok(_) => did += 1,
            Err(no) => left.push((tasks[&id], no)),
        }
    }
    Ok(Done::Tasks(did, left))
}

/// Whether nothing is held for that any more.
pub fn is_gone(why: &anyhow::Error) -> bool {
    let refused = why.downcast_ref::<Refused>().and_then(Refused::as_a::<NotApplied>);
    matches!(refused, Some(NotApplied::NothingHeld))
}

impl fmt::Display for NotApplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotApplied::NothingHeld => {
                f.write_str("nothing of the turn is held for that any more; look again")
            }
            NotApplied::NotOffered { way } => {
                write!(f, "{} is no way out of these holds; see: meterbook bill holds", way.word())
            }
            NotApplied::NoReason => f.write_str("say why; whoever looks at it later will ask"),
        }
    }
}

impl std::error::Error for NotApplied {}

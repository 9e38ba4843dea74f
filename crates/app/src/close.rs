//! Closing days and months, and what the journals of days say to the general ledger.
//!
//! A day's journal takes every entry that is newer than the last journal's and was posted on no later
//! day, whatever day it counts from; its day is their posting date. So nothing ever comes into a day that is closed, and a journal
//! written out again is the same to the byte.

mod month;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AccountNumber, EntryId};
use meterbook_core::ledger::age::Aged;
use meterbook_core::ledger::chart::{Chart, ChartFault, Named, Told};
use meterbook_core::ledger::{EntryKind, Gl, credited};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::journal::{Journal, Lines, Posted};
use meterbook_store::{self as store, Conflict, Db, Tx};

pub use self::month::{Month, close_month, look_month};
use crate::authority::authorize;
use crate::plan::Plans;
use crate::receipt;
use crate::under_way::{self, Long};
use crate::{Actor, refuse};

/// Why a day or a month is not closed.
#[derive(Debug, PartialEq, Eq)]
pub enum NotClosed {
    /// The day has not come.
    NotYet {
        /// Today, where the utility is.
        today: Date,
    },
    /// The month has not begun.
    NotBegun {
        /// Which.
        month: String,
        /// Today, where the utility is.
        today: Date,
    },
    /// A later day, or the same, is closed.
    Follows {
        /// The last day that is closed.
        last: Date,
    },
    /// Its month is closed.
    MonthClosed {
        /// Which.
        month: String,
    },
    /// Its month takes nothing without a reason.
    Softly {
        /// Which.
        month: String,
    },
    /// It takes something to be done first, or something is wrong.
    Stands(Vec<String>),
    /// Not all of a month is done, and nobody said why it is closed for good all the same.
    NotDone(Vec<String>),
    /// A journal has that day or a later one, and is the same whenever it is written.
    ChartOfJournal {
        /// The day of the last journal.
        last: Date,
    },
    /// A tariff that the chart names is not there.
    NoTariff {
        /// Its code.
        code: String,
    },
    /// The text is no chart.
    NoChart(ChartFault),
    /// It is said or done already.
    Already,
    /// Nothing was closed that is called so.
    NoEvidence {
        /// What was asked for.
        of: String,
    },
    /// There is no such journal.
    NoJournal {
        /// Its number.
        number: i64,
    },
}

/// A line of a journal as the general ledger takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    /// What it is a part of.
    pub posted: Posted,
    /// The account as the utility calls it.
    pub named: Named,
    /// The tariff and the line of the bill that it comes from, where it does.
    pub of: Option<(String, String)>,
    /// How much; debits are above zero.
    pub amount: Money,
}

/// Closes a day: looks at what must hold, keeps what was found, and writes the journal.
///
/// What takes long with many accounts is looked at while others post; what is posted meanwhile is looked
/// at by the next close. In a large utility everybody who posted was refused before, as long as it took.
pub fn close_day(db: &Db, actor: Actor, on: Date, why: &str) -> Result<Journal> {
    let act = || seal_day(db, actor, on, why);
    under_way::during(db, actor, (Long::Close, &on.to_string()), act)
}

fn seal_day(db: &Db, actor: Actor, on: Date, why: &str) -> Result<Journal> {
    let ties = db.read(|tx| {
        may_close(tx, actor, on, why)?;
        ties(tx)
    })?;
    db.write(|tx| {
        // From here on nobody posts until this is done.
        let through = store::journal::seal(tx)?;
        let through = store::journal::before_later_days(tx, on, through)?;
        let (allowed, last) = may_close(tx, actor, on, why)?;
        let Checklist { entries, debits, steps, wrong } = checklist(tx, on, through, ties)?;
        if !wrong.is_empty() {
            return Err(refuse(NotClosed::Stands(wrong)));
        }
        let number = last.map_or(1, |it| it.number + 1);
        let journal = Journal { number, on, through, entries, debits };
        store::journal::add(tx, &journal, actor.at)?;
        store::kept::keep(tx, number, last.map_or(EntryId(0), |it| it.through), through)?;
        let found: Vec<(&str, String)> = steps.into_iter().map(|it| (it.name, it.found)).collect();
        store::journal::keep_evidence(tx, &on.to_string(), &found)?;
        let said = format!("journal {number}: {entries} entries, {debits}. {}", why.trim());
        store::audit::add(tx, &allowed, "close day", &on.to_string(), &said)?;
        Ok(journal)
    })
}

/// Whether a day may be closed now, and the last journal; refuses it where it may not.
fn may_close(
    tx: &mut Tx,
    actor: Actor,
    on: Date,
    why: &str,
) -> Result<(Authorized, Option<Journal>)> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    if today < on {
        return Err(refuse(NotClosed::NotYet { today }));
    }
    let last = store::journal::last(tx)?;
    if let Some(Journal { on: last, .. }) = last.filter(|it| on <= it.on) {
        return Err(refuse(NotClosed::Follows { last }));
    }
    let month = month_of(on);
    if store::journal::last_hard(tx)?.is_some_and(|it| month <= it) {
        return Err(refuse(NotClosed::MonthClosed { month }));
    }
    if store::journal::is_closed(tx, &month, "soft")? && why.trim().is_empty() {
        return Err(refuse(NotClosed::Softly { month }));
    }
    Ok((allowed, last))
}

/// What is looked at before a day is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checklist {
    /// How many entries its journal would have.
    pub entries: i64,
    /// What their debits come to.
    pub debits: Money,
    /// Each thing that is looked at, in order.
    pub steps: Vec<Looked>,
    /// All that keeps the day from being closed.
    pub wrong: Vec<String>,
}

/// One thing that is looked at, and what is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// What.
    pub name: &'static str,
    /// What is found there.
    pub found: String,
    /// What does not hold; nothing where all does.
    pub wrong: Vec<String>,
    /// What is not done yet, of a month: it is closed for good with a reason.
    pub open: Vec<String>,
}

impl Looked {
    fn that(name: &'static str, found: String) -> Looked {
        Looked { name, found, wrong: Vec::new(), open: Vec::new() }
    }
}

/// What closing a day would find now. The act looks again.
pub fn look(tx: &mut Tx, on: Date) -> Result<Checklist> {
    let newest = store::journal::newest(tx)?;
    let through = store::journal::before_later_days(tx, on, newest)?;
    let ties = ties(tx)?;
    checklist(tx, on, through, ties)
}

/// What is looked at while others post, and through which entry.
struct Ties {
    looked: Vec<Looked>,
    through: EntryId,
    /// What the accounts of the ledger come to by then.
    totals: BTreeMap<Gl, Money>,
}

/// Looks at what of accounts and payments must hold: of those that were touched since the journal before the
/// last one, as what is older was looked at and never changes.
fn ties(tx: &mut Tx) -> Result<Ties> {
    let through = store::journal::newest(tx)?;
    // What was posted while the last one was closed was not looked at by it, but is behind the one before.
    let before = store::journal::last(tx)?.map_or(0, |it| it.number - 1);
    let since = store::journal::get(tx, before)?.map_or(EntryId(0), |it| it.through);
    let mut looked = Vec::new();
    for (name, look) in TIES {
        let (examined, wrong) = look(tx, since)?;
        let found = format!("{examined} examined, nothing found");
        looked.push(Looked { wrong, ..Looked::that(name, found) });
    }
    let found = format!("entry {through}, all since entry {since}");
    looked.push(Looked::that("through", found));
    let totals = store::kept::totals(tx, through)?.into_iter().collect();
    Ok(Ties { looked, through, totals })
}

/// Looks at all that must hold of the entries up to one before a day is closed, with what was found of all
/// accounts.
fn checklist(tx: &mut Tx, on: Date, through: EntryId, ties: Ties) -> Result<Checklist> {
    let after = store::journal::last(tx)?.map_or(EntryId(0), |it| it.through);
    let (entries, debits, off) = store::journal::sum(tx, after, through)?;
    let found = format!("{entries} entries, debits {debits}, credits {debits}");
    let wrong = match off == Money::ZERO {
        true => Vec::new(),
        false => vec![format!("the entries are out of balance by {off}")],
    };
    let mut steps = vec![Looked { wrong, ..Looked::that("entries", found) }];
    let open = store::drawer::all_open(tx)?.into_iter().filter(|it| it.on <= on);
    let open = open.map(|it| format!("drawer {} of {} is open since {}", it.id, it.name, it.on));
    let found = "every drawer of the day is closed".to_owned();
    steps.push(Looked { wrong: open.collect(), ..Looked::that("drawers", found) });
    let (cash, checks) = store::drawer::off(tx, after, through)?;
    let found = format!("over or short in drawers: {cash} of cash, {checks} of checks");
    steps.push(Looked::that("counted", found));
    let outside = store::drawer::outside(tx, after, through)?;
    let found = format!("{outside} of cash is in no drawer");
    steps.push(Looked::that("cash", found));
    steps.extend(ties.looked);
    let held = store::suspense::sum(tx)?.1;
    let found = format!("{held} is held for nobody");
    steps.push(Looked::that("suspense", found));
    // What of the day was posted meanwhile is added, and what is not of it taken off.
    let mut totals = ties.totals;
    for (gl, more) in store::ledger::gl_moved(tx, ties.through, through)? {
        *totals.entry(gl).or_default() += more;
    }
    for (gl, less) in store::ledger::gl_moved(tx, through, ties.through)? {
        *totals.entry(gl).or_default() += -less;
    }
    totals.retain(|_, sum| *sum != Money::ZERO);
    steps.push(Looked::that("totals", said_totals(&totals)));
    let wrong = steps.iter().flat_map(|it| it.wrong.clone()).collect();
    Ok(Checklist { entries, debits, steps, wrong })
}

/// What accounts of the ledger come to, in words.
fn said_totals(totals: &BTreeMap<Gl, Money>) -> String {
    totals.iter().map(|(gl, sum)| format!("{gl} {sum}")).collect::<Vec<_>>().join("; ")
}

/// Begins the day on which something is about to be posted, so that closing the one before leaves it out.
pub(crate) fn begin_day(tx: &mut Tx, allowed: &Authorized) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    store::journal::begin_day(tx, today)
}

/// Counts what was looked at of what was posted behind an entry, and says what does not hold.
type Tie = fn(&mut Tx, EntryId) -> Result<(i64, Vec<String>)>;

/// What must hold before anything is closed.
const TIES: &[(&str, Tie)] = &[
    ("subledger", store::check::subledger_since),
    ("tenders", store::tie_out::tenders_since),
    ("clearing", |tx, _| store::tie_out::clearing(tx)),
];

/// The month of a day, where it is closed for good: what counts from it is in the journal of a later day.
pub fn closed_for_good(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    let month = month_of(on);
    Ok(store::journal::is_closed(tx, &month, Level::Hard.word())?.then_some(month))
}

/// What was found when a day (`2026-03-10`) or a month (`2026-03 hard`) was closed; of a month alone, when it
/// was closed last.
pub fn evidence(tx: &mut Tx, of: &str) -> Result<Vec<(String, String)>> {
    let of = of.trim();
    for of in [of.to_owned(), format!("{of} hard"), format!("{of} soft")] {
        let found = store::journal::evidence(tx, &of)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(refuse(NotClosed::NoEvidence { of: of.to_owned() }))
}

/// How a month is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Its days are closed only with a reason.
    Soft,
    /// None of its days is closed any more.
    Hard,
}

impl Level {
    /// Both, the softer one first.
    pub const ALL: &'static [Level] = &[Level::Soft, Level::Hard];

    /// The one that is written so.
    pub fn from_word(word: &str) -> Option<Level> {
        Level::ALL.iter().copied().find(|it| it.word() == word)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Level::Soft => "soft",
            Level::Hard => "hard",
        }
    }
}

/// Says how the accounts of the general ledger are called from a day on, which no journal has yet: one that is
/// written out again is the same.
pub fn say_chart(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    let chart = Chart::parse(text).map_err(|why| refuse(NotClosed::NoChart(why)))?;
    for code in chart.tariffs() {
        if store::tariff::versions(tx, code)?.is_empty() {
            return Err(refuse(NotClosed::NoTariff { code: code.to_owned() }));
        }
    }
    if let Some(Journal { on: last, .. }) = store::journal::last(tx)?.filter(|it| from <= it.on) {
        return Err(refuse(NotClosed::ChartOfJournal { last }));
    }
    let was = store::journal::chart(tx, from)?.unwrap_or_default();
    store::journal::say_chart(tx, from, text)
        .map_err(|why| if why.is::<Conflict>() { refuse(NotClosed::Already) } else { why })?;
    store::audit::turn(tx, &allowed, "set chart", &from.to_string(), text, (was.as_str(), text))
}

/// The lines of a journal, by the chart of its day. Bills are told apart by tariff and line; what that
/// comes to is what was posted.
pub fn extract(tx: &mut Tx, number: i64) -> Result<(Journal, Vec<JournalLine>)> {
    let journal = store::journal::get(tx, number)?;
    let journal = journal.ok_or_else(|| refuse(NotClosed::NoJournal { number }))?;
    let before = store::journal::get(tx, number - 1)?.map_or(EntryId(0), |it| it.through);
    let text = store::journal::chart(tx, journal.on)?.unwrap_or_default();
    let chart = Chart::parse(&text).context("a chart that was kept is one")?;
    let bills = store::journal::lines(tx, before, journal.through)?;
    let mut out = Vec::new();
    for posted in store::journal::postings(tx, before, journal.through)? {
        let lines = bills.get(&posted.entry).filter(|_| posted.gl != Gl::Receivable);
        let Some(lines) = lines else {
            let (named, amount) = (chart.account(posted.gl, Told::default()), posted.amount);
            out.push(JournalLine { posted, named, of: None, amount });
            continue;
        };
        let start = out.len();
        for it in lines.iter().filter(|it| credited(it.commodity, it.kind) == posted.gl) {
            let Lines { tariff, label, amount, .. } = it;
            let told = Told { tariff: Some(tariff), line: Some(label) };
            let amount = if posted.kind == EntryKind::Bill { -*amount } else { *amount };
            let (named, of) =
                (chart.account(posted.gl, told), Some((tariff.clone(), label.clone())));
            out.push(JournalLine { posted: posted.clone(), named, of, amount });
        }
        let sum: Money = out[start..].iter().map(|it| it.amount).sum();
        assert_eq!(sum, posted.amount, "the lines of {} are what was posted", posted.key);
    }
    Ok((journal, out))
}

/// What every account owes on a day by how long it has been due: by what counts from a day no later
/// than `on`, as far as the journals through `known` know of it; all that is known without that.
pub fn ageing(
    tx: &mut Tx,
    actor: Actor,
    on: Date,
    known: Option<Date>,
) -> Result<Vec<AgedAccount>> {
    authorize(tx, actor, Permission::ViewCustomer, None)?;
    let through = match known {
        Some(known) => store::journal::known(tx, known)?,
        None => EntryId(i64::MAX),
    };
    let rows = aged(tx, None, on, through)?;
    let all: Money = rows.iter().map(|it| it.aged.total()).sum();
    let receivable = store::kept::receivable(tx, on, through)?;
    assert_eq!(all, receivable, "the accounts together owe what is receivable");
    Ok(rows)
}

/// What every account, or one, owes by age: by what counts from a day no later than `on` and is no newer
/// than `through`.
pub(crate) fn aged(
    tx: &mut Tx,
    one: Option<AccountId>,
    on: Date,
    through: EntryId,
) -> Result<Vec<AgedAccount>> {
    let planned = Plans::of(tx, on)?;
    let all = match one {
        Some(id) => {
            let it = store::account::get(tx, id)?;
            vec![(id, it.number, it.class.word().to_owned())]
        }
        None => store::kept::owing(tx, on, through)?,
    };
    let mut rows = Vec::new();
    for some in all.chunks(AT_ONCE) {
        let ids: Vec<AccountId> = some.iter().map(|it| it.0).collect();
        let mut open = receipt::open_among(tx, &ids, on, through)?;
        for (id, number, class) in some {
            let open = open.remove(id).unwrap_or_default();
            let aged = match planned.of_account(*id, &open) {
                Some(plan) => Aged::planned(&open, plan, on),
                None => Aged::of(&open, on),
            };
            if aged != Aged::default() {
                rows.push(AgedAccount { number: *number, class: class.clone(), aged });
            }
        }
    }
    Ok(rows)
}

/// Accounts that are asked for at once.
const AT_ONCE: usize = 1_000;

/// What an account owes by age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedAccount {
    /// Its number.
    pub number: AccountNumber,
    /// Its class of customers.
    pub class: String,
    /// How much, since when.
    pub aged: Aged,
}

fn month_of(day: Date) -> String {
    day.strftime("%Y-%m").to_string()
}

impl fmt::Display for NotClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotClosed::NotYet { today } => {
                write!(f, "the day has not come; today is {today}")
            }
            NotClosed::NotBegun { month, today } => {
                write!(f, "{month} has not begun; today is {today}")
            }
            NotClosed::Follows { last } => {
                write!(f, "{last} is closed already; close a later day")
            }
            NotClosed::MonthClosed { month } => {
                write!(f, "{month} is closed; a day of the next month takes what is open")
            }
            NotClosed::Softly { month } => {
                write!(f, "{month} is softly closed; say why one more of its days is closed")
            }
            NotClosed::Stands(wrong) => write!(f, "not closed: {}", wrong.join("; ")),
            NotClosed::NotDone(open) => write!(
                f,
                "not closed for good without a reason, as not all of it is done: {}; say why",
                open.join("; ")
            ),
            NotClosed::ChartOfJournal { last } => write!(
                f,
                "{last} is in a journal already; say how accounts are called from a later day on"
            ),
            NotClosed::NoTariff { code } => write!(
                f,
                "there is no tariff {code}; write one that is there, or publish it first: meterbook tariff publish"
            ),
            NotClosed::NoChart(why) => why.fmt(f),
            NotClosed::Already => f.write_str("that is said already; nothing was changed"),
            NotClosed::NoEvidence { of } => write!(
                f,
                "nothing was closed that is called {of}; write a day such as 2026-03-10, or a month with how it was closed, such as 2026-03 hard"
            ),
            NotClosed::NoJournal { number } => {
                write!(
                    f,
                    "there is no journal {number}; close a day first: meterbook ledger close-day"
                )
            }
        }
    }
}

impl std::error::Error for NotClosed {}

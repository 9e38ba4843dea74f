//! What an agreement comes to so far, from the same engine as its bill, and what the whole turn may
//! come to where what is known says enough.
//!
//! Nothing is guessed for the bill so far: it ends with the last day of which everything is known. For
//! the rest of the turn each day is taken to be like the latest known day of the same weekday, hour by
//! hour; where a register says only how much, like the mean of the known days, and where too few are
//! known, as the rules of estimates say. Prices or events that are not published yet are not made up: then
//! there is no projection.

use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::Segment;
use meterbook_core::bill::assess::{ServiceFacts, Tariffs, priced, used, used_so_far};
use meterbook_core::bill::check::Hold;
use meterbook_core::cycle::Window;
use meterbook_core::id::AgreementId;
use meterbook_core::meter::Form;
use meterbook_core::money::{Money, Quantity};
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::usage::{Ended, Measured, Profile, Usage};
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

use super::{NoUsage, accrued};
use crate::refuse;

/// Known days without which nothing is said of the others: each weekday once.
const LEAST_DAYS: i64 = 7;

/// What an agreement comes to so far.
#[derive(Clone, Debug)]
pub struct ToDate {
    /// The service.
    pub facts: ServiceFacts,
    /// The moment: the first day that does not count.
    pub on: Date,
    /// What it comes to, a segment for each turn of the cycle that is not billed; none when not one
    /// day of it is known.
    pub segments: Vec<Segment>,
    /// Why the days after them do not count, when they are before the moment.
    pub waits: Option<Hold>,
    /// What the turn of the last segment may come to.
    pub projected: Result<Projected, NotProjected>,
}

/// What a whole turn may come to.
#[derive(Clone, Debug)]
pub struct Projected {
    /// As a bill would say it.
    pub segment: Segment,
    /// The days that are known.
    pub known: i64,
    /// The days that are taken to be like them.
    pub assumed: i64,
    /// How.
    pub by: By,
}

/// How days that nobody knows are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Like the latest known day of the same weekday, hour by hour.
    Weekday,
    /// Like the mean of the known days.
    Mean,
    /// As the rules of estimates say it of reads that are missing.
    Estimate,
    /// None had to be.
    Nothing,
}

/// Why there is no projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotProjected {
    /// Too little is known.
    TooFew {
        /// The known days.
        known: i64,
    },
    /// The expected use cannot be priced.
    Unpriced(Hold),
}

impl ToDate {
    /// What it comes to so far.
    pub fn total(&self) -> Money {
        self.segments.iter().map(|it| it.total).sum()
    }
}

/// What an agreement comes to at the start of a day.
pub fn to_date(tx: &mut Tx, agreement: AgreementId, on: Date) -> Result<ToDate> {
    let agreement = store::agreement::get(tx, agreement)?;
    let account = store::account::get(tx, agreement.account)?;
    if on <= agreement.from {
        return Err(refuse(NoUsage::NotBegun { from: agreement.from }));
    }
    let until = agreement.to.map_or(on, |to| on.min(to));
    let billed = store::bill::billed_through(tx, agreement.id)?;
    let start = match billed {
        // A moment of days that are billed: as their own turn began.
        Some(billed) if until <= billed => {
            let turn = turn(tx, &account, until.saturating_sub(1.day()))?;
            turn.period.start().max(agreement.from)
        }
        Some(billed) => billed,
        None => agreement.from,
    };
    let mut it = since(tx, &agreement, &account, start, on)?;
    let mut channels = it.facts.measured.hung.iter().flat_map(|it| &it.channels);
    let dials = |it: &Measured| matches!(it.channel.form, Form::Register { .. });
    let by_dials = channels.all(dials);
    if let Err(NotProjected::TooFew { known }) = it.projected
        && by_dials
    {
        let estimated = estimated(tx, (&agreement, &account), &it, start)?;
        it.projected = estimated.ok_or(NotProjected::TooFew { known });
    }
    Ok(it)
}

/// What the turn of the last segment, or the first one where nothing is known, may come to by the rules of
/// estimates: what is read once a turn says of no day before its end how much it was.
fn estimated(
    tx: &mut Tx,
    (agreement, account): (&Agreement, &Account),
    it: &ToDate,
    start: Date,
) -> Result<Option<Projected>> {
    let begins = it.segments.last().map_or(start, |it| it.period.start());
    let window = turn(tx, account, begins)?;
    let ends = agreement.to.map_or(window.period.end(), |to| to.min(window.period.end()));
    let days = super::days(begins, ends)?;
    let mut facts = it.facts.clone();
    let before = it.segments.len().checked_sub(2).and_then(|at| it.segments.get(at));
    facts.carried = match before {
        Some(before) => before.carried.clone(),
        None => store::bill::carried_before(tx, agreement.id, start)?,
    };
    facts.measured = match before {
        Some(before) => {
            let ended = Some(Ended::with(&before.evidence, begins));
            store::gather::measured_since(tx, facts.point.id, (days, ended), Known::ALL)?
        }
        None => store::gather::measured_of(tx, (agreement.id, facts.point.id), days)?,
    };
    let mut tariffs = Tariffs::default();
    crate::tariff::learn(tx, &mut tariffs, &agreement.tariff)?;
    crate::published::learn(tx, &mut tariffs, window.period, Known::ALL)?;
    let asked = (days, &window);
    let segment = accrued::estimated(tx, account, &facts, asked, &mut tariffs)?;
    let known = it.segments.last().map_or(0, |it| it.period.days());
    let assumed = days.days() - known;
    Ok(segment.map(|segment| Projected { segment, known, assumed, by: By::Estimate }))
}

/// The turn of an account's cycle with a day in it.
fn turn(tx: &mut Tx, account: &Account, day: Date) -> Result<Window> {
    let found = store::window::around(tx, account.cycle, day)?;
    found.ok_or_else(|| refuse(NoUsage::NotPlanned { cycle: account.cycle, on: day }))
}

/// The same, and behind those that are planned the one that would be.
fn expected(tx: &mut Tx, account: &Account, day: Date) -> Result<Window> {
    let found = crate::window::expected(tx, account.cycle, day)?;
    found.ok_or_else(|| refuse(NoUsage::NotPlanned { cycle: account.cycle, on: day }))
}

/// What an agreement comes to from a day on which a bill ended, or service began, at the start of
/// another.
pub(crate) fn since(
    tx: &mut Tx,
    agreement: &Agreement,
    account: &Account,
    start: Date,
    on: Date,
) -> Result<ToDate> {
    let mut tariffs = Tariffs::default();
    walk(tx, agreement, account, (start, on), (Between::Unknown, &mut tariffs))
}

/// What is said of days between two reads of a register.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    /// Nothing: only what it showed on the day itself.
    Unknown,
    /// The same use for each day, as the bill of the turn has it.
    Shared,
}

/// Goes from turn to turn up to a day, as far as everything is known.
pub(super) fn walk(
    tx: &mut Tx,
    agreement: &Agreement,
    account: &Account,
    (start, on): (Date, Date),
    (between, tariffs): (Between, &mut Tariffs),
) -> Result<ToDate> {
    let until = agreement.to.map_or(on, |to| on.min(to));
    let mut window = match between {
        Between::Unknown => turn(tx, account, start)?,
        Between::Shared => expected(tx, account, start)?,
    };
    let whole = Period::new(start, window.period.end()).unwrap_or(window.period);
    let facts = super::services(tx, account.id, account.cycle, whole)?;
    let facts = facts.into_iter().find(|it| it.agreement.id == agreement.id);
    let mut facts = facts.ok_or_else(|| refuse(NoUsage::NotBegun { from: agreement.from }))?;
    facts.carried = store::bill::carried_before(tx, agreement.id, start)?;

    crate::tariff::learn(tx, tariffs, &agreement.tariff)?;
    let (mut segments, mut waits, mut next) = (Vec::<Segment>::new(), None, start);
    let mut projected = Err(NotProjected::TooFew { known: 0 });
    while next < until && waits.is_none() {
        let turn_ends = agreement.to.map_or(window.period.end(), |to| to.min(window.period.end()));
        let days = super::days(next, turn_ends)?;
        facts.measured = match segments.last() {
            None => store::gather::measured_of(tx, (facts.agreement.id, facts.point.id), days)?,
            Some(before) => {
                let ended = Some(Ended::with(&before.evidence, next));
                let days = (days, ended);
                store::gather::measured_since(tx, facts.point.id, days, Known::ALL)?
            }
        };
        crate::published::learn(tx, tariffs, window.period, Known::ALL)?;
        let wanted = super::days(next, until.min(turn_ends))?;
        let shared = match between {
            Between::Shared if wanted != days => shared(&facts, wanted, days, tariffs),
            _ => None,
        };
        let (known, why) = match shared {
            Some(used) => (Some((wanted, used)), None),
            None => known_days(&facts, (wanted, turn_ends), tariffs),
        };
        waits = why;
        let Some((known, used)) = known else { break };
        if between == Between::Unknown {
            projected = project(&facts, (known, days), &window, tariffs, &used);
        }
        match priced(&facts, known, &window, tariffs, used) {
            Ok(segment) => {
                facts.carried = segment.carried.clone();
                facts.allotted.clear();
                segments.push(segment);
            }
            Err(hold) => waits = Some(hold),
        }
        next = known.end();
        if next < until && waits.is_none() {
            window = match between {
                Between::Unknown => turn(tx, account, next)?,
                Between::Shared => expected(tx, account, next)?,
            };
        }
    }
    Ok(ToDate { facts, on, segments, waits, projected })
}

/// The days from the first of `wanted` of which everything is known, with their use, and why the others do
/// not count. Registers are read about the end of a turn; before it only a read of the very day says how
/// one stood.
fn known_days(
    facts: &ServiceFacts,
    (wanted, turn_ends): (Period, Date),
    tariffs: &Tariffs,
) -> (Option<(Period, Usage)>, Option<Hold>) {
    let mut end = wanted.end();
    let mut why = None;
    while let Some(days) = Period::new(wanted.start(), end) {
        let used = if end < turn_ends { used_so_far } else { used };
        match used(facts, days, tariffs) {
            Ok(used) => return (Some((days, used)), why),
            Err(hold) => why = why.or(Some(hold)),
        }
        end = end.saturating_sub(1.day());
    }
    (None, why)
}

/// What was used in the first days of a turn whose end is known: by the day itself where a register or
/// intervals say it, else the same for each day, as a bill cuts what a register counted.
fn shared(facts: &ServiceFacts, days: Period, turn: Period, tariffs: &Tariffs) -> Option<Usage> {
    if let Ok(used) = used_so_far(facts, days, tariffs) {
        return Some(used);
    }
    let whole = used(facts, turn, tariffs).ok()?;
    // Where some meters keep intervals and others do not, what is known by the hour is not cut evenly.
    whole.profile.is_none().then(|| Usage {
        delivered: evenly(whole.delivered, turn, days),
        received: evenly(whole.received, turn, days),
        reactive: whole.reactive.map(|it| evenly(it, turn, days)),
        ..whole
    })
}

fn project(
    facts: &ServiceFacts,
    (known, turn): (Period, Period),
    window: &Window,
    tariffs: &mut Tariffs,
    used: &Usage,
) -> Result<Projected, NotProjected> {
    let used = used.clone();
    let assumed = turn.days() - known.days();
    let (used, by) = match (assumed, &used.profile) {
        (0, _) => (used, By::Nothing),
        _ if known.days() < LEAST_DAYS => {
            return Err(NotProjected::TooFew { known: known.days() });
        }
        (_, Some(profile)) => {
            let like = |row: &[i64]| by_weekday(row, profile, &facts.point.zone, known, turn);
            let sent = !profile.received_micro.is_empty();
            let profile = Profile {
                delivered_micro: like(&profile.delivered_micro),
                received_micro: if sent { like(&profile.received_micro) } else { Vec::new() },
                reactive_micro: match &profile.reactive_micro[..] {
                    [] => Vec::new(),
                    row => like(row),
                },
                ..profile.clone()
            };
            let sum = |row: &[i64], was: Quantity| Quantity { micro: row.iter().sum(), ..was };
            let used = Usage {
                delivered: sum(&profile.delivered_micro, used.delivered),
                received: match sent {
                    true => sum(&profile.received_micro, used.received),
                    false => evenly(used.received, known, turn),
                },
                reactive: used.reactive.map(|it| match &profile.reactive_micro[..] {
                    [] => evenly(it, known, turn),
                    row => sum(row, it),
                }),
                profile: Some(profile),
                ..used
            };
            (used, By::Weekday)
        }
        (_, None) => {
            let used = Usage {
                delivered: evenly(used.delivered, known, turn),
                received: evenly(used.received, known, turn),
                reactive: used.reactive.map(|it| evenly(it, known, turn)),
                ..used
            };
            (used, By::Mean)
        }
    };
    let segment = priced(facts, turn, window, tariffs, used).map_err(NotProjected::Unpriced)?;
    Ok(Projected { segment, known: known.days(), assumed, by })
}

/// What came in the known days, as much in each day of the turn.
fn evenly(it: Quantity, known: Period, turn: Period) -> Quantity {
    let all = i128::from(it.micro) * i128::from(turn.days());
    let micro = i64::try_from(all.div_euclid(i128::from(known.days()))).unwrap_or(it.micro);
    Quantity { micro, ..it }
}

/// The known values, and for each day after them those of the latest known day of its weekday. A day
/// that is an hour longer has its last value again for that hour, one that is shorter ends earlier.
fn by_weekday(
    row: &[i64],
    profile: &Profile,
    zone: &Zone,
    known: Period,
    turn: Period,
) -> Vec<i64> {
    let step = i64::from(profile.minutes) * 60;
    let count = |day: Date| {
        let end = zone.start_of(day.saturating_add(1.day())).as_second();
        let seconds = end - zone.start_of(day).as_second();
        usize::try_from(seconds.div_euclid(step)).unwrap_or(0)
    };
    let mut days: Vec<(Date, &[i64])> = Vec::new();
    let mut rest = row;
    for day in known.each_day() {
        let (now, later) = rest.split_at(count(day).min(rest.len()));
        days.push((day, now));
        rest = later;
    }
    let mut all = row.to_vec();
    for day in turn.each_day().filter(|it| known.end() <= *it) {
        let like = days.iter().rfind(|it| it.0.weekday() == day.weekday());
        let values = like.map_or(&[][..], |it| it.1);
        let last = values.last().copied().unwrap_or(0);
        all.extend(values.iter().copied().chain(std::iter::repeat(last)).take(count(day)));
    }
    all
}

impl fmt::Display for NotProjected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotProjected::TooFew { known } => write!(
                f,
                "{known} known days say too little of the others; it takes {LEAST_DAYS}, each weekday once"
            ),
            NotProjected::Unpriced(hold) => hold.fmt(f),
        }
    }
}

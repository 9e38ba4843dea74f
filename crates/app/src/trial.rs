//! Rates a measured load on a tariff text that nobody need be billed on: how a tariff is tried out
//! before it is published.

use std::path::Path;

use anyhow::{Context, Result, bail};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::money::{Money, Quantity};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::example::Year;
use meterbook_core::rating::published::{Names, Published, too_many};
use meterbook_core::rating::terms::{Term, Terms};
use meterbook_core::rating::{Input, Plan, Rated, Unratable, rate};
use meterbook_core::reads::usage::Usage;
use meterbook_core::tariff::{Riders, Tariff};
use std::fmt;

use crate::{refuse, urdb};

/// The last day that is rated.
const LAST_DAY: Date = Date::constant(9999, 1, 1);

/// What is rated.
#[derive(Clone, Copy, Debug)]
pub enum Use<'a> {
    /// A column `kw` of mean powers, the first one of the first day.
    Load(&'a Path),
    /// So much over all the days, as a register would count it, in millionths of the unit.
    Counted(i64),
}

/// All that is tried.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// What came.
    pub used: Use<'a>,
    /// What was sent back, told in the same way; `None` where nothing was.
    pub sent: Option<Use<'a>>,
    /// The terms of an agreement.
    pub terms: &'a Terms,
}

/// The days that are rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first one: turns are months from it, and a load begins on it.
    pub from: Date,
    /// The day after the last. Without it a load is hourly and ends where its values do.
    pub to: Option<Date>,
    /// The first day of service, where it begins later than the days.
    pub start: Option<Date>,
    /// The first day without service, where it ends before the days do.
    pub stop: Option<Date>,
}

impl<'a> From<(Use<'a>, &'a Terms)> for Tried<'a> {
    fn from((used, terms): (Use<'a>, &'a Terms)) -> Tried<'a> {
        Tried { used, sent: None, terms }
    }
}

impl From<(Date, Option<Date>)> for Days {
    fn from((from, to): (Date, Option<Date>)) -> Days {
        Days { from, to, start: None, stop: None }
    }
}

/// Why terms that are given to try a text are none.
#[derive(Debug, PartialEq, Eq)]
pub enum NoTerms {
    /// It does not say which term is what.
    Odd {
        /// What was given.
        given: String,
    },
    /// A term is given twice.
    Twice {
        /// Its name.
        name: String,
    },
}

/// One turn, rated.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The days.
    pub period: Period,
    /// Its lines.
    pub rated: Rated,
}

/// Why nothing is rated.
#[derive(Debug, PartialEq, Eq)]
pub enum NotRated {
    /// The tariff cannot price it.
    Unratable(Unratable),
    /// The tariff looks at a term that nobody gave.
    NoTerm {
        /// The charge that looks at it.
        label: String,
        /// The term.
        term: String,
    },
    /// The load is shorter than a day.
    TooShort {
        /// How many values it has.
        rows: i64,
    },
    /// What was sent back is not told as what came is, or not for the same time.
    Apart,
    /// Service does not begin, or not end, within the days.
    NoService {
        /// The days.
        days: Period,
    },
    /// It ends later than days can be told.
    TooLate {
        /// The day after the last.
        to: Date,
    },
    /// There is no day in it.
    NoDays {
        /// The first day.
        from: Date,
        /// The day after the last.
        to: Date,
    },
}

/// What use comes to on a tariff from a day on, turn by turn, each with what the one before it left: a
/// turn is a month from that day, and the last one may be cut short. Every day has 24 hours. `find`
/// says what is published for some days under the names that the tariff looks for, if it looks for
/// any.
pub fn rate_on<'a>(
    tariff: &Tariff,
    riders: &Riders,
    tried: impl Into<Tried<'a>>,
    days: impl Into<Days>,
    find: impl FnOnce(&Names, Period) -> Result<Published>,
) -> Result<Vec<Turn>> {
    let (tried, asked): (Tried, Days) = (tried.into(), days.into());
    let from = asked.from;
    let columns = [Some(tried.used), tried.sent].map(|it| match it {
        Some(Use::Load(file)) => urdb::column(file),
        Some(Use::Counted(_)) | None => Ok(Vec::new()),
    });
    let [nano_kw, sent_nano_kw] = columns;
    let (nano_kw, sent_nano_kw) = (nano_kw?, sent_nano_kw?);
    let rows = i64::try_from(nano_kw.len()).context("the load is longer than any year")?;
    let to = match (asked.to, tried.used) {
        (Some(to), _) => to,
        (None, Use::Load(_)) => from.saturating_add(rows.div_euclid(24).days()),
        (None, Use::Counted(_)) => from.saturating_add(1.month()),
    };
    if matches!(tried.used, Use::Load(_)) && rows < 24 {
        return Err(refuse(NotRated::TooShort { rows }));
    }
    let days = Period::new(from, to).ok_or_else(|| refuse(NotRated::NoDays { from, to }))?;
    // The last turn is a month that may end later, and its midnight is an instant.
    if LAST_DAY < to {
        return Err(refuse(NotRated::TooLate { to }));
    }
    let (start, stop) = (asked.start.unwrap_or(from), asked.stop.unwrap_or(to));
    let service = Period::new(start, stop).filter(|it| from <= it.start() && it.end() <= to);
    let service = service.ok_or_else(|| refuse(NotRated::NoService { days }))?;
    let apart = || refuse(NotRated::Apart);
    let measure = match (tried.used, tried.sent) {
        (Use::Counted(came), None) => Measure::Counted { came, sent: 0 },
        (Use::Counted(came), Some(Use::Counted(sent))) => Measure::Counted { came, sent },
        (Use::Load(file), None) => {
            let minutes = minutes(file, rows, days)?;
            Measure::Load { minutes, came: kwh(&nano_kw, minutes), sent: Vec::new() }
        }
        (Use::Load(file), Some(Use::Load(_))) if nano_kw.len() == sent_nano_kw.len() => {
            let minutes = minutes(file, rows, days)?;
            let (came, sent) = (kwh(&nano_kw, minutes), kwh(&sent_nano_kw, minutes));
            Measure::Load { minutes, came, sent }
        }
        _ => return Err(apart()),
    };
    let minutes = match &measure {
        Measure::Load { minutes, .. } => *minutes,
        Measure::Counted { .. } => 60,
    };
    let windows: Vec<Period> = (0..).map_while(|nth| window(days, nth)).collect();
    let last = windows.last().map_or(to, |it| it.end());
    let all = Period::new(from, last).expect("the first turn has days");
    let versions = std::slice::from_ref(tariff);
    let plan = Plan::with_riders(&tariff.code, versions, riders, &Zone::utc(), minutes, all);
    let names = Names::of_all(std::iter::once(tariff).chain(riders.values().flatten()));
    let published =
        if names == Names::default() { Published::default() } else { find(&names, all)? };
    let mut carried = Carried::default();
    let mut turns = Vec::new();
    for window in windows {
        let Some(period) = window.overlap(service.start(), Some(service.end())) else { continue };
        let usage = measure.usage(tariff, from, service, period);
        let of = Input::of(period, &usage);
        let (since, until) = (Some(service.start()), asked.stop);
        let of = Input { terms: tried.terms, since, until, ..of };
        let input = Input { window, carried: &carried, published: &published, ..of };
        if let Some(why) = too_many(tariff, &published, period) {
            return Err(refuse(NotRated::Unratable(why)));
        }
        let rated = rate(&plan, &input).map_err(|why| refuse(NotRated::of(why)))?;
        carried = rated.carried.clone();
        turns.push(Turn { period, rated });
    }
    Ok(turns)
}

/// Terms that are given to try a text, each `meters=3`, as an agreement would say them on every day.
pub fn terms(given: &[String]) -> Result<Terms> {
    let mut said: Vec<Term> = Vec::new();
    for it in given {
        let pair = it.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        let pair = pair.filter(|(name, value)| !name.is_empty() && !value.is_empty());
        let (name, value) = pair.ok_or_else(|| refuse(NoTerms::Odd { given: it.clone() }))?;
        if said.iter().any(|it| it.name == name) {
            return Err(refuse(NoTerms::Twice { name: name.to_owned() }));
        }
        let (name, value) = (name.to_owned(), value.to_owned());
        said.push(Term { name, value, from: Date::MIN, to: None });
    }
    Ok(Terms { said, ..Terms::default() })
}

/// A load of a whole calendar year.
pub fn year(load: &Path, calendar: i16) -> Result<Year> {
    let year = urdb::Year::read(load, calendar, None, urdb::YearBefore::Nothing)?;
    Ok(Year { calendar, months: year.months })
}

/// The sum of some turns.
pub fn total(turns: &[Turn]) -> Money {
    turns.iter().map(|it| it.rated.total).sum()
}

enum Measure {
    /// In millionths of a kWh for each interval.
    Load { minutes: u16, came: Vec<i64>, sent: Vec<i64> },
    /// In millionths of the unit of the meter, over the days of service.
    Counted { came: i64, sent: i64 },
}

/// Mean powers as energy. Half of a millionth goes up. Taken for millionths, the load was a
/// thousandfold.
fn kwh(nano_kw: &[i64], minutes: u16) -> Vec<i64> {
    let of = 1_000 * 60_i64.div_euclid(i64::from(minutes));
    nano_kw.iter().map(|it| (2 * it.max(&0) + of).div_euclid(2 * of)).collect()
}

impl Measure {
    fn usage(&self, tariff: &Tariff, from: Date, service: Period, period: Period) -> Usage {
        match self {
            Measure::Load { minutes, came, sent } => {
                urdb::usage(period, from, *minutes, came, sent)
            }
            Measure::Counted { came, sent } => {
                let through = |micro: i64, day: Date| {
                    let before = Period::new(service.start(), day).map_or(0, Period::days);
                    let part = i128::from(micro) * i128::from(before);
                    i64::try_from(part.div_euclid(i128::from(service.days()))).unwrap_or(i64::MAX)
                };
                let unit = tariff.convert.map_or(tariff.unit, |it| it.from);
                let [delivered, received] = [*came, *sent].map(|it| Quantity {
                    micro: through(it, period.end()) - through(it, period.start()),
                    unit,
                });
                Usage { delivered, received, reactive: None, profile: None, evidence: Vec::new() }
            }
        }
    }
}

/// The turn that begins so many months after the first day.
fn window(days: Period, nth: i64) -> Option<Period> {
    let start = |nth: i64| days.start().saturating_add(nth.months());
    let window = Period::new(start(nth), start(nth + 1))?;
    (window.start() < days.end()).then_some(window)
}

fn minutes(load: &Path, rows: i64, days: Period) -> Result<u16> {
    let hours = days.days() * 24;
    let per_hour = rows.div_euclid(hours);
    if rows.rem_euclid(hours) != 0 || ![1, 2, 4, 12].contains(&per_hour) {
        bail!(
            "{} has {rows} values, and {days} has {hours} hours; give one value for each hour, half \
             hour, quarter or five minutes, or other days with --from and --to",
            load.display()
        );
    }
    u16::try_from(60_i64.div_euclid(per_hour)).context("an interval is at most an hour")
}

impl NotRated {
    /// Whoever tries a text has no agreement to set a term of.
    fn of(why: Unratable) -> NotRated {
        match why {
            Unratable::NoTerm { label, term, .. } => NotRated::NoTerm { label, term },
            why => NotRated::Unratable(why),
        }
    }
}

impl fmt::Display for NoTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoTerms::Odd { given } => {
                write!(f, "{given} does not say which term is what; write --term meters=3")
            }
            NoTerms::Twice { name } => write!(f, "{name} is given twice; give it once"),
        }
    }
}

impl std::error::Error for NoTerms {}

impl fmt::Display for NotRated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotRated::Unratable(why) => why.fmt(f),
            NotRated::NoTerm { label, term } => {
                write!(f, "{label} needs to know {term}; say it: --term {term}=VALUE")
            }
            NotRated::TooShort { rows } => {
                write!(f, "the load has {rows} values, and a day has 24 hours; give whole days")
            }
            NotRated::Apart => f.write_str(
                "what was sent back is told as what came is: two loads with as many values, or two counts; give --load with --received, or --used with --sent",
            ),
            NotRated::NoService { days } => {
                write!(f, "service begins and ends within the days, and those are {days}; give --start and --stop in them")
            }
            NotRated::TooLate { to } => {
                write!(f, "days up to {to} are later than we can tell; give an earlier --to")
            }
            NotRated::NoDays { from, to } => {
                write!(f, "no day is from {from} and before {to}; give a later --to")
            }
        }
    }
}

impl std::error::Error for NotRated {}

//! Use of days by the periods of tariffs' clocks: of the clock that is asked for where a tariff has
//! several, and on each day of the tariff of that day.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::{ServiceFacts, Tariffs, hours, used};
use meterbook_core::period::Period;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

/// Days by the periods of clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stacked {
    /// The clocks that divide the days: whoever looks may take one. The newest tariff's come first.
    pub clocks: Vec<String>,
    /// The one that was taken.
    pub clock: String,
    /// The periods, in the order of the tariff.
    pub periods: Vec<String>,
    /// For each day, what came in each of them, in millionths; none where nobody can say.
    pub stacks: Vec<Vec<i64>>,
}

/// What came in a period of a clock on a day.
struct Came {
    day: usize,
    /// The place of its tariff among those seen.
    tariff: usize,
    clock: String,
    period: String,
    micro: i64,
}

/// A version of a tariff that holds on some of the days.
struct Version {
    code: String,
    from: Date,
    /// Its clocks with their periods.
    clocks: Vec<(String, Vec<String>)>,
}

/// Divides these days at a point by the clock of this name, or by the first that divides them.
pub(super) fn stacked(
    tx: &mut Tx,
    facts: &ServiceFacts,
    period: Period,
    wanted: Option<&str>,
) -> Result<Stacked> {
    let (mut versions, mut came) = (Vec::new(), Vec::new());
    for agreement in store::agreement::at(tx, facts.point.id)? {
        let Some(days) = agreement.days_in(period) else { continue };
        let mut facts = facts.clone();
        facts.terms = store::terms::get(tx, agreement.id)?;
        facts.agreement = agreement;
        of_agreement(tx, &facts, (days, period), &mut versions, &mut came)?;
    }
    Ok(laid(&versions, &came, period, wanted))
}

fn of_agreement(
    tx: &mut Tx,
    facts: &ServiceFacts,
    (days, period): (Period, Period),
    versions: &mut Vec<Version>,
    all: &mut Vec<Came>,
) -> Result<()> {
    let code = &facts.agreement.tariff;
    let mut tariffs = Tariffs::default();
    crate::tariff::learn(tx, &mut tariffs, code)?;
    crate::published::learn(tx, &mut tariffs, period, Known::ALL)?;
    for (nth, day) in period.each_day().enumerate().filter(|it| days.contains(it.1)) {
        let Some(one) = Period::new(day, day.saturating_add(jiff::Span::new().days(1))) else {
            continue;
        };
        let Ok(used) = used(facts, one, &tariffs) else { continue };
        let Ok(found) = hours(facts, one, &mut tariffs, &used) else { continue };
        for it in found {
            let same = |of: &Version| (&of.code, of.from) == (code, it.version);
            let tariff = match versions.iter().position(same) {
                Some(place) => place,
                None => {
                    let clocks = clocks(tx, code, it.version)?;
                    versions.push(Version { code: code.clone(), from: it.version, clocks });
                    versions.len() - 1
                }
            };
            let micro = it.delivered.micro;
            all.push(Came { day: nth, tariff, clock: it.clock, period: it.period, micro });
        }
    }
    Ok(())
}

/// The clocks of a version with their periods, in the order in which it says them.
fn clocks(tx: &mut Tx, code: &str, version: Date) -> Result<Vec<(String, Vec<String>)>> {
    let it = crate::tariff::in_force(tx, code, version)?;
    let clocks = it.map_or_else(Vec::new, |it| it.clocks);
    Ok(clocks.into_iter().map(|it| (it.name, it.periods)).collect())
}

fn laid(versions: &[Version], came: &[Came], period: Period, wanted: Option<&str>) -> Stacked {
    // A clock of seasons, or one that strikes on no day seen, divides nothing.
    let divides = |tariff: usize, clock: &str| {
        let of = came.iter().filter(|it| (it.tariff, it.clock.as_str()) == (tariff, clock));
        1 < of.map(|it| it.period.as_str()).collect::<BTreeSet<_>>().len()
    };
    let newest_first = || (0..versions.len()).rev();
    let dividing = |tariff: usize| {
        let clocks = versions[tariff].clocks.iter();
        clocks.filter(move |it| divides(tariff, &it.0)).collect::<Vec<_>>()
    };
    let mut all = Stacked { stacks: vec![Vec::new(); days_in(period)], ..Stacked::default() };
    for (name, _) in newest_first().flat_map(dividing) {
        if !all.clocks.contains(name) {
            all.clocks.push(name.clone());
        }
    }
    let Some(first) = all.clocks.first() else { return all };
    let known = wanted.filter(|it| all.clocks.iter().any(|of| of == it));
    all.clock = known.unwrap_or(first).to_owned();
    // A tariff without the clock that was taken has its own first one.
    let taken: Vec<Option<&(String, Vec<String>)>> = (0..versions.len())
        .map(|tariff| {
            let own = dividing(tariff);
            own.iter().find(|it| it.0 == all.clock).or(own.first()).copied()
        })
        .collect();
    let seen: BTreeSet<&str> = came
        .iter()
        .filter(|it| taken[it.tariff].is_some_and(|of| of.0 == it.clock))
        .map(|it| it.period.as_str())
        .collect();
    for name in newest_first().filter_map(|it| taken[it]).flat_map(|it| &it.1) {
        if seen.contains(name.as_str()) && !all.periods.contains(name) {
            all.periods.push(name.clone());
        }
    }
    for it in came.iter().filter(|it| taken[it.tariff].is_some_and(|of| of.0 == it.clock)) {
        let Some(place) = all.periods.iter().position(|of| *of == it.period) else { continue };
        let stack = &mut all.stacks[it.day];
        stack.resize(all.periods.len(), 0);
        stack[place] += it.micro;
    }
    all
}

fn days_in(period: Period) -> usize {
    usize::try_from(period.days()).unwrap_or(0)
}

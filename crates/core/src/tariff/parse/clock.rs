//! The clocks of a tariff text, and whether each gives every hour of the year to one period.

use super::lines::{Entry, Keyword, Line};
use super::partition::{self, Doubt};
use super::refusal::TariffError;
use super::{hours, spelling, term};
use crate::tariff::clock::{Clock, Holidays};
use crate::tariff::{Charge, Tariff};

/// The clocks, in the order of the text.
pub(super) fn read(entries: &[Entry<'_>], holidays: &Holidays) -> Result<Vec<Clock>, TariffError> {
    let mut clocks: Vec<Clock> = Vec::new();
    for entry in entries.iter().filter(|it| it.keyword == Keyword::Clock) {
        let clock = clock(entry, holidays)?;
        if clocks.iter().any(|it| it.name == clock.name) {
            let what = format!("there is a clock {} already; choose another name", clock.name);
            return Err(entry.head.refuse(what));
        }
        clocks.push(clock);
    }
    Ok(clocks)
}

/// Refuses a clock that no component names.
pub(super) fn all_used(entries: &[Entry<'_>], tariff: &Tariff) -> Result<(), TariffError> {
    let clock_of = |charge: &Charge| match charge {
        Charge::Usage(it) => it.clock,
        Charge::Credit(it) => it.usage.clock,
        Charge::Demand(it) => it.clock,
        Charge::Coincident(it) => it.clock,
        _ => None,
    };
    let netted = tariff.net.as_ref().and_then(|it| it.clock);
    let charged = tariff.components.iter().filter_map(|it| clock_of(&it.charge));
    let used: Vec<usize> = charged.chain(netted).collect();
    let clocks = entries.iter().filter(|it| it.keyword == Keyword::Clock);
    match clocks.enumerate().find(|(index, _)| !used.contains(index)) {
        None => Ok(()),
        Some((_, entry)) => {
            let name = &entry.rest;
            let what = format!(
                "no charge goes by clock {name}; write `by {name}` behind a label, or delete it"
            );
            Err(entry.head.refuse(what))
        }
    }
}

fn clock(entry: &Entry<'_>, holidays: &Holidays) -> Result<Clock, TariffError> {
    let name = name(&entry.rest, "clock").map_err(|what| entry.head.refuse(what))?;
    let mut clock = Clock { name, periods: Vec::new(), rules: Vec::new(), rest: None };
    if entry.below.is_empty() {
        let what =
            format!("clock {} has no periods; indent them below it: peak  16-21", clock.name);
        return Err(entry.head.refuse(what));
    }
    let mut lines: Vec<&Line<'_>> = Vec::new();
    for line in &entry.below {
        let (word, rule) = line.word();
        let period = name_of_period(word).map_err(|what| line.refuse(what))?;
        let known = clock.periods.iter().position(|it| *it == period);
        let place = known.unwrap_or(clock.periods.len());
        if known.is_none() {
            clock.periods.push(period);
        }
        if rule == "else" {
            if let Some(other) = clock.rest.replace(place) {
                let other = &clock.periods[other];
                let what =
                    format!("{other} has the hours that are left already; one line says else");
                return Err(line.refuse(what));
            }
            continue;
        }
        clock.rules.push(hours::read(rule, place).map_err(|what| line.refuse(what))?);
        lines.push(line);
    }
    match partition::doubt(&clock, holidays) {
        None => Ok(clock),
        Some(doubt) => Err(refuse(doubt, &clock, entry, &lines)),
    }
}

/// A name of letters, digits and dashes.
pub(super) fn name(word: &str, noun: &str) -> Result<String, String> {
    let plain = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    if word.is_empty() || !word.chars().all(plain) {
        return Err(format!("the name of a {noun} is one word of letters, digits and dashes"));
    }
    Ok(word.to_owned())
}

/// A word that begins a charge is not taken for a period: the line has lost its place.
fn name_of_period(word: &str) -> Result<String, String> {
    if word == "else" {
        return Err("the name of the period comes first, as in: off  else".to_owned());
    }
    if term::is_one(word) {
        return Err(format!(
            "{word} is no name for a period; it begins a term of a charge; choose another name"
        ));
    }
    if Keyword::from_word(word).is_some() {
        return Err(format!(
            "{word} is no name for a period; a line that begins a charge is not indented"
        ));
    }
    name(word, "period")
}

fn refuse(doubt: Doubt, clock: &Clock, entry: &Entry<'_>, lines: &[&Line<'_>]) -> TariffError {
    match doubt {
        Doubt::Twice { at, first, second } => {
            let (above, period) =
                (lines[first].number(), &clock.periods[clock.rules[first].period]);
            let what = format!(
                "line {above} gives {at} to {period} already; let the two lines share no hour"
            );
            lines[second].refuse(what)
        }
        Doubt::Never { at } => {
            let last = clock.periods.last().expect("a clock with rules has a period");
            let what = format!(
                "clock {} has no period for {at}; add a rule, or end it with: {last}  else",
                clock.name
            );
            entry.head.refuse(what)
        }
    }
}

/// The place of the clock called `name`; otherwise what to write.
pub(super) fn find(clocks: &[Clock], name: &str) -> Result<usize, String> {
    if let Some(place) = clocks.iter().position(|it| it.name == name) {
        return Ok(place);
    }
    let names: Vec<&str> = clocks.iter().map(|it| it.name.as_str()).collect();
    Err(match (spelling::nearest(name, names.iter().copied()), names.join(", ")) {
        (_, there) if there.is_empty() => {
            format!("there is no clock {name}, nor any other; write one first: clock {name}")
        }
        (Some(near), there) => {
            format!("there is no clock {name}; did you mean {near}? (there are: {there})")
        }
        (None, there) => format!("there is no clock {name}; there are: {there}"),
    })
}

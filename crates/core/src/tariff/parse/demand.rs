//! The terms of charges for demand: how long it lasts, in what unit, and what it does not fall below.

use super::clock::name;
use super::hours;
use super::lines::{Entry, Keyword};
use super::needs;
use super::number::{limit, percentage};
use super::refusal::TariffError;
use crate::money::{Share, Unit};
use crate::tariff::clock::Clock;
use crate::tariff::{
    Charge, CoincidentCharge, DemandCharge, DemandClimb, DemandWindow, Demanded, FactorTaken,
    Ladder, LeastDemand, NextWindow, PowerFactor, Ratchet,
};

/// What the terms below a charge for demand say.
#[derive(Default)]
pub(super) struct DemandTerms {
    window: Option<DemandWindow>,
    least: Option<LeastDemand>,
    climb: Option<DemandClimb>,
    unit: Option<Unit>,
    power_factor: Option<PowerFactor>,
    beyond: Option<Share>,
    peaks: Option<String>,
}

const WINDOW: &str = "window 30 min, window 30 min sliding, or window 30 min sliding by 5";
const FACTOR: &str = "power-factor 85%, or power-factor 85% at the peak";

/// The unit that a demand is billed in. Its prices and limits are read in it.
pub(super) fn unit(entry: &Entry<'_>) -> Result<Unit, TariffError> {
    match entry.below.iter().find(|it| it.word().0 == "unit") {
        Some(line) => unit_of(line.word().1).map_err(|what| line.refuse(what)),
        None => Ok(Unit::Kw),
    }
}

/// Reads the term that begins with `word`; `needs` are those that the agreement has to have.
pub(super) fn term(
    word: &str,
    rest: &str,
    needs: &[String],
    terms: &mut DemandTerms,
) -> Result<(), String> {
    let twice = match word {
        "window" => terms.window.replace(window(rest)?).is_some(),
        "at-least" => terms.least.replace(least(rest, needs)?).is_some(),
        "step" if rest.is_empty() => terms.climb.replace(DemandClimb::BlockReached).is_some(),
        "step" => return Err(format!("step says all by itself; delete {rest}")),
        "unit" => terms.unit.replace(unit_of(rest)?).is_some(),
        "power-factor" => terms.power_factor.replace(power_factor(rest)?).is_some(),
        "beyond" => terms.beyond.replace(beyond(rest)?).is_some(),
        _ => terms.peaks.replace(name(rest, "peak")?).is_some(),
    };
    if twice { Err(format!("there is a {word} already; delete one")) } else { Ok(()) }
}

/// Refuses windows in whose middle the clock strikes. Those that slide pass over its edges.
pub(super) fn keep_to(
    clock: Option<&Clock>,
    entry: &Entry<'_>,
    terms: &DemandTerms,
) -> Result<(), TariffError> {
    let (Some(clock), Some(window)) = (clock, terms.window) else { return Ok(()) };
    let inside = |it: &u16| it.rem_euclid(window.minutes) != 0;
    let mut edges = clock.rules.iter().flat_map(|it| &it.minutes).flat_map(|it| [it.0, it.1]);
    match edges.find(inside).filter(|_| window.next == NextWindow::AtItsEnd) {
        None => Ok(()),
        Some(edge) => {
            let (minutes, name, edge) = (window.minutes, &clock.name, hours::time(edge));
            Err(refuse_at(
                entry,
                "window",
                format!(
                    "the price by {name} changes at {edge}, within a window of {minutes} minutes; write a shorter one, or: window {minutes} min sliding"
                ),
            ))
        }
    }
}

/// The refusal of the term that begins with `word`.
fn refuse_at(entry: &Entry<'_>, word: &str, what: String) -> TariffError {
    entry.below.iter().find(|it| it.word().0 == word).unwrap_or(&entry.head).refuse(what)
}

/// The charge for a demand with these terms.
pub(super) fn charge(
    entry: &Entry<'_>,
    clock: Option<usize>,
    ladders: Vec<Ladder>,
    ratchets: Vec<Ratchet>,
    terms: DemandTerms,
) -> Result<Charge, TariffError> {
    let refuse = |word: &str, what: String| refuse_at(entry, word, what);
    let unit = terms.unit.unwrap_or(Unit::Kw);
    if terms.power_factor.is_some() && unit == Unit::Kva {
        let what = "kVA has the power factor in it already; delete this line, or bill in kW";
        return Err(refuse("power-factor", what.to_owned()));
    }
    if let Some(LeastDemand::Fixed(least)) = terms.least
        && least.unit != unit
    {
        let what = format!("the demand is billed in {unit}, and this is in {}", least.unit);
        return Err(refuse("at-least", format!("{what}; write it in {unit}")));
    }
    if terms.climb.is_some() && ladders.iter().all(|it| it.0.len() == 1) {
        let what = "there is one block only, and so no step; write several: 0 to 10, 6.40";
        return Err(refuse("step", what.to_owned()));
    }
    let of = match (entry.keyword, unit) {
        (Keyword::Reactive, _) => {
            Demanded::Reactive { beyond: terms.beyond.unwrap_or(Share { nano: 0 }) }
        }
        (_, Unit::Kva) => Demanded::Apparent,
        _ => Demanded::Power,
    };
    Ok(Charge::Demand(DemandCharge {
        clock,
        ladders,
        of,
        window: terms.window,
        power_factor: terms.power_factor,
        least: terms.least,
        ratchets,
        climb: terms.climb.unwrap_or(DemandClimb::EachBlock),
    }))
}

/// The charge for a coincident peak with these terms.
pub(super) fn coincident(
    entry: &Entry<'_>,
    clock: Option<usize>,
    ladders: Vec<Ladder>,
    terms: DemandTerms,
) -> Result<Charge, TariffError> {
    match terms.peaks {
        Some(peaks) => Ok(Charge::Coincident(CoincidentCharge { clock, ladders, peaks })),
        None => Err(entry.head.refuse(
            "say under which name the hour of the peak is published; indent below: peak-of system",
        )),
    }
}

fn window(text: &str) -> Result<DemandWindow, String> {
    let minutes = |it: &str| it.parse().ok().filter(|it| [5, 10, 15, 20, 30, 60].contains(it));
    let wrong =
        || format!("{text} is no window of 5, 10, 15, 20, 30 or 60 minutes; write {WINDOW}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let (length, next) = match words[..] {
        [length, "min"] => (length, NextWindow::AtItsEnd),
        [length, "min", "sliding"] => (length, NextWindow::EachInterval),
        [length, "min", "sliding", "by", next] => {
            (length, NextWindow::After(minutes(next).ok_or_else(wrong)?))
        }
        _ => return Err(wrong()),
    };
    let minutes: u16 = minutes(length).ok_or_else(wrong)?;
    match next {
        NextWindow::After(next) if minutes <= next => Err(format!(
            "a window of {minutes} minutes that slides by {next} leaves no overlap; slide by less"
        )),
        _ => Ok(DemandWindow { minutes, next }),
    }
}

/// So much, a term, or a share of one.
fn least(text: &str, needs: &[String]) -> Result<LeastDemand, String> {
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [number, unit] => limit(number, unit_of(unit)?).map(LeastDemand::Fixed).map_err(|_| {
            format!("a demand of at least {number} is no limit; write at-least 50 kW")
        }),
        [name] if name.starts_with(char::is_alphabetic) => {
            Ok(LeastDemand::Term(Share::WHOLE, needs::find(needs, name)?))
        }
        [share, "of", name] => {
            let share = percentage(share)?;
            if share.nano <= 0 {
                return Err(format!("{text} holds nothing up; write at-least 60% of {name}"));
            }
            Ok(LeastDemand::Term(share, needs::find(needs, name)?))
        }
        _ => Err(format!("{text} does not say how much; write at-least 50 kW")),
    }
}

fn unit_of(word: &str) -> Result<Unit, String> {
    match word {
        "kW" => Ok(Unit::Kw),
        "kVA" => Ok(Unit::Kva),
        _ => Err(format!("a demand is in kW or kVA, not in {word}; write unit kVA")),
    }
}

fn power_factor(text: &str) -> Result<PowerFactor, String> {
    let (share, taken) = match text.strip_suffix("at the peak") {
        Some(share) => (share.trim(), FactorTaken::AtThePeak),
        None => (text, FactorTaken::Overall),
    };
    let least = percentage(share).map_err(|why| format!("{why}; write {FACTOR}"))?;
    if !(1..=1_000_000_000).contains(&least.nano) {
        return Err(format!("a power factor is above 0% and up to 100%, not {share}"));
    }
    Ok(PowerFactor { least, taken })
}

fn beyond(text: &str) -> Result<Share, String> {
    let share = text.strip_suffix("of kW").map(str::trim_end);
    let share = share
        .ok_or_else(|| format!("{text} does not say a share of what; write beyond 50% of kW"))?;
    let share = percentage(share)?;
    if share.nano < 0 {
        return Err(format!("{text} is below zero; write beyond 50% of kW"));
    }
    Ok(share)
}

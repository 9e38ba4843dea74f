//! The sheet of a tariff: what it charges, as a customer or a clerk reads it.

use std::fmt::Write;

use jiff::civil::Date;

use crate::money::{Rounding, Unit};
use crate::person::Language;
use crate::tariff::spoken::{self, Words, fill, words};
use crate::tariff::{RegisterCut, Tariff};

/// How wide what stands before the prices is.
const BEFORE: usize = 46;

/// A version of a tariff in words; `until` is the first day of the next one, if there is one.
pub fn sheet(tariff: &Tariff, until: Option<Date>, language: Language) -> String {
    let words = words(language);
    let mut out = head(tariff, until, words);
    for clock in &tariff.clocks {
        let _ = writeln!(out, "\n{}", clock.name);
        for (period, hours) in spoken::hours(clock, words) {
            let _ = writeln!(out, "  {period:<12}  {hours}");
        }
    }
    let holidays = spoken::holidays(&tariff.holidays, words).join(", ");
    if !holidays.is_empty() {
        let _ = writeln!(out, "\n{}", fill(words.holidays, &[&holidays]));
    }
    if let Some(net) = &tariff.net {
        let _ = writeln!(out, "\n{}.", spoken::net(tariff, net, words));
    }
    for election in spoken::elections(tariff, words) {
        let _ = writeln!(out, "\n{election}.");
    }
    charges(&mut out, tariff, words);
    out
}

fn head(tariff: &Tariff, until: Option<Date>, words: &Words) -> String {
    let mut out = format!("{} ({})\n", tariff.called(words.language), tariff.code);
    let commodity = spoken::commodity(tariff.commodity, words);
    // Nothing measures waste.
    let _ = match tariff.unit {
        Unit::Piece => writeln!(out, "{commodity}"),
        unit => writeln!(out, "{}", fill(words.billed_in, &[commodity, unit.word()])),
    };
    if let Some(convert) = spoken::convert(tariff, words) {
        let _ = writeln!(out, "{convert}");
    }
    let from = spoken::date(tariff.from, words);
    let _ = match until.and_then(|it| it.yesterday().ok()) {
        Some(last) => {
            writeln!(out, "{}", fill(words.from_through, &[&from, &spoken::date(last, words)]))
        }
        None => writeln!(out, "{}", fill(words.from_until, &[&from])),
    };
    if !tariff.open_to.is_empty() {
        let _ = writeln!(out, "{}: {}", words.open_to, spoken::classes(&tariff.open_to, words));
    }
    if !tariff.source.is_empty() {
        let _ = writeln!(out, "{}: {}", words.source, tariff.source);
    }
    let _ = writeln!(out, "{}", rounding(tariff.rounding, words));
    if let Some(RegisterCut::ByDays) = tariff.register {
        let _ = writeln!(out, "{}", words.register_by_days);
    }
    out
}

/// What a tariff does with half a cent.
pub(super) fn rounding(rounding: Rounding, words: &Words) -> &'static str {
    match rounding {
        Rounding::HalfUp => words.half_up,
        Rounding::HalfEven => words.half_even,
    }
}

fn charges(out: &mut String, tariff: &Tariff, words: &Words) {
    let _ = writeln!(out, "\n{}", words.charges);
    for component in &tariff.components {
        let spoken = spoken::charge(tariff, component, words);
        let label = tariff.word(&component.label, words.language);
        match &spoken.terms[..] {
            [only] if only.name.is_empty() => {
                let label = format!("  {label}");
                let _ = writeln!(out, "{label:<BEFORE$}  {}", only.amount.said(words));
            }
            terms => {
                let _ = writeln!(out, "  {label}");
                for term in terms {
                    let end = match term.limit {
                        Some(limit) => format!(", {}", spoken::limit(limit, &term.times, words)),
                        None if term.open => format!(", {}", words.all_above),
                        None => String::new(),
                    };
                    let name = format!("    {}{end}", term.name);
                    let _ = writeln!(out, "{name:<BEFORE$}  {}", term.amount.said(words));
                }
            }
        }
        for condition in &spoken.conditions {
            let _ = writeln!(out, "      {condition}");
        }
    }
}

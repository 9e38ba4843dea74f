//! The choices that a customer may change only at times.

use super::hours::MONTHS;
use super::lines::{Entry, Keyword};
use super::refusal::TariffError;
use super::{month_day, needs};
use crate::tariff::clock::MonthDay;
use crate::tariff::{Election, Often};

const SUCH_AS: &str = "elect payout once a year, from jan-1, by dec-31";

/// The elections of a tariff that needs these terms.
pub(super) fn read(entries: &[Entry<'_>], needs: &[String]) -> Result<Vec<Election>, TariffError> {
    let mut elections: Vec<Election> = Vec::new();
    for entry in entries.iter().filter(|it| it.keyword == Keyword::Elect) {
        let election = election(&entry.rest, needs).map_err(|what| entry.head.refuse(what))?;
        if elections.iter().any(|it| it.term == election.term) {
            let name = &needs[election.term];
            return Err(entry.head.refuse(format!("{name} has an elect line already; delete one")));
        }
        elections.push(election);
    }
    Ok(elections)
}

fn election(text: &str, needs: &[String]) -> Result<Election, String> {
    let mut parts = text.split(',').map(str::trim);
    let first = parts.next().unwrap_or("");
    let (name, often) = first.split_once(' ').unwrap_or((first, ""));
    let often = match often.trim() {
        "" => Often::Always,
        "once" => Often::Once,
        "once a year" => Often::OnceAYear,
        other => return Err(format!("{other} is not how often; write once, or once a year")),
    };
    let mut election = Election { term: needs::find(needs, name)?, often, from: None, by: None };
    for part in parts {
        match part.split_once(' ') {
            Some(("from", day)) => election.from = Some(day_of_year(day.trim())?),
            Some(("by", day)) => election.by = Some(day_of_year(day.trim())?),
            _ => return Err(format!("{part} is not known in an elect line; write: {SUCH_AS}")),
        }
    }
    if election.by.is_some() && election.from.is_none() {
        return Err(format!(
            "a last day to ask is for a day from which it counts; write: {SUCH_AS}"
        ));
    }
    if election.often == Often::Always && election.from.is_none() {
        return Err(format!("the line limits nothing; write: {SUCH_AS}"));
    }
    Ok(election)
}

/// `jan-1`: a day of every year.
fn day_of_year(text: &str) -> Result<MonthDay, String> {
    let found = text.split_once('-').and_then(|(month, day)| {
        let (month, _) = (1..).zip(MONTHS).find(|(_, name)| *name == month)?;
        month_day(month, day.parse().ok()?)
    });
    found.ok_or_else(|| format!("{text} is no day of the year; write it like jan-1"))
}

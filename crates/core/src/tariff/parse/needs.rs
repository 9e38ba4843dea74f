//! The terms that a tariff needs from an agreement, and the places that name them.

use super::lines::{Entry, Keyword};
use super::refusal::TariffError;
use super::spelling;
use crate::tariff::{Charge, Choice, Component, LeastDemand, Limit, Tariff};

const SUCH_AS: &str = "needs  meters, meter-size";

/// The names in a `needs` line.
pub(super) fn read(value: &str) -> Result<Vec<String>, String> {
    let mut needs: Vec<String> = Vec::new();
    for name in value.split(',').map(str::trim) {
        let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(format!(
                "{name} is no name of a term; a name is small letters, digits and dashes: {SUCH_AS}"
            ));
        }
        if needs.iter().any(|it| it == name) {
            return Err(format!("{name} is named already; delete it"));
        }
        needs.push(name.to_owned());
    }
    Ok(needs)
}

/// The place of the term called `name`; otherwise what to write.
pub(super) fn find(needs: &[String], name: &str) -> Result<usize, String> {
    if let Some(place) = needs.iter().position(|it| it == name) {
        return Ok(place);
    }
    let near = spelling::nearest(name, needs.iter().map(String::as_str));
    Err(match near {
        Some(near) => format!("the tariff needs no term {name}; did you mean {near}?"),
        None => format!("the tariff does not say that it needs {name}; add above: needs  {name}"),
    })
}

/// The places of the terms in `meters x floors`.
pub(super) fn product(needs: &[String], names: &str) -> Result<Vec<usize>, String> {
    names.split(" x ").map(|it| find(needs, it.trim())).collect()
}

/// Refuses a term that nothing looks at: whoever starts service would be asked for it in vain.
pub(super) fn all_used(entries: &[Entry<'_>], tariff: &Tariff) -> Result<(), TariffError> {
    let mut used: Vec<usize> = tariff.convert.and_then(|it| it.times).into_iter().collect();
    used.extend(tariff.components.iter().flat_map(terms_of));
    let banks = || tariff.net.iter().flat_map(|it| &it.banks);
    used.extend(banks().filter_map(|it| it.when.as_ref()).map(|it| it.0));
    used.extend(banks().filter_map(|it| it.bank.term()));
    let year = tariff.net.as_ref().and_then(|it| it.year.as_ref());
    used.extend(year.and_then(|it| it.bank.term()));
    let unused = (0..tariff.needs.len()).find(|it| !used.contains(it));
    let Some(unused) = unused else { return Ok(()) };
    let entry = entries.iter().find(|it| it.keyword == Keyword::Needs).expect("it was read");
    let name = &tariff.needs[unused];
    Err(entry.head.refuse(format!(
        "no charge looks at {name}; delete it, or write `per {name}` behind a price"
    )))
}

fn terms_of(component: &Component) -> Vec<usize> {
    let choice = |it: &Option<Choice>| it.as_ref().map(|it| it.term);
    match &component.charge {
        Charge::Fixed(it) => it.count.iter().copied().chain(choice(&it.choice)).collect(),
        Charge::Unmetered(it) => it.count.clone(),
        Charge::Share(it) => choice(&it.choice).into_iter().collect(),
        Charge::Usage(it) => {
            let limits = it.ladders.iter().flat_map(|it| &it.0).filter_map(|it| it.up_to);
            let times = limits.chain(it.at_most).filter_map(|it: Limit| it.times);
            times.chain(choice(&it.choice)).collect()
        }
        Charge::Demand(it) => match it.least {
            Some(LeastDemand::Term(_, term)) => vec![term],
            Some(LeastDemand::Fixed(_)) | None => Vec::new(),
        },
        Charge::Coincident(_) | Charge::Series(_) | Charge::Minimum(_) => Vec::new(),
        Charge::Credit(it) => it.bank.and_then(|it| it.bank.term()).into_iter().collect(),
        Charge::Include(it) => it.when.into_iter().chain(it.lock.and_then(|it| it.since)).collect(),
    }
}

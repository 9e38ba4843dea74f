//! What changed from one version of a tariff to another, in words, and what that means for a
//! customer.

use std::collections::HashMap;
use std::fmt::Write;

use crate::money::Money;
use crate::person::Language;
use crate::rating::Unratable;
use crate::rating::example::{Year, year_on};
use crate::rating::terms::Terms;
use crate::tariff::clock::Clock;
use crate::tariff::spoken::{self, Spoken, Term, Words, fill, words};
use crate::tariff::{Component, Riders, Tariff, sheet};
use crate::text::decimal;

/// Every change in a phrase, in the order of a sheet; none when the versions charge alike.
pub fn changes(old: &Tariff, new: &Tariff, language: Language) -> Vec<String> {
    let words = words(language);
    let mut said = head(old, new, words);
    clocks(&mut said, old, new, words);
    let listed = |it: &Tariff| spoken::holidays(&it.holidays, words);
    let (before, after) = (listed(old), listed(new));
    let missing = |of: &[String], from: &[String], text: &str| -> Vec<String> {
        of.iter().filter(|it| !from.contains(it)).map(|it| fill(text, &[it])).collect()
    };
    said.extend(missing(&after, &before, words.holiday_new));
    said.extend(missing(&before, &after, words.holiday_ended));
    let (before, after) = (spoken::elections(old, words), spoken::elections(new, words));
    said.extend(missing(&after, &before, words.election_new));
    said.extend(missing(&before, &after, words.election_ended));
    charges(&mut said, old, new, words);
    said
}

/// A year of a customer on both versions, month by month, with the difference.
pub struct Compared {
    /// The year.
    pub year: Year,
    /// What the old version charges for each month, or why it cannot.
    pub old: Result<Vec<Money>, Unratable>,
    /// What the new version charges.
    pub new: Result<Vec<Money>, Unratable>,
    /// Whether somebody gave the use; else it is the example's.
    pub given: bool,
}

impl Compared {
    /// Bills `given`, or the example customer in the year the new version begins, with the terms of
    /// an agreement.
    pub fn bill(
        old: &Tariff,
        new: &Tariff,
        (riders, terms): (&Riders, &Terms),
        given: Option<Year>,
    ) -> Compared {
        let measured = |it: &Tariff| it.convert.map_or(it.unit, |it| it.from);
        let is_given = given.is_some();
        let calendar = new.from.year();
        let year = given.unwrap_or_else(|| Year::example(calendar, new.commodity, measured(new)));
        // Where the versions measure in different units, each bills the example in its own.
        let of_old = if is_given || measured(old) == measured(new) {
            year_on(old, (riders, terms), &year)
        } else {
            year_on(old, (riders, terms), &Year::example(calendar, old.commodity, measured(old)))
        };
        Compared { old: of_old, new: year_on(new, (riders, terms), &year), year, given: is_given }
    }

    /// As a table of months.
    pub fn said(&self, language: Language) -> String {
        let words = words(language);
        let (old, new) = match (&self.old, &self.new) {
            (Ok(old), Ok(new)) => (old, new),
            // There is no agreement to set a term of.
            (Err(Unratable::NoTerm { term, .. }), _) | (_, Err(Unratable::NoTerm { term, .. })) => {
                return format!("{}\n", fill(words.example_needs, &[term]));
            }
            (Err(why), _) | (_, Err(why)) => {
                return format!("{}\n", fill(words.example_none, &[&why.to_string()]));
            }
        };
        let title = if self.given { words.example_given } else { words.example };
        let total = self.year.total();
        // A year is told in whole units, as people tell it.
        let used = decimal((total.micro + 500_000).div_euclid(1_000_000), 0);
        let used = format!("{used} {}", total.unit);
        let mut out = fill(title, &[&self.year.calendar.to_string(), &used]) + "\n";
        let row = |name: &str, old: &str, new: &str, more: &str, share: &str| {
            let line = format!("  {name:<12}{old:>12}{new:>12}{more:>12}{share:>10}");
            format!("{}\n", line.trim_end())
        };
        out.push_str(&row("", words.old, words.new, words.difference, ""));
        let mut line = |name: &str, old: Money, new: Money| {
            let share = percent(old.cents(), new.cents()).unwrap_or_default();
            let (before, after, more) = (old.to_string(), new.to_string(), signed(new - old));
            out.push_str(&row(name, &before, &after, &more, &share));
        };
        for ((month, old), new) in (1..=12).zip(old).zip(new) {
            line(spoken::month_name(month, words), *old, *new);
        }
        line(words.year, old.iter().copied().sum(), new.iter().copied().sum());
        out
    }
}

/// What [`changes`] says, each on a line, or that there is nothing.
pub fn said(changes: &[String], language: Language) -> String {
    if changes.is_empty() {
        return format!("{}\n", words(language).nothing);
    }
    changes.iter().fold(String::new(), |mut out, it| {
        let _ = writeln!(out, "{it}");
        out
    })
}

fn signed(amount: Money) -> String {
    if 0 < amount.cents() { format!("+{amount}") } else { amount.to_string() }
}

/// From one number to another in percent with one decimal; `None` when the first is zero.
fn percent(from: i64, to: i64) -> Option<String> {
    let (from, to) = (i128::from(from), i128::from(to));
    let base = from.abs();
    if base == 0 {
        return None;
    }
    let tenths = ((to - from) * 2_000 + base).div_euclid(base * 2);
    let sign = if 0 < tenths { "+" } else { "" };
    let tenths = i64::try_from(tenths).ok()?;
    let number = decimal(tenths, 1);
    let number = if number.contains('.') { number } else { format!("{number}.0") };
    Some(format!("{sign}{number} %"))
}

fn head(old: &Tariff, new: &Tariff, words: &Words) -> Vec<String> {
    let convert = |it: &Tariff| spoken::convert(it, words).unwrap_or_else(|| words.none.to_owned());
    let net = |it: &Tariff| {
        let net = it.net.as_ref();
        net.map_or_else(|| words.none.to_owned(), |net| spoken::net(it, net, words))
    };
    let unit = |it: &Tariff| format!("{}, {}", spoken::commodity(it.commodity, words), it.unit);
    let rounding = |it: &Tariff| sheet::rounding(it.rounding, words).to_owned();
    let open_to = |it: &Tariff| spoken::classes(&it.open_to, words);
    let parts = [
        (words.name, old.name.clone(), new.name.clone()),
        (words.source, old.source.clone(), new.source.clone()),
        (words.unit, unit(old), unit(new)),
        (words.unit, convert(old), convert(new)),
        (words.rounding, rounding(old), rounding(new)),
        (words.net, net(old), net(new)),
        (words.open_to, open_to(old), open_to(new)),
    ];
    let changed = parts.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(what, old, new)| fill(words.instead, &[what, &new, &old])).collect()
}

fn clocks(said: &mut Vec<String>, old: &Tariff, new: &Tariff, words: &Words) {
    let find = |of: &'_ Tariff, name: &str| of.clocks.iter().position(|it| it.name == name);
    for clock in &new.clocks {
        match find(old, &clock.name) {
            Some(before) => hours(said, &old.clocks[before], clock, words),
            None => {
                let hours = spoken::hours(clock, words);
                let hours: Vec<String> =
                    hours.iter().map(|(name, hours)| format!("{name} {hours}")).collect();
                said.push(fill(words.clock_new, &[&clock.name, &hours.join("; ")]));
            }
        }
    }
    for clock in old.clocks.iter().filter(|it| find(new, &it.name).is_none()) {
        said.push(fill(words.clock_ended, &[&clock.name]));
    }
}

fn hours(said: &mut Vec<String>, old: &Clock, new: &Clock, words: &Words) {
    let (before, after) = (spoken::hours(old, words), spoken::hours(new, words));
    let named = |period: &str| format!("{}, {period}", new.name);
    for (period, hours) in &after {
        match before.iter().find(|(name, _)| name == period) {
            None => said.push(fill(words.period_new, &[&named(period), hours])),
            Some((_, other)) if other != hours => {
                said.push(fill(words.period_moved, &[&named(period), hours, other]));
            }
            Some(_) => (),
        }
    }
    for (period, hours) in before.iter().filter(|it| after.iter().all(|new| new.0 != it.0)) {
        said.push(fill(words.period_ended, &[&named(period), hours]));
    }
}

type Keyed<'a> = ((&'a str, usize), &'a Component);

/// A charge by its label, and by which of those with that label it is.
fn keyed(tariff: &Tariff) -> Vec<Keyed<'_>> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut keyed = Vec::new();
    for component in &tariff.components {
        let nth = seen.entry(component.label.as_str()).or_default();
        *nth += 1;
        keyed.push(((component.label.as_str(), *nth), component));
    }
    keyed
}

fn charges(said: &mut Vec<String>, old: &Tariff, new: &Tariff, words: &Words) {
    let (before, after) = (keyed(old), keyed(new));
    let lost = |of: &[Keyed], key| of.iter().all(|it| it.0 != key);
    let mut ended: Vec<&Component> =
        before.iter().filter(|it| lost(&after, it.0)).map(|it| it.1).collect();
    for (key, component) in &after {
        let now = spoken::charge(new, component, words);
        if let Some((_, other)) = before.iter().find(|it| it.0 == *key) {
            let was = spoken::charge(old, other, words);
            charge(said, &component.label, &was, &now, words);
            continue;
        }
        // One that is charged as another was has only changed its name.
        let same =
            |it: &&Component| it.kind == component.kind && spoken::charge(old, it, words) == now;
        match ended.iter().position(same) {
            Some(place) => {
                let called = ended.remove(place);
                said.push(fill(words.called, &[&called.label, &component.label]));
            }
            None => {
                let prices = prices(&now.terms, words);
                said.push(fill(words.charge_new, &[&component.label, &prices]));
            }
        }
    }
    for component in ended {
        let prices = prices(&spoken::charge(old, component, words).terms, words);
        said.push(fill(words.charge_ended, &[&component.label, &prices]));
    }
    order(said, &before, &after, words);
}

/// Says so where the charges that are in both stand in another order: a share looks at those above.
fn order(said: &mut Vec<String>, before: &[Keyed], after: &[Keyed], words: &Words) {
    let kept = |of: &[Keyed], other: &[Keyed]| {
        let both = of.iter().filter(|it| other.iter().any(|there| there.0 == it.0));
        both.map(|it| it.0.0.to_owned()).collect::<Vec<_>>()
    };
    let (was, is) = (kept(before, after), kept(after, before));
    if was != is {
        said.push(fill(words.order, &[&is.join(", ")]));
    }
}

fn charge(said: &mut Vec<String>, label: &str, was: &Spoken, now: &Spoken, words: &Words) {
    let named = |it: &Term| match it.name.as_str() {
        "" => label.to_owned(),
        name => format!("{label}, {name}"),
    };
    let end = |it: &Term| {
        it.limit.map_or_else(
            || words.all_above.to_owned(),
            |limit| spoken::limit(limit, &it.times, words),
        )
    };
    for term in &now.terms {
        let Some(before) = was.terms.iter().find(|it| it.name == term.name) else {
            said.push(fill(words.charge_new, &[&named(term), &term.amount.said(words)]));
            continue;
        };
        if before.amount != term.amount {
            let (old, new) = (before.amount.said(words), term.amount.said(words));
            let share = before.amount.beside(term.amount);
            let share = share.and_then(|(old, new)| percent(old, new));
            let share = share.map_or_else(String::new, |it| format!(" ({it})"));
            said.push(fill(words.price, &[&named(term), &old, &new]) + &share);
        }
        if before.limit != term.limit {
            said.push(fill(words.instead, &[&named(term), &end(term), &end(before)]));
        }
    }
    let gone = |it: &&Term| now.terms.iter().all(|other| other.name != it.name);
    for term in was.terms.iter().filter(gone) {
        said.push(fill(words.charge_ended, &[&named(term), &term.amount.said(words)]));
    }
    for condition in now.conditions.iter().filter(|it| !was.conditions.contains(it)) {
        said.push(fill(words.condition_new, &[label, condition]));
    }
    for condition in was.conditions.iter().filter(|it| !now.conditions.contains(it)) {
        said.push(fill(words.condition_ended, &[label, condition]));
    }
}

fn prices(terms: &[Term], words: &Words) -> String {
    let one = |it: &Term| match it.name.as_str() {
        "" => it.amount.said(words),
        name => format!("{name} {}", it.amount.said(words)),
    };
    terms.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_said_in_percent_with_one_decimal() {
        let said = |from, to| percent(from, to).unwrap();
        assert_eq!(said(1168, 1205), "+3.2 %");
        assert_eq!(said(1000, 900), "-10.0 %");
        assert_eq!(said(100_000, 100_001), "0.0 %");
        assert_eq!(percent(0, 5), None);
    }
}

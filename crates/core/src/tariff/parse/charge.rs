//! The charges of a tariff text: one component for each line at the margin.

use super::clock;
use super::lines::{Entry, Keyword, Line};
use super::number::{limit, percentage, price, price_from_zero};
use super::refusal::TariffError;
use super::spelling;
use crate::meter::Flow;
use crate::money::{Price, Quantity, Unit};
use crate::place::Commodity;
use crate::rating::ChargeKind;
use crate::tariff::clock::Clock;
use crate::tariff::{
    Block, Charge, Component, DemandCharge, Ladder, Limits, Of, Partial, Scope, Tariff, UsageCharge,
};

/// The components, in the order of the text.
pub(super) fn read(entries: &[Entry<'_>], tariff: &Tariff) -> Result<Vec<Component>, TariffError> {
    let mut components: Vec<Component> = Vec::new();
    for entry in entries {
        if let Some(component) = component(entry, tariff, &components)? {
            components.push(component);
        }
    }
    if components.is_empty() {
        let what = "the tariff charges nothing; add a line such as: daily  Customer charge   0.40";
        return Err(entries[0].head.refuse(what));
    }
    Ok(components)
}

/// The component of an entry; `None` when it is of the head or a clock.
fn component(
    entry: &Entry<'_>,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<Option<Component>, TariffError> {
    let kind = match entry.keyword {
        Keyword::Daily | Keyword::Monthly => ChargeKind::Fixed,
        Keyword::Volume | Keyword::Blocks => ChargeKind::Usage,
        Keyword::Demand => ChargeKind::Demand,
        Keyword::Minimum => ChargeKind::Minimum,
        Keyword::Percent => ChargeKind::Rider,
        Keyword::Tax => ChargeKind::Tax,
        Keyword::Credit => ChargeKind::Credit,
        _ => return Ok(None),
    };
    let refuse = |what| entry.head.refuse(what);
    let (label, charge) = match entry.keyword {
        Keyword::Daily | Keyword::Monthly | Keyword::Minimum | Keyword::Percent | Keyword::Tax => {
            let (label, value) = label_and_value(entry).map_err(refuse)?;
            (label, plain(entry.keyword, value, earlier).map_err(refuse)?)
        }
        _ => laddered(entry, tariff)?,
    };
    let line = u32::try_from(entry.head.number()).expect("a text has fewer lines than that");
    let text = entry.head.text.clone();
    Ok(Some(Component { label: label.to_owned(), kind, line, text, charge }))
}

fn label_and_value<'e>(entry: &'e Entry<'_>) -> Result<(&'e str, &'e str), String> {
    let (label, value) = entry.rest.split_once("  ").unwrap_or((&entry.rest, ""));
    if label.is_empty() || value.is_empty() {
        let such_as = such_as(entry.keyword);
        return Err(format!("expected a label, two spaces and a value, as in: {such_as}"));
    }
    Ok((label, value.trim()))
}

fn such_as(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Monthly => "monthly  Service charge   12.00",
        Keyword::Volume => "volume  Fuel cost   0.0123",
        Keyword::Blocks => "blocks  Energy   0.12 to 500, 0.18",
        Keyword::Demand => "demand  Demand   9.50",
        Keyword::Minimum => "minimum  Minimum bill   15.00",
        Keyword::Percent => "percent  Fuel rider   2.5%",
        Keyword::Tax => "tax  City tax   3.5%",
        Keyword::Credit => "credit  Surplus   0.05",
        _ => "daily  Customer charge   0.40",
    }
}

/// A charge that no clock divides.
fn plain(keyword: Keyword, value: &str, earlier: &[Component]) -> Result<Charge, String> {
    if keyword == Keyword::Daily {
        return Ok(Charge::Daily(price_from_zero(value, Unit::Day)?));
    }
    if keyword == Keyword::Monthly {
        let (price, partial) = monthly(value)?;
        return Ok(Charge::Monthly(price, partial));
    }
    if earlier.is_empty() {
        return Err(format!("no charge is above this {keyword}; move it below what it looks at"));
    }
    if keyword == Keyword::Minimum {
        let (price, partial) = least(value)?;
        return Ok(Charge::Minimum(price, partial));
    }
    let (percent, of) = match value.split_once(" of ") {
        Some((percent, labels)) => (percent, Of::Labels(labels_of(labels, earlier)?)),
        None => (value, Of::Everything),
    };
    let share = percentage(percent.trim())?;
    if keyword == Keyword::Tax && share.nano < 0 {
        return Err(format!("a tax of {percent} is below zero; write a discount as percent"));
    }
    Ok(Charge::Share(share, of))
}

/// A minimum is for a month, or for each day of service.
fn least(value: &str) -> Result<(Price, Partial), String> {
    match value.split_once(char::is_whitespace) {
        Some((amount, word)) if word.trim() == "daily" => {
            Ok((price_from_zero(amount, Unit::Day)?, Partial::ByDays))
        }
        _ => monthly(value),
    }
}

fn monthly(value: &str) -> Result<(Price, Partial), String> {
    let (amount, partial) = match value.split_once(char::is_whitespace) {
        None => (value, Partial::ByDays),
        Some((amount, word)) if word.trim() == Partial::Whole.word() => (amount, Partial::Whole),
        Some((amount, word)) => {
            let word = word.trim();
            return Err(format!(
                "{word} is not known behind an amount; write {amount}, or {amount} whole"
            ));
        }
    };
    Ok((price_from_zero(amount, Unit::Month)?, partial))
}

fn labels_of(labels: &str, earlier: &[Component]) -> Result<Vec<String>, String> {
    let there: Vec<&str> = earlier.iter().map(|it| it.label.as_str()).collect();
    let known = |label: &str| {
        if there.contains(&label) {
            return Ok(label.to_owned());
        }
        let near = spelling::nearest(label, there.iter().copied());
        let near = near.map_or(String::new(), |it| format!(" did you mean {it}?"));
        Err(format!("no charge above is called {label};{near} there are: {}", there.join(", ")))
    };
    labels.split(", ").map(|it| known(it.trim())).collect()
}

/// A charge for use, demand or surplus: one ladder, or one for each period of a clock.
fn laddered<'e>(entry: &'e Entry<'_>, tariff: &Tariff) -> Result<(&'e str, Charge), TariffError> {
    let refuse = |what| entry.head.refuse(what);
    let unit = unit(entry.keyword, tariff).map_err(refuse)?;
    let Some((label, by)) = entry.rest.rsplit_once(" by ").filter(|_| !entry.rest.contains("  "))
    else {
        let (label, value) = label_and_value(entry).map_err(refuse)?;
        no_clock(label, &tariff.clocks).map_err(refuse)?;
        let (ladder, limits) = ladder(entry.keyword, value, unit).map_err(refuse)?;
        let limits = limits.unwrap_or(Limits::Month);
        return Ok((label, charge(entry.keyword, None, vec![ladder], limits, Scope::PerPeriod)));
    };
    let (name, scope) = by.split_once(' ').unwrap_or((by, ""));
    let place = clock::find(&tariff.clocks, name).map_err(refuse)?;
    let clock = &tariff.clocks[place];
    let (ladders, limits) = ladders(entry, clock, unit)?;
    let scope = scope_of(entry.keyword, scope.trim(), clock, &ladders).map_err(refuse)?;
    Ok((label.trim(), charge(entry.keyword, Some(place), ladders, limits, scope)))
}

fn unit(keyword: Keyword, tariff: &Tariff) -> Result<Unit, String> {
    if keyword != Keyword::Demand {
        return Ok(tariff.unit);
    }
    if tariff.commodity != Commodity::Electric {
        let commodity = tariff.commodity;
        return Err(format!(
            "{commodity} has no demand in kW; charge it by volume, blocks or monthly"
        ));
    }
    Ok(Unit::Kw)
}

fn no_clock(label: &str, clocks: &[Clock]) -> Result<(), String> {
    let behind = label.rsplit_once(" by ").map(|(_, name)| name);
    match clocks.iter().find(|it| Some(it.name.as_str()) == behind) {
        None => Ok(()),
        Some(clock) => {
            let period = &clock.periods[0];
            Err(format!("by {} the prices go on indented lines below: {period}  0.31", clock.name))
        }
    }
}

fn charge(
    keyword: Keyword,
    clock: Option<usize>,
    ladders: Vec<Ladder>,
    limits: Limits,
    scope: Scope,
) -> Charge {
    let flow = if keyword == Keyword::Credit { Flow::Received } else { Flow::Delivered };
    match keyword {
        Keyword::Demand => Charge::Demand(DemandCharge { clock, ladders }),
        _ => Charge::Usage(UsageCharge { flow, clock, ladders, limits, scope }),
    }
}

/// The ladders of an entry in the order of the clock's periods, and what their limits are for.
fn ladders(
    entry: &Entry<'_>,
    clock: &Clock,
    unit: Unit,
) -> Result<(Vec<Ladder>, Limits), TariffError> {
    let mut found: Vec<Option<Ladder>> = vec![None; clock.periods.len()];
    let mut limits = None;
    for line in &entry.below {
        let (place, ladder, own) =
            line_of(entry.keyword, line, clock, unit).map_err(|what| line.refuse(what))?;
        if found[place].replace(ladder).is_some() {
            let what = format!("{} has a price already; delete one", clock.periods[place]);
            return Err(line.refuse(what));
        }
        if limits.is_some() && own.is_some() && limits != own {
            return Err(line.refuse("the limits above differ; make all of them daily, or none"));
        }
        limits = limits.or(own);
    }
    let missing: Vec<&str> = (clock.periods.iter().zip(&found))
        .filter(|(_, ladder)| ladder.is_none())
        .map(|(period, _)| period.as_str())
        .collect();
    if let Some(first) = missing.first() {
        let (name, missing) = (&clock.name, missing.join(", "));
        return Err(entry.head.refuse(format!(
            "each period of {name} needs a price, and {missing} has none; indent below: {first}  0.12"
        )));
    }
    Ok((found.into_iter().flatten().collect(), limits.unwrap_or(Limits::Month)))
}

fn line_of(
    keyword: Keyword,
    line: &Line<'_>,
    clock: &Clock,
    unit: Unit,
) -> Result<(usize, Ladder, Option<Limits>), String> {
    let (period, value) = line.word();
    let Some(place) = clock.periods.iter().position(|it| it == period) else {
        let (name, there) = (&clock.name, clock.periods.join(", "));
        return Err(format!("{period} is no period of clock {name}; there are: {there}"));
    };
    if value.is_empty() {
        return Err(format!("{period} has no price; write it behind: {period}  0.12"));
    }
    let (ladder, limits) = ladder(keyword, value, unit)?;
    Ok((place, ladder, limits))
}

/// The ladder that a value says, and what its limits are for if it has any.
fn ladder(keyword: Keyword, value: &str, unit: Unit) -> Result<(Ladder, Option<Limits>), String> {
    let one = |price| (Ladder(vec![Block { price, up_to: None }]), None);
    match keyword {
        Keyword::Volume if value.contains(" to ") => {
            Err("volume has one price for every unit; several blocks begin with: blocks".to_owned())
        }
        Keyword::Volume => Ok(one(price(value, unit)?)),
        Keyword::Credit => {
            let Price { nano, per } = price_from_zero(value, unit)?;
            Ok(one(Price { nano: -nano, per }))
        }
        Keyword::Demand => {
            let (ladder, limits) = blocks(value, unit, price_from_zero)?;
            if limits == Some(Limits::Day) {
                return Err(
                    "the limits of a demand are kW and not daily; write 9.50 to 10".to_owned()
                );
            }
            Ok((ladder, limits))
        }
        _ => blocks(value, unit, price),
    }
}

fn blocks(
    value: &str,
    unit: Unit,
    price: impl Fn(&str, Unit) -> Result<Price, String>,
) -> Result<(Ladder, Option<Limits>), String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut limits = None;
    let steps: Vec<&str> = value.split(", ").map(str::trim).collect();
    for (index, step) in steps.iter().enumerate() {
        let (price_text, up_to) = match step.split_once(" to ") {
            Some((price, up_to)) => (price.trim(), Some(step_end(up_to.trim(), unit)?)),
            None => (*step, None),
        };
        let price = price(price_text, unit)?;
        let last = index + 1 == steps.len();
        if last == up_to.is_some() {
            return Err("only the last block is open, and it is: 0.12 to 500, 0.18".to_owned());
        }
        let Some((up_to, own)) = up_to else {
            blocks.push(Block { price, up_to: None });
            continue;
        };
        if limits.is_some_and(|it| it != own) {
            return Err("all limits of a line are daily, or none is".to_owned());
        }
        limits = Some(own);
        let below = blocks.last().and_then(|it| it.up_to).map_or(0, |it| it.micro);
        if up_to.micro <= below {
            return Err(
                "each block ends above the one before: 0.12 to 500, 0.15 to 800, 0.18".to_owned()
            );
        }
        blocks.push(Block { price, up_to: Some(up_to) });
    }
    Ok((Ladder(blocks), limits))
}

fn step_end(text: &str, unit: Unit) -> Result<(Quantity, Limits), String> {
    match text.split_once(char::is_whitespace) {
        None => Ok((limit(text, unit)?, Limits::Month)),
        Some((number, word)) if word.trim() == "daily" => Ok((limit(number, unit)?, Limits::Day)),
        Some((number, word)) => {
            let word = word.trim();
            Err(format!("{word} is not known behind a limit; write {number}, or {number} daily"))
        }
    }
}

fn scope_of(
    keyword: Keyword,
    word: &str,
    clock: &Clock,
    ladders: &[Ladder],
) -> Result<Scope, String> {
    let climbs = keyword == Keyword::Blocks;
    let words = "chronological, pro-rata or per-period";
    if word.is_empty() {
        let several = ladders.iter().any(|it| 1 < it.0.len());
        if climbs && several && !clock.is_by_date() {
            let name = &clock.name;
            return Err(format!(
                "say how the hours of {name} fill the blocks: write {words} behind {name}"
            ));
        }
        return Ok(Scope::PerPeriod);
    }
    if !climbs {
        return Err(format!("{keyword} takes only the name of the clock; delete {word}"));
    }
    Scope::from_word(word).ok_or_else(|| format!("{word} is not a scope; write {words}"))
}

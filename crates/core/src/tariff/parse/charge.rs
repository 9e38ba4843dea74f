//! The charges of a tariff text: one component for each line at the margin.

use super::clock;
use super::lines::{Entry, Keyword, Line};
use super::number::{limit, percentage, price, price_from_zero};
use super::refusal::TariffError;
use super::{credit, demand, needs, plain, spelling, term};
use crate::money::{Price, Quantity, Unit};
use crate::place::Commodity;
use crate::rating::ChargeKind;
use crate::tariff::clock::Clock;
use crate::tariff::{
    Block, Charge, Choice, Component, CreditCharge, Ladder, Limit, Of, Per, Place, Priced, Scope,
    Tariff, UsageCharge,
};

/// The components, in the order of the text.
pub(super) fn read(entries: &[Entry<'_>], tariff: &Tariff) -> Result<Vec<Component>, TariffError> {
    let mut components: Vec<Component> = Vec::new();
    for entry in entries {
        if let Some(component) = component(entry, tariff, &components)? {
            let alike = |it: &&Component| it.label == component.label && it.charge.carries();
            if component.charge.carries() && components.iter().any(|it| alike(&it)) {
                let label = &component.label;
                return Err(entry.head.refuse(format!(
                    "{label} is above already, and what it hands on to the next bill is known by its name; give this one another"
                )));
            }
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
        Keyword::Daily | Keyword::Monthly | Keyword::PerBill => ChargeKind::Fixed,
        Keyword::Volume | Keyword::Blocks | Keyword::Series | Keyword::Unmetered => {
            ChargeKind::Usage
        }
        Keyword::Demand | Keyword::Reactive | Keyword::Coincident => ChargeKind::Demand,
        Keyword::Minimum => ChargeKind::Minimum,
        Keyword::Percent => ChargeKind::Rider,
        Keyword::Tax => ChargeKind::Tax,
        Keyword::Credit => ChargeKind::Credit,
        Keyword::Include => ChargeKind::Rider,
        _ => return Ok(None),
    };
    let (label, charge, places) = match entry.keyword {
        Keyword::Volume
        | Keyword::Blocks
        | Keyword::Demand
        | Keyword::Reactive
        | Keyword::Coincident
        | Keyword::Credit => laddered(entry, tariff, earlier)?,
        _ => plain::read(entry, tariff, earlier)?,
    };
    let label = label.to_owned();
    Ok(Some(Component { label, kind, place: entry.head.place(), places, charge }))
}

pub(super) fn label_and_value<'e>(entry: &'e Entry<'_>) -> Result<(&'e str, &'e str), String> {
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
        Keyword::Reactive => "reactive  Reactive demand   0.30",
        Keyword::Coincident => "coincident  Transmission   4.20",
        Keyword::Series => "series  Market energy   day-ahead plus 0.012",
        Keyword::Minimum => "minimum  Minimum bill   15.00",
        Keyword::Percent => "percent  Fuel rider   2.5%",
        Keyword::Tax => "tax  City tax   3.5%",
        Keyword::Credit => "credit  Surplus   0.05",
        Keyword::PerBill => "per-bill  Paper bill   2.00",
        Keyword::Unmetered => "unmetered  Lamps of 100 W   0.0712 per lamps-100",
        _ => "daily  Customer charge   0.40",
    }
}

/// The charges above that `labels` names, with commas between them. What is not above in a rider
/// is a charge of the tariffs that include it.
pub(super) fn named(labels: &str, tariff: &Tariff, earlier: &[Component]) -> Result<Of, String> {
    if !tariff.is_rider {
        return places_of(labels, earlier).map(Of::These);
    }
    let labels: Vec<String> = labels.split(", ").map(|it| it.trim().to_owned()).collect();
    match labels.iter().any(String::is_empty) {
        true => Err("a name is missing between the commas".to_owned()),
        false => Ok(Of::Named(labels)),
    }
}

/// The places of the charges above that `labels` names, with commas between them.
pub(super) fn places_of(labels: &str, earlier: &[Component]) -> Result<Vec<usize>, String> {
    let there: Vec<&str> = earlier.iter().map(|it| it.label.as_str()).collect();
    let mut places = Vec::new();
    for label in labels.split(", ").map(str::trim) {
        let found = places.len();
        places.extend((0..there.len()).filter(|it| there[*it] == label));
        if found == places.len() {
            let near = spelling::nearest(label, there.iter().copied());
            let near = near.map_or(String::new(), |it| format!(" did you mean {it}?"));
            let there = there.join(", ");
            return Err(format!("no charge above is called {label};{near} there are: {there}"));
        }
    }
    Ok(places)
}

/// A charge for use, demand or surplus: one ladder, or one for each period of a clock.
fn laddered<'e>(
    entry: &'e Entry<'_>,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<(&'e str, Charge, Vec<Place>), TariffError> {
    let refuse = |what| entry.head.refuse(what);
    let unit = unit(entry, tariff)?;
    let Some((label, by)) = entry.rest.rsplit_once(" by ").filter(|_| !entry.rest.contains("  "))
    else {
        let (label, value) = label_and_value(entry).map_err(refuse)?;
        no_clock(label, &tariff.clocks).map_err(refuse)?;
        if entry.keyword == Keyword::Credit && value.contains(" of ") {
            let (clock, ladders) = credit::of_prices(value, earlier).map_err(refuse)?;
            let priced = Ladders { clock, choice: None, ladders, scope: Scope::PerPeriod };
            return Ok((label, charge(entry, priced, tariff, earlier)?, Vec::new()));
        }
        let ladder = ladder(entry.keyword, value, unit, &tariff.needs).map_err(refuse)?;
        term::only(entry)?;
        let priced =
            Ladders { clock: None, choice: None, ladders: vec![ladder], scope: Scope::PerPeriod };
        let charge = charge(entry, priced, tariff, earlier)?;
        return Ok((label, charge, Vec::new()));
    };
    let (name, scope) = by.split_once(' ').unwrap_or((by, ""));
    if let Some(term) = term_of(name, tariff).map_err(refuse)? {
        if !matches!(entry.keyword, Keyword::Volume | Keyword::Blocks) || !scope.is_empty() {
            return Err(refuse(format!(
                "by {name} there is only volume or blocks, and nothing behind it"
            )));
        }
        let read = |it: &str| ladder(entry.keyword, it, unit, &tariff.needs);
        let (choice, ladders, places) = plain::rows(entry, term, name, read)?;
        let scope = Scope::PerPeriod;
        let priced = Ladders { clock: None, choice: Some(choice), ladders, scope };
        let charge = charge(entry, priced, tariff, earlier)?;
        return Ok((label.trim(), charge, places));
    }
    let place = clock::find(&tariff.clocks, name).map_err(refuse)?;
    let clock = &tariff.clocks[place];
    let (ladders, places) = ladders(entry, clock, unit, &tariff.needs)?;
    let scope = scope_of(entry.keyword, scope.trim(), clock, &ladders).map_err(refuse)?;
    let priced = Ladders { clock: Some(place), choice: None, ladders, scope };
    let charge = charge(entry, priced, tariff, earlier)?;
    Ok((label.trim(), charge, places))
}

/// The prices of a charge, and what says which of them counts.
struct Ladders {
    clock: Option<usize>,
    choice: Option<Choice>,
    ladders: Vec<Ladder>,
    scope: Scope,
}

/// The term called `name`, where no clock is.
fn term_of(name: &str, tariff: &Tariff) -> Result<Option<usize>, String> {
    if tariff.clocks.iter().any(|it| it.name == name) {
        return Ok(None);
    }
    match needs::find(&tariff.needs, name) {
        Ok(term) => Ok(Some(term)),
        Err(why) if tariff.clocks.is_empty() => Err(why),
        Err(_) => Ok(None),
    }
}

fn unit(entry: &Entry<'_>, tariff: &Tariff) -> Result<Unit, TariffError> {
    let unit = match entry.keyword {
        Keyword::Demand => demand::unit(entry)?,
        Keyword::Reactive => Unit::Kvar,
        Keyword::Coincident => Unit::Kw,
        _ => return Ok(tariff.unit),
    };
    if tariff.commodity != Commodity::Electric {
        let commodity = tariff.commodity;
        let what =
            format!("{commodity} has no demand in {unit}; charge it by volume, blocks or monthly");
        return Err(entry.head.refuse(what));
    }
    Ok(unit)
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
    entry: &Entry<'_>,
    Ladders { clock, choice, ladders, scope }: Ladders,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<Charge, TariffError> {
    let terms = term::read(entry, tariff, earlier)?;
    // Whether a rider nets is for the tariffs to say that include it.
    let nets = tariff.net.is_some() || tariff.is_rider;
    let priced = match entry.keyword {
        Keyword::Demand | Keyword::Reactive | Keyword::Coincident => Priced::Delivered,
        Keyword::Credit if nets => Priced::Surplus,
        Keyword::Credit => Priced::Received,
        _ if nets && !terms.gross => Priced::Net,
        _ => Priced::Delivered,
    };
    if let (Priced::Net | Priced::Surplus, Some(net), Some(mine)) = (priced, &tariff.net, clock)
        && net.clock != Some(mine)
    {
        let name = &tariff.clocks[mine].name;
        return Err(entry.head.refuse(format!(
            "a price by {name} needs netting by {name}; write net … by {name}, or gross below this line"
        )));
    }
    if priced == Priced::Net && choice.is_some() {
        let what = "a table by a term prices what came, not what is left of it; write gross below";
        return Err(entry.head.refuse(what));
    }
    let by_hour = clock.is_some_and(|it| !tariff.clocks[it].is_by_date());
    if terms.at_most.is_some() && (priced != Priced::Delivered || by_hour) {
        let what = "at-most is for what came in days, whatever the hour; delete it, or the clock";
        return Err(entry.head.refuse(what));
    }
    let usage =
        |ladders| UsageCharge { priced, clock, ladders, scope, choice, at_most: terms.at_most };
    Ok(match entry.keyword {
        Keyword::Demand | Keyword::Reactive => {
            demand::keep_to(clock.map(|it| &tariff.clocks[it]), entry, &terms.demand)?;
            demand::charge(entry, clock, ladders, terms.ratchets, terms.demand)?
        }
        Keyword::Coincident => demand::coincident(entry, clock, ladders, terms.demand)?,
        Keyword::Credit => Charge::Credit(CreditCharge {
            usage: usage(ladders),
            offsets: terms.offsets,
            bank: terms.bank,
        }),
        _ => Charge::Usage(usage(ladders)),
    })
}

/// The ladders of an entry in the order of the clock's periods, and the lines that say them.
fn ladders(
    entry: &Entry<'_>,
    clock: &Clock,
    unit: Unit,
    needs: &[String],
) -> Result<(Vec<Ladder>, Vec<Place>), TariffError> {
    let mut found: Vec<Option<(Ladder, Place)>> = vec![None; clock.periods.len()];
    for line in entry.below.iter().filter(|it| !term::is_one(it.word().0)) {
        let (place, ladder) =
            line_of(entry.keyword, line, clock, unit, needs).map_err(|what| line.refuse(what))?;
        if found[place].replace((ladder, line.place())).is_some() {
            let what = format!("{} has a price already; delete one", clock.periods[place]);
            return Err(line.refuse(what));
        }
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
    Ok(found.into_iter().flatten().unzip())
}

fn line_of(
    keyword: Keyword,
    line: &Line<'_>,
    clock: &Clock,
    unit: Unit,
    needs: &[String],
) -> Result<(usize, Ladder), String> {
    let (period, value) = line.word();
    let Some(place) = clock.periods.iter().position(|it| it == period) else {
        let (name, there) = (&clock.name, clock.periods.join(", "));
        return Err(format!("{period} is no period of clock {name}; there are: {there}"));
    };
    if value.is_empty() {
        return Err(format!("{period} has no price; write it behind: {period}  0.12"));
    }
    Ok((place, ladder(keyword, value, unit, needs)?))
}

/// The ladder that a value says.
fn ladder(keyword: Keyword, value: &str, unit: Unit, needs: &[String]) -> Result<Ladder, String> {
    let one = |price| Ladder(vec![Block { price, up_to: None }]);
    match keyword {
        Keyword::Volume if value.contains(" to ") => {
            Err("volume has one price for every unit; several blocks begin with: blocks".to_owned())
        }
        Keyword::Volume => Ok(one(price(value, unit)?)),
        Keyword::Credit => {
            let mut ladder = blocks(value, unit, needs, price_from_zero)?;
            ladder.0.iter_mut().for_each(|it| it.price.nano = -it.price.nano);
            Ok(ladder)
        }
        Keyword::Coincident if value.contains(" to ") => {
            Err("a coincident peak has one price for each kW; delete the blocks".to_owned())
        }
        Keyword::Demand | Keyword::Reactive | Keyword::Coincident => {
            let ladder = blocks(value, unit, needs, price_from_zero)?;
            let plain =
                |it: &Block| it.up_to.is_none_or(|it| it.per == Per::Turn && it.times.is_none());
            if !ladder.0.iter().all(plain) {
                return Err(
                    "the limits of a demand are kW and not daily; write 9.50 to 10".to_owned()
                );
            }
            Ok(ladder)
        }
        _ => blocks(value, unit, needs, price),
    }
}

fn blocks(
    value: &str,
    unit: Unit,
    needs: &[String],
    price: impl Fn(&str, Unit) -> Result<Price, String>,
) -> Result<Ladder, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let steps: Vec<&str> = value.split(", ").map(str::trim).collect();
    for (index, step) in steps.iter().enumerate() {
        let (price_text, up_to) = match step.split_once(" to ") {
            Some((price, up_to)) => (price.trim(), Some(step_end(up_to.trim(), unit, needs)?)),
            None => (*step, None),
        };
        let price = price(price_text, unit)?;
        let last = index + 1 == steps.len();
        if last == up_to.is_some() {
            return Err("only the last block is open, and it is: 0.12 to 500, 0.18".to_owned());
        }
        let below = blocks.last().and_then(|it| it.up_to);
        if let (Some(up_to), Some(below)) = (up_to, below) {
            if (up_to.per, up_to.times) != (below.per, below.times) {
                return Err(
                    "the limits of a line are all alike: daily, per kW, per the same term, or neither".to_owned()
                );
            }
            if up_to.quantity.micro <= below.quantity.micro {
                return Err("each block ends above the one before: 0.12 to 500, 0.15 to 800, 0.18"
                    .to_owned());
            }
        }
        blocks.push(Block { price, up_to });
    }
    Ok(Ladder(blocks))
}

/// Where a block ends: a quantity, for what, and what it is multiplied by.
pub(super) fn step_end(text: &str, unit: Unit, needs: &[String]) -> Result<Limit, String> {
    if let Some((percent, of)) = text.split_once("% of ") {
        let share = percentage(&format!("{percent}%"))?;
        let micro = share.nano.div_euclid(1_000);
        if micro <= 0 || share.nano.rem_euclid(1_000) != 0 {
            return Err(format!(
                "a block cannot end at {percent}%; it ends above zero, with at most four digits after the point"
            ));
        }
        let (name, per) = match of.trim().strip_suffix(" daily") {
            Some(name) => (name.trim(), Per::Day),
            None => (of.trim(), Per::Turn),
        };
        let times = Some(needs::find(needs, name)?);
        return Ok(Limit { quantity: Quantity { micro, unit }, per, times, is_share: true });
    }
    let (number, words) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (per, times) = match words.split_whitespace().collect::<Vec<_>>()[..] {
        [] => (Per::Turn, None),
        ["daily"] => (Per::Day, None),
        ["per", "kW"] => (Per::Kw, None),
        ["daily", "per", "kW"] => (Per::KwDay, None),
        ["per", name] => (Per::Turn, Some(needs::find(needs, name)?)),
        ["daily", "per", name] => (Per::Day, Some(needs::find(needs, name)?)),
        _ => {
            return Err(format!(
                "{words} is not known behind a limit; write {number}, {number} daily, {number} per kW, or {number} daily per kW",
                words = words.trim()
            ));
        }
    };
    if matches!(per, Per::Kw | Per::KwDay) && unit != Unit::Kwh {
        return Err(format!("a limit per kW is for kWh only; {unit} has no kW"));
    }
    Ok(Limit { quantity: limit(number, unit)?, per, times, is_share: false })
}

fn scope_of(
    keyword: Keyword,
    word: &str,
    clock: &Clock,
    ladders: &[Ladder],
) -> Result<Scope, String> {
    let climbs = matches!(keyword, Keyword::Blocks | Keyword::Credit);
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

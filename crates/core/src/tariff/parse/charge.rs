//! The charges of a tariff text: one component for each line at the margin.

use super::clock;
use super::lines::{Entry, Keyword, Line};
use super::number::{limit, percentage, price, price_from_zero};
use super::refusal::TariffError;
use super::{demand, spelling, term};
use crate::money::{Price, Unit};
use crate::place::Commodity;
use crate::rating::ChargeKind;
use crate::tariff::clock::Clock;
use crate::tariff::{
    Block, Charge, Component, CreditCharge, Ladder, Limit, Minimum, Of, Partial, Per, Place,
    Priced, Scope, SeriesCharge, Tariff, UsageCharge,
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
        Keyword::Volume | Keyword::Blocks | Keyword::Series => ChargeKind::Usage,
        Keyword::Demand | Keyword::Reactive | Keyword::Coincident => ChargeKind::Demand,
        Keyword::Minimum => ChargeKind::Minimum,
        Keyword::Percent => ChargeKind::Rider,
        Keyword::Tax => ChargeKind::Tax,
        Keyword::Credit => ChargeKind::Credit,
        _ => return Ok(None),
    };
    let refuse = |what| entry.head.refuse(what);
    let (label, charge, places) = match entry.keyword {
        Keyword::Daily | Keyword::Monthly | Keyword::Minimum | Keyword::Percent | Keyword::Tax => {
            let (label, value) = label_and_value(entry).map_err(refuse)?;
            (label, plain(entry.keyword, value, earlier).map_err(refuse)?, Vec::new())
        }
        Keyword::Series => {
            let (label, value) = label_and_value(entry).map_err(refuse)?;
            (label, Charge::Series(series(value, tariff).map_err(refuse)?), Vec::new())
        }
        _ => laddered(entry, tariff, earlier)?,
    };
    let label = label.to_owned();
    Ok(Some(Component { label, kind, place: entry.head.place(), places, charge }))
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
        Keyword::Reactive => "reactive  Reactive demand   0.30",
        Keyword::Coincident => "coincident  Transmission   4.20",
        Keyword::Series => "series  Market energy   day-ahead plus 0.012",
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
        return Ok(Charge::Minimum(least(value)?));
    }
    let (percent, of) = match value.split_once(" of ") {
        Some((percent, labels)) => (percent, Of::These(places_of(labels, earlier)?)),
        None => (value, Of::Everything),
    };
    let share = percentage(percent.trim())?;
    if keyword == Keyword::Tax && share.nano < 0 {
        return Err(format!("a tax of {percent} is below zero; write a discount as percent"));
    }
    Ok(Charge::Share(share, of))
}

/// The name of published prices, and what is added to each.
fn series(value: &str, tariff: &Tariff) -> Result<SeriesCharge, String> {
    if tariff.commodity != Commodity::Electric {
        let commodity = tariff.commodity;
        return Err(format!(
            "{commodity} has no prices by the hour; charge it by volume or blocks"
        ));
    }
    if tariff.net.is_some() {
        return Err("a series prices each interval as it was measured, and the tariff nets; \
                    delete the net line, or charge by volume"
            .to_owned());
    }
    let (series, adder) = match value.split_once(char::is_whitespace) {
        None => (value, "0"),
        Some((series, rest)) => match rest.trim().split_once(char::is_whitespace) {
            Some(("plus", adder)) => (series, adder.trim()),
            _ => {
                return Err(format!(
                    "{rest} is not known behind the name of a series; write {series}, or {series} plus 0.012",
                    rest = rest.trim()
                ));
            }
        },
    };
    Ok(SeriesCharge { series: clock::name(series, "series")?, adder: price(adder, tariff.unit)? })
}

/// A minimum is for a month, or for each day of service.
fn least(value: &str) -> Result<Minimum, String> {
    let (value, beside_credits) = match value.strip_suffix(" beside credits") {
        Some(value) => (value.trim(), true),
        None => (value, false),
    };
    let (least, partial) = match value.split_once(char::is_whitespace) {
        Some((amount, word)) if word.trim() == "daily" => {
            (price_from_zero(amount, Unit::Day)?, Partial::ByDays)
        }
        _ => monthly(value)?,
    };
    Ok(Minimum { least, partial, beside_credits })
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
        let ladder = ladder(entry.keyword, value, unit).map_err(refuse)?;
        if let Some(odd) = entry.below.iter().find(|it| !term::is_one(it.word().0)) {
            return Err(odd.refuse(term::unknown(entry.keyword, odd.word().0)));
        }
        let charge = charge(entry, None, vec![ladder], Scope::PerPeriod, tariff, earlier)?;
        return Ok((label, charge, Vec::new()));
    };
    let (name, scope) = by.split_once(' ').unwrap_or((by, ""));
    let place = clock::find(&tariff.clocks, name).map_err(refuse)?;
    let clock = &tariff.clocks[place];
    let (ladders, places) = ladders(entry, clock, unit)?;
    let scope = scope_of(entry.keyword, scope.trim(), clock, &ladders).map_err(refuse)?;
    let charge = charge(entry, Some(place), ladders, scope, tariff, earlier)?;
    Ok((label.trim(), charge, places))
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
    clock: Option<usize>,
    ladders: Vec<Ladder>,
    scope: Scope,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<Charge, TariffError> {
    let terms = term::read(entry, earlier)?;
    let priced = match (entry.keyword, &tariff.net) {
        (Keyword::Demand | Keyword::Reactive | Keyword::Coincident, _) => Priced::Delivered,
        (Keyword::Credit, None) => Priced::Received,
        (Keyword::Credit, Some(_)) => Priced::Surplus,
        (_, Some(_)) if !terms.gross => Priced::Net,
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
    Ok(match entry.keyword {
        Keyword::Demand | Keyword::Reactive => {
            demand::keep_to(clock.map(|it| &tariff.clocks[it]), entry, &terms.demand)?;
            demand::charge(entry, clock, ladders, terms.ratchets, terms.demand)?
        }
        Keyword::Coincident => demand::coincident(entry, clock, ladders, terms.demand)?,
        Keyword::Credit => Charge::Credit(CreditCharge {
            usage: UsageCharge { priced, clock, ladders, scope },
            offsets: terms.offsets,
            bank: terms.bank,
        }),
        _ => Charge::Usage(UsageCharge { priced, clock, ladders, scope }),
    })
}

/// The ladders of an entry in the order of the clock's periods, and the lines that say them.
fn ladders(
    entry: &Entry<'_>,
    clock: &Clock,
    unit: Unit,
) -> Result<(Vec<Ladder>, Vec<Place>), TariffError> {
    let mut found: Vec<Option<(Ladder, Place)>> = vec![None; clock.periods.len()];
    for line in entry.below.iter().filter(|it| !term::is_one(it.word().0)) {
        let (place, ladder) =
            line_of(entry.keyword, line, clock, unit).map_err(|what| line.refuse(what))?;
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
) -> Result<(usize, Ladder), String> {
    let (period, value) = line.word();
    let Some(place) = clock.periods.iter().position(|it| it == period) else {
        let (name, there) = (&clock.name, clock.periods.join(", "));
        return Err(format!("{period} is no period of clock {name}; there are: {there}"));
    };
    if value.is_empty() {
        return Err(format!("{period} has no price; write it behind: {period}  0.12"));
    }
    Ok((place, ladder(keyword, value, unit)?))
}

/// The ladder that a value says.
fn ladder(keyword: Keyword, value: &str, unit: Unit) -> Result<Ladder, String> {
    let one = |price| Ladder(vec![Block { price, up_to: None }]);
    match keyword {
        Keyword::Volume if value.contains(" to ") => {
            Err("volume has one price for every unit; several blocks begin with: blocks".to_owned())
        }
        Keyword::Volume => Ok(one(price(value, unit)?)),
        Keyword::Credit => {
            let Price { nano, per } = price_from_zero(value, unit)?;
            Ok(one(Price { nano: -nano, per }))
        }
        Keyword::Coincident if value.contains(" to ") => {
            Err("a coincident peak has one price for each kW; delete the blocks".to_owned())
        }
        Keyword::Demand | Keyword::Reactive | Keyword::Coincident => {
            let ladder = blocks(value, unit, price_from_zero)?;
            let plain = |it: &Block| it.up_to.is_none_or(|it| it.per == Per::Turn);
            if !ladder.0.iter().all(plain) {
                return Err(
                    "the limits of a demand are kW and not daily; write 9.50 to 10".to_owned()
                );
            }
            Ok(ladder)
        }
        _ => blocks(value, unit, price),
    }
}

fn blocks(
    value: &str,
    unit: Unit,
    price: impl Fn(&str, Unit) -> Result<Price, String>,
) -> Result<Ladder, String> {
    let mut blocks: Vec<Block> = Vec::new();
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
        let below = blocks.last().and_then(|it| it.up_to);
        if let (Some(up_to), Some(below)) = (up_to, below) {
            if up_to.per != below.per {
                return Err(
                    "the limits of a line are all alike: daily, per kW, or neither".to_owned()
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

fn step_end(text: &str, unit: Unit) -> Result<Limit, String> {
    let (number, words) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let per = match words.split_whitespace().collect::<Vec<_>>()[..] {
        [] => Per::Turn,
        ["daily"] => Per::Day,
        ["per", "kW"] => Per::Kw,
        ["daily", "per", "kW"] => Per::KwDay,
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
    Ok(Limit { quantity: limit(number, unit)?, per })
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

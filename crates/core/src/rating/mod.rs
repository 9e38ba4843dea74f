//! From usage and a tariff to the lines of a bill.

mod demand;
mod hours;
mod ladder;
mod section;
mod volume;

use std::fmt;

use jiff::civil::Date;

use crate::meter::Flow;
use crate::money::{Exact, Money, Price, Quantity, Rounding, Share, Unit};
use crate::period::{Period, Zone};
use crate::rating::section::{Section, sections};
use crate::reads::usage::Usage;
use crate::tariff::clock::Clock;
use crate::tariff::{Charge, Component, Of, Partial, Tariff};

/// Everything the lines of one agreement depend on. Two equal inputs give two equal bills, today
/// and in ten years.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The days being billed.
    pub period: Period,
    /// The whole turn of the bill cycle they are part of: equal to `period` unless service started
    /// or stopped within it. One turn is one billing month.
    pub window: Period,
    /// Whose midnight ends a day.
    pub zone: &'a Zone,
    /// The usage in those days, after multipliers and register rollover.
    pub usage: &'a Usage,
    /// The versions of the tariff in force, in order; each is used for its own days.
    pub tariffs: &'a [Tariff],
}

/// A finished calculation.
#[derive(Clone, Debug, PartialEq)]
pub struct Rated {
    /// The lines, in bill order.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub total: Money,
    /// What was delivered, in the unit it is billed in.
    pub billed: Quantity,
    /// For each line, its amount as it would be had no line before it been rounded either: what
    /// studies of tariffs compare.
    pub unrounded: Vec<Exact>,
}

/// One line of a bill, with all it takes to recompute it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What the customer reads.
    pub label: String,
    /// What sort of charge it is; the ledger's revenue accounts follow from it.
    pub kind: ChargeKind,
    /// The days it is for.
    pub period: Period,
    /// How the amount came about.
    pub basis: Basis,
    /// The place in the tariff that says so.
    pub rule: Rule,
    /// What was done with half a cent.
    pub rounding: Rounding,
    /// The amount before rounding.
    pub exact: Exact,
    /// What is owed for this line.
    pub amount: Money,
}

/// How the amount of a [`Line`] came about. The bill, the portal and the clerk's screen print this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// So much of something at so much each.
    Each(Quantity, Price),
    /// The same for only some of the days that the price is for.
    Part {
        /// So much of something.
        quantity: Quantity,
        /// At so much each.
        price: Price,
        /// The days it is owed for.
        days: i64,
        /// The days that the price is for, at least one.
        of: i64,
    },
    /// A share of an amount.
    Share(Money, Share),
    /// What the charges so far fall short of a least amount.
    Shortfall {
        /// The least amount.
        least: Money,
        /// What the charges came to.
        charged: Money,
    },
}

/// The line of a tariff text that a charge follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code of the tariff.
    pub tariff: String,
    /// The first day of the version.
    pub version: Date,
    /// The line in its text, from 1.
    pub line: u32,
    /// What that line says.
    pub text: String,
}

/// What sort of charge a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChargeKind {
    /// For being connected.
    Fixed,
    /// For what was used.
    Usage,
    /// For the highest use at one time.
    Demand,
    /// To bring a bill up to its minimum.
    Minimum,
    /// For what was sent back: an amount in the customer's favour.
    Credit,
    /// A surcharge or rider on other lines.
    Rider,
    /// Collected for somebody else.
    Tax,
}

words! {
    ChargeKind {
        Fixed = "fixed", Usage = "usage", Demand = "demand", Minimum = "minimum",
        Credit = "credit", Rider = "rider", Tax = "tax",
    }
}

/// Why a bill cannot be computed. It is a hold, not an error: a clerk sees it and can end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unratable {
    /// No version of the tariff is in force on a day.
    NoTariff {
        /// The tariff's code.
        tariff: String,
        /// The first such day.
        on: Date,
    },
    /// The tariff needs to know when the usage was, and only a register was read.
    NeedsIntervals {
        /// The charge that needs it.
        label: String,
    },
    /// The usage is in another unit than the tariff prices.
    WrongUnit {
        /// The charge.
        label: String,
        /// What it prices.
        priced: Unit,
        /// What was measured.
        measured: Unit,
    },
}

impl fmt::Display for Unratable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unratable::NoTariff { tariff, on } => {
                write!(f, "no version of tariff {tariff} is in force on {on}; publish one")
            }
            Unratable::NeedsIntervals { label } => {
                write!(
                    f,
                    "{label} is priced by the hour, but the meter has only a register; install an interval meter or move the agreement to another tariff"
                )
            }
            Unratable::WrongUnit { label, priced, measured } => {
                write!(
                    f,
                    "{label} is priced per {priced}, but the meter counts {measured}; correct the meter or the tariff"
                )
            }
        }
    }
}

/// A line before it is priced.
struct Draft {
    label: String,
    days: Period,
    basis: Basis,
}

/// A line, with what only the lines after it need to know.
struct Drawn {
    line: Line,
    /// The label of its component.
    component: String,
    unrounded: Exact,
}

/// Computes the lines of one agreement on the tariff called `code`.
///
/// Where a new version of the tariff comes in force within the bill, each version prices its own
/// days: use is cut exactly where intervals were measured and by days where a register was read,
/// and whatever is for a month is shared over the days of the turn.
pub fn rate(code: &str, input: &Input) -> Result<Rated, Unratable> {
    let mut drawn = Vec::new();
    let mut billed = None;
    for section in sections(code, input)? {
        drawn.extend(draw(&section)?);
        let used = section.used(Flow::Delivered, section.period);
        let so_far = billed.map_or(0, |it: Quantity| it.micro);
        billed = Some(Quantity { micro: so_far + used.micro, unit: used.unit });
    }
    let total = drawn.iter().map(|it| it.line.amount).sum();
    let unrounded = drawn.iter().map(|it| it.unrounded).collect();
    let lines = drawn.into_iter().map(|it| it.line).collect();
    let billed = billed.expect("a period has at least one day, and so one section");
    Ok(Rated { lines, total, billed, unrounded })
}

/// The lines of one section, in bill order.
fn draw(section: &Section) -> Result<Vec<Drawn>, Unratable> {
    let mut drawn: Vec<Drawn> = Vec::new();
    for component in &section.tariff.components {
        let new = match &component.charge {
            Charge::Daily(price) => vec![daily(section, component, *price)],
            Charge::Monthly(price, partial) => monthly(section, component, *price, *partial),
            Charge::Usage(charge) => volume::lines(section, component, charge)?,
            Charge::Demand(charge) => demand::lines(section, component, charge)?,
            Charge::Minimum(price, partial) => {
                drawn.extend(minimum(section, component, *price, *partial, &drawn));
                continue;
            }
            Charge::Share(share, of) => {
                let taxed = share_of(section, component, *share, of, &drawn);
                drawn.push(taxed);
                continue;
            }
        };
        drawn.extend(new.into_iter().map(|draft| {
            let exact = draft.basis.exact();
            finish(section, component, draft, exact)
        }));
    }
    Ok(drawn)
}

fn daily(section: &Section, component: &Component, price: Price) -> Draft {
    let basis = Basis::Each(days_of(section), price);
    Draft { label: component.label.clone(), days: section.period, basis }
}

fn days_of(section: &Section) -> Quantity {
    Quantity { micro: section.period.days() * 1_000_000, unit: Unit::Day }
}

fn monthly(section: &Section, component: &Component, price: Price, partial: Partial) -> Vec<Draft> {
    match month(section, price, partial) {
        Some(basis) => vec![Draft { label: component.label.clone(), days: section.period, basis }],
        None => Vec::new(),
    }
}

/// One month at `price`, or the part of it that the section's days are; or each of these days, when
/// the price is for a day. What is owed whole is owed
/// once, to the version that is in force at the end.
fn month(section: &Section, price: Price, partial: Partial) -> Option<Basis> {
    if price.per == Unit::Day {
        return Some(Basis::Each(days_of(section), price));
    }
    let one = Quantity { micro: 1_000_000, unit: Unit::Month };
    match partial {
        Partial::ByDays => Some(Basis::over(one, price, section.period, section)),
        Partial::Whole if section.period.end() == section.input.period.end() => {
            Some(Basis::Each(one, price))
        }
        Partial::Whole => None,
    }
}

fn minimum(
    section: &Section,
    component: &Component,
    price: Price,
    partial: Partial,
    earlier: &[Drawn],
) -> Option<Drawn> {
    let least = month(section, price, partial)?.exact();
    let charged: Money = earlier.iter().map(|it| it.line.amount).sum();
    let pure: Exact = earlier.iter().map(|it| it.unrounded).sum();
    let unrounded = (least - pure).max(Exact::ZERO);
    let least = least.round(section.tariff.rounding);
    if least <= charged && unrounded == Exact::ZERO {
        return None;
    }
    let basis = Basis::Shortfall { least, charged: charged.min(least) };
    let draft = Draft { label: component.label.clone(), days: section.period, basis };
    Some(finish(section, component, draft, unrounded))
}

fn share_of(
    section: &Section,
    component: &Component,
    share: Share,
    of: &Of,
    earlier: &[Drawn],
) -> Drawn {
    let among = |it: &&Drawn| match of {
        Of::Everything => true,
        Of::Labels(labels) => labels.contains(&it.component),
    };
    let whole: Money = earlier.iter().filter(among).map(|it| it.line.amount).sum();
    let pure: Exact = earlier.iter().filter(among).map(|it| it.unrounded).sum();
    let basis = Basis::Share(whole, share);
    let draft = Draft { label: component.label.clone(), days: section.period, basis };
    finish(section, component, draft, share.of_exact(pure))
}

fn finish(section: &Section, component: &Component, draft: Draft, unrounded: Exact) -> Drawn {
    let Draft { label, days, basis } = draft;
    let Tariff { code, from, rounding, .. } = section.tariff;
    let rule = Rule {
        tariff: code.clone(),
        version: *from,
        line: component.line,
        text: component.text.clone(),
    };
    let exact = basis.exact();
    let line = Line {
        label,
        kind: component.kind,
        period: days,
        basis,
        rule,
        rounding: *rounding,
        exact,
        amount: exact.round(*rounding),
    };
    Drawn { line, component: component.label.clone(), unrounded }
}

/// What the customer reads of a charge that a clock prices: `Energy, peak`.
fn labelled(label: &str, clock: Option<&Clock>, period: usize) -> String {
    match clock {
        Some(clock) => format!("{label}, {}", clock.periods[period]),
        None => label.to_owned(),
    }
}

/// What the customer reads of one block of several: `Energy, tier 2`.
fn tier(label: &str, nth: usize, blocks: usize) -> String {
    if blocks == 1 { label.to_owned() } else { format!("{label}, tier {nth}") }
}

impl Basis {
    /// So much for a month, over `days` of it.
    fn over(quantity: Quantity, price: Price, days: Period, section: &Section) -> Basis {
        if section.is_whole(days) {
            return Basis::Each(quantity, price);
        }
        Basis::Part { quantity, price, days: days.days(), of: section.input.window.days() }
    }

    /// The amount, before rounding. Whoever has the bill can compute it again.
    pub fn exact(&self) -> Exact {
        match *self {
            Basis::Each(quantity, price) => price.times(quantity),
            Basis::Part { quantity, price, days, of } => price.times(quantity).part(days, of),
            Basis::Share(whole, share) => share.of(whole),
            Basis::Shortfall { least, charged } => Exact::from(least - charged),
        }
    }
}

//! Charge by charge: what each line of a bill became on the next one.

use super::{CauseKind, Found, add};
use crate::bill::Segment;
use crate::money::{Exact, Money, Price};
use crate::rating::{Basis, ChargeKind, Line};

/// The lines of one charge on one bill.
struct Charge<'a> {
    lines: Vec<&'a Line>,
}

/// Walks every charge of two segments of one agreement.
pub(super) fn compare_all(then: &Segment, now: &Segment, found: &mut Found) {
    let mut names: Vec<&str> = Vec::new();
    for line in then.lines.iter().chain(&now.lines) {
        if !names.contains(&name(line)) {
            names.push(name(line));
        }
    }
    let days = (then.period.days(), now.period.days());
    // What nobody used has no line; its charge is neither new nor ended when somebody does.
    let unused = then.usage.micro == 0 || now.usage.micro == 0;
    for name in names {
        let (then, now) = (Charge::of(then, name), Charge::of(now, name));
        let one_sided = then.lines.is_empty() != now.lines.is_empty();
        let mut lines = then.lines.iter().chain(&now.lines);
        if unused && one_sided && lines.all(|it| it.kind == ChargeKind::Usage) {
            add(found, CauseKind::Usage, Exact::from(now.amount() - then.amount()));
        } else {
            compare(&then, &now, days, found);
        }
    }
}

/// What days and use made of it at what they cost on the tariff of before, and the rest, which is the other
/// tariff. Charges of two tariffs are not set beside each other: the same name may mean another thing.
pub(super) fn another_tariff(then: &Segment, now: &Segment, found: &mut Found) {
    let all = Exact::from(now.total) - Exact::from(then.total);
    let used = then.lines.iter().filter(|it| it.kind == ChargeKind::Usage);
    let from = Exact::from(used.map(|it| it.amount).sum::<Money>());
    if then.usage.unit != now.usage.unit || then.usage.micro <= 0 || now.usage.micro < 0 {
        return add(found, CauseKind::Tariff, all);
    }
    let as_long = from.part(now.period.days(), then.period.days());
    let as_much = from.part(now.usage.micro, then.usage.micro);
    add(found, CauseKind::Days, as_long - from);
    add(found, CauseKind::Usage, as_much - as_long);
    add(found, CauseKind::Tariff, all - (as_much - from));
}

/// What a charge is called, without the period: `Energy` of `Energy, peak`.
fn name(line: &Line) -> &str {
    line.label.split(", ").next().unwrap_or(&line.label)
}

fn compare(then: &Charge, now: &Charge, days: (i64, i64), found: &mut Found) {
    let (from, to) = (then.amount(), now.amount());
    let difference = Exact::from(to - from);
    let (Some(first), false) = (then.lines.first(), now.lines.is_empty()) else {
        let kind = now.lines.first().or(then.lines.first()).map(|it| it.kind);
        let kind = match kind {
            Some(ChargeKind::Credit) => CauseKind::Credit,
            Some(ChargeKind::Minimum) => CauseKind::Minimum,
            _ if then.lines.is_empty() => CauseKind::New,
            _ => CauseKind::Ended,
        };
        return add(found, kind, difference);
    };
    match first.kind {
        ChargeKind::Credit => add(found, CauseKind::Credit, difference),
        ChargeKind::Minimum => add(found, CauseKind::Minimum, difference),
        ChargeKind::Tax | ChargeKind::Rider if first.is_share() => share(then, now, found),
        ChargeKind::Demand => demand(then, now, found),
        ChargeKind::Fixed => fixed(then, now, found),
        _ => usage(then, now, days, found),
    }
}

/// A share of other lines: what it is of changed, or the share itself.
fn share(then: &Charge, now: &Charge, found: &mut Found) {
    let (Some(first), Some(last)) = (then.lines.first(), now.lines.last()) else { return };
    let of = |line: &Line| match line.basis {
        Basis::Share(whole, share) => Some((whole, share)),
        _ => None,
    };
    let difference = Exact::from(now.amount() - then.amount());
    let (Some((_, before)), Some((whole, after))) = (of(first), of(last)) else {
        return add(found, CauseKind::Tax, difference);
    };
    let priced = if before == after { Exact::ZERO } else { after.of(whole) - before.of(whole) };
    add(found, CauseKind::Price, priced);
    add(found, CauseKind::Tax, difference - priced);
}

/// The highest use at the prices of before, then the prices.
fn demand(then: &Charge, now: &Charge, found: &mut Found) {
    let old_prices = now.at_prices_of(then);
    add(found, CauseKind::Demand, old_prices - Exact::from(then.amount()));
    add(found, CauseKind::Price, Exact::from(now.amount()) - old_prices);
}

/// The days at the prices of before, then the prices.
fn fixed(then: &Charge, now: &Charge, found: &mut Found) {
    let old_prices = now.at_prices_of(then);
    add(found, CauseKind::Days, old_prices - Exact::from(then.amount()));
    add(found, CauseKind::Price, Exact::from(now.amount()) - old_prices);
}

/// Days, use of a day, hours, blocks, prices: one after the other.
fn usage(then: &Charge, now: &Charge, (days_then, days_now): (i64, i64), found: &mut Found) {
    let (from, to) = (Exact::from(then.amount()), Exact::from(now.amount()));
    let (used_then, used_now) = (then.used(), now.used());
    if used_then <= 0 || used_now < 0 {
        return add(found, CauseKind::Usage, to - from);
    }
    let as_long = from.part(days_now, days_then);
    add(found, CauseKind::Days, as_long - from);
    let as_much = from.part(used_now, used_then);
    add(found, CauseKind::Usage, as_much - as_long);
    // With no period in common the season changed, and with it the prices.
    let shared = now.lines.iter().any(|it| then.lines.iter().any(|of| of.label == it.label));
    if !shared {
        return add(found, CauseKind::Price, to - as_much);
    }
    let at_hours = now.at_hours_of(then);
    // Periods that have days of their own are seasons, and theirs are prices of the season.
    let seasons = then.has_seasons() || now.has_seasons();
    let kind = if seasons { CauseKind::Price } else { CauseKind::TimeOfUse };
    add(found, kind, at_hours - as_much);
    let in_blocks = now.at_prices_of(then);
    add(found, CauseKind::Tier, in_blocks - at_hours);
    add(found, CauseKind::Price, to - in_blocks);
}

impl<'a> Charge<'a> {
    fn of(segment: &'a Segment, wanted: &str) -> Charge<'a> {
        Charge { lines: segment.lines.iter().filter(|it| name(it) == wanted).collect() }
    }

    /// Whether its lines are for different days.
    fn has_seasons(&self) -> bool {
        self.lines.windows(2).any(|it| it[0].period != it[1].period)
    }

    fn amount(&self) -> Money {
        self.lines.iter().map(|it| it.amount).sum()
    }

    fn used(&self) -> i64 {
        self.lines.iter().filter_map(|it| it.quantity()).sum()
    }

    /// What these lines come to at the prices that `then` has for lines of the same name; a line
    /// that it has not keeps its own. Where a price changed in the middle it is that of the same days,
    /// and of other days what both came to, mixed.
    fn at_prices_of(&self, then: &Charge) -> Exact {
        let amount = |line: &&Line| {
            let of = |it: &&&Line| (&it.label, it.note.bare()) == (&line.label, line.note.bare());
            let old: Vec<&Line> = then.lines.iter().filter(of).copied().collect();
            let same_days = old.iter().find(|it| it.period == line.period);
            let one_price = old.windows(2).all(|it| it[0].price() == it[1].price());
            let paid: Money = old.iter().map(|it| it.amount).sum();
            let used: i64 = old.iter().filter_map(|it| it.counted()).sum();
            match same_days.or(old.first()).and_then(|it| it.price()) {
                Some(price) if one_price || same_days.is_some() => line.at(price),
                Some(price) if line.is_per(price) && 0 < used => {
                    Exact::from(paid).part(line.counted().unwrap_or(0), used)
                }
                _ => Exact::from(line.amount),
            }
        };
        self.lines.iter().map(amount).sum()
    }

    /// What these lines come to when each period costs, for a unit, what it did in `then`.
    fn at_hours_of(&self, then: &Charge) -> Exact {
        let amount = |line: &&Line| {
            let old = || then.lines.iter().filter(|it| it.label == line.label);
            let (paid, used) = (
                old().map(|it| it.amount).sum::<Money>(),
                old().filter_map(|it| it.quantity()).sum::<i64>(),
            );
            match line.quantity() {
                Some(now) if 0 < used => Exact::from(paid).part(now, used),
                _ => Exact::from(line.amount),
            }
        };
        self.lines.iter().map(amount).sum()
    }
}

impl Line {
    fn is_share(&self) -> bool {
        matches!(self.basis, Basis::Share(..))
    }

    /// How much it counts, in millionths.
    fn quantity(&self) -> Option<i64> {
        match self.basis {
            Basis::Each(quantity, _) | Basis::Part { quantity, .. } => Some(quantity.micro),
            _ => None,
        }
    }

    /// The same, of a part of the days the part.
    fn counted(&self) -> Option<i64> {
        match self.basis {
            Basis::Part { quantity, days, of, .. } => {
                let part = i128::from(quantity.micro) * i128::from(days);
                i64::try_from(part.div_euclid(i128::from(of.max(1)))).ok()
            }
            _ => self.quantity(),
        }
    }

    /// Whether its price is for the unit of another one.
    fn is_per(&self, other: Price) -> bool {
        self.price().is_some_and(|it| it.per == other.per)
    }

    fn price(&self) -> Option<Price> {
        match self.basis {
            Basis::Each(_, price) | Basis::Part { price, .. } => Some(price),
            _ => None,
        }
    }

    /// What it comes to at another price, if that is for the same unit.
    fn at(&self, other: Price) -> Exact {
        match self.basis {
            Basis::Each(quantity, price) if price.per == other.per => other.times(quantity),
            Basis::Part { quantity, price, days, of } if price.per == other.per => {
                other.times(quantity).part(days, of)
            }
            _ => Exact::from(self.amount),
        }
    }
}

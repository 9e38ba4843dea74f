//! The least that a bill, or the bills of a year, come to.

use crate::money::{Exact, Money, Quantity, Unit};
use crate::rating::carried::{Carried, Charged};
use crate::rating::component::fixed;
use crate::rating::drawn::{Draft, Earlier};
use crate::rating::section::Section;
use crate::rating::{Basis, month_index};
use crate::tariff::{Component, Minimum, Partial};

/// What the charges fall short of the least amount, and the same without rounding.
pub(in crate::rating) fn minimum(
    section: &Section,
    component: &Component,
    minimum: &Minimum,
    earlier: Earlier<'_>,
    carried: &mut Carried,
) -> Option<(Draft, Exact)> {
    let (mut charged, mut pure) = minimum.of.sum(section, earlier);
    let least = match minimum.settled_in {
        Some(month) => {
            remember(section, component, (charged, pure), carried);
            let year = settled(section, component, minimum, month, carried)?;
            (charged, pure) = (year.charged, year.pure);
            year.least
        }
        None if minimum.partial == Partial::ByDays || minimum.least.per == Unit::Day => {
            fixed::least(section, minimum.least, minimum.partial)?.exact()
        }
        // A turn owes it once, whichever versions and bills its charges are on.
        None => {
            let turn = section.input.window.start();
            carried.charged.retain(|it| it.minimum != component.label || it.turn == turn);
            remember(section, component, (charged, pure), carried);
            if !fixed::is_last_of_turn(section) {
                return None;
            }
            (charged, pure) = of_turn(section, component, carried)?;
            fixed::least(section, minimum.least, minimum.partial)?.exact()
        }
    };
    if minimum.beside_credits {
        (charged, pure) = (charged.max(Money::ZERO), pure.max(Exact::ZERO));
    }
    let unrounded = (least - pure).max(Exact::ZERO);
    let least = least.round(section.tariff().rounding);
    if least <= charged && unrounded == Exact::ZERO {
        return None;
    }
    let basis = Basis::Shortfall { least, charged: charged.min(least) };
    Some((Draft::plain(section, basis), unrounded))
}

/// What a year came to, and what it should have.
struct Year {
    least: Exact,
    charged: Money,
    pure: Exact,
}

/// Keeps what this turn came to. Two versions of a tariff in one turn are one turn.
fn remember(
    section: &Section,
    component: &Component,
    (amount, unrounded): (Money, Exact),
    carried: &mut Carried,
) {
    let turn = section.input.window.start();
    let same = |it: &&mut Charged| it.minimum == component.label && it.turn == turn;
    match carried.charged.iter_mut().find(same) {
        Some(there) => {
            there.amount += amount;
            there.unrounded = there.unrounded + unrounded;
        }
        None => {
            let minimum = component.label.clone();
            carried.charged.push(Charged { minimum, turn, amount, unrounded });
        }
    }
}

/// What the charges of the turn came to, on this bill and on those before it.
fn of_turn(
    section: &Section,
    component: &Component,
    carried: &mut Carried,
) -> Option<(Money, Exact)> {
    let turn = section.input.window.start();
    let mine = |it: &Charged| it.minimum == component.label && it.turn == turn;
    let there = carried.charged.iter().position(mine)?;
    let Charged { amount, unrounded, .. } = carried.charged.remove(there);
    Some((amount, unrounded))
}

/// The year up to this bill, if it ends here. A year of fewer turns owes a twelfth for each.
fn settled(
    section: &Section,
    component: &Component,
    minimum: &Minimum,
    month: i8,
    carried: &mut Carried,
) -> Option<Year> {
    let turn = section.input.window.start();
    let ends = section.period.end() == section.input.window.end();
    if !ends || month_index(turn).rem_euclid(12) + 1 != i64::from(month) {
        return None;
    }
    let mine = |it: &&Charged| it.minimum == component.label;
    let all = || carried.charged.iter().filter(mine);
    let turns = i64::try_from(all().count()).expect("a year has few turns");
    let one = Quantity { micro: 1_000_000, unit: minimum.least.per };
    let year = Year {
        least: minimum.least.times(one).part(turns.min(12), 12),
        charged: all().map(|it| it.amount).sum(),
        pure: all().map(|it| it.unrounded).sum(),
    };
    carried.charged.retain(|it| it.minimum != component.label);
    Some(year)
}

//! The least that a bill comes to.

use crate::money::{Exact, Money};
use crate::rating::component::fixed::month;
use crate::rating::section::Section;
use crate::rating::{Basis, Draft, Drawn};
use crate::tariff::Minimum;

/// What the charges so far fall short of the least amount, and the same without rounding.
pub(in crate::rating) fn minimum(
    section: &Section,
    minimum: Minimum,
    earlier: &[Drawn],
) -> Option<(Draft, Exact)> {
    let least = month(section, minimum.least, minimum.partial)?.exact();
    let mut charged: Money = earlier.iter().map(|it| it.line.amount).sum();
    let mut pure: Exact = earlier.iter().map(|it| it.unrounded).sum();
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

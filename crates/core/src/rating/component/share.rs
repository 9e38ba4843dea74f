//! Shares of other lines: riders, discounts and taxes.

use crate::money::{Exact, Money, Share};
use crate::rating::section::Section;
use crate::rating::{Basis, Draft, Drawn};
use crate::tariff::Of;

/// A share of lines before it, and the same without rounding.
pub(in crate::rating) fn share_of(
    section: &Section,
    share: Share,
    of: &Of,
    earlier: &[Drawn],
) -> (Draft, Exact) {
    let among = |it: &&Drawn| match of {
        Of::Everything => true,
        Of::These(places) => places.contains(&it.component),
    };
    let whole: Money = earlier.iter().filter(among).map(|it| it.line.amount).sum();
    let pure: Exact = earlier.iter().filter(among).map(|it| it.unrounded).sum();
    (Draft::plain(section, Basis::Share(whole, share)), share.of_exact(pure))
}

//! Charges for being connected: by the day and by the month.

use crate::money::{Price, Quantity, Unit};
use crate::rating::plan::days_between;
use crate::rating::section::Section;
use crate::rating::{Basis, Draft};
use crate::tariff::Partial;

pub(in crate::rating) fn daily(section: &Section, price: Price) -> Draft {
    Draft::plain(section, Basis::Each(days_of(section), price))
}

pub(in crate::rating) fn monthly(
    section: &Section,
    price: Price,
    partial: Partial,
) -> Option<Draft> {
    Some(Draft::plain(section, month(section, price, partial)?))
}

fn days_of(section: &Section) -> Quantity {
    let days = days_between(section.period.start(), section.period.end());
    Quantity { micro: days * 1_000_000, unit: Unit::Day }
}

/// One month at `price`, or the part of it that the section's days are; or each of these days, when
/// the price is for a day. What is owed whole is owed once, to the version that is in force at the
/// end.
pub(in crate::rating) fn month(section: &Section, price: Price, partial: Partial) -> Option<Basis> {
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

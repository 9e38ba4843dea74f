//! Charges for being connected: by the day, the month and the bill, and for each of something.

use jiff::civil::Date;

use crate::money::{Price, Quantity, Unit};
use crate::period::Period;
use crate::rating::drawn::Draft;
use crate::rating::plan::days_between;
use crate::rating::section::Section;
use crate::rating::{Basis, Input, Unratable};
use crate::tariff::{Component, Every, FixedCharge, Partial};

/// The lines of a fixed charge: one, or one for each value of its terms.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &FixedCharge,
    draw: &mut impl FnMut(Draft),
) -> Result<(), Unratable> {
    let label = &component.label;
    if charge.choice.is_none() && charge.count.is_empty() && section.input.terms.prices.is_empty() {
        let basis = basis(section, charge, 0, ONE, section.period);
        basis.map(|it| Draft::plain(section, it)).into_iter().for_each(draw);
        return Ok(());
    }
    let needs: Vec<usize> =
        charge.count.iter().copied().chain(charge.choice.as_ref().map(|it| it.term)).collect();
    for days in section.cut(section.period, &needs, label) {
        let count = section.count(label, &charge.count, days.start())?;
        let row = match &charge.choice {
            Some(choice) => Some(section.row(label, choice, days.start())?),
            None => None,
        };
        let basis = basis(section, charge, row.unwrap_or(0), count, days);
        let draft = |basis| Draft { period: row.map(|it| (it, 0)), days, basis, behind: None };
        basis.filter(|_| count != 0).map(draft).into_iter().for_each(&mut *draw);
    }
    Ok(())
}

fn basis(
    section: &Section,
    charge: &FixedCharge,
    row: usize,
    count: i64,
    days: Period,
) -> Option<Basis> {
    let price = charge.prices[row];
    let quantity = Quantity { micro: count, unit: price.per };
    match charge.every {
        Every::Day if price.per == Unit::Day => Some(Basis::Each(days_of(days), price)),
        Every::Day => {
            let days = days_between(days.start(), days.end());
            Some(Basis::Part { quantity, price, days, of: 1 })
        }
        Every::Turn => month(section, quantity, price, charge.partial, days),
        Every::Bill if days.end() != section.input.period.end() => None,
        Every::Bill => Some(Basis::Each(quantity, price)),
    }
}

fn days_of(days: Period) -> Quantity {
    Quantity { micro: days_between(days.start(), days.end()) * ONE, unit: Unit::Day }
}

/// One month at `price`, or the part of it that the section's days are; or each of these days, when
/// the price is for a day. What is owed whole is owed once, with the last bill of the turn.
pub(in crate::rating) fn least(section: &Section, price: Price, partial: Partial) -> Option<Basis> {
    if price.per == Unit::Day {
        return Some(Basis::Each(days_of(section.period), price));
    }
    let one = Quantity { micro: ONE, unit: Unit::Month };
    match partial {
        Partial::ByDays => Some(Basis::over(one, price, section.period, section)),
        partial => (is_last_of_turn(section) && is_owed(section, partial))
            .then_some(Basis::Each(one, price)),
    }
}

/// So much for a turn, or the part of it that `days` are. What is owed whole is owed once, with the
/// first bill of the turn where it has several, for what holds at its end.
fn month(
    section: &Section,
    quantity: Quantity,
    price: Price,
    partial: Partial,
    days: Period,
) -> Option<Basis> {
    let bill = section.input.period;
    let owed = match partial {
        Partial::ByDays => return Some(Basis::over(quantity, price, days, section)),
        partial => is_owed(section, partial) && bill.start() <= served(section).0,
    };
    (owed && days.end() == bill.end()).then_some(Basis::Each(quantity, price))
}

/// Whether a turn owes what is not shared by its days.
fn is_owed(section: &Section, partial: Partial) -> bool {
    let turn = section.input.window;
    let (from, to) = served(section);
    let (begins, ends) = (turn.start() < from, to < turn.end());
    match partial {
        Partial::ByDays | Partial::Whole => true,
        Partial::FullFirst => begins || !ends,
        Partial::FullLast => ends || !begins,
    }
}

/// Whether no bill of the turn comes behind this section.
pub(in crate::rating) fn is_last_of_turn(section: &Section) -> bool {
    served(section).1 <= section.period.end()
}

/// The days of the turn in which there is service, by the agreement. A bill of the days so far ends before they
/// do, and the next one begins within them. Where nobody says when service began, they are those of the bill.
fn served(section: &Section) -> (Date, Date) {
    let Input { period, window, since, until, .. } = *section.input;
    match since {
        None => (period.start(), period.end()),
        Some(since) => {
            let ends = until.map_or(window.end(), |it| it.min(window.end()));
            (since.max(window.start()), ends)
        }
    }
}

const ONE: i64 = 1_000_000;

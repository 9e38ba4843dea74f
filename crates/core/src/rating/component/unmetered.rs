//! Charges for use that nothing measures: so many pieces, each using what the tariff says for the
//! month.

use crate::money::Quantity;
use crate::rating::drawn::{ChargeOf, Draft, Earlier};
use crate::rating::section::{Section, part, product};
use crate::rating::{Basis, Unratable, month_index};
use crate::tariff::{Charge, Component, UnmeteredCharge};

/// The lines of an unmetered charge: one, or one for each number of pieces.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &UnmeteredCharge,
    draw: &mut impl FnMut(Draft),
) -> Result<(), Unratable> {
    let month = month_index(section.input.window.start()).rem_euclid(12);
    let month = usize::try_from(month).expect("a year has twelve months");
    for days in section.cut(section.period, &charge.count, &component.label) {
        let pieces = section.count(&component.label, &charge.count, days.start())?;
        let turn = product(&component.label, charge.each_micro[month], pieces, 1_000_000)?;
        let micro = if section.is_whole(days) {
            turn
        } else {
            part(turn, days.days(), section.window_days())
        };
        if micro != 0 {
            let quantity = Quantity { micro, unit: charge.price.per };
            let basis = Basis::Each(quantity, charge.price);
            draw(Draft { period: None, days, basis, behind: None });
        }
    }
    Ok(())
}

/// What the lines of a section add to the use of the bill, in millionths of the billed unit.
pub(in crate::rating) fn used(section: &Section, lines: Earlier<'_>) -> i64 {
    let unmetered = |charge: ChargeOf| {
        let charge = section.charge(charge).map(|it| &it.charge);
        matches!(charge, Some(Charge::Unmetered(_)))
    };
    let used = |basis: Basis| match basis {
        Basis::Each(quantity, _) => quantity.micro,
        _ => 0,
    };
    let lines = lines.each().filter(|(charge, _, _)| unmetered(*charge));
    lines.map(|(_, line, _)| used(line.basis)).sum()
}

//! Charges for use that nothing measures: so many pieces, each using what the tariff says for the
//! month.

use crate::money::Quantity;
use crate::rating::section::{Section, part};
use crate::rating::{Basis, Draft, Drawn, Unratable, month_index};
use crate::tariff::{Charge, Component, UnmeteredCharge};

/// The lines of an unmetered charge: one, or one for each number of pieces.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &UnmeteredCharge,
) -> Result<Vec<Draft>, Unratable> {
    let month = month_index(section.input.window.start()).rem_euclid(12);
    let month = usize::try_from(month).expect("a year has twelve months");
    let mut drafts = Vec::new();
    for days in section.cut(section.period, &charge.count, &component.label) {
        let pieces = section.count(&component.label, &charge.count, days.start())?;
        let turn = part(charge.each_micro[month], pieces, 1_000_000);
        let micro = if section.is_whole(days) {
            turn
        } else {
            part(turn, days.days(), section.window_days())
        };
        if micro != 0 {
            let quantity = Quantity { micro, unit: charge.price.per };
            let basis = Basis::Each(quantity, charge.price);
            drafts.push(Draft { period: None, days, basis });
        }
    }
    Ok(drafts)
}

/// What a line adds to the use of the bill, in millionths of the billed unit.
pub(in crate::rating) fn used(section: &Section, drawn: &Drawn) -> i64 {
    match (section.tariff().components.get(drawn.component).map(|it| &it.charge), drawn.line.basis)
    {
        (Some(Charge::Unmetered(_)), Basis::Each(quantity, _)) => quantity.micro,
        _ => 0,
    }
}

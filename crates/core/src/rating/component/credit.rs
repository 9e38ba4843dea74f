//! Credit for what was sent back: what it brings down, and the bank of what is left.

use crate::money::{Exact, Money, Share};
use crate::rating::carried::{Carried, MoneyLot};
use crate::rating::drawn::{ChargeOf, Draft, Earlier};
use crate::rating::flow::CreditFlow;
use crate::rating::section::Section;
use crate::rating::{Basis, Note, Unratable, month_index};
use crate::tariff::{Bank, Charge, Component, CreditCharge, Due, Of};

/// What settles a credit on this bill, behind the lines that earned it.
pub(in crate::rating) struct Settled {
    pub(in crate::rating) note: Note,
    pub(in crate::rating) draft: Draft,
    pub(in crate::rating) unrounded: Exact,
}

/// Brings the charges that a credit may offset down to nothing at most: what this bill earned
/// beyond them goes back on the bill and into the bank, and what earlier bills left comes out of it.
/// What was earned comes rounded and not.
pub(in crate::rating) fn settle(
    section: &Section,
    component: &Component,
    charge: &CreditCharge,
    ((credit, pure_credit), earlier): ((Money, Exact), Earlier<'_>),
    (carried, flow): (&mut Carried, &mut CreditFlow),
) -> Vec<Settled> {
    let Some(offsets) = &charge.offsets else { return Vec::new() };
    let turn = section.input.window.start();
    let (owed, pure_owed) = owed(section, component, offsets, earlier);
    let mut settled = Vec::new();
    // Credits are below zero: what they leave of the charges, or what the charges leave of them.
    let later = charge.bank.is_some_and(|it| it.from_next_turn);
    let (left, pure_left) =
        if later { (owed, pure_owed) } else { (owed + credit, pure_owed + pure_credit) };
    let over = if later {
        (credit, pure_credit)
    } else {
        (Money::ZERO.min(left), Exact::ZERO.min(pure_left))
    };
    if over != (Money::ZERO, Exact::ZERO) {
        let note = if charge.bank.is_some() { Note::Carried } else { Note::NotUsed };
        settled.push(line(section, note, -over.0, Exact::ZERO - over.1));
    }
    let Some(bank) = charge.bank else { return settled };
    let (old, pure_old) = expire(bank.bank, component, month_index(turn), carried);
    let refund = (bank.paid.of(old).round(section.tariff().rounding), bank.paid.of_exact(pure_old));
    flow.paid += refund.0;
    flow.expired += old - refund.0;
    if refund != (Money::ZERO, Exact::ZERO) {
        settled.push(line(section, Note::Refunded, -refund.0, Exact::ZERO - refund.1));
    }
    let (mut room, mut pure_room) = (Money::ZERO.max(left), Exact::ZERO.max(pure_left));
    let (mut taken, mut pure_taken) = (Money::ZERO, Exact::ZERO);
    let mine = |it: &&mut MoneyLot| it.credit == component.label && it.turn < turn;
    for lot in carried.money.iter_mut().filter(mine) {
        let (now, pure) = (lot.amount.min(room), lot.unrounded.min(pure_room));
        lot.amount = lot.amount - now;
        lot.unrounded = lot.unrounded - pure;
        (room, taken) = (room - now, taken + now);
        (pure_room, pure_taken) = (pure_room - pure, pure_taken + pure);
    }
    if (taken, pure_taken) != (Money::ZERO, Exact::ZERO) {
        let pure = Exact::ZERO - pure_taken;
        settled.push(line(section, Note::FromEarlier, -taken, pure));
    }
    flow.used += taken;
    if over != (Money::ZERO, Exact::ZERO) {
        flow.earned += -over.0;
        carried.money.push(MoneyLot {
            credit: component.label.clone(),
            turn,
            amount: -over.0,
            unrounded: Exact::ZERO - over.1,
        });
    }
    carried.money.retain(|it| (it.amount, it.unrounded) != (Money::ZERO, Exact::ZERO));
    settled
}

/// What is left to bring down: the charges, less what credits above this one took of them.
fn owed(
    section: &Section,
    component: &Component,
    offsets: &Of,
    earlier: Earlier<'_>,
) -> (Money, Exact) {
    let (owed, pure) = offsets.sum(section, earlier);
    let took = |of: ChargeOf| match section.charge(of).map(|it| (&it.label, &it.charge)) {
        Some((label, Charge::Credit(CreditCharge { offsets: Some(other), .. }))) => {
            *label != component.label && section.share_a_charge(offsets, other)
        }
        _ => false,
    };
    let (taken, pure_taken) = earlier.sum(section, took);
    (owed + taken, pure + pure_taken)
}

/// Empties the bank when the turn is that of the true-up: what is left is paid, or lost.
pub(in crate::rating) fn true_up(
    section: &Section,
    component: &Component,
    charge: &CreditCharge,
    (carried, flow): (&mut Carried, &mut CreditFlow),
) -> Result<Option<Settled>, Unratable> {
    let Some(bank) = charge.bank else { return Ok(None) };
    let due = bank.bank.due(section)?;
    if due == Due::No {
        return Ok(None);
    }
    let mine = |it: &&MoneyLot| it.credit == component.label;
    let left: Money = carried.money.iter().filter(mine).map(|it| it.amount).sum();
    let pure: Exact = carried.money.iter().filter(mine).map(|it| it.unrounded).sum();
    carried.money.retain(|it| it.credit != component.label);
    let paid = if due == Due::Lost { Share { nano: 0 } } else { bank.paid };
    let amount = paid.of(left).round(section.tariff().rounding);
    flow.paid += amount;
    flow.expired += left - amount;
    let pure = paid.of_exact(pure);
    let something = (amount, pure) != (Money::ZERO, Exact::ZERO);
    let pure = Exact::ZERO - pure;
    Ok(something.then(|| line(section, Note::Paid, -amount, pure)))
}

/// Forgets credit that is too old, and says how much it was, rounded and not.
fn expire(bank: Bank, component: &Component, this: i64, carried: &mut Carried) -> (Money, Exact) {
    let Some(after) = bank.expires_after else { return (Money::ZERO, Exact::ZERO) };
    let old = |it: &MoneyLot| it.credit == component.label && after < this - month_index(it.turn);
    let expired = || carried.money.iter().filter(|it| old(it));
    let sums = (expired().map(|it| it.amount).sum(), expired().map(|it| it.unrounded).sum());
    carried.money.retain(|it| !old(it));
    sums
}

fn line(section: &Section, note: Note, amount: Money, unrounded: Exact) -> Settled {
    Settled { note, draft: Draft::plain(section, Basis::Amount(amount)), unrounded }
}

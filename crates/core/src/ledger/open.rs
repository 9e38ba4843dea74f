//! What is still open of what an account was billed and paid: worked out from its entries and from
//! what its payments were meant for, never kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::id::{BillId, EntryId};
use crate::ledger::{Debt, EntryKind};
use crate::money::Money;

/// What one entry did to what an account owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Which entry.
    pub entry: EntryId,
    /// What happened.
    pub kind: EntryKind,
    /// The bill's number or the payment's key.
    pub key: String,
    /// The bill whose paper asks for it: that it is or came with, or of several behind one first page
    /// the last.
    pub bill: Option<BillId>,
    /// What sort of debt it is, where it is one.
    pub debt: Debt,
    /// The day it counts from.
    pub on: Date,
    /// The day it is due, where it is a debt.
    pub due: Date,
    /// How much: above zero it is owed, below it was paid or given.
    pub amount: Money,
    /// Whether its paper says that another account pays it: a bill that is rolled up.
    pub rolled: bool,
}

/// What of a payment was meant for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The entry of the payment.
    pub from: EntryId,
    /// The entry of the item.
    pub to: EntryId,
    /// How much, above zero.
    pub amount: Money,
}

/// A side of which something is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub side: Side,
    /// How much of it is left, above zero, whether it is owed or a credit.
    pub left: Money,
}

/// What is open on an account. Never both: a credit pays what is owed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// What is owed, the first due first, and behind it what another account pays.
    pub items: Vec<Item>,
    /// What was paid and is for nothing yet, the oldest first.
    pub credits: Vec<Item>,
}

impl Open {
    /// What the account owes; below zero it has a credit.
    pub fn balance(&self) -> Money {
        let sum = |items: &[Item]| -> Money { items.iter().map(|it| it.left).sum() };
        sum(&self.items) - sum(&self.credits)
    }

    /// What of it was due before a day, as the account's own debt, and the day on which the oldest of that
    /// was due; `None` where nothing was.
    pub fn past_due(&self, on: Date) -> Option<(Money, Date)> {
        let past = self.items.iter().filter(|it| !it.side.rolled && it.side.due < on);
        let oldest = past.clone().map(|it| it.side.due).min()?;
        Some((past.map(|it| it.left).sum(), oldest))
    }
}

/// What is open of these sides.
///
/// What was taken back is set off against what took it back, and what payments were meant for against
/// them. A credit that is left then, such as an overpayment or a payment whose bill was cancelled,
/// pays what is due first: nobody has to come back for it. What another account pays comes last.
pub fn open(sides: &[Side], applied: &[Applied]) -> Open {
    let mut left: BTreeMap<EntryId, Money> = BTreeMap::new();
    for side in sides {
        left.insert(side.entry, side.amount);
    }
    let mut whole: BTreeMap<(EntryKind, &str), EntryId> = BTreeMap::new();
    for side in sides {
        whole.insert((side.kind, &side.key), side.entry);
    }
    for side in sides {
        let Some(of) = side.kind.takes_back() else { continue };
        if let Some(first) = whole.get(&(of, side.key.as_str())) {
            set_off(&mut left, *first, side.entry, None);
        }
    }
    for it in applied {
        set_off(&mut left, it.from, it.to, Some(it.amount));
    }
    let mut debits: Vec<&Side> = sides.iter().filter(|it| Money::ZERO < it.amount).collect();
    let mut credits: Vec<&Side> = sides.iter().filter(|it| it.amount < Money::ZERO).collect();
    debits.sort_by_key(|it| (it.rolled, it.due, it.entry));
    credits.sort_by_key(|it| (it.on, it.entry));
    let mut next = 0;
    for credit in &credits {
        while left[&credit.entry] != Money::ZERO && next < debits.len() {
            set_off(&mut left, credit.entry, debits[next].entry, None);
            if left[&debits[next].entry] == Money::ZERO {
                next += 1;
            }
        }
    }
    let rest = |of: Vec<&Side>| {
        let item = |it: &Side| Item { side: it.clone(), left: left[&it.entry].abs() };
        of.into_iter().map(item).filter(|it| it.left != Money::ZERO).collect()
    };
    Open { items: rest(debits), credits: rest(credits) }
}

/// The sides that count from no later than a day, without payments that were taken back by now and what
/// took them back: a check that came back paid nothing in time.
pub fn stood(sides: &[Side], by: Date) -> Vec<Side> {
    let back = |it: &&Side| it.kind == EntryKind::Reversal;
    let gone: BTreeSet<&str> = sides.iter().filter(back).map(|it| it.key.as_str()).collect();
    let of_payment = |it: &Side| matches!(it.kind, EntryKind::Payment | EntryKind::Reversal);
    let stands = |it: &&Side| it.on <= by && !(of_payment(it) && gone.contains(it.key.as_str()));
    sides.iter().filter(stands).cloned().collect()
}

/// Sets one side off against the other, as far as both and `most` go. Two sides that are owed, or two
/// that are paid, leave each other alone.
fn set_off(left: &mut BTreeMap<EntryId, Money>, one: EntryId, other: EntryId, most: Option<Money>) {
    let (Some(&a), Some(&b)) = (left.get(&one), left.get(&other)) else { return };
    if (a < Money::ZERO) == (b < Money::ZERO) {
        return;
    }
    let amount = a.abs().min(b.abs()).min(most.unwrap_or(a.abs()));
    let towards_zero = |it: Money| if it < Money::ZERO { it + amount } else { it - amount };
    left.insert(one, towards_zero(a));
    left.insert(other, towards_zero(b));
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn side(id: i64, kind: EntryKind, key: &str, cents: i64) -> Side {
        let on = date(2026, 3, 1).checked_add(jiff::Span::new().days(id)).unwrap();
        let (entry, debt) = (EntryId(id), Debt::Bill);
        let amount = Money::from_cents(cents);
        let (key, bill) = (key.to_owned(), None);
        Side { entry, kind, key, bill, debt, on, due: on, amount, rolled: false }
    }

    fn left(of: &[Item]) -> Vec<(i64, i64)> {
        of.iter().map(|it| (it.side.entry.0, it.left.cents())).collect()
    }

    #[test]
    fn a_payment_pays_what_it_was_meant_for() {
        let sides = [
            side(1, EntryKind::Bill, "B-1", 50_00),
            side(2, EntryKind::Bill, "B-2", 30_00),
            side(3, EntryKind::Payment, "p", -30_00),
        ];
        let meant = Applied { from: EntryId(3), to: EntryId(2), amount: Money::from_cents(30_00) };
        assert_eq!(left(&open(&sides, &[meant]).items), [(1, 50_00)]);
        // What is for nothing pays what is due first.
        assert_eq!(left(&open(&sides, &[]).items), [(1, 20_00), (2, 30_00)]);
        // The first is past due on the day after it was due, and as old as it is.
        let (first, day) = (sides[0].due, |at: usize| sides[at].due);
        let now = open(&sides, &[meant]);
        assert_eq!(
            (now.past_due(first), now.past_due(day(1))),
            (None, Some((now.balance(), first)))
        );
    }

    #[test]
    fn what_was_taken_back_is_gone_and_its_payment_pays_the_next() {
        let mut sides = vec![
            side(1, EntryKind::Bill, "B-1", 50_00),
            side(2, EntryKind::Payment, "p", -50_00),
            side(3, EntryKind::Cancelled, "B-1", -50_00),
        ];
        let meant = Applied { from: EntryId(2), to: EntryId(1), amount: Money::from_cents(50_00) };
        let now = open(&sides, &[meant]);
        assert_eq!((left(&now.items), left(&now.credits)), (vec![], vec![(2, 50_00)]));
        sides.push(side(4, EntryKind::Bill, "B-2", 60_00));
        assert_eq!(left(&open(&sides, &[meant]).items), [(4, 10_00)]);
        // The check came back: the age of the debt is that of the bill.
        sides.push(side(5, EntryKind::Reversal, "p", 50_00));
        assert_eq!(left(&open(&sides, &[meant]).items), [(4, 60_00)]);
    }

    #[test]
    fn what_another_account_pays_is_paid_last() {
        let mut sides = [
            side(1, EntryKind::Bill, "B-1", 50_00),
            side(2, EntryKind::Bill, "B-2", 30_00),
            side(3, EntryKind::Payment, "p", -40_00),
        ];
        sides[0].rolled = true;
        assert_eq!(left(&open(&sides, &[]).items), [(1, 40_00)]);
    }

    proptest! {
        #[test]
        fn what_is_open_is_the_balance(
            cents in proptest::collection::vec((-500_i64..500, 0_usize..4), 0..12),
            meant in proptest::collection::vec((0_i64..12, 0_i64..12, 1_i64..600), 0..12),
        ) {
            let kinds = [EntryKind::Bill, EntryKind::Payment, EntryKind::Cancelled, EntryKind::Charge];
            let sides: Vec<Side> = (0..)
                .zip(&cents)
                .map(|(id, &(cents, kind))| side(id, kinds[kind], "k", cents))
                .collect();
            let applied: Vec<Applied> = meant
                .iter()
                .map(|&(from, to, cents)| Applied {
                    from: EntryId(from),
                    to: EntryId(to),
                    amount: Money::from_cents(cents),
                })
                .collect();
            let now = open(&sides, &applied);
            let sum: Money = sides.iter().map(|it| it.amount).sum();
            prop_assert_eq!(now.balance(), sum);
            prop_assert!(now.items.is_empty() || now.credits.is_empty());
            for it in now.items.iter().chain(&now.credits) {
                prop_assert!(Money::ZERO < it.left && it.left <= it.side.amount.abs());
            }
        }
    }
}

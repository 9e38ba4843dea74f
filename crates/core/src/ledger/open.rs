//! What is still open of what an account was billed and paid: worked out from its entries and from
//! what its payments were meant for, never kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::charge::Charge;
use crate::id::{BillId, CorrectionId, EntryId};
use crate::ledger::{Debt, EntryKind};
use crate::money::Money;

/// What one entry did to what an account owes; of a bill in the place of another what of it is due on one
/// day, so that its entry has a side for each.
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
    /// The bill that asked for it by that day, where another one stands in its place.
    pub asked_by: Option<BillId>,
    /// The correction that added it to what was asked for before.
    pub added_by: Option<CorrectionId>,
    /// Whether nobody is charged for it: what takes it off is an entry of its own.
    pub waived: bool,
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
        let oldest = self.late(on).map(|it| it.side.due).min()?;
        Some((self.late(on).map(|it| it.left).sum(), oldest))
    }

    /// The same, debt by debt.
    pub fn late(&self, on: Date) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |it| !it.side.rolled && it.side.due < on)
    }
}

impl Side {
    /// Whether a letter of a day could name it as past due: it was due before, and there. A bill in the
    /// place of another is there since that was; another account's debt that came later was not.
    pub fn was_past_due(&self, day: Date) -> bool {
        self.due < day && (self.kind == EntryKind::Bill || self.on <= day)
    }
}

/// What is open of these sides.
///
/// What was taken back is set off against what took it back, what rules took off corrections against what
/// nobody is charged for, what payments were meant for against them, and what is given back of a charge against that
/// charge: a fee that is waived is not open, security that goes back asks for no more of it, and a refund that is
/// not paid after all is not owed. A credit
/// that is left then, such as an overpayment or a payment whose bill was cancelled, pays what is due first:
/// nobody has to come back for it. What came to the account when it was long due, such as a debt of another
/// one, waits behind what was there then, which stays paid. What another account pays comes last.
pub fn open(sides: &[Side], applied: &[Applied]) -> Open {
    let mut left: Vec<Money> = sides.iter().map(|it| it.amount).collect();
    let mut whole: BTreeMap<(EntryKind, &str), Vec<usize>> = BTreeMap::new();
    let mut places: BTreeMap<EntryId, Vec<usize>> = BTreeMap::new();
    for (at, side) in sides.iter().enumerate() {
        whole.entry((side.kind, &side.key)).or_default().push(at);
        places.entry(side.entry).or_default().push(at);
    }
    for (at, side) in sides.iter().enumerate() {
        let Some(of) = side.kind.takes_back() else { continue };
        let firsts = whole.get(&(of, side.key.as_str())).map_or(&[][..], Vec::as_slice);
        let all = firsts.iter().map(|it| left[*it]).sum::<Money>() + left[at];
        for first in firsts {
            match all == Money::ZERO {
                true => (left[*first], left[at]) = (Money::ZERO, Money::ZERO),
                false => drop(set_off(&mut left, *first, at, None)),
            }
        }
    }
    take_off(&mut left, sides);
    for it in applied {
        let of = |entry| places.get(entry).into_iter().flatten();
        let mut rest = it.amount;
        for from in of(&it.from) {
            for to in of(&it.to) {
                rest = rest - set_off(&mut left, *from, *to, Some(rest));
            }
        }
    }
    let given = |it: &Side| it.kind == EntryKind::Charge && it.amount < Money::ZERO;
    for (at, side) in sides.iter().enumerate().filter(|it| given(it.1)) {
        for (of, _) in sides.iter().enumerate().filter(|it| gives_back(side, it.1)) {
            set_off(&mut left, at, of, None);
        }
    }
    let all = || 0..sides.len();
    let mut debits: Vec<usize> = all().filter(|it| Money::ZERO < sides[*it].amount).collect();
    let mut credits: Vec<usize> = all().filter(|it| sides[*it].amount < Money::ZERO).collect();
    debits.sort_by_key(|it| (sides[*it].rolled, sides[*it].due, sides[*it].entry));
    credits.sort_by_key(|it| (sides[*it].on, sides[*it].entry));
    let line = in_line(sides, &debits);
    let mut next = 0;
    for credit in &credits {
        while left[*credit] != Money::ZERO && next < line.len() {
            set_off(&mut left, *credit, line[next], None);
            if left[line[next]] == Money::ZERO {
                next += 1;
            }
        }
    }
    let rest = |of: Vec<usize>| {
        let item = |it: usize| Item { side: sides[it].clone(), left: left[it].abs() };
        of.into_iter().map(item).filter(|it| it.left != Money::ZERO).collect()
    };
    Open { items: rest(debits), credits: rest(credits) }
}

/// Sets what rules of corrections took off against what nobody is charged for, and what a later correction
/// takes back of it against that of an earlier one. Interest that is given is left.
fn take_off(left: &mut [Money], sides: &[Side]) {
    let of_rules = |it: &&usize| sides[**it].kind == EntryKind::Adjustment || sides[**it].waived;
    let all: Vec<usize> = (0..sides.len()).collect();
    for one in all.iter().filter(of_rules) {
        for other in all.iter().filter(of_rules) {
            set_off(left, *one, *other, None);
        }
    }
}

/// Whether a charge below zero gives back what another one asked for: all or some of that charge, or
/// security; or is a refund that is not paid after all. Where the payment that it was of came back, such a
/// refund is owed, and once it paid an older bill in its place, which looked younger and cost no fee.
fn gives_back(side: &Side, of: &Side) -> bool {
    if of.kind == EntryKind::Refund {
        return side.key == Charge::refund_back_key(of.entry);
    }
    if of.kind != EntryKind::Charge || of.amount <= Money::ZERO || side.debt != of.debt {
        return false;
    }
    match side.debt {
        Debt::Deposit => true,
        Debt::Fee => {
            let given_back = Charge::given_back_of(&side.key);
            given_back.is_some_and(|key| key == Charge::first_of(&of.key))
        }
        Debt::Bill | Debt::Other => false,
    }
}

/// Debts in the order in which credits pay them: what is due first, but what came when it was long due
/// behind all that was there.
fn in_line(sides: &[Side], debits: &[usize]) -> Vec<usize> {
    // What is past due of a bill in the place of another was there before.
    let long_due = |it: &Side| it.due < it.on && it.kind != EntryKind::Bill;
    let mut line: Vec<(Date, usize)> = Vec::new();
    for at in debits {
        let it = &sides[*at];
        let day = if long_due(it) {
            let before = debits.iter().map(|of| &sides[*of]);
            let before = before.filter(|of| of.entry < it.entry && !long_due(of));
            before.map(|of| of.due).max().map_or(it.due, |last| last.max(it.on))
        } else {
            it.due
        };
        line.push((day, *at));
    }
    line.sort_by_key(|(day, at)| {
        let it = &sides[*at];
        (it.rolled, *day, long_due(it), it.entry)
    });
    line.into_iter().map(|it| it.1).collect()
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

/// Sets one side off against the other, as far as both and `most` go, and says how far. Two sides that are
/// owed, or two that are paid, leave each other alone.
fn set_off(left: &mut [Money], one: usize, other: usize, most: Option<Money>) -> Money {
    let (a, b) = (left[one], left[other]);
    if (a < Money::ZERO) == (b < Money::ZERO) {
        return Money::ZERO;
    }
    let amount = a.abs().min(b.abs()).min(most.unwrap_or(a.abs()));
    let towards_zero = |it: Money| if it < Money::ZERO { it + amount } else { it - amount };
    left[one] = towards_zero(a);
    left[other] = towards_zero(b);
    amount
}

#[cfg(test)]
impl Side {
    /// What a bill asks for by the day it is of, for tests: each says what else it wants.
    pub(crate) fn of_bill(id: i64, due: Date, cents: i64) -> Side {
        Side {
            entry: EntryId(id),
            kind: EntryKind::Bill,
            key: id.to_string(),
            bill: Some(BillId(id)),
            debt: Debt::Bill,
            on: due,
            due,
            amount: Money::from_cents(cents),
            rolled: false,
            asked_by: None,
            added_by: None,
            waived: false,
        }
    }
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
        let (rolled, asked_by, added_by, waived) = (false, None, None, false);
        Side {
            entry,
            kind,
            key,
            bill,
            debt,
            on,
            due: on,
            amount,
            rolled,
            asked_by,
            added_by,
            waived,
        }
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
    fn what_is_given_back_of_a_charge_closes_that_charge() {
        let fee = |id, key: &str, cents| Side {
            debt: Debt::Fee,
            ..side(id, EntryKind::Charge, key, cents)
        };
        let bill = side(1, EntryKind::Bill, "B-1", 40_00);
        let sides =
            [bill.clone(), fee(2, "returned/59", 25_00), fee(3, "returned/59/back", -25_00)];
        assert_eq!(left(&open(&sides, &[]).items), [(1, 40_00)]);
        let late = [
            bill.clone(),
            fee(2, "late-fee/7/1", 2_00),
            fee(3, "late-fee/7/12", 3_00),
            fee(4, "late-fee/7/1/back/1", -50),
            fee(5, "late-fee/7/1/again/2", 50),
            fee(6, "late-fee/7/1/back/3", -2_00),
        ];
        assert_eq!(left(&open(&late, &[]).items), [(1, 40_00), (3, 3_00)]);
        // What was paid of it is a credit then, and pays the bill.
        let mut paid = sides.to_vec();
        paid.insert(2, side(9, EntryKind::Payment, "p", -25_00));
        let meant = Applied { from: EntryId(9), to: EntryId(2), amount: Money::from_cents(25_00) };
        assert_eq!(left(&open(&paid, &[meant]).items), [(1, 15_00)]);
        // So with a refund that is not paid after the payment that it was of came back.
        let back = fee(4, "refund-back/3", -25_00);
        let back = Side { debt: Debt::Other, ..back };
        let refund = side(3, EntryKind::Refund, "1/R-1", 25_00);
        let kept = [bill.clone(), refund, back];
        assert_eq!(left(&open(&kept, &[]).items), [(1, 40_00)]);
        let before = [side(5, EntryKind::Payment, "p", -65_00)];
        let paid: Vec<Side> = kept.iter().cloned().chain(before).collect();
        assert_eq!(left(&open(&paid, &[]).credits), [(5, 25_00)]);
        // So with security that goes back: what was not paid of it is not asked for any more.
        let deposit = |id, key: &str, cents| Side { debt: Debt::Deposit, ..fee(id, key, cents) };
        let sides = [
            bill,
            deposit(2, "deposit-asked/1/2026-03-03/1", 50_00),
            deposit(3, "deposit-asked/1/2026-03-03/2", 50_00),
            side(4, EntryKind::Payment, "p", -60_00),
            deposit(5, "deposit-applied/1/2026-03-06", -10_000),
        ];
        let to = |to, cents| Applied {
            from: EntryId(4),
            to: EntryId(to),
            amount: Money::from_cents(cents),
        };
        let now = open(&sides, &[to(2, 50_00), to(3, 10_00)]);
        assert_eq!((left(&now.items), left(&now.credits)), (vec![], vec![(5, 20_00)]));
        assert_eq!(left(&open(&sides, &[]).items), vec![]);
    }

    #[test]
    fn what_comes_when_it_is_long_due_leaves_paid_what_was_paid() {
        let old =
            Side { due: date(2025, 1, 1), ..side(5, EntryKind::Charge, "transferred", 10_000) };
        let sides = [
            side(1, EntryKind::Charge, "deposit-interest", -12_000),
            side(2, EntryKind::Bill, "B-1", 50_00),
            side(3, EntryKind::Bill, "B-2", 60_00),
            old,
            side(6, EntryKind::Bill, "B-3", 30_00),
        ];
        let now = open(&sides, &[]);
        assert_eq!(left(&now.items), [(5, 90_00), (6, 30_00)]);
        // It is as old as it is.
        let (amount, oldest) = now.past_due(date(2026, 3, 7)).unwrap();
        assert_eq!((amount.cents(), oldest), (90_00, date(2025, 1, 1)));
        let alone = [sides[0].clone(), sides[3].clone()];
        assert_eq!(left(&open(&alone, &[]).credits), [(1, 20_00)]);
    }

    #[test]
    fn of_a_bill_in_the_place_of_another_only_what_was_added_is_due_anew() {
        // Of 24 dollars in the place of 12 that are past due; another one of 20 came in between.
        let new = side(4, EntryKind::Bill, "B-1-C1", 12_00);
        let (was, by) = (date(2026, 2, 20), Some(CorrectionId(7)));
        let mut sides = vec![
            Side { due: was, ..side(1, EntryKind::Bill, "B-1", 12_00) },
            side(2, EntryKind::Bill, "B-2", 20_00),
            side(3, EntryKind::Cancelled, "B-1", -12_00),
            Side { due: was, asked_by: Some(BillId(1)), ..new.clone() },
            Side { due: date(2026, 4, 1), added_by: by, ..new },
        ];
        let now = open(&sides, &[]);
        assert_eq!(left(&now.items), [(4, 12_00), (2, 20_00), (4, 12_00)]);
        assert_eq!(now.past_due(date(2026, 3, 1)), Some((Money::from_cents(12_00), was)));
        // What is paid of the bill is of the oldest of it.
        let paid = side(6, EntryKind::Payment, "p", -15_00);
        let meant = Applied { from: EntryId(6), to: EntryId(4), amount: Money::from_cents(15_00) };
        let with: Vec<Side> = sides.iter().cloned().chain([paid]).collect();
        assert_eq!(left(&open(&with, &[meant]).items), [(2, 20_00), (4, 9_00)]);
        assert_eq!(left(&open(&with, &[]).items), [(2, 17_00), (4, 12_00)]);
        // Half of what was added is not charged, and of another bill six more than it comes to are.
        let waived = Side { waived: true, ..sides[4].clone() };
        let dollars = Money::from_cents;
        sides[4].amount = dollars(6_00);
        sides.extend([
            Side { amount: dollars(6_00), ..waived.clone() },
            side(5, EntryKind::Adjustment, "7", -6_00),
        ]);
        let charged = [(4, 12_00), (2, 20_00), (4, 6_00)];
        assert_eq!(left(&open(&sides, &[]).items), charged);
        let mut less = sides.clone();
        let of_another = Side { key: "B-3".to_owned(), entry: EntryId(9), ..waived };
        less.extend([
            Side { waived: false, added_by: None, amount: dollars(8_00), ..of_another.clone() },
            Side { amount: dollars(-2_00), ..of_another },
            side(10, EntryKind::Adjustment, "8", 2_00),
        ]);
        assert_eq!(left(&open(&less, &[]).items)[3..], [(9, 8_00)]);
        less.push(side(11, EntryKind::Cancelled, "B-3", -6_00));
        less.push(side(12, EntryKind::Adjustment, "9", -2_00));
        assert_eq!(left(&open(&less, &[]).items), charged, "taken back as a whole");
        // A later correction gives back what this one did not charge.
        sides.extend([
            side(7, EntryKind::Cancelled, "B-1-C1", -24_00),
            Side { due: was, ..side(8, EntryKind::Bill, "B-1-C2", 12_00) },
            side(9, EntryKind::Adjustment, "8", 6_00),
        ]);
        assert_eq!(left(&open(&sides, &[]).items), [(8, 12_00), (2, 20_00)]);
    }

    #[test]
    fn a_letter_names_what_was_due_before_its_day_and_there() {
        let day = date(2026, 3, 10);
        let of = |kind, due, on| Side { due, on, ..side(1, kind, "it", 10_00) };
        let (before, after) = (date(2026, 2, 24), date(2026, 3, 20));
        for (kind, due, on, named) in [
            (EntryKind::Bill, before, before, true),
            (EntryKind::Bill, day, before, false),
            (EntryKind::Bill, after, before, false),
            // In the place of one that was there.
            (EntryKind::Bill, before, after, true),
            // Another account's debt, let to this one since.
            (EntryKind::Charge, before, after, false),
            (EntryKind::Charge, before, day, true),
        ] {
            assert_eq!(of(kind, due, on).was_past_due(day), named, "{kind:?} {due} {on}");
        }
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

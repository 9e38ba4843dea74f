//! Interest on what bills asked too much, and what of it was paid when.

use jiff::civil::Date;

use super::BillNumber;
use crate::id::EntryId;
use crate::ledger::EntryKind;
use crate::ledger::open::{Applied, Side, open, stood};
use crate::money::Money;

/// From when what was too much bears interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Since {
    /// From the day it was paid: what nobody paid bears none.
    #[default]
    Paid,
    /// From the day it was due, whether it was paid or not.
    Due,
}

words! { Since { Paid = "paid", Due = "due" } }

/// One bill that is corrected, with those in whose place it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What was asked for, and by how much that changed: each from its day on.
    pub asked: Vec<(Date, Money)>,
    /// What of it was paid, all together, from each day on on which that changed.
    pub paid: Vec<(Date, Money)>,
    /// What it asks for before it is corrected.
    pub was: Money,
    /// What is right.
    pub right: Money,
}

/// How much was too much for how long, in cents times days, until `today`, of bills that are corrected
/// together.
///
/// What was too little on one of them was owed meanwhile, and is taken off. What an earlier correction
/// gave back bore its interest then: only what this one finds beside it counts.
pub fn cent_days(bills: &[Story], from: Since, today: Date) -> i128 {
    let changes = bills.iter().flat_map(|it| it.asked.iter().chain(&it.paid)).map(|it| it.0);
    let mut days: Vec<Date> = changes.filter(|it| *it < today).chain([today]).collect();
    days.sort_unstable();
    days.dedup();
    let mut sum = 0_i128;
    for days in days.windows(2) {
        let [on, next] = *days else { continue };
        let too_much = |right: fn(&Story) -> Money| -> Money {
            let each = bills.iter().map(|it| it.too_much(right(it), from, on));
            each.sum::<Money>().max(Money::ZERO)
        };
        let found = too_much(|it| it.right) - too_much(|it| it.was);
        sum += i128::from(found.cents()) * i128::from((next - on).get_days());
    }
    sum.max(0)
}

impl Story {
    /// What was too much on a day; below zero too little.
    fn too_much(&self, right: Money, from: Since, on: Date) -> Money {
        let asked: Money = self.asked.iter().filter(|it| it.0 <= on).map(|it| it.1).sum();
        let had = match from {
            Since::Due => asked,
            Since::Paid => self.paid.iter().rfind(|it| it.0 <= on).map_or(Money::ZERO, |it| it.1),
        };
        let is_due = self.asked.first().is_some_and(|it| it.0 <= on);
        let too_little = if is_due { (right - asked).max(Money::ZERO) } else { Money::ZERO };
        (had - right).max(Money::ZERO) - too_little
    }
}

/// What a bill that sums up others moved of one of them to the account that pays it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The bill of which.
    pub of: BillNumber,
    /// The bill that sums it up.
    pub by: BillNumber,
    /// How much.
    pub amount: Money,
}

/// The ledger of an account that pays bills of another one; empty where none does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// What was moved to it.
    pub moved: Vec<Moved>,
    /// What its entries did to what it owes.
    pub sides: Vec<Side>,
    /// What its payments were meant for.
    pub applied: Vec<Applied>,
}

/// What was paid, from each day on on which that changed, of a bill and those in whose place it stands:
/// each with what of it was not charged, the first one first. A payment that came back paid nothing, and what
/// is moved to another account is paid when that pays it.
pub fn paid(
    bills: &[(&BillNumber, Money)],
    (sides, applied): (&[Side], &[Applied]),
    elsewhere: &Elsewhere,
) -> Vec<(Date, Money)> {
    let mut days: Vec<Date> = sides.iter().chain(&elsewhere.sides).map(|it| it.on).collect();
    days.sort_unstable();
    days.dedup();
    let mut paid: Vec<(Date, Money)> = Vec::new();
    for day in days {
        let known = stood(sides, day);
        let stands = bills
            .iter()
            .rev()
            .find_map(|(number, waived)| Some((*number, standing(&known, number)?, *waived)));
        let now = stands.map_or(Money::ZERO, |(number, entry, waived)| {
            let asked: Money =
                known.iter().filter(|it| it.entry == entry).map(|it| it.amount).sum();
            let left = left_of(entry, &known, applied) + elsewhere.left(number, day);
            (asked - waived - left).max(Money::ZERO)
        });
        if paid.last().map_or(Money::ZERO, |it| it.1) != now {
            paid.push((day, now));
        }
    }
    paid
}

/// The entry of a bill that was not taken back.
fn standing(known: &[Side], number: &BillNumber) -> Option<EntryId> {
    let of = |kind| known.iter().find(|it| it.kind == kind && it.key == number.0);
    let side = of(EntryKind::Bill)?;
    of(EntryKind::Cancelled).is_none().then_some(side.entry)
}

fn left_of(entry: EntryId, known: &[Side], applied: &[Applied]) -> Money {
    let items = open(known, applied).items;
    items.iter().filter(|it| it.side.entry == entry).map(|it| it.left).sum()
}

impl Elsewhere {
    /// What was open on a day of what was moved of a bill. A part that is paid of a bill that sums up is of the
    /// others on it first, as a part of any bill is of what is right first.
    fn left(&self, number: &BillNumber, day: Date) -> Money {
        let of = || self.moved.iter().filter(|it| it.of == *number);
        if of().next().is_none() {
            return Money::ZERO;
        }
        let known = stood(&self.sides, day);
        let left = |it: &Moved| {
            let entry = standing(&known, &it.by)?;
            Some(left_of(entry, &known, &self.applied).min(it.amount))
        };
        of().filter_map(left).sum()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn dollars(it: i64) -> Money {
        Money::from_cents(it * 100)
    }

    fn bill(due: Date, was: i64, right: i64, paid: &[(Date, i64)]) -> Story {
        let paid = paid.iter().map(|it| (it.0, dollars(it.1))).collect();
        let (was, right) = (dollars(was), dollars(right));
        Story { asked: vec![(due, was)], paid, was, right }
    }

    const DUE: Date = date(2026, 6, 1);
    const TODAY: Date = date(2026, 7, 1);

    /// In dollars times days.
    fn days(bills: &[Story], from: Since) -> i128 {
        cent_days(bills, from, TODAY).div_euclid(100)
    }

    #[test]
    fn only_what_was_paid_too_much_bears_interest_from_the_day_it_was_paid() {
        let nobody = [bill(DUE, 100, 80, &[])];
        assert_eq!((days(&nobody, Since::Paid), days(&nobody, Since::Due)), (0, 20 * 30));
        // Ten days late, and then before it was due.
        let late = bill(DUE, 100, 80, &[(date(2026, 6, 11), 100)]);
        assert_eq!(days(&[late], Since::Paid), 20 * 20);
        let soon = bill(DUE, 100, 80, &[(date(2026, 5, 22), 100)]);
        assert_eq!(days(&[soon], Since::Paid), 20 * 40);
        // Of a part of it what is more than right.
        let part = bill(DUE, 100, 80, &[(DUE, 90)]);
        assert_eq!(days(&[part], Since::Paid), 10 * 30);
        // A check that came back paid until it did.
        let back = bill(DUE, 100, 80, &[(DUE, 100), (date(2026, 6, 11), 0)]);
        assert_eq!(days(&[back], Since::Paid), 20 * 10);
    }

    #[test]
    fn what_was_too_little_on_another_bill_is_taken_off() {
        let much = bill(DUE, 100, 80, &[(DUE, 100)]);
        let little = bill(date(2026, 6, 11), 50, 65, &[]);
        assert_eq!(days(&[much.clone(), little], Since::Paid), 20 * 10 + 5 * 20);
        // What another one was too much and is not paid takes nothing off.
        assert_eq!(days(&[much, bill(DUE, 90, 50, &[])], Since::Paid), 20 * 30);
    }

    #[test]
    fn a_second_correction_bears_interest_for_what_it_finds_itself() {
        // 100 were asked for and paid; 80 stood in their place since June 11, and now it is 75.
        let asked = vec![(DUE, dollars(100)), (date(2026, 6, 11), dollars(-20))];
        let paid = vec![(DUE, dollars(100)), (date(2026, 6, 11), dollars(80))];
        let it = [Story { asked, paid, was: dollars(80), right: dollars(75) }];
        for from in [Since::Paid, Since::Due] {
            assert_eq!(days(&it, from), 5 * 30);
        }
        // It was right before: nothing is taken off for what was given.
        let [it] = it;
        let back = Story { right: dollars(100), ..it };
        assert_eq!(days(&[back], Since::Paid), 0);
    }
}

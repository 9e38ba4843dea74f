//! How long what is owed has been due.

use jiff::civil::Date;

use crate::ledger::open::{Item, Open};
use crate::money::Money;

/// What an account owes by how long it has been due on a day, and what credit it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aged {
    /// Not due yet, then due since 1 to 30, 31 to 60, 61 to 90 and more days.
    pub due: [Money; 5],
    /// What was paid for nothing yet, above zero.
    pub credit: Money,
}

impl Aged {
    /// By age, on a day. What is due on the day itself is not late.
    pub fn of(open: &Open, on: Date) -> Aged {
        let mut aged = Aged::default();
        for item in &open.items {
            // What another account pays has no age here: it is due there.
            let days = if item.side.rolled { 0 } else { (on - item.side.due).get_days() };
            let column = match days {
                ..=0 => 0,
                1..=30 => 1,
                31..=60 => 2,
                61..=90 => 3,
                _ => 4,
            };
            aged.due[column] += item.left;
        }
        aged.credit = open.credits.iter().map(|it| it.left).sum();
        aged
    }

    /// What of what an account owed on the day on which it agreed to pay in parts is not due on a day by
    /// its own days.
    pub fn to_come(open: &Open, agreed: Date, on: Date) -> Money {
        let theirs = |it: &&Item| it.side.on <= agreed && on <= it.side.due;
        open.items.iter().filter(theirs).map(|it| it.left).sum()
    }

    /// The same where so much is paid in parts as agreed, and is not due, and so much of that is not by
    /// its own days either: the oldest of the rest first.
    pub fn planned(mut self, amount: Money, to_come: Money) -> Aged {
        let mut rest = (amount - to_come).max(Money::ZERO);
        for column in (1..self.due.len()).rev() {
            let part = self.due[column].min(rest);
            self.due[column] = self.due[column] - part;
            self.due[0] += part;
            rest = rest - part;
        }
        self
    }

    /// What it comes to; below zero there is a credit.
    pub fn total(&self) -> Money {
        self.due.iter().copied().sum::<Money>() - self.credit
    }

    /// Two together.
    pub fn with(mut self, other: Aged) -> Aged {
        for (one, more) in self.due.iter_mut().zip(other.due) {
            *one += more;
        }
        self.credit += other.credit;
        self
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::EntryId;
    use crate::ledger::open::{Side, open};
    use crate::ledger::{Debt, EntryKind};

    #[test]
    fn the_last_day_of_a_column_is_in_it() {
        let on = date(2026, 6, 30);
        let side = |(id, days): (i64, i64)| {
            let due = on.checked_sub(jiff::Span::new().days(days)).unwrap();
            let (entry, key, amount) = (EntryId(id), id.to_string(), Money::from_cents(1 << id));
            let (kind, debt, rolled) = (EntryKind::Bill, Debt::Bill, false);
            Side { entry, kind, key, bill: None, debt, on: due, due, amount, rolled }
        };
        let ages = [-5, 0, 1, 30, 31, 60, 61, 90, 91, 400];
        let sides: Vec<Side> = (0..).zip(ages).map(side).collect();
        let aged = Aged::of(&open(&sides, &[]), on);
        let cents = aged.due.map(Money::cents);
        assert_eq!(cents, [0b11, 0b1100, 0b11_0000, 0b1100_0000, 0b11_0000_0000]);
        assert_eq!(aged.total().cents(), 0b11_1111_1111);
        assert_eq!(aged.with(aged).total().cents(), 0b111_1111_1110);
        let elsewhere = Side { rolled: true, ..side((9, 400)) };
        assert_eq!(Aged::of(&open(&[elsewhere], &[]), on).due[0].cents(), 0b10_0000_0000);
        // The oldest of what is paid in parts is not due.
        let planned = aged.planned(Money::from_cents(0b11_0001_0000), Money::ZERO);
        let cents = planned.due.map(Money::cents);
        assert_eq!(cents, [0b11_0001_0011, 0b1100, 0b11_0000, 0b1011_0000, 0]);
        assert_eq!(planned.total(), aged.total());
        // What is not due by its own day anyway hides nothing that is.
        let open = open(&sides, &[]);
        let to_come = Aged::to_come(&open, on, on);
        assert_eq!(to_come.cents(), 0b10, "one counts from a later day");
        let planned = aged.planned(Money::from_cents(0b1011), to_come);
        assert_eq!(
            planned.due.map(Money::cents),
            [0b1100, 0b1100, 0b11_0000, 0b1100_0000, 0b10_1111_0111]
        );
    }
}

//! How long what is owed has been due.

use jiff::civil::Date;

use crate::credit::plan::Plan;
use crate::ledger::open::Open;
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

    /// The same where it is paid in parts as agreed: what is past due beside that has the age that it has,
    /// and the rest is not due.
    pub fn planned(open: &Open, plan: &Plan, on: Date) -> Aged {
        let past = Open { items: plan.past_due(open, on), credits: open.credits.clone() };
        let mut aged = Aged::of(&past, on);
        aged.due[0] += open.balance() - past.balance();
        aged
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
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;
    use crate::id::{AccountId, BillId};
    use crate::ledger::open::{Side, open};

    #[test]
    fn the_last_day_of_a_column_is_in_it() {
        let on = date(2026, 6, 30);
        let side = |(id, days): (i64, i64)| {
            let due = on.checked_sub(jiff::Span::new().days(days)).unwrap();
            Side { bill: None, ..Side::of_bill(id, due, 1 << id) }
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
    }

    #[test]
    fn the_part_of_a_plan_that_is_past_due_is_the_oldest_of_its_debt() {
        let agreed = date(2026, 3, 5);
        let side = |(id, due, cents): (i64, Date, i64)| Side::of_bill(id, due, cents);
        let (first, second, third) = (date(2026, 2, 24), date(2026, 3, 24), date(2026, 4, 24));
        let sides = [(1, first, 15_000), (2, second, 30_000), (3, second, 15_000)].map(side);
        let part = |nth: i64| (agreed.saturating_add(nth.months()), Money::from_cents(15_000));
        let plan = Plan {
            key: String::new(),
            account: AccountId(1),
            agreed,
            debt: Money::from_cents(60_000),
            of: None,
            through: Some(BillId(3)),
            parts: (0..4).map(part).collect(),
            ended: None,
        };
        let aged = |sides: &[Side], on| Aged::planned(&open(sides, &[]), &plan, on).due;
        let dollars = |due: [i64; 5]| due.map(|it| Money::from_cents(it * 100));
        assert_eq!(aged(&sides, agreed), dollars([600, 0, 0, 0, 0]));
        assert_eq!(aged(&sides, date(2026, 3, 30)), dollars([450, 0, 150, 0, 0]));
        // The second part is of what was due next.
        assert_eq!(aged(&sides, date(2026, 4, 6)), dollars([300, 150, 150, 0, 0]));
        // What is billed later is due by itself, and hides nothing.
        let mut with = sides.to_vec();
        with.push(side((4, third, 70_00)));
        assert_eq!(aged(&with, date(2026, 4, 6)), dollars([370, 150, 150, 0, 0]));
        assert_eq!(aged(&with, date(2026, 4, 27)), dollars([300, 70, 150, 150, 0]));
        let on = date(2026, 4, 27);
        let now = open(&with, &[]);
        assert_eq!(Aged::planned(&now, &plan, on).total(), Aged::of(&now, on).total());
        let past: Money = plan.past_due(&now, on).iter().map(|it| it.left).sum();
        assert_eq!(past.cents(), 37_000);
        assert!(plan.is_broken(&now, on, 5) && !plan.is_broken(&now, date(2026, 3, 10), 5));
    }
}

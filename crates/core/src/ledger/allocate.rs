//! Which of what is owed a payment is for: what its payer says first, then by a rule that is a text.
//!
//! ```text
//! regulated  bill deposit
//! pay        deposit
//! pay        regulated
//! pay        any
//! ```
//! What one line names is paid in full before the next; within a line, what is due first. `pay due WORD`
//! pays of it what is due by the day of the payment: without it, who pays what is past due may pay a bill
//! that is not due yet, and stays behind with the fee.

use std::fmt;

use jiff::civil::Date;

use crate::id::{BillId, EntryId};
use crate::ledger::open::Item;
use crate::ledger::{Debt, EntryKind};
use crate::money::Money;

/// A rule of allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is paid, in order; within one, what is due first.
    groups: Vec<Group>,
}

/// What one line pays.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    debts: Vec<Debt>,
    /// Only what is due by the day of the payment.
    due: bool,
}

impl Group {
    fn pays(&self, item: &Item, on: Date) -> bool {
        self.debts.contains(&item.side.debt) && (!self.due || item.side.due <= on)
    }
}

/// What holds where a utility says nothing: what is due first.
pub const OLDEST_FIRST: &str = "pay  any\n";

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleFault {
    /// A line begins with another word than `pay` or `regulated`, or says nothing more.
    Line {
        /// Which, from one.
        line: usize,
    },
    /// A word is no sort of debt.
    Word {
        /// Which line, from one.
        line: usize,
        /// The word.
        word: String,
    },
    /// Something that may be owed would never be paid.
    Forgotten {
        /// What.
        debt: Debt,
    },
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// The first line that is none, or what no line pays.
    pub fn parse(text: &str) -> Result<Rule, RuleFault> {
        let mut regulated = vec![Debt::Bill, Debt::Deposit];
        let mut groups: Vec<Group> = Vec::new();
        for (line, said) in (1..).zip(text.lines()) {
            let said = said.split('#').next().unwrap_or_default();
            let mut words = said.split_whitespace().peekable();
            let Some(first) = words.next() else { continue };
            let due = first == "pay" && words.next_if_eq(&"due").is_some();
            let mut named = Vec::new();
            for word in words {
                let outside = Debt::ALL.iter().filter(|it| !regulated.contains(it));
                match word {
                    "any" => named.extend(Debt::ALL),
                    "regulated" => named.extend(&regulated),
                    "non-regulated" => named.extend(outside),
                    _ => named.push(
                        Debt::from_word(word)
                            .ok_or_else(|| RuleFault::Word { line, word: word.to_owned() })?,
                    ),
                }
            }
            match (first, named.is_empty()) {
                ("regulated", false) => regulated = named,
                ("pay", false) => groups.push(Group { debts: named, due }),
                _ => return Err(RuleFault::Line { line }),
            }
        }
        let paid = |it: &Debt| groups.iter().any(|group| !group.due && group.debts.contains(it));
        match Debt::ALL.iter().find(|it| !paid(it)) {
            Some(&debt) => Err(RuleFault::Forgotten { debt }),
            None => Ok(Rule { groups }),
        }
    }

    /// What of an amount that comes on a day goes to which item, in the order in which they are paid; what
    /// is more than all of them is for nothing yet. `designated` is what the payer says it is for, in order.
    pub fn allocate(
        &self,
        amount: Money,
        on: Date,
        items: &[Item],
        designated: &[EntryId],
    ) -> Vec<(EntryId, Money)> {
        let rank = |it: &Item| {
            if let Some(at) = designated.iter().position(|of| *of == it.side.entry) {
                return at;
            }
            if it.side.rolled {
                return usize::MAX;
            }
            let of = self.groups.iter().position(|group| group.pays(it, on));
            of.map_or(usize::MAX, |it| it + designated.len())
        };
        let mut items: Vec<&Item> = items.iter().collect();
        items.sort_by_key(|it| (rank(it), it.side.due, it.side.entry));
        let mut rest = amount;
        let mut given = Vec::new();
        for item in items {
            let part = rest.min(item.left);
            if Money::ZERO < part {
                given.push((item.side.entry, part));
                rest = rest - part;
            }
        }
        given
    }
}

/// What is open of a bill and of what came with it, such as a fee: its paper asks for them together. The
/// bill comes first, and last what its paper says another account pays.
pub fn asked_with(items: &[Item], bill: BillId) -> Vec<EntryId> {
    let mut with: Vec<&Item> = items.iter().filter(|it| it.side.bill == Some(bill)).collect();
    with.sort_by_key(|it| (it.side.rolled, it.side.kind != EntryKind::Bill));
    with.into_iter().map(|it| it.side.entry).collect()
}

/// Which part of which amount goes where: several tenders fill several shares in their order, so that
/// every part is of one tender and for one share. Both add up to the same.
///
/// # Panics
/// When they do not: that is asked before.
pub fn split(tenders: &[Money], shares: &[Money]) -> Vec<(usize, usize, Money)> {
    let sum = |of: &[Money]| -> Money { of.iter().copied().sum() };
    assert_eq!(sum(tenders), sum(shares), "what is paid is what it is for");
    let mut parts = Vec::new();
    let mut shares = shares.iter().copied().enumerate();
    let mut share = shares.next();
    for (nth, &tender) in tenders.iter().enumerate() {
        let mut rest = tender;
        while Money::ZERO < rest {
            let (to, open) = share.expect("both add up to the same");
            let part = rest.min(open);
            if Money::ZERO < part {
                parts.push((nth, to, part));
            }
            rest = rest - part;
            share = if part == open { shares.next() } else { Some((to, open - part)) };
        }
    }
    parts
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuleFault::Line { line } => write!(
                f,
                "line {line} is no rule; write: pay WORD..., pay due WORD..., or: regulated WORD..., with the words bill, fee, deposit, other, regulated, non-regulated, any"
            ),
            RuleFault::Word { line, word } => write!(
                f,
                "line {line}: {word} is nothing that is owed; write bill, fee, deposit, other, regulated, non-regulated or any"
            ),
            RuleFault::Forgotten { debt } => {
                write!(f, "no line pays {debt}; end with the line: pay any")
            }
        }
    }
}

impl std::error::Error for RuleFault {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::open::Side;

    fn item(id: i64, debt: Debt, due: i8, cents: i64) -> Item {
        let side = Side { debt, bill: None, ..Side::of_bill(id, date(2026, 3, due), cents) };
        Item { left: side.amount, side }
    }

    fn given(rule: &str, cents: i64, meant: Option<i64>) -> Vec<(i64, i64)> {
        let items = [
            item(1, Debt::Fee, 1, 10_00),
            item(2, Debt::Bill, 2, 50_00),
            item(3, Debt::Bill, 9, 40_00),
            item(4, Debt::Deposit, 20, 30_00),
        ];
        let rule = Rule::parse(rule).unwrap();
        let meant: Vec<EntryId> = meant.map(EntryId).into_iter().collect();
        let given = rule.allocate(Money::from_cents(cents), date(2026, 3, 5), &items, &meant);
        given.into_iter().map(|(to, amount)| (to.0, amount.cents())).collect()
    }

    #[test]
    fn a_rule_says_what_is_paid_first() {
        assert_eq!(given(OLDEST_FIRST, 65_00, None), [(1, 10_00), (2, 50_00), (3, 5_00)]);
        let deposits = "pay deposit # first\n\npay regulated\npay non-regulated\n";
        assert_eq!(given(deposits, 95_00, None), [(4, 30_00), (2, 50_00), (3, 15_00)]);
        let own = "regulated fee\npay regulated\npay non-regulated\n";
        assert_eq!(given(own, 15_00, None), [(1, 10_00), (2, 5_00)]);
        assert_eq!(given(deposits, 45_00, Some(3)), [(3, 40_00), (4, 5_00)]);
        // The fee is due and the second bill is not.
        assert_eq!(given("pay bill\npay any\n", 65_00, None), [(2, 50_00), (3, 15_00)]);
        let due = "pay due bill\npay due any\npay any\n";
        assert_eq!(given(due, 65_00, None), [(2, 50_00), (1, 10_00), (3, 5_00)]);
        // More than is owed is for nothing yet.
        let all: i64 = given(deposits, 20_000, None).iter().map(|it| it.1).sum();
        assert_eq!(all, 13_000);
    }

    #[test]
    fn what_a_paper_asks_for_together_is_paid_together() {
        let mut items = [
            item(1, Debt::Fee, 9, 5_00),
            item(2, Debt::Bill, 2, 50_00),
            item(3, Debt::Bill, 9, 10_00),
        ];
        items[0].side.kind = EntryKind::Charge;
        for at in [0, 2] {
            items[at].side.bill = Some(BillId(7));
        }
        let with = asked_with(&items, BillId(7));
        assert_eq!(with, [EntryId(3), EntryId(1)]);
        let rule = Rule::parse(OLDEST_FIRST).unwrap();
        let given = rule.allocate(Money::from_cents(16_00), date(2026, 3, 5), &items, &with);
        let given: Vec<(i64, i64)> = given.iter().map(|it| (it.0.0, it.1.cents())).collect();
        assert_eq!(given, [(3, 10_00), (1, 5_00), (2, 1_00)]);
        items[2].side.rolled = true;
        assert_eq!(asked_with(&items, BillId(7)), [EntryId(1), EntryId(3)]);
    }

    #[test]
    fn what_is_no_rule_says_where_and_what_to_write() {
        for (text, says) in [
            ("pay any\nfirst bill\n", "line 2 is no rule"),
            ("pay\n", "line 1 is no rule"),
            ("pay bills\n", "line 1: bills is nothing that is owed"),
            ("pay bill deposit\npay fee\n", "no line pays other; end with"),
            ("pay due\n", "line 1 is no rule"),
            ("pay due any\npay bill\n", "no line pays fee; end with"),
        ] {
            let why = Rule::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }

    proptest! {
        #[test]
        fn allocations_sum_to_the_payment_or_to_all_that_is_owed(
            cents in 1_i64..3_000,
            owed in proptest::collection::vec((0_usize..4, 1_i8..28, 1_i64..900), 0..8),
            meant in 0_i64..8,
            on in 1_i8..28,
        ) {
            let items: Vec<Item> = (0..)
                .zip(&owed)
                .map(|(id, &(debt, due, cents))| item(id, Debt::ALL[debt], due, cents))
                .collect();
            let rule = Rule::parse("pay due bill\npay deposit\npay any").unwrap();
            let (paid, on) = (Money::from_cents(cents), date(2026, 3, on));
            let given = rule.allocate(paid, on, &items, &[EntryId(meant)]);
            let sum: Money = given.iter().map(|it| it.1).sum();
            let all: Money = items.iter().map(|it| it.left).sum();
            prop_assert_eq!(sum, Money::from_cents(cents).min(all));
            for (to, amount) in given {
                let item = items.iter().find(|it| it.side.entry == to).unwrap();
                prop_assert!(Money::ZERO < amount && amount <= item.left);
            }
        }

        #[test]
        fn parts_sum_to_every_tender_and_to_every_share(
            tenders in proptest::collection::vec(1_i64..500, 1..6),
            cuts in proptest::collection::vec(1_i64..500, 0..6),
        ) {
            let total: i64 = tenders.iter().sum();
            let mut shares = Vec::new();
            let mut rest = total;
            for cut in cuts {
                let part = cut.min(rest);
                rest -= part;
                shares.push(part);
            }
            shares.push(rest);
            let money = |of: &[i64]| of.iter().map(|it| Money::from_cents(*it)).collect::<Vec<_>>();
            let parts = split(&money(&tenders), &money(&shares));
            for (nth, cents) in tenders.iter().enumerate() {
                let sum: i64 = parts.iter().filter(|it| it.0 == nth).map(|it| it.2.cents()).sum();
                prop_assert_eq!(sum, *cents);
            }
            for (nth, cents) in shares.iter().enumerate() {
                let sum: i64 = parts.iter().filter(|it| it.1 == nth).map(|it| it.2.cents()).sum();
                prop_assert_eq!(sum, *cents);
            }
        }
    }
}

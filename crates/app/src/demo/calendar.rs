//! When the sample utility reads and bills: a fixed calendar, the same in every demo.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use meterbook_core::account::Cycle;
use meterbook_core::period::Period;

/// Turns of each cycle.
pub(super) const TURNS: usize = 13;
/// The most cycles: as many as a month has working days.
const CYCLES: i64 = 20;
/// Customers for which one more cycle is worth its read day.
const CUSTOMERS_PER_CYCLE: i64 = 100;
/// Days between the date on a bill and the day it is due.
const DAYS_TO_PAY: i64 = 21;
/// The month whose bills come first; its read days begin late in the month before.
const FIRST_MONTH: Date = date(2025, 10, 1);
/// Reading for a month begins on this day of the month before.
const READING_BEGINS: i8 = 21;

/// One turn of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Whose.
    pub(super) cycle: Cycle,
    /// From 0, the oldest.
    pub(super) nth: usize,
    /// The days billed.
    pub(super) period: Period,
    /// The day on the bills.
    pub(super) billed_on: Date,
    /// The day they are due.
    pub(super) due_on: Date,
}

/// How many cycles a utility of this size reads in a month.
pub(super) fn cycles(customers: usize) -> i64 {
    let customers = i64::try_from(customers).expect("customers are countable");
    (2 + customers.div_euclid(CUSTOMERS_PER_CYCLE)).min(CYCLES)
}

/// Every turn of one cycle of so many, oldest first.
pub(super) fn turns(cycle: Cycle, cycles: i64) -> Vec<Turn> {
    (0..TURNS)
        .map(|nth| {
            let period = Period::new(read_on(cycle, cycles, nth), read_on(cycle, cycles, nth + 1));
            let period = period.expect("a month's read day comes before the next one's");
            let end = period.end();
            let billed_on = working_day(end + 2.days());
            let due_on = billed_on + DAYS_TO_PAY.days();
            Turn { cycle, nth, period, billed_on, due_on }
        })
        .collect()
}

/// Every turn of every cycle, in the order in which they are billed.
pub(super) fn in_order(cycles: i64) -> Vec<Turn> {
    let mut all: Vec<Turn> = (1..=cycles).flat_map(|it| turns(Cycle(it), cycles)).collect();
    all.sort_by_key(|it| (it.billed_on, it.cycle));
    all
}

/// All days for which anything is metered.
pub(super) fn span() -> Period {
    let end = read_on(Cycle(CYCLES), CYCLES, TURNS);
    Period::new(read_on(Cycle(1), CYCLES, 0), end).expect("the first read comes before the last")
}

/// The day on which a cycle's meters are read for the `nth` time. Readers work on weekdays; the
/// cycles take their turns through four weeks.
fn read_on(cycle: Cycle, cycles: i64, nth: usize) -> Date {
    let month = FIRST_MONTH + i64::try_from(nth).expect("turns are few").months();
    let begin = month - 1.month();
    let begin = begin.with().day(READING_BEGINS).build().expect("every month has a 21st");
    let skipped = if 1 < cycles { (CYCLES - 1) * (cycle.0 - 1) } else { 0 };
    let skipped = skipped.div_euclid((cycles - 1).max(1));
    (0..skipped).fold(working_day(begin), |day, _| working_day(day + 1.day()))
}

/// `day`, or the Monday after it when it is on a weekend.
fn working_day(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day + 2.days(),
        Weekday::Sunday => day + 1.day(),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_follow_each_other_and_nobody_reads_on_a_weekend() {
        for cycles in [2, 3, 7, 20] {
            for cycle in 1..=cycles {
                let turns = turns(Cycle(cycle), cycles);
                assert_eq!(turns.len(), TURNS);
                for pair in turns.windows(2) {
                    assert_eq!(pair[0].period.end(), pair[1].period.start());
                }
                for turn in turns {
                    assert!((26..=35).contains(&turn.period.days()), "{turn:?}");
                    let weekday = turn.period.start().weekday();
                    assert!(!matches!(weekday, Weekday::Saturday | Weekday::Sunday), "{turn:?}");
                    assert!(turn.period.end() < turn.billed_on && turn.billed_on < turn.due_on);
                    assert!(span().start() <= turn.period.start());
                    assert!(turn.period.end() <= span().end());
                }
            }
        }
    }

    #[test]
    fn the_newest_turn_is_alone_on_its_day() {
        for cycles in 2..=20 {
            let order = in_order(cycles);
            let [before, newest] = order[order.len() - 2..] else { panic!("two turns") };
            assert!(before.billed_on < newest.billed_on, "{cycles}: {before:?} {newest:?}");
            assert_eq!(newest.cycle, Cycle(cycles));
            assert_eq!(newest.nth, TURNS - 1);
        }
    }
}

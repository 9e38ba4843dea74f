//! A year of a small utility, day by day on both engines: meters are read, turns are billed, and people
//! pay in time, late, twice, in parts, with checks that come back, or not at all until they are cut off;
//! some move. Every night does what is due by rule and closes the day; the books are checked, and at the
//! end both databases hold the same record.
//!
//! `METERBOOK_YEAR_CUSTOMERS` and `METERBOOK_YEAR_DAYS` say how large it is; `cargo xtask year` lives a
//! year of 500.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a test says what it saw, and how long it took")]

mod customers;
mod nights;
#[path = "../day/record.rs"]
mod record;
mod town;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::Actor;
use meterbook_app::check::check;
use meterbook_checks::engines;
use meterbook_core::crew::Crew;
use meterbook_core::id::{AccountId, TenderId};
use meterbook_store::Db;

use crate::town::Customer;

/// Customers in the gate: two of every habit.
const CUSTOMERS: i64 = 20;
/// Days in the gate: long enough that debts grow old, plans break and people move.
const DAYS: i64 = 135;
/// In the gate the books are checked every so many days, and wherever a month ends.
const CHECKED: i64 = 5;
const FIRST: Date = date(2026, 1, 1);

fn number(name: &str, otherwise: i64) -> i64 {
    std::env::var(name).map_or(otherwise, |it| it.parse().expect("a number"))
}

#[test]
fn a_year_of_a_utility() {
    let customers = number("METERBOOK_YEAR_CUSTOMERS", CUSTOMERS);
    let days = number("METERBOOK_YEAR_DAYS", DAYS);
    let first: RefCell<Option<record::Record>> = RefCell::new(None);
    engines::each(|db, folder| {
        let mut year = Year::begin(db, folder, customers);
        year.live(days, if days == DAYS { CHECKED } else { 1 });
        let kept = record::of(db).unwrap();
        let mut first = first.borrow_mut();
        let other = first.get_or_insert_with(|| kept.clone());
        for (table, rows) in &kept {
            assert_eq!(other.get(table), Some(rows), "{table} on {}", db.location());
        }
        assert_eq!(other.len(), kept.len());
    });
}

/// A utility as its year goes by.
struct Year<'a> {
    db: &'a Db,
    folder: &'a Path,
    today: Date,
    customers: Vec<Customer>,
    /// Who goes out.
    crew: Crew,
    /// Checks and debits that a bank will send back, by the day on which it does.
    bounces: BTreeMap<Date, Vec<TenderId>>,
    /// Money that came without a name, by the day on which its owner calls.
    nameless: BTreeMap<Date, Vec<AccountId>>,
    /// How often what happened.
    happened: BTreeMap<&'static str, usize>,
    begun: Instant,
    /// How many are there on the days on which turns begin in January.
    many: i64,
}

impl Year<'_> {
    fn live(&mut self, days: i64, checked: i64) {
        for nth in 0..days {
            self.today = FIRST.saturating_add(nth.days());
            self.take_on();
            self.bill_what_is_due();
            self.take_what_comes();
            self.go_out();
            self.at_night();
            if nth % checked == 0 || self.today == self.today.last_of_month() || nth + 1 == days {
                let report = check(self.db).unwrap();
                assert!(report.clean(), "on {}: {report:#?}", self.today);
            }
        }
        let Year { happened, begun, .. } = self;
        println!("{}: {days} days in {:.1?}: {happened:?}", self.db.location(), begun.elapsed());
        // A year in which nothing of this happened would prove nothing.
        for what in [
            "bills",
            "payments",
            "bounced",
            "late fees",
            "plans",
            "plans kept",
            "plans broken",
            "reminder",
            "notice",
            "cut",
            "cut off",
            "connected again",
            "moved",
            "refunded",
            "debited",
            "levelled",
            "deposits",
            "named",
        ] {
            assert!(happened.get(what).is_some_and(|it| 0 < *it), "no {what}: {happened:?}");
        }
    }

    /// Noon of today, by nobody in particular.
    fn actor(&self) -> Actor {
        Actor::system(format!("{}T18:00:00Z", self.today).parse().unwrap())
    }

    fn day(&self, days: i64) -> Date {
        self.today.saturating_add(days.days())
    }

    fn count(&mut self, what: &'static str, times: usize) {
        *self.happened.entry(what).or_default() += times;
    }
}

//! What a clerk asks for by a slip, and is refused.

use jiff::civil::{Date, date};
use meterbook_app::Refused;
use meterbook_app::founding::{self, NotFounded};
use meterbook_app::meter::MeterRefusal;
use meterbook_app::pay::{NewPayment, NotPaid, pay};
use meterbook_app::window::{self, NewWindow};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::Utility;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_store as store;

use crate::village::{self, DIALS};

#[test]
fn a_meter_without_a_number_is_refused() {
    engines::each(|db, _| {
        village::found(db);
        for serial in ["", "  "] {
            let why = village::take_on(db, &village::customer(serial, &[DIALS])).unwrap_err();
            let refused = why.downcast_ref::<Refused>().unwrap();
            assert_eq!(refused.as_a(), Some(&MeterRefusal::NoNumber));
            assert!(village::says(&why).contains("write the one on its face"));
        }
        // Spaces around a number are no part of it: a file of reads has none.
        village::take_on(db, &village::customer(" E-1 ", &[DIALS])).unwrap();
        assert_eq!(db.read(|tx| store::meter::by_serial(tx, "E-1")).unwrap().len(), 1);
    });
}

#[test]
fn a_zone_that_is_nowhere_is_refused_before_there_is_a_database() {
    let utility = Utility { zone: "Mars/X".to_owned(), ..village::utility() };
    let why = founding::may_be_founded(&utility).unwrap_err();
    let refused = why.downcast_ref::<Refused>().unwrap();
    assert!(matches!(refused.as_a(), Some(NotFounded::UnknownZone { .. })), "{why}");
    engines::each(|db, _| {
        let why = db.write(|tx| founding::found(tx, village::actor(), &utility)).unwrap_err();
        assert!(village::says(&why).contains("no time zone Mars/X"));
    });
}

#[test]
fn a_payment_of_a_day_that_has_not_come_is_refused() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let paid = |on: Date, reference: &str| {
            let (account, amount) = (account.id, Money::from_cents(100));
            let reference = reference.to_owned();
            let new = NewPayment { account, amount, on, tender: Tender::Check, reference };
            db.write(|tx| pay(tx, village::actor(), &new))
        };
        // A slip of the year: the clerk's today is 2026-03-10.
        let why = paid(date(2036, 3, 10), "1").unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap();
        assert!(matches!(refused.as_a(), Some(NotPaid::NotYet { .. })), "{why}");
        assert!(village::says(&why).contains("2036-03-10 has not come; today is 2026-03-10"));
        assert!(paid(date(2026, 3, 11), "1").is_err());
        paid(date(2026, 3, 10), "1").unwrap();
    });
}

#[test]
fn a_cycle_without_turns_is_noticed_at_sign_up() {
    engines::each(|db, _| {
        village::found(db);
        let next = |from| db.read(|tx| window::unplanned(tx, Cycle(1), from)).unwrap();
        let (january, february) = (date(2026, 1, 1), date(2026, 2, 1));
        assert_eq!(next(january), Some(january));
        let turn = NewWindow {
            period: Period::new(january, february).unwrap(),
            billed_on: date(2026, 2, 3),
            due_on: date(2026, 2, 24),
        };
        db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &[turn])).unwrap();
        assert_eq!(next(date(2026, 1, 31)), None);
        assert_eq!(next(date(2026, 3, 1)), Some(february));
    });
}

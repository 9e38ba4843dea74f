//! Revenue that is earned and not billed, on both engines: what a bill will say of the days it is for,
//! whenever it is asked.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::accrual::accrual;
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::tariff;
use meterbook_app::window::{self, NewWindow};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::{self as store, Db};

use crate::authority::nobody;
use crate::village::{self, DIALS, actor, says};

const FEBRUARY: Date = date(2026, 2, 1);
const MARCH: Date = date(2026, 3, 1);
/// The days at whose ends the months are over.
const LAST_OF_JANUARY: Date = date(2026, 1, 31);
const LAST_OF_FEBRUARY: Date = date(2026, 2, 28);

fn shows(db: &Db, serial: &str, on: Date, index: i64) {
    db.write(|tx| {
        let meter = store::meter::by_serial(tx, serial)?.remove(0);
        let channel = store::meter::channels(tx, meter.id)?.remove(0).id;
        let (index_micro, kind) = (index * 1_000_000, ReadKind::Actual);
        store::read::add(tx, &[Read { channel, on, index_micro, kind, batch: None }])
    })
    .unwrap();
}

/// Two customers, with turns in January and February; one has no read on March 1.
fn begin(db: &Db) {
    village::found(db);
    for serial in ["E-1", "E-2"] {
        let mut customer = village::customer(serial, &[DIALS]);
        customer.street = format!("{serial} Mill St");
        village::take_on(db, &customer).unwrap();
        shows(db, serial, date(2026, 1, 1), 0);
        shows(db, serial, FEBRUARY, 100);
    }
    let turns: Vec<NewWindow> = (1..=2)
        .map(|month| {
            let period = Period::month(2026, month).unwrap();
            let billed_on = period.end().saturating_add(2.days());
            NewWindow { period, billed_on, due_on: billed_on.saturating_add(21.days()) }
        })
        .collect();
    db.write(|tx| window::plan(tx, actor(), Cycle(1), &turns)).unwrap();
}

fn cents(db: &Db, on: Date) -> (i64, usize, i64) {
    let it = accrual(db, actor(), on, &mut |_| ()).unwrap();
    (it.total().cents(), it.rows.len(), it.unknown())
}

#[test]
fn what_was_not_billed_at_a_day_is_what_the_bills_say_later() {
    engines::each(|db, _| {
        begin(db);
        let before = accrual(db, actor(), LAST_OF_JANUARY, &mut |_| ()).unwrap();
        assert_eq!(before.total().cents(), 2_400);
        assert_eq!(before.by_gl[&Gl::ElectricRevenue], Money::from_cents(2_400));
        assert_eq!(before.rows[0].known_to, FEBRUARY);
        // The bills are dated February 3: on the first they were still to come, whoever asks later.
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        let after = accrual(db, actor(), LAST_OF_JANUARY, &mut |_| ()).unwrap();
        assert_eq!((after.total(), after.rows.len()), (before.total(), 2));
        // And beside it stands what the bills came to.
        assert_eq!(before.billed(), (0, Money::ZERO, Money::ZERO));
        let all = Money::from_cents(2_400);
        assert_eq!(after.billed(), (2, all, all));
        shows(db, "E-1", MARCH, 150);
        // Of the other one only the read before is known: its 28 days are estimated, and said apart.
        let it = accrual(db, actor(), LAST_OF_FEBRUARY, &mut |_| ()).unwrap();
        assert!(it.rows[0].why.is_empty() && it.rows[1].why.contains("E-2"), "{:?}", it.rows);
        // 100 kWh of 31 days are 90 of 28: an estimate is in whole units.
        let estimated = Money::from_cents(1_080);
        assert_eq!((it.estimated(), it.unknown()), ((estimated, 28), 0));
        assert_eq!(it.total(), Money::from_cents(600) + estimated);
        // Between two reads each day has the same use, as a bill cuts it: 14 of 28 days.
        let middle = accrual(db, actor(), date(2026, 2, 14), &mut |_| ()).unwrap();
        assert_eq!((middle.rows[0].total.cents(), middle.rows[0].unknown), (300, 0));
        assert_eq!(middle.rows[0].estimated, Money::ZERO);
        // Nobody began before the first day.
        assert_eq!(cents(db, date(2025, 12, 31)), (0, 0, 0));
        let sam = nobody(db);
        let why = accrual(db, sam, LAST_OF_FEBRUARY, &mut |_| ()).unwrap_err();
        assert!(says(&why).contains("view-customer"), "{why}");
    });
}

#[test]
fn what_stood_on_a_bill_at_a_day_was_billed_then_whatever_was_corrected_since() {
    engines::each(|db, _| {
        begin(db);
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        shows(db, "E-1", MARCH, 150);
        shows(db, "E-2", MARCH, 140);
        let before = accrual(db, actor(), LAST_OF_FEBRUARY, &mut |_| ()).unwrap();
        assert_eq!((before.total().cents(), before.rows[0].from), (10_80, FEBRUARY));
        // In March it turns out that the first used 120 kWh in January, not 100.
        shows(db, "E-1", FEBRUARY, 120);
        let net = Money::from_cents(2_40);
        crate::correct::correct(db, actor(), net, "misread").unwrap();
        let it = accrual(db, actor(), LAST_OF_FEBRUARY, &mut |_| ()).unwrap();
        assert_eq!((it.rows[0].from, it.rows.len()), (FEBRUARY, 2), "January was billed then");
        assert_eq!(it.total().cents(), 8_40, "as its reads are known by now");
        // And of the day before January's bills all of January was to come, as ever.
        assert_eq!(
            accrual(db, actor(), LAST_OF_JANUARY, &mut |_| ()).unwrap().total().cents(),
            26_40
        );
    });
}

#[test]
fn of_days_that_nobody_knows_only_what_is_owed_anyway_is_in_it() {
    engines::each(|db, _| {
        village::found(db);
        let text = village::TARIFF.replace("R-1", "D-1") + "daily  Customer charge   0.50\n";
        db.write(|tx| tariff::publish(tx, actor(), &text)).unwrap();
        let mut customer = village::customer("E-1", &[DIALS]);
        customer.services[0].tariff = "D-1".to_owned();
        village::take_on(db, &customer).unwrap();
        shows(db, "E-1", date(2026, 1, 1), 0);
        let period = Period::month(2026, 1).unwrap();
        let billed_on = period.end().saturating_add(2.days());
        let turn = NewWindow { period, billed_on, due_on: billed_on.saturating_add(21.days()) };
        db.write(|tx| window::plan(tx, actor(), Cycle(1), &[turn])).unwrap();
        // Nothing says how much a new customer uses.
        let it = accrual(db, actor(), date(2026, 1, 10), &mut |_| ()).unwrap();
        assert_eq!((it.total().cents(), it.unknown()), (5_00, 10));
        assert_eq!(it.estimated(), (Money::ZERO, 0));
    });
}

#[test]
fn turns_that_are_not_planned_are_taken_to_follow() {
    engines::each(|db, _| {
        begin(db);
        let text = village::TARIFF.replace("R-1", "D-1") + "daily  Customer charge   0.50\n";
        db.write(|tx| tariff::publish(tx, actor(), &text)).unwrap();
        for (serial, cycle) in [("E-3", 1), ("E-4", 9)] {
            let mut customer = village::customer(serial, &[DIALS]);
            customer.street = format!("{serial} Mill St");
            customer.cycle = Cycle(cycle);
            customer.services[0].tariff = "D-1".to_owned();
            village::take_on(db, &customer).unwrap();
            shows(db, serial, date(2026, 1, 1), 0);
        }
        let it = accrual(db, actor(), date(2026, 3, 31), &mut |_| ()).unwrap();
        // Of 90 days the customer charge; the cycle without a turn says nothing, and that it does not.
        assert_eq!((it.rows[2].total.cents(), it.rows[2].left_out), (45_00, 0));
        assert_eq!((it.rows[3].total.cents(), it.rows[3].left_out, it.left_out()), (0, 90, 90));
        let unplanned: Vec<_> = it.unplanned.into_iter().collect();
        assert_eq!(unplanned, [(Cycle(1), MARCH), (Cycle(9), date(2026, 3, 31))]);
    });
}

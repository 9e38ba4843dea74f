//! What went wrong elsewhere and is known by name, on both engines: accounts that silently were not
//! billed after six estimates, a whole run ten times too high, a bill made anew across a change of price.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bill_run::again::Came;
use meterbook_app::bill_run::correct::{NewCorrection, preview};
use meterbook_app::bill_run::release::{self, NotReleased};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::hold::{self, Chosen, Done, Way};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Refused, check, order, tariff, vee};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::limits::Measure;
use meterbook_core::bill::run::{Stage, Standing};
use meterbook_core::id::{AccountId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::order::{CalledOff, OrderKind};
use meterbook_core::period::Period;
use meterbook_core::reads::vee::Rule;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS, actor};

const CYCLE: Cycle = Cycle(1);

/// So many customers, and turns of these days.
fn village(db: &Db, customers: i64, turns: &[Period]) {
    village::found(db);
    for nth in 1..=customers {
        let mut customer = village::customer(&format!("E-{nth}"), &[DIALS]);
        customer.name = format!("Customer {nth}");
        customer.street = format!("{nth} Mill St");
        customer.from = turns[0].start();
        village::take_on(db, &customer).unwrap();
    }
    let turns: Vec<NewWindow> = turns
        .iter()
        .map(|period| {
            let billed_on = period.end().saturating_add(1.days());
            let due_on = billed_on.saturating_add(21.days());
            NewWindow { period: *period, billed_on, due_on }
        })
        .collect();
    db.write(|tx| window::plan(tx, actor(), CYCLE, &turns)).unwrap();
}

fn months(count: i8) -> Vec<Period> {
    (1..=count).map(|it| Period::month(2026, it).unwrap()).collect()
}

fn shows(db: &Db, meter: i64, on: Date, index: i64, kind: ReadKind) {
    db.write(|tx| {
        let meter = store::meter::by_serial(tx, &format!("E-{meter}"))?.remove(0);
        let channel = store::meter::channels(tx, meter.id)?[0].id;
        let read = Read { channel, on, index_micro: index * 1_000_000, kind, batch: None };
        store::read::add(tx, &[read])
    })
    .unwrap();
}

fn bill(db: &Db) -> Standing {
    bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap()
}

fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

/// At one city a program held back whoever was estimated six times, and told nobody.
#[test]
fn nobody_is_left_out_after_six_estimates() {
    engines::each(|db, _| {
        village(db, 2, &months(7));
        for meter in [1, 2] {
            shows(db, meter, date(2026, 1, 1), 0, ReadKind::Actual);
            for month in 2..=7 {
                let index = i64::from(month - 1) * 100;
                shows(db, meter, date(2026, month, 1), index, ReadKind::Estimated);
            }
        }
        for turn in 1..=6 {
            let stands = bill(db);
            assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Done, 2, 0), "{turn}");
        }
        // A seventh estimate is billed like the six before; without any read the account is held, in
        // the open, and counted until it is billed.
        shows(db, 1, date(2026, 8, 1), 700, ReadKind::Estimated);
        let stands = bill(db);
        assert!(stands.complete(), "{stands:?}");
        assert_eq!((stands.population, stands.billed, stands.held), (2, 1, 1));
        assert_eq!(stands.reasons["no-read"], 1);
        let later = date(2026, 8, 20);
        assert_eq!(db.read(|tx| store::unbilled::count(tx, later)).unwrap(), 2);
        assert_eq!(db.read(|tx| store::unbilled::count(tx, date(2026, 8, 1))).unwrap(), 1);
        let unbilled = db.read(|tx| store::unbilled::all(tx, date(2026, 8, 1), 10)).unwrap();
        assert_eq!(unbilled[0].since, date(2026, 7, 1));
        assert_eq!(unbilled[0].held.as_ref().map(|it| &*it.0), Some("no-read"));
        clean(db);
    });
}

/// And where no reader comes month after month, a clerk has it estimated each time; it is counted, and
/// somebody is sent.
#[test]
fn estimates_that_a_clerk_asks_for_are_counted_and_send_somebody() {
    engines::each(|db, _| {
        village(db, 1, &months(8));
        shows(db, 1, date(2026, 1, 1), 0, ReadKind::Actual);
        shows(db, 1, date(2026, 2, 1), 310, ReadKind::Actual);
        assert_eq!(bill(db).billed, 1);
        // What the sign-up ordered is over.
        let at = |kind| db.read(|tx| store::order::open_at(tx, ServicePointId(1), kind)).unwrap();
        for it in at(OrderKind::Read) {
            let over = CalledOff::NotNeeded;
            db.write(|tx| order::cancel(tx, actor(), it.id, over, "")).unwrap();
        }
        let mut sent = Vec::new();
        for turn in 2..=7 {
            let by = village::biller(db);
            assert_eq!(bill(db).held, 1, "nobody reads it in turn {turn}");
            let group = db.read(|tx| hold::groups(tx, None)).unwrap().remove(0);
            let of = Chosen { window: group.window.id, root: &group.root, accounts: &[] };
            let why = (Way::Estimate, "the road is under water");
            let done = hold::apply(db, by, of, why, &mut |_| ()).unwrap();
            let Done::Estimated(did) = done else { panic!("{done:?}") };
            assert_eq!((did.reads, did.left.len()), (1, 0));
            let Some(Came::Posted(stands)) = did.came else { panic!("{did:?}") };
            assert_eq!((stands.billed, stands.held), (1, 0), "the bill of turn {turn} goes out");
            sent.push(did.ordered);
        }
        // The third sends somebody to read it, the sixth to exchange it.
        assert_eq!(sent, [0, 0, 1, 0, 0, 1]);
        assert_eq!((at(OrderKind::Read).len(), at(OrderKind::Exchange).len()), (1, 1));
        let doubted = db.read(vee::open).unwrap();
        assert!(doubted.iter().any(|it| it.exception.finding.rule == Rule::EstimateRun));
        clean(db);
    });
}

/// A price typed with its point one place to the right made every bill of a run ten times too high.
#[test]
fn a_run_that_is_ten_times_too_high_is_not_released() {
    engines::each(|db, _| {
        village(db, 25, &months(2));
        for meter in 1..=25 {
            for (month, index) in [(1, 0), (2, 100), (3, 200)] {
                shows(db, meter, date(2026, month, 1), index, ReadKind::Actual);
            }
        }
        assert_eq!(bill(db).total, Money::from_cents(25 * 1_200));
        let wrong = village::TARIFF.replace("2026-01-01", "2026-02-01").replace("0.12", "1.20");
        db.write(|tx| tariff::publish(tx, actor(), &wrong)).unwrap();
        let stands = bill(db);
        assert_eq!((stands.stage, stands.total), (Stage::Preview, Money::from_cents(25 * 12_000)));
        let run = db.read(|tx| release::waiting(tx, CYCLE)).unwrap();
        let why = release::release(db, actor(), run.id, None, &mut |_| ()).unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotReleased>().unwrap();
        let NotReleased::Beyond { moved, .. } = refused else { panic!("{why}") };
        let total = moved.iter().find(|it| it.measure == Measure::Total).unwrap();
        assert_eq!((total.now, total.was), (300_000, 30_000));
        // Nobody has a bill of it, and the turn is as open as before.
        db.write(|tx| release::call_off(tx, actor(), run.id, "the price")).unwrap();
        clean(db);
    });
}

/// A bill over a change of price was made anew with the new price for all its days.
#[test]
fn a_bill_made_anew_across_a_change_of_price_has_both() {
    engines::each(|db, _| {
        let turn = Period::new(date(2026, 1, 16), date(2026, 2, 15)).unwrap();
        village(db, 1, &[turn]);
        let next = village::TARIFF.replace("2026-01-01", "2026-02-01").replace("0.12", "0.24");
        db.write(|tx| tariff::publish(tx, actor(), &next)).unwrap();
        shows(db, 1, turn.start(), 0, ReadKind::Actual);
        shows(db, 1, turn.end(), 300, ReadKind::Actual);
        // 16 of 30 days are January's: 160 kWh at 0.12 and 140 at 0.24.
        assert_eq!(bill(db).total, Money::from_cents(1_920 + 3_360));
        // It showed 600: 320 kWh at 0.12 and 280 at 0.24.
        shows(db, 1, turn.end(), 600, ReadKind::Actual);
        let (account, from, cause) = (AccountId(1), turn.start(), Cause::Read);
        let seen = db.write(|tx| preview(tx, actor(), account, from, cause)).unwrap();
        let [(old, Some(new))] = seen.bills.as_slice() else { panic!("{seen:?}") };
        assert_eq!((old.total, new.total), (Money::from_cents(5_280), Money::from_cents(10_560)));
        let amounts = |it: &meterbook_core::bill::Bill| -> Vec<i64> {
            it.segments[0].lines.iter().map(|it| it.amount.cents()).collect()
        };
        assert_eq!((amounts(old), amounts(new)), (vec![1_920, 3_360], vec![3_840, 6_720]));
        let wanted = Asked::Correct(NewCorrection { account, from, cause, net: seen.net });
        db.write(|tx| do_or_ask(tx, actor(), &wanted, "the read was wrong")).unwrap();
        clean(db);
    });
}

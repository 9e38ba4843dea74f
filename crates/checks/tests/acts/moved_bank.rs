//! A customer who moves, on both engines: what they sent back goes with them, what nobody takes on is settled,
//! and their use is of the days that are billed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::moves::{self, Made, ReadWanted, Start, Stop, Wanted};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::{check, statement, tariff};
use meterbook_checks::engines;
use meterbook_core::account::{Account, Cycle};
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::run::Standing;
use meterbook_core::bill::{Bill, Segment};
use meterbook_core::meter::Flow;
use meterbook_core::money::Money;
use meterbook_core::moves::{EffectKind, Kept, MoveKind};
use meterbook_store::{self as store, Db};

use crate::correct::{correct, meter_shows, turns};
use crate::village::{self, DIALS, actor};

const NM: &str = "tariff NM half-up\nname       Net metering\ncommodity  electric kWh\n\
                  from       2026-01-01\nnet turn\n  bank true-up apr pays 0.03\nvolume  Energy  0.12\n";
const JANUARY: Date = date(2026, 1, 1);
const FEBRUARY: Date = date(2026, 2, 1);
const MARCH: Date = date(2026, 3, 1);

/// Two customers who send energy back, and turns from January to March.
fn begin(db: &Db) -> [(Account, Agreement); 2] {
    village::found(db);
    db.write(|tx| tariff::publish(tx, actor(), NM)).unwrap();
    turns(db, 3);
    ["E-1", "E-2"].map(|serial| {
        let mut customer = village::customer(serial, &[DIALS, (DIALS.0, Flow::Received)]);
        customer.street = format!("{serial} Mill St");
        customer.services[0].tariff = "NM".to_owned();
        let account = village::take_on(db, &customer).unwrap();
        meter_shows(db, serial, JANUARY, &[0, 0]);
        let theirs = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap();
        (account, theirs[0].clone())
    })
}

fn given(indexes: [i64; 2]) -> ReadWanted {
    ReadWanted::Given(indexes.map(|it| it * 1_000_000).to_vec())
}

fn stop(of: &(Account, Agreement), on: Date, read: ReadWanted) -> Wanted {
    Wanted {
        kind: MoveKind::Stop,
        account: of.0.id,
        stops: vec![Stop { agreement: of.1.id, read }],
        stops_on: Some(on),
        starts: Vec::new(),
        starts_on: None,
        credit: None,
    }
}

/// Such a stop, of who goes on where the other left on February 16.
fn transfer(left: &(Account, Agreement), stop: Wanted) -> Wanted {
    let read = given([20, 120]);
    Wanted {
        kind: MoveKind::Transfer,
        starts: vec![Start { point: left.1.service_point, tariff: "NM".to_owned(), read }],
        starts_on: Some(date(2026, 2, 16)),
        ..stop
    }
}

fn ask(db: &Db, wanted: &Wanted) -> Made {
    db.write(|tx| moves::ask(tx, actor(), wanted)).unwrap()
}

fn kept(made: &Made) -> Option<Kept> {
    let banks = made.effects.iter().find(|it| it.kind == EffectKind::Banks)?;
    Kept::from_word(&banks.word)
}

fn bill(db: &Db) -> Standing {
    bill_run::run(db, village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap()
}

/// The newest bill of an account that stands.
fn newest(db: &Db, account: &Account) -> Bill {
    let all = db.read(|tx| store::bill::newest(tx, 20)).unwrap();
    let all = all.into_iter().map(|id| db.read(|tx| store::bill::get(tx, id)).unwrap());
    all.filter(|it| it.account == account.id).max_by_key(|it| (it.days().end(), it.id)).unwrap()
}

/// In kWh: what was there before, what was used, what went on, and what is left.
fn bank(it: &Segment) -> [i64; 4] {
    let flow = it.bank.unwrap();
    [flow.opening, flow.used, flow.moved, flow.closing].map(|it| it.div_euclid(1_000_000))
}

fn sound(db: &Db) {
    let rules = check::check(db).unwrap().rules;
    let faults: Vec<String> = rules.into_iter().flat_map(|it| it.faults).collect();
    assert_eq!(faults, Vec::<String>::new());
}

fn same(db: &Db, bill: &Bill) {
    assert_eq!(db.read(|tx| replay(tx, bill.id)).unwrap(), Replayed::Same);
}

/// 620 kWh of the first are in the bank, and 100 of the second, who leaves on February 10.
fn january(db: &Db) -> [(Account, Agreement); 2] {
    let both = begin(db);
    meter_shows(db, "E-1", FEBRUARY, &[100, 720]);
    meter_shows(db, "E-2", FEBRUARY, &[10, 110]);
    bill(db);
    let made = ask(db, &stop(&both[1], date(2026, 2, 10), given([20, 120])));
    assert_eq!(kept(&made), Some(Kept::Paid), "{:?}", made.effects);
    both
}

#[test]
fn what_was_sent_back_goes_on_to_the_service_that_a_customer_moves_to() {
    engines::each(|db, _| {
        let [mover, left] = january(db);
        let wanted = transfer(&left, stop(&mover, date(2026, 2, 17), given([130, 720])));
        assert_eq!(kept(&ask(db, &wanted)), Some(Kept::Carried));
        meter_shows(db, "E-2", MARCH, &[270, 120]);
        assert_eq!(bill(db).billed, 3);
        let its = newest(db, &mover.0);
        let [old, new] = [&its.segments[0], &its.segments[1]];
        assert_eq!(bank(old), [620, 30, 590, 0], "{old:?}");
        assert_eq!(bank(new), [590, 250, 0, 340], "{new:?}");
        assert_eq!(its.total, Money::ZERO);
        same(db, &its);
        // Who left without another service is paid for what is left.
        let last = newest(db, &left.0);
        assert_eq!((last.total.cents(), bank(&last.segments[0])), (-3_00, [100, 0, 0, 0]));
        same(db, &last);
        // 280 kWh are of the 28 days of February, two of which have both services.
        let it = db.read(|tx| statement::of_bill(tx, its.id)).unwrap();
        let months = it.history[0].months.iter();
        let months: Vec<(i64, i64)> =
            months.map(|it| (it.usage.micro.div_euclid(1_000_000), it.days)).collect();
        assert_eq!(months, [(100, 31), (280, 28)]);
        sound(db);
        // The customer used 100 kWh more where they left: so much less went with them.
        meter_shows(db, "E-1", date(2026, 2, 17), &[230, 720]);
        correct(db, actor(), Money::ZERO, "misread").unwrap();
        let its = newest(db, &mover.0);
        assert_eq!(bank(&its.segments[0]), [620, 130, 490, 0]);
        assert_eq!(bank(&its.segments[1]), [490, 250, 0, 240]);
        same(db, &its);
        sound(db);
    });
}

#[test]
fn a_bill_waits_for_that_of_the_service_before_and_one_billed_through_hands_on_too() {
    engines::each(|db, _| {
        let [mover, left] = january(db);
        // They left on the day through which they are billed, and came weeks later.
        let wanted = transfer(&left, stop(&mover, FEBRUARY, given([100, 720])));
        assert_eq!(kept(&ask(db, &wanted)), Some(Kept::Carried));
        assert_eq!(db.read(|tx| store::ledger::balance(tx, mover.0.id)).unwrap(), Money::ZERO);
        meter_shows(db, "E-2", MARCH, &[270, 120]);
        bill(db);
        let its = newest(db, &mover.0);
        assert_eq!(bank(&its.segments[0]), [620, 250, 0, 370]);
        same(db, &its);
        sound(db);
    });
}

#[test]
fn nobody_is_billed_beside_a_bank_that_is_still_to_be_handed_on() {
    engines::each(|db, _| {
        let [mover, left] = begin(db);
        meter_shows(db, "E-2", FEBRUARY, &[10, 110]);
        ask(db, &stop(&left, date(2026, 1, 20), given([5, 50])));
        let wanted = Wanted {
            kind: MoveKind::Transfer,
            starts: vec![Start {
                point: left.1.service_point,
                tariff: "NM".to_owned(),
                read: ReadWanted::Ordered,
            }],
            starts_on: Some(FEBRUARY),
            ..stop(&mover, date(2026, 1, 20), ReadWanted::Ordered)
        };
        ask(db, &wanted);
        assert_eq!(bill(db).held, 1, "the read of January 20");
        meter_shows(db, "E-2", MARCH, &[270, 110]);
        let february = bill(db);
        assert_eq!((february.billed, february.held), (0, 1), "{february:?}");
        assert!(february.reasons.contains_key("earlier-unbilled"), "{february:?}");
        meter_shows(db, "E-1", date(2026, 1, 20), &[60, 360]);
        let held = Which::Held(Cycle(1), None);
        bill_run::run(db, village::later(), held, Until::Posted, &mut |_| ()).unwrap();
        let its = newest(db, &mover.0);
        assert_eq!(bank(&its.segments[0]), [300, 260, 0, 40]);
        same(db, &its);
        sound(db);
    });
}

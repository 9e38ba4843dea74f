//! Community solar, from the host's bill to those of its subscribers, and every slip on the way.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::{Until, Which, run};
use meterbook_app::intake::{Import, import};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{agreement, allocation, check, tariff};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::account::Cycle;
use meterbook_core::allocation::Allocation;
use meterbook_core::bill::Bill;
use meterbook_core::id::AgreementId;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Share;
use meterbook_core::period::Period;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::village::{self, DIALS};

const BACK: (Form, Flow) = (Form::Register { digits: 5 }, Flow::Received);
const JANUARY: Date = date(2026, 1, 1);
const FEBRUARY: Date = date(2026, 2, 1);
const MARCH: Date = date(2026, 3, 1);
const HOST: AgreementId = AgreementId(1);
const NEAR: AgreementId = AgreementId(2);
const FAR: AgreementId = AgreementId(3);

/// Net metering with a bank.
const NM: &str = "tariff NM half-up\nname       Net metering\ncommodity  electric kWh\n\
                  from       2026-01-01\nnet turn\n  bank\nvolume  Energy            0.12\n";

/// A host and a subscriber in cycle 1, one in cycle 2, and somebody without net metering.
fn found(db: &Db, folder: &Path) {
    village::found(db);
    db.write(|tx| tariff::publish(tx, village::actor(), NM)).unwrap();
    for (serial, cycle, code) in
        [("E-1", 1, "NM"), ("E-2", 1, "NM"), ("E-3", 2, "NM"), ("E-4", 2, "R-1")]
    {
        let mut customer = village::customer(serial, &[DIALS, BACK]);
        customer.cycle = Cycle(cycle);
        customer.services[0].tariff = code.to_owned();
        village::take_on(db, &customer).unwrap();
    }
    let turn = |(from, to), billed_on| NewWindow {
        period: Period::new(from, to).unwrap(),
        billed_on,
        due_on: date(2026, 4, 1),
    };
    for (cycle, days) in [(1, [3, 3]), (2, [5, 5])] {
        let turns = [
            turn((JANUARY, FEBRUARY), date(2026, 2, days[0])),
            turn((FEBRUARY, MARCH), date(2026, 3, days[1])),
        ];
        db.write(|tx| window::plan(tx, village::actor(), Cycle(cycle), &turns)).unwrap();
    }
    // The host uses 40 kWh a month and sends back 1,040.0075 and then 140; the others use 300.
    let mut text = "meter,date,index,flow\n".to_owned();
    for (meter, came, sent) in [
        ("E-1", ["0", "40", "80"], ["0", "1040.0075", "1180.0075"]),
        ("E-2", ["0", "300", "600"], ["0", "0", "0"]),
        ("E-3", ["0", "300", "600"], ["0", "0", "0"]),
        ("E-4", ["0", "300", "600"], ["0", "0", "0"]),
    ] {
        for (nth, on) in [JANUARY, FEBRUARY, MARCH].iter().enumerate() {
            text.push_str(&format!("{meter},{on},{},delivered\n", came[nth]));
            text.push_str(&format!("{meter},{on},{},received\n", sent[nth]));
        }
    }
    let file = folder.join("reads.csv");
    std::fs::write(&file, text).unwrap();
    let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    import(db, village::actor(), &reads, &mut |_| ()).unwrap();
}

fn share(host: AgreementId, subscriber: AgreementId, percent: &str, from: Date) -> Allocation {
    let share = Share::parse(percent).unwrap();
    Allocation { host, subscriber, share, from, to: None }
}

fn set(db: &Db, new: &Allocation) -> Result<()> {
    db.write(|tx| allocation::set(tx, village::actor(), new))
}

fn refused(db: &Db, new: &Allocation) -> String {
    village::says(&set(db, new).unwrap_err())
}

/// Bills the turn that is due next and gives back its bills.
fn bill_next(db: &Db) -> Vec<Bill> {
    let count = |tx: &mut store::Tx<'_>| store::bill::newest(tx, 100);
    let before = db.read(count).unwrap();
    run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap();
    let after = db.read(count).unwrap();
    let new: Vec<_> = after.into_iter().filter(|it| !before.contains(it)).collect();
    new.into_iter().rev().map(|it| db.read(|tx| store::bill::get(tx, it)).unwrap()).collect()
}

/// What a bill's bank says: allotted, used, given and closing, in Wh.
fn bank(bill: &Bill) -> [i64; 4] {
    let bank = bill.segments[0].bank.unwrap();
    [bank.allotted, bank.used, bank.given, bank.closing]
}

#[test]
fn what_a_host_gives_its_subscribers_take_once() {
    engines::each(|db, folder| {
        found(db, folder);
        set(db, &share(HOST, NEAR, "33.3333333%", JANUARY)).unwrap();
        set(db, &share(HOST, FAR, "50%", JANUARY)).unwrap();
        // The first of February: the host gives; its neighbour in the same turn takes next time.
        let bills = bill_next(db);
        assert_eq!(bills.len(), 2);
        assert_eq!(bank(&bills[0]), [0, 0, 833_339_000, 166_668_500]);
        let given: Vec<(i64, i64)> =
            bills[0].segments[0].given.iter().map(|it| (it.to.0, it.micro)).collect();
        assert_eq!(given, [(2, 333_336_000), (3, 500_003_000)]);
        assert_eq!((bank(&bills[1]), bills[1].total.cents()), ([0; 4], 3_600));
        // Two days later the other cycle: 500.003 kWh come, 300 are used.
        let bills = bill_next(db);
        assert_eq!(bank(&bills[0]), [500_003_000, 300_000_000, 0, 200_003_000]);
        assert_eq!(bills[0].total.cents(), 0);
        // A month later: 100 kWh of surplus are shared; the neighbour takes January's.
        let bills = bill_next(db);
        assert_eq!(bank(&bills[0])[2], 83_333_000);
        assert_eq!(bank(&bills[1]), [333_336_000, 300_000_000, 0, 33_336_000]);
        let bills = bill_next(db);
        assert_eq!(bank(&bills[0]), [50_000_000, 250_003_000, 0, 0]);
        // 300 kWh less the 250.003 that were there.
        assert_eq!(bills[0].total.cents(), 600);
        assert!(check::check(db).unwrap().clean());
        for id in db.read(|tx| store::bill::newest(tx, 100)).unwrap() {
            assert_eq!(db.read(|tx| replay(tx, id)).unwrap(), Replayed::Same);
        }
    });
}

#[test]
fn the_shares_of_the_last_day_count_and_what_is_billed_stays() {
    engines::each(|db, folder| {
        found(db, folder);
        set(db, &share(HOST, NEAR, "100%", JANUARY)).unwrap();
        // On the day of the read somebody else gets half; the day before it still holds.
        set(db, &share(HOST, NEAR, "50%", date(2026, 1, 31))).unwrap();
        let bills = bill_next(db);
        assert_eq!(bank(&bills[0])[2], 500_004_000);
        let says = refused(db, &share(HOST, NEAR, "20%", date(2026, 1, 31)));
        assert!(says.contains("the host's days up to 2026-02-01 are billed"), "{says}");
        // It ends, and nothing is given any more.
        set(db, &share(HOST, NEAR, "0%", FEBRUARY)).unwrap();
        bill_next(db);
        let bills = bill_next(db);
        assert_eq!(bank(&bills[0])[2], 0);
        assert_eq!(bank(&bills[1])[0], 500_004_000);
        let (shares, open) = db.read(|tx| allocation::show(tx, NEAR)).unwrap();
        assert_eq!(open, []);
        let said: Vec<String> = shares.iter().map(allocation::told).collect();
        assert_eq!(
            said,
            [
                "agreement 2 gets 100% of 1 from 2026-01-01 up to 2026-01-31",
                "agreement 2 gets 50% of 1 from 2026-01-31 up to 2026-02-01"
            ]
        );
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn a_share_that_cannot_be_is_refused() {
    engines::each(|db, folder| {
        found(db, folder);
        set(db, &share(HOST, NEAR, "60%", FEBRUARY)).unwrap();
        let more = refused(db, &share(HOST, FAR, "40.0000001%", JANUARY));
        assert!(more.contains("would come to 100.0000001% on 2026-02-01"), "{more}");
        let odd = refused(db, &share(HOST, FAR, "100.1%", JANUARY));
        assert!(odd.contains("a share is 0% to 100%"), "{odd}");
        assert!(refused(db, &share(HOST, HOST, "1%", JANUARY)).contains("stays with the host"));
        let chain = refused(db, &share(NEAR, FAR, "1%", JANUARY));
        assert!(
            chain.contains("agreement 2 is in a community share from the other side"),
            "{chain}"
        );
        let chain = refused(db, &share(FAR, HOST, "1%", JANUARY));
        assert!(
            chain.contains("agreement 1 is in a community share from the other side"),
            "{chain}"
        );
        let net = refused(db, &share(HOST, AgreementId(4), "1%", JANUARY));
        assert!(net.contains("tariff R-1 of agreement 4 has no net"), "{net}");
        let later = refused(db, &share(HOST, NEAR, "1%", JANUARY));
        assert!(later.contains("set from 2026-02-01 on already"), "{later}");
        let backwards = Allocation { to: Some(JANUARY), ..share(HOST, FAR, "1%", FEBRUARY) };
        assert!(refused(db, &backwards).contains("cannot end on 2026-01-01"));
        let actor = with_role(db, "bo", "auditor");
        let new = share(HOST, FAR, "1%", JANUARY);
        let why = db.write(|tx| allocation::set(tx, actor, &new)).unwrap_err();
        assert!(village::says(&why).contains("comes with set-shares"));
        set(db, &share(HOST, FAR, "40%", JANUARY)).unwrap();
    });
}

#[test]
fn who_gets_a_share_does_not_leave_before_it_ends() {
    engines::each(|db, folder| {
        found(db, folder);
        set(db, &share(HOST, FAR, "50%", JANUARY)).unwrap();
        bill_next(db);
        let stop = |on| db.write(|tx| agreement::stop(tx, village::actor(), FAR, on));
        let says = village::says(&stop(date(2026, 1, 20)).unwrap_err());
        assert!(says.contains("meterbook share set 1 ID 0 --from 2026-02-01"), "{says}");
        set(db, &share(HOST, FAR, "0%", FEBRUARY)).unwrap();
        stop(date(2026, 1, 20)).unwrap();
        // What was given meanwhile waits for the last bill.
        let (_, open) = db.read(|tx| allocation::show(tx, FAR)).unwrap();
        assert_eq!((open.len(), open[0].micro, open[0].turn), (1, 500_004_000, JANUARY));
    });
}

#[test]
fn check_finds_what_was_taken_behind_the_back_of_the_books() {
    engines::each(|db, folder| {
        found(db, folder);
        set(db, &share(HOST, FAR, "50%", JANUARY)).unwrap();
        bill_next(db);
        assert!(check::check(db).unwrap().clean());
        Raw::beside(db).unwrap().run("insert into allotment_taken values (1, 0, 0, 2, 0)").unwrap();
        let report = check::check(db).unwrap();
        let rule = report.rules.iter().find(|it| it.name == "community-shares").unwrap();
        assert_eq!((rule.examined, rule.faults.len()), (1, 2), "{:?}", rule.faults);
        assert!(
            rule.faults[0].contains("says allotted 0 kWh, and its community shares are 500.004")
        );
        assert!(rule.faults[1].contains("takes what bill 1 gave to agreement 3"));
    });
}

//! Riders from publishing to the bill, choices that may change only at times, and a bank that the
//! last bill settles.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::correct::preview;
use meterbook_app::bill_run::{self, Until, Which, cancel};
use meterbook_app::intake::{self, Import};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::term::{self, Said};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{agreement, check, tariff};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::correct::Cause;
use meterbook_core::id::{AccountId, AgreementId, BillId};
use meterbook_core::ledger::EntryKind;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::rating::terms::Term;
use meterbook_store::{self as store, Db};

use crate::correct::{correct, meter_shows};
use crate::once;
use crate::village::{self, DIALS};

const JANUARY: Date = date(2026, 1, 1);
const FEBRUARY: Date = date(2026, 2, 1);

const FUEL: &str = "rider FUEL half-up\nname Fuel cost\ncommodity electric kWh\nfrom 2026-01-01\n\
    volume  Fuel cost  0.01\npercent  Storm recovery  2% of Energy\n";
const INCLUDES: &str = "tariff R-F half-up\nname Residential\ncommodity electric kWh\n\
    from 2026-01-01\nvolume  Energy  0.10\ninclude FUEL\ntax  City tax  5% of Energy, FUEL\n";
const CHOICE: &str = "tariff R-N half-up\nname Net metering\ncommodity electric kWh\n\
    needs payout\nelect payout once a year, from apr-1, by mar-9\nfrom 2026-01-01\nnet turn\n  \
    bank when payout annual true-up dec at-stop pays 0.03\n  bank when payout rolling\n\
    volume  Energy  0.10\n";

fn publish(db: &Db, text: &str) -> Result<()> {
    db.write(|tx| tariff::publish(tx, village::actor(), text)).map(|_| ())
}

fn refused(db: &Db, text: &str) -> String {
    village::says(&publish(db, text).unwrap_err())
}

/// The agreement of a customer on a tariff, with the meter `serial`.
fn on(db: &Db, serial: &str, code: &str, flows: &[Flow]) -> AgreementId {
    let channels: Vec<(Form, Flow)> = flows.iter().map(|flow| (DIALS.0, *flow)).collect();
    let mut customer = village::customer(serial, &channels);
    customer.services[0].tariff = code.to_owned();
    let account = village::take_on(db, &customer).unwrap();
    let there = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap();
    there[0].id
}

fn plan(db: &Db) {
    let turns = [(date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 2, 1), date(2026, 3, 1))];
    let turns = turns.map(|(from, to)| NewWindow {
        period: Period::new(from, to).unwrap(),
        billed_on: to.saturating_add(2.days()),
        due_on: to.saturating_add(23.days()),
    });
    db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &turns)).unwrap();
}

fn read(db: &Db, folder: &Path, text: &str) {
    let file = folder.join("reads.csv");
    std::fs::write(&file, text).expect("a file is written");
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    let taken = intake::import(db, village::actor(), &wanted, &mut |_| ()).unwrap();
    assert_eq!(taken.batch.rejected, 0);
}

/// The lines of the newest bill, each with its amount and the code of its rule.
fn run(db: &Db) -> (BillId, Vec<(String, String, String)>) {
    bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap();
    let id = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
    let bill = db.read(|tx| store::bill::get(tx, id)).unwrap();
    let lines = bill.segments.iter().flat_map(|it| &it.lines);
    let line = |it: &meterbook_core::rating::Line| {
        (it.called(Language::English).into_owned(), it.amount.to_string(), it.rule.tariff.clone())
    };
    (id, lines.map(line).collect())
}

fn same(db: &Db, id: BillId) {
    assert_eq!(db.read(|tx| replay(tx, id)).unwrap(), Replayed::Same);
}

fn choose(db: &Db, agreement: AgreementId, value: &str, from: Date) -> Result<()> {
    let (name, value) = ("payout".to_owned(), value.to_owned());
    let said = Said::Term(Term { name, value, from, to: None });
    db.write(|tx| term::set(tx, village::actor(), agreement, &said))
}

#[test]
fn a_rider_is_published_apart_and_stands_on_the_bill() {
    engines::each(|db, folder| {
        village::found(db);
        assert!(refused(db, INCLUDES).contains("no rider of that code is in force on 2026-01-01"));
        publish(db, FUEL).unwrap();
        publish(db, INCLUDES).unwrap();
        // Nobody is on a rider, and a code is a rider or a tariff for good.
        let mut customer = village::customer("E-9", &[DIALS]);
        customer.services[0].tariff = "FUEL".to_owned();
        let why = village::take_on(db, &customer).unwrap_err();
        assert!(village::says(&why).contains("FUEL is a rider"));
        let turned = INCLUDES.replace("R-F", "FUEL").replace("2026-01-01", "2027-01-01");
        assert!(refused(db, &turned).contains("FUEL is a rider; begin with: rider FUEL"));
        let turned = FUEL.replace("FUEL", "R-F").replace("2026-01-01", "2027-01-01");
        assert!(refused(db, &turned).contains("R-F is a tariff; begin with: tariff R-F"));
        // What the rider looks at has to be there, in every tariff that includes it.
        let later = FUEL.replace("2026-01-01", "2026-02-11");
        let odd = later.replace("of Energy", "of Delivery");
        assert!(refused(db, &odd).contains("Storm recovery of FUEL looks at Delivery"));
        let odd = later.replace("electric kWh", "gas therm");
        assert!(refused(db, &odd).contains("FUEL is in therm and R-F, which includes it, in kWh"));

        on(db, "E-1", "R-F", &[Flow::Delivered]);
        plan(db);
        read(
            db,
            folder,
            "meter,date,index\nE-1,2026-01-01,0\nE-1,2026-02-01,310\n\
            E-1,2026-03-01,590\n",
        );
        let (first, lines) = run(db);
        let line = |label: &str, amount: &str, code: &str| {
            (label.to_owned(), amount.to_owned(), code.to_owned())
        };
        assert_eq!(
            lines,
            [
                line("Energy", "$31.00", "R-F"),
                line("Fuel cost", "$3.10", "FUEL"),
                line("Storm recovery", "$0.62", "FUEL"),
                line("City tax", "$1.74", "R-F"),
            ]
        );
        // January is billed, so the rider changes in February or later.
        let early = FUEL.replace("2026-01-01", "2026-01-15");
        assert!(refused(db, &early).contains("FUEL has been billed for days up to 2026-02-01"));
        publish(db, &later.replace("0.01", "-0.02")).unwrap();
        same(db, first);
        let (second, lines) = run(db);
        assert_eq!(
            lines[1..5],
            [
                line("Fuel cost", "$1.00", "FUEL"),
                line("Storm recovery", "$0.20", "FUEL"),
                line("Fuel cost", "-$3.60", "FUEL"),
                line("Storm recovery", "$0.36", "FUEL"),
            ]
        );
        same(db, second);
        same(db, first);
        assert!(check::check(db).unwrap().rules.iter().all(|it| it.faults.is_empty()));
    });
}

#[test]
fn a_choice_changes_when_the_tariff_allows_it() {
    engines::each(|db, _| {
        village::found(db);
        publish(db, CHOICE).unwrap();
        let id = on(db, "E-1", "R-N", &[Flow::Delivered, Flow::Received]);
        // The first choice is free. The clerk's today is 2026-03-10, a day too late for April.
        choose(db, id, "annual", date(2026, 1, 1)).unwrap();
        let says = |why: Result<()>| village::says(&why.unwrap_err());
        let late = says(choose(db, id, "rolling", date(2026, 4, 1)));
        assert!(late.contains("had to be asked for by 2026-03-09"), "{late}");
        assert!(late.contains("counts from 2027-04-01"), "{late}");
        let odd = says(choose(db, id, "rolling", date(2026, 6, 1)));
        assert!(odd.contains("payout changes only from 2027-04-01 on"), "{odd}");
        choose(db, id, "rolling", date(2027, 4, 1)).unwrap();
        choose(db, id, "annual", date(2028, 4, 1)).unwrap();
    });
}

#[test]
fn the_last_bill_settles_a_bank_and_earlier_ones_stay_as_they_were() {
    engines::each(|db, folder| {
        village::found(db);
        publish(db, CHOICE).unwrap();
        let id = on(db, "E-1", "R-N", &[Flow::Delivered, Flow::Received]);
        choose(db, id, "annual", date(2026, 1, 1)).unwrap();
        plan(db);
        let rows = |flow: &str, values: [u32; 3]| {
            let days = ["2026-01-01", "2026-02-01", "2026-02-15"];
            let row = |(day, value)| format!("E-1,{day},{value},{flow}\n");
            days.into_iter().zip(values).map(row).collect::<String>()
        };
        let text = rows("delivered", [0, 100, 130]) + &rows("received", [0, 160, 170]);
        read(db, folder, &format!("meter,date,index,flow\n{text}"));
        let (first, lines) = run(db);
        assert_eq!(lines, [], "60 kWh are in the bank");
        db.write(|tx| agreement::stop(tx, village::actor(), id, date(2026, 2, 15))).unwrap();
        same(db, first);
        let (last, lines) = run(db);
        // 30 kWh came and 10 went; 20 of the bank are used, and 40 are paid.
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0].1, "-$1.20");
        same(db, last);
        same(db, first);
    });
}

/// An agreement with 60 kWh in its bank that ends on the day through which it is billed, and that bill.
fn stopped_where_billed(db: &Db, folder: &Path) -> (AgreementId, BillId) {
    village::found(db);
    publish(db, CHOICE).unwrap();
    let id = on(db, "E-1", "R-N", &[Flow::Delivered, Flow::Received]);
    choose(db, id, "annual", JANUARY).unwrap();
    plan(db);
    let reads = "meter,date,index,flow\nE-1,2026-01-01,0,delivered\n\
        E-1,2026-02-01,100,delivered\nE-1,2026-01-01,0,received\nE-1,2026-02-01,160,received\n";
    read(db, folder, reads);
    let (bill, lines) = run(db);
    assert_eq!(lines, [], "60 kWh are in the bank");
    db.write(|tx| agreement::stop(tx, village::actor(), id, FEBRUARY)).unwrap();
    (id, bill)
}

fn balance(db: &Db, account: AccountId) -> i64 {
    db.read(|tx| store::ledger::balance(tx, account)).unwrap().cents()
}

fn clean(db: &Db) {
    let rules = check::check(db).unwrap().rules;
    let faults: Vec<String> = rules.into_iter().flat_map(|it| it.faults).collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_stop_on_the_day_through_which_it_is_billed_settles_the_bank_in_the_ledger() {
    engines::each(|db, folder| {
        let (id, bill) = stopped_where_billed(db, folder);
        let account = db.read(|tx| store::agreement::get(tx, id)).unwrap().account;
        let listed = db.read(|tx| store::ledger::entries(tx, account)).unwrap();
        let last = listed.last().unwrap();
        // 60 kWh at 0.03.
        assert_eq!((last.kind, last.amount.cents()), (EntryKind::Settlement, -180));
        assert_eq!(balance(db, account), -180);
        same(db, bill);
        clean(db);
    });
}

#[test]
fn a_bank_settled_at_a_stop_is_settled_once_whatever_is_corrected_or_taken_back() {
    engines::each(|db, folder| {
        let (id, _) = stopped_where_billed(db, folder);
        let turn = db.read(|tx| cancel::of_cycle(tx, Cycle(1))).unwrap();
        let why = cancel::cancel(db, village::actor(), turn, "too early", &mut |_| ()).unwrap_err();
        assert!(village::says(&why).contains("was settled beside it when service ended"), "{why}");
        let account = db.read(|tx| store::agreement::get(tx, id)).unwrap().account;
        let look = || db.write(|tx| preview(tx, village::actor(), account, JANUARY, Cause::Read));
        // As much is left in the bank, and that is paid.
        meter_shows(db, "E-1", FEBRUARY, &[90, 150]);
        let seen = look().unwrap();
        assert_eq!((seen.bills.len(), seen.net.cents()), (1, 0));
        correct(db, village::actor(), seen.net, "misread").unwrap();
        assert_eq!(balance(db, account), -180);
        same(db, db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0]);
        clean(db);
        // 50 kWh were left, and 60 are paid.
        meter_shows(db, "E-1", FEBRUARY, &[90, 140]);
        let why = village::says(&look().unwrap_err());
        assert!(why.contains("was settled beside it when service ended on 2026-02-01"), "{why}");
        assert!(why.contains("with: meterbook bill once"), "{why}");
        let charge = once::new(&[], &["0.30 billing adjustments: Settled too much"], false);
        once::made(db, village::actor(), &charge, "10 kWh were not sent back").unwrap();
        assert_eq!(balance(db, account), -150);
        clean(db);
    });
}

#[test]
fn a_stop_is_refused_where_the_last_bill_cannot_be_settled() {
    engines::each(|db, folder| {
        village::found(db);
        let text = "tariff R-Y half-up\nname Net metering\ncommodity electric kWh\nfrom 2026-01-01\n\
            net turn\n  year at-stop pays nsc\nvolume  Energy  0.12\ncredit  Exports  0.12\n";
        publish(db, text).unwrap();
        let id = on(db, "E-1", "R-Y", &[Flow::Delivered, Flow::Received]);
        plan(db);
        let reads = "meter,date,index,flow\nE-1,2026-01-01,0,delivered\n\
            E-1,2026-02-01,100,delivered\nE-1,2026-01-01,0,received\nE-1,2026-02-01,160,received\n";
        read(db, folder, reads);
        run(db);
        let stop = |on| db.write(|tx| agreement::stop(tx, village::actor(), id, on));
        let why = village::says(&stop(date(2026, 2, 1)).unwrap_err());
        assert!(why.contains("the surplus of the year needs the price of nsc"), "{why}");
        assert!(why.contains("end service a day later"), "{why}");
        assert_eq!(db.read(|tx| store::agreement::get(tx, id)).unwrap().to, None);
        stop(date(2026, 2, 2)).unwrap();
    });
}

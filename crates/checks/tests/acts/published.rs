//! What is published, from the file to the bill: critical days, prices by the hour and a peak; a
//! correction that changes no bill that is posted; holds where something is missing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::intake::published::{Publish, Published};
use meterbook_app::intake::{self, Import};
use meterbook_app::published::{self, Changed};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::sign_up::SignUp;
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{check, tariff};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::id::{BatchId, BillId, WindowId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Money;
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::published::{About, Call, PeakHour};
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Db};

use crate::village;

/// Critical days at most twice a year.
const CPP: &str = "tariff R-CPP half-up\nname Critical peaks\ncommodity electric kWh\n\
    from 2026-01-01\nclock hours\n  critical  event cpp at-most 2 a year 16-21\n  rest  else\n\
    volume  Energy by hours\n  critical  1.00\n  rest  0.10\n";
const RTP: &str = "tariff RTP half-up\nname Real-time prices\ncommodity electric kWh\n\
    from 2026-01-01\nseries  Market energy  day-ahead plus 0.01\n";
const TRANSMISSION: &str = "tariff T-1 half-up\nname Transmission\ncommodity electric kWh\n\
    from 2026-01-01\ncoincident  Transmission  4.20\n  peak-of pjm\n";

fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("a file is written");
    file
}

fn publish(db: &Db, about: About, name: &str, file: &Path) -> Result<Published> {
    let rejects = file.with_extension("rejects");
    let wanted = Publish { about, name, file, zone: None, rejects: &rejects };
    intake::published::publish(db, village::actor(), &wanted)
}

/// Accepted, rejected, and whether it was there before.
fn counts(it: &Published) -> (i64, i64, bool) {
    (it.imported.batch.accepted, it.imported.batch.rejected, it.imported.before)
}

fn call(db: &Db, name: &str, day: Date, call: Call) -> Result<Changed> {
    db.write(|tx| published::day(tx, village::actor(), name, day, call))
}

/// One line for each hour of some days, by its instant.
fn by_hour(days: Period, header: &str, line: impl Fn(&str, i8) -> String) -> String {
    let zone = Zone::named("America/Chicago").unwrap();
    let (mut at, end) = (zone.start_of(days.start()), zone.start_of(days.end()));
    let mut text = format!("{header}\n");
    while at < end {
        text += &line(&at.to_string(), zone.tz().to_datetime(at).hour());
        text.push('\n');
        at += 1.hour();
    }
    text
}

/// Founds a utility with one customer on each tariff, who uses 2 kWh in every hour of two months.
fn found(db: &Db, folder: &Path) {
    village::found(db);
    let mut reads = String::from("meter,start,value\n");
    let months = Period::new(date(2026, 1, 1), date(2026, 3, 1)).unwrap();
    for (serial, text) in [("E-1", CPP), ("E-2", RTP), ("E-3", TRANSMISSION)] {
        db.write(|tx| tariff::publish(tx, village::actor(), text)).unwrap();
        let hours = (Form::Interval { minutes: 60 }, Flow::Delivered);
        let mut customer: SignUp = village::customer(serial, &[hours]);
        customer.services[0].tariff =
            text.split_whitespace().nth(1).expect("a tariff has a code").to_owned();
        village::take_on(db, &customer).unwrap();
        let of_meter = by_hour(months, "", |at, _| format!("{serial},{at},2"));
        reads += of_meter.trim_start();
    }
    let file = put(folder, "reads.csv", &reads);
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    let taken = intake::import(db, village::actor(), &wanted, &mut |_| ()).unwrap();
    assert_eq!((taken.batch.accepted, taken.batch.rejected), (3 * 59 * 24, 0));
    let turn = |from: Date, to: Date| NewWindow {
        period: Period::new(from, to).unwrap(),
        billed_on: to.saturating_add(2.days()),
        due_on: to.saturating_add(23.days()),
    };
    let turns =
        [turn(date(2026, 1, 1), date(2026, 2, 1)), turn(date(2026, 2, 1), date(2026, 3, 1))];
    db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &turns)).unwrap();
}

/// Prices of January as a market gives them: 30 for a MWh, in the evening 80, and below zero at 3.
fn january(db: &Db, folder: &Path) -> Published {
    let days = Period::month(2026, 1).unwrap();
    let text = by_hour(days, "start,price_per_mwh", |at, hour| {
        let price = if hour == 3 {
            "-5.5"
        } else if hour == 18 {
            "80"
        } else {
            "30"
        };
        format!("{at},{price}")
    });
    publish(db, About::Prices, "day-ahead", &put(folder, "january.csv", &text)).unwrap()
}

fn peak(start: &str) -> PeakHour {
    PeakHour { start: start.parse().unwrap(), minutes: 60 }
}

fn run(db: &Db, which: Which) -> (i64, i64, Vec<String>) {
    let standing = bill_run::run(db, village::actor(), which, Until::Posted, &mut |_| ()).unwrap();
    (standing.billed, standing.held, held(db))
}

/// Why bills of the first turn are held.
fn held(db: &Db) -> Vec<String> {
    let held = db.read(|tx| store::run::held(tx, WindowId(1))).unwrap();
    held.into_iter().map(|it| it.detail).collect()
}

/// What each of the newest bills comes to, and whether it comes out the same.
fn again(db: &Db) -> Vec<(Money, Replayed)> {
    let bills = db.read(|tx| store::bill::newest_of_cycle(tx, Cycle(1))).unwrap();
    let one = |id: &BillId| {
        db.read(|tx| Ok((store::bill::get(tx, *id)?.total, replay(tx, *id)?))).unwrap()
    };
    bills.iter().map(one).collect()
}

#[test]
fn a_bill_follows_what_is_published_and_is_made_again_from_what_was_known() {
    engines::each(|db, folder| {
        found(db, folder);
        assert_eq!(counts(&january(db, folder)), (744, 0, false));
        // In February the market goes from hours to quarters; January is billed as it was.
        let quarters = "start,price_per_kwh,minutes\n2026-02-01 00:00,0.05,15\n";
        publish(db, About::Prices, "day-ahead", &put(folder, "quarters.csv", quarters)).unwrap();
        let days = "date\n2026-01-14\n2026-01-20\n";
        let days = publish(db, About::Events, "cpp", &put(folder, "days.csv", days)).unwrap();
        assert_eq!(counts(&days), (2, 0, false));
        let peaks = "start\n2026-01-14 18:00\n";
        publish(db, About::Peaks, "pjm", &put(folder, "peaks.csv", peaks)).unwrap();
        assert_eq!(run(db, Which::Cycle(Cycle(1))), (3, 0, vec![]));
        // 20 kWh at 1.00 and 1,468 at 0.10; 31 days of 44 kWh at 0.03, 2 at 0.08 and 2 at -0.0055,
        // and 1,488 kWh at 0.01; 2 kW at 4.20.
        let cents = [16_680, 4_092 + 496 - 34 + 1_488, 840];
        let same = cents.map(|it| (Money::from_cents(it), Replayed::Same));
        assert_eq!(again(db), same);

        // The market corrects an hour, an event is called off, and the peak was another hour.
        let later = "start,price_per_mwh\n2026-01-14T18:00,9000\n";
        publish(db, About::Prices, "day-ahead", &put(folder, "later.csv", later)).unwrap();
        call(db, "cpp", date(2026, 1, 20), Call::Withdrawn).unwrap();
        let actor = village::actor();
        for (hour, said) in
            [("2026-01-15T00:00:00Z", Call::Withdrawn), ("2026-01-15T01:00:00Z", Call::Called)]
        {
            db.write(|tx| published::peak(tx, actor, "pjm", peak(hour), said)).unwrap();
        }
        let july = Period::month(2026, 1).unwrap();
        let now = db.read(|tx| published::under(tx, "pjm", july)).unwrap();
        assert_eq!(now.peaks["pjm"], [peak("2026-01-15T01:00:00Z")]);
        assert_eq!(again(db), same);
        let report = check::check(db).unwrap();
        assert!(report.clean(), "{report:?}");
    });
}

#[test]
fn a_bill_is_held_until_what_it_needs_is_published() {
    engines::each(|db, folder| {
        found(db, folder);
        let (billed, held, why) = run(db, Which::Cycle(Cycle(1)));
        assert_eq!((billed, held), (1, 2), "no event was called, and that is no reason: {why:?}");
        let why = why.join("\n");
        let price = "needs the price of day-ahead for 2026-01-01 00:00, and none is published; load it: meterbook publish prices day-ahead FILE";
        assert!(why.contains(price), "{why}");
        let peak_of = "needs the peak hour of pjm for the turn from 2026-01-01, and none is published; say when it was: meterbook publish peak pjm TIME";
        assert!(why.contains(peak_of), "{why}");

        // All of January but one hour: the gap is reported, and named by the hold.
        let text = by_hour(Period::month(2026, 1).unwrap(), "start,price_per_kwh", |at, _| {
            format!("{at},0.03")
        });
        let text = text.replace("2026-01-09T23:00:00Z,0.03\n", "");
        let gap = publish(db, About::Prices, "day-ahead", &put(folder, "gap.csv", &text)).unwrap();
        let local = |hour| date(2026, 1, 9).at(hour, 0, 0, 0);
        assert_eq!(gap.gaps, [(local(17), local(18))]);
        let hour = peak("2026-01-15T00:00:00Z");
        db.write(|tx| published::peak(tx, village::actor(), "pjm", hour, Call::Called)).unwrap();
        let (billed, held, why) = run(db, Which::Held(Cycle(1), None));
        assert_eq!((billed, held), (2, 1), "{why:?}");
        assert!(why[0].contains("day-ahead for 2026-01-09 17:00"), "{why:?}");
        let hour = "start,price_per_kwh\n2026-01-09T17:00,0.03\n";
        publish(db, About::Prices, "day-ahead", &put(folder, "hour.csv", hour)).unwrap();
        assert_eq!(run(db, Which::Held(Cycle(1), None)).0, 3);
        assert!(again(db).iter().all(|(_, it)| *it == Replayed::Same));
    });
}

#[test]
fn an_event_is_called_as_often_as_the_tariff_allows() {
    engines::each(|db, folder| {
        found(db, folder);
        let text = "date\n2026-01-14\n2026-01-20\n2026-02-03\n2027-01-04\n";
        let file = put(folder, "days.csv", text);
        let days = publish(db, About::Events, "cpp", &file).unwrap();
        assert_eq!(counts(&days), (3, 1, false));
        assert_eq!(
            days.imported.first.unwrap(),
            "line 4: cpp cannot be called on 2026-02-03 too: R-CPP allows at most 2 days a year; \
             withdraw another first: meterbook publish event cpp DAY --withdraw"
        );
        let back = intake::give_back(db, BatchId(2), folder).unwrap();
        let back = std::fs::read_to_string(back).unwrap();
        assert!(back.starts_with("date,reject_reason\n2026-02-03,line 4: "), "{back}");
        let why = call(db, "cpp", date(2026, 2, 3), Call::Called).unwrap_err();
        assert!(village::says(&why).contains("at most 2 days a year"), "{why}");
        // One is called off, in a file whose other line takes its place.
        let text = "date,status\n2026-02-03,called\n2026-01-14,withdrawn\n";
        let days = publish(db, About::Events, "cpp", &put(folder, "more.csv", text)).unwrap();
        assert_eq!(counts(&days), (2, 0, false));
        let year = Period::new(date(2026, 1, 1), date(2027, 1, 1)).unwrap();
        let called = db.read(|tx| store::published::days(tx, "cpp", year, Known::ALL)).unwrap();
        assert_eq!(called, [date(2026, 1, 20), date(2026, 2, 3)].into());
        // An event that no tariff limits is called as often as one likes.
        for day in 1..=9 {
            call(db, "gold", date(2026, 1, day), Call::Called).unwrap();
        }
        // Nobody called it: nothing to withdraw. Called twice: nothing changes.
        let why = call(db, "cpp", date(2026, 1, 15), Call::Withdrawn).unwrap_err();
        assert!(village::says(&why).contains("is not called for 2026-01-15"), "{why}");
        assert_eq!(call(db, "cpp", date(2026, 2, 3), Call::Called).unwrap(), Changed::Before);
        let why = call(db, "c p", date(2026, 2, 3), Call::Called).unwrap_err();
        assert!(village::says(&why).contains("c p is no name that a tariff can say"), "{why}");
    });
}

#[test]
fn a_tariff_that_came_after_its_events_holds_the_bill() {
    engines::each(|db, folder| {
        found(db, folder);
        for day in [14, 15, 20] {
            call(db, "heat", date(2026, 1, day), Call::Called).unwrap();
        }
        let text = CPP.replace("R-CPP", "R-HEAT").replace("cpp", "heat");
        db.write(|tx| tariff::publish(tx, village::actor(), &text)).unwrap();
        let hours = (Form::Interval { minutes: 60 }, Flow::Delivered);
        let mut customer = village::customer("E-4", &[hours]);
        customer.services[0].tariff = "R-HEAT".to_owned();
        village::take_on(db, &customer).unwrap();
        let reads = by_hour(Period::month(2026, 1).unwrap(), "meter,start,value", |at, _| {
            format!("E-4,{at},2")
        });
        let file = put(folder, "heat.csv", &reads);
        let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        intake::import(db, village::actor(), &wanted, &mut |_| ()).unwrap();
        bill_run::run(db, village::actor(), Which::Cycle(Cycle(1)), Until::Posted, &mut |_| ())
            .unwrap();
        assert_eq!(
            held(db).pop().unwrap(),
            "heat is called on 2026-01-20, and R-HEAT allows at most 2 days a year; withdraw one: \
             meterbook publish event heat 2026-01-20 --withdraw"
        );
    });
}

#[test]
fn the_same_file_twice_changes_nothing_and_as_something_else_is_refused() {
    engines::each(|db, folder| {
        found(db, folder);
        january(db, folder);
        let known = |db: &Db| db.read(store::bill::known).unwrap();
        let before = known(db);
        assert_eq!(counts(&january(db, folder)), (744, 0, true));
        let file = folder.join("january.csv");
        let why = publish(db, About::Prices, "real-time", &file).unwrap_err();
        assert!(village::says(&why).contains("was taken before as prices day-ahead"), "{why}");
        let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        let why = intake::import(db, village::actor(), &wanted, &mut |_| ()).unwrap_err();
        village::says(&why);
        let reads = folder.join("reads.csv");
        let why = publish(db, About::Prices, "day-ahead", &reads).unwrap_err();
        assert!(village::says(&why).contains("a file of reads (long)"), "{why}");
        for (name, text, said) in [
            ("unit.csv", "start,price\n2026-01-01T00:00,3\n", "price_per_kwh or price_per_mwh"),
            ("none.csv", "start,price_per_kwh\n", "so nothing was taken"),
            (
                "quarters.csv",
                "start,price_per_kwh\n2026-01-01T00:00,3\n2026-01-01T00:15,3\n",
                "line 3 does not begin on a full hour",
            ),
        ] {
            let file = put(folder, name, text);
            let why = publish(db, About::Prices, "day-ahead", &file).unwrap_err();
            assert!(village::says(&why).contains(said), "{why}");
        }
        assert_eq!(known(db), before);
        assert_eq!(db.read(intake::verify).unwrap().1, Vec::<String>::new());
        let done = db.read(|tx| store::audit::latest(tx, 1)).unwrap().remove(0);
        assert_eq!((done.act.as_str(), done.subject.as_str()), ("publish prices", "day-ahead"));
        assert_eq!(done.detail, "january.csv: 744 accepted, 0 rejected");
    });
}

/// Eight years of prices by the hour are blocks of a month: a turn reads three of them.
#[test]
fn years_of_prices_come_back() {
    engines::each(|db, folder| {
        found(db, folder);
        let years = Period::new(date(2020, 1, 1), date(2028, 1, 1)).unwrap();
        let text = by_hour(years, "start,price_per_kwh", |at, hour| format!("{at},0.0{hour}"));
        let file = put(folder, "years.csv", &text);
        let taken = publish(db, About::Prices, "day-ahead", &file).unwrap();
        assert_eq!((counts(&taken), taken.gaps.len()), ((70_128, 0, false), 0));
        let march = Period::month(2026, 3).unwrap();
        let found = db.read(|tx| published::under(tx, "day-ahead", march)).unwrap();
        let zone = Zone::named("America/Chicago").unwrap();
        let in_march = |at| march.contains(zone.day_of(at));
        let known = found.prices["day-ahead"].known().filter(|it| in_march(it.0)).count();
        assert_eq!(known, 31 * 24 - 1, "a day has 23 hours");
    });
}

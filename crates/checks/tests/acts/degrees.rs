//! Estimates by degree-days, from the weather that is published to the evidence on the bill, on both
//! engines.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::intake::published::{Publish, publish};
use meterbook_app::intake::{self, Import};
use meterbook_app::usage::{Of, determined};
use meterbook_app::vee::cycle::{self, Missing};
use meterbook_app::vee::estimates::EstimatedRead;
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, figure, vee};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::figure::{Figure, FigureKind, Looks};
use meterbook_core::id::ServicePointId;
use meterbook_core::period::{Period, Zone};
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::rating::published::About;
use meterbook_core::reads::vee::Method;
use meterbook_core::reads::vee::degrees::Source;
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS};

const POINT: ServicePointId = ServicePointId(1);

fn on(month: i8, day: i8) -> Actor {
    let at: Timestamp = format!("2026-{month:02}-{day:02}T18:00:00Z").parse().unwrap();
    Actor::system(at)
}

/// A meter that used 10 kWh a day and one more for each degree-day: 620 in January, 280 in February, none
/// in March; and turns up to April, of which March has no read.
fn found(db: &Db, folder: &Path) {
    village::found(db);
    village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
    for month in 1..=4 {
        let period = Period::month(2026, month).unwrap();
        let (billed_on, due_on) = (period.end() + 2.days(), period.end() + 23.days());
        let new = NewWindow { period, billed_on, due_on };
        db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &[new])).unwrap();
    }
    let text = "meter,date,index\nE-1,2026-01-01,0\nE-1,2026-02-01,930\nE-1,2026-03-01,1490\n\
                E-1,2026-04-01,1800\n";
    let file = folder.join("reads.csv");
    std::fs::write(&file, text).unwrap();
    let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    intake::import(db, on(4, 2), &reads, &mut |_| ()).unwrap();
    for month in 2..=4 {
        let which = Which::Cycle(Cycle(1));
        let ran = bill_run::run(db, on(month, 4), which, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(ran.billed, 1);
    }
}

/// The degree-days of each day up to April: 20, 10, none, and 5.
fn degrees() -> impl Iterator<Item = (Date, i64)> {
    [(1, 20), (2, 10), (3, 0), (4, 5)].into_iter().flat_map(|(month, degrees)| {
        Period::month(2026, month).unwrap().each_day().map(move |day| (day, degrees))
    })
}

/// Estimates the read of the first of May: the index, and what is said of it.
fn estimated(db: &Db) -> EstimatedRead {
    let ran = cycle::run(db, on(5, 2), Cycle(1), Missing::Estimate).unwrap();
    assert_eq!((ran.estimated, ran.unread), (1, 0), "{ran:?}");
    let april = Period::month(2026, 4).unwrap();
    let found = db.read(|tx| determined(tx, Of::Point(POINT), april, Some("R-1"))).unwrap();
    found[0].estimates[0].clone()
}

#[test]
fn an_estimate_goes_by_the_station_of_its_point_and_says_so() {
    engines::each(|db, folder| {
        found(db, folder);
        db.write(|tx| {
            let kind = FigureKind::HeatingDegrees;
            let name = "airport".to_owned();
            for (day, degrees) in degrees() {
                let of = Figure { kind, name: name.clone(), on: day, micro: degrees * 1_000_000 };
                figure::publish(tx, on(5, 1), &of)?;
            }
            // Another station, where it was warm, and another kind say nothing of this point.
            for (kind, name) in [(kind, "harbor"), (FigureKind::CoolingDegrees, "airport")] {
                let (name, on_day) = (name.to_owned(), date(2026, 4, 9));
                let of = Figure { kind, name, on: on_day, micro: 90_000_000 };
                figure::publish(tx, on(5, 1), &of)?;
            }
            let from = date(2026, 4, 1);
            figure::look(tx, on(5, 1), &Looks { point: POINT, kind, name, from, to: None })
        })
        .unwrap();
        // 30 days of 10 kWh, and 150 degree-days for which 900 beside 900 say one kWh each.
        let it = estimated(db);
        assert_eq!((it.index_micro, it.method), (2_250_000_000, Some(Method::DegreeDays)));
        let basis = it.basis.as_ref().unwrap();
        assert_eq!(basis.source, Source::Station("airport".to_owned()));
        assert_eq!((basis.compared.milli, basis.compared.their_milli), (150_000, 900_000));
        let said = it.said(Language::English);
        assert!(
            said.contains(
                "by degree-days of airport (heating, 65 °F): 150 of them, beside 900 from \
                 2026-01-01 to 2026-04-01; 10 a day goes without"
            ),
            "{said}"
        );
        assert!(it.said(Language::Spanish).contains("por grados día de airport (de calefacción"));
        // And the bill says it too.
        let which = Which::Cycle(Cycle(1));
        bill_run::run(db, on(5, 4), which, Until::Posted, &mut |_| ()).unwrap();
        let found = db
            .read(|tx| {
                let agreement = meterbook_core::id::AgreementId(1);
                let (bill, _) = store::bill::ended_on(tx, agreement, date(2026, 5, 1))?.unwrap();
                let bill = store::bill::get(tx, bill)?;
                vee::estimates::of_bill(tx, &bill)
            })
            .unwrap();
        assert_eq!(found, [it]);
    });
}

#[test]
fn temperatures_make_degree_days_by_the_base_of_the_rules() {
    engines::each(|db, folder| {
        found(db, folder);
        let zone = Zone::named("America/Chicago").unwrap();
        let mut text = "start,temperature\n".to_owned();
        for (day, degrees) in degrees() {
            let (from, to) = (zone.start_of(day), zone.start_of(day.tomorrow().unwrap()));
            let hours: Vec<i64> = (from.as_second()..to.as_second()).step_by(3600).collect();
            // Colder by night than by day; the mean is so far below 60.
            for (nth, second) in (0_i64..).zip(&hours) {
                let last = i64::try_from(hours.len()).unwrap() - 1;
                let swing = if nth * 2 < last {
                    -6
                } else if nth * 2 == last {
                    0
                } else {
                    6
                };
                let at = Timestamp::from_second(*second).unwrap();
                writeln!(text, "{at},{}", 60 - degrees + swing).unwrap();
            }
        }
        let file = folder.join("weather.csv");
        std::fs::write(&file, &text).unwrap();
        let (about, name) = (About::Prices, "temperature");
        let wanted = Publish { about, name, file: &file, zone: None, rejects: folder };
        assert_eq!(publish(db, on(5, 1), &wanted).unwrap().imported.batch.rejected, 0);
        let rules = "degrees heating 60 F\nestimate degree-days own-history\nestimate-run look 3\n";
        db.write(|tx| {
            vee::say_rules(tx, on(5, 1), Commodity::Electric, None, date(2026, 4, 1), rules)
        })
        .unwrap();
        let it = estimated(db);
        assert_eq!((it.index_micro, it.method), (2_250_000_000, Some(Method::DegreeDays)));
        let said = it.said(Language::English);
        assert!(said.contains("by degree-days from temperature (heating, 60 °F): 150"), "{said}");
    });
}

#[test]
fn without_the_weather_of_every_day_another_way_is_taken() {
    engines::each(|db, folder| {
        found(db, folder);
        db.write(|tx| {
            let kind = FigureKind::HeatingDegrees;
            let name = "airport".to_owned();
            for (day, degrees) in degrees().filter(|it| it.0 != date(2026, 4, 17)) {
                let of = Figure { kind, name: name.clone(), on: day, micro: degrees * 1_000_000 };
                figure::publish(tx, on(5, 1), &of)?;
            }
            let from = date(2026, 1, 1);
            figure::look(tx, on(5, 1), &Looks { point: POINT, kind, name, from, to: None })
        })
        .unwrap();
        let it = estimated(db);
        // 1,800 in 90 days, for thirty.
        let expected = (2_400_000_000, Some(Method::OwnHistory), None);
        assert_eq!((it.index_micro, it.method, it.basis), expected);
    });
}

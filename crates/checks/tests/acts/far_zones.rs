//! A month that comes a file each day, where the clock is far from UTC's, on both engines: what is filed
//! with the month beside it is neither missing nor counted twice.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::intake::{self, Import};
use meterbook_app::usage::explore::{Scale, explore};
use meterbook_app::usage::{Of, determined};
use meterbook_app::vee::cycle::{self, Missing};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, founding, tariff, vee};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::Utility;
use meterbook_core::id::{ChannelId, ServicePointId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::Month;
use meterbook_core::reads::hours::Hours;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Db};

use crate::village;

/// Far ahead of UTC and far behind it; Auckland's clock goes back in the April of it.
const ZONES: [&str; 5] = [
    "Pacific/Auckland",
    "Pacific/Tongatapu",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
    "Pacific/Pago_Pago",
];
const POINT: ServicePointId = ServicePointId(1);

const TOU: &str = "tariff TOU half-up\nname       By the hour\ncommodity  electric kWh\n\
                   from       2026-01-01\n\nclock hours\n  peak  14-20\n  off   else\n\n\
                   volume  Energy by hours\n  peak  0.20\n  off   0.10\n";

/// A utility in this zone, a customer by the hour, and turns for March and April.
fn found(db: &Db, zone: &str) {
    found_without_turns(db, zone);
    plan(db, [3, 4].map(|month| Period::month(2026, month).unwrap()));
}

fn found_without_turns(db: &Db, zone: &str) {
    let actor = village::actor();
    let utility = Utility { zone: zone.to_owned(), ..village::utility() };
    db.write(|tx| {
        founding::found(tx, actor, &utility)?;
        tariff::publish(tx, actor, TOU)
    })
    .unwrap();
    let hourly = [(Form::Interval { minutes: 60 }, Flow::Delivered)];
    let mut customer = village::customer("E-1", &hourly);
    customer.services[0].tariff = "TOU".to_owned();
    customer.from = date(2026, 3, 1);
    village::take_on(db, &customer).unwrap();
}

fn plan<const N: usize>(db: &Db, periods: [Period; N]) {
    let turn = |period: Period| {
        let end = period.end();
        NewWindow { period, billed_on: end, due_on: end + 21.days() }
    };
    let turns = periods.map(turn);
    db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &turns)).unwrap();
}

/// What the meter counts in the hour that begins with this instant, in Wh: no two days are alike.
fn wh(at: Timestamp) -> i64 {
    500 + at.as_second().div_euclid(3600).rem_euclid(577)
}

/// The hours of a local day.
fn hours(zone: &Zone, day: Date) -> impl Iterator<Item = Timestamp> {
    let (from, to) = (zone.start_of(day), zone.start_of(day.tomorrow().unwrap()));
    (from.as_second()..to.as_second()).step_by(3600).map(|it| Timestamp::from_second(it).unwrap())
}

/// The file of a day: a value on a line, or 25 on one line, which is taken in parts.
fn take(db: &Db, folder: &Path, zone: &Zone, day: Date, wide: bool) {
    let mut text = String::new();
    if wide {
        text.push_str("meter,date");
        (1..=25).for_each(|it| write!(text, ",{it}").unwrap());
        write!(text, "\nE-1,{day}").unwrap();
        hours(zone, day).for_each(|at| write!(text, ",0.{:04}", wh(at)).unwrap());
        text.push_str(&",".repeat(25 - hours(zone, day).count()));
        text.push('\n');
    } else {
        text.push_str("meter,start,value\n");
        hours(zone, day).for_each(|at| writeln!(text, "E-1,{at},0.{:04}", wh(at)).unwrap());
    }
    let file = folder.join(format!("{day}.csv"));
    std::fs::write(&file, text).unwrap();
    let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    let part = if wide { 10 } else { 1 << 20 };
    let taken = intake::import_in_parts(db, village::actor(), &reads, part, &mut |_| ()).unwrap();
    let count = i64::try_from(hours(zone, day).count()).unwrap();
    assert_eq!((taken.batch.accepted, taken.batch.rejected), (count, 0), "{day} {:?}", taken.first);
}

/// Ten thousandths of a kWh in these days, of all hours and of those from 14 to 20.
fn counted(zone: &Zone, days: Period) -> (i64, i64) {
    let all = || days.each_day().flat_map(|day| hours(zone, day));
    let peak = |at: &Timestamp| (14..20).contains(&zone.tz().to_datetime(*at).hour());
    (all().map(wh).sum(), all().filter(peak).map(wh).sum())
}

/// What a bill, a picture and the sum over all meters say of a month that is whole.
fn is_whole(db: &Db, zone: &Zone, month: Period) {
    let said = format!("{} {}", zone.name(), month.start());
    let (all, peak) = counted(zone, month);
    let micro = |it: i64| it * 100;
    let found = db.read(|tx| determined(tx, Of::Point(POINT), month, Some("TOU"))).unwrap();
    assert_eq!(found[0].usage.as_ref().unwrap().delivered.micro, micro(all), "{said}");
    let by_hours: Vec<_> = found[0].hours.iter().map(|it| it.delivered.micro).collect();
    assert_eq!(by_hours, [micro(peak), micro(all - peak)], "{said}");
    assert_eq!(found[0].lineage[0].missing, 0, "{said}");

    for on in [month.start(), month.end().yesterday().unwrap()] {
        let seen = db.read(|tx| explore(tx, POINT, Scale::Days, on)).unwrap();
        assert!(seen.bars.iter().all(|it| it.cell.missing == 0 && !it.cell.is_gap()), "{said}");
        let day = Period::new(on, on.tomorrow().unwrap()).unwrap();
        let seen = db.read(|tx| explore(tx, POINT, Scale::Hours, on)).unwrap();
        let sum: i64 = seen.bars.iter().map(|it| it.cell.delivered_micro).sum();
        assert_eq!(sum, micro(counted(zone, day).0), "{said} {on}");
    }

    let laid = Hours::lay(month, 60, zone, 1, |_| 0).unwrap();
    let mut sums = laid.sums();
    let months = Month::around(zone.start_of(month.start()), zone.start_of(month.end()));
    let channel = ChannelId(1);
    db.read(|tx| {
        store::read::each_month(tx, channel..=channel, months, Known::ALL, |_, month, block| {
            assert!(laid.add(month, block, &mut sums));
            Ok(())
        })
    })
    .unwrap();
    assert_eq!((sums.micro[0], sums.values), (i128::from(micro(all)), laid.count()), "{said}");
}

#[test]
fn a_file_each_day_makes_a_month_that_is_whole() {
    for (name, wide) in ZONES.into_iter().flat_map(|it| [(it, false), (it, true)]) {
        engines::each(|db, folder| {
            let zone = Zone::named(name).unwrap();
            found(db, name);
            let months = [3, 4].map(|it| Period::month(2026, it).unwrap());
            // The days of March in the order in which they come, those of April from the last back.
            months[0].each_day().for_each(|day| take(db, folder, &zone, day, wide));
            let mut april: Vec<Date> = months[1].each_day().collect();
            april.reverse();
            april.iter().for_each(|day| take(db, folder, &zone, *day, wide));
            for month in months {
                is_whole(db, &zone, month);
                let noon = zone.start_of(month.end()) + jiff::SignedDuration::from_hours(12);
                let actor = Actor::system(noon);
                for missing in [Missing::Say, Missing::Estimate] {
                    let ran = cycle::run(db, actor, Cycle(1), missing).unwrap();
                    assert_eq!(ran.window.period, month);
                    assert_eq!((ran.doubted, ran.unread, ran.filled), (0, 0, 0), "{name} {ran:?}");
                }
                assert_eq!(db.read(vee::open).unwrap(), []);
                let which = Which::Cycle(Cycle(1));
                let ran = bill_run::run(db, actor, which, Until::Posted, &mut |_| ()).unwrap();
                assert_eq!((ran.billed, ran.held), (1, 0), "{name} {}", month.start());
            }
        });
    }
}

#[test]
fn the_first_and_the_last_day_are_missed_by_name_and_filled() {
    for name in ZONES {
        engines::each(|db, folder| {
            let zone = Zone::named(name).unwrap();
            found(db, name);
            let march = Period::month(2026, 3).unwrap();
            let last = march.end().yesterday().unwrap();
            let left_out = |day: &Date| *day == march.start() || *day == last;
            let days = march.each_day().filter(|it| !left_out(it));
            days.for_each(|day| take(db, folder, &zone, day, false));
            // The days around it, which are filed with its first and last hours, are no part of it.
            take(db, folder, &zone, march.start().yesterday().unwrap(), false);
            take(db, folder, &zone, march.end(), false);
            let noon = zone.start_of(march.end()) + jiff::SignedDuration::from_hours(36);
            let ran = cycle::run(db, Actor::system(noon), Cycle(1), Missing::Say).unwrap();
            assert_eq!((ran.doubted, ran.filled), (1, 0), "{name}");
            let open = db.read(vee::open).unwrap();
            assert_eq!(open[0].exception.finding.count, 48, "{name} {open:?}");
            let ran = cycle::run(db, Actor::system(noon), Cycle(1), Missing::Estimate).unwrap();
            assert_eq!(ran.filled, 48, "{name}");
            assert_eq!(db.read(vee::open).unwrap(), [], "{name}");
            // The days that come late count, and what was estimated of them does not.
            [march.start(), last].iter().for_each(|day| take(db, folder, &zone, *day, false));
            is_whole(db, &zone, march);
        });
    }
}

#[test]
fn the_last_day_of_a_turn_is_not_missed_for_the_month_it_is_filed_with() {
    for name in ZONES {
        engines::each(|db, folder| {
            let zone = Zone::named(name).unwrap();
            found_without_turns(db, name);
            // By UTC's months most of the first of April is March where the clock is far ahead.
            let turn = Period::new(date(2026, 3, 2), date(2026, 4, 2)).unwrap();
            plan(db, [turn]);
            let missed = || {
                let (today, soon) = (turn.end(), turn.end() + 3.days());
                db.read(|tx| store::task::cause::unread(tx, today, soon)).unwrap().len()
            };
            assert_eq!(missed(), 1, "{name}");
            let april = turn.last();
            let march = turn.each_day().filter(|it| *it != april);
            march.for_each(|day| take(db, folder, &zone, day, false));
            assert_eq!(missed(), 1, "{name}: nothing is known of the last day");
            take(db, folder, &zone, april, false);
            assert_eq!(missed(), 0, "{name}");
        });
    }
}

//! What is published: what was said last holds, and what was known at a time can be had again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_checks::engines;
use meterbook_core::id::{BatchId, PublicationId};
use meterbook_core::period::Period;
use meterbook_core::rating::published::{About, Call, Names, PeakHour};
use meterbook_core::reads::{Block, Month};
use meterbook_store::bill::Known;
use meterbook_store::published::{self, Publication};
use meterbook_store::{self as store, Db};

use crate::sample;

const ONE: Known = Known { publication: 3, ..Known::ALL };

fn july() -> Period {
    Period::month(2026, 7).unwrap()
}

fn publication(id: i64, about: About, name: &str) -> Publication {
    let (id, name) = (PublicationId(id), name.to_owned());
    Publication { id, about, name, batch: None, at: sample::at() }
}

/// A correction of everything that the sample publishes.
fn correct(db: &Db) {
    let later = |days: &[(Date, Call)], at: Timestamp| {
        let (missing, estimated) = (Vec::new(), Vec::new());
        let block = Block { minutes: 60, phase: 18 * 60, values: vec![7, 8], missing, estimated };
        db.write(|tx| {
            let [prices, events, peaks] = [
                publication(4, About::Prices, "day-ahead"),
                publication(5, About::Events, "cpp"),
                publication(6, About::Peaks, "pjm"),
            ];
            for it in [&prices, &events, &peaks] {
                published::add(tx, it)?;
            }
            published::add_prices(tx, &prices, &[(Month::of(at), block)])?;
            published::add_days(tx, &events, days)?;
            let other = PeakHour { start: at, minutes: 30 };
            let said = [(sample::peak(), Call::Withdrawn), (other, Call::Called)];
            published::add_peaks(tx, &peaks, &said)
        })
        .unwrap();
    };
    let days = [(date(2026, 7, 14), Call::Withdrawn), (date(2026, 7, 15), Call::Called)];
    later(&days, "2026-07-15T22:00:00Z".parse().unwrap());
}

#[test]
fn what_is_said_later_holds_and_what_was_known_before_stays() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        correct(db);
        let nano = |known| {
            let prices = db.read(|tx| published::prices(tx, "day-ahead", july(), known)).unwrap();
            prices.unwrap().nano
        };
        assert_eq!(nano(ONE), [Some(31_250_001), Some(-4_000_000)]);
        assert_eq!(nano(Known::ALL), [Some(31_250_001), Some(7), Some(8)]);
        let days = |known| db.read(|tx| published::days(tx, "cpp", july(), known)).unwrap();
        assert_eq!(days(ONE), [date(2026, 7, 14)].into());
        assert_eq!(days(Known::ALL), [date(2026, 7, 15)].into());
        let peaks = |known| db.read(|tx| published::peaks(tx, "pjm", july(), known)).unwrap();
        assert_eq!(peaks(ONE), [sample::peak()]);
        let start = "2026-07-15T22:00:00Z".parse().unwrap();
        assert_eq!(peaks(Known::ALL), [PeakHour { start, minutes: 30 }]);
    });
}

#[test]
fn a_turn_finds_what_its_tariffs_name_and_the_events_of_a_year_before() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let named = |it: &str| [it.to_owned()].into();
        let all = Names { events: named("cpp"), prices: named("day-ahead"), peaks: named("pjm") };
        let of =
            |names: &Names, turn| db.read(|tx| published::of(tx, names, turn, Known::ALL)).unwrap();
        let found = of(&all, july());
        assert_eq!(found.events["cpp"], [date(2026, 7, 14)].into());
        assert_eq!(found.prices["day-ahead"].known().count(), 2);
        assert_eq!(found.peaks["pjm"], [sample::peak()]);
        let september = of(&all, Period::month(2026, 9).unwrap());
        assert_eq!(september.events["cpp"].len(), 1, "it counts in the limit of a year");
        assert!(september.prices.is_empty() && september.peaks["pjm"].is_empty());
        let other = Names { prices: named("real-time"), ..Names::default() };
        assert!(of(&other, july()).prices.is_empty());
        assert!(of(&Names::default(), july()).events.is_empty());
    });
}

#[test]
fn a_publication_comes_back_by_its_file() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            assert_eq!(published::all(tx)?, sample::publications());
            let first = sample::publications().remove(0);
            assert_eq!(published::of_batch(tx, BatchId(1))?, Some(first));
            assert_eq!(published::of_batch(tx, BatchId(2))?, None);
            let known = Known { read: 2, batch: 2, publication: 3, telling: 1 };
            assert_eq!(store::bill::known(tx)?, known);
            Ok(())
        })
        .unwrap();
    });
}

//! A file of reads that waits as a whole: what its page shows of it, and what each way out would do and
//! does, on both engines.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::Timestamp;
use meterbook_app::Actor;
use meterbook_app::intake::{self, Import, Imported};
use meterbook_app::vee::whole::{self, Whole};
use meterbook_app::vee::{self, resolve};
use meterbook_checks::engines;
use meterbook_core::place::Commodity;
use meterbook_core::reads::vee::Rule;
use meterbook_core::reads::vee::file::Band;
use meterbook_core::task::Resolution;
use meterbook_store::Db;

use crate::village::{self, DIALS};

fn now() -> Actor {
    let at: Timestamp = "2026-04-02T18:00:00Z".parse().unwrap();
    Actor::system(at)
}

fn import(db: &Db, folder: &Path, lines: &str) -> Imported {
    let file = folder.join("route.csv");
    std::fs::write(&file, format!("meter,date,index\n{lines}")).unwrap();
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    intake::import(db, now(), &wanted, &mut |_| ()).unwrap()
}

/// Twelve meters that count ten a day from January to March, and one that nothing is known of.
fn found(db: &Db, folder: &Path) {
    village::found(db);
    for nth in 1..=13 {
        village::take_on(db, &village::customer(&format!("E-{nth}"), &[DIALS])).unwrap();
    }
    let mut lines = String::new();
    for nth in 1..=12 {
        for (day, index) in [("01-01", 0), ("02-01", 310), ("03-01", 590)] {
            lines += &format!("E-{nth},2026-{day},{}\n", nth * 1_000 + index);
        }
    }
    assert_eq!(import(db, folder, &lines).batch.accepted, 36);
}

/// The reads of the first of April: so much more each.
fn april(more: impl Fn(i64) -> i64) -> String {
    (1..=13).map(|nth| format!("E-{nth},2026-04-01,{}\n", nth * 1_000 + 590 + more(nth))).collect()
}

fn seen(db: &Db) -> Whole {
    let open = db.read(vee::open).unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    db.read(|tx| whole::of(tx, now(), &open[0])).unwrap().unwrap()
}

fn of(it: &Whole, band: Band) -> (usize, usize) {
    let found = it.bands.iter().find(|it| it.0 == band).unwrap();
    (found.1, found.2)
}

#[test]
fn a_scaled_file_shows_its_factor_and_what_taking_it_does_is_what_it_does() {
    engines::each(|db, folder| {
        found(db, folder);
        // Ten times as much in eleven, twelve hundred times in one, and a line of no meter.
        let lines = april(|nth| if nth == 12 { 38_000 } else { 3_100 }) + "X-1,2026-04-01,7\n";
        assert!(import(db, folder, &lines).doubts.whole.is_some());
        let it = seen(db);
        assert_eq!(
            (it.commodity, it.registers, it.factor_milli),
            (Commodity::Electric, 12, 10_000)
        );
        // Beside them the month before, which was as usual.
        assert_eq!(of(&it, Band::From(8_000)), (11, 0));
        assert_eq!(of(&it, Band::From(16_000)), (1, 0));
        assert_eq!(of(&it, Band::From(500)), (0, 12));
        assert_eq!((it.taking.reads, it.taking.rejected), (13, 1));
        assert_eq!(db.read(vee::open).unwrap().len(), 1, "to look changes nothing");
        assert_eq!(seen(db), it);

        let (rule, how) = (Rule::Scaled, Resolution::TakeFile);
        resolve::by_cause(db, now(), rule, how, "").unwrap().remove(0).1.unwrap();
        let open = db.read(vee::open).unwrap();
        let waits = open.iter().filter(|it| it.exception.waits.is_some()).count();
        assert_eq!((waits, open.len() - waits), (it.taking.waits, it.taking.looks));
        assert!(0 < waits, "the one that ran ahead waits");
        // A file that is decided has no picture any more.
        let all = db.read(|tx| vee::show(tx, meterbook_core::id::ExceptionId(1))).unwrap();
        assert!(all.exception.channel.is_none());
        assert_eq!(db.read(|tx| whole::of(tx, now(), &all)).unwrap(), None);
        // Nor has what is no file.
        assert_eq!(db.read(|tx| whole::of(tx, now(), &open[0])).unwrap(), None);
    });
}

#[test]
fn a_stale_file_stands_still_and_one_that_went_back_is_seen() {
    engines::each(|db, folder| {
        found(db, folder);
        assert!(
            import(db, folder, &april(|nth| if nth == 1 { 300 } else { 0 })).doubts.whole.is_some()
        );
        let it = seen(db);
        assert_eq!((of(&it, Band::Still), of(&it, Band::From(500))), ((11, 0), (1, 12)));
        assert_eq!(it.factor_milli, 0);
        let (rule, how) = (Rule::Stale, Resolution::RefuseFile);
        resolve::by_cause(db, now(), rule, how, "").unwrap().remove(0).1.unwrap();
        assert!(import(db, folder, &april(|_| -400)).doubts.whole.is_some());
        let it = seen(db);
        assert_eq!((of(&it, Band::Back), it.bands.len()), ((12, 0), 10));
    });
}

//! Reads of another day than the one on which a turn ends, on both engines: within the window that the
//! calendar says they are the turn's, beyond it the bill says by how much, and waits or is estimated.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::{Actor, calendar, check};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::Bill;
use meterbook_core::bill::run::Standing;
use meterbook_core::id::WindowId;
use meterbook_core::reads::ReadKind;
use meterbook_store::{self as store, Db};

use crate::correct::{begin, shows};
use crate::village::{DIALS, actor, says};

const JANUARY: Date = date(2026, 1, 1);

fn say(db: &Db, from: Date, text: &str) -> anyhow::Result<()> {
    db.write(|tx| calendar::say(tx, actor(), from, text))
}

fn bill(db: &Db, at: &str) -> Standing {
    let by = Actor { at: at.parse().unwrap(), ..actor() };
    bill_run::run(db, by, Which::Next, Until::Posted, &mut |_| ()).unwrap()
}

fn newest(db: &Db) -> Bill {
    let id = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
    assert_eq!(db.read(|tx| replay(tx, id)).unwrap(), Replayed::Same);
    db.read(|tx| store::bill::get(tx, id)).unwrap()
}

/// The days of the two reads that a bill is made of, and its total in cents.
fn made_of(it: &Bill) -> (Date, Date, i64) {
    let (first, last) = it.segments[0].evidence[0].reads.unwrap();
    (first.on, last.on, it.total.cents())
}

#[test]
fn a_read_within_its_window_is_the_turns_and_one_beyond_it_is_not() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        say(db, JANUARY, "reads 3 days before 2 days after").unwrap();
        let (late, early) = (date(2026, 2, 2), date(2026, 2, 27));
        for (on, index) in [(JANUARY, 0), (late, 100), (early, 190), (date(2026, 4, 5), 300)] {
            shows(db, on, &[index]);
        }
        // January ends with the read of the day after, and February begins with it.
        bill(db, "2026-02-03T12:00:00Z");
        assert_eq!(made_of(&newest(db)), (JANUARY, late, 12_00));
        bill(db, "2026-03-03T12:00:00Z");
        assert_eq!(made_of(&newest(db)), (late, early, 10_80));
        // Bills that are out come out the same: no other window for their days.
        let why = say(db, date(2026, 2, 15), "reads 5 days before 5 days after").unwrap_err();
        assert!(says(&why).contains("bills of 2026-03-02 are out"), "{why}");
        say(db, date(2026, 2, 15), "reads 3 days before 2 days after\nretry 3 days").unwrap();
        // Four days late is two days beyond.
        assert_eq!(bill(db, "2026-04-10T12:00:00Z").held, 1);
        let held = db.read(|tx| store::run::held(tx, WindowId(3))).unwrap();
        assert!(
            held[0].detail.contains(
                "no read for 2026-04-01, and that of 2026-04-05 is outside of its window by 2 days"
            ),
            "{held:?}"
        );
        shows(db, date(2026, 4, 3), &[280]);
        let held = Which::Held(Cycle(1), None);
        bill_run::run(db, actor(), held, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(made_of(&newest(db)), (early, date(2026, 4, 3), 10_80));
        let report = check::check(db).unwrap();
        let faults: Vec<_> = report.rules.iter().flat_map(|it| &it.faults).collect();
        assert!(faults.is_empty(), "{faults:?}");
    });
}

#[test]
fn what_is_not_read_in_its_window_is_estimated_where_the_calendar_says_so() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        say(db, JANUARY, "reads 1 day before 1 day after else estimate").unwrap();
        for (on, index) in [(JANUARY, 0), (date(2026, 2, 1), 310), (date(2026, 3, 2), 590)] {
            shows(db, on, &[index]);
        }
        bill(db, "2026-02-03T12:00:00Z");
        bill(db, "2026-03-03T12:00:00Z");
        assert_eq!(made_of(&newest(db)), (date(2026, 2, 1), date(2026, 3, 2), 33_60));
        // On the second of April it may still be read.
        assert_eq!(bill(db, "2026-04-02T12:00:00Z").held, 1);
        let late = Actor { at: "2026-04-03T12:00:00Z".parse().unwrap(), ..actor() };
        let held = Which::Held(Cycle(1), None);
        let standing = bill_run::run(db, late, held, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!((standing.billed, standing.held), (1, 0));
        let (_, last) = newest(db).segments[0].evidence[0].reads.unwrap();
        assert_eq!((last.on, last.kind), (date(2026, 4, 1), ReadKind::Estimated));
    });
}

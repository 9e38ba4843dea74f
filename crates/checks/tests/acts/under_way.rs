//! What takes long and was cut off: it is seen until somebody does it again, and nothing of what ended is.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::ToSpan;
use jiff::civil::date;
use meterbook_app::under_way::{CutOff, Long, cut_off};
use meterbook_app::{Actor, close, collection};
use meterbook_checks::engines;
use meterbook_store::{self as store, Db};

use crate::deposit::{at, bill, sound};
use crate::jobs::january;

fn seen(db: &Db, long: Long, after: i64) -> Option<CutOff> {
    db.read(|tx| cut_off(tx, long, at("2026-03-10").at + after.seconds())).unwrap()
}

#[test]
fn steps_that_were_cut_off_are_seen_until_they_are_taken() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        let actor: Actor = at("2026-03-10");
        assert_eq!(seen(db, Long::Review, 60), None);
        let end = || {
            collection::run_watched(db, actor, &[], &mut |_, _, _| panic!("the program ends here"))
        };
        assert!(catch_unwind(AssertUnwindSafe(end)).is_err());
        assert_eq!(seen(db, Long::Review, 29), None, "it may go on");
        let it = seen(db, Long::Review, 30).unwrap();
        assert_eq!((it.said.as_str(), it.by, it.begun), ("", None, actor.at));
        assert_eq!(seen(db, Long::Close, 30), None);
        collection::run(db, at("2026-03-11"), &[]).unwrap();
        assert_eq!(seen(db, Long::Review, 100_000), None);
        sound(db);
    });
}

#[test]
fn a_close_that_was_cut_off_is_seen_until_the_day_is_closed() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        bill(db);
        let (day, begun) = (date(2026, 3, 9), at("2026-03-10"));
        let begin = |seconds: i64| {
            let who = (None, begun.at + seconds.seconds());
            db.write(|tx| store::under_way::begin(tx, "close", &day.to_string(), who)).unwrap();
        };
        begin(0);
        assert_eq!(seen(db, Long::Close, 30).unwrap().said, "2026-03-09");
        // Whoever is at it keeps saying so.
        let goes_on = (begun.at, begun.at + 25.seconds());
        db.write(|tx| store::under_way::see(tx, "close", goes_on)).unwrap();
        assert_eq!(seen(db, Long::Close, 54), None);
        assert_eq!(seen(db, Long::Close, 55).unwrap().seen, goes_on.1);
        // What is refused ended, too.
        close::close_day(db, begun, date(2026, 3, 11), "").unwrap_err();
        assert_eq!(seen(db, Long::Close, 60), None);
        close::close_day(db, begun, day, "").unwrap();
        assert_eq!(seen(db, Long::Close, 60), None);
        // It was cut off after the last word of it: the day is closed.
        begin(1);
        assert_eq!(seen(db, Long::Close, 60), None);
        sound(db);
    });
}

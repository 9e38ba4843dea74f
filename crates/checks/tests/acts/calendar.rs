//! When bills are due and how long what is held is tried again, on both engines, as a calendar says.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::date;
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::calendar;
use meterbook_app::said::NotSaid;
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::account::Cycle;
use meterbook_core::id::WindowId;
use meterbook_store::{self as store, Db};

use crate::jobs::{january, read};
use crate::village::{actor, says};

const CUSTOMERS: i64 = 40;

fn say(db: &Db, text: &str) -> anyhow::Result<()> {
    db.write(|tx| calendar::say(tx, actor(), date(2026, 1, 1), text))
}

fn due(db: &Db) -> Vec<String> {
    let texts = "select distinct due_on from bill order by due_on";
    Raw::beside(db).unwrap().column(texts).unwrap()
}

#[test]
fn bills_are_due_by_class_and_business_days() {
    engines::each(|db, folder| {
        january(db, folder, CUSTOMERS);
        Raw::beside(db)
            .unwrap()
            .run("update account set class = 'commercial' where id = 7")
            .unwrap();
        say(db, "holidays us-federal\ndue commercial 10 business days\n").unwrap();
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        // Billed on February 2; Washington's Birthday is the 16th. A household's turn says the 23rd.
        assert_eq!(due(db), ["2026-02-17", "2026-02-23"]);
    });
}

#[test]
fn a_turn_is_billed_when_its_last_day_is_over() {
    engines::each(|db, folder| {
        january(db, folder, CUSTOMERS);
        say(db, "reads 3 days before 2 days after").unwrap();
        let at = |at: &str| Actor::system(at.parse().unwrap());
        // The last minute of January 31 in Chicago; elsewhere it is February.
        let early = at("2026-02-01T05:59:00Z");
        let run = |actor, which| bill_run::run(db, actor, which, Until::Posted, &mut |_| ());
        let no = "the turn of cycle 01 for 2026-01-01 to 2026-01-31 is not over; bill it from 2026-02-01 on, or the days so far of one account with: meterbook bill interim";
        for which in [Which::Next, Which::Cycle(Cycle(1))] {
            let why = run(early, which).unwrap_err();
            assert_eq!(says(&why), no, "though the reads of its last day are there");
        }
        let why = db.write(|tx| bill_run::prepare(tx, early, WindowId(1), false)).unwrap_err();
        assert_eq!(says(&why), no);
        let none = db.read(|tx| store::run::latest(tx, WindowId(1))).unwrap();
        assert_eq!(none, None, "nothing was begun");
        let stands = run(at("2026-02-01T06:00:00Z"), Which::Next).unwrap();
        assert_eq!((stands.billed, stands.held), (39, 1));
    });
}

#[test]
fn what_is_held_is_tried_again_for_as_long_as_the_calendar_says() {
    engines::each(|db, folder| {
        january(db, folder, CUSTOMERS);
        let run = |which| bill_run::run(db, actor(), which, Until::Posted, &mut |_| ()).unwrap();
        let stands = run(Which::Next);
        assert_eq!((stands.billed, stands.held), (39, 1));
        let on = |at: &str| Actor::system(at.parse().unwrap());
        // Nobody said that anything is tried again.
        assert_eq!(calendar::retry(db, on("2026-02-04T12:00:00Z")).unwrap(), []);
        say(db, "retry 3 business days").unwrap();
        let again = calendar::retry(db, on("2026-02-04T12:00:00Z")).unwrap();
        assert_eq!((again[0].billed, again[0].held), (39, 1), "the read is still not there");
        // The read comes, on a day on which it is too late, and on one on which it is not.
        let file = "meter,date,read,kind\nE-40,2026-02-01,580,actual\n";
        crate::jobs::import(db, folder, file);
        assert_eq!(calendar::retry(db, on("2026-02-06T12:00:00Z")).unwrap(), []);
        let again = calendar::retry(db, on("2026-02-05T12:00:00Z")).unwrap();
        assert_eq!((again[0].billed, again[0].held), (40, 0));
        assert_eq!(calendar::retry(db, on("2026-02-05T12:00:00Z")).unwrap(), []);
        read(db, folder, CUSTOMERS, date(2026, 3, 1));
    });
}

#[test]
fn a_calendar_is_said_once_for_a_day() {
    engines::each(|db, folder| {
        january(db, folder, 1);
        let why = say(db, "due all 3 days").unwrap_err();
        assert!(says(&why).starts_with("line 1: all is no class"), "{why}");
        let why = say(db, &"#".repeat(20_001)).unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap();
        assert_eq!(refused, &NotSaid::TooLong { what: "calendar", most: 20_000 });
        say(db, "holidays us-federal").unwrap();
        let why = say(db, "# nothing\n\n").unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap();
        assert_eq!(refused, &NotSaid::Nothing { what: "calendar" });
        assert_eq!(says(&why), "calendar: the file says nothing; if none are to hold, write: none");
        let why = say(db, "none").unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap();
        assert_eq!(refused, &NotSaid::SaidBefore { what: "calendar", from: date(2026, 1, 1) });
        let text = db.read(|tx| store::calendar::said(tx, date(2026, 5, 1))).unwrap();
        assert_eq!(text.as_deref(), Some("holidays us-federal"));
    });
}

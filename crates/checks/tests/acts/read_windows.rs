//! Reads of another day than the one on which a turn ends, on both engines: within the window that the
//! calendar says they are the turn's, beyond it the bill says by how much, and waits or is estimated.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::bill_run::{self, Progress, Until, Which, correct};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::usage::to_date::to_date;
use meterbook_app::{Actor, calendar};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::run::{Stage, Standing};
use meterbook_core::bill::{Bill, BillNumber, Segment};
use meterbook_core::id::{AccountId, AgreementId, BillId, WindowId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::usage::EvidenceRead;
use meterbook_store::{self as store, Db};

use crate::correct::{begin, shows};
use crate::facts::clean;
use crate::interim::made;
use crate::village::{DIALS, actor, says};

const JANUARY: Date = date(2026, 1, 1);
const ACCOUNT: AccountId = AccountId(1);

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
        let april = meterbook_app::Actor::system("2026-04-12T12:00:00Z".parse().unwrap());
        bill_run::run(db, april, held, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(made_of(&newest(db)), (early, date(2026, 4, 3), 10_80));
        clean(db);
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

/// A bill of February that begins with the read of the day, whatever the one of January ended with.
fn beside(january: &Bill) -> Bill {
    let days = Period::month(2026, 2).unwrap();
    let mut bill = Bill {
        id: BillId(99),
        number: BillNumber("B-99".to_owned()),
        window: WindowId(2),
        period: days,
        ..january.clone()
    };
    let segment = &mut bill.segments[0];
    segment.period = days;
    let evidence = &mut segment.evidence[0];
    evidence.period = days;
    let (_, last) = evidence.reads.unwrap();
    let at = |on| EvidenceRead { on, ..last };
    evidence.reads = Some((at(days.start()), at(days.end())));
    bill
}

#[test]
fn a_bill_begins_with_the_read_with_which_the_one_before_ended() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        say(db, JANUARY, "reads 3 days before 2 days after").unwrap();
        let early = date(2026, 1, 30);
        shows(db, JANUARY, &[0]);
        shows(db, early, &[90]);
        bill(db, "2026-02-03T12:00:00Z");
        assert_eq!(made_of(&newest(db)), (JANUARY, early, 10_80));
        // A bill that begins with another read would be noticed.
        let other = beside(&newest(db));
        let found = db.write(|tx| {
            tx.trial(|tx| {
                store::bill::add(tx, &[other])?;
                store::check::reads(tx)
            })
        });
        let (_, faults) = found.unwrap();
        assert!(faults[0].contains("ended with the read of 2026-01-30 of meter E-1"), "{faults:?}");
        // That of the day itself comes after the bill is out.
        shows(db, date(2026, 2, 1), &[100]);
        shows(db, date(2026, 3, 1), &[190]);
        bill(db, "2026-03-03T12:00:00Z");
        assert_eq!(made_of(&newest(db)), (early, date(2026, 3, 1), 12_00));
        clean(db);
        // Corrected from January on, both meet at the better read.
        let from = |on| db.write(|tx| correct::preview(tx, actor(), ACCOUNT, on, Cause::Read));
        let it = from(JANUARY).unwrap();
        let now: Vec<_> = it.bills.iter().map(|it| made_of(it.1.as_ref().unwrap())).collect();
        let met = date(2026, 2, 1);
        assert_eq!(now, [(JANUARY, met, 12_00), (met, date(2026, 3, 1), 10_80)]);
        assert_eq!(it.net, Money::ZERO);
        // The newest alone begins where the one before it ended.
        assert!(says(&from(met).unwrap_err()).contains("reads as it does"));
    });
}

#[test]
fn one_read_does_not_both_begin_and_end_a_bill() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        say(db, JANUARY, "reads 3 days before 2 days after else wait").unwrap();
        let to = date(2026, 1, 30);
        shows(db, JANUARY, &[0]);
        shows(db, to, &[90]);
        made(db, to).unwrap();
        // The days from the 30th on are not known, by that read or any other.
        let agreement = AgreementId(1);
        let so_far = db.read(|tx| to_date(tx, agreement, date(2026, 2, 1))).unwrap();
        assert!(so_far.segments.is_empty(), "{so_far:?}");
        assert_eq!(bill(db, "2026-02-03T12:00:00Z").held, 1);
        let held = db.read(|tx| store::run::held(tx, WindowId(1))).unwrap();
        assert!(held[0].detail.contains("has no read for 2026-02-01"), "{held:?}");
        shows(db, date(2026, 2, 1), &[100]);
        let held = Which::Held(Cycle(1), None);
        bill_run::run(db, actor(), held, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(made_of(&newest(db)), (to, date(2026, 2, 1), 1_20));
        clean(db);
    });
}

#[test]
fn in_the_middle_of_a_turn_a_read_is_of_its_own_day() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        say(db, JANUARY, "reads 3 days before 2 days after else wait").unwrap();
        let (middle, early) = (date(2026, 1, 11), date(2026, 1, 30));
        for (on, index) in [(JANUARY, 0), (middle, 100), (early, 290)] {
            shows(db, on, &[index]);
        }
        let so_far = |on| {
            let it = db.read(|tx| to_date(tx, AgreementId(1), on)).unwrap();
            let of = |it: &Segment| (it.period.end(), it.total.cents());
            (it.segments.iter().map(of).collect::<Vec<_>>(), it.waits.is_some())
        };
        // No reader comes about the 13th: what was read on the 11th is of the 11th.
        assert_eq!(so_far(middle), (vec![(middle, 12_00)], false));
        assert_eq!(so_far(date(2026, 1, 13)), (vec![(middle, 12_00)], true));
        assert_eq!(so_far(date(2026, 1, 10)), (vec![], true));
        // About the end of the turn one does, and so the turn is billed.
        assert_eq!(so_far(date(2026, 1, 31)), (vec![(early, 34_80)], true));
        let end = date(2026, 2, 1);
        assert_eq!(so_far(end), (vec![(end, 34_80)], false));
        bill(db, "2026-02-01T12:00:00Z");
        assert_eq!(made_of(&newest(db)), (JANUARY, early, 34_80));
    });
}

#[test]
fn an_older_turn_that_waits_is_told_of_beside_the_newest() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        shows(db, JANUARY, &[0]);
        assert_eq!(bill(db, "2026-03-03T12:00:00Z").held, 1);
        assert_eq!(bill(db, "2026-03-03T12:00:00Z").held, 1);
        shows(db, date(2026, 2, 1), &[100]);
        let mut older = Vec::new();
        let held = Which::Held(Cycle(1), None);
        let newest = bill_run::run(db, actor(), held, Until::Preview, &mut |progress| {
            if let Progress::Stands(it) = progress {
                older.push((it.period.start(), it.stage, it.billed));
            }
        });
        assert_eq!(older, [(JANUARY, Stage::Preview, 1)]);
        assert_eq!(newest.unwrap().period.start(), date(2026, 2, 1));
    });
}

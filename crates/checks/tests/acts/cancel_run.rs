//! A whole turn is taken back on both engines before its bills are sent: by two people, every bill by
//! an entry of its own, and the turn is billed again. What people have stays.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;
use jiff::civil::date;
use meterbook_app::approval::{self, Asked, Outcome};
use meterbook_app::bill_run::cancel::{self, NotCancelled};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::{Actor, Refused, check};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::account::Cycle;
use meterbook_core::bill::run::Stage;
use meterbook_core::delivery::{State, Way};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_store::cancel::InTheWay;
use meterbook_store::{self as store, Conflict, Db};

use crate::authority::with_role;
use crate::jobs::{january, read};
use crate::village::{actor, says};

const CYCLE: Cycle = Cycle(1);
const CUSTOMERS: i64 = 30;

fn billed(db: &Db, folder: &std::path::Path) {
    january(db, folder, CUSTOMERS);
    let stands =
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
    assert_eq!((stands.stage, stands.billed), (Stage::Done, CUSTOMERS));
}

fn owed(db: &Db) -> Money {
    let all = db.read(store::ledger::gl_totals).unwrap();
    all.into_iter().find(|it| it.0.to_string().starts_with("1200")).map_or(Money::ZERO, |it| it.1)
}

fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

fn pieces(db: &Db) -> usize {
    let all = Period::new(date(2026, 1, 1), date(2027, 1, 1)).unwrap();
    db.read(|tx| store::outbox::due(tx, Way::Post, all)).unwrap().len()
}

fn ask(db: &Db, by: Actor) -> Outcome {
    let wanted = db.read(|tx| cancel::of_cycle(tx, CYCLE)).unwrap();
    cancel::cancel(db, by, wanted, "the price was that of a year ago", &mut |_| ()).unwrap()
}

fn refusal(db: &Db, by: Actor, why: &str) -> NotCancelled {
    let wanted = db.read(|tx| cancel::of_cycle(tx, CYCLE)).unwrap();
    let why = cancel::cancel(db, by, wanted, why, &mut |_| ()).unwrap_err();
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("{why:?}"));
    refused.as_a::<NotCancelled>().unwrap_or_else(|| panic!("{why}")).clone()
}

#[test]
fn two_people_take_a_turn_back_and_it_is_billed_again() {
    engines::each(|db, folder| {
        billed(db, folder);
        let before = owed(db);
        assert!(Money::ZERO < before);
        assert_eq!(pieces(db), 30);
        let (ann, bob) =
            (with_role(db, "ann", "billing-analyst"), with_role(db, "bob", "billing-analyst"));
        let old = db.read(|tx| cancel::of_cycle(tx, CYCLE)).unwrap();
        let Outcome::Waits(id) = ask(db, ann) else { panic!("it was done by one") };
        assert_eq!((owed(db), pieces(db)), (before, 30), "nothing is done before two agree");
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        // From here on nothing of it is sent, although not one bill is taken back yet.
        assert_eq!((owed(db), pieces(db)), (before, 0));
        let piece = Raw::beside(db).unwrap().column("select cast(min(id) as text) from piece");
        let piece = meterbook_core::id::PieceId(piece.unwrap()[0].parse().unwrap());
        let sends = db.write(|tx| {
            store::outbox::add_event(tx, piece, (State::Sending, ""), (None, Timestamp::now()))
        });
        assert!(sends.unwrap_err().is::<Conflict>());
        // Whoever works next goes on with it.
        bill_run::work(db, actor(), &mut |_| ()).unwrap();
        assert_eq!((owed(db), pieces(db)), (Money::ZERO, 0));
        clean(db);
        let texts = "select e.kind from entry e order by e.id";
        let kinds = Raw::beside(db).unwrap().column(texts).unwrap();
        assert_eq!(kinds.iter().filter(|it| *it == "cancelled").count(), 30, "{kinds:?}");
        // The turn is open again, and comes to the same.
        let stands =
            bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
                .unwrap();
        assert_eq!((stands.stage, stands.billed), (Stage::Done, CUSTOMERS));
        assert_eq!((owed(db), pieces(db)), (before, 30));
        // Whoever still has the old bills before them is told that there are others.
        let why = cancel::cancel(db, bob, old, "wrong", &mut |_| ()).unwrap_err();
        assert!(says(&why).contains("the turn was run anew"), "{why}");
        // The pieces of what was taken back wait for nothing, on the page of each account as well.
        let queued: usize = db
            .read(|tx| {
                let accounts = (1..=CUSTOMERS).map(AccountId);
                accounts.map(|it| Ok(store::outbox::shown(tx, it, 9)?.len())).sum()
            })
            .unwrap();
        assert_eq!(queued, 30);
        clean(db);
    });
}

#[test]
fn what_people_have_stays() {
    engines::each(|db, folder| {
        billed(db, folder);
        let operator = actor();
        assert_eq!(refusal(db, operator, " "), NotCancelled::NoReason);
        let wanted = db.read(|tx| cancel::of_cycle(tx, CYCLE)).unwrap();
        let other = cancel::NewCancel { total: Money::from_cents(1), ..wanted };
        let asked = Asked::CancelRun(other);
        let why = db.write(|tx| approval::do_or_ask(tx, operator, &asked, "wrong")).unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotCancelled>().unwrap();
        assert!(matches!(refused, NotCancelled::NotAsSeen { .. }), "{why}");
        // Somebody begins to send one.
        let all = Period::new(date(2026, 1, 1), date(2027, 1, 1)).unwrap();
        let due = db.read(|tx| store::outbox::due(tx, Way::Post, all)).unwrap();
        db.write(|tx| {
            let said = (State::Sending, "");
            store::outbox::add_event(tx, due[4], said, (None, Timestamp::now())).map(drop)
        })
        .unwrap();
        let why = refusal(db, operator, "wrong");
        assert!(matches!(&why, NotCancelled::InTheWay(InTheWay::Sent(1, _))), "{why}");
        assert!(
            why.to_string().starts_with("1 piece of the turn are sent or about to be"),
            "{why}"
        );
        clean(db);
    });
}

#[test]
fn a_turn_on_which_a_later_one_stands_is_not_taken_back() {
    engines::each(|db, folder| {
        billed(db, folder);
        let run = db.read(|tx| cancel::of_cycle(tx, CYCLE)).unwrap().run;
        let february = Period::month(2026, 2).unwrap();
        let turn = meterbook_app::window::NewWindow {
            period: february,
            billed_on: date(2026, 3, 2),
            due_on: date(2026, 3, 23),
        };
        db.write(|tx| meterbook_app::window::plan(tx, actor(), CYCLE, &[turn])).unwrap();
        read(db, folder, CUSTOMERS, date(2026, 3, 1));
        let held =
            bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
                .unwrap();
        assert_eq!(held.stage, Stage::Done);
        let total = db.read(|tx| {
            let run = store::run::get(tx, run)?;
            store::cancel::total(tx, run.window)
        });
        let wanted = cancel::NewCancel { run, total: total.unwrap().1 };
        let why = cancel::cancel(db, actor(), wanted, "wrong", &mut |_| ()).unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotCancelled>().unwrap();
        assert!(matches!(refused, NotCancelled::InTheWay(InTheWay::BilledSince(_))), "{why}");
    });
}

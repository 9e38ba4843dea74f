//! What is due when of bills in the place of others, on both engines: what was past due stays as old as it
//! was and being late goes on, only what a correction added is due anew, and that may be paid in parts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::correct::preview;
use meterbook_app::bill_run::settle;
use meterbook_app::{
    close, collection, customer_view, debit, late_fee, mandate, plan, protection, receipt,
    statement,
};
use meterbook_checks::engines;
use meterbook_core::bill::OnPlan;
use meterbook_core::bill::correct::Cause;
use meterbook_core::credit::plan::{Pays, Plan, Stands};
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::debit::Takes;
use meterbook_core::id::{AccountId, CorrectionId};
use meterbook_core::money::Money;
use meterbook_store::debt::Arrears;
use meterbook_store::{self as store, Db};

use crate::correct::{begin, bill, correct, shows};
use crate::deposit::{at, owes, pays, say, sound};
use crate::mandate::{key, new};
use crate::village::{DIALS, actor, says};

const ACCOUNT: AccountId = AccountId(1);
/// January's bill was due. It and February's are $12.00 each.
const JANUARY_DUE: Date = date(2026, 2, 23);
/// It is March 10; what is corrected then is due by this day.
const NEW_DUE: Date = date(2026, 3, 31);
const TODAY: Date = date(2026, 3, 10);
/// The day after it is due.
const AFTER: Date = date(2026, 4, 1);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// 100 kWh a month, billed for January and February.
fn two_months(db: &Db) {
    begin(db, "R-1", &[DIALS]);
    shows(db, date(2026, 1, 1), &[0]);
    used(db, [100, 100]);
    (0..2).for_each(|_| bill(db));
}

/// What is known now of the use of the months.
fn used(db: &Db, [january, february]: [i64; 2]) {
    shows(db, date(2026, 2, 1), &[january]);
    shows(db, date(2026, 3, 1), &[january + february]);
}

/// Corrects the bills by what is known now.
fn corrected(db: &Db) {
    let it = db.write(|tx| preview(tx, actor(), ACCOUNT, date(2026, 1, 1), Cause::Read)).unwrap();
    correct(db, actor(), it.charged(), "read again").unwrap();
}

/// What is past due on a day and since when, by what is open and by what collections read, which agree.
#[track_caller]
fn past_due(db: &Db, on: Date) -> Option<(i64, Date)> {
    let open = db.read(|tx| receipt::open_now(tx, ACCOUNT)).unwrap().past_due(on);
    let mut arrears: Vec<Arrears> = Vec::new();
    db.read(|tx| store::debt::arrears(tx, on, |it| arrears.push(it))).unwrap();
    assert_eq!(arrears.pop().map(|it| (it.past_due, it.oldest)), open);
    open.map(|(amount, oldest)| (amount.cents(), oldest))
}

#[test]
fn what_was_past_due_stays_as_old_and_what_is_added_is_due_by_its_own_day() {
    engines::each(|db, _| {
        two_months(db);
        assert_eq!(past_due(db, TODAY), Some((12_00, JANUARY_DUE)));
        // Each came to 6 dollars more.
        used(db, [150, 150]);
        corrected(db);
        for day in [TODAY, NEW_DUE] {
            assert_eq!(past_due(db, day), Some((12_00, JANUARY_DUE)));
        }
        // What was not past due yet is asked for anew with what was added.
        assert_eq!(past_due(db, AFTER), Some((36_00, JANUARY_DUE)));
        let aged = db.read(|tx| close::ageing(tx, actor(), AFTER, None)).unwrap();
        assert_eq!(aged[0].aged.due, [0, 24_00, 12_00, 0, 0].map(cents));
        // A payment is of the oldest first, also of one bill.
        pays(db, ACCOUNT, 15_00, TODAY, at("2026-03-10"));
        assert_eq!(past_due(db, NEW_DUE), None);
        assert_eq!(past_due(db, AFTER), Some((21_00, NEW_DUE)));
        sound(db);
    });
}

#[test]
fn what_is_less_is_off_what_was_due_last() {
    engines::each(|db, _| {
        two_months(db);
        used(db, [150, 100]);
        corrected(db);
        // Then to 3 dollars less than at first: what was added is gone, and some of what was past due.
        used(db, [75, 100]);
        corrected(db);
        for day in [TODAY, NEW_DUE] {
            assert_eq!(past_due(db, day), Some((9_00, JANUARY_DUE)));
        }
        assert_eq!(past_due(db, AFTER), Some((21_00, JANUARY_DUE)));
        // And up to what it was at first: that is due anew.
        used(db, [100, 100]);
        corrected(db);
        assert_eq!(past_due(db, NEW_DUE), Some((9_00, JANUARY_DUE)));
        assert_eq!(past_due(db, AFTER), Some((24_00, JANUARY_DUE)));
        sound(db);
    });
}

#[test]
fn what_is_not_charged_pays_nothing_that_was_past_due() {
    engines::each(|db, _| {
        two_months(db);
        let text = "reach utility residential 2\n";
        db.write(|tx| settle::say_rules(tx, actor(), date(2026, 1, 1), text)).unwrap();
        // Six dollars more of each; what is more of January is too long ago.
        used(db, [150, 150]);
        corrected(db);
        assert_eq!(owes(db, ACCOUNT), 30_00);
        assert_eq!(past_due(db, NEW_DUE), Some((12_00, JANUARY_DUE)));
        assert_eq!(past_due(db, AFTER), Some((30_00, JANUARY_DUE)));
        // A later correction that takes it back leaves what was past due.
        used(db, [100, 150]);
        corrected(db);
        assert_eq!(owes(db, ACCOUNT), 30_00);
        assert_eq!(past_due(db, NEW_DUE), Some((12_00, JANUARY_DUE)));
        sound(db);
    });
}

fn assess(db: &Db, day: &str) -> Vec<(String, i64, i64)> {
    let before = fees(db).len();
    late_fee::assess_all(db, at(day)).unwrap();
    fees(db).split_off(before)
}

/// Of which bill, which turn, and what it costs; in the order in which they were asked for.
fn fees(db: &Db) -> Vec<(String, i64, i64)> {
    let all = db.read(|tx| store::late_fee::of_account(tx, ACCOUNT)).unwrap();
    all.iter().map(|it| (it.number.clone(), it.nth, it.left().cents())).collect()
}

#[test]
fn being_late_goes_on_for_what_was_and_begins_by_its_own_day_for_what_is_added() {
    for (january, left, fee, begun) in [(150, 12_00, 1_20, 1_80), (50, 6_00, 60, 1_20)] {
        engines::each(|db, _| {
            two_months(db);
            say(db, Noun::LateFee, "fee residential 10% monthly\ngrace 5 days\n");
            let first = || "B-260202-10000001".to_owned();
            assert_eq!(assess(db, "2026-03-09"), [(first(), 1, 1_20)]);
            used(db, [january, 100]);
            corrected(db);
            // Nothing is late anew because a bill was corrected.
            assert_eq!(assess(db, "2026-03-31"), []);
            assert_eq!(assess(db, "2026-04-01"), [(first(), 2, fee)]);
            assert_eq!(assess(db, "2026-04-05"), []);
            // What was added, and what was not past due yet, by the new day: once for all of it.
            let last = || "B-260302-10000001-C1".to_owned();
            assert_eq!(assess(db, "2026-04-06"), [(last(), 1, begun)]);
            assert_eq!(assess(db, "2026-04-07"), []);
            // A payment that came in time takes back what is of its bill, and no more.
            pays(db, ACCOUNT, left, date(2026, 3, 30), at("2026-04-07"));
            assert_eq!(fees(db)[1..], [(first(), 2, 0), (last(), 1, begun)]);
            sound(db);
        });
    }
}

/// Each month came to 6 dollars more, which may be paid in two parts.
fn in_parts(db: &Db) {
    two_months(db);
    let text = "instalments residential\n";
    db.write(|tx| settle::say_rules(tx, actor(), date(2026, 1, 1), text)).unwrap();
    used(db, [150, 150]);
    corrected(db);
}

fn agree(db: &Db, nth: usize, pays: Option<Pays>) -> Result<Plan> {
    db.write(|tx| plan::agree(tx, at("2026-03-10"), ACCOUNT, (nth, pays), "by phone"))
}

fn view(db: &Db, on: Date) -> i64 {
    db.read(|tx| customer_view::past_due(tx, ACCOUNT, on)).unwrap().cents()
}

fn stands(db: &Db, on: Date) -> Stands {
    let of = |tx: &mut store::Tx| -> Result<Stands> {
        let it = store::plan::of_account(tx, ACCOUNT)?.remove(0);
        plan::stands(tx, &it, on)
    };
    db.read(of).unwrap()
}

#[test]
fn a_plan_holds_what_a_correction_added_and_nothing_else() {
    engines::each(|db, _| {
        in_parts(db);
        say(db, Noun::Plan, "grace 5 days\n");
        say(db, Noun::Collection, "least any 1.00\nstep any reminder 5 days\n");
        let offers = db.read(|tx| plan::propose(tx, ACCOUNT, TODAY)).unwrap().offers;
        let parts = [NEW_DUE, date(2026, 4, 30)].map(|day| (day, cents(6_00)));
        assert_eq!((offers.len(), offers[0].of), (1, Some(CorrectionId(1))));
        assert_eq!((offers[0].debt(), &offers[0].parts[..]), (cents(12_00), &parts[..]));
        let why = says(&agree(db, 2, None).unwrap_err());
        assert_eq!(why, "there are 1 offers; choose one: meterbook plan propose");
        let plan = agree(db, 1, None).unwrap();
        assert_eq!((plan.debt, plan.of, plan.through), (cents(12_00), offers[0].of, None));
        sound(db);
        // What was past due is, and is collected; of what the plan holds the first part is with the rest.
        assert_eq!((view(db, NEW_DUE), view(db, AFTER)), (12_00, 30_00));
        let shields = db.read(|tx| protection::shields(tx, ACCOUNT, NEW_DUE)).unwrap();
        assert!(shields.iter().all(|it| it.shield != Shield::Plan));
        let opens = |day| db.read(|tx| collection::look(tx, day)).unwrap().opens.len();
        assert_eq!((opens(TODAY), opens(AFTER)), (1, 1));
        let aged = |day| {
            let aged = db.read(|tx| close::ageing(tx, actor(), day, None)).unwrap();
            aged[0].aged.due.map(Money::cents)
        };
        assert_eq!(aged(NEW_DUE), [24_00, 0, 12_00, 0, 0]);
        assert_eq!(aged(AFTER), [6_00, 18_00, 12_00, 0, 0]);
        // It is broken by its own parts, not by what is past due beside it.
        assert_eq!(stands(db, NEW_DUE), Stands::InTime);
        assert_eq!(stands(db, AFTER), Stands::Behind { by: cents(6_00) });
        assert_eq!(stands(db, date(2026, 4, 6)), Stands::Broken { by: cents(6_00) });
        pays(db, ACCOUNT, 30_00, NEW_DUE, at("2026-03-31"));
        assert_eq!((view(db, AFTER), stands(db, AFTER)), (0, Stands::InTime));
        assert_eq!((opens(AFTER), aged(AFTER)), (0, [6_00, 0, 0, 0, 0]));
        let second = date(2026, 5, 1);
        assert_eq!((opens(second), stands(db, second)), (0, Stands::Behind { by: cents(6_00) }));
        assert_eq!(stands(db, date(2026, 5, 6)), Stands::Broken { by: cents(6_00) });
        pays(db, ACCOUNT, 6_00, date(2026, 4, 30), at("2026-04-30"));
        assert_eq!(stands(db, second), Stands::Done);
        let why = db.read(|tx| plan::propose(tx, ACCOUNT, second)).unwrap_err();
        assert_eq!(says(&why), "a plan runs since 2026-03-10; end it first: meterbook plan cancel");
        sound(db);
    });
}

#[test]
fn what_a_correction_added_is_offered_once_and_until_its_first_day() {
    engines::each(|db, _| {
        in_parts(db);
        let none =
            "no rule offers parts for $36.00 to this account; see: meterbook credit rules plan";
        let why = |day| says(&db.read(|tx| plan::propose(tx, ACCOUNT, day)).unwrap_err());
        assert_eq!(why(AFTER), none);
        agree(db, 1, None).unwrap();
        let running = "a plan runs since 2026-03-10; end it first: meterbook plan cancel";
        assert_eq!(why(NEW_DUE), running);
        let by = at("2026-03-10");
        db.write(|tx| plan::cancel(tx, by, ACCOUNT, "moved away")).unwrap();
        assert_eq!(why(NEW_DUE), none);
        // All that is owed is offered beside it, by the rules of plans.
        say(db, Noun::Plan, "months residential 2\n");
        let offers = db.read(|tx| plan::propose(tx, ACCOUNT, NEW_DUE)).unwrap().offers;
        assert_eq!((offers.len(), offers[0].of), (1, None));
    });
}

#[test]
fn no_fee_is_asked_for_of_what_a_plan_of_a_correction_holds() {
    engines::each(|db, _| {
        in_parts(db);
        say(db, Noun::LateFee, "fee residential 10% once\nexempt plan\n");
        say(db, Noun::Plan, "grace 30 days\n");
        agree(db, 1, None).unwrap();
        let fees = assess(db, "2026-04-01");
        // Of what February asked for by the day, and nothing of the 12 dollars that were added.
        assert_eq!(fees, [("B-260302-10000001-C1".to_owned(), 1, 1_20)]);
    });
}

#[test]
fn a_mandate_takes_the_parts_and_beside_them_what_they_do_not_hold() {
    engines::each(|db, _| {
        in_parts(db);
        db.write(|tx| mandate::agree(tx, actor(), &key(), &new(ACCOUNT))).unwrap();
        agree(db, 1, Some(Pays::Debit)).unwrap();
        let due = db.read(|tx| debit::due(tx, NEW_DUE)).unwrap();
        let amount = |is_part: bool| -> i64 {
            let of = due.iter().filter(|it| matches!(it.takes, Takes::Part { .. }) == is_part);
            of.map(|it| it.amount.cents()).sum()
        };
        assert_eq!((amount(true), amount(false)), (6_00, 24_00));
    });
}

#[test]
fn a_bill_says_which_part_of_what_a_correction_added_is_due_next() {
    engines::each(|db, _| {
        in_parts(db);
        say(db, Noun::Plan, "grace 5 days\n");
        agree(db, 1, None).unwrap();
        shows(db, AFTER, &[400]);
        bill(db);
        let newest = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        let it = db.read(|tx| statement::of_bill(tx, newest)).unwrap();
        let (due, amount, later) = (date(2026, 4, 30), cents(6_00), Money::ZERO);
        assert_eq!(it.plan, Some(OnPlan { nth: 2, of: 2, due, amount, later }));
        assert_eq!(it.amount_due, cents(36_00 + 12_00));
    });
}

//! Corrections on both engines: the rules say what of them is charged.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::approval::Outcome;
use meterbook_app::bill_run::correct::{NotCorrected, preview};
use meterbook_app::bill_run::settle;
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::said::NotSaid;
use meterbook_app::{Refused, check, statement};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::bill::correct::{Cause, Correction};
use meterbook_core::bill::settle::NoRules;
use meterbook_core::id::{AccountId, CorrectionId};
use meterbook_core::ledger::{Gl, Tender};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct::{begin, bill, correct, shows, three_months};
use crate::sum_up::drawn;
use crate::village::{self, DIALS, actor, says};

const ACCOUNT: AccountId = AccountId(1);

pub(crate) fn seen(db: &Db) -> Correction {
    db.write(|tx| preview(tx, actor(), ACCOUNT, date(2026, 1, 1), Cause::Read)).unwrap()
}

pub(crate) fn rules(db: &Db, text: &str) {
    db.write(|tx| settle::say_rules(tx, actor(), date(2026, 1, 1), text)).unwrap();
}

/// What an account of the ledger holds.
fn held(db: &Db, gl: Gl) -> i64 {
    let sum = format!(
        "select cast(coalesce(sum(amount_cents), 0) as text) from posting where gl = '{}'",
        gl.word()
    );
    Raw::beside(db).unwrap().column(&sum).unwrap()[0].parse().unwrap()
}

fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn what_is_too_long_ago_is_not_charged_and_the_rest_in_parts() {
    engines::each(|db, _| {
        three_months(db);
        // It is March 10: one month back is February 10.
        rules(db, "reach utility residential 1\ninstalments residential\n");
        shows(db, date(2026, 2, 1), &[200]);
        shows(db, date(2026, 3, 1), &[400]);
        shows(db, date(2026, 4, 1), &[700]);
        let it = seen(db);
        // January and February came to 12 dollars more each, March to 24.
        assert_eq!(it.settled.waived, Money::from_cents(1_200 + 1_200));
        assert_eq!((it.net, it.settled.reach), (Money::from_cents(2_400), Some(date(2026, 2, 10))));
        assert_eq!(it.settled.instalments, 1, "one bill is charged more");
        let done = correct(db, actor(), it.charged(), "two reads were swapped").unwrap();
        assert_eq!(done, Outcome::Done);
        assert_eq!(held(db, Gl::BillingAdjustments), 2_400);
        let owed = db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap();
        assert_eq!(owed, Money::from_cents(3 * 1_200 + 2_400));
        let kept = db.read(|tx| store::correction::get(tx, CorrectionId(1))).unwrap();
        assert_eq!((kept.settled, kept.net), (it.settled, it.net));
        clean(db);
    });
}

/// A bill of $12 for January alone.
pub(crate) fn one_month(db: &Db) {
    begin(db, "R-1", &[DIALS]);
    shows(db, date(2026, 1, 1), &[0]);
    shows(db, date(2026, 2, 1), &[100]);
    bill(db);
}

/// What the newest bill of the account asks for, and what the account owes.
fn asks_and_owes(db: &Db) -> (i64, i64) {
    db.read(|tx| {
        let newest = store::bill::newest_of(tx, ACCOUNT, 1)?.remove(0);
        let it = statement::of_bill(tx, newest.id)?;
        Ok((it.amount_due.cents(), store::ledger::balance(tx, ACCOUNT)?.cents()))
    })
    .unwrap()
}

#[test]
fn the_paper_of_one_corrected_bill_asks_for_what_the_books_hold() {
    engines::each(|db, folder| {
        one_month(db);
        rules(db, "reach utility residential 1\n");
        shows(db, date(2026, 2, 1), &[200]);
        let it = seen(db);
        assert_eq!((it.settled.waived.cents(), it.net.cents()), (12_00, 0));
        correct(db, actor(), it.charged(), "the meter was slow").unwrap();
        assert_eq!(asks_and_owes(db), (12_00, 12_00));
        let new = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        let page = drawn(db, folder, new);
        assert!(page.contains("Adjustment of correction"), "{page}");
        // Once more: what was not charged of the first is not charged of the second.
        shows(db, date(2026, 2, 1), &[150]);
        correct(db, actor(), seen(db).charged(), "it was not that slow").unwrap();
        assert_eq!(asks_and_owes(db), (12_00, 12_00));
        clean(db);
        // The next one does not take it off again.
        shows(db, date(2026, 3, 1), &[250]);
        bill(db);
        assert_eq!(asks_and_owes(db), (24_00, 24_00));
        clean(db);
    });
}

#[test]
fn the_paper_of_one_corrected_bill_gives_its_interest() {
    engines::each(|db, _| {
        one_month(db);
        rules(db, "interest 100%\n");
        pays(db, date(2026, 2, 28));
        shows(db, date(2026, 2, 1), &[0]);
        correct(db, actor(), seen(db).charged(), "the first read was wrong").unwrap();
        assert_eq!(asks_and_owes(db), (-12_33, -12_33));
        clean(db);
    });
}

#[test]
fn what_an_earlier_correction_did_not_charge_is_not_given_back() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "reach utility residential 1\n");
        // January and February come to 12 dollars more each, which is too long ago; March to 12 more.
        shows(db, date(2026, 2, 1), &[200]);
        shows(db, date(2026, 3, 1), &[400]);
        shows(db, date(2026, 4, 1), &[600]);
        let it = seen(db);
        assert_eq!((it.settled.waived.cents(), it.net.cents()), (24_00, 12_00));
        correct(db, actor(), it.charged(), "the meter was slow").unwrap();
        // The dials showed half of what was believed at first.
        shows(db, date(2026, 2, 1), &[50]);
        shows(db, date(2026, 3, 1), &[100]);
        shows(db, date(2026, 4, 1), &[150]);
        let it = seen(db);
        assert_eq!((it.settled.waived.cents(), it.net.cents()), (-24_00, -30_00));
        correct(db, actor(), it.charged(), "it was not the meter").unwrap();
        assert_eq!(held(db, Gl::BillingAdjustments), 0);
        let owed = db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap();
        assert_eq!(owed, Money::from_cents(3 * 6_00));
        clean(db);
        // A third one counts from there.
        shows(db, date(2026, 4, 1), &[160]);
        assert_eq!((seen(db).settled.waived, seen(db).net.cents()), (Money::ZERO, 1_20));
    });
}

/// Pays a bill of $12 on a day.
pub(crate) fn pays(db: &Db, on: Date) {
    let (amount, tender, reference) = (Money::from_cents(1_200), Tender::Check, on.to_string());
    let new = NewPayment { account: ACCOUNT, amount, on, tender, reference };
    db.write(|tx| pay(tx, actor(), &new)).unwrap();
}

/// Of the 12 dollars that January came to nothing was right.
fn january_was_too_much(db: &Db) {
    shows(db, date(2026, 2, 1), &[0]);
    shows(db, date(2026, 3, 1), &[100]);
    shows(db, date(2026, 4, 1), &[200]);
}

#[test]
fn what_was_paid_too_much_is_given_back_with_interest_since_it_was_paid() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "interest 100%\n");
        january_was_too_much(db);
        let unpaid = seen(db);
        assert_eq!((unpaid.settled.interest, unpaid.net), (Money::ZERO, Money::from_cents(-1_200)));
        pays(db, date(2026, 2, 28));
        let it = seen(db);
        // 12 dollars of January, paid on February 28 and given back on March 10: 10 days of 365.
        assert_eq!(
            (it.settled.interest, it.net),
            (Money::from_cents(33), Money::from_cents(-1_233))
        );
        assert_eq!(it.charged(), Money::from_cents(-1_200), "what a second person agrees to");
        correct(db, actor(), it.charged(), "the first read was wrong").unwrap();
        assert_eq!(held(db, Gl::InterestExpense), 33);
        clean(db);
    });
}

#[test]
fn a_rule_may_count_interest_from_the_day_something_was_due() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "interest 100% from due\n");
        january_was_too_much(db);
        // Due on February 23: 15 days of 365, although nobody paid.
        assert_eq!(seen(db).settled.interest, Money::from_cents(49));
    });
}

#[test]
fn a_second_correction_gives_no_interest_of_the_first_again() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "interest 100%\n");
        pays(db, date(2026, 2, 28));
        let january = |index| {
            shows(db, date(2026, 2, 1), &[index]);
            shows(db, date(2026, 3, 1), &[100 + index]);
            shows(db, date(2026, 4, 1), &[200 + index]);
        };
        // 6 dollars too much, for 10 days; then 3 more, for the same days.
        for (index, interest) in [(50, 16), (25, 8)] {
            january(index);
            let it = seen(db);
            assert_eq!(it.settled.interest, Money::from_cents(interest));
            correct(db, actor(), it.charged(), "read again").unwrap();
            clean(db);
        }
    });
}

#[test]
fn what_is_too_small_is_not_corrected() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "tolerance 2.00\n");
        shows(db, date(2026, 4, 1), &[310]);
        let why = db.write(|tx| preview(tx, actor(), ACCOUNT, date(2026, 1, 1), Cause::Read));
        let why = why.unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotCorrected>().unwrap();
        let NotCorrected::Tolerated { net, below, bills, too_old } = refused else {
            panic!("{why}")
        };
        assert_eq!((net.cents(), below.cents(), too_old), (1_20, 2_00, &None));
        let bills: Vec<_> = bills.iter().map(|it| (it.1.cents(), it.2.cents())).collect();
        assert_eq!(bills, [(12_00, 13_20)]);
        shows(db, date(2026, 4, 1), &[320]);
        assert_eq!(seen(db).net, Money::from_cents(240));
    });
}

#[test]
fn what_the_reach_takes_off_is_said_where_it_leaves_too_little() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "reach utility residential 1\ntolerance 2.00\n");
        // January came to 12 dollars more, which is too long ago.
        shows(db, date(2026, 2, 1), &[200]);
        shows(db, date(2026, 3, 1), &[300]);
        shows(db, date(2026, 4, 1), &[400]);
        let why = db.write(|tx| preview(tx, actor(), ACCOUNT, date(2026, 1, 1), Cause::Read));
        assert_eq!(
            says(&why.unwrap_err()),
            "B-260202-10000001 $12.00, now $24.00: $12.00 of that is of bills before 2026-02-10, too long ago to be charged; it comes to $0.00, and what is less than $2.00 is not corrected; see: meterbook bill correction-rules"
        );
    });
}

#[test]
fn rules_are_said_once_for_a_day_by_who_may() {
    engines::each(|db, _| {
        village::found(db);
        let say = |by, text: &str| {
            db.write(|tx| settle::say_rules(tx, by, date(2026, 1, 1), text)).unwrap_err()
        };
        let ann = with_role(db, "ann", "clerk");
        assert!(says(&say(ann, "tolerance 1.00")).contains("set-release-limits"));
        let wrong = say(actor(), "tolerance");
        assert!(wrong.downcast_ref::<Refused>().unwrap().as_a::<NoRules>().is_some());
        let long = say(actor(), &"# ".repeat(6_000));
        let long = long.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap().clone();
        let what = "rules of corrections";
        assert_eq!(long, NotSaid::TooLong { what, most: 10_000 });
        rules(db, "tolerance 1.00");
        let again = say(actor(), "tolerance 2.00");
        let again = again.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap().clone();
        assert_eq!(again, NotSaid::SaidBefore { what, from: date(2026, 1, 1) });
    });
}

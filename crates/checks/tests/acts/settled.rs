//! A cut is about the debt that its notice named: once that is paid it is called off, and what came due
//! since has a reminder, a notice and days of its own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::collection::{self, Done};
use meterbook_app::moves::ReadWanted;
use meterbook_app::order::{self, NewOrder, Where};
use meterbook_app::plan;
use meterbook_checks::engines;
use meterbook_core::credit::Noun;
use meterbook_core::credit::collection::Step;
use meterbook_core::id::{AccountId, OrderId};
use meterbook_core::money::Money;
use meterbook_core::order::{CalledOff, Connected, OrderKind, State, Step as OrderStep};
use meterbook_store::{self as store, Db};

use crate::collection::{cuts, posted, why};
use crate::deposit::{at, bill, pays, say, sound};
use crate::jobs::january;
use crate::last_bill::leaves;
use crate::late_fee::{bounces, february};
use crate::village::says;

const RULES: &str = "least any 5.00\nstep any reminder 5 days\nstep any notice 10 days\n\
    step any cut 20 days least 10.00\ngap 3 days\nresume 90 days\n";
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76 since February 23, and as much again since March 23.
fn town(db: &Db, folder: &Path, rules: &str) {
    january(db, folder, 4);
    bill(db);
    february(db, folder, 4);
    say(db, Noun::Collection, rules);
}

/// Runs collections on a day, on which the mail house takes what they write.
fn run(db: &Db, day: Date) -> Done {
    let day = day.to_string();
    let done = collection::run(db, at(&day), &[]).unwrap();
    posted(db, &day);
    done
}

/// Runs them every night from a day to before another.
fn nights(db: &Db, from: Date, to: Date) {
    from.series(jiff::Span::new().days(1))
        .take_while(|day| *day < to)
        .for_each(|day| drop(run(db, day)));
}

/// The steps that were taken of an account, whatever the case.
fn steps(db: &Db, account: AccountId) -> Vec<(Step, Date)> {
    db.read(|tx| {
        let mut all = Vec::new();
        for case in store::collection::of_account(tx, account)? {
            all.extend(store::collection::steps(tx, &case.key)?);
        }
        Ok(all.into_iter().map(|it| (it.step, it.on)).collect())
    })
    .unwrap()
}

fn last(db: &Db, order: OrderId) -> (State, OrderStep, String) {
    let followed = db.read(|tx| order::follow(tx, order)).unwrap();
    let last = followed.steps.last().unwrap();
    (followed.stands.state, last.step, last.note.clone())
}

const fn march(day: i8) -> Date {
    date(2026, 3, day)
}

#[test]
fn who_paid_what_the_notice_named_is_not_cut_off_for_a_bill_in_no_notice() {
    engines::each(|db, folder| {
        town(db, folder, RULES);
        nights(db, march(10), march(26));
        let cut = cuts(db, THREE).remove(0);
        assert!(why(db, THREE, march(26)).is_empty());
        // All that the notice asked for; the bill that is three days late is as large.
        pays(db, THREE, 1_332, march(26), at("2026-03-26"));
        assert_eq!(cuts(db, THREE), [], "in the payment's own transaction");
        let (state, step, note) = last(db, cut.id);
        assert_eq!((state, step), (State::Cancelled, OrderStep::Cancelled(CalledOff::Paid)));
        assert_eq!(note, "$0.00 of what it is for is past due after a payment");
        let named = "$0.00 is left of what the notice of 2026-03-13 named, too little for a cut; \
            what came due since takes a notice of its own";
        assert_eq!(why(db, THREE, march(26)), [named]);
        // Somebody takes that back by hand: nobody goes all the same, and nobody orders another one.
        db.write(|tx| order::reopen(tx, at("2026-03-26"), cut.id, "a mistake")).unwrap();
        let north = crate::orders::hire(db, "north", "electric", 9).id;
        let refused = |done: Result<()>| {
            let why = says(&done.unwrap_err());
            assert!(
                why.starts_with("only $0.00 of what it is for is past due, less than $10.00"),
                "{why}"
            );
        };
        refused(db.write(|tx| order::assign(tx, at("2026-03-26"), cut.id, north, march(26))));
        refused(db.write(|tx| order::en_route(tx, at("2026-03-26"), cut.id)));
        refused(db.write(|tx| order::on_site(tx, at("2026-03-26"), cut.id)));
        let off = CalledOff::NotNeeded;
        db.write(|tx| order::cancel(tx, at("2026-03-26"), cut.id, off, "")).unwrap();
        let point = Where::Point(cut.service_point.unwrap());
        let by_hand = NewOrder {
            off_below: Some(Money::from_cents(1_00)),
            ..NewOrder::plain(OrderKind::Disconnect, point)
        };
        let no = db.write(|tx| order::add(tx, at("2026-03-26"), &by_hand)).unwrap_err();
        assert_eq!(says(&no), format!("this account may not be cut off; {named}"));
        // What came due since has its own case, with its own days.
        nights(db, march(26), date(2026, 4, 30));
        let all = steps(db, THREE);
        let april = |day| date(2026, 4, day);
        assert_eq!(
            all[3..],
            [(Step::Reminder, march(28)), (Step::Notice, april(2)), (Step::Cut, april(12))]
        );
        assert_eq!((cuts(db, THREE).len(), why(db, THREE, april(29))), (1, vec![]));
        sound(db);
    });
}

#[test]
fn of_what_a_notice_named_as_much_is_to_be_left_as_a_cut_takes() {
    engines::each(|db, folder| {
        town(db, folder, RULES);
        nights(db, march(10), march(26));
        let cut = cuts(db, FOUR).remove(0);
        // 10.00 of 17.76 are enough, and a cent less is not, however much came due since.
        pays(db, FOUR, 7_76, march(26), at("2026-03-26"));
        assert_eq!(cuts(db, FOUR), std::slice::from_ref(&cut));
        pays(db, FOUR, 1, march(27), at("2026-03-27"));
        assert_eq!(cuts(db, FOUR), []);
        assert_eq!(last(db, cut.id).2, "$9.99 of what it is for is past due after a payment");
        // The same debt goes on where it stood, with a notice that names all of it.
        let before = steps(db, FOUR).len();
        nights(db, march(27), date(2026, 4, 10));
        let all = steps(db, FOUR);
        assert_eq!(all.len(), before + 1, "{all:?}");
        assert_eq!((all[before].0, cuts(db, FOUR).len()), (Step::Cut, 1));
        let letters = db.read(|tx| {
            let case = store::collection::of_account(tx, FOUR)?.pop().unwrap();
            store::notice::of_case(tx, &case.key)
        });
        let sent: Vec<_> = letters.unwrap().into_iter().map(|it| it.step).collect();
        assert_eq!(sent, [Step::Notice], "before the cut");
        sound(db);
    });
}

#[test]
fn no_cut_is_ordered_on_the_notice_of_a_debt_that_is_paid() {
    engines::each(|db, folder| {
        town(db, folder, &RULES.replace("cut 20 days", "cut 30 days"));
        nights(db, march(10), march(25));
        assert_eq!(steps(db, THREE).last(), Some(&(Step::Notice, march(13))));
        // A day after the next bill was due: never was less past due than a case takes.
        pays(db, THREE, 1_332, march(25), at("2026-03-25"));
        nights(db, march(25), date(2026, 5, 1));
        let april = |day| date(2026, 4, day);
        assert_eq!(
            steps(db, THREE)[2..],
            [(Step::Reminder, march(28)), (Step::Notice, april(2)), (Step::Cut, april(22))]
        );
        let case = db.read(|tx| store::collection::of_account(tx, THREE)).unwrap().remove(0);
        let (on, why) = case.ended.unwrap();
        assert_eq!(
            (on, why.as_str()),
            (march(25), "what it was about is paid; what came due since begins anew")
        );
        sound(db);
    });
}

#[test]
fn a_plan_that_breaks_leaves_the_cut_to_come_as_it_stood() {
    engines::each(|db, folder| {
        town(db, folder, RULES);
        say(db, Noun::Plan, "months any 2\n");
        nights(db, march(10), march(20));
        let cut = cuts(db, FOUR).remove(0);
        db.write(|tx| plan::agree(tx, at("2026-03-20"), FOUR, (1, None), "by phone")).unwrap();
        assert_eq!(last(db, cut.id).0, State::Cancelled);
        nights(db, march(20), date(2026, 4, 22));
        let taken = steps(db, FOUR);
        assert_eq!(taken.last().unwrap().0, Step::Cut, "it waits where it stands");
        assert_eq!(cuts(db, FOUR), []);
        // Nothing was paid of its first part.
        assert_eq!(plan::review_all(db, at("2026-04-22")).unwrap().len(), 1);
        nights(db, date(2026, 4, 22), date(2026, 5, 1));
        let again = steps(db, FOUR);
        assert_eq!(again.len(), taken.len() + 1, "{again:?}");
        assert_eq!((again.last().unwrap().0, cuts(db, FOUR).len()), (Step::Cut, 1));
        sound(db);
    });
}

#[test]
fn a_check_that_comes_back_makes_the_old_notice_good_again() {
    engines::each(|db, folder| {
        town(db, folder, RULES);
        nights(db, march(10), march(26));
        pays(db, THREE, 1_332, march(26), at("2026-03-26"));
        nights(db, march(26), march(27));
        bounces(db, THREE, march(27), at("2026-03-27"));
        nights(db, march(27), march(31));
        assert_eq!(steps(db, THREE).last(), Some(&(Step::Cut, march(30))), "after the gap");
        assert_eq!((cuts(db, THREE).len(), why(db, THREE, march(31))), (1, vec![]));
        sound(db);
    });
}

#[test]
fn without_a_notice_a_cut_is_about_what_was_past_due_when_it_was_ordered() {
    engines::each(|db, folder| {
        town(db, folder, "least any 5.00\nstep any cut 20 days least 10.00\nresume 90 days\n");
        nights(db, march(15), march(26));
        let cut = cuts(db, THREE).remove(0);
        pays(db, THREE, 1_332, march(26), at("2026-03-26"));
        assert_eq!(cuts(db, THREE), []);
        assert_eq!(last(db, cut.id).2, "$0.00 of what it is for is past due after a payment");
        // It is ordered anew by its own days, once the case of the first is over.
        nights(db, march(26), date(2026, 4, 20));
        assert_eq!(steps(db, THREE).last(), Some(&(Step::Cut, date(2026, 4, 12))));
        assert_eq!(cuts(db, THREE).len(), 1);
        sound(db);
    });
}

#[test]
fn who_takes_nothing_any_more_is_neither_told_of_a_cut_nor_kept_from_what_comes_behind_it() {
    engines::each(|db, folder| {
        january(db, folder, 5);
        bill(db);
        say(db, Noun::Collection, &format!("{RULES}step any write-off 30 days\n"));
        let four = db.read(|tx| store::account::get(tx, FOUR)).unwrap();
        leaves(db, &four, march(4), ReadWanted::Ordered);
        db.write(|tx| {
            let point = store::agreement::of_account(tx, THREE)?[0].service_point;
            store::connection::add(tx, point, march(4), Connected::No, None)
        })
        .unwrap();
        nights(db, march(5), date(2026, 3, 29));
        let reminded = (Step::Reminder, march(5));
        let given_up = (Step::WriteOff, march(25));
        assert_eq!(
            [THREE, FOUR].map(|it| steps(db, it)),
            [vec![reminded, given_up], vec![reminded, given_up]]
        );
        // Who is still served is told, and cut off.
        let served = steps(db, AccountId(5));
        let cut = served.iter().map(|it| it.0).take(3).collect::<Vec<_>>();
        assert_eq!(cut, [Step::Reminder, Step::Notice, Step::Cut]);
        assert_eq!([THREE, FOUR].map(|it| cuts(db, it).len()), [0, 0]);
        sound(db);
    });
}

//! Late fees: once for each turn of a bill, with the next bill; taken back where a payment came in time;
//! waived by one within a limit and by two beyond it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::{self, Until, Which, last};
use meterbook_app::circumstance::{self, NewFact};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::late_fee::{self, NewWaiver};
use meterbook_app::let_go::{NewSteps, What};
use meterbook_app::moves::ReadWanted;
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, close, credit_rules, receipt, statement, suspense, task};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::credit::circumstance::Circumstance;
use meterbook_core::credit::late_fee::LateCharge;
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::id::AccountId;
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::ledger::{Debt, Gl, Tender};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::period::Period;
use meterbook_core::permission::{Grant, Permission};
use meterbook_core::task::TaskKind;
use meterbook_store::late_fee::LateFee;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::deposit::{at, bill, owes, pays, say, sound, sum};
use crate::jobs::{january, read};
use crate::last_bill;
use crate::village::{actor, says};

const RULES: &str =
    "fee residential 10% monthly\ngrace 5 days\nleast 5.00\ncap 1.50\nexempt dispute\n";
const ONE: AccountId = AccountId(1);
const TWO: AccountId = AccountId(2);
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76 since February 23; the fourth disputed it.
fn town(db: &Db, folder: &Path) {
    january(db, folder, 4);
    say(db, Noun::LateFee, RULES);
    bill(db);
    let about = (FOUR, InteractionChannel::Phone);
    let open = |tx: &mut store::Tx| {
        task::open_case(tx, at("2026-02-25"), about, TaskKind::Dispute, &[], "too much")
    };
    db.write(open).unwrap();
}

/// The next turn, with its bills.
pub(crate) fn february(db: &Db, folder: &Path, customers: i64) {
    let period = Period::month(2026, 2).unwrap();
    let (billed_on, due_on) = (date(2026, 3, 2), date(2026, 3, 23));
    let turn = NewWindow { period, billed_on, due_on };
    db.write(|tx| window::plan(tx, actor(), Cycle(1), &[turn])).unwrap();
    read(db, folder, customers, date(2026, 3, 1));
    bill(db);
}

fn assess(db: &Db, day: &str) -> (usize, i64) {
    let (many, sum) = late_fee::assess_all(db, at(day)).unwrap();
    (many, sum.cents())
}

fn fees(db: &Db, account: AccountId) -> Vec<LateFee> {
    db.read(|tx| store::late_fee::of_account(tx, account)).unwrap()
}

fn to_come(db: &Db, account: AccountId) -> Vec<i64> {
    let all = db.read(|tx| store::credit::asked(tx, &[account])).unwrap();
    all.iter().map(|it| it.amount.cents()).collect()
}

fn waiver(it: &LateFee) -> NewWaiver {
    NewWaiver { account: it.account, bill: it.bill, nth: it.nth, amount: it.fee - it.back }
}

#[test]
fn a_turn_of_a_bill_is_charged_once_with_the_next_bill() {
    engines::each(|db, folder| {
        town(db, folder);
        assert_eq!(assess(db, "2026-02-28"), (0, 0), "grace");
        // Of $8.88 and $13.32; the first owes too little and the fourth disputes it.
        assert_eq!(assess(db, "2026-03-10"), (2, 89 + 1_33));
        assert_eq!(assess(db, "2026-03-10"), (0, 0), "once");
        assert_eq!((to_come(db, TWO), to_come(db, THREE)), (vec![89], vec![1_33]));
        assert_eq!(owes(db, TWO), 8_88);
        sound(db);
        february(db, folder, 4);
        assert_eq!(owes(db, TWO), 8_88 + 89 + 8_88);
        assert!(to_come(db, TWO).is_empty());
        assert_eq!(sum(db, Gl::LateFees), -(89 + 1_33));
        // The second turn of January's bill; February's is not due yet.
        assert_eq!(assess(db, "2026-03-28"), (0, 0));
        // Of both bills by then, of the second and the third customer.
        assert_eq!(assess(db, "2026-04-01"), (4, 2 * 89 + 2 * 1_33));
        sound(db);
    });
}

#[test]
fn a_fee_that_is_waived_is_not_open_any_more_and_the_bill_is() {
    engines::each(|db, folder| {
        town(db, folder);
        assess(db, "2026-03-01");
        february(db, folder, 4);
        let it = fees(db, TWO).remove(0);
        db.write(|tx| late_fee::waive(tx, actor(), &waiver(&it), "first time")).unwrap();
        let open = db.read(|tx| receipt::open_now(tx, TWO)).unwrap();
        let left: Vec<_> = open.items.iter().map(|it| (it.side.debt, it.left.cents())).collect();
        assert_eq!(left, [(Debt::Bill, 8_88), (Debt::Bill, 8_88)]);
        sound(db);
    });
}

#[test]
fn a_bill_says_what_the_rules_of_late_fees_ask_for() {
    engines::each(|db, folder| {
        town(db, folder);
        let of = |account| {
            let of = |tx: &mut store::Tx| {
                let bill = store::bill::of_account(tx, account)?[0].id;
                statement::of_bill(tx, bill)
            };
            db.read(of).unwrap()
        };
        let (two, day) = (of(TWO), date(2026, 2, 28));
        assert_eq!(two.late, LateCharge::After { day, fee: cents(89) });
        let page = meterbook_paper::html(&meterbook_paper::view(&two), &two).unwrap();
        assert!(page.contains("After Feb 28, 2026 a late fee of $0.89 makes it $9.77."), "{page}");
        // Of less than that nothing is asked for, and of nobody where no rule says it.
        assert_eq!(of(ONE).late, LateCharge::NotOfThis);
        let (noun, day) = (Noun::LateFee, date(2026, 2, 10));
        db.write(|tx| credit_rules::say(tx, actor(), noun, day, "grace 5 days\n")).unwrap();
        february(db, folder, 4);
        assert_eq!(of(TWO).late, LateCharge::Never);
        sound(db);
    });
}

#[test]
fn what_a_season_or_a_county_shields_is_exempt_on_that_day() {
    engines::each(|db, folder| {
        town(db, folder);
        let (noun, day) = (Noun::LateFee, date(2026, 2, 1));
        let text = format!("{RULES}exempt moratorium\n");
        db.write(|tx| credit_rules::say(tx, actor(), noun, day, &text)).unwrap();
        let season =
            "county Kane: Alder Creek\nseason residential 11-15 04-30 with infant cite MA\n";
        say(db, Noun::Protection, season);
        // The first turn begins on 1 March.
        let tell = |account, from, until| {
            let (what, evidence) = (Circumstance::Infant, "certificate".to_owned());
            let new = NewFact { account, what, from, until, evidence };
            db.write(|tx| circumstance::say(tx, actor(), &new)).unwrap()
        };
        tell(TWO, date(2026, 3, 1), None);
        tell(THREE, date(2026, 3, 2), Some(date(2026, 3, 20)));
        assess(db, "2026-03-10");
        assert_eq!((fees(db, TWO).len(), fees(db, THREE).len()), (0, 1));
        // All of a county from then on.
        let county = NewProtection {
            to: To::County("Kane".to_owned()),
            shield: Shield::Moratorium,
            from: date(2026, 4, 1),
            until: Some(date(2026, 4, 2)),
            evidence: "order 12".to_owned(),
        };
        db.write(|tx| protection::grant(tx, actor(), &county)).unwrap();
        assess(db, "2026-04-01");
        assert_eq!((fees(db, TWO).len(), fees(db, THREE).len()), (0, 1));
        sound(db);
    });
}

#[test]
fn a_payment_that_came_in_time_takes_it_back() {
    engines::each(|db, folder| {
        town(db, folder);
        assess(db, "2026-03-10");
        // A part of it: 10 % of what was left. It is not on a bill yet, and comes with its difference.
        pays(db, THREE, 332, date(2026, 2, 20), at("2026-03-10"));
        assert_eq!(to_come(db, THREE), [1_33, -33]);
        pays(db, TWO, 8_88, date(2026, 2, 20), at("2026-03-10"));
        assert!(to_come(db, TWO).is_empty());
        assert_eq!(fees(db, TWO)[0].back, cents(89));
        february(db, folder, 4);
        assert_eq!(owes(db, THREE), 10_00 + 1_00 + 1_332);
        assert_eq!(owes(db, TWO), 8_88);
        sound(db);
        // Money that nobody knew the owner of came in time as well; the fee is charged and goes back at
        // once.
        let held = receipt::NewReceipt {
            on: date(2026, 2, 21),
            tenders: vec![receipt::NewTender {
                kind: Tender::Check,
                amount: cents(10_00),
                reference: "77".to_owned(),
            }],
            shares: vec![receipt::Share {
                to: receipt::For::Suspense { said: "a name".to_owned() },
                amount: cents(10_00),
            }],
        };
        db.write(|tx| receipt::take(tx, at("2026-03-10"), &held)).unwrap();
        assert_eq!(owes(db, THREE), 2_432);
        let held = db.read(store::suspense::open).unwrap();
        let found = |tx: &mut store::Tx| {
            suspense::match_to(tx, at("2026-03-11"), held[0].id, THREE, "by the check")
        };
        db.write(found).unwrap();
        assert_eq!(owes(db, THREE), 1_332);
        assert_eq!(sum(db, Gl::LateFees), 0);
        sound(db);
    });
}

#[test]
fn one_waives_within_a_limit_and_two_beyond_it() {
    engines::each(|db, folder| {
        town(db, folder);
        assess(db, "2026-03-10");
        let limit = Some(cents(1_00));
        let grant = Grant { permission: Permission::WaiveFees, limit, four_eyes: true };
        let asked = Asked::Grant { role: "clerk".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let (ann, bob) = (with_role(db, "ann", "clerk"), with_role(db, "bob", "administrator"));
        let [two, three] = [TWO, THREE].map(|it| waiver(&fees(db, it)[0]));
        let ask = |new: &NewWaiver| -> Result<Outcome> {
            db.write(|tx| do_or_ask(tx, ann, &Asked::Waive(new.clone()), "first time"))
        };
        assert_eq!(ask(&two).unwrap(), Outcome::Done);
        assert!(to_come(db, TWO).is_empty());
        assert_eq!(says(&ask(&two).unwrap_err()), "nothing of it is asked for any more");
        let Outcome::Waits(id) = ask(&three).unwrap() else { panic!("it was done by one") };
        assert_eq!(to_come(db, THREE), [1_33]);
        // It comes with a bill meanwhile, and is waived from there.
        february(db, folder, 4);
        let it = db.write(|tx| approval::give(tx, bob, id, "fair")).unwrap();
        assert!(it.subject.contains("turn 1"), "{}", it.subject);
        assert_eq!(owes(db, THREE), 2 * 1_332);
        let other = NewWaiver { amount: cents(5), ..three.clone() };
        let why = db.write(|tx| late_fee::waive(tx, actor(), &other, "x")).unwrap_err();
        assert_eq!(says(&why), "nothing of it is asked for any more");
        let none = NewWaiver { nth: 9, ..three };
        let why = db.write(|tx| late_fee::waive(tx, actor(), &none, "x")).unwrap_err();
        assert!(says(&why).starts_with("turn 9 of bill"), "{why}");
        assert_eq!(fees(db, ONE), []);
        sound(db);
    });
}

#[test]
fn what_changed_since_it_was_looked_at_is_said() {
    engines::each(|db, folder| {
        town(db, folder);
        assess(db, "2026-03-10");
        let it = waiver(&fees(db, THREE)[0]);
        pays(db, THREE, 332, date(2026, 2, 20), at("2026-03-10"));
        let why = db.write(|tx| late_fee::waive(tx, actor(), &it, "x")).unwrap_err();
        assert!(says(&why).starts_with("it comes to $1.00 now"), "{why}");
        let silent = NewWaiver { amount: cents(1_00), ..it };
        let why = db.write(|tx| late_fee::waive(tx, actor(), &silent, " ")).unwrap_err();
        assert_eq!(says(&why), "say why");
    });
}

#[test]
fn a_bill_that_was_held_is_due_as_many_days_after_it_was_let_go() {
    engines::each(|db, folder| {
        january(db, folder, 41);
        say(db, Noun::LateFee, RULES);
        bill(db);
        // Of the fortieth there was no read; it turns up after the others were due.
        crate::jobs::import(db, folder, "meter,date,read,kind\nE-40,2026-02-01,580,actual\n");
        bill_run::run(
            db,
            at("2026-03-10"),
            Which::Held(Cycle(1), None),
            Until::Posted,
            &mut |_| (),
        )
        .unwrap();
        let due = |account: i64| {
            let of = AccountId(account);
            let it = db.read(|tx| store::bill::of_account(tx, of)).unwrap().remove(0);
            (it.billed_on, it.due_on)
        };
        assert_eq!(due(40), (date(2026, 3, 10), date(2026, 3, 31)));
        assert_eq!(due(39), (date(2026, 2, 2), date(2026, 2, 23)));
        assess(db, "2026-03-11");
        assert_eq!(fees(db, AccountId(40)), []);
        assert_eq!(fees(db, AccountId(39)).len(), 1);
        assess(db, "2026-04-07");
        assert_eq!(fees(db, AccountId(40)).len(), 1);
        sound(db);
    });
}

#[test]
fn a_fee_of_whose_service_ended_is_charged_without_a_bill() {
    engines::each(|db, _| {
        last_bill::found(db);
        say(db, Noun::LateFee, RULES);
        let account = last_bill::comes(db);
        last_bill::shows(db, date(2026, 2, 1), 100);
        bill(db);
        last_bill::leaves(db, &account, date(2026, 2, 1), ReadWanted::Ordered);
        let make = |day| last::make_all(db, at(day)).unwrap();
        assert_eq!(make("2026-03-10").len(), 1);
        let asked = NewDeposit {
            account: account.id,
            credit: Credit::Unknown,
            amount: Some(cents(40_00)),
            parts: 1,
        };
        let late = db.write(|tx| deposit::ask(tx, at("2026-03-10"), &asked, "too late"));
        assert!(says(&late.unwrap_err()).starts_with("nothing is supplied to the account"));
        assert_eq!(assess(db, "2026-03-12").0, 1);
        let before = owes(db, account.id);
        let all = make("2026-03-13");
        let [(of, Ok(closed))] = &all[..] else { panic!("{all:?}") };
        let charged: Vec<_> = closed.charges.iter().map(|it| it.amount.cents()).collect();
        assert_eq!((*of, charged), (account.id, vec![1_20]));
        assert!(closed.let_go.is_empty());
        assert_eq!(owes(db, account.id), before + 1_20);
        assert!(to_come(db, account.id).is_empty() && make("2026-03-13").is_empty());
        sound(db);
    });
}

/// Takes the last payment of an account back.
pub(crate) fn bounces(db: &Db, account: AccountId, on: Date, by: Actor) {
    let tender = db.read(|tx| {
        let of = store::payment::newest_of(tx, account, 1)?;
        store::receipt::tender_of(tx, of[0].id)
    });
    let tender = tender.unwrap().unwrap();
    db.write(|tx| receipt::give_back(tx, by, tender, on, "no money").map(drop)).unwrap();
}

#[test]
fn a_check_that_comes_back_paid_nothing_in_time() {
    engines::each(|db, folder| {
        town(db, folder);
        // In time, and back ten days later.
        pays(db, TWO, 8_88, date(2026, 2, 20), at("2026-02-20"));
        assert_eq!(assess(db, "2026-03-01"), (1, 1_33), "of the third alone");
        bounces(db, TWO, date(2026, 3, 2), at("2026-03-02"));
        assert_eq!(to_come(db, TWO), [89]);
        assert_eq!(assess(db, "2026-03-03"), (0, 0), "once");
        sound(db);
        // The other way round: asked for, paid in time after all, and back.
        pays(db, THREE, 1_332, date(2026, 2, 20), at("2026-03-05"));
        assert!(to_come(db, THREE).is_empty());
        bounces(db, THREE, date(2026, 3, 6), at("2026-03-06"));
        assert_eq!(to_come(db, THREE), [1_33]);
        let it = &fees(db, THREE)[0];
        assert_eq!((it.back, it.paid, it.turns), (cents(0), cents(0), 2));
        // And paid once more, in time: it is set off by the same bill.
        let again = |day: &str| pays(db, THREE, 1_332, date(2026, 2, 21), at(day));
        again("2026-03-07");
        assert_eq!(to_come(db, THREE), [1_33, -1_33]);
        february(db, folder, 4);
        assert_eq!((owes(db, TWO), owes(db, THREE)), (8_88 + 89 + 8_88, 1_332));
        sound(db);
    });
}

#[test]
fn what_was_waived_stays_waived_when_a_check_comes_back() {
    engines::each(|db, folder| {
        town(db, folder);
        assess(db, "2026-03-10");
        pays(db, THREE, 332, date(2026, 2, 20), at("2026-03-10"));
        let it = waiver(&fees(db, THREE)[0]);
        assert_eq!(it.amount, cents(1_00));
        db.write(|tx| late_fee::waive(tx, actor(), &it, "first time")).unwrap();
        bounces(db, THREE, date(2026, 3, 10), at("2026-03-11"));
        let it = &fees(db, THREE)[0];
        assert_eq!((it.fee - it.back, it.paid), (cents(33), cents(0)));
        sound(db);
    });
}

#[test]
fn it_is_the_same_whenever_somebody_looks() {
    engines::each(|db, folder| {
        town(db, folder);
        // Due on February 23, late on March 1, paid on the tenth, looked at on the eleventh.
        pays(db, TWO, 8_88, date(2026, 3, 10), at("2026-03-10"));
        pays(db, THREE, 1_332, date(2026, 2, 23), at("2026-03-10"));
        assert_eq!(assess(db, "2026-03-11"), (1, 89));
        assert_eq!((to_come(db, TWO), to_come(db, THREE)), (vec![89], vec![]));
        sound(db);
    });
}

#[test]
fn a_payment_that_is_moved_came_in_time() {
    engines::each(|db, folder| {
        town(db, folder);
        pays(db, ONE, 1_332, date(2026, 2, 20), at("2026-02-20"));
        assert_eq!(assess(db, "2026-03-10"), (2, 89 + 1_33));
        let paid = db.read(|tx| store::payment::newest_of(tx, ONE, 1)).unwrap().remove(0);
        let go = |tx: &mut store::Tx| {
            receipt::move_payment(tx, at("2026-03-10"), paid.id, THREE, "another account")
        };
        let new = db.write(go).unwrap();
        assert_eq!(new.on, date(2026, 2, 20));
        assert!(to_come(db, THREE).is_empty());
        let aged = |on| db.read(|tx| close::ageing(tx, at("2026-03-10"), on, None)).unwrap();
        let third = db.read(|tx| store::account::get(tx, THREE)).unwrap().number;
        assert!(aged(date(2026, 2, 28)).iter().all(|it| it.number != third));
        sound(db);
    });
}

#[test]
fn more_fees_than_a_day_allows_wait_for_a_second_person_and_stopped_ones_for_a_reason() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        say(db, Noun::LateFee, "fee residential 10% monthly\nmost 3\n");
        bill(db);
        let then = at("2026-03-10");
        let assess = || late_fee::assess_all(db, then);
        let too_many = assess().unwrap_err();
        assert_eq!(
            says(&too_many),
            "4 fees, $4.44, would be asked for, and the rules let 3 be done in a day; a second person lets them go: meterbook late-fee let-go --count 4"
        );
        assert!(fees(db, FOUR).is_empty(), "nothing is kept of what was foretold");
        let [ann, bob] =
            ["ann", "bob"].map(|it| Actor { at: then.at, ..with_role(db, it, "administrator") });
        let (what, on) = (What::LateFees, date(2026, 3, 10));
        let asked = Asked::Steps(NewSteps { what, on, many: 4 });
        let went = db.write(|tx| do_or_ask(tx, ann, &asked, "counted")).unwrap();
        let Outcome::Waits(id) = went else { panic!("it was done by one") };
        db.write(|tx| approval::give(tx, bob, id, "counted too")).unwrap();
        let switch = |stop| db.write(|tx| late_fee::switch(tx, then, stop, "a wrong text"));
        switch(true).unwrap();
        assert_eq!(
            says(&assess().unwrap_err()),
            "late fees are stopped: a wrong text; let them go on: meterbook late-fee go"
        );
        assert!(says(&switch(true).unwrap_err()).starts_with("it stands so already"));
        switch(false).unwrap();
        assert_eq!(assess().unwrap(), (4, cents(4_44)));
        sound(db);
    });
}

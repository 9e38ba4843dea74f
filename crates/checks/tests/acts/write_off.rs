//! What is owed and not to be had: put forward by collections, given up by one or two, had after all when
//! money comes, or owed by another account.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::credit::{self, NewRefund};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::write_off::{self, Became, NewTransfer, NewWriteOff};
use meterbook_app::{collection, late_fee, receipt};
use meterbook_checks::engines;
use meterbook_core::credit::Noun;
use meterbook_core::credit::collection::Step;
use meterbook_core::id::AccountId;
use meterbook_core::ledger::{EntryKind, Gl};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::permission::{Grant, Permission};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::collection::misread;
use crate::correct::meter_shows;
use crate::deposit::{at, bill, owes, pays, say, sound, sum};
use crate::jobs::january;
use crate::late_fee::bounces;
use crate::village::{actor, says};

const RULES: &str = "least any 10.00\nstep any write-off 10 days\n";
const ONE: AccountId = AccountId(1);
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76; the last two are put forward.
pub(crate) fn town(db: &Db, folder: &Path) {
    january(db, folder, 4);
    bill(db);
    say(db, Noun::Collection, RULES);
    let done = collection::run(db, at("2026-03-10"), &[]).unwrap();
    assert_eq!(done.taken.into_iter().collect::<Vec<_>>(), [(Step::WriteOff, 2)]);
}

pub(crate) fn new(account: AccountId, cents: i64) -> NewWriteOff {
    NewWriteOff { account, amount: Money::from_cents(cents) }
}

pub(crate) fn give_up(db: &Db, new: &NewWriteOff) -> Result<()> {
    db.write(|tx| write_off::give_up(tx, actor(), new, "moved away"))
}

/// The days on which what an account owes was due.
fn dues(db: &Db, account: AccountId) -> Vec<Date> {
    let open = db.read(|tx| receipt::open_now(tx, account)).unwrap();
    open.items.iter().map(|it| it.side.due).collect()
}

#[test]
fn money_for_given_up_debt_that_comes_back_leaves_it_as_old_as_it_was() {
    engines::each(|db, folder| {
        town(db, folder);
        give_up(db, &new(THREE, 1_332)).unwrap();
        pays(db, THREE, 500, date(2026, 3, 10), at("2026-03-10"));
        bounces(db, THREE, date(2026, 3, 12), at("2026-03-12"));
        assert_eq!(owes(db, THREE), 500);
        assert_eq!(dues(db, THREE), [date(2026, 2, 23)]);
        sound(db);
    });
}

#[test]
fn security_pays_first() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        let security = "ask residential unknown 10.00\n";
        say(db, Noun::Deposit, security);
        let asked = NewDeposit { account: THREE, credit: Credit::Unknown, amount: None, parts: 1 };
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &asked, "new")).unwrap();
        bill(db);
        pays(db, THREE, 1_000, date(2026, 2, 20), at("2026-02-20"));
        say(db, Noun::Collection, RULES);
        collection::run(db, at("2026-03-10"), &[]).unwrap();
        let why = give_up(db, &new(THREE, 1_332)).unwrap_err();
        assert_eq!(
            says(&why),
            "$10.00 is held as security and pays first; give it back: meterbook deposit return"
        );
        db.write(|tx| deposit::give_back(tx, actor(), THREE, "moved")).unwrap();
        give_up(db, &new(THREE, 332)).unwrap();
        assert_eq!(owes(db, THREE), 0);
        sound(db);
    });
}

#[test]
fn what_is_given_up_is_had_when_money_comes() {
    engines::each(|db, folder| {
        town(db, folder);
        let put = db.read(store::write_off::put_forward).unwrap();
        assert_eq!(put.iter().map(|it| it.1.cents()).collect::<Vec<_>>(), [1_332, 1_776]);
        give_up(db, &new(THREE, 1_332)).unwrap();
        assert_eq!((owes(db, THREE), sum(db, Gl::BadDebt)), (0, 1_332));
        sound(db);
        // A part, then more than all of it.
        pays(db, THREE, 500, date(2026, 3, 10), at("2026-03-10"));
        assert_eq!((owes(db, THREE), sum(db, Gl::BadDebt)), (0, 832));
        pays(db, THREE, 1_000, date(2026, 3, 9), at("2026-03-10"));
        assert_eq!((owes(db, THREE), sum(db, Gl::BadDebt)), (-168, 0));
        sound(db);
        for (it, says_so) in [
            (new(ONE, 100), "collections did not put it forward"),
            (new(FOUR, 0), "the amount is above zero"),
            (new(FOUR, 1_777), "$17.76 is owed; no more than that"),
        ] {
            let why = give_up(db, &it).unwrap_err();
            assert!(says(&why).starts_with(says_so), "{why}");
        }
        give_up(db, &new(FOUR, 700)).unwrap();
        let again = give_up(db, &new(FOUR, 700)).unwrap_err();
        assert!(says(&again).starts_with("it was done today already, with as much: $7.00"));
        give_up(db, &new(FOUR, 200)).unwrap();
        assert_eq!(owes(db, FOUR), 876);
        sound(db);
    });
}

#[test]
fn beyond_a_limit_it_takes_two() {
    engines::each(|db, folder| {
        town(db, folder);
        let limit = Some(Money::from_cents(1_500));
        let grant = Grant { permission: Permission::WriteOff, limit, four_eyes: true };
        let asked = Asked::Grant { role: "collector".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let (ann, bob) = (with_role(db, "ann", "collector"), with_role(db, "bob", "administrator"));
        let ask = |new: NewWriteOff| {
            db.write(|tx| do_or_ask(tx, ann, &Asked::WriteOff(new.clone()), "moved")).unwrap()
        };
        assert_eq!(ask(new(THREE, 1_332)), Outcome::Done);
        let Outcome::Waits(id) = ask(new(FOUR, 1_776)) else { panic!("it was done by one") };
        assert_eq!(owes(db, FOUR), 1_776);
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!(owes(db, FOUR), 0);
        sound(db);
    });
}

#[test]
fn several_are_given_up_together_and_what_is_refused_of_one_keeps_no_other() {
    engines::each(|db, folder| {
        town(db, folder);
        let put = db.read(write_off::put_forward).unwrap();
        let rows = put.accounts.iter().map(|it| (it.0.id, it.2.cents())).collect::<Vec<_>>();
        assert_eq!((rows, put.total.cents()), (vec![(THREE, 1_332), (FOUR, 1_776)], 3_108));
        let all = [new(THREE, 1_332), new(ONE, 444), new(FOUR, 1_776)];
        let nothing = write_off::give_up_all(db, actor(), &all, " ").unwrap_err();
        assert_eq!(says(&nothing), "say why");
        let limit = Some(Money::from_cents(1_500));
        let grant = Grant { permission: Permission::WriteOff, limit, four_eyes: true };
        let asked = Asked::Grant { role: "collector".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let ann = with_role(db, "ann", "collector");
        let done = write_off::give_up_all(db, ann, &all, "moved away").unwrap();
        assert_eq!(done[0], (THREE, Became::Went(Outcome::Done)));
        let Became::Refused(why) = &done[1].1 else { panic!("{done:?}") };
        assert!(why.starts_with("collections did not put it forward"), "{why}");
        assert!(matches!(done[2].1, Became::Went(Outcome::Waits(_))), "{done:?}");
        assert_eq!((owes(db, THREE), owes(db, FOUR)), (0, 1_776));
        sound(db);
    });
}

#[test]
fn a_debt_of_another_account_leaves_paid_what_was_paid() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        // One pays ahead: the bill is paid by a credit.
        pays(db, ONE, 444, date(2026, 1, 20), at("2026-01-20"));
        bill(db);
        let transfer = NewTransfer { from: FOUR, to: ONE, amount: Money::from_cents(1_000) };
        db.write(|tx| write_off::transfer(tx, at("2026-04-10"), &transfer, "stands in")).unwrap();
        let open = db.read(|tx| receipt::open_now(tx, ONE)).unwrap();
        let left: Vec<_> = open.items.iter().map(|it| (it.side.kind, it.left.cents())).collect();
        assert_eq!(left, [(EntryKind::Charge, 1_000)], "the bill stays paid");
        assert_eq!(dues(db, ONE), [date(2026, 2, 23)], "as old as it was");
        let mut all = Vec::new();
        db.read(|tx| store::debt::arrears(tx, date(2026, 4, 10), |it| all.push(it))).unwrap();
        let it = all.iter().find(|it| it.account == ONE).unwrap();
        assert_eq!((it.past_due.cents(), it.oldest), (1_000, date(2026, 2, 23)));
        say(db, Noun::LateFee, "fee any 1.00 monthly\n");
        late_fee::assess_all(db, at("2026-04-10")).unwrap();
        let fees = db.read(|tx| store::late_fee::of_account(tx, ONE)).unwrap();
        assert_eq!(fees, [], "and bears no fee");
    });
}

#[test]
fn what_one_person_gives_up_of_an_account_on_a_day_counts_together() {
    engines::each(|db, folder| {
        town(db, folder);
        let limit = Some(Money::from_cents(10_00));
        let grant = Grant { permission: Permission::WriteOff, limit, four_eyes: true };
        let asked = Asked::Grant { role: "collector".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let kim = with_role(db, "kim", "collector");
        let go = |by, account, cents| {
            let asked = Asked::WriteOff(new(account, cents));
            db.write(|tx| do_or_ask(tx, by, &asked, "moved away")).unwrap()
        };
        assert_eq!(go(kim, FOUR, 6_00), Outcome::Done);
        assert!(matches!(go(kim, FOUR, 4_01), Outcome::Waits(_)), "$10.01 of a day");
        assert_eq!(go(kim, FOUR, 4_00), Outcome::Done);
        assert!(matches!(go(kim, FOUR, 1), Outcome::Waits(_)));
        assert_eq!(go(kim, THREE, 9_00), Outcome::Done, "another account");
        let lee = with_role(db, "lee", "collector");
        assert_eq!(go(lee, FOUR, 5_00), Outcome::Done, "another person");
        let tomorrow = meterbook_app::Actor { at: at("2026-03-11").at, ..kim };
        assert_eq!(go(tomorrow, FOUR, 2_00), Outcome::Done, "another day");
        sound(db);
    });
}

#[test]
fn another_account_owes_what_this_one_did() {
    engines::each(|db, folder| {
        town(db, folder);
        let go = |from, to, cents| {
            let amount = Money::from_cents(cents);
            db.write(|tx| {
                write_off::transfer(tx, actor(), &NewTransfer { from, to, amount }, "stands in")
            })
        };
        go(FOUR, ONE, 700).unwrap();
        go(FOUR, ONE, 300).unwrap();
        assert_eq!((owes(db, FOUR), owes(db, ONE)), (776, 1_444));
        assert_eq!(dues(db, ONE), [date(2026, 2, 23); 3], "as old as it was");
        for (from, to, cents, says_so) in [
            (FOUR, ONE, 300, "it was done today already, with as much: $3.00"),
            (FOUR, FOUR, 100, "it is owed by that account already"),
            (FOUR, THREE, 0, "the amount is above zero"),
            (FOUR, THREE, 777, "$7.76 is owed"),
        ] {
            let why = go(from, to, cents).unwrap_err();
            assert!(says(&why).starts_with(says_so), "{why}");
        }
        sound(db);
    });
}

#[test]
fn a_credit_of_a_correction_pays_first_what_was_given_up() {
    engines::each(|db, folder| {
        town(db, folder);
        give_up(db, &new(THREE, 1_332)).unwrap();
        assert_eq!((owes(db, THREE), sum(db, Gl::BadDebt)), (0, 1_332));
        // The third meter showed 11, not 111: of $13.32 there were $1.32.
        meter_shows(db, "E-3", date(2026, 2, 1), &[11]);
        misread(db, THREE);
        assert_eq!((owes(db, THREE), sum(db, Gl::BadDebt)), (0, 132));
        let reference = "check 9".to_owned();
        let back = NewRefund { account: THREE, amount: Money::from_cents(12_00), reference };
        let why = db.write(|tx| credit::refund(tx, actor(), &back, "moved")).unwrap_err();
        assert_eq!(says(&why), "the account's credit is $0.00; give no more than that");
        sound(db);
    });
}

#[test]
fn a_stranger_owes_it_by_two() {
    engines::each(|db, folder| {
        town(db, folder);
        let [ann, bob] = ["ann", "bob"].map(|it| with_role(db, it, "administrator"));
        let new = |cents, to| NewTransfer { from: FOUR, to, amount: Money::from_cents(cents) };
        let asked = |new: NewTransfer| {
            db.write(|tx| do_or_ask(tx, ann, &Asked::Transfer(new.clone()), "took over"))
        };
        let ask = |new| asked(new).unwrap();
        let why = db.write(|tx| write_off::transfer(tx, ann, &new(500, THREE), "x")).unwrap_err();
        assert!(says(&why).contains("takes a second person"), "{why}");
        let Outcome::Waits(id) = ask(new(500, THREE)) else { panic!("it was done by one") };
        assert_eq!(owes(db, THREE), 1_332);
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!((owes(db, FOUR), owes(db, THREE)), (1_276, 1_832));
        // Who stands in for so much owes it by one.
        say(db, Noun::Deposit, "guarantor residential\n");
        let most = Money::from_cents(600);
        db.write(|tx| deposit::guarantee(tx, actor(), FOUR, ONE, most, "by letter")).unwrap();
        assert_eq!(ask(new(600, ONE)), Outcome::Done);
        // And never for more, however many agree.
        let why = asked(new(1, ONE)).unwrap_err();
        assert!(says(&why).starts_with("that account stands in for $6.00 at most"), "{why}");
        assert_eq!(owes(db, FOUR), 676);
        sound(db);
    });
}

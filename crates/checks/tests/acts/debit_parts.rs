//! Parts of plans that are taken by debit: each once on its day, where the customer said so, beside the bills
//! that are not of the plan; and what follows when one comes back.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::debit::{self, NewDebits};
use meterbook_app::{check, mandate, plan};
use meterbook_checks::engines;
use meterbook_checks::engines::Raw;
use meterbook_core::credit::Noun;
use meterbook_core::credit::plan::{Ending, Pays, Stands};
use meterbook_core::debit::policy::Held;
use meterbook_core::debit::{Format, Named, Takes};
use meterbook_core::id::{AccountId, DebitFileId};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db, Tx};

use crate::debit::{POLICY, make, owes, sound, town, wanted, written};
use crate::debit_returned::{at, file, take_in_on};
use crate::deposit::{pays, say};
use crate::mandate::{key, terms};
use crate::village::{actor, says};

const TWO: AccountId = AccountId(2);
const THREE: AccountId = AccountId(3);
/// Parts of 4.44 on these days.
const FIRST: Date = date(2026, 4, 10);
const SECOND: Date = date(2026, 5, 11);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// The second customer, who owes 8.88 and has a mandate, pays it in two parts.
fn in_parts(db: &Db, folder: &Path, how: Pays) {
    town(db, folder);
    say(db, Noun::Plan, "months any 2\ngrace 5 days\n");
    agree(db, TWO, Some(how)).unwrap();
}

fn agree(db: &Db, account: AccountId, how: Option<Pays>) -> Result<()> {
    let agree = |tx: &mut Tx| plan::agree(tx, at("2026-03-10"), account, (1, how), "by phone");
    db.write(agree).map(drop)
}

/// What is due of the second customer on a day: what it is, how much, and what holds it.
fn due(db: &Db, on: Date) -> Vec<(String, i64, Option<Held>)> {
    let mut due = db.read(|tx| debit::due(tx, on)).unwrap();
    due.retain(|it| it.account.id == TWO);
    let of = |it: debit::Due| {
        let name =
            if let Named::Bill(_) = it.named { "bill".to_owned() } else { it.named.to_string() };
        (name, it.amount.cents(), it.held)
    };
    due.into_iter().map(of).collect()
}

/// Takes what is due of all who pay by files of NACHA.
fn take(db: &Db, day: &str, settle: Date) -> Result<i64> {
    let (_, total) = db.read(|tx| debit::sum(tx, Format::Nacha, settle))?;
    let new = NewDebits { settle, total, ..wanted(Format::Nacha, 0) };
    db.write(|tx| debit::make(tx, at(day), &new))?;
    Ok(total.cents())
}

fn stands(db: &Db, on: Date) -> Stands {
    let of = |tx: &mut Tx| {
        let it = store::plan::of_account(tx, TWO)?.remove(0);
        plan::stands(tx, &it, on)
    };
    db.read(of).unwrap()
}

fn part(nth: i64, amount: i64, held: Option<Held>) -> (String, i64, Option<Held>) {
    (format!("part {nth} of 2"), amount, held)
}

fn bill(amount: i64, held: Option<Held>) -> (String, i64, Option<Held>) {
    ("bill".to_owned(), amount, held)
}

#[test]
fn a_part_is_taken_once_on_its_day_and_its_bills_are_not() {
    engines::each(|db, folder| {
        in_parts(db, folder, Pays::Debit);
        let planned = || bill(8_88, Some(Held::Plan));
        assert_eq!(due(db, date(2026, 4, 9)), [planned()]);
        assert_eq!(due(db, FIRST), [planned(), part(1, 4_44, None)]);
        // With the first customer's bill: what the file comes to is bills and parts.
        assert_eq!(take(db, "2026-04-10", FIRST).unwrap(), 8_88);
        assert_eq!(owes(db)[..2], [0, 4_44]);
        let items = db.read(|tx| store::debit::items(tx, DebitFileId(1))).unwrap();
        assert!(matches!(items[0].takes, Takes::Bill(_)));
        let key = "plan/2/2026-03-10".to_owned();
        assert_eq!(items[1].takes, Takes::Part { plan: key, nth: 1 });
        let listed = db.read(|tx| store::debit::listed(tx, DebitFileId(1), 9)).unwrap();
        assert_eq!(listed[1].named.to_string(), "part 1 of 2");
        assert!(written(db, 1).unwrap().contains("0000000444"));
        assert_eq!(due(db, FIRST), [bill(4_44, Some(Held::Plan))]);
        let again = take(db, "2026-04-10", FIRST).unwrap_err();
        assert!(says(&again).starts_with("nothing is to be taken"), "{again}");
        assert_eq!(stands(db, date(2026, 4, 20)), Stands::InTime);
        assert_eq!(due(db, SECOND), [bill(4_44, Some(Held::Plan)), part(2, 4_44, None)]);
        take(db, "2026-05-11", SECOND).unwrap();
        assert_eq!(owes(db)[1], 0);
        let done = plan::review_all(db, at("2026-05-11")).unwrap();
        assert_eq!(done.iter().map(|it| it.how).collect::<Vec<_>>(), [Ending::Kept]);
        sound(db);
        // The same part is not taken twice by the same try, whoever asks.
        let same = "insert into debit_item (id, file_id, mandate_id, version, plan_key, part, nth, amount_cents, tender_id, round)
            select 90, file_id, mandate_id, version, plan_key, part, nth, amount_cents, 900, round from debit_item where part = 1";
        let why = Raw::beside(db).unwrap().run(same).unwrap_err();
        let why = format!("{why:#}");
        assert!(why.to_lowercase().contains("unique"), "{why}");
    });
}

#[test]
fn who_has_a_mandate_is_asked_and_may_say_it_otherwise() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, Noun::Plan, "months any 2\ngrace 40 days\n");
        let why = agree(db, TWO, None).unwrap_err();
        assert!(says(&why).starts_with("this account has a mandate; ask whether"), "{why}");
        agree(db, TWO, Some(Pays::Hand)).unwrap();
        assert_eq!(due(db, FIRST), [bill(8_88, Some(Held::Plan))]);
        let now = |day, pays| db.write(|tx| plan::say_pays(tx, at(day), TWO, pays, "by phone"));
        let why = now("2026-03-12", Pays::Hand).unwrap_err();
        assert_eq!(says(&why), "the parts are paid by hand already");
        now("2026-04-20", Pays::Debit).unwrap();
        let why = now("2026-04-20", Pays::Debit).unwrap_err();
        assert_eq!(says(&why), "the parts are taken by debit already");
        // What was due before it was said was not meant.
        assert_eq!(due(db, SECOND), [bill(8_88, Some(Held::Plan)), part(2, 4_44, None)]);
        now("2026-04-21", Pays::Hand).unwrap();
        assert_eq!(due(db, SECOND), [bill(8_88, Some(Held::Plan))]);
        let mut acts = Raw::beside(db).unwrap();
        let said = acts.column("select act from audit where act like '%plan pays' order by id");
        assert_eq!(said.unwrap().len(), 2);
        // Without a mandate nobody is asked, and nothing is taken.
        let end = |tx: &mut Tx| mandate::end(tx, actor(), THREE, date(2026, 3, 10), "by phone");
        db.write(end).unwrap();
        let why = agree(db, THREE, Some(Pays::Debit)).unwrap_err();
        assert!(says(&why).starts_with("this account has no mandate"), "{why}");
        agree(db, THREE, None).unwrap();
        let why = db.write(|tx| plan::say_pays(tx, at("2026-03-12"), THREE, Pays::Debit, "x"));
        assert!(says(&why.unwrap_err()).starts_with("this account has no mandate"));
        let none = db.write(|tx| plan::say_pays(tx, actor(), AccountId(1), Pays::Hand, "x"));
        assert_eq!(says(&none.unwrap_err()), "no plan runs; agree to one: meterbook plan propose");
        sound(db);
    });
}

#[test]
fn only_what_is_left_of_a_part_is_taken_and_nothing_of_an_ended_plan() {
    engines::each(|db, folder| {
        in_parts(db, folder, Pays::Debit);
        pays(db, TWO, 3_00, date(2026, 3, 20), at("2026-03-20"));
        assert_eq!(due(db, FIRST), [bill(5_88, Some(Held::Plan)), part(1, 1_44, None)]);
        pays(db, TWO, 1_44, date(2026, 3, 21), at("2026-03-21"));
        assert_eq!(due(db, FIRST), [bill(4_44, Some(Held::Plan))]);
        // What is paid ahead is for the next part.
        pays(db, TWO, 1_00, date(2026, 3, 22), at("2026-03-22"));
        assert_eq!(due(db, SECOND)[1], part(2, 3_44, None));
        // Cancelled between looking and making: what is made is what is due by then, the bill.
        db.write(|tx| plan::cancel(tx, at("2026-05-10"), TWO, "by phone")).unwrap();
        assert_eq!(due(db, SECOND), [bill(3_44, None)]);
        sound(db);
    });
}

#[test]
fn what_is_made_of_a_part_stands_when_its_plan_ends_before_its_day() {
    engines::each(|db, folder| {
        in_parts(db, folder, Pays::Debit);
        take(db, "2026-04-08", FIRST).unwrap();
        let text = written(db, 1).unwrap();
        db.write(|tx| plan::cancel(tx, at("2026-04-09"), TWO, "by phone")).unwrap();
        assert_eq!(written(db, 1).unwrap(), text);
        // Only what is left of the bill is taken then.
        assert_eq!(due(db, FIRST), [bill(4_44, None)]);
        sound(db);
    });
}

#[test]
fn what_holds_bills_holds_parts() {
    engines::each(|db, folder| {
        in_parts(db, folder, Pays::Debit);
        let most = Some(cents(4_43));
        let bound = |tx: &mut Tx| {
            let terms = meterbook_core::debit::Terms { most, ..terms(date(2026, 3, 2)) };
            mandate::change(tx, actor(), &key(), TWO, (&terms, None), "by letter").map(drop)
        };
        let cash =
            |tx: &mut Tx| mandate::end(tx, at("2026-04-01"), TWO, date(2026, 4, 1), "x").map(drop);
        let after = |what: &dyn Fn(&mut Tx) -> Result<()>| {
            let due = |tx: &mut Tx| {
                what(tx)?;
                debit::due(tx, FIRST)
            };
            let mut due = db.write(|tx| tx.trial(due)).unwrap();
            due.retain(|it| it.account.id == TWO && matches!(it.takes, Takes::Part { .. }));
            due.pop().map(|it| it.held)
        };
        let beyond = Held::BeyondMost { most: cents(4_43) };
        assert_eq!(after(&bound), Some(Some(beyond)));
        assert_eq!(after(&cash), None, "the mandate ended");
        db.write(|tx| debit::switch(tx, at("2026-04-10"), true, "a drill")).unwrap();
        let why = take(db, "2026-04-10", FIRST).unwrap_err();
        assert!(says(&why).starts_with("debits are stopped"), "{why}");
        db.write(|tx| debit::switch(tx, at("2026-04-10"), false, "over")).unwrap();
        // A Saturday, on which banks do not settle.
        let why = take(db, "2026-04-10", date(2026, 4, 11)).unwrap_err();
        assert!(says(&why).starts_with("banks do not settle on 2026-04-11"), "{why}");
        sound(db);
    });
}

#[test]
fn a_part_that_came_back_is_tried_again_only_for_want_of_money() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, Noun::Plan, "months any 2\ngrace 10 days\n");
        agree(db, TWO, Some(Pays::Debit)).unwrap();
        let text = format!("{POLICY}retry twice after 3 days\n");
        db.write(|tx| debit::say_policy(tx, actor(), date(2026, 2, 1), &text)).unwrap();
        take(db, "2026-04-10", FIRST).unwrap();
        let paid = owes(db)[1];
        let two = db.read(|tx| store::debit::items(tx, DebitFileId(1))).unwrap();
        let is_part = |it: &&store::debit::Debit| matches!(it.takes, Takes::Part { .. });
        let id = two.iter().find(is_part).unwrap().id.0;
        let back = file("WEB", &[("R01", id, 4_44, "")]);
        take_in_on(db, at("2026-04-13"), &back).unwrap();
        assert_eq!(owes(db)[1], paid + 4_44);
        assert_eq!(stands(db, date(2026, 4, 13)), Stands::Behind { by: cents(4_44) });
        let from = date(2026, 4, 16);
        assert_eq!(due(db, date(2026, 4, 15))[1], part(1, 4_44, Some(Held::Again { from })));
        assert_eq!(take(db, "2026-04-15", date(2026, 4, 16)).unwrap(), 4_44);
        assert_eq!(stands(db, date(2026, 4, 16)), Stands::InTime);
        let part = two.iter().find(is_part).unwrap();
        let tries = |tx: &mut Tx| store::debit::tries(tx, part.mandate, &part.takes);
        let times: Vec<i64> = db.read(tries).unwrap().iter().map(|it| it.debit.nth).collect();
        assert_eq!(times, [1, 2]);
        sound(db);
    });
}

#[test]
fn a_part_that_came_back_keeps_from_all_else_until_it_is_paid() {
    engines::each(|db, folder| {
        in_parts(db, folder, Pays::Debit);
        take(db, "2026-04-10", FIRST).unwrap();
        let back = file("WEB", &[("R01", 2, 4_44, "")]);
        take_in_on(db, at("2026-04-13"), &back).unwrap();
        let owed = Some(Held::Returned);
        let planned = || bill(8_88, owed);
        assert_eq!(due(db, date(2026, 4, 15)), [planned(), part(1, 4_44, owed)]);
        // Not paid within grace its plan is broken, whoever looks, and it is still owed.
        assert_eq!(due(db, SECOND), [planned()]);
        let why = take(db, "2026-04-13", date(2026, 4, 14)).unwrap_err();
        assert!(says(&why).starts_with("nothing is to be taken"), "{why}");
        let done = plan::review_all(db, at("2026-04-16")).unwrap();
        assert_eq!(done.iter().map(|it| it.how).collect::<Vec<_>>(), [Ending::Broken]);
        assert_eq!(due(db, SECOND), [planned()]);
        pays(db, TWO, 4_44, date(2026, 4, 17), at("2026-04-17"));
        assert_eq!(due(db, SECOND), [bill(4_44, None)]);
        sound(db);
    });
}

#[test]
fn two_who_take_a_part_at_once_take_it_once() {
    engines::each(|db, folder| {
        in_parts(db, folder, Pays::Debit);
        let new = NewDebits { settle: FIRST, ..wanted(Format::Nacha, 8_88) };
        let done = std::thread::scope(|all| {
            let threads: Vec<_> = (0..4).map(|_| all.spawn(|| make(db, &new).is_ok())).collect();
            threads.into_iter().map(|it| it.join().unwrap()).filter(|it| *it).count()
        });
        assert_eq!((done, owes(db)[1]), (1, 4_44));
        sound(db);
    });
}

#[test]
fn check_finds_a_part_that_nobody_agreed_to() {
    engines::each(|db, folder| {
        in_parts(db, folder, Pays::Debit);
        agree(db, THREE, Some(Pays::Hand)).unwrap();
        take(db, "2026-04-10", FIRST).unwrap();
        sound(db);
        let other = "insert into debit_item (id, file_id, mandate_id, version, plan_key, part, nth, amount_cents, tender_id, round)
            select 90, d.file_id, d.mandate_id, d.version, 'plan/3/2026-03-10', 1, 1, 9999,
                (select max(t.id) from tender t where not exists (select 1 from debit_item i where i.tender_id = t.id)), 0
            from debit_item d where d.part = 1";
        pays(db, THREE, 1_00, FIRST, at("2026-04-10"));
        Raw::beside(db).unwrap().run(other).unwrap();
        let report = check::check(db).unwrap();
        let faults = report.rules.into_iter().find(|it| it.name == "debits").unwrap().faults;
        let found =
            |it: &String| it.starts_with("debit 90 takes $99.99 of part 1 of plan/3/2026-03-10");
        assert!(faults.iter().any(found), "{faults:?}");
    });
}

//! What an account owes or has goes to another one: what it would do to both is seen beforehand, and is what it does.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::date;
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::credit::{NewRefund, NewSpend};
use meterbook_app::transfer::{self, Case, Goes, Looked, Stand};
use meterbook_app::write_off::NewTransfer;
use meterbook_app::{Actor, collection, credit_rules, deposit, plan};
use meterbook_checks::engines;
use meterbook_core::credit::Noun;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::plan::Stands;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::permission::{Grant, Permission};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::deposit::{at, owes, pays, say, sound};
use crate::village::{actor, says};
use crate::write_off::{give_up, new, town};

const ONE: AccountId = AccountId(1);
const TWO: AccountId = AccountId(2);
const FOUR: AccountId = AccountId(4);

fn debt(from: AccountId, to: AccountId, cents: i64) -> Goes {
    Goes::Debt(NewTransfer { from, to, amount: Money::from_cents(cents) })
}

fn credit(from: AccountId, to: AccountId, cents: i64) -> Goes {
    let amount = Money::from_cents(cents);
    let credit = NewRefund { account: from, amount, reference: "letter 7".to_owned() };
    Goes::Credit(NewSpend { credit, to })
}

fn look(db: &Db, by: Actor, goes: &Goes) -> anyhow::Result<Looked> {
    db.write(|tx| transfer::look(tx, by, goes))
}

fn go(db: &Db, by: Actor, goes: &Goes) -> Outcome {
    db.write(|tx| do_or_ask(tx, by, &goes.asked(), "moved in")).unwrap()
}

/// What is owed, what of it is past due, and what collections do.
fn stood(it: &Stand) -> (i64, i64, Case) {
    (it.owes.cents(), it.past_due.cents(), it.case)
}

#[test]
fn what_it_would_do_is_seen_and_is_what_it_does() {
    engines::each(|db, folder| {
        town(db, folder);
        let goes = debt(FOUR, ONE, 10_00);
        let acts = db.read(|tx| store::audit::latest(tx, 1)).unwrap();
        let it = look(db, actor(), &goes).unwrap();
        let last = Some((Step::WriteOff, date(2026, 3, 10)));
        let open = Case::Open { since: date(2026, 3, 10), last };
        let [(from, from_then), (to, to_then)] = it.sides;
        assert_eq!(
            (stood(&from), stood(&from_then)),
            ((1_776, 1_776, open), (776, 776, Case::Ends))
        );
        assert_eq!(
            (stood(&to), stood(&to_then)),
            ((444, 444, Case::Nothing), (1_444, 1_444, Case::Opens))
        );
        assert_eq!(to_then.oldest, Some(date(2026, 2, 23)), "it is as old as it was");
        assert!(!it.takes_two && !from.cut && from.plan.is_none());
        // Nothing of it is kept.
        assert_eq!((owes(db, FOUR), owes(db, ONE)), (1_776, 444));
        assert_eq!(db.read(|tx| store::audit::latest(tx, 1)).unwrap(), acts);
        sound(db);
        assert_eq!(go(db, actor(), &goes), Outcome::Done);
        let now = look(db, actor(), &debt(FOUR, ONE, 1_00)).unwrap();
        assert_eq!((now.sides[0].0, now.sides[1].0), (from_then, to_then));
        sound(db);
        for (goes, says_so) in [
            (debt(FOUR, ONE, 7_77), "$7.76 is owed"),
            (debt(FOUR, FOUR, 1_00), "it is owed by that account already"),
            (debt(FOUR, ONE, 10_00), "$7.76 is owed"),
            (credit(FOUR, ONE, 1_00), "the account's credit is $0.00"),
            (credit(FOUR, FOUR, 1_00), "it is on that account already"),
        ] {
            let why = look(db, actor(), &goes).unwrap_err();
            assert!(says(&why).starts_with(says_so), "{why}");
        }
    });
}

#[test]
fn it_says_beforehand_whether_a_second_person_has_to_agree() {
    engines::each(|db, folder| {
        town(db, folder);
        let ann = with_role(db, "ann", "collector");
        let goes = debt(FOUR, ONE, 6_00);
        assert!(look(db, ann, &goes).unwrap().takes_two, "whoever it is, they owe it not");
        say(db, Noun::Deposit, "guarantor residential\n");
        let most = Money::from_cents(9_00);
        db.write(|tx| deposit::guarantee(tx, actor(), FOUR, ONE, most, "by letter")).unwrap();
        let others = |of: AccountId| {
            db.read(|tx| {
                let account = store::account::get(tx, of)?;
                transfer::others(tx, &account, date(2026, 3, 10))
            })
        };
        let likely = others(FOUR).unwrap();
        let likely: Vec<_> = likely.iter().map(|it| (it.account.id, it.stands_in)).collect();
        assert_eq!(likely, [(ONE, Some(most))]);
        assert_eq!(others(ONE).unwrap(), []);
        assert!(!look(db, ann, &goes).unwrap().takes_two, "who stands in owes it by one");
        // Beyond somebody's limit of a day it takes two, and who may not do it at all does not look.
        let limit = Some(Money::from_cents(10_00));
        let grant = Grant { permission: Permission::WriteOff, limit, four_eyes: true };
        let asked = Asked::Grant { role: "collector".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        assert_eq!(go(db, ann, &goes), Outcome::Done);
        assert!(!look(db, ann, &debt(FOUR, ONE, 3_00)).unwrap().takes_two);
        let beyond = look(db, ann, &debt(FOUR, ONE, 3_01)).unwrap_err();
        assert!(beyond.to_string().starts_with("that account stands in for $9.00"), "{beyond}");
        let tomorrow = Actor { at: at("2026-03-11").at, ..ann };
        assert!(!look(db, tomorrow, &debt(FOUR, ONE, 3_00)).unwrap().takes_two);
        let lee = with_role(db, "lee", "auditor");
        let why = look(db, lee, &goes).unwrap_err();
        assert!(says(&why).starts_with("no role of lee comes with write-off"), "{why}");
        sound(db);
    });
}

#[test]
fn a_case_whose_debt_was_given_up_goes_on_to_its_agency_whatever_else_goes() {
    engines::each(|db, folder| {
        town(db, folder);
        let text = "least any 10.00\nstep any write-off 10 days\nstep any agency 60 days\n";
        let (noun, from) = (Noun::Collection, date(2026, 3, 1));
        db.write(|tx| credit_rules::say(tx, actor(), noun, from, text)).unwrap();
        give_up(db, &new(FOUR, 10_00)).unwrap();
        let goes = debt(FOUR, ONE, 7_76);
        let [(now, then), _] = look(db, at("2026-03-11"), &goes).unwrap().sides;
        let last = Some((Step::WriteOff, date(2026, 3, 10)));
        let open = Case::Open { since: date(2026, 3, 10), last };
        assert_eq!((stood(&now), stood(&then)), ((7_76, 7_76, open), (0, 0, open)));
        // So it does.
        assert_eq!(go(db, at("2026-03-11"), &goes), Outcome::Done);
        assert_eq!(collection::run(db, at("2026-03-12"), &[]).unwrap().ended, 0);
        // Where too little of it was given up, or no agency is to have it, it ends.
        give_up(db, &new(AccountId(3), 1_00)).unwrap();
        let least = text.replace("10.00", "1.01");
        let (from, later) = (date(2026, 3, 13), at("2026-03-13"));
        db.write(|tx| credit_rules::say(tx, actor(), noun, from, &least)).unwrap();
        let case = |goes: &Goes, by| look(db, by, goes).unwrap().sides[0].1.case;
        assert_eq!(case(&debt(AccountId(3), ONE, 1_232), later), Case::Ends);
        let none = "least any 10.00\nstep any write-off 10 days\n";
        let (from, later) = (date(2026, 3, 14), at("2026-03-14"));
        db.write(|tx| credit_rules::say(tx, actor(), noun, from, none)).unwrap();
        assert_eq!(case(&debt(AccountId(3), ONE, 1_232), later), Case::Ends);
        sound(db);
    });
}

#[test]
fn a_plan_says_how_it_would_stand() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, Noun::Plan, "months any 2 3 6\ndebt 1.00 100000.00\nleast 1.00\ngrace 5 days\n");
        db.write(|tx| plan::agree(tx, at("2026-03-11"), FOUR, (1, None), "by phone")).unwrap();
        let then = at("2026-03-11");
        let it = look(db, then, &debt(FOUR, ONE, 17_76)).unwrap();
        let (now, after) = it.sides[0];
        assert_eq!((now.plan, after.plan), (Some(Stands::InTime), Some(Stands::Done)));
        assert!(matches!(now.case, Case::Open { .. }), "it waits where it stands");
        let it = look(db, then, &debt(ONE, FOUR, 4_44)).unwrap();
        // What comes there is as old as it was, and past due beside the plan: that would break it.
        let by = Money::from_cents(4_44);
        assert_eq!(it.sides[1].1.plan, Some(Stands::Broken { by }));
        assert_eq!(it.sides[1].1.owes, Money::from_cents(22_20));
        sound(db);
    });
}

#[test]
fn a_credit_pays_there_what_is_open() {
    engines::each(|db, folder| {
        town(db, folder);
        pays(db, ONE, 10_00, date(2026, 3, 9), actor());
        let there_is = |of| db.read(|tx| transfer::there_is(tx, of)).unwrap().cents();
        assert_eq!((there_is(ONE), there_is(TWO)), (-5_56, 8_88));
        let goes = credit(ONE, TWO, 5_00);
        let it = look(db, actor(), &goes).unwrap();
        let owe = it.sides.map(|(now, then)| (now.owes.cents(), then.owes.cents()));
        assert_eq!(owe, [(-5_56, -56), (8_88, 3_88)]);
        assert_eq!(it.sides[1].1.past_due.cents(), 3_88);
        assert_eq!(go(db, actor(), &goes), Outcome::Done);
        assert_eq!((owes(db, ONE), owes(db, TWO)), (-56, 3_88));
        let why = look(db, actor(), &goes).unwrap_err();
        assert!(says(&why).starts_with("$5.00 was given under that reference"), "{why}");
        sound(db);
    });
}

//! Paying in parts: offered by a text, agreed to in one act, kept by what comes in; broken, all is as it
//! was before.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::order::{self, NewOrder, Where};
use meterbook_app::{
    close, collection, credit_rules, customer_view, late_fee, plan, protection, receipt, statement,
};
use meterbook_checks::engines;
use meterbook_core::bill::OnPlan;
use meterbook_core::credit::plan::{Ending, Plan, Stands};
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::id::{AccountId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::order::{OrderKind, State};
use meterbook_store::{self as store, Db};

use crate::deposit::{at, bill, pays, say, sound};
use crate::jobs::january;
use crate::late_fee::february;
use crate::village::{actor, says};

const RULES: &str = "months residential 3 2\ndown 50%\nleast 1.00\ndebt 5.00 100.00\n\
    due with-bills\ngrace 5 days\nagain 1\n";
const ONE: AccountId = AccountId(1);
const TWO: AccountId = AccountId(2);
const THREE: AccountId = AccountId(3);
const DAY: Date = date(2026, 3, 10);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// Three customers who owe 4.44, 8.88 and 13.32 since February 23.
fn town(db: &Db, folder: &Path) {
    january(db, folder, 3);
    bill(db);
    say(db, Noun::Plan, RULES);
}

fn agree(db: &Db, account: AccountId, nth: usize) -> Result<Plan> {
    db.write(|tx| plan::agree(tx, at("2026-03-10"), account, (nth, None), "by phone"))
}

fn past_due(db: &Db, account: AccountId, on: Date) -> i64 {
    let of = |tx: &mut store::Tx| {
        let number = store::account::get(tx, account)?.number;
        customer_view::of_account(tx, number, on, 0)
    };
    db.read(of).unwrap().unwrap().past_due.cents()
}

fn stands(db: &Db, account: AccountId, on: Date) -> Stands {
    let of = |tx: &mut store::Tx| {
        let it = store::plan::of_account(tx, account)?.remove(0);
        plan::stands(tx, &it, on)
    };
    db.read(of).unwrap()
}

fn review(db: &Db, day: &str) -> Vec<(Ending, String)> {
    let all = plan::review_all(db, at(day)).unwrap();
    all.into_iter().map(|it| (it.how, it.why)).collect()
}

#[test]
fn a_plan_that_is_not_paid_breaks_after_grace_and_all_is_due_again() {
    engines::each(|db, folder| {
        town(db, folder);
        let offers = db.read(|tx| plan::propose(tx, TWO, DAY)).unwrap().offers;
        assert_eq!(offers.iter().map(|it| it.months).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(past_due(db, TWO, DAY), 8_88);
        let parts = [
            (DAY, cents(4_44)),
            (date(2026, 4, 10), cents(2_22)),
            (date(2026, 5, 10), cents(2_22)),
        ];
        assert_eq!(agree(db, TWO, 1).unwrap().parts, parts);
        assert_eq!((past_due(db, TWO, DAY), past_due(db, TWO, date(2026, 3, 11))), (0, 4_44));
        pays(db, TWO, 4_44, DAY, at("2026-03-10"));
        assert_eq!(past_due(db, TWO, date(2026, 3, 11)), 0);
        // What is not due of it has no age.
        let aged = db.read(|tx| close::ageing(tx, actor(), date(2026, 3, 11), None)).unwrap();
        let due: Vec<_> = aged.iter().map(|it| it.aged.due.map(Money::cents)).collect();
        assert_eq!(due, [[0, 4_44, 0, 0, 0], [4_44, 0, 0, 0, 0], [0, 1_332, 0, 0, 0]]);
        assert_eq!(review(db, "2026-04-10"), []);
        let by = cents(2_22);
        assert_eq!(stands(db, TWO, date(2026, 4, 11)), Stands::Behind { by });
        assert_eq!(review(db, "2026-04-15"), []);
        sound(db);
        let broken = (Ending::Broken, "broken, $2.22 is not paid".to_owned());
        assert_eq!(review(db, "2026-04-16"), [broken]);
        assert_eq!(past_due(db, TWO, date(2026, 4, 16)), 4_44);
        assert_eq!(past_due(db, TWO, date(2026, 4, 15)), 2_22, "a part of it the day before");
        february(db, folder, 3);
        let why = db.read(|tx| plan::propose(tx, TWO, date(2026, 4, 17))).unwrap_err();
        assert_eq!(
            says(&why),
            "no rule offers parts for $13.32 to this account: a plan broke on 2026-04-16, and none is offered before 2027-04-16; see: meterbook credit rules plan"
        );
        assert_eq!(
            db.read(|tx| plan::propose(tx, TWO, date(2027, 4, 16))).unwrap().offers.len(),
            2
        );
        sound(db);
    });
}

#[test]
fn plans_of_many_accounts_are_asked_for_together_and_hold_as_each_does_by_itself() {
    engines::each(|db, folder| {
        town(db, folder);
        agree(db, TWO, 1).unwrap();
        agree(db, THREE, 2).unwrap();
        pays(db, THREE, 6_66, DAY, at("2026-03-10"));
        for day in ["2026-03-10", "2026-03-15", "2026-03-16", "2026-06-30"] {
            let on: Date = day.parse().unwrap();
            let all = [ONE, TWO, THREE];
            let by_plan = |tx: &mut store::Tx| {
                let together = protection::shields_of(tx, &all, on)?;
                let mut each = Vec::new();
                for it in all {
                    each.push((it, plan::on_day(tx, it, on)?.is_some()));
                }
                Ok((together, each))
            };
            let (together, each) = db.read(by_plan).unwrap();
            for (account, holds) in each {
                let mut theirs = together.get(&account).into_iter().flatten();
                assert_eq!(theirs.any(|it| it.shield == Shield::Plan), holds, "{account} {day}");
            }
        }
        let of = |on| db.read(|tx| protection::shields_of(tx, &[TWO, THREE], on)).unwrap();
        let held = of(date(2026, 3, 16));
        let why = held[&THREE].iter().find(|it| it.shield == Shield::Plan).unwrap();
        assert_eq!(why.until, Some(date(2026, 6, 10)));
        assert!(held.get(&TWO).into_iter().flatten().all(|it| it.shield != Shield::Plan), "broken");
        sound(db);
    });
}

#[test]
fn a_plan_is_broken_by_its_rule_whoever_looks() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, Noun::Collection, "least any 1.00\nstep any reminder 5 days\n");
        agree(db, TWO, 1).unwrap();
        let shielded = |day| {
            let all = db.read(|tx| protection::shields(tx, TWO, day)).unwrap();
            all.iter().any(|it| it.shield == Shield::Plan)
        };
        // Half of it was to be paid on the day, and there are five days of grace.
        let (grace, after) = (date(2026, 3, 15), date(2026, 3, 16));
        assert_eq!((shielded(grace), past_due(db, TWO, grace)), (true, 4_44));
        assert_eq!((shielded(after), past_due(db, TWO, after)), (false, 8_88));
        let looked = |day| db.read(|tx| collection::look(tx, day)).unwrap().opens.len();
        assert_eq!((looked(grace), looked(after)), (2, 3));
        let aged = |day| {
            let all = db.read(|tx| close::ageing(tx, actor(), day, None)).unwrap();
            all[1].aged.due.map(Money::cents)
        };
        assert_eq!((aged(grace), aged(after)), ([4_44, 4_44, 0, 0, 0], [0, 8_88, 0, 0, 0]));
        // Nobody agrees to another one, and where the rules bear it that one ends.
        let why = db.read(|tx| plan::propose(tx, TWO, after)).unwrap_err();
        assert!(says(&why).contains("a plan broke on 2026-03-16"), "{why}");
        let (noun, text) = (Noun::Plan, RULES.replace("again 1", "again 2"));
        db.write(|tx| credit_rules::say(tx, actor(), noun, date(2026, 3, 1), &text)).unwrap();
        db.write(|tx| plan::agree(tx, at("2026-03-16"), TWO, (1, None), "by phone")).unwrap();
        let all = db.read(|tx| store::plan::of_account(tx, TWO)).unwrap();
        let ended: Vec<_> = all.iter().map(|it| it.ended).collect();
        assert_eq!(ended, [Some((Ending::Broken, after)), None]);
        assert!(shielded(after));
        sound(db);
    });
}

#[test]
fn what_is_past_due_beside_a_plan_is_the_oldest_of_its_debt() {
    engines::each(|db, folder| {
        town(db, folder);
        february(db, folder, 3);
        say_later(db, "months any 2\ngrace 30 days\n");
        // January's bill and February's, 13.32 since February 23 and 13.32 by March 23, in two parts.
        agree(db, THREE, 1).unwrap();
        let aged = |day| {
            let all = db.read(|tx| close::ageing(tx, actor(), day, None)).unwrap();
            all[2].aged.due.map(Money::cents)
        };
        assert_eq!(aged(date(2026, 4, 10)), [2_664, 0, 0, 0, 0]);
        assert_eq!(aged(date(2026, 4, 12)), [1_332, 0, 1_332, 0, 0]);
        sound(db);
    });
}

fn say_later(db: &Db, text: &str) {
    let day = date(2026, 3, 1);
    db.write(|tx| credit_rules::say(tx, actor(), Noun::Plan, day, text)).unwrap();
}

#[test]
fn a_plan_that_is_paid_is_kept_and_bills_that_come_later_are_paid_beside_it() {
    engines::each(|db, folder| {
        town(db, folder);
        agree(db, TWO, 1).unwrap();
        agree(db, THREE, 2).unwrap();
        february(db, folder, 3);
        pays(db, TWO, 8_88 + 8_88, date(2026, 3, 11), at("2026-03-11"));
        let paid = (Ending::Kept, "paid".to_owned());
        assert_eq!(review(db, "2026-03-11"), [paid]);
        // Half of January's bill now, and February's when it is due.
        assert_eq!(past_due(db, THREE, date(2026, 3, 15)), 6_66);
        pays(db, THREE, 6_66, date(2026, 3, 14), at("2026-03-14"));
        assert_eq!(past_due(db, THREE, date(2026, 3, 23)), 0);
        assert_eq!(past_due(db, THREE, date(2026, 3, 24)), 1_332);
        pays(db, THREE, 1_332, date(2026, 3, 15), at("2026-03-15"));
        assert_eq!(stands(db, THREE, date(2026, 3, 24)), Stands::InTime);
        assert_eq!(review(db, "2026-03-24"), []);
        pays(db, THREE, 6_66, date(2026, 4, 1), at("2026-04-01"));
        assert_eq!(review(db, "2026-04-01").len(), 1);
        sound(db);
    });
}

#[test]
fn a_plan_that_was_kept_with_a_check_that_came_back_broke() {
    engines::each(|db, folder| {
        town(db, folder);
        agree(db, TWO, 1).unwrap();
        pays(db, TWO, 8_88, date(2026, 3, 11), at("2026-03-11"));
        assert_eq!(review(db, "2026-03-11")[0].0, Ending::Kept);
        let tender = db.read(|tx| {
            let paid = store::payment::newest_of(tx, TWO, 1)?.remove(0);
            Ok(store::receipt::tender_of(tx, paid.id)?.unwrap())
        });
        let back = date(2026, 3, 14);
        db.write(|tx| receipt::give_back(tx, at("2026-03-14"), tender.unwrap(), back, "nsf"))
            .unwrap();
        let why = db.read(|tx| plan::propose(tx, TWO, back)).unwrap_err();
        assert!(says(&why).contains("a plan broke on 2026-03-11"), "{why}");
        // No review says so any more, and who asks how it stands is told.
        assert_eq!(review(db, "2026-03-14"), []);
        let said = || {
            let of = |tx: &mut store::Tx| {
                let it = store::plan::of_account(tx, TWO)?.remove(0);
                plan::said(tx, &it, date(2026, 3, 16))
            };
            db.read(of).unwrap()
        };
        let again = "kept on 2026-03-11 with a payment that came back: $8.88 is past due again";
        assert_eq!(said(), again);
        // Paid otherwise it is kept again.
        pays(db, TWO, 8_88, date(2026, 3, 15), at("2026-03-15"));
        assert_eq!(said(), "kept on 2026-03-11");
        february(db, folder, 3);
        assert!(db.read(|tx| plan::propose(tx, TWO, date(2026, 3, 16))).is_ok());
        sound(db);
    });
}

#[test]
fn a_bill_says_which_part_is_due_and_what_is_paid_later() {
    engines::each(|db, folder| {
        town(db, folder);
        db.write(|tx| plan::agree(tx, at("2026-03-01"), TWO, (1, None), "by phone")).unwrap();
        february(db, folder, 3);
        let of = |account| {
            let of = |tx: &mut store::Tx| {
                let bill = store::bill::of_account(tx, account)?[0].id;
                statement::of_bill(tx, bill)
            };
            db.read(of).unwrap()
        };
        let part = cents(2_22);
        let plan = OnPlan { nth: 2, of: 3, due: date(2026, 4, 1), amount: part, later: part };
        let it = of(TWO);
        // What is to be paid by the day of the bill: what it bills, and the part; not the part behind it.
        assert_eq!((it.plan, it.amount_due), (Some(plan), cents(1_776 - 2_22)));
        let press = meterbook_paper::Press::new();
        let view = meterbook_paper::view(&it);
        meterbook_paper::read_back(&press.pdf(&view).unwrap(), &it).unwrap();
        meterbook_paper::html(&view, &it).unwrap();
        assert_eq!(of(THREE).plan, None);
    });
}

#[test]
fn it_calls_off_cuts_and_no_fee_is_asked_for_meanwhile() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, Noun::LateFee, "fee any 1.00 monthly\nexempt plan\n");
        let wanted = NewOrder {
            off_below: Some(cents(1_00)),
            ..NewOrder::plain(OrderKind::Disconnect, Where::Point(ServicePointId(2)))
        };
        let order = db.write(|tx| order::add(tx, at("2026-03-10"), &wanted)).unwrap();
        agree(db, TWO, 1).unwrap();
        let followed = db.read(|tx| order::follow(tx, order.id)).unwrap();
        assert_eq!(followed.stands.state, State::Cancelled);
        let note = "$0.00 is past due beside what is paid in parts as agreed";
        assert_eq!(followed.steps.last().unwrap().note, note);
        let why = db.write(|tx| order::add(tx, at("2026-03-10"), &wanted)).unwrap_err();
        assert!(says(&why).contains("plan: paid in parts as agreed"), "{why}");
        // The first turn was before it was agreed to, the second is not asked for.
        let assess = |day| late_fee::assess_all(db, at(day)).unwrap().0;
        assert_eq!(assess("2026-03-10"), 3);
        pays(db, TWO, 4_44, date(2026, 3, 11), at("2026-03-11"));
        assert_eq!(assess("2026-03-24"), 2);
        sound(db);
    });
}

#[test]
fn what_is_not_offered_is_said() {
    engines::each(|db, folder| {
        town(db, folder);
        let why = agree(db, ONE, 1).unwrap_err();
        assert!(says(&why).starts_with("no rule offers parts for $4.44 to this account"));
        for nth in [0, 3] {
            let why = agree(db, TWO, nth).unwrap_err();
            assert!(says(&why).starts_with("there are 2 offers"), "{why}");
        }
        agree(db, TWO, 1).unwrap();
        assert!(says(&agree(db, TWO, 1).unwrap_err()).starts_with("a plan runs since 2026-03-10"));
        let cancel = |account| db.write(|tx| plan::cancel(tx, actor(), account, "by phone"));
        cancel(TWO).unwrap();
        assert_eq!(
            says(&cancel(TWO).unwrap_err()),
            "no plan runs; agree to one: meterbook plan propose"
        );
        assert!(says(&agree(db, TWO, 1).unwrap_err()).starts_with("a plan was agreed to on"));
        pays(db, ONE, 4_44, DAY, actor());
        assert_eq!(
            says(&agree(db, ONE, 1).unwrap_err()),
            "nothing is owed, so there is nothing to pay in parts; see: meterbook receipt open"
        );
        sound(db);
    });
}

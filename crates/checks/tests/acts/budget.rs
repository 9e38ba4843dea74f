//! Levelled bills: what is asked for is level, the bill stays what it is, and what is between is kept to
//! the cent until it is settled.

use std::path::Path;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bill_run::last;
use meterbook_app::bill_run::once::{NewOnce, Of};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::moves::ReadWanted;
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::{budget, credit_rules, receipt, statement};
use meterbook_checks::engines;
use meterbook_core::bill::{OnLevel, Settles};
use meterbook_core::credit::Noun;
use meterbook_core::credit::budget::How;
use meterbook_core::credit::deposit::Because;
use meterbook_core::id::AccountId;
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_store::budget::Budget;
use meterbook_store::{self as store, Db};

use crate::deposit::{at, bill, owes, pays, say, sound, sum};
use crate::interim;
use crate::jobs::january;
use crate::last_bill;
use crate::late_fee::february;
use crate::village::{actor, says};

const RULES: &str = "class residential\nhistory 12 1\nround 1.00\noff 10%\n";
const ONE: AccountId = AccountId(1);
const THREE: AccountId = AccountId(3);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

fn begin(db: &Db, account: AccountId, level: Option<i64>) -> Result<Budget> {
    db.write(|tx| budget::begin(tx, at("2026-01-20"), account, level.map(cents), "by phone"))
}

fn town(db: &Db, folder: &Path) {
    january(db, folder, 3);
    say(db, Noun::Budget, RULES);
}

#[test]
fn what_is_asked_for_is_level_and_the_bill_what_it_is() {
    engines::each(|db, folder| {
        town(db, folder);
        begin(db, ONE, Some(10_00)).unwrap();
        begin(db, THREE, Some(10_00)).unwrap();
        bill(db);
        // $4.44 and $13.32.
        assert_eq!((owes(db, ONE), owes(db, THREE)), (10_00, 10_00));
        assert_eq!(sum(db, Gl::BudgetVariance), 1_332 + 4_44 - 20_00);
        let face = db.read(|tx| store::bill::of_account(tx, THREE)).unwrap()[0].clone();
        assert_eq!(face.total, cents(1_332));
        assert_eq!(db.read(|tx| replay(tx, face.id)).unwrap(), Replayed::Same);
        let it = db.read(|tx| statement::of_bill(tx, face.id)).unwrap();
        assert_eq!(it.amount_due, cents(10_00));
        // It stands behind the charges that it is in place of, and is no old debt.
        assert_eq!((it.since.clone(), it.before), (vec![], Money::ZERO));
        let settles = Settles::On(face.billed_on.saturating_add(11.months()));
        let level =
            OnLevel { asked: cents(1_000), beside: cents(-332), later: cents(332), settles };
        assert_eq!(it.level, Some(level));
        // What is paid of it pays all of it.
        pays(db, THREE, 10_00, date(2026, 3, 1), actor());
        let open = db.read(|tx| receipt::open_now(tx, THREE)).unwrap();
        assert_eq!((open.items, open.credits), (vec![], vec![]));
        sound(db);
        february(db, folder, 3);
        assert_eq!(owes(db, THREE), 10_00);
        let off = db.read(|tx| budget::off(tx, date(2026, 3, 10))).unwrap();
        let told: Vec<_> = off.iter().map(|it| (it.should.cents(), it.variance.cents())).collect();
        // 8.88 of 59 days is 4.58 of a month, less a twelfth of 11.12; 26.64 with one of 6.64.
        assert_eq!(told, [(4_00, -11_12), (15_00, 664)]);
        let settled = db.write(|tx| budget::end(tx, actor(), THREE, "by phone")).unwrap();
        assert_eq!((settled, owes(db, THREE)), (cents(664), 1_664));
        sound(db);
    });
}

#[test]
fn a_level_that_is_off_is_changed_from_the_next_bill_on_and_nothing_is_settled() {
    engines::each(|db, folder| {
        town(db, folder);
        begin(db, THREE, Some(10_00)).unwrap();
        let set = |level: Option<i64>| {
            let (by, level) = (at("2026-02-20"), level.map(cents));
            db.write(|tx| budget::set_level(tx, by, THREE, level, "off by much"))
        };
        assert_eq!(set(Some(12_00)).unwrap(), cents(12_00), "before any bill");
        bill(db);
        assert_eq!(owes(db, THREE), 12_00);
        assert_eq!(
            says(&set(Some(12_00)).unwrap_err()),
            "$12.00 is the level already; nothing was changed"
        );
        assert_eq!(says(&set(Some(0)).unwrap_err()), "a level is above zero; say how much");
        let slip = begin(db, ONE, Some(999_999_900)).unwrap_err();
        assert!(says(&slip).starts_with("$9,999,999.00 is more than a level may be"), "{slip}");
        set(Some(20_00)).unwrap();
        set(Some(13_00)).unwrap();
        assert_eq!(sum(db, Gl::BudgetVariance), 1_332 - 12_00, "stays to be made up");
        february(db, folder, 3);
        assert_eq!(owes(db, THREE), 25_00);
        // The next one goes on with it, and by its bills it should be 15.00.
        let it = db.read(|tx| budget::running(tx, THREE)).unwrap().unwrap();
        assert_eq!(db.read(|tx| budget::level(tx, &it)).unwrap(), cents(13_00));
        let should = db.read(|tx| budget::recommend(tx, THREE, date(2026, 3, 10))).unwrap().level;
        assert_eq!(set(None).unwrap(), should);
        sound(db);
        let (noun, day) = (Noun::Budget, date(2026, 2, 10));
        let rolling = format!("{RULES}variant rolling\n");
        db.write(|tx| credit_rules::say(tx, actor(), noun, day, &rolling)).unwrap();
        assert!(
            says(&set(Some(9_00)).unwrap_err()).starts_with("each bill works its level out anew")
        );
        let none = db.write(|tx| budget::set_level(tx, actor(), ONE, None, "x")).unwrap_err();
        assert_eq!(
            says(&none),
            "bills of this account are not levelled; begin that first: meterbook budget begin"
        );
        sound(db);
    });
}

#[test]
fn the_last_bill_settles_it() {
    engines::each(|db, _| {
        last_bill::found(db);
        say(db, Noun::Budget, RULES);
        let account = last_bill::comes(db);
        db.write(|tx| budget::begin(tx, at("2026-01-20"), account.id, Some(cents(5_00)), "x"))
            .unwrap();
        last_bill::shows(db, date(2026, 2, 1), 100);
        bill(db);
        // $12 levelled to $5, and $25 and $150 that a move asked for.
        assert_eq!(owes(db, account.id), 5_00 + 25_00 + 15_000);
        last_bill::leaves(db, &account, last_bill::LEFT, ReadWanted::Given(vec![150_000_000]));
        last_bill::close(db, &account).unwrap();
        assert_eq!(owes(db, account.id), 12_00 + 6_00 + 25_00 + 10_00);
        assert_eq!(sum(db, Gl::BudgetVariance), 0);
        let all = db.read(|tx| store::budget::of_account(tx, account.id)).unwrap();
        assert_eq!(all[0].ended, Some(date(2026, 3, 10)));
        let bills = db.read(|tx| store::budget::bills(tx, &all[0].key)).unwrap();
        let told: Vec<_> = bills.iter().map(|it| (it.how, it.asked.cents())).collect();
        assert_eq!(told, [(How::Levelled, 5_00), (How::Settled, 13_00)]);
        sound(db);
    });
}

#[test]
fn a_level_follows_from_bills_and_what_is_not_offered_is_said() {
    engines::each(|db, folder| {
        january(db, folder, 3);
        let offered = begin(db, ONE, Some(5_00)).unwrap_err();
        assert!(says(&offered).starts_with("no rule levels bills of residential customers"));
        say(db, Noun::Budget, RULES);
        let few = begin(db, ONE, None).unwrap_err();
        assert_eq!(says(&few), "a level follows from 1 bills at least; say one");
        assert_eq!(
            says(&begin(db, ONE, Some(0)).unwrap_err()),
            "a level is above zero; say how much"
        );
        let end = || db.write(|tx| budget::end(tx, at("2026-01-20"), ONE, "x"));
        assert_eq!(
            says(&end().unwrap_err()),
            "bills of this account are not levelled; begin that first: meterbook budget begin"
        );
        bill(db);
        // 13.32 of 31 days is 13.07 of a month.
        let it = db.read(|tx| budget::recommend(tx, THREE, date(2026, 3, 10))).unwrap();
        assert_eq!(it.level, cents(14_00));
        begin(db, ONE, None).unwrap();
        let twice = begin(db, ONE, None).unwrap_err();
        assert!(says(&twice).starts_with("bills are levelled since 2026-01-20"));
        assert_eq!(end().unwrap(), Money::ZERO);
        let again = begin(db, ONE, None).unwrap_err();
        assert!(says(&again).starts_with("it began on 2026-01-20 already"));
        sound(db);
    });
}

#[test]
fn it_is_settled_where_service_ends_on_days_already_billed() {
    engines::each(|db, _| {
        last_bill::found(db);
        say(db, Noun::Budget, RULES);
        let account = last_bill::comes(db);
        db.write(|tx| budget::begin(tx, at("2026-01-20"), account.id, Some(cents(5_00)), "x"))
            .unwrap();
        last_bill::shows(db, date(2026, 2, 1), 100);
        bill(db);
        last_bill::leaves(db, &account, date(2026, 2, 1), ReadWanted::Ordered);
        let all = last::make_all(db, actor()).unwrap();
        let [(_, Ok(closed))] = &all[..] else { panic!("{all:?}") };
        assert!(
            closed.bills.is_empty() && closed.charges.iter().any(|it| it.amount == cents(7_00))
        );
        assert_eq!(owes(db, account.id), 12_00 + 25_00 + 10_00);
        assert_eq!(sum(db, Gl::BudgetVariance), 0);
        assert!(db.read(|tx| budget::running(tx, account.id)).unwrap().is_none());
        assert!(last::make_all(db, actor()).unwrap().is_empty());
        sound(db);
    });
}

#[test]
fn what_is_no_bill_of_service_counts_in_no_level_and_no_security() {
    engines::each(|db, folder| {
        january(db, folder, 3);
        say(db, Noun::Budget, RULES);
        say(db, Noun::Deposit, "ask residential poor 2 highest\nreview 1 on-time\n");
        bill(db);
        let said = vec!["500.00 fee revenue: Pole".to_owned()];
        let of = Of::Charges { kinds: Vec::new(), said, open: false };
        let new = NewOnce { account: THREE, of, reference: String::new(), total: cents(50_000) };
        db.write(|tx| do_or_ask(tx, at("2026-02-05"), &Asked::BillOnce(new), "a car")).unwrap();
        let it = db.read(|tx| budget::recommend(tx, THREE, date(2026, 3, 10))).unwrap();
        assert_eq!((it.level, it.bills.len()), (cents(14_00), 1));
        let poor = NewDeposit { account: THREE, credit: Credit::Poor, amount: None, parts: 1 };
        let asked = db.write(|tx| deposit::ask(tx, at("2026-02-06"), &poor, "late")).unwrap();
        assert_eq!(asked[0].amount, cents(2 * 1_332));
        // It is paid with the bill of service in time; the pole is not paid.
        let open = Of::Charges { kinds: Vec::new(), said: Vec::new(), open: true };
        let total = cents(2 * 1_332);
        let new = NewOnce { account: THREE, of: open, reference: String::new(), total };
        db.write(|tx| do_or_ask(tx, at("2026-02-06"), &Asked::BillOnce(new), "due")).unwrap();
        let rule = "pay deposit\npay any\n";
        db.write(|tx| receipt::say_rule(tx, actor(), date(2026, 1, 1), rule)).unwrap();
        pays(db, THREE, 3 * 1_332, date(2026, 2, 10), actor());
        let kept = db.read(|tx| deposit::secured(tx, THREE, date(2026, 3, 10))).unwrap();
        assert_eq!((kept.held, kept.goes_back), (total, Some(Because::OnTime { bills: 1 })));
        sound(db);
    });
}

#[test]
fn an_interim_bill_takes_its_days_of_the_level_and_history_counts_days_of_service() {
    engines::each(|db, _| {
        crate::correct::begin(db, "R-1", &[crate::village::DIALS]);
        for (on, index) in [(date(2026, 1, 1), 0), (date(2026, 1, 16), 40), (date(2026, 2, 1), 100)]
        {
            crate::correct::shows(db, on, &[index]);
        }
        say(db, Noun::Budget, RULES);
        begin(db, ONE, Some(31_00)).unwrap();
        interim::made(db, date(2026, 1, 16)).unwrap();
        assert_eq!(owes(db, ONE), 15_00, "fifteen of 31 days");
        crate::correct::bill(db);
        assert_eq!(owes(db, ONE), 31_00, "one level in one turn");
        let running = db.read(|tx| budget::running(tx, ONE)).unwrap().unwrap();
        let bills = db.read(|tx| store::budget::bills(tx, &running.key)).unwrap();
        let ends: Vec<_> = bills.iter().map(|it| (it.asked.cents(), it.ends_turn())).collect();
        assert_eq!(ends, [(15_00, false), (16_00, true)], "one of the twelve bills");
        // 12.00 of 31 days of service are 11.77 of a month; of two whole turns they were half of it.
        let history = db.read(|tx| store::budget::history(tx, ONE, 12)).unwrap();
        assert_eq!(history.iter().map(|it| it.days).collect::<Vec<_>>(), [16, 15]);
        sound(db);
    });
}

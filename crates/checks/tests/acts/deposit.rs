//! Security: asked for once, held from the day on which it was paid, with interest to the cent, and given
//! back by a rule, by a clerk or with the last bill.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::authority::NotAuthorized;
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::deposit::{self, Given, NewDeposit};
use meterbook_app::moves::ReadWanted;
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::pledge::NewPledge;
use meterbook_app::security::NewSecurity;
use meterbook_app::write_off::{self, NewTransfer};
use meterbook_app::{Actor, check, credit_rules, letter, receipt, statement};
use meterbook_checks::engines;
use meterbook_core::charge::ChargeFor;
use meterbook_core::credit::Noun;
use meterbook_core::credit::deposit::Because;
use meterbook_core::id::{AccountId, ApprovalId};
use meterbook_core::ledger::{EntryKind, Gl, Tender};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::{not_authorized, with_role};
use crate::correct::meter_shows;
use crate::jobs::january;
use crate::last_bill;
use crate::late_fee::{bounces, february};
use crate::village::{self, actor, says};

pub(crate) const RULES: &str = "ask residential unknown 150.00\nask residential poor 2 highest\n\
    parts 3 first 20%\nguarantor residential\ninterest 2026-01-01 3.65%\ncredited yearly\n\
    review 2 on-time\nlongest 24 months\nreturn-as refund\n";
const JANUARY: Date = date(2026, 1, 1);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// Whoever works at noon of a day.
pub(crate) fn at(day: &str) -> Actor {
    Actor::system(format!("{day}T18:00:00Z").parse().unwrap())
}

pub(crate) fn sum(db: &Db, gl: Gl) -> i64 {
    let all = db.read(store::ledger::gl_totals).unwrap();
    all.iter().filter(|it| it.0 == gl).map(|it| it.1).sum::<Money>().cents()
}

pub(crate) fn owes(db: &Db, account: AccountId) -> i64 {
    let open = db.read(|tx| receipt::open_now(tx, account)).unwrap().balance();
    assert_eq!(db.read(|tx| store::ledger::balance(tx, account)).unwrap(), open);
    open.cents()
}

pub(crate) fn sound(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:#?}");
}

pub(crate) fn say(db: &Db, noun: Noun, text: &str) {
    db.write(|tx| credit_rules::say(tx, actor(), noun, JANUARY, text)).unwrap();
}

pub(crate) fn pays(db: &Db, account: AccountId, amount: i64, on: Date, by: Actor) {
    let (tender, reference) = (Tender::Check, format!("{account}/{on}"));
    let new = NewPayment { account, amount: cents(amount), on, tender, reference };
    db.write(|tx| pay(tx, by, &new)).unwrap();
}

pub(crate) fn bill(db: &Db) {
    bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap();
}

fn new(account: AccountId) -> NewDeposit {
    NewDeposit { account, credit: Credit::Unknown, amount: None, parts: 1 }
}

const ONE: AccountId = AccountId(1);

#[test]
fn it_earns_from_the_day_it_is_paid_and_goes_back_after_so_long() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &new(ONE), "new")).unwrap();
        bill(db);
        assert_eq!(owes(db, ONE), 4_44 + 15_000);
        let held = |day| db.read(|tx| deposit::secured(tx, ONE, day)).unwrap();
        assert_eq!(held(date(2026, 2, 20)).held, Money::ZERO);
        pays(db, ONE, 15_444, date(2026, 2, 24), at("2026-03-10"));
        let it = held(date(2026, 3, 10));
        assert_eq!((it.held, it.since), (cents(15_000), Some(date(2026, 2, 24))));
        // 14 days of a cent and a half.
        assert_eq!(it.interest, cents(21));
        let review = |day: &str| db.write(|tx| deposit::review(tx, at(day), ONE)).unwrap();
        let counted = review("2026-03-10").map(|it| (it.earned.cents(), it.interest.cents()));
        assert_eq!(counted, Some((8, 0)), "what it posts is said");
        assert_eq!((sum(db, Gl::DepositsHeld), sum(db, Gl::DepositInterest)), (-15_000, -8));
        sound(db);
        assert_eq!(review("2027-02-23").map(|it| it.returned), Some(Money::ZERO));
        let number = db.read(|tx| store::account::get(tx, ONE)).unwrap().number;
        let zero = Money::ZERO;
        let (interest, why, released) = (cents(5_48), None, None);
        let (returned, refunded, earned) = (zero, zero, zero);
        let year = Given { number, returned, interest, earned, refunded, why, released };
        assert_eq!(review("2027-02-24"), Some(year));
        assert_eq!((owes(db, ONE), sum(db, Gl::DepositInterest)), (-5_48, 0));
        assert_eq!(review("2027-02-24"), None, "once");
        sound(db);
        let since = date(2026, 2, 24);
        let back = review("2028-02-24").unwrap();
        assert_eq!((back.returned, back.interest), (cents(15_000), cents(5_47)));
        assert_eq!((back.refunded, back.why), (cents(15_547), Some(Because::Long { since })));
        assert_eq!((owes(db, ONE), sum(db, Gl::RefundsPayable)), (-5_48, -15_547));
        assert_eq!((sum(db, Gl::DepositsHeld), sum(db, Gl::DepositInterest)), (0, 0));
        assert_eq!(sum(db, Gl::InterestExpense), 10_95);
        assert_eq!(db.read(store::deposit::secured).unwrap(), []);
        assert!(deposit::review_all(db, at("2028-02-25")).unwrap().is_empty());
        sound(db);
    });
}

#[test]
fn parts_come_with_bills_and_a_check_that_comes_back_takes_what_was_held() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        let asked = NewDeposit { parts: 3, ..new(ONE) };
        let parts = db.write(|tx| deposit::ask(tx, at("2026-01-15"), &asked, "new")).unwrap();
        let told: Vec<_> = parts.iter().map(|it| (it.on.to_string(), it.amount.cents())).collect();
        let days = ["2026-01-15", "2026-02-15", "2026-03-15"].map(str::to_owned);
        assert_eq!(told.iter().map(|it| it.1).collect::<Vec<_>>(), [30_00, 60_00, 60_00]);
        assert_eq!(told.into_iter().map(|it| it.0).collect::<Vec<_>>(), days);
        bill(db);
        assert_eq!(owes(db, ONE), 4_44 + 30_00);
        pays(db, ONE, 34_44, date(2026, 2, 10), at("2026-03-10"));
        db.write(|tx| deposit::review(tx, at("2026-03-10"), ONE)).unwrap();
        assert_eq!(sum(db, Gl::DepositInterest), -6);
        sound(db);
        let tender = db.read(|tx| {
            let of = store::payment::of_account(tx, ONE)?;
            store::receipt::tender_of(tx, of[0].id)
        });
        let tender = tender.unwrap().unwrap();
        let on = date(2026, 2, 12);
        db.write(|tx| receipt::give_back(tx, actor(), tender, on, "R01")).unwrap();
        let held = |day| db.read(|tx| deposit::secured(tx, ONE, day)).unwrap();
        assert_eq!(held(date(2026, 3, 10)).held, Money::ZERO);
        db.write(|tx| deposit::review(tx, at("2026-03-11"), ONE)).unwrap();
        // Two days of three tenths of a cent are a cent.
        assert_eq!(sum(db, Gl::DepositInterest), -1);
        sound(db);
        // What goes back is what was asked, paid or not; what was still to come is not asked for.
        let back = db.write(|tx| deposit::give_back(tx, at("2026-03-12"), ONE, "moved on"));
        assert_eq!(back.unwrap().returned, cents(30_00));
        assert_eq!(owes(db, ONE), 4_43);
        assert_eq!(held(date(2026, 3, 12)).to_come, []);
        sound(db);
    });
}

#[test]
fn a_bill_asks_for_one_part_however_late_it_was_asked() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        bill(db);
        // The day after January's bill: February's is of a day on which two parts are due.
        let asked = NewDeposit { parts: 3, ..new(ONE) };
        db.write(|tx| deposit::ask(tx, at("2026-02-02"), &asked, "two bills returned")).unwrap();
        february(db, folder, 2);
        let deposits = || {
            let all = db.read(|tx| store::charge::of_account(tx, ONE)).unwrap();
            let parts = all.iter().filter(|it| it.kind == ChargeFor::Deposit);
            parts.map(|it| it.amount.cents()).collect::<Vec<_>>()
        };
        assert_eq!(deposits(), [30_00]);
        let to_come = db.read(|tx| deposit::secured(tx, ONE, date(2026, 3, 3))).unwrap().to_come;
        assert_eq!(to_come.len(), 2);
        sound(db);
    });
}

#[test]
fn security_that_is_not_paid_and_goes_back_asks_for_nothing_more() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &new(ONE), "new")).unwrap();
        bill(db);
        db.write(|tx| deposit::give_back(tx, at("2026-02-10"), ONE, "a mistake")).unwrap();
        // The bill alone is open, with its own age.
        let open = db.read(|tx| receipt::open_now(tx, ONE)).unwrap();
        let left: Vec<_> = open.items.iter().map(|it| (it.side.kind, it.left.cents())).collect();
        assert_eq!(left, [(EntryKind::Bill, 4_44)]);
        sound(db);
    });
}

#[test]
fn the_last_bill_sets_off_security_with_its_interest() {
    engines::each(|db, _| {
        last_bill::found(db);
        say(db, Noun::Deposit, RULES);
        let account = last_bill::comes(db);
        last_bill::shows(db, date(2026, 2, 1), 100);
        bill(db);
        pays(db, account.id, 18_700, date(2026, 2, 5), at("2026-03-10"));
        last_bill::leaves(db, &account, last_bill::LEFT, ReadWanted::Given(vec![150_000_000]));
        let closed = last_bill::close(db, &account).unwrap();
        // $6 and $10, less $150 and 33 days of a cent and a half: by the rules it is paid out.
        let rest = 15_000 + 50 - 16_00;
        assert_eq!(closed.refunded, cents(rest));
        assert_eq!((owes(db, account.id), sum(db, Gl::RefundsPayable)), (0, -rest));
        assert_eq!((sum(db, Gl::DepositsHeld), sum(db, Gl::DepositInterest)), (0, 0));
        let it = db.read(|tx| statement::of_bill(tx, closed.bills[0].id)).unwrap();
        assert_eq!((it.amount_due.cents(), it.credit_sent), (-rest, true), "as the bill says");
        assert!(deposit::review_all(db, at("2026-03-11")).unwrap().is_empty(), "once");
        sound(db);
    });
}

/// A bill of a turn may be dated later than it is made: until then the security is held.
#[test]
fn what_the_last_bill_of_a_turn_leaves_is_paid_out_on_its_day_if_the_rules_say_so() {
    for (how, sent) in [("refund", true), ("credit", false)] {
        engines::each(|db, _| {
            last_bill::found(db);
            say(db, Noun::Deposit, &RULES.replace("as refund", &format!("as {how}")));
            let account = last_bill::comes(db);
            last_bill::shows(db, date(2026, 2, 1), 100);
            bill(db);
            pays(db, account.id, 18_700, date(2026, 2, 5), at("2026-02-16"));
            last_bill::leaves(db, &account, last_bill::LEFT, ReadWanted::Given(vec![150_000_000]));
            bill(db);
            let rest = -owes(db, account.id);
            assert!(0 < rest, "{rest}");
            let held = |day| db.read(|tx| deposit::secured(tx, account.id, day)).unwrap();
            // Dated on March 3.
            let before = held(date(2026, 2, 16));
            assert_eq!((before.held, before.interest), (cents(15_000), cents(17)));
            assert!(deposit::review_all(db, at("2026-03-02")).unwrap().is_empty(), "not yet");
            let given = deposit::review_all(db, at("2026-03-03")).unwrap();
            let given: Vec<i64> = given.iter().map(|it| it.refunded.cents()).collect();
            assert_eq!(given, if sent { vec![rest] } else { Vec::new() });
            let left = if sent { 0 } else { -rest };
            assert_eq!(owes(db, account.id), left);
            let last = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
            let it = db.read(|tx| statement::of_bill(tx, last)).unwrap();
            assert_eq!((it.amount_due.cents(), it.credit_sent), (-rest, sent));
            assert!(deposit::review_all(db, at("2026-03-04")).unwrap().is_empty(), "once");
            // What is said later is of later last bills: this one said that its credit stays.
            let april = date(2026, 4, 1);
            db.write(|tx| credit_rules::say(tx, actor(), Noun::Deposit, april, RULES)).unwrap();
            assert!(deposit::review_all(db, at("2026-04-02")).unwrap().is_empty());
            sound(db);
        });
    }
}

#[test]
fn what_nobody_paid_of_security_is_not_set_off_but_no_longer_asked_for() {
    engines::each(|db, _| {
        last_bill::found(db);
        say(db, Noun::Deposit, RULES);
        let account = last_bill::comes(db);
        last_bill::shows(db, date(2026, 2, 1), 100);
        bill(db);
        // All but $50.
        pays(db, account.id, 13_700, date(2026, 2, 5), at("2026-03-10"));
        let paid = db.read(|tx| deposit::secured(tx, account.id, date(2026, 3, 9))).unwrap().held;
        last_bill::leaves(db, &account, last_bill::LEFT, ReadWanted::Given(vec![150_000_000]));
        let closed = last_bill::close(db, &account).unwrap();
        let it = db.read(|tx| statement::of_bill(tx, closed.bills[0].id)).unwrap();
        let said: Vec<_> = it.since.iter().map(|it| (it.text.as_str(), it.amount)).collect();
        assert!(cents(0) < paid && paid < cents(15_000), "{paid}");
        assert!(said.contains(&("Depósito de garantía aplicado", -paid)), "{said:?}");
        let never = ("Depósito de garantía que ya no se pide", paid - cents(15_000));
        assert!(said.contains(&never), "{said:?}");
        assert_eq!(sum(db, Gl::DepositsHeld), 0);
        sound(db);
    });
}

#[test]
fn a_last_bill_asks_for_no_security() {
    engines::each(|db, _| {
        last_bill::found(db);
        say(db, Noun::Deposit, RULES);
        let left = date(2026, 1, 20);
        let read = || ReadWanted::Given(vec![50_000_000]);
        let lines = |account| {
            let closed = last_bill::close(db, account).unwrap();
            let it = db.read(|tx| statement::of_bill(tx, closed.bills[0].id)).unwrap();
            assert_eq!((closed.bills.len(), it.closing), (1, Some(left)));
            it.since.into_iter().map(|it| it.text).collect::<Vec<_>>()
        };
        // Of one their sign-up asked for it, of the other the rules; neither had a bill yet.
        let comes = last_bill::comes(db);
        last_bill::leaves(db, &comes, left, read());
        assert_eq!(lines(&comes), ["Cargo (Opening)", "Cargo (Closing)"]);
        let mut other = village::customer("E-9", &[village::DIALS]);
        other.street = "9 Mill St".to_owned();
        let other = village::take_on(db, &other).unwrap();
        meter_shows(db, "E-9", JANUARY, &[0]);
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &new(other.id), "new")).unwrap();
        last_bill::leaves(db, &other, left, read());
        assert_eq!(lines(&other), ["Opening fee", "Closing fee"]);
        assert_eq!(sum(db, Gl::DepositsHeld), 0);
        for account in [&comes, &other] {
            assert!(last_bill::close(db, account).is_err(), "no second bill takes it back");
        }
        sound(db);
    });
}

#[test]
fn what_is_not_asked_for_or_not_held_is_said() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        let two = AccountId(2);
        let ask = |new: &NewDeposit| db.write(|tx| deposit::ask(tx, actor(), new, "new"));
        let why = ask(&new(ONE)).unwrap_err();
        let none = "no rule asks residential customers with unknown credit for security";
        assert!(says(&why).starts_with(none));
        say(db, Noun::Deposit, RULES);
        // It goes by bills, and there are none.
        let poor = NewDeposit { credit: Credit::Poor, ..new(ONE) };
        assert!(says(&ask(&poor).unwrap_err()).starts_with("no rule asks residential"));
        let many = NewDeposit { parts: 4, ..new(ONE) };
        let many = ask(&many).unwrap_err();
        assert_eq!(says(&many), "it may be paid in 3 at most, and in one at least; say how many");
        let zero = NewDeposit { amount: Some(Money::ZERO), ..new(ONE) };
        assert_eq!(says(&ask(&zero).unwrap_err()), "security is above zero; say how much");
        ask(&new(ONE)).unwrap();
        assert!(says(&ask(&new(ONE)).unwrap_err()).starts_with("security was asked for on"));
        let silent = db.write(|tx| deposit::ask(tx, actor(), &new(two), " "));
        assert_eq!(says(&silent.unwrap_err()), "say why");
        let back = db.write(|tx| deposit::give_back(tx, actor(), two, "x"));
        assert_eq!(
            says(&back.unwrap_err()),
            "nothing is held of this account; see: meterbook deposit show"
        );

        let stand = |of, by| {
            db.write(|tx| deposit::guarantee(tx, actor(), of, by, cents(20_000), "by letter"))
        };
        assert!(says(&stand(ONE, ONE).unwrap_err()).starts_with("nobody stands in for themselves"));
        stand(ONE, two).unwrap();
        assert!(says(&stand(ONE, two).unwrap_err()).starts_with("somebody stands in since"));
        let release = || db.write(|tx| deposit::release(tx, actor(), ONE, "by letter"));
        release().unwrap();
        assert_eq!(
            says(&release().unwrap_err()),
            "nobody stands in for this account; see: meterbook deposit show"
        );
        let text = RULES.replace("guarantor residential\n", "");
        let (noun, day) = (Noun::Deposit, date(2026, 2, 1));
        db.write(|tx| credit_rules::say(tx, actor(), noun, day, &text)).unwrap();
        let why = stand(two, ONE).unwrap_err();
        assert_eq!(says(&why), "nobody may stand in for residential customers; ask for money");
        let again = db.write(|tx| credit_rules::say(tx, actor(), noun, day, &text));
        assert!(says(&again.unwrap_err()).starts_with("rules of credit from 2026-02-01 on"));
        let wrong = db.write(|tx| credit_rules::say(tx, actor(), noun, JANUARY, "ask"));
        assert!(says(&wrong.unwrap_err()).starts_with("line 1: write ask CLASS CREDIT HOW"));
        sound(db);
    });
}

#[test]
fn a_bill_whose_check_came_back_was_not_paid_in_time() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        let two = AccountId(2);
        for account in [ONE, two] {
            db.write(|tx| deposit::ask(tx, at("2026-01-15"), &new(account), "new")).unwrap();
        }
        bill(db);
        for (account, amount) in [(ONE, 4_44), (two, 8_88)] {
            pays(db, account, 15_000, date(2026, 2, 19), at("2026-02-19"));
            pays(db, account, amount, date(2026, 2, 20), at("2026-02-20"));
        }
        bounces(db, ONE, date(2026, 2, 28), at("2026-02-28"));
        february(db, folder, 2);
        for (account, amount) in [(ONE, 8_88), (two, 8_88)] {
            pays(db, account, amount, date(2026, 3, 20), at("2026-03-20"));
        }
        let review = |account| {
            let given = db.write(|tx| deposit::review(tx, at("2026-03-24"), account)).unwrap();
            given.map(|it| it.returned)
        };
        assert_eq!((review(ONE), review(two)), (Some(Money::ZERO), Some(cents(15_000))));
        sound(db);
    });
}

#[test]
fn who_stands_in_is_called_on_for_no_more_than_that_and_is_free_when_bills_are_paid_in_time() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        let two = AccountId(2);
        let stand = |most| {
            let by = at("2026-01-15");
            db.write(|tx| deposit::guarantee(tx, by, two, ONE, cents(most), "by letter"))
        };
        stand(6_00).unwrap();
        bill(db);
        let clerk = with_role(db, "robin", "accountant");
        let call = |day: &str, amount| {
            let by = Actor { at: at(day).at, ..clerk };
            let new = NewTransfer { from: two, to: ONE, amount: cents(amount) };
            db.write(|tx| write_off::transfer(tx, by, &new, "stands in"))
        };
        call("2026-03-01", 4_00).unwrap();
        let guarantee = db.read(|tx| store::deposit::guarantees(tx, two)).unwrap().remove(0);
        let called = || db.read(|tx| write_off::called_on(tx, &guarantee)).unwrap();
        assert_eq!(called(), cents(4_00));
        // On another day as well, it is six dollars in all.
        let beyond = "that account stands in for $6.00 at most, and was called on for $4.00 of it; let it owe no more than the rest";
        assert_eq!(says(&call("2026-03-02", 2_01).unwrap_err()), beyond);
        // Nor by the operator.
        let new = NewTransfer { from: two, to: ONE, amount: cents(2_01) };
        let by = at("2026-03-02");
        let why = db.write(|tx| write_off::transfer(tx, by, &new, "stands in")).unwrap_err();
        assert_eq!(says(&why), beyond);
        call("2026-03-02", 2_00).unwrap();
        assert_eq!((called(), owes(db, two), owes(db, ONE)), (cents(6_00), 2_88, 10_44));
        sound(db);
    });
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        let by = at("2026-01-15");
        let two = AccountId(2);
        db.write(|tx| deposit::guarantee(tx, by, two, ONE, cents(6_00), "by letter")).unwrap();
        bill(db);
        pays(db, two, 8_88, date(2026, 2, 20), at("2026-02-20"));
        february(db, folder, 2);
        assert!(deposit::review_all(db, at("2026-03-22")).unwrap().is_empty(), "one bill only");
        pays(db, two, 8_88, date(2026, 3, 22), at("2026-03-22"));
        let done = deposit::review_all(db, at("2026-03-24")).unwrap();
        let number = db.read(|tx| store::account::get(tx, ONE)).unwrap().number;
        assert_eq!(done.len(), 1);
        assert_eq!(
            (done[0].released, done[0].why),
            (Some(number), Some(Because::OnTime { bills: 2 }))
        );
        let there = db.read(|tx| store::deposit::guarantees(tx, two)).unwrap();
        assert_eq!(there[0].ended, Some(date(2026, 3, 24)));
        assert!(deposit::review_all(db, at("2026-03-25")).unwrap().is_empty(), "once");
        sound(db);
    });
}

#[test]
fn what_somebody_stands_in_for_is_not_asked_for() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        let two = AccountId(2);
        let stand = |most| {
            let by = at("2026-01-15");
            db.write(|tx| deposit::guarantee(tx, by, two, ONE, cents(most), "by letter")).unwrap().1
        };
        let release = || db.write(|tx| deposit::release(tx, at("2026-01-15"), two, "x")).unwrap();
        let ask = |day: &str, new: &NewDeposit| {
            let asked = db.write(|tx| deposit::ask(tx, at(day), new, "new"))?;
            anyhow::Ok(asked.iter().map(|it| it.amount.cents()).collect::<Vec<_>>())
        };
        let to_come = |day: Date| {
            let it = db.read(|tx| deposit::secured(tx, two, day)).unwrap().to_come;
            it.iter().map(|it| it.amount.cents()).collect::<Vec<_>>()
        };
        // All of it, a part of it, and what a clerk says whoever stands in.
        assert_eq!(stand(20_000), Money::ZERO);
        let number = db.read(|tx| store::account::get(tx, ONE)).unwrap().number;
        let covered = ask("2026-01-15", &new(two)).unwrap_err();
        let wanted = format!("{number} stands in for $200.00, and $150.00 is what the rules ask");
        assert!(says(&covered).starts_with(&wanted), "{covered}");
        let said = NewDeposit { amount: Some(cents(30_00)), ..new(two) };
        assert_eq!(ask("2026-01-15", &said).unwrap(), [30_00]);
        let slip = NewDeposit { amount: Some(cents(999_999_900)), ..new(two) };
        let slip = ask("2026-01-16", &slip).unwrap_err();
        assert!(says(&slip).starts_with("$9,999,999.00 is more than security may be"), "{slip}");
        release();
        // Who stands in later takes it off what is still to come, the last part first.
        let parts = NewDeposit { parts: 3, ..new(two) };
        let (second, third) = (at("2026-01-16"), date(2026, 1, 17));
        assert_eq!(ask("2026-01-17", &parts).unwrap(), [30_00, 60_00, 60_00]);
        assert_eq!(to_come(third), [30_00, 30_00, 60_00, 60_00]);
        let by = |most| {
            let stands = |tx: &mut Tx| deposit::guarantee(tx, second, two, ONE, most, "by letter");
            db.write(stands).unwrap().1
        };
        assert_eq!(by(cents(10_000)), cents(10_000));
        assert_eq!(to_come(third), [30_00, 30_00, 20_00]);
        assert_eq!(ask("2026-01-18", &new(two)).unwrap(), [50_00]);
        sound(db);
    });
}

/// Somebody stands in for the second account from January 16 on, up to so much.
fn stands_in(db: &Db, most: i64) -> i64 {
    let (two, by) = (AccountId(2), at("2026-01-16"));
    let stands = |tx: &mut Tx| deposit::guarantee(tx, by, two, ONE, cents(most), "by letter");
    db.write(stands).unwrap().1.cents()
}

/// Lets them go, and says what is asked for again from which days on.
fn released(db: &Db, day: &str) -> Vec<(Date, i64)> {
    let again = db.write(|tx| deposit::release(tx, at(day), AccountId(2), "moved")).unwrap();
    again.iter().map(|it| (it.on, it.amount.cents())).collect()
}

#[test]
fn what_somebody_stood_in_for_is_asked_for_again_when_they_are_let_go() {
    let two = AccountId(2);
    let ask = |db: &Db, day: &str, parts| {
        let wanted = NewDeposit { parts, ..new(two) };
        db.write(|tx| deposit::ask(tx, at(day), &wanted, "new")).unwrap();
    };
    let to_come = |db: &Db| {
        let it = db.read(|tx| deposit::secured(tx, two, date(2026, 1, 20))).unwrap().to_come;
        it.iter().map(|it| (it.on, it.amount.cents())).collect::<Vec<_>>()
    };
    let [asked, before, second, third, day] =
        [(1, 15), (1, 17), (2, 15), (3, 15), (1, 20)].map(|(month, day)| date(2026, month, day));
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        ask(db, "2026-01-15", 3);
        assert_eq!(stands_in(db, 10_000), 10_000);
        ask(db, "2026-01-17", 1);
        assert_eq!(to_come(db), [(asked, 30_00), (before, 50_00), (second, 20_00)]);
        // No more than they stood in for, in the parts in which it was to be paid.
        assert_eq!(released(db, "2026-01-20"), [(second, 40_00), (third, 60_00)]);
        let all =
            [(asked, 30_00), (before, 50_00), (second, 20_00), (second, 40_00), (third, 60_00)];
        assert_eq!(to_come(db), all);
        let said = db.read(|tx| store::audit::latest(tx, 1)).unwrap().remove(0).detail;
        assert_eq!(said, "$100.00 more is asked for: moved");
        // Somebody else takes it off again.
        let by = at("2026-01-20");
        let (_, less) = db
            .write(|tx| deposit::guarantee(tx, by, two, ONE, cents(10_000), "by letter"))
            .unwrap();
        assert_eq!((less, to_come(db).len()), (cents(10_000), 3));
        assert_eq!(released(db, "2026-01-21").iter().map(|it| it.1).sum::<i64>(), 10_000);
        sound(db);
    });
    // What was asked less because of them is, and told.
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, &format!("{RULES}told by-letter\n"));
        stands_in(db, 10_000);
        ask(db, "2026-01-17", 1);
        assert_eq!(released(db, "2026-01-20"), [(day, 10_000)]);
        let of = |tx: &mut Tx| letter::of_account(tx, two, LetterCause::DepositAsked, day);
        let told = db.read(of).unwrap().said().join(" ");
        assert!(told.contains("a deposit of $100.00"), "{told}");
        bill(db);
        assert_eq!(owes(db, two), 8_88 + 15_000);
        sound(db);
    });
}

#[test]
fn nothing_is_asked_for_again_where_security_went_back_or_nothing_is_supplied() {
    let two = AccountId(2);
    let town = |db: &Db, folder: &Path| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        stands_in(db, 10_000);
        db.write(|tx| deposit::ask(tx, at("2026-01-17"), &new(two), "new")).unwrap();
    };
    engines::each(|db, folder| {
        town(db, folder);
        bill(db);
        pays(db, two, 58_88, date(2026, 2, 20), at("2026-02-20"));
        db.write(|tx| deposit::give_back(tx, at("2026-03-10"), two, "good customer")).unwrap();
        assert_eq!(released(db, "2026-03-11"), []);
        sound(db);
    });
    engines::each(|db, folder| {
        town(db, folder);
        db.write(|tx| {
            let theirs = store::agreement::of_account(tx, two)?;
            theirs.iter().try_for_each(|it| store::agreement::end(tx, it.id, date(2026, 2, 1)))
        })
        .unwrap();
        assert_eq!(released(db, "2026-02-02"), []);
    });
}

#[test]
fn of_a_closed_account_no_security_is_asked_for() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        let later = NewDeposit { parts: 3, ..new(ONE) };
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &later, "new")).unwrap();
        db.write(|tx| {
            let theirs = store::agreement::of_account(tx, ONE)?;
            theirs.iter().try_for_each(|it| store::agreement::end(tx, it.id, date(2026, 2, 1)))
        })
        .unwrap();
        let to_come = |day| db.read(|tx| deposit::secured(tx, ONE, day)).unwrap().to_come.len();
        assert_eq!((to_come(date(2026, 1, 31)), to_come(date(2026, 2, 1))), (3, 1));
        let ask = |day: &str| db.write(|tx| deposit::ask(tx, at(day), &new(ONE), "late"));
        ask("2026-01-31").unwrap();
        let closed = "nothing is supplied to the account since 2026-02-01";
        assert!(says(&ask("2026-02-02").unwrap_err()).starts_with(closed));
        let stands = db.write(|tx| {
            deposit::guarantee(tx, at("2026-02-02"), AccountId(2), ONE, cents(1_00), "by letter")
        });
        assert!(says(&stands.unwrap_err()).starts_with(closed));
        let level = Some(cents(50_00));
        let begun = db
            .write(|tx| meterbook_app::budget::begin(tx, at("2026-02-02"), ONE, level, "by phone"));
        assert!(says(&begun.unwrap_err()).starts_with(closed));
    });
}

/// Asks for it, and says under which number it waits.
fn waits(db: &Db, by: Actor, new: NewSecurity) -> ApprovalId {
    match db.write(|tx| do_or_ask(tx, by, &Asked::Secure(new.clone()), "as we agreed")).unwrap() {
        Outcome::Waits(id) => id,
        Outcome::Done => panic!("it did not wait"),
    }
}

#[test]
fn large_security_takes_a_second_person() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        say(db, Noun::Deposit, RULES);
        say(db, Noun::Pledge, "lasts 30 days\n");
        let two = AccountId(2);
        let [kim, lee, ada] = [("kim", "clerk"), ("lee", "collector"), ("ada", "administrator")]
            .map(|(name, role)| Actor { by: with_role(db, name, role).by, ..at("2026-01-15") });
        let (permission, limit) = (Permission::KeepCredit, Some(cents(1_000_000)));
        let needs = NotAuthorized::NeedsSecond { permission, limit };

        // What is within the limit, and what has no amount, takes one.
        let most = cents(1_000_001);
        let guarantee = |by| db.write(|tx| deposit::guarantee(tx, by, ONE, two, most, "by letter"));
        assert_eq!(not_authorized(&guarantee(lee).unwrap_err()), needs);
        guarantee(ada).unwrap();
        let release = |by| db.write(|tx| deposit::release(tx, by, ONE, "by letter"));
        assert_eq!(not_authorized(&release(lee).unwrap_err()), needs);
        release(ada).unwrap();
        let small = NewDeposit { amount: Some(cents(1_000_000)), ..new(ONE) };
        db.write(|tx| deposit::ask(tx, kim, &small, "new")).unwrap();

        let large = NewDeposit { amount: Some(most), ..new(two) };
        let alone = db.write(|tx| deposit::ask(tx, kim, &large, "new"));
        assert_eq!(not_authorized(&alone.unwrap_err()), needs);
        let it = db.write(|tx| NewSecurity::deposit(tx, kim.at, large.clone())).unwrap();
        let id = waits(db, kim, it);
        assert!(db.read(|tx| store::deposit::asked(tx, two)).unwrap().is_empty());
        let own = db.write(|tx| approval::give(tx, kim, id, "mine"));
        assert!(says(&own.unwrap_err()).contains("asked for"), "nobody agrees to their own");
        assert!(db.write(|tx| approval::give(tx, lee, id, "so large")).is_err(), "beyond theirs");
        db.write(|tx| approval::give(tx, ada, id, "as agreed")).unwrap();
        let asked = db.read(|tx| store::deposit::asked(tx, two)).unwrap();
        assert_eq!((asked.len(), asked[0].amount), (1, most));

        // It is billed, and goes back whole by two.
        bill(db);
        let [kim, ada] = [kim, ada].map(|it| Actor { by: it.by, ..at("2026-03-10") });
        let alone = db.write(|tx| deposit::give_back(tx, kim, two, "moved"));
        assert_eq!(not_authorized(&alone.unwrap_err()), needs);
        let it = db.write(|tx| NewSecurity::back(tx, two)).unwrap();
        let id = waits(db, kim, it);
        db.write(|tx| approval::give(tx, ada, id, "as agreed")).unwrap();
        assert_eq!(db.write(|tx| deposit::goes_back(tx, two)).unwrap(), Money::ZERO);

        // What is promised in parts of one day counts together, and what changed is not done as it was seen.
        let pledge = |amount: i64, why: &str| {
            let (agency, why) = ("County".to_owned(), why.to_owned());
            NewSecurity::Pledge(NewPledge {
                account: ONE,
                agency,
                amount: cents(amount),
                until: None,
                why,
            })
        };
        let first = Asked::Secure(pledge(900_000, "voucher 1"));
        assert_eq!(db.write(|tx| do_or_ask(tx, kim, &first, "voucher 1")).unwrap(), Outcome::Done);
        let id = waits(db, kim, pledge(100_001, "voucher 2"));
        let before = db.read(|tx| store::pledge::of_account(tx, ONE)).unwrap().len();
        db.write(|tx| approval::give(tx, ada, id, "as agreed")).unwrap();
        let after = db.read(|tx| store::pledge::of_account(tx, ONE)).unwrap();
        assert_eq!((before, after.len()), (1, 2));
        let seen = NewSecurity::Back { account: ONE, amount: cents(1_000_001) };
        let why = db.write(|tx| do_or_ask(tx, kim, &Asked::Secure(seen.clone()), "x")).unwrap_err();
        assert_eq!(says(&why), "it comes to $10,000.00 now; look at it again, and ask anew");
        sound(db);
    });
}

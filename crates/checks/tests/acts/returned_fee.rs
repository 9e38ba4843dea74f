//! Payments that come back cost something once, not where the bank was wrong, and after some it is cash
//! only.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{credit_rules, person, receipt, returned};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::credit::Noun;
use meterbook_core::debit::Format;
use meterbook_core::id::{AccountId, DebitFileId, TenderId};
use meterbook_core::ledger::{Debt, Tender};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_store::{self as store, Db};

use crate::debit::{held, make, owes, sound, town, wanted};
use crate::debit_returned::{at, file, take_in_on};
use crate::jobs::read;
use crate::village::{actor, says};

const RULES: &str = "fee 25.00\ncash-only 2 in 60 days, for 90 days\n";

fn rules(db: &Db) {
    db.write(|tx| credit_rules::say(tx, actor(), Noun::Returned, date(2026, 1, 1), RULES)).unwrap();
}

fn paid(db: &Db, kind: Tender, reference: &str, cents: i64) -> Result<TenderId> {
    let (account, amount, on) = (AccountId(3), Money::from_cents(cents), date(2026, 3, 10));
    let reference = reference.to_owned();
    let new = NewPayment { account, amount, on, tender: kind, reference };
    db.write(|tx| {
        let paid = pay(tx, actor(), &new)?;
        Ok(store::receipt::tender_of(tx, paid.id)?.unwrap())
    })
}

fn back(db: &Db, id: TenderId, on: Date) {
    db.write(|tx| receipt::give_back(tx, at("2026-03-20"), id, on, "no funds")).unwrap();
}

fn asked(db: &Db, account: i64) -> Vec<i64> {
    let all = db.read(|tx| store::credit::asked(tx, &[AccountId(account)])).unwrap();
    all.iter().map(|it| it.amount.cents()).collect()
}

#[test]
fn a_fee_is_asked_once_and_comes_with_the_next_bill() {
    engines::each(|db, folder| {
        town(db, folder);
        rules(db);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        // One for want of money, and one that nobody agreed to.
        let text = file("PPD", &[("R01", 1, 4_44, ""), ("R10", 2, 8_88, "")]);
        take_in_on(db, at("2026-03-12"), &text).unwrap();
        take_in_on(db, at("2026-03-12"), &text).unwrap();
        assert_eq!((asked(db, 1), asked(db, 2)), (vec![25_00], vec![]));
        assert_eq!(owes(db)[..2], [4_44, 8_88], "it comes with a bill");
        let open = db.read(|tx| receipt::open_now(tx, AccountId(1))).unwrap();
        let bills = db.read(|tx| store::bill::of_account(tx, AccountId(1))).unwrap();
        let item = &open.items[0];
        assert_eq!((item.side.due, item.left.cents()), (bills[0].due_on, 4_44), "as old as it was");
        let period = Period::month(2026, 2).unwrap();
        let (billed_on, due_on) = (date(2026, 4, 2), date(2026, 4, 23));
        let turn = NewWindow { period, billed_on, due_on };
        db.write(|tx| window::plan(tx, actor(), Cycle(1), &[turn])).unwrap();
        read(db, folder, 4, date(2026, 3, 1));
        bill_run::run(db, at("2026-04-02"), Which::Next, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(asked(db, 1), Vec::<i64>::new());
        let charges = db.read(|tx| store::charge::of_account(tx, AccountId(1))).unwrap();
        let fees: Vec<_> =
            charges.iter().map(|it| (it.amount.cents(), it.bill.is_some())).collect();
        assert_eq!((fees, charges[0].label.as_str()), (vec![(25_00, true)], "Returned payment"));
        let owed = owes(db)[0];
        // The bank was wrong after all: what was charged is given back.
        let items = db.read(|tx| store::debit::items(tx, DebitFileId(1))).unwrap();
        let tender = items[0].tender;
        db.write(|tx| returned::mistake(tx, at("2026-04-03"), tender, "their letter")).unwrap();
        assert_eq!(owes(db)[0], owed - 25_00);
        // It is that fee which is not open any more; the bills stay as they are.
        let open = db.read(|tx| receipt::open_now(tx, AccountId(1))).unwrap();
        let left = open.items.iter().map(|it| (it.side.debt, it.left.cents()));
        assert_eq!(left.collect::<Vec<_>>(), [(Debt::Bill, 4_44), (Debt::Bill, owed - 29_44)]);
        let mut all = Vec::new();
        db.read(|tx| store::debt::arrears(tx, date(2026, 4, 30), |it| all.push(it))).unwrap();
        let it = all.iter().find(|it| it.account == AccountId(1)).unwrap();
        assert_eq!(it.past_due.cents(), owed - 25_00);
        sound(db);
    });
}

#[test]
fn who_is_written_to_in_another_language_reads_what_is_asked_from_then_on_in_it() {
    engines::each(|db, folder| {
        town(db, folder);
        rules(db);
        let labels = || -> Vec<String> {
            let all = db.read(|tx| store::credit::asked(tx, &[AccountId(3)])).unwrap();
            all.into_iter().map(|it| it.label).collect()
        };
        let first = paid(db, Tender::Check, "1471", 1_00).unwrap();
        back(db, first, date(2026, 3, 12));
        let who = db.read(|tx| store::account::get(tx, AccountId(3))).unwrap().person;
        let speak = |language| db.write(|tx| person::speak(tx, actor(), who, language));
        speak(Language::Spanish).unwrap();
        let again = speak(Language::Spanish).unwrap_err();
        assert_eq!(says(&again), "they are written to in es already; nothing was changed");
        let second = paid(db, Tender::Check, "1472", 1_00).unwrap();
        back(db, second, date(2026, 3, 13));
        assert_eq!(labels(), ["Returned payment", "Pago devuelto"]);
        sound(db);
    });
}

#[test]
fn where_the_bank_was_wrong_nothing_is_asked_for() {
    engines::each(|db, folder| {
        town(db, folder);
        rules(db);
        let id = paid(db, Tender::Check, "1471", 5_00).unwrap();
        let mistake = |why| db.write(|tx| returned::mistake(tx, at("2026-03-21"), id, why));
        assert!(says(&mistake("x").unwrap_err()).starts_with("tender 1 did not come back"));
        back(db, id, date(2026, 3, 12));
        assert_eq!(asked(db, 3), [25_00]);
        assert_eq!(says(&mistake("").unwrap_err()), "say why");
        assert_eq!(mistake("their letter of 20 March").unwrap(), Money::from_cents(25_00));
        assert_eq!(asked(db, 3), Vec::<i64>::new());
        assert!(says(&mistake("again").unwrap_err()).starts_with("it is known that the bank"));
        // It comes in again under its own number, once.
        let owed = owes(db)[2];
        paid(db, Tender::Check, "1471", 5_00).unwrap();
        assert_eq!(owes(db)[2], owed - 5_00);
        let twice = paid(db, Tender::Check, "1471", 5_00).unwrap_err();
        assert!(says(&twice).starts_with("payment 1471 of $5.00 is posted already"), "{twice}");
        // A second one does not make it cash only: the first does not count.
        let second = paid(db, Tender::Check, "1472", 5_00).unwrap();
        back(db, second, date(2026, 3, 12));
        assert!(paid(db, Tender::Check, "1473", 5_00).is_ok());
        sound(db);
    });
}

#[test]
fn cash_that_is_taken_back_later_costs_nothing_and_counts_against_nobody() {
    engines::each(|db, folder| {
        town(db, folder);
        let told = format!("{RULES}told by-letter\n");
        db.write(|tx| credit_rules::say(tx, actor(), Noun::Returned, date(2026, 1, 1), &told))
            .unwrap();
        let letters = || db.read(|tx| store::mailing::of_account(tx, AccountId(3))).unwrap().len();
        let before = letters();
        for reference in ["1", "2", "3"] {
            let id = paid(db, Tender::Cash, reference, 1_00).unwrap();
            back(db, id, date(2026, 3, 12));
        }
        assert_eq!(asked(db, 3), Vec::<i64>::new());
        assert_eq!(owes(db)[2], 1_332);
        assert_eq!(letters(), before);
        let check = paid(db, Tender::Check, "1471", 1_00).unwrap();
        back(db, check, date(2026, 3, 12));
        assert_eq!((asked(db, 3), letters()), (vec![25_00], before + 1), "a bank returns checks");
        sound(db);
    });
}

#[test]
fn after_two_it_is_cash_only_until_somebody_lifts_it() {
    engines::each(|db, folder| {
        town(db, folder);
        rules(db);
        let lift = |why| db.write(|tx| returned::lift(tx, at("2026-03-21"), AccountId(3), why));
        assert!(says(&lift("x").unwrap_err()).starts_with("this account may pay as it likes"));
        for reference in ["1471", "1472"] {
            let id = paid(db, Tender::Check, reference, 1_00).unwrap();
            back(db, id, date(2026, 3, 10));
        }
        let why = paid(db, Tender::Check, "1473", 1_00).unwrap_err();
        let until =
            "checks of this account came back, and it pays in cash or by card until 2026-06-08";
        assert!(says(&why).starts_with(until), "{why}");
        paid(db, Tender::Cash, "1", 1_00).unwrap();
        let third = held(db).into_iter().find(|it| it.0 == 3).unwrap();
        assert_eq!(third.1, "they pay in cash only, until 2026-06-08");
        let why = paid(db, Tender::Debit, "D-9", 1_00).unwrap_err();
        assert!(says(&why).starts_with("a debit is taken by a mandate"), "{why}");
        lift("paid for a year").unwrap();
        let on = db.read(|tx| returned::cash_only(tx, AccountId(3), date(2026, 3, 21))).unwrap();
        assert_eq!(on, None);
        sound(db);
    });
}

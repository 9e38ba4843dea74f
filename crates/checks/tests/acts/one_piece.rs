//! Several months corrected at once, on both engines: they come as one piece that asks once, and whatever
//! takes, ages or sums up asks for the same.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use jiff::civil::date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bill_run::correct::{NewCorrection, preview};
use meterbook_app::bill_run::settle;
use meterbook_app::debit::{self, NewDebits};
use meterbook_app::delivery::mass::Mass;
use meterbook_app::delivery::package::{begin, make};
use meterbook_app::mandate::{self, NewMandate};
use meterbook_app::{check, customer_view, deliver, late_fee, statement, summary};
use meterbook_checks::engines;
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::summary::Asks;
use meterbook_core::credit::Noun;
use meterbook_core::debit::{Format, Scheme};
use meterbook_core::delivery::{Enclosed, PaperKind, Way};
use meterbook_core::id::{AccountId, CorrectionId, PackageId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_paper::Tagged;
use meterbook_store::{self as store, Db};

use crate::correct::{bill, correct, meter_shows, shows, three_months};
use crate::debit::POLICY;
use crate::delivery::pieces;
use crate::deposit::{at, say};
use crate::mandate::{key, new, terms};
use crate::sum_up::{JANUARY, owes, three};
use crate::village::actor;

const ACCOUNT: AccountId = AccountId(1);
const FIRST: CorrectionId = CorrectionId(1);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

fn clean(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:#?}");
}

/// What is still on its way, and what is in it.
fn waiting(db: &Db) -> Vec<Enclosed> {
    let ever = Period::new(date(2026, 1, 1), date(2027, 1, 1)).unwrap();
    let due = db.read(|tx| store::outbox::due(tx, Way::Post, ever)).unwrap();
    due.iter().map(|it| db.read(|tx| store::outbox::get(tx, *it)).unwrap().0.enclosed).collect()
}

/// Each of three months was ten more than billed: $12.00 was asked for each, and $13.20 is.
fn corrected(db: &Db) {
    three_months(db);
    for (month, index) in [(2, 110), (3, 220), (4, 330)] {
        shows(db, date(2026, month, 1), &[index]);
    }
    correct(db, actor(), cents(3_60), "the display was read wrong").unwrap();
}

fn asks(db: &Db) -> Asks {
    db.read(|tx| summary::of_correction(tx, FIRST)).unwrap().asks.unwrap()
}

fn own(db: &Db, folder: &Path) -> PathBuf {
    folder.join(format!("{}", db.location()).replace(['/', ':'], "-"))
}

#[test]
fn several_months_come_as_one_piece_that_asks_once() {
    engines::each(|db, folder| {
        corrected(db);
        // What was queued of the old bills goes nowhere; of the new ones nothing goes by itself.
        assert_eq!(waiting(db), [Enclosed::Note(FIRST)]);
        clean(db);
        let bills = db.read(|tx| store::correction::bills_behind(tx, FIRST)).unwrap();
        assert_eq!(bills.len(), 3);
        let it = asks(db);
        assert_eq!((it.before, it.amount_due, it.paid_by), (cents(36_00), cents(39_60), None));
        for bill in &bills {
            let of = db.read(|tx| statement::of_bill(tx, *bill)).unwrap();
            assert_eq!((of.behind, of.amount_due), (Some(FIRST), Money::ZERO));
            assert_eq!((of.bill.total, of.bill.due_on), (cents(13_20), it.due_on));
        }
        // One paper: the first page, and two of each bill.
        let own = own(db, folder);
        let pdf = deliver::pdf_of_any(db, &own, Enclosed::Note(FIRST)).unwrap();
        assert_eq!(Tagged::read(pdf).unwrap().pages(), 1 + 3 * 2);
        // The package counts it as one envelope, and asks once.
        let on = db.read(|tx| store::correction::get(tx, FIRST)).unwrap().on;
        let billed = Period::new(on, on.tomorrow().unwrap()).unwrap();
        assert_eq!(db.read(|tx| store::outbox::papers(tx, billed)).unwrap(), 1);
        let mass = Mass { way: Way::Post, billed, expected: Some(1) };
        let begun = begin(db, actor(), &mass, &own).unwrap();
        assert!(begun.left.is_empty(), "{:?}", begun.left);
        let made = make(db, actor(), PackageId(1), (&own, &own.join("mail"))).unwrap();
        let sum = made.manifest.sum(|it| it.kind == PaperKind::Note);
        assert_eq!((sum.envelopes, sum.pages, sum.amount_due), (1, 7, cents(39_60)));
        assert_eq!(made.manifest.envelopes.len(), 1);
        let report = std::fs::read_to_string(made.folder.join("control.txt")).unwrap();
        assert!(report.contains("Notes                1"), "{report}");
        // Once it is sent, a turn of it is not taken back as a whole.
        let window = db.read(|tx| store::bill::get(tx, bills[2])).unwrap().window;
        let way = db.read(|tx| store::cancel::in_the_way(tx, window)).unwrap();
        assert!(matches!(way, Some(store::cancel::InTheWay::Sent(1, _))), "{way:?}");
        // It tells what was there when it was made, whatever comes after it.
        shows(db, date(2026, 5, 1), &[430]);
        bill(db);
        assert_eq!(asks(db), it);
        clean(db);
    });
}

#[test]
fn what_is_corrected_again_sends_its_first_page_no_more_when_nothing_on_it_stands() {
    engines::each(|db, _| {
        corrected(db);
        for (month, index) in [(2, 100), (3, 200), (4, 300)] {
            shows(db, date(2026, month, 1), &[index]);
        }
        correct(db, actor(), cents(-3_60), "it was right").unwrap();
        assert_eq!(waiting(db), [Enclosed::Note(CorrectionId(2))]);
        let both: Vec<_> = pieces(db).iter().map(|it| it.0.enclosed.kind()).collect();
        assert_eq!(both.iter().filter(|it| **it == PaperKind::Note).count(), 2);
        clean(db);
    });
}

#[test]
fn rules_take_off_what_they_do_before_it_asks() {
    engines::each(|db, _| {
        three_months(db);
        let rules = "reach any any 1\n";
        db.write(|tx| settle::say_rules(tx, actor(), date(2026, 1, 1), rules)).unwrap();
        for (month, index) in [(2, 110), (3, 220), (4, 330)] {
            shows(db, date(2026, month, 1), &[index]);
        }
        let net = db.write(|tx| preview(tx, actor(), ACCOUNT, JANUARY, Cause::Read)).unwrap();
        let wanted = NewCorrection {
            account: ACCOUNT,
            from: JANUARY,
            cause: Cause::Read,
            net: net.charged(),
        };
        assert!(Money::ZERO < net.settled.waived, "{:?}", net.settled);
        db.write(|tx| do_or_ask(tx, actor(), &Asked::Correct(wanted), "misread")).unwrap();
        let owed = db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap();
        assert_eq!((asks(db).amount_due, asks(db).before), (owed, cents(36_00)));
        assert_eq!(owed, cents(36_00) + net.net);
        clean(db);
    });
}

#[test]
fn a_debit_takes_the_net_once_and_by_the_bill_that_somebody_names() {
    engines::each(|db, _| {
        three_months(db);
        db.write(|tx| {
            debit::say_policy(tx, actor(), JANUARY, POLICY)?;
            let mut new = NewMandate { scheme: Scheme::Ppd, signed: JANUARY, ..new(ACCOUNT) };
            new.terms = terms(JANUARY);
            mandate::agree(tx, actor(), &key(), &new)
        })
        .unwrap();
        for (month, index) in [(2, 110), (3, 220), (4, 330)] {
            shows(db, date(2026, month, 1), &[index]);
        }
        correct(db, actor(), cents(3_60), "the display was read wrong").unwrap();
        let on = asks(db).due_on;
        let due = db.read(|tx| debit::due(tx, on)).unwrap();
        let [only] = due.as_slice() else { panic!("{due:?}") };
        assert_eq!((only.amount, only.on), (cents(39_60), on));
        assert!(only.held.is_none(), "{:?}", only.held);
        let debits = NewDebits { format: Format::Nacha, settle: on, total: cents(39_60) };
        db.write(|tx| debit::make(tx, actor(), &debits)).unwrap();
        assert_eq!(db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap(), Money::ZERO);
        assert_eq!(db.read(|tx| debit::due(tx, on)).unwrap().len(), 0);
        clean(db);
    });
}

#[test]
fn what_is_late_of_several_bills_costs_once_and_is_past_due_once() {
    engines::each(|db, _| {
        three_months(db);
        for (month, index) in [(2, 110), (3, 220), (4, 330)] {
            shows(db, date(2026, month, 1), &[index]);
        }
        correct(db, at("2026-04-03"), cents(3_60), "the display was read wrong").unwrap();
        say(db, Noun::LateFee, "fee residential 10% monthly\ngrace 5 days\nleast 5.00\n");
        let assess = |day| late_fee::assess_all(db, at(day)).unwrap();
        // What January and February asked for goes on by their own days, and begins for all the rest by the
        // new one, once.
        assert_eq!(assess("2026-04-20"), (2, cents(2_40)));
        assert_eq!(assess("2026-05-01"), (3, cents(3_96)));
        assert_eq!(assess("2026-05-01"), (0, Money::ZERO));
        let number = db.read(|tx| store::account::get(tx, ACCOUNT)).unwrap().number;
        let on = date(2026, 5, 1);
        let view = db.read(|tx| customer_view::of_account(tx, number, on, 0)).unwrap().unwrap();
        assert_eq!(view.past_due, cents(39_60));
        // What is paid takes of it, whichever bill is named.
        let bills = db.read(|tx| store::correction::bills_behind(tx, FIRST)).unwrap();
        let named = db.read(|tx| store::correction::asked_with(tx, bills[0])).unwrap();
        assert_eq!(named, bills[2], "the last is what all are known by");
        clean(db);
    });
}

#[test]
fn what_another_account_pays_is_not_asked_for_on_the_first_page() {
    engines::each(|db, folder| {
        let all = three(db, Some("roll-up"));
        let read = |month, indexes: [i64; 3]| {
            for (serial, index) in ["E-1", "E-2", "E-3"].into_iter().zip(indexes) {
                meter_shows(db, serial, date(2026, month, 1), &[index]);
            }
        };
        read(2, [100, 200, 300]);
        bill(db);
        read(3, [200, 400, 600]);
        bill(db);
        let before = owes(db, &all[0]);
        meter_shows(db, "E-2", date(2026, 2, 1), &[210]);
        meter_shows(db, "E-2", date(2026, 3, 1), &[420]);
        db.write(|tx| {
            let net = preview(tx, actor(), all[1].id, JANUARY, Cause::Read)?.charged();
            let wanted =
                NewCorrection { account: all[1].id, from: JANUARY, cause: Cause::Read, net };
            do_or_ask(tx, actor(), &Asked::Correct(wanted), "misread")
        })
        .unwrap();
        let it = asks(db);
        assert_eq!((it.before, it.amount_due), (Money::ZERO, Money::ZERO));
        assert_eq!(it.paid_by, Some(all[0].number));
        assert_eq!((owes(db, &all[0]), owes(db, &all[1])), (before + 2_40, 0));
        let own = own(db, folder);
        deliver::pdf_of_any(db, &own, Enclosed::Note(FIRST)).unwrap();
        clean(db);
    });
}

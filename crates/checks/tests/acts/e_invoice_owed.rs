//! What e-invoices ask for, on both engines: what the books hold of each, without what was paid before,
//! whatever the account pays in parts or by a level.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use jiff::civil::date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bill_run::once::{self, NewOnce, Of};
use meterbook_app::moves::ReadWanted;
use meterbook_app::seller::say as say_seller;
use meterbook_app::{budget, invoice, plan, summary};
use meterbook_checks::engines;
use meterbook_core::credit::Noun;
use meterbook_core::id::{AccountId, BillId, CorrectionId};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::correct::{begin, correct, shows, three_months};
use crate::deposit::{at, bill, owes, pays, say, sound};
use crate::e_invoice::{amounts, judged, only, seller};
use crate::jobs::january;
use crate::last_bill;
use crate::late_fee::february;
use crate::rolled::fence;
use crate::settle::{self, one_month, rules, seen};
use crate::village::{DIALS, actor};

const ONE: AccountId = AccountId(1);
const THREE: AccountId = AccountId(3);
const BUDGET: &str = "class residential\nhistory 12 1\nround 1.00\noff 10%\n";

fn described(db: &Db) {
    db.write(|tx| say_seller(tx, actor(), date(2026, 1, 1), &seller(None))).unwrap();
}

fn newest(db: &Db, account: AccountId) -> BillId {
    db.read(|tx| store::bill::newest_of(tx, account, 1)).unwrap()[0].id
}

fn written(db: &Db, id: BillId) -> String {
    db.read(|tx| invoice::of_bill(tx, id)).unwrap()
}

/// Asks the norm of these.
fn keep(folder: &Path, texts: &[&str]) {
    let files: Vec<PathBuf> = (0..texts.len()).map(|it| folder.join(format!("{it}.xml"))).collect();
    for (file, text) in files.iter().zip(texts) {
        std::fs::write(file, text).unwrap();
    }
    judged(&files);
}

#[test]
fn a_corrected_invoice_asks_for_what_is_not_paid_of_the_earlier_one() {
    engines::each(|db, folder| {
        one_month(db);
        described(db);
        settle::pays(db, date(2026, 2, 28));
        shows(db, date(2026, 2, 1), &[200]);
        correct(db, actor(), seen(db).charged(), "the meter was slow").unwrap();
        let text = written(db, newest(db, ONE));
        assert_eq!(only(&text, "InvoiceTypeCode"), "384");
        assert_eq!((amounts(&text), owes(db, ONE)), ([24_00, 12_00, 12_00], 12_00));
        // What is too much is given back, and asked for no more.
        shows(db, date(2026, 2, 1), &[50]);
        correct(db, actor(), seen(db).charged(), "it was fast").unwrap();
        let less = written(db, newest(db, ONE));
        assert_eq!((amounts(&less), owes(db, ONE)), ([6_00, 6_00, 0], -6_00));
        keep(folder, &[&text, &less]);
    });
}

#[test]
fn a_corrected_invoice_does_not_ask_for_what_nobody_is_charged_for() {
    engines::each(|db, folder| {
        one_month(db);
        described(db);
        rules(db, "reach utility residential 1\n");
        shows(db, date(2026, 2, 1), &[200]);
        correct(db, actor(), seen(db).charged(), "the meter was slow").unwrap();
        let text = written(db, newest(db, ONE));
        assert_eq!((amounts(&text), owes(db, ONE)), ([24_00, 12_00, 12_00], 12_00));
        keep(folder, &[&text]);
    });
}

#[test]
fn invoices_of_one_piece_ask_together_for_what_its_first_page_does() {
    engines::each(|db, folder| {
        three_months(db);
        described(db);
        settle::pays(db, date(2026, 2, 28));
        for (month, index) in [(2, 110), (3, 220), (4, 330)] {
            shows(db, date(2026, month, 1), &[index]);
        }
        correct(db, actor(), seen(db).charged(), "misread").unwrap();
        let first = CorrectionId(1);
        let bills = db.read(|tx| store::correction::bills_behind(tx, first)).unwrap();
        let texts: Vec<String> = bills.iter().map(|it| written(db, *it)).collect();
        let all: Vec<_> = texts.iter().map(|it| amounts(it)).collect();
        assert_eq!(all, [[13_20, 12_00, 1_20], [13_20, 0, 13_20], [13_20, 0, 13_20]]);
        let asks = db.read(|tx| summary::of_correction(tx, first)).unwrap().asks.unwrap();
        let asked: i64 = all.iter().map(|it| it[2]).sum();
        assert_eq!((asked, asked), (asks.amount_due.cents(), owes(db, ONE)));
        keep(folder, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    });
}

#[test]
fn a_bill_that_is_taken_back_alone_is_credited_as_the_ledger_has_it() {
    engines::each(|db, folder| {
        begin(db, "R-1", &[DIALS]);
        described(db);
        let id = fence(db, ONE, "2026-01-20");
        let number = db.read(|tx| store::bill::get(tx, id)).unwrap().number;
        let text = written(db, id);
        assert_eq!((only(&text, "InvoiceTypeCode"), amounts(&text)), ("380", [75_00, 0, 75_00]));
        let back = NewOnce {
            account: ONE,
            of: Of::Back(number),
            reference: String::new(),
            total: Money::ZERO,
        };
        db.write(|tx| {
            let planned = once::preview(tx, actor(), &back)?;
            do_or_ask(tx, actor(), &Asked::BillOnce(back.clone().seen(&planned)), "no fence")
        })
        .unwrap();
        let note = db.read(|tx| invoice::taking_back(tx, id)).unwrap();
        assert_eq!(only(&note, "CreditNoteTypeCode"), "381");
        let entry = db.read(|tx| store::ledger::newest(tx, ONE, 1, 0)).unwrap().remove(0);
        assert_eq!((amounts(&note), entry.amount.cents()), ([75_00, 0, 75_00], -75_00));
        keep(folder, &[&text, &note]);
    });
}

#[test]
fn a_level_and_a_plan_are_terms_of_an_invoice_and_nothing_that_is_paid() {
    engines::each(|db, folder| {
        january(db, folder, 3);
        described(db);
        bill(db);
        say(db, Noun::Budget, BUDGET);
        let plans = "months residential 3 2\nleast 1.00\ndebt 5.00 100.00\ndue with-bills\n";
        say(db, Noun::Plan, plans);
        db.write(|tx| plan::agree(tx, at("2026-02-26"), THREE, (1, None), "by phone")).unwrap();
        let level = Some(Money::from_cents(10_00));
        db.write(|tx| budget::begin(tx, at("2026-02-26"), THREE, level, "by phone")).unwrap();
        february(db, folder, 3);
        let total = db.read(|tx| store::bill::get(tx, newest(db, THREE))).unwrap().total.cents();
        let text = written(db, newest(db, THREE));
        assert_eq!(amounts(&text), [total, 0, total]);
        let terms = "By budget billing USD 10.00 is asked for in place of this bill.";
        assert!(text.contains(terms), "{text}");
        assert!(text.contains("of a payment plan, USD 6.66, is due"), "{text}");
        keep(folder, &[&text]);
    });
}

#[test]
fn security_and_levels_that_were_paid_pay_the_last_invoice() {
    // Of the first bill with the fee to begin and the security: nothing, all, and all but the security.
    for (level, pays_first, paid) in
        [(None, 0, 0), (None, 18_700, 6_00), (Some(50_00), 0, 0), (Some(50_00), 75_00, 6_00)]
    {
        engines::each(|db, folder| {
            last_bill::found(db);
            described(db);
            say(db, Noun::Budget, BUDGET);
            let account = last_bill::comes(db);
            if let Some(level) = level {
                let level = Some(Money::from_cents(level));
                let day = at("2026-01-20");
                db.write(|tx| budget::begin(tx, day, account.id, level, "by phone")).unwrap();
            }
            last_bill::shows(db, date(2026, 2, 1), 100);
            bill(db);
            if 0 < pays_first {
                pays(db, account.id, pays_first, date(2026, 2, 5), at("2026-03-10"));
            }
            let read = ReadWanted::Given(vec![150_000_000]);
            last_bill::leaves(db, &account, last_bill::LEFT, read);
            let closed = last_bill::close(db, &account).unwrap();
            let text = written(db, closed.bills[0].id);
            assert_eq!(amounts(&text), [6_00, paid, 6_00 - paid], "{level:?} {pays_first}");
            keep(folder, &[&text]);
            sound(db);
        });
    }
}

//! The bills of several accounts on one, and what a customer is told of a correction.

use jiff::civil::date;
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::{statement, summary};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::id::{AccountId, BillId, CorrectionId, DetailId};
use meterbook_core::money::Money;
use meterbook_store as store;

use crate::correct::{correct, shows, three_months};
use crate::village::{actor, says};

#[test]
fn an_account_sums_up_the_newest_bills_of_others() {
    engines::each(|db, folder| {
        three_months(db);
        let on = date(2026, 4, 20);
        let one = db.read(|tx| store::bill::get(tx, BillId(1))).unwrap().account;
        let number = db.read(|tx| store::account::get(tx, one)).unwrap().number;
        let why = db.read(|tx| summary::of_account(tx, one, on)).unwrap_err();
        assert_eq!(
            says(&why),
            format!(
                "no account is summed up by {number} on 2026-04-20; say so of each with: meterbook customer account-detail ACCOUNT summary {number} --from 2026-04-20"
            )
        );
        // A second account whose bill the first one sums up; it has none yet.
        db.write(|tx| {
            let mut other = store::account::get(tx, one)?;
            other.id = AccountId(tx.next(store::Counter::Account, 1)?);
            other.number = meterbook_core::id::AccountNumber::new(77).unwrap();
            store::account::add(tx, &other)?;
            let detail = Detail {
                id: DetailId(tx.next(store::Counter::Detail, 1)?),
                subject: Subject::Account(other.id),
                kind: DetailKind::Summary,
                value: number.to_string(),
                from: date(2026, 1, 1),
                to: None,
            };
            store::detail::add(tx, &detail)?;
            Ok(())
        })
        .unwrap();
        let it = db.read(|tx| summary::of_account(tx, one, on)).unwrap();
        let newest = db.read(|tx| store::bill::standing_by(tx, one, on)).unwrap().unwrap();
        let last = db.read(|tx| statement::of_bill(tx, newest)).unwrap();
        let [row] = &it.rows[..] else { panic!("{it:?}") };
        assert_eq!((&row.bill, row.amount_due), (&last.bill.number, last.amount_due));
        assert_eq!((it.amount_due(), it.due_on), (last.amount_due, last.bill.due_on));
        let file = summary::draw(db, one, on, folder).unwrap();
        assert!(file.exists() && file.with_extension("html").exists());
        let before = db.read(|tx| summary::of_account(tx, one, date(2026, 1, 1))).unwrap_err();
        assert!(says(&before).ends_with("has a bill by 2026-01-01; say a later day"), "{before}");

        // The turn of April is planned and not billed: nothing is summed up before it is.
        let may = date(2026, 5, 20);
        let waits = db.read(|tx| summary::of_account(tx, one, may)).unwrap_err();
        let waiting = format!("sums up by 2026-05-20 waits for {number} (not billed yet); bill");
        assert!(says(&waits).contains(&waiting), "{waits}");
        // Held, it says for what; billed, it is summed up.
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        let waits = db.read(|tx| summary::of_account(tx, one, may)).unwrap_err();
        assert!(says(&waits).contains(&format!("{number} (no-read)")), "{waits}");
        shows(db, date(2026, 5, 1), &[400]);
        let held = Which::Held(Cycle(1), None);
        let over = meterbook_app::Actor::system("2026-05-20T12:00:00Z".parse().unwrap());
        bill_run::run(db, over, held, Until::Posted, &mut |_| ()).unwrap();
        let it = db.read(|tx| summary::of_account(tx, one, may)).unwrap();
        assert_eq!(it.rows[0].period.start(), date(2026, 4, 1));
    });
}

#[test]
fn a_correction_is_drawn_and_what_it_comes_to_is_on_the_paper() {
    engines::each(|db, folder| {
        three_months(db);
        shows(db, date(2026, 3, 1), &[180]);
        correct(db, actor(), Money::ZERO, "the 8 was read as a 0").unwrap();
        let it = db.read(|tx| summary::of_correction(tx, CorrectionId(1))).unwrap();
        assert_eq!(it.correction.bills.len(), 2);
        let addressed = &it.correction.bills[1].1.as_ref().unwrap().addressed_to;
        assert_eq!(it.addressed_to(), &addressed[..], "as the newest bill is");
        let file = summary::draw_correction(db, CorrectionId(1), folder).unwrap();
        assert!(file.exists() && file.with_extension("html").exists());
    });
}

//! The sample town on both database engines: the same cents, books that notice when they are cooked.

use std::cell::RefCell;
use std::path::Path;

use meterbook_app::check::check;
use meterbook_app::demo::{self, Demo};
use meterbook_app::pay::{NewPayment, NotPaid, pay};
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines::{Raw, each};
use meterbook_core::id::AccountId;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db, Location};

/// Ways to cook the books, and the rule of `check` that has to notice.
const COOKED: &[(&str, &str, &str)] = &[
    (
        "posting",
        "update posting set amount_cents = amount_cents + 1 where position = 1",
        "entries-balance",
    ),
    ("bill_line", "update bill_line set amount_cents = amount_cents + 1", "bill-lines"),
    ("bill", "update bill set total_cents = total_cents + 100", "bill-posted"),
    ("payment", "update payment set amount_cents = amount_cents * 10", "payment-posted"),
    ("segment", "update segment set to_on = '2030-01-01'", "days-once"),
    ("batch_part", "delete from batch_part", "batches"),
];

/// Enough for a bill of every commodity and a payment.
const CUSTOMERS: usize = 12;

fn town(db: &Db, folder: &Path) -> demo::Made {
    let wanted = Demo { customers: CUSTOMERS, seed: 7, leave_open: None };
    demo::make(db, folder, None, wanted, &mut |_, _, _| ()).expect("a town can be made")
}

fn number(raw: &mut Raw, what: &str, table: &str) -> i64 {
    let query = format!("select cast({what} as text) from {table}");
    let answer = raw.column(&query).expect("a query of one number");
    answer[0].parse().expect("a number")
}

#[test]
fn a_town_comes_to_the_same_cent_on_both() {
    let first = RefCell::new(None);
    each(|db, folder| {
        let standings = town(db, folder).standings;
        let report = check(db).unwrap();
        assert!(report.clean(), "{}: {report:#?}", db.location());
        let totals: Vec<_> =
            standings.iter().map(|it| (it.period, it.billed, it.held, it.total)).collect();
        assert!(totals.iter().any(|it| it.1 > 0));
        let mut first = first.borrow_mut();
        assert_eq!(*first.get_or_insert_with(|| totals.clone()), totals, "{}", db.location());
    });
}

#[test]
fn cooked_books_are_noticed() {
    for (table, cook, rule) in COOKED {
        each(|db, folder| {
            town(db, folder);
            let mut raw = Raw::beside(db).unwrap();
            match db.location() {
                Location::Sqlite(_) => {
                    raw.run(&format!("drop trigger {table}_same; drop trigger {table}_stays"))
                        .unwrap();
                }
                Location::Postgres(_) => {
                    raw.run(&format!("drop trigger {table}_stays on {table}")).unwrap();
                }
            }
            raw.run(cook).unwrap();
            let report = check(db).unwrap();
            let noticed = report.rules.iter().filter(|it| !it.faults.is_empty());
            let names: Vec<&str> = noticed.map(|it| it.name).collect();
            assert!(names.contains(rule), "{}: {cook}: {names:?}", db.location());
        });
    }
}

#[test]
fn a_payment_is_posted_once_and_a_refusal_leaves_nothing() {
    each(|db, folder| {
        town(db, folder);
        let mut raw = Raw::beside(db).unwrap();
        let actor = Actor::system("2026-11-24T12:00:00Z".parse().unwrap());
        let new = NewPayment {
            account: AccountId(number(&mut raw, "min(id)", "account")),
            amount: Money::from_cents(1234),
            on: "2026-11-24".parse().unwrap(),
            tender: Tender::Check,
            reference: "1471".to_owned(),
        };
        db.write(|tx| pay(tx, actor, &new)).unwrap();
        let owed = db.read(|tx| store::ledger::balance(tx, new.account)).unwrap();
        let rows = number(&mut raw, "count(*)", "audit");
        let again = db.write(|tx| pay(tx, actor, &new)).unwrap_err();
        let refused = again.downcast_ref::<Refused>().expect("a refusal");
        assert!(matches!(refused.as_a(), Some(NotPaid::AlreadyPosted { .. })), "{}", db.location());
        let still = db.read(|tx| store::ledger::balance(tx, new.account)).unwrap();
        assert_eq!((still, number(&mut raw, "count(*)", "audit")), (owed, rows));
    });
}

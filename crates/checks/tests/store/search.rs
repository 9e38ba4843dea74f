//! An account is found by any scrap of it, on both engines alike, and says why.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use meterbook_checks::engines;
use meterbook_core::id::*;
use meterbook_core::ledger::{Payment, Tender};
use meterbook_core::money::Money;
use meterbook_core::search::{About, Scrap, ScrapKind, Subject};
use meterbook_store::search::{self, Hit};
use meterbook_store::{self as store, Db};

use crate::sample;

fn find(db: &Db, text: &str) -> Vec<Hit> {
    db.read(|tx| search::find(tx, text, 50)).unwrap()
}

/// The kinds of the scraps by which the only hit was found.
fn why(db: &Db, text: &str) -> Vec<ScrapKind> {
    let hits = find(db, text);
    assert_eq!(hits.len(), 1, "{text}: {hits:?}");
    hits[0].why.iter().map(|it| it.kind).collect()
}

#[test]
fn an_account_is_found_by_any_scrap() {
    use ScrapKind::{
        Account, Address, Bill, Email, Meter, Name, Payment, Phone, Premise, ServicePoint,
    };
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let number = AccountNumber::new(10_000_001).unwrap();
        let (printed, bare) = (number.to_string(), number.digits().to_string());
        for (text, kinds) in [
            ("O'KAFOR", &[Name][..]),
            ("ÑANDÚ", &[Name]),
            ("kafor reyes", &[Name]),
            ("reyes, d", &[Name]),
            ("ñandú 100%", &[Name]),
            ("dana cedar", &[Name, Address]),
            ("5550104417", &[Phone]),
            ("(555) 010-4417", &[Phone]),
            ("+1 555 010 4417", &[Phone]),
            ("010-4417", &[Phone]),
            ("4417", &[Phone]),
            ("dana_or@example.test", &[Email]),
            ("DANA_OR@example", &[Email]),
            ("dana_or", &[Email]),
            ("danaor", &[Email]),
            ("dan juni", &[Name, Address]),
            ("418 00417", &[Address]),
            ("juniper 420", &[Address]),
            ("juniper hollow 418", &[Address]),
            ("Juniper Hollow Road", &[Address]),
            ("hollow rd., 420", &[Address]),
            ("hollow roa", &[Address]),
            ("po box 9", &[Address]),
            ("e-100", &[Meter]),
            ("e100", &[Meter]),
            ("E\u{2011}100", &[Meter]),
            ("B-260804-10000001", &[Bill]),
            ("b26080410000001", &[Bill]),
            ("260804-10000001", &[Bill]),
            ("B-260804-10000007", &[Bill]),
            ("1021", &[Payment]),
            ("premise 1", &[Premise]),
            ("p-1", &[Premise]),
            ("service point 1", &[ServicePoint]),
            ("SP 1", &[ServicePoint]),
            (&printed, &[Account]),
            (&bare, &[Account]),
            ("1000-0001", &[Account]),
            // As it is heard on the telephone, and as it is typed in a hurry.
            ("daan ocafor", &[Name]),
            ("Okaffor", &[Name]),
            ("reyse junipper", &[Name, Address]),
            ("5550104471", &[Phone]),
            ("55501044417", &[Phone]),
        ] {
            assert_eq!(why(db, text), kinds, "{text}");
        }
        for nothing in [
            "dana smith",
            "hollow lane",
            "-",
            "",
            "e-101",
            "B-260804-10000077",
            "1022",
            "') or '1",
            "\" *",
        ] {
            assert!(find(db, nothing).is_empty(), "{nothing}");
        }
        let hit = find(db, "okafor").remove(0);
        assert_eq!(hit.subject, Subject::account(sample::ACCOUNT));
        assert_eq!((hit.number, hit.name), (printed.clone(), sample::person().name));
        assert_eq!(hit.address, "418 Juniper Hollow Rd, Cedar Fork XX 00417");
    });
}

#[test]
fn the_best_comes_first() {
    engines::each(|db, _| {
        let order = |id: i64, name: &str, address: &str| {
            let scraps = vec![
                Scrap::new(ScrapKind::Order, id.to_string()),
                Scrap::new(ScrapKind::Name, name),
                Scrap::new(ScrapKind::Address, address),
            ];
            let subject = Subject { about: About::Order, id };
            db.write(|tx| search::put(tx, subject, scraps)).unwrap();
        };
        order(1, "Anna Quill", "9 Mill St");
        order(2, "Rosa Marsh", "4 Ann Ct");
        order(3, "Ann Marsh Quill", "7 Fern Ln");
        order(4, "Ann", "1 Fern Ln");
        let found =
            |text: &str| find(db, text).into_iter().map(|it| it.subject.id).collect::<Vec<_>>();
        // The whole name, then the word in a name, in an address, and at last what begins so.
        assert_eq!(found("ann"), [4, 3, 2, 1]);
        // Both are only begun, though somebody has the first one whole.
        order(5, "Rosanna Holman", "1 Elm Ct");
        order(6, "Ed Holt", "2 Ros Ct");
        assert_eq!(found("ros hol"), [6, 5]);
        // Words are found apart, in one scrap rather than in two.
        assert_eq!(found("marsh ann"), [3, 2]);
        // A doubtful spelling only counts where nothing is spelt so.
        assert_eq!(found("quil"), [3, 1]);
        assert_eq!(found("quilt"), [3, 1]);
        assert_eq!(found("work order 3").len() + found("order 3").len() + found("wo 3").len(), 3);
        let hits = db.read(|tx| search::find(tx, "ann", 2)).unwrap();
        assert_eq!(hits.len(), 2);
    });
}

#[test]
fn what_changes_is_found_by_what_it_is_now() {
    engines::each(|db, _| {
        let subject = Subject { about: About::Order, id: 7 };
        let said = |text: &str| {
            vec![Scrap::new(ScrapKind::Order, "7"), Scrap::new(ScrapKind::Address, text)]
        };
        let put = |text: &str| db.write(|tx| search::put(tx, subject, said(text))).unwrap();
        put("12 Mill St");
        put("12 Mill St");
        assert_eq!(find(db, "mill").len(), 1);
        put("9 Fern\tLane\nAlder");
        assert!(find(db, "mill").is_empty());
        assert_eq!(find(db, "fern alder")[0].address, "9 Fern, Lane, Alder");
        let undone = db.write(|tx| {
            search::remove(tx, subject)?;
            Err::<(), _>(anyhow::anyhow!("changed my mind"))
        });
        assert!(undone.is_err());
        assert_eq!(find(db, "fern").len(), 1, "the index goes with its transaction");
        db.write(|tx| search::remove(tx, subject)).unwrap();
        db.write(|tx| search::remove(tx, subject)).unwrap();
        assert!(find(db, "fern").is_empty());
    });
}

#[test]
fn what_is_kept_is_indexed_anew() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let nobody = Subject { about: About::Order, id: 7 };
        let found = find(db, "okafor");
        db.write(|tx| {
            search::remove(tx, Subject::account(sample::ACCOUNT))?;
            search::put(tx, nobody, vec![Scrap::new(ScrapKind::Order, "7 Quill")])
        })
        .unwrap();
        assert_eq!((find(db, "okafor").len(), find(db, "quill").len()), (0, 1));
        for _ in 0..2 {
            db.write(search::anew).unwrap();
            assert_eq!(find(db, "okafor"), found);
            assert!(find(db, "quill").is_empty(), "nothing that is kept says so");
            assert_eq!(find(db, "Okaffor"), found, "spelling is learnt again");
        }
    });
}

#[test]
fn a_word_that_everybody_has_is_looked_at_and_not_asked_for() {
    engines::each(|db, _| {
        let put = |id: i64, address: &str| {
            let scraps = vec![
                Scrap::new(ScrapKind::Order, id.to_string()),
                Scrap::new(ScrapKind::Address, address),
            ];
            (Subject { about: About::Order, id }, scraps)
        };
        // More than are looked at, and the one that is meant comes after them.
        let mut all: Vec<_> = (1..=200).map(|it| put(it, "12 Alder Mill Rd")).collect();
        all.push(put(201, "12 Alder Mill Ct"));
        db.write(|tx| search::put_all(tx, all)).unwrap();
        let found = find(db, "alder mill ct");
        assert_eq!(found.iter().map(|it| it.subject.id).collect::<Vec<_>>(), [201]);
        assert_eq!(find(db, "alder mill").len(), 50);
        assert!(find(db, "alder mill ln").is_empty());
    });
}

#[test]
fn one_reference_finds_every_account_that_paid_with_it() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let number = AccountNumber::new(10_000_002).unwrap();
        let other =
            meterbook_core::account::Account { id: AccountId(2), number, ..sample::account() };
        let payment = Payment {
            id: PaymentId(2),
            account: AccountId(2),
            amount: Money::from_cents(5),
            tender: Tender::Bank,
            reference: "ACH-77".to_owned(),
            key: "2/bank/ACH-77".to_owned(),
            ..sample::payment()
        };
        let again = Payment {
            id: PaymentId(3),
            reference: "1021".to_owned(),
            key: "2/check/1021".to_owned(),
            ..payment.clone()
        };
        db.write(|tx| {
            store::account::add(tx, &other)?;
            search::refresh(tx, AccountId(2))?;
            store::payment::add(tx, &payment)?;
            store::payment::add(tx, &again)
        })
        .unwrap();
        let found =
            |text: &str| find(db, text).into_iter().map(|it| it.subject.id).collect::<Vec<_>>();
        assert_eq!(found("1021"), [1, 2]);
        assert_eq!(found("ach-77"), [2]);
        // Whoever says a whole account number means that account.
        assert_eq!(found(&number.to_string()), [2]);
    });
}

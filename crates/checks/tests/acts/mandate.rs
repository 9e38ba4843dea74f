//! Mandates: agreed, changed and ended; the number is readable nowhere but with its key.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::mandate::{self, NewMandate};
use meterbook_app::seal::BankKey;
use meterbook_checks::engines::{self, Raw};
use meterbook_core::debit::{AccountKind, BankNumber, Collects, Scheme, Terms};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_store as store;

use crate::village::{self, DIALS, says};

const SIGNED: Date = date(2026, 3, 1);
const ACCOUNT: &str = "9900117733";

/// A key that everybody knows.
pub(crate) fn key() -> BankKey {
    BankKey::parse(&"5a".repeat(32)).unwrap()
}

pub(crate) fn terms(from: Date) -> Terms {
    let (holder, most) = ("Rosa Quill".to_owned(), Some(Money::from_cents(20_000)));
    Terms { from, holder, collects: Collects::WhenDue, most }
}

/// A person's mandate at a bank of the United States.
pub(crate) fn new(account: AccountId) -> NewMandate {
    let number = BankNumber::routed("231380104", ACCOUNT, AccountKind::Checking).unwrap();
    NewMandate { account, scheme: Scheme::Ppd, signed: SIGNED, terms: terms(SIGNED), number }
}

#[test]
fn a_mandate_is_agreed_changed_and_ended() {
    engines::each(|db, _| {
        village::found(db);
        let rosa = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap().id;
        let new = new(rosa);
        let agree =
            |new: &NewMandate| db.write(|tx| mandate::agree(tx, village::actor(), &key(), new));
        let early = NewMandate {
            signed: date(2026, 3, 11),
            terms: terms(date(2026, 3, 11)),
            ..new.clone()
        };
        assert_eq!(
            says(&agree(&early).unwrap_err()),
            "2026-03-11 is not yet; nobody has signed then"
        );
        let other = NewMandate { scheme: Scheme::SepaCore, ..new.clone() };
        assert!(says(&agree(&other).unwrap_err()).starts_with("sepa-core takes from an IBAN"));

        let first = agree(&new).unwrap();
        assert_eq!((first.reference().as_str(), first.tail.as_str()), ("M-000001", "7733"));
        assert!(
            says(&agree(&new).unwrap_err()).starts_with("mandate 1 of this account holds then")
        );

        let change = |from: Date, number: Option<&BankNumber>, why: &str| {
            let terms = Terms { most: None, ..terms(from) };
            db.write(|tx| {
                mandate::change(tx, village::actor(), &key(), rosa, (&terms, number), why)
            })
        };
        let moved = BankNumber::routed("231380104", "5512349876", AccountKind::Savings).unwrap();
        assert_eq!(says(&change(date(2026, 4, 1), None, " ").unwrap_err()), "say why");
        assert!(
            says(&change(SIGNED, None, "x").unwrap_err())
                .starts_with("what holds is from 2026-03-01")
        );
        change(date(2026, 4, 1), None, "any amount, by letter").unwrap();
        change(date(2026, 5, 1), Some(&moved), "a new bank, by letter").unwrap();
        let on = |day: Date| db.read(|tx| mandate::on(tx, rosa, day)).unwrap();
        assert_eq!(on(date(2026, 2, 28)), None);
        assert_eq!(on(date(2026, 3, 31)).unwrap(), first);
        let second = on(date(2026, 4, 30)).unwrap();
        assert_eq!((second.tail.as_str(), second.terms.most), ("7733", None));
        assert_eq!(on(date(2026, 5, 1)).unwrap().tail, "9876");

        // Who has such a number is found by either, the old one and the new one.
        let found = |it: &BankNumber| db.read(|tx| mandate::find(tx, &key(), it)).unwrap();
        assert_eq!([found(&new.number), found(&moved)], [[rosa], [rosa]]);
        let unknown = BankNumber::iban("DE89370400440532013000").unwrap();
        assert_eq!(found(&unknown), []);

        let early =
            db.write(|tx| mandate::end(tx, village::actor(), rosa, date(2025, 1, 1), "by phone"));
        assert!(says(&early.unwrap_err()).starts_with("it holds from 2026-03-01 on"));
        let end = || {
            db.write(|tx| mandate::end(tx, village::actor(), rosa, date(2026, 6, 1), "by phone"))
        };
        end().unwrap();
        assert!(says(&end().unwrap_err()).starts_with("this account has no mandate"));
        assert_eq!(on(date(2026, 5, 31)).unwrap().tail, "9876");
        assert_eq!(on(date(2026, 6, 1)), None);
        // The next one may begin where this one ended.
        let again = |from: Date| agree(&NewMandate { terms: terms(from), ..new.clone() });
        assert!(says(&again(date(2026, 5, 31)).unwrap_err()).starts_with("mandate 1 of this"));
        assert_eq!(again(date(2026, 6, 1)).unwrap().id.0, 2);
    });
}

#[test]
fn nobody_reads_a_number_without_its_key() {
    engines::each(|db, folder| {
        village::found(db);
        let rosa = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap().id;
        let it = db.write(|tx| mandate::agree(tx, village::actor(), &key(), &new(rosa))).unwrap();
        let kept = db.read(|tx| store::mandate::sealed(tx, it.id, 1)).unwrap();
        let readable = String::from_utf8_lossy(&kept.bytes).contains(ACCOUNT);
        assert!(!readable && !kept.hash.contains(ACCOUNT));
        let mut raw = Raw::beside(db).unwrap();
        for text in ["select detail from audit", "select tail from mandate_version"] {
            let seen = raw.column(text).unwrap();
            assert!(seen.iter().all(|it| !it.contains(ACCOUNT)), "{seen:?}");
        }
        assert_eq!(key().open(&kept, (it.id, 1)).unwrap(), new(rosa).number);
        // Moved to another version or another mandate it is nothing.
        let other = "this key does not open the bank numbers that are kept; put the one back that they were sealed with";
        assert_eq!(says(&key().open(&kept, (it.id, 2)).unwrap_err()), other);

        let wrong = BankKey::parse(&"5b".repeat(32)).unwrap();
        assert_eq!(says(&wrong.open(&kept, (it.id, 1)).unwrap_err()), other);
        let anna = village::take_on(db, &village::customer("E-2", &[DIALS])).unwrap().id;
        let why = db.write(|tx| mandate::agree(tx, village::actor(), &wrong, &new(anna)));
        assert_eq!(says(&why.unwrap_err()), other);

        // `check` says it.
        let rule = |key| db.read(|tx| mandate::opens(tx, &key)).unwrap();
        assert_eq!((rule(Ok(key())).examined, rule(Ok(key())).faults.len()), (1, 0));
        assert_eq!(rule(Ok(wrong)).faults, [format!("version 1 of mandate 1: {other}")]);
        let gone = rule(BankKey::read(&folder.join("bank.key"))).faults.remove(0);
        assert!(gone.contains("put it there from its copy"), "{gone}");
    });
}

#[test]
fn a_key_is_made_once_and_is_its_owners() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bank.key");
    let first = BankKey::make(&file).unwrap();
    let second = BankKey::make(&file).unwrap();
    let number = BankNumber::iban("DE89370400440532013000").unwrap();
    assert_eq!(first.hash(&number).unwrap(), second.hash(&number).unwrap());
    assert_ne!(first.hash(&number).unwrap(), key().hash(&number).unwrap());
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["bank.key"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(&file, "5a").unwrap();
    let why = says(&BankKey::read(&file).unwrap_err());
    assert_eq!(why, "a key of bank numbers is 64 hexadecimal digits");
}

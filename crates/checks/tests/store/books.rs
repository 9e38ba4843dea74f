//! Drawers, batches and the journal: that they come back as they were kept, and what the database
//! refuses of them.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::id::*;
use meterbook_core::ledger::count::{Checks, Compared};
use meterbook_core::ledger::{Suspended, Tender};
use meterbook_core::money::Money;
use meterbook_store::bank::{Credit, ReturnedItem, Statement};
use meterbook_store::drawer::{Counted, Drawer};
use meterbook_store::journal::Journal;
use meterbook_store::lockbox::{Item, Sums};
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample;

fn drawer(id: i64) -> Drawer {
    let (staff, on) = (UserId(1), date(2026, 8, 10));
    let name = sample::member().name;
    Drawer { id: DrawerId(id), staff, name, on, float: Money::from_cents(10_000) }
}

fn counted() -> Counted {
    let [counted, expected] = [99_00, 10_000].map(Money::from_cents);
    let checks = Compared {
        counted: Checks::NONE,
        expected: Checks { count: 1, sum: Money::from_cents(27_00) },
    };
    let (counts, why) = ("99.00".to_owned(), "a dollar fell".to_owned());
    Counted { counts, counted, expected, checks: Some(checks), why }
}

fn journal(number: i64, day: i8, through: i64) -> Journal {
    let (on, through) = (date(2026, 8, day), EntryId(through));
    Journal { number, on, through, entries: 2, debits: Money::from_cents(42_00) }
}

fn sums() -> Sums {
    Sums { said: (2, Money::from_cents(42_00)), already: (1, Money::from_cents(20_00)) }
}

fn item() -> Item {
    Item {
        tender: TenderId(1),
        lockbox: "0012345".to_owned(),
        deposited: date(2026, 8, 10),
        place: "0012345/2026-08-10/001/001".to_owned(),
        cheque: Some("4 5 6".to_owned()),
    }
}

fn credit() -> Credit {
    Credit {
        key: "1000017/2026-08-10/4200/LB1".to_owned(),
        line: 4,
        account: "1000017".to_owned(),
        on: date(2026, 8, 10),
        amount: Money::from_cents(42_00),
        said: "LB1 LOCKBOX".to_owned(),
        alike: "1000017/2026-08-10/4200".to_owned(),
        deposit: Some("lockbox/0012345/2026-08-10".to_owned()),
        tender: None,
    }
}

#[test]
fn what_comes_from_banks_comes_back_as_it_was_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            assert_eq!(store::lockbox::layout(tx, date(2026, 7, 31))?, None);
            let said = store::lockbox::layout(tx, date(2026, 8, 1))?;
            assert_eq!(said.as_deref(), Some("amount 8-17"));
            let known = |tx: &mut Tx, place: &str, cheque: &str| {
                let (place, cheque) = ([place], [cheque]);
                store::lockbox::known(tx, place.into_iter(), cheque.into_iter())
            };
            assert_eq!(known(tx, &item().place, "1 2 3")?.len(), 1);
            assert_eq!(known(tx, "0012345/2026-08-10/001/002", "1 2 3")?.len(), 0);
            assert_eq!(store::bank::open(tx)?, [], "it was expected");
            assert_eq!(store::bank::of_statement(tx, BankStatementId(1))?, [credit()]);
            let found = store::bank::by_hash(tx, "fe98")?;
            assert_eq!(found, Some((BankStatementId(1), "august.bai".to_owned())));
            assert_eq!(store::bank::by_alike(tx, "ab77")?, Some(BankStatementId(1)));
            let alike = credit().alike;
            let known = store::bank::known(tx, [alike.as_str()].into_iter())?;
            assert_eq!(known.get(&credit().key), Some(&alike));
            Ok(())
        })
        .unwrap();
        let again = Item { tender: TenderId(2), ..item() };
        let again = db.write(|tx| store::lockbox::add(tx, PaymentBatchId(1), &sums(), &[again]));
        assert!(again.unwrap_err().is::<Conflict>());
    });
}

/// Keeps one of everything of the books.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    store::drawer::open(tx, &drawer(1), sample::at())?;
    store::drawer::put(tx, ReceiptId(1), DrawerId(1))?;
    store::drawer::close(tx, DrawerId(1), &counted(), sample::at())?;
    let total = Money::from_cents(27_00);
    let batch = PaymentBatchId(1);
    store::drawer::add_batch(tx, batch, ("box.csv", Some("ab12")), (1, total), sample::at())?;
    store::drawer::add_line(tx, ReceiptId(1), batch, 2)?;
    store::lockbox::say_layout(tx, date(2026, 8, 1), "amount 8-17")?;
    store::lockbox::add(tx, batch, &sums(), &[item()])?;
    let statement = Statement {
        id: BankStatementId(1),
        name: "august.bai".to_owned(),
        sha256: "fe98".to_owned(),
        alike: "ab77".to_owned(),
        format: "bai2".to_owned(),
        at: sample::at(),
        batch: Some(batch),
    };
    store::bank::add(tx, &statement, &[credit()])?;
    let is = [String::from("batch/1")];
    let is = store::bank::Settled::Deposits(&is);
    store::bank::settle(tx, &credit().key, &is, date(2026, 8, 11), "looked at")?;
    let back = ReturnedItem {
        key: "back/1000017/2026-08-11/2700/R1".to_owned(),
        line: 5,
        account: "1000017".to_owned(),
        on: date(2026, 8, 11),
        amount: Money::from_cents(27_00),
        said: "R1 DEPOSITED ITEM RETURNED".to_owned(),
    };
    store::bank::add_returned(tx, statement.id, std::slice::from_ref(&back))?;
    store::bank::settle_returned(tx, &back.key, None, date(2026, 8, 11), "looked at")?;
    store::payment_layout::say(tx, "kiosk", date(2026, 1, 1), "column account Account\n")?;
    let of = SuspenseId(1);
    let part = Suspended { id: SuspenseId(2), key: "part".to_owned(), ..crate::money::held() };
    store::suspense::add_part(tx, &part, of)?;
    store::journal::say_chart(tx, date(2026, 1, 1), "1010 general = cash: Cash\n")?;
    store::journal::keep_evidence(tx, "2026-08-10", &[("entries", "2".to_owned())])?;
    store::journal::close_month(tx, "2026-07", "hard", sample::at(), "")?;
    store::journal::begin_day(tx, date(2026, 8, 11))?;
    store::journal::add(tx, &journal(1, 10, 2), sample::at())?;
    store::kept::keep(tx, 1, EntryId(0), EntryId(2))
}

#[test]
fn the_books_come_back_as_they_were_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            assert_eq!(store::drawer::of(tx, UserId(1))?, None);
            store::drawer::open(tx, &drawer(2), sample::at())?;
            assert_eq!(store::drawer::mine(tx, UserId(1))?, Some(drawer(2)));
            assert_eq!(store::drawer::all_open(tx)?, [drawer(2)]);
            // What was moved away is still in the drawer.
            let holds = store::drawer::holds(tx, DrawerId(1))?;
            assert_eq!(holds, [(Tender::Check, 1, Money::from_cents(27_00))]);
            assert!(store::drawer::closed_of(tx, ReceiptId(1))?.is_some());
            let closed = store::drawer::closed(tx, UserId(1), 9)?;
            assert_eq!(closed, [(drawer(1), counted())]);
            let batch = Some((PaymentBatchId(1), "box.csv".to_owned()));
            assert_eq!(store::drawer::batch_of(tx, "ab12")?, batch);
            assert_eq!(store::journal::last(tx)?, Some(journal(1, 10, 2)));
            assert_eq!(store::journal::get(tx, 1)?, Some(journal(1, 10, 2)));
            assert_eq!(store::journal::known(tx, date(2026, 8, 9))?, EntryId(0));
            assert_eq!(store::journal::known(tx, date(2026, 8, 10))?, EntryId(2));
            assert_eq!(store::journal::last_hard(tx)?.as_deref(), Some("2026-07"));
            assert!(store::journal::is_closed(tx, "2026-07", "hard")?);
            assert!(!store::journal::is_closed(tx, "2026-07", "soft")?);
            let evidence = store::journal::evidence(tx, "2026-08-10")?;
            assert_eq!(evidence, [("entries".to_owned(), "2".to_owned())]);
            assert!(store::journal::chart(tx, date(2026, 2, 1))?.is_some());
            assert_eq!(store::journal::chart(tx, date(2025, 2, 1))?, None);
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn the_database_refuses_a_second_drawer_and_what_is_closed() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| store::drawer::open(tx, &drawer(2), sample::at())).unwrap();
        let rule = |went: Result<()>| went.unwrap_err().downcast::<Conflict>().unwrap().rule;
        let second = db.write(|tx| store::drawer::open(tx, &drawer(3), sample::at()));
        assert_eq!(rule(second), "one is open");
        let late = db.write(|tx| {
            let mut entry = sample::entries().remove(1);
            (entry.id, entry.key) = (EntryId(0), "late".to_owned());
            store::ledger::add(tx, &[entry])
        });
        assert_eq!(rule(late), "its journal is closed");
        for it in [journal(2, 10, 3), journal(2, 9, 3), journal(2, 11, 1), journal(1, 11, 3)] {
            let went = db.write(|tx| store::journal::add(tx, &it, sample::at()));
            assert!(went.unwrap_err().is::<Conflict>());
        }
        db.write(|tx| store::journal::close_month(tx, "2026-08", "hard", sample::at(), ""))
            .unwrap();
        let late = db.write(|tx| store::journal::add(tx, &journal(2, 11, 3), sample::at()));
        assert_eq!(rule(late), "its month is closed");
    });
}

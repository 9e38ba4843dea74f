//! What came in, what became of it, and that it comes back as it was kept.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::id::*;
use meterbook_core::ledger::{Receipt, Reversed, Suspended, Tender, Tendered};
use meterbook_core::money::Money;
use meterbook_store::receipt::CreditUse;
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample;

fn receipt() -> Receipt {
    let amount = Money::from_cents(2700);
    let (id, kind, reference) = (TenderId(1), Tender::Check, "1021".to_owned());
    let tenders = vec![Tendered { id, kind, amount, reference }];
    Receipt { id: ReceiptId(1), on: date(2026, 8, 10), tenders }
}

pub(crate) fn held() -> Suspended {
    Suspended {
        id: SuspenseId(1),
        tender: TenderId(1),
        amount: Money::from_cents(1000),
        on: date(2026, 8, 10),
        said: "Quill, Mill St".to_owned(),
        key: "suspense/check/1021".to_owned(),
    }
}

/// Keeps one of everything of payments.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    store::receipt::add(tx, &receipt(), sample::at())?;
    let given = [(EntryId(1), Money::from_cents(1700))];
    store::receipt::apply(tx, PaymentId(1), TenderId(1), &given)?;
    store::suspense::add(tx, &held())?;
    let became = store::suspense::Became::Matched(PaymentId(1));
    store::suspense::end(tx, SuspenseId(1), date(2026, 8, 11), became, "the stub")?;
    let (on, why) = (date(2026, 8, 12), (Some(PaymentId(1)), "a neighbour's"));
    store::receipt::reverse(tx, PaymentId(1), Reversed::Moved, on, why)?;
    let it = CreditUse {
        id: CreditUseId(1),
        from: sample::ACCOUNT,
        to: None,
        amount: Money::from_cents(500),
        on,
        key: "1/R-1".to_owned(),
        why: "moved away".to_owned(),
    };
    store::receipt::use_credit(tx, &it)?;
    store::receipt::say_rule(tx, date(2026, 1, 1), "pay any\n")?;
    crate::online::keep(tx)
}

#[test]
fn what_came_in_comes_back_as_it_was_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            let came = store::receipt::lock(tx, TenderId(1))?.unwrap();
            assert_eq!(*std::slice::from_ref(&came.tender), *receipt().tenders);
            assert_eq!((came.on, came.at), (date(2026, 8, 10), sample::at()));
            assert_eq!(store::receipt::tenders(tx, ReceiptId(1))?, receipt().tenders);
            assert_eq!(store::receipt::lock(tx, TenderId(9))?, None);
            assert_eq!(store::receipt::tender_of(tx, PaymentId(1))?, Some(TenderId(1)));
            let given = store::receipt::allocated(tx, PaymentId(1))?;
            assert_eq!(given, [(EntryId(1), Money::from_cents(1700))]);
            let back = Some((Reversed::Moved, date(2026, 8, 12)));
            assert_eq!(store::receipt::reversed(tx, PaymentId(1))?, back);
            assert_eq!(store::receipt::last_reversed(tx, TenderId(1))?, back);
            assert_eq!(store::receipt::standing(tx, TenderId(1))?, []);
            assert_eq!(store::suspense::get(tx, SuspenseId(1))?, Some(held()));
            assert_eq!(store::suspense::by_key(tx, &held().key)?, Some(held()));
            assert_eq!(store::suspense::ended(tx, SuspenseId(1))?, Some(date(2026, 8, 11)));
            // What it was parted into is held on.
            let open = store::suspense::open(tx)?;
            assert_eq!(open.iter().map(|it| it.id).collect::<Vec<_>>(), [SuspenseId(2)]);
            assert_eq!(store::receipt::rule(tx, date(2026, 2, 1))?.as_deref(), Some("pay any\n"));
            assert_eq!(store::receipt::rule(tx, date(2025, 2, 1))?, None);
            let used = store::receipt::used(tx, "1/R-1")?;
            assert_eq!(used, Some((Money::from_cents(500), date(2026, 8, 12))));
            let sides = store::ledger::sides(tx, sample::ACCOUNT, date(2027, 1, 1), EntryId(99))?;
            assert_eq!(sides[0].due, sample::bill().due_on);
            assert_eq!(store::ledger::applied(tx, sample::ACCOUNT)?.len(), 1);
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_second_reversal_and_a_second_end_are_refused_by_the_database() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let on = date(2026, 8, 13);
        let again = db.write(|tx| {
            store::receipt::reverse(tx, PaymentId(1), Reversed::Voided, on, (None, "again"))
        });
        assert!(again.unwrap_err().is::<Conflict>());
        let again = db.write(|tx| {
            let became = store::suspense::Became::Returned;
            store::suspense::end(tx, SuspenseId(1), on, became, "again")
        });
        assert!(again.unwrap_err().is::<Conflict>());
    });
}

//! Mandates: that they come back as they were kept, and what the database refuses of them.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::debit::{Collects, Format, Mandate, Scheme, Takes, Terms};
use meterbook_core::id::*;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_store::debit::{Debit, DebitFile, Try};
use meterbook_store::mandate::Sealed;
use meterbook_store::prenote::{Prenote, PrenoteFile};
use meterbook_store::returned::CameBack;
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample;

fn mandate(version: i64) -> Mandate {
    let (from, most) = (date(2026, 8, 3), Some(Money::from_cents(20_000)));
    let holder = "Rosa Quill".to_owned();
    Mandate {
        id: MandateId(1),
        account: sample::ACCOUNT,
        scheme: Scheme::Web,
        signed: date(2026, 8, 1),
        version,
        terms: Terms { from, holder, collects: Collects::OnDay(15), most },
        tail: "7733".to_owned(),
        ended: Some(date(2026, 9, 1)),
    }
}

fn sealed() -> Sealed {
    Sealed { bytes: vec![7, 0, 255], hash: "ab12".to_owned() }
}

/// Keeps one of everything of direct debit.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    store::mandate::add(tx, &mandate(1), sample::at())?;
    store::mandate::add_version(tx, &mandate(1), &sealed(), "agreed")?;
    store::mandate::end(tx, MandateId(1), date(2026, 9, 1), "by phone")?;
    store::debit::say_policy(tx, date(2026, 8, 1), "norm 3")?;
    store::debit::add(tx, &file(), &[debit()])?;
    store::debit::write(tx, DebitFileId(1), "cd34")?;
    store::prenote::add(tx, &tried(), &[prenote()])?;
    store::prenote::write(tx, DebitFileId(2), "ef56")?;
    store::prenote::give_back(tx, DebitId(2), "R03", date(2026, 8, 5))?;
    store::prenote::correct(tx, (DebitId(2), "C01"), (MandateId(1), 1))?;
    store::returned::add(tx, &came_back())?;
    store::returned::mistake(tx, TenderId(1), date(2026, 8, 10), "theirs")?;
    store::returned::lift(tx, sample::ACCOUNT, date(2026, 8, 11), "paid")?;
    store::debit::switch(tx, true, sample::at(), "a drill")?;
    store::debit::switch(tx, false, sample::at(), "it is over")
}

fn tried() -> PrenoteFile {
    PrenoteFile { id: DebitFileId(2), settle: date(2026, 8, 4), made: sample::at(), items: 1 }
}

fn prenote() -> Prenote {
    Prenote { id: DebitId(2), mandate: MandateId(1), version: 1 }
}

fn came_back() -> CameBack {
    CameBack {
        tender: TenderId(1),
        account: Some(sample::ACCOUNT),
        kind: Tender::Check,
        code: "R01".to_owned(),
        on: date(2026, 8, 9),
        fee: Money::ZERO,
        mistake: true,
    }
}

#[test]
fn what_came_back_and_what_was_tried_come_back_as_they_were_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            assert_eq!(store::prenote::get(tx, DebitFileId(2))?, Some(tried()));
            assert_eq!(store::prenote::all(tx)?, [tried()]);
            assert_eq!(store::prenote::items(tx, DebitFileId(2))?, [prenote()]);
            assert_eq!(store::prenote::find(tx, DebitId(2))?, Some(prenote()));
            assert_eq!(store::prenote::tried(tx, MandateId(1))?, [], "it came back");
            assert_eq!(store::prenote::back(tx, DebitId(2))?.as_deref(), Some("R03"));
            assert_eq!(store::prenote::written(tx, DebitFileId(2))?.as_deref(), Some("ef56"));
            assert_eq!(store::prenote::corrected(tx, (DebitId(2), "C01"))?, Some(1));
            assert_eq!(store::prenote::corrected(tx, (DebitId(2), "C02"))?, None);
            assert_eq!(store::prenote::corrections(tx, MandateId(1))?, [1]);
            assert_eq!(store::returned::get(tx, TenderId(1))?, Some(came_back()));
            assert_eq!(store::returned::of_account(tx, sample::ACCOUNT)?, [came_back()]);
            let lifted = |tx: &mut Tx, day| store::returned::lifted(tx, sample::ACCOUNT, day);
            assert_eq!(lifted(tx, date(2026, 8, 10))?, None);
            assert_eq!(lifted(tx, date(2026, 8, 11))?, Some(date(2026, 8, 11)));
            assert!(!store::returned::charged(tx, "returned/1")?);
            Ok(())
        })
        .unwrap();
        let again = db.write(|tx| store::returned::add(tx, &came_back()));
        assert!(again.unwrap_err().is::<Conflict>());
        let again =
            db.write(|tx| store::prenote::correct(tx, (DebitId(2), "C01"), (MandateId(1), 1)));
        assert!(again.unwrap_err().is::<Conflict>());
    });
}

fn file() -> DebitFile {
    let (id, format, settle) = (DebitFileId(1), Format::Nacha, date(2026, 8, 6));
    let total = Money::from_cents(42_00);
    DebitFile { id, format, settle, made: sample::at(), items: 1, total }
}

fn debit() -> Debit {
    Debit {
        id: DebitId(1),
        mandate: MandateId(1),
        version: 1,
        takes: Takes::Bill(BillId(1)),
        nth: 1,
        amount: Money::from_cents(42_00),
        tender: TenderId(1),
    }
}

#[test]
fn a_debit_comes_back_as_it_was_kept_and_is_taken_once() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            assert_eq!(store::debit::policy(tx, date(2026, 7, 31))?, None);
            assert_eq!(store::debit::policy(tx, date(2026, 8, 1))?.as_deref(), Some("norm 3"));
            assert_eq!(store::debit::get(tx, DebitFileId(1))?, Some(file()));
            assert_eq!(store::debit::get(tx, DebitFileId(2))?, None);
            assert_eq!(store::debit::all(tx)?, [file()]);
            assert_eq!(store::debit::items(tx, DebitFileId(1))?, [debit()]);
            assert_eq!(store::debit::find(tx, DebitId(1))?, Some(debit()));
            assert_eq!(store::debit::find(tx, DebitId(2))?, None);
            assert_eq!(store::debit::sent(tx, date(2026, 8, 6))?, 1);
            assert_eq!(store::debit::sent(tx, date(2026, 8, 7))?, 0);
            let tries = store::debit::tries(tx, MandateId(1), &debit().takes)?;
            let back = Some(("R01".to_owned(), date(2026, 8, 9)));
            assert_eq!(tries, [Try { debit: debit(), settle: date(2026, 8, 6), back }]);
            assert_eq!(store::debit::tries(tx, MandateId(2), &debit().takes)?, []);
            let none: [i64; 0] = [];
            assert_eq!(store::debit::went_through(tx, MandateId(1))?, none, "it came back");
            assert_eq!(store::debit::stopped(tx)?, None);
            assert_eq!(store::debit::version_before(tx, MandateId(1), DebitId(2))?, Some(1));
            assert_eq!(store::debit::version_before(tx, MandateId(1), DebitId(1))?, None);
            assert_eq!(store::debit::written(tx, DebitFileId(1))?.as_deref(), Some("cd34"));
            // The day on which it ended is the first without it.
            let mandated = |tx: &mut Tx, day| store::debit::mandated(tx, date(2026, 8, day));
            assert_eq!((mandated(tx, 2)?, mandated(tx, 3)?), (vec![], vec![sample::ACCOUNT]));
            assert_eq!(store::debit::mandated(tx, date(2026, 9, 1))?, []);
            Ok(())
        })
        .unwrap();
        let other = DebitFile { id: DebitFileId(2), ..file() };
        let again = Debit { id: DebitId(2), tender: TenderId(2), ..debit() };
        let again = db.write(|tx| store::debit::add(tx, &other, std::slice::from_ref(&again)));
        assert!(again.unwrap_err().is::<Conflict>());
    });
}

#[test]
fn a_mandate_comes_back_as_it_was_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| store::mandate::add_version(tx, &mandate(2), &sealed(), "x")).unwrap();
        db.read(|tx| {
            let all = store::mandate::of_account(tx, sample::ACCOUNT)?;
            assert_eq!(all, [mandate(1), mandate(2)]);
            assert_eq!(store::mandate::sealed(tx, MandateId(1), 1)?, sealed());
            assert_eq!(store::mandate::by_hash(tx, "ab12")?, [sample::ACCOUNT]);
            assert_eq!(store::mandate::by_hash(tx, "ab13")?, []);
            let sealed = |version| (MandateId(1), version, sealed());
            assert_eq!(store::mandate::all_sealed(tx)?, [sealed(1), sealed(2)]);
            assert_eq!(store::mandate::any(tx)?, Some((MandateId(1), 1)));
            Ok(())
        })
        .unwrap();
        let again = db.write(|tx| store::mandate::end(tx, MandateId(1), date(2026, 9, 2), "x"));
        assert!(again.unwrap_err().is::<Conflict>());
        let again = db.write(|tx| store::mandate::add_version(tx, &mandate(2), &sealed(), "x"));
        assert!(again.unwrap_err().is::<Conflict>());
    });
}

//! Refunds, their checks and what nobody claims: that they come back as they were kept.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::unclaimed::Property;
use meterbook_core::id::{AccountId, EntryId};
use meterbook_core::ledger::{Entry, EntryKind, Gl, post_between};
use meterbook_core::money::Money;
use meterbook_store::refund::{CheckEnd, Ending, Refund};
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample;

fn refund() -> Refund {
    Refund {
        id: EntryId(70),
        account: Some(sample::ACCOUNT),
        amount: Money::from_cents(5_00),
        since: date(2026, 8, 12),
        said: "moved away".to_owned(),
        key: "1/R-1".to_owned(),
        paid: false,
        ended: Some(Ending::Account),
    }
}

fn taken() -> Charge {
    Charge {
        key: "unclaimed/77/1".to_owned(),
        kind: ChargeFor::Unclaimed,
        account: AccountId(77),
        amount: Money::from_cents(5_00),
        on: date(2027, 8, 12),
        asked_by: None,
        label: "Unclaimed property".to_owned(),
        bill: None,
    }
}

/// Keeps one of everything of refunds and of what nobody claims.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    // Of an entry that is there: that of the bill.
    let (id, on) = (EntryId(1), refund().since);
    store::refund::pay(tx, id, "7001", on)?;
    let check = store::refund::check(tx, "7001")?.expect("it was kept just now");
    store::refund::end_check(tx, &check, CheckEnd::Voided, on, "never cashed")?;
    store::refund::end(tx, id, Ending::Account, on, "they stay")?;
    store::charge::add(tx, &[taken()])?;
    let of = (Property::Check, taken().amount, Some("7001"));
    store::unclaimed::add(tx, (&taken().key, taken().account), of, (on, taken().on))?;
    store::unclaimed::remit(tx, "S-1", taken().on, (1, taken().amount))?;
    store::unclaimed::end(tx, &taken().key, taken().on, Some("S-1"), "nobody came")
}

#[test]
fn refunds_and_what_nobody_claims_come_back_as_they_were_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            let Refund { id, since: on, said: text, key, amount, .. } = refund();
            let account = Some(sample::ACCOUNT);
            let gls = ((Gl::Receivable, account), (Gl::RefundsPayable, account));
            let postings = post_between(gls.0, gls.1, amount);
            let kind = EntryKind::Refund;
            store::ledger::add(tx, &[Entry { id, kind, on, key, text, postings }])?;
            assert_eq!(store::refund::waiting(tx)?.len(), 1);
            store::refund::end(tx, id, Ending::Account, on, "they stay")?;
            assert_eq!(store::refund::lock(tx, EntryId(70))?, Some(refund()));
            assert_eq!(store::refund::lock(tx, EntryId(1))?, None, "that is a bill");
            assert_eq!(store::refund::waiting(tx)?, []);
            let check = store::refund::check(tx, "7001")?.unwrap();
            assert_eq!((check.nth, check.key()), (1, "1/1".to_owned()));
            assert_eq!(check.ended, Some((CheckEnd::Voided, date(2026, 8, 12))));
            assert_eq!(store::refund::uncashed(tx)?, []);
            assert_eq!(store::unclaimed::open(tx)?, []);
            assert_eq!(store::unclaimed::times(tx, AccountId(77))?, 1);
            assert!(store::unclaimed::remitted(tx, AccountId(77))?);
            // What the ledger does not know of is said.
            assert_eq!(store::refund::verify(tx)?.1.len(), 1);
            assert_eq!(store::unclaimed::verify(tx)?, (1, vec![]));
            Ok(())
        })
        .unwrap();
        let again = db.write(|tx| store::refund::pay(tx, EntryId(70), "7001", date(2026, 8, 13)));
        assert!(again.unwrap_err().is::<Conflict>());
        let again = db.write(|tx| {
            store::refund::end(tx, EntryId(70), Ending::Held, date(2026, 8, 13), "again")
        });
        assert!(again.unwrap_err().is::<Conflict>());
    });
}

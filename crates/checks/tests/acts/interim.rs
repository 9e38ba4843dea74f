//! A bill of the days so far on both engines: service goes on, the turn bills the rest, and no day is
//! billed twice.

use jiff::civil::date;
use meterbook_app::bill_run::NotRun;
use meterbook_app::bill_run::interim::{self, NewInterim};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::{Refused, check};
use meterbook_checks::engines;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_store as store;

use crate::correct::{begin, bill, shows};
use crate::village::{DIALS, actor};

const ACCOUNT: AccountId = AccountId(1);

#[test]
fn the_turn_bills_what_an_interim_bill_left() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for (on, index) in [(date(2026, 1, 1), 0), (date(2026, 1, 16), 40), (date(2026, 2, 1), 100)]
        {
            shows(db, on, &[index]);
        }
        let new = |to| {
            let (only, unusual, total) = (None, Unusual::Hold, Money::ZERO);
            NewInterim { account: ACCOUNT, only, to, unusual, total }
        };
        let make = |to| {
            db.write(|tx| {
                let seen = interim::preview(tx, actor(), &new(to))?;
                interim::make(tx, actor(), &new(to).seen(&seen))
            })
        };
        let refused = |why: anyhow::Error| -> String {
            let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("{why:?}"));
            assert!(refused.as_a::<NotRun>().is_some(), "{why}");
            why.to_string()
        };
        assert!(refused(make(date(2026, 3, 11)).unwrap_err()).contains("are not over"));
        assert!(refused(make(date(2026, 1, 10)).unwrap_err()).contains("has no read for"));
        let unseen = db.write(|tx| interim::make(tx, actor(), &new(date(2026, 1, 16))));
        assert_eq!(
            refused(unseen.unwrap_err()),
            "it comes to $4.80 now, not to $0.00 as when it was looked at"
        );
        let seen = db.write(|tx| interim::preview(tx, actor(), &new(date(2026, 1, 16)))).unwrap();
        assert_eq!(db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap(), [], "looked at");
        let interim = make(date(2026, 1, 16)).unwrap();
        assert_eq!((seen.total, &seen.segments), (interim.total, &interim.segments));
        // 40 kWh at 0.12.
        assert_eq!(interim.total, Money::from_cents(480));
        assert!(interim.number.0.contains("-I"), "{}", interim.number);
        let days = Period::new(date(2026, 1, 1), date(2026, 1, 16)).unwrap();
        assert_eq!(interim.segments[0].period, days);
        assert!(refused(make(date(2026, 1, 16)).unwrap_err()).contains("has a bill already"));
        bill(db);
        let bills = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap();
        let totals: Vec<i64> = bills.iter().map(|it| it.total.cents()).collect();
        assert_eq!(totals, [720, 480]);
        for it in &bills {
            assert_eq!(db.read(|tx| replay(tx, it.id)).unwrap(), Replayed::Same);
        }
        let found = check::check(db).unwrap();
        let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
        assert!(faults.is_empty(), "{faults:?}");
    });
}

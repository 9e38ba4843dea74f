//! Bills that sum up others on both engines: made by themselves when the last of these is posted, with
//! balances that stay or are rolled up, and taken back with what they sum up.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bill_run::correct::{NewCorrection, preview};
use meterbook_app::bill_run::once::{self, NewOnce, Of};
use meterbook_app::bill_run::sum_up::{self, Standing};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::{check, deliver, detail, late_fee, receipt, statement, summary};
use meterbook_checks::engines;
use meterbook_core::account::{Account, Cycle};
use meterbook_core::bill::correct::Cause;
use meterbook_core::credit::Noun;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::ledger::Debt;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::correct::{begin, bill, meter_shows};
use crate::deposit::{at, say};
use crate::village::{self, DIALS, actor};

pub(crate) const JANUARY: Date = date(2026, 1, 1);
pub(crate) const MASTER: AccountId = AccountId(1);

/// Three accounts of one cycle: the first sums up the others, as it says of what they are charged.
pub(crate) fn three(db: &Db, sums: Option<&str>) -> Vec<Account> {
    three_since(db, sums, JANUARY)
}

/// The same from a day on.
pub(crate) fn three_since(db: &Db, sums: Option<&str>, from: Date) -> Vec<Account> {
    begin(db, "R-1", &[DIALS]);
    for serial in ["E-2", "E-3"] {
        village::take_on(db, &village::customer(serial, &[DIALS])).unwrap();
    }
    let all: Vec<Account> =
        (1..=3).map(|it| db.read(|tx| store::account::get(tx, AccountId(it))).unwrap()).collect();
    let by = all[0].number.to_string();
    db.write(|tx| {
        for it in &all[1..] {
            let of = Subject::Account(it.id);
            detail::set(tx, actor(), of, DetailKind::Summary, &by, None, from)?;
        }
        if let Some(sums) = sums {
            let of = Subject::Account(MASTER);
            detail::set(tx, actor(), of, DetailKind::Sums, sums, None, from)?;
        }
        Ok(())
    })
    .unwrap();
    for serial in ["E-1", "E-2", "E-3"] {
        meter_shows(db, serial, JANUARY, &[0]);
    }
    all
}

pub(crate) fn standing(db: &Db) -> Standing {
    db.read(|tx| {
        let window = store::window::around(tx, Cycle(1), JANUARY)?.unwrap();
        Ok(sum_up::standing(tx, &window, 9)?.remove(0))
    })
    .unwrap()
}

pub(crate) fn summing(db: &Db) -> Option<BillId> {
    let made = standing(db).made?;
    db.read(|tx| store::bill::by_number(tx, &made)).unwrap()
}

pub(crate) fn owes(db: &Db, it: &Account) -> i64 {
    db.read(|tx| store::ledger::balance(tx, it.id)).unwrap().cents()
}

#[track_caller]
pub(crate) fn clean(db: &Db) {
    let report = check::check(db).unwrap();
    let faults: Vec<_> = report.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

pub(crate) fn drawn(db: &Db, folder: &Path, id: BillId) -> String {
    assert!(deliver::pdf_of(db, folder, id).unwrap().starts_with(b"%PDF"));
    let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
    let place = folder.join(it.bill.billed_on.to_string());
    std::fs::read_to_string(place.join(format!("{}.html", it.bill.number))).unwrap()
}

#[test]
fn it_is_made_when_the_last_bill_is_posted_and_what_is_rolled_up_follows() {
    engines::each(|db, folder| {
        let all = three(db, Some("roll-up"));
        meter_shows(db, "E-1", date(2026, 2, 1), &[100]);
        meter_shows(db, "E-2", date(2026, 2, 1), &[200]);
        // The third is not read: its bill is held, and the summary waits.
        bill(db);
        let waits = standing(db);
        assert_eq!(waits.made, None);
        assert_eq!(waits.waits, [(all[2].number, "no-read".to_owned())]);
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [12_00, 24_00, 0]);
        meter_shows(db, "E-3", date(2026, 2, 1), &[300]);
        let held = Which::Held(Cycle(1), None);
        bill_run::run(db, actor(), held, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(standing(db).waits, []);
        let id = summing(db).unwrap();
        // What the two were charged is owed by the first; its own was so before.
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [72_00, 0, 0]);
        let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
        assert_eq!((it.bill.total.cents(), it.amount_due.cents()), (60_00, 72_00));
        let open = db.read(|tx| receipt::open_now(tx, MASTER)).unwrap();
        let mine = open.items.iter().find(|of| of.side.key == it.bill.number.0).unwrap();
        assert_eq!((mine.side.debt, mine.side.due), (Debt::Bill, it.bill.due_on));
        for it in &all[1..] {
            assert_eq!(db.read(|tx| receipt::open_now(tx, it.id)).unwrap().balance(), Money::ZERO);
        }
        let page = drawn(db, folder, id);
        for says in ["Summary bill", "$24.00", "$36.00", "$72.00", "and not on their own bills"] {
            assert!(page.contains(says), "{says}: {page}");
        }
        let own = db.read(|tx| store::bill::newest_of(tx, all[1].id, 1)).unwrap()[0].id;
        let page = drawn(db, folder, own);
        let paid = format!("Paid by account {}", all[0].number);
        assert!(page.contains(&paid) && page.contains("are on the summary bill"), "{page}");
        let it = db.read(|tx| statement::of_bill(tx, own)).unwrap();
        assert_eq!((it.amount_due, it.bill.total.cents()), (Money::ZERO, 24_00));
        clean(db);
        // The next turn: the bill of the second says where the last one went.
        for (serial, index) in [("E-1", 200), ("E-2", 300), ("E-3", 400)] {
            meter_shows(db, serial, date(2026, 3, 1), &[index]);
        }
        bill(db);
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [10_800, 0, 0]);
        let own = db.read(|tx| store::bill::newest_of(tx, all[1].id, 1)).unwrap()[0].id;
        let page = drawn(db, folder, own);
        assert!(page.contains("Summary bill, Mar 10"), "{page}");
        clean(db);
    });
}

#[test]
fn what_is_summed_up_is_taken_back_with_it() {
    engines::each(|db, _| {
        let all = three(db, Some("roll-up"));
        for (serial, index) in [("E-1", 100), ("E-2", 200), ("E-3", 300)] {
            meter_shows(db, serial, date(2026, 2, 1), &[index]);
        }
        bill(db);
        let first = summing(db).unwrap();
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [72_00, 0, 0]);
        // The second meter showed 150, not 200.
        meter_shows(db, "E-2", date(2026, 2, 1), &[150]);
        let of = all[1].id;
        db.write(|tx| {
            let seen = preview(tx, actor(), of, JANUARY, Cause::Read)?;
            let net = seen.charged();
            let wanted = NewCorrection { account: of, from: JANUARY, cause: Cause::Read, net };
            do_or_ask(tx, actor(), &Asked::Correct(wanted), "a 5 was read as a 0")
        })
        .unwrap();
        let second = summing(db).unwrap();
        assert_ne!(first, second);
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [66_00, 0, 0]);
        let fate = db.read(|tx| store::correction::of_bill(tx, first)).unwrap().remove(0);
        let number = db.read(|tx| store::bill::get(tx, second)).unwrap().number;
        assert!(fate.cancelled && fate.other == Some(number), "{fate:?}");
        clean(db);
    });
}

#[test]
fn what_is_left_of_a_bill_that_sums_up_is_summed_up_as_of_that_day() {
    engines::each(|db, _| {
        let all = three(db, Some("roll-up"));
        say(db, Noun::LateFee, "fee residential 10% monthly\nleast 5.00\n");
        let once = |of, day| {
            let new =
                NewOnce { account: all[1].id, of, reference: String::new(), total: Money::ZERO };
            db.write(|tx| {
                let planned = once::preview(tx, at(day), &new)?;
                let new = new.clone().seen(&planned);
                do_or_ask(tx, at(day), &Asked::BillOnce(new), "a fence")
            })
            .unwrap();
        };
        let said = vec!["75.00 fee revenue: Fence".to_owned()];
        once(Of::Charges { kinds: Vec::new(), said, open: false }, "2026-01-20");
        let charged = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        // Its paper says that the first account pays it; it waits for its summary until February.
        assert_eq!(late_fee::assess_all(db, at("2026-02-20")).unwrap().0, 0);
        for (serial, index) in [("E-1", 100), ("E-2", 200), ("E-3", 300)] {
            meter_shows(db, serial, date(2026, 2, 1), &[index]);
        }
        bill(db);
        let first = db.read(|tx| store::bill::get(tx, summing(db).unwrap())).unwrap();
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [14_700, 0, 0]);
        let charged = db.read(|tx| store::bill::get(tx, charged)).unwrap();
        once(Of::Back(charged.number), "2026-03-10");
        let second = db.read(|tx| store::bill::get(tx, summing(db).unwrap())).unwrap();
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [72_00, 0, 0]);
        assert_eq!((first.summed.len(), second.summed.len()), (4, 3));
        assert_eq!(second.billed_on, date(2026, 3, 10));
        // As many days to pay as the bills have that are on it.
        assert_eq!(second.due_on, date(2026, 3, 31));
        clean(db);
    });
}

#[test]
fn balances_stay_where_nobody_says_otherwise() {
    engines::each(|db, folder| {
        let all = three(db, None);
        for (serial, index) in [("E-1", 100), ("E-2", 200), ("E-3", 300)] {
            meter_shows(db, serial, date(2026, 2, 1), &[index]);
        }
        bill(db);
        let id = summing(db).unwrap();
        assert_eq!(all.iter().map(|it| owes(db, it)).collect::<Vec<_>>(), [12_00, 24_00, 36_00]);
        let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
        assert_eq!((it.bill.total.cents(), it.amount_due.cents()), (0, 72_00));
        let page = drawn(db, folder, id);
        assert!(
            page.contains("Each account owes its own bill") && page.contains("$72.00"),
            "{page}"
        );
        let same = db.read(|tx| summary::of_account(tx, MASTER, it.bill.billed_on)).unwrap();
        assert_eq!(same.amount_due(), it.amount_due);
        clean(db);
    });
}

//! A bill of the days so far on both engines: service goes on, the turn bills the rest, and no day is
//! billed twice.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::accrual::accrual;
use meterbook_app::bill_run::interim::{self, NewInterim};
use meterbook_app::bill_run::{NotRun, cancel, correct};
use meterbook_app::fact::Fact;
use meterbook_app::moves::ReadWanted;
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::sign_up::NewService;
use meterbook_app::{Actor, Refused, agreement, invoice, statement, tariff};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::Bill;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::bill::correct::{Cause, Correction};
use meterbook_core::bill::why::Why;
use meterbook_core::id::{AccountId, AgreementId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::seller::Seller;
use meterbook_store::{self as store, Db};

use crate::correct::{BACK, NM, begin, bill, meter_shows, shows, turns};
use crate::facts::{AGREEMENT, clean, on_tariff, retold, told};
use crate::holds::two_services;
use crate::village::{self, DIALS, actor, says};

const ACCOUNT: AccountId = AccountId(1);

#[test]
fn the_turn_bills_what_an_interim_bill_left() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for (on, index) in [(date(2026, 1, 1), 0), (date(2026, 1, 16), 40), (date(2026, 2, 1), 100)]
        {
            shows(db, on, &[index]);
        }
        let make = |to| made(db, to);
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
        clean(db);
    });
}

fn begin_whole(db: &Db) {
    begin_whole_to(db, MARCH);
}

/// A rental and a least amount that a turn owes whole, and what the register shows up to a day.
fn begin_whole_to(db: &Db, last: Date) {
    let whole = village::TARIFF.replace("R-1", "R-W")
        + "monthly  Meter rental  3.00 whole\nminimum  Minimum bill  40.00 whole\n";
    village::found_once(db);
    db.write(|tx| tariff::publish(tx, actor(), &whole)).unwrap();
    begin(db, "R-W", &[DIALS]);
    let shown = [(JANUARY, 0), (EARLY, 30), (CUT, 90), (FEBRUARY, 100), (MARCH, 200)];
    for (on, index) in shown.into_iter().filter(|it| it.0 <= last) {
        shows(db, on, &[index]);
    }
}

/// What the bills that stand come to, the newest first; each is made again as it was.
fn stand(db: &Db) -> Vec<i64> {
    let bills = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap();
    for it in &bills {
        assert_eq!(db.read(|tx| replay(tx, it.id)).unwrap(), Replayed::Same);
    }
    clean(db);
    let standing = db.read(|tx| store::correction::standing(tx, ACCOUNT, JANUARY)).unwrap();
    let standing = bills.iter().filter(|it| standing.contains(&it.id));
    standing.map(|it| it.total.cents()).collect()
}

#[test]
fn all_parts_come_to_what_the_turn_comes_to() {
    // 100 kWh at 0.12, the rental with the first bill, what is short of the least with the last; then the next turn.
    let two = vec![4_000, 4_000 - 1_380, 1_380];
    let three = vec![4_000, 4_000 - 660 - 720, 720, 660];
    for (cuts, totals) in [(&[][..], vec![4_000, 4_000]), (&[CUT], two), (&[EARLY, CUT], three)] {
        engines::each(|db, _| {
            begin_whole(db);
            cuts.iter().for_each(|to| interim(db, *to));
            bill(db);
            bill(db);
            assert_eq!(stand(db), totals);
        });
    }
}

#[test]
fn what_a_turn_owes_whole_is_owed_once_whatever_is_corrected_or_taken_back() {
    engines::each(|db, _| {
        begin_whole(db);
        interim(db, CUT);
        // 80 kWh, not 90, before the rest is billed: 9.60 and the rental.
        shows(db, CUT, &[80]);
        crate::correct::correct(db, actor(), Money::from_cents(-1_20), "misread").unwrap();
        bill(db);
        assert_eq!(stand(db), [40_00 - 12_60, 12_60]);
        // 70 kWh behind it: the rest is the same 20 kWh, and what is short of the least is 1.20 more.
        shows(db, JANUARY, &[10]);
        crate::correct::correct(db, actor(), Money::ZERO, "misread").unwrap();
        assert_eq!(stand(db), [40_00 - 11_40, 11_40]);
    });
    engines::each(|db, _| {
        begin_whole(db);
        interim(db, CUT);
        bill(db);
        let turn = db.read(|tx| cancel::of_cycle(tx, Cycle(1))).unwrap();
        assert_eq!(turn.total, Money::from_cents(26_20), "not the bill of the days so far");
        cancel::cancel(db, actor(), turn, "wrong", &mut |_| ()).unwrap();
        assert_eq!(stand(db), [13_80]);
        bill(db);
        assert_eq!(stand(db), [26_20, 13_80]);
    });
}

/// Whether the paper of the newest bill that stands says that it is of the days so far.
fn says_so_far(db: &Db) -> bool {
    let bill = db.read(|tx| store::correction::standing(tx, ACCOUNT, JANUARY)).unwrap()[0];
    db.read(|tx| statement::of_bill(tx, bill)).unwrap().so_far
}

#[test]
fn where_service_ends_with_it_it_becomes_the_last_bill() {
    engines::each(|db, _| {
        begin_whole(db);
        interim(db, CUT);
        assert!(says_so_far(db));
        let account = db.read(|tx| store::account::get(tx, ACCOUNT)).unwrap();
        crate::last_bill::leaves(db, &account, CUT, ReadWanted::Ordered);
        // The rest of the turn was to ask for what is short of the least, and there is none.
        assert_eq!(stand(db), [40_00]);
        assert!(!says_so_far(db));
        assert_eq!(db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap().cents(), 40_00);
        assert!(says(&crate::last_bill::close(db, &account).unwrap_err()).contains("nothing of"));
    });
    // What was in a bank is paid, by an act of its own as well.
    engines::each(|db, _| {
        begin_credited(db);
        let kept = made(db, CUT).unwrap().segments[0].credit.closing;
        assert_eq!(kept, Money::from_cents(9_20));
        db.write(|tx| agreement::stop(tx, actor(), AGREEMENT, CUT)).unwrap();
        assert_eq!(stand(db), [-9_20]);
    });
    // A bill that comes to the same stays as it was sent.
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        shows(db, JANUARY, &[0]);
        shows(db, CUT, &[40]);
        interim(db, CUT);
        db.write(|tx| agreement::stop(tx, actor(), AGREEMENT, CUT)).unwrap();
        assert_eq!(stand(db), [4_80]);
        assert!(says_so_far(db));
    });
}

#[test]
fn a_stop_that_is_known_counts_in_the_bill_before_it() {
    let text = village::TARIFF.replace("R-1", "FF") + "monthly  Meter rental  3.00 full-first\n";
    engines::each(|db, _| {
        village::found(db);
        db.write(|tx| tariff::publish(tx, actor(), &text)).unwrap();
        begin(db, "FF", &[DIALS]);
        let left = date(2026, 1, 26);
        for (on, index) in [(JANUARY, 0), (CUT, 90), (left, 100)] {
            shows(db, on, &[index]);
        }
        let account = db.read(|tx| store::account::get(tx, ACCOUNT)).unwrap();
        crate::last_bill::leaves(db, &account, left, ReadWanted::Ordered);
        // Service only ends in the turn, so that it owes no rental.
        interim(db, CUT);
        assert!(says_so_far(db));
        crate::last_bill::close(db, &account).unwrap();
        assert_eq!(stand(db), [1_20, 10_80]);
    });
}

/// What is sent back brings down what is charged; the rest is kept, and paid where service ends.
fn begin_credited(db: &Db) {
    let text = village::TARIFF.replace("R-1", "NS")
        + "credit  Surplus           0.10\n  offsets  Energy\n  bank     true-up dec at-stop paid\n";
    village::found_once(db);
    db.write(|tx| tariff::publish(tx, actor(), &text)).unwrap();
    begin(db, "NS", &[DIALS, BACK]);
    for (on, shown) in [(JANUARY, [0, 0]), (CUT, [40, 140]), (FEBRUARY, [100, 150])] {
        shows(db, on, &shown);
    }
}

#[test]
fn a_bank_that_is_paid_at_the_stop_is_kept_where_service_goes_on() {
    engines::each(|db, _| {
        begin_credited(db);
        let bill = made(db, CUT).unwrap();
        // 140 kWh at 0.10 less 40 at 0.12.
        let credit = bill.segments[0].credit;
        assert_eq!((bill.total, credit.paid), (Money::ZERO, Money::ZERO));
        assert_eq!(credit.closing, Money::from_cents(9_20));
        clean(db);
    });
}

#[test]
fn what_is_set_off_over_the_turn_is_not_parted() {
    engines::each(|db, _| {
        begin(db, "NM", &[DIALS, BACK]);
        for (on, shown) in [(JANUARY, [0, 0]), (CUT, [10, 60]), (FEBRUARY, [100, 70])] {
            shows(db, on, &shown);
        }
        let why = made(db, CUT).unwrap_err();
        let of = why.downcast_ref::<Refused>().and_then(Refused::as_a);
        let days = days(JANUARY, FEBRUARY);
        let nets = NotRun::NetsOverTurn { agreement: AGREEMENT, days, free: None };
        assert_eq!(of, Some(&nets), "{why}");
        // To the end of the turn all of it is known: 30 kWh are left of 100 and 70.
        assert_eq!(made(db, FEBRUARY).unwrap().total.cents(), 3_60);
        assert_eq!(stand(db), [3_60]);
    });
    // Another service needs not wait for it.
    engines::each(|db, _| {
        village::found(db);
        db.write(|tx| tariff::publish(tx, actor(), NM)).unwrap();
        let mut customer = village::customer("E-1", &[DIALS, BACK]);
        let other = NewService {
            serial: "E-2".to_owned(),
            channels: customer.services[0].channels[..1].to_vec(),
            ..customer.services[0].clone()
        };
        customer.services[0].tariff = "NM".to_owned();
        customer.services.push(other);
        village::take_on(db, &customer).unwrap();
        turns(db, 1);
        for (on, index) in [(JANUARY, 0), (CUT, 10)] {
            meter_shows(db, "E-1", on, &[index, index]);
            meter_shows(db, "E-2", on, &[index]);
        }
        let plain = AgreementId(2);
        let why = made(db, CUT).unwrap_err();
        assert!(says(&why).ends_with("; bill another one alone: --agreement 2"), "{why}");
        let seen = |only| db.write(|tx| interim::preview(tx, actor(), &of(only, CUT)));
        assert!(says(&seen(Some(AGREEMENT)).unwrap_err()).ends_with("its turn bills it"));
        assert_eq!(seen(Some(plain)).unwrap().total.cents(), 1_20);
    });
    // Nothing is sent back where nothing measures it.
    engines::each(|db, _| {
        begin(db, "NM", &[DIALS]);
        for (on, index) in [(JANUARY, 0), (CUT, 10), (FEBRUARY, 100)] {
            shows(db, on, &[index]);
        }
        interim(db, CUT);
        bill(db);
        assert_eq!(stand(db), [10_80, 1_20]);
    });
}

/// What is earned and on no bill at the end of a day, and how many days of it nobody knows.
fn accrued(db: &Db, on: Date) -> (i64, i64) {
    let it = accrual(db, actor(), on, &mut |_| ()).unwrap();
    (it.total().cents(), it.unknown())
}

#[test]
fn what_it_asked_for_is_not_unbilled_any_more() {
    let (before, middle, last) = (date(2026, 1, 15), date(2026, 1, 23), date(2026, 1, 31));
    engines::each(|db, _| {
        begin_whole_to(db, CUT);
        // 90 kWh at 0.12, and the rental.
        assert_eq!(accrued(db, before), (13_80, 0));
        let that_day = Actor::system("2026-01-16T18:00:00Z".parse().unwrap());
        db.write(|tx| {
            let seen = interim::preview(tx, that_day, &new(CUT))?;
            interim::make(tx, that_day, &new(CUT).seen(&seen))
        })
        .unwrap();
        assert_eq!(accrued(db, before), (13_80, 0), "it is dated the day after");
        // Estimated, 12 kWh a day as in the five days before; with the last one what is short of the least.
        assert_eq!(accrued(db, middle), (11_52, 0));
        assert_eq!(accrued(db, last), (40_00 - 13_80, 0));
        // 10 kWh in 16 days, of which 8 are half.
        shows(db, FEBRUARY, &[100]);
        assert_eq!(accrued(db, middle), (60, 0));
        assert_eq!(accrued(db, last), (40_00 - 13_80, 0));
        bill(db);
        assert_eq!(accrued(db, last), (40_00 - 13_80, 0));
        assert_eq!(stand(db), [40_00 - 13_80, 13_80]);
    });
}

fn new(to: Date) -> NewInterim {
    let (only, unusual, total) = (None, Unusual::Hold, Money::ZERO);
    NewInterim { account: ACCOUNT, only, to, unusual, total }
}

/// The bill of the days so far, as it was looked at.
pub(crate) fn made(db: &Db, to: Date) -> anyhow::Result<Bill> {
    db.write(|tx| {
        let seen = interim::preview(tx, actor(), &new(to))?;
        interim::make(tx, actor(), &new(to).seen(&seen))
    })
}

fn interim(db: &Db, to: Date) {
    made(db, to).unwrap();
}

/// What a correction finds: of each bill its days, what it came to and what it comes to.
fn found(it: &Correction) -> Vec<(Period, i64, Option<i64>)> {
    let now = |it: &Option<Bill>| it.as_ref().map(|it| it.total.cents());
    it.bills.iter().map(|(old, new)| (old.days(), old.total.cents(), now(new))).collect()
}

fn days(from: Date, to: Date) -> Period {
    Period::new(from, to).unwrap()
}

const JANUARY: Date = date(2026, 1, 1);
const EARLY: Date = date(2026, 1, 11);
const CUT: Date = date(2026, 1, 16);
const FEBRUARY: Date = date(2026, 2, 1);
const MARCH: Date = date(2026, 3, 1);

#[test]
fn made_anew_it_goes_no_further_than_it_went() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for (on, index) in [(JANUARY, 0), (CUT, 40), (FEBRUARY, 100)] {
            shows(db, on, &[index]);
        }
        interim(db, CUT);
        let seen = || db.write(|tx| correct::preview(tx, actor(), ACCOUNT, JANUARY, Cause::Tariff));
        let unchanged = || assert!(says(&seen().unwrap_err()).contains("reads as it does"));
        // The turn is open, then billed.
        unchanged();
        bill(db);
        unchanged();
        // Between the two it was 50, not 40.
        shows(db, CUT, &[50]);
        let it = seen().unwrap();
        let (first, rest) = (days(JANUARY, CUT), days(CUT, FEBRUARY));
        assert_eq!(found(&it), [(first, 4_80, Some(6_00)), (rest, 7_20, Some(6_00))]);
        crate::correct::correct(db, actor(), Money::ZERO, "misread").unwrap();
        clean(db);
        unchanged();
        // A dearer tariff from the 26th on is on the bill of the rest, one from the 6th on both.
        for (code, price) in [("R-2", "0.24"), ("R-3", "0.48")] {
            let text = village::TARIFF.replace("R-1", code).replace("0.12", price);
            db.write(|tx| tariff::publish(tx, actor(), &text)).unwrap();
        }
        shows(db, date(2026, 1, 26), &[80]);
        assert_eq!(told(db, &on_tariff("R-2", date(2026, 1, 26))), [(1, 2_40)]);
        shows(db, date(2026, 1, 6), &[10]);
        assert_eq!(told(db, &on_tariff("R-3", date(2026, 1, 6))), [(1, 14_40), (1, 10_80)]);
        let standing = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap();
        assert_eq!(standing.iter().map(|it| it.total.cents()).sum::<i64>(), 1_20 + 43_20 - 4_80);
    });
}

#[test]
fn a_bill_of_the_days_so_far_and_the_last_one_are_made_anew_side_by_side() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        let left = date(2026, 1, 26);
        for (on, index) in [(JANUARY, 0), (CUT, 40), (left, 80)] {
            shows(db, on, &[index]);
        }
        interim(db, CUT);
        let account = db.read(|tx| store::account::get(tx, ACCOUNT)).unwrap();
        crate::last_bill::leaves(db, &account, left, ReadWanted::Given(vec![80_000_000]));
        crate::last_bill::close(db, &account).unwrap();
        let seen =
            |db: &Db| db.write(|tx| correct::preview(tx, actor(), ACCOUNT, JANUARY, Cause::Read));
        assert!(says(&seen(db).unwrap_err()).contains("reads as it does"));
        shows(db, left, &[90]);
        let it = seen(db).unwrap();
        assert_eq!(found(&it), [(days(CUT, left), 4_80, Some(6_00))]);
        // It ended on the day of the interim bill after all: that keeps its days.
        assert_eq!(told(db, &Fact::End { agreement: AGREEMENT, on: Some(CUT) }), [(1, -4_80)]);
        shows(db, CUT, &[30]);
        assert_eq!(found(&seen(db).unwrap()), [(days(JANUARY, CUT), 4_80, Some(3_60))]);
    });
}

#[test]
fn a_version_of_a_tariff_reaches_the_bill_that_has_its_days() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for (on, index) in [(JANUARY, 0), (CUT, 40), (FEBRUARY, 100)] {
            shows(db, on, &[index]);
        }
        interim(db, CUT);
        bill(db);
        let dearer = village::TARIFF.replace("2026-01-01", "2026-01-16").replace("0.12", "0.24");
        assert_eq!(retold(db, &dearer), [(ACCOUNT, 1, 7_20)]);
    });
}

/// The days of the bills that stand, their titles, and what e-invoices say of them.
#[test]
fn its_paper_and_its_e_invoice_say_the_days_it_is_for() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        let seller = Seller::new("US", "USD", Some("12-3456789"), None).unwrap();
        db.write(|tx| meterbook_app::seller::say(tx, actor(), JANUARY, &seller)).unwrap();
        for (on, index) in [(JANUARY, 0), (CUT, 40), (FEBRUARY, 100)] {
            shows(db, on, &[index]);
        }
        let first = made(db, CUT).unwrap();
        bill(db);
        let rest = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        for (id, kind, days, from, to) in [
            (
                first.id,
                "Bill of the days so far",
                "Jan 1 – Jan 15, 2026, 15 days",
                "2026-01-01",
                "2026-01-15",
            ),
            (rest, "", "Jan 16 – Jan 31, 2026, 16 days", "2026-01-16", "2026-01-31"),
        ] {
            let said = db.read(|tx| statement::of_bill(tx, id)).unwrap();
            let page = meterbook_paper::html(&meterbook_paper::view(&said), &said).unwrap();
            let bare = page.replace('\u{a0}', " ");
            assert!(bare.contains(days), "{days}: {bare}");
            assert_eq!(bare.contains("<b>Bill of the days so far</b>"), !kind.is_empty());
            let text = db.read(|tx| invoice::of_bill(tx, id)).unwrap();
            for (name, day) in [("StartDate", from), ("EndDate", to)] {
                let wanted = format!("<cbc:{name}>{day}</cbc:{name}>");
                assert!(text.contains(&wanted), "{wanted}: {text}");
            }
            assert!(!text.contains("2026-01-31") || to == "2026-01-31", "{text}");
        }
    });
}

fn of(only: Option<AgreementId>, to: Date) -> NewInterim {
    NewInterim { only, ..new(to) }
}

#[test]
fn one_service_is_billed_alone_where_another_waits_and_what_changed_is_said_by_service() {
    engines::each(|db, folder| {
        two_services(db, folder);
        let import = |text: &str| {
            crate::jobs::import(db, folder, &format!("meter,date,read,kind\n{text}"));
        };
        // January: 100 kWh at 0.12 and 10 kgal at 2.00.
        import("E-1,2026-02-01,100,actual\nW-1,2026-02-01,10,actual\n");
        bill(db);
        let (electric, water) = (AgreementId(1), AgreementId(2));
        let to = date(2026, 2, 15);
        import("E-1,2026-02-15,140,actual\n");
        let refused = |only| {
            let why = db.write(|tx| interim::preview(tx, actor(), &of(only, to))).unwrap_err();
            let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("{why:?}"));
            match refused.as_a::<NotRun>() {
                Some(NotRun::LastHeld { agreement, free, .. }) => (*agreement, *free),
                other => panic!("{other:?}"),
            }
        };
        // The water was not read; the electricity needs not wait for it.
        assert_eq!(refused(None), (water, Some(electric)));
        let why = db.write(|tx| interim::preview(tx, actor(), &of(None, to))).unwrap_err();
        assert!(says(&why).ends_with("; bill another one alone: --agreement 1"), "{why}");
        assert_eq!(refused(Some(water)), (water, None));
        let one = db
            .write(|tx| {
                let new = of(Some(electric), to);
                let seen = interim::preview(tx, actor(), &new)?;
                interim::make(tx, actor(), &new.seen(&seen))
            })
            .unwrap();
        assert_eq!(one.segments.len(), 1);
        let why = |id| db.read(|tx| statement::of_bill(tx, id)).unwrap().why.unwrap();
        let cents = |it: &Why| (it.from.cents(), it.to.cents());
        // 40 kWh beside the 100 of January: the water is on neither.
        assert_eq!(cents(&why(one.id)), (12_00, 4_80));
        // The turn bills the rest of it and all of the water: each beside what it was billed last.
        import("E-1,2026-03-01,190,actual\nW-1,2026-03-01,25,actual\n");
        bill(db);
        let rest = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        assert_eq!(cents(&why(rest)), (4_80 + 20_00, 6_00 + 30_00));
        let all = why(rest);
        let sum: i64 = all.causes.iter().map(|it| it.amount.cents()).sum();
        assert_eq!(sum, 36_00 - 24_80, "the causes add up: {all:?}");
        clean(db);
    });
}

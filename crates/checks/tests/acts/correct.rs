//! Bills that were wrong on both engines: exactly those that would read otherwise are taken back and
//! made anew, the books net, and nothing else moves.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::correct::{Many, NewCorrection, NotCorrected, many, preview};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused, check, statement, tariff, timeline};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::correct::{Cause, Correction, only_reads};
use meterbook_core::id::{AccountId, BillId, CorrectionId};
use meterbook_core::ledger::EntryKind;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_core::timeline::Change;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::village::{self, DIALS, actor, says};

const ACCOUNT: AccountId = AccountId(1);
/// A register of what is sent back.
pub(crate) const BACK: (Form, Flow) = (Form::Register { digits: 5 }, Flow::Received);
pub(crate) const NM: &str = "tariff NM half-up\nname       Net metering\ncommodity  electric kWh\n\
                  from       2026-01-01\nnet turn\n  bank\nvolume  Energy            0.12\n";

/// A customer on a tariff, with a turn in each of the first four months.
pub(crate) fn begin(db: &Db, code: &str, channels: &[(Form, Flow)]) {
    village::found_once(db);
    db.write(|tx| tariff::publish(tx, actor(), NM)).unwrap();
    let mut customer = village::customer("E-1", channels);
    customer.services[0].tariff = code.to_owned();
    village::take_on(db, &customer).unwrap();
    turns(db, 4);
}

/// A turn in each of the first months of 2026, billed on the day after it.
pub(crate) fn turns(db: &Db, months: i8) {
    let turns: Vec<NewWindow> = (1..=months)
        .map(|month| {
            let period = Period::month(2026, month).unwrap();
            let billed_on = period.end().saturating_add(1.days());
            NewWindow { period, billed_on, due_on: billed_on.saturating_add(21.days()) }
        })
        .collect();
    db.write(|tx| window::plan(tx, actor(), Cycle(1), &turns)).unwrap();
}

/// What the registers of the meter show at the start of a day.
pub(crate) fn shows(db: &Db, on: Date, indexes: &[i64]) {
    meter_shows(db, "E-1", on, indexes);
}

pub(crate) fn meter_shows(db: &Db, serial: &str, on: Date, indexes: &[i64]) {
    db.write(|tx| {
        let meter = store::meter::by_serial(tx, serial)?.remove(0);
        for (channel, index) in store::meter::channels(tx, meter.id)?.iter().zip(indexes) {
            let (index_micro, kind) = (index * 1_000_000, ReadKind::Actual);
            let read = Read { channel: channel.id, on, index_micro, kind, batch: None };
            store::read::add(tx, &[read])?;
        }
        Ok(())
    })
    .unwrap();
}

pub(crate) fn bill(db: &Db) {
    bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap();
}

fn seen(db: &Db, from: Date) -> anyhow::Result<Correction> {
    db.write(|tx| preview(tx, actor(), ACCOUNT, from, Cause::Read))
}

fn wanted(net: Money) -> Asked {
    let (from, cause) = (date(2026, 1, 1), Cause::Read);
    Asked::Correct(NewCorrection { account: ACCOUNT, from, cause, net })
}

pub(crate) fn correct(db: &Db, by: Actor, net: Money, why: &str) -> anyhow::Result<Outcome> {
    db.write(|tx| do_or_ask(tx, by, &wanted(net), why))
}

fn refusal(why: &anyhow::Error) -> NotCorrected {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotCorrected>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

/// The bills of a correction: its number, what it came to, what it comes to.
fn told(it: &Correction) -> Vec<(String, i64, Option<i64>)> {
    let cents = |it: Money| it.cents();
    let one = |(old, new): &(_, Option<meterbook_core::bill::Bill>)| {
        let old: &meterbook_core::bill::Bill = old;
        (old.period.start().to_string(), cents(old.total), new.as_ref().map(|it| cents(it.total)))
    };
    it.bills.iter().map(one).collect()
}

fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

/// 100 kWh a month, billed for January to March.
pub(crate) fn three_months(db: &Db) {
    begin(db, "R-1", &[DIALS]);
    for (nth, month) in (0..).zip(1..=4) {
        shows(db, date(2026, month, 1), &[nth * 100]);
    }
    (0..3).for_each(|_| bill(db));
}

#[test]
fn a_wrong_read_reaches_the_two_bills_beside_it_and_no_other() {
    engines::each(|db, _| {
        three_months(db);
        let why = seen(db, date(2026, 1, 1)).unwrap_err();
        assert_eq!(refusal(&why), NotCorrected::NothingDiffers { from: date(2026, 1, 1) });
        // On March 1 the register showed 180, not 200.
        shows(db, date(2026, 3, 1), &[180]);
        let before = db.read(|tx| store::ledger::entries(tx, ACCOUNT)).unwrap();
        let it = seen(db, date(2026, 1, 1)).unwrap();
        let expected = [
            ("2026-02-01".to_owned(), 1_200, Some(960)),
            ("2026-03-01".to_owned(), 1_200, Some(1_440)),
        ];
        assert_eq!((told(&it), it.net), (expected.to_vec(), Money::ZERO));
        assert_eq!(db.read(|tx| store::ledger::entries(tx, ACCOUNT)).unwrap(), before, "a trial");
        clean(db);
        let why = correct(db, actor(), Money::ZERO, "  ").unwrap_err();
        assert_eq!(refusal(&why), NotCorrected::NoReason);
        let (was, now) = (Money::from_cents(1), Money::ZERO);
        let why = correct(db, actor(), was, "misread").unwrap_err();
        assert_eq!(refusal(&why), NotCorrected::NotAsSeen { was, now });
        correct(db, actor(), Money::ZERO, "the 8 was read as a 0").unwrap();
        clean(db);
        let made = db.read(|tx| store::correction::get(tx, CorrectionId(1))).unwrap();
        assert_eq!((told(&made), &*made.why), (expected.to_vec(), "the 8 was read as a 0"));
        let (old, new) = &made.bills[0];
        let new = new.as_ref().unwrap();
        assert_eq!(new.number.0, format!("{}-C1", old.number.0));
        assert_eq!(db.read(|tx| replay(tx, new.id)).unwrap(), Replayed::Same);
        // Two taken back, two made: what is owed is as before.
        let after = db.read(|tx| store::ledger::entries(tx, ACCOUNT)).unwrap();
        assert_eq!(after.len(), before.len() + 4);
        assert_eq!(after.last().unwrap().balance, before.last().unwrap().balance);
        assert_eq!(after[before.len()].kind, EntryKind::Cancelled);
        // The history has the bills that were taken back, and that they were.
        let account = db.read(|tx| store::account::get(tx, ACCOUNT)).unwrap();
        let events = db.write(|tx| timeline::of_account(tx, &account)).unwrap();
        let of = |change| events.iter().filter(|it| it.change == change).count();
        assert_eq!((of(Change::Billed), of(Change::TakenBack)), (5, 2));
        let queued = db.read(store::outbox::counts).unwrap();
        let queued: i64 = queued.iter().map(|it| it.2).sum();
        assert_eq!(queued, 1 + 1, "what was taken back is not on its way, and two are one piece");
        let why = seen(db, date(2026, 1, 1)).unwrap_err();
        assert_eq!(refusal(&why), NotCorrected::NothingDiffers { from: date(2026, 1, 1) });
        // Who took a bill back and what stands in its place is known of both.
        let fate = db.read(|tx| store::correction::of_bill(tx, old.id)).unwrap();
        assert!(fate[0].cancelled && fate[0].other.as_ref() == Some(&new.number));
        let fate = db.read(|tx| store::correction::of_bill(tx, new.id)).unwrap();
        assert!(!fate[0].cancelled && fate[0].other.as_ref() == Some(&old.number));
        // The next turn goes on where the last bill that stands ends.
        shows(db, date(2026, 5, 1), &[400]);
        bill(db);
        let april = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        let april = db.read(|tx| store::bill::get(tx, april)).unwrap();
        assert_eq!((april.period, april.total.cents()), (Period::month(2026, 4).unwrap(), 1_200));
        clean(db);
    });
}

#[test]
fn a_bill_is_corrected_again_and_again() {
    engines::each(|db, _| {
        three_months(db);
        for (nth, (index, net)) in (1..).zip([(320, 240), (310, -120)]) {
            shows(db, date(2026, 4, 1), &[index]);
            let net = Money::from_cents(net);
            assert_eq!(seen(db, date(2026, 1, 1)).unwrap().net, net);
            correct(db, actor(), net, "read again").unwrap();
            clean(db);
            let it = db.read(|tx| store::correction::get(tx, CorrectionId(nth))).unwrap();
            let made = it.bills[0].1.as_ref().unwrap();
            assert!(made.number.0.ends_with(&format!("-C{nth}")), "{}", made.number.0);
        }
    });
}

/// What a bill keeps for later ones reaches them too.
#[test]
fn a_wrong_export_reaches_every_bill_that_drew_on_it() {
    engines::each(|db, _| {
        begin(db, "NM", &[DIALS, BACK]);
        // 100 used and 300 sent back in January; then 100 used a month and nothing sent.
        for (month, indexes) in [(1, [0, 0]), (2, [100, 300]), (3, [200, 300]), (4, [300, 300])] {
            shows(db, date(2026, month, 1), &indexes);
        }
        (0..3).for_each(|_| bill(db));
        // It was 150: after January 50 are kept, February uses them up, March pays.
        for month in 2..=4 {
            let used = i64::from(month - 1) * 100;
            shows(db, date(2026, month, 1), &[used, 150]);
        }
        let it = seen(db, date(2026, 1, 1)).unwrap();
        let expected = [
            ("2026-01-01".to_owned(), 0, Some(0)),
            ("2026-02-01".to_owned(), 0, Some(600)),
            ("2026-03-01".to_owned(), 0, Some(1_200)),
        ];
        assert_eq!((told(&it), it.net.cents()), (expected.to_vec(), 1_800));
        // From March on there is only March to look at: what January left is on its bill, and it says
        // other reads.
        let march = seen(db, date(2026, 3, 1)).unwrap();
        assert_eq!(told(&march), [("2026-03-01".to_owned(), 0, Some(0))]);
        let (old, new) = &march.bills[0];
        assert!(only_reads(old, new.as_ref().unwrap()));
        correct(db, actor(), it.net, "the wrong channel").unwrap();
        clean(db);
    });
}

/// Held by name: a rebill that crosses a tariff change.
#[test]
fn a_bill_made_anew_has_each_price_on_its_own_days() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        let dearer = village::TARIFF.replace("2026-01-01", "2026-02-15").replace("0.12", "0.24");
        db.write(|tx| tariff::publish(tx, actor(), &dearer)).unwrap();
        shows(db, date(2026, 1, 1), &[0]);
        shows(db, date(2026, 2, 1), &[0]);
        shows(db, date(2026, 3, 1), &[280]);
        (0..2).for_each(|_| bill(db));
        shows(db, date(2026, 3, 1), &[560]);
        let it = seen(db, date(2026, 2, 1)).unwrap();
        // 14 of 28 days at each price: 140 and 140 kWh, then 280 and 280.
        assert_eq!(told(&it), [("2026-02-01".to_owned(), 5_040, Some(10_080))]);
        let lines = |bill: &meterbook_core::bill::Bill| -> Vec<i64> {
            bill.segments[0].lines.iter().map(|it| it.amount.cents()).collect()
        };
        assert_eq!(lines(&it.bills[0].0), [1_680, 3_360]);
        assert_eq!(lines(it.bills[0].1.as_ref().unwrap()), [3_360, 6_720]);
    });
}

#[test]
fn a_large_correction_takes_two() {
    engines::each(|db, _| {
        three_months(db);
        shows(db, date(2026, 4, 1), &[10_200]);
        let it = seen(db, date(2026, 3, 1)).unwrap();
        let ann = with_role(db, "ann", "billing-analyst");
        let Outcome::Waits(id) = correct(db, ann, it.net, "read again").unwrap() else {
            panic!("{} was corrected by one", it.net)
        };
        let why = correct(db, ann, it.net, "read again").unwrap_err();
        assert!(says(&why).contains("waits as number"), "{why}");
        let kim = with_role(db, "kim", "clerk");
        let why = correct(db, kim, it.net, "read again").unwrap_err();
        assert!(says(&why).contains("correct-bills"), "{why}");
        let boss = with_role(db, "bea", "administrator");
        db.write(|tx| approval::give(tx, boss, id, "")).unwrap();
        clean(db);
        let made = db.read(|tx| store::correction::get(tx, CorrectionId(1))).unwrap();
        assert_eq!((made.bills.len(), made.net), (1, it.net));
    });
}

#[test]
fn of_all_on_a_tariff_those_are_corrected_that_were_wrong() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for serial in ["E-2", "E-3"] {
            let mut customer = village::customer(serial, &[DIALS]);
            customer.street = format!("{serial} Mill St");
            village::take_on(db, &customer).unwrap();
        }
        for serial in ["E-1", "E-2", "E-3"] {
            meter_shows(db, serial, date(2026, 1, 1), &[0]);
            meter_shows(db, serial, date(2026, 2, 1), &[100]);
        }
        bill(db);
        meter_shows(db, "E-1", date(2026, 2, 1), &[120]);
        meter_shows(db, "E-2", date(2026, 2, 1), &[90]);
        let of = ("R-1", date(2026, 1, 1), Cause::Read);
        let all = |why| many(db, actor(), of, why, &mut |_, _| ());
        let would = all(None).unwrap();
        let (more, less) = (Money::from_cents(240), Money::from_cents(-120));
        let expected = Many { accounts: 2, bills: 2, more, less, ..Many::default() };
        assert_eq!(would, expected);
        assert_eq!(refusal(&all(Some(" ")).unwrap_err()), NotCorrected::NoReason);
        assert_eq!(all(Some("read again")).unwrap(), expected);
        clean(db);
        // Begun again it finds nothing left to do.
        assert_eq!(all(Some("read again")).unwrap(), Many::default());
        let ann = with_role(db, "ann", "clerk");
        let why = many(db, ann, of, None, &mut |_, _| ()).unwrap_err();
        assert!(says(&why).contains("run-bills"), "{why}");
    });
}

/// Together they come to what each comes to alone: all of one's bills, some of another's, and one who
/// waits for a second person.
#[test]
fn many_months_of_many_accounts_are_corrected_together() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for serial in ["E-2", "E-3", "E-4"] {
            let mut customer = village::customer(serial, &[DIALS]);
            customer.street = format!("{serial} Mill St");
            village::take_on(db, &customer).unwrap();
        }
        let all = ["E-1", "E-2", "E-3", "E-4"];
        for serial in all {
            for (nth, month) in (0..).zip(1..=4) {
                meter_shows(db, serial, date(2026, month, 1), &[nth * 100]);
            }
        }
        (0..3).for_each(|_| bill(db));
        let months = |serial: &str, shown: [i64; 3]| {
            for (month, index) in (2..).zip(shown) {
                meter_shows(db, serial, date(2026, month, 1), &[index]);
            }
        };
        months("E-1", [110, 230, 350]);
        months("E-2", [100, 180, 300]);
        months("E-3", [10_000, 20_000, 30_000]);
        let ann = with_role(db, "ann", "billing-analyst");
        let of = ("R-1", date(2026, 1, 1), Cause::Read);
        let mut seen = Vec::new();
        let would = many(db, ann, of, None, &mut |done, of| seen.push((done, of))).unwrap();
        let more = Money::from_cents(600 + 356_400);
        let expected = Many { accounts: 3, bills: 8, more, ..Many::default() };
        assert_eq!((would, seen.last()), (expected.clone(), Some(&(4, 4))));
        let entries = db.read(|tx| store::ledger::entries(tx, ACCOUNT)).unwrap().len();
        assert_eq!(entries, 3, "looking keeps nothing");
        let why = "the display was read wrong";
        let done = many(db, ann, of, Some(why), &mut |_, _| ()).unwrap();
        assert_eq!(done, Many { waits: 1, ..expected });
        clean(db);
        let newest = db.read(|tx| store::bill::newest(tx, 5)).unwrap();
        for id in newest {
            assert_eq!(db.read(|tx| replay(tx, id)).unwrap(), Replayed::Same);
        }
        let of_first = db.read(|tx| store::correction::get(tx, CorrectionId(1))).unwrap();
        assert_eq!((of_first.account, of_first.bills.len()), (ACCOUNT, 3));
        assert_eq!((of_first.net, &*of_first.why), (Money::from_cents(600), why));
        // What waits differs still, and is not asked for twice.
        let again = many(db, ann, of, Some(why), &mut |_, _| ()).unwrap();
        assert_eq!((again.accounts, again.failures), (0, 1), "{:?}", again.failed);
    });
}

/// A bill that is made later than those after it stands among its own months.
#[test]
fn a_corrected_bill_is_compared_with_the_month_before_it_and_the_one_it_replaces() {
    engines::each(|db, _| {
        three_months(db);
        // 80, 120 and 100.
        shows(db, date(2026, 2, 1), &[80]);
        correct(db, actor(), Money::ZERO, "read again").unwrap();
        let all = db.read(|tx| store::correction::get(tx, CorrectionId(1))).unwrap();
        let february = all.made().nth(1).unwrap().clone();
        let it = db.read(|tx| statement::of_bill(tx, february.id)).unwrap();
        let months: Vec<(i8, i64)> = it.history[0]
            .months
            .iter()
            .map(|it| (it.period.start().month(), it.usage.micro.div_euclid(1_000_000)))
            .collect();
        assert_eq!(months, [(1, 80), (2, 120)], "with January as it stands now, and not March");
        assert_eq!(it.replaces.as_ref(), Some(&all.bills[1].0.number));
        let why = it.why.unwrap();
        assert_eq!((why.from.cents(), why.to.cents()), (12_00, 14_40));
        // April is compared with March, although February was made anew later.
        shows(db, date(2026, 5, 1), &[400]);
        bill(db);
        let april = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        let it = db.read(|tx| statement::of_bill(tx, april)).unwrap();
        let months: Vec<i8> =
            it.history[0].months.iter().map(|it| it.period.start().month()).collect();
        assert_eq!((months, it.replaces), (vec![1, 2, 3, 4], None));
        let march = db.read(|tx| store::bill::before(tx, &it.bill)).unwrap().unwrap();
        assert_eq!(march.period, Period::month(2026, 3).unwrap());
    });
}

/// The database holds that no day is billed twice, whoever asks.
#[test]
fn no_day_is_on_two_bills_that_stand() {
    engines::each(|db, _| {
        three_months(db);
        let again = db.write(|tx| {
            let mut bill = store::bill::get(tx, BillId(2))?;
            bill.id = BillId(99);
            bill.number.0.push('X');
            bill.segments[0].period = Period::new(date(2026, 2, 10), date(2026, 2, 11)).unwrap();
            store::bill::add(tx, &[bill])
        });
        let why = again.unwrap_err();
        let conflict = why.downcast_ref::<store::Conflict>().unwrap();
        assert_eq!((&*conflict.table, &*conflict.rule), ("segment", "billed twice"));
    });
}

//! Levelled bills on paper: every kind of them is drawn, and says what the books say.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::deliver::pdf_of_any;
use meterbook_app::moves::ReadWanted;
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{budget, credit_rules, plan, statement};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::credit::Noun;
use meterbook_core::credit::budget::How;
use meterbook_core::delivery::Enclosed;
use meterbook_core::id::{AccountId, CorrectionId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_store::{self as store, Db};

use crate::deposit::{at, bill, owes, say, sound};
use crate::jobs::january;
use crate::late_fee::february;
use crate::village::{DIALS, actor};
use crate::{correct, last_bill};

const RULES: &str = "class residential\nhistory 12 1\nround 1.00\noff 10%\n";
const ONE: AccountId = AccountId(1);
const THREE: AccountId = AccountId(3);

fn begin(db: &Db, account: AccountId, level: i64) {
    let level = Some(Money::from_cents(level));
    db.write(|tx| budget::begin(tx, at("2026-01-20"), account, level, "by phone")).unwrap();
}

/// Draws every bill of an account, and says what each asks for.
fn drawn(db: &Db, folder: &Path, account: AccountId) -> Vec<(How, i64)> {
    let own = folder.join(format!("{}", db.location()).replace(['/', ':'], "-"));
    let mut found = Vec::new();
    for it in db.read(|tx| store::budget::of_account(tx, account)).unwrap() {
        for it in db.read(|tx| store::budget::bills(tx, &it.key)).unwrap() {
            let pdf = pdf_of_any(db, &own, Enclosed::Bill(it.bill)).unwrap();
            assert!(pdf.starts_with(b"%PDF"));
            let of = db.read(|tx| statement::of_bill(tx, it.bill)).unwrap();
            found.push((it.how, of.amount_due.cents()));
        }
    }
    found
}

#[test]
fn a_level_above_the_bill_or_below_it_is_drawn_and_an_earlier_debt_with_it() {
    engines::each(|db, folder| {
        january(db, folder, 3);
        say(db, Noun::Budget, RULES);
        begin(db, ONE, 1_000);
        begin(db, THREE, 1_000);
        bill(db);
        assert_eq!(drawn(db, folder, ONE), [(How::Levelled, 1_000)]);
        assert_eq!(drawn(db, folder, THREE), [(How::Levelled, 1_000)]);
        february(db, folder, 3);
        // Nothing was paid.
        let both = [(How::Levelled, 1_000), (How::Levelled, 2_000)];
        assert_eq!(drawn(db, folder, THREE), both);
        db.write(|tx| budget::end(tx, actor(), THREE, "by phone")).unwrap();
        assert_eq!(drawn(db, folder, THREE), both, "as it was");
        sound(db);
    });
}

#[test]
fn a_plan_beside_a_level_is_drawn() {
    engines::each(|db, folder| {
        january(db, folder, 3);
        bill(db);
        say(db, Noun::Budget, RULES);
        say(
            db,
            Noun::Plan,
            "months residential 3 2\nleast 1.00\ndebt 5.00 100.00\ndue with-bills\n",
        );
        // The bill of January in parts, that of February levelled.
        db.write(|tx| plan::agree(tx, at("2026-02-26"), THREE, (1, None), "by phone")).unwrap();
        begin(db, THREE, 1_000);
        february(db, folder, 3);
        assert_eq!(owes(db, THREE), 1_332 + 1_000);
        assert_eq!(drawn(db, folder, THREE).len(), 1);
        // A part and the level are asked for, and the other parts later.
        let of = db.read(|tx| store::bill::of_account(tx, THREE)).unwrap()[0].id;
        let it = db.read(|tx| statement::of_bill(tx, of)).unwrap();
        let (level, plan) = (it.level.unwrap(), it.plan.unwrap());
        assert_eq!((level.asked.cents(), plan.later.cents()), (1_000, 666));
        assert_eq!(it.amount_due.cents(), 1_332 + 1_000 - 666);
        sound(db);
    });
}

/// Turns after the four that there are.
fn more_turns(db: &Db, many: i64) {
    let turns: Vec<NewWindow> = (4..4 + many)
        .map(|month| {
            let from = date(2026, 1, 1).saturating_add(month.months());
            let period = Period::new(from, from.saturating_add(1.months())).unwrap();
            let billed_on = period.end().saturating_add(1.days());
            NewWindow { period, billed_on, due_on: billed_on.saturating_add(21.days()) }
        })
        .collect();
    db.write(|tx| window::plan(tx, actor(), Cycle(1), &turns)).unwrap();
}

#[test]
fn a_year_that_is_settled_is_drawn_and_one_that_goes_on() {
    engines::each(|db, folder| {
        correct::begin(db, "R-1", &[DIALS]);
        more_turns(db, 9);
        say(db, Noun::Budget, RULES);
        begin(db, ONE, 1_000);
        let mut index = 0;
        for nth in 0..=13 {
            let on: Date = date(2026, 1, 1).saturating_add(i64::from(nth).months());
            correct::shows(db, on, &[index]);
            index += 100 + i64::from(nth);
        }
        (0..12).for_each(|_| bill(db));
        // Each bill is $12.00 and something, the level $10.00, and nothing was paid.
        let all = drawn(db, folder, ONE);
        assert_eq!(all[10], (How::Levelled, 11_000));
        let billed = (0..12).map(|nth| (100 + nth) * 12).sum::<i64>();
        assert_eq!(all[11], (How::TrueUp, billed));
        // From here on each bill works its level out anew.
        let rolling = format!("{RULES}variant rolling\n");
        let day = date(2027, 1, 20);
        db.write(|tx| credit_rules::say(tx, actor(), Noun::Budget, day, &rolling)).unwrap();
        bill(db);
        let all = drawn(db, folder, ONE);
        assert_eq!(all.len(), 13);
        assert_eq!(all[12].1, owes(db, ONE));
        sound(db);
    });
}

#[test]
fn the_last_bill_that_settles_is_drawn() {
    engines::each(|db, folder| {
        last_bill::found(db);
        say(db, Noun::Budget, RULES);
        let account = last_bill::comes(db);
        begin(db, account.id, 500);
        last_bill::shows(db, date(2026, 2, 1), 100);
        bill(db);
        last_bill::leaves(db, &account, last_bill::LEFT, ReadWanted::Given(vec![150_000_000]));
        last_bill::close(db, &account).unwrap();
        let all = drawn(db, folder, account.id);
        // $25 and $150 that a move asked for came with the first; the deposit is set off by the last.
        assert_eq!(all, [(How::Levelled, 18_000), (How::Settled, 5_300)]);
        sound(db);
    });
}

#[test]
fn what_is_corrected_while_it_is_levelled_is_drawn() {
    engines::each(|db, folder| {
        correct::begin(db, "R-1", &[DIALS]);
        say(db, Noun::Budget, RULES);
        begin(db, ONE, 1_000);
        for (nth, month) in (0..).zip(1..=4) {
            correct::shows(db, date(2026, month, 1), &[nth * 100]);
        }
        (0..2).for_each(|_| bill(db));
        // The register showed 180 on March 1: only the bill of February is another one.
        correct::shows(db, date(2026, 3, 1), &[180]);
        correct::correct(db, actor(), Money::from_cents(-240), "misread").unwrap();
        sound(db);
        let own = folder.join(format!("{}", db.location()).replace(['/', ':'], "-"));
        let mut all = db.read(|tx| store::bill::of_account(tx, ONE)).unwrap();
        bill(db);
        // The next one has what was corrected before it, and is levelled.
        all.extend(db.read(|tx| store::bill::of_account(tx, ONE)).unwrap());
        for it in &all {
            assert!(pdf_of_any(db, &own, Enclosed::Bill(it.id)).unwrap().starts_with(b"%PDF"));
        }
        // And all three months of it at once, as one piece.
        for (month, index) in [(2, 110), (3, 220), (4, 330)] {
            correct::shows(db, date(2026, month, 1), &[index]);
        }
        let net = Money::from_cents(3 * 1_320 - 1_200 - 960 - 1_440);
        correct::correct(db, actor(), net, "misread").unwrap();
        sound(db);
        let note = Enclosed::Note(CorrectionId(2));
        assert!(pdf_of_any(db, &own, note).unwrap().starts_with(b"%PDF"));
    });
}

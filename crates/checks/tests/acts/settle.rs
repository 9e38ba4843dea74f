//! Corrections on both engines: every fact that changed reaches exactly the bills that it made, and the
//! rules say what of it is charged.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::date;
use meterbook_app::approval::Outcome;
use meterbook_app::bill_run::correct::{NotCorrected, preview};
use meterbook_app::bill_run::settle;
use meterbook_app::said::NotSaid;
use meterbook_app::{Refused, check, tariff};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::bill::correct::{Cause, Correction};
use meterbook_core::bill::settle::NoRules;
use meterbook_core::id::{AccountId, AgreementId, CorrectionId, TariffId};
use meterbook_core::ledger::Gl;
use meterbook_core::money::{Money, Share};
use meterbook_core::rating::terms::{Exemption, Terms};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct::{begin, bill, correct, shows, three_months};
use crate::village::{self, DIALS, actor, says};

const ACCOUNT: AccountId = AccountId(1);
const TAXED: &str = "tariff T-1 half-up\nname       Taxed\ncommodity  electric kWh\n\
                     from       2026-01-01\nvolume  Energy            0.12\n\
                     tax     State tax         10%\n";

/// The bills that would be corrected from January on: the month each begins in, and by how much.
fn reached(db: &Db) -> Vec<(i8, i64)> {
    let it = seen(db);
    let by = |(old, new): &(meterbook_core::bill::Bill, Option<meterbook_core::bill::Bill>)| {
        let now = new.as_ref().map_or(Money::ZERO, |it| it.total);
        (old.period.start().month(), (now - old.total).cents())
    };
    it.bills.iter().map(by).collect()
}

fn seen(db: &Db) -> Correction {
    db.write(|tx| preview(tx, actor(), ACCOUNT, date(2026, 1, 1), Cause::Read)).unwrap()
}

/// The turns of January to March of 100 kWh each, and what happens to the facts then.
fn after(db: &Db, mend: impl FnOnce(&mut Raw)) -> Vec<(i8, i64)> {
    three_months(db);
    mend(&mut Raw::beside(db).unwrap());
    reached(db)
}

#[test]
fn a_read_reaches_the_bills_on_both_sides_of_it() {
    engines::each(|db, _| {
        three_months(db);
        shows(db, date(2026, 2, 1), &[150]);
        assert_eq!(reached(db), [(1, 600), (2, -600)]);
    });
}

#[test]
fn a_multiplier_reaches_every_bill_of_its_meter_from_its_day_on() {
    engines::each(|db, _| {
        let all = after(db, |raw| {
            raw.run("update channel set multiplier_micro = 40000000").unwrap();
        });
        assert_eq!(all, [(1, 46_800), (2, 46_800), (3, 46_800)]);
    });
}

#[test]
fn a_version_of_a_tariff_reaches_the_bills_of_its_days() {
    engines::each(|db, _| {
        three_months(db);
        let dearer = village::TARIFF.replace("2026-01-01", "2026-02-15").replace("0.12", "0.24");
        // As a version that came with a copy of the books: the act refuses days that are billed.
        let from = date(2026, 2, 15);
        db.write(|tx| store::tariff::add(tx, TariffId(900), "R-1", from, &dearer)).unwrap();
        // 14 of 28 days of February, and all of March.
        assert_eq!(reached(db), [(2, 600), (3, 1_200)]);
    });
}

#[test]
fn an_exemption_reaches_the_bills_of_its_days() {
    engines::each(|db, _| {
        village::found_once(db);
        db.write(|tx| tariff::publish(tx, actor(), TAXED)).unwrap();
        begin(db, "T-1", &[DIALS]);
        for (nth, month) in (0..).zip(1..=4) {
            shows(db, date(2026, month, 1), &[nth * 100]);
        }
        (0..3).for_each(|_| bill(db));
        let exempt = Exemption {
            label: "State tax".to_owned(),
            share: Share { nano: 1_000_000_000 },
            certificate: "F-12".to_owned(),
            from: date(2026, 2, 1),
            to: Some(date(2026, 3, 1)),
        };
        let terms = Terms { exemptions: vec![exempt], ..Terms::default() };
        db.write(|tx| store::terms::add(tx, AgreementId(1), &terms)).unwrap();
        assert_eq!(reached(db), [(2, -120)]);
    });
}

#[test]
fn the_day_service_began_reaches_the_bill_with_that_day() {
    engines::each(|db, _| {
        let all = after(db, |raw| {
            raw.run("update agreement set from_on = '2026-01-21'").unwrap();
            raw.run(
                "insert into read (id, channel_id, read_on, index_micro, kind) \
                 values (900, 1, '2026-01-21', 60000000, 'actual')",
            )
            .unwrap();
        });
        assert_eq!(all, [(1, -720)]);
    });
}

fn rules(db: &Db, text: &str) {
    db.write(|tx| settle::say_rules(tx, actor(), date(2026, 1, 1), text)).unwrap();
}

/// What an account of the ledger holds.
fn held(db: &Db, gl: Gl) -> i64 {
    let sum = format!(
        "select cast(coalesce(sum(amount_cents), 0) as text) from posting where gl = '{}'",
        gl.word()
    );
    Raw::beside(db).unwrap().column(&sum).unwrap()[0].parse().unwrap()
}

fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn what_is_too_long_ago_is_not_charged_and_the_rest_in_parts() {
    engines::each(|db, _| {
        three_months(db);
        // It is March 10: one month back is February 10.
        rules(db, "reach utility residential 1\ninstalments residential\n");
        shows(db, date(2026, 2, 1), &[200]);
        shows(db, date(2026, 3, 1), &[400]);
        shows(db, date(2026, 4, 1), &[700]);
        let it = seen(db);
        // January and February came to 12 dollars more each, March to 24.
        assert_eq!(it.settled.waived, Money::from_cents(1_200 + 1_200));
        assert_eq!((it.net, it.settled.reach), (Money::from_cents(2_400), Some(date(2026, 2, 10))));
        assert_eq!(it.settled.instalments, 1, "one bill is charged more");
        let done = correct(db, actor(), it.charged(), "two reads were swapped").unwrap();
        assert_eq!(done, Outcome::Done);
        assert_eq!(held(db, Gl::BillingAdjustments), 2_400);
        let owed = db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap();
        assert_eq!(owed, Money::from_cents(3 * 1_200 + 2_400));
        let kept = db.read(|tx| store::correction::get(tx, CorrectionId(1))).unwrap();
        assert_eq!((kept.settled, kept.net), (it.settled, it.net));
        clean(db);
    });
}

#[test]
fn what_was_too_much_is_given_back_with_interest() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "interest 100%\n");
        shows(db, date(2026, 2, 1), &[0]);
        shows(db, date(2026, 3, 1), &[100]);
        shows(db, date(2026, 4, 1), &[200]);
        let it = seen(db);
        // 12 dollars of January, due on February 23 and given back on March 10: 15 days of 365.
        assert_eq!(
            (it.settled.interest, it.net),
            (Money::from_cents(49), Money::from_cents(-1_249))
        );
        assert_eq!(it.charged(), Money::from_cents(-1_200), "what a second person agrees to");
        correct(db, actor(), it.charged(), "the first read was wrong").unwrap();
        assert_eq!(held(db, Gl::InterestExpense), 49);
        clean(db);
    });
}

#[test]
fn what_is_too_small_is_not_corrected() {
    engines::each(|db, _| {
        three_months(db);
        rules(db, "tolerance 2.00\n");
        shows(db, date(2026, 4, 1), &[310]);
        let why = db.write(|tx| preview(tx, actor(), ACCOUNT, date(2026, 1, 1), Cause::Read));
        let why = why.unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<NotCorrected>().unwrap();
        let (net, below) = (Money::from_cents(120), Money::from_cents(200));
        assert_eq!(*refused, NotCorrected::Tolerated { net, below });
        shows(db, date(2026, 4, 1), &[320]);
        assert_eq!(seen(db).net, Money::from_cents(240));
    });
}

#[test]
fn rules_are_said_once_for_a_day_by_who_may() {
    engines::each(|db, _| {
        village::found(db);
        let say = |by, text: &str| {
            db.write(|tx| settle::say_rules(tx, by, date(2026, 1, 1), text)).unwrap_err()
        };
        let ann = with_role(db, "ann", "clerk");
        assert!(says(&say(ann, "tolerance 1.00")).contains("set-release-limits"));
        let wrong = say(actor(), "tolerance");
        assert!(wrong.downcast_ref::<Refused>().unwrap().as_a::<NoRules>().is_some());
        let long = say(actor(), &"# ".repeat(6_000));
        let long = long.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap().clone();
        let what = "rules of corrections";
        assert_eq!(long, NotSaid::TooLong { what, most: 10_000 });
        rules(db, "tolerance 1.00");
        let again = say(actor(), "tolerance 2.00");
        let again = again.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap().clone();
        assert_eq!(again, NotSaid::SaidBefore { what, from: date(2026, 1, 1) });
    });
}

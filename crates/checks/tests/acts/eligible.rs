//! Who may be on a tariff on both engines: refused where service begins, with the way out, and left out
//! of comparisons; who is on it already stays.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::eligible::NotEligible;
use meterbook_app::usage::compare::{NotOnIt, compare};
use meterbook_app::{Refused, agreement, landlord, tariff};
use meterbook_checks::engines;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AgreementId, PremiseId, ServicePointId};
use meterbook_core::place::Commodity;
use meterbook_store::{self as store, Db};

use crate::correct::three_months;
use crate::village::{self, DIALS, actor, says};

const FROM: Date = date(2026, 1, 1);

fn publish(db: &Db, code: &str, open_to: &str, from: &str) {
    let text = format!(
        "tariff {code} half-up\nname {code}\ncommodity electric kWh\n{open_to}\nfrom {from}\nvolume Energy  0.10\n"
    );
    db.write(|tx| tariff::publish(tx, actor(), &text)).unwrap();
}

fn refused(why: &anyhow::Error) -> NotEligible {
    why.downcast_ref::<Refused>().unwrap().as_a::<NotEligible>().unwrap().clone()
}

#[test]
fn a_class_that_a_tariff_is_not_open_to_is_refused_with_the_way_out() {
    engines::each(|db, _| {
        village::found(db);
        publish(db, "C-1", "open-to commercial", "2026-01-01");
        publish(db, "ALL", "open-to residential, commercial", "2026-01-01");
        // Whoever signs up at home may not be on the tariff of businesses.
        let mut customer = village::customer("E-1", &[DIALS]);
        customer.services[0].tariff = "C-1".to_owned();
        let why = village::take_on(db, &customer).unwrap_err();
        assert_eq!(
            says(&why),
            "tariff C-1 is open to commercial customers, and this one is residential; take one of ALL, R-1"
        );
        customer.services[0].tariff = "ALL".to_owned();
        village::take_on(db, &customer).unwrap();
        let account =
            db.read(|tx| store::account::get(tx, meterbook_core::id::AccountId(1))).unwrap();
        let point = ServicePointId(1);
        db.write(|tx| agreement::stop(tx, actor(), AgreementId(1), date(2026, 2, 1))).unwrap();
        let start = |code: &str| {
            let on = date(2026, 3, 1);
            db.write(|tx| agreement::start(tx, actor(), account.id, point, code, on))
        };
        let not = refused(&start("C-1").unwrap_err());
        assert_eq!(
            (not.class, &*not.open_to),
            (CustomerClass::Residential, &[CustomerClass::Commercial][..])
        );
        start("R-1").unwrap();
        let of = (Commodity::Electric, "C-1");
        let why = db.write(|tx| landlord::agree(tx, actor(), PremiseId(1), account.id, of, FROM));
        assert_eq!(refused(&why.unwrap_err()).tariff, "C-1");
    });
}

#[test]
fn what_one_may_not_take_is_not_compared() {
    engines::each(|db, _| {
        three_months(db);
        publish(db, "C-1", "open-to commercial", "2026-01-01");
        publish(db, "HOME", "open-to residential", "2026-01-01");
        // The tariff is closed to homes now: who is on it stays, and is compared on it.
        publish(db, "R-1", "open-to commercial", "2026-06-01");
        let it = db.read(|tx| compare(tx, AgreementId(1), date(2026, 4, 20))).unwrap();
        let of = |code: &str| it.rows.iter().find(|it| it.code == code).unwrap();
        assert!(of("R-1").cost.is_ok() && of("HOME").cost.is_ok());
        let Err(NotOnIt::NotEligible(why)) = &of("C-1").cost else { panic!("{:?}", of("C-1")) };
        assert_eq!(
            why.to_string(),
            "tariff C-1 is open to commercial customers, and this one is residential"
        );
    });
}

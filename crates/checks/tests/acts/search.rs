//! What a clerk does is found at once: after each act a customer is found by what they have now, and
//! a premise by itself while nobody has an agreement for it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::date;
use meterbook_app::order::{self, NewOrder, Where};
use meterbook_app::search::{self, Found};
use meterbook_app::{agreement, detail, meter, person, place};
use meterbook_checks::engines;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::money::Money;
use meterbook_core::order::OrderKind;
use meterbook_core::person::ContactKind;
use meterbook_core::search::{About, ScrapKind};
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS, actor};

fn search(db: &Db, text: &str) -> Vec<Found> {
    db.read(|tx| search::search(tx, text)).unwrap()
}

#[test]
fn a_street_and_a_meter_are_found_however_they_are_written() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-310001", &[DIALS])).unwrap();
        for text in [
            "mill st",
            "Mill Street",
            "12 mill street alder",
            "e310001",
            "E-310001",
            "310001",
            "rosa quil",
            "quill rosa",
            "Roza Quyll",
            "milll",
        ] {
            let found = search(db, text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].number, account.number.to_string());
            assert_eq!(found[0].name, "Rosa Quill");
            assert_eq!(found[0].address, "12 Mill St, Alder Creek IL 60000");
            assert_eq!(found[0].balance, Some(Money::ZERO));
        }
        let found = search(db, "e310001").remove(0);
        let why = &found.why[0];
        let said = "it is shown as it stands on the meter";
        assert_eq!((why.kind, why.text.as_str()), (ScrapKind::Meter, "E-310001"), "{said}");
    });
}

#[test]
fn a_contact_told_later_finds_the_customer() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        assert!(search(db, "rq@alder.test").is_empty());
        let tell = |kind, value| {
            db.write(|tx| person::add_contact(tx, actor(), account.person, kind, value)).unwrap()
        };
        tell(ContactKind::Email, "rq@alder.test");
        tell(ContactKind::Phone, "(555) 010-7788");
        assert_eq!(search(db, "rq@alder.test").len(), 1);
        assert_eq!(search(db, "7788")[0].why[0].kind, ScrapKind::Phone);
    });
}

#[test]
fn a_premise_is_found_by_itself_while_nobody_is_served_there() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let (about, empty) = (|it: &Found| it.subject.about, About::Premise);
        db.write(|tx| place::add_premise(tx, actor(), "9 Fern Ln", "Alder Creek", "IL 60000"))
            .unwrap();
        let fern = search(db, "fern").remove(0);
        assert_eq!((about(&fern), fern.name.as_str(), fern.balance), (empty, "", None));
        assert_eq!(
            search(db, &format!("premise {}", fern.number)),
            [Found { why: search(db, &format!("p-{}", fern.number))[0].why.clone(), ..fern }]
        );

        let mill = || search(db, "12 mill").iter().map(about).collect::<Vec<_>>();
        assert_eq!(mill(), [About::Account]);
        let served = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap().remove(0);
        db.write(|tx| agreement::stop(tx, actor(), served.id, date(2026, 3, 1))).unwrap();
        // Who lived there is still found, and now the empty place too, with its meter.
        assert_eq!(mill(), [About::Account, About::Premise]);
        assert_eq!(search(db, "e-1").len(), 2);
        db.write(|tx| {
            let hung = store::meter::by_serial(tx, "E-1")?.remove(0);
            meter::remove(tx, actor(), &hung, date(2026, 3, 2))
        })
        .unwrap();
        assert_eq!(search(db, "e-1").len(), 1, "the meter is no longer at the premise");
        let start = |tx: &mut store::Tx| {
            let point = served.service_point;
            agreement::start(tx, actor(), account.id, point, "R-1", date(2026, 4, 1))
        };
        db.write(start).unwrap();
        assert_eq!(mill(), [About::Account]);
    });
}

#[test]
fn a_parcel_finds_who_is_served_on_it_and_the_empty_premise() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let served = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap().remove(0);
        let point = db.read(|tx| store::place::service_point(tx, served.service_point)).unwrap();
        let fern = db
            .write(|tx| place::add_premise(tx, actor(), "9 Fern Ln", "Alder Creek", "IL 60000"))
            .unwrap();
        let say = |premise, parcel: &str, was: Option<&str>| {
            let (of, kind) = (Subject::Premise(premise), DetailKind::Parcel);
            let on = date(2026, if was.is_none() { 1 } else { 2 }, 1);
            db.write(|tx| detail::set(tx, actor(), of, kind, parcel, was, on)).unwrap();
        };
        say(point.premise, "26-10417-003", None);
        say(fern, "14-301-220-017", None);
        for text in ["26-10417-003", "2610417003", "26-10417", "26-10417-008", "10417 rosa"] {
            let found = search(db, text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].number, account.number.to_string(), "{text}");
            assert!(found[0].why.iter().any(|it| it.kind == ScrapKind::Parcel), "{text}");
        }
        assert_eq!(search(db, "14-301-220-017")[0].subject.about, About::Premise);

        say(point.premise, "26-20999-001", Some("26-10417-003"));
        assert!(search(db, "26-10417-003").is_empty());
        assert_eq!(search(db, "26-20999-001").len(), 1);
        let of = Subject::Premise(point.premise);
        db.write(|tx| {
            let kind = DetailKind::Parcel;
            detail::end(tx, actor(), of, kind, "26-20999-001", date(2026, 3, 1))
        })
        .unwrap();
        assert!(search(db, "26-20999-001").is_empty());
    });
}

#[test]
fn an_order_is_found_by_its_number_alone() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let served = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap().remove(0);
        let new = NewOrder::plain(OrderKind::Test, Where::Point(served.service_point));
        let order = db.write(|tx| order::add(tx, actor(), &new)).unwrap();
        for text in ["order", "Work Order", "WO", "wo-"] {
            let found = search(db, &format!("{text} {}", order.id));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].subject.about, found[0].subject.id), (About::Order, order.id.0));
            assert_eq!(found[0].name, "Rosa Quill");
            assert_eq!(found[0].address, "12 Mill St, Alder Creek IL 60000");
            assert_eq!(found[0].why[0].kind, ScrapKind::Order);
        }
        assert!(search(db, &format!("order {}", order.id.0 + 1)).is_empty());
        let of_customer = search(db, "rosa quill");
        assert!(
            of_customer.iter().all(|it| it.subject.about == About::Account),
            "one hit stays one"
        );
    });
}

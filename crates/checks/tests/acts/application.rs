//! Sign-up in one step: several services, screening, deposit, confirmation, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::civil::date;
use meterbook_app::application::{
    Application, At, Metered, NotSignedUp, Screening, Service, SignedUp, Who, apply,
};
use meterbook_app::meter::{MeterRefusal, NewChannel};
use meterbook_app::moves::{self, ReadWanted};
use meterbook_app::{Refused, check, fee, tariff};
use meterbook_checks::engines;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::{Money, Unit};
use meterbook_core::moves::{Credit, EffectKind};
use meterbook_core::order::OrderKind;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store::order::Which;
use meterbook_store::{self as store, Db};

use crate::village;

const WATER: &str = "tariff W-1 half-up\nname Water\ncommodity water kgal\nfrom 2026-01-01\n\
    volume  Water  4.00\n";
const REFUSE: &str = "tariff T-1 half-up\nname Refuse\ncommodity waste\nfrom 2026-01-01\n\
    monthly  Container  18.00\n";

fn found(db: &Db) {
    village::found(db);
    for text in [WATER, REFUSE] {
        db.write(|tx| tariff::publish(tx, village::actor(), text)).unwrap();
    }
}

fn by(serial: &str, unit: Unit) -> Metered {
    let (form, flow) = (Form::Register { digits: 5 }, Flow::Delivered);
    let channels = vec![NewChannel { form, unit, flow, multiplier_micro: 1_000_000 }];
    Metered::By { serial: serial.to_owned(), channels }
}

fn service(commodity: Commodity, tariff: &str, meter: Metered) -> Service {
    Service { commodity, tariff: tariff.to_owned(), meter, read: ReadWanted::Ordered }
}

fn application() -> Application {
    Application {
        who: Who::New {
            name: "Inés Calder".to_owned(),
            kind: PersonKind::Individual,
            language: Language::Spanish,
            phone: Some("(555) 010-2233".to_owned()),
            email: None,
        },
        screening: Screening::Strict,
        class: CustomerClass::Residential,
        cycle: Cycle(1),
        credit: Credit::Poor,
        at: At::New {
            street: "7 Birch Lane".to_owned(),
            town: "Alder Creek".to_owned(),
            region: "IL 60000".to_owned(),
        },
        mail_to: None,
        from: date(2026, 3, 12),
        services: vec![
            service(Commodity::Electric, "R-1", by("E-7", Unit::Kwh)),
            service(Commodity::Water, "W-1", by("W-7", Unit::Kgal)),
            service(Commodity::Waste, "T-1", Metered::Nothing),
        ],
    }
}

fn sign_up(db: &Db, it: &Application) -> Result<SignedUp> {
    db.write(|tx| apply(tx, village::actor(), it))
}

fn says<T: std::fmt::Debug>(result: Result<T>) -> String {
    village::says(&result.unwrap_err())
}

#[test]
fn three_services_are_taken_up_in_one_step() {
    engines::each(|db, _| {
        found(db);
        db.write(|tx| {
            let (class, cents) = (CustomerClass::Residential, Money::from_cents(15_000));
            fee::set_deposit(tx, village::actor(), class, Credit::Poor, date(2026, 1, 1), cents)
        })
        .unwrap();
        let signed = sign_up(db, &application()).unwrap();
        assert_eq!(signed.deposit, Money::from_cents(15_000));
        let kinds: Vec<EffectKind> = signed.made.effects.iter().map(|it| it.kind).collect();
        let count = |kind| kinds.iter().filter(|it| **it == kind).count();
        assert_eq!(count(EffectKind::Starts), 3);
        assert_eq!(count(EffectKind::Reads), 2, "nothing reads a container");
        assert_eq!(count(EffectKind::Deposits), 1);
        for said in [
            "Inés Calder, gracias",
            "electricidad, 7 Birch Lane: el servicio comienza el 2026-03-12 con la tarifa R-1",
            "basura, 7 Birch Lane",
            "se pide un depósito de $150.00",
        ] {
            assert!(signed.confirmation.contains(said), "{}", signed.confirmation);
        }
        let orders = || db.read(|tx| store::order::open(tx, Which::default(), 99)).unwrap();
        let connect = orders().iter().filter(|it| it.0.kind == OrderKind::Connect).count();
        assert_eq!((connect, orders().len()), (3, 5));
        assert!(check::check(db).unwrap().clean());

        // A sign-up is a move: it can be taken back.
        let of = signed.made.of.id;
        db.write(|tx| moves::cancel(tx, village::actor(), of, 1)).unwrap();
        let left = db.read(|tx| store::agreement::of_account(tx, signed.account.id)).unwrap();
        assert!(left.is_empty());
        assert!(orders().is_empty(), "nobody is sent for who does not come");
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn who_is_there_already_or_owes_is_seen_before() {
    engines::each(|db, _| {
        found(db);
        let first = sign_up(db, &application()).unwrap();
        let mut again = application();
        let why = sign_up(db, &again).unwrap_err();
        let text = village::says(&why);
        let refused = why.downcast_ref::<Refused>().unwrap();
        assert!(matches!(refused.as_a(), Some(NotSignedUp::Known(known)) if known.len() == 1));
        assert!(text.contains(&first.account.number.to_string()), "{text}");
        assert!(text.contains("the same name"), "{text}");
        // Under another name by the same telephone.
        let Who::New { name, .. } = &mut again.who else { panic!("it is somebody new") };
        *name = "I. Calder".to_owned();
        assert!(says(sign_up(db, &again)).contains("the same telephone number"));

        again.screening = Screening::Despite(" ".to_owned());
        assert!(says(sign_up(db, &again)).contains("say why"));
        again.screening = Screening::Despite("a cousin".to_owned());
        // The same house is the same premise.
        let Who::New { phone, .. } = &mut again.who else { panic!("it is somebody new") };
        *phone = None;
        again.screening = Screening::Strict;
        assert!(says(sign_up(db, &again)).contains("7 Birch Lane is premise 1 already"));

        let person = first.account.person;
        let mut known = application();
        known.who = Who::Known(person);
        known.at = At::Known(1.into());
        known.services = vec![service(Commodity::Electric, "R-1", Metered::AsItIs)];
        assert!(says(sign_up(db, &known)).contains("stop it first"), "they have service there");
    });
}

#[test]
fn a_house_that_is_served_needs_nothing_new() {
    engines::each(|db, _| {
        found(db);
        let first = sign_up(db, &application()).unwrap();
        db.write(|tx| {
            moves::cancel(tx, village::actor(), first.made.of.id, 1)?;
            Ok(())
        })
        .unwrap();
        let mut next = application();
        next.who = Who::New {
            name: "Otto Brandt".to_owned(),
            kind: PersonKind::Individual,
            language: Language::English,
            phone: None,
            email: None,
        };
        next.at = At::Known(1.into());
        next.services = vec![
            service(Commodity::Electric, "R-1", Metered::AsItIs),
            service(Commodity::Water, "W-1", by("W-7", Unit::Kgal)),
        ];
        sign_up(db, &next).unwrap();
        let points = db.read(|tx| store::place::points_at(tx, 1.into())).unwrap();
        assert_eq!(points.len(), 3, "no service point is made twice");
    });
}

#[test]
fn an_application_that_cannot_be_is_refused() {
    engines::each(|db, _| {
        found(db);
        let mut it = application();
        it.services.clear();
        assert!(says(sign_up(db, &it)).contains("name a service"));
        it.services = vec![service(Commodity::Electric, "R-1", Metered::Nothing)];
        assert!(says(sign_up(db, &it)).contains("prices what a meter measures"));
        it.services = vec![service(Commodity::Electric, "X-9", by("E-7", Unit::Kwh))];
        assert!(says(sign_up(db, &it)).contains("no version of tariff X-9"));
        it = application();
        it.cycle = Cycle(100);
        assert!(says(sign_up(db, &it)).contains("cycles are 1 to 99, not 100"));
        sign_up(db, &application()).unwrap();
        it = application();
        it.screening = Screening::Despite("another family".to_owned());
        let why = sign_up(db, &it).unwrap_err();
        let taken = MeterRefusal::NumberTaken { serial: "E-7".to_owned() };
        assert_eq!(why.downcast_ref::<Refused>().unwrap().as_a(), Some(&taken), "{why}");
        // Two points for one commodity, and nobody says which.
        it.services = vec![
            service(Commodity::Electric, "R-1", by("E-8", Unit::Kwh)),
            service(Commodity::Electric, "R-1", by("E-9", Unit::Kwh)),
        ];
        let two = sign_up(db, &it).unwrap();
        let point = two.made.effects.iter().find_map(|it| it.service_point).unwrap();
        let premise = db.read(|tx| store::place::service_point(tx, point)).unwrap().premise;
        it.at = At::Known(premise);
        it.services = vec![service(Commodity::Electric, "R-1", Metered::AsItIs)];
        assert!(says(sign_up(db, &it)).contains("2 service points for electric"));
    });
}

//! The customer record as the store keeps it: one of everything, and what may be there once.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::about::About;
use meterbook_core::account::CustomerClass;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::document::{Document, Media};
use meterbook_core::id::*;
use meterbook_core::money::Money;
use meterbook_core::moves::{Credit, Effect, EffectKind, Fee, Move, MoveKind, Said, WithOrder};
use meterbook_core::party::{Party, PartyRole};
use meterbook_core::person::{Language, Person, PersonKind, Purpose};
use meterbook_core::place::{Commodity, Landlord};
use meterbook_core::registration::{Registration, RegistrationKind};
use meterbook_store::merge::{Merge, Moved};
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample::{self, ACCOUNT, FROM, POINT};

fn payer() -> Party {
    let (id, person, role) = (PartyId(9), PersonId(1), PartyRole::Payer);
    Party { id, account: ACCOUNT, person, role, from: FROM, to: None }
}

fn details() -> Vec<Detail> {
    let one = |id, subject, kind, value: &str| {
        let (id, value) = (DetailId(id), value.to_owned());
        Detail { id, subject, kind, value, from: FROM, to: None }
    };
    vec![
        one(1, Subject::Person(PersonId(1)), DetailKind::LastFour, "4417"),
        one(2, Subject::Premise(PremiseId(1)), DetailKind::Hazard, "a dog that bites"),
        one(3, Subject::Point(POINT), DetailKind::Route, "R-07"),
        one(4, Subject::Meter(MeterId(1)), DetailKind::Seal, "A-1188"),
        one(5, Subject::Account(ACCOUNT), DetailKind::Credit, "cash-only"),
    ]
}

fn document() -> Document {
    Document {
        id: DocumentId(1),
        sha256: "5f".repeat(32),
        media: Media::Pdf,
        size_bytes: 5,
        name: "Lease".to_owned(),
        about: About::Account(ACCOUNT),
        at: sample::at(),
        by: Some(UserId(1)),
        withdrawn: None,
    }
}

fn landlord() -> Landlord {
    Landlord {
        id: LandlordId(1),
        premise: PremiseId(1),
        account: ACCOUNT,
        commodity: Commodity::Electric,
        tariff: "R-1".to_owned(),
        from: FROM,
        to: None,
    }
}

fn registration() -> Registration {
    Registration {
        id: RegistrationId(1),
        account: ACCOUNT,
        kind: RegistrationKind::Medical,
        name: "dialysis".to_owned(),
        certificate: "Dr. Amaro".to_owned(),
        from: FROM,
        to: Some(date(2027, 7, 3)),
        review_on: Some(date(2027, 6, 3)),
    }
}

fn fee() -> Fee {
    Fee {
        name: "opening".to_owned(),
        act: MoveKind::Start,
        class: Some(CustomerClass::Residential),
        from: FROM,
        to: None,
        amount: Money::from_cents(2_500),
        label_en: "Opening fee".to_owned(),
        label_es: "Cargo por apertura".to_owned(),
    }
}

fn a_move() -> Move {
    Move {
        id: MoveId(1),
        kind: MoveKind::Start,
        account: ACCOUNT,
        version: 1,
        said: Said::Asked,
        starts_on: Some(FROM),
        stops_on: None,
        at: sample::at(),
        by: Some(UserId(1)),
    }
}

fn effects() -> Vec<Effect> {
    let charge = Effect {
        kind: EffectKind::Charges,
        account: ACCOUNT,
        service_point: None,
        agreement: None,
        on: FROM,
        until: None,
        tariff: None,
        amount: Some(Money::from_cents(2_500)),
        word: "opening".to_owned(),
        label_en: "Opening fee".to_owned(),
        label_es: "Cargo por apertura".to_owned(),
    };
    let starts = Effect {
        kind: EffectKind::Starts,
        service_point: Some(POINT),
        agreement: Some(AgreementId(1)),
        tariff: Some("R-1".to_owned()),
        until: Some(date(2027, 7, 3)),
        amount: None,
        ..charge.clone()
    };
    vec![starts, charge]
}

fn charge() -> Charge {
    Charge {
        key: Charge::fee_key(MoveId(1), "opening"),
        kind: ChargeFor::Fee,
        account: ACCOUNT,
        amount: Money::from_cents(2_500),
        on: FROM,
        asked_by: Some(MoveId(1)),
        label: "Opening fee".to_owned(),
        bill: None,
    }
}

/// Keeps one of everything, beside what [`sample::keep`] keeps.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    store::party::add(tx, &payer())?;
    for detail in details() {
        store::detail::add(tx, &detail)?;
    }
    store::document::add(tx, &document(), b"%PDF-")?;
    let (id, about) = (DocumentId(2), About::Premise(PremiseId(1)));
    store::document::add(tx, &Document { id, about, ..document() }, b"%PDF-")?;
    store::document::end(tx, id, "of another house", (sample::at(), None))?;
    store::landlord::add(tx, &landlord())?;
    store::registration::add(tx, &registration())?;
    store::fee::set(tx, &fee())?;
    let (class, amount) = (CustomerClass::Residential, Money::from_cents(15_000));
    store::deposit::set(tx, class, Credit::Poor, FROM, amount)?;
    store::person::consent(tx, ContactId(1), Purpose::Alerts, FROM)?;
    let (name, kind, language) =
        ("D. Okafor".to_owned(), PersonKind::Individual, Language::English);
    store::person::add(tx, &Person { id: PersonId(2), name, kind, language })?;
    let merge = Merge { id: MergeId(1), kept: PersonId(2), merged: PersonId(1) };
    store::merge::add(tx, merge, sample::at(), &[Moved::Party(PartyId(9))])?;
    store::merge::undo(tx, merge, sample::at())?;
    store::moves::add(tx, &a_move())?;
    store::moves::add_effects(tx, MoveId(1), 1, &effects())?;
    store::moves::add_orders(tx, MoveId(1), 1, &[(OrderId(1), WithOrder::Orders)])?;
    store::charge::add(tx, &[charge()])?;
    store::charge::since(tx, &charge().key, date(2026, 7, 1))
}

#[test]
fn the_record_comes_back_as_it_went_in() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            let parties = store::party::of_account(tx, ACCOUNT)?;
            assert_eq!(parties[0].role, PartyRole::Main, "an account begins with its customer");
            assert_eq!(parties[1], payer());
            assert_eq!(store::party::of_person(tx, PersonId(1))?, parties);
            for detail in details() {
                assert_eq!(store::detail::of(tx, detail.subject)?, [detail]);
            }
            assert_eq!(store::document::of(tx, About::Account(ACCOUNT))?, [document()]);
            assert_eq!(store::document::get(tx, DocumentId(1))?, document());
            assert_eq!(store::document::bytes(tx, DocumentId(2))?, b"%PDF-");
            let gone = store::document::get(tx, DocumentId(2))?;
            assert_eq!(gone.withdrawn.as_deref(), Some("of another house"));
            assert_eq!(store::landlord::of(tx, PremiseId(1))?, [landlord()]);
            let on =
                |tx: &mut Tx, commodity, day| store::landlord::on(tx, PremiseId(1), commodity, day);
            assert_eq!(on(tx, Commodity::Electric, FROM)?, Some(landlord()));
            assert_eq!(on(tx, Commodity::Electric, date(2026, 7, 2))?, None);
            assert_eq!(on(tx, Commodity::Gas, FROM)?, None);
            assert_eq!(store::registration::of_account(tx, ACCOUNT)?, [registration()]);
            assert_eq!(store::registration::get(tx, RegistrationId(1))?, registration());
            assert_eq!(store::fee::all(tx)?, [fee()]);
            let of = |tx: &mut Tx, class| store::fee::of(tx, MoveKind::Start, class, FROM);
            assert_eq!(of(tx, CustomerClass::Residential)?, [fee()]);
            assert_eq!(of(tx, CustomerClass::Commercial)?, []);
            let asked = |tx: &mut Tx, credit| {
                store::deposit::of(tx, CustomerClass::Residential, credit, FROM)
            };
            assert_eq!(asked(tx, Credit::Poor)?, Money::from_cents(15_000));
            assert_eq!(asked(tx, Credit::Good)?, Money::ZERO);
            assert_eq!(store::merge::of_merged(tx, PersonId(1))?, None, "it was undone");
            assert_eq!(store::merge::moved(tx, MergeId(1))?, [Moved::Party(PartyId(9))]);
            assert_eq!(store::moves::get(tx, MoveId(1))?, a_move());
            assert_eq!(store::moves::of_account(tx, ACCOUNT)?, [a_move()]);
            assert_eq!(store::moves::effects(tx, MoveId(1), 1)?, effects());
            assert_eq!(store::charge::of_account(tx, ACCOUNT)?, [charge()]);
            assert_eq!(store::charge::of_move(tx, MoveId(1))?, [charge()]);
            assert_eq!(store::charge::pending(tx, &[ACCOUNT])?, [], "it was charged");
            let wanted = [(OrderId(1), WithOrder::Orders)];
            assert_eq!(store::moves::orders(tx, MoveId(1), 1)?, wanted);
            assert_eq!(store::moves::wanting(tx, OrderId(1))?, [MoveId(1)]);
            assert_eq!(store::moves::of_order(tx, OrderId(1))?, [MoveId(1)]);
            assert_eq!(store::place::by_key(tx, &sample::premise().key())?, [PremiseId(1)]);
            Ok(())
        })
        .unwrap();
        let again = db.write(|tx| store::moves::say(tx, &a_move())).unwrap_err();
        let conflict = again.downcast_ref::<Conflict>().unwrap();
        assert_eq!(conflict.rule, "move_id, version");
    });
}

type Second = (&'static str, fn(&mut Tx) -> Result<()>);

#[test]
fn a_second_of_what_is_one_at_a_time_is_a_conflict() {
    const SECONDS: &[Second] = &[
        ("main customer", |tx| {
            let (id, person, role) = (PartyId(10), PersonId(2), PartyRole::Main);
            store::party::add(tx, &Party { id, person, role, ..payer() })
        }),
        ("landlord", |tx| store::landlord::add(tx, &Landlord { id: LandlordId(2), ..landlord() })),
        ("detail", |tx| {
            let last_four = details().remove(0);
            store::detail::add(tx, &Detail { id: DetailId(9), ..last_four })
        }),
        ("detail", |tx| {
            let credit = details().remove(4);
            store::detail::add(tx, &Detail { id: DetailId(10), ..credit })
        }),
        ("registration", |tx| {
            let it = Registration { id: RegistrationId(2), ..registration() };
            store::registration::add(tx, &it)
        }),
    ];
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        for (table, add) in SECONDS {
            let why = db.write(add).expect_err(table);
            let conflict = why.downcast_ref::<Conflict>().unwrap_or_else(|| panic!("{why:?}"));
            assert_eq!((conflict.table.as_str(), conflict.rule.as_str()), (*table, "overlaps"));
        }
        // Beware of two things at once.
        db.write(|tx| {
            let hazard = details().remove(1);
            store::detail::add(
                tx,
                &Detail { id: DetailId(9), value: "bees".to_owned(), ..hazard },
            )?;
            let seal = details().remove(3);
            store::detail::add(tx, &Detail { id: DetailId(10), value: "A-1189".to_owned(), ..seal })
        })
        .unwrap();
    });
}

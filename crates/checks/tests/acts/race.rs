//! Two clerks at one moment on one thing: one is done, the other is told in a sentence what the
//! first did, and nothing is half done.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Debug;

use anyhow::Result;
use jiff::civil::date;
use meterbook_app::agreement::AgreementRefusal;
use meterbook_app::detail::{self, DetailRefusal};
use meterbook_app::merge::{self, MergeRefusal};
use meterbook_app::moves::{self, Made, ReadWanted, Start, Wanted};
use meterbook_app::party::{self, PartyRefusal};
use meterbook_app::{Refused, check, order, person};
use meterbook_checks::engines;
use meterbook_core::account::Account;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{DetailId, MergeId, PartyId, PersonId, ServicePointId};
use meterbook_core::moves::MoveKind;
use meterbook_core::party::PartyRole;
use meterbook_core::period::Zone;
use meterbook_core::place::Commodity;
use meterbook_store::{self as store, Db, Tx};

use crate::village::{self, DIALS};

/// Each race is run so often: who is first is not the same each time.
const TIMES: usize = 8;

/// What one clerk does.
type Act<'a, T> = &'a (dyn Fn(&mut Tx) -> Result<T> + Sync);

/// Both at once; gives back what came of each.
fn both<T: Send>(db: &Db, acts: [Act<'_, T>; 2]) -> [Result<T>; 2] {
    let start = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let threads = acts.map(|act| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                db.write(|tx| act(tx))
            })
        });
        threads.map(|it| it.join().unwrap())
    })
}

/// The refusal of the second, if exactly one of both was done.
fn second<T: Debug>(ended: [Result<T>; 2]) -> (Refused, String) {
    assert_eq!(ended.iter().filter(|it| it.is_ok()).count(), 1, "{ended:?}");
    let why = ended.into_iter().find_map(Result::err).unwrap();
    let text = village::says(&why);
    (why.downcast().unwrap(), text)
}

fn customer(db: &Db, serial: &str) -> Account {
    let mut wanted = village::customer(serial, &[DIALS]);
    wanted.street = format!("{serial} Mill St");
    village::take_on(db, &wanted).unwrap()
}

fn sound(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:?}");
}

#[test]
fn one_service_point_is_started_once() {
    engines::each(|db, _| {
        village::found(db);
        let [one, other] = ["E-1", "E-2"].map(|it| customer(db, it));
        let zone = Zone::named("America/Chicago").unwrap();
        for _ in 0..TIMES {
            let point: ServicePointId = db
                .write(|tx| {
                    let by = village::actor();
                    let premise = meterbook_app::place::add_premise(tx, by, "9 Oak", "A", "B")?;
                    let of = Commodity::Electric;
                    meterbook_app::place::add_service_point(tx, by, premise, of, &zone)
                })
                .unwrap();
            let start = |account: &Account| Wanted {
                kind: MoveKind::Start,
                account: account.id,
                stops: Vec::new(),
                stops_on: None,
                starts: vec![Start { point, tariff: "R-1".to_owned(), read: ReadWanted::Ordered }],
                starts_on: Some(date(2026, 4, 1)),
                credit: None,
            };
            let [one, other] = [start(&one), start(&other)];
            let ask = |wanted: &Wanted, tx: &mut Tx| moves::ask(tx, village::actor(), wanted);
            let ended: [Result<Made>; 2] = both(db, [&|tx| ask(&one, tx), &|tx| ask(&other, tx)]);
            let (why, text) = second(ended);
            assert!(
                matches!(why.as_a(), Some(AgreementRefusal::Overlaps { .. })),
                "a clerk reads who has it: {text}"
            );
            let there = db.read(|tx| store::agreement::at(tx, point)).unwrap();
            assert_eq!(there.len(), 1);
            let orders = db
                .read(|tx| {
                    store::order::open_at(tx, point, meterbook_core::order::OrderKind::Connect)
                })
                .unwrap();
            assert_eq!(orders.len(), 1, "nobody is sent for the second");
            assert_eq!(orders[0].account, Some(there[0].account));
            let followed = db.read(|tx| order::follow(tx, orders[0].id)).unwrap();
            assert_eq!(followed.steps.len(), 1);
        }
        sound(db);
    });
}

#[test]
fn a_record_is_merged_once() {
    engines::each(|db, _| {
        village::found(db);
        let [one, other] = ["E-1", "E-2"].map(|it| customer(db, it).person);
        let merge = |kept: PersonId, merged: PersonId, tx: &mut Tx| {
            merge::merge(tx, village::actor(), kept, merged)
        };
        for _ in 0..TIMES {
            // The same, and the other way round: never two that are each merged into the other.
            for (kept, merged) in [(one, other), (other, one)] {
                let ended: [Result<MergeId>; 2] =
                    both(db, [&|tx| merge(one, other, tx), &|tx| merge(kept, merged, tx)]);
                let (_, text) = second(ended);
                assert!(text.contains("was merged into"), "{text}");
                let into = |it| db.read(|tx| store::merge::of_merged(tx, it)).unwrap();
                let gone = [one, other].into_iter().filter(|it| into(*it).is_some());
                let gone: Vec<PersonId> = gone.collect();
                assert_eq!(gone.len(), 1);
                // And taken apart once.
                let unmerge = |tx: &mut Tx| merge::unmerge(tx, village::actor(), gone[0]);
                let (why, text) = second(both(db, [&unmerge, &unmerge]));
                let not = MergeRefusal::NotMerged { person: gone[0] };
                assert_eq!(why.as_a(), Some(&not), "{text}");
                let accounts = |it| db.read(|tx| store::account::of_person(tx, it)).unwrap();
                assert_eq!((accounts(one).len(), accounts(other).len()), (1, 1));
            }
        }
        sound(db);
    });
}

#[test]
fn an_account_has_one_main_customer() {
    engines::each(|db, _| {
        village::found(db);
        for nth in 0..TIMES {
            let account = customer(db, &format!("E-{nth}"));
            let [ann, bea] = ["Ann Hale", "Bea Hale"].map(|name| {
                db.write(|tx| {
                    let kind = meterbook_core::person::PersonKind::Individual;
                    let english = meterbook_core::person::Language::English;
                    person::add(tx, village::actor(), name, kind, english)
                })
                .unwrap()
            });
            let on = date(2026, 3, 1);
            let give = |to: PersonId, tx: &mut Tx| {
                party::hand_over(tx, village::actor(), account.id, account.person, to, on)
            };
            let ended: [Result<PartyId>; 2] = both(db, [&|tx| give(ann, tx), &|tx| give(bea, tx)]);
            let (why, text) = second(ended);
            assert!(
                matches!(why.as_a(), Some(PartyRefusal::Changed { .. })),
                "a clerk reads who it is: {text}"
            );
            let parties = db.read(|tx| store::party::of_account(tx, account.id)).unwrap();
            let main = |it: &&meterbook_core::party::Party| it.role == PartyRole::Main;
            let open: Vec<_> = parties.iter().filter(main).filter(|it| it.to.is_none()).collect();
            assert_eq!(open.len(), 1);
            let now = db.read(|tx| store::account::get(tx, account.id)).unwrap();
            assert_eq!(now.person, open[0].person);
        }
        sound(db);
    });
}

#[test]
fn accounts_never_sum_each_other_up() {
    engines::each(|db, _| {
        village::found(db);
        for nth in 0..TIMES {
            let [one, two, three] = [1, 2, 3].map(|it| customer(db, &format!("E-{nth}{it}")));
            let sum = |of: &Account, by: &Account, tx: &mut Tx| {
                let (of, by) = (Subject::Account(of.id), by.number.to_string());
                let on = date(2026, 3, 1);
                detail::set(tx, village::actor(), of, DetailKind::Summary, &by, None, on)
            };
            // Two ends of a chain are tied at once: each alone is right.
            db.write(|tx| sum(&one, &two, tx)).unwrap();
            let ended: [Result<DetailId>; 2] =
                both(db, [&|tx| sum(&two, &three, tx), &|tx| sum(&three, &one, tx)]);
            let (why, text) = second(ended);
            assert!(matches!(why.as_a(), Some(DetailRefusal::Circular { .. })), "{text}");
            assert!(text.contains("name one that is not"), "{text}");
        }
        sound(db);
    });
}

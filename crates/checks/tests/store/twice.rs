//! What may be there once is there once.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::account::Account;
use meterbook_core::agreement::Agreement;
use meterbook_core::allocation::Allocation;
use meterbook_core::appointment::Appointment;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::certificate::{Book, Generator, Movement, Owner, Serials, Step};
use meterbook_core::crew::{Clock, Crew};
use meterbook_core::cycle::Window;
use meterbook_core::delivery::Piece;
use meterbook_core::delivery::mailing::Mailing;
use meterbook_core::id::*;
use meterbook_core::ledger::{Entry, Payment};
use meterbook_core::meter::{Installation, Meter};
use meterbook_core::money::Share;
use meterbook_core::order::{Order, Progress, State};
use meterbook_core::period::Period;
use meterbook_store::batch::Batch;
use meterbook_store::mail_package::Package;
use meterbook_store::staff::Member;
use meterbook_store::{self as store, Conflict, Tx};

use crate::{field, sample};

/// The second of something, with an id of its own, and the rule that it breaks.
type Second = (&'static str, &'static str, fn(&mut Tx) -> Result<()>);

const SECONDS: &[Second] = &[
    ("utility", "id", |tx| store::utility::add(tx, &sample::utility())),
    ("seller", "from_on", |tx| store::seller::say(tx, sample::FROM, &sample::seller())),
    ("paper_text", "kind, name, from_on", |tx| {
        store::paper::say(tx, sample::FROM, &sample::paper_text())
    }),
    ("piece", "key", |tx| {
        store::outbox::add(tx, &[Piece { id: PieceId(9), ..crate::outbox::piece() }])
    }),
    ("mailing", "number", |tx| {
        store::mailing::add(tx, &[Mailing { id: MailingId(9), ..crate::outbox::summary() }])
    }),
    ("mail_package_piece", "piece_id, position", |tx| {
        let second = Package { id: PackageId(2), ..crate::outbox::package() };
        store::mail_package::add(tx, &second, None, &[(PieceId(1), 1)])
    }),
    ("mail_package_end", "package_id", |tx| {
        store::mail_package::end(tx, PackageId(1), ("ab", 2), sample::at())
    }),
    ("staff", "name", |tx| store::staff::add(tx, &Member { id: UserId(3), ..sample::member() })),
    ("account", "number", |tx| {
        store::account::add(tx, &Account { id: AccountId(2), ..sample::account() })
    }),
    ("meter", "serial, commodity", |tx| {
        store::meter::add(tx, &Meter { id: MeterId(2), ..sample::meter() })
    }),
    ("tariff", "code, from_on", |tx| {
        store::tariff::add(tx, TariffId(2), "R-1", date(2026, 1, 1), "another text")
    }),
    ("batch", "sha256", |tx| {
        store::batch::add(tx, &Batch { id: BatchId(3), ..sample::batch() }, b"", &[])
    }),
    ("bill_window", "cycle, from_on", |tx| {
        store::window::add(tx, &Window { id: WindowId(2), ..sample::window() })
    }),
    ("bill", "number", |tx| store::bill::add(tx, &[Bill { id: BillId(2), ..sample::bill() }])),
    ("segment", "billed twice", |tx| {
        let number = BillNumber("B-260804-10000002".to_owned());
        store::bill::add(tx, &[Bill { id: BillId(2), number, ..sample::bill() }])
    }),
    ("payment", "key", |tx| {
        store::payment::add(tx, &Payment { id: PaymentId(2), ..sample::payment() })
    }),
    ("entry", "key, kind", |tx| {
        store::ledger::add(tx, &[Entry { id: EntryId(9), ..sample::entries().remove(0) }])
    }),
    ("crew", "name", |tx| store::crew::add(tx, &Crew { id: CrewId(2), ..field::crew() })),
    ("order_step", "order_id, position", |tx| {
        store::order::step(tx, &field::order(), 1, &field::steps()[1], field::stands())
    }),
    ("open_order", "key", |tx| {
        let order = Order { id: OrderId(2), ..field::order() };
        store::order::add(tx, &order)?;
        let stands = Progress { state: State::Open, crew: None };
        store::order::step(tx, &order, 0, &field::steps()[0], stands)
    }),
    ("appointment", "order_id", |tx| {
        let second = Appointment { id: AppointmentId(2), place: 1, ..field::appointment() };
        store::appointment::add(tx, &second, sample::at())
    }),
    ("appointment", "overlaps", |tx| {
        // The same place of the crew an hour later, for another order.
        store::order::add(tx, &Order { id: OrderId(2), ..field::order() })?;
        let (id, order, mut second) = (AppointmentId(2), OrderId(2), field::appointment());
        second.arrival.from = Clock::from_minutes(9 * 60).expect("it is a time");
        second.arrival.to = Clock::from_minutes(11 * 60).expect("it is a time");
        store::appointment::add(tx, &Appointment { id, order, ..second }, sample::at())
    }),
    ("appointment", "overlaps", |tx| {
        // A third place, of a crew that has two.
        store::order::add(tx, &Order { id: OrderId(2), ..field::order() })?;
        let (id, order) = (AppointmentId(2), OrderId(2));
        let third = Appointment { id, order, place: 3, ..field::appointment() };
        store::appointment::add(tx, &third, sample::at())
    }),
    ("generator", "number", |tx| {
        store::certificate::add(tx, &Generator { id: GeneratorId(2), ..sample::generator() })
    }),
    ("generator_owner", "generator_id, from_on", |tx| {
        store::certificate::elect(tx, GeneratorId(1), sample::book().elections[0])
    }),
    ("generation", "generator_id, position", |tx| {
        store::certificate::keep(tx, GeneratorId(1), &sample::book(), (1, usize::MAX))
    }),
    ("certificate_movement", "generator_id, position", |tx| move_one(tx, (0, 1), Step::Expire)),
    ("certificate_movement", "final", |tx| move_one(tx, (5, 2), Step::Expire)),
    ("certificate_movement", "final", |tx| {
        let vintage = sample::book().elections[0].from;
        move_one(tx, (5, 3), Step::Mint { vintage, owner: Owner::Utility })
    }),
    ("allocation", "host_id, subscriber_id, from_on", |tx| {
        store::allocation::add(tx, &sample::allocation())
    }),
    ("point_relation", "point_id, part_id, from_on", |tx| {
        store::relation::add(tx, &sample::relation())
    }),
    ("point_figure", "point_id, kind, from_on", |tx| store::figure::look(tx, &sample::looks())),
    ("figure", "id", |tx| store::figure::add(tx, PublicationId(2), &sample::figure())),
    ("allocation", "too much", |tx| {
        let (from, share) = (
            sample::FROM.yesterday().expect("it has a day before it"),
            Share { nano: 700_000_000 },
        );
        store::allocation::add(tx, &Allocation { from, share, ..sample::allocation() })
    }),
    ("allotment_taken", "host_bill_id, host_segment, host_position", |tx| {
        let number = BillNumber("B-260804-10000002".to_owned());
        let mut again = Bill { id: BillId(2), number, ..sample::bill() };
        again.segments[0].period =
            Period::new(date(2026, 8, 2), date(2026, 9, 1)).expect("it has days");
        again.segments[0].given.clear();
        store::bill::add(tx, &[again])
    }),
    ("agreement", "overlaps", |tx| {
        let from = date(2030, 1, 1);
        store::agreement::add(tx, &Agreement { id: AgreementId(2), from, ..sample::agreement() })
    }),
    ("installation", "overlaps", |tx| {
        let (id, from) = (InstallationId(2), date(2030, 1, 1));
        store::meter::install(tx, &Installation { id, from, ..sample::installation() })
    }),
];

/// Writes a movement of the certificate with a serial at a place in the book, whatever the rules say.
fn move_one(tx: &mut Tx, (place, serial): (usize, i64), step: Step) -> Result<()> {
    let serials = Serials::new(serial, serial).expect("it counts from 1");
    let movement = Movement { on: sample::FROM, serials, step, report: None };
    let movements = vec![movement; place + 1];
    let book = Book { movements, ..Book::default() };
    store::certificate::keep(tx, GeneratorId(1), &book, (0, place))
}

#[test]
fn the_second_of_what_is_there_once_is_a_conflict_that_names_it() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        for &(table, rule, add) in SECONDS {
            let why = db.write(add).expect_err(table);
            let conflict = why.downcast_ref::<Conflict>();
            let conflict = conflict.unwrap_or_else(|| panic!("{table}: {why:?}"));
            assert_eq!((conflict.table.as_str(), conflict.rule.as_str()), (table, rule));
        }
    });
}

#[test]
fn a_file_of_which_nothing_was_taken_may_come_again() {
    engines::each(|db, _| {
        db.write(|tx| {
            for id in [1, 2] {
                let nothing = Batch { id: BatchId(id), accepted: 0, ..sample::batch() };
                store::batch::add(tx, &nothing, b"", &[sample::reject()])?;
            }
            assert_eq!(store::batch::by_hash(tx, &sample::batch().sha256)?, None);
            let taken = Batch { id: BatchId(3), ..sample::batch() };
            store::batch::add(tx, &taken, b"", &[])?;
            assert_eq!(store::batch::by_hash(tx, &taken.sha256)?, Some(taken));
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_day_after_the_end_another_may_begin() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let on = date(2026, 9, 1);
        db.write(|tx| {
            store::agreement::end(tx, AgreementId(1), on)?;
            let next = Agreement { id: AgreementId(2), from: on, ..sample::agreement() };
            store::agreement::add(tx, &next)
        })
        .unwrap();
    });
}

#[test]
fn an_entry_that_does_not_balance_is_stopped_and_leaves_nothing() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut entry =
            Entry { id: EntryId(9), key: "x".to_owned(), ..sample::entries().remove(0) };
        entry.postings.pop();
        let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            db.write(|tx| store::ledger::add(tx, &[entry]))
        }));
        assert!(stopped.is_err());
        let entries = db.read(|tx| store::ledger::entries(tx, sample::ACCOUNT)).unwrap();
        assert_eq!(entries.len(), 2);
    });
}
